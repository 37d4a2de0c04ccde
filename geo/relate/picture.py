"""What a relation looks at, and what it answers: the zones chosen by a test in all its layers, and the place.

Two pictures are kept of every overlap: what is surely so (zones that match) and what may be so (zones whose
attributes are unknown, layers that cannot vouch for their silence). If the sure picture meets the test, it
holds; if even the possible one does not, it does not; between the two it is open.
"""

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry as Geometry

from geo import overlays
from geo.contact import POSITIVE_M2, Indices
from geo.few import some
from geo.logic import Truth
from geo.measure import LINE, POINT, POLYGON, TOLERANCE_M, Floats, length_m
from geo.model import Condition, Reason, Relation
from geo.overlays import difference, intersection
from geo.place_test import PlaceTest
from geo.scene import WHOLE_SHARE, Scene
from geo.view import LayerView, Mask, Objects

if TYPE_CHECKING:  # gaps are said of pictures
    from geo.relate.gap import Gap

_OF_CONTACTS = (
    "geometry",
    "dimension",
    "met",
    "distance_m",
    "overlap",
    "overlap_m2",
    "overlap_m",
    "overlap_share",
    "on_border",
)

_MANY = 400
"""Vertices from which on it pays to cut zones before they are joined."""

_MARGIN_M = 10.0

_SAME_DEG = 1e-10
"""Lines drawn along each other lie a nanometre aside: what is nearer than 10 µm is one."""

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

    @property
    def bare(self) -> bool:
        """Whether it says no more than truth and reasons."""
        nothing = self.margin_m is None and self.distance_m is None and not self.zones
        return nothing and not self.borderline


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
    either: Mask
    accuracy_m: float
    filter: "ZoneFilter"

    @property
    def layer_ids(self) -> tuple[str, ...]:
        """The test's layers."""
        return tuple(layer.id for layer in self.layers)

    def zones(self, chosen: Mask) -> tuple[tuple[str, int], ...]:
        """(layer, row) of the chosen zones."""
        return tuple(
            (self.layers[o].id, int(r)) for o, r in zip(self.owner[chosen], self.row[chosen], strict=True)
        )

    def nearest_m(self, chosen: Mask) -> float:
        """Distance to the nearest chosen zone, metres; inf if there is none."""
        return float(self.distance_m[chosen].min(initial=math.inf))

    def piece(self, scene: Scene, chosen: Mask) -> Geometry:
        """The part of the site that lies in the chosen zones."""
        met = chosen & self.met
        if not some(met):
            return NOWHERE
        return scene.keep(("piece", *self.named(met)), lambda: scene.united(self.overlap[met]))

    def ground(self, scene: Scene, chosen: Mask) -> Geometry:
        """What to cut the site with: the chosen zones themselves, or for points the points in them.

        Never the overlap of a line or polygon: its rounded vertices lie beside the edges and cut slivers.
        """
        if scene.dimension == POINT:
            return self.piece(scene, chosen)
        met = chosen & self.met
        return scene.keep(("ground", *self.named(met)), lambda: union(self.geometry[met]))

    def rest(self, scene: Scene, chosen: Mask) -> Geometry:
        """The part of the site that lies in none of the chosen zones."""
        met = chosen & self.met
        if not some(met):
            return scene.geometry
        ground, key = self.ground(scene, chosen), ("rest", *self.named(met))
        return scene.keep(key, lambda: difference(scene.geometry, ground))

    def beyond(self, scene: Scene, chosen: Mask) -> Geometry:
        """The same to the last nanometre, for areas: the ground of polygons is joined near the site only.

        Where zones share an edge that runs out of the window, its cut ends may differ by their rounding.
        """
        met = chosen & self.met
        if scene.dimension != POLYGON or shapely.get_num_coordinates(self.geometry[met]).sum() < _MANY:
            return self.rest(scene, chosen)
        return scene.keep(("beyond", *self.named(met)), lambda: self._beyond(scene, met))

    def _beyond(self, scene: Scene, met: Mask) -> Geometry:
        near = intersection(self.geometry[met], scene.box(_MARGIN_M))
        # A cut may leave bare edges and points where a zone only touches the box: they hold no ground.
        parts = shapely.get_parts(shapely.get_parts(near))
        return difference(scene.geometry, union(parts[shapely.get_dimensions(parts) == POLYGON]))

    def named(self, chosen: Mask) -> tuple[Hashable, ...]:
        """The chosen zones by name: the same for every test that means them, whatever else it asks about."""
        if len(self.layers) == 1:
            return self.layers[0].id, self.row[chosen].tobytes()
        named = ((layer.id, rows.tobytes()) for layer, rows in self.rows(chosen) if len(rows))
        return tuple(part for pair in named for part in pair)

    def rows(self, chosen: Mask) -> list[tuple[LayerView, Indices]]:
        """Rows of the chosen zones, by layer."""
        return [(layer, self.row[chosen & (self.owner == n)]) for n, layer in enumerate(self.layers)]

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

    def rows_anywhere(self, *, maybe: bool) -> list[tuple[LayerView, Indices]]:
        """All matching rows of each layer."""
        out = []
        for layer in self.layers:
            sure, possible = layer.match(
                self.filter.zone_key, self.filter.zone_classes, self.filter.zone_where
            )
            out.append((layer, np.flatnonzero(layer.alive & (sure | possible if maybe else sure))))
        return out


def silences(scene: Scene, layer_ids: tuple[str, ...], reach_m: float) -> tuple[Reason, ...]:
    """Why layers' silence does not acquit within a reach and both accuracies; empty if all vouch."""
    return scene.keep(("silences", layer_ids, reach_m), lambda: _silences(scene, layer_ids, reach_m))


def _silences(scene: Scene, layer_ids: tuple[str, ...], reach_m: float) -> tuple[Reason, ...]:
    layers = (scene.view.layers[layer] for layer in layer_ids)
    told = (scene.vouch(layer, reach_m + scene.accuracy_m(layer)) for layer in layers)
    return tuple(dict.fromkeys(reason for reason in told if reason is not None))


_NO = Place(truth=False)


def unmet(reasons: tuple[Reason, ...]) -> Place:
    """Where no zone is near that is meant: no, unless silence proves nothing. Most are one value."""
    return Place(truth=None, reasons=reasons) if reasons else _NO


def any_match(scene: Scene, layer_ids: tuple[str, ...], of: ZoneFilter) -> bool:
    """Whether any zone within the search is meant, or may be: without one there is no need for a picture."""
    for name in layer_ids:
        rows = scene.contact(name).index
        yes, maybe = scene.view.layers[name].match(of.zone_key, of.zone_classes, of.zone_where)
        if len(rows) and (some(yes[rows]) or some(maybe[rows])):
            return True
    return False


def draw(scene: Scene, layer_ids: tuple[str, ...], of: ZoneFilter) -> Picture:
    """The picture of some layers for one site; kept, since many rules look at the same."""
    return scene.keep(("picture", layer_ids, of.zone_key), lambda: _draw(scene, layer_ids, of))


def _draw(scene: Scene, layer_ids: tuple[str, ...], of: ZoneFilter) -> Picture:
    zones = scene.keep(("zones", layer_ids), lambda: _zones(scene, layer_ids))
    layers = zones["layers"]
    matches = [layer.match(of.zone_key, of.zone_classes, of.zone_where) for layer in layers]
    rows = [scene.contact(layer).index for layer in layer_ids]
    yes = _joined([m[0][r] for m, r in zip(matches, rows, strict=True)])
    maybe = _joined([m[1][r] for m, r in zip(matches, rows, strict=True)])
    return Picture(**zones, yes=yes, maybe=maybe, either=yes | maybe, filter=of)


def _zones(scene: Scene, layer_ids: tuple[str, ...]) -> dict[str, Any]:
    """What a picture holds of the layers' zones, whichever of them are meant."""
    layers = tuple(scene.view.layers[layer] for layer in layer_ids)
    contacts = [scene.contact(layer) for layer in layer_ids]
    if len(contacts) == 1:
        alone = contacts[0]
        return {
            "layers": layers,
            "owner": np.zeros(len(alone.index), dtype=np.intp),
            "row": alone.index,
            "accuracy_m": scene.accuracy_m(layers[0]),
            **{name: getattr(alone, name) for name in _OF_CONTACTS},
        }
    return {
        "layers": layers,
        "owner": np.repeat(np.arange(len(layers)), [len(c.index) for c in contacts]),
        "row": _joined([c.index for c in contacts]),
        "accuracy_m": max(scene.accuracy_m(layer) for layer in layers),
        **{name: _joined([getattr(c, name) for c in contacts]) for name in _OF_CONTACTS},
    }


def _joined(arrays: list[NDArray[Any]]) -> NDArray[Any]:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


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
    size = scene.size_kept(piece)
    share = min(1.0, size / scene.size)
    if scene.dimension == LINE:
        return is_long(test, size, whole=share >= WHOLE_SHARE)
    area = size
    if test.relation is Relation.CROSSES:
        return area > POSITIVE_M2
    enough = area > test.min_overlap_m2 and share > test.min_overlap_share
    return enough or share >= WHOLE_SHARE


def is_long(test: PlaceTest, metres: float, *, whole: bool = False) -> bool:
    """Whether a length is more than the minimum; a line shorter than it must lie wholly in."""
    minimum = TOLERANCE_M if test.relation is Relation.CROSSES else test.min_overlap_m
    return metres > minimum or (whole and metres > 0)


def ground_m(lines: Objects) -> float:
    """Length of lines' ground, metres: what is drawn along each other counts once."""
    total = float(length_m(lines[0])) if len(lines) else 0.0
    for number in range(1, len(lines)):
        before = shapely.buffer(union(lines[:number]), _SAME_DEG)
        total += float(length_m(difference(lines[number], before)))
    return total


def union(pieces: Objects) -> Geometry:
    """Union of pieces; empty if there is none."""
    if len(pieces) == 0:
        return NOWHERE
    return overlays.union(pieces)
