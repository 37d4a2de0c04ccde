"""Small rasters for tests: cells of 100 m whose first lies north-west, its corner 1 km north of the origin.

So the cell in row r and column c is the square from 100·c m east and 900 - 100·r m north of the origin.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import rasterio

from tests.builders import CRS, ORIGIN, layer

TOP = 1_000.0
SIDE_M = 100.0
PLACE = (SIDE_M, 0.0, ORIGIN[0], 0.0, -SIDE_M, ORIGIN[1] + TOP)

CELLS = np.array(
    [
        [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        [1, 2, 2, 1, 1, 1, 1, 1, 1, 1],
        [1, 2, 2, 1, 1, 1, 1, 3, 1, 1],
        [1, 1, 1, 1, 1, 1, 3, 1, 1, 1],
        [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        [2, 2, 2, 2, 2, 2, 2, 2, 2, 2],
        [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        [1, 1, 3, 3, 3, 1, 1, 1, 0, 0],
        [1, 1, 3, 1, 3, 1, 1, 1, 0, 0],
        [1, 1, 3, 3, 3, 1, 1, 1, 0, 0],
    ],
    dtype=np.uint8,
)
"""1 no zone, 2 forest (a square of four and a strip of ten), 3 water (two that touch in a corner, a ring of
eight), 0 no data."""

MEANING: Mapping[str, Any] = {"classes": {"forest": 2, "water": [3]}, "no_zone": [1], "nodata": 0}


def write_tif(path: Path, cells: Any = CELLS, *, place: Any = PLACE, crs: Any = CRS, **keys: Any) -> Path:
    """Write a GeoTIFF of one band, or of as many as ``cells`` has layers."""
    bands = np.asarray(cells)[np.newaxis] if np.ndim(cells) == 2 else np.asarray(cells)
    path.parent.mkdir(parents=True, exist_ok=True)
    profile = {"driver": "GTiff", "count": len(bands), "dtype": bands.dtype, "crs": crs, **keys}
    if place is not None:
        profile["transform"] = rasterio.Affine(*place)
    with rasterio.open(path, "w", height=bands.shape[1], width=bands.shape[2], **profile) as file:
        file.write(bands)
    return path


def raster(name: str = "cover", *, coverage: str | None = None, **keys: Any) -> dict[str, Any]:
    """A raster layer of a catalogue; its file is ``data/<name>.tif``."""
    wanted = {
        "classes": ["forest", "water"],
        "kind": "raster",
        "path": f"data/{name}.tif",
        "crs": None,
        "fields": None,
        "cells": dict(MEANING),
        **keys,
    }
    if isinstance(wanted["cells"], dict):
        wanted["cells"] = {key: value for key, value in wanted["cells"].items() if value is not None}
    made = layer(name, **wanted)
    del made["_files"], made["coverage"]
    return made if coverage is None else {**made, "coverage": coverage}
