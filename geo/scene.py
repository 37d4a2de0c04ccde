"""One part before the layers: which zones it meets, how far the others are, what is covered.

Everything is measured in a frame that depends on the site alone, never on the batch it came in.
"""

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.foot import edges_of, nearest_m
from geo.measure import LINE, POINT, POLYGON, Floats, area_m2, length_m, window
from geo.model import Activity, Footprint, Part, Reason
from geo.tiles import distances_m, tiles_of
from geo.view import BundleView, LayerView, Mask, Objects

TOLERANCE_M = 0.0005
"""A site nearer to a polygon than this touches its border: noise, not a margin of safety."""

LINE_TOLERANCE_M = 0.01
"""A point within 1 cm of a line zone is on it (DESIGN §4)."""

WHOLE_SHARE = 1.0 - 1e-9
"""A share from here on is the whole site: the rest is rounding."""

POSITIVE_M2 = 1e-4
"""An area up to this is the noise of coordinates."""

UNKNOWN_AREA_DISC_M = 100.0
"""Radius that a point of an areal activity stands for where neither land nor typical area is known."""

NEAR_M = 100.0
"""Margins are exact up to this distance where only near margins are asked for."""

WIDER_M = (1_000.0, 10_000.0, 100_000.0, 3_000_000.0)
"""How far margins are looked for, step by step, where all are asked for."""

T = TypeVar("T")

Indices = np.ndarray[tuple[int], np.dtype[np.intp]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Footing:
    """How a part stands on the ground.

    Attributes
    ----------
    disc_m
        Radius of the disc that a point stands for (areal activity), metres; 0 where the shape is as given.
    linear_point
        A point was given for a linear activity.
    shape_unknown
        A point was given for what has length or may have: its line or extent is not known.
    area_origin
        Where the disc's area came from: ``declared``, ``typical``, ``unknown`` or None.
    """

    disc_m: float = 0.0
    linear_point: bool = False
    shape_unknown: bool = False
    area_origin: str | None = None


def footing(part: Part, activity: Activity | None) -> Footing:
    """What a point stands for: the declared land area, or what the activity usually takes."""
    if shapely.get_dimensions(part.site.geometry) > 0:
        return Footing()
    if activity is not None and activity.footprint is Footprint.LINEAR:
        return Footing(linear_point=True, shape_unknown=True)
    declared = dict(part.facts).get("land_area_m2")
    areal = activity is None or activity.footprint is Footprint.AREAL
    if areal and isinstance(declared, float | int) and declared > 0:
        return Footing(disc_m=math.sqrt(declared / math.pi), area_origin="declared")
    if activity is not None and areal and activity.typical_area_m2:
        return Footing(disc_m=math.sqrt(activity.typical_area_m2 / math.pi), area_origin="typical")
    if activity is not None and areal:
        return Footing(disc_m=UNKNOWN_AREA_DISC_M, area_origin="unknown")
    return Footing(shape_unknown=areal)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contact:
    """A site and one layer: the zones within the search, measured. All arrays have one entry per zone.

    Attributes
    ----------
    index
        Rows of the layer view.
    met
        The closed shapes share a point.
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
    return shapely.union_all(parts[dimensions == dimensions.max()])


def _nothing(search_m: float) -> Contact:
    """A layer without a zone in the search."""
    none, no, zero = np.zeros(0, dtype=object), np.zeros(0, dtype=bool), np.zeros(0)
    return Contact(
        index=np.zeros(0, dtype=np.intp),
        met=no,
        distance_m=zero,
        overlap=none,
        overlap_m2=zero,
        overlap_m=zero,
        overlap_share=zero,
        on_border=no,
        search_m=search_m,
    )


class Scene:
    """The measurements of one part, made when first asked for and kept for the other rules."""

    def __init__(
        self, view: BundleView, part: Part, stand: Footing, near_m: float = NEAR_M, *, wide: bool = False
    ) -> None:
        self.view = view
        self.wide = wide
        self.part = part
        self.stand = stand
        self.near_m = near_m
        self.geometry = part.site.geometry
        self.dimension = int(shapely.get_dimensions(self.geometry))
        self.bounds = self.geometry.bounds
        self.tiles = tiles_of(self.geometry) if self.dimension > POINT else ()
        self.points: Floats = shapely.get_coordinates(self.geometry if self.dimension == POINT else [])
        self.area_m2 = float(area_m2(self.geometry)) if self.dimension == POLYGON else 0.0
        self.length_m = float(length_m(self.geometry)) if self.dimension == LINE else 0.0
        self._size = self._measure_size()
        self._contacts: dict[str, Contact] = {}
        self._kept: dict[Hashable, Any] = {}
        self._borders: dict[str, float] = {}
        self._candidates: dict[str, Indices] = {}

    def accuracy_m(self, layer: LayerView) -> float:
        """Accuracy of site and layer together, metres."""
        return self.part.site.accuracy_m + layer.accuracy_m

    def search_m(self, layer: LayerView) -> float:
        """How far a layer is searched: longest rule, both accuracies, the disc, and the margin's range."""
        return self.view.search_m[layer.id] + self.accuracy_m(layer) + self.stand.disc_m + self.near_m

    def keep(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made before under this key for this site, or is made now."""
        if key not in self._kept:
            self._kept[key] = make()
        kept: T = self._kept[key]
        return kept

    def caps_m(self, accuracy_m: float) -> tuple[float, ...]:
        """How far depths are looked for: near, and ever farther where wide margins are asked for."""
        near = max(self.near_m, accuracy_m + self.stand.disc_m)
        return (near, *(cap for cap in WIDER_M if cap > near)) if self.wide else (near,)

    def rows_within(self, layer: LayerView, reach_m: float) -> Indices:
        """Rows of a layer whose boxes lie within a reach of the site, living zones only."""
        if layer.tree is None:
            return np.zeros(0, dtype=np.intp)
        rows = np.sort(layer.tree.query(shapely.box(*window(self.bounds, reach_m))))
        return np.asarray(rows[layer.alive[rows]])

    def offer(self, layer: str, candidates: Indices) -> None:
        """Take the rows whose boxes lie in the search, found for a whole batch at once."""
        self._candidates[layer] = candidates

    def contact(self, layer_id: str) -> Contact:
        """The layer's zones within the search, measured."""
        if layer_id not in self._contacts:
            self._contacts[layer_id] = self._measure(self.view.layers[layer_id])
        return self._contacts[layer_id]

    def vouch(self, layer: LayerView, reach_m: float) -> Reason | None:
        """Why the layer's silence does not acquit within ``reach_m`` of the site; None if it does."""
        if layer.silence not in (None, Reason.STALE):
            return layer.silence
        covered = self._coverage_m(layer) >= reach_m + self.stand.disc_m
        return layer.silence if covered else Reason.NOT_COVERED

    def covered(self, layer: LayerView) -> bool:
        """Whether the site itself, accuracies aside, lies wholly in the layer's coverage."""
        return self._coverage_m(layer) >= 0.0

    def _coverage_m(self, layer: LayerView) -> float:
        """Distance from the site to the edge of the coverage, metres; -1 if it is not wholly inside."""
        if layer.id not in self._borders:
            self._borders[layer.id] = self._measure_coverage(layer)
        return self._borders[layer.id]

    def _measure_coverage(self, layer: LayerView) -> float:
        coverage, search = layer.coverage, self.search_m(layer)
        if coverage is None or not shapely.covers(coverage, self.geometry):
            return -1.0
        if self.dimension == POINT:
            return float(self._point_gaps([layer.edges(-1)], search).min())
        return float(distances_m(self.tiles, np.array([shapely.boundary(coverage)]), search)[0])

    def _measure(self, layer: LayerView) -> Contact:
        search = self.search_m(layer)
        index = self._candidates.get(layer.id)
        index = self.rows_within(layer, search) if index is None else np.sort(index[layer.alive[index]])
        if len(index) == 0:
            return _nothing(search)
        zones = layer.geometry[index]
        met = shapely.intersects(zones, self.geometry)
        gaps = self._gaps(layer, index, search) if self.dimension == POINT else None
        distance = np.where(met, 0.0, np.inf)
        away = self._away(layer, index[~met], search) if gaps is None else gaps.min(0)[~met]
        distance[~met] = np.where(away <= search, away, np.inf)
        thin = LINE_TOLERANCE_M if self.dimension == POINT else -1.0
        limit = np.where(shapely.get_dimensions(zones) == POLYGON, TOLERANCE_M, thin)
        met, distance = met | (distance <= limit), np.where(distance <= limit, 0.0, distance)
        return self._contact(index, zones, met, distance, gaps, search)

    def _contact(
        self, index: Indices, zones: Objects, met: Mask, distance: Floats, gaps: Floats | None, search: float
    ) -> Contact:
        overlap = np.full(len(zones), None, dtype=object)
        edge, polygons = np.zeros(len(zones), dtype=bool), shapely.get_dimensions(zones) == POLYGON
        for entry in np.flatnonzero(met):
            areal = bool(polygons[entry])
            overlap[entry], edge[entry] = (
                self._common(zones[entry], areal=areal)
                if gaps is None
                else self._points_met(zones[entry], gaps[:, entry], areal=areal)
            )
        area, length, share = np.zeros(len(zones)), np.zeros(len(zones)), np.zeros(len(zones))
        area[met], length[met] = area_m2(overlap[met]), length_m(overlap[met])
        if self.dimension == POINT:
            share[met] = [self.share(piece) for piece in overlap[met]]
        else:
            share = np.minimum(1.0, (area if self.dimension == POLYGON else length) / self._size)
        return Contact(
            index=index,
            met=met,
            distance_m=distance,
            overlap=overlap,
            overlap_m2=area,
            overlap_m=length,
            overlap_share=share,
            on_border=edge,
            search_m=search,
        )

    def _common(self, zone: Geometry, *, areal: bool) -> tuple[Geometry, bool]:
        """The site's common shape with a zone it meets, and whether it only lies on the zone's border."""
        common = highest_dimension(shapely.intersection(zone, self.geometry))
        if not areal:
            return common, False
        if self.dimension == POLYGON:
            return common, float(area_m2(common)) <= POSITIVE_M2
        inside = shapely.difference(common, shapely.boundary(zone))
        return (common, True) if float(length_m(inside)) <= TOLERANCE_M else (inside, False)

    def _points_met(self, zone: Geometry, gap: Floats, *, areal: bool) -> tuple[Geometry, bool]:
        """Points in a zone, or on its border within the tolerance; whether all lie on the border."""
        parts = shapely.get_parts(self.geometry)
        inside = shapely.intersects(parts, zone) | (gap <= (TOLERANCE_M if areal else LINE_TOLERANCE_M))
        met = shapely.union_all(parts[inside])
        return met, areal and bool((gap[inside] <= TOLERANCE_M).all())

    def _measure_size(self) -> float:
        """What shares are shares of: area, length without what is run over twice, or number of places."""
        if self.dimension == POLYGON:
            return self.area_m2
        once = shapely.union_all([self.geometry])
        return float(length_m(once)) if self.dimension == LINE else float(shapely.get_num_coordinates(once))

    def share(self, piece: Geometry) -> float:
        """Share of the site that a piece of it makes up, 0–1: by area, by length, or by count of points."""
        if self.dimension == POLYGON:
            return min(1.0, float(area_m2(piece)) / self._size)
        if self.dimension == LINE:
            return min(1.0, float(length_m(piece)) / self._size)
        return min(1.0, shapely.get_num_coordinates(piece) / self._size)

    def around(self, layer: LayerView, reach_m: float) -> Indices:
        """Rows of a layer's zones within a reach of the site, however far other rules look."""
        rows = self.rows_within(layer, reach_m)
        zones = layer.geometry[rows]
        near = shapely.intersects(zones, self.geometry)
        if self.dimension == POINT:
            near |= (self._gaps(layer, rows, reach_m) <= reach_m).any(axis=0)
        else:
            near |= self._away(layer, rows, reach_m) <= reach_m
        return np.asarray(rows[near])

    def gap_m(self, outline: Geometry, reach_m: float) -> float:
        """Metres from the site's nearest point to an outline in degrees; inf beyond the reach."""
        if self.dimension == POINT:
            edges = edges_of(np.array([outline], dtype=object))[0]
            return float(self._point_gaps([edges], reach_m).min(initial=math.inf))
        if shapely.intersects(outline, self.geometry):
            return 0.0
        return float(distances_m(self.tiles, np.array([outline]), reach_m)[0])

    def _gaps(self, layer: LayerView, rows: Indices, reach_m: float) -> Floats:
        """Metres from each point of the site to each zone's outline, shape (points, zones)."""
        return self._point_gaps([layer.edges(int(row)) for row in rows], reach_m)

    def _point_gaps(self, borders: list[Floats], reach_m: float) -> Floats:
        owner = np.repeat(np.arange(len(borders)), [len(b) for b in borders])
        edges = np.concatenate([np.zeros((0, 4)), *borders])
        return np.array([nearest_m(x, y, edges, owner, len(borders), reach_m) for x, y in self.points])

    def _away(self, layer: LayerView, rows: Indices, reach_m: float) -> Floats:
        """Metres from a line or polygon to each zone's outline; inf beyond the reach."""
        outlines = np.array([layer.outline(int(row)) for row in rows], dtype=object)
        return distances_m(self.tiles, outlines, reach_m)
