"""What was found near points: pairs of a point and an edge, and the nearest edge of each point."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.index.cells import Floats, Ints, starts
from geo.measure import geodesic_m

Mask = NDArray[np.bool_]


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

    def nearest(self, *keys: Ints) -> "Near":
        """Of pairs that stand group by group, the one of the least distance in each.

        Parameters
        ----------
        keys
            Equal in a group; the points by default.
        """
        group = starts(*(keys or (self.point,)))
        if len(group) == 0:
            return self
        size = np.diff(np.append(group, len(self.point)))
        least = np.flatnonzero(
            self.distance_m == np.repeat(np.minimum.reduceat(self.distance_m, group), size)
        )
        which = np.repeat(np.arange(len(group)), size)[least]
        return self.only(least[starts(which)])


class Geodesics:
    """Geodesics from points to their feet, remembered for the last foot of each point.

    Parameters
    ----------
    lon, lat
        The points, degrees, shape (n,).
    """

    def __init__(self, lon: Floats, lat: Floats) -> None:
        self._lon, self._lat = lon, lat
        self._foot, self._metres = np.full((2, len(lon)), np.nan), np.full(len(lon), np.inf)

    def metres_to_nearest(self, found: Iterable[Near], reach_m: float) -> Floats:
        """Metres from every point to the nearest of its feet; inf beyond the reach.

        Parameters
        ----------
        found
            In each of them a point has one pair at most.
        """
        least, foot = np.full(len(self._lon), np.inf), np.zeros((2, len(self._lon)))
        for near in found:
            better = np.flatnonzero(near.distance_m < least[near.point])
            at = near.point[better]
            least[at] = near.distance_m[better]
            foot[0, at], foot[1, at] = near.lon[better], near.lat[better]
        there = np.isfinite(least)
        new = np.flatnonzero(there & (foot != self._foot).any(axis=0))
        for own, here in zip(self._foot, foot, strict=True):
            own[new] = here[new]
        self._metres[new] = geodesic_m(self._lon[new], self._lat[new], foot[0, new], foot[1, new])
        return np.where(there & (self._metres <= reach_m), self._metres, np.inf)


def metres_to_nearest(found: Iterable[Near], lon: Floats, lat: Floats, reach_m: float) -> Floats:
    """Geodesic metres from every point asked about to the nearest of its feet; inf beyond the reach.

    Parameters
    ----------
    found
        In each of them a point has one pair at most.
    """
    return Geodesics(lon, lat).metres_to_nearest(found, reach_m)


def joined(found: list[Near]) -> Near:
    """Pairs of many chunks, or of many grids, as one."""
    if not found:
        none, nowhere = np.zeros(0, dtype=np.int64), np.zeros(0)
        return Near(none, none, nowhere, nowhere, nowhere)
    if len(found) == 1:
        return found[0]
    return Near(
        np.concatenate([near.point for near in found]),
        np.concatenate([near.edge for near in found]),
        np.concatenate([near.lon for near in found]),
        np.concatenate([near.lat for near in found]),
        np.concatenate([near.distance_m for near in found]),
    )
