"""Zones of a layer as GeoJSON: by box, by id, simplified for display, coarse where restricted. No flask."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely

from geo.errors import InputError
from geo.model import Bundle, Edition, Layer, Problem, Text
from server.errors import RestrictedLayerError, UnknownResourceError
from server.schemas import ZonesQuery, unknown_key
from server.texts import both

COARSE_DEG = 0.01
"""Grid of generalised shapes, degrees (about 1 km): enough to know that something is near."""

_METRES_A_DEGREE = 111_320.0
_DECIMALS = 7  # of a degree: about 1 cm
_BOX_VALUES = 4
_HIDDEN = frozenset({"geometry", "zone_id", "zone_class", "name", "valid_from", "valid_to"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The piece of a layer that was asked for, and how much there is in all."""

    frame: gpd.GeoDataFrame
    matched: int
    offset: int


def find_layer(bundle: Bundle, layer_id: str) -> Layer:
    """The layer of an id.

    Raises
    ------
    UnknownResourceError
        If the bundle does not hold it; the problem says whom to ask where that is declared.
    """
    if layer_id in bundle.layers:
        return bundle.layers[layer_id]
    away = bundle.out_of_scope.get(layer_id)
    if away is None:
        raise UnknownResourceError(unknown_key("layer_id", layer_id, bundle.layers))
    hint = Text(f"{away.reason.zh}，请咨询{away.ask.zh}", f"{away.reason.en}; ask: {away.ask.en}")
    raise UnknownResourceError(
        Problem(where="layer_id", given=layer_id, allowed=", ".join(bundle.layers), hint=hint)
    )


def zones(bundle: Bundle, layer_id: str, on: date, query: ZonesQuery, *, cap: int) -> dict[str, Any]:
    """A FeatureCollection of the zones in force on a date; what was left out is counted, never silent.

    Raises
    ------
    UnknownResourceError
        If there is no such layer, or nothing of it on that date.
    RestrictedLayerError
        If the layer is restricted and coarse shapes were not asked for.
    InputError
        If the box cannot be used.
    """
    layer = find_layer(bundle, layer_id)
    edition, frame = _frame_on(layer, on)
    if layer.restricted and not query.generalised:
        hint = Text(
            "该图层受限，仅提供概略范围：generalised=true", "only coarse shapes are given: generalised=true"
        )
        raise RestrictedLayerError(
            Problem(where="layer_id", given=layer_id, allowed="generalised=true", hint=hint)
        )
    page = _select(frame, on, query, limit=min(query.limit or cap, cap))
    coarse = query.generalised
    shapes = _coarse(page.frame) if coarse else _fine(page.frame, query.tolerance_m)
    more = page.matched > page.offset + len(page.frame)
    return {
        "type": "FeatureCollection",
        "layer": layer.id,
        "title": both(layer.title),
        "on": on.isoformat(),
        "edition": edition.edition,
        "crs_name": "EPSG:4490",
        "synthetic": edition.synthetic,
        "generalised": coarse,
        "simplified_m": 0 if coarse else query.tolerance_m,
        "numberMatched": page.matched,
        "numberReturned": len(page.frame),
        "next_offset": page.offset + len(page.frame) if more else None,
        "features": _features(page.frame, shapes, coarse=coarse, attributes=query.attributes),
    }


def _frame_on(layer: Layer, on: date) -> tuple[Edition, gpd.GeoDataFrame]:
    edition = layer.edition_on(on)
    if edition is None or edition.zones is None:
        spans = ", ".join(f"{e.edition}: {e.valid_from} – {e.valid_to or ''}" for e in layer.editions)
        hint = Text("该日期没有可显示的分区", "no zones to show on that date")
        raise UnknownResourceError(Problem(where="on", given=on.isoformat(), allowed=spans, hint=hint))
    return edition, edition.zones


def _select(frame: gpd.GeoDataFrame, on: date, query: ZonesQuery, *, limit: int) -> Page:
    keep = np.ones(len(frame), dtype=bool)
    if query.bbox is not None:
        keep[:] = False
        keep[frame.sindex.query(shapely.box(*_read_box(query.bbox)), predicate="intersects")] = True
    if query.zone_id is not None:
        keep &= frame["zone_id"].isin(query.zone_id.split(",")).to_numpy()
    keep &= np.fromiter(
        (
            (start is None or start <= on) and (end is None or on < end)
            for start, end in zip(_days(frame, "valid_from"), _days(frame, "valid_to"), strict=True)
        ),
        dtype=bool,
        count=len(frame),
    )
    rows = np.flatnonzero(keep)
    return Page(
        frame=frame.iloc[rows[query.offset : query.offset + limit]], matched=len(rows), offset=query.offset
    )


def _days(frame: gpd.GeoDataFrame, column: str) -> list[date | None]:
    if column not in frame.columns:
        return [None] * len(frame)
    return [None if pd.isna(value) else value for value in frame[column]]


def _read_box(text: str) -> tuple[float, float, float, float]:
    try:
        values = tuple(float(value) for value in text.split(","))
    except ValueError:
        values = ()
    if len(values) == _BOX_VALUES and all(math.isfinite(value) for value in values):
        west, south, east, north = values
        if west <= east and south <= north and max(abs(south), abs(north)) <= 90 and east - west <= 360:  # noqa: PLR2004  # degrees of the globe
            return west, south, east, north
    hint = Text(
        "请按 西,南,东,北 给出经纬度", "give longitude and latitude in degrees as west,south,east,north"
    )
    raise InputError(Problem(where="bbox", given=text, allowed="west,south,east,north", hint=hint))


def _fine(frame: gpd.GeoDataFrame, tolerance_m: float) -> np.ndarray:
    shapes = frame.geometry.to_numpy()
    if tolerance_m:
        shapes = shapely.simplify(shapes, tolerance_m / _METRES_A_DEGREE)
    return shapely.transform(shapes, lambda points: np.round(points, _DECIMALS))


def _coarse(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Shapes as the grid cells they touch: nothing of the true outline is left, and nothing vanishes."""
    bounds = shapely.bounds(frame.geometry.to_numpy())
    shapes = [_cells(shape, box) for shape, box in zip(frame.geometry.to_numpy(), bounds, strict=True)]
    return np.array(shapes, dtype=object)


def _cells(shape: shapely.Geometry, bounds: np.ndarray) -> shapely.Geometry:
    west, south = np.floor(bounds[:2] / COARSE_DEG)
    east, north = np.floor(bounds[2:] / COARSE_DEG)
    columns, rows = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    left, below = columns.ravel() * COARSE_DEG, rows.ravel() * COARSE_DEG
    cells = shapely.box(left, below, left + COARSE_DEG, below + COARSE_DEG)
    return shapely.transform(
        shapely.union_all(cells[shapely.intersects(cells, shape)], grid_size=COARSE_DEG / 1000),
        lambda points: np.round(points, 2),
    )


def _features(
    frame: gpd.GeoDataFrame, shapes: np.ndarray, *, coarse: bool, attributes: bool
) -> list[dict[str, Any]]:
    texts = shapely.to_geojson(shapes)
    records = frame.drop(columns="geometry").to_dict("records")
    return [
        {
            "type": "Feature",
            "geometry": orjson.Fragment(text),
            "properties": _properties(record, coarse=coarse, attributes=attributes),
        }
        for text, record in zip(texts, records, strict=True)
    ]


def _properties(record: Mapping[Hashable, object], *, coarse: bool, attributes: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"zone_class": _plain(record["zone_class"])}
    if coarse:
        return shown
    shown |= {"zone_id": _plain(record["zone_id"]), "name": _plain(record.get("name"))}
    if attributes:
        shown["valid_from"] = _plain(record.get("valid_from"))
        shown["valid_to"] = _plain(record.get("valid_to"))
        shown["attributes"] = {str(key): _plain(value) for key, value in record.items() if key not in _HIDDEN}
    return shown


def _plain(cell: object) -> str | int | float | bool | None:
    """A cell as JSON: dates as ISO, missing as null."""
    value = cell.item() if isinstance(cell, np.generic) else cell
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) else str(value)
