"""Seams: what is narrower than the tolerance between two zones is no border of their union.

Neighbours whose common border has unlike vertices (normal in real data) part by a nanometre and meet again,
or lie a tenth of a millimetre apart all along. Their union then has gulfs and holes inside, to which a depth
would be measured. A seam is closed by thin pieces of ground that are united with the zones: no zone is
changed, so that distances from outside are those to the zones as supplied.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.few import some
from geo.foot import degree_m, simple_parts
from geo.index.cells import starts
from geo.measure import POLYGON, TOLERANCE_M, Floats, Objects
from geo.overlays import union
from geo.seam_ends import NONE, Box, Rings, near_edges, share_of

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

_NARROW_DEG = 5e-8
"""Degrees of longitude that hold the tolerance, up to 84° of latitude."""

_STEEP = 0.2
"""Sine of an angle beyond which two edges are no seam: they part within some millimetres."""

_OVERLAP_DEG, _ASIDE_DEG = 1e-11, 1e-9
"""By how much ground overlaps all around, and into zones: GEOS may move vertices by 1e-10 to get a union."""

_SQUARE = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]) * _OVERLAP_DEG


@dataclass(frozen=True, slots=True, eq=False)
class Seams:
    """Vertices near edges of other zones whose own edges face them, one entry per pair; by vertex.

    Attributes
    ----------
    vertex
        Numbers of the vertices, rising: equal for pairs of one vertex.
    zone, other
        Positions of the edge's zone, and of the vertex's.
    edge
        ``lon1, lat1, lon2, lat2`` with the zone's ground to the left, degrees.
    path
        The vertex between the two before and after it, the ground to the left: six degrees.
    """

    vertex: Ints
    zone: Ints
    other: Ints
    edge: Floats
    path: Floats

    @classmethod
    def of(cls, zones: Objects, around: Box | None = None) -> Self:
        """Find the seams between polygons.

        Parameters
        ----------
        zones
            Polygons in EPSG:4490 degrees, of one part or many.
        around
            ``xmin, ymin, xmax, ymax`` in degrees: only what lies there is looked for; all by default.
        """
        rings = Rings.of(zones, around)
        vertex, edge = near_edges(rings)
        if len(vertex) == 0:
            return cls.none()
        order = np.lexsort((edge, vertex))
        vertex, edge = rings.at[vertex[order]], rings.at[edge[order]]
        found = cls(vertex, rings.zone(edge), rings.zone(vertex), rings.edges(edge), rings.paths(vertex))
        return found.only(np.asarray(_stretches(found)[2].any(axis=1)))

    @classmethod
    def none(cls) -> Self:
        """No seam."""
        return cls(NONE, NONE, NONE, np.zeros((0, 4)), np.zeros((0, 6)))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The seams of the arrays that `arrays` gave."""
        return cls(**arrays)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it as arrays, to be stored."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def only(self, keep: Mask) -> Self:
        """Some of the pairs."""
        return type(self)(*(getattr(self, one.name)[keep] for one in fields(self)))

    def among(self, zones: Mask) -> Self:
        """Those between some of the zones."""
        return self.only(zones[self.zone] & zones[self.other])

    def grounds(self) -> Objects:
        """Polygons that close the seams, to be united with the zones."""
        if len(self.vertex) == 0:
            return np.zeros(0, dtype=object)
        share, at, facing = _stretches(self)
        first, way = self.edge[:, None, None, :2], (self.edge[:, 2:] - self.edge[:, :2])[:, None, None]
        middle = self.path[:, None, None, 2:4]
        to = np.stack([self.path[:, :2], self.path[:, 4:]], axis=1)[:, :, None]
        corners = np.concatenate(
            [first + share[..., None] * way, middle + at[..., None] * (to - middle)], axis=2
        )
        # Two edges are found by each of their ends: one ground is enough, and safer to unite than four alike.
        between = (corners + _aside(self)[:, None])[facing][_once(*_edges_facing(self, facing))]
        # About a vertex that several zones are near: what lies between all of these.
        feet = first[:, 0, 0] + _feet(self)[:, None] * way[:, 0, 0]
        number = np.repeat(np.arange(len(between)), 4)
        star = np.cumsum(np.diff(self.vertex, prepend=self.vertex[:1]) != 0) + len(between)
        places = np.concatenate([between.reshape(-1, 2), feet, self.path[:, 2:4]])
        whose = np.concatenate([number, star, star])
        order = np.argsort(whose, kind="stable")
        spots = np.asarray(shapely.points((places[order, None] + _SQUARE).reshape(-1, 2)))
        return np.asarray(shapely.convex_hull(shapely.multipoints(spots, indices=np.repeat(whose[order], 4))))


def closed(joined: Geometry, zones: Objects, seams: Seams) -> Geometry:
    """The union of polygons without seams.

    Parameters
    ----------
    joined
        The polygons' union, as rounding leaves it.
    zones
        The polygons.
    """
    grounds = seams.grounds()
    if len(grounds):
        parts = shapely.get_parts(joined)
        near = np.zeros(len(parts), dtype=bool)
        near[STRtree(parts).query(grounds)[1]] = True
        # Zones first and grounds then: edges that zones share to the bit would else be cut on one side only.
        filled = union(np.array([union(parts[near]), union(grounds)], dtype=object))
        parts = np.concatenate([parts[~near], shapely.get_parts(filled)])
        # Where GEOS had to round, a ground may be left as a line: it bounds nothing.
        joined = _whole(parts[shapely.get_dimensions(parts) == POLYGON])
    return _without_slits(joined, zones)


def _without_slits(joined: Geometry, zones: Objects) -> Geometry:
    """Without holes narrower than the tolerance that no zone has."""
    parts = shapely.get_parts(joined)
    if not some(shapely.get_num_interior_rings(parts) > 0):
        return joined
    rings, part = shapely.get_rings(parts, return_index=True)
    shell = np.diff(part, prepend=-1) != 0
    middle = shapely.get_y(shapely.get_point(rings, 0))
    # First by degrees, of which a metre has the most to the north; then what is left by metres.
    slit = ~shell & (2.0 * shapely.area(shapely.polygons(rings)) <= _NARROW_DEG * shapely.length(rings))
    slit[slit] = _width_m(rings[slit], middle[slit]) <= TOLERANCE_M
    if not some(slit):
        return joined
    own = shapely.get_rings(simple_parts(zones)[0])
    slit[slit] = ~np.isin(
        shapely.to_wkb(shapely.normalize(rings[slit])), shapely.to_wkb(shapely.normalize(own))
    )
    for changed in np.unique(part[slit]).tolist():
        of_it = part == changed
        parts[changed] = shapely.Polygon(rings[of_it & shell][0], list(rings[of_it & ~shell & ~slit]))
    return _whole(parts)


def _whole(parts: Objects) -> Geometry:
    """Polygons that lie apart as one."""
    whole: Geometry = parts[0] if len(parts) == 1 else shapely.MultiPolygon(list(parts))
    return whole


def _width_m(rings: Objects, lat: Floats) -> Floats:
    """Twice the area by the length of the rim: of a slit its mean width."""
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    flat = shapely.linearrings(
        (xy - xy[starts(ring)][ring]) * np.column_stack(degree_m(lat))[ring], indices=ring
    )
    return np.asarray(2.0 * shapely.area(shapely.polygons(flat)) / shapely.length(flat))


def _stretches(seams: Seams) -> tuple[Floats, Floats, Mask]:
    """Where each edge and the two edges at the vertex beside it face each other within the tolerance.

    Returns
    -------
    share, at
        From where to where on the edge, and on the ways from the vertex to the one before and after it, as
        shares; shape (n, 2, 2).
    facing
        Whether they do so at all, shape (n, 2).
    """
    metre = np.column_stack(degree_m(seams.path[:, 3]))
    way = (seams.edge[:, 2:] - seams.edge[:, :2]) * metre
    length = np.hypot(*way.T)
    unit = (way / np.where(length > 0.0, length, 1.0)[:, None])[:, None]
    length = length[:, None]
    start = (seams.path[:, 2:4] - seams.edge[:, :2]) * metre
    to = np.stack([seams.path[:, :2], seams.path[:, 4:]], axis=1) - seams.path[:, None, 2:4]
    x, y = _turned_by(unit, start[:, None])
    dx, dy = _turned_by(unit, to * metre[:, None])
    size = np.hypot(dx, dy)
    # The ground is to the left of both: they face each other where they run against each other.
    facing = (np.array([dx[:, 0] > 0.0, dx[:, 1] < 0.0]).T) & (np.abs(dy) <= _STEEP * size) & (length > 0.0)
    slope = np.where(facing, dy / np.where(facing, np.abs(dx), 1.0), 0.0)
    sign = np.sign(dx)
    # By how far along the edge from the vertex the distance stays within the tolerance.
    reach = np.full_like(slope, np.inf)
    np.divide(np.where(slope > 0.0, TOLERANCE_M - y, -TOLERANCE_M - y), slope, out=reach, where=slope != 0.0)
    far = np.minimum(np.maximum(reach, 0.0), np.abs(dx))
    begin = np.where(sign > 0.0, x, x - far).clip(0.0, length)
    end = np.where(sign > 0.0, x + far, x).clip(0.0, length)
    facing &= end > begin
    stretch = np.stack([begin, end], axis=-1)
    share = stretch / np.where(length > 0.0, length, 1.0)[..., None]
    at = (np.abs(stretch - x[..., None]) / np.where(facing, np.abs(dx), 1.0)[..., None]).clip(0.0, 1.0)
    return share, at, facing


def _edges_facing(seams: Seams, facing: Mask) -> tuple[Floats, Floats]:
    """The edges that face each other, pair by pair, shape (n, 4) each."""
    edge = np.repeat(seams.edge[:, None], 2, axis=1)
    beside = np.stack([seams.path[:, :4], seams.path[:, 2:]], axis=1)
    return edge[facing], beside[facing]


def _aside(seams: Seams) -> Floats:
    """From the corners of what faces an edge some way into the ground of either zone, shape (n, 4, 2)."""
    way = seams.edge[:, 2:] - seams.edge[:, :2]
    left = np.column_stack([-way[:, 1], way[:, 0]])
    left *= _ASIDE_DEG / np.hypot(*way.T)[:, None]
    return np.stack([left, left, -left, -left], axis=1)


def _once(one: Floats, two: Floats) -> Ints:
    """Places of pairs of edges, each pair once, whichever is named first."""
    later = (one > two)[np.arange(len(one)), (one != two).argmax(axis=1)][:, None]
    pairs = np.hstack([np.where(later, two, one), np.where(later, one, two)])
    return np.unique(pairs, axis=0, return_index=True)[1]


def _turned_by(unit: Floats, xy: Floats) -> tuple[Floats, Floats]:
    """Along and to the left of a direction."""
    ux, uy, x, y = unit[..., 0], unit[..., 1], xy[..., 0], xy[..., 1]
    return x * ux + y * uy, y * ux - x * uy


def _feet(seams: Seams) -> Floats:
    """Where on each edge the foot of its vertex lies, as a share."""
    metre = np.column_stack(degree_m(seams.path[:, 3]))
    place, way = seams.path[:, 2:4] - seams.edge[:, :2], seams.edge[:, 2:] - seams.edge[:, :2]
    return share_of(place * metre, way * metre)
