"""Land-survey texts (勘测定界界址点): zones, order of X and Y, rings, several plots, and what is refused."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyproj
import pytest
import shapely

from geo.errors import InputError
from geo.site import make_site
from layers.sites.cells.rows import Record
from layers.sites.read import rings
from layers.sites.read.intake import open_source
from layers.sites.read.sources import Source
from tests.site_files import SITES, survey_text

HEAD = """[属性描述]
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=35
[地块坐标]
"""
EAST, NORTH = 35_575_000.0, 3_598_000.0


def ring(east: float, north: float, size: float, *, name: str = "1", closed: bool = True) -> str:
    """The lines of a square, X (north) first."""
    corners = [(0, 0), (0, 1), (1, 1), (1, 0), (0, 0)][: 5 if closed else 4]
    return "".join(
        f"J{n},{name},{NORTH + north + size * dn:.3f},{EAST + east + size * de:.3f}\n"
        for n, (dn, de) in enumerate(corners, start=1)
    )


def plot(*rings: str, count: str = "", area: str = "", number: str = "1", kind: str = "面") -> str:
    return f"{count},{area},{number},一号地块,{kind},,工业用地,0601,@\n{''.join(rings)}"


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., tuple[Source, list[Record]]]:
    def call(text: str, encoding: str = "utf-8") -> tuple[Source, list[Record]]:
        path = tmp_path / "a.txt"
        path.write_bytes(text.encode(encoding))
        source = open_source(path)
        return source, [record for chunk in source.chunks for record in chunk]

    return call


def words(record: Record) -> str:
    return "; ".join(text.zh for text in record.remarks)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_encodings(read: Callable, encoding: str) -> None:
    source, [record] = read(HEAD + plot(ring(0, 0, 100), number="地块甲"), encoding)
    assert source.crs == "EPSG:4523"
    assert dict(zip(source.headers, record.values, strict=True)) == {
        "地块面积": "",
        "地块编号": "地块甲",
        "地块名称": "一号地块",
        "图形属性": "面",
        "图幅号": "",
        "地块用途": "工业用地",
        "地类编码": "0601",
    }
    assert record.remarks == ()
    assert shapely.equals(record.geometry, shapely.box(EAST, NORTH, EAST + 100, NORTH + 100))


@pytest.mark.parametrize(
    ("old", "new", "crs"),
    [
        ("带号=35", "带号=", "EPSG:4523"),
        ("几度分带=3", "几度分带=3度带", "EPSG:4523"),
        ("几度分带=3\n", "", "EPSG:4523"),
        ("带号=35", "中央子午线=105", "EPSG:4523"),
        ("2000国家大地坐标系", "1980西安坐标系", "EPSG:2359"),
        ("2000国家大地坐标系", "80国家大地坐标系", "EPSG:2359"),
        ("2000国家大地坐标系", "1954年北京坐标系", "EPSG:2411"),
        ("2000国家大地坐标系", "CGCS2000", "EPSG:4523"),
        ("计量单位=米\n", "", "EPSG:4523"),
        ("坐标系=2000国家大地坐标系\n", "", None),
    ],
)
def test_the_head_names_the_crs(read: Callable, old: str, new: str, crs: str | None) -> None:
    assert old in HEAD
    source, [record] = read(HEAD.replace(old, new) + plot(ring(0, 0, 100)))
    assert source.crs == crs
    assert record.geometry is not None
    told = any("按东坐标的带号读作" in text.zh for text in source.remarks)
    assert told == (new in {"", "带号="} and crs is not None and "计量" not in old)


@pytest.mark.parametrize(
    ("width", "zone", "crs"), [("3", "35", "EPSG:4544"), ("6", "18", "EPSG:4507"), ("", "18", "EPSG:4507")]
)
def test_eastings_without_a_zone_take_it_from_the_head(
    read: Callable, width: str, zone: str, crs: str
) -> None:
    head = HEAD.replace("几度分带=3", f"几度分带={width}").replace("带号=35", f"带号={zone}")
    source, records = read(head + plot(ring(0, 0, 100)).replace(",355", ",5"))
    assert source.crs == crs
    assert records[0].geometry.bounds[0] == EAST - 35e6


@pytest.mark.parametrize("prefixed", [True, False])
@pytest.mark.parametrize("turned", [True, False])
def test_the_place_is_the_same_whichever_way_it_is_written(
    read: Callable, prefixed: bool, turned: bool
) -> None:
    source, records = read(survey_text(prefixed=prefixed, turned=turned))
    for record, shape in zip(records, SITES.values(), strict=True):
        placed = make_site(record.geometry, crs=source.crs).geometry
        assert shapely.hausdorff_distance(placed, shape) < 1e-8
        assert ("X、Y 按数值对调" in words(record)) == turned


@pytest.mark.parametrize(
    ("old", "new", "zh"),
    [
        ("带号=35", "带号=36", "不符"),
        ("几度分带=3", "几度分带=6", "不符"),
        ("几度分带=3", "几度分带=5", "无法识别"),
        ("带号=35", "带号=三十五", "无法识别"),
        ("高斯克吕格", "兰伯特", "无法识别"),
        ("计量单位=米", "计量单位=公里", "无法识别"),
        ("2000国家大地坐标系", "城市独立坐标系", "无法识别"),
    ],
)
def test_a_head_that_contradicts_or_is_not_understood(read: Callable, old: str, new: str, zh: str) -> None:
    with pytest.raises(InputError) as caught:
        read(HEAD.replace(old, new) + plot(ring(0, 0, 100)))
    assert zh in caught.value.problems[0].hint.zh
    assert caught.value.problems[0].hint.en


def test_no_zone_anywhere_is_refused(read: Callable) -> None:
    with pytest.raises(InputError, match="neither the eastings nor the file"):
        read(HEAD.replace("带号=35", "带号=") + plot(ring(0, 0, 100)).replace(",355", ",5"))


def test_parameters_of_a_datum_shift_are_told_not_applied(read: Callable) -> None:
    source, _ = read(HEAD.replace("[地", "转换参数=1.5,0,0,0,0,0,0\n[地") + plot(ring(0, 0, 100)))
    assert [text.zh for text in source.remarks] == ["转换参数未予应用"]


def test_degrees_stand_latitude_first(read: Callable) -> None:
    head = HEAD.replace("计量单位=米", "计量单位=度")
    source, [record] = read(head + plot("J1,1,32.5,105.8\nJ2,1,32.5,105.81\nJ3,1,32.51,105.81\n"))
    assert source.crs == "EPSG:4490"
    assert record.geometry.bounds == (105.8, 32.5, 105.81, 32.51)


def test_holes_islands_and_parts(read: Callable) -> None:
    rings = [
        ring(0, 0, 100),
        ring(20, 20, 60, name="2"),
        ring(40, 40, 20, name="3"),
        ring(500, 0, 10, name="4"),
    ]
    _, [record] = read(HEAD + plot(*rings))
    assert record.geometry.is_valid
    assert record.geometry.area == pytest.approx(10_000 - 3_600 + 400 + 100)
    assert "另一部分" in words(record)
    _, [again] = read(HEAD + plot(*(one.replace(f",{n},", ",1,", 5) for n, one in enumerate(rings, start=1))))
    assert shapely.equals(again.geometry, record.geometry), "a closed ring ends, whatever the next is called"


def test_rings_that_are_not_closed_are_closed_and_told(read: Callable) -> None:
    _, [record] = read(HEAD + plot(ring(0, 0, 100, closed=False), ring(20, 20, 10, name="2", closed=False)))
    assert record.geometry.area == pytest.approx(9_900)
    assert "已按首点闭合" in words(record)


def test_a_stated_area_that_is_not_the_one_enclosed_is_told(read: Callable) -> None:
    plots = [plot(ring(0, 0, 100), area=area) for area in ("1.0000", "1.02", "10000", "1.0公顷", "—", "15")]
    _, records = read(HEAD + "".join(plots))
    told = ["填报面积" in words(record) for record in records]
    assert told == [False, True, False, False, False, True]


def test_lines_points_and_a_plot_without_a_head(read: Callable) -> None:
    text = ring(0, 0, 100) + plot(ring(0, 0, 100, closed=False), kind="线") + plot(ring(0, 0, 1), kind="点")
    _, records = read(HEAD + text)
    assert [r.geometry.geom_type for r in records] == ["Polygon", "LineString", "MultiPoint"]
    assert "没有属性行" in words(records[0])


def test_heads_that_leave_fields_out(read: Callable) -> None:
    body = ring(0, 0, 100)
    heads = ("0.5公顷,,地块1,面,,,,@", "5,1.0,2,地块2,面,@", "5，1.0，3，地块3，面，，，，@", "@")
    source, records = read(HEAD + "".join(f"{head}\n{body}" for head in heads))
    rows: list[dict[str, Any]] = [dict(zip(source.headers, r.values, strict=True)) for r in records]
    assert [row["地块名称"] for row in rows] == ["地块1", "地块2", "地块3", ""]
    assert [row["地块编号"] for row in rows] == ["", "2", "3", ""]
    assert all(record.geometry.area == pytest.approx(10_000) for record in records)


GOOD = plot(ring(0, 0, 100), number="good")
WRONG = {
    "letters": (plot("J1,1,abc,35575000\n", ring(0, 0, 9)), "不是界址点"),
    "no ring": (plot("J1,3598000,35575000\n", ring(0, 0, 9)), "不是界址点"),
    "count": (plot(ring(0, 0, 100), count="50"), "界址点数"),
    "two points": (plot(*ring(0, 0, 100).splitlines(keepends=True)[:2]), "界址点太少"),
    "none": (plot(), "界址点太少"),
    "zone": (plot(ring(1e6, 0, 100)), "带号与本文件首个地块不同"),
    "degrees": (plot("J1,1,32.5,105.8\nJ2,1,32.5,105.9\nJ3,1,32.6,105.9\n"), "不像高斯-克吕格坐标"),
    "one digit": (plot(ring(0, 0, 100)).replace("3598100", "359810", 1), "不像高斯-克吕格坐标"),
    "nan": (plot("J1,1,nan,35575000\n", ring(0, 0, 9)), "不是界址点"),
}


@pytest.mark.parametrize(("text", "zh"), WRONG.values(), ids=WRONG)
def test_a_bad_plot_costs_one_row(read: Callable, text: str, zh: str) -> None:
    _, [first, bad, last] = read(HEAD + GOOD + text + GOOD)
    assert first.geometry is not None
    assert last.geometry is not None
    assert bad.geometry is None
    [problem] = bad.problems
    assert zh in problem.hint.zh
    assert problem.hint.en
    assert problem.where.startswith("row 2")


def test_the_number_of_points_is_counted_with_or_without_those_that_close(read: Callable) -> None:
    closed, open_ = ring(0, 0, 100), ring(0, 0, 100, closed=False)
    for text, counts in ((closed, "45"), (open_, "45"), (closed + ring(9, 9, 9, name="2"), ("8", "9", "10"))):
        _, records = read(HEAD + "".join(plot(text, count=count) for count in counts))
        assert all(not record.problems for record in records), text


def test_a_ring_that_crosses_itself_is_refused_as_a_site(check: Callable, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    north, east = NORTH, EAST
    corners = [(north, east), (north + 100, east + 100), (north, east + 100), (north + 100, east)]
    lines = "".join(f"J{n},1,{x},{y}\n" for n, (x, y) in enumerate(corners, start=1))
    path.write_text(HEAD + plot(lines), encoding="utf-8")
    call = check(path)
    assert call.code == 1
    assert "自相交" in call.out


def test_a_survey_text_in_another_order_is_what_pyproj_says(read: Callable) -> None:
    """X is the northing: what pyproj calls the first axis of EPSG:4523."""
    _, [record] = read(HEAD + plot(ring(0, 0, 100)))
    lat, lon = pyproj.Transformer.from_crs(4523, 4490).transform(NORTH, EAST)
    placed = make_site(record.geometry, crs="EPSG:4523").geometry
    assert shapely.distance(shapely.boundary(placed), shapely.Point(lon, lat)) < 1e-9


@pytest.mark.parametrize("text", ["[属性描述]\n坐标系=2000国家大地坐标系\n", "[地块坐标]\n\n"])
def test_a_file_without_plots(read: Callable, text: str) -> None:
    with pytest.raises(InputError, match="no plots"):
        read(text)


@pytest.mark.parametrize(
    "name", ["重庆独立坐标系2000", "1980地方坐标系", "城市坐标系（2000）", "2000工程坐标系"]
)
def test_a_town_s_own_grid_is_no_national_one(read: Callable, name: str) -> None:
    """A year in its name made it CGCS2000 in silence."""
    with pytest.raises(InputError) as refused:
        read(HEAD.replace("2000国家大地坐标系", name) + plot(ring(0, 0, 100)))
    assert refused.value.problems[0].given == name


def test_rings_in_any_order(read: Callable) -> None:
    """A lake, the land round it and an island in the lake make one site, whichever stands first."""
    land, lake, island = ring(0, 0, 100, name="1"), ring(20, 20, 60, name="2"), ring(40, 40, 10, name="3")
    shapes = []
    for order in itertools.permutations((land, lake, island)):
        _, [record] = read(HEAD + plot(*order))
        assert record.geometry.is_valid
        assert "有的圈在其他圈之外" in words(record)
        shapes.append(record.geometry.normalize())
    assert all(shape.equals(shapes[0]) for shape in shapes)
    assert shapes[0].area == pytest.approx(10_000 - 3_600 + 100)


def test_a_plot_of_thousands_of_rings(read: Callable) -> None:
    """What we write of a site of many parts is read back."""
    many = [ring(10 * (n % 60), 10 * (n // 60), 8, name=str(n)) for n in range(1, 3000)]
    holes = [ring(10 * (n % 60) + 2, 10 * (n // 60) + 2, 4, name=f"h{n}") for n in range(1, 3000, 7)]
    _, [record] = read(HEAD + plot(*many, *holes))
    assert record.geometry.is_valid
    assert len(record.geometry.geoms) == len(many)
    assert record.geometry.area == pytest.approx(64 * len(many) - 16 * len(holes))


def test_rings_within_each_other_without_end_are_refused(
    read: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rings, "MOST_PAIRS", 100)
    nested = [ring(n, n, 60 - 2 * n, name=str(n)) for n in range(20)]
    _, [record] = read(HEAD + plot(*nested))
    assert "too many rings within each other" in record.problems[0].hint.en
    _, [record] = read(HEAD + plot(*nested[:14]))
    assert record.geometry.is_valid


def test_a_ring_given_twice_is_no_hole(read: Callable) -> None:
    _, [record] = read(HEAD + plot(ring(0, 0, 10, name="1"), ring(0, 0, 10, name="2")))
    with pytest.raises(InputError):
        make_site(record.geometry, crs="EPSG:4523")


def test_a_ring_that_crosses_itself_is_where_its_first_corner_is(read: Callable) -> None:
    """As a hole it stays one, and the shape is refused, or mended where that is asked for."""
    bow = "".join(
        f"J1,2,{NORTH + n},{EAST + e}\n" for n, e in ((40, 40), (60, 60), (60, 40), (40, 60), (40, 40))
    )
    _, [record] = read(HEAD + plot(bow, ring(0, 0, 100, name="1")))
    assert [len(part.interiors) for part in shapely.get_parts(record.geometry)] == [1]
    site = make_site(record.geometry, crs="EPSG:4523", repair="make_valid")
    assert "make_valid" in str(site.remarks)
