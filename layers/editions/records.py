"""Records of accepted states: one beside each catalogue, written once."""

import contextlib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from geo.errors import Problem
from geo.model import Text
from layers.editions.disk import replace_file
from layers.editions.model import State, StoreError
from layers.pointer import CATALOGUE, POINTER, pointed_at, read_pointer, state_file
from layers.strictyaml import Faults

__all__ = ["current", "history", "is_unread", "known", "point_to", "read_state", "write_state"]


def current(root: Path) -> State | None:
    """The state in force; None where nothing was accepted yet.

    Raises
    ------
    StoreError
        If pointer or record are damaged.
    """
    number = _number(root)
    return None if number is None else read_state(root, number)


def history(root: Path) -> tuple[State, ...]:
    """Every state there was, the oldest first and the one in force last.

    Raises
    ------
    StoreError
        If pointer or a record are damaged.
    """
    return tuple(read_state(root, number) for number in range(1, (_number(root) or 0) + 1))


def known(root: Path) -> tuple[tuple[State, ...], int]:
    """Every state whose record can be read, and the number after which the next one comes.

    Where the pointer is damaged that is the last one of which both catalogue and record lie there.
    """
    last = pointed_at(root)
    if last is None:
        numbers = {int(path.stem) for path in (root / "catalogues").glob("*.json") if path.stem.isdigit()}
        last = max((n for n in numbers if (root / state_file(n)).is_file()), default=0)
    found: list[State] = []
    for number in range(1, last + 1):
        with contextlib.suppress(StoreError):
            found.append(read_state(root, number))
    return tuple(found), last


def is_unread(root: Path, states: Sequence[State]) -> bool:
    """Whether ``catalogue.yaml`` is none of the states: somebody edited it, which has no effect."""
    try:
        data = (root / CATALOGUE).read_bytes()
    except OSError:
        return False
    return bool(states) and hashlib.sha256(data).hexdigest() not in {state.sha256 for state in states}


def _number(root: Path) -> int | None:
    faults = Faults()
    pointer = read_pointer(root, faults)
    if len(faults):
        raise StoreError(faults.tuple())
    return None if pointer is None else pointer.number


def read_state(root: Path, number: int) -> State:
    """The record of a state.

    Raises
    ------
    StoreError
        If it is not there, or damaged.
    """
    name = state_file(number, ".json")
    try:
        said = json.loads((root / name).read_bytes())
        remarks = tuple(Text(one["zh"], one["en"]) for one in said.pop("remarks"))
        state = State(**{**said, "remarks": remarks})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        hint = Text("状态记录缺失或损坏", "the record of a state is missing or damaged")
        raise StoreError(
            Problem(where=name, given=type(error).__name__, allowed="as it was written", hint=hint)
        ) from error
    return state


def write_state(root: Path, state: State, catalogue: bytes) -> State:
    """Write a state's catalogue and its record; nobody sees it before the pointer names it.

    Returns
    -------
    The state, with the hash of its catalogue.
    """
    told = replace(state, sha256=hashlib.sha256(catalogue).hexdigest())
    replace_file(root / told.catalogue, catalogue)
    body = {**asdict(told), "remarks": [{"zh": one.zh, "en": one.en} for one in told.remarks]}
    text = json.dumps(body, ensure_ascii=False, indent=1) + "\n"
    replace_file(root / state_file(told.number, ".json"), text.encode())
    return told


def point_to(root: Path, state: State) -> State:
    """Make a state the one in force. Before this nothing has changed; after it everything has.

    Returns
    -------
    The state, with a remark where the disk did not confirm that the pointer will outlast a power cut.
    """
    body = {"number": state.number, "catalogue": state.catalogue, "sha256": state.sha256}
    try:
        replace_file(root / POINTER, (json.dumps(body) + "\n").encode())
    except OSError as error:
        if pointed_at(root) != state.number:
            raise
        given = error.strerror or type(error).__name__
        told = Text(
            f"已生效，但磁盘未确认写入（{given}）：断电后可能回到前一状态，请用 editions list 核对",
            f"it is in force, but the disk did not confirm it ({given}): after a power cut the state before "
            "it may be back; editions list tells",
        )
        return replace(state, remarks=(*state.remarks, told))
    return state
