"""Which shapes of a file are valid is kept beside the index, by the hash of the file, and of no other."""

from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

import layers.shapes
from geo.model.keeping import made_anew
from geo.points import Atlas
from geo.view import view_on
from layers.bundle import load_bundle
from layers.own_code import own_code
from layers.store import FOLDER, Store
from tests.builders import layer, make_bundle, square, zone

ONE, OTHER = shapely.box(105.2, 30.0, 105.3, 30.1), shapely.box(105.3, 30.0, 105.4, 30.1)
COVERED = shapely.box(105.0, 30.0, 106.0, 31.0)
BOW = shapely.Polygon([(105.0, 30.0), (105.1, 30.1), (105.1, 30.0), (105.0, 30.1)])


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many shapes were looked at, each time."""
    counted: list[int] = []
    look = layers.shapes._valid_of_many

    def counting(shapes):
        counted.append(len(shapes))
        return look(shapes)

    monkeypatch.setattr("layers.shapes._MANY_VERTICES", 1)
    monkeypatch.setattr("layers.shapes._valid_of_many", counting)
    return counted


def _bundle(folder: Path, *shapes) -> Path:
    ground = layer("drinking_water_zone", classes=["1", "2", "quasi"], path="data/z.parquet", crs="EPSG:4490")
    make_bundle(folder, [ground | {"_files": {ground["coverage"]: [zone(COVERED, "c", None)]}}])
    ids = [f"Z{n}" for n in range(len(shapes))]
    frame = gpd.GeoDataFrame({"zone_id": ids, "zone_class": ["1"] * len(ids)}, geometry=[*shapes], crs=4490)
    frame.to_parquet(folder / "data/z.parquet")
    return folder


def _told(folder: Path):
    (edition,) = load_bundle(folder).layers["drinking_water_zone"].editions
    return edition.zones["zone_id"].tolist(), edition.faults


def test_what_was_looked_at_is_known_to_the_next_load(tmp_path, looks):
    folder = _bundle(tmp_path, ONE, BOW)
    first = _told(folder)
    assert not (folder / FOLDER).exists()  # that it is there says that tables may use an index
    (folder / FOLDER).mkdir()
    before = len(looks)
    assert _told(folder) == first
    assert looks[before:].count(2) == 1
    before = len(looks)
    assert _told(folder) == first
    assert looks[before:].count(2) == 0
    assert first[0] == ["Z0"]
    assert "几何无效" in first[1][0].hint.zh


def test_another_file_is_looked_at_anew(tmp_path, looks):
    folder = _bundle(tmp_path, ONE, BOW)
    (folder / FOLDER).mkdir()
    assert _told(folder)[0] == ["Z0"]
    folder = _bundle(tmp_path, ONE, OTHER)
    assert _told(folder) == (["Z0", "Z1"], ())
    assert looks.count(2) == 2


def test_damage_and_what_does_not_fit_are_not_believed(tmp_path, looks):
    folder = _bundle(tmp_path, ONE, BOW)
    (folder / FOLDER).mkdir()
    told = _told(folder)
    (kept,) = (folder / FOLDER).glob("*/arrays.bin")
    kept.write_bytes(b"\x01\x01")
    assert _told(folder) == told
    (edition,) = load_bundle(folder).layers["drinking_water_zone"].editions
    kept.unlink()
    Store(folder / FOLDER).get(
        f"valid-in-{edition.sha256} {own_code().hex()}", lambda: {"valid": np.ones(3, dtype=bool)}
    )
    assert _told(folder) == told
    assert looks.count(2) == 3


def _zones(folder: Path):
    (edition,) = load_bundle(folder).layers["drinking_water_zone"].editions
    return edition.zones


def test_shapes_are_named_by_their_file_where_they_are_all_of_it_as_it_is(tmp_path):
    here, there = _zones(_bundle(tmp_path / "a", ONE, OTHER)), _zones(_bundle(tmp_path / "b", ONE, OTHER))
    assert here.made_of
    assert here.made_of == there.made_of
    assert _zones(_bundle(tmp_path / "c", OTHER, ONE)).made_of not in {"", here.made_of}
    assert _zones(_bundle(tmp_path / "d", ONE, BOW)).made_of == ""  # of some of them
    text = make_bundle(
        tmp_path / "f", [layer("drinking_water_zone", [zone(square(0, 0), "Z", "1")], classes=["1"])]
    )
    assert _zones(text).made_of == ""  # which GDAL reads
    moved = _bundle(tmp_path / "e", ONE)
    gpd.read_parquet(moved / "data/z.parquet").to_crs(4545).to_parquet(moved / "data/z.parquet")
    catalogue = moved / "catalogue.yaml"
    catalogue.write_text(catalogue.read_text().replace("EPSG:4490", "EPSG:4545"))
    assert (len(_zones(moved)), _zones(moved).made_of) == (1, "")


def test_what_zones_are_is_asked_of_them_once_for_a_file(tmp_path):
    kept: dict[str, dict] = {}

    def keep(key, make):
        return kept.setdefault(key, make())

    def told(folder: Path, keep=keep):
        view = view_on(load_bundle(folder), date(2026, 1, 1))
        atlas = Atlas(view, keep)
        return atlas._digest("drinking_water_zone", view.layers["drinking_water_zone"].alive)

    first = _bundle(tmp_path / "a", ONE, OTHER)
    assert told(first) == told(first) == told(first, made_anew)
    (key,) = kept
    kept[key] = {"digest": np.zeros(32, dtype=np.uint8)}
    assert told(first) != told(first, made_anew)  # it is known, not looked at
    other = _bundle(tmp_path / "b", OTHER, ONE)
    assert told(other) == told(other, made_anew) != told(first, made_anew)
    beside = _bundle(tmp_path / "c", ONE, BOW)
    assert told(beside) == told(beside, made_anew)
    assert len(kept) == 2
