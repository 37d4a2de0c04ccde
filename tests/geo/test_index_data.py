"""The index on real zones: districts, lakes, rivers, watersheds, protected areas with holes and overlaps.

Third-party data, outside the repository (FENQU_SHARED); nothing of it is kept here.
"""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import STRtree

from geo.foot import feet
from geo.index.edges import EdgeGrid, edges_of
from geo.index.zones import ZoneIndex

FILES = (
    "benchmark/cn_districts_tianditu_2891.parquet",
    "benchmark/ne10m_lakes.parquet",
    "china/vector/districts9_tianditu_wgs84.geojson",
    "china/vector/districts_window_tianditu_wgs84.geojson",
    "china/vector/regions_ne10m.geojson",
    "china/vector/rivers_ne10m.geojson",
    "china/vector/rivers_wdb2_gshhg237.geojson",
    "china/vector/rivers_ngcc4m_hyd2_4l.geojson",
    "china/vector/water_ngcc4m_hyd2_4p.geojson",
    "mecklenburg/mecklenburg_catawba_river.geojson.gz",
    "mecklenburg/mecklenburg_creek_basins.geojson.gz",
    "mecklenburg/mecklenburg_watersheds.geojson.gz",
    "mecklenburg/mecklenburg_wetlands.geojson.gz",
    "natura2000/natura2000_nl_a.geojson.gz",
    "natura2000/natura2000_nl_b.geojson.gz",
)


def zones_in(file: Path) -> np.ndarray:
    if file.suffix == ".parquet":
        frame = gpd.read_parquet(file)
    else:
        frame = gpd.read_file(f"/vsigzip/{file}" if file.suffix == ".gz" else file)
    return np.asarray(frame.geometry.array, dtype=object)


def points_among(zones: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Points anywhere, on vertices, half-way along edges and a hair beside them."""
    bounds = shapely.total_bounds(zones)
    edges, _ = edges_of(zones)
    picked = edges[rng.integers(0, len(edges), 200)]
    middle = (picked[:, :2] + picked[:, 2:]) / 2.0
    beside = middle + rng.normal(size=middle.shape) * 10.0 ** rng.uniform(-16, -4, (200, 1))
    anywhere = rng.uniform(bounds[:2], bounds[2:], (1_000, 2))
    return np.concatenate([anywhere, picked[:, :2], middle, beside])


@pytest.mark.parametrize("name", FILES)
def test_index_is_the_search_tree_and_every_geometry_asked(shared_data: Path, name: str) -> None:
    file = shared_data / name
    if not file.is_file():
        pytest.skip(f"third-party data: no file {file}")
    zones = zones_in(file)
    rng = np.random.default_rng(21)
    lon, lat = np.ascontiguousarray(points_among(zones, rng).T)
    index = ZoneIndex.build(zones)
    found = index.pairs(lon, lat)
    point, zone = STRtree(zones).query(shapely.points(lon, lat), predicate="intersects")
    order = np.lexsort((zone, point))
    assert np.array_equal(found.point, point[order])
    assert np.array_equal(found.zone, zone[order])
    assert not shapely.is_prepared(zones).any()

    edges, tag = edges_of(zones)
    few = rng.integers(0, len(lon), 20)
    far = [
        feet(np.full(len(edges), x), np.full(len(edges), y), edges)
        for x, y in zip(lon[few], lat[few], strict=True)
    ]
    least = np.array([one.distance_m.min() for one in far])
    assert found.near_border[few][least <= 0.01].all()
    grid = EdgeGrid.build(edges, tag, 1_000.0)
    expected = np.where(least <= 1_000.0, least, np.inf)
    assert grid.nearest_m(lon[few], lat[few], 1_000.0) == pytest.approx(expected, rel=1e-6, abs=1e-6)
