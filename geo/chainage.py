"""Chainage (桩号): where along a line site its zones lie, in geodesic metres from the line's start.

What lies in a zone is known already (the overlap, cut in longitude/latitude); here its pieces are found again
on the line's own edges, so that lengths and places agree. Every pass of a line that runs over itself is told:
the chainage goes on, although the ground is the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.measure import LONG_EDGE_DEG, POINT, Floats, geodesic_m
from geo.model import Crossing

JOIN_M = 1e-5
"""Stretches that end and begin this near to each other are one: the rounding of cut points."""

_ON_EDGE_DEG = 1e-9
"""A cut point this near to an edge (0.1 mm) lies on it."""

Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chain:
    """A line as edges in order.

    Attributes
    ----------
    edges
        ``lon1, lat1, lon2, lat2`` in degrees, shape (n, 4), each at most 0.02° long.
    start_m
        Chainage of each edge's first end, metres along the whole, shape (n,).
    part
        Number of the part an edge belongs to, from 1, shape (n,).
    length_m
        Length of the whole, metres.
    tree
        The edges, to be searched.
    """

    edges: Floats
    start_m: Floats
    part: Ints
    length_m: float
    tree: STRtree

    @property
    def bounds(self) -> Floats:
        """West, south, east, north of the whole, degrees."""
        ends = self.edges.reshape(-1, 2)
        return np.concatenate([ends.min(axis=0), ends.max(axis=0)])

    @property
    def metres(self) -> Floats:
        """Length of each edge."""
        return np.diff(self.start_m, append=self.length_m)


def chain_of(line: Geometry) -> Chain:
    """The edges of a line or multi-line in EPSG:4490 degrees, with their chainage along the whole."""
    edges, part = _edges(shapely.get_parts(line))
    metres = geodesic_m(*edges.T)
    return Chain(
        edges=edges,
        start_m=np.concatenate([[0.0], np.cumsum(metres)[:-1]]),
        part=part + 1,
        length_m=float(metres.sum()),
        tree=STRtree(np.asarray(shapely.linestrings(edges.reshape(-1, 2, 2)))),
    )


def crossings(chain: Chain, piece: Geometry) -> tuple[Crossing, ...]:
    """Where a piece of the line lies along it: every pass, in order; points as stretches of length 0.

    Parameters
    ----------
    piece
        Part of the chain's line, in degrees: lines, points, or both.
    """
    parts = shapely.get_parts(shapely.get_parts(piece))
    points = shapely.get_coordinates(parts[shapely.get_dimensions(parts) == POINT])
    stretches = _edges(parts[shapely.get_dimensions(parts) > POINT])[0]
    segments = np.concatenate([stretches, np.column_stack([points, points])])
    if len(segments) == 0:
        return ()
    edge, low, high = _on_edges(chain, segments)
    return merged(_chainage(chain, edge, low), _chainage(chain, edge, high), chain.part[edge])


def joined(found: Iterable[Crossing]) -> tuple[Crossing, ...]:
    """Crossings in order, those that overlap or meet made one; none spans two parts."""
    every = list(found)
    ends = np.array([(c.from_m, c.to_m) for c in every]).reshape(-1, 2)
    return merged(ends[:, 0], ends[:, 1], np.array([c.part for c in every], dtype=np.intp))


def merged(from_m: Floats, to_m: Floats, part: Ints) -> tuple[Crossing, ...]:
    """Stretches from one chainage to another in order, those that overlap or meet made one."""
    order = np.lexsort((to_m, from_m, part))
    from_m, part = from_m[order], part[order]
    reach = np.maximum.accumulate(to_m[order])  # a further part begins where the one before it ends
    first = np.ones(len(order), dtype=bool)
    first[1:] = (part[1:] != part[:-1]) | (from_m[1:] > reach[:-1] + JOIN_M)
    begin = np.flatnonzero(first)
    end = np.append(begin[1:], len(order))[: len(begin)] - 1
    found = zip(from_m[begin].tolist(), reach[end].tolist(), part[begin].tolist(), strict=True)
    return tuple(Crossing(from_m=a, to_m=b, part=number) for a, b, number in found)


def _edges(lines: NDArray[np.object_]) -> tuple[Floats, Ints]:
    """Edges of lines, at most 0.02° long as `geo.measure.length_m` has them, and the line each belongs to."""
    xy, owner = shapely.get_coordinates(shapely.segmentize(lines, LONG_EDGE_DEG), return_index=True)
    edges = np.column_stack([xy[:-1], xy[1:]])
    kept = (owner[1:] == owner[:-1]) & (edges[:, :2] != edges[:, 2:]).any(axis=1)
    return edges[kept], owner[:-1][kept]


def _on_edges(chain: Chain, segments: Floats) -> tuple[Ints, Floats, Floats]:
    """For every edge that a segment lies on: the edge, and where on it the segment begins and ends (0–1)."""
    low, high = np.minimum(segments[:, :2], segments[:, 2:]), np.maximum(segments[:, :2], segments[:, 2:])
    boxes = shapely.box(*(low - _ON_EDGE_DEG).T, *(high + _ON_EDGE_DEG).T)
    segment, edge = chain.tree.query(boxes)
    begin, end, off = _along(segments[segment], chain.edges[edge])
    long = (segments[segment, :2] != segments[segment, 2:]).any(axis=1)
    on = (off <= _ON_EDGE_DEG) & ((end > begin) | ~long)
    lost = np.setdiff1d(np.arange(len(segments)), segment[on])
    near = chain.tree.nearest(shapely.points(_middle(segments[lost]))) if len(lost) else edge[:0]
    more = _along(segments[lost], chain.edges[near])
    return (
        np.concatenate([edge[on], near]),
        np.concatenate([begin[on], more[0]]),
        np.concatenate([end[on], more[1]]),
    )


def _middle(segments: Floats) -> Floats:
    out: Floats = (segments[:, :2] + segments[:, 2:]) / 2.0
    return out


def _along(segments: Floats, edges: Floats) -> tuple[Floats, Floats, Floats]:
    """Pair by pair: what of an edge a segment covers (0–1), and how far it strays from it there, degrees."""
    origin, way = edges[:, :2], edges[:, 2:] - edges[:, :2]
    square = (way**2).sum(axis=1)
    first, second = (
        ((end - origin) * way).sum(axis=1) / square for end in (segments[:, :2], segments[:, 2:])
    )
    begin = np.clip(np.minimum(first, second), 0.0, 1.0)
    end = np.clip(np.maximum(first, second), 0.0, 1.0)
    span = second - first
    off = np.zeros(len(edges))
    for t in (begin, end):
        share = np.clip((t - first) / np.where(span == 0.0, 1.0, span), 0.0, 1.0)[:, None]
        there = segments[:, :2] + share * (segments[:, 2:] - segments[:, :2])
        off = np.maximum(off, np.hypot(*(there - origin - t[:, None] * way).T))
    return begin, end, off


def _chainage(chain: Chain, edge: Ints, t: Floats) -> Floats:
    """Chainage of points on edges, metres."""
    here = chain.edges[edge]
    point = here[:, :2] + t[:, None] * (here[:, 2:] - here[:, :2])
    out: Floats = chain.start_m[edge] + geodesic_m(here[:, 0], here[:, 1], point[:, 0], point[:, 1])
    return out
