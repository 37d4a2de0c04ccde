"""Overlays, made near the origin, where numbers are finer.

GEOS works in doubles. At 105° east their steps are 1.6 nm, and where a zone has a needle about as thin (as
clipping and reprojecting leave them), an overlay of valid shapes can be wrong by hectares, without a word.
Moved by a number of few bits the same coordinates are exact still, and the steps some thousand times finer.
That holds for some kilometres about the origin: pairs are moved each to where they meet, and what meets along
more is made on a grid, which is slower and knows no such fault. (Predicates of GEOS are exact as they are.)
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType, STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.few import some
from geo.foot import simple_parts
from geo.measure import LINE, POLYGON, Floats, Objects

_STEPS_PER_DEGREE = 1024.0

_WIDE_DEG = 0.125
"""What meets along more than this is made on a grid: at a quarter of a degree pairs were wrong."""

_NEEDLE = 1e-6
"""Sine of the angle at the tip of a needle: a nanometre wide it is a millimetre long."""

_BLUNT_DEG = 1e-10
"""A tip as wide as this, 10 µm, is one still."""

_Operation = Callable[..., Objects]
"""What is done to arrays of shapes: in doubles, or on a grid of so many degrees (``grid_size``)."""


def intersection(shapes: Objects, others: Geometry | Objects) -> Objects:
    """What each of some shapes shares with another.

    Parameters
    ----------
    shapes, others
        Valid, in degrees; one other for all, or one for each.
    """
    return _paired(shapely.intersection, shapes, others)


def common(shape: Geometry, other: Geometry) -> Geometry:
    """The same of one shape."""
    shared: Geometry = intersection(np.array([shape], dtype=object), other)[0]
    return shared


def differences(shapes: Objects, others: Geometry | Objects) -> Objects:
    """What of each shape another does not hold."""
    return _paired(_left, shapes, others)


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
    return once(shapes)


def once(shapes: Objects) -> Geometry:
    """The same, also of one: a line without what of it is run over twice."""
    bounds = shapely.total_bounds(shapes)
    if _is_wide(bounds):
        return _apart([_chained(shapes[rows]) for rows in _together(shapes)])
    whole: Geometry = _made(_united, [shapes], _origin(bounds[:2]))[0]
    return whole


def _chained(shapes: Objects) -> Geometry:
    """The union of shapes that hang together: neighbours first, for on a grid many would take long."""
    if len(shapes) == 1 and shapely.get_dimensions(shapes[0]) != LINE:
        alone: Geometry = shapes[0]
        return alone
    if not _is_wide(shapely.total_bounds(shapes)):
        return once(shapes)
    few = _by_place(shapes)
    return _apart([_on_grid(few[rows]) for rows in _together(few)])


def _on_grid(shapes: Objects) -> Geometry:
    bounds = shapely.total_bounds(shapes)
    whole: Geometry = _made(_united, [shapes], _origin((bounds[:2] + bounds[2:]) / 2.0), on_grid=True)[0]
    return whole


def _apart(shapes: list[Geometry]) -> Geometry:
    """Shapes that do not meet as one."""
    if len(shapes) == 1:
        return shapes[0]
    parts = np.asarray(shapely.get_parts(np.array(shapes, dtype=object)), dtype=object)
    if _are_areal(parts).all():
        return shapely.MultiPolygon(list(parts))
    mixed: Geometry = shapely.union_all(parts)
    return mixed


def _together(shapes: Objects) -> list[NDArray[np.intp]]:
    """Positions of shapes that meet, directly or by way of others."""
    one, other = STRtree(shapes).query(shapes, predicate="intersects")
    name = np.arange(len(shapes))
    while True:
        least = name.copy()
        np.minimum.at(least, one, name[other])
        least = least[least]
        if (least == name).all():
            break
        name = least
    order = np.argsort(name, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(name[order])) + 1)


def remade(shape: Geometry, **how: Any) -> Geometry:  # noqa: ANN401 - as shapely.make_valid has them
    """An invalid shape made valid, in degrees or metres."""

    def operation(shapes: Objects, *, grid_size: float | None) -> Objects:
        valid = shapely.make_valid(shapes, **how)
        return np.asarray(shapely.set_precision(valid, grid_size or 0.0), dtype=object)

    made: Geometry = _made(operation, [np.array([shape], dtype=object)], _origin(shapely.bounds(shape)[:2]))[
        0
    ]
    return made


def have_needles(shapes: Objects) -> NDArray[np.bool_]:
    """Which shapes have an outline that turns back upon itself: a union may lose such a needle.

    It holds no ground, but it may reach out, and the distance to the shape is that to its tip.
    """
    parts, whose = simple_parts(shapes)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    out = np.zeros(len(shapes), dtype=bool)
    way, ring = xy[1:] - xy[:-1], np.where(ring[1:] == ring[:-1], ring[1:], -1)
    long = (ring >= 0) & (np.abs(way).max(axis=1) > _BLUNT_DEG)
    way, ring = way[long], ring[long]
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    before = np.arange(len(ring)) - 1
    before[first] = np.append(first[1:], len(ring)) - 1
    back, size = way[before], np.hypot(*way.T)
    aside = np.abs(back[:, 0] * way[:, 1] - back[:, 1] * way[:, 0])
    turned = ((back * way).sum(axis=1) < 0.0) & (aside <= _NEEDLE * size[before] * size)
    out[whose[part[ring[turned]]]] = True
    return out


def _united(shapes: Objects, *, grid_size: float | None) -> Objects:
    whole = np.array([shapely.union_all(shapes, grid_size=grid_size)], dtype=object)
    return whole if grid_size is None else _bare(whole, np.array([_are_areal(shapes).all()]))


def _left(shapes: Objects, others: Objects, *, grid_size: float | None = None) -> Objects:
    left = np.asarray(shapely.difference(shapes, others, grid_size=grid_size), dtype=object)
    return left if grid_size is None else _bare(left, _are_areal(shapes))


def _are_areal(shapes: Objects) -> NDArray[np.bool_]:
    return np.isin(shapely.get_type_id(shapes), (GeometryType.POLYGON, GeometryType.MULTIPOLYGON))


def _bare(made: Objects, areal: NDArray[np.bool_]) -> Objects:
    """Ground without the lines that a grid leaves of its needles."""
    for entry in np.flatnonzero(areal & (shapely.get_type_id(made) == GeometryType.GEOMETRYCOLLECTION)):
        parts = shapely.get_parts(shapely.get_parts(made[entry]))
        made[entry] = shapely.multipolygons(parts[shapely.get_dimensions(parts) == POLYGON])
    return made


def _by_place(shapes: Objects) -> Objects:
    """Shapes united with those about them, in parts."""
    bounds = shapely.bounds(shapes)
    cell = np.floor((bounds[:, :2] + bounds[:, 2:]) / _WIDE_DEG)
    small = ~_is_wide(2.0 * bounds)
    order = np.flatnonzero(small)[np.lexsort(cell[small].T)]
    ends = np.flatnonzero((np.diff(cell[order], axis=0) != 0.0).any(axis=1)) + 1
    groups = [shapes[rows] for rows in np.split(order, ends) if len(rows)]
    apart = [_made(_united, [group], _origin(shapely.total_bounds(group)[:2])) for group in groups]
    return np.asarray(shapely.get_parts(np.concatenate([*apart, shapes[~small]])), dtype=object)


def _paired(operation: _Operation, shapes: Objects, others: Geometry | Objects) -> Objects:
    if len(shapes) == 0:
        return shapes
    other = np.atleast_1d(np.array(others, dtype=object))
    if len(other) == 1:
        if other[0].is_empty or shapely.get_dimensions(other[0]) < LINE:
            return operation(shapes, other)
        bounds = shapely.bounds(other[0])
        if not _is_wide(bounds):
            return _made(operation, [shapes, other], _origin(bounds[:2]))
    other = np.broadcast_to(other, shapes.shape)
    one, two = shapely.bounds(shapes), shapely.bounds(other)
    met = np.hstack([np.fmax(one[:, :2], two[:, :2]), np.fmin(one[:, 2:], two[:, 2:])])
    origin = _origin(np.nan_to_num(met[:, :2] + met[:, 2:]) / 2.0)
    wide, out = _is_wide(met), np.full(len(shapes), None, dtype=object)
    for rows, on_grid in ((np.flatnonzero(~wide), False), (np.flatnonzero(wide), True)):
        if len(rows):
            out[rows] = _made(operation, [shapes[rows], other[rows]], origin[rows], on_grid=on_grid)
    return out


def _is_wide(bounds: Floats) -> NDArray[np.bool_]:
    """Whether boxes are wider or higher than overlays in doubles are right for."""
    return np.asarray((bounds[..., 2:] - bounds[..., :2] > _WIDE_DEG).any(axis=-1))


def _origin(places: Floats) -> Floats:
    """Numbers of few bits at places."""
    return np.asarray(np.floor(places * _STEPS_PER_DEGREE) / _STEPS_PER_DEGREE)


def _made(operation: _Operation, given: list[Objects], origin: Floats, *, on_grid: bool = False) -> Objects:
    """What comes of shapes near the origin, brought back; ``origin``: one for all, or one for each."""
    near = [_moved(shapes, -origin) for shapes in given]
    back = _moved(operation(*near, grid_size=_finest(given) if on_grid else None), origin)
    spoilt = ~shapely.is_valid(back)
    if some(spoilt):
        # A needle thinner than the steps out here. To make such a shape valid may lose all of it; made on the
        # grid of these steps it comes back as it is, the needle gone.
        steps = max(float(np.spacing(np.abs(shapely.total_bounds(shapes)).max())) for shapes in given)
        back[spoilt] = _moved(operation(*near, grid_size=steps), origin)[spoilt]
    return back


def _moved(shapes: Objects, by: Floats) -> Objects:
    if by.ndim == 1:
        return np.asarray(shapely.transform(shapes, lambda xy: xy + by), dtype=object)
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    return np.asarray(shapely.set_coordinates(shapes.copy(), xy + by[owner]), dtype=object)


def _finest(given: list[Objects]) -> float:
    """Steps of a grid that all vertices lie on, or the finest that GEOS can count in doubles."""
    west, south, east, north = shapely.total_bounds(np.concatenate(given))
    least = np.abs([west, south, east, north]).min()
    return float(max(np.spacing(least), 4.0 * np.spacing(max(east - west, north - south))))
