"""Coordinates as people type them, one by one or as a pair: degrees in any spelling, or lengths.

A pair whose halves say which is which (hemispheres, 东/北, E/N) is put in order here; of any other the order
is left to the digits (`geo.settle`).
"""

import re
from dataclasses import dataclass

from geo.errors import InputError
from geo.settle import FULL_TURN, in_china
from layers.sites.cells.angles import Axis, names_axis, read_angle, typed_pair
from layers.sites.cells.values import half_width, is_number, read_number
from layers.sites.faults import fault

_LONGEST = 120
_SPACES = " \u00a0\u2007\u2009\u202f"
_GROUPS = f"[,'’{_SPACES}_]"
_PLAIN = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_GROUPED = rf"[+-]?\d{{1,3}}({_GROUPS})\d{{3}}(?:\1\d{{3}})*(?:\.\d+)?"
_LENGTH = re.compile(rf"(?:{_PLAIN}|{_GROUPED})\s*(?:m|米)?", re.IGNORECASE)
_NO_DIGITS = re.compile(rf"{_GROUPS}|m|米", re.IGNORECASE)
_LABEL = re.compile(
    r"\s*(?:(?P<east>easting|east|e|东坐标|横坐标|东)|(?P<north>northing|north|n|北坐标|纵坐标|北)|(?P<x>x)|(?P<y>y))"
    r"(?:坐标)?\s*[:=]?\s*",
    re.IGNORECASE,
)
_WRAPPED = re.compile(
    r"\s*(?:(?:坐标|coordinates?)\s*[:：=]\s*)?(?:[(（\[【](?P<in>[^)）\]】]*)[)）\]】]|(?P<bare>.*?))\s*",
    re.IGNORECASE | re.DOTALL,
)
_NAMED = re.compile(
    r"(?P<one>经度|lon(?:gitude)?|lng|纬度|lat(?:itude)?)\s*[:：=]?\s*(?P<first>.*?\d.*?)[\s,，、;；&]*"
    r"(?P<other>经度|lon(?:gitude)?|lng|纬度|lat(?:itude)?)\s*[:：=]?\s*(?P<second>.*)",
    re.IGNORECASE,
)
_GAP = re.compile(rf"[,;、{_SPACES}\t\n]+")


@dataclass(frozen=True, slots=True)
class Typed:
    """A place as typed; ``ordered`` where longitude or easting is known to be the first of the two."""

    first: str
    second: str
    ordered: bool


def read_coordinate(value: object, where: str, axis: Axis | None) -> float:
    """Degrees or metres from a cell.

    Parameters
    ----------
    axis
        What the cell should hold; None where it may be either.

    Raises
    ------
    InputError
        If it is neither a number (thousands separators and a unit ``m`` may be there) nor an angle.
    """
    if isinstance(value, str) and not is_number(value):
        length = _length(value)
        if length is not None:
            return length
        if value.strip():
            return read_angle(value, where, axis)
    return read_number(value, where)


def typed_place(text: str) -> Typed | None:
    """A place typed in one text; None where it is no pair, or could be read in two ways."""
    if len(text) > _LONGEST:
        return None
    wrapped = _WRAPPED.fullmatch(text)
    text = re.sub(r"\s*[|/]\s*", ",", (wrapped["in"] or wrapped["bare"] or "") if wrapped else text)
    named = _NAMED.fullmatch(text)
    if named is not None:
        return _by_name(named)
    pair = typed_pair(text)
    if pair is not None:
        return Typed(*pair, any(names_axis(half) for half in pair))
    plain = half_width(text).strip()
    ways: dict[bool, list[Typed]] = {True: [], False: []}
    for gap in _GAP.finditer(plain):
        found = _pair(plain[: gap.start()], plain[gap.end() :])
        if found is not None:
            ways[len(gap[0]) > 1 or gap[0] in ";、\t\n"].append(found)
    likely = ways[True] or ways[False]  # a lone comma or blank may part thousands
    return likely[0] if len(likely) == 1 else None


def read_place(text: str, where: str) -> tuple[float, float, bool]:
    """Two coordinates of a typed place, and whether longitude or easting is known to be first.

    Raises
    ------
    InputError
        If it is no place.
    """
    typed = typed_place(text)
    if typed is None:
        raise InputError(
            fault(
                where,
                text,
                "105.8412, 32.5306 | 105°50′28.3″E 32°31′50.2″N | X=3598138.3 Y=35575648.9",
                zh="读不成一对坐标：请写经度和纬度，或北坐标和东坐标，中间用逗号分开",
                en="not readable as a pair of coordinates: longitude and latitude, or northing and easting, "
                "parted by a comma",
            )
        )
    axes: tuple[Axis | None, Axis | None] = ("lon", "lat") if typed.ordered else (None, None)
    first, second = (
        read_coordinate(half, where, axis)
        for half, axis in zip((typed.first, typed.second), axes, strict=True)
    )
    return first, second, typed.ordered


def headers_of(typed: Typed) -> tuple[str, str]:
    """Names for the two: of longitude and latitude, of a known easting and northing, or of neither."""
    try:
        x, y = (read_coordinate(half, "", None) for half in (typed.first, typed.second))
    except InputError:  # told when it is read again
        return "lon", "lat"
    if max(abs(x), abs(y)) > FULL_TURN:
        return ("easting", "northing") if typed.ordered else ("x", "y")
    return ("x", "y") if not typed.ordered and in_china(y, x) else ("lon", "lat")


def _by_name(named: re.Match[str]) -> Typed | None:
    """Halves that are called longitude and latitude, in either order."""
    halves = {
        named[name][:2].lower() in {"纬度", "la"}: named[half].strip()
        for name, half in (("one", "first"), ("other", "second"))
    }
    return Typed(halves[False], halves[True], ordered=True) if {True, False} == halves.keys() else None


def _length(text: str) -> float | None:
    """A length, its thousands parted or not; None where it is none."""
    plain = half_width(text).strip() if len(text) <= _LONGEST else ""
    if not _LENGTH.fullmatch(plain):
        return None
    return float(_NO_DIGITS.sub("", plain))


def _pair(one: str, other: str) -> Typed | None:
    """Two lengths, each with what is said of its direction."""
    halves = [_LABEL.match(half) for half in (one, other)]
    rest = [half[match.end() :] if match else half for half, match in zip((one, other), halves, strict=True)]
    if not all(_LENGTH.fullmatch(half.strip()) for half in rest):
        return None
    kinds = tuple(match.lastgroup if match else None for match in halves)
    if kinds in {("north", "east"), ("y", "x")}:
        rest.reverse()
    elif kinds not in {("east", "north"), ("x", "y"), (None, None)}:
        return None
    return Typed(rest[0].strip(), rest[1].strip(), "east" in kinds)
