"""Layers no authority publishes: their rules are `not_published`, on both roads, until a bundle has them."""

from typing import Any

import pytest

from geo.check import check_projects
from geo.model import Bundle, Finding, Relation
from geo.points import Declaration
from tests.geo.two_roads import batch_of, by_columns, by_reports, differing, table_on
from tests.geo.world import (
    ON,
    SQUARE,
    bundle,
    finding,
    layer_state,
    out_of_scope,
    point,
    project,
    rule,
    zones,
)

SILENT = frozenset({"faults"})
RULES = [
    rule("IN", "faults"),
    rule("NEAR", "faults", relation=Relation.WITHIN_DISTANCE, distance_m=100.0),
    rule("OUT", "faults", relation=Relation.OUTSIDE),
    rule("ANY", ("park", "faults")),
    rule("PARK", "park"),
]
PARK = zones("park", SQUARE)


def world(**keys: Any) -> Bundle:
    return bundle([PARK], RULES, unpublished=SILENT, **keys)


def told(of: Bundle, name: str, x: float = 5_000.0) -> Finding:
    return finding(next(check_projects(of, [project(point(x, 50.0))], ON, full=True)), name)


@pytest.mark.parametrize("name", ["IN", "NEAR", "OUT", "ANY"])
def test_without_the_layer_it_is_not_published(name):
    assert told(world(), name).reason == "not_published"


def test_a_zone_of_another_layer_still_convicts():
    assert told(world(), "ANY", 50.0).outcome == "applies"


def test_the_layer_is_listed_as_missing():
    (report,) = check_projects(world(), [project(point(5_000.0, 50.0))], ON)
    assert layer_state(report, "faults")[0] == "missing"
    assert report.verdict == "undetermined"
    assert not report.complete


def test_out_of_scope_comes_first():
    of = world(out_of_scope={"faults": out_of_scope("faults")})
    assert told(of, "IN").reason == "out_of_scope"


def test_a_layer_that_is_published_is_missing():
    assert told(bundle([PARK], RULES), "IN").reason == "layer_missing"


def test_a_bundle_that_holds_the_layer_is_asked_as_any_other():
    of = bundle([PARK, zones("faults", SQUARE)], RULES, unpublished=SILENT)
    assert told(of, "IN", 50.0).outcome == "applies"
    assert told(of, "IN").outcome == "does_not_apply"


def test_tables_say_the_same():
    of = world()
    spots = [place_of(x) for x in (50.0, 99.0, 5_000.0)]
    batch = batch_of(
        [x for x, _ in spots],
        [y for _, y in spots],
        [5.0] * 3,
        [0] * 3,
        (Declaration(None, (("nature", "new"),)),),
    )
    columns, wanted = by_columns(table_on(of, ON), batch), by_reports(of, batch, ON)
    assert differing(batch, columns, wanted) == []
    assert all("IN:not_published" in str(row["not_assessed"]) for row in wanted)


def place_of(x: float) -> tuple[float, float]:
    spot = point(x, 50.0)
    return spot.x, spot.y
