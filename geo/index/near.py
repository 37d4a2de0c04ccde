"""What was found near points: pairs of a point and an edge, and the nearest edge of each point."""

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

    def nearest(self) -> "Near":
        """By point, the pair of the least distance."""
        return self.only(first_least(self.distance_m, self.point))

    def metres(self, lon: Floats, lat: Floats, reach_m: float) -> Floats:
        """Geodesic metres from every point asked about to its one pair; inf beyond the reach."""
        out = np.full(len(lon), np.inf)
        out[self.point] = geodesic_m(lon[self.point], lat[self.point], self.lon, self.lat)
        out[out > reach_m] = np.inf
        return out


def first_least(distance_m: Floats, *keys: Ints) -> Ints:
    """By equal keys (the first counts most), the position of the least distance."""
    order = np.lexsort((distance_m, *reversed(keys)))
    return order[starts(*(key[order] for key in keys))]


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
