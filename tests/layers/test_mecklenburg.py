"""Zoning that none of us made, read as it was published: a county's watersheds and wetlands."""

import shutil

import pytest
import shapely

from layers.bundle import load_bundle
from tests.builders import layer, make_bundle, rule, write_geojson, zone

COVERAGE = "data/county.geojson"


def _layer(name, file, fields, classes):
    entry = layer(name, classes=classes, crs="EPSG:4326", path=f"data/{file}", coverage_table=None)
    entry["_files"] = {}
    return {**entry, "coverage": COVERAGE, "fields": fields}


@pytest.fixture
def county(shared_data, tmp_path):
    source = shared_data / "mecklenburg"
    if not source.is_dir():
        pytest.skip("third-party data: no folder mecklenburg")
    (tmp_path / "data").mkdir()
    for file in ("mecklenburg_watersheds.geojson.gz", "mecklenburg_wetlands.geojson.gz"):
        shutil.copy(source / file, tmp_path / "data" / file)
    write_geojson(tmp_path / COVERAGE, [zone(shapely.box(-81.1, 35.0, -80.5, 35.6), "county", None)])
    watersheds = _layer(
        "watershed",
        "mecklenburg_watersheds.geojson.gz",
        {"zone_id": {"row_number": True}, "zone_class": "type", "name": "name"},
        ["critical", "protected"],
    )
    wetlands = _layer(
        "nwi_wetland",
        "mecklenburg_wetlands.geojson.gz",
        {"zone_id": "gid", "zone_class": {"constant": "wetland"}},
        ["wetland"],
    )
    rules = [rule("MK-1", layer="watershed", zone_classes=["critical"]), rule("MK-2", layer="nwi_wetland")]
    return load_bundle(make_bundle(tmp_path, [watersheds, wetlands], rules))


def test_wetlands_are_read_whole(county):
    (edition,) = county.layers["nwi_wetland"].editions
    assert edition.faults == ()
    assert len(edition.zones) == 2015
    assert edition.zones["zone_id"].tolist()[:3] == ["1", "2", "3"]
    assert set(edition.zones["zone_class"]) == {"wetland"}
    assert "EPSG:4326 taken as EPSG:4490" in edition.remarks[0].en


def test_the_invalid_watershed_and_those_without_class_are_told_the_others_convict(county):
    (edition,) = county.layers["watershed"].editions
    told = {fault.hint.en for fault in edition.faults}
    assert told == {"zones without a class", "invalid geometry: left out, not repaired"}
    assert len(edition.zones) == 95
    assert {"critical", "protected", None} == set(edition.zones["zone_class"])
