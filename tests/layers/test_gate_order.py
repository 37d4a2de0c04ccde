"""Orders: proposed with what speaks for each line, read strictly once they are edited."""

import re
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path

import pytest

from geo.errors import InputError
from layers.gate.evidence import meanings
from layers.gate.limits import DEFAULTS, LIMIT_NAMES, limits_of
from layers.gate.order import Order, read_order
from layers.gate.propose import propose
from layers.gate.supply import open_supplied
from layers.gate.yaml_text import said
from layers.rulebook import rulebook_sources
from layers.schema import read_schema
from layers.strictyaml import Faults, parse
from tests.gate import deliver, frame, order, squares


@pytest.fixture(scope="module")
def schema():
    source = rulebook_sources().schema
    return read_schema(source.path, source.name, Faults())[0]


def units(**columns):
    ids = [f"ZH510812{n % 3 + 1}000{n}" for n in range(6)]
    words = ["优先保护单元", "重点管控单元", "一般管控单元"] * 2
    table = frame(squares(6)).drop(columns=["BSM", "FQ", "MC"])
    return table.assign(HJGKDYBM=ids, HJGKDYMC=[f"单元{n}" for n in range(6)], ZHGKDYFL=words, **columns)


def proposed(tmp_path, schema, table, name="units.gpkg", **options):
    keys = {key: options.pop(key) for key in ("layer",) if key in options}
    file = deliver(tmp_path, table, name, **options)
    return propose(open_supplied(file, None, None), schema, {}, ("510812",), **keys)


def test_a_proposal_tells_layer_fields_words_and_unit(tmp_path, schema):
    made = proposed(tmp_path, schema, units(XJXZQHDM=["510812"] * 6, MJ=[1.0] * 6, X=range(6)))
    assert made.layer == "env_control_unit"
    fields = {one.ours: one.theirs for one in made.evidence}
    assert fields == {
        "zone_id": "HJGKDYBM", "zone_class": "ZHGKDYFL", "name": "HJGKDYMC", "county_code": "XJXZQHDM",
        "area_declared": "MJ",
    }  # fmt: skip
    assert 'zone_class: {优先保护单元: "1", 重点管控单元: "2", 一般管控单元: "3"}' in made.text
    assert "area_unit: ha" in made.text  # squares of 100 m, one each
    assert "kept under its own name: X" in made.text
    assert "crs: EPSG:4544" in made.text
    line = next(one for one in made.text.splitlines() if one.startswith("  zone_id: HJGKDYBM"))
    assert "6/6, ≠ 6, 'ZH51081210000'" in line
    assert set(made.open) == {
        *("coverage", "edition", "status", "valid_from", "accuracy_m", "authority", "licence"),
        *("synthetic", "source"),
    }  # fmt: skip


def test_a_proposal_is_refused_until_every_question_is_answered(tmp_path, schema):
    made = proposed(tmp_path, schema, units())
    path = tmp_path / "order.yaml"
    path.write_text(made.text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_order(path)
    assert {problem.where.rpartition(" ")[2] for problem in refused.value.problems} == set(made.open)
    answers = {
        "coverage": "{zones: true}", "edition": "'2026'", "status": "draft", "valid_from": "2026-01-01",
        "accuracy_m": "10", "authority": "{zh: 局, en: bureau}", "licence": "none", "synthetic": "true",
        "source": "tests",
    }  # fmt: skip
    text = made.text
    for key, value in answers.items():
        text = re.sub(rf"^{key}: null", f"{key}: {value}", text, flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")
    read = read_order(path)
    assert (read.layer, read.valid_from, read.coverage.zones) == ("env_control_unit", date(2026, 1, 1), True)
    assert read.values["zone_class"]["重点管控单元"] == "2"


def test_names_cut_at_ten_bytes_are_known(tmp_path, schema):
    table = units().rename(columns={"HJGKDYBM": "STHJYSGKFQ", "ZHGKDYFL": "HJYS", "HJGKDYMC": "MC"})
    made = proposed(tmp_path, schema, table, "zones.shp", encoding="gb18030", layer="element_zone")
    (one,) = [e for e in made.evidence if e.ours == "zone_id"]
    assert (one.theirs, "10" in one.why.en) == ("STHJYSGKFQ", True)


def test_a_layer_of_one_class_needs_no_column(tmp_path, schema):
    table = frame(squares(3)).drop(columns="FQ")
    assert "zone_class: {constant: redline}" in proposed(tmp_path, schema, table, layer="eco_redline").text


def test_a_file_that_names_no_crs_leaves_the_question_open(tmp_path, schema):
    table = frame(squares(3)).set_crs(None, allow_override=True)
    made = proposed(tmp_path, schema, table, "a.parquet", layer="eco_redline")
    assert "crs" in made.open
    assert "EPSG:4544" in next(one for one in made.text.splitlines() if one.startswith("crs: null"))
    degrees = proposed(tmp_path, schema, table.set_crs(4544).to_crs(4490).set_crs(None, allow_override=True),
                       "b.parquet", layer="eco_redline")  # fmt: skip
    assert "looks like degrees" in degrees.text


def test_an_unknown_file_proposes_its_own_words(tmp_path, schema):
    table = frame(squares(4)).rename(columns={"BSM": "k", "FQ": "分区", "MC": "t"})
    made = proposed(tmp_path, schema, table, layer="own_layer")
    assert "classes:\n  core: {zh: core, en: core}\n  general:" in made.text
    assert "zone_id: k" in made.text


FAULTS = {
    "an unknown key": ({"fidels": {}}, "unknown key"),
    "no zone_id": ({"fields": {"zone_class": "FQ"}}, "zone_id"),
    "two coverages": ({"coverage": {"keep": True, "zones": True}}, "one only"),
    "no coverage": ({"coverage": {"keep": False}}, "one only"),
    "a status that is none": ({"status": "final"}, "not among the allowed words"),
    "a reversed period": ({"valid_to": date(2020, 1, 1)}, "later than valid_from"),
    "an unknown datum": ({"crs": "unknown"}, "must be known"),
    "a CRS that is none": ({"crs": "EPSG:99999"}, "unknown or unusable"),
    "a repair that is none": ({"repair": "buffer"}, "not among the allowed words"),
    "an area without unit": (
        {"fields": {"zone_id": "BSM", "zone_class": "FQ", "area_declared": "MJ"}}, "needs its unit",
    ),
    "a unit that is none": ({"area_unit": "acre"}, "not among the allowed words"),
    "a path as layer": ({"layer": "../x"}, "wanted form"),
    "a number as edition": ({"edition": 2026}, "quotes"),
}  # fmt: skip


@pytest.mark.parametrize(("keys", "words"), FAULTS.values(), ids=FAULTS)
def test_an_order_is_read_strictly(tmp_path, keys, words):
    with pytest.raises(InputError) as refused:
        read_order(order(tmp_path, **keys))
    (problem,) = refused.value.problems
    assert words in problem.line("en")
    assert problem.line("zh") != problem.line("en")


@pytest.mark.parametrize("text", ["", "[]", "layer: [", "\x00"])
def test_what_is_no_order_is_refused(tmp_path, text):
    path = tmp_path / "order.yaml"
    path.write_text(text)
    with pytest.raises(InputError):
        read_order(path)


def test_words_that_could_be_codes_stay_as_they_are(schema):
    found = meanings(["1", "一级", "二级保护区", "odd"], "zone_class", "drinking_water_zone", schema)
    assert found == {"一级": "1", "二级保护区": "2"}


PLAIN = ["yes", "1", "true", "null", "2026-01-01", "a: b", "中文", "#x", "", " x", "1e3", 1, 2.5, 1e-7, True,
         None, date(2026, 1, 1), {"k": [1, {"zh": "甲"}]}, '"', "\\", "a\nb"]  # fmt: skip


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_what_is_written_reads_back(value):
    node = parse(f"x: {said(value)}\n", "t", Faults())

    def plain(node):
        if isinstance(node.value, dict):
            return {key: plain(item) for key, item in node.value.items()}
        return [plain(item) for item in node.value] if isinstance(node.value, list) else node.value

    assert plain(node.value["x"]) == value


def test_limits_are_overridden_name_by_name():
    assert limits_of() == DEFAULTS
    found = limits_of({"area_fall_share": 0.2, "count_fall_share": 0.3}, {"area_fall_share": 0.1})
    assert (found.area_fall_share, found.count_fall_share, found.gap_share) == (0.1, 0.3, DEFAULTS.gap_share)
    assert len(LIMIT_NAMES) == 14


def test_the_page_tells_every_key_and_every_default():
    page = (Path(__file__).resolve().parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")
    limits = dict(re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", page, flags=re.MULTILINE))
    assert {name: float(value) for name, value in limits.items()} == asdict(DEFAULTS)
    told = set(re.findall(r"`(\w+)`", page))
    assert {one.name for one in fields(Order) if one.name != "where"} <= told
