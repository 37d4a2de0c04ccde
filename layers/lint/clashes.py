"""Rules that contradict each other on one case.

Laws add up and the strictest speaks: that a plan is stricter than the law, or that a special rule is stricter
than a general one, is no contradiction. It is one where two rules name the very same case (place test,
activities one by one, conditions, jurisdiction) on the same day, and order different things about new works.
"""

from collections.abc import Hashable
from dataclasses import fields, is_dataclass
from itertools import combinations

from geo.model import Effect, Rule, Rulebook
from layers.lint.terms import activities_of, where
from layers.strictyaml import Faults

__all__ = ["advise_clashes"]

_CONSTRUCTION = frozenset({Effect.CONDITIONAL, Effect.RESTRICTED, Effect.PROHIBITED})
_BESIDE = frozenset(
    {
        *(
            "id",
            "title",
            "effect",
            "action",
            "basis",
            "certainty",
            "needs_review",
            "note",
            "examples",
            "source",
        ),
        *("valid_from", "valid_to", "activities", "excepted"),
    }
)
"""What of a rule does not say which projects it speaks of; its activities are compared one by one."""


def advise_clashes(rulebook: Rulebook, faults: Faults) -> None:
    """Note every pair of rules that order different things of one case."""
    cases: dict[Hashable, list[Rule]] = {}
    for rule in rulebook.rules:
        if rule.effect in _CONSTRUCTION:
            cases.setdefault(_case(rulebook, rule), []).append(rule)
    for rules in cases.values():
        for one, other in combinations(rules, 2):
            if one.effect is not other.effect and _together(one, other):
                faults.advise(
                    where(other, "effect"),
                    given=f"{other.effect}; {one.id}: {one.effect}",
                    allowed="one effect for one case",
                    zh=f"与 {one.id} 的对象完全相同而效力不同（{one.source}）",
                    en=f"the very case of {one.id}, with another effect ({one.source})",
                )


def _together(one: Rule, other: Rule) -> bool:
    """Whether both are in force on some day."""
    return (other.valid_to is None or one.valid_from < other.valid_to) and (
        one.valid_to is None or other.valid_from < one.valid_to
    )


def _case(rulebook: Rulebook, rule: Rule) -> Hashable:
    """Everything that says which projects a rule speaks of."""
    asked = (_plain(getattr(rule, field.name)) for field in fields(rule) if field.name not in _BESIDE)
    return activities_of(rulebook, rule), *asked


def _plain(value: object) -> Hashable:
    """A value to compare by: the order of a list says nothing, and True is not 1."""
    if isinstance(value, tuple):
        return frozenset(_plain(item) for item in value)
    if is_dataclass(value):
        return tuple(_plain(getattr(value, field.name)) for field in fields(value))
    return type(value), value
