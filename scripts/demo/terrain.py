"""Elevation and ruggedness from ETOPO2, with detail below its 3.7 km cells made up by noise."""

import numpy as np

from scripts.demo.fields import Field, Floats, noise
from scripts.demo.sources import Terrain


def _cubic(axis: Floats, wanted: Floats) -> Floats:
    """Catmull-Rom weights from ``axis`` to ``wanted``, shape (wanted, axis)."""
    place = np.clip((wanted - axis[0]) / (axis[1] - axis[0]), 1.0, len(axis) - 3.001)
    left = np.floor(place).astype(int)
    t = place - left
    weights = (
        (-t + 2 * t**2 - t**3) / 2,
        (2 - 5 * t**2 + 3 * t**3) / 2,
        (t + 4 * t**2 - 3 * t**3) / 2,
        (t**3 - t**2) / 2,
    )
    matrix = np.zeros((len(wanted), len(axis)))
    rows = np.arange(len(wanted))
    for k, weight in enumerate(weights):
        matrix[rows, left + k - 1] = weight
    return matrix


def _sampled(terrain: Terrain, values: Floats) -> Field:
    def field(lon: Floats, lat: Floats) -> Floats:
        out: Floats = _cubic(terrain.lat, lat[:, 0]) @ values @ _cubic(terrain.lon, lon[0]).T
        return out

    return field


def elevation(terrain: Terrain) -> Field:
    """Metres above sea level on a mesh (as from ``numpy.meshgrid``)."""
    return _sampled(terrain, terrain.metres)


def ruggedness(terrain: Terrain) -> Field:
    """Spread of elevation in metres over 3 × 3 cells (11 km), on a mesh."""
    padded = np.pad(terrain.metres, 1, mode="edge")
    rows, columns = terrain.metres.shape
    stack = np.array([padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3)])
    return _sampled(terrain, stack.std(axis=0))


def relief(terrain: Terrain, seed: int) -> Field:
    """Elevation with hills of 1 to 4 km added, higher where the land is rugged, in metres on a mesh."""
    base, rough, detail = elevation(terrain), ruggedness(terrain), noise(4000.0, seed, 4)

    def field(lon: Floats, lat: Floats) -> Floats:
        return base(lon, lat) + 0.6 * np.maximum(rough(lon, lat), 15.0) * detail(lon, lat)

    return field


def standard(values: Floats) -> Floats:
    """Values less their mean, in units of their spread."""
    out: Floats = (values - values.mean()) / values.std()
    return out
