"""Sensitive areas of the EIA list: which sets of them a site enters, and whether that raises its class."""

from collections.abc import Callable, Sequence
from functools import partial

from geo.logic import Truth, any_of
from geo.model import Reason
from geo.place_test import AreaQuestion, PlaceTest
from geo.relate.picture import Place
from geo.scene import Scene

_NO = Place(truth=False)
_BY_RANK = {reason: rank for rank, reason in enumerate(Reason)}


def entered(
    scene: Scene, question: AreaQuestion, answer: Callable[[Scene, PlaceTest], Place]
) -> tuple[tuple[Place, ...], ...]:
    """The answers to every test, set by set; kept, since sets share areas."""
    return tuple(
        tuple(
            scene.keep(("area", key), partial(answer, scene, test))
            for test, key in zip(tests, keys, strict=True)
        )
        for tests, keys in zip(question.sets, question.keys, strict=True)
    )


def truths_of(question: AreaQuestion, places: Sequence[Sequence[Place]]) -> tuple[Truth, ...]:
    """By set, whether the site enters an area that layers show or that was declared."""
    return tuple(
        any_of([told, *(place.truth for place in some)])
        for told, some in zip(question.declared, places, strict=True)
    )


def raised(question: AreaQuestion, places: Sequence[Sequence[Place]]) -> Place:
    """The answers put together: whether sensitive areas raise the class.

    The margin is that to the nearest area; inside, the deepest. Where anything is open, there is none.
    """
    scope, truths = question.scope, truths_of(question, places)
    truth = scope.raised(truths)
    every = list(dict.fromkeys(place for some in places for place in some))
    met = [place for place in every if place.truth is True]
    told = [place for place in every if place.truth is not False or place.borderline]
    distances = [place.distance_m for place in told if place.distance_m is not None]
    return Place(
        truth=truth,
        reasons=_why(question, places, truths) if truth is None else (),
        margin_m=None if any(question.declared) else least_margin([(p.truth, p.margin_m) for p in every]),
        borderline=all(p.borderline for p in met) if met else any(p.borderline for p in every),
        zones=tuple(dict.fromkeys(zone for place in told for zone in place.zones)),
        distance_m=min(distances, default=None),
    )


def _why(
    question: AreaQuestion, places: Sequence[Sequence[Place]], truths: Sequence[Truth]
) -> tuple[Reason, ...]:
    """Why it is open; out of scope alone where no layer that is held leaves anything open."""
    held = [[_NO if p.reasons == (Reason.OUT_OF_SCOPE,) else p for p in some] for some in places]
    if question.scope.raised(truths_of(question, held)) is False:
        return (Reason.OUT_OF_SCOPE,)
    reasons = [r for some in places for p in some if p.truth is None for r in p.reasons]
    if question.scope.facts_decide(truths):
        reasons.append(Reason.FACT_UNKNOWN)
    return tuple(sorted(dict.fromkeys(reasons), key=_BY_RANK.__getitem__))


def least_margin(margins: Sequence[tuple[Truth, float | None]]) -> float | None:
    """Of tests any of which suffices, how far the answer is from the other one.

    Parameters
    ----------
    margins
        Truth and margin of each, metres; None where none was measured, beyond the search.
    """
    met = [metres for truth, metres in margins if truth is True]
    if met:
        known = [metres for metres in met if metres is not None]
        return min(known) if len(known) == len(met) else None
    if any(truth is None for truth, _ in margins):
        return None
    return min((metres for _, metres in margins if metres is not None), default=None)
