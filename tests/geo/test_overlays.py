"""Overlays of shapes whose edges nearly agree: GEOS alone is wrong by hectares where a zone has a needle."""

import numpy as np
import pytest
import shapely

from geo.measure import area_m2, length_m
from geo.overlays import difference, differences, intersection, union
from tests.geo.world import edition, finding, layer, project, report, rule

SITE = shapely.from_wkt(
    "POLYGON ((105.01949962663417 31.627062823897425, 105.01949925043172 31.625259076893006, "
    "105.01949887426302 31.623455329378455, 105.0179178844142 31.623455557727304, 105.0184448811075 "
    "31.623455485960516, 105.01844523694275 31.62525923348603, 105.01844559280909 31.62706297615133, "
    "105.01949962663417 31.627062823897425))"
)
"""400 m × 100 m."""
ZONE = shapely.from_wkt(
    "POLYGON ((105.01422952607315 31.627514456598874, 105.01422980063005 31.629318203014428, "
    "105.01633791917357 31.629317950685834, 105.0184460376888 31.62931766355331, 105.01844568178171 "
    "31.62751391717558, 105.01844545959685 31.626387777151724, 105.01844559280994 31.627062980501446, "
    "105.01633752513798 31.62706326760881, 105.0142294574401 31.62706351991529, 105.01422952607315 "
    "31.627514456598874))"
)
"""400 m × 250 m beside it, with a needle of 1e-13° along their common border, as a difference left it."""


def m2(shape: shapely.Geometry) -> float:
    return float(area_m2(np.array([shape], dtype=object))[0])


def test_the_shapes_are_valid_and_lie_beside_each_other():
    assert shapely.is_valid(np.array([SITE, ZONE])).all()
    assert (round(m2(SITE)), round(m2(ZONE))) == (40_000, 100_000)


@pytest.mark.parametrize("turned", [False, True])
def test_a_needle_is_no_overlap(turned):
    one, other = (ZONE, SITE) if turned else (SITE, ZONE)
    assert m2(intersection(np.array([one]), other)[0]) == pytest.approx(0.0, abs=0.01)


def test_a_line_beside_a_needle():
    line = shapely.LineString([(105.0184454, 31.6262), (105.0184458, 31.6276), (105.0184458, 31.6285)])
    inside = intersection(np.array([ZONE]), line)
    by_parts = sum(
        float(length_m(intersection(np.array([ZONE]), shapely.LineString(ends))).sum())
        for ends in zip(line.coords, line.coords[1:], strict=False)
    )
    assert float(length_m(inside).sum()) == pytest.approx(by_parts, abs=1e-3)


def test_a_site_beside_a_needle_is_not_in_the_zone():
    zone = {"zone_id": "Z", "zone_class": "1", "geometry": ZONE}
    told = report(
        [layer("a", edition([zone]))], [rule("R", "a", min_overlap_m2=1.0)], project(SITE, accuracy_m=0.0)
    )
    assert finding(told, "R").outcome.value == "does_not_apply"
    assert [hit.overlap_m2 for hit in told.parts[0].hits] == pytest.approx([0.0], abs=0.01)


def test_what_is_right_stays():
    rng = np.random.default_rng(7)
    xy = np.array([105.0, 31.0]) + rng.uniform(0, 0.05, (200, 2))
    shapes = shapely.buffer(shapely.points(xy), rng.uniform(0.001, 0.01, 200))
    around = SITE.buffer(0.01)
    found = intersection(shapes, around)
    assert area_m2(found) == pytest.approx(area_m2(shapely.intersection(shapes, around)), abs=1e-3)
    left = differences(shapes, around)
    assert area_m2(found) + area_m2(left) == pytest.approx(area_m2(shapes), abs=1e-3)
    whole, alone = union(shapes), shapely.union_all(shapes)
    assert m2(whole) == pytest.approx(m2(alone), abs=1e-3)


def test_vertices_come_back_to_the_bit():
    square = shapely.box(105.123456789012, 31.98765432101, 105.223456789012, 32.08765432101)
    hole = shapely.box(105.15, 32.0, 105.16, 32.01)
    given = {tuple(xy) for xy in shapely.get_coordinates([square, hole]).tolist()}
    assert {tuple(xy) for xy in shapely.get_coordinates(difference(square, hole)).tolist()} == given


def test_nothing_is_left_of_nothing():
    none = np.zeros(0, dtype=object)
    assert len(intersection(none, SITE)) == len(differences(none, SITE)) == 0
    assert union(none).is_empty
    assert intersection(np.array([SITE]), shapely.Polygon())[0].is_empty
    assert difference(SITE, shapely.Polygon()).equals(SITE)
