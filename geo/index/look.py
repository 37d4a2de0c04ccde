"""One look at the cells: pairs that are sure, pairs that must be asked, points near a border."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.foot import feet
from geo.index.cells import DEGREE_M, Floats, Grid, Ints, cosine, spread
from geo.index.fill import INSIDE, UNSURE, Filled, rounding

Mask = NDArray[np.bool_]

_BORDER_M = 0.0105
"""A centimetre, and what a foot may be off by."""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What a look found: pairs of point and shape, sure ones and others, and points near a border."""

    point: Ints
    shape: Ints
    ask_point: Ints
    ask_shape: Ints
    near: Ints


def look(grid: Grid, filled: Filled, edges: Floats, areal: Mask, lon: Floats, lat: Floats) -> Held:
    """Look up points that are in the grid."""
    rank, occupied = filled.ranks.rank(grid.row(lat) * grid.cols + grid.col(lon))
    border = np.flatnonzero(occupied)
    label = filled.sets.before[rank]
    label[border] = filled.sets.within[rank[border]]
    single = np.flatnonzero((label >= 0) & (label < len(areal)))
    many = np.flatnonzero(label >= len(areal))
    which = label[many] - len(areal)
    of_many, place = spread(filled.sets.start[which], filled.sets.start[which + 1])
    at_border = _at_border(grid, filled, edges, areal, lon[border], lat[border], rank[border])
    return Held(
        np.concatenate([single, many[of_many], border[at_border.point]]),
        np.concatenate([label[single], filled.sets.member[place], at_border.shape]),
        border[at_border.ask_point],
        at_border.ask_shape,
        border[at_border.near],
    )


def _at_border(
    grid: Grid, filled: Filled, edges: Floats, areal: Mask, lon: Floats, lat: Floats, rank: Ints
) -> Held:
    """Points in occupied cells: on which side of each shape's edges they are."""
    point, entry = spread(filled.entry_start[rank], filled.entry_start[rank + 1])
    asked, slot = spread(filled.slot_start[entry], filled.slot_start[entry + 1])
    code = filled.slot_edge[slot]
    edge = edges.take(code >> 1, axis=0)
    at = point[asked]
    x, y = lon[at], lat[at]
    x1, y1, x2, y2 = edge[:, 0], edge[:, 1], edge[:, 2], edge[:, 3]
    turn = (x1 - x) * (y2 - y) - (y1 - y) * (x2 - x)
    length = np.abs(x2 - x1) + np.abs(y2 - y1)
    off = rounding(length, 1.0 / grid.scale)
    size, reach = np.abs(turn), _BORDER_M / (DEGREE_M * cosine(lat))
    close = np.flatnonzero(size <= length * reach[at] + off)
    crossed = np.flatnonzero((turn > 0.0) != (code & 1).astype(bool))
    crossed = crossed[_between(grid, x[crossed], y[crossed], edge.take(crossed, axis=0))]
    odd = np.bincount(asked[crossed], minlength=len(entry)) & 1

    shape = filled.entry_shape[entry].astype(np.int64)
    state = filled.entry_state[entry]
    unsure = (state & UNSURE) > 0
    doubtful = close[size[close] <= off[close]]
    unsure[asked[doubtful]] = True
    near = close[feet(x[close], y[close], edge.take(close, axis=0)).distance_m <= _BORDER_M]
    # Lines and points have no inside: they meet what lies on them, if anything.
    thin = ~areal[shape]
    unsure[thin] = False
    unsure[asked[near]] |= thin[asked[near]]
    held = ((state & INSIDE) != odd) & ~thin & ~unsure
    # On the edge of a zone that is valid is in the zone: surveyed points often are its very vertices.
    on = asked[doubtful[_plainly_on(x[doubtful], y[doubtful], edge.take(doubtful, axis=0))]]
    on = on[areal[shape[on]] & (shape[on] < len(areal) // 2)]
    held[on], unsure[on] = True, False
    inside = np.flatnonzero(held)
    ask = np.flatnonzero(unsure)
    return Held(point[inside], shape[inside], point[ask], shape[ask], at[near])


def _plainly_on(x: Floats, y: Floats, edge: Floats) -> Mask:
    """Whether a point is an end of an edge, or on one that is level or upright; no arithmetic, so exact."""
    x1, y1, x2, y2 = edge[:, 0], edge[:, 1], edge[:, 2], edge[:, 3]
    across = (np.minimum(x1, x2) <= x) & (x <= np.maximum(x1, x2))
    along = (np.minimum(y1, y2) <= y) & (y <= np.maximum(y1, y2))
    straight = ((x1 == x2) | (y1 == y2)) & across & along
    return np.asarray(straight | ((x1 == x) & (y1 == y)) | ((x2 == x) & (y2 == y)))


def _between(grid: Grid, x: Floats, y: Floats, edge: Floats) -> Mask:
    """Whether an edge's ends lie on different sides of the way from the cell's reference point to the point.

    An end too near that way to tell is on either side, but on the same one for both edges that share it.
    """
    xr, yr = grid.reference(grid.row(y) * grid.cols + grid.col(x))
    dx, dy = x - xr, y - yr
    one = dx * (edge[:, 1] - yr) - dy * (edge[:, 0] - xr)
    other = dx * (edge[:, 3] - yr) - dy * (edge[:, 2] - xr)
    return np.asarray((one >= 0.0) != (other >= 0.0))
