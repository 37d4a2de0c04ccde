"""The store's hold on the disk: what is written is synced, put in place by rename, and never changed."""

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from geo.errors import Problem
from geo.model import Text
from layers.editions.model import StoreError

__all__ = ["UNFINISHED", "content_sha256", "copy_in", "locked", "replace_file", "room_name"]

UNFINISHED = ".new-"
"""What a copy is called until it is whole; left behind, it is garbage."""

_LOCK = ".editions.lock"
_READ_ONLY = 0o444
_OPEN = 0o755
_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST = 60
_SHORT = 8
_BLOCK = 1 << 20


@contextlib.contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the store of a bundle alone. The lock of a killed process is free at once.

    Raises
    ------
    StoreError
        If another process holds it, or the folder cannot be written.
    """
    try:
        stream = (root / _LOCK).open("ab")
    except OSError as error:
        hint = Text("数据包文件夹不可写", "the bundle's folder cannot be written")
        raise StoreError(
            Problem(where=str(root), given=type(error).__name__, allowed="a writable folder", hint=hint)
        ) from error
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            hint = Text(
                "另一项导入或回退正在进行，请等它结束后再试",
                "another import or rollback is under way: try again when it has ended",
            )
            raise StoreError(
                Problem(where=str(root), given="locked", allowed="one import at a time", hint=hint)
            ) from error
        yield


def replace_file(path: Path, data: bytes) -> None:
    """Put a whole file in place, on the disk before its name is."""
    path.parent.mkdir(exist_ok=True)
    aside = path.with_name(f"{UNFINISHED}{secrets.token_hex(4)}{path.suffix}")
    with aside.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)
    _sync_folder(path.parent)
    _sync_folder(path.parent.parent)


def copy_in(folder: Path, parent: Path, name: str) -> Path:
    """Copy a folder's files into the store, as ``name`` and the beginning of their hash; whole or not at all.

    Raises
    ------
    StoreError
        If the folder holds no file, or anything but files, or other content stands in that place.
    """
    before = content_sha256(folder)
    home = parent / f"{room_name(name)}-{before[:_SHORT]}"
    if home.exists():  # accepted before, and rolled back
        if content_sha256(home) == before:
            return home
        raise _spoilt(home)
    parent.mkdir(parents=True, exist_ok=True)
    aside = parent / f"{UNFINISHED}{secrets.token_hex(4)}"
    for source in _files(folder):
        _copy(source, aside / source.relative_to(folder))
    for inner in [aside, *(path for path in aside.rglob("*") if path.is_dir())]:
        _sync_folder(inner)
    if content_sha256(aside) != before:
        shutil.rmtree(aside)
        hint = Text("文件在复制时被改动", "the files were changed while they were copied")
        raise StoreError(Problem(where=folder.name, given="changed", allowed="finished files", hint=hint))
    aside.rename(home)
    for outer in (parent, parent.parent, parent.parent.parent):
        _sync_folder(outer)
    return home


def content_sha256(folder: Path) -> str:
    """SHA-256 over the sorted names and hashes of a folder's files.

    Raises
    ------
    StoreError
        If there is no file, or anything but files and folders.
    """
    lines = [f"{path.relative_to(folder).as_posix()} {_sha256(path)}\n" for path in _files(folder)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def room_name(text: str) -> str:
    """A name for a folder, of any text."""
    return _UNSAFE.sub("_", text).strip("._")[:_LONGEST] or "_"


def _files(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*")) if folder.is_dir() else []
    odd = [path for path in found if path.is_symlink() or not (path.is_file() or path.is_dir())]
    files = [path for path in found if path.is_file() and not path.is_symlink()]
    if odd or not files:
        given = odd[0].name if odd else folder.name
        hint = Text("须为装有数据文件的文件夹，不含链接", "a folder of data files is wanted, without links")
        raise StoreError(Problem(where=folder.name, given=given, allowed="files", hint=hint))
    return files


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as read, target.open("wb") as written:
        shutil.copyfileobj(read, written, _BLOCK)
        written.flush()
        os.fsync(written.fileno())
    target.chmod(_READ_ONLY)
    target.parent.chmod(_OPEN)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    """A rename is on the disk when its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _spoilt(home: Path) -> StoreError:
    hint = Text(
        "库中已有此版本的文件，但内容被改动；请先恢复（editions verify 会列出）",
        "the store has files of this edition, and they were altered: restore them first (editions verify "
        "lists them)",
    )
    return StoreError(Problem(where=home.name, given="altered", allowed="as accepted", hint=hint))
