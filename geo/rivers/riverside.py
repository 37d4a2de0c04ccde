"""The ground beside a stretch of river: within a depth of its banks, cut square where the stretch ends.

A place lies beside the river where it has its foot: where the distance to the line is least among the places
near. So the ground of an edge is a rectangle; at a bend the outer side is a sector of a circle; at a limit of
the stretch, in the middle of the river, the ground ends across it; at a spring or mouth, where the river
itself ends, half a circle belongs to it. All of it is made of perpendiculars of the ellipsoid's geodesics.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.foot import feet
from geo.measure import GEOD, Floats, Frame, area_m2
from geo.rivers.network import Network, Stretch
from geo.rivers.noding import NODE_M

_SAGITTA_M = 0.001
"""How far a chord of an arc may fall short of it."""

_GRID_DEG = 1e-10
"""Corners are put on a grid of 10 µm, so that pieces that share an edge leave no slit."""

_PINHOLE_M2 = NODE_M**2
"""Holes up to this are where loose ends were joined, not islands."""

_HALF_DEG = 180.0
_HANDS = 2

_LEAST_DEGREE_M = 110_500.0
"""A degree of latitude is nowhere shorter."""

_OVER = 1.01
"""Discs of what is not known are drawn too large rather than too small."""


def ground_beside(network: Network, stretch: Stretch, side_m: float) -> Geometry:
    """Ground within ``side_m`` metres of the banks of a stretch, in degrees.

    The bank lies half the mean width from the line; where no width is known, the line stands for the bank.
    """
    return joined([pieces_beside(network, stretch, side_m)])[0]


def pieces_beside(network: Network, stretch: Stretch, side_m: float) -> list[Geometry]:
    """The same as pieces that overlap and meet, not joined yet."""
    side_m = max(side_m, _SAGITTA_M)
    return [*_rectangles(network, stretch, side_m), *_sectors(network, stretch, side_m)]


def joined(grounds: Sequence[Sequence[Geometry]]) -> list[Geometry]:
    """Grounds of pieces, two at a time: joining is most of the work, and GEOS holds no lock meanwhile."""
    with ThreadPoolExecutor(min(_HANDS, max(len(grounds), 1))) as pool:
        return list(pool.map(_joined, grounds))


def _joined(pieces: Sequence[Geometry]) -> Geometry:
    if len(pieces) == 1:
        return pieces[0]
    return _without_pinholes(shapely.union_all(pieces, grid_size=_GRID_DEG))


def _without_pinholes(ground: Geometry) -> Geometry:
    whole = []
    for part in shapely.get_parts(ground):
        holes = np.array([None, *map(shapely.Polygon, part.interiors)], dtype=object)[1:]
        kept = holes[area_m2(holes) > _PINHOLE_M2] if len(holes) else holes
        whole.append(shapely.Polygon(part.exterior, [hole.exterior for hole in kept]))
    filled: Geometry = whole[0] if len(whole) == 1 else shapely.MultiPolygon(whole)
    return filled


def disc_around(shape: Geometry, radius_m: float) -> Geometry:
    """All within a radius of a shape in degrees, and a little more: for what is not known to lie anywhere."""
    x0, y0, x1, y1 = shape.bounds
    frame = Frame((x0 + x1) / 2.0, (y0 + y1) / 2.0)
    flat = shapely.buffer(frame.project(shape), radius_m * _OVER)
    disc: Geometry = shapely.transform(flat, frame.degrees)
    return disc


def roughly_beside(course: "Course", reach_m: float) -> Geometry:
    """All within a reach of a course, and a little more: for long rivers of which no more is to be told."""
    band = np.floor(course.edges[:, 1]).astype(int)
    out = [_rough(course.edges[band == lat], float(lat), reach_m) for lat in sorted(set(band.tolist()))]
    ground: Geometry = shapely.union_all(out)
    return ground


def _rough(edges: Floats, lat: float, reach_m: float) -> Geometry:
    """The same of edges that begin in one degree of latitude: buffered where a degree is about as wide."""
    low, high = (math.cos(math.radians(min(89.0, abs(lat) + more))) for more in (0.0, 1.1))
    squeeze = np.array([low, 1.0])
    pieces = np.asarray(shapely.linestrings(edges.reshape(-1, 2, 2) * squeeze))
    lines = shapely.line_merge(shapely.MultiLineString(list(pieces)))
    wide = shapely.buffer(lines, reach_m * _OVER * low / high / _LEAST_DEGREE_M)
    ground: Geometry = shapely.transform(wide, lambda xy: xy / squeeze)
    return ground


def _rectangles(network: Network, stretch: Stretch, side_m: float) -> list[Geometry]:
    wide = [r for r in stretch.reached if r.lower > r.upper]
    if not wide:
        return []
    edge = np.array([r.edge for r in wide])
    shares = np.array([(r.upper, r.lower) for r in wide])
    x1, y1, x2, y2 = network.edges[edge].T
    first, last = _bearings(network.edges[edge])
    depth = side_m + network.half_width_m[edge]
    corners = []
    for share, sides in ((shares[:, 0], (1, -1)), (shares[:, 1], (-1, 1))):
        lon, lat = x1 + share * (x2 - x1), y1 + share * (y2 - y1)
        # At its ends an edge has the bearing that sectors there are made with, to the bit.
        bearing = np.where(
            share <= 0.0, first, np.where(share >= 1.0, last, first + share * _turn(first, last))
        )
        lon, lat = np.where(share >= 1.0, x2, lon), np.where(share >= 1.0, y2, lat)
        near, far = (_aside(lon, lat, bearing, side, depth) for side in sides)
        corners += [near, (lon, lat), far]
    ring = np.stack([np.column_stack(corner) for corner in corners], axis=1)
    return list(np.asarray(shapely.polygons(np.concatenate([ring, ring[:, :1]], axis=1))))


def _turn(first: Floats, last: Floats) -> Floats:
    """How much a bearing changes along an edge, degrees."""
    return np.asarray((last - first + 180.0) % 360.0 - 180.0)


def _bearings(edges: Floats) -> tuple[Floats, Floats]:
    """Bearings downstream at the upper and at the lower end, degrees."""
    first, back, _ = GEOD.inv(*edges.T)
    return np.asarray(first), np.asarray(back) + 180.0


def _aside(lon: Floats, lat: Floats, bearing: Floats, side: int, depth_m: Floats) -> tuple[Floats, Floats]:
    """Points to the right (1) or left (-1) of a bearing."""
    x, y, _ = GEOD.fwd(lon, lat, bearing + 90.0 * side, depth_m)
    return np.asarray(x), np.asarray(y)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fan:
    """A sector: its middle, its radius, the bearings of its sides, and of which edges' ends these are.

    Attributes
    ----------
    begin, end
        Bearings of the sides, degrees, clockwise.
    first, last
        The same said as those of an edge and the side of it (1 right, -1 left), to be that to the bit.
    """

    lon: float
    lat: float
    depth_m: float
    begin: float
    end: float
    first: tuple[float, int]
    last: tuple[float, int]


def _sectors(network: Network, stretch: Stretch, side_m: float) -> list[Geometry]:
    """What lies beyond all edges that meet at a node, nearest to the node itself."""
    reached = {r.edge for r in stretch.reached}
    # Where a zone covers the river's bends, their nodes are within the stretch and are not walked to.
    inner = {int(network.lower[r.edge]) for r in stretch.reached if r.lower >= 1.0}
    inner |= {int(network.upper[r.edge]) for r in stretch.reached if r.upper <= 0.0}
    meeting = {node: _meeting(network, node) for node in sorted(stretch.nodes | inner)}
    every = list(dict.fromkeys(edge for some in meeting.values() for edge in some))
    if not every:
        return []
    upper, lower = _bearings(network.edges[every])
    bearings = dict(zip(every, zip(upper.tolist(), lower.tolist(), strict=True), strict=True))
    fans = []
    for node, edges in meeting.items():
        own = [edge for edge in edges if edge in reached]
        if own:
            depth = side_m + float(network.half_width_m[own].max())
            fans.append(_fan(network, node, {edge: bearings[edge] for edge in edges}, depth))
    return _drawn([fan for fan in fans if fan is not None])


def _meeting(network: Network, node: int) -> list[int]:
    ends = (*network.ups.get(node, ()), *network.downs.get(node, ()))
    return list(dict.fromkeys(edge for edge, _ in ends))


def _fan(
    network: Network, node: int, bearings: dict[int, tuple[float, float]], depth_m: float
) -> _Fan | None:
    """The sector between the perpendiculars of edges that meet at a node; None where they leave none."""
    low, high, start = 0.0, _HALF_DEG, 0.0
    first = last = (0.0, 1)
    for number, (edge, (upper, lower)) in enumerate(bearings.items()):
        comes = network.lower[edge] == node
        bearing, turn = (lower, 1) if comes else (upper, -1)
        # The half-circle behind the edge's end: from its one side to the other, clockwise.
        begin, end = (bearing - 90.0, bearing + 90.0) if comes else (bearing + 90.0, bearing + 270.0)
        if number == 0:
            start, first, last = begin, (bearing, -turn), (bearing, turn)
            continue
        shift = (begin - start) % 360.0
        if shift < _HALF_DEG:
            if shift > low:
                low, first = shift, (bearing, -turn)
        elif (end - start) % 360.0 < high:
            high, last = (end - start) % 360.0, (bearing, turn)
    if high <= low:  # the least sector is needed: without it a slit runs from the bank to the river
        return None
    edge = next(iter(bearings))
    lon, lat = network.edges[edge][2:] if network.lower[edge] == node else network.edges[edge][:2]
    return _Fan(
        lon=float(lon),
        lat=float(lat),
        depth_m=depth_m,
        begin=start + low,
        end=start + high,
        first=first,
        last=last,
    )


def _drawn(fans: list[_Fan]) -> list[Geometry]:
    """Sectors as polygons; their corners are those of the rectangles beside them, to the bit."""
    rims = [_rim(fan) for fan in fans]
    if not rims:
        return []
    size = np.array([len(rim) for rim in rims])
    told = np.repeat(np.array([(fan.lon, fan.lat, fan.depth_m) for fan in fans]), size, axis=0)
    x, y, _ = GEOD.fwd(told[:, 0], told[:, 1], np.concatenate(rims), told[:, 2])
    arcs = np.split(np.column_stack([x, y]), np.cumsum(size)[:-1])
    return [shapely.Polygon([(fan.lon, fan.lat), *arc.tolist()]) for fan, arc in zip(fans, arcs, strict=True)]


def _rim(fan: _Fan) -> Floats:
    """Bearings from side to side."""
    step = math.degrees(2.0 * math.acos(max(0.0, 1.0 - _SAGITTA_M / fan.depth_m)))
    out = np.linspace(fan.begin, fan.end, max(2, math.ceil((fan.end - fan.begin) / step) + 1))
    out[0], out[-1] = (bearing + 90.0 * side for bearing, side in (fan.first, fan.last))
    return out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """A stretch of river with the metres along it from its zone.

    Attributes
    ----------
    edges
        Degrees, shape (k, 4), from the upper to the lower end.
    upper_m, lower_m
        Metres of the ends: positive upstream of the zone, negative downstream.
    """

    edges: Floats
    upper_m: Floats
    lower_m: Floats

    @classmethod
    def of(cls, network: Network, stretch: Stretch) -> Self:
        """The course of a stretch."""
        x1, y1, x2, y2 = network.edges[[r.edge for r in stretch.reached]].T
        shares = np.array([(r.upper, r.lower) for r in stretch.reached]).T
        ends = [(x1 + share * (x2 - x1), y1 + share * (y2 - y1)) for share in shares]
        return cls(
            edges=np.column_stack([*ends[0], *ends[1]]),
            upper_m=np.array([r.upper_m for r in stretch.reached]),
            lower_m=np.array([r.lower_m for r in stretch.reached]),
        )

    def river_m(self, places: Floats) -> float:
        """Metres along the river of the place nearest to the zone that way, of some in degrees, (n, 2)."""
        return min((self._at(*place) for place in places.tolist()), key=abs)

    def _at(self, lon: float, lat: float) -> float:
        here = feet(np.full(len(self.edges), lon), np.full(len(self.edges), lat), self.edges)
        x1, y1, x2, y2 = self.edges.T
        dx, dy = x2 - x1, y2 - y1
        long = dx * dx + dy * dy
        share = ((here.lon - x1) * dx + (here.lat - y1) * dy) / np.where(long > 0.0, long, 1.0)
        along = self.upper_m + share * (self.lower_m - self.upper_m)
        near = here.distance_m <= here.distance_m.min() + _SAGITTA_M
        return float(along[near][np.abs(along[near]).argmin()])
