"""Fenqu itself: the whole engine on polygon sites."""

import gc
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
from shapely.geometry.base import BaseGeometry

from geo.answer import to_json
from geo.check import check_projects
from geo.model import Bundle, Part, Project, Report
from geo.site import make_site
from layers.bundle import load_bundle
from scripts.bench.data import read_zones
from scripts.bench.process import Found, clocked, serve

ON = date(2026, 11, 21)
WARM_UP = 20


def polygons(job: Found) -> Found:
    """Every site through the whole engine: rules, reasons and articles, with the overlaps measured."""
    loaded_s, bundle = clocked(lambda: load_bundle(Path(job["bundle"])))
    projects = [_project(shape) for shape in read_zones(job["sites"])]
    for report in check_projects(bundle, projects[:WARM_UP], ON):
        to_json(report)
    spent_s, hits = clocked(
        lambda: [_overlaps(report, set(job["layers"])) for report in check_projects(bundle, projects, ON)]
    )
    rows = [(site, zone, area) for site, found in enumerate(hits) for zone, area in found]
    np.savez(
        Path(job["folder"]) / "overlaps-ours.npz",
        site=np.array([site for site, _, _ in rows], dtype=np.int64),
        zone=np.array([zone for _, zone, _ in rows], dtype=str),
        area_m2=np.array([area for _, _, area in rows]),
    )
    return {"load_s": loaded_s, "build_s": 0.0, "spent_s": [spent_s]}


def single(job: Found) -> Found:
    """Milliseconds of one polygon check after another, from geometry to JSON, in a warm process."""
    loaded_s, bundle = clocked(lambda: load_bundle(Path(job["bundle"])))
    gc.freeze()  # as the server and the workers of a batch do
    sites = read_zones(job["sites"])[: job["count"]]
    for shape in sites[:WARM_UP]:
        _checked(bundle, shape)
    timed = [clocked(partial(_checked, bundle, shape)) for shape in sites]
    spent, hits = [seconds * 1e3 for seconds, _ in timed], [found for _, found in timed]
    p50, p90, p99 = np.percentile(spent, (50, 90, 99))
    told = {"p50_ms": p50, "p90_ms": p90, "p99_ms": p99, "load_s": loaded_s, "checks": len(spent)}
    return {**told, "hits_mean": float(np.mean(hits)), "hits_most": max(hits)}


def _project(shape: BaseGeometry) -> Project:
    site = make_site(shape, crs="EPSG:4490", accuracy_m=5.0)
    return Project(parts=(Part(site=site, activity="CHEM", facts=(("nature", "new"),)),))


def _checked(bundle: Bundle, shape: BaseGeometry) -> int:
    report = next(check_projects(bundle, [_project(shape)], ON))
    to_json(report)
    return len(report.parts[0].hits)


def _overlaps(report: Report, layers: set[str]) -> list[tuple[str, float]]:
    """The zones of the layers that are compared: counties are ours alone."""
    return [(hit.zone_id, hit.overlap_m2) for hit in report.parts[0].hits if hit.layer in layers]


if __name__ == "__main__":
    serve({"polygons": polygons, "single": single})
