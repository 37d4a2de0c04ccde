"""Tables of a PostGIS database, on a server of our own, read into editions."""

import re
import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from geo.errors import BundleError, InputError
from layers.bundle import load_bundle
from layers.editions import content_sha256, edition_of
from layers.editions.postgis import read_table, write_zones
from scripts.bench.contenders.postgis_server import Server, served
from scripts.bench.present import postgres_bin
from scripts.editions import main
from scripts.import_layer import main as import_layer
from tests.builders import layer, make_bundle, square, zone
from tests.gate import gate_bundle, order

_TABLES = """
    CREATE SCHEMA 规划;
    CREATE TABLE 规划."红线 2027" (id serial PRIMARY KEY, "编号" text, level text, area numeric, on_day date,
        noted timestamp, valid boolean, tags jsonb, geom geometry(MultiPolygon, 4544));
    INSERT INTO 规划."红线 2027" ("编号", level, area, on_day, noted, valid, tags, geom)
    SELECT 'Z' || n, 'core', 10000.5 * n, '2027-01-01', '2027-01-01 08:00', n = 1, '{"a": 1}',
        ST_Multi(ST_MakeEnvelope(500000 + 200 * n, 3320000, 500100 + 200 * n, 3320100, 4544))
    FROM generate_series(3, 1, -1) n;
    CREATE TABLE two (a geometry(Point, 4490), b geometry(Point, 4490), n numeric);
    INSERT INTO two VALUES (ST_SetSRID(ST_Point(105, 30), 4490), ST_SetSRID(ST_Point(106, 30), 4490), 7),
        (NULL, NULL, NULL);
    CREATE TABLE mixed (geom geometry);
    INSERT INTO mixed VALUES (ST_SetSRID(ST_Point(105, 30), 4490)), (ST_SetSRID(ST_Point(105, 30), 4326));
    CREATE TABLE curved (geom geometry);
    INSERT INTO curved VALUES ('CIRCULARSTRING(0 0, 1 1, 2 0)');
    CREATE TABLE plain (n integer);
    CREATE TABLE unnamed (zone_id text, zone_class text, geom geometry(Polygon));
    INSERT INTO unnamed VALUES ('U1', 'core', ST_MakeEnvelope(500000, 3320000, 500100, 3320100));
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    if postgres_bin() is None:
        pytest.skip("no PostgreSQL with PostGIS here (Debian: postgresql-15-postgis-3)")
    with served(free_port()) as running:
        running.asked(_TABLES)
        yield running


@pytest.fixture(scope="module")
def place(server: Server) -> str:
    return f"host=127.0.0.1 port={server.port} user=bench dbname=postgres"


def bundle(folder: Path, **keys: object) -> Path:
    park = layer("park", [zone(square(0, 0), "P1", "core")], classes=["core"])
    red = {"zone_id": "编号", "zone_class": "level"}
    line = layer("line", [], classes=["core"], fields=red, postgis={"table": "规划.红线 2027"}, **keys)
    root = make_bundle(folder, [park, line])
    (root / "data/line.geojson").unlink()
    text = (root / "catalogue.yaml").read_text()
    (root / "catalogue.yaml").write_text(re.sub(r'.*data/line\.geojson".*\n', "", text))
    return root


def test_rows_come_with_their_types_in_an_order_of_their_own(
    place: str, server: Server, tmp_path: Path
) -> None:
    raw = read_table(place, "规划.红线 2027")
    assert raw.crs == "EPSG:4544"
    assert list(raw.frame["编号"]) == ["Z3", "Z2", "Z1"]
    assert list(raw.frame["area"]) == [30001.5, 20001.0, 10000.5]
    assert list(raw.frame["on_day"]) == [date(2027, 1, 1)] * 3
    assert list(raw.frame["noted"]) == ["2027-01-01T08:00:00"] * 3
    assert list(raw.frame["valid"]) == [False, False, True]
    assert list(raw.frame["tags"]) == ['{"a": 1}'] * 3
    assert list(raw.frame.geometry.area) == [10_000] * 3
    first = write_zones(raw, tmp_path / "a.parquet").read_bytes()
    server.asked('UPDATE 规划."红线 2027" SET level = level')  # rows move about in the table
    again = read_table(place, "规划.红线 2027")
    assert write_zones(again, tmp_path / "b.parquet").read_bytes() == first


def test_a_geometry_column_is_chosen_and_blanks_stay_blank(place: str) -> None:
    raw = read_table(place, "two", geometry="b")
    assert [None if shape is None else shape.x for shape in raw.frame.geometry] in ([106, None], [None, 106])
    assert raw.frame["n"].dtype == "Int64"


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("nothing", "there is no such table"),
        ("two", "a, b"),
        ("plain", "which geometry column"),
        ("mixed", "4326, 4490"),
        ("curved", "curves"),
        ('two"; DROP TABLE two; --', "there is no such table"),
    ],
)
def test_what_is_no_layer_is_refused(place: str, table: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        read_table(place, table)
    assert words in error.value.problems[0].line("en")


def test_a_database_that_is_not_there_is_told_without_a_password(place: str) -> None:
    with pytest.raises(InputError, match="FENQU_POSTGIS") as error:
        read_table(f"{place} password=secret dbname=none", "two")
    assert "secret" not in str(error.value)
    with pytest.raises(InputError, match="FENQU_POSTGIS"):
        read_table("host=127.0.0.1 port=1", "two")


def test_a_table_becomes_an_edition_with_a_hash(
    place: str, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = bundle(tmp_path / "b")
    edition = load_bundle(root).layers["line"].editions[0]
    assert edition.zones is None
    assert "run python -m scripts.editions read" in edition.faults[0].hint.en
    monkeypatch.setenv("FENQU_POSTGIS", place)
    assert main(["read", str(root), "line=2025-01", "--by", "a clerk"]) == 0
    edition = load_bundle(root).layers["line"].editions[0]
    assert edition.faults == ()
    assert edition.zones is not None
    assert list(edition.zones["zone_id"]) == ["Z3", "Z2", "Z1"]
    assert len(edition.sha256) == 64
    text = "".join(path.read_text() for path in root.rglob("*") if path.suffix in {".yaml", ".json"})
    assert "127.0.0.1" not in text, "nothing says where the database is"
    server.asked("""UPDATE 规划."红线 2027" SET "编号" = 'Z9' WHERE "编号" = 'Z1'""")
    assert load_bundle(root).layers["line"].editions[0].sha256 == edition.sha256
    assert main(["read", str(root), "line=2027", "--valid-from", "2027-01-01", "--status", "draft"]) == 0
    new = edition_of(load_bundle(root), "line", "2027")
    assert new.zones is not None
    assert list(new.zones["zone_id"]) == ["Z3", "Z2", "Z9"]
    assert len({content_sha256(home) for home in (root / "editions/line").iterdir()}) == 2


def test_what_cannot_be_read_in_is_refused(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = bundle(tmp_path / "b")
    monkeypatch.setenv("FENQU_POSTGIS", place)
    for words, told in [
        (["park=2027", "--valid-from", "2027-01-01"], "names no table"),
        (["line=2027"], "--valid-from"),
        (["line"], "LAYER=EDITION"),
        (["line=2027", "--valid-from", "2027-01-01"], "needs the number of its approval"),
        (["line=2027", "--valid-from", "2027-01-01", "--status", "draft", "--table", "unnamed"], "编号"),
    ]:
        assert main(["--lang", "en", "read", str(root), *words]) == 2
        assert told in capsys.readouterr().err
    assert not (root / "current.json").exists()
    unnamed = ["--table", "unnamed", "--valid-from", "2027-01-01", "--status", "draft"]
    assert main(["read", str(root), "park=2027", *unnamed]) == 0, (
        "the layer's own system, where the table names none"
    )


@pytest.mark.parametrize("key", ["host", "password", "connection"])
def test_a_catalogue_says_nothing_of_the_database_itself(tmp_path: Path, key: str) -> None:
    root = bundle(tmp_path / "b")
    text = (root / "catalogue.yaml").read_text()
    (root / "catalogue.yaml").write_text(re.sub(r'( *)"table": "规划', rf'\1"{key}": "x"\n\g<0>', text))
    with pytest.raises(BundleError, match=key):
        load_bundle(root)


def test_a_table_comes_through_the_import_gate(place: str, tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("FENQU_POSTGIS", place)
    root = gate_bundle(tmp_path)
    fields = {"zone_id": "编号", "zone_class": "level"}
    way = order(tmp_path, fields=fields, status="draft")
    words = ["规划.红线 2027", "--postgis", "--bundle", str(root), "--lang", "en"]
    assert import_layer([*words, "--propose", str(tmp_path / "proposed.yaml"), "--layer", "park"]) == 0
    assert "crs: EPSG:4544" in (tmp_path / "proposed.yaml").read_text(encoding="utf-8")
    assert import_layer([*words, "--order", str(way)]) == 0, capsys.readouterr()
    draft = edition_of(load_bundle(root), "park", "2026")
    assert set(draft.zones["zone_id"]) >= {"Z2", "Z3"}
    assert import_layer(["nowhere", *words[1:], "--order", str(way)]) == 2
