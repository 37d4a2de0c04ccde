"""The store of editions: accepted at once, rolled back exactly, never changed behind anybody's back."""

import json
import multiprocessing
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from geo.errors import BundleError, InputError
from layers.bundle import load, load_bundle
from layers.editions import (
    Prepared,
    State,
    StoreError,
    accept,
    adopt,
    content_sha256,
    current,
    edition_of,
    history,
    put_aside,
    rollback,
    sweep,
    verify,
)
from layers.editions.disk import locked
from layers.editions.entry import held_entry
from layers.editions.roundtrip import fresh, read_document
from layers.sites import dask_engine
from layers.strictyaml import Faults, canonical, parse
from tests.builders import box, layer, make_bundle, square, write_geojson, zone

REPOSITORY = Path(__file__).resolve().parents[2]
ACCEPTED = date(2026, 7, 1)


def bundle(folder: Path, **keys: object) -> Path:
    park = layer("park", [zone(square(0, 0), "P1", "core")], classes=["core"], **keys)
    lake = layer("lake", [zone(square(500, 0), "L1", "core")], classes=["core"])
    return make_bundle(folder, [park, lake])


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle whose park has an edition of 2026, accepted: a pattern to copy."""
    home = tmp_path_factory.mktemp("first")
    root = bundle(home / "b")
    accept(root, "park", prepared(home), at="2026-06-30T09:00:00+08:00", by="a clerk")
    return root


@pytest.fixture
def root(first: Path, tmp_path: Path) -> Path:
    """Such a bundle."""
    return shutil.copytree(first, tmp_path / "b")


def prepared(folder: Path, name: str = "2026", east: float = 1000, **keys: object) -> Prepared:
    """An edition with one square, its report beside it."""
    home = folder / f"ready-{name}"
    write_geojson(home / "zones.geojson", [zone(square(east, 0), "P9", "core")])
    write_geojson(home / "coverage.geojson", [zone(box(-5000, -5000, 5000, 5000), "coverage", None)])
    (home / "report.json").write_text("{}")
    entry = {
        "edition": name,
        "valid_from": ACCEPTED,
        "path": "zones.geojson",
        "coverage": "coverage.geojson",
        "crs": "EPSG:4544",
        **keys,
    }
    return Prepared(folder=home, entry=entry, note="a test")


def editions(root: Path, name: str = "park") -> dict[str, tuple[str, date, date | None]]:
    found = load_bundle(root).layers[name].editions
    assert not [fault for edition in found for fault in edition.faults]
    return {e.edition: (e.status.value, e.valid_from, e.valid_to) for e in found}


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != ".editions.lock"
    }


def told(error: pytest.ExceptionInfo[StoreError]) -> str:
    for problem in error.value.problems:
        assert problem.hint.zh, problem
        assert problem.hint.en, problem
    return str(error.value)


# ------------------------------------------------------------------------------------------------ acceptance


def test_an_edition_is_accepted_and_ends_the_one_before(tmp_path: Path) -> None:
    root = bundle(tmp_path / "b")
    assert current(root) is None
    state = accept(root, "park", prepared(tmp_path), at="2026-06-30T09:00:00+08:00", by="a clerk")
    assert editions(root) == {
        "2025-01": ("in_force", date(2021, 3, 1), ACCEPTED),
        "2026": ("in_force", ACCEPTED, None),
    }
    assert editions(root, "lake") == {"2025-01": ("in_force", date(2021, 3, 1), None)}
    assert (state.number, state.action, state.layer, state.edition) == (2, "accept", "park", "2026")
    assert state.digest == load_bundle(root).digest
    assert [text.en for text in state.remarks] == ["park 2025-01 ends on 2026-07-01"]
    assert state == current(root) == history(root)[-1]
    assert [one.action for one in history(root)] == ["begin", "accept"]
    assert verify(root) == ()
    edition = edition_of(load_bundle(root), "park", "2026")
    assert edition.zones is not None
    assert list(edition.zones["zone_id"]) == ["P9"]


def test_files_are_kept_beside_each_other_with_their_hashes(tmp_path: Path) -> None:
    root = bundle(tmp_path / "b")
    ready = prepared(tmp_path, "2026/七月 稿")
    state = accept(root, "park", ready)
    assert ready.folder is not None
    [home] = (root / "editions/park").iterdir()
    assert home.name == f"2026_七月_稿-{content_sha256(ready.folder)[:8]}"
    assert files(home) == files(ready.folder)
    assert all(not path.stat().st_mode & 0o222 for path in home.iterdir())
    text = (root / state.catalogue).read_text()
    assert text.count("sha256") == 2, "of the zones and of the coverage"
    shutil.rmtree(ready.folder)  # what was handed over is copied
    assert edition_of(load_bundle(root), "park", "2026/七月 稿").faults == ()


@pytest.mark.parametrize("status", ["draft", "provisional"])
def test_a_draft_stands_beside_and_is_promoted(tmp_path: Path, status: str) -> None:
    root = bundle(tmp_path / "b")
    accept(root, "park", prepared(tmp_path, status=status))
    assert editions(root)["2025-01"] == ("in_force", date(2021, 3, 1), None)
    assert editions(root)["2026"] == (status, ACCEPTED, None)
    entry = held_entry((root / "catalogues/0002.yaml").read_text(), "park", "2026")
    assert entry is not None
    later = {**entry, "status": "in_force", "approval_doc": "No. 7"}
    accept(root, "park", Prepared(folder=None, entry=later))
    assert editions(root)["2025-01"] == ("in_force", date(2021, 3, 1), ACCEPTED)
    assert editions(root)["2026"] == ("in_force", ACCEPTED, None)
    assert edition_of(load_bundle(root), "park", "2026").approval_doc == "No. 7"


def test_an_older_edition_fills_history_in(tmp_path: Path) -> None:
    root = bundle(tmp_path / "b", valid_from=date(2024, 1, 1))
    accept(root, "park", prepared(tmp_path, "2022", valid_from=date(2022, 1, 1)))
    assert editions(root) == {
        "2022": ("in_force", date(2022, 1, 1), date(2024, 1, 1)),
        "2025-01": ("in_force", date(2024, 1, 1), None),
    }


def test_what_belongs_to_one_file_or_time_is_not_inherited(tmp_path: Path) -> None:
    root = bundle(tmp_path / "b", stale_after=date(2026, 1, 1), approval_doc="old", rows=1)
    accept(root, "park", prepared(tmp_path))
    new = edition_of(load_bundle(root), "park", "2026")
    assert (new.stale_after, new.approval_doc, new.licence, new.faults) == (None, None, "none", ())


def test_a_layer_that_was_out_of_scope_is_held(tmp_path: Path) -> None:
    scope = {"park": {"reason": {"zh": "无", "en": "none"}, "ask": {"zh": "局", "en": "bureau"}}}
    lake = layer("lake", [zone(square(500, 0), "L1", "core")], classes=["core"])
    root = make_bundle(tmp_path / "b", [lake], out_of_scope=scope)
    whole = {key: value for key, value in layer("park", classes=["core"]).items() if key != "_files"}
    ready = prepared(tmp_path)
    entry = {**whole, **ready.entry, "edition": "first"}
    with pytest.raises(StoreError) as error:
        accept(root, "park", Prepared(folder=ready.folder, entry={**entry, "status": "draft"}))
    assert "a draft alone does not speak" in told(error)
    state = accept(root, "park", Prepared(folder=ready.folder, entry=entry))
    assert "out of scope no longer" in state.remarks[0].en
    assert list(load_bundle(root).layers) == ["lake", "park"]
    assert load_bundle(root).out_of_scope == {}


def test_comments_quotes_and_order_stay(tmp_path: Path) -> None:
    root = bundle(tmp_path / "b")
    text = (root / "catalogue.yaml").read_text()
    head, rest = text.split('"layers":', 1)
    (root / "catalogue.yaml").write_text(f'# kept by the office\n{head}"layers":  # two of them{rest}')
    accept(root, "park", prepared(tmp_path))
    written = (root / "catalogues/0002.yaml").read_text()
    assert "# kept by the office" in written
    assert "# two of them" in written
    assert written.index('"id": "park"') < written.index("2026") < written.index('"id": "lake"')
    assert (root / "catalogues/0001.yaml").read_bytes() == (root / "catalogue.yaml").read_bytes()


# ---------------------------------------------------------------------------------------------------- refusal


def later(folder: Path, **keys: object) -> Prepared:
    """The edition after that of 2026."""
    return prepared(folder, "2027", **{"valid_from": date(2027, 1, 1), **keys})


def _same_name(root: Path, folder: Path) -> State:
    return accept(root, "park", prepared(folder, "2025-01"))


def _same_day(root: Path, folder: Path) -> State:
    return accept(root, "park", later(folder, valid_from=date(2021, 3, 1)))


def _bad_class(root: Path, folder: Path) -> State:
    ready = later(folder)
    assert ready.folder is not None
    write_geojson(ready.folder / "zones.geojson", [zone(square(0, 0), "P9", "none of ours")])
    return accept(root, "park", ready)


def _no_file(root: Path, folder: Path) -> State:
    return accept(root, "park", later(folder, path="none.geojson"))


def _outside(root: Path, folder: Path) -> State:
    return accept(root, "park", later(folder, path="../../../data/park.geojson"))


def _unknown_key(root: Path, folder: Path) -> State:
    return accept(root, "park", later(folder, colour="green"))


def _no_date(root: Path, folder: Path) -> State:
    return accept(root, "park", Prepared(folder=None, entry={"edition": "2027"}))


def _empty(root: Path, folder: Path) -> State:
    (folder / "empty").mkdir()
    return accept(root, "park", Prepared(folder=folder / "empty", entry=later(folder).entry))


def _link(root: Path, folder: Path) -> State:
    ready = later(folder)
    assert ready.folder is not None
    (ready.folder / "link").symlink_to("/etc/hostname")
    return accept(root, "park", ready)


def _new_layer_in_part(root: Path, folder: Path) -> State:
    return accept(root, "bog", later(folder))


def _no_such_state(root: Path, folder: Path) -> State:
    del folder
    return rollback(root, 7)


def _bad_catalogue(root: Path, folder: Path) -> State:
    (folder / "mine.yaml").write_text("bundle: {}")
    return adopt(root, folder / "mine.yaml")


REFUSED = [
    (_same_name, "an edition in force has this name"),
    (_same_day, "share a name or a valid_from"),
    (_bad_class, "none of ours"),
    (_no_file, "the file is missing"),
    (_outside, "a path stays inside the bundle's folder"),
    (_unknown_key, "colour"),
    (_no_date, "valid_from"),
    (_empty, "a folder of data files is wanted"),
    (_link, "without links"),
    (_new_layer_in_part, "title"),
    (_no_such_state, "there is no such state"),
    (_bad_catalogue, "the required key layers is missing"),
]


@pytest.mark.parametrize(("attempt", "words"), REFUSED, ids=[a.__name__.strip("_") for a, _ in REFUSED])
def test_what_is_refused_leaves_everything_as_it_was(
    root: Path, tmp_path: Path, attempt: Callable[[Path, Path], State], words: str
) -> None:
    before = files(root)
    with pytest.raises(StoreError) as error:
        attempt(root, tmp_path)
    assert words in told(error)
    assert files(root) == before


def test_a_second_import_is_told_to_wait(tmp_path: Path) -> None:
    root = bundle(tmp_path / "b")
    fork = multiprocessing.get_context("fork")
    held, done = fork.Event(), fork.Event()

    def hold() -> None:
        with locked(root):
            held.set()
            done.wait(60)

    other = fork.Process(target=hold)
    other.start()
    try:
        assert held.wait(60)
        for attempt in (lambda: accept(root, "park", prepared(tmp_path)), lambda: sweep(root)):
            with pytest.raises(StoreError) as error:
                attempt()
            assert "another import or rollback is under way" in told(error)
    finally:
        done.set()
        other.join()
    assert accept(root, "park", prepared(tmp_path)).number == 2


# --------------------------------------------------------------------------------------------------- rollback


def test_rollback_restores_exactly_and_deletes_nothing(root: Path, tmp_path: Path) -> None:
    before, accepted = history(root)
    assert load_bundle(root).digest == accepted.digest != before.digest
    kept = files(root)
    state = rollback(root, 1, by="the head of office", note="a mistake in the map")
    assert load_bundle(root).digest == before.digest == state.digest
    assert (state.number, state.restores, state.by) == (3, 1, "the head of office")
    assert {name: data for name, data in files(root).items() if name in kept and name != "current.json"} == {
        name: data for name, data in kept.items() if name != "current.json"
    }
    again = rollback(root, 2)
    assert load_bundle(root).digest == accepted.digest == again.digest
    assert sweep(root) == ()
    assert accept(root, "park", prepared(tmp_path, "2027", valid_from=date(2027, 1, 1))).number == 5
    assert [one.restores for one in history(root)] == [None, None, 1, 2, None]


def test_an_edition_accepted_rolled_back_and_accepted_again_is_one_folder(root: Path, tmp_path: Path) -> None:
    first = current(root)
    assert first is not None
    rollback(root, 1)
    assert accept(root, "park", prepared(tmp_path)).digest == first.digest
    assert len([*(root / "editions/park").iterdir()]) == 1


def test_a_cluster_stays_with_the_state_its_run_began_with(root: Path) -> None:
    digest = load_bundle(root).digest
    rollback(root, 1)
    assert load_bundle(root).digest != digest
    assert dask_engine._bundle(str(root), digest).digest == digest
    assert dask_engine._bundle(str(root), "0" * 64).digest == load_bundle(root).digest, (
        "it is refused by its caller"
    )


def test_a_state_whose_files_were_altered_is_not_restored(root: Path, tmp_path: Path) -> None:
    with (root / "data/lake.geojson").open("a") as stream:
        stream.write(" ")
    assert [problem.where for problem in verify(root)] == ["data/lake.geojson"]
    with pytest.raises(StoreError) as error:
        rollback(root, 1)
    assert "data/lake.geojson" in told(error)
    assert len(history(root)) == 2


def test_rules_that_have_changed_since_are_told(root: Path, tmp_path: Path) -> None:
    (root / "basis.yaml").write_text((root / "basis.yaml").read_text().replace('"tests"', '"elsewhere"'))
    assert "the digest differs" in rollback(root, 1).remarks[0].en


def test_an_altered_edition_fails_and_does_not_acquit(root: Path, tmp_path: Path) -> None:
    [file] = root.glob("editions/park/*/coverage.geojson")
    file.chmod(0o644)
    file.write_text(file.read_text() + " ")
    [fault] = edition_of(load_bundle(root), "park", "2026").faults
    assert "SHA-256" in fault.hint.en
    assert fault.where.endswith("coverage.geojson")


# ------------------------------------------------------------------------------------ pointer and leftovers


@pytest.mark.parametrize(
    "said", ["", "[]", "{", '{"number": 2}', '{"number": 2, "catalogue": "../x.yaml", "sha256": "0"}']
)
def test_a_damaged_pointer_refuses_the_bundle_and_is_mended_by_rollback(
    root: Path, tmp_path: Path, said: str
) -> None:
    digest = load_bundle(root).digest
    (root / "current.json").write_text(said)
    with pytest.raises(BundleError, match=r"current\.json"):
        load_bundle(root)
    with pytest.raises(StoreError):
        accept(root, "park", prepared(tmp_path, "2027"))
    rollback(root, 2)
    assert load_bundle(root).digest == digest


def test_an_altered_catalogue_refuses_the_bundle(root: Path, tmp_path: Path) -> None:
    state = current(root)
    assert state is not None
    (root / state.catalogue).write_text((root / state.catalogue).read_text() + "\n")
    with pytest.raises(BundleError, match="an accepted catalogue was altered"):
        load_bundle(root)
    assert [problem.where for problem in verify(root)] == [state.catalogue]
    (root / state.catalogue).unlink()
    with pytest.raises(BundleError, match="there is no such file"):
        load_bundle(root)


def test_a_catalogue_edited_by_hand_is_read_once_it_is_taken(root: Path, tmp_path: Path) -> None:
    state = current(root)
    assert state is not None
    mine = tmp_path / "mine.yaml"
    mine.write_text((root / state.catalogue).read_text().replace('"Test"', '"Renamed"', 2))
    assert load_bundle(root).title.en == "Test"
    assert adopt(root, mine).action == "adopt"
    assert load_bundle(root).title.en == "Renamed"
    assert load_bundle(root, state=2).title.en == "Test"


def test_only_what_nobody_names_is_swept(root: Path, tmp_path: Path) -> None:
    put_aside(root, "park", "2027", prepared(tmp_path, "2027").folder or tmp_path)
    keep = files(root)
    garbage = ["editions/park/2030-0123abcd/zones.geojson", "editions/park/.new-01/zones.geojson"]
    garbage += ["catalogues/0003.yaml", "catalogues/0003.json", "catalogues/.new-02.yaml", ".new-03.json"]
    garbage += ["quarantine/park/.new-04/zones.geojson"]
    mine = ["editions/park/notes.txt", "editions/by-hand/zones/a.geojson"]
    for name in [*garbage, *mine]:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("?")
    load_bundle(root)
    assert len(sweep(root)) == 7
    assert files(root).keys() == {*keep, *mine}
    assert sweep(root) == ()


def test_a_name_that_is_not_there_is_told(tmp_path: Path) -> None:
    found = load_bundle(bundle(tmp_path / "b"))
    with pytest.raises(InputError, match="2025-01"):
        edition_of(found, "park", "2024")
    with pytest.raises(InputError, match="park"):
        edition_of(found, "parc", "2024")


def test_records_are_plain_json(root: Path, tmp_path: Path) -> None:
    state = current(root)
    assert state is not None
    said = json.loads((root / "catalogues/0002.json").read_text())
    assert said["files"] == dict(state.files)
    assert set(said["files"]) >= {"data/park.geojson", "data/lake.geojson", "data/lake_coverage.geojson"}


def test_unchanged_editions_are_taken_over_as_they_are(tmp_path: Path) -> None:
    root = bundle(tmp_path / "b")
    before = load(root)
    accept(root, "park", prepared(tmp_path))
    after = load(root, kept=before.kept)
    assert after.bundle.layers["lake"].editions[0] is before.bundle.layers["lake"].editions[0]
    assert after.bundle.digest == load_bundle(root).digest
    old = edition_of(after.bundle, "park", "2025-01")
    assert old is not before.bundle.layers["park"].editions[0], "it has an end now"


# ---------------------------------------------------------------------------------- written, and read back

TRICKY = [
    *(
        "on",
        "yes",
        "no",
        "null",
        "~",
        "",
        "true",
        "True",
        "NO",
        "y",
        "1",
        "1e3",
        "007",
        "1_000",
        "0x1F",
        "0o7",
    ),
    *(
        "1:30",
        "2025-09-24",
        "2025-09",
        ".5",
        "+1",
        ".inf",
        "-",
        "- a",
        "a: b",
        "# x",
        "a #b",
        "'q'",
        '"d"',
        "=",
    ),
    *(
        "多行\n文本",
        " lead",
        "trail ",
        "%",
        "@x",
        "&a",
        "*a",
        "!t",
        "{a}",
        "[b]",
        "?",
        "|",
        "<<",
        "٢",
        "a\\b",
    ),
    *(1, 1.5, 1e-7, True, False, date(2027, 1, 1)),
]


@pytest.mark.parametrize("value", TRICKY, ids=repr)
def test_any_value_is_read_back_as_it_was_written(value: object) -> None:
    document, writer = read_document("a: 1  # kept\n")
    document["b"] = fresh({"k": value, "twice": [value, value]})
    faults = Faults()
    root = parse(writer.text(document), "x", faults)
    assert not len(faults)
    assert root is not None
    told = root.value["b"].value
    found = [told["k"].value, *(item.value for item in told["twice"].value)]
    assert found == [value] * 3
    assert {type(one) for one in found} == {type(value)}


@pytest.mark.parametrize("name", ["layers/demo", "tests/mecklenburg"])
def test_a_catalogue_of_ours_is_written_back_as_it_is(name: str) -> None:
    text = (REPOSITORY / name / "catalogue.yaml").read_text(encoding="utf-8")
    document, writer = read_document(text)
    roots = [parse(one, "x", Faults()) for one in (text, writer.text(document))]
    assert roots[0] is not None
    assert roots[1] is not None
    assert canonical(roots[0]) == canonical(roots[1])
    comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    assert [line for line in writer.text(document).splitlines() if line.lstrip().startswith("#")] == comments
