"""Centre lines, reaches, banks and corridors of the rivers."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, MultiLineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from geo.measure import length_m
from scripts.demo import places
from scripts.demo.fields import GRID_DEG, M_PER_DEG, Floats, noise, polygonal, rounded
from scripts.demo.places import Place, River

STEP_M = 120.0
"""Vertex spacing of a synthetic river."""

WOBBLE_M = 520.0
"""How far a synthetic river swings about its course."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A river with its centre line, going downstream, EPSG:4490."""

    river: River
    line: LineString


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A stretch of a river between confluences, and the reach it flows into."""

    reach_id: str
    river: River
    line: LineString
    down_id: str | None


def courses(sources: tuple[LineString, ...]) -> tuple[Course, ...]:
    """All rivers of ``places``; tributaries end on a vertex of the river they flow into."""
    found: dict[str, Course] = {}
    for number, river in enumerate(places.rivers()):
        line = _drawn(river, number) if river.synthetic else _real(river, sources)
        if river.into:
            line = _ended(line, found[river.into].line)
        found[river.name] = Course(river=river, line=LineString(_lattice(line)))
    return tuple(found.values())


def _lattice(line: LineString) -> Floats:
    xy: Floats = np.round(shapely.get_coordinates(line) / GRID_DEG) * GRID_DEG
    xy = np.round(xy, 9)
    keep = np.append(True, np.any(xy[1:] != xy[:-1], axis=1))
    return xy[keep]


def _real(river: River, sources: tuple[LineString, ...]) -> LineString:
    pieces: list[Floats] = []
    for probe, start, end in river.parts:
        near = min(sources, key=lambda line: line.distance(Point(probe)))
        cut = substring(near, near.project(Point(start)), near.project(Point(end)))
        pieces.append(shapely.get_coordinates(cut))
    return LineString(np.vstack(pieces))


def _drawn(river: River, number: int) -> LineString:
    """A Catmull-Rom curve through the course, swung sideways by noise that fades at both ends."""
    knots = np.array(river.course)
    padded = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    t = np.linspace(0.0, 1.0, 40, endpoint=False)[:, None]
    curve = []
    for a, b, c, d in zip(padded[:-3], padded[1:-2], padded[2:-1], padded[3:], strict=True):
        curve.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    smooth = LineString(np.vstack([*curve, knots[-1:]]))
    even = np.arange(0.0, smooth.length, STEP_M / M_PER_DEG)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(smooth, even))
    fade = np.minimum(1.0, np.minimum(even, smooth.length - even) / 0.02)[:, None]
    swing = np.column_stack(
        [
            noise(4200.0, 700 + number, 2)(xy[:, 0], xy[:, 1]),
            noise(4200.0, 800 + number, 2)(xy[:, 0], xy[:, 1]),
        ]
    )
    swung = LineString(xy + fade * swing * WOBBLE_M / M_PER_DEG)
    return shapely.simplify(swung, 8.0 / M_PER_DEG)


def _ended(line: LineString, receiver: LineString) -> LineString:
    """``line`` cut where it first meets ``receiver`` and ended on the receiver's nearest vertex."""
    if line.intersects(receiver):
        meets = shapely.get_coordinates(line.intersection(receiver))
        first = min(line.project(Point(p)) for p in meets)
        line = LineString(shapely.get_coordinates(substring(line, 0.0, first)))
    xy = shapely.get_coordinates(line)
    vertices = shapely.get_coordinates(receiver)
    nearest = vertices[np.argmin(np.hypot(*(vertices - xy[-1]).T))]
    return LineString(np.vstack([xy[:-1] if len(xy) > 2 else xy[:1], nearest]))


# ---------------------------------------------------------------------------------------------------- reaches


def reaches(found: tuple[Course, ...], inside: BaseGeometry) -> tuple[Reach, ...]:
    """Rivers cut at their confluences and to ``inside``, each with the reach next downstream."""
    by_name = {c.river.name: c.river for c in found}
    mouths = {c.river.name: c.line.coords[-1] for c in found}
    cut: dict[str, list[LineString]] = {}
    for course in found:
        names = [name for name, mouth in mouths.items() if by_name[name].into == course.river.name]
        cut[course.river.name] = _split(course.line, [mouths[name] for name in names])
    out = []
    for course in found:
        stretches = cut[course.river.name]
        for number, line in enumerate(stretches):
            down = _down(course.river, number, cut)
            clipped = shapely.get_parts(shapely.line_merge(shapely.intersection(line, inside)))
            out += [_reach(course.river, number, k, piece, down) for k, piece in enumerate(clipped)]
    kept = [reach for reach in out if length_m(reach.line) > 50.0]
    names_kept = {reach.reach_id for reach in kept}
    return tuple(
        Reach(
            reach_id=r.reach_id,
            river=r.river,
            line=r.line,
            down_id=r.down_id if r.down_id in names_kept else None,
        )
        for r in kept
    )


def _reach(river: River, number: int, piece: int, line: LineString, down: str | None) -> Reach:
    suffix = "" if piece == 0 else f"-{piece + 1}"
    return Reach(
        reach_id=f"{river.code}-{number + 1:02d}{suffix}",
        river=river,
        line=shapely.set_precision(line, GRID_DEG),
        down_id=down,
    )


def _split(line: LineString, places: list[tuple[float, ...]]) -> list[LineString]:
    xy = shapely.get_coordinates(line)
    at = sorted({int(np.argmin(np.hypot(*(xy - np.array(place)).T))) for place in places} - {0, len(xy) - 1})
    ends = [0, *at, len(xy) - 1]
    return [LineString(xy[a : b + 1]) for a, b in pairwise(ends)]


def _down(river: River, number: int, cut: dict[str, list[LineString]]) -> str | None:
    if number + 1 < len(cut[river.name]):
        return f"{river.code}-{number + 2:02d}"
    if not river.into:
        return None
    mouth = cut[river.name][-1].coords[-1]
    code = next(r.code for r in places.rivers() if r.name == river.into)
    for k, line in enumerate(cut[river.into]):
        if line.coords[0] == mouth:
            return f"{code}-{k + 1:02d}"
    return None


# ------------------------------------------------------------------------------------------- banks, corridors


def metric_buffer(geometry: BaseGeometry, distance_m: float, quad_segs: int = 4) -> BaseGeometry:
    """Buffer by metres, good to a percent over a district."""
    squeeze = float(np.cos(np.radians(geometry.centroid.y)))
    flat = shapely.transform(geometry, lambda xy: xy * [squeeze * M_PER_DEG, M_PER_DEG])
    wide = shapely.buffer(flat, distance_m, quad_segs=quad_segs)
    return shapely.transform(wide, lambda xy: xy / [squeeze * M_PER_DEG, M_PER_DEG])


def waters(found: tuple[Course, ...]) -> dict[str, BaseGeometry]:
    """The water surface of each river: its line, widened by its assumed width."""
    return {c.river.name: rounded(metric_buffer(c.line, c.river.width_m / 2, quad_segs=3)) for c in found}


def banks(surfaces: dict[str, BaseGeometry], inside: BaseGeometry) -> dict[str, MultiLineString]:
    """Both banks of each river, open where a tributary comes in, cut to ``inside``."""
    out: dict[str, MultiLineString] = {}
    for name, surface in surfaces.items():
        others = shapely.union_all([other for key, other in surfaces.items() if key != name])
        lines = shapely.intersection(shapely.difference(surface.boundary, others), inside)
        pieces = shapely.get_parts(shapely.set_precision(shapely.line_merge(lines), GRID_DEG))
        pieces = pieces[shapely.get_type_id(pieces) == 1]
        if len(pieces):
            out[name] = shapely.normalize(MultiLineString(list(pieces)))
    return out


def corridors(found: tuple[Course, ...], inside: BaseGeometry) -> dict[str, BaseGeometry]:
    """Strips on both sides of each river, disjoint, the larger river first."""
    taken: BaseGeometry = shapely.MultiPolygon()
    out: dict[str, BaseGeometry] = {}
    for course in found:
        wide = metric_buffer(course.line, course.river.corridor_m + course.river.width_m / 2, quad_segs=4)
        smooth = shapely.simplify(wide, 10.0 / M_PER_DEG)
        strip = rounded(polygonal(shapely.intersection(shapely.difference(smooth, taken), inside)))
        if not strip.is_empty:
            out[course.river.name] = strip
            taken = shapely.union(taken, strip)
    return out


def towards(place: Place, found: tuple[Course, ...], name: str) -> tuple[LineString, float]:
    """The river called ``name`` and how far along it (degrees) the point nearest to ``place`` is."""
    line = next(course.line for course in found if course.river.name == name)
    return line, float(line.project(Point(place)))
