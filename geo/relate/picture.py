"""What a relation looks at, and what it answers: the zones chosen by a test in all its layers, and the place.

Two pictures are kept of every overlap: what is surely so (zones that match) and what may be so (zones whose
attributes are unknown, layers that cannot vouch for their silence). If the sure picture meets the test, it
holds; if even the possible one does not, it does not; between the two it is open.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry as Geometry

from geo.contact import POSITIVE_M2, TOLERANCE_M, Indices
from geo.logic import Truth
from geo.margin import depth_m
from geo.measure import LINE, POINT, POLYGON, Floats, area_m2, length_m, window
from geo.model import Condition, Reason, Relation
from geo.place_test import PlaceTest
from geo.scene import WHOLE_SHARE, Scene
from geo.view import LayerView, Mask, Objects

if TYPE_CHECKING:  # gaps are said of pictures
    from geo.relate.gap import Gap

NOWHERE = shapely.Point()
"""The empty piece."""


class ZoneFilter(Protocol):
    """Which zones of a layer are meant: a rule's own, or those of a second layer."""

    @property
    def zone_key(self) -> str:
        """The filter in words."""
        ...

    @property
    def zone_classes(self) -> tuple[str, ...]:
        """Classes meant; empty for all."""
        ...

    @property
    def zone_where(self) -> tuple[Condition, ...]:
        """Tests of the zones' attributes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The answer to a place test.

    Attributes
    ----------
    margin_m
        Signed distance to the other answer, metres; None when beyond the search or meaningless.
    gap
        What the margin measures (`geo.relate.gap`); None where there is none.
    zones
        (layer, row) of the zones that bear on the answer.
    distance_m
        Distance to the nearest matching zone, metres; None beyond the search.
    """

    truth: Truth
    reasons: tuple[Reason, ...] = ()
    margin_m: float | None = None
    borderline: bool = False
    zones: tuple[tuple[str, int], ...] = ()
    distance_m: float | None = None
    gap: "Gap | None" = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """Zones within the search that surely (``yes``) or possibly (``maybe``) match, of all the test's layers.

    All arrays have one entry per zone; what they hold is that of `geo.scene.Contact`.
    """

    layers: tuple[LayerView, ...]
    owner: NDArray[np.intp]
    row: NDArray[np.intp]
    geometry: Objects
    dimension: NDArray[np.int32]
    met: Mask
    distance_m: Floats
    overlap: Objects
    overlap_m2: Floats
    overlap_m: Floats
    overlap_share: Floats
    on_border: Mask
    yes: Mask
    maybe: Mask
    accuracy_m: float
    filter: "ZoneFilter"

    @property
    def either(self) -> Mask:
        """Zones that surely or possibly match."""
        return np.asarray(self.yes | self.maybe)

    def zones(self, chosen: Mask) -> tuple[tuple[str, int], ...]:
        """(layer, row) of the chosen zones."""
        return tuple(
            (self.layers[o].id, int(r)) for o, r in zip(self.owner[chosen], self.row[chosen], strict=True)
        )

    def nearest_m(self, chosen: Mask) -> float:
        """Distance to the nearest chosen zone, metres; inf if there is none."""
        return float(self.distance_m[chosen].min(initial=math.inf))

    def piece(self, chosen: Mask) -> Geometry:
        """The part of the site that lies in the chosen zones."""
        return union(self.overlap[chosen & self.met])

    def ground(self, scene: Scene, chosen: Mask) -> Geometry:
        """What to cut the site with: the chosen zones themselves, or for points the points in them.

        Never the overlap of a line or polygon: its rounded vertices lie beside the edges and cut slivers.
        """
        met = chosen & self.met
        return union(self.overlap[met] if scene.dimension == POINT else self.geometry[met])

    def rows_within(self, scene: Scene, reach_m: float, *, maybe: bool) -> list[tuple[LayerView, Indices]]:
        """Matching rows of each layer whose boxes lie within a reach, however far the contacts looked."""
        out = []
        for layer in self.layers:
            rows = scene.rows_within(layer, reach_m)
            sure, possible = layer.match(
                self.filter.zone_key, self.filter.zone_classes, self.filter.zone_where
            )
            out.append((layer, rows[(sure | possible if maybe else sure)[rows]]))
        return out


def silences(scene: Scene, layer_ids: tuple[str, ...], reach_m: float) -> tuple[Reason, ...]:
    """Why layers' silence does not acquit within a reach and both accuracies; empty if all vouch."""
    return scene.keep(("silences", layer_ids, reach_m), lambda: _silences(scene, layer_ids, reach_m))


def _silences(scene: Scene, layer_ids: tuple[str, ...], reach_m: float) -> tuple[Reason, ...]:
    layers = (scene.view.layers[layer] for layer in layer_ids)
    told = (scene.vouch(layer, reach_m + scene.accuracy_m(layer)) for layer in layers)
    return tuple(dict.fromkeys(reason for reason in told if reason is not None))


def draw(scene: Scene, layer_ids: tuple[str, ...], of: ZoneFilter) -> Picture:
    """The picture of some layers for one site; kept, since many rules look at the same."""
    return scene.keep(("picture", layer_ids, of.zone_key), lambda: _draw(scene, layer_ids, of))


def _draw(scene: Scene, layer_ids: tuple[str, ...], of: ZoneFilter) -> Picture:
    layers = tuple(scene.view.layers[layer] for layer in layer_ids)
    contacts = [scene.contact(layer) for layer in layer_ids]
    matches = [layer.match(of.zone_key, of.zone_classes, of.zone_where) for layer in layers]

    def joined(arrays: Iterable[NDArray[Any]]) -> NDArray[Any]:
        several = list(arrays)
        return several[0] if len(several) == 1 else np.concatenate(several)

    geometry = joined(v.geometry[c.index] for v, c in zip(layers, contacts, strict=True))
    return Picture(
        layers=layers,
        owner=np.repeat(np.arange(len(layers)), [len(c.index) for c in contacts]),
        row=joined(c.index for c in contacts),
        geometry=geometry,
        dimension=shapely.get_dimensions(geometry),
        met=joined(c.met for c in contacts),
        distance_m=joined(c.distance_m for c in contacts),
        overlap=joined(c.overlap for c in contacts),
        overlap_m2=joined(c.overlap_m2 for c in contacts),
        overlap_m=joined(c.overlap_m for c in contacts),
        overlap_share=joined(c.overlap_share for c in contacts),
        on_border=joined(c.on_border for c in contacts),
        yes=joined(m[0][c.index] for m, c in zip(matches, contacts, strict=True)),
        maybe=joined(m[1][c.index] for m, c in zip(matches, contacts, strict=True)),
        accuracy_m=max(scene.accuracy_m(layer) for layer in layers),
        filter=of,
    )


def settle(silences: tuple[Reason, ...], *, sure: bool, possible: bool) -> tuple[Truth, tuple[Reason, ...]]:
    """Truth and reasons from the sure and the possible picture, and the silence of the rest."""
    if sure:
        return True, ()
    reasons = (*((Reason.ATTRIBUTE_UNKNOWN,) if possible else ()), *silences)
    return (None, reasons) if reasons else (False, ())


def is_enough(scene: Scene, test: PlaceTest, piece: Geometry) -> bool:
    """Whether a piece is more than the rule's minimum overlap; a smaller site must lie wholly in."""
    if piece.is_empty:
        return False
    if scene.dimension == POINT:
        return True
    share = scene.share(piece)
    if scene.dimension == LINE:
        return is_long(test, float(length_m(piece)), whole=share >= WHOLE_SHARE)
    area = float(area_m2(piece))
    if test.relation is Relation.CROSSES:
        return area > POSITIVE_M2
    enough = area > test.min_overlap_m2 and share > test.min_overlap_share
    return enough or share >= WHOLE_SHARE


def is_long(test: PlaceTest, metres: float, *, whole: bool = False) -> bool:
    """Whether a length is more than the minimum; a line shorter than it must lie wholly in."""
    minimum = TOLERANCE_M if test.relation is Relation.CROSSES else test.min_overlap_m
    return metres > minimum or (whole and metres > 0)


def union(pieces: Objects) -> Geometry:
    """Union of pieces; empty if there is none."""
    if len(pieces) == 0:
        return NOWHERE
    joined: Geometry = pieces[0] if len(pieces) == 1 else shapely.union_all(pieces)
    return joined


def depth(scene: Scene, p: Picture, chosen: Mask, piece: Geometry) -> float:
    """Distance from the outline of the chosen zones' union to the piece's farthest point from it, metres.

    For a piece inside it is the depth of its deepest point, for one outside the reach of its farthest.
    Infinite beyond the margins asked for.
    """
    if piece.is_empty:
        return 0.0
    asked = (tuple(layer.id for layer in p.layers), p.filter.zone_key, p.zones(chosen))
    return scene.keep(("depth", asked, piece.wkb), lambda: _depth(scene, p, chosen, piece))


def _depth(scene: Scene, p: Picture, chosen: Mask, piece: Geometry) -> float:
    alone, maybe = np.count_nonzero(chosen) == 1 < int(p.yes.sum()), bool((chosen & p.maybe).any())
    for cap in scene.caps_m(p.accuracy_m):
        zones = p.geometry[chosen] if alone else _zones_within(scene, p, cap, maybe=maybe)
        outline = outline_of(scene, zones, cap)
        if len(zones) == 0 or (outline.is_empty and (shapely.get_dimensions(zones) == POLYGON).any()):
            continue  # boxes reach into the search, zones do not
        found = depth_m(scene, outline, piece, cap_m=cap, threshold_m=p.accuracy_m)
        if math.isfinite(found):
            return found
    return math.inf


def _zones_within(scene: Scene, p: Picture, reach_m: float, *, maybe: bool) -> Objects:
    near = [layer.geometry[rows] for layer, rows in p.rows_within(scene, reach_m, maybe=maybe)]
    return near[0] if len(near) == 1 else np.concatenate(near)


def outline_of(scene: Scene, zones: Objects, reach_m: float) -> Geometry:
    """Outline of the union of polygons, in degrees, true within a reach of the site.

    Where several are joined, only what lies near the site is: the cut's own edges are farther than the reach.
    """
    areas = zones[shapely.get_dimensions(zones) == POLYGON]
    if len(areas) > 1:
        areas = shapely.intersection(areas, shapely.box(*window(scene.bounds, reach_m)))
    # A cut may leave bare edges and points where a zone only touches the box: they bound nothing.
    parts = shapely.get_parts(shapely.get_parts(union(areas)))
    outline: Geometry = shapely.boundary(union(parts[shapely.get_dimensions(parts) == POLYGON]))
    return outline
