"""Drinking-water protection zones at the sources the plans name, and the reservoirs of some of them."""

from dataclasses import dataclass

import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from scripts.demo.fields import (
    M_PER_DEG,
    Blot,
    Floats,
    Grid,
    blot,
    distance_to,
    noise,
    polygonal,
    region,
    rounded,
)
from scripts.demo.places import Place, entries
from scripts.demo.rivers import Course, towards

UP_DOWN_M = {"1": (1000.0, 100.0), "2": (3000.0, 300.0), "quasi": (7000.0, 300.0)}
"""How far the zones of a river source reach up and down stream: HJ 338 sizes; an approved polygon wins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A drinking-water source to be drawn.

    Attributes
    ----------
    kind
        ``source_type`` of regulations.md b.5.
    river
        Rivers: its name.
    lake_km2
        Reservoirs: water surface.
    named
        The plan names it; otherwise the name is ours.
    """

    code: str
    county: str
    name: str
    kind: str
    supply: str
    place: Place
    river: str = ""
    lake_km2: float = 0.0
    named: bool = True
    people: int = 20000


def sources() -> tuple[Source, ...]:
    """The drinking-water sources."""
    return entries("sources", Source)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceZone:
    """One drawn protection zone; rings of a source are disjoint."""

    source: Source
    level: str
    intake: Place
    geometry: BaseGeometry


def draw(
    courses: tuple[Course, ...], counties: dict[str, BaseGeometry]
) -> tuple[list[SourceZone], dict[str, BaseGeometry]]:
    """All protection zones, inside their counties, and the reservoirs by source code."""
    zones: list[SourceZone] = []
    lakes: dict[str, BaseGeometry] = {}
    taken: BaseGeometry = shapely.MultiPolygon()
    for number, source in enumerate(sources()):
        county = counties[source.county]
        if source.lake_km2:
            lakes[source.code] = _lake(source, county, 400 + number)
        rings = _rings(source, courses, lakes.get(source.code), 500 + number)
        for level, shape, intake in rings:
            ring = rounded(polygonal(shapely.intersection(shapely.difference(shape, taken), county)))
            zones.append(SourceZone(source=source, level=level, intake=intake, geometry=ring))
            taken = shapely.union(taken, shape)
    return zones, lakes


def _lake(source: Source, county: BaseGeometry, seed: int) -> BaseGeometry:
    """A reservoir with arms: strong noise on a small hill."""
    wish = Blot(
        place=source.place,
        target_m2=source.lake_km2 * 1e6,
        seed=seed,
        stretch=2.2,
        angle_deg=35.0 + seed * 17,
        steep=1.6,
        rough=0.9,
        cells=35.0,
        part_share=0.25,
    )
    return blot(wish, county)


Ring = tuple[str, BaseGeometry, Place]


def _rings(source: Source, courses: tuple[Course, ...], lake: BaseGeometry | None, seed: int) -> list[Ring]:
    if lake is not None:
        return _lake_rings(source, lake, seed)
    if source.river:
        return _river_rings(source, courses, seed)
    return [
        ("1", _grown(Point(source.place), 90.0, seed), source.place),
        ("2", _grown(Point(source.place), 620.0, seed), source.place),
    ]


def _river_rings(source: Source, courses: tuple[Course, ...], seed: int) -> list[Ring]:
    line, at = towards(source.place, courses, source.river)
    width_m = next(c.river.width_m for c in courses if c.river.name == source.river)
    intake = line.interpolate(at)
    depths = {"1": width_m / 2 + 70.0, "2": width_m / 2 + 900.0, "quasi": width_m / 2 + 1300.0}
    rings: list[Ring] = []
    for level, (up_m, down_m) in UP_DOWN_M.items():
        stretch = _stretch(line, at, up_m, down_m)
        shape = _grown(stretch, depths[level], seed)
        if rings:
            shape = shapely.union(shape, rings[-1][1])
        rings.append((level, shape, (round(intake.x, 6), round(intake.y, 6))))
    return rings


def _stretch(line: LineString, at_deg: float, up_m: float, down_m: float) -> BaseGeometry:
    return substring(line, max(0.0, at_deg - up_m / M_PER_DEG), min(line.length, at_deg + down_m / M_PER_DEG))


def _lake_rings(source: Source, lake: BaseGeometry, seed: int) -> list[Ring]:
    xy = shapely.get_coordinates(lake)
    dam = xy[int(xy[:, 1].argmin())]
    reach = shapely.buffer(Point(dam), 600.0 / M_PER_DEG)
    first = polygonal(shapely.intersection(lake, reach))
    intake = (round(float(dam[0]), 6), round(float(dam[1]), 6))
    large = 1.6 if source.kind == "reservoir_large" else 1.0
    inner = _grown(first, 200.0, seed)
    middle = shapely.union(_grown(lake, 700.0 * large, seed), inner)
    outer = shapely.union(_grown(lake, 1500.0 * large, seed), middle)
    return [("1", inner, intake), ("2", middle, intake), ("quasi", outer, intake)]


def _grown(shape: BaseGeometry, depth_m: float, seed: int) -> BaseGeometry:
    """``shape`` and the land within about ``depth_m``, deeper here and shallower there, as catchments are."""
    step_m = min(max(depth_m / 9.0, 14.0), 90.0)
    grid = Grid.around(shape.bounds, step_m, margin_m=depth_m * 2.2)
    away, rough = distance_to(shape, 3.0 * depth_m), noise(max(depth_m * 2.0, 300.0), seed, 3)

    def field(lon: Floats, lat: Floats) -> Floats:
        return 1.0 + 0.35 * rough(lon, lat) - away(lon, lat) / depth_m

    grown = shapely.simplify(region(grid, grid.evaluate(field), 0.0), step_m / 5 / M_PER_DEG)
    parts = shapely.get_parts(polygonal(shapely.make_valid(grown)))
    touching = parts[shapely.intersects(parts, shape)]
    return (
        shapely.union(shapely.union_all(touching), shape)
        if shape.geom_type.endswith("Polygon")
        else shapely.union_all(touching)
    )
