"""Zones within 1 km of each point, in metres on the ellipsoid where the contender can."""

from typing import Any

from scripts.bench import shapes
from scripts.bench.data import write_points, write_shapes
from scripts.bench.page import Section, Table, count
from scripts.bench.present import everyone
from scripts.bench.process import Contender, Result, contend
from scripts.bench.setting import Setting
from scripts.bench.tasks.point_join import HEAD, away, reference, rows

REACH_M = 1_000.0
UTM = "EPSG:32648"
_HOW = {
    "fenqu": "geodesic to the foot on the nearest edge",
    "geopandas": "sjoin dwithin in UTM 48N: planar",
    "DuckDB spatial": "ST_DWithin in UTM 48N: planar (its spheroid functions take points only)",
    "PostGIS": "ST_DWithin(geography): geodesic; edges are geodesics, not straight in longitude and latitude",
}
_TEXT = (
    "All pairs of point and zone no farther than 1 000 m, inside included. *Load* includes the "
    "change to UTM where one is needed. Those who differ are judged by an oracle that is nobody's: "
    "`pyproj.Geod` to vertices set along the zone's border, near the foot every 0.1 mm. PostGIS and "
    "fenqu measure on the ellipsoid; planar metres in UTM are off by up to 0.1 %, which is 1 m in 1 000."
)


def run(setting: Setting) -> Section:
    """Ours and three peers."""
    place = setting.place("distance")
    count_points = 2_000 if setting.quick else 200_000
    zones_file, points_file = place / "zones.parquet", place / "points.parquet"
    if not points_file.exists():
        zones = shapes.ribbons(setting.size.zones, 71, setting.size.bounds)
        write_shapes(zones_file, zones)
        write_points(points_file, shapes.points(count_points, 72, zones, setting.size.bounds))
    job = {"zones": str(zones_file), "points": str(points_file), "folder": str(place)}
    asked = {**job, "reach_m": REACH_M, "utm": UTM}
    results = []
    for key in ("ours", "geopandas", "duckdb", "postgis"):
        contender = everyone()[key]
        setting.tell(f"distance: {contender.name}")
        results.append(contend(contender, "distance", asked))
    judged = [_judged(result, results, asked) for result in results]
    title = f"{count(count_points)} points × {count(setting.size.zones)} river areas, 1 000 m"
    return Section(
        title="Distance",
        text=_TEXT,
        tables=[
            Table(head=HEAD, rows=rows(results), title=title),
            Table(
                head=("contender", "measures", "pairs that differ", "farthest from 1 000 m", "oracle"),
                rows=[
                    (result.name, _HOW[result.name], *verdict)
                    for result, verdict in zip(results, judged, strict=True)
                    if result.found
                ],
            ),
        ],
        notes=away(results),
        sound=_is_sound(results),
    )


def _judged(result: Result, results: list[Result], job: dict[str, Any]) -> tuple[str, str, str]:
    """Differing pairs, how far from the limit they lie, and with whom the oracle sides."""
    base = reference(results)
    if not result.found or result.found is base:
        return "", "", ""
    if result.found["digest"] == base["digest"]:
        return "0", "", ""
    oracle = Contender(name="oracle", module="oracle")
    found = contend(oracle, "judge", {**job, "ours": base["file"], "theirs": result.found["file"]}).found
    if not found:
        result.found["against_us"] = 1
        return "?", "", "failed"
    result.found["against_us"] = found["judged"] - found["sided"]
    return (
        count(found["differ"]),
        f"{found['most_off_m']:.3f} m",
        f"sides with fenqu in {found['sided']} of {found['judged']}",
    )


def _is_sound(results: list[Result]) -> bool:
    """Nobody failed, and where anyone differs from us the oracle is on our side."""
    return not any(result.failed or result.found.get("against_us", 0) for result in results)
