"""Random places and shapes, from a seed."""

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry


def anywhere(area: BaseGeometry, count: int, rng: np.random.Generator) -> Iterator[shapely.Point]:
    """Places drawn evenly (in degrees) from an area."""
    west, south, east, north = area.bounds
    shapely.prepare(area)
    while count > 0:
        for x, y in rng.uniform((west, south), (east, north), (4 * count, 2)):
            if count and shapely.contains_xy(area, x, y):
                count -= 1
                yield shapely.Point(x, y)


def star(
    middle: tuple[float, float], size_deg: float, rng: np.random.Generator, corners: int = 16
) -> shapely.Polygon:
    """A polygon around a place, its corners at 0.5 to 1 of the size."""
    turn = np.linspace(0, 2 * np.pi, corners + 1)[:-1]
    reach = size_deg * rng.uniform(0.5, 1.0, corners)
    return shapely.Polygon(
        np.asarray(middle) + reach[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
    )


def walk(middle: tuple[float, float], size_deg: float, rng: np.random.Generator) -> shapely.LineString:
    """A line of six points that wanders off from a place."""
    return shapely.LineString(np.asarray(middle) + np.cumsum(rng.normal(0, size_deg / 2, (6, 2)), axis=0))
