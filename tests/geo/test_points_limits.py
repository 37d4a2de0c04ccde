"""Points at a rule's distance: on it but for rounding they take the one road; beside it the columns tell."""

import pytest
import shapely
from pyproj import Geod

from geo.model import Relation
from geo.points import Declaration
from tests.geo.two_roads import batch_of, by_columns, by_reports, differing, table_on
from tests.geo.world import ON, SQUARE, bundle, place, rule, zones

GEOD = Geod(ellps="GRS80")
OFF_M = (-1.0, -0.001, -2e-5, 0.0, 2e-5, 0.001, 1.0)


@pytest.mark.parametrize("rule_m", [200.0, 30.0])
def test_only_what_rounding_decides_takes_the_one_road(rule_m):
    held = bundle(
        [zones("a", SQUARE)], [rule("T-01", "a", relation=Relation.WITHIN_DISTANCE, distance_m=rule_m)]
    )
    lon, lat = shapely.get_coordinates(place(shapely.Point(100.0, 50.0)))[0]  # in the middle of its east side
    east, _, _ = GEOD.fwd(lon, lat, 90.0, rule_m)
    metre = (east - lon) / rule_m
    count = len(OFF_M)
    batch = batch_of(
        [east + off * metre for off in OFF_M],
        [lat] * count,
        [0.0] * count,
        [0] * count,
        (Declaration(None, ()),),
    )
    told = by_columns(table_on(held, ON), batch)
    assert [row is None for row in told] == [off == 0.0 for off in OFF_M]
    assert differing(batch, told, by_reports(held, batch, ON)) == []
