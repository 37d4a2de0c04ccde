"""Points answered as rows of a table: verdict, rules, zones met and the least margin."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from geo.answer import UNITS, Row, told_cells
from geo.check import assumptions, declared
from geo.evaluate import Asked, asked, conclude, counts_as_out_of_scope, used_facts
from geo.headline import notices, outside_layers, sentence
from geo.judge import Judgement, is_told, order, summed, weigh
from geo.logic import Truth
from geo.measure import Floats
from geo.model import Effect, Finding, Text
from geo.points.atlas import Atlas
from geo.points.batch import Declaration, Ints, PointBatch
from geo.points.hits import hits_text
from geo.points.kinds import grouped, is_columnar
from geo.points.places import Places, Spots
from geo.points.survey import Survey
from geo.view import RuleView

_HERE: dict[int, Truth] = {1: True, 0: False, -1: None}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PointAnswers:
    """Rows of a table.

    Attributes
    ----------
    rest
        Points that are not answered here and want the one road, shape (n,).
    told
        Number of each point's cells among ``cells``.
    cells
        What findings alone decide (`geo.answer.told_cells`).
    hits, units
        For each point every zone met as ``layer:id``, and the control units' ids, joined by ``;``.
    margin_m, margin_rule
        The margin nearest to 0 and its rule; NaN and "" where none is within 100 m.
    assumed
        By declaration, what was assumed about the footprint.
    """

    rest: np.ndarray
    told: Ints
    cells: list[Row]
    hits: list[str]
    units: list[str]
    margin_m: Floats
    margin_rule: list[str]
    assumed: tuple[tuple[Text, ...], ...]


class PointTable:
    """Answers points of one bundle on one date; what it learns of one chunk serves the next."""

    def __init__(self, atlas: Atlas, lang: str = "zh") -> None:
        self.atlas = atlas
        self._lang = lang
        self._places = Places(atlas)
        self._outside = {x for x in atlas.view.out_of_scope if atlas.view.layers[x].edition is None}
        self._cells: list[Row] = []
        self._numbers: dict[tuple[object, tuple[int, ...]], int] = {}
        self._lines: dict[tuple[Asked, int, int], _Line | None] = {}
        self._unheld: dict[tuple[_Line, ...], tuple[str, ...]] = {}

    def answer(self, batch: PointBatch) -> PointAnswers:
        """The rows of a chunk."""
        survey = Survey(self.atlas, batch)
        plays = [self._in_play(declaration) for declaration in batch.declarations]
        distinct = list(dict.fromkeys(plays))
        group = np.array([distinct.index(play) for play in plays], dtype=np.int64)[batch.declaration]
        told = np.zeros(survey.count, dtype=np.int64)
        least, rule_of = np.full(survey.count, np.inf), np.full(survey.count, "", dtype=object)
        rest = survey.doubtful.copy()
        seen = _Seen(survey, self._places)
        for number, in_play in enumerate(distinct):
            rows = np.flatnonzero(group == number)
            if all(is_columnar(one.rule.test) for one in in_play):
                told[rows] = self._told(in_play, rows, seen)
                least[rows], rule_of[rows] = _least(in_play, rows, seen)
            else:
                rest[rows] = True
        return PointAnswers(
            rest=rest,
            told=told,
            cells=self._cells,
            hits=hits_text(survey, survey.atlas.layers, named=True),
            units=hits_text(survey, [x for x in survey.atlas.layers if x.id == UNITS], named=False),
            margin_m=np.where(np.isfinite(least), least, np.nan),
            margin_rule=rule_of.tolist(),
            assumed=tuple(assumptions(stand) for stand in survey.stands),
        )

    def _in_play(self, declaration: Declaration) -> tuple[Asked, ...]:
        view = self.atlas.view
        facts = used_facts(view.bundle.rulebook, declaration.part(0.0, 0.0, 0.0), 0.0)
        return asked(view, declaration.activity, declared(view, facts))[0]

    def _told(self, in_play: tuple[Asked, ...], rows: Ints, seen: "_Seen") -> Ints:
        tests = list({one.rule.key: one.rule for one in in_play}.values())
        places = list(dict.fromkeys(one.jurisdictions for one in in_play if one.jurisdictions))
        columns = [seen.spots(rule).told[rows] for rule in tests]
        columns += [seen.here(codes)[rows] for codes in places]
        groups = grouped(columns or [np.zeros(len(rows), dtype=np.int64)])
        numbers = np.zeros(len(groups.keys), dtype=np.int64)
        for number, key in enumerate(groups.keys):
            if (in_play, key) not in self._numbers:
                self._numbers[in_play, key] = len(self._cells)
                by_test = {rule.key: told for rule, told in zip(tests, key, strict=False)}
                by_place = dict(zip(places, key[len(tests) :], strict=False))
                self._cells.append(self._row(in_play, by_test, by_place))
            numbers[number] = self._numbers[in_play, key]
        return numbers[groups.group]

    def _row(
        self, in_play: tuple[Asked, ...], by_test: dict[str, int], by_place: dict[tuple[str, ...], int]
    ) -> Row:
        lines = (
            self._line(one, by_place.get(one.jurisdictions, 1), by_test[one.rule.key]) for one in in_play
        )
        told = sorted((line for line in lines if line is not None), key=_Line.sort_key)
        findings = [line.finding for line in told if not line.duty]
        duties = [line.finding for line in told if line.duty]
        judged = summed(line.weight for line in told)
        unheld = tuple(line for line in told if line.unheld and not line.duty)
        if unheld not in self._unheld:
            self._unheld[unheld] = outside_layers((line.finding for line in unheld), self._outside)
        words = sentence(
            self.atlas.view, judged.verdict, judged.worst_possible, notices(findings), self._unheld[unheld]
        )
        return told_cells(judged, (*findings, *duties), words, self._lang)

    def _line(self, one: Asked, here: int, number: int) -> "_Line | None":
        """The finding of a rule; None where it is not told."""
        key = (one, here, number)
        if key not in self._lines:
            finding = conclude(one, _HERE[here], self._places.answers[number])
            self._lines[key] = _Line.of(finding) if is_told(finding) else None
        return self._lines[key]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Line:
    """A finding that is told, and what a row needs of it."""

    finding: Finding
    order: tuple[int, int, str]
    weight: Judgement
    duty: bool
    unheld: bool

    @classmethod
    def of(cls, finding: Finding) -> Self:
        return cls(
            finding=finding,
            order=order(finding),
            weight=weigh(finding),
            duty=finding.rule.effect is Effect.DUTY,
            unheld=counts_as_out_of_scope(finding),
        )

    def sort_key(self) -> tuple[int, int, str]:
        return self.order


class _Seen:
    """Place tests and jurisdictions of one chunk, each answered once."""

    def __init__(self, survey: Survey, places: Places) -> None:
        self._survey = survey
        self._places = places
        self._spots: dict[str, Spots] = {}
        self._here: dict[tuple[str, ...], Ints] = {}

    def spots(self, rule: RuleView) -> Spots:
        if rule.key not in self._spots:
            self._spots[rule.key] = self._places.spots(self._survey, rule)
        return self._spots[rule.key]

    def here(self, codes: tuple[str, ...]) -> Ints:
        if codes not in self._here:
            self._here[codes] = self._places.here(self._survey, codes)
        return self._here[codes]


def _least(in_play: tuple[Asked, ...], rows: Ints, seen: _Seen) -> tuple[Floats, np.ndarray]:
    """The margin nearest to 0 of all rules in play, the first rule's by id where several share it."""
    best, rule_of = np.full(len(rows), np.inf), np.full(len(rows), "", dtype=object)
    by_id = sorted(in_play, key=lambda one: one.rule.rule.id)
    # Of rules with one test and one jurisdiction the first has the margin: later ones are not nearer.
    firsts = {(one.rule.key, one.jurisdictions): one for one in reversed(by_id)}
    for one in sorted(firsts.values(), key=lambda one: one.rule.rule.id):
        margin = seen.spots(one.rule).margin_m[rows]
        better = np.round(np.abs(margin), 3) < np.round(np.abs(best), 3)
        if one.jurisdictions:
            better &= seen.here(one.jurisdictions)[rows] != 0
        best[better], rule_of[better] = margin[better], one.rule.rule.id
    return best, rule_of
