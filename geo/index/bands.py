"""Where anything lies within a reach: one look tells that a point is far from everything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from geo.index.cells import DEGREE_M, Floats, Grid, Ints, cosine, distinct

_MOST_CELLS = 1 << 24


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Cells that lie, wholly or in part, within a reach of something.

    Attributes
    ----------
    reach_m
        The reach; beyond it nothing is known.
    cells
        Shape (rows, cols), True where something may be within the reach.
    """

    reach_m: float
    grid: Grid
    cells: NDArray[np.bool_]

    @classmethod
    def build(cls, grid: Grid, occupied: Ints, reach_m: float) -> Self:
        """Widen the occupied cells of a grid, given as ``row · cols + column``, by a reach."""
        if len(occupied) == 0:
            empty = Grid(power=0, row0=0, col0=0, rows=0, cols=0)
            return cls(reach_m, empty, np.zeros((0, 0), dtype=bool))
        high = max(abs(grid.row0), abs(grid.row0 + grid.rows)) / grid.scale
        step = reach_m / DEGREE_M
        widest = min(step / float(cosine(np.array(high + step))), 360.0)
        coarse, up = _coarse(grid, step, widest)
        row = ((occupied // grid.cols + grid.row0) >> up) - coarse.row0
        col = ((occupied % grid.cols + grid.col0) >> up) - coarse.col0
        cell = distinct(row * coarse.cols + col)
        return cls(reach_m, coarse, _widened(coarse, cell // coarse.cols, cell % coarse.cols, step))

    def near(self, lon: Floats, lat: Floats, reach_m: float) -> NDArray[np.bool_]:
        """Which points may have something within a reach; False is sure. Points must be finite."""
        if reach_m > self.reach_m:
            return np.ones(len(lon), dtype=bool)
        near = self.grid.inside(lon, lat)
        here = np.flatnonzero(near)
        near[here] = self.cells[self.grid.row(lat[here]), self.grid.col(lon[here])]
        return near

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it as arrays, to be stored."""
        return {"reach_m": np.array([self.reach_m]), "grid": self.grid.array(), "cells": self.cells}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The band of the arrays that `arrays` gave."""
        return cls(float(arrays["reach_m"][0]), Grid.of_array(arrays["grid"]), arrays["cells"])


def _coarse(grid: Grid, step: float, widest: float) -> tuple[Grid, int]:
    """Cells of about half the reach, over a grid and the reach around it; and how many halvings coarser."""
    up = 0
    while True:
        scale = 2.0 ** (grid.power - up)
        rows, cols = int(step * scale) + 1, int(widest * scale) + 1
        row0, col0 = (grid.row0 >> up) - rows, (grid.col0 >> up) - cols
        height = ((grid.row0 + grid.rows) >> up) + rows + 1 - row0
        width = ((grid.col0 + grid.cols) >> up) + cols + 1 - col0
        if height * width <= _MOST_CELLS and (2.0 / scale > step or up >= grid.power):
            return Grid(power=grid.power - up, row0=row0, col0=col0, rows=height, cols=width), up
        up += 1


def _widened(grid: Grid, row: Ints, col: Ints, step: float) -> NDArray[np.bool_]:
    """Cells within ``step`` degrees of latitude of the given ones; in longitude as many more as it takes."""
    change = np.zeros((grid.rows, grid.cols + 1), dtype=np.int32)
    rows = int(step * grid.scale) + 1
    lat = np.maximum(np.abs(row + grid.row0), np.abs(row + grid.row0 + 1)) / grid.scale
    cols = (np.minimum(step / cosine(lat + step), 360.0) * grid.scale).astype(np.int64) + 1
    first, last = np.maximum(col - cols, 0), np.minimum(col + cols + 1, grid.cols)
    for up in range(-rows, rows + 1):
        inside = (row + up >= 0) & (row + up < grid.rows)
        np.add.at(change, ((row + up)[inside], first[inside]), 1)
        np.add.at(change, ((row + up)[inside], last[inside]), -1)
    return np.asarray(np.cumsum(change, axis=1, dtype=np.int32)[:, :-1] > 0)
