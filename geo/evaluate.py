"""Rules at a site: who is asked (activity, facts), where (place, jurisdiction), on what ground (articles)."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from geo.alike import Declared
from geo.eia.ask import EiaAsked, eia_asked, rule_asked
from geo.lists.bind import bound, clauses_at
from geo.lists.naming import INDUSTRY_CODE, Who, industry_of
from geo.logic import Truth, all_of, any_of, fact_truth
from geo.model import (
    ANY,
    Certainty,
    Condition,
    Effect,
    Finding,
    Hit,
    Op,
    Outcome,
    Part,
    Reason,
    Rule,
    Rulebook,
    Scalar,
    UsedFact,
)
from geo.overlay import hit
from geo.relate import Place, place
from geo.relate.upstream import river_hit
from geo.scene import Scene
from geo.view import BundleView, RuleView, is_anywhere
from geo.words.explain import explain

_CONSTRUCTION = frozenset({Effect.CONDITIONAL, Effect.RESTRICTED, Effect.PROHIBITED})
_OUTCOMES: dict[Truth, Outcome] = {
    True: Outcome.APPLIES,
    None: Outcome.NOT_ASSESSED,
    False: Outcome.DOES_NOT_APPLY,
}
_ORDER = {reason: rank for rank, reason in enumerate(Reason)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """A rule in play for an activity and its facts, place aside.

    Attributes
    ----------
    truth
        True, or None where activity or facts leave it open; rules settled as False are not asked.
    missing_facts
        Facts that would help to settle it.
    """

    rule: RuleView
    truth: Truth
    reasons: tuple[Reason, ...] = ()
    missing_facts: tuple[str, ...] = ()

    @property
    def jurisdictions(self) -> tuple[str, ...]:
        """Place codes that only the place can tell to hold; empty where the rule is in play everywhere."""
        return self.rule.rule.jurisdictions if self.rule.by_place else ()


def used_facts(rulebook: Rulebook, part: Part, area_m2: float) -> tuple[UsedFact, ...]:
    """The facts as they are used: declared, else implied by the activity, else measured, else the default."""
    declared = dict(part.facts)
    activity = rulebook.activities.get(part.activity or "")
    implied = dict(activity.implies) if activity is not None else {}
    out: list[UsedFact] = []
    for fact in rulebook.facts.values():
        if fact.id in declared:
            out.append(UsedFact(id=fact.id, value=declared[fact.id], origin="declared"))
        elif fact.id in implied:
            out.append(UsedFact(id=fact.id, value=implied[fact.id], origin="implied"))
        elif fact.id == "land_area_m2" and area_m2 > 0:
            out.append(UsedFact(id=fact.id, value=area_m2, origin="measured"))
        elif fact.default is not None:
            out.append(UsedFact(id=fact.id, value=fact.default, origin="default"))
    return tuple(out)


@lru_cache(maxsize=4096)
def asked(
    view: BundleView, activity: str | None, facts: Declared
) -> tuple[tuple[Asked, ...], tuple[RuleView, ...]]:
    """Rules that activity and facts leave in play, and those they settle as not applying."""
    values = {name: value for name, _, value in facts}
    in_play: list[Asked] = []
    settled: list[RuleView] = []
    who = _who(activity, values)
    eia = eia_asked(view, activity, facts)
    for rule in view.rules:
        one = _ask_eia(rule, eia) if rule.rule.eia else _ask(view, bound(view, rule, who), activity, values)
        if one is None:
            settled.append(rule)
        else:
            in_play.append(one)
    return tuple(in_play), tuple(settled)


def _ask(
    view: BundleView, rv: RuleView, activity: str | None, values: dict[str, Scalar | None]
) -> Asked | None:
    rule = rv.rule
    who = _activity_truth(view.bundle.rulebook, rule, activity)
    tests = [(c, fact_truth(c, values)) for c in (*rule.conditions, *_understood(rule))]
    if _speaks_of_new_works_only(rule) and values.get("nature") == "existing":
        return None
    truth = all_of([who, *(t for _, t in tests)])
    if truth is False:
        return None
    missing = tuple(dict.fromkeys(c.name for c, t in tests if t is None))
    reasons = (
        *((Reason.ACTIVITY_UNKNOWN,) if who is None else ()),
        *((Reason.FACT_UNKNOWN,) if missing else ()),
    )
    return Asked(rule=rv, truth=truth, reasons=reasons, missing_facts=missing)


def _who(activity: str | None, values: dict[str, Scalar | None]) -> Who:
    return Who(activity, industry_of(values.get(INDUSTRY_CODE)))


def _ask_eia(rv: RuleView, eia: EiaAsked | None) -> Asked | None:
    """A rule about the EIA list: whom it speaks of, the list knows."""
    found = rule_asked(rv, eia) if eia is not None else None
    if found is None:
        return None
    rule, missing = found
    return Asked(rule=rule, truth=True, missing_facts=missing)


def _speaks_of_new_works_only(rule: Rule) -> bool:
    """A construction ban never speaks of an existing plant, unless its own conditions say so."""
    return rule.effect in _CONSTRUCTION and all(c.name != "nature" for c in rule.conditions)


def _understood(rule: Rule) -> tuple[Condition, ...]:
    """A phase-out speaks of existing sites only, also where its conditions leave that unsaid."""
    if rule.effect is not Effect.PHASE_OUT or any(c.name == "nature" for c in rule.conditions):
        return ()
    return (Condition(name="nature", op=Op.EQ, value="existing"),)


def _activity_truth(rulebook: Rulebook, rule: Rule, activity: str | None) -> Truth:
    if activity is None:
        included: Truth = True if ANY in rule.activities else None
        return all_of([included, None if rule.excepted else True])
    known = rulebook.activities[activity].groups
    included = ANY in rule.activities or any(g in rule.activities for g in known)
    return included and not any(g in rule.excepted for g in known)


# --- findings ---


def find(scene: Scene, one: Asked, places: dict[str, Place]) -> Finding:
    """The outcome of a rule in play at a site."""
    spot = _place(scene, one.rule, places)
    codes = one.jurisdictions
    here = jurisdiction_of(scene, codes) if codes else True
    if spot.bare:
        return scene.view.bare.get((one,), lambda: conclude(one, here, spot), here, spot.truth, spot.reasons)
    finding = conclude(one, here, spot)
    if finding.outcome is Outcome.DOES_NOT_APPLY and not spot.borderline:
        return finding
    hits = _hits(scene, one.rule, spot)
    return _with_clauses(scene.view, one.rule, replace(finding, hits=hits), spot)


def _with_clauses(view: BundleView, rule: RuleView, finding: Finding, spot: Place) -> Finding:
    """The finding with the clauses it speaks by; it is no more certain than the best of them."""
    told = clauses_at(view, rule, spot.zones)
    sure = [named.clause.certainty for named in told if named.sure]
    grade = max(finding.certainty, min(sure)) if sure else finding.certainty
    return replace(finding, clauses=told, certainty=grade) if told else finding


def conclude(one: Asked, here: Truth, spot: Place) -> Finding:
    """Who, where and on what ground, joined: the finding, its hits and words apart.

    Parameters
    ----------
    here
        Whether the site lies in the rule's jurisdiction.
    spot
        The answer to its place test.
    """
    rule = one.rule.rule
    truth = all_of([one.truth, here, spot.truth])
    reasons = _reasons(one, here, spot) if truth is None else ()
    if truth is not False and _unverified(one.rule):
        truth, reasons = None, (*reasons, Reason.UNVERIFIED_BASIS)
    only_place = spot.truth is False and one.truth is not False and here is not False
    return Finding(
        rule=rule,
        outcome=_OUTCOMES[truth],
        reason=_primary(spot, reasons),
        reasons=reasons,
        certainty=one.rule.certainty,
        margin_m=spot.margin_m if here is not False else None,
        borderline=spot.borderline and (truth is not False or only_place),
        hits=(),
        basis=one.rule.basis,
        distance_m=spot.distance_m,
        limit_m=one.rule.test.limit_m,
        missing_facts=_missing(one, spot) if truth is None else one.missing_facts,
        explanation=rule.title,
    )


def _missing(one: Asked, spot: Place) -> tuple[str, ...]:
    """Facts that would help; of clauses that name only a branch of an industry, its code."""
    asks_code = one.rule.who is not None and Reason.FACT_UNKNOWN in spot.reasons
    return tuple(dict.fromkeys((*one.missing_facts, *((INDUSTRY_CODE,) if asks_code else ()))))


def explained(scene: Scene, finding: Finding) -> Finding:
    """The finding with its explanation in words."""
    said = explain(scene, finding)
    if not finding.is_bare:
        return replace(finding, explanation=said)
    # As lasting as the rule: one and the same finding serves all sites of which no more is to be said.
    return scene.view.bare.get((finding, said), lambda: replace(finding, explanation=said))


def _place(scene: Scene, rv: RuleView, places: dict[str, Place]) -> Place:
    if is_anywhere(rv.rule):
        return Place(truth=True)
    if rv.key not in places:
        places[rv.key] = place(scene, rv.test)
    return places[rv.key]


def _unverified(rv: RuleView) -> bool:
    """Unverified text never prohibits, our own rules never bar; no article in force is no ground."""
    effect = rv.rule.effect
    on_c = rv.certainty is Certainty.C and effect is Effect.PROHIBITED
    on_d = rv.certainty is Certainty.D and effect not in (Effect.NOTICE, Effect.DUTY)
    return on_c or on_d or (bool(rv.rule.basis) and not rv.basis)


def _reasons(one: Asked, here: Truth, spot: Place) -> tuple[Reason, ...]:
    reasons = (*spot.reasons, *((Reason.PLACE_UNKNOWN,) if here is None else ()), *one.reasons)
    return tuple(sorted(dict.fromkeys(reasons), key=_ORDER.__getitem__))


def _primary(spot: Place, reasons: tuple[Reason, ...]) -> Reason | None:
    """The reason told first; out of scope only where that is all that the place leaves open."""
    if spot.reasons == (Reason.OUT_OF_SCOPE,) and Reason.OUT_OF_SCOPE in reasons:
        return Reason.OUT_OF_SCOPE
    return next((r for r in reasons if r is not Reason.OUT_OF_SCOPE), None)


def _hits(scene: Scene, rv: RuleView, spot: Place) -> tuple[Hit, ...]:
    out: list[Hit] = []
    for layer_id, row in spot.zones:
        layer = scene.view.layers[layer_id]
        entry = int(np.searchsorted(scene.contact(layer_id).index, row))
        if layer_id in scene.view.laid:
            out.append(river_hit(scene, layer, entry))
            continue
        out.append(hit(scene, layer, entry, rv.test.min_overlap_m, rv.test.min_overlap_m2))
    return tuple(sorted(out, key=lambda h: (h.distance_m, -h.overlap_share, h.layer, h.zone_id)))


def jurisdiction_of(scene: Scene, codes: tuple[str, ...]) -> Truth:
    """Whether the site lies in a jurisdiction; kept, since many rules share one."""
    return scene.keep(("jurisdiction", codes), lambda: jurisdiction(scene, codes))


def jurisdiction(scene: Scene, prefixes: tuple[str, ...]) -> Truth:
    """Whether the site lies in a jurisdiction; across a border both sides' rules are in play."""
    layer = scene.view.layers.get("admin_unit")
    if layer is None or layer.tree is None:
        return None
    contact = scene.contact("admin_unit")
    reach = scene.accuracy_m(layer) + scene.stand.disc_m
    codes = [str(code) for code in layer.zone_id[contact.index[contact.met]]]
    near = [str(code) for code in layer.zone_id[contact.index[~contact.met & (contact.distance_m <= reach)]]]
    inside = any_of([_under(code, prefixes) for code in codes])
    if inside is True:
        return True
    vouched = scene.vouch(layer, 0.0) is None and bool(codes)
    beside = any_of([_under(code, prefixes) for code in near])
    return None if inside is None or beside is not False or not vouched else False


def _under(code: str, prefixes: tuple[str, ...]) -> Truth:
    """Whether a place code lies under any prefix; a code coarser than a prefix leaves it open."""
    if code.startswith(prefixes):
        return True
    return None if any(p.startswith(code) for p in prefixes) else False


def counts_as_out_of_scope(finding: Finding) -> bool:
    """Whether the finding is open only because the agency declared the layer out of its scope."""
    return finding.reason is Reason.OUT_OF_SCOPE
