"""The rulebook is read once and taken up again: the same, and never what is damaged or another's."""

import sys
from pathlib import Path

import pytest

from layers import kept_rulebook, rulebook
from layers.rulebook import SHIPPED, Source, read_rulebook, rulebook_sources
from layers.strictyaml import Faults
from tests import builders

RULE = """
- id: T-1
  title: {zh: 一, en: one}
  layers: [eco_redline]
  relation: overlaps
  effect: forbid
  certainty: A
  basis: []
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(rulebook, "key_of", kept_rulebook.key_of)
    monkeypatch.setattr(kept_rulebook, "_FOLDER", tmp_path / "kept")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "kept"


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.rulebook"))


def test_what_is_taken_up_is_what_was_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read_rulebook(rulebook_sources(), Faults())
    assert len(kept(folder)) == len([*folder.iterdir()]) == 1
    monkeypatch.setattr(rulebook, "read_rules", pytest.fail)
    again = read_rulebook(rulebook_sources(), Faults())
    assert again == first
    assert repr(again[0].rules) == repr(first[0].rules)
    monkeypatch.undo()


def test_what_is_damaged_is_read_again(folder: Path) -> None:
    sources = rulebook_sources(None)
    first = read_rulebook(sources, Faults())
    [place] = kept(folder)
    whole = place.read_bytes()
    for damage in (b"", whole[:40], whole[:-1], whole[:-1] + b"x", b"x" * 32 + whole[32:]):
        place.write_bytes(damage)
        assert read_rulebook(sources, Faults()) == first
        assert place.read_bytes() == whole


def test_whatever_it_is_made_of_makes_another(folder: Path, tmp_path: Path) -> None:
    facts = tmp_path / "facts.yaml"
    facts.write_text("[]\n", encoding="utf-8")
    read_rulebook(rulebook_sources(None), Faults())
    read_rulebook(rulebook_sources(None), Faults(), classes={"a": ("1",)})
    read_rulebook(rulebook_sources(None), Faults(), classes={"a": ("1", "2")})
    read_rulebook(rulebook_sources(None, beside=tmp_path), Faults())
    facts.write_text("# another\n[]\n", encoding="utf-8")
    read_rulebook(rulebook_sources(None, beside=tmp_path), Faults())
    assert len(kept(folder)) == 5


def test_the_code_is_part_of_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [("rules", "x", SHIPPED / "schema.yaml")]
    before = kept_rulebook.key_of(files, {})
    monkeypatch.setattr(kept_rulebook, "own_code", lambda: b"another")
    assert kept_rulebook.key_of(files, {}) != before
    monkeypatch.undo()
    others = [("rules", "y", files[0][2]), ("eia", "x", files[0][2]), ("rules", "x", SHIPPED / "facts.yaml")]
    assert len({before, *(kept_rulebook.key_of([other], {}) for other in others)}) == 4
    assert kept_rulebook.key_of([*files, *files], {}) != before
    assert kept_rulebook.key_of([("rules", "x", SHIPPED / "nothing.yaml")], {}) is None


def test_faults_and_advice_are_told_each_time(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(RULE, encoding="utf-8")
    sources = rulebook_sources(None, extra=[Source(path, "own.yaml")])
    told = []
    for _ in range(2):
        faults = Faults()
        read_rulebook(sources, faults)
        told.append(faults.with_advice())
    assert told[0] == told[1] != ()
    assert not kept(folder)


def test_advice_alone_is_told_each_time(folder: Path, tmp_path: Path) -> None:
    asked = builders.rule("T-1", layer="eco_redline", effect="phase_out", basis=["test-law-1"])
    path = builders.write_yaml(tmp_path / "own.yaml", [asked])
    builders.write_yaml(tmp_path / "basis.yaml", [builders.basis()])
    sources = rulebook_sources(None, beside=tmp_path, extra=[Source(path, "own.yaml")])
    for _ in range(2):
        faults = Faults()
        read_rulebook(sources, faults)
        assert (len(faults), len(faults.advice)) == (0, 1)
    assert not kept(folder)


def test_only_the_last_are_kept(folder: Path) -> None:
    for number in range(12):
        read_rulebook(rulebook_sources(None), Faults(), classes={"a": (str(number),)})
    assert len(kept(folder)) == 8
    read_rulebook(rulebook_sources(None), Faults(), classes={"a": ("11",)})
    assert len(kept(folder)) == 8


def test_where_python_writes_no_bytecode_nothing_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    read_rulebook(rulebook_sources(None), Faults())
    assert not folder.exists()
