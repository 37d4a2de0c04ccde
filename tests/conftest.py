"""What all tests share: the hypothesis profile, the order, the third-party data, and that CI skips nothing.

Environment
-----------
CI : ``true`` makes hypothesis repeatable, and a missing browser a failure.
FENQU_SHARED : folder of the third-party data; ``../shared/data`` beside the repository unless named.
FENQU_NO_SKIP : ``1`` turns every skipped test into a failed one (.ci/run sets it).
"""

import gc
import os
import shutil
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

from geo.model import Bundle
from layers import kept_yaml, rulebook
from layers.bundle import load_bundle
from layers.keytable import Key
from layers.strictyaml import Faults, Node
from tests.mecklenburg import prepare

REPOSITORY = Path(__file__).resolve().parent.parent

# No deadline and no `too_slow`: both read the wall clock, which says more of the machine than the code.
settings.register_profile("fenqu", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fenqu-ci", settings.get_profile("fenqu"), derandomize=True, print_blob=True)
settings.load_profile("fenqu-ci" if os.environ.get("CI") == "true" else "fenqu")

# Bundles and rulebooks live long: to look through them again and again took a fifteenth of the time.
gc.set_threshold(100_000, 50, 100)

_ORDER = ("slow", "browser")  # what has none of these marks comes first
_Report = TypeVar("_Report", pytest.TestReport, pytest.CollectReport)


COUNTY_TEXTS = (
    "catalogue.yaml",
    "basis.yaml",
    "facts.yaml",
    "activities.yaml",
    "river_extent.geojson",
    "rules",
)


_PATCH = pytest.StashKey[pytest.MonkeyPatch]()


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is collected: some files load the rulebook to know what they have to test."""
    config.stash[_PATCH] = pytest.MonkeyPatch()
    _read_shipped_texts_once(config.stash[_PATCH])


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[_PATCH].undo()


def _read_shipped_texts_once(patch: pytest.MonkeyPatch) -> None:
    """Keep the shipped rulebook as nodes and rows: a thousand tests load it, and nobody writes to either."""
    take_up, nodes = kept_yaml._take_up, dict[Path, Node]()
    entries, contents, made = rulebook.entries, rulebook._contents, dict[object, list]()

    def taken_up(place: Path, file: str) -> Node | None:
        node = nodes.get(place) or take_up(place, file)
        if node is not None and place.is_relative_to(rulebook.SHIPPED):
            nodes[place] = node
        return node

    def once(key: tuple, root: Node | None, make: Callable[[], list], faults: Faults) -> list:
        if not any(root is node for node in nodes.values()):
            return make()
        before, found = len(faults), made.get((*key, id(root)))
        if found is None:
            found = make()
            if len(faults) == before:
                made[(*key, id(root))] = found
        return list(found)

    def entries_once(root: Node | None, keys: Sequence[Key], faults: Faults) -> list:
        return once((id(keys),), root, lambda: entries(root, keys, faults), faults)

    def contents_once(kind: str, root: Node | None) -> list:
        return once((kind,), root, lambda: contents(kind, root), Faults())

    patch.setattr(rulebook, "key_of", lambda *_: None)  # nor is a rulebook of a test kept on disk
    patch.setattr(kept_yaml, "_take_up", taken_up)
    patch.setattr(rulebook, "entries", entries_once)
    patch.setattr(rulebook, "_contents", contents_once)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of the third-party data, or skip: it is not part of the repository."""
    folder = Path(os.environ.get("FENQU_SHARED") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"third-party data: no folder {folder} (name it in FENQU_SHARED)")
    return folder


@pytest.fixture(scope="session")
def demo() -> Bundle:
    """The demonstration bundle."""
    return load_bundle(REPOSITORY / "layers" / "demo")


@pytest.fixture(scope="session")
def county_folder(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle's texts, its data unpacked beside them."""
    source = shared_data / "mecklenburg"
    if not prepare.is_there(source):
        pytest.skip(
            f"third-party data: no mecklenburg_*.geojson.gz in {source} (name the folder in FENQU_SHARED)"
        )
    folder = tmp_path_factory.mktemp("mecklenburg")
    for name in COUNTY_TEXTS:
        origin = prepare.FOLDER / name
        shutil.copytree(origin, folder / name) if origin.is_dir() else shutil.copy(origin, folder / name)
    prepare.prepare(source, folder / "data")
    return folder


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run the fast tests first; leave out soak tests unless `-m` speaks of them."""
    if "soak" not in config.option.markexpr:
        soaks = [item for item in items if item.get_closest_marker("soak")]
        if soaks:
            config.hook.pytest_deselected(items=soaks)
            items[:] = [item for item in items if item not in soaks]
    items.sort(key=_lateness)


def _lateness(item: pytest.Item) -> int:
    return max((1 + rank for rank, mark in enumerate(_ORDER) if item.get_closest_marker(mark)), default=0)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a skipped test where nothing may be skipped."""
    return _no_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fail a file that is skipped as a whole where nothing may be skipped."""
    return _no_skip((yield))


def _no_skip(report: _Report) -> _Report:
    wanted = os.environ.get("FENQU_NO_SKIP") == "1"
    if wanted and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: skipped where nothing may be (FENQU_NO_SKIP=1): {reason}"
    return report
