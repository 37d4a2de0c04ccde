"""A bundle at whose gate files are delivered: squares of 100 m, import orders, and what becomes of them.

root = gate_bundle(tmp_path)                        # park: P0 … P19 in force since 2021-03-01
file = deliver(tmp_path, frame(squares(18)))        # what an agency sends
told = imported(root, file, order(tmp_path))        # exit code, what was printed, the report
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio

from scripts.import_layer import main
from tests.builders import CRS, SOURCE, both, box, layer, make_bundle, square, write_geojson, write_yaml, zone

PARK = ["core", "general"]
ROWS = 20
SIDE_M = 100


def squares(count: int = ROWS, *, first: int = 0) -> list[tuple[str, str, Any]]:
    """Ids, classes and shapes: 100 m squares 200 m apart; every fourth is general."""
    numbers = range(first, first + count)
    return [(f"P{n}", "general" if n % 4 == 3 else "core", square(200 * n, 0, SIDE_M)) for n in numbers]


def frame(rows, **columns: list[Any]) -> gpd.GeoDataFrame:
    """A table as an agency has it: BSM, FQ, MC and more columns."""
    ids, codes, shapes = zip(*rows, strict=True)
    data = {"BSM": ids, "FQ": codes, "MC": [f"公园{n}" for n in range(len(ids))], **columns}
    return gpd.GeoDataFrame(data, geometry=list(shapes), crs=CRS)


def gate_bundle(folder: Path, rows=None, *, name: str = "bundle", **keys: Any) -> Path:
    """A bundle with the layer ``park``; keys go into the catalogue, ``layer_gate`` into the layer."""
    extra = {"gate": keys.pop("layer_gate")} if "layer_gate" in keys else {}
    zones = [zone(shape, one, code) for one, code, shape in (squares() if rows is None else rows)]
    return make_bundle(folder / name, [layer("park", zones, classes=PARK, **extra)], **keys)


def deliver(folder: Path, table: gpd.GeoDataFrame, name: str = "parks.gpkg", **options: Any) -> Path:
    """Write a table as a file; the driver goes by the name."""
    path = folder / "supplied" / name
    path.parent.mkdir(exist_ok=True)
    if path.suffix == ".parquet":
        table.to_parquet(path)
    else:
        pyogrio.write_dataframe(table, path, **options)
    return path


def order(folder: Path, *, name: str = "order.yaml", **keys: Any) -> Path:
    """An import order for ``park``; None leaves a key out."""
    entry: dict[str, Any] = {
        "layer": "park",
        "fields": {"zone_id": "BSM", "zone_class": "FQ", "name": "MC"},
        "coverage": {"keep": True},
        "classes": {code: both(code) for code in PARK},
        "edition": "2026",
        "status": "provisional",
        "valid_from": date(2026, 1, 1),
        "accuracy_m": 5,
        "authority": SOURCE,
        "source": "tests",
        "licence": "none",
        "synthetic": True,
        **keys,
    }
    return write_yaml(folder / name, {key: value for key, value in entry.items() if value is not None})


class Told:
    """What an import said."""

    def __init__(self, code: int, out: str, err: str, root: Path) -> None:
        self.code, self.out, self.err = code, out, err
        found = sorted(root.glob("*/park/*/report.json"), key=lambda path: path.stat().st_mtime_ns)
        self.place = found[-1].parent if found else None

    @property
    def report(self) -> dict[str, Any]:
        return json.loads((self.place / "report.json").read_text(encoding="utf-8"))

    def checks(self) -> dict[str, list[str]]:
        """Zones by the check that speaks of them."""
        found: dict[str, list[str]] = {}
        for note in self.report["notes"]:
            found.setdefault(note["check"], []).append(note["zone"])
        return found


def imported(capsys, root: Path, file: Path, order_file: Path, *options: str, lang: str = "en") -> Told:
    """Import a file as a user would."""
    words = [str(file), "--bundle", str(root), "--order", str(order_file), "--lang", lang, *options]
    code = main(words)
    said = capsys.readouterr()
    return Told(code, said.out, said.err, root)


def cover(folder: Path) -> Path:
    """A coverage file in longitude/latitude's projected twin, beside the order."""
    return write_geojson(folder / "cover.geojson", [zone(box(-5000, -5000, 5000, 5000), "c", None)])
