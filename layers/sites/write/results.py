"""The table of results: the input's own columns, then ours; how each kind of file names and types them."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from geo.answer import SYNTHETIC_BANNER, to_row
from geo.model import Advice, Scalar, Text
from layers.sites.cells.columns import Columns, plain
from layers.sites.read.sources import Source
from layers.sites.screen import Result

COLUMNS: dict[str, pa.DataType] = {
    "site_id": pa.string(),
    "status": pa.string(),
    "verdict": pa.string(),
    "complete": pa.bool_(),
    "worst_possible": pa.string(),
    "applies": pa.string(),
    "not_assessed": pa.string(),
    "hits": pa.string(),
    "units": pa.string(),
    "margin_m": pa.float64(),
    "margin_rule": pa.string(),
    "problems": pa.string(),
    "eia_before": pa.string(),
    "eia_class": pa.string(),
    "verdict_text": pa.string(),
    "headline": pa.string(),
    "remarks": pa.string(),
    "synthetic": pa.string(),
    "draft_verdict": pa.string(),
    "draft_applies": pa.string(),
}
"""Result columns in order, with their types; the last two are there only where drafts are named."""

DRAFTED = {"draft_verdict": "verdict", "draft_applies": "applies"}
"""Columns of the answer with drafts in force, by those they repeat."""

PREFIX = "fenqu_"
"""Stands before a column of ours where the input has one of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the output is laid out.

    Attributes
    ----------
    headers
        The input's columns, as they are.
    names
        Output name by result column; ``site_id`` is absent where the input has its own.
    schema
        Arrow types of the input's columns; None = text.
    features
        The input brought geometries: Parquet output carries them.
    lang
        Language of problems and pages.
    """

    headers: tuple[str, ...]
    names: dict[str, str]
    schema: pa.Schema | None
    features: bool
    lang: str

    def cells(self, result: Result) -> dict[str, Scalar | None]:
        """Result cells by output name, in order."""
        cells = result_cells(result, self.lang)
        return {name: cells[column] for column, name in self.names.items()}

    def unique_headers(self, *, ignore_case: bool = False) -> tuple[str, ...]:
        """The input's headers where a format wants distinct ones: blanks named, second ones numbered."""
        taken = {_key(name, ignore_case=ignore_case) for name in self.names.values()}
        unique = []
        for position, header in enumerate(self.headers, start=1):
            name = base = header or f"column_{position}"
            count = 1
            while _key(name, ignore_case=ignore_case) in taken:
                count += 1
                name = f"{base}_{count}"
            taken.add(_key(name, ignore_case=ignore_case))
            unique.append(name)
        return tuple(unique)


def _key(name: str, *, ignore_case: bool) -> str:
    return name.casefold() if ignore_case else name


def lay_out(source: Source, columns: Columns, *, lang: str, drafts: bool = False) -> Layout:
    """Name the result columns beside those of the input; ours give way with the prefix ``fenqu_``."""
    taken = {plain(header) for header in source.headers}
    names: dict[str, str] = {}
    for column in COLUMNS:
        if column == "site_id" and columns.names_site_id():
            continue
        if column in DRAFTED and not drafts:
            continue
        name = column
        while name in taken:
            name = PREFIX + name
        names[column] = name
    return Layout(
        headers=source.headers,
        names=names,
        schema=source.schema,
        features=source.features,
        lang=lang,
    )


def result_cells(result: Result, lang: str) -> dict[str, Scalar | None]:
    """All result columns of one row; a refused row has only its id, status and problems."""
    cells: dict[str, Scalar | None] = dict.fromkeys(COLUMNS)
    cells["site_id"] = result.row.site_id
    cells["status"] = result.status
    if result.report is not None:
        answer = to_row(result.report, lang)
        cells.update({name: answer[name] for name in COLUMNS if name in answer})
        part = result.report.parts[0]
        cells["remarks"] = remarks_text(part.remarks, part.part.site.advice, lang)
        cells["synthetic"] = SYNTHETIC_BANNER.get(lang) if result.report.synthetic else None
    cells["problems"] = problem_text(result, lang) or None
    return cells


def problem_text(result: Result, lang: str) -> str:
    """All problems of a row on one line, and what it may have meant."""
    problems = (problem.line(lang) for problem in result.row.problems)
    return "; ".join((*problems, *(advice.line(lang) for advice in result.row.advice)))


def remarks_text(remarks: Iterable[Text], advice: Iterable[Advice], lang: str) -> str:
    """All remarks on a row on one line, the doctor's advice last."""
    return "; ".join((*(text.get(lang) for text in remarks), *(one.line(lang) for one in advice)))
