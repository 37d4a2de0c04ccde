"""Place tests for a chunk of points: one of each kind goes down the one road, the rest are told the same."""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from geo.evaluate import jurisdiction
from geo.logic import Truth
from geo.measure import Floats
from geo.model import Reason
from geo.place_test import PlaceTest
from geo.points.atlas import Atlas
from geo.points.batch import Ints
from geo.points.gaps import Form, form_of, measured
from geo.points.groups import Key, grouped
from geo.points.kinds import columns_of, covered
from geo.points.survey import Survey
from geo.relate import Place, place
from geo.relate.unheld import is_unheld
from geo.scene import NEAR_M

Told = tuple[Truth, tuple[Reason, ...], bool]
"""What findings need of a place: truth, reasons, borderline."""


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """The answers to one test; those at doubtful and tied points mean nothing.

    Attributes
    ----------
    told
        Number of each point's answer among `Places.answers`, shape (n,).
    margin_m
        Margin of each point, metres; inf where there is none or none within 100 m.
    everywhere
        The number of the answer that all points have, whatever their place; None where places differ.
    """

    told: Ints
    margin_m: Floats
    everywhere: int | None = None

    @classmethod
    def same(cls, number: int, count: int) -> Self:
        """One answer, without a margin, for every point."""
        return cls(np.broadcast_to(np.int64(number), count), np.broadcast_to(np.inf, count), number)


class Tested(Protocol):
    """A place test and its words: a rule's, or one of several that a rule asks."""

    @property
    def key(self) -> str:
        """The test in words."""
        ...

    @property
    def test(self) -> PlaceTest:
        """The test."""
        ...


class Places:
    """Answers to place tests, remembered from chunk to chunk."""

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        self.answers: list[Place] = []
        self._numbers: dict[Told, int] = {}
        self._kinds: dict[tuple[str, Key], tuple[int, Form]] = {}
        self._here: dict[tuple[tuple[str, ...], Key], Truth] = {}
        self._several: dict[tuple[int, ...], int] = {}
        self._unheld: dict[str, int] = {}
        self._everywhere = self._number((True, (), False))

    def spots(self, survey: Survey, rule: Tested) -> Spots:
        """A rule's place test for every point."""
        if not rule.test.layers:
            return Spots.same(self._everywhere, survey.count)
        if is_unheld(self.atlas.view, rule.test):
            return Spots.same(self._of_unheld(survey, rule), survey.count)
        told, margin = np.zeros(survey.count, dtype=np.int64), np.full(survey.count, np.inf)
        columns = columns_of(survey, rule.test)
        rows = survey.sound[~survey.tied[survey.sound]]
        if len(rows) == 0:
            return Spots(told, margin)
        groups = grouped([column[rows] for column in columns])
        of_group = np.zeros(len(groups), dtype=np.int64)
        by_form: dict[Form, list[int]] = {}
        for number, key in enumerate(groups.keys):
            of_group[number], form = self._kind(survey, rule, key, int(rows[groups.first[number]]))
            by_form.setdefault(form, []).append(number)
        for form, numbers in by_form.items():
            if form != np.inf:
                meant = np.zeros(len(groups), dtype=bool)
                meant[numbers] = True
                some = rows[meant[groups.group]]
                margin[some] = measured(survey, form, some)
        margin[~(np.abs(margin) <= NEAR_M)] = np.inf
        told[rows] = of_group[groups.group]
        return Spots(told, margin)

    def here(self, survey: Survey, codes: tuple[str, ...]) -> Ints:
        """Whether points lie in a jurisdiction: 1 yes, 0 no, -1 unknown."""
        told = np.zeros(survey.count, dtype=np.int64)
        if len(survey.sound) == 0:
            return told
        groups = grouped([column[survey.sound] for column in self._admin_columns(survey)])
        out = np.zeros(len(groups), dtype=np.int64)
        for number, key in enumerate(groups.keys):
            if (codes, key) not in self._here:
                first = int(survey.sound[groups.first[number]])
                self._here[codes, key] = jurisdiction(survey.scene(first), codes)
            truth = self._here[codes, key]
            out[number] = -1 if truth is None else int(truth)
        told[survey.sound] = out[groups.group]
        return told

    def _kind(self, survey: Survey, rule: Tested, key: Key, row: int) -> tuple[int, Form]:
        if (rule.key, key) not in self._kinds:
            answer = place(survey.scene(row), rule.test)
            number = self.numbered(answer)
            self._kinds[rule.key, key] = number, form_of(self.atlas, answer.gap, rule.test)
        return self._kinds[rule.key, key]

    def _of_unheld(self, survey: Survey, rule: Tested) -> int:
        """The one answer to a test of layers that are not held: no place matters."""
        if rule.key not in self._unheld:
            answer = place(survey.scene(0), rule.test)
            self._unheld[rule.key] = self.numbered(answer)
        return self._unheld[rule.key]

    def numbered(self, answer: Place) -> int:
        """The number of an answer; equal ones share it."""
        return self._number((answer.truth, answer.reasons, answer.borderline))

    def _number(self, told: Told) -> int:
        if told not in self._numbers:
            truth, reasons, borderline = told
            self._numbers[told] = len(self.answers)
            self.answers.append(Place(truth=truth, reasons=reasons, borderline=borderline))
        return self._numbers[told]

    def _admin_columns(self, survey: Survey) -> list[Ints]:
        """Which administrative units hold or touch each point with its disc and accuracy."""
        layer = survey.atlas.view.layers.get("admin_unit")
        if layer is None or layer.tree is None:
            return [np.zeros(survey.count, dtype=np.int64)]
        point, zone = survey.pairs(layer)
        met = self._sets(survey.count, point, zone)
        point, zone, gap = survey.around(layer)
        reach = survey.accuracy_m((layer.id,)) + survey.disc_m
        near = gap <= reach[point]
        return [met, self._sets(survey.count, point[near], zone[near]), covered(survey, layer, (0.0,))]

    def _sets(self, count: int, point: Ints, zone: Ints) -> Ints:
        """A number for each point's set of zones; -1 for none. A set has the same number in any chunk."""
        out = np.full(count, -1, dtype=np.int64)
        number = np.bincount(point, minlength=count)
        out[point[number[point] == 1]] = zone[number[point] == 1]
        several: dict[int, list[int]] = {}
        many = number[point] > 1
        for one, row in zip(point[many].tolist(), zone[many].tolist(), strict=True):
            several.setdefault(one, []).append(row)
        for one, rows in several.items():
            out[one] = -2 - self._several.setdefault(tuple(sorted(rows)), len(self._several))
        return out
