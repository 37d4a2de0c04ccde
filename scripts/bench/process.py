"""Contenders in processes of their own: what one was asked, what it answered, what it took.

A process for each, so that memory is that of the contender and nothing is warm that a user would find cold.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

ROOT = Path(__file__).resolve().parents[2]
_SAMPLE_S = 0.1

T = TypeVar("T")
Found = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """Who takes part.

    Attributes
    ----------
    name
        As it stands in the tables.
    module
        In ``scripts.bench.contenders``.
    absent
        Why it cannot take part on this machine; None where it can.
    """

    name: str
    module: str
    absent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a contender answered; ``found`` is empty where it is absent or failed, and ``why`` says why."""

    name: str
    found: Found = field(default_factory=dict)
    why: str | None = None
    failed: bool = False


def contend(contender: Contender, task: str, job: Mapping[str, Any]) -> Result:
    """Run one contender's task; its absence or failure is a result too."""
    if contender.absent is not None:
        return Result(name=contender.name, why=contender.absent)
    module = f"scripts.bench.contenders.{contender.module}"
    done = subprocess.run(  # noqa: S603  our own interpreter and module, no shell
        [sys.executable, "-m", module, task, json.dumps(dict(job))],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        return Result(name=contender.name, why=f"failed: {last[:200]}", failed=True)
    return Result(name=contender.name, found=json.loads(done.stdout.splitlines()[-1]))


def serve(tasks: Mapping[str, Callable[[Found], Found]]) -> None:
    """The contender's side: run the task named on the command line, print its answer as one line of JSON."""
    found = tasks[sys.argv[1]](json.loads(sys.argv[2]))
    print(json.dumps({"peak_mb": peak_mb(), **found}))


def clocked(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds and what came of it."""
    started = time.perf_counter()
    made = work()
    return time.perf_counter() - started, made


def repeated(work: Callable[[], T], *, times: int = 5, budget_s: float = 8.0) -> tuple[list[float], T]:
    """Seconds of each run, and what the first made: up to ``times`` runs while the budget lasts.

    What a run makes is let go before the next one, so that memory is that of one.
    """
    first, made = clocked(work)
    spent = [first]
    while len(spent) < times and sum(spent) + min(spent) <= budget_s:
        spent.append(clocked(work)[0])
    return spent, made


def peak_mb() -> float:
    """Largest resident memory of this process, MB.

    Read from the kernel's ``VmHWM``: ``ru_maxrss`` would begin with that of the process that started us.
    """
    return _status_kib(Path("/proc/self/status"), "VmHWM") * 1024 / 1e6


def _status_kib(path: Path, key: str) -> int:
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1])
    return 0


class Watch:
    """Samples the memory of a tree of processes: their sum, shared pages counted once (PSS)."""

    def __init__(self, root_pid: int) -> None:
        self.peak_mb = 0.0
        self._root = root_pid
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._end.wait(_SAMPLE_S):
            total = sum(_pss_kib(pid) for pid in tree_of(self._root))
            self.peak_mb = max(self.peak_mb, total * 1024 / 1e6)


def private_mb(pid: int) -> float:
    """Memory that a process shares with no other, MB."""
    place = Path(f"/proc/{pid}/smaps_rollup")
    return sum(_status_kib(place, key) for key in ("Private_Clean", "Private_Dirty")) * 1024 / 1e6


def tree_of(root_pid: int) -> list[int]:
    """A process and all its descendants that live now."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            children.setdefault(_parent(entry), []).append(int(entry.name))
    found, wanted = [], [root_pid]
    while wanted:
        pid = wanted.pop()
        found.append(pid)
        wanted.extend(children.get(pid, ()))
    return found


def _parent(entry: Path) -> int:
    try:
        return _status_kib(entry / "status", "PPid")
    except OSError:  # it has ended since
        return -1


def _pss_kib(pid: int) -> int:
    try:
        return _status_kib(Path(f"/proc/{pid}/smaps_rollup"), "Pss")
    except OSError:  # it has ended since, or is not ours to look at
        return 0


def plain_environment() -> dict[str, str]:
    """The environment, but that Python keeps its bytecode, as it does of itself."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def whole(command: Sequence[str], *, cwd: Path = ROOT) -> Found:
    """A whole command from its start to its end: seconds, peak memory of all its processes, exit code."""
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603  our own interpreter, no shell
        list(command),
        cwd=cwd,
        env=plain_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with Watch(process.pid) as watch:
        told, _ = process.communicate()
    return {
        "total_s": time.perf_counter() - started,
        "peak_mb": watch.peak_mb,
        "exit": process.returncode,
        "told": told[-2_000:],
    }
