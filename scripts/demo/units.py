"""Control units: every district cut into priority, key and general units from one planar partition."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.measure import area_m2
from scripts.demo.fields import (
    M_PER_DEG,
    Blot,
    Fit,
    Floats,
    Grid,
    blot,
    distance_to,
    fit,
    mound,
    noise,
    polygonal,
    region,
    rounded,
)
from scripts.demo.places import Place, Plan, plans
from scripts.demo.redline import Ground, near
from scripts.demo.rivers import metric_buffer
from scripts.demo.terrain import relief, standard

Shapes = NDArray[np.object_]
Indices = NDArray[np.int64]

URBAN_KM2 = 9.0
"""Built-up area about a county seat, where the district leaves room for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A unit before the common noding."""

    county: str
    unit_class: str
    number: int
    subtype: str | None
    name: str
    geometry: BaseGeometry


def draw(
    ground: Ground,
    grid: Grid,
    values: Floats,
    redline: BaseGeometry,
    sources: tuple[BaseGeometry, BaseGeometry],
) -> list[Piece]:
    """The units of one district: disjoint pieces that leave nothing of it."""
    code, county = ground.district.code, ground.district.geometry
    plan = plans()[code]
    whole_m2 = float(area_m2(county))
    priority = _priority(ground, grid, values, (redline, *sources), plan.priority_share * whole_m2)
    rest = polygonal(shapely.difference(county, priority))
    key = _key(ground, grid, plan, rest, plan.key_share * whole_m2)
    general = polygonal(shapely.difference(rest, shapely.union_all([shape for _, _, shape in key])))
    anchors_p = [place for _, place in plan.priority]
    anchors_g = [place for _, place in plan.general]
    out = []
    for number, shape in enumerate(divide(grid, anchors_p, priority, ground.seed + 20), start=1):
        out.append(_piece(code, "1", number, None, plan.priority[number - 1][0], shape))
    for number, (subtype, name, shape) in enumerate(key, start=1):
        out.append(_piece(code, "2", number, subtype, name, shape))
    for number, shape in enumerate(divide(grid, anchors_g, general, ground.seed + 40), start=1):
        out.append(_piece(code, "3", number, None, plan.general[number - 1][0], shape))
    return out


def _piece(code: str, cls: str, number: int, subtype: str | None, name: str, shape: BaseGeometry) -> Piece:
    return Piece(county=code, unit_class=cls, number=number, subtype=subtype, name=name, geometry=shape)


def _priority(
    ground: Ground, grid: Grid, values: Floats, held: tuple[BaseGeometry, ...], target_m2: float
) -> BaseGeometry:
    """Red line, protected areas and source zones where they fit the target, else as much red line as does."""
    redline, first, second = held
    must = shapely.union_all([ground.reserves, first, second, redline])
    if area_m2(must) > 0.97 * target_m2:
        must = shapely.union_all([ground.reserves, first])
    must = shapely.difference(must, metric_buffer(ground.parks, 120.0, quad_segs=2))
    wish = Fit(
        target_m2=target_m2,
        inside=ground.district.geometry,
        also=polygonal(must),
        part_m2=3e5,
        hole_m2=6e5,
        smooth_m=30.0,
    )
    return fit(grid, values, wish)


def _key(
    ground: Ground, grid: Grid, plan: Plan, rest: BaseGeometry, target_m2: float
) -> list[tuple[str, str, BaseGeometry]]:
    """Key units in the order of the plan: parks, towns, then elements, which take what is left of it."""
    taken: BaseGeometry = shapely.MultiPolygon()
    found: dict[str, BaseGeometry] = {}
    town_m2 = min(URBAN_KM2 * 1e6, target_m2 * 0.22)
    for subtype, name, places in plan.key:
        if subtype == "element":
            continue
        shape = _park_unit(ground, places) if subtype == "industrial" else _town(places, town_m2, ground.seed)
        free = polygonal(shapely.difference(shapely.intersection(shape, rest), taken))
        found[name] = rounded(free)
        taken = shapely.union(taken, free)
    elements = [(name, places[0]) for subtype, name, places in plan.key if subtype == "element"]
    left_m2 = max(target_m2 - float(area_m2(taken)), 0.12 * target_m2)
    free = polygonal(shapely.difference(rest, taken))
    field = _element_field(ground, grid, [place for _, place in elements], left_m2)
    low = fit(
        grid,
        field,
        Fit(target_m2=left_m2, inside=free, part_m2=min(1e6, left_m2 / 8), hole_m2=5e5, smooth_m=30.0),
    )
    shapes = divide(grid, [place for _, place in elements], low, ground.seed + 30)
    found.update({name: shape for (name, _), shape in zip(elements, shapes, strict=True)})
    return [(subtype, name, found[name]) for subtype, name, _ in plan.key]


def _park_unit(ground: Ground, places: tuple[Place, ...]) -> BaseGeometry:
    parks = shapely.get_parts(ground.parks)
    close = [part for part in parks if any(shapely.distance(part, shapely.Point(p)) < 0.005 for p in places)]
    return shapely.simplify(metric_buffer(shapely.union_all(close), 220.0, quad_segs=2), 30.0 / M_PER_DEG)


def _town(places: tuple[Place, ...], town_m2: float, seed: int) -> BaseGeometry:
    """A built-up area: an uneven blot about each place, the first the largest."""
    blots = []
    for number, place in enumerate(places):
        wish = Blot(
            place=place,
            target_m2=town_m2 / (1 + number),
            seed=seed + number,
            angle_deg=35.0 + seed,
            rough=0.55,
        )
        blots.append(blot(wish, shapely.Point(place).buffer(0.2)))
    return shapely.union_all(blots)


def _element_field(ground: Ground, grid: Grid, places: list[Place], left_m2: float) -> Floats:
    """Low ground, by the rivers, about the given places when little is wanted."""
    low = -0.6 * standard(grid.evaluate(relief(ground.terrain, ground.seed)))
    wet = 0.9 * near(grid, ground.rivers, 2500.0)
    grain = 0.55 * grid.evaluate(noise(7000.0, ground.seed + 9, 4))
    reach_m = 2.5 * float((left_m2 / max(len(places), 1) / 3.14) ** 0.5)
    hills = [grid.evaluate(mound(place, reach_m)) for place in places]
    about = np.clip(np.max(hills, axis=0), -2.0, 1.0)
    share = left_m2 / float(area_m2(ground.district.geometry))
    out: Floats = np.round(low + wet + grain + (2.4 if share < 0.1 else 0.4) * about, 6)
    return out


def divide(grid: Grid, anchors: list[Place], shape: BaseGeometry, seed: int) -> list[BaseGeometry]:
    """``shape`` cut among ``anchors`` along wavering lines half way between them; nothing is left over."""
    if len(anchors) == 1:
        return [shape]
    away = []
    for number, place in enumerate(anchors):
        waver = noise(9000.0, seed + number, 3)
        east_north = grid.evaluate(distance_to(shapely.Point(place), 1e6))
        away.append(east_north * (1.0 + 0.05 * grid.evaluate(waver)))
    out, rest = [], shape
    for number in range(len(anchors) - 1):
        lead = np.min(away[number + 1 :], axis=0) - away[number]
        cell = shapely.simplify(region(grid, np.round(lead, 3), 0.0), 60.0 / M_PER_DEG)
        mine = polygonal(shapely.intersection(rest, cell))
        out.append(mine)
        rest = polygonal(shapely.difference(rest, cell))
    return [*out, rest]


# ------------------------------------------------------------------------------------------- common partition


def partition(
    borders: list[BaseGeometry], pieces: list[Piece]
) -> tuple[list[BaseGeometry], list[BaseGeometry]]:
    """Node all borders together, and rebuild districts and units from the same faces.

    Parameters
    ----------
    borders
        All districts, the nine first, neighbours after them.
    pieces
        Units of all districts.

    Returns
    -------
    tuple
        Districts and units in the order given; they share every vertex along common edges.
    """
    lines = [g.boundary for g in borders] + [piece.geometry.boundary for piece in pieces]
    net = shapely.union_all(np.array(lines, dtype=object), grid_size=1e-9)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(net)))
    inside = shapely.point_on_surface(faces)
    district = _owner(np.array(borders, dtype=object), inside)
    unit = _owner(np.array([piece.geometry for piece in pieces], dtype=object), inside)
    faces, district, unit = faces[district >= 0], district[district >= 0], unit[district >= 0]
    unit = _absorb(faces, district, unit)
    return (
        [_dissolved(faces[district == k]) for k in range(len(borders))],
        [_dissolved(faces[unit == k]) for k in range(len(pieces))],
    )


def _owner(shapes: Shapes, points: Shapes) -> Indices:
    """Index of the first shape that holds each point; -1 for none."""
    hit, place = shapely.STRtree(shapes).query(points, predicate="intersects")
    out = np.full(len(points), len(shapes))
    np.minimum.at(out, hit, place)
    out[out == len(shapes)] = -1
    return out


SPECK_M2 = 2.0e4
"""Faces smaller than this join the neighbour with which they share most of their edge."""


def _absorb(faces: Shapes, district: Indices, unit: Indices) -> Indices:
    sizes = area_m2(faces)
    tree = shapely.STRtree(faces)
    unit = unit.copy()
    nine = {district[k] for k in range(len(faces)) if unit[k] >= 0}
    for k in np.argsort(sizes, kind="stable"):
        if district[k] not in nine or (unit[k] >= 0 and sizes[k] >= SPECK_M2):
            continue
        round_it = [
            j
            for j in tree.query(faces[k], predicate="touches")
            if district[j] == district[k] and unit[j] >= 0
        ]
        shared = [
            float(shapely.length(shapely.intersection(faces[k].boundary, faces[j].boundary)))
            for j in round_it
        ]
        larger = [s if sizes[j] > sizes[k] else 0.0 for s, j in zip(shared, round_it, strict=True)]
        if larger and max(larger) > 0.0:
            unit[k] = unit[round_it[int(np.argmax(larger))]]
    return unit


def _dissolved(faces: Shapes) -> BaseGeometry:
    return shapely.normalize(polygonal(shapely.coverage_union_all(faces)))
