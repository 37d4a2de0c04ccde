"""Accounting of overlap: per zone, per class and layer as unions; union and remainder make 100 %."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.chainage import Chain, chain_of, crossings, joined
from geo.contact import Contact
from geo.few import some
from geo.measure import LINE, POINT, POLYGON, Floats, Objects, area_m2, length_m
from geo.model import ClassShare, Crossing, Hit, LayerReport, LayerState, Reason, Text
from geo.overlays import once
from geo.place_test import MINIMUM_M, MINIMUM_M2
from geo.scene import WHOLE_SHARE, Scene, but_for_rounding
from geo.view import BundleView, LayerView

_STATES = {
    Reason.OUT_OF_SCOPE: LayerState.OUT_OF_SCOPE,
    Reason.LAYER_MISSING: LayerState.MISSING,
    Reason.NOT_PUBLISHED: LayerState.MISSING,
    Reason.FAILED: LayerState.FAILED,
    Reason.NO_EDITION: LayerState.NO_EDITION,
    Reason.NOT_COVERED: LayerState.NOT_COVERED,
    Reason.STALE: LayerState.STALE,
}


def hit(
    scene: Scene, layer: LayerView, entry: int, min_m: float = MINIMUM_M, min_m2: float = MINIMUM_M2
) -> Hit:
    """One zone of a contact as a hit; ``entry`` counts in the contact's arrays. Kept: many rules tell it."""
    key = ("hit", layer.id, entry, min_m, min_m2)
    return scene.keep(key, lambda: _hit(scene, layer, entry, min_m, min_m2))


def _hit(scene: Scene, layer: LayerView, entry: int, min_m: float, min_m2: float) -> Hit:
    contact = scene.contact(layer.id)
    row = int(contact.index[entry])
    area, length = float(contact.overlap_m2[entry]), float(contact.overlap_m[entry])
    share = float(contact.overlap_share[entry])
    return Hit(
        layer=layer.id,
        zone_id=str(layer.zone_id[row]),
        zone_class=layer.zone_class[row],
        name=layer.name[row],
        overlap_m2=area,
        overlap_m=length,
        overlap_share=share,
        distance_m=float(contact.distance_m[entry]),
        touch=bool(contact.met[entry]) and _is_touch(scene, layer, entry, min_m, min_m2),
        zone_derived=bool(layer.derived[row]),
        crossings=_crossings(scene, layer, entry) if scene.dimension == LINE else None,
    )


def _crossings(scene: Scene, layer: LayerView, entry: int) -> tuple[Crossing, ...]:
    """Where along a line site a zone of a contact lies; kept, since many rules tell the same zone."""
    return scene.keep(("crossings", layer.id, entry), lambda: _find_crossings(scene, layer, entry))


def _find_crossings(scene: Scene, layer: LayerView, entry: int) -> tuple[Crossing, ...]:
    contact = scene.contact(layer.id)
    if not contact.met[entry]:
        return ()
    piece = contact.overlap[entry]
    if piece.is_empty:  # a touch within the tolerance, short of the zone itself
        zone = layer.geometry[contact.index[entry]]
        piece = shapely.get_point(shapely.shortest_line(scene.geometry, zone), 0)
    return crossings(_chain(scene), piece)


def _chain(scene: Scene) -> Chain:
    return scene.keep("chain", lambda: chain_of(scene.geometry))


def _is_touch(scene: Scene, layer: LayerView, entry: int, min_m: float, min_m2: float) -> bool:
    contact = scene.contact(layer.id)
    zone_dim = int(contact.dimension[entry])
    if contact.on_border[entry]:
        return True
    if min(scene.dimension, zone_dim) == POINT or (scene.dimension == LINE and zone_dim == LINE):
        return False
    whole = contact.overlap_share[entry] >= WHOLE_SHARE
    if min(scene.dimension, zone_dim) == LINE:
        return bool(contact.overlap_m[entry] <= min_m) and not whole
    return bool(contact.overlap_m2[entry] <= min_m2) and not whole


def hits_met(scene: Scene) -> tuple[Hit, ...]:
    """Every zone geometrically met in every layer, touches included."""
    out: list[Hit] = []
    for layer in scene.view.held:
        if layer.tree is not None:
            out.extend(hit(scene, layer, int(e)) for e in np.flatnonzero(scene.contact(layer.id).met))
    return tuple(sorted(out, key=by_layer_and_zone))


def by_layer_and_zone(hit: Hit) -> tuple[str, str]:
    """An order that the order of rows in a file does not change."""
    return hit.layer, hit.zone_id


def layer_report(scene: Scene, layer: LayerView) -> LayerReport:
    """What one layer says of the site."""
    if layer.edition is None:
        return _absent(scene.view, layer.id)
    contact = scene.contact(layer.id) if layer.tree is not None else None
    if contact is None or not some(contact.met):
        return _unmet(scene.view, layer, _state(scene, layer))
    met = np.flatnonzero(contact.met)
    edition = layer.edition
    by_class, union = _shares(scene, layer, met)
    return LayerReport(
        id=layer.id,
        title=scene.view.title(layer.id),
        state=LayerState.HIT,
        flags=_flags(scene, layer, provisional=some(layer.provisional[contact.index[met]])),
        edition=edition.edition,
        sha256=edition.sha256,
        synthetic=edition.synthetic,
        by_class=by_class,
        union_share=union,
        remainder_share=1.0 - union,
        remarks=_remarks(layer),
    )


@lru_cache(maxsize=1024)
def _absent(view: BundleView, layer_id: str) -> LayerReport:
    """A layer without an edition says the same of every site."""
    reason = view.layers[layer_id].silence
    return _unmet(view, view.layers[layer_id], _STATES[reason] if reason is not None else LayerState.MISSING)


@lru_cache(maxsize=4096)
def _unmet(view: BundleView, layer: LayerView, state: LayerState) -> LayerReport:
    """A layer that the site does not meet says one of few things."""
    edition = layer.edition
    return LayerReport(
        id=layer.id,
        title=view.title(layer.id),
        state=state,
        flags=(),
        edition=edition.edition if edition is not None else None,
        sha256=edition.sha256 if edition is not None else None,
        synthetic=edition is not None and edition.synthetic,
        by_class=(),
        union_share=0.0,
        remainder_share=1.0,
        remarks=_remarks(layer),
        quiet=True,
    )


def _state(scene: Scene, layer: LayerView) -> LayerState:
    reason = scene.vouch(layer, 0.0)
    return LayerState.CLEAR if reason is None else _STATES[reason]


def _flags(scene: Scene, layer: LayerView, *, provisional: bool) -> tuple[str, ...]:
    edition = layer.edition
    if edition is None:
        return ()
    stale = edition.stale_after is not None and scene.view.on >= edition.stale_after
    partial = bool(edition.faults) or not scene.covered(layer)
    named = (("stale", stale), ("provisional", provisional), ("partial", partial))
    return tuple(name for name, holds in named if holds)


def _remarks(layer: LayerView) -> tuple[Text, ...]:
    if layer.edition is None:
        return ()
    faults = tuple(Text(f.line("zh"), f.line("en")) for f in layer.edition.faults[:5])
    more = len(layer.edition.faults) - len(faults)
    rest = (Text(f"另有 {more} 处数据问题", f"and {more} more data faults"),) if more > 0 else ()
    return (*layer.edition.remarks, *faults, *rest)


def _shares(scene: Scene, layer: LayerView, met: np.ndarray) -> tuple[tuple[ClassShare, ...], float]:
    if len(met) == 0:
        return (), 0.0
    contact = scene.contact(layer.id)
    if len(met) == 1:
        return _single_share(scene, layer, int(met[0]))
    if scene.dimension == LINE:
        return _line_shares(scene, layer, met)
    groups = _by_class(layer, contact, met)
    by_class = tuple(_class_share(scene, layer, entries) for entries in groups)
    if len(groups) == 1:
        return by_class, by_class[0].overlap_share
    return by_class, _joint(scene, layer, met).share


def _by_class(layer: LayerView, contact: Contact, met: np.ndarray) -> list[np.ndarray]:
    """Entries of each class, unknown ones last."""
    classes = layer.zone_class[contact.index[met]]
    order = sorted(set(classes), key=lambda c: (c is None, str(c)))
    return [met[classes == c] for c in order]


def _class_share(scene: Scene, layer: LayerView, entries: np.ndarray) -> ClassShare:
    """The account of the zones of one class."""
    if len(entries) == 1:
        return _single_share(scene, layer, int(entries[0]))[0][0]
    joint = _joint(scene, layer, entries)
    return ClassShare(
        zone_class=layer.zone_class[scene.contact(layer.id).index[entries[0]]],
        overlap_m2=joint.area_m2,
        overlap_m=joint.length_m,
        overlap_share=joint.share,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Joint:
    """The union of what several zones of a layer share with the site."""

    area_m2: float
    length_m: float
    share: float


def _joint(scene: Scene, layer: LayerView, entries: np.ndarray) -> _Joint:
    return scene.keep("joints", lambda: _joints(scene))[layer.id, entries.tobytes()]


def _joints(scene: Scene) -> dict[tuple[str, bytes], _Joint]:
    """Unions by class and by layer, of all layers: one call to measure them costs more than a few shapes."""
    unions: dict[tuple[str, bytes], Geometry] = {}
    for layer in (x for x in scene.view.held if x.tree is not None):
        contact = scene.contact(layer.id)
        met = np.flatnonzero(contact.met)
        if len(met) > 1:
            groups = _by_class(layer, contact, met)
            pieces = [_piece(scene, layer, entries) for entries in groups]
            unions |= {(layer.id, e.tobytes()): piece for e, piece in zip(groups, pieces, strict=True)}
            unions[layer.id, met.tobytes()] = _piece(scene, layer, met)
    shapes = np.array([None, *unions.values()], dtype=object)[1:]
    areas, lengths = _areas(scene, shapes).tolist(), length_m(shapes).tolist()
    sizes = areas if scene.dimension == POLYGON else map(scene.size_of, shapes)
    return {
        key: _Joint(area_m2=area, length_m=length, share=but_for_rounding(min(1.0, size / scene.size)))
        for key, area, length, size in zip(unions, areas, lengths, sizes, strict=True)
    }


def _areas(scene: Scene, pieces: Objects) -> Floats:
    """Areas of pieces of the site, of which some may be all of it."""
    areas = np.full(len(pieces), scene.area_m2)
    cut = np.array([piece is not scene.geometry for piece in pieces], dtype=bool)
    if some(cut):
        areas[cut] = area_m2(pieces[cut])
    return areas


def _piece(scene: Scene, layer: LayerView, entries: np.ndarray) -> Geometry:
    """What several zones of a layer share with the site; kept by the name rules ask for it by, too."""
    contact = scene.contact(layer.id)
    key = ("piece", layer.id, contact.index[entries].tobytes())
    return scene.keep(key, lambda: scene.united(contact.overlap[entries]))


def _line_shares(scene: Scene, layer: LayerView, met: np.ndarray) -> tuple[tuple[ClassShare, ...], float]:
    """The account of a line site, made along it.

    Pieces that several zones cut from one edge lie beside each other by the rounding of their ends, so that
    a union of the shapes would count their ground twice.
    """
    classes = layer.zone_class[scene.contact(layer.id).index[met]]
    order = sorted(set(classes), key=lambda c: (c is None, str(c)))
    by_class = []
    for c in order:
        entries = met[classes == c]
        metres, share = _ground(scene, layer, entries)
        along = joined(x for entry in entries for x in _crossings(scene, layer, int(entry)))
        by_class.append(
            ClassShare(zone_class=c, overlap_m2=0.0, overlap_m=metres, overlap_share=share, crossings=along)
        )
    return tuple(by_class), _ground(scene, layer, met)[1]


def _ground(scene: Scene, layer: LayerView, entries: np.ndarray) -> tuple[float, float]:
    """Metres and share of a line site that lie in any of some zones; what it runs over twice counts once."""
    once = scene.keep("ground", lambda: _once(scene))
    found = joined(c for entry in entries for c in _on_ground(scene, once, layer, int(entry)))
    metres = sum(c.to_m - c.from_m for c in found)
    return metres, but_for_rounding(min(1.0, metres / once.length_m))


def _once(scene: Scene) -> Chain:
    """The line's ground: without the passes that run over another."""
    if shapely.is_simple(scene.geometry):
        return _chain(scene)
    return chain_of(once(np.array([scene.geometry], dtype=object)))


def _on_ground(scene: Scene, once: Chain, layer: LayerView, entry: int) -> tuple[Crossing, ...]:
    if once is _chain(scene):
        return _crossings(scene, layer, entry)
    piece = scene.contact(layer.id).overlap[entry]
    return scene.keep(("on ground", layer.id, entry), lambda: crossings(once, piece))


def _single_share(scene: Scene, layer: LayerView, entry: int) -> tuple[tuple[ClassShare, ...], float]:
    """One zone alone: what the contact holds is the account."""
    contact = scene.contact(layer.id)
    share = but_for_rounding(float(contact.overlap_share[entry]))
    alone = ClassShare(
        zone_class=layer.zone_class[contact.index[entry]],
        overlap_m2=float(contact.overlap_m2[entry]),
        overlap_m=float(contact.overlap_m[entry]),
        overlap_share=share,
        crossings=_crossings(scene, layer, entry) if scene.dimension == LINE else None,
    )
    return (alone,), share
