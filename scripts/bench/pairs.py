"""Whether two contenders found the same pairs: all of them are compared, not their count."""

import hashlib
from pathlib import Path

import numpy as np

__all__ = ["OF_A_LAYER", "difference", "digest", "keys", "parted", "read", "save"]

Keys = np.ndarray[tuple[int], np.dtype[np.int64]]
_SHIFT = 32
OF_A_LAYER = 1_000_000
"""Where zones of several layers are numbered together: the numbers each layer has for its own."""


def keys(point: np.ndarray, zone: np.ndarray) -> Keys:
    """One number a pair, sorted."""
    found: Keys = (point.astype(np.int64) << _SHIFT) | zone.astype(np.int64)
    found.sort()
    return found


def parted(found: Keys) -> tuple[Keys, Keys]:
    """Points and zones of pairs."""
    return found >> _SHIFT, found & ((1 << _SHIFT) - 1)


def save(folder: str | Path, contender: str, found: Keys) -> dict[str, object]:
    """Lay a contender's pairs beside the data; what goes into its answer."""
    path = Path(folder) / f"pairs-{contender}.npy"
    np.save(path, found)
    return {"pairs": len(found), "digest": digest(found), "file": str(path)}


def read(path: str | Path) -> Keys:
    """Pairs that :func:`save` wrote."""
    found: Keys = np.load(path)
    return found


def digest(found: Keys) -> str:
    """First twelve digits of the SHA-256 of the sorted pairs."""
    return hashlib.sha256(found.astype("<i8").tobytes()).hexdigest()[:12]


def difference(ours: Keys, theirs: Keys) -> tuple[int, int]:
    """Pairs that only we found, and that only they found."""
    return (
        len(np.setdiff1d(ours, theirs, assume_unique=True)),
        len(np.setdiff1d(theirs, ours, assume_unique=True)),
    )
