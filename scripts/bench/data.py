"""Zones and points on disk, where every contender reads the same bytes: plain Parquet with WKB, made once."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from scripts.bench import shapes
from scripts.bench.shapes import Floats, Objects

__all__ = ["Places", "read_points", "read_zones", "write_points", "write_shapes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """One case of the point join.

    Attributes
    ----------
    id, title
        Folder name; words of the page.
    zones, points
        Parquet files: ``zone, wkb`` and ``point, lon, lat``.
    zone_count, point_count
        Rows.
    """

    id: str
    title: str
    zones: Path
    points: Path
    zone_count: int
    point_count: int


def write_shapes(path: Path, found: Objects, name: str = "zone") -> None:
    """Write shapes with their row number."""
    columns = {
        name: np.arange(len(found), dtype=np.int32),
        "wkb": pa.array(shapely.to_wkb(found), pa.binary()),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)


def write_points(path: Path, lonlat: Floats) -> None:
    """Write points with their row number."""
    number = np.arange(len(lonlat), dtype=np.int32)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"point": number, "lon": lonlat[:, 0], "lat": lonlat[:, 1]}), path)


def read_zones(path: str | Path) -> Objects:
    """The shapes of a file, in order."""
    column = pq.read_table(path, columns=["wkb"]).column("wkb")
    return np.asarray(shapely.from_wkb(column.to_numpy(zero_copy_only=False)))


def read_points(path: str | Path) -> tuple[Floats, Floats]:
    """Longitudes and latitudes of a file, degrees."""
    table = pq.read_table(path, columns=["lon", "lat"])
    return table.column("lon").to_numpy(), table.column("lat").to_numpy()


def cases(folder: Path, shared: Path, *, quick: bool) -> list[Places | str]:
    """The cases of the point join, made where missing; for one whose data are not here, why."""
    columns, rows = (20, 10) if quick else (200, 100)
    count = 2_000 if quick else 1_000_000
    zones = columns * rows

    def overlapping() -> Objects:
        return shapes.blobs(zones, 12, radius_m=(1_200.0, 12_000.0), bounds=_box(quick=quick))

    words = f"{zones:,} zones of {shapes.VERTICES} vertices"
    found: list[Places | str] = [
        _made(folder, "touching", f"{words}, touching", count, lambda: _tiles(columns, rows, quick=quick)),
        _made(folder, "overlapping", f"{words}, overlapping", count, overlapping),
    ]
    districts = shared / "benchmark" / "cn_districts_tianditu_2891.parquet"
    natura = sorted((shared / "natura2000").glob("natura2000_nl_*.geojson.gz"))
    found.append(
        _made(folder, "districts", "districts of China", count, lambda: _districts(districts))
        if districts.exists()
        else f"districts of China: no {districts.name} in the folder of third-party data"
    )
    found.append(
        _made(folder, "natura", "Natura 2000, holes and overlaps", count // 5, lambda: _natura(natura))
        if natura
        else "Natura 2000: no natura2000_nl_*.geojson.gz in the folder of third-party data"
    )
    return found


def _box(*, quick: bool) -> shapes.Box:
    west, south, east, north = shapes.BOUNDS
    return (west, south, west + 0.5, south + 0.4) if quick else (west, south, east, north)


def _tiles(columns: int, rows: int, *, quick: bool) -> Objects:
    return shapes.tessellation(columns, rows, 11, _box(quick=quick))


def _made(folder: Path, name: str, title: str, count: int, zones: Callable[[], Objects]) -> Places:
    place = folder / f"{name}-{count}"
    zone_file, point_file = place / "zones.parquet", place / "points.parquet"
    if not point_file.exists():
        drawn = zones()
        write_shapes(zone_file, drawn)
        write_points(point_file, shapes.points(count, 21, drawn))
    held = pq.read_metadata(zone_file).num_rows
    words = title if title[:1].isdigit() else f"{held:,} {title}"
    return Places(
        id=name, title=words, zones=zone_file, points=point_file, zone_count=held, point_count=count
    )


def _districts(path: Path) -> Objects:
    return np.asarray(gpd.read_parquet(path).geometry.to_numpy())


def _natura(paths: list[Path]) -> Objects:
    found: list[shapely.Geometry] = []
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            features = json.load(stream)["features"]
        found.extend(shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features]))
    return np.array(found, dtype=object)
