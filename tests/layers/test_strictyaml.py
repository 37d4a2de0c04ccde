"""YAML 1.2 scalars, line numbers, and what is refused."""

import time
from datetime import date

import pytest

from layers.strictyaml import Faults, canonical, parse, read_yaml, scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("12", 12),
        ("-3", -3),
        ("007", "007"),
        ("0511", "0511"),
        ("1_000", "1_000"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("1:30", "1:30"),
        ("190:20:30", "190:20:30"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("-0.25", -0.25),
        ("2e3", 2000.0),
        ("00.5", "00.5"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1.2.3", "1.2.3"),
        ("-", "-"),
        ("2025-09-24", date(2025, 9, 24)),
        ("2025-02-30", "2025-02-30"),
        ("2025-09", "2025-09"),
    ],
)
def test_plain_scalars(text, value):
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


def _read(text):
    faults = Faults()
    return parse(text, "x.yaml", faults), [p.line("en") for p in faults], [p.line("zh") for p in faults]


@pytest.mark.parametrize("text", ["a: '12'", 'a: "12"', "a: |-\n  12", "a: >-\n  12"])
def test_quoted_and_block_scalars_are_text(text):
    node, english, _ = _read(text)
    assert node.value["a"].value == "12"
    assert english == []


def test_lines_are_those_of_keys_and_list_entries():
    node, _, _ = _read("# first\na: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\n")
    assert node.value["b"].where == "x.yaml:3"
    assert [item.line for item in node.value["b"].value] == [4, 5]
    assert node.value["b"].value[1].value["d"].line == 6


def test_keys_are_text_whatever_they_look_like():
    node, _, _ = _read("1: a\ntrue: b\non: c\n2025-01-01: d")
    assert list(node.value) == ["1", "true", "on", "2025-01-01"]


@pytest.mark.parametrize(
    ("text", "where", "english", "chinese"),
    [
        ("a: 1\nb: 2\na: 3", "x.yaml:3 a", "duplicate key, already on line 1", "键重复，第 1 行已有"),
        ("a: &x 1", "x.yaml:1", "anchors and aliases are refused", "不支持锚点和别名"),
        ("a: [1]\nb: *a", "x.yaml:2", "anchors and aliases are refused", "不支持锚点和别名"),
        ("a: !!str 1", "x.yaml:1", "type tags are refused", "不支持类型标签"),
        ("b: 1\n<<: {a: 1}", "x.yaml:2", "merge keys are refused", "不支持合并键"),
        ("? [a]\n: 1", "x.yaml:1", "a key must be plain text", "键必须是文字"),
        ("a: 1\n---\nb: 2", "x.yaml:2", "keep one document to a file", "一个文件只放一份文档"),
        ("a: [1, 2", "x.yaml:2", "not valid YAML", "YAML 语法有误"),
        ("a: 1\n\tb: 2", "x.yaml:2", "not valid YAML", "YAML 语法有误"),
        ("a: \x07", "x.yaml", "not valid YAML", "YAML 语法有误"),
        ("[" * 80 + "]" * 80, "x.yaml:1", "nested too deeply", "嵌套过深"),
    ],
)
def test_refused(text, where, english, chinese):
    _, lines, zh = _read(text)
    assert len(lines) == 1
    assert lines[0].startswith(where)
    assert english in lines[0]
    assert chinese in zh[0]


def test_every_duplicate_key_is_told_at_once():
    _, lines, _ = _read("a: 1\na: 2\nb: {c: 1, c: 2}")
    assert len(lines) == 2


@pytest.mark.parametrize("text", ["", "# only a comment\n"])
def test_an_empty_document_is_nothing(text):
    assert _read(text) == (None, [], [])


def test_a_file_that_is_missing_or_not_utf8_is_a_fault(tmp_path):
    faults = Faults()
    assert read_yaml(tmp_path / "no.yaml", "no.yaml", faults) is None
    (tmp_path / "gbk.yaml").write_bytes("名: 一".encode("gb18030"))
    assert read_yaml(tmp_path / "gbk.yaml", "gbk.yaml", faults) is None
    assert [p.hint.en for p in faults] == ["there is no such file", "the file cannot be read"]


def test_a_byte_order_mark_is_passed_over(tmp_path):
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbfa: 1")
    assert read_yaml(tmp_path / "bom.yaml", "bom.yaml", Faults()).value["a"].value == 1


def test_canonical_content_ignores_layout_comments_and_order_of_keys():
    one, _, _ = _read("a: 1\nb: [x, '2']  # note")
    other, _, _ = _read('b:\n- x\n- "2"\na: 1')
    changed, _, _ = _read("b: [x, 2]\na: 1")
    assert canonical(one) == canonical(other)
    assert canonical(one) != canonical(changed)


def test_ten_thousand_lines_need_no_second():
    entry = (
        "- id: R-%d\n  title: {zh: 一, en: one}\n  value: [a, 1, 2.5, 2025-01-01]\n  more: {b: true, c: x}\n"
    )
    text = "".join(entry % n for n in range(2500))
    start = time.process_time()
    node, faults, _ = _read(text)
    # The target is 0.5 s; four times that, in processor time, tells a change of kind, not a busy machine.
    assert time.process_time() - start < 2
    assert (len(node.value), faults) == (2500, [])
