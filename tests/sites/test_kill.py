"""kill -9 at random moments, and --resume: the same bytes as in one go."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.killing import Command, of_session, survive
from tests.squares import write_sites


@pytest.mark.slow
@pytest.mark.parametrize(("suffix", "workers"), [(".csv", "2")])
def test_killed_five_times(bundle_folder: Path, tmp_path: Path, suffix: str, workers: str) -> None:
    (tmp_path / "out").mkdir()
    command = Command(
        place=write_sites(tmp_path / "sites.csv", 4000),
        bundle=bundle_folder,
        out=tmp_path / "out" / f"out{suffix}",
        more=("--on", "2026-11-21", "--workers", workers),
    )
    assert command.finish(resume=False) == 1
    expected = command.written()
    assert survive(command, kills=5, seed=5) == 5
    assert command.written() == expected


@pytest.mark.slow
def test_workers_go_when_their_main_process_is_killed(bundle_folder: Path, tmp_path: Path) -> None:
    command = Command(
        place=write_sites(tmp_path / "sites.csv", 4000),
        bundle=bundle_folder,
        out=tmp_path / "out.json",
        more=("--workers", "3"),
    )
    with command.start(resume=False) as process:
        while len(of_session(process.pid)) < 4 and process.poll() is None:
            time.sleep(0.01)
        assert len(of_session(process.pid)) == 4, "a main process and three workers"
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    for _ in range(6000):  # each finishes its chunk first
        if not of_session(process.pid):
            break
        time.sleep(0.01)
    assert of_session(process.pid) == []
