"""Ground: hazards, slopes, soil loss, karst, groundwater, forest, grass and farm land, space, plots."""

from collections.abc import Iterator

import shapely

from scripts.demo.pebbles import CLEAR_M, fitted, grown, moved, pebble, point
from scripts.demo.places import BAZHOU, CHAOTIAN, CHENGKOU, LESHAN, NANJIANG, TONGJIANG, TONGNAN, Place
from scripts.demo.themes.home import FAILING, MARK, Feature, Home
from scripts.demo.themes.towns import developed

KARST = (CHAOTIAN, CHENGKOU, TONGJIANG, NANJIANG, BAZHOU)
TRACK_M = 20.0
"""Between two patches of farmland."""

FLAT = (TONGNAN, LESHAN, "510921")
"""Hills only: no karst, no grassland."""

DANGERS = (
    ("landslide", "滑坡"),
    ("collapse", "崩塌"),
    ("debris", "泥石流"),
    ("subsidence", "地面塌陷"),
    ("landslide", "滑坡（二）"),
)


def draw(home: Home) -> Iterator[Feature]:
    """All of these layers in one district."""
    yield from _hazards(home)
    yield from _slopes(home)
    yield from _soil_loss(home)
    yield from _below(home)
    yield from _woods(home)
    yield from _fields(home)
    yield from _space(home)
    yield from _functions(home)
    yield from _plots(home)


def _patch(
    home: Home, layer: str, zone: str, name: str, place: Place, size_m2: float, **more: object
) -> Feature:
    shape = fitted(
        pebble(place, size_m2, home.seed + int(size_m2) % 97 + int(place[0] * 1e4) % 89), home.shape
    )
    return Feature(layer=layer, zone_class=zone, name=f"{name}{MARK}", geometry=shape, more=more)


def _hazards(home: Home) -> Iterator[Feature]:
    """Danger zones of some hectares on steep ground, in prone zones of some square kilometres."""
    places = home.picker.pick("steep", 7, apart_m=2200.0)
    for (kind, words), place in zip(DANGERS, places, strict=False):
        yield _patch(
            home, "geohazard_zone", "danger", f"{words}危险区", place, 3.0e4, kind=kind, announced=True
        )
    ranks = (
        ("prone_high", "高易发区", 3.0e6),
        ("prone_high", "高易发区（二）", 4.0e6),
        ("prone_mid", "中易发区", 9.0e6),
        ("prone_low", "低易发区", 1.2e7),
    )
    for (zone, words, size_m2), place in zip(ranks, places, strict=False):
        core = pebble(place, 3.0e4, home.seed)
        shape = shapely.union(pebble(place, size_m2, home.seed + 1), core)
        yield Feature(
            layer="geohazard_zone",
            zone_class=zone,
            name=f"地质灾害{words}{MARK}",
            geometry=fitted(shape, home.shape),
            more={"kind": "landslide", "announced": True},
        )


def _slopes(home: Home) -> Iterator[Feature]:
    """Slopes of 25° and more: ranges a county published, and two only screened from a terrain model."""
    for k, place in enumerate(home.picker.pick("steep", 7, apart_m=1800.0)):
        zone, words = ("published", "禁垦陡坡地") if k < 5 else ("dem", "陡坡筛查区")
        yield _patch(
            home,
            "steep_slope",
            zone,
            f"{words}{k + 1}",
            place,
            2.6e5,
            degree_threshold=25.0,
            dem_resolution_m=None if k < 5 else 12.5,
        )


def _soil_loss(home: Home) -> Iterator[Feature]:
    level = "national" if home.code == CHAOTIAN else "county"
    name = "嘉陵江上游国家级水土流失重点预防区" if home.code == CHAOTIAN else "水土流失重点预防区"
    places = home.picker.pick("high", 6, apart_m=3000.0)
    for k, place in enumerate(places):
        zone, words, rank = ("prevent", name, level) if k < 3 else ("control", "水土流失重点治理区", "county")
        severe = k == 5
        yield _patch(
            home,
            "soil_loss_zone",
            zone,
            f"{words}{k + 1}",
            place,
            5.0e5 if severe else 7.0e6,
            level=rank,
            severe=severe,
            doc="示范公告",
        )

    if home.code.startswith("50"):
        for k, place in enumerate(home.picker.pick("high", 4, apart_m=2500.0)):
            zone, words = ("conserve", "水源涵养区") if k < 2 else ("headwater", "江河源头区")
            yield _patch(
                home,
                "soil_loss_zone",
                zone,
                f"{words}{k + 1}",
                place,
                1.2e6,
                level="county",
                severe=False,
                doc="示范公告",
            )


def _below(home: Home) -> Iterator[Feature]:
    """Karst where there is limestone; limits of groundwater abstraction about towns, bans on two spots."""
    if home.code in KARST:
        kinds = (
            ("spring", "泉域", 2.0e6),
            ("karst_strong", "岩溶强发育区", 3.0e6),
            ("sinkhole", "落水洞漏斗区", 2.0e5),
            ("karst_strong", "岩溶强发育区（二）", 2.2e6),
            ("sinkhole", "落水洞漏斗区（二）", 1.5e5),
        )
        for (zone, words, size_m2), place in zip(
            kinds, home.picker.pick("high", 5, apart_m=2500.0), strict=False
        ):
            yield _patch(home, "karst_zone", zone, words, place, size_m2)
    for k, town in enumerate(home.towns[:3], start=1):
        shape = fitted(grown(home.built[k - 1], 200.0), home.shape)
        bare = town.name.removesuffix(MARK)
        yield Feature(
            layer="gw_zone",
            zone_class="limit",
            name=f"{bare}地下水限采区{MARK}",
            geometry=shape,
            more={"aquifer": "裂隙水"},
        )
    for k, place in enumerate(home.picker.pick("any", 2, apart_m=2500.0), start=1):
        yield _patch(home, "gw_zone", "ban", f"地下水禁采区{k}", place, 6.0e5, aquifer="岩溶水")


def _woods(home: Home) -> Iterator[Feature]:
    """Forest land of each kind and protection class on high ground; some grassland in the mountains."""
    kinds = (
        ("natural", "天然林", "I", 0.8e6),
        ("natural", "天然林（二）", "II", 4.0e6),
        ("public_welfare", "生态公益林", "II", 6.0e6),
        ("public_welfare", "生态公益林（二）", "III", 7.0e6),
        ("other", "其他林地", "IV", 1.1e7),
        ("other", "其他林地（二）", "III", 8.0e6),
        ("other", "其他林地（三）", "IV", 1.2e7),
    )
    for (zone, words, grade, size_m2), place in zip(
        kinds, home.picker.pick("high", 7, apart_m=2500.0), strict=False
    ):
        yield _patch(
            home,
            "forest_land",
            zone,
            words,
            place,
            size_m2,
            admin_code=home.code,
            admin_name=home.name,
            protect_class=grade,
            natural=zone == "natural",
        )
    if home.code not in FLAT:
        for k, place in enumerate(home.picker.pick("high", 5, apart_m=2000.0)):
            zone, words = ("basic", "基本草原") if k < 2 else ("other", "其他草原")
            yield _patch(home, "grassland", zone, f"{words}{k + 1}", place, 5.0e5)


def _fields(home: Home) -> Iterator[Feature]:
    """Permanent basic farmland on low level ground, seven of fourteen patches in a cluster.

    It crosses neither the red line nor a development boundary, and no patch lies on another.
    """
    off = shapely.union_all([home.kept, *(grown(built, 300.0) for built in home.built), *home.parks])
    taken = grown(shapely.union(off, developed(home)), CLEAR_M)
    for k, place in enumerate(home.picker.pick("gentle", 14, apart_m=1300.0, off=off), start=1):
        cluster = k <= 7
        rest = shapely.difference(pebble(place, 1.0e6 if cluster else 3.0e5, home.seed + k), taken)
        taken = shapely.union(taken, grown(rest, TRACK_M))
        yield Feature(
            layer="perm_farmland",
            zone_class="farmland",
            name=f"永久基本农田图斑{k}{MARK}",
            geometry=fitted(rest, home.shape),
            more={
                "patch_no": f"{home.code}{k:012d}",
                "land_class_code": "0101" if cluster else "0103",
                "land_class_name": "水田" if cluster else "旱地",
                "terrace_or_slope": "TT",
                "year": 2021,
                "is_cluster": cluster,
            },
        )


def _space(home: Home) -> Iterator[Feature]:
    """General ecological space, and one element zone each of water, soil and resources."""
    for k, place in enumerate(home.picker.pick("high", 5, apart_m=2500.0, off=home.kept), start=1):
        yield _patch(home, "element_zone", "eco", f"一般生态空间{k}", place, 3.0e6, sub_class="一般生态空间")
    others = (("water", "城镇生活重点"), ("soil", "农用地风险"), ("resource", "土地资源"))
    for (zone, words), place in zip(others, home.picker.pick("gentle", 3, apart_m=2000.0), strict=False):
        yield _patch(home, "element_zone", zone, f"{words}管控区", place, 1.5e6, sub_class=words)


def _functions(home: Home) -> Iterator[Feature]:
    """Key ecological function areas in the mountains; small areas where air or water misses its standard."""
    if home.code not in FLAT:
        for k, place in enumerate(home.picker.pick("high", 5, apart_m=2000.0), start=1):
            yield _patch(
                home,
                "eco_function_area",
                "area",
                f"重点生态功能区{k}",
                place,
                1.2e7,
                function="生物多样性维护",
            )
    if home.parks:
        yield Feature(
            layer="quality_area",
            zone_class="air",
            name=f"环境空气未达标区{MARK}",
            geometry=fitted(grown(home.parks[-1], 60.0), home.shape),
            more={"pollutant": "PM2.5", "year": 2025},
        )
    for river, line in home.rivers:
        if river.name in FAILING.get(home.code, ()):
            yield Feature(
                layer="quality_area",
                zone_class="water",
                name=f"{river.name}未达标水体{MARK}",
                geometry=fitted(grown(shapely.simplify(line, 2e-4), river.width_m / 2), home.shape),
                more={"pollutant": "总磷", "year": 2025},
            )


def _plots(home: Home) -> Iterator[Feature]:
    """Plots of the register at the edge of towns, and what may do harm: plants, stores, waste, mine water."""
    for k, town in enumerate(home.towns[:5]):
        zone, words = ("registered", "名录地块") if k < 3 else ("removed", "已移出地块")
        place = moved(town.place, 430.0 + 60.0 * k, -380.0)
        yield _patch(
            home,
            "soil_risk_plot",
            zone,
            f"{words}{k + 1}",
            place,
            1.8e4,
            land_use="工业用地",
            assessment_date="2023-06-30",
        )
    river = home.rivers[0][0].name if home.rivers else None
    sites = [
        (shapely.get_coordinates(park.representative_point())[0], "plant", "风险企业") for park in home.parks
    ]
    spare = home.picker.pick("any", 5, apart_m=1500.0, off=home.kept)
    kinds = (
        ("store", "危险化学品仓库"),
        ("waste", "固体废物处置场"),
        ("tailings", "尾矿库"),
        ("mine_water", "矿井涌水点"),
        ("plant", "风险企业"),
    )
    sites += [(place, kind, words) for place, (kind, words) in zip(spare, kinds, strict=False)]
    for k, (place, kind, words) in enumerate(sites, start=1):
        yield Feature(
            layer="risk_source",
            zone_class=kind,
            name=f"{words}{k}{MARK}",
            geometry=point((float(place[0]), float(place[1]))),
            more={"risk_level": ("high", "mid", "low")[k % 3], "river_name": river},
        )
