"""Damaged records, a disk that fails, somebody else at work: what is in force stays, and nothing is lost."""

import errno
import os
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from layers.bundle import load_bundle
from layers.editions import StoreError, accept, disk, history, rollback, sweep
from scripts.editions import main
from tests.layers.test_editions import bundle, files, prepared


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with three acceptances behind it: states 1 to 4."""
    home = tmp_path_factory.mktemp("grown")
    root = bundle(home / "b")
    for year, east in (("2024", 1000), ("2025", 1200), ("2026", 1400)):
        accept(root, "park", prepared(home, year, east, valid_from=date(int(year), 1, 1)))
    return root


@pytest.fixture
def root(grown: Path, tmp_path: Path) -> Path:
    return shutil.copytree(grown, tmp_path / "b")


@pytest.mark.parametrize("damaged", [2, 4])
@pytest.mark.parametrize("kept", [True, False], ids=["record gone", "pointer gone bad too"])
def test_a_damaged_record_takes_no_other_state_with_it(
    root: Path, kept: bool, damaged: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / f"catalogues/000{damaged}.json").write_text("{}")
    if not kept:
        (root / "current.json").write_text("{}")
    before = files(root)
    with pytest.raises(StoreError):
        sweep(root)
    with pytest.raises(StoreError) as caught:
        rollback(root, damaged)
    assert caught.value.problems[0].allowed == ", ".join(n for n in "1234" if n != str(damaged))
    assert files(root) == before, "no one can tell what is garbage, so nothing is"
    assert main(["--lang", "en", "list", str(root)]) == (0 if kept else 2)
    said = capsys.readouterr()
    assert f"record is missing or damaged (restore it from a copy): {damaged}\n" in said.err
    assert said.out.count("accept  park=") == 2
    state = rollback(root, 3)
    assert state.number == 5, "no state is written over"
    assert load_bundle(root).digest == load_bundle(root, state=3).digest
    assert before.items() - files(root).items() <= {("current.json", before["current.json"])}


def failing(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Let the so-manieth sync say that the disk is full, and all that follow."""
    left, sync = [step], os.fsync

    def counted(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(handle)

    monkeypatch.setattr(disk.os, "fsync", counted)


def test_a_full_disk_is_told_and_leaves_nothing(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready, before = prepared(tmp_path, "2027", 1600, valid_from=date(2027, 1, 1)), files(root)
    told, steps = (), 0
    while not told:
        with monkeypatch.context() as patch:
            failing(patch, steps)
            try:
                told = accept(root, "park", ready).remarks
            except StoreError as error:
                problem = error.problems[0]
                assert "磁盘" in problem.hint.zh
                assert "nothing was changed" in problem.hint.en
                assert files(root) == before, steps
        steps += 5 if steps < 15 else 1
    assert "did not confirm" in told[-1].en
    assert len(history(root)) == 5
    assert next(iter(load_bundle(root).layers["park"].editions)).edition == "2027"


def test_what_was_compared_with_a_state_that_is_past_is_refused(root: Path, tmp_path: Path) -> None:
    ready = prepared(tmp_path, "2027", 1600, valid_from=date(2027, 1, 1))
    before = files(root)
    with pytest.raises(StoreError) as caught:
        accept(root, "park", replace(ready, seen=3))
    assert "其间" in caught.value.problems[0].hint.zh
    assert files(root) == before
    assert accept(root, "park", replace(ready, seen=4)).number == 5


def test_an_altered_catalogue_is_built_upon_by_nobody(root: Path, tmp_path: Path) -> None:
    name = root / "catalogues/0004.yaml"
    name.write_text(name.read_text() + "# by nobody\n")
    with pytest.raises(StoreError) as caught:
        accept(root, "park", prepared(tmp_path, "2027", 1600, valid_from=date(2027, 1, 1)))
    assert "altered" in caught.value.problems[0].hint.en
