"""The ``geo`` metadata of GeoParquet: which column is the geometry, and in which CRS."""

import json

import geopandas as gpd
import pyarrow as pa

from geo.crs import crs_from_wkt
from layers.sites.read.sources import unreadable


def geometry_column(schema: pa.Schema, name: str) -> tuple[str | None, str | None]:
    """Primary geometry column and CRS name; (None, None) for a plain table.

    Raises
    ------
    UnreadableError
        If the metadata are damaged, name a column that is not there, or the encoding is not WKB.
    """
    raw = (schema.metadata or {}).get(b"geo")
    if raw is None:
        return None, None
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
    if encoding != "WKB":
        raise unreadable(
            name,
            f"{column}: {encoding}",
            allowed="WKB",
            zh="GeoParquet 几何须为 WKB 编码",
            en="the geometry of a GeoParquet file must be WKB",
        )
    if "crs" not in about:  # the specification: absent means longitude, latitude on WGS84
        return column, "OGC:CRS84"
    crs = about["crs"]
    return column, None if crs is None else crs_from_wkt(json.dumps(crs), where=f"{name}: crs").name


def geo_metadata(column: str) -> dict[bytes, bytes]:
    """Metadata that make a table with a WKB column in EPSG:4490 (longitude first) a GeoParquet file."""
    crs = gpd.GeoSeries([], crs="EPSG:4490").crs.to_json_dict()
    meta = {
        "version": "1.1.0",
        "primary_column": column,
        "columns": {column: {"encoding": "WKB", "geometry_types": [], "crs": crs}},
    }
    return {b"geo": json.dumps(meta).encode()}
