"""A PostgreSQL server for one measurement: made, started and stopped by us, as a user without rights."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.bench.present import postgres_bin
from scripts.bench.process import Watch

SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "1GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "512MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "2",
}
"""Kinder than the defaults: nothing is forced to disk, memory is ample."""

_PORT = "5432"  # part of the socket's name; no network port is opened unless it is asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server.

    Attributes
    ----------
    folder
        Of data and socket.
    bin
        Of the programs.
    watch
        Memory of all its processes.
    """

    folder: Path
    bin: Path
    watch: Watch
    port: str = _PORT

    def asked(self, statement: str) -> str:
        """Run a statement; what it printed."""
        return self._psql(statement, None).strip()

    def loaded(self, statement: str, text: str) -> None:
        """Run a ``COPY … FROM STDIN``."""
        self._psql(statement, text)

    def copied(self, statement: str) -> str:
        """Run a ``COPY … TO STDOUT``."""
        return self._psql(statement, None)

    def _psql(self, statement: str, text: str | None) -> str:
        command = [
            *(str(self.bin / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"),
            *("-h", str(self.folder), "-p", self.port, "-U", "bench", "-d", "postgres", "-c", statement),
        ]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return done.stdout


@contextmanager
def served(loopback_port: int | None = None) -> Iterator[Server]:
    """A fresh server with PostGIS; stopped and removed at the end, whatever happened.

    Parameters
    ----------
    loopback_port
        Listen there on 127.0.0.1 too; None = on a socket of its own folder alone.

    Raises
    ------
    RuntimeError
        If it cannot be made or started.
    """
    programs = postgres_bin()
    if programs is None:
        raise RuntimeError("no PostgreSQL with PostGIS")
    folder = Path(tempfile.mkdtemp(prefix="fenqu-bench-pg-"))
    user = _user()
    try:
        if user is not None:
            shutil.chown(folder, user)
        _run(
            [
                programs / "initdb",
                "-D",
                folder / "data",
                "-U",
                "bench",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync",
            ],
            user,
        )
        options = [word for key, value in SETTINGS.items() for word in ("-c", f"{key}={value}")]
        port = str(loopback_port or _PORT)
        if loopback_port is not None:
            options += ["-c", "listen_addresses=127.0.0.1"]
        process = subprocess.Popen(  # noqa: S603  a program of the system, in a folder of our own
            [
                str(programs / "postgres"),
                "-D",
                str(folder / "data"),
                "-k",
                str(folder),
                "-p",
                port,
                *options,
            ],
            user=user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _run([programs / "pg_isready", "-h", folder, "-p", port, "-t", "5"], None, patience=60)
            with Watch(process.pid) as watch:
                server = Server(folder=folder, bin=programs, watch=watch, port=port)
                server.asked("CREATE EXTENSION postgis")
                yield server
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str | None:
    """PostgreSQL refuses to run as root: then its own user, else ``nobody``."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _run(command: list[str | Path], user: str | None, *, patience: int = 1) -> None:
    """Run a program, again while it says no, ``patience`` times in all."""
    words = [str(word) for word in command]
    told = ""
    for _ in range(patience):
        done = subprocess.run(words, user=user, cwd="/", capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode == 0:
            return
        told = f"{done.stdout.strip()} {done.stderr.strip()}"
        time.sleep(0.5)
    raise RuntimeError(f"{words[0]}: {told}")
