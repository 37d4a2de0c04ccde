"""All faults at once: one that stands in the way of reading hides no other and makes no false ones."""

from datetime import date

import pytest

from geo.errors import BundleError
from layers.bundle import load_bundle
from layers.keytable import shown
from tests.builders import both, layer, make_bundle, rule, square, zone

PARK = layer("park", [zone(square(0, 0), "P1", "core")], classes=["core", "edge"])


def problems(folder, *rules):
    with pytest.raises(BundleError) as caught:
        load_bundle(make_bundle(folder, [PARK], rules))
    return caught.value.problems


def test_a_fault_of_shape_hides_no_other_fault(tmp_path):
    tests = [
        {"fact": "nofact", "op": "eq", "value": 1},
        {"fact": "nature", "op": "eq", "value": "newish"},
        {"fact": "land_area_m2", "op": "gt", "value": "abc"},
        {"fact": "discharges", "op": "lt", "value": True},
        {"fact": "nature", "op": "in", "value": "new"},
        {"fact": "nature", "op": "like", "value": "new"},
    ]
    others = [
        {"layer": "nolayer", "present": True},
        {"layer": "park", "zone_classes": ["q"], "present": "maybe"},
    ]
    wrong = rule(
        "P-01",
        layer="park",
        effect="forbidden",
        activities=["NOPE"],
        basis=["own-9"],
        zone_classes=["kern"],
        conditions=tests,
        valid_to=date(2020, 1, 1),
        **{"with": others},
    )
    told = {problem.where.partition(" ")[2] for problem in problems(tmp_path, wrong)}
    assert told == {
        "P-01.effect",
        "P-01.activities",
        "P-01.basis",
        "P-01.zone_classes",
        "P-01.valid_to",
        "P-01.with[0].layer",
        "P-01.with[1].zone_classes",
        "P-01.with[1].present",
        "P-01.conditions[0].fact",
        *(f"P-01.conditions[{n}].value" for n in (1, 2, 3, 4)),
        "P-01.conditions[5].op",
    }


@pytest.mark.parametrize(
    "key",
    [
        "layer",
        "zone_classes",
        "zone_where",
        "with",
        "relation",
        "distance_kind",
        "conditions",
        "effect",
        "certainty",
        "basis",
        "activities",
        "except",
        "jurisdictions",
        "examples",
        "valid_from",
    ],
)
def test_what_cannot_be_read_is_one_fault(tmp_path, key):
    keys = {"layer": "park", "relation": "within_distance", "distance_m": 10, key: {"odd": 1}}
    (problem,) = problems(tmp_path, rule("P-01", **keys))
    assert problem.where.endswith(f"P-01.{key}")


def test_a_layer_with_a_fault_is_a_layer(tmp_path):
    broken = {**PARK, "colour": "red"}
    unknown = {"sea": {"reason": both("none")}}
    rules = [
        rule("P-01", layer="park", zone_classes=["core"]),
        rule("P-02", layer="sea"),
        rule("P-03", layer="park", zone_classes=["kern"]),
    ]
    with pytest.raises(BundleError) as caught:
        load_bundle(make_bundle(tmp_path, [broken], rules, out_of_scope=unknown))
    assert [p.where.partition(" ")[2] for p in caught.value.problems] == [
        "out_of_scope.sea.ask",
        "park.colour",
        "P-03.zone_classes",
    ]


def test_one_value_stands_for_a_list_of_one(tmp_path):
    one = rule(
        "P-01",
        layer="park",
        zone_classes="core",
        activities="ANY",
        basis="test-law-1",
        jurisdictions="51",
        **{"with": [{"layer": "park", "zone_classes": "edge", "present": False}]},
    )
    (read,) = load_bundle(make_bundle(tmp_path, [PARK], [one])).rulebook.rules
    assert (read.zone_classes, read.jurisdictions, read.basis) == (("core",), ("51",), ("test-law-1",))
    assert read.companions[0].zone_classes == ("edge",)


def test_applies_says_its_three_words(tmp_path):
    (problem,) = problems(
        tmp_path,
        rule(
            "P-01", layer="park", examples=[{"given": {}, "applies": "yes"}, {"given": {}, "applies": False}]
        ),
    )
    assert problem.allowed == "true, false, open"


def test_what_is_allowed_is_told_without_english(tmp_path):
    wrong = rule("P-01", layer="lake", activities=["NOPE"], basis=["own-9"], title="x", distance_m="1")
    wrong.pop("action")
    told = " ".join(problem.allowed for problem in problems(tmp_path, wrong))
    assert not {"a", "an", "the", "known", "required", "text", "number"} & set(told.replace(",", " ").split())
    assert "park" in told


def test_known_names_are_shown_nearest_first():
    assert shown("parc", ["lake", "park", "sea"]) == "park, sea, lake"
    assert shown("x", []) == "—"
    assert shown("n7", [f"n{n}" for n in range(20)]).startswith("n7, ")
    assert shown("n7", [f"n{n}" for n in range(20)]).endswith(" …")
