"""One county's file: its zones take the place of those of that county, and nothing else moves by a bit."""

import json
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.compare.districts import districts_of
from geo.compare.part import parted
from geo.errors import InputError, Problem
from geo.model import EditionStatus, Text
from layers.bundle import load_bundle
from layers.editions import history
from layers.gate.merge import _together, check_kept, part_of
from layers.gate.order import read_order
from tests.builders import CRS, both, box, layer, make_bundle, zone
from tests.gate import PARK, deliver, frame, imported, order

WEST, EAST = "510812", "511902"
COUNTIES = {WEST: box(-5000, -5000, 0, 5000), EAST: box(0, -5000, 5000, 5000)}
IN_FORCE = {"status": "in_force", "approval_doc": "1"}


def held():
    """Ten squares of 4 ha in each county, and one across the border."""
    rows = [(f"W{n}", "core", box(-4800 + 400 * n, 0, -4600 + 400 * n, 200)) for n in range(10)]
    rows += [(f"E{n}", "core", box(1000 + 400 * n, 0, 1200 + 400 * n, 200)) for n in range(9)]
    return [*rows, ("E9", "general", box(1000, 1000, 1200, 1200)), ("X", "core", box(-300, 2000, 700, 2200))]


def world(folder, rows=None, *, accuracy_m=10, **keys):
    """Two counties, and a park in both; ``accuracy_m`` is that of the counties' outlines."""
    units = [zone(shape, code, "county", name=f"县{code}") for code, shape in COUNTIES.items()]
    park = [
        zone(shape, one, code, n=n) for n, (one, code, shape) in enumerate(held() if rows is None else rows)
    ]
    return make_bundle(
        folder / "bundle",
        [
            layer("admin_unit", units, classes=["county"], accuracy_m=accuracy_m),
            layer("park", park, classes=PARK, **keys),
        ],
        bundle={"id": "test", "title": {"zh": "测", "en": "test"}, "jurisdictions": list(COUNTIES)},
    )


def west(count=10, *, first=0, east_m=0.0):
    """The western county as it delivers: each square 10 m taller."""
    where = range(first, first + count)
    return [(f"W{n}", "core", box(-4800 + 400 * n + east_m, 0, -4600 + 400 * n + east_m, 210)) for n in where]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Such a bundle, for what changes nothing."""
    return world(tmp_path_factory.mktemp("place"))


@pytest.fixture(scope="module")
def bundle(place):
    return load_bundle(place)


def merged(capsys, folder, root, rows, *options, code=WEST, **keys):
    file = deliver(folder, frame(rows).drop(columns="MC"))
    said = {"fields": {"zone_id": "BSM", "zone_class": "FQ"}, **IN_FORCE, **keys}
    return imported(capsys, root, file, order(folder, **said), "--merge-district", code, *options)


def test_only_the_countys_zones_are_replaced_and_the_rest_stays_to_the_bit(tmp_path, capsys):
    root = world(tmp_path, stale_after=date(2027, 1, 1))
    before = load_bundle(root).layers["park"].editions[0]
    keys = {
        "accuracy_m": 2,
        "synthetic": False,
        "stale_after": date(2028, 1, 1),
        "classes": {"core": both("core")},
    }
    told = merged(capsys, tmp_path, root, west(), source="a clerk", **keys)
    assert told.code == 0, told.out + told.err
    after = load_bundle(root).layers["park"].editions[0]
    assert (after.edition, after.faults, len(after.zones)) == ("2026", (), 21)
    old, new = (one.zones.set_index("zone_id") for one in (before, after))
    kept = [one for one in old.index if not one.startswith("W")]
    assert list(new.index) == [*kept, *(f"W{n}" for n in range(10))]
    assert (shapely.to_wkb(new.geometry[kept]) == shapely.to_wkb(old.geometry[kept])).all()
    assert new["n"][kept].tolist() == old["n"][kept].tolist()
    assert shapely.equals(after.coverage, before.coverage)
    assert (after.synthetic, after.stale_after) == (True, date(2027, 1, 1))
    assert (after.accuracy_m, after.source) == (5, "a clerk (510812); 其余同版本 / the rest as in 2025-01")
    merge = told.report["merge"]
    assert (merge["replaced"], merge["delivered"], merge["kept"]) == ([f"W{n}" for n in range(10)], 10, 11)
    assert merge["across"] == [{"zone": "X", "share": pytest.approx(0.3, abs=1e-4)}]
    assert merge["reach_m"] == 15
    assert told.checks()["part"] == [""]
    assert "县510812 (510812) only: 10 zones replaced" in told.out
    assert "跨界而沿用" in (told.place / "report.html").read_text(encoding="utf-8")
    state = json.loads((root / history(root)[-1].catalogue.replace("yaml", "json")).read_text())
    assert state["edition"] == "2026"
    text = (root / history(root)[-1].catalogue).read_text(encoding="utf-8")
    assert '"510812"' in text.replace("'", '"')
    assert "into: 2025-01" in text.replace("'", "").replace('"', "")


STRAYS = [
    *(("W9", "core", box(-200, 0, 200, 200)), ("N1", "core", box(3000, 3000, 3100, 3100))),
    *(("N2", "core", box(-9000, 0, -8900, 100)), ("E3", "core", box(-1200, 0, -1000, 200))),
    ("N3", "core", box(-300, 2000, -200, 2200)),
]


def test_what_is_not_the_countys_is_a_fault_of_its_zone(tmp_path, capsys, place):
    told = merged(capsys, tmp_path, place, [*west(9), *STRAYS], "--accept", "--approval-doc", "1")
    assert told.code == 1
    faults = [(note["zone"], note["hint"]["en"]) for note in told.report["notes"] if note["fault"]]
    assert faults == [
        ("W9", "the zone reaches across the border of the district delivered"),
        ("N1", "the zone does not lie in the district delivered"),
        ("N2", "the zone does not lie in the district delivered"),
        ("E3", "the id is that of a zone that is not of this district and stays"),
        ("N3", "the zone overlaps one that reaches across and stays"),
    ]
    assert len(history(place)) == 0


def test_a_border_within_the_accuracy_is_the_border():
    shapes = np.array(
        [box(-200, 0, 14, 100), box(-200, 0, 16, 100), box(-14, 0, 99, 100), box(-16, 0, 99, 100)]
    )
    places = gpd.GeoSeries([*shapes, COUNTIES[WEST]], crs=CRS).to_crs(4490).to_numpy()
    found = parted(places[:-1], places[-1], 15.0)
    assert found.inside.tolist() == [True, False, False, False]
    assert found.across.tolist() == [False, True, False, True]
    assert found.outside.tolist() == [False, False, True, False]
    lines = gpd.GeoSeries.from_wkt(
        ["LINESTRING(-200 0, 10 0)", "LINESTRING(-200 0, 90 0)", "POINT(-1 0)", "POINT(9 9)"]
    )
    moved = gpd.GeoSeries(shapely.transform(lines.to_numpy(), lambda xy: xy + _origin()), crs=CRS).to_crs(
        4490
    )
    found = parted(moved.to_numpy(), places[-1], 15.0)
    assert (found.inside.tolist(), found.across.tolist()) == (
        [True, False, True, False],
        [False, True, False, False],
    )


def _origin():
    return shapely.get_coordinates(box(0, 0, 1, 1)).min(axis=0)


def test_the_county_is_judged_by_itself(tmp_path, capsys):
    rows = [*held(), *((f"F{n}", "core", box(100, -4900 + 80 * n, 4900, -4860 + 80 * n)) for n in range(49))]
    root = world(tmp_path, rows)
    hectares = [4.2] * 6 + [9.9] * 2
    file = deliver(tmp_path, frame(west(8), MJ=hectares).drop(columns="MC"))
    fields = {"zone_id": "BSM", "zone_class": "FQ", "area_declared": "MJ"}
    said = order(tmp_path, fields=fields, area_unit="ha", **IN_FORCE)
    told = imported(capsys, root, file, said, "--merge-district", WEST)
    assert told.code == 1
    assert [one["text"]["en"].partition(" (")[0] for one in told.report["breaks"]] == [
        "zones whose declared area differs +25.00 %",
        "县510812 510812: area falls -13.91 %",
        "县510812 510812, core: area falls -13.91 %",
        "县510812 510812: number of zones falls -20.00 %",
    ]


REFUSED = {
    "no such county": ("500152", {}, "no such district of its own"),
    "half a code": ("5", {}, "2, 4 or 6 digits"),
    "no code": ("", {}, "2, 4 or 6 digits"),
    "zones as coverage": (WEST, {"coverage": {"zones": True}}, "zones of a part cannot be the coverage"),
    "districts": (WEST, {"layer": "admin_unit"}, "as a whole"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_merged_is_refused(tmp_path, bundle, case):
    code, keys, words = REFUSED[case]
    base = bundle.layers["park"].editions[0]
    with pytest.raises(InputError, match=words):
        part_of(code, read_order(order(tmp_path, **keys)), districts_of(bundle, date(2026, 1, 1)), base)


def test_nothing_is_merged_into_an_edition_that_is_harmed_or_not_in_force(tmp_path, bundle):
    base, problem = (
        bundle.layers["park"].editions[0],
        Problem(where="-", given="-", allowed="-", hint=Text("-", "-")),
    )
    harmed = (
        None,
        *(
            replace(base, **k)
            for k in ({"status": EditionStatus.DRAFT}, {"faults": (problem,)}, {"zones": None})
        ),
    )
    for one in harmed:
        with pytest.raises(InputError, match="to merge into"):
            part_of(WEST, read_order(order(tmp_path)), districts_of(bundle, date(2026, 1, 1)), one)


def test_zones_that_would_change_are_refused(bundle):
    base = bundle.layers["park"].editions[0]
    merge, zones = SimpleNamespace(kept=base.zones), base.zones
    check_kept(base, merge)
    nudged = zones.assign(geometry=shapely.transform(zones.geometry.to_numpy(), lambda xy: xy + 2e-14))
    assert nudged.geometry.to_numpy()[0] != zones.geometry.to_numpy()[0]
    for other in (nudged, zones.assign(n=zones["n"] + 1), zones.drop(columns="n"), zones.iloc[1:], None):
        with pytest.raises(InputError, match="would change"):
            check_kept(replace(base, zones=other), merge)


def test_a_column_of_another_kind_is_refused_and_whole_numbers_fit(tmp_path):
    said = read_order(order(tmp_path))

    def cells(old, new):
        frames = [
            gpd.GeoDataFrame({"n": pd.Series(c, dtype=object)}, geometry=[box(0, 0, 1, 1)] * 2)
            for c in (old, new)
        ]
        return [(type(cell), cell) for cell in _together(*frames, said)["n"][2:]]

    assert cells([1, 2], [3.0, None]) == [(int, 3), (type(None), None)]
    assert cells([1.5, 2.5], [3, 4.0]) == [(float, 3.0), (float, 4.0)]
    assert cells([None, None], ["a", 4]) == [(str, "a"), (int, 4)]
    for old, new in (
        ([1, 2], ["3号", None]),
        ([1, 2], [3.5, None]),
        (["a", "b"], [1, 2]),
        ([True, False], [1, 0]),
    ):
        with pytest.raises(InputError, match="of another kind"):
            cells(old, new)


def test_the_coverage_changes_in_the_county_alone(tmp_path, capsys):
    root = world(tmp_path)
    before = load_bundle(root).layers["park"].editions[0].coverage
    half = gpd.GeoDataFrame(geometry=[box(-5000, 0, 5000, 5000)], crs=CRS)
    half.to_crs(4490).to_file(tmp_path / "half.geojson")
    told = merged(capsys, tmp_path, root, west(), coverage={"file": "half.geojson"})
    assert told.code == 0, told.out + told.err
    after = load_bundle(root).layers["park"].editions[0].coverage
    lost = gpd.GeoSeries([shapely.difference(before, after)], crs=4490).to_crs(CRS)
    assert lost.area[0] == pytest.approx(5000 * 5000, rel=1e-3)
    assert lost.total_bounds[2] < box(1, 0, 2, 2).bounds[0]
    assert before.area > after.area
    assert date(2026, 1, 1) == load_bundle(root).layers["park"].editions[0].valid_from
