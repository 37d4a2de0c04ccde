"""Facts as they are used: declared, implied, measured, default, unknown."""

from typing import Any

import pytest
from shapely import box

from geo.model import Rulebook, UsedFact
from tests.geo.world import (
    ACTIVITIES,
    BASIS,
    FACTS,
    SQUARE,
    activity,
    finding,
    place,
    point,
    project,
    report,
    rule,
    truth,
    where,
    zones,
)

MILL = activity("MILL", "INDUSTRY", implies=(("discharges", True), ("land", "temporary")))
HERE = point(50, 50)


def ask(condition: Any, site: Any = HERE, kind: str | None = "MILL", **facts: Any) -> Any:
    book = Rulebook(
        rules=(rule("R", "a", conditions=(condition,)),),
        bases={BASIS.id: BASIS},
        facts=FACTS,
        activities={**ACTIVITIES, "MILL": MILL},
        groups={},
    )
    return report([zones("a", SQUARE)], [], project(site, kind, **facts), rulebook=book)


def used(told: Any, name: str) -> UsedFact | None:
    return next((f for f in told.parts[0].facts if f.id == name), None)


@pytest.mark.parametrize(
    ("kind", "facts", "value", "origin", "holds"),
    [
        pytest.param("MILL", {}, True, "implied", True, id="implied by the activity"),
        pytest.param("MILL", {"discharges": False}, False, "declared", False, id="declared over implied"),
        pytest.param(
            "MILL", {"discharges": None}, None, "declared", None, id="declared unknown over implied"
        ),
        pytest.param("SHED", {"discharges": True}, True, "declared", True, id="declared"),
        pytest.param("SHED", {"discharges": None}, None, "declared", None, id="declared unknown"),
    ],
)
def test_declared_before_implied(kind, facts, value, origin, holds):
    told = ask(where("discharges", "eq", True), kind=kind, **facts)
    assert truth(finding(told, "R")) is holds
    assert used(told, "discharges") == UsedFact(id="discharges", value=value, origin=origin)


def test_blank_without_default_is_unknown():
    told = ask(where("discharges", "eq", True), kind="SHED")
    assert finding(told, "R").reason == "fact_unknown"
    assert finding(told, "R").missing_facts == ("discharges",)


@pytest.mark.parametrize(
    ("kind", "facts", "value", "origin"),
    [
        pytest.param("SHED", {}, "permanent", "default", id="default"),
        pytest.param("MILL", {}, "temporary", "implied", id="implied over default"),
        pytest.param("MILL", {"land": "none"}, "none", "declared", id="declared over all"),
        pytest.param("SHED", {"land": None}, None, "declared", id="declared unknown over default"),
    ],
)
def test_defaults_come_last(kind, facts, value, origin):
    told = ask(where("land", "eq", "permanent"), kind=kind, **facts)
    assert used(told, "land") == UsedFact(id="land", value=value, origin=origin)
    assert truth(finding(told, "R")) is (None if value is None else value == "permanent")


@pytest.mark.parametrize(
    ("site", "facts", "holds"),
    [
        pytest.param(box(0, 0, 100, 60), {}, True, id="measured 6 000 m2"),
        pytest.param(box(0, 0, 100, 40), {}, False, id="measured 4 000 m2"),
        pytest.param(box(0, 0, 100, 40), {"land_area_m2": 6_000.0}, True, id="declared over measured"),
        pytest.param(box(0, 0, 100, 60), {"land_area_m2": None}, None, id="declared unknown over measured"),
    ],
)
def test_the_land_area_of_a_polygon_is_measured(site, facts, holds):
    told = ask(where("land_area_m2", "ge", 5_000), place(site), **facts)
    assert truth(finding(told, "R")) is holds
    if not facts:
        assert used(told, "land_area_m2").origin == "measured"
        assert used(told, "land_area_m2").value == pytest.approx(6_000 if holds else 4_000, abs=0.01)


def test_a_point_has_no_measured_area():
    told = ask(where("land_area_m2", "ge", 5_000), kind="SHED")
    assert finding(told, "R").missing_facts == ("land_area_m2",)


def test_an_unasked_fact_changes_nothing():
    one, two = (ask(where("nature", "eq", "new"), discharges=d) for d in (True, False))
    assert one.verdict == two.verdict
    assert [f.outcome for f in one.parts[0].findings] == [f.outcome for f in two.parts[0].findings]
