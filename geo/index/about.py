"""Points and all edges about them, found once and asked again and again: the nearest of these, of those."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.foot import feet
from geo.index.cells import Floats, Ints, starts
from geo.index.circle import FLOOR_M, Ask, Candidates
from geo.index.near import Near, first_least, joined

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class About:
    """Every edge that may lie within a reach of each point, not measured yet.

    Attributes
    ----------
    parts
        Points, chunk by chunk, and their edges, by point, then edge, each once.
    edges, tag
        Of the grid.
    reach_m
        What was looked for.
    """

    parts: list[tuple[Ask, Candidates]]
    edges: Floats
    tag: Ints
    reach_m: float

    def every(self) -> Near:
        """Every pair within the reach."""
        return self._within([measured(ask, pairs, self.edges) for ask, pairs in self.parts])

    def nearest(self, among: Mask | None = None) -> Near:
        """For every point the nearest edge within the reach.

        Parameters
        ----------
        among
            By edge, whether it counts; all by default.
        """
        found = []
        for ask, pairs in self.parts:
            some = pairs if among is None else pairs.only(np.flatnonzero(among[pairs.edge]))
            found.append(self._nearest(ask, some, starts(some.owner)).nearest())
        return self._within(found)

    def nearest_by_tag(self) -> Near:
        """For every point and tag the nearest edge within the reach, by point, then tag."""
        found = []
        for ask, pairs in self.parts:
            near = self._nearest(ask, pairs, starts(pairs.owner, self.tag[pairs.edge]))
            found.append(near.only(first_least(near.distance_m, near.point, self.tag[near.edge])))
        return self._within(found)

    def _nearest(self, ask: Ask, pairs: Candidates, group: Ints) -> Near:
        """The pairs of each group that may be its nearest; ``group`` tells where each begins."""
        if len(group) == 0:
            return measured(ask, pairs, self.edges)
        least = np.minimum.reduceat(pairs.plane_m2, group)
        least = np.repeat(least, np.diff(np.append(group, len(pairs.owner))))
        close = as_near(pairs.plane_m2, least, ask.allow[pairs.owner])
        return measured(ask, pairs.only(np.flatnonzero(close)), self.edges)

    def _within(self, found: list[Near]) -> Near:
        near = joined(found)
        return near.only(near.distance_m <= self.reach_m)


def measured(ask: Ask, pairs: Candidates, edges: Floats) -> Near:
    """Pairs with their feet."""
    here = feet(ask.lon[pairs.owner], ask.lat[pairs.owner], edges[pairs.edge])
    return Near(ask.point[pairs.owner], pairs.edge, here.lon, here.lat, here.distance_m)


def as_near(plane_m2: Floats, least_m2: Floats, allow: Floats) -> Mask:
    """Which may be as near as the least, for all that the plane tells."""
    return np.asarray(plane_m2 <= (np.sqrt(least_m2) * allow**2 + FLOOR_M) ** 2)
