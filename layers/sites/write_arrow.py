"""Results as Parquet and GeoPackage; pieces are Arrow, written in groups of one size whatever the chunks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio

from geo.errors import InputError
from layers.sites.answered import Answered
from layers.sites.chunks import Column
from layers.sites.faults import fault
from layers.sites.geoparquet import geo_metadata
from layers.sites.results import COLUMNS, Layout
from layers.sites.run import RunInfo, Tally
from layers.sites.values import cell_text

GPKG_COLUMNS = 1_990
"""Columns that a SQLite table holds, geometry and key aside."""

GROUP_ROWS = 65_536
"""Rows written together: the file's inner groups do not depend on how the work was cut."""


@dataclass(frozen=True, slots=True)
class ParquetFormat:
    """Parquet with the types of the input; GeoParquet in EPSG:4490 where that brought geometries."""

    layout: Layout

    def schema(self) -> pa.Schema:
        """Fields of the file."""
        schema = arrow_schema(self.layout, self.layout.unique_headers())
        if not self.layout.features:
            return schema
        column = _free("geometry", schema.names)
        return schema.append(pa.field(column, pa.binary())).with_metadata(geo_metadata(column))

    def piece(self, answered: Answered) -> bytes:
        """The rows of a chunk."""
        return _packed(answered, self.layout, self.schema())

    def assemble(self, out: Path, pieces: Iterable[bytes], run: RunInfo, tally: Tally) -> None:
        """Write the file."""
        del run, tally
        with pq.ParquetWriter(out, self.schema()) as writer:
            for table in _groups(pieces):
                writer.write_table(table, row_group_size=GROUP_ROWS)


@dataclass(frozen=True, slots=True)
class GpkgFormat:
    """A GeoPackage layer ``results`` in EPSG:4490."""

    layout: Layout

    def check(self) -> None:
        """Refuse more columns than a table holds.

        Raises
        ------
        InputError
            Where there are.
        """
        check_columns(self.layout, "gpkg", GPKG_COLUMNS)

    def schema(self) -> pa.Schema:
        """Fields of the layer; the geometry is the last."""
        schema = arrow_schema(self.layout, self.layout.unique_headers(ignore_case=True), flat=True)
        return schema.append(pa.field(_free("geom", [n.casefold() for n in schema.names]), pa.binary()))

    def piece(self, answered: Answered) -> bytes:
        """The rows of a chunk."""
        return _packed(answered, self.layout, self.schema())

    def assemble(self, out: Path, pieces: Iterable[bytes], run: RunInfo, tally: Tally) -> None:
        """Write the layer, also without a row; it bears the date of the run, not that of the clock."""
        del tally
        schema = self.schema()
        options = {
            "FID": _free("fid", [name.casefold() for name in schema.names]),
            "GEOMETRY_NAME": schema.names[-1],
        }
        started = False
        out.unlink(missing_ok=True)
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{run.on.isoformat()}T00:00:00.000Z"})
        try:
            for table in _groups(pieces, empty=schema.empty_table()):
                pyogrio.write_arrow(
                    table,
                    out,
                    layer="results",
                    driver="GPKG",
                    geometry_name=schema.names[-1],
                    geometry_type="Unknown",
                    crs="EPSG:4490",
                    append=started,
                    layer_options=None if started else options,
                )
                started = True
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def arrow_schema(layout: Layout, headers: Sequence[str], *, flat: bool = False) -> pa.Schema:
    """Arrow fields of a results table; ``flat`` makes text of types that a GIS table does not have."""
    fields = [pa.field(name, pa.string()) for name in headers]
    if layout.schema is not None:
        kinds = [pa.string() if flat and not _simple(f.type) else f.type for f in layout.schema]
        fields = [pa.field(name, kind) for name, kind in zip(headers, kinds, strict=True)]
    ours = [pa.field(name, COLUMNS[column]) for column, name in layout.names.items()]
    return pa.schema([*fields, *ours])


def _packed(answered: Answered, layout: Layout, schema: pa.Schema) -> bytes:
    """The rows as an Arrow stream, in the order of the schema; text where the schema says so."""
    ours = [answered.cells.column(column) for column in layout.names]
    columns = [_typed(c, schema.field(i).type) for i, c in enumerate([*answered.original, *ours])]
    if len(schema) > len(columns):
        columns.append(answered.shapes)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as stream:
        stream.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
    return bytes(sink.getvalue())


def _typed(column: Column, kind: pa.DataType) -> pa.Array:
    if isinstance(column, pa.Array):
        if column.type == kind:
            return column
        column = column.to_pylist()
    values = [None if v is None else cell_text(v) for v in column] if pa.types.is_string(kind) else column
    return pa.array(values, type=kind)


def _groups(pieces: Iterable[bytes], empty: pa.Table | None = None) -> Iterator[pa.Table]:
    """The rows of all pieces in tables of `GROUP_ROWS`, the last one shorter; ``empty`` if there is none."""
    waiting: list[pa.Table] = [] if empty is None else [empty]
    count, given = 0, False
    for piece in pieces:
        table = pa.ipc.open_stream(piece).read_all()
        waiting.append(table)
        count += table.num_rows
        while count >= GROUP_ROWS:
            whole = pa.concat_tables(waiting)
            yield whole.slice(0, GROUP_ROWS).combine_chunks()
            waiting, count, given = [whole.slice(GROUP_ROWS)], count - GROUP_ROWS, True
    if count or not (given or empty is None):
        yield pa.concat_tables(waiting).combine_chunks()


def check_columns(layout: Layout, suffix: str, most: int) -> None:
    """Refuse more columns than a kind of file holds."""
    columns = len(layout.headers) + len(layout.names)
    if columns > most:
        raise too_large(suffix, f"{columns} columns", f"{most} columns")


def too_large(suffix: str, given: str, allowed: str) -> InputError:
    """The error for more rows or columns than a kind of file holds."""
    return InputError(
        fault(
            f"-o …{suffix}",
            given,
            allowed,
            zh=f"超过 {suffix} 文件的容量，请输出为 csv 或 parquet",
            en=f"more than a file of type {suffix} holds: write csv or parquet",
        )
    )


def _simple(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(
        types.is_boolean(kind)
        or types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_string(kind)
        or types.is_date32(kind)
    )


def _free(name: str, taken: Sequence[str]) -> str:
    while name in taken:
        name = f"fenqu_{name}"
    return name
