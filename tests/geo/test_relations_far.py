"""Relations with line and point zones, crossing, lying outside, distances: expected numbers written down."""

import pytest
from shapely import LineString, MultiPoint, Point, box

from geo.model import Relation, With
from tests.geo.relating import HALF_A_METRE, MM, RING, RIVER, SPRING, ask, check
from tests.geo.world import SQUARE, finding, place, project, report, rule, truth, zones

# --- intersects, lines and points as zones ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "holds", "margin"),
    [
        pytest.param(Point(0, 50), True, 0, id="point on it"),
        pytest.param(Point(0.009, 50), True, 0, id="point 9 mm beside"),
        pytest.param(Point(0.011, 50), False, 0.011, id="point 11 mm beside"),
        pytest.param(Point(0, 103), False, 3, id="point beyond its end"),
        pytest.param(LineString([(-50, 50), (50, 50)]), True, 0, id="line across"),
        pytest.param(LineString([(0, 20), (0, 40)]), True, 0, id="line along it"),
        pytest.param(LineString([(-50, 50), (-0.02, 50)]), False, 0.02, id="line 2 cm short of it"),
        pytest.param(LineString([(-50, 50), (-0.009, 50)]), True, 0, id="line 9 mm short of it"),
        pytest.param(LineString([(-0.009, 20), (-0.009, 80)]), True, 0, id="line 9 mm beside"),
        pytest.param(LineString([(-0.011, 20), (-0.011, 80)]), False, 0.011, id="line 11 mm beside"),
        pytest.param(box(-10, -10, 10, 0.9), False, 0, id="polygon holding 0.9 m"),
        pytest.param(box(-10, -10, 10, 1.1), True, 0, id="polygon holding 1.1 m"),
        pytest.param(box(-10, -10, 10, 110), True, 0, id="polygon holding all"),
        pytest.param(box(0.009, 0, 10, 100), False, 0, id="polygon 9 mm beside"),
        pytest.param(box(0.011, 0, 10, 100), False, 0.011, id="polygon 11 mm beside"),
        pytest.param(box(2, 0, 10, 100), False, 2, id="polygon 2 m beside"),
    ],
)
def test_a_line_zone(site, holds, margin):
    check(ask(site, RIVER, activity="ROAD" if site.geom_type == "LineString" else "SHED"), holds, margin)


@pytest.mark.parametrize(
    ("site", "holds"),
    [
        pytest.param(Point(0, 0), True, id="the same point"),
        pytest.param(Point(0.009, 0), True, id="point 9 mm beside"),
        pytest.param(Point(0.011, 0), False, id="point 11 mm beside"),
        pytest.param(LineString([(0, -10), (0, 10)]), True, id="line through"),
        pytest.param(LineString([(0.009, -10), (0.009, 10)]), True, id="line 9 mm beside"),
        pytest.param(LineString([(0.011, -10), (0.011, 10)]), False, id="line 11 mm beside"),
        pytest.param(LineString([(3, -10), (3, 10)]), False, id="line 3 m beside"),
        pytest.param(box(-10, -10, 10, 10), True, id="polygon around"),
        pytest.param(box(0, 0, 10, 10), True, id="polygon with its corner on it"),
        pytest.param(box(0.009, -5, 10, 10), True, id="polygon 9 mm beside"),
        pytest.param(box(0.011, -5, 10, 10), False, id="polygon 11 mm beside"),
        pytest.param(box(1, 1, 10, 10), False, id="polygon beside"),
    ],
)
def test_a_point_zone_is_not_ignored(site, holds):
    assert truth(ask(site, SPRING)) is holds


@pytest.mark.parametrize(
    ("site", "zone", "touch"),
    [
        pytest.param(Point(0.009, 50), RIVER, False, id="point, river"),
        pytest.param(LineString([(0.009, 20), (0.009, 80)]), RIVER, False, id="line, river"),
        pytest.param(box(0.009, 0, 10, 100), RIVER, True, id="polygon, river: holds none of it"),
        pytest.param(Point(0.009, 0), SPRING, False, id="point, spring"),
        pytest.param(LineString([(0.009, -10), (0.009, 10)]), SPRING, False, id="line, spring"),
        pytest.param(box(0.009, -5, 10, 10), SPRING, False, id="polygon, spring"),
    ],
)
def test_what_is_met_within_the_tolerance_is_told_as_what_is_met(site, zone, touch):
    told = ask(site, zone, activity="ROAD" if site.geom_type == "LineString" else "SHED")
    assert [(h.touch, h.distance_m, h.overlap_m, h.overlap_m2) for h in told.hits] == [(touch, 0, 0, 0)]


@pytest.mark.parametrize("present", [True, False])
@pytest.mark.parametrize("zone", [RIVER, SPRING])
@pytest.mark.parametrize("x", [0.0, 0.009, 0.011])
def test_second_layers_are_met_within_the_tolerance_too(x, zone, present):
    layers = [zones("a", box(-50, -50, 50, 150)), zones("b", zone)]
    asked = rule("R", "a", companions=(With(layer="b", present=present),))
    road = project(place(LineString([(x, -10), (x, 60)])), "ROAD")
    assert truth(finding(report(layers, [asked], road), "R")) is ((x < 0.01) is present)


# --- crosses ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "zone", "holds"),
    [
        pytest.param(LineString([(-50, 50), (150, 50)]), SQUARE, True, id="line through"),
        pytest.param(LineString([(10, 50), (20, 50)]), SQUARE, True, id="line wholly inside"),
        pytest.param(LineString([(-50, 50), (0.5, 50)]), SQUARE, True, id="line 0.5 m inside"),
        pytest.param(LineString([(-50, 50), (0.01, 50)]), SQUARE, True, id="line 1 cm inside"),
        pytest.param(LineString([(-50, 50), (0, 50)]), SQUARE, False, id="line ends on the edge"),
        pytest.param(LineString([(-10, 10), (10, -10)]), SQUARE, False, id="line through a corner"),
        pytest.param(LineString([(-50, 50), (-1, 50)]), SQUARE, False, id="line 1 m short"),
        pytest.param(LineString([(45, 50), (55, 50)]), RING, False, id="line in a hole"),
        pytest.param(box(99, 50, 110, 50.5), SQUARE, True, id="polygon 0.5 m2"),
        pytest.param(box(40, 40, 60, 60), SQUARE, True, id="polygon wholly inside"),
        pytest.param(box(100.001, 0, 200, 100), SQUARE, False, id="polygon 1 mm beside"),
        pytest.param(box(100, 100, 200, 200), SQUARE, False, id="polygon shares a corner"),
        pytest.param(LineString([(-50, 50), (50, 50)]), RIVER, True, id="line across a line zone"),
    ],
)
def test_crosses(site, zone, holds):
    assert truth(ask(site, zone, activity="ROAD", relation=Relation.CROSSES)) is holds


# --- outside ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "shapes", "holds", "margin"),
    [
        pytest.param(Point(50, 50), (SQUARE,), False, 50, id="point inside"),
        pytest.param(Point(130, 50), (SQUARE,), True, -30, id="point outside"),
        pytest.param(Point(100, 50), (SQUARE,), False, 0, id="point on the edge"),
        pytest.param(Point(100.0001, 50), (SQUARE,), False, 0, id="point 0.1 mm outside"),
        pytest.param(Point(50, 50), (RING,), True, -10, id="point in a hole"),
        pytest.param(Point(500, 50), (SQUARE,), True, None, id="point far away"),
        pytest.param(box(20, 20, 80, 80), (SQUARE,), False, 20, id="polygon inside"),
        pytest.param(box(0, 0, 100, 100), (SQUARE,), False, 0, id="the zone itself"),
        pytest.param(box(90, 50, 101, 50.9), (SQUARE,), False, 0, id="0.9 m2 outside"),
        pytest.param(box(90, 50, 101, 51.1), (SQUARE,), True, -1, id="1.1 m2 outside"),
        pytest.param(
            box(50, 50, 150, 60), (SQUARE, box(100, 0, 200, 100)), False, None, id="in two side by side"
        ),
        pytest.param(
            box(50, 50, 150, 60), (SQUARE, box(100.0001, 0, 200, 100)), False, None, id="in two, 0.1 mm apart"
        ),
        pytest.param(LineString([(50, 50), (100.9, 50)]), (SQUARE,), False, 0, id="line 0.9 m outside"),
        pytest.param(LineString([(50, 50), (101.1, 50)]), (SQUARE,), True, -1.1, id="line 1.1 m outside"),
    ],
)
def test_outside(site, shapes, holds, margin):
    activity = "ROAD" if site.geom_type == "LineString" else "SHED"
    found = ask(site, *shapes, activity=activity, relation=Relation.OUTSIDE)
    assert truth(found) is holds
    if margin is not None:
        assert found.margin_m == pytest.approx(margin, abs=HALF_A_METRE if site.geom_type != "Point" else MM)


# --- within a distance --------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [30.0, 1000.0, 3000.0])
@pytest.mark.parametrize("beyond", [-1.0, -0.01, -0.001, 0.001, 0.01, 1.0])
def test_within_distance_is_decided_unrounded(limit, beyond):
    found = ask(Point(100 + limit + beyond, 50), relation=Relation.WITHIN_DISTANCE, distance_m=limit)
    check(found, holds=beyond < 0, margin=beyond)
    assert found.distance_m == pytest.approx(limit + beyond, abs=MM)
    assert found.borderline


@pytest.mark.parametrize(
    ("site", "limit", "holds", "margin"),
    [
        pytest.param(Point(125.4, 50), 25, False, 0.4, id="25.4 m is more than 25"),
        pytest.param(Point(50, 50), 90, True, -90, id="inside is distance 0"),
        pytest.param(Point(0, 50), 90, True, -90, id="on the edge is distance 0"),
        pytest.param(Point(-300, -400), 501, True, -1, id="3-4-5 from a corner"),
        pytest.param(Point(-300, -400), 499, False, 1, id="3-4-5 from a corner, short"),
        pytest.param(box(110, 0, 2110, 100), 10.01, True, -0.01, id="from the boundary, not the centre"),
        pytest.param(box(-1000, -1000, 1000, 1000), 10, True, -10, id="around the zone is distance 0"),
        pytest.param(box(-1000, -1000, -20, 1000), 19.99, False, 0.01, id="a big site just too far"),
        pytest.param(LineString([(110, -500), (110, 500)]), 10.01, True, -0.01, id="a line passing by"),
        pytest.param(MultiPoint([(5000, 50), (120, 50)]), 21, True, -1, id="the nearest of many points"),
    ],
)
def test_within_distance(site, limit, holds, margin):
    activity = "ROAD" if site.geom_type == "LineString" else "SHED"
    check(ask(site, activity=activity, relation=Relation.WITHIN_DISTANCE, distance_m=limit), holds, margin)


def test_within_distance_of_a_hole_edge_and_of_line_and_point_zones():
    far = {"relation": Relation.WITHIN_DISTANCE, "distance_m": 10.5}
    check(ask(Point(50, 50), RING, **far), holds=True, margin=-0.5)
    check(ask(Point(11, 50), RIVER, **far), holds=False, margin=0.5)
    check(ask(Point(0, 10), SPRING, **far), holds=True, margin=-0.5)


@pytest.mark.parametrize(
    ("x", "least", "limit", "holds", "margin"),
    [
        pytest.param(150, 0, 10, False, 50 - 10, id="10 m beyond the limit times four"),
        pytest.param(50, 0, 10, False, 50, id="overlap is excluded, 50 m deep"),
        pytest.param(100, 0, 10, False, 0, id="on the edge is overlap"),
        pytest.param(100.001, 0, 10, True, -0.001, id="1 mm beside"),
        pytest.param(105, 0, 10, True, -5, id="5 m beside"),
        pytest.param(109.999, 0, 10, True, -0.001, id="1 mm within the limit"),
        pytest.param(110.001, 0, 10, False, 0.001, id="1 mm beyond the limit"),
        pytest.param(199.999, 100, 500, False, 0.001, id="1 mm short of the beginning"),
        pytest.param(200.001, 100, 500, True, -0.001, id="1 mm past the beginning"),
        pytest.param(599.999, 100, 500, True, -0.001, id="1 mm within 500"),
        pytest.param(600.001, 100, 500, False, 0.001, id="1 mm beyond 500"),
    ],
)
def test_within_distance_beyond_a_distance(x, least, limit, holds, margin):
    found = ask(
        Point(x, 50), relation=Relation.WITHIN_DISTANCE, distance_m=float(limit), distance_min_m=float(least)
    )
    check(found, holds, margin)


def test_anywhere_has_no_margin_and_no_zone():
    told = report([], [rule("R", None)], project(place(Point(0, 0))))
    found = finding(told, "R")
    check(found, holds=True, margin=None)
    assert found.hits == ()
