"""Points that stand alike: where their measures lie among the thresholds of a test, as one key.

Every comparison that a relation makes is of a distance or depth with a sum of the test's own distances, the
disc a point stands for and the accuracy. Points whose measures lie on the same side of all of these (or
exactly on one) get the same answer; `tests/geo/test_points.py` holds this against the one road.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain

import numpy as np

from geo.lists.bind import why_filter
from geo.measure import Floats
from geo.model import RIVERS, Reason, Relation, With
from geo.place_test import PlaceTest, RiverTest
from geo.points.atlas import Atlas
from geo.points.batch import Ints
from geo.points.survey import Survey
from geo.relate.picture import ZoneFilter
from geo.scene import NEAR_M
from geo.view import LayerView

Bases = tuple[float, ...]
"""Distances that a test compares with, metres."""

TIE_M = 1e-6
"""A measure as near to a limit as this may fall on either side: rounding is a hundredth of it."""


def columns_of(survey: Survey, test: PlaceTest) -> list[Ints]:
    """Everything that the answer to a place test may depend on, one column each."""
    if test.river is not None:
        return list(_along_rivers(survey, test, test.river))
    limits = _Limits(survey, test)
    out = [_stands(survey)]
    out.extend(_met_by_layer(survey, test))
    out.extend(_of_filter(limits, test.layers, test, test.distances_m or (0.0,)))
    if test.min_zones > 1:
        out.extend(_of_several(limits, test))
    if len(test.why) > 1:  # which of the reasons holds is then another question
        filters = (why_filter(test.zone_key, reason) for reason in test.why)
        out.extend(chain.from_iterable(_of_filter(limits, test.layers, one, (0.0,)) for one in filters))
    for companion in test.companions:
        out.extend(_of_filter(limits, (companion.layer,), companion, (0.0,)))
    reaches = tuple(sorted({0.0, test.reach_m, *test.distances_m}))
    asked = dict.fromkeys((*test.layers, *(c.layer for c in test.companions)))
    out.extend(covered(survey, survey.atlas.view.layers[layer], reaches) for layer in asked)
    return out


def _along_rivers(survey: Survey, test: PlaceTest, river: RiverTest) -> Iterator[Ints]:
    """The same of what lies upstream: ground met, ground from which walks leave what is covered, silences."""
    view = survey.atlas.view
    yield _stands(survey)
    if river.edge:
        for name in (*test.layers, river.edge, river.near):
            survey.tied |= survey.doubtful_in(view.layers[name])
        yield from _met_by_layer(survey, test)
        yield from _of_filter(_Limits(survey, test), test.layers, test, (0.0,))
        for name in (river.edge, river.near):
            limits = _Limits(survey, replace(test, layers=(name,)))
            yield from _of_filter(limits, (name,), With(layer=name), (0.0,))
    reaches = (0.0, river.side_m, river.bank_m, river.reach_m)
    yield from (covered(survey, view.layers[layer], reaches) for layer in (RIVERS, *river.zones))


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


class _Limits:
    """On which side of all limits measures lie, for the accuracy of a test's layers."""

    def __init__(self, survey: Survey, test: PlaceTest) -> None:
        self.survey = survey
        self._layers_m = survey.layers_m(test.layers)

    def bits(self, measure: tuple[object, ...], value: Callable[[], Floats], bases: Bases) -> Ints:
        """Two bits for each limit: whether the value is below it, and whether it is on it.

        Parameters
        ----------
        measure
            What the value is, to keep its bits by.
        """
        key = ("bits", measure, bases, self._layers_m)
        return self.survey.keep(key, lambda: self._bits(value(), bases))

    def _bits(self, value: Floats, bases: Bases) -> Ints:
        out = np.zeros(len(value), dtype=np.int64)
        near = np.flatnonzero(np.isfinite(value))
        here, tied, bits = value[near], np.zeros(len(near), dtype=bool), np.zeros(len(near), dtype=np.int64)
        disc, accuracy = (_one_or_all(x, near) for x in (self.survey.disc_m, self._accuracy_m))
        for place, limit in enumerate(_thresholds(bases, disc, accuracy)):
            beyond = here - limit
            close = np.abs(beyond) <= TIE_M
            bits |= (beyond < 0.0).astype(np.int64) << (2 * place)
            if close.any():
                bits |= (beyond == 0.0).astype(np.int64) << (2 * place + 1)
                tied |= close
        out[near] = bits
        self.survey.tied[near[tied & (here != 0.0)]] = True  # 0 is no measurement: it says inside
        return out

    @property
    def _accuracy_m(self) -> Floats:
        return self.survey.batch.accuracy_m + self._layers_m


def _of_filter(limits: _Limits, layers: tuple[str, ...], of: ZoneFilter, bases: Bases) -> Iterator[Ints]:
    """How points stand to the zones a filter surely means, and to those it may mean."""
    survey = limits.survey
    sures = (True, False) if survey.atlas.is_vague(layers, of) else (True,)
    span = min(bases), max(bases)
    if len(sures) > 1:
        yes, either = (survey.atlas.region(layers, of, sure=one) for one in sures)
        yield (survey.number_met(either) > survey.number_met(yes)).astype(np.int64)
    for sure in sures:
        region = survey.atlas.region(layers, of, sure=sure)
        yield survey.inside(region).astype(np.int64)
        yield limits.bits(("nearest", region), partial(survey.nearest_m, region, span), bases)
        yield limits.bits(("edge", region), partial(survey.edge_m, region), (0.0,))


def _of_several(limits: _Limits, test: PlaceTest) -> Iterator[Ints]:
    survey, least = limits.survey, test.min_zones
    for sure in (True, False) if survey.atlas.is_vague(test.layers, test) else (True,):
        region = survey.atlas.region(test.layers, test, sure=sure)
        yield np.minimum(survey.number_met(region), least)
        for depth in (False, True):
            value = partial(survey.nth_m, region, least, depth=depth)
            yield limits.bits(("nth", region, least, depth), value, (0.0,))


def _thresholds(bases: Bases, disc: Floats, accuracy: Floats) -> Iterator[Floats | np.float64]:
    """All that a measure is ever compared with, and how far near margins reach."""
    for base in dict.fromkeys(bases):
        yield np.float64(base)
        for sign in (-1.0, 1.0):
            yield base + sign * accuracy
            yield base + disc + sign * accuracy
        yield base + disc
        yield base + disc + NEAR_M


def _one_or_all(values: Floats, rows: Ints) -> Floats:
    """Some of the values; one number if all are the same, as they mostly are."""
    same = len(values) > 0 and bool((values == values[0]).all())
    return values[0] if same else values[rows]


def covered(survey: Survey, layer: LayerView, reaches: Bases) -> Ints:
    """How far around each point a layer's silence is vouched for, among the reaches asked about."""
    return survey.keep(("covered", layer.id, reaches), lambda: _covered(survey, layer, reaches))


def _covered(survey: Survey, layer: LayerView, reaches: Bases) -> Ints:
    if layer.silence not in (None, Reason.STALE):
        return np.zeros(survey.count, dtype=np.int64)
    metres, accuracy = survey.covered_m(layer), survey.batch.accuracy_m + layer.accuracy_m
    limits = [np.zeros(survey.count), survey.disc_m, *(m + accuracy + survey.disc_m for m in reaches)]
    out = np.zeros(survey.count, dtype=np.int64)
    for place, limit in enumerate(limits):
        out |= (metres >= limit).astype(np.int64) << place
        survey.tied[np.abs(metres - limit) <= TIE_M] = True
    return out


def is_columnar(atlas: Atlas, test: PlaceTest) -> bool:
    """Whether the key holds all that the test depends on.

    Sums of two measures are not in it, nor how far unknown zones lie beyond the one the point is in.
    """
    if test.relation is Relation.ANYWHERE or test.distance_min_m is None:
        return True
    return test.distance_min_m <= 0.0 and not atlas.is_vague(test.layers, test)
