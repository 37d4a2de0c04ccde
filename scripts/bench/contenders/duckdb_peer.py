"""DuckDB with its spatial extension, on all cores; tables in memory."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from scripts.bench import pairs
from scripts.bench.present import duckdb_extension
from scripts.bench.process import Found, clocked, repeated, serve

_CUT = """
CREATE OR REPLACE TABLE cut AS
SELECT s.site, z.fid, ST_Area_Spheroid(ST_FlipCoordinates(ST_Intersection(s.geom, z.geom))) AS area_m2
FROM sites s JOIN zones z ON ST_Intersects(s.geom, z.geom)
"""


def point_join(job: Found) -> Found:
    """``ST_Intersects``, which the planner runs as its SPATIAL_JOIN: it builds its tree in every query."""
    database = connect()
    load_s, _ = clocked(lambda: _load(database, job))
    spent, _ = repeated(lambda: _join(database, "ST_Intersects(z.geom, p.geom)"))
    told = _told(database, job)
    return {"load_s": load_s, "build_s": 0.0, "spent_s": spent, **told}


def distance(job: Found) -> Found:
    """``ST_DWithin`` in UTM: DuckDB measures on the ellipsoid between points only."""
    database = connect()
    load_s, _ = clocked(lambda: _load(database, job, utm=job["utm"]))
    spent, _ = repeated(
        lambda: _join(database, f"ST_DWithin(z.geom, p.geom, {float(job['reach_m'])})"), times=3
    )
    told = _told(database, job)
    return {"load_s": load_s, "build_s": 0.0, "spent_s": spent, **told}


def polygons(job: Found) -> Found:
    """``ST_Intersection`` of sites and all zones, ``ST_Area_Spheroid`` of what is common."""
    database = connect()
    files = ", ".join(f"'{job['bundle']}/data/{name}.parquet'" for name in job["layers"])

    def load() -> None:
        database.execute(
            "CREATE TABLE zones AS SELECT fid, geometry AS geom "  # noqa: S608  our own words
            f"FROM read_parquet([{files}], union_by_name = true)"
        )
        database.execute(
            f"CREATE TABLE sites AS SELECT zone AS site, ST_GeomFromWKB(wkb) AS geom FROM '{job['sites']}'"  # noqa: S608
        )

    load_s, _ = clocked(load)
    spent, _ = repeated(lambda: database.execute(_CUT), times=1)
    found = database.execute("SELECT site, fid, area_m2 FROM cut").fetchnumpy()
    columns = {"site": found["site"], "zone": found["fid"].astype(str), "area_m2": found["area_m2"]}
    np.savez(Path(job["folder"]) / "overlaps-duckdb.npz", **columns)
    return {"load_s": load_s, "build_s": 0.0, "spent_s": spent}


def connect() -> Any:  # noqa: ANN401  the library has no types here
    """A database in memory with the extension of the PyPI package; nothing is fetched."""
    database = duckdb.connect(
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    )
    database.execute(f"LOAD '{duckdb_extension()}'")
    return database


def _load(database: Any, job: Found, *, utm: str | None = None) -> None:  # noqa: ANN401
    def placed(shape: str) -> str:
        return f"ST_Transform({shape}, 'EPSG:4326', '{utm}', always_xy := true)" if utm else shape

    zone, point = placed("ST_GeomFromWKB(wkb)"), placed("ST_Point(lon, lat)")
    database.execute(f"CREATE TABLE zones AS SELECT zone, {zone} AS geom FROM '{job['zones']}'")  # noqa: S608
    database.execute(f"CREATE TABLE points AS SELECT point, {point} AS geom FROM '{job['points']}'")  # noqa: S608


def _join(database: Any, predicate: str) -> None:  # noqa: ANN401
    database.execute(
        f"CREATE OR REPLACE TABLE pairs AS SELECT p.point, z.zone FROM points p JOIN zones z ON {predicate}"  # noqa: S608  our own words
    )


def _told(database: Any, job: Found) -> Found:  # noqa: ANN401
    found = database.execute("SELECT point, zone FROM pairs").fetchnumpy()
    return pairs.save(job["folder"], "duckdb", pairs.keys(found["point"], found["zone"]))


if __name__ == "__main__":
    serve({"point_join": point_join, "distance": distance, "polygons": polygons})
