"""Rasters as zones: what cell values mean, how large a cell is, patches of cells as polygons. Pure arrays.

Cells of one class that share a side make one patch, and a patch is a polygon along the edges of its cells: a
site takes of each cell exactly the part it covers, by the measures that hold for any other zone. A vertex is
a corner of a cell, or an equal division of a cell's side, named by whole numbers: neighbours share theirs to
the last bit, so that patches leave no gap and no sliver between them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry as Geometry

from geo.crs import Crs, longest_edge, points_to_lonlat
from geo.measure import Floats, Objects, geodesic_m

Labels = NDArray[np.int16]
Whole = NDArray[np.int64]
Mask = NDArray[np.bool_]

NO_DATA = 0
"""Label of cells that say nothing."""

UNLISTED = -1
"""Label of cells whose value nobody listed."""

_SAMPLES = 33
_MOST_STEPS = 2_000_000
"""Cell sides walked at a time: about 200 MB."""

_SAFE = 0.95
"""Of the longest edge that may be moved by its ends, so that rounding never asks for one vertex more."""

_JUNCTION = 3
"""A corner at which so many sides part cells of different labels is a vertex of every patch that has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Cell values of one meaning: ``low`` ≤ value < ``high``, or the single value where both are equal.

    Attributes
    ----------
    code
        Class code; None where such cells are known to be no zone.
    """

    low: float
    high: float
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """What every cell value of a raster means.

    Attributes
    ----------
    spans
        Disjoint, by ``low``.
    """

    spans: tuple[Span, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Class codes; the label of the first is 1."""
        return tuple(dict.fromkeys(span.code for span in self.spans if span.code is not None))

    @property
    def no_zone(self) -> int:
        """Label of cells that are known to be no zone."""
        return len(self.codes) + 1

    def labels(self, values: NDArray[np.generic]) -> Labels:
        """Labels of cell values (any shape), ``UNLISTED`` where no span holds them."""
        place = {code: label for label, code in enumerate(self.codes, start=1)}
        low = np.array([span.low for span in self.spans])
        high = np.array([span.high for span in self.spans])
        label = np.array([self.no_zone if s.code is None else place[s.code] for s in self.spans], np.int16)
        found = np.searchsorted(low, values, side="right") - 1
        held = (found >= 0) & ((values < high[found]) | (values == low[found]))
        return np.where(held, label[found], np.int16(UNLISTED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Where the cells of a raster lie.

    Attributes
    ----------
    transform
        (a, b, c, d, e, f): x = a·column + b·row + c, y = d·column + e·row + f, in units of the CRS. It may
        turn and mirror: cells are parallelograms.
    """

    rows: int
    columns: int
    transform: tuple[float, float, float, float, float, float]

    def xy(self, column: Floats, row: Floats) -> Floats:
        """Points of the grid in the CRS of supply, shape (n, 2); (0, 0) is the first cell's outer corner."""
        a, b, c, d, e, f = self.transform
        return np.column_stack([a * column + b * row + c, d * column + e * row + f])

    @property
    def outline(self) -> Geometry:
        """The whole grid in the CRS of supply."""
        column = np.array([0.0, self.columns, self.columns, 0.0])
        row = np.array([0.0, 0.0, self.rows, self.rows])
        return shapely.Polygon(self.xy(column, row))

    @property
    def side(self) -> float:
        """Longer side of a cell, in units of the CRS."""
        a, b, _, d, e, _ = self.transform
        return float(max(np.hypot(a, d), np.hypot(b, e)))

    @property
    def flat(self) -> bool:
        """Whether the cells have no area: no grid at all."""
        a, b, _, d, e, _ = self.transform
        return not np.isfinite(self.transform).all() or a * e == b * d


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Traced:
    """Patches as rings of cell corners.

    Attributes
    ----------
    corners
        (column, row) of the corners of all rings, shape (n, 2), each ring closed; sides run along the grid.
    ring
        Ring of each corner, ascending, shape (n,).
    patch
        Patch of each ring, ascending; the first ring of a patch is its outer one.
    label
        Label of each patch.
    """

    corners: Whole
    ring: Whole
    patch: Whole
    label: Whole


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patches:
    """Patches as zones, one entry each.

    Attributes
    ----------
    geometry
        Polygons in EPSG:4490.
    row, column
        Of the first cell, top to bottom and left to right, counted from 0.
    cells
        How many cells it has.
    """

    geometry: Objects
    label: Whole
    row: Whole
    column: Whole
    cells: Whole


def cell_m(grid: Grid, crs: Crs) -> float:
    """Longest side of any cell in metres on the ellipsoid.

    Sides grow and shrink slowly over a grid: they are measured on 33 by 33 cells, the outermost included.
    """
    rows = np.unique(np.linspace(0, grid.rows - 1, _SAMPLES).astype(int))
    columns = np.unique(np.linspace(0, grid.columns - 1, _SAMPLES).astype(int))
    column, row = (axis.ravel().astype(float) for axis in np.meshgrid(columns, rows))
    ring = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    lonlat = [points_to_lonlat(grid.xy(column + right, row + down), crs) for right, down in ring]
    sides = [geodesic_m(p[:, 0], p[:, 1], q[:, 0], q[:, 1]) for p, q in pairwise(lonlat)]
    return float(np.max(sides))


def parted(labels: Labels) -> int:
    """How many cell sides part cells of different labels: what tracing costs."""
    down, across = labels[1:] != labels[:-1], labels[:, 1:] != labels[:, :-1]
    return int(np.count_nonzero(down) + np.count_nonzero(across) + 2 * sum(labels.shape))


def junctions(labels: Labels) -> Mask:
    """Corners where patches of three sides or more meet, shape (rows + 1, columns + 1).

    Also corners at which two patches of one label touch. What lies around the grid is without data.
    """
    framed = np.pad(labels, 1, constant_values=NO_DATA)
    across, down = framed[:, 1:] != framed[:, :-1], framed[1:] != framed[:-1]
    sides = across[:-1].astype(np.uint8)
    sides += across[1:]
    sides += down[:, :-1]
    sides += down[:, 1:]
    return np.asarray(sides >= _JUNCTION)


def whole(grid: Grid) -> Traced:
    """The whole grid as one patch of label 1."""
    right, below = grid.columns, grid.rows
    ring = np.array([(0, 0), (0, below), (right, below), (right, 0), (0, 0)], dtype=np.int64)
    return Traced(
        corners=ring,
        ring=np.zeros(len(ring), dtype=np.int64),
        patch=np.zeros(1, dtype=np.int64),
        label=np.ones(1, dtype=np.int64),
    )


def patches(traced: Traced, grid: Grid, crs: Crs, joined: Mask) -> Patches:
    """Patches with their geometry in EPSG:4490.

    Cell sides are straight in the CRS of supply: they get a vertex every 200 m or less before they are moved.

    Parameters
    ----------
    joined
        Corners that are vertices of every patch that has them (`junctions`).
    """
    if not len(traced.label):
        none = np.zeros(0, dtype=np.int64)
        return Patches(geometry=np.zeros(0, dtype=object), label=none, row=none, column=none, cells=none)
    longest = longest_edge(crs) * _SAFE
    every = int(longest // grid.side) if np.isfinite(longest) else 0
    parts = 1 if every or not np.isfinite(longest) else int(np.ceil(grid.side / longest))
    walked = list(_walk(traced, joined, every, parts))
    points = np.concatenate([points for points, _ in walked])
    lonlat = points_to_lonlat(grid.xy(points[:, 0] / parts, points[:, 1] / parts), crs)
    rings = shapely.linearrings(lonlat, indices=np.concatenate([ring for _, ring in walked]))
    row, column = _first_cells(traced, grid)
    return Patches(
        geometry=np.asarray(shapely.polygons(cast("Any", rings), indices=traced.patch), dtype=np.object_),
        label=traced.label,
        row=row,
        column=column,
        cells=_cell_counts(traced),
    )


def _walk(traced: Traced, joined: Mask, every: int, parts: int) -> Iterator[tuple[Whole, Whole]]:
    """Vertices of the rings, without their closing ones, and the ring of each, some sides at a time.

    Vertices are whole numbers, 1/``parts`` of a cell, the same from whichever side they are reached. Kept are
    the rings' corners, the ``joined`` ones, those whose number along the side divides by ``every`` (0: none),
    and all divisions of a cell's side where there are any.
    """
    same = traced.ring[1:] == traced.ring[:-1]
    start, end, ring = traced.corners[:-1][same], traced.corners[1:][same], traced.ring[1:][same]
    length = np.abs(end - start).sum(axis=1)
    chunk = np.cumsum(length) * parts // _MOST_STEPS
    for one in np.split(np.arange(len(length)), np.flatnonzero(np.diff(chunk)) + 1):
        steps = length[one] * parts
        side = np.repeat(one, steps)
        along = np.arange(len(side)) - np.repeat(np.cumsum(steps) - steps, steps)
        turn = np.sign(end - start)[side]
        point = start[side] * parts + turn * along[:, None]
        keep = along == 0
        if parts > 1:
            keep[:] = True
        else:
            keep |= joined[point[:, 1], point[:, 0]]
            if every:
                keep |= np.where(turn[:, 0] != 0, point[:, 0], point[:, 1]) % every == 0
        yield point[keep], ring[side[keep]]


def _first_cells(traced: Traced, grid: Grid) -> tuple[Whole, Whole]:
    """Row and column of each patch's first cell: no corner of it lies before that cell's own."""
    order = traced.corners[:, 1] * (grid.columns + 1) + traced.corners[:, 0]
    starts = np.searchsorted(traced.patch[traced.ring], np.arange(len(traced.label)))
    return np.divmod(np.minimum.reduceat(order, starts), grid.columns + 1)


def _cell_counts(traced: Traced) -> Whole:
    """Cells of each patch: what its outer ring holds, less its holes."""
    column, row = traced.corners[:, 0], traced.corners[:, 1]
    same = traced.ring[1:] == traced.ring[:-1]
    twice = (column[:-1] * row[1:] - column[1:] * row[:-1])[same]
    held = np.abs(np.bincount(traced.ring[1:][same], weights=twice, minlength=len(traced.patch))) / 2.0
    inner = np.ones(len(held), dtype=bool)
    inner[np.unique(traced.patch, return_index=True)[1]] = False
    held[inner] *= -1.0
    return np.rint(np.bincount(traced.patch, weights=held)).astype(np.int64)
