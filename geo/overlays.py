"""Overlays, made near the origin, where numbers are finer.

GEOS works in doubles. At 105° east their steps are 1.6 nm, and where a zone has a needle about as thin (as
clipping and reprojecting leave them), an overlay of valid shapes can be wrong by hectares, without a word.
Moved by a number of few bits the same coordinates are exact still, and the steps some thousand times finer.
"""

from collections.abc import Callable

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.measure import LINE, Floats, Objects

_STEPS_PER_DEGREE = 1024.0


def intersection(shapes: Objects, others: Geometry | Objects) -> Objects:
    """What each of some shapes shares with another.

    Parameters
    ----------
    shapes, others
        Valid, in degrees; one other for all, or one for each.
    """
    return _paired(shapely.intersection, shapes, others)


def differences(shapes: Objects, others: Geometry | Objects) -> Objects:
    """What of each shape another does not hold."""
    return _paired(shapely.difference, shapes, others)


def difference(shape: Geometry, other: Geometry) -> Geometry:
    """The same of one shape."""
    left: Geometry = differences(np.array([shape], dtype=object), other)[0]
    return left


def union(shapes: Objects) -> Geometry:
    """The union of shapes; empty where there is none."""
    if len(shapes) == 0:
        return shapely.MultiPolygon()
    if len(shapes) == 1:
        alone: Geometry = shapes[0]
        return alone
    whole: Geometry = _near(
        lambda near: np.array([shapely.union_all(near)], dtype=object), shapes, shapely.bounds(shapes[0])
    )[0]
    return whole


def _paired(
    operation: Callable[[Objects, Objects], Objects], shapes: Objects, others: Geometry | Objects
) -> Objects:
    if isinstance(others, Geometry) and (others.is_empty or shapely.get_dimensions(others) < LINE):
        return operation(shapes, np.array([others], dtype=object))
    count, each = len(shapes), np.atleast_1d(np.array(others, dtype=object))
    if count == 0:
        return shapes
    bounds = shapely.total_bounds(shapes if len(each) > 1 else each)
    return _near(lambda near: operation(near[:count], near[count:]), np.concatenate([shapes, each]), bounds)


def _near(operation: Callable[[Objects], Objects], shapes: Objects, bounds: Floats) -> Objects:
    """What comes of shapes near the origin, brought back; ``bounds``: west, south, … of where they meet."""
    corner = bounds[:2]
    if np.isnan(corner).any():
        return operation(shapes)
    origin = np.floor(corner * _STEPS_PER_DEGREE) / _STEPS_PER_DEGREE
    found = operation(shapely.transform(shapes, lambda xy: xy - origin))
    back: Objects = shapely.transform(found, lambda xy: xy + origin)
    spoilt = ~shapely.is_valid(back)  # a needle thinner than the steps out here
    if spoilt.any():
        back[spoilt] = shapely.make_valid(back[spoilt])
    return back
