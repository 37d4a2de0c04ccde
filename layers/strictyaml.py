"""The one YAML reader: 1.2 scalars, line numbers kept, everything ambiguous refused.

PyYAML's C parser gives the events; the values are built here, because PyYAML's own construction reads
YAML 1.1 (``on`` is a boolean, ``1_000`` and ``1:30`` are numbers), lets a later duplicate key win and forgets
line numbers.

=====================  ============================================
plain scalar           read as
=====================  ============================================
``true`` ``false``     boolean; ``yes``, ``no``, ``on`` are text
``null`` ``~`` empty   nothing
``12`` ``-3``          integer; ``007``, ``1_000``, ``0x1F``, ``0o7`` are text
``1.5`` ``2e3``        float; ``.inf`` and ``.nan`` are text
``2025-09-24``         date; ``2025-09`` is text
quoted, block          text, whatever it holds
=====================  ============================================
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from geo.errors import Problem
from geo.model import Text

__all__ = ["Faults", "Node", "Plain", "canonical", "parse", "read_text", "read_yaml"]

Plain = str | int | float | bool | date | None
"""A scalar as built here."""

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_WORDS: dict[str, Plain] = {"true": True, "false": False, "null": None, "~": None, "": None}
_NUMERIC_START = frozenset("+-.0123456789")
_EXISTING = "文件 / a file"
_DEEPEST = 60
_LONGEST = 400


@dataclass(slots=True, eq=False)
class Node:
    """A value with its place.

    Attributes
    ----------
    value
        A scalar, a list of nodes, or a mapping of text keys to nodes.
    line
        Line of the value, or of its key where it is a value in a mapping; from 1.
    file
        The file's name as people should read it.
    """

    value: Any
    line: int
    file: str

    @property
    def where(self) -> str:
        """``file:line``."""
        return f"{self.file}:{self.line}"


class Faults:
    """Collects every fault instead of stopping at the first.

    Advice is what lint tells too, but what refuses no bundle: the engine answers it with an open rule, or it
    changes no answer.
    """

    def __init__(self) -> None:
        self._found: list[Problem] = []
        self._advice: list[Problem] = []

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._found)

    def add(self, where: str, *, given: object, allowed: str, zh: str, en: str, guess: str = "") -> None:
        """Note one fault: its place, the offending value, what is allowed, how to mend it, what was meant."""
        hint = Text(f"{zh}，是否为 {guess}？", f"{en}: did you mean {guess}?") if guess else Text(zh, en)
        self._found.append(Problem(where=where, given=_shown(given), allowed=allowed, hint=hint))

    def advise(self, where: str, *, given: object, allowed: str, zh: str, en: str, guess: str = "") -> None:
        """Note what should be mended and refuses nothing."""
        noted = Faults()
        noted.add(where, given=given, allowed=allowed, zh=zh, en=en, guess=guess)
        self._advice.extend(noted)

    def with_advice(self) -> "tuple[Problem, ...]":
        """All faults, then all advice, each once."""
        return (*dict.fromkeys((*self._found, *self._advice)),)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Take over faults found elsewhere."""
        self._found.extend(problems)

    @property
    def advice(self) -> "tuple[Problem, ...]":
        """All advice, in the order found."""
        return tuple(self._advice)

    def take(self, other: "Faults") -> None:
        """Take over all that was noted elsewhere, advice too."""
        self._found.extend(other)
        self._advice.extend(other.advice)

    def tuple(self) -> tuple[Problem, ...]:
        """All faults, in the order found, each once."""
        return tuple(dict.fromkeys(self._found))


def _shown(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def scalar(text: str) -> Plain:
    """Read a plain (unquoted) scalar as YAML 1.2, dates added, codes with leading zeros left as text."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC_START:
        return text
    if _INT.match(text):
        return int(text)
    if _DATE.match(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return float(text) if _FLOAT.match(text) else text


class _Refused(Exception):  # noqa: N818 (a signal inside this module)
    def __init__(self, line: int, given: str, allowed: str, hint: Text) -> None:
        super().__init__(given)
        self.line, self.given, self.allowed, self.hint = line, given, allowed, hint


class _Builder:
    """Builds nodes from the events of one document."""

    def __init__(self, text: str, file: str, faults: Faults) -> None:
        self._events = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._file = file
        self._faults = faults

    def document(self) -> Node | None:
        """The only document, or None where the text holds nothing."""
        next(self._events)
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            return None
        node = self._node(next(self._events), depth=0)
        next(self._events)
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            hint = Text("一个文件只放一份文档", "keep one document to a file")
            line: int = event.start_mark.line + 1 if event.start_mark else 1
            raise _Refused(line, "---", "one document", hint)
        return node

    def _node(self, event: Any, depth: int) -> Node:  # noqa: ANN401 (events have no common typed base)
        kind = type(event)
        if kind is yaml.ScalarEvent and event.anchor is None and event.tag is None and depth <= _DEEPEST:
            value = scalar(event.value) if event.implicit[0] else event.value
            return Node(value, event.start_mark.line + 1, self._file)
        line: int = event.start_mark.line + 1
        if kind is yaml.AliasEvent or event.anchor is not None:
            name = ("*" if kind is yaml.AliasEvent else "&") + event.anchor
            hint = Text(
                "不支持锚点和别名，请把内容写出来", "anchors and aliases are refused: write the value out"
            )
            raise _Refused(line, name, "a plain value", hint)
        if event.tag is not None:
            hint = Text("不支持类型标签", "type tags are refused: leave it out")
            raise _Refused(line, event.tag, "no tag", hint)
        if depth > _DEEPEST:
            hint = Text("嵌套过深", "nested too deeply")
            raise _Refused(line, f"depth {depth}", f"at most {_DEEPEST}", hint)
        if kind is yaml.SequenceStartEvent:
            return Node(self._sequence(depth), line, self._file)
        return Node(self._mapping(depth), line, self._file)

    def _sequence(self, depth: int) -> list[Node]:
        items: list[Node] = []
        for event in self._events:
            if type(event) is yaml.SequenceEndEvent:
                break
            items.append(self._node(event, depth + 1))
        return items

    def _mapping(self, depth: int) -> dict[str, Node]:
        items: dict[str, Node] = {}
        for event in self._events:
            if type(event) is yaml.MappingEndEvent:
                break
            key, line = self._key(event)
            value = self._node(next(self._events), depth + 1)
            value.line = line
            if key in items:
                self._faults.add(
                    f"{self._file}:{line} {key}",
                    given=key,
                    allowed=f"{key} × 1",
                    zh=f"键重复，第 {items[key].line} 行已有",
                    en=f"duplicate key, already on line {items[key].line}",
                )
                continue
            items[key] = value
        return items

    def _key(self, event: Any) -> tuple[str, int]:  # noqa: ANN401
        line = event.start_mark.line + 1
        if type(event) is not yaml.ScalarEvent or event.tag is not None or event.anchor is not None:
            hint = Text("键必须是文字", "a key must be plain text")
            raise _Refused(line, type(event).__name__.removesuffix("Event"), "text", hint)
        if event.value == "<<" and event.implicit[0]:
            hint = Text("不支持合并键，请把内容写出来", "merge keys are refused: write the keys out")
            raise _Refused(line, "<<", "a plain key", hint)
        return event.value, line


def parse(text: str, file: str, faults: Faults) -> Node | None:
    """Read one YAML document.

    Parameters
    ----------
    text
        The document.
    file
        Its name, as faults should tell it.
    faults
        Takes duplicate keys, syntax errors and refused constructions.

    Returns
    -------
    The root, or None where the text is empty or cannot be read (which is then among the faults).
    """
    try:
        return _Builder(text, file, faults).document()
    except _Refused as refused:
        where, given, allowed, hint = f"{file}:{refused.line}", refused.given, refused.allowed, refused.hint
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark else file
        given = str(getattr(error, "problem", None) or getattr(error, "reason", error))
        allowed = "YAML 1.2"
        hint = Text("YAML 语法有误", "this is not valid YAML")
    faults.add(where, given=given, allowed=allowed, zh=hint.zh, en=hint.en)
    return None


def read_yaml(path: Path, file: str, faults: Faults) -> Node | None:
    """Read a YAML file; as :func:`parse`, and a file that is missing or not UTF-8 is a fault too."""
    text = read_text(path, file, faults)
    return None if text is None else parse(text, file, faults)


def read_text(path: Path, file: str, faults: Faults) -> str | None:
    """The text of a file; None with a fault where it is missing or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        faults.add(file, given=file, allowed=_EXISTING, zh="文件不存在", en="there is no such file")
        return None
    except (OSError, UnicodeDecodeError) as error:
        faults.add(
            file, given=type(error).__name__, allowed="UTF-8", zh="文件读不出来", en="the file cannot be read"
        )
        return None


def canonical(node: Node) -> str:
    """The content alone: the same for any order of keys, layout, comments or place in a file."""
    value, kind = node.value, type(node.value)
    if kind is dict:
        return "{" + ",".join([f"{key!r}:{canonical(value[key])}" for key in sorted(value)]) + "}"
    if kind is list:
        return "[" + ",".join([canonical(item) for item in value]) + "]"
    return repr(value)
