"""A chunk of points before the layers, in columns: what holds them, how far outlines lie, what is covered."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import shapely

from geo.foot import nearest_m
from geo.index.about import About
from geo.index.cells import distinct
from geo.index.edges import EdgeGrid
from geo.index.near import Geodesics, Near, metres_to_nearest
from geo.index.zones import Pairs, ZoneIndex
from geo.measure import LINE_TOLERANCE_M, POLYGON, TOLERANCE_M, Floats, geodesic_m, window
from geo.points.atlas import NEAR_BASE_M, Atlas, Region, near_broken
from geo.points.batch import Ints, PointBatch
from geo.scene import NEAR_M, Footing, Scene
from geo.view import LayerView, Mask

T = TypeVar("T")

Span = tuple[float, float]
"""The least and the longest of some distances, metres."""

_SEAM_LON, _SEAM_LAT = 179.9, 89.9
"""Beyond these the index calls every point near a border, and the one road is asked."""


class Survey:
    """The measurements of a chunk, made when first asked for.

    Attributes
    ----------
    disc_m
        Radius of the disc each point stands for, metres, shape (n,).
    tied
        Points found to lie on a limit of a test, but for rounding: for the one road. Grows with the tests.
    """

    def __init__(self, atlas: Atlas, batch: PointBatch) -> None:
        self.atlas = atlas
        self.batch = batch
        self.count = len(batch.lon)
        self.stands: tuple[Footing, ...] = tuple(d.footing(atlas.view) for d in batch.declarations)
        self.disc_m: Floats = np.array([s.disc_m for s in self.stands])[batch.declaration]
        self.tied: Mask = np.zeros(self.count, dtype=bool)
        self._kept: dict[object, Any] = {}
        self._scenes: dict[int, Scene] = {}

    def scene(self, row: int) -> Scene:
        """One of the points as the one road sees it."""
        if row not in self._scenes:
            stand = self.stands[self.batch.declaration[row]]
            self._scenes[row] = Scene(self.atlas.view, self.batch.part(row), stand)
        return self._scenes[row]

    def accuracy_m(self, layers: tuple[str, ...]) -> Floats:
        """Accuracy of points and layers together, metres, shape (n,)."""
        return self.batch.accuracy_m + self.layers_m(layers)

    def layers_m(self, layers: tuple[str, ...]) -> float:
        """Accuracy of the least accurate of some layers, metres."""
        return max(self.atlas.view.layers[layer].accuracy_m for layer in layers)

    @cached_property
    def least_reach_m(self) -> float:
        """How far past a threshold is looked, so that near margins and borderlines are seen."""
        discs = float(self.disc_m.max(initial=0.0))
        rules = self.atlas.view.rules
        areas = (layer for tests in self.atlas.view.areas.values() for test in tests for layer in test.layers)
        asked = {"admin_unit", *areas, *(layer for rule in rules for layer in rule.rule.layers_named)}
        asked |= self.atlas.view.laid.keys()
        # Without a zone a layer still has a coverage, whose edge matters.
        views = self.atlas.view.layers.values()
        layers = max((layer.accuracy_m for layer in views if layer.id in asked), default=0.0)
        return discs + max(NEAR_M, float(self.batch.accuracy_m.max(initial=0.0)) + layers) + 1.0

    # --- zones ---

    def pairs(self, layer: LayerView) -> tuple[Ints, Ints]:
        """(point, row of zone) wherever a living zone holds a point."""
        return self._zones(layer)[0]

    def _zones(self, layer: LayerView) -> tuple[tuple[Ints, Ints], Mask]:
        if ("pairs", layer.id) not in self._kept:
            found = self.atlas.zones(layer).pairs(self.batch.lon, self.batch.lat)
            self._kept["pairs", layer.id] = (found.point, found.zone), found.near_border
        kept: tuple[tuple[Ints, Ints], Mask] = self._kept["pairs", layer.id]
        return kept

    @cached_property
    def doubtful(self) -> Mask:
        """Points for the one road: on borders, in layers not held, beside zones of invalid shape."""
        out = np.zeros(self.count, dtype=bool)
        for layer in self.atlas.layers:
            self._mark_doubtful(layer, out)
            if layer.id in self.atlas.view.out_of_scope:
                out[self.pairs(layer)[0]] = True  # a hit there takes the layer out of the headline
            coverage = self.atlas.coverage(layer)
            if coverage is not None:
                out |= self._held(coverage[0]).near_border
        return out

    def doubtful_in(self, layer: LayerView) -> Mask:
        """Points on borders of one layer, or beside its zones of invalid shape."""
        out = np.zeros(self.count, dtype=bool)
        self._mark_doubtful(layer, out)
        return out

    def _mark_doubtful(self, layer: LayerView, out: Mask) -> None:
        for row in np.flatnonzero(self._zones(layer)[1] & ~out).tolist():
            out[row] = self._is_on_border(layer, row)
        broken = self.atlas.broken(layer)
        if broken is not None and self.count:
            reach = self.atlas.view.search_m[layer.id] + self.least_reach_m
            out |= near_broken(broken, self.batch.lon, self.batch.lat, reach)

    def _held(self, coverage: ZoneIndex) -> Pairs:
        """Which points a coverage holds; layers often share one."""
        find = coverage.pairs
        return self.keep(("held", id(coverage)), lambda: find(self.batch.lon, self.batch.lat))

    @cached_property
    def sound(self) -> Ints:
        """The other points: what one of them is told may hold for others."""
        return np.flatnonzero(~self.doubtful)

    def _is_on_border(self, layer: LayerView, row: int) -> bool:
        """Of a point near a border, whether it lies on it, or on a line or point, as far as can be told."""
        lon, lat = float(self.batch.lon[row]), float(self.batch.lat[row])
        if layer.tree is None or abs(lon) > _SEAM_LON or abs(lat) > _SEAM_LAT:
            return True
        reach = 2.0 * LINE_TOLERANCE_M
        zones = layer.tree.query(shapely.box(*window((lon, lat, lon, lat), reach)))
        borders = [layer.edges(int(zone)) for zone in zones]
        owner = np.repeat(np.arange(len(zones)), [len(border) for border in borders])
        edges = np.concatenate([np.zeros((0, 4)), *borders])
        gap = nearest_m(lon, lat, edges, owner, len(zones), reach)
        thin = shapely.get_dimensions(layer.geometry[zones]) < POLYGON
        return bool((gap <= np.where(thin, reach, 2.0 * TOLERANCE_M)).any())

    def number_met(self, region: Region) -> Ints:
        """How many of a region's zones hold each point."""
        out = np.zeros(self.count, dtype=np.int64)
        for layer_id in region.layers:
            layer = self.atlas.view.layers[layer_id]
            if layer.tree is not None:
                point, zone = self.pairs(layer)
                out += np.bincount(point[self.atlas.mask(layer_id, region)[zone]], minlength=self.count)
        return out

    def inside(self, region: Region) -> Mask:
        """Whether any of a region's zones holds each point."""
        return self.keep(("inside", region), lambda: np.asarray(self.number_met(region) > 0))

    # --- distances ---

    def nearest_m(self, region: Region, bases: Span) -> Floats:
        """Metres to the nearest zone of a region, 0 in it; inf where that is beyond all thresholds.

        Parameters
        ----------
        bases
            The least and the longest distance asked about. Nearer than both by more than anything that is
            added to them, any number that is nearer too will do.
        """
        return np.where(self.inside(region), 0.0, self._gap_m(region, bases))

    def edge_m(self, region: Region) -> Floats:
        """Metres to the outline of the union of a region's polygons, from either side; inf where far."""
        thin = self.atlas.has_thin(region)
        outline = replace(region, areal=True) if thin else region
        return self._gap_m(outline, (0.0, 0.0))

    def nth_m(self, region: Region, nth: int, *, depth: bool) -> Floats:
        """Metres to the nth nearest zone of a region, or (``depth``) the nth greatest depth in one."""
        return self.keep(("nth", region, nth, depth), lambda: self._nth_m(region, nth, depth=depth))

    def _nth_m(self, region: Region, nth: int, *, depth: bool) -> Floats:
        point, gap, met = self.keep(("each", region), lambda: self._each(region))
        value = -gap if depth else np.where(met, 0.0, gap)
        keep = met if depth else np.ones(len(met), dtype=bool)
        point, value = point[keep], value[keep]
        order = np.lexsort((value, point))
        point, value = point[order], value[order]
        first = np.searchsorted(point, np.arange(self.count)) + nth - 1
        there = np.flatnonzero(first < np.searchsorted(point, np.arange(self.count), side="right"))
        out = np.full(self.count, np.inf)
        out[there] = value[first[there]]
        nth_m: Floats = np.abs(out)
        return nth_m

    def _each(self, region: Region) -> tuple[Ints, Floats, Mask]:
        """Every (point, zone) met or near: metres to the zone's own outline (inf if far), and whether met."""
        points, gaps, mets = [], [], []
        for layer_id in region.layers:
            layer = self.atlas.view.layers[layer_id]
            if layer.tree is None:
                continue
            mask, rows = self.atlas.mask(layer_id, region), np.int64(len(layer.geometry))
            inside, holder = self.pairs(layer)
            met = (inside * rows + holder)[mask[holder]]
            point, zone, gap = self.around(layer)
            near, gap = (point * rows + zone)[mask[zone]], gap[mask[zone]]
            every = distinct(np.concatenate([met, near]))
            here, is_met = np.full(len(every), np.inf), np.zeros(len(every), dtype=bool)
            here[np.searchsorted(every, near)] = gap
            is_met[np.searchsorted(every, met)] = True
            points.append(every // rows)
            gaps.append(here)
            mets.append(is_met)
        nothing = np.zeros(0)
        return (
            np.concatenate([nothing.astype(np.int64), *points]),
            np.concatenate([nothing, *gaps]),
            np.concatenate([nothing.astype(bool), *mets]),
        )

    def around(self, layer: LayerView) -> tuple[Ints, Ints, Floats]:
        """(point, row of zone, metres to the zone's outline) for every zone whose outline is near."""
        return self.keep(("around", layer.id), lambda: self._around(layer))

    def _around(self, layer: LayerView) -> tuple[Ints, Ints, Floats]:
        near, lon, lat = self._about(layer).nearest_by_tag(), self.batch.lon, self.batch.lat
        metres = geodesic_m(lon[near.point], lat[near.point], near.lon, near.lat)
        return near.point, self.atlas.borders(layer).tag[near.edge], metres

    def _about(self, layer: LayerView) -> About:
        """Every edge of a layer's zones near each point."""
        return self.keep(("about", layer.id), lambda: self._find(self.atlas.borders(layer), layer))

    def _find(self, grid: EdgeGrid, layer: LayerView) -> About:
        return grid.about(self.batch.lon, self.batch.lat, self._near_reach_m(layer))

    def _near_reach_m(self, layer: LayerView) -> float:
        """How far is looked for all tests of a layer that ask about no distance, or a short one."""
        bases = (m for one, m in self.atlas.asked if layer.id in one.layers and m <= NEAR_BASE_M)
        return max(bases, default=0.0) + self.least_reach_m

    def _gap_m(self, region: Region, bases: Span) -> Floats:
        """Metres to a region's outline where that is near a threshold; nearer it may be told too far."""
        if not region.layers:
            return np.full(self.count, np.inf)
        if bases[1] <= NEAR_BASE_M and len(region.layers) == 1:
            return self.keep(("gap", region), lambda: self._near_gap_m(region))
        return self.keep(("gap", region, bases), lambda: self._far_gap_m(region, bases))

    def _near_gap_m(self, region: Region) -> Floats:
        layer = self.atlas.view.layers[region.layers[0]]
        found = [self._cuts(region, layer), self._about(layer).nearest(self.atlas.outline(region).among)]
        geodesics = self.keep(
            ("geodesics", layer.id), lambda: Geodesics(self.batch.lon, self.batch.lat)
        )  # the nearest edge of all zones is mostly that of some of them
        return geodesics.metres_to_nearest(found, self._near_reach_m(layer))

    def _cuts(self, region: Region, layer: LayerView) -> Near:
        """Of the edges that are cut for a region's outline the nearest to each point."""
        grid, tags = self.atlas.cuts(layer.id)
        if region not in tags:  # of a rule that was bound to an activity
            return self._find(self.atlas.own_cuts(region), layer).nearest()
        cuts = self.keep(("cuts", layer.id), lambda: self._find(grid, layer).nearest_by_tag())
        return cuts.only(np.flatnonzero(grid.tag[cuts.edge] == tags[region]))

    def _far_gap_m(self, region: Region, bases: Span) -> Floats:
        lon, lat = self.batch.lon, self.batch.lat
        reach = bases[1] + self.least_reach_m
        grid = self.atlas.far_outline(region, bases[1])
        near = grid.nearest(lon, lat, reach, bases[0] - self.least_reach_m)
        return metres_to_nearest([near], lon, lat, reach)

    # --- coverage ---

    def covered_m(self, layer: LayerView) -> Floats:
        """Metres to the edge of a layer's coverage; -1 outside it, inf where the edge is far."""
        return self.keep(("covered", layer.id), lambda: self._covered_m(layer))

    def _covered_m(self, layer: LayerView) -> Floats:
        coverage = self.atlas.coverage(layer)
        if coverage is None:
            return np.full(self.count, -1.0)
        index, grid = coverage
        key = ("coverage", id(index))
        reach = self.atlas.vouched_m + self.least_reach_m
        lon, lat = self.batch.lon, self.batch.lat
        gap = self.keep(key, lambda: grid.nearest_m(lon, lat, reach))
        out = np.full(self.count, -1.0)
        held = self._held(index).point
        out[held] = gap[held]
        return out

    def keep(self, key: object, make: Callable[[], T]) -> T:
        """What was made under a key, or is made now."""
        if key not in self._kept:
            self._kept[key] = make()
        kept: T = self._kept[key]
        return kept
