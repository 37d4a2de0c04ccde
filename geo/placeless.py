"""Findings that no place changes: of layers that nobody holds here, and of rules that hold anywhere.

A rulebook speaks of more layers than an office holds, so that most of what a report tells is of this kind. It
is found, explained and put in order once for each declaration, not once for each site.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from geo.evaluate import Asked, explained, find, jurisdiction_of
from geo.judge import Judgement, Rank, is_told, order, summed, weigh
from geo.model import Finding
from geo.once import Once
from geo.relate import Place
from geo.relate.unheld import is_unheld
from geo.scene import Scene
from geo.view import BundleView, is_anywhere
from geo.words.explain import neighbours

__all__ = ["Apart", "Ordered", "Placeless", "found", "in_order", "placeless", "reach_m", "taken_apart"]

Ordered = tuple[Rank, Finding]
"""A finding behind its rank: these sort as reports tell them, and no two ranks of a report are equal."""

_APART = Once["Apart"](1024)
_FOUND = Once["Placeless"](1024)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Apart:
    """Rules in play, taken apart.

    Attributes
    ----------
    local
        Those that a place decides.
    fixed
        Those that no place changes, jurisdictions aside.
    jurisdictions
        The place codes that any of the fixed ones ask about.
    reach_m
        The farthest that any of them would look, metres.
    """

    local: tuple[Asked, ...]
    fixed: tuple[Asked, ...]
    jurisdictions: tuple[tuple[str, ...], ...]
    reach_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placeless:
    """What rules come to of which the place says nothing.

    Attributes
    ----------
    findings
        Explained, in order.
    judgement
        What they come to together.
    """

    findings: tuple[Ordered, ...]
    judgement: Judgement


def taken_apart(view: BundleView, in_play: tuple[Asked, ...]) -> Apart:
    """The rules in play by whether a place decides them; done once for each declaration."""
    return _APART.get((view, in_play), lambda: _apart(view, in_play))


def _apart(view: BundleView, in_play: tuple[Asked, ...]) -> Apart:
    held = [not (is_anywhere(one.rule.rule) or is_unheld(view, one.rule.test)) for one in in_play]
    fixed = tuple(one for one, is_local in zip(in_play, held, strict=True) if not is_local)
    return Apart(
        local=tuple(one for one, is_local in zip(in_play, held, strict=True) if is_local),
        fixed=fixed,
        jurisdictions=tuple(dict.fromkeys(one.jurisdictions for one in fixed if one.jurisdictions)),
        reach_m=max(map(reach_m, fixed), default=0.0),
    )


def reach_m(one: Asked) -> float:
    """How far a rule looks for whom to consult, metres."""
    return one.rule.test.limit_m or one.rule.rule.screening_m or 0.0


def placeless(scene: Scene, apart: Apart, *, full: bool) -> Placeless:
    """What the fixed rules come to at a site.

    Parameters
    ----------
    full
        Those that do not apply, too.
    """
    here = tuple(jurisdiction_of(scene, codes) for codes in apart.jurisdictions)
    if neighbours(scene, apart.reach_m):  # a gap across the border names the neighbour: that is of the place
        return found(scene, apart.fixed, full=full)
    return _FOUND.get((scene.view, apart), lambda: found(scene, apart.fixed, full=full), here, full)


def found(scene: Scene, asked: Iterable[Asked], *, full: bool) -> Placeless:
    """What some rules come to at a site; ``full``: those that do not apply, too."""
    places: dict[str, Place] = {}
    findings = [find(scene, one, places) for one in asked]
    told = [explained(scene, finding) for finding in findings if full or is_told(finding)]
    return Placeless(findings=tuple(in_order(told)), judgement=summed(map(weigh, told)))


def in_order(findings: list[Finding]) -> list[Ordered]:
    """Findings behind their ranks, as reports tell them."""
    return sorted(zip(map(order, findings), findings, strict=True), key=lambda pair: pair[0])
