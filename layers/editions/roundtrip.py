"""A catalogue changed and written back with its comments, quotes and order: the one door to ruamel.yaml.

What it writes is read by our own strict reader, and compared, before anybody else sees it.
"""

import io
from collections.abc import Mapping
from datetime import date
from typing import Any, cast

__all__ = ["Document", "read_document"]

_WIDTH = 1_000_000
"""Lines are never folded: a folded text reads the same, and a diff of two states would not."""

Document = Any
"""A mapping of ruamel's own kind."""


def read_document(text: str) -> tuple[Document, "Writer"]:
    """A YAML document that can be changed, and what writes it back."""
    from ruamel.yaml import YAML  # noqa: PLC0415  0.1 s, for acceptance only

    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.allow_unicode = True
    yaml.width = _WIDTH
    return yaml.load(text), Writer(yaml)


class Writer:
    """Writes a document in the manner it was read."""

    def __init__(self, yaml: Any) -> None:  # noqa: ANN401  # ruamel has no types
        self._yaml = yaml

    def text(self, document: Document) -> str:
        """The document as text."""
        stream = io.StringIO()
        self._yaml.dump(document, stream)
        return stream.getvalue()


def fresh(value: object) -> Any:  # noqa: ANN401  # plain data of any shape
    """Plain data in which no object stands twice: what does is written as an alias, and those are refused."""
    if isinstance(value, Mapping):
        return {str(key): fresh(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [fresh(inner) for inner in value]
    if isinstance(value, date):
        return date.fromordinal(value.toordinal())
    return cast("Any", value)
