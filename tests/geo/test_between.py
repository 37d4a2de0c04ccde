"""Between layers, on squares of 100 m: what lies inside, what outside, and what nobody can tell."""

from dataclasses import replace

import pytest
import shapely

from geo.compare.between import Asks, Question, between
from geo.compare.districts import Districts
from geo.compare.pieces import shapes_of
from geo.measure import area_m2
from geo.model import Reason
from tests.geo.world import box, edition, text

DISTRICTS = Districts.of(
    ("510101", "510202"),
    ("甲县", "乙县"),
    shapes_of([box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)]),
    (True, True),
    1.0,
)


def ask(asks, other_classes=()):
    return Question(
        id="q",
        title=text("title"),
        layer="eco_redline",
        other="env_control_unit",
        asks=asks,
        other_classes=other_classes,
        source="test",
    )


def zone(zone_id, x0, y0, x1, y1, zone_class="1"):
    return {"zone_id": zone_id, "zone_class": zone_class, "geometry": box(x0, y0, x1, y1)}


def answer(asks, red, units, **more):
    editions = {"eco_redline": edition(red), "env_control_unit": edition(units, **more.pop("unit", {}))}
    [found] = between(editions, [ask(asks, **more)], DISTRICTS).answers
    return found


def pieces(found):
    return [(p.zone, p.other_zone, round(p.area_m2)) for p in found.pieces]


RED = [zone("R1", 900, 100, 1100, 200), zone("R2", 100, 500, 200, 600)]
UNITS = [zone("U1", 0, 0, 1050, 1000), zone("U2", 1050, 0, 2000, 1000, "3")]


def test_what_of_the_red_line_lies_outside_priority_units_by_district():
    found = answer(Asks.OUTSIDE, RED, UNITS, other_classes=("1",))
    assert pieces(found) == [("R1", None, 5_000)]
    assert round(found.area_m2) == 5_000
    assert found.share == pytest.approx(5_000 / 30_000, abs=1e-4)
    assert [(r.district, round(r.area_m2), round(r.of_m2)) for r in found.rows] == [
        ("510101", 0, 20_000),
        ("510202", 5_000, 10_000),
    ]
    assert found.unknown_m2 == 0.0
    assert "0.5000公顷" in found.text().zh
    assert "16.67 %" in found.text().zh


def test_what_lies_inside_names_both_zones():
    found = answer(Asks.INSIDE, RED, UNITS, other_classes=("3",))
    assert pieces(found) == [("R1", "U2", 5_000)]
    every = answer(Asks.INSIDE, RED, UNITS)
    assert pieces(every) == [("R1", "U1", 15_000), ("R2", "U1", 10_000), ("R1", "U2", 5_000)]
    assert round(every.area_m2) == 30_000


def test_ground_that_several_zones_hold_counts_once():
    twice = answer(Asks.INSIDE, [*RED, zone("R3", 900, 100, 1100, 200)], UNITS, other_classes=("3",))
    assert [p.zone for p in twice.pieces] == ["R1", "R3"]
    assert round(twice.area_m2) == 5_000
    assert round(twice.of_m2) == 30_000


@pytest.mark.parametrize("asks", Asks)
def test_what_the_other_layer_does_not_cover_is_neither_inside_nor_outside(asks):
    west = {"coverage": box(0, 0, 1000, 1000)}
    found = answer(asks, RED, [zone("U1", 0, 0, 950, 1000)], unit=west)
    assert round(found.unknown_m2) == 10_000
    assert round(found.area_m2) == {Asks.OUTSIDE: 5_000, Asks.INSIDE: 15_000}[asks]
    assert "未核查" in found.text().zh
    none = answer(asks, RED, [], unit={"coverage": None})
    assert (round(none.area_m2), round(none.unknown_m2)) == (0, 30_000)


def test_a_zone_beyond_the_coverage_speaks_for_its_ground():
    west = {"coverage": box(0, 0, 1000, 1000)}
    found = answer(Asks.INSIDE, RED, [zone("U1", 0, 0, 1050, 1000)], unit=west)
    assert round(found.area_m2) == 25_000
    assert round(found.unknown_m2) == 5_000


@pytest.mark.parametrize("layer", ["eco_redline", "env_control_unit"])
def test_one_synthetic_layer_makes_a_synthetic_answer(layer):
    editions = {"eco_redline": edition(RED), "env_control_unit": edition(UNITS)}
    editions = {name: replace(one, synthetic=name == layer) for name, one in editions.items()}
    [found] = between(editions, [ask(Asks.INSIDE)], DISTRICTS).answers
    assert found.synthetic


def test_a_layer_that_is_not_held_is_no_zero():
    [found] = between({"eco_redline": edition(RED)}, [ask(Asks.OUTSIDE)], DISTRICTS).answers
    assert found.reason is Reason.LAYER_MISSING
    assert found.missing == "env_control_unit"
    assert found.body()["area_m2"] is None
    assert "未核查" in found.text().zh
    failed = {"eco_redline": replace(edition(RED), zones=None), "env_control_unit": edition(UNITS)}
    [found] = between(failed, [ask(Asks.OUTSIDE)], DISTRICTS).answers
    assert found.reason is Reason.FAILED


def test_noise_along_a_border_is_counted_not_listed():
    red = [zone("R1", 900, 100, 1050.0001, 200)]
    found = answer(Asks.INSIDE, red, UNITS, other_classes=("3",))
    assert found.pieces == ()
    assert found.area_m2 == 0.0
    assert (found.below_count, found.below_m2) == (1, pytest.approx(0.01, abs=0.002))


def test_inside_and_outside_make_the_whole():
    red = [zone("R1", 0, 0, 400, 400), zone("R2", 300, 300, 700, 700), zone("R3", 650, 0, 1300, 350)]
    units = [zone("U1", 100, 100, 350, 350), zone("U2", 300, 300, 800, 500), zone("U3", 900, 0, 1100, 900)]
    inside, outside = (answer(asks, red, units) for asks in Asks)
    whole = float(area_m2(shapely.union_all([z["geometry"] for z in red])))
    assert inside.area_m2 + outside.area_m2 == pytest.approx(whole, abs=0.05)
    assert inside.of_m2 == outside.of_m2 == pytest.approx(whole, abs=0.05)
    for found in (inside, outside):
        assert sum(r.area_m2 for r in found.rows) == pytest.approx(found.area_m2, abs=2.0)
