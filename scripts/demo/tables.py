"""Rows of each layer: ids, classes, names and attributes beside the geometry."""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.measure import area_m2, length_m
from scripts.demo.build import Drawn
from scripts.demo.parks import parks
from scripts.demo.places import PINGCHANG, River
from scripts.demo.protected import Zoned
from scripts.demo.sources import NINE, District
from scripts.demo.texts import MARK, of_unit

CRS = "EPSG:4490"
Row = dict[str, object]

UNITS_WITHOUT_TEXTS = (f"ZH{PINGCHANG}30001", "ZH51192120002", "ZH51192210005")
"""Units whose entry lists are missing, so that this shows."""

_CLASS_WORDS = {"1": "优先保护单元", "2": "重点管控单元", "3": "一般管控单元"}
_SUBTYPE_WORDS = {"industrial": "工业", "urban": "城镇", "element": "要素"}
_LEVEL_WORDS = {"national": "国家级", "province": "省级", "city": "市级", "county": "县级"}
_ZONE_WORDS = {
    "core": "核心区", "general": "一般控制区", "none": "未分区", "buffer": "缓冲区", "experimental": "实验区",
    "level1": "一级保护区", "level2": "二级保护区", "level3": "三级保护区",
}  # fmt: skip


def frame(rows: Iterable[Row]) -> gpd.GeoDataFrame:
    """Rows to a table in EPSG:4490, sorted by id."""
    ordered = sorted(rows, key=lambda row: str(row["fid"]))
    return gpd.GeoDataFrame(ordered, geometry="geometry", crs=CRS)


def all_layers(drawn: Drawn) -> dict[str, gpd.GeoDataFrame]:
    """Every table of the bundle by the name of its file."""
    names = {d.code: d for d, _ in drawn.districts}
    return {
        "admin_unit": frame(_admin(drawn)),
        "eco_redline": frame(_redline(drawn, names, 0)),
        "eco_redline_2020": frame(_redline(drawn, names, 1)),
        "env_control_unit": frame(_units(drawn, names)),
        "protected_area": frame(_protected(drawn.protected, names)),
        "scenic_area": frame(_scenic(drawn.scenic, names)),
        "drinking_water_zone": frame(_sources(drawn, names)),
        "industrial_park": frame(_parks(drawn, names)),
        "river_reach": frame(_reaches(drawn)),
        "river_shoreline": frame(_banks(drawn)),
        "river_corridor": frame(_corridors(drawn)),
        "livestock_ban_zone": frame(_bans(drawn, names)),
        "coverage_districts": frame(_coverage(drawn)),
        "coverage_rivers": frame([{"fid": "rivers", "geometry": drawn.river_coverage}]),
    }


def _common(fid: str, zone_class: str | None, name: str, district: District) -> Row:
    return {
        "fid": fid, "zone_class": zone_class, "name": name, "county_code": district.code,
        "county_name": district.name,
    }  # fmt: skip


def _km2(shape: BaseGeometry) -> float:
    return round(float(area_m2(shape)) / 1e6, 4)


def _admin(drawn: Drawn) -> Iterable[Row]:
    for district, shape in drawn.districts:
        yield {
            "fid": district.code, "zone_class": "county", "name": district.name, "code": district.code,
            "parent": district.city_code, "city_name": district.city, "province_code": district.province_code,
            "province_name": district.province, "in_bundle": district.code in NINE, "geometry": shape,
        }  # fmt: skip


def _coverage(drawn: Drawn) -> Iterable[Row]:
    for district, shape in drawn.districts:
        if district.code in NINE:
            yield {"fid": district.code, "name": district.name, "geometry": shape}
    name = next(district.name for district, _ in drawn.districts if district.code == drawn.strip.code)
    yield {"fid": drawn.strip.code, "name": f"{name}（沿边一带）", "geometry": drawn.strip.shape}


def _redline(drawn: Drawn, names: dict[str, District], edition: int) -> Iterable[Row]:
    for code, shapes in drawn.redline.items():
        parts = shapely.get_parts(np.array([shapes[edition]], dtype=object))
        order = np.argsort(-np.round(area_m2(parts)), kind="stable")
        for serial, k in enumerate(order, start=1):
            home, patch = names[code], f"{code}-{serial:04d}"
            yield {
                **_common(f"HX{code}{serial:04d}", "redline", f"{home.name}生态保护红线图斑{serial}", home),
                "serial": f"{serial:04d}", "patch_no": patch,
                "function_target": "水源涵养、水土保持与生物多样性维护（示范）",
                "area_declared": _km2(parts[k]), "area_declared_unit": "km2",
                "geometry": shapely.normalize(parts[k]),
            }  # fmt: skip


def _units(drawn: Drawn, names: dict[str, District]) -> Iterable[Row]:
    for unit in drawn.units:
        piece, district = unit.piece, names[unit.piece.county]
        code = f"ZH{piece.county}{piece.unit_class}{piece.number:04d}"
        missing = code in UNITS_WITHOUT_TEXTS
        texts = of_unit(piece.unit_class, piece.subtype)
        kind = _SUBTYPE_WORDS.get(piece.subtype or "", "")
        name = f"{district.name}{kind}{_CLASS_WORDS[piece.unit_class]}-{piece.name}（示范）"
        yield {
            **_common(code, piece.unit_class, name, district),
            "unit_code": code, "unit_name": name, "unit_class": piece.unit_class,
            "unit_subtype": piece.subtype,
            "prov": district.province, "city": district.city,
            "list_level": "unit", "list_missing": missing,
            "req_spatial": None if missing else texts.spatial + MARK,
            "req_emission": None if missing else texts.emission + MARK,
            "req_risk": None if missing else texts.risk + MARK,
            "req_resource": None if missing else texts.resource + MARK,
            "area_declared": _km2(unit.geometry), "area_declared_unit": "km2", "geometry": unit.geometry,
        }  # fmt: skip


def _protected(zones: tuple[Zoned, ...], names: dict[str, District]) -> Iterable[Row]:
    for number, zone in enumerate(zones):
        area = zone.area
        fid = f"{area.code}-{area.county}-{number + 1:02d}"
        name = f"{area.name}·{_ZONE_WORDS[zone.zone]}"
        yield {
            **_common(fid, None if area.legacy else zone.zone, name, names[area.county]),
            "area_name": area.name, "pa_type": area.kind, "level": area.level,
            "level_name": _LEVEL_WORDS[area.level], "zone_legacy": zone.zone if area.legacy else None,
            "protect_target": area.target or None, "area_declared": _km2(zone.geometry),
            "area_declared_unit": "km2", "geometry": zone.geometry,
        }  # fmt: skip


def _scenic(zones: tuple[Zoned, ...], names: dict[str, District]) -> Iterable[Row]:
    for zone in zones:
        area = zone.area
        name = f"{area.name}·{_ZONE_WORDS[zone.zone]}"
        yield {
            **_common(f"{area.code}-{zone.zone}", zone.zone, name, names[area.county]),
            "area_name": area.name, "level": area.level, "level_name": _LEVEL_WORDS[area.level],
            "area_declared": _km2(zone.geometry), "area_declared_unit": "km2", "geometry": zone.geometry,
        }  # fmt: skip


def _sources(drawn: Drawn, names: dict[str, District]) -> Iterable[Row]:
    words = {"1": "一级保护区", "2": "二级保护区", "quasi": "准保护区"}
    for zone in drawn.sources:
        source = zone.source
        name = f"{source.name}·{words[zone.level]}"
        yield {
            **_common(f"{source.code}-{zone.level}", zone.level, name, names[source.county]),
            "source_code": source.code, "source_name": source.name, "source_type": source.kind,
            "supply_class": source.supply, "zone_level": zone.level, "population_served": source.people,
            "plan_status": "in_use", "intake_lon": zone.intake[0], "intake_lat": zone.intake[1],
            "name_from_plan": source.named, "geometry": zone.geometry,
        }  # fmt: skip


def _parks(drawn: Drawn, names: dict[str, District]) -> Iterable[Row]:
    for park in parks():
        shape = drawn.parks[park.code]
        yield {
            **_common(park.code, "park", park.name, names[park.county]),
            "level": park.level, "is_compliant": park.compliant,
            "is_chemical": park.chemical,
            "lead_industry": park.industry, "area_declared": _km2(shape), "area_declared_unit": "km2",
            "geometry": shape,
        }  # fmt: skip


def _river(river: River) -> Row:
    return {
        "river_code": river.code, "river_name": river.name, "basin": river.basin, "level": "tributary",
        "is_yangtze_system": True, "is_important_tributary": river.important, "is_synthetic": river.synthetic,
    }  # fmt: skip


def _reaches(drawn: Drawn) -> Iterable[Row]:
    for reach in drawn.reaches:
        river = reach.river
        yield {
            "fid": reach.reach_id, "zone_class": "tributary", "name": river.name, **_river(river),
            "basin_area_km2": None if river.basin_km2 is None else float(river.basin_km2),
            "avg_width_m": river.width_m,
            "importance_basis": "流域面积≥10000平方千米（regulations.md 5.2）" if river.important else None,
            "down_id": reach.down_id, "length_m": round(float(length_m(reach.line)), 1),
            "geometry": reach.line,
        }  # fmt: skip


def _by_name(drawn: Drawn) -> dict[str, River]:
    return {reach.river.name: reach.river for reach in drawn.reaches}


def _banks(drawn: Drawn) -> Iterable[Row]:
    known = _by_name(drawn)
    for name, lines in drawn.banks.items():
        river = known[name]
        yield {
            "fid": f"AX-{river.code}", "zone_class": "tributary", "name": f"{name}岸线", **_river(river),
            "buffer_from": "centreline", "width_m": river.width_m, "geometry": lines,
        }  # fmt: skip


def _corridors(drawn: Drawn) -> Iterable[Row]:
    known = _by_name(drawn)
    for name, shape in drawn.corridors.items():
        river = known[name]
        yield {
            "fid": f"LD-{river.code}", "zone_class": "corridor", "name": f"{name}生态廊道",
            "river_name": name,
            "width_m": river.corridor_m, "is_synthetic": river.synthetic, "geometry": shape,
        }  # fmt: skip


def _bans(drawn: Drawn, names: dict[str, District]) -> Iterable[Row]:
    words = {"ban": "禁养区", "limit": "限养区"}
    counts: dict[tuple[str, str], int] = {}
    for ban in drawn.livestock:
        key = (ban.county, ban.zone)
        counts[key] = counts.get(key, 0) + 1
        fid = f"JY{ban.county}-{ban.zone}-{counts[key]:03d}"
        name = f"{names[ban.county].name}{words[ban.zone]}{counts[key]}"
        yield {
            **_common(fid, ban.zone, name, names[ban.county]),
            "basis_list": ban.ground, "year": 2020, "species": "all", "geometry": ban.geometry,
        }  # fmt: skip
