"""Make the table of an entry list (entry_clause) of an agency's workbook, a clause per row.

Exit code 0 = every row was taken, 1 = some were refused, 2 = the workbook or the bundle cannot be used.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from geo.errors import FenquError
from geo.model import Rulebook
from layers.bundle import is_bundle, load_bundle
from layers.clause_import import Imported, import_rows, write_clauses, write_refused
from layers.clause_sheet import read_sheets
from layers.rulebook import read_rulebook, rulebook_sources
from layers.strictyaml import Faults

_TOLD = {
    "zh": "写入 {rows} 条，退回 {refused} 行，引用已展开 {resolved} 行，未写明适用对象 {unstated} 条",
    "en": "{rows} clauses written, {refused} rows refused, {resolved} references resolved, {unstated} "
    "without anyone named",
}
_UNSTATED = {
    "zh": "未写明适用对象（任何项目都可能涉及，请补充行业）",
    "en": "does not say whom it names (every project may be meant: add the industry)",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Import one workbook; returns the exit code."""
    options = _parser().parse_args(argv)
    try:
        rulebook = _rulebook(options.bundle)
        rows, remarks = read_sheets(options.workbook)
    except FenquError as error:
        for problem in error.problems:
            print(problem.line(options.lang), file=sys.stderr)
        return 2
    found = import_rows(rows, rulebook, doc=options.doc or options.workbook.stem, certainty=options.certainty)
    for remark in remarks:
        print(remark.get(options.lang), file=sys.stderr)
    _report(found, options.lang)
    if options.failures is not None:
        write_refused(found.refused, options.failures, options.lang)
    write_clauses(found.rows, options.out)
    return 1 if found.refused else 0


def _rulebook(bundle: Path | None) -> Rulebook:
    """The vocabulary of a bundle, or the shipped one."""
    if bundle is not None and is_bundle(bundle):
        return load_bundle(bundle).rulebook
    return read_rulebook(rulebook_sources(), Faults())[0]


def _report(found: Imported, lang: str) -> None:
    for refused in found.refused:
        print(f"{refused.where}: {refused.why.get(lang)} | {refused.text}")
    for where in found.unstated:
        print(f"{where}: {_UNSTATED[lang]}")
    counts = {
        "rows": len(found.rows),
        "refused": len(found.refused),
        "resolved": found.resolved,
        "unstated": len(found.unstated),
    }
    print(_TOLD[lang].format(**counts), file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.import_clauses", description=__doc__)
    parser.add_argument("workbook", type=Path, metavar="IN.xlsx", help="headings in Chinese or our own names")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT.parquet")
    parser.add_argument(
        "--bundle", type=Path, metavar="DIR", help="whose vocabulary (default: the shipped one)"
    )
    parser.add_argument("--doc", help="document of rows that name none (default: the name of the file)")
    parser.add_argument(
        "--certainty",
        choices=("A", "B", "C", "D"),
        default="B",
        help="of rows that say none: A official text, B in part (default), C unverified, D our own",
    )
    parser.add_argument("--failures", type=Path, metavar="FILE.csv", help="write the refused rows")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the messages")
    return parser


if __name__ == "__main__":
    sys.exit(main())
