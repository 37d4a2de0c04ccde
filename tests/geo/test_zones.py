"""Attributes of zones as readers deliver them: types of columns, missing and blank values."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from shapely import box

from tests.geo.world import SQUARE, edition, finding, layer, place, point, project, report, rule, truth, where


def ask(column: Any, condition: Any) -> bool | None:
    rows = [
        {"zone_id": "here", "zone_class": "1", "geometry": place(SQUARE)},
        {"zone_id": "far", "zone_class": "1", "geometry": place(box(900, 0, 950, 9))},
    ]
    whole = edition(rows)
    frame = whole.zones.copy()
    frame["x"] = column
    told = report(
        [layer("a", replace(whole, zones=frame))],
        [rule("R", "a", zone_where=(condition,))],
        project(point(50, 50)),
    )
    return truth(finding(told, "R"))


@pytest.mark.parametrize(
    ("column", "condition", "holds"),
    [
        pytest.param(pd.Series([True, False]), ("eq", True), True, id="bool"),
        pytest.param(pd.Series([True, None], dtype="boolean"), ("eq", True), True, id="nullable bool"),
        pytest.param(
            pd.Series([None, True], dtype="boolean"), ("eq", True), None, id="nullable bool, missing"
        ),
        pytest.param(pd.Series([np.bool_(True), None], dtype=object), ("eq", True), True, id="numpy bool"),
        pytest.param(pd.Series([True, False]), ("eq", 1), False, id="a bool is no number"),
        pytest.param(pd.Series([3.0, np.nan]), ("ge", 3), True, id="float"),
        pytest.param(pd.Series([np.nan, 3.0]), ("ge", 3), None, id="float, missing"),
        pytest.param(pd.Series([np.nan, 3.0]), ("ne", 3), None, id="float, missing, ne"),
        pytest.param(pd.Series([3, None], dtype="Int64"), ("eq", 3), True, id="nullable integer"),
        pytest.param(
            pd.Series([None, 3], dtype="Int64"), ("not_in", (4,)), None, id="nullable integer, missing"
        ),
        pytest.param(pd.Series(np.array([3, 4], dtype=np.int32)), ("eq", 3), True, id="32-bit integer"),
        pytest.param(pd.Series(["q", None], dtype="string"), ("eq", "q"), True, id="string"),
        pytest.param(pd.Series([None, "q"], dtype="string"), ("ne", "q"), None, id="string, missing"),
        pytest.param(pd.Series([np.nan, "q"], dtype=object), ("ne", "q"), None, id="object, NaN"),
        pytest.param(pd.Series(["q", "r"], dtype="category"), ("eq", "q"), True, id="category"),
        pytest.param(pd.Series(["", ""]), ("ne", "q"), None, id="blank"),
        pytest.param(pd.Series([" ", " "]), ("eq", "q"), None, id="a space"),
        pytest.param(pd.Series(["many", "few"]), ("lt", 3), None, id="words are not compared by size"),
        pytest.param(pd.Series([date(2020, 1, 1)] * 2), ("eq", "q"), False, id="a date is no text"),
    ],
)
def test_an_attribute(column, condition, holds):
    assert ask(column, where("x", *condition)) is holds


def test_an_attribute_that_the_layer_lacks_is_unknown():
    assert ask("q", where("y", "eq", "q")) is None


@pytest.mark.parametrize(
    ("name", "op", "value", "holds"),
    [
        ("zone_id", "eq", "here", True),
        ("zone_class", "eq", "1", True),
        ("zone_class", "in", ("2", "3"), False),
        ("name", "eq", "青山", None),
        ("zone_derived", "eq", False, True),
    ],
)
def test_the_common_attributes_may_be_asked_about(name, op, value, holds):
    assert ask("q", where(name, op, value)) is holds
