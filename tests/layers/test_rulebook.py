"""One broken rule, basis or word per fault, with the words of its message; and what a good one becomes."""

from datetime import date

import pytest

from geo.errors import BundleError
from geo.model import ANY, Certainty, Condition, Effect, Op, Relation, Season, With
from layers.bundle import lint, load_bundle
from layers.rulebook import SHIPPED, load_rulebook
from tests.builders import basis, both, layer, make_bundle, rule, square, write_yaml, zone

PARK = layer("park", [zone(square(0, 0), "P1", "core")], classes=["core", "edge"])
D_BASIS = basis("own-1", certainty="D")


def _load(folder, *rules, **keys):
    return load_bundle(make_bundle(folder, [PARK], rules, **keys)).rulebook


def _problems(folder, *rules, **keys):
    with pytest.raises(BundleError) as caught:
        _load(folder, *rules, **keys)
    return caught.value.problems


def _told(folder, *rules, **keys):
    return lint(make_bundle(folder, [PARK], rules, **keys))


def _example(applies, **given):
    return {"given": given, "applies": applies}


@pytest.mark.parametrize(
    ("keys", "key", "english", "chinese"),
    [
        (
            {"layer": "parks"},
            "layer",
            "there is no such layer: did you mean park?",
            "没有这个图层，是否为 park？",
        ),
        ({"layer": None}, "", "layer is missing", "须写明图层"),
        ({"zone_classes": ["kern"]}, "zone_classes", "the layer has no such class", "没有这个分区级别"),
        ({"zone_classes": []}, "zone_classes", "too few", "项数不足"),
        ({"relation": "overlaps"}, "relation", "not among the allowed words", "不在允许值之中"),
        ({"relation": "upstream_within", "side_m": 50}, "", "upstream_within lacks up_m", "缺少 up_m"),
        ({"relation": "upstream_within", "up_m": 1000}, "", "lacks side_m", "缺少 side_m"),
        (
            {"relation": "upstream_within", "up_m": 1000, "side_m": 50, "distance": "x_m"},
            "distance",
            "cannot stand beside distance_kind: law",
            "不能并用",
        ),
        (
            {"relation": "upstream_within", "up_m": 1000, "side_m": 50, "distance_m": 9},
            "distance_m",
            "no meaning with the relation upstream_within",
            "空间关系 upstream_within 下不能有此键",
        ),
        (
            {"relation": "upstream_within", "up_m": 0, "side_m": 50},
            "up_m",
            "out of range",
            "超出",
        ),
        (
            {"relation": "within_distance", "distance_m": 10, "up_m": 1000},
            "up_m",
            "no meaning with the relation within_distance",
            "空间关系 within_distance 下不能有此键",
        ),
        ({"relation": "within_distance"}, "", "within_distance lacks distance_m", "缺少 distance_m"),
        (
            {"relation": "within_distance", "distance_kind": "config", "distance": "x_m"},
            "",
            "lacks screening_m",
            "缺少 screening_m",
        ),
        (
            {"relation": "within_distance", "distance_m": 10, "distance": "x_m"},
            "distance",
            "cannot stand beside distance_kind: law",
            "不能并用",
        ),
        (
            {
                "relation": "within_distance",
                "distance_kind": "config",
                "distance": "x_m",
                "screening_m": 9,
                "distance_m": 1,
            },
            "distance_m",
            "cannot stand beside distance_kind: config",
            "不能并用",
        ),
        (
            {"relation": "within_distance", "distance_m": 10, "distance_min_m": 10},
            "distance_min_m",
            "must be less than distance_m",
            "须小于",
        ),
        ({"distance_m": 10}, "distance_m", "no meaning with the relation intersects", "不能有此键"),
        ({"relation": "anywhere"}, "layer", "no meaning with the relation anywhere", "不能有此键"),
        ({"activities": ["CHEMM"]}, "activities", "did you mean CHEM?", "是否为 CHEM？"),
        (
            {"activities": ["ANY"], "except": ["ANYTHING"]},
            "except",
            "no such activity or group",
            "没有这个项目类型",
        ),
        ({"basis": ["test-law-2"]}, "basis", "did you mean test-law-1?", "是否为 test-law-1？"),
        ({"effect": "forbidden"}, "effect", "not among the allowed words", "不在允许值之中"),
        ({"certainty": "D"}, "effect", "certainty D (our own rule) gives notice or duty only", "只能提示"),
        ({"basis": ["own-1"]}, "effect", "notice or duty only: own-1", "own-1"),
        ({"effect": "duty"}, "effect", "a duty does not depend on the place", "与位置无关"),
        ({"effect": "phase_out"}, "effect", "existing sites only", "只对已有项目"),
        ({"valid_to": date(2021, 3, 1)}, "valid_to", "valid_to must be later", "失效日期须晚于生效日期"),
        ({"valid_from": date(2020, 3, 1)}, "basis", "no basis in force", "没有现行依据"),
        ({"jurisdictions": ["5"]}, "jurisdictions[0]", "wanted form", "格式不符"),
        ({"season": {"from": "02-30", "to": "06-30"}}, "season.from", "there is no such day", "没有这一天"),
        (
            {"clauses": {"verbs": ["forbid"]}},
            "clauses.verbs[0]",
            "not among the allowed words",
            "不在允许值之中",
        ),
        (
            {"clauses": {"verbs": ["禁止"], "named": "perhaps"}},
            "clauses.named",
            "not among the allowed words",
            "不在允许值之中",
        ),
        (
            {"clauses": {"verbs": ["禁止"]}, "min_zones": 2},
            "min_zones",
            "cannot stand beside clauses",
            "不能与 clauses 并用",
        ),
        (
            {"clauses": {"verbs": ["禁止"]}, "relation": "crosses"},
            "clauses",
            "no meaning with the relation crosses",
            "不能有此键",
        ),
        ({"min_overlap_share": 2}, "min_overlap_share", "out of range", "超出范围"),
        ({"min_zones": 0}, "min_zones", "a whole number", "须为整数"),
        (
            {"examples": [_example(True, zone={})]},
            "examples",
            "does not apply is missing",
            "缺少不适用的示例",
        ),
        ({"examples": [_example(False)]}, "examples", "applies is missing", "缺少适用的示例"),
        ({"when": 1}, "when", "unknown key", "未知的键"),
        ({"with": [{"layer": "reserve"}]}, "with[0].layer", "no such layer", "没有这个图层"),
        (
            {"with": [{"layer": "park", "zone_classes": ["x"]}]},
            "with[0].zone_classes",
            "no such class",
            "没有这个",
        ),
        ({"dated": "guessed"}, "dated", "not among the allowed words", "不在允许值之中"),
    ],
)
def test_a_fault_of_a_rule_is_told_in_both_languages(tmp_path, keys, key, english, chinese):
    found = _told(tmp_path, rule("R-1", **{"layer": "park", **keys}), bases=[basis(), D_BASIS])
    where = f"R-1.{key}" if key else "R-1"
    assert any(where in p.where and english in p.hint.en and chinese in p.hint.zh for p in found), found
    assert all(p.where.startswith("rules/own.yaml:") for p in found)


@pytest.mark.parametrize(
    ("condition", "english", "chinese"),
    [
        (
            {"fact": "natur", "op": "eq", "value": "new"},
            "no such fact: did you mean nature?",
            "没有这个项目参数",
        ),
        (
            {"fact": "nature", "op": "eq", "value": "fresh"},
            "not a value of the fact nature",
            "不是项目参数 nature 的允许值",
        ),
        ({"fact": "nature", "op": "in", "value": ["new", "fresh"]}, "not a value of the fact", "允许值"),
        ({"fact": "nature", "op": "in", "value": "new"}, "in and not_in take a list", "须给列表"),
        ({"fact": "nature", "op": "eq", "value": ["new"]}, "the other operators one value", "给单个值"),
        ({"fact": "nature", "op": "gt", "value": "new"}, "only facts of type number", "只有数值型参数"),
        ({"fact": "discharges", "op": "eq", "value": "true"}, "not a value of the fact discharges", "允许值"),
        ({"fact": "discharges", "op": "eq", "value": 1}, "not a value of the fact discharges", "允许值"),
        (
            {"fact": "land_area_m2", "op": "ge", "value": "10"},
            "not a value of the fact land_area_m2",
            "允许值",
        ),
        ({"fact": "nature", "op": "is", "value": "new"}, "not among the allowed words", "不在允许值之中"),
        ({"fact": "nature", "op": "eq"}, "the required key value is missing", "缺少必填键 value"),
    ],
)
def test_a_fault_of_a_condition_is_told_in_both_languages(tmp_path, condition, english, chinese):
    (problem,) = _problems(tmp_path, rule("R-1", layer="park", conditions=[condition]))
    assert "R-1.conditions[0]" in problem.where
    assert english in problem.hint.en
    assert chinese in problem.hint.zh


@pytest.mark.parametrize(
    ("test", "english", "chinese"),
    [
        (
            {"attribute": "levle", "op": "eq", "value": "main"},
            "no such attribute: did you mean level?",
            "没有这个属性",
        ),
        (
            {"attribute": "is_yangtze_system", "op": "eq", "value": "yes"},
            "does not fit the attribute",
            "类型不符",
        ),
        (
            {"attribute": "is_yangtze_system", "op": "gt", "value": True},
            "does not fit the attribute",
            "类型不符",
        ),
    ],
)
def test_zone_where_is_checked_against_the_schema(tmp_path, test, english, chinese):
    (problem,) = _problems(tmp_path, rule("R-1", layer="river_shoreline", zone_where=[test]))
    assert english in problem.hint.en
    assert chinese in problem.hint.zh


@pytest.mark.parametrize(
    ("given", "english"),
    [
        ({"activity": "CHEMM"}, "there is no such activity: did you mean CHEM?"),
        ({"facts": {"nature": "fresh"}}, "not a value of the fact nature"),
        ({"facts": {"natur": "new"}}, "there is no such fact"),
        ({"land": "rented"}, "not a value of the fact land"),
        ({"zone": {"zone_class": "9"}}, "names a class the layer does not have"),
        ({"zone": {"levle": "main"}}, "names an attribute the layer does not have: did you mean level?"),
        ({"with": {"parc": {}}}, "there is no such layer: did you mean park?"),
        ({"on": "2026"}, "a date is wanted"),
        ({"distance": 5}, "unknown key"),
    ],
)
def test_examples_use_known_words(tmp_path, given, english):
    examples = [_example(True, **given), _example(False)]
    (problem,) = _problems(tmp_path, rule("R-1", layer="river_shoreline", examples=examples))
    assert "R-1.examples[0].given" in problem.where
    assert english in problem.hint.en


def test_one_id_may_recur_with_disjoint_validity_only(tmp_path):
    first = rule("R-1", layer="park", valid_to=date(2026, 8, 15))
    second = rule("R-1", layer="park", valid_from=date(2026, 8, 15))
    assert len(_load(tmp_path / "good", first, second).rules) == 2
    (problem,) = _problems(tmp_path / "bad", first, {**second, "valid_from": date(2026, 8, 14)})
    assert "in force twice at once (rules/own.yaml:1 R-1)" in problem.hint.en
    assert "有效期重叠" in problem.hint.zh


@pytest.mark.parametrize(
    ("bases", "english", "chinese"),
    [
        ([basis(valid_to=date(2021, 3, 1))], "valid_to must be later", "失效日期须晚于生效日期"),
        ([basis(supersedes="test-law-0")], "there is no such basis", "没有这个依据"),
        ([basis(supersedes=["test-law-1"])], "there is no such basis", "没有这个依据"),
        ([basis(), basis()], "this id is there already", "标识已存在"),
        ([basis(article=5)], "put it in quotes", "请加引号"),
        ([basis("water-law-65")], "this id is there already (layers/rules/basis.yaml:", "标识已存在"),
    ],
)
def test_a_fault_of_a_basis_is_told_in_both_languages(tmp_path, bases, english, chinese):
    found = _problems(tmp_path, bases=bases)
    assert any(english in p.hint.en and chinese in p.hint.zh for p in found), found


def test_a_basis_at_fault_makes_no_second_fault_of_the_rule_that_names_it(tmp_path):
    (problem,) = _problems(tmp_path, rule("R-1", layer="park"), bases=[basis(certainty="E")])
    assert problem.where.startswith("basis.yaml:")


def _fact(name="own_fact", **keys):
    return {"id": name, "title": both(name), "question": both("?"), "type": "bool", **keys}


def _activity(name="OWN", **keys):
    return {"id": name, "title": both(name), "footprint": "areal", **keys}


@pytest.mark.parametrize(
    ("keys", "english", "chinese"),
    [
        ({"facts": [_fact("nature")]}, "this id is there already", "标识已存在"),
        ({"facts": [_fact(type="enum")]}, "an enum lists its values", "须列出 values"),
        ({"facts": [_fact(values={"a": both("a")})]}, "other types have none", "其他类型不得有"),
        ({"facts": [_fact(default="yes")]}, "not a value of the fact own_fact", "允许值"),
        ({"facts": [_fact(aliases=["nature"])]}, "this name already means nature", "名称已用于 nature"),
        ({"activities": [_activity("CHEM")]}, "this id is there already", "标识已存在"),
        ({"activities": [_activity("ANY")]}, "ANY is reserved", "ANY 是保留字"),
        ({"activities": [_activity(groups=["INDUSTRI"])]}, "did you mean INDUSTRY?", "是否为 INDUSTRY？"),
        ({"activities": [_activity(groups=["CHEM"])]}, "there is no such group", "没有这个项目组"),
        (
            {"activities": [_activity(implies={"discharge": True})]},
            "no such fact: did you mean",
            "没有这个项目参数",
        ),
        ({"activities": [_activity(implies={"discharges": "x"})]}, "not a value of the fact", "允许值"),
        ({"activities": [_activity(footprint=None)]}, "an activity names its footprint", "须写明占地形态"),
        ({"activities": [_activity(kind="group")]}, "not on a group", "组不能有此键"),
        (
            {
                "activities": [
                    {"id": "G1", "title": both("G1"), "kind": "group", "groups": ["G2"]},
                    {"id": "G2", "title": both("G2"), "kind": "group", "groups": ["G1"]},
                ]
            },
            "the group G1 contains itself",
            "循环包含自身",
        ),
    ],
)
def test_a_fault_of_the_vocabulary_is_told_in_both_languages(tmp_path, keys, english, chinese):
    found = _problems(tmp_path, **keys)
    assert any(english in p.hint.en and chinese in p.hint.zh for p in found), found
    assert all(p.where.startswith(("facts.yaml:", "activities.yaml:")) for p in found)


def test_groups_are_transitive(tmp_path):
    own = [
        {"id": "G1", "title": both("G1"), "kind": "group", "groups": ["INDUSTRY"]},
        _activity(groups=["G1"], implies={"discharges": True}, typical_area_m2=500),
    ]
    book = _load(tmp_path, rule("R-1", layer="park", activities=["G1"]), activities=own)
    assert book.activities["OWN"].groups[:3] == ("OWN", "G1", "INDUSTRY")
    assert book.activities["OWN"].implies == (("discharges", True),)
    assert book.groups["G1"].en == "G1"
    assert "G1" not in book.activities


def test_a_rule_says_all_that_its_entry_says(tmp_path):
    entry = rule(
        "R-1",
        layer=["park", "river_shoreline"],
        relation="within_distance",
        distance_kind="config",
        distance="own_m",
        screening_m=500,
        zone_classes=["core"],
        zone_where=[{"attribute": "level", "op": "not_in", "value": ["main"]}],
        conditions=[{"fact": "land_area_m2", "op": "ge", "value": 10}],
        season={"from": "11-01", "to": "02-28"},
        jurisdictions=["5119"],
        needs_review=True,
        dated="assumed",
        min_zones=2,
        **{"with": [{"layer": "park", "zone_classes": ["edge"], "present": False}], "except": ["CHEM"]},
    )
    entry["examples"] = [
        _example(
            True,
            zone={"zone_class": "core", "level": None},
            land="temporary",
            facts={"discharges": "unknown"},
        ),
        _example(False, on=date(2026, 8, 14), activity="CHEM", **{"with": {"park": {"zone_class": "edge"}}}),
        _example("open"),
    ]
    (made,) = _load(tmp_path, entry, distances={"own_m": 100}).rules
    assert (made.layers, made.relation, made.effect) == (
        ("park", "river_shoreline"),
        Relation.WITHIN_DISTANCE,
        Effect.CONDITIONAL,
    )
    assert (made.distance_m, made.distance_name, made.screening_m) == (None, "own_m", 500.0)
    assert made.zone_where == (Condition(name="level", op=Op.NOT_IN, value=("main",)),)
    assert made.conditions == (Condition(name="land_area_m2", op=Op.GE, value=10),)
    assert made.companions == (With(layer="park", zone_classes=("edge",), present=False),)
    assert made.season == Season(start=(11, 1), end=(2, 28))
    assert (made.clauses, made.excepted, made.activities) == (None, ("CHEM",), (ANY,))
    assert (made.min_zones, made.jurisdictions, made.certainty) == (2, ("5119",), Certainty.A)
    assert "assumed" in made.note.en
    assert made.source == "rules/own.yaml:1"
    first, second, third = made.examples
    assert first.given.zone == (("zone_class", "core"), ("level", None))
    assert first.given.facts == (("discharges", None), ("land", "temporary"))
    assert second.given.companions == (("park", (("zone_class", "edge"),)),)
    assert (second.given.on, second.given.zone) == (date(2026, 8, 14), None)
    assert [first.applies, second.applies, third.applies] == [True, False, None]


def test_a_folder_that_brings_its_own_words_replaces_the_shipped_ones(tmp_path):
    write_yaml(tmp_path / "facts.yaml", [_fact()])
    write_yaml(tmp_path / "activities.yaml", [_activity()])
    write_yaml(tmp_path / "basis.yaml", [basis()])
    write_yaml(tmp_path / "own/rules.yaml", [rule("R-1", layer="eco_redline")])
    book = load_rulebook(tmp_path, name="own")
    assert (list(book.facts), list(book.activities), list(book.bases)) == (
        ["own_fact"],
        ["OWN"],
        ["test-law-1"],
    )


def test_the_words_are_there_without_rules():
    book = load_rulebook(None)
    assert book.rules == ()
    assert {"nature", "land", "crossing"} <= set(book.facts)


def test_the_shipped_rulebook_has_no_fault():
    book = load_rulebook(SHIPPED)
    assert len(book.rules) >= 40
    assert all(rule.source.startswith("layers/rules/") for rule in book.rules)
