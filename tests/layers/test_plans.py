"""The rules of the districts' plans: each for its own place, a notice when the plan is over."""

import re
from datetime import date
from pathlib import Path

import pytest

from geo.model import Certainty, Effect, Rule
from layers.rulebook import SHIPPED, load_rulebook

BOOK = load_rulebook(SHIPPED)
PLANS = SHIPPED / "plans"
FOLDERS = {
    "chaotian": ("510812", "P510812-"),
    "bazhong": ("5119", "P5119-"),
    "tongnan": ("500152", "P500152-"),
    "leshan": ("511102", "P511102-"),
    "chengkou": ("500229", "P500229-"),
}
ENDED = ("chaotian", "bazhong", "tongnan", "leshan")
"""Plans that run to 2025-12-31."""

OWN_ROWS = {"AR-07", "AR-07b", "AR-08", "AR-09", "AR-09b"}
"""Rows of part (a) that are rules of a plan and keep their ids."""


def rules(folder: str) -> list[Rule]:
    return [r for r in BOOK.rules if f"plans/{folder}/" in r.source]


def test_every_plan_has_a_folder() -> None:
    assert {path.name for path in PLANS.iterdir() if path.is_dir()} == set(FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_plan_speaks_of_its_own_place(folder: str) -> None:
    code, prefix = FOLDERS[folder]
    assert len(rules(folder)) >= 20
    for rule in rules(folder):
        assert rule.jurisdictions == (code,), rule.id
        assert rule.id.startswith(prefix) or rule.id in OWN_ROWS, rule.id


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_plan_rests_on_its_own_text(folder: str) -> None:
    for rule in rules(folder):
        for basis in (BOOK.bases[name] for name in rule.basis):
            assert re.search(r"\d{3}_[0-9a-f]{16}\.txt:\d+", basis.source), basis.id
            assert basis.certainty in (Certainty.A, Certainty.B)
            assert basis.valid_from <= rule.valid_from, (rule.id, basis.id)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_rule_has_its_notice_after_the_period(folder: str) -> None:
    binding = {r.id: r for r in rules(folder) if r.valid_to is not None}
    after = {r.id: r for r in rules(folder) if r.valid_to is None}
    assert binding.keys() == after.keys()
    for name, rule in after.items():
        assert rule.valid_from == binding[name].valid_to
        assert rule.effect in (Effect.NOTICE, Effect.DUTY)
        assert "规划期已届满" in rule.action.zh


@pytest.mark.parametrize("folder", ENDED)
def test_nothing_of_an_ended_plan_binds(folder: str) -> None:
    last, first = date(2025, 12, 31), date(2026, 1, 1)
    assert {r.effect for r in rules(folder) if r.in_force(last)} > {Effect.NOTICE, Effect.PHASE_OUT}
    assert {r.effect for r in rules(folder) if r.in_force(first)} <= {Effect.NOTICE, Effect.DUTY}


@pytest.mark.parametrize("folder", FOLDERS)
def test_its_readme_says_where_each_row_went(folder: str) -> None:
    """Every rule stands in the table, and every rule it names is there."""
    text = (PLANS / folder / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:P\d+|[A-Z]{2})-[A-Z]?-?\d+[a-z]?)`", text))
    assert {r.id for r in rules(folder)} - named == set()
    assert named - {r.id for r in BOOK.rules} == set()


def test_what_a_readme_calls_left_out_has_a_reason() -> None:
    lines = [line for path in PLANS.glob("*/README.md") for line in _rows(path)]
    assert len(lines) > 150
    assert [line for line in lines if re.search(r"left out\s*(\||$)", line)] == []


def _rows(path: Path) -> list[str]:
    return [x for x in path.read_text(encoding="utf-8").splitlines() if x.startswith("| ")]
