"""A bundle of one square zone at round coordinates, and a caller for the command."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pytest
import shapely

from geo.model import Bundle
from layers.bundle import load_bundle
from scripts.check_sites import main

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


@pytest.fixture(scope="session")
def bundle_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("squares")
    for name, text in (("catalogue.yaml", CATALOGUE), ("rules.yaml", RULES), ("basis.yaml", BASIS)):
        (folder / name).write_text(text, encoding="utf-8")
    zone = {"zone_id": ["Z1"], "zone_class": ["1"], "name": ["水源一"]}
    square = gpd.GeoDataFrame(zone, geometry=[shapely.box(105.80, 32.50, 105.81, 32.51)], crs=4490)
    square.to_file(folder / "zones.geojson")
    cover = gpd.GeoDataFrame({"id": [1]}, geometry=[shapely.box(105, 32, 107, 33)], crs=4490)
    cover.to_file(folder / "coverage.geojson")
    return folder


@pytest.fixture(scope="session")
def bundle(bundle_folder: Path) -> Bundle:
    return load_bundle(bundle_folder)


class Call(NamedTuple):
    """What a call of the command came to."""

    code: int
    out: str
    err: str


@pytest.fixture
def check(bundle_folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Call]:
    """Call the command on the squares, as of a fixed day."""

    def call(*args: object) -> Call:
        given = [str(arg) for arg in args]
        if "--on" not in given:
            given += ["--on", "2026-11-21"]
        code = main([*given, "--bundle", str(bundle_folder)])
        captured = capsys.readouterr()
        return Call(code, captured.out, captured.err)

    return call


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    """Write lines to a CSV file."""

    def write(*lines: str, encoding: str = "utf-8", name: str = "sites.csv") -> Path:
        path = tmp_path / name
        path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
        return path

    return write
