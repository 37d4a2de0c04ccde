"""An input file opened: its headers, its records in chunks, and what it says of itself."""

import contextlib
import itertools
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import pyarrow as pa

from geo.crs import agree, parse_crs
from geo.crs_words import crs_words
from geo.errors import InputError, UnreadableError
from geo.model import Text
from geo.parameters import split_parameters, with_parameters
from geo.settle import leaves_open
from layers.sites.cells.rows import Record
from layers.sites.faults import fault
from layers.sites.read.chunks import Payload, RecordList

CHUNK_ROWS = 2_000
"""Rows read, checked and written together: some MB, and often enough a sign of life."""

Item = TypeVar("Item")
_READER_FAILURES = (
    OSError,
    ValueError,
    RuntimeError,
    SyntaxError,
    zipfile.BadZipFile,
    zlib.error,
    pa.ArrowException,
)


def nothing_to_close() -> None:
    """What a source closes that holds no file open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One input, opened for a single pass.

    Attributes
    ----------
    name
        File name, for messages.
    headers
        Columns (attributes) in order; the geometry of vector files is not among them.
    chunks
        The records, at most `CHUNK_ROWS` at a time.
    payloads
        The same rows packed for whoever answers them, about as many at a time as asked for; None where the
        records themselves are all there is. One of the two is walked through, once.
    features
        Rows bring geometries of their own.
    crs
        As the file names it; None where it names none.
    total
        Number of rows, or an estimate for the progress bar; None if unknown.
    schema
        Arrow types of the columns, where the file has types.
    remarks
        What was taken for granted in reading.
    close
        Lets go of the file, read or unread.
    """

    name: str
    headers: tuple[str, ...]
    chunks: Iterator[list[Record]]
    payloads: Callable[..., Iterator[Payload]] | None = None
    features: bool = False
    crs: str | None = None
    total: int | None = None
    schema: pa.Schema | None = None
    remarks: tuple[Text, ...] = ()
    close: Callable[[], None] = nothing_to_close

    def packed(self, rows: int) -> Iterator[Payload]:
        """The rows as payloads of about ``rows`` each."""
        if self.payloads is not None:
            return self.payloads(rows=rows)
        records = (record for chunk in self.chunks for record in chunk)
        return (RecordList(records=tuple(chunk)) for chunk in in_chunks(records, rows))


def in_chunks(items: Iterable[Item], size: int = CHUNK_ROWS) -> Iterator[list[Item]]:
    """Lists of at most ``size`` items, in order; closes a generator it was given when it is closed itself."""
    iterator = iter(items)
    try:
        while chunk := list(itertools.islice(iterator, size)):
            yield chunk
    finally:
        if hasattr(iterator, "close"):
            with contextlib.suppress(ValueError):  # a generator that is running closes itself
                iterator.close()


def guarded(chunks: Iterator[Item], name: str) -> Iterator[Item]:
    """The chunks; damage found only half-way through a file is an unreadable file, not a crash.

    Raises
    ------
    UnreadableError
        Where the reader fails.
    """
    try:
        yield from chunks
    except _READER_FAILURES as error:
        raise unreadable(
            name,
            error,
            zh="文件中途损坏，未能读完；没有写出结果",
            en="the file is damaged half-way and was not read to its end; nothing was written",
        ) from error


def settle_crs(source: Source, asked: str | None) -> tuple[str | None, tuple[Text, ...]]:
    """The CRS that holds for the file: what was asked for, what the file says, or none; never both at odds.

    A shifted or unknown datum (GCJ-02, BD-09, unknown) may be declared over a file that is labelled WGS84 or
    CGCS2000, as such files commonly are. Parameters of a datum shift, of either, go with the name.

    Raises
    ------
    InputError
        If the two contradict each other.
    """
    if source.crs is None:
        return asked, ()
    own = parse_crs(source.crs, where=f"{source.name}: crs")
    if asked is None:
        return source.crs, ()
    base, helmert = split_parameters(asked, where="--crs")
    own_base, own_helmert = split_parameters(own.name)
    plain, numbers = parse_crs(own_base), helmert or own_helmert
    opened = leaves_open(base, plain)
    if not opened and (words := crs_words(base)) is not None and words.projected:
        raise _at_odds(source, asked)
    wanted = plain if opened else parse_crs(base, where="--crs")
    if (opened or agree(plain, wanted)) and own_helmert in ((), numbers):
        if numbers:
            return parse_crs(with_parameters(plain.name, numbers), where="--crs").name, ()
        return source.crs if opened else asked, ()
    if not own.projected and wanted.name in {"GCJ-02", "BD-09", "unknown"}:
        remark = Text(
            f"文件标注 {own.name}，按要求作为 {wanted.name} 处理",
            f"the file says {own.name}; taken as {wanted.name} as asked",
        )
        return asked, (remark,)
    raise _at_odds(source, asked)


def _at_odds(source: Source, asked: str) -> InputError:
    return InputError(
        fault(
            f"{source.name}: crs",
            f"--crs {asked}",
            source.crs or "—",
            zh=f"文件自带坐标系 {source.crs}，与 --crs {asked} 矛盾；请去掉 --crs 或改正文件",
            en=f"the file's own CRS {source.crs} contradicts --crs {asked}; drop --crs or correct the file",
        )
    )


def unreadable(
    name: str, reason: object, *, zh: str, en: str, allowed: str = "a readable file"
) -> UnreadableError:
    """The error for a file that cannot be read at all."""
    return UnreadableError(fault(name, reason, allowed, zh=zh, en=en))
