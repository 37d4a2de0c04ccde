"""Which reference system coordinates are in, of the name given (or none) and of what the digits say.

A name may leave open what the digits tell without doubt: the zone of an easting that bears its number,
degrees or metres, which of two numbers is the northing. What was read so is said in a remark; what the digits
leave open too is refused, with the zones it could be.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.crs import EPSG_4490, Crs, parse_crs
from geo.crs_words import CrsWords, crs_words
from geo.errors import InputError, Problem
from geo.gauss import (
    BARE,
    Datum,
    GaussZone,
    candidates_told,
    gauss_zone,
    geographic_crs,
    zone_numbers,
    zone_of_code,
    zone_of_number,
)
from geo.model import Text
from geo.parameters import Helmert, split_parameters, with_parameters

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FULL_TURN = 360.0
"""No degrees beyond this: larger numbers are lengths."""

_NORTHING_M = (300_000.0, 6_250_000.0)
"""Northings of China, 3° N to 56° N."""

_CERTAIN_NORTHING_M = (1_500_000.0, 7_000_000.0)
"""Northings between 13° N and 63° N: no easting lies there, with (> 10⁷) or without (< 10⁶) zone prefix."""

_CHINA_LON, _CHINA_LAT = (73.0, 136.0), (3.0, 54.0)
_NONE_GIVEN = Text("未注明坐标系，按 EPSG:4490 处理", "no CRS given: taken as EPSG:4490")
ORDER = Text(
    "两个坐标按大小判断：北坐标（X 或纬度）在前，东坐标（Y 或经度）在后",
    "told by their size: northing or latitude first, easting or longitude second",
)
"""What is said of numbers that were turned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What coordinates are in.

    Attributes
    ----------
    crs
        The system; easting or longitude is first once ``turned`` is done.
    turned
        The two numbers of each place are to change places.
    remarks
        What was read from the digits.
    """

    crs: Crs
    turned: bool
    remarks: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class _Digits:
    """What pairs of numbers look like; a place of unlike numbers is told in no other way.

    Attributes
    ----------
    metres
        Too large for degrees.
    zones
        Zone number before the first and before the second number; `BARE` for an easting without one, else -1.
    north
        Whether each may be a northing of China.
    surely_north
        Whether each can be nothing but a northing.
    china
        Whether longitude before latitude, or latitude before longitude, lies in China.
    """

    metres: bool
    zones: tuple[int, int]
    north: tuple[bool, bool]
    surely_north: tuple[bool, bool]
    china: tuple[bool, bool]


def settle(
    name: str | None, x: Floats, y: Floats, *, any_order: bool, where: str
) -> tuple[Ints, list[Settled | InputError]]:
    """Settle many places at once.

    Parameters
    ----------
    name
        CRS as somebody named it; None = nobody did.
    x, y
        First and second number of each place, finite, shape (n,).
    any_order
        The order of the two is not known (columns x and y, typed pairs): told by size.
    where
        For the problems.

    Returns
    -------
    code, found
        For each place its position in ``found``, shape (n,); what was found, or why nothing was.

    Raises
    ------
    InputError
        If the name is none we know.
    """
    base, helmert = ("", ()) if name is None else split_parameters(name, where=f"{where}.crs")
    words = crs_words(base) if base else None
    given = EPSG_4490 if name is None or words is not None else parse_crs(name, where=f"{where}.crs")
    looks, code = _looks(x, y)
    first = np.unique(code, return_index=True)[1]
    found: list[Settled | InputError] = []
    for digits, at in zip(looks, first.tolist(), strict=True):
        shown = f"{x[at]:.12g}, {y[at]:.12g} ({name or '—'})"
        try:
            found.append(_Case(name, words, helmert, given, digits, any_order, shown, where).settled())
        except InputError as error:
            found.append(error)
    return code, found


def in_china(lon: float, lat: float) -> bool:
    """Whether degrees lie in the box round China: longitude and latitude have no number there in common."""
    return _CHINA_LON[0] <= lon <= _CHINA_LON[1] and _CHINA_LAT[0] <= lat <= _CHINA_LAT[1]


def leaves_open(name: str, crs: Crs) -> bool:
    """Whether a name of people leaves open what a zone says, and does not contradict it."""
    words, zone = crs_words(split_parameters(name)[0]), zone_of_code(crs.name)
    return (
        words is not None
        and zone is not None
        and words.projected is not False
        and words.datum == zone.datum
        and words.width_deg in {None, zone.width_deg}
        and words.zone in {None, zone.zone}
        and words.meridian_deg in {None, zone.meridian_deg}
        and words.prefixed in {None, zone.prefixed}
    )


def settle_shape(name: str | None, xy: Floats, *, any_order: bool, where: str) -> Settled:
    """Settle the places of one shape, shape (n, 2), which must all be in the same system.

    Raises
    ------
    InputError
        As `settle`, and if the places are not of one zone.
    """
    if not len(xy):  # nothing that is a number: the site's own checks say so
        given = EPSG_4490 if name is None else parse_crs(name, where=f"{where}.crs")
        return Settled(crs=given, turned=False, remarks=())
    if not any_order and (name is not None or not (np.abs(xy) > FULL_TURN).any()):
        words = None if name is None else crs_words(split_parameters(name, where=f"{where}.crs")[0])
        crs = EPSG_4490 if name is None else None if words else parse_crs(name, where=f"{where}.crs")
        if crs is not None and not crs.projected:  # the usual case, without a look at the digits
            return Settled(crs=crs, turned=False, remarks=(_NONE_GIVEN,) if name is None else ())
    _, found = settle(name, xy[:, 0], xy[:, 1], any_order=any_order, where=where)
    for one in found:
        if isinstance(one, InputError):
            raise one
    settled = [one for one in found if isinstance(one, Settled)]
    if any(one != settled[0] for one in settled):
        raise InputError(
            Problem(
                where=where,
                given=" | ".join(dict.fromkeys(one.crs.name for one in settled)),
                allowed="one zone | 一个投影带",
                hint=Text(
                    "各顶点的坐标不在同一投影带，或坐标次序不一：请逐一核对",
                    "the vertices are of different zones or in different order: look them over",
                ),
            )
        )
    return settled[0]


def _looks(x: Floats, y: Floats) -> tuple[list[_Digits], Ints]:
    """The different looks of the places, and which each has."""
    zones = (zone_numbers(x), zone_numbers(y))
    flags = (
        np.maximum(np.abs(x), np.abs(y)) > FULL_TURN,
        _within(x, _NORTHING_M),
        _within(y, _NORTHING_M),
        _within(x, _CERTAIN_NORTHING_M),
        _within(y, _CERTAIN_NORTHING_M),
        _within(x, _CHINA_LON) & _within(y, _CHINA_LAT),
        _within(x, _CHINA_LAT) & _within(y, _CHINA_LON),
    )
    key = (zones[0] + 1) * 64 + zones[1] + 1
    for flag in flags:
        key = key * 2 + flag
    _, first, code = np.unique(key, return_index=True, return_inverse=True)
    looks = []
    for at in first.tolist():
        metres, *rest = (bool(flag[at]) for flag in flags)
        looks.append(
            _Digits(
                metres,
                (int(zones[0][at]), int(zones[1][at])),
                (rest[0], rest[1]),
                (rest[2], rest[3]),
                (rest[4], rest[5]),
            )
        )
    return looks, code.astype(np.int64)


def _within(values: Floats, limits: tuple[float, float]) -> NDArray[np.bool_]:
    return (values >= limits[0]) & (values <= limits[1])


@dataclass(frozen=True, slots=True)
class _Case:
    """One name with one look of the digits."""

    name: str | None
    words: CrsWords | None
    helmert: Helmert
    given: Crs
    digits: _Digits
    any_order: bool
    shown: str
    where: str

    def settled(self) -> Settled:
        words = self.words
        if words is None and self.name is None and self.digits.metres:
            words = CrsWords(datum=Datum.CGCS2000)
        if words is None:
            return self._named()
        if words.projected or (words.projected is None and self.digits.metres):
            return self._gauss(words)
        crs = parse_crs(with_parameters(geographic_crs(words.datum), self.helmert), where=f"{self.where}.crs")
        return self._degrees(crs, ())

    def _named(self) -> Settled:
        """A name that leaves nothing open but the order."""
        if not self.given.projected:
            return self._degrees(self.given, (_NONE_GIVEN,) if self.name is None else ())
        self._refuse_degrees()
        zone = zone_of_code(split_parameters(self.given.name)[0])
        turned = zone is not None and self.any_order and self._turned(zone)
        if not turned:
            self._refuse_northing_first()
        return Settled(crs=self.given, turned=turned, remarks=(ORDER,) if turned else ())

    def _degrees(self, crs: Crs, remarks: tuple[Text, ...]) -> Settled:
        if self.name is None and self.any_order and not any(self.digits.china):
            raise self._problem(
                "crs | 坐标系",
                "x、y 没有坐标系，也看不出是中国境内的经纬度：请注明坐标系",
                "x and y need a CRS: they are no longitude and latitude in China",
            )
        turned = self.any_order and self.digits.china == (False, True)
        return Settled(crs=crs, turned=turned, remarks=(*remarks, ORDER) if turned else remarks)

    def _gauss(self, words: CrsWords) -> Settled:
        """Metres in a zone that the name leaves open, or whose prefix it leaves open."""
        self._refuse_degrees()
        if not self.any_order:
            self._refuse_northing_first()
        zone = self._zone(words)
        turned = self.any_order and self._turned(zone)
        crs = parse_crs(with_parameters(zone.crs, self.helmert), where=f"{self.where}.crs")
        return Settled(crs=crs, turned=turned, remarks=(*self._told(words, zone), *((ORDER,) * turned)))

    def _zone(self, words: CrsWords) -> GaussZone:
        """The zone, of the name where it says all, else of the digits; they must not contradict."""
        numbers = [n for n in self._eastings() if n > BARE]
        prefixed = words.prefixed if words.prefixed is not None else bool(numbers)
        width = words.width_deg
        if words.zone is None and words.meridian_deg is None:
            told = zone_of_number(numbers[0], words.datum) if numbers else None
            if told is None:
                raise self._open(words)
            if width in {None, told.width_deg} and words.prefixed is not False:
                return told
            raise self._contradicted(told)
        told = zone_of_number(numbers[0], words.datum) if numbers else None
        zone = gauss_zone(
            words.datum,
            width or (3 if told is None else told.width_deg),  # without numbers, meridians say all
            zone=words.zone,
            meridian_deg=words.meridian_deg,
            prefixed=prefixed,
            where=self.where,
        )
        if told is not None and told != zone:
            raise self._contradicted(told)
        return zone

    def _eastings(self) -> tuple[int, ...]:
        """Zone numbers of what may be the easting: the first number, or either where the order is open."""
        return self.digits.zones if self.any_order else self.digits.zones[:1]

    def _turned(self, zone: GaussZone) -> bool:
        """Whether the northing comes first. Which is which must be plain."""
        wanted = zone.zone if zone.prefixed else BARE
        straight, turned = (
            self.digits.zones[east] == wanted and self.digits.north[1 - east] for east in (0, 1)
        )
        if straight and turned:
            raise self._problem(
                "东坐标、北坐标 | easting, northing",
                "两个坐标大小相近，分不清哪个是北坐标：请用“东坐标”“北坐标”（easting、northing）作列名",
                "the two are alike in size, and which is the northing is not plain: name the columns "
                "easting and northing",
            )
        return turned

    def _told(self, words: CrsWords, zone: GaussZone) -> Iterator[Text]:
        """What was not in the name."""
        if self.name is None:
            yield Text(
                f"未注明坐标系，按东坐标带号取为 {zone.title.zh}，{zone.crs}",
                f"no CRS given: taken as {zone.title.en}, {zone.crs}, after the zone number in the easting",
            )
        elif words.zone is None and words.meridian_deg is None:
            yield Text(
                f"投影带由东坐标带号得出：{zone.title.zh}，{zone.crs}",
                f"the zone was read from the easting: {zone.title.en}, {zone.crs}",
            )
        else:
            yield Text(f"坐标系取为 {zone.title.zh}，{zone.crs}", f"taken as {zone.title.en}, {zone.crs}")

    def _refuse_degrees(self) -> None:
        if not self.digits.metres:
            raise self._problem(
                "metres: easting, northing",
                "坐标像是经纬度，而所注坐标系为米制投影坐标系",
                "the coordinates look like degrees, but the CRS named is projected, in metres",
            )

    def _refuse_northing_first(self) -> None:
        if self.digits.surely_north == (True, False):
            raise self._problem(
                "x = easting, y = northing",
                "x 像是北坐标（纵坐标）：请把东坐标放在 x、北坐标放在 y",
                "x looks like a northing: give the easting as x and the northing as y",
            )

    def _open(self, words: CrsWords) -> InputError:
        if BARE not in self._eastings():
            return self._problem(
                "EPSG:n",
                "坐标似为米制投影坐标，请注明坐标系",
                "the coordinates look like metres: name their CRS",
            )
        return self._problem(
            candidates_told(words.datum, words.width_deg),
            "东坐标不带带号，判断不出投影带：请注明坐标系，写明是哪一带",
            "the easting bears no zone number: name their CRS, and say which zone",
        )

    def _contradicted(self, told: GaussZone) -> InputError:
        return self._problem(
            told.crs,
            f"坐标系名称与东坐标带号不符：坐标属于 {told.title.zh}",
            f"the name of the CRS and the zone number in the easting differ: that is of {told.title.en}",
        )

    def _problem(self, allowed: str, zh: str, en: str) -> InputError:
        return InputError(Problem(where=self.where, given=self.shown, allowed=allowed, hint=Text(zh, en)))
