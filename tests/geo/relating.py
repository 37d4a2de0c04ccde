"""Asking one rule of one site: shapes, tolerances and the two helpers that the tables of relations share.

Zone ``a0`` is the square (0, 0)–(100, 100) unless a row says otherwise; the layer is right to 5 m, the site
exactly. Millimetres are asked of vertical edges only: a horizontal one bows by 0.1 mm off its parallel.
"""

from typing import Any

import pytest
from shapely import LineString, MultiPolygon, Point, Polygon, box

from geo.model import Finding
from tests.geo.world import SQUARE, finding, place, project, report, rule, truth, zones

RING = Polygon(SQUARE.exterior.coords, [[(40, 40), (60, 40), (60, 60), (40, 60)]])
TWO = MultiPolygon([SQUARE, box(200, 0, 300, 100)])
RIVER = LineString([(0, 0), (0, 100)])
SPRING = Point(0, 0)

MM, HALF_A_METRE = 0.0006, 0.501
"""Margins of points and distances are exact; depths of lines and polygons are right to 0.5 m."""


def ask(site: Any, *shapes: Any, activity: str = "SHED", accuracy_m: float = 5.0, **keys: Any) -> Finding:
    """What one rule over layer *a* finds at a site in world metres."""
    layers = [zones("a", *(shapes or (SQUARE,)), accuracy_m=accuracy_m)]
    return finding(report(layers, [rule("R", "a", **keys)], project(place(site), activity)), "R")


def check(found: Finding, holds: bool | None, margin: float | None, within: float = MM) -> None:
    assert truth(found) is holds
    if margin is None:
        assert found.margin_m is None
    else:
        assert found.margin_m == pytest.approx(margin, abs=within)
