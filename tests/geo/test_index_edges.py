"""The index of edges against brute force: all feet of all edges, and geodesics to densified edges."""

import hypothesis.strategies as st
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from shapely import LineString, MultiPolygon, Point, Polygon, box

from geo.foot import feet
from geo.index.edges import EdgeGrid, edges_of
from geo.index.near import Near
from geo.measure import GEOD

EAST, SOUTH = 105.8, 32.5


def geodesic_m(lon: float, lat: float, edge: np.ndarray) -> float:
    """Geodesic distance to an edge straight in longitude/latitude, by ever finer sampling: pyproj only."""
    low, high = 0.0, 1.0
    least = np.inf
    for _ in range(9):
        part = np.linspace(low, high, 41)
        x, y = edge[0] + part * (edge[2] - edge[0]), edge[1] + part * (edge[3] - edge[1])
        away = GEOD.inv(np.full(41, lon), np.full(41, lat), x, y)[2]
        best = int(np.argmin(away))
        least = min(least, float(away[best]))
        low, high = part[max(best - 1, 0)], part[min(best + 1, 40)]
    return least


def all_pairs(
    edges: np.ndarray, lon: np.ndarray, lat: np.ndarray, reach_m: float
) -> dict[tuple[int, int], float]:
    """Every pair within the reach, asked one by one."""
    told = {}
    for n in np.flatnonzero(np.isfinite(lon + lat)) if len(edges) else ():
        away = feet(np.full(len(edges), lon[n]), np.full(len(edges), lat[n]), edges).distance_m
        told |= {(int(n), int(e)): float(away[e]) for e in np.flatnonzero(away <= reach_m)}
    return told


def foot_m(edges: np.ndarray, lon: float, lat: float) -> float:
    """Geodesic from a point to the nearest of its feet on all edges."""
    if not np.isfinite(lon + lat):
        return np.inf
    here = feet(np.full(len(edges), lon), np.full(len(edges), lat), edges)
    first = int(np.argmin(here.distance_m))
    return float(GEOD.inv(lon, lat, here.lon[first], here.lat[first])[2])


def told(near: Near) -> dict[tuple[int, int], float]:
    keys = list(zip(near.point.tolist(), near.edge.tolist(), strict=True))
    assert keys == sorted(set(keys))
    return dict(zip(keys, near.distance_m.tolist(), strict=True))


@st.composite
def scenes(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, float, float]:
    """Edges of all lengths and directions, some level, some points; points near some; two reaches."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    count, size = draw(st.integers(1, 25)), 10.0 ** draw(st.floats(-4, 0.5))
    middle = np.array([draw(st.floats(-170, 170)), draw(st.floats(-80, 80))])
    one = middle + rng.uniform(-size, size, (count, 2))
    two = one + rng.normal(size=(count, 2)) * size * 10.0 ** rng.uniform(-4, 0, (count, 1))
    two[::4], two[1::5, 1], two[2::5, 0] = one[::4], one[1::5, 1], one[2::5, 0]
    edges = np.clip(np.hstack([one, two]), [-179, -85] * 2, [179, 85] * 2)
    built, asked = (10.0 ** draw(st.floats(-1, 4)) for _ in range(2))
    spots = middle + rng.uniform(-1.5 * size, 1.5 * size, (40, 2))
    spots[::2] = edges[rng.integers(0, count, 20), :2] + rng.normal(size=(20, 2)) * asked / 1e5
    spots[0], spots[1, 0] = edges[0, :2], np.nan
    return edges, np.sort(rng.integers(0, 4, count)), spots[:, 0], spots[:, 1], built, asked


@settings(max_examples=150)
@given(scenes())
def test_every_edge_within_reach_is_found_with_its_foot(
    scene: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, float, float],
) -> None:
    edges, tag, lon, lat, built, asked = scene
    grid = EdgeGrid.build(edges, tag, built)
    expected = all_pairs(edges, lon, lat, asked)
    near = grid.near(lon, lat, asked)
    assert told(near) == expected
    here = feet(lon[near.point], lat[near.point], edges[near.edge])
    assert np.array_equal(here.lon, near.lon)
    assert np.array_equal(here.lat, near.lat)

    by_tag: dict[tuple[int, int], float] = {}
    for (point, edge), away in expected.items():
        key = (point, int(tag[edge]))
        by_tag[key] = min(away, by_tag.get(key, np.inf))
    nearest = grid.nearest_by_tag(lon, lat, asked)
    keys = list(zip(nearest.point.tolist(), tag[nearest.edge].tolist(), strict=True))
    assert dict(zip(keys, nearest.distance_m.tolist(), strict=True)) == by_tag
    assert keys == sorted(by_tag)

    least = np.array([foot_m(edges, x, y) for x, y in zip(lon, lat, strict=True)])
    assert grid.nearest_m(lon, lat, asked) == pytest.approx(np.where(least <= asked, least, np.inf), abs=1e-6)


def test_the_nearest_edge_is_as_far_as_the_geodesic() -> None:
    rng = np.random.default_rng(11)
    zones = shapely.buffer(
        shapely.points(rng.uniform([EAST, SOUTH], [EAST + 0.1, SOUTH + 0.1], (12, 2))), 0.01
    )
    edges, tag = edges_of(zones)
    grid = EdgeGrid.build(edges, tag, 2_000.0)
    lon, lat = rng.uniform(EAST - 0.03, EAST + 0.13, 60), rng.uniform(SOUTH - 0.03, SOUTH + 0.13, 60)
    expected = np.array(
        [min(geodesic_m(x, y, edge) for edge in edges) for x, y in zip(lon[:6], lat[:6], strict=True)]
    )
    got = grid.nearest_m(lon[:6], lat[:6], 20_000.0)
    assert got == pytest.approx(expected, abs=2e-4)
    within = grid.nearest_m(lon, lat, 2_000.0)
    whole = grid.nearest_m(lon, lat, 50_000.0)
    assert np.array_equal(within, np.where(whole <= 2_000.0, whole, np.inf))


@pytest.mark.parametrize("away_m", [999.0, 999.99, 999.999, 1000.0, 1000.001, 1000.01, 1001.0])
def test_thresholds_to_the_millimetre(away_m: float) -> None:
    """A point due north of a level edge's end, so that the geodesic is the meridian."""
    grid = EdgeGrid.build(np.array([[EAST, SOUTH, EAST, SOUTH - 0.2]]), np.array([0]), 1_000.0)
    lon, lat, _ = GEOD.fwd([EAST], [SOUTH], [0.0], [away_m])
    got = grid.nearest_m(np.array(lon), np.array(lat), 1_000.0)[0]
    assert np.isfinite(got) == (away_m < 1_000.0) or away_m == 1_000.0
    assert grid.nearest_m(np.array(lon), np.array(lat), 2_000.0)[0] == pytest.approx(away_m, abs=1e-6)


def test_a_number_does_not_depend_on_what_else_is_asked() -> None:
    rng = np.random.default_rng(12)
    edges = np.tile(rng.uniform([EAST, SOUTH], [EAST + 0.5, SOUTH + 0.5], (300, 2)), 2)
    edges[:, 2:] += rng.normal(size=(300, 2)) * 0.01
    grid = EdgeGrid.build(edges, np.arange(300), 3_000.0)
    lon, lat = rng.uniform(EAST, EAST + 0.5, 40_000), rng.uniform(SOUTH, SOUTH + 0.5, 40_000)
    together = grid.nearest_m(lon, lat, 3_000.0)
    some = rng.integers(0, 40_000, 50)
    alone = [grid.nearest_m(lon[n : n + 1], lat[n : n + 1], 3_000.0)[0] for n in some]
    assert np.array_equal(together[some], alone)
    few = EdgeGrid.build(edges, np.arange(300), 100.0)
    assert np.array_equal(few.nearest_m(lon, lat, 3_000.0), together)


def test_edges_of_all_kinds_of_shapes() -> None:
    shapes = np.array(
        [
            box(0, 0, 1, 1),
            None,
            LineString([(2, 0), (3, 1), (4, 0)]),
            Point(5, 5),
            MultiPolygon([box(6, 0, 9, 3).difference(box(7, 1, 8, 2)), box(10, 0, 11, 1)]),
            Polygon(),
        ],
        dtype=object,
    )
    edges, tag = edges_of(shapes)
    assert tag.tolist() == [0] * 4 + [2] * 2 + [3] + [4] * 12
    assert edges[6].tolist() == [5, 5, 5, 5]
    grid = EdgeGrid.build(edges, tag, 1e5)
    near = grid.nearest_by_tag(np.array([0.5, 7.5, 5.0]), np.array([0.5, 1.5, 5.0]), 60_000.0)
    assert tag[near.edge].tolist() == [0, 4, 3]
    assert near.point.tolist() == [0, 1, 2]
    assert near.distance_m[2] == 0.0


def test_nothing_is_near_nothing() -> None:
    empty = EdgeGrid.build(np.zeros((0, 4)), np.zeros(0, dtype=np.int64), 1_000.0)
    some = EdgeGrid.build(np.array([[EAST, SOUTH, EAST, SOUTH]]), np.array([7]), 1_000.0)
    lon, lat = np.array([EAST, np.nan, np.inf, 1e300, EAST]), np.array([SOUTH, SOUTH, SOUTH, -np.inf, 1e300])
    for reach_m in (0.0, 10.0, 1_000.0, 1e6):
        assert np.isinf(empty.nearest_m(lon, lat, reach_m)).all()
        assert (
            len(empty.near(lon, lat, reach_m).point)
            == len(empty.nearest_by_tag(lon, lat, reach_m).point)
            == 0
        )
        assert some.nearest_m(lon, lat, reach_m).tolist() == [0.0] + [np.inf] * 4
        assert some.near(lon, lat, reach_m).point.tolist() == [0]
        assert len(some.near(lon[:0], lat[:0], reach_m).point) == 0


def test_a_stored_grid_answers_alike() -> None:
    rng = np.random.default_rng(13)
    edges = rng.uniform(
        [EAST, SOUTH, EAST, SOUTH], [EAST + 0.2, SOUTH + 0.2, EAST + 0.2, SOUTH + 0.2], (50, 4)
    )
    grid = EdgeGrid.build(edges, np.arange(50) // 5, 500.0)
    again = EdgeGrid.from_arrays(grid.arrays())
    lon, lat = rng.uniform(EAST, EAST + 0.2, 300), rng.uniform(SOUTH, SOUTH + 0.2, 300)
    for reach_m in (50.0, 500.0, 5_000.0):
        assert told(grid.near(lon, lat, reach_m)) == told(again.near(lon, lat, reach_m))
        assert told(grid.nearest_by_tag(lon, lat, reach_m)) == told(again.nearest_by_tag(lon, lat, reach_m))


def test_far_points_are_told_apart_by_one_look() -> None:
    grid = EdgeGrid.build(np.array([[EAST, SOUTH, EAST + 1, SOUTH + 1]]), np.array([0]), 1_000.0)
    rng = np.random.default_rng(14)
    lon, lat = rng.uniform(EAST, EAST + 1, 2_000), rng.uniform(SOUTH, SOUTH + 1, 2_000)
    may = grid.band.near(lon, lat, 1_000.0)
    assert may[np.isfinite(grid.nearest_m(lon, lat, 1_000.0))].all()
    assert may.mean() < 0.1
    assert grid.band.near(lon, lat, 1_000.1).all()
