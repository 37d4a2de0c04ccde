"""Accepting and rolling back: all is written and tried beside what is in force, then the pointer moves.

::

    BUNDLE/catalogue.yaml            written by people; read where there is no current.json
    BUNDLE/current.json              the one pointer, replaced by rename
    BUNDLE/catalogues/0003.yaml      each accepted state, whole, and its record 0003.json; never changed
    BUNDLE/editions/LAYER/…-sha8/    data files of accepted editions, never changed
    BUNDLE/quarantine/LAYER/…-sha8/  what the import gate held back

Killed at any moment, the bundle is as before or as after. What is left behind has a number above the one in
force or is named by no state: nobody reads it, the next acceptance writes over it, `sweep` removes it.
"""

import contextlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from geo.errors import BundleError, InputError, Problem
from geo.model import Bundle, Edition, Text
from layers.bundle import load
from layers.editions.disk import UNFINISHED, copy_in, locked, room_name
from layers.editions.entry import with_edition
from layers.editions.model import Prepared, State, StoreError
from layers.editions.records import current, history, known, point_to, write_state
from layers.pointer import CATALOGUE, catalogue_text, pointed_at, state_file
from layers.readers import Files
from layers.strictyaml import Faults

__all__ = ["accept", "adopt", "edition_of", "put_aside", "rollback", "sweep", "verify"]

_EDITIONS, _QUARANTINE = "editions", "quarantine"
_HOME = re.compile(r"-[0-9a-f]{8}$")
_HASHED = {"path": "sha256", "coverage": "coverage_sha256", "clauses": "clauses_sha256"}


def accept(
    root: Path, layer_id: str, prepared: Prepared, *, at: str | None = None, by: str | None = None
) -> State:
    """Make a prepared edition part of the bundle, in one step.

    An edition in force ends the one before it where it begins. A draft or provisional edition changes nothing
    else; one of the same name is replaced (its files stay).

    Raises
    ------
    StoreError
        If another import is under way or has come in between, an edition in force has the name, the data are
        not whole, the disk is full, or the bundle would not load. Nothing has changed then.
    """
    with _alone(root):
        _check_seen(root, prepared.seen)
        before = _begun(root, at)
        entry, home = _kept(root, layer_id, prepared)
        name, text = _in_force(root, before)
        written = with_edition(text, name, layer_id, entry)
        state = State(
            number=before.number + 1,
            action="accept",
            catalogue=state_file(before.number + 1),
            sha256="",
            digest="",
            layer=layer_id,
            edition=str(entry["edition"]),
            at=at,
            by=by,
            note=prepared.note,
            files=_hashes(root, home),
            remarks=written.remarks,
        )
        return _settled(root, state, written.text.encode())


def rollback(
    root: Path, number: int, *, at: str | None = None, by: str | None = None, note: str = ""
) -> State:
    """Put an earlier state in force again, byte for byte, as a new state; nothing is deleted.

    Raises
    ------
    StoreError
        If there is no such state, its files are not what they were, or another import is under way.
    """
    with _alone(root):
        states, last = known(root)
        wanted = next((state for state in states if state.number == number), None)
        if wanted is None:
            hint = Text(
                "没有这个状态，editions list 列出全部", "there is no such state: editions list has all"
            )
            allowed = ", ".join(str(state.number) for state in states) or "—"
            raise StoreError(Problem(where="rollback", given=str(number), allowed=allowed, hint=hint))
        problems = _altered(root, (wanted,))
        if problems:
            raise StoreError(problems)
        state = replace(
            wanted,
            number=last + 1,
            action="rollback",
            catalogue=state_file(last + 1),
            layer=None,
            edition=None,
            restores=number,
            at=at,
            by=by,
            note=note,
            remarks=(),
        )
        return _settled(root, state, (root / wanted.catalogue).read_bytes(), restored=wanted)


def adopt(root: Path, file: Path, *, at: str | None = None, by: str | None = None, note: str = "") -> State:
    """Take a catalogue that was edited by hand as the next state; its paths are relative to the bundle.

    Raises
    ------
    StoreError
        If the bundle would not load with it, or another import is under way.
    """
    with _alone(root):
        before = _begun(root, at)
        try:
            data = file.read_bytes()
        except OSError as error:
            hint = Text("文件读不出来", "the file cannot be read")
            raise StoreError(
                Problem(where=file.name, given=type(error).__name__, allowed="a catalogue", hint=hint)
            ) from error
        number = before.number + 1
        state = State(
            number=number,
            action="adopt",
            catalogue=state_file(number),
            sha256="",
            digest="",
            at=at,
            by=by,
            note=note,
        )
        return _settled(root, state, data)


def put_aside(root: Path, layer_id: str, edition: str, folder: Path) -> Path:
    """Keep what the import gate held back, whole, under ``quarantine/``.

    Raises
    ------
    StoreError
        If the folder holds no files, or another import is under way.
    """
    with _alone(root):
        return copy_in(folder, root / _QUARANTINE / room_name(layer_id), edition)


def verify(root: Path) -> tuple[Problem, ...]:
    """Every file of every state against its hash: catalogues, and the data they rest on."""
    return tuple(_altered(root, history(root)))


def sweep(root: Path) -> tuple[str, ...]:
    """Remove what a killed import left; names of what went, relative to the bundle.

    Raises
    ------
    StoreError
        If an import is under way, or pointer or a record are damaged: no one can tell then what is garbage.
    """
    with _alone(root):
        return _sweep(root)


def _sweep(root: Path) -> tuple[str, ...]:
    """As `sweep`, by one who holds the lock. What any state names, or any catalogue, stays."""
    states = history(root)
    last = states[-1].number if states else 0
    named = {path for state in states for path in state.files}
    texts = [(root / state.catalogue).read_text(encoding="utf-8") for state in states]
    if (root / CATALOGUE).is_file():
        texts.append((root / CATALOGUE).read_text(encoding="utf-8"))
    gone = [path for path in root.glob(f"{UNFINISHED}*") if path.is_file()]
    gone += [
        path
        for path in (root / "catalogues").glob("*")
        if path.name.startswith(UNFINISHED) or (path.stem.isdigit() and int(path.stem) > last)
    ]
    for home in [*(root / _EDITIONS).glob("*/*"), *(root / _QUARANTINE).glob(f"*/{UNFINISHED}*")]:
        inside = home.relative_to(root).as_posix()
        ours = home.is_dir() and (home.name.startswith(UNFINISHED) or _HOME.search(home.name))
        if ours and not any(inside in text for text in (*named, *texts)):
            gone.append(home)
    for path in gone:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return tuple(path.relative_to(root).as_posix() for path in gone)


def edition_of(bundle: Bundle, layer_id: str, name: str) -> Edition:
    """An edition by its layer and name.

    Raises
    ------
    InputError
        Naming what there is.
    """
    layer = bundle.layers.get(layer_id)
    if layer is None:
        hint = Text("数据包没有这个图层", "the bundle has no such layer")
        raise InputError(Problem(where="layer", given=layer_id, allowed=", ".join(bundle.layers), hint=hint))
    found = next((one for one in layer.editions if one.edition == name), None)
    if found is None:
        hint = Text("图层没有这个版本", "the layer has no such edition")
        allowed = ", ".join(one.edition for one in layer.editions)
        raise InputError(Problem(where=layer_id, given=name, allowed=allowed, hint=hint))
    return found


# ------------------------------------------------------------------------------------------- what they share


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the store; what a refusal leaves goes at once, where one can tell what it left."""
    with locked(root):
        try:
            yield
        except (StoreError, OSError) as error:
            with contextlib.suppress(StoreError, OSError):
                _sweep(root)
            if isinstance(error, StoreError):
                raise
            raise _of_the_disk(root, error) from error


def _of_the_disk(root: Path, error: OSError) -> StoreError:
    hint = Text(
        "磁盘已满、只读或出错：什么都没有改变，排除后再试",
        "the disk is full, cannot be written, or fails: nothing was changed, mend that and try again",
    )
    where = Path(str(error.filename)).name if error.filename else str(root)
    given = error.strerror or type(error).__name__
    return StoreError(Problem(where=where, given=given, allowed="a disk with room", hint=hint))


def _check_seen(root: Path, seen: int | None) -> None:
    """Refuse what was compared with a state that is no longer the one in force."""
    now = pointed_at(root) or 0
    if seen in {None, now}:
        return
    hint = Text(
        "其间数据包已由另一项导入或回退改变，比较已过时：请重新导入",
        "another import or rollback has changed the bundle meanwhile, so the comparison is out of date: "
        "import again",
    )
    raise StoreError(Problem(where=str(root), given=f"state {now}", allowed=f"state {seen}", hint=hint))


def _begun(root: Path, at: str | None) -> State:
    """The state in force; where nothing was accepted yet, ``catalogue.yaml`` is kept as the first."""
    state = current(root)
    if state is not None:
        return state
    first = State(
        number=1, action="begin", catalogue=state_file(1), sha256="", digest="", at=at, note=CATALOGUE
    )
    try:
        data = (root / CATALOGUE).read_bytes()
    except OSError as error:
        hint = Text(f"不是数据包（没有 {CATALOGUE}）", f"not a bundle (there is no {CATALOGUE})")
        raise StoreError(
            Problem(where=CATALOGUE, given=type(error).__name__, allowed="a bundle", hint=hint)
        ) from error
    return _tried(root, first, data)


def _in_force(root: Path, before: State) -> tuple[str, str]:
    faults = Faults()
    first = pointed_at(root) is None  # nothing points to it yet; of all others the pointer knows the hash
    name, text = catalogue_text(root, before.number if first else None, faults)
    if text is None:
        raise StoreError(faults.tuple())
    return name, text


def _kept(root: Path, layer_id: str, prepared: Prepared) -> tuple[dict[str, Any], Path | None]:
    """The entry with its paths in the store and their hashes, its files copied there."""
    entry = dict(prepared.entry)
    missing = [name for name in ("edition", "valid_from") if name not in entry]
    if missing:
        hint = Text("版本须有名称和生效日期", "an edition needs a name and the day it begins")
        raise StoreError(Problem(where=layer_id, given="—", allowed=", ".join(missing), hint=hint))
    if prepared.folder is None:
        return entry, None
    home = copy_in(prepared.folder, root / _EDITIONS / room_name(layer_id), str(entry["edition"]))
    inside = home.relative_to(root).as_posix()
    files, faults = Files(root), Faults()
    for key, hashed in _HASHED.items():
        name = entry.get(key)
        if name is not None and (home / str(name)).exists():
            entry[key] = f"{inside}/{name}"
            entry[hashed] = files.sha256(entry[key], f"{layer_id} {key}", faults)
    if len(faults):
        raise StoreError(faults.tuple())
    return entry, home


def _hashes(root: Path, home: Path | None) -> dict[str, str]:
    """SHA-256 of all files that were brought, named by the entry or not."""
    if home is None:
        return {}
    files, faults = Files(root), Faults()
    names = sorted(path.relative_to(root).as_posix() for path in home.rglob("*") if path.is_file())
    found = {name: files.sha256(name, name, faults) for name in names}
    if len(faults):
        raise StoreError(faults.tuple())
    return found


def _settled(root: Path, state: State, catalogue: bytes, restored: State | None = None) -> State:
    """Try a state, write it, and make it the one in force."""
    tried = _tried(root, state, catalogue)
    if restored is not None and restored.digest != tried.digest:
        told = Text(
            "目录和数据与当时完全一致，但规则或引擎已变，摘要与当时不同",
            "catalogue and data are as they were; rules or engine have changed since, so the digest differs",
        )
        tried = replace(tried, remarks=(told,))
        tried = write_state(root, tried, catalogue)
    return point_to(root, tried)


def _tried(root: Path, state: State, catalogue: bytes) -> State:
    """The state with its digest, written, if the bundle loads with it and the new edition is whole."""
    written = write_state(root, state, catalogue)
    try:
        loaded = load(root, state=state.number)
    except BundleError as error:
        raise StoreError(error.problems) from error
    if state.layer is not None and state.edition is not None:
        edition = edition_of(loaded.bundle, state.layer, state.edition)
        if edition.faults:
            raise StoreError(edition.faults)
    files = {**state.files, **loaded.files}
    return write_state(root, replace(written, digest=loaded.bundle.digest, files=files), catalogue)


def _altered(root: Path, states: tuple[State, ...]) -> list[Problem]:
    """Files that are gone or are not what they were when a state was accepted."""
    files, problems = Files(root), dict[str, Problem]()
    for state in states:
        for name, expected in {**state.files, state.catalogue: state.sha256}.items():
            faults = Faults()
            found = files.sha256(name, name, faults)
            if found != expected:
                hint = Text(
                    f"状态 {state.number} 所用的文件缺失或被改动",
                    f"a file that state {state.number} rests on is missing or was altered",
                )
                problem = Problem(where=name, given=found or "—", allowed=expected, hint=hint)
                problems.setdefault(name, problem)
    return list(problems.values())
