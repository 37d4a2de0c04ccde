"""A county's own layers under its own rules (tests/mecklenburg), through the whole chain."""

import csv
import json
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.check import check_projects
from geo.model import Bundle, LayerState, Outcome, Part, Project, Reason, Report, Verdict
from geo.rehearse import rehearse
from geo.site import make_site
from layers.bundle import lint, load_bundle
from scripts import check_sites, lint_bundle
from server import create_app
from server.settings import Settings
from tests.e2e import oracle

ON = date(2026, 11, 21)

DAVIDSON, CORNELIUS, UPTOWN = (-80.8487, 35.4993), (-80.86, 35.48), (-80.8431, 35.2271)
LAKE_NORMAN, NEXT_COUNTY = (-80.95, 35.50), (-80.45, 35.20)

# (place, activity, facts), then verdict, worst possible, complete, rules that apply, rules left open and why.
# Read off the files beforehand, without geo/: Davidson lies in a critical area, 736 m from Lake Norman;
# Cornelius in an unregulated basin, 942 m from it; Uptown is far from everything; the lake itself lies beyond
# the basins of the county, and the last place in Cabarrus County.
PLACES = [
    (DAVIDSON, "CHEM", {}, "prohibited", "prohibited", True, {"MK-01", "MK-04", "MK-07"}, {}),
    (DAVIDSON, "SCHOOL", {}, "undetermined", "conditional", False, {"MK-07"}, {"MK-04": "fact_unknown"}),
    (DAVIDSON, "SCHOOL", {"discharges": False}, "notice", "notice", True, {"MK-07"}, {}),
    (DAVIDSON, "化工项目", {"nature": "existing"}, "notice", "notice", True, {"MK-07"}, {}),
    (CORNELIUS, "CHEM", {}, "conditional", "conditional", True, {"MK-04", "MK-07"}, {}),
    (UPTOWN, "CHEM", {}, "notice", "notice", True, {"MK-07"}, {}),
    (UPTOWN, "CHEM", {"land_area_m2": 5000.0}, "notice", "notice", True, {"MK-07", "MK-08"}, {}),
    (LAKE_NORMAN, "MARINA", {}, "undetermined", "conditional", False, set(), {"MK-05": "not_covered"}),
    (
        LAKE_NORMAN,
        "HOTEL",
        {"discharges": False},
        "restricted",
        "restricted",
        False,
        {"MK-03"},
        {"MK-05": "not_covered", "MK-07": "not_covered"},  # 10 % built upon settles MK-02 wherever it is
    ),
    (
        NEXT_COUNTY,
        "CHEM",
        {},
        "undetermined",
        "prohibited",
        False,
        set(),
        dict.fromkeys(("MK-01", "MK-03", "MK-04", "MK-05", "MK-07"), "not_covered"),
    ),
]


@pytest.fixture(scope="session")
def county(county_folder: Path) -> Bundle:
    return load_bundle(county_folder)


@pytest.fixture(scope="session")
def as_supplied(county_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The same bundle over the watersheds as the county publishes them, blank classes, bow-tie and all."""
    folder = tmp_path_factory.mktemp("as_supplied") / "bundle"
    shutil.copytree(county_folder, folder)
    catalogue = folder / "catalogue.yaml"
    text = catalogue.read_text(encoding="utf-8")
    catalogue.write_text(text.replace("watersheds_clean.geojson", "watersheds.geojson"), encoding="utf-8")
    return load_bundle(folder)


def project(
    shape: shapely.Geometry, activity: str = "HOTEL", accuracy_m: float = 0.0, **facts: object
) -> Project:
    declared = {"nature": "new", "land_area_m2": 100.0, "built_upon_share": 0.1, **facts}
    site = make_site(shape, crs="EPSG:4490", accuracy_m=accuracy_m)
    return Project(parts=(Part(site=site, activity=activity, facts=tuple(sorted(declared.items()))),))


def check(bundle: Bundle, *projects: Project, **options: object) -> list[Report]:
    return list(check_projects(bundle, projects, ON, **options))


def outcomes(report: Report, outcome: Outcome) -> dict[str, Reason | None]:
    part = report.parts[0]
    return {f.rule.id: f.reason for f in (*part.findings, *part.duties) if f.outcome is outcome}


def points(count: int, seed: int) -> list[shapely.Point]:
    """Points in the county and a little around it."""
    rng = np.random.default_rng(seed)
    return [shapely.Point(*xy) for xy in rng.uniform((-81.09, 34.98), (-80.53, 35.54), (count, 2))]


def polygons(count: int, seed: int) -> list[shapely.Polygon]:
    """Irregular stars of 12 corners, 50 m to 2 km across."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(count):
        centre, size = rng.uniform((-81.05, 35.01), (-80.56, 35.51)), 10 ** rng.uniform(-3.4, -2.0)
        turn = np.sort(rng.uniform(0, 2 * np.pi, 12))
        reach = size * rng.uniform(0.4, 1.0, 12)
        out.append(shapely.Polygon(centre + np.column_stack([np.cos(turn), np.sin(turn)]) * reach[:, None]))
    return [p for p in out if p.is_valid]


# --- the bundle itself


def test_lint_finds_nothing(county_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint_bundle.main([str(county_folder), "--lang", "en"]) == 0
    assert "no problems" in capsys.readouterr().out


def test_no_shipped_rule_speaks(county: Bundle) -> None:
    assert {rule.id for rule in county.rulebook.rules} == {f"MK-0{n}" for n in range(1, 9)}


def test_shipped_activities_and_own_ones_are_known(county: Bundle) -> None:
    assert {"CHEM", "SCHOOL", "MARINA"} <= county.rulebook.activities.keys()


def test_examples_act_out_as_written(county: Bundle) -> None:
    wrong = [
        (rule.id, number)
        for rule in county.rulebook.rules
        for number, example in enumerate(rule.examples)
        if rehearse(county.rulebook, rule, example).got is not example.applies
    ]
    assert wrong == []


# --- expected rules at places


@pytest.mark.parametrize("case", PLACES)
def test_place(county: Bundle, case: tuple) -> None:
    place, activity, facts, verdict, possible, complete, applies, open_ = case
    body = {
        "site": {"type": "Point", "coordinates": place},
        "crs": "EPSG:4326",
        "accuracy_m": 5,
        "activity": activity,
        "facts": {"nature": "new", "land_area_m2": 100, "built_upon_share": 0.1, **facts},
        "on": ON.isoformat(),
    }
    answer = create_app(Settings(), county).test_client().post("/api/v1/checks", json=body)
    assert answer.status_code == 200, answer.text
    part = answer.json["parts"][0]
    found = part["findings"] + part["duties"]
    assert {f["rule"] for f in found if f["outcome"] == "applies"} == applies
    left_open = {f["rule"]: f["reason"] for f in found if f["outcome"] == "not_assessed"}
    assert open_.items() <= left_open.items()
    assert bool(left_open) is not complete
    told = [answer.json[key] for key in ("verdict", "worst_possible", "complete")]
    assert told == [verdict, possible, complete]


def test_the_articles_change_with_the_date(county: Bundle) -> None:
    site = project(shapely.Point(DAVIDSON), "CHEM")
    for on, article in ((date(2025, 12, 31), "example-1"), (date(2026, 1, 1), "example-1a")):
        report = next(check_projects(county, [site], on))
        told = next(f for f in report.parts[0].findings if f.rule.id == "MK-01")
        assert [b.id for b in told.basis] == [article]


# --- measures and hits against oracles


def test_distances_to_the_river(county: Bundle) -> None:
    """Against GeographicLib, to 1 cm, for 100 points and 20 polygons within 3 km of the water."""
    water = county.layers["catawba_water"].edition_on(ON).zones
    drawn = np.array([*points(500, 1), *polygons(120, 2)])
    by_water = shapely.STRtree(water.geometry.to_numpy()).query(drawn, predicate="dwithin", distance=0.03)
    sites = drawn[np.unique(by_water[0])].tolist()
    near = [s for s in sites if s.geom_type == "Point"][:100] + [s for s in sites if s.geom_type != "Point"][
        :20
    ]
    assert len(near) == 120
    for site, report in zip(near, check(county, *map(project, near), full=True, margins="all"), strict=True):
        finding = next(f for f in report.parts[0].findings if f.rule.id == "MK-03")
        box = shapely.box(*shapely.bounds(shapely.buffer(site, 0.06)))
        shapes = water.geometry.to_numpy()
        close = shapes[shapely.intersects(shapes, box)]
        truth = oracle.distance_m(site, shapely.union_all(shapely.intersection(close, box)))
        assert finding.distance_m == pytest.approx(truth, abs=0.01)


def test_hits_of_points_and_polygons(county: Bundle) -> None:
    """Against one predicate per feature, for 300 points and 50 polygons in every layer."""
    zones = {name: layer.edition_on(ON).zones for name, layer in county.layers.items()}
    sites = [*points(300, 3), *polygons(55, 4)[:50]]
    assert len(sites) == 350
    total = 0
    for site, report in zip(sites, check(county, *map(project, sites)), strict=True):
        expected = {
            (name, frame.zone_id.iloc[row])
            for name, frame in zones.items()
            for row in oracle.met(frame.geometry.to_numpy(), site)
        }
        assert {(h.layer, h.zone_id) for h in report.parts[0].hits} == expected
        total += len(expected)
    assert total > 350


def test_overlaps_and_their_accounting(county: Bundle) -> None:
    """Each overlap within max(1e-6, 0.05 m²) of GeographicLib; union and remainder make the whole."""
    zones = {name: layer.edition_on(ON).zones.set_index("zone_id") for name, layer in county.layers.items()}
    for site, report in zip(polygons(30, 5), check(county, *map(project, polygons(30, 5))), strict=True):
        part = report.parts[0]
        assert part.area_m2 == pytest.approx(oracle.area_m2(site), rel=1e-6, abs=0.05)
        for hit in part.hits:
            common = shapely.intersection(zones[hit.layer].geometry[hit.zone_id], site)
            assert hit.overlap_m2 == pytest.approx(oracle.area_m2(common), rel=1e-6, abs=0.05)
        for layer in part.layers:
            assert layer.union_share + layer.remainder_share == pytest.approx(1.0, abs=1e-12)


# --- the doors


def test_csv_json_and_http_agree(county_folder: Path, county: Bundle, tmp_path: Path) -> None:
    sites = points(40, 6)
    table = tmp_path / "sites.csv"
    with table.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["site_id", "经度", "纬度", "项目类别", "nature", "built_upon_share", "remark"])
        for number, site in enumerate(sites):
            activity = ("CHEM", "MARINA", "酒店", "ROAD")[number % 4]
            rows.writerow(
                [f"00{number}", repr(site.x), repr(site.y), activity, "new", "0.3", "kept, as it is"]
            )
        rows.writerow(["bad", "35.2", "-80.8", "CHEM", "new", "", "swapped"])
    options = [str(table), "--bundle", str(county_folder), "--on", ON.isoformat()]
    assert check_sites.main([*options, "-o", str(tmp_path / "out.csv")]) == check_sites.DONE
    assert check_sites.main([*options, "-o", str(tmp_path / "out.json")]) == check_sites.DONE
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        told = list(csv.DictReader(stream))
    bodies = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert [row["site_id"] for row in told] == [*(f"00{n}" for n in range(40)), "bad"]
    assert {row["remark"] for row in told} == {"kept, as it is", "swapped"}
    client = create_app(Settings(), county).test_client()
    for number, (row, body) in enumerate(zip(told[:40], bodies[:40], strict=True)):
        assert row["verdict"] == body["verdict"]
        request = {
            "site": {"type": "Point", "coordinates": [sites[number].x, sites[number].y]},
            "activity": row["项目类别"],
            "facts": {"nature": "new", "built_upon_share": 0.3},
            "on": ON.isoformat(),
        }
        answer = client.post("/api/v1/checks", json=request).json
        assert {k: v for k, v in body.items() if k not in ("site_id", "status", "input")} == answer


def test_one_coordinate_on_the_terminal(county_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = f"{DAVIDSON[0]},{DAVIDSON[1]}"
    options = ["--bundle", str(county_folder), "--activity", "CHEM", "--fact", "nature=new", "--lang", "en"]
    assert check_sites.main([place, *options, "--on", ON.isoformat()]) == check_sites.DONE
    told = capsys.readouterr().out
    assert "[prohibited]" in told
    assert "MK-01" in told
    assert "demonstration data" not in told  # these layers are real


# --- data as supplied: 33 zones without a class, one bow-tie


def test_faults_of_the_supplied_file_are_told(as_supplied: Bundle) -> None:
    edition = as_supplied.layers["watershed"].edition_on(ON)
    told = " | ".join(fault.line("en") for fault in edition.faults)
    assert "zones without a class" in told
    assert "left out, not repaired" in told
    assert "Self-intersection" in told
    assert len(edition.zones) == 95  # the bow-tie is left out, everything else is kept


def test_a_failed_layer_still_convicts(as_supplied: Bundle) -> None:
    (report,) = check(as_supplied, project(shapely.Point(DAVIDSON), "CHEM"))
    assert report.verdict is Verdict.PROHIBITED
    layer = next(x for x in report.parts[0].layers if x.id == "watershed")
    assert layer.state is LayerState.HIT
    assert "partial" in layer.flags


def test_a_failed_layer_never_acquits(county: Bundle, as_supplied: Bundle) -> None:
    """At 300 places: no rule of the layer settles on its silence, and what convicted still does."""
    sites = [project(p, "CHEM") for p in points(300, 7)]
    convicted = 0
    for clean, damaged in zip(check(county, *sites), check(as_supplied, *sites), strict=True):
        assert damaged.verdict is not Verdict.CLEAR
        settled = outcomes(clean, Outcome.APPLIES).keys()
        assert settled == outcomes(damaged, Outcome.APPLIES).keys()
        convicted += "MK-01" in settled
        if "MK-01" not in settled:
            assert outcomes(damaged, Outcome.NOT_ASSESSED)["MK-01"] in (
                Reason.FAILED,
                Reason.ATTRIBUTE_UNKNOWN,
            )
            assert not damaged.complete
            assert damaged.worst_possible is Verdict.PROHIBITED
    assert convicted >= 10


def test_the_clean_variant_differs_in_nothing_else(county: Bundle, as_supplied: Bundle) -> None:
    """Cleaning touched blank classes and the bow-tie only: the others are the same to the last digit."""
    clean, raw = (b.layers["watershed"].edition_on(ON).zones for b in (county, as_supplied))
    classed = raw[raw.zone_class.notna()]
    kept = clean[clean.zone_class.isin(["critical", "protected"])]
    assert len(classed) == len(kept) == 63
    assert classed.zone_id.tolist() == kept.zone_id.tolist()
    assert shapely.equals_exact(classed.geometry.to_numpy(), kept.geometry.to_numpy()).all()


def test_lint_names_file_and_rows(county_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(county_folder, folder)
    catalogue = folder / "catalogue.yaml"
    text = catalogue.read_text(encoding="utf-8")
    catalogue.write_text(text.replace("watersheds_clean.geojson", "watersheds.geojson"), encoding="utf-8")
    lines = [problem.line("en") for problem in lint(folder)]
    assert len(lines) == 2
    assert all("watershed 2013 data/watersheds.geojson" in line for line in lines)
    assert "27 (Self-intersection" in lines[1]
