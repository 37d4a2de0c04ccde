"""Zones of a layer as GeoJSON: by box, by id, simplified for display, coarse where restricted. No flask.

What is drawn is what is checked: the zones come from the same view of the bundle that the core evaluates.
"""

import math
from datetime import date
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from geo.errors import InputError
from geo.model import Bundle, Problem, Text
from geo.view import LayerView, view_on
from server.errors import RestrictedLayerError, UnknownResourceError
from server.schemas import ZonesQuery, unknown_key
from server.texts import both

COARSE_DEG = 0.01
"""Grid of generalised shapes, degrees (about 1 km): enough to know that something is near."""

Shapes = NDArray[np.object_]
Rows = NDArray[np.intp]

_METRES_A_DEGREE = 111_320.0
_DECIMALS = 7  # of a degree: about 1 cm
_BOX_VALUES = 4
_MOST_CELLS = 20_000


def find_layer(bundle: Bundle, layer_id: str, on: date) -> LayerView:
    """The layer of an id as it stands on a date.

    Raises
    ------
    UnknownResourceError
        If the bundle does not hold it (the problem says whom to ask where that is declared), or nothing of it
        is valid on that date.
    """
    if layer_id not in bundle.layers:
        away = bundle.out_of_scope.get(layer_id)
        if away is None:
            raise UnknownResourceError(unknown_key("layer_id", layer_id, bundle.layers))
        hint = Text(f"{away.reason.zh}，请咨询{away.ask.zh}", f"{away.reason.en}; ask: {away.ask.en}")
        known = ", ".join(bundle.layers)
        raise UnknownResourceError(Problem(where="layer_id", given=layer_id, allowed=known, hint=hint))
    view = view_on(bundle, on).layers[layer_id]
    if view.edition is None or view.edition.zones is None:
        spans = "; ".join(f"{e.valid_from} – {e.valid_to or ''}" for e in bundle.layers[layer_id].editions)
        hint = Text("该日期没有可显示的分区", "no zones to show on that date")
        raise UnknownResourceError(Problem(where="on", given=on.isoformat(), allowed=spans, hint=hint))
    return view


def zones(bundle: Bundle, layer_id: str, on: date, query: ZonesQuery, *, cap: int) -> dict[str, Any]:
    """A FeatureCollection of the zones valid on a date; what was left out is counted, never silent.

    Raises
    ------
    UnknownResourceError
        If there is no such layer, or nothing of it on that date.
    RestrictedLayerError
        If the layer is restricted and coarse shapes were not asked for.
    InputError
        If the box cannot be used.
    """
    view, layer = find_layer(bundle, layer_id, on), bundle.layers[layer_id]
    coarse = query.generalised
    if layer.restricted and not coarse:
        hint = Text("该图层受限，仅提供概略范围", "only coarse shapes are given of this layer")
        allowed = "generalised=true"
        raise RestrictedLayerError(Problem(where="layer_id", given=layer_id, allowed=allowed, hint=hint))
    matched = _select(view, query)
    rows = matched[query.offset : query.offset + min(query.limit or cap, cap)]
    shapes = view.geometry[rows]
    end = query.offset + len(rows)
    return {
        "type": "FeatureCollection",
        "layer": layer.id,
        "title": both(layer.title),
        "on": on.isoformat(),
        "edition": view.edition.edition if view.edition else None,
        "crs_name": "EPSG:4490",
        "synthetic": bool(view.edition and view.edition.synthetic),
        "generalised": coarse,
        "simplified_m": 0 if coarse else query.tolerance_m,
        "numberMatched": len(matched),
        "numberReturned": len(rows),
        "next_offset": end if end < len(matched) else None,
        "features": [
            {"type": "Feature", "geometry": orjson.Fragment(text), "properties": properties}
            for text, properties in zip(
                shapely.to_geojson(_coarse(shapes) if coarse else for_display(shapes, query.tolerance_m)),
                [_properties(view, row, query) for row in rows],
                strict=True,
            )
        ],
    }


def _select(view: LayerView, query: ZonesQuery) -> Rows:
    keep = view.alive.copy()
    if query.bbox is not None:
        box = shapely.box(*_read_box(query.bbox))
        near = np.zeros(len(keep), dtype=bool)
        if view.tree is not None:
            near[view.tree.query(box, predicate="intersects")] = True
        keep &= near
    if query.zone_id is not None:
        keep &= np.isin(view.zone_id.astype(str), query.zone_id.split(","))
    return np.flatnonzero(keep)


def _read_box(text: str) -> tuple[float, float, float, float]:
    try:
        values = tuple(float(value) for value in text.split(","))
    except ValueError:
        values = ()
    if len(values) == _BOX_VALUES and all(math.isfinite(value) for value in values):
        west, south, east, north = values
        if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:  # noqa: PLR2004  # degrees of the globe
            return west, south, east, north
    hint = Text(
        "请按 西,南,东,北 给出经纬度", "give longitude and latitude in degrees as west,south,east,north"
    )
    raise InputError(Problem(where="bbox", given=text, allowed="west,south,east,north", hint=hint))


def for_display(shapes: Shapes, tolerance_m: float) -> Shapes:
    """Shapes simplified by up to so many metres, to about 1 cm."""
    if tolerance_m:
        shapes = shapely.simplify(shapes, tolerance_m / _METRES_A_DEGREE)
    rounded: Shapes = shapely.transform(shapes, lambda points: np.round(points, _DECIMALS))
    return rounded


def _coarse(shapes: Shapes) -> Shapes:
    """Shapes as the grid cells they touch: nothing of the true outline is left, and nothing vanishes."""
    cells = [_cells(shape, box) for shape, box in zip(shapes, shapely.bounds(shapes), strict=True)]
    return np.array(cells, dtype=object)


def _cells(shape: shapely.Geometry, bounds: NDArray[np.float64]) -> shapely.Geometry:
    step = COARSE_DEG
    while np.prod((bounds[2:] - bounds[:2]) / step + 1.0) > _MOST_CELLS:
        step *= 2.0  # a large zone needs no fine grid to be found, and must not take the server's memory
    west, south, east, north = np.floor(bounds / step)
    columns, rows = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    left, below = columns.ravel() * step, rows.ravel() * step
    cells = shapely.box(left, below, left + step, below + step)
    touched = shapely.union_all(cells[shapely.intersects(cells, shape)], grid_size=COARSE_DEG / 1000)
    return shapely.transform(touched, lambda points: np.round(points, 2))


def _properties(view: LayerView, row: int, query: ZonesQuery) -> dict[str, Any]:
    """What is told of one zone: of a coarse one only its class."""
    told: dict[str, Any] = {"zone_class": _plain(view.zone_class[row])}
    if query.generalised:
        return told
    told |= {
        "zone_id": _plain(view.zone_id[row]),
        "name": _plain(view.name[row]),
        "zone_derived": bool(view.derived[row]),
        "provisional": bool(view.provisional[row]),
    }
    if query.attributes:
        told["attributes"] = {name: _plain(values[row]) for name, values in view.attributes.items()}
    return told


def _plain(cell: object) -> str | int | float | bool | None:
    """A cell as JSON: dates as ISO, missing as null."""
    value = cell.item() if isinstance(cell, np.generic) else cell
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) else str(value)
