"""A whole run, from options to written files; the shell adds arguments, a progress bar and exit codes."""

import contextlib
import itertools
import json
import os
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from layers.sites import dask_engine
from layers.sites.answer import Work, warm_up
from layers.sites.cells.rows import Row
from layers.sites.journal import Journal, held
from layers.sites.journal import Store as PieceStore
from layers.sites.options import Options
from layers.sites.pieces import FAILURES, HITS, OUTPUT, Keep, Piece, passed_on, piece_of
from layers.sites.plan import Job, prepare
from layers.sites.read.chunks import Chunk, numbered
from layers.sites.run import Tally, run_record
from layers.sites.screen import screen
from layers.sites.workers import by_workers, one_by_one
from layers.sites.write.csv_text import CsvFormat, FailuresFormat, csv_head
from layers.sites.write.formats import format_of, replacing
from layers.sites.write.hits import HIT_COLUMNS
from layers.sites.write.terminal import answer_text, draft_text, refusal_text
from layers.sites.write.workbook import XlsxFormat
from layers.store import FOLDER, Store

__all__ = ["Job", "Options", "prepare", "run"]

_AHEAD = 4
"""Chunks a worker may be ahead of the first one unfinished, where results must wait for their turn."""


def run(job: Job, stdout: TextIO, advance: Callable[[int], object]) -> Tally:
    """Check chunk by chunk; output files appear only when all went well, and what was done stays until then.

    Parameters
    ----------
    stdout
        Takes the results where no output file was named.
    advance
        Told the number of rows done, chunk by chunk; those that an interrupted run had done are not told.
    """
    with contextlib.ExitStack() as stack:
        stack.callback(job.source.close)
        if job.terms.index is not None:
            stack.enter_context(Store(job.terms.index / FOLDER, asker=job.bundle.digest).renewed())
        if job.journal is not None:
            return _written(job, stack.enter_context(held(job.journal)), advance)
        return _told(job, stdout) if job.options.single else _streamed(job, stdout, advance)


def _written(job: Job, journal: Journal, advance: Callable[[int], object]) -> Tally:
    """Have every chunk in the journal, then put the files together and let the journal go."""
    tally, count = Tally(), 0
    for done in journal.done.values():
        tally.merge(done)

    def unfinished() -> Iterator[Chunk]:
        nonlocal count
        for chunk in numbered(job.source.packed(job.chunk_rows)):
            count = chunk.index + 1
            if chunk.index not in journal.done:
                yield chunk

    form = format_of(job.terms.suffix, job.terms.layout)
    for piece in _pieces(job, unfinished(), journal.store.keep, ahead=None):
        tally.merge(piece.tally)
        if isinstance(form, XlsxFormat):
            form.check_rows(tally.rows)
        advance(piece.tally.rows)
    _assemble(job, journal, count, tally)
    journal.remove()
    return tally


def _assemble(job: Job, journal: Journal, count: int, tally: Tally) -> None:
    """Write all files of the run from the pieces of its chunks."""
    options, layout, encoding = job.options, job.terms.layout, job.options.encoding
    if options.out is None:
        raise TypeError("a journal stands beside an output")

    def sections(which: int) -> Sections:
        return Sections(journal.store, count, which)

    whole = journal.folder / f"output{job.terms.suffix}"
    form = format_of(job.terms.suffix, layout, encoding=encoding, met=job.terms.wanted.met)
    tally.remarks = form.assemble(whole, sections(OUTPUT), job.info, tally)
    _placed(whole, options.out)
    if options.hits:
        head = csv_head(HIT_COLUMNS, encoding)
        _placed(_listed(journal.folder / "hits.csv", head, sections(HITS)), Path(f"{options.out}.hits.csv"))
    if options.failures is not None:
        # It may stand on another disk than the journal.
        with replacing(options.failures, journal.manifest.token) as temporary:
            _listed(temporary, FailuresFormat(layout, encoding).head(), sections(FAILURES))
    text = json.dumps(run_record(job.info, tally), ensure_ascii=False, indent=1) + "\n"
    _placed(_listed(journal.folder / "run.json", text.encode(), ()), Path(f"{options.out}.run.json"))


@dataclass(frozen=True, slots=True)
class Sections:
    """One section of all pieces, in order; read from the disk each time it is gone through."""

    store: PieceStore
    count: int
    which: int

    def __iter__(self) -> Iterator[bytes]:
        """Read them."""
        return (self.store.section(index, self.which) for index in range(self.count))


def _listed(path: Path, head: bytes, sections: Iterable[bytes]) -> Path:
    with path.open("wb") as stream:
        stream.write(head)
        stream.writelines(sections)
    return path


def _placed(whole: Path, target: Path) -> None:
    """Put a file in its place; it is on the disk before the journal goes."""
    with whole.open("rb") as stream:
        os.fsync(stream.fileno())
    whole.replace(target)


def _streamed(job: Job, stdout: TextIO, advance: Callable[[int], object]) -> Tally:
    """CSV on a stream, in order, as it comes."""
    tally = Tally()
    stdout.write(CsvFormat(job.terms.layout).head().decode())
    chunks = numbered(job.source.packed(job.chunk_rows))
    with contextlib.ExitStack() as stack:
        refused = _failures(job, stack)
        pieces = _pieces(job, chunks, passed_on, ahead=_AHEAD * job.workers)
        for piece in _in_order(stack.enter_context(contextlib.closing(pieces))):
            tally.merge(piece.tally)
            stdout.write(piece.sections[OUTPUT].decode())
            refused(piece.sections[FAILURES])
            advance(piece.tally.rows)
    stdout.flush()
    return tally


def _failures(job: Job, stack: contextlib.ExitStack) -> Callable[[bytes], object]:
    """Writes refused rows as they come, where a file for them was named."""
    options = job.options
    if options.failures is None:
        return len
    stream = stack.enter_context(stack.enter_context(replacing(options.failures)).open("wb"))
    stream.write(FailuresFormat(job.terms.layout, options.encoding).head())
    return stream.write


def _in_order(pieces: Iterable[Piece]) -> Iterator[Piece]:
    waiting: dict[int, Piece] = {}
    turn = 0
    for piece in pieces:
        waiting[piece.index] = piece
        while turn in waiting:
            yield waiting.pop(turn)
            turn += 1


def _pieces(
    job: Job, chunks: Iterator[Chunk], keep: Keep, *, ahead: int | None
) -> Generator[Piece, None, None]:
    """Pieces of all chunks by the engine asked for, as they are finished."""
    options = job.options
    work = Work(bundle=job.bundle, terms=job.terms)
    if options.engine == "dask":
        yield from dask_engine.by_cluster(
            work,
            options.bundle,
            chunks,
            keep,
            workers=job.workers,
            scheduler=options.scheduler,
            ahead=ahead,
        )
    elif job.workers == 1:
        yield from one_by_one(work, chunks, keep)
    elif (first := next(chunks, None)) is not None:
        warm_up(work, first, job.workers)
        rest = itertools.chain([first], chunks)
        yield from by_workers(work, rest, keep, workers=job.workers, ahead=ahead)


def _tell_drafted(work: Work, row: Row, stdout: TextIO, lang: str) -> None:
    """The same coordinate with the drafts in force, where any are named."""
    drafted = work.drafted
    if drafted is None:
        return
    [result] = screen(drafted.bundle, [row], margins=work.terms.margins)
    if result.report is not None:
        stdout.write(draft_text(work.bundle, work.terms.drafts, lang))
        stdout.write(answer_text(result.report, drafted.bundle, lang))


def _told(job: Job, stdout: TextIO) -> Tally:
    """One coordinate, in words."""
    work, lang, tally = Work(bundle=job.bundle, terms=job.terms), job.options.lang, Tally()
    with contextlib.ExitStack() as stack:
        refused = _failures(job, stack)
        for chunk in numbered(job.source.packed(1)):
            results = screen(
                job.bundle, map(work.maker.row, chunk.payload.open().records()), margins=job.options.margins
            )
            tally.add(results)
            for result in results:
                if result.report is None:
                    stdout.write(refusal_text(result.row.problems, lang, result.row.advice))
                    refused(piece_of(work, chunk).sections[FAILURES])
                else:
                    stdout.write(answer_text(result.report, job.bundle, lang))
                    _tell_drafted(work, result.row, stdout, lang)
    stdout.flush()
    return tally
