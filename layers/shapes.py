"""An edition's geometries: brought to longitude/latitude, the bad left out and listed, none repaired."""

import os
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.crs import Crs, to_lonlat
from geo.model import Text, ZoneTable
from layers.columns import Cells, listed
from layers.strictyaml import Faults

__all__ = ["LeftOut", "Sieved", "coverage_of", "drop_invalid", "sieve", "zone_table"]

Shapes = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]

_LON, _LAT = 180.0, 90.0
_USE_SLACK = 3.0
"""Degrees beyond a projected system's area of use that are still taken: data of one zone reach over."""

_MANY_VERTICES = 100_000
"""So many are worth a second thread: 5 ms of looking for faults."""

_SLICES = 16


def _looked_at(look: Callable[[], Mask]) -> Mask:
    return look()


_KINDS = {
    "point": (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT),
    "line": (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING),
    "polygon": (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Rows (from 0) that were left out together, and why."""

    rows: tuple[int, ...]
    allowed: str
    hint: Text


class Sieved:
    """Geometries on their way in: what is still good, and what was said of the rest.

    Attributes
    ----------
    shapes
        All geometries; those that are good end up in EPSG:4490.
    good
        Mask of the good ones.
    left_out
        Which were left out, reason by reason.
    moved
        Whether any had to be brought to EPSG:4490.
    """

    def __init__(
        self, shapes: Sequence[Any] | Shapes, names: Sequence[str], where: str, faults: Faults
    ) -> None:
        self.shapes: Shapes = np.array(shapes, dtype=object)  # changed in place
        self.good: Mask = np.ones(len(self.shapes), dtype=bool)
        self.remarks: tuple[Text, ...] = ()
        self.left_out: list[LeftOut] = []
        self.moved = False
        self._names, self._where, self._faults = names, where, faults

    def drop(self, bad: Mask, *, allowed: str, zh: str, en: str) -> None:
        """Leave out those that are bad, and list them by name."""
        left_out: list[int] = np.flatnonzero(bad & self.good).tolist()
        if left_out:
            told = listed([self._names[n] for n in left_out])
            reason = _reason(self.shapes[left_out[0]])
            self._faults.add(self._where, given=told + reason, allowed=allowed, zh=zh, en=en)
            self.left_out.append(LeftOut(rows=tuple(left_out), allowed=allowed, hint=Text(zh, en)))
            self.good[left_out] = False


def _reason(shape: Geometry | None) -> str:
    """Why GEOS finds a geometry invalid, where that is the trouble."""
    return "" if shape is None or shapely.is_valid(shape) else f" ({shapely.is_valid_reason(shape)})"


def sieve(
    shapes: Sequence[Any] | Shapes,
    crs: Crs,
    kinds: Collection[str],
    names: Sequence[str],
    where: str,
    faults: Faults,
    known: Callable[[Callable[[], Mask]], Mask] = _looked_at,
) -> Sieved:
    """Bring geometries to longitude/latitude and single out the good ones.

    Parameters
    ----------
    kinds
        Of ``point``, ``line``, ``polygon``: what the layer may hold; empty = any of them.
    names
        How faults call the rows.
    known
        Gives which of many shapes, as they come, are valid: it may know, or call what looks.
    """
    found = Sieved(shapes, names, where, faults)
    if (shapely.has_z(found.shapes) | shapely.has_m(found.shapes)).any():
        found.shapes = np.asarray(shapely.force_2d(found.shapes), dtype=object)
        found.remarks = (Text("高程（Z）或 M 值已舍去", "heights (Z) or measures (M) were dropped"),)
    empty = np.asarray(shapely.is_missing(found.shapes) | shapely.is_empty(found.shapes))
    found.drop(empty, allowed="a geometry", zh="几何为空，已不采用", en="the geometry is empty: left out")
    codes = [code for kind in kinds or _KINDS for code in _KINDS.get(kind, ())]
    found.drop(
        ~np.isin(shapely.get_type_id(found.shapes), codes),
        allowed=", ".join(kinds or _KINDS),
        zh="几何类型不符，已不采用",
        en="wrong type of geometry: left out",
    )
    valid = _valid(found.shapes, known)
    found.drop(
        ~_finite(found.shapes, valid),
        allowed="finite numbers",
        zh="坐标含 NaN 或无穷大，已不采用",
        en="coordinates hold NaN or infinity: left out",
    )
    _check_units(found, crs)
    # Before the transformation: GEOS' densifier silently rebuilds a self-crossing polygon as another one.
    drop_invalid(found, valid)
    given = found.shapes.copy()
    if found.good.any():
        found.shapes[found.good] = to_lonlat(cast("Any", found.shapes[found.good]), crs)
    _check_range(found, crs)
    found.moved = any(one is not other for one, other in zip(given, found.shapes, strict=True))
    if found.moved:
        drop_invalid(found)
    return found


def drop_invalid(found: Sieved, valid: Mask | None = None) -> None:
    """Leave out what is no valid geometry: told, not repaired.

    Parameters
    ----------
    valid
        Which are; looked at unless given.
    """
    found.drop(
        ~(_valid(found.shapes) if valid is None else valid),
        allowed="valid geometry",
        zh="几何无效（自相交等），已不采用，也不自动修复",
        en="invalid geometry: left out, not repaired",
    )


def _valid(shapes: Shapes, known: Callable[[Callable[[], Mask]], Mask] = _looked_at) -> Mask:
    """Which are valid."""
    if shapely.get_num_coordinates(shapes).sum() < _MANY_VERTICES:
        return np.asarray(shapely.is_valid(shapes))
    return known(partial(_valid_of_many, shapes))


def _valid_of_many(shapes: Shapes) -> Mask:
    """The same of many, by all cores: nothing takes longer in a load, and GEOS holds no lock."""
    cores = len(os.sched_getaffinity(0))
    if cores == 1:
        return np.asarray(shapely.is_valid(shapes))
    with ThreadPoolExecutor(max_workers=cores) as pool:
        return np.concatenate([*pool.map(shapely.is_valid, np.array_split(shapes, _SLICES))])


def _finite(shapes: Shapes, valid: Mask) -> Mask:
    """Whether coordinates are numbers; those of a valid shape are."""
    finite, doubtful = np.ones(len(shapes), dtype=bool), np.flatnonzero(~valid)
    coordinates, owner = shapely.get_coordinates(shapes[doubtful], return_index=True)
    finite[doubtful[owner[~np.isfinite(coordinates).all(axis=1)]]] = False
    return finite


def _check_units(found: Sieved, crs: Crs) -> None:
    """Degrees under a projected CRS: a file whose label was lost."""
    if not crs.projected or not found.good.any():
        return
    west, south, east, north = shapely.total_bounds(found.shapes[found.good])
    if max(abs(west), abs(east)) <= _LON and max(abs(south), abs(north)) <= _LAT:
        found.drop(
            np.ones(len(found.shapes), dtype=bool),
            allowed=crs.name,
            zh="坐标像是经纬度，而坐标系是投影坐标系，已不采用",
            en="the coordinates look like degrees, but the CRS is projected: left out",
        )


def _check_range(found: Sieved, crs: Crs) -> None:
    bounds = shapely.bounds(found.shapes)
    found.drop(
        ~_within(bounds, (-_LON, -_LAT, _LON, _LAT)),
        allowed="longitude -180…180, latitude -90…90",
        zh="经纬度超出范围（经纬度颠倒，或坐标系写错？），已不采用",
        en="longitude or latitude out of range (swapped, or the wrong CRS?): left out",
    )
    if crs.use is None or crs.use[0] > crs.use[2]:
        return
    west, south, east, north = crs.use
    area = (west - _USE_SLACK, south - _USE_SLACK, east + _USE_SLACK, north + _USE_SLACK)
    found.drop(
        ~_within(bounds, area),
        allowed=f"{crs.name}: longitude {west:g}…{east:g}, latitude {south:g}…{north:g}",
        zh="坐标落在坐标系适用范围之外（东、北坐标颠倒，或带号有误？），已不采用",
        en="outside the area of the CRS (easting and northing swapped, or the wrong zone?): left out",
    )


def _within(bounds: npt.NDArray[np.float64], area: tuple[float, float, float, float]) -> Mask:
    west, south, east, north = area
    low = (bounds[:, 0] >= west) & (bounds[:, 1] >= south)
    return np.asarray(low & (bounds[:, 2] <= east) & (bounds[:, 3] <= north))


def zone_table(columns: dict[str, Cells], found: Sieved, made_of: str = "") -> ZoneTable:
    """The good rows.

    Parameters
    ----------
    made_of
        Names what the shapes came from; of some of them, or where they were moved, it would not be enough.
    """
    keep: list[int] = np.flatnonzero(found.good).tolist()
    whole = len(keep) == len(found.good)
    data = {name: cells if whole else [cells[n] for n in keep] for name, cells in columns.items()}
    return ZoneTable(data, found.shapes[keep], made_of if whole and not found.moved else "")


def coverage_of(shapes: Sequence[Any] | Shapes, crs: Crs, where: str, faults: Faults) -> Geometry | None:
    """The union of a coverage file's polygons, in EPSG:4490; None where there is none."""
    if not len(shapes):
        faults.add(
            where, given=0, allowed="at least one polygon", zh="覆盖范围为空", en="the coverage is empty"
        )
        return None
    found = sieve(shapes, crs, ("polygon",), [f"row {n + 1}" for n in range(len(shapes))], where, faults)
    good = found.shapes[found.good]
    if not len(good):
        return None
    return cast("Geometry", good[0] if len(good) == 1 else shapely.union_all(good))
