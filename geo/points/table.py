"""Points answered as rows of a table: verdict, rules, zones met and the least margin."""

from dataclasses import dataclass

import numpy as np

from geo.answer import Row, told_cells
from geo.check import assumptions, declared
from geo.evaluate import Asked, asked, conclude, used_facts
from geo.headline import headline
from geo.judge import is_told, judge, order
from geo.logic import Truth
from geo.measure import Floats
from geo.model import Effect, Finding, Text
from geo.points.atlas import Atlas
from geo.points.batch import Declaration, Ints, PointBatch
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
    hits
        For each point, (layer, zone id) of every zone met, by layer, then id.
    margin_m, margin_rule
        The margin nearest to 0 and its rule; NaN and "" where none is within 100 m.
    assumed
        By declaration, what was assumed about the footprint.
    """

    rest: np.ndarray
    told: Ints
    cells: list[Row]
    hits: list[list[tuple[str, str]]]
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
        self._findings: dict[tuple[Asked, Truth, int], Finding] = {}

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
            hits=_hits(survey),
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
        found = []
        for one in in_play:
            truth = _HERE[by_place[one.jurisdictions]] if one.jurisdictions else True
            found.append(self._finding(one, truth, by_test[one.rule.key]))
        told = sorted(filter(is_told, found), key=order)
        findings = [f for f in told if f.rule.effect is not Effect.DUTY]
        duties = [f for f in told if f.rule.effect is Effect.DUTY]
        judged = judge(told)
        view = self.atlas.view
        words = headline(view, judged.verdict, judged.worst_possible, findings, self._outside)
        return told_cells(judged, (*findings, *duties), words, self._lang)

    def _finding(self, one: Asked, here: Truth, number: int) -> Finding:
        key = (one, here, number)
        if key not in self._findings:
            self._findings[key] = conclude(one, here, self._places.answers[number])
        return self._findings[key]


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


def _hits(survey: Survey) -> list[list[tuple[str, str]]]:
    out: list[list[tuple[str, str]]] = [[] for _ in range(survey.count)]
    for layer in survey.atlas.layers:
        point, zone = survey.pairs(layer)
        for one, met in sorted(zip(point.tolist(), map(str, layer.zone_id[zone]), strict=True)):
            out[one].append((layer.id, met))
    return out
