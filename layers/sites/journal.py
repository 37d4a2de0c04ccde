"""The journal of a run, beside its output: what was asked, and every finished chunk, so that none is lost.

::

    OUT.partial/
        manifest.json       what was asked: input, bundle, options, date; its token names the folder below
        lock                held while a run is at work
        TOKEN/000017.piece  a finished chunk

A piece appears under its name only when it is whole and on the disk; a process that outlives its run writes
into a folder that is no more. The journal is removed when the output stands.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from geo.errors import InputError, Problem
from layers.sites.faults import fault
from layers.sites.pieces import Piece, from_bytes, stored
from layers.sites.run import Tally

_VERSION = 1
_KEPT = {"on": str, "command": list, "chunk_rows": int}
_FILE_SETS = (
    (".shp", ".shx", ".dbf", ".prj", ".cpg"),
    (".tab", ".dat", ".map", ".id", ".ind"),
    (".mif", ".mid"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a run was asked.

    Attributes
    ----------
    token
        Name of this run among all runs.
    asked
        Whatever changes a byte of what is written, by name, as JSON has it.
    kept
        What the run that goes on takes from the one that began: date, command, rows a chunk.
    """

    token: str
    asked: Mapping[str, Any]
    kept: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The folder of pieces: all that a process needs to put one there."""

    folder: Path
    token: str

    def keep(self, piece: Piece) -> Piece:
        """Put a piece on the disk, whole or not at all; what is passed on is its counts."""
        path = self.path(piece.index)
        temporary = path.with_name(f".{path.stem}.{os.getpid()}.tmp")
        with temporary.open("wb") as stream:
            stream.writelines(stored(piece, self.token))
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
        _sync_folder(self.folder)
        return Piece(index=piece.index, tally=piece.tally, sections=())

    def read(self, index: int) -> Piece | None:
        """A piece; None where there is none that is whole."""
        try:
            data = self.path(index).read_bytes()
        except FileNotFoundError:
            return None
        return from_bytes(data, index, self.token)

    def section(self, index: int, which: int) -> bytes:
        """One section of a piece that this run, or the look at what another left, found whole.

        Raises
        ------
        OSError
            Where it is no more what it was.
        """
        with self.path(index).open("rb") as stream:
            head = json.loads(stream.readline())
            stream.seek(sum(head["sizes"][:which]), os.SEEK_CUR)
            section = stream.read(head["sizes"][which])
        if (head["run"], head["chunk"], len(section)) != (self.token, index, head["sizes"][which]):
            raise OSError(f"{self.path(index)}: damaged; run again with --resume")
        return section

    def path(self, index: int) -> Path:
        """Where the piece of a chunk stands."""
        return self.folder / f"{index:06}.piece"


@dataclass(slots=True, kw_only=True)
class Journal:
    """A journal that is held by this process."""

    folder: Path
    manifest: Manifest
    lock: TextIO
    done: dict[int, Tally] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """Where its pieces go."""
        return Store(folder=self.folder / self.manifest.token, token=self.manifest.token)

    def close(self) -> None:
        """Let go, and leave the pieces for whoever goes on."""
        self.lock.close()

    def remove(self) -> None:
        """Let go, and leave nothing."""
        (self.folder / "manifest.json").unlink(missing_ok=True)  # first: what is left then is no journal
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.close()


def journal_folder(out: Path) -> Path:
    """Where the journal of an output stands."""
    return out.with_name(f"{out.name}.partial")


def read_manifest(out: Path) -> Manifest | None:
    """What the unfinished run of an output was asked; None where there is none."""
    try:
        told = json.loads((journal_folder(out) / "manifest.json").read_text(encoding="utf-8"))
        kept = told["kept"]
        whole = (isinstance(kept[name], kind) for name, kind in _KEPT.items())
        if told["version"] != _VERSION or not all(whole):
            return None
        return Manifest(token=told["token"], asked=dict(told["asked"]), kept=kept)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def begin(out: Path, asked: Mapping[str, Any], kept: Mapping[str, Any]) -> Journal:
    """A new journal; one that was there is thrown away.

    Raises
    ------
    InputError
        If another run is writing this output.
    """
    folder = journal_folder(out)
    folder.mkdir(exist_ok=True)
    lock = _locked(folder)
    (folder / "manifest.json").unlink(missing_ok=True)
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != "lock":
            entry.unlink()
    manifest = Manifest(token=secrets.token_hex(8), asked=asked, kept=kept)
    (folder / manifest.token).mkdir()
    told = {"version": _VERSION, "token": manifest.token, "asked": dict(asked), "kept": dict(kept)}
    temporary = folder / "manifest.tmp"
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump(told, stream, ensure_ascii=False, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(folder / "manifest.json")
    _sync_folder(folder)
    _sync_folder(folder.parent)
    return Journal(folder=folder, manifest=manifest, lock=lock)


def go_on(out: Path, manifest: Manifest, asked: Mapping[str, Any]) -> Journal:
    """The journal of an unfinished run, to go on with; damaged pieces are done again.

    Raises
    ------
    InputError
        With everything in which the two runs differ, or if another run is writing this output.
    """
    problems = list(_differences(manifest, asked))
    if problems:
        raise InputError(problems)
    folder = journal_folder(out)
    journal = Journal(folder=folder, manifest=manifest, lock=_locked(folder))
    store = journal.store
    store.folder.mkdir(exist_ok=True)
    for path in sorted(store.folder.iterdir()):
        piece = store.read(int(path.stem)) if path.suffix == ".piece" and path.stem.isdecimal() else None
        if piece is None:
            path.unlink()
        else:
            journal.done[piece.index] = piece.tally
    return journal


def _differences(manifest: Manifest, asked: Mapping[str, Any]) -> Iterator[Problem]:
    for name in sorted({*manifest.asked, *asked}):
        then, now = manifest.asked.get(name), asked.get(name)
        if then != now:
            yield fault(
                f"--resume: {name}",
                _shown(now),
                _shown(then),
                zh=f"与中断的那次运行不同（{name}），不能续跑；请照原样重试，或去掉 --resume 从头开始",
                en=f"not as in the run that was interrupted ({name}): repeat it as it was, or leave out "
                "--resume to begin anew",
            )


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _locked(folder: Path) -> TextIO:
    """Hold the journal for this process: the lock goes with it, however it ends, and no child inherits it."""
    lock = (folder / "lock").open("w", encoding="utf-8")
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise InputError(
            fault(
                "-o",
                folder.name,
                "one run at a time",
                zh="另一次运行正在写这个输出文件",
                en="another run is writing this output",
            )
        ) from None
    return lock


def _sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def identity(path: Path) -> dict[str, object]:
    """What tells an input from another: size and SHA-256, of a set of files those of all of them."""
    members = _members(path)
    sums = []
    for member in members:
        with member.open("rb") as stream:
            sums.append(hashlib.file_digest(stream, "sha256").hexdigest())
    digest = sums[0] if len(sums) == 1 else hashlib.sha256("\n".join(sums).encode()).hexdigest()
    return {"bytes": sum(member.stat().st_size for member in members), "sha256": digest}


def _members(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(member for member in path.rglob("*") if member.is_file())
    suffixes = next((s for s in _FILE_SETS if path.suffix.lower() in s), ())
    beside = (p for p in path.parent.glob(f"{_literal(path.stem)}.*") if p.suffix.lower() in suffixes)
    return sorted(beside) if suffixes else [path]


def _literal(text: str) -> str:
    """A name that `glob` takes as it is."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in text)


@contextlib.contextmanager
def held(journal: Journal) -> Iterator[Journal]:
    """A journal that stays where the run was cut short, and goes where the run found itself impossible."""
    try:
        yield journal
    except InputError:
        journal.remove()
        raise
    finally:
        journal.close()
