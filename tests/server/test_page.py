"""The map's page: ours alone, small, and deaf to markup in the data."""

import dataclasses
import json
import re
from dataclasses import replace
from pathlib import Path

import folium
import pytest
from flask.testing import FlaskClient

from geo.model import Text
from server import create_app
from server.maps import Elements, elements
from server.settings import ROOT, Settings
from tests.server.small import EVIL, small_bundle

STATIC = ROOT / "static"
OUTSIDE = re.compile(r"""(?:src|href|url\(|import|fetch\()\s*=?\s*['"(]*\s*(?:https?:)?//""")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_asks_nobody_else_and_is_small(client: FlaskClient, lang: str) -> None:
    page = client.get(f"/?lang={lang}").text
    assert not OUTSIDE.search(page)
    assert len(page.encode()) < 300_000
    for address in re.findall(r'(?:src|href)="(/static/[^"?]+)', page):
        assert (ROOT / address.removeprefix("/")).is_file(), address


@pytest.mark.parametrize(("lang", "title"), [("zh", "接口文档"), ("en", "Interface")])
def test_the_interface_is_described_for_people(client: FlaskClient, lang: str, title: str) -> None:
    page = client.get(f"/docs?lang={lang}", headers={"Host": 'x"><script>'}).text
    assert title in page
    assert not OUTSIDE.search(page)
    for path, methods in client.get("/openapi.json").get_json()["paths"].items():
        assert f"<code>{path}</code>" in page
        assert all(operation["summary"] in page for operation in methods.values())
    for word in ("text/csv", "application/x-ndjson", "findings | full", "accuracy_m", "GeoJSON geometry"):
        assert word in page
    assert "<script" not in page
    assert client.get(f"/?lang={lang}").text.count(f'href="/docs?lang={lang}"') == 1


def test_no_part_of_folium_names_another_host() -> None:
    parts = [getattr(elements(), field.name) for field in dataclasses.fields(Elements)]
    for element in parts:
        for _, url in [*element.default_js, *element.default_css]:
            assert url.startswith("/static/vendor/")
            assert (ROOT / url.removeprefix("/")).is_file(), url
    assert folium.Map in parts


def test_our_browser_code_asks_nobody_else_and_puts_no_markup() -> None:
    for file in [*STATIC.glob("js/*.js"), *STATIC.glob("css/*.css")]:
        source = file.read_text("utf-8")
        assert not OUTSIDE.search(source), file
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "setHTML"):
            assert word not in source, f"{file}: {word}"


def test_browser_modules_keep_the_houses_budget() -> None:
    for file in [*STATIC.glob("js/*.js"), *STATIC.glob("css/*.css")]:
        assert len(file.read_text("utf-8").splitlines()) <= 300, file


def test_every_inline_script_and_style_carries_the_nonce(client: FlaskClient) -> None:
    response = client.get("/")
    nonce = re.search(r"'nonce-([^']+)'", response.headers["Content-Security-Policy"])
    assert nonce
    tags = re.findall(r"<(?:script|style)\b[^>]*>", response.text)
    inline = [tag for tag in tags if "src=" not in tag and "application/json" not in tag]
    assert len(inline) >= 3
    assert all(f'nonce="{nonce[1]}"' in tag for tag in inline)
    assert not re.search(r"<[a-z][^>]*\s(?:style|on[a-z]+)=", response.text)
    assert nonce[1] not in client.get("/").text


def test_markup_in_data_is_inert_in_the_page() -> None:
    bundle = replace(small_bundle(), title=Text(EVIL, EVIL), id=EVIL)
    page = create_app(Settings(), bundle).test_client().get("/").text
    assert "<img" not in page
    assert "alert(3)</script>" not in page
    assert page.count("<script") == page.count("</script>")


@pytest.mark.parametrize(
    ("query", "accept", "lang", "word"),
    [
        ("", None, "zh-CN", "开始研判"),
        ("?lang=en", None, "en", "Ecological zoning check"),
        ("", "en-US,en;q=0.8", "en", "Ecological zoning check"),
        ("?lang=zh", "en", "zh-CN", "生态环境分区研判"),
        ("?lang=fr", None, "zh-CN", "生态环境分区研判"),
    ],
)
def test_the_page_speaks_two_languages(
    client: FlaskClient, query: str, accept: str | None, lang: str, word: str
) -> None:
    response = client.get(f"/{query}", headers={"Accept-Language": accept} if accept else {})
    assert f'<html lang="{lang}">' in response.text
    assert response.headers["Content-Language"] == lang
    assert word in response.text


def test_the_page_can_be_read_by_machines_for_people(client: FlaskClient) -> None:
    page = client.get("/").text
    assert page.count("<h1") == page.count("<main") == 1
    assert "<title>" in page
    assert 'aria-live="polite"' in page
    assert "user-scalable=no" not in page
    assert "示范数据，非法定边界" in page
    assert "demonstration data, not an official boundary" in page


def test_real_data_need_no_banner() -> None:
    bundle = small_bundle()
    layers = {
        key: replace(one, editions=tuple(replace(e, synthetic=False) for e in one.editions))
        for key, one in bundle.layers.items()
    }
    page = create_app(Settings(), replace(bundle, layers=layers)).test_client().get("/").text
    assert "示范数据" not in page


def test_both_languages_have_the_same_words_and_every_word_is_used() -> None:
    words = {lang: json.loads((STATIC / "i18n" / f"{lang}.json").read_text("utf-8")) for lang in ("zh", "en")}
    assert list(words["zh"]) == list(words["en"])
    holes = {
        lang: {k: set(re.findall(r"\{(\w+)\}", v)) for k, v in table.items()} for lang, table in words.items()
    }
    assert holes["zh"] == holes["en"]
    sources = "".join(
        Path(f).read_text("utf-8")
        for f in [*STATIC.glob("js/*.js"), *ROOT.glob("server/templates/*.html"), *ROOT.glob("server/*.py")]
    )
    families = {
        "state",
        "site",
        "effect",
        "verdict",
        "facts.origin",
        "layers.group",
        "table",
        "drafts.status",
        "export",
    }  # named by a value
    unused = [k for k in words["zh"] if k not in sources and k.rpartition(".")[0] not in families]
    assert unused == []
