"""PostgreSQL with PostGIS: a server of our own in a temporary folder, reached by its unix socket only."""

import io

import pandas as pd
import pyarrow.parquet as pq

from scripts.bench import pairs
from scripts.bench.contenders.postgis_server import Server, served
from scripts.bench.process import Found, clocked, repeated, serve

_INTERSECTS = "SELECT p.point, z.zone FROM points p JOIN zones z ON ST_Intersects(z.geom, p.geom)"
_WITHIN = "SELECT p.point, z.zone FROM points p JOIN zones z ON ST_DWithin(z.geom, p.geom, {reach})"


def point_join(job: Found) -> Found:
    """``ST_Intersects`` on geometry, with a GiST index on the zones."""
    return _joined(job, "geometry", _INTERSECTS)


def distance(job: Found) -> Found:
    """``ST_DWithin(geography)``: metres on the ellipsoid, with a GiST index on the zones."""
    return _joined(job, "geography", _WITHIN.format(reach=float(job.get("reach_m", 0.0))))


def _joined(job: Found, kind: str, query: str) -> Found:
    with served() as server:
        load_s, _ = clocked(lambda: _load(server, job, kind))
        build_s, _ = clocked(lambda: _index(server))
        spent, _ = repeated(lambda: _make_pairs(server, query))
        text = server.copied("COPY pairs TO STDOUT (FORMAT csv)")
        version = server.asked("SELECT postgis_lib_version()")
        postgres = server.asked("SHOW server_version").partition(" ")[0]
        peak = server.watch.peak_mb
    found = pd.read_csv(io.StringIO(text), header=None, names=["point", "zone"])
    keys = pairs.keys(found["point"].to_numpy(), found["zone"].to_numpy())
    told = pairs.save(job["folder"], "postgis", keys)
    return {
        "load_s": load_s,
        "build_s": build_s,
        "spent_s": spent,
        **told,
        "peak_mb": peak,
        "version": f"PostGIS {version} on PostgreSQL {postgres}",
    }


def _load(server: Server, job: Found, kind: str) -> None:
    """Both tables, by COPY, as a script would load them."""
    zones = pq.read_table(job["zones"]).to_pandas()
    zones["wkb"] = [shape.hex() for shape in zones["wkb"]]
    server.asked(f"CREATE UNLOGGED TABLE zones (zone integer, geom {kind}(Geometry, 4326))")
    server.loaded("COPY zones FROM STDIN (FORMAT csv)", zones.to_csv(index=False, header=False))
    points = pq.read_table(job["points"]).to_pandas()
    server.asked("CREATE UNLOGGED TABLE drawn (point integer, lon float8, lat float8)")
    server.loaded("COPY drawn FROM STDIN (FORMAT csv)", points.to_csv(index=False, header=False))
    server.asked(
        "CREATE UNLOGGED TABLE points AS SELECT point, "  # noqa: S608  our own words
        f"ST_SetSRID(ST_MakePoint(lon, lat), 4326)::{kind} AS geom FROM drawn"
    )


def _index(server: Server) -> None:
    server.asked("CREATE INDEX ON zones USING gist (geom)")
    server.asked("ANALYZE zones")
    server.asked("ANALYZE points")


def _make_pairs(server: Server, query: str) -> None:
    server.asked(f"DROP TABLE IF EXISTS pairs; CREATE UNLOGGED TABLE pairs AS {query}")


if __name__ == "__main__":
    serve({"point_join": point_join, "distance": distance})
