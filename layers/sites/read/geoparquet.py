"""Geometries in Parquet, as GeoParquet or GeoArrow describe them: which column, CRS and encoding."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import shapely

from geo.crs import crs_from_wkt, projjson
from geo.errors import UnreadableError
from layers.sites.read.sources import unreadable

_WKB = "WKB"
_PARTS = ("point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon")
_EXTENSION, _ABOUT, _PREFIX = b"ARROW:extension:name", b"ARROW:extension:metadata", "geoarrow."
_NATIVE = {*(f"{_PREFIX}{name}" for name in (*_PARTS, "wkt"))}


@dataclass(frozen=True, slots=True, kw_only=True)
class GeometryColumn:
    """Which column holds the geometries, and how.

    Attributes
    ----------
    crs
        CRS as named; None where it is not.
    extension
        GeoArrow's name of an encoding that is not WKB; None for WKB.
    """

    name: str
    crs: str | None
    extension: str | None = None

    def as_wkb(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Batches with the geometries in WKB."""
        return batches if self.extension is None else map(self._with_wkb, batches)

    def _with_wkb(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        at = batch.schema.get_field_index(self.name)
        cells, metadata = batch.column(at), {_EXTENSION: self.extension}
        named = pa.field(self.name, cells.type, metadata=metadata)
        wkb = pa.nulls(len(cells), type=pa.binary())  # the reader stumbles over a batch without a vertex
        if _vertices(cells):
            import geopandas as gpd  # noqa: PLC0415  half a second, for native encodings only

            frame = gpd.GeoDataFrame.from_arrow(pa.table([cells], schema=pa.schema([named])))
            wkb = pa.array(shapely.to_wkb(frame.geometry.to_numpy()), type=pa.binary())
        return batch.set_column(at, pa.field(self.name, pa.binary()), wkb)


def _vertices(cells: pa.Array) -> int:
    """How many there are in nested lists of them."""
    while pa.types.is_list(cells.type) or pa.types.is_large_list(cells.type):
        cells = cells.flatten()
    return len(cells) - int(cells.null_count)


def geometry_column(schema: pa.Schema, name: str) -> GeometryColumn | None:
    """The geometry of a GeoParquet file, or of a column that GeoArrow describes; None for a plain table.

    Raises
    ------
    UnreadableError
        If the metadata are damaged, name a column that is not there, or an encoding that is not read.
    """
    raw = (schema.metadata or {}).get(b"geo")
    if raw is None:
        return _described(schema, name)
    try:
        meta = json.loads(raw)
        column = meta["primary_column"]
        about = meta["columns"][column]
        encoding = about["encoding"]
    except (ValueError, KeyError, TypeError) as error:
        raise unreadable(name, error, zh="GeoParquet 元数据有误", en="damaged GeoParquet metadata") from error
    if column not in schema.names:
        raise unreadable(
            name,
            column,
            allowed=", ".join(schema.names),
            zh="GeoParquet 元数据所指的几何列不存在",
            en="the geometry column that the GeoParquet metadata name is not there",
        )
    if encoding not in (_WKB, *_PARTS):
        raise _unknown(name, f"{column}: {encoding}")
    extension = None if encoding == _WKB else f"{_PREFIX}{encoding}"
    if "crs" not in about:  # the specification: absent means longitude, latitude on WGS84
        return GeometryColumn(name=column, crs="OGC:CRS84", extension=extension)
    return GeometryColumn(name=column, crs=_crs(about["crs"], name), extension=extension)


def _described(schema: pa.Schema, name: str) -> GeometryColumn | None:
    """The one column that bears a name of GeoArrow's."""
    found = [
        (field.name, str(told[_EXTENSION].decode()), told.get(_ABOUT, b""))
        for field in schema
        if (told := field.metadata or {}).get(_EXTENSION, b"").startswith(_PREFIX.encode())
    ]
    if not found:
        return None
    if len(found) > 1:
        raise _unknown(name, ", ".join(column for column, _, _ in found))
    [(column, extension, about)] = found
    if extension != f"{_PREFIX}wkb" and extension not in _NATIVE:
        raise _unknown(name, f"{column}: {extension}")
    try:
        crs = json.loads(about or b"{}").get("crs")
    except (ValueError, AttributeError) as error:
        raise unreadable(name, error, zh="GeoArrow 元数据有误", en="damaged GeoArrow metadata") from error
    return GeometryColumn(
        name=column, crs=_crs(crs, name), extension=extension if extension in _NATIVE else None
    )


def _crs(crs: object, name: str) -> str | None:
    if crs is None:
        return None
    return crs_from_wkt(crs if isinstance(crs, str) else json.dumps(crs), where=f"{name}: crs").name


def _unknown(name: str, given: str) -> UnreadableError:
    return unreadable(
        name,
        given,
        allowed="WKB, " + ", ".join(_PARTS),
        zh="几何列的编码不受支持，或不止一列：请以 WKB 编码的单个几何列重新写出",
        en="the geometry is in an encoding not read, or in several columns: write it anew as one of WKB",
    )


def geo_metadata(column: str) -> dict[bytes, bytes]:
    """Metadata that make a table with a WKB column in EPSG:4490 (longitude first) a GeoParquet file."""
    crs = projjson("EPSG:4490")
    meta = {
        "version": "1.1.0",
        "primary_column": column,
        "columns": {column: {"encoding": "WKB", "geometry_types": [], "crs": crs}},
    }
    return {b"geo": json.dumps(meta).encode()}
