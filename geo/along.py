"""Where a line runs along borders: within the tolerance of them, so that inside or outside is rounding.

A road drawn along a border has other vertices than the zone's, and lies a nanometre to one side and the other
in turn. What stays within the tolerance of the border for more than a centimetre therefore lies on it; what
passes the tolerance at once crosses the border, and is cut there to the bit.
"""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry as Geometry

from geo.chainage import JOIN_M, Chain, joined, merged
from geo.foot import degree_m, edges_of
from geo.measure import LINE, TOLERANCE_M, Floats, Objects
from geo.model import Crossing
from geo.overlays import common as shared
from geo.overlays import difference, union

WAY_M = 0.01
"""A stretch longer than this beside a border runs along it; a shorter one is a way across."""

_STEEP = 0.2
"""Sine of an angle beyond which two edges part within half a way."""

_SCRAP_DEG = 2e-7
"""A piece up to this long (a few centimetres) may nowhere be deeper than the tolerance."""

_NEAR_DEG = 6e-9
"""Degrees of latitude that hold the tolerance."""

_SEAM_DEG, _AROUND_DEG = 9e-9, 1e-6
"""Half the width of seams that are closed, about a millimetre; and how much ground around is looked at."""

_THIN_DEG = 1e-11
"""Half the width of what is cut out with a stretch: a micrometre, more than its rounding."""

_LEAST_M = 1e-6
"""A stretch shorter than this is the rounding of its ends."""

Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Edges of a line and edges of borders whose boxes are near each other, pair by pair.

    Attributes
    ----------
    edge, zone
        Which edge of the line, and whose border.
    length
        Of the line's edge, metres.
    x, y, dx, dy
        The border's edge: its first end and its way, metres along and aside of the line's edge.
    """

    edge: Indices
    zone: Indices
    length: Floats
    x: Floats
    y: Floats
    dx: Floats
    dy: Floats

    @property
    def level(self) -> Mask:
        """Whether the two are so nearly parallel, or so short, that they may run along each other."""
        size = np.hypot(self.dx, self.dy)
        return np.asarray((np.abs(self.dy) <= _STEEP * size) | (np.minimum(size, self.length) <= WAY_M))

    def of(self, chosen: Mask) -> "_Pairs":
        """Some of the pairs."""
        return _Pairs(*(getattr(self, name)[chosen] for name in self.__slots__))

    def near(self) -> tuple[Floats, Floats]:
        """From which metre to which the line's edge is within the tolerance; to before from where nowhere."""
        begin, end = _beside(self.x, self.y, self.dx, self.dy)
        return np.maximum(begin, 0.0), np.minimum(end, self.length)


def off_borders(chain: Chain, zones: Objects, common: Objects) -> tuple[Objects, Objects]:
    """What a line shares with polygons, without what runs along their borders; and that, where there is any.

    Parameters
    ----------
    chain
        The line.
    zones
        Polygons in EPSG:4490 degrees that it meets.
    common
        What it shares with each, of one dimension.
    """
    inside, along = common.copy(), np.full(len(zones), None, dtype=object)
    pairs = _pairs(chain, zones, common)
    level = pairs.of(pairs.level)
    begin, end = level.near()
    scraps = _with_scraps(common)
    for one in {*level.zone[end > begin].tolist(), *scraps}:
        found = [*_long(chain, level.of(level.zone == one))]
        if one in scraps:
            found += _shallow(chain, zones[one], pairs.of(pairs.zone == one))
        segments = np.concatenate([np.zeros((0, 4)), *(_segments(chain, run) for run in joined(found))])
        if len(segments):
            along[one] = union(np.asarray(shapely.linestrings(segments.reshape(-1, 2, 2))))
            inside[one] = difference(common[one], union(_slits(segments)))
    return inside, along


def in_seams(along: Geometry, ground: Geometry) -> Geometry:
    """What of a stretch along the borders of joined zones has ground on both sides.

    Neighbours with unlike vertices leave seams of a nanometre, whose sides are no border of their union.
    """
    west, south, east, north = along.bounds
    near = shapely.clip_by_rect(
        ground, west - _AROUND_DEG, south - _AROUND_DEG, east + _AROUND_DEG, north + _AROUND_DEG
    )
    closed = shapely.buffer(near, _SEAM_DEG, join_style="mitre")
    return shared(along, shapely.buffer(closed, -2.0 * _SEAM_DEG, join_style="mitre"))


def _with_scraps(common: Objects) -> list[int]:
    """Which pieces hold parts so short that they may nowhere be deeper than the tolerance."""
    parts, owner = shapely.get_parts(common, return_index=True)
    short = (shapely.get_dimensions(parts) == LINE) & (shapely.length(parts) <= _SCRAP_DEG)
    scraps: list[int] = owner[short].tolist()
    return scraps


def _pairs(chain: Chain, zones: Objects, common: Objects) -> _Pairs:
    edges, owner = edges_of(zones)
    lines = (shapely.get_dimensions(common) == LINE) & ~shapely.is_empty(common)
    boxes = np.where(lines[:, None], shapely.bounds(common), chain.bounds)
    slack = _NEAR_DEG / math.cos(math.radians(np.abs(boxes[:, [1, 3]]).max()))
    around = boxes + np.array([-slack, -slack, slack, slack])
    west, south, east, north = around[owner].T
    low, high = np.minimum(edges[:, 1], edges[:, 3]), np.maximum(edges[:, 1], edges[:, 3])
    seen = (edges[:, 0] <= east) & (edges[:, 2] >= west) & (low <= north) & (high >= south)
    edges, owner, low, high = edges[seen], owner[seen], low[seen], high[seen]
    boxes = shapely.box(edges[:, 0] - slack, low - slack, edges[:, 2] + slack, high + slack)
    border, edge = chain.tree.query(boxes)
    return _paired(chain.edges[edge], edges[border], edge, owner[border])


def _paired(line: Floats, border: Floats, edge: Indices, zone: Indices) -> _Pairs:
    """Pairs of edges, each in the plane of the line's edge."""
    along_m, across_m = degree_m(line[:, 1])
    wx, wy = (line[:, 2] - line[:, 0]) * along_m, (line[:, 3] - line[:, 1]) * across_m
    ax, ay = (border[:, 0] - line[:, 0]) * along_m, (border[:, 1] - line[:, 1]) * across_m
    bx, by = (border[:, 2] - border[:, 0]) * along_m, (border[:, 3] - border[:, 1]) * across_m
    length = np.hypot(wx, wy)
    wx, wy = wx / length, wy / length
    return _Pairs(
        edge, zone, length, ax * wx + ay * wy, ay * wx - ax * wy, bx * wx + by * wy, by * wx - bx * wy
    )


def _beside(x: Floats, y: Floats, dx: Floats, dy: Floats) -> tuple[Floats, Floats]:
    """Where the x-axis is within the tolerance beside segments from (x, y) by (dx, dy): from, to."""
    size = np.hypot(dx, dy)
    near = _between(-TOLERANCE_M * size, TOLERANCE_M * size, -dx * y, -dy)
    foot = _between(0.0, size**2, -dy * y, dx)
    return x + np.maximum(near[0], foot[0]), x + np.minimum(near[1], foot[1])


def _between(least: Floats | float, most: Floats, at: Floats, slope: Floats) -> tuple[Floats, Floats]:
    """Where ``at + slope * x`` lies between two values: from, to; (inf, -inf) where nowhere."""
    level = slope == 0.0
    held = (at >= least) & (at <= most)
    by = np.where(level, 1.0, slope)
    one, two = (least - at) / by, (most - at) / by
    low = np.where(level, np.where(held, -np.inf, np.inf), np.minimum(one, two))
    high = np.where(level, np.where(held, np.inf, -np.inf), np.maximum(one, two))
    return low, high


def _long(chain: Chain, level: _Pairs) -> list[Crossing]:
    """Stretches along a border."""
    return [run for run in _runs(chain, level) if run.to_m - run.from_m > WAY_M]


def _shallow(chain: Chain, zone: Geometry, pairs: _Pairs) -> list[Crossing]:
    """Stretches within the tolerance of a zone's border that lead to nothing deeper."""
    return [run for run in _runs(chain, pairs) if not _leads_in(chain, zone, run)]


def _runs(chain: Chain, pairs: _Pairs) -> tuple[Crossing, ...]:
    """Stretches of a line within the tolerance of borders."""
    begin, end = pairs.near()
    held = end > begin
    edge = pairs.edge[held]
    start, scale = chain.start_m[edge], chain.metres[edge] / pairs.length[held]
    return merged(start + begin[held] * scale, start + end[held] * scale, chain.part[edge])


def _leads_in(chain: Chain, zone: Geometry, run: Crossing) -> bool:
    """Whether the line goes on into a zone where a stretch near its border ends."""
    own = np.flatnonzero(chain.part == run.part)
    first, last = chain.start_m[own[0]], chain.start_m[own[-1]] + chain.metres[own[-1]]
    ways = np.array([m for m in (run.from_m, run.to_m) if first + JOIN_M < m < last - JOIN_M])
    edge = own[np.searchsorted(chain.start_m[own], ways, side="right") - 1]
    share = ((ways - chain.start_m[edge]) / chain.metres[edge])[:, None]
    places = chain.edges[edge, :2] + share * (chain.edges[edge, 2:] - chain.edges[edge, :2])
    return bool(shapely.intersects_xy(zone, places).any())


def _segments(chain: Chain, run: Crossing) -> Floats:
    """A stretch of a line, edge by edge, shape (n, 4)."""
    share = (np.array([[run.from_m], [run.to_m]]) - chain.start_m) / chain.metres
    begin, end = share.clip(0.0, 1.0)
    on = (chain.part == run.part) & ((end - begin) * chain.metres > _LEAST_M)
    origin, way = chain.edges[on, :2], chain.edges[on, 2:] - chain.edges[on, :2]
    return np.hstack([origin + begin[on, None] * way, origin + end[on, None] * way])


def _slits(segments: Floats) -> Objects:
    """Segments as very thin rectangles."""
    way = segments[:, 2:] - segments[:, :2]
    along = _THIN_DEG * way / np.hypot(*way.T)[:, None]
    aside = along[:, ::-1] * (-1.0, 1.0)
    one, two = segments[:, :2] - along, segments[:, 2:] + along
    corners = np.stack([one - aside, two - aside, two + aside, one + aside], axis=1)
    return np.asarray(shapely.polygons(corners))
