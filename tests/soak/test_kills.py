"""kill -9, fifty times: whatever the format and the number of workers, the same bytes as in one go."""

from pathlib import Path

import pytest

from tests.killing import Command, survive
from tests.squares import write_sites, write_squares

pytestmark = pytest.mark.soak


@pytest.mark.parametrize(
    ("suffix", "workers", "kills"),
    [
        (".csv", "1", 15),
        (".csv", "2", 15),
        (".gpkg", "2", 5),
        (".xlsx", "3", 5),
        (".parquet", "2", 5),
        (".json", "2", 5),
        (".shp.zip", "2", 5),
        (".dxf", "2", 5),
    ],
)
def test_killed_again_and_again(tmp_path: Path, suffix: str, workers: str, kills: int) -> None:
    for name in ("out", "bundle"):
        (tmp_path / name).mkdir()
    command = Command(
        place=write_sites(tmp_path / "sites.csv", 4000),
        bundle=write_squares(tmp_path / "bundle"),
        out=tmp_path / "out" / f"out{suffix}",
        more=("--on", "2026-11-21", "--workers", workers),
    )
    assert command.finish(resume=False) == 1
    expected = command.written()
    assert survive(command, kills=kills, seed=kills) == kills
    assert command.written() == expected
