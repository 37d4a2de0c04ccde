"""Which shapes of a file are valid is kept beside the index, by the hash of the file, and of no other."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

import layers.shapes
from layers.bundle import load_bundle
from layers.store import FOLDER, Store
from tests.builders import layer, make_bundle, zone

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
    Store(folder / FOLDER).get(f"valid-in-{edition.sha256}", lambda: {"valid": np.ones(3, dtype=bool)})
    assert _told(folder) == told
    assert looks.count(2) == 3
