"""Zones into cells: which edges touch which, on which side its reference point is, what covers the others.

All of it for all zones at once. Nothing is decided by a rounded number: where the side of an edge is not
sure, the zone is marked, and asked itself whenever a point falls into the cell.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.foot import edges_of
from geo.index.cells import ASIDE_Y, Floats, Grid, Ints, Ranks, Stored, Touched, narrow, starts
from geo.index.cover import Cover, Sets, sets_of
from geo.measure import POLYGON, Objects

Mask = NDArray[np.bool_]
Bits = NDArray[np.uint8]

INSIDE, UNSURE = 1, 2
"""Of an entry: its cell's reference point is inside; it is too near an edge to tell."""

ROUNDING = 1e-14
"""Share of the product of two lengths by which a computed orientation may be off: 90 units of rounding."""

_SLOTS_PER_EDGE = 4.0
_SPARE_SLOTS = float(1 << 19)
_CHUNK = 1 << 18
_ZONES = 1 << 13
_MOST_MEMBERS, _FEW_CELLS, _ANY = 1 << 24, 1 << 10, 1 << 62
_LEFT, _UNSURE, _BEYOND = 1, 2, 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shapes:
    """What is put into cells: zones by number, then the boxes of zones that must always be asked themselves.

    Attributes
    ----------
    edges, owner
        Edges, shape (m, 4), and the shape of each, in ascending order.
    areal
        By shape: whether its edges bound an area, which parity tells inside from outside. Lines, points and
        the outlines of zones that are not valid bound none.
    """

    edges: Floats
    owner: Ints
    areal: Mask

    @classmethod
    def of(cls, geometry: Objects) -> "Shapes":
        """Shapes of zones."""
        kind = shapely.get_dimensions(geometry)
        simple = shapely.get_type_id(geometry) < shapely.GeometryType.GEOMETRYCOLLECTION
        valid = np.asarray(shapely.is_valid(geometry))
        areal = (kind == POLYGON) & simple & valid
        asked = np.flatnonzero((kind == POLYGON) & ~areal)
        areal = np.concatenate([areal, np.ones(len(geometry), dtype=bool)])
        boxes = np.asarray(shapely.box(*shapely.bounds(geometry[asked]).T), dtype=object)
        found = [
            _edges(geometry[first : first + _ZONES], np.arange(first, len(geometry)), areal)
            for first in range(0, len(geometry), _ZONES)
        ]
        found.append(_edges(boxes, len(geometry) + asked, areal))
        return cls(
            edges=np.concatenate([edges for edges, _ in found]),
            owner=np.concatenate([owner for _, owner in found]),
            areal=areal,
        )


def _edges(geometry: Objects, number: Ints, areal: Mask) -> tuple[Floats, Ints]:
    """Edges of shapes of these numbers; in areas those without length bound nothing, and have no sides."""
    edges, owner = edges_of(geometry)
    shape = number[owner]
    kept = np.isfinite(edges).all(axis=1)
    kept &= ~areal[shape] | (edges[:, :2] != edges[:, 2:]).any(axis=1)
    return edges[kept], shape[kept]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Filled:
    """Cells and what is in them.

    Attributes
    ----------
    ranks
        The occupied cells: those an edge touches.
    sets
        What covers the others, and what covers these without an edge in them.
    entry_start
        By occupied cell, where its entries begin; an entry is a shape with edges in the cell.
    entry_shape, entry_state
        The shape, and `INSIDE`, `UNSURE` or both.
    slot_start
        By entry, where its slots begin.
    slot_edge
        The edge's number times two, plus 1 where the reference point lies to the left of the edge.
    """

    ranks: Ranks
    sets: Sets
    entry_start: Stored
    entry_shape: NDArray[np.int32]
    entry_state: Bits
    slot_start: Stored
    slot_edge: Stored


def fill(shapes: Shapes) -> tuple[Grid, Filled]:
    """Put shapes into cells, as fine as pays and fits."""
    grid = Grid.over(shapes.edges, _SLOTS_PER_EDGE * len(shapes.edges) + _SPARE_SLOTS)
    while (filled := _filled(shapes, grid)) is None:
        grid = Grid.over(shapes.edges, np.inf, grid.power - 1)
    return grid, filled


def _filled(shapes: Shapes, grid: Grid) -> Filled | None:
    """None where too many shapes cover too many cells, and the cells can be made larger."""
    runs = grid.touched(shapes.edges)
    turns = _turns(shapes, grid, runs)
    entries = _entries(shapes, grid, runs)
    del runs  # the largest arrays are let go one after another
    first = starts(entries.cell)
    occupied = entries.cell[first]
    passed = _passed(shapes, grid, turns, entries)
    ranks = Ranks.build(grid, occupied)
    own = np.flatnonzero(passed)
    own_rank = np.searchsorted(first, own, "right") - 1
    cover = _cover(shapes, grid, ranks, turns, entries.shape[own].astype(np.int64), own_rank)
    gap = np.append(np.diff(occupied, prepend=-2) > 1, True)
    sets = sets_of(cover, gap, _MOST_MEMBERS if len(occupied) > _FEW_CELLS else _ANY)
    if sets is None:
        return None
    areal = shapes.areal[entries.shape]
    inside, unsure = areal & (entries.beyond != passed), areal & entries.unsure
    return Filled(
        ranks=ranks,
        sets=sets,
        entry_start=narrow(np.append(first, len(entries.cell))),
        entry_shape=entries.shape.astype(np.int32),
        entry_state=(inside * np.uint8(INSIDE)) | (unsure * np.uint8(UNSURE)),
        slot_start=entries.slot_start,
        slot_edge=entries.slot_edge,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Entries:
    """Pairs of cell and shape whose edges touch it, by cell, then shape.

    Attributes
    ----------
    beyond
        Whether an odd number of its edges in the cell are passed on the way east to the reference point.
    unsure
        Whether the reference point is too near one of them.
    """

    cell: Ints
    shape: Stored
    beyond: Mask
    unsure: Mask
    slot_start: Stored
    slot_edge: Stored


def _entries(shapes: Shapes, grid: Grid, runs: Touched) -> _Entries:
    edge, cell = runs.slots(grid.cols)
    sides = _sides(shapes, grid, edge, cell)
    shape = shapes.owner[edge]
    slots = starts(cell, shape)
    none = len(slots) == 0
    return _Entries(
        cell=cell[slots],
        shape=narrow(shape[slots]),
        beyond=(sides[:0] if none else np.bitwise_xor.reduceat(sides, slots)) & _BEYOND > 0,
        unsure=(sides[:0] if none else np.bitwise_or.reduceat(sides, slots)) & _UNSURE > 0,
        slot_start=narrow(np.append(slots, len(edge))),
        slot_edge=narrow(edge * 2 + (sides & _LEFT)),
    )


def _passed(shapes: Shapes, grid: Grid, turns: Ints, entries: _Entries) -> Mask:
    """Whether an odd number of the shape's edges end west of the cell, having crossed the row's level."""
    out = np.zeros(len(entries.cell), dtype=bool)
    for first in range(0, len(out), _CHUNK):
        some = slice(first, first + _CHUNK)
        key = _turn_key(shapes, grid, entries.cell[some], entries.shape[some])
        out[some] = np.searchsorted(turns, key, "right") & 1
    return out


def _sides(shapes: Shapes, grid: Grid, edge: Ints, cell: Ints) -> Bits:
    """On which side of each edge the cell's reference point is: bits `_LEFT`, `_UNSURE`, `_BEYOND`."""
    out = np.zeros(len(edge), dtype=np.uint8)
    for first in range(0, len(edge), _CHUNK):
        chunk = slice(first, first + _CHUNK)
        x, y = grid.reference(cell[chunk])
        x1, y1, x2, y2 = shapes.edges.take(edge[chunk], axis=0).T
        turn = (x1 - x) * (y2 - y) - (y1 - y) * (x2 - x)
        unsure = np.abs(turn) <= rounding(np.abs(x2 - x1) + np.abs(y2 - y1), 1.0 / grid.scale)
        left, upward = turn > 0.0, y2 > y1
        # Counted from the west: the row's level crosses the edge, and the point lies east of it.
        beyond = ((y1 > y) != (y2 > y)) & (left != upward)
        out[chunk] = left * _LEFT + unsure * _UNSURE + beyond * _BEYOND
    return out


def _turns(shapes: Shapes, grid: Grid, runs: Touched) -> Ints:
    """Where in a row, going east, a shape's edge has been passed: sorted keys of row, shape and column.

    As outlines are closed, each shape has an even number of them in a row.
    """
    found = [np.zeros(0, dtype=np.int64)]
    for first in range(0, len(runs.edge), _CHUNK):
        some = slice(first, first + _CHUNK)
        edge, row = runs.edge[some], runs.row[some].astype(np.int64)
        shape = shapes.owner[edge]
        level = (row + grid.row0 + ASIDE_Y) / grid.scale
        south, north = shapes.edges[edge, 1] > level, shapes.edges[edge, 3] > level
        crossed = np.flatnonzero((south != north) & shapes.areal[shape])
        cell = row[crossed] * grid.cols + runs.last[some][crossed] + 1
        found.append(_turn_key(shapes, grid, cell, shape[crossed]))
    return np.sort(np.concatenate(found))


def _turn_key(shapes: Shapes, grid: Grid, cell: Ints, shape: Stored) -> Ints:
    row, column = cell // grid.cols, cell % grid.cols
    return np.asarray((row * len(shapes.areal) + shape) * grid.cols + column)


def _cover(shapes: Shapes, grid: Grid, ranks: Ranks, turns: Ints, own_shape: Ints, own_rank: Ints) -> Cover:
    """Between an odd turn and the next even one the shape covers all cells, but those with an edge of it."""
    column, key = turns % grid.cols, turns // grid.cols
    row, shape = key // len(shapes.areal), key % len(shapes.areal)
    rank, _ = ranks.rank(row * grid.cols + column)
    kept = rank[0::2] < rank[1::2]
    return Cover(
        shape=shape[0::2][kept],
        first=rank[0::2][kept],
        last=rank[1::2][kept],
        own_shape=own_shape,
        own_rank=own_rank,
        shapes=len(shapes.areal),
        ranks=int(ranks.count),
    )


def rounding(length: Floats, size: float) -> Floats:
    """How far from 0 an orientation must be for its sign to be sure, even if a vertex were off by rounding.

    Parameters
    ----------
    length
        |Δlon| + |Δlat| of an edge that touches a cell, degrees; the third point is in the cell.
    size
        Size of the cell, degrees.
    """
    out: Floats = ROUNDING * (length + 4.0 * size) ** 2
    return out
