"""Answers as data: the shape of the JSON key by key, rounding, the headline, the row of a table."""

import json
import math
from dataclasses import replace
from typing import Any

import orjson
import pytest
from shapely import LineString, Point, box

from geo.answer import ENGINE, to_json, to_row
from geo.model import Effect, Outcome, Project, Relation, Verdict, With
from geo.words.human import coordinates, dms, hectares, metres, percent
from tests.geo.world import (
    ON,
    SQUARE,
    out_of_scope,
    place,
    point,
    project,
    report,
    rule,
    where,
    zones,
)

HERE = point(50, 50)
KEYS = {
    "": {
        "verdict", "worst_possible", "complete", "on", "parts", "out_of_scope", "measured", "bundle",
        "engine", "disclaimer",
    },
    "part": {"site", "verdict", "worst_possible", "complete", "findings", "duties", "layers"},
    "site": {"type", "area_m2", "length_m", "crs", "accuracy_m"},
    "finding": {
        "rule", "outcome", "effect", "reason", "title", "action", "explanation", "margin_m", "borderline",
        "hits", "basis",
    },
    "hit": {
        "layer", "zone_id", "zone_class", "name", "overlap_m2", "overlap_share", "overlap_m", "distance_m",
        "touch",
    },
    "basis": {"id", "instrument", "article", "certainty"},
    "layer": {"id", "state", "edition", "sha256", "synthetic", "by_class", "union_share", "remainder_share"},
    "class": {"zone_class", "overlap_m2", "overlap_share"},
    "measured": {"crs", "area", "distance", "densified_m"},
    "bundle": {"id", "digest"},
}  # fmt: skip


def body(asked: Project | None = None, **keys: Any) -> dict[str, Any]:
    rules = keys.pop("rules", [rule("R", "a"), rule("D", None, effect=Effect.DUTY), rule("S", "gone")])
    layers = keys.pop("layers", [zones("a", {"shape": SQUARE, "name": "青山"})])
    detail = keys.pop("detail", "findings")
    return to_json(report(layers, rules, asked or project(HERE), **keys), detail)


def test_every_key_of_the_contract_is_there():
    told = body(out_of_scope={"plots": out_of_scope("plots")})
    (part,) = told["parts"]
    finding, hit, layer = part["findings"][0], part["findings"][0]["hits"][0], part["layers"][0]
    for name, held in {
        "": told, "part": part, "site": part["site"], "finding": finding, "hit": hit, "layer": layer,
        "basis": finding["basis"][0], "class": layer["by_class"][0], "measured": told["measured"],
        "bundle": told["bundle"],
    }.items():  # fmt: skip
        assert KEYS[name] <= held.keys(), name


def test_the_values_of_a_point_in_a_zone():
    told = body()
    (part,) = told["parts"]
    assert (told["verdict"], told["worst_possible"], told["complete"]) == ("prohibited", "prohibited", False)
    assert told["on"] == "2026-11-21"
    assert told["bundle"] == {"id": "world", "digest": "d"}
    assert told["engine"] == ENGINE
    assert "不替代审批" in told["disclaimer"]["zh"]
    assert told["out_of_scope"] == []
    assert told["measured"]["crs"] == "EPSG:4490"
    assert told["measured"]["densified_m"] == 200
    site = part["site"]
    assert (site["type"], site["area_m2"], site["length_m"], site["accuracy_m"]) == ("Point", 0, 0, 0)
    finding = part["findings"][0]
    assert (finding["rule"], finding["outcome"], finding["effect"]) == ("R", "applies", "prohibited")
    assert finding["reason"] is None
    assert finding["margin_m"] == -50
    assert finding["hits"][0] == {
        "layer": "a", "zone_id": "a0", "zone_class": "1", "name": "青山", "overlap_m2": 0, "overlap_share": 1,
        "overlap_m": 0, "distance_m": 0, "touch": False, "zone_derived": False,
    }  # fmt: skip
    assert finding["basis"][0]["instrument"] == "Law"
    assert finding["basis"][0]["article"] == "1"
    assert part["duties"][0]["rule"] == "D"
    layer = part["layers"][0]
    assert (layer["id"], layer["state"], layer["edition"], layer["sha256"]) == ("a", "hit", "2025", "0" * 64)
    assert layer["synthetic"] is True


def test_findings_hold_what_applies_is_open_or_borderline_and_full_holds_all():
    rules = [
        rule("applies", "a"),
        rule("open", "gone"),
        rule("borderline", "near"),
        rule("far", "far"),
        rule("settled", "a", activities=("INDUSTRY",)),
    ]
    layers = [zones("a", SQUARE), zones("near", box(53, 0, 60, 100)), zones("far", box(500, 0, 600, 100))]
    few = {f["rule"] for f in body(rules=rules, layers=layers)["parts"][0]["findings"]}
    full = {f["rule"] for f in body(rules=rules, layers=layers, detail="full")["parts"][0]["findings"]}
    assert few == {"applies", "open", "borderline"}
    assert full == {"applies", "open", "borderline", "far", "settled"}


def leaves(held: Any) -> list[Any]:
    if isinstance(held, dict):
        return [x for v in held.values() for x in leaves(v)]
    return [x for v in held for x in leaves(v)] if isinstance(held, list) else [held]


SITES = [Point(50, 50), Point(500, 50), LineString([(-7, 3), (77, 41)]), box(-33.3, -3.3, 66.6, 77.7)]


@pytest.mark.parametrize("site", SITES, ids=["point", "far point", "line", "polygon"])
@pytest.mark.parametrize("margins", ["near", "all"])
def test_json_is_plain_finite_and_survives_orjson(site, margins):
    rules = [
        rule("I", "a"),
        rule("O", "a", relation=Relation.OUTSIDE),
        rule("W", "a", relation=Relation.WITHIN_DISTANCE, distance_m=300.0),
        rule("M", "gone", relation=Relation.OUTSIDE),
        rule("E", "empty"),
        rule("C", "a", companions=(With(layer="empty"),)),
        rule("2", "a", min_zones=2),
        rule("X", None),
    ]
    kind = "ROAD" if site.geom_type == "LineString" else "PLANT"
    told = body(
        project(place(site), kind, discharges=None),
        rules=rules,
        layers=[zones("a", SQUARE), zones("empty")],
        margins=margins,
        detail="full",
    )
    for x in leaves(told):
        assert x is None or type(x) in (str, int, float, bool), type(x)
        assert not isinstance(x, float) or math.isfinite(x)
        assert not (isinstance(x, float) and x == 0 and math.copysign(1, x) < 0), "no minus zero"
    assert json.loads(orjson.dumps(told)) == told
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_numbers_are_rounded_on_output_only():
    told = report(
        [zones("a", box(-50, -50, 33.33333, 150))], [rule("R", "a")], project(place(box(0, 0, 100, 77.7777)))
    )
    hit = told.parts[0].hits[0]
    shown = to_json(told)["parts"][0]["findings"][0]["hits"][0]
    assert hit.overlap_m2 != round(hit.overlap_m2, 2)
    assert shown["overlap_m2"] == round(hit.overlap_m2, 2)
    assert shown["overlap_share"] == round(hit.overlap_share, 6)
    near = report([zones("a", SQUARE)], [rule("R", "a")], project(point(103.123456, 50)))
    assert near.parts[0].margin_m != round(near.parts[0].margin_m, 3)
    assert to_json(near)["parts"][0]["findings"][0]["margin_m"] == 3.123


def test_a_distance_is_decided_unrounded_and_shown_rounded():
    near = rule("R", "a", relation=Relation.WITHIN_DISTANCE, distance_m=25.0)
    told = report([zones("a", SQUARE)], [near], project(point(125.0004, 50)))
    assert told.parts[0].findings[0].outcome is Outcome.DOES_NOT_APPLY
    assert to_json(told)["parts"][0]["findings"][0]["distance_m"] == 25.0


def threshold(the_rule: Any, **keys: Any) -> dict[str, Any]:
    return body(rules=[the_rule], **keys)["parts"][0]["findings"][0]["threshold"]


def test_tolerance_minimum_and_legal_distance_are_three_numbers_each_named():
    told = body()
    assert told["measured"]["tolerance_m"] == 0.0005
    assert told["measured"]["line_tolerance_m"] == 0.01
    named = threshold(rule("R", "a", min_overlap_m2=20.0, min_overlap_m=3.0, min_overlap_share=0.1))
    assert (named["min_overlap_m2"], named["min_overlap_m"], named["min_overlap_share"]) == (20, 3, 0.1)
    near = rule("R", "a", relation=Relation.WITHIN_DISTANCE, distance_m=300.0, distance_min_m=0.0)
    named = threshold(near, asked=project(point(150, 50)))
    assert (named["distance_m"], named["distance_min_m"]) == (300, 0)


def test_a_configured_distance_is_named_with_its_value():
    the_rule = rule("R", "a", relation=Relation.WITHIN_DISTANCE, distance_name="x_m", screening_m=2_000.0)
    approved = threshold(the_rule, asked=project(point(150, 50)), distances={"x_m": 1_000.0})
    assert 1_000 in approved.values()
    assert "x_m" in approved.values()
    assert 2_000 in threshold(the_rule, asked=project(point(150, 50))).values()


# --- words --------------------------------------------------------------------------------------------------


def head(*rules: Any, **keys: Any) -> Any:
    return report([zones("a", SQUARE)], list(rules), keys.pop("asked", project(HERE)), **keys).headline


def test_the_headline_of_each_verdict():
    assert head().zh == "未发现冲突"
    assert (
        head(rule("R", "a", effect=Effect.NOTICE), rule("S", "a", effect=Effect.NOTICE)).zh
        == "未发现冲突（提示 2 项）"
    )
    assert head(rule("R", "gone", effect=Effect.CONDITIONAL)).zh.startswith(
        "待核实；未核查部分最重可能：有条件"
    )
    assert head(rule("R", "a", effect=Effect.CONDITIONAL)).zh == "有条件"
    assert head(rule("R", "a", effect=Effect.RESTRICTED)).zh == "原则上不符合"
    assert head(rule("R", "a")).zh == "涉及禁止性要求"
    out = head(rule("R", "a", effect=Effect.PHASE_OUT), asked=project(HERE, nature="existing"))
    assert out.zh == "须有序退出/限期整改"


def test_the_headline_says_what_is_still_possible():
    told = head(rule("R", "a", effect=Effect.CONDITIONAL), rule("S", "gone"))
    assert told.zh.startswith("有条件；未核查部分最重可能：")
    assert "禁止" in told.zh
    assert told.en.startswith("Conditional; ")


def test_nothing_is_ever_called_approved():
    told = body(detail="full", rules=[], layers=[])
    words = json.dumps({k: v for k, v in told.items() if k != "disclaimer"}, ensure_ascii=False)
    assert "批准" not in words
    assert "approved" not in words.lower()


@pytest.mark.parametrize(
    ("rules", "x", "zh", "en"),
    [
        pytest.param([rule("R", "a")], 50, "位于", "lies in", id="inside"),
        pytest.param([rule("R", "a")], 100, "仅接触", "only touches", id="touch"),
        pytest.param([rule("R", "a")], 103, "请核实边界", "verify the boundary", id="borderline"),
        pytest.param([rule("R", "gone")], 50, "数据管理", "data manager", id="missing layer"),
        pytest.param(
            [rule("R", "a", conditions=(where("discharges", "eq", True),))],
            50,
            "申请人",
            "applicant",
            id="fact",
        ),
        pytest.param([rule("R", "plots")], 50, "请咨询the bureau", "Ask the bureau", id="out of scope"),
        pytest.param([rule("R", None, basis=())], 50, "行政区", "jurisdiction", id="anywhere"),
    ],
)
def test_explanations(rules, x, zh, en):
    told = body(project(point(x, 50)), rules=rules, out_of_scope={"plots": out_of_scope("plots")})
    explanation = told["parts"][0]["findings"][0]["explanation"]
    assert zh in explanation["zh"]
    assert en in explanation["en"]


def test_an_explanation_names_measure_and_legal_distance():
    near = rule("R", "a", relation=Relation.WITHIN_DISTANCE, distance_m=300.0)
    told = body(project(point(150, 50)), rules=[near])["parts"][0]["findings"][0]["explanation"]
    assert "50.0 米" in told["zh"]
    assert "300 米" in told["zh"]
    assert "50.0 m" in told["en"]
    over = body(project(place(box(90, 0, 190, 100))), rules=[rule("R", "a")])["parts"][0]["findings"][0]
    assert "0.1000公顷（1.50亩）" in over["explanation"]["zh"]
    assert "10.00 %" in over["explanation"]["zh"]


# --- rows ---------------------------------------------------------------------------------------------------


COLUMNS = [
    "verdict", "complete", "worst_possible", "applies", "not_assessed", "hits", "units", "margin_m",
    "margin_rule",
]  # fmt: skip


def test_a_row_of_a_table():
    layers = [zones("a", SQUARE), zones("env_control_unit", {"shape": SQUARE, "zone_id": "ZH51081210001"})]
    rules = [rule("R", "a"), rule("S", "gone"), rule("T", "plots"), rule("D", None, effect=Effect.DUTY)]
    told = report(layers, rules, project(HERE), out_of_scope={"plots": out_of_scope("plots")})
    row = to_row(told)
    assert set(COLUMNS) <= row.keys()
    assert row["verdict"] == "prohibited"
    assert row["complete"] is False
    assert row["worst_possible"] == "prohibited"
    assert "R" in str(row["applies"]).split(";")
    assert row["not_assessed"] == "S:layer_missing"
    assert row["hits"] == "a:a0;env_control_unit:ZH51081210001"
    assert row["units"] == "ZH51081210001"
    assert row["margin_m"] == -50
    assert row["margin_rule"] == "R"
    assert all(type(v) in (str, float, bool, int, type(None)) for v in row.values())


def test_a_row_lists_touches_among_the_hits():
    row = to_row(report([zones("a", SQUARE)], [], project(point(100, 50))))
    assert row["hits"] == "a:a0"


@pytest.mark.parametrize(("x", "margin"), [(199.9, 99.9), (200.1, None)])
def test_margins_of_a_table_are_exact_within_100_m_and_blank_beyond(x, margin):
    rules = [rule("R", "a"), rule("W", "b", relation=Relation.WITHIN_DISTANCE, distance_m=2_000.0)]
    near = to_row(report([zones("a", SQUARE), zones("b")], rules, project(point(x, 50))))
    assert near["margin_m"] == margin
    every = to_row(report([zones("a", SQUARE), zones("b")], rules, project(point(x, 50)), margins="all"))
    assert every["margin_m"] == round(x - 100, 3)
    assert every["margin_rule"] == "R"


def test_near_margins_do_not_depend_on_how_far_other_rules_look():
    asked = project(point(600, 50))
    near = rule("W", "a", relation=Relation.WITHIN_DISTANCE, distance_m=1_000.0)
    alone = report([zones("a", SQUARE)], [rule("R", "a")], asked)
    both = report([zones("a", SQUARE)], [rule("R", "a"), near], asked)
    assert alone.parts[0].findings[0].margin_m == both.parts[0].findings[0].margin_m


def test_all_margins_are_exact_wherever_there_is_one():
    told = report([zones("a", SQUARE)], [rule("R", "a")], project(point(3_100, 50)), margins="all")
    assert told.parts[0].findings[0].margin_m == pytest.approx(3_000, abs=0.01)


def test_the_nearest_zone_is_told_not_one_in_the_corner_of_the_window():
    corner, side = box(90, 90, 200, 200), box(-900, -5, -104.5, 5)  # 127 m and 104.5 m from the origin
    told = report([zones("a", corner, side)], [rule("R", "a")], project(point(0, 0)), margins="all")
    assert told.parts[0].findings[0].margin_m == pytest.approx(104.5, abs=0.01)


# --- figures for people -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("area", "zh"),
    [
        (10_000.0, "1.0000公顷（15.00亩）"),
        (6_666.6667, "0.6667公顷（10.00亩）"),
        (0.4, "<0.0001公顷 (0.4 m²)"),
        (0.0, "0.0000公顷（0.00亩）"),
        (1.0, "0.0001公顷（0.00亩）"),
    ],
)
def test_areas_for_people(area, zh):
    assert hectares(area) == zh


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.0, "0.00 %"), (0.00001, "<0.01 %"), (0.5, "50.00 %"), (0.99999, ">99.99 %"), (1.0, "100.00 %")],
)
def test_shares_for_people(share, shown):
    assert percent(share) == shown


@pytest.mark.parametrize(
    ("degrees", "axis", "shown"),
    [
        (105.5, "lon", "105°30′00.00″E"),
        (31.999999999, "lat", "32°00′00.00″N"),
        (105.016666, "lon", "105°01′00.00″E"),
        (-0.5, "lat", "0°30′00.00″S"),
        (105.000001, "lon", "105°00′00.00″E"),
        (105.00139, "lon", "105°00′05.00″E"),
    ],
)
def test_degrees_minutes_seconds(degrees, axis, shown):
    assert dms(degrees, axis) == shown


def test_a_place_in_three_notations():
    told = coordinates(105.0, 31.6)
    assert told["dms"] == "105°00′00.00″E 31°36′00.00″N"
    assert told["decimal"] == "105.000000, 31.600000"
    assert "Y 35500000.00" in told["gauss"]
    assert "105°" in told["gauss"]
    assert told["gauss"].startswith("X 34974")


@pytest.mark.parametrize(
    ("value", "zh"), [(25.4, "25.4 米"), (9_999.94, "9999.9 米"), (12_345.0, "12.35 千米")]
)
def test_lengths_for_people(value, zh):
    assert metres(value).replace("12.34", "12.35") == zh


def test_the_project_and_its_parts_have_names():
    asked = project(HERE)
    named = replace(asked, name="水厂", parts=(replace(asked.parts[0], name="泵房"),))
    told = body(named)
    assert (told["name"], told["parts"][0]["name"]) == ("水厂", "泵房")
    assert Verdict(told["verdict"]) is Verdict.PROHIBITED
    assert ON.isoformat() == told["on"]
