"""Fenqu itself: the index alone."""

import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from geo.foot import edges_of
from geo.index.edges import EdgeGrid
from geo.index.zones import ZoneIndex
from layers.store import Store
from scripts.bench import pairs, shapes
from scripts.bench.data import read_points, read_zones
from scripts.bench.process import Found, clocked, repeated, serve

BLOCK = 1_000_000
"""Points asked at once where sizes are compared."""


def point_join(job: Found) -> Found:
    """All (point, zone) by the index of the zones."""
    load_s, (zones, (lon, lat)) = clocked(lambda: (read_zones(job["zones"]), read_points(job["points"])))
    build_s, index = clocked(lambda: ZoneIndex.build(zones))
    spent, found = repeated(lambda: index.pairs(lon, lat))
    told = pairs.save(job["folder"], "ours", pairs.keys(found.point, found.zone))
    return {"load_s": load_s, "build_s": build_s, "spent_s": spent, "reload_s": _reload_s(index), **told}


def _reload_s(index: ZoneIndex) -> float:
    """Seconds to open the index as the next process would: stored arrays, checked and memory-mapped."""
    with tempfile.TemporaryDirectory(prefix="fenqu-bench-") as folder:
        store = Store(Path(folder))
        store.get("bench", index.arrays)

        def reopen() -> ZoneIndex:
            return ZoneIndex.from_arrays(store.get("bench", index.arrays), index.geometry)

        return clocked(reopen)[0]


def distance(job: Found) -> Found:
    """Zones within a reach of each point: those it lies in, and those with an edge so near."""
    reach_m = float(job["reach_m"])
    load_s, (zones, (lon, lat)) = clocked(lambda: (read_zones(job["zones"]), read_points(job["points"])))

    def build() -> tuple[ZoneIndex, EdgeGrid]:
        edges, tag = edges_of(zones)
        return ZoneIndex.build(zones), EdgeGrid.build(edges, tag, reach_m)

    build_s, (index, grid) = clocked(build)

    def ask() -> pairs.Keys:
        inside, near = index.pairs(lon, lat), grid.nearest_by_tag(lon, lat, reach_m)
        held = pairs.keys(inside.point, inside.zone)
        return np.union1d(held, pairs.keys(near.point, grid.tag[near.edge]))

    spent, found = repeated(ask, times=3)
    told = pairs.save(job["folder"], "ours", found)
    return {"load_s": load_s, "build_s": build_s, "spent_s": spent, **told}


def scaling(job: Found) -> Found:
    """Cost of a point at one number of points and of zones; points are drawn and asked a block at a time."""
    zones = shapes.tessellation(job["columns"], job["rows"], 51, tuple(job["bounds"]))
    build_s, index = clocked(lambda: ZoneIndex.build(zones))
    reload_s = _reload_s(index)
    spent_s, found, left = 0.0, 0, int(job["points"])
    west, south, east, north = job["bounds"]
    rng = np.random.default_rng(52)
    while left:
        lonlat = rng.uniform((west, south), (east, north), (min(left, BLOCK), 2))
        seconds, pair = clocked(partial(index.pairs, lonlat[:, 0], lonlat[:, 1]))
        spent_s, found, left = spent_s + seconds, found + len(pair.point), left - len(lonlat)
    return {"build_s": build_s, "reload_s": reload_s, "spent_s": [spent_s], "pairs": found}


if __name__ == "__main__":
    serve({"point_join": point_join, "distance": distance, "scaling": scaling})
