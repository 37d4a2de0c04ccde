"""Which column of a table means what: coordinates, activity, date, CRS, accuracy, facts."""

import re
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
    EASTNORTH = "eastnorth"
    XY = "xy"
    PAIR = "pair"
    GEOMETRY = "geometry"


_ALIASES: dict[str, tuple[str, ...]] = {
    "lon": (
        "lon",
        "lng",
        "long",
        "longitude",
        "经度",
        "东经",
        "东经度",
        "经度坐标",
        "中心经度",
        "中心点经度",
    ),
    "lat": ("lat", "latitude", "纬度", "北纬", "北纬度", "纬度坐标", "中心纬度", "中心点纬度"),
    "east": (
        "e",
        "east",
        "easting",
        "东坐标",
        "东向坐标",
        "横坐标",
        "y(东)",
        "y(横)",
        "东坐标y",
        "横坐标y",
        "y坐标(东)",
        "东坐标(y)",
        "横坐标(y)",
    ),
    "north": (
        "n",
        "north",
        "northing",
        "北坐标",
        "北向坐标",
        "纵坐标",
        "x(北)",
        "x(纵)",
        "北坐标x",
        "纵坐标x",
        "x坐标(北)",
        "北坐标(x)",
        "纵坐标(x)",
    ),
    "x": ("x", "x坐标", "坐标x", "point_x", "x_coord", "coord_x"),
    "y": ("y", "y坐标", "坐标y", "point_y", "y_coord", "coord_y"),
    "pair": ("坐标", "经纬度", "经纬度坐标", "中心坐标", "位置坐标", "coordinates", "lonlat", "latlon"),
    "wkt": ("wkt", "几何wkt", "几何", "wkt_geom"),
    "shape": ("geometry",),
    "site_id": ("site_id", "选址编号", "地块编号", "编号"),
    "project_id": ("project_id", "项目编号", "项目代码"),
    "activity": ("activity", "项目类别", "项目类型"),
    "on": ("on", "研判基准日", "基准日", "研判日期"),
    "crs": ("crs", "坐标系", "坐标系统", "坐标基准"),
    "accuracy_m": ("accuracy_m", "精度", "精度(m)", "定位精度", "点位精度"),
}
_ROLE_BY_NAME = {name: role for role, names in _ALIASES.items() for name in names}
_HALVES = {Place.LONLAT: ("lon", "lat"), Place.EASTNORTH: ("east", "north"), Place.XY: ("x", "y")}
_OF_PLACES = frozenset(("wkt", "shape", "pair", *(half for halves in _HALVES.values() for half in halves)))
_UNIT = re.compile(r"(?:[(\[](?:m|米|°|度|°′+|deg|degrees?|dd|dms|度分秒|十进制度?)[)\]]|/?°)$")
"""A unit behind a name; a datum there is none, and leaves the column unknown."""
_SIDE = re.compile(r"(?<=经度|东经)(?:[(\[](?:e|东经?)[)\]]|e)$|(?<=纬度|北纬)(?:[(\[](?:n|北纬?)[)\]]|n)$")
"""The side of the world behind a name of degrees: 经度(E), 北纬N."""
_TRADITIONAL = str.maketrans("經緯東標縱橫項編號類", "经纬东标纵横项编号类")

_NEEDED = "lon,lat (经度,纬度) | x,y | easting,northing (东坐标,北坐标) | coordinates (坐标) | wkt"


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

    @property
    def halves(self) -> tuple[str, str] | None:
        """Roles of the two columns that hold a coordinate each; None where places are told in another way."""
        return _HALVES.get(self.place)

    def names_site_id(self) -> bool:
        """Whether the input itself has a column called ``site_id``, which is then not repeated."""
        return any(plain(h) == "site_id" for h in self.headers)


def plain(header: str) -> str:
    """Header as compared: half-width, lower case, no blanks, no byte-order mark."""
    folded = unicodedata.normalize("NFKC", header).replace("\ufeff", "").casefold().translate(_TRADITIONAL)
    return "".join(folded.split())


def _role(key: str) -> str | None:
    return _ROLE_BY_NAME.get(key) or _ROLE_BY_NAME.get(_SIDE.sub("", _UNIT.sub("", key)))


def place_named(cells: Sequence[str]) -> Place | None:
    """The way of saying where that a row of names would give; None where it gives none."""
    keys = ((position, _role(plain(cell))) for position, cell in enumerate(cells))
    return _place({role: position for position, role in keys if role is not None}, has_geometry=False)


def understand(headers: Sequence[str], rulebook: Rulebook, *, has_geometry: bool, where: str) -> Columns:
    """Find the columns that mean something; the others are carried along.

    Parameters
    ----------
    has_geometry
        The rows bring geometries of their own (vector files): no coordinate columns are needed.
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
    twice: dict[str, list[Problem]] = {}
    for position, header in enumerate(headers):
        key = plain(header)
        role = _role(key)
        fact_id = names.get(header.strip().casefold()) or names.get(key)
        if role is not None:
            twice.setdefault(role, []).extend(_second(roles, role, position, headers, where))
        elif fact_id is not None:
            problems += _second(facts, fact_id, position, headers, where)
    place = _place(roles, has_geometry=has_geometry)
    unused = _OF_PLACES.difference(_used_by(place)) if place is not None else frozenset()
    problems += [one for role, found in twice.items() if role not in unused for one in found]
    if place is Place.WKT:
        roles["wkt"] = roles.get("wkt", roles.get("shape", 0))
    if place is None:
        problems.append(_no_place(headers, where))
    if problems or place is None:
        raise InputError(problems)
    ordered = tuple(sorted((position, fact_id) for fact_id, position in facts.items()))
    return Columns(headers=tuple(headers), place=place, roles=roles, facts=ordered)


def _used_by(place: Place) -> tuple[str, ...]:
    """Roles of the columns that say where in this way."""
    others: dict[Place, tuple[str, ...]] = {
        Place.WKT: ("wkt", "shape"),
        Place.PAIR: ("pair",),
        Place.GEOMETRY: (),
    }
    return others[place] if place in others else _HALVES[place]


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


def _place(roles: dict[str, int], *, has_geometry: bool) -> Place | None:
    """The way of saying where that is complete: a geometry before a WKT before two columns before one.

    A column called geometry holds WKT where nothing else says where: others keep what they like in one.
    """
    if has_geometry:
        return Place.GEOMETRY
    if "wkt" in roles:
        return Place.WKT
    for place, halves in _HALVES.items():
        if set(halves) <= roles.keys():
            return place
    return Place.PAIR if "pair" in roles else Place.WKT if "shape" in roles else None


def _no_place(headers: Sequence[str], where: str) -> Problem:
    return fault(
        f"{where}: header",
        ", ".join(h.strip() or "(blank)" for h in headers) or "(none)",
        _NEEDED,
        zh="缺少坐标列：需要 lon、lat（经度、纬度），或 x、y，或东坐标、北坐标，或 wkt；首行须为列名",
        en="no coordinate columns: lon and lat, or x and y, or easting and northing, or wkt are needed; "
        "row 1 holds names",
    )
