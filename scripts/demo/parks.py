"""Industrial parks: blocks of parcels on a turned street grid, grown about a hand-placed centre."""

import heapq
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from scripts.demo.fields import M_PER_DEG, noise, polygonal, rounded, tidy
from scripts.demo.places import Place, entries

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


@lru_cache(maxsize=1)
def parks() -> tuple[Park, ...]:
    """The industrial parks."""
    return entries("parks", Park)


def draw(counties: dict[str, BaseGeometry], wet: BaseGeometry) -> dict[str, BaseGeometry]:
    """Parks by code, off the water by 60 m and inside their counties."""
    keep_off = shapely.buffer(wet, 60.0 / M_PER_DEG)
    out: dict[str, BaseGeometry] = {}
    taken: BaseGeometry = shapely.MultiPolygon()
    for park in parks():
        free = shapely.difference(shapely.difference(counties[park.county], keep_off), taken)
        out[park.code] = _blocks(park, free)
        taken = shapely.union(taken, out[park.code])
    return out


def _blocks(park: Park, free: BaseGeometry) -> BaseGeometry:
    """The cheapest connected blocks, outwards from the centre; noise makes some directions cheaper."""
    seed = int(park.code[2:]) + 900
    turn, squeeze = np.radians(park.angle_deg), np.cos(np.radians(park.place[1]))
    cost = noise(900.0, seed, 2)
    want = round(park.km2 * 1e6 / BLOCK_M**2)

    def corner(u: float, v: float) -> tuple[float, float]:
        east = (u * np.cos(turn) - v * np.sin(turn)) * BLOCK_M
        north = (u * np.sin(turn) + v * np.cos(turn)) * BLOCK_M
        return park.place[0] + east / M_PER_DEG / squeeze, park.place[1] + north / M_PER_DEG

    def square(u: int, v: int) -> BaseGeometry:
        return shapely.Polygon([corner(u, v), corner(u + 1, v), corner(u + 1, v + 1), corner(u, v + 1)])

    queue: list[tuple[float, int, int]] = [(0.0, 0, 0)]
    seen = {(0, 0)}
    chosen: list[BaseGeometry] = []
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
