"""Gauss-Krüger zones of CGCS2000, Xi'an 80 and Beijing 54: their EPSG names, and what the digits say.

A zone of 3° (25–45) or 6° (13–23) has its meridian at 500 000 m east, with the zone's number in millions
before it (35 500 000) or without. The two ranges do not meet, so that a prefix names width and zone.
Source: regulations.md §8.1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from geo.errors import InputError, Problem
from geo.model import Text

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BARE = 0
"""Stands for the zone of an easting that bears no number."""

PREFIX_M = 1_000_000.0
"""What one zone number adds to an easting that bears it, metres."""

_MIDDLE_M = 500_000.0
_FARTHEST_M = 450_000.0
"""Metres of easting from the meridian that are taken: 6° zones are 334 km wide to a side, and 3° zones are
used beyond their edge (a zone that is not the place's own is usual)."""


class Datum(StrEnum):
    """Datums of Chinese survey grids."""

    CGCS2000 = "CGCS2000"
    XIAN80 = "Xi'an 80"
    BEIJING54 = "Beijing 54"


_FIRST = {3: 25, 6: 13}
_COUNT = {3: 21, 6: 11}
_GEOGRAPHIC = {Datum.CGCS2000: 4490, Datum.XIAN80: 4610, Datum.BEIJING54: 4214}
# EPSG code of the first zone: with the prefix, without it.
_CODES = {
    (Datum.CGCS2000, 3): (4513, 4534),
    (Datum.CGCS2000, 6): (4491, 4502),
    (Datum.XIAN80, 3): (2349, 2370),
    (Datum.XIAN80, 6): (2327, 2338),
    (Datum.BEIJING54, 3): (2401, 2422),
    (Datum.BEIJING54, 6): (21413, 21453),
}
_ALLOWED = "3°: 25–45 (75°E–135°E), 6°: 13–23 (75°E–135°E)"


@dataclass(frozen=True, slots=True, kw_only=True)
class GaussZone:
    """A Gauss-Krüger zone.

    Attributes
    ----------
    width_deg
        3 or 6.
    zone
        25–45 (3°) or 13–23 (6°).
    prefixed
        Eastings bear the zone's number.
    """

    datum: Datum
    width_deg: int
    zone: int
    prefixed: bool

    @property
    def crs(self) -> str:
        """Its name as ``EPSG:n``."""
        first = _CODES[self.datum, self.width_deg][0 if self.prefixed else 1]
        return f"EPSG:{first + self.zone - _FIRST[self.width_deg]}"

    @property
    def meridian_deg(self) -> int:
        """Central meridian, degrees east."""
        return 3 * self.zone if self.width_deg == 3 else 6 * self.zone - 3  # noqa: PLR2004 (degrees)

    @property
    def middle_m(self) -> float:
        """Easting of the central meridian, metres."""
        return _MIDDLE_M + (PREFIX_M * self.zone if self.prefixed else 0.0)

    @property
    def title(self) -> Text:
        """As people name it."""
        bare = Text("", "") if self.prefixed else Text("，东坐标不带带号", ", no zone in the easting")
        return Text(
            f"{self.datum} {self.width_deg} 度带第 {self.zone} 带（中央经线 {self.meridian_deg}°E{bare.zh}）",
            f"{self.datum} {self.width_deg}° zone {self.zone} (meridian {self.meridian_deg}°E{bare.en})",
        )


def geographic_crs(datum: Datum) -> str:
    """The ``EPSG:n`` of a datum's longitude and latitude."""
    return f"EPSG:{_GEOGRAPHIC[datum]}"


def gauss_zone(
    datum: Datum | str,
    width_deg: int,
    *,
    zone: int | None = None,
    meridian_deg: float | None = None,
    prefixed: bool,
    where: str = "crs",
) -> GaussZone:
    """The zone of a number or of a central meridian.

    Raises
    ------
    InputError
        If there is no such zone, or both are given and do not agree, or neither is.
    """
    found = [
        one
        for one in zones_of(Datum(datum), prefixed=prefixed)
        if one.width_deg == width_deg
        and zone in {None, one.zone}
        and (meridian_deg is None or meridian_deg == one.meridian_deg)
    ]
    if len(found) == 1:
        return found[0]
    given = f"{width_deg}°, zone {zone}, meridian {meridian_deg}"
    raise InputError(
        Problem(
            where=where,
            given=given,
            allowed=_ALLOWED,
            hint=Text(
                "没有这样的高斯-克吕格投影带：请核对分带（3 度或 6 度）、带号和中央经线",
                "there is no such Gauss-Krüger zone: check width (3° or 6°), zone number and meridian",
            ),
        )
    )


def gauss_crs(
    datum: Datum | str,
    width_deg: int,
    *,
    zone: int | None = None,
    meridian_deg: float | None = None,
    prefixed: bool,
    where: str = "crs",
) -> str:
    """The same as our CRS name, ``EPSG:n``."""
    return gauss_zone(
        datum, width_deg, zone=zone, meridian_deg=meridian_deg, prefixed=prefixed, where=where
    ).crs


def zones_of(datum: Datum, *, prefixed: bool) -> Iterator[GaussZone]:
    """All zones of a datum, those of 3° first, from west to east."""
    for width_deg, first in _FIRST.items():
        for zone in range(first, first + _COUNT[width_deg]):
            yield GaussZone(datum=datum, width_deg=width_deg, zone=zone, prefixed=prefixed)


def zone_of_code(crs: str) -> GaussZone | None:
    """The zone that an ``EPSG:n`` names; None where it is no Chinese Gauss-Krüger zone of these datums."""
    return _BY_CODE.get(crs)


_BY_CODE = {zone.crs: zone for datum in Datum for prefixed in (True, False)
            for zone in zones_of(datum, prefixed=prefixed)}  # fmt: skip


def zone_numbers(east_m: Floats) -> Ints:
    """Of many numbers: the zone before it, `BARE` for an easting that bears none, -1 for no easting."""
    number, rest = np.divmod(east_m, PREFIX_M)
    middle = np.abs(rest - _MIDDLE_M) <= _FARTHEST_M
    known = np.zeros(len(east_m), dtype=bool)
    for width_deg, first in _FIRST.items():
        known |= (number >= first) & (number < first + _COUNT[width_deg])
    return np.where(middle & (known | (number == BARE)), number, -1.0).astype(np.int64)


def zone_of_easting(east_m: float, datum: Datum = Datum.CGCS2000) -> GaussZone | None:
    """The zone whose number stands before an easting (35 578 234 m: 3° zone 35); None where none does."""
    return zone_of_number(int(zone_numbers(np.array([east_m]))[0]), datum)


def zone_of_number(number: int, datum: Datum = Datum.CGCS2000) -> GaussZone | None:
    """The zone of a number before eastings: 3° and 6° zones share none."""
    for width_deg, first in _FIRST.items():
        if first <= number < first + _COUNT[width_deg]:
            return GaussZone(datum=datum, width_deg=width_deg, zone=number, prefixed=True)
    return None


def candidate_zones(
    east_m: float, datum: Datum = Datum.CGCS2000, *, width_deg: int | None = None
) -> tuple[GaussZone, ...]:
    """All zones that an easting may be of.

    One where it bears a prefix, every one of the width where it bears none, none where it is no easting.
    """
    named = zone_of_easting(east_m, datum)
    if named is not None:
        return (named,) if width_deg in {None, named.width_deg} else ()
    if zone_numbers(np.array([east_m]))[0] != BARE:
        return ()
    return tuple(z for z in zones_of(datum, prefixed=False) if width_deg in {None, z.width_deg})


def candidates_told(datum: Datum, width_deg: int | None = None) -> str:
    """The zones of an easting without a number, as a person may name them."""
    told = []
    for width, first in _FIRST.items():
        if width_deg in {None, width}:
            last, codes = first + _COUNT[width] - 1, _CODES[datum, width][1]
            told.append(f"{width}°: {first}–{last} = EPSG:{codes}–{codes + last - first}")
    return f"{datum} " + "; ".join(told)
