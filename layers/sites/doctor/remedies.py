"""The remedies, each by its name: what it does to coordinates, and nothing else.

A remedy moves whole arrays of coordinates, so that a row alone and a column of rows get the same numbers.
What it cannot be done to is NaN.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from geo.crs import parse_crs
from geo.errors import InputError, Problem
from geo.gauss import (
    Datum,
    GaussZone,
    gauss_crs,
    geographic_crs,
    zone_of_code,
    zone_of_easting,
    zones_of,
)
from geo.measure import Floats
from geo.model import Text
from layers.sites.doctor.texts import TEXT_REMEDIES
from layers.sites.faults import fault

Box = tuple[float, float, float, float]
Move = Callable[[Floats, Box], Floats]

_HALF_TURN = 180.0
_SIXTY = 60.0
_NORTHING_M = (1_000_000.0, 9_000_000.0)
_PREFIXED_M, _MIDDLE_M, _WIDE_M = 10_000_000.0, 500_000.0, 450_000.0
"""Northings; eastings with a zone are more than the first, others lie within the third of the second."""
PLAIN = (None, "EPSG:4490", "EPSG:4326")
"""CRS names of ordinary longitude and latitude; None = none was named."""


class Kind(StrEnum):
    """What a remedy is about."""

    READING = "reading"
    DATUM = "datum"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Remedy:
    """One remedy.

    Attributes
    ----------
    name
        As it is asked for.
    doubt, doubt_of_metres
        What is suspected where it is advised; where metres were given under a projected CRS, if that differs.
    deed
        What it does.
    move
        New coordinates of given ones, shape (n, 2), x = longitude or easting; NaN where it cannot be done.
    crs
        The CRS they are then in, of that given and of the coordinates; "" where it cannot be done.
    """

    name: str
    kind: Kind
    doubt: Text
    deed: Text
    move: Move
    crs: Callable[[str | None, Floats], str | None]
    doubt_of_metres: Text | None = None


def _same(crs: str | None, _: Floats) -> str | None:
    return crs


def _degrees_only(crs: str | None, _: Floats) -> str | None:
    """Only of longitude and latitude: a projected CRS has neither signs nor minutes to mistake."""
    return crs if crs in PLAIN or not _projected(crs) else ""


def _projected(crs: str | None) -> bool:
    return crs is not None and parse_crs(crs).projected


def _swapped(xy: Floats, _: Box) -> Floats:
    return xy[:, ::-1].copy()


def _flipped(lon: float, lat: float) -> Move:
    return lambda xy, _: xy * np.array([lon, lat])


def minutes_read(degrees: Floats) -> Floats:
    """105.5012, read as 105°50′12″, in degrees; NaN where minutes or seconds would be 60 or more."""
    size = np.abs(degrees)
    with np.errstate(invalid="ignore"):
        whole = np.floor(size)
        hundreds = np.round((size - whole) * 1e4, 6)
        minutes = np.floor(hundreds / 100.0)
        seconds = hundreds - 100.0 * minutes
        fine = (size < _HALF_TURN) & (minutes < _SIXTY) & (seconds < _SIXTY)
    read = np.sign(degrees) * (whole + minutes / 60.0 + seconds / 3600.0)
    return np.where(fine, read, np.nan)


def _packed(xy: Floats, _: Box) -> Floats:
    return minutes_read(xy)


def _pointed(xy: Floats, box: Box) -> Floats:
    """The decimal point put where each number comes to lie within the box."""
    west, south, east, north = box
    out = np.full_like(xy, np.nan)
    for axis, (low, high) in enumerate(((west, east), (south, north))):
        for power in range(9, -2, -1):
            moved = xy[:, axis] / 10.0**power
            with np.errstate(invalid="ignore"):
                here = (moved >= low) & (moved <= high)
            out[here, axis] = moved[here]
    return out


def _digits(axis: int, first: int, width: int) -> Move:
    """Two neighbouring digits of the whole degrees exchanged; both must be there."""

    def move(xy: Floats, _: Box) -> Floats:
        out = xy.copy()
        size = np.abs(xy[:, axis])
        with np.errstate(invalid="ignore"):
            whole = np.floor(size)
            high, low = 10.0 ** (width - 1 - first), 10.0 ** (width - 2 - first)
            one, two = np.floor(whole / high) % 10.0, np.floor(whole / low) % 10.0
            fits = (whole >= 10.0 ** (width - 1)) & (whole < 10.0**width)
            turned = size + (two - one) * (high - low)
        out[:, axis] = np.where(fits, np.sign(xy[:, axis]) * turned, np.nan)
        return out

    return move


def _by_size(xy: Floats, _: Box) -> Floats:
    """Easting first: one that bears a zone is larger than any northing, one that bears none smaller."""
    out = np.full_like(xy, np.nan)
    for first, second in ((0, 1), (1, 0)):
        east, north = xy[:, first], xy[:, second]
        with np.errstate(invalid="ignore"):
            northing = (north > _NORTHING_M[0]) & (north < _NORTHING_M[1])
            fits = northing & ((east >= _PREFIXED_M) | (np.abs(east - _MIDDLE_M) <= _WIDE_M))
        out[fits] = np.column_stack([east, north])[fits]
    return out


def _in_zone(number: int, width_deg: int) -> Callable[[str | None, Floats], str | None]:
    def crs(given: str | None, moved: Floats) -> str | None:
        named = zone_of_code(given) if given is not None else None
        datum = named.datum if named is not None else Datum.CGCS2000 if _is_new(given) else None
        if datum is None or not len(moved):
            return ""
        bare = np.abs(moved[:, 0] - _MIDDLE_M) <= _WIDE_M  # else the digits name a zone, or none
        zones = [zone_of_easting(float(east)) for east in moved[~bare, 0].tolist()]
        if not bare.all() and (bare.any() or {z and z.zone for z in zones} != {number}):
            return ""
        return gauss_crs(datum, width_deg, zone=number, prefixed=not bare.all())

    return crs


def _is_new(crs: str | None) -> bool:
    return crs in PLAIN or _projected(crs)


def _as_degrees(crs: str | None, xy: Floats) -> str | None:
    """Longitude and latitude of the datum that the projected CRS has."""
    if not _projected(crs) or np.abs(xy).max(initial=0.0) > _HALF_TURN:
        return ""
    zone = zone_of_code(crs or "")
    return geographic_crs(zone.datum if zone is not None else Datum.CGCS2000)


def _shifted(name: str) -> Callable[[str | None, Floats], str | None]:
    return lambda crs, _: name if crs in PLAIN else ""


def _stay(xy: Floats, _: Box) -> Floats:
    return xy.copy()


def _zone(zone: GaussZone) -> Remedy:
    number, width = zone.zone, zone.width_deg
    meridian = zone.meridian_deg
    return Remedy(
        name=f"zone-{number}",
        kind=Kind.READING,
        doubt=Text("米制坐标被当作经纬度", "metres were taken for degrees"),
        doubt_of_metres=Text("投影带有误", "the zone is wrong"),
        deed=Text(
            f"按 {width} 度带第 {number} 带（中央经线 {meridian}°E）的高斯坐标读取，东、北坐标按数值大小区分",
            f"read as Gauss-Krüger metres of {width}° zone {number} (meridian {meridian}°E), easting and "
            "northing told apart by their size",
        ),
        move=_by_size,
        crs=_in_zone(number, width),
    )


def _reading(name: str, doubt: Text, deed: Text, move: Move, crs: Callable[..., str | None]) -> Remedy:
    return Remedy(name=name, kind=Kind.READING, doubt=doubt, deed=deed, move=move, crs=crs)


def _datum(name: str, crs: str, title: str) -> Remedy:
    return Remedy(
        name=name,
        kind=Kind.DATUM,
        doubt=Text(
            f"坐标可能取自{title}（{crs}，有数百米偏移）",
            f"picked from a map in {crs}, shifted by hundreds of metres",
        ),
        deed=Text(f"按 {crs} 坐标读取，改正偏移", f"read as {crs}, the shift taken out"),
        move=_stay,
        crs=_shifted(crs),
    )


SWAP = _reading(
    "swap-axes",
    Text("经度与纬度颠倒", "longitude and latitude have changed places"),
    Text("对调两个坐标", "the two coordinates exchanged"),
    _swapped,
    _same,
)
DEGREES = _reading(
    "degrees",
    Text("经纬度被当作米制坐标", "degrees were taken for metres"),
    Text("按经纬度（度）读取", "read as longitude and latitude in degrees"),
    _stay,
    _as_degrees,
)
PACKED = _reading(
    "dms-packed",
    Text("度分秒被当作十进制度", "degrees, minutes and seconds were read as decimals"),
    Text(
        "小数点后四位按分、秒读取（105.5012 为 105°50′12″）",
        "decimals read as minutes and seconds (105.5012 is 105°50′12″)",
    ),
    _packed,
    _degrees_only,
)
SIGNS = tuple(
    _reading(
        f"flip-{name}",
        Text(f"{zh}的正负号有误", f"the sign of the {en} is wrong"),
        Text(f"改变{zh}的正负号", f"the sign of the {en} changed"),
        _flipped(lon, lat),
        _degrees_only,
    )
    for name, lon, lat, zh, en in (
        ("lon", -1.0, 1.0, "经度", "longitude"),
        ("lat", 1.0, -1.0, "纬度", "latitude"),
        ("both", -1.0, -1.0, "经度和纬度", "longitude and latitude"),
    )
)
POINT = _reading(
    "decimal-point",
    Text("小数点漏写或错位", "the decimal point is missing or misplaced"),
    Text(
        "把小数点放到使坐标落在服务范围内的位置",
        "the decimal point put where the place lies in the service area",
    ),
    _pointed,
    _degrees_only,
)
DIGITS = tuple(
    _reading(
        f"digits-{name}-{first + 1}{first + 2}",
        Text(f"{zh}度数相邻两位数字颠倒", f"two digits of the degrees of {en} have changed places"),
        Text(
            f"对调{zh}度数的第 {first + 1}、{first + 2} 位",
            f"digits {first + 1} and {first + 2} of the {en} exchanged",
        ),
        _digits(axis, first, width),
        _degrees_only,
    )
    for name, axis, first, width, zh, en in (
        ("lon", 0, 0, 3, "经度", "longitude"),
        ("lon", 0, 1, 3, "经度", "longitude"),
        ("lat", 1, 0, 2, "纬度", "latitude"),
    )
)
ZONES = {_zone(zone): zone for zone in zones_of(Datum.CGCS2000, prefixed=True)}
"""The zones by their remedies."""
DATUMS = (_datum("gcj-02", "GCJ-02", "高德、腾讯等手机地图"), _datum("bd-09", "BD-09", "百度地图"))

COORDINATE_REMEDIES = {
    remedy.name: remedy for remedy in (SWAP, *SIGNS, DEGREES, PACKED, POINT, *DIGITS, *ZONES, *DATUMS)
}
NAMES = (*(name for name in COORDINATE_REMEDIES if not name.startswith("zone-")), *TEXT_REMEDIES)
ALLOWED = ", ".join((*NAMES, "zone-13…23, zone-25…45"))
"""All names, for messages."""

_SPLIT = re.compile(r"[,，;；\s]+")


def read_remedies(given: Iterable[str], *, where: str, of_text: bool = True) -> tuple[str, ...]:
    """Names of remedies asked for, each once, in their order; one text may hold several.

    Parameters
    ----------
    of_text
        Whether there is text that may be garbled; else such remedies are refused.

    Raises
    ------
    InputError
        For a name that is none, or two datums at once.
    """
    known = {*COORDINATE_REMEDIES, *(TEXT_REMEDIES if of_text else ())}
    names = tuple(dict.fromkeys(n for text in given for n in _SPLIT.split(text.strip().casefold()) if n))
    problems: list[Problem] = [
        fault(where, name, ALLOWED, zh="没有这种处理方法", en="there is no such remedy")
        for name in names
        if name not in known
    ]
    told = {zh_en: [n for n in names if n in group] for zh_en, group in _ONE_OF.items()}
    for words, several in told.items():
        if len(several) > 1:
            zh, en = words
            problems.append(fault(where, ", ".join(several), several[0], zh=zh, en=en))
    if problems:
        raise InputError(problems)
    return names


_ONE_OF: dict[tuple[str, str], Sequence[str]] = {
    ("坐标只能出自一种偏移基准", "coordinates are of one shifted datum only"): [d.name for d in DATUMS],
    ("文字只能有一种错读", "text was misread in one way only"): list(TEXT_REMEDIES),
}
