"""One measurement in a process of its own: ``python -m scripts.bench.tasks NAME ARGUMENTS`` prints JSON.

A process for each, so that memory is that of the task and nothing is warm that a user would find cold.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.answer import to_json
from geo.check import check_projects
from geo.model import Part, Project
from geo.site import make_site
from layers.bundle import load_bundle
from layers.sites.job import Options, prepare, run
from scripts.bench.sites import area, draw, polygon

ON = date(2026, 11, 21)
WARM_UP = 20
METRES = "EPSG:32648"
"""UTM 48N: what a quick script would take for metres here."""


def single(bundle_folder: str, count: str) -> dict[str, Any]:
    """Milliseconds of one polygon check after another (100 vertices, 1 km²), answer included."""
    started = time.perf_counter()
    bundle = load_bundle(Path(bundle_folder))
    loaded = time.perf_counter() - started
    shapes = [polygon(place, n) for n, place in enumerate(draw(area(bundle), int(count) + WARM_UP, 7))]
    facts = (("nature", "new"),)
    spent, hits = [], []
    for shape in shapes:
        started = time.perf_counter()
        site = make_site(shape, crs="EPSG:4490", accuracy_m=5.0)
        project = Project(parts=(Part(site=site, activity="CHEM", facts=facts),))
        report = next(check_projects(bundle, [project], ON))
        to_json(report)
        spent.append((time.perf_counter() - started) * 1e3)
        hits.append(len(report.parts[0].hits))
    p50, p90, p99 = np.percentile(spent[WARM_UP:], (50, 90, 99))
    return {"load_s": loaded, "p50_ms": p50, "p90_ms": p90, "p99_ms": p99, "hits": float(np.mean(hits))}


def batch(bundle_folder: str, table: str, out: str) -> dict[str, Any]:
    """CSV in, CSV out, every rule: the road of scripts.check_sites."""
    started = time.perf_counter()
    options = Options(place=table, bundle=Path(bundle_folder), today=ON, out=Path(out))
    job = prepare(options)
    prepared = time.perf_counter() - started
    tally = run(job, sys.stdout, lambda _: None)
    total = time.perf_counter() - started
    return {"rows": tally.rows, "prepare_s": prepared, "total_s": total, "peak_mb": _peak_mb()}


def peer(bundle_folder: str, table: str, out: str) -> dict[str, Any]:
    """What a geopandas script does with the same files: join every layer, measure 1 km to the rivers, write.

    No rules, no dates, no coverage, no accuracy, no reasons: a lower bound of the work, not of the answer.
    """
    started = time.perf_counter()
    data = Path(bundle_folder) / "data"
    frame = _points(table)
    layers = sorted(p for p in data.glob("*.parquet") if not p.name.startswith("coverage"))
    for path in layers:
        zones = gpd.read_parquet(path)[["fid", "geometry"]]
        joined = gpd.sjoin(frame[["geometry"]], zones, predicate="intersects")
        frame[path.stem] = joined.groupby(level=0)["fid"].agg(";".join)
    rivers = gpd.read_parquet(data / "river_shoreline.parquet")[["fid", "geometry"]].to_crs(METRES)
    near = gpd.sjoin_nearest(
        frame[["geometry"]].to_crs(METRES), rivers, max_distance=1_000.0, distance_col="river_m"
    )
    frame["river_m"] = near.groupby(level=0)["river_m"].min()
    frame.drop(columns="geometry").to_csv(out, index=False)
    return {"rows": len(frame), "total_s": time.perf_counter() - started, "peak_mb": _peak_mb()}


def _points(table: str) -> gpd.GeoDataFrame:
    rows = pd.read_csv(table, dtype={"site_id": str})
    return gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(rows["lon"], rows["lat"]), crs=4490)


def _peak_mb() -> float:
    """Largest resident memory of this process so far, MB (the kernel counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


TASKS: dict[str, Callable[..., dict[str, Any]]] = {"single": single, "batch": batch, "peer": peer}

if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
