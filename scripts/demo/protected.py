"""Protected areas and scenic areas: irregular, nested zones about hand-placed centres, named as in the plans."""

from dataclasses import dataclass

import shapely
from shapely import Geometry, LineString

from scripts.demo.fields import Field, Fit, Grid, distance_to, fit, mound, noise, polygonal, rounded
from scripts.demo.places import (
    BAZHOU,
    CHAOTIAN,
    CHENGKOU,
    LESHAN,
    NANJIANG,
    PINGCHANG,
    TONGJIANG,
    TONGNAN,
    Place,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A protected or scenic area to be drawn.

    Attributes
    ----------
    zones
        From the innermost outwards: class (or legacy zone) and area in km² of all up to and with it.
    along
        Name of the river it follows; empty for a rounder shape.
    """

    code: str
    county: str
    name: str
    kind: str
    level: str
    place: Place
    zones: tuple[tuple[str, float], ...]
    stretch: float = 1.6
    angle_deg: float = 0.0
    along: str = ""
    legacy: bool = False
    target: str = ""


PROTECTED: tuple[Area, ...] = (
    Area(code="PA01", county=CHAOTIAN, name="四川水磨沟省级自然保护区", kind="nature_reserve", level="province",
         place=(106.165, 32.655), zones=(("core", 38.0), ("general", 96.0)), angle_deg=40, target="森林生态系统"),
    Area(code="PA02", county=CHAOTIAN, name="四川嘉陵江源湿地市级自然保护区", kind="nature_reserve", level="city",
         place=(105.925, 32.770), zones=(("core", 7.0), ("general", 21.0)), along="嘉陵江", target="河流湿地"),
    Area(code="PA03", county=CHAOTIAN, name="四川省曾家山鸳鸯池森林公园", kind="forest_park", level="province",
         place=(106.105, 32.555), zones=(("general", 27.0),), angle_deg=15, target="森林景观"),
    Area(code="PA04", county=CHAOTIAN, name="四川朝天省级地质公园", kind="geopark", level="province",
         place=(106.045, 32.575), zones=(("general", 24.0),), angle_deg=-20, target="岩溶地质遗迹"),
    Area(code="PA05", county=NANJIANG, name="光雾山自然保护区（示范）", kind="nature_reserve", level="province",
         place=(106.800, 32.640), zones=(("core", 105.0), ("general", 232.0)), stretch=2.2, angle_deg=10,
         target="森林生态系统"),
    Area(code="PA06", county=NANJIANG, name="米仓山国家森林公园", kind="forest_park", level="national",
         place=(106.975, 32.545), zones=(("general", 88.0),), angle_deg=60, target="森林景观"),
    Area(code="PA07", county=TONGJIANG, name="五台山自然保护区（示范，旧三区）", kind="nature_reserve", level="province",
         place=(107.560, 32.205), zones=(("core", 34.0), ("buffer", 58.0), ("experimental", 103.0)), angle_deg=70,
         legacy=True, target="野生植物"),
    Area(code="PA08", county=TONGJIANG, name="诺水河自然保护区（示范）", kind="nature_reserve", level="province",
         place=(107.175, 32.330), zones=(("core", 20.0), ("general", 61.0)), along="小通江", target="水生生物"),
    Area(code="PA09", county=TONGJIANG, name="空山国家森林公园", kind="forest_park", level="national",
         place=(107.335, 32.420), zones=(("general", 72.0),), angle_deg=25, target="森林景观"),
    Area(code="PA10", county=PINGCHANG, name="驷马河湿地公园（示范）", kind="wetland_park", level="province",
         place=(107.055, 31.415), zones=(("general", 6.4),), along="驷马河", target="河流湿地"),
    Area(code="PA11", county=LESHAN, name="乐山大渡河国家湿地公园（试点）", kind="wetland_park", level="national",
         place=(103.650, 29.518), zones=(("general", 4.1),), along="大渡河", target="河流湿地"),
    Area(code="PA12", county=LESHAN, name="嘉州绿心湿地公园", kind="wetland_park", level="city",
         place=(103.742, 29.592), zones=(("none", 1.9),), angle_deg=50, target="城市湿地"),
    Area(code="PA13", county=LESHAN, name="竹公溪湿地公园", kind="wetland_park", level="city",
         place=(103.722, 29.640), zones=(("none", 0.8),), along="竹公溪", target="城市湿地"),
    Area(code="PA14", county=LESHAN, name="森林公园（示范，计划未具名）", kind="forest_park", level="province",
         place=(103.885, 29.705), zones=(("general", 2.6),), angle_deg=30, target="森林景观"),
    Area(code="PA15", county=CHENGKOU, name="大巴山国家级自然保护区", kind="nature_reserve", level="national",
         place=(108.905, 31.975), zones=(("core", 402.0), ("general", 905.0)), stretch=2.9, angle_deg=-33,
         target="亚热带森林生态系统"),
    Area(code="PA16", county=CHENGKOU, name="九重山国家森林公园", kind="forest_park", level="national",
         place=(108.785, 31.728), zones=(("general", 98.0),), stretch=2.2, angle_deg=-15, target="森林景观"),
    Area(code="PA17", county=CHENGKOU, name="巴山湖国家湿地公园", kind="wetland_park", level="national",
         place=(108.425, 32.020), zones=(("general", 9.2),), along="任河", target="库塘湿地"),
    Area(code="PA18", county=TONGNAN, name="重庆涪江国家湿地公园", kind="wetland_park", level="national",
         place=(105.815, 30.195), zones=(("general", 17.5),), along="涪江", target="河流湿地"),
    Area(code="PA19", county=TONGNAN, name="重庆市马鞍山森林公园", kind="forest_park", level="province",
         place=(105.775, 29.865), zones=(("general", 11.0),), angle_deg=55, target="森林景观"),
    Area(code="PA20", county=TONGNAN, name="重庆市五桂山楠木生态公园", kind="forest_park", level="county",
         place=(105.915, 29.905), zones=(("general", 4.6),), angle_deg=-30, target="野生楠木"),
)  # fmt: skip

SCENIC: tuple[Area, ...] = (
    Area(code="SA01", county=CHAOTIAN, name="剑门蜀道国家级风景名胜区（朝天片区）", kind="scenic_area", level="national",
         place=(105.905, 32.705), zones=(("core", 5.0), ("level1", 11.0), ("level2", 20.0), ("level3", 33.0)),
         along="嘉陵江"),
    Area(code="SA02", county=NANJIANG, name="光雾山—诺水河国家级风景名胜区（光雾山片区）", kind="scenic_area",
         level="national", place=(106.735, 32.605),
         zones=(("core", 42.0), ("level1", 88.0), ("level2", 141.0), ("level3", 186.0)), stretch=2.0, angle_deg=-25),
    Area(code="SA03", county=TONGJIANG, name="光雾山—诺水河国家级风景名胜区（诺水河片区）", kind="scenic_area",
         level="national", place=(107.225, 32.395),
         zones=(("core", 21.0), ("level1", 47.0), ("level2", 83.0), ("level3", 112.0)), angle_deg=65),
    Area(code="SA04", county=LESHAN, name="乐山大佛风景名胜区", kind="scenic_area", level="national",
         place=(103.778, 29.548), zones=(("core", 1.5), ("level1", 3.4), ("level2", 6.2), ("level3", 9.3)),
         stretch=1.9, angle_deg=75),
)  # fmt: skip

UNNAMED_IN_PLANS = (BAZHOU,)
"""巴州区 and 恩阳区: the plans name no protected area there, so there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Zoned:
    """One drawn zone of an area."""

    area: Area
    zone: str
    geometry: Geometry


def draw(
    areas: tuple[Area, ...], counties: dict[str, Geometry], rivers: dict[str, LineString]
) -> list[Zoned]:
    """All zones of all areas, disjoint within an area, inside its county."""
    out: list[Zoned] = []
    for number, area in enumerate(areas):
        out += _zones(area, counties[area.county], rivers, seed=int(area.county) % 997 + 31 * number)
    return out


def _zones(area: Area, county: Geometry, rivers: dict[str, LineString], seed: int) -> list[Zoned]:
    outer_m2 = area.zones[-1][1] * 1e6
    radius_m = float((outer_m2 / 3.14) ** 0.5)
    field = _field(area, rivers, radius_m, seed)
    step_m = min(max(radius_m / 45.0, 30.0), 220.0)
    reach_m = radius_m * (6.0 if area.along else 2.2 * area.stretch)
    x, y = area.place
    grid = Grid.around((x, y, x, y), step_m, margin_m=reach_m)
    values = grid.evaluate(field)
    inside, shapes = county, []
    for _, km2 in reversed(area.zones):
        wish = Fit(
            target_m2=km2 * 1e6,
            inside=inside,
            part_m2=0.04 * km2 * 1e6,
            hole_m2=0.02 * outer_m2,
            smooth_m=step_m / 6,
        )
        inside = fit(grid, values, wish)
        shapes.append(inside)
    shapes.reverse()
    out, taken = [], shapely.MultiPolygon()
    for (zone, _), shape in zip(area.zones, shapes, strict=True):
        ring = rounded(polygonal(shapely.difference(shape, taken)))
        out.append(Zoned(area=area, zone=zone, geometry=ring))
        taken = shape
    return out


def _field(area: Area, rivers: dict[str, LineString], radius_m: float, seed: int) -> Field:
    rough = noise(radius_m * 0.75, seed, 4)
    if not area.along:
        hill = mound(area.place, radius_m, stretch=area.stretch, angle_deg=area.angle_deg)
        return lambda lon, lat: hill(lon, lat) + 0.42 * rough(lon, lat)
    near, centre = distance_to(rivers[area.along]), mound(area.place, radius_m * 3.2)
    width_m = radius_m * 0.28
    grain = noise(max(width_m * 1.6, 250.0), seed, 3)
    return lambda lon, lat: -near(lon, lat) / width_m + 1.2 * centre(lon, lat) + 0.7 * grain(lon, lat)
