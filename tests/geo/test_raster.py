"""Cells to zones, on arrays alone: legends, sizes of cells, and patches that tile their grid."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from geo.crs import parse_crs, to_lonlat
from geo.measure import area_m2, geodesic_m
from geo.raster import (
    NO_DATA,
    UNLISTED,
    Grid,
    Legend,
    Span,
    Traced,
    cell_m,
    junctions,
    parted,
    patches,
    whole,
)
from layers.raster_file import trace

GK = parse_crs("EPSG:4544")
DEGREES = parse_crs("EPSG:4490")
SLOPE = Legend(
    spans=(
        Span(low=0.0, high=15.0, code=None),
        Span(low=15.0, high=25.0, code="moderate"),
        Span(low=25.0, high=90.0, code="steep"),
    )
)


def _grid(rows, columns, side, *, crs=GK):
    east, north = (500_000.0, 3_320_000.0) if crs.projected else (105.0, 30.0)
    return Grid(rows=rows, columns=columns, transform=(side, 0.0, east, 0.0, -side, north))


def _patches(labels, grid, crs=GK):
    labels = np.asarray(labels, dtype=np.int16)
    return patches(trace(labels, labels != NO_DATA), grid, crs, junctions(labels))


def test_a_span_holds_its_low_end_and_not_its_high_one():
    values = np.array([-0.1, 0.0, 14.999, 15.0, 24.999, 25.0, 89.9, 90.0, math.inf])
    no = SLOPE.no_zone
    assert SLOPE.codes == ("moderate", "steep")
    assert SLOPE.labels(values).tolist() == [UNLISTED, no, no, 1, 1, 2, 2, UNLISTED, UNLISTED]


def test_single_values_are_met_exactly_and_labels_keep_their_shape():
    legend = Legend(
        spans=tuple(Span(low=v, high=v, code=c) for v, c in ((1, "a"), (2, "b"), (3, "a"), (7, None)))
    )
    values = np.array([[1, 2, 3], [7, 4, 0]], dtype=np.uint8)
    assert legend.labels(values).tolist() == [[1, 2, 1], [3, UNLISTED, UNLISTED]]


@pytest.mark.parametrize(
    ("crs", "transform", "wanted"),
    [
        ("EPSG:4544", (30.0, 0.0, 500_000.0, 0.0, -30.0, 3_320_000.0), 30.0),  # scale 1 on the meridian
        (
            "EPSG:32648",
            (30.0, 0.0, 500_000.0, 0.0, -30.0, 3_320_000.0),
            30.0 / 0.9996,
        ),  # 30.012 m on the ground
        ("EPSG:4544", (20.0, 0.0, 500_000.0, 0.0, -40.0, 3_320_000.0), 40.0),
        ("EPSG:4544", (24.0, 18.0, 500_000.0, -18.0, 24.0, 3_320_000.0), 30.0),  # turned
    ],
)
def test_the_size_of_a_cell_is_its_longest_side_on_the_ground(crs, transform, wanted):
    grid = Grid(rows=40, columns=40, transform=transform)
    assert cell_m(grid, parse_crs(crs)) == pytest.approx(wanted, rel=1e-6)


def test_a_second_of_arc_is_longest_where_the_grid_is_farthest_north():
    grid = Grid(rows=3600, columns=10, transform=(1 / 3600, 0.0, 105.0, 0.0, -1 / 3600, 33.0))
    side = geodesic_m(105.0, 33.0 - 1 / 3600, 105.0, 33.0)
    assert cell_m(grid, DEGREES) == pytest.approx(float(side), abs=1e-6)
    assert 30.8 < cell_m(grid, DEGREES) < 30.9


def test_junctions_are_where_three_sides_meet_or_two_patches_touch():
    labels = np.array([[1, 1, 2], [1, 3, 3], [3, 1, 1]], dtype=np.int16)
    assert np.argwhere(junctions(labels)).tolist() == [
        [0, 2],  # 1 and 2 at the edge
        [1, 2],  # 1, 2 and 3
        [1, 3],
        [2, 0],
        [2, 1],  # the two of 3 touch
        [2, 3],
        [3, 1],
    ]
    assert parted(labels) == 8 + 12


def test_a_patch_knows_its_first_cell_and_its_cells():
    labels = [[0, 2, 2, 2], [0, 2, 0, 2], [1, 2, 2, 2]]
    found = _patches(labels, _grid(3, 4, 100.0))
    assert found.label.tolist() == [2, 1]
    assert (found.row.tolist(), found.column.tolist()) == ([0, 2], [1, 0])
    assert found.cells.tolist() == [8, 1]
    assert area_m2(found.geometry) == pytest.approx([8e4, 1e4], rel=1e-6)


def test_no_patch_is_no_geometry():
    found = _patches(np.zeros((2, 2)), _grid(2, 2, 100.0))
    assert (len(found.geometry), len(found.cells)) == (0, 0)


@pytest.mark.parametrize(("side", "vertices"), [(50.0, 32), (100.0, 32), (400.0, 96)])
def test_sides_get_a_vertex_every_200_metres(side, vertices):
    """A square of 8 by 8 cells: 400 m a side in steps of 150 m (three cells), and so on."""
    found = patches(whole(grid := _grid(8, 8, side)), grid, GK, np.zeros((9, 9), dtype=bool))
    (shape,) = found.geometry
    points = shapely.get_coordinates(shape)
    steps = geodesic_m(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])
    assert steps.max() <= 200.0
    assert len(points) - 1 <= vertices
    exact = to_lonlat(shapely.segmentize(grid.outline, 1.0), GK)
    assert shapely.hausdorff_distance(shape, exact, densify=0.01) < 2e-8  # 2 mm


@settings(max_examples=80, deadline=None)
@given(
    labels=npst.arrays(np.int16, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 3)),
    side=st.sampled_from([(GK, 30.0), (GK, 150.0), (GK, 700.0), (DEGREES, 0.002)]),
)
def test_patches_tile_the_cells_with_data(labels, side):
    crs, length = side
    grid = _grid(*labels.shape, length, crs=crs)
    found = _patches(labels, grid, crs)
    assert shapely.is_valid(found.geometry).all()
    assert shapely.coverage_is_valid(found.geometry)
    assert sum(found.cells) == np.count_nonzero(labels)
    # Cells with data, whatever their class, are one valid shape.
    data = labels != NO_DATA
    said = patches(trace(data.astype(np.int16), data), grid, crs, junctions(labels)).geometry
    assert shapely.is_valid(shapely.multipolygons(said))
    assert area_m2(said).sum() == pytest.approx(area_m2(found.geometry).sum(), rel=1e-9, abs=1e-3)
    # Each cell's centre lies in the one patch of its label.
    row, column = np.nonzero(labels)
    centres = to_lonlat(shapely.points(grid.xy(column + 0.5, row + 0.5)), crs)
    inside = shapely.contains(found.geometry[:, None], np.atleast_1d(centres)[None, :])
    assert (inside.sum(axis=0) == 1).all()
    assert found.label[inside.argmax(axis=0)].tolist() == labels[row, column].tolist() if len(row) else True


def test_a_grid_without_area_is_flat():
    assert Grid(rows=1, columns=1, transform=(0.0, 0.0, 1.0, 0.0, -1.0, 1.0)).flat
    assert Grid(rows=1, columns=1, transform=(math.nan, 0.0, 1.0, 0.0, -1.0, 1.0)).flat
    assert not _grid(1, 1, 30.0).flat
    assert isinstance(whole(_grid(1, 1, 30.0)), Traced)
