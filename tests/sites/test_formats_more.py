"""What single formats bring along: KML, KMZ, DXF, WKT, shapefiles in zips, several layers."""

import os
import signal
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.errors import InputError
from layers.sites.cells.rows import Record
from layers.sites.read.intake import open_source
from layers.sites.read.scratch import scratch
from layers.sites.read.sources import Source
from tests.site_files import database, dxf_text, kml_text, placemark, shapefile, zipped


def read(path: Path, layer: str | None = None) -> tuple[Source, list[Record]]:
    source = open_source(path, layer=layer)
    try:
        return source, [record for chunk in source.chunks for record in chunk]
    finally:
        source.close()


def told(source: Source) -> str:
    return "; ".join(text.zh for text in source.remarks)


# ---------------------------------------------------------------- KML

POINT = "<Point><coordinates>105.9,32.6</coordinates></Point>"
RING = "<LinearRing><coordinates>{}</coordinates></LinearRing>"
SHELL = "<outerBoundaryIs>" + RING.format("105,32 106,32 106,33 105,32") + "</outerBoundaryIs>"
HOLE = "<innerBoundaryIs>" + RING.format("105.2,32.2 105.4,32.2 105.4,32.4 105.2,32.2") + "</innerBoundaryIs>"
TRACK = (
    '<gx:Track xmlns:gx="http://www.google.com/kml/ext/2.2">'
    "<gx:coord>105 32 0</gx:coord><gx:coord>106 32 0</gx:coord></gx:Track>"
)


@pytest.fixture
def kml(tmp_path: Path):
    def call(*placemarks: str) -> list[Record]:
        path = tmp_path / "a.kml"
        path.write_text(kml_text(*placemarks), encoding="utf-8")
        return read(path)[1]

    return call


@pytest.mark.parametrize(
    ("geometry", "wkt"),
    [
        ("<Point><coordinates>\n 105.9,32.6,0 \n</coordinates></Point>", "POINT (105.9 32.6)"),
        ("<Point><coordinates>105.9,32.6,512.5</coordinates></Point>", "POINT Z (105.9 32.6 512.5)"),
        ("<LineString><coordinates>105,32 106,32</coordinates></LineString>", "LINESTRING (105 32, 106 32)"),
        (TRACK, "LINESTRING (105 32, 106 32)"),
        (f"<MultiGeometry>{POINT}{POINT}</MultiGeometry>", "MULTIPOINT ((105.9 32.6), (105.9 32.6))"),
        (
            f"<Polygon>{SHELL}{HOLE}</Polygon>",
            "POLYGON ((105 32, 106 32, 106 33, 105 32), (105.2 32.2, 105.4 32.2, 105.4 32.4, 105.2 32.2))",
        ),
        (f"<MultiGeometry><MultiGeometry>{POINT}</MultiGeometry></MultiGeometry>", "POINT (105.9 32.6)"),
        ("", None),
    ],
)
def test_shapes_of_a_placemark(kml, geometry: str, wkt: str | None) -> None:
    [record] = kml(placemark("甲", geometry))
    assert record.problems == ()
    assert (None if record.geometry is None else record.geometry.wkt) == wkt


@pytest.mark.parametrize(
    ("geometry", "zh"),
    [
        (POINT.replace(",", ", "), "逗号后无空格"),
        (POINT.replace("105.9,", ""), "逗号后无空格"),
        (POINT.replace("105.9", "105°54′"), "逗号后无空格"),
        ("<Point><coordinates>105,32 106,32</coordinates></Point>", "几何不完整"),
        ("<Point/>", "几何不完整"),
        ("<Polygon/>", "几何不完整"),
        (f"<Polygon>{SHELL}{SHELL}</Polygon>", "几何不完整"),
        ("<Model/>", "几何不完整"),
        (f"<MultiGeometry>{POINT}<Polygon>{SHELL}</Polygon></MultiGeometry>", "混有点、线、面"),
    ],
)
def test_a_bad_placemark_costs_one_row(kml, geometry: str, zh: str) -> None:
    first, bad, last = kml(placemark("a", POINT), placemark("b", geometry), placemark("c", POINT))
    assert first.geometry == last.geometry == shapely.Point(105.9, 32.6)
    assert bad.geometry is None
    [problem] = bad.problems
    assert zh in problem.hint.zh
    assert problem.hint.en


def test_folders_names_and_typed_data(tmp_path: Path) -> None:
    inner = "<Folder><name>二级</name>" + placemark("甲", POINT) + "</Folder>"
    schema = (
        '<Placemark id="p7"><name>乙</name><description>说明</description><ExtendedData><SchemaData>'
        '<SimpleData name="用途">工业</SimpleData></SchemaData></ExtendedData>' + POINT + "</Placemark>"
    )
    path = tmp_path / "a.kml"
    path.write_text(kml_text(inner, schema), encoding="utf-8")
    source, records = read(path)
    assert source.crs == "EPSG:4326"
    rows = [dict(zip(source.headers, record.values, strict=True)) for record in records]
    assert [(row["name"], row["folder"]) for row in rows] == [("甲", "一期/二级"), ("乙", "一期")]
    assert (rows[1]["description"], rows[1]["用途"], rows[0]["用途"]) == ("说明", "工业", None)
    assert records[1].feature_id == "p7"


def test_a_kmz_is_its_doc_kml(tmp_path: Path) -> None:
    path = tmp_path / "a.kmz"
    other = kml_text(placemark("b", POINT), placemark("c", POINT))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("files/other.kml", other)
        archive.writestr("more.kml", other)
        archive.writestr("doc.kml", kml_text(placemark("a", POINT)))
    source, records = read(path)
    assert (source.name, source.total, len(records)) == ("a.kmz", 1, 1)


# ---------------------------------------------------------------- DXF


def dxf(path: Path, *entities: tuple[tuple[int, object], ...], head: str = "", encoding: str = "gbk") -> Path:
    path.write_bytes((head + dxf_text(*entities)).encode(encoding))
    return path


def polyline(*corners: tuple[float, float], closed: bool = True, layer: str = "红线", **codes: object):
    vertices = [pair for x, y in corners for pair in ((10, x), (20, y))]
    more = [(int(code[1:]), value) for code, value in codes.items()]
    return (
        (0, "LWPOLYLINE"),
        (8, layer),
        *more,
        (90, len(corners)),
        (70, int(closed)),
        *vertices,
    )


SQUARE = ((0, 0), (10, 0), (10, 10), (0, 10))


def test_closed_lines_are_areas_open_ones_lines(tmp_path: Path) -> None:
    path = dxf(tmp_path / "a.dxf", polyline(*SQUARE), polyline(*SQUARE, closed=False, layer="道路"))
    source, records = read(path)
    assert source.crs is None
    assert [record.geometry.geom_type for record in records] == ["Polygon", "LineString"]
    assert [record.values[0] for record in records] == ["红线", "道路"]
    assert "闭合线按面处理" in told(source)
    assert "按 GB18030 读取" in told(source)


def test_lettering_and_paper_are_left_out_and_counted(tmp_path: Path) -> None:
    text = ((0, "TEXT"), (8, "注记"), (10, 1), (20, 1), (40, 2.5), (1, "J1"))
    path = dxf(tmp_path / "a.dxf", text, text, polyline(*SQUARE), polyline(*SQUARE, c67=1))
    source, records = read(path)
    assert len(records) == source.total == 1
    assert "2 处注记、标注未作为选址" in told(source)
    assert "图纸空间的 1 个图元未读取" in told(source)


HEADER = "0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1015\n9\n$DWGCODEPAGE\n3\nANSI_936\n0\nENDSEC\n"


@pytest.mark.parametrize(("head", "encoding"), [(HEADER, "gbk"), ("", "gbk"), ("", "utf-8")])
def test_names_of_layers_in_chinese(tmp_path: Path, head: str, encoding: str) -> None:
    path = dxf(tmp_path / "a.dxf", polyline(*SQUARE), head=head, encoding=encoding)
    assert read(path)[1][0].values[0] == "红线"


def test_an_arc_is_a_chain_of_chords(tmp_path: Path) -> None:
    arcs = ((0, "CIRCLE"), (8, "井"), (10, 0), (20, 0), (40, 100))
    [record] = read(dxf(tmp_path / "a.dxf", arcs))[1]
    assert record.geometry.length == pytest.approx(200 * np.pi, rel=1e-5)


@pytest.mark.parametrize("content", ["", "no drawing", "0\nSECTION\n2\n"])
def test_a_drawing_that_is_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.dxf"
    path.write_text(content, encoding="ascii")
    with pytest.raises(InputError) as caught:
        read(path)
    assert "读不成" in caught.value.problems[0].hint.zh
    assert "not readable" in caught.value.problems[0].hint.en


def test_a_drawing_cut_short_is_refused(tmp_path: Path) -> None:
    path = dxf(tmp_path / "a.dxf", polyline(*SQUARE), polyline(*SQUARE))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 3 // 4])
    with pytest.raises(InputError, match="cut off"):
        read(path)


# ---------------------------------------------------------------- WKT


def test_wkt_over_several_lines_with_a_crs(tmp_path: Path) -> None:
    path = tmp_path / "a.wkt"
    path.write_text(
        "\ufeffSRID=4523;POINT (35575000 3598000)\n\nsrid=4523; Polygon ((35575000 3598000,\n"
        "  35575010 3598000,\n  35575010 3598010, 35575000 3598000))\nSRID=4490;POINT (105 32)\nPOINT (x)\n",
        encoding="utf-8",
    )
    source, records = read(path)
    assert (source.crs, source.total) == ("EPSG:4523", 4)
    assert [None if r.geometry is None else r.geometry.geom_type for r in records] == [
        "Point",
        "Polygon",
        None,
        None,
    ]
    assert "同一坐标系" in records[2].problems[0].hint.zh
    assert "读不成 WKT" in records[3].problems[0].hint.zh


def test_wkt_in_a_txt_and_a_wkt_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("POINT (105.9 32.6)\n", encoding="utf-8")
    assert len(read(path)[1]) == 1
    for content in ("", "lon,lat\n105.9,32.6\n", "POINTLESS (1 2)\n"):
        other = tmp_path / "b.wkt"
        other.write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match="no WKT"):
            read(other)


# ---------------------------------------------------------------- zips


def test_a_zip_as_windows_packs_it(tmp_path: Path) -> None:
    """Names in GBK without a word on it, backslashes, a folder around all, no .prj."""
    folder = tmp_path / "in"
    folder.mkdir()
    shapefile(folder / "地块.shp", prj=False)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(folder.iterdir()):
            info = zipfile.ZipInfo(f"用地\\{part.name}".encode("gbk").decode("cp437"))
            archive.writestr(info, part.read_bytes())
    data = path.read_bytes()
    for name in (f"用地\\{part.name}" for part in folder.iterdir()):
        raw = name.encode("gbk").decode("cp437").encode()
        assert raw in data, "Python stores the name in UTF-8, and says so"
    path.write_bytes(_as_gbk(path))
    source, records = read(path)
    assert [record.values[0] for record in records] == ["甲", "乙", "丙"]
    assert source.crs is None


def _as_gbk(path: Path) -> bytes:
    """The archive with its names in GBK, as Chinese Windows writes them."""

    class Info(zipfile.ZipInfo):
        def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802  zipfile's own name
            return self.filename.encode("gbk"), self.flag_bits & ~0x800

    out = path.with_name("gbk.zip")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as target:
        for one in source.infolist():
            info = Info(one.filename.encode("cp437").decode("gbk"))
            target.writestr(info, source.read(one))
    return out.read_bytes()


def test_layers_of_one_data_set_and_several_data_sets(tmp_path: Path) -> None:
    points = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(105.9, 32.6)], crs=4490)
    two = tmp_path / "two.gpkg"
    points.to_file(two, layer="一")
    points.to_file(two, layer="二")
    path = zipped(tmp_path / "a.zip", [two], root=tmp_path)
    with pytest.raises(InputError, match="several layers"):
        read(path)
    assert len(read(path, "二")[1]) == 1
    database(tmp_path / "b.gdb")
    files = [two, *sorted((tmp_path / "b.gdb").iterdir())]
    both = zipped(tmp_path / "both.zip", files, root=tmp_path)
    with pytest.raises(InputError, match="two, b"):
        read(both)
    assert len(read(both, "b")[1]) == 3


def test_nothing_stays_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    path = zipped(
        tmp_path / "a.zip",
        [shapefile(tmp_path / "a.shp"), *tmp_path.glob("a.[dsp][hbr][xfj]")],
        root=tmp_path,
    )
    source = open_source(path)
    assert len(list(folder.iterdir())) == 1
    source.close()
    assert list(folder.iterdir()) == []
    (tmp_path / "bad.zip").write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError):
        open_source(tmp_path / "bad.zip")
    assert list(folder.iterdir()) == []


def test_what_a_killed_process_left_is_swept_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    child = os.fork()
    if not child:
        with scratch() as folder:
            (folder / "a.csv").write_text("lon,lat")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    [left] = tmp_path.iterdir()
    (left / "link").symlink_to("/etc")
    (tmp_path / "fenqu-held-link").symlink_to(tmp_path)
    with scratch() as mine:
        assert sorted(tmp_path.glob("fenqu-held-*")) == sorted([mine, tmp_path / "fenqu-held-link"])
        with scratch() as other:
            assert mine.is_dir()
            assert other.is_dir()
        assert not other.exists()
    assert [one.name for one in tmp_path.iterdir()] == ["fenqu-held-link"]


# ---------------------------------------------------------------- files cut short


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("name", ["a.gpkg", "a.fgb", "a.gml", "a.kml", "a.dxf", "a.geojson", "a.parquet"])
def test_a_file_cut_short_is_refused_as_a_whole(tmp_path: Path, name: str, share: float) -> None:
    path = tmp_path / name
    shapes = [shapely.Point(105 + n / 1000, 32) for n in range(200)]
    points = gpd.GeoDataFrame({"name": [f"{n:040}" for n in range(200)]}, geometry=shapes, crs=4326)
    if name == "a.kml":
        marks = (placemark(str(n), POINT) for n in range(200))
        path.write_text(kml_text(*marks), encoding="utf-8")
    elif name == "a.parquet":
        points.to_parquet(path)
    elif name == "a.dxf":
        points[["geometry"]].to_file(path, driver="DXF")
    else:
        points.to_file(path)
    assert len(read(path)[1]) == 200
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(InputError) as caught:
        read(path)
    [problem] = caught.value.problems
    assert problem.hint.zh
    assert problem.hint.en


def test_parts_cut_short(tmp_path: Path) -> None:
    """Of a table of rows nothing is lost: shapes that are gone are refused rows."""
    folder = database(tmp_path / "a.gdb")
    offsets = max(folder.glob("*.gdbtablx"), key=lambda one: one.name)
    data = offsets.read_bytes()
    for cut in (10, len(data) // 2):
        offsets.write_bytes(data[:cut])
        with pytest.raises(InputError, match="cut short"):
            read(folder)
    path = shapefile(tmp_path / "a.shp")
    path.write_bytes(path.read_bytes()[:-100])
    assert [record.geometry is None for record in read(path)[1]] == [False, False, True]
    path.with_suffix(".dbf").write_bytes(path.with_suffix(".dbf").read_bytes()[:-200])
    with pytest.raises(InputError):
        read(path)


def test_a_line_that_ends_where_it_began_is_an_area(tmp_path: Path) -> None:
    """Boundaries are drawn so more often than with the mark of a closed line; as a line they hold nothing."""
    circle = ((0, "CIRCLE"), (8, "井"), (10, 0), (20, 0), (40, 50))
    drawn = (polyline(*SQUARE, SQUARE[0], closed=False), polyline(*SQUARE, closed=False), circle)
    shapes = [record.geometry for record in read(dxf(tmp_path / "a.dxf", *drawn))[1]]
    assert [shape.geom_type for shape in shapes] == ["Polygon", "LineString", "Polygon"]
    assert shapes[0].area == pytest.approx(100.0)
    assert shapes[2].area == pytest.approx(np.pi * 2500.0, rel=1e-4)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_in_a_zip_that_does_not_say_in_what(tmp_path: Path, encoding: str) -> None:
    """Chinese Windows packs in GBK, macOS in UTF-8, and neither says so."""
    path = tmp_path / "a.zip"
    names = {"X": "选址".encode(encoding), "Y": "红线".encode(encoding)}
    with zipfile.ZipFile(path, "w") as archive:
        for letter, name in names.items():
            archive.writestr(f"d/{letter * len(name)}.csv", "lon,lat\n105.8,32.5\n")
    data = path.read_bytes()
    for letter, name in names.items():
        data = data.replace(letter.encode() * len(name), name)
    path.write_bytes(data)
    with pytest.raises(InputError, match="选址, 红线"):
        open_source(path)
    assert len(read(path, "红线")[1]) == 1


def test_data_sets_of_one_name_are_called_by_their_folders(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for folder, lon in (("2024", 105.8), ("2025", 105.9)):
            archive.writestr(f"{folder}/选址.csv", f"lon,lat\n{lon},32.5\n")
    with pytest.raises(InputError, match="2024/选址, 2025/选址"):
        open_source(path)
    assert [record.values for record in read(path, "2025/选址")[1]] == [("105.9", "32.5")]


def test_a_kml_in_a_folder_of_its_kmz_and_one_in_gbk(tmp_path: Path) -> None:
    text = (
        '<?xml version="1.0" encoding="GBK"?><kml><Document><Placemark><name>朝天区</name>'
        "<Point><coordinates>105.8,32.5</coordinates></Point></Placemark></Document></kml>"
    )
    path = tmp_path / "a.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("数据/doc.kml", text.encode("gbk"))
        archive.writestr("数据/images/a.png", b"\x89PNG")
    [record] = read(path)[1]
    assert record.values == ("朝天区",)
    assert record.geometry.wkt == "POINT (105.8 32.5)"
    entity = text.replace("?>", '?><!DOCTYPE kml [<!ENTITY a "b">]>', 1)
    (tmp_path / "b.kml").write_bytes(entity.encode("gbk"))
    (tmp_path / "c.kml").write_bytes(text.encode("gbk").replace("朝".encode("gbk"), b"\xff\xff"))
    for name in ("b.kml", "c.kml"):
        with pytest.raises(InputError):
            open_source(tmp_path / name)


@pytest.mark.parametrize("described", ["geoparquet", "geoarrow"])
@pytest.mark.parametrize(
    "shapes",
    [
        [shapely.Point(105.8, 32.5), None, shapely.Point(105.9, 32.5)],
        [shapely.box(105.8, 32.5, 105.9, 32.6), None, shapely.box(1, 1, 2, 2).buffer(0.1, quad_segs=1)],
        [shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]), shapely.MultiPolygon()],
        [shapely.LineString([(0, 0, 5), (1, 1, 6)]), shapely.LineString([(2, 2, 0), (1, 1, 6), (3, 3, 3)])],
    ],
)
def test_parquet_in_the_native_encodings(tmp_path: Path, shapes: list, described: str) -> None:
    path = tmp_path / "a.parquet"
    frame = gpd.GeoDataFrame({"a": range(len(shapes))}, geometry=shapes, crs=4490)
    if described == "geoparquet":
        frame.to_parquet(path, geometry_encoding="geoarrow")
    else:
        pq.write_table(pa.table(frame.to_arrow(geometry_encoding="geoarrow")), path)
    source = open_source(path)
    assert (source.crs, source.headers) == ("EPSG:4490", ("a",))
    read = [record.geometry for payload in source.packed(1) for record in payload.open().records()]
    assert [one and one.wkt for one in read] == [None if not one else one.wkt for one in shapes]
    source.close()


def test_parquet_in_an_encoding_unknown(tmp_path: Path) -> None:
    field = pa.field("g", pa.binary(), metadata={"ARROW:extension:name": "geoarrow.box"})
    pq.write_table(pa.table([pa.array([b""])], schema=pa.schema([field])), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"geoarrow\.box"):
        open_source(tmp_path / "a.parquet")
