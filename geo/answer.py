"""Answers as data: the JSON body and the table row. Numbers are rounded here and nowhere else."""

from collections.abc import Iterable, Sequence
from typing import Any

import shapely

from geo.crs import DENSIFY_M
from geo.eia.classes import higher_of
from geo.eia.told import told_cells_of
from geo.judge import Judgement
from geo.measure import AREA_METHOD, DISTANCE_METHOD, LINE_TOLERANCE_M, TOLERANCE_M
from geo.model import (
    REASON_ACTOR,
    VERDICT_TEXT,
    Advice,
    Basis,
    Crossing,
    EiaAnswer,
    EiaClass,
    Finding,
    Hit,
    LayerReport,
    Outcome,
    OutOfScope,
    PartReport,
    Reason,
    Report,
    Site,
    Text,
    UsedFact,
)
from geo.once import Once
from geo.place_test import MINIMUM_M, MINIMUM_M2
from geo.words.cite import cited
from geo.words.clauses import named_bodies

ENGINE = "0.1.0"
"""Engine version, named in every answer."""

DISCLAIMER = Text(
    "研判参考，不替代审批：本结果为选址研判参考，不替代环评审批和主管部门意见",
    "For screening only: this result does not replace EIA approval or the competent authority's opinion",
)
SYNTHETIC_BANNER = Text("示范数据，非法定边界", "demonstration data, not an official boundary")

UNITS = "env_control_unit"
"""The layer whose zones are the control units a table lists."""

Json = dict[str, Any]
Row = dict[str, str | float | bool | None]
Words = tuple[str, str]
"""What a finding adds to the columns ``applies`` and ``not_assessed``."""
_RULES = Once[tuple[Json | None, Json | None]]()
_THRESHOLDS, _BASES, _BARE, _LAYERS, _OUTSIDE = (Once[Json]() for _ in range(5))
"""Parts of bodies that are the same for every site: made once, and never changed."""

Judged = Report | PartReport | Judgement


def to_json(report: Report, detail: str = "findings") -> Json:
    """The body of an answer.

    Parameters
    ----------
    detail
        ``findings``: what applies, is open or is borderline; ``full``: every rule in play (the report must
        have been made with ``full=True``).
    """
    return {
        "verdict": report.verdict.value,
        "verdict_text": _text(VERDICT_TEXT[report.verdict]),
        "headline": _text(report.headline),
        "worst_possible": report.worst_possible.value,
        "complete": report.complete,
        "on": report.on.isoformat(),
        "name": report.name,
        "parts": [_part(part, detail) for part in report.parts],
        "eia": _eia_of_all(report.parts),
        "out_of_scope": [o.layer for o in report.out_of_scope],
        "out_of_scope_detail": [_OUTSIDE.of(o, _outside) for o in report.out_of_scope],
        "synthetic": report.synthetic,
        "banner": _text(SYNTHETIC_BANNER) if report.synthetic else None,
        "measured": measured(),
        "bundle": {"id": report.bundle_id, "digest": report.digest},
        "engine": ENGINE,
        "disclaimer": _text(DISCLAIMER),
    }


def _outside(scope: OutOfScope) -> Json:
    return {
        "id": scope.layer,
        "title": _text(scope.title),
        "reason": _text(scope.reason),
        "ask": _text(scope.ask),
    }


def measured() -> Json:
    """How everything was measured: tolerance, minimum overlap and densification are three numbers."""
    return {
        "crs": "EPSG:4490",
        "area": AREA_METHOD,
        "distance": DISTANCE_METHOD,
        "densified_m": DENSIFY_M,
        "tolerance_m": TOLERANCE_M,
        "line_tolerance_m": LINE_TOLERANCE_M,
        "min_overlap_m": MINIMUM_M,
        "min_overlap_m2": MINIMUM_M2,
    }


def to_row(report: Report, lang: str = "zh") -> Row:
    """The columns of a result table for a project of one part."""
    part = report.parts[0]
    return {
        **told_cells(report, map(words_of, (*part.findings, *part.duties)), report.headline, lang),
        "hits": ";".join(f"{h.layer}:{h.zone_id}" for h in part.hits),
        "units": ";".join(h.zone_id for h in part.hits if h.layer == UNITS),
        **dict(zip(("eia_before", "eia_class"), told_cells_of(part.eia), strict=True)),
        "margin_m": _metres(part.margin_m),
        "margin_rule": part.margin_rule or "",
    }


def words_of(finding: Finding) -> Words:
    """What a finding adds to ``applies`` and to ``not_assessed``; "" where it adds nothing.

    ``not_assessed`` leaves out what is open only because a layer is out of the agency's scope: that holds
    for the whole run and stands once in its run file.
    """
    if finding.outcome is Outcome.APPLIES:
        return finding.rule.id, ""
    if finding.outcome is Outcome.NOT_ASSESSED and finding.reason is not Reason.OUT_OF_SCOPE:
        return "", f"{finding.rule.id}:{finding.reason}"
    return "", ""


def told_cells(judged: Judged, words: Iterable[Words], headline: Text, lang: str) -> Row:
    """The columns that findings alone decide; ``words`` are those of each finding in order."""
    told = tuple(words)
    return {
        "verdict": judged.verdict.value,
        "complete": judged.complete,
        "worst_possible": judged.worst_possible.value,
        "applies": ";".join([applies for applies, _ in told if applies]),
        "not_assessed": ";".join([open_ for _, open_ in told if open_]),
        "verdict_text": VERDICT_TEXT[judged.verdict].get(lang),
        "headline": headline.get(lang),
    }


def _part(part: PartReport, detail: str) -> Json:
    return {
        "name": part.part.name,
        "site": _site(part),
        "activity": part.part.activity,
        "facts": [_fact(f) for f in part.facts],
        "verdict": part.verdict.value,
        "worst_possible": part.worst_possible.value,
        "complete": part.complete,
        "findings": [_found(f) for f in part.findings if detail == "full" or _is_told(f)],
        "duties": [_found(f) for f in part.duties if detail == "full" or _is_told(f)],
        "hits": [_hit(h) for h in part.hits],
        "eia": None if part.eia is None else _eia(part.eia),
        "layers": [_LAYERS.of(r, _layer) if r.quiet else _layer(r) for r in part.layers],
        "remarks": [_text(r) for r in part.remarks],
        **_doctored(part.part.site),
    }


def _doctored(site: Site) -> Json:
    """What the input may have meant, and the remedies applied; most sites have neither."""
    advice = {"advice": [advice_json(one) for one in site.advice]} if site.advice else {}
    return {**advice, **({"remedies": list(site.remedies)} if site.remedies else {})}


def advice_json(advice: Advice) -> Json:
    """One piece of the doctor's advice."""
    return {
        "remedies": list(advice.remedies),
        "given": advice.given,
        "would_be": advice.would_be,
        "lies_in": _text(advice.lies),
        "text": _text(advice.text),
    }


def _eia_of_all(parts: Sequence[PartReport]) -> Json | None:
    """The class of the project: the highest of its parts (名录 Art. 4)."""
    told = [part.eia for part in parts if part.eia is not None]
    if not told:
        return None
    return _eia_classes(higher_of(one.before for one in told), higher_of(one.after for one in told))


def _eia_classes(before: Sequence[EiaClass], after: Sequence[EiaClass]) -> Json:
    """Null where more than one is possible."""
    return {
        "class_before": before[0].value if len(before) == 1 else None,
        "class_after": after[0].value if len(after) == 1 else None,
        "possible_before": [one.value for one in before],
        "possible": [one.value for one in after],
    }


def _eia(answer: EiaAnswer) -> Json:
    """The EIA class, what gives it and what leaves it open."""
    return {
        **_eia_classes(answer.before, answer.after),
        "text": _text(answer.text),
        "items": list(answer.items),
        "sensitive": [
            {
                "area": one.area,
                "title": _text(one.title),
                "met": one.met,
                "reasons": [reason.value for reason in one.reasons],
            }
            for one in answer.areas
        ],
        "reasons": [reason.value for reason in answer.reasons],
        "missing_facts": list(answer.missing_facts),
        "doubts": [_text(doubt) for doubt in answer.doubts],
    }


def _is_told(finding: Finding) -> bool:
    return finding.outcome is not Outcome.DOES_NOT_APPLY or finding.borderline


def _site(part: PartReport) -> Json:
    site = part.part.site
    centre = shapely.point_on_surface(site.geometry)
    return {
        "type": site.geometry.geom_type,
        "area_m2": _square(part.area_m2),
        "length_m": _metres(part.length_m),
        "crs": site.crs,
        "accuracy_m": site.accuracy_m,
        "datum_known": site.datum_known,
        "lon": round(float(centre.x), 8),
        "lat": round(float(centre.y), 8),
    }


def _fact(fact: UsedFact) -> Json:
    measured = isinstance(fact.value, float) and fact.origin == "measured"
    value = round(float(fact.value or 0.0), 2) if measured else fact.value
    return {"id": fact.id, "value": value, "origin": fact.origin}


def _found(finding: Finding) -> Json:
    return _BARE.of(finding, _finding) if finding.is_bare else _finding(finding)


def _finding(finding: Finding) -> Json:
    rule = finding.rule
    title, action = _RULES.get((rule,), lambda: (_text(rule.title), _text(rule.action)))
    return {
        "rule": rule.id,
        "outcome": finding.outcome.value,
        "effect": rule.effect.value,
        "reason": finding.reason.value if finding.reason is not None else None,
        "reasons": [r.value for r in finding.reasons],
        "who_must_act": _text(REASON_ACTOR[finding.reason]) if finding.reason is not None else None,
        "title": title,
        "action": action,
        "explanation": _text(finding.explanation),
        "certainty": finding.certainty.value,
        "needs_review": rule.needs_review or any(b.needs_review for b in finding.basis),
        "margin_m": _metres(finding.margin_m),
        "borderline": finding.borderline,
        "distance_m": _metres(finding.distance_m),
        "threshold": _THRESHOLDS.get((rule,), lambda: _threshold(finding), finding.limit_m),
        "missing_facts": list(finding.missing_facts),
        "hits": [_hit(h) for h in finding.hits],
        **({} if rule.clauses is None else {"clauses": named_bodies(finding.clauses)}),
        "basis": [_BASES.of(b, _basis) for b in finding.basis],
    }


def _threshold(finding: Finding) -> Json:
    rule = finding.rule
    return {
        "relation": rule.relation.value,
        "distance_m": finding.limit_m,
        "distance_min_m": rule.distance_min_m,
        "distance": rule.distance_name,
        "screening_m": rule.screening_m,
        "min_overlap_m": rule.min_overlap_m,
        "min_overlap_m2": rule.min_overlap_m2,
        "min_overlap_share": rule.min_overlap_share,
    }


def _basis(basis: Basis) -> Json:
    return {
        "id": basis.id,
        "instrument": basis.instrument.zh,
        "instrument_en": basis.instrument.en,
        "number": basis.number,
        "article": basis.article,
        "title": _text(basis.title),
        "gloss": _text(basis.gloss),
        "valid_from": basis.valid_from.isoformat(),
        "valid_to": basis.valid_to.isoformat() if basis.valid_to is not None else None,
        "supersedes": list(basis.supersedes),
        "superseded_by": [new.id for new in basis.later],
        "cited": _text(cited(basis)),
        "certainty": basis.certainty.value,
        "needs_review": basis.needs_review,
        "source": basis.source,
    }


def _hit(hit: Hit) -> Json:
    return {
        "layer": hit.layer,
        "zone_id": hit.zone_id,
        "zone_class": hit.zone_class,
        "name": hit.name,
        "overlap_m2": _square(hit.overlap_m2),
        "overlap_share": round(hit.overlap_share, 6),
        "overlap_m": _metres(hit.overlap_m),
        "distance_m": _metres(hit.distance_m),
        "touch": hit.touch,
        "zone_derived": hit.zone_derived,
        **({} if hit.river_m is None else {"river_m": _metres(hit.river_m)}),
        **_crossings(hit.crossings),
    }


def _crossings(found: tuple[Crossing, ...] | None) -> Json:
    """Where along a line site the overlap lies; points and polygons have no such key."""
    if found is None:
        return {}
    told = [{"from_m": _metres(c.from_m), "to_m": _metres(c.to_m), "part": c.part} for c in found]
    return {"crossings": told}


def _layer(layer: LayerReport) -> Json:
    union = round(layer.union_share, 6)
    return {
        "id": layer.id,
        "title": _text(layer.title),
        "state": layer.state.value,
        "flags": list(layer.flags),
        "edition": layer.edition,
        "sha256": layer.sha256,
        "synthetic": layer.synthetic,
        "by_class": [
            {
                "zone_class": c.zone_class,
                "overlap_m2": _square(c.overlap_m2),
                "overlap_m": _metres(c.overlap_m),
                "overlap_share": round(c.overlap_share, 6),
                **_crossings(c.crossings),
            }
            for c in layer.by_class
        ],
        "union_share": union,
        "remainder_share": round(1.0 - union, 6),
        "remarks": [_text(r) for r in layer.remarks],
    }


def _text(text: Text | None) -> dict[str, str] | None:
    return None if text is None else {"zh": text.zh, "en": text.en}


def metres_told(value: float) -> float:
    """Metres as every answer tells them."""
    return round(float(value), 3) + 0.0


def _metres(value: float | None) -> float | None:
    return None if value is None else metres_told(value)


def _square(value: float) -> float:
    return round(float(value), 2) + 0.0
