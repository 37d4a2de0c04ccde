"""One road: sixty sites as a batch on the command line, one by one in Python, and over HTTP."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import shapely

import geo.check
from geo.answer import to_json
from geo.check import check_projects
from geo.declare import declare_facts
from geo.find_activity import find_activity
from geo.model import Bundle, Part, Project, Report
from geo.site import make_site
from scripts import check_sites
from server import create_app
from server.settings import Settings
from tests.e2e.conftest import DEMO
from tests.e2e.places import anywhere, star, walk

DATES = ("2021-03-01", "2026-03-14", "2026-08-15", "2026-11-21")
FACTS = ("nature", "discharges", "land_area_m2", "rl_act_code", "land")
HEADERS = ("site_id", "wkt", "crs", "accuracy_m", "activity", "on", *FACTS)
GOOD, BAD = 60, 6


def _shape(kind: int, middle: shapely.Point, rng: np.random.Generator) -> shapely.Geometry:
    size, where = 10 ** rng.uniform(-3.3, -1.8), (middle.x, middle.y)
    if kind == 0:
        return middle
    if kind == 1:
        return walk(where, size, rng)
    one = star(where, size, rng)
    return one if kind == 2 else shapely.MultiPolygon([one, shapely.affinity.translate(one, 3 * size)])


@pytest.fixture(scope="module")
def rows(demo: Bundle) -> list[dict[str, Any]]:
    """Points, lines, polygons and multipolygons; activities, dates and facts drawn with one seed."""
    rng = np.random.default_rng(60)
    area = demo.layers["eco_redline"].edition_on(date(2026, 11, 21)).coverage
    parts = shapely.get_parts(area)
    activities = sorted(demo.rulebook.activities)
    made = []
    for number in range(GOOD):
        district = parts[rng.integers(len(parts))]
        (middle,) = anywhere(district, 1, rng)
        kind = number % 4
        area_m2 = {"land_area_m2": round(float(rng.uniform(100, 90_000)), 2)} if kind == 0 else {}
        facts = {
            "nature": str(rng.choice(["new", "expansion", "existing", "relocation"])),
            **({"discharges": bool(rng.integers(2))} if rng.integers(2) else {}),
            **({"rl_act_code": "none"} if rng.integers(2) else {}),
            **({"land": "temporary"} if rng.integers(4) == 0 else {}),
            **area_m2,
        }
        made.append(
            {
                "site_id": f"00{number}",
                "shape": _shape(kind, middle, rng),
                "crs": ("EPSG:4490", "EPSG:4326", "GCJ-02")[number % 3],
                "accuracy_m": (5, 20, 0)[number % 3],
                "activity": activities[int(rng.integers(len(activities)))],
                "on": DATES[int(rng.integers(len(DATES)))],
                "facts": facts,
            }
        )
    return [*made, *_refused(made[0], made[2])]


def _refused(point: dict[str, Any], polygon: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows that must be refused, each for one reason."""
    bow_tie = shapely.Polygon([(106, 31), (106.01, 31.01), (106.01, 31), (106, 31.01)])
    yield {**point, "site_id": "swapped", "shape": shapely.Point(31.5, 106.5)}
    yield {**polygon, "site_id": "crossed", "shape": bow_tie, "crs": "EPSG:4490"}
    yield {**point, "site_id": "activity", "activity": "造船厂"}
    yield {**point, "site_id": "early", "on": "2021-02-28"}
    yield {**point, "site_id": "fact", "facts": {"nature": "brand new"}}
    yield {**point, "site_id": "crs", "crs": "EPSG:999999"}


def table(rows: list[dict[str, Any]], path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADERS, restval="")
        writer.writeheader()
        for row in rows:
            facts = {k: {True: "yes", False: "no"}.get(v, v) for k, v in row["facts"].items()}
            plain = {k: row[k] for k in ("site_id", "crs", "accuracy_m", "activity", "on")}
            writer.writerow({**plain, **facts, "wkt": shapely.to_wkt(row["shape"], rounding_precision=-1)})
    return path


@pytest.fixture(scope="module")
def batch(rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The command's JSON (as lines of text) and CSV."""
    folder = tmp_path_factory.mktemp("three_ways")
    source = table(rows, folder / "sites.csv")
    for name in ("out.json", "out.csv"):
        code = check_sites.main([str(source), "--bundle", str(DEMO), "-o", str(folder / name)])
        assert code == check_sites.SOME_REFUSED
    lines = (folder / "out.json").read_text(encoding="utf-8").splitlines()[1:-1]
    with (folder / "out.csv").open(encoding="utf-8", newline="") as stream:
        return {"json": [line.removesuffix(",") for line in lines], "csv": list(csv.DictReader(stream))}


def project(bundle: Bundle, row: dict[str, Any]) -> Project:
    part = Part(
        site=make_site(row["shape"], crs=row["crs"], accuracy_m=row["accuracy_m"]),
        activity=find_activity(bundle.rulebook, row["activity"]),
        facts=declare_facts(bundle.rulebook, row["facts"]),
    )
    return Project(parts=(part,))


def told(bundle: Bundle, rows: list[dict[str, Any]]) -> Iterator[Report]:
    """Rows of one date with the margins of everything reported: what an answer in full holds."""
    on = date.fromisoformat(rows[0]["on"])
    return check_projects(bundle, [project(bundle, row) for row in rows], on, margins="told")


@pytest.fixture(scope="module")
def singles(demo: Bundle, rows: list[dict[str, Any]]) -> list[Report]:
    return [next(told(demo, [row])) for row in rows[:GOOD]]


@pytest.fixture(scope="module")
def answers(demo: Bundle, rows: list[dict[str, Any]]) -> list[Any]:
    client = create_app(Settings(), demo).test_client()
    keys = ("crs", "accuracy_m", "activity", "on", "facts")
    return [
        client.post(
            "/api/v1/checks",
            json={"site": json.loads(shapely.to_geojson(row["shape"])), **{key: row[key] for key in keys}},
        )
        for row in rows
    ]


def body(line: str) -> bytes:
    """A line of the command's JSON without its id, status and own columns, byte for byte."""
    found = json.loads(line)
    head = orjson.dumps({name: found[name] for name in ("site_id", "status", "input")})
    assert line.encode().startswith(head[:-1] + b",")
    return b"{" + line.encode()[len(head) :]


def test_the_batch_on_the_command_line_is_one_by_one(batch: dict, singles: list[Report]) -> None:
    for line, report in zip(batch["json"][:GOOD], singles, strict=True):
        assert body(line) == orjson.dumps(to_json(report))


def test_http_is_one_by_one(answers: list[Any], singles: list[Report]) -> None:
    for answer, report in zip(answers[:GOOD], singles, strict=True):
        assert answer.status_code == 200, answer.text
        assert answer.data == orjson.dumps(to_json(report))


@pytest.mark.parametrize("chunk", [1, 7, 256])
def test_any_chunking(demo, rows, singles, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geo.check, "CHUNK", chunk)
    for on in DATES:
        chosen = [n for n, row in enumerate(rows[:GOOD]) if row["on"] == on]
        reports = told(demo, [rows[n] for n in chosen])
        assert [to_json(r) for r in reports] == [to_json(singles[n]) for n in chosen]


def test_order_of_the_batch_is_irrelevant(demo: Bundle, rows: list, singles: list[Report]) -> None:
    on = DATES[-1]
    chosen = [n for n, row in enumerate(rows[:GOOD]) if row["on"] == on][::-1]
    reports = told(demo, [rows[n] for n in chosen])
    assert [to_json(r) for r in reports] == [to_json(singles[n]) for n in chosen]


def test_table_rows_agree_with_the_json(batch: dict) -> None:
    for row, line in zip(batch["csv"][:GOOD], batch["json"][:GOOD], strict=True):
        told = json.loads(line)
        part = told["parts"][0]
        found = part["findings"] + part["duties"]
        assert row["status"] == told["status"] == "ok"
        assert row["site_id"] == told["site_id"]
        assert row["verdict"] == told["verdict"]
        assert row["worst_possible"] == told["worst_possible"]
        assert row["complete"] == ("true" if told["complete"] else "false")
        assert row["applies"] == ";".join(f["rule"] for f in found if f["outcome"] == "applies")
        left_open = [f"{f['rule']}:{f['reason']}" for f in found if f["outcome"] == "not_assessed"]
        assert row["not_assessed"] == ";".join(x for x in left_open if not x.endswith(":out_of_scope"))
        assert row["hits"] == ";".join(f"{h['layer']}:{h['zone_id']}" for h in part["hits"])
        units = [h["zone_id"] for h in part["hits"] if h["layer"] == "env_control_unit"]
        assert row["units"] == ";".join(units)
        assert row["headline"] == told["headline"]["zh"]


def test_refused_alike(batch: dict, answers: list[Any]) -> None:
    """What the command refuses, HTTP refuses with 422, for the same reasons in the same words."""
    for row, line, answer in zip(batch["csv"][GOOD:], batch["json"][GOOD:], answers[GOOD:], strict=True):
        told = json.loads(line)
        assert row["status"] == told["status"] == "refused"
        assert row["verdict"] == ""
        assert answer.status_code == 422, answer.text
        one = [(p["given"], p["allowed"], p["hint"]["zh"]) for p in told["problems"]]
        other = [(p["given"], p["allowed"], p["hint"]) for p in answer.json["problems"]]
        assert one == other, told["site_id"]


def test_the_sites_are_worth_it(singles: list[Report]) -> None:
    """All kinds of shapes, and more than one verdict."""
    shapes = {r.parts[0].part.site.geometry.geom_type for r in singles}
    assert shapes == {"Point", "LineString", "Polygon", "MultiPolygon"}
    assert len({r.verdict for r in singles}) >= 4
