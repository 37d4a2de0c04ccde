"""The CRS of a land-survey text: what its head says, and what the digits of its coordinates say."""

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from geo.errors import InputError, Problem
from geo.gauss import Datum, GaussZone, gauss_crs, geographic_crs, zone_numbers, zone_of_easting
from geo.model import Text
from layers.sites.faults import fault

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_DATUMS = (("2000", Datum.CGCS2000), ("80", Datum.XIAN80), ("54", Datum.BEIJING54), ("84", Datum.CGCS2000))
_LOCAL = re.compile(r"独立|地方|城市|任意|假定|工程坐标|local", re.IGNORECASE)
"""A grid of a town's own, whatever year is in its name."""

_WIDTHS = {"3": 3, "三": 3, "6": 6, "六": 6}
_METRES, _DEGREES = ("", "米", "m", "公尺", "meter", "metre"), ("度", "°", "degree")
_SIX_DEGREE_ZONES = range(13, 24)
_NORTHING_M = (1_500_000, 7_000_000)
_WGS = Text("WGS84 坐标按 CGCS2000 处理", "WGS84 coordinates are taken as CGCS2000")


def are_northings(values_m: Floats) -> Bools:
    """Which numbers of metres can be a northing in China; no easting lies there."""
    return (values_m >= _NORTHING_M[0]) & (values_m < _NORTHING_M[1])


def are_eastings(values_m: Floats) -> Bools:
    """Which numbers of metres can be an easting, with a zone before it or without."""
    return zone_numbers(values_m) >= 0


def survey_crs(
    about: Mapping[str, str], east: float | None, *, where: str
) -> tuple[str | None, tuple[Text, ...]]:
    """CRS name and remarks.

    Parameters
    ----------
    about
        Lines of [属性描述].
    east
        One of the eastings as they stand; None where no plot has any.

    Returns
    -------
    None as the name where the file does not name its CRS at all.

    Raises
    ------
    InputError
        If what it says is unknown, or contradicts the digits.
    """
    named = about.get("坐标系", "")
    unit = about.get("计量单位", "").casefold()
    if not named:
        return None, ()
    datum = next((found for word, found in _DATUMS if word in named and not _LOCAL.search(named)), None)
    if datum is None:
        raise InputError(_odd(where, "坐标系", named, "2000国家大地坐标系, 1980西安坐标系, 1954北京坐标系"))
    remarks = (_WGS,) if "84" in named and "2000" not in named else ()
    if unit in _DEGREES:
        return geographic_crs(datum), remarks
    if unit not in _METRES:
        raise InputError(_odd(where, "计量单位", unit, "米"))
    projection = about.get("投影类型", "")
    if projection and "高斯" not in projection and "gauss" not in projection.casefold():
        raise InputError(_odd(where, "投影类型", projection, "高斯克吕格"))
    crs, told = _gauss(about, datum, east, where)
    return crs, (*remarks, *told, *_unapplied(about))


def _gauss(
    about: Mapping[str, str], datum: Datum, east: float | None, where: str
) -> tuple[str | None, tuple[Text, ...]]:
    width, zone = _width(about, where), _whole(about, "带号", where)
    meridian = _whole(about, "中央子午线", where) or _whole(about, "中央经线", where)
    by_digits = None if east is None else zone_of_easting(east, datum)
    if by_digits is None:
        if zone is None and meridian is None:
            raise InputError(_no_zone(where, east))
        width = width or (6 if zone in _SIX_DEGREE_ZONES else 3)  # their numbers do not meet
        return gauss_crs(datum, width, zone=zone, meridian_deg=meridian, prefixed=False, where=where), ()
    said = (width, zone, meridian)
    found = (by_digits.width_deg, by_digits.zone, by_digits.meridian_deg)
    if any(one not in {None, other} for one, other in zip(said, found, strict=True)):
        raise InputError(_contradiction(where, said, by_digits, east))
    if width is not None and (zone is not None or meridian is not None):
        return by_digits.crs, ()
    title = by_digits.title
    return by_digits.crs, (Text(f"按东坐标的带号读作 {title.zh}", f"read as {title.en} by the eastings"),)


def _width(about: Mapping[str, str], where: str) -> int | None:
    text = about.get("几度分带", "") or about.get("分带", "")
    if not text:
        return None
    found = next((width for word, width in _WIDTHS.items() if text.startswith(word)), None)
    if found is None:
        raise InputError(_odd(where, "几度分带", text, "3, 6"))
    return found


def _whole(about: Mapping[str, str], key: str, where: str) -> int | None:
    text = about.get(key, "")
    match = re.fullmatch(r"(\d{1,3})(?:\.0*)?\s*(?:带|度|°|E|度带)?", text)
    if text and match is None:
        raise InputError(_odd(where, key, text, "35"))
    return int(match[1]) if match else None


def _unapplied(about: Mapping[str, str]) -> tuple[Text, ...]:
    """Parameters of a datum shift stand in some files; none is applied."""
    if not re.search(r"[1-9]", about.get("转换参数", "")):
        return ()
    return (Text("转换参数未予应用", "the datum parameters of the file were not applied"),)


def _odd(where: str, key: str, given: str, allowed: str) -> Problem:
    return fault(
        f"{where}: {key}",
        given or "(blank)",
        allowed,
        zh=f"界址点文件的“{key}”无法识别，请改正",
        en=f"{key} of the survey file is not understood: correct it",
    )


def _no_zone(where: str, east: float | None) -> Problem:
    return fault(
        f"{where}: 带号",
        "(blank)" if east is None else f"Y = {east:.3f}",
        "带号=35",
        zh="东坐标不含带号，文件也没有写带号：无法确定投影带，请填写带号",
        en="neither the eastings nor the file name the zone: fill in 带号",
    )


def _contradiction(where: str, said: tuple[int | None, ...], found: GaussZone, east: float | None) -> Problem:
    width, zone, meridian = said
    told = ", ".join(
        f"{key}={value}"
        for key, value in (("几度分带", width), ("带号", zone), ("中央子午线", meridian))
        if value is not None
    )
    return fault(
        f"{where}: 带号",
        f"{told}; Y = {east:.3f}",
        f"几度分带={found.width_deg}, 带号={found.zone}",
        zh="文件所写的分带、带号与东坐标自带的带号不符",
        en="width and zone as stated contradict the zone in the eastings",
    )
