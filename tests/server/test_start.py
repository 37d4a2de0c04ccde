"""The service as it is started: ``python -m server``, and what it says when it cannot."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
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


@pytest.mark.slow
def test_it_serves_the_demonstration_and_stops_when_told() -> None:
    port = free_port()
    process = start(PORT=str(port), WORKERS="1", HOST="127.0.0.1")
    try:
        for _ in range(200):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
                    body = json.load(answer)
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.1)
        assert body["status"] == "ok"
        assert body["bundle"]["id"] == "demo"
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0


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
