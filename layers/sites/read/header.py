"""Where the names of a table's columns stand: in its first row, below a title, or in two rows.

Only a row that says where the sites are is taken for one of names; which it was, is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from geo.model import Text
from layers.sites.cells.columns import Place, place_named

LOOKED_AT = 12
"""Rows from the top among which the names are looked for."""

_FEWEST = 2
"""Filled cells of a row that may be the upper one of two; a title fills one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Names of the columns, and the rows down to the last that holds some of them."""

    names: tuple[str, ...]
    rows: int
    remarks: tuple[Text, ...] = ()


def find_header(rows: Sequence[Sequence[str]]) -> Header | None:
    """The header among the first rows of a table; None where none says where the sites are.

    A group of coordinates written over their names (坐标 over 经度, 纬度) is no pair in one cell.
    """
    pair: Header | None = None
    for at, row in enumerate(rows[:LOOKED_AT]):
        place = place_named(row)
        if place is Place.PAIR and pair is None:
            pair = _header(rows, at)
        elif place not in {None, Place.PAIR}:
            return _header(rows, at)
        if pair is not None and at >= pair.rows:
            return pair
    return pair


def _header(rows: Sequence[Sequence[str]], at: int) -> Header:
    names, above = list(rows[at]), list(rows[at - 1]) if at else []
    if sum(bool(cell.strip()) for cell in above) < _FEWEST:
        above = []
    width = max(len(names), len(above))
    own, over = ([*cells, *[""] * (width - len(cells))] for cells in (names, above))
    filled = [name if name.strip() else other for name, other in zip(own, over, strict=True)]
    doubled = filled != own
    names = filled if doubled else names
    return Header(names=tuple(names), rows=at + 1, remarks=_told(at, doubled=doubled))


def _told(at: int, *, doubled: bool) -> tuple[Text, ...]:
    if not at:
        return ()
    if doubled:
        return (
            Text(
                f"列名取自第 {at}、{at + 1} 行（两行列名），更上的行未读取",
                f"column names were taken from rows {at} and {at + 1} together; rows above were not read",
            ),
        )
    return (
        Text(
            f"列名取自第 {at + 1} 行，其上的行未读取",
            f"column names were taken from row {at + 1}; rows above were not read",
        ),
    )
