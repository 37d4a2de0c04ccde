"""What is told at once, for many rules or without any cut, is what each rule by itself would be told."""

from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Polygon, affinity, box

import geo.check
import geo.contact
import geo.relate.outline
from geo.answer import to_json
from geo.check import check_projects
from geo.model import Bundle, Part, Project, Relation
from geo.placeless import Apart, Placeless
from geo.relate.outline import _are_joined
from geo.scene import Scene
from geo.site import make_site
from tests.geo.relating import ask
from tests.geo.world import finding, place, project, report, rule, truth, zones

ON = date(2026, 11, 22)


def _sites(demo: Bundle) -> list[Any]:
    """Polygons, lines and points in, beside and outside the ground that the demonstration covers."""
    west, south, east, north = demo.layers["eco_redline"].editions[-1].coverage.bounds
    rng = np.random.default_rng(7)
    places = rng.uniform((west - 0.05, south - 0.05), (east + 0.05, north + 0.05), (14, 2))
    squares = [box(x, y, x + 0.012, y + 0.009) for x, y in places]
    lines = [shapely.LineString([(x, y), (x + 0.02, y + 0.01)]) for x, y in places[:4]]
    return [*squares, *lines, *map(shapely.Point, places[:6])]


def _answers(demo: Bundle, activity: str, *, full: bool) -> list[dict[str, Any]]:
    projects = [
        Project(name="x", parts=(Part(site=make_site(s), activity=activity, facts=(("nature", "new"),)),))
        for s in _sites(demo)
    ]
    return [to_json(r, "full" if full else "findings") for r in check_projects(demo, projects, ON, full=full)]


@pytest.mark.parametrize("full", [False, True])
def test_rules_without_a_zone_near_are_told_as_one_by_one(demo, monkeypatch, full):
    hushes: list[int] = []

    def none_hushed(scene: Scene, apart: Apart, *, full: bool) -> tuple[tuple[Any, ...], list[Placeless]]:
        assert not (scene.wide and full)
        return apart.local, []

    real = geo.check.hushed

    def counted(scene: Scene, apart: Apart, *, full: bool) -> tuple[list[Any], list[Placeless]]:
        loud, quiet = real(scene, apart, full=full)
        hushes.append(len(apart.local) - len(loud))
        return loud, quiet

    monkeypatch.setattr(geo.check, "hushed", counted)
    told = _answers(demo, "CHEM", full=full)
    assert sum(hushes) > len(hushes)
    monkeypatch.setattr(geo.check, "hushed", none_hushed)
    assert told == _answers(demo, "CHEM", full=full)


def _ring(outer: Any, inner: Any) -> Polygon:
    return Polygon(outer.exterior.coords, [inner.exterior.coords])


@pytest.mark.parametrize(
    ("shapes", "joined"),
    [
        ([box(0, 0, 5, 10), box(5, 0, 10, 10)], True),
        ([box(0, 0, 5, 10), shapely.reverse(box(5, 0, 10, 10))], True),
        ([box(0, 0, 5, 10), box(5.001, 0, 10, 10)], False),
        ([box(0, 0, 5, 10), box(5, 0, 10, 6)], False),
        ([box(0, 0, 5, 10), box(0, 0, 5, 10)], False),
        ([_ring(box(0, 0, 10, 10), box(4, 4, 6, 6)), box(4, 4, 6, 6)], True),
        ([_ring(box(0, 0, 10, 10), box(4, 4, 6, 6)), shapely.reverse(box(4, 4, 6, 6))], True),
    ],
)
def test_polygons_that_share_all_edges_near_have_no_outline_there(shapes, joined):
    near = (3.0, 3.0, 7.0, 7.0)
    assert _are_joined(np.array(shapes, dtype=object), near) is joined
    outline = shapely.boundary(shapely.union_all(shapes))
    assert not joined or not shapely.intersects(outline, box(*near))


@pytest.mark.parametrize("seed", range(25))
def test_depths_known_from_one_zone_are_those_of_the_union(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    corners = rng.uniform(-300, 200, (4, 2))
    shapes = [
        box(x, y, x + w, y + h) for (x, y), (w, h) in zip(corners, rng.uniform(60, 500, (4, 2)), strict=True)
    ]
    x, y = rng.uniform(-200, 200, 2)
    site: Any = box(x, y, x + 250, y + 200)
    if seed % 3 == 0:
        site = shapely.LineString([(x, y), (x + 250, y + 200), (x + 300, y)])
    keys = {"min_zones": 2} if seed % 5 == 0 else {}
    told = ask(site, *shapes, activity="ROAD", **keys)
    monkeypatch.setattr(geo.relate.outline, "_holds_deep", lambda *_: False)
    assert told == ask(site, *shapes, activity="ROAD", **keys)


_WIDE = box(-1_000, -1_000, 1_000, 1_000)


@pytest.mark.parametrize(
    ("site", "zone", "share"),
    [
        (box(0, 0, 100, 100), _WIDE, 1.0),
        (box(0, 0, 1_000, 100), _WIDE, 1.0),
        (box(0, 0, 1_100, 100), _WIDE, 10 / 11),
        (box(1_000.0001, 0, 1_100, 100), _WIDE, 0.0),
        (box(0, 0, 100, 100), _ring(_WIDE, box(-10, -10, 110, 110)), 0.0),
        (box(0, 0, 100, 100), _ring(_WIDE, box(20, 20, 70, 70)), 0.75),
        (MultiPolygon([box(0, 0, 100, 100), box(2_000, 0, 2_100, 100)]), _WIDE, 0.5),
        (affinity.scale(_WIDE, 2, 2), _WIDE, 0.25),
        (_ring(affinity.scale(_WIDE, 2, 2), _WIDE), _WIDE, 0.0),
    ],
)
def test_a_zone_holds_a_site_where_its_rim_does_not_meet_it(site, zone, share, monkeypatch):
    told = ask(site, zone)
    monkeypatch.setattr(geo.contact, "_holding", lambda _, areal, __: np.zeros_like(areal))
    cut = ask(site, zone)
    assert (told.outcome, told.margin_m, told.borderline) == (cut.outcome, cut.margin_m, cut.borderline)
    for hits in (told.hits, cut.hits):
        assert sum(hit.overlap_share for hit in hits) == pytest.approx(share, abs=1e-6)


@pytest.mark.parametrize(("size_m", "inside", "out"), [(0.7, 0.0, True), (0.7, 0.7, False), (20, 19.9, True)])
def test_what_is_smaller_than_the_minimum_is_outside_where_all_of_it_is(size_m, inside, out):
    zone, site = box(0, 0, 100, 100), box(-size_m + inside, 50, inside, 50 + size_m)
    told = report([zones("a", zone)], [rule("O", "a", relation=Relation.OUTSIDE)], project(place(site)))
    assert truth(finding(told, "O")) is out


@pytest.mark.parametrize("middle", [[], [(0, 1_000)]])
def test_the_edge_of_zones_that_tile_is_their_own(middle):
    """From 10 km on what is looked at is cut, and the cut's edge is no edge of the zones."""
    west = Polygon([(-30_000, -30_000), (0, -30_000), *middle, (0, 30_000), (-30_000, 30_000)])
    layers = [zones("a", west, box(0, -30_000, 30_000, 30_000))]
    asked = [rule("O", "a", relation=Relation.OUTSIDE)]
    told = report(layers, asked, project(place(box(-50, -50, 50, 50))), margins="all")
    assert finding(told, "O").margin_m == pytest.approx(29_950, abs=20)
