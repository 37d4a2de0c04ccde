"""Smooth deterministic fields on a grid, and regions of a wanted area cut out of them.

Everything irregular in the bundle comes from here: a field falls off from a place, a river or a hillside,
lattice noise roughens it, and the level is found at which the region has the area asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import contourpy
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo.measure import area_m2

Floats = NDArray[np.float64]
Field = Callable[[Floats, Floats], Floats]
"""Longitude and latitude (degrees) to a value without unit; the region is where it is high."""

M_PER_DEG = 111_200.0
GRID_DEG = 1e-9
"""Coordinates are multiples of this (0.1 mm)."""

_DECIMALS = 7
"""Field values are rounded so that a last bit of another processor does not move a contour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A lattice of longitudes and latitudes, both ascending."""

    lon: Floats
    lat: Floats

    @staticmethod
    def around(bounds: tuple[float, ...], step_m: float, margin_m: float = 0.0) -> "Grid":
        """A grid of about ``step_m`` metres over ``bounds`` (degrees) and ``margin_m`` metres more."""
        west, south, east, north = bounds
        squeeze = np.cos(np.radians((south + north) / 2))
        step_lat, step_lon = step_m / M_PER_DEG, step_m / M_PER_DEG / squeeze
        margin_lat, margin_lon = margin_m / M_PER_DEG + step_lat, margin_m / M_PER_DEG / squeeze + step_lon
        lon = np.arange(west - margin_lon, east + margin_lon + step_lon, step_lon)
        lat = np.arange(south - margin_lat, north + margin_lat + step_lat, step_lat)
        return Grid(lon=lon, lat=lat)

    def evaluate(self, field: Field) -> Floats:
        """Values of ``field`` at the nodes, shape (lat, lon)."""
        lon, lat = np.meshgrid(self.lon, self.lat)
        out: Floats = np.round(field(lon, lat), _DECIMALS)
        return out


# ------------------------------------------------------------------------------------------------------ noise


def _hash(column: NDArray[np.int64], row: NDArray[np.int64], seed: int) -> Floats:
    """A number in [-1, 1) for each lattice node (splitmix64), the same on every machine."""
    with np.errstate(over="ignore"):
        state = column.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        state ^= row.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
        state += np.uint64(seed) * np.uint64(0x165667B19E3779F9)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            state ^= state >> np.uint64(shift)
            state *= np.uint64(factor)
        state ^= state >> np.uint64(31)
    out: Floats = (state >> np.uint64(11)).astype(float) / 2.0**52 - 1.0
    return out


def _octave(lon: Floats, lat: Floats, cell_deg: float, seed: int) -> Floats:
    x, y = lon / cell_deg, lat / cell_deg
    column, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    u, v = x - column, y - row
    u, v = u * u * u * (u * (u * 6 - 15) + 10), v * v * v * (v * (v * 6 - 15) + 10)
    south = _hash(column, row, seed) * (1 - u) + _hash(column + 1, row, seed) * u
    north = _hash(column, row + 1, seed) * (1 - u) + _hash(column + 1, row + 1, seed) * u
    return south * (1 - v) + north * v


def noise(cell_m: float, seed: int, octaves: int = 4) -> Field:
    """Fractal value noise of about unit spread; the coarsest cells measure ``cell_m`` metres."""

    def field(lon: Floats, lat: Floats) -> Floats:
        total = np.zeros_like(lon)
        for k in range(octaves):
            total += 0.5**k * _octave(lon, lat, cell_m / M_PER_DEG / 2.0**k, seed * 101 + k)
        return total * 1.6

    return field


# ---------------------------------------------------------------------------------------------------- regions


def region(grid: Grid, values: Floats, level: float) -> BaseGeometry:
    """The area where ``values`` exceed ``level``, as polygons with holes."""
    top = float(values.max()) + 1.0
    if level >= top - 1.0:
        return MultiPolygon()
    lines = contourpy.contour_generator(grid.lon, grid.lat, values, fill_type="OuterOffset").filled(
        level, top
    )
    polygons = []
    for points, offsets in zip(*lines, strict=True):
        rings = [points[a:b] for a, b in pairwise(offsets) if b - a > 3]
        if rings:
            polygons.append(Polygon(rings[0], rings[1:]))
    found = MultiPolygon(polygons)
    return found if found.is_valid else polygonal(shapely.make_valid(found))


def polygonal(geometry: BaseGeometry) -> BaseGeometry:
    """Only the polygons of ``geometry``, as one (multi-)polygon."""
    parts = shapely.get_parts(shapely.get_parts(np.array([geometry], dtype=object)))
    kept = parts[(shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)]
    return kept[0] if len(kept) == 1 else MultiPolygon(list(kept))


def tidy(
    geometry: BaseGeometry, *, part_m2: float, hole_m2: float, keep: BaseGeometry | None = None
) -> BaseGeometry:
    """Without holes and parts smaller than the given areas, but for parts that meet ``keep``."""
    kept = []
    for part in shapely.get_parts(polygonal(geometry)):
        if area_m2(part) < part_m2 and (keep is None or not part.intersects(keep)):
            continue
        holes = [ring for ring in part.interiors if area_m2(Polygon(ring)) >= hole_m2]
        kept.append(Polygon(part.exterior, holes))
    return polygonal(MultiPolygon(kept))


def rounded(geometry: BaseGeometry) -> BaseGeometry:
    """Coordinates on the common lattice, still valid."""
    return shapely.normalize(polygonal(shapely.set_precision(geometry, GRID_DEG)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How a region is cut.

    Attributes
    ----------
    target_m2
        Area wanted, ellipsoidal square metres.
    inside
        The region stays in here.
    also
        Always part of the region (None: nothing).
    part_m2, hole_m2
        Smaller parts and holes are dropped.
    smooth_m
        Tolerance of the simplification.
    """

    target_m2: float
    inside: BaseGeometry
    also: BaseGeometry | None = None
    part_m2: float = 1e5
    hole_m2: float = 1e5
    smooth_m: float = 25.0


def fit(grid: Grid, values: Floats, wish: Fit) -> BaseGeometry:
    """The region {values > level} with the area wished for, the level found by bisection.

    Returns
    -------
    shapely.geometry.base.BaseGeometry
        Polygons within 0.1 % of the area where the field allows it, else the nearest found.
    """
    low, high = float(values.min()), float(values.max())
    best: tuple[float, BaseGeometry] = (np.inf, MultiPolygon())
    for _ in range(30):
        level = (low + high) / 2
        shape = _cut(grid, values, level, wish)
        error = float(area_m2(shape)) / wish.target_m2 - 1.0
        if abs(error) < best[0]:
            best = (abs(error), shape)
        if abs(error) < 1e-3:
            break
        low, high = (level, high) if error > 0 else (low, level)
    return best[1]


def _cut(grid: Grid, values: Floats, level: float, wish: Fit) -> BaseGeometry:
    raw = region(grid, values, level)
    parts = shapely.get_parts(raw)
    large = parts[area_m2(parts) > 0.3 * wish.part_m2]
    smooth = shapely.make_valid(shapely.simplify(MultiPolygon(list(large)), wish.smooth_m / M_PER_DEG))
    joined = smooth if wish.also is None else shapely.union(smooth, wish.also)
    clipped = shapely.intersection(polygonal(joined), wish.inside)
    return rounded(tidy(clipped, part_m2=wish.part_m2, hole_m2=wish.hole_m2, keep=wish.also))


# ---------------------------------------------------------------------------------------------- common fields


def metres_from(lon: Floats, lat: Floats, place: tuple[float, float]) -> tuple[Floats, Floats]:
    """Easting and northing in metres from ``place``, good to a percent over a district."""
    squeeze = float(np.cos(np.radians(place[1])))
    return (lon - place[0]) * M_PER_DEG * squeeze, (lat - place[1]) * M_PER_DEG


def distance_to(shape: BaseGeometry, within_m: float) -> Field:
    """Distance to ``shape`` in metres, ``within_m`` where it is more; good to a percent over a district."""
    squeeze = float(np.cos(np.radians(shape.centroid.y)))
    scale = np.array([squeeze * M_PER_DEG, M_PER_DEG])
    flat = shapely.transform(shape, lambda xy: xy * scale)
    if isinstance(flat, Point):
        east, north = flat.x, flat.y
        return lambda lon, lat: np.minimum(np.hypot(lon * scale[0] - east, lat * scale[1] - north), within_m)
    edges = shapely.STRtree(_edges(flat))
    shapely.prepare(flat)

    def field(lon: Floats, lat: Floats) -> Floats:
        x, y = (lon * scale[0]).ravel(), (lat * scale[1]).ravel()
        points = np.asarray(shapely.points(x, y), dtype=object)
        (found, _), metres = edges.query_nearest(
            points, max_distance=within_m, all_matches=False, return_distance=True
        )
        away = np.full(len(points), within_m)
        away[found] = metres
        if shapely.get_dimensions(flat) == 2:
            away = np.where(shapely.contains_xy(flat, x, y), 0.0, away)
        return np.asarray(away, dtype=float).reshape(lon.shape)

    return field


def _edges(flat: BaseGeometry) -> NDArray[np.object_]:
    """Each edge of lines and rings as a line of two points: a tree of them is quicker than one long line."""
    lines = shapely.get_parts(flat.boundary if shapely.get_dimensions(flat) == 2 else flat)
    xy, line = shapely.get_coordinates(lines, return_index=True)
    same = line[1:] == line[:-1]
    pairs = np.stack([xy[:-1][same], xy[1:][same]], axis=1)
    return np.asarray(shapely.linestrings(pairs), dtype=object)


def mound(
    place: tuple[float, float], radius_m: float, *, stretch: float = 1.0, angle_deg: float = 0.0
) -> Field:
    """1 at ``place``, 0 at ``radius_m`` and falling on; ``stretch`` longer along ``angle_deg`` from east."""
    turn = np.radians(angle_deg)

    def field(lon: Floats, lat: Floats) -> Floats:
        east, north = metres_from(lon, lat, place)
        along = (east * np.cos(turn) + north * np.sin(turn)) / np.sqrt(stretch)
        across = (north * np.cos(turn) - east * np.sin(turn)) * np.sqrt(stretch)
        return 1.0 - np.hypot(along, across) / radius_m

    return field


@dataclass(frozen=True, slots=True, kw_only=True)
class Blot:
    """An uneven patch: a hill of about the right size with noise on it.

    Attributes
    ----------
    steep
        Radius of the hill in units of that of a circle of the wanted area.
    rough
        How much the noise weighs against the hill.
    cells
        Lattice cells to that radius.
    """

    place: tuple[float, float]
    target_m2: float
    seed: int
    stretch: float = 1.5
    angle_deg: float = 0.0
    steep: float = 1.0
    rough: float = 0.5
    cells: float = 22.0
    part_share: float = 0.1


def blot(wish: Blot, inside: BaseGeometry) -> BaseGeometry:
    """The patch wished for, inside ``inside``."""
    radius_m = float((wish.target_m2 / np.pi) ** 0.5)
    grid = Grid.around(
        (*wish.place, *wish.place), radius_m / wish.cells, margin_m=radius_m * 2.6 * wish.steep
    )
    hill = mound(wish.place, radius_m * wish.steep, stretch=wish.stretch, angle_deg=wish.angle_deg)
    grain = noise(radius_m * 0.8, wish.seed, 4)
    values = grid.evaluate(lambda lon, lat: hill(lon, lat) + wish.rough * grain(lon, lat))
    part_m2 = wish.part_share * wish.target_m2
    limits = Fit(
        target_m2=wish.target_m2,
        inside=inside,
        part_m2=part_m2,
        hole_m2=part_m2 / 3,
        smooth_m=radius_m / wish.cells / 6,
    )
    return fit(grid, values, limits)
