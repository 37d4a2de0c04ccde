"""Jurisdictions: where a rule speaks, and what is open where the place is not known; configured distances."""

from typing import Any

import pytest
from shapely import Point, box

from geo.model import Relation, Report, Verdict
from tests.geo.world import (
    ON,
    SQUARE,
    finding,
    layer_state,
    place,
    point,
    project,
    report,
    rule,
    truth,
    zones,
)

WEST, EAST = box(-5_000, -5_000, 0, 5_000), box(0, -5_000, 5_000, 5_000)
TWO = ("510812", "511902")


def counties(**keys: Any) -> Any:
    return zones(
        "admin_unit",
        {"shape": WEST, "zone_id": "510812", "name": "朝天区"},
        {"shape": EAST, "zone_id": "511902", "name": "巴州区"},
        **keys,
    )


def ask(
    site: Any, spoken: tuple[str, ...], layers: Any = None, *, ours: tuple[str, ...] = TWO, **keys: Any
) -> Report:
    layers = [counties()] if layers is None else layers
    told = project(place(site), **keys)
    return report(layers, [rule("R", None, jurisdictions=spoken)], told, jurisdictions=ours)


@pytest.mark.parametrize(
    ("spoken", "in_play"),
    [
        pytest.param((), True, id="everywhere"),
        pytest.param(("51",), True, id="the province"),
        pytest.param(("5108", "5119"), True, id="both cities"),
        pytest.param(("510812", "511902"), True, id="both counties"),
        pytest.param(("50",), False, id="another province"),
        pytest.param(("510811",), False, id="another county"),
    ],
)
def test_all_or_none_of_the_bundle_needs_no_admin_units(spoken, in_play):
    told = ask(Point(-500, 0), spoken, [])
    assert [f.rule.id for f in told.parts[0].findings] == (["R"] if in_play else [])
    assert told.complete


@pytest.mark.parametrize(
    ("site", "spoken", "holds"),
    [
        pytest.param(Point(-500, 0), ("510812",), True, id="in it"),
        pytest.param(Point(-500, 0), ("5108",), True, id="in its city"),
        pytest.param(Point(-500, 0), ("511902",), False, id="in the other"),
        pytest.param(Point(500, 0), ("511902",), True, id="in the east"),
        pytest.param(Point(0, 0), ("510812",), True, id="on the border, west"),
        pytest.param(Point(0, 0), ("511902",), True, id="on the border, east"),
        pytest.param(box(-10, 0, 10, 10), ("510812",), True, id="across the border, west"),
        pytest.param(box(-10, 0, 10, 10), ("511902",), True, id="across the border, east"),
        pytest.param(Point(-4.9, 0), ("511902",), None, id="nearer to the border than the accuracy"),
        pytest.param(Point(-5.1, 0), ("511902",), False, id="farther from the border than the accuracy"),
        pytest.param(Point(-6_000, 0), ("511902",), None, id="in no unit"),
    ],
)
def test_admin_units_decide_where_the_rule_speaks_of_a_part(site, spoken, holds):
    told = ask(site, spoken)
    found = finding(told, "R")
    assert truth(found) is holds
    if holds is None:
        assert found.reason == "place_unknown"
        assert (told.verdict, told.worst_possible) == (Verdict.UNDETERMINED, Verdict.PROHIBITED)
    assert told.complete is (holds is not None)


@pytest.mark.parametrize(
    ("layers", "spoken", "holds"),
    [
        pytest.param([], ("510812",), None, id="missing"),
        pytest.param([counties(stale_after=ON)], ("511902",), None, id="stale, said to be elsewhere"),
        pytest.param([counties(stale_after=ON)], ("510812",), True, id="stale, but a hit convicts"),
        pytest.param(
            [counties(coverage=place(EAST))], ("511902",), None, id="not covered, said to be elsewhere"
        ),
        pytest.param(
            [counties(coverage=place(EAST))], ("510812",), True, id="not covered, but a hit convicts"
        ),
    ],
)
def test_admin_units_acquit_only_where_they_are_whole(layers, spoken, holds):
    told = ask(Point(-500, 0), spoken, layers)
    assert truth(finding(told, "R")) is holds


@pytest.mark.parametrize(("x", "holds"), [(-900, None), (-1_300, False)])
def test_an_unknown_datum_near_the_border_leaves_the_place_open(x, holds):
    told = ask(Point(x, 0), ("511902",), datum_known=False, accuracy_m=1_200.0)
    assert truth(finding(told, "R")) is holds


def test_a_unit_coarser_than_the_rule_leaves_the_place_open():
    city = zones("admin_unit", {"shape": WEST, "zone_id": "5108", "name": "广元市"})
    told = ask(Point(-500, 0), ("510812",), [city])
    assert finding(told, "R").reason == "place_unknown"


def test_a_disc_across_the_border_gets_both_sides_rules_or_is_open():
    told = ask(Point(-50, 0), ("511902",), activity="PLANT")
    assert truth(finding(told, "R")) is not False


def test_another_jurisdiction_settles_a_rule_whatever_is_missing():
    the_rule = rule("R", "gone", jurisdictions=("511902",))
    told = report([counties()], [the_rule], project(point(-500, 0)), jurisdictions=TWO)
    assert truth(finding(told, "R")) is False
    assert told.complete


def test_a_place_rule_with_no_hit_does_not_mind_the_place():
    the_rule = rule("R", "a", jurisdictions=("511902",))
    told = report([zones("a", SQUARE)], [the_rule], project(point(500, 0)), jurisdictions=TWO)
    assert truth(finding(told, "R")) is False
    assert told.complete
    assert layer_state(told, "a") == ("clear", ())


# --- configured distances -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "approved", "holds", "reason"),
    [
        pytest.param(150, {}, None, "distance_unset", id="unset, inside the screening"),
        pytest.param(50, {}, None, "distance_unset", id="unset, in the zone"),
        pytest.param(1_099, {}, None, "distance_unset", id="unset, 1 m inside the screening"),
        pytest.param(1_101, {}, False, None, id="unset, 1 m beyond the screening"),
        pytest.param(299, {"x_m": 200.0}, True, None, id="approved, inside"),
        pytest.param(301, {"x_m": 200.0}, False, None, id="approved, beyond, inside the screening"),
        pytest.param(1_199, {"x_m": 1_100.0}, True, None, id="approved farther than the screening"),
    ],
)
def test_a_configured_distance(x, approved, holds, reason):
    the_rule = rule("R", "a", relation=Relation.WITHIN_DISTANCE, distance_name="x_m", screening_m=1_000.0)
    told = report([zones("a", SQUARE)], [the_rule], project(point(x, 50)), distances=approved)
    found = finding(told, "R")
    assert truth(found) is holds
    assert found.reason == reason
    assert told.complete is (holds is not None)


def test_a_configured_distance_does_not_lower_certainty():
    the_rule = rule("R", "a", relation=Relation.WITHIN_DISTANCE, distance_name="x_m", screening_m=1_000.0)
    told = report([zones("a", SQUARE)], [the_rule], project(point(150, 50)), distances={"x_m": 200.0})
    assert finding(told, "R").certainty == "A"
    assert told.verdict is Verdict.PROHIBITED
