"""Rules about entry lists: which units name whom, what stays open and why, on both roads."""

from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import shapely
from hypothesis import given, settings

from geo.evaluate import asked
from geo.lists.naming import Who, industry_of, named
from geo.lists.zones import codes_of_zones, places_of
from geo.model import Certainty, Clause, ClauseTest, ClauseVerb, Effect, Naming, Outcome, Reason, worst
from geo.points import Declaration
from geo.view import view_on
from tests.geo.two_roads import batch_of, by_columns, by_reports, differing, table_on
from tests.geo.world import (
    ACTIVITIES,
    FACTS,
    ON,
    Rulebook,
    bundle,
    clause,
    edition,
    finding,
    layer,
    place,
    point,
    project,
    report,
    rule,
    truth,
)

UNITS = "env_control_unit"
BOOK = Rulebook(rules=(), bases={}, facts=FACTS, activities=ACTIVITIES, groups={})
WEST, EAST = "ZH51081220001", "ZH51081330001"


def units(clauses: tuple[Clause, ...] | None, **keys: Any) -> Any:
    """Two units of 1 km a side by side: a key one in 510812, a general one in 510813."""
    rows = [
        {"zone_id": WEST, "zone_class": "2", "geometry": place(shapely.box(0, 0, 1000, 1000))},
        {"zone_id": EAST, "zone_class": "3", "geometry": place(shapely.box(1000, 0, 2000, 1000))},
    ]
    lists = {"list_missing": keys.pop("list_missing", False)}
    return layer(UNITS, edition([{**row, **lists} for row in rows], clauses=clauses, **keys))


def ban(*verbs: str, effect: Effect = Effect.PROHIBITED, **keys: Any) -> Any:
    """A rule on clauses of these verbs; 禁止 unless told otherwise."""
    asks = ClauseTest(verbs=tuple(map(ClauseVerb, verbs or ("禁止",))), **keys)
    return rule("CU", UNITS, clauses=asks, effect=effect)


def at(x: float, clauses: tuple[Clause, ...] | None, activity: str | None = "PLANT", **keys: Any) -> Any:
    """The finding for 10 m × 10 m at (x, 500) m; the west unit ends at x = 1000."""
    asked = keys.pop("rule", None) or ban()
    facts = keys.pop("facts", {})
    site = place(shapely.box(x - 5, 495, x + 5, 505))
    told = report([units(clauses, **keys)], [asked], project(site, activity, **facts))
    return finding(told, "CU")


# --- who is named ---


@pytest.mark.parametrize(
    ("names", "who", "wanted"),
    [
        (("PLANT",), Who("PLANT"), True),
        (("INDUSTRY",), Who("PLANT"), True),
        (("INDUSTRY",), Who("SHED"), False),
        (("26", "27"), Who("PLANT"), True),
        (("26",), Who("PLANT"), None),
        (("261",), Who("PLANT"), None),
        (("261",), Who("PLANT", "2611"), True),
        (("2611",), Who("PLANT", "261"), None),
        (("261",), Who("PLANT", "2710"), False),
        (("01",), Who("PLANT"), False),
        (("26",), Who("SHED"), False),
        (("26", "SHED"), Who("SHED"), True),
        (("26",), Who(None), None),
        (("PLANT",), Who(None, "2611"), None),
        (("ANY",), Who("PLANT"), False),
        ((), Who("PLANT"), None),
    ],
)
def test_a_clause_names_by_kind_group_or_code(names, who, wanted):
    assert named(BOOK, who, names) is wanted


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("2614", "2614"),
        ("C2614", "2614"),
        ("26 化学原料", "26"),
        ("26、27", None),
        ("C", None),
        (None, None),
        ("261411", None),
    ],
)
def test_an_industry_is_told_by_one_code(declared, code):
    assert industry_of(declared) == code


def test_a_kind_within_the_declared_one_may_be_meant():
    finer = replace(ACTIVITIES["PLANT"], id="MILL", groups=("MILL", "PLANT", "INDUSTRY"), gb4754=())
    book = replace(BOOK, activities={**ACTIVITIES, "MILL": finer})
    assert named(book, Who("PLANT"), ("MILL",)) is None
    assert named(book, Who("MILL"), ("PLANT",)) is True


def test_who_has_no_code_may_be_meant_with_its_kin_only():
    kin = replace(ACTIVITIES["PLANT"], id="PARKLAND", groups=("PARKLAND", "INDUSTRY"), gb4754=())
    book = replace(BOOK, activities={**ACTIVITIES, "PARKLAND": kin})
    assert named(book, Who("PARKLAND"), ("26",)) is None
    assert named(book, Who("ROAD"), ("26",)) is False


# --- what a rule comes to ---


def test_a_clause_of_the_unit_holds_in_it_and_not_beside_it():
    clauses = (clause(WEST, "禁止", ("PLANT",)), clause(EAST, "限制", ("PLANT",)))
    met, beside = at(500, clauses), at(1500, clauses)
    assert (truth(met), truth(beside)) == (True, False)
    (told,) = met.clauses
    assert (told.clause, told.layer, told.zone_id, told.sure) == (clauses[0], UNITS, WEST, True)
    assert beside.clauses == ()


@pytest.mark.parametrize(
    ("scope", "keys", "west", "east"),
    [
        ("51", {}, True, True),
        ("510813", {}, False, True),
        ("5109", {}, False, False),
        ("5108", {"unit_class": "2"}, True, False),
    ],
)
def test_clauses_of_province_and_city_hold_for_the_units_below(scope, keys, west, east):
    clauses = (clause(scope, "禁止", ("PLANT",), **keys), clause(WEST, "允许", ("PLANT",)))
    assert (truth(at(500, clauses)), truth(at(1500, clauses))) == (west, east)


def test_a_unit_whose_sub_type_is_unknown_may_be_meant():
    found = at(500, (clause("51", "禁止", ("PLANT",), unit_subtype="industrial"),))
    assert (truth(found), found.reasons) == (None, (Reason.ATTRIBUTE_UNKNOWN,))


@pytest.mark.parametrize("clauses", [None, (clause(EAST, "禁止", ("PLANT",)),)])
def test_a_unit_without_a_list_is_open_as_not_published(clauses):
    found = at(500, clauses, list_missing=None)
    assert (truth(found), found.reasons, found.hits[0].zone_id) == (None, (Reason.NOT_PUBLISHED,), WEST)


def test_a_rule_may_leave_that_to_another():
    found = at(500, None, rule=ban(silent_without_list=True), list_missing=True)
    assert truth(found) is False


def test_a_list_said_to_be_missing_convicts_all_the_same():
    clauses = (clause(WEST, "禁止", ("PLANT",)), clause(WEST, "禁止", ("26",)))
    assert truth(at(500, clauses, list_missing=True)) is True


@pytest.mark.parametrize(
    ("names", "activity", "facts", "reason", "missing"),
    [
        (("2611",), "PLANT", {}, Reason.FACT_UNKNOWN, ("gb4754_code",)),
        (("PLANT",), None, {}, Reason.ACTIVITY_UNKNOWN, ()),
        ((), "SHED", {}, Reason.ATTRIBUTE_UNKNOWN, ()),
    ],
)
def test_what_is_not_fine_enough_is_open_and_says_why(names, activity, facts, reason, missing):
    found = at(500, (clause(WEST, "禁止", names),), activity, facts=facts)
    assert (truth(found), found.reasons, found.missing_facts) == (None, (reason,), missing)
    assert [told.sure for told in found.clauses] == [False]


def test_the_code_of_the_industry_settles_it():
    clauses = (clause(WEST, "禁止", ("2611",)),)
    assert truth(at(500, clauses, facts={"gb4754_code": "2611"})) is True
    assert truth(at(500, clauses, facts={"gb4754_code": "2710"})) is False


@pytest.mark.parametrize(
    ("grade", "effect", "wanted"),
    [
        ("B", Effect.PROHIBITED, True),
        ("C", Effect.PROHIBITED, None),
        ("C", Effect.RESTRICTED, True),
        ("D", Effect.RESTRICTED, None),
        ("D", Effect.NOTICE, True),
    ],
)
def test_an_uncertain_clause_convicts_of_no_more_than_an_uncertain_rule(grade, effect, wanted):
    found = at(500, (clause(WEST, "禁止", ("PLANT",), certainty=Certainty(grade)),), rule=ban(effect=effect))
    assert truth(found) is wanted
    assert found.certainty is Certainty(grade)
    assert found.reasons == (() if wanted else (Reason.UNVERIFIED_BASIS,))


@pytest.mark.parametrize(
    ("named_how", "names", "wanted"),
    [
        (Naming.ANY, ("ANY",), True),
        (Naming.ITSELF, ("ANY",), False),
        (Naming.EVERYONE, ("ANY",), True),
        (Naming.EVERYONE, ("PLANT",), False),
        (Naming.NEVER, ("PLANT",), False),
        (Naming.NEVER, ("ANY",), True),
        (Naming.NEVER, ("2611",), True),
    ],
)
def test_everyone_is_not_oneself(named_how, names, wanted):
    assert truth(at(500, (clause(WEST, "禁止", names),), rule=ban(named=named_how))) is wanted


def test_all_reasons_at_one_place_are_told():
    rows = (clause(WEST, "禁止", ("2611",)), clause(WEST, "禁止", ("PLANT",), certainty=Certainty.C))
    found = at(500, rows, list_missing=True)
    assert found.reasons == (Reason.NOT_PUBLISHED, Reason.FACT_UNKNOWN, Reason.UNVERIFIED_BASIS)


def test_an_unknown_footprint_is_no_reason_inside_an_open_unit():
    clauses = (clause(WEST, "禁止", ("2611",)),)
    told = report([units(clauses)], [ban()], project(point(500, 500), "PLANT"))
    assert finding(told, "CU").reasons == (Reason.FACT_UNKNOWN,)
    beside = (*clauses, clause(EAST, "禁止", ("PLANT",)))
    told = report([units(beside)], [ban()], project(point(950, 500), "PLANT"))
    assert finding(told, "CU").reasons == (Reason.FOOTPRINT_UNKNOWN, Reason.FACT_UNKNOWN)


def test_the_margin_is_to_the_units_that_are_meant():
    assert at(1045, (clause(WEST, "禁止", ("SHED",)),), "SHED").margin_m == pytest.approx(40.0, abs=0.01)
    assert at(955, (clause(WEST, "禁止", ("SHED",)),), "SHED").margin_m == pytest.approx(-50.0, abs=0.5)
    both = (clause(WEST, "禁止", ("SHED",)), clause(EAST, "禁止", ("SHED",)))
    assert at(955, both, "SHED").margin_m is None


# --- properties ---

NAMES = st.sampled_from((("ANY",), ("PLANT",), ("INDUSTRY",), ("2611",), ("26", "27"), ()))
ROWS = st.lists(
    st.builds(
        clause,
        st.sampled_from((WEST, EAST, "51", "510813")),
        st.sampled_from(ClauseVerb),
        NAMES,
        certainty=st.sampled_from(Certainty),
    ),
    max_size=6,
)
KINDS = ("PLANT", "SHED")
RULES = [
    replace(ban("禁止"), id="R1"),
    replace(ban("限制", effect=Effect.RESTRICTED, silent_without_list=True), id="R2"),
    replace(ban("要求", effect=Effect.CONDITIONAL, named=Naming.ITSELF, silent_without_list=True), id="R3"),
    replace(ban("要求", effect=Effect.NOTICE, named=Naming.EVERYONE, silent_without_list=True), id="R4"),
    replace(ban("允许", effect=Effect.NOTICE, silent_without_list=True), id="R5"),
    replace(
        ban("禁止", "限制", "要求", effect=Effect.CONDITIONAL, named=Naming.NEVER, silent_without_list=True),
        id="R6",
    ),
]


def verdict(rows: list[Clause], x: float, activity: str, missing: bool | None) -> Any:
    told = report([units(tuple(rows), list_missing=missing)], RULES, project(point(x, 500), activity))
    return told.verdict


@settings(max_examples=60)
@given(
    rows=ROWS,
    more=ROWS,
    x=st.sampled_from((500.0, 980.0, 1500.0)),
    activity=st.sampled_from(("PLANT", "SHED")),
)
def test_a_clause_more_never_lowers_a_verdict_and_order_does_not_matter(rows, more, x, activity):
    less, both = verdict(rows, x, activity, False), verdict([*rows, *more], x, activity, False)
    assert worst(less, both) is both
    assert verdict([*more, *rows][::-1], x, activity, False) is both


@settings(max_examples=40)
@given(data=st.data())
def test_columns_tell_what_whole_reports_tell(data: Any):
    rows, missing = data.draw(ROWS), data.draw(st.sampled_from((False, None, True)))
    held = bundle([units(tuple(rows), list_missing=missing)], RULES)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    spots = rng.uniform((-250.0, -250.0), (2250.0, 1250.0), (24, 2))
    lonlat = shapely.get_coordinates(place(shapely.MultiPoint(spots)))
    declared = (
        Declaration("PLANT", (("nature", "new"),)),
        Declaration("SHED", (("nature", "new"),)),
        Declaration("PLANT", (("gb4754_code", "2611"), ("nature", "new"))),
        Declaration(None, (("nature", "existing"),)),
    )
    batch = batch_of(lonlat[:, 0], lonlat[:, 1], [5.0] * 24, [n % 4 for n in range(24)], declared)
    found = by_columns(table_on(held, ON), batch)
    assert sum(row is not None for row in found) > 12
    assert differing(batch, found, by_reports(held, batch, ON)) == []


def test_activities_that_mean_the_same_zones_share_one_place_test():
    view = view_on(bundle([units((clause(WEST, "禁止", ("26",)),))], RULES), ON)
    keys = [{one.rule.key for one in asked(view, name, ())[0]} for name in ("SHED", "ROAD", "PLANT")]
    assert keys[0] == keys[1] != keys[2]


def test_open_is_open_in_the_outcome():
    assert at(500, (clause(WEST, "禁止", ("2611",)),)).outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize(
    ("columns", "codes", "places"),
    [
        ({"zone_id": ["ZH510812", "b"]}, [("ZH510812",), ("b",)], ["510812", "51"]),
        (
            {"zone_id": ["a", "b"], "unit_code": ["YS511902", None]},
            [("a", "YS511902"), ("b",)],
            ["511902", "51"],
        ),
        ({"zone_id": ["a", 7], "zone_code": ["a", "7"]}, [("a",), ("7",)], [None, "51"]),
        ({"zone_code": [None, "c"]}, [(), ("c",)], [None, "51"]),
        ({}, [(), ()], [None, "51"]),
    ],
)
def test_zones_go_by_their_id_and_their_codes(columns, codes, places):
    told = {"county_code": [None, 51], **columns}

    def column(name: str) -> Any:
        return np.array([*told.get(name, [None, None]), None], dtype=object)[:-1]

    assert codes_of_zones(column) == codes
    assert places_of(column, codes) == places
