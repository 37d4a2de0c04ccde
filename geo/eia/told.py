"""The EIA class of a part: before sensitive areas and with them, what gives it, what leaves it open."""

from collections.abc import Iterable, Sequence
from functools import partial

from geo.eia.ask import AreaAsked, EiaAsked
from geo.eia.classes import EiaScope
from geo.logic import Truth, any_of
from geo.model import EIA_TEXT, AreaFound, EiaAnswer, EiaClass, EiaList, Reason, Text
from geo.relate import Place, place
from geo.scene import Scene

_BY_RANK = {reason: rank for rank, reason in enumerate(Reason)}
Cells = tuple[str, str]
"""What a table tells: classes before and after sensitive areas, mildest first, joined by ``;``."""


def assess(scene: Scene, asked: EiaAsked) -> EiaAnswer:
    """The class of the site's part; areas are looked for once, for this and for the rules."""
    found = [_found(scene, one) for one in asked.areas]
    met = {one.area: one.met for one in found}
    truths = [any_of(met[name] for name in some) for some in asked.scope.sets]
    cells = asked.scope.cells(truths)
    after = asked.scope.after(truths)
    listed, on = scene.view.bundle.rulebook.eia or EiaList(), scene.view.on
    settled = len(after) == 1
    return EiaAnswer(
        before=asked.scope.before,
        after=after,
        items=tuple(dict.fromkeys(item for _, items in cells for item in items)),
        areas=tuple(found),
        reasons=() if settled else _reasons(asked.scope, found),
        missing_facts=() if settled else _missing(asked, met),
        text=_words(asked.scope, after, [one for one in found if one.met is True]),
        doubts=tuple(doubt.text for doubt in listed.doubts if doubt.since <= on),
    )


def cells_of(scope: EiaScope, places: Sequence[Iterable[Place]], declared: Sequence[Truth]) -> Cells:
    """What a table tells of a class.

    Parameters
    ----------
    places, declared
        By set of areas: the answers to its tests, and what was declared of those no layer shows.
    """
    truths = [
        any_of([told, *(one.truth for one in some)]) for some, told in zip(places, declared, strict=True)
    ]
    return ";".join(scope.before), ";".join(scope.after(truths))


def told_cells_of(answer: EiaAnswer | None) -> Cells:
    """The same of an answer; blank where the list asks nothing."""
    return ("", "") if answer is None else (";".join(answer.before), ";".join(answer.after))


def _found(scene: Scene, one: AreaAsked) -> AreaFound:
    answers = [
        scene.keep(("area", key), partial(place, scene, test))
        for test, key in zip(one.tests, one.keys, strict=True)
    ]
    truth = any_of([one.declared, *(answer.truth for answer in answers)])
    reasons = [reason for answer in answers if answer.truth is None for reason in answer.reasons]
    if one.declared is None:
        reasons.append(Reason.FACT_UNKNOWN)
    return AreaFound(
        area=one.area.id,
        title=one.area.title,
        met=truth,
        reasons=_in_order(reasons) if truth is None else (),
    )


def _reasons(scope: EiaScope, found: Sequence[AreaFound]) -> tuple[Reason, ...]:
    reasons = [reason for one in found for reason in one.reasons] if scope.may_raise else []
    if scope.missing_facts:
        reasons.append(Reason.FACT_UNKNOWN)
    if scope.unverified:
        reasons.append(Reason.UNVERIFIED_BASIS)
    return _in_order(reasons)


def _in_order(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(dict.fromkeys(reasons), key=_BY_RANK.__getitem__))


def _missing(asked: EiaAsked, met: dict[str, Truth]) -> tuple[str, ...]:
    """Facts that would help: those of the list's thresholds, and of areas no layer shows."""
    areas = [a.area.fact for a in asked.areas if a.declared is None and met[a.area.id] is None]
    return tuple(dict.fromkeys((*asked.scope.missing_facts, *(fact for fact in areas if fact is not None))))


def _words(scope: EiaScope, after: Sequence[EiaClass], met: Sequence[AreaFound]) -> Text:
    told = _one_of(after)
    if tuple(after) == scope.before or not met:
        return told
    before = _one_of(scope.before)
    zh, en = "、".join(one.title.zh for one in met), ", ".join(one.title.en for one in met)
    return Text(
        f"{told.zh}（涉及{zh}；不涉及环境敏感区时为{before.zh}）",
        f"{told.en} (sensitive area: {en}; without one: {before.en})",
    )


def _one_of(classes: Iterable[EiaClass]) -> Text:
    words = [EIA_TEXT[one] for one in classes]
    return Text(" 或 ".join(word.zh for word in words), " or ".join(word.en for word in words))
