"""A check and its questions: from a request's body to the JSON of the answer. No flask here."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.answer import advice_json, to_json
from geo.check import check_date, check_projects
from geo.crs import parse_crs
from geo.declare import declare_facts
from geo.drafts import draft_bodies, named_drafts, with_drafts
from geo.errors import InputError
from geo.evaluate import counts_as_out_of_scope
from geo.find_activity import find_activity
from geo.model import (
    Activity,
    Advice,
    Bundle,
    Fact,
    Finding,
    Outcome,
    Part,
    PartReport,
    Problem,
    Project,
    Reason,
    Rulebook,
    Site,
    Text,
    UsedFact,
)
from geo.once import Once
from geo.site import make_site
from layers.sites.cells.coordinates import read_place
from layers.sites.doctor.cells import reading_of
from layers.sites.doctor.clinic import doctor_for
from layers.sites.doctor.remedies import read_remedies
from layers.sites.read.geometry import crs_member, from_geojson
from server.errors import TooLargeError
from server.schemas import CheckRequest, PartIn
from server.settings import Settings
from server.texts import both

LAND_AREA = "land_area_m2"
"""The fact that a point's footprint is made from (DESIGN §4)."""

_SITE_KEYS = ("crs", "accuracy_m", "repair")
_MEANT: Once[str] = Once(most=2_000)


def read_day(text: str | None, *, today: date, where: str = "on") -> date:
    """The date of a check: ``today`` where none is given.

    Raises
    ------
    InputError
        If it is no calendar date in the form YYYY-MM-DD, or lies before the history begins.
    """
    if text is None:
        return today
    try:
        on = date.fromisoformat(text) if len(text) == len("YYYY-MM-DD") else None
    except ValueError:
        on = None
    if on is None:
        hint = Text("请按 YYYY-MM-DD 给出日期", "give a calendar date as YYYY-MM-DD")
        raise InputError(Problem(where=where, given=text, allowed="YYYY-MM-DD", hint=hint))
    check_date(on, where=where)
    return on


def read_request(
    body: CheckRequest, bundle: Bundle, *, settings: Settings, today: date
) -> tuple[Project, date]:
    """Project and date of a request.

    Raises
    ------
    InputError
        With every fault found in the request, and what its sites may have meant.
    TooLargeError
        If there are more parts or vertices than the settings allow.
    """
    problems: list[Problem] = []
    advice: list[Advice] = []
    on = today
    try:
        on = read_day(body.on, today=today)
    except InputError as error:
        problems.extend(error.problems)
    declared = _declared(body, problems)
    _refuse_more("project.parts", len(declared), settings.max_parts)
    parts = [_read_part(part, at, bundle, problems, advice) for at, part in declared.items()]
    if problems:
        raise InputError(problems, advice)
    read = tuple(part for part in parts if part is not None)
    vertices = sum(int(shapely.get_num_coordinates(part.site.geometry)) for part in read)
    _refuse_more("site (vertices)", vertices, settings.max_vertices)
    return Project(parts=read, name=body.project.name if body.project else None), on


def _declared(body: CheckRequest, problems: list[Problem]) -> Mapping[str, PartIn]:
    """The parts of the request by the prefix of their place; exactly one of site and project may be there."""
    if (body.site is None) == (body.project is None):
        given = "site, project" if body.site is not None else "—"
        hint = Text("请给出 site 或 project 之一", "give either site or project")
        problems.append(Problem(where="body", given=given, allowed="site | project", hint=hint))
        return {}
    if body.project is None:
        # Every field, given or not: pydantic looks into the maker of each default that it is left to fill in.
        keys = {key: getattr(body, key, None) for key in PartIn.model_fields}
        given_keys = body.model_fields_set & keys.keys()
        return {"": PartIn.model_construct(given_keys, **keys)}
    for key in sorted(body.model_fields_set - {"project", "on", "drafts"}):
        hint = Text("请写入各组成部分", "belongs in each part of the project")
        problems.append(Problem(where=key, given=key, allowed="project.parts[…]." + key, hint=hint))
    return {f"project.parts[{i}].": part for i, part in enumerate(body.project.parts)}


def _read_part(
    part: PartIn, at: str, bundle: Bundle, problems: list[Problem], advice: list[Advice]
) -> Part | None:
    site: Site | None = None
    rulebook = bundle.rulebook
    activity: str | None = None
    facts: tuple[tuple[str, Any], ...] = ()
    try:
        site = _read_site(part, at, bundle)
        told = (*(Text(one.zh, one.en) for one in part.remarks), *site.remarks)
        site = replace(site, remarks=tuple(dict.fromkeys(told)))
    except InputError as error:
        problems.extend(_at_body_key(problem, at) for problem in error.problems)
        advice.extend(error.advice)
    if part.activity is not None and part.activity.strip():
        try:
            activity = _meant(rulebook, part.activity, f"{at}activity")
        except InputError as error:
            problems.extend(error.problems)
    try:
        facts = declare_facts(rulebook, _facts(part), where=f"{at}facts")
    except InputError as error:
        problems.extend(error.problems)
    return Part(site=site, activity=activity, facts=facts, name=part.name) if site else None


def _meant(rulebook: Rulebook, text: str, where: str) -> str:
    """The activity that a text means, looked for once: it is compared with every name of every activity."""
    return _MEANT.get((rulebook,), lambda: find_activity(rulebook, text, where=where), text)


def _read_site(part: PartIn, at: str, bundle: Bundle) -> Site:
    """The site of a part, looked at by the doctor."""
    where = f"{at}site"
    remedies = read_remedies(part.remedies, where=f"{at}remedies", of_text=False)
    (geometry, any_order), crs = _shape(part, where), _crs(part, at)

    def make(shape: Geometry, named: str | None, *, any_order: bool = False) -> Site:
        return make_site(
            shape,
            crs=named,
            accuracy_m=part.accuracy_m,
            repair=part.repair,
            any_order=any_order,
            where=where,
        )

    doctor = doctor_for(bundle, remedies)
    if doctor is None:
        return make(geometry, crs, any_order=any_order)
    return doctor.site(
        lambda: reading_of(geometry, crs, any_order=any_order),
        lambda reading: make(reading.geometry, reading.crs, any_order=reading.any_order),
        lambda: make(geometry, crs, any_order=any_order),
    )


def _shape(part: PartIn, where: str) -> tuple[Geometry, bool]:
    """The shape of a part, and whether the order of its coordinates is left to the digits (typed places)."""
    if not isinstance(part.site, str):
        return from_geojson(part.site, where), False
    first, second, ordered = read_place(part.site, where)
    return shapely.Point(first, second), not ordered


def _facts(part: PartIn) -> dict[str, Any]:
    """The declared facts, with the two that stand beside them: what land is taken, how it crosses."""
    beside: dict[str, Any] = {
        name: getattr(part, name) for name in ("land", "crossing") if name in part.model_fields_set
    }
    return {**part.facts, **beside}


def _crs(part: PartIn, at: str) -> str | None:
    """The CRS of a part: its own key, or the ``crs`` member of its GeoJSON; both must name the same."""
    member = None if isinstance(part.site, str) else crs_member(part.site, f"{at}site")
    if member is None or part.crs is None or parse_crs(part.crs, where=f"{at}crs") == parse_crs(member):
        return part.crs or member
    hint = Text("crs 与 GeoJSON 的 crs 成员不一致", "crs and the crs member of the GeoJSON differ")
    raise InputError(Problem(where=f"{at}crs", given=part.crs, allowed=member, hint=hint))


def _at_body_key(problem: Problem, at: str) -> Problem:
    """The same problem, placed at the body's own key: there ``crs`` stands beside ``site``, not in it."""
    for key in _SITE_KEYS:
        if problem.where == f"{at}site.{key}":
            return Problem(
                where=f"{at}{key}", given=problem.given, allowed=problem.allowed, hint=problem.hint
            )
    return problem


def _refuse_more(where: str, given: int, allowed: int) -> None:
    if given > allowed:
        hint = Text("请拆分或简化", "split or simplify it")
        raise TooLargeError(Problem(where=where, given=str(given), allowed=f"≤ {allowed}", hint=hint))


def check(bundle: Bundle, project: Project, on: date, *, detail: str, margins: str) -> dict[str, Any]:
    """The answer of DESIGN §6 to one project."""
    reports = check_projects(bundle, (project,), on, margins=margins, full=detail == "full")
    return to_json(next(reports), detail=detail)


def check_both(
    bundle: Bundle, project: Project, on: date, drafts: Mapping[str, str], *, detail: str, margins: str
) -> dict[str, Any]:
    """The answer, and where drafts are named, under ``with_drafts`` that with them in force.

    Raises
    ------
    InputError
        For a draft that the bundle does not have.
    """
    named = named_drafts(bundle, drafts)
    answer = check(bundle, project, on, detail=detail, margins=margins)
    if named:
        drafted = check(with_drafts(bundle, named), project, on, detail=detail, margins=margins)
        answer["with_drafts"] = {"drafts": draft_bodies(bundle, named), **drafted}
    return answer


def questions(bundle: Bundle, project: Project, on: date) -> dict[str, Any]:
    """The facts that rules in reach ask for, part by part, with what is taken for them so far."""
    report = next(check_projects(bundle, (project,), on))
    return {
        "on": on.isoformat(),
        "parts": [_part_questions(bundle.rulebook, part) for part in report.parts],
        "bundle": {"id": bundle.id, "digest": bundle.digest},
    }


def _part_questions(rulebook: Rulebook, report: PartReport) -> dict[str, Any]:
    open_rules: dict[str, list[str]] = {}
    not_held: dict[str, list[str]] = {}
    for finding in report.findings + report.duties:
        asking = not_held if counts_as_out_of_scope(finding) else open_rules
        for fact_id in _asked(finding):
            asking.setdefault(fact_id, []).append(finding.rule.id)
    used = {fact.id: fact for fact in report.facts}
    for_eia = set(report.eia.missing_facts) if report.eia is not None else set[str]()
    activity = rulebook.activities.get(report.part.activity or "")
    return {
        "name": report.part.name,
        "site": _placed(report),
        "activity": activity and {"id": activity.id, "title": both(activity.title)},
        "verdict": report.verdict,
        "complete": report.complete,
        "facts": [
            {
                **_question(fact, used.get(fact.id), _assumed(fact, report, activity)),
                "rules": open_rules.get(fact.id, []),
                "rules_not_held": not_held.get(fact.id, []),
                "for_eia": fact.id in for_eia,
            }
            for fact in rulebook.facts.values()
            if fact.id in {*open_rules, *not_held, *used, *for_eia}
        ],
    }


def _placed(report: PartReport) -> dict[str, Any]:
    """The site where it came to lie: EPSG:4490, longitude first, to about 1 cm."""
    site = report.part.site
    shape = shapely.transform(site.geometry, lambda points: np.round(points, 7))
    return {
        "geometry": orjson.loads(shapely.to_geojson(shape)),
        "area_m2": round(report.area_m2, 2),
        "length_m": round(report.length_m, 3),
        "crs": site.crs,
        "accuracy_m": site.accuracy_m,
        "remarks": [both(remark) for remark in report.remarks],
        "advice": [advice_json(one) for one in site.advice],
        "remedies": list(site.remedies),
    }


def _asked(finding: Finding) -> tuple[str, ...]:
    """The facts that would help to settle a finding; an unknown footprint asks for the land area."""
    if finding.outcome is not Outcome.NOT_ASSESSED:
        return ()
    area = (LAND_AREA,) if Reason.FOOTPRINT_UNKNOWN in finding.reasons else ()
    return (*finding.missing_facts, *area)


def _assumed(fact: Fact, report: PartReport, activity: Activity | None) -> dict[str, Any] | None:
    """What is taken for a fact as long as nothing is declared."""
    implied = dict(activity.implies) if activity else {}
    if fact.id in implied:
        return {"value": implied[fact.id], "origin": "implied"}
    if fact.id == LAND_AREA and report.area_m2 > 0:
        return {"value": round(report.area_m2, 2), "origin": "measured"}
    if fact.id == LAND_AREA and activity and activity.typical_area_m2:
        return {"value": activity.typical_area_m2, "origin": "implied"}
    return None if fact.default is None else {"value": fact.default, "origin": "default"}


def _question(fact: Fact, used: UsedFact | None, assumed: dict[str, Any] | None) -> dict[str, Any]:
    taken = {"value": used.value, "origin": used.origin} if used else assumed
    return {
        "id": fact.id,
        "title": both(fact.title),
        "question": both(fact.question),
        "type": fact.type,
        "values": [{"value": code, "title": both(title)} for code, title in fact.values],
        "unit": fact.unit,
        **(taken or {"value": None, "origin": "unknown"}),
        "assumed": assumed,
    }
