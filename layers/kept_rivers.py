"""The ground laid along rivers, kept beside the bundle: to lay it was half of what a first answer took."""

from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from geo.model.keeping import Arrays, Keep
from layers.own_code import own_code
from layers.store import Store

__all__ = ["FOLDER", "keeper"]

FOLDER = ".rivers"
"""Beside the catalogue, apart from the index, whose being there means that tables may use it."""


def keeper(folder: Path, digest: str) -> Keep:
    """What keeps the ground of a bundle.

    Whatever code or library decides where ground lies is part of what is kept, and of who asks: what only
    others asked for goes when something new is made.

    Parameters
    ----------
    digest
        The bundle's.
    """
    libraries = " ".join(version(name) for name in ("numpy", "pyproj", "shapely"))
    made_by = f"{own_code().hex()} {libraries}"
    return partial(_kept, Store(folder.resolve() / FOLDER, asker=f"{digest} {made_by}"), made_by)


def _kept(store: Store, made_by: str, key: str, make: Callable[[], dict[str, NDArray[Any]]]) -> Arrays:
    """As `Keep`."""
    with store.renewed():
        return store.get(f"{key} {made_by}", make)
