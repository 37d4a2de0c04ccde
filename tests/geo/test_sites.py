"""The site's door: each fault with the words a person reads; nothing repaired silently."""

from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from shapely import (
    GeometryCollection,
    LinearRing,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
    box,
)

from geo.crs import agree, crs_from_wkt, parse_crs, to_lonlat
from geo.errors import FenquError, InputError, Problem, UnreadableError
from geo.measure import area_m2
from geo.model import Text
from geo.site import make_site

BOW_TIE = Polygon([(105, 31), (105.1, 31.1), (105.1, 31), (105, 31.1)])
NAN, INF = float("nan"), float("inf")
with np.errstate(invalid="ignore"):
    RING_WITH_NAN = Polygon([(105, 31), (105.1, NAN), (105.1, 31.1)])


def problems(geometry: Any, **keys: Any) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        make_site(geometry, **keys)
    return caught.value.problems


# --- shapes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("geometry", "keys", "given", "zh", "en"),
    [
        pytest.param(Point(), {}, "Point EMPTY", "几何为空", "geometry is empty", id="empty point"),
        pytest.param(Polygon(), {}, "Polygon EMPTY", "几何为空", "geometry is empty", id="empty polygon"),
        pytest.param(MultiPoint(), {}, "MultiPoint EMPTY", "几何为空", "geometry is empty", id="no points"),
        pytest.param(Point(NAN, 31), {}, "NaN", "NaN 或无穷大", "NaN or infinite", id="NaN"),
        pytest.param(
            LineString([(105, 31), (INF, 31)]), {}, "infinity", "NaN 或无穷大", "NaN or infinite", id="inf"
        ),
        pytest.param(
            RING_WITH_NAN, {}, "NaN", "NaN 或无穷大", "NaN or infinite",
            id="NaN in a ring",
        ),
        pytest.param(BOW_TIE, {}, "Self-intersection", "自相交", "crosses itself", id="self-crossing"),
        pytest.param(
            MultiPolygon([box(105, 31, 105.2, 31.2), box(105.1, 31.1, 105.3, 31.3)]),
            {}, "Self-intersection", "repair=make_valid", "repair=make_valid", id="overlapping parts",
        ),
        pytest.param(
            LineString([(105, 31), (105, 31)]), {}, "LineString", "线长或面积为零", "the shape has no size",
            id="line of no length",
        ),
        pytest.param(
            Polygon([(105, 31), (105.1, 31), (105, 31)]), {}, "Polygon", "线长或面积为零",
            "the shape has no size", id="polygon of no area",
        ),
        pytest.param(
            GeometryCollection([Point(105, 31)]), {}, "GeometryCollection", "不支持的几何类型",
            "unsupported geometry type", id="collection",
        ),
        pytest.param(
            LinearRing([(105, 31), (105.1, 31), (105, 31.1)]), {}, "LinearRing", "不支持的几何类型",
            "unsupported geometry type", id="ring",
        ),
        pytest.param(Point(31, 105), {}, "31, 105", "经纬度似乎颠倒", "look swapped", id="swapped point"),
        pytest.param(
            box(31, 105, 31.1, 105.1), {}, "EPSG:4490", "经度在前", "longitude comes first",
            id="swapped polygon",
        ),
        pytest.param(
            Point(500_000, 3_500_000), {}, "500000", "判断不出投影带", "say which zone",
            id="metres without zone",
        ),
        pytest.param(
            Point(99_500_000, 3_500_000), {}, "99500000", "请注明坐标系", "name their CRS",
            id="metres of no zone",
        ),
        pytest.param(Point(200, 31), {}, "200, 31", "超出经纬度范围", "outside longitude", id="out of range"),
        pytest.param(
            Point(105, 31), {"accuracy_m": -1.0}, "-1.0", "精度须为非负的米数", "accuracy must be metres",
            id="negative accuracy",
        ),
        pytest.param(
            Point(105, 31), {"accuracy_m": NAN}, "nan", "精度须为非负的米数", "accuracy must be metres",
            id="NaN accuracy",
        ),
        pytest.param(
            Point(105, 31), {"crs": "EPSG:999999"}, "EPSG:999999", "未知或不可用的坐标系",
            "unknown or unusable coordinate reference system", id="unknown code",
        ),
        pytest.param(
            Point(105, 31), {"crs": "Beijing"}, "Beijing", "未知或不可用的坐标系", "name an EPSG code",
            id="nonsense",
        ),
        pytest.param(
            Point(105, 31), {"crs": ""}, "", "未知或不可用的坐标系", "name an EPSG code", id="empty name"
        ),
        pytest.param(
            Point(105, 31), {"crs": "EPSG:4610"}, "—", "须声明不小于 100 米的精度",
            "declare an accuracy of 100 m or more", id="Xi'an 80 without accuracy",
        ),
        pytest.param(
            Point(105, 31), {"crs": "EPSG:4610", "accuracy_m": 99.0}, "99", "西安80", "Xi'an 80",
            id="Xi'an 80 said to be too exact",
        ),
        pytest.param(
            Point(500_000, 3_500_000), {"crs": "EPSG:2432"}, "—", "北京54", "Beijing 54",
            id="Beijing 54 without accuracy",
        ),
        pytest.param(
            BOW_TIE, {"repair": "buffer0"}, "buffer0", "未知的修复方法", "unknown repair", id="unknown repair"
        ),
    ],
)  # fmt: skip
def test_a_fault_is_refused_in_words(geometry, keys, given, zh, en):
    told = problems(geometry, where="row 7", **keys)
    assert len(told) == 1
    assert told[0].where.startswith("row 7")
    assert given in told[0].given
    assert told[0].allowed
    assert zh in told[0].line("zh")
    assert en in told[0].line("en")
    assert told[0].line("en").startswith(told[0].where)


def test_all_faults_at_once():
    told = problems(Point(NAN, 3), accuracy_m=-1.0, repair="magic")
    assert {p.where for p in told} == {"site", "site.accuracy_m", "site.repair"}


def test_the_crs_that_is_refused_is_told_with_the_rest():
    told = problems(Point(), crs="nonsense")
    assert {p.where for p in told} == {"site", "site.crs"}


# --- what is assumed and repaired is said -------------------------------------------------------------------


@pytest.mark.parametrize(
    "geometry",
    [
        Point(105, 31),
        MultiPoint([(105, 31), (106, 31)]),
        LineString([(105, 31), (106, 31)]),
        MultiLineString([[(105, 31), (106, 31)], [(105, 32), (106, 32)]]),
        box(105, 31, 105.1, 31.1),
        MultiPolygon([box(105, 31, 105.1, 31.1), box(106, 31, 106.1, 31.1)]),
    ],
    ids=lambda g: g.geom_type,
)
def test_shapes_that_are_taken_come_through_unchanged(geometry):
    site = make_site(geometry, crs="EPSG:4490", accuracy_m=1.0)
    assert site.geometry.equals_exact(geometry)
    assert (site.crs, site.accuracy_m, site.datum_known, site.remarks) == ("EPSG:4490", 1.0, True, ())


def test_no_crs_and_no_accuracy_are_said_aloud():
    site = make_site(Point(105, 31))
    assert (site.crs, site.accuracy_m) == ("EPSG:4490", 5.0)
    assert [r.zh for r in site.remarks] == ["未注明坐标系，按 EPSG:4490 处理", "未注明精度，按 5 米计"]
    assert [r.en for r in site.remarks] == [
        "no CRS given: taken as EPSG:4490",
        "no accuracy given: taken as 5 m",
    ]


@pytest.mark.parametrize(
    "geometry",
    [Point(105, 31, 400), LineString([(105, 31, 1), (106, 31, 2)]), shapely.from_wkt("POINT M (105 31 7)")],
    ids=["point", "line", "measured point"],
)
def test_the_third_dimension_is_dropped_with_a_remark(geometry):
    site = make_site(geometry, crs="EPSG:4490", accuracy_m=1.0)
    assert not site.geometry.has_z
    assert [r.zh for r in site.remarks] == ["三维坐标的高程已略去"]
    assert [r.en for r in site.remarks] == ["the third dimension was dropped"]


def test_a_repair_on_request_is_named():
    site = make_site(BOW_TIE, crs="EPSG:4490", accuracy_m=1.0, repair="make_valid")
    assert site.geometry.is_valid
    assert float(area_m2(site.geometry)) == pytest.approx(
        float(area_m2(box(105, 31, 105.1, 31.1))) / 2, rel=1e-3
    )
    (remark,) = site.remarks
    assert "按要求以 make_valid 修复" in remark.zh
    assert "repaired on request by make_valid" in remark.en
    assert "Self-intersection" in remark.en


def test_a_sound_shape_is_not_repaired():
    site = make_site(box(105, 31, 105.1, 31.1), crs="EPSG:4490", accuracy_m=1.0, repair="make_valid")
    assert site.remarks == ()


def test_what_is_nothing_after_the_repair_is_refused():
    flat = Polygon([(105, 31), (105.1, 31), (105, 31)])
    assert problems(flat, repair="make_valid")


def test_wgs84_is_taken_as_cgcs2000_with_a_remark():
    site = make_site(Point(105, 31), crs="EPSG:4326", accuracy_m=1.0)
    assert site.geometry.equals(Point(105, 31))
    assert [r.en for r in site.remarks] == ["WGS84 coordinates are taken as CGCS2000"]


@pytest.mark.parametrize("name", ["unknown", "Unknown", "未知"])
@pytest.mark.parametrize(("given", "taken"), [(None, 1_200.0), (5.0, 1_200.0), (2_000.0, 2_000.0)])
def test_an_unknown_datum_has_1200_m(name, given, taken):
    site = make_site(Point(105, 31), crs=name, accuracy_m=given)
    assert (site.crs, site.accuracy_m, site.datum_known) == ("unknown", taken, False)
    assert "坐标基准不明" in site.remarks[-1].zh


def test_old_datums_with_a_declared_accuracy_are_taken_at_face_value():
    site = make_site(Point(105, 31), crs="EPSG:4610", accuracy_m=100.0)
    assert site.geometry.equals(Point(105, 31))
    site = make_site(Point(500_000, 3_500_000), crs="EPSG:2380", accuracy_m=100.0)
    assert site.geometry.x == pytest.approx(105.0, abs=1e-9)


@pytest.mark.parametrize("accuracy", [0.0, 0.01, 100_000.0])
def test_accuracy_from_nothing_to_a_hundred_kilometres(accuracy):
    assert make_site(Point(105, 31), accuracy_m=accuracy).accuracy_m == accuracy


# --- names of coordinate systems ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("EPSG:4490", "EPSG:4490"),
        ("epsg:4544", "EPSG:4544"),
        (" EPSG:4490 ", "EPSG:4490"),
        (4490, "EPSG:4490"),
        ("4545", "EPSG:4545"),
        ("CGCS2000", "EPSG:4490"),
        ("WGS84", "EPSG:4326"),
        ("OGC:CRS84", "EPSG:4326"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("urn:ogc:def:crs:EPSG::4490", "EPSG:4490"),
        ("EPSG:32648", "EPSG:32648"),
        ("EPSG:21458", "EPSG:21458"),
        ("32648", "EPSG:32648"),
        ("urn:ogc:def:crs:EPSG::32648", "EPSG:32648"),
        ("urn:ogc:def:crs:EPSG:9.9.1:4544", "EPSG:4544"),
        ("gcj-02", "GCJ-02"),
        ("GCJ02", "GCJ-02"),
        ("bd-09", "BD-09"),
        ("unknown", "unknown"),
    ],
)
def test_names_of_coordinate_systems(given, name):
    assert parse_crs(given).name == name


@pytest.mark.parametrize(
    "given", ["EPSG:", "EPSG:abc", "EPSG:4479", "EPSG:5773", "EPSG:4490;DROP", "4490,4326", "1984"]
)
def test_what_is_no_plane_or_geographic_system_is_refused(given):
    with pytest.raises(InputError) as caught:
        parse_crs(given, where="layers[2].crs")
    assert caught.value.problems[0].where == "layers[2].crs"


def test_names_that_may_stand_for_each_other():
    assert agree(parse_crs("EPSG:4326"), parse_crs("EPSG:4490"))
    assert agree(parse_crs("CRS84"), parse_crs("EPSG:4490"))
    assert not agree(parse_crs("EPSG:4544"), parse_crs("EPSG:4545"))
    assert not agree(parse_crs("GCJ-02"), parse_crs("EPSG:4490"))


def test_a_file_s_own_words_are_read():
    assert crs_from_wkt(pyproj.CRS.from_epsg(4544).to_wkt()).name == "EPSG:4544"
    assert crs_from_wkt(pyproj.CRS.from_epsg(4490).to_wkt("WKT1_ESRI")).name == "EPSG:4490"
    assert crs_from_wkt("OGC:CRS84").name in {"EPSG:4326", "OGC:CRS84"}
    with pytest.raises(InputError):
        crs_from_wkt('LOCAL_CS["our yard"]')


def test_edges_are_densified_before_they_are_moved():
    long = LineString([(500_000, 3_500_000), (520_000, 3_500_000)])
    moved = to_lonlat(long, parse_crs("EPSG:4544"))
    assert shapely.get_num_coordinates(moved) >= 101
    feet = to_lonlat(LineString([(1_500_000, 500_000), (1_500_000 + 6_562, 500_000)]), parse_crs("EPSG:2264"))
    assert shapely.get_num_coordinates(feet) >= 11


def test_projected_axes_are_easting_first():
    placed = to_lonlat(Point(500_000, 3_500_000), parse_crs("EPSG:4544"))
    assert placed.x == pytest.approx(105.0, abs=1e-9)
    assert 31 < placed.y < 32


@pytest.mark.parametrize("crs", ["EPSG:4544", "EPSG:4523"])
def test_northing_first_in_a_projected_system_is_refused(crs):
    assert problems(Point(3_500_000, 500_000), crs=crs)


# --- the error tree -----------------------------------------------------------------------------------------


def test_errors_carry_every_problem_in_one_tree():
    one = Problem(where="a", given="1", allowed="2", hint=Text("错", "wrong"))
    assert InputError(one).problems == (one,)
    assert InputError([one, one]).problems == (one, one)
    assert "a: wrong (given: 1; allowed: 2)" in str(InputError(one))
    assert one.line("zh") == "a: 错 (给出: 1; 允许: 2)"
    assert issubclass(UnreadableError, InputError)
    assert issubclass(InputError, FenquError)
