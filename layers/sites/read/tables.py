"""Tables: CSV and TSV as all text, Parquet with its own types. Rows are refused, never lost."""

import codecs
import contextlib
import csv
import io
import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from geo.model import Text
from layers.sites.cells.rows import Record
from layers.sites.read.chunks import ArrowRows, csv_records, csv_texts
from layers.sites.read.geoparquet import GeometryColumn, geometry_column
from layers.sites.read.header import LOOKED_AT, Header, find_header
from layers.sites.read.sources import CHUNK_ROWS, Source, in_chunks, unreadable

MOST_GROUP_BYTES = 1 << 31
"""Bytes of a row group of Parquet once unpacked: it is read as a whole."""

_SCAN_BYTES = 1 << 20
_DELIMITERS = (",", ";", "\t")
_SEPARATOR = re.compile(r"\ufeff?sep=([,;\t])", re.IGNORECASE)
"""What Excel writes above a table to say what parts its cells."""

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_csv(stream: BinaryIO, *, name: str, delimiter: str | None = None) -> Source:
    """Open a CSV or TSV; every cell stays the text it is.

    Parameters
    ----------
    stream
        Seekable; read as UTF-8 (with or without byte-order mark), UTF-16 with one, else GB18030. The source
        closes it.
    delimiter
        None = comma, semicolon or tab, whichever the header has most of.

    Raises
    ------
    UnreadableError
        If it is in none of these encodings, or holds no header.
    """
    with contextlib.ExitStack() as on_failure:
        on_failure.callback(stream.close)
        encoding, lines, characters = _scan(stream, name)
        text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        on_failure.callback(text.close)
        delimiter, above = _delimiter(text, delimiter)
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        found = find_header(list(_first_rows(reader)))
        text.seek(0)
        for _ in range(above):
            text.readline()
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        headers = _csv_header(reader, name, found)
        on_failure.pop_all()
    remarks = () if found is None else found.remarks
    if not encoding.startswith("utf-8"):
        remarks = (read_as(encoding), *remarks)
    return Source(
        name=name,
        headers=headers,
        chunks=in_chunks(csv_records(reader, len(headers))),
        payloads=partial(
            csv_texts,
            text,
            mean_characters=characters / max(lines, 1),
            delimiter=delimiter,
            width=len(headers),
        ),
        total=max(lines - (1 if found is None else found.rows) - above, 0),
        remarks=remarks,
        close=text.close,
    )


def read_as(encoding: str) -> Text:
    """What is said of an encoding that is not UTF-8."""
    return Text(f"按 {encoding} 编码读取", f"read as {encoding}")


def _first_rows(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """Rows from the top as far as they can be read; blank lines are none."""
    with contextlib.suppress(csv.Error):
        yield from islice(filter(None, reader), LOOKED_AT)


def _csv_header(reader: Iterator[list[str]], name: str, found: Header | None) -> tuple[str, ...]:
    """The names; the reader then stands at the first record."""
    rows = filter(None, reader)
    if found is not None:
        for _ in islice(rows, found.rows):
            pass
        return found.names
    try:
        headers = next(rows, None)
    except csv.Error as error:
        raise unreadable(
            name, error, zh="首行（列名）读不出来", en="the header row cannot be read"
        ) from error
    if headers is None:
        raise unreadable(
            name, "(empty)", zh="文件为空，没有列名行", en="the file is empty: there is no header row"
        )
    return tuple(headers)


def _scan(stream: BinaryIO, name: str) -> tuple[str, int, int]:
    """Encoding, lines and characters, over the whole stream: the last row must not hold a surprise."""
    head = stream.read(4)
    stream.seek(0)
    marked = next((encoding for bom, encoding in _BOMS if head.startswith(bom)), None)
    if marked is None and b"\0" in head:
        raise unreadable(
            name,
            head.hex(" "),
            allowed="UTF-8, GB18030, UTF-16 + BOM",
            zh="文件以空字节开头：不是文本，或是没有 BOM 的 UTF-16；请另存为 UTF-8 的 CSV",
            en="NUL bytes at its start: no text, or UTF-16 without a byte-order mark; save as CSV in UTF-8",
        )
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        lines, characters, last = 0, 0, ""
        try:
            for block in iter(lambda: stream.read(_SCAN_BYTES), b""):
                text = decoder.decode(block)
                lines, characters, last = lines + text.count("\n"), characters + len(text), text or last
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        finally:
            stream.seek(0)
        return encoding, lines + (not last.endswith("\n")), characters
    raise unreadable(
        name,
        head.hex(" "),
        allowed="UTF-8, GB18030, UTF-16 + BOM",
        zh="文件编码无法识别，请另存为 UTF-8 的 CSV",
        en="the encoding is not recognised: save as CSV in UTF-8",
    )


def _delimiter(text: TextIO, asked: str | None) -> tuple[str, int]:
    """What parts the cells, by the first line that holds such a sign; lines above the table (``sep=;``)."""
    lines = list(islice(iter(text.readline, ""), LOOKED_AT))
    text.seek(0)
    if lines and (match := _SEPARATOR.fullmatch(lines[0].strip())):
        text.readline()
        return asked or match[1], 1
    sample = next((line for line in lines if any(sign in line for sign in _DELIMITERS)), "")
    return asked or max(_DELIMITERS, key=sample.count), 0


def read_parquet(path: Path) -> Source:
    """Open a Parquet or GeoParquet file, batch by batch.

    Raises
    ------
    UnreadableError
        If it is no Parquet, or its geometry is in an encoding that is not read.
    """
    with contextlib.ExitStack() as on_failure:
        try:
            file = on_failure.enter_context(pq.ParquetFile(path))
            schema = file.schema_arrow
            names = [str(name) for name in schema.names]
            groups = [file.metadata.row_group(n).total_byte_size for n in range(file.num_row_groups)]
        except (pa.ArrowException, OSError, ValueError) as error:
            raise unreadable(
                path.name, error, zh="读不成 Parquet 文件", en="not readable as Parquet"
            ) from error
        _check_groups(groups, path)
        column = geometry_column(schema, path.name)
        geometry = None if column is None else column.name
        headers = tuple(name for name in names if name != geometry)
        close = on_failure.pop_all().close
    return Source(
        name=path.name,
        headers=headers,
        chunks=arrow_chunks(_batches(file, column, CHUNK_ROWS), headers, geometry),
        payloads=lambda rows: arrow_rows(_batches(file, column, rows), headers, geometry),
        features=geometry is not None,
        crs=None if column is None else column.crs,
        total=file.metadata.num_rows,
        close=close,
        schema=pa.schema([schema.field(name) for name in headers]),
    )


def _batches(file: pq.ParquetFile, column: GeometryColumn | None, rows: int) -> Iterator[pa.RecordBatch]:
    batches = file.iter_batches(batch_size=rows)
    return batches if column is None else column.as_wkb(batches)


def _check_groups(groups: Sequence[int], path: Path) -> None:
    """Row groups are read as a whole."""
    if (largest := max(groups, default=0)) > MOST_GROUP_BYTES:
        raise unreadable(
            path.name,
            f"{largest >> 20} MB",
            allowed=f"≤ {MOST_GROUP_BYTES >> 20} MB",
            zh="Parquet 的行组过大，请以较小的行组重新写出",
            en="a row group of the Parquet file is too large: write it anew in smaller ones",
        )


def arrow_rows(
    batches: Iterator[pa.RecordBatch], headers: tuple[str, ...], geometry: str | None
) -> Iterator[ArrowRows]:
    """Payloads of Arrow batches; empty ones are none."""
    first = 1
    for batch in batches:
        if batch.num_rows:
            yield ArrowRows(batch=batch, first=first, headers=headers, geometry=geometry)
            first += batch.num_rows


def arrow_chunks(
    batches: Iterator[pa.RecordBatch], headers: tuple[str, ...], geometry: str | None
) -> Iterator[list[Record]]:
    """Records of Arrow batches; a WKB that cannot be read leaves its row without geometry."""
    return (payload.open().records() for payload in arrow_rows(batches, headers, geometry))
