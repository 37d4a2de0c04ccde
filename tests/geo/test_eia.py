"""EIA classes at places: which areas count, what is open, findings and columns; both roads tell the same."""

from dataclasses import replace
from datetime import date
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from geo.answer import to_json, to_row
from geo.check import check_projects
from geo.eia.classes import higher_of
from geo.model import (
    Bundle,
    Effect,
    EiaArea,
    EiaClass,
    EiaDoubt,
    EiaItem,
    EiaList,
    EiaRole,
    EiaRow,
    Finding,
    Layer,
    PartReport,
    Project,
    Rule,
    With,
)
from geo.points import Declaration, PointTable
from tests.geo.test_points import build, points, worlds
from tests.geo.two_roads import batch_of, by_columns, by_reports, differing, some_of, table_on
from tests.geo.world import ON, SQUARE, bundle, out_of_scope, place, point, project, rule, text, where, zones

NONE, REGISTRATION, FORM, REPORT = EiaClass
AREAS = {
    area.id: area
    for area in (
        EiaArea(id="X", title=text("X"), zones=(With(layer="a", zone_classes=("1",)),)),
        EiaArea(
            id="Y", title=text("Y"), zones=(With(layer="b", zone_where=(where("level", "eq", "high"),)),)
        ),
        EiaArea(id="Z", title=text("Z"), zones=(With(layer="a"), With(layer="c"))),
        EiaArea(id="U", title=text("U"), fact="discharges"),
    )
}
LARGE = (where("land_area_m2", "ge", 5_000),)


def item(number: str, *activities: str, otherwise: tuple[EiaClass, ...] = (FORM,), **keys: Any) -> EiaItem:
    """An item in force since 2021."""
    given = {"title": text(number), "basis": ("law-1",), "valid_from": date(2021, 1, 1), **keys}
    return EiaItem(id=number, activities=activities, otherwise=otherwise, **given)


def row(eia_class: EiaClass, *areas: str, sensitive: bool | None = True, **keys: Any) -> EiaRow:
    return EiaRow(
        eia_class=eia_class,
        areas=areas,
        sensitive=sensitive if areas else None,
        conditions=keys.get("when", ()),
    )


ITEMS = (
    item("1", "SHED", rows=(row(REPORT, "X", "Y"),)),
    item("2", "PLANT", rows=(row(REPORT, "X", when=LARGE), row(FORM, "Z", "U")), otherwise=(REGISTRATION,)),
    item("3", "PARK", rows=(row(REGISTRATION, "Y", sensitive=False),), otherwise=(FORM, REPORT)),
    item("4", "PARK", "ROAD", rows=(row(REPORT, "U"),), otherwise=(NONE,)),
)
RULES = tuple(
    rule(name, None, effect=effect, eia=role)
    for name, effect, role in (
        ("EI-01", Effect.NOTICE, EiaRole.RAISED),
        ("EI-02", Effect.DUTY, EiaRole.SEVERAL),
        ("EI-03", Effect.DUTY, EiaRole.UNLISTED),
    )
)
LISTED = EiaList(areas=AREAS, items=ITEMS, doubts=(EiaDoubt(since=date(2026, 8, 15), text=text("doubt")),))
HERE, AWAY = place(SQUARE), point(5_000, 5_000)
ALL = [zones("a", SQUARE), zones("b"), zones("c")]


def with_list(held: Bundle, listed: EiaList = LISTED) -> Bundle:
    """The bundle with a list, and the rules about it."""
    return replace(held, rulebook=replace(held.rulebook, eia=listed, rules=(*held.rulebook.rules, *RULES)))


def told(layers: list[Layer], where_: Any, activity: str, on: date = ON, **facts: Any) -> PartReport:
    outside = facts.pop("outside", {})
    rules: list[Rule] = facts.pop("rules", [])
    held = with_list(bundle(layers, rules, out_of_scope=outside))
    return next(check_projects(held, [project(where_, activity, **facts)], on)).parts[0]


def finding(part: PartReport, name: str) -> Finding | None:
    found = [f for f in (*part.findings, *part.duties) if f.rule.id == name]
    return found[0] if found else None


def classes(part: PartReport) -> tuple[tuple[str, ...], tuple[str, ...]]:
    assert part.eia is not None
    return tuple(part.eia.before), tuple(part.eia.after)


def test_an_area_of_the_set_raises_the_class_and_is_a_notice() -> None:
    part = told(ALL, HERE, "SHED")
    assert classes(part) == (("form",), ("report",))
    found = finding(part, "EI-01")
    assert found is not None
    assert (found.outcome.value, [h.zone_id for h in found.hits]) == ("applies", ["a0"])
    assert (part.verdict.value, part.complete) == ("notice", True)
    assert part.eia is not None
    assert [(one.area, one.met) for one in part.eia.areas] == [("X", True), ("Y", False)]
    assert "涉及X" in part.eia.text.zh
    assert part.eia.items == ("1",)


def test_where_no_area_is_entered_all_stays_clear() -> None:
    part = told(ALL, AWAY, "SHED")
    assert classes(part) == (("form",), ("form",))
    assert (part.verdict.value, part.complete, finding(part, "EI-01")) == ("clear", True, None)


def test_a_layer_that_is_missing_leaves_a_range_and_an_open_notice() -> None:
    part = told([zones("a"), zones("c")], AWAY, "SHED")
    assert classes(part) == (("form",), ("form", "report"))
    found = finding(part, "EI-01")
    assert found is not None
    assert (found.reason, part.verdict.value) == ("layer_missing", "notice")
    assert part.eia is not None
    assert part.eia.reasons == ("layer_missing",)


def test_a_layer_out_of_scope_leaves_a_range_and_the_verdict_alone() -> None:
    part = told([zones("a"), zones("c")], AWAY, "SHED", outside={"b": out_of_scope("b")})
    assert classes(part)[1] == ("form", "report")
    assert (part.verdict.value, part.complete) == ("clear", True)
    found = finding(part, "EI-01")
    assert found is not None
    assert found.reason == "out_of_scope"


def test_an_unknown_fact_is_asked_only_where_an_area_is_entered() -> None:
    inside, away = (
        told([zones("a", SQUARE), zones("c")], at, "PLANT", discharges=False) for at in (HERE, AWAY)
    )
    assert classes(away) == (("registration",), ("registration",))
    assert finding(away, "EI-01") is None
    big = told(ALL, HERE, "PLANT", discharges=False, land_area_m2=5_000)
    small = told(ALL, HERE, "PLANT", discharges=False, land_area_m2=4_999)
    assert (classes(big)[1], classes(small)[1]) == (("report",), ("form",))
    # The square itself tells its area: 10 000 m².
    assert classes(inside)[1] == ("report",)


def test_areas_that_no_layer_shows_are_asked_widen_the_class_and_are_no_finding() -> None:
    blank = told(ALL, AWAY, "ROAD", rules=[rule("R", None, effect=Effect.DUTY)])
    assert classes(blank) == (("none",), ("none", "report"))
    assert blank.eia is not None
    assert (blank.eia.missing_facts, blank.eia.reasons) == (("discharges",), ("fact_unknown",))
    assert (finding(blank, "EI-01"), blank.verdict.value, blank.complete) == (None, "clear", True)
    yes, no = (told(ALL, AWAY, "ROAD", discharges=answer) for answer in (True, False))
    assert (classes(yes)[1], classes(no)[1]) == (("report",), ("none",))
    found = finding(yes, "EI-01")
    assert found is not None
    assert (found.outcome.value, found.margin_m, found.hits) == ("applies", None, ())


def test_text_that_was_not_seen_is_a_range() -> None:
    held = with_list(bundle([zones("b")], []), EiaList(areas=AREAS, items=ITEMS[2:3]))
    part = next(check_projects(held, [project(AWAY, "PARK")], ON)).parts[0]
    assert classes(part) == (("registration",), ("registration",))
    inside = with_list(
        bundle([zones("b", {"shape": SQUARE, "level": "high"})], []), EiaList(areas=AREAS, items=ITEMS[2:3])
    )
    part = next(check_projects(inside, [project(HERE, "PARK")], ON)).parts[0]
    assert classes(part)[1] == ("form", "report")
    assert part.eia is not None
    assert part.eia.reasons == ("unverified_basis",)


def test_several_items_and_none() -> None:
    part = told(ALL, AWAY, "PARK", discharges=False)
    several = finding(part, "EI-02")
    assert several is not None
    assert (several.outcome.value, part.verdict.value) == ("applies", "clear")
    held = with_list(bundle(ALL, []), EiaList(areas=AREAS, items=ITEMS[:1]))
    unlisted = next(check_projects(held, [project(HERE, "ROAD")], ON)).parts[0]
    assert classes(unlisted) == (("none",), ("none",))
    assert finding(unlisted, "EI-03") is not None
    assert unlisted.verdict.value == "clear"


def test_no_activity_no_list_or_no_new_works_is_no_class() -> None:
    assert told(ALL, HERE, "SHED", nature="existing").eia is None
    held = with_list(bundle(ALL, []))
    bare = next(check_projects(held, [project(HERE, None)], ON)).parts[0]
    assert (bare.eia, finding(bare, "EI-01")) == (None, None)
    without = next(check_projects(bundle(ALL, []), [project(HERE, "SHED")], ON)).parts[0]
    assert without.eia is None


def test_the_doubt_is_told_from_its_day_on() -> None:
    before, after = (told(ALL, HERE, "SHED", on=date(2026, 8, day)).eia for day in (14, 15))
    assert before is not None
    assert after is not None
    assert (before.doubts, [d.zh for d in after.doubts]) == ((), ["doubt"])


def test_near_an_area_the_finding_is_borderline() -> None:
    part = told([zones("a", SQUARE), zones("b"), zones("c")], point(102, 50), "SHED")
    found = finding(part, "EI-01")
    assert found is not None
    assert (found.outcome.value, found.borderline) == ("does_not_apply", True)
    assert found.margin_m == pytest.approx(2.0, abs=0.01)
    assert part.verdict.value == "notice"


def test_the_answer_and_the_row() -> None:
    held = with_list(bundle(ALL, []))
    report = next(check_projects(held, [project(HERE, "SHED")], ON))
    eia = to_json(report)["parts"][0]["eia"]
    assert (eia["class_before"], eia["class_after"], eia["possible"]) == ("form", "report", ["report"])
    assert eia["sensitive"][0] == {"area": "X", "title": {"zh": "X", "en": "X"}, "met": True, "reasons": []}
    line = to_row(report)
    assert (line["eia_before"], line["eia_class"]) == ("form", "report")
    away = to_row(next(check_projects(held, [project(AWAY, "ROAD")], ON)))
    assert (away["eia_before"], away["eia_class"]) == ("none", "none;report")
    nobody = to_row(next(check_projects(held, [project(HERE, None)], ON)))
    assert (nobody["eia_before"], nobody["eia_class"]) == ("", "")


def test_parts_together_take_the_highest() -> None:
    held = with_list(bundle(ALL, []))
    one, other = (project(HERE, name, discharges=False).parts[0] for name in ("SHED", "ROAD"))
    (report,) = check_projects(held, [Project(parts=(other, one))], ON)
    assert to_json(report)["eia"] == {
        "class_before": "form",
        "class_after": "report",
        "possible_before": ["form"],
        "possible": ["report"],
    }
    assert higher_of([(FORM,), (REGISTRATION, REPORT)]) == (FORM, REPORT)
    assert higher_of([(NONE,), (NONE,)]) == (NONE,)


def test_columns_by_themselves_beside_an_area() -> None:
    held = with_list(bundle(ALL, []))
    places = [point(x, 50) for x in (-300, -60, -2, 2, 50, 98, 103, 106, 160, 300)]
    lon, lat = zip(*((p.x, p.y) for p in places), strict=True)
    declared = (Declaration("SHED", (("nature", "new"),)), Declaration("ROAD", (("discharges", False),)))
    for accuracy_m in (0.0, 5.0):
        batch = batch_of(lon, lat, [accuracy_m] * 10, [0] * 9 + [1], declared)
        wanted = by_reports(held, batch, ON)
        found = by_columns(table_on(held, ON), batch)
        assert None not in found
        assert differing(batch, found, wanted) == []
    assert [row["verdict"] for row in wanted[:9]] == [
        *("clear", "clear", "notice", "notice", "notice", "notice", "notice", "notice", "clear"),
    ]
    assert [row["eia_class"] for row in wanted] == ["form"] * 3 + ["report"] * 3 + ["form"] * 3 + ["none"]


def test_each_item_names_the_layers_of_its_own_areas_out_of_scope() -> None:
    """The rule is one, the layers are those of the item: a table's headline once named another item's."""
    held = with_list(bundle([zones("a")], [], out_of_scope={name: out_of_scope(name) for name in "bc"}))
    lon, lat = zip(*((point(x, 50).x, point(x, 50).y) for x in (0, 10, 20, 30)), strict=True)
    declared = (
        Declaration("SHED", ()),
        Declaration("PLANT", (("discharges", False), ("land_area_m2", 9_000.0))),
    )
    batch = batch_of(lon, lat, [5.0] * 4, [0, 1, 0, 1], declared)
    wanted = by_reports(held, batch, ON)
    assert differing(batch, by_columns(table_on(held, ON), batch), wanted) == []
    assert [str(row["headline"])[-1] for row in wanted] == ["b", "c", "b", "c"]


@settings(max_examples=30)
@given(world=worlds(), seed=st.integers(0, 2**32))
def test_columns_tell_the_class_that_whole_reports_tell(world: dict[str, Any], seed: int) -> None:
    held, batch = with_list(build(world)), points(world, seed)
    wanted = by_reports(held, batch, ON)
    table = table_on(held, ON)
    assert differing(batch, by_columns(table, batch), wanted) == []
    fresh = PointTable(table.atlas)
    for some in np.split(np.random.default_rng(seed).permutation(len(batch.lon)), (1, 20)):
        chunk, right = some_of(batch, some), [wanted[n] for n in some]
        assert differing(chunk, by_columns(fresh, chunk), right) == [], "fresh"
