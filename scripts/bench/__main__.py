"""Measure and write: ``python -m scripts.bench [--bundle DIR] [-o docs/benchmarks.md]``."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from layers.bundle import load_bundle
from scripts.bench.machine import describe
from scripts.bench.page import Results, page
from scripts.bench.server import start_s
from scripts.bench.sites import area, draw, write_points

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "layers" / "demo"


def main(argv: Sequence[str] | None = None) -> int:
    """Run every measurement; returns the exit code."""
    options = _parser().parse_args(argv)
    machine = describe()
    bundle = load_bundle(options.bundle)
    with tempfile.TemporaryDirectory() as folder, tqdm(total=options.starts + 3, file=sys.stderr) as bar:
        table = Path(folder) / "points.csv"
        write_points(table, draw(area(bundle), options.points, 5))
        starts = [_told(bar, start_s(options.bundle)) for _ in range(options.starts)]
        single = _told(bar, _task("single", options.bundle, str(options.polygons)))
        batch = _told(bar, _task("batch", options.bundle, str(table), str(Path(folder) / "ours.csv")))
        peer = _told(bar, _task("peer", options.bundle, str(table), str(Path(folder) / "peer.csv")))
    results = Results(
        command="python -m scripts.bench",
        machine=machine,
        bundle=f"{bundle.id} {bundle.digest[:12]}…",
        starts=starts,
        single=single,
        singles=options.polygons,
        batch=batch,
        peer=peer,
    )
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(page(results), encoding="utf-8")
    print(page(results), end="")
    return 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m scripts.bench", description=__doc__)
    add = made.add_argument
    add("--bundle", type=Path, default=DEMO, metavar="DIR", help="default: the demonstration bundle")
    add("--points", type=int, default=5_000, help="rows of the batch (default 5000)")
    add("--polygons", type=int, default=300, help="single checks (default 300)")
    add("--starts", type=int, default=3, help="starts of the server (default 3)")
    add("-o", "--out", type=Path, default=ROOT / "docs" / "benchmarks.md", metavar="FILE")
    return made


def _task(name: str, bundle: Path, *arguments: str) -> dict[str, Any]:
    """A measurement in a process of its own."""
    command = [sys.executable, "-m", "scripts.bench.tasks", name, str(bundle.resolve()), *arguments]
    done = subprocess.run(  # noqa: S603  our own interpreter and module, no shell
        command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _told(bar: Any, found: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401  tqdm is generic in what it counts
    bar.update()
    return found


if __name__ == "__main__":
    sys.exit(main())
