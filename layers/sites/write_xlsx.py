"""Results as a workbook."""

import math
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import orjson
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.writer.excel import ExcelWriter

from geo.answer import DISCLAIMER, SYNTHETIC_BANNER
from layers.sites.answered import Answered
from layers.sites.chunks import listed
from layers.sites.results import Layout
from layers.sites.run import RunInfo, Tally
from layers.sites.values import cell_text
from layers.sites.write_arrow import check_columns, too_large

XLSX_ROWS = 1_048_576
"""Rows of an Excel sheet, the header included."""

XLSX_COLUMNS = 16_384
_XLSX_CHARACTERS = 32_767
_EXACT_DIGITS = 15
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
        del tally
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("研判结果" if self.layout.lang == "zh" else "results")
        sheet.freeze_panes = "A2"
        names = (*self.layout.headers, *self.layout.names.values())
        sheet.append([_cell(sheet, _value(name), bold=True) for name in names])
        for piece in pieces:
            for line in piece.splitlines():
                sheet.append([_cell(sheet, value) for value in orjson.loads(line)])
        self._about(book, run)
        _save(book, out, run)

    def _about(self, book: openpyxl.Workbook, run: RunInfo) -> None:
        """Add the sheet that tells of the run."""
        lang = self.layout.lang
        about = book.create_sheet("说明" if lang == "zh" else "about")
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
            about.append([_cell(about, _value(text)) for text in note])


def _value(value: object) -> bool | int | float | str | None:
    """A cell's value as the sheet will hold it: a number, a truth value, or text that fits."""
    if isinstance(value, bool) or (isinstance(value, int) and len(str(value)) <= _EXACT_DIGITS):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", cell_text(value))
    if len(text) > _XLSX_CHARACTERS:
        text = f"{text[: _XLSX_CHARACTERS - 60]}… [{len(text)} characters; a cell holds {_XLSX_CHARACTERS}]"
    return text or None


def _cell(sheet: Any, value: bool | float | str | None, *, bold: bool = False) -> Cell:  # noqa: ANN401, FBT001  openpyxl's sheet has no name in its stubs; the value is a cell's
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # else openpyxl makes a formula of what starts with =
    if bold:
        cell.font = Font(bold=True)
    return cell


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


def _save(book: openpyxl.Workbook, out: Path, run: RunInfo) -> None:
    book.properties.created = book.properties.modified = datetime.combine(run.on, time())
    with _DatelessArchive(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        ExcelWriter(book, archive).save()
