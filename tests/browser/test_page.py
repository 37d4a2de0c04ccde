"""A planner's road over the map page, in a browser: no outside request, no error, the right words."""

import re
from pathlib import Path

import pytest

from tests.browser.runner import HERE, run_page_script, serving
from tests.server.small import EVIL

pytestmark = pytest.mark.browser

SCENARIOS = HERE / "scenarios"


def test_click_type_or_draw_and_read_the_verdict(server_url: str) -> None:
    result = run_page_script(SCENARIOS / "check_place.mjs", server_url)["result"]
    assert result["lang"] == "zh-CN"
    assert result["colours"] > 20, "the map is blank"
    assert result["touching"] == []
    assert "示范数据，非法定边界" in result["banner"]
    assert result["disabled"] is True

    assert result["clicked"] == pytest.approx(result["place"], abs=0.0005)
    click = result["clickVerdict"]
    assert click["answer"] == click["shown"] == "prohibited"
    assert "涉及禁止性要求" in click["words"]
    assert "涉及禁止性要求" in click["live"]
    assert {"RL-01", "RL-02"} & set(result["rules"])
    assert re.search(r"《.+》", result["article"])
    assert result["hits"] >= 2
    assert result["layers"] >= 11

    had, folded, words = result["paper"]
    assert had
    assert folded == 0
    assert "点：{:.6f}, {:.6f} (CGCS2000) · 定位精度 5 米".format(*result["clicked"]) in words
    assert dict(result["onPaper"]) == {"form": False, "chart": False, "verdict": True}
    assert result["foldedAgain"] == 0
    assert "输入已更改" in result["stale"]
    assert result["hitsAfterChange"] == 0
    assert result["pasted"] == ["105.80", "30.15"]
    assert result["typedVerdict"]["answer"] == result["typedVerdict"]["shown"]
    assert "105.8000" in result["gauss"]
    assert "北坐标（X 或纬度）在前" in result["gauss"]
    assert "经度须为数字" in result["fault"]
    sure = [(one["crs"], one["accuracy"], one["told"].partition("定位精度 ")[2]) for one in result["sure"]]
    old = "西安80"
    assert sure == [
        ("EPSG:4490", 20, "20 米"),
        ("EPSG:4490", 0.5, "0.5 米"),
        (old, 100, "100 米"),
        (old, 150, "150 米"),
        ("EPSG:4490", None, "5 米"),
    ]
    assert "定位精度须为" in result["unsure"]
    assert result["blank"] == ""
    assert "公顷" in result["area"]
    assert "亩" in result["area"]
    assert result["areaVerdict"]["answer"] == result["areaVerdict"]["shown"]
    assert "2021-08-01" in result["dateVerdict"]["words"]
    assert result["note"] == "该日无版本"
    assert result["download"].startswith("fenqu-")


def test_a_finding_shows_its_clauses_and_the_units_whole_list(server_url: str) -> None:
    result = run_page_script(SCENARIOS / "entry_list.mjs", server_url)["result"]
    assert "可能涉及" in result["may"]
    assert "禁止新建纸浆制造项目" in result["may"]
    assert "可能涉及" not in result["named"]
    assert "新建工业项目主要污染物实行等量或倍量替代" in result["named"]
    assert result["shown"] == result["listed"]
    assert len(result["shown"]) == 4


def test_english_phone_keyboard_and_every_layer(server_url: str) -> None:
    result = run_page_script(SCENARIOS / "look_at_page.mjs", server_url)["result"]
    assert result["english"] == {"lang": "en", "button": "Check", "chinese": None}
    assert {status for _, status in result["switched"]} == {200}
    assert len(result["switched"]) >= 5
    assert result["notes"] == []
    # Of rivers nothing is known in 恩阳区, of slopes nothing outside their tile, of 蓬溪县 only the strip.
    unknown = ("river_reach", "river_shoreline", "river_corridor", "slope", "eco_redline", "receptor")
    gaps = [gap for gap, _ in result["gaps"]]
    assert {f"gap-{layer}" for layer in unknown} <= set(gaps)
    assert {words for _, words in result["gaps"]} == {"not covered"}
    assert not {"gap-admin_unit", "gap-land_cover"} & set(gaps)
    assert result["gapsAfter"] == []
    for width in ("desk", "phone"):
        assert result[width]["unnamed"] == []
        assert result[width]["duplicateIds"] == []
        assert result[width]["tooWide"] <= 0
        assert len(result[width]["headings"]) >= 3
    assert result["skip"] == "skip"
    assert result["phone"]["verdict"] in {"prohibited", "undetermined", "conditional", "restricted"}


def test_markup_in_names_stays_text(browser_tools: None, tmp_path: Path) -> None:
    with serving("tests.server.evil_app:app", log=tmp_path / "log") as url:
        result = run_page_script(SCENARIOS / "markup_is_text.mjs", url)["result"]
    assert result["dialogs"] == []
    assert (result["images"], result["scripts"]) == (0, 0)
    for place in ("tooltip", "zone", "legend"):
        assert EVIL in result[place]


def test_from_a_finding_to_its_rule_and_through_the_rulebook(server_url: str) -> None:
    result = run_page_script(SCENARIOS / "browse_rules.mjs", server_url)["result"]
    assert result["all"] > 300
    assert str(result["all"]) in result["count"]
    assert {"WS-02", "WS-04"} <= set(result["filtered"])
    assert len(result["filtered"]) < 20
    assert result["kept"] == "HOTEL"
    assert "《生态环境法典》第320条（原《水污染防治法》第66条）" in result["rule"]
    assert result["english"]["lang"] == "en"
    assert result["english"]["on"] == "2026-11-21"
    assert "Ecological Environment Code, art. 320" in result["english"]["text"]
    assert result["versions"] == [["v2026-03-15", False], ["v2021-03-01", True]]
    for width in ("desk", "phone"):
        assert result[width] == {"unnamed": [], "tooWide": 0, "duplicateIds": []}
    assert result["nav"] == "/rules?lang=zh"
    assert result["link"].startswith(f"/rules/{result['opened']}?lang=zh&on=")


def test_an_answer_is_saved_as_files(server_url: str) -> None:
    result = run_page_script(SCENARIOS / "export_answer.mjs", server_url)["result"]
    assert result["pointHasNoText"] is True
    heads = {"gpkg": "SQLi", "shp": "PK\x03\x04", "kml": "<?xm", "dxf": "999\r", "xlsx": "PK\x03\x04"}
    files = result["files"]
    assert {form: files[form]["head"] for form in heads} == heads
    assert files["shp"]["name"].endswith(".shp.zip")
    assert all(file["size"] > 500 for file in files.values())
    assert all(file["name"] in file["said"] for file in files.values())
    assert "CGCS2000 3 度带第" in files["txt"]["said"]


def test_a_draft_is_answered_by_beside(browser_tools: None, tmp_path: Path) -> None:
    with serving("tests.server.draft_app:app", log=tmp_path / "log") as url:
        result = run_page_script(SCENARIOS / "drafts.mjs", url)["result"]
    assert (result["without"], result["after"], result["stale"]) == (0, 0, True)
    assert result["offered"] == ["不选", "2027 稿（草案，2027-01-01 起）"]
    assert (result["gained"]["now"], result["gained"]["then"]) != (
        result["lost"]["now"],
        result["lost"]["then"],
    )
    assert result["gained"]["then"] == result["lost"]["now"] == "prohibited"
    assert result["gained"]["rules"] == result["lost"]["rules"] == ["T-01"]
    assert "将适用" in result["gained"]["words"]
    assert "不再适用" in result["lost"]["words"]
    assert "不作为现行依据" in result["lost"]["words"]
