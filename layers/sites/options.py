"""Options as the user made them, and all that can be wrong with them before the input is read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from geo.check import check_date
from geo.crs import check_crs_name
from geo.declare import declare_facts
from geo.drafts import Named, named_drafts, read_drafts
from geo.errors import InputError, Problem
from geo.find_activity import find_activity
from geo.model import Bundle
from layers.sites.cells.coordinates import Typed, typed_place
from layers.sites.cells.rows import Defaults
from layers.sites.cells.values import read_date
from layers.sites.doctor.remedies import read_remedies
from layers.sites.faults import collected, fault
from layers.sites.read.intake import KNOWN_SUFFIXES, is_there
from layers.sites.write.formats import FORMATS, check_out, suffix_of

_COORDINATE = re.compile(r"\s*([^\s,，]+)\s*[,，]\s*([^\s,，]+)\s*")
_DIGIT = re.compile(r"[+-]?\.?\d")


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
    drafts
        ``LAYER=EDITION`` each.
    out, failures
        Results and refused rows; results go to standard output where ``out`` is None.
    hits
        Write ``OUT.hits.csv`` too.
    command
        The arguments, for the run file.
    engine, scheduler
        ``local`` or ``dask``; address of the cluster's scheduler, None = a cluster of this machine.
    workers
        Processes; None = ``cores`` for a large input, else 1.
    resume
        Go on with the run that was interrupted.
    chunk_rows
        Rows answered together; None = what suits the input.
    remedies
        The doctor's remedies asked for, by name.
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
    remedies: tuple[str, ...] = ()
    layer: str | None = None
    drafts: tuple[str, ...] = ()
    hits: bool = False
    command: tuple[str, ...] = ()
    engine: str = "local"
    scheduler: str | None = None
    workers: int | None = 1
    cores: int = 1
    resume: bool = False
    chunk_rows: int | None = None

    @property
    def single(self) -> bool:
        """Whether one coordinate was given, not a file."""
        return not is_there(Path(self.place)) and coordinate(self.place) is not None


def path_problems(options: Options) -> list[Problem]:
    """Outputs that cannot be written, or that are the input or each other; options that want an output."""
    problems = [*_work_problems(options)]
    if options.out is not None:
        collected(problems, check_out, options.out)
    if options.failures is not None:
        # It is written as CSV: any name will do but one that promises another of our formats.
        ours = suffix_of(options.failures) in set(FORMATS) - {".txt"}
        named = (".csv",) if ours else None
        collected(problems, check_out, options.failures, where="--failures", formats=named)
    taken = {"INPUT": None if options.single else Path(options.place)}
    hits = Path(f"{options.out}.hits.csv") if options.hits else None
    for name, path in (("-o", options.out), ("--hits", hits), ("--failures", options.failures)):
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


def _work_problems(options: Options) -> Iterator[Problem]:
    """How the work is to be done: what contradicts itself."""
    for name, given in (("--hits", options.hits), ("--resume", options.resume)):
        if given and options.out is None:
            yield fault(
                name,
                "(no -o)",
                "-o OUT",
                zh="此选项需要用 -o 指定输出文件",
                en="this option needs an output file: name it with -o",
            )
    if options.workers is not None and options.workers < 1:
        yield fault("--workers", options.workers, "≥ 1", zh="进程数至少为 1", en="at least one process")
    if options.scheduler is not None and options.engine != "dask":
        yield fault(
            "--scheduler",
            options.scheduler,
            "--engine dask",
            zh="此选项只与 --engine dask 同用",
            en="this option goes with --engine dask",
        )


def read_defaults(options: Options, bundle: Bundle) -> Defaults:
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
        collected(problems, check_crs_name, options.crs, where="--crs")
    remedies = collected(problems, read_remedies, options.remedies, where="--remedy")
    if problems or on is None:
        raise InputError(problems)
    return Defaults(
        on=on, activity=activity, facts=facts or (), repair=options.repair, remedies=remedies or ()
    )


def named_in(options: Options, bundle: Bundle) -> Named:
    """The drafts that are named.

    Raises
    ------
    InputError
        For one that the bundle does not have.
    """
    return named_drafts(bundle, read_drafts(options.drafts, where="--draft"), where="--draft")


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


def coordinate(place: str) -> Typed | None:
    """The two coordinates of a typed place; a mistyped number is one too, a missing ``a,b.csv`` is not."""
    if Path(place).suffix.lower() in KNOWN_SUFFIXES:
        return None
    typed, match = typed_place(place), _COORDINATE.fullmatch(place)
    if typed is not None or match is None:
        return typed
    return (
        Typed(match[1], match[2], ordered=True)
        if any(_DIGIT.match(half) for half in match.groups())
        else None
    )
