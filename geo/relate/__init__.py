"""Relations: does a site stand to a layer's zones as a rule asks? Yes, no, or open with the reasons."""

from dataclasses import replace

from geo.lists.bind import why_at
from geo.model import Reason, Relation
from geo.place_test import PlaceTest
from geo.relate.areas import entered, raised
from geo.relate.distance import within
from geo.relate.outside import outside
from geo.relate.overlap import overlap
from geo.relate.picture import Place, silences, unmet
from geo.relate.upstream import upstream
from geo.scene import Scene

__all__ = ["Place", "place"]


def place(scene: Scene, test: PlaceTest) -> Place:
    """Answer a place test on all its layers together; the silence of each must be vouched for."""
    if test.relation is Relation.ANYWHERE:
        return Place(truth=True)
    if test.areas is not None:
        return raised(test.areas, entered(scene, test.areas, place))
    if _too_coarse(scene, test):
        return Place(truth=None, reasons=(Reason.NOT_COVERED,))
    if test.river is not None:
        return _with_datum(scene, test, upstream(scene, test, test.river))
    if test.relation is not Relation.OUTSIDE and not test.companions and _nothing_near(scene, test):
        return unmet(silences(scene, test.layers, test.reach_m))
    match test.relation:
        case Relation.INTERSECTS | Relation.CROSSES:
            answer = overlap(scene, test)
        case Relation.OUTSIDE:
            answer = outside(scene, test)
        case _:
            answer = within(scene, test)
    return _with_datum(scene, test, _with_why(scene, test, answer))


def _nothing_near(scene: Scene, test: PlaceTest) -> bool:
    """Whether no layer of the test has any zone within the search: only the silence is left to ask."""
    return all(len(scene.contact(layer).index) == 0 for layer in test.layers)


def _with_why(scene: Scene, test: PlaceTest, answer: Place) -> Place:
    """Of tests about entry lists: what the zones leave open, where a zone filter only knows that they do.

    A footprint that is not known matters where the land may reach zones that are sure; not where it can only
    reach more of what is open here already.
    """
    if not test.why or Reason.ATTRIBUTE_UNKNOWN not in answer.reasons:
        return answer
    whys = [why_at(scene.view, test, layer, row) for layer, row in answer.zones]
    found = set[Reason]().union(*whys)
    if not found:
        return answer
    said = {Reason.ATTRIBUTE_UNKNOWN, *((Reason.FOOTPRINT_UNKNOWN,) if all(whys) else ())}
    rest = tuple(reason for reason in answer.reasons if reason not in said)
    return replace(answer, reasons=(*(reason for reason in test.why if reason in found), *rest))


def _too_coarse(scene: Scene, test: PlaceTest) -> bool:
    """A raster whose cells are larger than the rule allows, first layer or second, says nothing at all."""
    if test.max_cell_m is None:
        return False
    named = (*test.layers, *(companion.layer for companion in test.companions))
    editions = (scene.view.layers[layer].edition for layer in named)
    cells = [e.cell_m for e in editions if e is not None and e.cell_m is not None]
    return any(cell > test.max_cell_m for cell in cells)


def _with_datum(scene: Scene, test: PlaceTest, answer: Place) -> Place:
    """With an unknown datum, an answer nearer to its threshold than the accuracy is open."""
    if scene.part.site.datum_known:
        return answer
    accuracy = max(scene.accuracy_m(scene.view.layers[layer]) for layer in test.layers)
    near = answer.margin_m is not None and abs(answer.margin_m) < accuracy
    if not (near or answer.borderline):
        return answer
    return replace(answer, truth=None, reasons=(*answer.reasons, Reason.DATUM_UNKNOWN))
