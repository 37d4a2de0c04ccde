"""Polygon sites on the drawn bundle: overlaps against two peers, and single checks one after another."""

from pathlib import Path
from typing import Any

import numpy as np

from scripts.bench import shapes
from scripts.bench.data import write_shapes
from scripts.bench.page import Section, Table, count, ratio, seconds
from scripts.bench.present import everyone
from scripts.bench.process import Result, contend
from scripts.bench.setting import Setting
from scripts.bench.tasks.demo import MILLISECONDS, milliseconds
from scripts.bench.zoning import LAYERS, make_bundle

SAME_SHARE = 1e-4
"""Areas may differ by so much of themselves: projected edges, WGS 84 for CGCS2000."""

FLOOR_M2 = 1e4
"""… or of one hectare, where they are smaller."""

LEAST_M2 = 1.0
"""Overlaps below this are touches: which of them are found is a matter of rounding."""

_WHAT = {
    "fenqu": "every rule with reasons and articles, overlaps on the ellipsoid by zone, class and layer",
    "geopandas": "overlay of all six layers in an equal-area projection, areas there",
    "DuckDB spatial": "ST_Intersection of all six layers, ST_Area_Spheroid; all cores",
}
_TEXT = (
    "Crooked outlines of 100 vertices and 1 km². *Load* is the bundle (the peers: the same files); "
    "the sites are in memory. Every overlap of a site and a zone over 1 m² is compared. The peers "
    "measure overlaps and nothing else. Single checks run one after another in one warm process, "
    "from geometry to JSON, on all six layers at once. Wanted: p50 ≤ 5 ms, p99 ≤ 25 ms with 100 000"
    " zones."
)


def run(setting: Setting) -> Section:
    """Ten thousand sites; then one at a time."""
    place = setting.place("polygons")
    sites = 100 if setting.quick else 10_000
    setting.tell("drawing the bundle and the polygons")
    bundle = make_bundle(setting.place("bundle"), setting.size)
    drawn = place / "sites.parquet"
    write_shapes(drawn, shapes.sites(sites, 61, setting.size.bounds))
    job: dict[str, Any] = {
        "bundle": str(bundle),
        "sites": str(drawn),
        "folder": str(place),
        "layers": list(LAYERS),
    }
    results = []
    for key in ("engine", "geopandas", "duckdb"):
        contender = everyone()[key]
        setting.tell(f"polygons: {contender.name}")
        results.append(contend(contender, "polygons", job))
    setting.tell("polygons: single checks")
    single = contend(everyone()["engine"], "single", {**job, "count": 50 if setting.quick else 1_000})
    compared = {r.name: _compared(place, results[0], r) for r in results[1:] if r.found and results[0].found}
    zones = count(len(LAYERS) * setting.size.zones)
    rows = milliseconds(single.found) if single.found else ()
    return Section(
        title="Polygon sites",
        text=_TEXT,
        tables=[
            Table(
                head=(
                    "contender",
                    "does",
                    "load, s",
                    "sites, s",
                    "÷ fenqu",
                    "same overlaps",
                    "peak memory, MB",
                ),
                rows=_rows(results, compared),
                title=f"{count(sites)} sites × six layers of {count(setting.size.zones)} zones",
            ),
            Table(head=MILLISECONDS, rows=[rows] if rows else [], title=f"One at a time, {zones} zones"),
        ],
        notes=[f"{r.name}: {r.why}" for r in (*results, single) if r.why],
        sound=all(same for _, same in compared.values()) and not any(r.failed for r in (*results, single)),
    )


def _rows(results: list[Result], compared: dict[str, tuple[str, bool]]) -> list[tuple[str, ...]]:
    base = min(results[0].found["spent_s"]) if results[0].found else 0.0
    return [
        (
            result.name,
            _WHAT[result.name],
            seconds(result.found["load_s"]),
            seconds(min(result.found["spent_s"])),
            ratio(min(result.found["spent_s"]), base),
            compared.get(result.name, ("", True))[0],
            count(result.found["peak_mb"]),
        )
        for result in results
        if result.found
    ]


def _compared(place: Path, ours: Result, theirs: Result) -> tuple[str, bool]:
    """Overlaps over 1 m², by site and zone: whether both have the same ones, of the same size."""
    mine, other = (
        _overlaps(place, "ours"),
        _overlaps(place, "geopandas" if theirs.name == "geopandas" else "duckdb"),
    )
    lone = [
        key for key in mine.keys() ^ other.keys() if max(mine.get(key, 0.0), other.get(key, 0.0)) > LEAST_M2
    ]
    both = mine.keys() & other.keys()
    off = max((abs(mine[key] - other[key]) / max(mine[key], FLOOR_M2) for key in both), default=0.0)
    words = f"{count(len(both))} by both, {len(lone)} by one; areas within {off:.1e} of themselves or of 1 ha"
    return words, not lone and off <= SAME_SHARE and bool(ours.found)


def _overlaps(place: Path, name: str) -> dict[tuple[int, str], float]:
    found = np.load(place / f"overlaps-{name}.npz")
    return dict(
        zip(
            zip(found["site"].tolist(), found["zone"].tolist(), strict=True),
            found["area_m2"].tolist(),
            strict=True,
        )
    )
