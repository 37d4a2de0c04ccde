"""Tables of keys: what a YAML mapping may hold, said once, and every departure from it told.

A *reader* turns a node into a value, or notes a fault and returns :data:`BAD`. A table of :class:`Key` is
itself a reader, so tables nest.
"""

import difflib
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from geo.model import Text
from layers.strictyaml import Faults, Node

__all__ = [
    "BAD",
    "Key",
    "Read",
    "Row",
    "both",
    "choice",
    "day",
    "entries",
    "flag",
    "integer",
    "list_of",
    "mapping_of",
    "matching",
    "near",
    "number",
    "one_of",
    "one_or_many",
    "scalar",
    "shown",
    "table",
    "text",
    "wrong",
]


class _Bad:
    """The value of what could not be read."""


_MOST_SHOWN = 12

BAD: Final = _Bad()

Read = Callable[[Node, str, Faults], Any]
"""Reads a node at a key path; BAD where it noted a fault."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key a table may hold."""

    name: str
    read: Read
    required: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A mapping that was read; ``ok`` is False where any of it is at fault."""

    node: Node
    path: str
    values: dict[str, Any]
    ok: bool

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 (a table's values are typed by its readers)
        """The value of a key, or its default."""
        return self.values[key]

    def good(self, key: str) -> Any:  # noqa: ANN401
        """The value of a key; None where it could not be read, which is told already."""
        value = self.values[key]
        return None if value is BAD else value

    def many(self, key: str) -> tuple[Any, ...]:
        """The values of a list; none where it could not be read."""
        value = self.values[key]
        return value if isinstance(value, tuple) else ()

    def has(self, key: str) -> bool:
        """Whether the key was written down (and not left empty)."""
        found = self.node.value.get(key)
        return found is not None and found.value is not None

    def where(self, key: str = "") -> str:
        """File, line and key path: of ``key`` where it was written, else of the row."""
        node = self.node.value.get(key, self.node)
        return f"{node.where} {_join(self.path, key)}".rstrip()


def near(given: str, known: Iterable[str]) -> str:
    """The known name that ``given`` most resembles, or nothing."""
    found = difflib.get_close_matches(given, list(known), n=1, cutoff=0.6)
    return found[0] if found else ""


def shown(given: str, known: Iterable[str]) -> str:
    """The known names, those most like ``given`` first; of many the first dozen."""
    names = sorted(known, key=lambda name: (-difflib.SequenceMatcher(None, given, name).ratio(), name))
    return ", ".join(names[:_MOST_SHOWN]) + (" …" if len(names) > _MOST_SHOWN else "") or "—"


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path and key else path or key


_Pair = tuple[str, str]
_TEXT: _Pair = ("须为文字", "text is wanted")
_QUOTE: _Pair = ("须为文字，请加引号", "text is wanted: put it in quotes")
_FORM: _Pair = ("格式不符", "this does not have the wanted form")
_WORD: _Pair = ("不在允许值之中", "not among the allowed words")
_NUMBER: _Pair = ("须为数字", "a number is wanted")
_RANGE: _Pair = ("数值超出范围", "the number is out of range")
_WHOLE: _Pair = ("须为整数", "a whole number is wanted")
_FLAG: _Pair = ("须为 true 或 false", "true or false is wanted")
_DAY: _Pair = ("须为日期（不加引号）", "a date is wanted, without quotes")
_SCALAR: _Pair = ("须为单个值（日期请加引号）", "a single value is wanted (quote a date)")
_LIST: _Pair = ("须为列表 […]", "a list […] is wanted")
_FEW: _Pair = ("列表项数不足", "the list holds too few entries")
_TABLE: _Pair = ("须为映射 {键: 值}", "a mapping {key: value} is wanted")
_EMPTY: _Pair = ("不能为空", "this may not be empty")
_FILE: _Pair = ("文件须为列表（- id: …）", "the file must be a list (- id: …)")


# What is allowed is told in signs, not words, for it stands in messages of either language.


def wrong(node: Node, path: str, faults: Faults, allowed: str, hint: _Pair, guess: str = "") -> _Bad:
    """Note that a node is not what is allowed there; ``hint`` is in Chinese and English."""
    given = "{…}" if isinstance(node.value, dict) else "[…]" if isinstance(node.value, list) else node.value
    where = f"{node.where} {path}".rstrip()
    faults.add(where, given=given, allowed=allowed, zh=hint[0], en=hint[1], guess=guess)
    return BAD


def text(node: Node, path: str, faults: Faults) -> str | _Bad:
    """Read text that is not blank."""
    if isinstance(node.value, str) and node.value.strip():
        return node.value
    if isinstance(node.value, int | float | bool | date):
        return wrong(node, path, faults, '"…"', _QUOTE)
    return wrong(node, path, faults, '"…"', _TEXT)


def matching(pattern: str, allowed: str) -> Read:
    """Reader of text of one shape."""
    shape = re.compile(pattern)

    def read(node: Node, path: str, faults: Faults) -> str | _Bad:
        value = text(node, path, faults)
        if isinstance(value, str) and not shape.fullmatch(value):
            return wrong(node, path, faults, allowed, _FORM)
        return value

    return read


def one_of(*words: str) -> Read:
    """Reader of one word of a closed list."""

    def read(node: Node, path: str, faults: Faults) -> str | _Bad:
        if isinstance(node.value, str) and node.value in words:
            return node.value
        return wrong(node, path, faults, ", ".join(words), _WORD, near(str(node.value), words))

    return read


def choice(kind: type[StrEnum], *, but: Sequence[str] = ()) -> Read:
    """Reader of one member of a closed vocabulary."""
    plain = one_of(*(member.value for member in kind if member.value not in but))

    def read(node: Node, path: str, faults: Faults) -> StrEnum | _Bad:
        value = plain(node, path, faults)
        return kind(value) if isinstance(value, str) else BAD

    return read


def number(least: float = -math.inf, most: float = math.inf) -> Read:
    """Reader of a finite number within bounds."""
    bounds = (f"≥ {least:g}" if least > -math.inf else "", f"≤ {most:g}" if most < math.inf else "")
    allowed = " ".join(filter(None, bounds)) or "-1, 0, 2.5, …"

    def read(node: Node, path: str, faults: Faults) -> float | _Bad:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return wrong(node, path, faults, allowed, _NUMBER)
        if not least <= value <= most:
            return wrong(node, path, faults, allowed, _RANGE)
        return float(value)

    return read


def integer(least: int) -> Read:
    """Reader of a whole number of at least ``least``."""

    def read(node: Node, path: str, faults: Faults) -> int | _Bad:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            return wrong(node, path, faults, f"{least}, {least + 1}, {least + 2}, …", _WHOLE)
        return value

    return read


def flag(node: Node, path: str, faults: Faults) -> bool | _Bad:
    """Read true or false."""
    if isinstance(node.value, bool):
        return node.value
    return wrong(node, path, faults, "true, false", _FLAG)


def day(node: Node, path: str, faults: Faults) -> date | _Bad:
    """Read a date."""
    if isinstance(node.value, date):
        return node.value
    return wrong(node, path, faults, "YYYY-MM-DD", _DAY)


def scalar(node: Node, path: str, faults: Faults) -> str | float | bool | _Bad:
    """Read text, a number or true/false."""
    if isinstance(node.value, bool | str) or (
        isinstance(node.value, int | float) and math.isfinite(node.value)
    ):
        return node.value
    allowed = '"…", 2.5, true, false'
    return wrong(node, path, faults, allowed, _SCALAR)


def list_of(inner: Read, *, least: int = 0) -> Read:
    """Reader of a list; a tuple comes out."""

    def read(node: Node, path: str, faults: Faults) -> tuple[Any, ...] | _Bad:
        if not isinstance(node.value, list):
            return wrong(node, path, faults, "[…]", _LIST)
        if len(node.value) < least:
            return wrong(node, path, faults, f"≥ {least}", _FEW)
        found = tuple(inner(item, f"{path}[{n}]", faults) for n, item in enumerate(node.value))
        return BAD if any(item is BAD for item in found) else found

    return read


def one_or_many(inner: Read, *, least: int = 1) -> Read:
    """Reader of one value or a list of them; a tuple comes out."""
    many = list_of(inner, least=least)

    def read(node: Node, path: str, faults: Faults) -> tuple[Any, ...] | _Bad:
        if isinstance(node.value, list):
            found: tuple[Any, ...] | _Bad = many(node, path, faults)
            return found
        value = inner(node, path, faults)
        return BAD if value is BAD else (value,)

    return read


def mapping_of(inner: Read, *, least: int = 0) -> Read:
    """Reader of a mapping with free keys; a dict in the order written comes out."""

    def read(node: Node, path: str, faults: Faults) -> dict[str, Any] | _Bad:
        if not isinstance(node.value, dict):
            return wrong(node, path, faults, "{…: …}", _TABLE)
        if len(node.value) < least:
            return wrong(node, path, faults, f"{{…: …}} ≥ {least}", _EMPTY)
        found = {key: inner(item, _join(path, key), faults) for key, item in node.value.items()}
        return BAD if any(item is BAD for item in found.values()) else found

    return read


def table(keys: Sequence[Key]) -> Read:
    """Reader of a mapping with known keys; a :class:`Row` comes out."""
    known = {key.name: key for key in keys}
    defaults = {key.name: key.default for key in keys}
    required = tuple(key.name for key in keys if key.required)

    def read(node: Node, path: str, faults: Faults) -> Row | _Bad:
        if not isinstance(node.value, dict):
            return wrong(node, path, faults, "{…: …}", _TABLE)
        before, values = len(faults), defaults.copy()
        if not node.value.keys() <= known.keys():
            _unknown_keys(node, path, known, faults)
        for name in required:
            found = node.value.get(name)
            if found is None or found.value is None:
                _missing_key(name, node, path, faults)
        for name in [name for name in known if name in node.value]:
            item = node.value[name]
            if item.value is not None:
                values[name] = known[name].read(item, _join(path, name), faults)
        return Row(node, path, values, len(faults) == before)

    return read


def _missing_key(name: str, node: Node, path: str, faults: Faults) -> None:
    faults.add(
        f"{node.where} {_join(path, name)}",
        given=None,
        allowed=f"{name}: …",
        zh=f"缺少必填键 {name}",
        en=f"the required key {name} is missing",
    )


def _unknown_keys(node: Node, path: str, known: dict[str, Key], faults: Faults) -> None:
    for name, item in node.value.items():
        if name not in known:
            faults.add(
                f"{item.where} {_join(path, name)}",
                given=name,
                allowed=", ".join(known),
                zh="未知的键",
                en="unknown key",
                guess=near(name, known),
            )


_BOTH = table([Key("zh", text, required=True), Key("en", text, required=True)])


def both(node: Node, path: str, faults: Faults) -> Text | _Bad:
    """Read a text in both languages, ``{zh: …, en: …}``."""
    row = _BOTH(node, path, faults)
    return Text(row["zh"], row["en"]) if isinstance(row, Row) and row.ok else BAD


def entries(root: Node | None, keys: Sequence[Key], faults: Faults) -> list[Row]:
    """Rows of a file that is a list of tables; paths begin with the entry's id.

    A row at fault is returned too, so that references to its id do not become faults of their own.
    """
    if root is None or root.value is None:
        return []
    if not isinstance(root.value, list):
        wrong(root, "", faults, "[…]", _FILE)
        return []
    read = table(keys)
    rows = [read(item, entry_name(item, n), faults) for n, item in enumerate(root.value)]
    return [row for row in rows if isinstance(row, Row)]


def entry_name(node: Node, n: int) -> str:
    """How faults call an entry: by its id, or by its number where it has none."""
    own = node.value.get("id") if isinstance(node.value, dict) else None
    return str(own.value) if own is not None and own.value is not None else f"[{n}]"
