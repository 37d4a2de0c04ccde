"""Garbled tables: a header's refusal with advice, and the text put back where that was asked for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from geo.errors import InputError
from layers.sites.cells.rows import Record
from layers.sites.doctor.texts import TEXT_REMEDIES, TextRemedy, advice_on
from layers.sites.read.sources import Source


def with_advice(error: InputError, headers: Sequence[str]) -> InputError:
    """A header's refusal with what is advised about it."""
    return type(error)(error.problems, (*error.advice, *advice_on(headers)))


def mended(source: Source, names: Sequence[str]) -> Source:
    """The source with its text put back, where that was asked for."""
    remedy = _asked(names)
    if remedy is None:
        return source

    def chunks() -> Iterator[list[Record]]:
        for chunk in source.chunks:
            yield [replace(one, values=tuple(_undone(remedy, cell) for cell in one.values)) for one in chunk]

    return replace(
        source,
        headers=tuple(remedy.undo(header) or header for header in source.headers),
        chunks=chunks(),
        payloads=None,
        remarks=(*source.remarks, remedy.done),
    )


def mended_cells(cells: Mapping[str, object], names: Sequence[str]) -> Mapping[str, object]:
    """The same for one row that brings its own names."""
    remedy = _asked(names)
    if remedy is None:
        return cells
    return {remedy.undo(name) or name: _undone(remedy, cell) for name, cell in cells.items()}


def _asked(names: Sequence[str]) -> TextRemedy | None:
    return next((TEXT_REMEDIES[name] for name in names if name in TEXT_REMEDIES), None)


def _undone(remedy: TextRemedy, cell: object) -> object:
    return (remedy.undo(cell) or cell) if isinstance(cell, str) else cell
