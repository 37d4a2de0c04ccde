"""Sites over 20 km: a road of 200 km, a polygon of 60 km. One plane for all of it is wrong by centimetres.

A parallel is a straight edge in longitude/latitude, and what lies due south of it is nearest along the
meridian: `Geod.fwd` places zones at a distance known to a nanometre.
"""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Geod
from shapely import LineString, MultiPoint, Point, Polygon, box

from geo.answer import to_json
from geo.check import check_projects
from geo.measure import length_m
from geo.model import Finding, Relation
from geo.tiles import LONG_M, distances_m, tiles_of
from tests.geo.world import ON, bundle, edition, finding, layer, project, report, rule

GEOD = Geod(ellps="GRS80")
LAT = 31.0
COVERAGE = box(100, 26, 112, 36)
ROAD = LineString([(104.5, LAT), (106.6, LAT)])  # 200 km
FIELD = box(105.2, LAT, 105.83, LAT + 0.3)  # 60 km wide
ENDS = {"road": (ROAD, 105.55, 104.52), "field": (FIELD, 105.515, 105.21)}


def south_of(lon: float, metres: float) -> tuple[float, float]:
    """The place so many metres due south of the parallel on which the sites have their southern edge."""
    x, y, _ = GEOD.fwd(lon, LAT, 180, metres)
    return float(x), float(y)


def zones_of(*shapes: Any, **keys: Any) -> Any:
    rows = [{"zone_id": f"a{n}", "zone_class": "1", "geometry": shape} for n, shape in enumerate(shapes)]
    return layer("a", edition(rows, **{"coverage": COVERAGE, "accuracy_m": 0.0, **keys}))


def ask(site: Any, *shapes: Any, layer_keys: dict[str, Any] | None = None, **keys: Any) -> Finding:
    the_rule = rule("R", "a", **{"relation": Relation.WITHIN_DISTANCE, **keys})
    told = report([zones_of(*shapes, **(layer_keys or {}))], [the_rule], project(site, "ROAD"))
    return finding(told, "R")


# --- distances ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("site", ENDS)
@pytest.mark.parametrize("kind", ["points", "polygons"])
def test_the_nearest_pair_is_found_at_either_end(site, kind):
    """A zone nearer by 2 cm at the far end than at the middle, where the plane of the whole is true."""
    shape, middle, end = ENDS[site]
    here, there = south_of(middle, 2_999.98 + 0.02), south_of(end, 2_999.98)
    if kind == "points":
        zone: Any = MultiPoint([here, there])
    else:
        half = 0.001  # wedges, each with its tip towards the site
        zone = shapely.union_all([Polygon([p, (p[0] + half, p[1] - half), (p[0] - half, p[1] - half)])
                                  for p in (here, there)])  # fmt: skip
    found = ask(shape, zone, distance_m=3_100.0)
    assert found.distance_m == pytest.approx(2_999.98, abs=0.001)


@pytest.mark.parametrize("site", ENDS)
@pytest.mark.parametrize("beyond", [-1.0, -0.01, -0.001, 0.001, 0.01, 1.0])
@pytest.mark.parametrize("limit", [30.0, 1_000.0, 3_000.0])
def test_thresholds_hold_at_the_far_end(site, beyond, limit):
    shape, middle, end = ENDS[site]
    decoy, nearest = south_of(middle, limit + beyond + 0.02), south_of(end, limit + beyond)
    found = ask(shape, MultiPoint([decoy, nearest]), distance_m=limit)
    assert (found.outcome == "applies") is (beyond < 0)
    assert found.distance_m == pytest.approx(limit + beyond, abs=0.0005)


def nearest_of(line: LineString, place: tuple[float, float]) -> float:
    """Least geodesic from a place to a line straight in degrees: sampled, then sampled finer twice."""
    edges = np.array(list(pairwise(line.coords)))
    t = np.tile(np.linspace(0, 1, 4_001), (len(edges), 1))
    for _ in range(3):
        xy = edges[:, None, 0] + t[:, :, None] * (edges[:, None, 1] - edges[:, None, 0])
        flat = xy.reshape(-1, 2)
        far = GEOD.inv(np.full(len(flat), place[0]), np.full(len(flat), place[1]), *flat.T)[2].reshape(
            t.shape
        )
        best = np.take_along_axis(t, far.argmin(axis=1)[:, None], axis=1)
        step = t[:, 1:2] - t[:, :1]
        t = np.clip(best + step * np.linspace(-1, 1, 201), 0, 1)
    return float(far.min())


@pytest.mark.parametrize("seed", range(6))
def test_random_roads_of_200_km_against_geodesics(seed):
    rng = np.random.default_rng(seed)
    bends = np.column_stack([np.linspace(104.5, 106.6, 9), LAT + rng.uniform(-0.4, 0.4, 9)])
    road = LineString(bends)
    away = road.parallel_offset(0.02, "left") if seed % 2 else road.parallel_offset(0.02, "right")
    places = [
        tuple(p)
        for p in shapely.get_coordinates(
            shapely.line_interpolate_point(away, rng.random(12), normalized=True)
        )
    ]
    expected = np.array([nearest_of(road, place) for place in places])
    found = distances_m(tiles_of(road), shapely.points(places), 5_000.0)
    assert np.abs(found - expected).max() < 0.001
    assert ask(road, MultiPoint(places), distance_m=5_000.0).distance_m == pytest.approx(
        expected.min(), abs=0.001
    )


def test_a_zone_in_a_hole_of_a_large_site():
    hole = box(105.3, LAT + 0.1, 105.4, LAT + 0.2)
    site = Polygon(FIELD.exterior.coords, [hole.exterior.coords])
    x, y, _ = GEOD.fwd(105.35, LAT + 0.1, 0, 1_234.5)  # due north of the hole's southern edge
    found = ask(site, Polygon([(x, y), (x + 0.001, y + 0.01), (x - 0.001, y + 0.01)]), distance_m=2_000.0)
    assert found.distance_m == pytest.approx(1_234.5, abs=0.001)


def test_a_zone_inside_a_large_site_is_met():
    found = ask(FIELD, box(105.5, LAT + 0.1, 105.51, LAT + 0.11), distance_m=10.0)
    assert (found.outcome, found.distance_m) == ("applies", 0.0)


# --- depths and other margins -------------------------------------------------------------------------------


@pytest.mark.parametrize(("accuracy", "borderline"), [(1_000.02, True), (999.98, False)])
def test_the_borderline_test_is_exact_at_the_far_end(accuracy, borderline):
    """A zone 1 000 m deep over the last 10 km of the road; the plane of the whole made 1 000.11 m of it."""
    tip = south_of(104.5, 1_000.0)
    zone = box(104.4, tip[1], 104.6, LAT + 0.1)
    road = shapely.reverse(ROAD)
    found = ask(road, zone, relation=Relation.INTERSECTS, layer_keys={"accuracy_m": accuracy})
    assert found.outcome == "applies"
    assert found.borderline is borderline
    assert found.margin_m is None or found.margin_m == pytest.approx(-1_000.0, abs=0.5)


@pytest.mark.parametrize("far_km", [5, 30, 80])
@pytest.mark.parametrize("kind", ["line", "polygon"])
def test_great_depths_are_geodesics_too(kind, far_km):
    """How deep a small site lies in a zone whose eastern edge, a meridian, is far away."""
    edge, _, _ = GEOD.fwd(105.0, LAT, 90, far_km * 1_000.0)
    west = 105.0 - 0.0001
    site: Any = (
        LineString([(west, LAT), (105.0, LAT)]) if kind == "line" else box(west, LAT, 105.0, LAT + 1e-4)
    )
    zone = box(100.5, 26.5, edge, 35.5)
    lats = np.linspace(LAT - 0.05, LAT + 0.05, 200_001)
    expected = GEOD.inv(np.full_like(lats, west), np.full_like(lats, LAT), np.full_like(lats, edge), lats)[
        2
    ].min()
    told = report([zones_of(zone)], [rule("R", "a")], project(site, "ROAD"), margins="told")
    assert finding(told, "R").margin_m == pytest.approx(-expected, abs=0.5)


@pytest.mark.parametrize("gap", [0.6, 25.0, 99.0])
def test_how_far_a_long_road_lies_inside_its_zone(gap):
    """Outside: the margin is the distance from the site to the zone's edge, here south of its eastern end."""
    found = ask(ROAD, stepped(gap, 5_000.0), relation=Relation.OUTSIDE)
    assert found.outcome == "does_not_apply"
    assert found.margin_m == pytest.approx(gap, abs=0.001)


@pytest.mark.parametrize(("reach", "silent"), [(999.98, False), (1_000.02, True)])
def test_how_far_coverage_reaches_beyond_a_long_road(reach, silent):
    """Coverage that ends 1 000 m south of the road's eastern end, and 1 000.03 m south of the rest."""
    found = ask(ROAD, layer_keys={"coverage": stepped(1_000.0, 1_000.03)}, distance_m=reach)
    assert (found.outcome == "not_assessed") is silent


def stepped(near: float, far: float) -> Polygon:
    """Ground around the road whose southern edge lies nearer to its eastern end than to the rest."""
    inner, outer = south_of(106.6, near)[1], south_of(105.5, far)[1]
    return Polygon(
        [(104, outer), (106.5, outer), (106.5, inner), (107, inner), (107, 33), (104, 33)],
    )


# --- tiles --------------------------------------------------------------------------------------------------


def test_small_sites_are_one_tile_and_large_ones_many():
    small = LineString([(105.0, LAT), (105.2, LAT)])
    assert [t.cell for t in tiles_of(small)] == [None]
    assert len(tiles_of(ROAD)) == math.ceil(2.1 * 111_000 * math.cos(math.radians(LAT)) / 10_000)
    north = LineString([(105.0, 30.0), (105.0, 30.0 + 1.01 * LONG_M / 111_000)])
    assert len(tiles_of(north)) == 3  # 20.2 km due north, without any width


@pytest.mark.parametrize("shape", [ROAD, FIELD, shapely.union_all([FIELD, box(107, 33, 107.01, 33.01)])])
def test_tiles_hold_every_edge_once_and_all_of_the_ground(shape):
    tiles = tiles_of(shape)
    edges = shape if shape.geom_type == "LineString" else shape.boundary
    assert sum(t.shape.length for t in tiles) == pytest.approx(float(length_m(edges)), rel=1e-5)
    cells = shapely.union_all([t.cell.buffer(1e-9) for t in tiles])
    assert cells.covers(shape)
    for tile in tiles:
        assert np.abs(np.array(tile.shape.bounds)).max(initial=0.0) < 8_000 or tile.shape.is_empty
    if shape.geom_type != "LineString":
        assert any(
            t.shape.is_empty for t in tiles
        )  # the ground inside has no edge, but may hold the deepest point


def test_parts_far_apart_cost_no_tile_between():
    apart = shapely.union_all([box(105, 30, 105.01, 30.01), box(115, 40, 115.01, 40.01)])
    assert len(tiles_of(apart)) < 10


def test_a_long_site_answers_alike_alone_and_among_others():
    wedge = Polygon([south_of(104.6, 900.0), (104.61, 30.9), (104.59, 30.9)])
    the_bundle = bundle(
        [zones_of(wedge, box(106, 30.99, 106.1, 31.01))],
        [rule("D", "a", relation=Relation.WITHIN_DISTANCE, distance_m=1_000.0), rule("I", "a")],
    )
    long_ones = [project(ROAD, "ROAD"), project(FIELD, "PARK")]
    others = [project(Point(105.3 + n / 50, 31.05), "SHED") for n in range(5)]

    def answers(projects: list[Any]) -> list[Any]:
        return [to_json(told) for told in check_projects(the_bundle, projects, ON, full=True)]

    alone = [answers([one])[0] for one in long_ones]
    among = answers([*others, *long_ones, *others])
    assert among[5:7] == alone
