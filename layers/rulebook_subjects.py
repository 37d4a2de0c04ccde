"""The rulebook by subject: the files of the shipped rules, in the order of the hierarchy of norms."""

import re
from dataclasses import dataclass

from geo.model import Rule, Rulebook, Text

__all__ = ["Subject", "subjects"]

_LEVELS: dict[str, Text] = {
    "national": Text("国家", "National"),
    "yangtze": Text("长江流域", "Yangtze basin"),
    "sichuan": Text("四川省", "Sichuan"),
    "chongqing": Text("重庆市", "Chongqing"),
    "chaotian": Text("朝天区规划", "Plan of Chaotian"),
    "bazhong": Text("巴中市规划", "Plan of Bazhong"),
    "leshan": Text("乐山市市中区规划", "Plan of Leshan Shizhong"),
    "chengkou": Text("城口县规划", "Plan of Chengkou"),
    "tongnan": Text("潼南区规划", "Plan of Tongnan"),
}
_OWN = Text("数据包自有规则", "The bundle's own rules")

_TOPICS: dict[str, Text] = {
    "air": Text("大气", "Air"),
    "air_energy": Text("大气与能源", "Air and energy"),
    "boilers": Text("锅炉与燃料", "Boilers and fuel"),
    "control_units": Text("环境管控单元", "Control units"),
    "drinking_water": Text("饮用水水源", "Drinking water"),
    "eco_function": Text("重点生态功能区", "Key ecological functions"),
    "eia": Text("环境影响评价类别", "Classes of EIA"),
    "element_zones": Text("要素管控分区", "Element zones"),
    "farmland": Text("永久基本农田", "Permanent farmland"),
    "flood": Text("防洪", "Floods"),
    "forest": Text("林地", "Forest"),
    "geohazard": Text("地质灾害", "Geological hazards"),
    "grassland": Text("草原", "Grassland"),
    "groundwater": Text("地下水与岩溶", "Groundwater and karst"),
    "heavy_polluters": Text("重污染项目", "Heavy polluters"),
    "heritage": Text("文物与历史文化", "Heritage"),
    "hydropower": Text("水电", "Hydropower"),
    "industry": Text("产业准入", "Industry"),
    "infrastructure": Text("公路、管道与电力线路", "Roads, pipelines, power lines"),
    "livestock": Text("畜禽养殖", "Livestock"),
    "livestock_noise": Text("养殖与噪声", "Livestock and noise"),
    "mines": Text("矿山", "Mines"),
    "noise": Text("噪声", "Noise"),
    "outfalls": Text("排污口", "Outfalls"),
    "protected_areas": Text("自然保护地", "Protected areas"),
    "quality": Text("环境质量未达标区", "Areas below standard"),
    "red_line": Text("生态保护红线", "Red line"),
    "river_life": Text("水生生物", "River life"),
    "river_works": Text("涉河工程", "River works"),
    "river_zones": Text("岸线与水功能区", "Shoreline and water functions"),
    "rivers": Text("河流岸线与河道", "Rivers"),
    "sand": Text("采砂", "Sand"),
    "scenic_areas": Text("风景名胜区", "Scenic areas"),
    "shoreline_zones": Text("岸线功能区", "Shoreline zones"),
    "soil": Text("土壤", "Soil"),
    "soil_loss": Text("水土流失", "Soil loss"),
    "soil_waste": Text("土壤与固体废物", "Soil and waste"),
    "soil_water": Text("水土保持", "Soil and water"),
    "space": Text("空间布局", "Spatial layout"),
    "space_water": Text("空间与水", "Space and water"),
    "steep_slopes": Text("陡坡", "Steep slopes"),
    "town": Text("城镇", "Towns"),
    "urban": Text("城镇开发边界与用地", "Urban boundary and land"),
    "waste": Text("固体废物", "Waste"),
    "water": Text("水环境", "Water"),
    "wetland": Text("湿地", "Wetland"),
    "wetland_parks": Text("湿地公园", "Wetland parks"),
}
"""Titles of the rule files; a file that is not here goes by its name."""

_PLACE = re.compile(r"(?P<folder>[^/]+)/(?P<file>[^/]+)\.yaml:(?P<line>\d+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A rule file in words; the versions of an id stand together."""

    title: Text
    rules: tuple[tuple[Rule, ...], ...]


def subjects(rulebook: Rulebook) -> tuple[Subject, ...]:
    """All rules by the file they were read from, files by level and name, rules in the order of the file."""
    files: dict[tuple[int, str, str], dict[str, list[tuple[int, Rule]]]] = {}
    for rule in rulebook.rules:
        found = _PLACE.search(rule.source)
        folder, file, line = (found["folder"], found["file"], int(found["line"])) if found else ("", "", 0)
        rank = list(_LEVELS).index(folder) if folder in _LEVELS else len(_LEVELS)
        files.setdefault((rank, folder, file), {}).setdefault(rule.id, []).append((line, rule))
    return tuple(
        Subject(title=_title(folder, file), rules=_ordered(files[rank, folder, file]))
        for rank, folder, file in sorted(files)
    )


def _ordered(found: dict[str, list[tuple[int, Rule]]]) -> tuple[tuple[Rule, ...], ...]:
    """Ids in the order of their first line, the versions of each by date."""
    ids = sorted(found, key=lambda name: min(line for line, _ in found[name]))
    return tuple(
        tuple(rule for _, rule in sorted(found[name], key=lambda one: one[1].valid_from)) for name in ids
    )


def _title(folder: str, file: str) -> Text:
    level = _LEVELS.get(folder, _OWN)
    plain = file.replace("_", " ") or "?"
    topic = _TOPICS.get(file, Text(plain, plain))
    return Text(f"{level.zh} · {topic.zh}", f"{level.en} · {topic.en}")
