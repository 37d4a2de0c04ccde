"""A river network: reaches noded into a directed graph, and how far one walks along it from a zone.

Lines run downstream as digitised, unless the data say otherwise (`Flow`). Vertices that two lines share are
junctions; a loose end joins the line that lies within `NODE_M` of it, at a vertex or in the middle of an
edge. Wider gaps are told and not bridged. Divided channels and rings are walked as they are: the shortest way
counts.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.foot import degree_m, feet
from geo.measure import LINE, Floats, Frame, Objects, densified, geodesic_m, window
from geo.model import Text
from geo.overlays import intersection
from geo.rivers.noding import Loose, Segments, has_ring, joined

__all__ = ["SNAP_M", "Flow", "Network", "Reached", "Seed", "Stretch", "network_of"]

SNAP_M = 200.0
"""A zone farther than this from every river's bank lies on none that is known."""

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_ENDS = 1e-9
"""A share of an edge as near to 0 or 1 as this is its end."""


class Flow(StrEnum):
    """How water runs in a reach, seen along its line."""

    DOWNSTREAM = "downstream"
    UPSTREAM = "upstream"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A stretch of an edge at which a zone lies: shares of the edge, from its upper end; a point has one."""

    edge: int
    upper: float
    lower: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A stretch of an edge that a walk covers, and how far along the river its ends are from the zone.

    Attributes
    ----------
    upper, lower
        Shares of the edge, from its upper end.
    upper_m, lower_m
        Metres along the river: positive upstream of the zone, negative downstream, 0 in it.
    """

    edge: int
    upper: float
    lower: float
    upper_m: float
    lower_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretch:
    """What of the network lies within some metres of a zone along the river.

    Attributes
    ----------
    reached
        Stretches of edges.
    nodes
        Nodes reached, ends included.
    gaps
        Loose ends from which the river may go on beyond a gap in the data, each with the metres that the walk
        had left there.
    """

    reached: tuple[Reached, ...]
    nodes: frozenset[int]
    gaps: tuple[tuple[int, float], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """Reaches as a directed graph.

    Attributes
    ----------
    edges
        ``lon1, lat1, lon2, lat2`` from upper to lower end, degrees, shape (m, 4); at most 200 m long.
    upper, lower
        Nodes of the edges' ends, shape (m,).
    length_m
        Geodesic lengths, metres.
    half_width_m
        Half of the river's mean width, 0 where it is not known: from the line to the bank.
    both
        Edges in which water runs either way.
    loose
        Ends beside which another line lies, near and yet too far to be joined.
    remarks
        What of the data is told: gaps and rings.
    """

    edges: Floats
    upper: Ints
    lower: Ints
    length_m: Floats
    half_width_m: Floats
    both: Mask
    loose: frozenset[int]
    remarks: tuple[Text, ...]
    tree: STRtree
    ups: dict[int, list[tuple[int, bool]]]
    downs: dict[int, list[tuple[int, bool]]]

    def seeds(self, zone: Geometry) -> tuple[Seed, ...]:
        """Where a zone lies on the network: what of it runs through the zone, else the foot nearest to it.

        Nothing where the zone lies farther than `SNAP_M` from every bank.
        """
        through = np.sort(self.tree.query(zone, predicate="intersects"))
        if len(through) and shapely.get_dimensions(zone) >= LINE:
            common = intersection(self.tree.geometries[through], zone)
            return tuple(self._part(int(e), c) for e, c in zip(through, common, strict=True))
        return self._foot(zone)

    def _part(self, edge: int, common: Geometry) -> Seed:
        """The stretch of an edge from the first to the last point it has in common with a zone."""
        shares = [self._share(edge, x, y) for x, y in shapely.get_coordinates(common)]
        return Seed(edge=edge, upper=min(shares), lower=max(shares))

    def _share(self, edge: int, lon: float, lat: float) -> float:
        """How far along an edge a point on it lies, from 0 to 1."""
        x1, y1, x2, y2 = self.edges[edge]
        along, across = degree_m(np.array((y1 + y2) / 2.0))
        dx, dy = (x2 - x1) * along, (y2 - y1) * across
        share = ((lon - x1) * along * dx + (lat - y1) * across * dy) / (dx * dx + dy * dy)
        return 0.0 if share < _ENDS else 1.0 if share > 1.0 - _ENDS else float(share)

    def _foot(self, zone: Geometry) -> tuple[Seed, ...]:
        reach = SNAP_M + self._widest_m
        near = np.sort(self.tree.query(shapely.box(*window(zone.bounds, reach))))
        if len(near) == 0:
            return ()
        lon, lat = (zone.bounds[0] + zone.bounds[2]) / 2.0, (zone.bounds[1] + zone.bounds[3]) / 2.0
        frame = Frame(lon, lat)
        lines = frame.project_all(self.tree.geometries[near])
        ends = shapely.get_coordinates(shapely.shortest_line(frame.project(zone), lines)).reshape(-1, 2, 2)
        start = frame.degrees(ends[:, 0])
        here = feet(start[:, 0], start[:, 1], self.edges[near])
        away = geodesic_m(start[:, 0], start[:, 1], here.lon, here.lat)
        away = np.where(away - self.half_width_m[near] <= SNAP_M, away, np.inf)
        best = int(away.argmin())
        if not np.isfinite(away[best]):
            return ()
        edge = int(near[best])
        share = self._share(edge, float(here.lon[best]), float(here.lat[best]))
        return (Seed(edge=edge, upper=share, lower=share),)

    @cached_property
    def _widest_m(self) -> float:
        return float(self.half_width_m.max(initial=0.0))

    def walk(self, seeds: Iterable[Seed], up_m: float, down_m: float) -> Stretch:
        """Everything within ``up_m`` metres upstream and ``down_m`` metres downstream of some seeds."""
        seeds = tuple(seeds)
        own = [Reached(edge=s.edge, upper=s.upper, lower=s.lower, upper_m=0.0, lower_m=0.0) for s in seeds]
        up, up_nodes = self._walked(seeds, up_m, upwards=True)
        down, down_nodes = self._walked(seeds, down_m, upwards=False)
        left = {node: up_m - m for node, m in up_nodes.items() if node in self.loose}
        for node, m in down_nodes.items():
            if node in self.loose:
                left[node] = max(left.get(node, 0.0), down_m - m)
        return Stretch(
            reached=(*own, *up, *down),
            nodes=frozenset((*up_nodes, *down_nodes)),
            gaps=tuple(sorted(left.items())),
        )

    def _walked(
        self, seeds: tuple[Seed, ...], limit_m: float, *, upwards: bool
    ) -> tuple[list[Reached], dict[int, float]]:
        """Edges covered in one direction, and the nodes come to with the shortest way to each."""
        found: list[Reached] = []
        queue: list[tuple[float, int]] = []
        for seed in seeds:
            queue += self._left(seed, limit_m, found, upwards=upwards)
        heapq.heapify(queue)
        nodes: dict[int, float] = {}
        neighbours = self.ups if upwards else self.downs
        # A seed that holds an edge's near end has told all of that edge.
        begun = {s.edge for s in seeds if (s.lower >= 1.0 if upwards else s.upper <= 0.0)}
        while queue:
            way, node = heapq.heappop(queue)
            if node in nodes:
                continue
            nodes[node] = way
            for edge, turned in neighbours.get(node, ()):
                if edge in begun and not turned:
                    continue
                length = float(self.length_m[edge])
                share = min(1.0, (limit_m - way) / length) if length > 0.0 else 1.0
                far = way + share * length
                found.append(_covered(edge, share, way, far, from_lower=upwards != turned, upwards=upwards))
                if way + length <= limit_m:
                    there = self.upper if upwards != turned else self.lower
                    heapq.heappush(queue, (way + length, int(there[edge])))
        return found, nodes

    def _left(
        self, seed: Seed, limit_m: float, found: list[Reached], *, upwards: bool
    ) -> list[tuple[float, int]]:
        """What a walk covers of the edge it begins on, and the nodes it comes to."""
        out, length = [], float(self.length_m[seed.edge])
        ways = [upwards, not upwards] if self.both[seed.edge] else [upwards]
        for to_upper in ways:
            share = seed.upper if to_upper else 1.0 - seed.lower
            rest = share * length
            part = min(1.0, limit_m / rest) * share if rest > 0.0 else 0.0
            far = min(rest, limit_m) * (1.0 if upwards else -1.0)
            if to_upper:
                piece = (seed.upper - part, seed.upper, far, 0.0)
            else:
                piece = (seed.lower, seed.lower + part, 0.0, far)
            upper, lower, upper_m, lower_m = piece
            found.append(Reached(edge=seed.edge, upper=upper, lower=lower, upper_m=upper_m, lower_m=lower_m))
            if rest <= limit_m:
                out.append((rest, int((self.upper if to_upper else self.lower)[seed.edge])))
        # A seed at an edge's end lies on the node, and so on every edge that meets there.
        if seed.lower >= 1.0:
            out.append((0.0, int(self.lower[seed.edge])))
        if seed.upper <= 0.0:
            out.append((0.0, int(self.upper[seed.edge])))
        return out


def _covered(
    edge: int, share: float, near_m: float, far_m: float, *, from_lower: bool, upwards: bool
) -> Reached:
    sign = 1.0 if upwards else -1.0
    if from_lower:
        return Reached(edge=edge, upper=1.0 - share, lower=1.0, upper_m=sign * far_m, lower_m=sign * near_m)
    return Reached(edge=edge, upper=0.0, lower=share, upper_m=sign * near_m, lower_m=sign * far_m)


def network_of(lines: Objects, width_m: Floats, flow: NDArray[np.object_]) -> Network:
    """Node reaches into a network.

    Parameters
    ----------
    lines
        Reaches in degrees, shape (n,); what is no line is passed over.
    width_m
        Mean width of each, NaN where unknown.
    flow
        `Flow` of each, None for as digitised.
    """
    parts, owner = shapely.get_parts(densified(lines), return_index=True)
    linear = shapely.get_dimensions(parts) == LINE
    cut, loose = joined(Segments.of(parts[linear]))
    reach = owner[linear][cut.part]
    turned = np.array([f == Flow.UPSTREAM for f in flow], dtype=bool)[reach]
    both = np.array([f == Flow.BOTH for f in flow], dtype=bool)[reach]
    edges = np.where(turned[:, None], cut.edges[:, [2, 3, 0, 1]], cut.edges)
    upper, lower = np.where(turned, (cut.end, cut.start), (cut.start, cut.end))
    half = np.nan_to_num(np.asarray(width_m, dtype=float))[reach] / 2.0
    ups, downs = _neighbours(upper, lower, both)
    return Network(
        edges=edges,
        upper=upper,
        lower=lower,
        length_m=geodesic_m(*edges.T) if len(edges) else np.zeros(0),
        half_width_m=half,
        both=both,
        loose=frozenset(loose.nodes),
        remarks=_remarks(loose, ring=has_ring(upper[~both], lower[~both])),
        tree=STRtree(np.asarray(shapely.linestrings(edges.reshape(-1, 2, 2)))),
        ups=ups,
        downs=downs,
    )


def _neighbours(
    upper: Ints, lower: Ints, both: Mask
) -> tuple[dict[int, list[tuple[int, bool]]], dict[int, list[tuple[int, bool]]]]:
    """By node, the edges that come down to it and those that go down from it; True: against its line."""
    ups: dict[int, list[tuple[int, bool]]] = {}
    downs: dict[int, list[tuple[int, bool]]] = {}
    for edge, (a, b, either) in enumerate(zip(upper.tolist(), lower.tolist(), both.tolist(), strict=True)):
        ups.setdefault(b, []).append((edge, False))
        downs.setdefault(a, []).append((edge, False))
        if either:
            ups.setdefault(a, []).append((edge, True))
            downs.setdefault(b, []).append((edge, True))
    return ups, downs


def _remarks(loose: Loose, *, ring: bool) -> tuple[Text, ...]:
    out = []
    if loose.nodes:
        out.append(
            Text(
                f"河网有 {len(loose.nodes)} 处断头距其他河段 {loose.near_m:.0f}–{loose.far_m:.0f} 米，未连接",
                f"{len(loose.nodes)} loose ends of rivers lie {loose.near_m:.0f}–{loose.far_m:.0f} m "
                "from another reach and are not joined",
            )
        )
    if ring:
        out.append(
            Text(
                "河网含首尾相接的环，沿河距离取最短路",
                "the network holds rings that run in a circle: the shortest way counts",
            )
        )
    return tuple(out)
