"""Overlap accounted for: per zone, per class and layer as unions; union and remainder make the site."""

from typing import Any

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPoint, Point, box

from geo.answer import to_json
from geo.model import LayerReport, Report
from tests.geo.world import place, project, report, rule, zones

SITE = box(0, 0, 100, 100)  # 10 000 m²
LOWER = box(0, 0, 100, 50)


def zone(shape: Any, zone_class: str | None) -> dict[str, Any]:
    return {"shape": shape, "zone_class": zone_class}


def tell(site: Any, *given: Any, kind: str = "SHED") -> Report:
    return report([zones("a", *given)], [], project(place(site), kind))


def layer_of(told: Report) -> LayerReport:
    return told.parts[0].layers[0]


def by_class(told: Report) -> dict[str | None, float]:
    return {c.zone_class: c.overlap_m2 for c in layer_of(told).by_class}


@pytest.mark.parametrize(
    ("given", "each", "classes", "union"),
    [
        pytest.param([zone(box(-50, 0, 25, 100), "1")], [2_500], {"1": 2_500}, 0.25, id="one, a quarter"),
        pytest.param(
            [zone(box(0, 0, 60, 100), "1"), zone(box(40, 0, 100, 100), "1"), zone(LOWER, "1")],
            [6_000, 6_000, 5_000], {"1": 10_000}, 1.0, id="three of one class, overlapping",
        ),
        pytest.param(
            [zone(box(0, 0, 60, 100), "1"), zone(box(40, 0, 100, 100), "2"), zone(LOWER, "2")],
            [6_000, 6_000, 5_000], {"1": 6_000, "2": 8_000}, 1.0, id="three of two classes, overlapping",
        ),
        pytest.param(
            [zone(box(0, 0, 30, 100), "1"), zone(box(50, 0, 80, 100), "2")],
            [3_000, 3_000], {"1": 3_000, "2": 3_000}, 0.6, id="two apart",
        ),
        pytest.param(
            [zone(box(0, 0, 50, 100), "1"), zone(box(50, 0, 100, 100), "1")],
            [5_000, 5_000], {"1": 10_000}, 1.0, id="a tiling",
        ),
        pytest.param(
            [zone(box(-9, -9, 109, 109), "1"), zone(box(-9, -9, 109, 109), "1")],
            [10_000, 10_000], {"1": 10_000}, 1.0, id="the same zone twice",
        ),
        pytest.param(
            [zone(box(0, 0, 50, 100), None), zone(box(25, 0, 75, 100), "1")],
            [5_000, 5_000], {None: 5_000, "1": 5_000}, 0.75, id="one without a class",
        ),
        pytest.param([], [], {}, 0.0, id="none"),
    ],
)  # fmt: skip
def test_a_polygon(given, each, classes, union):
    told = tell(SITE, *given)
    hits = told.parts[0].hits
    assert [h.overlap_m2 for h in hits] == pytest.approx(each, abs=0.05)
    assert [h.overlap_share for h in hits] == pytest.approx([x / 10_000 for x in each], abs=1e-5)
    assert by_class(told) == pytest.approx(classes, abs=0.05)
    assert layer_of(told).union_share == pytest.approx(union, abs=1e-5)
    assert layer_of(told).union_share + layer_of(told).remainder_share == 1.0
    assert all(0 <= c.overlap_share <= 1 for c in layer_of(told).by_class)


def test_a_hole_is_not_overlap():
    ring = shapely.Polygon(box(-10, -10, 110, 110).exterior.coords, [box(20, 20, 80, 80).exterior.coords])
    told = tell(SITE, zone(ring, "1"))
    assert by_class(told)["1"] == pytest.approx(6_400, abs=0.05)


def test_a_line_is_accounted_for_by_length():
    told = tell(
        LineString([(-100, 50), (100, 50)]),
        zone(box(0, 0, 50, 100), "1"),
        zone(box(25, 0, 75, 100), "2"),
        kind="ROAD",
    )
    assert [h.overlap_m for h in told.parts[0].hits] == pytest.approx([50, 50], abs=0.001)
    assert layer_of(told).union_share == pytest.approx(75 / 200, abs=1e-6)
    assert layer_of(told).union_share + layer_of(told).remainder_share == 1.0
    assert [c.overlap_m2 for c in layer_of(told).by_class] == [0, 0]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param([(10, 50), (90, 50), (10, 50)], id="there and back"),
        pytest.param([(10, 50), (90, 50), (50, 90), (50, 10)], id="crossing itself"),
    ],
)
def test_a_line_that_meets_itself_is_still_wholly_inside(line):
    told = tell(LineString(line), zone(SITE, "1"), kind="ROAD")
    assert layer_of(told).union_share == 1.0
    assert layer_of(told).remainder_share == 0.0


def test_points_are_accounted_for_by_count():
    told = tell(MultiPoint([(10, 10), (60, 10), (200, 10), (10, 10)]), zone(box(0, 0, 50, 50), "1"))
    assert layer_of(told).union_share == pytest.approx(1 / 3)


def test_a_point_is_all_or_nothing():
    assert layer_of(tell(Point(50, 50), zone(SITE, "1"))).union_share == 1.0
    assert layer_of(tell(Point(150, 50), zone(SITE, "1"))).remainder_share == 1.0


@pytest.mark.parametrize("seed", range(12))
def test_random_overlapping_zones_never_make_more_than_the_site(seed):
    rng = np.random.default_rng(seed)
    given, shapes = [], []
    for _ in range(8):
        x, y = rng.uniform(-60, 90, 2)
        w, h = rng.uniform(1, 90, 2)
        shapes.append(box(x, y, x + w, y + h))
        given.append(zone(shapes[-1], str(rng.integers(1, 4))))
    told = tell(SITE, *given)
    flat = {
        c: shapely.area(
            shapely.intersection(
                SITE,
                shapely.union_all([s for s, g in zip(shapes, given, strict=True) if g["zone_class"] == c]),
            )
        )
        for c in {g["zone_class"] for g in given}
    }
    for name, area in by_class(told).items():
        assert area == pytest.approx(flat[name], abs=0.1)
    union = shapely.area(shapely.intersection(SITE, shapely.union_all(shapes)))
    assert layer_of(told).union_share == pytest.approx(union / 10_000, abs=1e-5)
    assert layer_of(told).union_share <= 1.0
    assert layer_of(told).union_share + layer_of(told).remainder_share == pytest.approx(1.0, abs=1e-15)


def test_a_projected_tiling_adds_up_to_the_site():
    strips = [zone(box(x, -500, x + 100, 1_500), str(x)) for x in range(-500, 1_500, 100)]
    site = box(-333, -77, 1_234, 987)
    told = tell(site, *strips)
    total = sum(h.overlap_m2 for h in told.parts[0].hits)
    assert total == pytest.approx(told.parts[0].area_m2, abs=0.05)
    assert layer_of(told).union_share == pytest.approx(1.0, abs=1e-9)


def test_rounded_shares_of_a_layer_add_up_to_one():
    thirds = [zone(box(0, 0, 100 / 3, 100), "1"), zone(box(100 / 3, 0, 200 / 3, 100), "2")]
    layer = to_json(tell(SITE, *thirds))["parts"][0]["layers"][0]
    assert layer["union_share"] + layer["remainder_share"] == 1.0
    assert layer["union_share"] == pytest.approx(2 / 3, abs=1e-5)
    assert all(c["overlap_share"] == round(c["overlap_share"], 6) for c in layer["by_class"])


def test_touches_and_slivers_are_listed_not_dropped():
    told = tell(SITE, zone(box(99.999, 0, 200, 100), "1"), zone(box(99.99, 0, 200, 100), "2"))
    assert [h.overlap_m2 for h in told.parts[0].hits] == pytest.approx([0.1, 1.0], abs=0.02)
    assert told.parts[0].hits[0].touch
    assert layer_of(told).state == "hit"


def test_per_rule_minimum_decides_what_is_a_touch_in_its_finding():
    the_rule = rule("R", "a", min_overlap_m2=500.0)
    told = report([zones("a", box(96, 0, 200, 100))], [the_rule], project(place(SITE)))
    assert told.parts[0].findings[0].hits[0].touch
    assert not told.parts[0].hits[0].touch
