"""What the thematic layers are drawn from: one district (or the strip beyond the border) at a time."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import shapely
import yaml
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from scripts.demo.build import Drawn
from scripts.demo.parks import parks
from scripts.demo.pebbles import Picker, pebble
from scripts.demo.places import LESHAN, Place, River, plans
from scripts.demo.sources import Sources
from scripts.demo.water import SourceZone

Row = dict[str, object]
MARK = "（示范）"

ENYANG_RIVER = River(code="R23", name="恩阳河", width_m=60, important=False, basin="渠江")
ENYANG_COURSE = LineString(
    [
        (106.4, 31.9),
        (106.47, 31.845),
        (106.53, 31.8),
        (106.6, 31.775),
        (106.655, 31.75),
        (106.7, 31.715),
        (106.745, 31.68),
    ]
)
"""Drawn by hand: no source has it, and the river layers leave 恩阳区 out; the thematic layers need one."""

FAILING = {LESHAN: ("泥溪河",)}
"""Rivers in a worse class than they should be, by district (plan-facts-leshan-chengkou §1.6)."""

KINDS = {"街道": "subdistrict", "乡": "township"}
"""Class of a township by the end of its name; else a town."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A row of a thematic layer; its id is made of layer, district and number."""

    layer: str
    zone_class: str
    name: str
    geometry: BaseGeometry
    more: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A township's built-up place; the first of a district is its seat."""

    name: str
    place: Place
    seat: bool

    @property
    def kind(self) -> str:
        """Subdistrict, town or township."""
        bare = self.name.removesuffix(MARK)
        return next((kind for end, kind in KINDS.items() if bare.endswith(end)), "town")


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A district and what lies in it.

    Attributes
    ----------
    rivers
        Each with its line inside the district, the longest piece where it is cut.
    built
        Built-up area of each town, in the order of the towns.
    kept
        Red line, protected and scenic areas and source zones, where no town or field is put.
    redline
        That in force; empty where there is none.
    """

    code: str
    name: str
    shape: BaseGeometry
    seed: int
    towns: tuple[Town, ...]
    built: tuple[BaseGeometry, ...]
    rivers: tuple[tuple[River, LineString], ...]
    sources: tuple[SourceZone, ...]
    parks: tuple[BaseGeometry, ...]
    kept: BaseGeometry
    redline: BaseGeometry
    picker: Picker


def homes(drawn: Drawn, sources: Sources) -> tuple[Home, ...]:
    """The nine districts and the strip, in the order of their plans."""
    shapes = {district.code: (district.name, shape) for district, shape in drawn.districts}
    strip = drawn.strip
    out = [_home(code, *shapes[code], 3000 + 50 * k, drawn, sources) for k, code in enumerate(plans())]
    return (*out, _home(strip.code, shapes[strip.code][0], strip.shape, 3900, drawn, sources))


@lru_cache(maxsize=1)
def town_names() -> dict[str, list[str]]:
    """Names of the townships by district."""
    text = (Path(__file__).parents[1] / "plan" / "towns.yaml").read_text(encoding="utf-8")
    return {str(code): names for code, names in yaml.safe_load(text).items()}


def _home(code: str, name: str, shape: BaseGeometry, seed: int, drawn: Drawn, sources: Sources) -> Home:
    redline = drawn.redline[code][0] if code in drawn.redline else shapely.MultiPolygon()
    own = [zone for zone in drawn.sources if zone.source.county == code]
    kept = shapely.union_all(
        [
            *(zone.geometry for zone in own),
            *(zone.geometry for zone in (*drawn.protected, *drawn.scenic) if zone.area.county == code),
            redline,
        ]
    )
    shapely.prepare(kept)
    picker = Picker.of(shape, sources.terrain, seed)
    rivers = tuple(
        (river, line)
        for river, whole in (*((c.river, c.line) for c in drawn.courses), (ENYANG_RIVER, ENYANG_COURSE))
        if (line := _longest(whole, shape)) is not None
    )
    towns = _towns(code, picker, kept)
    return Home(
        code=code,
        name=name,
        shape=shape,
        seed=seed,
        towns=towns,
        built=tuple(_built(town, shape, seed + k) for k, town in enumerate(towns)),
        rivers=rivers,
        sources=tuple(own),
        parks=tuple(drawn.parks[park.code] for park in parks() if park.county == code),
        kept=kept,
        redline=redline,
        picker=picker,
    )


def _towns(code: str, picker: Picker, kept: BaseGeometry) -> tuple[Town, ...]:
    fixed = list(plans()[code].towns) if code in plans() else []
    picker.taken += fixed
    names = town_names()[code]
    free = picker.pick("gentle", len(names) - len(fixed), apart_m=4000.0, off=kept)
    placed = zip(names, [*fixed, *free], strict=False)
    return tuple(Town(name=name, place=place, seat=k == 0) for k, (name, place) in enumerate(placed))


def _built(town: Town, inside: BaseGeometry, seed: int) -> BaseGeometry:
    size_m2 = 3.6e6 if town.seat else 0.45e6 + 0.08e6 * (seed % 5)
    return shapely.intersection(pebble(town.place, size_m2, seed, stretch=1.4), inside)


def _longest(line: LineString, shape: BaseGeometry) -> LineString | None:
    """The longest piece of a river in a district; None for less than about two kilometres."""
    pieces = shapely.get_parts(shapely.line_merge(shapely.intersection(line, shape)))
    lines = [piece for piece in pieces if isinstance(piece, LineString)]
    best = max(lines, key=lambda piece: piece.length, default=None)
    return best if best is not None and best.length > 0.02 else None
