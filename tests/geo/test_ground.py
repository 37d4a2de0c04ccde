"""A coverage's border in stretches against the border whole; plain polygons against the same with a hole."""

import numpy as np
import pytest
import shapely

from geo.ground import ground_of
from geo.measure import area_m2, densified

RING = shapely.Point(104.0, 30.0).buffer(0.3, quad_segs=150)
COVERAGE = shapely.MultiPolygon(
    [RING.difference(RING.centroid.buffer(0.1)), shapely.box(105, 30, 105.2, 30.2)]
)


def test_what_is_near_of_a_border_is_what_the_whole_border_has_there():
    ground, border = ground_of(COVERAGE.wkb), densified(shapely.boundary(COVERAGE))
    middles = np.random.default_rng(4).uniform((103.5, 29.5), (105.5, 30.5), (400, 2))
    boxes = shapely.box(*(middles - 0.02).T, *(middles + 0.02).T)
    met = shapely.intersects(boxes, border)
    assert met.any()
    assert not met.all()
    for box, wanted in zip(boxes, met, strict=True):
        near = ground.border_near(box)
        assert (near is not None) is wanted.item()
        if near is not None:
            assert shapely.intersection(near, box).length == pytest.approx(
                shapely.intersection(border, box).length, rel=1e-12
            )


def test_polygons_of_one_ring_have_the_area_of_the_same_among_others():
    plain = np.array([RING, shapely.box(105, 30, 105.2, 30.2)], dtype=object)
    mixed = np.append(plain, COVERAGE)
    assert area_m2(plain).tolist() == area_m2(mixed)[:2].tolist()
