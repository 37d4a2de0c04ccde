"""A line or polygon on planes: one for a small site, one for each tile of a large one.

A transverse Mercator plane is true at its centre only: 30 km aside it stretches 3 km by 3 cm, 100 km aside by
37 cm, so that it may take a pair that is not the nearest, and calls a depth too great. Sites over 20 km are
therefore cut into tiles of about 10 km, each measured in a frame of its own. They depend on the site alone.
"""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiLineString
from shapely.geometry.base import BaseGeometry as Geometry

from geo.measure import POINT, POLYGON, Floats, Frame, Objects, densified, geodesic_m, window
from geo.overlays import common

Bounds = tuple[float, float, float, float]
Indices = NDArray[np.intp]

LONG_M = 20_000.0
"""A site wider or higher than this is measured in tiles."""

_TILE_M = 10_000.0
_DEGREE_M = 111_000.0
_MARGIN_DEG = 1e-6
"""Tiles reach a little beyond the site, so that one without width has tiles with area."""

_EMPTY = shapely.LineString()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tile:
    """Ground small enough for one frame, and what of the site lies there.

    Attributes
    ----------
    bounds
        Box in degrees that holds the tile and the site's edges in it.
    cell
        The tile's ground in degrees; None where the site is small and the tile is all of it.
    shape
        In the frame: the whole site where it is small; else its edges in this tile, empty inside a polygon.
    """

    frame: Frame
    bounds: Bounds
    cell: Geometry | None
    shape: Geometry

    def near(self, outline: Geometry, reach_m: float) -> Geometry:
        """An outline in degrees within a reach of the tile, in its frame."""
        return self.frame.project(shapely.clip_by_rect(outline, *window(self.bounds, reach_m)))

    def cut_all(self, outlines: Objects, reach_m: float) -> Objects:
        """What of outlines lies within a reach of the tile, all in degrees."""
        return np.asarray(shapely.clip_by_rect(outlines, *window(self.bounds, reach_m)), dtype=object)

    def part(self, piece: Geometry) -> Geometry:
        """What of a piece of the site, in degrees, lies in this tile, in its frame."""
        return self.frame.project(piece if self.cell is None else common(piece, self.cell))

    def geodesic_m(self, shapes: Objects, other: Geometry) -> Floats:
        """Geodesic metres between the nearest points of shapes and another, all in the frame."""
        ends = shapely.get_coordinates(shapely.shortest_line(shapes, other)).reshape(-1, 4)
        x1, y1, x2, y2 = self.frame.degrees(ends.reshape(-1, 2)).reshape(-1, 4).T
        return geodesic_m(x1, y1, x2, y2)


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """Tiles of equal size in degrees over a large site, numbered row by row."""

    origin: Floats
    size: Floats
    counts: Indices

    def holding(self, places: Floats) -> Indices:
        """Column and row of the tiles that hold places, shape (n, 2)."""
        held = np.floor((places - self.origin) / self.size).astype(np.intp)
        return np.asarray(held.clip(0, self.counts - 1))

    def numbers(self, held: Indices) -> Indices:
        """Numbers of tiles given as column and row."""
        return np.asarray(held[:, 0] * self.counts[1] + held[:, 1])

    def boxes(self, numbers: Indices) -> Objects:
        """The tiles' ground."""
        corners = self.origin + np.stack(np.divmod(numbers, self.counts[1]), axis=1) * self.size
        return np.asarray(shapely.box(*corners.T, *(corners + self.size).T))

    def under(self, polygon: Geometry) -> Indices:
        """Numbers of the tiles that a polygon meets."""
        (x0, y0), (x1, y1) = self.holding(np.array(polygon.bounds).reshape(2, 2))
        held = np.stack(np.meshgrid(np.arange(x0, x1 + 1), np.arange(y0, y1 + 1)), axis=-1).reshape(-1, 2)
        numbers = self.numbers(held)
        return np.asarray(numbers[shapely.intersects(self.boxes(numbers), polygon)])


def tiles_of(site: Geometry) -> tuple[Tile, ...]:
    """The tiles of a line or polygon in EPSG:4490 degrees; one alone where it is small."""
    west, south, east, north = site.bounds
    middle = (south + north) / 2.0
    size_m = np.array([(east - west) * math.cos(math.radians(middle)), north - south]) * _DEGREE_M
    if size_m.max() <= LONG_M:
        frame = Frame((west + east) / 2.0, middle)
        return (Tile(frame=frame, bounds=site.bounds, cell=None, shape=frame.project(site)),)
    origin, end = np.array([west, south]) - _MARGIN_DEG, np.array([east, north]) + _MARGIN_DEG
    counts = np.ceil(size_m / _TILE_M).clip(1).astype(np.intp)
    return _tiles(site, _Grid(origin, (end - origin) / counts, counts))


def _tiles(site: Geometry, grid: _Grid) -> tuple[Tile, ...]:
    areal = shapely.get_dimensions(site) == POLYGON
    edges = _edges(shapely.boundary(site) if areal else site)
    owner = grid.numbers(grid.holding(edges.mean(axis=1)))
    inside = [grid.under(part) for part in shapely.get_parts(site)] if areal else []
    numbers = np.unique(np.concatenate([owner, *inside]))
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], numbers)
    ends = np.searchsorted(owner[order], numbers, side="right")
    return tuple(
        _tile(cell, edges[order[a:b]]) for cell, a, b in zip(grid.boxes(numbers), starts, ends, strict=True)
    )


def _edges(lines: Geometry) -> Floats:
    """Edges of lines, cut to 200 m at most, shape (n, 2, 2)."""
    xy, line = shapely.get_coordinates(shapely.get_parts(densified(lines)), return_index=True)
    edges: Floats = np.stack([xy[:-1], xy[1:]], axis=1)[line[1:] == line[:-1]]
    return edges


def _tile(cell: Geometry, edges: Floats) -> Tile:
    west, south, east, north = cell.bounds
    frame = Frame((west + east) / 2.0, (south + north) / 2.0)
    flat = np.concatenate([edges.reshape(-1, 2), np.array(cell.bounds).reshape(2, 2)])
    (x0, y0), (x1, y1) = flat.min(axis=0), flat.max(axis=0)
    shape = frame.project(MultiLineString(list(edges)))
    return Tile(frame=frame, bounds=(float(x0), float(y0), float(x1), float(y1)), cell=cell, shape=shape)


def distances_m(tiles: tuple[Tile, ...], outlines: Objects, reach_m: float | Floats) -> Floats:
    """Geodesic metres from a site to outlines in degrees, inf beyond the reach (one for all, or each).

    Where the site is cut into tiles, the distance is that to its edges: whether an outline lies inside it is
    for the caller to know.
    """
    out = np.full(len(outlines), np.inf)
    points = shapely.get_dimensions(outlines) == POINT
    bounds = shapely.bounds(outlines).reshape(-1, 4)
    reaches = np.broadcast_to(reach_m, len(outlines))
    for tile in tiles:
        if tile.shape.is_empty:
            continue
        cut = np.full(len(outlines), _EMPTY, dtype=object)
        for reach in dict.fromkeys(reaches.tolist()):
            west, south, east, north = window(tile.bounds, reach)
            near = (bounds[:, 0] <= east) & (bounds[:, 2] >= west)
            near &= (bounds[:, 1] <= north) & (bounds[:, 3] >= south) & (reaches == reach)
            rows = np.flatnonzero(near & ~points)
            cut[near & points] = outlines[near & points]
            cut[rows] = shapely.clip_by_rect(outlines[rows], west, south, east, north)
        rows = np.flatnonzero(~shapely.is_empty(cut))
        if len(rows):
            flat = tile.frame.project_all(cut[rows])
            out[rows] = np.minimum(out[rows], tile.geodesic_m(flat, tile.shape))
    return out
