"""Thresholds of the gate: how far an edition may depart before a person must answer for it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from geo.model import Text

__all__ = ["DEFAULTS", "LIMIT_NAMES", "LIMIT_TEXT", "Limits", "limits_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Shares that hold an edition back when they are exceeded; ``gate`` in the catalogue overrides them.

    Attributes
    ----------
    area_fall_share, area_rise_share
        Of the layer's area, and of each class and own district by itself, against the edition in force.
    length_fall_share, length_rise_share
        The same of the length of lines.
    least_change_m2, least_change_m
        Less than this in a class or district is the noise of borders, whatever its share.
    count_fall_share, count_rise_share
        Of the number of zones.
    gap_share, overlap_share
        Of the coverage, in layers whose zones must tile it.
    outside_share
        Of the zones' area that lies outside the bundle's districts or the coverage.
    declared_share
        By which a zone's declared area may differ from the measured one before it is told.
    declared_zones_share, odd_codes_share
        Of the zones whose declared area differs so, or whose codes contradict each other.
    """

    area_fall_share: float = 0.05
    area_rise_share: float = 1.0
    least_change_m2: float = 10_000.0
    length_fall_share: float = 0.05
    length_rise_share: float = 1.0
    least_change_m: float = 100.0
    count_fall_share: float = 0.10
    count_rise_share: float = 1.0
    gap_share: float = 0.0001
    overlap_share: float = 0.0001
    outside_share: float = 0.01
    declared_share: float = 0.01
    declared_zones_share: float = 0.10
    odd_codes_share: float = 0.05


DEFAULTS = Limits()
LIMIT_NAMES = tuple(field.name for field in fields(Limits))
LIMIT_TEXT: dict[str, Text] = {
    "area_fall_share": Text("面积减少", "area falls"),
    "area_rise_share": Text("面积增加", "area rises"),
    "least_change_m2": Text("计入的最小面积变化（平方米）", "least change that counts (m²)"),
    "length_fall_share": Text("线的长度减少", "length of lines falls"),
    "length_rise_share": Text("线的长度增加", "length of lines rises"),
    "least_change_m": Text("计入的最小长度变化（米）", "least change of length that counts (m)"),
    "count_fall_share": Text("分区数减少", "number of zones falls"),
    "count_rise_share": Text("分区数增加", "number of zones rises"),
    "gap_share": Text("空隙占覆盖范围的比例", "gaps, of the coverage"),
    "overlap_share": Text("重叠占覆盖范围的比例", "overlaps, of the coverage"),
    "outside_share": Text("超出区县或覆盖范围的面积比例", "area outside districts or coverage"),
    "declared_share": Text("填报面积与量算面积之差", "declared against measured area"),
    "declared_zones_share": Text("填报面积不符的分区比例", "zones whose declared area differs"),
    "odd_codes_share": Text("编码自相矛盾的分区比例", "zones whose codes contradict each other"),
}
if set(LIMIT_TEXT) != set(LIMIT_NAMES):
    raise ImportError("every threshold needs its words")


def limits_of(*tables: Mapping[str, float]) -> Limits:
    """The defaults, overridden by tables of the catalogue: the bundle's first, then the layer's."""
    found = DEFAULTS
    for table in tables:
        found = replace(found, **dict(table))
    return found
