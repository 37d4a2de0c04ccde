"""The rulebook for people: filters, history, both languages, and no markup from the data."""

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geo.model import Bundle, Text
from server import create_app
from server.settings import Settings
from tests.server.small import EVIL, small_bundle

PAGE = {"Accept": "text/html"}
WS_04, PA_01 = "/rules/WS-04", "/rules/PA-01"


def ids(page: str) -> list[str]:
    return re.findall(r"<code>([^<]+)</code></a></th>", page)


def only(client: FlaskClient, query: str) -> list[str]:
    return ids(client.get(f"/rules?{query}").text)


@pytest.fixture(scope="module")
def real(demo: Bundle) -> FlaskClient:
    return create_app(Settings(), demo).test_client()


def test_each_filter_by_itself(client: FlaskClient) -> None:
    assert set(only(client, "")) == {"T-01", "T-02", "T-03", "T-04", "T-05"}
    assert set(only(client, "layer=eco_redline")) == {"T-01", "T-05"}
    assert set(only(client, "activity=学校")) == {"T-02", "T-03", "T-04"}
    assert only(client, "text=T-03") == ["T-03"]
    assert only(client, "text=没有这个词") == []


def test_the_page_lists_what_the_interface_lists(real: FlaskClient) -> None:
    for query in (
        "on=2026-11-21",
        "layer=drinking_water_zone&on=2026-08-14",
        "activity=HOTEL&place=500152",
        "place=51",
        "text=涪江",
    ):
        body = real.get(f"/api/v1/rules?{query}").get_json()
        assert sorted(rule["id"] for rule in body["rules"]) == sorted(only(real, query)), query
        assert body["count"] > 0


def test_a_place_has_its_own_rules_and_those_of_everywhere(real: FlaskClient) -> None:
    def of(place: str) -> set[str]:
        return set(only(real, f"place={place}&on=2025-06-01"))

    assert "WS-04" in of("500152") & of("510812")
    assert "WS-11" in of("500152") - of("510812")
    assert any(name.startswith("P500152-") for name in of("500152"))
    assert not any(name.startswith("P500152-") for name in of("500229") | of("51"))
    assert "SN-01" in of("510921") - of("500152")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("layer=nix", "nix"),
        ("activity=no such thing", "no such thing"),
        ("place=abc", "abc"),
        ("on=soon", "soon"),
    ],
)
def test_a_wrong_filter_is_told_and_lists_nothing(client: FlaskClient, query: str, told: str) -> None:
    page = client.get(f"/rules?{query}&lang=en").text
    assert 'role="alert"' in page
    assert told in page
    assert ids(page) == []


def test_a_rule_has_its_history(real: FlaskClient) -> None:
    page = real.get(f"{PA_01}?on=2026-03-14&lang=zh").text
    versions = re.findall(r'<article class="version( is-in-force)?" id="v([0-9-]+)"', page)
    assert versions == [("", "2026-03-15"), (" is-in-force", "2021-03-01")]
    page = real.get(f"{PA_01}?on=2026-03-15&lang=zh").text
    assert re.findall(r'<article class="version( is-in-force)?"', page) == [" is-in-force", ""]


def test_old_and_new_articles_stand_beside_each_other(real: FlaskClient) -> None:
    page = real.get(f"{WS_04}?lang=zh&on=2026-08-15").text
    assert "《生态环境法典》第320条（原《水污染防治法》第66条）" in page
    assert "《水污染防治法》第66条（自2026-08-15起为《生态环境法典》第320条）" in page
    assert "待法制复核" in page
    assert "示例" in page
    assert "<td>适用</td>" in page
    assert "<td>未决</td>" in page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_rule_has_a_page_in_both_languages(real: FlaskClient, demo: Bundle, lang: str) -> None:
    for rule in demo.rulebook.rules[::7]:
        answer = real.get(f"/rules/{rule.id}?lang={lang}")
        assert answer.status_code == 200
        assert rule.action.get(lang) in html.unescape(answer.text)
        assert answer.headers["Content-Language"] == {"zh": "zh-CN", "en": "en"}[lang]


def test_there_is_no_page_of_no_rule(client: FlaskClient) -> None:
    assert client.get("/rules/NIX", headers=PAGE).status_code == 404


def test_words_of_the_data_are_no_markup() -> None:
    bundle = small_bundle()
    evil = tuple(
        replace(rule, title=Text(EVIL, EVIL), action=Text(EVIL, EVIL)) for rule in bundle.rulebook.rules
    )
    client = create_app(
        Settings(), replace(bundle, rulebook=replace(bundle.rulebook, rules=evil))
    ).test_client()
    for address in ("/rules", "/rules/T-01", f"/rules?text={EVIL}"):
        page = client.get(address).text
        assert "<img" not in page
        assert "<script" not in page


def test_the_pages_ask_nobody_else(real: FlaskClient) -> None:
    for address in ("/rules", WS_04):
        answer = real.get(address)
        assert not re.search(r"""(?:src|href|action)="(?:https?:)?//""", answer.text)
        for path in re.findall(r'(?:src|href)="(/static/[^"?]+)', answer.text):
            assert (Path(__file__).parents[2] / path.removeprefix("/")).is_file(), path
        assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
