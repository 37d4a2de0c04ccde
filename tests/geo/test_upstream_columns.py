"""`upstream_within` over random rivers and intakes: points in columns are told what whole reports tell."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from shapely import LineString, Point, box, get_coordinates

from geo.model import Bundle, Relation
from geo.points import Declaration
from tests.geo.two_roads import batch_of, by_columns, by_reports, differing, table_on
from tests.geo.world import ON, bundle, place, point, rule, where, zones

POINTS = 90
NEW = (("nature", "new"),)
DECLARED = tuple(Declaration(activity, NEW) for activity in ("SHED", "PLANT", "ROAD"))


def rivers(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Crooked rivers of any width and direction, tributaries that meet them or nearly do."""
    out: list[dict[str, Any]] = []
    for _ in range(rng.integers(1, 5)):
        line = crooked(rng)
        width = rng.choice([20.0, 60.0, 300.0]) if rng.random() < 0.3 else None
        flow = str(rng.choice(["upstream", "both", "downstream"])) if rng.random() < 0.3 else None
        out.append({"shape": line, "avg_width_m": width, "flow": flow})
        if rng.random() < 0.6:
            mouth = rng.choice(get_coordinates(line)) + rng.choice([0.0, 0.0, 3.0, 20.0])
            out.append({"shape": LineString([*get_coordinates(crooked(rng)), mouth])})
    return out


def crooked(rng: np.random.Generator) -> LineString:
    steps = rng.uniform(-400, 400, (rng.integers(2, 6), 2))
    return LineString(np.cumsum(steps, axis=0) + rng.uniform(-500, 500, 2))


def intakes(rng: np.random.Generator, reaches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Points and squares on rivers, beside them, and too far from any."""
    out = []
    for _ in range(rng.integers(1, 5)):
        at = on_a_river(rng, reaches)
        aside = Point(at.x + rng.choice([0.0, 30.0, 190.0, 260.0]), at.y)
        square = box(at.x - 40, at.y - 40, at.x + 60, at.y + 60)
        kind = rng.choice(np.array(["river", "river", "river", "lake", None], dtype=object))
        out.append({"shape": aside if rng.random() < 0.6 else square, "source_type": kind})
    return out


def on_a_river(rng: np.random.Generator, reaches: list[dict[str, Any]]) -> Point:
    return rng.choice(np.array(reaches))["shape"].interpolate(rng.random(), normalized=True)


def world(rng: np.random.Generator, reaches: list[dict[str, Any]]) -> Bundle:
    wide = box(-9000, -9000, 9000, 9000)
    narrow = box(*rng.uniform(-1500, -600, 2), *rng.uniform(600, 1500, 2))
    held = narrow if rng.random() < 0.6 else wide
    keys: dict[str, Any] = {"accuracy_m": float(rng.choice([0.0, 2.0, 5.0]))}
    if rng.random() < 0.15:
        keys["stale_after"] = date(2022, 1, 1)
    layers = [
        zones("intake", *intakes(rng, reaches), **keys, coverage=place(held)),
        zones("river_reach", *reaches, **keys, coverage=place(held if rng.random() < 0.7 else wide)),
    ]
    up: dict[str, Any] = {"relation": Relation.UPSTREAM_WITHIN}
    law = {"up_m": float(rng.choice([200.0, 1000.0])), "down_m": 100.0, "side_m": 50.0}
    rules = [
        rule("LAW", "intake", **up, **law, zone_where=(where("source_type", "eq", "river"),)),
        rule("WIDE", "intake", **up, up_m=800.0, down_m=300.0, side_m=300.0),
        rule("UNSET", "intake", **up, side_m=50.0, distance_name="never", screening_m=500.0),
        rule("NEAR", "intake", relation=Relation.WITHIN_DISTANCE, distance_m=200.0),
    ]
    return bundle(layers if rng.random() < 0.9 else layers[:1], rules)


@pytest.mark.parametrize("seed", range(8))
def test_columns_tell_what_whole_reports_tell(seed: int) -> None:
    rng = np.random.default_rng(seed)
    reaches = rivers(rng)
    whole = world(rng, reaches)
    near = [on_a_river(rng, reaches) for _ in range(POINTS // 2)]
    spots = [(p.x + rng.normal(0, 60), p.y + rng.normal(0, 60)) for p in near]
    spots += [tuple(rng.uniform(-1700, 1700, 2)) for _ in range(POINTS - len(near))]
    points = [point(float(x), float(y)) for x, y in spots]
    number = np.arange(POINTS)
    batch = batch_of(
        [p.x for p in points], [p.y for p in points], 5.0 * (number % 3 == 0), number % 3, DECLARED
    )
    columns = by_columns(table_on(whole, ON), batch)
    assert differing(batch, columns, by_reports(whole, batch, ON)) == []
    assert sum(row is None for row in columns) < POINTS / 10
