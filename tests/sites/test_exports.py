"""Exports: what colleagues open says what the answer says, and is read back to the same place."""

import csv
import io
import json
import math
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from geo.crs import from_lonlat, parse_crs
from geo.cut import cuts
from geo.measure import area_m2, length_m
from geo.model import Bundle, Part
from geo.site import make_site
from layers.bundle import load_bundle
from layers.sites import plan
from layers.sites.job import Options, prepare, run
from layers.sites.write import shapefile as write_shapefile
from layers.sites.write.dbf import fitted, short_names
from layers.sites.write.dxf_text import _escaped
from layers.sites.write.formats import EXCHANGE, suffix_of
from layers.sites.write.plane import plane_of
from tests.squares import write_squares

SQUARE = shapely.box(105.805, 32.505, 105.815, 32.508)
RING = shapely.Polygon(
    shapely.box(105.80, 32.52, 105.82, 32.53).exterior.coords,
    [shapely.box(105.805, 32.523, 105.81, 32.526).exterior.coords],
)
APART = shapely.MultiPolygon(
    [shapely.box(105.79, 32.49, 105.802, 32.502), shapely.box(105.7, 32.49, 105.71, 32.5)]
)
ROAD = shapely.LineString([(105.79, 32.505), (105.82, 32.506)])
WELL = shapely.Point(105.805, 32.505)
SHAPES = [SQUARE, RING, APART, ROAD, WELL, SQUARE]
NOTE = "项目名称很长的一个字段"
NOTES = ["=cmd()", "龘𬭩<b>", "长" * 200, "a\n0\nEOF\n", None, "x"]
KML = "{http://www.opengis.net/kml/2.2}"


@pytest.fixture
def sites(tmp_path: Path) -> Path:
    """Sites of every kind, the last one refused."""
    path = tmp_path / "sites.geojson"
    columns = {
        "site_id": ["甲,1", "h@2", "<b>3", "road\\4", "井5", "bad"],
        NOTE: NOTES,
        "activity": ["CHEM"] * 5 + ["nonsense"],
        "nature": ["new"] * 6,
    }
    gpd.GeoDataFrame(columns, geometry=SHAPES, crs=4490).to_file(path)
    return path


@pytest.fixture
def exported(check: Callable, sites: Path, tmp_path: Path) -> Callable[..., Path]:
    def export(suffix: str, *args: object) -> Path:
        out = tmp_path / f"out{suffix}"
        call = check(sites, "-o", out, "--lang", "en", *args)
        assert call.code == 1, call.err
        return out

    return export


@pytest.fixture
def answers(exported: Callable[..., Path]) -> list[dict]:
    return json.loads(exported(".json").read_text(encoding="utf-8"))


def remarks_of(out: Path) -> str:
    record = json.loads(Path(f"{out}.run.json").read_text(encoding="utf-8"))
    return "\n".join(remark["en"] for remark in record["remarks"])


def test_a_geopackage_holds_sites_hits_and_overlaps_as_answered(
    exported: Callable[..., Path], answers: list[dict], bundle: Bundle
) -> None:
    out = exported(".gpkg", "--hits")
    assert {name for name, _ in pyogrio.list_layers(out)} == {"sites", "hits", "overlaps"}
    found, hits, overlaps = (
        pyogrio.read_dataframe(out, layer=name) for name in ("sites", "hits", "overlaps")
    )
    assert [shape.equals(given) for shape, given in zip(found.geometry, SHAPES, strict=True)] == [True] * 6
    told = [body["parts"][0]["site"] for body in answers[:-1]]
    assert found["site_area_m2"].tolist()[:-1] == [site["area_m2"] for site in told]
    assert found["site_length_m"].tolist()[:-1] == [site["length_m"] for site in told]
    with Path(f"{out}.hits.csv").open(encoding="utf-8") as stream:
        lines = list(csv.DictReader(stream))
    assert [(h.row, h.rule or "", h.zone, h.overlap_m2) for h in hits.itertuples()] == [
        (int(line["row"]), line["rule"], line["zone"], float(line["overlap_m2"])) for line in lines
    ]
    assert set(hits["outcome"].dropna()) == {"applies"}
    assert set(hits["layer_name"]) == {"Drinking-water protection zones"}
    met = [(at, hit) for at, body in enumerate(answers[:-1], start=1) for hit in body["parts"][0]["hits"]]
    assert overlaps["row"].tolist() == [at for at, _ in met]
    for column, key in (("overlap_m2", "overlap_m2"), ("overlap_m", "overlap_m"), ("share", "overlap_share")):
        assert overlaps[column].tolist() == [hit[key] for _, hit in met]
    assert np.round(area_m2(overlaps.geometry.to_numpy()), 2).tolist() == overlaps["overlap_m2"].tolist()
    assert np.round(length_m(overlaps.geometry.to_numpy()), 3).tolist() == overlaps["overlap_m"].tolist()
    assert overlaps["synthetic"].all()
    assert found["synthetic"].iloc[0] == "demonstration data, not an official boundary"
    assert bundle.digest in out.read_bytes().decode("utf-8", "ignore")


def test_tables_of_points_have_hits_where_asked_for(
    check: Callable, csv_file: Callable, tmp_path: Path
) -> None:
    path, out = csv_file("lon,lat,activity,nature", "105.805,32.505,CHEM,new"), tmp_path / "o.gpkg"
    assert check(path, "-o", out).code == 0
    assert pyogrio.list_layers(out)[:, 0].tolist() == ["sites"]
    assert check(path, "-o", out, "--hits").code == 0
    assert pyogrio.read_dataframe(out, layer="overlaps").geometry.tolist() == [WELL]


def test_of_many_shapes_hits_are_left_out_with_a_word(
    exported: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "MET_ROWS", 5)
    out = exported(".gpkg")
    assert pyogrio.list_layers(out)[:, 0].tolist() == ["sites"]
    assert "--hits puts them in" in remarks_of(out)
    assert len(pyogrio.list_layers(exported(".gpkg", "--hits"))) == 3


def test_shapefiles_are_of_one_kind_each_and_lose_nothing(
    exported: Callable[..., Path], bundle: Bundle, tmp_path: Path
) -> None:
    out = exported(".shp.zip")
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        texts = {name: archive.read(name) for name in archive.namelist()}
    kinds = {name.removesuffix(".dbf") for name in texts if name.endswith(".dbf")}
    assert {
        "sites_polygon",
        "sites_line",
        "sites_point",
        "overlaps_polygon",
        "overlaps_line",
        "hits",
    } <= kinds
    assert texts["sites_polygon.cpg"] == b"GBK"
    readme, long_texts = (texts[name].decode("utf-8-sig") for name in ("README.txt", "long_texts.txt"))
    assert "示范数据，非法定边界" in readme
    assert bundle.digest in readme
    assert re.search(rf"项目名称很 +{NOTE}", readme)
    told = long_texts.splitlines()
    assert f"sites_polygon 3 项目名称很: {'长' * 200}" in told
    assert "sites_polygon 2 项目名称很: 龘𬭩<b>" in told
    assert all(re.match(r"(sites|overlaps)_(polygon|line|point|none) \d+ |hits \d+ ", line) for line in told)
    frame = pyogrio.read_dataframe(out, layer="sites_polygon")
    assert frame.crs == "EPSG:4490"
    assert frame["site_id"].tolist() == ["甲,1", "h@2", "<b>3", "bad"]
    assert frame["项目名称很"].tolist() == ["=cmd()", "龘〓<b>", f"{'长' * 126}…", "x"]
    assert all(
        shape.equals(given) for shape, given in zip(frame.geometry, [*SHAPES[:3], SQUARE], strict=True)
    )
    assert all(len(name.encode("gbk")) <= 10 for name in frame.columns if name != "geometry")
    assert "in full in long_texts.txt" in remarks_of(out)


def test_numbers_that_no_field_of_a_shapefile_holds_are_told(check: Callable, tmp_path: Path) -> None:
    numbers = [1e300, -1e-20, 0.1 + 0.2, 1e15, None, 123456789.25, float("inf")]
    columns = {"lon": [105.8] * 7, "lat": [32.5] * 7, "n": numbers}
    columns["small"] = pa.array([1e-30] * 7, pa.float32())
    pq.write_table(pa.table(columns), tmp_path / "sites.parquet")
    out = tmp_path / "out.shp.zip"
    assert check(tmp_path / "sites.parquet", "-o", out).code == 0
    held = pyogrio.read_dataframe(out, layer="sites_point")["n"].tolist()
    assert held[1:3] == [0.0, 0.3]
    assert held[5] == 123456789.25
    assert all(math.isnan(held[row]) for row in (0, 3, 4, 6))
    told = zipfile.ZipFile(out).read("long_texts.txt").decode("utf-8-sig").splitlines()
    lost = [line for line in told if " n: " in line]
    assert lost == [f"sites_point {row} n: {numbers[row - 1]!r}" for row in (1, 2, 4, 7)]
    assert sum(" small: " in line for line in told) == 7
    assert f"{len(told)} texts" in remarks_of(out)


def test_json_is_json_whatever_numbers_a_table_holds(check: Callable, tmp_path: Path) -> None:
    columns = {"lon": [105.8] * 3, "lat": [32.5] * 3, "n": [math.inf, math.nan, 1.5]}
    columns["list"] = [[1.0, math.nan], [-math.inf], None]
    pq.write_table(pa.table(columns), tmp_path / "sites.parquet")
    for suffix in (".geojson", ".json"):
        out = tmp_path / f"out{suffix}"
        assert check(tmp_path / "sites.parquet", "-o", out).code == 0
        read = json.loads(out.read_text(encoding="utf-8"), parse_constant=pytest.fail)
        rows = (
            [one["properties"] for one in read["features"]]
            if suffix == ".geojson"
            else [r["input"] for r in read]
        )
        assert [(row["n"], row["list"]) for row in rows] == [
            ("inf", [1.0, None]),
            (None, ["-inf"]),
            (1.5, None),
        ]


def test_a_table_with_names_of_the_format_s_own(check: Callable, csv_file: Callable, tmp_path: Path) -> None:
    out = tmp_path / "out.shp.zip"
    path = csv_file("site_id,lon,lat,备注,备注,,fid,geom,FID,OGC_FID", "7,105.8,32.5,a,b,c,d,e,f,g")
    assert check(path, "-o", out).code == 0
    [row] = pyogrio.read_dataframe(out, layer="sites_point").to_dict("records")
    names = ("备注", "备注_2", "column_6", "fid", "geom", "FID_2", "OGC_FID_2")
    assert [row[name] for name in names] == list("abcdefg")


def test_what_no_reader_of_shapefiles_takes_is_refused(
    check: Callable, csv_file: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = csv_file("lon,lat," + ",".join(f"c{n}" for n in range(240)), "105.9,32.6", name="wide.csv")
    assert "255" not in (told := check(wide, "-o", tmp_path / "o.shp.zip", "--lang", "en").err)
    assert "253 columns" in told
    monkeypatch.setattr(write_shapefile, "LARGEST_BYTES", 100)
    call = check(csv_file("lon,lat", "105.9,32.6"), "-o", tmp_path / "o.shp.zip", "--lang", "en")
    assert call.code == 2
    assert "write gpkg or parquet" in call.err
    assert not (tmp_path / "o.shp.zip").exists()


def test_kml_is_text_and_places(exported: Callable[..., Path], bundle: Bundle) -> None:
    out = exported(".kml")
    document = ET.parse(out).getroot().find(f"{KML}Document")  # noqa: S314  our own
    about = document.findtext(f"{KML}description")
    assert "demonstration data" in about
    assert bundle.digest in about
    names = [place.findtext(f"{KML}name") for place in document.iter(f"{KML}Placemark")]
    assert names[2].startswith("<b>3 ")
    styles = {style.get("id"): style for style in document.iter(f"{KML}Style")}
    red = styles["prohibited"].findtext(f"{KML}LineStyle/{KML}color")
    assert red == "ff2828c6"  # alpha, blue, green, red
    assert {place.findtext(f"{KML}styleUrl")[1:] for place in document.iter(f"{KML}Placemark")} <= set(styles)
    frame = pyogrio.read_dataframe(out, layer="sites")
    assert all(shape.equals(given) for shape, given in zip(frame.geometry, SHAPES, strict=True))
    assert frame[NOTE].tolist()[:2] == list(NOTES[:2])  # by its name, which is Chinese
    told = pyogrio.read_dataframe(exported(".gpkg"), layer="sites")
    for name in ("complete", "site_area_m2", "site_length_m", "verdict"):
        assert frame[name].tolist()[:5] == told[name].tolist()[:5]
    cut, pieces = (pyogrio.read_dataframe(file, layer="overlaps") for file in (out, exported(".gpkg")))
    assert cut["touch"].tolist() == pieces["touch"].tolist()
    assert set(cut["touch"]) == {False}
    assert set(told["complete"][:5]) == {True}
    cells = [data.text for data in document.iter(f"{KML}SimpleData") if data.get("name") == NOTE]
    assert cells == [note for note in NOTES if note is not None]
    assert "stand as they are" in remarks_of(out)


def test_dxf_is_drawn_in_metres_by_verdict(exported: Callable[..., Path], bundle: Bundle) -> None:
    out = exported(".dxf")
    frame = pyogrio.read_dataframe(out)
    layers = set(frame["Layer"])
    assert {
        "SITE_PROHIBITED",
        "SITE_CLEAR",
        "SITE_CLEAR_HOLE",
        "SITE_REFUSED",
        "ZONE_DRINKING_WATER_ZONE",
    } <= layers
    [drawn] = frame[frame["Layer"] == "SITE_REFUSED"].geometry
    expected = from_lonlat(shapely.segmentize(SQUARE, 0.004), parse_crs("EPSG:4523"), densify=False)
    assert shapely.Polygon(drawn).normalize().equals_exact(expected.normalize(), 1e-3)
    texts = frame["Text"].dropna().tolist()
    assert any(text.startswith("road/4 ") for text in texts)
    assert any(bundle.digest in text for text in texts)
    assert any("demonstration data" in text for text in texts)
    lines = out.read_bytes().decode("gbk").splitlines()
    assert lines[0] == "999"
    assert lines[-1] == "EOF"
    assert lines.count("EOF") == 1
    assert "attributes and hits take gpkg" in remarks_of(out)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a\n0\nEOF", "a 0 EOF"),
        ("%%c^J\\P", "% %c'J/P"),
        ("中𠮷", "中\\U+D842\\U+DFB7"),
        ("\x85\u2028", ""),
        ("x" * 300, "x" * 249 + "…"),
    ],
)
def test_a_text_in_a_drawing_ends_no_line_and_makes_no_codes(given: str, shown: str) -> None:
    assert _escaped(given) == shown


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("suffix", "encoding"), [(".dxf", "gbk"), (".txt", "gb18030")])
def test_what_has_no_columns_tells_of_an_unknown_datum(
    check: Callable, csv_file: Callable, tmp_path: Path, suffix: str, encoding: str, lang: str
) -> None:
    rows = [f'"{SQUARE.wkt}",{crs}' for crs in ("unknown", "EPSG:4490", "unknown")]
    out = tmp_path / f"out{suffix}"
    assert check(csv_file("wkt,crs", *rows), "-o", out, "--lang", lang).code == 0
    words = {
        "zh": "2 个选址坐标基准不明，按 CGCS2000 坐标绘出",
        "en": "the datum of 2 sites is unknown: drawn as",
    }[lang]
    assert words in out.read_bytes().decode(encoding)
    record = json.loads(Path(f"{out}.run.json").read_text(encoding="utf-8"))
    assert any(words in remark[lang] for remark in record["remarks"])


def test_what_would_bear_the_number_of_another_zone_is_not_drawn() -> None:
    here = np.array([shapely.Point(105.0, 30.0)] * 3, dtype=object)
    plane = plane_of([here])
    far, farther = plane.drawn(np.array([shapely.Point(lon, 30.0) for lon in (108.5, 110.5)], dtype=object))
    assert 35_830_000 < far.x < 35_840_000
    assert farther is None  # 530 km from the meridian: 36 030 000


def test_the_survey_text_holds_plots(
    exported: Callable[..., Path], answers: list[dict], bundle: Bundle
) -> None:
    out = exported(".txt")
    lines = out.read_bytes().decode("gb18030").split("\r\n")
    about = dict(line.split("=", 1) for line in lines[1 : lines.index("[地块坐标]")])
    assert (about["坐标系"], about["几度分带"], about["带号"]) == ("2000国家大地坐标系", "3", "35")
    assert "demonstration data" in about["备注"]
    assert bundle.digest in about["备注"]
    heads = [at for at, line in enumerate(lines) if line.endswith(",@")]
    plots = [lines[at].split(",") for at in heads]
    assert [plot[2] for plot in plots] == ["甲，1", "h＠2", "<b>3", "bad"]
    areas = [body["parts"][0]["site"]["area_m2"] for body in answers[:3]]
    assert [plot[1] for plot in plots[:3]] == [f"{area / 10_000:.4f}" for area in areas]
    for start, end, plot in zip(heads, [*heads[1:], len(lines) - 1], plots, strict=True):
        rings: dict[str, list[tuple[str, float, float]]] = {}
        for line in lines[start + 1 : end]:
            name, ring, x, y = line.split(",")
            rings.setdefault(ring, []).append((name, float(x), float(y)))
        assert int(plot[0]) == end - start - 1
        assert all(ring[0] == ring[-1] for ring in rings.values()), "rings are closed"
        corners = [name for ring in rings.values() for name, _, _ in ring[:-1]]
        assert corners == [f"J{n}" for n in range(1, len(corners) + 1)], "numbered through all rings"
        assert all(3.5e6 < x < 3.7e6 and 35.5e6 < y < 35.7e6 for ring in rings.values() for _, x, y in ring)
    assert "2 sites are not in the survey text" in remarks_of(out)


def test_a_workbook_has_sheets_of_hits_and_overlaps(exported: Callable[..., Path]) -> None:
    book = openpyxl.load_workbook(exported(".xlsx"))
    assert book.sheetnames == ["results", "hits", "overlaps", "about"]
    hits = list(book["hits"].iter_rows(values_only=True))
    assert hits[0][:3] == ("row", "site_id", "rule")
    assert hits[1][:3] == (1, "甲,1", "T-01")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds, "no cell is a formula"


@pytest.mark.parametrize(
    ("suffix", "layer", "rows"),
    [
        (".gpkg", "sites", range(6)),
        (".shp.zip", "sites_polygon", (0, 1, 2, 5)),
        (".shp.zip", "sites_line", (3,)),
        (".kml", None, range(6)),
        (".txt", None, (0, 1, 2, 5)),
    ],
)
def test_what_is_written_is_read_back_to_the_same_place(
    check: Callable,
    exported: Callable[..., Path],
    tmp_path: Path,
    suffix: str,
    layer: str | None,
    rows: range,
) -> None:
    out, back = exported(suffix), tmp_path / "back.geojson"
    chosen = ("--layer", layer) if layer else ()
    call = check(out, "-o", back, *chosen, "--activity", "CHEM", "--fact", "nature=new")
    assert call.code in {0, 1}, call.err
    found = gpd.read_file(back)
    if suffix == ".kml":
        found = found.iloc[:6]  # the overlaps follow, in a folder of their own
    for shape, given in zip(found.geometry, [SHAPES[row] for row in rows], strict=True):
        assert shapely.hausdorff_distance(shape, given) < 1e-7, "a centimetre"
    assert check(out.with_name("sites.geojson"), "-o", tmp_path / "first.geojson").code == 1
    verdicts = gpd.read_file(tmp_path / "first.geojson")["verdict"].tolist()
    ours = "fenqu_verdict" if "fenqu_verdict" in found else "verdict"
    told = dict(zip(rows, found[ours].tolist(), strict=True))
    assert {row: verdict for row, verdict in told.items() if row != 5} == {
        row: verdicts[row] for row in rows if row != 5
    }


def test_a_drawing_is_read_back_in_its_zone(
    check: Callable, exported: Callable[..., Path], tmp_path: Path
) -> None:
    back = tmp_path / "back.geojson"
    assert check(exported(".dxf"), "-o", back).code == 0
    found = gpd.read_file(back)
    drawn = found[found["layer"].str.startswith("SITE_") & ~found["layer"].str.endswith("_HOLE")]
    parts = [part for shape in SHAPES for part in shapely.get_parts(shape)]
    outlines = [shapely.Polygon(p.exterior) if isinstance(p, shapely.Polygon) else p for p in parts]
    for outline in outlines:
        assert shapely.hausdorff_distance(np.array(drawn.geometry), outline).min() < 1e-7, "a centimetre"
    assert len(drawn) == len(outlines)


def test_a_plot_of_a_survey_comes_out_with_its_own_corners(check: Callable, tmp_path: Path) -> None:
    corners = [(35_575_000.0, 3_598_000.0), (35_576_000.5, 3_598_010.25), (35_575_900.0, 3_599_100.0)]
    path, out = tmp_path / "gk.csv", tmp_path / "out.txt"
    ring = ", ".join(f"{x} {y}" for x, y in [*corners, corners[0]])
    path.write_text(f'wkt,crs\n"POLYGON (({ring}))",EPSG:4523\n', encoding="utf-8")
    assert check(path, "-o", out).code == 0
    lines = [
        line.split(",") for line in out.read_bytes().decode("gb18030").split("\r\n") if line.startswith("J")
    ]
    assert [(float(y), float(x)) for _, _, x, y in lines] == [*corners, corners[0]]


@pytest.mark.parametrize("suffix", [*EXCHANGE, ".xlsx"])
def test_the_bytes_do_not_depend_on_how_the_work_was_cut(
    sites: Path, bundle_folder: Path, tmp_path: Path, suffix: str
) -> None:
    options = Options(
        place=str(sites), bundle=bundle_folder, today=date(2026, 11, 21), out=tmp_path / f"out{suffix}"
    )
    written = []
    for rows in (6, 1):
        run(prepare(replace(options, chunk_rows=rows)), io.StringIO(), lambda _: None)
        written.append((tmp_path / f"out{suffix}").read_bytes())
    assert written[0] == written[1]


def test_pieces_of_restricted_layers_are_kept_back(tmp_path: Path, sites: Path, check: Callable) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    catalogue = write_squares(folder) / "catalogue.yaml"
    text = catalogue.read_text(encoding="utf-8") + "    restricted: true\n"
    catalogue.write_text(text, encoding="utf-8")
    bundle = load_bundle(folder)
    part = Part(site=make_site(SQUARE), activity="CHEM", facts=())
    [cut] = cuts(bundle, part, date(2026, 11, 21))
    assert (cut.shape, cut.attributes) == (None, None)
    assert cut.hit.overlap_m2 > 0
    out = tmp_path / "o.gpkg"
    options = Options(place=str(sites), bundle=folder, today=date(2026, 11, 21), out=out)
    run(prepare(options), io.StringIO(), lambda _: None)
    assert pyogrio.read_dataframe(out, layer="overlaps").geometry.isna().all()
    assert "no shapes" in remarks_of(out)


def test_the_grid_is_that_of_most_sites_and_says_so() -> None:
    here, there, far = shapely.Point(105.2, 32), shapely.Point(107.5, 32), shapely.Point(120, 32)
    shapes = np.array([here, there, None, here, far], dtype=object)
    plane = plane_of([shapes])
    assert (plane.zone.crs, plane.elsewhere) == ("EPSG:4523", 2)
    drawn = plane.drawn(shapes)
    assert [shape is None for shape in drawn] == [False, False, True, False, True]
    assert drawn[0].x == pytest.approx(35_518_890, abs=10)
    assert "2 sites lie in other 3° zones" in plane.remarks()[1].en


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (("worst_possible", "worst_possibly"), ("worst_poss", "worst_po_2")),
        (("项目名称很长", "项目名称很短"), ("项目名称很", "项目名称_2")),
        (("", "é", "a b", "A_B"), ("f1", "é", "a_b", "A_B_2")),
    ],
)
def test_names_of_ten_bytes_are_distinct(names: tuple[str, ...], short: tuple[str, ...]) -> None:
    assert short_names(names) == short


def test_texts_of_a_table_are_cut_between_characters() -> None:
    assert fitted("长" * 127) == "长" * 127
    assert fitted("a" + "长" * 127) == "a" + "长" * 125 + "…"
    assert fitted("a\0b") == "a〓b"


@pytest.mark.parametrize(
    ("name", "suffix"), [("A.SHP.ZIP", ".shp.zip"), ("a.zip", ".zip"), ("b.Kml", ".kml")]
)
def test_the_extension_of_zipped_shapefiles_has_two_parts(name: str, suffix: str) -> None:
    assert suffix_of(Path(name)) == suffix
