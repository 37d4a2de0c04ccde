"""Pieces of ground: parts of polygons, how wide they are, and which of many overlap."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.measure import POLYGON, Floats, Frame, Objects, area_m2, length_m
from geo.overlays import differences, intersection, union

Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]

NOISE_M2 = 1e-6
"""A shared square millimetre is rounding: it changes no union."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Overlaps:
    """Pairs of polygons that share ground, each pair once.

    Attributes
    ----------
    left, right
        Positions, ``left`` < ``right``.
    piece
        The ground shared, polygons only.
    loose
        Polygons whose edges do not all match those of their neighbours.
    """

    left: Ints
    right: Ints
    piece: Objects
    area_m2: Floats
    loose: Mask

    def among(self, some: Mask) -> Mask:
        """Which polygons share ground with another, where only some count."""
        both = some[self.left] & some[self.right] & (self.area_m2 > NOISE_M2)
        out = np.zeros(len(some), dtype=bool)
        out[self.left[both]] = out[self.right[both]] = True
        return out


def shapes_of(items: Sequence[Geometry]) -> Objects:
    """An array of shapes, whatever their number."""
    out = np.empty(len(items), dtype=object)
    out[:] = items
    return out


def areal(shapes: Objects) -> Mask:
    """Which shapes are polygons of one part or many."""
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    return np.asarray(there & np.isin(shapely.get_type_id(shapes), (3, 6)))


def polygons_of(shapes: Objects) -> tuple[Objects, Ints]:
    """The polygons that shapes are made of, and whose they are; lines and points fall out."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    again, through = shapely.get_parts(parts, return_index=True)  # collections hold multi-parts
    keep = (shapely.get_dimensions(again) == POLYGON) & ~shapely.is_empty(again)
    return again[keep], owner[through][keep]


def ground_of(shapes: Objects) -> Geometry:
    """The union of the polygons among shapes; empty where there is none."""
    parts, _ = polygons_of(shapes)
    return union(parts)


def width_m(polygons: Objects, m2: Floats | None = None) -> Floats:
    """Mean width in metres, twice the area by the length of the border: of a strip its width."""
    around = length_m(shapely.boundary(polygons))
    held = area_m2(polygons) if m2 is None else m2
    return np.divide(2.0 * held, around, out=np.zeros(len(polygons)), where=around > 0.0)


def broad_m2(polygons: Objects, width_m: float, enough_m2: float) -> float:
    """Ground of polygons that is wider than a width: what a disc of that width can be moved over.

    Unlike the mean width it tells a plot at the end of a long strip from the strip.

    Parameters
    ----------
    enough_m2
        No more is looked for than that.
    """
    found, size = 0.0, area_m2(polygons)
    for at in np.argsort(-size, kind="stable").tolist():
        if found >= enough_m2 or size[at] <= 0.0:
            break
        west, south, east, north = polygons[at].bounds
        flat = Frame(lon=(west + east) / 2.0, lat=(south + north) / 2.0).project(polygons[at])
        core = flat.buffer(-width_m / 2.0, join_style="mitre")
        found += core.buffer(width_m / 2.0, join_style="mitre").area
    return found


def overlaps(shapes: Objects) -> Overlaps:
    """Every pair of polygons whose insides meet.

    Zones whose edges all match those of their neighbours overlap none: GEOS tells these in linear time, and
    only the rest are looked at in pairs.
    """
    loose = unmatched(shapes)
    left, right = STRtree(shapes).query(shapes)
    once = (left < right) & (loose[left] | loose[right])
    left, right = left[once], right[once]
    meet = shapely.relate_pattern(shapes[left], shapes[right], "T********")
    left, right = left[meet], right[meet]
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    pieces = intersection(shapes[left], shapes[right])
    for n in np.flatnonzero(shapely.get_type_id(pieces) == shapely.GeometryType.GEOMETRYCOLLECTION):
        pieces[n] = ground_of(pieces[n : n + 1])
    m2 = area_m2(pieces)
    held = m2 > 0.0
    return Overlaps(left=left[held], right=right[held], piece=pieces[held], area_m2=m2[held], loose=loose)


def unmatched(shapes: Objects, gap_deg: float = 0.0) -> Mask:
    """Polygons with an edge that crosses, doubles or narrowly misses another's."""
    if len(shapes) <= 1:
        return np.zeros(len(shapes), dtype=bool)
    return np.asarray(~shapely.is_empty(shapely.coverage_invalid_edges(shapes, gap_width=gap_deg)))


def union_of(shapes: Objects, loose: Mask) -> Geometry:
    """The union of many polygons: all but the loose ones are joined along their edges, which is far quicker.

    Parameters
    ----------
    loose
        Those whose edges do not all match (`unmatched`).
    """
    if len(shapes) == 0:
        return shapely.MultiPolygon()
    whole: Geometry = shapely.coverage_union_all(shapes[~loose])
    if loose.any():
        whole = union(shapes_of([whole, *shapes[loose]]))
    return ground_of(shapes_of([whole]))


def disjoint(shapes: Objects) -> Objects:
    """The same ground in polygons of which none overlap: those that did are united, the rest are kept."""
    several = overlaps(shapes).among(np.ones(len(shapes), dtype=bool))
    if not several.any():
        return shapes
    united, _ = polygons_of(shapes_of([union(shapes[several])]))
    return np.concatenate([shapes[~several], united])


def without(shapes: Objects, others: Objects) -> Objects:
    """The ground of shapes that none of the others holds, in pieces of which none overlap."""
    row, other = STRtree(others).query(shapes, predicate="intersects")
    order = np.argsort(row, kind="stable")
    cuts = np.searchsorted(row[order], np.arange(len(shapes) + 1))
    held = [union(others[other[order[a:b]]]) for a, b in pairwise(cuts)]
    return disjoint(polygons_of(differences(shapes, shapes_of(held)))[0])
