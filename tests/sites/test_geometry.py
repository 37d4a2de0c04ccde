"""GeoJSON of one site: what is read, and what is refused with its pointer and words."""

import json
from typing import Any

import pytest
import shapely

from geo.errors import InputError
from layers.sites.read import geometry
from layers.sites.read.geometry import crs_member, from_geojson

RING = [[105.0, 32.0], [105.1, 32.0], [105.1, 32.1], [105.0, 32.0]]


@pytest.mark.parametrize(
    ("obj", "wkt"),
    [
        ({"type": "Point", "coordinates": [105.5, 32]}, "POINT (105.5 32)"),
        ({"type": "Point", "coordinates": [105.5, 32, 400]}, "POINT Z (105.5 32 400)"),
        ({"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}, "MULTIPOINT ((1 2), (3 4))"),
        ({"type": "LineString", "coordinates": [[1, 2], [3, 4]]}, "LINESTRING (1 2, 3 4)"),
        ({"type": "LineString", "coordinates": [[1, 2], [3, 4, 5]]}, "LINESTRING Z (1 2 0, 3 4 5)"),
        ({"type": "MultiLineString", "coordinates": [[[1, 2], [3, 4]]]}, "MULTILINESTRING ((1 2, 3 4))"),
        ({"type": "Polygon", "coordinates": [RING]}, "POLYGON ((105 32, 105.1 32, 105.1 32.1, 105 32))"),
        (
            {"type": "MultiPolygon", "coordinates": [[RING]]},
            "MULTIPOLYGON (((105 32, 105.1 32, 105.1 32.1, 105 32)))",
        ),
        (
            {"type": "Feature", "properties": None, "geometry": {"type": "Point", "coordinates": [1, 2]}},
            "POINT (1 2)",
        ),
    ],
)
def test_each_geometry_type_is_read(obj: Any, wkt: str) -> None:
    assert shapely.equals_identical(from_geojson(obj), shapely.from_wkt(wkt))


def test_polygon_keeps_its_hole() -> None:
    hole = [[105.02, 32.01], [105.04, 32.01], [105.04, 32.02], [105.02, 32.01]]
    read = from_geojson({"type": "Polygon", "coordinates": [RING, hole]})
    assert len(read.interiors) == 1


LINE = {"type": "LineString", "coordinates": [[1, 2]]}
FAULTS = [
    (None, "/site", "GeoJSON 几何", "a GeoJSON geometry or Feature"),
    ([105, 32], "/site", "GeoJSON 几何", "a GeoJSON geometry or Feature"),
    ({"type": "Feature", "geometry": None}, "/site/geometry", "没有几何", "no geometry"),
    ({"type": "FeatureCollection", "features": []}, "/site/type", "批量检查", "batch check"),
    ({"type": "GeometryCollection", "geometries": []}, "/site/type", "几何集合", "geometry collection"),
    ({"type": "Circle"}, "/site/type", "不认识的几何类型", "unknown geometry type"),
    ({"coordinates": [1, 2]}, "/site/type", "不认识的几何类型", "unknown geometry type"),
    ({"type": "Point"}, "/site/coordinates", "有限数字", "finite numbers"),
    ({"type": "Point", "coordinates": []}, "/site/coordinates", "有限数字", "finite numbers"),
    ({"type": "Point", "coordinates": ["105", "32"]}, "/site/coordinates", "不得为文本", "no text"),
    ({"type": "Point", "coordinates": [True, 32]}, "/site/coordinates", "布尔值", "no booleans"),
    ({"type": "Point", "coordinates": [float("nan"), 32]}, "/site/coordinates", "NaN", "no NaN"),
    ({"type": "Point", "coordinates": [float("inf"), 32]}, "/site/coordinates", "有限数字", "finite"),
    ({"type": "Point", "coordinates": [10**400, 32]}, "/site/coordinates", "有限数字", "finite"),
    ({"type": "Point", "coordinates": [105, 32, 1, 2]}, "/site/coordinates", "两个或三个", "two or three"),
    ({"type": "MultiPoint", "coordinates": []}, "/site/coordinates", "坐标数组为空", "empty or missing"),
    ({"type": "Polygon", "coordinates": [[]]}, "/site/coordinates/0", "坐标数组为空", "empty or missing"),
    (LINE, "/site/coordinates", "至少 2 个", "at least 2"),
    ({"type": "Polygon", "coordinates": [RING[:3]]}, "/site/coordinates/0", "至少 4 个", "at least 4"),
    (
        {"type": "Polygon", "coordinates": [[*RING[:3], [105.0, 32.05]]]},
        "/site/coordinates/0",
        "没有闭合",
        "not closed",
    ),
    (
        {"type": "MultiPolygon", "coordinates": [[RING], [[[1, "2"], *RING[1:]]]]},
        "/site/coordinates/1/0/0",
        "不得为文本",
        "no text",
    ),
]


@pytest.mark.parametrize(("obj", "where", "zh", "en"), FAULTS, ids=[json.dumps(f[0])[:60] for f in FAULTS])
def test_fault_is_named_by_its_pointer_in_both_languages(obj: Any, where: str, zh: str, en: str) -> None:
    with pytest.raises(InputError) as caught:
        from_geojson(obj, "/site")
    problem = caught.value.problems[0]
    assert problem.where == where
    assert zh in problem.hint.zh
    assert en in problem.hint.en


def test_all_faults_are_told_at_once_and_the_rest_counted() -> None:
    with pytest.raises(InputError) as caught:
        from_geojson({"type": "MultiPoint", "coordinates": [["a", "b"]] * 25})
    problems = caught.value.problems
    assert [p.where for p in problems[:2]] == ["/coordinates/0", "/coordinates/1"]
    assert len(problems) == 21
    assert "5 more" in problems[-1].hint.en


def test_too_many_vertices_are_refused_with_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geometry, "MAX_VERTICES", 3)
    with pytest.raises(InputError, match="at most 3 vertices"):
        from_geojson({"type": "MultiLineString", "coordinates": [[[1, 2], [3, 4]], [[1, 2], [3, 4]]]})


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("urn:ogc:def:crs:EPSG::4490", "EPSG:4490"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84"),
        ("EPSG:4544", "EPSG:4544"),
    ],
)
def test_crs_member_is_read(name: str, plain: str) -> None:
    assert crs_member({"crs": {"type": "name", "properties": {"name": name}}}) == plain


def test_no_crs_member_names_none_and_a_broken_one_is_refused() -> None:
    assert crs_member({"type": "Point"}) is None
    with pytest.raises(InputError, match="named CRS"):
        crs_member({"crs": {"type": "link"}})
