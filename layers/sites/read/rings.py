"""Rings of a plot put together: one within another is its hole, one within a hole a part of its own."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry as Geometry

from geo.errors import InputError
from layers.sites.faults import fault

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_PAIRS = 2_000_000
"""Pairs of a ring and another round it: a target of thousands of rings about one place is no plot."""

_AT_A_TIME = 64


def polygons_of(rings: Sequence[Floats], where: str) -> Geometry:
    """The area of closed rings, in whatever order they stand: a polygon, or several.

    Parameters
    ----------
    rings
        Coordinates, shape (n, 2) each.

    Raises
    ------
    InputError
        If too many lie within each other.
    """
    areas = np.array([shapely.Polygon(ring) for ring in rings], dtype=object)
    inner, outer = _pairs(areas, where)
    depth = np.bincount(inner, minlength=len(areas))
    holes: dict[int, list[shapely.LinearRing]] = {}
    shells = np.flatnonzero(depth % 2 == 0)
    near = depth[outer] == depth[inner] - 1  # of all rings round a hole the innermost
    for hole, shell in zip(inner[near].tolist(), outer[near].tolist(), strict=True):
        if depth[hole] % 2:
            holes.setdefault(shell, []).append(areas[hole].exterior)
    found = [shapely.Polygon(areas[shell].exterior, holes.get(shell)) for shell in shells.tolist()]
    return found[0] if len(found) == 1 else shapely.MultiPolygon(found)


def _pairs(areas: NDArray[np.object_], where: str) -> tuple[Ints, Ints]:
    """Of each ring: those round it. Of one that crosses itself the first corner decides; none is in it."""
    valid = shapely.is_valid(areas)
    whole, probes = areas.copy(), areas.copy()
    whole[~valid] = None
    tree = shapely.STRtree(whole)
    crossed = np.flatnonzero(~valid)
    probes[crossed] = [shapely.Point(areas[at].exterior.coords[0]) for at in crossed]
    size = shapely.area(areas)
    inner: list[Ints] = []
    outer: list[Ints] = []
    total = 0
    for start in range(0, len(areas), _AT_A_TIME):
        within, round_it = tree.query(probes[start : start + _AT_A_TIME], predicate="covered_by")
        within = within + start
        # Of two that are one the first counts as the outer one.
        larger = (size[round_it] > size[within]) | ((size[round_it] == size[within]) & (round_it < within))
        larger |= ~valid[within] & (round_it != within)
        inner.append(within[larger])
        outer.append(round_it[larger])
        total += int(larger.sum())
        if total > MOST_PAIRS:
            told = {
                "zh": "相互套叠的圈过多，请拆分",
                "en": "too many rings within each other: split the plot",
            }
            raise InputError(fault(where, f"{len(areas)} rings", f"≤ {MOST_PAIRS} pairs", **told))
    return np.concatenate(inner), np.concatenate(outer)
