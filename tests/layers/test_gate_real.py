"""Files of other people through the gate: what they say of themselves, what is wrong with them."""

from collections import Counter
from pathlib import Path

import pytest

from layers.bundle import load_bundle
from tests.builders import both, make_bundle
from tests.gate import imported, order

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

# file: CRS to be declared, zones at fault, whether they are repaired here (large ones take their time)
FILES = {
    "natura2000/natura2000_nl_b.geojson.gz": ("EPSG:4326", 2, False),
    "mecklenburg/mecklenburg_watersheds.geojson.gz": ("EPSG:4326", 1, True),
    "china/vector/districts9_tianditu_wgs84.geojson": (None, 0, True),
    "china/vector/water_ngcc4m_hyd2_4p.geojson": (None, 0, True),
    "benchmark/ne10m_lakes.parquet": (None, 2, False),
}


@pytest.mark.parametrize(("name", "crs", "bad", "mend"), [(name, *rest) for name, rest in FILES.items()])
def test_a_real_file(tmp_path, capsys, name, crs, bad, mend):
    file = DATA / name
    if not file.is_file():
        pytest.skip(f"{name} is not here: shared/data lies beside the repository where it is held")
    root = make_bundle(tmp_path / "bundle")
    keys = {"layer": "park", "title": both("Park"), "coverage": {"zones": True}, "classes": {"z": both("z")}}
    fields = {"zone_id": {"row_number": True}, "zone_class": {"constant": "z"}}
    way = order(tmp_path, **keys, fields=fields, crs=crs)
    told = imported(capsys, root, file, way)
    checks = Counter(note["check"] for note in told.report["notes"] if note["fault"])
    assert (told.code, checks) == ((1, {"geometry": bad}) if bad else (0, {})), told.out + told.err
    if bad and mend:
        again = imported(capsys, root, file, way, "--repair", "make_valid")
        assert (again.code, again.report["repaired"]) == (0, bad)
        (edition,) = load_bundle(root).layers["park"].editions
        assert (edition.faults, len(edition.zones)) == ((), again.report["supplied"]["rows"])
