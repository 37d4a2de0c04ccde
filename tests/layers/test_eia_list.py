"""One broken entry of the EIA list per fault, with the words of its message; and what a good one becomes."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from geo.errors import BundleError
from geo.model import EiaClass, Rulebook
from layers.bundle import load_bundle
from layers.rulebook import load_rulebook
from tests.builders import basis, both, layer, make_bundle, rule, square, write_yaml, zone

Entry = dict[str, Any]
AREAS: list[Entry] = [
    {"id": "A", "title": both("A"), "of": ["RED", "NEST"]},
    {"id": "RED", "title": both("red"), "zones": [{"layer": "eco_redline", "zone_classes": ["redline"]}]},
    {"id": "NEST", "title": both("nest"), "fact": "nests"},
]
FACTS: list[Entry] = [
    {"id": "nests", "title": both("nests"), "question": both("nests?"), "type": "bool"},
    {"id": "size", "title": both("size"), "question": both("size?"), "type": "number"},
    *({"id": f"many{n}", "title": both(f"m{n}"), "question": both("?"), "type": "number"} for n in range(6)),
]
ACTIVITIES: list[Entry] = [
    {"id": "KILN", "title": both("kiln"), "footprint": "areal"},
    {"id": "MILL", "title": both("mill"), "footprint": "areal"},
]
ITEM: Entry = {
    "id": "54",
    "title": both("kilns"),
    "activities": ["KILN"],
    "areas": ["A"],
    "classes": [
        {"class": "report", "sensitive": True, "conditions": [{"fact": "size", "op": "ge", "value": 50}]}
    ],
    "otherwise": "form",
    "basis": "law-1",
    "valid_from": date(2021, 1, 1),
}


def _write(
    folder: Path,
    *,
    areas: list[Entry] = AREAS,
    items: list[Entry] | None = None,
    doubts: list[Entry] | None = None,
    rules: list[Entry] | None = None,
) -> Path:
    """A rulebook folder."""
    files: dict[str, list[Entry]] = {
        "facts.yaml": FACTS,
        "activities.yaml": ACTIVITIES,
        "basis.yaml": [basis("law-1", valid_from=date(2021, 1, 1))],
        "rules.yaml": rules or [],
        "eia/areas.yaml": areas,
        "eia/items.yaml": [ITEM] if items is None else items,
        "eia/doubts.yaml": doubts or [],
    }
    for name, rows in files.items():
        if rows:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            write_yaml(folder / name, rows)
    return folder


def _problems(folder: Path, **keys: Any) -> tuple[str, str]:
    """What is told of a broken folder, in both languages."""
    with pytest.raises(BundleError) as caught:
        load_rulebook(_write(folder, **keys), name="book")
    lines = caught.value.problems
    return "\n".join(p.line("en") for p in lines), "\n".join(p.line("zh") for p in lines)


def _class(**keys: Any) -> Entry:
    return {**ITEM, "classes": [{**ITEM["classes"][0], **keys}]}


def test_a_good_list(tmp_path: Path) -> None:
    listed = load_rulebook(_write(tmp_path), name="book").eia
    assert listed is not None
    (item,) = listed.items
    assert (item.id, item.otherwise, item.rows[0].eia_class) == ("54", (EiaClass.FORM,), EiaClass.REPORT)
    assert item.rows[0].areas == ("RED", "NEST")
    assert set(listed.areas) == {"RED", "NEST"}
    assert (listed.layers, listed.facts) == (("eco_redline",), {"size", "nests"})


def test_a_folder_without_a_list_has_none(tmp_path: Path) -> None:
    assert load_rulebook(_write(tmp_path, areas=[], items=[]), name="book").eia is None


@pytest.mark.parametrize(
    ("item", "where", "english", "chinese"),
    [
        ({**ITEM, "activities": ["KILM"]}, "54.activities", "there is no such activity", "没有这个项目类型"),
        ({**ITEM, "areas": ["B"]}, "54.areas", "no such sensitive area", "没有这类环境敏感区"),
        ({**ITEM, "basis": "law-2"}, "54.basis", "no such basis", "没有这个依据"),
        ({**ITEM, "otherwise": "tableau"}, "54.otherwise", "not among the allowed words", "不在允许值之中"),
        ({**ITEM, "id": "no. 54"}, "id", "does not have the wanted form", "格式不符"),
        ({**ITEM, "valid_to": date(2020, 1, 1)}, "54.valid_to", "later than valid_from", "晚于生效日期"),
        ({**ITEM, "clases": []}, "54.clases", "unknown key", "未知的键"),
        (
            {k: v for k, v in ITEM.items() if k != "otherwise"},
            "54.otherwise",
            "otherwise is missing",
            "缺少必填键",
        ),
        (_class(**{"class": "book"}), "classes[0].class", "not among the allowed words", "不在允许值之中"),
        (_class(sensitive="yes"), "classes[0].sensitive", "true or false", "true 或 false"),
        (_class(activities=["OVEN"]), "classes[0].activities", "no such activity", "没有这个项目类型"),
        (_class(areas=["B"]), "classes[0].areas", "no such sensitive area", "没有这类环境敏感区"),
        (
            _class(conditions=[{"fact": "sice", "op": "ge", "value": 50}]),
            "classes[0].conditions[0].fact",
            "there is no such fact: did you mean size?",
            "没有这个项目参数",
        ),
        (
            _class(conditions=[{"fact": "size", "op": "ge", "value": "big"}]),
            "classes[0].conditions[0].value",
            "not a value of the fact size",
            "不是项目参数 size 的允许值",
        ),
        (
            {k: v for k, v in ITEM.items() if k != "areas"},
            "classes[0].sensitive",
            "say which sensitive areas count",
            "须写明计入的环境敏感区",
        ),
        (
            {**ITEM, "classes": [{"class": "form", "areas": ["A"]}]},
            "classes[0].areas",
            "areas go with sensitive",
            "areas 须与 sensitive 并用",
        ),
        (
            {
                **ITEM,
                "classes": [
                    {"class": "form", "conditions": [{"fact": f"many{n}", "op": "ge", "value": v}]}
                    for n in range(6)
                    for v in (1, 5)
                ],
            },
            "54.classes",
            "too many combinations",
            "取值组合过多",
        ),
    ],
)
def test_a_broken_item(tmp_path: Path, item: Entry, where: str, english: str, chinese: str) -> None:
    told_en, told_zh = _problems(tmp_path, items=[item])
    assert where in told_en
    assert "book/eia/items.yaml:" in told_en
    assert english in told_en
    assert chinese in told_zh


@pytest.mark.parametrize(
    ("area", "english", "chinese"),
    [
        ({"zones": [{"layer": "redlines"}]}, "there is no such layer", "没有这个图层"),
        (
            {"zones": [{"layer": "eco_redline", "zone_classes": ["core"]}]},
            "no such class",
            "没有这个分区级别",
        ),
        (
            {
                "zones": [
                    {"layer": "scenic_area", "zone_where": [{"attribute": "lvl", "op": "eq", "value": "x"}]}
                ]
            },
            "no such attribute",
            "没有这个属性",
        ),
        ({"fact": "nest"}, "there is no such fact", "没有这个项目参数"),
        ({"fact": "size"}, "a fact of type bool is wanted", "须为是/否型参数"),
        ({"of": ["RED", "C"]}, "no such sensitive area", "没有这类环境敏感区"),
        ({"of": ["A"]}, "no such sensitive area", "没有这类环境敏感区"),
        ({}, "say what shows such areas", "须写明由什么表示"),
    ],
)
def test_a_broken_area(tmp_path: Path, area: Entry, english: str, chinese: str) -> None:
    told_en, told_zh = _problems(tmp_path, areas=[*AREAS, {"id": "X", "title": both("X"), **area}])
    assert "book/eia/areas.yaml:" in told_en
    assert "X" in told_en
    assert english in told_en
    assert chinese in told_zh


def test_the_same_area_or_item_twice(tmp_path: Path) -> None:
    told, _ = _problems(tmp_path / "a", areas=[*AREAS, AREAS[1]])
    assert "this id is there already" in told
    told, _ = _problems(tmp_path / "b", items=[ITEM, ITEM])
    assert "in force twice at once" in told
    other = {**ITEM, "activities": ["MILL"]}
    later = {**ITEM, "valid_from": date(2027, 1, 1)}
    listed = load_rulebook(
        _write(tmp_path / "c", items=[{**ITEM, "valid_to": date(2027, 1, 1)}, later, other]), name="book"
    ).eia
    assert listed is not None
    assert len(listed.items) == 3


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    told, _ = _problems(
        tmp_path,
        areas=[*AREAS, {"id": "X", "title": both("X")}],
        items=[{**ITEM, "basis": "law-9", "activities": ["OVEN"]}],
        doubts=[{"id": "d", "since": date(2026, 8, 15)}],
    )
    for words in ("say what shows such areas", "no such basis", "no such activity", "text is missing"):
        assert words in told


@pytest.mark.parametrize(
    ("keys", "english", "chinese"),
    [
        ({"eia": "rises"}, "not among the allowed words", "不在允许值之中"),
        ({"effect": "prohibited"}, "a rule about the EIA list only tells", "环评类别规则只作提示"),
        (
            {"conditions": [{"fact": "nests", "op": "eq", "value": True}]},
            "the list itself says of whom",
            "对象由名录决定",
        ),
    ],
)
def test_a_broken_rule_about_the_list(tmp_path: Path, keys: Entry, english: str, chinese: str) -> None:
    about = {**rule("EI-01", layer=None, relation="anywhere", effect="notice"), "eia": "raised", **keys}
    told_en, told_zh = _problems(tmp_path, rules=[about])
    assert english in told_en
    assert chinese in told_zh


def test_a_rule_about_a_list_that_is_not_there(tmp_path: Path) -> None:
    about = {**rule("EI-01", layer=None, relation="anywhere", effect="notice"), "eia": "raised"}
    told, _ = _problems(tmp_path, areas=[], items=[], rules=[about])
    assert "the rulebook has no list of EIA classes" in told


def test_the_list_is_part_of_the_digest(tmp_path: Path) -> None:
    def digest(name: str, otherwise: str) -> tuple[str, Rulebook]:
        book = _write(tmp_path / name / "book", items=[{**ITEM, "otherwise": otherwise}])
        park = layer("park", [zone(square(0, 0), "P1", "core")], classes=["core"])
        bundle = load_bundle(make_bundle(tmp_path / name, [park], rulebook=book.name))
        return bundle.digest, bundle.rulebook

    one, book = digest("one", "form")
    assert book.eia is not None
    assert digest("same", "form")[0] == one
    assert digest("other", "none")[0] != one
