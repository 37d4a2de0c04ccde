"""The service as ``make run`` starts it: for how long that takes, and to be asked."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.bench.process import plain_environment, private_mb, tree_of

_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_S = 60.0
_CHECKS = 40
_BODY = {
    "site": {"type": "Point", "coordinates": [105.750758, 30.144876]},
    "activity": "SCHOOL",
    "facts": {"nature": "new"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server that runs: where it is asked, its main process, and when it was started (``perf_counter``)."""

    url: str
    pid: int
    started_s: float

    def spent_s(self) -> float:
        """Processor time of all its processes so far, seconds."""
        return sum(_spent_s(pid) for pid in tree_of(self.pid))


@contextlib.contextmanager
def served(bundle: Path, **environment: str) -> Iterator[Served]:
    """Serve a bundle with the shipped settings, but for the port; ``environment`` changes others.

    Its log goes nowhere; whoever needs it to be up asks for ``/health`` first.
    """
    port = _free_port()
    chosen = {"HOST": "127.0.0.1", "PORT": str(port), "WORKERS": "2", "FENQU_BUNDLE": str(bundle.resolve())}
    started = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "server"],
        cwd=_ROOT,
        env={**plain_environment(), **chosen, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Served(url=f"http://127.0.0.1:{port}", pid=server.pid, started_s=started)
    finally:
        server.terminate()
        server.wait()


def start_s(bundle: Path) -> dict[str, float]:
    """Seconds until ``/health`` answers and until a check is answered; private memory of a worker, MB.

    The memory is that of the worker that has most to itself after 40 checks: what one more worker would cost.

    Raises
    ------
    TimeoutError
        If there is no answer within a minute.
    """
    with served(bundle, FENQU_LOG_LEVEL="WARNING") as server:
        answered(f"{server.url}/health", None, server.started_s)
        health = time.perf_counter() - server.started_s
        body = json.dumps(_BODY).encode()
        answered(f"{server.url}/api/v1/checks", body, server.started_s)
        check = time.perf_counter() - server.started_s
        for _ in range(_CHECKS):
            answered(f"{server.url}/api/v1/checks", body, time.perf_counter())
        private = max(private_mb(pid) for pid in tree_of(server.pid) if pid != server.pid)
        return {"health_s": health, "check_s": check, "private_mb": private}


def answered(url: str, body: bytes | None, started: float) -> bytes:
    """Ask until there is an answer, and give it.

    Raises
    ------
    TimeoutError
        If there is none within a minute.
    """
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})  # noqa: S310
    while time.perf_counter() - started < _PATIENCE_S:
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:  # noqa: S310  our own server
                found: bytes = answer.read()
                return found
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.005)
    raise TimeoutError(url)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _spent_s(pid: int) -> float:
    """User and system time of a process and of those of its children that have ended (``proc(5)``, stat)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2]
    except OSError:  # it has ended since
        return 0.0
    return sum(int(ticks) for ticks in fields.split()[11:15]) / os.sysconf("SC_CLK_TCK")
