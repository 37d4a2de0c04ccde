"""Columns of zones as plain values, and what they say on a date: alive or not, class, season."""

import re
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.measure import Objects
from geo.model import Season, ZoneTable
from geo.model.zone_table import plain_cells

if TYPE_CHECKING:
    import geopandas as gpd

Mask = NDArray[np.bool_]

TWO_ZONE_RESERVES_FROM = date(2026, 3, 15)
"""自然保护区条例 (令830): core and buffer become core, experimental general (自然资函〔2020〕71号)."""

_LEGACY = {"core": "core", "buffer": "core", "experimental": "general"}


Zones: TypeAlias = "ZoneTable | gpd.GeoDataFrame"


def names_of(zones: Zones) -> tuple[str, ...]:
    """Names of the columns of zones, that of their geometries too."""
    return zones.names if isinstance(zones, ZoneTable) else tuple(str(name) for name in zones.columns)


def values_of(zones: Zones, name: str) -> Objects:
    """A column of zones; None throughout where there is no such column."""
    if name not in zones:
        return np.full(len(zones), None, dtype=object)
    if isinstance(zones, ZoneTable):
        return zones.cells(name)
    cells: Objects = zones[name].to_numpy(dtype=object, na_value=None)
    return cells if name == "geometry" else plain_cells(cells)


def codes_of(values: Objects) -> NDArray[np.intp]:
    """A number for each value, from 0, equal for equal ones of one type: True and 1 have two."""
    cells = values.tolist()
    if set(map(type, cells)) <= {str, type(None)}:
        texts = {value: number for number, value in enumerate(dict.fromkeys([None, *cells]))}
        return np.array([texts[value] for value in cells], dtype=np.intp)
    numbers: dict[tuple[type, object], int] = {}
    told = [numbers.setdefault((type(value), value), len(numbers)) for value in cells]
    return np.array(told, dtype=np.intp)


def alive_on(valid_from: Objects, valid_to: Objects, on: date) -> Mask:
    """Zones valid on a date."""
    began = np.array([v is None or v <= on for v in valid_from], dtype=bool)
    ended = np.array([v is not None and v <= on for v in valid_to], dtype=bool)
    return np.asarray(began & ~ended, dtype=bool)


def classes_on(zone_class: Objects, legacy: Objects, on: date) -> tuple[Objects, Mask]:
    """Classes, those of old three-zone reserves derived from the date on which two zones became law."""
    derived = np.array(
        [c in (None, "none") and old in _LEGACY for c, old in zip(zone_class, legacy, strict=True)],
        dtype=bool,
    )
    if on < TWO_ZONE_RESERVES_FROM or not derived.any():
        return zone_class, np.zeros(len(zone_class), dtype=bool)
    out = zone_class.copy()
    out[derived] = [_LEGACY[old] for old in legacy[derived]]
    return out, derived


_DAY = re.compile(r"(?:(\d{4})[-年])?(\d{1,2})[-月](\d{1,2})日?")
"""A day of every year (02-01, 2月1日) or of one (2026-02-01)."""


def with_period(attributes: dict[str, Objects], on: date) -> dict[str, Objects]:
    """Attributes of zones, with ``in_period`` where zones have periods of their own (禁采期).

    It says whether a date lies between ``period_from`` and ``period_to``, both days included; None where they
    cannot be read. Days without a year come back every year, and may run over New Year.
    """
    if not {"period_from", "period_to"} <= attributes.keys():
        return attributes
    periods = zip(attributes["period_from"], attributes["period_to"], strict=True)
    told = [_in_period(str(start), str(end), on) for start, end in periods]
    return {**attributes, "in_period": np.array([*told, None], dtype=object)[:-1]}


def _in_period(start: str, end: str, on: date) -> bool | None:
    days = [_DAY.fullmatch(text.strip()) for text in (start, end)]
    found = [tuple(int(number) for number in day.groups() if number) for day in days if day]
    match found:
        case [(m1, d1), (m2, d2)]:
            return Season(start=(m1, d1), end=(m2, d2)).holds(on)
        case [(_, _, _), (_, _, _)]:
            return found[0] <= (on.year, on.month, on.day) <= found[1]
        case _:
            return None
