"""`intersects` and `crosses`: the site shares ground with zones, by more than a minimum."""

import math

import numpy as np
import shapely

from geo.logic import Truth
from geo.measure import LINE, POINT, POLYGON, length_m
from geo.model import Reason, Relation
from geo.place_test import PlaceTest
from geo.relate.companions import companion_gap, with_companions
from geo.relate.picture import Picture, Place, at_least, depth, is_enough, settle, union
from geo.scene import Scene
from geo.view import Mask


def overlap(scene: Scene, test: PlaceTest, p: Picture) -> Place:
    """Answer an overlap test."""
    if scene.dimension == POINT and (scene.stand.linear_point or scene.stand.disc_m > 0):
        return _overlap_of_point(scene, test, p)
    sure = _holds(scene, test, p, p.yes)
    possible = sure or _holds(scene, test, p, p.yes | p.maybe)
    silent = scene.vouch(p.layer, scene.accuracy_m(p.layer))
    truth, reasons = settle(silent, sure=sure, possible=possible)
    if test.companions and truth is not False:
        truth, reasons = with_companions(scene, test, p, truth, reasons)
    return _overlap_answer(scene, test, p, truth, reasons)


def _overlap_of_point(scene: Scene, test: PlaceTest, p: Picture) -> Place:
    """A point that stands for a disc, or for a line: what only the disc touches is open."""
    reach = scene.accuracy_m(p.layer) if scene.stand.linear_point else scene.stand.disc_m
    point_counts = not (scene.stand.linear_point and test.relation is Relation.CROSSES)
    sure = point_counts and _holds(scene, test, p, p.yes)
    touched = bool((p.contact.distance_m[p.yes | p.maybe] <= reach).sum() >= test.min_zones)
    disc = touched and (scene.stand.disc_m > 0 or not point_counts)
    silent = scene.vouch(p.layer, scene.accuracy_m(p.layer))
    possible = point_counts and _holds(scene, test, p, p.yes | p.maybe)
    truth, reasons = settle(silent, sure=sure, possible=possible)
    if truth is not True and disc:
        truth, reasons = None, (*reasons, Reason.FOOTPRINT_UNKNOWN)
    if test.companions and truth is not False:
        truth, reasons = with_companions(scene, test, p, truth, reasons)
    return _overlap_answer(scene, test, p, truth, reasons)


def _holds(scene: Scene, test: PlaceTest, p: Picture, chosen: Mask) -> bool:
    """Whether the chosen zones together are met by more than the minimum."""
    met = chosen & p.contact.met
    if not met.any():
        return False
    if test.min_zones > 1:
        singly = [m for m in map(int, np.flatnonzero(met)) if _enough(scene, test, p, _only(met, m))]
        return len(singly) >= test.min_zones
    return _enough(scene, test, p, met)


def _only(mask: Mask, entry: int) -> Mask:
    out = np.zeros_like(mask)
    out[entry] = True
    return out


def _enough(scene: Scene, test: PlaceTest, p: Picture, met: Mask) -> bool:
    zone_dims = shapely.get_dimensions(p.layer.geometry[p.contact.index])
    if scene.dimension == POINT or bool((met & (zone_dims == POINT)).any()):
        return True
    lines = met & (zone_dims == LINE)
    if scene.dimension == LINE and lines.any():
        return True
    if lines.any() and at_least(
        scene, test, float(length_m(shapely.union_all(p.contact.overlap[lines]))), 0.0
    ):
        return True
    areas = met & (zone_dims == POLYGON)
    if not areas.any():
        return False
    piece = union(p.contact.overlap[areas])
    return is_enough(scene, test, piece)


def _overlap_answer(
    scene: Scene, test: PlaceTest, p: Picture, truth: Truth, reasons: tuple[Reason, ...]
) -> Place:
    chosen = p.yes if truth is True or not (p.maybe & p.contact.met).any() else p.yes | p.maybe
    threshold = scene.accuracy_m(p.layer)
    met = chosen & p.contact.met
    near = chosen & (p.contact.distance_m <= threshold + scene.stand.disc_m)
    margin = _overlap_margin(scene, test, p, chosen, truth)
    return Place(
        truth=truth,
        reasons=reasons,
        margin_m=margin if math.isfinite(margin) else None,
        borderline=abs(margin) < threshold or (truth is True and _only_touch(scene, p, met)),
        zones=p.rows(met if truth is True else met | near),
        distance_m=p.nearest(chosen) if math.isfinite(p.nearest(chosen)) else None,
    )


def _overlap_margin(scene: Scene, test: PlaceTest, p: Picture, chosen: Mask, truth: Truth) -> float:
    """Signed distance to the other answer; 0 for a mere touch."""
    met = chosen & p.contact.met
    if test.min_zones > 1:
        return _several_margin(scene, test, p, chosen)
    if not met.any():
        return p.nearest(chosen) - scene.stand.disc_m
    if truth is False:
        return companion_gap(scene, test) if test.companions else 0.0
    return -depth(scene, p, chosen, met, scene.accuracy_m(p.layer))


def _several_margin(scene: Scene, test: PlaceTest, p: Picture, chosen: Mask) -> float:
    """For rules that need several zones: the margin of the last one needed."""
    met = np.flatnonzero(chosen & p.contact.met)
    if len(met) < test.min_zones:
        distances = np.sort(p.contact.distance_m[chosen])
        missing = distances[test.min_zones - 1] if len(distances) >= test.min_zones else math.inf
        return float(missing) - scene.stand.disc_m
    threshold = scene.accuracy_m(p.layer)
    masks = [_only(p.yes, int(m)) for m in met]
    return -sorted((depth(scene, p, m, m, threshold) for m in masks), reverse=True)[test.min_zones - 1]


def _only_touch(scene: Scene, p: Picture, met: Mask) -> bool:
    """A point on any border, or a line or polygon that has no depth in any zone."""
    edge = p.contact.on_border[met]
    return bool(edge.any() if scene.dimension == POINT else len(edge) and edge.all())
