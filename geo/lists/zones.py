"""Entry lists of the zones of one layer: which clauses hold for which zones, and which of them name whom."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from operator import eq

import numpy as np
from numpy.typing import NDArray

from geo.lists.naming import Who, named
from geo.logic import Truth, any_of
from geo.measure import Objects
from geo.model import ANY, Certainty, Clause, ClauseLevel, ClauseTest, Effect, Naming, Reason, Rulebook

Mask = NDArray[np.bool_]
Kind = tuple[str, Certainty, tuple[str, ...]]
"""What decides whether a clause is heard: its verb, its certainty, whom it names."""

_CODE_COLUMNS = ("unit_code", "zone_code")
_PLACE_IN_CODE = re.compile(r"(?:ZH|YS)(\d{6})")
_MILD = (Effect.NOTICE, Effect.DUTY)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """Zones in whose lists a rule hears what it asks about.

    Attributes
    ----------
    yes, maybe
        Zones of which that is sure, and those of which it may be so; no zone is in both.
    why
        By reason, the zones it leaves open; a zone may have several.
    """

    yes: Mask
    maybe: Mask
    why: dict[Reason, Mask]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Wide:
    """A clause of province or city: the zones it surely holds for, and those it may hold for."""

    clause: int
    sure: Mask
    maybe: Mask


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EntryLists:
    """Clauses of the zones of a layer on a date.

    Attributes
    ----------
    held
        Zones whose list is at hand: their silence counts.
    clause, zone
        One entry for each clause of a unit and its zone.
    """

    clauses: tuple[Clause, ...]
    kinds: tuple[Kind, ...]
    kind: NDArray[np.intp]
    held: Mask
    clause: NDArray[np.intp]
    zone: NDArray[np.intp]
    wide: tuple[_Wide, ...]

    def heard(self, rulebook: Rulebook, who: Who, test: ClauseTest, effect: Effect) -> Heard:
        """In which lists a rule of this effect hears of somebody."""
        told = [_heard(rulebook, who, test, effect, kind) for kind in self.kinds]
        yes, why = self._spread(told)
        if test.named is Naming.NEVER:
            yes, why = self.held & ~yes, {}
        if not test.silent_without_list:
            why[Reason.NOT_PUBLISHED] = ~self.held
        return settled(yes, why)

    def _spread(self, told: list[tuple[Truth, Reason | None]]) -> tuple[Mask, dict[Reason, Mask]]:
        """What clauses say, told of their zones."""
        yes = np.zeros(len(self.held), dtype=bool)
        why: dict[Reason, Mask] = {}

        def note(reason: Reason | None, zones: Mask | NDArray[np.intp]) -> None:
            if reason is not None:
                why.setdefault(reason, np.zeros(len(self.held), dtype=bool))[zones] = True

        of_pair = self.kind[self.clause]
        for number, (truth, reason) in enumerate(told):
            if truth is False:
                continue
            zones = self.zone[of_pair == number]
            if truth is True:
                yes[zones] = True
            note(reason, zones)
        for wide in self.wide:
            truth, reason = told[self.kind[wide.clause]]
            if truth is True:
                yes |= wide.sure
                note(Reason.ATTRIBUTE_UNKNOWN, wide.maybe)
            elif truth is None:
                note(reason, wide.sure | wide.maybe)
        return yes, why

    def of_zone(self, zone: int) -> Iterator[Clause]:
        """Every clause that holds for a zone or may, those of the widest level first."""
        for wide in self.wide:
            if wide.sure[zone] or wide.maybe[zone]:
                yield self.clauses[wide.clause]
        for clause in self.clause[self.zone == zone]:
            yield self.clauses[clause]


def settled(yes: Mask, why: dict[Reason, Mask]) -> Heard:
    """What is sure, and what reasons leave open of the rest."""
    open_ = {reason: mask & ~yes for reason, mask in why.items()}
    left = {reason: mask for reason, mask in open_.items() if mask.any()}
    return Heard(yes=yes, maybe=np.logical_or.reduce([np.zeros_like(yes), *left.values()]), why=left)


def speaks(rulebook: Rulebook, who: Who, test: ClauseTest, clause: Clause) -> Truth:
    """Whether a clause is one that a rule asks about, its certainty aside."""
    if clause.verb not in test.verbs:
        return False
    itself = named(rulebook, who, clause.names)
    if test.named is Naming.EVERYONE:
        return ANY in clause.names
    return any_of([itself, ANY in clause.names]) if test.named is Naming.ANY else itself


def _heard(
    rulebook: Rulebook, who: Who, test: ClauseTest, effect: Effect, kind: Kind
) -> tuple[Truth, Reason | None]:
    """Whether clauses of a kind are heard; if that is open, why."""
    verb, certainty, names = kind
    if verb not in test.verbs:
        return False, None
    truth = _named(rulebook, who, test.named, names)
    if truth is None:
        if not names:
            return None, Reason.ATTRIBUTE_UNKNOWN
        unknown = who.activity is None and who.industry is None
        return None, Reason.ACTIVITY_UNKNOWN if unknown else Reason.FACT_UNKNOWN
    if truth and _is_weak(certainty, effect, test):
        return None, Reason.UNVERIFIED_BASIS
    return truth, None


def _named(rulebook: Rulebook, who: Who, naming: Naming, names: tuple[str, ...]) -> Truth:
    if naming is Naming.EVERYONE:
        return ANY in names
    itself = named(rulebook, who, names)
    return any_of([itself, ANY in names]) if naming is Naming.ANY else itself


def _is_weak(certainty: Certainty, effect: Effect, test: ClauseTest) -> bool:
    """Whether a clause's text is too uncertain for the effect; what is weak silences no other rule."""
    if test.named is Naming.NEVER:
        return certainty in (Certainty.C, Certainty.D)
    if certainty is Certainty.D:
        return effect not in _MILD
    return certainty is Certainty.C and effect is Effect.PROHIBITED


# --- making them ---


def entry_lists(
    column: Callable[[str], Objects], tables: Iterable[tuple[tuple[Clause, ...] | None, int]]
) -> EntryLists:
    """Lists of zones, given by columns; the clauses of each edition hold for its own zones only.

    Parameters
    ----------
    tables
        Clauses of each edition (None where it has no table) and the number of its zones, in order.
    """
    zones, every = column("zone_id"), tuple(tables)
    if all(clauses is None for clauses, _ in every):
        return _none(len(zones))
    rows: list[Clause] = []
    pairs: list[tuple[int, int]] = []
    wide: list[_Wide] = []
    held = np.zeros(len(zones), dtype=bool)
    codes, missing = codes_of_zones(column), column("list_missing")
    below = _Below(column, codes)
    first = 0
    for clauses, count in every:
        mine = range(first, first + count)
        first += count
        if clauses is None:
            continue
        by_code = {code: zone for zone in mine for code in codes[zone]}
        own = np.isin(np.arange(len(zones)), mine)
        for clause in clauses:
            if clause.level is not ClauseLevel.UNIT:
                sure, maybe = below.zones(clause)
                wide.append(_Wide(clause=len(rows), sure=sure & own, maybe=maybe & own))
            elif clause.scope in by_code:
                pairs.append((len(rows), by_code[clause.scope]))
            rows.append(clause)
        held |= own & (missing == False)  # noqa: E712  # by element: unknown is neither
    told = np.array(pairs, dtype=np.intp).reshape(-1, 2)
    held[told[:, 1]] = True
    held &= missing != True  # noqa: E712
    numbers: dict[Kind, int] = {}
    kind = [numbers.setdefault((c.verb, c.certainty, c.names), len(numbers)) for c in rows]
    return EntryLists(
        clauses=tuple(rows),
        kinds=tuple(numbers),
        kind=np.array(kind, dtype=np.intp),
        held=held,
        clause=told[:, 0],
        zone=told[:, 1],
        wide=tuple(sorted(wide, key=lambda one: rows[one.clause].level is ClauseLevel.CITY)),
    )


def _none(zones: int) -> EntryLists:
    """Of a layer that has no table of clauses: no list is held."""
    nothing = np.zeros(0, dtype=np.intp)
    held = np.zeros(zones, dtype=bool)
    return EntryLists(clauses=(), kinds=(), kind=nothing, held=held, clause=nothing, zone=nothing, wide=())


def codes_of_zones(column: Callable[[str], Objects]) -> list[tuple[str, ...]]:
    """The codes by which clauses may call each zone."""
    columns = [column(name) for name in ("zone_id", *_CODE_COLUMNS)]
    told = [values for values in columns if any(value is not None for value in values)]
    if len(told) == 1:
        return [() if value is None else (str(value),) for value in told[0]]
    if not told:
        return [()] * len(columns[0])
    return [tuple(dict.fromkeys([str(v) for v in row if v is not None])) for row in zip(*told, strict=True)]


def places_of(column: Callable[[str], Objects], codes: list[tuple[str, ...]]) -> list[str | None]:
    """The county each zone lies in: what its own code says, else what is said of it.

    Parameters
    ----------
    codes
        As `codes_of_zones` has them.
    """
    out: list[str | None] = []
    for own, county in zip(codes, column("county_code"), strict=True):
        found = next((m[1] for m in map(_PLACE_IN_CODE.match, own) if m), None)
        out.append(found or (None if county is None else str(county)))
    return out


def subtypes_of(column: Callable[[str], Objects]) -> Objects:
    """Sub-type of each unit, or sub-class of each element zone."""
    unit, element = column("unit_subtype"), column("sub_class")
    return np.where([value is None for value in unit], element, unit)


class _Alike:
    """Zones by equal texts: what is asked of thousands of zones is asked of each text once."""

    def __init__(self, values: Iterable[object]) -> None:
        numbers: dict[str | None, int] = {None: 0}
        told = [numbers.setdefault(None if v is None else str(v), len(numbers)) for v in values]
        self._number = np.array(told, dtype=np.intp)
        self._texts = [text for text in numbers if text is not None]

    def told(self, test: Callable[[str], bool]) -> tuple[Mask, Mask]:
        """Zones whose text passes, and those that may: they have none."""
        passed = np.array([False, *map(test, self._texts)], dtype=bool)
        return passed[self._number], self._number == 0


class _Below:
    """Finds the zones below a place, of a class and sub-type."""

    def __init__(self, column: Callable[[str], Objects], codes: list[tuple[str, ...]]) -> None:
        self._place = cache(lambda: _Alike(places_of(column, codes)))
        self._class = cache(lambda: _Alike(column("zone_class")))
        self._subtype = cache(lambda: _Alike(subtypes_of(column)))

    def zones(self, clause: Clause) -> tuple[Mask, Mask]:
        """Those a clause speaks of: surely, and possibly."""
        told = [self._place().told(partial(_is_below, clause.scope))]
        if clause.unit_class is not None:
            told.append(self._class().told(partial(eq, clause.unit_class)))
        if clause.unit_subtype is not None:
            told.append(self._subtype().told(partial(eq, clause.unit_subtype)))
        yes = np.logical_and.reduce([sure for sure, _ in told])
        either = np.logical_and.reduce([sure | maybe for sure, maybe in told])
        return yes, either & ~yes


def _is_below(scope: str, place: str) -> bool:
    return place.startswith(scope)
