"""Entry lists from files: every row is checked, every fault told, nothing dropped unsaid."""

import csv

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from geo.model import Certainty, ClauseLevel, ClauseVerb
from layers.bundle import load_bundle
from layers.clauses import COLUMNS, REQUIRED, clauses_of_rows
from layers.strictyaml import Faults
from tests.builders import layer, make_bundle, square, zone

UNITS = "env_control_unit"
WEST, EAST = "ZH51081220001", "ZH51081230002"
ROW = {
    "clause_id": "c1",
    "unit_code": WEST,
    "dimension": 1,
    "verb": "禁止",
    "text": "禁止新建化工项目",
    "industry_match": "CHEM;C26、2511",
    "level": "unit",
    "doc": "示范清单",
    "article": "1",
    "certainty": "B",
}


def _edition(folder, *rows, name="entry_clause.csv", columns=COLUMNS):
    zones = [zone(square(0, 0), WEST, "2"), zone(square(100, 0), EAST, "3")]
    units = layer(UNITS, zones, classes=["1", "2", "3"], clauses=f"data/{name}")
    bundle = make_bundle(folder, [units])
    path = bundle / "data" / name
    if name.endswith(".csv"):
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.DictWriter(stream, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
    else:
        pq.write_table(pa.Table.from_pylist(list(rows)), path)
    return load_bundle(bundle).layers[UNITS].editions[0]


def test_a_row_becomes_a_clause(tmp_path):
    edition = _edition(tmp_path, ROW, {**ROW, "clause_id": "c2", "verb": "要求", "industry_match": "ANY"})
    first, second = edition.clauses
    assert edition.faults == ()
    assert (first.id, first.scope, first.level, first.verb) == (
        "c1",
        WEST,
        ClauseLevel.UNIT,
        ClauseVerb.PROHIBIT,
    )
    assert (first.dimension, first.names, first.certainty) == (1, ("CHEM", "26", "2511"), Certainty.B)
    assert (first.text, first.doc, first.article) == (ROW["text"], "示范清单", "1")
    assert (second.verb, second.names) == (ClauseVerb.REQUIRE, ("ANY",))


def test_parquet_may_hold_lists_and_lack_what_is_optional(tmp_path):
    row = {**{k: v for k, v in ROW.items() if k in REQUIRED}, "industry_match": ["CHEM", "26"]}
    (clause,) = _edition(tmp_path, row, name="entry_clause.parquet").clauses
    assert (clause.names, clause.article, clause.unit_class) == (("CHEM", "26"), "", None)


@pytest.mark.parametrize(
    ("level", "given", "scope"),
    [
        ("province", "51", "51"),
        ("province", "510000", "51"),
        ("city", "5108", "5108"),
        ("city", "510800", "5108"),
        ("city", "500152", "500152"),
    ],
)
def test_places_are_prefixes(tmp_path, level, given, scope):
    wide = {**ROW, "level": level, "unit_code": given, "unit_class": "2", "unit_subtype": "urban"}
    edition = _edition(tmp_path, wide)
    (clause,) = edition.clauses
    assert edition.faults == ()
    assert (clause.scope, clause.unit_class, clause.unit_subtype) == (scope, "2", "urban")


@pytest.mark.parametrize(
    ("keys", "given", "english", "chinese"),
    [
        ({"clause_id": ""}, "—", "clause_id is missing", "缺少 clause_id"),
        ({"text": " "}, "—", "text is missing", "缺少 text"),
        ({"doc": ""}, "—", "doc is missing", "缺少 doc"),
        ({"dimension": 5}, "5", "from 1 to 4", "类别须为 1–4"),
        ({"dimension": ""}, "—", "dimension is missing", "缺少 dimension"),
        ({"verb": "禁建"}, "禁建", "not among the allowed words", "不在允许值之中"),
        ({"level": "county"}, "county", "not among the allowed words", "不在允许值之中"),
        ({"certainty": "E"}, "E", "not among the allowed words", "不在允许值之中"),
        (
            {"industry_match": "CHEMISTRY"},
            "CHEMISTRY",
            "no such activity, group or industry",
            "没有这个项目类型",
        ),
        ({"industry_match": "26111"}, "26111", "no such activity, group or industry", "行业代码"),
        ({"unit_code": "ZH51081220009"}, "ZH51081220009", "did you mean", "没有这个管控单元"),
        ({"level": "city"}, WEST, "code of the place", "行政区代码"),
        ({"level": "province", "unit_code": "5108"}, "5108", "code of the place", "行政区代码"),
        ({"level": "city", "unit_code": "51"}, "51", "code of the place", "行政区代码"),
        ({"unit_class": "2"}, "unit_class: 2", "province and city only", "省级、市级条款"),
        (
            {"level": "city", "unit_code": "5108", "unit_class": "4"},
            "unit_class: 4",
            "a value that the layer has",
            "图层已有的值",
        ),
    ],
)
def test_a_bad_row_is_a_fault_and_the_others_stand(tmp_path, keys, given, english, chinese):
    edition = _edition(tmp_path, {**ROW, "clause_id": "good"}, {**ROW, **keys})
    (fault,) = edition.faults
    assert (given in fault.given, english in fault.hint.en, chinese in fault.hint.zh) == (True,) * 3, fault
    assert "entry_clause.csv" in fault.where
    assert [clause.id for clause in edition.clauses] == ["good"]


def test_every_row_is_told(tmp_path):
    faults = _edition(tmp_path, {**ROW, "verb": "x"}, {**ROW, "dimension": 9, "level": "y"}, ROW, ROW).faults
    assert [fault.given for fault in faults] == ["x", "y", "9", "c1"]
    assert ["#1" in faults[0].where, "#2" in faults[1].where, "#4" in faults[3].where] == [True] * 3


def test_units_of_other_counties_are_remarked(tmp_path):
    edition = _edition(tmp_path, ROW, {**ROW, "clause_id": "c2", "unit_code": "ZH51081120001"})
    assert edition.faults == ()
    assert [clause.id for clause in edition.clauses] == ["c1"]
    assert any(
        "1 clauses are of counties beyond this layer" in r.en and "c2" in r.en for r in edition.remarks
    )


def test_a_table_without_its_columns_is_a_fault(tmp_path):
    edition = _edition(tmp_path, ROW, columns=[name for name in COLUMNS if name not in {"doc", "level"}])
    (fault,) = edition.faults
    assert fault.allowed == "level, doc"
    assert "lacks columns" in fault.hint.en
    assert edition.clauses is None


def test_a_file_that_is_no_table_is_a_fault(tmp_path):
    folder = make_bundle(
        tmp_path, [layer(UNITS, [zone(square(0, 0), WEST, "2")], classes=["2"], clauses="data/c.parquet")]
    )
    (folder / "data" / "c.parquet").write_bytes(b"PAR1 but not really")
    edition = load_bundle(folder).layers[UNITS].editions[0]
    assert any("cannot be read" in fault.hint.en for fault in edition.faults)
    assert edition.clauses is None


def test_the_table_is_part_of_the_digest(tmp_path):
    def digest(folder, row):
        _edition(folder, row)
        return load_bundle(folder).digest

    assert digest(tmp_path / "a", ROW) == digest(tmp_path / "b", ROW)
    assert digest(tmp_path / "a", ROW) != digest(tmp_path / "c", {**ROW, "text": "禁止新建石化项目"})


OWN = [
    {},
    {"clause_id": " c "},
    {"clause_id": 7},
    {"clause_id": 7.0},
    {"clause_id": float("nan")},
    {"clause_id": "  "},
    {"unit_code": EAST + " "},
    {"unit_code": None},
    {"text": ""},
    {"text": True},
    {"article": None},
    {"article": " 3 "},
    {"article": 3.5},
    {"level": "city", "unit_code": "5108"},
    {"level": "city", "unit_code": "nowhere"},
    {"verb": "ban"},
    {"certainty": "A"},
    {"unit_class": "2"},
    {"industry_match": "CHEM;NOBODY"},
    {"industry_match": None},
]


@pytest.mark.parametrize(
    ("shared", "odd"),
    [
        ({}, {}),
        ({"dimension": "1"}, {}),
        ({}, {"dimension": True}),
        ({}, {"dimension": 1.0}),
        ({"dimension": 1.0}, {}),
        ({"industry_match": ["CHEM"]}, {}),
    ],
)
def test_rows_that_are_alike_are_read_as_each_alone(shared, odd):
    words = {"CHEM"}
    cells = [*OWN, odd, *OWN[::-1]]
    rows = [{**ROW, "clause_id": f"c{n}", **shared, **own} for n, own in enumerate(cells)]
    faults, together, alone = Faults(), [], []
    read = clauses_of_rows(rows, None, words, "t", faults)
    for number, row in enumerate(rows, start=1):
        own = Faults()
        one = clauses_of_rows([row], None, words, "t", own)
        together += [clause for clause in one.clauses if clause.id not in {c.id for c in together}]
        alone += [p.where.replace("#1", f"#{number}") for p in own]
    assert list(read.clauses) == together
    assert [p.where for p in faults if p.allowed != "clause_id ×1"] == alone
    assert len(faults) > len(alone)  # each odd id came twice


def test_many_clauses_of_units_that_are_not_there_are_all_told(tmp_path):
    rows = [{**ROW, "clause_id": f"u{n}", "unit_code": f"ZH510812{n:05}"} for n in range(60)]
    edition = _edition(tmp_path, ROW, *rows)
    assert [c.id for c in edition.clauses] == ["c1"]
    assert len([p for p in edition.faults if "没有这个管控单元" in p.hint.zh]) == 60
