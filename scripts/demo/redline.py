"""The ecological red line: high, rugged, river-side and protected land, cut to the published area."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.measure import area_m2
from scripts.demo.fields import Blot, Fit, Floats, Grid, blot, distance_to, fit, mound, noise
from scripts.demo.places import CHENGKOU, LESHAN, TONGNAN, Place, plans
from scripts.demo.sources import District, Terrain
from scripts.demo.terrain import relief, ruggedness, standard

STEP_M = 190.0
"""Cell of the suitability field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """How much each ground of protection weighs in a district."""

    height: float = 0.7
    rugged: float = 0.5
    rivers: float = 0.8
    reserves: float = 1.3
    grain: float = 0.8


TASTES: dict[str, Taste] = {
    CHENGKOU: Taste(height=0.6, rugged=0.4, rivers=0.2, reserves=1.2, grain=0.9),
    # "区内调整后的生态保护红线主要位于涪江及南部丘陵山地区域" (plan of 潼南, line 478)
    TONGNAN: Taste(height=0.9, rugged=0.3, rivers=1.9, reserves=1.4, grain=0.7),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What bears on the zoning of one district."""

    district: District
    terrain: Terrain
    rivers: BaseGeometry
    reserves: BaseGeometry
    cores: BaseGeometry
    parks: BaseGeometry
    seed: int


def grid_of(ground: Ground) -> Grid:
    """The lattice all fields of a district share."""
    return Grid.around(ground.district.geometry.bounds, STEP_M, margin_m=600.0)


def suitability(ground: Ground, grid: Grid) -> Floats:
    """How much each node deserves protection: about unit spread."""
    code = ground.district.code
    taste = TASTES.get(code, Taste())
    terms = [
        taste.height * standard(grid.evaluate(relief(ground.terrain, ground.seed))),
        taste.rugged * standard(grid.evaluate(ruggedness(ground.terrain))),
        taste.grain * grid.evaluate(noise(9000.0, ground.seed + 1, 5)),
        0.32 * grid.evaluate(noise(2200.0, ground.seed + 2, 3)),
        taste.rivers * near(grid, ground.rivers, 900.0),
        taste.reserves * near(grid, ground.reserves, 700.0),
        -2.6 * near(grid, ground.parks, 1100.0),
        *[-1.8 * np.clip(grid.evaluate(mound(town, 4200.0)), 0.0, None) for town in plans()[code].towns],
    ]
    out: Floats = np.round(np.sum(terms, axis=0), 6)
    return out


def near(grid: Grid, shape: BaseGeometry, scale_m: float) -> Floats:
    """1 at ``shape``, falling off by e every ``scale_m`` metres; 0 where there is none."""
    if shape.is_empty:
        return np.zeros((len(grid.lat), len(grid.lon)))
    away = grid.evaluate(distance_to(shape, 8.0 * scale_m))
    out: Floats = np.exp(-away / scale_m)
    return out


def wanted_m2(figure: float, district: District) -> float:
    """A figure of ``places.Plan``: square metres, or a share of the district where negative."""
    return figure if figure > 0 else -figure * float(area_m2(district.geometry))


def draw(ground: Ground, grid: Grid, values: Floats) -> tuple[BaseGeometry, BaseGeometry]:
    """The red line of the current and of the 2020 edition."""
    figures = plans()[ground.district.code]
    new_m2 = wanted_m2(figures.redline_m2, ground.district)
    old_m2 = wanted_m2(figures.old_redline_m2, ground.district)
    if ground.district.code == LESHAN:
        return _patches(ground, new_m2, 0), _patches(ground, old_m2, 1)
    old_values = np.round(values + 0.12 * grid.evaluate(noise(5000.0, ground.seed + 7, 3)), 6)
    return _fitted(ground, grid, values, new_m2), _fitted(ground, grid, old_values, old_m2)


def _fitted(ground: Ground, grid: Grid, values: Floats, target_m2: float) -> BaseGeometry:
    also = None if ground.cores.is_empty else ground.cores
    part_m2 = min(2.5e5, target_m2 / 120)
    wish = Fit(
        target_m2=target_m2,
        inside=ground.district.geometry,
        also=also,
        part_m2=part_m2,
        hole_m2=part_m2 / 2,
        smooth_m=18.0,
    )
    return fit(grid, values, wish)


_LESHAN_PATCHES: tuple[Place, ...] = ((103.7785, 29.5478), (103.6420, 29.5135))


def _patches(ground: Ground, target_m2: float, edition: int) -> BaseGeometry:
    """0.67 km² is too little for the district's lattice: two patches on fine ones."""
    shares = (0.7, 0.3)
    parts = []
    for number, (place, share) in enumerate(zip(_LESHAN_PATCHES, shares, strict=True)):
        wish = Blot(
            place=place,
            target_m2=target_m2 * share,
            seed=ground.seed + number,
            stretch=1.8 + 0.1 * edition,
            angle_deg=70.0,
            part_share=0.03,
            cells=30.0,
        )
        parts.append(blot(wish, ground.district.geometry))
    return shapely.union_all(np.array(parts, dtype=object))
