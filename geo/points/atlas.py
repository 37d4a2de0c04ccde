"""A bundle on a date, indexed for points: zones, outlines of unions, coverages. Made when first asked for."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from geo.foot import edges_of, simple_parts
from geo.index.edges import EdgeGrid
from geo.index.zones import ZoneIndex
from geo.measure import POLYGON, Floats, Objects, window
from geo.model import With, ZoneTable
from geo.model.keeping import Keep, made_anew
from geo.overlays import have_needles, union
from geo.points.shared import Outline, arrays_of, grid_of
from geo.relate.picture import ZoneFilter
from geo.scene import NEAR_M
from geo.seams import Seams, closed
from geo.view import BundleView, LayerView, Mask

T = TypeVar("T")
BORDER_REACH_M = NEAR_M + 200.0
"""What outlines are mostly asked for: margins within 100 m of a disc of 12 ha; more is answered too."""

NEAR_BASE_M = 50.0
"""Rules of this distance or less are measured with those of none, in one look."""


@dataclass(frozen=True, slots=True)
class Region:
    """Some zones of some layers, by number.

    Attributes
    ----------
    layers
        Those that hold any of the zones: what a test names besides has no say in where they lie.
    areal
        Of their outlines those of polygons only.
    """

    layers: tuple[str, ...]
    number: int
    areal: bool = False


class Atlas:
    """Indexes of one bundle view.

    Parameters
    ----------
    keep
        Where finished arrays are kept from one process to the next; none are by default.
    """

    def __init__(self, view: BundleView, keep: Keep = made_anew) -> None:
        self.view = view
        self._keep = keep
        self._regions: dict[tuple[tuple[str, ...], str, bool], Region] = {}
        self._same: dict[object, Region] = {}
        self._masks: list[dict[str, Mask]] = []
        self._made: dict[object, Any] = {}

    def region(self, layers: tuple[str, ...], of: ZoneFilter, *, sure: bool) -> Region:
        """The zones a test means: one region for all tests that mean the same zones."""
        named = (layers, of.zone_key, sure)
        if named not in self._regions:
            masks = {layer: self._mask(layer, of, sure=sure) for layer in sorted(layers)}
            held = {layer: mask for layer, mask in masks.items() if mask.any()}
            same = tuple((layer, mask.tobytes()) for layer, mask in held.items())
            self._regions[named] = self._same.setdefault(same, Region(tuple(held), len(self._masks)))
            self._masks.append(held)
        return self._regions[named]

    def mask(self, layer_id: str, region: Region) -> Mask:
        """The region's zones of one layer."""
        return self._masks[region.number][layer_id]

    def _mask(self, layer_id: str, of: ZoneFilter, *, sure: bool) -> Mask:
        yes, maybe = self.view.layers[layer_id].match(of.zone_key, of.zone_classes, of.zone_where)
        return yes if sure else np.asarray(yes | maybe)

    def is_vague(self, layers: tuple[str, ...], of: ZoneFilter) -> bool:
        """Whether any zone only may match."""
        views = (self.view.layers[layer] for layer in layers)
        return any(v.match(of.zone_key, of.zone_classes, of.zone_where)[1].any() for v in views)

    @cached_property
    def layers(self) -> tuple[LayerView, ...]:
        """Layers with zones, in the order of their ids; without the ground laid along rivers."""
        there = (layer for layer in self.view.held if layer.tree is not None)
        return tuple(sorted(there, key=lambda layer: layer.id))

    @cached_property
    def indexed(self) -> tuple[LayerView, ...]:
        """The same, and that ground."""
        laid = (self.view.layers[name] for name in self.view.laid)
        return (*self.layers, *(layer for layer in laid if layer.tree is not None))

    def zones(self, layer: LayerView) -> ZoneIndex:
        """Which zones hold a point."""
        return self._kept(
            ("zones", layer.id),
            lambda: self._index(_alive_only(layer), self._digest(layer.id, layer.alive)),
        )

    def borders(self, layer: LayerView) -> EdgeGrid:
        """Edges of the layer's living zones, tagged with their rows."""
        return self._kept(("borders", layer.id), lambda: self._borders(layer))

    def _borders(self, layer: LayerView) -> EdgeGrid:
        key = f"borders-{self._digest(layer.id, layer.alive)}-{BORDER_REACH_M:.0f}"
        return self._shared(key, layer.id, lambda: _alive_only(layer), BORDER_REACH_M)

    def outline(self, region: Region) -> Outline:
        """Outline of the union of a region's polygons, and (unless ``areal``) its lines and points.

        The region is of one layer.
        """
        return self._kept(("outline", region), lambda: self._outline(region))

    def _outline(self, region: Region) -> Outline:
        pool = self.borders(self.view.layers[region.layers[0]]).edges
        make = partial(Outline.of, pool=pool)
        key = f"outline-{self._key(region)}"
        return Outline.from_arrays(self._keep(key, lambda: make(self._joined(region)).arrays()))

    def cuts(self, layer_id: str) -> tuple[EdgeGrid, dict[Region, int]]:
        """The cut edges of all outlines that rules ask of a layer, and the tag of each."""
        return self._kept(("cuts", layer_id), lambda: self._cuts(layer_id))

    def _cuts(self, layer_id: str) -> tuple[EdgeGrid, dict[Region, int]]:
        regions = {region: None for region, _ in self.asked if region.layers == (layer_id,)}
        regions |= {replace(region, areal=True): None for region in regions if self.has_thin(region)}
        key = f"cuts-{_whole(self._key(region).encode() for region in regions)}-{BORDER_REACH_M:.0f}"

        def make() -> dict[str, NDArray[Any]]:
            cuts = [self.outline(region).cuts for region in regions]
            tag = np.repeat(np.arange(len(cuts)), [len(some) for some in cuts])
            return EdgeGrid.build(np.concatenate([np.zeros((0, 4)), *cuts]), tag, BORDER_REACH_M).arrays()

        return EdgeGrid.from_arrays(self._keep(key, make)), {one: tag for tag, one in enumerate(regions)}

    def own_cuts(self, region: Region) -> EdgeGrid:
        """The cut edges of the outline of a region that no rule asks for by itself; mostly there are none."""
        cuts = self.outline(region).cuts
        return self._kept(
            ("own cuts", region),
            lambda: EdgeGrid.build(cuts, np.zeros(len(cuts), dtype=np.int64), BORDER_REACH_M),
        )

    def far_outline(self, region: Region, base_m: float) -> EdgeGrid:
        """The outline of any region in a grid of its own, for thresholds at a distance."""
        reach_m = base_m + BORDER_REACH_M
        return self._kept(("far", region, base_m), lambda: self._far_outline(region, reach_m))

    def _far_outline(self, region: Region, reach_m: float) -> EdgeGrid:
        key = f"far-{self._key(region)}"
        if len(region.layers) > 1:
            return self._grid(key, lambda: self._joined(region), reach_m)
        return self._shared(f"{key}-{reach_m:.0f}", region.layers[0], lambda: self._joined(region), reach_m)

    def _key(self, region: Region) -> str:
        """What a region's outline is made of."""
        digest = _whole([self._digest(x, self.mask(x, region)).encode() for x in region.layers])
        alive = [self._digest(x, self.view.layers[x].alive).encode() for x in region.layers]
        return f"{'area' if region.areal else 'all'}-{digest}-{_whole(alive)}"

    def has_thin(self, region: Region) -> bool:
        """Whether lines or points are among the region's zones."""
        return self._kept(("thin", region), lambda: self._has_thin(region))

    def _has_thin(self, region: Region) -> bool:
        views = ((self.view.layers[x], self.mask(x, region)) for x in region.layers)
        return any((shapely.get_dimensions(v.geometry[mask]) < POLYGON).any() for v, mask in views)

    def coverage(self, layer: LayerView) -> tuple[ZoneIndex, EdgeGrid] | None:
        """Where a layer's silence means "no zone", and its border; layers often share one."""
        if layer.coverage is None:
            return None
        whole = np.array([layer.coverage], dtype=object)
        digest = self._kept(("coverage of", layer.id), lambda: _digest_of(whole).hex())
        return self._kept(
            ("coverage", digest),
            lambda: (
                self._index(whole, digest),
                self._grid(f"border-{digest}", lambda: whole, self.longest_m),
            ),
        )

    @cached_property
    def longest_m(self) -> float:
        """The longest distance any rule asks about, and what accuracies and margins add."""
        return self.vouched_m + BORDER_REACH_M

    @cached_property
    def vouched_m(self) -> float:
        """The longest distance within which any rule asks what a layer covers, metres."""
        rivers = (rule.test.river for rule in self.view.rules)
        reaches = (river.reach_m for river in rivers if river is not None)
        return max([0.0, *self.view.search_m.values(), *reaches])

    def broken(self, layer: LayerView) -> STRtree | None:
        """Zones of a layer whose shape is not valid or has needles; None if there is none."""
        return self._kept(("broken", layer.id), lambda: self._broken(layer))

    def _broken(self, layer: LayerView) -> STRtree | None:
        digest = self._digest(layer.id, layer.alive)
        shapes = layer.geometry

        def look() -> dict[str, Mask]:
            return {"sound": np.asarray(shapely.is_valid(shapes) & ~have_needles(shapes))}

        bad = shapes[layer.alive & ~self._keep(f"sound-{digest}", look)["sound"]]
        return STRtree(bad) if len(bad) else None

    def labels(self, layer: LayerView, *, named: bool) -> Objects:
        """Ids of a layer's zones as texts, with the layer's before them where it is to be named."""
        before = f"{layer.id}:" if named else ""
        return self._kept(
            ("labels", layer.id, named),
            lambda: np.array([*(f"{before}{one}" for one in layer.zone_id), None], dtype=object)[:-1],
        )

    @cached_property
    def asked(self) -> tuple[tuple[Region, float], ...]:
        """All regions that rules in force ask for, and their longest distances, metres."""
        found: dict[tuple[Region, float], None] = {}
        areas = (test for tests in self.view.areas.values() for test in tests)
        for test in (*(rule.test for rule in self.view.rules if rule.test.layers), *areas):
            second: list[tuple[tuple[str, ...], ZoneFilter, float]]
            second = [((one.layer,), one, 0.0) for one in test.companions]
            if test.river is not None and test.layers[0] in self.view.laid:
                grounds = (test.river.edge, test.river.near)
                second += [((name,), With(layer=name), 0.0) for name in grounds]
            for layers, filter_, base_m in [(test.layers, test, test.farthest_m), *second]:
                sures = (True, False) if self.is_vague(layers, filter_) else (True,)
                found.update({(self.region(layers, filter_, sure=sure), base_m): None for sure in sures})
        return tuple((region, base_m) for region, base_m in found if region.layers)

    def pieces(self) -> list[list[Callable[[], object]]]:
        """Everything that tables may ask for, in pieces that can be made apart; lists one after another."""
        near = dict.fromkeys(region for region, _ in self.asked)
        single = [region for region in near if len(region.layers) == 1]
        far = [one for one in self.asked if one[1] > NEAR_BASE_M or len(one[0].layers) > 1]
        return [
            [partial(self._digest, layer.id, layer.alive) for layer in self.indexed],  # the next all ask it
            [partial(make, layer) for layer in self.indexed for make in (self.borders, self.seams)],
            [
                *(partial(self.outline, region) for region in single),
                *(partial(self.far_outline, *one) for one in far),
                *(partial(self.coverage, layer) for layer in self.layers),
            ],
            [partial(self.cuts, layer.id) for layer in self.indexed],
        ]

    def _kept(self, key: object, make: Callable[[], T]) -> T:
        if key not in self._made:
            self._made[key] = make()
        made: T = self._made[key]
        return made

    def _index(self, zones: Objects, digest: str) -> ZoneIndex:
        arrays = self._keep(f"zones-{digest}", lambda: ZoneIndex.build(zones).arrays())
        return ZoneIndex.from_arrays(arrays, zones)

    def _grid(self, key: str, shapes: Callable[[], Objects], reach_m: float) -> EdgeGrid:
        """A grid of edges that are no zone's."""

        def make() -> dict[str, NDArray[Any]]:
            return EdgeGrid.build(*edges_of(shapes()), reach_m).arrays()

        return EdgeGrid.from_arrays(self._keep(f"{key}-{reach_m:.0f}", make))

    def _shared(self, key: str, layer_id: str, shapes: Callable[[], Objects], reach_m: float) -> EdgeGrid:
        """A grid of edges that mostly are those of a layer's zones."""
        pool = self.zones(self.view.layers[layer_id]).edges
        arrays = self._keep(key, lambda: arrays_of(EdgeGrid.build(*edges_of(shapes()), reach_m), pool))
        return grid_of(arrays, pool)

    def _joined(self, region: Region) -> Objects:
        """The union of a region's polygons, and its lines and points."""
        zones = np.concatenate([self.view.layers[x].geometry[self.mask(x, region)] for x in region.layers])
        polygons = shapely.get_dimensions(zones) == POLYGON
        joined = union(zones[polygons])
        joined = closed(joined, zones[polygons], self._seams_of(region, zones[polygons]))
        thin = zones[:0] if region.areal else zones[~polygons]
        return np.array([*thin, joined], dtype=object)

    def _seams_of(self, region: Region, polygons: Objects) -> Seams:
        """Seams between a region's polygons: of one layer they are found once for all its regions."""
        if len(region.layers) > 1:
            return Seams.of(polygons)
        (layer_id,) = region.layers
        return self.seams(self.view.layers[layer_id]).among(self.mask(layer_id, region))

    def seams(self, layer: LayerView) -> Seams:
        """Seams between the layer's living polygons, by row."""
        return self._kept(("seams", layer.id), lambda: self._seams(layer))

    def _seams(self, layer: LayerView) -> Seams:
        key = f"seams-{self._digest(layer.id, layer.alive)}"
        return Seams.from_arrays(self._keep(key, lambda: Seams.of(_alive_only(layer)).arrays()))

    def _digest(self, layer_id: str, mask: Mask) -> str:
        """What some zones of a layer are, and which rows, to the last bit."""
        layer = self.view.layers[layer_id]
        digest = self._kept(("digest", layer_id), lambda: self._digest_of_all(layer))
        return _whole([mask.tobytes(), digest])

    def _digest_of_all(self, layer: LayerView) -> bytes:
        """What all zones of a layer are; kept by what they were made of, where that is known."""
        zones = None if layer.edition is None else layer.edition.zones
        if not isinstance(zones, ZoneTable) or zones.cells("geometry") is not layer.geometry:
            return _digest_of(layer.geometry)  # of two editions, of ground laid along rivers

        def make() -> dict[str, NDArray[Any]]:
            return {"digest": np.frombuffer(_digest_of(layer.geometry), dtype=np.uint8)}

        kept = self._keep(f"shapes-{zones.made_of}", make) if zones.made_of else make()
        return kept["digest"].tobytes()


def _alive_only(layer: LayerView) -> Objects:
    """The layer's zones, dead ones empty: rows keep their numbers."""
    out = layer.geometry.copy()
    out[~layer.alive] = shapely.Polygon()
    return out


def _digest_of(shapes: Objects) -> bytes:
    """What shapes are, to the last bit: coordinates, and how many of them make a part, of what kind, of whom.

    Where rings end is not told: that is where they are back at their beginning.
    """
    parts, owner = simple_parts(shapes)
    told = hashlib.sha256()  # processors have instructions for this one
    rings, size = shapely.get_num_interior_rings(parts), shapely.get_num_coordinates(parts)
    for array in (owner, shapely.get_type_id(parts), rings, size, shapely.get_coordinates(parts)):
        told.update(np.ascontiguousarray(array).data)
    return told.digest()


def _whole(digests: Iterable[bytes]) -> str:
    told = hashlib.blake2b(digest_size=16)
    for digest in digests:
        told.update(digest)
    return told.hexdigest()


def near_broken(tree: STRtree, lon: Floats, lat: Floats, reach_m: float) -> Mask:
    """Points whose surroundings hold a zone of invalid shape."""
    west, south, east, north = window((lon.min(), lat.min(), lon.max(), lat.max()), reach_m)
    wide, high = max(lon.min() - west, east - lon.max()), max(lat.min() - south, north - lat.max())
    boxes = shapely.box(lon - wide, lat - high, lon + wide, lat + high)
    out = np.zeros(len(lon), dtype=bool)
    out[tree.query(boxes)[0]] = True
    return out
