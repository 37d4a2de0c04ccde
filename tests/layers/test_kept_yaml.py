"""Shipped YAML is read once and taken up again: the same nodes, and never what is damaged or another's."""

import sys
from pathlib import Path

import pytest

from layers import kept_yaml
from layers.kept_yaml import read_rules
from layers.strictyaml import Faults, Node, canonical

TEXT = (
    "- {id: A, day: 2026-08-15, date: [1, 2.5, true, null], words: {zh: 一, en: 'on'}}\n- {id: B, date: x}\n"
)


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept_yaml, "_SHIPPED", tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "rules.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def read(path: Path) -> Node:
    faults = Faults()
    node = read_rules(path, "rules.yaml", faults)
    assert node is not None
    assert not len(faults)
    return node


def told(node: Node) -> object:
    """Everything a node holds, with lines and types."""
    value = node.value
    if isinstance(value, dict):
        return node.line, {key: told(item) for key, item in value.items()}
    if isinstance(value, list):
        return node.line, [told(item) for item in value]
    return node.line, type(value).__name__, value, node.file


def kept(path: Path) -> list[Path]:
    return sorted((path.parent / "__pycache__").glob("*.json"))


def test_what_is_taken_up_is_what_was_read(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read(shipped)
    assert len(kept(shipped)) == 1
    monkeypatch.setattr(kept_yaml, "parse", pytest.fail)
    again = read(shipped)
    assert told(again) == told(first)
    assert canonical(again) == canonical(first)


def test_another_text_is_read_and_replaces_the_old(shipped: Path) -> None:
    read(shipped)
    before = kept(shipped)
    shipped.write_text(TEXT.replace("id: A", "id: C"), encoding="utf-8")
    assert read(shipped).value[0].value["id"].value == "C"
    assert len(kept(shipped)) == 1
    assert kept(shipped) != before


@pytest.mark.parametrize("damage", [b"", b"[1", b"{}", b"[1, 2, 3]", b'[1, {"a": 5}]'])
def test_what_is_damaged_is_read_again(shipped: Path, damage: bytes) -> None:
    first = read(shipped)
    kept(shipped)[0].write_bytes(damage)
    assert told(read(shipped)) == told(first)


def test_a_text_with_faults_is_not_kept(shipped: Path) -> None:
    shipped.write_text("- {id: A, id: B}\n", encoding="utf-8")
    faults = Faults()
    read_rules(shipped, "rules.yaml", faults)
    assert len(faults) == 1
    assert not kept(shipped)


def test_files_of_others_are_not_kept_nor_believed(tmp_path: Path, shipped: Path) -> None:
    read(shipped)
    other = tmp_path.parent / f"{tmp_path.name}-bundle"
    (other / "__pycache__").mkdir(parents=True)
    (other / "rules.yaml").write_text(TEXT.replace("id: A", "id: X"), encoding="utf-8")
    (other / "__pycache__" / kept(shipped)[0].name).write_bytes(kept(shipped)[0].read_bytes())
    assert read(other / "rules.yaml").value[0].value["id"].value == "X"
    assert len(kept(other / "rules.yaml")) == 1, "nothing was added"


def test_where_bytecode_may_not_be_written_nothing_is_kept(
    shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    read(shipped)
    assert not kept(shipped)
