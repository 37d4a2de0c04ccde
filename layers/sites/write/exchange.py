"""What exports are made of: a chunk's sites, hits and overlaps as Arrow streams, one after another."""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from geo.measure import Objects, area_m2, length_m
from geo.model import Text
from geo.site import DATUM_UNKNOWN
from layers import compute as pc
from layers.sites.answered import Answered
from layers.sites.cells.values import cell_text
from layers.sites.read.chunks import Column
from layers.sites.run import RunInfo, Tally
from layers.sites.write.met import HITS, OVERLAPS
from layers.sites.write.results import COLUMNS, Layout

SITES, HIT_LINES, PIECES = 0, 1, 2
"""Places of the tables in a piece: sites, hits, overlaps."""

NAMES = ("sites", "hits", "overlaps")
"""What they are called as layers, sheets, folders and files."""

AREA, LENGTH = "site_area_m2", "site_length_m"

_SIZES = struct.Struct("<3Q")
_POINT_BYTES = 21
"""Of WKB: no line is shorter."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Formats that are made when all is there, from tables: the pieces of all of them are alike.

    Attributes
    ----------
    met
        Hits and overlaps are in the export too.
    """

    layout: Layout
    met: bool = False

    def check(self) -> None:
        """Refuse more columns than the format holds.

        Raises
        ------
        InputError
            Where there are.
        """

    def assemble(self, out: Path, pieces: Iterable[bytes], run: RunInfo, tally: Tally) -> tuple[Text, ...]:
        """Write the file; what it cannot hold is told."""
        raise NotImplementedError

    def schema(self) -> pa.Schema:
        """Fields of the sites: the input's, ours, their size as in the answer, last their shape as WKB."""
        schema = arrow_schema(self.layout, self.layout.unique_headers(ignore_case=True), flat=True)
        for name, kind in ((AREA, pa.float64()), (LENGTH, pa.float64()), ("geom", pa.binary())):
            schema = schema.append(pa.field(free(name, [n.casefold() for n in schema.names]), kind))
        return schema

    def piece(self, answered: Answered) -> bytes:
        """The tables of a chunk."""
        met = answered.met
        return joined_frames(
            packed(_site_columns(answered, self.layout), self.schema().append(pa.field("id", pa.string()))),
            b"" if met is None else packed(met.hits.columns, HITS),
            b"" if met is None else packed(met.overlaps.columns, OVERLAPS),
        )

    def kept_back(self, pieces: Iterable[bytes], run: RunInfo) -> tuple[Text, ...]:
        """That pieces of restricted layers are not in the export, where any was met."""
        met = {
            name for table in tables(pieces, PIECES) for name in table.column("layer").unique().to_pylist()
        }
        closed = [layer for layer in run.bundle.layers.values() if layer.id in met and layer.restricted]
        if not closed:
            return ()
        zh, en = (", ".join(layer.title.get(lang) for layer in closed) for lang in ("zh", "en"))
        return (
            Text(
                f"受限图层只给出重叠数值，不含图形：{zh}",
                f"of restricted layers the measures are given, no shapes: {en}",
            ),
        )

    def unsure(self, pieces: Iterable[bytes]) -> tuple[Text, ...]:
        """That sites of unknown datum are drawn as though it were CGCS2000: for formats without columns."""
        remarks = len(self.layout.headers) + list(self.layout.names).index("remarks")
        told = DATUM_UNKNOWN.get(self.layout.lang)
        cells = (cell for table in tables(pieces, SITES) for cell in table.column(remarks).to_pylist())
        count = sum(told in (cell or "") for cell in cells)
        if not count:
            return ()
        return (
            Text(
                f"{count} 个选址坐标基准不明，按 CGCS2000 坐标绘出，位置可能偏差数百米",
                f"the datum of {count} sites is unknown: drawn as though it were CGCS2000, they may lie some "
                "hundred metres away",
            ),
        )

    def sites(self, pieces: Iterable[bytes]) -> Iterator["Sites"]:
        """The sites of every piece."""
        verdict = len(self.layout.headers) + list(self.layout.names).index("verdict")
        for table in tables(pieces, SITES):
            last = table.num_columns - 1
            yield Sites(
                table=table.select(range(last)),
                ids=table.column(last).to_pylist(),
                verdicts=table.column(verdict).to_pylist(),
                areas_m2=table.column(last - 3).to_pylist(),
                shapes=shapes_of(table.column(last - 1)),
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sites:
    """The sites of a piece.

    Attributes
    ----------
    table
        By `Exchange.schema`.
    ids, verdicts
        One a site; a refused one has no verdict.
    areas_m2
        As in the answer.
    shapes
        In EPSG:4490, longitude first; None where there is none that could be used.
    """

    table: pa.Table
    ids: list[str]
    verdicts: list[str | None]
    areas_m2: list[float | None]
    shapes: Objects


def joined_frames(*frames: bytes) -> bytes:
    """Sites, hits and overlaps as one piece."""
    return b"".join([_SIZES.pack(*map(len, frames)), *frames])


def frame_of(piece: bytes, which: int) -> bytes:
    """One of the three."""
    sizes = _SIZES.unpack_from(piece)
    start = _SIZES.size + sum(sizes[:which])
    return piece[start : start + sizes[which]]


def tables(pieces: Iterable[bytes], which: int) -> Iterator[pa.Table]:
    """One of the tables of every piece; of hits and overlaps only where there are lines."""
    for piece in pieces:
        if frame := frame_of(piece, which):
            table = pa.ipc.open_stream(frame).read_all()
            if which == SITES or table.num_rows:
                yield table


def _site_columns(answered: Answered, layout: Layout) -> list[Column]:
    """The input's columns, ours, the sites' sizes and shapes, and again their ids, whoever named them."""
    shapes = pa.nulls(answered.rows, pa.binary()) if answered.shapes is None else answered.shapes
    ours = [answered.cells.column(column) for column in layout.names]
    return [*answered.original, *ours, *_sizes(shapes), shapes, answered.cells.column("site_id")]


def _sizes(shapes: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Area (m²) and length (m) as answers round them; of many points it is known without a look."""
    none = ~shapes.is_valid().to_numpy(zero_copy_only=False)
    if (pc.max(pc.binary_length(shapes)).as_py() or 0) <= _POINT_BYTES:
        return (pa.array(np.zeros(len(shapes)), mask=none),) * 2
    read = shapes_of(shapes)
    return (
        pa.array(np.round(area_m2(read), 2), mask=none),
        pa.array(np.round(length_m(read), 3), mask=none),
    )


def shapes_of(column: pa.Array | pa.ChunkedArray) -> Objects:
    """Shapes of a column of WKB; None where there is none."""
    return np.asarray(shapely.from_wkb(column.to_numpy(zero_copy_only=False)), dtype=object)


def arrow_schema(layout: Layout, headers: Sequence[str], *, flat: bool = False) -> pa.Schema:
    """Arrow fields of a results table; ``flat`` makes text of types that a GIS table does not have."""
    fields = [pa.field(name, pa.string()) for name in headers]
    if layout.schema is not None:
        kinds = [pa.string() if flat and not _simple(f.type) else f.type for f in layout.schema]
        fields = [pa.field(name, kind) for name, kind in zip(headers, kinds, strict=True)]
    ours = [pa.field(name, COLUMNS[column]) for column, name in layout.names.items()]
    return pa.schema([*fields, *ours])


def packed(columns: Sequence[Column], schema: pa.Schema) -> bytes:
    """Columns as an Arrow stream, in the order of the schema; text where the schema says so."""
    arrays = [_typed(column, field.type) for column, field in zip(columns, schema, strict=True)]
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as stream:
        stream.write_table(pa.Table.from_arrays(arrays, schema=schema))
    return bytes(sink.getvalue())


def _typed(column: Column, kind: pa.DataType) -> pa.Array:
    if isinstance(column, pa.Array | pa.ChunkedArray):
        if column.type == kind:
            return column
        column = column.to_pylist()
    values = [None if v is None else cell_text(v) for v in column] if pa.types.is_string(kind) else column
    return pa.array(values, type=kind)


def grouped(parts: Iterable[pa.Table], rows: int, empty: pa.Table | None = None) -> Iterator[pa.Table]:
    """The rows of all parts in tables of so many, the last one shorter; ``empty`` if there is none."""
    waiting: list[pa.Table] = [] if empty is None else [empty]
    count, given = 0, False
    for part in parts:
        waiting.append(part)
        count += part.num_rows
        while count >= rows:
            whole = pa.concat_tables(waiting)
            yield whole.slice(0, rows).combine_chunks()
            waiting, count, given = [whole.slice(rows)], count - rows, True
    if count or not (given or empty is None):
        yield pa.concat_tables(waiting).combine_chunks()


def free(name: str, taken: Sequence[str]) -> str:
    """A name, with ``fenqu_`` before it as often as it is taken."""
    while name in taken:
        name = f"fenqu_{name}"
    return name


def _simple(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(
        types.is_boolean(kind)
        or types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_string(kind)
        or types.is_date32(kind)
    )
