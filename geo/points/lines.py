"""Findings as lines of a row: concluded once for each kind of place, joined once for each kind of row."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Self

from geo.answer import Row, Words, told_cells, words_of
from geo.evaluate import Asked, conclude, counts_as_out_of_scope
from geo.judge import Judgement, is_told, order, summed, weigh
from geo.logic import Truth
from geo.model import Effect, Finding, Text
from geo.relate import Place
from geo.view import BundleView, RuleView
from geo.words.headline import notices, outside_layers, sentence

_WEIGHTS: dict[Judgement, Judgement] = {}
"""Equal weights are one object, to be told apart quickly; there are some dozen."""

NO_LINE = 0
"""The number of what is not told at all."""


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """Rules in play that share a place test and a jurisdiction: where one is answered, all are."""

    rule: RuleView
    codes: tuple[str, ...]
    asked: tuple[Asked, ...]


def slots_of(in_play: Iterable[Asked]) -> list[Slot]:
    """Rules in play by what they ask of the place."""
    shared: dict[tuple[str, tuple[str, ...]], list[Asked]] = {}
    for one in in_play:
        shared.setdefault((one.rule.key, one.jurisdictions), []).append(one)
    return [Slot(some[0].rule, codes, tuple(some)) for (_, codes), some in shared.items()]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Line:
    """A finding that is told, and what a row needs of it."""

    finding: Finding
    order: tuple[bool, int, int, str]
    words: Words
    weight: Judgement
    unheld: bool
    notices: int

    @classmethod
    def of(cls, finding: Finding) -> Self:
        weight, duty = weigh(finding), finding.rule.effect is Effect.DUTY
        return cls(
            finding=finding,
            order=(duty, *order(finding)),
            words=words_of(finding),
            weight=_WEIGHTS.setdefault(weight, weight),
            unheld=counts_as_out_of_scope(finding) and not duty,
            notices=0 if duty else notices([finding]),
        )


class Lines:
    """Lines and rows of one bundle view, each made once."""

    def __init__(self, view: BundleView, lang: str) -> None:
        self.cells: list[Row] = []
        self._view = view
        self._lang = lang
        self._outside = frozenset(view.out_of_scope)
        self._told: list[tuple[_Line, ...]] = [()]
        self._numbers: dict[tuple[Slot, Truth, int], int] = {}
        self._same: dict[tuple[object, ...], int] = {(): NO_LINE}
        self._rows: dict[tuple[int, ...], int] = {}
        self._judged: dict[frozenset[int], Judgement] = {}
        self._sentences: dict[tuple[Judgement, int, tuple[str, ...]], Text] = {}
        self._unheld: dict[tuple[_Line, ...], tuple[str, ...]] = {}

    def number(self, slot: Slot, here: Truth, spot: int, place: Place) -> int:
        """The number of the lines that a slot's rules come to at a place; the same lines have one number."""
        key = (slot, here, spot)
        if key not in self._numbers:
            found = [conclude(one, here, place) for one in slot.asked]
            told = [finding for finding in found if is_told(finding)]
            # A rule about sensitive areas names those of the item that is asked.
            same = tuple((f.rule.id, f.rule.layers_named, f.outcome, f.reason, f.borderline) for f in told)
            if same not in self._same:
                self._same[same] = len(self._told)
                self._told.append(tuple(map(_Line.of, told)))
            self._numbers[key] = self._same[same]
        return self._numbers[key]

    def forget(self) -> None:
        """Let go of slots; lines and rows stay, with their numbers."""
        self._numbers.clear()

    def row(self, numbers: tuple[int, ...]) -> int:
        """The number among ``cells`` of the row that is put together of lines."""
        key = tuple(number for number in numbers if number != NO_LINE)
        if key not in self._rows:
            self._rows[key] = len(self.cells)
            self.cells.append(self._put_together(chain.from_iterable(self._told[n] for n in key)))
        return self._rows[key]

    def _put_together(self, lines: Iterable[_Line]) -> Row:
        told = sorted(lines, key=attrgetter("order"))
        weights = frozenset([id(line.weight) for line in told])
        if weights not in self._judged:
            self._judged[weights] = summed(line.weight for line in told)
        judged = self._judged[weights]
        unheld = tuple([line for line in told if line.unheld])
        if unheld not in self._unheld:
            self._unheld[unheld] = outside_layers((line.finding for line in unheld), self._outside)
        number = sum([line.notices for line in told])
        words = self._sentence(judged, number, self._unheld[unheld])
        return told_cells(judged, [line.words for line in told], words, self._lang)

    def _sentence(self, judged: Judgement, number: int, outside: tuple[str, ...]) -> Text:
        key = (judged, number, outside)
        if key not in self._sentences:
            self._sentences[key] = sentence(
                self._view, judged.verdict, judged.worst_possible, number, outside
            )
        return self._sentences[key]
