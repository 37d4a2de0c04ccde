"""Tables of keys: every fault at once, with its place, what is allowed and a guess."""

from datetime import date

import pytest

from geo.model import Op, Text
from layers.keytable import (
    BAD,
    Key,
    both,
    choice,
    day,
    flag,
    integer,
    list_of,
    mapping_of,
    matching,
    number,
    one_of,
    one_or_many,
    scalar,
    table,
    text,
)
from layers.strictyaml import Faults, parse


def _value(read, source):
    faults = Faults()
    node = parse(f"k: {source}", "x.yaml", Faults()).value["k"]
    return read(node, "k", faults), list(faults)


@pytest.mark.parametrize(
    ("read", "source", "value"),
    [
        (text, "abc", "abc"),
        (text, "'12'", "12"),
        (both, "{zh: 一, en: one}", Text("一", "one")),
        (number(), "3", 3.0),
        (number(0, 1), "0.5", 0.5),
        (integer(1), "2", 2),
        (flag, "true", True),
        (day, "2025-01-02", date(2025, 1, 2)),
        (scalar, "false", False),
        (one_of("a", "b"), "b", "b"),
        (choice(Op), "not_in", Op.NOT_IN),
        (matching(r"\d\d", "two digits"), "'51'", "51"),
        (list_of(text), "[a, b]", ("a", "b")),
        (list_of(text), "[]", ()),
        (one_or_many(text), "a", ("a",)),
        (one_or_many(text), "[a, b]", ("a", "b")),
        (mapping_of(number()), "{a: 1}", {"a": 1.0}),
    ],
)
def test_good_values(read, source, value):
    assert _value(read, source) == (value, [])


@pytest.mark.parametrize(
    ("read", "source", "given", "english", "chinese"),
    [
        (text, "12", "12", "text is wanted: put it in quotes", "请加引号"),
        (text, "true", "true", "put it in quotes", "请加引号"),
        (text, "2025-01-01", "2025-01-01", "put it in quotes", "请加引号"),
        (text, "' '", " ", "text is wanted", "须为文字"),
        (text, "[a]", "[…]", "text is wanted", "须为文字"),
        (both, "abc", "abc", "a mapping", "须为映射"),
        (both, "{zh: 一}", "—", "required key en is missing", "缺少必填键 en"),
        (number(), "'3'", "3", "a number is wanted", "须为数字"),
        (number(), "true", "true", "a number is wanted", "须为数字"),
        (number(), "1e999", "inf", "a number is wanted", "须为数字"),
        (number(0), "-1", "-1", "out of range", "超出范围"),
        (integer(1), "0", "0", "whole number", "整数"),
        (integer(1), "1.5", "1.5", "whole number", "整数"),
        (flag, "yes", "yes", "true or false is wanted", "true 或 false"),
        (day, "'2025-01-01'", "2025-01-01", "a date is wanted, without quotes", "不加引号"),
        (day, "2025-02-30", "2025-02-30", "a date is wanted", "须为日期"),
        (scalar, "2025-01-01", "2025-01-01", "a single value", "单个值"),
        (one_of("vector", "raster"), "vectro", "vectro", "did you mean vector?", "是否为 vector？"),
        (choice(Op), "equals", "equals", "not among the allowed words", "不在允许值之中"),
        (matching(r"\d\d", "two digits"), "'5'", "5", "wanted form", "格式不符"),
        (list_of(text), "a", "a", "a list", "须为列表"),
        (list_of(text, least=1), "[]", "[…]", "too few", "项数不足"),
        (mapping_of(text), "[a]", "[…]", "a mapping", "须为映射"),
        (mapping_of(text, least=1), "{}", "{…}", "may not be empty", "不能为空"),
    ],
)
def test_wrong_values(read, source, given, english, chinese):
    value, faults = _value(read, source)
    assert value is BAD
    assert len(faults) == 1
    assert faults[0].given == given
    assert english in faults[0].hint.en
    assert chinese in faults[0].hint.zh
    assert faults[0].where.startswith("x.yaml:1 k")


def test_a_table_tells_every_fault_with_its_line():
    read = table(
        [Key("id", text, required=True), Key("size", number(), default=1.0), Key("kind", one_of("a", "b"))]
    )
    faults = Faults()
    row = read(parse("idd: x\nsize: big\nkind: c\n", "x.yaml", Faults()), "row", faults)
    told = [(p.where, p.hint.en) for p in faults]
    assert told == [
        ("x.yaml:1 row.idd", "unknown key: did you mean id?"),
        ("x.yaml:1 row.id", "the required key id is missing"),
        ("x.yaml:2 row.size", "a number is wanted"),
        ("x.yaml:3 row.kind", "not among the allowed words"),
    ]
    assert not row.ok


def test_an_empty_value_is_as_if_it_were_not_written():
    read = table([Key("id", text, required=True), Key("end", day)])
    faults = Faults()
    row = read(parse("id: a\nend:\n", "x.yaml", Faults()), "", faults)
    assert (row.ok, row["end"], row.has("end"), len(faults)) == (True, None, False, 0)
