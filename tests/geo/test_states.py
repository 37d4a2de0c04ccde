"""Layer states and faults: data convict, only complete data acquit."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import shapely
from shapely import LineString, Point, box

from geo.errors import Problem
from geo.model import EditionStatus, Relation, Report, Rule, Verdict, With
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
    text,
    truth,
    zones,
)

FAULT = (Problem(where="a.gpkg row 7", given="bow-tie", allowed="valid", hint=text("broken")),)
FAR = place(box(-9_000, -9_000, -8_000, -8_000))
INSIDE, BESIDE = point(50, 50), point(500, 50)
YARD = place(box(40, 40, 60, 60))

DAMAGE: dict[str, tuple[dict[str, Any], str, str]] = {
    "failed": ({"faults": FAULT}, "failed", "partial"),
    "stale": ({"stale_after": ON}, "stale", "stale"),
    "provisional": ({"status": EditionStatus.PROVISIONAL}, "no_edition", "provisional"),
    "covers elsewhere": ({"coverage": FAR}, "not_covered", "partial"),
    "has no coverage": ({"coverage": None}, "not_covered", "partial"),
}
GONE: dict[str, tuple[dict[str, Any], str]] = {
    "draft": ({"status": EditionStatus.DRAFT}, "no_edition"),
    "ended today": ({"valid_to": ON}, "no_edition"),
    "begins tomorrow": ({"valid_from": date(2026, 11, 22)}, "no_edition"),
    "unreadable": ({"unreadable": True, "coverage": None, "faults": FAULT}, "failed"),
}
ASKING: dict[str, Rule] = {
    "intersects": rule("R", "a"),
    "crosses": rule("R", "a", relation=Relation.CROSSES),
    "within": rule("R", "a", relation=Relation.WITHIN_DISTANCE, distance_m=300.0),
    "configured": rule("R", "a", relation=Relation.WITHIN_DISTANCE, distance_name="x_m", screening_m=300.0),
    "two zones": rule("R", "a", min_zones=2),
    "either of two layers": rule("R", ("a", "b")),
}


def asked(the_rule: Rule, site: Any, **damage: Any) -> Report:
    unreadable = {"zones": None} if damage.pop("unreadable", False) else {}
    whole = zones("a", SQUARE, SQUARE, **damage)
    read = replace(whole, editions=(replace(whole.editions[0], **unreadable),))
    return report([read, zones("b")], [the_rule], project(site))


# --- one layer hurt -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("the_rule", ASKING.values(), ids=ASKING)
@pytest.mark.parametrize(("damage", "reason", "flag"), DAMAGE.values(), ids=DAMAGE)
def test_silence_of_a_hurt_layer_never_acquits(the_rule, damage, reason, flag):
    told = asked(the_rule, BESIDE, **damage)
    assert truth(finding(told, "R")) is None
    assert finding(told, "R").reason == reason
    assert layer_state(told, "a") == (reason, ())
    assert (told.verdict, told.worst_possible) == (Verdict.UNDETERMINED, Verdict.PROHIBITED)
    assert not told.complete


@pytest.mark.parametrize("the_rule", [r for r in ASKING.values() if r.distance_name is None])
@pytest.mark.parametrize(("damage", "reason", "flag"), DAMAGE.values(), ids=DAMAGE)
def test_a_hit_in_a_hurt_layer_convicts_and_is_marked(the_rule, damage, reason, flag):
    told = asked(the_rule, YARD, **damage)
    assert truth(finding(told, "R")) is True
    assert told.verdict is Verdict.PROHIBITED
    assert layer_state(told, "a") == ("hit", (flag,))


@pytest.mark.parametrize("the_rule", ASKING.values(), ids=ASKING)
@pytest.mark.parametrize(("damage", "reason"), GONE.values(), ids=GONE)
@pytest.mark.parametrize("site", [YARD, BESIDE], ids=["inside", "beside"])
def test_a_layer_that_is_not_there_leaves_its_rules_open(the_rule, damage, reason, site):
    told = asked(the_rule, site, **damage)
    assert finding(told, "R").reason == reason
    assert layer_state(told, "a")[0] == reason
    assert (told.verdict, told.complete) == (Verdict.UNDETERMINED, False)


def test_a_missing_layer_is_named_and_leaves_its_rules_open():
    told = report([], [rule("R", "a")], project(INSIDE))
    assert finding(told, "R").reason == "layer_missing"
    assert layer_state(told, "a") == ("missing", ())
    assert (told.verdict, told.complete) == (Verdict.UNDETERMINED, False)


def test_an_empty_layer_that_is_whole_acquits():
    told = report([zones("a")], [rule("R", "a")], project(INSIDE))
    assert truth(finding(told, "R")) is False
    assert layer_state(told, "a") == ("clear", ())
    assert (told.verdict, told.complete) == (Verdict.CLEAR, True)


@pytest.mark.parametrize("the_rule", ASKING.values(), ids=ASKING)
def test_a_whole_layer_acquits(the_rule):
    told = asked(the_rule, BESIDE)
    assert truth(finding(told, "R")) is False
    assert told.verdict is Verdict.CLEAR
    assert told.complete


def test_stale_begins_on_the_day_named():
    assert asked(rule("R", "a"), BESIDE, stale_after=date(2026, 11, 22)).complete
    assert not asked(rule("R", "a"), BESIDE, stale_after=date(2026, 11, 21)).complete


def test_not_covered_comes_before_stale():
    told = asked(rule("R", "a"), BESIDE, stale_after=ON, coverage=FAR)
    assert layer_state(told, "a") == ("not_covered", ())


def test_all_flags_of_a_hit_are_told():
    told = asked(rule("R", "a"), INSIDE, stale_after=ON, coverage=FAR, status=EditionStatus.PROVISIONAL)
    assert layer_state(told, "a") == ("hit", ("stale", "provisional", "partial"))


@pytest.mark.parametrize(
    ("edge", "covered"),
    [pytest.param(805.001, True, id="just far enough"), pytest.param(804.999, False, id="1 mm short")],
)
def test_coverage_must_hold_the_distance_and_both_accuracies(edge, covered):
    near = rule("R", "a", relation=Relation.WITHIN_DISTANCE, distance_m=300.0)
    told = asked(near, BESIDE, coverage=place(box(-9_000, -9_000, edge, 9_000)))
    assert told.complete is covered
    assert layer_state(told, "a") == ("clear", ())


@pytest.mark.parametrize(
    ("site", "accuracy_m", "covered"),
    [
        pytest.param(box(0, 200, 989, 300), 5.0, True, id="polygon 11 m from the edge"),
        pytest.param(box(0, 200, 991, 300), 5.0, False, id="polygon 9 m from the edge, accuracies 10 m"),
        pytest.param(box(0, 200, 1001, 300), 5.0, False, id="polygon sticking out"),
        pytest.param(Point(994, 50), 0.0, True, id="an exact point 6 m from the edge"),
    ],
)
def test_a_site_near_the_edge_of_coverage(site, accuracy_m, covered):
    layers = [zones("a", coverage=place(box(-1_000, -1_000, 1_000, 1_000)))]
    told = report(layers, [rule("R", "a")], project(place(site), accuracy_m=accuracy_m))
    assert told.complete is covered


def test_a_hole_in_the_coverage_is_not_covered():
    holed = shapely.Polygon(box(-999, -999, 999, 999).exterior.coords, [box(40, 40, 60, 60).exterior.coords])
    layers = [zones("a", coverage=place(holed))]
    told = report(layers, [rule("R", "a")], project(place(box(0, 0, 100, 100))))
    assert finding(told, "R").reason == "not_covered"


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)]), id="bow-tie"),
        pytest.param(None, id="no geometry"),
        pytest.param(shapely.Polygon(), id="empty"),
        pytest.param(
            shapely.Polygon([(0, 0), (90, 0), (90, 90), (0, 90), (0, 0), (95, 5), (5, 95)]), id="knotted"
        ),
        pytest.param(shapely.MultiPolygon([box(0, 0, 60, 60), box(30, 30, 90, 90)]), id="parts that overlap"),
        pytest.param(
            shapely.Polygon(SQUARE.exterior.coords, [box(50, 50, 150, 150).exterior.coords]),
            id="hole across the edge",
        ),
    ],
)
@pytest.mark.parametrize("site", [box(20, 20, 80, 80), Point(70, 30), LineString([(-5, 33), (105, 71)])])
def test_one_broken_zone_hides_no_other(broken, site):
    layers = [zones("a", broken, SQUARE, faults=FAULT), zones("b", SQUARE)]
    rules = [
        rule("R", "a"),
        rule("S", "a", relation=Relation.OUTSIDE),
        rule("T", "a", companions=(With(layer="b"),)),
    ]
    told = report(layers, rules, project(place(site), "ROAD" if site.geom_type == "LineString" else "PARK"))
    assert truth(finding(told, "R")) is True
    assert truth(finding(told, "T")) is True
    assert "a1" in {h.zone_id for h in told.parts[0].hits}
    assert layer_state(told, "a") == ("hit", ("partial",))


# --- outside: there silence convicts ------------------------------------------------------------------------


OUTSIDE = rule("R", "a", relation=Relation.OUTSIDE)


@pytest.mark.parametrize(("damage", "reason", "flag"), DAMAGE.values(), ids=DAMAGE)
def test_outside_convicts_only_where_silence_is_vouched_for(damage, reason, flag):
    told = asked(OUTSIDE, BESIDE, **damage)
    assert truth(finding(told, "R")) is None
    assert finding(told, "R").reason == reason
    assert truth(finding(asked(OUTSIDE, BESIDE), "R")) is True


@pytest.mark.parametrize("name", ["failed", "stale", "provisional"])
def test_being_inside_a_zone_of_a_hurt_layer_does_not_acquit(name):
    damage, reason, _ = DAMAGE[name]
    told = asked(OUTSIDE, INSIDE, **damage)
    assert truth(finding(told, "R")) is None
    assert finding(told, "R").reason == reason


def test_being_inside_a_sound_zone_acquits_wherever_the_coverage_ends():
    assert truth(finding(asked(OUTSIDE, INSIDE, coverage=FAR), "R")) is False


def test_outside_several_layers_asks_for_their_union():
    both = rule("R", ("a", "b"), relation=Relation.OUTSIDE)
    layers = [zones("a", SQUARE), zones("b", box(100, 0, 200, 100))]
    assert truth(finding(report(layers, [both], project(INSIDE)), "R")) is False
    assert truth(finding(report(layers, [both], project(point(150, 50))), "R")) is False
    assert truth(finding(report(layers, [both], project(place(box(50, 40, 150, 60)))), "R")) is False
    assert truth(finding(report(layers, [both], project(BESIDE)), "R")) is True


@pytest.mark.parametrize("hurt", ["a", "b"])
def test_outside_several_layers_needs_all_of_them_to_convict(hurt):
    both = rule("R", ("a", "b"), relation=Relation.OUTSIDE)
    layers = [zones(x, SQUARE, **({"stale_after": ON} if x == hurt else {})) for x in ("a", "b")]
    assert truth(finding(report(layers, [both], project(BESIDE)), "R")) is None
