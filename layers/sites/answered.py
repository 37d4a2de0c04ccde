"""What came of a chunk, column by column: the input's cells, the result cells, and what some formats ask for.

Everything here can be pickled, and says nothing of how it was found: the detailed road (reports) and the
columnar one (points) fill the same columns.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.model import Bundle
from layers.sites.doctor.signs import Signs, signs_of
from layers.sites.read.chunks import Block, Column
from layers.sites.run import Tally
from layers.sites.screen import Result, told_of
from layers.sites.write.bodies import both_lines, json_lines
from layers.sites.write.hits import hit_lines
from layers.sites.write.met import Met, met_by, stacked
from layers.sites.write.results import COLUMNS, DRAFTED, Layout, result_cells

CELLS = pa.schema(list(COLUMNS.items()))
"""Arrow schema of the result cells, in their order."""

Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the output needs beside the result cells.

    Attributes
    ----------
    shapes
        Geometries of the sites.
    bodies
        Answers in full, as JSON.
    hits
        Lines of the hits file.
    met
        Hits and overlaps, to stand in the output itself.
    """

    shapes: bool = False
    bodies: bool = False
    hits: bool = False
    met: bool = False

    @property
    def reports(self) -> bool:
        """Whether reports are needed: result cells alone are not enough."""
        return self.bodies or self.hits or self.met


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The rows of a chunk, answered, in their order.

    Attributes
    ----------
    original
        The input's columns, in the order of its headers.
    cells
        Result columns by `CELLS`; ``status`` is ``ok`` or ``refused`` in every row. Make them of few distinct
        values by ``values.take(codes)``: a column from a list of a million texts costs more than its checks.
    shapes
        WKB in EPSG:4490, None where there was nothing to be used; absent where it is not wanted.
    bodies
        One line of JSON a row; absent where they are not wanted.
    hits
        Lines of the hits file, by row, whose number is their first cell.
    signs
        What the doctor advised and did, counted.
    met
        Hits and overlaps by row; absent where they are not wanted.
    """

    original: tuple[Column, ...]
    cells: pa.RecordBatch
    shapes: pa.Array | None = None
    bodies: tuple[bytes, ...] = ()
    hits: tuple[tuple[Any, ...], ...] = ()
    signs: Signs = field(default_factory=Counter)
    met: Met | None = None

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.cells.num_rows)

    def tally(self) -> Tally:
        """Counts of rows, refusals and verdicts."""
        counted = Tally(rows=self.rows, signs=Counter(self.signs))
        for value in self.cells.column("verdict").value_counts().to_pylist():
            if value["values"] is None:
                counted.refused += value["counts"]
            else:
                counted.verdicts[value["values"]] += value["counts"]
        return counted

    def beside(self, drafted: "Answered", drafts: list[dict[str, Any]]) -> "Answered":
        """These answers, with what ``drafted`` says of the same rows beside them."""
        cells = self.cells
        for column, repeated in DRAFTED.items():
            at = cells.schema.get_field_index(column)
            cells = cells.set_column(at, column, drafted.cells.column(repeated))
        pairs = zip(self.bodies, drafted.bodies, strict=True)
        return replace(self, cells=cells, bodies=tuple(both_lines(*pair, drafts) for pair in pairs))

    def refused(self) -> "Answered":
        """The refused rows alone."""
        where = np.flatnonzero(self.cells.column("verdict").is_null().to_numpy(zero_copy_only=False))
        chosen = pa.array(where, pa.int64())
        return Answered(
            original=tuple(_taken(column, where) for column in self.original),
            cells=self.cells.take(chosen),
        )


def cells_of(columns: Mapping[str, pa.Array | Sequence[object]]) -> pa.RecordBatch:
    """Result cells of columns; those that are not given hold nothing.

    Parameters
    ----------
    columns
        By name; Arrow arrays or lists, all of one length.
    """
    count = len(columns["status"])
    arrays = []
    for name, kind in COLUMNS.items():
        given = columns.get(name)
        if given is None:
            given = pa.nulls(count, kind)
        arrays.append(given if isinstance(given, pa.Array) else pa.array(given, type=kind))
    return pa.RecordBatch.from_arrays(arrays, schema=CELLS)


def from_results(results: Sequence[Result], layout: Layout, wanted: Wanted, bundle: Bundle) -> Answered:
    """What reports and refusals come to, without the input's columns: those come from the block."""
    rows = [result_cells(result, layout.lang) for result in results]
    return Answered(
        original=(),
        cells=cells_of({name: [row[name] for row in rows] for name in COLUMNS}),
        shapes=pa.array(wkb(results), type=pa.binary()) if wanted.shapes else None,
        bodies=tuple(json_lines(results, layout)) if wanted.bodies else (),
        hits=tuple(hit_lines(results)) if wanted.hits else (),
        signs=signs_of(map(told_of, results)),
        met=met_by(results, bundle, layout.lang) if wanted.met else None,
    )


def wkb(results: Sequence[Result]) -> list[bytes | None]:
    """The sites' geometries, longitude first; None where there was none that could be used."""
    sites = (result.row.site for result in results)
    return [None if site is None else shapely.to_wkb(site.geometry) for site in sites]


def joined(parts: Sequence[tuple[Positions, Answered]], block: Block) -> Answered:
    """Answers to some rows of a block and to the others, in the order of the block.

    Parameters
    ----------
    parts
        Where in the block the rows of each answer stand, ascending; together they are all of its rows.
    """
    filled = [(positions, answered) for positions, answered in parts if len(positions)]
    if len(filled) == 1:
        return replace(filled[0][1], original=block.columns)
    order = np.argsort(np.concatenate([positions for positions, _ in filled]), kind="stable")
    taken = pa.array(order, pa.int64())
    answers = [answered for _, answered in filled]
    shapes = None
    if all(answered.shapes is not None for answered in answers):
        shapes = pa.concat_arrays([answered.shapes for answered in answers]).take(taken)
    bodies = [body for answered in answers for body in answered.bodies]
    return Answered(
        original=block.columns,
        cells=pa.concat_batches([answered.cells for answered in answers]).take(taken),
        shapes=shapes,
        bodies=tuple(bodies[position] for position in order) if bodies else (),
        hits=tuple(sorted((line for a in answers for line in a.hits), key=itemgetter(0))),
        signs=sum((answered.signs for answered in answers), Counter()),
        met=met_of(answers, by_row=True),
    )


def met_of(answers: Sequence[Answered], *, by_row: bool = False) -> Met | None:
    """Hits and overlaps of several answers; ``by_row``: put in the order of the rows."""
    met = [answered.met for answered in answers if answered.met is not None]
    return stacked(met, by_row=by_row) if met else None


def _taken(column: Column, where: Positions) -> Column:
    if isinstance(column, pa.Array):
        return column.take(pa.array(where, pa.int64()))
    return [column[position] for position in where]
