"""Declared numbers that no condition tells apart count as one: a column of areas is a few declarations."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from geo.model import Condition, Scalar
from geo.view import BundleView

Declared = tuple[tuple[str, str, Scalar | None], ...]
"""Facts as (id, type, value): the type keeps True and 1 apart in a cache."""


def alike(view: BundleView, declared: Declared) -> Declared:
    """Facts of which every condition in force says the same; equal where no condition tells them apart."""
    limits = _limits(view)
    return tuple((name, kind, _stand_in(value, limits.get(name, ()))) for name, kind, value in declared)


def _stand_in(value: Scalar | None, limits: tuple[float, ...]) -> Scalar | None:
    """A number on the same side of all limits, or on the same one."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not limits:
        return value
    place = bisect_left(limits, value)
    if place < len(limits) and limits[place] == value:
        return limits[place]
    below = limits[place - 1] if place else limits[0] - 2.0
    above = limits[place] if place < len(limits) else limits[-1] + 2.0
    between = (below + above) / 2.0
    return between if below < between < above else value


@lru_cache(maxsize=32)
def _limits(view: BundleView) -> Mapping[str, tuple[float, ...]]:
    """By fact the numbers that conditions compare it with, ascending."""
    found: dict[str, set[float]] = defaultdict(set)
    for condition in _conditions(view):
        values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        for value in values:
            if isinstance(value, int | float) and not isinstance(value, bool):
                found[condition.name].add(float(value))
    return {name: tuple(sorted(limits)) for name, limits in found.items()}


def _conditions(view: BundleView) -> Iterable[Condition]:
    for rule in view.rules:
        yield from rule.rule.conditions
    for item in view.eia_items:
        yield from item.conditions
        for row in item.rows:
            yield from row.conditions
