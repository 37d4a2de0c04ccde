"""Longitude and latitude as people type them: decimals, or degrees, minutes and seconds in any spelling."""

import re
from dataclasses import dataclass
from typing import Literal

from geo.errors import InputError
from layers.sites.cells.values import half_width, is_number, read_number
from layers.sites.faults import fault

Axis = Literal["lon", "lat"]

MOST_DEG: dict[Axis | None, float] = {"lon": 180.0, "lat": 90.0, None: 180.0}
_SIXTY = 60.0
_LONGEST = 80
"""Characters; a longer cell is no angle, and some hold a whole file."""
_ALLOWED: dict[Axis | None, str] = {
    "lon": "105.8412, 105°50′28.3″E, 105-50-28.3",
    "lat": "32.5306, 32°31′50.2″N",
    None: "105.8412, 105°50′28.3″E, 35575648.9, 3,598,138.3",
}

# Before compatibility normalisation, which would make a letter of º and take ´ apart.
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("º˚度", "°"),
        **dict.fromkeys("分'’‘´`＇ʹˊ", "′"),
        **dict.fromkeys('秒"”“＂〃〞ʺ', "″"),
        **dict.fromkeys("−–—－‐‑", "-"),
        **dict.fromkeys("∗✱", "*"),
        **dict.fromkeys("，；、;", ","),
    }
)
_HEMISPHERES: dict[str, tuple[Axis, int]] = {
    "E": ("lon", 1),
    "W": ("lon", -1),
    "N": ("lat", 1),
    "S": ("lat", -1),
    "东": ("lon", 1),
    "西": ("lon", -1),
    "北": ("lat", 1),
    "南": ("lat", -1),
}
_HEMISPHERE = r"[EWNS]|东经?|西经?|北纬?|南纬?"
_ANGLE = re.compile(
    rf"""(?P<before>{_HEMISPHERE})?\s*:?\s*(?P<sign>[+-])?\s*
    (?P<degrees>\d{{1,3}}(?:\.\d+)?)
    (?:(?:\s*°\s*|\s*[:*-]\s*|\s+)(?P<minutes>\d{{1,2}}(?:\.\d+)?)
      (?:(?:\s*′\s*|\s*[:*-]\s*|\s+)(?P<seconds>\d{{1,2}}(?:\.\d+)?)\s*″?)?\s*′?)?
    \s*°?\s*(?P<after>{_HEMISPHERE})?""",
    re.VERBOSE,
)
_BREAK = re.compile(rf"\s+|(?<=[EWNS])(?=[\d+-])|(?<=[\d°′″])(?={_HEMISPHERE})")
_PARTS = ("degrees", "minutes", "seconds")
_LETTERS = re.compile(
    r"(\d)\s*D(?:EG)?\.?\s*(\d+(?:\.\d+)?)\s*M(?:IN)?\.?(?:\s*(\d+(?:\.\d+)?)\s*S(?:EC)?\.?)?"
)
_WORDS = re.compile(r"(?<![A-Z])(EAST|WEST|NORTH|SOUTH)(?![A-Z])")


@dataclass(frozen=True, slots=True)
class _Angle:
    """An angle: degrees, the axis its hemisphere names, in how many parts it is written."""

    degrees: float
    axis: Axis | None
    parts: int


def read_angle(value: object, where: str, axis: Axis | None) -> float:
    """Degrees from a cell: a number, or text as people write angles.

    Parameters
    ----------
    axis
        What the cell should hold; a hemisphere of the other axis is refused, never turned. None: either.

    Returns
    -------
    Decimal degrees, west and south negative.

    Raises
    ------
    InputError
        For a blank, a number that is none, minutes or seconds of 60 and more, degrees beyond the axis, a sign
        that contradicts the hemisphere, or the hemisphere of the other axis.
    """
    if not isinstance(value, str) or not value.strip() or is_number(value):
        return read_number(value, where)
    found = _understood(value)
    if found is None:
        raise InputError(
            fault(
                where,
                value,
                _ALLOWED[axis],
                zh="读不成经纬度：请写十进制度，或度分秒（分、秒小于 60，只有末位可带小数）",
                en="not readable as an angle: write decimal degrees, or degrees, minutes and seconds "
                "(below 60, decimals in the last only)",
            )
        )
    if axis is not None and found.axis not in (None, axis):
        raise InputError(
            fault(
                where,
                value,
                _ALLOWED[axis],
                zh="经度与纬度的列或顺序颠倒了",
                en="longitude and latitude have changed places",
            )
        )
    if found.parts > 1 and abs(found.degrees) > MOST_DEG[axis]:
        raise InputError(
            fault(where, value, f"≤ {MOST_DEG[axis]:g}°", zh="度数超出范围", en="more degrees than there are")
        )
    return found.degrees


def names_axis(text: str) -> bool:
    """Whether an angle bears a hemisphere."""
    found = _understood(text)
    return found is not None and found.axis is not None


def typed_pair(text: str) -> tuple[str, str] | None:
    """Longitude and latitude of a place typed in one text, each as it was written.

    Either order where hemispheres say which is which, else longitude first. Two halves without hemispheres
    must be parted by a comma or be written in as many parts.

    Returns
    -------
    None where the text is no such pair, or could be read in two ways.
    """
    plain = _plain(text)
    if "," in plain:
        halves = [half.strip() for half in plain.split(",")]
        ways = [(halves[0], halves[1])] if len(halves) == 2 else []  # noqa: PLR2004 (a pair)
    else:
        breaks = [match.span() for match in _BREAK.finditer(plain)]
        ways = [(plain[:begin], plain[end:]) for begin, end in breaks]
    found = [way for one, other in ways if (way := _ordered(one, other)) is not None]
    return found[0] if len(found) == 1 else None


def _ordered(one: str, other: str) -> tuple[str, str] | None:
    """Longitude and latitude of two halves, if they are that."""
    first, second = _understood(one), _understood(other)
    if first is None or second is None:
        return None
    axes = (first.axis, second.axis)
    if first.parts != second.parts and None in axes:
        return None
    if axes in {("lon", "lat"), ("lon", None), (None, "lat"), (None, None)}:
        return one, other
    return (other, one) if axes in {("lat", "lon"), ("lat", None), (None, "lon")} else None


def _plain(text: str) -> str:
    """The text with one spelling of each sign, half-width, in capitals."""
    spelt = half_width(text.translate(_SIGNS)).translate(_SIGNS)
    plain = spelt.replace("′′", "″").upper().strip()
    if "D" in plain:
        plain = _LETTERS.sub(lambda m: f"{m[1]}°{m[2]}′{m[3] + '″' if m[3] else ''}", plain)
    return _WORDS.sub(lambda m: m[1][0], plain)


def _understood(text: str) -> _Angle | None:
    match = _ANGLE.fullmatch(_plain(text)) if len(text) <= _LONGEST else None
    if match is None:
        return None
    parts = [match[name] for name in _PARTS if match[name] is not None]
    whole = all("." not in part for part in parts[:-1])
    if not whole or any(float(part) >= _SIXTY for part in parts[1:]):
        return None
    named = [_HEMISPHERES[match[name][0]] for name in ("before", "after") if match[name]]
    if len(named) > 1 or (named and match["sign"] == "-"):
        return None
    sign = named[0][1] if named else -1 if match["sign"] == "-" else 1
    degrees = sum(float(part) / _SIXTY**power for power, part in enumerate(parts))
    return _Angle(sign * degrees, named[0][0] if named else None, len(parts))
