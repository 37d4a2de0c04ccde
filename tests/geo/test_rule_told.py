"""A rule in words, both languages."""

from datetime import date

import pytest

from geo.model import (
    ANY,
    Activity,
    Basis,
    Certainty,
    Condition,
    Effect,
    Fact,
    FactType,
    Footprint,
    Op,
    Relation,
    Rule,
    Rulebook,
    Season,
    Text,
    With,
)
from geo.words.cite import linked
from geo.words.rules import CERTAINTY_TEXT, EFFECT_TEXT, Titles, basis_on, tell

TITLES = Titles(
    layers={"zone": Text("保护区", "Zones"), "other": Text("红线", "Red line")},
    classes={("zone", "1"): Text("一级", "Class 1"), ("zone", "2"): Text("二级", "Class 2")},
    attributes={("zone", "kind"): Text("类型", "Kind")},
    values={("zone", "kind"): {"wet": Text("湿地", "Wetland")}},
)
OLD = Basis(
    id="old",
    instrument=Text("旧法", "Old Act"),
    article="66",
    valid_from=date(2021, 3, 1),
    valid_to=date(2026, 8, 15),
    certainty=Certainty.A,
    source="-",
)
NEW = Basis(
    id="new",
    instrument=Text("法典", "Code"),
    article="320(2)",
    valid_from=date(2026, 8, 15),
    supersedes=("old",),
    certainty=Certainty.A,
    source="-",
)
BOOK = Rulebook(
    rules=(),
    bases=linked({"old": OLD, "new": NEW}),
    facts={
        "nature": Fact(
            id="nature",
            title=Text("建设性质", "Nature"),
            question=Text("-", "-"),
            type=FactType.ENUM,
            values=(("new", Text("新建", "New")), ("expansion", Text("扩建", "Expansion"))),
        ),
        "stack": Fact(
            id="stack",
            title=Text("烟囱高度", "Stack"),
            question=Text("-", "-"),
            type=FactType.NUMBER,
            unit="m",
        ),
        "noisy": Fact(id="noisy", title=Text("噪声", "Noisy"), question=Text("-", "-"), type=FactType.BOOL),
    },
    activities={
        "HOTEL": Activity(
            id="HOTEL", title=Text("宾馆", "Hotel"), groups=("HOTEL",), footprint=Footprint.AREAL
        )
    },
    groups={"INDUSTRY": Text("工业", "Industry")},
)


def rule(**given: object) -> Rule:
    keys: dict[str, object] = {
        "id": "T-01",
        "title": Text("题", "title"),
        "layers": ("zone",),
        "relation": Relation.INTERSECTS,
        "activities": (ANY,),
        "effect": Effect.PROHIBITED,
        "action": Text("办", "do"),
        "basis": ("old", "new"),
        "valid_from": date(2021, 3, 1),
        "certainty": Certainty.A,
        **given,
    }
    return Rule(**keys)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "zh", "en"),
    [
        ({}, "与保护区重叠", "overlaps Zones"),
        ({"zone_classes": ("1", "2")}, "与保护区（一级或二级）重叠", "overlaps Zones (Class 1 or Class 2)"),
        (
            {"zone_where": (Condition(name="kind", op=Op.EQ, value="wet"),)},
            "与保护区（类型为湿地）重叠",
            "overlaps Zones (Kind is Wetland)",
        ),
        (
            {"layers": ("zone", "nix"), "relation": Relation.CROSSES},
            "穿越保护区或nix",
            "crosses Zones or nix",
        ),
        ({"relation": Relation.OUTSIDE}, "位于保护区之外", "lies outside Zones"),
        (
            {"companions": (With(layer="other"), With(layer="zone", zone_classes=("1",), present=False))},
            "与保护区重叠，且该处有红线，且该处无保护区（一级）",
            "overlaps Zones, where there is also Red line, where there is no Zones (Class 1)",
        ),
        ({"layers": (), "relation": Relation.ANYWHERE}, "不论位置", "anywhere"),
    ],
)
def test_where(given: dict[str, object], zh: str, en: str) -> None:
    assert tell(rule(**given), BOOK, TITLES).where == Text(zh, en)


@pytest.mark.parametrize(
    ("given", "zh", "en"),
    [
        ({"activities": (ANY,)}, "各类项目", "any activity"),
        ({"activities": ("HOTEL", "INDUSTRY")}, "宾馆、工业", "Hotel, Industry"),
        (
            {"activities": (ANY,), "excepted": ("HOTEL",)},
            "各类项目（宾馆除外）",
            "any activity (except Hotel)",
        ),
    ],
)
def test_who(given: dict[str, object], zh: str, en: str) -> None:
    assert tell(rule(**given), BOOK, TITLES).who == Text(zh, en)


@pytest.mark.parametrize(
    ("given", "zh", "en"),
    [
        ({}, "", ""),
        ({"distance_m": 1000.0}, "1000米以内", "within 1000 m"),
        ({"distance_m": 10.0, "distance_min_m": 0.0}, "10米以内；超过0米起", "within 10 m; from beyond 0 m"),
        (
            {"distance_name": "near_m", "screening_m": 300.0},
            "距离由地方核定（near_m），未设定时按300米筛查",
            "a locally approved distance (near_m); 300 m while unset",
        ),
        (
            {"up_m": 1000.0, "down_m": 100.0, "side_m": 50.0},
            "上游1000米、下游100米、岸边50米",
            "1000 m upstream, 100 m downstream, 50 m aside",
        ),
        ({"min_zones": 2}, "同时涉及2个以上分区", "2 zones or more at once"),
        ({"min_overlap_share": 0.1}, "重叠超过10%", "more than 10% of the site"),
        ({"season": Season(start=(3, 1), end=(6, 30))}, "每年03-01至06-30", "from 03-01 to 06-30 each year"),
    ],
)
def test_measure(given: dict[str, object], zh: str, en: str) -> None:
    assert tell(rule(**given), BOOK, TITLES).measure == Text(zh, en)


def test_facts() -> None:
    conditions = (
        Condition(name="nature", op=Op.IN, value=("new", "expansion")),
        Condition(name="stack", op=Op.GT, value=50.0),
        Condition(name="noisy", op=Op.EQ, value=False),
    )
    told = tell(rule(conditions=conditions), BOOK, TITLES).facts
    assert [one.zh for one in told] == ["建设性质属于新建、扩建", "烟囱高度大于50 m", "噪声为否"]
    assert [one.en for one in told] == [
        "Nature is one of New, Expansion",
        "Stack is more than 50 m",
        "Noisy is no",
    ]


def test_articles_of_both_sides_of_a_date() -> None:
    told = tell(rule(), BOOK, TITLES)
    assert [article.zh for _, article in told.bases] == [
        "《旧法》第66条（自2026-08-15起为《法典》第320条第2款）",
        "《法典》第320条第2款（原《旧法》第66条）",
    ]
    assert [one.en for one in basis_on(told, date(2026, 8, 14))] == [
        "Old Act, art. 66 (from 2026-08-15 Code, art. 320(2))"
    ]
    assert [one.en for one in basis_on(told, date(2026, 8, 15))] == [
        "Code, art. 320(2) (formerly Old Act, art. 66)"
    ]


def test_dates_and_words_for_every_effect_and_grade() -> None:
    assert tell(rule(), BOOK, TITLES).dates == Text("自2021-03-01起", "since 2021-03-01")
    ended = tell(rule(valid_to=date(2026, 1, 1)), BOOK, TITLES).dates
    assert ended == Text(
        "2021-03-01起，至2026-01-01止（不含）", "from 2021-03-01 until 2026-01-01 (exclusive)"
    )
    assert set(EFFECT_TEXT) == set(Effect)
    assert set(CERTAINTY_TEXT) == {grade.value for grade in Certainty}
