"""The index of zones against brute force: every pair asked of shapely, on geometry made to break it."""

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from shapely import LineString, MultiPoint, MultiPolygon, Point, Polygon, box

from geo.foot import edges_of, feet
from geo.index.cells import ASIDE_X, ASIDE_Y
from geo.index.zones import ZoneIndex
from geo.measure import GEOD

BOWTIE = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
OVERLAPPING = MultiPolygon([box(0, 0, 2, 2), box(1, 1, 3, 3)])
SPIKE = Polygon([(0, 0), (2, 0), (2, 2), (2, 0), (1, 0), (1, 1)])
DEGENERATE = Polygon([(0, 0), (2, 0), (0, 0)])
INVALID = [BOWTIE, OVERLAPPING, SPIKE, DEGENERATE]
ASIDE = np.array([ASIDE_X, ASIDE_Y])
UNITS = (1.0, 2.0**-7, 2.0**-14, 0.001, 0.1, 7.3, 1e-6, 1e-9)
PLACES = ((0.0, 0.0), (105.5, 31.25), (105.8437512, 32.4369871), (-81.0601, 35.0021), (10.0, 79.9))


def brute(zones: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> list[tuple[int, int]]:
    """Every pair, asked one by one."""
    finite = np.isfinite(lon + lat)
    spots = np.full(len(lon), None, dtype=object)
    spots[finite] = shapely.points(lon[finite], lat[finite])
    return [(int(p), int(z)) for p, z in np.argwhere(shapely.intersects(zones[None, :], spots[:, None]))]


def found(index: ZoneIndex, lon: np.ndarray, lat: np.ndarray) -> list[tuple[int, int]]:
    pairs = index.pairs(lon, lat)
    return list(zip(pairs.point.tolist(), pairs.zone.tolist(), strict=True))


def border_m(zones: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """From each point to the nearest edge of any zone, metres."""
    edges, _ = edges_of(zones)
    out = np.full(len(lon), np.inf)
    for n in np.flatnonzero(np.abs(lon + lat) < 1000.0) if len(edges) else ():
        here = feet(np.full(len(edges), lon[n]), np.full(len(edges), lat[n]), edges)
        out[n] = here.distance_m.min()
    return out


def zones_of(*shapes: Any) -> np.ndarray:
    out = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    return out


# ---------------------------------------------------------------- strategies: on a lattice everything meets


@st.composite
def rings(draw: Callable[..., Any]) -> list[tuple[int, int]]:
    corners = draw(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=7))
    return [*corners, corners[0]]


@st.composite
def lattice_zones(draw: Callable[..., Any]) -> Any:
    """One zone whose vertices lie on whole numbers."""
    x, y, w, h = (draw(st.integers(*ends)) for ends in ((0, 5), (0, 5), (1, 3), (1, 3)))
    hole = box(x + 1, y + 1, x + 1 + w, y + 1 + h).exterior.coords[::-1]
    bad = shapely.transform(draw(st.sampled_from(INVALID)), lambda xy: xy + np.array([x, y]))
    kinds = [
        box(x, y, x + w, y + h),
        Polygon(draw(rings())),
        Polygon(draw(rings())),
        Polygon(box(x, y, x + w + 2, y + h + 2).exterior, [hole]),
        MultiPolygon([box(x, y, x + w, y + h), box(x + w, y + h, x + w + 1, y + h + 2)]),
        bad,
        LineString(draw(rings())[: draw(st.integers(2, 4))]),
        MultiPoint([(x, y), (x + w, y + h)]),
        draw(st.sampled_from((None, Polygon(), LineString()))),
    ]
    return draw(st.sampled_from(kinds))


@st.composite
def worlds(draw: Callable[..., Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Zones on a lattice, somewhere and of some size; points on vertices, edges and half-way places."""
    shapes = zones_of(*draw(st.lists(lattice_zones(), min_size=1, max_size=6)))
    if draw(st.booleans()):
        shapes = np.concatenate([shapes, zones_of(box(-3, 40, 2, 41))])  # far off: coarse cells for the rest
    unit, (lon, lat) = draw(st.sampled_from(UNITS)), draw(st.sampled_from(PLACES))
    spots = draw(st.lists(st.tuples(st.integers(-2, 40), st.integers(-2, 40)), min_size=1, max_size=30))
    xy = np.array(spots) / 4.0
    moved = shapely.transform(shapes, lambda c: np.column_stack([lon + unit * c[:, 0], lat + unit * c[:, 1]]))
    return moved, lon + unit * xy[:, 0], lat + unit * xy[:, 1]


def awkward(index: ZoneIndex, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points on vertices, on and beside edges, on cell borders, corners and reference points; no points."""
    rng = np.random.default_rng(seed)
    edges = (
        index.edges[rng.integers(0, max(len(index.edges), 1), 12)] if len(index.edges) else np.zeros((0, 4))
    )
    ends, middle = edges[:, :2], (edges[:, :2] + edges[:, 2:]) / 2.0
    part = rng.random(len(edges))[:, None]
    on = edges[:, :2] * part + edges[:, 2:] * (1.0 - part)
    beside = on + rng.choice([-1, 1], on.shape) * np.spacing(on)
    cells = np.floor(on * index.grid.scale)
    corners, aside = cells / index.grid.scale, (cells + ASIDE) / index.grid.scale
    level = np.column_stack([on[:, 0], corners[:, 1]])
    none = [[np.nan, 0.0], [0.0, np.inf], [-np.inf, np.nan], [1e300, 0.0], [500.0, -95.0]]
    # In line with a vertex and its cell's reference point, before it and beyond.
    way = ends - (np.floor(ends * index.grid.scale) + ASIDE) / index.grid.scale
    in_line = [ends + way * share for share in (-0.25, 0.0625, 0.5)]
    both = np.concatenate([ends, middle, on, beside, corners, aside, level, *in_line, none])
    return np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1])


@settings(max_examples=120)
@given(world=worlds(), seed=st.integers(0, 1000))
@example(world=(zones_of(OVERLAPPING), np.array([1.5, 0.5]), np.array([1.5, 0.5])), seed=0)
@example(world=(zones_of(BOWTIE), np.array([1.0, 1.0, 0.5]), np.array([1.0, 0.5, 1.0])), seed=0)
def test_index_is_brute_force(world: tuple[np.ndarray, np.ndarray, np.ndarray], seed: int) -> None:
    zones, lon, lat = world
    index = ZoneIndex.build(zones)
    more_lon, more_lat = awkward(index, seed)
    lon, lat = np.concatenate([lon, more_lon]), np.concatenate([lat, more_lat])
    assert found(index, lon, lat) == brute(zones, lon, lat)
    near, away = index.pairs(lon, lat).near_border, border_m(zones, lon, lat)
    assert near[away <= 0.01].all()
    # Boxes of zones that are not valid count as borders too: seldom, and never wrong.
    if shapely.is_valid(zones[~shapely.is_missing(zones)]).all():
        assert not near[(away > 0.011) & (np.abs(lon) < 179.0) & (np.abs(lat) < 89.0)].any()


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(*[st.floats(-1, 1, allow_subnormal=True)] * 2, st.floats(1e-12, 1.0), st.integers(3, 9)),
        min_size=1,
        max_size=12,
    ),
    st.integers(0, 1000),
)
def test_stars_of_any_size_that_overlap(stars: list[tuple[float, float, float, int]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    zones = zones_of(*(star(x, y, r, n, rng) for x, y, r, n in stars))
    index = ZoneIndex.build(zones)
    lon, lat = awkward(index, seed)
    lon, lat = np.append(lon, rng.uniform(-1.2, 1.2, 60)), np.append(lat, rng.uniform(-1.2, 1.2, 60))
    assert found(index, lon, lat) == brute(zones, lon, lat)


def star(x: float, y: float, radius: float, corners: int, rng: np.random.Generator) -> Polygon:
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    length = radius * rng.uniform(0.1, 1.0, corners)
    return Polygon(np.column_stack([x + length * np.cos(angle), y + length * np.sin(angle)]))


# ---------------------------------------------------------------- cases one can see


@pytest.mark.parametrize("count", [2, 40, 300])
def test_nested_zones_are_all_told(count: int) -> None:
    """Every set of zones is another one, as deep as there are zones."""
    zones = zones_of(*(box(-n / 8, -n / 8, n / 8, n / 8) for n in range(1, count + 1)))
    index = ZoneIndex.build(zones)
    lon = np.array([0.0, 0.5, 1.0, 2 * count - 1.0, 2 * count, 2 * count + 1e-9]) / 16
    met = np.bincount(index.pairs(lon, 0.0 * lon).point, minlength=6)
    assert met.tolist() == [count, count, count, 1, 1, 0]


def test_too_many_overlaps_for_fine_cells_take_coarser_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    middle = rng.uniform(100.0, 101.0, (300, 2)) - (0.0, 70.0)
    zones = shapely.buffer(shapely.points(middle), rng.uniform(0.1, 0.6, 300))
    fine = ZoneIndex.build(zones)
    monkeypatch.setattr("geo.index.fill._MOST_MEMBERS", 150_000)
    coarse = ZoneIndex.build(zones)
    assert coarse.grid.power < fine.grid.power
    assert len(coarse.filled.sets.member) <= 150_000 < len(fine.filled.sets.member)
    lon, lat = rng.uniform(100.0, 101.0, 500), rng.uniform(30.0, 31.0, 500)
    assert found(coarse, lon, lat) == found(fine, lon, lat) == brute(zones, lon, lat)


@pytest.mark.parametrize(
    "shapes",
    [
        [],
        [None],
        [Polygon()],
        [Point()],
        [Point(105.0, 32.0)],
        [LineString([(105, 32), (105, 33)])],
        [LineString([(105, 32), (105, 32)])],
        [DEGENERATE],
        [box(-180, -90, 180, 90)],
        [box(-180, -90, 180, 90), Point(0, 90), box(105, 32, 105 + 1e-12, 32 + 1e-12)],
        [box(179.9, -1, 180, 1), box(-180, -1, -179.9, 1)],
        [box(5e5, 3e6, 6e5, 4e6)],
        [shapely.GeometryCollection([box(0, 0, 2, 2), box(1, 1, 3, 3), Point(9, 9)])],
    ],
    ids=str,
)
def test_odd_layers(shapes: list[Any]) -> None:
    zones = zones_of(*shapes)
    index = ZoneIndex.build(zones)
    lon = np.array([0, 1.5, 9, 105, 105, 180, -180, 0, 105.0, 5.5e5, np.nan])
    lat = np.array([0, 1.5, 9, 32, 32.5, 0, 0, 90, 32 + 5e-13, 3.5e6, 0])
    assert found(index, lon, lat) == brute(zones, lon, lat)
    assert len(index.pairs(np.zeros(0), np.zeros(0)).near_border) == 0


def test_border_is_told_to_the_centimetre_at_any_latitude() -> None:
    rng = np.random.default_rng(4)
    for lat in (0.0, 32.0, 60.0, 85.0, 89.9):
        zone = box(105.0, lat - 0.01, 105.1, lat + 0.01)
        index = ZoneIndex.build(zones_of(zone, LineString([(105.2, lat), (105.2, lat + 0.01)])))
        on = shapely.line_interpolate_point(shapely.boundary(zone), rng.random(500), normalized=True)
        x, y = shapely.get_coordinates(on).T
        east, north, _ = GEOD.fwd(x, y, rng.uniform(0, 360, 500), np.full(500, 0.00999))
        assert index.pairs(east, north).near_border.all()
        level, line = np.array([lat]), np.array([105.2])
        beside, up, _ = GEOD.fwd(line, level + 0.005, [90.0], [0.00999])
        assert index.pairs(beside, up).near_border.all()
        beside, up, _ = GEOD.fwd(line, level + 0.005, [90.0], [0.02])
        assert not index.pairs(beside, up).near_border.any()


def test_poles_and_the_seam_of_longitudes_are_always_borders() -> None:
    index = ZoneIndex.build(zones_of(box(-180, 60, 180, 90)))
    lon, lat = np.array([180.0, -180.0, 3.0, 3.0]), np.array([70.0, 70.0, 90.0, 70.0])
    assert index.pairs(lon, lat).near_border.tolist() == [True, True, True, False]


def test_no_zone_is_prepared_by_building_or_asking() -> None:
    """Prepared geometries shared by threads crash the interpreter (libgeos/geos#825)."""
    zones = zones_of(box(0, 0, 1, 1), BOWTIE, OVERLAPPING, LineString([(0, 0), (1, 1)]), Point(0, 0))
    index = ZoneIndex.build(zones)
    lon, lat = awkward(index, 1)
    index.pairs(lon, lat)
    assert not shapely.is_prepared(zones).any()
    assert not shapely.is_prepared(index.geometry).any()


def test_an_index_of_stored_arrays_answers_alike() -> None:
    rng = np.random.default_rng(5)
    zones = np.append(shapely.buffer(shapely.points(rng.uniform(0, 1, (30, 2))), 0.1), [BOWTIE])
    index = ZoneIndex.build(zones)
    again = ZoneIndex.from_arrays(index.arrays(), zones)
    lon, lat = rng.uniform(-0.2, 2.2, 500), rng.uniform(-0.2, 2.2, 500)
    one, other = index.pairs(lon, lat), again.pairs(lon, lat)
    assert np.array_equal(one.point, other.point)
    assert np.array_equal(one.zone, other.zone)
    assert np.array_equal(one.near_border, other.near_border)
    assert all(array.dtype != object for array in index.arrays().values())
