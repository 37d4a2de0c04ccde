"""POST /checks/batch: every row has its answer in its place, the same as by itself."""

import io
import json
import logging
import os
from collections.abc import Iterator

import orjson
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

import layers.sites.read.feature_stream
import server.batch
from layers.sites.read.feature_stream import NotGeoJsonError, read_members
from server import create_app
from server.errors import BusyError
from server.settings import Settings
from server.slots import Slots
from server.upload import Upload
from tests.server.small import IN_RED_LINE, IN_THE_OPEN, small_bundle

ON = "2026-11-21"
URL = f"/api/v1/checks/batch?on={ON}&lang=en"
CSV, GEOJSON, NDJSON = "text/csv", "application/geo+json", "application/x-ndjson"
PLACES = (IN_RED_LINE, IN_THE_OPEN, [105.0499, 32.07])
LIMIT = 6


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    limits = Settings(max_batch_rows=LIMIT, max_batch_bytes=50_000, max_body_bytes=2_000, max_parts=3)
    return create_app(limits, small_bundle()).test_client()


def lines(response: TestResponse) -> list[dict[str, object]]:
    assert response.status_code == 200, response.text
    assert response.mimetype == NDJSON
    assert response.data.endswith(b"\n")
    return [orjson.loads(line) for line in response.data.splitlines()]


def point(place: list[float]) -> dict[str, object]:
    return {"type": "Point", "coordinates": place}


def feature(place: list[float], **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": point(place), "properties": properties}


def collection(*features: object, **members: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", **members, "features": features}).encode()


def ndjson(*rows: object) -> bytes:
    return b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)


NAMES = ("00a", "b,b", "甲")
CELLS = {"activity": "CHEM", "nature": "new", "noisy": "no"}
FACTS = {"nature": "new", "noisy": False}
TABLE = "site_id,经度,纬度,项目类别,nature,noisy\n" + "".join(
    f'"{name}",{lon},{lat},CHEM,new,no\n' for name, (lon, lat) in zip(NAMES, PLACES, strict=True)
)
ROWS = list(zip(NAMES, PLACES, strict=True))
BODIES = {
    "csv": (TABLE.encode(), CSV),
    "csv with a mark": (b"\xef\xbb\xbf" + TABLE.encode(), "text/csv; charset=utf-8"),
    "csv of old": (TABLE.encode("gb18030"), CSV),
    "geojson": (collection(*(feature(p, site_id=n, **CELLS) for n, p in ROWS)), GEOJSON),
    "json": (collection(*(feature(p, **CELLS) | {"id": n} for n, p in ROWS)), "application/json"),
    "bodies": (
        ndjson(*({"site_id": n, "site": point(p), "activity": "CHEM", "facts": FACTS} for n, p in ROWS)),
        NDJSON,
    ),
    "cells": (ndjson(*({"site_id": n, "lon": p[0], "lat": p[1], **CELLS} for n, p in ROWS)), NDJSON),
    "features": (ndjson(*(feature(p, site_id=n, **CELLS) for n, p in ROWS)), "application/geo+json-seq"),
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_row_has_the_answer_it_has_by_itself_byte_for_byte(client: FlaskClient, kind: str) -> None:
    data, media_type = BODIES[kind]
    response = client.post(URL, data=data, content_type=media_type)
    assert response.status_code == 200, response.text
    assert len(response.data.splitlines()) == len(ROWS)
    for number, (line, (name, place)) in enumerate(zip(response.data.splitlines(), ROWS, strict=True), 1):
        body = {"site": point(place), "activity": "CHEM", "facts": FACTS, "on": ON}
        head = orjson.dumps({"row": number, "site_id": name, "status": "ok"})
        assert line == head[:-1] + b"," + client.post("/api/v1/checks", json=body).data[1:]


def test_a_project_of_two_parts_is_one_row(client: FlaskClient) -> None:
    project = {"name": "P", "parts": [{"site": point(p), "facts": FACTS} for p in PLACES[:2]]}
    given = ndjson({"project": project}, {"site": point(IN_THE_OPEN), "activity": "CHEM", "facts": FACTS})
    first, second = lines(client.post(f"{URL}&activity=CHEM", data=given, content_type=NDJSON))
    whole = {"name": "P", "parts": [{**part, "activity": "CHEM"} for part in project["parts"]]}  # type: ignore[attr-defined]
    alone = client.post("/api/v1/checks", json={"project": whole, "on": ON}).get_json()
    assert first == {"row": 1, "site_id": "1", "status": "ok", **alone}
    assert [first["verdict"], second["verdict"]] == ["prohibited", "clear"]


REFUSED = {
    "csv": (
        "site_id,lon,lat,activity\na,105.07,32.07,CHEM\nb,105.07,,\nc,32.07,105.07,\nd,105,32,造船\ne,105,32,,x\n",
        CSV,
        ["lat", "", "activity", ""],
    ),
    "geojson": (
        collection(
            feature(IN_RED_LINE, site_id="a"),
            {**feature(IN_RED_LINE, site_id="b"), "geometry": None},
            feature([32.07, 105.07], site_id="c"),
            feature(IN_RED_LINE, site_id="d", activity="造船"),
            feature(IN_RED_LINE, site_id="e", activity="CHEM", 项目类别="CHEM"),
        ),
        GEOJSON,
        ["/geometry", "", ".activity", ": header"],
    ),
    "ndjson": (
        ndjson(
            {"site_id": "a", "site": point(IN_RED_LINE)},
            {"site_id": "b", "site": point(IN_RED_LINE), "activty": "CHEM"},
            {"site_id": "c", "lon": 105.07},
            {"site_id": "d", "site": point([32.07, 105.07])},
            {"site_id": "e", "project": {"parts": [{"site": point(IN_RED_LINE)}] * 4}},
        ),
        NDJSON,
        [".activty", ": header", ".site", ".project.parts"],
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_bad_row_is_one_refused_row_in_its_place(client: FlaskClient, kind: str) -> None:
    data, media_type, places = REFUSED[kind]
    good, *bad = lines(client.post(URL, data=data, content_type=media_type))
    assert (good["row"], good["status"]) == (1, "ok")
    for number, line, site_id, place in zip(range(2, 6), bad, "bcde", places, strict=True):
        assert list(line)[:4] == ["row", "site_id", "status", "problems"]
        assert (line["row"], line["site_id"], line["status"]) == (number, site_id, "refused")
        [problem] = line["problems"]  # type: ignore[misc]
        assert problem["where"].startswith(f"row {number}")
        assert problem["where"].endswith(place)
        assert problem["hint"]["zh"]
        assert problem["hint"]["en"]
    advised = [advice["remedies"] for line in bad for advice in line.get("advice", ())]  # type: ignore[attr-defined]
    assert advised == [["swap-axes"]]  # of the one row whose axes have changed places


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{bad", "not valid JSON"),
        (b'{"site": NaN}', "not valid JSON"),
        ('{"name": "分区"}'.encode("gb18030"), "not valid JSON"),
        (b"[1]", "must be a JSON object"),
        (b'"x"', "must be a JSON object"),
        (b'{"name": "' + b"x" * 2_000 + b'"}', "too long"),
        (b'{"lon": 105, "lat": 32, "nature": ' + b"[" * 950 + b"]" * 950 + b"}", ""),
        (b'{"site": {}, "project": {"parts": [' * 50 + b"]}}" * 50, ""),
    ],
)
def test_a_line_that_cannot_be_read_is_one_refused_row(client: FlaskClient, line: bytes, words: str) -> None:
    body = ndjson({"lon": 105.07, "lat": 32.07}, b"", line, b"  ", {"lon": 105.07, "lat": 32.07})
    rows = lines(client.post(URL, data=body, content_type=NDJSON))
    assert [(row["row"], row["status"]) for row in rows] == [(1, "ok"), (2, "refused"), (3, "ok")]
    assert words in rows[1]["problems"][0]["hint"]["en"]  # type: ignore[index]


FAULTS = [
    ("", CSV, "", 400, "body", "empty"),
    ("", NDJSON, "", 400, "body", "empty"),
    ("", GEOJSON, "", 400, "body", "empty"),
    ("\n\n", CSV, "", 400, "body", "no header row"),
    ("lon,lat\n", CSV, "", 422, "body (rows)", "no row"),
    ("\n  \n", NDJSON, "", 422, "body (rows)", "no row"),
    (collection(), GEOJSON, "", 422, "body (rows)", "no row"),
    ("name\nx\n", CSV, "", 422, "body: header", "no coordinate columns"),
    ("x,lat\n1,2\n", CSV, "", 422, "body: header", "no coordinate columns"),
    ("lon,lat,经度\n1,2,3\n", CSV, "", 422, "body: header", "two columns"),
    (b"lon,lat\n\xff\xff\xff\n", CSV, "", 400, "body", "encoding"),
    ("{", GEOJSON, "", 400, "body", "not valid JSON"),
    (collection(feature(IN_RED_LINE))[:-1], GEOJSON, "", 400, "body", "not valid JSON"),
    (collection(feature(IN_RED_LINE)) + b"]", GEOJSON, "", 400, "body", "not valid JSON"),
    (b"\xff", "application/json", "", 400, "body", "not valid JSON"),
    ('{"a": ' + "[" * 100_000, GEOJSON, "", 413, "body", "split"),
    ('{"a": ' + "[" * 20_000, GEOJSON, "", 400, "body", "not valid JSON"),
    ("[1]", "application/json", "", 422, "body", "FeatureCollection"),
    (json.dumps(feature(IN_RED_LINE)), "application/json", "", 422, "body", "for one site use"),
    ('{"type": "FeatureCollection", "features": {}}', GEOJSON, "", 422, "body", "FeatureCollection"),
    ('{"type": "Topology", "features": []}', GEOJSON, "", 422, "body", "FeatureCollection"),
    (collection(crs="EPSG:4490"), GEOJSON, "", 422, "body/crs", "named CRS"),
    (collection(crs={"type": "name", "properties": {"name": "EPSG:4543"}}), GEOJSON, "&crs=EPSG:4490",
     422, "crs", "differ"),
    ("lon,lat\n1,2\n", "text/plain", "", 415, "Content-Type", "which of these"),
    ("lon,lat\n1,2\n", "multipart/form-data; boundary=x", "", 415, "Content-Type", "which of these"),
    ("lon,lat\n1,2\n", None, "", 415, "Content-Type", "which of these"),
    ("lon,lat\n1,2\n", CSV, "&activity=nix", 422, "activity", "unknown activity"),
    ("lon,lat\n1,2\n", CSV, "&crs=EPSG:9", 422, "crs", ""),
    ("lon,lat\n1,2\n", CSV, "&margins=some", 422, "margins", ""),
    ("lon,lat\n1,2\n", CSV, "&detail=full", 422, "detail", "remove or correct"),
    ("lon,lat\n" + "1,2\n" * (LIMIT + 1), CSV, "", 413, "body (rows)", "split"),
    (ndjson(*({} for _ in range(LIMIT + 1))), NDJSON, "", 413, "body (rows)", "split"),
    (collection(*range(LIMIT + 1)), GEOJSON, "", 413, "body (rows)", "split"),
    ("x" * 50_001, CSV, "", 413, "body", "split"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "media_type", "query", "status", "where", "words"), FAULTS)
def test_a_fault_of_the_whole_is_told_before_the_first_row(
    client: FlaskClient, data: str | bytes, media_type: str, query: str, status: int, where: str, words: str
) -> None:
    response = client.post(URL + query, data=data, content_type=media_type)
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    told = [p for p in response.get_json()["problems"] if p["where"].startswith(where)]
    assert told, response.text
    assert any(words in p["hint"] for p in told), told


def test_the_limit_is_stated_and_reached(client: FlaskClient) -> None:
    row = "105.07,32.07\n"
    assert len(lines(client.post(URL, data="lon,lat\n" + row * LIMIT, content_type=CSV))) == LIMIT
    refused = client.post(URL, data="lon,lat\n" + row * (LIMIT + 1), content_type=CSV)
    assert refused.get_json()["problems"][0]["allowed"] == f"≤ {LIMIT}"


def test_a_body_without_length_is_cut_at_the_limit(client: FlaskClient) -> None:
    stream = io.BytesIO(b"lon,lat\n" + b"105.07,32.07\n" * 5_000)
    response = client.post(
        URL, input_stream=stream, content_type=CSV, environ_overrides={"wsgi.input_terminated": True}
    )
    assert response.status_code == 413


def test_a_compressed_body_is_not_taken_for_text(client: FlaskClient) -> None:
    response = client.post(URL, data=b"\x1f\x8b", content_type=CSV, headers={"Content-Encoding": "gzip"})
    assert response.status_code == 415
    assert response.get_json()["problems"][0]["where"] == "Content-Encoding"


def test_all_faults_of_the_query_at_once(client: FlaskClient) -> None:
    url = URL.replace(ON, "yesterday") + "&activity=nix&crs=nix"
    problems = client.post(url, data="lon,lat\n1,2\n", content_type=CSV).get_json()["problems"]
    assert [p["where"] for p in problems] == ["on", "activity", "crs"]


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        ("x,y,activity,on\n409240,3550000,,\n409240,3550000,学校,2022-01-01\n", CSV),
        (
            collection(
                feature([409240, 3550000]), feature([409240, 3550000], activity="学校", on="2022-01-01")
            ),
            GEOJSON,
        ),
        (
            ndjson(
                {"site": point([409240, 3550000])},
                {"site": point([409240, 3550000]), "activity": "学校", "on": "2022-01-01"},
            ),
            NDJSON,
        ),
    ],
)
def test_the_query_holds_for_rows_that_say_nothing(
    client: FlaskClient, data: str | bytes, media_type: str
) -> None:
    one, two = lines(client.post(f"{URL}&activity=CHEM&crs=EPSG:4543", data=data, content_type=media_type))
    assert [one["on"], two["on"]] == [ON, "2022-01-01"]
    parts = [line["parts"][0] for line in (one, two)]  # type: ignore[index]
    assert [part["activity"] for part in parts] == ["CHEM", "SCHOOL"]
    assert {part["site"]["crs"] for part in parts} == {"EPSG:4543"}


def test_a_collections_own_crs_holds(client: FlaskClient) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4543"}}
    [line] = lines(
        client.post(URL, data=collection(feature([409240, 3550000]), crs=crs), content_type=GEOJSON)
    )
    assert line["parts"][0]["site"]["crs"] == "EPSG:4543"  # type: ignore[index]


def test_the_tally_comes_only_when_asked(client: FlaskClient) -> None:
    body = ndjson({"lon": 105.07, "lat": 32.07}, b"{bad")
    *rows, last = lines(client.post(f"{URL}&tally=true", data=body, content_type=NDJSON))
    assert last == {"tally": {"rows": 2, "refused": 1, "verdicts": {rows[0]["verdict"]: 1}}}
    assert len(lines(client.post(URL, data=body, content_type=NDJSON))) == 2


def test_answers_come_while_rows_are_still_to_be_checked(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.batch, "CHUNK_ROWS", 1)
    checked = []
    screen = server.batch.screen
    monkeypatch.setattr(server.batch, "screen", lambda *a, **k: checked.append(1) or screen(*a, **k))
    response = client.post(URL, data=TABLE, content_type=CSV)
    answers = response.iter_encoded()
    next(answers)
    assert len(checked) == 1
    response.close()  # the client went away: nothing more is checked, the upload is gone
    assert len(checked) == 1


def test_a_bug_half_way_breaks_off_and_is_logged(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(server.batch, "CHUNK_ROWS", 1)
    working = [server.batch.screen]
    monkeypatch.setattr(server.batch, "screen", lambda *a, **k: working.pop()(*a, **k))  # noqa: PLW0108  # once
    response = client.post(
        URL, data=TABLE, content_type=CSV, headers={"X-Request-ID": "trace-me-42"}, buffered=False
    )
    answers = response.iter_encoded()
    next(answers)
    with caplog.at_level(logging.ERROR, "fenqu"), pytest.raises(IndexError):
        next(answers)
    assert "trace-me-42" in caplog.text
    response.close()


def test_a_bug_that_shows_at_once_is_a_500(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.batch, "screen", None)
    response = client.post(URL, data=TABLE, content_type=CSV)
    assert response.status_code == 500
    assert response.mimetype == "application/problem+json"


def take_elsewhere(slots: Slots) -> str:
    """What another worker, forked from this process, gets."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            told = str(slots.take())
        except BusyError:
            told = "busy"
        os.write(theirs, told.encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(theirs)
    with os.fdopen(ours) as answer:
        return answer.read()


def test_places_are_shared_by_forked_workers_and_survive_their_death() -> None:
    slots = Slots(2)
    assert slots.take() == 0
    assert [take_elsewhere(slots), take_elsewhere(slots)] == ["1", "1"]  # the first one died holding it
    one = Slots(1)
    one.free(one.take())
    assert take_elsewhere(one) == "0"
    one.take()
    assert take_elsewhere(one) == "busy"


def test_a_busy_service_says_so(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(client.application.extensions, "fenqu_batches", Slots(0))
    response = client.post(URL, data=TABLE, content_type=CSV)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "30")
    assert response.get_json()["problems"][0]["hint"] == "other batches are under way: try again later"


@pytest.mark.parametrize("body", [TABLE, "lon,lat\n", "lon"])
def test_a_place_is_given_back(client: FlaskClient, body: str) -> None:
    client.post(URL, data=body, content_type=CSV).close()
    assert take_elsewhere(client.application.extensions["fenqu_batches"]) == "0"


def test_an_upload_is_read_twice_and_gone_when_closed() -> None:
    upload = Upload(io.BytesIO(b"abc"))
    for _ in range(2):
        with upload.reopened() as stream:
            assert stream.read() == b"abc"
    assert upload.size == 3
    upload.close()
    with pytest.raises(ValueError, match="closed"):
        upload.reopened()


# ---------------------------------------------------------------- features one by one

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=8,
)


def members(text: str) -> list[tuple[str, object]]:
    return list(read_members(io.StringIO(text)))


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(layers.sites.read.feature_stream, "_BLOCK", 1)
    return


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    features=st.lists(JSON, max_size=4),
    others=st.dictionaries(st.text().filter(lambda key: key != "features"), JSON, max_size=3),
    indent=st.sampled_from([None, 0, 2]),
    ascii_only=st.booleans(),
)
def test_features_are_those_of_the_whole_text(
    small_blocks: None, features: list[object], others: dict[str, object], indent: int, ascii_only: bool
) -> None:
    document = {**others, "features": features, "behind": 1}
    found = members(json.dumps(document, indent=indent, ensure_ascii=ascii_only))
    assert [value for key, value in found if key == "features"] == features
    assert {key: value for key, value in found if key != "features"} == {**others, "behind": 1}


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"features": [', '{"features": [1', '{"features": [1,]}', '{"features": [1 2]}', "{]",
     '{"features": []} x', '{"features" []}', '{"a": tru}', '{"a": 1,}', '{"features": [1]', "[1", "1 2",
     "{1: 2}"],
)  # fmt: skip
def test_what_is_no_json_is_said_to_be_none(small_blocks: None, text: str) -> None:
    with pytest.raises(ValueError, match="character") as fault:
        members(text)
    assert not isinstance(fault.value, NotGeoJsonError)


@pytest.mark.parametrize("text", ["[1]", "12", "{}", '{"features": 1}', '{"features": [], "features": []}'])
def test_json_that_is_no_collection(small_blocks: None, text: str) -> None:
    with pytest.raises(NotGeoJsonError):
        members(text)


LINES = st.one_of(
    st.binary(max_size=30),
    st.dictionaries(
        st.sampled_from(["site_id", "lon", "lat", "wkt", "on", "crs", "nature", "accuracy_m", "site"]),
        st.one_of(JSON, st.floats(104, 106), st.just(point(IN_RED_LINE)), st.just("POINT (105 32)")),
    ).map(lambda cells: json.dumps(cells).encode()),
    st.dictionaries(st.sampled_from(["type", "geometry", "properties", "id", "crs"]), JSON).map(
        lambda cells: json.dumps({"type": "Feature", **cells}).encode()
    ),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(line=LINES)
def test_no_line_is_a_bug(client: FlaskClient, line: bytes) -> None:
    response = client.post(URL, data=ndjson({"lon": 105.07, "lat": 32.07}, line), content_type=NDJSON)
    assert response.status_code in {200, 413}, response.text
    if response.status_code == 200:
        rows = lines(response)
        assert [row["row"] for row in rows] == list(range(1, len(rows) + 1))
