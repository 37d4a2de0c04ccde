"""Fill the bundle's data folder: ``python -m tests.mecklenburg.prepare ../shared/data/mecklenburg``.

Two files are made here, as the office that owns the data would: the watersheds with every class written out
and every polygon valid, and the county as one polygon, which is where the layers' silence means something.
What was changed is said, polygon by polygon.
"""

import gzip
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

FOLDER = Path(__file__).resolve().parent
LAYERS = ("watersheds", "wetlands", "catawba_river", "creek_basins")
UNREGULATED = "unregulated"
SLIT_DEG2 = 1e-8
"""Gaps between neighbouring basins up to this (about 100 m²) are slits of the drawing, not places."""


def prepare(source: Path, target: Path) -> list[str]:
    """Unpack the four files, clean the watersheds, draw the county; returns what was changed."""
    target.mkdir(parents=True, exist_ok=True)
    features = {name: _unpack(source, target, name) for name in LAYERS}
    cleaned, changes = _clean_watersheds(features["watersheds"])
    _write(target / "watersheds_clean.geojson", cleaned)
    county, more = _county(features["creek_basins"])
    _write(target / "county.geojson", [_feature({"name": "Mecklenburg"}, county)])
    return [*changes, *more]


def is_there(source: Path) -> bool:
    """Whether all four files can be read from the folder."""
    return all(_packed(source, name).is_file() for name in LAYERS)


def _packed(source: Path, name: str) -> Path:
    return source / f"mecklenburg_{name}.geojson.gz"


def _unpack(source: Path, target: Path, name: str) -> list[dict[str, Any]]:
    content = gzip.decompress(_packed(source, name).read_bytes())
    (target / f"{name}.geojson").write_bytes(content)
    found: list[dict[str, Any]] = json.loads(content)["features"]
    return found


def _clean_watersheds(features: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """Blank classes are written out, invalid polygons mended by make_valid (lines it leaves are dropped)."""
    out, changes = [], []
    for number, feature in enumerate(features, start=1):
        properties, shape = dict(feature["properties"]), shapely.geometry.shape(feature["geometry"])
        name = f"watersheds row {number} ({properties['name']})"
        if not properties["type"].strip():
            properties["type"] = UNREGULATED
            changes.append(f"{name}: type blank → {UNREGULATED}")
        if not shape.is_valid:
            changes.append(f"{name}: make_valid, {shapely.is_valid_reason(shape)}")
            shape = _polygons(shapely.make_valid(shape))
        out.append(_feature(properties, shape))
    return out, changes


def _county(basins: list[dict[str, Any]]) -> tuple[BaseGeometry, list[str]]:
    """Union of the basins, slits between neighbours filled: a slit would be a hole in what is known."""
    union = shapely.union_all([shapely.geometry.shape(f["geometry"]) for f in basins])
    parts, filled = [], 0
    for part in shapely.get_parts(union):
        kept = [ring for ring in part.interiors if shapely.Polygon(ring).area > SLIT_DEG2]
        filled += len(part.interiors) - len(kept)
        parts.append(shapely.Polygon(part.exterior, kept))
    county = shapely.union_all(parts)
    return county, [f"county: {len(basins)} basins united, {filled} slits filled"]


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _feature(properties: dict[str, Any], shape: BaseGeometry) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)}


def _write(path: Path, features: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Fill ``data/`` beside this file; exit code 2 where the files are not in the folder named."""
    source = Path(arguments[0]) if arguments else FOLDER.parents[1].parent / "shared" / "data" / "mecklenburg"
    if not is_there(source):
        sys.stderr.write(f"{source}: the four files mecklenburg_*.geojson.gz are not all there\n")
        return 2
    sys.stdout.write("\n".join(prepare(source, FOLDER / "data")) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
