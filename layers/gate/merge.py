"""One county's file merged into a layer of several: its zones take the place of those of that county alone.

Which zones are the county's its outline in ``admin_unit`` decides. Zones of other counties stay as they are,
to the last bit, which is looked at again in the finished file. What reaches across the border stays too and
is told.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.compare.defects import LEAST_M2
from geo.compare.districts import ADMIN, Districts
from geo.compare.pairing import alike
from geo.compare.part import Parted, parted
from geo.compare.pieces import areal
from geo.errors import InputError
from geo.measure import Floats, area_m2
from geo.model import Edition, EditionStatus, Text
from geo.overlays import intersection, union
from geo.words.human import percent
from layers.columns import as_text
from layers.gate.order import Order
from layers.gate.take import Taken
from layers.strictyaml import Faults

__all__ = ["Merge", "Part", "check_kept", "merged", "merged_order", "part_of"]


_CODE = re.compile(r"\d{2}|\d{4}|\d{6}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """The part of a layer that is delivered: ``code`` as asked, and the districts that it means.

    Attributes
    ----------
    base
        The edition in force that the rest is taken from.
    """

    code: str
    districts: tuple[str, ...]
    names: tuple[str, ...]
    outline: Geometry
    border_m: float
    base: Edition


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Merge:
    """What became of the zones of the edition that a part was merged into.

    Attributes
    ----------
    kept
        Its zones that stayed, as they are in the finished file: first, and in their order.
    replaced, across
        Ids of those that went, and of those that reach across the border and stayed, with the share of each
        in the district.
    delivered
        Zones that came.
    reach_m
        So far beside the outline a zone's border still counts as lying on it.
    """

    part: Part
    kept: gpd.GeoDataFrame
    replaced: tuple[str, ...]
    across: tuple[tuple[str, float], ...]
    delivered: int
    reach_m: float

    def text(self) -> Text:
        """What was done, in one sentence."""
        names = "、".join(self.part.names)
        counts = (len(self.replaced), self.delivered, len(self.kept))
        return Text(
            f"仅更新 {names}（{self.part.code}）：替换原有分区 {counts[0]} 个，新交 {counts[1]} 个，"
            f"其余 {counts[2]} 个沿用版本 {self.part.base.edition}，未作改动；"
            f"界线在行政区界 {self.reach_m:g} 米以内视为重合",
            f"{names} ({self.part.code}) only: {counts[0]} zones replaced, {counts[1]} delivered, the other "
            f"{counts[2]} are those of edition {self.part.base.edition}, unchanged; a border within "
            f"{self.reach_m:g} m of the district's counts as lying on it",
        )

    def body(self) -> dict[str, Any]:
        """Plain values."""
        text = self.text()
        return {
            "district": self.part.code,
            "districts": [
                {"code": code, "name": name}
                for code, name in zip(self.part.districts, self.part.names, strict=True)
            ],
            "base": self.part.base.edition,
            "replaced": list(self.replaced),
            "delivered": self.delivered,
            "kept": len(self.kept),
            "across": [{"zone": name, "share": round(share, 6)} for name, share in self.across],
            "reach_m": self.reach_m,
            "text": {"zh": text.zh, "en": text.en},
        }


def part_of(code: str, order: Order, districts: Districts, base: Edition | None) -> Part:
    """The part that a code means.

    Raises
    ------
    InputError
        Where there is no such district of the bundle, nothing whole in force to merge into, or the order
        speaks of the whole layer.
    """
    faults, where = Faults(), "--merge-district"
    ours = zip(districts.code, districts.own, strict=True)
    at = [n for n, (one, own) in enumerate(ours) if own and one.startswith(code)]
    if not _CODE.fullmatch(code):
        zh, en = (
            "区县代码为 2、4 或 6 位数字（GB/T 2260）",
            "a district's code has 2, 4 or 6 digits (GB/T 2260)",
        )
        faults.add(where, given=code, allowed="511902", zh=zh, en=en)
    elif order.layer == ADMIN:
        zh, en = "行政区图层须整体更新", "the layer of districts is replaced as a whole"
        faults.add(where, given=order.layer, allowed="—", zh=zh, en=en)
    elif not at:
        known = [one for one, own in zip(districts.code, districts.own, strict=True) if own]
        zh, en = (
            "数据包的 admin_unit 没有这个区县",
            "admin_unit of the bundle has no such district of its own",
        )
        faults.add(where, given=code, allowed=", ".join(known) or "—", zh=zh, en=en)
    if base is None or base.status is not EditionStatus.IN_FORCE or base.zones is None or base.faults:
        zh = "没有可并入的、数据完好的有效版本：请整体导入"
        en = "there is no edition in force, with data that are whole, to merge into: import the whole layer"
        faults.add(where, given=None if base is None else base.edition, allowed="in_force", zh=zh, en=en)
    if order.coverage.zones:
        zh, en = "局部更新不能以分区为覆盖范围", "zones of a part cannot be the coverage of the layer"
        faults.add(f"{order.where} coverage", given="zones", allowed="keep, file, districts", zh=zh, en=en)
    if len(faults) or base is None:
        raise InputError(faults)
    return Part(
        code=code,
        districts=tuple(districts.code[n] for n in at),
        names=tuple(districts.name[n] for n in at),
        outline=union(districts.geometry[at]),
        border_m=districts.accuracy_m,
        base=base,
    )


def merged_order(order: Order, part: Part, classes: Mapping[str, Text]) -> Order:
    """The order as it speaks of the whole layer: never better than either part.

    Parameters
    ----------
    classes
        Of the edition in force.
    """
    base = part.base
    days = [day for day in (order.stale_after, base.stale_after) if day is not None]
    return replace(
        order,
        classes={**classes, **order.classes},
        accuracy_m=max(order.accuracy_m, base.accuracy_m),
        synthetic=order.synthetic or base.synthetic,
        stale_after=min(days, default=None),
        source=f"{order.source} ({part.code}); 其余同版本 / the rest as in {base.edition}",
        licence=order.licence if order.licence == base.licence else f"{order.licence}; {base.licence}",
    )


def merged(taken: Taken, part: Part, order: Order) -> tuple[Taken, Merge]:
    """Put delivered zones in the place of those of their district.

    Returns
    -------
    What is taken in as a whole, and what was done. Zones that do not fit are faults among the notes.

    Raises
    ------
    InputError
        Where columns of both hold unlike kinds of values.
    """
    held = part.base.zones
    if held is None:
        raise ValueError("a part is merged into zones")
    reach_m = part.border_m + max(order.accuracy_m, part.base.accuracy_m)
    old = parted(held.geometry.to_numpy(), part.outline, reach_m)
    new = parted(taken.zones.geometry.to_numpy(), part.outline, reach_m)
    kept = held[~old.inside].reset_index(drop=True)
    ids = held["zone_id"].to_numpy()
    _note_strays(taken, new, part)
    _note_twice(taken, {str(one) for one in kept["zone_id"]})
    _note_counties(taken, part)
    _note_across(taken, held[old.across], old.share[old.across], part)
    frame = _together(kept, taken.zones, order)
    done = Merge(
        part=part,
        kept=kept,
        replaced=tuple(map(str, ids[old.inside])),
        across=tuple(zip(map(str, ids[old.across]), old.share[old.across].tolist(), strict=True)),
        delivered=len(taken.zones),
        reach_m=reach_m,
    )
    return replace(taken, zones=frame), done


def _note_strays(taken: Taken, new: Parted, part: Part) -> None:
    """Delivered zones that are not in the district, or not only there."""
    told = f"{part.code} {'、'.join(part.names)}"
    for row, across, share in zip(taken.zones.index, new.across, new.share.tolist(), strict=True):
        if across:
            zh, en = (
                "分区跨越所更新区县的界线",
                "the zone reaches across the border of the district delivered",
            )
        elif share <= 0.5:  # noqa: PLR2004  as `parted` tells them apart
            zh, en = "分区不在所更新的区县内", "the zone does not lie in the district delivered"
        else:
            continue
        given = f"{percent(share)} 在 / in {part.code}"
        taken.notes.add("part", int(row), given=given, allowed=told, zh=zh, en=en, fault=True)


def _note_twice(taken: Taken, kept: set[str]) -> None:
    for row, name in zip(taken.zones.index, taken.zones["zone_id"], strict=True):
        if str(name) in kept:
            zh = "标识与区县以外沿用的分区相同"
            en = "the id is that of a zone that is not of this district and stays"
            taken.notes.add("id_twice", int(row), given=name, allowed="×1", zh=zh, en=en, fault=True)


def _note_across(taken: Taken, across: gpd.GeoDataFrame, shares: Floats, part: Part) -> None:
    """Zones in force on both sides of the border stay; delivered ground upon them would count twice."""
    shapes = taken.zones.geometry.to_numpy()
    ground = areal(shapes)
    for name, shape, share in zip(across["zone_id"], across.geometry, shares.tolist(), strict=True):
        zh = "现行分区跨越区县界线，保持不变：其变化须与相邻区县一并交来"
        en = "a zone in force reaches across the border and stays: its changes come with both counties"
        given = f"{name}: {percent(share)} 在 / in {part.code}"
        taken.notes.add("part", -1, given=given, allowed="", zh=zh, en=en)
        shared = area_m2(intersection(shapes, shape)) * ground
        for at in np.flatnonzero(shared >= LEAST_M2).tolist():
            zh, en = "分区与跨界而沿用的分区重叠", "the zone overlaps one that reaches across and stays"
            given = f"{name}: {shared[at]:.2f} m²"
            row = int(taken.zones.index[at])
            taken.notes.add("part", row, given=given, allowed="0 m²", zh=zh, en=en, fault=True)


def _note_counties(taken: Taken, part: Part) -> None:
    """Tell delivered zones whose county code is another county's."""
    if "county_code" not in taken.zones:
        return
    for row, cell in zip(taken.zones.index, taken.zones["county_code"], strict=True):
        code = as_text(cell)
        if code is not None and not code.startswith(part.code):
            zh, en = "县级代码不是所更新的区县", "the county code is not that of the district delivered"
            taken.notes.add("county_part", int(row), given=code, allowed=part.code, zh=zh, en=en)


def _together(kept: gpd.GeoDataFrame, come: gpd.GeoDataFrame, order: Order) -> gpd.GeoDataFrame:
    """Both in one table; a column that one of them lacks is blank there."""
    faults = Faults()
    names = dict.fromkeys(name for frame in (kept, come) for name in frame.columns if name != "geometry")
    columns: dict[str, pd.Series[Any]] = {}
    for name in names:
        old, new = ([None] * len(f) if name not in f else f[name].tolist() for f in (kept, come))
        columns[name] = pd.Series([*old, *_alike(str(name), old, new, order, faults)], dtype=object)
    if len(faults):
        raise InputError(faults)
    shapes = np.concatenate([kept.geometry.to_numpy(), come.geometry.to_numpy()])
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=kept.crs))


def _alike(name: str, old: list[Any], new: list[Any], order: Order, faults: Faults) -> list[Any]:
    """The new cells of a column as the kind of value that the old ones are; a fault where they are not."""
    before, after = ({type(cell) for cell in cells if cell is not None} for cells in (old, new))
    if not before or not after or after <= before:
        return new
    if before == {float} and after <= {int, float}:
        return [None if cell is None else float(cell) for cell in new]
    if before == {int} and after <= {int, float} and all(c is None or float(c).is_integer() for c in new):
        return [None if cell is None else int(cell) for cell in new]
    told = [", ".join(sorted(kind.__name__ for kind in kinds)) for kinds in (after, before)]
    zh = f"列 {name} 的值与现行版本的类型不同：请在 drop 中略去，或在源文件中改正"
    en = f"values of column {name} are of another kind than those in force: drop it, or mend it in the file"
    faults.add(f"{order.where} {name}", given=told[0], allowed=told[1], zh=zh, en=en)
    return new


def check_kept(edition: Edition, merge: Merge) -> None:
    """Hold the zones that stay against the finished file as it is read back: equal to the last bit.

    Raises
    ------
    InputError
        Where any of them would change.
    """
    faults, kept = Faults(), merge.kept
    zones = None if edition.zones is None else edition.zones.iloc[: len(kept)]
    changed = [
        str(name)
        for name in kept.columns
        if zones is None or name not in zones or not _same(kept[name].tolist(), zones[name].tolist())
    ]
    if changed:
        zh = "沿用的分区写入后会有变化，不能局部更新：请整体导入"
        en = "zones that are to stay would change when they are written: import the whole layer"
        faults.add("--merge-district", given=", ".join(changed), allowed="unchanged", zh=zh, en=en)
        raise InputError(faults)


def _same(old: list[Any], new: list[Any]) -> bool:
    if len(old) != len(new):
        return False
    if old and isinstance(old[0], Geometry):
        return bool((shapely.to_wkb(old) == shapely.to_wkb(new)).all())
    return all(alike(one, other) for one, other in zip(old, new, strict=True))
