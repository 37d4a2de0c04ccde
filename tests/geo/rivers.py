"""Rivers of straight reaches in world metres, and a walk along them by brute force."""

import itertools
import math
from collections.abc import Iterable, Sequence

import numpy as np
from shapely import LineString

from geo.rivers.network import Network, Stretch, network_of
from tests.geo.world import place

XY = tuple[float, float]


def river(*lines: Sequence[XY], width_m: Iterable[float] = (), flow: Iterable[str] = ()) -> Network:
    """A network of lines in world metres, drawn downstream."""
    shapes = np.array([None, *(place(LineString(xy)) for xy in lines)], dtype=object)[1:]
    widths, flows = [*width_m], [*flow]
    return network_of(
        shapes,
        np.array(widths or [math.nan] * len(lines)),
        np.array(flows or [None] * len(lines), dtype=object),
    )


def reached_m(stretch: Stretch, network: Network) -> tuple[float, float]:
    """How many metres of river a stretch covers upstream and downstream, each metre once."""
    up: dict[int, list[tuple[float, float]]] = {}
    down: dict[int, list[tuple[float, float]]] = {}
    for one in stretch.reached:
        side = up if one.upper_m + one.lower_m > 0.0 else down
        side.setdefault(one.edge, []).append((one.upper, one.lower))
    return tuple(sum(_once(v) * network.length_m[e] for e, v in some.items()) for some in (up, down))


def _once(intervals: list[tuple[float, float]]) -> float:
    total, end = 0.0, 0.0
    for low, high in sorted(intervals):
        total += max(0.0, high - max(low, end))
        end = max(end, high)
    return total


def ways(edges: Sequence[tuple[XY, XY]]) -> dict[tuple[XY, XY], float]:
    """Shortest way downstream from every junction to every other, by trying all junctions in between."""
    nodes = sorted({xy for edge in edges for xy in edge})
    way = {(a, b): 0.0 if a == b else math.inf for a in nodes for b in nodes}
    for a, b in edges:
        way[a, b] = min(way[a, b], math.dist(a, b))
    for k, i, j in itertools.product(nodes, repeat=3):
        way[i, j] = min(way[i, j], way[i, k] + way[k, j])
    return way
