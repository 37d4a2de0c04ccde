"""`within_distance`: the geodesic from the site's border to the nearest zone, against a legal distance."""

import math

from geo.logic import Truth
from geo.model import Reason
from geo.place_test import PlaceTest
from geo.relate.companions import with_companions_here
from geo.relate.picture import Picture, Place, depth, settle
from geo.scene import Scene


def within(scene: Scene, test: PlaceTest, p: Picture) -> Place:
    """Answer a distance test: at most the distance, beyond the least one, silence vouched for."""
    limit = test.distance_m if test.distance_m is not None else test.screening_m
    if limit is None:
        return Place(truth=None, reasons=(Reason.DISTANCE_UNSET,))
    floor = -1.0 if test.distance_min_m is None else test.distance_min_m
    near, far = p.nearest(p.yes), p.nearest(p.yes | p.maybe)
    disc = scene.stand.disc_m
    silent = scene.vouch(p.layer, limit + scene.accuracy_m(p.layer))
    truth, reasons = settle(silent, sure=floor < near <= limit, possible=floor < far <= limit)
    if near <= floor:
        truth, reasons = False, ()
    elif truth is not True and floor < near and near - disc <= limit < near:
        truth, reasons = None, (*reasons, Reason.FOOTPRINT_UNKNOWN)
    if test.distance_m is None and (truth or (truth is None and far - disc <= limit)):
        truth, reasons = None, (*reasons, Reason.DISTANCE_UNSET)
    if test.companions and truth is not False:
        truth, reasons = with_companions_here(scene, test, truth, reasons)
    return _within_answer(scene, p, truth, reasons, limit, floor)


def _within_answer(
    scene: Scene,
    p: Picture,
    truth: Truth,
    reasons: tuple[Reason, ...],
    limit: float,
    floor: float,
) -> Place:
    chosen = p.yes if p.nearest(p.yes) <= limit else p.yes | p.maybe
    distance = p.nearest(chosen)
    reached = distance if truth is True else distance - scene.stand.disc_m
    margin = reached - limit
    if floor >= 0.0 and reached <= floor:
        margin = floor + (depth(scene, p, p.yes, p.yes & p.contact.met, scene.accuracy_m(p.layer)) - reached)
    elif floor >= 0.0 and margin <= 0.0:
        margin = -min(limit - reached, reached - floor)
    threshold = scene.accuracy_m(p.layer)
    return Place(
        truth=truth,
        reasons=reasons,
        margin_m=margin if math.isfinite(margin) else None,
        borderline=abs(margin) < threshold,
        zones=p.rows(
            chosen & (p.contact.distance_m <= limit + (0.0 if truth else threshold + scene.stand.disc_m))
        ),
        distance_m=distance if math.isfinite(distance) else None,
    )
