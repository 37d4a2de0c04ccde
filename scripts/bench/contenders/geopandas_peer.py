"""What a script with geopandas does."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from scripts.bench import pairs
from scripts.bench.data import read_points, read_zones
from scripts.bench.process import Found, clocked, repeated, serve

CRS = "EPSG:4490"
EQUAL_AREA = "+proj=aea +lat_1=29 +lat_2=33 +lat_0=31 +lon_0=105.5 +ellps=GRS80 +units=m"
"""What a careful script takes for areas; in UTM they would be off by up to 0.1 %."""


def point_join(job: Found) -> Found:
    """``geopandas.sjoin``, the index of the zones built before."""
    load_s, (zones, points) = clocked(lambda: (_zones(job), _points(job)))
    build_s, _ = clocked(lambda: zones.sindex)
    spent, joined = repeated(lambda: gpd.sjoin(points, zones, predicate="intersects"))
    found = pairs.keys(joined.index.to_numpy(), joined["index_right"].to_numpy())
    told = pairs.save(job["folder"], "geopandas", found)
    return {"load_s": load_s, "build_s": build_s, "spent_s": spent, **told}


def distance(job: Found) -> Found:
    """``sjoin(predicate="dwithin")`` in the UTM zone of the middle: planar metres."""

    def load() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
        return _zones(job).to_crs(job["utm"]), _points(job).to_crs(job["utm"])

    load_s, (zones, points) = clocked(load)
    build_s, _ = clocked(lambda: zones.sindex)
    spent, joined = repeated(
        lambda: gpd.sjoin(points, zones, predicate="dwithin", distance=job["reach_m"]), times=3
    )
    found = pairs.keys(joined.index.to_numpy(), joined["index_right"].to_numpy())
    told = pairs.save(job["folder"], "geopandas", found)
    return {"load_s": load_s, "build_s": build_s, "spent_s": spent, **told}


def polygons(job: Found) -> Found:
    """``geopandas.overlay`` with every layer of the bundle, areas in an equal-area projection."""

    def load() -> tuple[gpd.GeoDataFrame, list[gpd.GeoDataFrame]]:
        sites = gpd.GeoDataFrame(geometry=read_zones(job["sites"]), crs=CRS).to_crs(EQUAL_AREA)
        sites["site"] = np.arange(len(sites))
        paths = [Path(job["bundle"]) / "data" / f"{name}.parquet" for name in job["layers"]]
        zones = [gpd.read_parquet(path, columns=["fid", "geometry"]).to_crs(EQUAL_AREA) for path in paths]
        return sites, zones

    load_s, (sites, layers) = clocked(load)

    def measure() -> pd.DataFrame:
        cut = pd.concat([gpd.overlay(sites, zones, how="intersection") for zones in layers])
        return pd.DataFrame({"site": cut["site"], "zone": cut["fid"], "area_m2": cut.area})

    spent, found = repeated(measure, times=1)
    np.savez(
        Path(job["folder"]) / "overlaps-geopandas.npz",
        site=found["site"].to_numpy(),
        zone=found["zone"].to_numpy(dtype=str),
        area_m2=found["area_m2"].to_numpy(),
    )
    return {"load_s": load_s, "build_s": 0.0, "spent_s": spent}


def _zones(job: Found) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=read_zones(job["zones"]), crs=CRS)


def _points(job: Found) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*read_points(job["points"])), crs=CRS)


if __name__ == "__main__":
    serve({"point_join": point_join, "distance": distance, "polygons": polygons})
