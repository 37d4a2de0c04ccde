"""A chunk answered: the one function that every engine runs, in this process, in another, or on a cluster."""

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from geo.drafts import Named, draft_bodies, with_drafts
from geo.model import Bundle
from layers.sites.answered import Answered, Positions, Wanted, from_results, joined, met_of
from layers.sites.cells.columns import Columns
from layers.sites.cells.point_rows import point_rows
from layers.sites.cells.rows import Defaults, RowMaker
from layers.sites.columnar import FEW, Tables, in_columns
from layers.sites.doctor.clinic import Doctor, doctor_for
from layers.sites.doctor.in_columns import examined
from layers.sites.doctor.whole_file import signs_of_block
from layers.sites.read.chunks import Block, Chunk, RecordList
from layers.sites.screen import screen
from layers.sites.write.results import Layout

_REPORTS = 1_000
"""Reports held at a time: they are some ten kB each, their cells a few hundred bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All that answering a chunk needs beside the bundle. It can be pickled.

    Attributes
    ----------
    columns
        The header, understood.
    defaults
        For rows that say nothing themselves.
    layout
        How the output is laid out.
    margins
        ``near``, ``told`` or ``all``, as `geo.check.check_projects` has them.
    suffix, encoding
        Format of the output.
    wanted
        What it needs beside the result cells.
    failures
        Encoding of the file in which refused rows are told once more; None = there is none.
    index
        Folder of the bundle, whose index answers points in columns; None = by whole reports only. It changes
        speed, never an answer.
    drafts
        Drafts by which every row is answered once more.
    """

    columns: Columns
    defaults: Defaults
    layout: Layout
    margins: str
    suffix: str
    encoding: str
    wanted: Wanted
    failures: str | None
    index: Path | None = None
    drafts: Named = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Terms and the bundle they are answered by; made once in each process."""

    bundle: Bundle
    terms: Terms
    doctor: Doctor | None = field(init=False)
    maker: RowMaker = field(init=False)
    tables: Tables | None = field(init=False)
    drafted: "Work | None" = field(init=False)

    def __post_init__(self) -> None:
        defaults = self.terms.defaults
        doctor = doctor_for(self.bundle, defaults.remedies)
        object.__setattr__(self, "doctor", doctor)
        made = RowMaker(self.bundle.rulebook, self.terms.columns, defaults, doctor)
        folder = self.terms.index
        object.__setattr__(self, "maker", made)
        tables = Tables(bundle=self.bundle, folder=folder, lang=self.terms.layout.lang) if folder else None
        object.__setattr__(self, "tables", tables)
        object.__setattr__(self, "drafted", self._with_drafts())

    def _with_drafts(self) -> "Work | None":
        """The same with the drafts in force: cells, and bodies where they are wanted."""
        if not self.terms.drafts:
            return None
        wanted = Wanted(bodies=self.terms.wanted.bodies)
        terms = replace(self.terms, drafts=(), wanted=wanted)
        return Work(bundle=with_drafts(self.bundle, self.terms.drafts), terms=terms)


def answer(work: Work, chunk: Chunk) -> Answered:
    """Answer the rows of a chunk, in their order.

    The answer to a row depends on nothing but the row and ``work``: neither on the chunk nor on what was
    answered before.
    """
    answered = _answer(work, chunk)
    if work.drafted is None:
        return answered
    return answered.beside(_answer(work.drafted, chunk), draft_bodies(work.bundle, work.terms.drafts))


def _answer(work: Work, chunk: Chunk) -> Answered:
    block, terms = chunk.payload.open(), work.terms
    answered = _rows_answered(work, block)
    seen = signs_of_block(block, terms.columns, terms.defaults, work.doctor)
    return replace(answered, signs=answered.signs + seen) if seen else answered


def _rows_answered(work: Work, block: Block) -> Answered:
    terms = work.terms
    if work.tables is None:
        return joined([detailed(work, block, np.arange(block.count))], block)
    rows = point_rows(block, work.maker, terms.columns, terms.defaults)
    rows = examined(rows, block, work.maker, work.doctor)
    answers, left = in_columns(work.tables, rows, shapes=terms.wanted.shapes)
    rest = np.union1d(rows.rest, left)
    return joined([*answers, *([detailed(work, block, rest)] if len(rest) else [])], block)


def warm_up(work: Work, chunk: Chunk, workers: int) -> None:
    """Have ready what answering will ask for again and again, before processes are forked that share it."""
    if work.drafted is not None:
        warm_up(work.drafted, chunk, workers)
    if work.tables is None:
        return
    work.tables.ready_index(work.terms.defaults.on, workers)
    block = chunk.payload.open()
    some = RecordList(records=tuple(block.records(range(min(block.count, 2 * FEW))))).open()
    in_columns(
        work.tables, point_rows(some, work.maker, work.terms.columns, work.terms.defaults), shapes=False
    )


def detailed(work: Work, block: Block, positions: Positions) -> tuple[Positions, Answered]:
    """The patient road, by whole reports: any geometry, any datum, any fault."""
    terms = work.terms
    rows = map(work.maker.row, block.records(positions))
    parts = []
    while some := list(islice(rows, _REPORTS)):
        results = screen(work.bundle, some, margins=terms.margins)
        parts.append(from_results(results, terms.layout, terms.wanted, work.bundle))
    return positions, _stacked(parts)


def _stacked(parts: list[Answered]) -> Answered:
    """Answers one after another, without the input's columns: the block has them."""
    shapes = [part.shapes for part in parts if part.shapes is not None]
    return Answered(
        original=(),
        cells=pa.concat_batches([part.cells for part in parts]),
        shapes=pa.concat_arrays(shapes) if shapes else None,
        bodies=tuple(body for part in parts for body in part.bodies),
        hits=tuple(line for part in parts for line in part.hits),
        signs=sum((part.signs for part in parts), Counter()),
        met=met_of(parts),
    )
