"""Runs of the command that are killed at random moments and taken up again."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One call of ``scripts.check_sites`` with an output."""

    place: Path
    bundle: Path
    out: Path
    more: tuple[str, ...] = ()

    @property
    def journal(self) -> Path:
        return self.out.with_name(f"{self.out.name}.partial")

    def start(self, *, resume: bool) -> subprocess.Popen:
        words = [sys.executable, "-m", "scripts.check_sites", self.place, "--bundle", self.bundle]
        words += ["-o", self.out, "--failures", self.out.with_name("bad.csv"), "--hits", *self.more]
        return subprocess.Popen(
            [str(word) for word in [*words, *(["--resume"] if resume else [])]],
            cwd=REPOSITORY,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def finish(self, *, resume: bool) -> int:
        with self.start(resume=resume) as process:
            _, told = process.communicate()
        assert b"Traceback" not in told, told.decode()  # python itself leaves with 1, as refused rows do
        return process.returncode

    def pieces(self) -> dict[str, int]:
        """Finished chunks: name and inode, so that one made anew is told from one that stayed."""
        found = {}
        for path in self.journal.glob("*/*.piece"):
            try:
                found[path.name] = path.stat().st_ino
            except FileNotFoundError:  # the run came to its end meanwhile
                continue
        return found

    def written(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.out.parent.iterdir())}


def of_session(leader: int) -> list[int]:
    """Processes of a session that live (a zombie does not)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, session = stat.read_text().rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(session) == leader and state != "Z":
            found.append(int(stat.parent.name))
    return found


def kill_at_random(command: Command, rng: random.Random, *, resume: bool) -> bool:
    """Start, and kill -9 some time after the run has begun its work; False where it was done by then.

    Half of the kills strike when a number of chunks is done, half after a while.
    """
    process = command.start(resume=resume)
    before = len(command.pieces())
    chunks, moments = rng.randint(1, 6), rng.randint(0, 400)
    for _ in _ticks(process):
        if command.journal.is_dir():
            moments -= 1
            if len(command.pieces()) >= before + chunks or moments < 0:
                break
    alive = process.poll() is None
    if alive:
        os.kill(process.pid, signal.SIGKILL)
    _, told = process.communicate()
    assert b"Traceback" not in told, told.decode()
    return alive


def _ticks(process: subprocess.Popen) -> Iterator[None]:
    while process.poll() is None:
        yield
        time.sleep(0.005)


def survive(command: Command, kills: int, seed: int) -> int:
    """Kill a run again and again, then let it finish; how many kills struck.

    Between two of them every finished chunk stays as it is, whatever became of the others.
    """
    rng = random.Random(seed)  # noqa: S311  moments, not secrets
    struck, begun = 0, False
    kept: dict[str, int] = {}
    while struck < kills:
        if not kill_at_random(command, rng, resume=begun):
            begun, kept = False, {}  # it came to its end: begin anew, to be killed once more
            continue
        struck += 1
        begun = True
        now = command.pieces()
        assert {name: now.get(name) for name in kept} == kept, "a finished chunk was lost or done again"
        kept = now
    assert command.finish(resume=True) == 1  # some rows are bad on purpose
    return struck
