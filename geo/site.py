"""The site's door: a geometry as given becomes a Site, or is refused with every reason.

Nothing is repaired silently: an invalid shape is refused, or repaired on request by a named method.
"""

import math
from typing import NoReturn

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry as Geometry

from geo.crs import EPSG_4490, Crs, to_lonlat
from geo.errors import InputError, Problem
from geo.measure import LINE, POLYGON, Floats
from geo.model import DEFAULT_ACCURACY_M, UNKNOWN_DATUM_ACCURACY_M, Site, Text
from geo.overlays import remade, union
from geo.settle import Settled, settle_shape

_MAX_LON, _MAX_LAT = 180.0, 90.0
_USE_SLACK = 3.0
"""Degrees beyond a projected system's area of use that are still taken: neighbouring zones do occur."""

REPAIRS = ("make_valid",)
"""Named repairs that may be asked for."""

OLD_DATUM_ACCURACY_M = 100.0
"""Least accuracy that must be declared with Xi'an 80 or Beijing 54 coordinates (regulations.md §8.1)."""

DATUM_UNKNOWN = Text("坐标基准不明，精度按 1200 米计", "datum unknown: accuracy taken as 1200 m")
"""What is remarked of a site whose datum nobody knows."""

WORST_ACCURACY_M = 100_000.0

_THIN = 1e-9
"""Area, as a share of the square of the outline's length, from which on a ring surely is no line."""

_SHAPES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")


def make_site(
    geometry: Geometry,
    *,
    crs: str | None = None,
    accuracy_m: float | None = None,
    repair: str | None = None,
    any_order: bool = False,
    where: str = "site",
) -> Site:
    """Check a geometry and bring it to EPSG:4490.

    Parameters
    ----------
    geometry
        Point, line, polygon or multi-form, x = longitude or easting, in ``crs``.
    crs
        EPSG:n, GCJ-02, BD-09, unknown or a name as people write it, whose zone the digits may tell
        (`geo.settle`); None = EPSG:4490 or, after the zone number in its eastings, a zone of CGCS2000.
    accuracy_m
        Positional accuracy in metres; None = 5 m (1 200 m where the datum is unknown).
    repair
        None, or ``make_valid``: an invalid polygon is rebuilt and the site says so.
    any_order
        Northing or latitude may come first: told by size, and said so.

    Raises
    ------
    InputError
        With every problem found.
    """
    remarks: list[Text] = []
    problems: list[Problem] = []
    system, accuracy, shape = EPSG_4490, DEFAULT_ACCURACY_M, geometry
    try:
        settled = _settled(geometry, crs, where, any_order=any_order)
        system, shape = settled.crs, _turned(geometry) if settled.turned else geometry
        remarks.extend(settled.remarks)
        accuracy = _accuracy(accuracy_m, system, where, remarks)
    except InputError as error:
        problems.extend(error.problems)
    if repair is not None and repair not in REPAIRS:
        allowed = ", ".join(REPAIRS)
        problems.append(_problem(f"{where}.repair", repair, allowed, "未知的修复方法", "unknown repair"))
    try:
        shape = _checked_shape(shape, repair, where, remarks)
    except InputError as error:
        problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    placed = to_lonlat(shape, system)
    _check_range(placed, shape, system, where)
    if system.name == "EPSG:4326":
        remarks.append(Text("WGS84 坐标按 CGCS2000 处理", "WGS84 coordinates are taken as CGCS2000"))
    return Site(
        geometry=placed,
        crs=system.name,
        accuracy_m=accuracy,
        datum_known=system.datum_known,
        remarks=tuple(remarks),
    )


def _settled(geometry: Geometry, crs: str | None, where: str, *, any_order: bool) -> Settled:
    """The system of the coordinates; what is no number tells nothing of it."""
    xy = shapely.get_coordinates(geometry)
    xy = xy[np.isfinite(xy).all(axis=1)]
    return settle_shape(crs, xy, any_order=any_order, where=where)


def _turned(geometry: Geometry) -> Geometry:
    return shapely.transform(geometry, lambda xy: xy[:, ::-1])


def _accuracy(given: float | None, crs: Crs, where: str, remarks: list[Text]) -> float:
    where = f"{where}.accuracy_m"
    if given is not None and not (math.isfinite(given) and 0 <= given <= WORST_ACCURACY_M):
        raise InputError(
            _problem(where, given, "0–100000 m", "精度须为非负的米数", "accuracy must be metres ≥ 0")
        )
    if not crs.datum_known:
        remarks.append(DATUM_UNKNOWN)
        return max(UNKNOWN_DATUM_ACCURACY_M, given or 0.0)
    if crs.old_datum and (given is None or given < OLD_DATUM_ACCURACY_M):
        raise InputError(
            _problem(
                where,
                "—" if given is None else given,
                f"accuracy_m ≥ {OLD_DATUM_ACCURACY_M:g}",
                "西安80、北京54 坐标无公开转换参数，须声明不小于 100 米的精度",
                "Xi'an 80 and Beijing 54 have no public parameters: declare an accuracy of 100 m or more",
            )
        )
    if crs.helmert:
        if given is None:
            raise InputError(
                _problem(
                    where,
                    given,
                    "accuracy_m ≥ 0",
                    "转换参数未说明自身精度：请声明转换后的精度",
                    "parameters say nothing of how exact they are: declare the accuracy after the shift",
                )
            )
        count = len(crs.helmert)
        remarks.append(
            Text(
                f"按所给 {count} 个参数转换到 CGCS2000",
                f"shifted to CGCS2000 by the {count} parameters given",
            )
        )
    if given is None:
        remarks.append(Text("未注明精度，按 5 米计", "no accuracy given: taken as 5 m"))
        return DEFAULT_ACCURACY_M
    return float(given)


def _checked_shape(geometry: Geometry, repair: str | None, where: str, remarks: list[Text]) -> Geometry:
    kind = geometry.geom_type
    if kind not in _SHAPES:
        raise InputError(
            _problem(
                where,
                kind,
                ", ".join(_SHAPES),
                "不支持的几何类型，请拆分为单一类型",
                "unsupported geometry type: split it",
            )
        )
    if geometry.is_empty:
        raise InputError(
            _problem(where, f"{kind} EMPTY", "at least one coordinate", "几何为空", "the geometry is empty")
        )
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise InputError(
            _problem(
                where,
                "NaN or infinity",
                "finite numbers",
                "坐标含有 NaN 或无穷大",
                "a coordinate is NaN or infinite",
            )
        )
    if geometry.has_z or shapely.has_m(geometry):
        remarks.append(Text("三维坐标的高程已略去", "the third dimension was dropped"))
        geometry = shapely.force_2d(geometry)
    return _valid(geometry, repair, where, remarks)


def _valid(shape: Geometry, repair: str | None, where: str, remarks: list[Text]) -> Geometry:
    _refuse_without_size(shape, where)
    if shape.is_valid:
        return shape
    reason = shapely.is_valid_reason(shape)
    if repair is None:
        raise InputError(
            _problem(
                where,
                reason,
                "a valid geometry (rings that do not cross)",
                "多边形自相交或几何无效；请改正，或指定 repair=make_valid",
                "the polygon crosses itself or is invalid: correct it, or ask for repair=make_valid",
            )
        )
    mended = made_valid(shape)
    if mended.is_empty:
        raise InputError(
            _problem(where, reason, "a repairable geometry", "修复后为空", "nothing is left after the repair")
        )
    remarks.append(
        Text(f"按要求以 make_valid 修复：{reason}", f"repaired on request by make_valid: {reason}")
    )
    return mended


def _refuse_without_size(shape: Geometry, where: str) -> None:
    """A line or polygon whose coordinates all lie in one place, or a polygon whose rings lie on one line."""
    dimension = shapely.get_dimensions(shape)
    # Only a ring that is hardly wider than a line may be one: the others need no hull.
    thin = dimension == POLYGON and shape.area <= _THIN * shape.length**2
    flat = thin and float(shapely.convex_hull(shape).area) == 0.0
    if flat or (dimension == LINE and shape.length == 0):
        given = f"{shape.geom_type} of size 0"
        raise InputError(
            _problem(where, given, "length or area above 0", "线长或面积为零", "the shape has no size")
        )


def made_valid(shape: Geometry) -> Geometry:
    """An invalid shape rebuilt by ``make_valid``: its parts of the same dimension, or nothing.

    By its lines; where GEOS fails at that (some outlines with spikes), by its rings.
    """
    try:
        rebuilt = remade(shape)
    except shapely.errors.GEOSException:
        rebuilt = remade(shape, method="structure", keep_collapsed=False)
    return _same_dimension(rebuilt, int(shapely.get_dimensions(shape)))


def _same_dimension(shape: Geometry, dimension: int) -> Geometry:
    parts = shapely.get_parts(shapely.get_parts(shape))
    kept = parts[shapely.get_dimensions(parts) == dimension]
    return union(kept) if len(kept) else shapely.Polygon()


def _check_range(placed: Geometry, given: Geometry, crs: Crs, where: str) -> None:
    lonlat = shapely.get_coordinates(placed)
    if _on_earth(lonlat).all():
        if not lies_in_reach(lonlat, crs).all():
            _refuse_use(placed, given, crs, where)
        return
    x, y = shapely.get_coordinates(given)[0]
    hint = Text("坐标超出经纬度范围", "the coordinates are outside longitude ±180, latitude ±90")
    if not crs.projected and abs(x) <= _MAX_LAT < abs(y) <= _MAX_LON:
        hint = Text(
            "经纬度似乎颠倒，应为经度在前", "longitude and latitude look swapped: longitude comes first"
        )
    elif not crs.projected and max(abs(x), abs(y)) > 2 * _MAX_LON:
        hint = Text("坐标似为米制投影坐标，请注明坐标系", "the coordinates look like metres: name their CRS")
    raise InputError(
        _problem(where, f"{x:.12g}, {y:.12g} ({crs.name})", "lon −180…180, lat −90…90", hint.zh, hint.en)
    )


def lies_in_reach(lonlat: Floats, crs: Crs) -> NDArray[np.bool_]:
    """Whether places of shape (n, 2) lie on earth, and not far outside the zone they are said to be in."""
    fine = _on_earth(lonlat)
    if crs.use is None or crs.use[0] > crs.use[2]:
        return fine
    west, south, east, north = crs.use
    lon, lat = lonlat.T
    with np.errstate(invalid="ignore"):
        fine &= (lon >= west - _USE_SLACK) & (lon <= east + _USE_SLACK)
        fine &= (lat >= south - _USE_SLACK) & (lat <= north + _USE_SLACK)
    return fine


def _on_earth(lonlat: Floats) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return np.asarray(
            np.isfinite(lonlat).all(axis=1) & (np.abs(lonlat) <= (_MAX_LON, _MAX_LAT)).all(axis=1)
        )


def _refuse_use(placed: Geometry, given: Geometry, crs: Crs, where: str) -> NoReturn:
    """Projected coordinates landed far outside the zone they are said to be in."""
    west, south, east, north = crs.use or (0.0, 0.0, 0.0, 0.0)
    x, y = shapely.get_coordinates(given)[0]
    lon, lat = shapely.get_coordinates(placed)[0]
    raise InputError(
        _problem(
            where,
            f"{x:.12g}, {y:.12g} ({crs.name}) = {lon:.4f}, {lat:.4f}",
            f"lon {west:g}…{east:g}, lat {south:g}…{north:g}",
            "坐标落在所注坐标系适用范围之外：坐标轴是否颠倒，或带号有误？应东坐标在前",
            "outside the area of this CRS: are the axes swapped (easting comes first), or is the zone wrong?",
        )
    )


def _problem(where: str, given: object, allowed: str, zh: str, en: str) -> Problem:
    return Problem(where=where, given=str(given), allowed=allowed, hint=Text(zh, en))
