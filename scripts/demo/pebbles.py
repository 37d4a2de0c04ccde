"""Small plain shapes for the thematic layers: pebbles and strips with few vertices, and places for them."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from geo.measure import area_m2
from scripts.demo.fields import M_PER_DEG, Floats, Grid, polygonal
from scripts.demo.places import Place
from scripts.demo.rivers import metric_buffer
from scripts.demo.sources import Terrain
from scripts.demo.terrain import relief

LATTICE_DEG = 1e-6
"""Coordinates of these shapes are multiples of this (0.1 m): they are invented, and the files stay small."""

CLEAR_M = 2.0
"""What must not cross is drawn so far apart: the lattice moves corners by decimetres."""

CORNERS = 22
EDGE_M = 1200.0
"""Places keep this far from the border of their district, where it is wide enough."""


def fitted(shape: BaseGeometry, inside: BaseGeometry | None = None) -> BaseGeometry:
    """The polygons of ``shape`` on the lattice, cut to ``inside``."""
    if inside is not None and not shapely.covers(inside, shape):
        shape = shapely.intersection(shape, inside)
    snapped = polygonal(shapely.set_precision(polygonal(shape), LATTICE_DEG))
    return shapely.normalize(snapped)


def on_lattice(shape: BaseGeometry) -> BaseGeometry:
    """A line or point on the lattice."""
    return shapely.set_precision(shape, LATTICE_DEG)


def moved(place: Place, east_m: float, north_m: float) -> Place:
    """A place so many metres away, good to a percent."""
    squeeze = float(np.cos(np.radians(place[1])))
    return place[0] + east_m / M_PER_DEG / squeeze, place[1] + north_m / M_PER_DEG


def pebble(place: Place, size_m2: float, seed: int, *, stretch: float = 1.5) -> BaseGeometry:
    """An uneven patch of about ``size_m2``: a circle with three waves on its edge, longer one way."""
    turn = np.linspace(0.0, 2.0 * np.pi, CORNERS, endpoint=False)
    phase = (seed * np.array([0.7548776662, 0.5698402910, 0.3819660113])) % 1.0 * 2.0 * np.pi
    waves = 1.0 + sum(
        size * np.sin(k * turn + p) for k, size, p in zip((2, 3, 5), (0.13, 0.11, 0.06), phase, strict=True)
    )
    radius_m = (size_m2 / np.pi / 1.017) ** 0.5 * np.asarray(waves)
    angle = (seed * 0.618) % 1.0 * np.pi
    along, across = radius_m * np.cos(turn) * stretch**0.5, radius_m * np.sin(turn) / stretch**0.5
    east = along * np.cos(angle) - across * np.sin(angle)
    north = along * np.sin(angle) + across * np.cos(angle)
    squeeze = float(np.cos(np.radians(place[1])))
    ring = np.column_stack([place[0] + east / M_PER_DEG / squeeze, place[1] + north / M_PER_DEG])
    return Polygon(np.round(ring / LATTICE_DEG) * LATTICE_DEG)


def grown(shape: BaseGeometry, distance_m: float) -> BaseGeometry:
    """``shape`` and what lies within ``distance_m``, with few vertices."""
    wide = metric_buffer(shape, distance_m, quad_segs=2)
    return shapely.simplify(wide, max(distance_m / 25.0, 0.5) / M_PER_DEG)


def stretch_of(line: LineString, share: float, length_m: float) -> LineString:
    """So many metres of ``line`` about the place at ``share`` of its length."""
    half = length_m / M_PER_DEG / 2.0
    at = min(max(share * line.length, half), max(line.length - half, half))
    cut = substring(line, max(at - half, 0.0), min(at + half, line.length))
    return cut if isinstance(cut, LineString) else line


def beside(line: LineString, share: float, offset_m: float) -> Place:
    """A place ``offset_m`` to the left of ``line`` at ``share`` of its length."""
    here = line.interpolate(share, normalized=True)
    ahead = line.interpolate(min(share * line.length + 1e-4, line.length))
    back = line.interpolate(max(share * line.length - 1e-4, 0.0))
    squeeze = float(np.cos(np.radians(here.y)))
    east, north = (ahead.x - back.x) * squeeze, ahead.y - back.y
    size = float(np.hypot(east, north)) or 1.0
    return moved((here.x, here.y), -north / size * offset_m, east / size * offset_m)


SMALL_M2 = 6e8
"""In a district smaller than this places lie closer together."""


@dataclass(slots=True, kw_only=True)
class Picker:
    """Places in a district, by height and slope, that keep their distance from each other.

    Attributes
    ----------
    places
        Longitude and latitude, shape (n, 2).
    height_m, slope
        Elevation, and steepness without unit.
    scale
        What the distances asked for are multiplied by: less than 1 in a small district.
    """

    places: Floats
    height_m: Floats
    slope: Floats
    scale: float = 1.0
    taken: list[Place] = field(default_factory=list)

    @staticmethod
    def of(county: BaseGeometry, terrain: Terrain, seed: int, count: int = 900) -> "Picker":
        """Places of a low-discrepancy sequence in ``county``."""
        grid = Grid.around(county.bounds, 500.0, margin_m=600.0)
        height = grid.evaluate(relief(terrain, seed))
        north, east = np.gradient(height)
        steep = np.asarray(np.round(np.hypot(north, east), 6), dtype=float)
        west, south, right, top = county.bounds
        k = np.arange(1, 12 * count)
        lon = west + (right - west) * ((k * 0.7548776662466927 + seed * 0.137) % 1.0)
        lat = south + (top - south) * ((k * 0.5698402909980532 + seed * 0.291) % 1.0)
        inner = shapely.buffer(county, -EDGE_M / M_PER_DEG)
        if inner.area < 0.3 * county.area:
            inner = shapely.buffer(county, -0.15 * EDGE_M / M_PER_DEG)
        held = np.flatnonzero(shapely.contains_xy(inner, lon, lat))[:count]
        lon, lat = np.round(lon[held], 6), np.round(lat[held], 6)
        row = np.clip(np.searchsorted(grid.lat, lat), 0, len(grid.lat) - 1)
        column = np.clip(np.searchsorted(grid.lon, lon), 0, len(grid.lon) - 1)
        return Picker(
            places=np.column_stack([lon, lat]),
            height_m=height[row, column],
            slope=steep[row, column],
            scale=min(1.0, (float(area_m2(county)) / SMALL_M2) ** 0.5),
        )

    def pick(
        self,
        order: str,
        count: int,
        *,
        apart_m: float = 1500.0,
        off: BaseGeometry | None = None,
        inside: BaseGeometry | None = None,
    ) -> list[Place]:
        """The first places by ``order``, ``apart_m`` from each other and from all that were taken before.

        Parameters
        ----------
        order
            ``steep``, ``gentle`` (low and level), ``high`` or ``any``.
        off, inside
            The places lie outside the one and inside the other.
        """
        apart_m *= self.scale
        free = np.ones(len(self.places), dtype=bool)
        if off is not None:
            free &= ~shapely.contains_xy(off, self.places)
        if inside is not None:
            free &= shapely.contains_xy(inside, self.places)
        for other in self.taken:
            free &= self._away_m(other) >= apart_m
        out: list[Place] = []
        for k in np.argsort(self._price(order), kind="stable"):
            if len(out) < count and free[k]:
                place = (float(self.places[k, 0]), float(self.places[k, 1]))
                free &= self._away_m(place) >= apart_m
                out.append(place)
        self.taken += out
        return out

    def _price(self, order: str) -> Floats:
        low = (self.height_m - self.height_m.min()) / (float(np.ptp(self.height_m)) or 1.0)
        level = self.slope / (float(self.slope.max()) or 1.0)
        prices = {"steep": -self.slope, "high": -self.height_m, "gentle": low + level}
        return prices[order] if order in prices else np.arange(len(self.places), dtype=float)

    def _away_m(self, place: Place) -> Floats:
        squeeze = float(np.cos(np.radians(place[1])))
        east, north = (self.places[:, 0] - place[0]) * squeeze, self.places[:, 1] - place[1]
        return np.asarray(np.hypot(east, north) * M_PER_DEG, dtype=float)


def point(place: Place) -> Point:
    """A point on the lattice."""
    return Point(round(place[0], 6), round(place[1], 6))
