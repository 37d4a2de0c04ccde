"""The keys of ``catalogue.yaml`` and the readers of their values."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from geo.crs import Crs, parse_crs
from geo.errors import InputError
from geo.model import EditionStatus
from layers.gate.limits import LIMIT_NAMES
from layers.keytable import (
    BAD,
    Key,
    Read,
    Row,
    both,
    choice,
    day,
    entry_name,
    flag,
    integer,
    list_of,
    mapping_of,
    matching,
    number,
    one_of,
    one_or_many,
    scalar,
    table,
    text,
)
from layers.raster_keys import read_cells
from layers.strictyaml import Faults, Node
from layers.vocabulary import ID, PLACE_CODE

__all__ = [
    "EDITION_NAMES",
    "EDITION_REQUIRED",
    "FILE",
    "SHA256",
    "Column",
    "PostgisTable",
    "read_column",
    "read_crs",
    "read_layer_crs",
]


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field comes from: a column of the file, one value for all zones, or the number of the row."""

    name: str | None = None
    constant: str | None = None
    row_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgisTable:
    """A table of a database. Where it is, and by whom it is read, never stands in a catalogue.

    Attributes
    ----------
    table
        ``table`` or ``schema.table``.
    geometry
        Its geometry column; None where there is only one.
    """

    table: str
    geometry: str | None


def _inside(node: Node, path: str, faults: Faults) -> object:
    """A path inside the bundle, with forward slashes; databases and remote sources are refused."""
    if isinstance(node.value, dict):
        faults.add(
            f"{node.where} {path}",
            given="{" + ", ".join(node.value) + "}",
            allowed="data/…",
            zh="数据库表请写作 postgis: {table: …}，不写在 path 里",
            en="a table of a database is named by postgis: {table: …}, beside path or instead of it",
        )
        return BAD
    value = text(node, path, faults)
    if not isinstance(value, str):
        return BAD
    pure = PurePosixPath(value)
    if pure.is_absolute() or ".." in pure.parts or re.search(r"[:\\|\x00]|^/?vsi", value):
        faults.add(
            f"{node.where} {path}",
            given=value,
            allowed="data/…",
            zh="路径须在数据包文件夹内（不接受绝对路径、上级目录、网络地址）",
            en="a path stays inside the bundle's folder: no absolute path, no .., no remote address",
        )
        return BAD
    return value


_POSTGIS_KEYS = table([Key("table", text, required=True), Key("geometry", text)])


def _postgis(node: Node, path: str, faults: Faults) -> object:
    """A table; whatever would say where the database is (host, password …) is an unknown key."""
    row = _POSTGIS_KEYS(node, path, faults)
    if not isinstance(row, Row) or not row.ok:
        return BAD
    return PostgisTable(table=row["table"], geometry=row["geometry"])


def read_crs(node: Node, path: str, faults: Faults) -> Crs | None:
    """A reference system by its name; None is a fault noted."""
    value = text(node, path, faults)
    if not isinstance(value, str):
        return None
    try:
        return parse_crs(value, where=f"{node.where} {path}")
    except InputError as error:
        faults.extend(error.problems)
        return None


def read_layer_crs(node: Node, path: str, faults: Faults) -> object:
    """Read the name of an EPSG system."""
    crs = read_crs(node, path, faults)
    if crs is None:
        return BAD
    if crs.name.startswith("EPSG:"):
        return text(node, path, faults)
    faults.add(
        f"{node.where} {path}",
        given=text(node, path, faults),
        allowed="EPSG:n",
        zh="图层须为 EPSG 坐标系，偏移坐标请先转换",
        en="a layer needs an EPSG reference system: convert shifted coordinates first",
    )
    return BAD


_COLUMN_FORMS = table([Key("constant", text), Key("row_number", flag, default=False)])


def read_column(node: Node, path: str, faults: Faults) -> object:
    """Read where a field comes from; a `Column` comes out."""
    if isinstance(node.value, str):
        name = text(node, path, faults)
        return Column(name=name) if isinstance(name, str) else BAD
    row = _COLUMN_FORMS(node, path, faults)
    if not isinstance(row, Row) or not row.ok:
        return BAD
    if (row["constant"] is None) == (not row["row_number"]):
        faults.add(
            row.where(),
            given=", ".join(node.value),
            allowed="…, {constant: …}, {row_number: true}",
            zh="须为列名，或 {constant: 值}，或 {row_number: true}",
            en="a column name is wanted, or {constant: text}, or {row_number: true}",
        )
        return BAD
    return Column(constant=row["constant"], row_number=row["row_number"])


def _constants(node: Node, path: str, faults: Faults) -> object:
    """Attributes of all zones of a raster: it has no columns, and its ids and classes come from its cells."""
    found = mapping_of(read_column)(node, path, faults)
    if not isinstance(found, dict):
        return BAD
    for name, column in found.items():
        if column.constant is None or name in {"zone_id", "zone_class"}:
            faults.add(
                f"{node.value[name].where} {path}.{name}",
                given=name,
                allowed="{constant: …}",
                zh="栅格没有列：fields 只能给出常量属性，分区标识和级别由像元得出",
                en="a raster has no columns: fields gives constants; ids and classes come of the cells",
            )
            return BAD
    return found


def _style(node: Node, path: str, faults: Faults) -> object:
    found = mapping_of(scalar)(node, path, faults)
    return {key: str(value) for key, value in found.items()} if isinstance(found, dict) else BAD


SHA256 = matching(r"[0-9a-f]{64}", "64 hexadecimal digits in lower case")
_LIMITS = table([Key(name, number(0)) for name in LIMIT_NAMES])
_IMPORTED = table(
    [
        Key("supplied", text, required=True),
        Key("supplied_sha256", SHA256, required=True),
        Key("repair", text),
        Key("repaired", integer(0), default=0),
        Key("district", PLACE_CODE),
        Key("into", text),
        Key("broken", list_of(text), default=()),
    ]
)


def _limits(node: Node, path: str, faults: Faults) -> object:
    """Thresholds of the import gate: those that are written down."""
    row = _LIMITS(node, path, faults)
    if not isinstance(row, Row) or not row.ok:
        return BAD
    return {name: row[name] for name in LIMIT_NAMES if row.has(name)}


def _imported(node: Node, path: str, faults: Faults) -> object:
    """What the import gate recorded of an edition."""
    row = _IMPORTED(node, path, faults)
    return dict(row.values) if isinstance(row, Row) and row.ok else BAD


_EDITION_KEYS = (
    Key("edition", text, required=True),
    Key("status", choice(EditionStatus), default=EditionStatus.IN_FORCE),
    Key("valid_from", day, required=True),
    Key("valid_to", day),
    Key("stale_after", day),
    Key("path", _inside, required=True),
    Key("postgis", _postgis),
    Key("table", text),
    Key("crs", read_layer_crs),
    Key("encoding", text),
    Key("fields", mapping_of(read_column), required=True),
    Key("classes", mapping_of(both), required=True),
    Key("coverage", _inside),
    Key("coverage_table", text),
    Key("coverage_sha256", SHA256),
    Key("accuracy_m", number(0), required=True),
    Key("authority", both, required=True),
    Key("source", text, required=True),
    Key("licence", text, required=True),
    Key("synthetic", flag, required=True),
    Key("approval_doc", text),
    Key("sha256", SHA256),
    Key("rows", integer(0)),
    Key("min_rows", integer(0), default=1),
    Key("clauses", _inside),
    Key("clauses_sha256", SHA256),
    Key("imported", _imported),
)
_RASTER_KEYS = (
    *(key for key in _EDITION_KEYS if key.name not in {"table", "encoding", "fields", "postgis"}),
    Key("fields", _constants, default={}),
    Key("cells", read_cells, required=True),
)
EDITION_NAMES = tuple(dict.fromkeys(key.name for key in (*_EDITION_KEYS, *_RASTER_KEYS)))
EDITION_REQUIRED = tuple(key.name for key in _EDITION_KEYS if key.required and key.name != "fields")
"""Keys that no edition can do without; ``fields`` and ``cells`` hang on the kind of layer."""


def _layer_table(edition: Sequence[Key]) -> Read:
    later = [replace(key, required=key.name in {"edition", "valid_from"}) for key in edition]
    return table(
        [
            Key("id", ID, required=True),
            Key("title", both, required=True),
            Key("kind", one_of("vector", "raster"), required=True),
            Key("restricted", flag, default=False),
            Key("style", _style, default={}),
            Key("notes", both),
            Key("gate", _limits, default={}),
            *edition,
            Key("editions", list_of(table([*later, Key("inherits", flag, default=True)])), default=()),
        ]
    )


_VECTOR_ROW, _RASTER_ROW = _layer_table(_EDITION_KEYS), _layer_table(_RASTER_KEYS)
_POSTGIS_ROW = _layer_table(
    [replace(key, required=key.required and key.name != "path") for key in _EDITION_KEYS]
)


def _layer_row(node: Node, path: str, faults: Faults) -> Any:  # noqa: ANN401 (Row or BAD)
    kind = node.value.get("kind") if isinstance(node.value, dict) else None
    if kind is not None and kind.value == "raster":
        return _RASTER_ROW(node, path, faults)
    from_database = isinstance(node.value, dict) and "postgis" in node.value
    return (_POSTGIS_ROW if from_database else _VECTOR_ROW)(node, path, faults)


def _layer_rows(node: Node, path: str, faults: Faults) -> object:
    if not isinstance(node.value, list):
        return list_of(_layer_row)(node, path, faults)
    return tuple(_layer_row(item, entry_name(item, n), faults) for n, item in enumerate(node.value))


_BUNDLE = table(
    [
        Key("id", ID, required=True),
        Key("title", both, required=True),
        Key("jurisdictions", one_or_many(PLACE_CODE, least=0), default=()),
        Key("notes", both),
    ]
)
_SCOPE = table([Key("reason", both, required=True), Key("ask", both, required=True)])
FILE = table(
    [
        Key("bundle", _BUNDLE, required=True),
        Key("rulebook", _inside, default="builtin"),
        Key("rules", one_or_many(_inside, least=0), default=()),
        Key("distances", mapping_of(number(0)), default={}),
        Key("out_of_scope", mapping_of(_SCOPE), default={}),
        Key("gate", _limits, default={}),
        Key("layers", _layer_rows, required=True),
    ]
)
