"""What was read of a YAML file, kept beside it as Python keeps bytecode: read once, then only taken up.

A shipped file is kept in ``__pycache__`` of its folder, under the SHA-256 of its text: another text, another
name. What is damaged is read again; where Python may not write bytecode nothing is kept. Files of a bundle
are not kept: what lies beside them is not ours to believe.
"""

import contextlib
import hashlib
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from layers.strictyaml import Faults, Node, parse, read_text, read_yaml

_FORMAT = b"1"
_DATE = "date"


_SHIPPED = Path(__file__).parent / "rules"


def read_rules(path: Path, file: str, faults: Faults) -> Node | None:
    """As `layers.strictyaml.read_yaml`; a shipped text that was read without fault is not read again."""
    if not path.is_relative_to(_SHIPPED):
        return read_yaml(path, file, faults)
    text = read_text(path, file, faults)
    if text is None:
        return None
    place = _place(path, text)
    node = _take_up(place, file)
    if node is None:
        before = len(faults)
        node = parse(text, file, faults)
        if node is not None and len(faults) == before:
            _keep(place, node)
    return node


def _place(path: Path, text: str) -> Path:
    told = hashlib.sha256(_FORMAT + text.encode()).hexdigest()[:32]
    return path.parent / "__pycache__" / f"{path.name}.{told}.json"


def _take_up(place: Path, file: str) -> Node | None:
    try:
        return _node(orjson.loads(place.read_bytes()), file)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _keep(place: Path, node: Node) -> None:
    if sys.dont_write_bytecode:
        return
    new = place.with_name(f"{place.name}.{os.getpid()}")
    with contextlib.suppress(OSError, TypeError):  # a folder not to be written to, a number too large
        place.parent.mkdir(exist_ok=True)
        new.write_bytes(orjson.dumps(_plain(node)))
        new.replace(place)
        name = place.name.rsplit(".", 2)[0]
        for old in place.parent.glob(f"{name}.*.json"):
            if old != place:
                old.unlink(missing_ok=True)


def _plain(node: Node) -> list[Any]:
    """A node as line and value; a date apart from the mappings of nodes."""
    value = node.value
    if isinstance(value, dict):
        return [node.line, {key: _plain(item) for key, item in value.items()}]
    if isinstance(value, list):
        return [node.line, [_plain(item) for item in value]]
    return [node.line, {_DATE: value.isoformat()}] if isinstance(value, date) else [node.line, value]


def _node(plain: list[Any], file: str) -> Node:
    line, value = plain
    kind = type(value)
    if kind is dict:
        if type(value.get(_DATE)) is str:
            return Node(date.fromisoformat(value[_DATE]), line, file)
        return Node({key: _node(item, file) for key, item in value.items()}, line, file)
    if kind is list:
        return Node([_node(item, file) for item in value], line, file)
    return Node(value, line, file)
