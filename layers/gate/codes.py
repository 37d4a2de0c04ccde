"""Codes that contradict each other or the ground: told, never repaired (regulations.md §1.4)."""

import re
from collections.abc import Collection

import geopandas as gpd
import numpy as np
import shapely

from geo.compare.districts import Districts
from layers.columns import as_text
from layers.gate.county_codes import county_codes
from layers.gate.note import Notes

__all__ = ["check_codes"]

_UNIT = re.compile(r"ZH(\d{6})([123])(\d{4})")
_ELEMENT = re.compile(r"YS(\d{6})([123])([1-5])(\d)(\d{4})")
_BSM = re.compile(r"(\d{6})\d{12}")
_FORMS = {
    "env_control_unit": (_UNIT, "ZH + 6 + 1/2/3 + 4"),
    "element_zone": (_ELEMENT, "YS + 6 + 1/2/3 + 1…5 + 1 + 4"),
}
_ELEMENTS = {"1": "eco", "2": "water", "3": "air", "4": "soil", "5": "resource"}


def check_codes(
    zones: gpd.GeoDataFrame, layer: str, jurisdictions: Collection[str], districts: Districts, notes: Notes
) -> int:
    """Compare ids, classes and county codes with each other, with GB/T 2260 and with the ground.

    Returns
    -------
    How many zones contradict themselves.
    """
    odd = {int(row) for row in _check_forms(zones, layer, notes)}
    counties = _counties(zones, layer)
    ours = () if layer == "admin_unit" else jurisdictions  # neighbours are held there on purpose
    for row, code in counties.items():
        if _check_county(row, code, ours, notes):
            odd.add(row)
    odd |= _check_ground(zones, counties, districts, notes)
    return len(odd)


def _counties(zones: gpd.GeoDataFrame, layer: str) -> dict[int, str]:
    """The county code that each zone states, by row."""
    name = "county_code"
    if layer == "admin_unit":
        name = "code" if "code" in zones.columns else "zone_id"
    if name not in zones.columns:
        return {}
    pairs = zip(zones.index, (as_text(cell) for cell in zones[name]), strict=True)
    return {int(row): code for row, code in pairs if code is not None}


def _check_forms(zones: gpd.GeoDataFrame, layer: str, notes: Notes) -> list[int]:
    form, told = _FORMS.get(layer, (None, ""))
    stated = _counties(zones, layer)
    odd: list[int] = []
    for row, name, code in zip(zones.index, zones["zone_id"], zones["zone_class"], strict=True):
        found = form.fullmatch(name) if form is not None else _BSM.fullmatch(name)
        if found is None and form is not None:
            zh, en = "编码不合规定的结构", "the code does not have the prescribed form"
            notes.add("code_form", int(row), given=name, allowed=told, zh=zh, en=en)
            odd.append(row)
            continue
        if found is None:
            continue
        if form is not None and code is not None and _class_in(layer, found) != code:
            zh, en = "编码中的级别与分区级别不一致", "the class in the code is not the zone's class"
            notes.add(
                "code_class", int(row), given=f"{name}: {code}", allowed=_class_in(layer, found), zh=zh, en=en
            )
            odd.append(row)
        if row in stated and stated[row] != found[1]:
            zh, en = "编码中的区县与县级代码不一致", "the county in the code is not the county code"
            notes.add("code_county", int(row), given=f"{name}: {stated[row]}", allowed=found[1], zh=zh, en=en)
            odd.append(row)
    return odd


def _class_in(layer: str, found: re.Match[str]) -> str:
    return found[2] if layer == "env_control_unit" else _ELEMENTS[found[3]]


def _check_county(row: int, code: str, jurisdictions: Collection[str], notes: Notes) -> bool:
    if code not in county_codes():
        zh, en = (
            "不在 GB/T 2260 代码表（2023）中：写错或已撤销",
            "not a GB/T 2260 code of 2023: mistyped or abolished",
        )
        notes.add("county", row, given=code, allowed="GB/T 2260", zh=zh, en=en)
        return True
    if jurisdictions and not any(code.startswith(j) or j.startswith(code.rstrip("0")) for j in jurisdictions):
        zh, en = "县级代码不属于本数据包的辖区", "the county is not one of the bundle's jurisdictions"
        notes.add("county_outside", row, given=code, allowed=", ".join(jurisdictions), zh=zh, en=en)
        return True
    return False


def _check_ground(
    zones: gpd.GeoDataFrame, counties: dict[int, str], districts: Districts, notes: Notes
) -> set[int]:
    """Zones that do not even touch the county they name."""
    place = {code: n for n, code in enumerate(districts.code)}
    rows = [row for row, code in counties.items() if code in place]
    if not rows:
        return set()
    where = zones.index.get_indexer(rows)
    shapes = zones.geometry.to_numpy()[where]
    named = np.asarray(districts.geometry, dtype=object)[[place[counties[row]] for row in rows]]
    away = ~shapely.intersects(shapes, named)
    for n in np.flatnonzero(away).tolist():
        code = counties[rows[n]]
        zh, en = "分区不在所写县级代码的区县内", "the zone does not lie in the county it names"
        told = f"{code} {districts.name[place[code]]}"
        notes.add("county_place", rows[n], given=told, allowed="", zh=zh, en=en)
    return {rows[n] for n in np.flatnonzero(away).tolist()}
