"""Arrays kept beside a bundle, so that the next process need not make them again.

What was made of some content is kept under a key that names the content (its hash). A folder holds one
file, the bytes of all arrays one after another, and a manifest that says where each begins, of what type and
shape it is, the file's size and checksum, and what made it. Nothing found there is believed: other software,
another format, a missing, truncated or altered file, and the arrays are made anew. The checksum guards
against damage, not malice: whoever may write there may write the zones themselves. The file is
memory-mapped, so that processes share its pages; it holds no pickled objects. A folder that cannot be written
costs speed only.

What is asked for bears the mark of who asked last: a bundle as it was. A run that made something new removes
what bears another's mark. Whoever has that open keeps it: a mapped file lives on until it is let go.
"""

import contextlib
import hashlib
import json
import mmap
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import shapely
import xxhash
from numpy.typing import NDArray

from geo.index import FORMAT

__all__ = ["FOLDER", "Store"]

Arrays = Mapping[str, NDArray[Any]]

FOLDER = ".index"
"""Beside the catalogue; not part of the bundle, and never under version control."""

_STORE_FORMAT = 3
_MANIFEST = "manifest.json"
_BODY = "arrays.bin"
_ALIGN = 64
"""Where an array may begin, in bytes: what processors like, and any type may."""

_MARK = "asked"
_UNFINISHED = "unfinished-"
_ABANDONED_S = 86_400
_NAME = re.compile(r"[A-Za-z0-9_]{1,80}")
_BLOCK_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of kept arrays.

    Attributes
    ----------
    folder
        Usually ``<bundle>/.index``; made when first written to.
    asker
        Digest of the bundle that asks.
    """

    folder: Path
    asker: str = ""

    def get(self, key: str, build: Callable[[], Arrays]) -> dict[str, NDArray[Any]]:
        """Arrays kept under a key, or made now and kept if the folder can be written.

        Parameters
        ----------
        key
            What the arrays are, and the hash of all that they were made of.
        build
            Makes them. Names are letters, digits and underscores; no array holds Python objects.

        Returns
        -------
        dict
            Read-only arrays, memory-mapped where they are kept.

        Raises
        ------
        ValueError
            If a name, or the type of an array, cannot be kept.
        """
        home = self.folder / _home(key)
        kept = _read(home, key)
        if kept is not None:
            self._mark(home)
            return kept
        made = {name: _plain(name, array) for name, array in build().items()}
        if not _write(self.folder, home, key, made, self._own_mark()):
            return made
        self._mark(home)
        kept = _read(home, key)
        return made if kept is None else kept

    @contextlib.contextmanager
    def renewed(self) -> Iterator[None]:
        """Around a run: if it went well and made something new, what only other bundles asked for goes."""
        before = {home.name for home in self._homes()}
        yield
        homes = self._homes()
        if {home.name for home in homes} - before:
            self._forget_others(homes)

    def _forget_others(self, homes: list[Path]) -> None:
        """Remove what others asked for, and what was left unfinished a day ago by the folder's own clock."""
        mark = self._own_mark()
        for home in homes:
            if _mark_of(home) != mark:
                shutil.rmtree(home, ignore_errors=True)
        now = max(map(_changed, homes), default=0.0)
        for found in self.folder.glob(f"{_UNFINISHED}*"):
            if _changed(found) < now - _ABANDONED_S:
                shutil.rmtree(found, ignore_errors=True)

    def _homes(self) -> list[Path]:
        found = self.folder.iterdir() if self.folder.is_dir() else ()
        return [home for home in found if home.is_dir() and not home.name.startswith(_UNFINISHED)]

    def _own_mark(self) -> str:
        """Of this bundle by this software: no other software can read what bears it."""
        return _home(f"asked by {self.asker}")

    def _mark(self, home: Path) -> None:
        mark = self._own_mark()
        if _mark_of(home) == mark:
            return
        with contextlib.suppress(OSError):  # read-only, or removed beneath us: it is made again one day
            aside = home / f"{_MARK}-{secrets.token_hex(4)}"
            aside.write_text(mark, encoding="ascii")
            aside.replace(home / _MARK)


def _home(key: str) -> str:
    """Name of the folder of a key: other software keeps its arrays elsewhere."""
    return hashlib.blake2b(json.dumps([key, _made_with()]).encode(), digest_size=16).hexdigest()


def _mark_of(home: Path) -> str | None:
    try:
        return (home / _MARK).read_text(encoding="ascii")
    except (OSError, ValueError):  # none, or removed beneath us, or damaged
        return None


def _changed(path: Path) -> float:
    """When a folder was last written to, in seconds by the file system's clock; never where it is gone."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _made_with() -> dict[str, Any]:
    """What, besides the content, decides what the arrays are."""
    return {"store": _STORE_FORMAT, "index": FORMAT, "geos": shapely.geos_version_string}


def _plain(name: str, array: NDArray[Any]) -> NDArray[Any]:
    """An array that can be kept, read-only like those that are."""
    if not _NAME.fullmatch(name) or array.dtype.hasobject or array.dtype.names is not None:
        message = f"not an array that can be kept: {name!r}, {array.dtype}"
        raise ValueError(message)
    view = np.asarray(array, order="C").view()
    view.flags.writeable = False
    return view


def _read(home: Path, key: str) -> dict[str, NDArray[Any]] | None:
    """What a folder holds, if all of it is as it was written; None otherwise."""
    try:
        manifest = json.loads((home / _MANIFEST).read_bytes())
        said = manifest["body"]
        if manifest != _manifest(key, said):
            return None
        with (home / _BODY).open("rb", buffering=0) as file:
            if _checksum(file) != said["checksum"]:
                return None
            body = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if said["size"] else b""
        return {name: _array(body, where) for name, where in said["arrays"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # missing, or damaged in any way
        return None


def _manifest(key: str, body: dict[str, Any]) -> dict[str, Any]:
    """What a folder's manifest must say, sealed against damage to itself."""
    said = {"key": key, "made_with": _made_with(), "body": body}
    seal = hashlib.blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=16)
    return {**said, "seal": seal.hexdigest()}


def _array(body: mmap.mmap | bytes, said: dict[str, Any]) -> NDArray[Any]:
    """An array of the body, read-only as that is; what lies beyond the body is a ValueError or TypeError."""
    kind = np.dtype(said["type"])
    return np.ndarray(shape=tuple(said["shape"]), dtype=kind, buffer=body, offset=said["at"])


def _write(folder: Path, home: Path, key: str, arrays: Arrays, mark: str) -> bool:
    """Keep arrays: written aside, then put in place at once. False if the folder cannot be written."""
    aside: Path | None = None
    try:
        folder.mkdir(exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder))
        manifest = _manifest(key, _written(aside / _BODY, arrays))
        (aside / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        (aside / _MARK).write_text(mark, encoding="ascii")
        aside.chmod(0o755)  # mkdtemp's own mode would hide it from workers of another account
        _put(aside, home, key)
    except OSError:  # read-only, full, or removed beneath us: the arrays are at hand all the same
        return False
    finally:
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)
    return True


def _put(aside: Path, home: Path, key: str) -> None:
    """Rename a finished folder into place; what lies there, if it is not good, is moved out of the way."""
    if home.exists():
        if _read(home, key) is not None:  # another process was faster
            return
        spoilt = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=home.parent))
        home.rename(spoilt / home.name)
        shutil.rmtree(spoilt, ignore_errors=True)
    aside.rename(home)


def _written(path: Path, arrays: Arrays) -> dict[str, Any]:
    """Write arrays one after another, and say what the file holds; the sum is of what is read back."""
    places: dict[str, dict[str, Any]] = {}
    with path.open("w+b", buffering=0) as file:
        for name, array in arrays.items():
            at = file.seek(-(-file.tell() // _ALIGN) * _ALIGN)
            array.tofile(file)
            places[name] = {"at": at, "type": array.dtype.str, "shape": list(array.shape)}
        size = file.truncate(file.tell())
        return {"size": size, "checksum": _checksum(file), "arrays": places}


def _checksum(file: IO[bytes]) -> str:
    """Checksum of a file. It is read, not mapped: what no question touches later stays out of the process."""
    told, block = xxhash.xxh3_128(), bytearray(_BLOCK_BYTES)
    room = memoryview(block)
    file.seek(0)
    while read := file.readinto(room):  # type: ignore[attr-defined]  # of a file without a buffer
        told.update(room[:read])
    return told.hexdigest()
