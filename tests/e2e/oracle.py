"""Oracles that are not ours: GeographicLib (`pyproj.Geod`) on densified edges, loops over every feature.

Nothing here imports `geo/`: a mistake there cannot hide itself. Coordinates are degrees, longitude first.
"""

from collections.abc import Callable

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

GEOD = pyproj.Geod(a=6378137.0, rf=298.257222101)
_EDGE_DEG = 0.00018  # at most 20 m
_CUTS, _STEPS = 16, 10  # each step leaves an eighth of the stretch: 8^-10 of an edge is nothing

Floats = NDArray[np.float64]


def area_m2(shape: BaseGeometry) -> float:
    """Ellipsoidal area, edges cut to 20 m so that a geodesic and a straight line in degrees agree."""
    total = 0.0
    for part in shapely.get_parts(shape):
        if isinstance(part, shapely.Polygon):
            total += _ring_m2(part.exterior) - sum(_ring_m2(ring) for ring in part.interiors)
    return total


def _ring_m2(ring: BaseGeometry) -> float:
    lon, lat = shapely.get_coordinates(shapely.segmentize(ring, _EDGE_DEG)).T
    return abs(float(GEOD.polygon_area_perimeter(lon, lat)[0]))


def length_m(shape: BaseGeometry) -> float:
    """Length of lines, edges cut to 20 m."""
    return float(GEOD.geometry_length(shapely.segmentize(shape, _EDGE_DEG)))


def distance_m(site: BaseGeometry, zone: BaseGeometry) -> float:
    """Least geodesic between two shapes; 0 where they meet."""
    if shapely.intersects(site, zone):
        return 0.0
    pairs = [_candidates(site, zone)]
    if shapely.get_dimensions(site) > 0:  # a point has no edges; the zone's vertices are ends of its own
        pairs.append(_candidates(zone, site))
    points = np.concatenate([p for p, _ in pairs])
    edges = np.concatenate([e for _, e in pairs])
    rough = _rough(points, edges)
    near = np.argsort(rough)[:200]
    near = near[rough[near] <= rough[near[0]] * 1.02 + 1e-7]
    # A foot found in the plane is metres off at most: its geodesic is too long by far less than this.
    first = _to(points[near], edges[near], _along(points[near], edges[near]))
    near = near[first <= first.min() * 1.001 + 0.01]
    return float(_refined(points[near], edges[near]).min())


def met(zones: NDArray[np.object_], site: BaseGeometry) -> list[int]:
    """Rows of every zone that shares a point with the site: one predicate each, no index."""
    return np.flatnonzero(shapely.intersects(zones, site)).tolist()


def _outline(shape: BaseGeometry) -> BaseGeometry:
    return shapely.boundary(shape) if shapely.get_dimensions(shape) == 2 else shape


def _edges(shape: BaseGeometry) -> Floats:
    parts = shapely.get_parts(shapely.get_parts(_outline(shape)))
    xy, owner = shapely.get_coordinates(parts, return_index=True)
    if shapely.get_dimensions(parts[0]) == 0:
        return np.column_stack([xy, xy])
    same = owner[1:] == owner[:-1]
    return np.column_stack([xy[:-1], xy[1:]])[same]


def _candidates(one: BaseGeometry, other: BaseGeometry) -> tuple[Floats, Floats]:
    """Vertices of one shape near the other, each with the ten edges of the other that lie roughly nearest."""
    points, edges = shapely.get_coordinates(_outline(one)), _edges(other)
    scaled = [shapely.transform(shape, _scaler(one)) for shape in (shapely.multipoints(points), other)]
    gaps = shapely.distance(shapely.get_parts(scaled[0]), _outline(scaled[1]))
    chosen_points, chosen_edges = [], []
    for point in points[gaps <= gaps.min() * 1.02 + 1e-7]:
        rough = _rough(np.broadcast_to(point, (len(edges), 2)), edges)
        best = np.argpartition(rough, min(10, len(edges) - 1))[:10]
        chosen_points.append(np.broadcast_to(point, (len(best), 2)))
        chosen_edges.append(edges[best])
    return np.concatenate(chosen_points), np.concatenate(chosen_edges)


def _scaler(shape: BaseGeometry) -> Callable[[Floats], Floats]:
    """Degrees of latitude both ways, true enough within some kilometres of a shape."""
    middle = (shape.bounds[1] + shape.bounds[3]) / 2.0
    return lambda xy: np.asarray(xy * np.array([np.cos(np.radians(middle)), 1.0]))


def _rough(points: Floats, edges: Floats) -> Floats:
    """Distance of points to edges in degrees of latitude."""
    foot = edges[:, :2] + _along(points, edges)[:, None] * (edges[:, 2:] - edges[:, :2])
    return np.asarray(np.hypot(*((points - foot) * _scale(points)).T))


def _along(points: Floats, edges: Floats) -> Floats:
    """Where on each edge its nearest place to a point lies in the plane, 0 to 1."""
    p, a, b = (xy * _scale(points) for xy in (points, edges[:, :2], edges[:, 2:]))
    along = ((p - a) * (b - a)).sum(axis=1) / np.maximum(((b - a) ** 2).sum(axis=1), 1e-30)
    return np.asarray(np.clip(along, 0.0, 1.0))


def _scale(points: Floats) -> Floats:
    return np.array([np.cos(np.radians(points[:, 1].mean())), 1.0])


def _refined(points: Floats, edges: Floats) -> Floats:
    """The least geodesic from each point to its edge, looked for at ever finer cuts, both ends among them."""
    low, high = np.zeros(len(points)), np.ones(len(points))
    every = (np.repeat(points, _CUTS + 1, axis=0), np.repeat(edges, _CUTS + 1, axis=0))
    least = np.full(len(points), np.inf)
    for _ in range(_STEPS):
        cuts = np.linspace(low, high, _CUTS + 1, axis=1)
        found = _to(*every, cuts.ravel()).reshape(cuts.shape)
        best = found.argmin(axis=1)[:, None]
        least = np.minimum(least, found.min(axis=1))
        low = np.take_along_axis(cuts, np.maximum(best - 1, 0), axis=1)[:, 0]
        high = np.take_along_axis(cuts, np.minimum(best + 1, _CUTS), axis=1)[:, 0]
    return least


def _to(points: Floats, edges: Floats, share: Floats) -> Floats:
    foot = edges[:, :2] + share[:, None] * (edges[:, 2:] - edges[:, :2])
    return np.asarray(GEOD.inv(points[:, 0], points[:, 1], foot[:, 0], foot[:, 1])[2])
