"""What the cells of a row say of its place, read without judging: also of a row that is refused."""

import contextlib

import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.crs import parse_crs
from geo.errors import InputError
from layers.sites.angles import Axis, read_angle
from layers.sites.doctor.clinic import Reading
from layers.sites.places import from_wkt
from layers.sites.values import read_number

_BOTH: tuple[Axis, Axis] = ("lon", "lat")


def reading_of(geometry: Geometry | None, crs: str | None) -> Reading | None:
    """A shape with the name of its CRS; None where there is no shape or no such CRS."""
    if geometry is None:
        return None
    try:
        return Reading(geometry, None if crs is None else parse_crs(crs).name)
    except InputError:
        return None


def point_of(x: object, y: object, *, angles: bool) -> Geometry | None:
    """The point of two cells; an angle may name the other axis. None where they cannot be read."""
    numbers = [_number(cell, axis, angles=angles) for cell, axis in zip((x, y), _BOTH, strict=True)]
    one, other = numbers
    return None if one is None or other is None else shapely.Point(one, other)


def wkt_of(cell: object) -> Geometry | None:
    """The shape of a WKT cell, None where it is none."""
    with contextlib.suppress(InputError):
        return from_wkt(cell, "")
    return None


def _number(cell: object, axis: Axis, *, angles: bool) -> float | None:
    for own in (axis, *(other for other in _BOTH if other != axis)) if angles else ():
        with contextlib.suppress(InputError):
            return read_angle(cell, "", own)
    with contextlib.suppress(InputError):
        return read_number(cell, "")
    return None
