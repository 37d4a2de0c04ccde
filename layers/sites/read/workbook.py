"""A workbook looked through before it is read: how much it unpacks to, which rows it names, its formulas."""

import re
import zipfile
from pathlib import Path

from geo.errors import UnreadableError
from geo.model import Text
from layers.archives import DAMAGED, check_members, is_archive
from layers.sites.read.sources import unreadable

MOST_ROWS = 1_048_576
"""Rows of a sheet, as the format has them; a row numbered beyond would be waited for without end."""

MOST_STRINGS_BYTES = 256_000_000
"""Bytes of the table of texts, which is held in memory as a whole."""

_SHEETS, _STRINGS = "xl/worksheets/", "xl/sharedstrings.xml"
_BLOCK, _LONGEST = 1 << 20, 1 << 23
_CELL_END = b"</c>"
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]{0,200}?\sr=[\"'](\d+)")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_EMPTY = re.compile(
    rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</"
    rb"(?:\w+:)?c>"
)


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
                    counted = _sheet(path, archive, info)
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


def _sheet(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[int, int]:
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
