"""Depth: how far inside a set of zones the deepest point of an overlap lies.

For a point it is exact. For lines and polygons it is found by branch and bound on the distance to the zones'
outline, which grows by at most one metre per metre: to 0.5 m, and finer where a threshold must be decided.
"""

import math

import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry as Geometry

from geo.foot import edges_of, nearest_m
from geo.measure import LINE, POINT, Floats
from geo.scene import Scene

DEPTH_STEP_M = 0.5
"""Depths of lines and polygons are right to this."""

_FINE_M = 0.001
_ROUNDS = 40


def depth_m(
    scene: Scene, outline: Geometry, piece: Geometry, *, cap_m: float, threshold_m: float = 0.0
) -> float:
    """Distance from an outline of the point of ``piece`` farthest from it, metres; inf beyond ``cap_m``.

    Parameters
    ----------
    outline
        Outline of a union of zones, in degrees.
    piece
        Part of the site inside them (or, for *outside*, the part that lies outside them), in degrees.
    threshold_m
        A depth close to this is refined until it is clear on which side it lies.
    """
    if outline.is_empty:
        return 0.0
    if scene.dimension == POINT:
        return _deepest_point(outline, piece, cap_m)
    near = scene.clipped(outline, cap_m)
    if near.is_empty:
        return math.inf
    shape = scene.frame.project(piece)
    near = _bearing(shape, near)
    deepest = _deepest(shape, near, DEPTH_STEP_M, cap_m)
    if deepest < threshold_m <= deepest + DEPTH_STEP_M:
        deepest = _deepest(shape, near, _FINE_M, cap_m)
    return deepest if deepest < cap_m else math.inf


def _deepest_point(outline: Geometry, piece: Geometry, cap_m: float) -> float:
    """Of points, the greatest geodesic to the outline."""
    edges = edges_of(np.array([outline], dtype=object))
    points = shapely.get_coordinates(piece)
    deepest = max(float(nearest_m(x, y, *edges, 1, cap_m)[0]) for x, y in points)
    return deepest if deepest < cap_m else math.inf


def _bearing(shape: Geometry, outline: Geometry) -> Geometry:
    """The part of an outline that can be nearest to some point of a shape: the rest need not be measured."""
    x0, y0, x1, y1 = shape.bounds
    middle, radius = shapely.Point((x0 + x1) / 2.0, (y0 + y1) / 2.0), math.hypot(x1 - x0, y1 - y0) / 2.0
    reach = float(shapely.distance(middle, outline)) + 2.0 * radius + 1.0
    box = (middle.x - reach, middle.y - reach, middle.x + reach, middle.y + reach)
    return shapely.clip_by_rect(outline, *box)


def _deepest(shape: Geometry, outline: Geometry, step_m: float, cap_m: float) -> float:
    best = 0.0
    for part in shapely.get_parts(shapely.get_parts(shape)):
        dimension = shapely.get_dimensions(part)
        if dimension == POINT:
            found = float(shapely.distance(part, outline))
        elif dimension == LINE:
            found = _deepest_on_line(part, outline, step_m, best)
        else:
            found = _deepest_in_polygon(part, outline, step_m, best, cap_m)
        best = max(best, found)
    return best


def _deepest_on_line(line: LineString, outline: Geometry, step_m: float, best: float) -> float:
    """Halve stretches of the line until none can hold a point deeper than the best by more than the step."""
    low, high = np.array([0.0]), np.array([float(line.length)])
    best = max(best, float(shapely.distance(shapely.points(shapely.get_coordinates(line)), outline).max()))
    for _ in range(_ROUNDS):
        middle, half = (low + high) / 2.0, (high - low) / 2.0
        gap = shapely.distance(shapely.line_interpolate_point(line, middle), outline)
        best = max(best, float(gap.max()))
        open_ = gap + half > best + step_m
        if not open_.any():
            break
        low, high, middle = low[open_], high[open_], middle[open_]
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
    return best


def _deepest_in_polygon(
    polygon: Geometry, outline: Geometry, step_m: float, best: float, cap_m: float
) -> float:
    """Quarter squares until none that meets the polygon can hold a point deeper by more than the step."""
    corners = shapely.points(shapely.get_coordinates(polygon))
    best = max(best, float(shapely.distance(corners, outline).max()))
    x0, y0, x1, y1 = polygon.bounds
    half = max(x1 - x0, y1 - y0) / 2.0
    centres: Floats = np.array([[(x0 + x1) / 2.0, (y0 + y1) / 2.0]])
    for _ in range(_ROUNDS):
        points = shapely.points(centres)
        gap = np.asarray(shapely.distance(points, outline))
        inside = shapely.contains(polygon, points)
        best = max(best, float(gap[inside].max(initial=0.0)))
        open_ = gap + half * math.sqrt(2.0) > best + step_m
        if not open_.any() or best >= cap_m:
            break
        centres, half = _quarter(centres[open_], half), half / 2.0
        boxes = shapely.box(*(centres - half).T, *(centres + half).T)
        centres = centres[shapely.intersects(boxes, polygon)]
        if len(centres) == 0:
            break
    return best


def _quarter(centres: Floats, half: float) -> Floats:
    shifts = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]]) * half / 2.0
    return (centres[:, None, :] + shifts[None, :, :]).reshape(-1, 2)
