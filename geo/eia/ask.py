"""The EIA list asked of one declaration: its scope, the areas to look for, the rules that speak of it."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

from geo.alike import Declared
from geo.eia.classes import EiaScope, Values, scope_of
from geo.logic import Truth, any_of
from geo.model import EiaArea, EiaList, EiaRole, Relation, Rule
from geo.place_test import AreaQuestion, PlaceTest
from geo.view import BundleView, RuleView


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EiaAsked:
    """What the list asks of a declaration.

    Attributes
    ----------
    declared
        By set of areas, whether one that no layer shows is declared; None where that was left blank.
    areas
        Every kind of area that counts.
    """

    scope: EiaScope
    question: AreaQuestion
    declared: tuple[Truth, ...]
    areas: tuple["AreaAsked", ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AreaAsked:
    """One kind of sensitive area.

    Attributes
    ----------
    tests, keys
        Its place tests, and the same in words.
    fact
        Declared where no standard layer shows such areas; None where one does.
    declared
        What is declared of it; None where it was left blank, False where there is nothing to declare.
    """

    area: EiaArea
    tests: tuple[PlaceTest, ...]
    keys: tuple[str, ...]
    declared: Truth

    @classmethod
    def of(cls, view: BundleView, area: EiaArea, values: Values) -> Self:
        """The area as a declaration leaves it."""
        told = False if area.fact is None else values.get(area.fact)
        tests = view.areas[area.id]
        return cls(
            area=area,
            tests=tests,
            keys=tuple(map(repr, tests)),
            declared=None if told is None else told is True,
        )


@lru_cache(maxsize=4096)
def eia_asked(view: BundleView, activity: str | None, facts: Declared) -> EiaAsked | None:
    """What the list asks; None where it asks nothing (`geo.eia.classes.scope_of`)."""
    book = view.bundle.rulebook
    values = {name: value for name, _, value in facts}
    scope = scope_of(book, view.eia_items, activity, values)
    if scope is None:
        return None
    listed = book.eia or EiaList()
    areas = {
        name: AreaAsked.of(view, listed.areas[name], values)
        for name in dict.fromkeys(name for some in scope.sets for name in some)
    }
    declared = tuple(any_of(areas[name].declared for name in some) for some in scope.sets)
    question = AreaQuestion(
        scope=scope,
        sets=tuple(tuple(test for name in some for test in areas[name].tests) for some in scope.sets),
        keys=tuple(tuple(key for name in some for key in areas[name].keys) for some in scope.sets),
        declared=tuple(truth is True for truth in declared),
    )
    return EiaAsked(scope=scope, question=question, declared=declared, areas=tuple(areas.values()))


def rule_asked(rv: RuleView, asked: EiaAsked) -> tuple[RuleView, tuple[str, ...]] | None:
    """A rule about the list as it stands for a declaration, and the facts it misses; None where it is silent.

    Whether several items hold, or none, is told where it is sure; the class itself tells what is not.
    """
    scope = asked.scope
    if rv.rule.eia is EiaRole.RAISED:
        return (_looking(rv, asked.question), scope.raising_facts) if scope.may_raise else None
    sure = scope.several if rv.rule.eia is EiaRole.SEVERAL else scope.listed is False
    return (rv, ()) if sure is True else None


def _looking(rv: RuleView, question: AreaQuestion) -> RuleView:
    """The rule with the areas that are to be looked for."""
    layers = tuple(dict.fromkeys(name for some in question.sets for test in some for name in test.layers))
    rule: Rule = replace(rv.rule, relation=Relation.INTERSECTS, layers=layers)
    test = replace(rv.test, relation=Relation.INTERSECTS, layers=layers, areas=question)
    return replace(rv, rule=rule, test=test, key=repr(test))
