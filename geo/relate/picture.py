"""What a relation looks at, and what it answers: one layer's zones chosen by a test, and the place's answer.

Two pictures are kept of every overlap: what is surely so (zones that match) and what may be so (zones whose
attributes are unknown, layers that cannot vouch for their silence). If the sure picture meets the test, it holds;
if even the possible one does not, it does not; between the two it is open.
"""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.logic import Truth
from geo.margin import depth_m
from geo.measure import LINE, POINT, POLYGON, area_m2, length_m
from geo.model import Reason, Relation
from geo.place_test import PlaceTest
from geo.scene import POSITIVE_M2, TOLERANCE_M, Contact, Indices, Scene
from geo.view import LayerView, Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The answer to a place test.

    Attributes
    ----------
    margin_m
        Signed distance to the other answer, metres; None when beyond the search or meaningless.
    zones
        (layer, row) of the zones that bear on the answer, by layer and row.
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
    """Zones chosen by a test in one layer: entries of the contact that surely or possibly match."""

    layer: LayerView
    contact: Contact
    yes: Mask
    maybe: Mask

    def rows(self, chosen: Mask) -> tuple[tuple[str, int], ...]:
        """(layer, row) of the chosen zones."""
        return tuple((self.layer.id, int(row)) for row in self.contact.index[chosen])

    def nearest(self, chosen: Mask) -> float:
        """Distance to the nearest chosen zone, metres; inf if there is none."""
        return float(self.contact.distance_m[chosen].min(initial=math.inf))


def settle(silent: Reason | None, *, sure: bool, possible: bool) -> tuple[Truth, tuple[Reason, ...]]:
    """Truth and reasons from the sure and the possible picture, and the silence of the rest."""
    if sure:
        return True, ()
    reasons = (*((Reason.ATTRIBUTE_UNKNOWN,) if possible else ()), *((silent,) if silent is not None else ()))
    return (None, reasons) if reasons else (False, ())


def is_enough(scene: Scene, test: PlaceTest, piece: Geometry) -> bool:
    """Whether a piece is more than the rule's minimum overlap; a smaller site must lie wholly in."""
    if piece.is_empty:
        return False
    if scene.dimension == POINT:
        return True
    share = scene.share(piece)
    if scene.dimension == LINE:
        return at_least(scene, test, float(length_m(piece)), share)
    area = float(area_m2(piece))
    if test.relation is Relation.CROSSES:
        return area > POSITIVE_M2
    enough = area > test.min_overlap_m2 and share > test.min_overlap_share
    return enough or share >= 1.0 - 1e-9


def at_least(scene: Scene, test: PlaceTest, metres: float, share: float) -> bool:
    """Whether a length is more than the minimum; a line shorter than it must lie wholly in."""
    minimum = TOLERANCE_M if test.relation is Relation.CROSSES else test.min_overlap_m
    whole = scene.dimension == LINE and share >= 1.0 - 1e-9
    return metres > minimum or (whole and metres > 0)


def union(pieces: np.ndarray[tuple[int], np.dtype[np.object_]]) -> Geometry:
    """Union of pieces; there is at least one."""
    union: Geometry = pieces[0] if len(pieces) == 1 else shapely.union_all(pieces)
    return union


def depth(scene: Scene, p: Picture, chosen: Mask, met: Mask, threshold_m: float) -> float:
    """Depth of the overlap in the union of the chosen zones near it; inf beyond the margins asked for."""
    areal = shapely.get_dimensions(p.layer.geometry[p.contact.index]) == POLYGON
    if not (met & areal).any():
        return 0.0
    cap = max(scene.near_m, threshold_m)
    zones = p.layer.geometry[p.contact.index[chosen & areal & (p.contact.distance_m <= cap)]]
    piece = union(p.contact.overlap[met & areal])
    return depth_m(scene, zones, piece, cap_m=cap, threshold_m=threshold_m)


def zones_of(layer: LayerView, rows: Indices) -> Geometry:
    """Union of zones, in degrees; empty if there is none."""
    return shapely.union_all(layer.geometry[rows])
