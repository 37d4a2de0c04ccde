"""Towns: townships, built-up areas, boundaries, fuel, noise and air zones, receptors, heritage."""

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from scripts.demo.pebbles import CLEAR_M, fitted, grown, moved, pebble, point
from scripts.demo.themes.home import MARK, Feature, Home, Town
from scripts.demo.themes.strips import roads

FUEL = ("III", "II", "II", "I", "I")
"""Fuel class of the towns, the seat first (regulations.md b.7)."""

NOISE_DB = {"0": (50, 40), "1": (55, 45), "2": (60, 50), "3": (65, 55), "4a": (70, 55)}
"""Day and night limits of GB 3096 by class."""


def draw(home: Home) -> Iterator[Feature]:
    """All of these layers in one district."""
    yield from _townships(home)
    yield from _boundaries(home)
    yield from _fuel(home)
    yield from _noise(home)
    yield from _air(home)
    yield from _receptors(home)
    yield from _heritage(home)


def _townships(home: Home) -> Iterator[Feature]:
    """A cell about each town, and its built-up area."""
    places = shapely.MultiPoint([town.place for town in home.towns])
    cells = shapely.get_parts(shapely.voronoi_polygons(places, extend_to=home.shape.envelope))
    for k, (town, built) in enumerate(zip(home.towns, home.built, strict=True), start=1):
        cell = next(cell for cell in cells if shapely.contains_xy(cell, *town.place))
        code = f"{home.code}{k:03d}"
        yield Feature(
            layer="township",
            zone_class=town.kind,
            name=town.name,
            geometry=fitted(cell, home.shape),
            more={"code": code, "parent": home.code},
        )
        yield Feature(
            layer="built_up_area",
            zone_class="city" if town.seat else "town",
            name=f"{_bare(town)}建成区{MARK}",
            geometry=fitted(built),
            more={"town_name": town.name, "residential": True},
        )


def _bare(town: Town) -> str:
    return town.name.removesuffix(MARK)


def _boundaries(home: Home) -> Iterator[Feature]:
    """Development boundaries: about towns and parks; a flexible ring and a green belt at the seat.

    They keep off the red line: the three lines do not cross (2019《三条控制线》).
    """
    taken: BaseGeometry = grown(home.redline, CLEAR_M)
    for town, built in zip(home.towns, home.built, strict=True):
        shape = shapely.difference(fitted(grown(built, 250.0), home.shape), taken)
        taken = shapely.union(taken, shape)
        yield _boundary("concentrated", f"{_bare(town)}城镇集中建设区", shape, town.name)
    for number, park in enumerate(home.parks, start=1):
        shape = shapely.difference(fitted(grown(park, 80.0), home.shape), taken)
        taken = shapely.union(taken, shape)
        yield _boundary("concentrated", f"园区集中建设区{number}", shape, "")
    seat = home.towns[0]
    green = pebble(moved(seat.place, 2100.0, 600.0), 0.5e6, home.seed + 3)
    for zone, name, shape in (
        ("flexible", "城镇弹性发展区", grown(home.built[0], 650.0)),
        ("special", "城镇特别用途区", green),
    ):
        ring = shapely.difference(fitted(shape, home.shape), taken)
        taken = shapely.union(taken, ring)
        yield _boundary(zone, f"{_bare(seat)}{name}", ring, seat.name)


def developed(home: Home) -> BaseGeometry:
    """All ground inside development boundaries."""
    return shapely.union_all([feature.geometry for feature in _boundaries(home)])


def _boundary(zone: str, name: str, shape: BaseGeometry, town: str) -> Feature:
    return Feature(
        layer="urban_dev_boundary",
        zone_class=zone,
        name=name + MARK,
        geometry=fitted(shape),
        more={"town_name": town or None},
    )


def _fuel(home: Home) -> Iterator[Feature]:
    for fuel, town, built in zip(FUEL, home.towns, home.built, strict=False):
        yield Feature(
            layer="fuel_ban_zone",
            zone_class=fuel,
            name=f"{_bare(town)}高污染燃料禁燃区{MARK}",
            geometry=fitted(built),
            more={"announcement": "示范公告〔2021〕1号"},
        )


def _noise(home: Home) -> Iterator[Feature]:
    """Of built-up areas: 4a along the road, 1 (a cluster) in the middle, 2 the rest; parks 3."""
    road = shapely.union_all([shape for _, shape in roads(home)])
    beside = grown(road, 35.0)
    for town, built in zip(home.towns[:5], home.built, strict=False):
        quiet = pebble(moved(town.place, 250.0, 250.0), 0.16 * _area(built), home.seed + 11)
        strip = shapely.intersection(beside, built)
        for zone, shape in (
            ("4a", strip),
            ("1", shapely.difference(shapely.intersection(quiet, built), strip)),
            ("2", shapely.difference(built, shapely.union(quiet, strip))),
        ):
            if not shape.is_empty:
                yield _noise_zone(zone, f"{_bare(town)}{zone}类声环境功能区", shape)
    seat = home.towns[0]
    yield _noise_zone(
        "0", f"{_bare(seat)}疗养区", fitted(pebble(moved(seat.place, -2300.0, 900.0), 4e4, home.seed))
    )
    for number, park in enumerate(home.parks, start=1):
        yield _noise_zone("3", f"园区{number}3类声环境功能区", park)


def _area(shape: BaseGeometry) -> float:
    """Square metres, good to a percent."""
    return float(shape.area) * 111_200.0**2 * float(np.cos(np.radians(shape.centroid.y)))


def _noise_zone(zone: str, name: str, shape: BaseGeometry) -> Feature:
    day, night = NOISE_DB[zone]
    return Feature(
        layer="noise_zone",
        zone_class=zone,
        name=name + MARK,
        geometry=fitted(shape),
        more={
            "day_limit": day,
            "night_limit": night,
            "sensitive_cluster": zone in {"0", "1"},
            "road_strip_m": 35.0 if zone == "4a" else None,
        },
    )


def _air(home: Home) -> Iterator[Feature]:
    """Class 1 on high ground; class 2 about the towns, parks and in a valley, with what weighs there."""
    for number, place in enumerate(home.picker.pick("high", 2, apart_m=2500.0), start=1):
        shape = pebble(place, 6.0e6, home.seed + number)
        yield _air_zone(home, "1", f"环境空气一类区{number}", shape, "")
    wishes = [
        ("receptor", grown(home.built[0], 300.0)),
        ("layout", pebble(home.towns[1].place, 5.0e6, home.seed)),
    ]
    wishes += [("high_emission", grown(park, 120.0)) for park in home.parks]
    valley = home.picker.pick("gentle", 1, apart_m=2500.0)
    wishes += [("weak_diffusion", pebble(place, 4.0e6, home.seed + 5, stretch=2.5)) for place in valley]
    for number, (reason, shape) in enumerate(wishes, start=1):
        yield _air_zone(home, "2", f"环境空气二类区{number}", shape, reason)


_AIR_SUB = {
    "receptor": "受体敏感",
    "layout": "布局敏感",
    "high_emission": "大气高排放",
    "weak_diffusion": "弱扩散",
}
"""Sub-class of an element zone (regulations.md §1.4) for each reason."""


def _air_zone(home: Home, zone: str, name: str, shape: BaseGeometry, reason: str) -> Feature:
    more = {key: key == reason for key in _AIR_SUB}
    return Feature(
        layer="air_zone",
        zone_class=zone,
        name=name + MARK,
        geometry=fitted(shape, home.shape),
        more=dict(more),
    )


def air_elements(features: list[Feature]) -> Iterator[Feature]:
    """The element zones of air that go with the air zones."""
    for feature in features:
        for key, words in _AIR_SUB.items():
            if feature.layer == "air_zone" and feature.more[key]:
                name = f"大气环境{words}重点管控区{MARK}"
                yield Feature(
                    layer="element_zone",
                    zone_class="air",
                    name=name,
                    geometry=feature.geometry,
                    more={"sub_class": words},
                )


def _receptors(home: Home) -> Iterator[Feature]:
    """Homes and a school in each town, hospital, care home and office in the larger; villages between."""
    for k, town in enumerate(home.towns):
        name, seed = _bare(town), home.seed + 7 * k
        share = 1.0 if town.seat else 0.55
        homes = shapely.intersection(pebble(town.place, 0.12e6, seed), home.built[k])
        yield _receptor("home", f"{name}居民区", homes)
        wishes = [("school", "学校", 300.0, -200.0)]
        wishes += [("hospital", "医院", -320.0, 180.0), ("office", "行政办公", 150.0, 330.0)] if k < 3 else []
        wishes += [("care", "养老院", -260.0, -310.0)] if k < 2 else []
        for kind, words, east_m, north_m in wishes:
            yield _receptor(kind, f"{name}{words}", point(moved(town.place, share * east_m, share * north_m)))
    for number, place in enumerate(home.picker.pick("gentle", 8, apart_m=2500.0, off=home.kept), start=1):
        yield _receptor("home", f"村庄{number}", point(place))
        if number <= 3:
            yield _receptor("school", f"村小学{number}", point(moved(place, 180.0, 120.0)))
    for zone in home.sources:
        if zone.level == "1":
            yield _receptor("water_intake", f"{zone.source.name}取水口", point(zone.intake))


def _receptor(kind: str, name: str, shape: BaseGeometry) -> Feature:
    areal = shapely.get_dimensions(shape) == 2
    return Feature(
        layer="receptor",
        zone_class=kind,
        name=name.removesuffix(MARK) + MARK,
        geometry=fitted(shape) if areal else shape,
        more={},
    )


def _heritage(home: Home) -> Iterator[Feature]:
    """Two listed sites with range and belt, three points not listed, an old town in three rings."""
    places = home.picker.pick("gentle", 5, apart_m=1800.0, off=home.kept)
    for k, place in enumerate(places[:2]):
        level = ("province", "county")[k]
        core = pebble(place, 1.6e4, home.seed + k)
        belt = shapely.difference(grown(core, 60.0), core)
        for zone, words, shape in (("protect", "保护范围", core), ("control", "建设控制地带", belt)):
            yield Feature(
                layer="heritage",
                zone_class=zone,
                name=f"文物保护单位{k + 1}{words}{MARK}",
                geometry=fitted(shape, home.shape),
                more={"heritage_level": level},
            )
    for k, place in enumerate(places[2:], start=1):
        yield Feature(
            layer="heritage",
            zone_class="point",
            name=f"不可移动文物{k}{MARK}",
            geometry=point(place),
            more={"heritage_level": "unlisted"},
        )
    inner: BaseGeometry = shapely.MultiPolygon()
    middle = pebble(moved(home.towns[1].place, -150.0, -120.0), 6e4, home.seed + 21)
    for zone, words, shape in (
        ("core", "核心保护范围", middle),
        ("control", "建设控制地带", grown(middle, 80.0)),
        ("environment", "环境协调区", grown(middle, 200.0)),
    ):
        ring = shapely.difference(fitted(shape, home.shape), inner)
        inner = shapely.union(inner, ring)
        yield Feature(
            layer="historic_town",
            zone_class=zone,
            name=f"{_bare(home.towns[1])}老街{words}{MARK}",
            geometry=fitted(ring),
            more={},
        )
