"""Two editions of a layer compared: zones gained, lost, moved; area by class and district, as one account."""

from collections.abc import Iterator

import numpy as np
import shapely

from geo.compare.account import account
from geo.compare.change import ChangeKind, EditionDiff, ZoneChange
from geo.compare.districts import Districts
from geo.compare.pairing import Rows, pair, same_ground
from geo.compare.pieces import Mask, areal, shapes_of
from geo.compare.strands import apart, kept_form, thin
from geo.measure import GEOD, TOLERANCE_M, Objects, area_m2, length_m
from geo.model import Clause, Edition, Text
from geo.overlays import common, difference, differences
from geo.words.human import hectares

_ALIKE = 0.98
"""A moved zone holds so much of what it was, once it is put back."""

_ALIKE_M2 = 0.01
"""And its area is the same within this share."""

_MANY = 3
"""So many zones moved alike are no accident."""

_TOGETHER_M = 1.0

_DATUM_M = 1.0
"""No datum lies nearer to another; less comes of edges that are straight in another projection."""


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
    rows, transfers = account(before, after, districts)
    pairs = len(before.key) - sum(c.old_id is not None for c in changes)
    return EditionDiff(
        layer=layer,
        old_edition=old.edition,
        new_edition=new.edition,
        old_sha256=old.sha256,
        new_sha256=new.sha256,
        synthetic=old.synthetic or new.synthetic,
        same=pairs,
        rows=rows,
        zones=tuple(changes),
        transfers=transfers,
        tolerance_m=TOLERANCE_M,
        remarks=(*_about_columns(before, after), *_about_data(old, new), *_about_shift(changes)),
    )


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
    ground = areal(one) & areal(other)
    gained, lost = _beyond(other, one, ground), _beyond(one, other, ground)
    sizes = zip(area_m2(gained).tolist(), area_m2(lost).tolist(), strict=True)
    ways = zip(length_m(gained).tolist(), length_m(lost).tolist(), strict=True)
    told = zip(unlike, ground.tolist(), gained, lost, sizes, ways, strict=True)
    for (a, b), is_ground, more, less, (gained_m2, lost_m2), (gained_m, lost_m) in told:
        if is_ground:
            same = same_ground(before, a, after, b, gained_m2 + lost_m2)
        else:
            same = more.is_empty and less.is_empty
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
            old_m=float(before.length_m[a]),
            new_m=float(after.length_m[b]),
            gained_m=gained_m,
            lost_m=lost_m,
            shift_m=None if away is None else away[0],
            bearing_deg=None if away is None else away[1],
            attributes=attributes,
        )


def _beyond(shapes: Objects, others: Objects, ground: Mask) -> Objects:
    """What of each shape its other does not hold; of lines and points what is not beside it."""
    found = shapes.copy()
    found[ground] = differences(shapes[ground], others[ground])
    ways = thin(shapes) & thin(others) & (shapely.get_dimensions(shapes) == shapely.get_dimensions(others))
    for n in np.flatnonzero(ways).tolist():
        found[n] = apart(shapes[n], others[n : n + 1])
    return found


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
    way_m = float(rows.length_m[row])
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
        old_m=0.0 if new else way_m,
        new_m=way_m if new else 0.0,
        gained_m=way_m if new else 0.0,
        lost_m=0.0 if new else way_m,
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
        if float(area_m2(common(back, other))) < _ALIKE * max(old_m2, new_m2):
            return None
    elif not kept_form(one, other, np.array([x1 - x0, y1 - y0])):
        return None
    return float(metres), float(bearing) % 360.0


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
    more_words, fewer_words = (len(_clauses(a) - _clauses(b)) for a, b in ((new, old), (old, new)))
    if more_words or fewer_words:
        yield Text(
            f"准入清单不同：增加 {more_words} 条，减少 {fewer_words} 条",
            f"the entry lists differ: {more_words} clauses more, {fewer_words} less",
        )
    if old.coverage is None or new.coverage is None:
        return
    more, less = (
        float(area_m2(difference(a, b)))
        for a, b in ((new.coverage, old.coverage), (old.coverage, new.coverage))
    )
    if max(more, less) >= 1.0:
        yield Text(
            f"覆盖范围不同：增加 {hectares(more)}，减少 {hectares(less)}",
            f"the coverage differs: {hectares(more, 'en')} more, {hectares(less, 'en')} less",
        )


def _clauses(edition: Edition) -> frozenset[Clause]:
    return frozenset(edition.clauses or ())


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
    if far < _DATUM_M:
        return
    alike = int((np.hypot(*(step - (east, north)).T) <= max(_TOGETHER_M, far / 20.0)).sum())
    if alike >= _MANY and 2 * alike > len(moved):
        bearing = float(np.degrees(np.arctan2(east, north))) % 360.0
        yield Text(
            f"{alike} 个分区向方位 {bearing:.0f}° 一致移动约 {far:.1f} 米："
            "请核对坐标基准（GCJ-02、BD-09、带号）",
            f"{alike} zones moved alike, by {far:.1f} m towards {bearing:.0f}°: check the datum "
            "(GCJ-02, BD-09, zone)",
        )
