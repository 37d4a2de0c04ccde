"""`upstream_within`: beside the river, within metres along it upstream or downstream of a zone.

The ground that is meant was laid along the rivers (`geo.laid`), and is asked as any overlap: the margin is
the distance to that ground's border, be it the end of the stretch or its side. Silence is vouched for in two
steps. Where the river layer knows of no river beside the site, it is enough that the zones' layer covers the
site itself; beside a river, both layers must cover all that the walk along it could come to.
"""

from dataclasses import replace

import numpy as np
import shapely

from geo.model import RIVERS, Hit, Reason, Relation
from geo.network import SNAP_M
from geo.place_test import PlaceTest, RiverTest
from geo.relate.overlap import overlap
from geo.relate.picture import Place, silences, unmet
from geo.scene import Scene
from geo.view import LayerView

__all__ = ["is_beside_m", "river_hit", "upstream", "walk_reach_m"]


def upstream(scene: Scene, test: PlaceTest, river: RiverTest) -> Place:
    """Answer a test of what lies along a river."""
    if not all(layer in scene.view.laid for layer in test.layers):
        return unmet(silences(scene, (RIVERS,), river.side_m))
    found = overlap(scene, replace(test, relation=Relation.INTERSECTS))
    if river.unset and found.truth is not False:
        found = replace(found, truth=None, reasons=(*found.reasons, Reason.DISTANCE_UNSET))
    if found.truth is True:
        return found
    silent = _silences(scene, river)
    if not silent:
        return found
    return replace(found, truth=None, reasons=tuple(dict.fromkeys((*found.reasons, *silent))))


def is_beside_m(scene: Scene, river: RiverTest) -> float:
    """How near to a river's line a site may be beside it, metres."""
    rivers = scene.view.layers[RIVERS]
    return river.bank_m + scene.accuracy_m(rivers) + scene.stand.disc_m


def walk_reach_m(river: RiverTest) -> float:
    """How far from a site beside a river all lies that a walk along it could come to, metres."""
    return river.way_m + river.bank_m + SNAP_M


def _silences(scene: Scene, river: RiverTest) -> tuple[Reason, ...]:
    contact = scene.contact(RIVERS)
    beside = float(contact.distance_m.min(initial=np.inf)) <= is_beside_m(scene, river)
    if not beside:
        held = (*silences(scene, (RIVERS,), river.bank_m), *silences(scene, river.zones, 0.0))
        return tuple(dict.fromkeys(held))
    reach = walk_reach_m(river)
    layers = (scene.view.layers[name] for name in (*river.zones, RIVERS))
    told = (_vouch(scene, layer, reach) for layer in layers)
    return tuple(dict.fromkeys(reason for reason in told if reason is not None))


def _vouch(scene: Scene, layer: LayerView, reach_m: float) -> Reason | None:
    """Why a layer's silence does not acquit within a reach, however far other rules look."""
    if layer.silence not in (None, Reason.STALE):
        return layer.silence
    far = reach_m + scene.accuracy_m(layer) + scene.stand.disc_m
    ground = layer.ground
    covered = ground is not None and scene.keep(("covers", ground, far), lambda: _covers(scene, layer, far))
    return layer.silence if covered else Reason.NOT_COVERED


def _covers(scene: Scene, layer: LayerView, far_m: float) -> bool:
    ground = layer.ground
    if ground is None or not shapely.covers(ground.area, scene.geometry):
        return False
    border = ground.border_near(scene.box(far_m))
    return border is None or scene.gap_m(border, far_m) >= far_m


def river_hit(scene: Scene, layer: LayerView, entry: int) -> Hit:
    """A zone up or down the river from the site; ``entry`` counts in the contact with its ground."""
    contact, laid = scene.contact(layer.id), scene.view.laid[layer.id]
    row = int(contact.index[entry])
    course, met = laid.courses[row], bool(contact.met[entry])
    places = shapely.get_coordinates(contact.overlap[entry]) if met else np.zeros((0, 2))
    if met and len(places) == 0:  # a touch within the tolerance
        places = shapely.get_coordinates(scene.geometry)
    return Hit(
        layer=laid.of,
        zone_id=str(layer.zone_id[row]),
        zone_class=layer.zone_class[row],
        name=layer.name[row],
        overlap_m2=0.0,
        overlap_m=0.0,
        overlap_share=0.0,
        distance_m=float(contact.distance_m[entry]),
        touch=False,
        zone_derived=bool(layer.derived[row]),
        river_m=course.river_m(places) if course is not None and met else None,
    )
