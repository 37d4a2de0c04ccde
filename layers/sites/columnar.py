"""The quick road: ordinary points answered in columns (`geo.points`), in the cells of whole reports."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from geo.answer import SYNTHETIC_BANNER, metres_told
from geo.check import is_synthetic
from geo.measure import Floats
from geo.model import Bundle
from geo.points import Atlas, Declaration, PointAnswers, PointBatch, PointTable
from geo.view import view_on
from layers.sites.answered import Answered, Positions, cells_of
from layers.sites.cells.point_places import Ints
from layers.sites.cells.point_rows import PointRows
from layers.sites.doctor.signs import Signs, signs_of
from layers.sites.write.results import remarks_text
from layers.store import FOLDER, Store

_HALF = 1e-6

FEW = 300
"""Points of one date in a chunk that are not worth the columns."""

_TOLD = ("verdict", "complete", "worst_possible", "applies", "not_assessed", "verdict_text", "headline")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tables:
    """What points of a bundle are answered by, date by date.

    Attributes
    ----------
    folder
        The bundle's: its index lies there.
    """

    bundle: Bundle
    folder: Path
    lang: str
    by_date: dict[date, PointTable] = field(default_factory=dict)

    def on(self, day: date) -> PointTable:
        """The table of one date; made when first asked for."""
        if day not in self.by_date:
            keep = Store(self.folder / FOLDER, asker=self.bundle.digest).get
            self.by_date[day] = PointTable(Atlas(view_on(self.bundle, day), keep), self.lang)
        return self.by_date[day]

    def ready_index(self, day: date, workers: int) -> None:
        """Open the index; where there is none yet, let several processes make it and keep it.

        It is opened by threads, which are gone when this returns: digests and checksums hold no lock.
        """
        pieces = self.on(day).atlas.pieces()
        try:
            (self.folder / FOLDER).mkdir()
        except OSError:
            if not (self.folder / FOLDER).is_dir():  # what others made could not be kept
                return
        else:
            for some in pieces:
                _make_apart(some, workers)
        with ThreadPoolExecutor(workers) as pool:
            for some in pieces:
                list(pool.map(_call, some))


def _call(piece: Callable[[], object]) -> object:
    return piece()


def _make_apart(pieces: list[Callable[[], object]], workers: int) -> None:
    """Make pieces in processes of their own; what cannot be kept is made again when asked for."""
    with (
        ProcessPoolExecutor(
            workers, mp_context=get_context("fork"), initializer=_take, initargs=(pieces,)
        ) as pool,
        suppress(BrokenProcessPool),
    ):  # what a killed process leaves is made when asked for
        list(pool.map(_make, range(len(pieces))))


_TAKEN: list[Callable[[], object]] = []


def _take(pieces: list[Callable[[], object]]) -> None:
    _TAKEN[:] = pieces


def _make(number: int) -> None:
    _TAKEN[number]()


def in_columns(
    tables: Tables, rows: PointRows, *, shapes: bool
) -> tuple[list[tuple[Positions, Answered]], Ints]:
    """Answer the ordinary points of a block.

    Parameters
    ----------
    shapes
        Whether their geometries are wanted.

    Returns
    -------
    answers, rest
        By position in the block; and positions of the points that want the patient road after all.
    """
    answers: list[tuple[Positions, Answered]] = []
    rest = [np.zeros(0, dtype=np.int64)]
    days = [declared.on for declared in rows.declarations]
    for day in dict.fromkeys(days):
        of_day = np.array([one == day for one in days], dtype=bool)
        here = np.flatnonzero(of_day[rows.declaration])
        if len(here) < FEW:
            rest.append(rows.positions[here])
            continue
        table = tables.on(day)
        found = table.answer(_batch(rows, here))
        rest.append(rows.positions[here[found.rest]])
        kept = np.flatnonzero(~found.rest)
        if len(kept):
            told = _answered(tables, table, rows, here, found, kept, shapes=shapes)
            answers.append((rows.positions[here[kept]], told))
    return answers, np.sort(np.concatenate(rest))


def _batch(rows: PointRows, here: Ints) -> PointBatch:
    return PointBatch(
        lon=rows.lon[here],
        lat=rows.lat[here],
        accuracy_m=rows.accuracy_m[here],
        declaration=rows.declaration[here],
        declarations=tuple(Declaration(one.activity, one.facts) for one in rows.declarations),
    )


def _answered(
    tables: Tables,
    table: PointTable,
    rows: PointRows,
    here: Ints,
    found: PointAnswers,
    kept: Ints,
    *,
    shapes: bool,
) -> Answered:
    """Result cells of the points that were answered (``kept`` of ``here``)."""
    which, lang = here[kept], tables.lang
    used, code = np.unique(found.told[kept], return_inverse=True)
    told, used = pa.array(code), used.tolist()
    synthetic = SYNTHETIC_BANNER.get(lang) if is_synthetic(table.atlas.view) else None
    cells = {
        "site_id": rows.site_id.take(pa.array(which)),
        "status": pa.repeat("ok", len(which)),
        **{name: pa.array([found.cells[name][n] for n in used]).take(told) for name in _TOLD},
        "hits": pa.array(found.hits[kept], type=pa.string()),
        "units": pa.array(found.units[kept], type=pa.string()),
        "eia_before": pa.array(found.eia_before[kept], type=pa.string()),
        "eia_class": pa.array(found.eia_class[kept], type=pa.string()),
        "margin_m": _margins(found.margin_m[kept]),
        "margin_rule": pa.array(found.margin_rule[kept], type=pa.string()),
        "remarks": _remarks(rows, which, found, lang),
        "synthetic": pa.repeat(synthetic, len(which)) if synthetic else pa.nulls(len(which), pa.string()),
    }
    wkb = shapely.to_wkb(shapely.points(rows.lon[which], rows.lat[which])) if shapes else None
    return Answered(
        original=(),
        cells=cells_of(cells),
        shapes=None if wkb is None else pa.array(wkb, type=pa.binary()),
        signs=_signs(rows, which),
    )


def _margins(metres: Floats) -> pa.Array:
    """Margins as they are told; nothing where there is none."""
    there = np.isfinite(metres)
    out = np.where(there, metres, 0.0)
    told = np.round(out, 3) + 0.0
    # Where a half decides, numpy's way by way of 1 000 times the number is not Python's.
    halves = np.abs(np.abs(out) * 1_000.0 % 1.0 - 0.5) < _HALF
    told[halves] = [metres_told(one) for one in out[halves].tolist()]
    return pa.array(told, mask=~there)


def _remarks(rows: PointRows, which: Ints, found: PointAnswers, lang: str) -> pa.Array:
    """What was assumed of site and footprint, one text for each sort of site and declaration."""
    texts = [
        "; ".join(text.get(lang) for text in (*kind.remarks, *assumed))
        for kind in rows.kinds
        for assumed in found.assumed
    ]
    code = rows.kind[which] * len(found.assumed) + rows.declaration[which]
    told = pa.array(texts, type=pa.string()).take(pa.array(code))
    if rows.sites is None:
        return told
    own = told.to_pylist()
    for place, site in enumerate(rows.sites[which]):
        if site is not None:
            assumed = found.assumed[rows.declaration[which[place]]]
            own[place] = remarks_text((*site.remarks, *assumed), site.advice, lang)
    return pa.array(own, type=pa.string())


def _signs(rows: PointRows, which: Ints) -> Signs:
    """What the doctor advised and did."""
    sites = () if rows.sites is None else rows.sites[which]
    return signs_of((site.advice, site.remedies) for site in sites if site is not None)
