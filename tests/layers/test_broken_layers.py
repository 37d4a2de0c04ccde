"""A broken file per fault, for layers: the layer says why in both languages, and the others serve."""

from pathlib import Path

import pytest

from geo.check import check_projects
from geo.model import LayerState, Part, Project, Site
from layers.bundle import load_bundle
from tests.broken import zones
from tests.broken.case import Case
from tests.builders import layer, lonlat, make_bundle, point, rule
from tests.geo.world import ON


def test_each_fault_has_a_file_of_its_own() -> None:
    assert len(zones.CASES) >= 30
    assert len({case.name for case in zones.CASES}) == len(zones.CASES)


@pytest.mark.parametrize("case", zones.CASES, ids=lambda case: case.id)
def test_a_broken_file_of_a_layer(case: Case, tmp_path: Path) -> None:
    keys = dict.fromkeys(case.more)
    park = layer("park", classes=["core", "edge"], **{"path": f"data/{case.name}", **keys})
    park["_files"].pop(park["path"])
    other = layer("other", [zones.GOOD], classes=["core"])
    case.make(_room(tmp_path) / case.name)
    folder = make_bundle(tmp_path, [park, other], [rule("P-01", layer="park")])
    before = sorted(folder.rglob("*"))
    bundle = load_bundle(folder)
    (edition,) = bundle.layers["park"].editions
    told = [
        fault
        for fault in edition.faults
        if case.zh in fault.hint.zh
        and case.en in fault.hint.en
        and case.given in fault.given
        and case.allowed in fault.allowed
    ]
    assert told, edition.faults
    assert told[0].where == f"park 2025-01 data/{case.name}"
    assert all(str(tmp_path) not in fault.line() for fault in edition.faults)
    assert (0 if edition.zones is None else len(edition.zones)) == case.answered
    assert bundle.layers["other"].editions[0].faults == ()
    assert sorted(folder.rglob("*")) == before, "reading leaves nothing behind"

    site = Site(geometry=lonlat(point(2_000, 2_000)), accuracy_m=0.0)
    (report,) = check_projects(bundle, [Project(parts=(Part(site=site, activity="CHEM"),))], ON)
    states = {one.id: one.state for one in report.parts[0].layers}
    assert states["park"] is LayerState.FAILED, "silence of a broken file acquits nobody"


def _room(folder: Path) -> Path:
    room = folder / "data"
    room.mkdir()
    return room
