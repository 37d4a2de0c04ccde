"""Layer states and faults: data convict, only complete data acquit."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import shapely
from shapely import LineString, Point, box

from geo.answer import to_json
from geo.errors import InputError, Problem
from geo.model import EditionStatus, Effect, Layer, OutOfScope, Relation, Report, Rule, Verdict, With
from tests.geo.world import (
    ON,
    SQUARE,
    edition,
    finding,
    layer,
    layer_state,
    out_of_scope,
    place,
    point,
    project,
    report,
    rule,
    text,
    truth,
    where,
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


# --- one layer hurt ------------------------------------------------------------------------------------------------


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
@pytest.mark.parametrize(
    "site", [box(20, 20, 80, 80), Point(70, 30), LineString([(-5, 33), (105, 71)])]
)
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


# --- outside: there silence convicts ----------------------------------------------------------------------------------


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


# --- several layers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("damage", "reason", "flag"), DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("hurt", ["a", "b"])
def test_any_of_several_layers(damage, reason, flag, hurt):
    either = rule("R", ("a", "b"))
    hurting = {hurt: damage}
    layers = [
        zones(x, SQUARE if x == "a" else box(200, 0, 300, 100), **hurting.get(x, {})) for x in ("a", "b")
    ]
    assert truth(finding(report(layers, [either], project(INSIDE)), "R")) is True
    assert truth(finding(report(layers, [either], project(point(250, 50))), "R")) is True
    silent = finding(report(layers, [either], project(point(150, 50))), "R")
    assert truth(silent) is None
    assert silent.reason == reason


@pytest.mark.parametrize(
    ("one", "two", "holds"),
    [
        pytest.param(SQUARE, SQUARE, True, id="one in each"),
        pytest.param(SQUARE, box(300, 0, 400, 100), False, id="only one of them here"),
    ],
)
def test_zones_of_several_layers_count_together(one, two, holds):
    told = report([zones("a", one), zones("b", two)], [rule("R", ("a", "b"), min_zones=2)], project(INSIDE))
    assert truth(finding(told, "R")) is holds


def test_overlap_with_several_layers_is_measured_on_their_union():
    layers = [zones("a", box(-10, 0, -0.7, 2)), zones("b", box(0.7, 0, 10, 2))]  # 0.6 m² each
    told = report(layers, [rule("R", ("a", "b"))], project(place(box(-1, 0, 1, 2))))
    assert truth(finding(told, "R")) is True


def test_overlap_with_one_of_several_layers_excludes_the_ring_around_the_other():
    ring = rule("R", ("a", "b"), relation=Relation.WITHIN_DISTANCE, distance_m=10.0, distance_min_m=0.0)
    layers = [zones("a", SQUARE), zones("b", box(55, 0, 155, 100))]
    assert truth(finding(report(layers, [ring], project(INSIDE)), "R")) is False


def test_the_borderline_of_several_layers_is_that_of_the_margin_told():
    layers = [zones("a", SQUARE), zones("b", box(49, 0, 100, 100))]
    found = finding(report(layers, [rule("R", ("a", "b"))], project(INSIDE)), "R")
    assert found.margin_m == pytest.approx(-50, abs=0.001)
    assert not found.borderline


# --- out of scope --------------------------------------------------------------------------------------------------


def scoped(rules: list[Rule], site: Any, *layers: Layer, activity: str = "SHED", **keys: Any) -> Report:
    known: dict[str, OutOfScope] = {x: out_of_scope(x) for x in ("secret", "farmland", "plots", "graves")}
    return report(list(layers), rules, project(site, activity, **keys), out_of_scope=known)


def test_a_layer_out_of_scope_turns_neither_verdict_nor_complete():
    told = scoped([rule("R", "secret")], INSIDE)
    assert finding(told, "R").reason == "out_of_scope"
    assert layer_state(told, "secret") == ("out_of_scope", ())
    assert (told.verdict, told.worst_possible, told.complete) == (Verdict.CLEAR, Verdict.CLEAR, True)
    assert "secret" in told.headline.zh
    assert "secret" in told.headline.en
    assert {o.layer for o in told.out_of_scope} == {"secret", "farmland", "plots", "graves"}


def test_the_headline_names_relevant_layers_worst_first_and_counts_them():
    rules = [
        rule("N", "secret", effect=Effect.NOTICE),
        rule("C", "plots", effect=Effect.CONDITIONAL),
        rule("P", "graves"),
        rule("F", "farmland", effect=Effect.RESTRICTED),
    ]
    told = scoped(rules, INSIDE)
    assert "graves、farmland、plots 等 4 项" in told.headline.zh
    assert "secret" not in told.headline.zh


def test_a_layer_no_rule_asks_of_is_listed_but_not_in_the_headline():
    told = scoped([rule("R", "a")], INSIDE, zones("a"))
    assert layer_state(told, "secret") == ("out_of_scope", ())
    assert "secret" not in told.headline.zh


def test_what_is_in_scope_convicts_beside_what_is_not():
    told = scoped([rule("R", ("a", "secret"))], INSIDE, zones("a", SQUARE))
    assert told.verdict is Verdict.PROHIBITED


def test_silence_with_one_layer_out_of_scope_is_out_of_scope():
    told = scoped([rule("R", ("a", "secret"))], BESIDE, zones("a", SQUARE))
    assert finding(told, "R").reason == "out_of_scope"
    assert (told.verdict, told.complete) == (Verdict.CLEAR, True)


@pytest.mark.parametrize(("damage", "reason", "flag"), DAMAGE.values(), ids=DAMAGE)
def test_a_hurt_layer_is_not_excused_by_one_out_of_scope(damage, reason, flag):
    told = scoped([rule("R", ("a", "secret"))], BESIDE, zones("a", SQUARE, **damage))
    assert finding(told, "R").reason == reason
    assert (told.verdict, told.complete) == (Verdict.UNDETERMINED, False)


def test_a_disc_in_a_layer_in_scope_is_not_excused_by_one_out_of_scope():
    told = scoped([rule("R", ("a", "secret"))], point(150, 50), zones("a", SQUARE), activity="PLANT")
    assert finding(told, "R").reason == "footprint_unknown"
    assert (told.verdict, told.complete) == (Verdict.UNDETERMINED, False)


def test_an_unknown_datum_near_a_layer_in_scope_is_not_excused_by_one_out_of_scope():
    told = scoped(
        [rule("R", ("a", "secret"))],
        point(150, 50),
        zones("a", SQUARE),
        datum_known=False,
        accuracy_m=1_200.0,
    )
    assert finding(told, "R").reason == "datum_unknown"
    assert (told.verdict, told.complete) == (Verdict.UNDETERMINED, False)


# --- companions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("present", [True, False])
@pytest.mark.parametrize(("damage", "reason", "flag"), DAMAGE.values(), ids=DAMAGE)
def test_a_hurt_second_layer_convicts_where_met_and_acquits_nowhere(damage, reason, flag, present):
    both = rule("R", "a", companions=(With(layer="b", present=present),))
    hurt = [zones("a", SQUARE), zones("b", SQUARE, **damage)]
    absent = [zones("a", SQUARE), zones("b", box(300, 0, 400, 100), **damage)]
    met, silent = (finding(report(x, [both], project(INSIDE)), "R") for x in (hurt, absent))
    assert truth(met) is present
    assert truth(silent) is None
    assert silent.reason == reason


@pytest.mark.parametrize(
    ("site", "second", "present", "holds"),
    [
        pytest.param(Point(50, 50), SQUARE, True, True, id="both, wanted"),
        pytest.param(Point(50, 50), SQUARE, False, False, id="both, barred"),
        pytest.param(Point(50, 50), box(60, 0, 100, 100), True, False, id="first only, wanted"),
        pytest.param(Point(50, 50), box(60, 0, 100, 100), False, True, id="first only, barred"),
        pytest.param(box(-50, 40, 50, 60), box(-50, 0, 0, 100), True, False, id="both, but on other pieces"),
        pytest.param(
            box(-50, 40, 50, 60), box(-50, 0, 0, 100), False, True, id="barred on the other piece only"
        ),
        pytest.param(box(-50, 40, 50, 60), box(-50, 0, 0.04, 100), True, False, id="both on 0.8 m2"),
        pytest.param(box(-50, 40, 50, 60), box(-50, 0, 0.06, 100), True, True, id="both on 1.2 m2"),
        pytest.param(Point(100.0001, 50), SQUARE, True, True, id="0.1 mm off the edge of both, wanted"),
        pytest.param(Point(100.0001, 50), SQUARE, False, False, id="0.1 mm off the edge of both, barred"),
    ],
)
def test_a_second_layer_is_asked_about_the_overlapped_piece(site, second, present, holds):
    both = rule("R", "a", companions=(With(layer="b", present=present),))
    told = report([zones("a", SQUARE), zones("b", second)], [both], project(place(site)))
    assert truth(finding(told, "R")) is holds


@pytest.mark.parametrize("present", [True, False])
@pytest.mark.parametrize(
    ("second", "met"),
    [
        pytest.param(LineString([(50, -50), (50, 150)]), True, id="line through"),
        pytest.param(LineString([(95, -50), (95, 150)]), False, id="line beside"),
        pytest.param(Point(50, 50), True, id="point in it"),
        pytest.param(Point(95, 50), False, id="point beside"),
    ],
)
@pytest.mark.parametrize(
    "site", [box(10, 10, 90, 90), LineString([(10, 50), (90, 50)])], ids=["polygon", "line"]
)
def test_a_second_layer_of_lines_or_points(site, second, met, present):
    both = rule("R", "a", companions=(With(layer="b", present=present),))
    kind = "ROAD" if site.geom_type == "LineString" else "SHED"
    told = report([zones("a", SQUARE), zones("b", second)], [both], project(place(site), kind))
    assert truth(finding(told, "R")) is (met is present)


def test_an_edge_of_the_second_layer_nearby_is_borderline():
    both = rule("R", "a", companions=(With(layer="b"),))
    told = report([zones("a", SQUARE), zones("b", box(0, 0, 51, 100))], [both], project(INSIDE))
    found = finding(told, "R")
    assert truth(found) is True
    assert found.borderline


# --- the whole -----------------------------------------------------------------------------------------------------


def test_a_project_without_parts_is_refused_or_at_least_not_clear():
    try:
        told = report([], [], replace(project(INSIDE), parts=()))
    except InputError:
        return
    assert told.verdict is not Verdict.CLEAR
    assert not told.complete


def test_the_project_takes_the_worst_of_its_parts():
    one, two = project(BESIDE).parts[0], project(INSIDE).parts[0]
    told = report([zones("a", SQUARE)], [rule("R", "a")], replace(project(BESIDE), parts=(one, two)))
    assert [p.verdict for p in told.parts] == [Verdict.CLEAR, Verdict.PROHIBITED]
    assert told.verdict is Verdict.PROHIBITED


def test_every_layer_is_listed_whether_asked_or_not():
    told = report(
        [zones("a"), zones("b"), zones("c", SQUARE)], [rule("R", "a"), rule("S", "d")], project(INSIDE)
    )
    states = {x.id: x.state.value for x in told.parts[0].layers}
    assert states == {"a": "clear", "b": "clear", "c": "hit", "d": "missing"}


def test_an_unknown_attribute_leaves_a_rule_open_only_where_the_zone_is_met():
    test = rule("R", "a", zone_where=(where("level", "eq", "core"),))
    layers = [zones("a", {"shape": SQUARE, "level": None})]
    assert finding(report(layers, [test], project(INSIDE)), "R").reason == "attribute_unknown"
    assert truth(finding(report(layers, [test], project(BESIDE)), "R")) is False


def test_the_neighbour_behind_a_gap_is_named():
    ours, theirs = box(-5_000, -5_000, 0, 5_000), box(0, -5_000, 5_000, 5_000)
    admin = zones(
        "admin_unit",
        {"shape": ours, "zone_id": "510812", "name": "朝天区"},
        {"shape": theirs, "zone_id": "610726", "name": "宁强县"},
    )
    layers = [admin, zones("a", coverage=place(ours))]
    near = rule("R", "a", relation=Relation.WITHIN_DISTANCE, distance_m=1_000.0)
    for x in (-50, -500, -990):
        found = finding(report(layers, [near], project(point(x, 0))), "R")
        assert found.reason == "not_covered"
        assert "宁强县" in found.explanation.zh, x
        assert "须会商" in found.explanation.zh
    told = finding(report(layers, [near], project(point(-1_200, 0))), "R")
    assert truth(told) is False


def test_synthetic_data_are_said_to_be_so():
    told = to_json(report([zones("a")], [], project(INSIDE)))
    assert told["synthetic"] is True
    assert told["banner"]["zh"] == "示范数据，非法定边界"
    assert told["banner"]["en"] == "demonstration data, not an official boundary"
    sound = layer("a", edition([], synthetic=False))
    assert to_json(report([sound], [], project(INSIDE)))["banner"] is None
