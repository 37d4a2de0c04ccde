"""A synthetic red line of 潼南 in two editions: 9.56 % of the district, then 5.37 % (plan-facts §1.2).

Drawn from the district's outline in the demonstration bundle: all ground south of a parallel, which is moved
until the share is met. No official boundary; `synthetic` is true.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geo.measure import area_m2

CODE, NAME = "500152", "潼南区"
OLD_SHARE, NEW_SHARE = 0.0956, 0.0537
OLD_EDITION, NEW_EDITION = "2020", "2025"
DEMO = Path(__file__).resolve().parent.parent / "layers" / "demo"
_STRIPS = 12

CATALOGUE = """\
bundle: {{id: tongnan, title: {{zh: 潼南（合成）, en: Tongnan (synthetic)}}, jurisdictions: ['{code}']}}
rulebook: {rulebook}
layers:
  - id: admin_unit
    title: {{zh: 行政区, en: Districts}}
    kind: vector
    path: admin_unit.parquet
    fields: {{zone_id: fid, zone_class: zone_class, name: name}}
    classes: {{county: {{zh: 县级, en: County}}}}
    coverage: admin_unit.parquet
    edition: tianditu
    valid_from: 2021-03-01
    accuracy_m: 200
    authority: {{zh: 天地图, en: Tianditu}}
    source: layers/demo
    licence: see layers/demo/README.md
    synthetic: false
  - id: eco_redline
    title: {{zh: 生态保护红线, en: Ecological protection red line}}
    kind: vector
    path: redline-old.parquet
    fields: {{zone_id: zone_id, zone_class: zone_class, name: name}}
    classes: {{redline: {{zh: 生态保护红线, en: Red line}}}}
    coverage: coverage.parquet
    edition: '{old}'
    valid_from: 2021-03-01
    accuracy_m: 5
    authority: {{zh: （合成）, en: (synthetic)}}
    source: tests/tongnan.py
    licence: CC0-1.0
    synthetic: true
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TongnanPair:
    """The district, both editions in EPSG:4490, and a plot (1 ha) that only the old one holds."""

    district: shapely.Geometry
    old: gpd.GeoDataFrame
    new: gpd.GeoDataFrame
    plot: shapely.Geometry


def tongnan_pair() -> TongnanPair:
    """Draw the pair."""
    units = gpd.read_parquet(DEMO / "data" / "admin_unit.parquet")
    district = units.geometry[units["fid"] == CODE].iloc[0]
    old, new = _south_of(district, OLD_SHARE), _south_of(district, NEW_SHARE)
    between = shapely.difference(old, new)
    lon, lat = shapely.get_coordinates(shapely.point_on_surface(between))[0]
    plot = shapely.box(lon - 0.0005, lat - 0.00045, lon + 0.0005, lat + 0.00045)
    assert between.contains(plot)
    return TongnanPair(district=district, old=_zones(old), new=_zones(new), plot=plot)


def tongnan_bundle(folder: Path, rulebook: str = "builtin") -> Path:
    """A bundle with the old edition in force; the new one lies beside it as ``redline-new.parquet``."""
    pair = tongnan_pair()
    folder.mkdir(parents=True, exist_ok=True)
    pair.old.to_parquet(folder / "redline-old.parquet")
    pair.new.to_parquet(folder / "redline-new.parquet")
    gpd.read_parquet(DEMO / "data" / "admin_unit.parquet").to_parquet(folder / "admin_unit.parquet")
    gpd.GeoDataFrame({"fid": [CODE]}, geometry=[pair.district], crs=4490).to_parquet(
        folder / "coverage.parquet"
    )
    catalogue = CATALOGUE.format(code=CODE, old=OLD_EDITION, rulebook=rulebook)
    (folder / "catalogue.yaml").write_text(catalogue, encoding="utf-8")
    return folder


def _south_of(district: shapely.Geometry, share: float) -> shapely.Geometry:
    """The ground of the district south of a parallel that holds a share of it, to 1e-9."""
    west, low, east, high = district.bounds
    south, whole = low, float(area_m2(district))
    for _ in range(60):
        middle = (low + high) / 2
        ground = shapely.intersection(district, shapely.box(west, south, east, middle))
        low, high = (middle, high) if float(area_m2(ground)) < share * whole else (low, middle)
    return ground


def _zones(ground: shapely.Geometry) -> gpd.GeoDataFrame:
    """Zones side by side: cut along meridians that do not depend on the edition."""
    west, south, east, north = ground.bounds
    sides = np.linspace(105.5, 106.1, _STRIPS + 1)
    strips = [shapely.box(a, south, b, north) for a, b in pairwise(sides)]
    assert sides[0] < west
    assert east < sides[-1]
    shapes = [shapely.intersection(ground, strip) for strip in strips]
    held = [(n, shape) for n, shape in enumerate(shapes) if not shape.is_empty]
    return gpd.GeoDataFrame(
        {
            "zone_id": [f"HX{CODE}{n + 1:04}" for n, _ in held],
            "zone_class": ["redline"] * len(held),
            "name": [f"{NAME}生态保护红线{n + 1}（合成）" for n, _ in held],
            "county_code": [CODE] * len(held),
        },
        geometry=[shape for _, shape in held],
        crs=4490,
    )
