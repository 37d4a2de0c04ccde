"""Drafts named in a check: both answers, alike on every road."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient

from geo.check import check_projects
from geo.drafts import named_drafts, read_drafts, with_drafts
from geo.errors import InputError
from geo.model import Part, Project, Verdict
from geo.site import make_site
from layers.bundle import load_bundle
from layers.sites import columnar
from layers.sites.job import Options, prepare, run
from scripts.check_sites import main
from server import create_app
from server.settings import Settings
from tests.builders import layer, lonlat, make_bundle, point, rule, square, write_geojson, zone

TODAY = date(2026, 11, 22)
DRAFT = ("park=2027-draft",)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In force a park at 0 m; the draft moves it to 1 000 m, a provisional edition shows it at 2 000 m.

    The draft's zone is to begin with it.
    """
    folder = tmp_path_factory.mktemp("drafts")
    begins = {"valid_from": "2027-01-01"}
    editions = [
        {
            "edition": "2027-draft",
            "status": "draft",
            "valid_from": date(2027, 1, 1),
            "path": "data/draft.geojson",
        },
        {
            "edition": "early",
            "status": "provisional",
            "valid_from": date(2026, 1, 1),
            "path": "data/early.geojson",
        },
    ]
    fields = {"zone_id": "zone_id", "zone_class": "zone_class", "valid_from": "valid_from"}
    now = [zone(square(0, 0), "NOW", "core", valid_from=None)]
    park = layer("park", now, classes=["core"], editions=editions, fields=fields)
    make_bundle(folder, [park], [rule("R-1", layer="park", effect="prohibited")])
    write_geojson(folder / "data/draft.geojson", [zone(square(1000, 0), "NEW", "core", **begins)])
    write_geojson(folder / "data/early.geojson", [zone(square(2000, 0), "EARLY", "core", valid_from=None)])
    return folder


def place(east: float) -> tuple[float, float]:
    found = lonlat(point(east, 50))
    return found.x, found.y


def verdict(root: Path, east: float, drafts: dict[str, str], on: date = TODAY) -> Verdict:
    bundle = load_bundle(root)
    site = make_site(lonlat(point(east, 50)))
    [report] = check_projects(
        with_drafts(bundle, named_drafts(bundle, drafts)), [Project(parts=(Part(site=site),))], on
    )
    return report.verdict


@pytest.mark.parametrize(
    ("drafts", "east", "expected"),
    [
        ({}, 50, "prohibited"),
        ({}, 1050, "clear"),
        ({}, 2050, "prohibited"),
        ({"park": "2027-draft"}, 50, "clear"),
        ({"park": "2027-draft"}, 1050, "prohibited"),
        ({"park": "2027-draft"}, 2050, "prohibited"),  # what is provisional goes on speaking beside the draft
        ({"park": "early"}, 50, "clear"),
        ({"park": "early"}, 1050, "clear"),
        ({"park": "early"}, 2050, "prohibited"),
    ],
)
def test_a_named_draft_stands_in_place_of_what_is_in_force(
    root: Path, drafts: dict[str, str], east: float, expected: str
) -> None:
    assert verdict(root, east, drafts) == expected


def test_a_draft_speaks_on_any_day(root: Path) -> None:
    assert verdict(root, 1050, {"park": "2027-draft"}, date(2023, 5, 1)) == "prohibited"
    assert verdict(root, 2050, {"park": "2027-draft"}, date(2023, 5, 1)) == "clear", (
        "what is provisional does not"
    )


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["park"], "LAYER=EDITION"),
        (["park=2027-draft", "park=early"], "one for each layer"),
        (["parc=2027-draft"], "park"),
        (["park=2026"], "2027-draft, early"),
        (["park=2025-01"], "2027-draft, early"),
    ],
)
def test_a_draft_that_is_not_there_is_refused(root: Path, texts: list[str], words: str) -> None:
    with pytest.raises(InputError) as error:
        named_drafts(load_bundle(root), read_drafts(texts, where="--draft"), where="--draft")
    [problem] = error.value.problems
    assert words in problem.line("en")
    assert problem.hint.zh != problem.hint.en


# ------------------------------------------------------------------------------------------------ the command

EASTS = (50, 1050, 2050, 3050)
WANTED = [
    ("prohibited", "clear"),
    ("clear", "prohibited"),
    ("prohibited", "prohibited"),
    ("clear", "clear"),
]


def table(folder: Path, times: int = 1) -> Path:
    lines = ["site_id,lon,lat", *(f"s{n},{x!r},{y!r}" for n, (x, y) in enumerate(map(place, EASTS * times)))]
    path = folder / "sites.csv"
    path.write_text("\n".join([*lines, "bad,x,1"]) + "\n")
    return path


def test_tables_get_two_columns(root: Path, tmp_path: Path) -> None:
    for suffix in ("csv", "parquet"):
        out = tmp_path / f"out.{suffix}"
        called = [str(table(tmp_path)), "--bundle", str(root), "-o", str(out), "--on", "2026-11-22"]
        assert main([*called, "--draft", *DRAFT]) == 1
        rows = (
            pq.read_table(out).to_pylist()
            if suffix == "parquet"
            else [*csv.DictReader(out.read_text().splitlines())]
        )
        assert [(row["verdict"], row["draft_verdict"]) for row in rows[:4]] == WANTED
        assert [row["draft_applies"] for row in rows[:4]] == ["", "R-1", "R-1", ""]
        assert not rows[4]["draft_verdict"]
        record = json.loads((tmp_path / f"out.{suffix}.run.json").read_text())
        assert "draft_verdict and draft_applies alone" in record["remarks"][-1]["en"]
        assert [(one["layer"], one["edition"], one["status"]) for one in record["drafts"]] == [
            ("park", "2027-draft", "draft")
        ]
        assert main(called) == 1
        assert "draft_verdict" not in (out.read_text() if suffix == "csv" else pq.read_schema(out).names)


def test_both_roads_fill_the_same_cells(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnar, "FEW", 10)
    told = []
    for index in (False, True):
        out = tmp_path / f"{index}.csv"
        options = Options(
            place=str(table(tmp_path, 30)), bundle=root, today=TODAY, out=out, drafts=DRAFT, chunk_rows=50
        )
        job = prepare(options)
        job = replace(job, terms=replace(job.terms, index=root if index else None))
        run(job, io.StringIO(), lambda _: None)
        told.append(out.read_bytes())
    assert told[0] == told[1]
    rows = [*csv.DictReader(told[0].decode().splitlines())]
    assert [(row["verdict"], row["draft_verdict"]) for row in rows[:-1]] == WANTED * 30


def test_one_coordinate_is_told_twice(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lon, lat = place(1050)
    called = [f"{lon},{lat}", "--bundle", str(root), "--lang", "en"]
    assert main([*called, "--draft", *DRAFT]) == 0
    first, _, second = capsys.readouterr().out.partition("With these editions in force")
    assert "[clear]" in first
    assert "[park] 2027-draft" in second
    assert "[prohibited]" in second
    assert main([*called, "--draft", "park=none"]) == 2
    assert "2027-draft, early" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------------------- HTTP


@pytest.fixture(scope="module")
def client(root: Path) -> FlaskClient:
    return create_app(Settings(bundle=root), load_bundle(root)).test_client()


def test_the_service_answers_twice_and_as_the_command_does(
    root: Path, client: FlaskClient, tmp_path: Path
) -> None:
    site = {"type": "Point", "coordinates": place(1050)}
    body = {"site": site, "on": "2026-11-22"}
    plain = client.post("/api/v1/checks", json=body).get_json()
    both = client.post("/api/v1/checks", json={**body, "drafts": {"park": "2027-draft"}}).get_json()
    drafted = both.pop("with_drafts")
    assert both == plain
    assert (plain["verdict"], drafted["verdict"]) == ("clear", "prohibited")
    [named] = drafted.pop("drafts")
    assert (named["status"], named["valid_from"], len(named["sha256"])) == ("draft", "2027-01-01", 64)
    [told] = drafted["parts"][0]["layers"]
    assert (told["edition"], told["sha256"]) == ("2027-draft", named["sha256"])
    assert "not in force yet" in told["remarks"][0]["en"]
    out = tmp_path / "out.json"
    call = [str(table(tmp_path)), "--bundle", str(root), "-o", str(out), "--on", "2026-11-22"]
    assert main([*call, "--draft", *DRAFT]) == 1
    rows = json.loads(out.read_text())
    assert rows[1]["with_drafts"] == {"drafts": [named], **drafted}
    assert "with_drafts" not in rows[4]
    batch = client.post(
        "/api/v1/checks/batch?on=2026-11-22&drafts=park%3D2027-draft",
        data=table(tmp_path).read_bytes(),
        content_type="text/csv",
    )
    lines = [json.loads(line) for line in batch.data.splitlines()]
    assert [(line["verdict"], line["with_drafts"]["verdict"]) for line in lines[:4]] == WANTED
    assert lines[1]["with_drafts"] == rows[1]["with_drafts"]
    assert "with_drafts" not in lines[4]


@pytest.mark.parametrize(
    ("url", "body", "where"),
    [
        ("/api/v1/checks", {"drafts": {"park": "2025-01"}}, "drafts"),
        ("/api/v1/checks", {"drafts": ["park"]}, "drafts"),
        ("/api/v1/questions", {"drafts": {"park": "2027-draft"}}, "drafts"),
        ("/api/v1/checks/batch?drafts=park", {}, "drafts"),
    ],
)
def test_wrong_drafts_are_refused(client: FlaskClient, url: str, body: dict[str, object], where: str) -> None:
    site = {"type": "Point", "coordinates": place(50)}
    kind = "application/x-ndjson" if "batch" in url else "application/json"
    answer = client.post(url, data=json.dumps({"site": site, **body}), content_type=kind)
    assert answer.status_code == 422
    assert any(problem["where"].startswith(where) for problem in answer.get_json()["problems"])


def test_a_draft_in_a_line_of_a_batch_is_refused_not_ignored(client: FlaskClient) -> None:
    line = {"site": {"type": "Point", "coordinates": place(50)}, "drafts": {"park": "2027-draft"}}
    answer = client.post("/api/v1/checks/batch", data=json.dumps(line), content_type="application/x-ndjson")
    [told] = answer.data.splitlines()
    assert json.loads(told)["status"] == "refused"


def test_zones_of_a_draft_are_left_as_supplied(root: Path) -> None:
    bundle = load_bundle(root)
    draft = next(e for e in bundle.layers["park"].editions if e.edition == "2027-draft")
    with_drafts(bundle, (("park", "2027-draft"),))
    assert draft.zones is not None
    assert list(draft.zones["valid_from"]) == [date(2027, 1, 1)]
