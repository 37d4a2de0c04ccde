"""What covers cells wholly: one number per set of shapes, and each set stored once.

Along a row of cells, what covers them changes only at occupied cells. A set is known by the sum of two random
numbers of each member, 128 bits in all; the sums follow from where coverage begins and ends, and only one
place of each set is looked at member by member.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.index.cells import Ints, Words, narrow, spread

NO_SET = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cover:
    """Stretches of occupied cells that shapes cover, and what is to be taken off in some of them.

    Attributes
    ----------
    shape, first, last
        A shape covers the occupied cells ``first`` to ``last - 1`` (as ranks), and what lies between them.
    own_shape, own_rank
        In the cell of this rank this shape is not among those that cover it: its edge is in the cell.
    shapes, ranks
        How many shapes and occupied cells there are.
    """

    shape: Ints
    first: Ints
    last: Ints
    own_shape: Ints
    own_rank: Ints
    shapes: int
    ranks: int

    def sums(self, seed: int) -> tuple[Words, Words]:
        """The sum of random numbers over what covers the space before each rank, and each cell."""
        number = _mixed(np.arange(self.shapes, dtype=np.uint64), seed)
        change = np.zeros(self.ranks + 1, dtype=np.uint64)
        np.add.at(change, self.first, number[self.shape])
        np.subtract.at(change, self.last, number[self.shape])
        before = np.cumsum(change, dtype=np.uint64)
        within = before[:-1].copy()
        np.subtract.at(within, self.own_rank, number[self.own_shape])
        return before, within


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sets:
    """Sets of shapes by occupied cell.

    A set is -1 (empty), the number of its only shape, or ``shapes + n`` for the n-th stored set.

    Attributes
    ----------
    before
        What covers the space between the occupied cell before a rank and the one of that rank.
    within
        What covers the occupied cell wholly.
    start, member
        Shapes of the stored sets.
    """

    before: NDArray[np.int32]
    within: NDArray[np.int32]
    start: NDArray[np.signedinteger[Any]]
    member: NDArray[np.int32]


def sets_of(cover: Cover, gap: NDArray[np.bool_], most_members: int) -> Sets | None:
    """The sets that cover cells; None if they have more members in all than allowed.

    Parameters
    ----------
    gap
        Shape (ranks + 1,): whether there is any cell between two occupied ones at all.
    """
    seed = 0
    while (told := _told_apart(cover, gap, seed)) is None:
        seed += 2
    place, set_number = told
    rank, is_cell = place >> 1, (place & 1).astype(bool)
    order = np.argsort(rank, kind="stable")
    low = np.searchsorted(rank[order], cover.first)
    high = np.searchsorted(rank[order], cover.last)
    if int((high - low).sum()) > most_members:
        return None
    stretch, at = spread(low, high)
    shift = np.int64(max(cover.shapes - 1, 1).bit_length())
    members = np.sort((order[at] << shift) | cover.shape[stretch])
    members = _without(members, _own(cover, rank, is_cell, shift))
    return _coded(cover, members >> shift, members & ((np.int64(1) << shift) - 1), len(place), set_number)


def _told_apart(cover: Cover, gap: NDArray[np.bool_], seed: int) -> tuple[Ints, Ints] | None:
    """One place (rank · 2, + 1 for a cell) of each set that is not empty, and each place's set, -1 if empty.

    None if the random numbers do not tell two sets apart.
    """
    (before, within), (before2, within2) = cover.sums(seed), cover.sums(seed + 1)
    zero = np.uint64(0)
    sums = np.concatenate([np.where(gap, before, zero), within])
    check = np.concatenate([np.where(gap, before2, zero), within2])
    full = np.flatnonzero(sums)
    values, first, inverse = np.unique(sums[full], return_index=True, return_inverse=True)
    where = full[first]
    if (check[full] != check[where][inverse]).any() or check[sums == zero].any():
        return None
    number = np.full(len(sums), NO_SET, dtype=np.int64)
    number[full] = inverse
    runs = cover.ranks + 1
    place = np.where(where < runs, where * 2, (where - runs) * 2 + 1)
    return place[: len(values)], number


def _own(cover: Cover, rank: Ints, is_cell: NDArray[np.bool_], shift: np.int64) -> Ints:
    """Keys of shapes that are not to be counted at the places looked at."""
    order = np.argsort(cover.own_rank, kind="stable")
    sorted_rank = cover.own_rank[order]
    cells = np.flatnonzero(is_cell)
    low, high = np.searchsorted(sorted_rank, rank[cells]), np.searchsorted(sorted_rank, rank[cells], "right")
    owner, at = spread(low, high)
    return np.asarray((cells[owner] << shift) | cover.own_shape[order[at]])


def _without(keys: Ints, left_out: Ints) -> Ints:
    return keys[~np.isin(keys, left_out)] if len(left_out) else keys


def _coded(cover: Cover, of_set: Ints, member: Ints, count: int, number: Ints) -> Sets:
    size = np.bincount(of_set, minlength=count)
    start = np.cumsum(size) - size
    many = size > 1
    code = np.where(many, cover.shapes + np.cumsum(many) - 1, 0)
    code[~many] = member[start[~many]]
    coded = np.append(code, NO_SET)[number].astype(np.int32)
    kept = many[of_set]
    return Sets(
        before=coded[: cover.ranks + 1],
        within=coded[cover.ranks + 1 :],
        start=narrow(np.append(0, np.cumsum(size[many]))),
        member=member[kept].astype(np.int32),
    )


def _mixed(number: Words, seed: int) -> Words:
    """splitmix64 (Steele, Lea, Flood 2014): well mixed 64 bits of each number."""
    mixed = (number + np.uint64(1 + (seed << 40))) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))
