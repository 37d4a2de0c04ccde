"""Points that stand alike: where their measures lie among the thresholds of a test, as one key.

Every comparison that a relation makes is of a distance or depth with a sum of the test's own distances, the
disc a point stands for and the accuracy. Points whose measures lie on the same side of all of these (or
exactly on one) get the same answer; `tests/geo/test_points.py` holds this against the one road.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.measure import Floats
from geo.model import Reason, Relation
from geo.place_test import PlaceTest
from geo.points.atlas import Atlas
from geo.points.batch import Ints
from geo.points.survey import Survey
from geo.relate.picture import ZoneFilter
from geo.scene import NEAR_M
from geo.view import LayerView

Key = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """Points in groups.

    Attributes
    ----------
    group
        Of each point, shape (n,).
    keys
        What each group has in common.
    first
        One point of each group.
    """

    group: Ints
    keys: list[Key]
    first: Ints


def grouped(columns: Sequence[Ints]) -> Grouped:
    """Points by equal columns."""
    count = len(columns[0])
    code, size = np.zeros(count, dtype=np.int64), 1
    for column in columns:
        if not (column != column[:1]).any():
            continue
        values, distinct = pd.factorize(column)
        if len(distinct) > 1:
            code, found = pd.factorize(code * len(distinct) + values)
            size = len(found)
    first = np.full(size, count, dtype=np.int64)
    np.minimum.at(first, code, np.arange(count))
    table = np.column_stack([column[first] for column in columns]).tolist()
    return Grouped(code, [tuple(row) for row in table], first)


def columns_of(survey: Survey, test: PlaceTest) -> list[Ints]:
    """Everything that the answer to a place test may depend on, one column each."""
    accuracy = survey.accuracy_m(test.layers)
    bases = list(test.distances_m) or [0.0]
    out = [_stands(survey)]
    out.extend(_met_by_layer(survey, test))
    out.extend(_of_filter(survey, test.layers, test, bases, accuracy))
    if test.min_zones > 1:
        out.extend(_of_several(survey, test, accuracy))
    for companion in test.companions:
        out.extend(_of_filter(survey, (companion.layer,), companion, [0.0], accuracy))
    reaches = sorted({0.0, test.reach_m, *bases})
    asked = dict.fromkeys((*test.layers, *(c.layer for c in test.companions)))
    out.extend(covered(survey, survey.atlas.view.layers[layer], reaches) for layer in asked)
    return out


def _stands(survey: Survey) -> Ints:
    """How points stand on the ground: as themselves, for a disc, for a line."""
    kinds = [(s.disc_m > 0.0) + 2 * s.linear_point + 4 * s.shape_unknown for s in survey.stands]
    return np.array(kinds, dtype=np.int64)[survey.batch.declaration]


def _met_by_layer(survey: Survey, test: PlaceTest) -> Iterator[Ints]:
    """Where several layers are asked, which of them hold the point."""
    if len(test.layers) > 1:
        for layer in test.layers:
            region = survey.atlas.region((layer,), test, sure=True)
            yield survey.inside(region).astype(np.int64)


def _of_filter(
    survey: Survey, layers: tuple[str, ...], of: ZoneFilter, bases: list[float], accuracy: Floats
) -> Iterator[Ints]:
    """How points stand to the zones a filter surely means, and to those it may mean."""
    sures = (True, False) if survey.atlas.is_vague(layers, of) else (True,)
    span = min(bases), max(bases)
    if len(sures) > 1:
        yes, either = (survey.atlas.region(layers, of, sure=one) for one in sures)
        yield (survey.number_met(either) > survey.number_met(yes)).astype(np.int64)
    for sure in sures:
        region = survey.atlas.region(layers, of, sure=sure)
        yield survey.inside(region).astype(np.int64)
        yield _bits(survey.nearest_m(region, span), list(_thresholds(bases, survey.disc_m, accuracy)))
        yield _bits(survey.edge_m(region), list(_thresholds([0.0], survey.disc_m, accuracy)))


def _of_several(survey: Survey, test: PlaceTest, accuracy: Floats) -> Iterator[Ints]:
    for sure in (True, False) if survey.atlas.is_vague(test.layers, test) else (True,):
        region = survey.atlas.region(test.layers, test, sure=sure)
        yield np.minimum(survey.number_met(region), test.min_zones)
        limits = list(_thresholds([0.0], survey.disc_m, accuracy))
        yield _bits(survey.nth_m(region, test.min_zones, depth=False), limits)
        yield _bits(survey.nth_m(region, test.min_zones, depth=True), limits)


def _thresholds(bases: list[float], disc: Floats, accuracy: Floats) -> Iterator[Floats]:
    """All that a measure is ever compared with, and how far near margins reach."""
    for base in dict.fromkeys(bases):
        yield base + np.zeros_like(disc)
        for sign in (-1.0, 1.0):
            yield base + sign * accuracy
            yield base + disc + sign * accuracy
        yield base + disc
        yield base + disc + NEAR_M


def _bits(value: Floats, thresholds: list[Floats]) -> Ints:
    """Two bits for each threshold: whether the value is below it, and whether it is on it."""
    out = np.zeros(len(value), dtype=np.int64)
    near = np.flatnonzero(np.isfinite(value))
    here = value[near]
    for place, threshold in enumerate(thresholds):
        limit = threshold[near]
        out[near] |= ((here < limit) << (2 * place)) | ((here == limit) << (2 * place + 1))
    return out


def covered(survey: Survey, layer: LayerView, reaches: Sequence[float]) -> Ints:
    """How far around each point a layer's silence is vouched for, among the reaches asked about."""
    if layer.silence not in (None, Reason.STALE):
        return np.zeros(survey.count, dtype=np.int64)
    metres, accuracy = survey.covered_m(layer), survey.batch.accuracy_m + layer.accuracy_m
    out = (metres >= 0.0).astype(np.int64) | (metres >= survey.disc_m) << 1
    for place, reach in enumerate(reaches, start=2):
        out |= (metres >= reach + accuracy + survey.disc_m).astype(np.int64) << place
    return out


def is_columnar(atlas: Atlas, test: PlaceTest) -> bool:
    """Whether the key holds all that the test depends on.

    Sums of two measures are not in it, nor how far unknown zones lie beyond the one the point is in.
    """
    if test.relation is Relation.ANYWHERE or test.distance_min_m is None:
        return True
    return test.distance_min_m <= 0.0 and not atlas.is_vague(test.layers, test)
