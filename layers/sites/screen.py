"""Rows through the core: as many checks as rows, in the order of the rows, whatever their dates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from geo.check import check_projects
from geo.errors import InputError, Problem
from geo.model import Advice, Bundle, Part, Project, Report
from layers.sites.cells.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A row and what came of it: a report, or problems."""

    row: Row
    report: Report | None

    @property
    def status(self) -> str:
        """``ok`` or ``refused``."""
        return "refused" if self.report is None else "ok"


def told_of(result: Result) -> tuple[tuple[Advice, ...], tuple[str, ...]]:
    """What the doctor advised about a row, and the remedies that were applied to it."""
    row = result.row
    if row.part is None:
        return row.advice, ()
    return row.part.site.advice, row.part.site.remedies


def screen(bundle: Bundle, rows: Iterable[Row], *, margins: str = "near") -> list[Result]:
    """Check rows; refused ones stay in their place.

    Parameters
    ----------
    margins
        ``near`` (exact within 100 m, None beyond) or ``all``.
    """
    ordered = list(rows)
    reports: dict[int, Report] = {}
    refused: dict[int, tuple[Problem, ...]] = {}
    by_date: dict[date, list[tuple[int, Part]]] = {}
    for position, row in enumerate(ordered):
        if row.part is not None:
            by_date.setdefault(row.on, []).append((position, row.part))
    for on, parts in by_date.items():
        try:
            reports.update(_checked(bundle, parts, on, margins))
        except InputError:  # one of them is not to take the others with it
            for pair in parts:
                try:
                    reports.update(_checked(bundle, [pair], on, margins))
                except InputError as error:
                    refused[pair[0]] = error.problems
    return [
        Result(
            row=replace(row, part=None, problems=refused[position]) if position in refused else row,
            report=reports.get(position),
        )
        for position, row in enumerate(ordered)
    ]


def _checked(bundle: Bundle, parts: Sequence[tuple[int, Part]], on: date, margins: str) -> dict[int, Report]:
    projects = (Project(parts=(part,)) for _, part in parts)
    answers = check_projects(bundle, projects, on, margins=margins)
    return {position: report for (position, _), report in zip(parts, answers, strict=True)}
