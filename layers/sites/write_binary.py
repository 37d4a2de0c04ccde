"""Results as XLSX, Parquet and GeoPackage."""

from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, WriteOnlyCell
from openpyxl.styles import Font

from geo.answer import DISCLAIMER, SYNTHETIC_BANNER
from geo.errors import InputError
from layers.sites.faults import fault
from layers.sites.geoparquet import geo_metadata
from layers.sites.results import COLUMNS, Layout
from layers.sites.run import RunInfo
from layers.sites.screen import Result
from layers.sites.values import cell_text

XLSX_ROWS = 1_048_576
"""Rows of an Excel sheet, the header included."""

XLSX_COLUMNS = 16_384
GPKG_COLUMNS = 1_990
"""Columns that a sheet and a SQLite table hold, geometry and key aside."""

_XLSX_CHARACTERS = 32_767
_EXACT_DIGITS = 15


class XlsxWriter:
    """A workbook: the results, and a sheet that tells of the run. Text is text, never a formula."""

    def __init__(self, path: Path, layout: Layout, run: RunInfo) -> None:
        self._path = path
        self._layout = layout
        self._run = run
        columns = len(layout.headers) + len(layout.names)
        if columns > XLSX_COLUMNS:
            raise _too_large("xlsx", f"{columns} columns", f"{XLSX_COLUMNS} columns")
        self._book = openpyxl.Workbook(write_only=True)
        self._sheet = self._book.create_sheet("研判结果" if layout.lang == "zh" else "results")
        self._sheet.freeze_panes = "A2"
        self._sheet.append(
            [self._cell(name, bold=True) for name in (*layout.headers, *layout.names.values())]
        )
        self._rows = 1

    def write(self, results: Sequence[Result]) -> None:
        """Add results.

        Raises
        ------
        InputError
            Where the sheet is full: rows are not to be lost in silence.
        """
        self._rows += len(results)
        if self._rows > XLSX_ROWS:
            raise _too_large("xlsx", f"{self._rows} rows", f"{XLSX_ROWS} rows")
        for result in results:
            values = (*result.row.original, *self._layout.cells(result).values())
            self._sheet.append([self._cell(value) for value in values])

    def close(self) -> None:
        """Add the sheet that tells of the run, and save."""
        lang, run = self._layout.lang, self._run
        about = self._book.create_sheet("说明" if lang == "zh" else "about")
        notes = [
            ("date", run.on.isoformat()),
            ("bundle", f"{run.bundle.id} {run.bundle.digest}"),
            ("disclaimer", DISCLAIMER.get(lang)),
        ]
        if run.synthetic:
            notes.insert(0, ("synthetic", SYNTHETIC_BANNER.get(lang)))
        for note in notes:
            about.append([self._cell(text) for text in note])
        for gap in run.bundle.out_of_scope.values():
            about.append(
                [self._cell(t) for t in ("out_of_scope", gap.layer, gap.reason.get(lang), gap.ask.get(lang))]
            )
        self._book.save(self._path)

    def abandon(self) -> None:
        """Stop the sheet's own writer."""
        self._sheet.close()

    def _cell(self, value: object, *, bold: bool = False) -> Cell:
        if isinstance(value, bool | float) or (isinstance(value, int) and len(str(value)) <= _EXACT_DIGITS):
            return WriteOnlyCell(self._sheet, value=None if value != value else value)  # noqa: PLR0124  NaN
        text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", cell_text(value))
        if len(text) > _XLSX_CHARACTERS:
            text = (
                f"{text[: _XLSX_CHARACTERS - 60]}… [{len(text)} characters; a cell holds {_XLSX_CHARACTERS}]"
            )
        cell = WriteOnlyCell(self._sheet, value=text or None)
        if text:
            cell.data_type = "s"  # else openpyxl makes a formula of what starts with =
        if bold:
            cell.font = Font(bold=True)
        return cell


class ParquetWriter:
    """Parquet with the types of the input; GeoParquet in EPSG:4490 where that brought geometries."""

    def __init__(self, path: Path, layout: Layout, run: RunInfo) -> None:
        del run
        self._layout = layout
        self._headers = layout.unique_headers()
        self._schema = arrow_schema(layout, self._headers)
        if layout.features:
            column = _free("geometry", self._schema.names)
            self._schema = self._schema.append(pa.field(column, pa.binary())).with_metadata(
                geo_metadata(column)
            )
        self._writer = pq.ParquetWriter(path, self._schema)

    def write(self, results: Sequence[Result]) -> None:
        """Add results."""
        columns = arrow_columns(results, self._layout, self._headers, self._schema)
        if self._layout.features:
            columns.append(pa.array(wkb(results), type=pa.binary()))
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()

    def abandon(self) -> None:
        """Close the file."""
        self._writer.close()


class GpkgWriter:
    """A GeoPackage layer ``results`` in EPSG:4490."""

    def __init__(self, path: Path, layout: Layout, run: RunInfo) -> None:
        del run
        self._path = path
        self._layout = layout
        self._headers = layout.unique_headers(ignore_case=True)
        self._schema = arrow_schema(layout, self._headers, flat=True)
        names = [name.casefold() for name in self._schema.names]
        self._geometry = _free("geom", names)
        self._options = {"FID": _free("fid", names)}
        self._started = False
        if len(names) > GPKG_COLUMNS:
            raise _too_large("gpkg", f"{len(names)} columns", f"{GPKG_COLUMNS} columns")

    def write(self, results: Sequence[Result]) -> None:
        """Add results."""
        columns = arrow_columns(results, self._layout, self._headers, self._schema)
        table = pa.Table.from_arrays(columns, schema=self._schema)
        table = table.append_column(self._geometry, pa.array(wkb(results), type=pa.binary()))
        pyogrio.write_arrow(
            table,
            self._path,
            layer="results",
            driver="GPKG",
            geometry_name=self._geometry,
            geometry_type="Unknown",
            crs="EPSG:4490",
            append=self._started,
            layer_options=None if self._started else {**self._options, "GEOMETRY_NAME": self._geometry},
        )
        self._started = True

    def close(self) -> None:
        """Make the layer even where there was no row."""
        if not self._started:
            self.write([])

    def abandon(self) -> None:
        """Nothing is held between two chunks."""


BinaryWriter = Callable[[Path, Layout, RunInfo], "XlsxWriter | ParquetWriter | GpkgWriter"]
BINARY_WRITERS: dict[str, BinaryWriter] = {
    ".xlsx": XlsxWriter,
    ".parquet": ParquetWriter,
    ".gpkg": GpkgWriter,
}


def arrow_schema(layout: Layout, headers: Sequence[str], *, flat: bool = False) -> pa.Schema:
    """Arrow fields of a results table; ``flat`` makes text of types that a GIS table does not have."""
    fields = [pa.field(name, pa.string()) for name in headers]
    if layout.schema is not None:
        kinds = [pa.string() if flat and not _simple(f.type) else f.type for f in layout.schema]
        fields = [pa.field(name, kind) for name, kind in zip(headers, kinds, strict=True)]
    ours = [pa.field(name, COLUMNS[column]) for column, name in layout.names.items()]
    return pa.schema([*fields, *ours])


def arrow_columns(
    results: Sequence[Result], layout: Layout, headers: Sequence[str], schema: pa.Schema
) -> list[pa.Array]:
    """The results as Arrow columns, in the order of the schema; text where the schema says so."""
    rows: list[tuple[object, ...]] = [
        (*result.row.original, *layout.cells(result).values()) for result in results
    ]
    columns = []
    for position in range(len(headers) + len(layout.names)):
        kind = schema.field(position).type
        values = [row[position] for row in rows]
        if pa.types.is_string(kind):
            values = [None if v is None else cell_text(v) for v in values]
        columns.append(pa.array(values, type=kind))
    return columns


def wkb(results: Sequence[Result]) -> list[bytes | None]:
    """The sites' geometries, longitude first; None where there was none that could be used."""
    sites = (result.row.site for result in results)
    return [None if site is None else shapely.to_wkb(site.geometry) for site in sites]


def _too_large(suffix: str, given: str, allowed: str) -> InputError:
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
