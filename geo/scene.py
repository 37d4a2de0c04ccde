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

from geo.contact import Contact, Indices, contacts, nothing
from geo.foot import edges_of, nearest_m
from geo.ground import Ground
from geo.measure import (
    LINE,
    LINE_TOLERANCE_M,
    POINT,
    POLYGON,
    TOLERANCE_M,
    Floats,
    Objects,
    area_m2,
    length_m,
    window,
)
from geo.model import Activity, Footprint, Part, Reason
from geo.overlays import once, union
from geo.tiles import Tile, distances_m, tiles_of
from geo.view import BundleView, LayerView, Mask

WHOLE_SHARE = 1.0 - 1e-9
"""A share from here on is the whole site: the rest is rounding."""

UNKNOWN_AREA_DISC_M = 100.0
"""Radius that a point of an areal activity stands for where neither land nor typical area is known."""

NEAR_M = 100.0
"""Margins are exact up to this distance where only near margins are asked for."""

WIDER_M = (1_000.0, 10_000.0, 100_000.0, 3_000_000.0)
"""How far margins are looked for, step by step, where all are asked for."""

T = TypeVar("T")


def but_for_rounding(share: float) -> float:
    """A share of a site, 0–1; the whole where only rounding is missing."""
    return 1.0 if share > WHOLE_SHARE else share


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
        self.size = self._measure_size()
        self._contacts: dict[str, Contact] = {}
        self._kept: dict[Hashable, Any] = {}
        self._candidates: dict[str, Indices] = {}
        self._search_m: dict[str, float] = {}
        self._flat: dict[int, tuple[Geometry, Geometry]] = {}

    def accuracy_m(self, layer: LayerView) -> float:
        """Accuracy of site and layer together, metres."""
        return self.part.site.accuracy_m + layer.accuracy_m

    def search_m(self, layer: LayerView) -> float:
        """How far a layer is searched: longest rule, both accuracies, the disc, and the margin's range."""
        found = self._search_m.get(layer.id)
        if found is None:
            accuracy, longest = self.accuracy_m(layer), self.view.search_m[layer.id]
            found = self._search_m[layer.id] = longest + accuracy + self.stand.disc_m + self.near_m
        return found

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

    def box(self, reach_m: float) -> Geometry:
        """Box in degrees that holds all within a reach of the site."""
        return self.keep(("box", reach_m), lambda: shapely.box(*window(self.bounds, reach_m)))

    def rows_within(self, layer: LayerView, reach_m: float) -> Indices:
        """Rows of a layer whose boxes lie within a reach of the site, living zones only."""
        if layer.tree is None:
            return np.zeros(0, dtype=np.intp)
        if layer.id in self._candidates and reach_m <= self.search_m(layer):
            return self.keep(("candidates", reach_m), lambda: self._candidates_within(reach_m))[layer.id]
        rows = np.sort(layer.tree.query(self.box(reach_m)))
        return np.asarray(rows[layer.alive[rows]])

    def all_within(self, reach_m: float) -> list[tuple[LayerView, Indices]]:
        """The same for all layers whose candidates were offered."""
        layers = (self.view.layers[name] for name in self._candidates)
        return [(layer, self.rows_within(layer, reach_m)) for layer in layers]

    def _candidates_within(self, reach_m: float) -> dict[str, Indices]:
        """Of each layer's candidates those whose boxes lie within a reach, for all layers in one go."""
        x0, y0, x1, y1 = self.keep("boxes", self._candidates_boxes)
        west, south, east, north = window(self.bounds, reach_m)
        near = (x0 <= east) & (x1 >= west) & (y0 <= north) & (y1 >= south)
        out, start = {}, 0
        for name, rows in self._candidates.items():
            out[name] = rows[near[start : start + len(rows)]]
            start += len(rows)
        return out

    def _candidates_boxes(self) -> Floats:
        """West, south, east and north of all candidates, layer by layer: shape (4, n)."""
        zones = [self.view.layers[name].geometry[rows] for name, rows in self._candidates.items()]
        return np.asarray(shapely.bounds(np.concatenate(zones)).T)

    def offer(self, layer: LayerView, candidates: Indices) -> None:
        """Take the rows whose boxes lie in the search, found for a whole batch at once."""
        self._candidates[layer.id] = np.sort(candidates[layer.alive[candidates]])

    def candidates(self, layer: LayerView) -> Indices:
        """Rows of living zones whose boxes lie in the search."""
        offered = self._candidates.get(layer.id)
        return self.rows_within(layer, self.search_m(layer)) if offered is None else offered

    def contact(self, layer_id: str) -> Contact:
        """The layer's zones within the search, measured; with those of all layers where all were offered."""
        if layer_id not in self._contacts:
            layer = self.view.layers[layer_id]
            if self.dimension == POINT:
                self._contacts[layer_id] = self._measure(layer)
            else:
                offered = [self.view.layers[name] for name in self._candidates]
                together = offered if layer_id in self._candidates else [layer]
                found = contacts(self, together)
                self._contacts.update((one.id, its) for one, its in zip(together, found, strict=True))
        return self._contacts[layer_id]

    def measured(self) -> list[tuple[LayerView, Contact]]:
        """The layers whose contacts were asked for, with these."""
        return [(self.view.layers[name], contact) for name, contact in self._contacts.items()]

    def flat(self, tile: Tile, piece: Geometry) -> Geometry:
        """What of a piece of the site lies in a tile, in the tile's frame."""
        if tile.cell is not None:
            return tile.part(piece)
        if not self._flat:
            found = (c.overlap[c.met] for c in self._contacts.values())
            pieces = np.concatenate([np.array([piece], dtype=object), *found])
            flat = tile.frame.project_all(pieces)
            self._flat = {id(one): (one, its) for one, its in zip(pieces, flat, strict=True)}
        if id(piece) not in self._flat:
            self._flat[id(piece)] = (piece, tile.part(piece))
        return self._flat[id(piece)][1]

    def vouch(self, layer: LayerView, reach_m: float) -> Reason | None:
        """Why the layer's silence does not acquit within ``reach_m`` of the site; None if it does."""
        if layer.id in self.view.laid:
            return None  # its zones and rivers are asked by themselves
        if layer.silence not in (None, Reason.STALE):
            return layer.silence
        covered = self._coverage_m(layer) >= reach_m + self.stand.disc_m
        return layer.silence if covered else Reason.NOT_COVERED

    def covered(self, layer: LayerView) -> bool:
        """Whether the site itself, accuracies aside, lies wholly in the layer's coverage."""
        return self._coverage_m(layer) >= 0.0

    def _coverage_m(self, layer: LayerView) -> float:
        """Distance from the site to the edge of the coverage, metres; -1 if it is not wholly inside."""
        if layer.ground is None:
            return -1.0
        # Many layers share one coverage: it is measured once, as far as the farthest of them asks.
        return self.keep(("coverage", layer.ground), lambda: self._measure_coverage(layer, layer.ground))

    def _measure_coverage(self, layer: LayerView, ground: Ground | None) -> float:
        if ground is None:
            return -1.0
        search = self.keep("search", lambda: max(map(self.search_m, self.view.layers.values())))
        border = ground.border_near(self.box(search))
        if border is None:
            return math.inf if shapely.covers(ground.area, shapely.Point(*self.bounds[:2])) else -1.0
        if not shapely.covers(ground.area, self.geometry):
            return -1.0
        if self.dimension == POINT:
            return float(self._point_gaps([layer.edges(-1)], search).min())
        return float(distances_m(self.tiles, np.array([border]), search)[0])

    def _measure(self, layer: LayerView) -> Contact:
        """Points and one layer."""
        search, index = self.search_m(layer), self.candidates(layer)
        if len(index) == 0:
            return nothing(search)
        zones = layer.geometry[index]
        dimension = shapely.get_dimensions(zones)
        gaps = self._gaps(layer, index, search)
        met = shapely.intersects(zones, self.geometry)
        distance = np.where(met, 0.0, gaps.min(0))
        limit = np.where(dimension == POLYGON, TOLERANCE_M, LINE_TOLERANCE_M)
        met, distance = met | (distance <= limit), np.where(distance <= limit, 0.0, distance)
        overlap = np.full(len(zones), None, dtype=object)
        edge, share, none = np.zeros(len(zones), dtype=bool), np.zeros(len(zones)), np.zeros(len(zones))
        for entry in np.flatnonzero(met):
            areal = bool(dimension[entry] == POLYGON)
            overlap[entry], edge[entry] = self._points_met(zones[entry], gaps[:, entry], areal=areal)
            share[entry] = self.share(overlap[entry])
        return Contact(
            index=index,
            geometry=zones,
            dimension=dimension,
            met=met,
            distance_m=distance,
            overlap=overlap,
            overlap_m2=none,
            overlap_m=none,
            overlap_share=share,
            on_border=edge,
            search_m=search,
        )

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
        if self.dimension == POINT:
            return float(shapely.get_num_coordinates(shapely.union_all([self.geometry])))
        return float(length_m(once(np.array([self.geometry], dtype=object))))

    def united(self, pieces: Objects) -> Geometry:
        """What some zones share with the site together; all of it where one of them holds it."""
        whole = any(piece is self.geometry for piece in pieces)
        return self.geometry if whole else union(pieces)

    def size_of(self, piece: Geometry) -> float:
        """What shares are shares of, of a piece: m², m, or number of points."""
        if self.dimension == POLYGON:
            return self.area_m2 if piece is self.geometry else float(area_m2(piece))
        return float(length_m(piece)) if self.dimension == LINE else float(shapely.get_num_coordinates(piece))

    def size_kept(self, piece: Geometry) -> float:
        """The same of a piece that several rules ask about."""
        return self.keep(("size", id(piece)), lambda: (piece, self.size_of(piece)))[1]

    def share(self, piece: Geometry) -> float:
        """Share of the site that a piece of it makes up, 0–1: by area, by length, or by count of points."""
        return min(1.0, self.size_of(piece) / self.size)

    def around(self, layer: LayerView, reach_m: float, among: Mask) -> Indices:
        """Rows of a layer's zones, of some of them, within a reach of the site, however far others look."""
        if LINE_TOLERANCE_M < reach_m <= self.search_m(layer):
            contact = self.contact(layer.id)
            return np.asarray(contact.index[(contact.distance_m <= reach_m) & among[contact.index]])
        rows = self.rows_within(layer, reach_m)
        rows = rows[among[rows]]
        if len(rows) == 0:
            return rows
        zones = layer.geometry[rows]
        near = shapely.intersects(zones, self.geometry)
        if self.dimension == POINT:
            near |= (self._gaps(layer, rows, reach_m) <= reach_m).any(axis=0)
        else:
            near |= self.away_m([(layer.outline(int(row)), reach_m) for row in rows]) <= reach_m
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

    def away_m(self, outlines: list[tuple[Geometry, float]]) -> Floats:
        """Metres from a line or polygon to outlines in degrees, each with its search; inf beyond that."""
        shapes = np.array([None, *(shape for shape, _ in outlines)], dtype=object)[1:]
        search = np.array([reach_m for _, reach_m in outlines])
        away = distances_m(self.tiles, shapes, search)
        return np.where(away <= search, away, np.inf)
