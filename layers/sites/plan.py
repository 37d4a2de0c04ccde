"""A run planned: options understood, input and journal opened, work cut to size."""

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import shapely

from geo.answer import ENGINE
from geo.errors import InputError
from geo.model import Bundle, Text
from geo.zone_columns import values_of
from layers.bundle import load_bundle
from layers.sites import dask_engine
from layers.sites.answer import Terms
from layers.sites.cells.columns import Columns, Place, understand
from layers.sites.cells.coordinates import headers_of
from layers.sites.cells.rows import Defaults, Record
from layers.sites.columnar import FEW
from layers.sites.doctor.garbled import mended, with_advice
from layers.sites.doctor.whole_file import remarks_on
from layers.sites.faults import collected
from layers.sites.journal import Journal, Manifest, begin, go_on, identity, read_manifest
from layers.sites.options import Options, coordinate, named_in, path_problems, read_defaults
from layers.sites.read.intake import open_source
from layers.sites.read.sources import Source, settle_crs
from layers.sites.run import RunInfo
from layers.sites.write.formats import WITH_MET, format_of, suffix_of, wanted_by
from layers.sites.write.results import lay_out
from layers.store import FOLDER

MANY_ROWS = 20_000
MANY_SHAPES = 2_000
MANY_BYTES = 1_000_000
"""Larger inputs are worth several processes: of points by columns, of reports, of rows not counted."""

MET_ROWS = 20_000
MET_BYTES = 50_000_000
"""Up to here a file of shapes has its hits and overlaps in the output, where that can hold them."""

_MET_LEFT_OUT = Text(
    "选址较多，输出文件不含命中分区和重叠部分；需要时加 --hits",
    "many sites: hits and overlaps are left out of the output; --hits puts them in",
)

_OF_IN_FORCE = Text(
    "命中、余量、重叠部分均按现行版本；按草案的结论只见 draft_verdict、draft_applies 两列",
    "hits, margins and overlaps are of the editions in force; the answer with the drafts stands in "
    "draft_verdict and draft_applies alone",
)

_REPORT_S = 0.01
_INDEX_S = 8e-6
"""What a report of a point costs, and an index for each vertex of the layers: seconds, roughly."""

_CHUNKS = 20
_POINT_ROWS = (5_000, 32_000)
_REPORT_ROWS = (200, 1_000)
"""Least and most rows a chunk: of points, which go through by columns, and of what needs a report each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Options understood: ready to run.

    Attributes
    ----------
    journal
        Where finished chunks are kept; None where results go to standard output.
    workers
        Processes.
    chunk_rows
        Rows answered together.
    """

    options: Options
    bundle: Bundle
    source: Source
    terms: Terms
    info: RunInfo
    journal: Journal | None
    workers: int
    chunk_rows: int

    @property
    def done(self) -> int:
        """Rows that an interrupted run has left finished."""
        return 0 if self.journal is None else sum(tally.rows for tally in self.journal.done.values())


def prepare(options: Options) -> Job:
    """Look at everything that can be wrong before the first row.

    Raises
    ------
    BundleError
        With every fault of the bundle.
    InputError
        With every problem of options and input that can be seen at once.
    """
    problems = path_problems(options)
    if problems:
        raise InputError(problems)
    before = read_manifest(options.out) if options.resume and options.out is not None else None
    if before is not None and options.on is None:  # today may be another day by now
        options = replace(options, on=before.kept["on"])
    if options.engine == "dask":
        dask_engine.check_installed()
    bundle = load_bundle(options.bundle)
    defaults = collected(problems, read_defaults, options, bundle)
    drafts = collected(problems, named_in, options, bundle)
    source = collected(problems, _source, options)
    if defaults is None or source is None or drafts is None:
        if source is not None:
            source.close()
        raise InputError(problems)
    source = mended(source, defaults.remedies)
    with contextlib.ExitStack() as on_failure:
        on_failure.callback(source.close)
        crs, remarks = settle_crs(source, options.crs)
        terms = replace(_terms(options, bundle, source, replace(defaults, crs=crs)), drafts=drafts)
        remarks = (*remarks, *remarks_on(source, crs, defaults.remedies))
        if _leaves_met_out(terms):
            remarks = (*remarks, _MET_LEFT_OUT)
        if drafts and options.out is not None and terms.suffix != ".json":
            remarks = (*remarks, _OF_IN_FORCE)
        terms = _with_index(terms, options, bundle, source)
        info = RunInfo(
            bundle=bundle,
            command=options.command,
            on=defaults.on,
            remarks=(*source.remarks, *remarks),
            remedies=defaults.remedies,
            drafts=drafts,
        )
        job = _planned(options, source, terms, info, before)
        on_failure.pop_all()
    return job


def _planned(options: Options, source: Source, terms: Terms, info: RunInfo, before: Manifest | None) -> Job:
    """The job, its journal opened last: from here on nothing is refused before the first row."""
    job = Job(
        options=options,
        bundle=info.bundle,
        source=source,
        terms=terms,
        info=info,
        journal=None,
        workers=_workers(options, source, terms),
        chunk_rows=options.chunk_rows or _chunk_rows(source, terms),
    )
    if options.out is None:
        return job
    format_of(terms.suffix, terms.layout)
    asked = _asked(job)
    if before is None:
        kept = {
            "on": info.on.isoformat(),
            "command": list(options.command),
            "chunk_rows": job.chunk_rows,
        }
        return replace(job, journal=begin(options.out, asked, kept))
    journal = go_on(options.out, before, asked)
    return replace(
        job,
        journal=journal,
        info=replace(info, command=tuple(before.kept["command"])),
        chunk_rows=before.kept["chunk_rows"],
    )


def _terms(options: Options, bundle: Bundle, source: Source, defaults: Defaults) -> Terms:
    """What the rows are answered by."""
    try:
        columns = understand(source.headers, bundle.rulebook, has_geometry=source.features, where=source.name)
    except InputError as error:
        raise with_advice(error, source.headers) from None
    layout = lay_out(source, columns, lang=options.lang, drafts=bool(options.drafts))
    suffix = ".csv" if options.out is None else suffix_of(options.out)
    met = options.hits or (_shaped(columns) and not _is_large(options, source))
    return Terms(
        columns=columns,
        defaults=defaults,
        layout=layout,
        margins=options.margins,
        suffix=suffix,
        encoding="utf-8" if options.out is None else options.encoding,
        wanted=wanted_by(suffix, layout, hits=options.hits, met=met),
        failures=None if options.failures is None else options.encoding,
    )


def _shaped(columns: Columns) -> bool:
    """Whether rows bring shapes: those of tables are points, which no zone cuts."""
    return columns.place in {Place.GEOMETRY, Place.WKT}


def _is_large(options: Options, source: Source) -> bool:
    """Too much to look for hits and overlaps without being asked."""
    if source.total is None:
        return Path(options.place).stat().st_size > MET_BYTES
    return source.total > MET_ROWS


def _leaves_met_out(terms: Terms) -> bool:
    """Whether a larger file of shapes goes without what a smaller one would be told."""
    return terms.suffix in WITH_MET and _shaped(terms.columns) and not terms.wanted.met


def _with_index(terms: Terms, options: Options, bundle: Bundle, source: Source) -> Terms:
    """Rows go through in columns where an index lies there, or they are many enough to make one for."""
    if terms.margins != "near" or terms.wanted.reports or terms.columns.place is Place.WKT:
        return terms
    if (options.bundle / FOLDER).is_dir() and (source.total is None or source.total >= FEW):
        return replace(terms, index=options.bundle.resolve())
    zones = [e.zones for layer in bundle.layers.values() for e in layer.editions if e.zones is not None]
    vertices = sum(int(shapely.get_num_coordinates(values_of(z, "geometry")).sum()) for z in zones)
    worth = (source.total or 0) * _REPORT_S > vertices * _INDEX_S
    return replace(terms, index=options.bundle.resolve()) if worth else terms


def _asked(job: Job) -> dict[str, Any]:
    """Whatever changes a byte of what is written: a run that goes on must ask the same."""
    options, defaults = job.options, job.terms.defaults
    place = {"place": options.place} if options.single else identity(Path(options.place))
    return {
        "version": ENGINE,
        "bundle": job.bundle.digest,
        "input": place,
        "--on": defaults.on.isoformat(),
        "--activity": defaults.activity,
        "--fact": [list(fact) for fact in defaults.facts],
        "--crs": options.crs,
        "--lang": options.lang,
        "--encoding": options.encoding,
        "--margins": options.margins,
        "--repair": options.repair,
        "--remedy": list(defaults.remedies),
        "--layer": options.layer,
        "--draft": [list(draft) for draft in job.terms.drafts],
        "--hits": options.hits,
        "--failures": None if options.failures is None else str(options.failures.resolve()),
    }


def _chunk_rows(source: Source, terms: Terms) -> int:
    """Some twenty chunks: progress is seen and little is lost when a run is cut short; none tiny or huge."""
    least, most = _REPORT_ROWS if terms.index is None else _POINT_ROWS
    return max(least, min(most, (source.total or 0) // _CHUNKS))


def _workers(options: Options, source: Source, terms: Terms) -> int:
    """As many as asked for, else one for each core where the input is worth it."""
    if options.workers is not None:
        return options.workers
    if options.single:
        return 1
    if source.total is None:
        large = Path(options.place).stat().st_size > MANY_BYTES
    else:
        large = source.total > (MANY_SHAPES if terms.index is None else MANY_ROWS)
    return options.cores if large else 1


def _source(options: Options) -> Source:
    """The input file, or the one coordinate as a table of one row."""
    typed = coordinate(options.place)
    if typed is None or not options.single:
        return open_source(Path(options.place), layer=options.layer)
    record = Record(number=1, values=(typed.first, typed.second))
    return Source(name="lon,lat", headers=headers_of(typed), chunks=iter([[record]]), total=1)
