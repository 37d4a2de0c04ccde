"""Results as a workbook."""

import math
import re
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from geo.answer import DISCLAIMER, SYNTHETIC_BANNER
from layers.sites.answered import Answered
from layers.sites.chunks import listed
from layers.sites.results import Layout
from layers.sites.run import RunInfo, Tally
from layers.sites.values import cell_text
from layers.sites.write_arrow import check_columns, too_large

if TYPE_CHECKING:
    from openpyxl import Workbook

XLSX_ROWS = 1_048_576
"""Rows of an Excel sheet, the header included."""

XLSX_COLUMNS = 16_384
_XLSX_CHARACTERS = 32_767
_EXACT_DIGITS = 15
_ILLEGAL = re.compile(r"[\000-\010]|[\013-\014]|[\016-\037]")
"""Characters that XML, and so a sheet, cannot hold: openpyxl refuses them."""

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class XlsxFormat:
    """A workbook: the results, and a sheet that tells of the run. Text is text, never a formula."""

    layout: Layout

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
        rows = zip(*map(listed, answered.original), *ours, strict=True)
        return b"".join(
            orjson.dumps([_value(v) for v in row], option=orjson.OPT_APPEND_NEWLINE) for row in rows
        )

    def assemble(self, out: Path, pieces: Iterable[bytes], run: RunInfo, tally: Tally) -> None:
        """Write the workbook."""
        import openpyxl  # noqa: PLC0415  0.1 s, for workbooks only

        del tally
        book = openpyxl.Workbook(write_only=True)
        sheet = _Sheet(book, "研判结果" if self.layout.lang == "zh" else "results")
        sheet.append(map(_value, (*self.layout.headers, *self.layout.names.values())), head=True)
        for piece in pieces:
            for line in piece.splitlines():
                sheet.append(orjson.loads(line))
        self._about(book, run)
        _save(book, out, run)

    def _about(self, book: "Workbook", run: RunInfo) -> None:
        """Add the sheet that tells of the run."""
        lang = self.layout.lang
        about = _Sheet(book, "说明" if lang == "zh" else "about")
        notes: list[tuple[str, ...]] = [
            ("date", run.on.isoformat()),
            ("bundle", f"{run.bundle.id} {run.bundle.digest}"),
            ("disclaimer", DISCLAIMER.get(lang)),
        ]
        if run.synthetic:
            notes.insert(0, ("synthetic", SYNTHETIC_BANNER.get(lang)))
        gaps = run.bundle.out_of_scope.values()
        notes += [("out_of_scope", gap.layer, gap.reason.get(lang), gap.ask.get(lang)) for gap in gaps]
        for note in notes:
            about.append(map(_value, note))


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


class _DatelessArchive(zipfile.ZipFile):
    """A zip whose members bear one fixed date, so that equal results are equal files."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:  # noqa: ANN401  as its parent's
        """Add a text."""
        info = zipfile.ZipInfo(zinfo_or_arcname, _ZIP_DATE)
        info.compress_type = zipfile.ZIP_DEFLATED
        super().writestr(info, data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:  # noqa: ANN401  as above
        """Add a file."""
        info = zipfile.ZipInfo(arcname or str(filename), _ZIP_DATE)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.file_size = Path(filename).stat().st_size
        with Path(filename).open("rb") as source, self.open(info, "w") as target:
            shutil.copyfileobj(source, target, 1 << 20)


def _save(book: "Workbook", out: Path, run: RunInfo) -> None:
    from openpyxl.writer.excel import ExcelWriter  # noqa: PLC0415  for workbooks only

    book.properties.created = book.properties.modified = datetime.combine(run.on, time())
    with _DatelessArchive(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        ExcelWriter(book, archive).save()
