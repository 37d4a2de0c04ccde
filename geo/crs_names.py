"""Names of reference systems looked up: codes, common names, shifted datums; and what is said of none."""

import re

from geo.crs_words import CrsWords, crs_words
from geo.errors import InputError, Problem
from geo.gauss import candidates_told, gauss_crs, geographic_crs
from geo.model import Text

_NAMED = {
    "WGS84": "EPSG:4326",
    "WGS1984": "EPSG:4326",
    "GCSWGS1984": "EPSG:4326",
    "CRS84": "EPSG:4326",
    "OGC:CRS84": "EPSG:4326",
    "URN:OGC:DEF:CRS:OGC:1.3:CRS84": "EPSG:4326",
    "URN:OGC:DEF:CRS:OGC::CRS84": "EPSG:4326",
}
_SHIFTED_NAMES = {
    **dict.fromkeys(("GCJ02", "火星", "国测局", "高德", "腾讯"), "GCJ-02"),
    **dict.fromkeys(("BD09", "BD09LL", "百度"), "BD-09"),
    "UNKNOWN": "unknown",
    "未知": "unknown",
}

SHIFTED = frozenset(_SHIFTED_NAMES.values())
"""Names of datums that are no reference systems."""

_ALLOWED = "EPSG:n, CGCS2000, WGS84, GCJ-02, BD-09, unknown, CGCS2000 3度带35带, 西安80, 北京54"
_CODE = re.compile(
    r"(?:URN:OGC:DEF:CRS:)?EPSG:(?:[\d.]*:)?(\d{4,6})|(\d{4,6})|"
    r"HTTPS?://WWW\.OPENGIS\.NET/DEF/CRS/EPSG/[\d.]+/(\d{4,6})"
)
_LOOSE = re.compile(r"[\s_-]|坐标系?统?|地图|经纬度")


def code_of_name(name: str, where: str) -> str | None:
    """``EPSG:n``, or one of `SHIFTED`; None where it is no name we know.

    Raises
    ------
    InputError
        For a name of a survey grid that does not say all.
    """
    key = name.strip().upper()
    loose = _LOOSE.sub("", key)
    if loose in _SHIFTED_NAMES:
        return _SHIFTED_NAMES[loose]
    if match := _CODE.fullmatch(key):
        return f"EPSG:{next(filter(None, match.groups()))}"
    code = _NAMED.get(key) or _NAMED.get(loose)
    words = crs_words(name) if code is None else None
    return code if words is None else _code_of_words(words, name, where)


def _code_of_words(words: CrsWords, name: str, where: str) -> str:
    if not words.projected:
        return geographic_crs(words.datum)
    zone, meridian = words.zone, words.meridian_deg
    if words.width_deg is None or words.prefixed is None or (zone is None and meridian is None):
        raise InputError(
            Problem(
                where=where,
                given=name,
                allowed=candidates_told(words.datum, words.width_deg),
                hint=Text(
                    "坐标系名称不全：须写明 3 度带或 6 度带、带号，以及东坐标是否带带号；也可写 EPSG 代码",
                    "the name is not complete: say 3° or 6°, the zone, and whether eastings bear its number, "
                    "or name an EPSG code",
                ),
            )
        )
    return gauss_crs(
        words.datum,
        words.width_deg,
        zone=zone,
        meridian_deg=meridian,
        prefixed=words.prefixed,
        where=where,
    )


def unknown_crs(where: str, given: object) -> Problem:
    """Why a name is taken for no CRS."""
    return Problem(
        where=where,
        given=str(given)[:200],
        allowed=_ALLOWED,
        hint=Text(
            "未知或不可用的坐标系，请写 EPSG 代码或坐标基准名称",
            "unknown or unusable coordinate reference system: name an EPSG code or a datum",
        ),
    )


def unnamed(where: str, given: str) -> Problem:
    """A local projection (a meridian, a false easting of its own) is read by no code that looks like it."""
    return Problem(
        where=where,
        given=given[:200],
        allowed="EPSG:n",
        hint=Text(
            "坐标系的参数（中央经线、东偏等）没有对应的 EPSG 代码：请先转换到 CGCS2000 的经纬度或标准分带",
            "no EPSG code has the meridian, offsets or units of this CRS: transform the data to degrees of "
            "CGCS2000 or to a standard zone first",
        ),
    )
