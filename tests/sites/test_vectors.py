"""Vector files: GeoJSON by ourselves, the rest by GDAL; CRS named, contradicted, overruled."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from geo.errors import InputError
from layers.sites.read.intake import open_source
from layers.sites.read.sources import settle_crs

INSIDE, OUTSIDE = shapely.Point(105.805, 32.505), shapely.Point(105.9, 32.6)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def frame() -> gpd.GeoDataFrame:
    square = shapely.box(105.805, 32.505, 105.815, 32.508)
    return gpd.GeoDataFrame(
        {"site_id": ["007", "b", "c"], "activity": ["CHEM"] * 3, "nature": ["new"] * 3},
        geometry=[INSIDE, square, OUTSIDE],
        crs=4490,
    )


def write_json(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.fgb", "a.shp", "a.parquet", "a.geojsonl"])
def test_formats_give_the_same_rows(
    check: Callable, tmp_path: Path, frame: gpd.GeoDataFrame, name: str
) -> None:
    path = tmp_path / name
    if name.endswith("parquet"):
        frame.to_parquet(path)
    else:
        kind = {"SHP": frame.iloc[[0, 2]], "FGB": frame}.get(path.suffix[1:].upper(), frame)
        options = {"SPATIAL_INDEX": "NO"} if name.endswith("fgb") else {}
        kind.to_file(path, driver="GeoJSONSeq" if name.endswith("l") else None, **options)
    call = check(path)
    assert call.code == 0, call.err
    verdicts = {r["site_id"]: r["verdict"] for r in rows_of(call.out)}
    assert verdicts.pop("b", "prohibited") == "prohibited"
    assert verdicts == {"007": "prohibited", "c": "clear"}


def test_a_projected_file_is_brought_to_degrees(
    check: Callable, tmp_path: Path, frame: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "gk.gpkg"
    frame.to_crs(4544).to_file(path)
    assert [r["verdict"] for r in rows_of(check(path).out)] == ["prohibited", "prohibited", "clear"]


def test_contradicting_crs_is_refused_and_a_datum_may_be_declared(
    check: Callable, tmp_path: Path, frame: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "a.gpkg"
    frame.to_file(path)
    call = check(path, "--crs", "EPSG:4544", "--lang", "en")
    assert call.code == 2
    assert "contradicts --crs EPSG:4544" in call.err
    assert check(path, "--crs", "EPSG:4326").code == 0
    call = check(path, "--crs", "GCJ-02")
    assert call.code == 0
    assert "按要求作为 GCJ-02 处理" in call.err


def test_bad_features_are_refused_in_their_place(check: Callable, tmp_path: Path) -> None:
    good = {"type": "Point", "coordinates": [105.9, 32.6]}
    path = write_json(
        tmp_path / "a.geojson",
        {
            "type": "FeatureCollection",
            "features": [
                feature(None, site_id="a", n=1),
                feature(good, site_id="b", n=None, more={"x": 1}),
                feature({"type": "Point", "coordinates": ["105", 32]}, site_id="c"),
                7,
                {**feature(good), "id": 17},
            ],
        },
    )
    call = check(path, "--lang", "en")
    rows = rows_of(call.out)
    assert call.code == 1
    assert [r["status"] for r in rows] == ["refused", "ok", "refused", "refused", "ok"]
    assert [r["site_id"] for r in rows] == ["a", "b", "c", "", ""]
    assert "no geometry" in rows[0]["problems"]
    assert "row 3/geometry/coordinates" in rows[2]["problems"]
    assert rows[1]["more"] == '{"x": 1}'


def test_feature_ids_are_site_ids_where_there_are_no_others(check: Callable, tmp_path: Path) -> None:
    geometry = {"type": "Point", "coordinates": [105.9, 32.6]}
    path = write_json(tmp_path / "a.json", {**feature(geometry), "id": "007"})
    assert rows_of(check(path).out)[0]["site_id"] == "007"
    bare = write_json(tmp_path / "b.json", geometry)
    assert rows_of(check(bare).out)[0]["site_id"] == "1"


def test_nan_in_a_geojson_costs_one_row(check: Callable, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text('{"type": "MultiPoint", "coordinates": [[NaN, 32]]}', encoding="utf-8")
    call = check(path)
    assert call.code == 1
    assert "NaN" in rows_of(call.out)[0]["problems"]


def test_a_bad_line_of_a_sequence_costs_one_row(check: Callable, tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text('{"type": "Point", "coordinates": [105.9, 32.6]}\n\n{oops\n', encoding="utf-8")
    call = check(path, "--lang", "en")
    assert [r["status"] for r in rows_of(call.out)] == ["ok", "refused"]
    assert "the line is not JSON" in call.out


@pytest.mark.parametrize(
    ("name", "content", "zh", "en"),
    [
        ("a.geojson", "{", "读不成 JSON", "not readable as JSON"),
        ("a.geojson", "[1]", "不是 GeoJSON", "not a GeoJSON object"),
        ("a.geojson", '{"type": "FeatureCollection", "features": 3}', "不是 GeoJSON", "not a GeoJSON object"),
        ("a.geojson", '{"type": "Point", "crs": 3}', "命名坐标系", "named CRS"),
        ("a.gpkg", "no database", "读不成矢量文件", "not readable as a vector file"),
        ("a.xyz", "what", "读不成矢量文件", "not readable as a vector file"),
    ],
)
def test_unreadable_files_are_refused(
    check: Callable, tmp_path: Path, name: str, content: str, zh: str, en: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    for lang, words in (("zh", zh), ("en", en)):
        call = check(path, "--lang", lang)
        assert call.code == 2
        assert words in call.err


def test_an_unknown_crs_member_refuses_the_file(check: Callable, tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "EPSG:999999"}}
    path = write_json(tmp_path / "a.geojson", {"type": "FeatureCollection", "crs": crs, "features": []})
    call = check(path, "--lang", "en")
    assert call.code == 2
    assert "unknown or unusable" in call.err


def test_several_layers_must_be_chosen_from(check: Callable, tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
    path = tmp_path / "two.gpkg"
    frame.to_file(path, layer="一")
    frame.iloc[:1].to_file(path, layer="二")
    call = check(path)
    assert call.code == 2
    assert "一, 二" in call.err
    assert len(rows_of(check(path, "--layer", "二").out)) == 1


def test_a_missing_geometry_costs_one_row(check: Callable, tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
    path = tmp_path / "a.gpkg"
    frame.loc[1, "geometry"] = None
    frame.to_file(path)
    assert [r["status"] for r in rows_of(check(path).out)] == ["ok", "refused", "ok"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_field_name_cut_at_ten_bytes_is_read_and_told(
    check: Callable, tmp_path: Path, packed: bool
) -> None:
    points = gpd.GeoDataFrame(
        {"site_id": ["007", "008"], "KIND": ["化工", "化工"], "nature": ["new", "new"]},
        geometry=[INSIDE, OUTSIDE],
        crs=4490,
    )
    path = tmp_path / "s.shp"
    points.to_file(path, encoding="utf-8")
    table = (tmp_path / "s.dbf").read_bytes()
    name = "项目类型".encode()[:10].ljust(11, b"\0")
    (tmp_path / "s.dbf").write_bytes(table.replace(b"KIND".ljust(11, b"\0"), name))
    if packed:
        parts = list(tmp_path.glob("s.*"))
        path = tmp_path / "s.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for part in parts:
                archive.write(part, part.name)
    call = check(path, "--activity", "CHEM")
    assert call.code == 0, call.err
    assert "截断为 10 字节" in call.err
    rows = rows_of(call.out)
    assert [r["verdict"] for r in rows] == ["prohibited", "clear"]
    assert [r["项目类"] for r in rows] == ["化工", "化工"]
    for name in ("o.parquet", "o.gpkg", "o.geojson"):
        assert check(path, "--activity", "CHEM", "-o", tmp_path / name).code == 0
        read = gpd.read_parquet if "parquet" in name else gpd.read_file
        found = read(tmp_path / name, **({"layer": "sites"} if "gpkg" in name else {}))
        assert list(found["项目类"]) == ["化工", "化工"]


def test_a_shapefile_in_gbk_without_a_word_on_it(check: Callable, tmp_path: Path) -> None:
    path = tmp_path / "s.shp"
    points = gpd.GeoDataFrame({"项目类别": ["化工项目"], "建设性质": ["新建"]}, geometry=[INSIDE], crs=4490)
    points.to_file(path, encoding="gbk")
    (tmp_path / "s.cpg").unlink()
    dbf = bytearray((tmp_path / "s.dbf").read_bytes())
    dbf[29] = 0
    (tmp_path / "s.dbf").write_bytes(dbf)
    call = check(path)
    assert "未注明编码，按 GB18030 读取" in call.err
    assert [r["verdict"] for r in rows_of(call.out)] == ["prohibited"]


XIAN = "EPSG:2359"


def xian_file(tmp_path: Path, frame: gpd.GeoDataFrame) -> Path:
    """A package that names Xi'an 80 itself."""
    path = tmp_path / "xian.gpkg"
    squares = frame[frame.geom_type == "Polygon"].assign(accuracy_m=10)
    squares.set_crs(4490, allow_override=True).to_crs(XIAN).to_file(path)
    return path


@pytest.mark.parametrize("base", ["西安80", "西安80 3度带", "西安80 3度带35带", XIAN])
def test_parameters_go_with_a_file_s_own_datum(tmp_path: Path, frame: gpd.GeoDataFrame, base: str) -> None:
    """They were dropped in silence, or called a contradiction."""
    source = open_source(xian_file(tmp_path, frame))
    crs, _ = settle_crs(source, f"{base} +towgs84=24,-123,-94")
    assert crs == f"{XIAN} +towgs84=24.0,-123.0,-94.0"
    assert settle_crs(replace(source, crs=crs), base) == (crs, ())
    with pytest.raises(InputError, match="contradicts"):
        settle_crs(replace(source, crs=crs), f"{base} +towgs84=1,2,3")


@pytest.mark.parametrize("asked", ["西安80 3度带 36带", "CGCS2000 3度带", "CGCS2000 35带", "EPSG:2360"])
def test_another_zone_or_datum_than_the_file_s_is_refused(
    tmp_path: Path, frame: gpd.GeoDataFrame, asked: str
) -> None:
    source = open_source(xian_file(tmp_path, frame))
    with pytest.raises(InputError, match="contradicts"):
        settle_crs(source, asked)


def test_a_projection_of_its_own_is_no_zone(check: Callable, tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
    """A meridian at 106.5°E under the name of a zone at 105°E: read as that, sites lie 140 km away."""
    path = tmp_path / "own.shp"
    frame[frame.geom_type == "Polygon"].to_crs(4544).to_file(path)
    words = path.with_suffix(".prj")
    words.write_text(words.read_text().replace('"Central_Meridian",105.0', '"Central_Meridian",106.5'))
    call = check(path, "--lang", "en")
    assert call.code == 2
    assert "no EPSG code has the meridian" in call.err
