"""Points in columns are what they are row by row: ids, places, declarations, remarks; all else is left."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geo.model import Bundle, Rulebook
from layers.sites.cells.columns import understand
from layers.sites.cells.point_rows import PointRows, point_rows
from layers.sites.cells.rows import Defaults, RowMaker
from layers.sites.read.intake import open_source

AWKWARD = (
    "site_id,lon,lat,crs,accuracy_m,activity,nature,on",
    "a,105.8,32.5,,,CHEM,new,",
    ",105.8,32.5,,,化工,新建,2026-08-15",
    "a,1.058e2,+32.5,EPSG:4490,20,,,",
    "b,105.8 , 32.5,epsg:4326,0,化工项目,unknown,2026/8/14",
    " ,.5,5.,CGCS2000,-,CHEM,-,",
    "c,-180,90,CRS84,nan,CHEM,new,",
    "d,180.0000001,0,,,CHEM,new,",
    "e,32.5,105.8,,,CHEM,new,",
    "f,nan,32.5,,,,,",
    "g,inf,32.5,,,,,",
    "h,1e999,32.5,,,,,",
    "i,1_05.8,32.5,,,,,",
    "j,１０５.8,32.5,,,,,",
    "k,105.8,,,,,,",
    "l,105°48′,32.5,,,,,",
    "m,105.8,32.5,GCJ-02,,,,",
    "n,105.8,32.5,unknown,,,,",
    "o,105.8,32.5,EPSG:4544,,,,",
    "p,105.8,32.5,EPSG:1,,,,",
    "q,105.8,32.5,EPSG:4610,100,,,",
    "r,105.8,32.5,,-1,,,",
    "s,105.8,32.5,,100000,,,",
    "t,105.8,32.5,,100001,,,",
    "u,105.8,32.5,,good,,,",
    "v,105.8,32.5,,,独角兽,,",
    "w,105.8,32.5,,,CHEM,fancy,",
    "x,105.8,32.5,,,CHEM,new,2021-02-28",
    "y,105.8,32.5,,,CHEM,new,tomorrow",
    "z,-0.0,0x10,,,,,",
    'aa,105.8,32.5,,,"CHEM",new,',
    "ab,105.8,32.5",
    "ad,105*50*12.3,32*31*12",
    "ae,105.8①,32.5",
    "af,105.8,32.5²",
    "ag,9⁰,32.5",
    "ac,105.8,32.5,,,,,,,x",
)
ON = date(2026, 11, 21)


def taken_apart(path: Path, rulebook: Rulebook, defaults: Defaults, rows: int) -> list[tuple]:
    """Each block: its point rows, and its rows one by one."""
    source = open_source(path)
    columns = understand(source.headers, rulebook, has_geometry=source.features, where="t")
    maker, other = (RowMaker(rulebook, columns, defaults) for _ in range(2))
    out = []
    for payload in source.packed(rows):
        block = payload.open()
        out.append((point_rows(block, maker, columns, defaults), [other.row(r) for r in block.records()]))
    source.close()
    return out


def check_equal(points: PointRows, rows: list) -> int:
    """Every point is the row it stands for; every row is a point or left over."""
    assert sorted([*points.positions, *points.rest]) == list(range(len(rows)))
    ids = points.site_id.to_pylist()
    for n, position in enumerate(points.positions):
        row, declared = rows[position], points.declarations[points.declaration[n]]
        kind = points.kinds[points.kind[n]]
        assert row.part is not None, row.problems
        assert ids[n] == row.site_id
        assert shapely.equals_identical(shapely.Point(points.lon[n], points.lat[n]), row.part.site.geometry)
        assert points.accuracy_m[n] == row.part.site.accuracy_m
        assert (kind.crs, kind.remarks) == (row.part.site.crs, row.part.site.remarks)
        assert row.part.site.datum_known
        assert (declared.activity, declared.facts, declared.on) == (row.part.activity, row.part.facts, row.on)
    return len(points.positions)


@pytest.mark.parametrize("rows", [1, 3, 1000])
@pytest.mark.parametrize("quoted", [True, False])
@pytest.mark.parametrize("crs", [None, "EPSG:4326", "GCJ-02"])
def test_awkward_cells(bundle: Bundle, csv_file: Callable, rows: int, quoted: bool, crs: str | None) -> None:
    lines = AWKWARD if quoted else [line for line in AWKWARD if '"' not in line]
    defaults = Defaults(on=ON, activity="HOTEL", facts=(("nature", "existing"),), crs=crs)
    blocks = taken_apart(csv_file(*lines), bundle.rulebook, defaults, rows)
    found = sum(check_equal(*block) for block in blocks)
    sure = 4 if crs == "GCJ-02" else 8  # only rows that name another CRS themselves
    assert found >= sure


def test_only_what_must_be_is_left_over(bundle: Bundle, csv_file: Callable) -> None:
    lines = [line for line in AWKWARD[:7] if '"' not in line]
    ((points, rows),) = taken_apart(csv_file(*lines), bundle.rulebook, Defaults(on=ON), 1000)
    assert check_equal(points, rows) == 6
    assert len(points.declarations) == 5
    assert len(points.kinds) == 5


@pytest.mark.parametrize("header", ["x,y,crs", "lon,lat,crs"])
def test_coordinates_by_either_name(bundle: Bundle, csv_file: Callable, header: str) -> None:
    path = csv_file(header, "105.8,32.5,EPSG:4490", "105.8,32.5,", "575648,3598138,EPSG:4544")
    ((points, rows),) = taken_apart(path, bundle.rulebook, Defaults(on=ON), 1000)
    assert check_equal(points, rows) == 3


def test_typed_columns(bundle: Bundle, tmp_path: Path) -> None:
    table = pa.table(
        {
            "site_id": pa.array([7, None, 9, 10], pa.int64()),
            "lon": pa.array([105.8, None, float("nan"), 105.9], pa.float64()),
            "lat": pa.array([32, 33, 34, 2**60], pa.int64()),
            "accuracy_m": pa.array([None, 5, 5, 5], pa.int32()),
            "on": pa.array([date(2026, 8, 15), None, None, None], pa.date32()),
            "land_area_m2": pa.array([8000.5, None, float("nan"), 1.0], pa.float64()),
            "discharges": pa.array([True, False, None, True], pa.bool_()),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    ((points, rows),) = taken_apart(tmp_path / "t.parquet", bundle.rulebook, Defaults(on=ON), 1000)
    assert check_equal(points, rows) == 1
    assert points.declarations[0].facts == (("discharges", True), ("land_area_m2", 8000.5))


def test_features_that_are_points(bundle: Bundle, tmp_path: Path) -> None:
    shapes = [
        shapely.Point(105.8, 32.5),
        shapely.Point(105.8, 32.5, 400),
        shapely.Point(),
        None,
        shapely.box(105.8, 32.5, 105.9, 32.6),
        shapely.Point(181, 0),
        shapely.Point(105.9, 32.5),
    ]
    gpd.GeoDataFrame({"n": range(7)}, geometry=shapes, crs=4490).to_parquet(tmp_path / "t.parquet")
    defaults = Defaults(on=ON, crs="EPSG:4490")
    ((points, rows),) = taken_apart(tmp_path / "t.parquet", bundle.rulebook, defaults, 1000)
    assert check_equal(points, rows) == 2
    np.testing.assert_array_equal(points.positions, [0, 6])


def test_ids_of_features(bundle: Bundle, tmp_path: Path) -> None:
    path = tmp_path / "t.geojson"
    features = [
        {"type": "Feature", "id": one, "properties": {}, "geometry": {"type": "Point", "coordinates": place}}
        for one, place in (("k", [105.8, 32.5]), (7, [105.8]), (8, [1, 2]))
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    ((points, rows),) = taken_apart(path, bundle.rulebook, Defaults(on=ON), 1000)
    assert check_equal(points, rows) == 2
    assert points.site_id.to_pylist() == ["k", "8"]


@pytest.mark.parametrize("crs", ["EPSG:4523", "国家2000", None])
def test_projected_features_that_are_points(bundle: Bundle, tmp_path: Path, crs: str | None) -> None:
    shapes = [
        shapely.Point(35_575_648.17, 3_598_138.10),
        shapely.Point(3_598_138.10, 35_575_648.17),
        shapely.Point(575_648.17, 3_598_138.10),
        shapely.Point(35_575_648.17, 9_598_138.10),
    ]
    gpd.GeoDataFrame({"n": range(4)}, geometry=shapes, crs=4523).to_parquet(tmp_path / "t.parquet")
    defaults = Defaults(on=ON, crs=crs)
    ((points, rows),) = taken_apart(tmp_path / "t.parquet", bundle.rulebook, defaults, 1000)
    assert check_equal(points, rows) == 1
    assert [row.part is not None for row in rows] == [True, False, False, False]
    assert (points.lon[0], points.lat[0]) == pytest.approx((105.805, 32.505), abs=1e-6)
