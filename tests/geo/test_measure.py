"""Metres are metres: areas, lengths, distances against pyproj.Geod, the survey formula, shifted datums."""

import math

import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer
from shapely import LineString, MultiLineString, MultiPolygon, Point, Polygon, box

from geo.crs import gauss_krueger, parse_crs, to_lonlat
from geo.datum import bd_to_wgs, gcj_to_bd, gcj_to_wgs, wgs_to_gcj
from geo.foot import edges_of, nearest_m
from geo.measure import Frame, area_m2, length_m, window
from geo.model import Relation
from geo.site import make_site
from tests.geo.world import edition, finding, layer, project, report, rule

GEOD = Geod(ellps="GRS80")  # a = 6 378 137 m, 1/f = 298.257222101: the ellipsoid of CGCS2000
STEP_DEG = 0.00018  # 20 m
SPLIT = 1_000


def densified(geometry: shapely.Geometry) -> shapely.Geometry:
    return shapely.segmentize(geometry, STEP_DEG)


def star(rng: np.random.Generator, lon: float, lat: float, radius_m: float, corners: int) -> Polygon:
    """A star-shaped polygon: never self-crossing."""
    angle = np.sort(rng.uniform(0, 2 * math.pi, corners))
    reach = radius_m * rng.uniform(0.3, 1.0, corners)
    east = reach * np.cos(angle) / (111_320 * math.cos(math.radians(lat)))
    return Polygon(np.column_stack([lon + east, lat + reach * np.sin(angle) / 110_900]))


def places(rng: np.random.Generator) -> tuple[float, float]:
    return float(rng.uniform(103, 110)), float(rng.uniform(29, 33))


# --- areas --------------------------------------------------------------------------------------------------


def test_areas_of_random_polygons_against_geodesics():
    rng = np.random.default_rng(20261121)
    shapes = []
    for _ in range(SPLIT):
        lon, lat = places(rng)
        radius = float(10 ** rng.uniform(0.5, 4.0))
        shape = star(rng, lon, lat, radius, int(rng.integers(5, 25)))
        shapes.append(shape if shape.is_valid else shape.convex_hull)
    ours = area_m2(np.array(shapes, dtype=object))
    worst = 0.0
    for shape, area in zip(shapes, ours, strict=True):
        step = max(STEP_DEG, shape.length / 4_000)
        theirs = abs(GEOD.geometry_area_perimeter(shapely.segmentize(shape, step))[0])
        worst = max(worst, abs(area - theirs) / max(1e-6 * theirs, 0.05))
    assert worst <= 1.0


def test_a_large_district_is_as_exact_as_a_small_plot():
    district = Polygon([(105.2, 31.1), (106.9, 31.4), (107.3, 32.6), (105.9, 32.9), (105.0, 32.2)])
    theirs = abs(GEOD.geometry_area_perimeter(shapely.segmentize(district, 0.002))[0])
    assert float(area_m2(district)) == pytest.approx(theirs, rel=1e-8)


def survey_formula(west: float, south: float, east: float, north: float) -> float:
    """国土调查办发〔2008〕32号, regulations.md §8.4: area of a cell between meridians and parallels."""
    a, f = 6_378_137.0, 1 / 298.257222101
    b, e2 = a * (1 - f), f * (2 - f)
    terms = (
        1 + 3 / 6 * e2 + 30 / 80 * e2**2 + 35 / 112 * e2**3 + 630 / 2304 * e2**4,
        1 / 6 * e2 + 15 / 80 * e2**2 + 21 / 112 * e2**3 + 420 / 2304 * e2**4,
        3 / 80 * e2**2 + 7 / 112 * e2**3 + 180 / 2304 * e2**4,
        1 / 112 * e2**3 + 45 / 2304 * e2**4,
        5 / 2304 * e2**4,
    )
    low, high = math.radians(south), math.radians(north)
    middle, total = (low + high) / 2, 0.0
    for number, term in enumerate(terms):
        odd = 2 * number + 1
        total += (-1) ** number * term * math.sin(odd / 2 * (high - low)) * math.cos(odd * middle)
    return 2 * b * b * math.radians(east - west) * total


def test_the_cell_of_the_regulations():
    assert survey_formula(105.8, 32.5, 105.9, 32.6) == pytest.approx(104_159_202.887, abs=0.001)
    assert float(area_m2(box(105.8, 32.5, 105.9, 32.6))) == pytest.approx(104_159_202.887, abs=0.001)


@pytest.mark.parametrize("lat", [29.0, 30.25, 31.5, 32.99])
@pytest.mark.parametrize("size", [0.0001, 0.01, 1.0])
def test_cells_against_the_survey_formula(lat, size):
    ours = float(area_m2(box(105.0, lat, 105.0 + size, lat + size)))
    assert ours == pytest.approx(survey_formula(105.0, lat, 105.0 + size, lat + size), rel=1e-9, abs=1e-4)


def test_areas_of_holes_parts_arrays_and_what_has_none():
    outer, hole = box(105, 30, 105.02, 30.02), box(105.005, 30.005, 105.01, 30.01)
    holed = Polygon(outer.exterior.coords, [hole.exterior.coords])
    parts = [
        outer,
        hole,
        holed,
        MultiPolygon([outer, box(106, 30, 106.02, 30.02)]),
        Point(105, 30),
        Polygon(),
    ]
    a, b, c, d, e, f = area_m2(np.array(parts, dtype=object))
    assert c == pytest.approx(a - b, rel=1e-11)
    assert d == pytest.approx(2 * a, rel=1e-11)
    assert (e, f) == (0, 0)
    assert float(area_m2(shapely.GeometryCollection([outer, Point(105, 30)]))) == a
    assert float(area_m2(shapely.reverse(outer))) == a


# --- lengths ------------------------------------------------------------------------------------------------


def test_lengths_of_random_lines_against_geodesics():
    rng = np.random.default_rng(4490)
    lines = []
    for _ in range(SPLIT):
        lon, lat = places(rng)
        step = 10 ** rng.uniform(-5, -2, (int(rng.integers(2, 12)), 2)) * rng.choice([-1, 1])
        lines.append(LineString(np.array([lon, lat]) + np.cumsum(step, axis=0)))
    ours = length_m(np.array(lines, dtype=object))
    theirs = np.array([GEOD.geometry_length(densified(line)) for line in lines])
    assert np.abs(ours - theirs).max() <= 0.01


def test_lengths_of_parts_and_what_has_none():
    one, two = LineString([(105, 30), (105, 30.01)]), LineString([(106, 30), (106, 30.01)])
    assert float(length_m(one)) == pytest.approx(GEOD.line_length([105, 105], [30, 30.01]), abs=1e-6)
    assert float(length_m(MultiLineString([one, two]))) == pytest.approx(2 * float(length_m(one)), abs=1e-6)
    assert list(length_m(np.array([box(0, 0, 1, 1), Point(0, 0)], dtype=object))) == [0, 0]


# --- distances, through the one road ------------------------------------------------------------------------


def brute_force(one: shapely.Geometry, other: shapely.Geometry) -> float:
    """Least geodesic between two outlines: vertices of each, densified to 20 m, against edges of the other.

    Edges of 20 m are cut at their point nearest to the vertex, found in a plane of that place.
    """
    best = math.inf
    for here, there in ((one, other), (other, one)):
        points = shapely.get_coordinates(densified(here))
        line = shapely.get_coordinates(densified(there))
        lat = math.radians(float(points[0, 1]))
        scale = np.array([math.cos(lat) * 111_412.0, 110_946.0])
        gap = shapely.distance(shapely.points(points * scale), LineString(line * scale))
        for index in np.argsort(gap)[:40]:
            vertex = Point(points[index] * scale)
            near = LineString(line * scale).interpolate(LineString(line * scale).project(vertex))
            x, y = np.array([near.x, near.y]) / scale
            best = min(best, GEOD.inv(*points[index], x, y)[2])
    return best


def test_distances_of_random_pairs_against_geodesics():
    rng = np.random.default_rng(35)
    worst = 0.0
    for _ in range(250):
        lon, lat = places(rng)
        site = star(rng, lon, lat, float(rng.uniform(5, 500)), 9).convex_hull
        zone = star(rng, lon, lat, float(rng.uniform(5, 500)), 9).convex_hull
        far, angle = rng.uniform(1_050, 3_000), rng.uniform(0, 2 * math.pi)
        zone = shapely.affinity.translate(
            zone,
            far * math.cos(angle) / (111_320 * math.cos(math.radians(lat))),
            far * math.sin(angle) / 110_900,
        )
        ours = distance_of(site, zone)
        worst = max(worst, abs(ours - brute_force(site, zone)))
    assert worst <= 0.01


def distance_of(site: shapely.Geometry, zone: shapely.Geometry) -> float:
    near = rule("R", "a", relation=Relation.WITHIN_DISTANCE, distance_m=3_100.0)
    zones = [layer("a", edition([{"zone_id": "z", "zone_class": "1", "geometry": zone}]))]
    found = finding(report(zones, [near], project(site)), "R")
    assert found.distance_m is not None
    return found.distance_m


def test_distances_of_random_points_are_geodesics():
    rng = np.random.default_rng(36)
    worst = 0.0
    for _ in range(250):
        lon, lat = places(rng)
        far, angle = rng.uniform(0, 3_000), rng.uniform(0, 360)
        x, y, _ = GEOD.fwd(lon, lat, angle, far)
        worst = max(worst, abs(distance_of(Point(lon, lat), Point(x, y)) - far))
    assert worst <= 1e-4


@pytest.mark.parametrize(
    "zone",
    [
        pytest.param(Point, id="a point"),
        pytest.param(lambda x, y: LineString([(x, y), (x, y), (x, y + 0.1)]), id="a vertex given twice"),
        pytest.param(lambda x, y: box(x - 0.1, y, x + 0.1, y + 0.1), id="edges alone"),
    ],
)
def test_a_zone_of_any_kind_far_from_a_point(zone):
    """Beyond ten kilometres the nearest pair is looked for in the point's own frame."""
    x, y, _ = GEOD.fwd(105.3, 31.0, 0, 20_000.0)
    edges, owner = edges_of(np.array([zone(x, y)], dtype=object))
    assert nearest_m(105.3, 31.0, edges, owner, 1, 50_000.0) == pytest.approx([20_000.0], abs=0.001)


@pytest.mark.parametrize("gap_m", [0.5, 25.4, 999.999, 3_000.0])
@pytest.mark.parametrize("lon", [105.02, 105.5, 105.777])
def test_distance_to_an_edge_a_hundred_kilometres_long(lon, gap_m):
    """The southern edge of a one-degree zone is a parallel; due south of it the geodesic is the meridian."""
    x, y, _ = GEOD.fwd(lon, 31.0, 180, gap_m)
    assert distance_of(Point(x, y), box(105, 31, 106, 32)) == pytest.approx(gap_m, abs=0.001)


def test_a_site_beside_a_long_slanted_edge():
    zone = Polygon([(105, 31), (106.5, 31.9), (105, 32.5)])
    site = Polygon([(105.76, 31.445), (105.77, 31.44), (105.77, 31.445)])
    ours = distance_of(site, zone)
    edge = shapely.segmentize(LineString([(105.7, 31.42), (105.82, 31.492)]), 0.00001)
    near = min(GEOD.inv(105.76, 31.445, x, y)[2] for x, y in shapely.get_coordinates(edge))
    assert ours == pytest.approx(near, abs=0.01)


def test_the_window_holds_everything_within_reach():
    rng = np.random.default_rng(37)
    for reach in (1.0, 100.0, 3_000.0, 50_000.0):
        for _ in range(20):
            lon, lat = places(rng)
            west, south, east, north = window((lon, lat, lon, lat), reach)
            for angle in range(0, 360, 15):
                x, y, _ = GEOD.fwd(lon, lat, angle, reach)
                assert west <= x <= east
                assert south <= y <= north


def test_a_frame_is_true_near_its_centre_and_comes_back():
    frame = Frame(106.3, 31.2)
    points = np.array([[106.3, 31.2], [106.33, 31.2], [106.3, 31.22], [106.28, 31.18]])
    plane = shapely.get_coordinates([frame.project(Point(p)) for p in points])
    assert np.abs(frame.degrees(plane) - points).max() < 1e-11
    for (lon, lat), xy in zip(points[1:], plane[1:], strict=True):
        assert math.hypot(*(xy - plane[0])) == pytest.approx(GEOD.inv(106.3, 31.2, lon, lat)[2], abs=0.002)


# --- coordinate systems -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lon", [105.9, 106.45, 106.5, 106.55, 107.1])
def test_both_gauss_zones_give_the_same_area(lon):
    rng = np.random.default_rng(int(lon * 100))
    shape = shapely.segmentize(star(rng, lon, 31.8, 900, 12).convex_hull, 0.0005)
    areas = []
    for code in (4544, 4545):
        forward = Transformer.from_crs(4490, code, always_xy=True)
        projected = shapely.transform(
            shape, lambda xy, f=forward: np.column_stack(f.transform(xy[:, 0], xy[:, 1]))
        )
        areas.append(float(area_m2(make_site(projected, crs=f"EPSG:{code}").geometry)))
    assert areas[0] == pytest.approx(areas[1], rel=1e-8)
    assert areas[0] == pytest.approx(float(area_m2(shape)), rel=1e-8)


def test_long_edges_are_straight_in_the_crs_of_supply():
    """A 10 km edge of a projected rectangle bows by metres in degrees; densified, it does not."""
    field = box(500_000, 3_500_000, 510_000, 3_510_000)
    site = make_site(field, crs="EPSG:4544")
    forward = Transformer.from_crs(4490, 4544, always_xy=True)
    back = shapely.transform(
        shapely.segmentize(site.geometry, 0.0001),
        lambda xy: np.column_stack(forward.transform(xy[:, 0], xy[:, 1])),
    )
    assert shapely.hausdorff_distance(back, shapely.segmentize(field, 20)) < 20
    assert shapely.symmetric_difference(back, field).area < 40  # m² of 1e8: edges within a millimetre
    corners_only = shapely.transform(
        field, lambda xy: np.column_stack(forward.transform(*xy.T, direction="INVERSE"))
    )
    assert abs(float(area_m2(site.geometry)) - float(area_m2(corners_only))) < 1e8 * 1e-4


@pytest.mark.parametrize(("code", "x"), [(4523, 35_500_000.0), (4544, 500_000.0)])
def test_eastings_with_and_without_the_zone_number(code, x):
    placed = to_lonlat(Point(x, 3_500_000), parse_crs(f"EPSG:{code}"))
    assert (placed.x, placed.y) == pytest.approx((105.0, 31.622563), abs=1e-5)


@pytest.mark.parametrize(
    ("lon", "lat", "zone", "meridian"),
    [(105.0, 31.6, 35, 105), (106.49, 31.6, 35, 105), (106.5, 31.6, 36, 108), (103.49, 29.6, 34, 102)],
)
def test_gauss_krueger(lon, lat, zone, meridian):
    north, east, told, central = gauss_krueger(lon, lat)
    forward = Transformer.from_crs(4490, 4534 + zone - 25, always_xy=True)
    assert (told, central) == (zone, meridian)
    assert (east, north) == pytest.approx(forward.transform(lon, lat), abs=1e-6)


DISTRICTS = {
    "朝天": (105.89, 32.64, 435), "巴中": (106.75, 31.86, 462), "乐山市中": (103.76, 29.56, 373),
    "城口": (108.66, 31.95, 485), "潼南": (105.84, 30.19, 462),
}  # fmt: skip


@pytest.mark.parametrize(("lon", "lat", "shift_m"), DISTRICTS.values(), ids=DISTRICTS)
def test_the_shift_of_gcj_and_bd_is_that_of_the_regulations(lon, lat, shift_m):
    gcj = wgs_to_gcj(np.array([lon]), np.array([lat]))
    bd = gcj_to_bd(*gcj)
    assert GEOD.inv(lon, lat, gcj[0][0], gcj[1][0])[2] == pytest.approx(shift_m, abs=15)
    assert 900 <= GEOD.inv(lon, lat, bd[0][0], bd[1][0])[2] <= 1_125


def test_gcj_and_bd_come_back():
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(103, 110, 1_000), rng.uniform(29, 33, 1_000)
    gcj = wgs_to_gcj(lon, lat)
    bd = gcj_to_bd(*gcj)
    for back in (gcj_to_wgs(*gcj), bd_to_wgs(*bd)):
        assert GEOD.inv(lon, lat, *back)[2].max() < 0.001


@pytest.mark.parametrize("name", ["GCJ-02", "BD-09"])
def test_a_site_in_a_shifted_datum_is_moved_back(name):
    lon, lat = np.array([105.84]), np.array([30.19])
    given = wgs_to_gcj(lon, lat) if name == "GCJ-02" else gcj_to_bd(*wgs_to_gcj(lon, lat))
    site = make_site(Point(given[0][0], given[1][0]), crs=name)
    assert GEOD.inv(105.84, 30.19, site.geometry.x, site.geometry.y)[2] < 0.001
    assert site.crs == name
    assert site.datum_known
