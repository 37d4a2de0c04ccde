"""Margins of many points: what `geo.relate.gap` says of one site, measured in columns."""

import math

import numpy as np

from geo.measure import Floats
from geo.place_test import PlaceTest
from geo.points.atlas import Atlas, Region
from geo.points.batch import Ints
from geo.points.survey import Span, Survey
from geo.relate.gap import Gap, Joined, Leaf, Measure, Turned

Form = tuple[object, ...] | float | str
"""A gap apart from any site: ``("max", form, …)``, ``("turned", form)``, ``(measure, region, …)``"""

_JOIN = {"max": np.maximum.reduce, "min": np.minimum.reduce, "sum": np.add.reduce}


def form_of(atlas: Atlas, gap: Gap | None, test: PlaceTest) -> Form:
    """The form of a gap of a test: equal for all sites that stand alike."""
    match gap:
        case None:
            return math.inf
        case Leaf():
            p = gap.picture
            layers = tuple(layer.id for layer in p.layers)
            own = (layers, p.filter.zone_key) == (test.layers, test.zone_key)
            bases = test.distances_m if own and test.distances_m else (0.0,)
            span = min(bases), max(bases)
            return gap.measure, atlas.region(layers, p.filter, sure=gap.sure), gap.nth, span
        case Joined():
            return (gap.by, *(form_of(atlas, one, test) for one in gap.of))
        case Turned():
            return "turned", form_of(atlas, gap.of, test)
        case _:
            return gap


def measured(survey: Survey, form: Form, rows: Ints) -> Floats:
    """A form at some of the points, metres, shape of ``rows``; inf where nothing that decides is near."""
    if isinstance(form, float | int):
        return np.full(len(rows), float(form))
    if isinstance(form, str):
        return survey.disc_m[rows]
    head, *rest = form
    if isinstance(head, Measure):
        return _leaf(survey, head, *rest)[rows]  # type: ignore[arg-type]
    parts = [measured(survey, one, rows) for one in rest]  # type: ignore[arg-type]
    return -parts[0] if head == "turned" else np.asarray(_JOIN[str(head)](parts))


def _leaf(survey: Survey, measure: Measure, region: Region, nth: int, span: Span) -> Floats:
    match measure:
        case Measure.NEAREST:
            return survey.nearest_m(region, span)
        case Measure.DEPTH | Measure.EDGE:
            return survey.edge_m(region)
        case Measure.NTH_NEAREST:
            return survey.nth_m(region, nth, depth=False)
        case Measure.NTH_DEPTH:
            return survey.nth_m(region, nth, depth=True)
