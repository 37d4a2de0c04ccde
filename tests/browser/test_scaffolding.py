"""The runner sees what a page does: a good page passes, each kind of bad one is found."""

import json
from pathlib import Path

import pytest

from tests.browser.runner import HERE, PageError, ServerError, run_page_script, serving

pytestmark = pytest.mark.browser

SCENARIOS = HERE / "scenarios"


def test_vendored_assets_draw_a_map_without_leaving_the_machine(sample_url: str) -> None:
    seen = run_page_script(SCENARIOS / "sample_map.mjs", sample_url)
    clicked = seen["result"].pop("clicked")
    assert seen["result"] == {"leaflet": "1.9.4", "plugins": True, "icon": 25}
    # the middle of the window is the middle of the map, within a pixel of 0.003 degrees
    assert [float(part) for part in clicked.split(", ")] == pytest.approx([106.5, 31.5], abs=0.003)
    assert seen["external"] == []
    assert len(seen["requests"]) > 8


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ("asks_another_host", "asked another host: https://tiles.example.invalid/1/1/1.png"),
        ("misses_a_file", "answered 404: "),
        ("throws", "threw: TypeError"),
        ("breaks_its_policy", "console error: .*Content Security Policy"),
    ],
)
def test_a_bad_page_is_found(sample_url: str, page: str, complaint: str) -> None:
    with pytest.raises(PageError, match=complaint):
        run_page_script(SCENARIOS / "open.mjs", f"{sample_url}/pages/{page}.html")


def test_an_expected_refusal_is_no_failure(sample_url: str) -> None:
    seen = run_page_script(
        SCENARIOS / "open.mjs", f"{sample_url}/pages/misses_a_file.html", expected_statuses={404}
    )
    assert [refused["status"] for refused in seen["refused"]] == [404]


def test_a_broken_scenario_is_found(sample_url: str, tmp_path: Path) -> None:
    scenario = tmp_path / "broken.mjs"
    scenario.write_text(
        "export default async () => { throw new Error('no such button'); };\n", encoding="utf-8"
    )
    with pytest.raises(PageError, match="no such button"):
        run_page_script(scenario, sample_url)


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(ServerError, match="no_such_app"),
        serving("tests.browser.sample_app:no_such_app", log=tmp_path / "log"),
    ):
        pytest.fail("it served")


def test_lock_file_names_no_registry() -> None:
    lock = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))
    assert all("resolved" not in package for package in lock["packages"].values())
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
