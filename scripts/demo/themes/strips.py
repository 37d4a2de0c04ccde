"""Roads and a railway between the towns, a pipeline with its crossing and tunnel, and power lines."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from scripts.demo.pebbles import beside, fitted, moved, on_lattice
from scripts.demo.places import Place
from scripts.demo.rivers import metric_buffer
from scripts.demo.themes.home import MARK, Feature, Home

Road = tuple[str, str, float]
ROADS: tuple[Road, ...] = (
    ("expressway", "高速公路", 26.0),
    ("national", "国道", 16.0),
    ("provincial", "省道", 12.0),
    ("county", "县道", 8.0),
    ("township", "乡道", 6.5),
)
"""Road classes and width of their land in metres."""

POWER_KV = (500, 220, 110, 35)
RAIL_M = 18.0


def draw(home: Home) -> Iterator[Feature]:
    """The strips of a district: roads and the railway as areas, pipelines and power lines as lines."""
    for (road, words, width_m), shape in roads(home):
        yield _strip("road", words, shape, road_class=road, width_m=width_m)
    ends = [town.place for town in home.towns]
    if len(ends) > 3:
        rail = metric_buffer(
            _bent(moved(ends[0], 900.0, -800.0), ends[3], home.seed + 9), RAIL_M / 2, quad_segs=1
        )
        yield _strip("rail", "铁路", fitted(rail, home.shape), width_m=RAIL_M)
    for number, (a, b) in enumerate(zip(ends, ends[2:], strict=False)):
        line = on_lattice(
            _bent(moved(a, -1400.0, -1900.0), moved(b, -1500.0, 1600.0), home.seed + 31 + number)
        )
        pieces = shapely.get_parts(shapely.intersection(line, home.shape))
        longest = max(pieces, key=lambda piece: piece.length)
        if number == 0:
            yield _strip("pipeline", "天然气管道", longest, pipe_part="buried", width_m=0.5)
        elif number <= len(POWER_KV):
            volts = POWER_KV[number - 1]
            yield _strip("power", f"{volts}kV输电线路", longest, voltage=f"{volts}kV", voltage_kv=volts)
    if home.rivers:
        river, line = home.rivers[0]
        reach_m = river.width_m / 2 + 60.0
        across = LineString([beside(line, 0.62, reach_m), beside(line, 0.62, -reach_m)])
        yield _strip(
            "pipeline",
            f"天然气管道穿越{river.name}",
            on_lattice(across),
            pipe_part="river_crossing",
            width_m=0.5,
        )
    for place in home.picker.pick("steep", 1, apart_m=1500.0):
        tunnel = LineString([place, moved(place, 420.0, 260.0)])
        yield _strip("pipeline", "管道专用隧道", on_lattice(tunnel), pipe_part="tunnel", width_m=4.0)


def _strip(zone: str, words: str, shape: BaseGeometry, **more: object) -> Feature:
    columns = {"road_class": None, "pipe_part": None, "voltage": None, "voltage_kv": None, "width_m": None}
    return Feature(
        layer="infra_strip", zone_class=zone, name=f"{words}{MARK}", geometry=shape, more={**columns, **more}
    )


def roads(home: Home) -> list[tuple[Road, BaseGeometry]]:
    """A road from each town to the next, as the area of its land."""
    return list(_roads(home.shape, tuple(town.place for town in home.towns), home.seed))


@lru_cache(maxsize=16)
def _roads(
    shape: BaseGeometry, places: tuple[Place, ...], seed: int
) -> tuple[tuple[Road, BaseGeometry], ...]:
    out = []
    for number, (road, a, b) in enumerate(zip(ROADS, places, places[1:], strict=False)):
        area = fitted(metric_buffer(_bent(a, b, seed + number), road[2] / 2, quad_segs=1), shape)
        out.append((road, area))
    return tuple(out)


def _bent(a: Place, b: Place, seed: int) -> LineString:
    """A line from place to place that swings to both sides."""
    share = np.linspace(0.0, 1.0, 13)
    phase = (seed * 0.618) % 1.0 * 2.0 * np.pi
    waves = np.sin(2 * np.pi * share + phase) * 0.05 + np.sin(5 * np.pi * share) * 0.025
    swing = waves * np.sin(np.pi * share)
    east, north = b[0] - a[0], b[1] - a[1]
    return LineString(
        np.column_stack([a[0] + share * east - swing * north, a[1] + share * north + swing * east])
    )
