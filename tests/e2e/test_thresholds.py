"""Every distance of the shipped rulebook, a metre, a centimetre and a millimetre to either side.

Two wedges face each other tip to tip, the second placed by `pyproj.Geod.fwd`: their distance is that
geodesic, in whatever direction. Who acts and how is taken out of the rules: only where they bite is asked.
"""

from dataclasses import replace
from typing import Any

import pyproj
import pytest
from shapely import LineString, Point, Polygon

from geo.check import check_projects
from geo.model import Finding, Footprint, Outcome, Reason, Relation, Rule
from layers.rulebook import SHIPPED, load_rulebook
from tests.geo.world import ON, bundle, edition, layer, project

BOOK = load_rulebook(SHIPPED)
GEOD = pyproj.Geod(a=6_378_137.0, rf=298.257222101)  # CGCS2000
HERE = (106.0, 31.0)
STEPS = (-1.0, -0.01, -0.001, 0.001, 0.01, 1.0)
NEAR = {
    f"{rule.id}@{rule.valid_from}": rule
    for rule in BOOK.rules
    if rule.relation is Relation.WITHIN_DISTANCE and rule.in_force(ON)
}
KINDS = {"point": Footprint.POINT, "line": Footprint.LINEAR, "polygon": Footprint.AREAL}
DIRECTIONS = (0.0, 37.0, 90.0, 211.0, 325.0)
ASKED = [
    (step, kind) for step in STEPS for kind in KINDS if abs(step) == min(map(abs, STEPS)) or kind == "polygon"
]
"""A millimetre to either side for every kind of site; the wider steps, which follow from it, for one kind."""


def towards(place: tuple[float, float], azimuth: float, metres: float) -> tuple[float, float]:
    lon, lat, _ = GEOD.fwd(*place, azimuth, metres)
    return float(lon), float(lat)


def wedge(tip: tuple[float, float], azimuth: float) -> Polygon:
    """A triangle that opens from its tip in a direction."""
    return Polygon([tip, towards(tip, azimuth - 20, 600), towards(tip, azimuth + 20, 600)])


def site(kind: str, azimuth: float) -> Any:
    """A site whose nearest point to anything in a direction is HERE."""
    back = azimuth + 180
    return {
        "point": Point(HERE),
        "line": LineString([HERE, towards(HERE, back, 700)]),
        "polygon": wedge(HERE, back),
    }[kind]


def ask(rule: Rule, kind: str, azimuth: float, metres: float) -> Finding:
    """The rule's finding for a site so far from a zone as the rule's own example has it."""
    example = next(e.given for e in rule.examples if e.applies is True)
    bare = replace(rule, activities=("ANY",), excepted=(), conditions=())
    zone = {
        "zone_id": "z",
        **dict(example.zone or ()),
        "geometry": wedge(towards(HERE, azimuth, metres), azimuth),
    }
    limits = {rule.distance_name: rule.screening_m or 0.0} if rule.distance_name else {}
    given = bundle(
        [
            layer(name, edition(zones, accuracy_m=0.0, coverage=Point(HERE).buffer(1.0)))
            for name, zones in zip(rule.layers, [[zone], *[[]] * len(rule.layers)], strict=False)
        ],
        [],
        rulebook=replace(BOOK, rules=(bare,)),
        jurisdictions=rule.jurisdictions,
        distances=limits,
    )
    activity = next(a.id for a in BOOK.activities.values() if a.footprint is KINDS[kind])
    told = next(check_projects(given, [project(site(kind, azimuth), activity)], ON, full=True))
    return next(f for f in (*told.parts[0].findings, *told.parts[0].duties) if f.rule.id == rule.id)


def holds(found: Finding) -> bool | None:
    """Whether the rule's place test holds, whatever the grade of its text."""
    if found.outcome is Outcome.APPLIES or found.reasons == (Reason.UNVERIFIED_BASIS,):
        return True
    return False if found.outcome is Outcome.DOES_NOT_APPLY else None


def test_the_shipped_rules_ask_for_these_distances() -> None:
    asked = {rule.distance_m or rule.screening_m for rule in NEAR.values()}
    assert asked >= {10.0, 30.0, 200.0, 1_000.0, 3_000.0}
    assert not [rule.id for rule in NEAR.values() if rule.companions]


@pytest.mark.parametrize(("step", "kind"), ASKED)
@pytest.mark.parametrize("rule", NEAR.values(), ids=NEAR)
def test_a_legal_distance_is_decided_to_the_millimetre(rule: Rule, step: float, kind: str) -> None:
    limit = rule.distance_m or rule.screening_m or 0.0
    azimuth = DIRECTIONS[(STEPS.index(step) + list(KINDS).index(kind)) % len(DIRECTIONS)]
    found = ask(rule, kind, azimuth, limit + step)
    assert holds(found) is (step < 0)
    assert found.distance_m == pytest.approx(limit + step, abs=1e-4)
    assert found.margin_m == pytest.approx(
        step if rule.distance_min_m is None else max(step, -limit), abs=1e-4
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("rule", [r for r in NEAR.values() if r.distance_min_m == 0.0], ids=lambda r: r.id)
def test_what_overlaps_is_out_of_a_belt_around(rule: Rule, step: float, kind: str) -> None:
    """A belt from 0, exclusive: a tip inside the zone by a millimetre is in the zone, not in its belt."""
    found = ask(rule, kind, 37.0, step)
    assert holds(found) is (step > 0)
