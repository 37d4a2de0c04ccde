"""GeoParquet files of plain columns are read by Arrow as GeoPandas reads them; all others by GeoPandas."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.crs import by_definition, wkt_of
from layers.bundle import load_bundle
from layers.columns import Sheet, plain
from layers.geoparquet import read_plain, read_table
from layers.readers import Files
from layers.strictyaml import Faults
from tests.builders import layer, make_bundle, square, zone

SHAPES = [shapely.box(105, 30, 105.1, 30.1), None, shapely.Point(105, 30)]
CELLS = {
    "text": ["a", None, " b "],
    "blank": ["", None, "  "],
    "none": [None, None, None],
    "whole": [1, 2, 3],
    "number": [1.5, None, float("nan")],
    "yes": [True, False, True],
    "maybe": [True, None, False],
    "day": [date(2025, 1, 1), None, date(1, 1, 1)],
}


def write(path: Path, *, crs="EPSG:4490", index=None, **cells) -> Path:
    frame = gpd.GeoDataFrame({**CELLS, **cells}, geometry=SHAPES, crs=crs)
    frame.to_parquet(path, index=index)
    return path


def rewritten(path: Path, change) -> Path:
    """The file with what it says of its geometry changed."""
    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    change(geo)
    told = {**table.schema.metadata, b"geo": json.dumps(geo).encode()}
    pq.write_table(table.replace_schema_metadata(told), path)
    return path


def same(path: Path) -> None:
    """Whether both readers tell the same of a file."""
    found, frame = read_plain(path), gpd.read_parquet(path)
    assert found is not None
    theirs = Sheet.of(frame)
    assert (found.sheet.names, found.sheet.rows) == (theirs.names, theirs.rows)
    for name in theirs.names:
        ours, others = ([plain(cell) for cell in sheet.cells(name)] for sheet in (found.sheet, theirs))
        assert ours == others
        assert list(map(type, ours)) == list(map(type, others))
    assert shapely.to_wkb(found.shapes).tolist() == shapely.to_wkb(frame.geometry.to_numpy()).tolist()
    assert found.crs == (None if frame.crs is None else frame.crs.to_wkt())


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:4545", "OGC:CRS84", "EPSG:2379", None])
@pytest.mark.parametrize("index", [None, False])
def test_plain_columns_are_read_alike(tmp_path, crs, index):
    same(write(tmp_path / "a.parquet", crs=crs, index=index))


def test_a_file_without_rows_and_one_of_wide_texts_are_read_alike(tmp_path):
    gpd.GeoDataFrame({"a": pd.Series([], dtype="str")}, geometry=[], crs=4490).to_parquet(
        tmp_path / "a.parquet"
    )
    same(tmp_path / "a.parquet")
    table = pq.read_table(write(tmp_path / "b.parquet"))
    at = table.schema.get_field_index("text")
    wide = table.set_column(at, "text", table["text"].cast(pa.string()))
    pq.write_table(wide.replace_schema_metadata(table.schema.metadata), tmp_path / "b.parquet")
    same(tmp_path / "b.parquet")


def test_a_file_that_names_no_crs_is_in_degrees(tmp_path):
    path = rewritten(write(tmp_path / "a.parquet"), lambda geo: geo["columns"]["geometry"].pop("crs"))
    assert "CRS84" in (read_plain(path).crs or "")
    same(path)


def test_members_of_an_ensemble_that_nobody_knows_do_no_harm(tmp_path):
    def unknown(geo):
        for member in geo["columns"]["geometry"]["crs"]["datum_ensemble"]["members"]:
            member["id"] = {"authority": "EPSG", "code": 9_999_999}

    path = rewritten(write(tmp_path / "a.parquet", crs="EPSG:4326"), unknown)
    assert "9999999" not in (read_plain(path).crs or "")
    same(path)


@pytest.mark.parametrize(
    "cells",
    [
        {"other": pd.array([1, None, 3], dtype="Int64")},
        {"other": [datetime(2025, 1, 1, tzinfo=UTC)] * 3},
        {"other": pd.Categorical(["a", "b", "a"])},
        {"other": [[1], [2], None]},
        {"other": [Decimal("1.5")] * 3},
        {"other": np.array([1.5, 2.5, 3.5], dtype=np.float32)},
        {"other": gpd.GeoSeries(SHAPES, crs=4490)},
    ],
)
def test_other_columns_are_left_to_geopandas(tmp_path, cells):
    path = write(tmp_path / "a.parquet", **cells)
    assert read_plain(path) is None
    raw = Files(tmp_path).read("a.parquet", None, "a", Faults())
    assert "other" in raw.sheet.names
    assert raw.sheet.cells("whole") == [1, 2, 3]
    assert raw.frame["text"].tolist()[0] == "a"


def test_indexes_versions_and_encodings_unknown_are_left_to_geopandas(tmp_path):
    frame = gpd.GeoDataFrame(CELLS, geometry=SHAPES, crs=4490)
    frame.iloc[:1].set_index("text").to_parquet(tmp_path / "index.parquet")
    assert read_plain(tmp_path / "index.parquet") is None
    frame[frame.geometry.notna()].iloc[:1].to_parquet(
        tmp_path / "arrow.parquet", geometry_encoding="geoarrow"
    )
    assert read_plain(tmp_path / "arrow.parquet") is None
    frame.to_parquet(tmp_path / "boxes.parquet", write_covering_bbox=True)
    assert read_plain(tmp_path / "boxes.parquet") is None
    changes = [
        lambda geo: geo.update(version="9.0.0"),
        lambda geo: geo["columns"]["geometry"].update(edges="spherical"),
        lambda geo: geo["columns"]["geometry"].update(encoding="WKT"),
        lambda geo: geo.update(primary_column="none"),
        lambda geo: geo.update(columns=[]),
        lambda geo: geo["columns"]["geometry"].update(crs={"type": "nothing"}),
    ]
    for change in changes:
        assert read_plain(rewritten(write(tmp_path / "a.parquet"), change)) is None


def test_damaged_files_are_told_in_the_words_of_geopandas(tmp_path):
    path = write(tmp_path / "a.parquet")
    whole = path.read_bytes()
    for damage in (b"", whole[:-20], b"x" * len(whole), whole[:200] + b"x" * 50 + whole[250:]):
        path.write_bytes(damage)
        faults = Faults()
        raw = Files(tmp_path).read("a.parquet", None, "a", faults)
        if raw is None:
            with pytest.raises((OSError, ValueError)) as error:
                gpd.read_parquet(path)
            told = str(error.value).splitlines()[0].split()
            assert told[0] in faults.tuple()[0].given
    pq.write_table(pa.table({"a": [1]}), path)
    faults = Faults()
    assert Files(tmp_path).read("a.parquet", None, "a", faults) is None
    assert "Missing geo metadata" in faults.tuple()[0].given
    assert read_plain(tmp_path / "none.parquet") is None


def test_a_folder_named_like_a_column_is_none(tmp_path):
    folder = tmp_path / "v=1"
    folder.mkdir()
    path = write(folder / "a.parquet")
    assert read_plain(path) is None
    assert read_table(path).column_names == pq.read_table(path).column_names


def test_tables_are_read_as_arrow_reads_them(tmp_path):
    table = pa.table({"a": ["x", None], "b": [1, 2]})
    pq.write_table(table, tmp_path / "a.parquet")
    assert read_table(tmp_path / "a.parquet").equals(table)
    (tmp_path / "a.parquet").write_bytes(b"nothing")
    with pytest.raises(pa.ArrowInvalid) as ours:
        read_table(tmp_path / "a.parquet")
    with pytest.raises(pa.ArrowInvalid) as theirs:
        pq.read_table(tmp_path / "a.parquet")
    assert str(ours.value) == str(theirs.value)


@pytest.mark.parametrize("crs", ["EPSG:4545", "EPSG:4490", "EPSG:4326", "EPSG:3857", "EPSG:2379"])
def test_points_are_moved_by_a_definition_as_geopandas_moves_them(crs):
    named = wkt_of(crs)
    corners = gpd.GeoSeries(shapely.points([[105.1, 30.1], [105.2, 30.3]]), crs=4490).to_crs(named)
    theirs = shapely.get_coordinates(corners.to_crs("EPSG:4490").to_numpy())
    assert by_definition(shapely.get_coordinates(corners.to_numpy()), named).tolist() == theirs.tolist()


def test_a_file_that_is_its_own_coverage_is_read_twice_over(tmp_path):
    """What was moved to degrees for the zones is not moved again for the coverage."""
    park = layer("park", [zone(square(0, 0), "P1", "core")], classes=["core"])
    folder = make_bundle(tmp_path, [park])
    edition = load_bundle(folder).layers["park"].editions[0]
    catalogue = (folder / "catalogue.yaml").read_text(encoding="utf-8")
    path = next(p for p in (folder / "data").iterdir() if "park" in p.name and "coverage" not in p.name)
    named = [p.name for p in (folder / "data").iterdir() if "coverage" in p.name]
    assert named
    (folder / "catalogue.yaml").write_text(catalogue.replace(named[0], path.name), encoding="utf-8")
    own = load_bundle(folder).layers["park"].editions[0]
    assert own.faults == edition.faults == ()
    assert own.coverage is not None
    assert own.coverage.equals(own.zones.geometry[0])
