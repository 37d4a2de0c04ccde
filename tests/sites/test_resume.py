"""A run that was cut short goes on: nothing is lost, nothing done twice, and the files are the same."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from geo.errors import InputError
from geo.model import Bundle
from layers.sites import workers
from layers.sites.job import Options, prepare, run
from layers.sites.journal import journal_folder
from layers.sites.write.formats import FORMATS
from scripts import check_sites
from tests.squares import write_sites, write_squares

ROWS = 60
COMMAND = ("sites.csv", "-o", "out")


@pytest.fixture
def options(bundle_folder: Path, tmp_path: Path) -> Options:
    return Options(
        place=str(write_sites(tmp_path / "sites.csv", ROWS)),
        bundle=bundle_folder,
        today=date(2026, 11, 21),
        out=tmp_path / "out.csv",
        failures=tmp_path / "bad.csv",
        hits=True,
        command=COMMAND,
        chunk_rows=5,
    )


def finish(options: Options, advance: Callable[[int], object] = lambda _: None) -> dict[str, bytes]:
    run(prepare(options), io.StringIO(), advance)
    assert options.out is not None
    return {path.name: path.read_bytes() for path in sorted(options.out.parent.iterdir())}


def cut_short(options: Options, after: int = 4) -> None:
    """Stop a run as Ctrl-C does, when some chunks are done."""
    done = 0

    def stop(_: int) -> None:
        nonlocal done
        done += 1
        if done == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(prepare(options), io.StringIO(), stop)


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Chunks that were answered in this process, as they are."""
    whole, seen = workers.piece_of, []

    def piece_of(work, chunk):
        seen.append(chunk.index)
        return whole(work, chunk)

    monkeypatch.setattr(workers, "piece_of", piece_of)
    return seen


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_files_are_those_of_a_run_in_one_go(
    options: Options, tmp_path: Path, suffix: str, answered: list[int]
) -> None:
    options = replace(options, out=tmp_path / f"out{suffix}")
    expected = finish(options)
    chunks = len(answered)
    answered.clear()
    cut_short(options)
    cut_short(replace(options, resume=True, command=(*COMMAND, "--resume")))
    resumed = replace(options, resume=True, command=(*COMMAND, "--resume"), today=date(2026, 11, 22))
    assert finish(resumed) == expected
    assert sorted(answered) == list(range(chunks)), "no chunk was done twice"
    assert json.loads(expected[f"out{suffix}.run.json"])["command"] == list(COMMAND)


def test_the_date_is_that_of_the_first_run(options: Options) -> None:
    cut_short(options)
    assert options.out is not None
    job = prepare(replace(options, resume=True, today=date(2027, 1, 1)))
    assert job.info.on == date(2026, 11, 21)
    assert job.done > 0
    run(job, io.StringIO(), lambda _: None)
    told = json.loads(Path(f"{options.out}.run.json").read_text(encoding="utf-8"))
    assert told["on"] == "2026-11-21"


def test_rows_done_before_are_not_told_to_the_bar_again(options: Options) -> None:
    cut_short(options)
    job = prepare(replace(options, resume=True))
    told: list[int] = []
    tally = run(job, io.StringIO(), told.append)
    assert job.done + sum(told) == tally.rows == ROWS
    assert 0 < job.done < ROWS


def test_another_number_of_workers_may_go_on(options: Options) -> None:
    expected = finish(options)
    cut_short(replace(options, workers=2))
    assert finish(replace(options, resume=True, workers=3, chunk_rows=None)) == expected


DIFFERENT = {
    "--on": {"on": "2026-08-15"},
    "--activity": {"activity": "CHEM"},
    "--fact": {"facts": ("nature=new",)},
    "--crs": {"crs": "EPSG:4490"},
    "--lang": {"lang": "en"},
    "--encoding": {"encoding": "gb18030"},
    "--margins": {"margins": "all"},
    "--repair": {"repair": "make_valid"},
    "--hits": {"hits": False},
    "--failures": {"failures": None},
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_another_question_is_refused(options: Options, name: str) -> None:
    cut_short(options)
    with pytest.raises(InputError) as caught:
        prepare(replace(options, resume=True, **DIFFERENT[name]))
    assert [problem.where for problem in caught.value.problems] == [f"--resume: {name}"]
    told: list[int] = []
    finish(replace(options, resume=True), told.append)
    assert sum(told) < ROWS, "what was done is still there"


def test_another_input_is_refused(options: Options) -> None:
    cut_short(options)
    with Path(options.place).open("a", encoding="utf-8") as stream:
        stream.write("x,105.8,32.5,,,,,\n")
    with pytest.raises(InputError) as caught:
        prepare(replace(options, resume=True))
    (problem,) = caught.value.problems
    assert problem.where == "--resume: input"
    assert "sha256" in problem.given


def test_another_bundle_is_refused(options: Options, tmp_path: Path, bundle: Bundle) -> None:
    cut_short(options)
    (tmp_path / "other").mkdir()
    other = write_squares(tmp_path / "other")
    rules = other / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("T-01", "T-02"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        prepare(replace(options, resume=True, bundle=other))
    (problem,) = caught.value.problems
    assert problem.where == "--resume: bundle"
    assert problem.allowed == f"{bundle.digest}"


def test_everything_that_differs_is_told_at_once(options: Options) -> None:
    cut_short(options)
    with pytest.raises(InputError) as caught:
        prepare(replace(options, resume=True, lang="en", crs="EPSG:4490"))
    assert [problem.where for problem in caught.value.problems] == ["--resume: --crs", "--resume: --lang"]


def test_without_a_journal_it_just_runs(options: Options, answered: list[int]) -> None:
    expected = finish(options)
    chunks = len(answered)
    assert finish(replace(options, resume=True)) == expected
    assert len(answered) == 2 * chunks


def test_without_resume_an_old_journal_is_thrown_away(options: Options, answered: list[int]) -> None:
    expected = finish(options)
    chunks = len(answered)
    cut_short(options)
    answered.clear()
    assert finish(options) == expected
    assert len(answered) == chunks


@pytest.mark.parametrize("damage", ["cut", "flip", "swap", "empty"])
def test_a_damaged_piece_is_done_again(options: Options, damage: str, answered: list[int]) -> None:
    expected = finish(options)
    cut_short(options)
    assert options.out is not None
    first, second, *_ = sorted(journal_folder(options.out).glob("*/*.piece"))
    data = first.read_bytes()
    flipped = data[:-2] + bytes([data[-2] ^ 1]) + data[-1:]
    first.write_bytes({"cut": data[:-1], "flip": flipped, "swap": second.read_bytes(), "empty": b""}[damage])
    answered.clear()
    assert finish(replace(options, resume=True)) == expected
    assert 0 in answered


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"version": 0}', '{"version": 1, "token": "a", "asked": {}, "kept": {"on": 1}}'],
)
def test_a_manifest_that_is_none_is_no_journal(options: Options, content: str) -> None:
    expected = finish(options)
    cut_short(options)
    assert options.out is not None
    (journal_folder(options.out) / "manifest.json").write_text(content, encoding="utf-8")
    assert finish(replace(options, resume=True)) == expected


def test_a_worker_that_outlives_its_run_harms_nobody(options: Options) -> None:
    expected = finish(options)
    cut_short(options)
    old = prepare(replace(options, resume=True))
    assert old.journal is not None
    store, piece = old.journal.store, old.journal.store.read(0)
    assert piece is not None
    old.source.close()
    old.journal.close()
    fresh = prepare(options)
    with pytest.raises(FileNotFoundError):
        store.keep(piece)
    run(fresh, io.StringIO(), lambda _: None)
    assert options.out is not None
    assert options.out.read_bytes() == expected["out.csv"]


HOLD = """
import fcntl, sys
lock = open(sys.argv[1], "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def test_two_runs_do_not_write_one_output(options: Options) -> None:
    cut_short(options)
    assert options.out is not None
    lock = journal_folder(options.out) / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        for resume in (True, False):
            with pytest.raises(InputError, match="another run is writing"):
                prepare(replace(options, resume=resume))
        other.communicate()
    told: list[int] = []
    finish(replace(options, resume=True), told.append)
    assert sum(told) < ROWS, "what was done is still there"


def test_the_command_says_where_it_was_stopped_and_goes_on(
    check: Callable, options: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    out = tmp_path / "o.csv"
    with monkeypatch.context() as patch:
        patch.setattr(workers, "piece_of", stopped)
        call = check(options.place, "-o", out, "--lang", "en")
    assert call.code == check_sites.INTERRUPTED
    assert "--resume goes on" in call.err
    assert str(journal_folder(out)) in call.err
    again = check(options.place, "-o", out, "--resume", "--lang", "en")
    assert again.code == check_sites.SOME_REFUSED
    assert check(options.place, "-o", out, "--resume", "--lang", "en", "--on", "2026-11-21").code == 1
    cut_short(replace(options, out=out, hits=False, failures=None))
    other = check(options.place, "-o", out, "--resume", "--lang", "zh", "--crs", "EPSG:4490")
    assert other.code == check_sites.REFUSED
    assert "不能续跑" in other.err
