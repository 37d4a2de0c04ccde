"""Tables come in as they are: encodings, headers, ids, order; Excel and Parquet with their types."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

CHINESE = (
    "选址编号,经度,纬度,项目类型,建设性质",
    "甲-007,105.805,32.505,化工,新建",
    "乙,105.9,32.6,化工项目,新建",
)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_chinese_headers_in_each_encoding(check: Callable, csv_file: Callable, encoding: str) -> None:
    text = "".join(f"{line}\n" for line in CHINESE)
    path = csv_file()
    path.write_bytes(text.encode(encoding))
    call = check(path)
    assert call.code == 0, call.err
    rows = rows_of(call.out)
    assert [r["verdict"] for r in rows] == ["prohibited", "clear"]
    assert [r["site_id"] for r in rows] == ["甲-007", "乙"]
    assert list(rows[0])[:5] == CHINESE[0].split(",")


def test_a_stray_byte_far_down_does_not_fool_the_detection(check: Callable, csv_file: Callable) -> None:
    lines = ["lon,lat,note", *["105.9,32.6,a"] * 3000, "105.9,32.6,朝天区"]
    call = check(csv_file(*lines, encoding="gb18030"))
    assert rows_of(call.out)[-1]["note"] == "朝天区"
    assert "gb18030" in call.err


def test_bytes_of_no_encoding_are_refused(check: Callable, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"lon,lat\n\xff\xff,\x81\n")
    call = check(path)
    assert call.code == 2
    assert "文件编码无法识别" in call.err


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters(check: Callable, csv_file: Callable, delimiter: str) -> None:
    lines = [delimiter.join(cells) for cells in (("lon", "lat", "note"), ("105.9", "32.6", "x"))]
    assert rows_of(check(csv_file(*lines)).out)[0]["note"] == "x"


def test_ids_stay_text_and_order_is_kept(check: Callable, csv_file: Callable) -> None:
    ids = ["007", "00123.0", "1e5", "510812000000000001", " x ", "=1+1", "NaN", "7"]
    call = check(csv_file("site_id,lon,lat", *(f"{i},105.9,32.6" for i in ids)))
    assert [r["site_id"] for r in rows_of(call.out)] == ids


def test_rows_are_numbered_where_the_input_has_no_ids(check: Callable, csv_file: Callable) -> None:
    rows = rows_of(check(csv_file("lon,lat", "105.9,32.6", "", "x,y", "105.9,32.6")).out)
    assert [r["site_id"] for r in rows] == ["1", "2", "3"], "a blank line is no row"


def test_original_columns_stay_and_ours_give_way(check: Callable, csv_file: Callable) -> None:
    path = csv_file("Verdict,lon,lat,site_id,fenqu_status,status", '" 1,000 ",105.9,32.6,a,b,c')
    header, row = csv.reader(io.StringIO(check(path).out))
    assert header[:6] == ["Verdict", "lon", "lat", "site_id", "fenqu_status", "status"]
    assert row[:6] == [" 1,000 ", "105.9", "32.6", "a", "b", "c"]
    assert header[6:8] == ["fenqu_fenqu_status", "fenqu_verdict"]
    assert header.count("site_id") == 1
    assert len(header) == len(row) == len(set(header))


def test_designed_columns_in_order(check: Callable, csv_file: Callable) -> None:
    header = next(csv.reader(io.StringIO(check(csv_file("lon,lat", "105.9,32.6")).out)))
    designed = (
        "site_id status verdict complete worst_possible applies not_assessed hits units margin_m margin_rule"
    )
    assert header[2:14] == [*designed.split(), "problems"]


def test_demonstration_data_are_marked_in_every_row(check: Callable, csv_file: Callable) -> None:
    assert rows_of(check(csv_file("lon,lat", "105.9,32.6")).out)[0]["synthetic"] == "示范数据，非法定边界"


def test_facts_by_id_title_and_alias_and_rows_over_options(check: Callable, csv_file: Callable) -> None:
    path = csv_file("lon,lat,项目性质", "105.805,32.505,新建", "105.805,32.505,existing", "105.805,32.505,")
    call = check(path, "--activity", "化工", "--fact", "nature=expansion")
    assert [r["verdict"] for r in rows_of(call.out)] == ["prohibited", "clear", "prohibited"]


def test_header_only_gives_a_header_and_a_remark(check: Callable, csv_file: Callable, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    call = check(csv_file("lon,lat"), "-o", out)
    assert call.code == 0
    assert out.read_text(encoding="utf-8").startswith("lon,lat,site_id,status")
    assert "没有数据行" in call.err
    assert "共 0 行" in call.err


@pytest.mark.parametrize(
    ("header", "zh", "en"),
    [
        ("name,lat", "缺少坐标列", "no coordinate columns"),
        ("x,lat", "缺少坐标列", "easting and northing"),
        ("lon,经度,lat", "两列含义相同", "two columns mean the same"),
        ("lon,建设性质,lat,nature", "两列含义相同", "two columns mean the same"),
    ],
)
def test_unusable_header_is_refused(
    check: Callable, csv_file: Callable, header: str, zh: str, en: str
) -> None:
    path = csv_file(header, "1,2,3,4")
    for lang, words in (("zh", zh), ("en", en)):
        call = check(path, "--lang", lang)
        assert call.code == 2
        assert words in call.err
        assert any(name in call.err for name in header.split(",")), "what was given is said"


def test_empty_file_is_refused(check: Callable, csv_file: Callable) -> None:
    call = check(csv_file(), "--lang", "en")
    assert call.code == 2
    assert "the file is empty" in call.err


def test_projected_table_lands_where_the_degrees_do(check: Callable, csv_file: Callable) -> None:
    path = csv_file("x,y,crs", "575648.17,3598138.10,EPSG:4544", "35575648.17,3598138.10,EPSG:4523")
    call = check(path, "--activity", "CHEM", "--fact", "nature=new")
    assert [r["verdict"] for r in rows_of(call.out)] == ["prohibited", "prohibited"]
    plain = csv_file("x,y", "575648.17,3598138.10", name="plain.csv")
    assert rows_of(check(plain, "--crs", "EPSG:4544").out)[0]["hits"] == "drinking_water_zone:Z1"


def test_dates_of_rows(check: Callable, csv_file: Callable) -> None:
    path = csv_file("lon,lat,on", "105.9,32.6,2021-03-01", "105.9,32.6,2026/1/2", "105.9,32.6,2026年1月2日")
    assert check(path).code == 0


def test_workbook_as_a_person_keeps_it(check: Callable, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["site_id", "经度", "纬度", "研判基准日", "备注", None])
    sheet.append([7, 105.805, 32.505, dt.datetime(2026, 11, 21), "=text", None])  # noqa: DTZ001
    sheet["A2"].number_format = "000"
    sheet["E2"].data_type = "s"
    sheet.append([8.0, "105.9", 32.6, None, 1.5])
    sheet.append([None] * 5)
    sheet.append(["c", "#N/A", 32.6, None, None])
    for _ in range(3):
        sheet.append([None] * 5)
    sheet["A9"].number_format = "000"
    path = tmp_path / "甲.xlsx"
    book.save(path)
    call = check(path)
    rows = rows_of(call.out)
    assert [r["site_id"] for r in rows] == ["007", "8", "", "c"]
    assert [r["status"] for r in rows] == ["ok", "ok", "refused", "refused"]
    assert rows[0]["备注"] == "=text"
    assert rows[0]["研判基准日"] == "2026-11-21"


def test_a_text_file_called_xlsx_is_refused(check: Callable, csv_file: Callable) -> None:
    call = check(csv_file("lon,lat", name="a.xlsx"), "--lang", "en")
    assert call.code == 2
    assert "not readable as an XLSX workbook" in call.err


def test_parquet_keeps_its_types(check: Callable, tmp_path: Path) -> None:
    table = pa.table(
        {
            "site_id": ["007", "8"],
            "lon": [105.805, float("nan")],
            "lat": [32.505, 32.6],
            "n": pa.array([1, None], pa.int32()),
            "on": [dt.date(2026, 11, 21), None],
        }
    )
    path, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pq.write_table(table, path)
    assert check(path, "-o", out).code == 1
    read = pq.read_table(out)
    assert read.select(table.column_names).schema.types == table.schema.types
    assert read["n"].to_pylist() == [1, None]
    assert read["status"].to_pylist() == ["ok", "refused"]
    assert pd.read_parquet(out).shape == (2, 5 + 17)


def test_a_text_file_called_parquet_is_refused(check: Callable, csv_file: Callable) -> None:
    call = check(csv_file("lon,lat", name="a.parquet"), "--lang", "en")
    assert call.code == 2
    assert "not readable as Parquet" in call.err
