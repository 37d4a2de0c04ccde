"""Edges in cells: those within a distance of a point, and how far the nearest one is, for a million points.

Candidates come from the cells around a point; a plane scaled at the point's latitude sorts out most of them,
with an allowance for its error; what remains is measured by `geo.foot`. A number depends on its point and its
edge, never on what else is asked for at the same time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from geo.foot import edges_of
from geo.index.about import About, Part, measured
from geo.index.bands import Band
from geo.index.cells import DEGREE_M, Floats, Grid, Ints, Ranks, distinct, narrow, spread, starts
from geo.index.circle import FLOOR_M, Ask, Candidates
from geo.index.near import Near, joined, metres_to_nearest
from geo.index.packed import Runs

__all__ = ["EdgeGrid", "Near", "edges_of"]

Mask = NDArray[np.bool_]

_CHUNK = 1 << 14
_SLOTS_PER_EDGE = 2.5
_SPARE_SLOTS = float(1 << 17)
_BLOCK = 1 << 16
_GROWTH = 3.0
_FEW = 16
"""So few edges are all looked at: a province has a border of four edges and cells by the hundred."""
_FAR_LON, _POLE = 720.0, 90.0


@dataclass(frozen=True, slots=True, eq=False)
class EdgeGrid:
    """Edges by the cells they touch.

    Attributes
    ----------
    edges, tag
        ``lon1, lat1, lon2, lat2`` in degrees, and what each edge belongs to; by tag.
    slot_edge, slot_start
        Edges cell by cell, and where each occupied cell's begin.
    band
        Where anything lies within the reach it was built for.
    """

    edges: Floats
    tag: Runs
    grid: Grid
    ranks: Ranks
    slot_start: NDArray[np.signedinteger[Any]]
    slot_edge: NDArray[np.signedinteger[Any]]
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
        by_tag = np.argsort(tag, kind="stable")
        edges, tag = np.asarray(edges, dtype=np.float64).reshape(-1, 4)[by_tag], tag[by_tag]
        grid = Grid.over(edges, _SLOTS_PER_EDGE * len(edges) + _SPARE_SLOTS, _power(reach_m))
        edge, cell = grid.touched(edges).slots(grid.cols)
        start = starts(cell)
        occupied = cell[start]
        return cls(
            edges=edges,
            tag=Runs.of(np.asarray(tag, dtype=np.int64)),
            grid=grid,
            ranks=Ranks.build(grid, occupied),
            slot_start=narrow(np.append(start, len(cell))),
            slot_edge=narrow(edge),
            band=Band.build(grid, occupied, reach_m),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it as arrays, to be stored."""
        return {
            "edges": self.edges,
            "tag_begin": self.tag.begin,
            "tag_value": self.tag.value,
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
            tag=Runs(arrays["tag_begin"], arrays["tag_value"]),
            grid=Grid.of_array(arrays["grid"]),
            ranks=Ranks(bits=arrays["bits"], before=arrays["before"]),
            slot_start=arrays["slot_start"],
            slot_edge=arrays["slot_edge"],
            band=Band.from_arrays(band),
        )

    def about(self, lon: Floats, lat: Floats, reach_m: float) -> About:
        """Points and the edges within a reach of each, to be asked again and again.

        Parameters
        ----------
        lon, lat
            Degrees, shape (n,); NaN, infinity and what is no longitude or latitude are near nothing.
        """
        asks = self._asks(lon, lat, reach_m)
        found = [(ask, self._candidates(ask, np.full(len(ask.point), reach_m), 1.0)) for ask in asks]
        parts = [Part(ask, pairs, self.edges) for ask, pairs in found]
        return About(parts, self.edges, self.tag, reach_m)

    def near(self, lon: Floats, lat: Floats, reach_m: float) -> Near:
        """Every edge within a reach of every point, by point, then edge."""
        return self.about(lon, lat, reach_m).every()

    def nearest_by_tag(self, lon: Floats, lat: Floats, reach_m: float) -> Near:
        """For every point and tag the nearest edge within a reach, by point, then tag."""
        return self.about(lon, lat, reach_m).nearest_by_tag()

    def nearest(self, lon: Floats, lat: Floats, reach_m: float, enough_m: float = 0.0) -> Near:
        """For every point the nearest edge within a reach.

        Parameters
        ----------
        enough_m
            Where an edge is found as near as this, nearer ones need not be looked for.
        """
        found = [self._nearest_edge(ask, reach_m, enough_m) for ask in self._asks(lon, lat, reach_m)]
        return joined(found)

    def nearest_m(self, lon: Floats, lat: Floats, reach_m: float) -> Floats:
        """Geodesic metres from every point to the nearest edge, shape (n,); inf beyond the reach."""
        return metres_to_nearest([self.nearest(lon, lat, reach_m)], lon, lat, reach_m)

    def _asks(self, lon: Floats, lat: Floats, reach_m: float) -> Iterator[Ask]:
        """Points that may have an edge within the reach, a chunk at a time."""
        for first in range(0, len(lon) if len(self.edges) else 0, _CHUNK):
            chunk = slice(first, first + _CHUNK)
            there = (np.abs(lon[chunk]) <= _FAR_LON) & (np.abs(lat[chunk]) <= _POLE)
            point = first + np.flatnonzero(there)
            point = point[self.band.near(lon[point], lat[point], reach_m)]
            if len(point):
                yield Ask.of(point, lon[point], lat[point], reach_m)

    def _nearest_edge(self, ask: Ask, reach_m: float, enough_m: float) -> Near:
        """By point: ever wider circles, until the nearest edge lies surely inside, or one is near enough."""
        found: list[Near] = []
        radius = np.full(len(ask.point), min(reach_m, DEGREE_M / self.grid.scale))
        if len(self.edges) <= _FEW:
            radius = reach_m * ask.allow + FLOOR_M
        while len(ask.point):
            most = reach_m * ask.allow + FLOOR_M
            pairs = self._candidates(ask, radius, _GROWTH)
            least, group = np.full(len(ask.point), np.inf), starts(pairs.owner)
            if len(group):
                least[pairs.owner[group]] = np.minimum.reduceat(pairs.plane_m2, group)
            farthest = np.sqrt(least) * ask.allow + 2.0 * FLOOR_M
            sure = (farthest <= np.maximum(radius, enough_m)) | (radius >= most)
            some = pairs.only(np.flatnonzero(sure[pairs.owner]))
            close = some.only(some.closest(ask.allow, some.owner))
            found.append(measured(ask, close, self.edges).nearest())
            wider = np.minimum(np.maximum(radius * _GROWTH, 1.0), np.minimum(farthest, most))
            ask, radius = ask.only(~sure), wider[~sure]
        return joined(found)

    def _candidates(self, ask: Ask, radius_m: Floats, spare: float) -> Candidates:
        """Edges in the cells that a circle about each point reaches, some of them more than once.

        Those farther away in the plane than ``spare`` times the radius are left out.
        """
        most2 = (spare * radius_m * ask.allow + FLOOR_M) ** 2
        if len(self.edges) <= _FEW:
            return self._close(
                ask,
                np.repeat(np.arange(len(radius_m)), len(self.edges)),
                np.tile(np.arange(len(self.edges)), len(radius_m)),
                most2,
            )
        owner, first, last = ask.stretches(self.grid, radius_m)
        low, _ = self.ranks.rank(first)
        high, occupied = self.ranks.rank(last)
        begin, end = self.slot_start[low], self.slot_start[high + occupied]
        some = np.flatnonzero(end > begin)
        owner, begin, end = owner[some], begin[some], end[some]
        until = np.cumsum(end - begin, dtype=np.int64)
        total = int(until[-1]) if len(until) else 0
        cuts = np.searchsorted(until, np.arange(_BLOCK, total + _BLOCK, _BLOCK), "right")
        found = []
        for low_cut, high_cut in pairwise(distinct(np.concatenate([[0], cuts, [len(until)]]))):
            block = slice(int(low_cut), int(high_cut))
            stretch, slot = spread(begin[block], end[block])
            found.append(
                self._close(ask, owner[block][stretch], self.slot_edge[slot].astype(np.int64), most2)
            )
        return Candidates.joined(found)

    def _close(self, ask: Ask, owner: Ints, edge: Ints, most_m2: Floats) -> Candidates:
        """Those pairs that are no farther apart in the plane than is looked."""
        plane_m2 = ask.plane_m2(owner, self.edges.take(edge, axis=0))
        close = np.flatnonzero(plane_m2 <= most_m2[owner])
        return Candidates(owner[close], edge[close], plane_m2[close])


def _power(reach_m: float) -> int:
    """Cells of about half the reach at most: finer ones are many to look at, coarser ones hold too much."""
    return int(np.clip(np.ceil(np.log2(2.2 * DEGREE_M / max(reach_m, 1.0))), 0, 14))
