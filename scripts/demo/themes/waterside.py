"""Along the rivers: ranges, functions, fish, sand, wetlands, dams, outfalls, sections, source points."""

from collections.abc import Iterator

import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from scripts.demo.pebbles import beside, fitted, grown, moved, pebble, point, stretch_of
from scripts.demo.places import Place, River
from scripts.demo.themes.home import FAILING, MARK, Feature, Home

SECTIONS = {
    "510812": ("嘉陵江八庙沟断面",),
    "511902": ("手傍岩断面", "金碑断面"),
    "511923": ("江陵断面",),
    "500229": ("任河水寨子断面", "前河土堡寨断面"),
    "500152": ("老池断面", "玉溪断面"),
}
"""Sections the plans name (plan-facts §1.8, §1.10); their places are invented like all others."""

FUNCTIONS = (
    ("protect", "保护区", "II"),
    ("reserve", "保留区", "II"),
    ("develop", "开发利用区", "III"),
    ("buffer", "缓冲区", "III"),
    ("develop", "开发利用区（二）", "III"),
)
HABITATS = (
    ("spawning", "产卵场", "03-01", "06-30"),
    ("feeding", "索饵场", "05-01", "09-30"),
    ("wintering", "越冬场", "11-01", "02-28"),
    ("migration", "洄游通道", "03-01", "07-31"),
    ("spawning", "产卵场（二）", "03-01", "06-30"),
)


def draw(home: Home) -> Iterator[Feature]:
    """All of these layers in one district."""
    for number, (river, line) in enumerate(home.rivers):
        yield from _range(home, river, line, number)
        yield from _functions(home, river, line)
        if number < 3:
            yield from _shores(home, river, line)
    if home.rivers:
        yield from _fishes(home)
        yield from _banks(home)
        yield from _points(home)
    yield from _dams(home)
    yield from _source_points(home)


def _wide(river: River, line: BaseGeometry, more_m: float) -> BaseGeometry:
    """The water of a stretch and ``more_m`` on each side, ends cut square."""
    return grown(line, river.width_m / 2 + more_m)


def _main(home: Home) -> tuple[River, LineString]:
    return max(home.rivers, key=lambda entry: (entry[0].width_m, entry[1].length))


def _range(home: Home, river: River, line: LineString, number: int) -> Iterator[Feature]:
    """Management range: the water and 30 m; of a levee its land and the safety zone beyond."""
    whole = fitted(_wide(river, shapely.simplify(line, 2e-4), 30.0), home.shape)
    levee_at = stretch_of(line, 0.5, 1500.0)
    levee = shapely.difference(_wide(river, levee_at, 48.0), _wide(river, levee_at, 30.0))
    safety = shapely.difference(_wide(river, levee_at, 110.0), _wide(river, levee_at, 48.0))
    parts = [("河道管理范围", whole, False, False)]
    if number < 3:
        parts += [("堤防及护堤地", levee, True, False), ("堤防安全保护区", safety, False, True)]
    for words, shape, protect, safe in parts:
        cut = shape if shape is whole else shapely.difference(fitted(shape, home.shape), whole)
        if shapely.is_empty(fitted(cut)):
            continue
        yield Feature(
            layer="river_mgmt_range",
            zone_class="range",
            name=f"{river.name}{words}{MARK}",
            geometry=fitted(cut),
            more={
                "river_code": river.code,
                "river_name": river.name,
                "basin": river.basin,
                "has_levee": protect or safe,
                "design_flood_years": 20,
                "levee_protect": protect,
                "levee_safety_zone": safe,
            },
        )


def _shores(home: Home, river: River, line: LineString) -> Iterator[Feature]:
    """Shoreline zones, 40 m on both sides; protection and reserve are most of them, as in 城口's plan."""
    kinds = (
        ("protect", "保护区"),
        ("reserve", "保留区"),
        ("control", "控制利用区"),
        ("reserve", "保留区（二）"),
    )
    for k, (zone, words) in enumerate((*kinds, ("develop", "开发利用区"))):
        part = shapely.simplify(stretch_of(line, 0.1 + 0.2 * k, 0.2 * line.length * 111_200.0), 2e-4)
        strip = shapely.difference(_wide(river, part, 40.0), _wide(river, part, 0.0))
        yield Feature(
            layer="shoreline_zone",
            zone_class=zone,
            name=f"{river.name}岸线{words}{MARK}",
            geometry=fitted(strip, home.shape),
            more={"river_name": river.name},
        )


def _functions(home: Home, river: River, line: LineString) -> Iterator[Feature]:
    """Water function zones of the larger rivers, from the border downstream."""
    if (river, line) not in home.rivers[:3] and river.name not in FAILING.get(home.code, ()):
        return
    failing = river.name in FAILING.get(home.code, ())
    for k, (zone, words, target) in enumerate(FUNCTIONS):
        part = stretch_of(line, 0.1 + 0.2 * k, 0.2 * line.length * 111_200.0)
        shape = fitted(_wide(river, shapely.simplify(part, 2e-4), 0.0), home.shape)
        now = "IV" if failing else target
        yield Feature(
            layer="water_function_zone",
            zone_class=zone,
            name=f"{river.name}{words}{MARK}",
            geometry=shape,
            more={
                "river_name": river.name,
                "target_class": target,
                "current_class": now,
                "meets": not failing,
            },
        )


def _fishes(home: Home) -> Iterator[Feature]:
    """Habitats, and a germplasm reserve where the river is large."""
    river, line = _main(home)
    for k, (zone, words, start, end) in enumerate(HABITATS):
        part = stretch_of(line, 0.12 + 0.18 * k, 1200.0)
        yield Feature(
            layer="fish_habitat",
            zone_class=zone,
            name=f"{river.name}鱼类{words}{MARK}",
            geometry=fitted(_wide(river, part, 0.0), home.shape),
            more={"species": "示范鱼种", "period_from": start, "period_to": end},
        )
    if river.width_m < 60:
        return
    for k, (zone, words) in enumerate(
        (("core", "核心区"), ("experimental", "实验区"), ("experimental", "实验区（二）"))
    ):
        part = stretch_of(line, 0.3 + 0.12 * k, 2200.0)
        yield Feature(
            layer="aquatic_germplasm",
            zone_class=zone,
            name=f"{river.name}水产种质资源保护区{words}{MARK}",
            geometry=fitted(_wide(river, part, 0.0), home.shape),
            more={"level": "province", "protect_target": "示范鱼种"},
        )


def _banks(home: Home) -> Iterator[Feature]:
    """Sand bans, plant belts and wetlands along the largest river."""
    river, line = _main(home)
    for k in range(5):
        part = stretch_of(line, 0.08 + 0.2 * k, 1500.0)
        zone, words = ("area", "禁采区") if k < 3 else ("period", "禁采期河段")
        season = ("03-01", "06-30") if zone == "period" else (None, None)
        yield Feature(
            layer="sand_ban",
            zone_class=zone,
            name=f"{river.name}{words}{k + 1}{MARK}",
            geometry=fitted(_wide(river, part, 10.0), home.shape),
            more={"period_from": season[0], "period_to": season[1]},
        )
        belt = shapely.difference(_wide(river, part, 62.0), _wide(river, part, 32.0))
        yield Feature(
            layer="riparian_belt",
            zone_class="belt",
            name=f"{river.name}植物保护带{k + 1}{MARK}",
            geometry=fitted(belt, home.shape),
            more={"width_m": 30.0},
        )
    grades = (
        "national" if river.width_m > 200 else "provincial",
        "provincial",
        "general",
        "general",
        "general",
    )
    for k, zone in enumerate(grades):
        place = beside(line, 0.13 + 0.17 * k, -river.width_m / 2 - 160.0)
        shape = fitted(pebble(place, 1.6e5 if k < 2 else 0.7e5, home.seed + k, stretch=2.2), home.shape)
        words = {"national": "国家重要湿地", "provincial": "省级重要湿地", "general": "一般湿地"}[zone]
        yield Feature(
            layer="wetland",
            zone_class=zone,
            name=f"{river.name}{words}{k + 1}{MARK}",
            geometry=shape,
            more={"wetland_type": "河流湿地", "natural": k != 4},
        )


def _points(home: Home) -> Iterator[Feature]:
    """Outfalls on the bank and monitoring sections in the stream."""
    names = SECTIONS.get(home.code, ())
    ranks = ("national", "province", "city", "city", "county")
    for k in range(5):
        river, line = home.rivers[k % len(home.rivers)]
        share = (0.2 + 0.15 * k + 0.07 * (k // len(home.rivers))) % 0.95
        here = line.interpolate(share, normalized=True)
        name = names[k] if k < len(names) else f"{river.name}断面{k + 1}"
        failing = river.name in FAILING.get(home.code, ())
        yield Feature(
            layer="monitoring_section",
            zone_class=ranks[k],
            name=name + MARK,
            geometry=point((here.x, here.y)),
            more={
                "river_name": river.name,
                "target_class": "III" if k else "II",
                "current_class": "IV" if failing else "II",
                "meets": not failing,
            },
        )
    kinds = (
        ("sewage", "城镇污水处理厂排污口"),
        ("industrial", "园区排污口"),
        ("sewage", "镇污水处理站排污口"),
        ("farm", "养殖尾水排口"),
        ("other", "其他排口"),
        ("industrial", "企业排污口"),
    )
    for k, (kind, words) in enumerate(kinds):
        river, line = home.rivers[k % len(home.rivers)]
        place = beside(line, 0.27 + 0.11 * k, river.width_m / 2 - 1.0)
        yield Feature(
            layer="outfall",
            zone_class=kind,
            name=f"{river.name}{words}{k + 1}{MARK}",
            geometry=point(place),
            more={"river_name": river.name, "consent_doc": "示范〔2022〕1号", "owner": "示范单位"},
        )


def _dams(home: Home) -> Iterator[Feature]:
    """Management and protection ranges of the reservoirs' dams and of small ones."""
    lakes = [z for z in home.sources if z.level == "1" and z.source.kind.startswith("reservoir")]
    dams: list[tuple[str, Place]] = [(z.source.name.removesuffix("水源地"), z.intake) for z in lakes]
    small = home.picker.pick("gentle", 3 - min(len(dams), 2), apart_m=2500.0, off=home.kept)
    dams += [(f"小型水库{k}", place) for k, place in enumerate(small, start=1)]
    for k, (name, place) in enumerate(dams):
        core = pebble(place, 3.0e4, home.seed + k)
        belt = shapely.difference(grown(core, 150.0), core)
        bare = name.removesuffix(MARK)
        for zone, words, shape in (("management", "管理范围", core), ("protection", "保护范围", belt)):
            yield Feature(
                layer="dam_protection",
                zone_class=zone,
                name=f"{bare}大坝{words}{MARK}",
                geometry=fitted(shape, home.shape),
                more={"dam_name": f"{bare}大坝"},
            )


def _source_points(home: Home) -> Iterator[Feature]:
    """Intakes of the sources with zones, one without, and dispersed sources of every kind."""
    for zone in home.sources:
        if zone.level == "1":
            yield _source(zone.source.supply, zone.source.name, zone.intake, zone.source.kind, loaded=True)
    spots = home.picker.pick("any", 6, apart_m=2500.0, off=home.kept)
    kinds = ["river", "reservoir_small", "groundwater_fissure", "groundwater_fissure", "cistern"]
    if home.rivers:
        river, line = home.rivers[-1]
        spots = [beside(line, 0.85, river.width_m / 2), *spots]
    else:
        kinds = kinds[1:]
    for k, (kind, place) in enumerate(zip(kinds, spots, strict=False), start=1):
        yield _source("dispersed", f"分散式水源{k}", place, kind, loaded=False)
    for place in spots[len(kinds) : len(kinds) + 1]:
        yield _source(
            "centralised_town",
            "未划保护区的乡镇水源",
            moved(place, 40.0, 0.0),
            "groundwater_pore",
            loaded=False,
        )


def _source(zone: str, name: str, place: Place, kind: str, *, loaded: bool) -> Feature:
    bare = name.removesuffix(MARK)
    return Feature(
        layer="water_source_point",
        zone_class=zone,
        name=f"{bare}取水点{MARK}",
        geometry=point(place),
        more={"source_name": bare, "source_type": kind, "plan_status": "in_use", "is_polygon_loaded": loaded},
    )
