"""Which pairs of layers are asked about, and which zones must tile: data, each with its source."""

from functools import lru_cache
from pathlib import Path

from geo.compare.between import Asks, Question
from geo.errors import BundleError
from layers.keytable import Key, Row, both, choice, entries, one_or_many, text
from layers.strictyaml import Faults, read_yaml

__all__ = ["must_tile", "questions", "read_entries"]

_HERE = Path(__file__).parent
_TILING = ("env_control_unit", "admin_unit")
"""Layers that divide the ground: every place lies in one zone, and in one only."""

_PAIR = (
    Key("id", text, required=True),
    Key("title", both, required=True),
    Key("layer", text, required=True),
    Key("other", text, required=True),
    Key("classes", one_or_many(text), default=()),
    Key("other_classes", one_or_many(text), default=()),
    Key("asks", choice(Asks), required=True),
    Key("source", text, required=True),
)


def must_tile(layer: str) -> bool:
    """Whether the zones of a layer must tile what it covers."""
    return layer in _TILING


def questions(layer: str | None = None) -> tuple[Question, ...]:
    """The questions that name a layer on either side; all by default."""
    return tuple(one for one in _shipped() if layer in {None, one.layer, one.other})


@lru_cache(maxsize=1)
def _shipped() -> tuple[Question, ...]:
    return tuple(Question(**row.values) for row in read_entries("between.yaml", _PAIR))


def read_entries(file: str, keys: tuple[Key, ...]) -> list[Row]:
    """The entries of a shipped file of this folder.

    Raises
    ------
    BundleError
        If the file has a fault.
    """
    faults = Faults()
    rows = entries(read_yaml(_HERE / file, file, faults), keys, faults)
    if len(faults):
        raise BundleError(faults.tuple())
    return rows
