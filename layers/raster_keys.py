"""The catalogue key ``cells``: what the cell values of a raster mean, told in full.

    cells: {classes: {dem: {from: 25, to: 90}}, no_zone: {from: 0, to: 25}}        # slope in degrees
    cells: {classes: {forest: [1, 2, 3, 4, 5], water: 17}, no_zone: [10, 254]}     # class codes

A range holds ``from`` and not ``to``. A value that nothing lists is a fault of the data, never silence.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

from geo.raster import Legend, Span
from layers.keytable import BAD, Key, Row, integer, mapping_of, number, one_or_many, table
from layers.strictyaml import Faults, Node

__all__ = ["CellsSpec", "read_cells"]

_Ends = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellsSpec:
    """What the catalogue says of a raster's cells.

    Attributes
    ----------
    band
        Counted from 1; None where the file holds one.
    nodata
        The value of cells that say nothing, beside what the file says of itself.
    """

    legend: Legend
    band: int | None
    nodata: float | None


_RANGE = table([Key("from", number(), default=-math.inf), Key("to", number(), default=math.inf)])
_value = number()


def _ends(node: Node, path: str, faults: Faults) -> object:
    """A value or a range as (low, high)."""
    if not isinstance(node.value, dict):
        value = _value(node, path, faults)
        return BAD if value is BAD else (value, value)
    row = _RANGE(node, path, faults)
    if not isinstance(row, Row) or not row.ok:
        return BAD
    low, high = row["from"], row["to"]
    if low < high and (row.has("from") or row.has("to")):
        return low, high
    faults.add(
        row.where(),
        given=f"{low:g} … {high:g}",
        allowed="{from: 25, to: 90}, {from: 25}, {to: 25}",
        zh="区间须写明 from 或 to，且 from 小于 to（含 from，不含 to）",
        en="a range needs from or to, and from below to (it holds from, and not to)",
    )
    return BAD


_VALUES = one_or_many(_ends)
_CELLS = table(
    [
        Key("classes", mapping_of(_VALUES, least=1), required=True),
        Key("no_zone", _VALUES, default=()),
        Key("band", integer(1)),
        Key("nodata", number()),
    ]
)


def read_cells(node: Node, path: str, faults: Faults) -> object:
    """Read the key ``cells``; a `CellsSpec` comes out."""
    row = _CELLS(node, path, faults)
    if not isinstance(row, Row) or not row.ok:
        return BAD
    spans = [Span(low=a, high=b, code=code) for code, ends in row["classes"].items() for a, b in ends]
    spans += [Span(low=low, high=high, code=None) for low, high in row["no_zone"]]
    ordered = sorted(spans, key=lambda span: (span.low, span.high))
    nodata = row["nodata"]
    twice = [
        *(f"{_words(a)}; {_words(b)}" for a, b in pairwise(ordered) if b.low < a.high or b.low == a.low),
        *(f"nodata; {_words(span)}" for span in ordered if span.low == nodata == span.high),
    ]
    if twice:
        faults.add(
            row.where(),
            given=", ".join(twice),
            allowed="each value once",
            zh="同一像元值有两种含义",
            en="a cell value has two meanings",
        )
        return BAD
    return CellsSpec(legend=Legend(spans=tuple(ordered)), band=row["band"], nodata=nodata)


def _words(span: Span) -> str:
    value = f"{span.low:g}" if span.low == span.high else f"{span.low:g} … {span.high:g}"
    return f"{span.code or 'no_zone'}: {value}"
