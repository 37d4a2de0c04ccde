"""Three-valued logic, exhaustively; conditions; the nature of the works."""

from itertools import product

import pytest

from geo.logic import all_of, any_of, compare
from geo.model import Effect, Verdict
from tests.geo.world import ACTIVITIES, SQUARE, finding, point, project, report, rule, truth, where, zones

YES, NO, OPEN = True, False, None
THREE = (YES, NO, OPEN)
HERE = point(50, 50)


# --- tables -------------------------------------------------------------------------------------------------

AND = {
    (YES, YES): YES, (YES, NO): NO, (YES, OPEN): OPEN,
    (NO, YES): NO, (NO, NO): NO, (NO, OPEN): NO,
    (OPEN, YES): OPEN, (OPEN, NO): NO, (OPEN, OPEN): OPEN,
}  # fmt: skip
OR = {
    (YES, YES): YES, (YES, NO): YES, (YES, OPEN): YES,
    (NO, YES): YES, (NO, NO): NO, (NO, OPEN): OPEN,
    (OPEN, YES): YES, (OPEN, NO): OPEN, (OPEN, OPEN): OPEN,
}  # fmt: skip


@pytest.mark.parametrize("pair", list(product(THREE, THREE)))
def test_of_two(pair):
    assert all_of(pair) is AND[pair]
    assert any_of(pair) is OR[pair]


@pytest.mark.parametrize("three", list(product(THREE, THREE, THREE)))
def test_of_three_by_pairs_and_by_de_morgan(three):
    a, b, c = three
    assert all_of(three) is AND[AND[a, b], c]
    assert any_of(three) is OR[OR[a, b], c]
    opposite = {YES: NO, NO: YES, OPEN: OPEN}
    assert opposite[all_of(three)] is any_of(map(opposite.get, three))


def test_of_none():
    assert all_of([]) is True
    assert any_of([]) is False


# --- conditions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "wanted", "held", "meets"),
    [
        ("eq", "new", "new", YES),
        ("eq", "new", "existing", NO),
        ("eq", "new", None, OPEN),
        ("ne", "new", "existing", YES),
        ("ne", "new", "new", NO),
        ("ne", "new", None, OPEN),
        ("in", ("new", "upgrade"), "upgrade", YES),
        ("in", ("new", "upgrade"), "existing", NO),
        ("in", ("new",), None, OPEN),
        ("not_in", ("new", "upgrade"), "existing", YES),
        ("not_in", ("new", "upgrade"), "new", NO),
        ("not_in", ("new",), None, OPEN),
        ("in", (), "new", NO),
        ("not_in", (), "new", YES),
        ("lt", 5, 4.999, YES),
        ("lt", 5, 5, NO),
        ("le", 5, 5, YES),
        ("le", 5, 5.001, NO),
        ("gt", 5, 5.001, YES),
        ("gt", 5, 5, NO),
        ("ge", 5, 5, YES),
        ("ge", 5, 4.999, NO),
        ("lt", 5, None, OPEN),
        ("ge", 5, "much", OPEN),
        ("ge", 5, True, OPEN),
        ("ge", True, 5, OPEN),
        ("eq", True, True, YES),
        ("eq", True, False, NO),
        ("eq", False, False, YES),
        ("eq", True, 1, NO),
        ("eq", 1, True, NO),
        ("eq", 0, False, NO),
        ("in", (0, 1), True, NO),
        ("ne", True, 1, YES),
        ("eq", 1, 1.0, YES),
        ("eq", "1", 1, NO),
        ("eq", 1, "1", NO),
        ("in", ("1", "2"), "1", YES),
    ],
)
def test_a_condition(op, wanted, held, meets):
    assert compare(where("x", op, wanted), held) is meets


@pytest.mark.parametrize(
    ("op", "wanted", "meets"),
    [
        ("eq", "new", YES),
        ("eq", "relocation", YES),
        ("eq", "existing", NO),
        ("in", ("new", "expansion"), YES),
        ("in", ("expansion",), NO),
        ("ne", "new", NO),
        ("ne", "existing", YES),
        ("not_in", ("new",), NO),
        ("not_in", ("existing",), YES),
    ],
)
def test_relocation_counts_as_new_at_the_destination(op, wanted, meets):
    told = report(
        [zones("a", SQUARE)],
        [rule("R", "a", conditions=(where("nature", op, wanted),))],
        project(HERE, nature="relocation"),
    )
    assert truth(finding(told, "R")) is meets


def test_a_bool_and_a_number_do_not_answer_for_each_other():
    marked = zones("a", {"shape": SQUARE, "flag": True})
    counted = zones("b", {"shape": SQUARE, "flag": 1})
    for first, second in ((True, 1), (1, True)):
        rules = [
            rule(f"{x}{kind}", x, zone_where=(where("flag", "eq", value),))
            for x in "ab"
            for kind, value in (("first", first), ("second", second))
        ]
        told = report([marked, counted], rules, project(HERE))
        expected = {"afirst": first is True, "asecond": second is True, "bfirst": first is not True}
        for name, holds in expected.items():
            assert truth(finding(told, name)) is holds, (first, name)
        assert truth(finding(told, "bsecond")) is (second is not True)


# --- who is asked -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked_of", "excepted", "activity", "holds"),
    [
        pytest.param(("ANY",), (), "SHED", YES, id="any"),
        pytest.param(("ANY",), (), None, YES, id="any, unknown activity"),
        pytest.param(("ANY",), ("INDUSTRY",), "PLANT", NO, id="any but its group"),
        pytest.param(("ANY",), ("INDUSTRY",), "SHED", YES, id="any but another group"),
        pytest.param(("ANY",), ("INDUSTRY",), None, OPEN, id="any but one, unknown activity"),
        pytest.param(("PLANT",), (), "PLANT", YES, id="by code"),
        pytest.param(("INDUSTRY",), (), "PLANT", YES, id="by group"),
        pytest.param(("INDUSTRY",), (), "SHED", NO, id="another group"),
        pytest.param(("INDUSTRY",), ("PLANT",), "PLANT", NO, id="its group but not itself"),
        pytest.param(("INDUSTRY",), (), None, OPEN, id="unknown activity"),
    ],
)
def test_activities(asked_of, excepted, activity, holds):
    the_rule = rule("R", "a", activities=asked_of, excepted=excepted)
    told = report([zones("a", SQUARE)], [the_rule], project(HERE, activity))
    found = finding(told, "R")
    assert truth(found) is holds
    if holds is OPEN:
        assert found.reason == "activity_unknown"
        assert (told.verdict, told.worst_possible) == (Verdict.UNDETERMINED, Verdict.PROHIBITED)


def test_one_false_condition_settles_a_rule_whatever_else_is_unknown():
    the_rule = rule(
        "R",
        "gone",
        conditions=(where("discharges", "eq", True), where("nature", "eq", "existing")),
        activities=("INDUSTRY",),
    )
    told = report([], [the_rule], project(HERE, None, nature="new"))
    assert truth(finding(told, "R")) is False
    assert told.complete


def test_no_hit_settles_a_place_rule_whatever_is_unknown_of_facts():
    the_rule = rule("R", "a", conditions=(where("discharges", "eq", True),), activities=("INDUSTRY",))
    told = report([zones("a", SQUARE)], [the_rule], project(point(500, 50), None))
    assert truth(finding(told, "R")) is False
    assert told.complete


def test_an_unknown_fact_is_named_where_the_zone_is_met():
    the_rule = rule("R", "a", conditions=(where("discharges", "eq", True), where("land", "eq", "permanent")))
    told = report([zones("a", SQUARE)], [the_rule], project(HERE))
    found = finding(told, "R")
    assert found.reason == "fact_unknown"
    assert found.missing_facts == ("discharges",)


# --- existing sites -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effect", "nature", "holds"),
    [
        (Effect.PROHIBITED, "existing", NO),
        (Effect.RESTRICTED, "existing", NO),
        (Effect.CONDITIONAL, "existing", NO),
        (Effect.NOTICE, "existing", YES),
        (Effect.PROHIBITED, "new", YES),
        (Effect.PROHIBITED, "expansion", YES),
        (Effect.PROHIBITED, "upgrade", YES),
        (Effect.PROHIBITED, "reconstruction", YES),
        (Effect.PROHIBITED, "relocation", YES),
        (Effect.PROHIBITED, None, YES),
    ],
)
def test_a_construction_ban_never_speaks_of_an_existing_plant(effect, nature, holds):
    told = report([zones("a", SQUARE)], [rule("R", "a", effect=effect)], project(HERE, nature=nature))
    assert truth(finding(told, "R")) is holds


@pytest.mark.parametrize(
    ("nature", "holds"),
    [("existing", YES), ("new", NO), ("relocation", NO), ("expansion", NO), (None, OPEN)],
)
@pytest.mark.parametrize("said", [True, False], ids=["condition written", "condition left to the effect"])
def test_phase_out_speaks_of_existing_sites_only(nature, holds, said):
    conditions = (where("nature", "eq", "existing"),) if said else ()
    the_rule = rule("R", "a", effect=Effect.PHASE_OUT, conditions=conditions)
    told = report([zones("a", SQUARE)], [the_rule], project(HERE, nature=nature))
    assert truth(finding(told, "R")) is holds
    if holds:
        assert told.verdict is Verdict.PHASE_OUT


def test_a_ban_whose_own_condition_names_existing_sites_does_speak_of_them():
    the_rule = rule("R", "a", conditions=(where("nature", "in", ("new", "existing")),))
    told = report([zones("a", SQUARE)], [the_rule], project(HERE, nature="existing"))
    assert truth(finding(told, "R")) is True


# --- severity -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", [e for e in Effect if e is not Effect.DUTY])
def test_each_effect_is_its_verdict_and_open_it_is_the_worst_possible(effect):
    nature = "existing" if effect is Effect.PHASE_OUT else "new"
    told = report([zones("a", SQUARE)], [rule("R", "a", effect=effect)], project(HERE, nature=nature))
    assert told.verdict == effect.value
    open_ = report([], [rule("R", "a", effect=effect)], project(HERE, nature=nature))
    assert open_.verdict == ("notice" if effect is Effect.NOTICE else "undetermined")
    assert open_.worst_possible == ("notice" if effect is Effect.NOTICE else effect.value)
    assert not open_.complete


def test_a_duty_is_told_apart_and_never_in_the_verdict():
    told = report([zones("a", SQUARE)], [rule("R", "a", effect=Effect.DUTY)], project(HERE))
    assert told.verdict is Verdict.CLEAR
    assert [f.rule.id for f in told.parts[0].duties] == ["R"]
    assert told.parts[0].findings == ()
    open_ = report([], [rule("R", "a", effect=Effect.DUTY)], project(HERE))
    assert (open_.verdict, open_.worst_possible, open_.complete) == (Verdict.CLEAR, Verdict.CLEAR, False)


@pytest.mark.parametrize(
    ("effect", "verdict"), [(Effect.PROHIBITED, Verdict.NOTICE), (Effect.NOTICE, Verdict.NOTICE)]
)
def test_a_borderline_non_application_is_at_least_a_notice(effect, verdict):
    told = report([zones("a", SQUARE)], [rule("R", "a", effect=effect)], project(point(103, 50)))
    found = finding(told, "R")
    assert truth(found) is False
    assert found.borderline
    assert told.verdict is verdict
    assert told.complete


def test_the_activities_of_this_world_are_known():
    assert set(ACTIVITIES) >= {"SHED", "PLANT", "PARK", "ROAD"}
