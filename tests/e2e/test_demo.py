"""The demonstration bundle: what is promised of it, measured by oracles that are not ours."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
import yaml

from geo.check import check_projects
from geo.measure import area_m2
from geo.model import (
    Basis,
    Bundle,
    Certainty,
    Effect,
    LayerState,
    Part,
    Project,
    Relation,
    Rule,
    Rulebook,
    Site,
    Text,
)
from tests.e2e import oracle
from tests.e2e.conftest import DEMO, ON
from tests.e2e.places import anywhere, star

STRIP = "510921"
"""The strip of 遂宁 beside 潼南: zones and rules of its own (tested below)."""

NINE = ("500152", "500229", "510812", "511102", "511902", "511903", "511921", "511922", "511923")
ENYANG, TONGNAN, CHENGKOU, LESHAN, CHAOTIAN = "511903", "500152", "500229", "511102", "510812"
FIVE = {"eco_redline", "env_control_unit", "protected_area", "drinking_water_zone", "river_shoreline"}
COUNTS = {CHAOTIAN: (2, 4, 1), TONGNAN: (7, 10, 4), CHENGKOU: (7, 6, 3)}
MAX_BYTES = 15_000_000


def zones(bundle: Bundle, layer: str, on: date = ON) -> gpd.GeoDataFrame:
    return bundle.layers[layer].edition_on(on).zones


@pytest.fixture(scope="module")
def districts(demo: Bundle) -> dict[str, shapely.Geometry]:
    frame = zones(demo, "admin_unit")
    return {code: shape for code, shape in zip(frame.zone_id, frame.geometry, strict=True) if code in NINE}


def in_district(frame: gpd.GeoDataFrame, code: str) -> np.ndarray:
    return frame[frame.county_code == code].geometry.to_numpy()


# --- the folder


def test_it_is_small() -> None:
    """What is shipped; an index built beside it is no part of it."""
    files = [path for path in DEMO.rglob("*") if path.is_file() and ".index" not in path.parts]
    assert sum(path.stat().st_size for path in files) <= MAX_BYTES


def test_its_readme_names_every_file() -> None:
    """Where each byte comes from."""
    text = (DEMO / "README.md").read_text(encoding="utf-8")
    missing = [path.name for path in (DEMO / "data").rglob("*.*") if path.name not in text]
    assert missing == []
    assert "非法定边界" in text


def test_every_layer_is_pinned() -> None:
    """Rows and hash of every edition: a file that lost rows is still a valid file."""
    layers = yaml.safe_load((DEMO / "catalogue.yaml").read_text(encoding="utf-8"))["layers"]
    editions = [e for layer in layers for e in (layer, *layer.get("editions", ()))]
    assert [e["path"] for e in editions if not (e.get("rows") and e.get("sha256"))] == []


# --- the catalogue


def test_jurisdictions_and_neighbours(demo: Bundle, districts: dict) -> None:
    assert set(demo.jurisdictions) == {*NINE, STRIP}
    assert districts.keys() == set(NINE)
    union = shapely.union_all(zones(demo, "admin_unit").geometry.to_numpy())
    for code, shape in districts.items():
        assert shapely.covers(union, shapely.buffer(shapely.simplify(shape, 0.001), 0.005)), code


def test_the_five_are_held(demo: Bundle) -> None:
    assert demo.layers.keys() >= FIVE
    assert not demo.out_of_scope.keys() & (FIVE | demo.layers.keys())
    assert demo.out_of_scope.keys() == {"world_heritage", "flood_storage"}  # the rest is drawn by now
    assert all(o.ask.zh and o.reason.zh for o in demo.out_of_scope.values())


def test_synthetic_wherever_we_invented(demo: Bundle) -> None:
    told = {name: {e.synthetic for e in layer.editions} for name, layer in demo.layers.items()}
    assert {name for name, flags in told.items() if flags != {True}} <= {"admin_unit", "land_cover"}


def test_one_layer_each_is_stale_provisional_and_restricted(demo: Bundle) -> None:
    editions = {name: layer.edition_on(ON) for name, layer in demo.layers.items()}
    stale = {n for n, e in editions.items() if e.stale_after is not None and e.stale_after <= ON}
    assert stale == {"industrial_park"}
    assert {n for n, e in editions.items() if e.status.value == "provisional"} == {"river_corridor"}
    restricted = {name for name, layer in demo.layers.items() if layer.restricted}
    assert len(restricted) == 1
    assert not restricted & {"industrial_park", "river_corridor"}


def test_two_red_lines_follow_each_other(demo: Bundle) -> None:
    editions = sorted(demo.layers["eco_redline"].editions, key=lambda e: e.valid_from)
    assert len(editions) == 2
    for one, other in pairwise(editions):
        assert one.valid_to == other.valid_from
        day = other.valid_from
        assert demo.layers["eco_redline"].edition_on(day) is other
        assert demo.layers["eco_redline"].edition_on(day - timedelta(days=1)) is one


# --- figures of the plans


@pytest.mark.parametrize(("code", "km2"), [(CHENGKOU, 1984.87), (LESHAN, 0.6657)])
def test_red_line_areas(demo: Bundle, code: str, km2: float) -> None:
    union = shapely.union_all(in_district(zones(demo, "eco_redline"), code))
    assert oracle.area_m2(union) / 1e6 == pytest.approx(km2, rel=0.02)


@pytest.mark.parametrize(("on", "share"), [(date(2022, 10, 31), 0.0956), (ON, 0.0537)])
def test_red_line_shares_of_tongnan(demo: Bundle, districts: dict, on: date, share: float) -> None:
    union = shapely.union_all(in_district(zones(demo, "eco_redline", on), TONGNAN))
    assert oracle.area_m2(union) / oracle.area_m2(districts[TONGNAN]) == pytest.approx(share, rel=0.02)


def test_unit_counts_and_codes(demo: Bundle) -> None:
    frame = zones(demo, "env_control_unit")
    for code, wanted in COUNTS.items():
        counts = Counter(frame[frame.county_code == code].zone_class)
        assert tuple(counts[k] for k in "123") == wanted
    for row in frame.itertuples():
        assert re.fullmatch(rf"ZH{row.county_code}{row.zone_class}\d{{4}}", row.zone_id)
    assert frame.zone_id.is_unique
    assert set(frame.county_code) == {*NINE, STRIP}


def test_units_have_texts_in_four_dimensions_but_three(demo: Bundle) -> None:
    frame = zones(demo, "env_control_unit")
    texts = frame[["req_spatial", "req_emission", "req_risk", "req_resource"]]
    bare = frame[texts.isna().all(axis=1)]
    assert len(bare) == 3  # what a missing list does is shown in three units
    assert texts[~frame.zone_id.isin(bare.zone_id)].notna().all(axis=None)


@pytest.mark.parametrize("code", NINE)
def test_units_tile_the_district(demo: Bundle, districts: dict, code: str) -> None:
    """No gap and no overlap of a square metre."""
    shapes = in_district(zones(demo, "env_control_unit"), code)
    whole = oracle.area_m2(districts[code])
    assert sum(map(oracle.area_m2, shapes)) == pytest.approx(whole, abs=1.0)
    union = shapely.union_all(shapes)
    assert oracle.area_m2(shapely.difference(districts[code], union)) < 1.0
    assert oracle.area_m2(shapely.difference(union, districts[code])) < 1.0


def test_a_reserve_of_the_old_scheme(demo: Bundle) -> None:
    frame = zones(demo, "protected_area")
    old = frame[frame.zone_legacy.notna()]
    assert set(old.zone_legacy) == {"core", "buffer", "experimental"}
    assert old.zone_class.isna().all()


def test_water_classes(demo: Bundle) -> None:
    assert set(zones(demo, "drinking_water_zone").zone_class) == {"1", "2", "quasi"}


# --- rivers


@pytest.mark.parametrize("layer", ["river_reach", "river_shoreline"])
def test_rivers_of_enyang_are_uncovered(demo: Bundle, districts: dict, layer: str) -> None:
    coverage = demo.layers[layer].edition_on(ON).coverage
    inside = shapely.intersection(coverage, districts[ENYANG])
    assert oracle.area_m2(inside) < 1e-6 * oracle.area_m2(districts[ENYANG])
    middle = districts[ENYANG].representative_point()
    site = Site(geometry=middle, accuracy_m=5.0)
    part = Part(site=site, activity="CHEM", facts=(("nature", "new"),))
    (report,) = check_projects(demo, [Project(parts=(part,))], ON)
    states = {told.id: told.state for told in report.parts[0].layers}
    assert states[layer] in {LayerState.NOT_COVERED, LayerState.HIT}
    assert not report.complete


@pytest.mark.parametrize("code", [code for code in NINE if code != ENYANG])
def test_river_coverage_reaches_five_kilometres_beyond(demo: Bundle, districts: dict, code: str) -> None:
    coverage = demo.layers["river_shoreline"].edition_on(ON).coverage
    border = shapely.get_coordinates(shapely.segmentize(shapely.boundary(districts[code]), 0.02))[::5]
    around = [
        shapely.Point(oracle.GEOD.fwd(x, y, bearing, 5_000.0)[:2])
        for x, y in border
        for bearing in range(0, 360, 30)
    ]
    beyond = [p for p in around if not shapely.covers(districts[ENYANG], p)]
    assert shapely.covers(coverage, np.array(beyond)).all()


def test_real_and_drawn_rivers_are_told_apart(demo: Bundle) -> None:
    frame = zones(demo, "river_reach")
    drawn = set(frame[frame.is_synthetic == True].river_name)  # noqa: E712  three-valued column
    real = set(frame[frame.is_synthetic == False].river_name)  # noqa: E712
    assert {"琼江", "任河"} <= drawn
    assert {"嘉陵江", "涪江"} <= real
    assert not drawn & real


# --- measures and hits


def test_a_thousand_areas(demo: Bundle, districts: dict) -> None:
    """Pieces of real zones in the nine districts, against GeographicLib: max(1e-6, 0.05 m²)."""
    rng = np.random.default_rng(21)
    frames = [zones(demo, name).geometry.to_numpy() for name in sorted(demo.layers) if name != "river_reach"]
    done = 0
    while done < 1000:
        (middle,) = anywhere(districts[NINE[done % 9]], 1, rng)
        window = star((middle.x, middle.y), 10 ** rng.uniform(-3.5, -1.3), rng)
        shapes = frames[rng.integers(len(frames))]
        near = shapes[shapely.intersects(shapes, window)]
        piece = shapely.intersection(near[0], window) if len(near) else window
        assert float(area_m2(piece)) == pytest.approx(oracle.area_m2(piece), rel=1e-6, abs=0.05)
        done += 1


def near_rule(layer: str) -> Rule:
    """A rule of our own: within 3 km of anything in the layer."""
    return Rule(
        id=f"near-{layer}",
        title=Text(layer, layer),
        layers=(layer,),
        relation=Relation.WITHIN_DISTANCE,
        distance_m=3_000.0,
        activities=("ANY",),
        effect=Effect.NOTICE,
        action=Text("-", "-"),
        basis=("own",),
        valid_from=date(2021, 3, 1),
        certainty=Certainty.D,
    )


@pytest.fixture(scope="module")
def near_bundle(demo: Bundle) -> Bundle:
    own = Basis(
        id="own",
        instrument=Text("-", "-"),
        article="1",
        valid_from=date(2021, 3, 1),
        certainty=Certainty.D,
        source="test",
    )
    rules = tuple(near_rule(name) for name in demo.layers if name != "admin_unit")
    book = Rulebook(
        rules=rules,
        bases={"own": own},
        facts=demo.rulebook.facts,
        activities=demo.rulebook.activities,
        groups=demo.rulebook.groups,
    )
    return replace(demo, rulebook=book)


def nearest_m(site: shapely.Point, near: np.ndarray, window: shapely.Polygon) -> float:
    """Least geodesic to zones that do not hold the site; receptors and relics are points beside areas."""
    dimensions = shapely.get_dimensions(near)
    outlines = np.where(dimensions == 2, shapely.boundary(near), near)
    lines = shapely.union_all(shapely.intersection(outlines[dimensions > 0], window))
    found = [] if lines.is_empty else [oracle.distance_m(site, lines)]
    found += [oracle.GEOD.inv(site.x, site.y, one.x, one.y)[2] for one in near[dimensions == 0]]
    return min(found, default=np.inf)


def test_a_thousand_distances(near_bundle: Bundle, districts: dict) -> None:
    """From random places in the nine districts to every layer, up to 3 km, against GeographicLib: 1 cm."""
    rng = np.random.default_rng(22)
    sites = [p for code in NINE for p in anywhere(districts[code], 20, rng)]
    held = {name: zones(near_bundle, name).geometry.to_numpy() for name in near_bundle.layers}
    projects = [
        Project(parts=(Part(site=Site(geometry=site, accuracy_m=0.0), activity="TELECOM"),)) for site in sites
    ]
    compared: Counter[str] = Counter()
    for site, report in zip(sites, check_projects(near_bundle, projects, ON, full=True), strict=True):
        window = shapely.box(site.x - 0.034, site.y - 0.029, site.x + 0.034, site.y + 0.029)
        for finding in report.parts[0].findings:
            (layer,) = finding.rule.layers
            near = held[layer][shapely.intersects(held[layer], window)]
            inside = bool(shapely.intersects(near, site).any())
            truth = 0.0 if inside else nearest_m(site, near, window)
            if truth <= 3_000.0:
                assert finding.distance_m == pytest.approx(truth, abs=0.01), (layer, site)
                compared[layer] += truth > 0
            else:
                assert finding.distance_m is None or finding.distance_m > 3_000.0
    assert compared.total() >= 1000
    assert len(+compared) >= 40, "almost every layer was near somewhere"


def test_hits_against_brute_force(demo: Bundle, districts: dict) -> None:
    """Every zone of every layer, one predicate each, for 150 points and 100 polygons."""
    rng = np.random.default_rng(23)
    points = [p for code in NINE for p in anywhere(districts[code], 17, rng)][:150]
    middles = [p for code in NINE for p in anywhere(districts[code], 12, rng)][:100]
    sites = [*points, *(star((p.x, p.y), 10 ** rng.uniform(-3.5, -1.5), rng) for p in middles)]
    frames = {}
    for name in demo.layers:
        frame = zones(demo, name)
        frames[name] = (frame.zone_id.to_numpy(), frame.geometry.to_numpy())
    projects = [
        Project(parts=(Part(site=Site(geometry=s, accuracy_m=0.0), activity="TELECOM"),)) for s in sites
    ]
    total = 0
    for site, report in zip(sites, check_projects(demo, projects, ON), strict=True):
        expected = {
            (name, ids[row]) for name, (ids, shapes) in frames.items() for row in oracle.met(shapes, site)
        }
        hits = report.parts[0].hits
        assert {(h.layer, h.zone_id) for h in hits} == expected
        total += len(expected)
    assert total > 600


def test_the_examples_show_every_verdict(tmp_path: Path) -> None:
    from scripts.check_sites import SOME_REFUSED, main  # noqa: PLC0415  the one test here that needs the command

    out = tmp_path / "out.csv"
    assert (
        main([str(DEMO / "examples" / "sites.csv"), "--on", ON.isoformat(), "-o", str(out)]) == SOME_REFUSED
    )
    rows = list(out.read_text(encoding="utf-8").splitlines())
    told = "\n".join(rows)
    for verdict in ("notice", "undetermined", "conditional", "phase_out", "prohibited", "refused"):
        assert f",{verdict}," in told, verdict
