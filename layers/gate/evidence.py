"""Which column of a file is which of ours, and what speaks for it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd

from geo.model import Text
from layers.columns import as_text
from layers.keytable import Key, Row, list_of, mapping_of, table, text
from layers.schema import Attribute, Schema, StandardLayer
from layers.strictyaml import Faults, read_yaml

__all__ = ["ColumnSeen", "Evidence", "likely_layers", "look", "match", "meanings", "see", "word_table"]

_DBF_NAME_BYTES = 10
_SAMPLE = 24
_WORDS = Path(__file__).with_name("words.yaml")
_TABLE = table(
    [
        Key("fields", mapping_of(list_of(text)), required=True),
        Key("values", mapping_of(mapping_of(text)), required=True),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSeen:
    """A column of the file: how many cells are filled, how many differ, one of them."""

    name: str
    rows: int
    filled: int
    words: Counter[str]

    @property
    def unique(self) -> bool:
        """Every row has a value of its own."""
        return self.filled == self.rows == len(self.words)

    def told(self) -> str:
        """What was seen, in one line."""
        sample = next(iter(self.words), "")
        sample = sample if len(sample) <= _SAMPLE else sample[:_SAMPLE] + "…"
        return f"{self.filled}/{self.rows}, ≠ {len(self.words)}, {sample!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a column of the file is taken for one of ours."""

    ours: str
    theirs: str
    why: Text
    seen: ColumnSeen | None

    def body(self) -> dict[str, Any]:
        """The evidence as plain values."""
        return {
            "field": self.ours,
            "column": self.theirs,
            "why": {"zh": self.why.zh, "en": self.why.en},
            "seen": self.seen.told() if self.seen is not None else "",
        }


@lru_cache(maxsize=1)
def word_table() -> tuple[dict[str, tuple[str, ...]], dict[str, dict[str, str]]]:
    """Headings and value words beyond the schema's: ``words.yaml`` beside this file."""
    faults = Faults()
    root = read_yaml(_WORDS, _WORDS.name, faults)
    row = _TABLE(root, "", faults) if root is not None else None
    if not isinstance(row, Row) or not row.ok:
        raise ValueError("; ".join(problem.line() for problem in faults))
    return row["fields"], row["values"]


def look(frame: gpd.GeoDataFrame) -> tuple[ColumnSeen, ...]:
    """What stands in every column but the geometry."""
    found = []
    for name in frame.columns:
        if name == frame.geometry.name:
            continue
        cells = [cell for cell in map(as_text, frame[name]) if cell is not None]
        found.append(ColumnSeen(name=str(name), rows=len(frame), filled=len(cells), words=Counter(cells)))
    return tuple(found)


def likely_layers(file: str, seen: Sequence[ColumnSeen], schema: Schema) -> tuple[tuple[str, float], ...]:
    """Standard layers by what speaks for them, most first.

    A column that bears a name of a layer's own counts one, shared among the layers that have the name; words
    of a column that are titles of its classes, and a file name that holds its id or title, count two.
    """
    owners: dict[str, set[str]] = {}
    for layer in schema.layers.values():
        names = [alias for aliases in layer.aliases.values() for alias in aliases]
        names += [alias for one in layer.attributes for alias in (one.id, *one.aliases)]
        for name in names:
            owners.setdefault(name.casefold(), set()).add(layer.id)
    points: dict[str, float] = dict.fromkeys(schema.layers, 0.0)
    for column in seen:
        found = owners.get(column.name.casefold(), set())
        for name in found:
            points[name] += 1 / len(found)
    for layer in schema.layers.values():
        titles = {title.zh for title in layer.classes.values()}
        words = any(column.words.keys() & titles for column in seen)
        named = layer.id in file.casefold() or layer.title.zh in file
        points[layer.id] += 2 * words + 2 * named
    ranked = sorted(points.items(), key=lambda item: -item[1])
    return tuple((name, round(count, 2)) for name, count in ranked if count)


def match(seen: Sequence[ColumnSeen], schema: Schema, layer: str) -> tuple[Evidence, ...]:
    """Fields of ours with the column that each is likely to be; fixed fields first."""
    standard = schema.layers.get(layer)
    left = {column.name: column for column in seen}
    found: list[Evidence] = []
    for ours, names, titles in _wanted(standard, schema.attributes_of(layer)):
        column, why = _named(names, titles, left)
        if column is not None and why is not None:
            found.append(Evidence(ours=ours, theirs=column.name, why=why, seen=column))
            del left[column.name]
    return tuple(found)


def _wanted(
    standard: StandardLayer | None, attributes: Mapping[str, Attribute]
) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Our fields, their names in the schema, and other headings that may stand for them."""
    extra = word_table()[0]
    aliases = standard.aliases if standard is not None else {}
    wanted = [
        (ours, (ours, *aliases.get(ours, ())), extra.get(ours, ()))
        for ours in ("zone_id", "zone_class", "name", "valid_from", "valid_to")
    ]
    for attribute in attributes.values():
        names = (attribute.id, *attribute.aliases)
        wanted.append((attribute.id, names, (attribute.title.zh, *extra.get(attribute.id, ()))))
    return wanted


_ALIAS = Text("标准别名", "alias of the schema")
_CUT = Text("标准别名（字段名被截断为10字节）", "alias of the schema, cut at 10 bytes")
_HEADING = Text("常见列名", "a heading often met")


def _named(
    names: Sequence[str], titles: Sequence[str], left: Mapping[str, ColumnSeen]
) -> tuple[ColumnSeen | None, Text | None]:
    by_name = {name.casefold(): column for name, column in left.items()}
    for name in names:
        if name.casefold() in by_name:
            return by_name[name.casefold()], _ALIAS
    for name in names:
        cut = name.casefold()[:_DBF_NAME_BYTES]
        if len(name) > _DBF_NAME_BYTES and cut in by_name:
            return by_name[cut], _CUT
    for title in titles:
        if title.casefold() in by_name:
            return by_name[title.casefold()], _HEADING
    return None, None


def meanings(words: Sequence[str], ours: str, layer: str, schema: Schema) -> dict[str, str]:
    """What words of a column mean as codes of ours, where titles or the word table tell; codes stay away."""
    standard, attribute = schema.layers.get(layer), schema.attributes_of(layer).get(ours)
    titles: Mapping[str, Text] = {}
    if ours == "zone_class" and standard is not None:
        titles = standard.classes
    elif attribute is not None:
        titles = attribute.titles
    known = {told: code for code, title in titles.items() for told in (title.zh, title.en.casefold())}
    extra = {
        word: code for word, code in word_table()[1].get(f"{layer}.{ours}", {}).items() if code in titles
    }
    found = {word: known.get(word) or known.get(word.casefold()) or extra.get(word) for word in words}
    return {word: code for word, code in found.items() if code is not None and word not in titles}


def see(evidence: Sequence[Evidence], ours: str) -> Evidence | None:
    """The evidence of a field of ours."""
    return next((one for one in evidence if one.ours == ours), None)
