"""Titles of layers, classes and attributes: those of the schema, and a bundle's own."""

from functools import lru_cache

from geo.model import Bundle
from geo.words.rules import Titles
from layers.rulebook import SHIPPED
from layers.schema import Schema, read_schema
from layers.strictyaml import Faults

__all__ = ["bundle_titles", "shipped_titles"]


@lru_cache(maxsize=1)
def shipped_titles() -> Titles:
    """Titles of the standard layers."""
    schema, _ = read_schema(SHIPPED / "schema.yaml", "schema.yaml", Faults())
    return _titles(schema)


def _titles(schema: Schema) -> Titles:
    layers = schema.layers
    attributes = {(name, key): one for name in layers for key, one in schema.attributes_of(name).items()}
    return Titles(
        layers={name: layer.title for name, layer in layers.items()},
        classes={
            (name, code): title for name, layer in layers.items() for code, title in layer.classes.items()
        },
        attributes={place: one.title for place, one in attributes.items()},
        values={place: one.titles for place, one in attributes.items()},
    )


def bundle_titles(bundle: Bundle) -> Titles:
    """The same with what the bundle calls its own layers and classes."""
    standard = shipped_titles()
    own = {
        (name, code): title for name, layer in bundle.layers.items() for code, title in layer.classes.items()
    }
    return Titles(
        layers={
            **standard.layers,
            **bundle.layer_titles,
            **{name: layer.title for name, layer in bundle.layers.items()},
        },
        classes={**standard.classes, **own},
        attributes=standard.attributes,
        values=standard.values,
    )
