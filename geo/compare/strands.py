"""Lines and points of two editions: what of one lies nowhere beside the other, and how much lies where."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.compare.pieces import shapes_of
from geo.measure import LINE, TOLERANCE_M, Floats, Objects, length_m
from geo.overlays import intersection

LEAST_M = 1.0
"""A shorter stretch of a line is noise, as it is for the least overlap of a rule."""

_NEAR_DEG = 2e-8
"""Degrees that hold the tolerance at any latitude where people plan."""

_DEGREE_M = 111_320.0
_CORNERS = 2
"""Straight pieces of a quarter circle around an end: half a millimetre wants no more."""

_ALIKE_SHARE, _ALIKE_SIZE = 0.02, 0.01
"""A moved line is nowhere farther from what it was than this share of its extent, and as long within this."""

Moved = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def thin(shapes: Objects) -> NDArray[np.bool_]:
    """Which shapes are lines or points, of one part or many."""
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    return np.asarray(there & np.isin(shapely.get_dimensions(shapes), (0, LINE)))


def size_of(shapes: Objects) -> Floats:
    """Metres of lines, number of points."""
    points = shapely.get_dimensions(shapes) == 0
    return np.asarray(length_m(shapes) + np.where(points, shapely.get_num_coordinates(shapes), 0))


def apart(shape: Geometry, others: Objects) -> Geometry:
    """What of a line or of points lies farther than the tolerance from all the others.

    Parameters
    ----------
    shape, others
        EPSG:4490 degrees; the others are lines and points too.
    """
    if len(others) == 0 or shape.is_empty:
        return shape
    flat, back = _plane(shape)
    if any(_follows(shape, other, flat) for other in others):
        return type(shape)()
    beside = shapely.buffer(shapely.transform(others, flat), TOLERANCE_M, quad_segs=_CORNERS)
    left = shapely.difference(shapely.transform(shape, flat), shapely.union_all(beside))
    found: Geometry = shapely.transform(left, back)
    return found


def _follows(shape: Geometry, other: Geometry, flat: "Moved") -> bool:
    """Whether two have vertex beside vertex: what was only moved by rounding needs no more looking at."""
    mine, theirs = (shapely.get_num_coordinates(shapely.get_parts(one)) for one in (shape, other))
    if not np.array_equal(mine, theirs):
        return False
    away = flat(shapely.get_coordinates(shape)) - flat(shapely.get_coordinates(other))
    return bool(np.hypot(*away.T).max() <= TOLERANCE_M)


def all_apart(shapes: Objects, others: Objects) -> Objects:
    """The same for many, each beside those of the others that are near."""
    row, other = STRtree(others).query(shapes, predicate="dwithin", distance=_NEAR_DEG)
    order = np.argsort(row, kind="stable")
    cuts = np.searchsorted(row[order], np.arange(len(shapes) + 1))
    near = [others[other[order[a:b]]] for a, b in pairwise(cuts)]
    return shapes_of([apart(shape, beside) for shape, beside in zip(shapes, near, strict=True)])


def neighbours(shapes: Objects, others: Objects) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of shapes and others of one dimension that come within the tolerance of each other."""
    row, other = STRtree(others).query(shapes, predicate="dwithin", distance=_NEAR_DEG)
    alike = shapely.get_dimensions(shapes[row]) == shapely.get_dimensions(others[other])
    return row[alike], other[alike]


def share_of_both(one: Geometry, other: Geometry) -> float:
    """What two lines (or points) share, of the one that holds less of the other."""
    pair = shapes_of([one, other])
    left = shapes_of([apart(one, pair[1:]), apart(other, pair[:1])])
    return float((1.0 - size_of(left) / size_of(pair)).min())


def kept_form(one: Geometry, other: Geometry, step: NDArray[np.float64]) -> bool:
    """Whether a line or points are, put back by a step in degrees, what they were."""
    before, after = size_of(shapes_of([one, other])).tolist()
    if abs(after - before) > _ALIKE_SIZE * max(before, after):
        return False
    flat, _ = _plane(one)
    was, now = (
        shapely.transform(one, flat),
        shapely.transform(shapely.transform(other, lambda xy: xy - step), flat),
    )
    west, south, east, north = was.bounds
    far_m = max(_ALIKE_SHARE * math.hypot(east - west, north - south), TOLERANCE_M)
    return bool(shapely.hausdorff_distance(was, now) <= far_m)


def _plane(shape: Geometry) -> tuple[Moved, Moved]:
    """To metres around the middle of a shape, true enough for a tolerance, and back."""
    west, south, east, north = shape.bounds
    middle = np.array([(west + east) / 2.0, (south + north) / 2.0])
    scale = np.array([_DEGREE_M * math.cos(math.radians(middle[1])), _DEGREE_M])
    return (lambda xy: (xy - middle) * scale), (lambda xy: xy / scale + middle)


def by_district(shapes: Objects, districts: Objects) -> tuple[Floats, NDArray[np.intp]]:
    """Metres of lines in each district, in none known, and everywhere; and how many are in each and in none.

    What runs along a border counts on both sides.
    """
    size = len(districts)
    metres, counts = np.zeros(size + 2), np.zeros(size + 1, dtype=np.intp)
    whole = length_m(shapes)
    metres[-1] = whole.sum()
    at, where = STRtree(districts).query(shapes, predicate="intersects")
    held = length_m(intersection(shapes[at], districts[where]))
    there = (held > LEAST_M) | (shapely.get_dimensions(shapes[at]) == 0)
    metres[:size] = np.bincount(where, weights=held, minlength=size)
    counts[:size] = np.bincount(where[there], minlength=size)
    rest = whole - np.bincount(at, weights=held, minlength=len(shapes))
    lost = (rest > LEAST_M) | ((shapely.get_dimensions(shapes) == 0) & ~np.isin(np.arange(len(shapes)), at))
    metres[size], counts[size] = rest[lost].sum(), lost.sum()
    return metres, counts
