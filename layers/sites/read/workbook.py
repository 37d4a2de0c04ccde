"""A sheet of a workbook, looked through before it is read: what it unpacks to, its rows, its formulas."""

import contextlib
import re
import warnings
import zipfile
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from geo.errors import InputError, UnreadableError
from geo.model import Text
from layers.archives import DAMAGED, check_members, is_archive
from layers.sites.cells.rows import Record
from layers.sites.cells.values import cell_text
from layers.sites.faults import fault
from layers.sites.read.chunks import fitted
from layers.sites.read.header import LOOKED_AT, find_header
from layers.sites.read.sources import Source, in_chunks, unreadable

MOST_ROWS = 1_048_576
"""Rows of a sheet, as the format has them; a row numbered beyond would be waited for without end."""

MOST_STRINGS_BYTES = 256_000_000
"""Bytes of the table of texts, which is held in memory as a whole."""

_EXACT_WHOLE = 1e15
_SHEETS, _STRINGS = "xl/worksheets/", "xl/sharedstrings.xml"
_BLOCK, _LONGEST = 1 << 20, 1 << 23
_CELL_END = b"</c>"
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]{0,200}?\sr=[\"'](\d+)")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_EMPTY = re.compile(
    rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</"
    rb"(?:\w+:)?c>"
)


def read_xlsx(path: Path, layer: str | None = None) -> Source:
    """Open the first sheet of a workbook, or the one named. Formulas count as their stored results.

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
            sheet = _sheet(book, layer, path.name)
            sheet.reset_dimensions()  # some programs write a wrong extent, and rows beyond it would be lost
            rows = ([_sheet_value(cell) for cell in row] for row in sheet.iter_rows())
            first = list(islice(rows, LOOKED_AT))
            shown = [[cell_text(value) for value in row] for row in first]
        except (*DAMAGED, InvalidFileException, LookupError, AttributeError, TypeError, SyntaxError) as error:
            raise unreadable(
                path.name, error, zh="读不成 XLSX 工作簿", en="not readable as an XLSX workbook"
            ) from error
        found = find_header(shown)
        headers = list(found.names) if found is not None else shown[0] if shown else []
        while headers and not headers[-1].strip():
            headers.pop()
        if not headers:
            raise unreadable(path.name, sheet.title, zh="工作表没有列名行", en="the sheet has no header row")
        close = on_failure.pop_all().close
    remarks = formulas if found is None else (*formulas, *found.remarks)
    left = chain(first[1 if found is None else found.rows :], rows)
    if len(book.worksheets) > 1:
        only = Text(
            f"只读取工作表“{sheet.title}”，其他用 --layer 指定",
            f"only the sheet {sheet.title} is read; --layer names another",
        )
        remarks = (only, *remarks)
    return Source(
        name=path.name,
        headers=tuple(headers),
        chunks=in_chunks(_sheet_records(left, len(headers))),
        remarks=remarks,
        close=close,
    )


def _sheet(book: Any, asked: str | None, name: str) -> Any:  # noqa: ANN401 (openpyxl has no types)
    """The sheet asked for, else the first."""
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if asked is None:
        return book.worksheets[0]
    if asked in sheets:
        return sheets[asked]
    raise InputError(
        fault(
            f"{name}: layer",
            asked,
            ", ".join(sheets),
            zh="没有这个工作表，请用 --layer 指定其一",
            en="there is no such sheet: name one of these with --layer",
        )
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


def look_through(path: Path) -> tuple[Text, ...]:
    """Remarks on the formulas of a workbook.

    Raises
    ------
    UnreadableError
        If it is no zip, unpacks to too much, or has rows that no sheet has.
    """
    if not is_archive(path):
        raise _unreadable(path, "no zip")
    check_members(path)
    formulas = empty = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                name = info.filename.lower()
                if name == _STRINGS and info.file_size > MOST_STRINGS_BYTES:
                    raise _too_large(path, f"{info.file_size >> 20} MB", f"≤ {MOST_STRINGS_BYTES >> 20} MB")
                if name.startswith(_SHEETS) and name.endswith(".xml"):
                    counted = _counted(path, archive, info)
                    formulas, empty = formulas + counted[0], empty + counted[1]
    except DAMAGED as error:
        raise _unreadable(path, error) from error
    remarks = []
    if formulas > empty:
        remarks.append(
            Text(
                f"{formulas - empty} 个公式按文件中存储的结果读取，未重新计算",
                f"{formulas - empty} formulas were read as their stored results, not worked out anew",
            )
        )
    if empty:
        remarks.append(
            Text(
                f"{empty} 个公式没有存储结果，按空白处理；请在 Excel 或 WPS 中打开并保存后再用",
                f"{empty} formulas have no stored result and count as blank: open and save the file in Excel",
            )
        )
    return tuple(remarks)


def _counted(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[int, int]:
    """Formulas of a sheet, and those without a result."""
    formulas = empty = 0
    rest = b""
    with archive.open(info) as stream:
        while block := stream.read(_BLOCK):
            rest += block
            whole = len(rest) if len(rest) > _LONGEST else rest.rfind(_CELL_END) + len(_CELL_END)
            if whole >= len(_CELL_END):
                part, rest = rest[:whole], rest[whole:]
                formulas, empty = formulas + len(_FORMULA.findall(part)), empty + len(_EMPTY.findall(part))
                _check_rows(path, part)
    _check_rows(path, rest)
    return formulas, empty


def _check_rows(path: Path, part: bytes) -> None:
    last = max((int(found) for found in _ROW.findall(part)), default=0)
    if last > MOST_ROWS:
        raise _too_large(path, f"row {last}", f"≤ {MOST_ROWS} rows")


def _too_large(path: Path, given: str, allowed: str) -> UnreadableError:
    return unreadable(
        path.name,
        given,
        allowed=allowed,
        zh="工作簿过大或行号有误",
        en="the workbook is too large, or miscounts",
    )


def _unreadable(path: Path, reason: object) -> UnreadableError:
    return unreadable(path.name, reason, zh="读不成 XLSX 工作簿", en="not readable as an XLSX workbook")
