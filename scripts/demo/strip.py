"""A strip of 遂宁市蓬溪县 beside 潼南区: another city of another province, with zones and rules of its own.

潼南's plan deals with the water that crosses here (lines 598 to 611). The rest of 遂宁, and 万源市 beside
城口县, are left out, so that a gap across a border shows.
"""

from dataclasses import dataclass

import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from scripts.demo.fields import polygonal, rounded
from scripts.demo.pebbles import fitted, grown, pebble
from scripts.demo.places import Place
from scripts.demo.rivers import Course, metric_buffer
from scripts.demo.sources import District
from scripts.demo.units import Piece
from scripts.demo.water import Source, SourceZone

PENGXI, TONGNAN = "510921", "500152"
WIDTH_M = 4000.0
TOWN: Place = (105.88, 30.425)
LEAST_PART = 1e-4
"""Smaller parts of the strip (in square degrees, a square kilometre) are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The strip and its zoning.

    Attributes
    ----------
    pieces
        Its control units, which tile it.
    redline
        Hills by the border.
    """

    code: str
    shape: BaseGeometry
    pieces: tuple[Piece, ...]
    redline: BaseGeometry


def draw(districts: tuple[District, ...], courses: tuple[Course, ...]) -> Strip:
    """The strip as wide as ``WIDTH_M``, before the borders are noded."""
    by_code = {district.code: district.geometry for district in districts}
    own, other = by_code[PENGXI], by_code[TONGNAN]
    near = shapely.simplify(metric_buffer(other, WIDTH_M, quad_segs=2), 0.002)
    parts = shapely.get_parts(polygonal(shapely.intersection(own, near)))
    shape = rounded(max(parts, key=lambda part: part.area))
    flow = shapely.union_all([course.line for course in courses])
    banks = rounded(shapely.intersection(grown(shapely.intersection(flow, shape), 600.0), shape))
    town = shapely.difference(pebble(town_in(shape), 5.0e6, 77), banks)
    key = rounded(shapely.intersection(town, shape))
    free = rounded(shapely.difference(shape, shapely.union(banks, key)))
    red = fitted(pebble(_far(shape, shapely.union(banks, key)), 2.4e6, 78), free)
    rest = rounded(polygonal(shapely.difference(free, red)))
    kinds = (
        ("1", 1, None, "涪江沿线", shapely.union(banks, red)),
        ("2", 1, "urban", "城镇", key),
        ("3", 1, None, "农业与生活空间", rest),
    )
    pieces = tuple(
        Piece(
            county=PENGXI,
            unit_class=level,
            number=number,
            subtype=subtype,
            name=name,
            geometry=polygonal(area),
        )
        for level, number, subtype, name, area in kinds
    )
    return Strip(code=PENGXI, shape=shape, pieces=pieces, redline=red)


def town_in(shape: BaseGeometry) -> Place:
    """The place of the strip's town: the one put by hand, or the middle where that lies outside."""
    middle = Point(TOWN) if shapely.contains_xy(shape, *TOWN) else shape.representative_point()
    return round(middle.x, 6), round(middle.y, 6)


def _far(shape: BaseGeometry, taken: BaseGeometry) -> Place:
    """The middle of the largest circle that meets nothing taken."""
    free = polygonal(shapely.difference(shape, taken))
    largest = max(shapely.get_parts(free), key=lambda part: part.area)
    circle = shapely.maximum_inscribed_circle(largest, tolerance=1e-4)
    x, y = shapely.get_coordinates(circle)[0]
    return float(x), float(y)


def source(strip: Strip, courses: tuple[Course, ...]) -> list[SourceZone]:
    """A town's source on 涪江 with its three zones, plain strips along the river."""
    river = next(course for course in courses if course.river.name == "涪江")
    parts = shapely.get_parts(shapely.intersection(river.line, strip.shape))
    line = max((part for part in parts if isinstance(part, LineString)), key=lambda part: part.length)
    intake = line.interpolate(0.6, normalized=True)
    home = Source(
        code="WS20",
        county=strip.code,
        name="遂宁界河水源地（示范）",
        kind="river",
        supply="centralised_town",
        place=(intake.x, intake.y),
        river="涪江",
        named=False,
        people=12000,
    )
    rings: list[SourceZone] = []
    taken: BaseGeometry = shapely.MultiPolygon()
    for level, reach_m in (("1", 120.0), ("2", 600.0), ("quasi", 1000.0)):
        wide = grown(Point(intake.x, intake.y), reach_m * 1.4)
        ring = rounded(polygonal(shapely.intersection(shapely.difference(wide, taken), strip.shape)))
        taken = shapely.union(taken, ring)
        at = (round(intake.x, 6), round(intake.y, 6))
        rings.append(SourceZone(source=home, level=level, intake=at, geometry=ring))
    return rings
