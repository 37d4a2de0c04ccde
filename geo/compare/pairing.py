"""Which zone of one edition is which of another: by id, and by shape where no id tells."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import shapely
from shapely import STRtree

from geo.compare.pieces import areal, shapes_of
from geo.compare.strands import neighbours, share_of_both, thin
from geo.measure import TOLERANCE_M, Floats, Objects, area_m2, length_m
from geo.model import Edition, ZoneTable
from geo.overlays import intersection
from geo.zone_columns import names_of, values_of

_OURS = ("zone_id", "geometry")
_SHARED = 0.5
"""Zones of unlike ids are one if each holds more than this of the other."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """The zones of an edition in the order of their ids.

    Attributes
    ----------
    key
        Id and how many of that id came before: one id may recur in other periods.
    shape
        EPSG:4490, normalised: equal shapes are equal to the bit.
    columns
        All attributes, class and name among them.
    """

    key: tuple[tuple[str, int], ...]
    shape: Objects
    wkb: tuple[bytes, ...]
    zone_class: tuple[str | None, ...]
    area_m2: Floats
    length_m: Floats
    columns: dict[str, Objects]

    @classmethod
    def of(cls, edition: Edition) -> Self:
        """The zones of an edition; none where nothing of it could be read."""
        zones = edition.zones if edition.zones is not None else _no_zones()
        shapes = shapely.normalize(values_of(zones, "geometry"))
        ids, wkb = [str(one) for one in values_of(zones, "zone_id")], shapely.to_wkb(shapes)
        began = [str(one or "") for one in values_of(zones, "valid_from")]
        order = sorted(range(len(ids)), key=lambda n: (ids[n], began[n], wkb[n]))
        shapes = shapes[order]
        names = [name for name in names_of(zones) if name not in _OURS]
        columns = {name: values_of(zones, name)[order] for name in names}
        classes = columns.get("zone_class", np.full(len(ids), None, dtype=object))
        return cls(
            key=tuple(_numbered(ids[n] for n in order)),
            shape=shapes,
            wkb=tuple(wkb[n] for n in order),
            zone_class=tuple(None if one is None else str(one) for one in classes),
            area_m2=area_m2(shapes),
            length_m=length_m(shapes),
            columns=columns,
        )

    def differ(self, row: int, other: "Rows", at: int) -> tuple[str, ...]:
        """Columns of both editions in which a zone differs from another."""
        shared = (name for name in self.columns if name in other.columns)
        return tuple(name for name in shared if not alike(self.columns[name][row], other.columns[name][at]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Rows of the old edition beside those of the new, and what is in one of them only."""

    both: tuple[tuple[int, int], ...]
    removed: tuple[int, ...]
    new: tuple[int, ...]


def pair(old: Rows, new: Rows) -> Pairs:
    """Pair the zones of two editions.

    First by id; of the rest those of equal shape; of the rest those that share more than half of each other
    (of their area, their length, their points), the best first.
    """
    at = {key: n for n, key in enumerate(new.key)}
    both = [(n, at[key]) for n, key in enumerate(old.key) if key in at]
    for by in (_equal, _sharing):
        gone, come = _rest(len(old.key), {a for a, _ in both}), _rest(len(new.key), {b for _, b in both})
        both += by(old, new, gone, come)
    gone, come = _rest(len(old.key), {a for a, _ in both}), _rest(len(new.key), {b for _, b in both})
    return Pairs(both=tuple(sorted(both)), removed=tuple(gone), new=tuple(come))


def same_ground(one: Rows, row: int, other: Rows, at: int, differ_m2: float) -> bool:
    """Whether two polygons are one but for noise: within `TOLERANCE_M` all along the border."""
    if one.wkb[row] == other.wkb[at]:
        return True
    shapes = shapes_of([one.shape[row], other.shape[at]])
    around = float(length_m(shapely.boundary(shapes)).max())
    return differ_m2 <= TOLERANCE_M * around


def _rest(count: int, taken: Collection[int]) -> list[int]:
    return [row for row in range(count) if row not in taken]


def _equal(old: Rows, new: Rows, gone: list[int], come: list[int]) -> list[tuple[int, int]]:
    waiting: dict[bytes, list[int]] = {}
    for row in reversed(come):
        waiting.setdefault(new.wkb[row], []).append(row)
    return [(row, waiting[old.wkb[row]].pop()) for row in gone if waiting.get(old.wkb[row])]


def _sharing(old: Rows, new: Rows, gone: list[int], come: list[int]) -> list[tuple[int, int]]:
    taken: tuple[set[int], set[int]] = (set(), set())
    found = []
    candidates = [*_sharing_ground(old, new, gone, come), *_sharing_way(old, new, gone, come)]
    for _, a, b in sorted(candidates, key=lambda one: (-one[0], *one[1:])):
        if a not in taken[0] and b not in taken[1]:
            taken[0].add(a)
            taken[1].add(b)
            found.append((a, b))
    return found


def _sharing_way(old: Rows, new: Rows, gone: list[int], come: list[int]) -> Iterator[tuple[float, int, int]]:
    """Lines and points that share more than half of each other: how much, and which."""
    left, right = (np.array(r, dtype=int)[thin(side.shape[r])] for side, r in ((old, gone), (new, come)))
    for a, b in zip(*neighbours(old.shape[left], new.shape[right]), strict=True):
        share = share_of_both(old.shape[left[a]], new.shape[right[b]])
        if share > _SHARED:
            yield share, int(left[a]), int(right[b])


def _sharing_ground(
    old: Rows, new: Rows, gone: list[int], come: list[int]
) -> Iterator[tuple[float, int, int]]:
    """The same of polygons."""
    gone = [n for n in gone if areal(old.shape[n : n + 1]).all()]
    come = [n for n in come if areal(new.shape[n : n + 1]).all()]
    if not gone or not come:
        return
    one, other = STRtree(new.shape[come]).query(old.shape[gone], predicate="intersects")
    left, right = np.array(gone)[one], np.array(come)[other]
    shared = area_m2(intersection(old.shape[left], new.shape[right]))
    share = np.minimum(shared / old.area_m2[left], shared / new.area_m2[right])
    for n in np.flatnonzero(share > _SHARED).tolist():
        yield float(share[n]), int(left[n]), int(right[n])


def _numbered(ids: Iterator[str]) -> Iterator[tuple[str, int]]:
    seen: dict[str, int] = {}
    for one in ids:
        seen[one] = seen.get(one, -1) + 1
        yield one, seen[one]


def alike(one: Any, other: Any) -> bool:  # noqa: ANN401 (cells of any layer)
    """Whether two cells hold the same; what is no number is alike to what is none."""
    if isinstance(one, float) and isinstance(other, float) and np.isnan(one) and np.isnan(other):
        return True
    return bool(one == other) and (one is None) == (other is None)


def _no_zones() -> ZoneTable:
    return ZoneTable({"zone_id": [], "zone_class": []}, shapes_of([]))
