"""Each fault a row can have: a refused row in its place, with its words in both languages."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

BOW_TIE = "POLYGON ((105 32, 105.1 32.1, 105.1 32, 105 32.1, 105 32))"
FAULTS = [
    # header, cells, words in Chinese, words in English
    ("lon,lat", "abc,32.5", "读不成经纬度", "not readable as an angle"),
    ("lon,lat", "105°78′18″,32.5", "读不成经纬度", "not readable as an angle"),
    ("lon,lat", "32.5N,105.8E", "颠倒", "have changed places"),
    ("lon,lat", '"105,8",32.5', "读不成经纬度", "not readable as an angle"),
    ("lon,lat", "1_05.8,32.5", "读不成经纬度", "not readable as an angle"),
    ("lon,lat", "nan,32.5", "读不成经纬度", "not readable as an angle"),
    ("lon,lat", "inf,32.5", "读不成经纬度", "not readable as an angle"),
    ("lon,lat", "1e999,32.5", "读不成数字", "not a readable number"),
    ("lon,lat", ",32.5", "坐标为空", "the cell is empty"),
    ("lon,lat", "105.8", "坐标为空", "the cell is empty"),
    ("lon,lat", "105.8,32.5,7", "单元格比列名多", "more cells than headers"),
    ("lon,lat", '105.8,"32.5"x', "引号用法有误", "the quotes in this row are wrong"),
    ("lon,lat", "181,32.5", "超出经纬度范围", "outside longitude"),
    ("lon,lat", "32.5,105.8", "经纬度似乎颠倒", "look swapped"),
    ("lon,lat", "575648,3598138", "判断不出投影带", "bears no zone number"),
    ("lon,lat", "99575648,3598138", "米制投影坐标", "look like metres"),
    ("lon,lat,activity", "105.8,32.5,独角兽养殖", "未知的项目类型", "unknown activity"),
    ("lon,lat,nature", "105.8,32.5,fancy", "取值不合要求", "not allowed"),
    ("lon,lat,discharges", "105.8,32.5,maybe", "取值不合要求", "not allowed"),
    ("lon,lat,land_area_m2", "105.8,32.5,-5", "取值不合要求", "not allowed"),
    ("lon,lat,crs", "105.8,32.5,EPSG:1", "未知或不可用的坐标系", "unknown or unusable"),
    ("lon,lat,crs", "105.8,32.5,EPSG:4544", "坐标像是经纬度", "look like degrees"),
    ("lon,lat,crs", "105.8,32.5,EPSG:4214", "西安80、北京54", "Xi'an 80 and Beijing 54"),
    ("lon,lat,accuracy_m", "105.8,32.5,-1", "非负的米数", "accuracy must be metres"),
    ("lon,lat,accuracy_m", "105.8,32.5,good", "读不成数字", "not a readable number"),
    ("lon,lat,on", "105.8,32.5,21.11.2026", "读不成日期", "not a date"),
    ("lon,lat,on", "105.8,32.5,2026-02-30", "读不成日期", "not a date"),
    ("lon,lat,on", "105.8,32.5,2021-02-28", "早于规则库的起始日", "before the rulebook begins"),
    ("x,y,crs", "575648,3598138,", "判断不出投影带", "bears no zone number"),
    ("lon,lat,crs", "3598138,575648,EPSG:4544", "像是北坐标", "looks like a northing"),
    ("lon,lat,crs", "3598138,35575648,EPSG:4523", "像是北坐标", "looks like a northing"),
    ("x,y,crs", "575648,600000,EPSG:4544", "分不清哪个是北坐标", "which is the northing is not plain"),
    ("x,y,crs", "18575648,3598138,CGCS2000 3度带", "带号不符", "differ"),
    ("x,y,crs", "575648,3598138,CGCS2000 3度带24带", "没有这样的", "no such"),
    ("x,y,crs", "35575648,3598138,西安80", "西安80、北京54", "Xi'an 80 and Beijing 54"),
    ("x,y", "123.4,75.6", "x、y 没有坐标系", "x and y need a CRS"),
    ("x,y", "575648,3598138", "判断不出投影带", "3°: 25–45 = EPSG:4534–4554"),
    ("wkt", "POINT (105", "读不成 WKT", "not readable as WKT"),
    ("wkt", "nowhere", "读不成 WKT", "not readable as WKT"),
    ("wkt", '""', "没有几何", "no geometry"),
    ("wkt", "POINT EMPTY", "几何为空", "the geometry is empty"),
    ("wkt", "POINT (nan 32)", "NaN", "NaN"),
    ("wkt", f'"{BOW_TIE}"', "自相交", "crosses itself"),
    ("wkt", "GEOMETRYCOLLECTION (POINT (105 32))", "不支持的几何类型", "unsupported geometry type"),
    ("wkt", '"LINESTRING (105 32, 105 32)"', "线长或面积为零", "no size"),
]


@pytest.mark.parametrize(
    ("header", "cells", "zh", "en"), FAULTS, ids=[f"{f[0]}: {f[1]}"[:60] for f in FAULTS]
)
def test_fault_becomes_a_refused_row(
    check: Callable, csv_file: Callable[..., Path], header: str, cells: str, zh: str, en: str
) -> None:
    good = {
        "lon,lat": "105.9,32.6",
        "x,y,crs": "575648,3598138,EPSG:4544",
        "x,y": "105.9,32.6",
        "wkt": "POINT (105.9 32.6)",
    }
    fine = next(row for start, row in good.items() if header.startswith(start))
    path = csv_file(header, cells, fine)
    for lang, words in (("zh", zh), ("en", en)):
        call = check(path, "--lang", lang)
        assert call.code == 1
        bad, other = csv.DictReader(io.StringIO(call.out))
        assert bad["status"] == "refused"
        assert words in bad["problems"]
        assert "row 1" in bad["problems"]
        assert bad["verdict"] == ""
        assert other["status"] == "ok", "a bad row takes no other with it"


def test_all_problems_of_a_row_are_told(check: Callable, csv_file: Callable[..., Path]) -> None:
    path = csv_file("lon,lat,activity,nature,on", "a,b,c,d,e")
    problems = next(csv.DictReader(io.StringIO(check(path).out)))["problems"]
    for column in ("lon", "lat", "activity", "nature", "on"):
        assert f"row 1.{column}" in problems


def test_unclosed_quote_says_that_the_rest_is_lost(check: Callable, csv_file: Callable[..., Path]) -> None:
    path = csv_file("lon,lat", "105.9,32.6", '"105.9,32.6', "105.9,32.6")
    call = check(path, "--lang", "en")
    rows = list(csv.DictReader(io.StringIO(call.out)))
    assert call.code == 1
    assert [row["status"] for row in rows] == ["ok", "refused"]
    assert "to the end of the file nothing can be read" in rows[1]["problems"]


def test_a_bow_tie_is_mended_only_on_request(check: Callable, csv_file: Callable[..., Path]) -> None:
    path = csv_file("wkt", f'"{BOW_TIE}"')
    assert check(path).code == 1
    call = check(path, "--repair", "make_valid", "--lang", "en")
    assert call.code == 0
    assert "repaired on request by make_valid" in next(csv.DictReader(io.StringIO(call.out)))["remarks"]
