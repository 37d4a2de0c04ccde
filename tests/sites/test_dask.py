"""The same chunks on a Dask cluster of processes: the same bytes, also where a worker is killed."""

import io
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from distributed import LocalCluster

from geo.errors import InputError
from layers.sites import dask_engine
from layers.sites.job import Options, prepare, run
from layers.sites.journal import journal_folder
from layers.sites.workers import EngineError
from tests.squares import write_sites, write_squares

pytestmark = pytest.mark.slow
ROWS = 400


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
    ) as made:
        yield made


@pytest.fixture
def options(bundle_folder: Path, tmp_path: Path) -> Options:
    return Options(
        place=str(write_sites(tmp_path / "sites.csv", ROWS)),
        bundle=bundle_folder,
        today=date(2026, 11, 21),
        out=tmp_path / "out.csv",
        failures=tmp_path / "bad.csv",
        hits=True,
        chunk_rows=20,
    )


def finish(options: Options, advance=lambda _: None) -> dict[str, bytes]:
    run(prepare(options), io.StringIO(), advance)
    return {path.name: path.read_bytes() for path in sorted(Path(options.place).parent.iterdir())}


@pytest.mark.parametrize("suffix", [".csv", ".json", ".gpkg"])
def test_a_cluster_writes_what_this_machine_writes(
    options: Options, tmp_path: Path, cluster: LocalCluster, suffix: str
) -> None:
    options = replace(options, out=tmp_path / f"out{suffix}")
    expected = finish(options)
    there = replace(options, engine="dask", scheduler=cluster.scheduler_address)
    assert finish(there) == expected


def test_a_cluster_streams_what_this_machine_streams(options: Options, cluster: LocalCluster) -> None:
    there = replace(options, engine="dask", scheduler=cluster.scheduler_address)
    stream, other = io.StringIO(), io.StringIO()
    run(prepare(replace(there, out=None, hits=False)), stream, lambda _: None)
    run(prepare(replace(options, out=None, hits=False)), other, lambda _: None)
    assert stream.getvalue() == other.getvalue()


def test_a_worker_killed_midway_loses_nothing(options: Options, cluster: LocalCluster) -> None:
    expected = finish(options)
    told: list[int] = []

    def kill(rows: int) -> None:
        told.append(rows)
        if len(told) == 5:
            victim = next(iter(cluster.workers.values()))
            os.kill(victim.process.pid, signal.SIGKILL)

    assert finish(replace(options, engine="dask", scheduler=cluster.scheduler_address), kill) == expected
    assert len(told) > 10
    assert sum(told) == ROWS


def test_a_run_begun_here_goes_on_there(options: Options, cluster: LocalCluster) -> None:
    expected = finish(options)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(prepare(options), io.StringIO(), stop)
    there = replace(options, engine="dask", scheduler=cluster.scheduler_address, resume=True)
    told: list[int] = []
    assert finish(there, told.append) == expected
    assert sum(told) < ROWS


def test_a_worker_that_sees_another_bundle_refuses(
    options: Options, cluster: LocalCluster, tmp_path: Path
) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    job = prepare(
        replace(options, bundle=write_squares(folder), engine="dask", scheduler=cluster.scheduler_address)
    )
    rules = folder / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("T-01", "T-02"), encoding="utf-8")
    with pytest.raises(EngineError, match="sees another bundle"):
        run(job, io.StringIO(), lambda _: None)
    assert options.out is not None
    assert journal_folder(options.out).is_dir(), "what was done is not thrown away for that"


def test_a_cluster_of_this_machine_is_made_where_none_is_named(options: Options) -> None:
    expected = finish(options)
    assert finish(replace(options, engine="dask", workers=2)) == expected


def test_a_scheduler_that_is_not_there_is_told(options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_engine, "_PATIENCE", "1s")
    with pytest.raises(EngineError, match="cannot be reached"):
        finish(replace(options, engine="dask", scheduler="tcp://127.0.0.1:9"))


def test_without_the_library_the_hint_says_how_to_get_it(
    options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setattr(dask_engine.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pip install -r requirements-dask\.txt"):
        prepare(replace(options, engine="dask"))
