"""Coverages: where a layer's silence means something, and their borders."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from shapely import MultiLineString, STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.measure import Objects, densified

_STRETCH = 64
"""Edges of a stretch of a border."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """A coverage, one for all layers that share it.

    Attributes
    ----------
    stretches
        Its border, densified, in lines of few edges: a border of many thousand vertices is looked at only
        where a site is near.
    """

    area: Geometry
    stretches: STRtree

    def border_near(self, box: Geometry) -> Geometry | None:
        """The stretches of the border that meet a box in degrees; None where none does."""
        near = np.sort(self.stretches.query(box, predicate="intersects"))
        if len(near) == 0:
            return None
        return MultiLineString(list(self.stretches.geometries[near]))


@lru_cache(maxsize=64)
def ground_of(wkb: bytes) -> Ground:
    """A coverage from its shape in degrees."""
    area = shapely.from_wkb(wkb)
    return Ground(area=area, stretches=STRtree(stretches_of(densified(shapely.boundary(area)))))


def stretches_of(border: Geometry) -> Objects:
    """A border in lines of few edges: what is near it is found without looking at all of it."""
    rings = (shapely.get_coordinates(ring) for ring in shapely.get_parts(border))
    cut = (xy[at : at + _STRETCH + 1] for xy in rings for at in range(0, len(xy) - 1, _STRETCH))
    return np.array([None, *map(shapely.linestrings, cut)], dtype=object)[1:]
