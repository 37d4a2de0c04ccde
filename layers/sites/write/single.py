"""A few answers as one file in memory, by the writers that batches use."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from geo.model import Text
from layers.sites.answered import from_results
from layers.sites.run import RunInfo, Tally
from layers.sites.screen import Result
from layers.sites.write.formats import format_of, wanted_by
from layers.sites.write.results import Layout


def single_file(
    results: Sequence[Result], layout: Layout, suffix: str, run: RunInfo
) -> tuple[bytes, tuple[Text, ...]]:
    """The file of an extension, with hits and overlaps, and what it could not hold.

    Parameters
    ----------
    results
        Rows whose original cells are those of the layout's headers.
    """
    wanted = wanted_by(suffix, layout, hits=False, met=True)
    answered = from_results(results, layout, wanted, run.bundle)
    columns = tuple(zip(*(result.row.original for result in results), strict=True))
    form, tally = format_of(suffix, layout, met=wanted.met), Tally()
    tally.add(results)
    with tempfile.TemporaryDirectory(prefix="fenqu-") as folder:
        path = Path(folder) / f"export{suffix}"
        told = form.assemble(path, [form.piece(replace(answered, original=columns))], run, tally)
        return path.read_bytes(), told
