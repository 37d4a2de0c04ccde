"""Files made to do harm: each is refused in words, before it costs time or memory."""

import contextlib
import json
import random
import resource
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

import layers.sites.read.feature_stream
import layers.survey_txt
from geo.errors import InputError, UnreadableError
from layers.archives import MOST_BYTES, MOST_MEMBERS, unpack
from layers.sites.read import tables
from layers.sites.read.geometry import MAX_VERTICES
from layers.sites.read.geoparquet import geo_metadata
from layers.sites.read.intake import open_source
from tests.site_files import MAKERS, dxf_text, geojson, gpkg, kml_text, placemark, shapefile

POINT = "<Point><coordinates>105.9,32.6</coordinates></Point>"


def walk_through(path: Path) -> None:
    source = open_source(path)
    try:
        for _ in source.chunks:
            pass
    finally:
        source.close()


def refused(path: Path, zh: str, en: str) -> None:
    """Refused as a whole, in the words of both languages."""
    with pytest.raises(InputError) as caught:
        walk_through(path)
    [problem] = caught.value.problems
    assert zh in problem.line("zh")
    assert en in problem.line("en")
    assert len(problem.line("en")) < 600


def archive(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in members.items():
            packed.writestr(name, text)
    return path


def patched(path: Path, old: bytes, new: bytes) -> Path:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))
    return path


def test_the_command_says_so_and_ends_with_2(check: Callable, tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", **{"../a.csv": "lon,lat\n105.9,32.6\n"})
    for lang, words in (("zh", "指向包外"), ("en", "leads out of it")):
        call = check(path, "--lang", lang)
        assert call.code == 2
        assert words in call.err
        assert "Traceback" not in call.err


# ---------------------------------------------------------------- archives


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "/etc/evil.csv", "C:/evil.csv", "..\\evil.csv", "a/../../b.csv"]
)
@pytest.mark.parametrize("suffix", [".zip", ".kmz"])
def test_a_path_that_leads_out_of_the_archive(tmp_path: Path, name: str, suffix: str) -> None:
    path = archive(tmp_path / f"a{suffix}", **{name: "lon,lat\n105.9,32.6\n", "doc.kml": kml_text()})
    refused(path, "指向包外", "leads out of it")
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_link_in_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    link = zipfile.ZipInfo("sites.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(link, "/etc/passwd")
    refused(path, "符号链接", "a link or a device")


@pytest.mark.parametrize("inner", ["b.zip", "b.kmz", "B.RAR", "b.tar.gz", "b.7z"])
def test_an_archive_in_an_archive(tmp_path: Path, inner: str) -> None:
    path = archive(tmp_path / "a.zip", **{inner: "PK", "a.csv": "lon,lat\n105.9,32.6\n"})
    refused(path, "压缩包内还有压缩包", "an archive within the archive")


def test_a_bomb_that_says_what_it_is(tmp_path: Path) -> None:
    """The sizes stated are looked at first: nothing is unpacked."""
    path = archive(tmp_path / "a.zip", **{f"{n}.csv": "0" * 1_000 for n in range(3)})
    data = path.read_bytes()
    size = (1_000).to_bytes(4, "little")
    path.write_bytes(data.replace(size, (MOST_BYTES // 2).to_bytes(4, "little")))
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(UnreadableError, match="zip bomb"):
        unpack(path, folder, lambda _: True)
    assert list(folder.iterdir()) == []


def test_a_bomb_that_lies_is_cut_at_what_it_said(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", **{"a.csv": "lon,lat\n" + "105.9,32.6\n" * 100_000})
    size = len("lon,lat\n") + 11 * 100_000
    patched(path, size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    refused(path, "压缩包损坏", "damaged, or no zip file")


def test_too_many_members(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", **{f"{n}.txt": "" for n in range(MOST_MEMBERS + 1)})
    refused(path, "文件过多", "too many files")


def test_a_table_of_contents_too_long_to_be_read(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", **{"a.csv": "lon,lat\n"})
    data = bytearray(path.read_bytes())
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 16] = (2**31).to_bytes(4, "little")
    path.write_bytes(data)
    refused(path, "文件过多", "too many files")


def test_one_name_twice_a_lock_and_no_archive_at_all(tmp_path: Path) -> None:
    twice = archive(tmp_path / "twice.zip", **{"a.csv": "lon,lat\n", "A.CSV": "lon,lat\n"})
    refused(twice, "重名", "in the archive twice")
    locked = archive(tmp_path / "locked.zip", **{"a.csv": "lon,lat\n"})
    data = bytearray(locked.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    locked.write_bytes(data)
    refused(locked, "有密码", "the archive is locked")
    none = tmp_path / "none.zip"
    none.write_bytes(b"PK, but no zip")
    refused(none, "不是 ZIP", "no zip file")
    empty = archive(tmp_path / "empty.zip", **{"a.jpg": "x"})
    refused(empty, "没有数据", "no data set")


def test_several_data_sets_are_chosen_from(check: Callable, tmp_path: Path) -> None:
    table = "lon,lat\n105.9,32.6\n"
    path = archive(tmp_path / "two.zip", **{"一/a.csv": table, "二/b.csv": table * 2, "readme.txt": "x"})
    refused(path, "请用 --layer", "name one with --layer")
    assert check(path, "--layer", "a").out.count("\n") == 2


# ---------------------------------------------------------------- data that lie elsewhere

VRT = '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer>'


@pytest.mark.parametrize("source", ["/etc/passwd", "/vsicurl/http://127.0.0.1:9/a.geojson", "a.csv"])
@pytest.mark.parametrize("name", ["a.vrt", "a.gpkg", "a.shp", "a.gml", "a.dxf", "a.fgb", "a.gpx"])
def test_a_virtual_source_under_any_name(tmp_path: Path, source: str, name: str) -> None:
    path = tmp_path / name
    path.write_text(VRT.format(source), encoding="utf-8")
    told = name.endswith((".gml", ".gpx", ".dxf"))
    refused(path, *(("引用别处的数据", "leads elsewhere") if told else ("读不成", "not readable")))


@pytest.mark.parametrize(
    "place", ["/vsicurl/http://127.0.0.1:9/a.gpkg", "/vsizip/a.zip/a.shp", "GPKG:/etc/a.gpkg:x"]
)
def test_a_name_that_is_no_file(place: str) -> None:
    refused(Path(place), "没有这个文件", "there is no such file")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c",
        "CREATE VIRTUAL TABLE v USING fts4(x)",
    ],
)
def test_a_database_with_views_or_virtual_tables(tmp_path: Path, statement: str) -> None:
    path = gpkg(tmp_path / "a.gpkg")
    base = sqlite3.connect(path)
    base.execute(statement)
    base.commit()
    base.close()
    refused(path, "引用别处的数据", "leads elsewhere")


def test_a_database_that_leads_out_by_a_link(tmp_path: Path) -> None:
    folder = tmp_path / "a.gdb"
    folder.mkdir()
    (folder / "a00000001.gdbtable").write_bytes(b"\x03\0\0\0")
    (folder / "a00000002.gdbtable").symlink_to("/etc/passwd")
    refused(folder, "引用别处的数据", "leads elsewhere")
    (tmp_path / "b.gdb").mkdir()
    refused(tmp_path / "b.gdb", "不是文件地理数据库", "no file geodatabase")


@pytest.mark.parametrize(
    "link", ["<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>", "<Update/>"]
)
def test_a_kml_that_links_to_others(tmp_path: Path, link: str) -> None:
    path = tmp_path / "a.kml"
    path.write_text(kml_text(placemark("a", POINT), link), encoding="utf-8")
    refused(path, "NetworkLink", "links to other files")


# ---------------------------------------------------------------- XML

LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))
DOCTYPES = {
    "laughs": f"<!DOCTYPE kml [{LAUGHS}]>",
    "outside": '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "empty": '<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/kml.dtd">',
}


@pytest.mark.parametrize("doctype", DOCTYPES.values(), ids=DOCTYPES)
@pytest.mark.parametrize("name", ["a.kml", "a.kmz", "a.gml", "a.gpx"])
def test_entities_are_not_read(tmp_path: Path, doctype: str, name: str) -> None:
    text = kml_text(placemark("&a9;", POINT)).replace("?>", f"?>{doctype}", 1)
    path = tmp_path / name
    if name.endswith("z"):
        archive(path, **{"doc.kml": text})
    else:
        path.write_text(text, encoding="utf-8")
    refused(path, "文档类型声明", "declares a document type")


@pytest.mark.parametrize(
    "text", ["", "<kml", "<a/>", '<kml xmlns="x"><Document></kml>', "no xml", "\x00\x01"]
)
def test_a_kml_that_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.kml"
    path.write_text(text, encoding="utf-8")
    refused(path, "KML", "KML")


def _workbook(path: Path, **parts: tuple[str, str]) -> Path:
    """A workbook of one row, with a text exchanged in each of some parts."""
    book = openpyxl.Workbook()
    book.active.append(["lon", "lat"])
    book.active.append([105.9, 32.6])
    book.save(path)
    with zipfile.ZipFile(path) as packed:
        members = {name: packed.read(name).decode("utf-8") for name in packed.namelist()}
    for name, (old, new) in parts.items():
        assert old in members[name]
        members[name] = members[name].replace(old, new, 1)
    return archive(path, **members)


SHEET, TYPES = "xl/worksheets/sheet1.xml", "[Content_Types].xml"


def test_entities_in_a_workbook(tmp_path: Path) -> None:
    for part, mark in ((SHEET, "<worksheet"), (TYPES, "<Types")):
        path = _workbook(tmp_path / "a.xlsx", **{part: (mark, f"<!DOCTYPE x [{LAUGHS}]>{mark}")})
        refused(path, "读", "read")


def test_a_row_that_no_sheet_has(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "a.xlsx", **{SHEET: ('<row r="2"', '<row r="99999999999"')})
    refused(path, "行号有误", "miscounts")


def test_formulas_are_not_worked_out(check: Callable, tmp_path: Path) -> None:
    """A stored result is what the user saw, and is told; where there is none the cell is blank, and told."""
    stored = '<c r="B2"><f>HYPERLINK("http://127.0.0.1:9")</f><v>32.6</v></c>'
    path = _workbook(tmp_path / "a.xlsx", **{SHEET: ('<c r="B2" t="n"><v>32.6</v></c>', stored)})
    call = check(path, "--lang", "en")
    assert call.code == 0
    assert "1 formulas were read as their stored results" in call.err
    path = _workbook(
        tmp_path / "b.xlsx",
        **{
            SHEET: (
                '<c r="B2" t="n"><v>32.6</v></c>',
                '<c r="B2"><f>WEBSERVICE("http://127.0.0.1:9")</f></c>',
            )
        },
    )
    call = check(path, "--lang", "zh")
    assert call.code == 1
    assert "1 个公式没有存储结果" in call.err
    assert ",refused," in call.out


@pytest.mark.parametrize("cell", ["=1+105", "=cmd|' /C calc'!A0", "@SUM(1)", "+105.9+0"])
def test_formulas_in_a_csv_are_texts(check: Callable, csv_file: Callable, cell: str) -> None:
    call = check(csv_file("lon,lat", f'"{cell}",32.6'))
    assert call.code == 1
    assert ",refused," in call.out


# ---------------------------------------------------------------- too much, and nothing at all


def test_ten_million_vertices(check: Callable, tmp_path: Path) -> None:
    """One geometry of ten million vertices is one refused row; the process stays below 3 GB."""
    turn = np.linspace(0.0, 2 * np.pi, 10_000_000)
    ring = shapely.LineString(np.column_stack((105.9 + 0.01 * np.cos(turn), 32.6 + 0.01 * np.sin(turn))))
    shapes = shapely.to_wkb([ring, shapely.Point(105.9, 32.6)])
    del ring, turn
    table = pa.table({"site_id": ["a", "b"], "geometry": pa.array(shapes, pa.binary())})
    path = tmp_path / "a.parquet"
    pq.write_table(table.replace_schema_metadata(geo_metadata("geometry")), path, compression="none")
    del shapes, table
    call = check(path)
    assert call.code == 1
    assert "200000" in call.out
    assert "b,ok,clear" in call.out
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 3 << 20  # KB; the making of it included


@pytest.mark.parametrize("name", ["a.kml", "a.txt", "a.wkt"])
def test_too_many_vertices_in_a_text(tmp_path: Path, name: str) -> None:
    """Refused before they are taken apart; texts of ten million are cut by the limits on files."""
    count = 250_000
    path = tmp_path / name
    if name == "a.kml":
        line = f"<LineString><coordinates>{'105,32 ' * count}</coordinates></LineString>"
        path.write_text(kml_text(placemark("a", line), placemark("b", POINT)), encoding="utf-8")
    elif name == "a.wkt":
        path.write_text(f"LINESTRING ({'105 32,' * count}105 32)\nPOINT (105.9 32.6)\n", encoding="utf-8")
    else:
        head = "[属性描述]\n坐标系=2000国家大地坐标系\n[地块坐标]\n0,,1,一,线,,,,@\n"
        points = "J,1,3598000,35575000\n" * count
        last = "0,,2,二,点,,,,@\nJ,1,3598000,35575000\n"
        path.write_text(head + points + last, encoding="utf-8")
    source = open_source(path)
    first, second = (record for chunk in source.chunks for record in chunk)
    source.close()
    assert first.problems or shapely.get_num_coordinates(first.geometry) > MAX_VERTICES
    assert second.problems == ()


def test_a_survey_of_too_many_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers.survey_txt, "MOST_POINTS", 10)
    path = tmp_path / "a.txt"
    path.write_text("[地块坐标]\n" + "J1,1,3598000,35575000\n" * 11, encoding="utf-8")
    refused(path, "界址点过多", "too many points")


def test_a_feature_longer_than_any_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """32 million characters hold more vertices than a site may have; the test has its own, smaller limit."""
    monkeypatch.setattr(layers.sites.read.feature_stream, "_LONGEST", 2_000_000)
    path = tmp_path / "a.geojson"
    with path.open("w", encoding="utf-8") as stream:
        stream.write(
            '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"coordinates": ['
        )
        stream.write("[105.9,32.6]," * 200_000)
    refused(path, "读不成 JSON", "longer than 2000000 characters")


def test_a_geojson_nested_beyond_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text('{"type": "Point", "coordinates": ' + "[" * 200_000, encoding="utf-8")
    refused(path, "读不成 JSON", "nested too deeply")


def test_blocks_within_blocks_are_not_expanded(check: Callable, tmp_path: Path) -> None:
    """Nine blocks, each made of ten references to the one before: a billion points."""
    pairs: list[tuple[int, object]] = [
        (0, "SECTION"),
        (2, "HEADER"),
        (0, "ENDSEC"),
        (0, "SECTION"),
        (2, "BLOCKS"),
    ]
    for level in range(10):
        pairs += [(0, "BLOCK"), (2, f"B{level}"), (10, 0), (20, 0)]
        inner = [(0, "POINT"), (10, 105.9), (20, 32.6)]
        pairs += ([(0, "INSERT"), (2, f"B{level - 1}"), (10, 0), (20, 0)] * 10) if level else inner
        pairs.append((0, "ENDBLK"))
    head = "".join(f"{code}\n{value}\n" for code, value in [*pairs, (0, "ENDSEC")])
    path = tmp_path / "a.dxf"
    path.write_text(head + dxf_text(((0, "INSERT"), (2, "B9"), (10, 0), (20, 0))), encoding="ascii")
    call = check(path, "--lang", "en")
    assert call.code == 0
    assert "1 block references were not expanded" in call.err


@pytest.mark.parametrize(
    "name",
    [
        "EPSG:999999",
        "EPSG:-1",
        "EPSG:5773",
        "+proj=pipeline +step +proj=cart",
        "+proj=utm +zone=48 +nadgrids=/etc/passwd",
        "urn:x",
        "A" * 100_000,
    ],
)
def test_an_absurd_crs(check: Callable, tmp_path: Path, name: str) -> None:
    path = geojson(tmp_path / "a.geojson")
    document = json.loads(path.read_text(encoding="utf-8"))
    document["crs"] = {"type": "name", "properties": {"name": name}}
    path.write_text(json.dumps(document), encoding="utf-8")
    call = check(path, "--lang", "en")
    assert call.code == 2
    assert "unknown or unusable" in call.err
    assert len(call.err) < 2_000
    assert check("105.9,32.6", "--crs", name).code == 2


def test_an_absurd_prj(check: Callable, tmp_path: Path) -> None:
    path = tmp_path / "a.shp"
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(105.9, 32.6)], crs=4490).to_file(path)
    for text in ("GEOGCS[" * 5_000, 'LOCAL_CS["x"]', "no crs"):
        path.with_suffix(".prj").write_text(text, encoding="ascii")
        call = check(path)
        assert call.code in {0, 2}
        assert "Traceback" not in call.err
        assert call.code == 2 or "未注明坐标系" in call.out


@pytest.mark.parametrize("suffix", [".prj", ".cpg"])
def test_a_line_of_a_megabyte_beside_a_shapefile(tmp_path: Path, suffix: str) -> None:
    path = shapefile(tmp_path / "[a].shp")
    path.with_suffix(suffix).write_text("G" * 1_000_000, encoding="ascii")
    refused(path, f"{suffix} 文件过大", f"the {suffix} file is too large")


def test_a_row_group_beyond_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"lon": [105.9] * 1_000, "lat": [32.6] * 1_000}), path)
    monkeypatch.setattr(tables, "MOST_GROUP_BYTES", 100)
    refused(path, "行组过大", "row group")


@pytest.mark.parametrize("value", ["NaN", "nan", "inf", "1e999", "-1e999"])
def test_what_is_no_number_costs_one_row(check: Callable, tmp_path: Path, value: str) -> None:
    good = placemark("b", POINT)
    bad = placemark("a", f"<Point><coordinates>{value},32.6</coordinates></Point>")
    kml = tmp_path / "a.kml"
    kml.write_text(kml_text(bad, good), encoding="utf-8")
    wkt = tmp_path / "a.wkt"
    wkt.write_text(f"POINT ({value} 32.6)\nPOINT (105.9 32.6)\n", encoding="utf-8")
    for path in (kml, wkt):
        call = check(path)
        assert call.code == 1, call.out
        assert call.out.count("refused") == 1


# pyogrio's handler of errors stumbles over messages of GDAL that hold the file's own broken bytes.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", MAKERS)
def test_files_damaged_at_random_are_read_or_refused(tmp_path: Path, name: str, seed: int) -> None:
    """Bytes changed, cut out or put in: rows come, or words; nothing else is raised."""
    path = MAKERS[name](tmp_path / name)
    files = sorted(one for one in tmp_path.rglob("*") if one.is_file())
    whole = {one: one.read_bytes() for one in files}
    dice = random.Random(f"{name} {seed}")  # noqa: S311  damage, not a secret
    for _ in range(6):
        one = dice.choice([file for file in files if whole[file]])
        data, at = bytearray(whole[one]), dice.randrange(len(whole[one]))
        end = at + dice.randrange(1, 64)
        data[at:end] = dice.choice((b"", dice.randbytes(end - at), dice.randbytes(9)))
        one.write_bytes(data)
        with contextlib.suppress(InputError):
            walk_through(path)
        one.write_bytes(whole[one])
    walk_through(path)


@pytest.mark.parametrize("text", [b"\xff\x00", b"GEOGCS\xb9\xfa\xbc\xd2", b"\x00" * 40])
def test_a_prj_that_is_no_text(tmp_path: Path, text: bytes) -> None:
    path = shapefile(tmp_path / "a.shp")
    path.with_suffix(".prj").write_bytes(text)
    try:
        walk_through(path)
    except InputError as error:
        assert error.problems[0].hint.zh  # noqa: PT017  either is right: GDAL reads some as no CRS at all
