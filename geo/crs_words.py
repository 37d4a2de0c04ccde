"""Names of reference systems as people and programs write them, taken apart.

``CGCS2000 3度带35带``, ``国家2000``, ``Xian_1980_3_Degree_GK_CM_105E``, ``北京54 6度带 中央经线105 无带号``.
A name is taken only if every word of it is understood.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from geo.gauss import Datum

_TRADITIONAL = str.maketrans("國標經無號帶線", "国标经无号带线")

_DATUMS = {
    Datum.CGCS2000: r"cgcs_?2000|china_2000|china_geodetic_coordinate_system_2000|国家_?2000|2000_?国家"
    r"|国家大地(?:坐标系)?_?2000|大地_?2000|2000_?大地|2000(?:坐标)?系",
    Datum.XIAN80: r"西安_?(?:19)?80年?|(?:19)?80年?_?西安|xi_?an_?(?:19)?80",
    Datum.BEIJING54: r"(?<!新)北京_?(?:19)?54年?|(?:19)?54年?_?北京|(?<!new_)(?:beijing|bj)_?(?:19)?54",
}
_DATUM = re.compile("|".join(f"(?P<{name.name}>{words})" for name, words in _DATUMS.items()))
_WIDTH = re.compile(r"(?<!\d)(?P<width>[36三六])_?(?:°|度|degrees?|deg)_?(?:分带|带)?")
_MERIDIAN = re.compile(
    r"(?:中央_?(?:子午线|经线|经度)|central_meridian|meridian|cm|l0)_?[:=]?_?(?:东经|e)?_?"
    r"(?P<meridian>\d{2,3})(?![\d.])_?(?:°|度)?_?e?(?![a-z])"
)
_ZONE = re.compile(
    r"(?:zone|带号)_?[:=]?_?(?P<after>\d{2})(?![\d.])|第?_?(?<!\d)(?P<before>\d{2})_?(?:号?带|分带)(?!号)"
)
_BARE = re.compile(
    r"(?:无|没有|不带|不含|不加|去)_?带号|(?:no|without)_(?:zone_)?(?:prefix|zone)(?:_number)?"
)
_PREFIXED = re.compile(r"[带含加有]_?带号|with_(?:zone_)?(?:prefix|zone)(?:_number)?")
_PROJECTED = re.compile(
    r"gauss_?kr(?:u|ü|ue)ger|(?<![a-z])gk(?![a-z])|高斯_?(?:克吕格|克里格|克吕格尔)?|投影|平面|直角|transverse_mercator"
)
_GEOGRAPHIC = re.compile(r"经纬度|地理|gcs(?![a-z])|geographic")
_FILLER = re.compile(
    r"坐标系统?|[东横]?坐标|大地|国家|基准|参考系|测绘|标准|datum|coordinate_?(?:reference_?)?system|coordinates?|gcs|年|系|的|/|带"
)
_SIXTY_THREE = {"3": 3, "三": 3, "6": 6, "六": 6}
_LONGEST = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class CrsWords:
    """What a name says; None = it does not say.

    Attributes
    ----------
    width_deg
        3 or 6.
    prefixed
        Whether eastings bear the zone's number.
    projected
        Metres (True), degrees (False), or either.
    """

    datum: Datum
    width_deg: int | None = None
    zone: int | None = None
    meridian_deg: int | None = None
    prefixed: bool | None = None
    projected: bool | None = None


def crs_words(name: str) -> CrsWords | None:
    """The words of a name; None where it names no datum of Chinese surveys, or holds a word more."""
    return _read(name) if len(name) <= _LONGEST else None


@lru_cache(maxsize=1024)
def _read(name: str) -> CrsWords | None:
    text = _plain(name)
    datum = _DATUM.search(text)
    if datum is None:
        return None
    rest = text[: datum.start()] + "_" + text[datum.end() :]
    found: dict[str, str] = {}
    flags: dict[str, bool] = {}
    for pattern, flag, value in (
        (_BARE, "prefixed", False),
        (_WIDTH, "projected", True),
        (_MERIDIAN, "projected", True),
        (_PROJECTED, "projected", True),
        (_ZONE, "projected", True),
        (_PREFIXED, "prefixed", True),
        (_GEOGRAPHIC, "projected", False),
    ):
        while (match := pattern.search(rest)) is not None:
            named = {key: text for key, text in match.groupdict().items() if text is not None}
            if flags.setdefault(flag, value) != value or found.keys() & named.keys():
                return None  # said twice, or said and denied
            found.update(named)
            rest = rest[: match.start()] + "_" + rest[match.end() :]
    if re.sub(r"[_\W]", "", _FILLER.sub("", rest)) or _DATUM.search(rest):
        return None
    return _told(datum, text, found, flags)


def _told(datum: re.Match[str], text: str, found: dict[str, str], flags: dict[str, bool]) -> CrsWords | None:
    zones = {int(found[key]) for key in ("before", "after") if key in found}
    if len(zones) > 1 or (flags.get("prefixed") is not None and flags.get("projected") is False):
        return None
    zone = zones.pop() if zones else None
    meridian = int(found["meridian"]) if "meridian" in found else None
    width = _SIXTY_THREE[found["width"]] if "width" in found else _width_of(zone)
    prefixed = flags.get("prefixed")
    if prefixed is None and re.search(r"(?:gk|kr(?:u|ü|ue)ger)_(?:zone|cm)_?\d", text):
        prefixed = "cm" not in text  # as EPSG and ESRI name them
    return CrsWords(
        datum=next(one for one in Datum if datum[one.name]),
        width_deg=width if width is not None or meridian is None else _width_of_name(text),
        zone=zone,
        meridian_deg=meridian,
        prefixed=prefixed,
        projected=True if prefixed is not None else flags.get("projected"),
    )


def _width_of(zone: int | None) -> int | None:
    """Zone numbers of 3° (25–45) and 6° (13–23) do not meet."""
    return None if zone is None else 3 if zone > 23 else 6  # noqa: PLR2004 (the last zone of 6°)


def _width_of_name(text: str) -> int | None:
    """EPSG and ESRI leave the width out where it is 6°; people leave it out anyway."""
    return 6 if re.search(r"(?:gk|kr(?:u|ü|ue)ger)_cm_?\d", text) else None


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).translate(_TRADITIONAL).casefold()
    text = re.sub(r"[\s_\-–—,，;；()（）\[\]'’\"/|·+]+", "_", text)
    return re.sub(r"1980年?", "1980", text).strip("_")
