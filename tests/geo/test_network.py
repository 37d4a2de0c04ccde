"""The river network by itself: hand-countable nets of 100 m units, and brute force for the rest."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.measure import area_m2
from geo.rivers.network import SNAP_M, Flow
from geo.rivers.noding import GAP_M, NODE_M
from geo.rivers.riverside import disc_around, ground_beside
from tests.geo.rivers import reached_m, river, ways
from tests.geo.world import box, place, point

MM = 0.001
STRAIGHT = [(0, 2000), (0, -1000)]
"""Flows south past the origin."""


def walk(net, xy, up_m, down_m):
    return net.walk(net.seeds(point(*xy)), up_m, down_m)


def covered(net, xy, up_m, down_m):
    return reached_m(walk(net, xy, up_m, down_m), net)


@pytest.mark.parametrize(
    ("lines", "up", "down"),
    [
        pytest.param([STRAIGHT], 700, 100, id="one line"),
        pytest.param([[(0, 2000), (0, 300)], [(0, 300), (0, -1000)]], 700, 100, id="two reaches end to end"),
        pytest.param([[(0, 400), (0, -1000)]], 400, 100, id="a spring nearer than asked"),
        pytest.param([[(0, 2000), (0, -40)]], 700, 40, id="a mouth nearer than asked"),
        pytest.param(
            [STRAIGHT, [(500, 300), (0, 300)]], 700 + 400, 100, id="a tributary at a vertex between"
        ),
        pytest.param([STRAIGHT, [(500, -50), (0, -50)]], 700, 100, id="a tributary below is not upstream"),
        pytest.param([STRAIGHT, [(0, 300), (500, 300)]], 700, 100, id="a branch that leaves above"),
        pytest.param([STRAIGHT, [(0, -50), (500, -50)]], 700, 100 + 50, id="a branch that leaves below"),
        pytest.param(
            [
                [(0, 900), (0, 500)],
                [(0, 500), (-100, 400), (0, 300)],
                [(0, 500), (100, 400), (0, 300)],
                [(0, 300), (0, -900)],
            ],
            300 + 2 * math.hypot(100, 100) * 2 + (400 - 2 * math.hypot(100, 100)),
            100,
            id="a divided channel",
        ),
        pytest.param([STRAIGHT, [(500, 300), (4, 300)]], 700 + 400, 100, id="an end 4 m short of the line"),
        pytest.param([STRAIGHT, [(500, 300), (6, 300)]], 700, 100, id="an end 6 m short of it"),
        pytest.param(
            [[(0, 2000), (0, 303)], [(0, 300), (0, -1000)]], 700, 100, id="a gap of 3 m in the line"
        ),
    ],
)
def test_a_walk(lines, up, down):
    """700 m up and 100 m down from the origin; a joined gap is not walked."""
    found = covered(river(*lines), (0, 0), 700, 100)
    assert found == pytest.approx((up, down), abs=3.5)


def test_what_is_walked_is_exact_where_nothing_is_joined():
    assert covered(river(STRAIGHT), (0, 0), 700, 100) == pytest.approx((700, 100), abs=MM)
    assert covered(river(STRAIGHT, [(500, 300), (0, 300)]), (0, 0), 700, 100) == pytest.approx(
        (1100, 100), abs=MM
    )


def test_a_line_drawn_against_the_water_is_turned():
    net = river(STRAIGHT[::-1], flow=[Flow.UPSTREAM])
    assert covered(net, (0, 0), 700, 100) == pytest.approx((700, 100), abs=MM)
    assert covered(river(STRAIGHT[::-1]), (0, 900), 2000, 100) == pytest.approx((1900, 100), abs=MM)


def test_a_canal_is_walked_either_way():
    net = river(STRAIGHT, flow=[Flow.BOTH])
    north, south = point(0, 699), point(0, -699)
    found = walk(net, (0, 0), 700, 100)
    assert _holds(net, found, north)
    assert _holds(net, found, south)
    assert not _holds(net, found, point(0, 701))
    assert not _holds(net, found, point(0, -701))


def test_a_ring_is_walked_once_and_told():
    ring = [(0, 100), (100, 100), (100, 200), (0, 200), (0, 100)]
    net = river([(0, 500), (0, 200)], ring, [(0, 100), (0, -500)])
    assert covered(net, (0, 0), 10_000, 0)[0] == pytest.approx(100 + 400 + 300, abs=MM)
    assert [text.en.split(" that ")[0] for text in net.remarks] == ["the network holds rings"]


def test_gaps_are_told_and_left():
    net = river([(0, 1000), (0, 320)], [(0, 300), (0, -1000)])
    found = walk(net, (0, 0), 700, 100)
    assert reached_m(found, net) == pytest.approx((300, 100), abs=MM)
    assert [left for _, left in found.gaps] == pytest.approx([400], abs=MM)
    assert "loose ends" in net.remarks[0].en
    assert river([(0, 1000), (0, 400)], [(0, 300), (0, -1000)]).remarks == ()
    assert NODE_M < 20 < GAP_M


@pytest.mark.parametrize(
    ("xy", "width", "there"),
    [
        pytest.param((SNAP_M - 0.01, 50), math.nan, True, id="near enough"),
        pytest.param((SNAP_M + 0.01, 50), math.nan, False, id="too far"),
        pytest.param((SNAP_M + 149.99, 50), 300, True, id="near enough to the bank"),
        pytest.param((SNAP_M + 150.01, 50), 300, False, id="too far from the bank"),
    ],
)
def test_a_zone_lies_on_a_river_within_the_snap(xy, width, there):
    net = river(STRAIGHT, width_m=[width])
    assert bool(net.seeds(point(*xy))) is there


def test_a_zone_with_area_begins_where_the_river_leaves_it():
    net = river(STRAIGHT)
    found = net.walk(net.seeds(box(-10, -100, 10, 200)), 700, 100)
    assert reached_m(found, net) == pytest.approx((700, 100 + 300), abs=MM)  # what lies in it counts as 0


def test_a_zone_beside_the_river_begins_at_its_nearest_place():
    net = river(STRAIGHT)
    (seed,) = net.seeds(box(20, 300, 120, 400))
    x, y = net.edges[seed.edge, :2] + seed.upper * (net.edges[seed.edge, 2:] - net.edges[seed.edge, :2])
    assert point(0, 300).y - 1e-9 <= y <= point(0, 400).y + 1e-9
    assert x == pytest.approx(point(0, 0).x, abs=1e-9)


def test_a_zone_on_a_junction_has_all_that_meets_there():
    net = river([(0, 500), (0, 0)], [(500, 0), (0, 0)], [(0, 0), (0, -500)])
    assert covered(net, (0, 0), 300, 100) == pytest.approx((600, 100), abs=MM)


def test_no_river_at_all():
    net = river()
    assert net.seeds(point(0, 0)) == ()
    assert net.remarks == ()


# --- brute force


GRID = [(x * 100.0, y * 100.0) for x in range(4) for y in range(4)]
SIDES = [(a, b) for a in GRID for b in GRID if math.dist(a, b) == 100.0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(SIDES), min_size=1, max_size=14, unique_by=frozenset), st.data())
def test_a_walk_by_brute_force(edges, data):
    """Nets on a 100 m grid: every tenth metre of every edge is reached exactly if the way to it is short."""
    zone = data.draw(st.sampled_from(sorted({xy for edge in edges for xy in edge})))
    up_m, down_m = data.draw(st.sampled_from([95.0, 245.0])), data.draw(st.sampled_from([0.0, 135.0]))
    order = data.draw(st.permutations(edges))
    net, way = river(*order), ways(edges)
    found = walk(net, zone, up_m, down_m)
    for a, b in edges:
        for step in range(10, 100, 10):
            here = point(a[0] + (b[0] - a[0]) * step / 100.0, a[1] + (b[1] - a[1]) * step / 100.0)
            up = way[b, zone] + 100.0 - step <= up_m
            down = way[zone, a] + step <= down_m
            assert _holds(net, found, here) is (up or down), (a, b, step)


def _holds(net, found, here):
    lines = [_line(net, one) for one in found.reached]
    return bool(shapely.distance(np.array(lines), here).min() < 1e-8)


def _line(net, one):
    x1, y1, x2, y2 = net.edges[one.edge]
    ends = [(x1 + t * (x2 - x1), y1 + t * (y2 - y1)) for t in (one.upper, one.lower)]
    return shapely.LineString(ends)


# --- ground


def ground(net, xy, up_m, down_m, side_m):
    return ground_beside(net, walk(net, xy, up_m, down_m), side_m)


QUARTER = math.pi / 4.0


@pytest.mark.parametrize(
    ("lines", "width", "area"),
    [
        pytest.param([STRAIGHT], math.nan, 1100 * 100, id="cut square at both ends"),
        pytest.param([STRAIGHT], 20, 1100 * 120, id="from the banks"),
        pytest.param(
            [[(0, 400), (0, -1000)]], math.nan, 500 * 100 + 2 * QUARTER * 2500, id="half a circle at a spring"
        ),
        pytest.param(
            [[(900, 300), (0, 300), (0, -1000)]], math.nan, 1100 * 100 - 2500 + QUARTER * 2500, id="a bend"
        ),
        pytest.param(
            [STRAIGHT, [(500, 300), (0, 300)]],
            math.nan,
            1100 * 100 + 450 * 100 + 2 * QUARTER * 2500,
            id="a tributary with its spring",
        ),
    ],
)
def test_the_ground_beside_a_stretch(lines, width, area):
    """1 000 m up, 100 m down, 50 m deep."""
    shape = ground(river(*lines, width_m=[width] * len(lines)), (0, 0), 1000, 100, 50)
    assert shape.is_valid
    assert shape.geom_type == "Polygon"
    assert len(shape.interiors) == 0
    assert float(area_m2(shape)) == pytest.approx(area, abs=0.5)


def test_the_ground_has_no_slits():
    """A river of many short edges: its outline is no longer than two sides and ends and arcs."""
    xy = [(40 * math.sin(k / 5.0), 2000 - 20.0 * k) for k in range(150)]
    shape = ground(river(xy), (0, 0), 1000, 100, 50)
    assert shape.geom_type == "Polygon"
    assert len(shape.interiors) == 0
    assert float(shapely.length(shape)) * 100_000 < 2 * 1100 * 1.2 + 300


def test_discs_hold_all_within_the_radius():
    disc = disc_around(point(0, 0), 1000)
    assert shapely.contains(disc, place(shapely.Point(0, 0).buffer(1000)))
    assert float(area_m2(disc)) < math.pi * 1030**2
