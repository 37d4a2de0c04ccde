"""Rules that need more than one zone of one layer, at hand-countable places, by whole reports and in columns.

Each scene is of squares of 100 m, or lines, in world metres; a site is a point without accuracy, given for
what takes no land.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from shapely import box

from geo.answer import to_row
from geo.model import Bundle, Outcome, Rule, Season
from geo.points import Declaration
from layers.rulebook import SHIPPED, load_rulebook
from tests.geo import world as w
from tests.geo.two_roads import batch_of, by_columns, differing, reports, table_on

BOOK = load_rulebook(SHIPPED)
SQUARE, NEXT, OVER = box(0, 0, 100, 100), box(100, 0, 200, 100), box(50, 50, 150, 150)
IN, BOTH, NEXT_DOOR, FAR = (20, 20), (75, 75), (180, 20), (5000, 0)
NEW = (("land_area_m2", 1.0), ("nature", "new"))

Scene = dict[str, list[dict[str, Any]]]


def shipped(name: str) -> Rule:
    (rule,) = [r for r in BOOK.rules if r.id == name and r.in_force(w.ON)]
    return rule


def bundle_of(rule: Rule, scene: Scene) -> Bundle:
    layers = [w.zones(layer, *shapes, accuracy_m=0.0) for layer, shapes in scene.items()]
    own = replace(BOOK, rules=(rule,))
    return w.bundle(layers, [], rulebook=own, jurisdictions=rule.jurisdictions or ("510812",))


def told(rule: Rule, scene: Scene, activity: str, facts: Any, spots: list[Any], on: date = w.ON) -> list[str]:
    """Yes, no or open at each place: what columns and whole reports both tell."""
    whole = bundle_of(rule, scene)
    points = [w.point(x, y) for x, y in spots]
    declared = (Declaration(activity, tuple(sorted(facts))),)
    batch = batch_of(
        [p.x for p in points], [p.y for p in points], [0.0] * len(points), [0] * len(points), declared
    )
    one_by_one = reports(whole, batch, on)
    rows = [{**to_row(report), "assumed": report.parts[0].remarks} for report in one_by_one]
    assert differing(batch, by_columns(table_on(whole, on), batch), rows) == []
    return [_word(report, rule) for report in one_by_one]


def _word(report: Any, rule: Rule) -> str:
    part = report.parts[0]
    found = [f for f in (*part.findings, *part.duties) if f.rule.id == rule.id]
    outcomes = {Outcome.APPLIES: "yes", Outcome.NOT_ASSESSED: "open", Outcome.DOES_NOT_APPLY: "no"}
    return outcomes[found[0].outcome] if found else "no"


def zone(shape: Any, zone_class: str, **attributes: Any) -> dict[str, Any]:
    return {"shape": shape, "zone_class": zone_class, **attributes}


RED = zone(SQUARE, "redline")
CORE, GENERAL = (zone(OVER, code, pa_type="nature_reserve") for code in ("core", "general"))

CASES = [
    # any of several layers
    (
        "PA-19",
        {"protected_area": [GENERAL], "aquatic_germplasm": [zone(SQUARE, "core")]},
        "OUTFALL",
        NEW,
        {IN: "yes", BOTH: "yes", (140, 140): "yes", FAR: "no"},
    ),
    (
        "PA-18",
        {"protected_area": [GENERAL], "fish_habitat": [zone(SQUARE, "spawning")]},
        "HYDRO",
        NEW,
        {IN: "yes", (140, 140): "yes", FAR: "no"},
    ),
    (
        "WA-04",
        {"river_mgmt_range": [zone(SQUARE, "range")], "flood_storage": [zone(NEXT, "storage")]},
        "CDWASTE",
        (*NEW, ("below_highest_water", True)),
        {IN: "yes", NEXT_DOOR: "yes", (300, 20): "no"},
    ),
    (
        "WA-04",
        {"river_mgmt_range": [zone(SQUARE, "range")], "flood_storage": [zone(NEXT, "storage")]},
        "CDWASTE",
        NEW,
        {IN: "open", (300, 20): "no"},
    ),
    # a second layer on the overlapped piece
    (
        "RL-01",
        {"eco_redline": [RED], "protected_area": [CORE]},
        "HOTEL",
        NEW,
        {IN: "no", BOTH: "yes", (140, 140): "no", FAR: "no"},
    ),
    ("RL-01", {"eco_redline": [RED], "protected_area": [GENERAL]}, "HOTEL", NEW, {BOTH: "no"}),
    (
        "RL-06",
        {"eco_redline": [RED], "protected_area": [GENERAL]},
        "ROAD",
        (*NEW, ("rl_act_code", "RL_ACT_06")),
        {IN: "no", BOTH: "yes", FAR: "no"},
    ),
    (
        "RL-08",
        {"eco_redline": [RED], "protected_area": [CORE]},
        "TRANSMISSION",
        (*NEW, ("rl_act_code", "RL_ACT_06")),
        {FAR: "no"},
    ),
    # several zones at one place
    (
        "CU-08",
        {"env_control_unit": [zone(SQUARE, "1"), zone(OVER, "3")]},
        "SCHOOL",
        NEW,
        {IN: "no", BOTH: "yes", (140, 140): "no"},
    ),
    (
        "PA-23",
        {"protected_area": [CORE, zone(SQUARE, "general", pa_type="forest_park")]},
        "SCHOOL",
        NEW,
        {IN: "no", BOTH: "yes", FAR: "no"},
    ),
    # beyond a least distance
    (
        "RL-15",
        {"eco_redline": [RED]},
        "SURVEY",
        NEW,
        {IN: "no", (105, 50): "yes", (109.9, 50): "yes", (110.1, 50): "no"},
    ),
    (
        "LV-03",
        {"livestock_ban_zone": [zone(SQUARE, "ban")]},
        "LIVESTOCK",
        NEW,
        {IN: "no", (110, 50): "yes", (590, 50): "yes", (605, 50): "no"},
    ),
    # a locally approved distance that is not set
    (
        "PA-20",
        {"protected_area": [GENERAL], "aquatic_germplasm": [zone(SQUARE, "core")]},
        "OUTFALL",
        NEW,
        {IN: "no", (500, 20): "open", (1200, 20): "no"},
    ),
    # in a zone's period
    (
        "RV-13b",
        {"sand_ban": [zone(SQUARE, "period", period_from="11-01", period_to="12-31")]},
        "SANDRIVER",
        NEW,
        {IN: "yes", FAR: "no"},
    ),
    (
        "RV-13b",
        {"sand_ban": [zone(SQUARE, "period", period_from="02-01", period_to="04-30")]},
        "SANDRIVER",
        NEW,
        {IN: "no"},
    ),
]


@pytest.mark.parametrize(("name", "scene", "activity", "facts", "places"), CASES)
def test_a_shipped_rule_on_both_roads(
    name: str, scene: Scene, activity: str, facts: Any, places: dict[Any, str]
) -> None:
    assert dict(zip(places, told(shipped(name), scene, activity, facts, [*places]), strict=True)) == places


def test_a_season_on_both_roads() -> None:
    """A ban from 1 February to 30 April: the day is part of the question, not of the place."""
    rule = replace(shipped("RV-13"), season=Season(start=(2, 1), end=(4, 30)))
    scene = {"sand_ban": [zone(SQUARE, "area")]}
    for on, expected in (
        (date(2026, 1, 31), "no"),
        (date(2026, 2, 1), "yes"),
        (date(2026, 4, 30), "yes"),
        (date(2026, 5, 1), "no"),
    ):
        assert told(rule, scene, "SANDRIVER", NEW, [IN, FAR], on) == [expected, "no"]


def test_lines_in_a_red_line_are_power_lines_and_pipelines_too() -> None:
    """RL_ACT_06 says linear infrastructure, telecoms, flood control and supply (regulations.md §2.1)."""
    rule, scene = shipped("RL-08"), {"eco_redline": [RED], "protected_area": []}
    declared = (*NEW, ("rl_act_code", "RL_ACT_06"))
    linear = (
        "ROAD",
        "RAIL",
        "TRANSMISSION",
        "PIPE_OILGAS",
        "PIPE_CITY",
        "TELECOM",
        "WATERSUPPLY",
        "FLOODCTL",
    )
    for activity in linear:
        assert told(rule, scene, activity, declared, [IN, FAR]) == ["yes", "no"], activity
    assert told(rule, scene, "CHEM", declared, [IN]) == ["no"]
