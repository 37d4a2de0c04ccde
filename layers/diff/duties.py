"""Alarms: protected ground that falls from one edition to the next, and the plans that forbid it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import shapely

from geo.compare.change import DiffRow, EditionDiff
from geo.compare.defects import LEAST_M2
from geo.compare.districts import Districts
from geo.compare.pieces import broad_m2, polygons_of, shapes_of
from geo.measure import area_m2
from geo.model import Text
from geo.words.human import hectares, percent
from layers.diff.pairs import read_entries
from layers.keytable import Key, number, one_or_many, text
from layers.titles import shipped_titles

__all__ = ["RED_LINE", "Alarm", "Duty", "alarms", "duties", "rounded"]

RED_LINE = "eco_redline"
"""Its area may fall nowhere without a word; of other layers only where a plan says so."""

_NARROW_M = 0.01
"""What is lost in narrower strips nobody surveyed: a finer grid, or edges straight in another projection."""

_DUTY = (
    Key("id", text, required=True),
    Key("layer", text, required=True),
    Key("jurisdictions", one_or_many(text), required=True),
    Key("quote", text, required=True),
    Key("source", text, required=True),
    Key("share", number(0.0, 1.0)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What a plan says of the area of a layer.

    Attributes
    ----------
    jurisdictions
        GB/T 2260 prefixes it speaks for.
    source
        Plan file and line.
    share
        The part of the district that the plan names.
    """

    id: str
    layer: str
    jurisdictions: tuple[str, ...]
    quote: str
    source: str
    share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """The area of a layer falls in a district.

    Attributes
    ----------
    district_m2
        The district's own area.
    duties
        Plans that hold it up; empty where none speaks of the district.
    """

    layer: str
    title: Text
    district: str
    district_name: str
    district_m2: float
    old_edition: str
    new_edition: str
    old_m2: float
    new_m2: float
    duties: tuple[Duty, ...]

    def text(self) -> Text:
        """One sentence with both areas, both shares of the district, and what the plans say."""
        fell, share = self.old_m2 - self.new_m2, 1.0 - self.new_m2 / self.old_m2
        old, new = (percent(m2 / self.district_m2) for m2 in (self.old_m2, self.new_m2))
        zh = (
            f"面积减少警示：{self.district_name}（{self.district}）{self.title.zh}减少 {hectares(fell)}，"
            f"即 {percent(share)}；占区域面积由 {old}（{self.old_edition}）变为 {new}（{self.new_edition}）"
        )
        en = (
            f"Alarm: in {self.district_name} ({self.district}) the area of “{self.title.en}” falls by "
            f"{hectares(fell, 'en')}, {percent(share)}: from {old} of the district ({self.old_edition}) to "
            f"{new} ({self.new_edition})"
        )
        quotes = "；".join(f"「{duty.quote}」（{duty.source}）" for duty in self.duties)
        if quotes:
            return Text(f"{zh}。规划：{quotes}。", f"{en}. The plan says: {quotes}.")
        return Text(f"{zh}。", f"{en}.")

    def body(self) -> dict[str, Any]:
        """Plain values."""
        words = self.text()
        return {
            "layer": self.layer,
            "district": self.district,
            "district_name": self.district_name,
            "district_m2": round(self.district_m2, 2),
            "old_edition": self.old_edition,
            "new_edition": self.new_edition,
            "old_m2": round(self.old_m2, 2),
            "new_m2": round(self.new_m2, 2),
            "duties": [
                {"id": duty.id, "quote": duty.quote, "source": duty.source, "share": duty.share}
                for duty in self.duties
            ],
            "text": {"zh": words.zh, "en": words.en},
        }


def duties(layer: str, district: str) -> tuple[Duty, ...]:
    """What plans say of the area of a layer in a district."""
    return tuple(one for one in _shipped() if one.layer == layer and district.startswith(one.jurisdictions))


@lru_cache(maxsize=1)
def _shipped() -> tuple[Duty, ...]:
    return tuple(Duty(**row.values) for row in read_entries("area_duties.yaml", _DUTY))


def alarms(diff: EditionDiff, districts: Districts) -> tuple[Alarm, ...]:
    """Every district of ours in which the layer falls by 1 m² or more, the greatest fall first.

    Told are the red line everywhere, and other layers where a plan holds them up. Falls that `rounded` tells
    are none.
    """
    falls = sorted(
        (row for row in _falls(diff, districts) if not _is_rounding(row, diff, districts)),
        key=lambda row: row.new_m2 - row.old_m2,
    )
    size = dict(zip(districts.code, area_m2(districts.geometry).tolist(), strict=True))
    return tuple(
        Alarm(
            layer=diff.layer,
            title=shipped_titles().layers.get(diff.layer, Text(diff.layer, diff.layer)),
            district=str(row.district),
            district_name=str(row.district_name),
            district_m2=size[str(row.district)],
            old_edition=diff.old_edition,
            new_edition=diff.new_edition,
            old_m2=row.old_m2,
            new_m2=row.new_m2,
            duties=duties(diff.layer, str(row.district)),
        )
        for row in falls
    )


def rounded(diff: EditionDiff, districts: Districts) -> EditionDiff:
    """The comparison with a remark on each fall that comes of rounding or another projection alone."""
    told = tuple(
        _rounding_text(row, diff) for row in _falls(diff, districts) if _is_rounding(row, diff, districts)
    )
    return replace(diff, remarks=(*diff.remarks, *told)) if told else diff


def _is_rounding(row: DiffRow, diff: EditionDiff, districts: Districts) -> bool:
    """Whether all that the layer lost in a district lies in strips too narrow to be meant."""
    here = districts.geometry[districts.code.index(str(row.district))]
    lost = shapes_of([one.geometry for one in diff.transfers if one.new_class is None])
    pieces, _ = polygons_of(shapely.intersection(lost, here))
    if float(area_m2(pieces).sum()) < row.old_m2 - row.new_m2 - LEAST_M2:
        return False  # what was lost is not all told
    return broad_m2(pieces, _NARROW_M, LEAST_M2) < LEAST_M2


def _rounding_text(row: DiffRow, diff: EditionDiff) -> Text:
    fell = f"{row.old_m2 - row.new_m2:.2f} m²"
    title = shipped_titles().layers.get(diff.layer, Text(diff.layer, diff.layer))
    zh = (
        f"{row.district_name}（{row.district}）{title.zh}面积减少 {fell}，"
        f"全部在窄于 {_NARROW_M * 100:g} 厘米的条带内（坐标取整或投影所致），不列为面积减少警示"
    )
    en = (
        f"in {row.district_name} ({row.district}) the area of “{title.en}” falls by {fell}, all of it in "
        f"strips narrower than {_NARROW_M * 100:g} cm (rounding, or another projection): no alarm"
    )
    return Text(zh, en)


def _falls(diff: EditionDiff, districts: Districts) -> Iterator[DiffRow]:
    ours = {code for code, own in zip(districts.code, districts.own, strict=True) if own}
    for row in diff.rows:
        fell = row.zone_class is None and row.old_m2 - row.new_m2 >= LEAST_M2
        if fell and row.district in ours and (diff.layer == RED_LINE or duties(diff.layer, row.district)):
            yield row
