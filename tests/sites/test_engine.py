"""One result whatever the number of workers and the size of chunks; what dies or breaks costs nothing."""

import io
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from geo.errors import InputError
from layers.sites import pieces, workers
from layers.sites.job import Options, prepare, run
from layers.sites.write.formats import FORMATS
from scripts import check_sites
from tests.squares import write_sites

ROWS = 61
WAYS = [(1, 1), (2, 7), (3, 20), (2, 500)]


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sites(tmp_path_factory.mktemp("sites") / "sites.csv", ROWS)


@pytest.fixture
def options(sites: Path, bundle_folder: Path, tmp_path: Path) -> Options:
    return Options(
        place=str(sites),
        bundle=bundle_folder,
        today=date(2026, 11, 21),
        out=tmp_path / "out.csv",
        failures=tmp_path / "bad.csv",
        hits=True,
    )


def written(options: Options, advance: Callable[[int], object] = lambda _: None) -> dict[str, bytes]:
    """Run, and give every file of the output's folder."""
    run(prepare(options), io.StringIO(), advance)
    assert options.out is not None
    return {path.name: path.read_bytes() for path in sorted(options.out.parent.iterdir())}


@pytest.mark.parametrize("suffix", FORMATS)
def test_any_workers_and_any_chunks_write_the_same_bytes(
    options: Options, tmp_path: Path, suffix: str
) -> None:
    options = replace(options, out=tmp_path / f"out{suffix}")
    expected = written(options)
    names = ["bad.csv", f"out{suffix}", f"out{suffix}.hits.csv", f"out{suffix}.run.json"]
    assert list(expected) == names, "nothing else is left behind"
    for workers_, rows in WAYS if suffix == ".csv" else WAYS[1:2]:  # how chunks meet is the formats' own
        found = written(replace(options, workers=workers_, chunk_rows=rows))
        assert [name for name in expected if found[name] != expected[name]] == [], (workers_, rows)


def test_a_stream_is_the_file(options: Options) -> None:
    expected = written(options)
    for workers_, rows in WAYS:
        stream = io.StringIO()
        on_stream = replace(options, out=None, hits=False, workers=workers_, chunk_rows=rows)
        run(prepare(on_stream), stream, lambda _: None)
        assert stream.getvalue().encode() == expected["out.csv"]
        assert options.failures is not None
        assert options.failures.read_bytes() == expected["bad.csv"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_encodings_in_pieces(options: Options, encoding: str) -> None:
    expected = written(options)
    found = written(replace(options, encoding=encoding, workers=2, chunk_rows=5))
    for name in ("out.csv", "bad.csv", "out.csv.hits.csv"):
        assert found[name].decode(encoding).encode() == expected[name]


def test_every_row_is_told_to_the_bar(options: Options) -> None:
    told: list[int] = []
    written(replace(options, workers=2, chunk_rows=7), told.append)
    assert sum(told) == ROWS
    assert len(told) > 5


def dies(marks: Path, times: int) -> Callable:
    """A worker that is killed when it begins the third chunk, the first ``times`` times."""
    whole = pieces.piece_of

    def piece_of(work, chunk):
        if chunk.index == 2 and len(list(marks.iterdir())) < times:
            (marks / str(os.getpid())).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(work, chunk)

    return piece_of


def test_a_worker_that_dies_loses_nothing(
    options: Options, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = written(options)
    marks = tmp_path_factory.mktemp("marks")
    monkeypatch.setattr(workers, "piece_of", dies(marks, workers.MOST_DEATHS - 1))
    assert written(replace(options, workers=2, chunk_rows=5)) == expected
    assert len(list(marks.iterdir())) == workers.MOST_DEATHS - 1


def test_a_chunk_that_kills_every_worker_ends_the_run_and_the_rest_is_kept(
    options: Options,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = written(options)
    options = replace(options, workers=2, chunk_rows=5)
    with monkeypatch.context() as patch:
        patch.setattr(workers, "piece_of", dies(tmp_path_factory.mktemp("marks"), 1000))
        with pytest.raises(workers.WorkerLostError) as caught:
            written(options)
    (problem,) = caught.value.problems
    assert "3 × signal 9" in problem.given
    assert "--resume" in problem.hint.en
    told: list[int] = []
    assert written(replace(options, resume=True), told.append) == expected
    assert sum(told) < ROWS, "chunks that were done are not done again"


def test_a_bug_in_a_worker_is_told_with_its_traceback(
    options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a bug of ours")

    monkeypatch.setattr(workers, "piece_of", broken)
    with pytest.raises(workers.WorkerFailedError, match="a bug of ours"):
        written(replace(options, workers=2))


def test_a_full_disk_in_a_worker_is_no_bug(options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(workers, "piece_of", full)
    with pytest.raises(OSError, match="No space left on device"):
        written(replace(options, workers=2))


def test_what_is_refused_in_a_worker_is_refused(options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        read = options.bundle / "nothing.csv"
        prepare(replace(options, place=str(read)))

    monkeypatch.setattr(workers, "piece_of", refused)
    with pytest.raises(InputError, match="there is no such file"):
        written(replace(options, workers=2))
    assert options.out is not None
    assert not list(options.out.parent.glob("*.partial")), "a run that cannot be leaves nothing"


def test_the_command_takes_workers_and_tells_the_rate(
    check: Callable, sites: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = check(sites, "-o", tmp_path / "a.csv", "--workers", "2", "--lang", "en")
    assert call.code == check_sites.SOME_REFUSED
    assert f"{ROWS} rows" in call.err
    assert "rows/s" in call.err.splitlines()[-1]
    alone = check(sites, "-o", tmp_path / "b.csv")
    assert alone.code == call.code


def test_only_large_inputs_take_several_workers(options: Options, tmp_path: Path) -> None:
    for rows, expected in ((20_001, 4), (19_000, 1)):
        path = tmp_path / "large.csv"
        path.write_text("lon,lat\n" + "105.8,32.5\n" * rows, encoding="utf-8")
        job = prepare(replace(options, place=str(path), workers=None, cores=4, out=None, hits=False))
        job.source.close()
        assert job.workers == expected


@pytest.mark.parametrize("suffix", [".csv", ".gpkg"])
def test_columns_and_reports_write_the_same_bytes(
    options: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    """Chunks of 60 are too small for columns; chunks of 1000 go through in them, but for the odd rows."""
    monkeypatch.setattr("layers.sites.columnar.FEW", 80)  # of a date; one in three rows has the same
    place = write_sites(tmp_path.parent / f"{tmp_path.name}.csv", 1000, seed=1)
    options = replace(options, place=str(place), hits=False, out=tmp_path / f"out{suffix}")
    expected = written(replace(options, chunk_rows=60))
    for workers_, rows in ((1, 1000), (2, 500)):
        job = prepare(replace(options, workers=workers_, chunk_rows=rows))
        assert job.terms.index is not None
        run(job, io.StringIO(), lambda _: None)
        found = {name: (tmp_path / name).read_bytes() for name in expected}
        assert [name for name in expected if found[name] != expected[name]] == [], (workers_, rows)
