"""Depth: how far inside a set of zones the deepest point of an overlap lies.

For a point it is exact. For lines and polygons it is found by branch and bound on the distance to the zones'
outline, which grows by at most one metre per metre: to 0.5 m, and finer where a threshold must be decided.
"""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.few import some
from geo.foot import edges_of, nearest_m
from geo.measure import LINE, POINT, POLYGON, Floats, Objects
from geo.scene import Scene

DEPTH_STEP_M = 0.5
"""Depths of lines and polygons are right to this."""

_FINE_M = 0.001
_ROUNDS = 40
Deep = tuple[float, Geometry | None]
"""How deep (metres in the frame), and where; None for what was found elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aim:
    """What a search for the deepest point is for, metres.

    Attributes
    ----------
    step_m
        How much deeper than the best found a point may still be.
    least_m
        Depths below this are of no interest.
    enough_m
        A depth from here on ends the search.
    """

    step_m: float
    least_m: float = 0.0
    enough_m: float

    def bar_m(self, best: Deep) -> float:
        """What a stretch must be able to exceed to be looked at."""
        return max(best[0] + self.step_m, self.least_m)


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
    deepest = 0.0
    for tile in scene.tiles:
        shape = scene.flat(tile, piece)
        if shape.is_empty:
            continue
        near = tile.near(outline, cap_m)
        if near.is_empty:
            return math.inf
        near = _bearing(shape, near)
        best = _depth_in(shape, near, (deepest, None), cap_m, threshold_m)
        if best[1] is not None:
            deepest = float(tile.geodesic_m(np.array([near]), best[1])[0])
        if deepest >= cap_m:
            return math.inf
    return deepest


def _depth_in(shape: Geometry, outline: Geometry, best: Deep, cap_m: float, threshold_m: float) -> Deep:
    """The deepest point of a shape in one frame, if it is deeper than the best so far.

    Near a threshold what is asked next is only whether any point reaches it: a road that runs along a border
    is as deep everywhere, and would else be looked at millimetre by millimetre.
    """
    best = _deepest(shape, outline, best, _Aim(step_m=DEPTH_STEP_M, enough_m=cap_m))
    if best[0] < threshold_m <= best[0] + DEPTH_STEP_M:
        fine = _Aim(step_m=_FINE_M, least_m=threshold_m, enough_m=threshold_m)
        best = _deepest(shape, outline, best, fine)
    return best


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


def _deepest(shape: Geometry, outline: Geometry, best: Deep, aim: _Aim) -> Deep:
    for part in shapely.get_parts(shapely.get_parts(shape)):
        corners = np.asarray(shapely.points(shapely.get_coordinates(part)))
        best = _deeper(best, np.asarray(shapely.distance(corners, outline)), corners)
        dimension = shapely.get_dimensions(part)
        if dimension == LINE:
            best = _deepest_on_line(part, outline, best, aim)
        elif dimension == POLYGON:
            best = _deepest_in_polygon(part, outline, best, aim)
    return best


def _deeper(best: Deep, gap: Floats, points: Objects) -> Deep:
    """The best so far, or a deeper one of some points."""
    at = int(gap.argmax()) if len(gap) else -1
    return (float(gap[at]), points[at]) if at >= 0 and gap[at] > best[0] else best


def _deepest_on_line(line: LineString, outline: Geometry, best: Deep, aim: _Aim) -> Deep:
    """Halve stretches of the line until none can hold a point deeper than the best by more than the step."""
    low, high = np.array([0.0]), np.array([float(line.length)])
    for _ in range(_ROUNDS):
        middle, half = (low + high) / 2.0, (high - low) / 2.0
        points = np.asarray(shapely.line_interpolate_point(line, middle))
        gap = np.asarray(shapely.distance(points, outline))
        best = _deeper(best, gap, points)
        open_ = gap + half > aim.bar_m(best)
        if not some(open_) or best[0] >= aim.enough_m:
            break
        low, high, middle = low[open_], high[open_], middle[open_]
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
    return best


def _deepest_in_polygon(polygon: Geometry, outline: Geometry, best: Deep, aim: _Aim) -> Deep:
    """Quarter squares until none that meets the polygon can hold a point deeper by more than the step."""
    x0, y0, x1, y1 = polygon.bounds
    half = max(x1 - x0, y1 - y0) / 2.0
    centres: Floats = np.array([[(x0 + x1) / 2.0, (y0 + y1) / 2.0]])
    inside = shapely.contains_xy(polygon, centres)
    for _ in range(_ROUNDS):
        points = np.asarray(shapely.points(centres))
        gap = np.asarray(shapely.distance(points, outline))
        best = _deeper(best, gap[inside], points[inside])
        open_ = gap + half * math.sqrt(2.0) > aim.bar_m(best)
        if not some(open_) or best[0] >= aim.enough_m:
            break
        centres, half = _quarter(centres[open_], half), half / 2.0
        inside = shapely.contains_xy(polygon, centres)
        meets, doubtful = inside.copy(), centres[~inside]  # a square whose centre lies inside meets it
        boxes = np.asarray(shapely.box(*(doubtful - half).T, *(doubtful + half).T))
        meets[np.flatnonzero(~inside)[STRtree(boxes).query(polygon, predicate="intersects")]] = True
        centres, inside = centres[meets], inside[meets]
        if len(centres) == 0:
            break
    return best


def _quarter(centres: Floats, half: float) -> Floats:
    shifts = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]]) * half / 2.0
    return (centres[:, None, :] + shifts[None, :, :]).reshape(-1, 2)
