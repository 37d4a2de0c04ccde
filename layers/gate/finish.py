"""The finished files of an edition: zones and coverage as GeoParquet, and the entry of the catalogue."""

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.compare.districts import Districts
from geo.compare.pieces import shapes_of
from geo.errors import InputError
from geo.model import Edition
from geo.overlays import common, difference, union
from layers.catalogue import EditionSpec, parse_catalogue
from layers.columns import FIXED, as_text
from layers.edition import read_edition
from layers.file_crs import settle_crs
from layers.gate.order import Order
from layers.gate.supply import Supplied
from layers.gate.take import Taken
from layers.gate.yaml_text import said
from layers.readers import Files
from layers.schema import Schema
from layers.shapes import coverage_of
from layers.strictyaml import Faults

__all__ = ["Around", "entry_of", "read_back", "write_files"]

ZONES, COVERAGE, CLAUSES = "zones.parquet", "coverage.parquet", ("clauses.parquet", "clauses.csv")
_HEAD = "bundle: {id: gate, title: {zh: 导入, en: Import}}\nrulebook: none\nlayers:\n  - "
_CRS = "EPSG:4490"
_POLYGON = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What an edition is put among.

    Attributes
    ----------
    root
        The bundle's folder.
    spec, current
        The edition in force as the catalogue says it and as it was read; None where there is none.
    outline
        Of the district that alone is delivered; None where the whole layer is.
    """

    root: Path
    districts: Districts
    spec: EditionSpec | None
    current: Edition | None
    outline: Geometry | None = None


def write_files(folder: Path, taken: Taken, order: Order, beside: Path, around: Around) -> None:
    """Write zones, coverage and clauses into a folder.

    Parameters
    ----------
    beside
        The folder to which paths of the order are relative.

    Raises
    ------
    InputError
        Where no coverage or no clauses are to be had as ordered.
    """
    faults = Faults()
    covered = _covered(taken, order, beside, around, faults)
    clauses = _clauses_file(order, beside, around, faults)
    if covered is None or len(faults):
        raise InputError(faults)
    _plain(taken.zones).to_parquet(folder / ZONES)
    gpd.GeoDataFrame({"id": ["coverage"]}, geometry=[covered], crs=_CRS).to_parquet(folder / COVERAGE)
    if clauses is not None:
        shutil.copyfile(clauses, folder / CLAUSES[clauses.suffix.lower() != ".parquet"])


def _plain(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Zones whose columns each hold one kind of value: mixed ones become text."""
    zones = zones.reset_index(drop=True)
    for name in zones.columns.drop(zones.geometry.name):
        kinds = {type(cell) for cell in zones[name]} - {type(None)}
        if len(kinds) > 1 and kinds != {int, float}:
            zones[name] = pd.Series([as_text(cell) for cell in zones[name]], dtype=object)
        elif kinds == {int, float}:
            zones[name] = pd.Series([None if c is None else float(c) for c in zones[name]], dtype=object)
    return zones


def _covered(taken: Taken, order: Order, beside: Path, around: Around, faults: Faults) -> Geometry | None:
    """The coverage of the layer; of a delivered district its own, and that in force everywhere else."""
    asked = _coverage(taken, order, beside, around, faults)
    held = None if around.current is None else around.current.coverage
    if asked is None or around.outline is None or order.coverage.keep or held is None:
        return asked
    return union(shapes_of([difference(held, around.outline), common(asked, around.outline)]))


def _coverage(taken: Taken, order: Order, beside: Path, around: Around, faults: Faults) -> Geometry | None:
    asked = order.coverage
    where = f"{order.where} coverage"
    if asked.keep:
        found = None if around.current is None else around.current.coverage
        if found is None:
            zh, en = (
                "没有现行版本可沿用其覆盖范围",
                "there is no edition in force whose coverage could be kept",
            )
            faults.add(where, given="keep", allowed="file, districts, zones", zh=zh, en=en)
        return found
    if asked.file is not None:
        return _coverage_file(beside / asked.file, taken, where, faults)
    if asked.zones:
        return _of_zones(taken, where, faults)
    return _of_districts(asked.districts, around.districts, where, faults)


def _of_zones(taken: Taken, where: str, faults: Faults) -> Geometry | None:
    shapes = taken.zones.geometry.to_numpy()
    shapes = shapes[shapely.get_dimensions(shapes) == _POLYGON]
    if len(shapes):
        return union(shapes)
    zh, en = "分区不是面，不能作为覆盖范围", "zones that are no polygons cannot be the coverage"
    faults.add(where, given="zones", allowed="keep, file, districts", zh=zh, en=en)
    return None


def _coverage_file(path: Path, taken: Taken, where: str, faults: Faults) -> Geometry | None:
    """Polygons of a file; one that names no CRS follows the supplied file."""
    raw = Files(path.parent).read(path.name, None, where, faults)
    if raw is None:
        return None
    shapes = list(raw.frame.geometry.array)
    crs = taken.crs if raw.crs is None else settle_crs(raw.crs, None, shapes, where, faults)[0]
    return None if crs is None else coverage_of(shapes, crs, where, faults)


def _of_districts(
    codes: Collection[str], districts: Districts, where: str, faults: Faults
) -> Geometry | None:
    chosen: list[Geometry] = []
    for code in codes:
        found = [n for n, own in enumerate(districts.code) if own.startswith(code)]
        if not found:
            zh, en = "数据包的 admin_unit 没有这个区县", "admin_unit of the bundle has no such district"
            faults.add(where, given=code, allowed=", ".join(districts.code) or "—", zh=zh, en=en)
        chosen += [districts.geometry[n] for n in found]
    return union(shapes_of(chosen)) if chosen else None


def _clauses_file(order: Order, beside: Path, around: Around, faults: Faults) -> Path | None:
    if order.clauses is None:
        return None
    path = None if order.clauses.file is None else beside / order.clauses.file
    if order.clauses.keep and around.spec is not None and around.spec.clauses is not None:
        path = around.root / around.spec.clauses
    if path is not None and path.is_file():
        return path
    zh, en = "没有这个准入清单文件", "there is no such table of entry lists"
    faults.add(
        f"{order.where} clauses", given=path.name if path else "keep", allowed="{file: …}", zh=zh, en=en
    )
    return None


def entry_of(
    order: Order, supplied: Supplied, taken: Taken, folder: Path, *, new_layer: bool
) -> dict[str, Any]:
    """The catalogue entry of the edition (of a layer that is not held yet, the layer's), as plain data."""
    head: dict[str, Any] = {}
    if new_layer and order.title is not None:
        head = {
            "id": order.layer,
            "title": {"zh": order.title.zh, "en": order.title.en},
            "kind": "vector",
            "restricted": order.restricted,
        }
    optional = {
        "valid_to": order.valid_to,
        "stale_after": order.stale_after,
        "approval_doc": order.approval_doc,
        "clauses": next((name for name in CLAUSES if (folder / name).is_file()), None),
    }
    return {
        **head,
        "edition": order.edition,
        "status": order.status.value,
        "valid_from": order.valid_from,
        **{key: value for key, value in optional.items() if value is not None},
        "path": ZONES,
        "crs": _CRS,
        "fields": {name: name for name in FIXED[:3]},
        "classes": {code: {"zh": title.zh, "en": title.en} for code, title in order.classes.items()},
        "coverage": COVERAGE,
        "accuracy_m": order.accuracy_m,
        "authority": {"zh": order.authority.zh, "en": order.authority.en},
        "source": order.source,
        "licence": order.licence,
        "synthetic": order.synthetic,
        "rows": len(taken.zones),
        "imported": _imported(order, supplied, taken),
    }


def _imported(order: Order, supplied: Supplied, taken: Taken) -> dict[str, Any]:
    told: dict[str, Any] = {"supplied": supplied.name, "supplied_sha256": supplied.sha256}
    if taken.repaired:
        told |= {"repair": order.repair, "repaired": taken.repaired}
    return told


def read_back(
    folder: Path, entry: Mapping[str, Any], layer: str, schema: Schema, words: Collection[str]
) -> Edition:
    """The finished edition as the service will read it.

    Raises
    ------
    InputError
        With what would keep the bundle from loading it.
    """
    whole = {"id": layer, "title": {"zh": layer, "en": layer}, "kind": "vector", **entry}
    faults = Faults()
    catalogue = parse_catalogue(f"{_HEAD}{said(whole)}\n", "entry", faults)
    if catalogue is None or len(faults) or not catalogue.layers:
        raise InputError(faults)
    spec = catalogue.layers[0]
    return read_edition(spec, spec.editions[0], schema, Files(folder), words)
