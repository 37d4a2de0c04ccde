"""Scenarios that a planner could write (tests/scenarios), on the demonstration bundle."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely

from geo.check import check_projects
from geo.declare import declare_facts
from geo.find_activity import find_activity
from geo.model import Bundle, Effect, Outcome, Part, Project, Report
from geo.site import make_site
from layers.strictyaml import Faults, Node, read_yaml
from tests.e2e.conftest import ON

FOLDER = Path(__file__).resolve().parents[1] / "scenarios"
ENTRY = {"name", "on", "parts", "expect", "place", "wkt", "crs", "accuracy_m", "activity", "facts"}
EXPECT = {
    "verdict",
    "worst_possible",
    "complete",
    "applies",
    "only",
    "silent",
    "open",
    "borderline",
    "basis",
    "hits",
    "states",
    "shares",
    "eia",
}


def plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: plain(value) for key, value in node.value.items()}
    return [plain(item) for item in node.value] if isinstance(node.value, list) else node.value


def scenarios() -> list[Any]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        faults = Faults()
        root = read_yaml(path, path.name, faults)
        assert root is not None, path
        assert not len(faults), faults.tuple()
        found += [pytest.param(entry, id=f"{path.stem}: {entry['name']}") for entry in plain(root)]
    return found


def project(bundle: Bundle, entry: dict[str, Any]) -> Project:
    parts = entry.get("parts") or [entry]
    return Project(name=entry["name"], parts=tuple(part(bundle, one) for one in parts))


def part(bundle: Bundle, one: dict[str, Any]) -> Part:
    shape = shapely.from_wkt(one["wkt"]) if "wkt" in one else shapely.Point(one["place"])
    accuracy = one.get("accuracy_m", None if one.get("crs") == "unknown" else 5)
    return Part(
        name=one.get("name"),
        site=make_site(shape, crs=one.get("crs", "EPSG:4490"), accuracy_m=accuracy),
        activity=find_activity(bundle.rulebook, one["activity"]) if "activity" in one else None,
        facts=declare_facts(bundle.rulebook, one.get("facts", {})),
    )


class Told:
    """What a report says, by rule and by layer, over all parts."""

    def __init__(self, report: Report) -> None:
        parts = report.parts
        self.findings = [f for p in parts for f in (*p.findings, *p.duties)]
        self.hits = {(h.layer, h.zone_class) for p in parts for h in p.hits}
        self.layers = {layer.id: layer for p in parts for layer in p.layers}

    def rules(self, outcome: Outcome) -> dict[str, Any]:
        return {f.rule.id: f for f in self.findings if f.outcome is outcome}

    @staticmethod
    def without_duties(found: dict[str, Any]) -> set[str]:
        return {name for name, f in found.items() if f.rule.effect is not Effect.DUTY}


@pytest.mark.parametrize("entry", scenarios())
def test_scenario(demo: Bundle, entry: dict[str, Any]) -> None:
    expect = entry["expect"]
    assert entry.keys() <= ENTRY
    assert expect
    assert expect.keys() <= EXPECT
    (report,) = check_projects(demo, [project(demo, entry)], entry.get("on", ON))
    told = Told(report)
    applies, open_rules = told.rules(Outcome.APPLIES), told.rules(Outcome.NOT_ASSESSED)
    near = {f.rule.id for f in told.findings if f.outcome is Outcome.DOES_NOT_APPLY and f.borderline}
    assert set(expect.get("applies", ())) <= applies.keys()
    if "only" in expect:
        assert told.without_duties(applies) == set(expect["only"])
    assert not set(expect.get("silent", ())) & (applies.keys() | open_rules.keys())
    assert expect.get("open", {}).items() <= {k: f.reason.value for k, f in open_rules.items()}.items()
    assert set(expect.get("borderline", ())) <= near
    for rule, articles in expect.get("basis", {}).items():
        assert [b.id for b in applies[rule].basis] == articles
    _check_layers(told, expect)
    _check_eia(report, expect)
    for key in ("verdict", "worst_possible", "complete"):
        if key in expect:
            assert getattr(report, key) == expect[key]


def _check_eia(report: Report, expect: dict[str, Any]) -> None:
    for part in report.parts if "eia" in expect else ():
        assert part.eia is not None
        told = {
            "before": [one.value for one in part.eia.before],
            "after": [one.value for one in part.eia.after],
            "areas": [area.area for area in part.eia.areas if area.met],
        }
        assert expect["eia"].items() <= told.items()


def _check_layers(told: Told, expect: dict[str, Any]) -> None:
    assert set(expect.get("hits", {}).items()) <= told.hits
    for layer, state in expect.get("states", {}).items():
        assert told.layers[layer].state == state
    for layer, shares in expect.get("shares", {}).items():
        found = {c.zone_class: c.overlap_share for c in told.layers[layer].by_class}
        assert found == pytest.approx(shares, abs=5e-5)
        assert sum(found.values()) == pytest.approx(1.0, abs=1e-9)
        assert told.layers[layer].remainder_share == pytest.approx(0.0, abs=1e-9)


def test_there_are_enough_of_them() -> None:
    entries = [one.values[0] for one in scenarios()]
    assert len(entries) >= 25
    assert len({entry["name"] for entry in entries}) == len(entries)
    days = {entry.get("on", ON) for entry in entries}
    assert {date(2026, 3, 14), date(2026, 3, 15), date(2026, 8, 14), date(2026, 8, 15)} <= days
    wanted = {entry["expect"].get("verdict") for entry in entries}
    assert wanted >= {"notice", "undetermined", "conditional", "restricted", "phase_out", "prohibited"}
