"""What a bundle holds, as JSON: layers, rules, activities, facts, the bundle itself. No flask here."""

from datetime import date
from typing import Any

import numpy as np
import shapely

from geo.find_activity import Found, search_activities
from geo.model import Activity, Basis, Bundle, Condition, Edition, EditionStatus, Fact, Layer, Rule, With
from geo.words.cite import cited
from geo.zone_columns import values_of
from server.errors import UnknownResourceError
from server.rule_choice import Choice, chosen
from server.schemas import unknown_key
from server.texts import both

Json = dict[str, Any]


def edition_state(layer: Layer, on: date) -> str:
    """State of a layer on a date: in_force, provisional, stale, failed or no_edition."""
    edition = layer.edition_on(on)
    if edition is None:
        return "no_edition"
    if edition.faults or edition.zones is None:
        return "failed"
    if edition.stale_after is not None and on >= edition.stale_after:
        return "stale"
    return "provisional" if edition.status is EditionStatus.PROVISIONAL else "in_force"


def layers(bundle: Bundle, on: date) -> Json:
    """Every layer on a date, and those the agency does not hold."""
    return {
        "on": on.isoformat(),
        "layers": [layer_summary(layer, on) for layer in bundle.layers.values()],
        "out_of_scope": [
            {"id": o.layer, "title": both(o.title), "reason": both(o.reason), "ask": both(o.ask)}
            for o in bundle.out_of_scope.values()
        ],
    }


def layer_summary(layer: Layer, on: date) -> Json:
    """One layer: state on a date, classes, editions, source, licence."""
    current = layer.edition_on(on)
    return {
        "id": layer.id,
        "title": both(layer.title),
        "kind": layer.kind,
        "state": edition_state(layer, on),
        "restricted": layer.restricted,
        "synthetic": any(e.synthetic for e in layer.editions) if current is None else current.synthetic,
        "classes": [{"zone_class": code, "title": both(title)} for code, title in layer.classes.items()],
        "style": layer.style,
        "notes": both(layer.notes),
        "edition": _edition(current) if current else None,
        "editions": [
            {
                "edition": e.edition,
                "status": e.status,
                "valid_from": _day(e.valid_from),
                "valid_to": _day(e.valid_to),
            }
            for e in layer.editions
        ],
    }


def _edition(edition: Edition) -> Json:
    bounds = shapely.bounds(edition.coverage).tolist()
    return {
        "edition": edition.edition,
        "status": edition.status,
        "valid_from": _day(edition.valid_from),
        "valid_to": _day(edition.valid_to),
        "stale_after": _day(edition.stale_after),
        "accuracy_m": edition.accuracy_m,
        "cell_m": edition.cell_m,
        "zones": None if edition.zones is None else len(edition.zones),
        "geometry": _shapes(edition),
        "coverage_bbox": None if np.isnan(bounds).any() else [round(value, 6) for value in bounds],
        "sha256": edition.sha256,
        "authority": both(edition.authority),
        "source": edition.source,
        "licence": edition.licence,
        "synthetic": edition.synthetic,
        "approval_doc": edition.approval_doc,
        "remarks": [both(remark) for remark in edition.remarks],
        "faults": [{"where": p.where, "given": p.given, "hint": both(p.hint)} for p in edition.faults],
    }


def _shapes(edition: Edition) -> list[str]:
    if edition.zones is None:
        return []
    kinds = np.unique(shapely.get_type_id(values_of(edition.zones, "geometry"))).tolist()
    names = {shapely.GeometryType(kind).name for kind in kinds if kind >= 0}
    return sorted({name.removeprefix("MULTI").lower().replace("linestring", "line") for name in names})


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def rules(bundle: Bundle, on: date, choice: Choice) -> Json:
    """Rules in force on a date, of a layer, for an activity, in a place where asked.

    Raises
    ------
    UnknownResourceError
        If there is no such layer.
    InputError
        If there is no such activity, or the place is no code.
    """
    found = chosen(bundle, on, choice)
    return {"on": on.isoformat(), "count": len(found), "rules": [rule_summary(rule) for rule in found]}


def rule_summary(rule: Rule) -> Json:
    """One rule in short."""
    return {
        "id": rule.id,
        "title": both(rule.title),
        "layers": list(rule.layers),
        "zone_classes": list(rule.zone_classes),
        "relation": rule.relation,
        "activities": list(rule.activities),
        "except": list(rule.excepted),
        "effect": rule.effect,
        "certainty": rule.certainty,
        "needs_review": rule.needs_review,
        "valid_from": _day(rule.valid_from),
        "valid_to": _day(rule.valid_to),
        "jurisdictions": list(rule.jurisdictions),
        "basis": list(rule.basis),
    }


def rule(bundle: Bundle, rule_id: str, on: date) -> Json:
    """Everything about one rule: every version of it, the bases with their dates.

    Raises
    ------
    UnknownResourceError
        If there is no such rule.
    """
    versions = [r for r in bundle.rulebook.rules if r.id == rule_id]
    if not versions:
        raise UnknownResourceError(unknown_key("rule_id", rule_id, (r.id for r in bundle.rulebook.rules)))
    return {"id": rule_id, "on": on.isoformat(), "versions": [_rule_in_full(bundle, r, on) for r in versions]}


def _rule_in_full(bundle: Bundle, rule: Rule, on: date) -> Json:
    bases = bundle.rulebook.bases
    return {
        **rule_summary(rule),
        "in_force": rule.in_force(on),
        "action": both(rule.action),
        "note": both(rule.note),
        "conditions": [_condition(c) for c in rule.conditions],
        "zone_where": [_condition(c) for c in rule.zone_where],
        "with": [_companion(w) for w in rule.companions],
        "distance_m": rule.distance_m,
        "distance_min_m": rule.distance_min_m,
        "distance": rule.distance_name,
        "distance_set_m": bundle.distances.get(rule.distance_name or ""),
        "screening_m": rule.screening_m,
        "min_overlap_m": rule.min_overlap_m,
        "min_overlap_m2": rule.min_overlap_m2,
        "min_overlap_share": rule.min_overlap_share,
        "min_zones": rule.min_zones,
        "max_cell_m": rule.max_cell_m,
        "clauses": rule.clauses
        and {
            "verbs": [verb.value for verb in rule.clauses.verbs],
            "named": rule.clauses.named.value,
            "without_list": "silent" if rule.clauses.silent_without_list else "open",
        },
        "season": rule.season and {"from": _month_day(rule.season.start), "to": _month_day(rule.season.end)},
        "basis": [basis(bases[b], on) for b in rule.basis if b in bases],
        "source": rule.source,
    }


def _month_day(day: tuple[int, int]) -> str:
    return f"{day[0]:02d}-{day[1]:02d}"


def _condition(condition: Condition) -> Json:
    value = condition.value
    return {
        "name": condition.name,
        "op": condition.op,
        "value": list(value) if isinstance(value, tuple) else value,
    }


def _companion(companion: With) -> Json:
    return {
        "layer": companion.layer,
        "zone_classes": list(companion.zone_classes),
        "zone_where": [_condition(c) for c in companion.zone_where],
        "present": companion.present,
    }


def basis(found: Basis, on: date) -> Json:
    """One article with its dates."""
    return {
        "id": found.id,
        "instrument": both(found.instrument),
        "number": found.number,
        "article": found.article,
        "title": both(found.title),
        "gloss": both(found.gloss),
        "valid_from": _day(found.valid_from),
        "valid_to": _day(found.valid_to),
        "in_force": found.in_force(on),
        "supersedes": list(found.supersedes),
        "superseded_by": [new.id for new in found.later],
        "cited": both(cited(found)),
        "certainty": found.certainty,
        "needs_review": found.needs_review,
        "source": found.source,
    }


def activities(bundle: Bundle, text: str | None) -> Json:
    """Every activity and the groups they belong to; where a text is given, those that it may mean."""
    known = bundle.rulebook.activities
    if text is None or not text.strip():
        told = [_activity(one) for one in known.values()]
    else:
        told = [_activity(known[f.activity], f) for f in search_activities(bundle.rulebook, text)]
    return {
        "activities": told,
        "groups": [{"id": code, "title": both(title)} for code, title in bundle.rulebook.groups.items()],
    }


def _activity(activity: Activity, found: Found | None = None) -> Json:
    return {
        **({} if found is None else {"match": {"by": found.by, "name": found.name, "exact": found.exact}}),
        "id": activity.id,
        "title": both(activity.title),
        "aliases": list(activity.aliases),
        "groups": [group for group in activity.groups if group != activity.id],
        "gb4754": list(activity.gb4754),
        "eia_items": list(activity.eia_items),
        "footprint": activity.footprint,
        "typical_area_m2": activity.typical_area_m2,
        "implies": dict(activity.implies),
    }


def facts(bundle: Bundle) -> Json:
    """Every fact that may be declared."""
    return {"facts": [_fact(f) for f in bundle.rulebook.facts.values()]}


def _fact(fact: Fact) -> Json:
    return {
        "id": fact.id,
        "title": both(fact.title),
        "question": both(fact.question),
        "type": fact.type,
        "values": [{"value": code, "title": both(title)} for code, title in fact.values],
        "unit": fact.unit,
        "default": fact.default,
        "aliases": list(fact.aliases),
    }


def bundle_summary(bundle: Bundle, on: date) -> Json:
    """The bundle: digest, places it speaks for, distances, how much it holds."""
    return {
        "id": bundle.id,
        "title": both(bundle.title),
        "digest": bundle.digest,
        "on": on.isoformat(),
        "jurisdictions": list(bundle.jurisdictions),
        "synthetic": is_synthetic(bundle),
        "notes": both(bundle.notes),
        "distances": bundle.distances,
        "layers": {layer.id: edition_state(layer, on) for layer in bundle.layers.values()},
        "out_of_scope": list(bundle.out_of_scope),
        "rules": len(bundle.rulebook.rules),
        "bases": len(bundle.rulebook.bases),
        "activities": len(bundle.rulebook.activities),
    }


def is_synthetic(bundle: Bundle) -> bool:
    """Whether any edition of any layer is a demonstration."""
    return any(e.synthetic for layer in bundle.layers.values() for e in layer.editions)
