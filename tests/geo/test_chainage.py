"""Chainage: where along a line its zones lie. Hand numbers first, then any line against flat arithmetic."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, box

from geo.along import WAY_M
from geo.answer import to_json
from geo.chainage import chain_of, crossings, joined
from geo.measure import TOLERANCE_M, geodesic_m, length_m
from geo.model import Crossing, Hit, Relation, Report
from geo.overlay import MINIMUM_M
from tests.geo.relating import RING, RIVER, SPRING
from tests.geo.world import SQUARE, place, project, report, rule, zones

MM = 0.001
EAST = box(100, 0, 200, 100)
Told = list[tuple[float, float, int]]


def tell(site: Any, *given: Any, kind: str = "ROAD", **keys: Any) -> Report:
    return report([zones("a", *given)], [rule("R", "a", **keys)], project(place(site), kind))


def stretches(found: tuple[Crossing, ...] | None) -> Told:
    assert found is not None
    return [(c.from_m, c.to_m, c.part) for c in found]


def by_zone(told: Report) -> dict[str, Told]:
    return {h.zone_id: stretches(h.crossings) for h in told.parts[0].hits}


def is_told(found: Told, expected: Told) -> None:
    assert [part for _, _, part in found] == [part for _, _, part in expected]
    assert np.array(found)[:, :2] == pytest.approx(np.array(expected)[:, :2], abs=MM)


# --- by hand ------------------------------------------------------------------------------------------------

RIGHT_THROUGH = LineString([(-100, 50), (200, 50)])
THERE_AND_BACK = LineString([(-100, 50), (50, 50), (-100, 50)])
CLOSED = LineString([(50, 50), (150, 50), (150, 150), (50, 150), (50, 50)])
TWO_PARTS = MultiLineString([[(-50, 20), (150, 20)], [(150, 80), (50, 80)]])


@pytest.mark.parametrize(
    ("line", "zone", "expected"),
    [
        pytest.param(RIGHT_THROUGH, SQUARE, [(100, 200, 1)], id="right through"),
        pytest.param(shapely.reverse(RIGHT_THROUGH), SQUARE, [(100, 200, 1)], id="the other way"),
        pytest.param(LineString([(10, 50), (30, 50)]), SQUARE, [(0, 20, 1)], id="wholly inside"),
        pytest.param(LineString([(-50, 50), (30, 50)]), SQUARE, [(50, 80, 1)], id="ends inside"),
        pytest.param(
            LineString([(-20, 50), (50, 50), (50, 150), (70, 150), (70, 50)]),
            SQUARE, [(20, 120, 1), (240, 290, 1)], id="leaves and enters again",
        ),
        pytest.param(RIGHT_THROUGH, RING, [(100, 140, 1), (160, 200, 1)], id="across a hole"),
        pytest.param(
            RIGHT_THROUGH, MultiPolygon([box(0, 0, 10, 100), box(90, 0, 100, 100)]),
            [(100, 110, 1), (190, 200, 1)], id="two parts of a zone",
        ),
        pytest.param(THERE_AND_BACK, SQUARE, [(100, 200, 1)], id="there and back, the turn inside"),
        pytest.param(
            LineString([(-100, 50), (150, 50), (-100, 50)]), SQUARE,
            [(100, 200, 1), (300, 400, 1)], id="there and back, the turn beyond",
        ),
        pytest.param(
            LineString([(50, -50), (50, 150), (150, 150), (150, 50), (-50, 50)]), SQUARE,
            [(50, 150, 1), (450, 550, 1)], id="crosses itself",
        ),
        pytest.param(CLOSED, SQUARE, [(0, 50, 1), (350, 400, 1)], id="a ring that begins inside"),
        pytest.param(TWO_PARTS, SQUARE, [(50, 150, 1), (250, 300, 2)], id="two parts, chainage goes on"),
        pytest.param(
            MultiLineString([[(-50, 50), (50, 50)], [(50, 50), (80, 50)]]), SQUARE,
            [(50, 100, 1), (100, 130, 2)], id="parts that join stay apart",
        ),
        pytest.param(LineString([(0, -10), (0, 110)]), SQUARE, [(10, 110, 1)], id="along the border"),
        pytest.param(
            LineString([(0, -10), (0, 50), (30, 50)]), SQUARE, [(60, 90, 1)], id="along the border, then in"
        ),
        pytest.param(LineString([(-50, 50), (0, 50)]), SQUARE, [(50, 50, 1)], id="ends on the border"),
        pytest.param(
            LineString([(-10, 10), (0, 0), (10, -10)]), SQUARE, [(14.142, 14.142, 1)], id="over a corner"
        ),
        pytest.param(
            LineString([(-30, 50), (-0.0001, 50)]), SQUARE, [(30, 30, 1)], id="a tenth of a millimetre short"
        ),
        pytest.param(RIGHT_THROUGH, RIVER, [(100, 100, 1)], id="across a line zone"),
        pytest.param(
            LineString([(-10, 20), (10, 20), (10, 60), (-10, 60)]), RIVER,
            [(10, 10, 1), (70, 70, 1)], id="across a line zone twice",
        ),
        pytest.param(LineString([(0, 20), (0, 70)]), RIVER, [(0, 50, 1)], id="along a line zone"),
        pytest.param(LineString([(0, -40), (0, 40)]), SPRING, [(40, 40, 1)], id="over a point zone"),
    ],
)  # fmt: skip
def test_crossings_by_hand(line, zone, expected):
    is_told(by_zone(tell(line, zone))["a0"], expected)


BESIDE = LineString([(0, -10), (0, 33.3), (0.0003, 40), (-0.0003, 71.7), (0, 110)])
"""Along the western border of the square, with other vertices and within 0.3 mm of it."""


@pytest.mark.parametrize(
    ("line", "zone", "expected", "touch"),
    [
        pytest.param(LineString([(10, 0), (10, 110), (10, 10)]), box(10, 60, 50, 120),
                     [(60, 160, 1)], True, id="there and back"),
        pytest.param(BESIDE, SQUARE, [(10, 110, 1)], True, id="all along"),
        pytest.param(shapely.reverse(BESIDE), SQUARE, [(10, 110, 1)], True, id="the other way"),
        pytest.param(LineString([*BESIDE.coords, (30, 110), (30, 90), (30, 95)]), SQUARE,
                     [(160, 175, 1)], False, id="along the border, then in"),
        pytest.param(LineString([(0.0002, 33.3), (0.0003, 71.7), (40, 71.7)]), SQUARE,
                     [(38.4, 78.4, 1)], False, id="begins on the border"),
        pytest.param(LineString([(0.0006, 10), (0.0006, 90)]), SQUARE, [(0, 80, 1)], False, id="deeper"),
        pytest.param(LineString([(-10, 50), (0.0003, 50), (-10, 55)]), SQUARE,
                     [(10, 10.001, 1)], True, id="no deeper than the tolerance"),
    ],
)  # fmt: skip
def test_what_runs_along_a_border_touches_it_whatever_its_vertices(line, zone, expected, touch):
    told = tell(line, zone)
    is_told(by_zone(told)["a0"], expected)
    assert told.parts[0].hits[0].touch is touch
    assert told.parts[0].findings[0].outcome == ("does_not_apply" if touch else "applies")


@pytest.mark.parametrize(
    ("gap_m", "outcome"),
    [(-0.0002, "applies"), (0, "applies"), (0.0001, "applies"), (0.01, "does_not_apply")],
)
def test_a_line_between_two_zones_with_other_vertices_is_inside_their_union(gap_m, outcome):
    """A seam below the tolerance is no gap: there is ground to both sides of the line."""
    line = LineString([(100, -50), (100, 33.3), (100, 66.1), (100, 150)])
    told = tell(line, SQUARE, box(100 + gap_m, -20, 200, 70))
    assert {h.touch for h in told.parts[0].hits} <= {True}
    assert told.parts[0].findings[0].outcome == outcome


def test_a_zone_near_but_not_met_has_no_crossing():
    told = tell(RIGHT_THROUGH, box(0, 60, 10, 70), relation=Relation.WITHIN_DISTANCE, distance_m=20.0)
    assert [stretches(h.crossings) for h in told.parts[0].findings[0].hits] == [[]]


def test_crossings_of_a_class_are_a_union():
    told = tell(
        RIGHT_THROUGH,
        {"shape": box(0, 0, 60, 100), "zone_class": "1"},
        {"shape": box(40, 0, 100, 100), "zone_class": "1"},
        {"shape": box(90, 0, 120, 100), "zone_class": "2"},
        {"shape": box(120, 0, 130, 100), "zone_class": "2"},
    )
    first, second = told.parts[0].layers[0].by_class
    is_told(stretches(first.crossings), [(100, 200, 1)])
    is_told(stretches(second.crossings), [(190, 230, 1)])
    assert (first.overlap_m, second.overlap_m) == pytest.approx((100, 40), abs=MM)
    is_told(by_zone(told)["a1"], [(140, 200, 1)])
    assert told.parts[0].layers[0].union_share == pytest.approx(130 / 300, abs=1e-6)


def test_findings_and_the_list_of_zones_met_tell_the_same():
    told = tell(RIGHT_THROUGH, SQUARE, EAST)
    met = {h.zone_id: h.crossings for h in told.parts[0].hits}
    assert {h.zone_id: h.crossings for h in told.parts[0].findings[0].hits} == met


def test_the_ground_of_a_line_that_runs_over_itself_counts_once_its_chainage_twice():
    hit = tell(LineString([(-100, 50), (150, 50), (-100, 50)]), SQUARE).parts[0].hits[0]
    assert hit.overlap_m == pytest.approx(100, abs=MM)
    assert sum(c.to_m - c.from_m for c in hit.crossings or ()) == pytest.approx(200, abs=MM)


@pytest.mark.parametrize(
    ("site", "kind"),
    [
        pytest.param(Point(50, 50), "SHED", id="point"),
        pytest.param(MultiPoint([(50, 50), (60, 60)]), "SHED", id="points"),
        pytest.param(box(50, 50, 150, 150), "SHED", id="polygon"),
        pytest.param(Point(50, 50), "ROAD", id="point of a road"),
    ],
)
def test_points_and_polygons_have_no_such_key(site, kind):
    part = to_json(tell(site, SQUARE, RIVER, kind=kind))["parts"][0]
    hits = [*part["hits"], *(h for f in part["findings"] for h in f["hits"])]
    assert hits
    assert all("crossings" not in entry for entry in [*hits, *part["layers"][0]["by_class"]])


def test_answers_hold_crossings_in_millimetres():
    part = to_json(tell(LineString([(-1 / 3, 50), (20, 50)]), SQUARE))["parts"][0]
    expected = [{"from_m": 0.333, "to_m": 20.333, "part": 1}]
    assert part["hits"][0]["crossings"] == expected
    assert part["findings"][0]["hits"][0]["crossings"] == expected
    assert part["layers"][0]["by_class"][0]["crossings"] == expected


def test_the_explanation_tells_chainage_as_roads_are_staked():
    words = tell(LineString([(-100, 50), (1_000, 50)]), SQUARE).parts[0].findings[0].explanation
    assert "（桩号 K0+100.0–K0+200.0）" in words.zh
    assert "(K0+100.0–K0+200.0)" in words.en
    comb = LineString([(x, y) for x in range(10, 90, 10) for y in ((-9, 9) if x % 20 else (9, -9))])
    many = tell(comb, SQUARE).parts[0].findings[0].explanation
    assert "等 4 段" in many.zh
    assert "4 stretches in all" in many.en
    river = tell(RIGHT_THROUGH, RIVER).parts[0].findings[0].explanation
    assert "（桩号 K0+100.0）" in river.zh


def test_crossings_join_where_they_meet_and_only_there():
    one, two = Crossing(from_m=0.0, to_m=5.0, part=1), Crossing(from_m=5.0, to_m=9.0, part=1)
    apart, inner = Crossing(from_m=9.1, to_m=9.2, part=1), Crossing(from_m=1.0, to_m=2.0, part=1)
    other = Crossing(from_m=9.2, to_m=10.0, part=2)
    assert joined([other, apart, two, inner, one]) == (
        Crossing(from_m=0.0, to_m=9.0, part=1),
        apart,
        other,
    )
    assert joined([]) == ()


# --- any line, against flat arithmetic ----------------------------------------------------------------------

grid = st.integers(-6, 16).map(lambda n: n * 10.0)
corner = st.tuples(grid, grid)


@st.composite
def lines(draw: st.DrawFn) -> Any:
    """Lines on a grid of 10 m, so that vertices fall on corners, edges on edges, and passes on passes."""
    parts = draw(st.lists(st.lists(corner, min_size=2, max_size=8), min_size=1, max_size=3))
    kept = [LineString(p) for p in parts if len(set(p)) > 1]
    return MultiLineString(kept) if len(kept) != 1 else kept[0]


@st.composite
def areas(draw: st.DrawFn) -> Any:
    (x, y), w, h = draw(corner), draw(st.integers(1, 9)), draw(st.integers(1, 9))
    shape = box(x, y, x + 10.0 * w, y + 10.0 * h)
    if draw(st.booleans()):
        return shape.difference(box(x + 2.5, y + 2.5, x + 5, y + 5))
    return (
        shape.convex_hull if draw(st.booleans()) else shapely.Polygon([(x, y), (x + 10 * w, y), (x, y + 7)])
    )


EASTING_M, NORTHING_M = 94_878.0, 110_880.0
"""Metres per degree of longitude and latitude where the world is, to 1e-3."""
ORIGIN = shapely.get_coordinates(place(Point(0, 0)))


def flat(shape: Any) -> Any:
    """A shape in world metres as placed, on a plane of metres about the world's origin."""
    return shapely.transform(place(shape), lambda xy: (xy - ORIGIN) * (EASTING_M, NORTHING_M))


def metres(pieces: Any) -> float:
    """Geodesic length of lines on the plane."""
    xy, part = shapely.get_coordinates(shapely.get_parts(pieces), return_index=True)
    xy = xy / (EASTING_M, NORTHING_M) + ORIGIN
    return float(geodesic_m(*xy[:-1].T, *xy[1:].T)[part[1:] == part[:-1]].sum())


def passes(line: Any, ground: Any) -> tuple[float, int]:
    """Metres of a line, every pass counted, inside some ground, edge by edge; and how often it ends there."""
    total, ends = 0.0, 0
    for part in shapely.get_parts(line):
        for a, b in pairwise(shapely.get_coordinates(part)):
            inside = shapely.intersection(LineString([a, b]), ground) if (a != b).any() else shapely.Point()
            total += metres(inside)
            places = shapely.points(shapely.get_coordinates(shapely.boundary(inside)))
            ends += int((shapely.distance(places, shapely.boundary(ground)) < TOLERANCE_M).sum())
    return total, ends


def deep(zone: Any, by: float = 1.0) -> Any:
    """What of a zone lies deeper than the tolerance: all else of it is its border (DESIGN)."""
    return flat(zone).buffer(-TOLERANCE_M * by)


def runs_along(line: Any, zone: Any) -> bool:
    """Whether a line stays within the tolerance of a zone's border for 1 cm, or nearly so."""
    band = flat(zone).boundary.buffer(TOLERANCE_M)
    ends = [ab for part in shapely.get_parts(line) for ab in pairwise(part.coords) if ab[0] != ab[1]]
    near = shapely.get_parts(shapely.intersection([flat(LineString(ab)) for ab in ends], band))
    runs = shapely.get_parts(shapely.union_all(shapely.buffer(near, 1e-6)))
    sizes = np.where(shapely.intersects(runs[:, None], near), shapely.length(near), 0.0).sum(axis=1)
    return bool((sizes > 0.95 * WAY_M).any())


def on_ground(line: Any, areas: list[Any]) -> tuple[float, float]:
    """Metres of a line's ground in a union of areas; and at most: passes may lie beside each other."""
    ground = shapely.union_all(areas)
    return metres(shapely.intersection(once(line), ground)), passes(flat(line), ground)[0]


def once(line: Any) -> Any:
    """The ground of a line, passes over it counted once."""
    return shapely.union_all([flat(line)], grid_size=1e-6)


@settings(max_examples=80, deadline=None)
@given(line=lines(), shapes=st.lists(areas(), min_size=1, max_size=4))
def test_stretches_cover_the_overlap_and_the_rest_makes_the_line(line, shapes):
    if line.is_empty:
        return
    part = tell(line, *shapes).parts[0]
    for hit in part.hits:
        _is_in_order(hit, part.length_m)
        _is_what_lies_deeper(line, shapes[int(hit.zone_id[1:])], hit)
    for share in part.layers[0].by_class:
        found = stretches(share.crossings)
        met = [h for h in part.hits if h.zone_class == share.zone_class]
        assert joined(c for h in met for c in h.crossings or ()) == share.crossings
        covered = sum(b - a for a, b, _ in found)
        rest = _remainder(found, chain_of(place(line)), part.length_m)
        assert covered + rest == pytest.approx(part.length_m, rel=1e-6)
        _is_a_union(line, [shapes[int(h.zone_id[1:])] for h in met], share.overlap_m)


def _is_what_lies_deeper(line: Any, zone: Any, hit: Hit) -> None:
    """All that is deeper than the tolerance, and at its ends what leads to the border; else it is a touch."""
    (least, ends), (most, _) = (passes(flat(line), deep(zone, by)) for by in (1.01, 0.99))
    told = sum(c.to_m - c.from_m for c in hit.crossings or ())
    if least > 0:
        assert least - MM <= told <= most + ends * WAY_M + MM
        if not runs_along(line, zone):
            assert told == pytest.approx(passes(flat(line), flat(zone))[0], abs=MM)
    ground = metres(shapely.intersection(once(line), deep(zone, 0.99)))
    if abs(ground - MINIMUM_M) > 0.1:  # ground counts once, however often the line passes
        assert hit.touch is (ground < MINIMUM_M)


def _is_a_union(line: Any, zones_: list[Any], told_m: float) -> None:
    """What is deeper in any of the zones; of those that the line only touches, what lies on their border."""
    held = [passes(flat(line), deep(zone)) for zone in zones_]
    inside = [deep(zone) for zone in zones_]
    touched = [flat(z).buffer(TOLERANCE_M) for z, (size, _) in zip(zones_, held, strict=True) if size == 0]
    least, most = on_ground(line, inside)[0], on_ground(line, [*inside, *touched])[1]
    assert least - MM <= told_m <= most + sum(ends for _, ends in held) * WAY_M + len(touched) * WAY_M


def _is_in_order(hit: Hit, length: float) -> None:
    """Ends within the line, none overlapping the next, parts ascending; a zone met is told somewhere."""
    found = stretches(hit.crossings)
    assert found
    flat = [metre for a, b, _ in found for metre in (a, b)]
    assert flat == sorted(flat)
    assert flat[0] >= 0.0
    assert flat[-1] <= length + 1e-6
    assert [p for _, _, p in found] == sorted(p for _, _, p in found)


def _remainder(found: Told, chain: Any, length: float) -> float:
    """What lies outside: every piece between two marks is walked on its own, edge by edge."""
    marks = sorted({0.0, length, *chain.start_m.tolist(), *(m for a, b, _ in found for m in (a, b))})
    middles = [((a + b) / 2, b - a) for a, b in pairwise(marks)]
    return float(sum(size for at, size in middles if not any(a < at < b for a, b, _ in found)))


@settings(max_examples=80, deadline=None)
@given(line=lines(), cuts=st.lists(st.integers(1, 99), min_size=2, max_size=2, unique=True))
def test_a_piece_cut_from_a_simple_line_is_found_where_it_was_cut(line, cuts):
    if line.is_empty or line.geom_type != "LineString" or not line.is_simple or line.is_closed:
        return
    low, high = (cut / 100 for cut in sorted(cuts))
    whole = place(line)
    piece = shapely.ops.substring(whole, low, high, normalized=True)
    before = shapely.ops.substring(whole, 0.0, low, normalized=True)
    (found,) = crossings(chain_of(whole), piece)
    assert found.from_m == pytest.approx(float(length_m(before)), abs=1e-5)
    assert found.to_m - found.from_m == pytest.approx(float(length_m(piece)), abs=1e-5)


def test_chainage_of_a_line_of_long_edges():
    """A degree and a half in one edge: chainage at its middle is half its length, of geodesics of 2 km."""
    line = LineString([(104.5, 30.0), (106.0, 31.0)])
    whole = float(length_m(line))
    middle = LineString([(105.25, 30.5), (106.0, 31.0)])
    (found,) = crossings(chain_of(line), middle)
    assert found.to_m == pytest.approx(whole, rel=1e-9)
    assert found.to_m - found.from_m == pytest.approx(float(length_m(middle)), rel=1e-9)


def test_a_piece_beside_the_line_is_still_told():
    """A cut point may stray by more than rounding where the overlay had to snap: it is found, not dropped."""
    line = LineString([(105.0, 30.0), (105.1, 30.0)])
    (found,) = crossings(chain_of(line), LineString([(105.02, 30.0000001), (105.04, 30.0000001)]))
    expected = [float(length_m(LineString([(105.0, 30.0), (x, 30.0)]))) for x in (105.02, 105.04)]
    assert (found.from_m, found.to_m) == pytest.approx(expected, abs=0.01)
