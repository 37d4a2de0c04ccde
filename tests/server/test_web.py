"""What every answer has: one error shape, ids, headers, limits; what the service says of itself."""

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

import geo.errors
import server.errors
import server.settings
from geo.errors import FenquError
from server import create_app
from server.errors import STATUS, status_of
from server.settings import SETTINGS as TABLE
from server.settings import Settings, SettingsError, read_settings
from tests.server.small import small_bundle

CHECKS = "/api/v1/checks"


@pytest.mark.parametrize(
    ("given", "status", "where", "words"),
    [
        ({"data": "{not json", "content_type": "application/json"}, 400, "body", "not valid JSON"),
        ({"data": '{"site": NaN}', "content_type": "application/json"}, 400, "body", "not valid JSON"),
        ({"data": b"\xff", "content_type": "application/json"}, 400, "body", "not valid JSON"),
        ({"data": "", "content_type": "application/json"}, 400, "body", "not valid JSON"),
        ({"data": "lon=105", "content_type": "text/plain"}, 415, "Content-Type", "application/json"),
        ({"json": [1]}, 422, "body", "must be a JSON object"),
        ({"json": '{"site": 1}'}, 422, "body", "must be a JSON object"),
        ({"json": {"name": "x" * 20_001}}, 413, "body", "split the request"),
    ],
)
@pytest.mark.parametrize("url", [CHECKS, "/api/v1/questions"])
def test_bodies_that_cannot_be_taken(
    client: FlaskClient, url: str, given: dict[str, object], status: int, where: str, words: str
) -> None:
    response = client.post(f"{url}?lang=en", **given)  # type: ignore[arg-type]
    assert response.status_code == status
    [problem] = response.get_json()["problems"]
    assert problem["where"] == where
    assert words in problem["hint"]


@pytest.mark.parametrize(
    ("method", "url", "status", "words"),
    [
        ("GET", "/api/v1/nothing", 404, "openapi.json"),
        ("GET", "/api/v1/layers/eco_redlin/zones", 404, "did you mean eco_redline"),
        ("GET", "/api/v1/layers/perm_farmland/zones", 404, "ask: Natural Resources Bureau"),
        ("GET", "/api/v1/layers/old_zone/zones", 404, "no zones to show on that date"),
        ("GET", "/api/v1/layers/eco_redlin/coverage", 404, "did you mean eco_redline"),
        ("GET", "/api/v1/layers/old_zone/coverage", 404, "no zones to show on that date"),
        ("GET", "/api/v1/layers/eco_redline/coverage?role=all", 422, "covered"),
        ("GET", "/api/v1/layers/soil_risk_plot/zones", 403, "generalised=true"),
        ("GET", "/api/v1/rules/T-1", 404, "did you mean T-01"),
        ("GET", "/api/v1/rules?layer=nix", 404, "not known"),
        ("GET", "/api/v1/rules?activity=nix", 422, "unknown activity"),
        ("GET", "/api/v1/layers?when=2024-01-01", 422, "not known"),
        ("GET", "/api/v1/layers?on=2024-13-01", 422, "YYYY-MM-DD"),
        ("GET", "/api/v1/layers/eco_redline/zones?bbox=1,2,3", 422, "west,south,east,north"),
        ("GET", "/api/v1/layers/eco_redline/zones?bbox=1,2,3,nan", 422, "west,south,east,north"),
        ("GET", "/api/v1/layers/eco_redline/zones?bbox=3,2,1,4", 422, "west,south,east,north"),
        ("GET", "/api/v1/layers/eco_redline/zones?limit=0", 422, "greater than or equal to 1"),
        ("GET", "/api/v1/layers/eco_redline/zones?limit=many", 422, "whole number"),
        ("GET", "/health?deep=1", 422, "remove or correct it"),
        ("GET", CHECKS, 405, "method that is allowed"),
        ("DELETE", "/api/v1/layers", 405, "method that is allowed"),
        ("POST", f"{CHECKS}?detail=some", 422, "findings"),
    ],
)
def test_addresses_and_queries_that_are_wrong(
    client: FlaskClient, method: str, url: str, status: int, words: str
) -> None:
    join = "&" if "?" in url else "?"
    body = {"site": {"type": "Point", "coordinates": [105, 32]}} if method == "POST" else None
    response = client.open(f"{url}{join}lang=en", method=method, json=body)
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    problem = response.get_json()
    assert any(words in f"{p['hint']} {p['allowed']}" for p in problem["problems"]), problem
    if status == 405:
        assert response.headers["Allow"]


def test_every_error_class_has_a_status() -> None:
    found = {
        kind
        for module in (geo.errors, server.errors, server.settings)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, FenquError)
    }
    assert found == set(STATUS)


def test_a_new_error_class_has_its_nearest_ancestors_status() -> None:
    class OddSiteError(geo.errors.InputError):
        """Not in the table."""

    assert status_of(OddSiteError([])) == 422


def _broken(error: Exception) -> Flask:
    app = create_app(Settings(), small_bundle())

    def fail() -> str:
        raise error

    app.add_url_rule("/api/v1/broken", view_func=fail)
    return app


def test_a_bug_is_a_500_with_its_id_and_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    client = _broken(ZeroDivisionError("secret detail")).test_client()
    with caplog.at_level(logging.ERROR, "fenqu"):
        response = client.get("/api/v1/broken", headers={"X-Request-ID": "trace-me-42"})
    assert response.status_code == 500
    problem = response.get_json()
    assert problem["request_id"] == "trace-me-42"
    assert "secret" not in response.text
    assert "trace-me-42" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_an_internal_error_of_ours_tells_nothing_outside() -> None:
    problem = geo.errors.Problem(where="x", given="secret", allowed="", hint=geo.model.Text("密", "secret"))
    response = _broken(geo.errors.InternalError(problem)).test_client().get("/api/v1/broken")
    assert response.status_code == 500
    assert "secret" not in response.text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("abcd-1234.x_9", True),
        ("short", False),
        ("a" * 65, False),
        ("two words here", False),
        ("<script>12", False),
    ],
)
def test_request_ids_are_kept_only_where_sane(client: FlaskClient, given: str, kept: bool) -> None:
    answered = client.get("/health", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert (answered == given) is kept
    assert len(answered) >= 8


def test_a_path_cannot_forge_a_log_line(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "fenqu.access"):
        client.get("/api/v1/x%0AERROR%20forged")
    assert [record.getMessage().count("\n") for record in caplog.records] == [0]


@pytest.mark.parametrize(
    "url", ["/", "/health", "/api/v1/layers", "/api/v1/nothing", "/static/css/fenqu.css"]
)
def test_security_headers_are_on_every_answer(client: FlaskClient, url: str) -> None:
    response = client.get(url)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["X-Request-ID"]
    response.close()


def test_answers_are_compressed(client: FlaskClient) -> None:
    response = client.get("/api/v1/layers", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"


def test_a_page_that_is_not_there_is_a_page_for_people(client: FlaskClient) -> None:
    response = client.get("/nowhere?lang=en", headers={"Accept": "text/html"})
    assert response.status_code == 404
    assert response.mimetype == "text/html"
    assert "Not found" in response.text


def test_health(client: FlaskClient) -> None:
    response = client.get("/health")
    assert response.status_code == 200
    body = response.get_json()
    assert body["bundle"] == {"id": "small", "digest": "d" * 64}
    assert body["layers"] == {
        "admin_unit": "in_force",
        "eco_redline": "in_force",
        "river_reach": "stale",
        "soil_risk_plot": "in_force",
        "old_zone": "no_edition",
    }


@pytest.mark.parametrize("url", ["/health", "/", "/api/v1/layers", "/api/v1/bundle"])
def test_nothing_loaded_is_a_503(url: str) -> None:
    response = create_app(Settings(), None).test_client().get(f"{url}?lang=en")
    assert response.status_code == 503
    assert response.get_json()["problems"][0]["hint"] == "no bundle is loaded: ask the administrator"


def test_settings_have_one_table_of_names_and_defaults() -> None:
    assert read_settings({}) == Settings()
    assert {row.field for row in TABLE} == set(Settings.__dataclass_fields__)
    assert all(row.help and row.allowed for row in TABLE)


def test_settings_that_cannot_be_used_are_all_told() -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({"PORT": "high", "FENQU_LANG": "fr", "WORKERS": "0", "HOST": "::1"})
    assert [(p.where, p.given) for p in refused.value.problems] == [
        ("PORT", "high"),
        ("WORKERS", "0"),
        ("FENQU_LANG", "fr"),
    ]


def test_a_blank_setting_counts_as_not_given() -> None:
    assert read_settings({"PORT": " ", "FENQU_LANG": "en"}) == Settings(lang="en")
