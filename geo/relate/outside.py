"""`outside`: part of the site lies in none of the zones."""

import math

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.logic import Truth
from geo.margin import depth_m
from geo.model import Reason
from geo.place_test import PlaceTest
from geo.relate.picture import Picture, Place, depth, is_enough, zones_of
from geo.scene import Scene


def outside(scene: Scene, test: PlaceTest, p: Picture) -> Place:
    """More than the minimum lies outside the zones; silence convicts here, so it must be vouched for."""
    met = p.contact.met
    known, either = (zones_of(p.layer, p.contact.index[m & met]) for m in (p.yes, p.yes | p.maybe))
    silent = scene.vouch(p.layer, scene.accuracy_m(p.layer))
    lasting = p.layer.silence
    out_for_sure = is_enough(scene, test, shapely.difference(scene.geometry, either))
    may_be_out = is_enough(scene, test, shapely.difference(scene.geometry, known))
    inside_m = depth(scene, p, p.yes, p.yes & met, scene.accuracy_m(p.layer))
    reasons: tuple[Reason, ...] = ()
    if not may_be_out:
        truth: Truth = False if lasting is None else None
        reasons = () if lasting is None else (lasting,)
        if scene.stand.disc_m > inside_m:
            truth, reasons = None, (*reasons, Reason.FOOTPRINT_UNKNOWN)
    elif out_for_sure and silent is None:
        truth = True
    else:
        truth = None
        reasons = (
            *(() if out_for_sure else (Reason.ATTRIBUTE_UNKNOWN,)),
            *(() if silent is None else (silent,)),
        )
    margin = _outside_margin(scene, p, known, truth=may_be_out)
    return Place(
        truth=truth,
        reasons=reasons,
        margin_m=margin if math.isfinite(margin) else None,
        borderline=abs(margin) < scene.accuracy_m(p.layer),
        zones=p.rows((p.yes | p.maybe) & met),
        distance_m=p.nearest(p.yes) if math.isfinite(p.nearest(p.yes)) else None,
    )


def _outside_margin(scene: Scene, p: Picture, known: Geometry, *, truth: bool) -> float:
    """Inside: how far to the zones' edge. Outside: how far the farthest point outside lies from the zones."""
    cap, threshold = max(scene.near_m, scene.accuracy_m(p.layer)), scene.accuracy_m(p.layer)
    zones = p.layer.geometry[p.contact.index[p.yes & (p.contact.distance_m <= cap)]]
    if len(zones) == 0:
        return -math.inf
    if truth:
        piece = shapely.difference(scene.geometry, known)
        return -depth_m(scene, zones, piece, cap_m=cap, threshold_m=threshold)
    outline = scene.outlines(np.array([shapely.boundary(known)], dtype=object), cap)[0]
    return math.inf if outline.is_empty else float(shapely.distance(outline, scene.plane))
