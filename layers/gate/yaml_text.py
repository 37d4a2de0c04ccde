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
    """Text, numbers, dates, true/false, nothing, and mappings and lists of them; doubtful texts are quoted."""
    if isinstance(value, str):
        plain = _PLAIN.match(value) and scalar(value) == value
        return str(value) if plain else json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, Text):
        return said({"zh": value.zh, "en": value.en})
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{said(key)}: {said(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(said, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
