"""Findings as lines of a row: concluded once for each kind of place, joined once for each kind of row."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from geo.answer import Words, told_cells, words_of
from geo.evaluate import Asked, conclude, counts_as_out_of_scope
from geo.judge import Judgement, is_told, order, summed, weigh
from geo.logic import Truth
from geo.model import Effect, Finding, Text
from geo.points.batch import Ints
from geo.relate import Place
from geo.view import BundleView, RuleView
from geo.words.headline import notices, outside_layers, sentence

T = TypeVar("T")

Cells = dict[str, list[Any]]

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


Order = tuple[bool, int, int, str]
Entry = tuple[Order, Words]
"""Where in a row a finding stands, and its words."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Told:
    """What findings that are told add to a row.

    Attributes
    ----------
    entries
        One of each that has words for a row, in order.
    weights, unheld
        A bit for each judgement that one of them comes to, and for each of them that is open only because a
        layer is out of the agency's scope.
    notices
        How many of them a person should look at.
    """

    entries: tuple[Entry, ...] = ()
    weights: int = 0
    unheld: int = 0
    notices: int = 0

    @classmethod
    def joined(cls, several: Iterable[Self]) -> Self:
        """The same of all of them."""
        entries: list[Entry] = []
        weights = unheld = notices = 0
        for one in several:
            entries += one.entries
            weights |= one.weights
            unheld |= one.unheld
            notices += one.notices
        entries.sort(key=itemgetter(0))
        return cls(entries=tuple(entries), weights=weights, unheld=unheld, notices=notices)


class _Bits(Generic[T]):
    """A bit for each of some objects, so that sets of them are joined and compared as numbers."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._members: list[T] = []

    def of(self, some: Iterable[T]) -> int:
        """The set of them."""
        bits = 0
        for one in some:
            if id(one) not in self._places:
                self._places[id(one)] = len(self._members)
                self._members.append(one)
            bits |= 1 << self._places[id(one)]
        return bits

    def members(self, bits: int) -> list[T]:
        """Those of a set."""
        return [one for place, one in enumerate(self._members) if bits >> place & 1]


class Lines:
    """Lines and rows of one bundle view, each made once.

    Attributes
    ----------
    cells
        By column of `geo.answer.told_cells`, the cells of each row.
    """

    def __init__(self, view: BundleView, lang: str) -> None:
        self.cells: Cells = {}
        self._view = view
        self._lang = lang
        self._outside = frozenset(view.out_of_scope)
        self._weights, self._unheld = _Bits[Judgement](), _Bits[Finding]()
        self._told: list[_Told] = [_Told()]
        self._numbers: dict[tuple[Slot, Truth, int], int] = {}
        self._same: dict[tuple[object, ...], int] = {(): NO_LINE}
        self._rows: dict[tuple[int, ...], dict[bytes, int]] = {}
        self._count = 0
        self._judged: dict[int, Judgement] = {}
        self._alike: dict[Judgement, Judgement] = {}
        self._layers: dict[int, tuple[str, ...]] = {}
        self._sentences: dict[tuple[int, int, tuple[str, ...]], Text] = {}

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
                self._told.append(self._told_of(told))
            self._numbers[key] = self._same[same]
        return self._numbers[key]

    def _told_of(self, findings: list[Finding]) -> _Told:
        judging = [f for f in findings if f.rule.effect is not Effect.DUTY]
        entries = [((f.rule.effect is Effect.DUTY, *order(f)), words_of(f)) for f in findings]
        return _Told(
            entries=tuple(sorted([one for one in entries if any(one[1])], key=itemgetter(0))),
            weights=self._weights.of(map(weigh, findings)),
            unheld=self._unheld.of(filter(counts_as_out_of_scope, judging)),
            notices=notices(judging),
        )

    def forget(self) -> None:
        """Let go of slots; lines and rows stay, with their numbers."""
        self._numbers.clear()

    def rows(self, same: Iterable[int], table: NDArray[np.int32]) -> Ints:
        """The numbers among ``cells`` of rows that are put together of lines.

        Parameters
        ----------
        same
            Numbers of the lines that all of the rows have.
        table
            By row those of the others, shape (n, k).
        """
        shared = tuple(number for number in same if number != NO_LINE)
        known = self._rows.setdefault(shared, {})
        # A row's bytes take an eighth of the memory of a tuple of its numbers, and are hashed in one go.
        keys = np.ascontiguousarray(table).view(np.dtype((np.void, table.itemsize * table.shape[1])))
        asked: list[bytes] = keys.ravel().tolist()  # type: ignore[assignment]
        base: _Told | None = None
        for place, key in enumerate(asked):
            if key not in known:
                base = base or _Told.joined([self._told[number] for number in shared])
                known[key] = self._count
                self._add(_Told.joined([base, *(self._told[n] for n in table[place].tolist() if n)]))
        return np.array([known[key] for key in asked], dtype=np.int64)

    def _add(self, told: _Told) -> None:
        """One more row."""
        judged = self._judgement(told.weights)
        headline = self._sentence(judged, told.notices, self._layers_unheld(told.unheld))
        cells = told_cells(judged, [words for _, words in told.entries], headline, self._lang)
        for name, cell in cells.items():
            self.cells.setdefault(name, []).append(cell)
        self._count += 1

    def _judgement(self, weights: int) -> Judgement:
        if weights not in self._judged:
            judged = summed(self._weights.members(weights))
            self._judged[weights] = self._alike.setdefault(judged, judged)
        return self._judged[weights]

    def _layers_unheld(self, unheld: int) -> tuple[str, ...]:
        if unheld not in self._layers:
            self._layers[unheld] = outside_layers(self._unheld.members(unheld), self._outside)
        return self._layers[unheld]

    def _sentence(self, judged: Judgement, number: int, outside: tuple[str, ...]) -> Text:
        key = (id(judged), number, outside)  # equal ones are one, and stay
        if key not in self._sentences:
            self._sentences[key] = sentence(
                self._view, judged.verdict, judged.worst_possible, number, outside
            )
        return self._sentences[key]
