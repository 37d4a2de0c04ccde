"""What is wrong with an edition's data: told as faults, never raised, never repaired.

A fault makes the edition *failed*: its silence proves nothing. The zones that are good are kept, for data convict.
"""

from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.crs import Crs, to_lonlat
from geo.model import Text
from layers.columns import Cells, as_date, listed
from layers.strictyaml import Faults

__all__ = ["check_columns", "coverage_of", "geometries", "zones_frame"]

OLD_DATUM_ACCURACY_M = 100.0
"""Least accuracy figure of data on Xi'an 80 or Beijing 54: no public parameters lead from them to CGCS2000."""

_KINDS = {
    "point": (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT),
    "line": (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING),
    "polygon": (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON),
}
_LEGACY = "zone_legacy"


def geometries(
    given: Any,  # noqa: ANN401 (a geometry array)
    crs: Crs,
    kinds: Collection[str],
    names: list[str],
    where: str,
    faults: Faults,
) -> tuple[Any, Any, tuple[Text, ...]]:
    """Bring geometries to longitude/latitude and single out the good ones.

    Parameters
    ----------
    kinds
        Of ``point``, ``line``, ``polygon``: what the layer may hold; empty = any of them.
    names
        How faults call the rows.

    Returns
    -------
    Geometries in EPSG:4490, a mask of the good ones, and remarks.
    """
    shapes: Any = np.asarray(given, dtype=object)
    remarks: tuple[Text, ...] = ()
    if shapely.has_z(shapes).any() or shapely.has_m(shapes).any():
        shapes = shapely.force_2d(shapes)
        remarks = (Text("高程（Z）或 M 值已舍去", "heights (Z) or measures (M) were dropped"),)
    left: Any = np.ones(len(shapes), dtype=bool)

    def drop(wrong: Any, zh: str, en: str, allowed: str, given: str = "") -> None:  # noqa: ANN401
        bad: Any = wrong & left
        if bad.any():
            told = listed([names[n] for n in np.flatnonzero(bad)])
            faults.add(where, given=told + given, allowed=allowed, zh=zh, en=en)
            left[bad] = False

    drop(shapely.is_missing(shapes) | shapely.is_empty(shapes), "几何为空，已不采用", "the geometry is empty: left out", "a geometry")
    wanted = [code for kind in kinds or _KINDS for code in _KINDS.get(kind, ())]
    right = np.isin(shapely.get_type_id(shapes), wanted)
    drop(~right, "几何类型不符，已不采用", "wrong type of geometry: left out", ", ".join(kinds or _KINDS))
    drop(~_finite(shapes), "坐标含 NaN 或无穷大，已不采用", "coordinates hold NaN or infinity: left out", "finite numbers")
    _check_units(shapes, left, crs, drop)
    moved: Any = shapes.copy()
    moved[left] = to_lonlat(moved[left], crs)
    _check_range(moved, drop)
    bad = ~shapely.is_valid(moved)
    reason = shapely.is_valid_reason(moved[bad & left][0]) if (bad & left).any() else ""
    drop(bad, "几何无效（自相交等），已不采用，也不自动修复", "invalid geometry: left out, not repaired", "valid geometry", f" ({reason})")
    return moved, left, remarks


def _finite(shapes: Any) -> Any:  # noqa: ANN401
    bounds = shapely.bounds(shapes)
    counts = np.isfinite(bounds).all(axis=1)
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    bad = np.unique(owner[~np.isfinite(coordinates).all(axis=1)])
    counts[bad] = False
    return counts


def _check_units(shapes: Any, left: Any, crs: Crs, drop: Callable[..., None]) -> None:  # noqa: ANN401
    """Degrees under a projected CRS: a file whose label was lost."""
    if not crs.projected or not left.any():
        return
    bounds = shapely.total_bounds(shapes[left])
    if np.abs(bounds[[0, 2]]).max() <= 180 and np.abs(bounds[[1, 3]]).max() <= 90:  # noqa: PLR2004 (degrees)
        drop(
            np.ones(len(shapes), dtype=bool),
            "坐标像是经纬度，而坐标系是投影坐标系",
            "the coordinates look like degrees, but the CRS is projected",
            crs.name,
        )


def _check_range(moved: Any, drop: Callable[..., None]) -> None:  # noqa: ANN401
    bounds = shapely.bounds(moved)
    lon, lat = np.abs(bounds[:, [0, 2]]).max(axis=1), np.abs(bounds[:, [1, 3]]).max(axis=1)
    out = ~((lon <= 180) & (lat <= 90))  # noqa: PLR2004 (degrees)
    drop(
        out,
        "经纬度超出范围（经纬度颠倒，或坐标系写错？），已不采用",
        "longitude or latitude out of range (swapped, or the wrong CRS?): left out",
        "longitude -180…180, latitude -90…90",
    )


def check_columns(columns: dict[str, Cells], classes: Collection[str], where: str, faults: Faults) -> None:
    """Check ids, classes and dates; a class or date that is wrong becomes None, an id that is missing its row number."""
    rows = len(columns["zone_id"])
    missing = [n for n in range(rows) if columns["zone_id"][n] is None]
    for n in missing:
        columns["zone_id"][n] = f"row {n + 1}"
    if missing:
        told = listed([n + 1 for n in missing])
        faults.add(where, given=told, allowed="an id on every row", zh="分区标识为空的行", en="rows without a zone id")
    twice = [name for name, count in Counter(columns["zone_id"]).items() if count > 1]
    if twice:
        faults.add(where, given=listed(twice), allowed="each id once", zh="分区标识重复", en="zone ids occur twice")
    _check_classes(columns, classes, where, faults)
    _check_dates(columns, where, faults)


def _check_classes(columns: dict[str, Cells], classes: Collection[str], where: str, faults: Faults) -> None:
    legacy = columns.get(_LEGACY) or [None] * len(columns["zone_id"])
    unlisted: list[str] = []
    unset: list[str] = []
    for n, code in enumerate(columns["zone_class"]):
        if code is None and legacy[n] is None:
            unset.append(columns["zone_id"][n])
        elif code is not None and code not in classes:
            unlisted.append(f"{columns['zone_id'][n]}: {code}")
            columns["zone_class"][n] = None
    allowed = ", ".join(classes)
    if unset:
        faults.add(where, given=listed(unset), allowed=allowed, zh="分区级别为空", en="zones without a class")
    if unlisted:
        zh, en = "分区级别不在 classes 之中", "classes that the catalogue does not list"
        faults.add(where, given=listed(unlisted), allowed=allowed, zh=zh, en=en)


def _check_dates(columns: dict[str, Cells], where: str, faults: Faults) -> None:
    bad: list[str] = []
    for name in ("valid_from", "valid_to"):
        cells = columns[name]
        for n, value in enumerate(cells):
            try:
                cells[n] = as_date(value)
            except (ValueError, TypeError):
                bad.append(f"{columns['zone_id'][n]}: {name} {value}")
                cells[n] = None
    for n, (start, end) in enumerate(zip(columns["valid_from"], columns["valid_to"], strict=True)):
        if start is not None and end is not None and end <= start:
            bad.append(f"{columns['zone_id'][n]}: {start} … {end}")
            columns["valid_from"][n] = columns["valid_to"][n] = None
    if bad:
        faults.add(
            where,
            given=listed(bad),
            allowed="YYYY-MM-DD or YYYYMMDD, valid_to after valid_from",
            zh="有效期读不出来或前后颠倒，按始终有效处理",
            en="dates that cannot be read or are reversed: the zone is taken as always in force",
        )


def zones_frame(columns: dict[str, Cells], moved: Any, left: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    """The good rows, with Python values in object columns."""
    keep = np.flatnonzero(left)
    data = {name: pd.Series([cells[n] for n in keep], dtype=object) for name, cells in columns.items()}
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(moved[keep], crs="EPSG:4490"), crs="EPSG:4490")


def coverage_of(shapes: Any, crs: Crs, where: str, faults: Faults) -> Geometry | None:  # noqa: ANN401
    """The union of a coverage file's polygons, in EPSG:4490; None where there is none."""
    names = [f"row {n + 1}" for n in range(len(shapes))]
    moved, left, _ = geometries(shapes, crs, ("polygon",), names, where, faults)
    if not len(shapes):
        faults.add(where, given="0", allowed="at least one polygon", zh="覆盖范围为空", en="the coverage is empty")
    good = moved[left]
    if not len(good):
        return None
    return good[0] if len(good) == 1 else shapely.union_all(good)
