"""Which EIA class a project needs: what activity and facts leave of the list, and areas make of it.

Every unknown fact is tried with each value that could matter (both answers, every code, each side of every
threshold), and every area that may be there with both. What all trials agree on is sure; otherwise what they
come to is a range, never silently the milder.
"""

import math
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from geo.logic import Truth, fact_truth
from geo.model import (
    EIA_ORDER,
    Condition,
    EiaClass,
    EiaItem,
    EiaRow,
    Fact,
    FactType,
    Rulebook,
    Scalar,
)

ITEM_FACT = "eia_item"
"""The fact by which an applicant names items of the list."""

MOST_TRIALS = 20_000
"""Trials of unknown facts for one item; the loader refuses an item that wants more."""

_ELSE = "\0"
"""A text that is none of those the list names."""

Values = Mapping[str, Scalar | None]
Areas = tuple[str, ...]
Cell = tuple[EiaClass, tuple[str, ...]]
"""A class, and the items that give it."""
Case = tuple[Cell, ...]
"""What one trial of the facts comes to, for each answer of the sets of areas (`assignments`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EiaScope:
    """What activity and facts leave of the list.

    Attributes
    ----------
    items
        Ids of the items that may speak of the project, in the list's order.
    sets
        Sets of sensitive areas that count, each by the areas' ids.
    cases
        What the project may come to; one entry where the facts settle it.
    listed
        Whether any item speaks of it; None where the applicant names one that is not held.
    several
        Whether more than one item speaks of it.
    missing_facts, raising_facts
        Facts that would help to settle the class, and whether areas raise it.
    unverified
        Whether the text behind one of the items has not been seen, so that several classes stand for it.
    """

    items: tuple[str, ...]
    sets: tuple[Areas, ...]
    cases: tuple[Case, ...]
    listed: Truth
    several: Truth
    missing_facts: tuple[str, ...]
    raising_facts: tuple[str, ...]
    unverified: bool

    @property
    def before(self) -> tuple[EiaClass, ...]:
        """Classes possible without any sensitive area, mildest first."""
        return ordered(case[0][0] for case in self.cases)

    def cells(self, truths: Sequence[Truth]) -> tuple[Cell, ...]:
        """What is possible, with the items that give it.

        Parameters
        ----------
        truths
            Whether the site enters an area of each set; None where that is open.
        """
        at = _places(truths)
        return tuple(dict.fromkeys(case[place] for case in self.cases for place in at))

    def after(self, truths: Sequence[Truth]) -> tuple[EiaClass, ...]:
        """Classes possible with the areas as they are, mildest first."""
        return ordered(eia_class for eia_class, _ in self.cells(truths))

    def raised(self, truths: Sequence[Truth]) -> Truth:
        """Whether sensitive areas raise the class."""
        at = _places(truths)
        told = {_is_higher(case[place], case[0]) for case in self.cases for place in at}
        return None if len(told) > 1 else told == {True}

    @property
    def may_raise(self) -> bool:
        """Whether any sensitive area could raise the class at all."""
        return self.raised((None,) * len(self.sets)) is not False

    def facts_decide(self, truths: Sequence[Truth]) -> bool:
        """Whether unknown facts, and not areas alone, leave open if the class is raised."""
        return any(
            len({_is_higher(case[place], case[0]) for case in self.cases}) > 1 for place in _places(truths)
        )


def ordered(classes: Iterable[EiaClass]) -> tuple[EiaClass, ...]:
    """Distinct classes, mildest first."""
    return tuple(sorted(set(classes), key=EIA_ORDER.index))


def higher_of(ranges: Iterable[tuple[EiaClass, ...]]) -> tuple[EiaClass, ...]:
    """What parts come to together: the highest class of each counts (名录 Art. 4)."""
    return ordered(max(chosen, key=EIA_ORDER.index) for chosen in product(*ranges) if chosen)


def assignments(sets: int) -> list[tuple[bool, ...]]:
    """Every answer that so many sets of areas can give, the one without any area first."""
    return list(product((False, True), repeat=sets))


def _places(truths: Sequence[Truth]) -> tuple[int, ...]:
    """Positions among `assignments` of those that agree with what is known."""
    return tuple(
        place
        for place, answer in enumerate(assignments(len(truths)))
        if all(known is None or known is one for known, one in zip(truths, answer, strict=True))
    )


def _is_higher(one: Cell, other: Cell) -> bool:
    return EIA_ORDER.index(one[0]) > EIA_ORDER.index(other[0])


def scope_of(
    book: Rulebook, items: Sequence[EiaItem], activity: str | None, values: Values
) -> EiaScope | None:
    """What activity and facts leave of the items in force.

    Parameters
    ----------
    items
        Those in force.
    values
        Facts as they are used; None and absent ones are unknown.

    Returns
    -------
    None where the list is not asked: no activity is named, the plant is there already, or there is no list.
    """
    known = book.activities.get(activity or "")
    if known is None or not items or values.get("nature") == "existing":
        return None
    named = _named(values)
    if named:
        listing = {item.id for item in items if _lists(item, known.groups)}
        chosen = [i for i in items if i.id in named and (i.id not in listing or _lists(i, known.groups))]
    else:
        chosen = [item for item in items if _lists(item, known.groups)]
    lost = bool(named - {item.id for item in items})
    spoken = [_Spoken.of(item, known.groups, declared=bool(named)) for item in chosen]
    return _put_together(book.facts, spoken, values, lost=lost)


def _lists(item: EiaItem, groups: Sequence[str]) -> bool:
    return not set(item.activities).isdisjoint(groups)


def _named(values: Values) -> set[str]:
    told = values.get(ITEM_FACT)
    return set(re.findall(r"\d+", told)) if isinstance(told, str) else set()


@dataclass(frozen=True, slots=True)
class _Spoken:
    """An item with the rows that speak of the activity.

    Attributes
    ----------
    loose
        Classes it may come to whatever the facts: an item was named that does not list the activity.
    """

    item: EiaItem
    rows: tuple[EiaRow, ...]
    conditions: tuple[Condition, ...]
    loose: tuple[EiaClass, ...] = ()

    @classmethod
    def of(cls, item: EiaItem, groups: Sequence[str], *, declared: bool) -> "_Spoken":
        if not _lists(item, groups):
            every = ordered((*item.otherwise, *(row.eia_class for row in item.rows)))
            return cls(item, (), (), every)
        rows = tuple(r for r in item.rows if not r.activities or not set(r.activities).isdisjoint(groups))
        return cls(item, rows, () if declared else item.conditions)

    @property
    def otherwise(self) -> tuple[EiaClass, ...]:
        return self.loose or self.item.otherwise

    @property
    def tests(self) -> tuple[Condition, ...]:
        """Every test of a fact."""
        return (*self.conditions, *(c for row in self.rows for c in row.conditions))

    def class_of(self, values: Values, sets: Sequence[Areas], answer: Sequence[bool]) -> EiaClass | None:
        """The class of the highest row that holds, or of what is left; None where that is not known."""
        held = [
            row.eia_class
            for row in self.rows
            if all(fact_truth(c, values) for c in row.conditions) and _area(row, sets, answer)
        ]
        if held:
            return max(held, key=EIA_ORDER.index)
        return self.otherwise[0] if len(self.otherwise) == 1 else None

    def speaks(self, values: Values) -> bool:
        return all(fact_truth(c, values) for c in self.conditions)


def _area(row: EiaRow, sets: Sequence[Areas], answer: Sequence[bool]) -> bool:
    return row.sensitive is None or answer[sets.index(row.areas)] is row.sensitive


def _put_together(
    facts: Mapping[str, Fact], spoken: Sequence[_Spoken], values: Values, *, lost: bool
) -> EiaScope:
    sets = tuple(dict.fromkeys(row.areas for s in spoken for row in s.rows if row.sensitive is not None))
    answers = assignments(len(sets))
    unknown = candidates(facts, [c for s in spoken for c in s.tests], values)
    cases: dict[Case, None] = {}
    by_fact: dict[tuple[Scalar, ...], tuple[Case, ...]] = {}
    several: set[bool] = set()
    for chosen in product(*unknown.values()):
        tried = {**values, **dict(zip(unknown, chosen, strict=True))}
        speaking = [s for s in spoken if s.speaks(tried)]
        several.add(len(speaking) > 1)
        found = tuple(_cases(speaking, tried, sets, answers, lost=lost))
        by_fact[chosen] = found
        cases.update(dict.fromkeys(found))
    return EiaScope(
        items=tuple(s.item.id for s in spoken),
        sets=sets,
        cases=tuple(cases),
        listed=None if lost else bool(spoken),
        several=None if len(several) > 1 else several == {True},
        missing_facts=tuple(_that_matter(tuple(unknown), by_fact, _classes)),
        raising_facts=tuple(_that_matter(tuple(unknown), by_fact, _raises)),
        unverified=lost or any(len(s.otherwise) > 1 for s in spoken),
    )


def _cases(
    speaking: Sequence[_Spoken],
    values: Values,
    sets: Sequence[Areas],
    answers: Sequence[tuple[bool, ...]],
    *,
    lost: bool,
) -> Iterator[Case]:
    """What one trial comes to: more than one case where an item's text has not been seen."""
    open_ = [s.otherwise if len(s.otherwise) > 1 else (EiaClass.NONE,) for s in speaking]
    for rest in product(*open_, *((EIA_ORDER,) if lost else ())):
        yield tuple(
            _highest(
                [
                    (s.class_of(values, sets, answer) or left, s.item.id)
                    for s, left in zip(speaking, rest, strict=False)
                ],
                rest[-1] if lost else EiaClass.NONE,
            )
            for answer in answers
        )


def _highest(given: Sequence[tuple[EiaClass, str]], least: EiaClass) -> Cell:
    """The highest class (名录 Art. 4) and the items that give it; none where no item speaks (Art. 5)."""
    top = max([least, *(eia_class for eia_class, _ in given)], key=EIA_ORDER.index)
    return top, tuple(item for eia_class, item in given if eia_class is top)


def _that_matter(
    names: Sequence[str],
    by_fact: Mapping[tuple[Scalar, ...], tuple[Case, ...]],
    told: Callable[[Case], Hashable],
) -> Iterator[str]:
    """The unknown facts whose value changes what is told of the cases."""
    for place, name in enumerate(names):
        seen: dict[tuple[Scalar, ...], set[frozenset[Hashable]]] = {}
        for chosen, found in by_fact.items():
            rest = (*chosen[:place], *chosen[place + 1 :])
            seen.setdefault(rest, set()).add(frozenset(map(told, found)))
        if any(len(found) > 1 for found in seen.values()):
            yield name


def _classes(case: Case) -> Hashable:
    return tuple(eia_class for eia_class, _ in case)


def _raises(case: Case) -> Hashable:
    return tuple(_is_higher(cell, case[0]) for cell in case)


def candidates(
    facts: Mapping[str, Fact], tests: Sequence[Condition], values: Values
) -> dict[str, tuple[Scalar, ...]]:
    """For each unknown fact that is tested, every value that could tell."""
    found: dict[str, tuple[Scalar, ...]] = {}
    for name in dict.fromkeys(test.name for test in tests):
        if values.get(name) is None:
            told = [v for test in tests if test.name == name for v in _values(test)]
            found[name] = _trials(facts[name], told)
    return found


def _values(test: Condition) -> tuple[Scalar, ...]:
    return test.value if isinstance(test.value, tuple) else (test.value,)


def _trials(fact: Fact, told: Sequence[Scalar]) -> tuple[Scalar, ...]:
    match fact.type:
        case FactType.BOOL:
            return True, False
        case FactType.ENUM:
            # What is there already needs no EIA: that value is no answer to this question.
            return tuple(code for code, _ in fact.values if (fact.id, code) != ("nature", "existing"))
        case FactType.NUMBER:
            limits = sorted({float(v) for v in told})
            around = {m for v in limits for m in (math.nextafter(v, 0.0), v, math.nextafter(v, math.inf))}
            return tuple(sorted(around))
        case FactType.TEXT:
            return (*dict.fromkeys(told), _ELSE)
