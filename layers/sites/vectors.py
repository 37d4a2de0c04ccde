"""Vector files: GeoJSON read strictly by ourselves, everything else by GDAL."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.geometry.base import BaseGeometry as Geometry

from geo.crs import crs_from_wkt
from geo.errors import InputError, Problem
from geo.model import Text
from layers.shapefile import RAW, Letters, letters_of
from layers.sites.chunks import ArrowRows
from layers.sites.faults import clip, fault
from layers.sites.geometry import crs_member, from_geojson
from layers.sites.rows import Record
from layers.sites.sources import CHUNK_ROWS, Source, in_chunks, unreadable
from layers.sites.tables import arrow_rows

_EXACT_INTEGER = 2**53
Features = Callable[[], Iterator[object]]
"""Gives the features anew each time it is called; one that could not be read comes as a Problem."""


def read_geojson(path: Path) -> Source:
    """Open a GeoJSON file: a FeatureCollection, a Feature or a bare geometry.

    Raises
    ------
    UnreadableError
        If it is no JSON, or none of these.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise unreadable(
            path.name, clip(error), zh="读不成 JSON（UTF-8）", en="not readable as JSON (UTF-8)"
        ) from error
    return geojson_source(document, name=path.name)


def geojson_source(document: object, *, name: str) -> Source:
    """The features of a decoded GeoJSON document (a file or a request body).

    Raises
    ------
    InputError
        If it is no GeoJSON object, or its ``crs`` member is none.
    """
    features: object = [document]
    if isinstance(document, dict) and document.get("type") == "FeatureCollection":
        features = document.get("features")
    if (
        not isinstance(document, dict)
        or not isinstance(document.get("type"), str)
        or not isinstance(features, list)
    ):
        raise unreadable(
            name,
            clip(document),
            allowed="FeatureCollection, Feature, Point, LineString, Polygon, Multi…",
            zh="不是 GeoJSON 对象",
            en="not a GeoJSON object",
        )
    return _source(lambda: iter(features), name, crs_member(document, name))


def read_geojson_lines(path: Path) -> Source:
    """Open newline-delimited GeoJSON: one Feature or geometry a line; a bad line is a refused row."""

    def features() -> Iterator[object]:
        with path.open(encoding="utf-8-sig") as lines:
            for line in lines:
                text = line.strip("\x1e \r\n\t")
                if text:
                    yield _decoded(text)

    try:
        return _source(features, path.name, None)
    except UnicodeDecodeError as error:
        raise unreadable(path.name, error, zh="文件须为 UTF-8 编码", en="the file must be UTF-8") from error


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return fault(
            "line", clip(error), "one GeoJSON Feature a line", zh="本行读不成 JSON", en="the line is not JSON"
        )


def _source(features: Features, name: str, crs: str | None) -> Source:
    kinds: dict[str, set[type]] = {}
    total = 0
    for feature in features():
        for key, value in _properties(feature).items():
            kinds.setdefault(key, set()).add(_kind(value))
        total += 1
    ordered = tuple(kinds)
    return Source(
        name=name,
        headers=ordered,
        chunks=in_chunks(_records(features(), ordered)),
        features=True,
        crs=crs,
        total=total,
        schema=pa.schema([pa.field(name, _arrow_type(found)) for name, found in kinds.items()]),
    )


def _kind(value: object) -> type:
    """The kind of a value; integers that a double cannot hold are ids and stay text."""
    return str if isinstance(value, int) and abs(value) > _EXACT_INTEGER else type(value)


def _arrow_type(kinds: set[type]) -> pa.DataType:
    """The type of a property of which these kinds of value were seen; mixed ones are text."""
    kinds = kinds - {type(None)}
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int}:
        return pa.int64()
    return pa.float64() if kinds and kinds <= {int, float} else pa.string()


def _properties(feature: object) -> dict[str, object]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties if isinstance(properties, dict) else {}


def _records(features: Iterator[object], headers: tuple[str, ...]) -> Iterator[Record]:
    for number, feature in enumerate(features, start=1):
        geometry, problems = _geometry(feature, f"row {number}")
        properties = _properties(feature)
        given_id = feature.get("id") if isinstance(feature, dict) else None
        yield Record(
            number=number,
            values=tuple(properties.get(name) for name in headers),
            geometry=geometry,
            feature_id=None if given_id is None else str(given_id),
            problems=problems,
        )


def _geometry(feature: object, where: str) -> tuple[Geometry | None, tuple[Problem, ...]]:
    if isinstance(feature, Problem):
        named = Problem(where=where, given=feature.given, allowed=feature.allowed, hint=feature.hint)
        return None, (named,)
    try:
        return from_geojson(feature, where), ()
    except InputError as error:
        return None, error.problems


def read_gdal(path: Path, layer: str | None) -> Source:
    """Open any vector format that GDAL reads (GPKG, shapefile, FlatGeobuf, KML …).

    Parameters
    ----------
    layer
        Needed only where the file has several with geometry.

    Raises
    ------
    UnreadableError
        If GDAL cannot read it.
    InputError
        If the layer is not said and there are several.
    """
    try:
        layers = {str(name): kind for name, kind in pyogrio.list_layers(path)}
        chosen = _layer(layers, layer, path.name)
        letters = letters_of(path, chosen)
        code = None if letters is None else RAW
        info = pyogrio.read_info(path, layer=chosen, encoding=code)
    except (DataSourceError, DataLayerError, UnicodeDecodeError) as error:
        raise unreadable(
            path.name, clip(error), zh="读不成矢量文件或表格", en="not readable as a vector file or table"
        ) from error
    spatial = layers[chosen] is not None
    crs = info["crs"] if spatial else None
    table = _Table(path=path, layer=chosen, fields=tuple(map(str, info["fields"])), letters=letters)
    headers, remarks = table.headers()
    return Source(
        name=path.name,
        headers=headers,
        chunks=_gdal_chunks(table, spatial=spatial),
        payloads=partial(_gdal_rows, table, spatial=spatial) if letters is None else None,
        features=spatial,
        crs=None if crs is None else crs_from_wkt(crs, where=f"{path.name}: crs").name,
        total=info["features"] if info["features"] >= 0 else None,
        schema=_gdal_schema(table, headers),
        remarks=remarks,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A table that GDAL reads; ``letters`` where its texts are decoded by ourselves."""

    path: Path
    layer: str
    fields: tuple[str, ...]
    letters: Letters | None

    @property
    def encoding(self) -> str | None:
        return None if self.letters is None else RAW

    def headers(self) -> tuple[tuple[str, ...], tuple[Text, ...]]:
        """Names as people read them, and remarks."""
        if self.letters is None:
            return self.fields, ()
        names, cut = self.letters.names(self.fields)
        return names, (*self.letters.remarks, *cut)


def _gdal_schema(table: _Table, headers: tuple[str, ...]) -> pa.Schema:
    opened = pyogrio.open_arrow(table.path, layer=table.layer, encoding=table.encoding, use_pyarrow=True)
    with opened as (_, reader):
        fields = zip(table.fields, headers, strict=True)
        return pa.schema([reader.schema.field(name).with_name(header) for name, header in fields])


def _layer(layers: dict[str, object], asked: str | None, name: str) -> str:
    spatial = [layer for layer, kind in layers.items() if kind is not None] or list(layers)
    if asked in layers:
        return str(asked)
    if asked is None and len(spatial) == 1:
        return spatial[0]
    raise InputError(
        fault(
            f"{name}: layer",
            asked or f"{len(spatial)} layers",
            ", ".join(layers) or "(none)",
            zh="文件含多个图层或没有所选图层，请用 --layer 指定其一",
            en="the file has several layers, or not the one asked for: name one with --layer",
        )
    )


def _gdal_chunks(table: _Table, *, spatial: bool) -> Iterator[list[Record]]:
    for payload in _gdal_rows(table, spatial=spatial, rows=CHUNK_ROWS):
        chunk = payload.open().records()
        yield chunk if table.letters is None else [_spelt(record, table.letters) for record in chunk]


def _gdal_rows(table: _Table, *, spatial: bool, rows: int) -> Iterator[ArrowRows]:
    with pyogrio.open_arrow(
        table.path, layer=table.layer, encoding=table.encoding, batch_size=rows, use_pyarrow=True
    ) as (meta, reader):
        geometry = (meta["geometry_name"] or "wkb_geometry") if spatial else None
        yield from arrow_rows(iter(reader), table.fields, geometry)


def _spelt(record: Record, letters: Letters) -> Record:
    return replace(record, values=tuple(map(letters.cell, record.values)))
