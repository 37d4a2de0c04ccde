"""Second layers on the overlapped piece: a red line *in a reserve's core*, a red line *outside* one."""

import math

import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.logic import Truth
from geo.model import Reason, With
from geo.place_test import PlaceTest
from geo.relate.picture import Picture, is_enough, union, zones_of
from geo.scene import Scene
from geo.view import LayerView, Mask


def with_companions(
    scene: Scene, test: PlaceTest, p: Picture, truth: Truth, reasons: tuple[Reason, ...]
) -> tuple[Truth, tuple[Reason, ...]]:
    """Narrow the overlapped piece by each second layer, surely and possibly."""
    sure = _piece(p, p.yes) if truth is True else shapely.Point()
    possible = _piece(p, p.yes | p.maybe) if not reasons else scene.geometry
    for companion in test.companions:
        layer = scene.view.layers[companion.layer]
        sure, possible, reason = _narrow(scene, layer, companion, sure, possible)
        reasons = (*reasons, *reason)
    if is_enough(scene, test, sure):
        return True, ()
    if not is_enough(scene, test, possible):
        return False, ()
    return None, tuple(dict.fromkeys(reasons))


def with_companions_here(
    scene: Scene, test: PlaceTest, truth: Truth, reasons: tuple[Reason, ...]
) -> tuple[Truth, tuple[Reason, ...]]:
    """For distance rules the second layers are asked about the site itself."""
    sure, possible = scene.geometry, scene.geometry
    for companion in test.companions:
        layer = scene.view.layers[companion.layer]
        sure, possible, reason = _narrow(scene, layer, companion, sure, possible)
        reasons = (*reasons, *reason)
    if not is_enough(scene, test, possible):
        return False, ()
    if truth is True and is_enough(scene, test, sure):
        return True, ()
    return None, tuple(dict.fromkeys(reasons))


def _piece(p: Picture, chosen: Mask) -> Geometry:
    pieces = p.contact.overlap[chosen & p.contact.met]
    return union(pieces) if len(pieces) else shapely.Point()


def _narrow(
    scene: Scene, layer: LayerView, companion: With, sure: Geometry, possible: Geometry
) -> tuple[Geometry, Geometry, tuple[Reason, ...]]:
    contact = scene.contact(layer.id)
    yes, maybe = (mask[contact.index] for mask in layer.match(companion.zone_classes, companion.zone_where))
    known = zones_of(layer, contact.index[yes & contact.met])
    either = zones_of(layer, contact.index[(yes | maybe) & contact.met])
    silent = scene.vouch(layer, scene.accuracy_m(layer))
    unknown = bool((maybe & contact.met).any())
    reasons = (*((Reason.ATTRIBUTE_UNKNOWN,) if unknown else ()), *((silent,) if silent is not None else ()))
    if companion.present:
        widest = possible if silent is not None else shapely.intersection(possible, either)
        return shapely.intersection(sure, known), widest, reasons
    surest = shapely.Point() if silent is not None else shapely.difference(sure, either)
    return surest, shapely.difference(possible, known), reasons


def companion_gap(scene: Scene, test: PlaceTest) -> float:
    """How far the second layers that must be there are from the site; inf where that is not what decides."""
    gaps = [math.inf]
    for companion in test.companions:
        layer = scene.view.layers[companion.layer]
        contact = scene.contact(layer.id)
        yes, _ = layer.match(companion.zone_classes, companion.zone_where)
        if companion.present:
            gaps.append(float(contact.distance_m[yes[contact.index]].min(initial=math.inf)))
    return min(gaps)
