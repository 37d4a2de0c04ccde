"""The report of an import as one page: both languages, small maps, no script, nothing from outside."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

import numpy as np

from geo.answer import DISCLAIMER
from geo.compare.change import CHANGE_TEXT, ChangeKind, EditionDiff
from geo.compare.defects import KIND_TEXT, DefectKind
from geo.compare.pieces import polygons_of, shapes_of
from geo.measure import area_m2
from geo.model import Text
from geo.words.human import hectares, metres
from layers.gate.judge import Judged
from layers.gate.sketch import Drawn, sketch

__all__ = ["STYLE", "alarms_part", "between_part", "diff_part", "moved_ground", "page", "two"]

STYLE = """
body{font:14px/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:1.5rem auto;
max-width:72rem;padding:0 1rem;color:#1c2530}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid #c9d1da}
.banner{background:#fff3cd;border:1px solid #b58900;padding:.5rem 1rem;font-weight:600}
.accepted,.quarantined{padding:.6rem 1rem;font-size:1.1rem;font-weight:600}
.accepted{background:#dcf0dc}.quarantined{background:#f4c7c3}
table{border-collapse:collapse;margin:.6rem 0}
th,td{border:1px solid #c9d1da;padding:.2rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:#eef2f6}td.n{text-align:right;white-space:nowrap}tr.fault td{background:#fbe3e1}
svg{width:100%;max-width:640px;border:1px solid #c9d1da;background:#fff}
.maps{display:flex;flex-wrap:wrap;gap:1rem}.maps figure{margin:0;flex:1 1 22rem}
small{color:#55606b}
"""
_PALETTE = ("#2e8b57", "#d9534f", "#c9a227", "#3b6fb6", "#8a5fb0", "#4c4c4c")
_KIND_COLOURS = {
    ChangeKind.NEW: "#2e8b57",
    ChangeKind.REMOVED: "#c0392b",
    ChangeKind.CHANGED: "#d98c00",
    ChangeKind.MOVED: "#3b6fb6",
}
_GREY = "#8a949e"
_DRAWN_M2 = 1000.0
"""Smaller pieces stand in the tables only: they are noise of a border, and would hide the rest."""
_AREAS = ("划入 / gained", "划出 / lost")
_ACCOUNT_HEADS = (
    *("级别 / class", "区县 / district", "数量 / zones", "原面积、长度 / old", "新面积、长度 / new"),
    *(*_AREAS, "变化 / change"),
)
_CHANGE_HEADS = (
    *("变化 / change", "新标识 / new id", "原标识 / old id", "级别 / class"),
    *(*_AREAS, "移位 / shift", "属性 / attributes"),
)


def page(told: dict[str, Any], judged: Judged | None) -> str:
    """The page of a report's body."""
    title = f"{two(told['layer']['title'])} {escape(told['edition']['edition'])}"
    parts = [
        f"<h1>导入报告 / Import report: {title}</h1>",
        *([f'<p class="banner">{two(told["banner"])}</p>'] if told["banner"] else []),
        f'<p class="{told["decision"]}">{two(told["decision_text"])}</p>',
        *_breaks(told),
        *_head(told),
        *_merge(told["merge"]),
        *_maps(told, judged),
        *diff_part(told["diff"]),
        *alarms_part(told["alarms"]),
        *_within(told["within"]),
        *between_part(told["between"]),
        *_notes(told),
        *_columns(told["columns"]),
        f"<p><small>{escape(DISCLAIMER.zh)} / {escape(DISCLAIMER.en)}; {escape(told['engine'])}</small></p>",
    ]
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head>{head}</head><body>\n'
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def two(text: dict[str, str]) -> str:
    """Both languages, escaped; once where they are the same."""
    zh, en = escape(text["zh"]), escape(text["en"])
    return zh if zh == en else f"{zh} <small>{en}</small>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], marks: Sequence[str] = ()) -> str:
    """A table of cells that are HTML already; ``marks`` are the rows' classes."""
    first = "".join(f"<th>{escape(head)}</th>" for head in heads)
    lines = []
    for n, row in enumerate(rows):
        mark = f' class="{marks[n]}"' if n < len(marks) and marks[n] else ""
        lines.append(f"<tr{mark}>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>")
    return f"<table><tr>{first}</tr>{''.join(lines)}</table>"


def _head(told: dict[str, Any]) -> list[str]:
    edition, supplied = told["edition"], told["supplied"]
    rows = [
        ("图层 / layer", escape(told["layer"]["id"])),
        ("状态 / status", escape(edition["status"])),
        ("生效 / valid from", escape(edition["valid_from"])),
        ("批准文号 / approval", escape(told["approval_doc"] or edition["approval_doc"] or "—")),
        ("对比版本 / compared with", escape(told["against"] or "—")),
        ("机关 / authority", two(edition["authority"])),
        ("来源 / source", escape(edition["source"])),
        ("文件 / file", f"{escape(supplied['name'])}<br><small>SHA-256 {escape(supplied['sha256'])}</small>"),
        ("坐标系 / CRS", escape(supplied["crs"])),
        ("行数、分区数 / rows, zones", f"{supplied['rows']} / {told['zones']}"),
        ("修复 / repaired", str(told["repaired"])),
    ]
    remarks = "".join(f"<li>{two(remark)}</li>" for remark in told["remarks"])
    return ["<h2>版本 / Edition</h2>", _table(("项目 / item", "内容 / value"), rows), f"<ul>{remarks}</ul>"]


def _merge(told: dict[str, Any] | None) -> list[str]:
    """What one district's delivery replaced, and what reaches across its border."""
    if told is None:
        return []
    rows = [(escape(one["zone"]), f"{one['share'] * 100:.2f} %") for one in told["across"]]
    heads = ("跨界而沿用的分区 / zone across the border, kept", "在本区县的部分 / share in the district")
    across = [_table(heads, rows)] if rows else []
    return ["<h2>局部更新 / One district merged</h2>", f"<p>{two(told['text'])}</p>", *across]


def _breaks(told: dict[str, Any]) -> list[str]:
    faults = told["faults"]
    items = [f"<li>{two(one['text'])}</li>" for one in told["breaks"]]
    if faults:
        zh, en = f"{faults} 处分区数据有误，须改正或指定修复方法", f"{faults} faults of zones: correct them"
        items.insert(0, f"<li>{two({'zh': zh, 'en': en})}</li>")
    held = "未通过项 / What holds it back"
    heading = held if told["decision"] == "quarantined" else "超出阈值 / Thresholds exceeded"
    return [f"<h2>{heading}</h2>", f"<ul>{''.join(items)}</ul>"] if items else []


# --- maps ---


def _maps(told: dict[str, Any], judged: Judged | None) -> list[str]:
    if judged is None or judged.edition.zones is None:
        return []
    drawn = (_zones_map(told, judged), _change_map(judged), _defect_map(judged), _between_map(judged))
    figures = "".join(f"<figure>{one}</figure>" for one in drawn if one)
    return ["<h2>示意图 / Maps</h2>", f'<div class="maps">{figures}</div>']


def _ground(judged: Judged) -> Drawn:
    coverage = judged.edition.coverage
    shapes = np.array([] if coverage is None else [coverage], dtype=object)
    return Drawn(title=Text("覆盖范围", "coverage"), shapes=shapes, colour=_GREY, filled=False)


def _zones_map(told: dict[str, Any], judged: Judged) -> str:
    zones = judged.edition.zones
    if zones is None:
        return ""
    drawn = [_ground(judged)]
    for n, code in enumerate(sorted(set(zones["zone_class"].dropna()))):
        shapes = zones.geometry.to_numpy()[(zones["zone_class"] == code).to_numpy()]
        title = told["classes"].get(code, {"zh": code, "en": code})
        drawn.append(Drawn(title=Text(**title), shapes=shapes, colour=_PALETTE[n % len(_PALETTE)]))
    name = told["edition"]["edition"]
    return sketch(drawn, Text(f"新版本 {name}", f"new edition {name}"))


def _change_map(judged: Judged) -> str:
    diff = judged.diff
    if diff is None or diff.empty:
        return ""
    return sketch(
        [_ground(judged), *moved_ground(diff)],
        Text(f"与对比版本相比的变化（≥ {_DRAWN_M2:g} m²）", f"changes, pieces of {_DRAWN_M2:g} m² and more"),
    )


def moved_ground(diff: EditionDiff) -> Iterator[Drawn]:
    """Ground the layer gained, lost or gave another class, in pieces that can be seen.

    Zone by zone it would count twice: what one zone lost another may have gained.
    """
    for title, colour, kind in (
        (Text("划入", "gained"), _KIND_COLOURS[ChangeKind.NEW], (True, False)),
        (Text("划出", "lost"), _KIND_COLOURS[ChangeKind.REMOVED], (False, True)),
        (Text("改变级别", "other class"), _KIND_COLOURS[ChangeKind.MOVED], (False, False)),
    ):
        found = [t.geometry for t in diff.transfers if (t.old_class is None, t.new_class is None) == kind]
        pieces, _ = polygons_of(shapes_of(found))
        pieces = pieces[area_m2(pieces) >= _DRAWN_M2]
        if len(pieces):
            yield Drawn(title=title, shapes=pieces, colour=colour)


def _between_map(judged: Judged) -> str:
    """What lies outside or across other layers, question by question."""
    answers = [one for one in judged.between.answers if one.pieces]
    if not answers:
        return ""
    drawn = [_ground(judged)]
    for n, one in enumerate(answers):
        shapes = np.array([piece.geometry for piece in one.pieces], dtype=object)
        drawn.append(Drawn(title=one.question.title, shapes=shapes, colour=_PALETTE[n % len(_PALETTE)]))
    return sketch(drawn, Text("图层之间", "between layers"))


def _defect_map(judged: Judged) -> str:
    if not judged.within.defects:
        return ""
    drawn = [_ground(judged)]
    for n, kind in enumerate(DefectKind):
        shapes = np.array([d.geometry for d in judged.within.defects if d.kind is kind], dtype=object)
        if len(shapes):
            drawn.append(Drawn(title=KIND_TEXT[kind], shapes=shapes, colour=_PALETTE[n % len(_PALETTE)]))
    return sketch(drawn, Text("拓扑问题", "topology"))


# --- tables ---


def _m2(value: float) -> str:
    return f'<span title="{value:.2f} m²">{escape(hectares(value))}</span>'


def _size(told: dict[str, Any], which: str) -> str:
    """An area; of lines their length, of both both."""
    ways = max(told["old_m"], told["new_m"]) > 0.0
    ground = max(told["old_m2"], told["new_m2"]) > 0.0
    m2, way_m = told[f"{which}_m2"], told[f"{which}_m"]
    length = f'<span title="{way_m:.3f} m">{escape(metres(way_m))}</span>'
    return "<br>".join((*([_m2(m2)] if ground or not ways else []), *([length] if ways else [])))


def _change(row: dict[str, Any]) -> str:
    """By how much area and length grew."""
    shares = [row["change_share"]] if row["old_m"] <= 0.0 or row["old_m2"] > 0.0 else []
    shares += [row["length_change_share"]] if row["old_m"] > 0.0 else []
    return "<br>".join("—" if share is None else f"{share * 100:+.2f} %" for share in shares)


def diff_part(diff: dict[str, Any] | None) -> list[str]:
    """The comparison of two editions: the account, and every zone that changed."""
    if diff is None:
        return [
            "<h2>对比 / Comparison</h2>",
            "<p>没有可对比的版本 <small>there is no edition to compare with</small></p>",
        ]
    rows = [
        (
            escape(row["zone_class"] if row["zone_class"] is not None else "全部 / all"),
            escape(row["district_name"] or ("全部 / all" if row["district"] is None else "—")),
            f"{row['old_count']} → {row['new_count']}",
            _size(row, "old"),
            _size(row, "new"),
            _size(row, "gained"),
            _size(row, "lost"),
            _change(row),
        )
        for row in diff["rows"]
    ]
    zones = [
        (
            escape(_kind_words(one["kind"])),
            escape(str(one["zone_id"] or "—")),
            escape(str(one["old_id"] or "—")),
            escape(f"{one['old_class'] or '—'} → {one['new_class'] or '—'}"),
            _size(one, "gained"),
            _size(one, "lost"),
            "—" if one["shift_m"] is None else f"{one['shift_m']:.1f} m",
            escape(", ".join(one["attributes"])),
        )
        for one in diff["zones"]
    ]
    remarks = "".join(f"<li>{two(remark)}</li>" for remark in diff.get("remarks", ()))
    return [
        "<h2>对比 / Comparison</h2>",
        _table(_ACCOUNT_HEADS, rows),
        f"<ul>{remarks}</ul>",
        *(
            [f"<h2>变化的分区 / Zones that changed ({len(zones)})</h2>", _table(_CHANGE_HEADS, zones)]
            if zones
            else []
        ),
    ]


def _kind_words(kind: str) -> str:
    words = CHANGE_TEXT[ChangeKind(kind)]
    return f"{words.zh} / {words.en}"


def alarms_part(alarms: Sequence[dict[str, Any]]) -> list[str]:
    """Alarms of area that may not fall; nothing where there is none."""
    if not alarms:
        return []
    items = "".join(f"<li>{two(one['text'])}</li>" for one in alarms)
    return ["<h2>警示：面积不得减少 / Alarm: an area that may not fall</h2>", f"<ul>{items}</ul>"]


def _within(within: dict[str, Any] | None) -> list[str]:
    if within is None:
        return []
    rows = [(two(one["title"]), str(one["count"]), _m2(one["area_m2"])) for one in within["totals"]]
    heads = ("问题 / kind", "数量 / count", "面积 / area")
    items = "".join(f"<li>{two(one['text'])}</li>" for one in within["defects"])
    open_ = "".join(f"<li>{two(one)}</li>" for one in within["not_assessed"])
    return [
        "<h2>图层内拓扑 / Topology within the layer</h2>",
        _table(heads, rows),
        f"<ul>{open_}{items}</ul>",
    ]


def between_part(between: dict[str, Any] | None) -> list[str]:
    """What was found between layers."""
    if between is None or not between["answers"]:
        return []
    items = "".join(f"<li>{two(one['text'])}</li>" for one in between["answers"])
    return ["<h2>图层之间 / Between layers</h2>", f"<ul>{items}</ul>"]


def _notes(told: dict[str, Any]) -> list[str]:
    if not told["notes"]:
        return []
    rows = [
        (
            str(note["row"] or "—"),
            escape(note["zone"]),
            two(note["hint"]),
            escape(note["given"]),
            escape(note["allowed"]),
        )
        for note in told["notes"]
    ]
    marks = ["fault" if note["fault"] else "" for note in told["notes"]]
    heads = ("行 / row", "分区 / zone", "问题 / what", "所给 / given", "允许 / allowed")
    return [f"<h2>逐区说明 / Zone by zone ({len(rows)})</h2>", _table(heads, rows, marks)]


def _columns(columns: Sequence[dict[str, Any]]) -> list[str]:
    rows = [(escape(one["field"]), escape(one["column"]), escape(one["seen"])) for one in columns]
    heads = (
        "字段 / field",
        "文件列 / column",
        "所见（填写、不同值、示例）/ seen (filled, different, sample)",
    )
    return ["<h2>字段对应 / Columns</h2>", _table(heads, rows)]
