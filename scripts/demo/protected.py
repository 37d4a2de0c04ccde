"""Protected and scenic areas: irregular nested zones about hand-placed centres, named as in the plans."""

from dataclasses import dataclass

import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from scripts.demo.fields import Field, Fit, Grid, distance_to, fit, mound, noise, polygonal, rounded
from scripts.demo.places import Place, entries


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


def protected_areas() -> tuple[Area, ...]:
    """The protected areas; 巴州区 and 恩阳区 have none, since their plan names none there."""
    return entries("protected", Area)


def scenic_areas() -> tuple[Area, ...]:
    """The scenic areas."""
    return entries("scenic", Area)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zoned:
    """One drawn zone of an area."""

    area: Area
    zone: str
    geometry: BaseGeometry


def draw(
    areas: tuple[Area, ...], counties: dict[str, BaseGeometry], rivers: dict[str, LineString]
) -> list[Zoned]:
    """All zones of all areas, disjoint within an area, inside its county."""
    out: list[Zoned] = []
    for number, area in enumerate(areas):
        out += _zones(area, counties[area.county], rivers, seed=int(area.county) % 997 + 31 * number)
    return out


def _zones(area: Area, county: BaseGeometry, rivers: dict[str, LineString], seed: int) -> list[Zoned]:
    outer_m2 = area.zones[-1][1] * 1e6
    radius_m = float((outer_m2 / 3.14) ** 0.5)
    field = _field(area, rivers, radius_m, seed)
    step_m = min(max(radius_m / 45.0, 30.0), 220.0)
    reach_m = radius_m * (4.5 if area.along else 2.2 * area.stretch)
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
            smooth_m=step_m / 8,
        )
        inside = fit(grid, values, wish)
        shapes.append(inside)
    shapes.reverse()
    out: list[Zoned] = []
    taken: BaseGeometry = shapely.MultiPolygon()
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
    width_m = radius_m * 0.28
    near, centre = distance_to(rivers[area.along], 8.0 * width_m), mound(area.place, radius_m * 3.2)
    grain = noise(max(width_m * 1.6, 250.0), seed, 3)
    return lambda lon, lat: -near(lon, lat) / width_m + 1.2 * centre(lon, lat) + 0.7 * grain(lon, lat)
