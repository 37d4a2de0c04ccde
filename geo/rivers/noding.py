"""Lines noded: shared vertices are one node, loose ends join the line beside them, gaps are told."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from geo.foot import feet
from geo.measure import Floats, Objects, geodesic_m, window

NODE_M = 5.0
"""A loose end this near to another line is taken to flow into it: the accuracy of an ordinary site."""

GAP_M = 50.0
"""A loose end this near, and yet not joined, is told as a gap."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segments:
    """Edges of lines, in their order.

    Attributes
    ----------
    edges
        ``lon1, lat1, lon2, lat2``, degrees, shape (m, 4), as drawn.
    start, end
        Nodes of the ends.
    part
        The line each belongs to.
    """

    edges: Floats
    start: Ints
    end: Ints
    part: Ints

    @classmethod
    def of(cls, lines: Objects) -> Self:
        """Edges of lines of one part; vertices equal to the bit are one node, edges without length go."""
        xy, part = shapely.get_coordinates(lines, return_index=True)
        node = np.unique(xy, axis=0, return_inverse=True)[1].reshape(-1)
        keep = (part[1:] == part[:-1]) & (node[1:] != node[:-1])
        edges = np.hstack([xy[:-1], xy[1:]])[keep]
        return cls(edges=edges, start=node[:-1][keep], end=node[1:][keep], part=part[:-1][keep])


@dataclass(frozen=True, slots=True, kw_only=True)
class Loose:
    """Ends left loose beside another line."""

    nodes: tuple[int, ...] = ()
    near_m: float = NODE_M
    far_m: float = GAP_M


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Foot:
    """A loose end's nearest place on another line."""

    node: int
    segment: int
    lon: float
    lat: float
    away_m: float


def joined(cut: Segments) -> tuple[Segments, Loose]:
    """Join loose ends to the lines within `NODE_M`, splitting edges where they are met between vertices."""
    if len(cut.edges) == 0:
        return cut, Loose()
    found = list(_feet(cut))
    same: dict[int, int] = {}
    splits: dict[int, list[_Foot]] = {}
    for foot in found:
        if foot.away_m > NODE_M:
            continue
        vertex = _vertex(cut, foot)
        if vertex is None:
            splits.setdefault(foot.segment, []).append(foot)
        elif _find(same, foot.node) != _find(same, vertex):
            same[_find(same, foot.node)] = _find(same, vertex)
    out = _split(cut, splits)
    name = {node: _find(same, node) for node in same}
    start, end = (
        np.array([name.get(n, n) for n in side.tolist()], dtype=np.int64) for side in (out.start, out.end)
    )
    gaps = tuple(sorted({_find(same, f.node) for f in found if f.away_m > NODE_M}))
    return Segments(edges=out.edges, start=start, end=end, part=out.part), Loose(nodes=gaps)


def _find(same: dict[int, int], node: int) -> int:
    while node in same:
        node = same[node]
    return node


def _feet(cut: Segments) -> Iterator[_Foot]:
    """Nearest place on another line of every loose end, within `GAP_M`."""
    ends = np.concatenate([cut.start, cut.end])
    sides = np.concatenate([cut.edges[:, :2], cut.edges[:, 2:]])
    nodes, first, count = np.unique(ends, return_index=True, return_counts=True)
    loose, first = nodes[count == 1], first[count == 1]
    at, own = sides[first], np.concatenate([cut.part, cut.part])[first]
    boxes = np.array([window((x, y, x, y), GAP_M) for x, y in at]).reshape(-1, 4)
    tree = STRtree(np.asarray(shapely.linestrings(cut.edges.reshape(-1, 2, 2))))
    end, segment = tree.query(shapely.box(*boxes.T))
    other = cut.part[segment] != own[end]
    end, segment = end[other], segment[other]
    here = feet(at[end, 0], at[end, 1], cut.edges[segment])
    away = geodesic_m(at[end, 0], at[end, 1], here.lon, here.lat)
    order = np.lexsort((segment, away, end))
    nearest = order[np.unique(end[order], return_index=True)[1]]
    for k in nearest[away[nearest] <= GAP_M].tolist():
        yield _Foot(
            node=int(loose[end[k]]),
            segment=int(segment[k]),
            lon=float(here.lon[k]),
            lat=float(here.lat[k]),
            away_m=float(away[k]),
        )


def _vertex(cut: Segments, foot: _Foot) -> int | None:
    """The edge's end that a foot lies on or beside."""
    x1, y1, x2, y2 = cut.edges[foot.segment]
    to_start, to_end = geodesic_m([x1, x2], [y1, y2], [foot.lon] * 2, [foot.lat] * 2)
    if min(to_start, to_end) > NODE_M:
        return None
    return int(cut.start[foot.segment] if to_start <= to_end else cut.end[foot.segment])


def _split(cut: Segments, splits: dict[int, list[_Foot]]) -> Segments:
    """Edges with the nodes of loose ends put in between."""
    if not splits:
        return cut
    edges, start, end, part = [], [], [], []
    for k, (x1, y1, x2, y2) in enumerate(cut.edges.tolist()):
        inner = sorted(splits.get(k, []), key=lambda f: (f.lon - x1) * (x2 - x1) + (f.lat - y1) * (y2 - y1))
        spots = [(x1, y1), *((f.lon, f.lat) for f in inner), (x2, y2)]
        nodes = [int(cut.start[k]), *(f.node for f in inner), int(cut.end[k])]
        for one in range(len(spots) - 1):
            edges.append((*spots[one], *spots[one + 1]))
            start.append(nodes[one])
            end.append(nodes[one + 1])
            part.append(int(cut.part[k]))
    return Segments(
        edges=np.array(edges),
        start=np.array(start, dtype=np.int64),
        end=np.array(end, dtype=np.int64),
        part=np.array(part, dtype=np.int64),
    )


def has_ring(start: Ints, end: Ints) -> bool:
    """Whether directed edges run in a circle: some are left when sources are taken away again and again."""
    below: dict[int, list[int]] = {}
    into: dict[int, int] = {}
    for a, b in zip(start.tolist(), end.tolist(), strict=True):
        below.setdefault(a, []).append(b)
        into[b] = into.get(b, 0) + 1
    sources = [node for node in below if node not in into]
    taken = 0
    while sources:
        for node in below.get(sources.pop(), ()):
            taken += 1
            into[node] -= 1
            if into[node] == 0:
                sources.append(node)
    return taken < len(start)
