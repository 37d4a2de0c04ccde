"""The input doctor on the page, in a browser: advice with its evidence, one click, one way back."""

import pytest

from tests.browser.runner import HERE, run_page_script

pytestmark = pytest.mark.browser


def test_swapped_axes_are_told_and_read_as_meant_by_one_click(server_url: str) -> None:
    played = run_page_script(HERE / "scenarios" / "input_doctor.mjs", server_url, expected_statuses=(422,))
    result = played["result"]
    assert result["refused"] == 422
    assert "经纬度" in result["fault"]
    for words in ("疑似经度与纬度颠倒", "32.6441, 105.8425", "105.8425, 32.6441", "朝天区", "坐标未作改动"):
        assert words in result["advice"]
    assert "--remedy" not in result["advice"]

    assert result["treated"] == {"status": 200, "sent": ["swap-axes"]}
    assert result["faultAfter"] == ""
    assert "已按要求处理：swap-axes" in result["applied"]
    assert "按要求以 swap-axes 处理" in result["summary"]
    answer = result["answer"]
    assert answer["remedies"] == ["swap-axes"]
    assert answer["site"] == [105.8425, 32.6441]
    assert sum("swap-axes" in remark for remark in answer["remarks"]) == 1
    assert "swap-axes" in result["told"]
    assert result["undone"] == {"status": 422, "sent": []}

    assert result["outside"] == 200
    assert "the sign of the longitude is wrong" in result["outsideAdvice"]
    assert result["away"] == {"advice": [["flip-lon"]], "remedies": None, "site": [-105.8425, 32.6441]}
    assert "flip" not in result["awayTold"]
    assert "105.8425, 32.6441" in result["awayTold"]
    assert result["good"] == ""
