"""Arrays kept beside a bundle: found again, shared, and never believed when anything is amiss."""

import errno
import json
import mmap
import multiprocessing
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from shapely import box

from geo.index.edges import EdgeGrid, edges_of
from geo.index.zones import ZoneIndex
from layers.store import FOLDER, Store

ARRAYS = {
    "cells": np.arange(100_000, dtype=np.int64),
    "share": np.linspace(0.0, 1.0, 7),
    "flag": np.array([[True, False]]),
    "none": np.zeros((0, 4)),
    "one": np.array(3.5),
}


class Maker:
    """Makes the arrays, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict[str, np.ndarray]:
        self.times += 1
        return ARRAYS


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / FOLDER)


def same(found: dict[str, np.ndarray]) -> bool:
    return found.keys() == ARRAYS.keys() and all(
        found[name].dtype == array.dtype and np.array_equal(found[name], array)
        for name, array in ARRAYS.items()
    )


def home(store: Store) -> Path:
    (found,) = store.folder.iterdir()
    return found


def test_arrays_are_made_once_and_mapped(store: Store) -> None:
    make = Maker()
    assert same(store.get("k", make))
    again = store.get("k", make)
    assert same(again)
    assert make.times == 1
    assert isinstance(again["cells"].base, mmap.mmap)
    assert again["cells"].base is again["share"].base
    assert all(array.flags.aligned and array.flags.c_contiguous for array in again.values())
    assert not any(array.flags.writeable for array in again.values())
    assert [path.name for path in store.folder.iterdir()] == [home(store).name]


def test_keys_do_not_mix(store: Store) -> None:
    store.get("zones-1", lambda: {"a": np.array([1])})
    assert store.get("zones-2", lambda: {"a": np.array([2])})["a"].tolist() == [2]
    assert store.get("zones-1", lambda: {"a": np.array([3])})["a"].tolist() == [1]


def _flip(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) * 2 // 3] ^= 1
    file.write_bytes(raw)


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-8])


def _swap_words(file: Path) -> None:
    raw = file.read_bytes()
    file.write_bytes(raw[:-16] + raw[-8:] + raw[-16:-8])


def _longer(file: Path) -> None:
    file.write_bytes(file.read_bytes() + bytes(64))


def _of_another_key(file: Path) -> None:
    other = Store(file.parents[1])
    other.get("other", lambda: ARRAYS | {"cells": ARRAYS["cells"][::-1]})
    (theirs,) = (one for one in other.folder.iterdir() if one != file.parent)
    file.write_bytes((theirs / file.name).read_bytes())
    shutil.rmtree(theirs)


def _reword(change: Callable[[dict], None]) -> Callable[[Path], None]:
    def edit(file: Path) -> None:
        manifest = json.loads(file.read_text())
        change(manifest)
        file.write_text(json.dumps(manifest))

    return edit


DAMAGE = [
    *(("arrays.bin", harm) for harm in (_flip, _cut, _longer, _swap_words, _of_another_key, Path.unlink)),
    ("arrays.bin", lambda file: file.write_bytes(b"")),
    ("manifest.json", Path.unlink),
    ("manifest.json", _cut),
    ("manifest.json", lambda file: file.write_bytes(b"\xff\xfe")),
    ("manifest.json", lambda file: file.write_text("[]")),
    ("manifest.json", lambda file: file.write_text("{}")),
    ("manifest.json", _reword(lambda said: said.update(key="other"))),
    ("manifest.json", _reword(lambda said: said["made_with"].update(index=0))),
    ("manifest.json", _reword(lambda said: said["body"]["arrays"].pop("share"))),
    ("manifest.json", _reword(lambda said: said["body"]["arrays"]["share"].update(at=0))),
    ("manifest.json", _reword(lambda said: said["body"].update(arrays=3))),
    ("manifest.json", _reword(lambda said: said.update(body=3))),
]


@pytest.mark.parametrize(
    ("name", "harm"), DAMAGE, ids=[f"{n}-{number}" for number, (n, _) in enumerate(DAMAGE)]
)
def test_what_is_damaged_is_made_anew_and_kept(store: Store, name: str, harm: Callable[[Path], None]) -> None:
    make = Maker()
    store.get("k", make)
    harm(home(store) / name)
    assert same(store.get("k", make))
    assert make.times == 2
    assert same(store.get("k", make))
    assert make.times == 2
    assert len(list(store.folder.iterdir())) == 1


@pytest.mark.parametrize("place", [0, 128, 40_000, 400_000, 800_000])
def test_every_changed_byte_is_seen(store: Store, place: int) -> None:
    make = Maker()
    store.get("k", make)
    file = home(store) / "arrays.bin"
    raw = bytearray(file.read_bytes())
    raw[place] ^= 0x80
    file.write_bytes(raw)
    assert same(store.get("k", make))
    assert make.times == 2


def test_another_format_of_the_index_is_another_place(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    make = Maker()
    store.get("k", make)
    monkeypatch.setattr("layers.store.FORMAT", 10**6)
    store.get("k", make)
    assert make.times == 2
    assert len(list(store.folder.iterdir())) == 2


def test_a_folder_that_cannot_be_written_costs_speed_only(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise OSError(errno.EROFS, "Read-only file system")

    make = Maker()
    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    assert same(store.get("k", make))
    assert same(store.get("k", make))
    assert make.times == 2


def test_a_disk_that_is_full_leaves_nothing_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("layers.store._written", refuse)
    assert same(store.get("k", Maker()))
    assert list(store.folder.iterdir()) == []


def test_a_file_in_place_of_the_folder_and_no_bundle_at_all(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("in the way")
    assert same(Store(tmp_path / FOLDER).get("k", Maker()))
    assert same(Store(tmp_path / "nowhere" / FOLDER).get("k", Maker()))
    assert not (tmp_path / "nowhere").exists()


def test_objects_and_odd_names_are_refused(store: Store) -> None:
    for arrays in (
        {"a": np.array([{}], dtype=object)},
        {"../a": np.zeros(1)},
        {"": np.zeros(1)},
        {"a": np.zeros(1, dtype="i4,f8")},
    ):
        with pytest.raises(ValueError, match="can be kept"):
            store.get("k", lambda arrays=arrays: arrays)
    assert not store.folder.exists()


def _made(store: Store, *keys: str) -> list[bool]:
    """Whether each is made anew when asked for."""
    makers = [Maker() for _ in keys]
    for key, make in zip(keys, makers, strict=True):
        assert same(store.get(key, make))
    return [make.times == 1 for make in makers]


def test_a_run_that_makes_something_drops_what_only_earlier_bundles_asked_for(store: Store) -> None:
    old, new = Store(store.folder, asker="old"), Store(store.folder, asker="new")
    with old.renewed():
        assert _made(old, "both", "old", "another day") == [True, True, True]
    with old.renewed():
        _made(old, "both", "new")
    assert _made(old, "another day") == [False]  # not in this run, but of this bundle
    mapped = old.get("old", Maker())
    with new.renewed():
        assert _made(new, "both", "new of new") == [False, True]
    assert len(list(store.folder.iterdir())) == 2
    assert same(mapped)  # who has it open keeps it
    assert _made(new, "both", "new of new", "old") == [False, False, True]


def test_a_run_that_makes_nothing_or_fails_drops_nothing(store: Store) -> None:
    old, new = Store(store.folder, asker="old"), Store(store.folder, asker="new")
    with new.renewed():  # no folder yet
        pass
    _made(old, "both", "old")
    with new.renewed():
        assert _made(new, "both") == [False]
    with pytest.raises(ZeroDivisionError), new.renewed():
        assert 1 / (not _made(new, "new"))
    assert _made(old, "both", "old", "new") == [False, False, False]


def test_what_other_software_asked_for_goes_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.renewed():
        _made(store, "k")
    monkeypatch.setattr("layers.store.FORMAT", 10**6)
    with store.renewed():
        assert _made(store, "k") == [True]
    assert len(list(store.folder.iterdir())) == 1


def test_unfinished_writing_of_others_is_let_be_for_a_day(store: Store) -> None:
    with store.renewed():
        _made(store, "k")
        now = home(store).stat().st_mtime
        for name, hours in (("young", 23), ("left", 25)):
            aside = store.folder / f"unfinished-{name}"
            aside.mkdir()
            (aside / "arrays.bin").write_bytes(b"x")
            os.utime(aside, (now - 3600 * hours,) * 2)
    assert sorted(path.name[:16] for path in store.folder.glob("unfinished-*")) == ["unfinished-young"]


@pytest.mark.parametrize("harm", [_cut, Path.unlink, lambda file: file.write_bytes(b"\xff")])
def test_a_damaged_mark_costs_speed_only(store: Store, harm: Callable[[Path], None]) -> None:
    _made(store, "k")
    harm(home(store) / "asked")
    with store.renewed():
        assert _made(store, "k", "l") == [False, True]
    assert _made(store, "k", "l") == [False, False]


def test_a_mark_that_cannot_be_left_costs_speed_only(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    _made(store, "k")
    monkeypatch.setattr("pathlib.Path.write_text", refuse)
    assert _made(Store(store.folder, asker="new"), "k") == [False]


def _race(folder: Path, barrier: object, told: object) -> None:
    barrier.wait()
    told.put(same(Store(folder).get("k", Maker())))


def test_processes_that_race_all_get_the_arrays(store: Store) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, told = context.Barrier(3), context.Queue()
    workers = [context.Process(target=_race, args=(store.folder, barrier, told)) for _ in range(3)]
    for worker in workers:
        worker.start()
    answers = [told.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    assert answers == [True] * 3
    assert len(list(store.folder.iterdir())) == 1
    make = Maker()
    assert same(store.get("k", make))
    assert make.times == 0


def test_indices_from_the_store_answer_as_those_just_built(store: Store) -> None:
    zones = np.array([box(0, 0, 2, 2), box(1, 1, 3, 3), None], dtype=object)
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(-1, 4, 200), rng.uniform(-1, 4, 200)
    for _ in range(2):
        kept = store.get("zones", lambda: ZoneIndex.build(zones).arrays())
        index, built = ZoneIndex.from_arrays(kept, zones), ZoneIndex.build(zones)
        assert np.array_equal(index.pairs(lon, lat).zone, built.pairs(lon, lat).zone)
        edges, tag = edges_of(zones)
        grid = EdgeGrid.build(edges, tag, 1e4)
        again = EdgeGrid.from_arrays(store.get("edges", grid.arrays))
        assert np.array_equal(grid.nearest_m(lon, lat, 1e4), again.nearest_m(lon, lat, 1e4))
