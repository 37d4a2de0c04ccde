"""``catalogue.yaml``: which layers a bundle holds, in which editions, under which rulebook."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from geo.model import EditionStatus, Text
from layers.catalogue_keys import EDITION_NAMES, EDITION_REQUIRED, FILE, Column, PostgisTable
from layers.keytable import BAD, Row
from layers.pointer import CATALOGUE, catalogue_text
from layers.raster_keys import CellsSpec
from layers.rule_checks import check_period
from layers.strictyaml import Faults, Node, canonical, parse

__all__ = [
    "CATALOGUE",
    "INHERITED_WITH_PATH",
    "NEVER_INHERITED",
    "CatalogueSpec",
    "Column",
    "EditionSpec",
    "LayerSpec",
    "OutOfScopeSpec",
    "parse_catalogue",
    "read_catalogue",
]

_NAMELESS: Mapping[str, Any] = {"id": "?", "title": Text("?", "?"), "jurisdictions": (), "notes": None}
_REQUIRED_FIELDS = ("zone_id", "zone_class")
INHERITED_WITH_PATH = ("sha256", "rows", "clauses", "clauses_sha256", "postgis")
NEVER_INHERITED = ("edition", "valid_from", "valid_to", "approval_doc", "imported")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionSpec:
    """One edition as the catalogue describes it; paths are relative to the bundle.

    Attributes
    ----------
    cells
        What cell values mean, of a raster.
    imported
        What the import gate recorded: the file it came from, repairs, thresholds it breaks; None of others.
    """

    edition: str
    status: EditionStatus
    valid_from: date
    valid_to: date | None
    stale_after: date | None
    path: str
    postgis: PostgisTable | None
    table: str | None
    crs: str | None
    encoding: str | None
    fields: Mapping[str, Column]
    classes: Mapping[str, Text]
    coverage: str | None
    coverage_table: str | None
    coverage_sha256: str | None
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
    clauses_sha256: str | None
    cells: CellsSpec | None
    imported: Mapping[str, Any] | None
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSpec:
    """One layer of the catalogue, its editions as written.

    Attributes
    ----------
    gate
        Thresholds of the import gate for this layer, where they are not those of the bundle.
    """

    id: str
    title: Text
    kind: str
    restricted: bool
    style: Mapping[str, str]
    notes: Text | None
    gate: Mapping[str, float]
    editions: tuple[EditionSpec, ...]
    where: str

    @property
    def classes(self) -> dict[str, Text]:
        """Class codes of all editions; the titles of the first that has a code win."""
        found: dict[str, Text] = {}
        for edition in self.editions:
            found = {**edition.classes, **found}
        return found


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
    named
        Every layer id the file names, held or out of scope, with the class codes written there: also those
        whose own entry is at fault, so that no rule on them is told that there is no such layer.
    gate
        Thresholds of the import gate, by name; the gate's own defaults hold where there are none.
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
    gate: Mapping[str, float]
    named: Mapping[str, tuple[str, ...]]
    content: tuple[str, ...]


def read_catalogue(folder: Path, faults: Faults, state: int | None = None) -> CatalogueSpec | None:
    """Read a bundle's catalogue; faults go to ``faults``, and the good layers are returned all the same.

    Parameters
    ----------
    state
        An accepted state (`layers.editions`); None = the one in force.
    """
    name, text = catalogue_text(folder, state, faults)
    return None if text is None else parse_catalogue(text, name, faults)


def parse_catalogue(text: str, name: str, faults: Faults) -> CatalogueSpec | None:
    """A catalogue of its text; as `read_catalogue`."""
    root = parse(text, name, faults)
    if root is None:
        if not len(faults):
            faults.add(name, given=None, allowed="bundle, layers, …", zh="文件为空", en="the file is empty")
        return None
    row = FILE(root, "", faults)
    if not isinstance(row, Row):
        return None
    bundle = row["bundle"] if isinstance(row["bundle"], Row) and row["bundle"].ok else _NAMELESS
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
        gate={} if row["gate"] is BAD else row["gate"],
        named=_named(root),
        content=tuple(_contents(root)),
    )


def _contents(root: Node) -> list[str]:
    """The catalogue in parts, so that the order of its layers does not matter."""
    layers = root.value.get("layers")
    parts = [f"catalogue {key}: {canonical(node)}" for key, node in root.value.items() if key != "layers"]
    if layers is not None and isinstance(layers.value, list):
        parts += [f"layer {canonical(item)}" for item in layers.value]
    return parts


def _named(root: Node) -> dict[str, tuple[str, ...]]:
    scope, layers = root.value.get("out_of_scope"), root.value.get("layers")
    found: dict[str, tuple[str, ...]] = {}
    if scope is not None and isinstance(scope.value, dict):
        found.update(dict.fromkeys(scope.value, ()))
    for item in layers.value if layers is not None and isinstance(layers.value, list) else ():
        name = item.value.get("id") if isinstance(item.value, dict) else None
        if name is not None and isinstance(name.value, str):
            found[name.value] = (*found.get(name.value, ()), *_codes(item))
    return found


def _codes(entry: Node) -> list[str]:
    """Class codes of an entry and of its editions."""
    classes, editions = entry.value.get("classes"), entry.value.get("editions")
    codes = list(classes.value) if classes is not None and isinstance(classes.value, dict) else []
    for item in editions.value if editions is not None and isinstance(editions.value, list) else ():
        codes += _codes(item) if isinstance(item.value, dict) else []
    return codes


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
    main = {name: row.values.get(name) for name in EDITION_NAMES}
    editions = [_edition(row, main, row["kind"], faults)]
    for other in row["editions"]:
        if not other["inherits"]:
            editions.append(_alone(other, row["kind"], faults))
            continue
        drop = {*NEVER_INHERITED, *(INHERITED_WITH_PATH if other.has("path") else ())}
        own = {name: other[name] for name in EDITION_NAMES if other.has(name)}
        drop |= {"coverage_sha256"} if other.has("coverage") else set()
        base = {name: None if name in drop else value for name, value in main.items()}
        editions.append(_edition(other, {**base, **own}, row["kind"], faults))
    _check_editions(row, editions, faults)
    return LayerSpec(
        id=row["id"],
        title=row["title"],
        kind=row["kind"],
        restricted=row["restricted"],
        style=row["style"],
        notes=row["notes"],
        gate=row["gate"],
        editions=tuple(editions),
        where=row.where("id"),
    )


def _alone(row: Row, kind: str, faults: Faults) -> EditionSpec:
    """An edition that takes nothing from the layer's main entry (``inherits: false``)."""
    for name in EDITION_REQUIRED:
        if not row.has(name) and not (name == "path" and row.has("postgis")):
            faults.add(
                row.where(),
                given=None,
                allowed=f"{name}: …",
                zh=f"inherits: false 的版本须自行写明 {name}",
                en=f"an edition with inherits: false states {name} itself",
            )
    return _edition(row, {name: row.values.get(name) for name in EDITION_NAMES}, kind, faults)


def _edition(row: Row, values: dict[str, Any], kind: str, faults: Faults) -> EditionSpec:
    fields = dict(values["fields"] or {})
    for name in _REQUIRED_FIELDS if kind == "vector" else ():
        if name not in fields:
            faults.add(
                row.where("fields"),
                given=", ".join(fields),
                allowed=f"fields.{name}",
                zh=f"fields 须写明 {name} 对应的列",
                en=f"fields must name the column of {name}",
            )
    if kind == "vector" and values["coverage"] is None:
        faults.add(
            row.where("coverage"),
            given=None,
            allowed="coverage: …",
            zh="矢量图层须给出覆盖范围 coverage",
            en="a vector layer needs its coverage",
        )
    codes = values["cells"].legend.codes if values["cells"] is not None else ()
    unknown = [code for code in codes if code not in (values["classes"] or {})]
    if unknown:
        faults.add(
            row.where("cells"),
            given=", ".join(unknown),
            allowed=", ".join(values["classes"] or {}) or "classes: …",
            zh="cells 中的级别不在 classes 之中",
            en="classes of the cells that the catalogue does not list",
        )
    check_period(row, faults, values)
    return EditionSpec(
        **{
            **values,
            "path": values["path"] or "",
            "fields": fields,
            "classes": values["classes"] or {},
            "where": row.where("edition"),
        }
    )


def _check_editions(row: Row, editions: list[EditionSpec], faults: Faults) -> None:
    seen: set[str] = set()
    starts: set[tuple[EditionStatus, date]] = set()
    for edition in editions:
        twice = edition.edition in seen
        start = (edition.status, edition.valid_from)
        if twice or start in starts:
            faults.add(
                edition.where,
                given=f"{edition.edition}, {edition.valid_from}",
                allowed="each edition its own name and valid_from",
                zh=f"图层 {row['id']} 的版本名称或生效日期重复",
                en=f"two editions of {row['id']} share a name or a valid_from",
            )
        seen.add(edition.edition)
        if edition.status is not EditionStatus.DRAFT:
            starts.add(start)
