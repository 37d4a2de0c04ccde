"""A rule of a plan whose period ends: binding until then, a notice from that day on."""

from datetime import date

import pytest

from geo.model import Effect, Rulebook
from geo.rehearse import rehearse
from layers.bundle import lint, load_bundle
from layers.expiry import OVER
from tests.builders import layer, make_bundle, rule, square, zone

PARK = layer("park", [zone(square(0, 0), "P1", "core")], classes=["core"])
END, LAST = date(2026, 1, 1), date(2025, 12, 31)
OVER_KEYS = {"layer": "park", "valid_to": END, "after_expiry": "notice"}


def _rulebook(folder, *rules) -> Rulebook:
    return load_bundle(make_bundle(folder, [PARK], rules)).rulebook


def test_one_entry_makes_a_binding_rule_and_a_notice(tmp_path):
    binding, notice = _rulebook(tmp_path, rule("R-1", effect="prohibited", **OVER_KEYS)).rules
    assert binding.id == notice.id == "R-1"
    assert (binding.effect, notice.effect) == (Effect.PROHIBITED, Effect.NOTICE)
    assert [r.in_force(LAST) for r in (binding, notice)] == [True, False]
    assert [r.in_force(END) for r in (binding, notice)] == [False, True]
    assert notice.action == OVER
    assert "规划期已届满" in notice.title.zh
    assert "over" in notice.title.en
    assert (notice.layers, notice.activities, notice.basis) == (
        binding.layers,
        binding.activities,
        binding.basis,
    )


def test_its_examples_stand_on_both_sides_of_the_date(tmp_path):
    book = _rulebook(tmp_path, rule("R-1", **OVER_KEYS))
    binding, notice = book.rules
    for one, speaks, silent in ((binding, LAST, END), (notice, END, LAST)):
        assert {(e.given.on, e.applies) for e in one.examples} == {
            (speaks, True),
            (speaks, False),
            (silent, False),
        }
        assert all(rehearse(book, one, example).agrees for example in one.examples)


def test_an_example_with_a_date_belongs_to_the_binding_rule(tmp_path):
    examples = [
        {"given": {"zone": {}, "on": date(2024, 5, 1)}, "applies": True},
        {"given": {"zone": {}}, "applies": True},
        {"given": {}, "applies": False},
    ]
    binding, notice = _rulebook(tmp_path, rule("R-1", examples=examples, **OVER_KEYS)).rules
    assert date(2024, 5, 1) in {e.given.on for e in binding.examples}
    assert date(2024, 5, 1) not in {e.given.on for e in notice.examples}


def test_a_duty_stays_among_the_duties(tmp_path):
    keys = {key: value for key, value in OVER_KEYS.items() if key != "layer"}
    duty = rule("R-1", effect="duty", relation="anywhere", jurisdictions=["51"], **keys)
    duty["examples"][1]["given"] = {"on": date(2020, 1, 1)}
    binding, after = _rulebook(tmp_path, duty).rules
    assert binding.effect is after.effect is Effect.DUTY
    assert after.action == OVER


def test_a_rule_without_the_key_just_ends(tmp_path):
    (only,) = _rulebook(tmp_path, rule("R-1", layer="park", valid_to=END)).rules
    assert not only.in_force(END)


@pytest.mark.parametrize(
    ("rows", "key", "english", "chinese"),
    [
        (
            [{"layer": "park", "after_expiry": "notice"}],
            "after_expiry",
            "needs valid_to",
            "须与 valid_to 同用",
        ),
        ([{**OVER_KEYS, "after_expiry": "nothing"}], "after_expiry", "not among the allowed words", "允许值"),
        ([OVER_KEYS, {"layer": "park", "valid_from": END}], "id", "in force twice at once", "有效期重叠"),
    ],
)
def test_its_faults_are_told(tmp_path, rows, key, english, chinese):
    told = lint(make_bundle(tmp_path, [PARK], [rule("R-1", **row) for row in rows]))
    assert any(f"R-1.{key}" in p.where and english in p.hint.en and chinese in p.hint.zh for p in told)
