"""Files are the same to the byte by either road; points of real bundles get the same cells."""

import csv
import io
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.foot import edges_of
from geo.model import Bundle
from geo.points import Atlas, Declaration, PointBatch, PointTable
from geo.view import view_on
from layers.bundle import load_bundle
from layers.sites import answer, plan
from layers.sites.columnar import in_columns
from layers.sites.job import Options, prepare, run
from layers.store import FOLDER
from tests.geo.two_roads import batch_of, by_columns, by_reports, differing, some_of
from tests.squares import write_sites, write_squares

REPOSITORY = Path(__file__).resolve().parent.parent.parent
ROWS, FEW = 600, 100
"""Rows of a table; how many of a date go through in columns here (in earnest more: it only takes longer)."""
PLAIN = (".csv", ".parquet", ".gpkg", ".geojson", ".xlsx")
DATES = ("2026-03-14", "2026-03-15", "2026-08-14", "2026-08-15")
"""Both sides of the days on which the law of the demonstration changes."""
NATURES = ("new", "expansion", "relocation", "existing", None)

# --- bundles ------------------------------------------------------------------------------------------------


def points_in(bundle: Bundle, count: int, seed: int) -> PointBatch:
    """Points all over a bundle's zones; half of them metres or millimetres beside a vertex or an edge.

    Three in a row share one of the declarations drawn, so that points of one are also told among each other.
    """
    rng = np.random.default_rng(seed)
    frames = [e.zones for layer in bundle.layers.values() for e in layer.editions if e.zones is not None]
    zones = np.concatenate([frame.geometry.to_numpy() for frame in frames])
    low, high = np.reshape(shapely.total_bounds(zones), (2, 2))
    spots = rng.uniform(low, high, (count, 2))
    edges, _ = edges_of(zones)
    edges = edges[rng.integers(0, len(edges), count // 2)]
    along = rng.choice((0.0, 1.0, 0.5, 0.3), (count // 2, 1))
    away_m = rng.choice((0.0, 0.001, 0.05, 3.0, 30.0, 105.0, 1_000.0), (count // 2, 1))
    turn = rng.uniform(0.0, 2.0 * np.pi, count // 2)
    at = edges[:, :2] + along * (edges[:, 2:] - edges[:, :2])
    spots[: count // 2] = at + away_m / 1e5 * np.column_stack([np.cos(turn), np.sin(turn)])
    activities = [None, *bundle.rulebook.activities]
    declarations = tuple(
        Declaration(activity, (() if nature is None else (("nature", nature),)))
        for activity in activities
        for nature in NATURES
    )
    accuracy = rng.choice((0.0, 5.0, 20.0, 100.0), count)
    some = rng.choice(len(declarations), -(-count // 3), replace=False)
    drawn, number = np.unique(np.repeat(some, 3)[:count], return_inverse=True)
    return batch_of(spots[:, 0], spots[:, 1], accuracy, number, tuple(declarations[n] for n in drawn))


@pytest.fixture(scope="module")
def keep() -> Callable[..., Any]:
    """Keep an index from one date to the next, as a bundle's folder does."""
    kept: dict[str, Any] = {}

    def get(key: str, make: Callable[[], Any]) -> Any:
        if key not in kept:
            kept[key] = make()
        return kept[key]

    return get


def same_in(bundle: Bundle, on: date, keep: Callable[..., Any], count: int, seed: int = 0) -> None:
    batch = points_in(bundle, count, seed)
    wanted = by_reports(bundle, batch, on)
    table = PointTable(Atlas(view_on(bundle, on), keep))
    found = by_columns(table, batch)
    assert differing(batch, found, wanted) == []
    assert sum(row is not None for row in found) > count // 2
    for some in np.array_split(np.random.default_rng(seed).permutation(count), 3):
        chunk = some_of(batch, some)
        assert differing(chunk, by_columns(table, chunk), [wanted[row] for row in some]) == []


@pytest.mark.parametrize("on", DATES)
def test_points_of_the_demonstration(demo: Bundle, keep, on: str) -> None:
    same_in(demo, date.fromisoformat(on), keep, 64, seed=DATES.index(on))  # each day asks of other projects


def test_points_of_a_county(county_folder: Path, keep) -> None:
    same_in(load_bundle(county_folder), date(2026, 11, 21), keep, 200)


# --- files --------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle with a place for an index, so that it is used."""
    home = tmp_path / "bundle"
    home.mkdir()
    write_squares(home)
    (home / FOLDER).mkdir()
    return home


@pytest.fixture
def options(folder: Path, tmp_path: Path) -> Options:
    place = write_sites(tmp_path / "sites.csv", ROWS)
    return Options(
        place=str(place), bundle=folder, today=date(2026, 11, 21), out=tmp_path / "out" / "sites.csv"
    )


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, bytes]]:
    """Run by one road, and give every file that is written; the columns must have answered some points."""

    def write(options: Options, *, columns: bool, few: int = FEW) -> dict[str, bytes]:
        answered = []

        def seen(*args, **kwargs):
            answers, rest = in_columns(*args, **kwargs)
            answered.extend(len(positions) for positions, _ in answers)
            return answers, rest

        assert options.out is not None
        shutil.rmtree(options.out.parent, ignore_errors=True)
        options.out.parent.mkdir()
        with monkeypatch.context() as patch:
            patch.setattr(answer, "in_columns", seen)
            patch.setattr("layers.sites.columnar.FEW", few)
            patch.setattr(plan, "FEW", few)
            if not columns:
                patch.setattr(plan, "_with_index", lambda terms, *_: terms)
            run(prepare(options), io.StringIO(), lambda _: None)
        assert (sum(answered) > 0) is columns
        return {path.name: path.read_bytes() for path in sorted(options.out.parent.iterdir())}

    return write


def unequal(one: dict[str, bytes], two: dict[str, bytes]) -> list[str]:
    assert one.keys() == two.keys()
    return [name for name in one if one[name] != two[name]]


@pytest.mark.parametrize("suffix", PLAIN)
def test_either_road_writes_the_same_bytes(options: Options, written, tmp_path: Path, suffix: str) -> None:
    options = replace(options, out=tmp_path / "out" / f"sites{suffix}")
    assert unequal(written(options, columns=True), written(options, columns=False)) == []


def test_either_road_writes_the_same_bytes_in_small_chunks_and_english(options: Options, written) -> None:
    options = replace(options, chunk_rows=170, lang="en")
    assert unequal(written(options, columns=True, few=10), written(options, columns=False)) == []


def test_points_of_a_geojson_are_the_same_bytes(options: Options, written, tmp_path: Path) -> None:
    rng = random.Random(1)  # noqa: S311  places, not secrets
    places = [shapely.Point(rng.uniform(105.79, 105.82), rng.uniform(32.49, 32.52)) for _ in range(600)]
    rows = {"site_id": range(600), "activity": [rng.choice(("CHEM", "HOTEL")) for _ in places]}
    gpd.GeoDataFrame(rows, geometry=places, crs=4490).to_file(tmp_path / "sites.geojson")
    options = replace(options, place=str(tmp_path / "sites.geojson"))
    assert unequal(written(options, columns=True), written(options, columns=False)) == []


def test_the_demonstration_as_a_file(demo: Bundle, options: Options, written, tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "layers" / "demo", tmp_path / "demo", ignore=shutil.ignore_patterns(FOLDER))
    (tmp_path / "demo" / FOLDER).mkdir()
    rows = FEW + 20
    batch = points_in(demo, rows, 3)
    with (tmp_path / "demo.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["lon", "lat", "accuracy_m", "activity"])
        for row in range(rows):
            activity = batch.part(row).activity
            table.writerow([batch.lon[row], batch.lat[row], batch.accuracy_m[row], activity])
    options = replace(options, place=str(tmp_path / "demo.csv"), bundle=tmp_path / "demo")
    assert unequal(written(options, columns=True), written(options, columns=False)) == []


def test_a_bundle_edited_between_runs_never_meets_its_old_index(
    options: Options, written, folder: Path
) -> None:
    before = written(options, columns=True)
    old = {path.name for path in (folder / FOLDER).iterdir()}
    assert old, "an index was kept"
    zones = gpd.read_file(folder / "zones.geojson")
    zones.geometry = zones.geometry.translate(0.004, 0.003)
    zones.to_file(folder / "zones.geojson")
    after = written(options, columns=True)
    new = {path.name for path in (folder / FOLDER).iterdir()}
    assert new & old, "the index of the coverage is still good"
    assert new - old
    assert len(new) == len(old), "what was made of the old zones is gone"
    assert after["sites.csv"] != before["sites.csv"]
    assert unequal(after, written(options, columns=False)) == []
