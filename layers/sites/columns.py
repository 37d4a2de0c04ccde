"""Which column of a table means what: coordinates, activity, date, CRS, accuracy, facts."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from geo.declare import fact_names
from geo.errors import InputError, Problem
from geo.model import Rulebook
from layers.sites.faults import fault


class Place(StrEnum):
    """How a row says where it is."""

    WKT = "wkt"
    LONLAT = "lonlat"
    XY = "xy"
    GEOMETRY = "geometry"


_ALIASES: dict[str, tuple[str, ...]] = {
    "lon": ("lon", "lng", "longitude", "经度", "东经"),
    "lat": ("lat", "latitude", "纬度", "北纬"),
    "x": ("x", "x坐标", "东坐标"),
    "y": ("y", "y坐标", "北坐标"),
    "wkt": ("wkt", "几何wkt", "几何"),
    "site_id": ("site_id", "选址编号", "地块编号", "编号"),
    "project_id": ("project_id", "项目编号", "项目代码"),
    "activity": ("activity", "项目类别", "项目类型"),
    "on": ("on", "研判基准日", "基准日", "研判日期"),
    "crs": ("crs", "坐标系", "坐标系统", "坐标基准"),
    "accuracy_m": ("accuracy_m", "精度", "精度(m)", "定位精度", "点位精度"),
}
_ROLE_BY_NAME = {name: role for role, names in _ALIASES.items() for name in names}
_NEEDED = "lon,lat (经度,纬度) | x,y + crs | wkt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """A table's header, understood.

    Attributes
    ----------
    headers
        As they stand in the input, in order.
    place
        Which of the ways of saying where is used.
    roles
        Position of each recognised role (``lon``, ``activity`` …).
    facts
        Position and fact id of each column that is a fact.
    """

    headers: tuple[str, ...]
    place: Place
    roles: dict[str, int]
    facts: tuple[tuple[int, str], ...]

    def names_site_id(self) -> bool:
        """Whether the input itself has a column called ``site_id``, which is then not repeated."""
        return any(plain(h) == "site_id" for h in self.headers)


def plain(header: str) -> str:
    """Header as compared: half-width, lower case, no blanks, no byte-order mark."""
    folded = unicodedata.normalize("NFKC", header).replace("\ufeff", "").casefold()
    return "".join(folded.split())


def understand(
    headers: Sequence[str], rulebook: Rulebook, *, has_geometry: bool, crs_given: bool, where: str
) -> Columns:
    """Find the columns that mean something; the others are carried along.

    Parameters
    ----------
    has_geometry
        The rows bring geometries of their own (vector files): no coordinate columns are needed.
    crs_given
        A CRS holds for the whole file, so ``x``/``y`` need no ``crs`` column.
    where
        Name of the file, for the problems.

    Raises
    ------
    InputError
        If no way of saying where is complete, or two columns mean the same.
    """
    names = fact_names(rulebook.facts.values())
    roles: dict[str, int] = {}
    facts: dict[str, int] = {}
    problems: list[Problem] = []
    for position, header in enumerate(headers):
        key = plain(header)
        role = _ROLE_BY_NAME.get(key)
        fact_id = names.get(header.strip().casefold()) or names.get(key)
        if role is not None:
            problems += _second(roles, role, position, headers, where)
        elif fact_id is not None:
            problems += _second(facts, fact_id, position, headers, where)
    place = _place(roles, has_geometry=has_geometry, crs_given=crs_given)
    if place is None:
        problems.append(_no_place(headers, roles, where))
    if problems or place is None:
        raise InputError(problems)
    ordered = tuple(sorted((position, fact_id) for fact_id, position in facts.items()))
    return Columns(headers=tuple(headers), place=place, roles=roles, facts=ordered)


def _second(
    found: dict[str, int], name: str, position: int, headers: Sequence[str], where: str
) -> list[Problem]:
    """Record the column; a second one of the same meaning is a problem."""
    if name not in found:
        found[name] = position
        return []
    return [
        fault(
            f"{where}: header",
            f"{headers[found[name]]}, {headers[position]}",
            f"one column for {name}",
            zh=f"两列含义相同（{name}），请删去或改名其中一列",
            en=f"two columns mean the same ({name}): remove or rename one",
        )
    ]


def _place(roles: dict[str, int], *, has_geometry: bool, crs_given: bool) -> Place | None:
    """The way of saying where that is complete: a geometry before a WKT before lon/lat before x/y."""
    if has_geometry:
        return Place.GEOMETRY
    if "wkt" in roles:
        return Place.WKT
    if {"lon", "lat"} <= roles.keys():
        return Place.LONLAT
    if {"x", "y"} <= roles.keys() and (crs_given or "crs" in roles):
        return Place.XY
    return None


def _no_place(headers: Sequence[str], roles: dict[str, int], where: str) -> Problem:
    given = ", ".join(h.strip() or "(blank)" for h in headers) or "(none)"
    if {"x", "y"} <= roles.keys():
        return fault(
            f"{where}: header",
            given,
            "x, y + crs",
            zh="有 x、y 列而没有坐标系：请用 --crs 指定，或增加 crs（坐标系）列",
            en="x and y need a CRS: name it with --crs or in a crs column",
        )
    return fault(
        f"{where}: header",
        given,
        _NEEDED,
        zh="缺少坐标列：需要 lon、lat（经度、纬度），或 x、y 加坐标系，或 wkt；首行须为列名",
        en="no coordinate columns: lon and lat, or x and y with a CRS, or wkt are needed; row 1 holds names",
    )
