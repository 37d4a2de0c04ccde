"""A bundle of six layers drawn from a seed, with the shipped rulebook: what a large office would hold."""

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import yaml

from scripts.bench import shapes
from scripts.bench.process import ROOT
from scripts.bench.shapes import Box, Objects

__all__ = ["LAYERS", "RIVERS", "Size", "make_bundle", "make_table"]

RIVERS = "river_shoreline"
_UNITS = "env_control_unit"
_ADMIN = "admin_unit"
ACTIVITIES = ("SCHOOL", "LIVESTOCK", "CHEM", "HOTEL")
CRS = "EPSG:4490"
_SCHEMA = ROOT / "layers" / "rules" / "schema.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a bundle is.

    Attributes
    ----------
    columns, rows
        Cells of the tessellation; every layer has as many zones as there are cells.
    bounds
        West, south, east, north, degrees.
    """

    columns: int
    rows: int
    bounds: Box

    @property
    def zones(self) -> int:
        """Zones of each layer."""
        return self.columns * self.rows


_COUNTIES = (
    "510802", "510811", "510812", "510821", "511902", "511903", "511921", "511922", "511102", "511111",
    "511112", "511113",
)  # fmt: skip
"""Of the drawn counties, four in a row; three of them are named by rules of their plans."""


def _districts(size: Size) -> tuple[Objects, dict[str, Any]]:
    """Counties in a grid: rules of one place are not open everywhere else."""
    west, south, east, north = size.bounds
    lon, lat = np.linspace(west, east, 5), np.linspace(south, north, 4)
    boxes = [shapely.box(lon[x], lat[y], lon[x + 1], lat[y + 1]) for y in range(3) for x in range(4)]
    return np.array(boxes, dtype=object), {"zone_class": "county"}


def _picked(rng: np.random.Generator, count: int, **shares: float) -> Any:  # noqa: ANN401  an array of text
    return rng.choice(list(shares), count, p=list(shares.values())).astype(object)


def _redline(size: Size) -> tuple[Objects, dict[str, Any]]:
    found = shapes.blobs(size.zones, 31, radius_m=(500.0, 4_000.0), bounds=size.bounds)
    return found, {"zone_class": "redline", "function_target": "水源涵养（合成）"}


def _units(size: Size) -> tuple[Objects, dict[str, Any]]:
    rng = np.random.default_rng(32)
    found = shapes.tessellation(size.columns, size.rows, 32, size.bounds)
    classes = rng.choice(np.array(["1", "2", "3"], dtype=object), len(found), p=[0.3, 0.3, 0.4])
    subtype = np.where(classes == "2", _picked(rng, len(found), industrial=0.4, urban=0.4, element=0.2), None)
    listed = ("req_spatial", "req_emission", "req_risk", "req_resource")
    texts = dict.fromkeys(listed, "按市级清单执行（合成）")
    boxes, _ = _districts(size)
    county = shapely.STRtree(boxes).nearest(shapely.centroid(found))
    return found, {
        "county_code": np.array(_COUNTIES, dtype=object)[county],
        "zone_class": classes, "unit_subtype": subtype, "list_missing": False, "list_level": "unit", **texts
    }  # fmt: skip


def _protected(size: Size) -> tuple[Objects, dict[str, Any]]:
    rng = np.random.default_rng(33)
    found = shapes.blobs(size.zones, 33, radius_m=(400.0, 5_000.0), bounds=size.bounds)
    kinds = _picked(rng, len(found), nature_reserve=0.3, forest_park=0.4, wetland_park=0.3)
    levels = _picked(rng, len(found), national=0.2, province=0.5, county=0.3)
    classes = _picked(rng, len(found), core=0.3, general=0.5, none=0.2)
    return found, {"zone_class": classes, "pa_type": kinds, "level": levels}


def _water(size: Size) -> tuple[Objects, dict[str, Any]]:
    """Class 1 inside class 2: one seed draws the same middles twice."""
    half = size.zones // 2
    first = shapes.blobs(half, 34, radius_m=(150.0, 500.0), bounds=size.bounds)
    second = shapes.blobs(size.zones - half, 34, radius_m=(700.0, 2_500.0), bounds=size.bounds)
    classes = np.array(["1"] * half + ["2"] * (size.zones - half), dtype=object)
    rest = {
        "source_type": "river",
        "supply_class": "centralised_town",
        "zone_medium": "land",
        "plan_status": "in_use",
    }
    return np.concatenate([first, second]), {"zone_class": classes, **rest}


def _rivers(size: Size) -> tuple[Objects, dict[str, Any]]:
    rng = np.random.default_rng(35)
    found = shapes.ribbons(size.zones, 35, size.bounds)
    classes = _picked(rng, len(found), main=0.1, tributary=0.9)
    names = np.where(classes == "main", "长江", _picked(rng, len(found), 嘉陵江=0.2, 涪江=0.3, 小河=0.5))
    important = rng.random(len(found)) < 0.3
    return found, {
        "zone_class": classes, "level": classes, "river_name": names, "is_yangtze_system": True,
        "is_important_tributary": important, "buffer_from": "water_polygon",
    }  # fmt: skip


def _livestock(size: Size) -> tuple[Objects, dict[str, Any]]:
    rng = np.random.default_rng(36)
    found = shapes.blobs(size.zones, 36, radius_m=(400.0, 3_000.0), bounds=size.bounds)
    return found, {"zone_class": _picked(rng, len(found), ban=0.8, limit=0.2), "species": "all", "year": 2020}


LAYERS: dict[str, Callable[[Size], tuple[Objects, dict[str, Any]]]] = {
    "eco_redline": _redline,
    _UNITS: _units,
    "protected_area": _protected,
    "drinking_water_zone": _water,
    RIVERS: _rivers,
    "livestock_ban_zone": _livestock,
}


class _Plain(yaml.SafeDumper):
    """Writes what occurs twice twice: catalogues know no anchors."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  as its parent asks
        """Whether an object met twice is written twice."""
        return True


_CLAUSES = (("禁止", "C26;C2614"), ("禁止", "A03"), ("限制", "H61"), ("要求", "P83"), ("要求", "ANY"))
"""Verbs and industries of which each unit's own clause has one, by chance."""


def _entry_list(size: Size) -> pd.DataFrame:
    """A clause of the province's own, and one of each unit."""
    rng = np.random.default_rng(37)
    drawn = [_CLAUSES[n] for n in rng.integers(0, len(_CLAUSES), size.zones)]
    units = [f"EN{number:06}" for number in range(size.zones)]
    verbs, industries = ["要求", *(v for v, _ in drawn)], ["ANY", *(i for _, i in drawn)]
    return pd.DataFrame(
        {
            "clause_id": [f"Q{number:06}" for number in range(size.zones + 1)],
            "unit_code": ["51", *units],
            "level": ["province", *["unit"] * size.zones],
            "verb": verbs,
            "industry_match": industries,
            "dimension": "1",
            "text": "（合成）",
            "doc": "（合成）",
            "certainty": "A",
        }
    )


def make_bundle(folder: Path, size: Size) -> Path:
    """Write the bundle unless it is there; the catalogue last, so that half a bundle is never taken."""
    text = yaml.dump(_catalogue(size), Dumper=_Plain, allow_unicode=True, sort_keys=False, width=100)
    catalogue = folder / "catalogue.yaml"
    if catalogue.exists() and catalogue.read_text(encoding="utf-8") == text:
        return folder
    shutil.rmtree(folder, ignore_errors=True)  # drawn for another rulebook
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    for name, draw in (*LAYERS.items(), (_ADMIN, _districts)):
        found, columns = draw(size)
        fid = _COUNTIES if name == _ADMIN else [f"{name[:2].upper()}{n:06}" for n in range(len(found))]
        table = pd.DataFrame({"fid": fid, "name": fid, **columns})
        gpd.GeoDataFrame(table, geometry=found, crs=CRS).to_parquet(data / f"{name}.parquet")
    west, south, east, north = size.bounds
    around = shapely.box(west - 0.2, south - 0.2, east + 0.2, north + 0.2)
    covered = gpd.GeoDataFrame({"fid": ["coverage"]}, geometry=[around], crs=CRS)
    covered.to_parquet(data / "coverage.parquet")
    _entry_list(size).to_parquet(data / "entry_clause.parquet")
    catalogue.write_text(text, encoding="utf-8")
    return folder


def _catalogue(size: Size) -> dict[str, Any]:
    named = (*LAYERS, _ADMIN)
    standard = {entry["id"]: entry for entry in yaml.safe_load(_SCHEMA.read_text(encoding="utf-8"))["layers"]}
    unheld = {
        "reason": {"zh": "基准测试未绘制", "en": "not drawn for the benchmark"},
        "ask": {"zh": "无", "en": "nobody"},
    }
    return {
        "bundle": {
            "id": "bench",
            "title": {"zh": "基准测试（合成数据）", "en": "Benchmark (synthetic data)"},
            "jurisdictions": ["51"],
        },
        "rulebook": "builtin",
        "out_of_scope": {name: unheld for name in standard if name not in named},
        "layers": [_layer(name, standard[name], size) for name in named],
    }


def _layer(name: str, standard: dict[str, Any], size: Size) -> dict[str, Any]:
    return {
        "id": name,
        "title": standard["title"],
        "kind": "vector",
        "path": f"data/{name}.parquet",
        "crs": CRS,
        "fields": {"zone_id": "fid", "zone_class": "zone_class", "name": "name"},
        "classes": standard["classes"],
        "coverage": "data/coverage.parquet",
        "edition": "bench-1",
        "valid_from": date(2021, 3, 1),
        "accuracy_m": 5,
        "authority": {"zh": "（合成）", "en": "(synthetic)"},
        "source": "python -m scripts.bench",
        "licence": "none",
        "synthetic": True,
        "rows": len(_COUNTIES) if name == _ADMIN else size.zones,
        **({"clauses": "data/entry_clause.parquet"} if name == _UNITS else {}),
    }


def make_table(path: Path, count: int, bounds: Box) -> Path:
    """Coordinates as an office would bring them: id, longitude, latitude, activity, nature."""
    if path.exists():
        return path
    rng = np.random.default_rng(41)
    lonlat = np.round(rng.uniform(bounds[:2], bounds[2:], (count, 2)), 7)
    unfinished = path.with_suffix(".part")
    with unfinished.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["site_id", "lon", "lat", "activity", "nature"])
        for number, (lon, lat) in enumerate(lonlat.tolist(), start=1):
            rows.writerow([f"{number:08}", lon, lat, ACTIVITIES[number % len(ACTIVITIES)], "new"])
    unfinished.replace(path)
    return path
