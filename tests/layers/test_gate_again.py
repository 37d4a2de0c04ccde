"""Thresholds at their exact edges, and what an edition is held against: never what is past or harmed."""

import json
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
import shapely

from geo.compare.change import share_of_old
from geo.model import EditionStatus
from layers.bundle import load_bundle
from layers.editions import StoreError, history
from layers.gate.judge import _beyond, in_force_before
from layers.gate.propose import _current
from layers.gate.run import Permission, import_file, open_gate
from layers.gate.supply import open_supplied
from layers.rulebook import rulebook_sources
from layers.schema import read_schema
from layers.strictyaml import Faults
from scripts import editions, import_layer
from tests.gate import deliver, frame, gate_bundle, imported, order, squares
from tests.geo.world import edition
from tests.layers.test_gate_order import proposed

IN_FORCE = {"status": "in_force", "approval_doc": "渝府〔2026〕1号"}


@pytest.mark.parametrize(
    ("old", "new", "fall", "breaks"),
    [(n, n * 95 // 100, 0.05, False) for n in (20, 60, 100, 140, 700, 1900)]
    + [(n, n * 9 // 10, 0.10, False) for n in (10, 20, 30, 70, 130, 990)]
    + [(20, 18.999, 0.05, True), (30, 26, 0.1, True), (1e9, 0.95e9 * (1 - 1e-12), 0.05, False)],
)
def test_exactly_a_threshold_is_not_beyond_it(old, new, fall, breaks):
    found = list(_beyond("area", None, share_of_old(old, new), fall, 1.0))
    assert bool(found) is breaks


def test_lines_are_judged_by_their_length(tmp_path, capsys):
    lines = [
        (f"R{n}", "core", shapely.LineString([(x, y), (x + 900, y)])) for n, (x, y) in enumerate(starts())
    ]
    root = gate_bundle(tmp_path, lines)
    shorter = [
        (one, code, shapely.LineString([*shape.coords[:1], shape.interpolate(700)]))
        for one, code, shape in lines
    ]
    file = deliver(tmp_path, frame(shorter[:1] + lines[1:]), "a.gpkg")
    told = imported(
        capsys, root, file, order(tmp_path), "--approval-doc", "7"
    )  # a number alone accepts nothing
    assert (told.code, told.report["breaks"][0]["limit"]) == (1, "length_fall_share")
    assert "core: length of lines falls -5.56 % (threshold -5 %)" in told.out
    assert "3600.0 米</span>" in (told.place / "report.html").read_text(encoding="utf-8")
    assert told.report["diff"]["zones"][0]["lost_m"] == pytest.approx(200, abs=0.05)


def starts():
    origin = shapely.get_coordinates(squares(1)[0][2]).min(axis=0)
    return [(origin[0], origin[1] + 300 * n) for n in range(4)]


def test_twice_as_much_is_not_more_than_twice():
    assert not list(_beyond("area", None, share_of_old(3.0, 6.0), 0.05, 1.0))
    assert list(_beyond("area", None, share_of_old(3.0, 6.001), 0.05, 1.0))


def test_the_second_of_two_importers_is_told_that_its_comparison_is_past(tmp_path):
    root = gate_bundle(tmp_path)
    gates = [open_gate(root), open_gate(root)]
    found = []
    for gate, count, name in zip(gates, (39, 20), "AB", strict=True):
        file = deliver(tmp_path, frame(squares(count)), f"{name}.gpkg")
        made = order(tmp_path, name=f"{name}.yaml", edition=name, valid_from=date(2026, 1, 1), **IN_FORCE)
        found.append((gate, open_supplied(file, None, None), made))
    assert import_file(*found[0], Permission()).found.decision == "accepted"
    with pytest.raises(StoreError, match="out of date"):
        import_file(*found[1], Permission())
    assert len(history(root)) == 2


EDITIONS = (
    ("2026", 2026, "in_force"),
    ("d", 2025, "draft"),
    ("2023", 2023, "in_force"),
    ("2021", 2021, "in_force"),
)


@pytest.mark.parametrize(
    ("name", "year", "against"),
    [
        *(("new", 2027, "2026"), ("new", 2026, "2026"), ("new", 2024, "2023"), ("new", 2022, "2021")),
        *(("new", 2020, "2021"), ("2026", 2026, "2023")),
    ],
)
def test_history_is_filled_in_beside_what_was_in_force_then(name, year, against):
    held = [
        replace(edition([]), edition=one, valid_from=date(y, 1, 1), status=EditionStatus(status))
        for one, y, status in EDITIONS
    ]
    found = in_force_before(SimpleNamespace(editions=held), name, date(year, 1, 1))
    assert found is not None
    assert found.edition == against
    drafts = [one for one in held if one.edition == "d"]
    assert in_force_before(SimpleNamespace(editions=drafts), "new", date(2020, 1, 1)) is drafts[0]
    assert in_force_before(None, "new", date(2020, 1, 1)) is None


def test_the_proposal_repeats_the_newest_edition_in_force():
    specs = [
        SimpleNamespace(edition=n, valid_from=date(y, 1, 1), status=EditionStatus(s)) for n, y, s in EDITIONS
    ]
    assert _current(SimpleNamespace(editions=specs[::-1])).edition == "2026"
    assert _current(SimpleNamespace(editions=specs[1:2])).edition == "d"
    assert _current(None) is None


def test_a_draft_is_held_against_what_is_in_force_by_now(tmp_path, capsys):
    root = gate_bundle(tmp_path)
    draft = order(tmp_path, edition="d", status="draft", approval_doc="1")
    assert imported(capsys, root, deliver(tmp_path, frame(squares(20))), draft).code == 0
    grown = deliver(tmp_path, frame(squares(39)), "grown.gpkg")
    assert imported(capsys, root, grown, order(tmp_path, **IN_FORCE)).code == 0
    words = ["--lang", "en", "accept", str(root), "park=d", "--valid-from", "2026-06-01"]
    assert editions.main(words) == 2
    assert "area_fall_share -48.72 %" in capsys.readouterr().err
    assert len(history(root)) == 3
    assert editions.main([*words, "--approval-doc", "2"]) == 0
    assert "! number of zones falls -48.72 %" in capsys.readouterr().out
    edition = next(e for e in load_bundle(root).layers["park"].editions if e.edition == "d")
    assert any("count_fall_share -48.72 %" in remark.en for remark in edition.remarks)


def test_nothing_is_compared_with_an_edition_that_is_harmed(tmp_path, capsys):
    root = gate_bundle(tmp_path)
    (root / "data/park.geojson").write_text("{")
    cover = root / "data/park_coverage.geojson"
    made = order(tmp_path, coverage={"file": str(cover)})
    told = imported(capsys, root, deliver(tmp_path, frame(squares(2))), made)
    assert told.code == 1
    assert [one["limit"] for one in told.report["breaks"]] == ["against"]
    assert "2025-01" in told.out
    assert "无从比较" in (told.place / "report.html").read_text(encoding="utf-8")


def test_entry_lists_keep_their_format(tmp_path, capsys):
    root = gate_bundle(tmp_path)
    (tmp_path / "lists.csv").write_text(
        "clause_id,unit_code,dimension,verb,text,industry_match,level,doc,certainty\n"
    )
    told = imported(
        capsys, root, deliver(tmp_path, frame(squares())), order(tmp_path, clauses={"file": "lists.csv"})
    )
    assert "cannot be read" not in json.dumps(told.report["notes"])
    assert (told.place / "clauses.csv").is_file()


def test_words_beyond_a_list_are_told(tmp_path):
    source = rulebook_sources().schema
    schema, _ = read_schema(source.path, source.name, Faults())
    rows = [(f"N{n}", f"词{n}", shape) for n, (_, _, shape) in enumerate(squares(50))]
    made = proposed(tmp_path, schema, frame(rows), layer="nature")
    line = next(one for one in made.text.splitlines() if one.startswith("classes: null"))
    assert "FQ 有 50 种值" in line
    assert "50 different values, more than 40" in line


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_the_disk_refuses_is_told_in_one_line(tmp_path, capsys, lang):
    root = gate_bundle(tmp_path)
    file = deliver(tmp_path, frame(squares()))
    words = [str(file), "--bundle", str(root), "--lang", lang, "--propose", str(tmp_path / "no/order.yaml")]
    assert import_layer.main(words) == 2
    told = capsys.readouterr().err
    assert told.startswith("文件无法读写" if lang == "zh" else "a file cannot be read or written")
    words = [
        "--lang",
        lang,
        "diff",
        str(root),
        "park=2025-01",
        "park=2025-01",
        "-o",
        str(tmp_path / "no/a.csv"),
    ]
    assert editions.main(words) == 2
    assert ("文件无法读写" if lang == "zh" else "a file cannot") in capsys.readouterr().err
