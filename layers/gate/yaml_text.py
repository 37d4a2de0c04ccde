"""Plain data as YAML 1.2 in one line, reading back as itself."""

import json
import re
from collections.abc import Mapping
from datetime import date

from geo.model import Text
from layers.strictyaml import scalar

__all__ = ["said"]

_PLAIN = re.compile(r"[A-Za-z_一-鿿][\w一-鿿-]*\Z")


def said(value: object) -> str:
    """Plain data as one line of YAML: texts that could be read as anything else stand in quotes."""
    if isinstance(value, Text):
        value = {"zh": value.zh, "en": value.en}
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{said(key)}: {said(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(said, value)) + "]"
    if isinstance(value, str):
        plain = _PLAIN.match(value) and scalar(value) == value
        return str(value) if plain else json.dumps(str(value), ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return value.isoformat() if isinstance(value, date) else repr(value)
