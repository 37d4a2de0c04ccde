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


def metres_to_nearest(found: Iterable[Near], lon: Floats, lat: Floats, reach_m: float) -> Floats:
    """Geodesic metres from every point asked about to the nearest of its feet; inf beyond the reach.

    Parameters
    ----------
    found
        In each of them a point has one pair at most.
    """
    least, foot = np.full(len(lon), np.inf), np.zeros((2, len(lon)))
    for near in found:
        better = np.flatnonzero(near.distance_m < least[near.point])
        at = near.point[better]
        least[at] = near.distance_m[better]
        foot[0, at], foot[1, at] = near.lon[better], near.lat[better]
    here = np.flatnonzero(np.isfinite(least))
    least[here] = geodesic_m(lon[here], lat[here], foot[0, here], foot[1, here])
    least[least > reach_m] = np.inf
    return least


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
