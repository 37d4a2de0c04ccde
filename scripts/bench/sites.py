"""The sites that are measured: drawn from a seed, in the nine districts of the demonstration bundle."""

import csv
import math
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.measure import area_m2
from geo.model import Bundle

__all__ = ["area", "draw", "polygon", "write_points"]

ACTIVITIES = ("SCHOOL", "LIVESTOCK", "CHEM", "HOTEL")
VERTICES = 100
AREA_M2 = 1e6


def area(bundle: Bundle) -> BaseGeometry:
    """Where sites are drawn: the coverage of the control units, that is the districts.

    Raises
    ------
    LookupError
        If the bundle has no covered control units.
    """
    layer = bundle.layers.get("env_control_unit")
    coverage = layer.editions[0].coverage if layer is not None else None
    if coverage is None:
        raise LookupError("env_control_unit with a coverage: bench runs on the demonstration bundle")
    return coverage


def draw(shape: BaseGeometry, count: int, seed: int) -> list[shapely.Point]:
    """Places drawn evenly from a shape."""
    rng = np.random.default_rng(seed)
    west, south, east, north = shape.bounds
    shapely.prepare(shape)
    found: list[shapely.Point] = []
    while len(found) < count:
        xy = np.round(rng.uniform((west, south), (east, north), (4 * count, 2)), 7)
        found.extend(shapely.Point(*pair) for pair in xy[shapely.contains_xy(shape, xy)])
    return found[:count]


def polygon(place: shapely.Point, seed: int) -> shapely.Polygon:
    """A wobbly outline of 100 vertices around a place, 1 km² on the ellipsoid."""
    rng = np.random.default_rng(seed)
    turn = np.linspace(0.0, 2.0 * math.pi, VERTICES + 1)[:-1]
    wobble = 1.0 + 0.25 * np.sin(3.0 * turn + rng.uniform(0, 6)) + rng.uniform(-0.05, 0.05, VERTICES)
    ring = wobble[:, None] * np.column_stack([np.cos(turn) / math.cos(math.radians(place.y)), np.sin(turn)])
    middle = np.array([place.x, place.y])
    first = shapely.Polygon(middle + 0.005 * ring)
    return shapely.Polygon(middle + 0.005 * math.sqrt(AREA_M2 / float(area_m2(first))) * ring)


def write_points(path: Path, places: list[shapely.Point]) -> None:
    """A table as an office would bring it: id, longitude, latitude, activity, nature."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["site_id", "lon", "lat", "activity", "nature"])
        for number, place in enumerate(places, start=1):
            activity = ACTIVITIES[number % len(ACTIVITIES)]
            rows.writerow([f"{number:06}", repr(place.x), repr(place.y), activity, "new"])
