"""Where seams may be: vertices of one zone within the tolerance of an edge of another.

Where two edges of two zones face each other within the tolerance, one of their ends lies near the other edge.
Such ends are looked for among runs of edges by their boxes, then vertices in boxes of runs, then the edges of
the run. What neighbours share to the last bit is no seam, and falls out first.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from geo.foot import degree_m, simple_parts
from geo.index.cells import codes, spread, starts
from geo.measure import TOLERANCE_M, Floats, Objects

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Box = tuple[float, float, float, float]

_RUN = 8
"""Edges of a run: with more their boxes hold much that is not near, with fewer there are many boxes."""

_NEAR_DEG = 6e-9
"""Degrees of latitude that hold the tolerance."""

_BLOCK = 1 << 18

_FEW = 96
"""So many edges are compared each with each: a tree costs more."""

NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Rings:
    """Rings of zones, vertex by vertex, each closed by its first one again.

    Attributes
    ----------
    rings, part, owner
        Rings, the polygon of each, and the zone of each polygon.
    xy, ring
        Vertices, and the ring of each.
    at
        Vertices that begin an edge of interest.
    """

    rings: Objects
    part: Ints
    owner: Ints
    xy: Floats
    ring: Ints
    at: Ints

    @classmethod
    def of(cls, zones: Objects, around: Box | None) -> Self:
        """Rings of polygons; edges of interest are those that may be in a box, or all."""
        parts, owner = simple_parts(zones)
        rings, part = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        edge = ring[1:] == ring[:-1]
        if around is not None:
            x, y = xy[:, 0], xy[:, 1]
            # An edge is there unless both its ends are beyond one side.
            for beyond in (x < around[0], y < around[1], x > around[2], y > around[3]):
                edge &= ~(beyond[1:] & beyond[:-1])
        return cls(rings, part, owner, xy, ring, np.flatnonzero(edge))

    def zone(self, vertex: Ints) -> Ints:
        """Whose a vertex, or the edge that it begins, is."""
        return np.asarray(self.owner[self.part[self.ring[vertex]]], dtype=np.int64)

    def runs(self) -> Ints:
        """Where in ``at`` runs of edges begin, each of one ring."""
        ring = self.ring[self.at]
        return starts(ring, (self.at - starts(self.ring)[ring]) // _RUN)

    def _turned(self, vertex: Ints) -> Mask:
        """Whether the ground lies to the right of the way to the next vertex."""
        ring, place = np.unique(self.ring[vertex], return_inverse=True)
        hole = (
            self.part[ring] == self.part[ring - 1]
        )  # the first ring of a polygon bounds it, others are holes
        hole[ring == 0] = False
        return np.asarray((shapely.is_ccw(self.rings[ring]) == hole)[place])

    def edges(self, vertex: Ints) -> Floats:
        """Edges that begin at vertices, the ground to the left, shape (n, 4)."""
        edges = np.hstack([self.xy[vertex], self.xy[vertex + 1]])
        return np.where(self._turned(vertex)[:, None], edges[:, [2, 3, 0, 1]], edges)

    def paths(self, vertex: Ints) -> Floats:
        """The vertex before, the vertex itself, and the one after, the ground to the left, shape (n, 6)."""
        first = starts(self.ring)
        last = np.append(first[1:], len(self.ring)) - 1
        ring = self.ring[vertex]
        before = np.where(vertex == first[ring], last[ring] - 1, vertex - 1)
        paths = np.hstack([self.xy[before], self.xy[vertex], self.xy[vertex + 1]])
        return np.where(self._turned(vertex)[:, None], paths[:, [4, 5, 2, 3, 0, 1]], paths)


def near_edges(rings: Rings) -> tuple[Ints, Ints]:
    """Vertices within the tolerance of edges of other zones that do not have them: positions in ``at``."""
    at = rings.at
    if len(at) == 0:
        return NONE, NONE
    one, two, zone = rings.xy[at], rings.xy[at + 1], rings.zone(at)
    low, high = np.minimum(one, two), np.maximum(one, two)
    slack = np.array([_NEAR_DEG / math.cos(math.radians(min(89.0, np.abs(low[:, 1]).max()))), _NEAR_DEG])
    low, high = low - slack, high + slack
    if len(at) > _FEW:
        return _near_of_many(one, two, low, high, zone, rings.runs())
    near = zone[:, None] != zone
    for axis in (0, 1):
        near &= (one[:, axis, None] >= low[:, axis]) & (one[:, axis, None] <= high[:, axis])
    vertex, edge = np.nonzero(near)
    if len(vertex) == 0:
        return NONE, NONE
    return _within(one, two, vertex, edge)


def _near_of_many(
    one: Floats, two: Floats, low: Floats, high: Floats, zone: Ints, begin: Ints
) -> tuple[Ints, Ints]:
    """The same by runs of edges, each from one of ``begin`` to the next."""
    end = np.append(begin[1:], len(one))
    low, high = np.minimum.reduceat(low, begin), np.maximum.reduceat(high, begin)
    boxes = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    run, other = STRtree(boxes).query(boxes)
    apart = np.flatnonzero(zone[begin[run]] != zone[begin[other]])
    run, other = run[apart], other[apart]
    found = [(NONE, NONE)]
    for block in _blocks(end[other] - begin[other]):
        pair, vertex = spread(begin[other[block]], end[other[block]])
        who = run[block][pair]
        (x, y), west, east = one[vertex].T, low[who], high[who]
        held = np.flatnonzero((x >= west[:, 0]) & (x <= east[:, 0]) & (y >= west[:, 1]) & (y <= east[:, 1]))
        found.append((who[held], vertex[held]))
    who, vertex = (np.concatenate(part) for part in zip(*found, strict=True))
    run = np.repeat(np.arange(len(begin)), end - begin)
    unlike = ~_has(np.append(run, run[end - 1]), np.vstack([one, two[end - 1]]), who, one[vertex])
    who, vertex = who[unlike], vertex[unlike]
    near = [(NONE, NONE)]
    for block in _blocks(end[who] - begin[who]):
        pair, edge = spread(begin[who[block]], end[who[block]])
        near.append(_within(one, two, vertex[block][pair], edge))
    vertex, edge = (np.concatenate(part) for part in zip(*near, strict=True))
    return vertex, edge


def _within(one: Floats, two: Floats, vertex: Ints, edge: Ints) -> tuple[Ints, Ints]:
    """Of pairs of a vertex and an edge those within the tolerance."""
    p = one[vertex]
    metre = np.column_stack(degree_m(p[:, 1]))
    a, way = (one[edge] - p) * metre, (two[edge] - one[edge]) * metre
    away = a + share_of(-a, way)[:, None] * way
    shared = (one[edge] == p).all(axis=1) | (two[edge] == p).all(axis=1)
    near = np.flatnonzero(((away * away).sum(axis=1) <= TOLERANCE_M**2) & ~shared)
    return vertex[near], edge[near]


def share_of(place: Floats, way: Floats) -> Floats:
    """Where on ways from the origin the feet of places lie: 0 at the origin, 1 at the end."""
    length2 = (way * way).sum(axis=1)
    return np.asarray(((place * way).sum(axis=1) / np.where(length2 > 0.0, length2, 1.0)).clip(0.0, 1.0))


def _blocks(size: Ints) -> list[slice]:
    """Cuts of what is to be spread, so that no block takes much memory."""
    until = np.cumsum(size)
    cuts = np.searchsorted(until, np.arange(_BLOCK, int(until[-1]) if len(until) else 0, _BLOCK), "right")
    ends = np.unique(np.concatenate([[0], cuts, [len(size)]]))
    return [slice(int(low), int(high)) for low, high in pairwise(ends)]


def _has(zone: Ints, xy: Floats, whose: Ints, asked: Floats) -> Mask:
    """Whether zones have vertices, to the last bit."""
    code, wanted = codes(xy, zone), codes(asked, whose)
    order, by = np.argsort(code), np.argsort(wanted)  # looked for in order: else every look is a cache miss
    place = np.empty(len(wanted), dtype=np.int64)
    place[by] = order[np.minimum(np.searchsorted(code[order], wanted[by]), len(code) - 1)]
    return np.asarray((zone[place] == whose) & (xy[place] == asked).all(axis=1))
