"""A plain geopandas script: ``python -m scripts.bench.contenders.geopandas_table BUNDLE IN OUT``.

It reads, joins every layer, measures 1 km to the rivers in UTM and writes. No rules, dates, coverage or
reasons: a lower bound of the work, not of the answer. Zones of a row are joined to text only where it has
several: ``groupby(…).agg(";".join)`` over all rows, as most scripts have it, would take longer.
"""

import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd

UTM = "EPSG:32648"
NEAR_M = 1_000.0


def run(bundle: Path, table: Path, out: Path) -> None:
    """CSV in, CSV out."""
    rows = pd.read_csv(table, dtype={"site_id": str})
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(rows["lon"], rows["lat"]), crs="EPSG:4490")
    for path in sorted((bundle / "data").glob("*.parquet")):
        if not path.stem.startswith("coverage") and not path.stem.endswith("clause"):
            zones = gpd.read_parquet(path, columns=["fid", "geometry"])
            rows[path.stem] = _texts(gpd.sjoin(points, zones, predicate="intersects")["fid"])
    rivers = gpd.read_parquet(bundle / "data" / "river_shoreline.parquet", columns=["fid", "geometry"])
    near = gpd.sjoin_nearest(
        points.to_crs(UTM), rivers.to_crs(UTM), max_distance=NEAR_M, distance_col="river_m"
    )
    rows["river_m"] = near["river_m"].groupby(level=0).min()
    rows.to_csv(out, index=False)


def _texts(found: "pd.Series[str]") -> "pd.Series[str]":
    """The zones of each row as text."""
    several = found.index.duplicated(keep=False)
    return pd.concat([found[~several], found[several].groupby(level=0).agg(";".join)])


if __name__ == "__main__":
    run(*(Path(word) for word in sys.argv[1:4]))
