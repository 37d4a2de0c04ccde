"""Print every problem of a bundle: catalogue, vocabulary, rules and data.

Exit code 0 = none, 1 = some, 2 = the folder is no bundle.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from layers.bundle import is_bundle, lint
from layers.catalogue import CATALOGUE

__all__ = ["main"]

_WORDS = {
    "zh": {"none": "没有发现问题", "some": "个问题", "no_bundle": f"不是数据包（没有 {CATALOGUE}）"},
    "en": {"none": "no problems", "some": "problems", "no_bundle": f"not a bundle (there is no {CATALOGUE})"},
}


def main(argv: Sequence[str] | None = None) -> int:
    """Lint one bundle; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.lint_bundle", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that holds catalogue.yaml")
    parser.add_argument("--lang", choices=tuple(_WORDS), default="zh", help="language of the messages")
    options = parser.parse_args(argv)
    words = _WORDS[options.lang]
    if not is_bundle(options.folder):
        print(f"{options.folder}: {words['no_bundle']}", file=sys.stderr)
        return 2
    problems = lint(options.folder)
    for problem in problems:
        print(problem.line(options.lang))
    print(f"{len(problems)} {words['some']}" if problems else words["none"])
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
