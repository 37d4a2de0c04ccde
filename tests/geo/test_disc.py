"""Points that stand for more: the disc of an areal activity, a line not given, a datum unknown.

PLANT takes 31 415.93 m² by its type: a disc of radius 100 m. The zone is the square of 100 m.
"""

from math import pi
from typing import Any

import pytest
from shapely import LineString, MultiPoint, Point, box

from geo.model import Finding, Relation, Report, Verdict, With
from tests.geo.world import (
    SQUARE,
    finding,
    place,
    project,
    report,
    rule,
    truth,
    where,
    zones,
)

NEAR = {"relation": Relation.WITHIN_DISTANCE, "distance_m": 500.0}
CROSSES = {"relation": Relation.CROSSES}
RING = {"relation": Relation.WITHIN_DISTANCE, "distance_m": 10.0, "distance_min_m": 0.0}
SCREENED = {"relation": Relation.WITHIN_DISTANCE, "distance_name": "x_m", "screening_m": 500.0}


def tell(site: Any, kind: str | None, shapes: tuple[Any, ...] = (SQUARE,), **keys: Any) -> Report:
    facts = keys.pop("facts", {})
    layers = [zones("a", *shapes), *keys.pop("layers", [])]
    return report(layers, [rule("R", "a", **keys)], project(place(site), kind, **facts))


def ask(*args: Any, **keys: Any) -> Finding:
    return finding(tell(*args, **keys), "R")


# --- the disc -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "keys", "holds", "reason"),
    [
        pytest.param(50, {}, True, None, id="point inside convicts"),
        pytest.param(100, {}, True, None, id="point on the edge convicts"),
        pytest.param(101, {}, None, "footprint_unknown", id="1 m beside"),
        pytest.param(199.99, {}, None, "footprint_unknown", id="1 cm within the disc"),
        pytest.param(200.01, {}, False, None, id="1 cm beyond the disc"),
        pytest.param(599.99, NEAR, True, None, id="point within the distance"),
        pytest.param(600.01, NEAR, None, "footprint_unknown", id="disc within the distance"),
        pytest.param(699.99, NEAR, None, "footprint_unknown", id="disc 1 cm within the distance"),
        pytest.param(700.01, NEAR, False, None, id="disc 1 cm beyond the distance"),
        pytest.param(599.99, SCREENED, None, "distance_unset", id="point within the screening"),
        pytest.param(699.99, SCREENED, None, "distance_unset", id="disc within the screening"),
        pytest.param(700.01, SCREENED, False, None, id="disc beyond the screening"),
        pytest.param(209.99, RING, None, "footprint_unknown", id="disc within the ring"),
        pytest.param(210.01, RING, False, None, id="disc beyond the ring"),
        pytest.param(50, RING, False, None, id="point inside, ring excluded"),
    ],
)
def test_a_point_for_an_areal_activity(x, keys, holds, reason):
    told = tell(Point(x, 50), "PLANT", **keys)
    found = finding(told, "R")
    assert truth(found) is holds
    assert found.reason == reason
    if reason is not None:
        assert not told.complete
        assert (told.verdict, told.worst_possible) == (Verdict.UNDETERMINED, Verdict.PROHIBITED)


@pytest.mark.parametrize(
    ("kind", "facts", "radius"),
    [
        pytest.param("PLANT", {}, 100, id="typical area"),
        pytest.param("PLANT", {"land_area_m2": pi * 50**2}, 50, id="declared before typical"),
        pytest.param("PLANT", {"land_area_m2": None}, 100, id="declared unknown: typical"),
        pytest.param("PARK", {"land_area_m2": pi * 50**2}, 50, id="declared, no typical area"),
        pytest.param("PARK", {}, 100, id="neither: the screening disc"),
        pytest.param("SHED", {"land_area_m2": pi * 50**2}, 0, id="a point activity stays a point"),
    ],
)
def test_the_radius_of_the_disc(kind, facts, radius):
    assert truth(ask(Point(100 + radius + 1, 50), kind, facts=facts)) is False
    if radius:
        assert ask(Point(100 + radius - 1, 50), kind, facts=facts).reason == "footprint_unknown"
        remark = tell(Point(0, 0), kind, facts=facts).parts[0].remarks[-1]
        assert f"{radius:.1f} 米的圆" in remark.zh
        assert f"radius {radius:.1f} m" in remark.en
        assert ("按类型推定" in remark.zh) is (kind == "PLANT" and not (facts or {}).get("land_area_m2"))


@pytest.mark.parametrize("shape", [box(101, 40, 121, 60), LineString([(101, 50), (121, 50)])])
def test_a_shape_that_is_given_is_no_disc(shape):
    assert truth(ask(shape, "PLANT")) is False


def test_each_of_many_points_stands_for_its_disc():
    assert ask(MultiPoint([(900, 50), (150, 50)]), "PLANT").reason == "footprint_unknown"
    assert truth(ask(MultiPoint([(900, 50), (50, 50)]), "PLANT")) is True


def test_coverage_must_hold_the_disc():
    for edge, covered in ((105.01, True), (104.99, False)):
        layers = [zones("a", coverage=place(box(-5_000, -5_000, edge, 5_000)))]
        told = report(layers, [rule("R", "a")], project(place(Point(0, 0)), "PLANT"))
        assert told.complete is covered


@pytest.mark.parametrize(
    ("x", "main", "second", "present", "holds"),
    [
        pytest.param(150, SQUARE, SQUARE, True, None, id="only the disc meets both"),
        pytest.param(
            150, box(0, 0, 300, 100), SQUARE, True, None, id="point in the first, disc in the second"
        ),
        pytest.param(
            150, SQUARE, box(0, 0, 300, 100), True, None, id="disc in the first, point in the second"
        ),
        pytest.param(
            150, box(0, 0, 300, 100), box(600, 0, 700, 100), True, False, id="second out of the disc"
        ),
        pytest.param(
            150, SQUARE, box(600, 0, 700, 100), False, None, id="disc in the first, barred far away"
        ),
        pytest.param(50, SQUARE, SQUARE, True, True, id="point in both"),
        pytest.param(
            50, SQUARE, box(600, 0, 700, 100), False, True, id="point in the first, barred far away"
        ),
        pytest.param(
            50, SQUARE, SQUARE, False, None, id="point in both, barred: the disc sticks out of nothing"
        ),
    ],
)
def test_a_disc_and_a_second_layer(x, main, second, present, holds):
    found = ask(
        Point(x, 50),
        "PLANT",
        (main,),
        layers=[zones("b", second)],
        companions=(With(layer="b", present=present),),
    )
    if (
        holds is None and x == 50
    ):  # the piece of the disc in a lies wholly in b too: false or open, never true
        assert truth(found) is not True
    else:
        assert truth(found) is holds
    if truth(found) is None:
        assert "footprint_unknown" in found.reasons


@pytest.mark.parametrize(
    ("x", "holds"),
    [pytest.param(50, None, id="disc sticks out"), pytest.param(150, True, id="point outside")],
)
def test_a_disc_and_outside(x, holds):
    found = ask(Point(x, 50), "PLANT", relation=Relation.OUTSIDE)
    assert truth(found) is holds
    assert found.reason == (None if holds else "footprint_unknown")


def test_a_disc_wholly_inside_is_not_outside():
    assert truth(ask(Point(0, 0), "PLANT", (box(-101, -101, 101, 101),), relation=Relation.OUTSIDE)) is False


@pytest.mark.parametrize(
    ("x", "keys", "reasons"),
    [
        pytest.param(150, {}, {"attribute_unknown", "footprint_unknown"}, id="intersects"),
        pytest.param(650, NEAR, {"attribute_unknown", "footprint_unknown"}, id="within a distance"),
    ],
)
def test_the_disc_meets_a_zone_whose_attribute_is_unknown(x, keys, reasons):
    zone = {"shape": SQUARE, "level": None}
    found = ask(Point(x, 50), "PLANT", (zone,), zone_where=(where("level", "eq", "core"),), **keys)
    assert truth(found) is None
    assert "footprint_unknown" in found.reasons
    assert set(found.reasons) <= reasons


# --- unknown attributes and distances beyond which a rule begins --------------------------------------------


@pytest.mark.parametrize(
    ("levels", "holds"),
    [
        pytest.param(("core", "core"), False, id="overlapped and near"),
        pytest.param(("edge", "core"), True, id="only the near one matches"),
        pytest.param(("core", "edge"), False, id="only the overlapped one matches"),
        pytest.param((None, None), None, id="both unknown"),
        pytest.param((None, "core"), None, id="overlapped one unknown"),
        pytest.param(("core", None), False, id="near one unknown"),
        pytest.param(("edge", None), None, id="near one unknown, the other out"),
        pytest.param((None, "edge"), False, id="overlapped one unknown, the other out"),
    ],
)
def test_a_ring_around_zones_of_unknown_kind(levels, holds):
    shapes = tuple(
        {"shape": s, "level": v} for s, v in zip((SQUARE, box(105, 0, 200, 100)), levels, strict=True)
    )
    found = ask(Point(97, 50), "SHED", shapes, zone_where=(where("level", "eq", "core"),), **RING)
    assert truth(found) is holds


# --- a point for a line -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "keys", "holds", "reason"),
    [
        pytest.param(50, CROSSES, None, "footprint_unknown", id="crosses, point inside"),
        pytest.param(104, CROSSES, None, "footprint_unknown", id="crosses, within reach"),
        pytest.param(106, CROSSES, False, None, id="crosses, beyond reach"),
        pytest.param(50, {}, True, None, id="intersects, point inside"),
        pytest.param(106, {}, False, None, id="intersects, beside"),
        pytest.param(599, NEAR, True, None, id="within the distance"),
        pytest.param(601, NEAR, False, None, id="beyond the distance"),
    ],
)
def test_a_point_for_a_linear_activity(x, keys, holds, reason):
    found = ask(Point(x, 50), "ROAD", **keys)
    assert truth(found) is holds
    assert found.reason == reason


def test_the_assumption_about_the_line_is_told():
    assert "线位未知" in tell(Point(0, 0), "ROAD").parts[0].remarks[-1].zh
    assert tell(LineString([(0, 0), (9, 9)]), "ROAD").parts[0].remarks == ()


# --- the datum ----------------------------------------------------------------------------------------------

UNKNOWN = {"datum_known": False, "accuracy_m": 1_200.0}


@pytest.mark.parametrize(
    ("site", "keys", "holds"),
    [
        pytest.param(Point(50, 50), {}, None, id="50 m inside"),
        pytest.param(Point(1_300, 50), {}, None, id="1 200 m beside"),
        pytest.param(Point(1_304.9, 50), {}, None, id="1 204.9 m beside"),
        pytest.param(Point(1_305.1, 50), {}, False, id="1 205.1 m beside"),
        pytest.param(Point(2_804, 50), NEAR | {"distance_m": 1_500.0}, None, id="1 204 m beyond a distance"),
        pytest.param(Point(2_806, 50), NEAR | {"distance_m": 1_500.0}, False, id="1 206 m beyond a distance"),
        pytest.param(Point(100, 50), NEAR | {"distance_m": 1_500.0}, True, id="1 500 m within a distance"),
        pytest.param(Point(396, 50), NEAR | {"distance_m": 1_500.0}, None, id="1 204 m within a distance"),
        pytest.param(box(1_200, 0, 1_300, 100), {}, None, id="polygon 1 100 m beside"),
        pytest.param(box(1_400, 0, 1_500, 100), {}, False, id="polygon 1 300 m beside"),
        pytest.param(Point(50, 50), {"relation": Relation.OUTSIDE}, None, id="50 m from the outside"),
        pytest.param(Point(900, 50), {"relation": Relation.OUTSIDE}, None, id="800 m outside"),
        pytest.param(Point(5_000, 50), {"relation": Relation.OUTSIDE}, True, id="4 900 m outside"),
    ],
)
def test_an_unknown_datum_opens_what_is_nearer_than_1200_m(site, keys, holds):
    told = tell(site, "SHED", facts=UNKNOWN, **keys)
    found = finding(told, "R")
    assert truth(found) is holds
    if holds is None:
        assert found.reason == "datum_unknown"
        assert not told.complete
        assert told.verdict is Verdict.UNDETERMINED


def test_deep_inside_a_large_zone_an_unknown_datum_convicts():
    large = box(-1_300, -1_300, 1_300, 1_300)
    assert truth(ask(Point(0, 0), "SHED", (large,), facts=UNKNOWN)) is True
    assert ask(Point(200, 0), "SHED", (large,), facts=UNKNOWN).reason == "datum_unknown"
    assert truth(ask(box(-9, -9, 9, 9), "SHED", (large,), facts=UNKNOWN)) is True


def test_anywhere_does_not_mind_the_datum():
    told = report([], [rule("R", None)], project(place(Point(0, 0)), **UNKNOWN))
    assert truth(finding(told, "R")) is True


def test_the_same_accuracy_with_a_known_datum_convicts_and_is_borderline():
    found = ask(Point(50, 50), "SHED", facts={"accuracy_m": 1_200.0})
    assert truth(found) is True
    assert found.borderline
