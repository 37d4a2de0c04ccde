"""Zones with a period of their own (禁采期): whether the date of the check lies in it, on both roads."""

from datetime import date
from typing import Any

import pytest

from geo.points import Declaration
from tests.geo.two_roads import batch_of, by_columns, by_reports, table_on
from tests.geo.world import (
    ON,
    SQUARE,
    bundle,
    edition,
    finding,
    layer,
    place,
    point,
    project,
    report,
    rule,
    truth,
    where,
)

IN_PERIOD = where("in_period", "eq", True)


def zone(**attributes: Any) -> Any:
    row = {"zone_id": "reach", "zone_class": "period", "geometry": place(SQUARE), **attributes}
    return layer("a", edition([row]))


def holds(start: str | None, end: str | None, on: date) -> bool | None:
    told = report(
        [zone(period_from=start, period_to=end)],
        [rule("R", "a", zone_where=(IN_PERIOD,))],
        project(point(50, 50)),
        on=on,
    )
    return truth(finding(told, "R"))


@pytest.mark.parametrize(
    ("start", "end", "on", "expected"),
    [
        pytest.param("02-01", "06-30", date(2026, 1, 31), False, id="the day before"),
        pytest.param("02-01", "06-30", date(2026, 2, 1), True, id="the first day"),
        pytest.param("02-01", "06-30", date(2026, 6, 30), True, id="the last day"),
        pytest.param("02-01", "06-30", date(2026, 7, 1), False, id="the day after"),
        pytest.param("02-01", "06-30", date(2023, 4, 1), True, id="every year"),
        pytest.param("11-01", "02-28", date(2026, 1, 1), True, id="over New Year"),
        pytest.param("11-01", "02-28", date(2026, 6, 1), False, id="over New Year, summer"),
        pytest.param("2月1日", "6月30日", date(2026, 3, 1), True, id="in Chinese"),
        pytest.param("2026-02-01", "2026-06-30", date(2026, 2, 1), True, id="of one year"),
        pytest.param("2026-02-01", "2026-06-30", date(2025, 3, 1), False, id="of another year"),
        pytest.param("2026-02-01", "06-30", date(2026, 3, 1), None, id="half with a year"),
        pytest.param("春季", "06-30", date(2026, 3, 1), None, id="no day"),
        pytest.param(None, None, date(2026, 3, 1), None, id="not told"),
    ],
)
def test_a_zone_speaks_in_its_period(start, end, on, expected):
    assert holds(start, end, on) is expected


def test_a_layer_without_periods_leaves_it_open():
    told = report([zone()], [rule("R", "a", zone_where=(IN_PERIOD,))], project(point(50, 50)))
    assert truth(finding(told, "R")) is None


@pytest.mark.parametrize("on", [date(2026, 1, 31), date(2026, 2, 1), ON], ids=str)
def test_both_roads_agree(on):
    world = bundle(
        [zone(period_from="02-01", period_to="06-30")],
        [
            rule("R", "a", zone_where=(IN_PERIOD,)),
            rule("S", "a", zone_where=(where("in_period", "eq", False),)),
        ],
    )
    lon, lat = zip(*[(p.x, p.y) for p in (point(50, 50), point(5_000, 50))], strict=True)
    batch = batch_of(lon, lat, [1.0, 1.0], [0, 0], (Declaration(activity=None, facts=()),))
    wanted = by_reports(world, batch, on)
    assert [row["applies"] for row in wanted] == ["R" if on == date(2026, 2, 1) else "S", ""]
    assert by_columns(table_on(world, on), batch) == wanted
