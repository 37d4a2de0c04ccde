"""Slits: ground between zones, or in one, that is narrower than anybody meant to leave out."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.compare.pieces import Mask, areal, ground_of, polygons_of, shapes_of
from geo.measure import TOLERANCE_M, Frame, Objects, window
from geo.overlays import difference, union
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

_BOX_CORNERS = 5
"""Of a tile that is all ground, the first one twice: no outline passes it."""

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
    found = []
    for tile, ground, held in _Block.over(joined, narrow_m).tiles(joined, zones):
        filled = _filled(ground, tile, narrow_m)
        if not filled.is_empty:
            found.append(difference(filled, union(held)))
    return ground_of(shapes_of(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Some tiles of a grid in degrees: columns from ``west`` to before ``east``, rows likewise.

    Shapes are cut to ever smaller blocks, each from what the block about it holds: a vertex is looked at once
    for each halving, not once for each tile that its outline meets.
    """

    origin: tuple[float, float]
    size: tuple[float, float]
    narrow_m: float
    west: int
    south: int
    east: int
    north: int

    @classmethod
    def over(cls, shapes: Objects, narrow_m: float) -> Self:
        """All tiles that cover shapes."""
        west, south, east, north = shapely.total_bounds(shapes).tolist()
        squeeze = math.cos(math.radians((south + north) / 2.0))
        columns = max(1, math.ceil((east - west) * squeeze * _DEGREE_M / _TILE_M))
        rows = max(1, math.ceil((north - south) * _DEGREE_M / _TILE_M))
        return cls(
            origin=(west, south),
            size=((east - west) / columns, (north - south) / rows),
            narrow_m=narrow_m,
            west=0,
            south=0,
            east=columns,
            north=rows,
        )

    def tiles(self, ground: Objects, zones: Objects) -> Iterator[tuple[Bounds, Objects, Objects]]:
        """Each tile that an outline of the ground passes, what of the ground and of the zones lies there."""
        box = self._box()
        ground = _cut(ground, box)
        corners = shapely.get_num_coordinates(ground).sum()
        if corners == 0 or (corners == _BOX_CORNERS and shapely.equals(ground[0], shapely.box(*box))):
            return
        zones = _cut(zones, box)
        halves = self._halves()
        if not halves:
            yield box, ground, zones
        for half in halves:
            yield from half.tiles(ground, zones)

    def _box(self) -> Bounds:
        """The block's ground and a little around; a metre more for each tile, so that halves lie within."""
        (x, y), (wide, high) = self.origin, self.size
        held = (x + self.west * wide, y + self.south * high, x + self.east * wide, y + self.north * high)
        across = (self.east - self.west) + (self.north - self.south) - 2
        return window(held, _AROUND * self.narrow_m + across)

    def _halves(self) -> tuple[Self, ...]:
        """Two blocks, of the columns or of the rows, whichever are more; none of a single tile."""
        columns, rows = self.east - self.west, self.north - self.south
        if columns == rows == 1:
            return ()
        if columns >= rows:
            middle = self.west + columns // 2
            return replace(self, east=middle), replace(self, west=middle)
        middle = self.south + rows // 2
        return replace(self, north=middle), replace(self, south=middle)


def _cut(shapes: Objects, box: Bounds) -> Objects:
    """What of polygons lies in a box."""
    west, south, east, north = shapely.bounds(shapes).T.reshape(4, -1)
    near = (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
    cut: Objects = shapely.clip_by_rect(shapes[near], *box)
    return polygons_of(cut[areal(cut)])[0]


def _filled(shapes: Objects, tile: Bounds, narrow_m: float) -> Geometry:
    """What closing shapes by half a width fills within a tile, a millimetre wider, in degrees."""
    frame = Frame((tile[0] + tile[2]) / 2.0, (tile[1] + tile[3]) / 2.0)
    flat = shapely.union_all(frame.project_all(shapes))
    grown = shapely.buffer(flat, narrow_m / 2.0, quad_segs=_ARC)
    filled = shapely.difference(shapely.buffer(grown, -narrow_m / 2.0, quad_segs=_ARC), flat)
    # Hairs of rounding along straight edges go: else they join the round corners of a notch to one long slit.
    thick = shapely.buffer(filled, -TOLERANCE_M / 2.0, join_style="mitre")
    parts, _ = polygons_of(shapes_of([shapely.buffer(thick, TOLERANCE_M / 2.0, join_style="mitre")]))
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
