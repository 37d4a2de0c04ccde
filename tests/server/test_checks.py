"""POST /checks and /questions: the answer is the core's own, and every input fault says what to do."""

from dataclasses import replace
from datetime import date

import orjson
import pytest
import shapely
from flask.testing import FlaskClient

from geo.answer import to_json
from geo.check import check_projects
from geo.errors import InputError
from geo.model import Part, Project
from geo.site import make_site
from server import checks
from server.answer_schemas import CheckAnswer
from tests.server.small import IN_RED_LINE, IN_THE_OPEN, small_bundle

URL = "/api/v1/checks"
ON = "2026-11-21"


def point(place: list[float] = IN_RED_LINE) -> dict[str, object]:
    return {"type": "Point", "coordinates": place}


def square(west: float, south: float, size: float) -> dict[str, object]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def request_for(place: list[float], **keys: object) -> dict[str, object]:
    return {
        "site": point(place),
        "activity": "CHEM",
        "facts": {"nature": "new", "noisy": False},
        "on": ON,
        **keys,
    }


@pytest.mark.parametrize(
    ("place", "verdict", "applies"),
    [(IN_RED_LINE, "prohibited", ["T-01"]), (IN_THE_OPEN, "clear", [])],
)
def test_the_place_decides(client: FlaskClient, place: list[float], verdict: str, applies: list[str]) -> None:
    answer = client.post(URL, json=request_for(place)).get_json()
    assert answer["verdict"] == verdict
    [part] = answer["parts"]
    assert [f["rule"] for f in part["findings"] if f["outcome"] == "applies"] == applies
    assert answer["out_of_scope"] == ["perm_farmland"]


def test_what_an_activity_means_is_that_of_the_rulebook_asked_about() -> None:
    """It is remembered by rulebook, and a name that means nothing is refused each time."""
    first, second = small_bundle().rulebook, small_bundle().rulebook
    named = first.activities["CHEM"].title.zh
    [other] = [one for one in second.activities.values() if one.id != "CHEM"][:1]
    renamed = replace(second.activities["CHEM"], id="OTHER")
    second = replace(second, activities={other.id: other, "OTHER": renamed})
    for _ in range(2):
        assert checks._meant(first, named, "activity") == "CHEM"
        assert checks._meant(second, named, "activity") == "OTHER"
        with pytest.raises(InputError, match="造船厂"):
            checks._meant(first, "造船厂", "activity")


@pytest.mark.parametrize("query", ["", "?detail=full", "?margins=near", "?margins=all", "?lang=en"])
def test_http_is_the_core_byte_for_byte(client: FlaskClient, query: str) -> None:
    bundle = small_bundle()
    site = make_site(shapely.Point(IN_RED_LINE), crs="EPSG:4490", accuracy_m=5)
    part = Part(site=site, activity="CHEM", facts=(("nature", "new"), ("noisy", False)))
    full, margins = "full" in query, query.partition("margins=")[2] or "told"
    [report] = check_projects(
        bundle, [Project(parts=(part,))], date.fromisoformat(ON), margins=margins, full=full
    )
    body = request_for(IN_RED_LINE, crs="EPSG:4490", accuracy_m=5)
    assert client.post(URL + query, json=body).data == orjson.dumps(
        to_json(report, detail="full" if full else "findings")
    )


@pytest.mark.parametrize("detail", ["findings", "full"])
@pytest.mark.parametrize(
    "site", [point(), square(105.09, 32.09, 0.02), {"type": "Feature", "geometry": point()}]
)
def test_answers_keep_their_schema(client: FlaskClient, site: dict[str, object], detail: str) -> None:
    response = client.post(f"{URL}?detail={detail}", json={"site": site, "on": ON})
    assert response.status_code == 200
    CheckAnswer.model_validate_json(response.data)


def test_full_detail_tells_every_rule(client: FlaskClient) -> None:
    [part] = client.post(f"{URL}?detail=full", json=request_for(IN_THE_OPEN)).get_json()["parts"]
    assert {f["rule"] for f in part["findings"]} == {"T-01", "T-02", "T-03", "T-05"}


def test_a_project_of_two_parts_has_the_worse_verdict(client: FlaskClient) -> None:
    facts = {"nature": "new", "noisy": False}
    parts = [
        {"name": name, "site": point(place), "activity": "化工", "facts": facts}
        for name, place in (("tank", IN_THE_OPEN), ("works", IN_RED_LINE))
    ]
    answer = client.post(URL, json={"project": {"name": "P", "parts": parts}, "on": ON}).get_json()
    assert answer["name"] == "P"
    assert [(p["name"], p["verdict"]) for p in answer["parts"]] == [
        ("tank", "clear"),
        ("works", "prohibited"),
    ]
    assert answer["verdict"] == "prohibited"


def test_a_bare_site_is_a_project_of_one_part(client: FlaskClient) -> None:
    request = request_for(IN_RED_LINE)
    on = request.pop("on")
    bare = client.post(URL, json={**request, "on": on}).get_json()
    whole = client.post(URL, json={"project": {"parts": [request]}, "on": on}).get_json()
    assert bare == whole


def test_the_date_defaults_to_today_in_china(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.current.today", lambda: date(2024, 2, 29))
    request = request_for(IN_RED_LINE)
    del request["on"]
    assert client.post(URL, json=request).get_json()["on"] == "2024-02-29"


BOW_TIE = {
    "type": "Polygon",
    "coordinates": [[[105, 32], [105.1, 32.1], [105.1, 32], [105, 32.1], [105, 32]]],
}
LONG = {"type": "LineString", "coordinates": [[105 + i / 1000, 32] for i in range(51)]}

FAULTS = [
    ({"sites": point()}, 422, "sites", "did you mean site"),
    ({"site": point(), "activty": "CHEM"}, 422, "activty", "did you mean activity"),
    ({"on": ON}, 422, "body", "either site or project"),
    ({"site": point(), "project": {"parts": [{"site": point()}]}}, 422, "body", "either site or project"),
    ({"project": {"parts": [{"site": point()}]}, "activity": "CHEM"}, 422, "activity", "in each part"),
    ({"project": {"parts": []}}, 422, "project.parts", "at least 1"),
    ({"project": {"parts": [{"sit": point()}]}}, 422, "project.parts[0].sit", "did you mean site"),
    ({"site": [105, 32]}, 422, "site", "give a JSON object"),
    ({"site": point(), "accuracy_m": "5"}, 422, "accuracy_m", "without quotes"),
    ({"site": point(), "accuracy_m": True}, 422, "accuracy_m", "without quotes"),
    ({"site": point(), "accuracy_m": -1}, 422, "accuracy_m", "greater than or equal to 0"),
    ({"site": point(["105", 32])}, 422, "site/coordinates", "number"),
    ({"site": point([True, 32])}, 422, "site/coordinates", "number"),
    ({"site": point([32.07, 105.07])}, 422, "site", "swapped"),
    ({"site": point([105.07])}, 422, "site/coordinates", ""),
    ({"site": {"type": "Point", "coordinates": []}}, 422, "site/coordinates", ""),
    ({"site": {"type": "Circle", "coordinates": [1, 2]}}, 422, "site/type", "Point"),
    ({"site": {"type": "GeometryCollection", "geometries": []}}, 422, "site/type", ""),
    ({"site": {"type": "Feature", "geometry": None}}, 422, "site/geometry", "no geometry"),
    ({"site": BOW_TIE}, 422, "site", "crosses itself"),
    ({"site": BOW_TIE, "repair": "buffer"}, 422, "repair", "make_valid"),
    ({"site": point(), "crs": "EPSG:9"}, 422, "crs", ""),
    ({"site": {**point(), "crs": {"type": "name", "properties": {"name": "EPSG:4326"}}}, "crs": "EPSG:4490"},
     422, "crs", "differ"),
    ({"site": point([500000, 3500000])}, 422, "site", "name their CRS"),
    ({"site": point(), "activity": "CHEMM"}, 422, "activity", "unknown activity"),
    ({"site": point(), "facts": {"natur": "new"}}, 422, "facts.natur", "unknown fact"),
    ({"site": point(), "facts": {"nature": "newish"}}, 422, "facts.nature", "not allowed"),
    ({"site": point(), "facts": {"noisy": [1]}}, 422, "facts.noisy", "text, a number"),
    ({"site": point(), "facts": ["new"]}, 422, "facts", "give a JSON object"),
    ({"site": point(), "on": "2026-02-30"}, 422, "on", "YYYY-MM-DD"),
    ({"site": point(), "on": "20261121"}, 422, "on", "YYYY-MM-DD"),
    ({"site": point(), "on": 2026}, 422, "on", "give a text"),
    ({"site": point(), "on": "2021-02-28"}, 422, "on", "before the rulebook begins"),
    ({"site": LONG}, 413, "site (vertices)", "split or simplify"),
    ({"project": {"parts": [{"site": point()}] * 4}}, 413, "project.parts", "split or simplify"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "where", "words"), FAULTS, ids=[f"{f[2]}-{i}" for i, f in enumerate(FAULTS)]
)
@pytest.mark.parametrize("url", [URL, "/api/v1/questions"])
def test_a_fault_says_where_and_how_to_mend_it(
    client: FlaskClient, url: str, body: dict[str, object], status: int, where: str, words: str
) -> None:
    response = client.post(f"{url}?lang=en", json=body)
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    problem = response.get_json()
    assert problem["status"] == status
    assert problem["title"]
    told = [p for p in problem["problems"] if p["where"].startswith(where)]
    assert told, problem["problems"]
    assert any(words in f"{p['hint']} {p['allowed']}" for p in told), told


def test_all_faults_at_once(client: FlaskClient) -> None:
    body = {
        "site": point([1000, 0]),
        "activity": "nix",
        "facts": {"natur": 1, "nature": "x"},
        "on": "yesterday",
    }
    problems = client.post(URL, json=body).get_json()["problems"]
    assert [p["where"] for p in problems] == ["on", "site", "activity", "facts.natur", "facts.nature"]


def test_repair_on_request_is_told(client: FlaskClient) -> None:
    answer = client.post(URL, json={"site": BOW_TIE, "repair": "make_valid", "on": ON}).get_json()
    assert any("make_valid" in remark["en"] for remark in answer["parts"][0]["remarks"])


def test_problems_speak_the_language_asked_for(client: FlaskClient) -> None:
    body = {"site": point(), "activity": "nix"}
    assert "未知的项目类型" in client.post(f"{URL}?lang=zh", json=body).get_json()["problems"][0]["hint"]
    english = client.post(URL, json=body, headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert "unknown activity" in english.get_json()["problems"][0]["hint"]
    assert english.headers["Content-Language"] == "en"


def test_an_unknown_footprint_asks_for_the_land_area(client: FlaskClient) -> None:
    near = {"site": point([105.0499, 32.07]), "activity": "FARM", "facts": {"nature": "new"}, "on": ON}
    [part] = client.post("/api/v1/questions", json=near).get_json()["parts"]
    area = next(fact for fact in part["facts"] if fact["id"] == "land_area_m2")
    assert area["rules"] == ["T-05"]
    assert (area["value"], area["origin"], area["unit"]) == (10_000, "implied", "m2")
    near["facts"] = {"nature": "new", "land_area_m2": 12}
    [part] = client.post("/api/v1/questions", json=near).get_json()["parts"]
    area = next(fact for fact in part["facts"] if fact["id"] == "land_area_m2")
    assert (area["value"], area["origin"], area["rules"]) == (12, "declared", [])


def test_questions_are_what_open_rules_ask_for(client: FlaskClient) -> None:
    body = {"site": point(), "activity": "CHEM", "on": ON}
    [part] = client.post("/api/v1/questions", json=body).get_json()["parts"]
    asked = {fact["id"]: (fact["origin"], fact["rules"]) for fact in part["facts"]}
    assert asked == {
        "nature": ("unknown", ["T-01"]),
        "discharges": ("implied", []),
        "noisy": ("unknown", ["T-03"]),
        "land": ("default", []),
    }
    assert part["site"]["geometry"] == {"type": "Point", "coordinates": IN_RED_LINE}
    body["facts"] = {"nature": "existing", "discharges": False}
    [part] = client.post("/api/v1/questions", json=body).get_json()["parts"]
    discharges = next(fact for fact in part["facts"] if fact["id"] == "discharges")
    assert (discharges["value"], discharges["origin"]) == (False, "declared")
    assert discharges["assumed"] == {"value": True, "origin": "implied"}


@pytest.mark.parametrize(
    ("text", "crs", "told"),
    [
        ("105°48′18″E, 32°30′18″N", None, "no CRS given"),
        ("32.505, 105.805", None, "told by their size"),
        ("X=3598138.10 Y=35575648.17", None, "taken as CGCS2000 3° zone 35"),
        ("3,598,138.10; 575,648.17", "CGCS2000 3度带35带", "EPSG:4544"),
        ("东坐标575648.17 北坐标3598138.10", "EPSG:4544", None),
    ],
)
def test_a_typed_place_is_a_site(client: FlaskClient, text: str, crs: str | None, told: str | None) -> None:
    body = {"site": text} if crs is None else {"site": text, "crs": crs}
    answer = client.post("/api/v1/checks", json=body)
    assert answer.status_code == 200, answer.text
    (part,) = answer.get_json()["parts"]
    assert (part["site"]["lon"], part["site"]["lat"]) == pytest.approx((105.805, 32.505), abs=1e-6)
    assert told is None or any(told in remark["en"] for remark in part["remarks"])
    assert client.post("/api/v1/questions", json=body).status_code == 200


@pytest.mark.parametrize(
    ("body", "where", "words"),
    [
        ({"site": "nowhere"}, "site", "not readable as a pair"),
        ({"site": "575648.17, 3598138.10"}, "site", "EPSG:4534–4554"),
        ({"site": "575648.17, 3598138.10", "crs": "CGCS2000 UTM"}, "crs", "unknown or unusable"),
        ({"site": "X=3598138.10 Y=35575648.17", "crs": "西安80"}, "accuracy_m", "100 m or more"),
        ({"site": "1" * 200}, "site", ""),
        ({"site": 7}, "site", ""),
    ],
)
def test_a_typed_place_may_be_refused(
    client: FlaskClient, body: dict[str, object], where: str, words: str
) -> None:
    answer = client.post("/api/v1/checks?lang=en", json=body)
    assert answer.status_code in {400, 422}, answer.text
    problems = answer.get_json()["problems"]
    assert any(p["where"] == where and words in f"{p['hint']} {p['allowed']}" for p in problems), problems
