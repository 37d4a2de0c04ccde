"""What a rule asks, in comparable terms: its activities one by one, whether its tests can hold together."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from geo.logic import compare
from geo.model import ANY, Condition, Fact, FactType, Rule, Rulebook, Scalar
from layers.schema import Attribute
from layers.strictyaml import Faults

__all__ = [
    "SHIPPED_FILES",
    "activities_of",
    "can_hold",
    "impossible",
    "listed",
    "values_of_attribute",
    "values_of_fact",
    "where",
]

SHIPPED_FILES = "layers/rules/"
"""How the files of the shipped rulebook are called."""

_LONGEST = 300
"""Characters of names in one remark; no message shows more than 400."""
_OTHER_TEXT = "\0"
"""A text that no test names."""


def where(rule: Rule, key: str) -> str:
    """``file:line ID.key``, as faults call a place in a rule."""
    return f"{rule.source} {rule.id}.{key}"


def activities_of(rulebook: Rulebook, rule: Rule) -> frozenset[str]:
    """Every activity a rule speaks of: ``ANY`` and groups resolved, exceptions taken out."""
    return frozenset(
        activity.id
        for activity in rulebook.activities.values()
        if (ANY in rule.activities or not set(rule.activities).isdisjoint(activity.groups))
        and set(rule.excepted).isdisjoint(activity.groups)
    )


def values_of_fact(fact: Fact | None) -> tuple[Scalar, ...]:
    """Every value a fact may have; empty where they cannot be counted."""
    if fact is None:
        return ()
    if fact.type is FactType.BOOL:
        return (True, False)
    return tuple(code for code, _ in fact.values)


def values_of_attribute(attribute: Attribute | None) -> tuple[Scalar, ...]:
    """Every value an attribute of a zone may have; empty where they cannot be counted."""
    if attribute is None:
        return ()
    return (True, False) if attribute.type == "bool" else tuple(attribute.values)


def can_hold(tests: Sequence[Condition], values: Collection[Scalar]) -> bool:
    """Whether some value meets all tests of one thing.

    Parameters
    ----------
    values
        Every value it may have; empty where they cannot be counted: then those at, between and beyond the
        values the tests name are tried, which is enough.
    """
    tried = values or _telling(tests)
    return any(all(compare(test, value, *_also(test, value)) for test in tests) for value in tried)


def _also(test: Condition, value: Scalar) -> tuple[Scalar, ...]:
    """A relocated plant counts as new at its destination."""
    return ("new",) if test.name == "nature" and value == "relocation" else ()


def _telling(tests: Iterable[Condition]) -> list[Scalar]:
    named = [v for t in tests for v in (t.value if isinstance(t.value, tuple) else (t.value,))]
    numbers = sorted({float(v) for v in named if isinstance(v, int | float) and not isinstance(v, bool)})
    between = [(a + b) / 2.0 for a, b in pairwise(numbers)]
    beyond = [numbers[0] - 1.0, numbers[-1] + 1.0] if numbers else []
    return [*named, *between, *beyond, _OTHER_TEXT]


def impossible(
    tests: Iterable[Condition], values: Mapping[str, Collection[Scalar]]
) -> tuple[tuple[Condition, ...], ...]:
    """Tests of one thing that no value meets together, thing by thing."""
    by_name: dict[str, list[Condition]] = {}
    for test in tests:
        by_name.setdefault(test.name, []).append(test)
    return tuple(tuple(some) for name, some in by_name.items() if not can_hold(some, values.get(name, ())))


def listed(remarks: Faults, place: str, names: Iterable[str], *, zh: str, en: str) -> None:
    """Remark on many things at once, in as many lines as their names need."""
    line: list[str] = []
    for name in dict.fromkeys(names):
        if line and len(", ".join((*line, name))) > _LONGEST:
            remarks.add(place, given=", ".join(line), allowed="—", zh=zh, en=en)
            line = []
        line.append(name)
    if line:
        remarks.add(place, given=", ".join(line), allowed="—", zh=zh, en=en)
