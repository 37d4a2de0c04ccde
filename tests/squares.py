"""A bundle of one square zone at round coordinates, and tables of sites in and around it."""

import csv
import random
from pathlib import Path

import geopandas as gpd
import shapely

CATALOGUE = """\
bundle: {id: squares, title: {zh: 方格, en: Squares}, jurisdictions: ['510812']}
rulebook: none
rules: [rules.yaml]
out_of_scope:
  perm_farmland:
    reason: {zh: 未公开, en: not published}
    ask: {zh: 自然资源局, en: Natural Resources Bureau}
layers:
  - id: drinking_water_zone
    title: {zh: 饮用水水源保护区, en: Drinking-water protection zones}
    kind: vector
    path: zones.geojson
    crs: EPSG:4490
    fields: {zone_id: zone_id, zone_class: zone_class, name: name}
    classes: {'1': {zh: 一级保护区, en: Class 1}}
    coverage: coverage.geojson
    edition: '2025'
    valid_from: 2021-03-01
    accuracy_m: 5
    authority: {zh: 测试, en: test}
    source: test
    licence: test
    synthetic: true
"""
RULES = """\
- id: T-01
  title: {zh: 一级区内禁止化工, en: No chemical plant in class 1}
  layer: drinking_water_zone
  zone_classes: ['1']
  relation: intersects
  activities: [CHEM]
  conditions:
    - {fact: nature, op: in, value: [new, expansion]}
  effect: prohibited
  action: {zh: 另行选址, en: Choose another site}
  basis: [test-1]
  valid_from: 2021-03-01
  certainty: A
  examples:
    - {given: {zone: {zone_class: '1'}, activity: CHEM, facts: {nature: new}}, applies: true}
    - {given: {activity: CHEM, facts: {nature: new}}, applies: false}
"""
BASIS = """\
- id: test-1
  instrument: {zh: 测试法, en: Test Act}
  article: '1'
  valid_from: 2021-03-01
  certainty: A
  source: test
"""


def write_squares(folder: Path) -> Path:
    """Write the bundle into a folder that is there."""
    for name, text in (("catalogue.yaml", CATALOGUE), ("rules.yaml", RULES), ("basis.yaml", BASIS)):
        (folder / name).write_text(text, encoding="utf-8")
    zone = {"zone_id": ["Z1"], "zone_class": ["1"], "name": ["水源一"]}
    square = gpd.GeoDataFrame(zone, geometry=[shapely.box(105.80, 32.50, 105.81, 32.51)], crs=4490)
    square.to_file(folder / "zones.geojson")
    cover = gpd.GeoDataFrame({"id": [1]}, geometry=[shapely.box(105, 32, 107, 33)], crs=4490)
    cover.to_file(folder / "coverage.geojson")
    return folder


def write_sites(path: Path, rows: int, seed: int = 0) -> Path:
    """A table in and around the square, of several datums, dates and activities; every tenth row is bad."""
    rng = random.Random(seed)  # noqa: S311  places, not secrets
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["site_id", "lon", "lat", "crs", "activity", "nature", "on", "备注"])
        for number in range(rows):
            table.writerow(
                [
                    f"{number % 97:04}",
                    f"{rng.uniform(105.79, 105.82):.7f}",
                    "bad" if number % 10 == 3 else f"{rng.uniform(32.49, 32.52):.7f}",
                    rng.choice(["", "", "EPSG:4490", "EPSG:4326", "GCJ-02", "unknown"]),
                    rng.choice(["CHEM", "化工", "HOTEL", ""]),
                    rng.choice(["new", "新建", "existing", ""]),
                    rng.choice(["", "2026-08-14", "2026-08-15"]),
                    rng.choice(["", "一, 二", '"三"', "四\n五", "=1+1"]),
                ]
            )
    return path
