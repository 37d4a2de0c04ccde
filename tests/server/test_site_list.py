"""A file of sites read for the page: every row where it came to lie, or why not."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from server import create_app
from server.answer_schemas import SitesAnswer
from server.settings import Settings
from tests.server.small import IN_RED_LINE, IN_THE_OPEN, small_bundle

URL = "/api/v1/sites"
HERE, THERE = (f"{lon},{lat}" for lon, lat in (IN_RED_LINE, IN_THE_OPEN))
TABLE = f"编号,经度,纬度,坐标系,精度\n甲,{HERE},,\n乙,32.1,105.1,,\n丙,{THERE},unknown,\n丁,{HERE},WGS84,30\n"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(Settings(max_parts=4, max_vertices=10), small_bundle()).test_client()


def post(client: FlaskClient, data: bytes, **query: str) -> Any:
    return client.post(
        URL, query_string={"lang": "zh", **query}, data=data, content_type="application/octet-stream"
    )


def test_rows_come_as_a_check_can_be_asked_of_them(client: FlaskClient) -> None:
    response = post(client, TABLE.encode("gbk"), name="选址.csv")
    assert response.status_code == 200, response.text
    SitesAnswer.model_validate(response.get_json())
    one, wrong, unknown, fine = response.get_json()["sites"]
    assert (one["site_id"], one["status"], one["cells"]["经度"]) == ("甲", "ok", str(IN_RED_LINE[0]))
    assert one["site"]["geometry"] == {"type": "Point", "coordinates": IN_RED_LINE}
    assert (one["site"]["crs"], one["site"]["accuracy_m"]) == ("EPSG:4490", None)
    assert "按 gb18030 编码读取" in [remark["zh"] for remark in one["site"]["remarks"]]
    assert (wrong["status"], wrong["site"]) == ("refused", None)
    assert wrong["problems"][0]["hint"]["zh"]
    assert wrong["advice"][0]["remedies"] == ["swap-axes"]
    assert (unknown["site"]["crs"], unknown["site"]["accuracy_m"]) == ("unknown", 1200.0)
    assert (fine["site"]["given_crs"], fine["site"]["accuracy_m"]) == ("EPSG:4326", 30.0)
    body = {"site": one["site"]["geometry"], "crs": one["site"]["crs"], "on": "2026-11-21"}
    assert client.post("/api/v1/checks", json=body).get_json()["parts"][0]["hits"]


def test_a_remedy_is_done_when_it_is_asked_for(client: FlaskClient) -> None:
    sites = post(client, TABLE.encode(), name="a.csv", remedies="swap-axes").get_json()["sites"]
    assert sites[1]["site"]["geometry"]["coordinates"] == [105.1, 32.1]


@pytest.mark.parametrize(
    ("name", "data", "status", "words"),
    [
        ("a.csv", b"", 400, "文件为空"),
        ("a.exe", b"x", 415, "不认识的文件格式"),
        ("a.xls", b"x", 415, "请另存为 XLSX"),
        ("a.dwg", b"x", 415, "请另存为 DXF"),
        ("a.shp", b"x", 415, "打成一个 ZIP"),
        ("a.kmz", b"x", 400, "不是 ZIP"),
        ("a.csv", b"lon,lat\n" + b"105,32\n" * 5, 413, "行数过多"),
        ("a.wkt", b"LINESTRING (" + b"105 32," * 11 + b"105.1 32)", 413, "拆分"),
    ],
)
def test_what_is_refused_as_a_whole(
    client: FlaskClient, name: str, data: bytes, status: int, words: str
) -> None:
    response = post(client, data, name=name)
    assert response.status_code == status
    assert words in response.get_json()["problems"][0]["hint"]


def test_the_name_must_be_said(client: FlaskClient) -> None:
    assert post(client, b"x").status_code == 422


def test_what_the_whole_file_shows_stands_beside_its_sites() -> None:
    client = create_app(Settings(max_parts=100), small_bundle()).test_client()
    rows = [f"105.{n % 12:02}{(7 * n) % 60:02},32.{(5 * n) % 12:02}{(11 * n) % 60:02}" for n in range(60)]
    answer = post(client, "\n".join(["lon,lat", *rows]).encode(), name="高德.csv").get_json()
    SitesAnswer.model_validate(answer)
    assert [one["remedies"] for one in answer["advice"]] == [["gcj-02"], ["dms-packed"]]
    assert "整个文件疑似" in answer["advice"][1]["text"]["zh"]
    assert all(not one["advice"] for one in answer["sites"])
    assert post(client, b"lon,lat\n105.07,32.07\n", name="a.csv").get_json()["advice"] == []
