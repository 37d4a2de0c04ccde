"""Small bundles for tests: 100 m squares at round coordinates, in files as an office would keep them.

Coordinates are metres east and north of :data:`ORIGIN` in :data:`CRS` (CGCS2000, Gauss-Krüger, CM 105E). On
the central meridian the scale is 1, so a square of 100 m measures 10 000 m² to 1e-7. :func:`lonlat` brings a
site to longitude and latitude.

    park = layer("park", [zone(square(0, 0), "P1", "core")], classes=["core"])
    bundle = load_bundle(make_bundle(tmp_path, layers=[park], rules=[rule("P-01", layer="park")]))
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import shapely
import yaml
from shapely.geometry.base import BaseGeometry

from geo.crs import parse_crs, to_lonlat

CRS = "EPSG:4544"
ORIGIN = (500_000.0, 3_320_000.0)
SOURCE = {"zh": "测试", "en": "test"}


class _Quoted(yaml.SafeDumper):
    """Quotes every text, so that '1' and '1e3' stay text under YAML 1.2 too; writes no anchors."""

    def ignore_aliases(self, data: object) -> bool:
        """Whether an object met twice is written twice."""
        return True


_Quoted.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def both(word: str) -> dict[str, str]:
    """The same word in both languages."""
    return {"zh": word, "en": word}


def box(east: float, north: float, east_to: float, north_to: float) -> shapely.Polygon:
    """A rectangle between two corners, metres from the origin."""
    return shapely.box(ORIGIN[0] + east, ORIGIN[1] + north, ORIGIN[0] + east_to, ORIGIN[1] + north_to)


def square(east: float, north: float, side_m: float = 100) -> shapely.Polygon:
    """A square whose south-west corner lies so many metres from the origin."""
    return box(east, north, east + side_m, north + side_m)


def line(*points: tuple[float, float]) -> shapely.LineString:
    """A line through points, metres from the origin."""
    return shapely.LineString([(ORIGIN[0] + east, ORIGIN[1] + north) for east, north in points])


def point(east: float, north: float) -> shapely.Point:
    """A point, metres from the origin."""
    return shapely.Point(ORIGIN[0] + east, ORIGIN[1] + north)


def lonlat(geometry: BaseGeometry) -> BaseGeometry:
    """A geometry of these builders in EPSG:4490."""
    return to_lonlat(geometry, parse_crs(CRS))


def zone(
    geometry: BaseGeometry | None, zone_id: str | None, zone_class: str | None, **attributes: Any
) -> dict[str, Any]:
    """A GeoJSON feature with our own column names."""
    return {
        "type": "Feature",
        "properties": {"zone_id": zone_id, "zone_class": zone_class, **attributes},
        "geometry": None if geometry is None else shapely.geometry.mapping(geometry),
    }


def write_geojson(path: Path, features: Sequence[Mapping[str, Any]]) -> Path:
    """Write features without a ``crs`` member."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": list(features)}, default=str), encoding="utf-8"
    )
    return path


def layer(
    name: str,
    zones: Sequence[Mapping[str, Any]] = (),
    *,
    classes: Sequence[str] = (),
    coverage: BaseGeometry | None = None,
    **keys: Any,
) -> dict[str, Any]:
    """A layer of a catalogue; ``zones`` and ``coverage`` are written by :func:`make_bundle`.

    ``coverage`` is the 10 km square around the origin unless given; every key of the catalogue can be given
    (None leaves it out).
    """
    entry: dict[str, Any] = {
        "id": name,
        "title": both(name),
        "kind": "vector",
        "path": f"data/{name}.geojson",
        "crs": CRS,
        "fields": {"zone_id": "zone_id", "zone_class": "zone_class"},
        "classes": {code: both(code) for code in classes},
        "coverage": f"data/{name}_coverage.geojson",
        "edition": "2025-01",
        "valid_from": date(2021, 3, 1),
        "accuracy_m": 5,
        "authority": SOURCE,
        "source": "tests",
        "licence": "none",
        "synthetic": True,
        **keys,
    }
    covered = box(-5000, -5000, 5000, 5000) if coverage is None else coverage
    files = {entry["path"]: list(zones)}
    if entry["coverage"]:
        files[entry["coverage"]] = [zone(covered, "coverage", None)]
    return {"_files": files, **{key: value for key, value in entry.items() if value is not None}}


def rule(name: str, *, given: Mapping[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    """A rule on any activity; its examples are only there to satisfy the loader unless given."""
    zone_given = {"zone": {}} if keys.get("relation") != "anywhere" else {}
    entry: dict[str, Any] = {
        "id": name,
        "title": both(name),
        "relation": "intersects",
        "activities": ["ANY"],
        "effect": "conditional",
        "action": both("ask"),
        "basis": ["test-law-1"],
        "valid_from": date(2021, 3, 1),
        "certainty": "A",
        "examples": [{"given": given or zone_given, "applies": True}, {"given": {}, "applies": False}],
        **keys,
    }
    return {key: value for key, value in entry.items() if value is not None}


def basis(name: str = "test-law-1", **keys: Any) -> dict[str, Any]:
    """A basis in force since 2021-03-01."""
    entry = {
        "id": name,
        "instrument": both("Test law"),
        "article": "1",
        "valid_from": date(2021, 3, 1),
        "certainty": "A",
        "source": "tests",
    }
    return {key: value for key, value in {**entry, **keys}.items() if value is not None}


def write_yaml(path: Path, content: Any) -> Path:
    """Write YAML that reads back as the same values under YAML 1.2."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.dump(content, Dumper=_Quoted, allow_unicode=True, sort_keys=False, width=1000)
    path.write_text(text, encoding="utf-8")
    return path


def make_bundle(
    folder: Path,
    layers: Sequence[Mapping[str, Any]] = (),
    rules: Sequence[Mapping[str, Any]] = (),
    *,
    bases: Sequence[Mapping[str, Any]] | None = None,
    facts: Sequence[Mapping[str, Any]] = (),
    activities: Sequence[Mapping[str, Any]] = (),
    **catalogue: Any,
) -> Path:
    """Write a bundle folder and return it.

    Parameters
    ----------
    layers, rules
        From :func:`layer` and :func:`rule`.
    bases
        Bases beside the catalogue; ``test-law-1`` alone unless given.
    catalogue
        Keys of ``catalogue.yaml``; ``rulebook`` is ``none`` unless given.
    """
    for entry in layers:
        for path, features in entry.get("_files", {}).items():
            write_geojson(folder / path, features)
    content: dict[str, Any] = {
        "bundle": {"id": "test", "title": both("Test"), "jurisdictions": ["51"]},
        "rulebook": "none",
        "layers": [{key: value for key, value in entry.items() if key != "_files"} for entry in layers],
        **catalogue,
    }
    if rules:
        content["rules"] = ["rules/own.yaml", *catalogue.get("rules", ())]
        write_yaml(folder / "rules/own.yaml", list(rules))
    for name, entries in {
        "basis.yaml": [basis()] if bases is None else bases,
        "facts.yaml": facts,
        "activities.yaml": activities,
    }.items():
        if entries:
            write_yaml(folder / name, list(entries))
    write_yaml(folder / "catalogue.yaml", content)
    return folder
