"""How deep a site lies in zones: by the outline of their union, which is made only where it must be.

The union's outline is part of the zones' own outlines. A point far from all of these lies as far from that of
the union, so that most depths beyond the near search are known without any union.
"""

import math
from collections.abc import Iterable, Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.compare.pieces import union_of, unmatched
from geo.contact import Contact, Indices
from geo.few import some
from geo.margin import DEPTH_STEP_M, depth_m
from geo.measure import POINT, POLYGON, Floats, Objects, window
from geo.once import Once
from geo.outlines import rims_of
from geo.overlays import intersection
from geo.relate.picture import Picture, union
from geo.scene import Scene
from geo.seam_ends import Box, Rings
from geo.seams import Seams, closed
from geo.tiles import Tile
from geo.view import LayerView, Mask

Rows = list[tuple[LayerView, Indices]]
_Rims = dict[tuple[str, int], Geometry]
"""Outlines by layer and row."""

_AREAL = ("Polygon", "MultiPolygon")
_CORNERS = 16
_GRID = (np.stack(np.meshgrid(range(5), range(5)), axis=-1).reshape(-1, 2) + 0.5) / 5.0
"""Places that are tried within a piece, as shares of its width and height."""

_MANY = 500
"""More zones than these within a reach are not joined for one site."""

_WHOLE: Once[Geometry] = Once(16)

_NO_OUTLINE = shapely.LineString()

_SURE_M = 2.0 * DEPTH_STEP_M
"""A depth found by search may fall short of the truth by its step."""


def depth(
    scene: Scene, p: Picture, chosen: Mask, piece: Geometry, *, alone: bool = False, far: bool = True
) -> float:
    """Distance from the outline of the chosen zones' union to the piece's farthest point from it, metres.

    For a piece inside it is the depth of its deepest point, for one outside the reach of its farthest.
    Infinite beyond the margins asked for.

    Parameters
    ----------
    alone
        The chosen zones by themselves are meant, without others of the filter that lie near.
    far
        As far as margins are asked for; else only as far as accuracies and the disc of a point go.
    """
    if piece.is_empty:
        return 0.0
    asked = (p.layer_ids, p.filter.zone_key, p.owner[chosen].tobytes(), p.row[chosen].tobytes(), alone, far)
    # The piece is kept with its depth: while it lives, no other has its id.
    found = scene.keep(
        ("depth", asked, id(piece)), lambda: (piece, _depth(scene, p, chosen, piece, alone=alone, far=far))
    )
    return found[1]


def shared_depth(scene: Scene, p: Picture, chosen: Mask, shared: Mask, *, alone: bool = False) -> float:
    """The depth of what the site shares with some zones in the chosen ones' union, these among them.

    A disc that lies in one zone lies in any union that holds it: most depths beyond the search are known
    zone by zone, once for all tests, and the common piece need not be made.
    """
    if not scene.wide and _holds_deep(scene, p, shared & p.met, scene.caps_m(p.accuracy_m)[0]):
        return math.inf
    return depth(scene, p, chosen, p.piece(scene, shared), alone=alone)


def _holds_deep(scene: Scene, p: Picture, shared: Mask, cap_m: float) -> bool:
    """Whether the site plainly lies deeper than the cap in any of some zones that it meets."""
    if scene.dimension == POINT or len(scene.tiles) > 1:
        return False
    deep = scene.keep(("deep zones", cap_m), lambda: _deep_zones(scene, cap_m))
    return any(zone in deep for zone in p.zones(shared))


def _deep_zones(scene: Scene, cap_m: float) -> frozenset[tuple[str, int]]:
    """Polygons in which some place of the site plainly lies farther than the cap from their own rims."""
    met = [
        (layer, row, overlap)
        for layer, contact in scene.measured()
        if some(contact.met)
        for row, overlap in _overlaps(contact)
    ]
    cut = _cut_rims(scene, scene.tiles[0], [(layer, row) for layer, row, _ in met], cap_m)
    near = [n for n, rim in enumerate(cut) if not rim.is_empty]
    deep = np.ones(len(met), dtype=bool)
    if near:
        overlaps = _array(met[n][2] for n in near)
        reach_deg = _in_degrees(scene, cap_m + _SURE_M)
        deep[near] = _reach_far(overlaps, _array(cut[n] for n in near), reach_deg)
    return frozenset((layer.id, row) for (layer, row, _), is_deep in zip(met, deep, strict=True) if is_deep)


def _overlaps(contact: Contact) -> Iterator[tuple[int, Geometry]]:
    """Rows of the polygons whose ground the site meets, with what it shares with them."""
    inside = contact.met & (contact.dimension == POLYGON) & ~contact.on_border
    return zip(contact.index[inside].tolist(), contact.overlap[inside], strict=True)


def _reach_far(shapes: Objects, rims: Objects, reach: float) -> Mask:
    """The same as `_reaches_far` of many shapes, each of polygons or lines, and the rim of each."""
    corners, owner = shapely.get_coordinates(shapes, return_index=True)
    first = np.searchsorted(owner, np.arange(len(shapes) + 1))
    step = np.maximum(1, np.diff(first) // _CORNERS)[owner]
    some_of_them = (np.arange(len(owner)) - first[owner]) % step == 0
    far = _far(corners[some_of_them], owner[some_of_them], rims, reach)
    for n in np.flatnonzero(~far & (shapely.get_dimensions(shapes) == POLYGON)).tolist():
        far[n] = _reaches_far_within(shapes[n], rims[n : n + 1], reach)
    return far


def _far(places: Floats, owner: Indices, rims: Objects, reach: float) -> Mask:
    """Of each rim, whether any of its places lies farther from it than the reach."""
    away = shapely.distance(shapely.points(places), rims[owner]) > reach
    return np.asarray(np.bincount(owner[away], minlength=len(rims)) > 0)


def _depth(scene: Scene, p: Picture, chosen: Mask, piece: Geometry, *, alone: bool, far: bool) -> float:
    met, maybe = some(chosen & p.met), some(chosen & p.maybe)
    caps = scene.caps_m(p.accuracy_m)
    for cap in caps if far else caps[:1]:
        rows = p.rows(chosen) if alone else p.rows_within(scene, cap, maybe=maybe)
        if not met and not _areal(rows):
            continue  # lines and points have no depth
        if not alone and _are_many(rows):
            rows = p.rows_anywhere(maybe=maybe)
        found = _depth_among(scene, [(layer, r) for layer, r in rows if len(r)], piece, cap, p.accuracy_m)
        if math.isfinite(found):
            return found
    return math.inf


def _depth_among(scene: Scene, rows: Rows, piece: Geometry, cap_m: float, accuracy_m: float) -> float:
    """The depth in some zones, inf beyond the cap; kept, since filters often mean the same zones."""
    asked = tuple((layer.id, r.tobytes()) for layer, r in rows)
    key = ("depth among", asked, id(piece), cap_m, accuracy_m)
    return scene.keep(key, lambda: (piece, _measured(scene, rows, piece, cap_m, accuracy_m)))[1]


def _measured(scene: Scene, rows: Rows, piece: Geometry, cap_m: float, accuracy_m: float) -> float:
    if not rows or (not _are_many(rows) and _is_deeper(scene, rows, piece, cap_m)):
        return math.inf
    outline = outline_of(scene, rows, cap_m)
    if outline.is_empty and _areal(rows):
        return math.inf  # boxes reach into the search, zones do not
    return depth_m(scene, outline, piece, cap_m=cap_m, threshold_m=accuracy_m)


def edge_m(scene: Scene, p: Picture) -> float:
    """How far the site is from the edge of the zones it lies in, within the near search."""
    cap = scene.caps_m(p.accuracy_m)[0]
    rows = p.rows_within(scene, cap, maybe=False)
    if len(scene.tiles) == 1 and not _rims(scene, scene.tiles[0], rows, cap):
        return math.inf
    away = scene.gap_m(outline_of(scene, rows, cap), cap)
    return away if away <= cap else math.inf  # farther away is the edge of what was cut out, too


def outline_of(scene: Scene, rows: Rows, reach_m: float) -> Geometry:
    """Outline of the union of polygons, in degrees, true within a reach of the site.

    Where several are joined, only what lies near the site is: the cut's own edges are farther than the reach.
    """
    if _are_many(rows):
        asked = tuple((layer.id, r.tobytes()) for layer, r in rows)
        return _WHOLE.get((scene.view,), lambda: _whole(rows), asked)
    areal = _areal(rows)
    named = tuple((layer.id, row) for layer, row in areal)
    return scene.keep(("outline", named, reach_m), lambda: _outline(scene, areal, reach_m))


def _are_many(rows: Rows) -> bool:
    """Whether zones are so many that a site's surroundings are no small part of a layer."""
    return sum(len(r) for _, r in rows) > _MANY


def _whole(rows: Rows) -> Geometry:
    """The same of all zones of a filter, wherever they lie: made once for all sites that are deep in them."""
    zones = _array(layer.geometry[row] for layer, row in _areal(rows))
    whole = union_of(zones, unmatched(zones))  # units that tile, of which many are met, are joined in no time
    outline: Geometry = shapely.boundary(closed(whole, zones, Seams.of(zones)))
    return outline


def _outline(scene: Scene, areal: list[tuple[LayerView, int]], reach_m: float) -> Geometry:
    if len(areal) == 1:
        layer, row = areal[0]
        return layer.rim(row)
    zones = np.array([None, *(layer.geometry[row] for layer, row in areal)], dtype=object)[1:]
    around = scene.box(reach_m)
    if _are_joined(zones, around.bounds):
        return _NO_OUTLINE
    seams = Seams.of(zones, around.bounds)
    whole = union(intersection(zones, around))
    if whole.geom_type not in _AREAL:
        # A cut may leave bare edges and points where a zone only touches the box: they bound nothing.
        parts = shapely.get_parts(shapely.get_parts(whole))
        whole = union(parts[shapely.get_dimensions(parts) == POLYGON])
    outline: Geometry = shapely.boundary(closed(whole, zones, seams))
    return outline


def _are_joined(zones: Objects, around: Box) -> bool:
    """Whether each edge of some polygons in a box is, to the bit, that of another whose ground is beyond it.

    Most neighbours share their edges: their union then has no outline there, and need not be made.
    """
    rings = Rings.of(zones, around)
    edges = rings.edges(rings.at).tolist()
    there = set(map(tuple, edges))
    return len(there) == len(edges) and all((x2, y2, x1, y1) in there for x1, y1, x2, y2 in edges)


def _areal(rows: Rows) -> list[tuple[LayerView, int]]:
    """The polygons among zones."""
    return [(layer, row) for layer, r in rows for row in r[layer.dimension[r] == POLYGON].tolist()]


def _rims(scene: Scene, tile: Tile, rows: Rows, reach_m: float) -> _Rims:
    """Outlines of polygons, each by itself, in degrees and cut to a reach of a tile; those that are near."""
    areal = _areal(rows)
    cut = zip(areal, _cut_rims(scene, tile, areal, reach_m), strict=True)
    return {(layer.id, row): rim for (layer, row), rim in cut if not rim.is_empty}


def _cut_rims(scene: Scene, tile: Tile, areal: list[tuple[LayerView, int]], reach_m: float) -> list[Geometry]:
    """Outlines of some polygons, cut to a reach of a tile: empty where nothing of them is near."""
    near: _Rims = scene.keep(("rims", reach_m), dict)
    wanted = [one for one in areal if (one[0].id, one[1]) not in near]
    if wanted and not near:  # the first that asks for any gets all, in one go
        wanted = list(dict.fromkeys([*wanted, *_areal(scene.all_within(reach_m))]))
    if wanted:
        cut = tile.cut_all(_array(rims_of(wanted)), reach_m)
        near.update(((layer.id, row), rim) for (layer, row), rim in zip(wanted, cut, strict=True))
    return [near[layer.id, row] for layer, row in areal]


def _flat(scene: Scene, tile: Tile, rims: _Rims, reach_m: float) -> Objects:
    """Rims in a tile's frame."""
    flat: _Rims = scene.keep(("flat rims", reach_m), dict)
    wanted = [zone for zone in rims if zone not in flat]
    flat.update(zip(wanted, tile.frame.project_all(_array(rims[zone] for zone in wanted)), strict=True))
    return _array(flat[zone] for zone in rims)


def _array(shapes: Iterable[Geometry]) -> Objects:
    return np.array([None, *shapes], dtype=object)[1:]


def _is_deeper(scene: Scene, rows: Rows, piece: Geometry, reach_m: float) -> bool:
    """Whether some point of a piece plainly lies farther than the reach from the outline of each zone."""
    if scene.dimension == POINT or len(scene.tiles) > 1:
        return False
    tile = scene.tiles[0]
    near = _rims(scene, tile, rows, reach_m)
    if not near:
        return bool(_areal(rows))
    far_m = reach_m + _SURE_M
    # First by degrees: most pieces are deep by far, and need not be projected.
    if _reaches_far(piece, _array(near.values()), _in_degrees(scene, far_m)):
        return True
    return _reaches_far(scene.flat(tile, piece), _flat(scene, tile, near, reach_m), far_m)


def _in_degrees(scene: Scene, reach_m: float) -> float:
    """Degrees that make up a reach to the east, and more than enough to the north."""
    return window(scene.bounds, reach_m)[2] - scene.bounds[2]


def _reaches_far(shape: Geometry, rims: Objects, reach: float) -> bool:
    """Whether any of some places in a shape lies farther than the reach from all rims, in their unit."""
    corners = shapely.get_coordinates(shape)
    if _any_far(corners[:: max(1, len(corners) // _CORNERS)], rims, reach):
        return True
    return bool(shapely.get_dimensions(shape) == POLYGON) and _reaches_far_within(shape, rims, reach)


def _reaches_far_within(shape: Geometry, rims: Objects, reach: float) -> bool:
    """The same of some places inside a polygon."""
    x0, y0, x1, y1 = shape.bounds
    inner = _GRID * (x1 - x0, y1 - y0) + (x0, y0)
    return _any_far(inner[shapely.contains_xy(shape, inner)], rims, reach)


def _any_far(places: Floats, rims: Objects, reach: float) -> bool:
    points = np.asarray(shapely.points(places))
    return some(shapely.distance(points[:, None], rims[None, :]).min(axis=1) > reach)
