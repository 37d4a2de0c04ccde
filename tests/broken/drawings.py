"""Broken vector files, drawings, archives and land-survey texts."""

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests import site_files
from tests.broken.case import DONE, Case, changed, cut, raw, text
from tests.site_files import dxf_text, kml_text, placemark, survey_text

POINT = "<Point><coordinates>105.9,32.6</coordinates></Point>"
GOOD = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [105.9, 32.6]}}


def features(*bad: object, **more: object) -> Callable[[Path], object]:
    """A GeoJSON whose first features are bad and whose last is good."""
    whole = {"type": "FeatureCollection", **more, "features": [*bad, GOOD]}
    return text(json.dumps(whole))


def drawn(geometry: object) -> dict[str, object]:
    return {"type": "Feature", "properties": {}, "geometry": geometry}


def marks(*geometries: str) -> Callable[[Path], object]:
    """A KML whose first placemarks are bad and whose last is good."""
    return text(kml_text(*(placemark(f"n{n}", g) for n, g in enumerate((*geometries, POINT)))))


def shapefile(spoil: Callable[[Path], object]) -> Callable[[Path], object]:
    """A shapefile with one member spoiled; ``spoil`` gets the path of the .shp."""

    def write(path: Path) -> None:
        site_files.shapefile(path)
        spoil(path)

    return write


def lose(suffix: str) -> Callable[[Path], object]:
    return lambda path: path.with_suffix(suffix).unlink()


def halve(suffix: str) -> Callable[[Path], object]:
    def spoil(path: Path) -> None:
        member = path.with_suffix(suffix)
        member.write_bytes(member.read_bytes()[: member.stat().st_size // 2])

    return spoil


def database(*statements: str) -> Callable[[Path], object]:
    """A GeoPackage changed by hand."""

    def write(path: Path) -> None:
        site_files.gpkg(path)
        base = sqlite3.connect(path)
        for statement in statements:
            base.execute(statement)
        base.commit()
        base.close()

    return write


def without_shape(path: Path) -> None:
    frame = site_files.frame()
    frame.geometry = [None, *frame.geometry[1:]]
    frame.to_file(path)


def packed(*members: tuple[str, str]) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, body in members:
                archive.writestr(name, body)

    return write


def zipped(make: Callable[[Path], object], drop: tuple[str, ...] = ()) -> Callable[[Path], object]:
    """A zipped shapefile without some of its members."""

    def write(path: Path) -> None:
        folder = path.parent / "inside"
        folder.mkdir()
        make(folder / "a.shp")
        site_files.zipped(
            path, [one for one in sorted(folder.iterdir()) if one.suffix not in drop], root=folder
        )
        shutil.rmtree(folder)

    return write


def survey(old: str = "", new: str = "", **keys: object) -> Callable[[Path], object]:
    """A land-survey text with a piece changed."""

    def write(path: Path) -> None:
        told = survey_text(**keys)
        if old not in told:
            raise ValueError(old)
        path.write_bytes(told.replace(old, new, 1).encode("gb18030"))

    return write


def plots(
    *lines: str, head: tuple[str, ...] = ("坐标系=2000国家大地坐标系", "几度分带=3", "带号=35", "计量单位=米")
):
    return text("[属性描述]", *head, "[地块坐标]", *lines, encoding="gb18030")


RING = ("J1,1,3598000,35575600", "J2,1,3598000,35575700", "J3,1,3598100,35575700")
WHOLE = ("3,,乙,乙,面,,,,@", *RING)
MIXED = (
    f"<MultiGeometry>{POINT}<LineString><coordinates>105,32 106,33</coordinates></LineString></MultiGeometry>"
)
DTD = '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "b">]>'
PLANE = ("--crs", "EPSG:4523")

GEOJSON = (
    Case(name="cut.geojson", make=cut(site_files.geojson), zh="读不成 JSON", en="not readable as JSON"),
    Case(name="list.geojson", make=text("[1, 2]"), zh="不是 GeoJSON 对象", en="not a GeoJSON object"),
    Case(name="gbk.geojson", make=raw('{"type":"FeatureCollection","features":[],"名":"址"}'.encode("gbk")),
         zh="UTF-8", en="UTF-8"),
    Case(name="crs.geojson", make=features(crs={"type": "name", "properties": {"name": "EPSG:999999"}}),
         zh="未知或不可用的坐标系", en="unknown or unusable", given="999999"),
    Case(name="null.geojson", make=features(drawn(None)), zh="没有几何", en="no geometry", where="row 1",
         refused=(1,), answered=1),
    Case(name="kind.geojson", make=features(drawn({"type": "Circle", "coordinates": [105.9, 32.6]})),
         zh="几何类型", en="geometry type", where="row 1", refused=(1,), answered=1),
    Case(name="short.geojson", make=features(drawn({"type": "Point", "coordinates": [105.9]})),
         zh="坐标须为两个或三个有限数字", en="two or three finite numbers", where="row 1",
         refused=(1,), answered=1),
    Case(name="open.geojson",
         make=features(drawn({"type": "Polygon", "coordinates": [[[105, 32], [105.1, 32], [105.1, 32.1]]]})),
         zh="顶点太少，至少 4 个", en="too few positions, at least 4", where="row 1",
         refused=(1,), answered=1),
    Case(name="text.geojson", make=features(drawn({"type": "Point", "coordinates": ["105.9", "32.6"]})),
         zh="不得为文本", en="no text", where="row 1", refused=(1,), answered=1),
    Case(name="swap.geojson", make=features(drawn({"type": "Point", "coordinates": [32.6, 105.9]})),
         zh="颠倒", en="swapped", where="row 1", refused=(1,), answered=1),
    Case(name="line.geojsonl", make=text("{", json.dumps(GOOD)), zh="本行读不成 JSON",
         en="the line is not JSON",
         where="row 1", refused=(1,), answered=1),
)  # fmt: skip

GDAL = (
    Case(name="noshx.shp", make=shapefile(lose(".shx")), zh="缺少 .shx", en=".shx is missing"),
    Case(name="nodbf.shp", make=shapefile(lose(".dbf")), zh="缺少 .dbf", en=".dbf is missing"),
    Case(name="cutshp.shp", make=shapefile(halve(".shp")), zh="几何读不出来", en="it cannot be read",
         where="row 2",
         refused=(2, 3), answered=1),
    Case(name="cutdbf.shp", make=shapefile(halve(".dbf")), zh="文件中途损坏", en="damaged half-way",
         given="1 of 3 rows"),
    Case(name="cpg.shp", make=shapefile(lambda path: path.with_suffix(".cpg").write_text("UTF-8")),
         zh="请改正或删去 .cpg", en="correct or remove the .cpg"),
    Case(name="prj.shp", make=shapefile(lambda path: path.with_suffix(".prj").write_text('LOCAL_CS["x"]')),
         zh="未知或不可用的坐标系", en="unknown or unusable", where="crs"),
    Case(name="text.shp", make=text("not a shapefile"), zh="内容与扩展名不符", en="not what its name says"),
    Case(name="text.gpkg", make=text("lon,lat"), zh="内容与扩展名不符", en="not what its name says"),
    Case(name="cut.gpkg", make=cut(site_files.gpkg, 0.3), zh="损坏", en="damaged"),
    Case(name="nogeom.gpkg", make=database("DELETE FROM gpkg_geometry_columns"), zh="读不成矢量文件",
         en="not readable as a vector file"),
    Case(name="empty.gpkg", make=database("DELETE FROM gpkg_contents"), zh="缺少坐标列",
         en="no coordinate columns", given="geom"),
    Case(name="null.gpkg", make=without_shape,
         zh="没有几何", en="no geometry", where="row 1", refused=(1,), answered=2),
    Case(name="plan.dwg", make=raw(b"AC1032" + bytes(64)), zh="请另存为 DXF", en="save it as DXF",
         given=".dwg"),
    Case(name="plots.mdb", make=raw(b"\0\1\0\0Standard Jet DB"), zh="请另存为 GDB, SHP",
         en="save it as GDB, SHP"),
    Case(name="sites.rar", make=raw(b"Rar!\x1a\x07\1\0"), zh="请另存为 ZIP", en="save it as ZIP",
         given=".rar"),
    Case(name="a.gdb", make=lambda path: path.mkdir(), zh="不是文件地理数据库", en="no file geodatabase"),
    Case(name="a.mif", make=text("Version 300"), zh="不认识的格式", en="the format is not known",
         given=".mif"),
    Case(name="cut.fgb", make=cut(lambda path: site_files.frame().to_file(path, driver="FlatGeobuf"), 0.7),
         zh="文件中途损坏", en="damaged half-way", given="0 of 3 rows"),
)  # fmt: skip

KML = (
    Case(name="dtd.kml", make=text(DTD + kml_text(placemark("a", POINT))[38:]), zh="文档类型声明",
         en="document type"),
    Case(name="cut.kml", make=cut(site_files.kml), zh="读不成 KML", en="not readable as KML"),
    Case(name="html.kml", make=text("<html/>"), zh="不是 KML 文件", en="not a KML file", allowed="<kml>"),
    Case(name="blank.kml", make=marks("<Point><coordinates>105.9, 32.6</coordinates></Point>"),
         zh="坐标读不出来", en="lon,lat without blanks", where="row 1", refused=(1,), answered=1),
    Case(name="bare.kml", make=marks(""), zh="没有几何", en="no geometry", where="row 1",
         refused=(1,), answered=1),
    Case(name="mixed.kml", make=marks(MIXED), zh="混有点、线、面", en="points, lines and areas together",
         where="row 1", refused=(1,), answered=1),
    Case(name="link.kml", make=text(kml_text("<NetworkLink/>")), zh="引用了别处的文件",
         en="links to other files"),
    Case(name="none.kml", make=text(kml_text()), zh="没有数据行", en="no rows", code=DONE),
    Case(name="two.kmz", make=packed(("a.kml", kml_text()), ("b.kml", kml_text())), zh="有多份数据",
         en="or several"),
    Case(name="none.kmz", make=packed(("a.txt", "x")), zh="没有数据", en="no data set"),
)  # fmt: skip

ZIP = (
    Case(name="cut.zip", make=cut(site_files.zipped_shapefile), zh="压缩包损坏或不是 ZIP",
         en="damaged, or no zip file"),
    Case(name="text.zip", make=text("x"), zh="压缩包损坏或不是 ZIP", en="damaged, or no zip file"),
    Case(name="none.zip", make=packed(("读我.pdf", "x")), zh="没有数据", en="no data set",
         given="0 data sets"),
    Case(name="two.zip", make=packed(("a.csv", "lon,lat\n"), ("b.csv", "lon,lat\n")), zh="有多份数据",
         en="or several", allowed="a, b"),
    Case(name="noshp.zip", make=zipped(site_files.shapefile, (".shp",)), zh="没有数据", en="no data set"),
    Case(name="noshx.zip", make=zipped(site_files.shapefile, (".shx",)), zh="缺少 .shx",
         en=".shx is missing"),
    Case(name="crc.zip", make=changed(packed(("a.csv", "lon,lat\n105.9,32.6\n")), b"105.9", b"105.8"),
         zh="压缩包损坏", en="damaged"),
)  # fmt: skip

DXF = (
    Case(name="text.dxf", make=text("not a drawing"), zh="没有 EOF 结尾", en="does not end with EOF",
         given="drawing", more=PLANE),
    Case(name="cut.dxf", make=cut(site_files.dxf, 0.6), zh="没有 EOF 结尾", en="does not end with EOF",
         more=PLANE),
    Case(name="empty.dxf", make=text(dxf_text()), zh="没有数据行", en="no rows", code=DONE, more=PLANE),
    Case(name="words.dxf",
         make=text(dxf_text(((0, "TEXT"), (8, "0"), (10, 35575648), (20, 3598138), (40, 2), (1, "J1")))),
         zh="1 处注记、标注未作为选址", en="1 texts and dimensions are no sites", code=DONE, more=PLANE),
    Case(name="nocrs.dxf", make=text(dxf_text(((0, "POINT"), (8, "0"), (10, 575648.1), (20, 3598138.1)))),
         zh="判断不出投影带", en="the easting bears no zone number", where="row 1", refused=(1,)),
)  # fmt: skip

WKT = (
    Case(name="bad.wkt", make=text("POINT (105.9 32.6", "POINT (105.9 32.6)"), zh="读不成 WKT",
         en="not readable as WKT", where="row 1", refused=(1,), answered=1),
    Case(name="none.wkt", make=text("hello"), zh="文件不是 WKT", en="no WKT"),
    Case(name="srid.wkt", make=text("SRID=4490;POINT (105.9 32.6)", "SRID=4326;POINT (105.9 32.6)"),
         zh="同一文件须为同一坐标系", en="one file has one CRS", refused=(2,), answered=1),
)  # fmt: skip

SURVEY = (
    Case(name="nozone.txt", make=survey("带号=35", "带号=", prefixed=False), zh="无法确定投影带",
         en="fill in 带号"),
    Case(name="zone.txt", make=survey("带号=35", "带号=36"), zh="带号不符", en="contradict the zone"),
    Case(name="system.txt", make=survey("2000国家大地坐标系", "某地方坐标系"), zh="“坐标系”无法识别",
         en="坐标系 of the survey file"),
    Case(name="xian.txt", make=survey("2000国家大地坐标系", "1980西安坐标系"), zh="西安80、北京54",
         en="Xi'an 80 and Beijing 54", allowed="≥ 100", refused=(1, 2, 3)),
    Case(name="width.txt", make=survey("几度分带=3", "几度分带=五"), zh="“几度分带”无法识别",
         en="几度分带 of the survey file"),
    Case(name="unit.txt", make=survey("计量单位=米", "计量单位=尺"), zh="“计量单位”无法识别",
         en="计量单位 of the survey file"),
    Case(name="noplots.txt", make=plots(), zh="文件中没有地块", en="there are no plots"),
    Case(name="count.txt", make=plots("5,,甲,甲,面,,,,@", *RING, *WHOLE), zh="界址点数与属性行所写不符",
         en="is the file cut?", where="row 1", given="3 points", allowed="5 points",
         refused=(1,), answered=1),
    Case(name="line.txt", make=plots("3,,甲,甲,面,,,,@", RING[0], "J2;1;3598000;35575700", RING[2], *WHOLE),
         zh="本行不是界址点", en="the line is no point", where="row 1: line 9", refused=(1,), answered=1),
    Case(name="few.txt", make=plots("2,,甲,甲,面,,,,@", *RING[:2], *WHOLE), zh="界址点太少",
         en="too few points",
         where="row 1", refused=(1,), answered=1),
    Case(name="zones.txt",
         make=plots(*WHOLE, "3,,甲,甲,面,,,,@", *(line.replace(",355", ",365") for line in RING)),
         zh="带号与本文件首个地块不同", en="one file for each zone", where="row 2", refused=(2,), answered=1),
    Case(name="bytes.txt", make=raw("[地块坐标]\n".encode() + b"\xff\xff\xfe\n"), zh="文件编码无法识别",
         en="the encoding is not recognised"),
)  # fmt: skip

CASES = (*GEOJSON, *GDAL, *KML, *ZIP, *DXF, *WKT, *SURVEY)
