"""Broken files of layers: zones P1, P2 and P3, 100 m squares, in every format, each with one fault."""

import json
import sqlite3
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq

from tests import site_files
from tests.broken.case import Case, changed, cut, raw, text
from tests.broken.drawings import halve, lose, packed
from tests.builders import CRS, lonlat, square, zone

CLASSES = ("core", "core", "edge")


def frame(crs: str | None = CRS) -> gpd.GeoDataFrame:
    cells = {"zone_id": ["P1", "P2", "P3"], "zone_class": list(CLASSES)}
    return gpd.GeoDataFrame(cells, geometry=[square(300 * n, 0) for n in range(3)], crs=crs)


def of(driver: str, crs: str | None = CRS, **options: object) -> Callable[[Path], object]:
    """Write the zones in a format of GDAL's."""

    def write(path: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame(crs).to_file(path, driver=driver, **options)

    return write


def parquet(path: Path) -> None:
    frame().to_parquet(path)


def spoiled(spoil: Callable[[Path], object], crs: str | None = CRS) -> Callable[[Path], object]:
    """A shapefile with a member spoiled."""

    def write(path: Path) -> None:
        of("ESRI Shapefile", crs)(path)
        spoil(path)

    return write


def database(statement: str) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        of("GPKG")(path)
        base = sqlite3.connect(path)
        base.execute(statement)
        base.commit()
        base.close()

    return write


def geo_metadata(told: bytes) -> Callable[[Path], object]:
    """A GeoParquet file that says something else of itself."""

    def write(path: Path) -> None:
        parquet(path)
        table = pq.read_table(path)
        pq.write_table(table.replace_schema_metadata({b"geo": told}), path)

    return write


def zipped(path: Path) -> None:
    inner = path.with_suffix(".geojson")
    of("GeoJSON")(inner)
    site_files.zipped(path, [inner], root=path.parent)
    inner.unlink()


def features(*zones: object, **more: object) -> Callable[[Path], object]:
    return text(json.dumps({"type": "FeatureCollection", **more, "features": list(zones)}))


GOOD = zone(square(0, 0), "P1", "core")
DTD = '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "b">]>'
GEO = b'{"version": "1.0.0", "primary_column": "%s", "columns": {"%s": {"encoding": "%s"}}}'
PLAIN = pa.table({"zone_id": ["P1"], "zone_class": ["core"]})

LOCAL = 'LOCAL_CS["x"]'
ABSURD = {"type": "name", "properties": {"name": "EPSG:999999"}}
TEXT = json.dumps({"type": "FeatureCollection", "features": [GOOD]})

CASES = (
    Case(name="text.gpkg", make=text("zone_id"), zh="文件读不出来", en="cannot be read"),
    Case(name="cut.gpkg", make=cut(of("GPKG"), 0.3), zh="文件读不出来", en="cannot be read"),
    Case(name="nogeom.gpkg", make=database("DELETE FROM gpkg_geometry_columns"), zh="文件读不出来",
         en="cannot be read"),
    Case(name="nocontents.gpkg", make=database("DELETE FROM gpkg_contents"), zh="文件读不出来",
         en="cannot be read", given="no geometry column"),
    Case(name="text.shp", make=text("no shapefile"), zh="文件读不出来", en="cannot be read"),
    Case(name="noshx.shp", make=spoiled(lose(".shx")), zh="文件读不出来", en="cannot be read", given=".shx"),
    Case(name="nodbf.shp", make=spoiled(lose(".dbf")), zh="fields.zone_id 所指的列",
         en="lacks the column that fields.zone_id names", given="zone_id", answered=3),
    Case(name="noprj.shp", make=spoiled(lose(".prj")), zh="文件未写明坐标系，须在 crs 中声明",
         en="names no CRS: declare it", allowed="EPSG:n", more=("crs",)),
    Case(name="cutshp.shp", make=spoiled(halve(".shp")), zh="几何为空，已不采用",
         en="the geometry is empty: left out", given="P2, P3", answered=1),
    Case(name="cutdbf.shp", make=spoiled(halve(".dbf")), zh="文件读不出来", en="cannot be read", given="DBF"),
    Case(name="zone47.shp", make=spoiled(lambda path: None, "EPSG:4545"), zh="声明的坐标系与文件不一致",
         en="disagrees with the file", given="EPSG:4544", allowed="EPSG:4545"),
    Case(name="local.shp", make=spoiled(lambda path: path.with_suffix(".prj").write_text(LOCAL)),
         zh="声明的坐标系与文件不一致", en="disagrees with the file", allowed="the CRS the file names"),
    Case(name="unnamed.shp", make=spoiled(lambda path: path.with_suffix(".prj").write_text(LOCAL)),
         zh="没有对应的 EPSG 代码", en="no EPSG code stands for", given="LOCAL_CS", more=("crs",)),
    Case(name="bytes.shp",
         make=spoiled(lambda path: path.with_suffix(".prj").write_bytes(b'GEOGCS["\xff\xfe"]')),
         zh="文件读不出来", en="cannot be read"),
    Case(name="cut.geojson", make=cut(of("GeoJSON")), zh="文件读不出来", en="cannot be read"),
    Case(name="list.geojson", make=text("[1]"), zh="文件读不出来", en="cannot be read"),
    Case(name="none.geojson", make=features(), zh="空表不等于没有分区",
         en="an empty table is not an empty map", given="0", allowed="min_rows: 1"),
    Case(name="crs.geojson", make=features(GOOD, crs=ABSURD), zh="声明的坐标系与文件不一致",
         en="disagrees with the file"),
    Case(name="crs_lonlat.geojson", make=features(zone(lonlat(square(0, 0)), "P1", "core"), crs=ABSURD),
         zh="没有对应的 EPSG 代码", en="no EPSG code stands for", given="EPSG:999999", more=("crs",)),
    Case(name="null.geojson", make=features(GOOD, zone(None, "P2", "core")), zh="几何为空，已不采用",
         en="the geometry is empty: left out", given="P2", answered=1),
    Case(name="twice.geojson", make=features(GOOD, GOOD), zh="分区标识重复", en="zone ids occur twice",
         given="P1", answered=2),
    Case(name="class.geojson", make=features(GOOD, zone(square(300, 0), "P2", "kern")),
         zh="不在 classes 之中", en="classes that the catalogue does not list", given="P2: kern",
         allowed="core, edge", answered=2),
    Case(name="columns.geojson", make=features({**GOOD, "properties": {"id": "P1"}}),
         zh="fields.zone_id 所指的列", en="lacks the column that fields.zone_id names", given="zone_id",
         allowed="id", answered=1),
    Case(name="nul.geojson", make=raw(b"\0" * 100), zh="文件读不出来", en="cannot be read"),
    Case(name="cut.parquet", make=cut(parquet), zh="文件读不出来", en="cannot be read"),
    Case(name="plain.parquet", make=lambda path: pq.write_table(PLAIN, path), zh="文件读不出来",
         en="cannot be read", given="Missing geo metadata"),
    Case(name="geo.parquet", make=geo_metadata(b"{"), zh="文件读不出来", en="cannot be read",
         given="malformed geo metadata"),
    Case(name="column.parquet", make=geo_metadata(GEO % (b"shape", b"shape", b"WKB")), zh="文件读不出来",
         en="cannot be read", given="No geometry columns"),
    Case(name="encoding.parquet", make=geo_metadata(GEO % (b"geometry", b"geometry", b"TWKB")),
         zh="文件读不出来", en="cannot be read", given="TW"),
    Case(name="cut.fgb", make=cut(of("FlatGeobuf"), 0.8), zh="文件读不出来", en="cannot be read"),
    Case(name="cut.zip", make=cut(zipped), zh="文件读不出来", en="cannot be read"),
    Case(name="none.zip", make=packed(("read.me", "x")), zh="文件读不出来", en="cannot be read"),
    Case(name="crc.zip", make=changed(packed(("a.geojson", TEXT)), b"P1", b"P9"), zh="文件读不出来",
         en="cannot be read", given="CRC"),
    Case(name="text.kml", make=text("<html/>"), zh="文件读不出来", en="cannot be read"),
    Case(name="dtd.kml", make=text(DTD + site_files.kml_text()[38:]), zh="文件读不出来", en="cannot be read"),
    Case(name="virtual.vrt", make=text("<OGRVRTDataSource/>"), zh="虚拟或远程数据",
         en="virtual and remote sources"),
)  # fmt: skip
"""``answered``: zones that are kept, marked by the fault; ``more``: keys that the catalogue leaves out."""
