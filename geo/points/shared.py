"""Edges kept once: an outline's are mostly those of its zones, which the index of zones has already."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from geo.index.edges import EdgeGrid
from geo.measure import Floats
from geo.points.batch import Ints

_ODD = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(31)


@dataclass(frozen=True, slots=True, eq=False)
class SharedEdges:
    """Edges of which most lie in a pool; it is asked as an array of shape (m, 4) is.

    Attributes
    ----------
    pool
        Edges of the zones, shape (p, 4).
    own
        Edges that only this outline has, such as those cut where zones cross.
    where
        Of each edge its place in the pool, or ``p`` more than its place among its own, shape (m,).
    """

    pool: Floats
    own: Floats
    where: NDArray[np.int32]

    @classmethod
    def of(cls, pool: Floats, edges: Floats) -> Self:
        """Edges, those that are in the pool to the last bit found there."""
        code = _codes(pool)
        order = np.argsort(code, kind="stable")
        place = np.searchsorted(code[order], _codes(edges))
        found = order[np.minimum(place, len(pool) - 1)] if len(pool) else np.zeros(len(edges), dtype=np.int64)
        same = (pool[found] == edges).all(axis=1) if len(pool) else np.zeros(len(edges), dtype=bool)
        own = np.flatnonzero(~same)
        found[own] = len(pool) + np.arange(len(own))
        return cls(pool, edges[own], found.astype(np.int32))

    def __len__(self) -> int:
        return len(self.where)

    def __getitem__(self, edge: Ints) -> Floats:
        at = self.where[edge]
        if not len(self.pool):
            return np.asarray(self.own[at])
        out: Floats = self.pool.take(at, axis=0, mode="clip")
        if len(self.own):
            mine = np.flatnonzero(at >= len(self.pool))
            out[mine] = self.own[at[mine] - len(self.pool)]
        return out


def arrays_of(grid: EdgeGrid, pool: Floats) -> dict[str, NDArray[Any]]:
    """A grid's arrays, its edges told by where they lie in a pool."""
    shared = SharedEdges.of(pool, grid.edges)
    rest = {name: array for name, array in grid.arrays().items() if name not in {"edges", "tag"}}
    return {**rest, "own": shared.own, "where": shared.where, "tags": grid.tag.astype(np.int32)}


def grid_of(arrays: Mapping[str, NDArray[Any]], pool: Floats) -> EdgeGrid:
    """The grid of such arrays."""
    edges = SharedEdges(pool, arrays["own"], arrays["where"])
    rest = {name: array for name, array in arrays.items() if name not in {"own", "where", "tags"}}
    return EdgeGrid.from_arrays({**rest, "edges": cast("Floats", edges), "tag": arrays["tags"]})


def _codes(edges: Floats) -> NDArray[np.uint64]:
    """A number for each edge, equal for equal ones."""
    words = np.ascontiguousarray(edges).view(np.uint64).reshape(-1, 4)
    out = np.zeros(len(words), dtype=np.uint64)
    for column in words.T:
        out = (out ^ column) * _ODD
        out ^= out >> _SHIFT
    return out
