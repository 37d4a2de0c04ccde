"""The same three sites in every format that is taken: made by the tests themselves.

甲 is a point and 乙 a square, both in the zone of `tests.squares`; 丙 is a point outside.
"""

import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pyproj
import shapely

SITES = {
    "甲": shapely.Point(105.805, 32.505),
    "乙": shapely.box(105.802, 32.502, 105.804, 32.504),
    "丙": shapely.Point(105.9, 32.6),
}
HEAD = ("site_id", "项目类别", "建设性质")
GAUSS = "EPSG:4523"
"""CGCS2000, 3° zone 35, with the zone in the eastings."""


def frame() -> gpd.GeoDataFrame:
    cells = {HEAD[0]: list(SITES), HEAD[1]: ["CHEM"] * 3, HEAD[2]: ["new"] * 3}
    return gpd.GeoDataFrame(cells, geometry=list(SITES.values()), crs=4490)


def _table(separator: str, encoding: str) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        lines = [separator.join((*HEAD, "wkt"))]
        lines += [separator.join((name, "CHEM", "new", f'"{shape.wkt}"')) for name, shape in SITES.items()]
        path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
        return path

    return write


def xlsx(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.append([*HEAD, "wkt"])
    for name, shape in SITES.items():
        book.active.append([name, "CHEM", "new", shape.wkt])
    book.save(path)
    return path


def geojson(path: Path) -> Path:
    features = [
        {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(shape),
            "properties": dict(zip(HEAD, (name, "CHEM", "new"), strict=True)),
        }
        for name, shape in SITES.items()
    ]
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8"
    )
    return path


def parquet(path: Path) -> Path:
    frame().to_parquet(path)
    return path


def gpkg(path: Path) -> Path:
    frame().to_file(path)
    return path


def database(path: Path) -> Path:
    """A file geodatabase holds one kind of shape in a table: the points as small squares."""
    drawn = frame()
    drawn.geometry = [
        s.buffer(1e-5, cap_style="square") if s.geom_type == "Point" else s for s in SITES.values()
    ]
    drawn.to_file(path, driver="OpenFileGDB", layer="sites")
    return path


def shapefile(path: Path, *, encoding: str = "gbk", prj: bool = True) -> Path:
    """The same squares; GDAL would write no .cpg for GBK that all programs know."""
    drawn = frame().rename(columns={HEAD[1]: "项目类别", HEAD[2]: "建设性质"})
    drawn.geometry = [
        s.buffer(1e-5, cap_style="square") if s.geom_type == "Point" else s for s in SITES.values()
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # names of eight bytes are whole
        drawn.to_file(path, driver="ESRI Shapefile", encoding=encoding)
    if not prj:
        path.with_suffix(".prj").unlink()
    return path


def zipped(path: Path, members: list[Path], *, root: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.write(member, member.relative_to(root).as_posix())
    return path


def zipped_shapefile(path: Path) -> Path:
    folder = path.parent / "packed"
    folder.mkdir()
    shapefile(folder / "用地.shp", prj=False)
    (folder / "说明.txt").write_text("请解压", encoding="utf-8")
    return zipped(path, sorted(folder.iterdir()), root=path.parent)


def zipped_database(path: Path) -> Path:
    folder = database(path.parent / "sites.gdb")
    return zipped(path, sorted(folder.iterdir()), root=path.parent)


def kml_text(*placemarks: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>选址</name><Folder><name>一期</name>{''.join(placemarks)}</Folder></Document></kml>"
    )


def placemark(name: str, geometry: str) -> str:
    data = {"site_id": name, "项目类别": "CHEM", "建设性质": "new"}
    told = "".join(f'<Data name="{key}"><value>{value}</value></Data>' for key, value in data.items())
    return f"<Placemark><name>{name}</name><ExtendedData>{told}</ExtendedData>{geometry}</Placemark>"


def _kml_shape(shape: shapely.Geometry) -> str:
    if shape.geom_type == "Point":
        return f"<Point><coordinates>{shape.x},{shape.y},0</coordinates></Point>"
    ring = " ".join(f"{x},{y},0" for x, y in shape.exterior.coords)
    return (
        "<Polygon><outerBoundaryIs><LinearRing><coordinates>\n"
        f"{ring}\n</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    )


def kml(path: Path) -> Path:
    marks = (placemark(name, _kml_shape(shape)) for name, shape in SITES.items())
    path.write_text(kml_text(*marks), encoding="utf-8")
    return path


def kmz(path: Path) -> Path:
    inner = kml(path.parent / "doc.kml")
    return zipped(path, [inner], root=path.parent)


def _in_zone(shape: shapely.Geometry) -> list[tuple[float, float]]:
    """Easting and northing of the corners, the first not repeated."""
    move = pyproj.Transformer.from_crs(4490, GAUSS, always_xy=True).transform
    corners = [(shape.x, shape.y)] if shape.geom_type == "Point" else shape.exterior.coords[:-1]
    return [move(*corner) for corner in corners]


def survey_text(zone: str = "35", *, prefixed: bool = True, turned: bool = False) -> str:
    lines = [
        "[属性描述]",
        "格式版本号=1.01版本",
        "坐标系=2000国家大地坐标系",
        "几度分带=3",
        "投影类型=高斯克吕格",
    ]
    lines += ["计量单位=米", f"带号={zone}", "精度=0.001", "转换参数=,,,,,,", "[地块坐标]"]
    for name, shape in SITES.items():
        corners = _in_zone(shape)
        kind = "点" if len(corners) == 1 else "面"
        lines.append(f"{len(corners)},,{name},{name}地块,{kind},,工业用地,,@")
        for number, (east, north) in enumerate(corners, start=1):
            first, second = north, east if prefixed else east - 35e6
            if turned:
                first, second = second, first
            lines.append(f"J{number},1,{first:.4f},{second:.4f}")
    return "\r\n".join([*lines, ""])


def survey(path: Path) -> Path:
    path.write_bytes(survey_text().encode("gb18030"))
    return path


def wkt(path: Path) -> Path:
    path.write_text("\n".join(shape.wkt for shape in SITES.values()), encoding="utf-8")
    return path


def dxf_text(*entities: tuple[tuple[int, object], ...]) -> str:
    pairs = [(0, "SECTION"), (2, "ENTITIES"), *(pair for entity in entities for pair in entity)]
    return "".join(f"{code}\n{value}\n" for code, value in [*pairs, (0, "ENDSEC"), (0, "EOF")])


def dxf(path: Path) -> Path:
    """Outlines as closed polylines in metres, and a text beside them."""
    entities: list[tuple[tuple[int, object], ...]] = [
        ((0, "TEXT"), (8, "注记"), (10, 35480050), (20, 3600050), (40, 2.5), (1, "J1"))
    ]
    for shape in SITES.values():
        corners = _in_zone(shape)
        if len(corners) == 1:
            entities.append(((0, "POINT"), (8, "用地"), (10, corners[0][0]), (20, corners[0][1])))
            continue
        vertices = [pair for east, north in corners for pair in ((10, east), (20, north))]
        entities.append(((0, "LWPOLYLINE"), (8, "用地红线"), (90, len(corners)), (70, 1), *vertices))
    path.write_bytes(dxf_text(*entities).encode("gbk"))
    return path


MAKERS: dict[str, Callable[[Path], Path]] = {
    "utf8.csv": _table(",", "utf-8"),
    "bom.csv": _table(",", "utf-8-sig"),
    "gbk.csv": _table(",", "gbk"),
    "gb18030.tsv": _table("\t", "gb18030"),
    "table.txt": _table("\t", "utf-8"),
    "a.xlsx": xlsx,
    "a.parquet": parquet,
    "a.geojson": geojson,
    "a.gpkg": gpkg,
    "a.gdb": database,
    "a.shp": shapefile,
    "shapefile.zip": zipped_shapefile,
    "database.zip": zipped_database,
    "a.kml": kml,
    "a.kmz": kmz,
    "a.dxf": dxf,
    "a.wkt": wkt,
    "界址点.txt": survey,
}
"""A maker for each file name."""

NAMELESS = (".dxf", ".wkt")
"""Formats whose rows have no names of ours."""
NO_CELLS = (*NAMELESS, "界址点.txt")
"""Formats that hold no activity: it is said for all."""
