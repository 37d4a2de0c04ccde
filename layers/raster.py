"""A raster edition: its cells joined to patches, and these are zones like any others.

Where a cell says nothing (nodata) the edition vouches for nothing: it covers the cells that say something.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.crs import Crs
from geo.model import Text, ZoneTable
from geo.raster import NO_DATA, Grid, Labels, Mask, Patches, cell_m, junctions, parted, patches, whole
from layers.catalogue import EditionSpec, LayerSpec
from layers.catalogue_keys import Column
from layers.columns import Sheet, columns_of
from layers.file_crs import settle_crs
from layers.raster_file import MOST_SIDES, RasterFile, read_raster, trace
from layers.readers import Files
from layers.schema import Schema, StandardLayer
from layers.shapes import Sieved, drop_invalid, sieve, zone_table
from layers.strictyaml import Faults

__all__ = ["RasterZones", "raster_zones"]

_FIELDS = {"zone_id": Column(name="zone_id"), "zone_class": Column(name="zone_class")}
_AREAL = {"polygon", "raster"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RasterZones:
    """What a raster comes to.

    Attributes
    ----------
    said
        The cells that say something, EPSG:4490: where silence means "no zone".
    cell_m
        Longest side of any cell, metres.
    """

    zones: ZoneTable
    crs: Crs
    said: Geometry
    cell_m: float
    remarks: tuple[Text, ...]


def raster_zones(
    layer: LayerSpec, spec: EditionSpec, schema: Schema, files: Files, where: str, faults: Faults
) -> RasterZones | None:
    """Read a raster edition as zones; None is a fault noted."""
    at = f"{where} {spec.path}"
    path = files.find(spec.path, at, faults)
    if path is None or spec.cells is None:
        return None
    file = read_raster(path, spec.path, spec.cells, at, faults)
    if file is None:
        return None
    crs, remarks = settle_crs(file.crs, spec.crs, [file.grid.outline], at, faults)
    if crs is None or not _on_earth(file.grid, crs, at, faults) or not _says_something(file, at, faults):
        return None
    standard = schema.layers.get(layer.id)
    _check_kind(standard, at, faults)
    joined = junctions(file.labels)
    found = _patches(file.labels, file.grid, crs, joined, no_zone=spec.cells.legend.no_zone)
    zones, told = _frame(found, layer, spec, schema, at, faults)
    return RasterZones(
        zones=zones,
        crs=crs,
        said=_said(file, crs, joined),
        cell_m=cell_m(file.grid, crs),
        remarks=(*file.remarks, *remarks, *told),
    )


def _on_earth(grid: Grid, crs: Crs, where: str, faults: Faults) -> bool:
    """Whether the whole grid lies where its CRS may be used: no degrees for metres, no axes swapped."""
    return bool(sieve([grid.outline], crs, ("polygon",), ["grid"], where, faults).good.all())


def _says_something(file: RasterFile, where: str, faults: Faults) -> bool:
    """Whether there are cells with data, and not more patches than can be made."""
    if not (file.labels != NO_DATA).any():
        faults.add(
            where, given=0, allowed="cells with data", zh="栅格没有有效像元", en="no cell says anything"
        )
        return False
    sides = parted(file.labels)
    if sides > MOST_SIDES:
        faults.add(
            where,
            given=f"{sides:,}",
            allowed=f"≤ {MOST_SIDES:,}",
            zh="不同级别像元之间的边过多（图斑过碎），未转换，请裁剪或滤波",
            en="cells of different classes part too often: not made into zones, cut or sieve the raster",
        )
    return sides <= MOST_SIDES


def _check_kind(standard: StandardLayer | None, where: str, faults: Faults) -> None:
    if standard is not None and not _AREAL.intersection(standard.geometry):
        faults.add(
            where,
            given="raster",
            allowed=", ".join(standard.geometry),
            zh=f"标准图层 {standard.id} 不是面状图层，不能用栅格表示",
            en=f"the standard layer {standard.id} has no areas: a raster cannot stand for it",
        )


def _patches(labels: Labels, grid: Grid, crs: Crs, joined: Mask, *, no_zone: int) -> Patches:
    return patches(trace(labels, (labels != NO_DATA) & (labels != no_zone)), grid, crs, joined)


def _said(file: RasterFile, crs: Crs, joined: Mask) -> Geometry:
    data = file.labels != NO_DATA
    traced = whole(file.grid) if data.all() else trace(data.astype(np.int16), data)
    shapes = patches(traced, file.grid, crs, joined).geometry
    # Patches of the cells with data share no side: together they are one valid shape as they are.
    return cast("Geometry", shapes[0] if len(shapes) == 1 else shapely.multipolygons(shapes))


def _frame(
    found: Patches, layer: LayerSpec, spec: EditionSpec, schema: Schema, where: str, faults: Faults
) -> tuple[ZoneTable, tuple[Text, ...]]:
    """The patches as zones: ids of class and first cell, the number of cells, and constant attributes."""
    codes = ("", *(spec.cells.legend.codes if spec.cells is not None else ()))
    zone_class = [codes[label] for label in found.label]
    first = zip(zone_class, found.row, found.column, strict=True)
    names = [f"{code}-r{row}c{column}" for code, row, column in first]
    cells = {"zone_id": names, "zone_class": zone_class, "cells": found.cells.tolist()}
    columns, remarks = columns_of(
        Sheet(names=tuple(cells), rows=len(names), cells=cells.__getitem__),
        "",
        {**_FIELDS, **spec.fields},
        schema.attributes_of(layer.id),
        schema.layers.get(layer.id),
        where,
        faults,
    )
    checked = Sieved(found.geometry.tolist(), names, where, faults)
    drop_invalid(checked)
    return zone_table(columns, checked), remarks
