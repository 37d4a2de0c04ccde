"""Zones into cells: which edges touch which, on which side its reference point is, what covers the others.

All of it for all zones at once. Nothing is decided by a rounded number: where the side of an edge is not
sure, the zone is marked, and asked itself whenever a point falls into the cell.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.foot import edges_of
from geo.index.cells import ASIDE_Y, Floats, Grid, Ints, Ranks, Touched, narrow, starts
from geo.index.cover import Cover, Sets, sets_of
from geo.measure import POLYGON, Objects

Mask = NDArray[np.bool_]
Bits = NDArray[np.uint8]
Stored = NDArray[np.signedinteger[Any]]

INSIDE, UNSURE = 1, 2
"""Of an entry: its cell's reference point is inside; it is too near an edge to tell."""

ROUNDING = 1e-14
"""Share of the product of two lengths by which a computed orientation may be off: 90 units of rounding."""

_SLOTS_PER_EDGE = 4.0
_SPARE_SLOTS = float(1 << 19)
_CHUNK = 1 << 20
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
        edges, owner = edges_of(geometry)
        boxes, box_owner = edges_of(np.asarray(shapely.box(*shapely.bounds(geometry[asked]).T), dtype=object))
        edges = np.concatenate([edges, boxes])
        owner = np.concatenate([owner, len(geometry) + asked[box_owner]]).astype(np.int64)
        areal = np.concatenate([areal, np.ones(len(geometry), dtype=bool)])
        # An edge of no length bounds nothing, and has no sides.
        kept = np.isfinite(edges).all(axis=1)
        kept &= ~areal[owner] | (edges[:, :2] != edges[:, 2:]).any(axis=1)
        return cls(edges=edges[kept], owner=owner[kept], areal=areal)


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
    edge, cell = _slots(grid, runs)
    sides = _sides(shapes, grid, edge, cell)
    shape = shapes.owner[edge]
    slots = starts(cell, shape)
    entry_cell, entry_shape = cell[slots], shape[slots]
    entries = starts(entry_cell)
    occupied = entry_cell[entries]
    passed = np.searchsorted(turns, _turn_key(shapes, grid, entry_cell, entry_shape), "right") & 1
    ranks = Ranks.build(grid, occupied)
    own = np.flatnonzero(passed)
    cover = _cover(shapes, grid, ranks, turns, entry_shape[own], np.searchsorted(entries, own, "right") - 1)
    gap = np.append(np.diff(occupied, prepend=-2) > 1, True)
    sets = sets_of(cover, gap, _MOST_MEMBERS if len(occupied) > _FEW_CELLS else _ANY)
    if sets is None:
        return None
    return Filled(
        ranks=ranks,
        sets=sets,
        entry_start=narrow(np.append(entries, len(slots))),
        entry_shape=entry_shape.astype(np.int32),
        entry_state=_states(sides, slots, passed, shapes.areal[entry_shape]),
        slot_start=narrow(np.append(slots, len(edge))),
        slot_edge=narrow(edge * 2 + (sides & _LEFT)),
    )


def _slots(grid: Grid, runs: Touched) -> tuple[Ints, Ints]:
    """Pairs of edge and cell, by cell, then edge."""
    run, cell = runs.cells(grid.cols)
    shift = np.int64(max(len(runs.edge), 1).bit_length())
    key = np.sort((cell << shift) | run)
    return runs.edge[key & ((np.int64(1) << shift) - 1)], key >> shift


def _sides(shapes: Shapes, grid: Grid, edge: Ints, cell: Ints) -> Bits:
    """On which side of each edge the cell's reference point is: bits `_LEFT`, `_UNSURE`, `_BEYOND`."""
    out = np.zeros(len(edge), dtype=np.uint8)
    for first in range(0, len(edge), _CHUNK):
        chunk = slice(first, first + _CHUNK)
        x, y = grid.reference(cell[chunk])
        x1, y1, x2, y2 = shapes.edges[edge[chunk]].T
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
    shape = shapes.owner[runs.edge]
    level = (runs.row + grid.row0 + ASIDE_Y) / grid.scale
    south, north = shapes.edges[runs.edge, 1] > level, shapes.edges[runs.edge, 3] > level
    crossed = np.flatnonzero((south != north) & shapes.areal[shape])
    row, column = runs.row[crossed], runs.last[crossed] + 1
    return np.sort(_turn_key(shapes, grid, row * grid.cols + column, shape[crossed]))


def _turn_key(shapes: Shapes, grid: Grid, cell: Ints, shape: Ints) -> Ints:
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


def _states(sides: Bits, slots: Ints, passed: Ints, areal: Mask) -> Bits:
    """Of each entry, whether its reference point is inside, and whether that is sure."""
    if len(slots) == 0:
        return np.zeros(0, dtype=np.uint8)
    beyond = np.bitwise_xor.reduceat(sides, slots) & _BEYOND
    unsure = np.bitwise_or.reduceat(sides, slots) & _UNSURE
    inside = (beyond > 0) != (passed > 0)
    return np.where(areal, inside * np.uint8(INSIDE) + (unsure > 0) * np.uint8(UNSURE), np.uint8(0))


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
