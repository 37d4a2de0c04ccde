"""`within_distance`: the geodesic from the site's border to the nearest zone, against a legal distance."""

import math
from dataclasses import dataclass

from geo.logic import Truth
from geo.model import Reason
from geo.place_test import PlaceTest
from geo.relate.companions import Pieces, narrow
from geo.relate.gap import DISC, Gap, Joined, Leaf, Measure, less, metres
from geo.relate.picture import Picture, Place, draw, silences
from geo.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    """The distance that decides, and the one beyond which the rule begins; -1 for none."""

    most_m: float
    least_m: float

    def hold(self, distance_m: float, disc_m: float) -> Truth:
        """Whether a distance is within; open where only the disc around the point reaches."""
        if distance_m <= self.least_m:
            return False
        if distance_m <= self.most_m:
            return True
        return None if distance_m - disc_m <= self.most_m else False


def within(scene: Scene, test: PlaceTest) -> Place:
    """Answer a distance test: at most the distance, beyond the least one, silence vouched for."""
    most = test.distance_m if test.distance_m is not None else test.screening_m
    if most is None:
        return Place(truth=None, reasons=(Reason.DISTANCE_UNSET,))
    limits = _Limits(most_m=most, least_m=-1.0 if test.distance_min_m is None else test.distance_min_m)
    p = draw(scene, test.layers, test)
    truth, reasons = _truth(scene, test, p, limits)
    if test.distance_m is None and _may_reach(scene, p, limits):
        truth, reasons = None, (*reasons, Reason.DISTANCE_UNSET)
    if test.companions and truth is not False:
        truth, reasons = _narrowed(scene, test, truth, reasons)
    return _answer(scene, p, limits, truth, reasons)


def _truth(scene: Scene, test: PlaceTest, p: Picture, limits: _Limits) -> tuple[Truth, tuple[Reason, ...]]:
    """The nearest sure zone decides, unless an unknown one lies nearer and would decide otherwise."""
    outcomes = _outcomes(scene, p, limits)
    if set(outcomes) == {True}:
        return True, ()
    if set(outcomes) == {False} and p.nearest_m(p.yes) <= limits.least_m:
        return False, ()
    reasons = (
        *((Reason.ATTRIBUTE_UNKNOWN,) if len(set(outcomes)) > 1 else ()),
        *((Reason.FOOTPRINT_UNKNOWN,) if None in outcomes else ()),
        *silences(scene, test.layers, limits.most_m),
    )
    return (None, reasons) if reasons else (False, ())


def _outcomes(scene: Scene, p: Picture, limits: _Limits) -> list[Truth]:
    """What the rule would say for each zone that may be the nearest matching one."""
    near = p.nearest_m(p.yes)
    nearer = sorted(float(d) for d in p.distance_m[p.maybe] if d < near)
    # Farther ones count only where being too near is possible: else the nearest says the most.
    candidates = [near, *(nearer if limits.least_m >= 0.0 else nearer[:1])]
    return [limits.hold(d, scene.stand.disc_m) for d in candidates]


def _may_reach(scene: Scene, p: Picture, limits: _Limits) -> bool:
    return any(outcome is not False for outcome in _outcomes(scene, p, limits))


def _narrowed(
    scene: Scene, test: PlaceTest, truth: Truth, reasons: tuple[Reason, ...]
) -> tuple[Truth, tuple[Reason, ...]]:
    """For distance rules the second layers are asked about the site itself."""
    here, told = narrow(scene, test, Pieces(sure=scene.geometry, possible=scene.geometry))
    if here is False:
        return False, ()
    return (True, ()) if truth is True and here is True else (None, tuple(dict.fromkeys((*reasons, *told))))


def _answer(scene: Scene, p: Picture, limits: _Limits, truth: Truth, reasons: tuple[Reason, ...]) -> Place:
    sure = p.nearest_m(p.yes) <= limits.most_m
    chosen = p.yes if sure else p.either
    distance = p.nearest_m(chosen)
    gap = _gap(p, distance, limits, truth, sure=sure)
    margin = metres(scene, gap)
    shown = limits.most_m + (0.0 if truth is True else p.accuracy_m + scene.stand.disc_m)
    return Place(
        truth=truth,
        reasons=reasons,
        margin_m=margin if math.isfinite(margin) else None,
        borderline=abs(margin) < p.accuracy_m,
        zones=p.zones(chosen & (p.distance_m <= shown)),
        distance_m=distance if math.isfinite(distance) else None,
        gap=gap,
    )


def _gap(p: Picture, distance_m: float, limits: _Limits, truth: Truth, *, sure: bool) -> Gap:
    nearest = Leaf(measure=Measure.NEAREST, picture=p, sure=sure)
    reached: Gap = nearest if truth is True else less(nearest, DISC)
    if limits.least_m < 0.0:
        return less(reached, limits.most_m)
    if distance_m <= limits.least_m:
        deep = Leaf(measure=Measure.DEPTH, picture=p, sure=sure, shared=p.yes if sure else p.either)
        return Joined(by="sum", of=(less(limits.least_m, nearest), deep))
    return Joined(by="max", of=(less(reached, limits.most_m), less(limits.least_m, reached)))
