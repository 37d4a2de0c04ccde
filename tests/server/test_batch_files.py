"""Files over HTTP: what the command line takes, the batch takes, by the file's name or its type."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from flask.testing import FlaskClient

import tests.site_files
from server.batch_files import FILE_TYPES
from tests.server.small import IN_RED_LINE, IN_THE_OPEN
from tests.site_files import MAKERS, NAMELESS, NO_CELLS

BATCH = "/api/v1/checks/batch"
HERE = {
    "甲": shapely.Point(IN_RED_LINE),
    "乙": shapely.box(105.06, 32.06, 105.062, 32.062),
    "丙": shapely.Point(IN_THE_OPEN),
}
SENT = [name for name in MAKERS if not name.endswith((".gdb", ".shp"))]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], bytes]:
    """The bytes of a file of three sites in the small bundle."""
    monkeypatch.setattr(tests.site_files, "SITES", HERE)
    return lambda name: MAKERS[name](tmp_path / name).read_bytes()


def lines_of(client: FlaskClient, data: bytes, **how: Any) -> list[dict[str, Any]]:
    query = {"activity": "CHEM", "on": "2026-11-21", **how.pop("query", {})}
    response = client.post(BATCH, query_string=query, data=data, **how)
    assert response.status_code == 200, response.get_data(as_text=True)
    return [json.loads(line) for line in response.get_data(as_text=True).splitlines()]


@pytest.mark.parametrize("name", SENT)
def test_every_file_gets_the_answers_of_its_sites(client: FlaskClient, make: Callable, name: str) -> None:
    rows = lines_of(client, make(name), query={"name": name}, content_type="application/octet-stream")
    assert [row["status"] for row in rows] == ["ok"] * 3
    hit = [
        {"eco_redline"} <= {h["layer"] for f in row["parts"][0]["findings"] for h in f["hits"]}
        for row in rows
    ]
    assert hit == [True, True, False]
    if not name.endswith((*NAMELESS, *NO_CELLS)):
        assert [row["site_id"] for row in rows] == list(HERE)


@pytest.mark.parametrize(("media_type", "suffix"), FILE_TYPES.items())
def test_a_type_of_one_format_needs_no_name(
    client: FlaskClient, make: Callable, media_type: str, suffix: str
) -> None:
    name = next(name for name in SENT if name.endswith(suffix))
    assert len(lines_of(client, make(name), content_type=media_type)) == 3


def test_what_was_taken_for_granted_stands_in_each_answer(client: FlaskClient, make: Callable) -> None:
    rows = lines_of(client, make("a.dxf"), query={"name": "a.dxf"})
    told = [[remark["zh"] for remark in row["parts"][0]["remarks"]] for row in rows]
    assert all("闭合线按面处理，弧线按折线处理，内圈不作为洞" in remarks for remarks in told)


def refusal(client: FlaskClient, data: bytes, status: int, **query: str) -> str:
    response = client.post(
        BATCH, query_string={"lang": "zh", **query}, data=data, content_type="application/octet-stream"
    )
    assert response.status_code == status
    return str(response.get_json()["problems"][0]["hint"])


def test_what_is_refused(client: FlaskClient, make: Callable) -> None:
    assert "打成一个 ZIP" in refusal(client, b"x", 415, name="a.shp")
    assert "不认识的文件格式" in refusal(client, b"x", 415, name="a.exe")
    assert "请注明正文的格式" in refusal(client, b"x", 415)
    assert "不是 ZIP" in refusal(client, b"x", 400, name="a.zip")
    assert "内容与扩展名不符" in refusal(client, b"x", 400, name="../../etc/a.gpkg")
    assert "请求体为空" in refusal(client, b"", 400, name="a.kml")
    assert "矛盾" in refusal(client, make("a.gpkg"), 422, name="a.gpkg", crs="EPSG:4544")


def test_nothing_is_left_behind(
    client: FlaskClient, make: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = make("shapefile.zip")
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    assert len(lines_of(client, data, query={"name": "用地.zip"})) == 3
    refusal(client, data[:-30], 400, name="a.zip")
    assert list(folder.iterdir()) == []
