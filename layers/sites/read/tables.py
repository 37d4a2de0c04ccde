"""Tables: CSV and TSV as all text, XLSX and Parquet with their own types. Rows are refused, never lost."""

import codecs
import contextlib
import csv
import io
import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from geo.model import Text
from layers.archives import DAMAGED
from layers.sites.cells.rows import Record
from layers.sites.cells.values import cell_text
from layers.sites.read.chunks import ArrowRows, csv_records, csv_texts, fitted
from layers.sites.read.geoparquet import geometry_column
from layers.sites.read.sources import CHUNK_ROWS, Source, in_chunks, unreadable
from layers.sites.read.workbook import look_through

MOST_GROUP_BYTES = 1 << 31
"""Bytes of a row group of Parquet once unpacked: it is read as a whole."""

_EXACT_WHOLE = 1e15
_SCAN_BYTES = 1 << 20
_DELIMITERS = (",", ";", "\t")
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
        sample = text.readline()
        text.seek(0)
        delimiter = delimiter or _delimiter(sample)
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        headers = _csv_header(reader, name)
        on_failure.pop_all()
    remarks = (
        () if encoding.startswith("utf-8") else (Text(f"按 {encoding} 编码读取", f"read as {encoding}"),)
    )
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
        total=max(lines - 1, 0),
        remarks=remarks,
        close=text.close,
    )


def _csv_header(reader: Iterator[list[str]], name: str) -> tuple[str, ...]:
    try:
        headers = next((row for row in reader if row), None)
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


def _delimiter(sample: str) -> str:
    return max(_DELIMITERS, key=sample.count)


def read_xlsx(path: Path) -> Source:
    """Open the first sheet of a workbook; row 1 holds the names. Formulas count as their stored results.

    Raises
    ------
    UnreadableError
        If it is no workbook or the sheet is empty.
    """
    import openpyxl  # noqa: PLC0415  0.1 s, for workbooks only
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415  the same

    formulas = look_through(path)
    with contextlib.ExitStack() as on_failure:
        stream = on_failure.enter_context(path.open("rb"))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # openpyxl names each feature of Excel that it passes over
                book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            on_failure.callback(book.close)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # some programs write a wrong extent, and rows beyond it would be lost
            rows = ([_sheet_value(cell) for cell in row] for row in sheet.iter_rows())
            headers = [cell_text(value) for value in next(rows, [])]
        except (*DAMAGED, InvalidFileException, LookupError, AttributeError, TypeError, SyntaxError) as error:
            raise unreadable(
                path.name, error, zh="读不成 XLSX 工作簿", en="not readable as an XLSX workbook"
            ) from error
        while headers and not headers[-1].strip():
            headers.pop()
        if not headers:
            raise unreadable(path.name, sheet.title, zh="工作表没有列名行", en="the sheet has no header row")
        close = on_failure.pop_all().close
    remarks = formulas
    if len(book.worksheets) > 1:
        first = Text(f"只读取第一个工作表“{sheet.title}”", f"only the first sheet, {sheet.title}, is read")
        remarks = (first, *formulas)
    return Source(
        name=path.name,
        headers=tuple(headers),
        chunks=in_chunks(_sheet_records(rows, len(headers))),
        remarks=remarks,
        close=close,
    )


def _sheet_records(rows: Iterator[list[object]], width: int) -> Iterator[Record]:
    """Records of a sheet; formatted but empty rows at its foot are no rows."""
    blank: list[list[object]] = []
    number = 0
    for row in rows:
        if all(value is None for value in row):
            blank.append(row)
            continue
        for waiting in (*blank, row):
            number += 1
            yield fitted(number, waiting, width)
        blank = []


def _sheet_value(cell: object) -> object:
    """A cell's value as the user sees it: whole numbers whole, ``007`` kept where the format shows it so."""
    value = getattr(cell, "value", None)
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT_WHOLE:
        value = int(value)
    shown = getattr(cell, "number_format", "")
    if isinstance(value, int) and not isinstance(value, bool) and set(shown) == {"0"} and len(shown) > 1:
        return str(value).zfill(len(shown))
    return value


def read_parquet(path: Path) -> Source:
    """Open a Parquet or GeoParquet file, batch by batch.

    Raises
    ------
    UnreadableError
        If it is no Parquet, or its geometry is not WKB.
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
        geometry, crs = geometry_column(schema, path.name)
        headers = tuple(name for name in names if name != geometry)
        close = on_failure.pop_all().close
    return Source(
        name=path.name,
        headers=headers,
        chunks=arrow_chunks(file.iter_batches(batch_size=CHUNK_ROWS), headers, geometry),
        payloads=lambda rows: arrow_rows(file.iter_batches(batch_size=rows), headers, geometry),
        features=geometry is not None,
        crs=crs,
        total=file.metadata.num_rows,
        close=close,
        schema=pa.schema([schema.field(name) for name in headers]),
    )


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
