"""The OpenAPI document as a page for people: every address with what it takes and gives. No flask here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A parameter, or a key of a body."""

    name: str
    place: str
    type: str
    text: str
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One address and method."""

    anchor: str
    method: str
    path: str
    summary: str
    text: str
    fields: tuple[Field, ...]
    body_types: tuple[str, ...]
    body_text: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Routes under one tag."""

    name: str
    text: str
    routes: tuple[Route, ...]


def groups(document: Json) -> tuple[Group, ...]:
    """The routes of an OpenAPI document by their tags, in the order of the document."""
    told = {tag["name"]: tag.get("description", "") for tag in document.get("tags", ())}
    found: dict[str, list[Route]] = {}
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                tag = next(iter(methods[method].get("tags", ())), "")
                found.setdefault(tag, []).append(_route(document, path, method, methods[method]))
    return tuple(
        Group(name=name, text=told.get(name, ""), routes=tuple(routes)) for name, routes in found.items()
    )


def _route(document: Json, path: str, method: str, operation: Json) -> Route:
    body = operation.get("requestBody", {})
    content = body.get("content", {})
    query = (
        Field(
            name=one["name"],
            place=one["in"],
            type=_type(one.get("schema", {})),
            text=_text(one),
            required=one.get("required", False),
        )
        for one in operation.get("parameters", ())
    )
    schemas = (kind.get("schema", {}) for kind in content.values())
    keys = (field for schema in schemas for field in _keys(document, schema))
    return Route(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        text=operation.get("description", ""),
        fields=(*query, *keys),
        body_types=tuple(content),
        body_text=body.get("description", ""),
        answers=tuple(
            (code, one.get("description", "")) for code, one in sorted(operation["responses"].items())
        ),
    )


def _keys(document: Json, schema: Json) -> tuple[Field, ...]:
    """The keys of a JSON body, where its schema has a name."""
    name = schema.get("$ref", "").rpartition("/")[2]
    named = document["components"]["schemas"].get(name, {})
    return tuple(
        Field(
            name=key,
            place="body",
            type=_type(one),
            text=_text(one),
            required=key in named.get("required", ()),
        )
        for key, one in named.get("properties", {}).items()
    )


def _text(described: Json) -> str:
    """What a parameter or key means; of one that may be null it stands with the other choice."""
    choices = (described, described.get("schema", {}), *described.get("anyOf", ()))
    return next((one["description"] for one in choices if one.get("description")), "")


def _type(schema: Json) -> str:
    """A type in a few words: ``number``, ``near | all``, ``PartIn``."""
    if "anyOf" in schema:
        words = dict.fromkeys(_type(one) for one in schema["anyOf"])
        return " | ".join(word for word in words if word != "null")
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    return str(schema.get("type", ""))
