"""Example sites, put where they show each verdict of the shipped rules."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo.measure import area_m2
from scripts.demo.fields import M_PER_DEG
from scripts.demo.places import CHAOTIAN, CHENGKOU, ENYANG, LESHAN, TONGJIANG, TONGNAN
from scripts.demo.rivers import metric_buffer

Tables = dict[str, gpd.GeoDataFrame]
Finder = Callable[[Tables], Point]
HEAD = ("site_id", "项目名称", "经度", "纬度", "项目类别", "建设性质", "用地面积", "说明")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A row of sites.csv; ``where`` finds the place."""

    name: str
    activity: str
    nature: str
    area_m2: int | None
    why: str
    where: Finder


def write(tables: Tables, folder: Path) -> None:
    """Write ``sites.csv`` and ``sites.geojson``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sites.csv").write_text(_csv(tables), encoding="utf-8")
    (folder / "sites.geojson").write_text(_geojson(tables), encoding="utf-8")


# ----------------------------------------------------------------------------------------------------- places


def _zone(layer: str, **equal: str | bool) -> Finder:
    """Inside the largest zone of ``layer`` whose attributes are as given."""

    def find(tables: Tables) -> Point:
        found = tables[layer]
        for key, value in equal.items():
            found = found[found[key] == value]
        shapes = found.geometry.to_numpy()
        return _deep(shapes[int(np.argmax(np.round(area_m2(shapes))))])

    return find


def _deep(shape: BaseGeometry) -> Point:
    """A place well inside the largest part."""
    parts = shapely.get_parts(np.array([shape], dtype=object))
    largest = parts[int(np.argmax(np.round(shapely.area(parts), 12)))]
    return Point(shapely.get_coordinates(shapely.maximum_inscribed_circle(largest, tolerance=1e-5))[0])


def _plain(county: str, unit_class: str, least_m: float, most_m: float, *, important: bool = False) -> Finder:
    """In a unit of ``county``, away from other zones, so far from a bank (of an important river)."""

    def find(tables: Tables) -> Point:
        units = tables["env_control_unit"]
        home = units[(units["county_code"] == county) & (units["zone_class"] == unit_class)]
        shape = shapely.union_all(home.geometry.to_numpy())
        zones = ("eco_redline", "protected_area", "scenic_area", "drinking_water_zone", "livestock_ban_zone",
                 "industrial_park")  # fmt: skip
        for name in zones:
            near = shapely.union_all(tables[name][tables[name]["county_code"] == county].geometry.to_numpy())
            shape = shapely.difference(shape, shapely.buffer(near, 700.0 / M_PER_DEG))
        county_shape = tables["admin_unit"].set_index("code").geometry[county]
        shape = shapely.intersection(shape, shapely.buffer(county_shape, -1500.0 / M_PER_DEG))
        shores = tables["river_shoreline"]
        shores = shores[shores["is_important_tributary"]] if important else shores
        banks = shapely.union_all(shores.geometry.to_numpy())
        if most_m:
            shape = shapely.intersection(shape, metric_buffer(banks, most_m, quad_segs=2))
        if least_m:
            shape = shapely.difference(shape, metric_buffer(banks, least_m, quad_segs=2))
        return _deep(shape)

    return find


def _on_edge(tables: Tables) -> Point:
    """A metre inside the red line of 城口县."""
    red = tables["eco_redline"]
    patches = red[red["county_code"] == CHENGKOU].geometry.to_numpy()
    largest = patches[int(np.argmax(np.round(area_m2(patches))))]
    inner = shapely.buffer(largest, -1.0 / M_PER_DEG)
    ring = shapely.get_parts(shapely.boundary(inner))[0]
    district = tables["admin_unit"].set_index("code").geometry[CHENGKOU]
    for share in np.arange(0.05, 1.0, 0.05):
        place = ring.interpolate(float(share), normalized=True)
        if district.boundary.distance(place) > 0.01:
            return place
    return ring.interpolate(0.5, normalized=True)


def _abroad(tables: Tables) -> Point:
    return _deep(tables["admin_unit"].set_index("code").geometry["500151"])


SITES: tuple[Site, ...] = (
    Site(name="度假酒店", activity="宾馆", nature="新建", area_m2=8000, why="自然保护区核心保护区内",
         where=_zone("protected_area", zone_class="core", county_code=CHENGKOU)),
    Site(name="村小学", activity="学校", nature="新建", area_m2=4000, why="生态保护红线内（核心区外）",
         where=_zone("eco_redline", county_code=TONGNAN)),
    Site(name="农家乐", activity="宾馆", nature="新建", area_m2=1200, why="水源一级保护区内",
         where=_zone("drinking_water_zone", zone_class="1", county_code=TONGNAN)),
    Site(name="农家乐（已建）", activity="宾馆", nature="已建", area_m2=900, why="水源一级保护区内的已建项目",
         where=_zone("drinking_water_zone", zone_class="1", county_code=CHENGKOU)),
    Site(name="化工厂", activity="化工项目", nature="新建", area_m2=60000, why="水源二级保护区内",
         where=_zone("drinking_water_zone", zone_class="2", county_code=TONGNAN)),
    Site(name="养猪场", activity="养猪场", nature="新建", area_m2=12000, why="水源二级保护区内",
         where=_zone("drinking_water_zone", zone_class="2", county_code=CHENGKOU)),
    Site(name="化工厂", activity="化工", nature="新建", area_m2=50000, why="岸线一公里内",
         where=_plain(TONGNAN, "2", 300.0, 800.0)),
    Site(name="化工厂", activity="CHEM", nature="新建", area_m2=50000, why="工业园区内（图层已过期）",
         where=_zone("industrial_park", county_code=TONGNAN, is_chemical=False)),
    Site(name="村小学", activity="学校", nature="新建", area_m2=4000, why="一般管控单元，远离各类分区",
         where=_plain(TONGNAN, "3", 1500.0, 0.0)),
    Site(name="养猪场", activity="养猪场", nature="新建", area_m2=12000, why="一般管控单元，远离各类分区",
         where=_plain(CHENGKOU, "3", 1500.0, 0.0)),
    Site(name="宾馆", activity="宾馆", nature="新建", area_m2=6000, why="城镇重点管控单元",
         where=_zone("env_control_unit", unit_subtype="urban", county_code=CHENGKOU)),
    Site(name="化工厂", activity="化工项目", nature="新建", area_m2=60000,
         why="恩阳区：河流数据未覆盖，不能判定一公里",
         where=_plain(ENYANG, "3", 0.0, 0.0)),
    Site(name="索道酒店", activity="酒店", nature="新建", area_m2=5000, why="风景名胜区核心景区内",
         where=_zone("scenic_area", zone_class="core", county_code=LESHAN)),
    Site(name="乡村公路", activity="公路", nature="新建", area_m2=None, why="风景名胜区三级保护区内",
         where=_zone("scenic_area", zone_class="level3", county_code=LESHAN)),
    Site(name="养猪场", activity="养猪场", nature="新建", area_m2=8000, why="旧三区自然保护区的缓冲区内",
         where=_zone("protected_area", zone_legacy="buffer", county_code=TONGJIANG)),
    Site(name="养鸡场", activity="养鸡场", nature="新建", area_m2=5000, why="禁养区内",
         where=_zone("livestock_ban_zone", basis_list="居民集中区", county_code=CHAOTIAN)),
    Site(name="光伏电站", activity="光伏", nature="新建", area_m2=40000, why="湿地公园内",
         where=_zone("protected_area", pa_type="wetland_park", county_code=TONGNAN)),
    Site(name="尾矿库", activity="尾矿库", nature="新建", area_m2=90000, why="重要支流岸线一公里内",
         where=_plain(TONGNAN, "3", 300.0, 800.0, important=True)),
    Site(name="村小学", activity="学校", nature="扩建", area_m2=900, why="红线边界内一米：临界",
         where=_on_edge),
    Site(name="宾馆", activity="宾馆", nature="新建", area_m2=5000, why="准入清单未录入的单元",
         where=_zone("env_control_unit", list_missing=True)),
    Site(name="化工厂", activity="化工项目", nature="新建", area_m2=50000, why="铜梁区：不在数据包范围",
         where=_abroad),
)  # fmt: skip


def _csv(tables: Tables) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(HEAD)
    for number, site in enumerate(SITES, start=1):
        place = site.where(tables)
        lon, lat = f"{place.x:.6f}", f"{place.y:.6f}"
        rows.writerow(
            [f"S{number:02d}", site.name, lon, lat, site.activity, site.nature, site.area_m2 or "", site.why]
        )
    rows.writerow(
        ["S22", "坐标写反的坏行", "30.190000", "105.838000", "学校", "新建", "4000", "经纬度颠倒：应被拒绝"]
    )
    return out.getvalue()


# --------------------------------------------------------------------------------------------------- polygons


def _square(place: Point, side_m: float, angle_deg: float = 12.0) -> Polygon:
    turn, squeeze = np.radians(angle_deg), np.cos(np.radians(place.y))
    corners = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]
    ring = []
    for u, v in corners:
        east = (u * np.cos(turn) - v * np.sin(turn)) * side_m
        north = (u * np.sin(turn) + v * np.cos(turn)) * side_m
        ring.append((round(place.x + east / M_PER_DEG / squeeze, 7), round(place.y + north / M_PER_DEG, 7)))
    return Polygon(ring)


def _across(tables: Tables) -> LineString:
    """A road through the red line of 城口县, from valley to valley."""
    del tables
    return LineString(
        [(108.664, 31.944), (108.705, 31.905), (108.742, 31.862), (108.778, 31.800), (108.760, 31.760)]
    )


def _border(tables: Tables) -> Polygon:
    """A site on both sides of the border of 巴州区 and 恩阳区."""
    admin = tables["admin_unit"].set_index("code").geometry
    edge = shapely.line_merge(shapely.intersection(admin["511902"], admin[ENYANG]))
    line = max(shapely.get_parts(np.array([edge], dtype=object)), key=lambda part: part.length)
    return _square(line.interpolate(0.5, normalized=True), 420.0)


def _geojson(tables: Tables) -> str:
    shapes: list[tuple[str, str, str, BaseGeometry]] = [
        ("村小学（一般管控单元）", "学校", "new", _square(_plain(TONGNAN, "3", 1500.0, 0.0)(tables), 70.0)),
        ("养猪场（压红线边界）", "养猪场", "new", _square(_on_edge(tables), 180.0)),
        ("化工厂（岸线一公里内）", "化工项目", "new",
         _square(_plain(TONGNAN, "2", 300.0, 800.0)(tables), 260.0)),
        ("度假酒店（风景区核心景区）", "宾馆", "new",
         _square(_zone("scenic_area", zone_class="core", county_code=LESHAN)(tables), 90.0)),
        ("跨界项目（巴州、恩阳）", "公路", "new", _border(tables)),
        ("穿越红线的公路", "公路", "new", _across(tables)),
    ]  # fmt: skip
    features = []
    for number, (name, activity, nature, shape) in enumerate(shapes, start=1):
        properties = {"site_id": f"P{number:02d}", "name": name, "activity": activity, "nature": nature}
        geometry = json.loads(shapely.to_geojson(shape))
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'
