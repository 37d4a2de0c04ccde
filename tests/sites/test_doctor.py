"""The input doctor: every slip with its evidence in both languages; no word about ordinary input."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.check import check_projects
from geo.datum import wgs_to_gcj
from geo.errors import InputError
from geo.model import Advice, Bundle, Project
from layers.sites.cells.columns import understand
from layers.sites.cells.rows import Defaults, Record, Row, RowMaker
from layers.sites.doctor.area import service_area
from layers.sites.doctor.clinic import doctor_for
from layers.sites.doctor.remedies import COORDINATE_REMEDIES, minutes_read, read_remedies
from layers.sites.doctor.texts import TEXT_REMEDIES, garbled

LON, LAT = 105.8425, 32.6441
"""A place in 朝天区."""
NORTH, EAST = 3_613_591.79, 579_050.12
"""The same in the 3° zone 35."""
HERE = "朝天区 (510812)"
LONLAT, XY = ("lon", "lat"), ("x", "y")

Look = Callable[..., Row]


@pytest.fixture(scope="module")
def look(demo: Bundle) -> Look:
    """Read one row of the demonstration."""

    def row(headers, values, crs=None, remedies=(), geometry=None, extra=()) -> Row:
        names = (*headers, *(name for name, _ in extra))
        columns = understand(names, demo.rulebook, has_geometry=geometry is not None, where="t")
        defaults = Defaults(on=date(2026, 11, 21), crs=crs, remedies=remedies)
        maker = RowMaker(demo.rulebook, columns, defaults, doctor_for(demo, remedies))
        cells = (*values, *(value for _, value in extra))
        return maker.row(Record(number=1, values=cells, geometry=geometry))

    return row


def advice_of(row: Row) -> tuple[Advice, ...]:
    return row.advice if row.part is None else row.part.site.advice


# --- slips: cells, CRS, remedies, what it would be, words in both languages -------------------------------

SLIPS = {
    "axes": (LONLAT, (LAT, LON), None, "swap-axes", ("经度与纬度颠倒", "have changed places")),
    "axes in DMS": (
        LONLAT,
        ("32°38′38.76″N", "105°50′33″E"),
        None,
        "swap-axes",
        ("经度与纬度颠倒", "have changed places"),
    ),
    "sign of longitude": (
        LONLAT,
        (-LON, LAT),
        None,
        "flip-lon",
        ("经度的正负号有误", "sign of the longitude"),
    ),
    "sign of latitude": (
        LONLAT,
        (LON, -LAT),
        "EPSG:4326",
        "flip-lat",
        ("纬度的正负号有误", "sign of the latitude"),
    ),
    "both signs": (LONLAT, (-LON, -LAT), None, "flip-both", ("经度和纬度的正负号", "longitude and latitude")),
    "west in letters": (
        LONLAT,
        ("105.8425W", "32.6441N"),
        None,
        "flip-lon",
        ("经度的正负号有误", "sign of the longitude"),
    ),
    "zone of the CRS": (XY, (EAST, NORTH), "EPSG:4545", "zone-35", ("投影带有误", "the zone is wrong")),
    "zone far away": (XY, (EAST, NORTH), "EPSG:4550", "zone-35", ("投影带有误", "the zone is wrong")),
    "zone of 6°": (XY, (EAST, NORTH), "EPSG:4508", "zone-18", ("投影带有误", "the zone is wrong")),
    "metres for degrees": (
        LONLAT,
        (EAST, NORTH),
        None,
        "zone-35",
        ("米制坐标被当作经纬度", "metres were taken for degrees"),
    ),
    "degrees for metres": (
        XY,
        (LON, LAT),
        "EPSG:4544",
        "degrees",
        ("经纬度被当作米制坐标", "degrees were taken for metres"),
    ),
    "DMS as decimals": (
        LONLAT,
        (105.4921, 32.3329),
        None,
        "dms-packed",
        ("度分秒被当作十进制度", "were read as decimals"),
    ),
    "DMS as decimals, axes too": (
        LONLAT,
        (32.3329, 105.4921),
        None,
        "swap-axes dms-packed",
        ("度分秒被当作十进制度", "were read as decimals"),
    ),
    "microdegrees": (
        LONLAT,
        (105_842_500, 32_644_100),
        None,
        "decimal-point",
        ("小数点漏写或错位", "decimal point is missing"),
    ),
    "decimal point": (
        LONLAT,
        (1058.425, LAT),
        None,
        "decimal-point",
        ("小数点漏写或错位", "decimal point is missing"),
    ),
    "digits": (
        LONLAT,
        (150.8425, LAT),
        None,
        "digits-lon-23",
        ("相邻两位数字颠倒", "two digits of the degrees"),
    ),
    "digits of latitude": (
        LONLAT,
        (LON, 23.6441),
        None,
        "digits-lat-12",
        ("相邻两位数字颠倒", "two digits of the degrees"),
    ),
}
PACKED = (105 + 49 / 60 + 21 / 3600, 32 + 33 / 60 + 29 / 3600)
"""The place that was meant where minutes and seconds were typed as decimals."""


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_with_its_evidence_and_its_remedy(look: Look, name: str) -> None:
    headers, values, crs, names, (zh, en) = SLIPS[name]
    row = look(headers, values, crs)
    [advice] = advice_of(row)
    assert " ".join(advice.remedies) == names
    assert zh in advice.text.zh
    assert en in advice.text.en
    assert advice.lies is not None
    assert advice.lies.zh == HERE
    lon, lat = (float(number) for number in advice.would_be.split(", "))
    assert (lon, lat) == pytest.approx(PACKED if "dms" in names else (LON, LAT), abs=2e-6)
    for words in (advice.given, advice.would_be, HERE):
        assert words in advice.text.zh
        assert words in advice.text.en
    assert "坐标未作改动" in advice.text.zh
    assert "Nothing was changed" in advice.text.en
    assert f"--remedy {advice.remedies[0]}" in advice.line("zh")
    assert f"--remedy {advice.remedies[-1]}" in advice.line("en")


@pytest.mark.parametrize("name", SLIPS)
def test_advice_is_not_acted_on_and_its_remedy_does_what_it_says(look: Look, name: str) -> None:
    headers, values, crs, names, _ = SLIPS[name]
    before = look(headers, values, crs)
    if before.part is not None:
        assert before.part.site.remedies == ()
        assert not shapely.intersects(before.part.site.geometry, shapely.box(105.6, 32.4, 106, 33))
    after = look(headers, values, crs, tuple(names.split()))
    assert after.problems == ()
    assert after.part is not None
    site = after.part.site
    meant = PACKED if "dms" in names else (LON, LAT)
    assert (site.geometry.x, site.geometry.y) == pytest.approx(meant, abs=2e-6)
    assert site.remedies == tuple(names.split())
    assert site.advice == ()
    [told] = [remark for remark in site.remarks if names.split()[0] in remark.zh]
    assert "按要求以" in told.zh
    assert "applied as asked" in told.en
    assert "→" in told.zh


def test_packed_minutes_are_exact() -> None:
    read = minutes_read(
        np.array([105.5012, 32.3112, 105.5, 105.0, 105.501234, -105.5012, 105.9912, 105.5060])
    )
    wanted = [105 + 50 / 60 + 12 / 3600, 32 + 31 / 60 + 12 / 3600, 105 + 50 / 60, 105.0]
    wanted += [105 + 50 / 60 + 12.34 / 3600, -(105 + 50 / 60 + 12 / 3600)]
    assert read[:6] == pytest.approx(wanted, abs=1e-12)
    assert np.isnan(read[6:]).all()


@given(st.integers(0, 179), st.integers(0, 59), st.integers(0, 59))
def test_every_angle_survives_packing(degrees: int, minutes: int, seconds: int) -> None:
    [read] = minutes_read(np.array([float(f"{degrees}.{minutes:02}{seconds:02}")]))
    assert read == pytest.approx(degrees + minutes / 60 + seconds / 3600, abs=1e-9)


def test_a_shape_is_looked_at_as_a_point_is(look: Look) -> None:
    square = shapely.box(LAT, LON, LAT + 0.01, LON + 0.01)
    row = look((), (), None, (), square)
    [advice] = advice_of(row)
    assert advice.remedies == ("swap-axes",)
    assert advice.given.endswith("…")
    treated = look((), (), None, ("swap-axes",), square)
    assert treated.part is not None
    assert treated.part.site.geometry.bounds == pytest.approx((LON, LAT, LON + 0.01, LAT + 0.01))


# --- what was asked for and does not fit ------------------------------------------------------------------


def test_a_good_row_stays_as_it_was_and_is_told(look: Look) -> None:
    row = look(LONLAT, (LON, LAT), None, ("swap-axes", "flip-lon", "digits-lon-23"))
    assert row.part is not None
    assert (row.part.site.geometry.x, row.part.site.geometry.y) == (LON, LAT)
    assert row.part.site.remedies == ()
    [told] = [remark for remark in row.part.site.remarks if "swap-axes" in remark.zh]
    assert "不适用于此处，坐标未作改动：原坐标已在服务范围内" in told.zh
    assert "does not fit here, nothing was changed: as given it lies in the service area" in told.en


def test_a_refused_row_that_no_remedy_mends_stays_refused_and_is_told(look: Look) -> None:
    row = look(LONLAT, (200, 95), None, ("flip-lat",))
    assert row.part is None
    told = [advice for advice in row.advice if not advice.remedies]
    assert len(told) == 1
    assert "flip-lat 不适用于此处" in told[0].text.zh
    assert "it would not lead to a good place" in told[0].text.en


def test_another_remedy_is_still_advised(look: Look) -> None:
    row = look(LONLAT, (LAT, LON), None, ("flip-lat",))
    assert row.part is None
    assert [advice.remedies for advice in row.advice] == [(), ("swap-axes",)]


def test_a_datum_asked_for_holds_for_good_rows_too(look: Look) -> None:
    lon, lat = wgs_to_gcj(np.array([LON]), np.array([LAT]))
    row = look(LONLAT, (float(lon[0]), float(lat[0])), None, ("gcj-02",))
    assert row.part is not None
    assert (row.part.site.geometry.x, row.part.site.geometry.y) == pytest.approx((LON, LAT), abs=1e-8)
    assert row.part.site.crs == "GCJ-02"
    assert row.part.site.remedies == ("gcj-02",)


def test_a_datum_asked_for_leaves_rows_alone_that_name_another(look: Look) -> None:
    row = look(LONLAT, (LON, LAT), "EPSG:4544", ("gcj-02",))
    assert row.part is None
    metres = look(XY, (EAST, NORTH), "EPSG:4544", ("gcj-02",))
    assert metres.part is not None
    assert metres.part.site.remedies == ()
    assert any("gcj-02 does not fit here" in remark.en for remark in metres.part.site.remarks)


def test_axes_then_datum(look: Look) -> None:
    lon, lat = wgs_to_gcj(np.array([LON]), np.array([LAT]))
    row = look(LONLAT, (float(lat[0]), float(lon[0])), None, ("swap-axes", "gcj-02"))
    assert row.part is not None
    assert (row.part.site.geometry.x, row.part.site.geometry.y) == pytest.approx((LON, LAT), abs=1e-8)
    assert row.part.site.remedies == ("swap-axes", "gcj-02")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("swap",), ("没有这种处理方法", "no such remedy")),
        (("gcj-02", "bd-09"), ("只能出自一种", "one shifted datum only")),
        (("text-utf8-read-as-gbk,text-gbk-read-as-latin1",), ("只能有一种错读", "in one way only")),
        (("zone-24",), ("没有这种处理方法", "no such remedy")),
    ],
)
def test_names_that_are_none_are_refused(names: tuple[str, ...], words: tuple[str, str]) -> None:
    with pytest.raises(InputError) as refused:
        read_remedies(names, where="--remedy")
    [problem] = refused.value.problems
    assert words[0] in problem.hint.zh
    assert words[1] in problem.hint.en


def test_names_may_be_joined_and_repeated() -> None:
    assert read_remedies(("Swap-Axes, zone-35", "swap-axes"), where="") == ("swap-axes", "zone-35")


# --- no false alarms --------------------------------------------------------------------------------------


def test_ordinary_places_get_no_advice(demo: Bundle, look: Look) -> None:
    area = service_area(demo)
    assert area is not None
    rng = np.random.default_rng(7)
    west, south, east, north = area.box
    spots = np.column_stack([rng.uniform(west, east, 4_000), rng.uniform(south, north, 4_000)])
    _, whole = area.of_points(spots[:, 0].copy(), spots[:, 1].copy())
    inside = spots[whole][:400]
    assert len(inside) == 400
    for digits in (4, 6, 12):
        told = [advice_of(look(LONLAT, np.round(spot, digits).tolist())) for spot in inside[::4]]
        assert [advice for advice in told if advice] == []


def test_places_elsewhere_in_china_get_no_advice(look: Look) -> None:
    """An office's file may hold sites of other provinces: outside, and nothing is wrong with them."""
    rng = np.random.default_rng(11)
    spots = np.column_stack([rng.uniform(110.5, 122.0, 300), rng.uniform(24.0, 40.0, 300)])
    told = [advice_of(look(LONLAT, np.round(spot, 6).tolist())) for spot in spots]
    assert [advice for advice in told if advice] == []


def test_a_row_refused_for_another_reason_gets_no_advice(look: Look) -> None:
    bow = shapely.from_wkt("POLYGON ((105.80 32.64, 105.81 32.65, 105.81 32.64, 105.80 32.65, 105.80 32.64))")
    assert look((), (), None, (), bow).advice == ()
    row = look(LONLAT, (LON, LAT), None, (), None, (("activity", "造船"),))
    assert row.part is None
    assert row.advice == ()
    assert look(LONLAT, ("", LAT)).advice == ()
    assert look(LONLAT, (LON, LAT), "EPSG:999999").advice == ()


def test_advice_changes_no_verdict(demo: Bundle, look: Look) -> None:
    part = look(LONLAT, (-LON, LAT)).part
    assert part is not None
    bare = replace(part, site=replace(part.site, advice=()))
    one, two = check_projects(demo, [Project(parts=(part,)), Project(parts=(bare,))], date(2026, 11, 21))
    assert (one.verdict, one.complete, one.headline) == (two.verdict, two.complete, two.headline)
    assert one.parts[0].findings == two.parts[0].findings


# --- text -------------------------------------------------------------------------------------------------


def _c1(byte: int) -> str:
    """A byte as browsers read Windows-1252: what it leaves free stands for itself."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


@pytest.mark.parametrize("name", TEXT_REMEDIES)
@pytest.mark.parametrize("text", ["经度", "项目类别", "中心城区管控", "备注（施工）"])
def test_garbled_text_is_put_back(name: str, text: str) -> None:
    remedy = TEXT_REMEDIES[name]
    codec = (
        remedy.read_as if remedy.read_as != "cp1252" or name.endswith("utf8-read-as-latin1") else "latin-1"
    )
    raw = text.encode(remedy.was)
    bad = "".join(_c1(byte) for byte in raw) if codec == "cp1252" else raw.decode(codec)
    assert remedy.undo(bad) == text
    assert garbled([bad]) == (remedy, bad, text)


def test_ordinary_text_is_not_garbled(demo: Bundle) -> None:
    words = {fact.title.zh for fact in demo.rulebook.facts.values()}
    words |= {activity.title.zh for activity in demo.rulebook.activities.values()}
    words |= {rule.action.zh for rule in demo.rulebook.rules} | {
        rule.action.en for rule in demo.rulebook.rules
    }
    words |= {name for fact in demo.rulebook.facts.values() for name in fact.aliases}
    words |= {"联通", "café", "Müllverbrennung", "area’s edge", "R2–R5", "105°50′12″", "Straße", "中国石化"}
    assert [word for word in words if garbled([word]) is not None] == []
    assert len(words) > 500


def test_a_cell_that_cannot_be_read_because_it_is_garbled(look: Look) -> None:
    bad = "化工".encode("gb18030").decode("latin-1")
    row = look(LONLAT, (LON, LAT), None, (), None, (("activity", bad),))
    [advice] = row.advice
    assert advice.remedies == ("text-gbk-read-as-latin1",)
    assert advice.would_be == "化工"
    assert "GBK 文字被当作 Latin-1 读取" in advice.text.zh
    assert "GBK was read as Latin-1" in advice.text.en


def test_text_that_is_gone_is_said_to_be(look: Look) -> None:
    row = look(LONLAT, (LON, LAT), None, (), None, (("activity", "锟斤拷锟斤拷"),))
    [advice] = row.advice
    assert advice.remedies == ()
    assert "已丢失，无法还原" in advice.text.zh
    assert "cannot be put back" in advice.text.en


def test_every_remedy_says_what_it_is_for() -> None:
    assert len(COORDINATE_REMEDIES) == len(set(COORDINATE_REMEDIES))
    for remedy in (*COORDINATE_REMEDIES.values(), *TEXT_REMEDIES.values()):
        for text in (remedy.doubt, remedy.deed):
            assert text.zh
            assert text.en


WILD = (-0.0, 1e-300, 105.84, -32.64, 90.0, 180.0, 579_050.12, 3_613_591.79, 35_579_050.12, 1e15, 1e308)
WILD = (*WILD, float("nan"), float("-inf"))


@pytest.mark.parametrize("crs", [None, "EPSG:4544", "EPSG:4326", "GCJ-02", "unknown"])
@pytest.mark.parametrize("remedies", [(), ("swap-axes", "zone-35", "decimal-point", "dms-packed", "gcj-02")])
def test_no_number_breaks_the_doctor(look: Look, crs: str | None, remedies: tuple[str, ...]) -> None:
    """Whatever stands there: a row is a site or refused, without a warning."""
    for x in WILD:
        for y in WILD[2::2]:
            row = look(XY if crs is not None else LONLAT, (repr(x), repr(y)), crs, remedies)
            assert (row.part is None) == bool(row.problems)
            shape = look((), (), crs, remedies, shapely.Point(x, y))
            assert (shape.part is None) == bool(shape.problems)
            for advice in (*advice_of(row), *advice_of(shape)):
                assert advice.text.zh
