"""Slits: ground between zones, or in one, that is narrower than anybody meant to leave out."""

import math
from collections.abc import Iterator

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.compare.pieces import Mask, areal, ground_of, polygons_of, shapes_of
from geo.measure import TOLERANCE_M, Frame, Objects, window
from geo.tiles import Bounds

_TILE_M, _DEGREE_M = 10_000.0, 111_000.0
"""Ground is looked at tile by tile, each in a frame of its own."""

_AROUND = 6.0
"""Widths by which a tile reaches beyond itself: a slit is whole in one of two tiles, or long in both."""

_ARC = 4
"""Straight pieces of a quarter circle: they only round the mouth of a slit."""

_SNAPPED_DEG = 2e-9
"""Vertices this near, 0.2 mm, are one: well under the tolerance, from which on a gap is told."""

_GROWN_M = 0.001
"""What is filled is grown by this before it is cut along the zones: no splinter of rounding is left."""

_DEEP = 4.0
"""An open slit is this many widths deep: a corner or a wide notch between two zones is none."""


def slits(zones: Objects, narrow_m: float, loose: Mask) -> Geometry:
    """Ground in no zone that lies in slits narrower than a width, as polygons in degrees.

    Found is what a disc of that width cannot enter from outside: slits between zones or in one, open at their
    ends or closed, and narrow holes. Cut exactly along the zones; only the mouth of an open slit is round.
    Zones within 0.2 mm of each other touch; what is narrower than the tolerance is no slit.

    Parameters
    ----------
    zones
        Polygons in EPSG:4490 degrees.
    narrow_m
        Width, metres.
    loose
        Those whose edges do not all match (`geo.compare.pieces.unmatched`).
    """
    if len(zones) == 0 or narrow_m <= 0.0:
        return shapely.MultiPolygon()
    # Borders that zones share go: else each of a layer that was never noded would be looked at for naught.
    snapped = zones
    if loose.any():
        snapped = shapely.coverage_clean(zones, snapping_distance=_SNAPPED_DEG)  # type: ignore[attr-defined]
    joined = shapely.get_parts(shapely.coverage_union_all(snapped))
    held, grounds = STRtree(zones), STRtree(joined)
    found = []
    for tile in _tiles(joined, narrow_m):
        filled = _filled(_cut(joined, grounds, tile), tile, narrow_m)
        if not filled.is_empty:
            found.append(shapely.difference(filled, shapely.union_all(_cut(zones, held, tile))))
    return ground_of(shapes_of(found))


def _cut(shapes: Objects, tree: STRtree, tile: Bounds) -> Objects:
    """What of polygons lies in a tile."""
    near: Objects = shapely.clip_by_rect(shapes[np.sort(tree.query(shapely.box(*tile)))], *tile)
    return polygons_of(near[areal(near)])[0]


def _tiles(shapes: Objects, narrow_m: float) -> Iterator[Bounds]:
    """Boxes in degrees that cover shapes, each a little wider than its tile."""
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    squeeze = math.cos(math.radians((south + north) / 2.0))
    columns = max(1, math.ceil((east - west) * squeeze * _DEGREE_M / _TILE_M))
    rows = max(1, math.ceil((north - south) * _DEGREE_M / _TILE_M))
    wide, high = (east - west) / columns, (north - south) / rows
    for n in range(columns * rows):
        row, column = divmod(n, columns)
        x, y = west + column * wide, south + row * high
        yield window((x, y, x + wide, y + high), _AROUND * narrow_m)


def _filled(shapes: Objects, tile: Bounds, narrow_m: float) -> Geometry:
    """What closing shapes by half a width fills within a tile, a millimetre wider, in degrees."""
    frame = Frame((tile[0] + tile[2]) / 2.0, (tile[1] + tile[3]) / 2.0)
    flat = shapely.union_all(frame.project_all(shapes))
    grown = shapely.buffer(flat, narrow_m / 2.0, quad_segs=_ARC)
    filled = shapely.difference(shapely.buffer(grown, -narrow_m / 2.0, quad_segs=_ARC), flat)
    parts, _ = polygons_of(shapes_of([filled]))
    parts = parts[2.0 * shapely.area(parts) >= TOLERANCE_M * shapely.length(parts)]
    if len(parts) == 0:
        return shapely.MultiPolygon()
    west, south, east, north = shapely.bounds(parts).T.reshape(4, -1)
    deep = np.hypot(east - west, north - south) >= _DEEP * narrow_m
    mouths = shapely.difference(
        shapely.multilinestrings(shapely.get_rings(parts)), shapely.buffer(flat, _GROWN_M)
    )
    is_open = np.zeros(len(parts), dtype=bool)
    is_open[STRtree(parts).query(shapely.get_parts(mouths), predicate="dwithin", distance=_GROWN_M)[1]] = True
    wider = shapely.buffer(parts[deep | ~is_open], _GROWN_M, join_style="mitre")
    return shapely.transform(shapely.union_all(wider), frame.degrees)
