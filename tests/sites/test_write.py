"""Every output format read back; files appear whole or not at all."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from geo.answer import to_json
from geo.check import check_projects
from geo.errors import InputError
from geo.model import Bundle, Project
from layers.sites.cells.columns import understand
from layers.sites.cells.rows import Defaults, Record, RowMaker
from layers.sites.job import Options, prepare, run
from layers.sites.write import workbook as write_xlsx

TABLE = (
    "site_id,lon,lat,activity,nature,备注,备注,,fid,geom",
    "007,105.805,32.505,CHEM,new,=cmd(),<b>&,x,1,g",
    "8,bad,32.6,CHEM,new,+1,二,y,2,h",
    "9,105.9,32.6,CHEM,new,-1,三,z,3,i",
)
STATUS = ["ok", "refused", "ok"]
VERDICTS = ["prohibited", None, "clear"]


def read_sites(path: Path) -> gpd.GeoDataFrame:
    """The sites of an output; a GeoPackage may hold more than these."""
    if path.suffix == ".parquet":
        return gpd.read_parquet(path)
    return gpd.read_file(path, layer="sites") if path.suffix == ".gpkg" else gpd.read_file(path)


@pytest.fixture
def written(check: Callable, csv_file: Callable, tmp_path: Path) -> Callable[..., Path]:
    def write(suffix: str, *args: object) -> Path:
        out = tmp_path / f"out{suffix}"
        call = check(csv_file(*TABLE), "-o", out, *args)
        assert call.code == 1, call.err
        assert call.out == ""
        return out

    return write


def test_csv(written: Callable[..., Path]) -> None:
    content = written(".csv").read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode())))
    assert [",".join(row[:10]) for row in rows] == list(TABLE), "the input's own columns are untouched"
    assert [row[10] for row in rows] == ["status", *STATUS]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv_in_the_encoding_asked_for(written: Callable[..., Path], encoding: str) -> None:
    text = written(".csv", "--encoding", encoding).read_bytes().decode(encoding)
    assert text.startswith("site_id,")
    assert "示范数据" in text


def test_xlsx_has_texts_not_formulas(written: Callable[..., Path]) -> None:
    book = openpyxl.load_workbook(written(".xlsx"))
    sheet = book.worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert list(rows[0][:7]) == TABLE[0].split(",")[:7]
    assert [row[0] for row in rows[1:]] == ["007", "8", "9"]
    assert [row[10] for row in rows[1:]] == STATUS
    assert (sheet["F2"].value, sheet["F2"].data_type) == ("=cmd()", "s")
    assert [row[12] for row in rows[1:]] == [True, None, True]
    about = [cell for row in book.worksheets[1].iter_rows(values_only=True) for cell in row]
    assert "示范数据，非法定边界" in about
    assert "perm_farmland" in about


def test_xlsx_says_where_a_cell_is_cut(check: Callable, csv_file: Callable, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    assert check(csv_file("lon,lat,note", f"105.9,32.6,{'a' * 40_000}\x0b"), "-o", out).code == 0
    value = openpyxl.load_workbook(out).worksheets[0]["C2"].value
    assert len(value) <= 32_767
    assert value.endswith("[40001 characters; a cell holds 32767]")


def test_what_a_sheet_cannot_hold_is_known_without_openpyxl() -> None:
    assert write_xlsx._ILLEGAL.pattern == ILLEGAL_CHARACTERS_RE.pattern


def test_xlsx_that_is_full_refuses(
    check: Callable, csv_file: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_xlsx, "XLSX_ROWS", 2)
    out = tmp_path / "out.xlsx"
    call = check(csv_file("lon,lat", "105.9,32.6", "105.9,32.6"), "-o", out, "--lang", "en")
    assert call.code == 2
    assert "more than a file of type xlsx holds" in call.err
    assert [p.name for p in tmp_path.iterdir()] == ["sites.csv"]


@pytest.mark.parametrize(("suffix", "columns"), [(".xlsx", 16_400), (".gpkg", 2_000)])
def test_too_many_columns_are_refused(
    check: Callable, csv_file: Callable, tmp_path: Path, suffix: str, columns: int
) -> None:
    path = csv_file("lon,lat," + ",".join(f"c{n}" for n in range(columns)), "105.9,32.6")
    call = check(path, "-o", tmp_path / f"out{suffix}")
    assert call.code == 2
    assert "超过" in call.err


def test_parquet(written: Callable[..., Path]) -> None:
    table = pq.read_table(written(".parquet"))
    assert table.column_names[:8] == [
        "site_id",
        "lon",
        "lat",
        "activity",
        "nature",
        "备注",
        "备注_2",
        "column_8",
    ]
    assert table["status"].to_pylist() == STATUS
    assert table["complete"].to_pylist() == [True, None, True]


def test_geojson(written: Callable[..., Path]) -> None:
    path = written(".geojson")
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    assert features[0]["geometry"] == {"type": "Point", "coordinates": [105.805, 32.505]}
    assert features[1]["geometry"] is None
    assert [f["properties"]["verdict"] for f in features] == VERDICTS
    assert gpd.read_file(path).crs == "EPSG:4490"


def test_gpkg(written: Callable[..., Path]) -> None:
    frame = gpd.read_file(written(".gpkg"))
    assert frame.crs == "EPSG:4490"
    assert frame["site_id"].tolist() == ["007", "8", "9"]
    assert frame["status"].tolist() == STATUS
    assert frame["fid"].tolist() == ["1", "2", "3"], "a column called fid is the user's, not the key"
    assert frame.geometry.iloc[0] == shapely.Point(105.805, 32.505)
    assert frame.geometry.iloc[1] is None


def test_json_holds_the_bodies_of_http(written: Callable[..., Path], bundle: Bundle) -> None:
    bodies = json.loads(written(".json").read_text(encoding="utf-8"))
    assert [b["status"] for b in bodies] == STATUS
    assert bodies[1]["problems"][0]["where"] == "row 2.lon"
    cells = {"lon": "105.805", "lat": "32.505", "activity": "CHEM", "nature": "new"}
    on = pd.Timestamp("2026-11-21").date()
    columns = understand(tuple(cells), bundle.rulebook, has_geometry=False, where="row 1")
    record = Record(number=1, values=tuple(cells.values()))
    row = RowMaker(bundle.rulebook, columns, Defaults(on=on)).row(record)
    assert row.part is not None
    (report,) = check_projects(bundle, [Project(parts=(row.part,))], on, margins="told")
    own = bodies[0].pop("input")
    assert bodies[0] == {"site_id": "007", "status": "ok", **json.loads(json.dumps(to_json(report)))}
    assert own["site_id"] == "007", "the row's own columns stand in `input`"


def test_html_is_one_escaped_page(written: Callable[..., Path]) -> None:
    page = written(".html").read_text(encoding="utf-8")
    assert "示范数据，非法定边界" in page
    assert "研判参考，不替代审批" in page
    assert "&lt;b&gt;&amp;" in page
    assert "<b>&" not in page
    for outside in ("http://", "https://", "<script", "<link", "src="):
        assert outside not in page
    assert "共 3 行，涉及禁止性要求 1，未发现冲突 1，退回 1" in page


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet", ".geojson", ".gpkg", ".json", ".html"])
def test_no_rows_give_a_file_all_the_same(
    check: Callable, csv_file: Callable, tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / f"out{suffix}"
    assert check(csv_file("lon,lat"), "-o", out).code == 0
    if suffix == ".json":
        assert json.loads(out.read_text(encoding="utf-8")) == []
    elif suffix in {".geojson", ".gpkg"}:
        assert len(gpd.read_file(out)) == 0
    assert out.stat().st_size > 0


def test_polygons_come_out_as_they_lie(check: Callable, tmp_path: Path) -> None:
    square = shapely.box(105.805, 32.505, 105.815, 32.508)
    path = tmp_path / "in.gpkg"
    gpd.GeoDataFrame({"n": [1]}, geometry=[square], crs=4490).to_file(path)
    for name in ("out.gpkg", "out.parquet", "out.geojson"):
        assert check(path, "-o", tmp_path / name).code == 0
        frame = read_sites(tmp_path / name)
        assert frame.crs == "EPSG:4490"
        assert frame.geometry.iloc[0].equals(square)
        assert frame["n"].tolist() == [1]


def test_run_file_tells_the_run(written: Callable[..., Path]) -> None:
    out = written(".csv", "--activity", "CHEM")
    record = json.loads(Path(f"{out}.run.json").read_text(encoding="utf-8"))
    assert record["on"] == "2026-11-21"
    assert "--activity" in record["command"]
    assert (record["rows"], record["refused"], record["verdicts"]["prohibited"]) == (3, 1, 1)
    assert record["synthetic"]
    assert record["banner"]["zh"] == "示范数据，非法定边界"
    assert record["out_of_scope"][0]["ask"]["en"] == "Natural Resources Bureau"
    assert len(record["layers"][0]["editions"][0]["sha256"]) == 64
    assert record["layers"][0]["in_force"] == "2025"
    assert record["bundle"]["id"] == "squares"
    assert record["measured"]["crs"] == "EPSG:4490"


def test_failures_can_be_mended_and_fed_in_again(check: Callable, csv_file: Callable, tmp_path: Path) -> None:
    failures = tmp_path / "bad.csv"
    check(csv_file("lon,lat,note", "105.9,32.6,a", "bad,32.6,b"), "--failures", failures)
    rows = list(csv.DictReader(io.StringIO(failures.read_text(encoding="utf-8"))))
    assert [(r["note"], r["site_id"]) for r in rows] == [("b", "2")]
    assert "读不成经纬度" in rows[0]["problems"]
    failures.write_text(failures.read_text(encoding="utf-8").replace("bad,", "105.9,"), encoding="utf-8")
    again = check(failures)
    assert again.code == 0
    assert "fenqu_problems" in again.out


def test_an_interrupted_run_leaves_the_old_output(
    csv_file: Callable, bundle_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.html"
    out.write_text("old", encoding="utf-8")
    options = Options(
        place=str(csv_file(*TABLE)),
        bundle=bundle_folder,
        today=pd.Timestamp("2026-11-21").date(),
        out=out,
        failures=tmp_path / "bad.csv",
    )

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(prepare(options), io.StringIO(), interrupt)
    assert out.read_text(encoding="utf-8") == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.html", "out.html.partial", "sites.csv"]
    assert run(prepare(replace(options, resume=True)), io.StringIO(), lambda _: None).rows == 3
    names = ["bad.csv", "out.html", "out.html.run.json", "sites.csv"]
    assert sorted(p.name for p in tmp_path.iterdir()) == names


def test_options_are_told_wrong_all_at_once(csv_file: Callable, bundle_folder: Path, tmp_path: Path) -> None:
    path = csv_file(*TABLE)
    options = Options(
        place=str(path),
        bundle=bundle_folder,
        today=pd.Timestamp("2026-11-21").date(),
        on="2021-02-28",
        activity="独角兽",
        facts=("nature", "discharges=perhaps"),
        crs="EPSG:0",
    )
    with pytest.raises(InputError) as caught:
        prepare(options)
    assert [p.where.split(".")[0] for p in caught.value.problems] == ["--on", "--activity", "--fact", "--crs"]


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".parquet"])
def test_a_row_refused_for_something_else_keeps_its_geometry(
    check: Callable, tmp_path: Path, suffix: str
) -> None:
    here, bow = shapely.Point(105.805, 32.505), "POLYGON ((105 32, 106 33, 106 32, 105 33, 105 32))"
    frame = gpd.GeoDataFrame(
        {"activity": ["CHEM", "nonsense", "CHEM", "CHEM"], "accuracy_m": ["5", "5", "near", "5"]},
        geometry=[here, here, here, shapely.from_wkt(bow)],
        crs=4490,
    )
    frame.to_file(tmp_path / "in.gpkg")
    out = tmp_path / f"out{suffix}"
    assert check(tmp_path / "in.gpkg", "-o", out).code == 1
    found = read_sites(out)
    assert list(found["status"]) == ["ok", "refused", "refused", "refused"]
    assert [g is not None and g.equals_exact(here, 1e-9) for g in found.geometry] == [True, True, True, False]
