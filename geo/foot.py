"""From a point to edges: the foot of the perpendicular, and how far. One measure for one point and a million.

Edges are straight in longitude/latitude, as supplied. The foot is sought in the plane of longitude and
latitude, each scaled to metres with the ellipsoid's radii of curvature: first at the point, then at the
latitude midway to the foot, where the scaled plane is true to the third order (the mid-latitude formula of
geodesy). The distance reported is the geodesic to the foot; a foot that is off by δ at a distance d changes
it by δ²/2d only. Elementwise throughout: a number depends on its point and its edge, never on the batch.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryCollection, MultiLineString, MultiPoint

from geo.measure import (
    INVERSE_FLATTENING,
    LINE,
    POINT,
    POLYGON,
    SEMI_MAJOR_M,
    Floats,
    Frame,
    Objects,
    geodesic_m,
    window,
)

_E2 = (2.0 - 1.0 / INVERSE_FLATTENING) / INVERSE_FLATTENING
_RAD = np.pi / 180.0

FOOT_REACH_M = 10_000.0
"""Up to here a distance is sure to 0.3 mm (to 0.05 mm at 4 km); farther ones want a frame of their own."""


@dataclass(frozen=True, slots=True, eq=False)
class Feet:
    """Feet of points on edges, one entry per pair.

    Attributes
    ----------
    lon, lat
        The foot, degrees.
    distance_m
        Distance in the scaled plane, within 1e-7 of the geodesic: to choose the nearest by.
    """

    lon: Floats
    lat: Floats
    distance_m: Floats


def feet(
    lon: Floats, lat: Floats, edges: NDArray[np.float64], scale: tuple[Floats, Floats] | None = None
) -> Feet:
    """Feet of points on edges, pair by pair.

    Parameters
    ----------
    lon, lat
        Points, degrees, shape (n,).
    edges
        ``lon1, lat1, lon2, lat2`` in degrees, shape (n, 4); an edge of length 0 is a point.
    scale
        `degree_m` of the points' latitudes, where it is known already.
    """
    ax, ay = edges[:, 0] - lon, edges[:, 1] - lat
    dx, dy = edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1]
    along, across = scale or degree_m(lat)
    t = _param(ax, ay, dx, dy, along, across)
    for _ in range(2):
        along, across = degree_m(lat + (ay + t * dy) / 2.0)
        t = _param(ax, ay, dx, dy, along, across)
    fx, fy = ax + t * dx, ay + t * dy
    return Feet(lon + fx, lat + fy, np.hypot(fx * along, fy * across))


def degree_m(lat: Floats) -> tuple[Floats, Floats]:
    """Metres per degree of longitude and of latitude (N cos φ and M of the ellipsoid)."""
    phi = lat * _RAD
    w2 = 1.0 - _E2 * np.sin(phi) ** 2
    n = SEMI_MAJOR_M / np.sqrt(w2) * _RAD
    return n * np.cos(phi), n * (1.0 - _E2) / w2


def _param(ax: Floats, ay: Floats, dx: Floats, dy: Floats, along: Floats, across: Floats) -> Floats:
    """Where on the edge the foot lies: 0 at its first end, 1 at its second."""
    ux, uy = dx * along, dy * across
    length2 = ux * ux + uy * uy
    t = -(ax * along * ux + ay * across * uy) / np.where(length2 > 0.0, length2, 1.0)
    out: Floats = np.clip(t, 0.0, 1.0)
    return out


def edges_of(shapes: Objects) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Edges of shapes in degrees, and which shape each belongs to: of rings and lines; points have length 0.

    Returns
    -------
    edges, owner
        Shapes (m, 4) and (m,), ordered by owner. Each edge runs from its lesser end to its greater one, so
        that neighbours give the same number for the edge they share.
    """
    parts, owner = simple_parts(shapes)
    dimension = shapely.get_dimensions(parts)
    rings, part = shapely.get_rings(parts[dimension == POLYGON], return_index=True)
    curves = np.concatenate([rings, parts[dimension == LINE]])
    whose = np.concatenate([owner[dimension == POLYGON][part], owner[dimension == LINE]])
    xy, curve = shapely.get_coordinates(curves, return_index=True)
    same = curve[1:] == curve[:-1]
    spots, spot = shapely.get_coordinates(parts[dimension == POINT], return_index=True)
    edges = np.concatenate([np.hstack([xy[:-1], xy[1:]])[same], np.hstack([spots, spots])])
    tags = np.concatenate([whose[curve[:-1][same]], owner[dimension == POINT][spot]])
    order = np.argsort(tags, kind="stable")
    return _from_lesser_end(edges.take(order, axis=0)), tags[order]


def simple_parts(shapes: Objects) -> tuple[Objects, NDArray[np.intp]]:
    """Parts of shapes, of collections within collections too, and whose they are."""
    if (shapely.get_type_id(shapes) < shapely.GeometryType.MULTIPOINT).all():  # nothing to take apart
        there = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
        return shapes[there], there
    parts, owner = shapely.get_parts(shapes, return_index=True)
    again, outer = shapely.get_parts(parts, return_index=True)
    return again, owner[outer]


def _from_lesser_end(edges: NDArray[np.float64]) -> NDArray[np.float64]:
    x1, y1, x2, y2 = edges.T
    turned = (x1 > x2) | ((x1 == x2) & (y1 > y2))
    return np.where(turned[:, None], edges[:, [2, 3, 0, 1]], edges)


def nearest_m(
    lon: float, lat: float, edges: NDArray[np.float64], owner: NDArray[np.intp], count: int, reach_m: float
) -> Floats:
    """Geodesic metres from one point to each owner's nearest edge, shape (count,); inf beyond the reach.

    Parameters
    ----------
    edges, owner
        As `edges_of` gives them.
    """
    out = np.full(count, np.inf)
    west, south, east, north = window((lon, lat, lon, lat), reach_m)
    near = (edges[:, 0] <= east) & (edges[:, 2] >= west)
    near &= np.minimum(edges[:, 1], edges[:, 3]) <= north
    near &= np.maximum(edges[:, 1], edges[:, 3]) >= south
    if not near.any():
        return out
    edges, owner = edges[near], owner[near]
    here = feet(np.full(len(edges), lon), np.full(len(edges), lat), edges)
    first = np.lexsort((here.distance_m, owner))
    first = first[np.unique(owner[first], return_index=True)[1]]
    out[owner[first]] = _from(lon, lat, here.lon[first], here.lat[first])
    for far in np.flatnonzero(np.isfinite(out) & (out > FOOT_REACH_M)):
        out[far] = _far_m(lon, lat, edges[owner == far])
    out[out > reach_m] = np.inf
    return out


def _from(lon: float, lat: float, other_lon: Floats, other_lat: Floats) -> Floats:
    here = np.ones_like(other_lon)
    return geodesic_m(lon * here, lat * here, other_lon, other_lat)


def _far_m(lon: float, lat: float, edges: NDArray[np.float64]) -> float:
    """Beyond the foot's reach: the nearest pair in the point's own frame, reported as the geodesic."""
    frame = Frame(lon, lat)
    ends = edges.reshape(-1, 2, 2)
    spots = (ends[:, 0] == ends[:, 1]).all(axis=1)  # an edge of length 0 is no line to GEOS
    shape = GeometryCollection([MultiLineString(list(ends[~spots])), MultiPoint(ends[spots, 0])])
    near = shapely.get_coordinates(shapely.shortest_line(frame.project(shape), shapely.Point(0.0, 0.0)))[:1]
    x, y = frame.degrees(near)[0]
    return float(geodesic_m(lon, lat, x, y))
