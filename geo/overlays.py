"""What shapes share, held against itself in finer arithmetic.

GEOS works in doubles. At 105° east their steps are 1.6 nm, and where a zone has a needle about as thin (as
clipping and reprojecting leave them), an overlay of valid shapes can be wrong by hectares, without a word.
Seen from a corner of the site the same coordinates, exact there too, have steps some thousand times finer.
"""

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry as Geometry

from geo.measure import LINE, POLYGON, Floats, Objects

Mask = NDArray[np.bool_]

_STEPS_PER_DEGREE = 1024.0
_LEAST_DEG, _LEAST_DEG2, _LEAST_SHARE = 1e-9, 1e-12, 1e-9
"""About 0.1 mm and 0.01 m², and a share of what is found: less is rounding."""


def intersection(shapes: Objects, others: Geometry | Objects) -> Objects:
    """What each of some shapes shares with another, as `shapely.intersection` gives it where it is right.

    Parameters
    ----------
    shapes, others
        Valid, in degrees; one other for all, or one for each.
    """
    return _checked(shapely.intersection, shapes, others)


def differences(shapes: Objects, others: Geometry | Objects) -> Objects:
    """What of each shape another does not hold, as `shapely.difference` gives it where it is right."""
    return _checked(shapely.difference, shapes, others)


def difference(shape: Geometry, other: Geometry) -> Geometry:
    """The same of one shape."""
    left: Geometry = differences(np.array([shape], dtype=object), other)[0]
    return left


def union(shapes: Objects) -> Geometry:
    """The union of shapes, as `shapely.union_all` gives it where it is right."""
    if len(shapes) == 0:
        return shapely.MultiPolygon()
    if len(shapes) == 1:
        alone: Geometry = shapes[0]
        return alone
    whole: Geometry = _checked(_united, shapes, shapes[0])[0]
    return whole


def _united(shapes: Objects, _: Geometry | Objects) -> Objects:
    return np.array([shapely.union_all(shapes)], dtype=object)


def _checked(
    operation: Callable[[Objects, Geometry | Objects], Objects], shapes: Objects, others: Geometry | Objects
) -> Objects:
    """Overlays of shapes with others, each done again near the origin where it is not what it should be."""
    found = operation(shapes, others)
    corner = np.reshape(shapely.bounds(others), (-1, 4))[:, :2]
    corner = corner[~np.isnan(corner[:, 0])]
    if not len(corner) or np.max(shapely.get_dimensions(others)) < LINE:
        return found
    # Of few bits, so that the differences are exact.
    origin = np.floor(corner.min(axis=0) * _STEPS_PER_DEGREE) / _STEPS_PER_DEGREE
    moved = shapely.transform(shapes, lambda xy: xy - origin)
    beside = shapely.transform(others, lambda xy: xy - origin)
    again = operation(moved, beside)
    wrong = _differ(shapely.area(found), shapely.area(again), _LEAST_DEG2)
    thin = shapely.get_dimensions(again) < POLYGON
    if thin.any():
        wrong |= thin & _differ(shapely.length(found), shapely.length(again), _LEAST_DEG)
    if wrong.any():
        found[wrong] = shapely.make_valid(shapely.transform(again[wrong], lambda xy: xy + origin))
    return found


def _differ(one: Floats, other: Floats, least: float) -> Mask:
    return np.asarray(np.abs(one - other) > least + _LEAST_SHARE * np.maximum(one, other))
