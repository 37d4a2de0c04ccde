"""A chunk of an input on its way to whoever answers it: small to send, opened only where it is answered."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol, TextIO, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.csv
import shapely
from numpy.typing import NDArray

from geo.errors import Problem
from layers.sites.cells.rows import Record
from layers.sites.faults import fault

Column: TypeAlias = pa.Array | Sequence[object]
"""One column of the input as it was read: Arrow where the file has one type for it, else a list of cells."""

_LARGEST_BLOCK = 8 << 20
"""Characters of text at most in one chunk: rows of long outlines make fewer rows a chunk."""

csv.field_size_limit(2**31 - 1)
# The module's limit is one for the process; a polygon in a WKT cell easily passes its 128 kB default.


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The rows of a chunk, opened.

    Attributes
    ----------
    first
        Number of its first row, from 1.
    count
        Number of rows.
    columns
        The input's columns in the order of its headers.
    kept
        The records themselves where rows are more than cells (problems of the reader, ids of features); None
        where cells and shapes are all.
    shapes
        Geometries of vector features; None in tables.
    """

    first: int
    count: int
    columns: tuple[Column, ...]
    kept: tuple[Record, ...] | None = None
    shapes: NDArray[np.object_] | None = None

    def records(self, positions: Sequence[int] | NDArray[np.int64] | None = None) -> list[Record]:
        """The records at some positions (from 0), or all of them."""
        wanted = range(self.count) if positions is None else [int(p) for p in positions]
        if self.kept is not None:
            return [self.kept[p] for p in wanted]
        cells = [listed(column, None if positions is None else wanted) for column in self.columns]
        rows = zip(*cells, strict=True) if cells else ((),) * len(wanted)
        return [
            Record(
                number=self.first + p,
                values=values,
                geometry=None if self.shapes is None else self.shapes[p],
            )
            for p, values in zip(wanted, rows, strict=True)
        ]


def listed(column: Column, positions: Sequence[int] | None = None) -> list[object]:
    """The cells of a column, or those at some positions, as Python has them."""
    if isinstance(column, pa.Array):
        taken = column if positions is None else column.take(pa.array(positions, pa.int64()))
        cells: list[object] = taken.to_pylist()
        return cells
    return list(column) if positions is None else [column[p] for p in positions]


class Payload(Protocol):
    """What a chunk carries. It can be pickled, and needs nothing but itself to be opened."""

    @property
    def rows(self) -> int:
        """Number of rows."""

    def open(self) -> Block:
        """The rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A payload and its place among all chunks of the input, from 0."""

    index: int
    payload: Payload


def numbered(payloads: Iterable[Payload]) -> Iterator[Chunk]:
    """Chunks in the order of the input."""
    return (Chunk(index=index, payload=payload) for index, payload in enumerate(payloads))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordList:
    """Records as they are: for inputs that only one reader at a time can walk through."""

    records: tuple[Record, ...]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.records)

    def open(self) -> Block:
        """The rows."""
        columns = tuple(zip(*(record.values for record in self.records), strict=True))
        shapes = np.array([record.geometry for record in self.records], dtype=object)
        return Block(
            first=self.records[0].number,
            count=len(self.records),
            columns=columns,
            kept=self.records,
            shapes=shapes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrowRows:
    """Rows of a typed file; geometries travel as WKB and are read where they are wanted."""

    batch: pa.RecordBatch
    first: int
    headers: tuple[str, ...]
    geometry: str | None

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.batch.num_rows)

    def open(self) -> Block:
        """The rows; a WKB that cannot be read leaves its row without geometry."""
        shapes = None
        if self.geometry is not None:
            read = shapely.from_wkb(self.batch.column(self.geometry).to_pylist(), on_invalid="ignore")
            shapes = np.asarray(read, dtype=object)
        columns = tuple(self.batch.column(name) for name in self.headers)
        return Block(first=self.first, count=self.rows, columns=columns, shapes=shapes)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvText:
    """Whole records of a CSV, unsplit: cells are made where they are answered."""

    text: str
    first: int
    rows: int
    delimiter: str
    width: int

    def open(self) -> Block:
        """The rows; such as cannot be split are refused."""
        columns = self._plain()
        if columns is not None:
            return Block(first=self.first, count=self.rows, columns=columns)
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True)
        records = tuple(csv_records(reader, self.width, first=self.first))
        cells = tuple(zip(*(record.values for record in records), strict=True))
        return Block(first=self.first, count=len(records), columns=cells, kept=records)

    def _plain(self) -> tuple[pa.Array, ...] | None:
        """The columns where no quote, ragged row or odd line end calls for the patient road."""
        text = self.text
        if '"' in text or text.startswith("\ufeff") or text.count("\r") != text.count("\r\n"):
            return None
        data = text.encode()
        names = [str(position) for position in range(self.width)]
        try:
            table = pyarrow.csv.read_csv(
                pa.BufferReader(data),
                read_options=pyarrow.csv.ReadOptions(
                    use_threads=False, column_names=names, block_size=len(data) + 1
                ),
                parse_options=pyarrow.csv.ParseOptions(delimiter=self.delimiter, quote_char=False),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), null_values=[], strings_can_be_null=False
                ),
            )
        except pa.ArrowException:
            return None
        if table.num_rows != self.rows:
            return None
        return tuple(column.combine_chunks() for column in table.columns)


def csv_texts(
    text: TextIO, *, rows: int, mean_characters: float, delimiter: str, width: int
) -> Iterator[CsvText]:
    """Split a CSV, header already read, into texts of about ``rows`` whole records.

    Where the borders fall depends on the file and ``rows`` alone, so that a run taken up again finds them in
    the same places.

    Parameters
    ----------
    mean_characters
        Length of a line, roughly.
    width
        Number of headers.
    """
    size = max(1, min(_LARGEST_BLOCK, int(rows * mean_characters)))
    first = 1
    while block := text.read(size):
        block += text.readline()
        if '"' in block:
            block, count = _to_record_end(block, text, delimiter)
        else:
            count = _lines(block)
        if count:
            yield CsvText(text=block, first=first, rows=count, delimiter=delimiter, width=width)
        first += count


def _lines(block: str) -> int:
    """Lines that hold something, in text without quotes."""
    plain = block.replace("\r\n", "\n") if "\r" in block else block
    if "\r" in plain or "\n\n" in plain or plain.startswith("\n"):
        return sum(1 for line in io.StringIO(block, newline="") if line.strip("\r\n"))
    return plain.count("\n") + (not plain.endswith("\n"))


def _to_record_end(block: str, more: TextIO, delimiter: str) -> tuple[str, int]:
    """The block, with what its last record still wants, and the number of its records."""
    consumed: list[str] = []
    size = 0

    def lines() -> Iterator[str]:
        nonlocal size
        for line in chain(io.StringIO(block, newline=""), more):
            consumed.append(line)
            size += len(line)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    count = 0
    while size < len(block):
        try:
            cells = next(reader, None)
        except csv.Error:
            count += 1
            continue
        count += bool(cells)
    return "".join(consumed), count


def csv_records(reader: Iterator[list[str]], width: int, *, first: int = 1) -> Iterator[Record]:
    """Records of a CSV; a row that cannot be split is a refused row, blank lines are none.

    Parameters
    ----------
    width
        Number of headers.
    first
        Number of the first record.
    """
    number = first - 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            number += 1
            yield Record(number=number, values=("",) * width, problems=(_broken_row(number, error),))
            continue
        if cells is None:
            return
        if cells:
            number += 1
            yield fitted(number, cells, width)


def _broken_row(number: int, error: csv.Error) -> Problem:
    """An unclosed quote swallows all that follows: say so, since those rows cannot be told apart any more."""
    swallowed = "end of data" in str(error)
    return fault(
        f"row {number}",
        error,
        'cells with commas or quotes in "…", quotes doubled',
        zh="引号没有闭合，自此行至文件末尾都读不出来" if swallowed else "本行的引号用法有误，无法分列",
        en="a quote is never closed: from this row to the end of the file nothing can be read"
        if swallowed
        else "the quotes in this row are wrong, it cannot be split into cells",
    )


def fitted(number: int, cells: Sequence[Any], width: int) -> Record:
    """Short rows are filled with blanks as every spreadsheet does; cells beyond the header are a problem."""
    extra = [c for c in cells[width:] if c not in (None, "")]
    problems: tuple[Problem, ...] = ()
    if extra:
        problems = (
            fault(
                f"row {number}",
                f"{len(cells)} cells",
                f"{width} cells",
                zh="单元格比列名多，列可能已错位（文本中的逗号须加引号）",
                en="more cells than headers: the columns may have shifted (quote texts that hold commas)",
            ),
        )
    values = (*cells[:width], *("",) * (width - len(cells)))
    return Record(number=number, values=values, problems=problems)
