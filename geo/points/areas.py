"""Sensitive areas of the EIA list for a chunk of points: the tests answered one by one, then put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self

import numpy as np

from geo.eia.ask import EiaAsked
from geo.eia.told import Cells, cells_of
from geo.measure import Floats, Objects
from geo.once import Once
from geo.place_test import AreaQuestion, PlaceTest
from geo.points.batch import Ints
from geo.points.groups import Key, grouped
from geo.points.places import Places, Spots
from geo.points.survey import Survey
from geo.relate import Place
from geo.relate.areas import raised


@dataclass(frozen=True, slots=True)
class _Tested:
    key: str
    test: PlaceTest


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """What the list asks of points; None where it asks nothing.

    Attributes
    ----------
    of_row
        Position of each point among what is asked, shape (n,).
    """

    asked: tuple[EiaAsked | None, ...]
    of_row: Ints

    @classmethod
    def of(cls, by_declaration: Sequence[EiaAsked | None], declaration: Ints) -> Self:
        """The distinct ones of what is asked of each declaration."""
        numbers: dict[EiaAsked | None, int] = {}
        of_each = [numbers.setdefault(one, len(numbers)) for one in by_declaration]
        return cls(tuple(numbers), np.array(of_each, dtype=np.int64)[declaration])

    def only(self, rows: Ints) -> "Listed":
        """That of some points."""
        return Listed(self.asked, self.of_row[rows])


class Areas:
    """What sets of areas come to, by the answers that `Places` has."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._raised, self._after = Once[int](), Once[Cells]()

    def raised(self, survey: Survey, question: AreaQuestion) -> Spots:
        """Whether areas raise the class, for every point (`geo.relate.areas.raised`)."""
        found = self._found(survey, question)
        groups = grouped([np.zeros(survey.count, dtype=np.int64), *(spots.told for spots in found)])
        told = np.zeros(len(groups), dtype=np.int64)
        margin = np.full(survey.count, np.inf)
        of_group = np.argsort(groups.group, kind="stable")
        starts = np.searchsorted(groups.group[of_group], np.arange(len(groups) + 1))
        for number, key in enumerate(groups.keys):
            answers = self._answers(key[1:])
            told[number] = self._raised.get((question,), partial(self._raise, question, answers), key)
            if not any(question.declared):
                rows = of_group[starts[number] : starts[number + 1]]
                margin[rows] = _least(answers, [spots.margin_m[rows] for spots in found], len(rows))
        return Spots(told[groups.group], margin)

    def cells(self, survey: Survey, listed: Listed) -> tuple[Objects, Objects]:
        """Classes before and after sensitive areas as a table tells them."""
        before, after = (np.full(survey.count, "", dtype=object) for _ in range(2))
        order = np.argsort(listed.of_row, kind="stable")
        starts = np.flatnonzero(np.diff(listed.of_row[order])) + 1
        for rows in np.split(order, starts) if survey.count else ():
            one = listed.asked[listed.of_row[rows[0]]]
            if one is not None:
                before[rows], after[rows] = self._cells(survey, one, rows)
        return before, after

    def _cells(self, survey: Survey, asked: EiaAsked, rows: Ints) -> tuple[str, Objects]:
        found = self._found(survey, asked.question)
        none = np.zeros(len(rows), dtype=np.int64)
        groups = grouped([none, *(spots.told[rows] for spots in found)])
        told = [self._after.get((asked,), partial(self._told, asked, key), key) for key in groups.keys]
        after = np.array([*(cell for _, cell in told), None], dtype=object)[:-1]
        return told[0][0], after[groups.group]

    def _raise(self, question: AreaQuestion, answers: Sequence[Place]) -> int:
        return self._places.numbered(raised(question, _by_set(question, answers)))

    def _told(self, asked: EiaAsked, key: Key) -> Cells:
        return cells_of(asked.scope, _by_set(asked.question, self._answers(key[1:])), asked.declared)

    def _found(self, survey: Survey, question: AreaQuestion) -> list[Spots]:
        """The answers to each test, set by set; sets and declarations share them."""
        tests = [
            _Tested(key, test)
            for keys, some in zip(question.keys, question.sets, strict=True)
            for key, test in zip(keys, some, strict=True)
        ]
        return [survey.keep(("area", one.key), partial(self._places.spots, survey, one)) for one in tests]

    def _answers(self, numbers: Sequence[int]) -> list[Place]:
        return [self._places.answers[number] for number in numbers]


def _by_set(question: AreaQuestion, answers: Sequence[Place]) -> list[list[Place]]:
    each = iter(answers)
    return [[next(each) for _ in some] for some in question.sets]


def _least(answers: Sequence[Place], margins: Sequence[Floats], count: int) -> Floats:
    """`geo.relate.areas.least_margin` in columns: inf is no margin."""
    met = [margin for place, margin in zip(answers, margins, strict=True) if place.truth is True]
    if met:
        table = np.stack(met)
        return np.where(np.isfinite(table).all(axis=0), table.min(axis=0), np.inf)
    if not margins or any(place.truth is None for place in answers):
        return np.full(count, np.inf)
    return np.asarray(np.stack(margins).min(axis=0))
