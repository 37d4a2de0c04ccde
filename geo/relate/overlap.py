"""`intersects` and `crosses`: the site shares ground with zones, by more than a minimum."""

import math

import numpy as np
from shapely.geometry.base import BaseGeometry as Geometry

from geo.along import in_seams, off_borders
from geo.contact import chain, highest_dimension
from geo.few import some
from geo.logic import Truth
from geo.measure import LINE, POINT, POLYGON, TOLERANCE_M, length_m
from geo.model import Reason, Relation
from geo.overlays import intersection
from geo.place_test import PlaceTest
from geo.relate.companions import Pieces, gap_when_met, gap_when_not, narrow
from geo.relate.gap import DISC, Gap, Joined, Leaf, Measure, Turned, less, metres, only
from geo.relate.picture import (
    NOWHERE,
    Picture,
    Place,
    any_match,
    draw,
    ground_m,
    is_enough,
    is_long,
    settle,
    silences,
    union,
    unmet,
)
from geo.scene import Scene
from geo.view import Mask


def overlap(scene: Scene, test: PlaceTest) -> Place:
    """Answer an overlap test."""
    if not test.companions and not any_match(scene, test.layers, test):
        return unmet(silences(scene, test.layers, 0.0))
    p = draw(scene, test.layers, test)
    counts = _shape_counts(scene, test)
    sure = counts and _holds(scene, test, p, p.yes)
    possible = sure or (counts and some(p.maybe) and _holds(scene, test, p, p.either))
    truth, reasons = settle(silences(scene, test.layers, 0.0), sure=sure, possible=possible)
    if truth is not True and _unseen_footprint(scene, test, p, counts=counts):
        truth, reasons = None, (*reasons, Reason.FOOTPRINT_UNKNOWN)
    if test.companions and truth is not False:
        truth, reasons = _narrowed(scene, test, p, truth, reasons)
    if truth is False and not counts:
        return Place(truth=False)
    return _answer(scene, test, p, truth, reasons)


def _shape_counts(scene: Scene, test: PlaceTest) -> bool:
    """Whether the shape given can meet the test: a bare point has no length or area that crosses a zone."""
    return scene.dimension != POINT or test.relation is not Relation.CROSSES or scene.stand.disc_m > 0


def _unseen_footprint(scene: Scene, test: PlaceTest, p: Picture, *, counts: bool) -> bool:
    """Whether the land a point stands for, though not the point, may meet the test."""
    if scene.dimension != POINT:
        return False
    reach = scene.stand.disc_m if counts else p.accuracy_m
    near = int((p.distance_m[p.either] <= reach).sum()) >= test.min_zones
    return near and (scene.stand.disc_m > 0 if counts else scene.stand.shape_unknown)


def _narrowed(
    scene: Scene, test: PlaceTest, p: Picture, truth: Truth, reasons: tuple[Reason, ...]
) -> tuple[Truth, tuple[Reason, ...]]:
    unseen = any(r is not Reason.ATTRIBUTE_UNKNOWN for r in reasons)
    pieces = Pieces(
        sure=_main_piece(scene, p, p.yes) if truth is True else NOWHERE,
        possible=scene.geometry if unseen else _main_piece(scene, p, p.either),
        reasons=reasons,
    )
    return narrow(scene, test, pieces)


def _main_piece(scene: Scene, p: Picture, chosen: Mask) -> Geometry:
    """The overlapped piece, of one dimension: areas where there are any, else lengths, else points."""
    met = chosen & p.met
    highest = p.dimension[met].max(initial=POINT)
    areas = met & (p.dimension == POLYGON)
    if scene.dimension == LINE and np.count_nonzero(areas) > 1:
        return _in_union(scene, p, areas)
    return highest_dimension(p.piece(scene, met & (p.dimension == highest)))


def _holds(scene: Scene, test: PlaceTest, p: Picture, chosen: Mask) -> bool:
    """Whether the chosen zones together are met by more than the minimum."""
    met = chosen & p.met
    if not some(met):
        return False
    if test.min_zones == 1:
        return _enough(scene, test, p, met)
    singly = [entry for entry in np.flatnonzero(met) if _enough(scene, test, p, only(met, entry))]
    return len(singly) >= test.min_zones


def _enough(scene: Scene, test: PlaceTest, p: Picture, met: Mask) -> bool:
    """By dimension: points count, crossing lines count, lengths and areas against their minimum."""
    kinds = set(p.dimension[met].tolist())
    if scene.dimension == POINT or POINT in kinds or (LINE in kinds and scene.dimension == LINE):
        return True
    if LINE in kinds and is_long(test, ground_m(p.overlap[met & (p.dimension == LINE)])):
        return True
    areas = met & (p.dimension == POLYGON)
    inside = areas & ~p.on_border
    if _one_is_enough(scene, test, p, inside):
        return True
    if np.count_nonzero(areas) < 2:  # noqa: PLR2004 - a union needs two
        return some(inside) and is_enough(scene, test, union(p.overlap[inside]))
    return is_enough(scene, test, _in_union(scene, p, areas))


def _one_is_enough(scene: Scene, test: PlaceTest, p: Picture, inside: Mask) -> bool:
    """Whether a single zone already holds plainly more than the minimum, so that no union is needed."""
    size, least = (
        (p.overlap_m2, test.min_overlap_m2)
        if scene.dimension == POLYGON
        else (p.overlap_m, test.min_overlap_m)
    )
    return some(inside & (size > least) & (p.overlap_share > test.min_overlap_share))


def _in_union(scene: Scene, p: Picture, areas: Mask) -> Geometry:
    """The site's part in the union of zones; a line on the border between two of them lies inside."""
    zones = union(p.geometry[areas])
    common = highest_dimension(intersection(np.array([scene.geometry], dtype=object), zones)[0])
    if scene.dimension != LINE:
        return common
    grounds, shared = np.array([zones], dtype=object), np.array([common], dtype=object)
    (inside,), (along,) = off_borders(chain(scene), grounds, shared)
    if along is not None:
        inside = union(np.array([inside, in_seams(along, zones)], dtype=object))
    return inside if length_m(inside) > TOLERANCE_M else NOWHERE


def _answer(scene: Scene, test: PlaceTest, p: Picture, truth: Truth, reasons: tuple[Reason, ...]) -> Place:
    sure = truth is True or not some(p.maybe & p.met)
    chosen = p.yes if sure else p.either
    met = chosen & p.met
    gap = _gap(scene, test, p, truth, sure=sure)
    margin = metres(scene, gap)
    distance = p.nearest_m(chosen)
    near = chosen & (p.distance_m <= p.accuracy_m + scene.stand.disc_m)
    touch = _touch(scene, test, p, met, truth)
    return Place(
        truth=truth,
        reasons=reasons,
        margin_m=margin if math.isfinite(margin) else None,
        borderline=touch or abs(margin) < p.accuracy_m,
        zones=p.zones(met if truth is True else met | near),
        distance_m=distance if math.isfinite(distance) else None,
        gap=gap,
    )


def _touch(scene: Scene, test: PlaceTest, p: Picture, met: Mask, truth: Truth) -> bool:
    """A point on any border; a line or polygon with less than the minimum in zones, or no depth."""
    edge = p.on_border[met]
    if scene.dimension == POINT and some(edge):
        return True
    if truth is True:
        return len(edge) > 0 and bool(edge.all())
    return some(met) and not test.companions and test.min_zones == 1 and truth is False


def _gap(scene: Scene, test: PlaceTest, p: Picture, truth: Truth, *, sure: bool) -> Gap:
    """Signed distance to the other answer; 0 for a mere touch."""
    chosen = p.yes if sure else p.either
    met = chosen & p.met
    if test.min_zones > 1:
        return _several_gap(test, p, int(np.count_nonzero(met)), sure=sure)
    if not some(met):
        away = less(Leaf(measure=Measure.NEAREST, picture=p, sure=sure), DISC)
        return Joined(by="max", of=(away, gap_when_not(scene, test))) if test.companions else away
    if truth is False:
        return gap_when_not(scene, test) if test.companions else 0.0
    inside = met & (p.dimension == POLYGON)
    deep: Gap = Leaf(measure=Measure.DEPTH, picture=p, sure=sure, shared=inside) if some(inside) else 0.0
    if test.companions:
        deep = Joined(by="min", of=(deep, gap_when_met(scene, test, p.piece(scene, inside))))
    return Turned(of=deep)


def _several_gap(test: PlaceTest, p: Picture, met: int, *, sure: bool) -> Gap:
    """For rules that need several zones: the margin of the last one needed."""
    if met < test.min_zones:
        return less(Leaf(measure=Measure.NTH_NEAREST, picture=p, sure=sure, nth=test.min_zones), DISC)
    return Turned(of=Leaf(measure=Measure.NTH_DEPTH, picture=p, sure=sure, nth=test.min_zones))
