"""A row's geometry before the site's own checks: WKT read, units and size judged."""

import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry as Geometry

from geo.crs import parse_crs
from geo.errors import InputError, Problem
from layers.sites.faults import clip, fault
from layers.sites.geometry import MAX_VERTICES

MAX_WKT_CHARACTERS = 20_000_000
"""Longest WKT cell that is read; more than `MAX_VERTICES` vertices of 17 digits take."""

_NORTHING_M = (1_500_000, 7_000_000)
"""Northings between 13° N and 63° N: no easting lies there, with (> 10⁷) or without (< 10⁶) zone prefix."""
_HALF_TURN_DEG = 180


def from_wkt(value: object, where: str) -> Geometry | None:
    """Read a WKT cell; None where it is blank.

    Raises
    ------
    InputError
        If it is no WKT, or absurdly long.
    """
    if value is None:
        return None
    text = str(value)
    reason = "too long"
    if len(text) <= MAX_WKT_CHARACTERS:
        try:
            return shapely.from_wkt(text)
        except ShapelyError as error:
            reason = clip(error)
    raise InputError(
        fault(
            where,
            text,
            "WKT such as POINT (105.84 32.53), rings closed",
            zh=f"读不成 WKT 几何：{reason}",
            en=f"not readable as WKT: {reason}",
        )
    )


def checked_place(geometry: Geometry | None, crs: str | None, where: str) -> Geometry:
    """Refuse an absent or oversized geometry, and coordinates whose units cannot be those of the CRS.

    Raises
    ------
    InputError
        Also for a CRS that is none we know.
    """
    if geometry is None:
        raise InputError(
            fault(
                where,
                "(none)",
                "a point, line or polygon",
                zh="没有几何，或几何读不出来（为空、损坏或为曲线）",
                en="there is no geometry, or it cannot be read (empty, damaged or curved)",
            )
        )
    vertices = int(shapely.get_num_coordinates(geometry))
    if vertices > MAX_VERTICES:
        raise InputError(
            fault(
                where,
                f"{vertices} vertices",
                f"at most {MAX_VERTICES} vertices",
                zh=f"一处选址最多 {MAX_VERTICES} 个顶点，请简化或拆分",
                en=f"one site may have at most {MAX_VERTICES} vertices; simplify or split it",
            )
        )
    if crs is not None and vertices and parse_crs(crs, where=f"{where}.crs").projected:
        _check_metres(geometry, crs, where)
    return geometry


def no_crs(where: str) -> Problem:
    """A row with x and y for which nobody named a CRS."""
    return fault(
        f"{where}.crs",
        "(blank)",
        "EPSG:n",
        zh="x、y 坐标没有注明坐标系",
        en="x and y are given without a CRS",
    )


def _check_metres(geometry: Geometry, crs: str, where: str) -> None:
    """Degrees, or northing before easting, under a projected CRS would land in a wrong but possible place."""
    x, y = (float(v) for v in shapely.get_coordinates(geometry)[0])
    shown = f"{x:.12g}, {y:.12g} ({crs})"
    if max(abs(x), abs(y)) <= _HALF_TURN_DEG:
        raise InputError(
            fault(
                where,
                shown,
                "metres: easting, northing",
                zh="坐标像是经纬度，而所注坐标系为米制投影坐标系",
                en="the coordinates look like degrees, but the CRS named is projected, in metres",
            )
        )
    low, high = _NORTHING_M
    if low <= x < high and not low <= y < high:
        raise InputError(
            fault(
                where,
                shown,
                "x = easting, y = northing",
                zh="x 像是北坐标（纵坐标）：请把东坐标放在 x、北坐标放在 y",
                en="x looks like a northing: give the easting as x and the northing as y",
            )
        )
