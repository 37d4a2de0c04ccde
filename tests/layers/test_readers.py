"""Any format in, one frame out; nothing virtual, nothing remote, nothing cut short unnoticed."""

import gzip
import shutil
import zipfile

import geopandas as gpd
import pyogrio
import pytest

from layers.bundle import load_bundle
from tests.builders import CRS, box, layer, lonlat, make_bundle, square, write_geojson, zone

COUNT = 50
FIELDS = {"zone_id": "zone_id", "zone_class": "zone_class"}
DRIVERS = {
    "gpkg": "GPKG",
    "shp": "ESRI Shapefile",
    "fgb": "FlatGeobuf",
    "gml": "GML",
    "tab": "MapInfo File",
    "sqlite": "SQLite",
    "geojson": "GeoJSON",
    "geojsonl": "GeoJSONSeq",
    "kml": "KML",
}
LONLAT = ("geojson", "geojsonl", "kml")


def _frame():
    data = {"zone_id": [f"P{n}" for n in range(COUNT)], "zone_class": ["core"] * COUNT}
    return gpd.GeoDataFrame(data, geometry=[square(200 * n, 0) for n in range(COUNT)], crs=CRS)


def _write(folder, ext):
    path = folder / "data" / f"zones.{ext}"
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = _frame().to_crs(4326) if ext in LONLAT else _frame()
    if ext == "parquet":
        frame.to_parquet(path)
    else:
        pyogrio.write_dataframe(frame, path, driver=DRIVERS[ext])
    return path


def _edition(folder, path, *, crs=None, **keys):
    """Load a layer of one file; its coverage is in the file's CRS, or the declared one."""
    entry = layer("park", classes=["core"], crs=crs, **keys)
    entry["path"] = path
    entry["_files"].pop("data/park.geojson")
    made = make_bundle(folder, [entry])
    if entry.get("crs") == "EPSG:4490" or path.endswith((*LONLAT, ".gz")):
        write_geojson(made / entry["coverage"], [zone(lonlat(box(-5000, -5000, 5000, 5000)), "c", None)])
    return load_bundle(made).layers["park"].editions[0]


@pytest.mark.parametrize("ext", [*DRIVERS, "parquet"])
def test_every_format_gives_the_same_zones(tmp_path, ext):
    _write(tmp_path, ext)
    # MapInfo cannot name CGCS2000: the file says "unnamed", and the catalogue which it is.
    crs = "EPSG:4490" if ext in LONLAT else CRS if ext == "tab" else None
    edition = _edition(tmp_path, f"data/zones.{ext}", crs=crs)
    assert edition.faults == ()
    # FlatGeobuf keeps its rows in the order of its index.
    zones = edition.zones.set_index("zone_id")
    assert sorted(zones.index) == sorted(f"P{n}" for n in range(COUNT))
    expected = lonlat(square(200, 0)).centroid
    assert zones.geometry["P1"].centroid.distance(expected) < 1e-7  # 1 cm


@pytest.mark.parametrize("ext", [*DRIVERS, "parquet"])
def test_a_file_cut_short_never_passes(tmp_path, ext):
    path = _write(tmp_path, ext)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * 0.73)])
    edition = _edition(tmp_path, f"data/zones.{ext}", crs="EPSG:4490" if ext in LONLAT else None)
    assert edition.faults != ()


@pytest.mark.parametrize("member", ["dbf", "shx", "prj"])
def test_a_shapefile_that_lost_a_member_never_passes(tmp_path, member):
    _write(tmp_path, "shp").with_suffix(f".{member}").unlink()
    assert _edition(tmp_path, "data/zones.shp").faults != ()


@pytest.mark.parametrize("ext", [*DRIVERS, "parquet"])
def test_reading_leaves_nothing_behind(tmp_path, ext):
    path = _write(tmp_path, ext)
    path.with_suffix(".xsd").unlink(missing_ok=True)  # without its schema a GML file would get one of GDAL's
    before = {p.name for p in path.parent.iterdir()} | {"park_coverage.geojson"}
    _edition(tmp_path, f"data/zones.{ext}", crs="EPSG:4490" if ext in LONLAT else None)
    assert {p.name for p in path.parent.iterdir()} == before


def test_a_shapefile_is_hashed_with_its_members(tmp_path):
    path = _write(tmp_path, "shp")
    before = _edition(tmp_path, "data/zones.shp").sha256
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[-3] ^= 1
    path.with_suffix(".dbf").write_bytes(bytes(table))
    assert _edition(tmp_path, "data/zones.shp").sha256 != before


def test_packed_files(tmp_path):
    path = _write(tmp_path, "shp")
    with zipfile.ZipFile(tmp_path / "data/zones.zip", "w") as archive:
        for member in path.parent.glob("zones.[spd]*"):
            if member.suffix != ".zip":
                archive.write(member, member.name)
    plain = _write(tmp_path, "geojson")
    (tmp_path / "data/packed.geojson.gz").write_bytes(gzip.compress(plain.read_bytes()))
    assert len(_edition(tmp_path, "data/zones.zip").zones) == COUNT
    packed = _edition(tmp_path, "data/packed.geojson.gz", crs="EPSG:4490")
    assert (len(packed.zones), packed.faults) == (COUNT, ())


def test_a_file_of_several_tables_needs_one_named(tmp_path):
    path = _write(tmp_path, "gpkg")
    pyogrio.write_dataframe(_frame()[:1], path, layer="other", append=True)
    (fault,) = _edition(tmp_path, "data/zones.gpkg").faults
    assert "say which with table" in fault.hint.en
    assert "请用 table 写明" in fault.hint.zh
    assert len(_edition(tmp_path, "data/zones.gpkg", table="other").zones) == 1


def test_the_feature_id_of_a_geopackage_may_be_the_zone_id(tmp_path):
    _write(tmp_path, "gpkg")
    edition = _edition(tmp_path, "data/zones.gpkg", fields={"zone_id": "fid", "zone_class": "zone_class"})
    assert edition.zones["zone_id"].tolist()[:2] == ["1", "2"]


def test_texts_of_an_old_shapefile_are_read_in_the_encoding_named(tmp_path):
    path = tmp_path / "data/zones.shp"
    path.parent.mkdir()
    frame = _frame().assign(MC="自然公园")
    pyogrio.write_dataframe(frame, path, encoding="GB18030")
    path.with_suffix(".cpg").unlink()
    fields = {**FIELDS, "name": "MC"}
    edition = _edition(tmp_path, "data/zones.shp", encoding="gb18030", fields=fields)
    assert edition.zones["name"].tolist()[0] == "自然公园"


VRT = '<OGRVRTDataSource><OGRVRTLayer name="z"><SrcDataSource>zones.gpkg</SrcDataSource></OGRVRTLayer>'
WFS = "<OGRWFSDataSource><URL>http://127.0.0.1:9/wfs</URL></OGRWFSDataSource>"
PIPE = '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read zones.gpkg"}'


@pytest.mark.parametrize("text", [VRT, WFS, PIPE])
@pytest.mark.parametrize("name", ["zones.vrt", "zones.geojson", "zones.geojson.gz", "zones.zip"])
def test_virtual_and_remote_sources_are_refused_whatever_their_name(tmp_path, text, name):
    path = _write(tmp_path, "gpkg").with_name(name)
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    elif name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("zones.vrt", text)
    else:
        path.write_text(text, encoding="utf-8")
    edition = _edition(tmp_path, f"data/{name}")
    assert edition.zones is None
    assert "virtual and remote sources" in edition.faults[0].hint.en
    assert "虚拟或远程数据" in edition.faults[0].hint.zh


def test_a_link_out_of_the_bundle_is_refused(tmp_path):
    outside = _write(tmp_path / "outside", "parquet")
    (tmp_path / "bundle/data").mkdir(parents=True)
    (tmp_path / "bundle/data/zones.parquet").symlink_to(outside)
    (fault,) = _edition(tmp_path / "bundle", "data/zones.parquet").faults
    assert "outside the bundle's folder" in fault.hint.en
    assert "不在数据包文件夹内" in fault.hint.zh


@pytest.mark.parametrize("declared", ["EPSG:4545", "EPSG:4490"])
def test_the_declared_crs_must_agree_with_the_file(tmp_path, declared):
    _write(tmp_path, "gpkg")
    edition = _edition(tmp_path, "data/zones.gpkg", crs=declared)
    assert edition.zones is None
    assert "disagrees with the file" in edition.faults[0].hint.en
    assert "与文件不一致" in edition.faults[0].hint.zh


def test_a_code_stands_for_a_definition_only_where_both_mean_the_same_place(tmp_path):
    """The nearest code to an unnamed transverse Mercator is that of an island elsewhere."""
    _write(tmp_path, "tab")
    unnamed = _edition(tmp_path, "data/zones.tab")
    assert unnamed.zones is None
    assert "no EPSG code stands for the file's CRS" in unnamed.faults[0].hint.en
    assert "没有对应的 EPSG 代码" in unnamed.faults[0].hint.zh
    other_zone = _edition(tmp_path, "data/zones.tab", crs="EPSG:4545")
    assert "disagrees with the file" in other_zone.faults[0].hint.en


def test_wgs84_agrees_with_cgcs2000_and_is_remarked(tmp_path):
    pyogrio.write_dataframe(_frame().to_crs(4326), (tmp_path / "zones.gpkg"))
    (tmp_path / "data").mkdir()
    shutil.move(tmp_path / "zones.gpkg", tmp_path / "data/zones.gpkg")
    edition = _edition(tmp_path, "data/zones.gpkg", crs="EPSG:4490")
    assert edition.faults == ()
    assert "EPSG:4490 as declared agrees with EPSG:4326 of the file" in edition.remarks[0].en
    assert "声明的 EPSG:4490 与文件的 EPSG:4326 视为一致" in edition.remarks[0].zh


@pytest.mark.parametrize("member", ["urn:ogc:def:crs:EPSG::4490", "urn:ogc:def:crs:OGC:1.3:CRS84"])
def test_a_geojson_crs_member_names_the_crs(tmp_path, member):
    crs = f'"crs": {{"type": "name", "properties": {{"name": "{member}"}}}}, "features"'
    path = write_geojson(tmp_path / "data/zones.geojson", [zone(lonlat(square(0, 0)), "P1", "core")])
    path.write_text(path.read_text(encoding="utf-8").replace('"features"', crs), encoding="utf-8")
    assert _edition(tmp_path, "data/zones.geojson").faults == ()


def test_a_property_called_crs_names_nothing(tmp_path):
    write_geojson(
        tmp_path / "data/zones.geojson", [zone(lonlat(square(0, 0)), "P1", "core", crs="EPSG:4490")]
    )
    edition = _edition(tmp_path, "data/zones.geojson")
    assert "the file names no CRS" in edition.faults[0].hint.en


def test_a_coverage_without_crs_follows_its_layer(tmp_path):
    edition = (
        load_bundle(
            make_bundle(tmp_path, [layer("park", [zone(square(0, 0), "P1", "core")], classes=["core"])])
        )
        .layers["park"]
        .editions[0]
    )
    assert edition.coverage.contains(lonlat(square(0, 0)))


def test_a_projected_edge_is_bent_where_it_is_straight_on_paper(tmp_path):
    """The north edge of a 40 km square bends away from the chord in degrees: it is densified first."""
    wide = box(0, 0, 40_000, 40_000)
    made = make_bundle(tmp_path, [layer("park", [zone(wide, "P1", "core")], classes=["core"], coverage=wide)])
    (shape,) = load_bundle(made).layers["park"].editions[0].zones.geometry
    assert len(shape.exterior.coords) >= 4 * 200
