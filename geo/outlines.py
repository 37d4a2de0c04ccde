"""Outlines of zones, made when first asked for and kept with their layer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.measure import POLYGON, Objects, densified

if TYPE_CHECKING:  # layers have outlines
    from geo.view import LayerView

_POLYGON_TYPE = 3
"""Type of a polygon of one part, as `shapely.get_type_id` gives it."""


def outlines_of(zones: Sequence[tuple["LayerView", int]]) -> list[Geometry]:
    """Outlines of zones of several layers: those not made before are made in one go."""
    new = [(layer, row) for layer, row in zones if row not in layer.outlines]
    if new:
        shapes = _shapes(new)
        areal = shapely.get_dimensions(shapes) == POLYGON
        shapes[areal] = shapely.boundary(shapes[areal])
        for (layer, row), outline in zip(new, densified(shapes), strict=True):
            layer.outlines[row] = outline
    return [layer.outlines[row] for layer, row in zones]


def rims_of(zones: Sequence[tuple["LayerView", int]]) -> list[Geometry]:
    """Rims of polygons of several layers: those not made before are made in one go."""
    new = [(layer, row) for layer, row in zones if row not in layer.rims]
    if new:
        shapes = _shapes(new)
        for place in np.flatnonzero(shapely.get_type_id(shapes) != _POLYGON_TYPE):
            parts = shapely.get_parts(shapely.get_parts(shapes[place]))
            parts = parts[shapely.get_dimensions(parts) == POLYGON]
            shapes[place] = parts[0] if len(parts) == 1 else shapely.union_all(parts)
        for (layer, row), rim in zip(new, shapely.boundary(shapes), strict=True):
            layer.rims[row] = rim
    return [layer.rims[row] for layer, row in zones]


def _shapes(zones: Sequence[tuple["LayerView", int]]) -> Objects:
    shapes: Objects = np.empty(len(zones), dtype=object)
    shapes[:] = [layer.geometry[row] for layer, row in zones]
    return shapes
