"""Which catalogue of a bundle is in force: the one that ``current.json`` points to, else ``catalogue.yaml``.

``current.json`` is replaced by rename and never changed; what it points to is whole and immutable, and its
SHA-256 stands in the pointer. Whoever reads both thus sees one state, old or new.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from layers.strictyaml import Faults

__all__ = [
    "CATALOGUE",
    "POINTER",
    "Pointer",
    "Stamp",
    "catalogue_text",
    "pointed_at",
    "read_pointer",
    "stamp",
    "state_file",
]

Stamp = tuple[int, int, int] | None
"""By which one sees that the pointer was replaced; None where there is none."""

CATALOGUE = "catalogue.yaml"
"""Written by people; what is in force as long as nothing was accepted."""

POINTER = "current.json"
"""The one pointer to the state in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """What ``current.json`` says.

    Attributes
    ----------
    catalogue
        Path inside the bundle.
    sha256
        Of that file.
    """

    number: int
    catalogue: str
    sha256: str


def state_file(number: int, suffix: str = ".yaml") -> str:
    """Path of a state's catalogue (or of the record beside it), inside the bundle."""
    return f"catalogues/{number:04d}{suffix}"


def read_pointer(folder: Path, faults: Faults) -> Pointer | None:
    """The pointer of a bundle; None where there is none, or (a fault noted) where it cannot be used."""
    try:
        data = (folder / POINTER).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        _useless(type(error).__name__, faults)
        return None
    try:
        said = json.loads(data)
        number, sha256 = said["number"], said["sha256"]
        good = number >= 1 and said["catalogue"] == state_file(number)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        _useless(f"{type(error).__name__} {error}", faults)
        return None
    if not good:
        _useless(data[:200].decode(errors="replace"), faults)
        return None
    return Pointer(number=number, catalogue=state_file(number), sha256=str(sha256))


def pointed_at(folder: Path) -> int | None:
    """Number of the state in force; None where there is none, or no one can tell."""
    pointer = read_pointer(folder, Faults())
    return None if pointer is None else pointer.number


def stamp(folder: Path) -> Stamp:
    """What changes when the pointer is replaced: cheap enough to be asked each second."""
    try:
        found = (folder / POINTER).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _useless(given: str, faults: Faults) -> None:
    faults.add(
        POINTER,
        given=given,
        allowed='{"number": 3, "catalogue": "catalogues/0003.yaml", "sha256": …}',
        zh="指针文件损坏，不知道哪一份目录有效；请从 catalogues/ 中选定一份并回退（editions rollback）",
        en="the pointer is damaged, so that no one knows which catalogue is in force: choose "
        "one of catalogues/ with editions rollback",
    )


def catalogue_text(folder: Path, state: int | None, faults: Faults) -> tuple[str, str | None]:
    """Name and text of a catalogue; no text is a fault noted.

    Parameters
    ----------
    state
        The number of an accepted state; None = the one in force.
    """
    name, expected = CATALOGUE, None
    if state is not None:
        name = state_file(state)
    elif (pointer := read_pointer(folder, faults)) is not None:
        name, expected = pointer.catalogue, pointer.sha256
    elif len(faults):
        return POINTER, None
    try:
        data = (folder / name).read_bytes()
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        faults.add(name, given=name, allowed="文件 / a file", zh="文件不存在", en="there is no such file")
    except (OSError, UnicodeDecodeError) as error:
        faults.add(
            name, given=type(error).__name__, allowed="UTF-8", zh="文件读不出来", en="the file cannot be read"
        )
    else:
        found = hashlib.sha256(data).hexdigest()
        if expected in {None, found}:
            return name, text
        faults.add(
            name,
            given=found,
            allowed=expected or "",
            zh=f"已接受的目录被改动（SHA-256 与 {POINTER} 不符）；请恢复原文件或回退到其他状态",
            en=f"an accepted catalogue was altered (its SHA-256 is not the one in {POINTER}): restore it, or "
            "roll back",
        )
    return name, None
