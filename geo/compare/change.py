"""What two editions of a layer differ in: zone by zone, by class and district, as one account."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from shapely.geometry.base import BaseGeometry as Geometry

from geo.model import Text

UNKNOWN = ""
"""The class of zones whose class is not known; the district of ground in no known district."""


class ChangeKind(StrEnum):
    """What became of a zone.

    ``moved``: the same shape elsewhere. ``changed``: other ground or other attributes. ``renumbered``: the
    same shape under another id.
    """

    NEW = "new"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    RENUMBERED = "renumbered"


CHANGE_TEXT: dict[ChangeKind, Text] = {
    ChangeKind.NEW: Text("新增", "new"),
    ChangeKind.REMOVED: Text("取消", "removed"),
    ChangeKind.CHANGED: Text("变更", "changed"),
    ChangeKind.MOVED: Text("移位", "moved"),
    ChangeKind.RENUMBERED: Text("换号", "renumbered"),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ZoneChange:
    """One zone that is not what it was.

    Attributes
    ----------
    zone_id, old_id
        Ids in the new and the old edition; None where it is in one of them only.
    gained_m2, lost_m2
        Ground it has now and had not before, and the other way round.
    shift_m, bearing_deg
        Of a moved zone: how far its centre went, and whereto, degrees from north.
    attributes
        Columns that differ, class and name among them.
    gained, lost
        That ground, EPSG:4490; lines and points as they are.
    shape
        The zone now, or as it was if it is gone.
    old_m, new_m, gained_m, lost_m
        The same of lines, metres.
    """

    kind: ChangeKind
    zone_id: str | None
    old_id: str | None
    name: str | None
    old_class: str | None
    new_class: str | None
    old_m2: float
    new_m2: float
    gained_m2: float
    lost_m2: float
    gained: Geometry
    lost: Geometry
    shape: Geometry
    shift_m: float | None = None
    bearing_deg: float | None = None
    attributes: tuple[str, ...] = ()
    old_m: float = 0.0
    new_m: float = 0.0
    gained_m: float = 0.0
    lost_m: float = 0.0

    def body(self) -> dict[str, Any]:
        """Plain values; geometries are left out."""
        return {
            "kind": self.kind.value,
            "zone_id": self.zone_id,
            "old_id": self.old_id,
            "name": self.name,
            "old_class": self.old_class,
            "new_class": self.new_class,
            "old_m2": round(self.old_m2, 2),
            "new_m2": round(self.new_m2, 2),
            "gained_m2": round(self.gained_m2, 2),
            "lost_m2": round(self.lost_m2, 2),
            "old_m": round(self.old_m, 3),
            "new_m": round(self.new_m, 3),
            "gained_m": round(self.gained_m, 3),
            "lost_m": round(self.lost_m, 3),
            "shift_m": None if self.shift_m is None else round(self.shift_m, 3),
            "bearing_deg": None if self.bearing_deg is None else round(self.bearing_deg, 1),
            "attributes": list(self.attributes),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRow:
    """The account of one class in one district: ``new_m2 = old_m2 + gained_m2 - lost_m2``.

    Attributes
    ----------
    zone_class
        None: all classes as one union. `UNKNOWN`: zones whose class is not known.
    district
        Code; None: everywhere. `UNKNOWN`: in no known district.
    old_count, new_count
        Zones with ground there.
    old_m2, new_m2
        Ground as a union: what two zones share counts once.
    old_m, new_m, gained_m, lost_m
        The same of lines, metres, as a sum: a line that is there twice counts twice.
    """

    zone_class: str | None
    district: str | None
    district_name: str | None
    old_count: int
    new_count: int
    old_m2: float
    new_m2: float
    gained_m2: float
    lost_m2: float
    old_m: float = 0.0
    new_m: float = 0.0
    gained_m: float = 0.0
    lost_m: float = 0.0

    @property
    def change_share(self) -> float | None:
        """By how much the area grew, as a share of what it was; None where there was none."""
        return share_of_old(self.old_m2, self.new_m2)

    @property
    def length_change_share(self) -> float | None:
        """The same of the length of lines."""
        return share_of_old(self.old_m, self.new_m)

    def body(self) -> dict[str, Any]:
        """Plain values."""
        share, length = self.change_share, self.length_change_share
        return {
            **asdict(self),
            "old_m2": round(self.old_m2, 2),
            "new_m2": round(self.new_m2, 2),
            "gained_m2": round(self.gained_m2, 2),
            "lost_m2": round(self.lost_m2, 2),
            "change_share": None if share is None else round(share, 6),
            **{name: round(getattr(self, name), 3) for name in ("old_m", "new_m", "gained_m", "lost_m")},
            "length_change_share": None if length is None else round(length, 6),
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Transfer:
    """Ground that left one class and came into another; None is no zone at all.

    What a zone lost another may have gained: this is what the layer gained and lost.
    """

    old_class: str | None
    new_class: str | None
    area_m2: float
    geometry: Geometry

    def body(self) -> dict[str, Any]:
        """Plain values."""
        return {"old_class": self.old_class, "new_class": self.new_class, "area_m2": round(self.area_m2, 2)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EditionDiff:
    """Everything two editions of a layer differ in.

    Attributes
    ----------
    same
        Zones that are in both, unchanged.
    rows
        The account: first everywhere, then by district; in each first all classes, then each.
    zones
        Zones that changed.
    tolerance_m
        Borders that lie nearer to each other than this are the same.
    """

    layer: str
    old_edition: str
    new_edition: str
    old_sha256: str
    new_sha256: str
    synthetic: bool
    same: int
    rows: tuple[DiffRow, ...]
    zones: tuple[ZoneChange, ...]
    transfers: tuple[Transfer, ...]
    tolerance_m: float
    remarks: tuple[Text, ...] = ()

    @property
    def total(self) -> DiffRow:
        """All classes, everywhere."""
        return self.rows[0]

    @property
    def empty(self) -> bool:
        """Whether no zone changed."""
        return not self.zones

    @property
    def area_change_share(self) -> float | None:
        """By how much the whole area grew, as a share of what it was; None where there was none."""
        return self.total.change_share

    @property
    def count_change_share(self) -> float | None:
        """By how much the number of zones grew, as a share of what it was; None where there was none."""
        return share_of_old(self.total.old_count, self.total.new_count)

    @property
    def counts(self) -> dict[ChangeKind, int]:
        """How many zones of each kind of change."""
        return {kind: sum(zone.kind is kind for zone in self.zones) for kind in ChangeKind}

    def body(self) -> dict[str, Any]:
        """Plain values; geometries are left out."""
        area, count = self.area_change_share, self.count_change_share
        return {
            "layer": self.layer,
            "old": {"edition": self.old_edition, "sha256": self.old_sha256},
            "new": {"edition": self.new_edition, "sha256": self.new_sha256},
            "synthetic": self.synthetic,
            "empty": self.empty,
            "tolerance_m": self.tolerance_m,
            "area_change_share": None if area is None else round(area, 6),
            "count_change_share": None if count is None else round(count, 6),
            "same": self.same,
            "counts": {kind.value: number for kind, number in self.counts.items()},
            "rows": [row.body() for row in self.rows],
            "transfers": [one.body() for one in self.transfers],
            "zones": [zone.body() for zone in self.zones],
            "remarks": [{"zh": one.zh, "en": one.en} for one in self.remarks],
        }


def share_of_old(old: float, new: float) -> float | None:
    """Growth as a share of what was; None where nothing was and something is, 0 where nothing ever was."""
    if old > 0.0:
        return (new - old) / old  # rounded once: 95 of 100 is -0.05, and `new / old - 1` is not
    return 0.0 if new <= 0.0 else None
