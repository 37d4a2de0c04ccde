"""A line or polygon and the zones near it, measured for all layers at once.

Which it meets, what they share, how far the others lie: each shapely call costs more than the few zones it is
asked about, so there is one for all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.along import off_borders
from geo.chainage import Chain, chain_of
from geo.few import some
from geo.measure import LINE, LINE_TOLERANCE_M, POLYGON, TOLERANCE_M, Floats, area_m2, length_m
from geo.outlines import outlines_of, rims_of
from geo.overlays import intersection, union
from geo.view import LayerView, Mask, Objects

if TYPE_CHECKING:  # a scene has contacts
    from geo.scene import Scene

POSITIVE_M2 = 1e-4
"""An area up to this is the noise of coordinates."""

Indices = np.ndarray[tuple[int], np.dtype[np.intp]]
_POLYGON_TYPE, _COLLECTION = 3, 7
"""Types of shapely: a polygon of one part, and what holds shapes of several dimensions."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contact:
    """A site and one layer: the zones within the search, measured. All arrays have one entry per zone.

    Attributes
    ----------
    index
        Rows of the layer view.
    geometry, dimension
        The zones, in degrees; 0 for points, 1 for lines, 2 for polygons.
    met
        The closed shapes share a point, or lie within the tolerance.
    distance_m
        Geodesic distance, 0 where met, inf beyond the search.
    overlap
        Common shape in degrees; None where not met.
    overlap_m2, overlap_m, overlap_share
        Its area, length and share of the site.
    on_border
        Met, with no depth: the site only touches the zone's border.
    search_m
        How far was looked.
    """

    index: Indices
    geometry: Objects
    dimension: NDArray[np.int32]
    met: Mask
    distance_m: Floats
    overlap: Objects
    overlap_m2: Floats
    overlap_m: Floats
    overlap_share: Floats
    on_border: Mask
    search_m: float


def highest_dimension(shape: Geometry) -> Geometry:
    """A mixed overlap without its trailing edges and points."""
    if shape.geom_type != "GeometryCollection":
        return shape
    parts = shapely.get_parts(shapely.get_parts(shape))
    dimensions = shapely.get_dimensions(parts)
    return union(parts[dimensions == dimensions.max()])


@lru_cache(maxsize=256)
def nothing(search_m: float) -> Contact:
    """A layer without a zone in the search."""
    none, no, zero = np.zeros(0, dtype=object), np.zeros(0, dtype=bool), np.zeros(0)
    return Contact(
        index=np.zeros(0, dtype=np.intp),
        geometry=none,
        dimension=np.zeros(0, dtype=np.int32),
        met=no,
        distance_m=zero,
        overlap=none,
        overlap_m2=zero,
        overlap_m=zero,
        overlap_share=zero,
        on_border=no,
        search_m=search_m,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Shared:
    """What a site has in common with the zones it meets, one entry per zone."""

    shape: Objects
    area_m2: Floats
    length_m: Floats
    on_border: Mask


def contacts(scene: "Scene", layers: Sequence[LayerView]) -> list[Contact]:
    """Measure a line or polygon against several layers."""
    if all(layer.tree is None for layer in layers):
        return [nothing(scene.search_m(layer)) for layer in layers]
    rows = [scene.candidates(layer) for layer in layers]
    search = [scene.search_m(layer) for layer in layers]
    ends = np.cumsum([0, *(len(r) for r in rows)]).tolist()
    if ends[-1] == 0:
        return [nothing(m) for m in search]
    zones = np.concatenate([layer.geometry[r] for layer, r in zip(layers, rows, strict=True)])
    dimension = np.concatenate([layer.dimension[r] for layer, r in zip(layers, rows, strict=True)])
    met = np.zeros(len(zones), dtype=bool)
    met[STRtree(zones).query(scene.geometry, predicate="intersects")] = True
    named = [(n, row) for n, r in enumerate(rows) for row in r.tolist()]
    distance = np.where(met, 0.0, np.inf)
    if not met.all():
        far = np.flatnonzero(~met)
        away = [named[entry] for entry in far.tolist()]
        outlines = outlines_of([(layers[n], row) for n, row in away])
        distance[far] = scene.away_m(list(zip(outlines, (search[n] for n, _ in away), strict=True)))
    touched = distance <= np.where(dimension == POLYGON, TOLERANCE_M, LINE_TOLERANCE_M)
    may_hold = met & (shapely.get_type_id(zones) == _POLYGON_TYPE)  # of others the rim is that of a union
    met, distance = met | touched, np.where(touched, 0.0, distance)
    overlap = np.full(len(zones), None, dtype=object)
    area, length, edge = np.zeros(len(zones)), np.zeros(len(zones)), np.zeros(len(zones), dtype=bool)
    if some(met):
        of = [(layers[named[entry][0]], named[entry][1]) for entry in np.flatnonzero(met).tolist()]
        holding = _holding(scene, may_hold[met], of)
        shared = _shared(scene, zones[met], dimension[met] == POLYGON, holding)
        overlap[met], area[met], length[met] = shared.shape, shared.area_m2, shared.length_m
        edge[met] = shared.on_border
    share = np.minimum(1.0, (area if scene.dimension == POLYGON else length) / scene.size)
    return [
        Contact(
            index=rows[n],
            geometry=zones[here],
            dimension=dimension[here],
            met=met[here],
            distance_m=distance[here],
            overlap=overlap[here],
            overlap_m2=area[here],
            overlap_m=length[here],
            overlap_share=share[here],
            on_border=edge[here],
            search_m=search[n],
        )
        for n, here in enumerate(slice(start, end) for start, end in pairwise(ends))
    ]


def chain(scene: "Scene") -> Chain:
    """A line site as edges in order."""
    return scene.keep("chain", lambda: chain_of(scene.geometry))


def inside_of(scene: "Scene", zones: Objects, common: Objects) -> tuple[Objects, Mask]:
    """What of a line site lies inside polygons, given what it shares with them; and which it only touches.

    Of those touched it is what lies on their border.
    """
    inside, along = off_borders(chain(scene), zones, common)
    edge = length_m(inside) <= TOLERANCE_M
    on_border = np.where([one is None for one in along], common, along)
    return np.where(edge, on_border, inside), edge


def _shared(scene: "Scene", zones: Objects, areal: Mask, holding: Mask) -> _Shared:
    """The site's common shapes with zones it meets, and which of these only lie on the zone's border."""
    common, cut = np.full(len(zones), scene.geometry, dtype=object), ~holding
    common[cut] = intersection(zones[cut], scene.geometry)
    for entry in np.flatnonzero(shapely.get_type_id(common) == _COLLECTION):
        common[entry] = highest_dimension(common[entry])
    edge = np.zeros(len(zones), dtype=bool)
    if scene.dimension == LINE and areal.any():
        common[areal], edge[areal] = inside_of(scene, zones[areal], common[areal])
    dimension = shapely.get_dimensions(common)
    area, length = np.zeros(len(zones)), np.zeros(len(zones))
    wide, thin = dimension == POLYGON, dimension == LINE
    area[~cut] = scene.area_m2
    wide &= cut
    if some(wide):
        area[wide] = area_m2(common[wide])
    if some(thin):
        length[thin] = length_m(common[thin])
    if scene.dimension == POLYGON:
        edge = areal & (area <= POSITIVE_M2)
    return _Shared(shape=common, area_m2=area, length_m=length, on_border=edge)


def _holding(scene: "Scene", may_hold: Mask, named: Sequence[tuple[LayerView, int]]) -> Mask:
    """Which of some polygons that share a point with a site of one polygon hold it: the rims do not meet it.

    Parameters
    ----------
    may_hold
        The polygons that share a point with it; what only lies within the tolerance does not.
    """
    holding = may_hold & (scene.geometry.geom_type == "Polygon")
    if some(holding):
        rims = rims_of([zone for zone, is_asked in zip(named, holding, strict=True) if is_asked])
        meets = STRtree(rims).query(scene.geometry, predicate="intersects")
        holding[np.flatnonzero(holding)[meets]] = False
    return holding
