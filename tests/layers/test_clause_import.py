"""Workbooks of entry lists: headings and aliases, merged cells, references, what is refused and why."""

import csv

import openpyxl
import pyarrow.parquet as pq
import pytest

from layers.bundle import load_bundle
from scripts.import_clauses import main
from tests.builders import layer, make_bundle, square, zone

UNIT, OTHER = "ZH51081220001", "ZH51081220002"
HEAD = (
    "管控单元编码",
    "管控单元名称",
    "类别",
    "管控要求类型",
    "管控要求",
    "行业/适用活动",
    "层级",
    "文件",
    "条款",
)


def _book(path, rows, *, head=HEAD, merged=(), title="广元市生态环境准入清单"):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "清单"
    sheet.append([title])
    sheet.append(list(head))
    for row in rows:
        sheet.append(list(row))
    for area in merged:
        sheet.merge_cells(area)
    book.create_sheet("说明").append(["填表说明"])
    book.save(path)
    return path


def _import(tmp_path, rows, *options, **keys):
    book, out = _book(tmp_path / "清单.xlsx", rows, **keys), tmp_path / "entry_clause.parquet"
    code = main([str(book), "-o", str(out), *options])
    return code, pq.read_table(out).to_pylist()


def test_rows_become_clauses(tmp_path, capsys):
    rows = [
        (
            "510000",
            "",
            "空间布局约束",
            "禁止开发建设活动的要求",
            "禁止新建钢铁项目",
            "钢铁冶炼、C26",
            "省级",
            "川府发1号",
            "第十二条",
        ),
        (UNIT, "甲", "污染物排放管控", "允许排放量要求", "新增源倍量替代", "工业", "单元", "", ""),
        (UNIT, "甲", "环境风险防控", "其他", "设置应急池", "所有项目", "", "", 3),
        (UNIT, "甲", "资源利用效率", "", "限制开发建设活动的要求：限制新建水电站", "HYDRO", "单元级", "", ""),
    ]
    code, made = _import(tmp_path, rows, "--certainty", "A")
    assert code == 0
    told = [(r["unit_code"], r["dimension"], r["verb"], r["industry_match"], r["level"]) for r in made]
    assert told == [
        ("510000", 1, "禁止", "STEEL;26", "province"),
        (UNIT, 2, "要求", "INDUSTRY", "unit"),
        (UNIT, 3, "要求", "ANY", "unit"),
        (UNIT, 4, "限制", "HYDRO", "unit"),
    ]
    assert [(r["doc"], r["article"], r["certainty"]) for r in made] == [
        ("川府发1号", "12", "A"),
        ("清单", None, "A"),
        ("清单", "3", "A"),
        ("清单", None, "A"),
    ]
    said = capsys.readouterr().err
    assert "写入 4 条，退回 0 行" in said
    assert "未使用的列：管控单元名称" in said
    assert "工作表「说明」没有清单表头" in said


def test_merged_cells_hold_for_all_their_rows(tmp_path):
    rows = [
        (UNIT, "甲", "空间布局约束", "禁止", "禁止新建化工项目", "化工项目", "单元", "文", 1),
        (None, None, None, "限制", "限制畜禽养殖", "畜禽养殖", None, None, 2),
        (OTHER, "乙", "空间布局约束", "允许", "允许种植业", "种植业", "单元", "文", 1),
    ]
    _, made = _import(tmp_path, rows, merged=("A3:A4", "B3:B4", "C3:C4", "G3:G4", "H3:H4", "A1:I1"))
    assert [(r["unit_code"], r["verb"], r["industry_match"]) for r in made] == [
        (UNIT, "禁止", "CHEM"),
        (UNIT, "限制", "LIVESTOCK"),
        (OTHER, "允许", "FARM"),
    ]


@pytest.mark.parametrize(
    "head",
    [
        ("HJGKDYBM", "", "维度", "管控类型", "准入要求", "适用行业", "清单层级", "文件名称", "条款号"),
        ("单元编码", "", "清单类别", "小类", "条文（原文）", "适用活动", "级别", "来源", "条"),
        ("unit_code", "", "dimension", "verb", "text", "industry_match", "level", "doc", "article"),
    ],
)
def test_headings_have_aliases(tmp_path, head):
    _, (made,) = _import(tmp_path, [(UNIT, "", 1, "禁止", "禁止", "26", "单元", "文", 1)], head=head)
    assert (made["verb"], made["industry_match"], made["doc"], made["article"]) == ("禁止", "26", "文", "1")


def test_references_to_lists_above_are_expanded(tmp_path):
    head = (*HEAD, "单元分类")
    rows = [
        ("510800", "", "空间布局约束", "禁止", "禁止甲", "化工项目", "市级", "市清单", 1, "重点"),
        ("510800", "", "空间布局约束", "限制", "限制乙", "畜禽养殖", "市级", "市清单", 2, "重点"),
        ("510800", "", "空间布局约束", "限制", "限制丙", "宾馆", "市级", "市清单", 2, "优先"),
        ("510800", "", "污染物排放管控", "要求", "要求丁", "工业", "市级", "市清单", 3, "城镇重点"),
        (
            UNIT,
            "",
            "空间布局约束",
            "",
            "执行重点管控单元市级总体要求第1条、第二至三条",
            "",
            "单元",
            "",
            "",
            "",
        ),
    ]
    code, made = _import(tmp_path, rows, head=head)
    copies = [r for r in made if r["unit_code"] == UNIT]
    assert code == 0
    assert [(r["text"], r["verb"], r["level"], r["doc"], r["unit_class"]) for r in copies] == [
        ("禁止甲", "禁止", "unit", "市清单", None),
        ("限制乙", "限制", "unit", "市清单", None),
        ("要求丁", "要求", "unit", "市清单", None),
    ]
    assert made[3]["unit_subtype"] == "urban"


def test_a_city_that_is_a_province_is_referred_to_as_a_city(tmp_path):
    rows = [
        ("500000", "", "空间布局约束", "禁止", "禁止甲", "化工项目", "市级", "市清单", 7),
        ("ZH50015220001", "", "空间布局约束", "", "执行重点管控单元市级总体要求第7条", "", "单元", "", ""),
    ]
    code, made = _import(tmp_path, rows)
    assert (code, [r["level"] for r in made], made[1]["text"]) == (0, ["province", "unit"], "禁止甲")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ((UNIT, "", "空间布局约束", "禁止", "", "化工项目", "单元", "文", 1), "没有管控要求"),
        ((UNIT, "", "空间布局约束", "", "不得乱来", "化工项目", "单元", "文", 1), "看不出管控要求类型"),
        ((UNIT, "", "空间布局约束", "禁止", "禁止", "化工顶目", "单元", "文", 1), "是否为 化工项目？"),
        ((UNIT, "", "其他类别", "禁止", "禁止", "化工项目", "单元", "文", 1), "类别须为 1–4"),
        (("", "", "空间布局约束", "禁止", "禁止", "化工项目", "单元", "文", 1), "缺少 unit_code"),
        ((UNIT, "", "空间布局约束", "", "执行市级总体要求第9条", "", "单元", "文", 1), "第9条"),
        ((UNIT, "", "空间布局约束", "", "执行市级总体要求", "", "单元", "文", 1), "未写明条款号"),
    ],
)
def test_a_row_that_cannot_be_taken_is_reported(tmp_path, capsys, row, why):
    good = (UNIT, "", "空间布局约束", "禁止", "禁止新建化工项目", "化工项目", "单元", "文", 1)
    code, made = _import(tmp_path, [good, row], "--failures", str(tmp_path / "refused.csv"))
    assert (code, len(made)) == (1, 1)
    assert why in capsys.readouterr().out
    with (tmp_path / "refused.csv").open(encoding="utf-8") as stream:
        ((where, told, _),) = list(csv.reader(stream))[1:]
    assert (where, why in told) == ("清单!4", True)


def test_clauses_that_name_nobody_are_told(tmp_path, capsys):
    code, (made,) = _import(tmp_path, [(UNIT, "", 1, "禁止", "禁止不符合规划的项目", "", "单元", "文", 1)])
    assert (code, made["industry_match"]) == (0, None)
    assert "清单!3: 未写明适用对象" in capsys.readouterr().out


def test_what_is_no_list_is_refused(tmp_path, capsys):
    _book(tmp_path / "other.xlsx", [], head=("甲", "乙"))
    assert main([str(tmp_path / "other.xlsx"), "-o", str(tmp_path / "out.parquet")]) == 2
    (tmp_path / "no.xlsx").write_text("not a workbook")
    assert main([str(tmp_path / "no.xlsx"), "-o", str(tmp_path / "out.parquet"), "--lang", "en"]) == 2
    said = capsys.readouterr().err
    assert "没有找到清单" in said
    assert "not a workbook" in said
    assert not (tmp_path / "out.parquet").exists()


def test_what_is_imported_is_read_by_a_bundle(tmp_path):
    units = layer(
        "env_control_unit",
        [zone(square(0, 0), UNIT, "2")],
        classes=["1", "2", "3"],
        clauses="data/entry_clause.parquet",
    )
    folder = make_bundle(tmp_path / "bundle", [units])
    book = _book(
        tmp_path / "清单.xlsx",
        [
            ("510800", "", "空间布局约束", "禁止", "禁止甲", "化工项目", "市级", "市清单", 1),
            (UNIT, "", "空间布局约束", "", "执行市级总体要求第一条", "", "单元", "", ""),
        ],
    )
    out = folder / "data" / "entry_clause.parquet"
    assert main([str(book), "-o", str(out), "--bundle", str(folder)]) == 0
    edition = load_bundle(folder).layers["env_control_unit"].editions[0]
    assert edition.faults == ()
    assert [(c.scope, c.level.value, c.names) for c in edition.clauses] == [
        ("5108", "city", ("CHEM",)),
        (UNIT, "unit", ("CHEM",)),
    ]
