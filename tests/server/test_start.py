"""The service as it is started: ``python -m server``, and what it says when it cannot."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.settings import ROOT


def start(**environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "server"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@contextlib.contextmanager
def served(**environment: str) -> Iterator[str]:
    """The service on its demonstration bundle: its address."""
    port = free_port()
    process = start(PORT=str(port), HOST="127.0.0.1", **environment)
    try:
        for _ in range(300):
            try:
                ask(f"http://127.0.0.1:{port}/health")
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0


def ask(url: str) -> dict[str, object]:
    with urllib.request.urlopen(url, timeout=4) as answer:
        found: dict[str, object] = json.load(answer)
    return found


@pytest.mark.slow
def test_it_serves_the_demonstration_and_stops_when_told() -> None:
    with served(WORKERS="1") as url:
        body = ask(f"{url}/health")
        assert (body["status"], body["bundle"]["id"]) == ("ok", "demo")  # type: ignore[index]
        # a browser's connection on suspicion, which says nothing: it does not hold up the others
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))):
            time.sleep(0.1)
            ask(f"{url}/health")


@pytest.mark.slow
def test_a_batch_leaves_a_worker_free() -> None:
    table = b"lon,lat\n" + b"105.85,32.64\n" * 1_000  # 35 MB of answers: more than the network holds unread
    with served(WORKERS="2") as url:
        batch = urllib.request.Request(f"{url}/api/v1/checks/batch", table, {"Content-Type": "text/csv"})
        with urllib.request.urlopen(batch, timeout=60) as answer:
            assert answer.readline().startswith(b'{"row":1,')
            for _ in range(20):
                ask(f"{url}/health")
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(batch, timeout=4)
            assert refused.value.code == 429
            refused.value.close()
        for _ in range(100):  # the client has left: the place is free again
            try:
                with urllib.request.urlopen(batch, timeout=60) as answer:
                    assert answer.readline().startswith(b'{"row":1,')
                break
            except urllib.error.HTTPError as busy:
                busy.close()
                time.sleep(0.1)
        else:
            pytest.fail("the place was never given back")


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"FENQU_BUNDLE": "nowhere"}, "catalogue.yaml"),
        ({"PORT": "high"}, "PORT"),
    ],
)
def test_a_refused_bundle_or_setting_is_exit_2_with_every_problem(
    tmp_path: Path, environment: dict[str, str], words: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import server.wsgi"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
