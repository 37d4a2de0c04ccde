"""An import order proposed from a file: a text to be edited by a person, with what speaks for each line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, cast

import numpy as np
import shapely

from geo.crs import to_lonlat
from geo.gauss import candidate_zones
from geo.measure import area_m2
from geo.model import EditionStatus, Text
from layers.catalogue import EditionSpec, LayerSpec
from layers.columns import as_number, as_text
from layers.file_crs import settle_crs
from layers.gate.evidence import ColumnSeen, Evidence, likely_layers, look, match, meanings, see
from layers.gate.order import AREA_UNITS
from layers.gate.supply import Supplied
from layers.gate.yaml_text import said
from layers.schema import Schema
from layers.strictyaml import Faults

__all__ = ["Proposal", "propose"]

_MOST_CLASSES = 40
_UNIT_SLACK = 0.2
_LON, _LAT = 180.0, 90.0

Line = tuple[str, str]
"""A line of YAML, and the remark behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An import order to be edited.

    Attributes
    ----------
    text
        The YAML.
    open
        Keys that a person has to fill in.
    """

    text: str
    layer: str
    evidence: tuple[Evidence, ...]
    open: tuple[str, ...]


def propose(
    supplied: Supplied,
    schema: Schema,
    held: Mapping[str, LayerSpec],
    jurisdictions: Sequence[str],
    *,
    layer: str | None = None,
) -> Proposal:
    """Propose an order.

    Parameters
    ----------
    held
        The bundle's layers: what the edition in force says of itself is proposed again.
    layer
        Which layer it is to be; without it the one that columns, words and the file's name speak for most.
    """
    seen = look(supplied.raw.frame)
    likely = likely_layers(supplied.name, seen, schema)
    name = layer or (likely[0][0] if likely else "")
    evidence = match(seen, schema, name)
    current = _current(held.get(name))
    lines: list[Line] = [
        *_head(supplied, name, likely, asked=layer is not None),
        *_title(name, schema, held),
        *_reading(supplied),
        *_fields(seen, evidence, name, schema),
        *_values(evidence, name, schema),
        *_area_unit(supplied, evidence),
        *_coverage(current, jurisdictions, "admin_unit" in held),
        *_clauses(current),
        *_classes(evidence, name, schema, current),
        *_edition(current),
    ]
    return Proposal(
        text="".join(f"{line}{'  # ' + remark if remark else ''}\n" for line, remark in lines),
        layer=name,
        evidence=evidence,
        open=tuple(line.partition(":")[0].strip() for line, _ in lines if line.endswith(": null")),
    )


def _current(layer: LayerSpec | None) -> EditionSpec | None:
    """The newest edition in force of a layer, else the newest of any status."""
    editions = () if layer is None else layer.editions
    in_force = [one for one in editions if one.status is EditionStatus.IN_FORCE]
    return max(in_force or editions, key=lambda one: one.valid_from, default=None)


def _head(supplied: Supplied, layer: str, likely: Sequence[tuple[str, float]], *, asked: bool) -> list[Line]:
    told = ", ".join(f"{name} ({count:g})" for name, count in likely[:3]) or "—"
    why = "" if asked else f"按列名、用词、文件名推断 / from columns, words, file name: {told}"
    return [
        ("# 导入单：由程序建议，须由人核对修改；null 处须填写。", ""),
        ("# Import order: proposed, to be checked by a person; fill in where it says null.", ""),
        (f"# {supplied.name}: {len(supplied.raw.frame)} rows", ""),
        (f"layer: {said(layer) if layer else 'null'}", why),
        (f"supplied_sha256: {supplied.sha256}", "本导入单所针对的文件 / the file this order is for"),
    ]


def _title(layer: str, schema: Schema, held: Mapping[str, LayerSpec]) -> list[Line]:
    if layer in held:
        return []
    title = schema.layers[layer].title if layer in schema.layers else None
    return [(f"title: {said(title)}", "数据包尚无此图层 / the bundle does not hold this layer yet")]


def _reading(supplied: Supplied) -> list[Line]:
    lines = [(f"# {remark.zh} / {remark.en}", "") for remark in supplied.raw.remarks]
    return [*lines, _crs_line(supplied)]


def _crs_line(supplied: Supplied) -> Line:
    shapes = list(supplied.raw.frame.geometry.array)
    if supplied.raw.crs is not None:
        found, _ = settle_crs(supplied.raw.crs, None, shapes, "crs", Faults())
        if found is not None:
            return f"crs: {found.name}", "文件自带 / as the file says"
        return "crs: null", "文件的坐标系没有 EPSG 代码 / no EPSG code stands for the CRS of the file"
    bounds = shapely.bounds(np.asarray(shapes, dtype=object))
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return "crs: null", ""
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    box = f"x {west:.6g}…{east:.6g}, y {south:.6g}…{north:.6g}"
    if max(abs(west), abs(east)) <= _LON and max(abs(south), abs(north)) <= _LAT:
        return (
            "crs: null",
            f"文件未写明；像经纬度 / not named; looks like degrees: {box} (EPSG:4490? GCJ-02?)",
        )
    zones = candidate_zones(float((west + east) / 2))
    told = ", ".join(zone.crs for zone in zones) or "?"
    return "crs: null", f"文件未写明；可能为 / not named; may be {told}: {box}"


# --- columns ---


def _fields(
    seen: Sequence[ColumnSeen], evidence: Sequence[Evidence], layer: str, schema: Schema
) -> list[Line]:
    lines: list[Line] = [("fields:", "我方字段: 文件列名 / ours: theirs")]
    lost = [ours for ours in ("zone_id", "zone_class") if see(evidence, ours) is None]
    lines += [_missing_field(ours, seen, layer, schema) for ours in lost]
    for one in evidence:
        told = one.seen.told() if one.seen is not None else ""
        lines.append((f"  {said(one.ours)}: {said(one.theirs)}", f"{one.why.zh} / {one.why.en}; {told}"))
    taken = {one.theirs for one in evidence}
    lines += [
        (f"# 其余列按原名保留 / kept under its own name: {column.name}", column.told())
        for column in seen
        if column.name not in taken
    ]
    return [*lines, ("drop: []", "不导入的列 / columns that stay out")]


def _missing_field(ours: str, seen: Sequence[ColumnSeen], layer: str, schema: Schema) -> Line:
    """A required field that no heading tells: what could be it."""
    standard = schema.layers.get(layer)
    if ours == "zone_class":
        codes = list(standard.classes) if standard is not None else []
        if len(codes) == 1:
            told = "该图层只有一个级别 / the layer has one class only"
            return f"  zone_class: {{constant: {said(codes[0])}}}", told
        few = [column.name for column in seen if 1 <= len(column.words) <= max(len(codes), 1) + 2]
        return "  zone_class: null", f"未识别；可能为 / not found; may be {', '.join(few) or '—'}"
    unique = [column.name for column in seen if column.unique]
    told = "未识别；逐行不同的列 / not found; columns that differ on every row: " + (", ".join(unique) or "—")
    if unique:
        return f"  zone_id: {said(unique[0])}", told
    return "  zone_id: {row_number: true}", f"{told}（按行号 / by row number: 换版后不可比 / not comparable）"


def _values(evidence: Sequence[Evidence], layer: str, schema: Schema) -> list[Line]:
    lines: list[Line] = []
    for one in evidence:
        words = list(one.seen.words) if one.seen is not None else []
        known = meanings(words, one.ours, layer, schema)
        if known:
            lines.append((f"  {said(one.ours)}: {said(known)}", "文件用词: 代码 / word: code"))
    return [("values:", "") if lines else ("values: {}", "文件用词: 代码 / words and what they mean"), *lines]


def _area_unit(supplied: Supplied, evidence: Sequence[Evidence]) -> list[Line]:
    """The unit in which the declared areas come nearest to the measured ones."""
    one = see(evidence, "area_declared")
    if one is None:
        return []
    ratios = _ratios(supplied, one.theirs)
    told = {unit: median(ratios) * size for unit, size in AREA_UNITS.items()} if ratios else {}
    near = [unit for unit, ratio in told.items() if abs(ratio - 1) <= _UNIT_SLACK]
    units = ", ".join(AREA_UNITS)
    if len(near) == 1:
        return [
            (f"area_unit: {near[0]}", f"填报/量算 / declared over measured: {told[near[0]]:.4f} ({units})")
        ]
    return [("area_unit: null", f"填报面积的单位 / unit of the declared areas: {units}")]


def _ratios(supplied: Supplied, column: str) -> list[float]:
    """Declared numbers over measured square metres, of zones that have both; none without a CRS."""
    frame = supplied.raw.frame
    shapes = np.asarray(shapely.force_2d(frame.geometry.to_numpy()), dtype=object)
    crs = None
    if supplied.raw.crs is not None:
        crs, _ = settle_crs(supplied.raw.crs, None, list(shapes), "crs", Faults())
    good = shapely.is_valid(shapes) & ~shapely.is_empty(shapes)
    if crs is None or not good.any():
        return []
    found = []
    placed = to_lonlat(cast("Any", shapes[good]), crs)
    for cell, ours_m2 in zip(frame[column][good], area_m2(cast("Any", placed)), strict=True):
        try:
            declared = as_number(as_text(cell))
        except ValueError:
            continue
        if declared and ours_m2 > 0:
            found.append(declared / float(ours_m2))
    return found


# --- the edition ---


def _coverage(current: EditionSpec | None, jurisdictions: Sequence[str], districts: bool) -> list[Line]:  # noqa: FBT001
    told = "{keep: true} | {file: …} | {districts: [...]} | {zones: true}"
    if current is not None:
        return [
            (
                "coverage: {keep: true}",
                f"同现行版本 {current.edition} / as edition {current.edition}; or {told}",
            )
        ]
    if districts and jurisdictions:
        codes = ", ".join(said(code) for code in jurisdictions)
        return [(f"coverage: {{districts: [{codes}]}}", f"辖区全部 / all jurisdictions; or {told}")]
    return [("coverage: null", f"无命中即无分区的范围 / where silence means “no zone”: {told}")]


def _clauses(current: EditionSpec | None) -> list[Line]:
    if current is None or current.clauses is None:
        return []
    told = f"准入清单同 / entry lists as in {current.edition}; or {{file: …}}"
    return [("clauses: {keep: true}", told)]


def _classes(
    evidence: Sequence[Evidence], layer: str, schema: Schema, current: EditionSpec | None
) -> list[Line]:
    titles: Mapping[str, Text] = {}
    if layer in schema.layers:
        titles = schema.layers[layer].classes
    elif current is not None:
        titles = current.classes
    one = see(evidence, "zone_class")
    words = one.seen.words if one is not None and one.seen is not None else {}
    if not titles and one is not None and len(words) > _MOST_CLASSES:
        told = (
            f"{one.theirs} 有 {len(words)} 种值，多于 {_MOST_CLASSES} 种，未逐一列出，请核对是否为级别列 / "
            f"{len(words)} different values, more than {_MOST_CLASSES}, are not listed: is it the class?"
        )
        return [("classes: null", f"{{code: {{zh: …, en: …}}}}; {told}")]
    titles = titles or {word: Text(word, word) for word in words}
    if not titles:
        return [("classes: null", "{code: {zh: …, en: …}}")]
    return [("classes:", ""), *((f"  {said(code)}: {said(title)}", "") for code, title in titles.items())]


def _edition(current: EditionSpec | None) -> list[Line]:
    lines: list[Line] = [
        ("edition: null", "版本名，如 '2024' / a name for this edition"),
        ("status: null", "draft | provisional | in_force（in_force 须有批准文号 / needs approval_doc）"),
        ("valid_from: null", "YYYY-MM-DD"),
        ("# approval_doc: 批准文号 / number of the approval", ""),
    ]
    told = "" if current is None else f"同 / as {current.edition}"
    for key in ("accuracy_m", "authority", "licence", "synthetic"):
        value = None if current is None else getattr(current, key)
        lines.append((f"{key}: {said(value)}", told))
    return [*lines, ("source: null", "从哪里来 / where it came from")]
