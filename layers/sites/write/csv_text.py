"""CSV, made by whole columns: text is quoted where it must be, and nowhere else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from geo.model import Text
from layers import compute as pc
from layers.sites.answered import Answered
from layers.sites.cells.values import cell_text
from layers.sites.read.chunks import Column
from layers.sites.run import RunInfo, Tally
from layers.sites.write.results import Layout

_FAILURE_COLUMNS = ("site_id", "problems")
_NEEDS_QUOTES = ',|"|\r|\n'
_MARKS = (b",", b'"', b"\r", b"\n")


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """CSV with the input's cells untouched."""

    layout: Layout
    encoding: str = "utf-8"

    def head(self) -> bytes:
        """The names, with a byte-order mark where the encoding has one."""
        return csv_head([*self.layout.headers, *self.layout.names.values()], self.encoding)

    def piece(self, answered: Answered) -> bytes:
        """The lines of a chunk."""
        ours = [answered.cells.column(column) for column in self.layout.names]
        return csv_lines([*answered.original, *ours], self.encoding)

    def assemble(self, out: Path, pieces: Iterable[bytes], run: RunInfo, tally: Tally) -> tuple[Text, ...]:
        """Write the file."""
        del run, tally
        with out.open("wb") as stream:
            stream.write(self.head())
            stream.writelines(pieces)
        return ()


@dataclass(frozen=True, slots=True)
class FailuresFormat:
    """The refused rows: the input's columns, to be mended and fed in again, and their problems."""

    layout: Layout
    encoding: str = "utf-8"

    def names(self) -> dict[str, str]:
        """Our columns in it."""
        return {column: name for column, name in self.layout.names.items() if column in _FAILURE_COLUMNS}

    def head(self) -> bytes:
        """The names."""
        return csv_head([*self.layout.headers, *self.names().values()], self.encoding)

    def piece(self, answered: Answered) -> bytes:
        """The lines of a chunk; none where no row was refused."""
        bad = answered.refused()
        if not bad.rows:
            return b""
        return csv_lines([*bad.original, *(bad.cells.column(c) for c in self.names())], self.encoding)


def csv_head(names: Iterable[str], encoding: str) -> bytes:
    """The line of names, after a byte-order mark where the encoding has one."""
    return csv_lines([[name] for name in names]).decode().encode(encoding)


def csv_lines(columns: Sequence[Column], encoding: str = "utf-8") -> bytes:
    """Whole lines of columns of one length, of which there are two at least.

    The byte-order mark of ``utf-8-sig`` belongs to the head of a file and is not repeated.
    """
    texts = [_quoted(_texts(column)) for column in columns]
    lines = pc.binary_join_element_wise(*texts[:-1], pc.binary_join_element_wise(texts[-1], "", "\n"), ",")
    data = _values(lines)
    if encoding.startswith("utf-8"):
        return data
    return data.decode().encode(encoding)


def _texts(column: Column) -> pa.Array:
    """A column as text, nothing as the empty text."""
    if isinstance(column, pa.Array):
        if pa.types.is_string(column.type):
            return column.fill_null("") if column.null_count else column
        if pa.types.is_boolean(column.type):
            return column.cast(pa.string()).fill_null("")
        if pa.types.is_float64(column.type):
            return _numbers(column)
        column = column.to_pylist()
    return pa.array([cell_text(cell) for cell in column], type=pa.string())


def _numbers(column: pa.Array) -> pa.Array:
    """Numbers as `cell_text` has them; most are of the plain kind and need no call each."""
    texts = [repr(number) for number in column.drop_null().to_pylist()]
    if set("ein") & set("".join(texts)):  # 1e-05, inf, nan
        texts = [cell_text(float(text)) for text in texts]
    plain = pa.array([text.removesuffix(".0") for text in texts], type=pa.string())
    given = column.is_valid().to_numpy(zero_copy_only=False)
    place = pa.array(np.cumsum(given) - 1, mask=~given)
    return plain.take(place).fill_null("")


def _quoted(texts: pa.Array) -> pa.Array:
    """The texts as they stand in a line."""
    data = _values(texts)
    if not any(mark in data for mark in _MARKS):
        return texts
    wanting = pc.match_substring_regex(texts, _NEEDS_QUOTES)
    doubled = pc.replace_substring(texts, '"', '""') if b'"' in data else texts
    return pc.if_else(wanting, pc.binary_join_element_wise('"', doubled, '"', ""), texts)


def _values(texts: pa.Array) -> bytes:
    """All characters of a column one after another, as they lie in memory."""
    if not len(texts):
        return b""
    if texts.type == pa.large_string():
        raise TypeError("a column of one chunk is less than 2 GB")
    _, offsets, values = texts.buffers()
    if values is None:
        return b""
    ends = memoryview(offsets).cast("i")
    return bytes(memoryview(values)[ends[texts.offset] : ends[texts.offset + len(texts)]])
