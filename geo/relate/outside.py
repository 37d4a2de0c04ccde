"""`outside`: more than the minimum of the site lies in none of the zones.

Here silence convicts and a zone acquits, so both must be vouched for: a missing layer proves nothing.
"""

import math

import numpy as np

from geo.few import some
from geo.logic import Truth
from geo.measure import POLYGON
from geo.model import Reason
from geo.place_test import PlaceTest
from geo.relate.gap import Gap, Leaf, Measure, Turned, metres
from geo.relate.outline import depth
from geo.relate.picture import Picture, Place, draw, is_enough, silences
from geo.scene import WHOLE_SHARE, Scene

_NOISE_M2, _NOISE_SHARE = 1e-3, 1e-9
"""How far areas of cut shapes may be from the truth, and more."""


def outside(scene: Scene, test: PlaceTest) -> Place:
    """Answer an outside test, on the union of the rule's zones in all its layers."""
    p = draw(scene, test.layers, test)
    out = _is_out(scene, test, p)
    truth, reasons = _truth(scene, test, p, out=out)
    gap = _gap(scene, p, out=out)
    margin = metres(scene, gap)
    distance = p.nearest_m(p.yes)
    return Place(
        truth=truth,
        reasons=reasons,
        margin_m=margin if math.isfinite(margin) else None,
        borderline=abs(margin) < p.accuracy_m,
        zones=p.zones(p.either & p.met),
        distance_m=distance if math.isfinite(distance) else None,
        gap=gap,
    )


def _is_out(scene: Scene, test: PlaceTest, p: Picture) -> bool:
    """Whether enough of the site lies outside; where all of it plainly lies inside, nothing is cut."""
    if scene.dimension == POLYGON and some(p.yes & p.met):
        noise_m2 = _NOISE_M2 + _NOISE_SHARE * scene.area_m2
        most_m2 = scene.area_m2 - scene.size_kept(p.piece(scene, p.yes)) + noise_m2
        if most_m2 < min(test.min_overlap_m2, WHOLE_SHARE * scene.area_m2):
            return False
    return is_enough(scene, test, p.beyond(scene, p.yes))


def _truth(scene: Scene, test: PlaceTest, p: Picture, *, out: bool) -> tuple[Truth, tuple[Reason, ...]]:
    if out:
        surely = is_enough(scene, test, p.beyond(scene, p.either))
        reasons = (*(() if surely else (Reason.ATTRIBUTE_UNKNOWN,)), *silences(scene, test.layers, 0.0))
        return (None, reasons) if reasons else (True, ())
    holders = np.unique(p.owner[p.yes & p.met])
    lasting = [s for s in (p.layers[o].silence for o in holders) if s is not None]
    reasons = tuple(dict.fromkeys(lasting))
    reach = p.accuracy_m if scene.stand.linear_point else scene.stand.disc_m
    if reach > 0 and reach > depth(scene, p, p.yes, p.piece(scene, p.yes), far=False):
        reasons = (*reasons, Reason.FOOTPRINT_UNKNOWN)
    return (None, reasons) if reasons else (False, ())


def _gap(scene: Scene, p: Picture, *, out: bool) -> Gap:
    """Outside: how far its farthest point lies from the zones. Inside: how far to the zones' edge."""
    if not some(p.yes):
        return math.inf
    if not out:
        return Leaf(measure=Measure.EDGE, picture=p, sure=True)
    if len(scene.points) == 1:
        return Turned(of=Leaf(measure=Measure.NEAREST, picture=p, sure=True))
    beyond = p.beyond(scene, p.yes)
    return Turned(of=Leaf(measure=Measure.DEPTH, picture=p, sure=True, piece=beyond))
