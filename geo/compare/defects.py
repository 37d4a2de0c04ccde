"""Defects of a layer's topology: what they are called, from when on they count, how they are told."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from shapely.geometry.base import BaseGeometry as Geometry

from geo.compare.districts import Neighbour
from geo.measure import TOLERANCE_M
from geo.model import Text
from geo.words.human import hectares

LEAST_M2 = 1.0
"""Less ground is noise, as it is for the least overlap of a rule."""

_LISTED = 10
"""So many zones are named in a sentence; the body names all."""


class DefectKind(StrEnum):
    """What is wrong with a piece of ground.

    ``overlap``: two zones share it. ``gap``: between zones (where zones must tile: in no zone, though
    covered). ``outside``: in a zone, outside the bundle's districts and the coverage. ``uncovered``: in a
    district, not in the coverage. ``sliver``: a part of a zone narrower or smaller than the layer's accuracy.
    """

    OVERLAP = "overlap"
    GAP = "gap"
    OUTSIDE = "outside"
    UNCOVERED = "uncovered"
    SLIVER = "sliver"


KIND_TEXT: dict[DefectKind, Text] = {
    DefectKind.OVERLAP: Text("重叠", "overlap"),
    DefectKind.GAP: Text("缝隙", "gap"),
    DefectKind.OUTSIDE: Text("超出辖区", "outside the districts"),
    DefectKind.UNCOVERED: Text("未覆盖", "not covered"),
    DefectKind.SLIVER: Text("碎屑多边形", "sliver"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From when on a piece of ground is a defect of its own; smaller ones are counted and summed.

    Attributes
    ----------
    least_m2, least_width_m
        Smaller or narrower pieces are the noise of coordinates (1 m² is the least overlap of a rule).
    sliver_m, sliver_m2
        Parts of zones narrower or smaller than these; by default the accuracy of the layer and its square.
    gap_m
        In layers that need not tile: ground between zones narrower than this is a gap; by default the
        accuracy of the layer.
    border_m
        Districts this near are named to be consulted; by default the accuracy of the districts' borders.
    """

    least_m2: float = LEAST_M2
    least_width_m: float = TOLERANCE_M
    sliver_m: float | None = None
    sliver_m2: float | None = None
    gap_m: float | None = None
    border_m: float | None = None

    def settled(self, accuracy_m: float, border_m: float) -> "Settled":
        """The limits for a layer of some accuracy."""
        return Settled(
            least_m2=self.least_m2,
            least_width_m=self.least_width_m,
            sliver_m=accuracy_m if self.sliver_m is None else self.sliver_m,
            sliver_m2=accuracy_m**2 if self.sliver_m2 is None else self.sliver_m2,
            gap_m=accuracy_m if self.gap_m is None else self.gap_m,
            border_m=border_m if self.border_m is None else self.border_m,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Limits with every default filled in, as the answer names them."""

    least_m2: float
    least_width_m: float
    sliver_m: float
    sliver_m2: float
    gap_m: float
    border_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Defect:
    """One piece of ground that is wrong.

    Attributes
    ----------
    lon, lat
        A place inside it, degrees.
    width_m
        Mean width: twice the area by the length of its border.
    zones
        Ids of the zones that share it, hold it or lie beside it.
    districts
        Codes of the districts it lies in.
    consult
        At a border: whom to ask.
    """

    kind: DefectKind
    lon: float
    lat: float
    area_m2: float
    width_m: float
    zones: tuple[str, ...]
    geometry: Geometry
    districts: tuple[str, ...] = ()
    consult: tuple[Neighbour, ...] = ()

    def text(self) -> Text:
        """One sentence with place, size, zones and whom to consult."""
        named, many = self.zones[:_LISTED], len(self.zones) > _LISTED
        zh = f"{KIND_TEXT[self.kind].zh}：{self.lon:.6f}, {self.lat:.6f}，{hectares(self.area_m2)}"
        en = f"{KIND_TEXT[self.kind].en} at {self.lon:.6f}, {self.lat:.6f}, {hectares(self.area_m2, 'en')}"
        zh += f"，平均宽 {self.width_m:.2f} 米"
        en += f", {self.width_m:.2f} m wide on average"
        if named:
            zh += f"；涉及 {'、'.join(named)}" + (f" 等 {len(self.zones)} 个" if many else "")
            en += f"; zones {', '.join(named)}" + (f" and others, {len(self.zones)} in all" if many else "")
        if self.consult:
            zh += f"；邻近{'、'.join(one.name for one in self.consult)}，须会商"
            en += f"; beside {', '.join(one.name for one in self.consult)}: consult"
        return Text(f"{zh}。", f"{en}.")

    def body(self) -> dict[str, Any]:
        """Plain values; the geometry is left out."""
        words = self.text()
        return {
            "kind": self.kind.value,
            "lon": round(self.lon, 8),
            "lat": round(self.lat, 8),
            "area_m2": round(self.area_m2, 2),
            "width_m": round(self.width_m, 3),
            "zones": list(self.zones),
            "districts": list(self.districts),
            "consult": [asdict(one) for one in self.consult],
            "text": {"zh": words.zh, "en": words.en},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Below:
    """Pieces of one kind that lie under the limits: told together."""

    kind: DefectKind
    count: int
    area_m2: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Within:
    """The topology of one layer.

    Attributes
    ----------
    defects
        By kind, then the largest first.
    tiles
        Whether its zones had to tile the coverage.
    not_assessed
        What could not be looked at, and why.
    """

    limits: Settled
    tiles: bool
    zones: int
    defects: tuple[Defect, ...]
    below: tuple[Below, ...]
    not_assessed: tuple[Text, ...] = ()

    @property
    def counts(self) -> dict[DefectKind, int]:
        """How many defects of each kind."""
        return {kind: sum(d.kind is kind for d in self.defects) for kind in DefectKind}

    @property
    def areas_m2(self) -> dict[DefectKind, float]:
        """The ground of each kind's defects, m²; ground shared by three zones counts once for each pair."""
        return {kind: sum(d.area_m2 for d in self.defects if d.kind is kind) for kind in DefectKind}

    def body(self) -> dict[str, Any]:
        """Plain values, every defect and every limit."""
        counts, areas = self.counts, self.areas_m2
        return {
            "limits": asdict(self.limits),
            "tiles": self.tiles,
            "zones": self.zones,
            "totals": [
                {
                    "kind": kind.value,
                    "title": {"zh": KIND_TEXT[kind].zh, "en": KIND_TEXT[kind].en},
                    "count": counts[kind],
                    "area_m2": round(areas[kind], 2),
                }
                for kind in DefectKind
            ],
            "below_limits": [
                {"kind": b.kind.value, "count": b.count, "area_m2": round(b.area_m2, 2)} for b in self.below
            ],
            "not_assessed": [{"zh": t.zh, "en": t.en} for t in self.not_assessed],
            "defects": [defect.body() for defect in self.defects],
        }
