"""Accounts of any site over any zones: shares are shares, unions are unions, and the rest makes 100 %.

Zones on a grid of 10 m, so that edges fall on edges, corners on corners and zones on zones; copies beside
themselves by less than a millimetre; holes, slivers, needles; some of each class, some of none.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon, box

from geo.answer import to_json
from geo.measure import area_m2, length_m
from tests.geo.world import edition, layer, place, project, report, zones

NOISE_M = (0.0, 1e-9, 1e-7, 1e-5, 1e-4, -1e-4, 3e-4)
"""Beside a neighbour by rounding, or by less than the tolerance."""

grid = st.integers(-2, 12).map(lambda n: n * 10.0)
corner = st.tuples(grid, grid)


@st.composite
def boxes(draw: st.DrawFn) -> Any:
    (x, y), w, h = draw(corner), draw(st.integers(1, 10)) * 10.0, draw(st.integers(1, 10)) * 10.0
    return box(x, y, x + w, y + h)


@st.composite
def shapes(draw: st.DrawFn) -> Any:
    shape = draw(boxes())
    kind = draw(st.sampled_from(["box", "copy", "hole", "sliver", "needle", "two"]))
    x, y, right, top = shape.bounds
    if kind == "copy":
        return shapely.affinity.translate(
            shape, draw(st.sampled_from(NOISE_M)), draw(st.sampled_from(NOISE_M))
        )
    if kind == "hole":
        return Polygon(shape.exterior.coords, [box(x + 2.5, y + 2.5, x + 5, y + 5).exterior.coords])
    if kind == "sliver":
        return box(x, y, right, y + draw(st.sampled_from([1e-4, 1e-3, 0.01])))
    if kind == "needle":
        return Polygon([(x, y), (right, top), (right, top + 0.01)])
    return MultiPolygon([shape, box(right + 5, y, right + 15, top)]) if kind == "two" else shape


@st.composite
def sites(draw: st.DrawFn) -> Any:
    kind = draw(st.sampled_from(["point", "points", "line", "lines", "box", "ring"]))
    if kind in ("point", "points"):
        places = draw(st.lists(corner, min_size=1, max_size=1 if kind == "point" else 6))
        return Point(places[0]) if kind == "point" else MultiPoint(places)
    if kind in ("line", "lines"):
        parts = [
            draw(st.lists(corner, min_size=2, max_size=6, unique=True)) for _ in range(1 + (kind == "lines"))
        ]
        return LineString(parts[0]) if kind == "line" else MultiLineString(parts)
    shape = draw(boxes())
    x, y, _, _ = shape.bounds
    return Polygon(
        shape.exterior.coords, [box(x + 1, y + 1, x + 9, y + 9).exterior.coords] if kind == "ring" else []
    )


@settings(max_examples=120, deadline=None)
@given(
    site=sites(),
    drawn=st.lists(st.tuples(shapes(), st.sampled_from(["1", "2", None])), min_size=0, max_size=8),
)
def test_any_account_adds_up(site, drawn):
    given_zones = [{"shape": shape, "zone_class": name} for shape, name in drawn]
    linear = shapely.get_dimensions(site) == 1
    told = report([zones("a", *given_zones)], [], project(place(site), "ROAD" if linear else "SHED"))
    part, whole = told.parts[0], told.parts[0].layers[0]
    shown = to_json(told)["parts"][0]["layers"][0]
    assert round(shown["union_share"] + shown["remainder_share"], 6) == 1.0
    assert 0.0 <= shown["union_share"] <= 1.0
    assert whole.union_share + whole.remainder_share == pytest.approx(1.0, abs=1e-15)
    by_class = {c.zone_class: c for c in whole.by_class}
    for hit in part.hits:
        assert 0.0 <= hit.overlap_share <= by_class[hit.zone_class].overlap_share + 1e-6
    for share in by_class.values():
        assert 0.0 <= share.overlap_share <= whole.union_share + 1e-6
        zone_sum = sum(h.overlap_share for h in part.hits if h.zone_class == share.zone_class)
        assert share.overlap_share <= zone_sum + 1e-6
    assert whole.union_share <= sum(c.overlap_share for c in by_class.values()) + 1e-6


@settings(max_examples=80, deadline=None)
@given(site=sites(), drawn=st.lists(shapes(), min_size=1, max_size=8))
def test_the_union_is_what_the_united_zones_hold(site, drawn):
    """Against zones united first and met by the site then: the engine unites what they have in common."""
    told = report(
        [zones("a", *drawn)],
        [],
        project(place(site), "ROAD" if shapely.get_dimensions(site) == 1 else "SHED"),
    )
    ours = told.parts[0].layers[0].union_share
    least, most = (_share(place(site), [place(z) for z in drawn], by) for by in (-1e-8, 1e-8))  # a millimetre
    assert least - 2e-6 <= ours <= most + 2e-6


def _share(site: Any, given_zones: list[Any], by: float) -> float:
    """Share of a site in the union of zones, each grown or shrunk by a little (degrees)."""
    united = shapely.union_all([zone.buffer(by, join_style="mitre") for zone in given_zones])
    if site.geom_type in ("Point", "MultiPoint"):
        parts = shapely.get_parts(shapely.union_all([site]))
        return float(shapely.intersects(parts, united).mean())
    measure = area_m2 if shapely.get_dimensions(site) == 2 else length_m
    once = shapely.union_all([site])
    return float(measure(shapely.intersection(once, united))) / float(measure(once))


@settings(max_examples=60, deadline=None)
@given(
    xs=st.lists(st.integers(1, 99), max_size=5, unique=True).map(sorted),
    ys=st.lists(st.integers(1, 99), max_size=5, unique=True).map(sorted),
    site=st.sampled_from([box(0, 0, 100, 100), box(13, 7, 88, 61), LineString([(3, 5), (97, 51), (11, 93)])]),
)
def test_a_tiling_without_gap_or_overlap_is_the_whole(xs, ys, site):
    """A class per tile, in degrees, where straight edges stay straight however they are cut."""
    tiles = [
        {"zone_id": f"{a}-{b}", "zone_class": f"{a}-{b}", "geometry": _degrees(box(a, b, c, d))}
        for a, c in pairwise([0, *xs, 100])
        for b, d in pairwise([0, *ys, 100])
    ]
    kind = "ROAD" if site.geom_type == "LineString" else "SHED"
    told = report([layer("a", edition(tiles))], [], project(_degrees(site), kind))
    found = told.parts[0].layers[0]
    assert found.union_share == pytest.approx(1.0, abs=1e-9)
    assert to_json(told)["parts"][0]["layers"][0]["union_share"] == 1.0
    assert sum(c.overlap_share for c in found.by_class) == pytest.approx(1.0, abs=1e-9)


def _degrees(shape: Any) -> Any:
    """A shape of whole numbers at 105° E, 31.6° N, one of them 1e-5 degrees."""
    return shapely.transform(shape, lambda xy: np.array([105.0, 31.6]) + xy * 1e-5)
