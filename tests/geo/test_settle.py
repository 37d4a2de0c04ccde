"""Names of reference systems as people write them; what the digits tell: taken with a remark, or refused."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import check_crs_name, from_lonlat, parse_crs
from geo.crs_words import crs_words
from geo.errors import InputError, Problem
from geo.parameters import split_parameters
from geo.settle import Settled, leaves_open, settle, settle_shape
from geo.site import make_site

CLOSED = {
    "CGCS2000": 4490,
    "cgcs 2000": 4490,
    "国家2000": 4490,
    "2000国家大地坐标系": 4490,
    "国家大地坐标系2000": 4490,
    "GCS_China_Geodetic_Coordinate_System_2000": 4490,
    "西安80": 4610,
    "1980西安坐标系": 4610,
    "Xi'an 1980": 4610,
    "GCS_Xian_1980": 4610,
    "北京54": 4214,
    "1954年北京坐标系": 4214,
    "WGS 84": 4326,
    "WGS84坐标系": 4326,
    "GCS_WGS_1984": 4326,
    "CGCS2000 / 3-degree Gauss-Kruger zone 35": 4523,
    "CGCS2000_3_Degree_GK_Zone_35": 4523,
    "CGCS2000_3_Degree_GK_CM_105E": 4544,
    "CGCS2000 / Gauss-Kruger zone 18": 4496,
    "CGCS2000_GK_CM_105E": 4507,
    "CGCS2000 3度带35带 无带号": 4544,
    "国家2000坐标系 ３度带 第35带（东坐标带带号）": 4523,
    "CGCS2000 3度带 第35带 带带号": 4523,
    "CGCS2000 6度带 中央经线105 不带带号": 4507,
    "2000國家大地坐標系 3度帶 中央經線 105°E 無帶號": 4544,
    "Xian_1980_3_Degree_GK_CM_105E": 2380,
    "西安80 3度带 带号35 带带号": 2359,
    "Beijing_1954_GK_Zone_18": 21418,
    "北京54坐标系 6度带 18带 无带号": 21458,
}
OPEN = ["CGCS2000 3度带35带", "国家2000 3度带", "CGCS2000 高斯投影", "西安80 3度带", "CGCS2000 中央经线105"]
UNKNOWN = ["CGCS2000 UTM", "新北京54", "Beijing", "国家2000 3度带 6度带", "CGCS2000 经纬度 3度带", ""]


@pytest.mark.parametrize(("name", "code"), CLOSED.items())
def test_names_that_say_all(name: str, code: int) -> None:
    assert parse_crs(name).name == f"EPSG:{code}"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("gcj02", "GCJ-02"),
        ("GCJ 02", "GCJ-02"),
        ("火星坐标系", "GCJ-02"),
        ("高德地图", "GCJ-02"),
        ("百度坐标", "BD-09"),
        ("BD_09", "BD-09"),
        ("未知", "unknown"),
    ],
)
def test_shifted_datums_by_other_names(name: str, told: str) -> None:
    assert parse_crs(name).name == told


@pytest.mark.parametrize("name", OPEN)
def test_open_names_may_be_asked_for_but_say_too_little(name: str) -> None:
    check_crs_name(name)
    with pytest.raises(InputError) as error:
        parse_crs(name, where="crs")
    (problem,) = error.value.problems
    assert "坐标系名称不全" in problem.hint.zh
    assert "not complete" in problem.hint.en
    assert "25–45" in problem.allowed or "13–23" in problem.allowed


@pytest.mark.parametrize("name", UNKNOWN)
def test_names_with_a_word_too_many_are_none(name: str) -> None:
    with pytest.raises(InputError, match="unknown or unusable"):
        check_crs_name(name)


E, N, BARE = 35_578_234.5, 3_598_138.25, 578_234.5


@pytest.mark.parametrize(
    ("name", "place", "crs", "turned", "words"),
    [
        (None, (105.8, 32.5), "EPSG:4490", False, ["no CRS given"]),
        (None, (32.5, 105.8), "EPSG:4490", True, ["no CRS given", "told by their size"]),
        (None, (E, N), "EPSG:4523", False, ["no CRS given: taken as CGCS2000 3° zone 35"]),
        (None, (N, E), "EPSG:4523", True, ["no CRS given", "told by their size"]),
        (None, (N, 18_578_234.5), "EPSG:4496", True, ["6° zone 18", "told by their size"]),
        ("CGCS2000", (N, E), "EPSG:4523", True, ["read from the easting", "told by their size"]),
        ("国家2000", (105.8, 32.5), "EPSG:4490", False, []),
        ("CGCS2000 3度带", (E, N), "EPSG:4523", False, ["read from the easting"]),
        ("CGCS2000 3度带35带", (E, N), "EPSG:4523", False, ["taken as"]),
        ("CGCS2000 3度带35带", (N, BARE), "EPSG:4544", True, ["no zone in the easting", "told by"]),
        ("CGCS2000 中央经线105", (BARE, N), "EPSG:4544", False, ["taken as"]),
        ("CGCS2000 中央经线105", (18_578_234.5, N), "EPSG:4496", False, ["taken as"]),
        ("西安80", (E, N), "EPSG:2359", False, ["Xi'an 80 3° zone 35"]),
        ("北京54 6度带", (N, 18_578_234.5), "EPSG:21418", True, ["Beijing 54 6° zone 18", "told by"]),
        ("EPSG:4544", (N, BARE), "EPSG:4544", True, ["told by their size"]),
        ("EPSG:4544", (BARE, N), "EPSG:4544", False, []),
        ("EPSG:4523", (N, E), "EPSG:4523", True, ["told by their size"]),
        ("GCJ-02", (32.5, 105.8), "GCJ-02", True, ["told by their size"]),
        ("EPSG:4326", (12.5, 53.6), "EPSG:4326", False, []),
        ("EPSG:25833", (370_000.0, 5_900_000.0), "EPSG:25833", False, []),
    ],
)
def test_what_digits_tell(
    name: str | None, place: tuple[float, float], crs: str, turned: bool, words: list[str]
) -> None:
    settled = settle_shape(name, np.array([place]), any_order=True, where="row 1")
    assert (settled.crs.name, settled.turned) == (crs, turned)
    assert len(settled.remarks) == len(words)
    for remark, word in zip(settled.remarks, words, strict=True):
        assert word in remark.en
        assert remark.zh


@pytest.mark.parametrize(
    ("name", "place", "zh", "en", "allowed"),
    [
        (
            None,
            (BARE, N),
            "判断不出投影带",
            "bears no zone number",
            "EPSG:4534–4554; 6°: 13–23 = EPSG:4502–4512",
        ),
        ("CGCS2000", (N, BARE), "判断不出投影带", "bears no zone number", "3°: 25–45"),
        ("西安80 6度带", (BARE, N), "判断不出投影带", "bears no zone number", "6°: 13–23 = EPSG:2338–2348"),
        ("CGCS2000 3度带", (18_578_234.0, N), "不符", "differ", "EPSG:4496"),
        ("CGCS2000 3度带36带", (E, N), "不符", "differ", "EPSG:4523"),
        ("CGCS2000 3度带35带 无带号", (E, N), "不符", "differ", "EPSG:4523"),
        ("CGCS2000 3度带24带", (BARE, N), "没有这样的", "no such", "25–45"),
        ("EPSG:4544", (578_234.0, 600_000.0), "分不清", "not plain", "easting"),
        ("EPSG:4544", (105.8, 32.5), "像是经纬度", "look like degrees", "metres"),
        (None, (99_578_234.0, N), "请注明坐标系", "name their CRS", "EPSG:n"),
        (None, (123.4, 75.6), "没有坐标系", "need a CRS", "crs"),
        ("西安80", (E, N), "西安80、北京54", "declare an accuracy of 100 m", "≥ 100"),
        ("EPSG:25833", (5_900_000.0, 370_000.0), "像是北坐标", "looks like a northing", "easting"),
    ],
)
def test_what_digits_leave_open_is_refused(
    name: str | None, place: tuple[float, float], zh: str, en: str, allowed: str
) -> None:
    (problem,) = refused(shapely.Point(place), crs=name, any_order=True)
    assert zh in problem.hint.zh
    assert en in problem.hint.en
    assert allowed in problem.allowed
    assert problem.given


def refused(shape: shapely.Geometry, **keys: object) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as error:
        make_site(shape, **keys)  # type: ignore[arg-type]
    return error.value.problems


def test_an_order_that_is_told_is_not_changed() -> None:
    for name in (None, "EPSG:4523", "CGCS2000"):
        (problem,) = refused(shapely.Point(N, E), crs=name)
        assert "looks like a northing" in problem.hint.en


def test_old_datums_want_an_accuracy() -> None:
    site = make_site(shapely.Point(E, N), crs="西安80", accuracy_m=100.0)
    assert (site.crs, site.accuracy_m) == ("EPSG:2359", 100.0)
    assert refused(shapely.Point(E, N), crs="西安80", accuracy_m=99.9)


def test_shapes_are_of_one_zone() -> None:
    corners = [(E, N), (E + 100, N), (E + 100, N + 100)]
    assert make_site(shapely.Polygon(corners)).crs == "EPSG:4523"
    (problem,) = refused(shapely.Polygon([*corners[:2], (36_412_000.0, N + 100)]))
    assert "不在同一投影带" in problem.hint.zh
    assert "EPSG:4524" in problem.given


@pytest.mark.parametrize(
    ("name", "crs", "agrees"),
    [
        ("国家2000", "EPSG:4523", True),
        ("CGCS2000 3度带", "EPSG:4523", True),
        ("CGCS2000 3度带 无带号", "EPSG:4523", False),
        ("CGCS2000 6度带", "EPSG:4523", False),
        ("CGCS2000 3度带36带", "EPSG:4523", False),
        ("CGCS2000 经纬度", "EPSG:4523", False),
        ("西安80", "EPSG:4523", False),
        ("EPSG:4523", "EPSG:4523", False),
        ("国家2000", "EPSG:25833", False),
    ],
)
def test_a_loose_name_and_the_zone_of_a_file(name: str, crs: str, agrees: bool) -> None:
    assert leaves_open(name, parse_crs(crs)) == agrees


@given(
    name=st.text(alphabet="CGS2000国家西安北京805436度带号第无中央经线_ EPSG:+towgs84=,.-（）", max_size=40)
)
def test_any_name_is_read_or_refused(name: str) -> None:
    try:
        check_crs_name(name)
    except InputError as error:
        told = error.problems
    else:
        told = ()
        assert crs_words(split_parameters(name)[0]) or parse_crs(name).name
    assert all(problem.hint.zh and problem.hint.en for problem in told)


@pytest.mark.parametrize("name", ["CGCS2000" + " " * 2_000_000, "国家2000" * 500_000, "+towgs84=" * 200_000])
def test_a_cell_as_long_as_a_file_is_no_name(name: str) -> None:
    for read in (check_crs_name, parse_crs):
        with pytest.raises(InputError) as error:
            read(name)
        assert len(str(error.value)) < 2_000


@given(
    places=st.lists(
        st.tuples(st.floats(-5e7, 5e7), st.floats(-5e7, 5e7))
        | st.tuples(st.floats(-200, 200), st.floats(-200, 200)),
        min_size=1,
        max_size=20,
    ),
    name=st.sampled_from([None, "CGCS2000", "EPSG:4523", "EPSG:4544", "CGCS2000 3度带", "西安80", "GCJ-02"]),
    any_order=st.booleans(),
)
def test_many_places_are_settled_as_each_alone(
    places: list[tuple[float, float]], name: str | None, any_order: bool
) -> None:
    x, y = np.array(places).T
    code, found = settle(name, x, y, any_order=any_order, where="row")
    for place, number in zip(places, code.tolist(), strict=True):
        together, at = found[number], np.array([place])
        if isinstance(together, Settled):
            assert settle_shape(name, at, any_order=any_order, where="row") == together
        else:
            with pytest.raises(InputError) as error:
                settle_shape(name, at, any_order=any_order, where="row")
            assert [p.hint for p in together.problems] == [p.hint for p in error.value.problems]


@given(
    lon=st.floats(100.0, 120.0),
    lat=st.floats(26.0, 38.0),
    width=st.sampled_from([3, 6]),
    northing_first=st.booleans(),
)
def test_a_zone_prefix_says_all(lon: float, lat: float, width: int, northing_first: bool) -> None:
    first, half = (4513, 1.5) if width == 3 else (4491, 0.0)
    zone = int((lon + half) // width)
    crs = parse_crs(f"EPSG:{first + zone - (25 if width == 3 else 12)}")
    (point,) = shapely.get_coordinates(from_lonlat(shapely.Point(lon, lat), crs))
    given = point[::-1] if northing_first else point
    site = make_site(shapely.Point(given), any_order=True)
    assert site.crs == crs.name
    assert shapely.get_coordinates(site.geometry)[0] == pytest.approx((lon, lat), abs=9e-9, rel=0)
