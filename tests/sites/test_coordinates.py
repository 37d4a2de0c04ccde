"""Coordinates as people type them, in cells and as pairs: row by row and in columns the same."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import from_lonlat, parse_crs
from geo.errors import InputError
from geo.model import Bundle
from layers.sites.cells.angles import Axis
from layers.sites.cells.columns import understand
from layers.sites.cells.coordinates import Typed, headers_of, read_coordinate, read_place, typed_place
from layers.sites.cells.rows import Defaults
from tests.sites.test_point_rows import check_equal, taken_apart

ON = date(2026, 11, 21)
METRE_DEG = 9e-6


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("3,598,138.3", 3_598_138.3),
        ("３５，５７５，６４８．９", 35_575_648.9),
        ("35 575 648.9", 35_575_648.9),
        ("35'575'648", 35_575_648.0),
        ("35_575_648", 35_575_648.0),
        ("35575648.9m", 35_575_648.9),
        ("3598138 米", 3_598_138.0),
        ("-1,234.5", -1_234.5),
        (3598138.25, 3_598_138.25),
        (3598138, 3_598_138.0),
        ("105°50′12.3″", 105.83675),
        ("105.83675", 105.83675),
        ("105d50m12.3s", 105.83675),
        ("105 deg 50 min 12.3 sec", 105.83675),
        ("105° 50' 12.3\" East", 105.83675),
        ("32d31m12sS", -32.52),
        ("South 32°31.2′", -32.52),
    ],
)
def test_a_cell_is_a_length_or_an_angle(cell: object, number: float) -> None:
    assert read_coordinate(cell, "row 1.x", None) == pytest.approx(number, abs=1e-12)


@pytest.mark.parametrize(
    ("cell", "axis", "zh", "en"),
    [
        ("12,34", None, "读不成经纬度", "not readable as an angle"),
        ("1,2345.6", None, "读不成经纬度", "not readable as an angle"),
        ("3,598 138", None, "读不成经纬度", "not readable as an angle"),
        ("3.598.138", None, "读不成经纬度", "not readable as an angle"),
        ("35575648 ft", None, "读不成经纬度", "not readable as an angle"),
        ("32°31′N", "lon", "颠倒", "changed places"),
        ("", None, "为空", "empty"),
        (None, "lon", "为空", "empty"),
        (float("nan"), None, "读不成数字", "not a readable number"),
        ("1,234,567" * 20, None, "读不成经纬度", "not readable as an angle"),
    ],
)
def test_what_is_no_coordinate_is_refused(cell: object, axis: Axis | None, zh: str, en: str) -> None:
    with pytest.raises(InputError) as error:
        read_coordinate(cell, "row 1.x", axis)
    (problem,) = error.value.problems
    assert problem.where == "row 1.x"
    assert zh in problem.hint.zh
    assert en in problem.hint.en


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("105.8412,32.5306", Typed("105.8412", "32.5306", ordered=False)),
        ("32.5306 105.8412", Typed("32.5306", "105.8412", ordered=False)),
        ("N32.5306，E105.8412", Typed("E105.8412", "N32.5306", ordered=True)),
        ("35575648.9,3598138.3", Typed("35575648.9", "3598138.3", ordered=False)),
        ("35,575,648.9, 3,598,138.3", Typed("35,575,648.9", "3,598,138.3", ordered=False)),
        ("35,575,648,3,598,138", Typed("35,575,648", "3,598,138", ordered=False)),
        ("3 598 138.3; 575 648.9", Typed("3 598 138.3", "575 648.9", ordered=False)),
        ("X=3598138.3 Y=35575648.9", Typed("3598138.3", "35575648.9", ordered=False)),
        ("Y：35575648.9，X：3598138.3", Typed("3598138.3", "35575648.9", ordered=False)),
        ("北坐标3598138.3，东坐标575648.9", Typed("575648.9", "3598138.3", ordered=True)),
        ("E 575648.9m N 3598138.3m", Typed("575648.9m", "3598138.3m", ordered=True)),
        ("(105.8412, 32.5306)", Typed("105.8412", "32.5306", ordered=False)),
        ("坐标：【35575648.9，3598138.3】", Typed("35575648.9", "3598138.3", ordered=False)),
        ("105.8412 / 32.5306", Typed("105.8412", "32.5306", ordered=False)),
        ("105.8412|32.5306", Typed("105.8412", "32.5306", ordered=False)),
        ("纬度：32.5306，经度：105.8412", Typed("105.8412", "32.5306", ordered=True)),
        ("经度105.8412纬度32.5306", Typed("105.8412", "32.5306", ordered=True)),
        ("lng=105.8412&lat=32.5306", Typed("105.8412", "32.5306", ordered=True)),
        (
            "Latitude: 32°31′12″N, Longitude: 105°50′12.3″E",
            Typed("105°50′12.3″E", "32°31′12″N", ordered=True),
        ),
    ],
)
def test_pairs(text: str, typed: Typed) -> None:
    assert typed_place(text) == typed


@pytest.mark.parametrize(
    "text",
    [
        "578,234,601,234",
        "1 2 3",
        "a,b",
        "lat 32 lat 33",
        "(105.8, 32.5",
        "()",
        "",
        "E 575648 E 3598138",
        "3598138",
        "x=1",
        "sites.csv",
        "9" * 500,
    ],
)
def test_what_is_no_pair(text: str) -> None:
    assert typed_place(text) is None
    with pytest.raises(InputError, match="not readable as a pair"):
        read_place(text, "row 1.坐标")


def test_columns_of_a_typed_place() -> None:
    names = {
        "105.8,32.5": ("lon", "lat"),
        "32.5,105.8": ("x", "y"),
        "N32.5 E105.8": ("lon", "lat"),
        "12.5,53.6": ("lon", "lat"),
        "35575648,3598138": ("x", "y"),
        "E575648 N3598138": ("easting", "northing"),
    }
    for text, headers in names.items():
        typed = typed_place(text)
        assert typed is not None
        assert headers_of(typed) == headers


LONLAT = (
    "105.8,32.5",
    "105°48′00″E,32°30′00″N",
    "东经105度48分0.5秒,北纬32度30分0.5秒",
    "105-48-00.25,32-30-00.25",
    "105 48 00,32 30 00",
    "105:48:00,32:30:00",
    "１０５．８,３２．５",
    "１０５°４８′００″,３２°３０′００″",
    "105º48´00''E,32º30´00''N",
    "105°48.5′,32°30.5′",
    "105°60′00″,32°30′00″",
    "105°48′60″,32°30′00″",
    "181°00′00″,32°30′00″",
    "105°48′00″,90°00′01″",
    "105°48′00″N,32°30′00″E",
    "E105°48′00″E,32°30′00″",
    "W105°48′00″,32°30′00″",
    "-105°48′00″,32°30′00″",
    "e105°48′00″,n32°30′00″",
    "105 500 123,32.5",
    "35575648.9,3598138.3",
    "3598138.3,35575648.9",
    f"105°{' ' * 90}48′00″,32.5",
    "105d48m00s,32d30m00s",
    "105 deg 48 min,32 deg 30 min",
    ",",
)
XY = (
    "35575648.9;3598138.3",
    "3598138.3;35575648.9",
    "3,598,138.3;35,575,648.9",
    "3 598 138.3;35 575 648.9",
    "3'598'138.3;35'575'648.9",
    "３，５９８，１３８．３;３５，５７５，６４８．９",
    "3598138.3m;35575648.9m",
    "575648.9;3598138.3",
    "3598138.3;18575648.9",
    "32.5;105.8",
    "105.8;32.5",
    "32°30′00″N;105°48′00″E",
    "105°48′00″E;32°30′00″N",
    "12.5;53.6",
    "123.4;75.6",
    "99575648.9;3598138.3",
    "3598138.3;",
    "1e400;3598138.3",
)
NAMES = (
    "",
    "EPSG:4544",
    "EPSG:4523",
    "CGCS2000 3度带",
    "国家2000",
    "西安80",
    "GCJ-02",
    "unknown",
    "EPSG:1",
    "西安80 +towgs84=10 20 30",
    "北京54 3度带 +towgs84=10 20",
)
PAIRS = (
    "105.8412,32.5306",
    "32.5306，105.8412",
    "32.5306;105.8412",
    " 35575648.9 , 3598138.3 ",
    "X=3598138.3 Y=35575648.9",
    "N32°30′00″ E105°48′00″",
    "105,841",
    "578234,601234",
    "+105.8,+32.5",
    "nowhere",
    "",
)


def same_on_both_roads(path: Path, bundle: Bundle, **defaults: object) -> tuple[int, list]:
    """How many went through in columns; and all rows, made one by one."""
    blocks = taken_apart(path, bundle.rulebook, Defaults(on=ON, **defaults), 1000)  # type: ignore[arg-type]
    return sum(check_equal(*block) for block in blocks), [row for _, rows in blocks for row in rows]


@pytest.mark.parametrize("crs", [None, "CGCS2000", "BD-09"])
def test_longitudes_and_latitudes_on_both_roads(bundle: Bundle, csv_file: Callable, crs: str | None) -> None:
    found, rows = same_on_both_roads(csv_file("经度,纬度", *LONLAT), bundle, crs=crs)
    good = [row for row in rows if row.part is not None]
    assert found == len(good), "what can be read is read in columns"
    assert len(good) >= 10
    assert {row.number for row in good} >= set(range(1, 11))


@pytest.mark.parametrize("quoted", [True, False])
def test_projected_columns_on_both_roads(bundle: Bundle, csv_file: Callable, quoted: bool) -> None:
    lines = [f"{pair};{name};{accuracy}" for pair in XY for name in NAMES for accuracy in ("", "150")]
    lines += ['35575648.9;3598138.3;"";'] if quoted else []
    found, rows = same_on_both_roads(csv_file("X;Y;坐标系;精度", *lines), bundle)
    good = [row for row in rows if row.part is not None]
    unknown = sum(not row.part.site.datum_known for row in good)
    assert found == len(good) - unknown
    told = {remark.en for row in good for remark in row.part.site.remarks}
    assert any("told by their size" in text for text in told)
    assert any("no CRS given: taken as CGCS2000 3° zone 35" in text for text in told)
    assert any("Xi'an 80 3° zone 35" in text for text in told)
    hints = {problem.hint.en for row in rows for problem in row.problems}
    assert any("bears no zone number" in hint for hint in hints)
    assert any("declare an accuracy" in hint for hint in hints)


@pytest.mark.parametrize(
    "header", ["经度(°);纬度(°)", "经度（度分秒）;纬度（度分秒）", "lon [deg];lat [deg]", "X（米）;Y（米）"]
)
def test_units_in_headers_are_no_matter(bundle: Bundle, csv_file: Callable, header: str) -> None:
    found, rows = same_on_both_roads(csv_file(header, "105.8;32.5"), bundle)
    assert found == 1
    assert shapely.get_coordinates(rows[0].part.site.geometry).tolist() == [[105.8, 32.5]]


def test_a_datum_in_a_header_is_not_passed_over(bundle: Bundle) -> None:
    headers = ("经度(GCJ02)", "纬度(GCJ02)")
    with pytest.raises(InputError, match="no coordinate columns"):
        understand(headers, bundle.rulebook, has_geometry=False, where="sites.csv")


@pytest.mark.parametrize("header", ["东坐标;北坐标", "横坐标Y;纵坐标X", "easting;northing"])
def test_named_directions_are_not_turned(bundle: Bundle, csv_file: Callable, header: str) -> None:
    path = csv_file(header, "35575648.9;3598138.3", "3598138.3;35575648.9")
    found, (straight, turned) = same_on_both_roads(path, bundle)
    assert found == 1
    assert straight.part.site.crs == "EPSG:4523"
    assert "looks like a northing" in turned.problems[0].hint.en


def test_pairs_in_one_column_on_both_roads(bundle: Bundle, csv_file: Callable) -> None:
    lines = [f'"{pair}",{n}' for n, pair in enumerate(PAIRS)]
    found, rows = same_on_both_roads(csv_file("坐标,备注", *lines), bundle)
    good = [row.number - 1 for row in rows if row.part is not None]
    assert [PAIRS[n] for n in good] == [*PAIRS[:6], PAIRS[8]]
    assert found == 5
    places = [shapely.get_coordinates(row.part.site.geometry)[0] for row in rows if row.part is not None]
    assert places[0] == pytest.approx(places[1], abs=1e-12)
    assert places[3] == pytest.approx(places[4], abs=1e-12)


def test_typed_tables_hold_lengths_too(bundle: Bundle, tmp_path: Path) -> None:
    table = pa.table({"x": [3_598_138.3, 575_648.9, None], "y": [35_575_648.9, 3_598_138.3, 1.0]})
    pa.parquet.write_table(table, tmp_path / "t.parquet")
    found, rows = same_on_both_roads(tmp_path / "t.parquet", bundle)
    assert (found, [row.part is not None for row in rows]) == (1, [True, False, False])


def test_the_command_takes_a_pair_in_either_order(check: Callable) -> None:
    plain = check("105.805,32.505", "--lang", "en")
    east, north = shapely.get_coordinates(
        from_lonlat(shapely.Point(105.805, 32.505), parse_crs("EPSG:4523"))
    )[0]
    for place, words in {
        "32.505,105.805": "told by their size",
        f"{east:.4f},{north:.4f}": "taken as CGCS2000 3° zone 35",
        f"X={north:.4f} Y={east:.4f}": "told by their size",
        f"{north:,.4f}; {east:,.4f}": "told by their size",
    }.items():
        call = check(place, "--lang", "en")
        assert call.code == 0, call.out
        assert words in call.out
        verdict = [line for line in plain.out.splitlines() if "Verdict" in line]
        assert verdict
        assert all(line in call.out for line in verdict)
    refused = check(f"{east - 35e6:.4f},{north:.4f}", "--lang", "en")
    assert refused.code == 1
    assert "EPSG:4534–4554" in refused.out + refused.err
    open_name = check(f"{east - 35e6:.4f},{north:.4f}", "--lang", "en", "--crs", "CGCS2000 3度带")
    assert "--remedy zone-35" in open_name.out + open_name.err
    named = check(f"{east - 35e6:.4f},{north:.4f}", "--lang", "en", "--crs", "CGCS2000 3度带35带")
    assert named.code == 0
    assert "EPSG:4544" in named.out


SPELLINGS: dict[str, Callable[[float], str]] = {
    "decimal": lambda v: f"{v:.9f}",
    "dms": lambda v: "{}°{}′{:.5f}″".format(*sixtieths(v)),
    "dashes": lambda v: "{}-{}-{:.5f}".format(*sixtieths(v)),
    "blanks": lambda v: "{} {} {:.5f}".format(*sixtieths(v)),
    "words": lambda v: "{}度{}分{:.5f}秒".format(*sixtieths(v)),
}


def sixtieths(degrees: float) -> tuple[int, int, float]:
    seconds = round(degrees * 3600, 5)
    return int(seconds // 3600), int(seconds // 60 % 60), seconds % 60


@given(
    lon=st.floats(100.0, 110.0),
    lat=st.floats(26.0, 36.0),
    spelling=st.sampled_from(sorted(SPELLINGS)),
    lat_first=st.booleans(),
)
def test_degrees_come_back_to_their_place(lon: float, lat: float, spelling: str, lat_first: bool) -> None:
    one, other = SPELLINGS[spelling](lon), SPELLINGS[spelling](lat)
    first, second, ordered = read_place(f"{other}, {one}" if lat_first else f"{one}, {other}", "cell")
    assert not ordered
    assert sorted((first, second)) == pytest.approx(sorted((lon, lat)), abs=METRE_DEG / 100)


@given(
    east=st.floats(25_100_000.0, 45_900_000.0),
    north=st.floats(2_000_000.0, 5_900_000.0),
    sign=st.sampled_from([",", " ", "'", "_", ""]),
)
def test_thousands_parted_or_not(east: float, north: float, sign: str) -> None:
    one, other = (f"{value:,.3f}".replace(",", sign) for value in (east, north))
    assert read_coordinate(one, "", None) == pytest.approx(east, abs=0.001)
    assert np.allclose(read_place(f"{one}; {other}", "")[:2], (east, north), atol=0.001, rtol=0)
