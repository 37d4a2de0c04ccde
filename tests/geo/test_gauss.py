"""Gauss-Krüger zones: every EPSG code against PROJ's own database; what digits say."""

from typing import Any, cast

import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import from_lonlat, parse_crs, to_lonlat
from geo.errors import InputError
from geo.gauss import (
    Datum,
    candidate_zones,
    gauss_crs,
    gauss_zone,
    geographic_crs,
    zone_of_code,
    zone_of_easting,
    zones_of,
)

_NAMES = {Datum.CGCS2000: "China 2000", Datum.XIAN80: "Xian 1980", Datum.BEIJING54: "Beijing 1954"}


@pytest.mark.parametrize("datum", Datum)
@pytest.mark.parametrize("prefixed", [True, False])
def test_every_code_is_the_zone_it_is_said_to_be(datum: Datum, *, prefixed: bool) -> None:
    zones = list(zones_of(datum, prefixed=prefixed))
    assert len(zones) == 21 + 11
    for zone in zones:
        crs = pyproj.CRS.from_user_input(zone.crs)
        params = {param.name: param.value for param in cast("Any", crs.coordinate_operation).params}
        assert params["Longitude of natural origin"] == zone.meridian_deg
        assert params["False easting"] == zone.middle_m
        assert params["Scale factor at natural origin"] == 1
        assert cast("Any", crs.datum).name == _NAMES[datum]
        assert zone_of_code(zone.crs) == zone


@pytest.mark.parametrize("datum", Datum)
def test_geographic_codes(datum: Datum) -> None:
    crs = pyproj.CRS.from_user_input(geographic_crs(datum))
    assert crs.is_geographic
    assert cast("Any", crs.datum).name == _NAMES[datum]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"datum": "CGCS2000", "width_deg": 3, "zone": 35, "prefixed": True}, 4523),
        ({"datum": "CGCS2000", "width_deg": 3, "meridian_deg": 105, "prefixed": False}, 4544),
        ({"datum": "CGCS2000", "width_deg": 6, "meridian_deg": 105, "prefixed": True}, 4496),
        ({"datum": "Xi'an 80", "width_deg": 3, "zone": 36, "prefixed": False}, 2381),
        ({"datum": "Beijing 54", "width_deg": 6, "zone": 19, "prefixed": True}, 21419),
    ],
)
def test_a_zone_by_number_or_meridian(words: dict[str, object], code: int) -> None:
    assert gauss_crs(**cast("Any", words)) == f"EPSG:{code}"


@pytest.mark.parametrize(
    "words",
    [
        {"width_deg": 3, "zone": 24},
        {"width_deg": 6, "zone": 35},
        {"width_deg": 4, "zone": 18},
        {"width_deg": 3, "meridian_deg": 106},
        {"width_deg": 3, "zone": 35, "meridian_deg": 108},
        {"width_deg": 3},
    ],
)
def test_no_such_zone(words: dict[str, int]) -> None:
    with pytest.raises(InputError) as error:
        gauss_crs(Datum.CGCS2000, prefixed=True, where="row 1.crs", **cast("Any", words))
    (problem,) = error.value.problems
    assert problem.where == "row 1.crs"
    assert "没有这样的高斯-克吕格投影带" in problem.hint.zh
    assert "no such Gauss-Krüger zone" in problem.hint.en


def test_both_languages_name_the_zone() -> None:
    zone = gauss_zone(Datum.CGCS2000, 3, zone=35, prefixed=False)
    assert zone.title.zh == "CGCS2000 3 度带第 35 带（中央经线 105°E，东坐标不带带号）"
    assert zone.title.en == "CGCS2000 3° zone 35 (meridian 105°E, no zone in the easting)"


@pytest.mark.parametrize(
    ("east_m", "code"),
    [
        (35_578_234.1, "EPSG:4523"),
        (36_412_000.0, "EPSG:4524"),
        (18_500_000.0, "EPSG:4496"),
        (25_500_000.0, "EPSG:4513"),
        (23_500_000.0, "EPSG:4501"),
        (578_234.1, None),  # no prefix
        (3_578_234.1, None),  # a northing
        (24_500_000.0, None),  # between the two ranges
        (46_500_000.0, None),
        (35_020_000.0, None),  # 480 km from the meridian
        (-35_500_000.0, None),
    ],
)
def test_the_zone_of_an_easting(east_m: float, code: str | None) -> None:
    found = zone_of_easting(east_m)
    assert (found and found.crs) == code


def test_candidates() -> None:
    assert [zone.crs for zone in candidate_zones(35_578_234.0)] == ["EPSG:4523"]
    assert candidate_zones(35_578_234.0, width_deg=6) == ()
    bare = candidate_zones(578_234.0, width_deg=3)
    assert [zone.zone for zone in bare] == list(range(25, 46))
    assert not any(zone.prefixed for zone in bare)
    assert len(candidate_zones(578_234.0, Datum.XIAN80)) == 32
    assert candidate_zones(3_578_234.0) == ()


_CRS = st.sampled_from(["EPSG:4523", "EPSG:4544", "EPSG:4496", "EPSG:2359", "EPSG:3857", "EPSG:25833"])
_LON = st.floats(103.5, 107.5)
_LAT = st.floats(28.0, 34.0)
_MILLIMETRE_DEG = 9e-9


@given(crs=st.one_of(_CRS, st.sampled_from(["GCJ-02", "BD-09", "EPSG:4326", "unknown"])), lon=_LON, lat=_LAT)
def test_there_and_back_within_a_millimetre(crs: str, lon: float, lat: float) -> None:
    system = parse_crs(crs)
    back = to_lonlat(from_lonlat(shapely.Point(lon, lat), system), system)
    assert shapely.get_coordinates(back)[0] == pytest.approx((lon, lat), abs=_MILLIMETRE_DEG, rel=0)


def test_edges_keep_their_course_unless_only_vertices_are_asked_for() -> None:
    line = shapely.LineString([(105.0, 31.0), (106.0, 31.0)])
    system = parse_crs("EPSG:4523")
    whole = to_lonlat(from_lonlat(line, system), system)
    assert shapely.hausdorff_distance(whole, line) < 1e-8
    assert shapely.get_num_coordinates(from_lonlat(line, system, densify=False)) == 2
