"""One bundle for each kind of finding that refuses nothing; the remarks."""

from datetime import date

import pytest

from geo.model import Condition, Op
from layers.bundle import lint, load_bundle, look_over
from layers.lint import remark
from layers.lint.terms import can_hold
from layers.rulebook import SHIPPED, load_rulebook
from layers.schema import read_schema
from layers.strictyaml import Faults
from scripts.lint_bundle import main
from tests.builders import basis, both, layer, make_bundle, rule, square, zone

PARK = layer("park", [zone(square(0, 0), "P1", "core")], classes=["core", "edge"])
RED = layer("eco_redline", [zone(square(500, 0), "R1", "redline")], classes=["redline"])


def _test(fact, op, value):
    return {"fact": fact, "op": op, "value": value}


def _plain(name, **keys):
    """A rule whose examples are not what is looked at: it never applies."""
    return {**rule(name, layer="park"), **keys}


def _told(folder, *rules, **keys):
    """What lint says beside the examples."""
    keys.setdefault("bases", [basis(valid_from=date(2019, 1, 1))])
    found = lint(make_bundle(folder, [PARK], rules, **keys))
    return [p for p in found if "example" not in p.hint.en]


# --- advice


def _versions(until, again):
    return _plain("R-1", valid_to=until), _plain("R-1", valid_from=again)


@pytest.mark.parametrize(
    ("rules", "where", "english", "chinese"),
    [
        (
            _versions(date(2023, 1, 1), date(2024, 1, 1)),
            "rules/own.yaml:24 R-1.valid_from",
            "leave a gap",
            "空档",
        ),
        (
            (_plain("R-1", valid_from=date(2020, 1, 1), valid_to=date(2021, 3, 1)),),
            "R-1.valid_to",
            "never speaks",
            "永不适用",
        ),
        (
            (_plain("R-1", activities=["CHEM"], **{"except": ["INDUSTRY"]}),),
            "R-1.except",
            "no activity is left",
            "没有任何项目类型",
        ),
        (
            (
                _plain(
                    "R-1", conditions=[_test("stack_height_m", "gt", 50), _test("stack_height_m", "le", 50)]
                ),
            ),
            "R-1.conditions",
            "contradict each other",
            "互相矛盾",
        ),
        (
            (
                _plain(
                    "R-1",
                    conditions=[
                        _test("land", "not_in", ["permanent", "temporary"]),
                        _test("land", "ne", "none"),
                    ],
                ),
            ),
            "R-1.conditions",
            "contradict each other",
            "互相矛盾",
        ),
        (
            (
                _plain(
                    "R-1",
                    zone_where=[
                        {"attribute": "zone_class", "op": "eq", "value": "core"},
                        {"attribute": "zone_class", "op": "eq", "value": "edge"},
                    ],
                ),
            ),
            "R-1.zone_where",
            "contradict each other",
            "互相矛盾",
        ),
        (
            (_plain("R-1", jurisdictions=["50"]),),
            "R-1.jurisdictions",
            "outside this bundle",
            "不在数据包范围内",
        ),
        (
            (_plain("R-1", zone_classes=["edge"]),),
            "R-1.zone_classes",
            "no zone here is of these classes",
            "没有这些级别的分区",
        ),
        (
            (_plain("R-1", effect="prohibited"), _plain("R-2", effect="conditional")),
            "R-2.effect",
            "the very case of R-1",
            "对象完全相同而效力不同",
        ),
    ],
    ids=[
        "gap",
        "before_history",
        "no_activity",
        "numbers",
        "enum",
        "attributes",
        "place",
        "classes",
        "clash",
    ],
)
def test_advice_names_file_line_and_both_languages(tmp_path, rules, where, english, chinese):
    (problem,) = _told(tmp_path, *rules)
    assert problem.where.startswith("rules/own.yaml:")
    assert where in problem.where
    assert english in problem.hint.en
    assert chinese in problem.hint.zh
    assert len(load_bundle(tmp_path).rulebook.rules) == len(rules)
    assert main([str(tmp_path)]) == 1


@pytest.mark.parametrize(
    ("keys", "barred", "told"),
    [
        ({"zone_classes": ["core"]}, {}, True),
        ({"zone_classes": ["core"]}, {"zone_classes": ["core", "edge"]}, True),
        ({"zone_classes": ["core"]}, {"zone_classes": ["edge"]}, False),
        ({}, {"zone_classes": ["edge"]}, False),
        ({"relation": "outside"}, {}, False),
    ],
)
def test_zones_cannot_be_there_and_not(tmp_path, keys, barred, told):
    never = _plain("R-1", **keys, **{"with": [{"layer": "park", "present": False, **barred}]})
    found = [p for p in _told(tmp_path, never) if "must be there and must not" in p.hint.en]
    assert bool(found) is told


@pytest.mark.parametrize(
    ("keys", "key", "english", "chinese"),
    [
        ({"basis": ["test-law-9"]}, "basis", "no such basis", "没有这个依据"),
        ({"activities": ["CHEMM"]}, "activities", "no such activity or group", "没有这个项目类型"),
        ({"conditions": [_test("natur", "eq", "new")]}, "conditions", "no such fact", "没有这个项目参数"),
        ({"with": [{"layer": "parc"}]}, "with", "no such layer", "没有这个图层"),
        ({"title": {"zh": "只有中文"}}, "title.en", "is missing", "缺少"),
    ],
)
def test_dangling_ids_and_missing_languages_refuse_the_bundle(tmp_path, capsys, keys, key, english, chinese):
    folder = make_bundle(tmp_path, [PARK], [_plain("R-1", **keys)])
    for lang, words in (("en", english), ("zh", chinese)):
        assert main([str(folder), "--lang", lang]) == 2
        (line, *_) = capsys.readouterr().out.splitlines()
        assert line.startswith("rules/own.yaml:")
        assert f"R-1.{key}" in line
        assert words in line


def test_versions_that_meet_leave_no_gap(tmp_path):
    assert _told(tmp_path, *_versions(date(2024, 1, 1), date(2024, 1, 1))) == []


def test_two_versions_at_once_refuse_the_bundle(tmp_path, capsys):
    folder = make_bundle(tmp_path, [PARK], _versions(date(2024, 1, 2), date(2024, 1, 1)))
    assert main([str(folder), "--lang", "en"]) == 2
    told = capsys.readouterr()
    assert "in force twice at once" in told.out
    assert "refused" in told.err


@pytest.mark.parametrize(
    ("end", "english", "chinese"),
    [
        (date(2024, 12, 31), "between the two neither is law", "空档"),
        (date(2025, 1, 2), "law at once", "同时有效"),
        (None, "law at once", "同时有效"),
    ],
)
def test_an_article_and_its_successor_meet_on_a_day(tmp_path, end, english, chinese):
    bases = [
        basis(valid_to=end),
        basis("test-law-2", valid_from=date(2025, 1, 1), supersedes=["test-law-1"]),
    ]
    told = [p for p in _told(tmp_path, _plain("R-1"), bases=bases) if "test-law-2" in p.where]
    assert [english in p.hint.en and chinese in p.hint.zh for p in told] == [True]
    bases[0] = basis(valid_to=date(2025, 1, 1))
    assert _told(tmp_path, _plain("R-1"), bases=bases) == []


CLASHING = _plain("R-1", effect="prohibited", conditions=[_test("nature", "in", ["new", "expansion"])])


@pytest.mark.parametrize(
    "other",
    [
        {"effect": "notice"},
        {"effect": "prohibited"},
        {"conditions": [_test("nature", "in", ["new"])]},
        {"conditions": []},
        {"zone_classes": ["core"]},
        {"activities": ["CHEM"]},
        {"except": ["CHEM"]},
        {"jurisdictions": ["511102"]},
        {"relation": "crosses"},
        {"min_overlap_share": 0.5},
        {"max_cell_m": 30},
        {"with": [{"layer": "park", "present": True}]},
    ],
    ids=lambda keys: next(iter(keys)),
)
def test_another_case_is_no_contradiction(tmp_path, other):
    """A special rule beside a general one, a stricter place, a notice beside a ban: laws add up."""
    second = {**CLASHING, "id": "R-2", "effect": "conditional", **other}
    assert [p for p in _told(tmp_path, CLASHING, second) if "effect" in p.where] == []


def test_the_order_of_lists_hides_no_contradiction(tmp_path):
    swapped = [_test("nature", "in", ["expansion", "new"])]
    second = {**CLASHING, "id": "R-2", "effect": "restricted", "conditions": swapped}
    assert [p.where.split()[-1] for p in _told(tmp_path, CLASHING, second)] == ["R-2.effect"]


def test_rules_of_different_times_do_not_contradict(tmp_path):
    first = {**CLASHING, "valid_to": date(2025, 1, 1)}
    second = {**CLASHING, "id": "R-2", "effect": "restricted", "valid_from": date(2025, 1, 1)}
    assert _told(tmp_path, first, second) == []


def test_groups_and_their_members_are_the_same_activities(tmp_path):
    members = sorted(a.id for a in load_rulebook(SHIPPED).activities.values() if "MINE" in a.groups)
    first = {**CLASHING, "activities": ["MINE"]}
    second = {**CLASHING, "id": "R-2", "effect": "restricted", "activities": members}
    assert [p.where.split()[-1] for p in _told(tmp_path, first, second)] == ["R-2.effect"]


def test_a_failing_example_is_advice(tmp_path):
    folder = make_bundle(
        tmp_path,
        [PARK],
        [rule("R-1", layer="park", examples=[{"given": {}, "applies": told} for told in (True, False)])],
    )
    (problem,) = lint(folder)
    assert "examples[1]" in problem.where
    assert main([str(folder)]) == 1


# --- tests that can hold together


def _can(*tests, values=()):
    return can_hold([Condition(name="x", op=Op(op), value=value) for op, value in tests], values)


@pytest.mark.parametrize(
    ("tests", "values", "expected"),
    [
        ((("gt", 50), ("lt", 51)), (), True),
        ((("gt", 50), ("lt", 50)), (), False),
        ((("ge", 50), ("le", 50)), (), True),
        ((("ge", 50), ("le", 50), ("ne", 50)), (), False),
        ((("gt", 50), ("not_in", (51, 52))), (), True),
        ((("eq", "a"), ("ne", "a")), (), False),
        ((("ne", "a"), ("ne", "b")), (), True),
        ((("ne", "a"), ("ne", "b")), ("a", "b"), False),
        ((("eq", True), ("eq", False)), (True, False), False),
        ((("ne", True),), (True, False), True),
        ((("in", ("a", "b")), ("in", ("b", "c"))), ("a", "b", "c"), True),
    ],
)
def test_tests_that_one_value_can_meet(tests, values, expected):
    assert _can(*tests, values=values) is expected


def test_what_is_moved_counts_as_new():
    tests = [Condition(name="nature", op=Op.EQ, value=value) for value in ("new", "relocation")]
    assert can_hold(tests, ("new", "existing", "relocation"))
    assert not can_hold([*tests, Condition(name="nature", op=Op.EQ, value="existing")], ("new", "existing"))


# --- remarks


def _remarks(folder, layers, rules, **keys):
    told = look_over(make_bundle(folder, layers, rules, **keys))
    return {(p.where, p.given): p.hint for p in told.remarks}


def test_what_lies_idle_is_remarked_and_changes_no_exit_code(tmp_path, capsys):
    rules = [
        rule(
            "R-1",
            layer="park",
            given={"zone": {"zone_class": "core"}},
            zone_classes=["core"],
            title={"zh": "甲", "en": "A"},
            action={"zh": "乙", "en": "B"},
        )
    ]
    spare = layer("spare", [zone(square(900, 0), "S1", "a")], classes=["a"])
    told = _remarks(tmp_path, [PARK, spare], rules)
    assert ("park classes", "edge") in told
    assert ("spare", "spare") in told
    assert not [place for place, _ in told if place == "texts"]
    assert main([str(tmp_path), "--lang", "en"]) == 0
    quiet = capsys.readouterr()
    assert quiet.out == "no problems\n"
    assert "2 remarks (--remarks lists them)" in quiet.err
    assert main([str(tmp_path), "--lang", "zh", "--remarks"]) == 0
    assert "说明: spare: 没有规则涉及此图层" in capsys.readouterr().out


def test_a_text_in_one_language_only_is_remarked(tmp_path):
    told = _remarks(tmp_path, [PARK], [rule("R-1", layer="park", title=both("核心区"))])
    assert "same in both languages" in told["texts", "R-1"].en


def _shipped_remarks(folder):
    """Remarks on a bundle under the shipped rules, whose examples are acted out elsewhere."""
    catalogue = {
        "bundle": {"id": "t", "title": both("T"), "jurisdictions": ["510812"]},
        "rulebook": "builtin",
    }
    schema, _ = read_schema(SHIPPED / "schema.yaml", "schema.yaml", Faults())
    return remark(load_bundle(make_bundle(folder, [RED], [], **catalogue)), schema).tuple()


def test_shipped_rules_for_other_places_and_zones_are_remarked(tmp_path):
    told = [p.given.split(", ") for p in _shipped_remarks(tmp_path) if "for other places" in p.hint.en]
    elsewhere = {name for names in told for name in names}
    assert {"RV-06", "PA-22", "AR-07"} <= elsewhere
    assert not {"RL-02", "CU-13"} & elsewhere


def test_no_remark_is_cut(tmp_path):
    told = _shipped_remarks(tmp_path)
    assert [p.where for p in told if p.where == "schema.yaml"]
    assert not [p for p in told if p.given.endswith("…")]


def test_a_rule_against_what_its_activities_imply_is_remarked(tmp_path):
    plain = {"zh": "甲", "en": "A"}
    waits = rule(
        "R-1", layer="park", activities=["TAIL"], conditions=[_test("pond_type", "eq", "slag")], title=plain
    )
    told = _remarks(tmp_path, [PARK], [waits])
    assert [
        hint.en for (_, given), hint in told.items() if given == "R-1" and "declared otherwise" in hint.en
    ]
    speaks = {**waits, "activities": ["TAIL", "CHEM"]}
    told = _remarks(tmp_path, [PARK], [speaks])
    assert not [hint for hint in told.values() if "declared otherwise" in hint.en]
