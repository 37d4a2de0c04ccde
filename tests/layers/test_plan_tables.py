"""The tables of the plans: every rule of a plan stands in its table, and what a table names is there."""

import re
from pathlib import Path

import pytest

from layers.rulebook import SHIPPED, load_rulebook

PLANS = SHIPPED / "plans"
BOOK = load_rulebook(SHIPPED)
TABLES = sorted(PLANS.glob("*/README.md"))
_ID = re.compile(r"`((?:P\d+|[A-Z]{2})-[A-Za-z0-9-]+)`")


def _rows(table: Path) -> list[list[str]]:
    lines = [line for line in table.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def _rules_of(table: Path) -> set[str]:
    return {rule.id for rule in BOOK.rules if f"plans/{table.parent.name}/" in rule.source}


def test_every_plan_has_a_table():
    assert {table.parent for table in TABLES} == {folder for folder in PLANS.iterdir() if folder.is_dir()}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.parent.name)
def test_every_rule_of_a_plan_stands_in_its_table(table: Path):
    named = set(_ID.findall(table.read_text(encoding="utf-8")))
    assert _rules_of(table) - named == set()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.parent.name)
def test_the_rules_a_table_names_are_there(table: Path):
    known = {rule.id for rule in BOOK.rules}
    stems = known | {re.sub(r"(?<=\d)[a-z]$", "", name) for name in known}
    assert set(_ID.findall(table.read_text(encoding="utf-8"))) - stems == set()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.parent.name)
def test_every_row_says_where_it_stands(table: Path):
    rows = _rows(table)
    assert rows
    vague = [row for row in rows if not (_ID.search(row[-1]) or re.match("covered|left out", row[-1]))]
    assert vague == []


def test_each_row_of_the_plan_facts_stands_in_a_table():
    """R1 to R34 of plan-facts §2 are those of two plans: each stands in the table of one of them."""
    rows = {row[0] for name in ("leshan", "chengkou") for row in _rows(PLANS / name / "README.md")}
    assert {f"R{n}" for n in range(1, 35)} - rows == set()


def test_a_plan_binds_in_its_place_only_and_ends():
    for rule in BOOK.rules:
        if "/plans/" in rule.source:
            assert rule.jurisdictions, rule.id
            assert any(other.valid_to is not None for other in BOOK.rules if other.id == rule.id), rule.id
