"""POST /checks/export: the answer of /checks as a file, by the writers of the command line."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pyogrio
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.exports import TYPES
from tests.server.small import small_bundle
from tests.server.test_checks import IN_RED_LINE, ON, request_for, square

URL = "/api/v1/checks/export"
AREA = {"site": square(105.06, 32.06, 0.02), "activity": "CHEM", "facts": {"nature": "new"}, "on": ON}


@pytest.fixture
def asked(client: FlaskClient) -> Callable[..., TestResponse]:
    def ask(form: str, body: dict[str, object] = AREA, **query: str) -> TestResponse:
        return client.post(URL, query_string={"format": form, "lang": "en", **query}, json=body)

    return ask


def saved(response: TestResponse, folder: Path, suffix: str) -> Path:
    path = folder / f"answer{suffix}"
    path.write_bytes(response.data)
    return path


@pytest.mark.parametrize("form", TYPES)
def test_every_format_is_a_file_that_says_what_it_is(
    asked: Callable[..., TestResponse], tmp_path: Path, form: str
) -> None:
    response = asked(form)
    suffix, media_type = TYPES[form]
    assert response.status_code == 200, response.text
    assert response.content_type == media_type
    assert response.headers["Content-Disposition"] == f'attachment; filename="fenqu-{ON}{suffix}"'
    assert all(isinstance(one, str) for one in json.loads(unquote(response.headers["Fenqu-Remarks"])))
    data = response.data
    if suffix in {".shp.zip", ".xlsx"}:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = b"".join(map(archive.read, archive.namelist()))
    assert b"demonstration data, not an official boundary" in data
    assert small_bundle().digest.encode() in data
    assert asked(form).data == response.data, "the same answer is the same bytes"


def test_measures_are_those_of_the_answer(
    client: FlaskClient, asked: Callable[..., TestResponse], tmp_path: Path
) -> None:
    [part] = client.post("/api/v1/checks", json=AREA).get_json()["parts"]
    path = saved(asked("gpkg"), tmp_path, ".gpkg")
    overlaps = pyogrio.read_dataframe(path, layer="overlaps")
    told = [(hit["layer"], hit["zone_id"], hit["overlap_m2"], hit["overlap_share"]) for hit in part["hits"]]
    assert list(zip(*(overlaps[c] for c in ("layer", "zone", "overlap_m2", "share")), strict=True)) == told
    [site] = pyogrio.read_dataframe(path, layer="sites").to_dict("records")
    assert (site["site_area_m2"], site["verdict"]) == (part["site"]["area_m2"], part["verdict"])
    assert (site["activity"], site["facts"]) == ("CHEM", "nature=new")


def test_each_part_of_a_project_is_a_site(asked: Callable[..., TestResponse]) -> None:
    parts = [
        {"name": "=plant", "site": AREA["site"]},
        {"site": {"type": "Point", "coordinates": IN_RED_LINE}},
    ]
    response = asked("xlsx", {"project": {"name": "Works", "parts": parts}, "on": ON})
    rows = list(openpyxl.load_workbook(io.BytesIO(response.data))["results"].iter_rows())
    assert [row[0].value for row in rows[1:]] == ["Works", "Works"]
    [names] = [at for at, cell in enumerate(rows[0]) if cell.value == "site_id"]
    assert [(row[names].value, row[names].data_type) for row in rows[1:]] == [("=plant", "s"), ("2", "s")]


def test_shapes_of_restricted_layers_stay_here(asked: Callable[..., TestResponse], tmp_path: Path) -> None:
    closed = {name for name, layer in small_bundle().layers.items() if layer.restricted}
    body = {**AREA, "site": square(105.0, 32.0, 0.2)}
    response = asked("gpkg", body)
    overlaps = pyogrio.read_dataframe(saved(response, tmp_path, ".gpkg"), layer="overlaps")
    kept = overlaps[overlaps["layer"].isin(closed)]
    assert len(kept) > 0
    assert kept.geometry.isna().all()
    assert kept["attributes"].isna().all()
    assert overlaps[~overlaps["layer"].isin(closed)].geometry.notna().all()
    assert "no shapes" in unquote(response.headers["Fenqu-Remarks"])


@pytest.mark.parametrize(
    ("form", "body", "where"),
    [
        ("txt", request_for(IN_RED_LINE), "format"),
        ("pdf", AREA, "format"),
        ("kml", {**AREA, "activity": "nonsense"}, "activity"),
        ("kml", {**AREA, "on": "1999-01-01"}, "on"),
    ],
)
def test_what_cannot_be_exported_is_refused(
    asked: Callable[..., TestResponse], form: str, body: dict[str, object], where: str
) -> None:
    response = asked(form, body)
    assert response.status_code == 422
    assert where in [problem["where"] for problem in response.get_json()["problems"]]


def test_the_document_names_every_type(client: FlaskClient) -> None:
    operation = client.get("/openapi.json").get_json()["paths"]["/api/v1/checks/export"]["post"]
    assert set(operation["responses"]["200"]["content"]) == {t.partition(";")[0] for _, t in TYPES.values()}
    [form] = [p for p in operation["parameters"] if p["name"] == "format"]
    assert form["required"]
    assert form["schema"]["enum"] == list(TYPES)
