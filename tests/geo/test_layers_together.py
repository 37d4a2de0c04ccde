"""Layers together: several in a rule, some out of scope, second layers on a piece, whole projects."""

import itertools
from dataclasses import replace
from functools import partial
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

DAMAGE: dict[str, tuple[dict[str, Any], str, str]] = {
    "failed": ({"faults": FAULT}, "failed", "partial"),
    "stale": ({"stale_after": ON}, "stale", "stale"),
    "provisional": ({"status": EditionStatus.PROVISIONAL}, "no_edition", "provisional"),
    "covers elsewhere": ({"coverage": FAR}, "not_covered", "partial"),
    "has no coverage": ({"coverage": None}, "not_covered", "partial"),
}


# --- several layers -----------------------------------------------------------------------------------------


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


# --- out of scope -------------------------------------------------------------------------------------------


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


def test_a_second_layer_out_of_scope_is_named_too():
    told = scoped([rule("R", "a", companions=(With(layer="secret"),))], INSIDE, zones("a", SQUARE))
    assert finding(told, "R").reason == "out_of_scope"
    assert "secret" in told.headline.zh
    assert "the bureau" in finding(told, "R").explanation.en


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


# --- companions ---------------------------------------------------------------------------------------------


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
def test_a_line_lies_on_itself_wherever_the_world_is(present):
    """What a line zone shares with a site has rounded ends, a nanometre beside the line."""
    both = rule("R", "a", relation=Relation.CROSSES, companions=(With(layer="b", present=present),))
    for east, north in itertools.product(range(-400, 401, 50), (-8_765, 0, 4_321)):
        moved = partial(shapely.transform, transformation=lambda xy, by=(east, north): xy + by)
        river = moved(LineString([(0.3, 1.3), (3.33, -2.73), (6.36, 1.3)]))
        told = report(
            [zones("a", river), zones("b", river)], [both], project(place(moved(box(0.6, 0.6, 2.66, 2.66))))
        )
        assert truth(finding(told, "R")) is present, (east, north)


@pytest.mark.parametrize("present", [True, False])
@pytest.mark.parametrize(
    ("second", "met"),
    [
        pytest.param(LineString([(-50, 50), (150, 50)]), True, id="line through"),
        pytest.param(LineString([(-50, 95), (150, 95)]), False, id="line beside"),
        pytest.param(Point(0, 50), True, id="point in it"),
        pytest.param(Point(0, 95), False, id="point beside"),
    ],
)
@pytest.mark.parametrize(
    "site", [box(-40, 10, 40, 90), LineString([(0, 10), (0, 90)])], ids=["polygon", "line"]
)
def test_a_second_layer_of_lines_or_points(site, second, met, present):
    both = rule("R", "a", companions=(With(layer="b", present=present),))
    kind = "ROAD" if site.geom_type == "LineString" else "SHED"
    told = report([zones("a", box(-50, 0, 50, 100)), zones("b", second)], [both], project(place(site), kind))
    assert truth(finding(told, "R")) is (met is present)


@pytest.mark.parametrize(
    ("first", "met"),
    [
        pytest.param(LineString([(-50, 50), (150, 50)]), True, id="line through"),
        pytest.param(LineString([(-50, 95), (150, 95)]), False, id="line beside"),
        pytest.param(Point(0, 50), True, id="point in it"),
        pytest.param(Point(0, 95), False, id="point beside"),
    ],
)
@pytest.mark.parametrize(
    ("second", "present", "holds"),
    [
        pytest.param(box(-200, -200, 200, 200), True, True, id="over everything, wanted"),
        pytest.param(box(-200, -200, 200, 200), False, False, id="over everything, barred"),
        pytest.param(box(600, 600, 700, 700), True, False, id="elsewhere, wanted"),
        pytest.param(box(600, 600, 700, 700), False, True, id="elsewhere, barred"),
    ],
)
@pytest.mark.parametrize(
    "site", [box(-40, 10, 40, 90), LineString([(0, 10), (0, 90)])], ids=["polygon", "line"]
)
def test_a_first_layer_of_lines_or_points(site, first, met, second, present, holds):
    both = rule("R", "a", companions=(With(layer="b", present=present),))
    kind = "ROAD" if site.geom_type == "LineString" else "SHED"
    told = report([zones("a", first), zones("b", second)], [both], project(place(site), kind))
    assert truth(finding(told, "R")) is (met and holds)


@pytest.mark.parametrize("present", [True, False])
def test_zones_of_all_dimensions_in_both_layers_are_answered(present):
    three = (box(-30, 0, 30, 40), LineString([(-50, 50), (150, 50)]), Point(0, 60))
    both = rule("R", "a", companions=(With(layer="b", present=present),))
    for site in (LineString([(0, 30), (0, 90)]), box(-20, 30, 20, 90), Point(0, 35)):
        for second in ((), three, three[:1], three[1:]):
            told = report([zones("a", *three), zones("b", *second)], [both], project(place(site), "ROAD"))
            if not second:
                assert truth(finding(told, "R")) is not present


MIXED = (box(-30, 0, 30, 40), LineString([(-50, 30), (150, 30)]), Point(0, 35))


@pytest.mark.parametrize("present", [True, False])
@pytest.mark.parametrize(
    ("first", "keys"),
    [
        pytest.param({"shape": SQUARE, "zone_class": None}, {}, id="class unknown"),
        pytest.param({"shape": box(-200, -200, 200, 10.05)}, {}, id="barely met"),
        pytest.param({"shape": SQUARE}, {"min_overlap_m2": 1e9, "min_overlap_m": 1e9}, id="never enough"),
        pytest.param({"shape": Point(0, 35)}, {}, id="a point"),
        pytest.param({"shape": box(600, 0, 700, 100)}, {}, id="not met"),
    ],
)
@pytest.mark.parametrize(
    "site",
    [box(-40, 10, 40, 90), LineString([(0, 10), (0, 90)]), Point(0, 35)],
    ids=["polygon", "line", "point"],
)
@pytest.mark.parametrize("damage", [{}, {"stale_after": ON}], ids=["whole", "stale"])
def test_nothing_sure_beside_a_second_layer_of_all_dimensions(site, first, keys, present, damage):
    the_rule = rule("R", "a", zone_classes=("1",), companions=(With(layer="b", present=present),), **keys)
    layers = [zones("a", first, **damage), zones("b", *MIXED)]
    for kind in ("SHED", "PLANT", "ROAD"):
        told = report(layers, [the_rule], project(place(site), kind))
        assert finding(told, "R").outcome
        if damage or first.get("zone_class", "1") is None:
            assert told.complete is (truth(finding(told, "R")) is not None)


@pytest.mark.parametrize("near", [50, 106, 300, 700], ids=lambda x: f"{x} m off")
@pytest.mark.parametrize("extra", [False, True], ids=["alone", "beside a far-reaching rule"])
def test_a_second_layer_settles_whatever_the_first_leaves_open(near, extra):
    rules = [rule("R", "a", companions=(With(layer="b"),))]
    rules += [rule("E", "a", relation=Relation.WITHIN_DISTANCE, distance_m=500.0, effect=Effect.DUTY)] * extra
    layers = [zones("a", box(100 + near, 0, 200 + near, 100), stale_after=ON), zones("b")]
    found = finding(report(layers, rules, project(place(SQUARE))), "R")
    assert truth(found) is False
    assert found.reasons == ()


def test_an_edge_of_the_second_layer_nearby_is_borderline():
    both = rule("R", "a", companions=(With(layer="b"),))
    told = report([zones("a", SQUARE), zones("b", box(0, 0, 51, 100))], [both], project(INSIDE))
    found = finding(told, "R")
    assert truth(found) is True
    assert found.borderline


# --- the whole ----------------------------------------------------------------------------------------------


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
