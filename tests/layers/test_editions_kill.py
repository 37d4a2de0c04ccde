"""kill -9 at any moment of acceptance and rollback: old or new, never half."""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from layers.bundle import load_bundle
from layers.editions import accept, disk, history, rollback, sweep, verify
from tests.layers.test_editions import bundle, files, prepared

_KILLS = 5


def forked(work: Callable[[], object], before: Callable[[], None] = lambda: None) -> int:
    """Do ``work`` in a process of its own; its id."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        before()
        work()
        code = 0
    finally:
        os._exit(code)


def was_killed(child: int) -> bool:
    """Whether a process was killed; if not, its work was done."""
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in {0, -signal.SIGKILL}
    return os.WIFSIGNALED(status)


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Do ``work`` in a process that is killed before its so-manieth sync; False where it was done by then.

    Everything the store does to the disk lies between two syncs, and nothing counts before it is synced.
    """

    def count() -> None:
        left, sync = [step], os.fsync

        def counted(handle: int) -> None:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            sync(handle)

        disk.os.fsync = counted  # the child's own copy of the module

    return was_killed(forked(work, count))


def synced(monkeypatch: pytest.MonkeyPatch, root: Path, work: Callable[[], object]) -> list[bool]:
    """Do ``work``; for each sync, whether the pointer had moved by then."""
    seen, sync, before = [], os.fsync, (root / "current.json").read_bytes()

    def told(handle: int) -> None:
        seen.append((root / "current.json").read_bytes() != before)
        sync(handle)

    with monkeypatch.context() as patch:
        patch.setattr(disk.os, "fsync", told)
        work()
    return seen


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with one acceptance behind it."""
    home = tmp_path_factory.mktemp("kills")
    root = bundle(home / "b")
    accept(root, "park", prepared(home, "2024", status="draft"))
    return root


@pytest.mark.parametrize("action", ["accept", "rollback"])
def test_killed_between_two_syncs(
    begun: Path, tmp_path: Path, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = prepared(tmp_path)

    def work(root: Path) -> object:
        return accept(root, "park", ready) if action == "accept" else rollback(root, 1)

    root = shutil.copytree(begun, tmp_path / "killed")
    seen = synced(monkeypatch, root, lambda: work(root))
    expected = files(root)
    digests = {False: load_bundle(begun).digest, True: load_bundle(root).digest}
    assert digests[False] != digests[True]
    assert seen == sorted(seen), "old until one moment, new from then on"
    turn = seen.index(True)
    for step in sorted({*range(1, len(seen), 8), turn - 1, turn}):
        shutil.rmtree(root)
        shutil.copytree(begun, root)
        assert killed_at(step, lambda: work(root))
        assert load_bundle(root).digest == digests[seen[step]]
        assert verify(root) == ()
        if not seen[step]:
            work(root)
        sweep(root)
        assert files(root) == expected, "done again, it is as though it had never been killed"


def survive(root: Path, folder: Path, kills: int, seed: int) -> None:
    """Kill acceptances and rollbacks at random moments; between two the bundle is one of the two states."""
    rng = random.Random(seed)  # noqa: S311  moments, not secrets
    states = {action: load_bundle(root, state=n).digest for n, action in ((1, "rollback"), (2, "accept"))}
    struck, longest, ready = 0, 0.4, prepared(folder)
    work = {"accept": lambda: accept(root, "park", ready), "rollback": lambda: rollback(root, 1)}
    while struck < kills:
        action = "rollback" if load_bundle(root).digest == states["accept"] else "accept"
        before = len(history(root))
        child = forked(work[action])
        time.sleep(rng.uniform(0, longest))
        os.kill(child, signal.SIGKILL)
        struck += was_killed(child)
        after = len(history(root))
        assert after - before in {0, 1}
        assert (load_bundle(root).digest == states[action]) == (after > before)
        assert verify(root) == ()
    sweep(root)
    named = {name for state in history(root) for name in state.files}
    left = {name for name in files(root) if name.startswith("editions/")}
    assert left <= named


@pytest.mark.slow
def test_killed_five_times(tmp_path: Path) -> None:
    root = bundle(tmp_path / "b")
    accept(root, "park", prepared(tmp_path))
    survive(root, tmp_path, kills=_KILLS, seed=5)


@pytest.mark.soak
def test_killed_a_hundred_times(tmp_path: Path) -> None:
    root = bundle(tmp_path / "b")
    accept(root, "park", prepared(tmp_path))
    survive(root, tmp_path, kills=100, seed=100)
