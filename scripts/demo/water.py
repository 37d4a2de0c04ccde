"""Drinking-water protection zones at the sources the plans name, and the reservoirs some of them draw from."""

from dataclasses import dataclass

import shapely
from shapely import Geometry, LineString, Point
from shapely.ops import substring

from scripts.demo.fields import (
    M_PER_DEG,
    Fit,
    Floats,
    Grid,
    distance_to,
    fit,
    mound,
    noise,
    polygonal,
    region,
    rounded,
)
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
from scripts.demo.rivers import Course, towards

UP_DOWN_M = {"1": (1000.0, 100.0), "2": (3000.0, 300.0), "quasi": (7000.0, 300.0)}
"""How far the zones of a river source reach up and down stream (HJ 338 sizes; the approved polygon would win)."""


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


SOURCES: tuple[Source, ...] = (
    Source(code="WS01", county=CHAOTIAN, name="潜溪河（龙洞背水厂）水源地", kind="river", supply="centralised_city",
           place=(106.000, 32.690), river="潜溪河", people=42000),
    Source(code="WS02", county=CHAOTIAN, name="安乐河（大中坝水厂）水源地", kind="river", supply="centralised_city",
           place=(105.835, 32.716), river="安乐河", people=35000),
    Source(code="WS03", county=BAZHOU, name="化成水库水源地", kind="reservoir_mid", supply="centralised_city",
           place=(106.845, 31.925), lake_km2=3.2, people=310000),
    Source(code="WS04", county=BAZHOU, name="巴城大佛寺水源地", kind="river", supply="centralised_city",
           place=(106.773, 31.893), river="南江河", people=150000),
    Source(code="WS05", county=ENYANG, name="黄石盘水库水源地（示范）", kind="reservoir_mid", supply="centralised_city",
           place=(106.480, 31.840), lake_km2=2.4, people=120000),
    Source(code="WS06", county=TONGJIANG, name="通江县城区水源地（示范，计划未具名）", kind="river",
           supply="centralised_city", place=(107.205, 32.035), river="小通江", named=False, people=130000),
    Source(code="WS07", county=TONGJIANG, name="千吨万人水源地一（示范，计划未具名）", kind="groundwater_karst",
           supply="rural_large", place=(107.520, 31.965), named=False, people=14000),
    Source(code="WS08", county=NANJIANG, name="红鱼洞水库水源地", kind="reservoir_large", supply="centralised_city",
           place=(106.715, 32.400), lake_km2=5.6, people=160000),
    Source(code="WS09", county=PINGCHANG, name="双桥水库水源地", kind="reservoir_mid", supply="centralised_city",
           place=(107.215, 31.640), lake_km2=2.0, people=140000),
    Source(code="WS10", county=LESHAN, name="市级水源地一（示范，计划未具名）", kind="river", supply="centralised_city",
           place=(103.690, 29.630), river="青衣江", named=False, people=520000),
    Source(code="WS11", county=LESHAN, name="市级水源地二（示范，计划未具名）", kind="river", supply="centralised_city",
           place=(103.757, 29.650), river="岷江", named=False, people=260000),
    Source(code="WS12", county=LESHAN, name="健丰水库水源地（示范）", kind="reservoir_small", supply="centralised_town",
           place=(103.925, 29.565), lake_km2=0.5, named=False, people=9000),
    Source(code="WS13", county=LESHAN, name="乡镇水源地一（示范，计划未具名）", kind="groundwater_pore",
           supply="rural_large", place=(103.645, 29.620), named=False, people=12000),
    Source(code="WS14", county=CHENGKOU, name="龙峡水库水源地", kind="reservoir_mid", supply="centralised_city",
           place=(108.720, 31.990), lake_km2=0.9, people=75000),
    Source(code="WS15", county=CHENGKOU, name="明通水源地", kind="river", supply="centralised_town",
           place=(108.610, 31.865), river="中河", people=8000),
    Source(code="WS16", county=CHENGKOU, name="高楠水源地", kind="groundwater_karst", supply="centralised_town",
           place=(108.450, 32.130), people=5200),
    Source(code="WS17", county=TONGNAN, name="大石桥水库水源地", kind="reservoir_mid", supply="centralised_city",
           place=(105.905, 30.290), lake_km2=1.8, people=180000),
    Source(code="WS18", county=TONGNAN, name="崇龛镇水源地", kind="river", supply="centralised_town",
           place=(105.655, 30.088), river="琼江", people=26000),
    Source(code="WS19", county=TONGNAN, name="涪江水源地（示范，计划未具名）", kind="river", supply="centralised_city",
           place=(105.760, 30.300), river="涪江", named=False, people=240000),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceZone:
    """One drawn protection zone; rings of a source are disjoint."""

    source: Source
    level: str
    intake: Place
    geometry: Geometry


def draw(
    courses: tuple[Course, ...], counties: dict[str, Geometry]
) -> tuple[list[SourceZone], dict[str, Geometry]]:
    """All protection zones, inside their counties, and the reservoirs by source code."""
    zones: list[SourceZone] = []
    lakes: dict[str, Geometry] = {}
    taken: Geometry = shapely.MultiPolygon()
    for number, source in enumerate(SOURCES):
        county = counties[source.county]
        if source.lake_km2:
            lakes[source.code] = _lake(source, county, 400 + number)
        rings = _rings(source, courses, lakes.get(source.code), 500 + number)
        for level, shape, intake in rings:
            ring = rounded(polygonal(shapely.intersection(shapely.difference(shape, taken), county)))
            zones.append(SourceZone(source=source, level=level, intake=intake, geometry=ring))
            taken = shapely.union(taken, shape)
    return zones, lakes


def _lake(source: Source, county: Geometry, seed: int) -> Geometry:
    """A reservoir with arms: strong noise on a small hill."""
    radius_m = float((source.lake_km2 * 1e6 / 3.14) ** 0.5)
    x, y = source.place
    grid = Grid.around((x, y, x, y), radius_m / 35.0, margin_m=radius_m * 4.0)
    hill, arms = (
        mound(source.place, radius_m * 1.6, stretch=2.2, angle_deg=35.0 + seed * 17),
        noise(radius_m, seed, 4),
    )
    values = grid.evaluate(lambda lon, lat: hill(lon, lat) + 0.9 * arms(lon, lat))
    target = source.lake_km2 * 1e6
    wish = Fit(
        target_m2=target, inside=county, part_m2=target * 0.25, hole_m2=target * 0.02, smooth_m=radius_m / 200
    )
    return fit(grid, values, wish)


Ring = tuple[str, Geometry, Place]


def _rings(source: Source, courses: tuple[Course, ...], lake: Geometry | None, seed: int) -> list[Ring]:
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


def _stretch(line: LineString, at_deg: float, up_m: float, down_m: float) -> LineString:
    return substring(line, max(0.0, at_deg - up_m / M_PER_DEG), min(line.length, at_deg + down_m / M_PER_DEG))


def _lake_rings(source: Source, lake: Geometry, seed: int) -> list[Ring]:
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


def _grown(shape: Geometry, depth_m: float, seed: int) -> Geometry:
    """``shape`` and the land within about ``depth_m``, deeper here and shallower there, as catchments are."""
    step_m = min(max(depth_m / 9.0, 14.0), 90.0)
    grid = Grid.around(tuple(shape.bounds), step_m, margin_m=depth_m * 2.2)
    away, rough = distance_to(shape), noise(max(depth_m * 2.0, 300.0), seed, 3)

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
