"""A running service takes another state of its bundle up; each request sees one bundle."""

import contextlib
import gc
import hashlib
import http.client
import json
import shutil
import time
import weakref
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geo.view import view_on
from layers.bundle import load_bundle
from layers.editions import accept, history, rollback
from server import create_app
from server.live import Live, load_live
from server.settings import Settings
from tests.layers.test_editions import bundle, prepared
from tests.server.test_start import ask, served

ROWS = b"lon,lat\n" + b"105.001,29.99\n" * 100


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with two states, the first in force."""
    home = tmp_path_factory.mktemp("pattern")
    root = bundle(home / "b")
    accept(root, "park", prepared(home))
    rollback(root, 1)
    return root


@pytest.fixture
def root(pattern: Path, tmp_path: Path) -> Path:
    return shutil.copytree(pattern, tmp_path / "b")


def client_of(live: Live, root: Path) -> FlaskClient:
    return create_app(Settings(bundle=root), live).test_client()


def digest(client: FlaskClient) -> str:
    found: str = client.get("/api/v1/bundle").get_json()["digest"]
    return found


def point_to_broken(root: Path) -> None:
    """The pointer names a state that is whole and would not load."""
    number = len(history(root)) + 1
    data = b"bundle: {}\n"
    (root / f"catalogues/{number:04d}.yaml").write_bytes(data)
    said = {
        "number": number,
        "catalogue": f"catalogues/{number:04d}.yaml",
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    (root / "new.json").write_text(json.dumps(said))
    (root / "new.json").replace(root / "current.json")


def test_the_next_request_sees_the_new_bundle(root: Path) -> None:
    live = load_live(root)
    client = client_of(live, root)
    old, new = history(root)[0].digest, history(root)[1].digest
    assert (digest(client), live.state) == (old, 3)
    rollback(root, 2)
    assert digest(client) == old, "nobody has looked yet"
    live.look(root)
    assert live.loading
    assert digest(client) == new
    body = client.get("/health").get_json()
    assert (body["status"], body["state"], body["loading"], body["refused"]) == ("ok", 4, False, None)


def test_a_batch_under_way_keeps_its_bundle(root: Path) -> None:
    live = load_live(root)
    app = create_app(Settings(bundle=root), live)
    old, new = history(root)[0].digest, history(root)[1].digest
    stream = app.test_client().post(
        "/api/v1/checks/batch", data=ROWS, content_type="text/csv", buffered=False
    )
    lines = iter(stream.iter_encoded())
    told = [json.loads(next(lines))["bundle"]["digest"]]
    rollback(root, 2)
    live.look(root)
    assert digest(app.test_client()) == new
    told += [json.loads(line)["bundle"]["digest"] for line in lines]
    assert told == [old] * 100


def test_a_bundle_that_does_not_load_leaves_the_old_one(root: Path) -> None:
    live = load_live(root)
    client = client_of(live, root)
    before = digest(client)
    point_to_broken(root)
    live.look(root)
    assert digest(client) == before
    response = client.get("/health")
    assert response.status_code == 200
    body = response.get_json()
    assert (body["status"], body["state"], body["refused"]["state"]) == ("reload_failed", 3, 4)
    assert any("catalogues/0004.yaml" in problem["where"] for problem in body["refused"]["problems"])
    assert all(problem["hint"]["zh"] and problem["hint"]["en"] for problem in body["refused"]["problems"])
    (root / "current.json").write_text("{")
    live.look(root)
    assert client.get("/health").get_json()["refused"]["problems"][0]["where"] == "current.json"
    rollback(root, 2)
    live.look(root)
    body = client.get("/health").get_json()
    assert (body["status"], body["refused"]) == ("ok", None)


def test_what_did_not_change_is_shared_and_what_did_is_let_go(root: Path) -> None:
    live = load_live(root)
    client = client_of(live, root)
    site = {"site": {"type": "Point", "coordinates": [105.001, 29.99]}}
    assert client.post("/api/v1/checks", json=site).status_code == 200
    first = live.bundle()
    assert first is not None
    lake, old = first.layers["lake"].editions[0], weakref.ref(first.layers["park"].editions[0].zones)
    del first
    rollback(root, 2)
    live.look(root)
    assert client.post("/api/v1/checks", json=site).status_code == 200
    second = live.bundle()
    assert second is not None
    assert second.layers["lake"].editions[0] is lake
    assert second.digest == load_bundle(root).digest
    gc.collect()
    assert old() is None, "the old bundle's own editions are free"


def told_until(url: str, wanted: str, times: int) -> None:
    """Ask until the digest was told so many times running: workers change over one by one."""
    running = 0
    for _ in range(600):
        found = ask(f"{url}/health")["bundle"]
        assert isinstance(found, dict)
        running = running + 1 if found["digest"] == wanted else 0
        if running == times:
            return
        time.sleep(0.02)
    pytest.fail(f"the service did not come to serve {wanted}")


@pytest.mark.slow
def test_running_workers_take_it_up_and_a_batch_goes_on(root: Path) -> None:
    old, new = history(root)[0].digest, history(root)[1].digest
    table = b"lon,lat\n" + b"105.001,29.99\n" * 1_500
    with served(WORKERS="2", FENQU_BUNDLE=str(root)) as url:
        told_until(url, old, 1)
        host = url.removeprefix("http://")
        with contextlib.closing(http.client.HTTPConnection(host, timeout=60)) as line:
            line.request("POST", "/api/v1/checks/batch", table, {"Content-Type": "text/csv"})
            answer = line.getresponse()
            first = answer.readline()
            rollback(root, 2)
            told_until(url, new, 20)
            told = {json.loads(text)["bundle"]["digest"] for text in [first, *answer]}
        assert told == {old}
        told_until(url, new, 20)


def test_what_a_day_rests_on_is_worked_out_before_the_first_answer(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, on = load_live(root), date(2026, 6, 1)
    live.warm(on)
    bundle = live.bundle()
    assert bundle is not None
    before = view_on.cache_info().misses
    view_on(bundle, on)
    assert view_on.cache_info().misses == before
    Live(None).warm(on)
    monkeypatch.setattr("server.live.view_on", lambda *_: 1 / 0)
    live.warm(on)
    assert client_of(live, root).get("/health").status_code == 200
