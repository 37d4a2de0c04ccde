"""Two editions of a layer compared: zones gained, lost, moved; area by class and district, as one account."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.change import UNKNOWN, ChangeKind, DiffRow, EditionDiff, Transfer, ZoneChange
from geo.districts import Districts
from geo.human import hectares
from geo.measure import GEOD, TOLERANCE_M, Floats, Objects, area_m2
from geo.model import Edition, Text
from geo.pairing import Rows, pair, same_ground
from geo.pieces import Mask, areal, disjoint, ground_of, polygons_of, shapes_of

_ALIKE = 0.98
"""A moved zone holds so much of what it was, once it is put back."""

_ALIKE_M2 = 0.01
"""And its area is the same within this share."""

_LEAST_ROW_M2 = 1.0
"""Less than this in a district, old and new, is rounding along its border: no row, no zone counted."""

_MANY = 3
"""So many zones moved alike are no accident."""

_TOGETHER_M = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scope:
    """The ground of one class, or of all (None), in both editions, in pieces of which none overlap.

    ``old_rows`` and ``new_rows`` are its polygons as they are; the counts are those of all its zones.
    """

    zone_class: str | None
    old_count: int
    new_count: int
    old_rows: Objects
    new_rows: Objects
    old: Objects
    new: Objects
    gained: Objects
    lost: Objects


def compare(old: Edition, new: Edition, districts: Districts, *, layer: str = "") -> EditionDiff:
    """Compare two editions of a layer.

    Parameters
    ----------
    old, new
        As read, zones in EPSG:4490. All zones are compared, whatever their own periods.
    districts
        Whose ground the account is told apart by; without any it is told as a whole only.
    layer
        Its id, for the answer.
    """
    before, after = Rows.of(old), Rows.of(new)
    changes = sorted(_changes(before, after), key=_by_kind_and_id)
    classes = sorted({_class(c) for c in (*before.zone_class, *after.zone_class)})
    scopes = [_scope(before, after, zone_class) for zone_class in (None, *classes)]
    pairs = len(before.key) - sum(c.old_id is not None for c in changes)
    return EditionDiff(
        layer=layer,
        old_edition=old.edition,
        new_edition=new.edition,
        old_sha256=old.sha256,
        new_sha256=new.sha256,
        synthetic=old.synthetic or new.synthetic,
        same=pairs,
        rows=tuple(_rows(scopes, districts)),
        zones=tuple(changes),
        transfers=tuple(_transfers(scopes)),
        tolerance_m=TOLERANCE_M,
        remarks=(*_about_columns(before, after), *_about_data(old, new), *_about_shift(changes)),
    )


def _class(zone_class: str | None) -> str:
    return UNKNOWN if zone_class is None else zone_class


def _by_kind_and_id(change: ZoneChange) -> tuple[int, str, str]:
    return list(ChangeKind).index(change.kind), change.zone_id or "", change.old_id or ""


def _changes(before: Rows, after: Rows) -> Iterator[ZoneChange]:
    """Every zone that is not what it was."""
    pairs = pair(before, after)
    for row in pairs.removed:
        yield _alone(before, row, ChangeKind.REMOVED)
    for row in pairs.new:
        yield _alone(after, row, ChangeKind.NEW)
    unlike = [
        (a, b)
        for a, b in pairs.both
        if before.wkb[a] != after.wkb[b] or before.key[a][0] != after.key[b][0] or before.differ(a, after, b)
    ]
    one, other = before.shape[[a for a, _ in unlike]], after.shape[[b for _, b in unlike]]
    gained, lost = shapely.difference(other, one), shapely.difference(one, other)
    sizes = zip(area_m2(gained).tolist(), area_m2(lost).tolist(), strict=True)
    for (a, b), more, less, (gained_m2, lost_m2) in zip(unlike, gained, lost, sizes, strict=True):
        same = same_ground(before, a, after, b, gained_m2 + lost_m2)
        away = None if same else _shift(before, a, after, b)
        attributes = before.differ(a, after, b)
        kind = _kind(before.key[a][0] != after.key[b][0], same, attributes, moved=away is not None)
        if kind is None:
            continue
        yield ZoneChange(
            kind=kind,
            zone_id=after.key[b][0],
            old_id=before.key[a][0],
            name=_name(after, b),
            old_class=before.zone_class[a],
            new_class=after.zone_class[b],
            old_m2=float(before.area_m2[a]),
            new_m2=float(after.area_m2[b]),
            gained_m2=gained_m2,
            lost_m2=lost_m2,
            gained=more,
            lost=less,
            shape=after.shape[b],
            shift_m=None if away is None else away[0],
            bearing_deg=None if away is None else away[1],
            attributes=attributes,
        )


def _kind(renamed: bool, same: bool, attributes: tuple[str, ...], *, moved: bool) -> ChangeKind | None:  # noqa: FBT001
    """What a pair of zones comes to; None where they are the same."""
    if moved:
        return ChangeKind.MOVED
    if not same:
        return ChangeKind.CHANGED
    if renamed:
        return ChangeKind.RENUMBERED
    return ChangeKind.CHANGED if attributes else None


def _alone(rows: Rows, row: int, kind: ChangeKind) -> ZoneChange:
    shape, m2, code = rows.shape[row], float(rows.area_m2[row]), rows.zone_class[row]
    new = kind is ChangeKind.NEW
    return ZoneChange(
        kind=kind,
        zone_id=rows.key[row][0] if new else None,
        old_id=None if new else rows.key[row][0],
        name=_name(rows, row),
        old_class=None if new else code,
        new_class=code if new else None,
        old_m2=0.0 if new else m2,
        new_m2=m2 if new else 0.0,
        gained_m2=m2 if new else 0.0,
        lost_m2=0.0 if new else m2,
        gained=shape if new else shapely.MultiPolygon(),
        lost=shapely.MultiPolygon() if new else shape,
        shape=shape,
    )


def _name(rows: Rows, row: int) -> str | None:
    name = rows.columns["name"][row] if "name" in rows.columns else None
    return None if name is None else str(name)


def _shift(before: Rows, a: int, after: Rows, b: int) -> tuple[float, float] | None:
    """How far and whereto a zone went, if it has kept its shape; None otherwise."""
    one, other = before.shape[a], after.shape[b]
    (x0, y0), (x1, y1) = (shapely.get_coordinates(shapely.centroid(s))[0] for s in (one, other))
    bearing, _, metres = GEOD.inv(x0, y0, x1, y1)
    if metres <= TOLERANCE_M:
        return None
    if areal(shapes_of([one, other])).all():
        old_m2, new_m2 = float(before.area_m2[a]), float(after.area_m2[b])
        if abs(new_m2 - old_m2) > _ALIKE_M2 * max(old_m2, new_m2):
            return None
        back = shapely.transform(one, lambda xy: xy + np.array([x1 - x0, y1 - y0]))
        if float(area_m2(shapely.intersection(back, other))) < _ALIKE * max(old_m2, new_m2):
            return None
    elif shapely.get_num_coordinates(one) != shapely.get_num_coordinates(other):
        return None
    return float(metres), float(bearing) % 360.0


def _scope(before: Rows, after: Rows, zone_class: str | None) -> _Scope:
    """What one class gained and lost as a union; what is there in both to the bit need not be looked at."""
    mine, theirs = (_of_class(rows, zone_class) for rows in (before, after))
    old, new = before.shape[mine & areal(before.shape)], after.shape[theirs & areal(after.shape)]
    old_wkb, new_wkb = (set(shapely.to_wkb(shapes).tolist()) for shapes in (old, new))
    come = np.array([wkb not in old_wkb for wkb in shapely.to_wkb(new)], dtype=bool)
    gone = np.array([wkb not in new_wkb for wkb in shapely.to_wkb(old)], dtype=bool)
    return _Scope(
        zone_class=zone_class,
        old_count=int(mine.sum()),
        new_count=int(theirs.sum()),
        old_rows=old,
        new_rows=new,
        old=disjoint(old),
        new=disjoint(new),
        gained=_without(new[come], old),
        lost=_without(old[gone], new),
    )


def _of_class(rows: Rows, zone_class: str | None) -> Mask:
    return np.array([zone_class is None or _class(c) == zone_class for c in rows.zone_class], dtype=bool)


def _without(shapes: Objects, others: Objects) -> Objects:
    """The ground of shapes that none of the others holds, in pieces of which none overlap."""
    row, other = STRtree(others).query(shapes, predicate="intersects")
    order = np.argsort(row, kind="stable")
    cuts = np.searchsorted(row[order], np.arange(len(shapes) + 1))
    held = [shapely.union_all(others[other[order[a:b]]]) for a, b in pairwise(cuts)]
    return disjoint(polygons_of(shapely.difference(shapes, shapes_of(held)))[0])


def _rows(scopes: Iterable[_Scope], districts: Districts) -> Iterator[DiffRow]:
    """The account, everywhere first, then by district."""
    accounts = [(scope, _account(scope, districts)) for scope in scopes]
    for scope, _ in accounts:
        yield DiffRow(
            zone_class=scope.zone_class,
            district=None,
            district_name=None,
            old_count=scope.old_count,
            new_count=scope.new_count,
            old_m2=_sum(scope.old),
            new_m2=_sum(scope.new),
            gained_m2=_sum(scope.gained),
            lost_m2=_sum(scope.lost),
        )
    for at in range(len(districts.code) + 1 if districts.code else 0):
        known = at < len(districts.code)
        for scope, (areas, counts) in accounts:
            old, new, gained, lost = areas[:, at].tolist()
            if max(old, new) > _LEAST_ROW_M2:
                yield DiffRow(
                    zone_class=scope.zone_class,
                    district=districts.code[at] if known else UNKNOWN,
                    district_name=districts.name[at] if known else None,
                    old_count=int(counts[0, at]),
                    new_count=int(counts[1, at]),
                    old_m2=old,
                    new_m2=new,
                    gained_m2=gained,
                    lost_m2=lost,
                )


def _account(scope: _Scope, districts: Districts) -> tuple[Floats, Floats]:
    """Areas (old, new, gained, lost) and counts (old, new) by district; the last column is in none known."""
    size = len(districts.code) + 1
    areas, counts = np.zeros((4, size)), np.zeros((2, size))
    for n, shapes in enumerate((scope.old, scope.new, scope.gained, scope.lost)):
        lots = districts.lots(shapes)
        areas[n] = np.bincount(lots.district % size, weights=lots.area_m2, minlength=size)
    for n, shapes in enumerate((scope.old_rows, scope.new_rows)):
        lots = districts.lots(shapes)
        there = lots.area_m2 > _LEAST_ROW_M2
        counts[n] = np.bincount(lots.district[there] % size, minlength=size)
    return areas, counts


def _sum(shapes: Objects) -> float:
    return float(area_m2(shapes).sum())


def _transfers(scopes: list[_Scope]) -> Iterator[Transfer]:
    """Ground that left a class and came into another, or into none."""
    everything, classes = scopes[0], scopes[1:]
    losing = [(scope.zone_class, ground_of(scope.lost)) for scope in classes]
    losing.append((None, ground_of(everything.gained)))
    gaining = [(scope.zone_class, ground_of(scope.gained)) for scope in classes]
    gaining.append((None, ground_of(everything.lost)))
    for old_class, lost in losing:
        for new_class, gained in gaining:
            if old_class != new_class:
                m2 = _shared_m2(lost, gained)
                if m2 > _LEAST_ROW_M2:
                    yield Transfer(old_class=old_class, new_class=new_class, area_m2=m2)


def _shared_m2(one: Geometry, other: Geometry) -> float:
    return float(area_m2(shapely.intersection(one, other)))


def _about_columns(before: Rows, after: Rows) -> Iterator[Text]:
    """Attributes that only one edition has: told once, not zone by zone."""
    if not before.key or not after.key:
        return
    for zh, en, one, other in (
        ("新增字段", "columns added", after, before),
        ("减少字段", "columns gone", before, after),
    ):
        names = [name for name in one.columns if name not in other.columns]
        if names:
            yield Text(f"{zh}：{'、'.join(names)}", f"{en}: {', '.join(names)}")


def _about_data(old: Edition, new: Edition) -> Iterator[Text]:
    """What makes the comparison less than whole: faults of an edition, another coverage."""
    for one in (old, new):
        if one.faults or one.zones is None:
            yield Text(
                f"版本 {one.edition} 有 {len(one.faults)} 处数据错误，只比较了可用的分区",
                f"edition {one.edition} has {len(one.faults)} faults: only what could be read was compared",
            )
    if old.coverage is None or new.coverage is None:
        return
    more, less = (
        float(area_m2(shapely.difference(a, b)))
        for a, b in ((new.coverage, old.coverage), (old.coverage, new.coverage))
    )
    if max(more, less) >= 1.0:
        yield Text(
            f"覆盖范围不同：增加 {hectares(more)}，减少 {hectares(less)}",
            f"the coverage differs: {hectares(more, 'en')} more, {hectares(less, 'en')} less",
        )


def _about_shift(changes: list[ZoneChange]) -> Iterator[Text]:
    """Many zones moved alike: a datum, not a decision."""
    moved = [
        (c.shift_m, c.bearing_deg) for c in changes if c.shift_m is not None and c.bearing_deg is not None
    ]
    if len(moved) < _MANY:
        return
    far_m, bearings = np.array(moved).T
    way = np.radians(bearings)
    step = far_m[:, None] * np.column_stack([np.sin(way), np.cos(way)])
    east, north = np.median(step, axis=0)
    far = float(np.hypot(east, north))
    alike = int((np.hypot(*(step - (east, north)).T) <= max(_TOGETHER_M, far / 20.0)).sum())
    if alike >= _MANY and 2 * alike > len(moved):
        bearing = float(np.degrees(np.arctan2(east, north))) % 360.0
        yield Text(
            f"{alike} 个分区向方位 {bearing:.0f}° 一致移动约 {far:.1f} 米："
            "请核对坐标基准（GCJ-02、BD-09、带号）",
            f"{alike} zones moved alike, by {far:.1f} m towards {bearing:.0f}°: check the datum "
            "(GCJ-02, BD-09, zone)",
        )
