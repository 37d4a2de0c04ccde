"""The coverage table: layer × class × activity group → rules, as text, Markdown and CSV."""

import csv
import io
from datetime import date

import pytest

from layers.bundle import look_over
from layers.lint import cover, cover_csv, cover_markdown, cover_text
from scripts.lint_bundle import main
from tests.builders import layer, make_bundle, rule, square, zone

PARK = layer("park", [zone(square(0, 0), "P1", "core")], classes=["core", "edge"])
ON = date(2026, 11, 21)
RULES = [
    rule("R-1", layer="park", zone_classes=["core"], activities=["INDUSTRY"], effect="prohibited"),
    rule("R-2", layer="park"),
    rule("R-3", relation="anywhere", activities=["CHEM"], effect="notice"),
    rule("R-4", layer="park", valid_to=date(2024, 1, 1)),
]


def _rows(folder, on=ON):
    told = look_over(make_bundle(folder, [PARK], RULES))
    return [row for row in cover(told.bundle, told.schema, on) if row.layer in {"park", ""}]


def test_the_table_tells_layer_class_group_and_rules(tmp_path):
    cells = {
        (r.layer, r.zone_class, r.group): [(x.id, whole) for x, whole in r.rules] for r in _rows(tmp_path)
    }
    assert cells["park", "core", "ANY"] == cells["park", "edge", "ANY"] == [("R-2", True)]
    assert cells["park", "core", "INDUSTRY"] == cells["park", "core", "HEAVYPOLL"] == [("R-1", True)]
    assert ("park", "edge", "INDUSTRY") not in cells
    assert cells["", "", "INDUSTRY"] == [("R-3", False)]
    assert "R-4" not in str(cells)


def test_the_date_of_the_table_counts(tmp_path):
    (row,) = [r for r in _rows(tmp_path, date(2023, 6, 1)) if (r.zone_class, r.group) == ("edge", "ANY")]
    assert [x.id for x, _ in row.rules] == ["R-2", "R-4"]


def test_a_class_without_a_rule_is_a_row_without_rules(tmp_path):
    told = look_over(make_bundle(tmp_path, [PARK], [RULES[0]]))
    rows = [
        row for row in cover(told.bundle, told.schema, ON) if (row.layer, row.zone_class) == ("park", "edge")
    ]
    assert [(row.group, row.rules) for row in rows] == [("", ())]
    assert "no rule" in cover_text(rows, "en")
    assert "没有规则" in cover_markdown(rows, "zh")
    assert cover_csv(rows, "en").splitlines()[1] == "park,park,edge,edge,,,,,,"


def test_the_three_forms_hold_the_same(tmp_path):
    rows = _rows(tmp_path)
    told = list(csv.DictReader(io.StringIO(cover_csv(rows, "en"))))
    assert {
        "rule": "R-1",
        "effect": "prohibited",
        "relation": "intersects",
        "whole_group": "true",
    }.items() <= next(row.items() for row in told if row["rule"] == "R-1")
    assert len(told) == sum(max(len(row.rules), 1) for row in rows)
    markdown = cover_markdown(rows, "en").splitlines()
    assert markdown[0] == "| layer | class | activity group | rules |"
    assert "| anywhere |  | INDUSTRY Industry | R-3~ notice |" in markdown
    assert "  INDUSTRY 工业: R-1 prohibited" in cover_text(rows, "zh").splitlines()


@pytest.mark.parametrize(
    ("name", "first"), [("t.csv", "layer,"), ("t.md", "| layer"), ("t.txt", "env_control_unit")]
)
def test_the_command_writes_the_table(tmp_path, name, first):
    folder = make_bundle(tmp_path / "b", [PARK], RULES[:2])
    out = tmp_path / name
    assert main([str(folder), "--lang", "en", "--coverage", str(out), "--on", "2026-11-21"]) == 1
    assert out.read_text(encoding="utf-8").startswith(first)


def test_the_command_prints_the_table(tmp_path, capsys):
    folder = make_bundle(tmp_path, [PARK], RULES[1:2])
    assert main([str(folder), "--lang", "en", "--coverage", "-", "--on", "2026-11-21"]) == 0
    assert "park · edge\n  ANY every activity: R-2 conditional\n" in capsys.readouterr().out
