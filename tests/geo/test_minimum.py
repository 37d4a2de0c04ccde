"""Minimum overlap to either side: lengths laid off by `Geod.fwd`, areas by the survey formula of §8.4.

The zone's southern edge is a parallel: what runs due north into it is in the zone for exactly the geodesic
beyond the parallel, and a cell between meridians and parallels has the area of the formula.
"""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import LineString, MultiLineString, MultiPolygon, Polygon, box

from geo.measure import area_m2
from geo.model import Finding, Relation, With
from tests.geo.test_measure import survey_formula
from tests.geo.world import SQUARE, edition, finding, layer, place, project, report, rule, zones

GEOD = Geod(ellps="GRS80")
LON, LAT = 105.85, 32.5
ZONE = box(105.8, LAT, 105.9, 32.6)
"""The cell of the regulations."""

LEAST = (1.0, 20.0, 500.0)


def north(metres: float, lon: float = LON) -> tuple[float, float]:
    """So many metres north of the zone's southern edge, or south of it."""
    x, y, _ = GEOD.fwd(lon, LAT, 0 if metres >= 0 else 180, abs(metres))
    return float(x), float(y)


def ask(site: Any, *shapes: Any, **keys: Any) -> Finding:
    rows = [{"zone_id": f"a{n}", "zone_class": "1", "geometry": s} for n, s in enumerate(shapes or (ZONE,))]
    zones = layer("a", edition(rows, coverage=box(104, 31, 107, 34), accuracy_m=0.0))
    return finding(report([zones], [rule("R", "a", **keys)], project(site, "ROAD")), "R")


def applies(found: Finding) -> bool:
    return found.outcome == "applies"


def cell(area: float, width: float = 0.001) -> Polygon:
    """A cell that reaches so many square metres, by the survey formula, into the zone from the south."""
    low, high = 0.0, 0.05
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if survey_formula(LON, LAT, LON + width, LAT + middle) < area else (low, middle)
        )
    return box(LON, LAT - 0.001, LON + width, LAT + high)


# --- lengths ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("least", LEAST)
@pytest.mark.parametrize("step", [-1.0, -0.01, -0.001, 0.001, 0.01, 1.0])
def test_a_line_and_its_least_length(least, step):
    if least + step <= 0:
        step = -0.9
    found = ask(LineString([north(-50), north(least + step)]), min_overlap_m=least)
    assert applies(found) is (step > 0)
    assert found.hits[0].overlap_m == pytest.approx(least + step, abs=1e-5)
    assert found.hits[0].touch is (step < 0)
    if step < 0:
        assert (found.borderline, found.margin_m) == (True, 0.0)


@pytest.mark.parametrize("step", [-0.001, 0.001])
def test_several_reaches_of_a_line_count_together(step):
    reaches = MultiLineString(
        [[north(-50, LON + n / 100), north(0.25 + step / 4, LON + n / 100)] for n in range(4)]
    )
    assert applies(ask(reaches)) is (step > 0)


@pytest.mark.parametrize("step", [-0.001, 0.001])
def test_a_line_through_two_zones_counts_their_union(step):
    """0.6 m in one and in the other, 0.2 m of it in both."""
    far = 1.0 + step
    two = [Polygon([north(0, 105.8), north(0, 105.9), north(0.6, 105.9), north(0.6, 105.8)]),
           Polygon([north(0.4, 105.8), north(0.4, 105.9), north(far, 105.9), north(far, 105.8)])]  # fmt: skip
    found = ask(LineString([north(-50), north(50)]), *two)
    assert applies(found) is (step > 0)


@pytest.mark.parametrize("least", [0.5, 0.7])
@pytest.mark.parametrize("x", [0, 7, 23])
def test_a_river_drawn_twice_counts_once(least, x):
    """0.6 m of it lies in the site; a second zone draws it with another vertex, a nanometre aside."""
    ends, bend = [(x, 0), (x + 37, 100)], (x + 37 * 0.333, 33.3)
    rivers = [place(LineString(ends)), place(LineString([ends[0], bend, ends[1]]))]
    site = place(box(-50, -10, 100, 0.6 * 100 / math.hypot(37, 100)))
    assert applies(ask(site, *rivers, min_overlap_m=least)) is (least < 0.6)


def test_second_layers_are_asked_of_what_runs_between_two_zones_too():
    """0.3 m in the western zone, 40 m along the border it shares with the eastern one, 0.3 m in that."""
    site = place(LineString([(99.7, 50), (100, 50), (100, 90), (100.3, 90)]))
    layers = [zones("a", SQUARE, box(100, 0, 200, 100)), zones("b", box(-50, -50, 250, 150))]
    asked = rule("R", "a", companions=(With(layer="b"),))
    assert applies(finding(report(layers, [asked], project(site, "ROAD")), "R"))


@pytest.mark.parametrize("metres", [0.001, 0.01, 0.5])
def test_what_crosses_need_be_longer_than_the_tolerance_only(metres):
    line = LineString([north(-50), north(metres)])
    assert applies(ask(line, relation=Relation.CROSSES))
    assert not applies(ask(LineString([north(-50), north(-metres)]), relation=Relation.CROSSES))


# --- areas --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("least", LEAST)
@pytest.mark.parametrize("step", [-0.5, -0.01, -0.001, 0.001, 0.01, 0.5])
def test_a_polygon_and_its_least_area(least, step):
    found = ask(cell(least + step), min_overlap_m2=least)
    assert applies(found) is (step > 0)
    assert found.hits[0].overlap_m2 == pytest.approx(least + step, abs=1e-4)
    assert found.hits[0].touch is (step < 0)


@pytest.mark.parametrize("step", [-1e-5, 1e-5])
def test_a_least_share_is_exact(step):
    whole = survey_formula(LON, LAT - 0.001, LON + 0.001, LAT + 0.001)
    inside = survey_formula(LON, LAT, LON + 0.001, LAT + 0.001)
    site = box(LON, LAT - 0.001, LON + 0.001, LAT + 0.001)
    found = ask(site, min_overlap_share=inside / whole - step)
    assert applies(found) is (step > 0)
    assert found.hits[0].overlap_share == pytest.approx(inside / whole, abs=1e-9)


@pytest.mark.parametrize("step", [-0.001, 0.001])
def test_several_reaches_of_a_polygon_count_together(step):
    quarter = cell(0.25 + step / 4)
    west, south, east, top = quarter.bounds
    reaches = [box(west + n / 100, south, east + n / 100, top) for n in range(4)]
    assert applies(ask(MultiPolygon(reaches))) is (step > 0)


@pytest.mark.parametrize("step", [-0.001, 0.001])
def test_what_lies_outside_needs_more_than_the_least(step):
    """Outside: the same cell, seen from the other side."""
    out = survey_formula(LON, LAT - 0.001, LON + 0.001, LAT)
    found = ask(cell(10_000.0), relation=Relation.OUTSIDE, min_overlap_m2=out - step)
    assert applies(found) is (step > 0)


# --- the survey formula and the authalic integral -----------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(
    west=st.floats(73, 134), south=st.floats(3, 53), width=st.floats(1e-5, 3.0), height=st.floats(1e-5, 2.0)
)
def test_cells_anywhere_in_the_country_agree_with_the_survey_formula(west, south, width, height):
    ours = float(area_m2(box(west, south, west + width, south + height)))
    east, north_ = west + width, south + height  # the cell as its rounded corners have it
    assert ours == pytest.approx(survey_formula(west, south, east, north_), rel=1e-8, abs=1e-4)


def test_polygons_are_sums_of_cells():
    """Any right-angled outline is cells added and taken away: the formula is exact for it."""
    steps = np.array([(0, 0), (3, 0), (3, 1), (2, 1), (2, 2), (1, 2), (1, 3), (0, 3)]) * 0.01 + (LON, LAT)
    cells = [(0, 0, 3, 1), (0, 1, 2, 2), (0, 2, 1, 3)]
    total = sum(survey_formula(*(np.array(c) * 0.01 + (LON, LAT, LON, LAT))) for c in cells)
    assert float(area_m2(Polygon(steps))) == pytest.approx(total, rel=1e-11)
