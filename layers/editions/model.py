"""What the store of editions keeps, and what it is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo.errors import FenquError
from geo.model import Text

__all__ = ["Prepared", "State", "StoreError"]


class StoreError(FenquError):
    """The store refuses: nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An edition ready to be accepted.

    Attributes
    ----------
    folder
        Its finished data files, wherever they lie: they are copied. Files that the entry does not name
        (reports, a field mapping) are kept beside them. None: the entry speaks of what the bundle has.
    entry
        The catalogue entry of the edition as plain data; ``path``, ``coverage`` and ``clauses`` are relative
        to ``folder``. What it does not name is taken from the layer's main entry, except what belongs to one
        file or one time. Of a layer that is not held yet, the whole entry of the layer.
    note
        Free words for the history.
    seen
        Number of the state in force that it was compared with (0: nothing was accepted then); where another
        one is in force by now it is refused. None: it was compared with nothing.
    """

    folder: Path | None
    entry: Mapping[str, Any]
    note: str = ""
    seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One accepted state of a bundle.

    Attributes
    ----------
    number
        From 1, the catalogue as it was found when something was accepted for the first time.
    action
        ``begin``, ``accept``, ``rollback`` or ``adopt``.
    catalogue, sha256
        The whole catalogue: path inside the bundle, and its hash.
    digest
        Of the bundle, as answers name it.
    layer, edition
        What was accepted.
    restores
        Of a rollback, the state that was restored.
    at, by, note
        When (ISO 8601), by whom, why, as the caller said.
    files
        SHA-256 of every data file the state rests on, by path inside the bundle.
    remarks
        What else was changed, or is to be known.
    """

    number: int
    action: str
    catalogue: str
    sha256: str
    digest: str
    layer: str | None = None
    edition: str | None = None
    restores: int | None = None
    at: str | None = None
    by: str | None = None
    note: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Text, ...] = ()
