"""Check a coordinate, or every row of a file: ``python -m scripts.check_sites INPUT [-o OUT]``.

Exit codes: 0 done, 1 some rows were refused, 2 input or bundle refused (130 interrupted, 70 our bug).
``OUT`` gets a companion ``OUT.run.json`` (``out.csv`` → ``out.csv.run.json``): what holds for the whole run.
A run that is cut short leaves its finished chunks in ``OUT.partial``; ``--resume`` goes on from there.
"""

import argparse
import os
import re
import sys
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tqdm import tqdm

from geo.answer import SYNTHETIC_BANNER
from geo.errors import BundleError, FenquError, InputError
from layers.sites.doctor.signs import lines
from layers.sites.job import Job, Options, prepare, run
from layers.sites.journal import journal_folder
from layers.sites.run import Tally
from layers.sites.workers import EngineError
from layers.sites.write.formats import FORMATS, IN_FULL, suffix_of
from layers.store import FOLDER

DEMO = Path(__file__).resolve().parents[1] / "layers" / "demo"
DONE, SOME_REFUSED, REFUSED, INTERRUPTED, CRASHED = 0, 1, 2, 130, 70

_CHINA_OFFSET = timedelta(hours=8)
_INPUT_HELP = (
    "a place (lon,lat; 105°50′12″E 32°31′12″N; X=… Y=…) or a file: CSV, TSV, XLSX, Parquet, GeoJSON, "
    "any GDAL vector"
)
_CRS_HELP = (
    "EPSG:n, GCJ-02, BD-09, unknown, or as people write it (国家2000 3度带35带); default: the file's, else "
    "EPSG:4490 or the zone that the eastings bear"
)
_NEGATIVE = re.compile(r"-[\d.]+\s*[,，]")
_WORDS = {
    "zh": {
        "bundle": "数据包无法加载",
        "input": "输入无法处理",
        "engine": "研判未能进行到底",
        "remark": "说明",
        "doctor": "输入诊断",
        "index": "首次运行，先建立图层索引：",
        "none": "没有数据行",
        "time": "用时",
        "file": "文件读写失败",
        "stopped": "已中断，没有写出结果",
        "kept": "已完成的部分留在 {}，同一命令加 --resume 可续跑",
        "resumed": "（其中 {} 行此前已完成）",
    },
    "en": {
        "bundle": "bundle refused",
        "input": "input refused",
        "engine": "the work could not be done",
        "remark": "note",
        "doctor": "input doctor",
        "index": "first run: making the index of the layers in",
        "none": "no rows",
        "time": "time",
        "file": "a file could not be read or written",
        "stopped": "stopped, nothing was written",
        "kept": "what was done is kept in {}: the same command with --resume goes on",
        "resumed": " ({} of them done before)",
    },
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; see the module's text for the exit codes."""
    given = list(sys.argv[1:] if argv is None else argv)
    args = parser().parse_args([_not_an_option(arg) for arg in given])
    try:
        job = prepare(_options(args, given))
        _tell_remarks(job)
        return _checked(job)
    except FenquError as error:
        code = _refuse(error, args.lang, _what(error))
        if isinstance(error, EngineError):
            _tell_journal(args)
        return code
    except KeyboardInterrupt:
        print(_WORDS[args.lang]["stopped"], file=sys.stderr)
        _tell_journal(args)
        return INTERRUPTED
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:  # a full disk, a folder that may not be written
        print(f"{_WORDS[args.lang]['file']}: {error}", file=sys.stderr)
        _tell_journal(args)
        return REFUSED


def _what(error: FenquError) -> str:
    """The word for what was refused."""
    return (
        "bundle"
        if isinstance(error, BundleError)
        else "engine"
        if isinstance(error, EngineError)
        else "input"
    )


def parser() -> argparse.ArgumentParser:
    """The options, as the README lists them."""
    made = argparse.ArgumentParser(
        prog="python -m scripts.check_sites",
        description="Check project sites against a bundle of zoning layers.",
    )
    add = made.add_argument
    add("input", metavar="INPUT", help=_INPUT_HELP)
    add("--activity", metavar="CODE|名称", help="what is to be built, for rows that do not say")
    add("--fact", metavar="NAME=VALUE", action="append", default=[], help="a declared fact; may be repeated")
    add("--on", metavar="DATE", help="as-of date 研判基准日, YYYY-MM-DD (default: today in Asia/Shanghai)")
    add("--bundle", metavar="DIR", type=Path, default=DEMO, help="default: the demonstration bundle")
    add("--crs", metavar="CRS", help=_CRS_HELP)
    add("-o", "--out", metavar="OUT", type=Path, help=f"by extension: {', '.join(FORMATS)}")
    add("--failures", metavar="FILE", type=Path, help="CSV of the refused rows with their problems")
    add("--lang", choices=("zh", "en"), default="zh", help="language of texts (default zh)")
    add("--encoding", choices=("utf-8", "utf-8-sig", "gb18030"), default="utf-8", help="of CSV output")
    add(
        "--hits",
        action="store_true",
        help="also write OUT.hits.csv, a line for each zone of each finding, and put hits and overlaps into "
        "OUT where it can hold them (there anyway for files of up to 20 000 shapes)",
    )
    add(
        "--engine", choices=("local", "dask"), default="local", help="dask: the same chunks on a Dask cluster"
    )
    add("--scheduler", metavar="ADDRESS", help="of a running Dask cluster (default: one of this machine)")
    add(
        "--workers",
        metavar="N",
        type=int,
        help="processes (default: one a core for a file of more than 20 000 points, 2 000 rows that want a "
        "full report each (lines, polygons, json, --hits) or, where rows are not counted, 1 MB; else 1)",
    )
    add("--resume", action="store_true", help="go on with an interrupted run of the same OUT")
    add("--margins", action="store_true", help="all margins, also beyond 100 m")
    add("--repair", choices=("make_valid",), help="mend invalid polygons by this method, with a remark")
    add(
        "--remedy",
        metavar="NAME",
        action="append",
        default=[],
        help="what the input doctor advised (swap-axes, dms-packed, zone-35 …): done where it fits, told; "
        "may be repeated",
    )
    add(
        "--draft",
        metavar="LAYER=EDITION",
        action="append",
        default=[],
        help="answer once more with this draft in force: columns draft_verdict and draft_applies, "
        "with_drafts in JSON; may be repeated",
    )
    add("--layer", metavar="NAME", help="layer to read, where a vector file has several")
    return made


def _is_table(args: argparse.Namespace) -> bool:
    """Tables hold margins within 100 m only; an answer in full has those of all its findings."""
    return args.out is not None and suffix_of(args.out) not in IN_FULL


def _options(args: argparse.Namespace, command: Sequence[str]) -> Options:
    return Options(
        place=args.input,
        bundle=args.bundle,
        today=_today(),
        activity=args.activity,
        facts=tuple(args.fact),
        on=args.on,
        crs=args.crs,
        out=args.out,
        failures=args.failures,
        lang=args.lang,
        encoding=args.encoding,
        margins="all" if args.margins else "near" if _is_table(args) else "told",
        repair=args.repair,
        remedies=tuple(args.remedy),
        drafts=tuple(args.draft),
        layer=args.layer,
        hits=args.hits,
        engine=args.engine,
        scheduler=args.scheduler,
        workers=args.workers,
        cores=len(os.sched_getaffinity(0)),
        resume=args.resume,
        command=tuple(command),
    )


def _today() -> date:
    """Today in Asia/Shanghai, which has had no summer time since 1991."""
    return (datetime.now(UTC) + _CHINA_OFFSET).date()


def _not_an_option(arg: str) -> str:
    """``-105.8,32.5`` is a place, not an option: argparse takes what holds a blank for an argument."""
    return (
        arg.replace(",", ", ", 1).replace("，", ", ", 1) if _NEGATIVE.match(arg) and " " not in arg else arg
    )


def _checked(job: Job) -> int:
    """Run the job with a progress bar, then tell the tally."""
    options = job.options
    started = time.monotonic()
    _encode_stdout(options)
    with tqdm(
        total=job.source.total,
        initial=job.done,
        unit=" rows",
        file=sys.stderr,
        disable=options.single,
        mininterval=0.5,
    ) as bar:
        tally = run(job, sys.stdout, bar.update)
    sys.stdout.flush()
    if not options.single:
        _tell_tally(job, tally, time.monotonic() - started)
    return SOME_REFUSED if tally.refused else DONE


def _encode_stdout(options: Options) -> None:
    """CSV on standard output in the encoding asked for."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if options.out is None and reconfigure is not None:
        reconfigure(encoding=options.encoding, newline="")


def _tell_journal(args: argparse.Namespace) -> None:
    """Where an interrupted run has left what it had done."""
    if args.out is not None and (folder := journal_folder(args.out)).is_dir():
        print(_WORDS[args.lang]["kept"].format(folder), file=sys.stderr)


def _tell_remarks(job: Job) -> None:
    for remark in job.info.remarks:
        print(f"{_WORDS[job.options.lang]['remark']}: {remark.get(job.options.lang)}", file=sys.stderr)
    if job.terms.index is not None and not (job.terms.index / FOLDER).is_dir():
        print(f"{_WORDS[job.options.lang]['index']} {job.terms.index / FOLDER}", file=sys.stderr)


def _tell_tally(job: Job, tally: Tally, seconds: float) -> None:
    lang, words = job.options.lang, _WORDS[job.options.lang]
    for remark in tally.remarks:
        print(f"{words['remark']}: {remark.get(lang)}", file=sys.stderr)
    if not tally.rows:
        print(f"{words['remark']}: {words['none']} ({job.source.name})", file=sys.stderr)
    for told in lines(tally.signs, job.info.remedies, tally.rows):
        print(f"{words['doctor']}: {told.get(lang)}", file=sys.stderr)
    if job.info.synthetic:
        print(SYNTHETIC_BANNER.get(lang), file=sys.stderr)
    rate = (tally.rows - job.done) / max(seconds, 1e-3)
    resumed = words["resumed"].format(job.done) if job.done else ""
    print(
        f"{tally.words(lang)}{resumed}; {words['time']} {seconds:.1f} s, {rate:.0f} rows/s", file=sys.stderr
    )


def _refuse(error: FenquError, lang: str, what: str) -> int:
    print(f"{_WORDS[lang][what]}:", file=sys.stderr)
    advice = error.advice if isinstance(error, InputError) else ()
    for told in (*(one.line(lang) for one in error.problems), *(one.line(lang) for one in advice)):
        print(f"  {told}", file=sys.stderr)
    return REFUSED


def command() -> int:
    """The command as a shell sees it: a bug must not leave with 1, which says that some rows were refused."""
    try:
        return main()
    except Exception:  # noqa: BLE001  whatever it is, it is told in full
        traceback.print_exc()
        return CRASHED


if __name__ == "__main__":
    sys.exit(command())
