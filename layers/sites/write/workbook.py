"""Results as a workbook."""

import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from geo.model import Text
from layers.sites.answered import Answered
from layers.sites.cells.values import cell_text
from layers.sites.read.chunks import Column, listed
from layers.sites.run import RunInfo, Tally
from layers.sites.write.arrow import check_columns, too_large
from layers.sites.write.dateless import DatelessArchive
from layers.sites.write.exchange import HIT_LINES, PIECES, SITES, frame_of, joined_frames
from layers.sites.write.met import HITS, OVERLAPS
from layers.sites.write.notes import notes
from layers.sites.write.results import Layout

if TYPE_CHECKING:
    from openpyxl import Workbook

XLSX_ROWS = 1_048_576
"""Rows of an Excel sheet, the header included."""

XLSX_COLUMNS = 16_384
_XLSX_CHARACTERS = 32_767
_EXACT_DIGITS = 15
_TITLES = {"zh": ("研判结果", "命中分区", "重叠部分"), "en": ("results", "hits", "overlaps")}
_NO_SHAPES = Text(
    "xlsx 不含图形：重叠部分的图形请用 gpkg、shp.zip、kml 或 dxf",
    "a workbook holds no shapes: for those of overlaps take gpkg, shp.zip, kml or dxf",
)
_ILLEGAL = re.compile(r"[\000-\010]|[\013-\014]|[\016-\037]")
"""Characters that XML, and so a sheet, cannot hold: openpyxl refuses them."""


@dataclass(frozen=True, slots=True)
class XlsxFormat:
    """A workbook: results, what they met, and a sheet that tells of the run. Text is text, never a formula.

    Attributes
    ----------
    met
        Hits and overlaps have sheets, too; where one is full another follows.
    """

    layout: Layout
    met: bool = False

    def check(self) -> None:
        """Refuse more columns than a sheet holds.

        Raises
        ------
        InputError
            Where there are.
        """
        check_columns(self.layout, "xlsx", XLSX_COLUMNS)

    def check_rows(self, rows: int) -> None:
        """Refuse what does not fit in the sheet: rows are not to be lost in silence.

        Raises
        ------
        InputError
            Where the sheet is full.
        """
        if rows + 1 > XLSX_ROWS:
            raise too_large("xlsx", f"{rows + 1} rows", f"{XLSX_ROWS} rows")

    def piece(self, answered: Answered) -> bytes:
        """The cells of a chunk as they will stand in the sheet, a JSON list a row."""
        ours = [answered.cells.column(column).to_pylist() for column in self.layout.names]
        met = answered.met
        return joined_frames(
            _lines([*map(listed, answered.original), *ours]),
            b"" if met is None else _lines(met.hits.to_pydict().values()),
            b"" if met is None else _lines(met.overlaps.drop(["geom"]).to_pydict().values()),
        )

    def assemble(self, out: Path, pieces: Iterable[bytes], run: RunInfo, tally: Tally) -> tuple[Text, ...]:
        """Write the workbook."""
        import openpyxl  # noqa: PLC0415  0.1 s, for workbooks only

        del tally
        book = openpyxl.Workbook(write_only=True)
        results, hits, overlaps = _TITLES[self.layout.lang]
        _fill(book, results, (*self.layout.headers, *self.layout.names.values()), pieces, SITES)
        if self.met:
            _fill(book, hits, HITS.names, pieces, HIT_LINES)
            _fill(book, overlaps, OVERLAPS.names[:-1], pieces, PIECES)
        self._about(book, run)
        _save(book, out, run)
        return (_NO_SHAPES,) if self.met else ()

    def _about(self, book: "Workbook", run: RunInfo) -> None:
        """Add the sheet that tells of the run."""
        lang = self.layout.lang
        about = _Sheet(book, "说明" if lang == "zh" else "about")
        gaps = run.bundle.out_of_scope.values()
        scope = (("out_of_scope", gap.layer, gap.reason.get(lang), gap.ask.get(lang)) for gap in gaps)
        for note in (*notes(run, lang), *scope):
            about.append(map(_value, note))


def _lines(columns: Iterable[Column]) -> bytes:
    """Rows of cells, a JSON list a line."""
    rows = zip(*columns, strict=True)
    return b"".join(orjson.dumps([_value(v) for v in row], option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def _fill(book: "Workbook", title: str, head: Sequence[str], pieces: Iterable[bytes], which: int) -> None:
    """Add a sheet of one of the tables; where it is full, another."""
    sheet = _Sheet(book, title)
    sheet.append(map(_value, head), head=True)
    rows, sheets = 1, 1
    for piece in pieces:
        for line in frame_of(piece, which).splitlines():
            if rows == XLSX_ROWS:
                rows, sheets = 1, sheets + 1
                sheet = _Sheet(book, f"{title}_{sheets}")
                sheet.append(map(_value, head), head=True)
            sheet.append(orjson.loads(line))
            rows += 1


def _value(value: object) -> bool | int | float | str | None:
    """A cell's value as the sheet will hold it: a number, a truth value, or text that fits."""
    if isinstance(value, bool) or (isinstance(value, int) and len(str(value)) <= _EXACT_DIGITS):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    text = _ILLEGAL.sub("\ufffd", cell_text(value))
    if len(text) > _XLSX_CHARACTERS:
        text = f"{text[: _XLSX_CHARACTERS - 60]}… [{len(text)} characters; a cell holds {_XLSX_CHARACTERS}]"
    return text or None


class _Sheet:
    """A sheet that rows are added to."""

    def __init__(self, book: "Workbook", title: str) -> None:
        from openpyxl.cell.cell import WriteOnlyCell  # noqa: PLC0415  for workbooks only
        from openpyxl.styles import Font  # noqa: PLC0415  the same

        self._sheet: Any = book.create_sheet(title)
        self._cell, self._bold = WriteOnlyCell, Font(bold=True)

    def append(self, values: Iterable[bool | float | str | None], *, head: bool = False) -> None:
        """Add a row; that of the names is bold, and stays in sight."""
        if head:
            self._sheet.freeze_panes = "A2"
        cells = [self._cell(self._sheet, value=value) for value in values]
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # else openpyxl makes a formula of what starts with =
            if head:
                cell.font = self._bold
        self._sheet.append(cells)


def _save(book: "Workbook", out: Path, run: RunInfo) -> None:
    from openpyxl.writer.excel import ExcelWriter  # noqa: PLC0415  for workbooks only

    book.properties.created = book.properties.modified = datetime.combine(run.on, time())
    with DatelessArchive(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        ExcelWriter(book, archive).save()
