"""Seams below the tolerance between neighbours are no border of their union, in reports and in columns."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

from geo.measure import GEOD
from geo.points import Declaration
from geo.seams import Seams, closed
from tests.geo.two_roads import batch_of, by_columns, by_reports, table_on
from tests.geo.world import ON, bundle, edition, layer, rule

LON, LAT = 105.0, 31.0
METRE = np.array([1 / 95_500.0, 1 / 110_880.0])
"""About a metre in degrees here: the shapes are in degrees, so that their edges are straight as drawn."""

WEST, WHOLE = box(0, 0, 80, 150), box(0, 0, 160, 150)
NEAR_SEAM = (78.0, 75.0)
MM = 0.0011


def put(shape):
    return shapely.transform(shape, lambda xy: xy * METRE + (LON, LAT))


def depth_m(at, *shapes):
    """Depth of a point (or how far off it is) in zones, as both roads tell it."""
    rows = [{"zone_id": f"z{n}", "zone_class": "1", "geometry": put(one)} for n, one in enumerate(shapes)]
    held = bundle([layer("a", edition(rows, accuracy_m=0.0))], [rule("R", "a")])
    lon, lat = np.array(at) * METRE + (LON, LAT)
    batch = batch_of([lon], [lat], [0.0], [0], (Declaration(None, ()),))
    (told,) = by_reports(held, batch, ON)
    (column,) = by_columns(table_on(held, ON), batch)
    assert column == told
    return -told["margin_m"]


def true_m(at, outline):
    """Metres to an outline, by the geodesics to many places on it."""
    rim = shapely.get_coordinates(put(shapely.segmentize(outline, 0.05)))
    here = np.tile(np.array(at) * METRE + (LON, LAT), (len(rim), 1))
    return GEOD.inv(*here.T, *rim.T)[2].min()


def east(gap_m=0.0, bend_m=0.0):
    """The neighbour to the east, with vertices of its own on the common border."""
    return Polygon(
        [
            (80 + gap_m, 0),
            (160, 0),
            (160, 150),
            (80 + gap_m, 150),
            (80 + gap_m + bend_m, 90),
            (80 + gap_m, 40),
        ]
    )


@pytest.mark.parametrize("bend_m", [0.0, 1e-9, -1e-9, 1e-6, 1e-4, -1e-4])
@pytest.mark.parametrize("gap_m", [0.0, 1e-9, -1e-9, 1e-6, 3e-4, -3e-4])
def test_two_neighbours_are_as_deep_as_one_zone(gap_m, bend_m):
    assert depth_m(NEAR_SEAM, WEST, east(gap_m, bend_m)) == pytest.approx(
        true_m(NEAR_SEAM, WHOLE.exterior), abs=MM
    )


@pytest.mark.parametrize("gap_m", [0.0006, 0.001, 0.5])
def test_a_gap_beyond_the_tolerance_stays_one(gap_m):
    assert depth_m(NEAR_SEAM, WEST, east(gap_m)) == pytest.approx(true_m(NEAR_SEAM, WEST.exterior), abs=MM)


def test_a_seam_ends_where_the_neighbours_part():
    """The eastern zone is the lower one: above its corner the western one's side is a border."""
    at, low = (78.0, 75.0), box(80.0003, 20, 160, 130)
    merged = shapely.union_all([WEST, box(80, 20, 160, 130)])
    assert depth_m(at, WEST, low) == pytest.approx(true_m(at, merged.exterior), abs=MM)


@pytest.mark.parametrize("off_m", [0.0, 1e-9, 2e-4, -2e-4])
def test_a_hole_that_another_zone_fills_is_none(off_m):
    hole = box(60, 60, 100, 100)
    ring = Polygon(WHOLE.exterior, [hole.exterior])
    plug = shapely.segmentize(box(60 + off_m, 60 + off_m, 100 - off_m, 100 - off_m), 13.0)
    at = (58.0, 80.0)
    assert depth_m(at, ring, plug) == pytest.approx(true_m(at, WHOLE.exterior), abs=MM)


@pytest.mark.parametrize("gap_m", [0.0, 1e-9, 3e-4, -3e-4])
def test_three_zones_at_a_corner(gap_m):
    parts = WEST, box(80 + gap_m, 0, 160, 70), box(80 + gap_m, 70 + gap_m, 160, 150)
    at = (79.0, 70.0)
    assert depth_m(at, *parts) == pytest.approx(true_m(at, WHOLE.exterior), abs=MM)


def test_a_neighbour_of_many_parts():
    parts = MultiPolygon([box(80.0002, 0, 160, 70), box(80.0002, 75, 160, 150)])
    at = (79.0, 35.0)
    merged = shapely.union_all([WEST, box(80, 0, 160, 70), box(80, 75, 160, 150)])
    assert depth_m(at, WEST, parts) == pytest.approx(true_m(at, merged.exterior), abs=MM)


def test_distances_from_outside_are_those_to_the_zones_as_supplied():
    at = (90.0, 160.0)
    assert -depth_m(at, WEST, east(3e-4)) == pytest.approx(true_m(at, WHOLE.exterior), abs=1e-3)


def test_a_slit_of_one_zone_is_its_own():
    """Only what two zones leave between them is a seam."""
    slit = Polygon([(0, 0), (80, 0), (80, 75), (20, 75), (20, 75.0003), (80, 75.0003), (80, 150), (0, 150)])
    assert len(Seams.of(np.array([put(slit)], dtype=object)).vertex) == 0
    at = (50.0, 77.0)
    assert depth_m(at, slit, box(-80, 0, 0, 60)) == pytest.approx(true_m(at, slit.exterior), abs=MM)


def test_what_neighbours_share_to_the_bit_is_no_seam():
    grid = np.array([put(box(x, y, x + 10, y + 10)) for x in range(0, 200, 10) for y in range(0, 100, 10)])
    seams = Seams.of(grid)
    joined = shapely.union_all(grid)
    assert len(seams.vertex) == 0
    assert closed(joined, grid, seams) is joined


def test_few_zones_and_many_give_the_same_seams():
    """A few edges are compared each with each, many by their boxes."""
    few = np.array([put(WEST), put(east(3e-4, 1e-4))], dtype=object)
    far = [put(shapely.Point(1_000.0 * n, 5_000.0).buffer(400.0)) for n in range(1, 12)]
    alone, amid = Seams.of(few), Seams.of(np.array([*few, *far], dtype=object))
    for name, array in alone.arrays().items():
        assert np.array_equal(array, amid.arrays()[name]), name
    around = put(box(70, 60, 90, 90)).bounds
    assert len(Seams.of(few, around).vertex) < len(alone.vertex)
    assert len(alone.among(np.array([True, False])).vertex) == 0


@pytest.mark.parametrize("noise_deg", [0.0, 1e-13, 1e-11, 1e-9, 2e-9])
@pytest.mark.parametrize("seed", range(12))
def test_pieces_of_a_cut_up_square_join_to_it(seed, noise_deg):
    """Pieces keep their own corners only, each a little off: the outline of all is that of the square."""
    rng = np.random.default_rng(seed)
    square = box(0, 0, 0.01, 0.01)
    cuts = [square.exterior]
    for one, two in pairwise(rng.uniform(0.0, 0.01, (6, 2))):
        cuts.append(shapely.LineString([one + 20 * (one - two), two + 20 * (two - one)]))
    pieces = shapely.get_parts(shapely.polygonize([shapely.union_all(cuts)]))
    pieces = np.asarray(shapely.simplify(pieces, 1e-12))
    turn = np.array([[0.8, 0.6], [-0.6, 0.8]])
    pieces = pieces[shapely.area(pieces) > 1e-7]
    zones = shapely.transform(pieces, lambda xy: xy @ turn + (LON, LAT))
    zones = np.array([_off(one, rng, noise_deg) for one in zones], dtype=object)
    assert shapely.is_valid(zones).all()
    joined = closed(shapely.union_all(zones), zones, Seams.of(zones))
    true = shapely.transform(shapely.union_all(pieces), lambda xy: xy @ turn + (LON, LAT))
    astray = shapely.difference(joined.boundary, shapely.buffer(true.boundary, 2e-8))
    assert joined.is_valid
    assert astray.length < 1e-8


def _off(zone, rng, noise_deg):
    xy = shapely.get_coordinates(zone)[:-1]
    return Polygon(xy + rng.uniform(-noise_deg, noise_deg, xy.shape))
