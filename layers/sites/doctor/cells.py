"""What the cells of a row say of its place, read without judging: also of a row that is refused."""

import contextlib

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.crs import parse_crs
from geo.crs_words import crs_words
from geo.errors import InputError
from geo.gauss import geographic_crs
from layers.sites.cells.coordinates import read_coordinate
from layers.sites.cells.places import from_wkt
from layers.sites.doctor.clinic import Reading
from layers.sites.read.geometry import MAX_VERTICES

_ABSURD = 1e12
"""Nobody's coordinates, in whatever unit; NaN is neither."""


def reading_of(geometry: Geometry | None, crs: str | None, *, any_order: bool = False) -> Reading | None:
    """A shape with the name of its CRS; None where there is no shape worth a look, or no such CRS."""
    if geometry is None or shapely.get_num_coordinates(geometry) > MAX_VERTICES:
        return None
    if not (np.abs(shapely.get_coordinates(geometry)) < _ABSURD).all():
        return None
    try:
        return Reading(geometry, None if crs is None else parse_crs(crs).name, any_order)
    except InputError:
        words = crs_words(crs or "")  # a name that leaves the zone open still names the datum
        return None if words is None else Reading(geometry, geographic_crs(words.datum))


def point_of(x: object, y: object) -> Geometry | None:
    """The point of two cells; an angle may name the other axis. None where they cannot be read."""
    try:
        return shapely.Point(read_coordinate(x, "", None), read_coordinate(y, "", None))
    except InputError:
        return None


def wkt_of(cell: object) -> Geometry | None:
    """The shape of a WKT cell, None where it is none."""
    with contextlib.suppress(InputError):
        return from_wkt(cell, "")
    return None
