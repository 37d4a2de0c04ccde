"""Start a server on a free loopback port, and play page scenarios against it in headless Chromium."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
SCREENSHOTS = HERE / "out"

_START_S = 60
_STOP_S = 15
_PLAY_S = 150  # above the 90 s that run.mjs gives a scenario: its own report is the better one


class PageError(AssertionError):
    """A page asked another host, was refused, or broke."""


class ServerError(AssertionError):
    """The server did not come up, or left before it was stopped."""


def missing_tools() -> list[str]:
    """Return what the browser tests need and this machine lacks, each with how to get it."""
    missing = []
    if chromium() is None:
        missing.append("chromium (Debian package chromium, or name it in CHROMIUM)")
    if shutil.which("node") is None:
        missing.append("node")
    if not (HERE / "node_modules" / "playwright-core" / "package.json").is_file():
        missing.append("playwright-core (`make test` installs it where npm is)")
    return missing


def chromium() -> str | None:
    """Return the browser named in CHROMIUM, else the first one found."""
    named = os.environ.get("CHROMIUM")
    names = [named] if named else ["/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"]
    return next((found for name in names if (found := shutil.which(name))), None)


def run_page_script(
    script_path: Path, base_url: str, *, expected_statuses: Collection[int] = ()
) -> dict[str, Any]:
    """Play a scenario and return what run.mjs saw; raise `PageError` on anything a page must not do.

    A page must not ask a host that is not loopback, be answered 400 or above (but for ``expected_statuses``),
    lose a request, throw, or write an error to the console, which is where a breach of the content security
    policy shows.
    """
    command = ["node", str(HERE / "run.mjs"), str(script_path), base_url, str(SCREENSHOTS)]
    environment = {**os.environ, "CHROMIUM": chromium() or ""}
    with subprocess.Popen(
        command,
        cwd=HERE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=_PLAY_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise PageError(f"{script_path.name}: no answer from Chromium within {_PLAY_S} s") from None
    if process.returncode != 0:
        raise PageError(f"{script_path.name}: the runner left with {process.returncode}\n{err}")
    seen: dict[str, Any] = json.loads(out)
    faults = page_faults(seen, expected_statuses)
    if faults:
        raise PageError("\n".join([f"{script_path.name} at {base_url}:", *faults, err]))
    return seen


def page_faults(seen: Mapping[str, Any], expected_statuses: Collection[int] = ()) -> list[str]:
    """Return one line for each thing in ``seen`` that a page must not do."""
    return [
        *(f"asked another host: {url}" for url in seen["external"]),
        *(
            f"answered {refused['status']}: {refused['url']}"
            for refused in seen["refused"]
            if refused["status"] not in expected_statuses
        ),
        *(f"lost a request: {failed['url']} ({failed['error']})" for failed in _lost(seen)),
        *(f"threw: {error}" for error in seen["errors"]),
        *(
            f"console error: {said['text']} ({said['url']})"
            for said in seen["console"]
            if said["type"] == "error" and not _says_expected_status(said["text"], expected_statuses)
        ),
    ]


def _lost(seen: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the failed requests less those that the page itself gave up, as a newer question does."""
    return [failed for failed in seen["failed"] if failed["error"] != "net::ERR_ABORTED"]


def _says_expected_status(text: str, expected_statuses: Collection[int]) -> bool:
    said = re.search(r"Failed to load resource: .*status of (\d{3})", text)
    return said is not None and int(said[1]) in expected_statuses


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@contextlib.contextmanager
def serving(
    target: str, *, log: Path, environment: Mapping[str, str] | None = None, ready: str = "/health"
) -> Iterator[str]:
    """Run the WSGI ``target`` as `make run` does, but with one worker; yield its address.

    The address is yielded once ``ready`` answers; the server is stopped by its process id. ``log`` receives
    what it says, and its end is part of an error's message.
    """
    address = f"127.0.0.1:{_free_port()}"
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--preload",
        "--no-control-socket",
        "--worker-class",
        "server.worker.FreeWorker",
    ]
    command += ["--keep-alive", "0", "--threads", "1", "--workers", "1", "--bind", address, target]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env={**os.environ, **(environment or {})},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _await(f"http://{address}{ready}", process, log)
        yield f"http://{address}"
        if process.poll() is not None:
            raise ServerError(f"{target} left with {process.returncode} while in use\n{_tail(log)}")
    finally:
        _stop(process)


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerError(f"the server left with {process.returncode}\n{_tail(log)}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError as refusal:
            refusal.close()
            raise ServerError(f"{url} answered {refusal.code}\n{_tail(log)}") from None
        except OSError:
            time.sleep(0.1)
    raise ServerError(f"{url} did not answer within {_START_S} s\n{_tail(log)}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(timeout=_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-40:])
