"""Square cells over longitude/latitude: where a point is, which ones an edge touches, which are occupied.

A cell is 2⁻ᵖ degrees wide, so that ``floor(x · 2ᵖ)`` is exact: a point is never put into a neighbouring cell
by rounding. Edges are put into every cell they touch or pass within 2 cm of, so that whatever lies within
1 cm of a point is found in the point's own cell.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
Stored = NDArray[np.signedinteger[Any]]

SLACK_DEG = 2e-7
"""2.2 cm of latitude."""
POLAR_LAT = 89.999
"""Nearer to a pole than 111 m a cell is a sliver: nothing is promised there but caution."""
DEGREE_M = 110_500.0
"""A degree of latitude is never shorter."""

_LEAST_POWER, _MOST_POWER = -24, 14
_WORD = 64
_CHUNK = 1 << 18
_MOST_WORDS = 1 << 22
_SPARE_WORDS = 1 << 14
_POLE_COSINE = 1e-9
_ODD, _SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(31)
ASIDE_X, ASIDE_Y = 115 / 256, 139 / 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Cells of 2^-power degrees, rows from south to north, columns from west to east.

    Attributes
    ----------
    row0, col0
        ``floor(lat · 2^power)`` of the first row, ``floor(lon · 2^power)`` of the first column.
    rows, cols
        How many there are; columns are a multiple of 64.
    """

    power: int
    row0: int
    col0: int
    rows: int
    cols: int

    @classmethod
    def over(cls, edges: Floats, slots: float, most_power: int = _MOST_POWER) -> Self:
        """The finest grid in which edges fill at most about ``slots`` pairs of cell and edge.

        Parameters
        ----------
        edges
            ``lon1, lat1, lon2, lat2`` in degrees, shape (m, 4).
        """
        if len(edges) == 0:
            return cls(power=0, row0=0, col0=0, rows=0, cols=0)
        span = float(np.abs(edges[:, 2:] - edges[:, :2]).sum())
        slack = _slack(edges)
        x0, x1 = _least(edges[:, 0::2] - slack[:, None]), _most(edges[:, 0::2] + slack[:, None])
        y0, y1 = _least(edges[:, 1::2]) - SLACK_DEG, _most(edges[:, 1::2]) + SLACK_DEG
        most_words = min(_MOST_WORDS, _SPARE_WORDS + 4 * len(edges))
        for power in range(most_power, _LEAST_POWER - 1, -1):
            grid = cls._of(power, x0, y0, x1, y1)
            words = grid.rows * grid.cols // _WORD
            if len(edges) + span * 2.0**power <= slots and words <= most_words:
                return grid
        return cls._of(_LEAST_POWER, x0, y0, x1, y1)

    @classmethod
    def _of(cls, power: int, x0: float, y0: float, x1: float, y1: float) -> Self:
        scale = 2.0**power
        col0, row0 = int(np.floor(x0 * scale)), int(np.floor(y0 * scale))
        # One column to spare: "right of the last" is still a cell of its row.
        cols, rows = int(np.floor(x1 * scale)) - col0 + 2, int(np.floor(y1 * scale)) - row0 + 1
        return cls(power=power, row0=row0, col0=col0, rows=rows, cols=-(-cols // _WORD) * _WORD)

    @property
    def scale(self) -> float:
        """Cells per degree."""
        return float(2.0**self.power)

    def array(self) -> Ints:
        """The grid as five numbers, to be stored."""
        return np.array([self.power, self.row0, self.col0, self.rows, self.cols], dtype=np.int64)

    @classmethod
    def of_array(cls, numbers: Ints) -> Self:
        """The grid of five numbers."""
        power, row0, col0, rows, cols = (int(number) for number in numbers)
        return cls(power=power, row0=row0, col0=col0, rows=rows, cols=cols)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees, exact."""
        west, south = self.col0 / self.scale, self.row0 / self.scale
        return west, south, (self.col0 + self.cols) / self.scale, (self.row0 + self.rows) / self.scale

    def inside(self, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
        """Which points are in the grid; NaN is not."""
        west, south, east, north = self.bounds
        return (lon >= west) & (lon < east) & (lat >= south) & (lat < north)

    def row(self, lat: Floats) -> Ints:
        """Row of each latitude, from 0 at the grid's south; may lie outside."""
        return np.floor(lat * self.scale).astype(np.int64) - self.row0

    def col(self, lon: Floats) -> Ints:
        """Column of each longitude, from 0 at the grid's west; may lie outside."""
        return np.floor(lon * self.scale).astype(np.int64) - self.col0

    def reference(self, cell: Ints) -> tuple[Floats, Floats]:
        """A point in each cell, exact; aside of the middle, where edges of round coordinates seldom pass."""
        row, col = cell // self.cols + self.row0, cell % self.cols + self.col0
        size = np.float64(1.0 / self.scale)
        return np.asarray((col + ASIDE_X) * size), np.asarray((row + ASIDE_Y) * size)

    def touched(self, edges: Floats) -> "Touched":
        """Every cell an edge touches or passes within the slack of: a run of columns per edge and row."""
        found = [
            self._touched(edges[first : first + _CHUNK], first) for first in range(0, len(edges), _CHUNK)
        ]
        return Touched.joined(found)

    def _touched(self, edges: Floats, before: int) -> "Touched":
        slack = _slack(edges)
        low, high = np.minimum(edges[:, 1], edges[:, 3]), np.maximum(edges[:, 1], edges[:, 3])
        first, last = self.row(low - SLACK_DEG), self.row(high + SLACK_DEG)
        edge, row = spread(first, last + 1)
        x1, y1, x2, y2 = edges.take(edge, axis=0).T
        reach = slack[edge]
        size = 1.0 / self.scale
        south = (row + self.row0) * size - SLACK_DEG
        rise = y2 - y1
        steep = np.where(rise != 0.0, rise, 1.0)
        # A level edge lies in its row from end to end.
        with np.errstate(over="ignore"):  # an edge that is all but level: clipped to its ends
            t1 = np.where(rise != 0.0, np.clip((south - y1) / steep, 0.0, 1.0), 0.0)
            t2 = np.where(rise != 0.0, np.clip((south + size + 2.0 * SLACK_DEG - y1) / steep, 0.0, 1.0), 1.0)
        run = x2 - x1
        one, other = x1 + t1 * run, x1 + t2 * run
        west, east = np.minimum(one, other) - reach, np.maximum(one, other) + reach
        first, last = np.maximum(self.col(west), 0), np.minimum(self.col(east), self.cols - 1)
        return Touched(edge=edge + before, row=row, first=first, last=last)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Touched:
    """Runs of cells that edges touch, by edge, then row: ``row``, and columns ``first`` to ``last``."""

    edge: Stored
    row: Stored
    first: Stored
    last: Stored

    @classmethod
    def joined(cls, found: list["Touched"]) -> "Touched":
        """Runs of many chunks, in half the memory where numbers are small enough."""
        none = np.zeros(0, dtype=np.int64)
        columns = ("edge", "row", "first", "last")
        return cls(
            **{
                name: narrow(np.concatenate([none, *(getattr(one, name) for one in found)]))
                for name in columns
            }
        )

    def slots(self, cols: int) -> tuple[Ints, Ints]:
        """Pairs of edge and cell, by cell, then edge; the cell as ``row · cols + column``."""
        shift = np.int64(max(len(self.edge), 1).bit_length())
        keys = [self._keys(cols, shift, first) for first in range(0, len(self.edge), _CHUNK)]
        key = np.concatenate([np.zeros(0, dtype=np.int64), *keys])
        keys.clear()
        key.sort()
        edge = self.edge[key & ((np.int64(1) << shift) - 1)].astype(np.int64)
        key >>= shift
        return edge, key

    def _keys(self, cols: int, shift: np.int64, before: int) -> Ints:
        some = slice(before, before + _CHUNK)
        run, col = spread(self.first[some], self.last[some] + 1)
        cell = self.row[some][run].astype(np.int64) * cols + col
        return np.asarray((cell << shift) | (run + before))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranks:
    """Which cells are occupied, and how many come before any cell: a bit a cell, a number a word of 64.

    Cells are counted in row-major order, so that a run of columns of one row is one slice of what is stored.
    """

    bits: Words
    before: NDArray[np.int32]

    @classmethod
    def build(cls, grid: Grid, cells: Ints) -> Self:
        """Ranks of occupied cells, given once each in ascending order."""
        bits = np.zeros(grid.rows * grid.cols // _WORD, dtype=np.uint64)
        word, bit = cells >> 6, np.uint64(1) << (cells & 63).astype(np.uint64)
        if len(cells):
            starts = np.flatnonzero(np.diff(word, prepend=-1))
            bits[word[starts]] = np.bitwise_or.reduceat(bit, starts)
        before = np.cumsum(np.bitwise_count(bits), dtype=np.int64) - np.bitwise_count(bits)
        return cls(bits=bits, before=before.astype(np.int32))

    @property
    def count(self) -> int:
        """How many cells are occupied."""
        return int(self.before[-1]) + int(np.bitwise_count(self.bits[-1])) if len(self.bits) else 0

    def rank(self, cell: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """How many occupied cells come before a cell, and whether it is occupied itself."""
        word = cell >> 6
        shift = (cell & 63).astype(np.uint64)
        bits = self.bits[word]
        below = bits & ((np.uint64(1) << shift) - np.uint64(1))
        rank = self.before[word].astype(np.int64) + np.bitwise_count(below)
        return rank, ((bits >> shift) & np.uint64(1)).astype(bool)


def spread(start: NDArray[Any], end: NDArray[Any]) -> tuple[Ints, Ints]:
    """Ranges written out: the position of each range, repeated, and the numbers ``start … end - 1``."""
    count = np.maximum(end - start, 0)
    until = np.cumsum(count, dtype=np.int64)
    total = int(until[-1]) if len(until) else 0
    owner = np.repeat(np.arange(len(count), dtype=np.int64), count)
    shift = start - (until - count)
    return owner, np.arange(total, dtype=np.int64) + shift[owner]


def starts(*keys: Ints) -> Ints:
    """Where runs of equal keys begin."""
    fresh = np.zeros(len(keys[0]), dtype=bool)
    fresh[:1] = True
    for key in keys:
        fresh[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(fresh)


def narrow(numbers: Ints) -> Stored:
    """Whole numbers in half the memory, where they are small enough."""
    small = len(numbers) == 0 or int(numbers.max()) <= np.iinfo(np.int32).max
    return numbers.astype(np.int32) if small else numbers


def distinct(keys: Ints) -> Ints:
    """Each key once, ascending; sorting is many times faster than `numpy.unique`, which hashes."""
    ordered = np.sort(keys)
    return ordered[starts(ordered)]


def codes(rows: Floats, start: Ints | None = None) -> Words:
    """A number for each row of numbers, equal for rows equal to the last bit; others seldom share one.

    Parameters
    ----------
    start
        By row, what counts beside its numbers.
    """
    out = np.zeros(len(rows), dtype=np.uint64) if start is None else start.astype(np.uint64)
    for column in np.ascontiguousarray(rows).view(np.uint64).reshape(rows.shape).T:
        out = (out ^ column) * _ODD
        out ^= out >> _SHIFT
    return out


def cosine(lat: Floats) -> Floats:
    """Cosine of latitudes in degrees, never 0."""
    out: Floats = np.maximum(np.cos(np.radians(np.minimum(np.abs(lat), 90.0))), _POLE_COSINE)
    return out


def _slack(edges: Floats) -> Floats:
    """Degrees of longitude that make up the slack at each edge."""
    lat = np.minimum(np.maximum(np.abs(edges[:, 1]), np.abs(edges[:, 3])), POLAR_LAT)
    return SLACK_DEG / cosine(lat)


def _least(values: Floats) -> float:
    return float(values.min())


def _most(values: Floats) -> float:
    return float(values.max())
