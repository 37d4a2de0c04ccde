"""Inputs that lie or overdo it: each with its exit code, and no row lost."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.datum import wgs_to_gcj
from scripts.check_sites import DONE, REFUSED, SOME_REFUSED

PLANT = ("--activity", "CHEM", "--fact", "nature=new")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def circle(vertices: int) -> str:
    """Around the middle of the square, as WKT."""
    turn = np.linspace(0.0, 2.0 * np.pi, vertices, endpoint=False)
    ring = np.column_stack([105.805 + 0.001 * np.cos(turn), 32.505 + 0.001 * np.sin(turn)])
    return shapely.to_wkt(shapely.Polygon(ring), rounding_precision=12)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.csv"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_no_row_one_row_and_no_file_at_all(
    check: Callable, csv_file: Callable, out: Path, workers: str
) -> None:
    assert check(csv_file("lon,lat"), "-o", out, "--workers", workers).code == DONE
    assert rows_of(out) == []
    assert check(csv_file("lon,lat", "", "", ""), "-o", out, "--workers", workers).code == DONE
    assert rows_of(out) == []
    assert check(csv_file("lon,lat", "105.8,32.6"), "-o", out, "--workers", workers).code == DONE
    assert [row["status"] for row in rows_of(out)] == ["ok"]
    assert check(csv_file(), "-o", out, "--workers", workers).code == REFUSED
    assert len(rows_of(out)) == 1, "a refused input leaves the output as it was"


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_thousands_of_refused_rows(check: Callable, tmp_path: Path, out: Path, workers: str) -> None:
    count = 12_000 if workers == "2" else 5_000  # many chunks either way
    path, failures = tmp_path / "in.csv", tmp_path / "bad.csv"
    kinds = ("x,32.5,CHEM", "105.8,,CHEM", "32.5,105.8,CHEM", "105.8,32.5,独角兽")
    lines = [f"{n},{kinds[n % 4]}" for n in range(count)]
    path.write_text("site_id,lon,lat,activity\n" + "\n".join(lines) + "\n", encoding="utf-8")
    call = check(path, "-o", out, "--failures", failures, "--workers", workers)
    assert call.code == SOME_REFUSED
    assert f"退回 {count}" in call.err
    for name in (out, failures):
        found = rows_of(name)
        assert [row["site_id"] for row in found] == [str(n) for n in range(count)]
        assert all(row["problems"] for row in found)
    told = json.loads(Path(f"{out}.run.json").read_text(encoding="utf-8"))
    assert (told["rows"], told["refused"]) == (count, count)


def test_a_datum_for_each_row(check: Callable, csv_file: Callable, out: Path) -> None:
    lon, lat = wgs_to_gcj(105.805, 32.505)
    path = csv_file(
        "x,y,crs",
        "105.805,32.505,EPSG:4490",
        "105.805,32.505,WGS84",
        f"{float(lon)!r},{float(lat)!r},GCJ-02",
        "575648.17,3598138.10,EPSG:4544",
        "35575648.17,3598138.10,EPSG:4523",
        "105.805,32.505,unknown",
        "105.805,32.505,",
        "105.805,32.505,EPSG:4610",
    )
    assert check(path, *PLANT, "-o", out, "--workers", "2").code == SOME_REFUSED
    found = rows_of(out)
    assert [row["verdict"] for row in found[:5]] == ["prohibited"] * 5
    assert found[5]["not_assessed"] == "T-01:datum_unknown"
    assert [row["status"] for row in found[6:]] == ["ok", "refused"]
    assert "未注明坐标系" in found[6]["remarks"]
    assert "西安80" in found[7]["problems"]


def test_not_a_number_and_without_end(check: Callable, csv_file: Callable, out: Path) -> None:
    values = ("nan", "NaN", "inf", "-inf", "Infinity", "1e400", "-1e400", "1e-400")
    path = csv_file("lon,lat", *(f"{v},32.5" for v in values), *(f"105.8,{v}" for v in values))
    assert check(path, "-o", out).code == SOME_REFUSED
    found = [row["status"] for row in rows_of(out)]
    assert found == [*["refused"] * 7, "ok", *["refused"] * 7, "ok"], "1e-400 is nought, and a number"


def test_ids_that_occur_twice_stay_two_rows(check: Callable, csv_file: Callable, out: Path) -> None:
    path = csv_file("site_id,lon,lat", *["7,105.805,32.505", "7,x,32.6", "7,105.9,32.6", ",105.9,32.6"] * 3)
    assert check(path, *PLANT, "-o", out, "--hits", "--workers", "2").code == SOME_REFUSED
    assert [row["site_id"] for row in rows_of(out)] == ["7", "7", "7", ""] * 3
    assert [row["verdict"] for row in rows_of(out)] == ["prohibited", "", "clear", "clear"] * 3
    hits = rows_of(Path(f"{out}.hits.csv"))
    assert [(h["row"], h["site_id"], h["rule"]) for h in hits] == [(n, "7", "T-01") for n in "159"]


def test_one_geometry_of_five_megabytes(check: Callable, csv_file: Callable, out: Path) -> None:
    """Refused for its vertices, in its place, with a message that is not as long as the row."""
    wkt = circle(250_000)
    assert len(wkt) > 5_000_000
    path = csv_file("site_id,wkt", "a,POINT (105.805 32.505)", f'b,"{wkt}"', "c,POINT (105.9 32.6)")
    assert check(path, *PLANT, "-o", out, "--workers", "2").code == SOME_REFUSED
    csv.field_size_limit(2**31 - 1)
    found = rows_of(out)
    assert [row["verdict"] for row in found] == ["prohibited", "", "clear"]
    assert "200000" in found[1]["problems"]
    assert len(found[1]["problems"]) < 500
    assert found[1]["wkt"] == wkt, "the input's own cells come back whole"


def test_a_polygon_of_many_vertices_is_answered(check: Callable, csv_file: Callable, out: Path) -> None:
    assert check(csv_file("wkt", f'"{circle(20_000)}"'), *PLANT, "-o", out).code == DONE
    assert rows_of(out)[0]["verdict"] == "prohibited"


def test_hits_in_long_form(check: Callable, csv_file: Callable, out: Path) -> None:
    path = csv_file(
        "site_id,wkt,activity,nature",
        f'甲,"{shapely.box(105.809, 32.505, 105.811, 32.506).wkt}",CHEM,new',
        "乙,POINT (105.805 32.505),HOTEL,new",
        "丙,POINT (105.9 32.6),CHEM,new",
        "丁,POINT (105.8 32.505),CHEM,new",
    )
    assert check(path, "-o", out, "--hits").code == DONE
    found = rows_of(Path(f"{out}.hits.csv"))
    assert list(found[0]) == (
        [
            "row",
            "site_id",
            "rule",
            "layer",
            "zone",
            "zone_class",
            "overlap_m2",
            "overlap_m",
            "share",
            "distance_m",
            "touch",
        ]
    )
    lines = [(h["row"], h["site_id"], h["rule"], h["layer"], h["zone"], h["zone_class"]) for h in found]
    zone = ("drinking_water_zone", "Z1", "1")
    assert lines == [("1", "甲", "T-01", *zone), ("2", "乙", "", *zone), ("4", "丁", "T-01", *zone)]
    half = found[0]
    # 0.001° × 0.001° at 32.5° N: 93.96 m × 110.9 m
    assert float(half["overlap_m2"]) == pytest.approx(10_420, rel=1e-3)
    assert float(half["share"]) == pytest.approx(0.5, rel=1e-6)
    assert half["touch"] == "false"
    assert found[2]["touch"] == "true"


def test_hits_agree_with_the_json(check: Callable, csv_file: Callable, tmp_path: Path) -> None:
    path = csv_file("lon,lat,activity,nature", "105.805,32.505,CHEM,new", "105.8,32.5,CHEM,", "x,1,,")
    out = tmp_path / "out.json"
    assert check(path, "-o", out, "--hits").code == SOME_REFUSED
    hits = rows_of(Path(f"{out}.hits.csv"))
    told = []
    for number, body in enumerate(json.loads(out.read_text(encoding="utf-8")), start=1):
        for part in body.get("parts", ()):
            for finding in part["findings"] + part["duties"]:
                told += [(str(number), finding["rule"], hit["zone_id"]) for hit in finding["hits"]]
    assert [(h["row"], h["rule"], h["zone"]) for h in hits if h["rule"]] == told
    assert told


def test_an_unclosed_quote_in_several_chunks(check: Callable, tmp_path: Path, out: Path) -> None:
    good = "105.9,32.6\n" * 5000
    path = tmp_path / "in.csv"
    path.write_text(f'lon,lat\n{good}"105.9,32.6\n{good}', encoding="utf-8")
    call = check(path, "-o", out, "--workers", "2", "--lang", "en")
    assert call.code == SOME_REFUSED
    found = rows_of(out)
    assert len(found) == 5001
    assert "to the end of the file nothing can be read" in found[-1]["problems"]


def test_a_cell_may_hold_a_carriage_return(check: Callable, tmp_path: Path, out: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(b'lon,lat,"no\rte"\n105.9,32.6,"a\rb"\n105.9,32.6,c\n')
    assert check(path, "-o", out).code == DONE
    rows = list(csv.reader(io.StringIO(out.read_bytes().decode(), newline=""), strict=True))
    assert [row[2] for row in rows] == ["no\rte", "a\rb", "c"]
