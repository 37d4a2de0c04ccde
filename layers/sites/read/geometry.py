"""GeoJSON to shapely, strictly: every fault named by its JSON pointer, nothing guessed.

Axis ranges, self-crossings, Z and CRS are the site's own affair (`geo.site.make_site`); here only the
notation is judged. Used for request bodies, GeoJSON files and NDJSON alike.
"""

import math
import re
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry as Geometry

from geo.errors import InputError, Problem
from layers.sites.faults import fault

MAX_VERTICES = 200_000
"""Most vertices of one site; the largest real footprints (a motorway, a reservoir) hold some 20 000."""

_MAX_TOLD = 20
_DEPTH = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_RINGS = {"Polygon", "MultiPolygon"}
_LEAST = {"LineString": 2, "MultiLineString": 2, "Polygon": 4, "MultiPolygon": 4}
_ALLOWED_TYPES = ", ".join(_DEPTH)
_POSITION = "[lon, lat] or [lon, lat, height], finite numbers"


def from_geojson(obj: object, where: str = "") -> Geometry:
    """Read one site from a decoded GeoJSON geometry or Feature.

    Parameters
    ----------
    obj
        What ``json.loads`` gave.
    where
        JSON pointer (or row) of ``obj`` itself; problems carry it as a prefix.

    Returns
    -------
    Geometry
        Coordinates as given, longitude first, Z kept.

    Raises
    ------
    InputError
        With every problem found (the first 20 are told, the rest counted).
    """
    body, pointer = _geometry_member(obj, where)
    kind = body.get("type")
    if not isinstance(kind, str) or kind not in _DEPTH:
        raise InputError(_wrong_type(kind, f"{pointer}/type"))
    walker = _Walker()
    lines = walker.walk(body.get("coordinates"), f"{pointer}/coordinates", _DEPTH[kind], kind)
    if walker.problems:
        raise InputError(walker.told())
    return _build(kind, lines)


def crs_member(obj: object, where: str = "") -> str | None:
    """Name in the ``crs`` member of a GeoJSON object (2008 style), such as ``EPSG:4490``; None without one.

    Raises
    ------
    InputError
        Where the member is there and is not a named CRS: it must not be passed over in silence.
    """
    member = obj.get("crs") if isinstance(obj, dict) else None
    if member is None:
        return None
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or not name.strip():
        raise InputError(
            fault(
                f"{where}/crs",
                member,
                '{"type": "name", "properties": {"name": "EPSG:4490"}}',
                zh="crs 成员须为命名坐标系",
                en="the crs member must be a named CRS",
            )
        )
    return plain_crs_name(name)


def plain_crs_name(name: str) -> str:
    """Turn ``urn:ogc:def:crs:EPSG::4490`` into ``EPSG:4490``; other names are only stripped."""
    match = re.fullmatch(r"urn:ogc:def:crs:(\w+):[^:]*:(\w+)", name.strip(), re.IGNORECASE)
    return f"{match[1].upper()}:{match[2]}" if match else name.strip()


def _geometry_member(obj: object, where: str) -> tuple[dict[str, object], str]:
    """The geometry object and its pointer, out of a geometry or a Feature."""
    if not isinstance(obj, dict):
        raise InputError(
            fault(
                where or "/",
                obj,
                "a GeoJSON geometry or Feature",
                zh="须为 GeoJSON 几何或 Feature 对象",
                en="must be a GeoJSON geometry or Feature",
            )
        )
    if obj.get("type") != "Feature":
        return cast("dict[str, object]", obj), where
    geometry = obj.get("geometry")
    if not isinstance(geometry, dict):
        raise InputError(
            fault(
                f"{where}/geometry",
                geometry,
                "a GeoJSON geometry",
                zh="要素没有几何（为空）",
                en="the feature has no geometry (empty)",
            )
        )
    return cast("dict[str, object]", geometry), f"{where}/geometry"


def _wrong_type(kind: object, where: str) -> Problem:
    """Why this ``type`` is no single site."""
    if kind == "FeatureCollection":
        return fault(
            where,
            kind,
            "Feature, " + _ALLOWED_TYPES,
            zh="一处选址须为单个几何或 Feature；多处选址请用批量检查",
            en="one site must be one geometry or Feature; use the batch check for several",
        )
    if kind == "GeometryCollection":
        return fault(
            where,
            kind,
            _ALLOWED_TYPES,
            zh="不接受几何集合，请将各部分分别提交",
            en="a geometry collection is not accepted; give its parts one by one",
        )
    return fault(where, kind, _ALLOWED_TYPES, zh="不认识的几何类型", en="unknown geometry type")


Line = list[tuple[float, ...]]
Nested = Line | list["Nested"]


class _Walker:
    """Goes through nested coordinates once, counting vertices and collecting faults."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.vertices = 0
        self.untold = 0

    def add(self, problem: Problem) -> None:
        if len(self.problems) < _MAX_TOLD:
            self.problems.append(problem)
        else:
            self.untold += 1

    def told(self) -> list[Problem]:
        """The problems, with the count of those that are not told."""
        if not self.untold:
            return self.problems
        first = self.problems[0]
        more = fault(
            first.where,
            self.untold,
            "0",
            zh=f"另有 {self.untold} 处问题未列出",
            en=f"{self.untold} more problems are not listed",
        )
        return [*self.problems, more]

    def walk(self, value: object, where: str, depth: int, kind: str) -> Nested:
        """Coordinates at ``depth`` levels above the positions; a Point comes back as a line of one."""
        if depth == 0:
            position = self.position(value, where)
            return [position] if position else []
        if not isinstance(value, list) or not value:
            self.add(
                fault(
                    where,
                    value,
                    f"a non-empty array ({kind})",
                    zh="坐标数组为空或缺失",
                    en="the coordinates are empty or missing",
                )
            )
            return []
        if depth == 1:
            return self.line(value, where, kind)
        return [self.walk(item, f"{where}/{i}", depth - 1, kind) for i, item in enumerate(value)]

    def line(self, value: list[object], where: str, kind: str) -> Line:
        """Positions of a line, ring or point set, with its least count and closure."""
        self.vertices += len(value)
        if self.vertices > MAX_VERTICES:
            raise InputError(
                fault(
                    where,
                    f"{self.vertices} vertices",
                    f"at most {MAX_VERTICES} vertices",
                    zh=f"一处选址最多 {MAX_VERTICES} 个顶点，请简化或拆分",
                    en=f"one site may have at most {MAX_VERTICES} vertices; simplify or split it",
                )
            )
        found = [self.position(item, f"{where}/{i}") for i, item in enumerate(value)]
        line = [p for p in found if p]
        if len(line) == len(value):
            self.shape(line, where, kind)
        return line

    def shape(self, line: Line, where: str, kind: str) -> None:
        """Enough positions, and a ring closed."""
        least = _LEAST.get(kind, 1)
        if len(line) < least:
            self.add(
                fault(
                    where,
                    f"{len(line)} positions",
                    f"at least {least} positions",
                    zh=f"顶点太少，至少 {least} 个",
                    en=f"too few positions, at least {least} are needed",
                )
            )
        elif kind in _RINGS and line[0][:2] != line[-1][:2]:
            self.add(
                fault(
                    where,
                    f"{list(line[0])} … {list(line[-1])}",
                    "first position = last position",
                    zh="多边形的环没有闭合，末点须与首点相同",
                    en="the ring is not closed: its last position must repeat its first",
                )
            )

    def position(self, value: object, where: str) -> tuple[float, ...] | None:
        """One position, strictly two or three finite numbers: no text, no true/false, no NaN."""
        if isinstance(value, list) and len(value) in {2, 3} and all(map(is_finite_number, value)):
            return tuple(float(v) for v in value)
        self.add(
            fault(
                where,
                value,
                _POSITION,
                zh="坐标须为两个或三个有限数字（不得为文本、布尔值或 NaN）",
                en="a position must be two or three finite numbers (no text, no booleans, no NaN)",
            )
        )
        return None


def is_finite_number(value: object) -> bool:
    """Whether ``value`` may be a coordinate: no boolean, text, NaN, infinity or giant integer."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _build(kind: str, lines: Nested) -> Geometry:
    """Shapely geometry of checked coordinates."""
    if kind == "Point":
        return shapely.Point(_array(cast("Line", lines))[0])
    if kind == "MultiPoint":
        return shapely.MultiPoint(_array(cast("Line", lines)))
    if kind == "LineString":
        return shapely.LineString(_array(cast("Line", lines)))
    if kind == "MultiLineString":
        return shapely.MultiLineString([shapely.LineString(_array(x)) for x in cast("list[Line]", lines)])
    if kind == "Polygon":
        return _polygon(cast("list[Line]", lines))
    return shapely.MultiPolygon([_polygon(x) for x in cast("list[list[Line]]", lines)])


def _polygon(rings: list[Line]) -> shapely.Polygon:
    shell, *holes = [shapely.LinearRing(_array(ring)) for ring in rings]
    return shapely.Polygon(shell, holes or None)


def _array(line: Line) -> NDArray[np.float64]:
    """Coordinates as an array; positions without height beside some with one take 0 (Z is dropped later)."""
    width = max(map(len, line))
    return np.array([p if len(p) == width else (*p, 0.0) for p in line], dtype=np.float64)
