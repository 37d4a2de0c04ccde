"""Results as zipped shapefiles in GBK, one for each kind of shape; what they cannot hold stands beside."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
import pyarrow as pa
import shapely

from geo.model import Text
from layers.sites.run import RunInfo, Tally
from layers.sites.write.arrow import check_columns, too_large
from layers.sites.write.dateless import DatelessArchive
from layers.sites.write.dbf import (
    LARGEST_BYTES,
    LOST_SHARE,
    MOST_FIELDS,
    fitted,
    held_numbers,
    record_bytes,
    short_names,
)
from layers.sites.write.exchange import HIT_LINES, NAMES, PIECES, SITES, Exchange, shapes_of, tables
from layers.sites.write.fields import meaning
from layers.sites.write.gdal_layers import write_layer
from layers.sites.write.met import HITS, OVERLAPS
from layers.sites.write.notes import note_lines

_KINDS = {0: "point", 1: "line", 3: "polygon", 4: "multipoint", 5: "line", 6: "polygon"}
"""Shapefile of each type of shapely's."""

_NONE = "none"
"""Rows without a shape: a table."""

_TYPES = {
    "point": "Point",
    "multipoint": "MultiPoint",
    "line": "LineString",
    "polygon": "Polygon",
    _NONE: None,
}
_TITLES = {
    "point": "点 points",
    "multipoint": "多点 multipoints",
    "line": "线 lines",
    "polygon": "面 polygons",
}
_LONG = "long_texts.txt"
_SHAPE = "shape_of_the_row"
"""Field of the shapes on their way: longer than any name of a table."""


@dataclass(frozen=True, slots=True)
class ShapefileFormat(Exchange):
    """A zip of shapefiles in EPSG:4490, to be opened as it is; README.txt says what is in it."""

    def check(self) -> None:
        """Refuse more columns than a dBASE table holds.

        Raises
        ------
        InputError
            Where there are.
        """
        check_columns(self.layout, "shp.zip", MOST_FIELDS - 2)

    def assemble(self, out: Path, pieces: Iterable[bytes], run: RunInfo, tally: Tally) -> tuple[Text, ...]:
        """Write the files, then the archive.

        Raises
        ------
        InputError
            If a table would be larger than readers take.
        """
        del tally
        schemas = {SITES: self.schema()} | ({HIT_LINES: HITS, PIECES: OVERLAPS} if self.met else {})
        with tempfile.TemporaryDirectory(dir=out.parent) as folder:
            work = _Work(Path(folder), pieces, run)
            with work.path(_LONG).open("w", encoding="utf-8-sig", newline="\r\n") as long_texts:
                for which, schema in schemas.items():
                    work.write(which, schema, long_texts)
            if not work.cut:
                work.path(_LONG).unlink()
            self._describe(work, schemas, run)
            with DatelessArchive(out, "w") as archive:
                for path in sorted(work.folder.iterdir()):
                    archive.write(path, path.name)
        return (*_remarks(work.cut), *self.kept_back(pieces, run))

    def _describe(self, work: "_Work", schemas: dict[int, pa.Schema], run: RunInfo) -> None:
        """Say what is in the archive and what the short names stand for."""
        lines = [*note_lines(run, "zh"), *note_lines(run, "en"), "", "EPSG:4490 (CGCS2000); GBK", ""]
        for (which, kind), rows in sorted(work.rows.items()):
            what = _TITLES.get(kind, "无图形，仅属性表 no shape: a table")
            lines.append(f"{_name(which, kind)}: {what}, {rows}")
        remarks = (*_remarks(work.cut), *self.kept_back(work.pieces, run))
        lines += ["", *(remark.get(lang) for remark in remarks for lang in ("zh", "en"))]
        lines.append("")
        for which, schema in schemas.items():
            lines.append(f"{NAMES[which]}:")
            columns = _columns(schema)
            lines += [
                f"  {short:<10}  {name}  {meaning(name)}".rstrip()
                for short, name in zip(short_names(columns), columns, strict=True)
            ]
        text = "".join(f"{line}\r\n" for line in lines)
        work.path("README.txt").write_bytes(text.encode("utf-8-sig"))


class _Work:
    """The files on their way."""

    def __init__(self, folder: Path, pieces: Iterable[bytes], run: RunInfo) -> None:
        self.folder = folder
        self.pieces = pieces
        self.run = run
        self.rows: Counter[tuple[int, str]] = Counter()
        self.cut = 0

    def path(self, name: str) -> Path:
        """A file of the archive."""
        return self.folder / name

    def write(self, which: int, schema: pa.Schema, long_texts: TextIO) -> None:
        """Write the shapefiles of one table: look through it first, then once for each kind of shape."""
        size = record_bytes(table.select(_columns(schema)) for table in self._tables(which, schema))
        if size > LARGEST_BYTES:
            raise too_large("shp.zip", f"~{size} bytes", f"{LARGEST_BYTES} bytes", "gpkg|parquet")
        short = short_names(_columns(schema))
        shape = schema.names[-1] if _shaped(schema) else None
        held = pa.schema(
            [
                *(pa.field(s, schema.field(i).type) for i, s in enumerate(short)),
                *([pa.field(_SHAPE, pa.binary())] if shape else []),
            ]
        )
        for table in self._tables(which, schema):
            places = self._places(which, _kinds(table, shape))
            self.cut += _tell_long(long_texts, places, table.select(_columns(schema)), short)
        for kind in sorted(kind for place, kind in self.rows if place == which):
            self._write_kind(which, kind, schema, held)

    def _tables(self, which: int, schema: pa.Schema) -> Iterator[pa.Table]:
        return (table.select(range(len(schema))) for table in tables(self.pieces, which))

    def _places(self, which: int, kinds: Sequence[str]) -> list[str]:
        """Where rows of these kinds come to stand: file, and number of the record in it. They are counted."""
        places = []
        for kind in kinds:
            self.rows[which, kind] += 1
            places.append(f"{_name(which, kind)} {self.rows[which, kind]}")
        return places

    def _write_kind(self, which: int, kind: str, schema: pa.Schema, held: pa.Schema) -> None:
        shape = schema.names[-1] if _shaped(schema) else None
        if kind == _NONE and shape is not None:
            held = held.remove(len(held) - 1)
        chosen = (
            _fitted(table.filter(pa.array([k == kind for k in _kinds(table, shape)], pa.bool_())), held)
            for table in self._tables(which, schema)
        )
        name = _name(which, kind)
        write_layer(
            self.path(f"{name}{'.dbf' if kind == _NONE else '.shp'}"),
            name,
            chosen,
            held,
            driver="ESRI Shapefile",
            on=self.run.on,
            geometry=None if kind == _NONE else held.names[-1],
            geometry_type=_TYPES[kind],
            encoding="GBK",
            options={"RESIZE": "YES", "DBF_DATE_LAST_UPDATE": self.run.on.isoformat()},
        )


def _name(which: int, kind: str) -> str:
    return NAMES[which] if which == HIT_LINES else f"{NAMES[which]}_{kind}"


def _shaped(schema: pa.Schema) -> bool:
    return bool(pa.types.is_binary(schema.field(-1).type))


def _columns(schema: pa.Schema) -> list[str]:
    """Names of the fields that are no shapes."""
    return list(schema.names[:-1] if _shaped(schema) else schema.names)


def _kinds(table: pa.Table, shape: str | None) -> Sequence[str]:
    """The kind of shape of each row."""
    if shape is None:
        return [_NONE] * table.num_rows
    return [_KINDS.get(int(kind), _NONE) for kind in shapely.get_type_id(shapes_of(table.column(shape)))]


def _fitted(table: pa.Table, held: pa.Schema) -> pa.Table:
    """The rows with texts that fit, under the short names; points of one place each where a type wants it."""
    columns = []
    for place, field in enumerate(held):
        column = table.column(place)
        if pa.types.is_string(field.type):
            column = pa.array(
                [None if text is None else fitted(text) for text in column.to_pylist()], field.type
            )
        elif pa.types.is_floating(field.type):
            column = pa.array(held_numbers(column.to_numpy()), field.type, from_pandas=True)
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=held)


def _tell_long(stream: TextIO, places: Sequence[str], table: pa.Table, short: Sequence[str]) -> int:
    """Write out in full what the tables cannot hold, one a line; how many cells they were."""
    told = 0
    for field, column in zip(short, table.columns, strict=True):
        for row, text in _not_held(column):
            stream.write(f"{places[row]} {field}: {' '.join(text.splitlines())}\n")
            told += 1
    return told


def _not_held(column: pa.ChunkedArray) -> Iterator[tuple[int, str]]:
    """Cells that a table would not hold as they are: their rows, and what they are."""
    if pa.types.is_string(column.type):
        for row, text in enumerate(column.to_pylist()):
            if text is not None and fitted(text) != text:
                yield row, text
    elif pa.types.is_floating(column.type):
        given = column.to_numpy()
        held = held_numbers(given)
        alike = np.isclose(held, given, rtol=LOST_SHARE, atol=0.0) | np.isnan(given)
        for row in np.flatnonzero(~alike).tolist():
            yield row, repr(float(given[row]))


def _remarks(cut: int) -> tuple[Text, ...]:
    if not cut:
        return ()
    return (
        Text(
            f"{cut} 处文字超过 254 字节或含 GBK 没有的字（属性表中以 … 或 〓 表示），或数值超出字段宽度，"
            f"全文见压缩包内 {_LONG}",
            f"{cut} texts are longer than 254 bytes or not in GBK (… or 〓 in the tables), or numbers that "
            f"no field holds: in full in {_LONG} inside the archive",
        ),
    )
