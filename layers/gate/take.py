"""A supplied file taken in by an order: columns under our names, shapes in EPSG:4490, notes zone by zone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.crs import Crs
from geo.errors import InputError
from geo.measure import area_m2
from geo.model import Text
from geo.site import OLD_DATUM_ACCURACY_M, made_valid
from layers.columns import Cells, Sheet, as_text, columns_of
from layers.file_crs import settle_crs
from layers.gate.checks import check_cells, check_doubles
from layers.gate.note import Notes
from layers.gate.order import Order
from layers.gate.supply import Supplied
from layers.schema import Schema
from layers.shapes import Sieved, sieve, zone_table
from layers.strictyaml import Faults

__all__ = ["Taken", "take"]

_POLYGON = 2
_SHIFTED = ("GCJ-02", "BD-09")
_LABELLED = (
    "WGS 84",
    "WGS_1984",
    "China_2000",
    "China Geodetic Coordinate System 2000",
    "CGCS2000",
    "OGC:CRS84",
)

Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of the file.

    Attributes
    ----------
    zones
        The good rows; the index is that of the file's rows, from 0.
    crs
        The CRS the coordinates were in.
    notes
        What is to be told of each zone; with a fault among them nothing can be loaded.
    remarks
        What was taken for granted of the whole file.
    rows, repaired
        Rows in the file, and how many of them were repaired on request.
    """

    zones: gpd.GeoDataFrame
    crs: Crs
    notes: Notes
    remarks: tuple[Text, ...]
    rows: int
    repaired: int


def take(supplied: Supplied, order: Order, schema: Schema) -> Taken:
    """Take a file in.

    Raises
    ------
    InputError
        Where the order does not fit the file, or its CRS is not to be had: then nothing can be said of zones.
    """
    faults = Faults()
    frame = _chosen_columns(supplied.raw.frame, order, faults)
    shapes: Shapes = np.asarray(frame.geometry.array, dtype=object)
    crs, crs_remarks = _crs(supplied, order, shapes, faults)
    notes = Notes()
    frame = _reworded(frame, order, notes)
    standard = schema.layers.get(order.layer)
    attributes = schema.attributes_of(order.layer)
    columns, column_remarks = columns_of(
        Sheet.of(frame), supplied.raw.fid_column, order.fields, attributes, standard, supplied.name, faults
    )
    if len(faults) or crs is None:
        raise InputError(faults)
    notes.names[:] = _names(columns["zone_id"])
    check_cells(columns, order, notes)
    _note_rows(supplied, notes)
    if supplied.cut_texts:
        _check_cut(columns, notes)
    shapes, repaired = _repaired(shapes, order, notes)
    kinds = standard.geometry if standard is not None else ()
    found = sieve(list(shapes), crs, kinds, notes.names, supplied.name, Faults())
    _note_left_out(found, {row for row, _ in supplied.row_faults}, notes)
    _note_repaired(found, repaired, notes)
    check_doubles(found.shapes, found.good, notes)
    zones = zone_table(columns, found).frame
    zones.index = pd.Index(np.flatnonzero(found.good))
    return Taken(
        zones=zones,
        crs=crs,
        notes=notes,
        remarks=(*supplied.raw.remarks, *crs_remarks, *column_remarks, *found.remarks),
        rows=len(frame),
        repaired=len(repaired),
    )


# --- columns ---


def _chosen_columns(frame: gpd.GeoDataFrame, order: Order, faults: Faults) -> gpd.GeoDataFrame:
    """The frame without the columns that are dropped."""
    theirs = [str(name) for name in frame.columns if name != frame.geometry.name]
    for name in order.drop:
        if name not in theirs:
            faults.add(
                f"{order.where} drop",
                given=name,
                allowed=", ".join(theirs),
                zh="文件没有这一列",
                en="the file has no such column",
            )
    return frame.drop(columns=[name for name in order.drop if name in theirs])


def _reworded(frame: gpd.GeoDataFrame, order: Order, notes: Notes) -> gpd.GeoDataFrame:
    """The file's words as the order reads them; a word that never occurs is told."""
    frame = frame.copy(deep=False)
    for ours, words in order.values.items():
        column = order.fields.get(ours)
        name = column.name if column is not None else ours
        if name is None or name not in frame.columns:
            notes.add(
                "values",
                -1,
                given=ours,
                allowed=", ".join(order.fields),
                zh="values 所指的字段不是来自文件的列",
                en="values speaks of a field that is no column of the file",
            )
            continue
        cells = [as_text(cell) for cell in frame[name]]
        unmet = [word for word in words if word not in cells]
        if unmet:
            notes.add(
                "values",
                -1,
                given=", ".join(unmet),
                allowed=name,
                zh=f"values.{ours} 中的词在文件里没有出现",
                en=f"words of values.{ours} that the file never uses",
            )
        frame[name] = pd.Series(
            [words.get(cell or "", cell) for cell in cells], dtype=object, index=frame.index
        )
    return frame


def _names(ids: Cells) -> list[str]:
    """How zones are called in notes: by id, or by row."""
    return [f"row {n + 1}" if name is None else str(name) for n, name in enumerate(ids)]


_DBF_BYTES = 253
"""A cell so long in bytes was likely cut: a dBASE field holds 254, and half a character is dropped."""


def _check_cut(columns: Mapping[str, Cells], notes: Notes) -> None:
    for name, cells in columns.items():
        for row, cell in enumerate(cells):
            if isinstance(cell, str) and len(cell) * 4 >= _DBF_BYTES and _full(cell):
                notes.add(
                    "text_cut",
                    row,
                    given=f"{name}: …{cell[-12:]}",
                    allowed="< 254 bytes",
                    zh="文字恰好写满 254 字节，可能被截断",
                    en="the text fills all 254 bytes: it may have been cut",
                )


def _full(cell: str) -> bool:
    lengths = {len(cell.encode("utf-8")), len(cell.encode("gb18030", "replace"))}
    return bool(lengths & {_DBF_BYTES, _DBF_BYTES + 1})


# --- coordinates ---


def _crs(
    supplied: Supplied, order: Order, shapes: Shapes, faults: Faults
) -> tuple[Crs | None, tuple[Text, ...]]:
    """The CRS to be used; shifted coordinates may be declared over a label of WGS84 or CGCS2000."""
    named, declared = supplied.raw.crs, order.crs
    where = f"{order.where} crs"
    if declared is not None and declared.name in _SHIFTED and (named is None or _plain(named)):
        zh = f"坐标按 {declared.name} 转换为 CGCS2000"
        en = f"coordinates were brought from {declared.name} to CGCS2000"
        return declared, (Text(zh, en),)
    name = None if declared is None else declared.name
    crs, remarks = settle_crs(named, name, list(shapes), where, faults)
    if crs is None:
        return None, ()
    if crs.old_datum and order.accuracy_m < OLD_DATUM_ACCURACY_M:
        faults.add(
            f"{order.where} accuracy_m",
            given=f"{crs.name}, {order.accuracy_m:g} m",
            allowed=f"≥ {OLD_DATUM_ACCURACY_M:g}",
            zh="西安80/北京54 数据没有公开转换参数，精度不得小于 100 米",
            en="no public parameters lead from Xi'an 80 or Beijing 54: state an accuracy of 100 m or worse",
        )
    return crs, remarks


def _plain(named: str) -> bool:
    """Whether a file's label is plain longitude/latitude, as shifted data are commonly labelled."""
    return named in {"EPSG:4326", "EPSG:4490"} or (
        named.startswith("GEOG") and any(word in named for word in _LABELLED)
    )


def _repaired(shapes: Shapes, order: Order, notes: Notes) -> tuple[Shapes, dict[int, Any]]:
    """Shapes with invalid polygons and lines rebuilt where the order asks for it, and those as supplied."""
    if order.repair is None:
        return shapes, {}
    shapes = np.asarray(shapely.force_2d(shapes), dtype=object)
    before: dict[int, Any] = {}
    bad = ~(shapely.is_valid(shapes) | shapely.is_missing(shapes))
    for row in np.flatnonzero(bad).tolist():
        shape = shapes[row]
        if not np.isfinite(shapely.get_coordinates(shape)).all():
            continue
        mended = made_valid(shape)
        if mended.is_empty:
            notes.add(
                "repair",
                row,
                given=shapely.is_valid_reason(shape),
                allowed=order.repair,
                zh="修复后什么也不剩",
                en="nothing is left after the repair",
                fault=True,
            )
            continue
        before[row], shapes[row] = shape, mended
    return shapes, before


def _note_repaired(found: Sieved, repaired: Mapping[int, Any], notes: Notes) -> None:
    for row, before in repaired.items():
        after = found.shapes[row]
        size = (
            f"{float(area_m2(after)):.2f} m²"
            if shapely.get_dimensions(after) == _POLYGON
            else after.geom_type
        )
        parts = f"{shapely.get_num_geometries(before)} → {shapely.get_num_geometries(after)}"
        notes.add(
            "repair",
            row,
            given=f"{shapely.is_valid_reason(before)}; parts {parts}; {size}",
            allowed="make_valid",
            zh="按要求以 make_valid 修复",
            en="repaired on request by make_valid",
        )


def _note_rows(supplied: Supplied, notes: Notes) -> None:
    """What the reader of the file said of single rows."""
    for row, problem in supplied.row_faults:
        zh, en = problem.hint.zh, problem.hint.en
        notes.add("geometry", row, given=problem.given, allowed=problem.allowed, zh=zh, en=en, fault=True)
    for row, remark in supplied.row_remarks:
        notes.add("reader", row, given="", allowed="", zh=remark.zh, en=remark.en)


def _note_left_out(found: Sieved, told: Collection[int], notes: Notes) -> None:
    """Every zone that was left out, with its own reason; but not those of which the reader told one."""
    for group in found.left_out:
        for row in sorted({*group.rows} - {*told}):
            notes.add(
                "geometry",
                row,
                given=_shape_told(found.shapes[row]),
                allowed=group.allowed,
                zh=group.hint.zh,
                en=group.hint.en,
                fault=True,
            )


def _shape_told(shape: Any) -> str:  # noqa: ANN401 (a geometry or None)
    if shape is None:
        return "—"
    if shape.is_empty:
        return f"{shape.geom_type} EMPTY"
    if not shapely.is_valid(shape):
        return cast("str", shapely.is_valid_reason(shape))
    west, south, east, north = shapely.bounds(shape)
    return f"{shape.geom_type} {west:g} {south:g} {east:g} {north:g}"
