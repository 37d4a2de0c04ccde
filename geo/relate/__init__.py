"""Relations: does a site stand to a layer's zones as a rule asks? Yes, no, or open with the reasons."""

from dataclasses import replace

from geo.model import Reason, Relation
from geo.place_test import PlaceTest
from geo.relate.distance import within
from geo.relate.outside import outside
from geo.relate.overlap import overlap
from geo.relate.picture import Picture, Place
from geo.scene import Scene
from geo.view import LayerView

__all__ = ["Place", "place"]


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
    picture = Picture(layer=layer, contact=contact, yes=yes[contact.index], maybe=maybe[contact.index])
    match test.relation:
        case Relation.INTERSECTS | Relation.CROSSES:
            answer = overlap(scene, test, picture)
        case Relation.OUTSIDE:
            answer = outside(scene, test, picture)
        case _:
            answer = within(scene, test, picture)
    if test.clause_verbs and answer.truth is True:
        answer = replace(answer, truth=None, reasons=(Reason.NOT_PUBLISHED,))
    return _datum(scene, layer, answer)


def _datum(scene: Scene, layer: LayerView, answer: Place) -> Place:
    """With an unknown datum, an answer nearer to its threshold than the accuracy is open."""
    near = answer.margin_m is not None and abs(answer.margin_m) < scene.accuracy_m(layer)
    if scene.part.site.datum_known or not (near or answer.borderline):
        return answer
    return replace(answer, truth=None, reasons=(*answer.reasons, Reason.DATUM_UNKNOWN))
