"""Zone by zone: ids, classes, dates, doubles, declared areas. What cannot be loaded is a fault."""

from collections import defaultdict
from collections.abc import Collection

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.measure import area_m2
from layers.columns import Cells, as_date, as_number, as_text
from layers.gate.note import Notes
from layers.gate.order import Order

__all__ = ["check_areas", "check_cells", "check_doubles"]

Shapes = npt.NDArray[np.object_]
Mask = npt.NDArray[np.bool_]

_MOST_NAMED = 5


def check_cells(columns: dict[str, Cells], order: Order, notes: Notes) -> None:
    """Check ids, classes and dates, row by row; dates are read in place."""
    _check_ids(columns["zone_id"], notes)
    legacy = columns.get("zone_legacy") or [None] * len(columns["zone_class"])
    _check_classes(columns["zone_class"], legacy, order.classes, notes)
    _check_dates(columns, notes)


def _check_ids(ids: Cells, notes: Notes) -> None:
    rows: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(ids):
        if name is None:
            notes.add(
                "id",
                row,
                given=None,
                allowed="fields.zone_id",
                zh="分区标识为空",
                en="the zone has no id",
                fault=True,
            )
        else:
            rows[name].append(row)
    for same in (found for found in rows.values() if len(found) > 1):
        told = ", ".join(str(row + 1) for row in same[:_MOST_NAMED]) + (
            " …" if len(same) > _MOST_NAMED else ""
        )
        for row in same:
            notes.add(
                "id_twice",
                row,
                given=f"{ids[row]}: {len(same)} ({told})",
                allowed="×1",
                zh="分区标识重复（所在行）",
                en="the id occurs on several rows",
                fault=True,
            )


def _check_classes(found: Cells, legacy: Cells, classes: Collection[str], notes: Notes) -> None:
    allowed = ", ".join(classes)
    for row, code in enumerate(found):
        if code is None and legacy[row] is None:
            notes.add(
                "class",
                row,
                given=None,
                allowed=allowed,
                zh="分区级别为空",
                en="the zone has no class",
                fault=True,
            )
        elif code is not None and code not in classes:
            notes.add(
                "class",
                row,
                given=code,
                allowed=allowed,
                zh="分区级别不在 classes 之中（可在 values.zone_class 写明对应关系）",
                en="the class is not among classes (values.zone_class can say what it means)",
                fault=True,
            )


def _check_dates(columns: dict[str, Cells], notes: Notes) -> None:
    for name in ("valid_from", "valid_to"):
        for row, value in enumerate(columns[name]):
            try:
                columns[name][row] = as_date(value)
            except (ValueError, TypeError):
                _date_fault(row, f"{name} {value}", "日期读不出来", "the date cannot be read", notes)
                columns[name][row] = None
    for row, (start, end) in enumerate(zip(columns["valid_from"], columns["valid_to"], strict=True)):
        if start is not None and end is not None and end <= start:
            _date_fault(
                row, f"{start} … {end}", "失效日期早于生效日期", "valid_to is not after valid_from", notes
            )


def _date_fault(row: int, given: str, zh: str, en: str, notes: Notes) -> None:
    notes.add("date", row, given=given, allowed="YYYY-MM-DD, YYYYMMDD", zh=zh, en=en, fault=True)


def check_doubles(shapes: Shapes, good: Mask, notes: Notes) -> None:
    """Tell zones that lie on one and the same shape."""
    rows: dict[bytes, list[int]] = defaultdict(list)
    kept: list[int] = np.flatnonzero(good).tolist()
    keys: list[bytes] = list(shapely.to_wkb(shapely.normalize(shapes[kept]))) if kept else []
    for row, key in zip(kept, keys, strict=True):
        rows[key].append(row)
    for same in (found for found in rows.values() if len(found) > 1):
        for row in same[1:]:
            notes.add(
                "shape_twice",
                row,
                given=f"= {notes.names[same[0]]}",
                allowed="",
                zh="与另一分区的图形完全相同",
                en="the shape is that of another zone, to the last bit",
            )


def check_areas(zones: gpd.GeoDataFrame, unit_m2: float | None, differ_share: float, notes: Notes) -> int:
    """Tell declared areas that differ from the measured ones; returns how many do.

    Parameters
    ----------
    unit_m2
        Square metres in a unit of ``area_declared``; None where nothing is declared.
    """
    if unit_m2 is None or "area_declared" not in zones.columns:
        return 0
    measured = area_m2(zones.geometry.to_numpy())
    differing = 0
    for row, cell, ours_m2 in zip(zones.index, zones["area_declared"], measured, strict=True):
        said = _number(cell)
        if said is None:
            continue
        said_m2 = said * unit_m2
        if ours_m2 > 0 and abs(said_m2 - ours_m2) <= differ_share * ours_m2:
            continue
        differing += 1
        change = f"{(said_m2 / ours_m2 - 1) * 100:+.2f} %" if ours_m2 > 0 else "—"
        notes.add(
            "area",
            int(row),
            given=f"{said_m2:.2f} m² ({change})",
            allowed=f"{ours_m2:.2f} m² ± {differ_share * 100:g} %",
            zh="填报面积与量算的椭球面积不符",
            en="the declared area differs from the measured (ellipsoidal) one",
        )
    return differing


def _number(cell: object) -> float | None:
    try:
        return as_number(as_text(cell))
    except (ValueError, TypeError):
        return None
