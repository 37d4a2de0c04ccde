"""The bundle as a whole: the digest, lint, the command, the demonstration bundle."""

import shutil
from pathlib import Path

import pytest

from layers.bundle import lint, load_bundle
from scripts.lint_bundle import main
from tests.builders import layer, make_bundle, rule, square, write_yaml, zone

PARK = layer("park", [zone(square(0, 0), "P1", "core")], classes=["core"])
RIVER = layer("river", [zone(square(500, 0), "R1", "a")], classes=["a"])
RULES = [rule("R-1", layer="park"), rule("R-2", layer="river")]


def _digest(folder):
    return load_bundle(folder).digest


def test_the_digest_knows_no_order_no_layout_and_no_folder(tmp_path):
    one = _digest(make_bundle(tmp_path / "a", [PARK, RIVER], RULES))
    other = make_bundle(tmp_path / "deep/b", [RIVER, PARK], RULES[::-1])
    text = (other / "catalogue.yaml").read_text(encoding="utf-8")
    (other / "catalogue.yaml").write_text("# a note\n" + text, encoding="utf-8")
    assert _digest(other) == one


@pytest.mark.parametrize(
    "change",
    [
        lambda f: make_bundle(f, [{**PARK, "accuracy_m": 6}, RIVER], RULES),
        lambda f: make_bundle(f, [PARK, RIVER], [RULES[0], rule("R-2", layer="river", effect="restricted")]),
        lambda f: make_bundle(f, [PARK], RULES[:1]),
        lambda f: (f / "data/park.geojson").write_text((f / "data/park.geojson").read_text() + " "),
        lambda f: (f / "data/park_coverage.geojson").write_text(
            (f / "data/park_coverage.geojson").read_text() + " "
        ),
        lambda f: (f / "data/park.geojson").unlink(),
    ],
)
def test_the_digest_knows_every_change_of_content(tmp_path, change):
    folder = make_bundle(tmp_path, [PARK, RIVER], RULES)
    before = _digest(folder)
    change(folder)
    assert _digest(folder) != before


def test_a_swap_of_two_files_changes_the_digest(tmp_path):
    twin = layer("twin", [zone(square(900, 0), "P1", "core")], classes=["core"])
    folder = make_bundle(tmp_path, [PARK, twin])
    before = _digest(folder)
    one, other = folder / "data/park.geojson", folder / "data/twin.geojson"
    shutil.move(one, folder / "data/x")
    shutil.move(other, one)
    shutil.move(folder / "data/x", other)
    assert _digest(folder) != before


def test_lint_tells_catalogue_rules_and_data_at_once(tmp_path):
    bad = layer("river", [zone(square(500, 0), "R1", "b")], classes=["a"])
    folder = make_bundle(tmp_path, [PARK, bad], [rule("R-1", layer="parc")], distances={"x_m": 1})
    told = [problem.where.split(":")[0] for problem in lint(folder)]
    assert told == ["rules/own.yaml", "river 2025-01 data/river.geojson", "catalogue.yaml distances.x_m"]


def test_lint_tells_an_attribute_that_no_data_have(tmp_path):
    where = [{"attribute": "onwer", "op": "eq", "value": "A"}]
    park = layer("park", [zone(square(0, 0), "P1", "core", owner="A")], classes=["core"])
    folder = make_bundle(tmp_path, [park], [rule("R-1", layer="park", zone_where=where)])
    problem, *examples = lint(folder)
    assert all("example does not agree" in p.hint.en for p in examples)
    assert "have no such attribute" in problem.hint.en
    assert "没有这个属性" in problem.hint.zh
    assert load_bundle(folder).rulebook.rules[0].id == "R-1"


def test_the_command_tells_one_problem_a_line_and_a_tally(tmp_path, capsys):
    good = make_bundle(tmp_path / "good", [PARK], RULES[:1])
    assert main([str(good), "--lang", "en"]) == 0
    assert capsys.readouterr().out == "no problems\n"
    bad = make_bundle(tmp_path / "bad", [{**PARK, "accuracy_m": "5", "kind": "grid"}])
    assert main([str(bad)]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[-1] == "2 个问题"
    assert "须为数字" in lines[1]
    assert main([str(bad), "--lang", "en"]) == 2
    assert "a number is wanted (given: 5; allowed: ≥ 0)" in capsys.readouterr().out


def test_the_command_refuses_a_folder_that_is_no_bundle(tmp_path, capsys):
    write_yaml(tmp_path / "other.yaml", [])
    assert main([str(tmp_path), "--lang", "en"]) == 2
    assert "not a bundle" in capsys.readouterr().err


def test_files_are_read_and_hashed_once(tmp_path, monkeypatch):
    zones = [zone(square(0, 0), "P1", "core")]
    shared = [layer(name, zones, classes=["core"]) for name in ("park", "river")]
    for entry in shared:
        entry["coverage"] = "data/one.geojson"
        entry["_files"]["data/one.geojson"] = entry["_files"].pop(f"data/{entry['id']}_coverage.geojson")
    folder = make_bundle(tmp_path, shared)
    opened = []
    whole = Path.open

    def counting(self, *args, **kwargs):
        opened.append(self.name)
        return whole(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", counting)
    load_bundle(folder)
    # Once to hash, twice to look into: does it follow another source, does it name its CRS.
    assert opened.count("one.geojson") == 3
