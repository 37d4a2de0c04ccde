"""The input doctor over HTTP: advice beside answers and refusals, remedies for one site and for many."""

import json

from flask.testing import FlaskClient

ON = "2026-11-21"
SWAPPED = {"type": "Point", "coordinates": [32.07, 105.07]}
LOST_SIGN = {"type": "Point", "coordinates": [-105.07, 32.07]}
BATCH = f"/api/v1/checks/batch?on={ON}"


def post(client: FlaskClient, site: object, path: str = "checks", lang: str = "zh", **more: object):
    return client.post(f"/api/v1/{path}?lang={lang}", json={"site": site, "on": ON, **more})


def test_a_refusal_brings_advice_in_the_language_asked_for(client: FlaskClient) -> None:
    for lang, words in (("zh", "疑似经度与纬度颠倒"), ("en", "longitude and latitude have changed places")):
        answer = post(client, SWAPPED, lang=lang)
        assert answer.status_code == 422
        [advice] = answer.get_json()["advice"]
        assert advice["remedies"] == ["swap-axes"]
        assert (advice["given"], advice["would_be"]) == ("32.07, 105.07", "105.07, 32.07")
        assert words in advice["text"]
        assert "--remedy" not in advice["text"]
        assert answer.get_json()["problems"]


def test_a_site_outside_is_answered_with_advice_beside_it(client: FlaskClient) -> None:
    answer = post(client, LOST_SIGN)
    assert answer.status_code == 200
    [part] = answer.get_json()["parts"]
    assert [advice["remedies"] for advice in part["advice"]] == [["flip-lon"]]
    assert "remedies" not in part
    assert part["site"]["lon"] == -105.07
    asked = post(client, LOST_SIGN, "questions").get_json()["parts"][0]["site"]
    assert [advice["remedies"] for advice in asked["advice"]] == [["flip-lon"]]
    assert asked["remedies"] == []


def test_a_remedy_asked_for_is_applied_and_told(client: FlaskClient) -> None:
    good = post(client, {"type": "Point", "coordinates": [105.07, 32.07]}).get_json()
    answer = post(client, SWAPPED, remedies=["swap-axes"]).get_json()
    [part], [meant] = answer["parts"], good["parts"]
    assert part["remedies"] == ["swap-axes"]
    assert "advice" not in part
    assert part["findings"] == meant["findings"]
    assert answer["verdict"] == good["verdict"]
    [told] = [remark for remark in part["remarks"] if "swap-axes" in remark["zh"]]
    assert "32.07, 105.07 → 105.07, 32.07" in told["en"]
    assert not {"advice", "remedies"} & meant.keys()


def test_names_that_are_none_are_refused_where_they_stand(client: FlaskClient) -> None:
    answer = post(client, SWAPPED, remedies=["mirror", "text-utf8-read-as-gbk"])
    assert answer.status_code == 422
    problems = answer.get_json()["problems"]
    assert [problem["given"] for problem in problems] == ["mirror", "text-utf8-read-as-gbk"]
    assert {problem["where"] for problem in problems} == {"remedies"}
    assert (
        client.post(f"{BATCH}&remedies=mirror", data="lon,lat\n1,2\n", content_type="text/csv").status_code
        == 422
    )


def test_a_batch_is_advised_row_by_row_and_treated_where_it_fits(client: FlaskClient) -> None:
    rows = "lon,lat\n32.07,105.07\n105.07,32.07\n-105.07,32.07\n"
    sites = "".join(
        json.dumps({"site": site}) + "\n"
        for site in (SWAPPED, {**SWAPPED, "coordinates": [105.07, 32.07]}, LOST_SIGN)
    )
    for body, kind in ((rows, "text/csv"), (sites, "application/x-ndjson")):
        told = client.post(f"{BATCH}&tally=true", data=body, content_type=kind).get_data(as_text=True)
        one, two, three, last = map(json.loads, told.splitlines())
        assert [advice["remedies"] for advice in one["advice"]] == [["swap-axes"]]
        assert "advice" not in two["parts"][0]
        assert [advice["remedies"] for advice in three["parts"][0]["advice"]] == [["flip-lon"]]
        assert {tuple(a["remedies"]) for a in last["tally"]["doctor"]["advice"]} == {
            ("swap-axes",),
            ("flip-lon",),
        }

        asked = f"{BATCH}&tally=true&remedies=swap-axes,flip-lon"
        told = client.post(asked, data=body, content_type=kind).get_data(as_text=True)
        one, two, three, last = map(json.loads, told.splitlines())
        assert [row["parts"][0].get("remedies") for row in (one, two, three)] == [
            ["swap-axes"],
            None,
            ["flip-lon"],
        ]
        assert [remedy["applied"] for remedy in last["tally"]["doctor"]["remedies"]] == [1, 1]
        assert one["parts"][0]["findings"] == two["parts"][0]["findings"] == three["parts"][0]["findings"]


def test_a_garbled_table_over_http(client: FlaskClient) -> None:
    body = "经度,纬度\n105.07,32.07\n".encode("gb18030").decode("latin-1").encode()
    refused = client.post(BATCH, data=body, content_type="text/csv")
    assert refused.status_code == 422
    [advice] = refused.get_json()["advice"]
    assert advice["remedies"] == ["text-gbk-read-as-latin1"]
    assert advice["would_be"] == "经度"
    asked = f"{BATCH}&remedies=text-gbk-read-as-latin1"
    [row] = client.post(asked, data=body, content_type="text/csv").get_data(as_text=True).splitlines()
    assert json.loads(row)["parts"][0]["remedies"] == ["text-gbk-read-as-latin1"]


def packed_rows(count: int = 60) -> list[str]:
    """Degrees, minutes and seconds written as decimals, over many minutes of the district."""
    return [f"105.{n % 12:02}{(7 * n) % 60:02},32.{(5 * n) % 12:02}{(11 * n) % 60:02}" for n in range(count)]


def test_what_a_whole_file_shows_is_told_at_the_end_of_a_batch(client: FlaskClient) -> None:
    """Row by row nothing is odd: all lie in the district or near it."""
    rows = packed_rows()
    body = "\n".join(["lon,lat", *rows])
    features = [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "Point", "coordinates": [*map(float, r.split(","))]},
        }
        for r in rows
    ]
    shapes = json.dumps({"type": "FeatureCollection", "features": features})
    for data, kind in ((body, "text/csv"), (shapes, "application/geo+json")):
        *answers, last = (
            client.post(f"{BATCH}&tally=true", data=data, content_type=kind)
            .get_data(as_text=True)
            .splitlines()
        )
        [found] = json.loads(last)["tally"]["doctor"]["whole_file"]
        assert found["remedies"] == ["dms-packed"]
        assert "60" in found["text"]["en"]
        assert not any("dms-packed" in answer for answer in answers)
    asked = f"{BATCH}&tally=true&remedies=dms-packed"
    *_, last = client.post(asked, data=body, content_type="text/csv").get_data(as_text=True).splitlines()
    assert json.loads(last)["tally"]["doctor"]["whole_file"] == []


def test_what_names_show_stands_in_every_answer(client: FlaskClient) -> None:
    for path in (BATCH, f"{BATCH}&name=a.csv"):
        body = "高德经度,lon,lat\n1,105.07,32.07\n".encode("gbk")
        [answer] = client.post(path, data=body, content_type="text/csv").get_data(as_text=True).splitlines()
        told = str(json.loads(answer)["parts"][0]["remarks"])
        assert "gcj-02" in told
        assert ("gb18030" in told) is ("name" in path)
    by_name = client.post(f"{BATCH}&name=百度.csv", data=b"lon,lat\n105.07,32.07\n", content_type="text/csv")
    assert "bd-09" in by_name.get_data(as_text=True)


def test_remarks_of_a_reading_are_repeated_once_in_the_answer(client: FlaskClient) -> None:
    said = {"zh": "按 gb18030 编码读取", "en": "read as gb18030"}
    taken = {"zh": "未注明精度，按 5 米计", "en": "no accuracy given: taken as 5 m"}
    site = {"type": "Point", "coordinates": [105.07, 32.07]}
    [part] = post(client, site, remarks=[said, taken]).get_json()["parts"]
    assert part["remarks"].count(said) == part["remarks"].count(taken) == 1
    assert post(client, site, remarks=[{"zh": "x"}]).status_code == 422
    assert post(client, site, remarks=[said] * 51).status_code == 422
