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
from scripts.bench.zoning import Size

__all__ = ["Places", "cases", "read_points", "read_zones", "write_points", "write_shapes"]


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


def read_zones(path: str | Path, named: str = "wkb") -> Objects:
    """The shapes of a file, in order: ours have them as "wkb", GeoParquet as "geometry"."""
    column = pq.read_table(path, columns=[named]).column(named)
    return np.asarray(shapely.from_wkb(column.to_numpy(zero_copy_only=False)))


def read_points(path: str | Path) -> tuple[Floats, Floats]:
    """Longitudes and latitudes of a file, degrees."""
    table = pq.read_table(path, columns=["lon", "lat"])
    return table.column("lon").to_numpy(), table.column("lat").to_numpy()


def cases(folder: Path, shared: Path, size: Size, *, quick: bool) -> list[Places | str]:
    """The cases of the point join, made where missing; for one whose data are not here, why.

    The quick ones are one that is drawn and one that is found, with holes, overlaps and invalid zones.
    """
    count = 2_000 if quick else 1_000_000
    words = f"{size.zones:,} zones of {shapes.VERTICES} vertices"
    found = [
        _made(folder, "touching", f"{words}, touching", count, lambda: _touching(size)),
        _natura(folder, sorted((shared / "natura2000").glob("natura2000_nl_*.geojson.gz")), count // 5),
    ]
    if not quick:
        overlapping = _made(folder, "overlapping", f"{words}, overlapping", count, lambda: _overlapping(size))
        districts = _districts(folder, shared / "benchmark" / "cn_districts_tianditu_2891.parquet", count)
        found[1:1] = [overlapping, districts]
    return found


def _touching(size: Size) -> Objects:
    return shapes.tessellation(size.columns, size.rows, 11, size.bounds)


def _overlapping(size: Size) -> Objects:
    return shapes.blobs(size.zones, 12, radius_m=(1_200.0, 12_000.0), bounds=size.bounds)


def _districts(folder: Path, path: Path, count: int) -> Places | str:
    if not path.exists():
        return f"districts of China: no {path.name} in the folder of third-party data"
    return _made(folder, "districts", "districts of China", count, lambda: _read_districts(path))


def _natura(folder: Path, paths: list[Path], count: int) -> Places | str:
    if not paths:
        return "Natura 2000: no natura2000_nl_*.geojson.gz in the folder of third-party data"
    title = "Natura 2000 zones, holes and overlaps"
    return _made(folder, "natura", title, count, lambda: _read_natura(paths))


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


def _read_districts(path: Path) -> Objects:
    return np.asarray(gpd.read_parquet(path).geometry.to_numpy())


def _read_natura(paths: list[Path]) -> Objects:
    found: list[shapely.Geometry] = []
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            features = json.load(stream)["features"]
        found.extend(shapely.from_geojson([json.dumps(feature["geometry"]) for feature in features]))
    return np.array(found, dtype=object)
