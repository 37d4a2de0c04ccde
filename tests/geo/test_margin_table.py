"""One margin for every relation, kind of site and side of the border: numbers counted by hand.

The zone is the square of 100 m, right to 5 m. ``inside`` and ``outside`` are farther than that from the other
answer, ``in, near`` and ``out, near`` nearer. Positive: it does not apply, by so much; negative: it applies.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from shapely import LineString, Point, box

from geo.model import Relation, With
from tests.geo.relating import HALF_A_METRE, MM, RIVER, SPRING, check
from tests.geo.world import SQUARE, finding, place, project, report, rule, zones

POINT, LINE, POLYGON = "point", "line", "polygon"
INSIDE, IN_NEAR, OUT_NEAR, OUTSIDE = "inside", "in, near", "out, near", "outside"
PLACES = (INSIDE, IN_NEAR, OUT_NEAR, OUTSIDE)
KINDS = (POINT, LINE, POLYGON)

SITES: dict[tuple[str, str], Any] = {
    (POINT, INSIDE): Point(70, 50),
    (POINT, IN_NEAR): Point(98, 50),
    (POINT, OUT_NEAR): Point(102, 50),
    (POINT, OUTSIDE): Point(130, 50),
    (LINE, INSIDE): LineString([(70, 50), (300, 50)]),
    (LINE, IN_NEAR): LineString([(98, 50), (300, 50)]),
    (LINE, OUT_NEAR): LineString([(102, 50), (300, 50)]),
    (LINE, OUTSIDE): LineString([(130, 50), (300, 50)]),
    (POLYGON, INSIDE): box(70, 40, 300, 60),
    (POLYGON, IN_NEAR): box(98, 40, 300, 60),
    (POLYGON, OUT_NEAR): box(102, 40, 300, 60),
    (POLYGON, OUTSIDE): box(130, 40, 300, 60),
}
WHOLLY: dict[tuple[str, str], Any] = {
    **{(POINT, where): SITES[POINT, where] for where in PLACES},
    (LINE, INSIDE): LineString([(20, 50), (80, 50)]),
    (LINE, IN_NEAR): LineString([(20, 50), (98, 50)]),
    (LINE, OUT_NEAR): LineString([(20, 50), (102, 50)]),
    (LINE, OUTSIDE): LineString([(20, 50), (130, 50)]),
    (POLYGON, INSIDE): box(20, 40, 80, 60),
    (POLYGON, IN_NEAR): box(20, 40, 98, 60),
    (POLYGON, OUT_NEAR): box(20, 40, 102, 60),
    (POLYGON, OUTSIDE): box(20, 40, 130, 60),
}
"""For *outside*: sites that lie in the zone but for what reaches beyond its border."""


@dataclass(frozen=True)
class Asked:
    """A rule, its sites, and for each place the margin (or three, by kind of site)."""

    keys: dict[str, Any]
    margins: dict[str, float | tuple[float | None, ...] | None]
    sites: Any = None
    shapes: tuple[Any, ...] = (SQUARE,)
    second: Any = None
    near: float = 5.0


# A margin per place; a tuple where point, line and polygon differ; None where there is none to tell.
TABLE: dict[str, Asked] = {
    "intersects": Asked({}, {INSIDE: -30, IN_NEAR: -2, OUT_NEAR: 2, OUTSIDE: 30}),
    "crosses": Asked(
        {"relation": Relation.CROSSES},
        {INSIDE: (None, -30, -30), IN_NEAR: (None, -2, -2), OUT_NEAR: (None, 2, 2), OUTSIDE: (None, 30, 30)},
    ),
    "outside": Asked(
        {"relation": Relation.OUTSIDE}, {INSIDE: (30, 20, 20), IN_NEAR: 2, OUT_NEAR: -2, OUTSIDE: -30}, WHOLLY
    ),
    "within_distance": Asked(
        {"relation": Relation.WITHIN_DISTANCE, "distance_m": 20.0},
        {INSIDE: -20, IN_NEAR: -20, OUT_NEAR: -18, OUTSIDE: 10},
    ),
    "within_distance, at its limit": Asked(
        {"relation": Relation.WITHIN_DISTANCE, "distance_m": 30.001},
        {INSIDE: -30.001, IN_NEAR: -30.001, OUT_NEAR: -28.001, OUTSIDE: -0.001},
    ),
    "within_distance, a belt from the border": Asked(
        {"relation": Relation.WITHIN_DISTANCE, "distance_m": 20.0, "distance_min_m": 0.0},
        {INSIDE: 30, IN_NEAR: 2, OUT_NEAR: -2, OUTSIDE: 10},
    ),
    "within_distance, a belt from 10 m": Asked(
        {"relation": Relation.WITHIN_DISTANCE, "distance_m": 50.0, "distance_min_m": 10.0},
        {INSIDE: 40, IN_NEAR: 12, OUT_NEAR: 8, OUTSIDE: -20},
    ),
    "intersects two of three": Asked(
        {"min_zones": 2},
        {INSIDE: -30, IN_NEAR: -2, OUT_NEAR: 2, OUTSIDE: 30},
        shapes=(SQUARE, SQUARE, box(-500, 0, -400, 100)),
    ),
    "intersects, in a second layer": Asked(
        {"companions": (With(layer="b", present=True),)},
        {INSIDE: -30, IN_NEAR: -2, OUT_NEAR: 2, OUTSIDE: 30},
        second=box(-100, -100, 500, 200),
    ),
    "intersects, the second layer the nearer": Asked(
        {"companions": (With(layer="b", present=True),)},
        {INSIDE: -20, IN_NEAR: 8, OUT_NEAR: 12, OUTSIDE: 40},
        second=box(-100, -100, 90, 200),
    ),
    "intersects, where a second layer is not": Asked(
        {"companions": (With(layer="b", present=False),)},
        {INSIDE: -30, IN_NEAR: -2, OUT_NEAR: 2, OUTSIDE: 30},
        second=box(-900, -900, -800, -800),
    ),
    "anywhere": Asked({"relation": Relation.ANYWHERE}, dict.fromkeys(PLACES)),
}
ROWS = [
    pytest.param(name, kind, where, id=f"{name}-{kind}-{where}")
    for name in TABLE
    for kind in KINDS
    for where in PLACES
]


def ask(asked: Asked, site: Any, kind: str) -> Any:
    layers = [zones("a", *asked.shapes)]
    if asked.second is not None:
        layers.append(zones("b", asked.second, accuracy_m=0.0))
    anywhere = asked.keys.get("relation") is Relation.ANYWHERE
    the_rule = rule("R", None if anywhere else "a", **asked.keys)
    return finding(report(layers, [the_rule], project(place(site), "ROAD" if kind == LINE else "SHED")), "R")


@pytest.mark.parametrize(("name", "kind", "where"), ROWS)
def test_margin(name, kind, where):
    asked = TABLE[name]
    told = asked.margins[where]
    margin = told[KINDS.index(kind)] if isinstance(told, tuple) else told
    found = ask(asked, (asked.sites or SITES)[kind, where], kind)
    if margin is None:
        assert found.margin_m is None
        assert not found.borderline
        return
    depth_of_shape = margin < 0 and kind != POINT
    check(found, margin < 0, margin, HALF_A_METRE if depth_of_shape or asked.second is not None else MM)
    assert found.borderline is (abs(margin) < asked.near)


def test_the_table_leaves_no_relation_out():
    asked = {entry.keys.get("relation", Relation.INTERSECTS) for entry in TABLE.values()}
    assert asked == set(Relation) - {
        Relation.UPSTREAM_WITHIN
    }  # refused when rules are read: no river network yet
    assert all(set(entry.margins) == set(PLACES) for entry in TABLE.values())


@pytest.mark.parametrize(
    ("zone", "kind", "site", "margin"),
    [
        pytest.param(RIVER, POINT, Point(0, 50), 0, id="point on a line"),
        pytest.param(RIVER, POINT, Point(-7, 50), 7, id="point beside a line"),
        pytest.param(RIVER, LINE, LineString([(-50, 50), (50, 50)]), 0, id="line across a line"),
        pytest.param(RIVER, LINE, LineString([(7, 0), (7, 90)]), 7, id="line beside a line"),
        pytest.param(RIVER, POLYGON, box(-10, 0, 10, 50), 0, id="polygon over a line"),
        pytest.param(RIVER, POLYGON, box(7, 0, 20, 50), 7, id="polygon beside a line"),
        pytest.param(SPRING, POINT, Point(0, 0), 0, id="point on a point"),
        pytest.param(SPRING, POINT, Point(-3, 4), 5, id="point beside a point"),
        pytest.param(SPRING, LINE, LineString([(0, -50), (0, 50)]), 0, id="line through a point"),
        pytest.param(SPRING, LINE, LineString([(6, -50), (6, 50)]), 6, id="line beside a point"),
        pytest.param(SPRING, POLYGON, box(-10, -10, 10, 10), 0, id="polygon around a point"),
        pytest.param(SPRING, POLYGON, box(6, 8, 20, 20), 10, id="polygon beside a point"),
    ],
)
def test_margins_at_zones_without_area(zone, kind, site, margin):
    """They have no depth: what meets them applies by 0."""
    found = ask(Asked({}, {}, shapes=(zone,)), site, kind)
    check(found, margin == 0, margin)
