"""Slits: ground between zones, or in one, that is narrower than anybody meant to leave out."""

import math
from collections.abc import Iterator

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.measure import Frame, Objects
from geo.pieces import areal, ground_of, polygons_of, shapes_of, width_m

_DEGREE_M = 111_000.0
_AROUND = 4.0
"""Widths of a slit around its edges that are looked at: its ends are then where they are."""

_ARC = 4
"""Straight pieces of a quarter circle: they only round the mouth of a slit."""

_GROWN_M = 0.001
"""What is filled is grown by this before it is cut along the zones: no splinter of rounding is left."""

_SPLINTER_M = 1e-5
"""What is narrower than this along the zones is rounding of the buffers."""

_DEEP = 4.0
"""An open slit is this many widths deep: a corner or a wide notch between two zones is none."""


def slits(zones: Objects, narrow_m: float) -> Geometry:
    """Ground in no zone that lies in slits narrower than a width, as polygons in degrees.

    Found is what a disc of that width cannot enter from outside: slits between zones, closed or open at their
    ends, and narrow holes. Cut exactly along the zones; only the mouth of an open slit is round.

    Parameters
    ----------
    zones
        Polygons in EPSG:4490 degrees.
    narrow_m
        Width, metres.
    """
    if len(zones) == 0 or narrow_m <= 0.0:
        return shapely.MultiPolygon()
    tree = STRtree(zones)
    found = [
        piece for around in _suspects(zones, narrow_m) for piece in _closed(zones, tree, around, narrow_m)
    ]
    return ground_of(shapes_of(found))


def _suspects(zones: Objects, narrow_m: float) -> Iterator[Geometry]:
    """Boxes around edges that narrowly miss another zone, and around narrow holes."""
    lat = float(np.abs(shapely.total_bounds(zones)[[1, 3]]).max())
    gap_deg = narrow_m / (_DEGREE_M * math.cos(math.radians(min(lat, 89.0))))
    edges = shapely.coverage_invalid_edges(zones, gap_width=gap_deg)
    holes = _holes(zones)
    narrow = holes[width_m(holes) <= narrow_m]
    return (_box(one, gap_deg) for one in (*edges[~shapely.is_empty(edges)], *narrow))


def _holes(zones: Objects) -> Objects:
    """The holes of polygons, as polygons."""
    rings, polygon = shapely.get_rings(polygons_of(zones)[0], return_index=True)
    holes: Objects = shapely.polygons(rings[1:][polygon[1:] == polygon[:-1]])
    return holes


def _box(shape: Geometry, gap_deg: float) -> Geometry:
    west, south, east, north = shape.bounds
    more = _AROUND * gap_deg
    return shapely.box(west - more, south - more, east + more, north + more)


def _closed(zones: Objects, tree: STRtree, around: Geometry, narrow_m: float) -> Objects:
    """What closing the zones by half a width fills within a box, cut along them, in degrees."""
    near = shapely.clip_by_rect(zones[np.sort(tree.query(around))], *around.bounds)
    near = near[areal(near)]
    frame = Frame(*shapely.get_coordinates(around.centroid)[0])
    flat = shapely.union_all(frame.project_all(near))
    grown = shapely.buffer(flat, narrow_m / 2.0, quad_segs=_ARC)
    filled = shapely.difference(shapely.buffer(grown, -narrow_m / 2.0, quad_segs=_ARC), flat)
    parts, _ = polygons_of(shapes_of([filled]))
    parts = parts[2.0 * shapely.area(parts) > _SPLINTER_M * shapely.length(parts)]
    if len(parts) == 0:
        return parts
    west, south, east, north = shapely.bounds(parts).T.reshape(4, -1)
    slit = np.hypot(east - west, north - south) >= _DEEP * narrow_m
    rim = shapely.difference(shapely.boundary(parts), shapely.buffer(flat, _GROWN_M))
    parts = shapely.buffer(parts[slit | shapely.is_empty(rim)], _GROWN_M, join_style="mitre")
    ground = shapely.difference(shapely.transform(parts, frame.degrees), shapely.union_all(near))
    return polygons_of(ground)[0]
