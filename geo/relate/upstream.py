"""`upstream_within`: beside the river, within metres along it upstream or downstream of a zone.

The ground that is meant was laid along the rivers (`geo.rivers.laid`), and is asked as any overlap: the
margin is the distance to that ground's border, be it the end of the stretch or its side. Silence is vouched
for where the river layer covers the site's surroundings and the zones' layer the site itself, and where no
walk along a river beside the site would leave what both cover: that ground is laid too. Or where the zones'
layer alone knows that no zone is near.
"""

from dataclasses import replace
from functools import partial

import numpy as np
import shapely

from geo.ground import Ground
from geo.model import RIVERS, Hit, Reason, Relation
from geo.place_test import PlaceTest, RiverTest
from geo.relate.overlap import overlap
from geo.relate.picture import Place, silences, unmet
from geo.scene import Scene
from geo.view import LayerView

__all__ = ["river_hit", "upstream"]


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
    if not silent or (found.truth is False and _is_out_of_reach(scene, river)):
        return found
    return replace(found, truth=None, reasons=tuple(dict.fromkeys((*found.reasons, *silent))))


def _silences(scene: Scene, river: RiverTest) -> tuple[Reason, ...]:
    held = (*silences(scene, (RIVERS,), river.bank_m), *silences(scene, river.zones, 0.0))
    out = (Reason.NOT_COVERED,) if _may_meet(scene, river.edge) else ()
    return tuple(dict.fromkeys((*held, *out)))


def _is_out_of_reach(scene: Scene, river: RiverTest) -> bool:
    """Whether the zones' layers know for themselves that no zone is near, whatever rivers there are."""
    seen = all(_sees_all(scene, scene.view.layers[name], river.reach_m) for name in river.zones)
    return seen and not _may_meet(scene, river.near)


def _may_meet(scene: Scene, ground: str) -> bool:
    """Whether the site, its accuracy and its land counted, may meet some ground."""
    far = float(scene.contact(ground).distance_m.min(initial=np.inf))
    return far <= scene.accuracy_m(scene.view.layers[ground]) + scene.stand.disc_m


def _sees_all(scene: Scene, layer: LayerView, reach_m: float) -> bool:
    """Whether a layer vouches for its silence within a reach, however far other rules look."""
    if layer.silence is not None or layer.ground is None:
        return False
    far = reach_m + scene.accuracy_m(layer) + scene.stand.disc_m
    return scene.keep(("sees", layer.ground, far), partial(_covers, scene, layer.ground, far))


def _covers(scene: Scene, ground: Ground, far_m: float) -> bool:
    if not shapely.covers(ground.area, scene.geometry):
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
