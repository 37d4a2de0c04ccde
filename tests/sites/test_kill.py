"""kill -9 at random moments, and --resume: the same bytes as in one go."""

from pathlib import Path

import pytest

from tests.killing import Command, survive
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
