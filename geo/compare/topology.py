"""Topology within one layer: overlaps, gaps, ground outside the districts, ground not covered, slivers.

Each defect has a place, an area, the zones involved and, at a border, whom to consult. What lies under the
limits is counted and summed, never dropped; the limits stand in the answer.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.compare.defects import Below, Defect, DefectKind, Limits, Settled, Within
from geo.compare.districts import Districts, Neighbour
from geo.compare.pieces import Overlaps, areal, ground_of, overlaps, polygons_of, shapes_of, union_of, width_m
from geo.compare.slits import slits
from geo.measure import Objects, area_m2
from geo.model import Edition, Text
from geo.overlays import common, difference, differences, union
from geo.zone_columns import values_of

_TOUCH_DEG = 1e-9
"""So near lie the zones beside a gap that was cut along their borders."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Zones:
    """The polygons of an edition with their ids and periods."""

    ids: tuple[str, ...]
    shapes: Objects
    began: Objects
    ended: Objects

    @classmethod
    def of(cls, edition: Edition) -> Self:
        zones = edition.zones
        if zones is None:
            return cls(ids=(), shapes=shapes_of([]), began=shapes_of([]), ended=shapes_of([]))
        shapes = values_of(zones, "geometry")
        rows = np.flatnonzero(areal(shapes))
        ids = values_of(zones, "zone_id")[rows]
        began, ended = (values_of(zones, name)[rows] for name in ("valid_from", "valid_to"))
        return cls(ids=tuple(map(str, ids)), shapes=shapes[rows], began=began, ended=ended)

    def together(self, one: int, other: int) -> bool:
        """Whether two zones are ever in force on the same day."""
        return _before(self.began[one], self.ended[other]) and _before(self.began[other], self.ended[one])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """Pieces of one kind before they are told: ``owner`` says whose they are, else the zones beside."""

    kind: DefectKind
    pieces: Objects
    owner: tuple[tuple[str, ...], ...] | None = None


def _before(began: Any, ended: Any) -> bool:  # noqa: ANN401 (dates or None)
    return began is None or ended is None or bool(began < ended)


def within(
    edition: Edition, districts: Districts, *, tiles: bool = False, limits: Limits | None = None
) -> Within:
    """Look at the topology of an edition's polygons.

    Parameters
    ----------
    edition
        As read: zones and coverage in EPSG:4490. Zones left out as invalid are among its faults, not here.
    districts
        Without any, what lies outside or is not covered cannot be told, and the answer says so.
    tiles
        The zones must tile what is covered: every piece of it that no zone holds is a gap.
    """
    settled = (limits or Limits()).settled(edition.accuracy_m, districts.accuracy_m)
    zones = _Zones.of(edition)
    pairs = overlaps(zones.shapes)
    found = [_overlaps(zones, pairs), _slivers(zones, settled)]
    home, unknown = districts.ground, []
    if home is None:
        unknown.append(
            Text(
                "没有行政区图层，未检查超出辖区和未覆盖",
                "no layer of districts: outside and not covered were not looked at",
            )
        )
    elif edition.coverage is None:
        unknown.append(
            Text("没有覆盖范围，未检查未覆盖部分", "no coverage: what is not covered was not looked at")
        )
    else:
        found.append(_pieces(DefectKind.UNCOVERED, difference(home, edition.coverage)))
    if home is not None:
        found.append(_outside(zones, home, edition.coverage))
    if tiles:
        gaps = difference(_to_tile(home, edition.coverage), union_of(zones.shapes, pairs.loose))
    else:
        gaps = slits(zones.shapes, settled.gap_m, pairs.loose)
    found.append(_pieces(DefectKind.GAP, gaps))
    told = [_told(one, zones, settled, districts) for one in found]
    order = {kind: number for number, kind in enumerate(DefectKind)}
    defects = sorted(
        (d for defects, _ in told for d in defects), key=lambda d: (order[d.kind], -d.area_m2, d.lon, d.lat)
    )
    return Within(
        limits=settled,
        tiles=tiles,
        zones=len(zones.ids),
        defects=tuple(defects),
        below=tuple(below for _, below in told if below.count),
        not_assessed=tuple(unknown),
    )


def _overlaps(zones: _Zones, pairs: Overlaps) -> _Found:
    keep = [
        n
        for n, (a, b) in enumerate(zip(pairs.left, pairs.right, strict=True))
        if zones.together(int(a), int(b))
    ]
    named = tuple((zones.ids[pairs.left[n]], zones.ids[pairs.right[n]]) for n in keep)
    return _Found(kind=DefectKind.OVERLAP, pieces=pairs.piece[keep], owner=named)


def _slivers(zones: _Zones, limits: Settled) -> _Found:
    parts, owner = shapely.get_parts(zones.shapes, return_index=True)
    m2 = area_m2(parts)
    small = (m2 < limits.sliver_m2) | (width_m(parts, m2) < limits.sliver_m)
    named = tuple((zones.ids[n],) for n in owner[small])
    return _Found(kind=DefectKind.SLIVER, pieces=parts[small], owner=named)


def _outside(zones: _Zones, home: Geometry, coverage: Geometry | None) -> _Found:
    """What of each zone lies neither in a district of ours nor in what the layer covers."""
    allowed = home if coverage is None else union(shapes_of([home, coverage]))
    out = STRtree(zones.shapes).query(allowed, predicate="covers")
    rest = np.setdiff1d(np.arange(len(zones.shapes)), out)
    pieces, owner = polygons_of(differences(zones.shapes[rest], allowed))
    named = tuple((zones.ids[rest[n]],) for n in owner)
    return _Found(kind=DefectKind.OUTSIDE, pieces=pieces, owner=named)


def _to_tile(home: Geometry | None, coverage: Geometry | None) -> Geometry:
    """The ground that zones must tile: what is covered of the bundle's own districts."""
    if home is None or coverage is None:
        return home or coverage or shapely.MultiPolygon()
    return ground_of(shapes_of([common(home, coverage)]))


def _pieces(kind: DefectKind, ground: Geometry) -> _Found:
    """Ground in its parts."""
    return _Found(kind=kind, pieces=polygons_of(shapes_of([ground]))[0])


def _beside(pieces: Objects, zones: _Zones) -> list[tuple[str, ...]]:
    """The zones that lie beside pieces of ground, or hold them."""
    part, zone = STRtree(zones.shapes).query(pieces, predicate="dwithin", distance=_TOUCH_DEG)
    beside: list[list[str]] = [[] for _ in pieces]
    for n, row in sorted(zip(part.tolist(), zone.tolist(), strict=True)):
        beside[n].append(zones.ids[row])
    return [tuple(dict.fromkeys(ids)) for ids in beside]


def _told(
    found: _Found, zones: _Zones, limits: Settled, districts: Districts
) -> tuple[tuple[Defect, ...], Below]:
    """Defects of one kind, and what lies under the limits."""
    m2 = area_m2(found.pieces)
    width = width_m(found.pieces, m2)
    large = (m2 >= limits.least_m2) & (width >= limits.least_width_m)
    if found.kind is DefectKind.SLIVER:
        large[:] = True
    rows = np.flatnonzero(large)
    pieces = found.pieces[rows]
    named = _beside(pieces, zones) if found.owner is None else [found.owner[row] for row in rows]
    places = shapely.get_coordinates(shapely.point_on_surface(pieces)).reshape(-1, 2)
    codes, consult = _whose(pieces, found.kind, limits, districts)
    defects = tuple(
        Defect(
            kind=found.kind,
            lon=float(lon),
            lat=float(lat),
            area_m2=float(m2[row]),
            width_m=float(width[row]),
            zones=named[n],
            geometry=pieces[n],
            districts=codes[n],
            consult=consult[n],
        )
        for n, (row, (lon, lat)) in enumerate(zip(rows.tolist(), places.tolist(), strict=True))
    )
    return defects, Below(kind=found.kind, count=int((~large).sum()), area_m2=float(m2[~large].sum()))


def _whose(
    pieces: Objects, kind: DefectKind, limits: Settled, districts: Districts
) -> tuple[list[tuple[str, ...]], list[tuple[Neighbour, ...]]]:
    """The districts each piece lies in, and whom to consult about those at a border or beyond it."""
    lots = districts.lots(pieces)
    known = lots.district >= 0
    held: list[list[int]] = [[] for _ in pieces]
    for n, at in zip(lots.shape[known].tolist(), lots.district[known].tolist(), strict=True):
        held[n].append(at)
    asked = districts.bordering(pieces, limits.border_m)
    asked |= np.array([not all(districts.own[at] for at in ours) for ours in held], dtype=bool)
    if kind is DefectKind.SLIVER:
        asked[:] = False
    consult = [
        districts.consulted(piece, limits.border_m) if ask else ()
        for piece, ask in zip(pieces, asked.tolist(), strict=True)
    ]
    return [tuple(districts.code[at] for at in ours) for ours in held], consult
