"""Points and all edges about them, found once and asked again and again: the nearest of these, of those."""

from dataclasses import dataclass

import numpy as np

from geo.foot import feet
from geo.index.cells import Floats, Ints
from geo.index.circle import Ask, Candidates
from geo.index.near import Near, joined
from geo.index.packed import Flags, Runs


class Part:
    """Points of a chunk and the edges about them, by point; each foot is looked for once.

    Parameters
    ----------
    pairs
        An edge may be there more than once.
    edges
        Of the grid.
    """

    def __init__(self, ask: Ask, pairs: Candidates, edges: Floats) -> None:
        self.ask, self.pairs = ask, pairs
        self._edges = edges
        self._foot = np.full((3, len(pairs.owner)), np.nan)

    def nearest(self, among: Flags | None) -> Near:
        """For every point the nearest of its edges, or of those that count."""
        some, pairs = np.arange(len(self.pairs.owner)), self.pairs
        if among is not None:
            some = np.flatnonzero(among[pairs.edge])
            pairs = pairs.only(some)
        return self._measured(some[pairs.closest(self.ask.allow, pairs.owner)]).nearest()

    def _measured(self, some: Ints) -> Near:
        """Some of the pairs with their feet."""
        pairs = self.pairs.only(some)
        new = np.flatnonzero(np.isnan(self._foot[2, some]))
        found = measured(self.ask, pairs.only(new), self._edges)
        for row, values in zip(self._foot, (found.lon, found.lat, found.distance_m), strict=True):
            row[some[new]] = values
        return Near(self.ask.point[pairs.owner], pairs.edge, *self._foot.take(some, axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class About:
    """Every edge that may lie within a reach of each point, measured when first asked for.

    Attributes
    ----------
    parts
        Points, chunk by chunk.
    edges, tag
        Of the grid.
    reach_m
        What was looked for.
    """

    parts: list[Part]
    edges: Floats
    tag: Runs
    reach_m: float

    def every(self) -> Near:
        """Every pair within the reach, by point, then edge."""
        every = [(part.ask, part.pairs.distinct(len(self.edges))) for part in self.parts]
        return self._within([measured(ask, pairs, self.edges) for ask, pairs in every])

    def nearest(self, among: Flags | None = None) -> Near:
        """For every point the nearest edge within the reach.

        Parameters
        ----------
        among
            By edge, whether it counts; all by default.
        """
        return self._within([part.nearest(among) for part in self.parts])

    def nearest_by_tag(self) -> Near:
        """For every point and tag the nearest edge within the reach, by point, then tag."""
        found = []
        for part in self.parts:
            some = part.pairs.distinct(len(self.edges))  # edges are numbered by tag
            close = some.only(some.closest(part.ask.allow, some.owner, self.tag[some.edge]))
            near = measured(part.ask, close, self.edges)
            found.append(near.nearest(near.point, self.tag[near.edge]))
        return self._within(found)

    def _within(self, found: list[Near]) -> Near:
        near = joined(found)
        return near.only(near.distance_m <= self.reach_m)


def measured(ask: Ask, pairs: Candidates, edges: Floats) -> Near:
    """Pairs with their feet."""
    whose = pairs.owner
    scale = ask.along_m[whose], ask.across_m[whose]
    here = feet(ask.lon[whose], ask.lat[whose], edges.take(pairs.edge, axis=0), scale)
    return Near(ask.point[whose], pairs.edge, here.lon, here.lat, here.distance_m)
