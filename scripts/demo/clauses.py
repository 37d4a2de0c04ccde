"""Entry lists of the demonstration's units and air zones: invented clauses that differ by kind of unit."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq

from layers.clauses import COLUMNS
from scripts.demo.texts import MARK
from scripts.demo.write import Written, digest

Row = dict[str, object]
Said = tuple[int, str, str, str]
"""Dimension, verb, whom it names (joined by ``;``) and the text."""

UNIT_LISTS = "entry_clause"
AIR_LISTS = "element_clause"
DOC = "（示范）生态环境准入清单"

_PROVINCES = ("50", "51")
_CITIES = ("5108", "5109", "5111", "5119", "500152", "500229")

_PROVINCE: dict[str | None, tuple[Said, ...]] = {
    "1": (
        (1, "禁止", "CHEM;CHEMPARK;STEEL;NONFERROUS", "优先保护单元内禁止新建化工、冶炼项目"),
        (
            1,
            "限制",
            "TOURISM;REALESTATE;GOLF",
            "优先保护单元内严格控制开发强度，旅游、房地产项目须适度并符合规划",
        ),
        (1, "退出", "MINE_METAL;MINE_COAL", "不符合管控要求的采矿项目有序退出"),
    ),
}
_CITY: dict[tuple[str, str | None], tuple[Said, ...]] = {
    ("2", "industrial"): (
        (2, "要求", "INDUSTRY", "新建工业项目主要污染物实行等量或倍量替代"),
        (3, "要求", "ANY", "园区建立环境风险防控体系，设置事故废水应急池"),
    ),
    ("2", "urban"): (
        (1, "禁止", "HEAVYPOLL;TAIL;DANGERSTORE", "城镇重点单元内禁止新建高污染、高环境风险项目"),
        (1, "退出", "HEAVYPOLL", "城区污染企业有序退城入园"),
        (2, "要求", "CATERING", "餐饮项目须配套油烟净化设施"),
    ),
    ("2", "element"): (
        (
            2,
            "要求",
            "INDUSTRY;LIVESTOCK;AQUA",
            "控制断面上游新增排放化学需氧量、氨氮、总磷的项目实行减量替代",
        ),
    ),
    ("3", None): ((1, "限制", "HEAVYPOLL", "引导工业项目进入园区，严格控制园区外新建高污染项目"),),
}
_UNIT: dict[tuple[str, str | None], tuple[Said, ...]] = {
    ("1", None): (
        (4, "限制", "HYDRO", "严格控制小水电开发，已建电站落实下泄流量"),
        (1, "允许", "ECORESTORE;PATROL;SURVEY", "允许生态修复、管护巡护和调查监测活动"),
    ),
    ("2", "industrial"): (
        (1, "允许", "MFG;PHARMA", "主导产业：装备制造、食品、医药等"),
        (1, "禁止", "221", "禁止新建纸浆制造项目"),
    ),
    ("2", "urban"): ((4, "要求", "443;BOILER", "禁燃区内的供热项目使用清洁能源"),),
    ("2", "element"): ((4, "要求", "HYDRO;RESERVOIR;DIVERSION", "保障控制断面生态流量"),),
    ("3", None): ((1, "允许", "FARM;FORESTRY", "鼓励生态农业和林业"),),
}
_STRICT_ELEMENT: Said = (1, "限制", "LIVESTOCK", "沿河限制新建规模化畜禽养殖项目")
_CHEMICAL_PARK: Said = (1, "允许", "CHEM", "化工园区认定范围内允许符合规划环评的化工项目")
_AIR: dict[str, tuple[Said, ...]] = {
    "受体敏感": (
        (1, "禁止", "STEEL;NONFERROUS;THERMAL", "受体敏感区内禁止新建钢铁、有色冶炼和火电项目"),
        (2, "要求", "HEAVYPOLL;BOILER", "涉气项目执行大气污染物特别排放限值"),
    ),
}
_AIR_OTHERS: tuple[Said, ...] = (
    (2, "要求", "HEAVYPOLL;THERMAL;BOILER", "新增大气污染物排放的项目实行倍量削减替代"),
)


def write(tables: dict[str, gpd.GeoDataFrame], folder: Path) -> dict[str, Written]:
    """Write the tables of clauses, by name."""
    made = {UNIT_LISTS: list(unit_rows(tables["env_control_unit"]))}
    if "element_zone" in tables:
        made[AIR_LISTS] = list(air_rows(tables["element_zone"]))
    return {name: _write(rows, folder / f"{name}.parquet") for name, rows in made.items()}


def unit_rows(units: gpd.GeoDataFrame) -> Iterator[Row]:
    """Clauses of provinces, cities and units; units without a list have none of their own."""
    for province in _PROVINCES:
        for unit_class, said in _PROVINCE.items():
            yield from _rows(province, "province", said, unit_class)
    for city in _CITIES:
        for (unit_class, subtype), said in _CITY.items():
            yield from _rows(city, "city", said, unit_class, subtype)
    for unit in units.itertuples():
        if unit.list_missing:
            continue
        subtype = unit.unit_subtype if isinstance(unit.unit_subtype, str) else None
        said = _UNIT[unit.zone_class, subtype]
        if subtype == "element" and int(str(unit.fid)[-4:]) % 3 == 0:
            said = (*said, _STRICT_ELEMENT)
        if "化工" in str(unit.name):
            said = (*said, _CHEMICAL_PARK)
        yield from _rows(str(unit.fid), "unit", said)


def air_rows(zones: gpd.GeoDataFrame) -> Iterator[Row]:
    """Clauses of the air zones."""
    for zone in zones[zones["zone_class"] == "air"].itertuples():
        yield from _rows(str(zone.fid), "unit", _AIR.get(str(zone.sub_class), _AIR_OTHERS))


def _rows(
    scope: str, level: str, said: Iterable[Said], unit_class: str | None = None, subtype: str | None = None
) -> Iterator[Row]:
    before = "-".join(filter(None, (scope, unit_class, subtype)))
    for number, (dimension, verb, names, text) in enumerate(said, start=1):
        yield {
            "clause_id": f"{before}-{number}",
            "unit_code": scope,
            "dimension": dimension,
            "verb": verb,
            "text": text + MARK,
            "industry_match": names,
            "level": level,
            "doc": DOC,
            "certainty": "B",
            "article": str(number),
            "unit_class": unit_class,
            "unit_subtype": subtype,
        }


def _write(rows: list[Row], path: Path) -> Written:
    path.parent.mkdir(parents=True, exist_ok=True)
    fields = [(name, pa.int8() if name == "dimension" else pa.string()) for name in COLUMNS]
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(fields)), path, compression="zstd")
    return Written(rows=len(rows), sha256=digest(path), bytes=path.stat().st_size)
