"""Measure and write: ``python -m scripts.bench [--only NAME …] [--quick] [-o docs/benchmarks.md]``."""

import argparse
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from scripts.bench.machine import describe
from scripts.bench.page import Section, page
from scripts.bench.process import ROOT
from scripts.bench.setting import Setting
from scripts.bench.tasks import TASKS

DEMO = ROOT / "layers" / "demo"
PAGE = ROOT / "docs" / "benchmarks.md"
UNSOUND = 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run what is asked for; 1 if a contender failed or those who should agree do not."""
    options = _parser().parse_args(argv)
    machine, started = describe(), time.monotonic()
    names = options.only or list(TASKS)
    found: dict[str, Section] = {}
    with _kept(options.cache) as folder, tqdm(total=len(names), file=sys.stderr, unit="") as bar:
        setting = Setting(
            folder=folder,
            shared=options.shared,
            demo=options.bundle,
            quick=options.quick,
            large=options.large,
            huge=options.huge,
            tell=bar.set_postfix_str,
        )
        for name in names:
            bar.set_description(name)
            found[name] = TASKS[name](setting)
            bar.update()
    text = page(_command(argv), machine, found, time.monotonic() - started)
    out = options.out or (None if options.only or options.quick else PAGE)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    print(text, end="")
    unsound = [name for name, section in found.items() if not section.sound]
    if unsound:
        print(f"a contender failed, or results differ: {', '.join(unsound)}", file=sys.stderr)
    return UNSOUND if unsound else 0


def _command(argv: Sequence[str] | None) -> str:
    """The options that change what is measured; where data lie does not."""
    words, dropped = list(sys.argv[1:] if argv is None else argv), ("--cache", "--shared", "--out", "-o")
    kept = [w for i, w in enumerate(words) if w not in dropped and (i == 0 or words[i - 1] not in dropped)]
    return " ".join(["python -m scripts.bench", *kept])


@contextlib.contextmanager
def _kept(folder: Path | None) -> Iterator[Path]:
    """The folder named, which stays; else a temporary one."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="fenqu-bench-") as made:
        yield Path(made)


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m scripts.bench", description=__doc__)
    add = made.add_argument
    add("--only", nargs="+", choices=list(TASKS), metavar="NAME", help=f"some of: {', '.join(TASKS)}")
    add("--quick", action="store_true", help="small sizes: that it runs and agrees, not how fast it is")
    add("--large", action="store_true", help="also ten million sites")
    add("--huge", action="store_true", help="also a million zones: some 20 GB of memory")
    add("--cache", type=Path, metavar="DIR", help="keep what is drawn there for the next run")
    add("--shared", type=Path, default=_shared(), metavar="DIR", help="third-party data (FENQU_SHARED)")
    add("--bundle", type=Path, default=DEMO, metavar="DIR", help="in place of the demonstration bundle")
    add(
        "-o",
        "--out",
        type=Path,
        metavar="FILE",
        help=f"default: {PAGE.relative_to(ROOT)} for a full run, else none",
    )
    return made


def _shared() -> Path:
    return Path(os.environ.get("FENQU_SHARED") or ROOT.parent / "shared" / "data")


if __name__ == "__main__":
    sys.exit(main())
