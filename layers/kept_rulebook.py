"""The rulebook as it was read, kept as Python keeps bytecode: beside the shipped rules, in ``__pycache__``.

It goes by the hash of all that it was made of: the texts of its files, a bundle's own among them, and the
code that reads them. Only what was read without a fault or an advice is kept, so that nothing that is to be
told is missed. What is damaged is read again; where Python may not write bytecode nothing is kept. As with
bytecode, whoever may write there may change the program itself.
"""

import contextlib
import hashlib
import os
import pickle
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from layers.own_code import own_code

__all__ = ["keep", "key_of", "take_up"]

_FOLDER = Path(__file__).parent / "rules" / "__pycache__"
_SUFFIX = ".rulebook"
_MOST = 8
"""So many are kept, those made last: one for each bundle that is in use."""

_SEAL = 32


def key_of(files: Iterable[tuple[str, str, Path]], classes: Mapping[str, Collection[str]]) -> str | None:
    """The hash of what a rulebook is made of; None where a file cannot be read.

    Parameters
    ----------
    files
        Role, name in faults, and path of each.
    classes
        Class codes of the catalogue's own layers, by layer.
    """
    told = hashlib.sha256(own_code())
    try:
        for role, name, path in files:
            told.update(repr((role, name, hashlib.sha256(path.read_bytes()).digest())).encode())
    except OSError:
        return None
    told.update(repr([(layer, list(codes)) for layer, codes in classes.items()]).encode())
    return told.hexdigest()


def take_up(key: str) -> Any:  # noqa: ANN401  what was kept
    """What was kept under a key; None where there is nothing, or nothing whole."""
    try:
        kept = (_FOLDER / f"{key}{_SUFFIX}").read_bytes()
    except OSError:
        return None
    seal, body = kept[:_SEAL], kept[_SEAL:]
    return pickle.loads(body) if hashlib.sha256(body).digest() == seal else None  # noqa: S301  see above


def keep(key: str, made: object) -> None:
    """Keep what was made, where Python may keep bytecode."""
    if sys.dont_write_bytecode:
        return
    body = pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL)
    new = _FOLDER / f"{key}.{os.getpid()}"
    with contextlib.suppress(OSError):  # a folder not to be written to, or full
        _FOLDER.mkdir(exist_ok=True)
        new.write_bytes(hashlib.sha256(body).digest() + body)
        new.replace(_FOLDER / f"{key}{_SUFFIX}")
        kept = sorted(_FOLDER.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in kept[_MOST:]:
            old.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        new.unlink(missing_ok=True)  # of a folder that was full
