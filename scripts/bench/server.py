"""From starting the server to its first answer, as ``make run`` starts it."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
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


def start_s(bundle: Path) -> dict[str, float]:
    """Seconds until ``/health`` answers and until a check is answered; private memory of a worker, MB.

    The memory is that of the worker that has most to itself after 40 checks: what one more worker would cost.

    Raises
    ------
    TimeoutError
        If there is no answer within a minute.
    """
    port = _free_port()
    environment = {
        **plain_environment(),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WORKERS": "2",
        "FENQU_BUNDLE": str(bundle.resolve()),
        "FENQU_LOG_LEVEL": "WARNING",
    }
    started = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "server"],
        cwd=_ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _first(f"http://127.0.0.1:{port}/health", None, started)
        health = time.perf_counter() - started
        _first(f"http://127.0.0.1:{port}/api/v1/checks", json.dumps(_BODY).encode(), started)
        check = time.perf_counter() - started
        for _ in range(_CHECKS):
            _first(f"http://127.0.0.1:{port}/api/v1/checks", json.dumps(_BODY).encode(), time.perf_counter())
        private = max(private_mb(pid) for pid in tree_of(server.pid) if pid != server.pid)
        return {"health_s": health, "check_s": check, "private_mb": private}
    finally:
        server.terminate()
        server.wait()


def _first(url: str, body: bytes | None, started: float) -> None:
    """Ask until there is an answer."""
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})  # noqa: S310
    while time.perf_counter() - started < _PATIENCE_S:
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:  # noqa: S310  our own server
                answer.read()
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.005)
    raise TimeoutError(url)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
