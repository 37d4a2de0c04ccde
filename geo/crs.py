"""The CRS door: names in, EPSG:4490 longitude/latitude out.

Edges are straight in the CRS of supply, so projected geometry is densified before it is transformed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pyproj
import shapely
from pyproj.crs import BoundCRS
from pyproj.crs.coordinate_operation import ToWGS84Transformation
from pyproj.enums import TransformDirection
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry as Geometry

from geo.crs_names import SHIFTED, code_of_name, unknown_crs, unnamed
from geo.crs_words import crs_words
from geo.datum import Floats, bd_to_wgs, gcj_to_wgs, wgs_to_bd, wgs_to_gcj
from geo.errors import InputError, Problem
from geo.gauss import Datum, gauss_crs, geographic_crs
from geo.model import Text
from geo.parameters import Helmert, split_parameters, with_parameters

DENSIFY_M = 200.0
"""Longest edge, metres, that is transformed by its end points alone (its sagitta is under 1 mm)."""

_DENSIFY_DEG = 0.0015
_ZONES = range(25, 46)
_SAME_PLACE_DEG = 1e-7
"""A centimetre: a definition that lies farther from a code's is another system."""

_CGCS2000_FLATTENING, _SAME_FLATTENING = 298.257222101, 1e-6
_EQUAL_DATUMS = ("World Geodetic System 1984", "China 2000", "WGS 84", "WGS_1984")
_OLD_CHINESE = ("Xian 1980", "Beijing 1954", "New Beijing")
_Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]
_OFFSET: dict[str, tuple[_Shift, _Shift]] = {
    "GCJ-02": (gcj_to_wgs, wgs_to_gcj),
    "BD-09": (bd_to_wgs, wgs_to_bd),
}
"""Shifted datums: the way to longitude/latitude and the way back."""

_SHIFTED_USE = (72.004, 0.8293, 137.8347, 55.8271)
"""Where the common open formula shifts at all; elsewhere web maps show WGS84."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crs:
    """A coordinate reference system as named by a person.

    Attributes
    ----------
    name
        ``EPSG:n``, ``GCJ-02``, ``BD-09`` or ``unknown``.
    projected
        Coordinates are metres (or another length), easting first.
    use
        Area of use as (west, south, east, north) in degrees, for projected systems and shifted datums.
    old_datum
        Xi'an 80 or Beijing 54 without parameters: no public ones lead to CGCS2000.
    helmert
        Parameters that came with the name, as PROJ has them; none of other systems.
    """

    name: str
    projected: bool
    old_datum: bool = False
    use: tuple[float, float, float, float] | None = None
    helmert: Helmert = ()

    @property
    def datum_known(self) -> bool:
        """False only where the datum was declared unknown."""
        return self.name != "unknown"


EPSG_4490 = Crs(name="EPSG:4490", projected=False)


def parse_crs(name: str | int, *, where: str = "crs") -> Crs:
    """Read a CRS name that says all: a code, a datum in degrees, a zone and how its eastings are written.

    Raises
    ------
    InputError
        If the name is none we know or leaves something open (which `geo.settle` may read from the digits), or
        the CRS is neither geographic nor projected.
    """
    base, helmert = split_parameters(str(name), where=where)
    if helmert:
        return _shifted_by(helmert, parse_crs(base, where=where), where)
    code = code_of_name(base, where)
    if code is None:
        raise InputError(unknown_crs(where, name))
    if code in SHIFTED:
        return Crs(name=code, projected=False, use=_SHIFTED_USE if code in _OFFSET else None)
    return _epsg(code, where)


def check_crs_name(name: str, *, where: str = "crs") -> None:
    """Refuse a name that is none we know; what it leaves open, the digits may tell.

    Raises
    ------
    InputError
        As `parse_crs`.
    """
    base, helmert = split_parameters(name, where=where)
    words = crs_words(base)
    if words is None:
        parse_crs(name, where=where)
    elif helmert:
        _shifted_by(helmert, parse_crs(geographic_crs(words.datum)), where)


def _shifted_by(helmert: Helmert, crs: Crs, where: str) -> Crs:
    """A system of an old datum with its parameters."""
    if crs.old_datum:
        return replace(crs, name=with_parameters(crs.name, helmert), old_datum=False, helmert=helmert)
    raise InputError(
        Problem(
            where=where,
            given=with_parameters(crs.name, helmert),
            allowed="西安80, 北京54",
            hint=Text("转换参数只用于西安80和北京54", "parameters are for Xi'an 80 and Beijing 54 only"),
        )
    )


@lru_cache(maxsize=256)
def _epsg(code: str, where: str) -> Crs:
    try:
        crs = pyproj.CRS.from_user_input(code)
    except CRSError as error:
        raise InputError(unknown_crs(where, code)) from error
    if (
        not (crs.is_geographic or crs.is_projected)
        or crs.geodetic_crs is None
        or crs.geodetic_crs.datum is None
    ):
        raise InputError(unknown_crs(where, code))
    datum = crs.geodetic_crs.datum.name
    area = crs.area_of_use if crs.is_projected else None
    return Crs(
        name=code,
        projected=crs.is_projected,
        old_datum=any(old in datum for old in _OLD_CHINESE),
        use=None if area is None else (area.west, area.south, area.east, area.north),
    )


@lru_cache(maxsize=64)
def crs_from_wkt(text: str, *, where: str = "crs") -> Crs:
    """A file's own CRS (WKT, PROJ string or name) as the named one that puts its numbers at the same places.

    Datum parameters that come with the definition of an old datum go with the name.

    Raises
    ------
    InputError
        If no EPSG code describes it.
    """
    try:
        crs = pyproj.CRS.from_user_input(text)
    except CRSError as error:
        raise InputError(unknown_crs(where, text[:80])) from error
    bound = crs.coordinate_operation if crs.is_bound else None
    plain = crs.source_crs if bound is not None and crs.source_crs is not None else crs
    code = 4490 if _is_cgcs2000(plain) else next((one for one in _codes(plain) if _alike(plain, one)), None)
    if code is None:
        code = _code_by_definition(plain)
    if code is None:
        other = not (plain.is_geographic or plain.is_projected)
        raise InputError(unknown_crs(where, text[:80]) if other else unnamed(where, plain.name))
    numbers = tuple(bound.towgs84) if bound is not None else ()
    found = _epsg(f"EPSG:{code}", where)
    return _shifted_by(numbers, found, where) if any(numbers) else found


def _codes(crs: pyproj.CRS) -> Iterator[int]:
    """EPSG codes that a definition may stand for: its own, those of its name, those of its numbers."""
    about = crs.to_json_dict()
    own = about.pop("id", {})
    if own.get("authority") == "EPSG":
        yield int(own["code"])
    for named in (crs, pyproj.CRS.from_json_dict({**about, "name": "unknown"})):
        yield from (int(one.code) for one in named.list_authority("EPSG", min_confidence=25))


def _alike(crs: pyproj.CRS, code: int) -> bool:
    """Whether a definition puts its numbers where the code does that its words resemble.

    Codes are looked up by name too, and a zone of a meridian of its own often bears the name of another.
    """
    known = pyproj.CRS.from_epsg(code)
    mine, theirs = crs.geodetic_crs, known.geodetic_crs
    if mine is None or theirs is None or _figures(mine) != _figures(theirs):
        return False
    if not crs.is_projected or known.area_of_use is None:
        return not (crs.is_projected or known.is_projected)
    west, south, east, north = known.area_of_use.bounds
    lon, lat = np.meshgrid(np.linspace(west, east, 5)[1:-1], np.linspace(south, north, 5)[1:-1])
    try:
        back = pyproj.Proj(crs)(*pyproj.Proj(known)(lon, lat), inverse=True)
    except (CRSError, ProjError):
        return False
    return bool(np.allclose(back, (lon, lat), rtol=0.0, atol=_SAME_PLACE_DEG))


def _figures(crs: pyproj.CRS) -> tuple[float, ...]:
    """Ellipsoid, meridian and unit of degrees, rounded to what matters: half a metre on the ground."""
    ellipsoid, meridian = crs.ellipsoid, crs.prime_meridian
    if ellipsoid is None or meridian is None:
        return ()
    return (
        round(ellipsoid.semi_major_metre, 0),
        round(ellipsoid.inverse_flattening, 3),
        round(meridian.longitude * float(meridian.unit_conversion_factor), 9),
        round(crs.axis_info[0].unit_conversion_factor, 9),
    )


def _is_cgcs2000(crs: pyproj.CRS) -> bool:
    """Whether degrees are called CGCS2000 on its ellipsoid: datum ``D_2000`` was taken for another code."""
    flattening = crs.ellipsoid.inverse_flattening if crs.ellipsoid is not None else 0.0
    named = "cgcs" in crs.name.casefold() and "2000" in crs.name
    fits = abs(flattening - _CGCS2000_FLATTENING) < _SAME_FLATTENING
    return crs.is_geographic and named and fits and _figures(crs) == _figures(pyproj.CRS.from_epsg(4490))


def _code_by_definition(crs: pyproj.CRS) -> int | None:
    """CRS84 and the like have no EPSG code; they are WGS84 with longitude first."""
    named = crs.is_geographic and crs.datum is not None and crs.datum.name.startswith(_EQUAL_DATUMS)
    return 4326 if named and _figures(crs) == _figures(pyproj.CRS.from_epsg(4326)) else None


@lru_cache(maxsize=64)
def wkt_of(named: str) -> str:
    """WKT of a definition of any form: a code, PROJJSON, a PROJ string.

    Raises
    ------
    RuntimeError
        Of the projection library, which cannot make anything of it.
    """
    return str(pyproj.CRS.from_user_input(named).to_wkt())


def projjson(name: str) -> dict[str, object]:
    """A CRS as PROJJSON."""
    told: dict[str, object] = pyproj.CRS.from_user_input(name).to_json_dict()
    return told


def by_definition(xy: Floats, named: str) -> Floats:
    """Points, shape (n, 2), brought to EPSG:4490 longitude/latitude by what a file says of its CRS, whole.

    Raises
    ------
    RuntimeError
        Of the projection library: a local system, from which no way leads.
    """
    way = _defined_way(named)
    return xy if way is None else np.column_stack(way.transform(xy[:, 0], xy[:, 1]))


@lru_cache(maxsize=64)
def _defined_way(named: str) -> pyproj.Transformer | None:
    source, target = pyproj.CRS.from_user_input(named), pyproj.CRS.from_epsg(4490)
    return (
        None if source.is_exact_same(target) else pyproj.Transformer.from_crs(source, target, always_xy=True)
    )


def agree(one: Crs, other: Crs) -> bool:
    """Whether two names may stand for each other: equal, or both geographic on WGS84/CGCS2000."""
    geographic = {"EPSG:4490", "EPSG:4326"}
    return one.name == other.name or {one.name, other.name} <= geographic


def to_lonlat(geometry: Geometry, crs: Crs) -> Geometry:
    """Bring a geometry, or an array of them, to EPSG:4490 longitude/latitude.

    WGS84 is taken as CGCS2000 (they differ by centimetres to decimetres, regulations.md §8.2). Xi'an 80 and
    Beijing 54 are taken at face value: the caller must have demanded an accuracy of 100 m or worse.
    """
    mover = _mover_of(crs)
    if mover is None:
        return geometry
    if crs.projected:
        geometry = shapely.segmentize(geometry, longest_edge(crs))
    elif crs.name in _OFFSET:
        geometry = shapely.segmentize(geometry, _DENSIFY_DEG)
    return shapely.transform(geometry, mover)


def from_lonlat(geometry: Geometry, crs: Crs, *, densify: bool = True) -> Geometry:
    """The inverse of `to_lonlat`: EPSG:4490 longitude/latitude to the CRS.

    Parameters
    ----------
    densify
        Edges are straight in longitude/latitude, and keep their course. False: vertices only, as they stand.

    Returns
    -------
    Coordinates as `to_lonlat` takes them: easting or longitude first; Xi'an 80 and Beijing 54 at face value.
    """
    mover = _mover_of(crs, back=True)
    if mover is None:
        return geometry
    bent = densify and (crs.projected or crs.name in _OFFSET)
    return shapely.transform(shapely.segmentize(geometry, _DENSIFY_DEG) if bent else geometry, mover)


def points_to_lonlat(xy: Floats, crs: Crs) -> Floats:
    """The same for points, shape (n, 2)."""
    mover = _mover_of(crs)
    return xy if mover is None else mover(xy)


def _mover_of(crs: Crs, *, back: bool = False) -> Callable[[Floats], Floats] | None:
    """What moves coordinates to longitude/latitude, or back; None where they stay as they are."""
    if crs.name in _OFFSET:
        return _shifter(_OFFSET[crs.name][back])
    same = crs.name in {"EPSG:4490", "EPSG:4326", "unknown"} or (crs.old_datum and not crs.projected)
    return None if same else _mover(crs.name, face_value=crs.old_datum, back=back)


def _shifter(shift: _Shift) -> Callable[[Floats], Floats]:
    def move(xy: Floats) -> Floats:
        with np.errstate(over="ignore", invalid="ignore"):  # what is on no earth is refused later
            return np.column_stack(shift(xy[:, 0], xy[:, 1]))

    return move


def longest_edge(crs: Crs) -> float:
    """Longest edge, in units of the CRS, that may be moved by its end points alone; inf for degrees."""
    if not crs.projected:
        return float("inf")
    base, _ = split_parameters(crs.name)
    return DENSIFY_M / float(pyproj.CRS.from_user_input(base).axis_info[0].unit_conversion_factor)


@lru_cache(maxsize=64)
def _mover(name: str, *, face_value: bool, back: bool) -> Callable[[Floats], Floats]:
    base, helmert = split_parameters(name)
    source = pyproj.CRS.from_user_input(base)
    own = source.geodetic_crs
    same = face_value or (
        own is not None and own.datum is not None and own.datum.name.startswith(_EQUAL_DATUMS)
    )
    target = own if same else pyproj.CRS.from_epsg(4490)
    if helmert:
        to_wgs84 = ToWGS84Transformation(own, *helmert)
        source, target = BoundCRS(source, pyproj.CRS.from_epsg(4326), to_wgs84), pyproj.CRS.from_epsg(4326)
    transformer = pyproj.Transformer.from_crs(source, target, always_xy=True)
    way = TransformDirection.INVERSE if back else TransformDirection.FORWARD

    def move(xy: Floats) -> Floats:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1], direction=way))

    return move


def gauss_krueger(lon: float, lat: float) -> tuple[float, float, int, int]:
    """CGCS2000 3° Gauss-Krüger: X north (m), Y east (m, without zone), zone number, central meridian (°)."""
    zone = int((lon + 1.5) // 3)
    if zone not in _ZONES:
        return float("nan"), float("nan"), zone, zone * 3
    name = gauss_crs(Datum.CGCS2000, 3, zone=zone, prefixed=False)
    east, north = _mover(name, face_value=False, back=True)(np.array([[lon, lat]]))[0]
    return float(north), float(east), zone, zone * 3
