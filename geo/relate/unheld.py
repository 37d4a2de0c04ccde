"""Tests of layers that nobody holds here: one answer for every place."""

from geo.model import Reason, Relation
from geo.place_test import PlaceTest
from geo.view import BundleView, LayerView

_OF_ZONES = frozenset({Relation.INTERSECTS, Relation.CROSSES, Relation.WITHIN_DISTANCE})


def is_unheld(view: BundleView, test: PlaceTest) -> bool:
    """Whether no layer of a test has a zone or could vouch for its silence: no place matters then."""
    if test.relation not in _OF_ZONES or test.companions or not test.layers:
        return False
    return all(_says_nothing(view.layers[layer]) for layer in test.layers)


def _says_nothing(layer: LayerView) -> bool:
    return layer.tree is None and layer.silence not in (None, Reason.STALE)
