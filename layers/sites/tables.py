"""Tables: CSV and TSV as all text, XLSX and Parquet with their own types. Rows are refused, never lost."""

import codecs
import contextlib
import csv
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from openpyxl.utils.exceptions import InvalidFileException
from shapely.geometry.base import BaseGeometry as Geometry

from geo.errors import Problem
from geo.model import Text
from layers.sites.faults import fault
from layers.sites.geoparquet import geometry_column
from layers.sites.rows import Record
from layers.sites.sources import CHUNK_ROWS, Source, in_chunks, unreadable
from layers.sites.values import cell_text

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
        encoding, lines = _scan(stream, name)
        # The module's limit is one for the process; a polygon in a WKT cell easily passes its 128 kB default.
        csv.field_size_limit(2**31 - 1)
        text = io.TextIOWrapper(stream, encoding=encoding, newline="")
        on_failure.callback(text.close)
        sample = text.readline()
        text.seek(0)
        reader = csv.reader(text, delimiter=delimiter or _delimiter(sample), strict=True)
        headers = _csv_header(reader, name)
        on_failure.pop_all()
    remarks = (
        () if encoding.startswith("utf-8") else (Text(f"按 {encoding} 编码读取", f"read as {encoding}"),)
    )
    return Source(
        name=name,
        headers=headers,
        chunks=in_chunks(_csv_records(reader, len(headers))),
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


def _scan(stream: BinaryIO, name: str) -> tuple[str, int]:
    """Encoding and number of lines, over the whole stream: the last row must not hold a surprise."""
    head = stream.read(4)
    stream.seek(0)
    marked = next((encoding for bom, encoding in _BOMS if head.startswith(bom)), None)
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        lines = 0
        try:
            for block in iter(lambda: stream.read(_SCAN_BYTES), b""):
                lines += decoder.decode(block).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        finally:
            stream.seek(0)
        return encoding, lines
    raise unreadable(
        name,
        head.hex(" "),
        allowed="UTF-8, GB18030, UTF-16 + BOM",
        zh="文件编码无法识别，请另存为 UTF-8 的 CSV",
        en="the encoding is not recognised: save as CSV in UTF-8",
    )


def _delimiter(sample: str) -> str:
    return max(_DELIMITERS, key=sample.count)


def _csv_records(reader: Iterator[list[str]], width: int) -> Iterator[Record]:
    """Records of a CSV; a row that cannot be split is a refused row, blank lines are none."""
    number = 0
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
            yield _fitted(number, cells, width)


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


def _fitted(number: int, cells: Sequence[object], width: int) -> Record:
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


def read_xlsx(path: Path) -> Source:
    """Open the first sheet of a workbook; row 1 holds the names. Formulas count as their stored results.

    Raises
    ------
    UnreadableError
        If it is no workbook or the sheet is empty.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl names each feature of Excel that it passes over
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError) as error:
        raise unreadable(
            path.name, error, zh="读不成 XLSX 工作簿", en="not readable as an XLSX workbook"
        ) from error
    sheet.reset_dimensions()  # some programs write a wrong extent, and rows beyond it would be lost
    rows = ([_sheet_value(cell) for cell in row] for row in sheet.iter_rows())
    headers = [cell_text(value) for value in next(rows, [])]
    while headers and not headers[-1].strip():
        headers.pop()
    if not headers:
        book.close()
        raise unreadable(path.name, sheet.title, zh="工作表没有列名行", en="the sheet has no header row")
    remarks: tuple[Text, ...] = ()
    if len(book.worksheets) > 1:
        remarks = (
            Text(f"只读取第一个工作表“{sheet.title}”", f"only the first sheet, {sheet.title}, is read"),
        )
    return Source(
        name=path.name,
        headers=tuple(headers),
        chunks=in_chunks(_sheet_records(rows, len(headers))),
        remarks=remarks,
        close=book.close,
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
            yield _fitted(number, waiting, width)
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
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise unreadable(path.name, error, zh="读不成 Parquet 文件", en="not readable as Parquet") from error
    schema = file.schema_arrow
    geometry, crs = geometry_column(schema, path.name)
    headers = tuple(name for name in schema.names if name != geometry)
    batches = file.iter_batches(batch_size=CHUNK_ROWS)
    return Source(
        name=path.name,
        headers=headers,
        chunks=arrow_chunks(batches, headers, geometry),
        features=geometry is not None,
        crs=crs,
        total=file.metadata.num_rows,
        close=file.close,
        schema=pa.schema([schema.field(name) for name in headers]),
    )


def arrow_chunks(
    batches: Iterator[pa.RecordBatch], headers: Sequence[str], geometry: str | None
) -> Iterator[list[Record]]:
    """Records of Arrow batches; a WKB that cannot be read leaves its row without geometry."""
    number = 0
    for batch in batches:
        columns = [batch.column(name).to_pylist() for name in headers]
        shapes: Sequence[Geometry | None] = [None] * batch.num_rows
        if geometry is not None:
            shapes = list(shapely.from_wkb(batch.column(geometry).to_pylist(), on_invalid="ignore"))
        chunk = []
        for i, shape in enumerate(shapes):
            number += 1
            chunk.append(Record(number=number, values=tuple(c[i] for c in columns), geometry=shape))
        if chunk:
            yield chunk
