"""Sheets of entry lists as an agency keeps them: headings found, merged cells filled, a row per clause."""

import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.errors import InputError, Problem
from geo.model import Text

__all__ = ["HEADINGS", "SheetRow", "read_sheets"]

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "clause_id": ("条款编号", "清单编号", "编号", "clause_id"),
    "unit_code": (
        "管控单元编码", "环境管控单元编码", "单元编码", "单元代码", "行政区代码", "适用范围代码",
        "HJGKDYBM", "HJZHGKDYBM", "unit_code",
    ),
    "unit_class": ("管控单元分类", "单元分类", "GKDYFL", "ZHGKDYFL", "unit_class"),
    "unit_subtype": ("重点单元细类", "单元细类", "细类", "unit_subtype"),
    "dimension": ("类别", "维度", "管控维度", "管控类别", "清单类别", "dimension"),
    "verb": ("管控要求类型", "要求类型", "管控类型", "管控方式", "小类", "verb"),
    "text": ("管控要求", "准入要求", "具体要求", "清单内容", "条文", "内容", "text"),
    "industry_match": (
        "行业/适用活动", "适用行业", "适用活动", "行业", "行业代码", "项目类型", "industry_match",
    ),
    "level": ("层级", "清单层级", "级别", "level"),
    "doc": ("文件", "文件名称", "依据文件", "文号", "来源", "doc"),
    "article": ("条款", "条款号", "条", "条号", "article"),
    "certainty": ("文本核实程度", "可信度", "certainty"),
}  # fmt: skip
"""Headings of the columns we take, and the names they go by; others are passed over and told."""

_NEEDED = ("unit_code", "text")
_LOOK_ROWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """A row as it stands: the sheet, its number there (from 1), cells by our names."""

    sheet: str
    number: int
    cells: Mapping[str, str]

    @property
    def where(self) -> str:
        """The place a person finds it at."""
        return f"{self.sheet}!{self.number}"


def read_sheets(path: Path) -> tuple[list[SheetRow], list[Text]]:
    """Every row of every sheet that has the headings; sheets without them are remarked.

    Merged cells count as filled throughout: that is how a code stands once beside its clauses.

    Raises
    ------
    InputError
        If the file is no workbook, or no sheet has the headings.
    """
    rows: list[SheetRow] = []
    remarks: list[Text] = []
    for name, cells in _grids(path):
        found = _headings(cells)
        if found is None:
            remarks.append(
                Text(f"工作表「{name}」没有清单表头，未读取", f"sheet {name!r} has no headings: not read")
            )
            continue
        first, columns, unknown = found
        if unknown:
            remarks.append(
                Text(
                    f"工作表「{name}」未使用的列：{'、'.join(unknown)}",
                    f"sheet {name!r}: columns not used: {', '.join(unknown)}",
                )
            )
        for number, row in enumerate(cells[first + 1 :], start=first + 2):
            told = {ours: row[place] for ours, place in columns.items() if place < len(row)}
            if any(told.values()):
                rows.append(SheetRow(sheet=name, number=number, cells=told))
    if not rows:
        wanted = "、".join(HEADINGS[name][0] for name in HEADINGS)
        hint = Text(
            "没有找到清单：表头至少要有管控单元编码和管控要求", "no list found: it needs unit codes and texts"
        )
        raise InputError(Problem(where=path.name, given=path.name, allowed=wanted, hint=hint))
    return rows, remarks


def _grids(path: Path) -> Iterator[tuple[str, list[list[str]]]]:
    """Sheets as texts, merged cells filled."""
    import openpyxl  # noqa: PLC0415  0.1 s, for workbooks only
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415  the same

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl names each feature of Excel that it passes over
            book = openpyxl.load_workbook(path, data_only=True)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, InvalidFileException) as error:
        hint = Text("不是可读的 xlsx 工作簿", "not a workbook that can be read")
        raise InputError(
            Problem(where=path.name, given=type(error).__name__, allowed="xlsx", hint=hint)
        ) from error
    for sheet in book.worksheets:
        cells = [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        for area in sheet.merged_cells.ranges:
            value = cells[area.min_row - 1][area.min_col - 1]
            for row in range(area.min_row - 1, min(area.max_row, len(cells))):
                for column in range(area.min_col - 1, min(area.max_col, len(cells[row]))):
                    cells[row][column] = value
        yield sheet.title, cells


def _text(cell: Any) -> str:  # noqa: ANN401  (whatever a sheet holds)
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def _headings(cells: list[list[str]]) -> tuple[int, dict[str, int], list[str]] | None:
    """Row of the headings, the place of each of our columns, and headings nobody knows."""
    names = {_plain(name): ours for ours, known in HEADINGS.items() for name in known}
    for number, row in enumerate(cells[:_LOOK_ROWS]):
        places: dict[str, int] = {}
        unknown: list[str] = []
        for place, heading in enumerate(row):
            ours = names.get(_plain(heading))
            if ours is None:
                unknown += [heading] if heading else []
            else:
                places.setdefault(ours, place)
        if all(name in places for name in _NEEDED):
            return number, places, unknown
    return None


def _plain(heading: str) -> str:
    """A heading without what is set about it: blanks, brackets with remarks."""
    return "".join(heading.split()).partition("（")[0].partition("(")[0].casefold()
