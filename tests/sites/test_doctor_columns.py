"""Both roads give the same of rows that the doctor has a word for: cell for cell, count for count."""

import csv
import io
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from geo.crs import parse_crs, points_to_lonlat
from geo.model import Bundle
from layers.sites import answer, plan
from layers.sites.cells.columns import understand
from layers.sites.cells.point_rows import point_rows
from layers.sites.cells.rows import Defaults, RowMaker
from layers.sites.columnar import in_columns
from layers.sites.doctor.clinic import doctor_for
from layers.sites.doctor.in_columns import examined
from layers.sites.job import Options, prepare, run
from layers.sites.read.intake import open_source
from layers.store import FOLDER
from tests.squares import write_squares

ROWS = 256
HEADERS = ("site_id", "lon", "lat", "crs", "activity", "nature", "accuracy_m")


def packed(degrees: float) -> str:
    """Degrees, minutes and whole seconds written as decimals."""
    seconds = round(degrees * 3600)
    return f"{seconds // 3600}.{seconds // 60 % 60:02}{seconds % 60:02}"


def slips(lon: float, lat: float) -> list[tuple[str, str, str]]:
    """One place, as it should be and in the ways in which it goes wrong: two cells and a CRS."""
    x, y, east = f"{lon:.6f}", f"{lat:.6f}", 500_000 + (lon - 105) * 93_000
    return [
        (x, y, ""),
        (y, x, ""),
        (f"-{x}", y, "EPSG:4490"),
        (x, f"-{y}", "EPSG:4326"),
        (f"-{x}", f"-{y}", ""),
        (f"{x[0]}{x[2]}{x[1]}{x[3:]}", y, ""),
        (f"{lon * 10:.5f}", y, ""),
        (f"{lon * 1e6:.0f}", f"{lat * 1e6:.0f}", ""),
        (x, y, "EPSG:4545"),
        (f"{east:.2f}", f"{lat * 110_900:.2f}", "EPSG:4547"),
        (f"{east:.2f}", f"{lat * 110_900:.2f}", ""),
        (f"-{x}", y, "GCJ-02"),
        (packed(lon + 2), packed(lat), ""),
        ("116.391300", "39.907500", ""),
        (x, "bad", ""),
        (x, y, "unknown"),
    ]


@pytest.fixture
def options(tmp_path: Path) -> Options:
    rng = random.Random(5)  # noqa: S311  places, not secrets
    with (tmp_path / "sites.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(HEADERS)
        for number in range(ROWS):
            ways = slips(rng.uniform(105.72, 105.82), rng.uniform(32.49, 32.52))
            place = ways[number // 4 % len(ways)] if number % 4 else ways[0]
            kind = [rng.choice(["CHEM", "HOTEL", ""]), rng.choice(["new", ""]), rng.choice(["", "20"])]
            table.writerow([number, *place, *kind])
    home = tmp_path / "bundle"
    home.mkdir()
    write_squares(home)
    (home / FOLDER).mkdir()
    return Options(
        place=str(tmp_path / "sites.csv"),
        bundle=home,
        today=date(2026, 11, 21),
        out=tmp_path / "out.csv",
        failures=tmp_path / "refused.csv",
        lang="en",
    )


def written(options: Options, monkeypatch: pytest.MonkeyPatch, *, columns: bool) -> dict[str, bytes]:
    answered = []

    def seen(*args, **kwargs):
        answers, rest = in_columns(*args, **kwargs)
        answered.extend(len(positions) for positions, _ in answers)
        return answers, rest

    with monkeypatch.context() as patch:
        patch.setattr(answer, "in_columns", seen)
        patch.setattr("layers.sites.columnar.FEW", 5)
        if not columns:
            patch.setattr(plan, "_with_index", lambda terms, *_: terms)
        run(prepare(options), io.StringIO(), lambda _: None)
    assert (sum(answered) > ROWS // 3) is columns
    assert options.out is not None
    return {path.name: path.read_bytes() for path in sorted(options.out.parent.glob("*.csv*"))}


@pytest.mark.parametrize(
    "remedies",
    [
        (),
        ("swap-axes",),
        ("swap-axes", "flip-lon", "flip-lat", "flip-both", "dms-packed", "decimal-point", "zone-35"),
        ("gcj-02",),
        ("swap-axes", "bd-09"),
    ],
    ids=" ".join,
)
def test_either_road_says_the_same(
    options: Options, monkeypatch: pytest.MonkeyPatch, remedies: tuple[str, ...]
) -> None:
    options = replace(options, remedies=remedies, chunk_rows=170)
    one = written(options, monkeypatch, columns=True)
    two = written(options, monkeypatch, columns=False)
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []
    doctor = json.loads(one["out.csv.run.json"])["doctor"]
    assert [told["name"] for told in doctor["remedies"]] == list(remedies)
    told = one["out.csv"].decode()
    if not remedies:
        advised = {tuple(one["remedies"]) for one in doctor["advice"]}
        assert {("swap-axes",), ("flip-lon",), ("flip-both",), ("zone-35",), ("decimal-point",)} <= advised
    else:
        assert doctor["remedies"][0]["applied"] > 0
        assert f"{remedies[0]} applied as asked" in told or f"{', '.join(remedies)} applied" in told


def test_what_alone_is_advised_is_seen_in_columns(options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rough look at columns leaves out no slip that the close look at one row finds."""
    table = written(options, monkeypatch, columns=True)["out.csv"].decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    advised = [row for row in rows if "perhaps" in row["remarks"] or "perhaps" in row["problems"]]
    assert {row["status"] for row in advised} == {"ok", "refused"}
    for row in rows:
        ordinary = row["crs"] in {"", "EPSG:4490"} and row["lon"].startswith("105.") and row["lat"] != "bad"
        if ordinary or row["lon"] == "116.391300":
            assert row not in advised
    metres = [row["remarks"] for row in rows if row["crs"] == "EPSG:4547"]
    assert metres
    assert all("the zone is wrong" in told and told.endswith("--remedy zone-35") for told in metres)


def test_the_zone_of_another_meridian_lies_as_far_as_the_meridians(options: Options) -> None:
    """What the rough look at metres rests on."""
    xy = np.array([[578_901.0, 3_613_345.0]])
    here, there = (points_to_lonlat(xy, parse_crs(code))[0] for code in ("EPSG:4544", "EPSG:4547"))
    assert there - here == pytest.approx([9.0, 0.0], abs=1e-9)


@pytest.mark.parametrize("header", ["lon,lat,accuracy_m", "x,y,accuracy_m"])
def test_a_datum_moves_a_file_at_once_and_says_what_rows_say_alone(
    bundle: Bundle, csv_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    """A row of each sort goes alone; those whose numbers are turned, or lie elsewhere, all do."""
    lines = [f"{105.8 + n / 1000},{32.5 + n / 900},{20 + n if n % 2 else ''}" for n in range(60)]
    turned = ["32.5,105.8,", "32.6,105.9,7"] * (header[0] == "x")
    source = open_source(csv_file(header, *lines, *turned, "2.35,48.85,", "105.8,bad,", "105.8,32.5,-1"))
    defaults = Defaults(on=date(2026, 11, 21), remedies=("gcj-02",))
    columns = understand(source.headers, bundle.rulebook, has_geometry=False, where="")
    doctor = doctor_for(bundle, defaults.remedies)
    maker = RowMaker(bundle.rulebook, columns, defaults, doctor)
    [payload] = source.packed(1000)
    block = payload.open()
    source.close()
    alone = [maker.row(record) for record in block.records()]
    asked = []
    monkeypatch.setattr(
        RowMaker, "row", lambda _, record: asked.append(record.number) or alone[record.number - 1]
    )
    rows = examined(point_rows(block, maker, columns, defaults), block, maker, doctor)
    assert rows.sites is not None
    for at, lon, lat, metres, site in zip(
        rows.positions, rows.lon, rows.lat, rows.accuracy_m, rows.sites, strict=True
    ):
        meant = alone[at].site
        assert site == meant
        assert (lon, lat, metres) == (meant.geometry.x, meant.geometry.y, meant.accuracy_m)
    good = [row.number - 1 for row in alone if row.part is not None]
    assert rows.positions.tolist() == good
    assert rows.rest.tolist() == [row.number - 1 for row in alone if row.part is None]
    assert len(asked) < len(turned) + 8
    assert sum(site.remedies == ("gcj-02",) for site in rows.sites) == len(lines) + len(turned)
