"""Points and all edges about them, found once and asked again and again: the nearest of these, of those."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.foot import feet
from geo.index.cells import Floats, Ints
from geo.index.circle import Ask, Candidates
from geo.index.near import Near, joined

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class About:
    """Every edge that may lie within a reach of each point, not measured yet.

    Attributes
    ----------
    parts
        Points, chunk by chunk, and their edges, by point; an edge may be there more than once.
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
        """Every pair within the reach, by point, then edge."""
        every = [(ask, pairs.distinct(len(self.edges))) for ask, pairs in self.parts]
        return self._within([measured(ask, pairs, self.edges) for ask, pairs in every])

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
            found.append(measured(ask, some.nearest(ask.allow, some.owner), self.edges).nearest())
        return self._within(found)

    def nearest_by_tag(self) -> Near:
        """For every point and tag the nearest edge within the reach, by point, then tag."""
        found = []
        for ask, pairs in self.parts:
            some = pairs.distinct(len(self.edges))  # edges are numbered by tag
            near = measured(ask, some.nearest(ask.allow, some.owner, self.tag[some.edge]), self.edges)
            found.append(near.nearest(near.point, self.tag[near.edge]))
        return self._within(found)

    def _within(self, found: list[Near]) -> Near:
        near = joined(found)
        return near.only(near.distance_m <= self.reach_m)


def measured(ask: Ask, pairs: Candidates, edges: Floats) -> Near:
    """Pairs with their feet."""
    whose = pairs.owner
    scale = ask.along_m[whose], ask.across_m[whose]
    here = feet(ask.lon[whose], ask.lat[whose], edges[pairs.edge], scale)
    return Near(ask.point[whose], pairs.edge, here.lon, here.lat, here.distance_m)
