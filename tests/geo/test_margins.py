"""Margins against brute force: the deepest point of an overlap, found on a grid of 0.4 m in flat metres."""

import math
from typing import Any

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, box

from geo.check import check_projects
from geo.model import Relation, With
from geo.relate import outline
from tests.geo.relating import ask
from tests.geo.world import ON, bundle, finding, place, project, report, rule, truth, zones

GRID_M = 0.4


def sampled(shape: Any) -> Any:
    """Points of a shape, on a grid or along it, its corners among them."""
    corners = shapely.get_coordinates(shape)
    if shape.geom_type == "Point":
        return shapely.points(corners)
    if shape.geom_type == "LineString":
        steps = np.arange(0, shape.length, GRID_M / 4)
        return np.concatenate([shapely.points(corners), shapely.line_interpolate_point(shape, steps)])
    x0, y0, x1, y1 = shape.bounds
    east, north = np.meshgrid(np.arange(x0, x1, GRID_M), np.arange(y0, y1, GRID_M))
    return np.concatenate([shapely.points(corners), shapely.points(east.ravel(), north.ravel())])


def deepest(site: Any, union: Any, *, inside: bool) -> float:
    points = sampled(site)
    kept = points[shapely.intersects(points, union) == inside]
    return float(shapely.distance(kept, shapely.boundary(union)).max(initial=0.0))


def random_zones(rng: np.random.Generator) -> list[Any]:
    out: list[Any] = []
    for _ in range(int(rng.integers(1, 6))):
        x, y = rng.uniform(-80, 60, 2)
        w, h = rng.uniform(10, 90, 2)
        shape = box(x, y, x + w, y + h)
        if rng.random() < 0.3:
            hole = box(x + w / 3, y + h / 3, x + w / 2, y + h / 2)
            shape = Polygon(shape.exterior.coords, [hole.exterior.coords])
        out.append(shape)
    return out


def random_site(rng: np.random.Generator) -> Any:
    x, y = rng.uniform(-60, 50, 2)
    w, h = rng.uniform(3, 60, 2)
    kind = int(rng.integers(0, 3))
    return (Point(x, y), LineString([(x, y), (x + w, y + h), (x + w, y - h)]), box(x, y, x + w, y + h))[kind]


@pytest.mark.parametrize("seed", range(40))
def test_depth_in_the_union_of_the_zones(seed):
    rng = np.random.default_rng(seed)
    shapes, site = random_zones(rng), random_site(rng)
    union = shapely.union_all(shapes)
    found = ask(site, *shapes, activity="ROAD" if site.geom_type == "LineString" else "SHED")
    apart = float(shapely.distance(site, union))
    if apart > 0:
        assert found.margin_m == pytest.approx(apart, abs=0.01)
    else:
        assert found.margin_m == pytest.approx(-deepest(site, union, inside=True), abs=0.5 + GRID_M)


@pytest.mark.parametrize("seed", range(40, 80))
def test_reach_outside_the_union_of_the_zones(seed):
    rng = np.random.default_rng(seed)
    shapes, site = random_zones(rng), random_site(rng)
    union = shapely.union_all(shapes)
    found = ask(
        site,
        *shapes,
        activity="ROAD" if site.geom_type == "LineString" else "SHED",
        relation=Relation.OUTSIDE,
    )
    if shapely.covers(union, site):
        edge = float(shapely.distance(site, shapely.boundary(union)))
        assert found.margin_m == pytest.approx(edge, abs=0.01)
    elif float(shapely.distance(site, union)) < 100:
        reach = deepest(site, union, inside=False)
        if reach < 100:
            assert found.margin_m == pytest.approx(-reach, abs=0.5 + GRID_M)


@pytest.mark.parametrize("site", [Point(0, 0), LineString([(0, 0), (30, 40)]), box(0, 0, 30, 40)])
@pytest.mark.parametrize("present", [True, False])
@pytest.mark.parametrize("edge", [100.0, 5_000.0, 40_000.0])
def test_far_from_every_edge_there_is_no_margin_and_no_fault(site, present, edge):
    large = box(-edge - 100, -edge - 100, edge + 100, edge + 100)
    both = rule("R", "a", companions=(With(layer="b", present=present),))
    layers = [zones("a", large), zones("b", large)]
    told = report(layers, [both, rule("O", "a", relation=Relation.OUTSIDE)], project(place(site), "ROAD"))
    assert truth(finding(told, "R")) is present
    assert truth(finding(told, "O")) is False
    assert finding(told, "O").margin_m is None
    assert not finding(told, "O").borderline


@pytest.mark.parametrize("deep", [90.0, 99.0, 103.0])
@pytest.mark.parametrize("upright", [True, False])
def test_a_depth_near_the_end_of_the_search(deep, upright):
    """Told up to 100 m, whichever way the zone runs: a degree is shorter to the east than to the north."""
    zone, site = box(0, -4_000, 2 * deep, 4_000), box(deep - 30, -1_500, deep + 30, 1_500)
    if not upright:
        zone, site = (shapely.transform(shape, lambda xy: xy[:, ::-1]) for shape in (zone, site))
    found = ask(site, zone)
    assert found.margin_m == (None if deep > 100.0 else pytest.approx(-deep, abs=0.5))


@pytest.mark.parametrize("gaps", [0.0, 0.0004])
def test_among_very_many_zones_their_outline_is_made_once_for_all_sites(monkeypatch, gaps):
    step, count = 1_000.0, 7
    places = [(east, north) for east in range(count) for north in range(count)]
    squares = [box(step * x, step * y, step * (x + 1) - gaps, step * (y + 1)) for x, y in places]
    held = zones("a", *squares)
    sites = [box(x, 3_000, x + 100, 3_100) for x in (2_000, 3_400)]
    made = []
    whole = outline._whole
    monkeypatch.setattr(outline, "_whole", lambda rows: made.append(rows) or whole(rows))
    world, told = bundle([held], [rule("R", "a")]), []
    for many in (20, math.inf):
        monkeypatch.setattr(outline, "_MANY", many)
        for shape in sites:
            [said] = check_projects(world, [project(place(shape))], ON, margins="told")
            told.append(finding(said, "R").margin_m)
    assert len(made) == 1
    assert told[:2] == pytest.approx(told[2:], abs=0.001)
    assert told[:2] == pytest.approx([-2_100.0, -3_100.0], rel=1e-3)
