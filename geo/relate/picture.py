"""What a relation looks at, and what it answers: the zones chosen by a test in all its layers, and the place.

Two pictures are kept of every overlap: what is surely so (zones that match) and what may be so (zones whose
attributes are unknown, layers that cannot vouch for their silence). If the sure picture meets the test, it
holds; if even the possible one does not, it does not; between the two it is open.
"""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry as Geometry

from geo.logic import Truth
from geo.margin import depth_m
from geo.measure import LINE, POINT, POLYGON, Floats, area_m2, length_m
from geo.model import Condition, Reason, Relation
from geo.place_test import PlaceTest
from geo.scene import POSITIVE_M2, TOLERANCE_M, Scene
from geo.view import LayerView, Mask, Objects

WHOLE_SHARE = 1.0 - 1e-9
"""A share from here on is the whole site: the rest is rounding."""

NOWHERE = shapely.Point()
"""The empty piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The answer to a place test.

    Attributes
    ----------
    margin_m
        Signed distance to the other answer, metres; None when beyond the search or meaningless.
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
    on_border: Mask
    yes: Mask
    maybe: Mask
    accuracy_m: float

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

    def silences(self, scene: Scene, reach_m: float) -> tuple[Reason, ...]:
        """Why the layers' silence does not acquit within a reach of the site; empty if all vouch."""
        told = (scene.vouch(layer, reach_m + scene.accuracy_m(layer)) for layer in self.layers)
        return tuple(dict.fromkeys(reason for reason in told if reason is not None))


def draw(
    scene: Scene, layer_ids: tuple[str, ...], classes: tuple[str, ...], where: tuple[Condition, ...]
) -> Picture:
    """The picture of some layers for one site."""
    layers = tuple(scene.view.layers[layer] for layer in layer_ids)
    contacts = [scene.contact(layer) for layer in layer_ids]
    matches = [layer.match(classes, where) for layer in layers]
    geometry = np.concatenate([v.geometry[c.index] for v, c in zip(layers, contacts, strict=True)])
    return Picture(
        layers=layers,
        owner=np.repeat(np.arange(len(layers)), [len(c.index) for c in contacts]),
        row=np.concatenate([c.index for c in contacts]),
        geometry=geometry,
        dimension=shapely.get_dimensions(geometry),
        met=np.concatenate([c.met for c in contacts]),
        distance_m=np.concatenate([c.distance_m for c in contacts]),
        overlap=np.concatenate([c.overlap for c in contacts]),
        on_border=np.concatenate([c.on_border for c in contacts]),
        yes=np.concatenate([m[0][c.index] for m, c in zip(matches, contacts, strict=True)]),
        maybe=np.concatenate([m[1][c.index] for m, c in zip(matches, contacts, strict=True)]),
        accuracy_m=max(scene.accuracy_m(layer) for layer in layers),
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
    cap = max(scene.near_m, p.accuracy_m)
    near = chosen & (p.dimension == POLYGON) & (p.distance_m <= cap)
    if piece.is_empty:
        return 0.0
    return depth_m(scene, p.geometry[near], piece, cap_m=cap, threshold_m=p.accuracy_m)
