"""The import order (导入单): which file becomes which edition of which layer, column by column.

The gate proposes one as a YAML file; a person edits it; it is read strictly: unknown keys, unknown columns
and open questions are told, all at once, and nothing is imported.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from geo.crs import Crs
from geo.errors import InputError
from geo.model import EditionStatus, Text
from geo.site import REPAIRS
from layers.catalogue_keys import SHA256, Column, read_column, read_crs
from layers.keytable import (
    BAD,
    Key,
    Read,
    Row,
    both,
    choice,
    day,
    flag,
    list_of,
    mapping_of,
    number,
    one_of,
    table,
    text,
)
from layers.rule_checks import check_period
from layers.strictyaml import Faults, Node, read_yaml
from layers.vocabulary import ID, PLACE_CODE

__all__ = ["AREA_UNITS", "ClausesOrder", "CoverageOrder", "Order", "read_order"]

AREA_UNITS: dict[str, float] = {"m2": 1.0, "mu": 2000.0 / 3.0, "ha": 1e4, "km2": 1e6}
"""Square metres in a unit of declared areas (regulations.md §8.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageOrder:
    """Where silence will mean "no zone": exactly one of these.

    Attributes
    ----------
    keep
        That of the edition in force.
    file
        Polygons of another file, beside the order or absolute.
    districts
        These counties of the bundle's ``admin_unit`` (GB/T 2260 prefixes).
    zones
        The zones themselves: right only where they tile the ground.
    """

    keep: bool = False
    file: str | None = None
    districts: tuple[str, ...] = ()
    zones: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClausesOrder:
    """The table of entry lists of the zones: that of the edition in force, or another file."""

    keep: bool = False
    file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Everything the import needs to know; see the keys in `docs/importing.md`.

    Attributes
    ----------
    supplied_sha256
        Of the file the order was proposed for; another one is told. None = any file.
    values
        Words of the file by column of ours, and what they mean: ``{zone_class: {一级: '1'}}``.
    drop
        Columns of the file that do not come in.
    area_unit_m2
        Square metres in one unit of ``area_declared``; None where nothing is declared.
    """

    layer: str
    title: Text | None
    restricted: bool
    supplied_sha256: str | None
    table: str | None
    crs: Crs | None
    encoding: str | None
    fields: Mapping[str, Column]
    values: Mapping[str, Mapping[str, str]]
    drop: tuple[str, ...]
    area_unit: str | None
    repair: str | None
    coverage: CoverageOrder
    clauses: ClausesOrder | None
    classes: Mapping[str, Text]
    edition: str
    status: EditionStatus
    valid_from: date
    valid_to: date | None
    stale_after: date | None
    accuracy_m: float
    authority: Text
    source: str
    licence: str
    synthetic: bool
    approval_doc: str | None
    where: str

    @property
    def area_unit_m2(self) -> float | None:
        """Square metres in one unit of the declared areas."""
        return None if self.area_unit is None else AREA_UNITS[self.area_unit]


def _crs(node: Node, path: str, faults: Faults) -> object:
    """Read a CRS that leads to EPSG:4490; shifted coordinates are converted, unknown ones are not."""
    crs = read_crs(node, path, faults)
    if crs is None:
        return BAD
    if crs.datum_known:
        return crs
    faults.add(
        f"{node.where} {path}",
        given=text(node, path, faults),
        allowed="EPSG:n, GCJ-02, BD-09",
        zh="图层的坐标基准须已知",
        en="the datum of a layer must be known",
    )
    return BAD


def _words(node: Node, path: str, faults: Faults) -> object:
    return mapping_of(text, least=1)(node, path, faults)


_COVERAGE = table(
    [
        Key("keep", flag, default=False),
        Key("file", text),
        Key("districts", list_of(PLACE_CODE, least=1), default=()),
        Key("zones", flag, default=False),
    ]
)


_CLAUSES = table([Key("keep", flag, default=False), Key("file", text)])


def _one_of(read: Read, names: tuple[str, ...], kind: type) -> Read:
    """Reader of a table of which exactly one key is said."""

    def reader(node: Node, path: str, faults: Faults) -> object:
        row = read(node, path, faults)
        if not isinstance(row, Row) or not row.ok:
            return BAD
        if sum(bool(row[name]) for name in names) == 1:
            return kind(**row.values)
        faults.add(
            row.where(),
            given=", ".join(name for name in names if row[name]) or "—",
            allowed=" | ".join(f"{name}: …" for name in names),
            zh="须且只须写明其中一种",
            en="say one of these, and one only",
        )
        return BAD

    return reader


_FILE = table(
    [
        Key("layer", ID, required=True),
        Key("title", both),
        Key("restricted", flag, default=False),
        Key("supplied_sha256", SHA256),
        Key("table", text),
        Key("crs", _crs),
        Key("encoding", text),
        Key("fields", mapping_of(read_column, least=1), required=True),
        Key("values", mapping_of(_words), default={}),
        Key("drop", list_of(text), default=()),
        Key("area_unit", one_of(*AREA_UNITS)),
        Key("repair", one_of(*REPAIRS)),
        Key(
            "coverage",
            _one_of(_COVERAGE, ("keep", "file", "districts", "zones"), CoverageOrder),
            required=True,
        ),
        Key("clauses", _one_of(_CLAUSES, ("keep", "file"), ClausesOrder)),
        Key("classes", mapping_of(both, least=1), required=True),
        Key("edition", text, required=True),
        Key("status", choice(EditionStatus), required=True),
        Key("valid_from", day, required=True),
        Key("valid_to", day),
        Key("stale_after", day),
        Key("accuracy_m", number(0), required=True),
        Key("authority", both, required=True),
        Key("source", text, required=True),
        Key("licence", text, required=True),
        Key("synthetic", flag, required=True),
        Key("approval_doc", text),
    ]
)


def read_order(path: Path) -> Order:
    """Read an import order.

    Raises
    ------
    InputError
        With everything that is wrong or still open in it.
    """
    faults = Faults()
    root = read_yaml(path, path.name, faults)
    row = _FILE(root, "", faults) if root is not None else None
    if isinstance(row, Row):
        _check(row, faults)
    elif not len(faults):
        faults.add(path.name, given=None, allowed="layer, fields, …", zh="文件为空", en="the file is empty")
    if len(faults) or not isinstance(row, Row):
        raise InputError(faults)
    values: dict[str, Any] = row.values
    return Order(**values, where=path.name)


def _check(row: Row, faults: Faults) -> None:
    for name in ("zone_id", "zone_class"):
        if isinstance(row["fields"], dict) and name not in row["fields"]:
            faults.add(
                row.where("fields"),
                given=", ".join(row["fields"]),
                allowed=f"fields.{name}",
                zh=f"fields 须写明 {name} 对应的列",
                en=f"fields must name the column of {name}",
            )
    check_period(row, faults)
    unit = row.good("area_unit")
    declared = isinstance(row["fields"], dict) and "area_declared" in row["fields"]
    if declared and unit is None and row["area_unit"] is not BAD:
        faults.add(
            row.where("area_unit"),
            given=None,
            allowed=", ".join(AREA_UNITS),
            zh="有填报面积就须写明单位（不是填报面积的列请移入 drop）",
            en="a declared area needs its unit (a column that is none belongs into drop)",
        )
