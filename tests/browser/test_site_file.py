"""A file of sites read on the page, in a browser."""

import pytest

from tests.browser.runner import HERE, run_page_script

pytestmark = pytest.mark.browser


def test_a_survey_text_is_read_listed_chosen_from_and_checked(server_url: str) -> None:
    played = run_page_script(HERE / "scenarios" / "site_file.mjs", server_url, expected_statuses=(415, 422))
    result = played["result"]
    assert result["status"] == 200
    assert "界址点.txt：3 行，退回 1 行" in result["listed"]
    assert [row.split()[0] for row in result["rows"]] == ["甲-1", "甲-2", "甲-3"]
    assert "环没有闭合" in result["rows"][0]
    assert "不是界址点" in result["rows"][2]
    assert "1.0000" in result["summary"] or "0.99" in result["summary"]
    assert "环没有闭合" in result["summary"]
    assert result["current"] == "true"
    assert result["one"]["area"] == pytest.approx(10_000, rel=2e-3)
    assert "环没有闭合，已按首点闭合" in result["one"]["remarks"]
    assert "gcj-02" in result["named"]
    assert len(result["all"]) == 2
    assert result["all"][1][0] == result["one"]["verdict"]
    assert all(words for _, words in result["all"])
    assert result["forgotten"] == ["", ""]
    assert result["again"] == 200
    assert result["ended"] == [1, ["", ""]]
    assert result["refused"] == 415
    assert "打成一个 ZIP" in result["fault"]
    assert result["several"] == 422
    assert "乙地" in result["chosen"]
    assert result["tooWide"] <= 0
