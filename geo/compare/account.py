"""The account of two editions: area by class and district, what each class gained, lost and gave away."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry as Geometry

from geo.compare.change import UNKNOWN, DiffRow, Transfer
from geo.compare.defects import LEAST_M2
from geo.compare.districts import Districts, Lots
from geo.compare.pairing import Rows
from geo.compare.pieces import (
    Mask,
    Overlaps,
    areal,
    ground_of,
    overlaps,
    polygons_of,
    shapes_of,
    without,
)
from geo.compare.strands import all_apart, by_district, thin
from geo.measure import Floats, Objects, area_m2
from geo.overlays import intersection, union

_ALL = None
"""All classes as one union."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Side:
    """The polygons of one edition, what of them overlaps, and whose ground they are on."""

    rows: Rows
    areal: Mask
    thin: Mask
    overlaps: Overlaps
    lots: Lots
    classes: Objects

    @classmethod
    def of(cls, rows: Rows, districts: Districts) -> Self:
        there = areal(rows.shape)
        shapes = rows.shape.copy()
        shapes[~there] = shapely.Polygon()
        return cls(
            rows=rows,
            areal=there,
            thin=thin(rows.shape),
            overlaps=overlaps(shapes),
            lots=districts.lots(shapes, rows.area_m2),
            classes=np.array([*(UNKNOWN if c is None else c for c in rows.zone_class), None], dtype=object)[
                :-1
            ],
        )

    def of_class(self, zone_class: str | None) -> Mask:
        """Which zones are of a class, lines and points among them."""
        return np.asarray((self.classes == zone_class) | (zone_class is _ALL), dtype=bool)

    def areas(self, mine: Mask, districts: Districts) -> Floats:
        """The ground of some zones as a union, by district; the last two: in none known, everywhere."""
        several = mine & self.overlaps.among(mine)
        alone = mine & ~several
        united = polygons_of(shapes_of([union(self.rows.shape[several])]))[0]
        own = self.lots.only(alone[self.lots.shape])
        more = districts.lots(united)
        size = len(districts.code) + 1
        out = np.zeros(size + 1)
        for lots in (own, more):
            out[:size] += np.bincount(lots.district % size, weights=lots.area_m2, minlength=size)
        out[size] = self.rows.area_m2[alone].sum() + area_m2(united).sum()
        return out

    def counts(self, mine: Mask, districts: Districts) -> NDArray[np.intp]:
        """How many of some zones have ground (not rounding) in each district; the last two as in `areas`."""
        size = len(districts.code) + 1
        there = mine[self.lots.shape] & (self.lots.area_m2 > LEAST_M2)
        held = np.bincount(self.lots.district[there] % size, minlength=size)
        return np.append(held, mine.sum())

    def strands(self, mine: Mask) -> Objects:
        """The lines and points of some zones."""
        return self.rows.shape[mine & self.thin]

    def keys(self, mine: Mask) -> set[bytes]:
        """The shapes of some zones."""
        return {self.rows.wkb[n] for n in np.flatnonzero(mine)}

    def only_here(self, mine: Mask, there: set[bytes]) -> Objects:
        """The shapes of some zones that are not there to the bit."""
        rows = [n for n in np.flatnonzero(mine).tolist() if self.rows.wkb[n] not in there]
        return self.rows.shape[rows]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scope:
    """One class, or all: areas and lengths by district (old, new, gained, lost), counts, what changed."""

    zone_class: str | None
    areas: Floats
    lengths: Floats
    counts: NDArray[np.intp]
    gained: Geometry
    lost: Geometry


def account(
    before: Rows, after: Rows, districts: Districts
) -> tuple[tuple[DiffRow, ...], tuple[Transfer, ...]]:
    """The account of two editions, everywhere first and then by district, and what changed class."""
    old, new = _Side.of(before, districts), _Side.of(after, districts)
    classes: list[str | None] = sorted({*old.classes.tolist(), *new.classes.tolist()})
    scopes = [_scope(old, new, zone_class, districts) for zone_class in (_ALL, *classes)]
    return tuple(_rows(scopes, districts)), tuple(_transfers(scopes))


def _scope(old: _Side, new: _Side, zone_class: str | None, districts: Districts) -> _Scope:
    mine, theirs = old.of_class(zone_class), new.of_class(zone_class)
    gained = without(new.only_here(theirs & new.areal, old.keys(mine)), old.rows.shape[mine & old.areal])
    lost = without(old.only_here(mine & old.areal, new.keys(theirs)), new.rows.shape[theirs & new.areal])
    ways = (
        *(old.strands(mine), new.strands(theirs)),
        all_apart(new.only_here(theirs & new.thin, old.keys(mine)), old.strands(mine)),
        all_apart(old.only_here(mine & old.thin, new.keys(theirs)), new.strands(theirs)),
    )
    lengths, strands = zip(*(by_district(shapes, districts.geometry) for shapes in ways), strict=True)
    size = len(districts.code) + 1
    changed = np.zeros((2, size + 1))
    for n, shapes in enumerate((gained, lost)):
        lots = districts.lots(shapes)
        changed[n, :size] = np.bincount(lots.district % size, weights=lots.area_m2, minlength=size)
        changed[n, size] = area_m2(shapes).sum()
    return _Scope(
        zone_class=zone_class,
        areas=np.vstack([old.areas(mine, districts), new.areas(theirs, districts), changed]),
        lengths=np.vstack(lengths),
        counts=np.vstack(
            [
                old.counts(mine, districts) + np.append(strands[0], 0),
                new.counts(theirs, districts) + np.append(strands[1], 0),
            ]
        ),
        gained=ground_of(gained),
        lost=ground_of(lost),
    )


def _rows(scopes: Iterable[_Scope], districts: Districts) -> Iterator[DiffRow]:
    scopes, size = tuple(scopes), len(districts.code)
    places: list[tuple[int, str | None, str | None]] = [(size + 1, None, None)]
    if size:
        places += [
            (at, code, name)
            for at, (code, name) in enumerate(zip(districts.code, districts.name, strict=True))
        ]
        places.append((size, UNKNOWN, None))
    for at, code, name in places:
        for scope in scopes:
            old, new, gained, lost = scope.areas[:, at].tolist()
            old_m, new_m, gained_m, lost_m = scope.lengths[:, at].tolist()
            if code is None or max(old, new) > LEAST_M2 or scope.counts[:, at].any():
                yield DiffRow(
                    zone_class=scope.zone_class,
                    district=code,
                    district_name=name,
                    old_count=int(scope.counts[0, at]),
                    new_count=int(scope.counts[1, at]),
                    old_m2=old,
                    new_m2=new,
                    gained_m2=gained,
                    lost_m2=lost,
                    old_m=old_m,
                    new_m=new_m,
                    gained_m=gained_m,
                    lost_m=lost_m,
                )


def _transfers(scopes: list[_Scope]) -> Iterator[Transfer]:
    """Ground that left a class and came into another, or into none."""
    everything, classes = scopes[0], scopes[1:]
    losing = [(scope.zone_class, scope.lost) for scope in classes]
    gaining = [(scope.zone_class, scope.gained) for scope in classes]
    for old_class, lost in (*losing, (None, everything.gained)):
        for new_class, gained in (*gaining, (None, everything.lost)):
            if old_class != new_class:
                shared = ground_of(intersection(shapes_of([lost]), gained))
                m2 = float(area_m2(shared))
                if m2 > LEAST_M2:
                    yield Transfer(old_class=old_class, new_class=new_class, area_m2=m2, geometry=shared)
