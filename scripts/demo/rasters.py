"""The two rasters of the bundle: real land cover of the window, and one fine tile of synthetic slopes."""

from pathlib import Path

import numpy as np

from scripts.demo.fields import M_PER_DEG, noise
from scripts.demo.sources import Terrain, read_grid
from scripts.demo.terrain import relief
from scripts.demo.write import Raster, Written, geotiff

TILE = (108.62, 31.91, 108.70, 31.97)
"""West, south, east and north of the slope tile: the county seat of 城口县 and the hills around it."""

STEP_DEG = 1.0 / 4000.0
"""Cells of the tile: 27.7 m north to south, 23.6 m east to west."""

_SEED = 2025
_FINE_M = 30.0
"""Spread of the hills of 400 m and less that are put on the relief, metres."""


def write(terrain: Terrain, source: Path, folder: Path) -> dict[str, Written]:
    """Write ``land_cover.tif`` and ``slope.tif``; what was written, by layer."""
    return {
        "land_cover": geotiff(_land_cover(source / "land_cover.asc"), folder / "land_cover.tif", "uint8"),
        "slope": geotiff(slope(terrain), folder / "slope.tif", "float32"),
    }


def _land_cover(path: Path) -> Raster:
    """MODIS land cover as cut from its package: IGBP classes, unchanged."""
    grid = read_grid(path)
    step = float(grid.lon[1] - grid.lon[0])
    west, north = grid.lon[0] - step / 2, grid.lat[-1] + step / 2
    return Raster(west=_tidy(west), north=_tidy(north), step=_tidy(step), cells=grid.metres[::-1])


def _tidy(degrees: float) -> float:
    return round(float(degrees), 9)


def slope(terrain: Terrain) -> Raster:
    """Slopes of invented hills on the real relief, in degrees to a tenth, rounded down."""
    west, south, east, north = TILE
    columns, rows = round((east - west) / STEP_DEG), round((north - south) / STEP_DEG)
    lon = west + STEP_DEG * (np.arange(columns + 2) - 0.5)
    lat = north - STEP_DEG * (np.arange(rows + 2) - 0.5)
    x, y = np.meshgrid(lon, lat)
    fine = noise(400.0, _SEED, 2)
    metres = np.round(relief(terrain, _SEED)(x, y) + _FINE_M * fine(x, y), 3)
    wide = 2.0 * STEP_DEG * M_PER_DEG
    rise_north = (metres[2:, 1:-1] - metres[:-2, 1:-1]) / wide
    rise_east = (metres[1:-1, 2:] - metres[1:-1, :-2]) / (wide * np.cos(np.radians(y[1:-1, 1:-1])))
    degrees = np.degrees(np.arctan(np.hypot(rise_north, rise_east)))
    return Raster(west=west, north=north, step=STEP_DEG, cells=np.floor(np.round(degrees, 6) * 10.0) / 10.0)
