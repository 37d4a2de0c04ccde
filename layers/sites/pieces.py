"""What a chunk came to, ready to be written: a piece of the output, of the failures and of the hits."""

import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from layers.sites.answer import Work, answer
from layers.sites.answered import Answered
from layers.sites.read.chunks import Chunk
from layers.sites.run import Tally
from layers.sites.write.csv_text import FailuresFormat, csv_lines
from layers.sites.write.formats import format_of

OUTPUT, FAILURES, HITS = 0, 1, 2
"""Places of the sections of a piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What a chunk came to.

    Attributes
    ----------
    index
        Place of the chunk among all chunks.
    sections
        Bytes of the output, the failures and the hits; none once they are kept elsewhere.
    """

    index: int
    tally: Tally
    sections: tuple[bytes, ...]


Keep = Callable[[Piece], Piece]
"""Puts a piece where it is safe and gives back what is to be passed on; runs where the piece is made."""


def piece_of(work: Work, chunk: Chunk) -> Piece:
    """Answer a chunk, and make of it what will be written."""
    answered = answer(work, chunk)
    return Piece(index=chunk.index, tally=answered.tally(), sections=_sections(work, answered))


def _sections(work: Work, answered: Answered) -> tuple[bytes, ...]:
    terms = work.terms
    form = format_of(terms.suffix, terms.layout, encoding=terms.encoding, met=terms.wanted.met)
    failures = b"" if terms.failures is None else FailuresFormat(terms.layout, terms.failures).piece(answered)
    hits = csv_lines(list(zip(*answered.hits, strict=True)), terms.encoding) if answered.hits else b""
    return form.piece(answered), failures, hits


def passed_on(piece: Piece) -> Piece:
    """Keep nothing: the piece goes on whole."""
    return piece


def stored(piece: Piece, token: str) -> Iterator[bytes]:
    """A piece as it is stored, part by part: a line that describes it, then its sections.

    Parameters
    ----------
    token
        Of the run that it belongs to.
    """
    head = {
        "run": token,
        "chunk": piece.index,
        "rows": piece.tally.rows,
        "refused": piece.tally.refused,
        "verdicts": dict(piece.tally.verdicts),
        "signs": dict(piece.tally.signs),
        "sizes": [len(section) for section in piece.sections],
        "crc32": [zlib.crc32(section) for section in piece.sections],
    }
    yield json.dumps(head).encode() + b"\n"
    yield from piece.sections


def from_bytes(data: bytes, index: int, token: str) -> Piece | None:
    """A stored piece; None where it is not whole, or not that chunk of that run."""
    line, _, body = data.partition(b"\n")
    try:
        head = json.loads(line)
        sizes, sums = head["sizes"], head["crc32"]
        counts = Counter(head["verdicts"]), Counter(head["signs"])
        tally = Tally(rows=head["rows"], refused=head["refused"], verdicts=counts[0], signs=counts[1])
        ours = (head["run"], head["chunk"]) == (token, index)
    except (ValueError, KeyError, TypeError):
        return None
    if not ours or sum(sizes) != len(body):
        return None
    sections, start = [], 0
    for size, expected in zip(sizes, sums, strict=True):
        section = body[start : start + size]
        start += size
        if zlib.crc32(section) != expected:
            return None
        sections.append(section)
    return Piece(index=index, tally=tally, sections=tuple(sections))
