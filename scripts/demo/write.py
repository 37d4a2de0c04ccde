"""Tables to GeoParquet and cells to GeoTIFF with fixed options: the same rows give the same bytes."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file as the catalogue names it."""

    rows: int | None
    sha256: str
    bytes: int


def parquet(table: gpd.GeoDataFrame, path: Path) -> Written:
    """Write ``table`` and say what came out; nothing in the file depends on the time or the machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_parquet(
        path,
        index=False,
        compression="zstd",
        geometry_encoding="WKB",
        schema_version="1.1.0",
        write_covering_bbox=False,
    )
    return Written(rows=len(table), sha256=digest(path), bytes=path.stat().st_size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raster:
    """Cells of a raster in EPSG:4490, row 0 in the north; degrees."""

    west: float
    north: float
    step: float
    cells: NDArray[np.float64]


def geotiff(raster: Raster, path: Path, dtype: str) -> Written:
    """Write ``raster`` as one strip of one band."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows, columns = raster.cells.shape
    place = rasterio.Affine(raster.step, 0.0, raster.west, 0.0, -raster.step, raster.north)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=columns,
        height=rows,
        count=1,
        dtype=dtype,
        crs="EPSG:4490",
        transform=place,
        compress="deflate",
        predictor=3 if dtype == "float32" else 2,
        zlevel=9,
        blockysize=rows,
        nodata=255 if dtype == "uint8" else -9999.0,
    ) as file:
        file.write(raster.cells.astype(dtype), 1)
    return Written(rows=None, sha256=digest(path), bytes=path.stat().st_size)


def digest(path: Path) -> str:
    """SHA-256 of a file, lower-case hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
