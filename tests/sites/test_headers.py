"""Names of columns as offices write them: below a title, in two rows, with units; sheets by name."""

from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest

from geo.errors import InputError
from layers.sites.cells.columns import Place, place_named
from layers.sites.read.header import LOOKED_AT, find_header
from layers.sites.read.intake import open_source
from layers.sites.read.sources import Source

TITLE = "某市 2026 年重点项目选址表"
MERGED = (["序号", "项目名称", "坐标", None], [None, None, "经度", "纬度"])
Rows = Sequence[Sequence[object]]


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    def write(*sheets: Rows) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for number, rows in enumerate(sheets, start=1):
            sheet = book.create_sheet(f"表{number}")
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / "a.xlsx")
        return tmp_path / "a.xlsx"

    return write


def read(source: Source) -> tuple[tuple[str, ...], list[tuple[object, ...]], str]:
    """Headers, cells and remarks."""
    rows = [record.values for chunk in source.chunks for record in chunk]
    source.close()
    return source.headers, rows, " | ".join(remark.en for remark in source.remarks)


@pytest.mark.parametrize("above", [[TITLE], ["", ""], [TITLE, "", "单位：度"]])
def test_names_below_a_title(tmp_path: Path, workbook: Callable, above: list[str]) -> None:
    names, row = ["项目名称", "经度", "纬度"], ["甲", "105.8", "32.5"]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(",".join(one) for one in (above, names, row)), encoding="utf-8")
    for source in (open_source(path), open_source(workbook([above, names, row]))):
        headers, rows, told = read(source)
        assert headers == tuple(names)
        assert rows == [tuple(row)]
        assert "taken from row 2;" in told


def test_both_ways_of_reading_a_csv_begin_below_the_title(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{TITLE}\n\n名称;经度;纬度\n" + "甲;105.8;32.5\n" * 5, encoding="gb18030")
    source = open_source(path)
    assert sum(payload.open().count for payload in source.packed(2)) == 5
    source.close()


@pytest.mark.parametrize("title", [(), ([TITLE],)])
def test_names_in_two_rows(workbook: Callable, title: Rows) -> None:
    headers, rows, told = read(open_source(workbook([*title, *MERGED, [1, "甲", 105.8, 32.5]])))
    assert headers == ("序号", "项目名称", "经度", "纬度")
    assert rows == [(1, "甲", 105.8, 32.5)]
    assert f"rows {1 + len(title)} and {2 + len(title)}" in told


def test_a_column_of_pairs_stays_one(workbook: Callable) -> None:
    headers, rows, told = read(open_source(workbook([["名称", "坐标"], ["甲", "105.8,32.5"]])))
    assert (headers, rows, told) == (("名称", "坐标"), [("甲", "105.8,32.5")], "")


def test_names_are_not_looked_for_among_the_rows() -> None:
    rows = [["a", "b"]] * LOOKED_AT
    assert find_header([*rows, ["lon", "lat"]]) is None
    found = find_header([*rows[1:], ["lon", "lat"]])
    assert found is not None
    assert found.rows == LOOKED_AT
    first = find_header([["lon", "lat"], ["x", "y"]])
    assert first is not None
    assert (first.names, first.remarks) == (("lon", "lat"), ())


def test_rows_below_a_column_of_pairs_are_data() -> None:
    found = find_header([["名称", "坐标"], ["甲", "105.8,32.5"], ["lon", "lat"]])
    assert found is not None
    assert (found.names, found.rows) == (("名称", "坐标"), 1)


def test_an_unnamed_column_at_the_end_is_carried_along(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("经度,纬度,\n105.8,32.5,备注\n", encoding="utf-8")
    assert read(open_source(path))[:2] == (("经度", "纬度", ""), [("105.8", "32.5", "备注")])


def test_a_line_of_excel_says_what_parts_the_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=;\n名称,备注;经度;纬度\n甲,乙;105.8;32.5\n", encoding="utf-8")
    assert read(open_source(path))[:2] == (("名称,备注", "经度", "纬度"), [("甲,乙", "105.8", "32.5")])


def test_a_sheet_by_name(workbook: Callable) -> None:
    path = workbook([["填表说明"]], [["经度", "纬度"], [105.8, 32.5]])
    assert read(open_source(path, layer="表2"))[1] == [(105.8, 32.5)]
    with pytest.raises(InputError, match="表1, 表2"):
        open_source(path, layer="表3")


@pytest.mark.parametrize(
    ("names", "place"),
    [
        ("东经（E） 北纬（N）", Place.LONLAT),
        ("經度 緯度", Place.LONLAT),
        ("经度E 纬度N", Place.LONLAT),
        ("经度(°′″) 纬度(°′″)", Place.LONLAT),
        ("经度/° 纬度/°", Place.LONLAT),
        ("中心点经度 中心点纬度", Place.LONLAT),
        ("横坐标（Y） 纵坐标（X）", Place.EASTNORTH),
        ("Y(横) X(纵)", Place.EASTNORTH),
        ("E N", Place.EASTNORTH),
        ("POINT_X POINT_Y", Place.XY),
        ("wkt_geom n", Place.WKT),
        ("geometry 名称", Place.WKT),
        ("geometry lon lat", Place.LONLAT),
        ("geometry 坐标", Place.PAIR),
        ("经度(GCJ-02) 纬度(GCJ-02)", None),
        ("经度(N) 名称", None),
        ("起点经度 起点纬度", None),
    ],
)
def test_names_with_units_and_sides(names: str, place: Place | None) -> None:
    assert place_named(names.split()) == place
