"""Bring a layer of your own into a bundle: propose how to read a file, then check it and accept an edition.

The database of `--postgis` is told by FENQU_POSTGIS, as libpq has it (``host=… dbname=… user=…``): on the
command line others would see its password.

Exit code 0 = accepted (or proposed), 1 = quarantined with its report, 2 = refused: nothing was changed.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from geo.errors import FenquError
from geo.site import REPAIRS
from layers.gate.order import read_order
from layers.gate.report import DECISION_TEXT
from layers.gate.run import Gate, Outcome, Permission, import_file, open_gate, proposal
from layers.gate.supply import Supplied, open_supplied, open_table

__all__ = ["main"]

_SHANGHAI = timezone(timedelta(hours=8))
_MOST_NOTES = 20
_STDOUT = Path("-")
_WORDS = {
    "zh": {
        "proposed": "已写出导入单 {path}（图层 {layer}），请核对修改",
        "open": "须填写：{keys}",
        "report": "报告：{path}",
        "more": "……另有 {count} 条，见报告",
        "state": "数据包状态 {number}：{digest}",
        "dry": "仅检查，未入库",
        "accept": "经批准仍要采用：加 --accept --approval-doc 批准文号",
        "file": "文件无法读写，未导入",
    },
    "en": {
        "proposed": "import order written to {path} (layer {layer}): check and edit it",
        "open": "to be filled in: {keys}",
        "report": "report: {path}",
        "more": "… and {count} more, see the report",
        "state": "state {number} of the bundle: {digest}",
        "dry": "checked only: nothing was accepted",
        "accept": "to accept it with an approval: --accept --approval-doc NUMBER",
        "file": "a file cannot be read or written, nothing was imported",
    },
}


def main(argv: Sequence[str] | None = None) -> int:
    """Propose an order or import a file; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.accept and not options.approval_doc:
        parser.error("--accept needs --approval-doc NUMBER (须给出批准文号)")
    if (options.propose is None) == (options.order is None):
        parser.error("one of --propose FILE and --order FILE is needed (二者须给出其一)")
    try:
        gate = open_gate(options.bundle)
        return _propose(gate, options) if options.propose is not None else _import(gate, options)
    except FenquError as error:
        for problem in error.problems:
            print(problem.line(options.lang), file=sys.stderr)
        return 2
    except OSError as error:  # a full disk, a folder that cannot be written
        print(f"{_WORDS[options.lang]['file']}: {error}", file=sys.stderr)
        return 2


def _propose(gate: Gate, options: argparse.Namespace) -> int:
    words = _WORDS[options.lang]
    supplied = _supplied(options, options.table, options.encoding)
    made = proposal(gate, supplied, options.layer)
    if options.propose == _STDOUT:
        print(made.text, end="")
        return 0
    options.propose.write_text(made.text, encoding="utf-8")
    print(words["proposed"].format(path=options.propose, layer=made.layer or "?"))
    if made.open:
        print(words["open"].format(keys=", ".join(made.open)))
    return 0


def _import(gate: Gate, options: argparse.Namespace) -> int:
    order = read_order(options.order)
    supplied = _supplied(options, order.table or options.table, order.encoding or options.encoding)
    permission = Permission(
        repair=options.repair,
        beyond_limits=options.accept,
        approval_doc=options.approval_doc,
        dry=options.check_only,
        district=options.merge_district,
    )
    now = datetime.now(UTC).astimezone(_SHANGHAI).isoformat(timespec="seconds")
    outcome = import_file(gate, supplied, options.order, permission, at=now, by=options.by)
    try:
        _tell(outcome, options)
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0 if outcome.found.decision == "accepted" else 1


def _supplied(options: argparse.Namespace, table: str | None, encoding: str | None) -> Supplied:
    if options.postgis:
        return open_table(os.environ.get("FENQU_POSTGIS", ""), options.source)
    return open_supplied(Path(options.source), table, encoding)


def _tell(outcome: Outcome, options: argparse.Namespace) -> None:
    found, lang, words = outcome.found, options.lang, _WORDS[options.lang]
    print(f"{found.order.layer} {found.order.edition}: {DECISION_TEXT[found.decision].get(lang)}")
    lines = [] if found.merge is None else [found.merge.text().get(lang)]
    lines += [remark.get(lang) for remark in found.remarks]
    lines += [note.line(lang) for note in found.notes[:_MOST_NOTES]]
    if len(found.notes) > _MOST_NOTES:
        lines.append(words["more"].format(count=len(found.notes) - _MOST_NOTES))
    breaks = found.judged.breaks if found.judged is not None else ()
    alarms = found.judged.alarms if found.judged is not None else ()
    diff = found.judged.diff if found.judged is not None else None
    lines += [remark.get(lang) for remark in (diff.remarks if diff is not None else ())]
    lines += [one.text().get(lang) for one in breaks]
    lines += [one.text().get(lang) for one in alarms]
    print("".join(f"  {line}\n" for line in lines), end="")
    if found.decision == "quarantined" and breaks:
        print(words["accept"])
    print(words["report"].format(path=outcome.place / "report.html"))
    if options.check_only is not None:
        print(words["dry"])
    if outcome.state is not None:
        print(words["state"].format(number=outcome.state.number, digest=outcome.state.digest[:12]))
        print("".join(f"  {remark.get(lang)}\n" for remark in outcome.state.remarks), end="")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.import_layer", description=__doc__)
    parser.add_argument(
        "source",
        metavar="FILE",
        help="shapefile, zip, FileGDB, KML, KMZ, GeoPackage, GeoJSON, GeoParquet …; with --postgis a table",
    )
    parser.add_argument("--bundle", type=Path, required=True, metavar="DIR", help="folder of the bundle")
    parser.add_argument(
        "--propose", type=Path, metavar="ORDER.yaml", help="write a proposed import order; - prints it"
    )
    parser.add_argument("--order", type=Path, metavar="ORDER.yaml", help="import by this order")
    parser.add_argument("--layer", help="which layer it is (with --propose)")
    parser.add_argument(
        "--postgis", action="store_true", help="FILE is a table of the database that FENQU_POSTGIS names"
    )
    parser.add_argument("--table", help="which table, of a file that holds several")
    parser.add_argument("--encoding", help="of its texts, where the file does not say (gb18030 …)")
    parser.add_argument(
        "--repair", choices=REPAIRS, help="repair invalid shapes by this method, zone by zone"
    )
    parser.add_argument(
        "--merge-district",
        metavar="CODE",
        help="FILE holds the zones of this district alone (GB/T 2260): those of all others stay as they are",
    )
    parser.add_argument("--accept", action="store_true", help="accept beyond thresholds; needs an approval")
    parser.add_argument("--approval-doc", metavar="NUMBER", help="number of the approval (批准文号)")
    parser.add_argument(
        "--check-only", type=Path, metavar="DIR", help="write the report there; accept nothing"
    )
    parser.add_argument("--by", help="who imports it, for the history")
    parser.add_argument("--lang", choices=tuple(_WORDS), default="zh", help="language of the messages")
    return parser


if __name__ == "__main__":
    sys.exit(main())
