"""A rule's examples, acted out by the real engine on a stage of two plain shapes.

The site stands at a fixed place; the zone lies due south of it: their distance is an arc of the meridian.
An example is about the rule's words: it applies even where the text behind it is unverified, and a locally
approved distance is taken at its screening value.
"""

import math
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.check import check_projects
from geo.foot import degree_m
from geo.measure import GEOD, area_m2
from geo.model import (
    RIVERS,
    Bundle,
    Clause,
    Edition,
    EditionStatus,
    Example,
    Finding,
    Footprint,
    Given,
    Layer,
    Outcome,
    Part,
    Project,
    Reason,
    Relation,
    Rule,
    Rulebook,
    Site,
    Text,
    ZoneTable,
)

STAGE_LON, STAGE_LAT = 106.0, 31.0
SITE_M = 100.0
"""Side of an areal site, length of a linear one, metres."""

_HALF_M = 30_000.0
_DAY = date(2026, 11, 21)
"""The day of an example that names none."""

_COLUMNS = ("zone_id", "zone_class", "name", "valid_from", "valid_to")
_Rows = tuple[tuple[tuple[str, type, object], ...], ...]
"""Zones as names, types and values: the type keeps True and 1 apart in a cache."""
_OUTCOMES: dict[Outcome, bool | None] = {
    Outcome.APPLIES: True,
    Outcome.NOT_ASSESSED: None,
    Outcome.DOES_NOT_APPLY: False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What an example expected and what the engine said; ``got`` is True, False or None (open)."""

    example: Example
    got: bool | None
    finding: Finding | None

    @property
    def agrees(self) -> bool:
        """Whether the engine says what the example says."""
        return self.got is self.example.applies


def rehearse(rulebook: Rulebook, rule: Rule, example: Example) -> Rehearsal:
    """Act out one example of a rule.

    Only the rule itself is on stage. A zone without distance or overlap holds the site well inside; no zone
    means that none is met; layers not spoken of are present and empty.
    """
    given = example.given
    on = given.on or _DAY
    bundle = _stage(rulebook, rule, given)
    footprint = _footprint(rulebook, given)
    facts = tuple(sorted(given.facts))
    part = Part(
        site=Site(geometry=_site(given, footprint), accuracy_m=0.0), activity=given.activity, facts=facts
    )
    report = next(check_projects(bundle, [Project(parts=(part,))], on, full=True))
    found = [f for f in (*report.parts[0].findings, *report.parts[0].duties) if f.rule.id == rule.id]
    got = _spoken(found[0]) if found else False
    return Rehearsal(example=example, got=got, finding=found[0] if found else None)


def _spoken(finding: Finding) -> bool | None:
    if finding.reasons == (Reason.UNVERIFIED_BASIS,):
        return True
    return _OUTCOMES[finding.outcome]


def _footprint(rulebook: Rulebook, given: Given) -> Footprint:
    activity = rulebook.activities.get(given.activity or "")
    return Footprint.AREAL if activity is None or given.overlap_m2 is not None else activity.footprint


def _north(metres: float) -> float:
    """Latitude that lies so many metres north of the stage's middle."""
    return float(GEOD.fwd(STAGE_LON, STAGE_LAT, 0.0, metres)[1])


def _east(metres: float) -> float:
    return float(GEOD.fwd(STAGE_LON, STAGE_LAT, 90.0, metres)[0])


def _box(south_m: float, north_m: float, half_m: float) -> Geometry:
    return shapely.box(_east(-half_m), _north(south_m), _east(half_m), _north(north_m))


def _site(given: Given, footprint: Footprint) -> Geometry:
    """The site: its southern edge lies on the stage's middle."""
    if given.overlap_m2 is not None:
        half_m = _half_m(given.overlap_m2)
        return _box(-half_m, half_m, half_m)
    if footprint is Footprint.POINT:
        return shapely.Point(STAGE_LON, STAGE_LAT)
    if footprint is Footprint.LINEAR:
        return shapely.LineString([(STAGE_LON, STAGE_LAT), (STAGE_LON, _north(SITE_M))])
    return _box(0.0, SITE_M, SITE_M / 2.0)


def _zone(given: Given) -> Geometry:
    if given.overlap_m2 is not None:
        return _box(-_HALF_M, _strip_edge(given.overlap_m2), _HALF_M)
    edge = _HALF_M if given.distance_m is None else -given.distance_m
    return _box(min(edge, 0.0) - _HALF_M, edge, _HALF_M)


def _along(metres: float, given: Given) -> tuple[float, float]:
    """A place on the river, so many metres along it east of the stage's middle."""
    lat = _north(-(given.side_m or 0.0))
    per_degree, _ = degree_m(np.array(lat))
    return STAGE_LON + metres / float(per_degree), lat


def _river(given: Given) -> Geometry:
    """A river that flows due east, so many metres south of the site."""
    return shapely.LineString([_along(-_HALF_M, given), _along(_HALF_M, given)])


def _intake(given: Given, footprint: Footprint) -> Geometry:
    """A zone on the river such that the nearest of the site lies so far upstream of it."""
    way = given.upstream_m or 0.0
    half = SITE_M / 2.0 if footprint is Footprint.AREAL else 0.0
    return shapely.Point(_along(way + math.copysign(half, way) if way else 0.0, given))


def _half_m(overlap_m2: float) -> float:
    """Half the side of a site of which an overlap is a quarter, or less: small sites are soon measured."""
    return max(SITE_M / 2.0, math.sqrt(overlap_m2))


@lru_cache(maxsize=512)
def _strip_edge(overlap_m2: float) -> float:
    """Where the zone must end so that it overlaps the site by so many square metres; few sizes recur."""
    half_m = _half_m(overlap_m2)
    low, high = -half_m, half_m
    for _ in range(80):
        middle = (low + high) / 2.0
        if float(area_m2(_box(-half_m, middle, half_m))) < overlap_m2:
            low = middle
        else:
            high = middle
    return high


def _stage(rulebook: Rulebook, rule: Rule, given: Given) -> Bundle:
    zones: dict[str, list[dict[str, object]]] = {
        layer: [] for layer in dict.fromkeys([*rule.layers, *(c.layer for c in rule.companions)])
    }
    listed = rulebook.eia if rule.eia is not None else None
    zones |= {layer: [] for layer in (listed.layers if listed is not None else ())}
    if rule.relation is Relation.UPSTREAM_WITHIN:
        zones[RIVERS] = [{"geometry": _river(given)}]
    if given.zone is not None and rule.layers:
        footprint = _footprint(rulebook, given)
        shape = _intake(given, footprint) if rule.relation is Relation.UPSTREAM_WITHIN else _zone(given)
        zones[rule.layers[0]].append({"geometry": shape, **dict(given.zone)})
    for layer, attributes in given.companions:
        zones.setdefault(layer, []).append({"geometry": _box(-_HALF_M, _HALF_M, _HALF_M), **dict(attributes)})
    layers = {layer: _layer(layer, _plain(rows), given.clauses) for layer, rows in zones.items()}
    return Bundle(
        id="stage",
        title=Text("示例", "Example"),
        jurisdictions=rule.jurisdictions,
        layers=layers,
        out_of_scope={},
        rulebook=Rulebook(
            rules=(rule,),
            bases=rulebook.bases,
            facts=rulebook.facts,
            activities=rulebook.activities,
            groups=rulebook.groups,
            eia=listed,
        ),
        distances={rule.distance_name: rule.screening_m or 0.0} if rule.distance_name else {},
        layer_titles={layer: Text(layer, layer) for layer in layers},
        digest="",
    )


def _plain(rows: list[dict[str, object]]) -> _Rows:
    return tuple(tuple((name, type(value), value) for name, value in row.items()) for row in rows)


@lru_cache(maxsize=512)
def _layer(layer: str, rows: _Rows, clauses: tuple[Clause, ...] | None) -> Layer:
    """A layer of zones with attributes; the same zones stand in many examples."""
    named: list[dict[str, object]] = [
        {**dict.fromkeys(_COLUMNS), "zone_id": f"{layer}-{i}", **{name: value for name, _, value in row}}
        for i, row in enumerate(rows)
    ]
    names = list(dict.fromkeys([*_COLUMNS, *(k for row in named for k in row if k != "geometry")]))
    columns = {name: [row.get(name) for row in named] for name in names}
    shapes = np.array([None, *(row["geometry"] for row in named)], dtype=object)[1:]
    edition = Edition(
        edition="example",
        status=EditionStatus.IN_FORCE,
        valid_from=date.min,
        valid_to=None,
        stale_after=None,
        accuracy_m=0.0,
        zones=ZoneTable(columns, shapes),
        coverage=_box(-2 * _HALF_M, 2 * _HALF_M, 2 * _HALF_M),
        sha256="",
        authority=Text("示例", "Example"),
        source="example",
        licence="",
        synthetic=True,
        clauses=None if clauses is None else tuple(replace(clause, scope=f"{layer}-0") for clause in clauses),
    )
    return Layer(id=layer, title=Text(layer, layer), kind="vector", classes={}, editions=(edition,))
