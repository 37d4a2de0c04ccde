"""Where a layer's silence means "no zone", and where in the bundle's own districts it does not. No flask."""

from datetime import date
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.model import Bundle
from geo.overlays import difference, union
from geo.view import view_on
from server.schemas import CoverageQuery
from server.texts import both
from server.zones import find_layer, for_display

_DISTRICTS = "admin_unit"


def coverage(bundle: Bundle, layer_id: str, on: date, query: CoverageQuery) -> dict[str, Any]:
    """A FeatureCollection of at most two: ``covered``, and ``not_covered`` within the bundle's own districts.

    Raises
    ------
    UnknownResourceError
        If there is no such layer, or nothing of it on that date.
    """
    view, layer = find_layer(bundle, layer_id, on), bundle.layers[layer_id]
    covered: Geometry = shapely.Polygon() if view.coverage is None else view.coverage
    shapes = {"covered": covered, "not_covered": difference(_own_districts(bundle, on), covered)}
    told = [
        (role, shape)
        for role, shape in shapes.items()
        if query.role in {None, role} and not shapely.is_empty(shape)
    ]
    drawn = for_display(np.array([shape for _, shape in told], dtype=object), query.tolerance_m)
    return {
        "type": "FeatureCollection",
        "layer": layer.id,
        "title": both(layer.title),
        "on": on.isoformat(),
        "edition": view.edition.edition if view.edition else None,
        "crs_name": "EPSG:4490",
        "synthetic": bool(view.edition and view.edition.synthetic),
        "simplified_m": query.tolerance_m,
        "features": [
            {"type": "Feature", "geometry": orjson.Fragment(text), "properties": {"role": role}}
            for text, (role, _) in zip(shapely.to_geojson(drawn), told, strict=True)
        ],
    }


def _own_districts(bundle: Bundle, on: date) -> Geometry:
    """The districts that the bundle speaks for, as one shape; empty where it holds none."""
    view = view_on(bundle, on).layers.get(_DISTRICTS)
    if view is None:
        return shapely.Polygon()
    own = [str(zone_id).startswith(bundle.jurisdictions) for zone_id in view.zone_id]
    return union(view.geometry[view.alive & np.array(own, dtype=bool)])
