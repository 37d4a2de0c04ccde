"""Edges in cells: those within a distance of a point, and how far the nearest one is, for a million points.

Candidates come from the cells around a point; a plane scaled at the point's latitude sorts out most of them,
with an allowance for its error; what remains is measured by `geo.foot`. A number depends on its point and its
edge, never on what else is asked for at the same time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from geo.foot import degree_m, edges_of, feet
from geo.index.bands import Band
from geo.index.cells import DEGREE_M, Floats, Grid, Ints, Ranks, cosine, spread, starts
from geo.measure import geodesic_m

__all__ = ["EdgeGrid", "Near", "edges_of"]

Mask = NDArray[np.bool_]

_CHUNK = 1 << 14
_SLOTS_PER_EDGE = 2.5
_SPARE_SLOTS = float(1 << 17)
_FLOOR_M = 1e-6
"""Rounding of degrees is a hundred times less."""
_LEAST_RADIUS_M = 6_330_000.0
_GROWTH = 4.0
_FAR_LON, _POLE = 720.0, 90.0


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """Pairs of a point and an edge near it, by point, then edge (or tag).

    Attributes
    ----------
    point, edge
        Positions in what was asked and in the grid's ``edges``.
    lon, lat
        The foot on the edge, degrees.
    distance_m
        As `geo.foot.Feet.distance_m`.
    """

    point: Ints
    edge: Ints
    lon: Floats
    lat: Floats
    distance_m: Floats

    def only(self, keep: Mask | Ints) -> "Near":
        """Some of the pairs."""
        return Near(self.point[keep], self.edge[keep], self.lon[keep], self.lat[keep], self.distance_m[keep])


@dataclass(frozen=True, slots=True, eq=False)
class EdgeGrid:
    """Edges by the cells they touch.

    Attributes
    ----------
    edges, tag
        As given: ``lon1, lat1, lon2, lat2`` in degrees, and what each edge belongs to.
    slot_edge, slot_start
        Edges cell by cell, and where each occupied cell's begin.
    band
        Where anything lies within the reach it was built for.
    """

    edges: Floats
    tag: Ints
    grid: Grid
    ranks: Ranks
    slot_start: Ints
    slot_edge: NDArray[np.int32]
    band: Band

    @classmethod
    def build(cls, edges: Floats, tag: Ints, reach_m: float) -> Self:
        """Put edges into cells.

        Parameters
        ----------
        edges
            Shape (m, 4), finite; an edge of length 0 is a point.
        tag
            Shape (m,).
        reach_m
            What will mostly be asked for: points farther than this from everything cost one look. Larger
            reaches are answered too.
        """
        edges = np.ascontiguousarray(edges, dtype=np.float64).reshape(-1, 4)
        grid = Grid.over(edges, _SLOTS_PER_EDGE * len(edges) + _SPARE_SLOTS, _power(reach_m))
        runs = grid.touched(edges)
        run, cell = runs.cells(grid.cols)
        order = np.argsort(cell, kind="stable")
        slot_edge = runs.edge[run[order]].astype(np.int32)
        cell = cell[order]
        start = starts(cell)
        occupied = cell[start]
        return cls(
            edges=edges,
            tag=np.asarray(tag, dtype=np.int64),
            grid=grid,
            ranks=Ranks.build(grid, occupied),
            slot_start=np.append(start, len(cell)).astype(np.int64),
            slot_edge=slot_edge,
            band=Band.build(grid, occupied, reach_m),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it as arrays, to be stored."""
        return {
            "edges": self.edges,
            "tag": self.tag,
            "grid": self.grid.array(),
            "bits": self.ranks.bits,
            "before": self.ranks.before,
            "slot_start": self.slot_start,
            "slot_edge": self.slot_edge,
            **{f"band_{name}": array for name, array in self.band.arrays().items()},
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The grid of the arrays that `arrays` gave; they may be memory-mapped."""
        band = {name[5:]: array for name, array in arrays.items() if name.startswith("band_")}
        return cls(
            edges=arrays["edges"],
            tag=arrays["tag"],
            grid=Grid.of_array(arrays["grid"]),
            ranks=Ranks(bits=arrays["bits"], before=arrays["before"]),
            slot_start=arrays["slot_start"],
            slot_edge=arrays["slot_edge"],
            band=Band.from_arrays(band),
        )

    def near(self, lon: Floats, lat: Floats, reach_m: float) -> Near:
        """Every edge within a reach of every point, by point, then edge.

        Parameters
        ----------
        lon, lat
            Degrees, shape (n,); NaN, infinity and what is no longitude or latitude are near nothing.
        """
        found = [self._near(ask, reach_m) for ask in self._asks(lon, lat, reach_m)]
        return _joined(found)

    def nearest(self, lon: Floats, lat: Floats, reach_m: float) -> Near:
        """For every point and tag the nearest edge within a reach, by point, then tag."""
        found = [self._nearest(ask, reach_m) for ask in self._asks(lon, lat, reach_m)]
        return _joined(found)

    def nearest_m(self, lon: Floats, lat: Floats, reach_m: float) -> Floats:
        """Geodesic metres from every point to the nearest edge, shape (n,); inf beyond the reach."""
        out = np.full(len(lon), np.inf)
        for ask in self._asks(lon, lat, reach_m):
            nearest = self._nearest_edge(ask, reach_m)
            here = nearest.point
            out[here] = geodesic_m(lon[here], lat[here], nearest.lon, nearest.lat)
        out[out > reach_m] = np.inf
        return out

    def _asks(self, lon: Floats, lat: Floats, reach_m: float) -> Iterator["_Ask"]:
        """Points that may have an edge within the reach, a chunk at a time."""
        for first in range(0, len(lon) if len(self.edges) else 0, _CHUNK):
            chunk = slice(first, first + _CHUNK)
            there = (np.abs(lon[chunk]) <= _FAR_LON) & (np.abs(lat[chunk]) <= _POLE)
            point = first + np.flatnonzero(there)
            point = point[self.band.near(lon[point], lat[point], reach_m)]
            if len(point):
                yield _Ask.of(point, lon[point], lat[point], reach_m)

    def _near(self, ask: "_Ask", reach_m: float) -> Near:
        found = self._candidates(ask, np.full(len(ask.point), reach_m))
        close = found.plane_m <= reach_m * ask.allow[found.owner] + _FLOOR_M
        near = self._measured(ask, found.only(close).distinct())
        return near.only(near.distance_m <= reach_m)

    def _nearest(self, ask: "_Ask", reach_m: float) -> Near:
        """By point and tag; an edge that is farther in the plane by more than its error is not measured."""
        found = self._candidates(ask, np.full(len(ask.point), reach_m))
        close = found.plane_m <= reach_m * ask.allow[found.owner] + _FLOOR_M
        found = found.only(close).distinct()
        group = starts(found.owner, self.tag[found.edge])
        least = np.minimum.reduceat(found.plane_m, group)[_numbers(group, len(found.owner))]
        close = found.plane_m <= least * ask.allow[found.owner] ** 2 + _FLOOR_M
        near = self._measured(ask, found.only(close))
        near = near.only(_first_least(near.point, self.tag[near.edge], near.distance_m))
        return near.only(near.distance_m <= reach_m)

    def _nearest_edge(self, ask: "_Ask", reach_m: float) -> Near:
        """By point: ever wider circles, until the nearest edge lies surely inside."""
        found: list[Near] = []
        radius = np.full(len(ask.point), min(reach_m, DEGREE_M / self.grid.scale))
        while len(ask.point):
            pairs = self._candidates(ask, radius)
            least = np.full(len(ask.point), np.inf)
            group = starts(pairs.owner, pairs.owner)
            least[pairs.owner[group]] = np.minimum.reduceat(pairs.plane_m, group) if len(group) else 0.0
            sure = (least * ask.allow + _FLOOR_M <= radius) | (radius >= reach_m * ask.allow + _FLOOR_M)
            close = sure[pairs.owner] & (
                pairs.plane_m <= least[pairs.owner] * ask.allow[pairs.owner] ** 2 + _FLOOR_M
            )
            near = self._measured(ask, pairs.only(close))
            found.append(near.only(_first_least(near.point, near.point, near.distance_m)))
            wider = np.minimum(np.maximum(radius * _GROWTH, 1.0), least * ask.allow + 2.0 * _FLOOR_M)
            ask, radius = ask.only(~sure), np.minimum(wider, reach_m * ask.allow + _FLOOR_M)[~sure]
        return _joined(found)

    def _candidates(self, ask: "_Ask", radius_m: Floats) -> "_Pairs":
        """Edges in the cells within a radius of each point; an edge may come more than once."""
        grid = self.grid
        step = radius_m * ask.allow / DEGREE_M
        wide = np.minimum(step / cosine(np.abs(ask.lat) + step), 360.0)
        south = np.maximum(grid.row(ask.lat - step), 0)
        north = np.minimum(grid.row(ask.lat + step), grid.rows - 1)
        west = np.clip(grid.col(ask.lon - wide), 0, grid.cols - 1)
        east = np.clip(grid.col(ask.lon + wide), -1, grid.cols - 1)
        north[east < west] = -1
        owner, row = spread(south, north + 1)
        first, _ = self.ranks.rank(row * grid.cols + west[owner])
        last, occupied = self.ranks.rank(row * grid.cols + east[owner])
        row_owner, slot = spread(self.slot_start[first], self.slot_start[last + occupied])
        owner, edge = owner[row_owner], self.slot_edge[slot].astype(np.int64)
        return _Pairs(owner, edge, _plane_m(ask, owner, self.edges[edge]))

    def _measured(self, ask: "_Ask", pairs: "_Pairs") -> Near:
        here = feet(ask.lon[pairs.owner], ask.lat[pairs.owner], self.edges[pairs.edge])
        return Near(ask.point[pairs.owner], pairs.edge, here.lon, here.lat, here.distance_m)


@dataclass(frozen=True, slots=True, eq=False)
class _Ask:
    """Points asked about: positions, degrees, scales of the plane there, and its allowance for error."""

    point: Ints
    lon: Floats
    lat: Floats
    along_m: Floats
    across_m: Floats
    allow: Floats

    @classmethod
    def of(cls, point: Ints, lon: Floats, lat: Floats, reach_m: float) -> Self:
        along, across = degree_m(lat)
        # Between a point and its foot the scale of longitude grows by no more than tan φ times the way north.
        steep = np.tan(np.radians(np.minimum(np.abs(lat) + reach_m / DEGREE_M, 89.999)))
        return cls(point, lon, lat, along, across, 1.0 + (steep + 0.02) * reach_m / _LEAST_RADIUS_M)

    def only(self, keep: Mask) -> "_Ask":
        return _Ask(
            self.point[keep],
            self.lon[keep],
            self.lat[keep],
            self.along_m[keep],
            self.across_m[keep],
            self.allow[keep],
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Candidates: which point of an `_Ask`, which edge, how far in the plane."""

    owner: Ints
    edge: Ints
    plane_m: Floats

    def only(self, keep: Mask | Ints) -> "_Pairs":
        return _Pairs(self.owner[keep], self.edge[keep], self.plane_m[keep])

    def distinct(self) -> "_Pairs":
        """Each pair once, by point, then edge."""
        order = np.lexsort((self.edge, self.owner))
        owner, edge = self.owner[order], self.edge[order]
        return self.only(order[starts(owner, edge)])


def _power(reach_m: float) -> int:
    """Cells no finer than about a tenth of the reach: finer ones are many to look at."""
    return int(np.clip(np.ceil(np.log2(10.0 * DEGREE_M / max(reach_m, 1.0))), 0, 14))


def _plane_m(ask: _Ask, owner: Ints, edges: Floats) -> Floats:
    """Distance in the plane scaled at the point's own latitude."""
    along, across = ask.along_m[owner], ask.across_m[owner]
    ax, ay = (edges[:, 0] - ask.lon[owner]) * along, (edges[:, 1] - ask.lat[owner]) * across
    dx, dy = (edges[:, 2] - edges[:, 0]) * along, (edges[:, 3] - edges[:, 1]) * across
    length2 = dx * dx + dy * dy
    t = np.clip(-(ax * dx + ay * dy) / np.where(length2 > 0.0, length2, 1.0), 0.0, 1.0)
    out: Floats = np.hypot(ax + t * dx, ay + t * dy)
    return out


def _numbers(starts: Ints, count: int) -> Ints:
    """The number of the run that each entry is in."""
    return np.repeat(np.arange(len(starts)), np.diff(np.append(starts, count)))


def _first_least(point: Ints, tag: Ints, distance_m: Floats) -> Ints:
    """By point and tag, the position of the least distance."""
    order = np.lexsort((distance_m, tag, point))
    return order[starts(point[order], tag[order])]


def _joined(found: list[Near]) -> Near:
    """Answers of many chunks as one, by point."""
    if not found:
        none, nowhere = np.zeros(0, dtype=np.int64), np.zeros(0)
        return Near(none, none, nowhere, nowhere, nowhere)
    return Near(
        np.concatenate([near.point for near in found]),
        np.concatenate([near.edge for near in found]),
        np.concatenate([near.lon for near in found]),
        np.concatenate([near.lat for near in found]),
        np.concatenate([near.distance_m for near in found]),
    )
