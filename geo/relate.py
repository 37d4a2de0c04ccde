"""Relations: does a site stand to a layer's zones as a rule asks? Yes, no, or open with the reasons.

Two pictures are kept of every overlap: what is surely so (zones that surely match) and what may be so (zones whose
attributes are unknown, layers that cannot vouch for their silence). If the sure picture meets the test, it holds; if
even the possible one does not, it does not; between the two it is open.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.logic import Truth
from geo.margin import depth_m
from geo.measure import LINE, POINT, POLYGON, area_m2, length_m
from geo.model import Reason, Relation, With
from geo.relation import PlaceTest
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
class _Picture:
    """Zones chosen by a test in one layer: entries of the contact that surely or possibly match."""

    layer: LayerView
    contact: Contact
    yes: Mask
    maybe: Mask

    def rows(self, chosen: Mask) -> tuple[tuple[str, int], ...]:
        return tuple((self.layer.id, int(row)) for row in self.contact.index[chosen])

    def nearest(self, chosen: Mask) -> float:
        return float(self.contact.distance_m[chosen].min(initial=math.inf))


def place(scene: Scene, test: PlaceTest) -> Place:
    """Answer a place test: in scope layers convict together, silence must be vouched for by each."""
    if test.relation is Relation.ANYWHERE:
        return Place(truth=True)
    answers = [_in_layer(scene, test, scene.view.layers[layer]) for layer in test.layers]
    if len(answers) == 1:
        return answers[0]
    return _any_of(answers)


def _any_of(answers: list[Place]) -> Place:
    holding = [a for a in answers if a.truth is True]
    open_ = [a for a in answers if a.truth is None]
    chosen = holding or open_ or answers
    margins = [a.margin_m for a in chosen if a.margin_m is not None]
    near = [a.distance_m for a in answers if a.distance_m is not None]
    return Place(
        truth=True if holding else None if open_ else False,
        reasons=tuple(dict.fromkeys(r for a in ([] if holding else open_) for r in a.reasons)),
        margin_m=min(margins, default=None),
        borderline=any(a.borderline for a in chosen),
        zones=tuple(dict.fromkeys(z for a in chosen for z in a.zones)),
        distance_m=min(near, default=None),
    )


def _in_layer(scene: Scene, test: PlaceTest, layer: LayerView) -> Place:
    cell_m = layer.edition.cell_m if layer.edition is not None else None
    if test.max_cell_m is not None and cell_m is not None and cell_m > test.max_cell_m:
        return Place(truth=None, reasons=(Reason.NOT_COVERED,))
    contact = scene.contact(layer.id)
    yes, maybe = layer.match(test.zone_classes, test.zone_where)
    picture = _Picture(layer=layer, contact=contact, yes=yes[contact.index], maybe=maybe[contact.index])
    match test.relation:
        case Relation.INTERSECTS | Relation.CROSSES:
            answer = _overlap(scene, test, picture)
        case Relation.OUTSIDE:
            answer = _outside(scene, test, picture)
        case _:
            answer = _within(scene, test, picture)
    if test.clause_verbs and answer.truth is True:
        answer = replace(answer, truth=None, reasons=(Reason.NOT_PUBLISHED,))
    return _datum(scene, layer, answer)


def _datum(scene: Scene, layer: LayerView, answer: Place) -> Place:
    """With an unknown datum, an answer nearer to its threshold than the accuracy is open."""
    near = answer.margin_m is not None and abs(answer.margin_m) < scene.accuracy_m(layer)
    if scene.part.site.datum_known or not (near or answer.borderline):
        return answer
    return replace(answer, truth=None, reasons=(*answer.reasons, Reason.DATUM_UNKNOWN))


# --- overlap -------------------------------------------------------------------------------------------------------


def _overlap(scene: Scene, test: PlaceTest, p: _Picture) -> Place:
    if scene.dimension == POINT and (scene.stand.linear_point or scene.stand.disc_m > 0):
        return _overlap_of_point(scene, test, p)
    sure = _holds(scene, test, p, p.yes)
    possible = sure or _holds(scene, test, p, p.yes | p.maybe)
    silent = scene.vouch(p.layer, scene.accuracy_m(p.layer))
    truth, reasons = _settle(silent, sure=sure, possible=possible)
    if test.companions and truth is not False:
        truth, reasons = _with_companions(scene, test, p, truth, reasons)
    return _overlap_answer(scene, test, p, truth, reasons)


def _settle(silent: Reason | None, *, sure: bool, possible: bool) -> tuple[Truth, tuple[Reason, ...]]:
    if sure:
        return True, ()
    reasons = (*((Reason.ATTRIBUTE_UNKNOWN,) if possible else ()), *((silent,) if silent is not None else ()))
    return (None, reasons) if reasons else (False, ())


def _overlap_of_point(scene: Scene, test: PlaceTest, p: _Picture) -> Place:
    """A point that stands for a disc, or for a line: what only the disc touches is open."""
    reach = scene.accuracy_m(p.layer) if scene.stand.linear_point else scene.stand.disc_m
    point_counts = not (scene.stand.linear_point and test.relation is Relation.CROSSES)
    sure = point_counts and _holds(scene, test, p, p.yes)
    touched = bool((p.contact.distance_m[p.yes | p.maybe] <= reach).sum() >= test.min_zones)
    disc = touched and (scene.stand.disc_m > 0 or not point_counts)
    silent = scene.vouch(p.layer, scene.accuracy_m(p.layer))
    possible = point_counts and _holds(scene, test, p, p.yes | p.maybe)
    truth, reasons = _settle(silent, sure=sure, possible=possible)
    if truth is not True and disc:
        truth, reasons = None, (*reasons, Reason.FOOTPRINT_UNKNOWN)
    if test.companions and truth is not False:
        truth, reasons = _with_companions(scene, test, p, truth, reasons)
    return _overlap_answer(scene, test, p, truth, reasons)


def _holds(scene: Scene, test: PlaceTest, p: _Picture, chosen: Mask) -> bool:
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


def _enough(scene: Scene, test: PlaceTest, p: _Picture, met: Mask) -> bool:
    zone_dims = shapely.get_dimensions(p.layer.geometry[p.contact.index])
    if scene.dimension == POINT or bool((met & (zone_dims == POINT)).any()):
        return True
    lines = met & (zone_dims == LINE)
    if scene.dimension == LINE and lines.any():
        return True
    if lines.any() and _at_least(
        scene, test, float(length_m(shapely.union_all(p.contact.overlap[lines]))), 0.0
    ):
        return True
    areas = met & (zone_dims == POLYGON)
    if not areas.any():
        return False
    piece = _union(p.contact.overlap[areas])
    return is_enough(scene, test, piece)


def _at_least(scene: Scene, test: PlaceTest, metres: float, share: float) -> bool:
    minimum = TOLERANCE_M if test.relation is Relation.CROSSES else test.min_overlap_m
    whole = scene.dimension == LINE and share >= 1.0 - 1e-9
    return metres > minimum or (whole and metres > 0)


def is_enough(scene: Scene, test: PlaceTest, piece: Geometry) -> bool:
    """Whether a piece of the site is more than the rule's minimum overlap; a site smaller than it must lie wholly in."""
    if piece.is_empty:
        return False
    if scene.dimension == POINT:
        return True
    share = scene.share(piece)
    if scene.dimension == LINE:
        return _at_least(scene, test, float(length_m(piece)), share)
    area = float(area_m2(piece))
    if test.relation is Relation.CROSSES:
        return area > POSITIVE_M2
    enough = area > test.min_overlap_m2 and share > test.min_overlap_share
    return enough or share >= 1.0 - 1e-9


def _union(pieces: np.ndarray[tuple[int], np.dtype[np.object_]]) -> Geometry:
    union: Geometry = pieces[0] if len(pieces) == 1 else shapely.union_all(pieces)
    return union


def _overlap_answer(
    scene: Scene, test: PlaceTest, p: _Picture, truth: Truth, reasons: tuple[Reason, ...]
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


def _overlap_margin(scene: Scene, test: PlaceTest, p: _Picture, chosen: Mask, truth: Truth) -> float:
    """Signed distance to the other answer; 0 for a mere touch."""
    met = chosen & p.contact.met
    if test.min_zones > 1:
        return _several_margin(scene, test, p, chosen)
    if not met.any():
        return p.nearest(chosen) - scene.stand.disc_m
    if truth is False:
        return _companion_gap(scene, test) if test.companions else 0.0
    return -_depth(scene, p, chosen, met, scene.accuracy_m(p.layer))


def _several_margin(scene: Scene, test: PlaceTest, p: _Picture, chosen: Mask) -> float:
    """For rules that need several zones: the margin of the last one needed."""
    met = np.flatnonzero(chosen & p.contact.met)
    if len(met) < test.min_zones:
        distances = np.sort(p.contact.distance_m[chosen])
        missing = distances[test.min_zones - 1] if len(distances) >= test.min_zones else math.inf
        return float(missing) - scene.stand.disc_m
    threshold = scene.accuracy_m(p.layer)
    masks = [_only(p.yes, int(m)) for m in met]
    return -sorted((_depth(scene, p, m, m, threshold) for m in masks), reverse=True)[test.min_zones - 1]


def _only_touch(scene: Scene, p: _Picture, met: Mask) -> bool:
    """A point on any border, or a line or polygon that has no depth in any zone."""
    edge = p.contact.on_border[met]
    return bool(edge.any() if scene.dimension == POINT else len(edge) and edge.all())


def _depth(scene: Scene, p: _Picture, chosen: Mask, met: Mask, threshold_m: float) -> float:
    """Depth of the overlap in the union of the chosen zones near it; inf beyond the margins asked for."""
    areal = shapely.get_dimensions(p.layer.geometry[p.contact.index]) == POLYGON
    if not (met & areal).any():
        return 0.0
    cap = max(scene.near_m, threshold_m)
    zones = p.layer.geometry[p.contact.index[chosen & areal & (p.contact.distance_m <= cap)]]
    piece = _union(p.contact.overlap[met & areal])
    return depth_m(scene, zones, piece, cap_m=cap, threshold_m=threshold_m)


# --- companions ----------------------------------------------------------------------------------------------------


def _with_companions(
    scene: Scene, test: PlaceTest, p: _Picture, truth: Truth, reasons: tuple[Reason, ...]
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


def _piece(p: _Picture, chosen: Mask) -> Geometry:
    pieces = p.contact.overlap[chosen & p.contact.met]
    return _union(pieces) if len(pieces) else shapely.Point()


def _narrow(
    scene: Scene, layer: LayerView, companion: With, sure: Geometry, possible: Geometry
) -> tuple[Geometry, Geometry, tuple[Reason, ...]]:
    contact = scene.contact(layer.id)
    yes, maybe = (mask[contact.index] for mask in layer.match(companion.zone_classes, companion.zone_where))
    known = _zones(layer, contact.index[yes & contact.met])
    either = _zones(layer, contact.index[(yes | maybe) & contact.met])
    silent = scene.vouch(layer, scene.accuracy_m(layer))
    unknown = bool((maybe & contact.met).any())
    reasons = (*((Reason.ATTRIBUTE_UNKNOWN,) if unknown else ()), *((silent,) if silent is not None else ()))
    if companion.present:
        widest = possible if silent is not None else shapely.intersection(possible, either)
        return shapely.intersection(sure, known), widest, reasons
    surest = shapely.Point() if silent is not None else shapely.difference(sure, either)
    return surest, shapely.difference(possible, known), reasons


def _zones(layer: LayerView, rows: Indices) -> Geometry:
    return shapely.union_all(layer.geometry[rows])


def _companion_gap(scene: Scene, test: PlaceTest) -> float:
    """How far the second layers that must be there are from the site; inf where that is not what decides."""
    gaps = [math.inf]
    for companion in test.companions:
        layer = scene.view.layers[companion.layer]
        contact = scene.contact(layer.id)
        yes, _ = layer.match(companion.zone_classes, companion.zone_where)
        if companion.present:
            gaps.append(float(contact.distance_m[yes[contact.index]].min(initial=math.inf)))
    return min(gaps)


# --- outside and distance ------------------------------------------------------------------------------------------


def _outside(scene: Scene, test: PlaceTest, p: _Picture) -> Place:
    """More than the minimum lies outside the zones; their silence convicts here, so it must be vouched for."""
    met = p.contact.met
    known, either = (_zones(p.layer, p.contact.index[m & met]) for m in (p.yes, p.yes | p.maybe))
    silent = scene.vouch(p.layer, scene.accuracy_m(p.layer))
    lasting = p.layer.silence
    out_for_sure = is_enough(scene, test, shapely.difference(scene.geometry, either))
    may_be_out = is_enough(scene, test, shapely.difference(scene.geometry, known))
    depth = _depth(scene, p, p.yes, p.yes & met, scene.accuracy_m(p.layer))
    reasons: tuple[Reason, ...] = ()
    if not may_be_out:
        truth: Truth = False if lasting is None else None
        reasons = () if lasting is None else (lasting,)
        if scene.stand.disc_m > depth:
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


def _outside_margin(scene: Scene, p: _Picture, known: Geometry, *, truth: bool) -> float:
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


def _within(scene: Scene, test: PlaceTest, p: _Picture) -> Place:
    limit = test.distance_m if test.distance_m is not None else test.screening_m
    if limit is None:
        return Place(truth=None, reasons=(Reason.DISTANCE_UNSET,))
    floor = -1.0 if test.distance_min_m is None else test.distance_min_m
    near, far = p.nearest(p.yes), p.nearest(p.yes | p.maybe)
    disc = scene.stand.disc_m
    silent = scene.vouch(p.layer, limit + scene.accuracy_m(p.layer))
    truth, reasons = _settle(silent, sure=floor < near <= limit, possible=floor < far <= limit)
    if near <= floor:
        truth, reasons = False, ()
    elif truth is not True and floor < near and near - disc <= limit < near:
        truth, reasons = None, (*reasons, Reason.FOOTPRINT_UNKNOWN)
    if test.distance_m is None and (truth or (truth is None and far - disc <= limit)):
        truth, reasons = None, (*reasons, Reason.DISTANCE_UNSET)
    if test.companions and truth is not False:
        truth, reasons = _with_companions_here(scene, test, truth, reasons)
    return _within_answer(scene, p, truth, reasons, limit, floor)


def _with_companions_here(
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


def _within_answer(
    scene: Scene,
    p: _Picture,
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
        margin = floor + (_depth(scene, p, p.yes, p.yes & p.contact.met, scene.accuracy_m(p.layer)) - reached)
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
