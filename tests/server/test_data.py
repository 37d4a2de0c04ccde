"""Layers, zones, rules, activities, facts and the bundle over HTTP."""

import pytest
import shapely
from flask.testing import FlaskClient

from server import create_app
from server.settings import Settings
from tests.server.small import EVIL, RED_LINE, WHOLE, edition, layer, small_bundle, text

ZONES = "/api/v1/layers/{}/zones"


def test_layers_say_state_edition_and_what_is_not_held(client: FlaskClient) -> None:
    body = client.get("/api/v1/layers?on=2024-01-01").get_json()
    layers = {one["id"]: one for one in body["layers"]}
    assert {key: one["state"] for key, one in layers.items()} == {
        "admin_unit": "in_force",
        "eco_redline": "in_force",
        "river_reach": "stale",
        "soil_risk_plot": "in_force",
        "old_zone": "no_edition",
    }
    red = layers["eco_redline"]
    assert red["classes"] == [{"zone_class": "redline", "title": {"zh": "红线", "en": "red line"}}]
    assert red["edition"]["coverage_bbox"] == [105.0, 32.0, 105.2, 32.2]
    assert (red["edition"]["zones"], red["edition"]["geometry"]) == (1, ["polygon"])
    assert (red["synthetic"], red["restricted"], layers["soil_risk_plot"]["restricted"]) == (
        True,
        False,
        True,
    )
    assert body["out_of_scope"][0]["ask"]["en"] == "Natural Resources Bureau"


def test_layers_change_with_the_date(client: FlaskClient) -> None:
    body = client.get("/api/v1/layers?on=2021-08-01").get_json()
    states = {one["id"]: one["state"] for one in body["layers"]}
    assert (states["river_reach"], states["old_zone"]) == ("in_force", "in_force")
    early = client.get("/api/v1/layers?on=2021-05-01").get_json()
    assert {one["state"] for one in early["layers"]} == {"no_edition"}


def test_zones_are_geojson_with_their_attributes(client: FlaskClient) -> None:
    response = client.get(ZONES.format("eco_redline"))
    assert response.mimetype == "application/geo+json"
    body = response.get_json()
    assert (body["numberMatched"], body["numberReturned"], body["next_offset"]) == (1, 1, None)
    [feature] = body["features"]
    assert shapely.geometry.shape(feature["geometry"]).equals(RED_LINE)
    assert feature["properties"] == {
        "zone_id": "R1",
        "zone_class": "redline",
        "name": EVIL,
        "zone_derived": False,
        "provisional": False,
        "attributes": {"remark": EVIL},
    }
    slim = client.get(ZONES.format("eco_redline") + "?attributes=false").get_json()["features"][0]
    assert set(slim["properties"]) == {"zone_id", "zone_class", "name", "zone_derived", "provisional"}


@pytest.mark.parametrize(
    ("bbox", "matched"),
    [
        ("105.1,32.1,105.2,32.2", 1),
        ("105.11,32.11,105.2,32.2", 0),
        ("-180,-90,180,90", 1),
        ("105.06,32.06,105.06,32.06", 1),
    ],
)
def test_a_box_selects(client: FlaskClient, bbox: str, matched: int) -> None:
    body = client.get(ZONES.format("eco_redline") + f"?bbox={bbox}").get_json()
    assert (body["numberMatched"], len(body["features"])) == (matched, matched)


def test_ids_select(client: FlaskClient) -> None:
    assert client.get(ZONES.format("eco_redline") + "?zone_id=R1,R2").get_json()["numberMatched"] == 1
    assert client.get(ZONES.format("eco_redline") + "?zone_id=R2").get_json()["numberMatched"] == 0


def test_restricted_layers_give_cells_and_nothing_else(client: FlaskClient) -> None:
    body = client.get(ZONES.format("soil_risk_plot") + "?generalised=true").get_json()
    [feature] = body["features"]
    assert body["generalised"] is True
    assert feature["properties"] == {"zone_class": "registered"}
    # the square of 0.008° lies within one cell of 0.01°: the cell is all that is told
    assert shapely.geometry.shape(feature["geometry"]).equals(shapely.box(105.12, 32.02, 105.13, 32.03))


def test_a_large_restricted_zone_gets_a_larger_grid() -> None:
    bundle = small_bundle()
    zone = ("B1", None, "big", shapely.box(100.001, 30.001, 109.999, 34.999))
    bundle.layers["big"] = layer("big", text("big"), {}, edition(zone), restricted=True)
    body = (
        create_app(Settings(), bundle).test_client().get(ZONES.format("big") + "?generalised=true").get_json()
    )
    # 10° by 5° in cells of 0.01° would be half a million: the grid is doubled to 0.08°
    shape = shapely.geometry.shape(body["features"][0]["geometry"])
    assert shape.bounds == pytest.approx((100.0, 29.92, 110.0, 35.04), abs=0.085)
    assert shape.covers(zone[3])


def test_a_cap_is_said_aloud(client: FlaskClient) -> None:
    squares = [
        (f"Q{i}", None, f"q{i}", shapely.box(105 + i / 100, 32, 105.005 + i / 100, 32.01)) for i in range(5)
    ]
    bundle = small_bundle()
    bundle.layers["many"] = layer("many", text("many"), {}, edition(*squares))
    other = create_app(Settings(max_zones=2), bundle).test_client()
    seen: list[str] = []
    offset: int | None = 0
    while offset is not None:
        body = other.get(ZONES.format("many") + f"?offset={offset}&limit=1000").get_json()
        assert body["numberMatched"] == 5
        assert body["numberReturned"] == len(body["features"]) <= 2
        seen += [feature["properties"]["zone_id"] for feature in body["features"]]
        offset = body["next_offset"]
    assert seen == ["Q0", "Q1", "Q2", "Q3", "Q4"]


def test_simplifying_is_said_and_bounded(client: FlaskClient) -> None:
    body = client.get(ZONES.format("river_reach") + "?tolerance_m=500").get_json()
    assert body["simplified_m"] == 500
    assert client.get(ZONES.format("river_reach") + "?tolerance_m=-1").status_code == 422


def test_rules_by_layer_and_activity(client: FlaskClient) -> None:
    def ids(query: str) -> list[str]:
        return [rule["id"] for rule in client.get(f"/api/v1/rules{query}").get_json()["rules"]]

    assert ids("") == ["T-01", "T-02", "T-03", "T-05", "T-04"]
    assert ids("?layer=eco_redline") == ["T-01", "T-05"]
    assert ids("?activity=学校") == ["T-02", "T-03", "T-04"]


def test_one_rule_in_full(client: FlaskClient) -> None:
    [version] = client.get("/api/v1/rules/T-03").get_json()["versions"]
    assert version["distance_m"] == 100
    assert version["conditions"] == [{"name": "noisy", "op": "eq", "value": True}]
    assert version["basis"][0]["article"] == "7"
    assert version["in_force"] is True


def test_vocabulary_and_bundle(client: FlaskClient) -> None:
    activities = client.get("/api/v1/activities").get_json()
    assert [(one["id"], one["groups"], one["implies"]) for one in activities["activities"]] == [
        ("CHEM", ["INDUSTRY"], {"discharges": True}),
        ("SCHOOL", [], {}),
        ("FARM", [], {}),
    ]
    facts = {fact["id"]: fact for fact in client.get("/api/v1/facts").get_json()["facts"]}
    assert [value["value"] for value in facts["nature"]["values"]] == ["new", "expansion", "existing"]
    assert facts["land"]["default"] == "permanent"
    bundle = client.get("/api/v1/bundle").get_json()
    assert (bundle["id"], bundle["rules"], bundle["synthetic"]) == ("small", 5, True)


COVERAGE = "/api/v1/layers/{}/coverage"


def test_coverage_and_what_is_left_of_the_own_districts() -> None:
    bundle = small_bundle()
    west = shapely.box(104.9, 32.0, 105.1, 32.2)  # half of the district, and half as much beyond it
    bundle.layers["half"] = layer("half", text("half"), {}, edition(("H1", None, "h", west), coverage=west))
    client = create_app(Settings(), bundle).test_client()
    body = client.get(COVERAGE.format("half")).get_json()
    shapes = {f["properties"]["role"]: shapely.geometry.shape(f["geometry"]) for f in body["features"]}
    assert shapes["covered"].equals(west)
    assert shapes["not_covered"].equals(shapely.box(105.1, 32.0, 105.2, 32.2))
    [only] = client.get(COVERAGE.format("half") + "?role=not_covered").get_json()["features"]
    assert only["properties"] == {"role": "not_covered"}
    full = client.get(COVERAGE.format("eco_redline")).get_json()["features"]
    assert [feature["properties"]["role"] for feature in full] == ["covered"]


def test_a_layer_without_coverage_covers_nothing() -> None:
    bundle = small_bundle()
    zone = ("N1", None, "n", RED_LINE)
    bundle.layers["none"] = layer("none", text("none"), {}, edition(zone, coverage=None))
    body = create_app(Settings(), bundle).test_client().get(COVERAGE.format("none")).get_json()
    [feature] = body["features"]
    assert feature["properties"] == {"role": "not_covered"}
    assert shapely.geometry.shape(feature["geometry"]).equals(WHOLE)


def test_without_districts_only_what_is_covered_is_known() -> None:
    bundle = small_bundle()
    del bundle.layers["admin_unit"]
    body = create_app(Settings(), bundle).test_client().get(COVERAGE.format("eco_redline")).get_json()
    assert [feature["properties"]["role"] for feature in body["features"]] == ["covered"]


def test_openapi_names_every_address(client: FlaskClient) -> None:
    document = client.get("/openapi.json").get_json()
    assert set(document["paths"]) == {
        "/health",
        "/api/v1/checks",
        "/api/v1/checks/batch",
        "/api/v1/checks/export",
        "/api/v1/questions",
        "/api/v1/sites",
        "/api/v1/layers",
        "/api/v1/layers/{layer_id}/clauses",
        "/api/v1/layers/{layer_id}/coverage",
        "/api/v1/layers/{layer_id}/zones",
        "/api/v1/rules",
        "/api/v1/rules/{rule_id}",
        "/api/v1/activities",
        "/api/v1/facts",
        "/api/v1/bundle",
    }
    refused = document["paths"]["/api/v1/checks"]["post"]["responses"]["422"]["content"]
    assert refused == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ErrorOut"}}}
    assert {"CheckRequest", "CheckAnswer", "ErrorOut", "PartIn", "FindingOut"} <= set(
        document["components"]["schemas"]
    )


def test_activities_are_found_by_name_synonym_or_code(client: FlaskClient) -> None:
    found = client.get("/api/v1/activities?q=化工").get_json()["activities"]
    assert (found[0]["id"], found[0]["match"]["exact"]) == ("CHEM", True)
    assert client.get("/api/v1/activities?q=完全不沾边").get_json()["activities"] == []
    assert len(client.get("/api/v1/activities?q=").get_json()["activities"]) == 3
