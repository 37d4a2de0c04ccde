"""Entry lists over HTTP: the clauses of a finding, the whole list of a unit."""

from dataclasses import replace

import pytest
import shapely
from flask.testing import FlaskClient

from geo.model import (
    Certainty,
    Clause,
    ClauseLevel,
    ClauseTest,
    ClauseVerb,
    Effect,
    Relation,
    Rule,
)
from server import create_app
from server.answer_schemas import CheckAnswer
from server.settings import Settings
from tests.server.small import edition, layer, small_bundle, text

UNIT, LISTS = "ZH51081220001", "/api/v1/layers/env_control_unit/clauses"
SITE = {
    "site": {"type": "Point", "coordinates": [105.05, 32.05]},
    "facts": {"nature": "new"},
    "on": "2026-11-21",
}


def clause(number: int, verb: str, level: ClauseLevel = ClauseLevel.UNIT, scope: str = UNIT) -> Clause:
    return Clause(
        id=f"c{number}",
        scope=scope,
        level=level,
        dimension=1,
        verb=ClauseVerb(verb),
        text=f"<b>{verb}</b>化工项目",
        names=("CHEM",),
        doc="示范清单",
        article=str(number),
        certainty=Certainty.B,
    )


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    small = small_bundle()
    zone = (UNIT, "2", "甲单元", shapely.box(105.0, 32.0, 105.1, 32.1))
    other = ("ZH51081230001", "3", "乙单元", shapely.box(105.1, 32.0, 105.2, 32.1))
    rows = (clause(1, "禁止"), clause(2, "限制", ClauseLevel.CITY, "5108"))
    units = layer(
        "env_control_unit",
        text("units"),
        {"2": text("key"), "3": text("rest")},
        edition(zone, other, clauses=rows),
    )
    ban = Rule(
        id="T-CU",
        title=text("the list"),
        layers=("env_control_unit",),
        relation=Relation.INTERSECTS,
        clauses=ClauseTest(verbs=(ClauseVerb.PROHIBIT,)),
        activities=("ANY",),
        effect=Effect.PROHIBITED,
        action=text("no"),
        basis=("law-1",),
        valid_from=small.rulebook.rules[0].valid_from,
        certainty=Certainty.A,
    )
    book = replace(small.rulebook, rules=(*small.rulebook.rules, ban))
    held = replace(small, layers={**small.layers, units.id: units}, rulebook=book)
    return create_app(Settings(), held).test_client()


def test_a_finding_names_its_clauses(client: FlaskClient) -> None:
    body = client.post("/api/v1/checks", json={**SITE, "activity": "CHEM"}).get_json()
    CheckAnswer.model_validate(body)
    found = next(one for one in body["parts"][0]["findings"] if one["rule"] == "T-CU")
    assert (found["outcome"], found["certainty"]) == ("applies", "B")
    (told,) = found["clauses"]
    assert (told["id"], told["verb"], told["level"], told["dimension"]) == ("c1", "禁止", "unit", 1)
    assert (told["text"], told["doc"], told["article"], told["certainty"]) == (
        "<b>禁止</b>化工项目",
        "示范清单",
        "1",
        "B",
    )
    assert (told["layer"], told["zone_id"], told["sure"]) == ("env_control_unit", UNIT, True)
    assert (
        "准入清单：禁止类「<b>禁止</b>化工项目」（单元清单，空间布局约束，示范清单第1条）"
        in found["explanation"]["zh"]
    )
    assert "(list of the unit, spatial layout, 示范清单, item 1)" in found["explanation"]["en"]
    assert all("clauses" not in one for one in body["parts"][0]["findings"] if one["rule"] != "T-CU")


def test_what_may_be_meant_is_told_so(client: FlaskClient) -> None:
    found = client.post("/api/v1/checks", json=SITE).get_json()["parts"][0]["findings"]
    (one,) = [finding for finding in found if finding["rule"] == "T-CU"]
    assert (one["outcome"], one["reason"]) == ("not_assessed", "activity_unknown")
    assert [told["sure"] for told in one["clauses"]] == [False]
    assert "可能涉及禁止类" in one["explanation"]["zh"]


def test_a_unit_tells_its_whole_list(client: FlaskClient) -> None:
    body = client.get(f"{LISTS}?zone_id={UNIT}&on=2026-11-21").get_json()
    assert (body["layer"], body["edition"], body["synthetic"]) == ("env_control_unit", "2021-07", True)
    (zone,) = body["zones"]
    assert (zone["zone_id"], zone["name"], zone["held"]) == (UNIT, "甲单元", True)
    assert [(one["id"], one["level"]) for one in zone["clauses"]] == [("c2", "city"), ("c1", "unit")]


def test_what_is_not_held_is_said(client: FlaskClient) -> None:
    body = client.get(f"{LISTS}?zone_id=ZH51081230001&on=2026-11-21").get_json()
    (zone,) = body["zones"]
    assert (zone["held"], [one["id"] for one in zone["clauses"]]) == (False, ["c2"])


@pytest.mark.parametrize(
    ("address", "status", "where"),
    [
        (f"{LISTS}?zone_id=ZH9", 404, "zone_id"),
        ("/api/v1/layers/none/clauses?zone_id=x", 404, "layer_id"),
        ("/api/v1/layers/soil_risk_plot/clauses?zone_id=S1", 403, "layer_id"),
        (LISTS, 422, "zone_id"),
        (f"{LISTS}?zone_id={UNIT}&limit=3", 422, "limit"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    client: FlaskClient, address: str, status: int, where: str
) -> None:
    response = client.get(address)
    assert response.status_code == status
    assert response.get_json()["problems"][0]["where"].endswith(where)


def test_a_rule_says_what_it_asks_of_lists(client: FlaskClient) -> None:
    body = client.get("/api/v1/rules/T-CU?on=2026-11-21").get_json()
    asked = (body["versions"][0] if "versions" in body else body)["clauses"]
    assert asked == {"verbs": ["禁止"], "named": "any", "without_list": "open"}
