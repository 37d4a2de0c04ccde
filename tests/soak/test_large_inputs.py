"""Inputs that overdo it by far: a million refused rows, a geometry of fifty megabytes."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.squares import write_squares

pytestmark = pytest.mark.soak
REPOSITORY = Path(__file__).resolve().parents[2]


def check(tmp_path: Path, *args: str) -> int:
    (tmp_path / "bundle").mkdir()
    bundle = write_squares(tmp_path / "bundle")
    words = ["-m", "scripts.check_sites", str(tmp_path / "in.csv"), "--bundle", str(bundle), *args]
    return subprocess.run([sys.executable, *words], cwd=REPOSITORY, check=False).returncode


def test_a_million_refused_rows(tmp_path: Path) -> None:
    kinds = ("x,32.5,CHEM", "105.8,,CHEM", "32.5,105.8,CHEM", "105.8,32.5,独角兽")
    with (tmp_path / "in.csv").open("w", encoding="utf-8") as stream:
        stream.write("site_id,lon,lat,activity\n")
        stream.writelines(f"{n},{kinds[n % 4]}\n" for n in range(1_000_000))
    out = tmp_path / "out.csv"
    assert check(tmp_path, "-o", str(out), "--failures", str(tmp_path / "bad.csv")) == 1
    for name in ("out.csv", "bad.csv"):
        with (tmp_path / name).open(encoding="utf-8", newline="") as stream:
            rows = csv.DictReader(stream)
            assert all(row["site_id"] == str(n) and row["problems"] for n, row in enumerate(rows))
            assert rows.line_num == 1_000_001
    told = json.loads(Path(f"{out}.run.json").read_text(encoding="utf-8"))
    assert (told["rows"], told["refused"]) == (1_000_000, 1_000_000)


def test_one_geometry_of_fifty_megabytes(tmp_path: Path) -> None:
    turn = np.linspace(0.0, 2.0 * np.pi, 1_600_000)
    x, y = 105.805 + 0.001 * np.cos(turn), 32.505 + 0.001 * np.sin(turn)
    ring = ", ".join(f"{a:.12f} {b:.12f}" for a, b in zip(x, y, strict=True))
    assert len(ring) > 50_000_000
    lines = ["wkt", "POINT (105.805 32.505)", f'"POLYGON (({ring}))"', "POINT (105.9 32.6)"]
    (tmp_path / "in.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    out = tmp_path / "out.csv"
    assert check(tmp_path, "-o", str(out), "--workers", "2") == 1
    csv.field_size_limit(2**31 - 1)
    with out.open(encoding="utf-8", newline="") as stream:
        found = list(csv.DictReader(stream))
    assert [row["status"] for row in found] == ["ok", "refused", "ok"]
    assert len(found[1]["problems"]) < 500
