"""Print every problem of a bundle: catalogue, vocabulary, rules and data.

Exit code 0 = none, 1 = some, but the bundle serves, 2 = it is refused, or the folder is no bundle.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from layers.bundle import Linted, is_bundle, look_over
from layers.catalogue import CATALOGUE
from layers.lint import cover, cover_csv, cover_markdown, cover_text

__all__ = ["main"]

_WORDS = {
    "zh": {
        "none": "没有发现问题",
        "some": "个问题",
        "idle": "条说明（--remarks 列出）",
        "remark": "说明",
        "refused": "数据包不能加载",
        "no_bundle": f"不是数据包（没有 {CATALOGUE}）",
        "no_cover": "规则未能读出，没有覆盖表",
    },
    "en": {
        "none": "no problems",
        "some": "problems",
        "idle": "remarks (--remarks lists them)",
        "remark": "remark",
        "refused": "the bundle is refused",
        "no_bundle": f"not a bundle (there is no {CATALOGUE})",
        "no_cover": "the rules could not be read: no coverage table",
    },
}
_WRITERS = {".csv": cover_csv, ".md": cover_markdown}


def main(argv: Sequence[str] | None = None) -> int:
    """Lint one bundle; returns the exit code."""
    options = _parser().parse_args(argv)
    words = _WORDS[options.lang]
    if not is_bundle(options.folder):
        print(f"{options.folder}: {words['no_bundle']}", file=sys.stderr)
        return 2
    told = look_over(options.folder)
    for problem in told.problems:
        print(problem.line(options.lang))
    if options.remarks:
        for problem in told.remarks:
            print(f"{words['remark']}: {problem.line(options.lang)}")
    if options.coverage is not None and not _write_coverage(told, options):
        print(words["no_cover"], file=sys.stderr)
    print(f"{len(told.problems)} {words['some']}" if told.problems else words["none"])
    if told.remarks and not options.remarks:
        print(f"{len(told.remarks)} {words['idle']}", file=sys.stderr)
    if told.refused:
        print(words["refused"], file=sys.stderr)
    return 2 if told.refused else 1 if told.problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.lint_bundle", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that holds catalogue.yaml")
    parser.add_argument("--lang", choices=tuple(_WORDS), default="zh", help="language of the messages")
    parser.add_argument("--remarks", action="store_true", help="print what lies idle too: nothing to mend")
    parser.add_argument(
        "--coverage",
        metavar="FILE",
        help="write the rules of each layer, class and activity group: .csv, .md, else text; - prints it",
    )
    parser.add_argument(
        "--on", type=date.fromisoformat, default=None, help="date of the coverage table (default: today)"
    )
    return parser


def _write_coverage(told: Linted, options: argparse.Namespace) -> bool:
    if told.bundle is None or told.schema is None:
        return False
    rows = cover(told.bundle, told.schema, options.on or _today())
    text = _WRITERS.get(Path(options.coverage).suffix, cover_text)(rows, options.lang)
    if options.coverage == "-":
        print(text)
    else:
        Path(options.coverage).write_text(text, encoding="utf-8")
    return True


def _today() -> date:
    """Today in Asia/Shanghai, which has had no summer time since 1991."""
    return (datetime.now(UTC) + timedelta(hours=8)).date()


if __name__ == "__main__":
    sys.exit(main())
