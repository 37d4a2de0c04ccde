"""Edges kept once: an outline's are mostly those of its zones, which the index of zones has already."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from geo.foot import edges_of
from geo.index.cells import codes
from geo.index.edges import EdgeGrid
from geo.index.packed import Flags
from geo.measure import Floats, Objects
from geo.points.batch import Ints

_NOWHERE = -1


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
        found = places_in(pool, edges)
        own = np.flatnonzero(found == _NOWHERE)
        found[own] = len(pool) + np.arange(len(own))
        return cls(pool, edges[own], found.astype(np.int32))

    def __len__(self) -> int:
        return len(self.where)

    def take(self, edge: Ints, axis: int) -> Floats:
        """Some of them, as an array's `numpy.ndarray.take` along its first axis."""
        at = self.where[edge]
        if not len(self.pool):
            return self.own.take(at, axis=axis)
        out: Floats = self.pool.take(at, axis=axis, mode="clip")
        if len(self.own):
            mine = np.flatnonzero(at >= len(self.pool))
            out[mine] = self.own.take(at[mine] - len(self.pool), axis=axis)
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The outline of some zones of a layer: edges of its zones, and edges cut where zones cross.

    Attributes
    ----------
    among
        By edge of all the layer's zones (`geo.points.atlas.Atlas.borders`), whether it is on the outline.
    cuts
        The edges that no zone has, shape (m, 4).
    """

    among: Flags
    cuts: Floats

    @classmethod
    def of(cls, shapes: Objects, pool: Floats) -> Self:
        """An outline, given as shapes, among the edges of a layer's zones."""
        edges, _ = edges_of(shapes)
        found = places_in(pool, edges)
        among = np.zeros(len(pool), dtype=bool)
        among[found[found != _NOWHERE]] = True
        return cls(Flags.of(among), edges[found == _NOWHERE])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it as arrays, to be stored."""
        return {"among": self.among.octets, "cuts": self.cuts}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The outline of such arrays."""
        return cls(Flags(arrays["among"]), arrays["cuts"])


def arrays_of(grid: EdgeGrid, pool: Floats) -> dict[str, NDArray[Any]]:
    """A grid's arrays; its edges are told by where they lie in a pool, unless they are the pool."""
    shared = SharedEdges.of(pool, grid.edges)
    same = len(grid.edges) == len(pool) and bool((grid.edges == pool).all())
    where = shared.where[:0] if same else shared.where
    rest = {name: array for name, array in grid.arrays().items() if name != "edges"}
    return {**rest, "own": shared.own, "where": where}


def grid_of(arrays: Mapping[str, NDArray[Any]], pool: Floats) -> EdgeGrid:
    """The grid of such arrays."""
    same = len(arrays["where"]) == 0 and len(arrays["own"]) == 0
    edges = pool if same else cast("Floats", SharedEdges(pool, arrays["own"], arrays["where"]))
    rest = {name: array for name, array in arrays.items() if name not in {"own", "where"}}
    return EdgeGrid.from_arrays({**rest, "edges": edges})


def places_in(pool: Floats, edges: Floats) -> Ints:
    """Of each edge where it lies in a pool, to the last bit; -1 for those that do not."""
    out = np.full(len(edges), _NOWHERE, dtype=np.int64)
    if len(pool) == 0:
        return out
    code = codes(pool)
    order = np.argsort(code, kind="stable")
    place = np.searchsorted(code[order], codes(edges))
    found = order[np.minimum(place, len(pool) - 1)]
    same = (pool[found] == edges).all(axis=1)
    out[same] = found[same]
    return out
