"""The judge of distances: nobody's engine, slow and plain."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from scripts.bench import pairs
from scripts.bench.data import read_points, read_zones
from scripts.bench.process import Found, serve

MOST = 2_000
"""Pairs judged of those that differ; a larger number is sampled, which is told by ``judged``."""

CLOSE_M = 0.001
"""Nearer to the limit than this nobody is wrong: geodesic edges part from straight ones by as much."""

_GEOD = Geod(ellps="GRS80")  # the ellipsoid of CGCS2000 to a tenth of a millimetre
_STEPS = (1e-5, 1e-7, 1e-9)  # degrees: about a metre, a centimetre, a tenth of a millimetre
_AROUND = 0.02  # degrees: well over the reach that is judged


def judge(job: Found) -> Found:
    """Measure the pairs that only one of two found; say how far from the limit they lie and who is right."""
    ours, theirs = pairs.read(job["ours"]), pairs.read(job["theirs"])
    differ = np.concatenate([np.setdiff1d(ours, theirs), np.setdiff1d(theirs, ours)])
    mine = np.isin(differ, ours)
    chosen = np.random.default_rng(81).permutation(len(differ))[:MOST]
    zones, (lon, lat) = read_zones(job["zones"]), read_points(job["points"])
    point, zone = pairs.parted(differ[chosen])
    found = np.array([
        distance_m(zones[z], float(lon[p]), float(lat[p])) for p, z in zip(point, zone, strict=True)
    ])  # fmt: skip
    near_m = found - job["reach_m"]
    sided = int((((near_m <= 0.0) == mine[chosen]) | (np.abs(near_m) <= CLOSE_M)).sum())
    most = float(np.abs(near_m).max())
    return {"differ": len(differ), "judged": len(chosen), "sided": sided, "most_off_m": most}


def met(job: Found) -> Found:
    """Judge pairs of row and zone that one of two tables names: met is what lies within the tolerance."""
    mine, script = (pairs.read(job["files"][name]) for name in ("ours", "theirs"))
    differ = np.concatenate([mine, script])
    chosen = np.random.default_rng(82).permutation(len(differ))[:MOST]
    rows, zones = pairs.parted(differ[chosen])
    places = pd.read_csv(job["out"], usecols=["lon", "lat"]).to_numpy()[rows]
    layer, number = np.divmod(zones, pairs.OF_A_LAYER)
    files = {n: Path(job["bundle"]) / "data" / f"{job['layers'][n]}.parquet" for n in set(layer.tolist())}
    held = {n: read_zones(file, "geometry") for n, file in files.items()}
    found = np.array([
        distance_m(held[n][z], *place) for n, z, place in zip(layer, number, places.tolist(), strict=True)
    ])  # fmt: skip
    is_met = found <= job["tolerance_m"]
    sided = int((is_met == (chosen < len(mine))).sum())
    return {"judged": len(chosen), "sided": sided, "most_m": float(found.max(initial=0.0))}


def distance_m(zone: BaseGeometry, lon: float, lat: float) -> float:
    """Metres from a point to a zone: 0 inside, else the least geodesic to a vertex set every 0.1 mm."""
    if shapely.intersects(zone, shapely.Point(lon, lat)):
        return 0.0
    border, foot, metres = shapely.boundary(zone), (lon, lat), math.inf
    for around, step in zip((_AROUND, *(3.0 * step for step in _STEPS)), _STEPS, strict=False):
        foot, metres = _nearest(border, (lon, lat), foot, around, step)
    return metres


def _nearest(
    border: BaseGeometry, place: tuple[float, float], middle: tuple[float, float], around: float, step: float
) -> tuple[tuple[float, float], float]:
    """Of the vertices set on a border about the middle: the one nearest to the place, and its metres."""
    box = (middle[0] - around, middle[1] - around, middle[0] + around, middle[1] + around)
    at = shapely.get_coordinates(shapely.segmentize(shapely.clip_by_rect(border, *box), step))
    if not len(at):
        return middle, float("inf")
    _, _, metres = _GEOD.inv(np.full(len(at), place[0]), np.full(len(at), place[1]), at[:, 0], at[:, 1])
    least = int(np.argmin(metres))
    return (float(at[least, 0]), float(at[least, 1])), float(metres[least])


if __name__ == "__main__":
    serve({"judge": judge, "met": met})
