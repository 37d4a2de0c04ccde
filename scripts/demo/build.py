"""Draws everything, in the order in which one thing bears on another."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import MultiLineString
from shapely.geometry.base import BaseGeometry

from scripts.demo import livestock, parks, protected, redline, rivers, strip, units, water
from scripts.demo.fields import polygonal, rounded
from scripts.demo.places import ENYANG
from scripts.demo.protected import Zoned
from scripts.demo.redline import Ground
from scripts.demo.rivers import Course, Reach
from scripts.demo.sources import District, Sources
from scripts.demo.strip import Strip
from scripts.demo.units import Piece
from scripts.demo.water import SourceZone

RIVER_COVERAGE_M = 5300.0
"""How far beyond the districts the rivers are known: a little over the 5 km promised, as corners are cut."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A control unit with its final geometry."""

    piece: Piece
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """All geometry of the bundle, EPSG:4490.

    Attributes
    ----------
    districts
        The nine first, then their neighbours; borders noded together with the units.
    redline
        Code of the district to the current and the 2020 red line.
    river_coverage
        Eight districts and 5 km; 恩阳区 is left out, so that absence shows.
    courses, strip
        For the thematic layers: whole rivers, and the strip of 遂宁 with its final border.
    """

    districts: tuple[tuple[District, BaseGeometry], ...]
    units: tuple[Unit, ...]
    redline: dict[str, tuple[BaseGeometry, BaseGeometry]]
    protected: tuple[Zoned, ...]
    scenic: tuple[Zoned, ...]
    sources: tuple[SourceZone, ...]
    parks: dict[str, BaseGeometry]
    reaches: tuple[Reach, ...]
    banks: dict[str, MultiLineString]
    corridors: dict[str, BaseGeometry]
    livestock: tuple[livestock.Ban, ...]
    river_coverage: BaseGeometry
    courses: tuple[Course, ...]
    strip: Strip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What is drawn before the red line and the units."""

    sources: Sources
    counties: dict[str, BaseGeometry]
    courses: tuple[Course, ...]
    protected: tuple[Zoned, ...]
    water: tuple[SourceZone, ...]
    parks: dict[str, BaseGeometry]


def draw(sources: Sources, say: Say) -> Drawn:
    """Make the whole bundle's geometry.

    Parameters
    ----------
    say
        Called with the name of each step as it begins.
    """
    nine = sources.nine()
    counties = {d.code: d.geometry for d in nine}
    say("rivers")
    courses = rivers.courses(sources.rivers)
    lines = {c.river.name: c.line for c in courses}
    inside = _river_coverage(nine)
    surfaces = rivers.waters(courses)
    say("protected areas")
    reserves = tuple(protected.draw(protected.protected_areas(), counties, lines))
    scenic = tuple(protected.draw(protected.scenic_areas(), counties, lines))
    say("water sources")
    zones, lakes = water.draw(courses, counties)
    say("industrial parks")
    park = parks.draw(counties, shapely.union_all([*surfaces.values(), *lakes.values()]))
    scene = _Scene(
        sources=sources,
        counties=counties,
        courses=courses,
        protected=reserves,
        water=tuple(zones),
        parks=park,
    )
    lines_red, pieces = _zoning(scene, say)
    beyond = strip.draw(sources.districts, courses)
    lines_red[beyond.code] = (beyond.redline, beyond.redline)
    pieces += beyond.pieces
    say("partition")
    order = [*nine, *[d for d in sources.districts if d.code not in counties]]
    borders, shapes = units.partition([d.geometry for d in order], pieces)
    final = dict(zip([d.code for d in order], borders, strict=True))
    say("livestock bans")
    bans = livestock.draw(final, tuple(zones), courses)
    return Drawn(
        districts=tuple(zip(order, borders, strict=True)),
        units=tuple(Unit(piece=p, geometry=g) for p, g in zip(pieces, shapes, strict=True)),
        redline=lines_red,
        protected=reserves,
        scenic=scenic,
        sources=(*zones, *strip.source(beyond, courses)),
        parks=park,
        reaches=rivers.reaches(courses, inside),
        banks=rivers.banks(surfaces, inside),
        corridors=rivers.corridors(courses, inside),
        livestock=tuple(bans),
        river_coverage=inside,
        courses=courses,
        strip=replace(beyond, shape=shapely.union_all(shapes[-len(beyond.pieces) :])),
    )


def _zoning(scene: _Scene, say: Say) -> tuple[dict[str, tuple[BaseGeometry, BaseGeometry]], list[Piece]]:
    red: dict[str, tuple[BaseGeometry, BaseGeometry]] = {}
    pieces: list[Piece] = []
    for number, district in enumerate(scene.sources.nine()):
        say(f"red line and units of {district.name}")
        ground = _ground(scene, district, 1000 + 37 * number)
        grid = redline.grid_of(ground)
        values = redline.suitability(ground, grid)
        red[district.code] = redline.draw(ground, grid, values)
        mine = [zone for zone in scene.water if zone.source.county == district.code]
        first, second = (shapely.union_all([z.geometry for z in mine if z.level == k]) for k in ("1", "2"))
        pieces += units.draw(ground, grid, values, red[district.code][0], (first, second))
    return red, pieces


def _ground(scene: _Scene, district: District, seed: int) -> Ground:
    mine = [z for z in scene.protected if z.area.county == district.code]
    flow = shapely.union_all([c.line for c in scene.courses])
    here = [scene.parks[p.code] for p in parks.parks() if p.county == district.code]
    return Ground(
        district=district,
        terrain=scene.sources.terrain,
        rivers=shapely.intersection(flow, shapely.buffer(district.geometry, 0.03)),
        reserves=shapely.union_all([z.geometry for z in mine]),
        cores=shapely.union_all([z.geometry for z in mine if z.zone == "core"]),
        parks=shapely.union_all(here),
        seed=seed,
    )


def _river_coverage(nine: tuple[District, ...]) -> BaseGeometry:
    known = [rivers.metric_buffer(d.geometry, RIVER_COVERAGE_M) for d in nine if d.code != ENYANG]
    absent = next(d.geometry for d in nine if d.code == ENYANG)
    whole = shapely.simplify(shapely.union_all(np.array(known, dtype=object)), 0.0003)
    return rounded(polygonal(shapely.difference(whole, absent)))
