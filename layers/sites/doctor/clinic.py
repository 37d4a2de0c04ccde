"""One site before the doctor: advice where it was refused or lies outside, remedies where asked for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.crs import parse_crs
from geo.errors import InputError
from geo.gauss import zone_of_code
from geo.measure import Floats
from geo.model import Advice, Bundle, Site
from layers.sites.doctor.area import Bools, ServiceArea, service_area
from layers.sites.doctor.remedies import (
    COORDINATE_REMEDIES,
    DATUMS,
    DEGREES,
    DIGITS,
    PACKED,
    POINT,
    SIGNS,
    SWAP,
    ZONES,
    Kind,
    Remedy,
)
from layers.sites.doctor.texts import TEXT_REMEDIES, TextRemedy
from layers.sites.doctor.told import advised, applied, unfit

_FOUR = 1e4
"""Degrees, minutes and seconds take four decimals."""
_MANY = 8
"""Coordinates with minutes and seconds below 60 by chance: 0.36 to this power, 3 in 10 000."""
_CHINA = (72.0, 0.8, 138.0, 56.0)
"""Where the shifted datums hold: west, south, east, north in degrees."""

_TURN = 360.0
_NEAR_DEG = 5.0
"""Farthest from its meridian that an easting of a zone lies, degrees of longitude."""

READINGS: tuple[tuple[Remedy, ...], ...] = (
    (SWAP,),
    *((sign,) for sign in SIGNS),
    (DEGREES,),
    (DEGREES, SWAP),
    *((zone,) for zone in ZONES),
    (PACKED,),
    (SWAP, PACKED),
    (POINT,),
    *((digits,) for digits in DIGITS),
)
"""What a site is tried for, the likeliest first; zones are alternatives of each other."""


_EVERYWHERE = ServiceArea(
    home=shapely.box(-180.0, -90.0, 180.0, 90.0),
    whole=shapely.box(-180.0, -90.0, 180.0, 90.0),
    districts=np.zeros(0, dtype=object),
    names=(),
)
"""For a bundle that says nothing of how far it reaches, where a remedy was asked for all the same."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A site's shape as it was read, x = longitude or easting, and the name of its CRS; None = none named.

    Where the order of x and y was left to the digits (``any_order``) it still is.
    """

    geometry: Geometry
    crs: str | None
    any_order: bool = False


Make = Callable[[Reading], Site]
"""Makes a site of a reading as of any other; raises InputError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doctor:
    """Looks at the sites of one bundle.

    Attributes
    ----------
    area
        Where sites are expected.
    asked
        The remedies asked for, in their order; those for text are not among them.
    texts
        The remedy for text asked for, if any: it was applied when the table was read.
    """

    area: ServiceArea
    asked: tuple[Remedy, ...] = ()
    texts: tuple[TextRemedy, ...] = ()

    @property
    def treats(self) -> bool:
        """Whether anything was asked for: every row is then told what became of it."""
        return bool(self.asked or self.texts)

    def site(self, read: Callable[[], Reading | None], make: Make, given: Callable[[], Site]) -> Site:
        """The site of a row: as given, with advice, or as the remedies asked for make it.

        Parameters
        ----------
        read
            The shape as it was read, also of a row that is refused; None where there is none.
        make
            Makes a site of a shape.
        given
            Makes the site as given.

        Raises
        ------
        InputError
            As `given` raises it, with advice.
        """
        site = self._seen(read, make, given)
        if not self.texts:
            return site
        remarks = (*site.remarks, *(one.done for one in self.texts))
        names = (*(one.name for one in self.texts), *site.remedies)
        return replace(site, remarks=remarks, remedies=names)

    def _seen(self, read: Callable[[], Reading | None], make: Make, given: Callable[[], Site]) -> Site:
        """The same without what is told of the table's text."""
        refusal: InputError | None = None
        site: Site | None = None
        try:
            site = given()
        except InputError as error:
            refusal = error
        if not self.asked and site is not None and self.area.holds(site.geometry):
            return site
        reading = read()
        if reading is None or shapely.is_empty(reading.geometry):
            return _or_raise(site, refusal, ())
        site, notes = self._treated(reading, site, make)
        if site is not None and (site.remedies or self.area.holds(site.geometry)):
            return _noted(site, notes)
        return _or_raise(site, refusal, (*notes, *self.advise(reading, site, make)))

    def _treated(
        self, reading: Reading, site: Site | None, make: Make
    ) -> tuple[Site | None, tuple[Advice, ...]]:
        """The site with what was asked for done to it; where nothing fits, as it was, and told."""
        if not self.asked:
            return site, ()
        done: tuple[Remedy, ...] = ()
        now, made = reading, site
        for remedies in _ways([one for one in self.asked if one.kind is Kind.READING]):
            if (found := self._fitting(reading, remedies, site, make)) is not None:
                now, made = found
                done = remedies
                break
        for remedy in (one for one in self.asked if one.kind is Kind.DATUM):
            shifted = moved(now, (remedy,), self.area)
            if (
                shifted is not None
                and made is not None
                and in_china(shapely.get_coordinates(made.geometry)).all()
            ):
                now, made = shifted, make(shifted)
                done = (*done, remedy)
        if made is None or not done:
            return site, (unfit(self.asked, site, self.area),)
        told = applied(done, reading.geometry, made.geometry)
        names = tuple(one.name for one in done)
        return replace(made, remarks=(*made.remarks, told), remedies=names), ()

    def _fitting(
        self, reading: Reading, remedies: tuple[Remedy, ...], site: Site | None, make: Make
    ) -> tuple[Reading, Site] | None:
        """The reading and site of remedies that fit: done, they give a good site in the service area.

        What lies in the area as given is changed only by what reads all of a file in another way.
        """
        inside = site is not None and self.area.holds(site.geometry)
        if inside and not all(one is PACKED or one in ZONES for one in remedies):
            return None
        return self._placed(reading, remedies, make, home=False)

    def advise(self, reading: Reading, site: Site | None, make: Make) -> tuple[Advice, ...]:
        """What the site may have meant; ``site`` is as given, None where it was refused."""
        found: list[Advice] = []
        for remedies in self._suspected(reading, site):
            if found and not _alternatives(found[-1], remedies):
                break
            placed = self._placed(reading, remedies, make, home=site is not None)
            if placed is None:
                continue
            advice = advised(
                remedies, reading.geometry, placed[1], site, self.area, metres=_in_metres(reading.crs)
            )
            if advice.would_be not in {one.would_be for one in found}:  # zones of 3° and 6° share meridians
                found.append(advice)
        return tuple(found)

    def _suspected(self, reading: Reading, site: Site | None) -> Iterator[tuple[Remedy, ...]]:
        xy = shapely.get_coordinates(reading.geometry)
        packed = bool(may_be_packed(xy).all()) or xy.size >= _MANY
        metres = _in_metres(reading.crs)
        zones = self._zones(reading.crs) if np.abs(xy).max() > _TURN else set()
        of_degrees = {PACKED, POINT, *SIGNS, *DIGITS}
        for remedies in READINGS:
            if remedies[0] in ZONES:
                fits = remedies[0] in zones
            elif metres:
                fits = of_degrees.isdisjoint(remedies)
            else:
                fits = DEGREES not in remedies and (packed or PACKED not in remedies)
            if fits:
                yield remedies
        if site is not None:
            yield from ((datum,) for datum in DATUMS)

    def _zones(self, crs: str | None) -> set[Remedy]:
        """Zones near the area, of the width that was named."""
        named = None if crs is None else zone_of_code(parse_crs(crs).name)
        west, _, east, _ = self.area.box
        return {
            remedy
            for remedy, zone in ZONES.items()
            if (named is None or zone.width_deg == named.width_deg)
            and west - _NEAR_DEG <= zone.meridian_deg <= east + _NEAR_DEG
        }

    def _placed(
        self, reading: Reading, remedies: tuple[Remedy, ...], make: Make, *, home: bool
    ) -> tuple[Reading, Site] | None:
        """The reading and site that remedies lead to, where that is a good site in the area."""
        after = moved(reading, remedies, self.area)
        if after is None or not _is_near(after, self.area):
            return None
        try:
            site = make(after)
        except InputError:
            return None
        there = self.area.at_home(site.geometry) if home else self.area.holds(site.geometry)
        return (after, site) if there else None


def doctor_for(bundle: Bundle, names: Sequence[str] = ()) -> Doctor | None:
    """The doctor of a bundle's sites; None where nothing says where they are expected."""
    area = service_area(bundle)
    asked = tuple(COORDINATE_REMEDIES[name] for name in names if name in COORDINATE_REMEDIES)
    texts = tuple(TEXT_REMEDIES[name] for name in names if name in TEXT_REMEDIES)
    if area is None and not names:
        return None
    return Doctor(area=area or _EVERYWHERE, asked=asked, texts=texts)


def moved(reading: Reading, remedies: Sequence[Remedy], area: ServiceArea) -> Reading | None:
    """The reading that remedies lead to, one by one; None where they cannot be done or change nothing."""
    xy, crs = shapely.get_coordinates(reading.geometry), reading.crs
    for remedy in remedies:
        after = remedy.move(xy, area.box)
        if np.isnan(after).any():
            return None
        named = remedy.crs(crs, after)
        if named == "" or (named == crs and np.array_equal(after, xy)):
            return None
        xy, crs = after, named
    still_open = reading.any_order and all(one.kind is Kind.DATUM for one in remedies)
    return Reading(shapely.transform(reading.geometry, lambda _: xy), crs, still_open)


def _is_near(reading: Reading, area: ServiceArea) -> bool:
    """Whether degrees can lie in the area at all, told by their box; of metres nothing is told."""
    if _in_metres(reading.crs):
        return True
    west, south, east, north = shapely.bounds(reading.geometry).tolist()
    low_lon, low_lat, high_lon, high_lat = area.box
    slack = 0.02  # more than the shift of any datum
    return bool(
        west <= high_lon + slack
        and east >= low_lon - slack
        and south <= high_lat + slack
        and north >= low_lat - slack
    )


def _in_metres(crs: str | None) -> bool:
    return crs is not None and parse_crs(crs).projected


def _ways(readings: Sequence[Remedy]) -> Iterator[tuple[Remedy, ...]]:
    """Each remedy by itself, then all of them in their order."""
    yield from ((one,) for one in readings)
    if len(readings) > 1:
        yield tuple(readings)


def _alternatives(found: Advice, remedies: tuple[Remedy, ...]) -> bool:
    """Whether the next way is of the same sort as the one found: zones, or datums."""
    names = {COORDINATE_REMEDIES[name] for name in found.remedies}
    return any(names <= set(group) and set(remedies) <= set(group) for group in (ZONES, DATUMS))


def may_be_packed(xy: Floats) -> Bools:
    """Of points (shape (n, 2)): whether their decimals look like minutes and seconds, four of them."""
    told = np.abs(xy) * _FOUR
    with np.errstate(invalid="ignore"):
        short = np.abs(told - np.round(told)) < 1e-6  # noqa: PLR2004  noise of the product
        fine = np.round(told) % 100.0 != 0.0
    return np.asarray(short.all(axis=1) & fine.any(axis=1))


def in_china(lonlat: Floats) -> Bools:
    """Of points (shape (n, 2)): whether the shifted datums hold there."""
    west, south, east, north = _CHINA
    return np.asarray(((lonlat >= (west, south)) & (lonlat <= (east, north))).all(axis=1))


def _noted(site: Site, notes: tuple[Advice, ...]) -> Site:
    """A good site with what is told of it: where nothing is to be asked for, among the remarks."""
    remarks = tuple(one.text for one in notes if not one.remedies)
    advice = tuple(one for one in notes if one.remedies)
    return replace(site, remarks=(*site.remarks, *remarks), advice=advice) if notes else site


def _or_raise(site: Site | None, refusal: InputError | None, notes: tuple[Advice, ...]) -> Site:
    if site is not None:
        return _noted(site, notes)
    if refusal is None:
        raise TypeError("a row is a site or refused")
    raise type(refusal)(refusal.problems, notes)
