"""Rules about entry lists, bound to whom they are asked of: which zones they then mean."""

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from geo.lists.naming import Who
from geo.lists.zones import Heard, settled, speaks
from geo.model import Condition, NamedClause, Naming, Reason
from geo.place_test import PlaceTest
from geo.view import BundleView, LayerView, RuleView

__all__ = ["WhyFilter", "bound", "clauses_at", "why_at", "why_filter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyFilter:
    """The zones that a bound rule leaves open for one reason, as a zone filter."""

    zone_key: str
    zone_classes: tuple[str, ...] = ()
    zone_where: tuple[Condition, ...] = ()


def why_filter(zone_key: str, reason: Reason) -> WhyFilter:
    """The filter of the zones that a bound filter leaves open for a reason."""
    return WhyFilter(zone_key=f"{zone_key} {reason}")


@lru_cache(maxsize=8_192)
def bound(view: BundleView, rule: RuleView, who: Who) -> RuleView:
    """A rule about entry lists, for one activity and industry: a zone filter like any other.

    Rules that then mean the same zones share one key, whoever asks: their place tests have one answer.
    """
    test, asks = rule.test, rule.test.clauses
    if asks is None:
        return rule
    found = [_meant(view, view.layers[layer], rule, who) for layer in test.layers]
    key = f"{test.zone_key} clauses {_digest(found)}"
    reasons = [reason for reason in Reason if any(reason in heard.why for heard in found)]
    for layer, heard in zip(test.layers, found, strict=True):
        nothing = np.zeros_like(heard.yes)
        matches = view.layers[layer].matches
        matches[key] = heard.yes, heard.maybe
        for reason in reasons:
            matches[why_filter(key, reason).zone_key] = heard.why.get(reason, nothing), nothing
    own = replace(test, zone_key=key, clauses=None, why=tuple(reasons))
    return replace(rule, test=own, key=repr(own), who=who)


def _meant(view: BundleView, layer: LayerView, rule: RuleView, who: Who) -> Heard:
    """Zones that a bound rule means: those of its own filter in whose list it hears of somebody."""
    test, asks = rule.test, rule.test.clauses
    yes, maybe = layer.match(test.zone_key, test.zone_classes, test.zone_where)
    if asks is None:
        return settled(yes, {Reason.ATTRIBUTE_UNKNOWN: maybe})
    heard = layer.entry.heard(view.bundle.rulebook, who, asks, rule.rule.effect)
    either = yes | maybe
    why = {reason: mask & either for reason, mask in heard.why.items()}
    unknown = maybe & (heard.yes | heard.maybe)
    why[Reason.ATTRIBUTE_UNKNOWN] = why.get(Reason.ATTRIBUTE_UNKNOWN, np.zeros_like(yes)) | unknown
    return settled(yes & heard.yes, why)


def _digest(found: list[Heard]) -> str:
    told = hashlib.blake2b(digest_size=16)
    for heard in found:
        told.update(heard.yes.tobytes())
        for reason in sorted(heard.why):
            told.update(reason.encode())
            told.update(heard.why[reason].tobytes())
    return told.hexdigest()


def why_at(view: BundleView, test: PlaceTest, layer: str, row: int) -> set[Reason]:
    """Of the reasons for which a bound test leaves zones open, those of one zone."""
    matches = view.layers[layer].matches
    masks = {reason: matches[why_filter(test.zone_key, reason).zone_key][0] for reason in test.why}
    return {reason for reason, mask in masks.items() if mask[row]}


def clauses_at(
    view: BundleView, rule: RuleView, zones: tuple[tuple[str, int], ...]
) -> tuple[NamedClause, ...]:
    """The clauses by which a bound rule speaks at some zones, the sure ones first."""
    asks, who = rule.rule.clauses, rule.who
    if asks is None or who is None or asks.named is Naming.NEVER:
        return ()
    out: list[NamedClause] = []
    for layer_id, row in zones:
        layer = view.layers[layer_id]
        for clause in layer.entry.of_zone(row):
            truth = speaks(view.bundle.rulebook, who, asks, clause)
            if truth is not False:
                told = NamedClause(
                    clause=clause, layer=layer_id, zone_id=str(layer.zone_id[row]), sure=truth is True
                )
                out.append(told)
    return tuple(sorted(out, key=lambda told: not told.sure))
