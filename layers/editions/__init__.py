"""The store of editions: accepted states of a bundle, and the one pointer to the state in force."""

from layers.editions.disk import content_sha256
from layers.editions.model import Prepared, State, StoreError
from layers.editions.records import current, history
from layers.editions.store import accept, adopt, edition_of, put_aside, rollback, sweep, verify

__all__ = [
    "Prepared",
    "State",
    "StoreError",
    "accept",
    "adopt",
    "content_sha256",
    "current",
    "edition_of",
    "history",
    "put_aside",
    "rollback",
    "sweep",
    "verify",
]
