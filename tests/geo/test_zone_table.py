"""Zones as columns: the same as the GeoDataFrame that is made of them where one is asked for."""

import copy
import pickle
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.model import ZoneTable
from geo.zone_columns import names_of, values_of

COLUMNS = {
    "zone_id": ["A", "B", "C"],
    "zone_class": ["1", None, "3"],
    "valid_from": [date(2025, 1, 1), None, None],
    "n": [1, None, 2.5],
    "yes": [True, False, None],
}
SHAPES = np.array([shapely.box(0, 0, 1, 1), shapely.Point(1, 2), shapely.box(2, 2, 3, 3)], dtype=object)


def table() -> ZoneTable:
    return ZoneTable(COLUMNS, SHAPES)


def test_the_columns_are_those_of_the_frame():
    zones, frame = table(), table().frame
    assert isinstance(frame, gpd.GeoDataFrame)
    assert frame.crs.to_epsg() == 4490
    assert set(map(str, frame.dtypes)) == {"object", "geometry"}
    assert names_of(zones) == names_of(frame) == tuple(frame.columns)
    for name in (*names_of(zones), "none"):
        ours, theirs = values_of(zones, name).tolist(), values_of(frame, name).tolist()
        assert ours == theirs
        assert list(map(type, ours)) == list(map(type, theirs))
    assert len(zones) == len(frame) == 3


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        *(
            (blank, None)
            for blank in ("", "  ", "\u3000", float("nan"), np.float64("nan"), None, np.str_(" "))
        ),
        (np.str_("x"), "x"),
        (np.float64(2.5), 2.5),
        (np.int64(3), 3),
        (" a ", " a "),
        (True, True),
    ],
)
@pytest.mark.parametrize("others", [[], ["a"], [None, "a"], [1.5]])
def test_cells_say_the_same_in_both(cell, plain, others):
    cells = [*others, cell]
    zones = ZoneTable({"zone_id": ["A"] * len(cells), "x": cells}, np.resize(SHAPES, len(cells)))
    frame = gpd.GeoDataFrame({"x": pd.Series(cells, dtype=object)}, geometry=np.resize(SHAPES, len(cells)))
    for told in (values_of(one, "x").tolist() for one in (zones, zones.frame, frame)):
        assert told == [*others, plain]
        assert type(told[-1]) is type(plain)


def test_what_is_not_told_is_asked_of_the_frame():
    zones = table()
    assert zones["zone_id"].tolist() == ["A", "B", "C"]
    assert zones.loc[1, "zone_class"] is None
    assert zones.geometry.to_numpy().tolist() == SHAPES.tolist()
    assert zones.frame is zones.frame
    assert [*zones] == [*zones.frame]
    assert ("zone_id" in zones, "none" in zones) == (True, False)
    with pytest.raises(AttributeError):
        _ = zones.nothing_of_the_kind


def test_nothing_given_or_taken_changes_it():
    given = SHAPES.copy()
    zones = ZoneTable(COLUMNS, given)
    given[0] = None
    zones.frame.loc[0, "zone_id"] = "other"
    zones.frame.loc[0, "geometry"] = shapely.Point(9, 9)
    assert values_of(zones, "zone_id").tolist() == ["A", "B", "C"]
    assert values_of(zones, "geometry").tolist() == SHAPES.tolist()
    with pytest.raises(ValueError, match="read-only"):
        values_of(zones, "geometry")[0] = None


def test_it_can_be_copied_and_sent():
    sent = pickle.loads(pickle.dumps(table()))  # noqa: S301  our own
    for other in (copy.copy(table()), copy.deepcopy(table()), sent):
        assert names_of(other) == names_of(table())
        assert [values_of(other, name).tolist() for name in COLUMNS] == [*COLUMNS.values()]


def test_no_zones_are_a_table_too():
    zones = ZoneTable({"zone_id": []}, np.zeros(0, dtype=object))
    assert (len(zones), len(zones.frame), values_of(zones, "none").tolist()) == (0, 0, [])
