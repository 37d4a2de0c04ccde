"""Numbers that no condition tells apart are one declaration; a condition answers the same of both."""

from types import SimpleNamespace

import hypothesis.strategies as st
from hypothesis import given

from geo.alike import alike
from geo.logic import compare
from geo.model import Condition, Op

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False) | st.integers(-5, 5).map(float)


def view_of(*conditions: Condition) -> SimpleNamespace:
    rules = [SimpleNamespace(rule=SimpleNamespace(conditions=conditions))]
    return _Kept(rules=rules, eia_items=())


class _Kept(SimpleNamespace):
    __hash__ = object.__hash__


@given(
    st.lists(st.tuples(st.sampled_from([Op.LT, Op.LE, Op.GT, Op.GE, Op.EQ, Op.NE]), NUMBERS), max_size=5),
    NUMBERS,
)
def test_every_condition_says_the_same_of_what_stands_in(tests: list[tuple[Op, float]], value: float) -> None:
    conditions = [Condition(name="size", op=op, value=limit) for op, limit in tests]
    ((name, kind, other),) = alike(view_of(*conditions), (("size", "float", value),))
    assert (name, kind) == ("size", "float")
    for condition in conditions:
        assert compare(condition, other) is compare(condition, value)


def test_a_thousand_areas_are_three_declarations() -> None:
    view = view_of(Condition(name="area", op=Op.GT, value=500.0))
    told = {alike(view, (("area", "float", float(area)),)) for area in range(1_000)}
    assert len(told) == 3


def test_what_is_no_number_stays() -> None:
    view = view_of(Condition(name="area", op=Op.GT, value=1.0))
    facts = (
        ("area", "bool", True),
        ("area", "NoneType", None),
        ("kind", "str", "x"),
        ("other", "float", 7.5),
    )
    assert alike(view, facts) == facts
