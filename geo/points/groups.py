"""Points in groups: those that are equal in all of some columns are one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from geo.points.batch import Ints

Key = tuple[int, ...]

_MOST_PACKED = 1 << 62


@dataclass(frozen=True, eq=False)
class Grouped:
    """Points in groups.

    Attributes
    ----------
    group
        Of each point, shape (n,).
    first
        One point of each group.
    columns
        What they were grouped by.
    """

    group: Ints
    first: Ints
    columns: Sequence[Ints]

    def __len__(self) -> int:
        """How many groups there are."""
        return len(self.first)

    @cached_property
    def keys(self) -> list[Key]:
        """What each group has in common."""
        table = np.column_stack([column[self.first] for column in self.columns]).tolist()
        return [tuple(row) for row in table]


def grouped(columns: Sequence[Ints]) -> Grouped:
    """Points by equal columns."""
    code, size = _code(columns)
    first = np.zeros(size, dtype=np.int64)
    first[code[::-1]] = np.arange(len(code))[::-1]  # the last one written stays
    return Grouped(code, first, columns)


def _code(columns: Sequence[Ints]) -> tuple[Ints, int]:
    """A number for each point, equal for equal columns, and how many there are: packed while they fit."""
    packed, size = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        least = int(column.min(initial=0))
        span = int(column.max(initial=0)) - least + 1
        if span == 1:
            continue
        if size * span > _MOST_PACKED:
            packed, size = _numbered(packed)
        own = column - least
        if size * span > _MOST_PACKED:
            own, span = _numbered(own)
        packed = packed * span + own
        size *= span
    return _numbered(packed)


def _numbered(values: Ints) -> tuple[Ints, int]:
    import pandas as pd  # noqa: PLC0415  half a second, for tables of points only

    code, distinct = pd.factorize(values)
    return code, len(distinct)
