"""The standard layers: ids, geometry, classes, attributes and the names other systems give them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from geo.model import Text
from layers.kept_yaml import read_rules
from layers.keytable import (
    BAD,
    Key,
    Row,
    both,
    entry_name,
    flag,
    list_of,
    mapping_of,
    one_of,
    one_or_many,
    table,
    text,
)
from layers.strictyaml import Faults, Node

__all__ = ["Attribute", "Schema", "StandardLayer", "read_schema"]

GEOMETRIES = ("polygon", "line", "point", "raster")
TYPES = ("text", "number", "bool", "enum", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A standard attribute of a zone.

    Attributes
    ----------
    type
        ``text``, ``number``, ``bool``, ``enum`` or ``date``.
    aliases
        Column names of other systems, compared without regard to case.
    values, titles
        The codes of an enum, and what they are called.
    """

    id: str
    type: str
    title: Text
    aliases: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    titles: dict[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardLayer:
    """What the shipped rules expect of a layer.

    Attributes
    ----------
    geometry
        Geometry kinds it may hold.
    classes
        Class codes with their titles; empty where the layer has none.
    aliases
        Column names of other systems for ``zone_id``, ``zone_class`` and ``name``.
    must_hold
        May not be out of scope under the builtin rulebook.
    published
        Whether some authority publishes it: where none does, a bundle without it is not at fault.
    """

    id: str
    title: Text
    geometry: tuple[str, ...]
    classes: dict[str, Text]
    attributes: tuple[Attribute, ...]
    aliases: dict[str, tuple[str, ...]]
    must_hold: bool = False
    published: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """All standard layers, and the attributes that every layer may carry.

    Attributes
    ----------
    at_fault
        Layers whose own entry could not be read: known, though not usable.
    """

    layers: dict[str, StandardLayer]
    common: tuple[Attribute, ...] = ()
    at_fault: tuple[str, ...] = ()

    def attributes_of(self, layer: str) -> dict[str, Attribute]:
        """Standard attributes of a layer by id: the common ones and its own."""
        own = self.layers[layer].attributes if layer in self.layers else ()
        return {attribute.id: attribute for attribute in (*self.common, *own)}


_ATTRIBUTE = table(
    [
        Key("id", text, required=True),
        Key("type", one_of(*TYPES), required=True),
        Key("title", both, required=True),
        Key("aliases", one_or_many(text, least=0), default=()),
        Key("values", mapping_of(both), default={}),
        Key("unit", text),
        Key("note", both),
    ]
)
_ALIASES = mapping_of(one_or_many(text))
_LAYER = table(
    [
        Key("id", text, required=True),
        Key("title", both, required=True),
        Key("geometry", one_or_many(one_of(*GEOMETRIES)), required=True),
        Key("classes", mapping_of(both), default={}),
        Key("attributes", list_of(_ATTRIBUTE), default=()),
        Key("aliases", _ALIASES, default={}),
        Key("must_hold", flag, default=False),
        Key("published", flag, default=True),
        Key("note", both),
    ]
)


def _layers(node: Node, path: str, faults: Faults) -> object:
    if not isinstance(node.value, list):
        return list_of(_LAYER)(node, path, faults)
    return tuple(_LAYER(item, entry_name(item, n), faults) for n, item in enumerate(node.value))


_FILE = table([Key("layers", _layers, required=True), Key("common", list_of(_ATTRIBUTE), default=())])


def read_schema(path: Path, file: str, faults: Faults) -> tuple[Schema, Node | None]:
    """Read ``schema.yaml``; faults go to ``faults``, and what is good is returned all the same."""
    root = read_rules(path, file, faults)
    if root is None:
        return Schema(layers={}), None
    row = _FILE(root, "", faults)
    if not isinstance(row, Row) or row["layers"] is BAD or row["layers"] is None:
        return Schema(layers={}), root
    layers: dict[str, StandardLayer] = {}
    at_fault: list[str] = []
    for entry in row["layers"]:
        if not isinstance(entry, Row) or not entry.ok:
            name = entry.good("id") if isinstance(entry, Row) else None
            at_fault += [] if name is None else [name]
            continue
        if entry["id"] in layers:
            _twice(entry, entry["id"], faults)
        layers[entry["id"]] = _standard(entry, faults)
    common = [entry for entry in row.many("common") if entry.ok]
    return Schema(layers=layers, common=_attributes(common, faults), at_fault=tuple(at_fault)), root


def _standard(entry: Row, faults: Faults) -> StandardLayer:
    return StandardLayer(
        id=entry["id"],
        title=entry["title"],
        geometry=entry["geometry"],
        classes=entry["classes"],
        attributes=_attributes(entry["attributes"], faults),
        aliases=entry["aliases"],
        must_hold=entry["must_hold"],
        published=entry["published"],
    )


def _attributes(rows: Iterable[Row], faults: Faults) -> tuple[Attribute, ...]:
    found: dict[str, Attribute] = {}
    for row in rows:
        if row["id"] in found:
            _twice(row, row["id"], faults)
        found[row["id"]] = Attribute(
            id=row["id"],
            type=row["type"],
            title=row["title"],
            aliases=row["aliases"],
            values=tuple(row["values"]),
            titles=dict(row["values"]),
        )
    return tuple(found.values())


def _twice(row: Row, name: str, faults: Faults) -> None:
    faults.add(
        row.where("id"), given=name, allowed="each id once", zh="标识重复", en="this id is there already"
    )
