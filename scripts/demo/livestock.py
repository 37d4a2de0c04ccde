"""Livestock ban zones: source zones, towns, hamlets, and a belt about the towns where farms are limited."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.measure import area_m2
from scripts.demo.fields import Blot, blot, polygonal, rounded
from scripts.demo.places import CHAOTIAN, Place, plans
from scripts.demo.rivers import Course
from scripts.demo.water import SourceZone

COUNTS = {CHAOTIAN: 92}
"""Ban zones: 92 in 朝天区 (plan, line 12); elsewhere as many as are drawn about towns, sources and rivers."""

USUAL_COUNT = 14
LIMIT_BELT_M = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """One ban or limit zone."""

    county: str
    zone: str
    ground: str
    geometry: BaseGeometry


def draw(
    counties: dict[str, BaseGeometry], zones: tuple[SourceZone, ...], courses: tuple[Course, ...]
) -> list[Ban]:
    """All ban and limit zones, disjoint."""
    out: list[Ban] = []
    for number, code in enumerate(plans()):
        out += _of_county(code, counties[code], zones, courses, 2000 + number)
    return out


def _of_county(
    code: str, county: BaseGeometry, zones: tuple[SourceZone, ...], courses: tuple[Course, ...], seed: int
) -> list[Ban]:
    shapes = [
        ("饮用水水源保护区", z.geometry) for z in zones if z.source.county == code and z.level in {"1", "2"}
    ]
    towns = [
        _blot(place, 4.5e6 if k == 0 else 1.6e6, county, seed + k)
        for k, place in enumerate(plans()[code].towns)
    ]
    shapes += [("城镇居民区", town) for town in towns]
    wanted = COUNTS.get(code, USUAL_COUNT)
    taken: BaseGeometry = shapely.MultiPolygon()
    out: list[Ban] = []
    for ground, shape in shapes:
        taken = _add(out, Ban(county=code, zone="ban", ground=ground, geometry=shape), taken)
    for k, place in enumerate(_hamlets(county, courses, seed)):
        if len(out) == wanted:
            break
        size = 0.25e6 + 0.9e6 * ((k * 37) % 11) / 11.0
        blot = _blot(place, size, county, seed + 100 + k)
        taken = _add(out, Ban(county=code, zone="ban", ground="居民集中区", geometry=blot), taken)
    belt = polygonal(
        shapely.intersection(shapely.buffer(shapely.union_all(towns), LIMIT_BELT_M / 1.0e5), county)
    )
    _add(out, Ban(county=code, zone="limit", ground="城镇居民区外围", geometry=belt), taken)
    return out


def _add(out: list[Ban], ban: Ban, taken: BaseGeometry) -> BaseGeometry:
    """Append ``ban`` less what is taken, if a hectare is left of it."""
    shape = rounded(polygonal(shapely.difference(ban.geometry, taken)))
    if area_m2(shape) < 1e4:
        return taken
    out.append(Ban(county=ban.county, zone=ban.zone, ground=ban.ground, geometry=shape))
    return shapely.union(taken, shape)


def _blot(place: Place, size_m2: float, county: BaseGeometry, seed: int) -> BaseGeometry:
    wish = Blot(place=place, target_m2=size_m2, seed=seed, stretch=1.4, angle_deg=seed * 29.0, cells=14.0)
    return blot(wish, county)


def _hamlets(county: BaseGeometry, courses: tuple[Course, ...], seed: int) -> list[Place]:
    """Places of a low-discrepancy sequence in the county, those nearer to a river first."""
    west, south, east, north = county.bounds
    k = np.arange(1, 700)
    lon = west + (east - west) * ((k * 0.7548776662466927 + seed * 0.137) % 1.0)
    lat = south + (north - south) * ((k * 0.5698402909980532 + seed * 0.291) % 1.0)
    points = np.asarray(shapely.points(np.round(lon, 5), np.round(lat, 5)), dtype=object)
    points = points[shapely.contains(shapely.buffer(county, -0.012), points)]
    flow = shapely.union_all([c.line for c in courses])
    order = np.argsort(np.round(shapely.distance(points, flow), 9), kind="stable")
    near = points[order[: len(order) // 2]]
    mixed = near[np.argsort(np.arange(len(near)) * 0.618 % 1.0, kind="stable")]
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(mixed)]
