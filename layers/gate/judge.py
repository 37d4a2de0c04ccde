"""An edition beside its neighbours and its predecessor: topology, comparison, thresholds broken."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from geo.compare.between import Between, between
from geo.compare.change import DiffRow, EditionDiff, share_of_old
from geo.compare.defects import DefectKind, Within
from geo.compare.diff import compare
from geo.compare.districts import Districts
from geo.compare.topology import within
from geo.measure import area_m2
from geo.model import Bundle, Edition, EditionStatus, Layer, Text
from layers.diff import Alarm, alarms, must_tile, questions, rounded
from layers.gate.limits import LIMIT_TEXT, Limits
from layers.gate.merge import Merge

__all__ = ["Break", "Judged", "diff_breaks", "in_force_before", "judge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A threshold that the edition exceeds.

    Attributes
    ----------
    limit
        Its name in the catalogue; ``against`` where the edition in force is harmed, so that nothing is known
        of how far the new one departs.
    whose
        The class or district it is of (of ``against`` the edition); both empty for the whole layer.
    share, allowed_share
        What was found and what is allowed; falls are negative. None for ``against``.
    """

    limit: str
    whose: Text
    share: float | None = None
    allowed_share: float | None = None

    def text(self) -> Text:
        """One sentence."""
        if self.share is None or self.allowed_share is None:
            return Text(
                f"现行版本 {self.whose.zh} 的数据有误，面积和数量的变化无从比较",
                f"the data of edition {self.whose.en} in force have faults: falls of area and number cannot "
                "be told",
            )
        words = LIMIT_TEXT[self.limit]
        share, allowed = f"{self.share * 100:+.2f} %", f"{self.allowed_share * 100:+g} %"
        zh = f"{self.whose.zh}{words.zh} {share}（阈值 {allowed}）"
        en = f"{self.whose.en}{': ' if self.whose.en else ''}{words.en} {share} (threshold {allowed})"
        return Text(zh, en)

    @property
    def record(self) -> str:
        """How the catalogue records it."""
        whose = f" {self.whose.zh}" if self.whose.zh else ""
        if self.share is None or self.allowed_share is None:
            return f"{self.limit}{whose}"
        return f"{self.limit}{whose} {self.share * 100:+.2f} % ({self.allowed_share * 100:+g} %)"

    def body(self) -> dict[str, Any]:
        """Plain values."""
        text = self.text()
        return {
            "limit": self.limit,
            "share": None if self.share is None else round(self.share, 6),
            "allowed_share": self.allowed_share,
            "text": {"zh": text.zh, "en": text.en},
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """Everything that was found of a finished edition.

    Attributes
    ----------
    against
        The edition it would follow; None where there is none, and then nothing can be compared.
    """

    edition: Edition
    against: Edition | None
    districts: Districts
    within: Within
    between: Between
    diff: EditionDiff | None
    alarms: tuple[Alarm, ...]
    breaks: tuple[Break, ...]
    limits: Limits


def in_force_before(layer: Layer | None, edition: str, start: date) -> Edition | None:
    """The edition that a new one would follow.

    That in force when it begins, or the last before; where none is earlier, the next. Of a layer of which
    nothing is in force, the last of any status.
    """
    if layer is None:
        return None
    others = [one for one in layer.editions if one.edition != edition]
    in_force = [one for one in others if one.status is EditionStatus.IN_FORCE]
    earlier = [one for one in in_force if one.valid_from <= start]
    return next(iter(earlier or in_force[-1:] or others), None)


def judge(
    bundle: Bundle,
    layer: str,
    new: Edition,
    against: Edition | None,
    districts: Districts,
    limits: Limits,
    odd: Mapping[str, int],
    merge: Merge | None = None,
) -> Judged:
    """Look at a finished edition.

    Parameters
    ----------
    odd
        How many zones break a check of the gate's own, by the threshold's name.
    merge
        Where one district alone was delivered: it is judged by itself too.
    """
    inner = within(new, districts, tiles=must_tile(layer))
    diff = None if against is None else rounded(compare(against, new, districts, layer=layer), districts)
    speaking = {name: held.edition_on(new.valid_from) for name, held in bundle.layers.items()}
    editions = {name: edition for name, edition in speaking.items() if edition is not None} | {layer: new}
    rows = (0 if new.zones is None else len(new.zones)) if merge is None else merge.delivered
    breaks = [*_within_breaks(new, inner, limits), *_own_breaks(rows, odd, limits)]
    if diff is not None and against is not None:
        classes = bundle.layers[layer].classes
        breaks += diff_breaks(diff, against, limits, classes, districts)
        breaks += [] if merge is None else _part_breaks(diff, merge, limits, classes)
    return Judged(
        edition=new,
        against=against,
        districts=districts,
        within=inner,
        between=between(editions, questions(layer), districts),
        diff=diff,
        alarms=() if diff is None else alarms(diff, districts),
        breaks=tuple(breaks),
        limits=limits,
    )


_WHOLE = Text("", "")
_ROUNDING = 1e-9
"""Of a share: areas are measured to 1e-12, and exactly a threshold is not beyond it."""


def diff_breaks(
    diff: EditionDiff, against: Edition, limits: Limits, classes: Mapping[str, Text], districts: Districts
) -> Iterator[Break]:
    """Thresholds on what changed: area by class and own district, number of zones."""
    if against.faults or against.zones is None:
        yield Break(limit="against", whose=Text(against.edition, against.edition))
    own = {code for code, ours in zip(districts.code, districts.own, strict=True) if ours}
    for row in diff.rows:
        if _counts(row, own):
            yield from _row_breaks(row, _whose(row, classes), limits)
    share = diff.count_change_share
    if share is not None:
        yield from _beyond("count", _WHOLE, share, limits.count_fall_share, limits.count_rise_share)


def _part_breaks(
    diff: EditionDiff, merge: Merge, limits: Limits, classes: Mapping[str, Text]
) -> Iterator[Break]:
    """What the whole layer would drown: number of zones, and area by class, in the district delivered."""
    for row in diff.rows:
        if row.zone_class is None or row.district not in merge.part.districts:
            continue
        place, code = _whose(row, {}), classes.get(row.zone_class, Text(row.zone_class, row.zone_class))
        whose = Text(f"{place.zh}{code.zh}", f"{place.en}, {code.en}")
        yield from _row_breaks(row, whose, limits)
    share = share_of_old(len(merge.replaced), merge.delivered)
    if share is not None:
        names = "、".join(merge.part.names)
        whose = Text(names, f"{names} {merge.part.code}")
        yield from _beyond("count", whose, share, limits.count_fall_share, limits.count_rise_share)


def _counts(row: DiffRow, own: Collection[str]) -> bool:
    """Whether a row is one to be judged: the whole, a class, a district of ours."""
    return row.district is None or (row.zone_class is None and row.district in own)


def _row_breaks(row: DiffRow, whose: Text, limits: Limits) -> Iterator[Break]:
    """What the area and the length of a row break; of a class or district no noise of borders."""
    whole = row.zone_class is None and row.district is None
    area, length = row.change_share, row.length_change_share
    if area is not None and (whole or abs(row.new_m2 - row.old_m2) >= limits.least_change_m2):
        yield from _beyond("area", whose, area, limits.area_fall_share, limits.area_rise_share)
    if length is not None and (whole or abs(row.new_m - row.old_m) >= limits.least_change_m):
        yield from _beyond("length", whose, length, limits.length_fall_share, limits.length_rise_share)


def _whose(row: DiffRow, classes: Mapping[str, Text]) -> Text:
    if row.district is not None:
        name = row.district_name or row.district or "—"
        return Text(name, f"{name} {row.district}".strip())
    return (
        _WHOLE
        if row.zone_class is None
        else classes.get(row.zone_class, Text(row.zone_class, row.zone_class))
    )


def _beyond(kind: str, whose: Text, share: float, fall: float, rise: float) -> Iterator[Break]:
    if share < -fall - _ROUNDING:
        yield Break(limit=f"{kind}_fall_share", whose=whose, share=share, allowed_share=-fall)
    if share > rise + _ROUNDING:
        yield Break(limit=f"{kind}_rise_share", whose=whose, share=share, allowed_share=rise)


def _within_breaks(new: Edition, inner: Within, limits: Limits) -> Iterator[Break]:
    areas = inner.areas_m2
    covered_m2 = 0.0 if new.coverage is None else float(area_m2(new.coverage))
    zones_m2 = 0.0 if new.zones is None else float(area_m2(new.zones.geometry.to_numpy()).sum())
    found: list[tuple[str, float, float]] = []
    if inner.tiles and covered_m2 > 0:
        found.append(("gap_share", areas[DefectKind.GAP] / covered_m2, limits.gap_share))
        found.append(("overlap_share", areas[DefectKind.OVERLAP] / covered_m2, limits.overlap_share))
    if zones_m2 > 0:
        found.append(("outside_share", areas[DefectKind.OUTSIDE] / zones_m2, limits.outside_share))
    for name, share, allowed in found:
        if share > allowed:
            yield Break(limit=name, whose=_WHOLE, share=share, allowed_share=allowed)


def _own_breaks(rows: int, odd: Mapping[str, int], limits: Limits) -> Iterator[Break]:
    for name, count in odd.items():
        allowed = float(getattr(limits, name))
        if rows and count / rows > allowed:
            yield Break(limit=name, whose=_WHOLE, share=count / rows, allowed_share=allowed)
