"""Relations of sites with polygon zones: one table each, expected numbers written down."""

import pytest
from shapely import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, box

from geo.model import Relation
from tests.geo.relating import HALF_A_METRE, MM, RING, TWO, ask, check
from tests.geo.world import SQUARE, truth

# --- intersects, polygons as zones --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("xy", "zone", "holds", "margin", "borderline", "touch"),
    [
        pytest.param((50, 50), SQUARE, True, -50, False, False, id="centre"),
        pytest.param((94.999, 50), SQUARE, True, -5.001, False, False, id="just deeper than the accuracy"),
        pytest.param((95.001, 50), SQUARE, True, -4.999, True, False, id="just shallower than the accuracy"),
        pytest.param((0.001, 50), SQUARE, True, -0.001, True, False, id="1 mm inside"),
        pytest.param((0, 50), SQUARE, True, 0, True, True, id="on an edge"),
        pytest.param((0, 0), SQUARE, True, 0, True, True, id="on a corner"),
        pytest.param((-0.0001, 50), SQUARE, True, 0, True, True, id="0.1 mm outside"),
        pytest.param((100.0001, 50), SQUARE, True, 0, True, True, id="0.1 mm outside, east"),
        pytest.param((-0.001, 50), SQUARE, False, 0.001, True, False, id="1 mm outside"),
        pytest.param((-0.01, 50), SQUARE, False, 0.01, True, False, id="1 cm outside"),
        pytest.param((-1, 50), SQUARE, False, 1, True, False, id="1 m outside"),
        pytest.param((-4.999, 50), SQUARE, False, 4.999, True, False, id="just nearer than the accuracy"),
        pytest.param((-5.001, 50), SQUARE, False, 5.001, False, False, id="just farther than the accuracy"),
        pytest.param((-3, -4), SQUARE, False, 5, None, False, id="3-4-5 from a corner"),
        pytest.param((-99, 50), SQUARE, False, 99, False, False, id="99 m outside"),
        pytest.param((-400, 50), SQUARE, False, None, False, False, id="beyond the near margins"),
        pytest.param((50, 50), RING, False, 10, False, False, id="in a hole"),
        pytest.param((40, 50), RING, True, 0, True, True, id="on the edge of a hole"),
        pytest.param((40, 40), RING, True, 0, True, True, id="on a corner of a hole"),
        pytest.param((20, 50), RING, True, -20, False, False, id="midway between hole and edge"),
        pytest.param((250, 50), TWO, True, -50, False, False, id="in the second part"),
        pytest.param((130, 50), TWO, False, 30, False, False, id="between two parts"),
    ],
)
def test_a_point_and_a_polygon_zone(xy, zone, holds, margin, borderline, touch):
    found = ask(Point(xy), zone)
    check(found, holds, margin)
    if borderline is not None:
        assert found.borderline is borderline
    if holds:
        assert [h.touch for h in found.hits] == [touch]


@pytest.mark.parametrize(
    ("xy", "met"),
    [
        pytest.param((100, 50), {"a0", "a1"}, id="on a shared edge"),
        pytest.param((100, 100), {"a0", "a1", "a2", "a3"}, id="on a corner of four"),
        pytest.param((100.0003, 99.9997), {"a0", "a1", "a2", "a3"}, id="0.4 mm from a corner of four"),
        pytest.param((99.999, 50), {"a0"}, id="1 mm beside a shared edge"),
    ],
)
def test_points_on_shared_edges_hit_all_neighbours(xy, met):
    four = (SQUARE, box(100, 0, 200, 100), box(0, 100, 100, 200), box(100, 100, 200, 200))
    found = ask(Point(xy), *four)
    assert {h.zone_id for h in found.hits} == met
    assert truth(found) is True
    if len(met) > 1:
        assert all(h.touch for h in found.hits)
        assert found.borderline


def test_a_point_in_a_gap_of_a_tenth_of_a_millimetre_is_on_both_sides():
    found = ask(Point(100.0001, 50), SQUARE, box(100.0002, 0, 200, 100))
    assert {h.zone_id for h in found.hits} == {"a0", "a1"}


def test_of_many_points_one_inside_convicts_and_shares_count_points():
    found = ask(MultiPoint([(50, 50), (-50, 50), (-60, 50), (-70, 50)]))
    check(found, holds=True, margin=-50)
    assert found.hits[0].overlap_share == 0.25
    assert not found.hits[0].touch


def test_a_deep_point_beside_one_on_the_edge_is_no_mere_touch():
    found = ask(MultiPoint([(50, 50), (0, 50)]))
    assert found.hits[0].overlap_share == 1.0
    assert not found.hits[0].touch


@pytest.mark.parametrize(
    ("line", "zone", "keys", "holds", "margin", "touch"),
    [
        pytest.param([(-50, 50), (150, 50)], SQUARE, {}, True, -50, False, id="right through"),
        pytest.param([(10, 50), (20, 50)], SQUARE, {}, True, -20, False, id="wholly inside"),
        pytest.param(
            [(50, 50), (50.5, 50)], SQUARE, {}, True, -50, False, id="shorter than the minimum, inside"
        ),
        pytest.param(
            [(-0.25, 50), (0.25, 50)], SQUARE, {}, False, 0, True, id="shorter than the minimum, half in"
        ),
        pytest.param([(-50, 50), (0.9, 50)], SQUARE, {}, False, 0, True, id="0.9 m inside"),
        pytest.param([(-50, 50), (1.1, 50)], SQUARE, {}, True, -1.1, False, id="1.1 m inside"),
        pytest.param([(-50, 50), (0, 50)], SQUARE, {}, False, 0, True, id="ends on the edge"),
        pytest.param([(-50, 50), (-0.0001, 50)], SQUARE, {}, False, 0, None, id="0.1 mm short of it"),
        pytest.param([(-50, 50), (-2, 50)], SQUARE, {}, False, 2, None, id="2 m short of it"),
        pytest.param([(-10, 10), (10, -10)], SQUARE, {}, False, 0, None, id="through a corner point"),
        pytest.param([(-1, 1.5), (1.5, -1)], SQUARE, {}, False, 0, True, id="cuts 0.71 m off a corner"),
        pytest.param([(-1, 2), (2, -1)], SQUARE, {}, True, -0.5, False, id="cuts 1.41 m off a corner"),
        pytest.param([(45, 50), (55, 50)], RING, {}, False, 5, None, id="in a hole"),
        pytest.param([(30, 50), (70, 50)], RING, {}, True, -10, False, id="across a hole"),
        pytest.param(
            [(-50, 50), (19.9, 50)], SQUARE, {"min_overlap_m": 20}, False, 0, True, id="19.9 of 20 m"
        ),
        pytest.param(
            [(-50, 50), (20.1, 50)], SQUARE, {"min_overlap_m": 20}, True, -20.1, False, id="20.1 of 20 m"
        ),
    ],
)
def test_a_line_and_a_polygon_zone(line, zone, keys, holds, margin, touch):
    found = ask(LineString(line), zone, activity="ROAD", **keys)
    check(found, holds, margin, HALF_A_METRE if holds else MM)
    if touch is not None:
        assert [h.touch for h in found.hits] == [touch]
    if touch:
        assert found.borderline


def test_two_ends_of_a_line_count_together():
    ends = MultiLineString([[(-50, 20), (0.6, 20)], [(-50, 80), (0.6, 80)]])
    found = ask(ends, activity="ROAD")
    assert truth(found) is True
    assert found.hits[0].overlap_m == pytest.approx(1.2, abs=1e-4)
    assert found.hits[0].overlap_share == pytest.approx(1.2 / 101.2, abs=1e-6)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param([(0, 10), (0, 90)], id="all of it"),
        pytest.param([(0, 10), (0, 90), (-50, 90)], id="and then away"),
        pytest.param([(0, -50), (0, 150)], id="from beyond to beyond"),
    ],
)
def test_a_line_along_an_edge_is_told_as_a_touch(line):
    found = ask(LineString(line), activity="ROAD")
    assert [h.touch for h in found.hits] == [True]
    assert found.borderline
    assert found.margin_m == pytest.approx(0, abs=MM)


@pytest.mark.parametrize(
    ("line", "holds"),
    [
        pytest.param([(0, 10), (0, 90), (0.5, 90)], False, id="80 m along it, 0.5 m in"),
        pytest.param([(0, 10), (0, 90), (1.5, 90)], True, id="80 m along it, 1.5 m in"),
    ],
)
def test_what_runs_along_an_edge_does_not_count_as_inside(line, holds):
    assert truth(ask(LineString(line), activity="ROAD")) is holds


@pytest.mark.parametrize("relation", [Relation.INTERSECTS, Relation.CROSSES])
def test_a_line_along_the_edge_two_zones_share_runs_inside_their_union(relation):
    found = ask(
        LineString([(100, 10), (100, 90)]), SQUARE, box(100, 0, 200, 100), activity="ROAD", relation=relation
    )
    assert truth(found) is True


@pytest.mark.parametrize(
    ("site", "zone", "keys", "holds", "margin", "touch"),
    [
        pytest.param(box(40, 40, 60, 60), SQUARE, {}, True, -50, False, id="wholly inside"),
        pytest.param(box(-50, -50, 150, 150), SQUARE, {}, True, -50, False, id="covers the zone"),
        pytest.param(box(90, 0, 190, 100), SQUARE, {}, True, -10, False, id="overlaps by a tenth"),
        pytest.param(box(99, 50, 110, 50.9), SQUARE, {}, False, 0, True, id="0.9 m2"),
        pytest.param(box(99, 50, 110, 51.1), SQUARE, {}, True, -1, False, id="1.1 m2"),
        pytest.param(box(100, 0, 200, 100), SQUARE, {}, False, 0, None, id="shares an edge"),
        pytest.param(box(100, 100, 200, 200), SQUARE, {}, False, 0, None, id="shares a corner"),
        pytest.param(box(100.0001, 0, 200, 100), SQUARE, {}, False, 0, None, id="0.1 mm beside"),
        pytest.param(box(100.01, 0, 200, 100), SQUARE, {}, False, 0.01, None, id="1 cm beside"),
        pytest.param(box(103, 104, 200, 200), SQUARE, {}, False, 5, None, id="3-4-5 from its corner"),
        pytest.param(box(99.995, 0, 200, 100), SQUARE, {}, False, 0, True, id="a sliver of 0.5 m2"),
        pytest.param(box(99.98, 0, 200, 100), SQUARE, {}, True, -0.02, False, id="a sliver of 2 m2"),
        pytest.param(box(50, 50, 50.7, 50.7), SQUARE, {}, True, -50, False, id="below the minimum, inside"),
        pytest.param(box(99.65, 50, 100.35, 50.7), SQUARE, {}, False, 0, True, id="below it, half in"),
        pytest.param(box(45, 45, 55, 55), RING, {}, False, 5, None, id="in a hole"),
        pytest.param(box(35, 45, 65, 55), RING, {}, True, -5, False, id="beyond a hole on both sides"),
        pytest.param(box(-50, -50, 350, 150), TWO, {}, True, -50, False, id="covers both parts"),
        pytest.param(box(110, 0, 190, 100), TWO, {}, False, 10, None, id="between two parts"),
        pytest.param(
            MultiPolygon([box(99, 10, 110, 10.6), box(99, 20, 110, 20.6)]),
            SQUARE, {}, True, -1, False, id="two parts of 0.6 m2",
        ),
        pytest.param(
            box(90.1, 0, 190.1, 100), SQUARE, {"min_overlap_share": 0.1}, False, 0, None, id="9.9 of 10 %"
        ),
        pytest.param(
            box(89.9, 0, 189.9, 100), SQUARE, {"min_overlap_share": 0.1}, True, -10.1, False, id="10.1 %"
        ),
        pytest.param(
            box(90.01, 0, 190, 100), SQUARE, {"min_overlap_m2": 1000}, False, 0, True, id="999 of 1000 m2"
        ),
        pytest.param(
            box(89.99, 0, 190, 100), SQUARE, {"min_overlap_m2": 1000}, True, -10, False, id="1001 of 1000 m2"
        ),
    ],
)  # fmt: skip
def test_a_polygon_and_a_polygon_zone(site, zone, keys, holds, margin, touch):
    found = ask(site, zone, **keys)
    check(found, holds, margin, HALF_A_METRE if holds else MM)
    if touch is not None:
        assert [h.touch for h in found.hits] == [touch]
    if touch:
        assert found.borderline


@pytest.mark.parametrize(
    ("site", "touch"),
    [
        pytest.param(box(99, 99.1, 110, 110), True, id="0.9 m2 of a polygon"),
        pytest.param(LineString([(-50, 50), (0.9, 50)]), True, id="0.9 m of a line"),
    ],
)
def test_a_touch_is_borderline_even_where_everything_is_exact(site, touch):
    found = ask(site, activity="ROAD", accuracy_m=0.0)
    assert truth(found) is False
    assert found.borderline
    assert [h.touch for h in found.hits] == [touch]


def test_overlap_is_measured_on_the_union_of_the_matched_zones():
    site = box(-1, 0, 1, 2)
    left, right = box(-10, 0, -0.7, 2), box(0.7, 0, 10, 2)  # 0.6 m² each
    assert truth(ask(site, left, right)) is True
    assert truth(ask(site, left, left)) is False
    assert ask(site, left, right).hits[0].overlap_m2 == pytest.approx(0.6, abs=1e-4)


@pytest.mark.parametrize(
    ("xy", "holds", "margin"),
    [
        pytest.param((75, 50), True, -25, id="in two"),
        pytest.param((30, 50), False, 20, id="in one, 20 m from the second"),
        pytest.param((-10, 50), False, 60, id="in none, 60 m from the second"),
    ],
)
def test_a_rule_may_ask_for_two_zones(xy, holds, margin):
    check(ask(Point(xy), SQUARE, box(50, 0, 150, 100), min_zones=2), holds, margin)


@pytest.mark.parametrize(
    ("site", "depth"),
    [
        pytest.param(box(95.2, 40, 200, 60), 4.8, id="4.8 m"),
        pytest.param(box(95.02, 40, 200, 60), 4.98, id="4.98 m"),
        pytest.param(box(94.98, 40, 200, 60), 5.02, id="5.02 m"),
        pytest.param(box(94.8, 40, 200, 60), 5.2, id="5.2 m"),
    ],
)
def test_the_borderline_test_is_exact_for_polygons(site, depth):
    found = ask(site)
    assert truth(found) is True
    assert found.borderline is (depth < 5)
    assert found.margin_m == pytest.approx(-depth, abs=HALF_A_METRE)
