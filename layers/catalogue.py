"""``catalogue.yaml``: which layers a bundle holds, in which editions, under which rulebook."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from geo.crs import parse_crs
from geo.errors import InputError
from geo.model import EditionStatus, Text
from layers.keytable import (
    BAD,
    Key,
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
    scalar,
    table,
    text,
)
from layers.strictyaml import Faults, Node, canonical, read_yaml
from layers.vocabulary import ID

__all__ = ["CATALOGUE", "CatalogueSpec", "Column", "EditionSpec", "LayerSpec", "OutOfScopeSpec", "read_catalogue"]

CATALOGUE = "catalogue.yaml"
_REQUIRED_FIELDS = ("zone_id", "zone_class")
_INHERITED_WITH_PATH = ("sha256", "rows")
_NEVER_INHERITED = ("edition", "valid_from", "valid_to", "approval_doc")


@dataclass(frozen=True, slots=True)
class Column:
    """Where a field comes from: a column of the file, one value for all zones, or the number of the row."""

    name: str | None = None
    constant: str | None = None
    row_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionSpec:
    """One edition as the catalogue describes it; paths are relative to the bundle."""

    edition: str
    status: EditionStatus
    valid_from: date
    valid_to: date | None
    stale_after: date | None
    path: str
    table: str | None
    crs: str | None
    fields: Mapping[str, Column]
    classes: Mapping[str, Text]
    coverage: str | None
    coverage_table: str | None
    accuracy_m: float
    authority: Text
    source: str
    licence: str
    synthetic: bool
    approval_doc: str | None
    sha256: str | None
    rows: int | None
    min_rows: int
    clauses: str | None
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSpec:
    """One layer of the catalogue, its editions as written."""

    id: str
    title: Text
    kind: str
    restricted: bool
    style: Mapping[str, str]
    notes: Text | None
    editions: tuple[EditionSpec, ...]
    where: str

    @property
    def classes(self) -> dict[str, Text]:
        """Class codes of all editions; the first edition's titles win."""
        return {code: title for edition in reversed(self.editions) for code, title in edition.classes.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfScopeSpec:
    """A layer declared as not held."""

    layer: str
    reason: Text
    ask: Text
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueSpec:
    """Everything ``catalogue.yaml`` says.

    Attributes
    ----------
    rulebook
        ``builtin``, ``none`` or a folder relative to the bundle.
    content
        Canonical content of each part, for the digest.
    """

    id: str
    title: Text
    jurisdictions: tuple[str, ...]
    notes: Text | None
    rulebook: str
    rules: tuple[str, ...]
    distances: Mapping[str, float]
    out_of_scope: tuple[OutOfScopeSpec, ...]
    layers: tuple[LayerSpec, ...]
    content: tuple[str, ...]


def _inside(node: Node, path: str, faults: Faults) -> object:
    """A path inside the bundle, with forward slashes; databases and remote sources are refused."""
    if isinstance(node.value, dict):
        faults.add(
            f"{node.where} {path}",
            given="{" + ", ".join(node.value) + "}",
            allowed="a path inside the bundle",
            zh="本版本尚不支持数据库来源（postgis）",
            en="database sources (postgis) are not available in this version",
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
            allowed="a relative path inside the bundle, with /",
            zh="路径须在数据包文件夹内（不接受绝对路径、上级目录、网络地址）",
            en="a path stays inside the bundle's folder: no absolute path, no .., no remote address",
        )
        return BAD
    return value


def _crs(node: Node, path: str, faults: Faults) -> object:
    value = text(node, path, faults)
    if not isinstance(value, str):
        return BAD
    try:
        crs = parse_crs(value, where=f"{node.where} {path}")
    except InputError as error:
        faults.extend(error.problems)
        return BAD
    if crs.name.startswith("EPSG:"):
        return value
    faults.add(
        f"{node.where} {path}",
        given=value,
        allowed="EPSG:n",
        zh="图层须为 EPSG 坐标系，偏移坐标请先转换",
        en="a layer needs an EPSG reference system: convert shifted coordinates first",
    )
    return BAD


_COLUMN_FORMS = table([Key("constant", text), Key("row_number", flag, default=False)])


def _column(node: Node, path: str, faults: Faults) -> object:
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
            allowed="a column name, {constant: text} or {row_number: true}",
            zh="须为列名，或 {constant: 值}，或 {row_number: true}",
            en="a column name is wanted, or {constant: text}, or {row_number: true}",
        )
        return BAD
    return Column(constant=row["constant"], row_number=row["row_number"])


def _style(node: Node, path: str, faults: Faults) -> object:
    found = mapping_of(scalar)(node, path, faults)
    return {key: str(value) for key, value in found.items()} if isinstance(found, dict) else BAD


_EDITION_KEYS = (
    Key("edition", text, required=True),
    Key("status", choice(EditionStatus), default=EditionStatus.IN_FORCE),
    Key("valid_from", day, required=True),
    Key("valid_to", day),
    Key("stale_after", day),
    Key("path", _inside, required=True),
    Key("table", text),
    Key("crs", _crs),
    Key("fields", mapping_of(_column), required=True),
    Key("classes", mapping_of(both), required=True),
    Key("coverage", _inside),
    Key("coverage_table", text),
    Key("accuracy_m", number(0), required=True),
    Key("authority", both, required=True),
    Key("source", text, required=True),
    Key("licence", text, required=True),
    Key("synthetic", flag, required=True),
    Key("approval_doc", text),
    Key("sha256", matching(r"[0-9a-f]{64}", "64 hexadecimal digits in lower case")),
    Key("rows", integer(0)),
    Key("min_rows", integer(0), default=1),
    Key("clauses", _inside),
)
_EDITION_NAMES = tuple(key.name for key in _EDITION_KEYS)
_LATER_KEYS = tuple(replace(key, required=key.name in {"edition", "valid_from"}) for key in _EDITION_KEYS)
_LAYER_KEYS = (
    Key("id", ID, required=True),
    Key("title", both, required=True),
    Key("kind", one_of("vector", "raster"), required=True),
    Key("restricted", flag, default=False),
    Key("style", _style, default={}),
    Key("notes", both),
    *_EDITION_KEYS,
    Key("editions", list_of(table(_LATER_KEYS)), default=()),
)
_RASTER_KEYS = tuple(
    replace(key, required=key.required and key.name not in {"fields", "classes"}) for key in _LAYER_KEYS
)
_VECTOR_ROW, _RASTER_ROW = table(_LAYER_KEYS), table(_RASTER_KEYS)


def _layer_row(node: Node, path: str, faults: Faults) -> Any:  # noqa: ANN401 (Row or BAD)
    kind = node.value.get("kind") if isinstance(node.value, dict) else None
    read = _RASTER_ROW if kind is not None and kind.value == "raster" else _VECTOR_ROW
    return read(node, path, faults)


def _layer_rows(node: Node, path: str, faults: Faults) -> object:
    if not isinstance(node.value, list):
        return list_of(_layer_row)(node, path, faults)
    return tuple(_layer_row(item, entry_name(item, n), faults) for n, item in enumerate(node.value))


_CODE = matching(r"\d{2}|\d{4}|\d{6}", "'51', '5119', '511902'")
_BUNDLE = table(
    [
        Key("id", ID, required=True),
        Key("title", both, required=True),
        Key("jurisdictions", list_of(_CODE), default=()),
        Key("notes", both),
    ]
)
_SCOPE = table([Key("reason", both, required=True), Key("ask", both, required=True)])
_FILE = table(
    [
        Key("bundle", _BUNDLE, required=True),
        Key("rulebook", _inside, default="builtin"),
        Key("rules", list_of(_inside), default=()),
        Key("distances", mapping_of(number(0)), default={}),
        Key("out_of_scope", mapping_of(_SCOPE), default={}),
        Key("layers", _layer_rows, required=True),
    ]
)


def read_catalogue(folder: Path, faults: Faults) -> CatalogueSpec | None:
    """Read a bundle's catalogue; faults go to ``faults``, and the layers that are good are returned all the same."""
    root = read_yaml(folder / CATALOGUE, CATALOGUE, faults)
    if root is None:
        if not len(faults):
            faults.add(CATALOGUE, given=None, allowed="a catalogue", zh="文件为空", en="the file is empty")
        return None
    row = _FILE(root, "", faults)
    if not isinstance(row, Row) or not isinstance(row["bundle"], Row) or not row["bundle"].ok:
        return None
    bundle = row["bundle"]
    scope = row["out_of_scope"] if row["out_of_scope"] is not BAD else {}
    return CatalogueSpec(
        id=bundle["id"],
        title=bundle["title"],
        jurisdictions=bundle["jurisdictions"],
        notes=bundle["notes"],
        rulebook="builtin" if row["rulebook"] is BAD else row["rulebook"],
        rules=() if row["rules"] is BAD else row["rules"],
        distances={} if row["distances"] is BAD else row["distances"],
        out_of_scope=tuple(
            OutOfScopeSpec(layer=name, reason=item["reason"], ask=item["ask"], where=item.where())
            for name, item in scope.items()
            if item.ok
        ),
        layers=_layers(row["layers"], faults),
        content=tuple(_contents(root)),
    )


def _contents(root: Node) -> list[str]:
    """The catalogue in parts, so that the order of its layers does not matter."""
    layers = root.value.get("layers")
    parts = [f"catalogue {key}: {canonical(node)}" for key, node in root.value.items() if key != "layers"]
    if layers is not None and isinstance(layers.value, list):
        parts += [f"layer {canonical(item)}" for item in layers.value]
    return parts


def _layers(rows: Any, faults: Faults) -> tuple[LayerSpec, ...]:  # noqa: ANN401 (a tuple of rows, or BAD)
    found: dict[str, LayerSpec] = {}
    for row in rows if isinstance(rows, tuple) else ():
        if not isinstance(row, Row) or row["id"] is BAD or row["id"] is None:
            continue
        if row["id"] in found:
            faults.add(
                row.where("id"),
                given=row["id"],
                allowed="each layer once; other versions go under editions",
                zh="图层标识重复，其他版本请写在 editions 下",
                en="this layer is there already: other versions go under editions",
            )
        elif row.ok:
            found[row["id"]] = _layer(row, faults)
    return tuple(found.values())


def _layer(row: Row, faults: Faults) -> LayerSpec:
    vector = row["kind"] == "vector"
    main = {name: row[name] for name in _EDITION_NAMES}
    editions = [_edition(row, main, vector, faults)]
    for other in row["editions"]:
        drop = {*_NEVER_INHERITED, *(_INHERITED_WITH_PATH if other.has("path") else ())}
        own = {name: other[name] for name in _EDITION_NAMES if other.has(name)}
        base = {name: None if name in drop else value for name, value in main.items()}
        editions.append(_edition(other, {**base, **own}, vector, faults))
    _check_editions(row, editions, faults)
    return LayerSpec(
        id=row["id"],
        title=row["title"],
        kind=row["kind"],
        restricted=row["restricted"],
        style=row["style"],
        notes=row["notes"],
        editions=tuple(editions),
        where=row.where("id"),
    )


def _edition(row: Row, values: dict[str, Any], vector: bool, faults: Faults) -> EditionSpec:
    fields = dict(values["fields"] or {})
    for name in _REQUIRED_FIELDS if vector else ():
        if name not in fields:
            faults.add(
                row.where("fields"),
                given=", ".join(fields),
                allowed=f"fields.{name}",
                zh=f"fields 须写明 {name} 对应的列",
                en=f"fields must name the column of {name}",
            )
    if vector and values["coverage"] is None:
        faults.add(
            row.where("coverage"),
            given=None,
            allowed="required",
            zh="矢量图层须给出覆盖范围 coverage",
            en="a vector layer needs its coverage",
        )
    start, end = values["valid_from"], values["valid_to"]
    if end is not None and end <= start:
        faults.add(
            row.where("valid_to"),
            given=end,
            allowed=f"after {start}",
            zh="失效日期须晚于生效日期",
            en="valid_to must be later than valid_from",
        )
    return EditionSpec(**{**values, "fields": fields, "classes": values["classes"] or {}, "where": row.where("edition")})


def _check_editions(row: Row, editions: list[EditionSpec], faults: Faults) -> None:
    seen: set[str] = set()
    starts: set[date] = set()
    for edition in editions:
        twice = edition.edition in seen
        same = edition.valid_from in starts and edition.status is not EditionStatus.DRAFT
        if twice or same:
            faults.add(
                edition.where,
                given=f"{edition.edition}, {edition.valid_from}",
                allowed="each edition its own name and valid_from",
                zh=f"图层 {row['id']} 的版本名称或生效日期重复",
                en=f"two editions of {row['id']} share a name or a valid_from",
            )
        seen.add(edition.edition)
        if edition.status is not EditionStatus.DRAFT:
            starts.add(edition.valid_from)
