"""A whole run, from options to written files; the shell adds arguments, a progress bar and exit codes."""

import contextlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TextIO

from geo.check import check_date
from geo.crs import parse_crs
from geo.declare import declare_facts, find_activity
from geo.errors import InputError, Problem
from geo.model import Bundle
from layers.bundle import load_bundle
from layers.sites.columns import Columns, understand
from layers.sites.faults import collected, fault
from layers.sites.intake import KNOWN_SUFFIXES, is_there, open_source
from layers.sites.results import Layout, lay_out
from layers.sites.rows import Defaults, Record, RowMaker
from layers.sites.run import RunInfo, Tally, run_record
from layers.sites.screen import Result, screen
from layers.sites.sources import Source, settle_crs
from layers.sites.values import read_date
from layers.sites.write import FORMATS, CsvWriter, Writer, check_out, open_writer, replacing
from layers.sites.write_text import answer_text, refusal_text

_COORDINATE = re.compile(r"\s*([^\s,，]+)\s*[,，]\s*([^\s,，]+)\s*")
_DIGIT = re.compile(r"[+-]?\.?\d")
_FAILURE_COLUMNS = ("site_id", "problems")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One call as the user made it.

    Attributes
    ----------
    place
        ``lon,lat`` or the path of a file.
    on
        As-of date as written; None = ``today``.
    facts
        ``NAME=VALUE`` each.
    out, failures
        Results and refused rows; results go to standard output where ``out`` is None.
    command
        The arguments, for the run file.
    """

    place: str
    bundle: Path
    today: date
    activity: str | None = None
    facts: tuple[str, ...] = ()
    on: str | None = None
    crs: str | None = None
    out: Path | None = None
    failures: Path | None = None
    lang: str = "zh"
    encoding: str = "utf-8"
    margins: str = "near"
    repair: str | None = None
    layer: str | None = None
    command: tuple[str, ...] = ()

    @property
    def single(self) -> bool:
        """Whether one coordinate was given, not a file."""
        return not is_there(Path(self.place)) and _coordinate(self.place) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Options understood: ready to run."""

    options: Options
    bundle: Bundle
    source: Source
    columns: Columns
    defaults: Defaults
    info: RunInfo
    layout: Layout


def prepare(options: Options) -> Job:
    """Look at everything that can be wrong before the first row.

    Raises
    ------
    BundleError
        With every fault of the bundle.
    InputError
        With every problem of options and input that can be seen at once.
    """
    problems = _path_problems(options)
    if problems:
        raise InputError(problems)
    bundle = load_bundle(options.bundle)
    defaults = collected(problems, _defaults, options, bundle)
    source = collected(problems, _source, options)
    if defaults is None or source is None:
        if source is not None:
            source.close()
        raise InputError(problems)
    with contextlib.ExitStack() as on_failure:
        on_failure.callback(source.close)
        job = _understood(options, bundle, source, defaults)
        on_failure.pop_all()
    return job


def _understood(options: Options, bundle: Bundle, source: Source, defaults: Defaults) -> Job:
    """The job of options and an opened source: CRS settled, columns understood."""
    crs, remarks = settle_crs(source, options.crs)
    columns = understand(
        source.headers,
        bundle.rulebook,
        has_geometry=source.features,
        crs_given=crs is not None,
        where=source.name,
    )
    return Job(
        options=options,
        bundle=bundle,
        source=source,
        columns=columns,
        defaults=replace(defaults, crs=crs),
        info=RunInfo(
            bundle=bundle, command=options.command, on=defaults.on, remarks=(*source.remarks, *remarks)
        ),
        layout=lay_out(source, columns, lang=options.lang),
    )


def run(job: Job, stdout: TextIO, advance: Callable[[int], object]) -> Tally:
    """Check row by row and write as we go; output files appear only when all went well.

    Parameters
    ----------
    stdout
        Takes the results where no output file was named.
    advance
        Told the number of rows done, chunk by chunk.
    """
    tally = Tally()
    options = job.options
    with contextlib.ExitStack() as stack:
        stack.callback(job.source.close)
        writer = _writer(job, stdout, stack)
        refused = _failures(job, stack)
        maker = RowMaker(job.bundle.rulebook, job.columns, job.defaults)
        for chunk in job.source.chunks:
            results = screen(job.bundle, map(maker.row, chunk), margins=options.margins)
            tally.add(results)
            writer.write(results)
            if refused is not None:
                refused.write([result for result in results if result.report is None])
            advance(len(results))
    if options.out is not None:
        with replacing(Path(f"{options.out}.run.json")) as temporary:
            text = json.dumps(run_record(job.info, tally), ensure_ascii=False, indent=1)
            temporary.write_text(text + "\n", encoding="utf-8")
    return tally


class _Teller:
    """Answers as text, for one coordinate on a terminal."""

    def __init__(self, stream: TextIO, bundle: Bundle, lang: str) -> None:
        self._stream = stream
        self._bundle = bundle
        self._lang = lang

    def write(self, results: Iterable[Result]) -> None:
        for result in results:
            if result.report is None:
                self._stream.write(refusal_text(result.row.problems, self._lang))
            else:
                self._stream.write(answer_text(result.report, self._bundle, self._lang))

    def close(self) -> None:
        self._stream.flush()

    def abandon(self) -> None:
        pass


def _writer(job: Job, stdout: TextIO, stack: contextlib.ExitStack) -> Writer:
    options = job.options
    if options.out is not None:
        return stack.enter_context(open_writer(options.out, job.layout, job.info, encoding=options.encoding))
    if options.single:
        return _Teller(stdout, job.bundle, options.lang)
    return CsvWriter(stdout, job.layout)


def _failures(job: Job, stack: contextlib.ExitStack) -> Writer | None:
    """The refused rows: the input's columns, to be mended and fed in again, and their problems."""
    options = job.options
    if options.failures is None:
        return None
    names = {column: name for column, name in job.layout.names.items() if column in _FAILURE_COLUMNS}
    path = stack.enter_context(replacing(options.failures))
    stream = stack.enter_context(path.open("w", encoding=options.encoding, newline=""))
    return CsvWriter(stream, replace(job.layout, names=names))


def _path_problems(options: Options) -> list[Problem]:
    """Outputs that cannot be written, or that are the input or each other."""
    problems: list[Problem] = []
    if options.out is not None:
        collected(problems, check_out, options.out)
    if options.failures is not None:
        # It is written as CSV: any name will do but one that promises another of our formats.
        named = (".csv",) if options.failures.suffix.lower() in FORMATS else None
        collected(problems, check_out, options.failures, where="--failures", formats=named)
    taken = {"INPUT": None if options.single else Path(options.place)}
    for name, path in (("-o", options.out), ("--failures", options.failures)):
        for other, used in taken.items():
            if path is not None and used is not None and path.resolve() == used.resolve():
                problems.append(
                    fault(
                        name,
                        path,
                        f"≠ {other}",
                        zh=f"输出文件不能与 {other} 是同一文件",
                        en=f"the output must not be the same file as {other}",
                    )
                )
        taken[name] = path
    return problems


def _defaults(options: Options, bundle: Bundle) -> Defaults:
    """Date, activity, facts and CRS that hold for the run."""
    problems: list[Problem] = []
    on = collected(problems, _as_of, options)
    activity = facts = None
    if options.activity is not None:
        activity = collected(problems, find_activity, bundle.rulebook, options.activity, where="--activity")
    pairs = collected(problems, _fact_pairs, options.facts)
    if pairs:
        facts = collected(problems, declare_facts, bundle.rulebook, pairs, where="--fact")
    if options.crs is not None:
        collected(problems, parse_crs, options.crs, where="--crs")
    if problems or on is None:
        raise InputError(problems)
    return Defaults(on=on, activity=activity, facts=facts or (), repair=options.repair)


def _as_of(options: Options) -> date:
    on = options.today if options.on is None else read_date(options.on, "--on")
    check_date(on, where="--on")
    return on


def _fact_pairs(items: Iterable[str]) -> dict[str, object]:
    """``NAME=VALUE`` options as a mapping."""
    pairs: dict[str, object] = {}
    problems: list[Problem] = []
    for item in items:
        name, sign, value = (part.strip() for part in item.partition("="))
        if not sign or not name or name in pairs:
            problems.append(
                fault(
                    "--fact",
                    item,
                    "NAME=VALUE",
                    zh="项目参数写作 名称=取值，且每项只写一次",
                    en="write a fact as NAME=VALUE, each of them once",
                )
            )
        pairs[name] = value
    if problems:
        raise InputError(problems)
    return pairs


def _source(options: Options) -> Source:
    """The input file, or the one coordinate as a table of one row."""
    pair = _coordinate(options.place)
    if pair is None or not options.single:
        return open_source(Path(options.place), layer=options.layer)
    record = Record(number=1, values=pair)
    return Source(name="lon,lat", headers=("lon", "lat"), chunks=iter([[record]]), total=1)


def _coordinate(place: str) -> tuple[str, str] | None:
    """The two halves of ``lon,lat``; a mistyped number is still a place, a missing ``a,b.csv`` is not."""
    match = _COORDINATE.fullmatch(place)
    if match is None or Path(place).suffix.lower() in KNOWN_SUFFIXES:
        return None
    return (match[1], match[2]) if any(_DIGIT.match(half) for half in match.groups()) else None
