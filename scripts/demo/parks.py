"""Industrial parks: blocks of parcels on a turned street grid, grown about a hand-placed centre."""

import heapq
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Geometry

from scripts.demo.fields import M_PER_DEG, noise, polygonal, rounded, tidy
from scripts.demo.places import (
    BAZHOU,
    CHAOTIAN,
    CHENGKOU,
    ENYANG,
    LESHAN,
    NANJIANG,
    PINGCHANG,
    TONGJIANG,
    TONGNAN,
    Place,
)

BLOCK_M = 190.0
"""Side of a block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Park:
    """An industrial park to be drawn."""

    code: str
    county: str
    name: str
    place: Place
    km2: float
    level: str = "county"
    angle_deg: float = 20.0
    compliant: bool = True
    chemical: bool = False
    industry: str = ""


PARKS: tuple[Park, ...] = (
    Park(code="IP01", county=CHAOTIAN, name="四川省广元朝天经济开发区", place=(105.938, 32.652), km2=3.1,
         level="province", angle_deg=28, industry="建材、农产品加工"),
    Park(code="IP02", county=CHAOTIAN, name="仇坝工业园区", place=(105.902, 32.602), km2=1.2, angle_deg=-15,
         industry="矿产品加工"),
    Park(code="IP03", county=BAZHOU, name="四川巴中经济开发区", place=(106.798, 31.815), km2=6.2, level="province",
         angle_deg=12, industry="食品饮料、电子信息"),
    Park(code="IP04", county=BAZHOU, name="曾口化工工业园", place=(106.905, 31.722), km2=1.6, angle_deg=40,
         chemical=True, industry="新能源新材料、化工"),
    Park(code="IP05", county=BAZHOU, name="巴中市固废循环经济产业园", place=(106.700, 31.930), km2=0.9, level="city",
         angle_deg=-30, industry="固体废物利用处置"),
    Park(code="IP06", county=ENYANG, name="恩阳食品工业园", place=(106.602, 31.800), km2=2.0, angle_deg=8,
         industry="食品"),
    Park(code="IP07", county=TONGJIANG, name="通江春在工业园", place=(107.272, 31.938), km2=1.5, angle_deg=33,
         industry="农产品加工"),
    Park(code="IP08", county=NANJIANG, name="南江工业基地", place=(106.858, 32.312), km2=2.2, angle_deg=-22,
         industry="石材、新材料"),
    Park(code="IP09", county=PINGCHANG, name="四川平昌经济开发区", place=(107.080, 31.532), km2=3.6,
         level="province", angle_deg=18, industry="机械、食品"),
    Park(code="IP10", county=PINGCHANG, name="驷马清洁能源产业园", place=(107.030, 31.425), km2=1.1, angle_deg=-40,
         industry="清洁能源"),
    Park(code="IP11", county=LESHAN, name="嘉州工业园水口产业园区", place=(103.660, 29.545), km2=2.4, level="province",
         angle_deg=30, industry="机械、新材料"),
    Park(code="IP12", county=LESHAN, name="嘉州工业园土主纺织园区", place=(103.868, 29.610), km2=1.8,
         level="province", angle_deg=5, industry="纺织"),
    Park(code="IP13", county=LESHAN, name="嘉州工业园资源循环利用基地", place=(103.925, 29.645), km2=0.9,
         level="province", angle_deg=-12, industry="资源循环利用"),
    Park(code="IP14", county=LESHAN, name="嘉州工业园全福食品加工园区", place=(103.800, 29.625), km2=1.1,
         level="province", angle_deg=44, industry="食品"),
    Park(code="IP15", county=CHENGKOU, name="城口工业园区高燕组团", place=(108.607, 31.958), km2=1.0, level="city",
         angle_deg=-18, industry="锰加工"),
    Park(code="IP16", county=CHENGKOU, name="城口工业园区巴山组团", place=(108.498, 31.983), km2=0.8, level="city",
         angle_deg=22, industry="钡盐"),
    Park(code="IP17", county=TONGNAN, name="潼南高新区产城融合产业园", place=(105.845, 30.232), km2=6.8,
         level="province", angle_deg=15, industry="电子信息、农产品加工"),
    Park(code="IP18", county=TONGNAN, name="潼南高新区循环经济产业园", place=(105.905, 30.195), km2=4.2,
         level="province", angle_deg=-8, industry="资源循环、化工", chemical=True),
    Park(code="IP19", county=TONGNAN, name="潼南高新区现代制造产业园", place=(105.812, 30.152), km2=4.9,
         level="province", angle_deg=36, industry="装备制造"),
    Park(code="IP20", county=TONGNAN, name="巨科环保园区（电镀园区）", place=(105.745, 30.112), km2=1.3, level="city",
         angle_deg=25, industry="表面处理"),
    Park(code="IP21", county=TONGNAN, name="北部化工园区（拟调整）", place=(105.868, 30.272), km2=1.5, angle_deg=-25,
         compliant=False, chemical=True, industry="化工"),
)  # fmt: skip


def draw(counties: dict[str, Geometry], wet: Geometry) -> dict[str, Geometry]:
    """Parks by code, off the water by 60 m and inside their counties."""
    keep_off = shapely.buffer(wet, 60.0 / M_PER_DEG)
    out: dict[str, Geometry] = {}
    taken: Geometry = shapely.MultiPolygon()
    for park in PARKS:
        free = shapely.difference(shapely.difference(counties[park.county], keep_off), taken)
        out[park.code] = _blocks(park, free)
        taken = shapely.union(taken, out[park.code])
    return out


def _blocks(park: Park, free: Geometry) -> Geometry:
    """The cheapest connected blocks, outwards from the centre; noise makes some directions cheaper."""
    seed = int(park.code[2:]) + 900
    turn, squeeze = np.radians(park.angle_deg), np.cos(np.radians(park.place[1]))
    cost = noise(900.0, seed, 2)
    want = round(park.km2 * 1e6 / BLOCK_M**2)

    def corner(u: float, v: float) -> tuple[float, float]:
        east = (u * np.cos(turn) - v * np.sin(turn)) * BLOCK_M
        north = (u * np.sin(turn) + v * np.cos(turn)) * BLOCK_M
        return park.place[0] + east / M_PER_DEG / squeeze, park.place[1] + north / M_PER_DEG

    def square(u: int, v: int) -> Geometry:
        return shapely.Polygon([corner(u, v), corner(u + 1, v), corner(u + 1, v + 1), corner(u, v + 1)])

    queue: list[tuple[float, int, int]] = [(0.0, 0, 0)]
    seen, chosen = {(0, 0)}, []
    while queue and len(chosen) < want:
        _, u, v = heapq.heappop(queue)
        block = square(u, v)
        if shapely.intersection(block, free).area < 0.55 * block.area and (u, v) != (0, 0):
            continue
        chosen.append(block)
        for du, dv in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            place = (u + du, v + dv)
            if place not in seen:
                seen.add(place)
                lon, lat = corner(place[0] + 0.5, place[1] + 0.5)
                price = float(np.hypot(*place)) * (
                    1.0 + 0.55 * float(cost(np.array([lon]), np.array([lat]))[0])
                )
                heapq.heappush(queue, (round(price, 6), *place))
    joined = shapely.union_all(shapely.set_precision(np.array(chosen, dtype=object), 1e-7))
    clipped = tidy(polygonal(shapely.intersection(joined, free)), part_m2=8e4, hole_m2=8e4)
    return rounded(shapely.simplify(clipped, 5.0 / M_PER_DEG))
