"""The declaration's door: activities and facts as people write them."""

from dataclasses import replace

import pytest

from geo.declare import declare_facts
from geo.errors import InputError
from geo.find_activity import find_activity
from geo.model import Fact, FactType, Rulebook, Text
from tests.geo.world import ACTIVITIES, FACTS, activity, text

ACTS = Fact(
    id="rl_act_code",
    title=Text("红线允许活动", "Allowed act"),
    question=text("?"),
    type=FactType.ENUM,
    values=(("none", Text("无", "None")), ("RL_ACT_01", Text("原住居民", "Residents"))),
    aliases=("允许活动",),
)
PARK_ID = Fact(id="in_park_id", title=Text("园区", "Park"), question=text("?"), type=FactType.TEXT)
LAND = replace(
    FACTS["land"],
    title=Text("用地", "Land"),
    values=(
        ("permanent", Text("永久", "Permanent")),
        ("temporary", Text("临时", "Temporary")),
        ("none", Text("不占地", "None")),
    ),
)
BOOK = Rulebook(
    rules=(),
    bases={},
    facts={**FACTS, "land": LAND, ACTS.id: ACTS, PARK_ID.id: PARK_ID},
    activities={
        **ACTIVITIES,
        "CHEM": activity(
            "CHEM", "INDUSTRY", title=Text("化工项目", "Chemical plant"), aliases=("化工", "化工厂")
        ),
    },
    groups={},
)


@pytest.mark.parametrize("raw", ["yes", "Yes", " YES ", "true", "True", "1", "是", "y", "有", True, 1, 1.0])
def test_yes(raw):
    assert declare_facts(BOOK, {"discharges": raw}) == (("discharges", True),)


@pytest.mark.parametrize("raw", ["no", "No", " no", "false", "FALSE", "0", "否", "n", "无", False, 0, 0.0])
def test_no(raw):
    assert declare_facts(BOOK, {"discharges": raw}) == (("discharges", False),)


@pytest.mark.parametrize("raw", ["unknown", "Unknown", "未知", "不明", None])
@pytest.mark.parametrize(
    "name", ["discharges", "nature", "land_area_m2", "land", "rl_act_code", "in_park_id"]
)
def test_unknown_is_declared_unknown(raw, name):
    assert declare_facts(BOOK, {name: raw}) == ((name, None),)


@pytest.mark.parametrize("raw", ["", "  ", float("nan")])
@pytest.mark.parametrize(
    "name", ["discharges", "nature", "land_area_m2", "land", "rl_act_code", "in_park_id"]
)
def test_blank_says_nothing(raw, name):
    assert declare_facts(BOOK, {name: raw}) == ()


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("land", "none", "none"),
        ("land", "None", "none"),
        ("land", "不占地", "none"),
        ("land", "临时", "temporary"),
        ("LAND", "Temporary", "temporary"),
        ("用地", "permanent", "permanent"),
        ("rl_act_code", "none", "none"),
        ("rl_act_code", "无", "none"),
        ("rl_act_code", "rl_act_01", "RL_ACT_01"),
        ("允许活动", "原住居民", "RL_ACT_01"),
        ("nature", "new", "new"),
        ("land_area_m2", "1,234,567.5", 1_234_567.5),
        ("land_area_m2", " 12 ", 12.0),
        ("land_area_m2", 0, 0.0),
        ("land_area_m2", 2.5, 2.5),
        ("in_park_id", "Ａ-1", "Ａ-1"),
        ("in_park_id", "0", "0"),
    ],
)
def test_a_value_in_every_spelling(name, raw, value):
    assert declare_facts(BOOK, {name: raw}) == ((FACT_IDS.get(name, name), value),)


FACT_IDS = {"LAND": "land", "用地": "land", "允许活动": "rl_act_code"}


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("discharges", "maybe"),
        ("discharges", 2),
        ("nature", "brand new"),
        ("land", True),
        ("land_area_m2", "many"),
        ("land_area_m2", "-1"),
        ("land_area_m2", "inf"),
        ("land_area_m2", True),
        ("land_area_m2", "1,5"),
        ("land_area_m2", "12亩"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(name, raw):
    with pytest.raises(InputError) as caught:
        declare_facts(BOOK, {name: raw}, where="row 7")
    (problem,) = caught.value.problems
    assert problem.where == f"row 7.{name}"
    assert problem.given == str(raw)
    assert problem.allowed
    assert "the fact's value is not allowed" in problem.line("en")
    assert "项目参数的取值不合要求" in problem.line("zh")


def test_all_faults_at_once():
    with pytest.raises(InputError) as caught:
        declare_facts(BOOK, {"discharges": "maybe", "natur": "new", "land_area_m2": "many", "land": "none"})
    told = {p.where: p for p in caught.value.problems}
    assert set(told) == {"facts.discharges", "facts.natur", "facts.land_area_m2"}
    assert "nature" in told["facts.natur"].allowed
    assert "未知的项目参数" in told["facts.natur"].line("zh")
    assert "unknown fact" in told["facts.natur"].line("en")


def test_a_fact_named_twice_with_two_values_is_refused():
    with pytest.raises(InputError):
        declare_facts(BOOK, {"land": "temporary", "用地": "permanent"})


def test_a_blank_beside_a_value_of_the_same_fact_is_no_fault():
    assert declare_facts(BOOK, {"land": "temporary", "用地": ""}) == (("land", "temporary"),)


def test_facts_come_in_a_fixed_order():
    one = declare_facts(BOOK, {"nature": "new", "land": "none", "discharges": "yes"})
    two = declare_facts(BOOK, {"discharges": "yes", "land": "none", "nature": "new"})
    assert one == two == (("discharges", True), ("land", "none"), ("nature", "new"))


@pytest.mark.parametrize(
    "name", ["CHEM", "chem", " CHEM ", "化工项目", "化工", "化工厂", "Chemical plant", "chemical PLANT"]
)
def test_an_activity_by_code_title_or_alias(name):
    assert find_activity(BOOK, name) == "CHEM"


def test_an_unknown_activity_is_refused_with_the_nearest():
    with pytest.raises(InputError) as caught:
        find_activity(BOOK, "化工场", where="row 3.activity")
    (problem,) = caught.value.problems
    assert problem.where == "row 3.activity"
    assert problem.given == "化工场"
    assert "化工厂" in problem.allowed
    assert "未知的项目类型" in problem.line("zh")
    assert "unknown activity" in problem.line("en")


@pytest.mark.parametrize("name", ["", "INDUSTRY", "完全不沾边"])
def test_groups_and_nonsense_are_no_activities(name):
    with pytest.raises(InputError):
        find_activity(BOOK, name)
