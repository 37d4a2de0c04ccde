"""A row's geometry before the site's own checks: WKT read, size judged."""

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry as Geometry

from geo.errors import InputError
from layers.sites.faults import clip, fault
from layers.sites.read.geometry import MAX_VERTICES

MAX_WKT_CHARACTERS = 20_000_000
"""Longest WKT cell that is read; more than `MAX_VERTICES` vertices of 17 digits take."""


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
            with np.errstate(over="ignore"):  # 1e999 is infinite, and refused as such
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


def checked_place(geometry: Geometry | None, where: str) -> Geometry:
    """Refuse an absent or oversized geometry.

    Raises
    ------
    InputError
        With what is wrong.
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
    return geometry
