"""Points answered as rows of a table: verdict, rules, zones met and the least margin."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.alike import Declared
from geo.answer import UNITS
from geo.check import assumptions, declared
from geo.eia.ask import eia_asked
from geo.evaluate import Asked, asked, used_facts
from geo.logic import Truth
from geo.measure import Floats
from geo.model import Text
from geo.points.areas import Areas, Listed
from geo.points.atlas import Atlas
from geo.points.batch import Declaration, Ints, PointBatch
from geo.points.groups import grouped
from geo.points.hits import hits_text
from geo.points.kinds import is_columnar
from geo.points.lines import Cells, Lines, Slot, slots_of
from geo.points.places import Places, Spots
from geo.points.survey import Survey
from geo.view import Mask, Objects, RuleView

_APART = 8
"""Kinds of declaration in a chunk whose points are measured apart."""

_MOST_KEPT = 5_000
"""Declarations that are remembered; more are worked out again."""

_KINDS: dict[str, NDArray[Any]] = {
    "rest": np.zeros(1, dtype=bool),
    "told": np.zeros(1, dtype=np.int64),
    "hits": np.zeros(1, dtype=object),
    "units": np.zeros(1, dtype=object),
    "eia_before": np.zeros(1, dtype=object),
    "eia_class": np.zeros(1, dtype=object),
    "margin_m": np.zeros(1),
    "margin_rule": np.zeros(1, dtype=object),
}
_HERE: dict[int, Truth] = {1: True, 0: False, -1: None}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PointAnswers:
    """Rows of a table.

    Attributes
    ----------
    rest
        Points that are not answered here and want the one road, shape (n,).
    told
        Place of each point's cells in the columns of ``cells``.
    cells
        What findings alone decide (`geo.answer.told_cells`), by column.
    hits, units
        For each point every zone met as ``layer:id``, and the control units' ids, joined by ``;``.
    eia_before, eia_class
        EIA classes possible without and with sensitive areas, joined by ``;``; "" where nothing is asked.
    margin_m, margin_rule
        The margin nearest to 0 and its rule; NaN and "" where none is within 100 m.
    assumed
        By declaration, what was assumed about the footprint.
    """

    rest: Mask
    told: Ints
    cells: Cells
    hits: Objects
    units: Objects
    eia_before: Objects
    eia_class: Objects
    margin_m: Floats
    margin_rule: Objects
    assumed: tuple[tuple[Text, ...], ...]

    def told_of(self, point: int) -> dict[str, Any]:
        """What findings decide of one point."""
        return {name: column[self.told[point]] for name, column in self.cells.items()}


class PointTable:
    """Answers points of one bundle on one date; what it learns of one chunk serves the next."""

    def __init__(self, atlas: Atlas, lang: str = "zh") -> None:
        self.atlas = atlas
        self._places = Places(atlas)
        self._areas = Areas(self._places)
        self._lines = Lines(atlas.view, lang)
        self._slots: dict[tuple[Asked, ...], list[Slot]] = {}

    def answer(self, batch: PointBatch) -> PointAnswers:
        """The rows of a chunk."""
        numbers: dict[tuple[Asked, ...], int] = {}
        keys = [(one.activity, self._declared(one)) for one in batch.declarations]
        plays = [numbers.setdefault(asked(self.atlas.view, *key)[0], len(numbers)) for key in keys]
        distinct, group = list(numbers), np.array(plays, dtype=np.int64)[batch.declaration]
        listed = Listed.of([eia_asked(self.atlas.view, *key) for key in keys], batch.declaration)
        every = np.arange(len(batch.lon))
        # Apart, points are measured for their own rules only; too many small parts would cost more than that.
        parts = (
            [np.flatnonzero(group == n) for n in range(len(distinct))] if len(distinct) <= _APART else [every]
        )
        answered = [
            self._answered(batch.only(rows), group[rows], distinct, listed.only(rows))
            for rows in parts
            if len(rows)
        ]
        back = np.argsort(np.concatenate([rows for rows in parts if len(rows)] or [every]), kind="stable")
        stands = [declaration.footing(self.atlas.view) for declaration in batch.declarations]
        return PointAnswers(
            **{
                name: np.concatenate([part[name] for part in answered] or [kind[:0]])[back]
                for name, kind in _KINDS.items()
            },
            cells=self._lines.cells,
            assumed=tuple(map(assumptions, stands)),
        )

    def _answered(
        self, batch: PointBatch, group: Ints, distinct: list[tuple[Asked, ...]], listed: Listed
    ) -> dict[str, NDArray[Any]]:
        """Some points of a chunk together; ``group`` tells which of the ``distinct`` rules each is asked."""
        survey = Survey(self.atlas, batch)
        told = np.zeros(survey.count, dtype=np.int64)
        least, rule_of = np.full(survey.count, np.inf), np.full(survey.count, "", dtype=object)
        rest = survey.doubtful.copy()
        seen = _Seen(survey, self._places, self._areas)
        before, after = self._areas.cells(survey, listed)
        by_group = survey.sound[np.argsort(group[survey.sound], kind="stable")]
        starts = np.flatnonzero(np.diff(group[by_group])) + 1
        for rows in np.split(by_group, starts) if len(by_group) else ():
            in_play = distinct[group[rows[0]]]
            if all(is_columnar(self.atlas, one.rule.test) for one in in_play):
                slots = self._slots_of(in_play)
                told[rows] = self._told(slots, rows, seen)
                least[rows], rule_of[rows] = _least(slots, rows, seen)
            else:
                rest[rows] = True
        rest |= survey.tied
        units = [layer for layer in survey.atlas.layers if layer.id == UNITS]
        return {
            "rest": rest,
            "told": told,
            "hits": hits_text(survey, survey.atlas.layers, named=True),
            "units": hits_text(survey, units, named=False),
            "eia_before": before,
            "eia_class": after,
            "margin_m": np.where(np.isfinite(least), least, np.nan),
            "margin_rule": rule_of,
        }

    def _declared(self, declaration: Declaration) -> Declared:
        view = self.atlas.view
        facts = used_facts(view.bundle.rulebook, declaration.part(0.0, 0.0, 0.0), 0.0)
        return declared(view, facts)

    def _slots_of(self, in_play: tuple[Asked, ...]) -> list[Slot]:
        if in_play not in self._slots:
            if len(self._slots) >= _MOST_KEPT:
                self._slots.clear()
                self._lines.forget()
            self._slots[in_play] = slots_of(in_play)
        return self._slots[in_play]

    def _told(self, slots: list[Slot], rows: Ints, seen: "_Seen") -> Ints:
        answers, same = self._places.answers, list[int]()
        codes, numbers = [np.zeros(len(rows), dtype=np.int64)], [np.zeros(1, dtype=np.int32)]
        for slot in slots:
            number = seen.spots(slot.rule).everywhere
            if number is None or slot.codes:
                code, of_code = self._numbered(slot, rows, seen)
                codes.append(code)
                numbers.append(of_code)
            else:
                same.append(self._lines.number(slot, True, number, answers[number]))  # noqa: FBT003 (a truth)
        groups = grouped(codes)
        some = [of_code[code[groups.first]] for code, of_code in zip(codes, numbers, strict=True)]
        return self._lines.rows(same, np.column_stack(some))[groups.group]

    def _numbered(self, slot: Slot, rows: Ints, seen: "_Seen") -> tuple[Ints, NDArray[np.int32]]:
        """What a slot's rules come to at each point: a small code, and the number of lines of each code."""
        kind = 3 * seen.spots(slot.rule).told[rows]
        kind += seen.here(slot.codes)[rows] + 1 if slot.codes else 2
        kinds, answers = np.flatnonzero(np.bincount(kind)), self._places.answers
        number = [self._lines.number(slot, _HERE[k % 3 - 1], k // 3, answers[k // 3]) for k in kinds.tolist()]
        code = {one: place for place, one in enumerate(dict.fromkeys(number))}
        code_of = np.zeros(3 * len(answers), dtype=np.int64)
        code_of[kinds] = [code[one] for one in number]
        return code_of[kind], np.array(list(code), dtype=np.int32)


class _Seen:
    """Place tests and jurisdictions of one chunk, each answered once."""

    def __init__(self, survey: Survey, places: Places, areas: Areas) -> None:
        self._survey = survey
        self._places = places
        self._areas = areas
        self._spots: dict[str, Spots] = {}
        self._here: dict[tuple[str, ...], Ints] = {}

    def spots(self, rule: RuleView) -> Spots:
        if rule.key not in self._spots:
            question = rule.test.areas
            self._spots[rule.key] = (
                self._places.spots(self._survey, rule)
                if question is None
                else self._areas.raised(self._survey, question)
            )
        return self._spots[rule.key]

    def here(self, codes: tuple[str, ...]) -> Ints:
        if codes not in self._here:
            self._here[codes] = self._places.here(self._survey, codes)
        return self._here[codes]


def _least(slots: list[Slot], rows: Ints, seen: _Seen) -> tuple[Floats, Objects]:
    """The margin nearest to 0 of all rules in play, the first rule's by id where several share it."""
    best, rule_of = np.full(len(rows), np.inf), np.full(len(rows), "", dtype=object)
    size = np.full(len(rows), np.inf)
    first = {min(one.rule.rule.id for one in slot.asked): slot for slot in slots}
    for rule, slot in sorted(first.items()):
        spots = seen.spots(slot.rule)
        if spots.everywhere is not None:
            continue
        margin = spots.margin_m[rows]
        near = np.flatnonzero(np.isfinite(margin))
        told = np.round(np.abs(margin[near]), 3)
        better = told < size[near]
        if slot.codes:
            better &= seen.here(slot.codes)[rows[near]] != 0
        some = near[better]
        best[some], size[some], rule_of[some] = margin[some], told[better], rule
    return best, rule_of
