"""What a file makes GDAL do ends with its process: limits, crashes, readers that stop half-way."""

import contextlib
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from pyogrio.errors import DataLayerError

from geo.errors import InputError, InternalError, UnreadableError
from layers.sites.read import gdal_process
from layers.sites.read.gdal_process import GdalProcess, Question
from layers.sites.read.intake import open_source
from tests.site_files import dxf_text

ROWS = 25


@pytest.fixture
def package(tmp_path: Path) -> Path:
    places = shapely.points([(105.8 + n / 1000, 32.5) for n in range(ROWS)])
    frame = gpd.GeoDataFrame({"n": range(ROWS)}, geometry=places, crs=4490)
    frame.to_file(tmp_path / "a.gpkg", layer="点")
    return tmp_path / "a.gpkg"


def _children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


@pytest.fixture(autouse=True)
def _others(monkeypatch):
    """Processes of tests that ran here before are not ours."""
    monkeypatch.setattr(sys.modules[__name__], "before", _children())


before: set[str] = set()


def children() -> set[str]:
    """Processes of this test that it has not waited for."""
    return _children() - before


def spin(*_: object) -> None:
    while True:
        pass


def fill(*_: object) -> None:
    hold = [bytearray(1 << 26) for _ in range(64)]
    raise AssertionError(len(hold))


def abort(*_: object) -> None:
    os.abort()


def leave(*_: object) -> None:
    os._exit(3)


@pytest.mark.parametrize(
    ("answer", "given"), [(spin, "SIGXCPU"), (fill, "MemoryError"), (abort, "SIGABRT"), (leave, "ended")]
)
def test_a_process_that_takes_too_much_is_one_error(
    monkeypatch: pytest.MonkeyPatch, answer: Callable, given: str
) -> None:
    monkeypatch.setattr(gdal_process, "MOST_CPU_S", 1)
    monkeypatch.setattr(gdal_process, "MOST_BYTES", 1 << 28)
    monkeypatch.setattr(gdal_process, "_answer", answer)
    process = GdalProcess(Path("a.gpkg"))
    with pytest.raises(UnreadableError) as refused:
        process.layers()
    process.close()
    [problem] = refused.value.problems
    assert (problem.where, problem.given) == ("a.gpkg", given)
    assert "too much memory or time" in problem.hint.en
    assert "内存或时间过多" in problem.hint.zh
    assert not children()


def test_a_layer_and_what_it_says_of_itself(package: Path) -> None:
    with contextlib.closing(GdalProcess(package)) as process:
        assert process.layers() == {"点": "Point"}
        head = process.read(Question(layer="点"))
        assert (head.fields, head.geometry, head.crs, head.features) == (("n",), "geom", "EPSG:4490", ROWS)
        assert not list(head.batches)
        reading = process.read(Question(layer="点", rows=10))
        with pytest.raises(InternalError):
            process.layers()
        assert [batch.num_rows for batch in reading.batches] == [10, 10, 5]
        assert process.layers() == {"点": "Point"}
        with pytest.raises(DataLayerError):
            process.read(Question(layer="线"))
    assert not children()


@pytest.mark.parametrize("name", ["cut.gpkg", "no.gpkg", "a.fgb"])
def test_a_file_that_is_refused_leaves_no_process(tmp_path: Path, package: Path, name: str) -> None:
    (tmp_path / name).write_bytes(package.read_bytes()[:3000] if name == "cut.gpkg" else b"fgb\x03" * 40)
    with pytest.raises(InputError):
        open_source(tmp_path / name)
    assert not children()


def test_whoever_stops_ends_the_process(package: Path) -> None:
    source = open_source(package)
    next(source.packed(1))
    assert len(children()) == 1
    source.close()
    assert not children()


def test_limits_hold_for_the_process_alone(package: Path) -> None:
    before = [resource.getrlimit(one) for one in (resource.RLIMIT_AS, resource.RLIMIT_CPU)]
    open_source(package).close()
    assert [resource.getrlimit(one) for one in (resource.RLIMIT_AS, resource.RLIMIT_CPU)] == before
    assert not children()


def test_a_drawing_is_read_there_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.dxf"
    path.write_text(dxf_text(((0, "POINT"), (8, "0"), (10, 1), (20, 2))), encoding="ascii")
    assert open_source(path).total == 1
    monkeypatch.setattr(gdal_process, "MOST_BATCH_BYTES", 8)
    with pytest.raises(UnreadableError, match="too much memory"):
        open_source(path)
    assert not children()
