"""Zones told apart by a district: what a delivery of that district alone replaces, and what stays."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.compare.pieces import Mask
from geo.measure import LINE, POLYGON, Floats, Frame, Objects, area_m2, length_m
from geo.overlays import intersection

_HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parted:
    """Shapes beside a district; each is one of the three.

    Attributes
    ----------
    inside
        Mostly in the district, and nowhere farther out than the reach.
    outside
        Mostly elsewhere, and nowhere farther in than the reach.
    across
        On both sides of its border.
    share
        Of each shape in the district: of area, of length, of points 0 or 1.
    """

    inside: Mask
    outside: Mask
    across: Mask
    share: Floats


def parted(shapes: Objects, district: Geometry, reach_m: float) -> Parted:
    """Tell shapes apart by a district's outline.

    Parameters
    ----------
    shapes, district
        EPSG:4490 degrees; the district is polygons.
    reach_m
        So far from the outline a border may lie and still be meant for it: the accuracy of both.
    """
    west, south, east, north = district.bounds
    plane = Frame(lon=(west + east) / 2.0, lat=(south + north) / 2.0)
    flat = plane.project(district)
    near, core = (shapely.transform(flat.buffer(by), plane.degrees) for by in (reach_m, -reach_m))
    tree = STRtree(shapes)
    held, deep = (np.zeros(len(shapes), dtype=bool) for _ in range(2))
    held[tree.query(near, predicate="covers")] = True
    deep[tree.query(core, predicate="intersects")] = True
    share = np.zeros(len(shapes))
    met = tree.query(district, predicate="intersects")
    share[met] = _shares(shapes[met], district)
    home = share > _HALF
    inside, outside = held & home, ~deep & ~home
    return Parted(inside=inside, outside=outside, across=~(inside | outside), share=share)


def _shares(shapes: Objects, district: Geometry) -> Floats:
    """How much of shapes that meet a district lies in it."""
    cut = intersection(shapes, district)
    kind = shapely.get_dimensions(shapes)
    out = np.ones(len(shapes))
    for dimension, measure in ((POLYGON, area_m2), (LINE, length_m)):
        rows = np.flatnonzero(kind == dimension)
        whole = measure(shapes[rows])
        out[rows] = np.divide(measure(cut[rows]), whole, out=np.zeros(len(rows)), where=whole > 0.0)
    return out
