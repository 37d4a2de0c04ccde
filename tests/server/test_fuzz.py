"""Whatever is sent, the answer is an answer or a problem: never a 500."""

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NUMBERS = st.one_of(
    st.floats(104.9, 105.3),
    st.floats(31.9, 32.3),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**60), 2**60),
)
SCALARS = st.one_of(NUMBERS, st.none(), st.booleans(), st.text(max_size=8))
POSITIONS = st.one_of(st.lists(NUMBERS, min_size=2, max_size=3), st.lists(SCALARS, max_size=4))
LINES = st.lists(POSITIONS, max_size=6)
RINGS = st.lists(st.lists(POSITIONS, max_size=6).map(lambda line: [*line, *line[:1]]), max_size=3)
COORDINATES = st.one_of(POSITIONS, LINES, RINGS, st.lists(RINGS, max_size=2), SCALARS)
TYPES = st.sampled_from(
    [
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
        "Feature",
        "GeometryCollection",
        "",
    ]
)
GEOMETRIES = st.fixed_dictionaries({"type": TYPES, "coordinates": COORDINATES})
SITES = st.one_of(GEOMETRIES, GEOMETRIES.map(lambda g: {"type": "Feature", "geometry": g}), SCALARS)
CRS = st.sampled_from(
    [
        "EPSG:4490",
        "EPSG:4326",
        "EPSG:4543",
        "EPSG:4523",
        "EPSG:3857",
        "GCJ-02",
        "BD-09",
        "unknown",
        "OGC:CRS84",
        "EPSG:2333",
        "x",
    ]
)
FACTS = st.dictionaries(
    st.sampled_from(["nature", "noisy", "land_area_m2", "面积", "x", ""]), SCALARS, max_size=3
)
BODIES = st.fixed_dictionaries(
    {"site": SITES},
    optional={
        "crs": CRS,
        "activity": st.one_of(st.sampled_from(["CHEM", "FARM", "学校"]), SCALARS),
        "facts": FACTS,
        "on": st.one_of(st.dates().map(str), SCALARS),
        "accuracy_m": SCALARS,
        "repair": st.sampled_from(["make_valid", None, "x"]),
        "project": st.fixed_dictionaries(
            {"parts": st.lists(st.fixed_dictionaries({"site": SITES}), max_size=2)}
        ),
    },
)


@pytest.mark.parametrize("url", ["/api/v1/checks", "/api/v1/questions"])
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(body=BODIES)
def test_no_body_is_a_bug(client: FlaskClient, url: str, body: dict[str, object]) -> None:
    response = client.post(url, json=body)
    assert response.status_code in {200, 413, 422}, response.text
    if response.status_code != 200:
        assert response.get_json()["problems"]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    box=st.lists(st.one_of(st.floats(-200, 200), st.just("nan"), st.text(max_size=3)), max_size=5),
    tolerance=st.one_of(st.floats(0, 20_000), st.text(max_size=3)),
    coarse=st.booleans(),
)
def test_no_box_is_a_bug(client: FlaskClient, box: list[object], tolerance: object, coarse: bool) -> None:
    query = {
        "bbox": ",".join(map(str, box)),
        "tolerance_m": str(tolerance),
        "generalised": str(coarse).lower(),
    }
    response = client.get("/api/v1/layers/river_reach/zones", query_string=query)
    assert response.status_code in {200, 422}, response.text
