"""Points asked about, and edges that may be near them: the plane that sorts out what need not be measured."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from geo.foot import degree_m
from geo.index.cells import DEGREE_M, POLAR_LAT, Floats, Grid, Ints, cosine, spread, starts

Mask = NDArray[np.bool_]

FLOOR_M = 1e-6
"""Rounding of degrees is a hundred times less."""
_LEAST_RADIUS_M = 6_330_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """Points asked about: positions, degrees, scales of the plane there, and its allowance for error."""

    point: Ints
    lon: Floats
    lat: Floats
    along_m: Floats
    across_m: Floats
    allow: Floats

    @classmethod
    def of(cls, point: Ints, lon: Floats, lat: Floats, reach_m: float) -> Self:
        """Points, and how far they look at most."""
        along, across = degree_m(lat)
        # Between a point and its foot the scale of longitude grows by no more than tan φ times the way north.
        steep = np.tan(np.radians(np.minimum(np.abs(lat) + reach_m / DEGREE_M, POLAR_LAT)))
        return cls(point, lon, lat, along, across, 1.0 + (steep + 0.02) * reach_m / _LEAST_RADIUS_M)

    def only(self, keep: Mask) -> "Ask":
        """Some of the points."""
        return Ask(
            self.point[keep],
            self.lon[keep],
            self.lat[keep],
            self.along_m[keep],
            self.across_m[keep],
            self.allow[keep],
        )

    def stretches(self, grid: Grid, radius_m: Floats) -> tuple[Ints, Ints, Ints]:
        """Cells that a circle about each point may reach: point, first and last cell of a row."""
        step = radius_m * self.allow / DEGREE_M
        south = np.maximum(grid.row(self.lat - step), 0)
        north = np.minimum(grid.row(self.lat + step), grid.rows - 1)
        owner, row = spread(south, north + 1)
        lon, lat, step = self.lon[owner], self.lat[owner], step[owner]
        level = (row + grid.row0) / grid.scale
        gap = np.maximum(np.maximum(level - lat, lat - level - 1.0 / grid.scale), 0.0)
        wide = np.sqrt(np.maximum(step * step - gap * gap, 0.0)) / cosine(np.abs(lat) + step)
        wide = np.minimum(wide, 360.0) + FLOOR_M / DEGREE_M
        west, east = grid.col(lon - wide), grid.col(lon + wide)
        there = np.flatnonzero((west < grid.cols) & (east >= 0))
        west, east = np.maximum(west[there], 0), np.minimum(east[there], grid.cols - 1)
        base = row[there] * grid.cols
        return owner[there], base + west, base + east

    def plane_m2(self, owner: Ints, edges: Floats) -> Floats:
        """Square of the distance in the plane scaled at the point's own latitude."""
        along, across = self.along_m[owner], self.across_m[owner]
        lon, lat = self.lon[owner], self.lat[owner]
        x1, y1, x2, y2 = edges[:, 0], edges[:, 1], edges[:, 2], edges[:, 3]
        ax, ay = (x1 - lon) * along, (y1 - lat) * across
        dx, dy = (x2 - x1) * along, (y2 - y1) * across
        length2 = dx * dx + dy * dy
        # An edge without length has its foot at its end, whatever it is divided by.
        part = -(ax * dx + ay * dy) / np.maximum(length2, _TINY)
        part = np.minimum(np.maximum(part, 0.0), 1.0)
        dx *= part
        dy *= part
        dx += ax
        dy += ay
        out: Floats = dx * dx + dy * dy
        return out


_TINY = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Pairs of a point of an `Ask` and an edge, by point, with the square of their distance in the plane."""

    owner: Ints
    edge: Ints
    plane_m2: Floats

    def only(self, keep: Mask | Ints) -> "Candidates":
        """Some of the pairs."""
        return Candidates(self.owner[keep], self.edge[keep], self.plane_m2[keep])

    def distinct(self, edges: int) -> "Candidates":
        """Each pair once, by point, then edge.

        Parameters
        ----------
        edges
            How many edges there are.
        """
        shift = np.int64(edges.bit_length())
        key = (self.owner << shift) | self.edge
        order = np.argsort(key)
        key = key[order]
        first = starts(key)
        key = key[first]
        return Candidates(key >> shift, key & ((np.int64(1) << shift) - 1), self.plane_m2[order[first]])

    def closest(self, allow: Floats, *keys: Ints) -> Ints:
        """Of pairs that stand group by group, where those are that may be the nearest of their group.

        Parameters
        ----------
        allow
            By owner.
        keys
            Equal in a group.
        """
        group = starts(*keys)
        if len(group) == 0:
            return group
        least = np.sqrt(np.minimum.reduceat(self.plane_m2, group))
        most_m = least * allow[self.owner[group]] ** 2 + FLOOR_M
        close = self.plane_m2 <= np.repeat(most_m**2, np.diff(np.append(group, len(self.owner))))
        return np.flatnonzero(close)

    @classmethod
    def joined(cls, found: list["Candidates"]) -> Self:
        """Pairs of many blocks."""
        if len(found) == 1:
            return cls(found[0].owner, found[0].edge, found[0].plane_m2)
        if not found:
            return cls(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
        return cls(
            np.concatenate([one.owner for one in found]),
            np.concatenate([one.edge for one in found]),
            np.concatenate([one.plane_m2 for one in found]),
        )
