"""Why a rule came out as it did, in sentences a colleague can check."""

from functools import lru_cache

import numpy as np

from geo.few import some
from geo.model import REASON_ACTOR, REASON_TEXT, Finding, Hit, Outcome, Reason, Relation, Text
from geo.scene import Scene, but_for_rounding
from geo.view import BundleView, LayerView, Mask
from geo.words.cite import cited_all
from geo.words.clauses import clauses_told
from geo.words.human import hectares, metres, percent, stations

GAPS = frozenset({Reason.NOT_COVERED, Reason.LAYER_MISSING, Reason.NO_EDITION, Reason.FAILED, Reason.STALE})
"""Reasons that name the neighbour to consult, where one is near."""
_SHOWN = 3
_AT_ZONE_M = 0.05
"""What would be told as 0.0 m along the river."""


def explain(scene: Scene, finding: Finding) -> Text:
    """The explanation of one finding; where no zone is told, one of few for each rule."""
    f, open_ = finding, finding.outcome is Outcome.NOT_ASSESSED
    near = neighbours(scene, _reach_m(f)) if open_ and GAPS.intersection(f.reasons) else ()
    if f.hits:
        return _explain(scene.view, f, near)
    said = (f.outcome, f.borderline, f.reason, f.reasons, f.missing_facts, f.limit_m, near)
    return scene.view.told.get((f.rule,), lambda: _explain(scene.view, f, near), *said)


def _explain(view: BundleView, finding: Finding, near: tuple[str, ...]) -> Text:
    sentences = [_where(view, finding), clauses_told(finding.clauses)]
    if finding.outcome is Outcome.NOT_ASSESSED:
        sentences.append(_open(view, finding, near))
    if finding.outcome is Outcome.DOES_NOT_APPLY and finding.borderline:
        sentences.append(
            Text(
                "未达到适用条件，但距判定界线小于定位精度，请核实边界。",
                "It does not apply, but the threshold is nearer than the accuracy: verify the boundary.",
            )
        )
    elif finding.borderline and finding.outcome is Outcome.APPLIES:
        sentences.append(
            Text(
                "距判定界线小于定位精度，请核实边界。",
                "The threshold is nearer than the positional accuracy: verify the boundary.",
            )
        )
    if finding.outcome is not Outcome.DOES_NOT_APPLY:
        sentences.append(view.told.get((finding.rule,), lambda: cited_all(finding.basis), "basis"))
    told = [s for s in sentences if s.zh]
    return Text("".join(s.zh for s in told), " ".join(s.en for s in told))


def _where(view: BundleView, finding: Finding) -> Text:
    """What was found at the place."""
    rule = finding.rule
    if rule.eia is not None and rule.relation is Relation.ANYWHERE:
        return Text("按项目类型和名录判定，与位置无关。", "Told by activity and list, wherever it lies.")
    if rule.relation is Relation.ANYWHERE:
        return Text("在适用行政区内。", "In the jurisdiction.")
    if rule.relation is Relation.OUTSIDE:
        return _outside(view, finding)
    if not finding.hits:
        return _nothing_met(view, finding)
    tell = _on_river if rule.relation is Relation.UPSTREAM_WITHIN else _hit
    told = [tell(view, h) for h in finding.hits[:_SHOWN]]
    more = len(finding.hits) - len(told)
    zh = "；".join(t.zh for t in told) + (f"；等 {len(finding.hits)} 处" if more > 0 else "")
    en = "; ".join(t.en for t in told) + (f"; {len(finding.hits)} zones in all" if more > 0 else "")
    limit = _limit(finding)
    return Text(f"选址{zh}{limit.zh}。", f"The site {en}{limit.en}.")


def _nothing_met(view: BundleView, finding: Finding) -> Text:
    titles = [view.title(layer) for layer in finding.rule.layers]
    zh, en = "、".join(t.zh for t in titles), ", ".join(t.en for t in titles)
    if finding.outcome is Outcome.NOT_ASSESSED:
        return Text(f"「{zh}」中未见涉及的分区。", f"No zone of {en} is known here.")
    return Text(f"选址不涉及「{zh}」。", f"The site meets no zone of {en}.")


def _outside(view: BundleView, finding: Finding) -> Text:
    """For rules about what lies outside: all, part or nothing of the site."""
    titles = [view.title(layer) for layer in finding.rule.layers]
    zh, en = "、".join(t.zh for t in titles), ", ".join(t.en for t in titles)
    if finding.outcome is Outcome.DOES_NOT_APPLY:
        return Text(f"选址全部位于「{zh}」之内。", f"The site lies wholly in {en}.")
    part = any(hit.overlap_share > 0 for hit in finding.hits)
    if part:
        return Text(f"选址部分位于「{zh}」之外。", f"Part of the site lies outside {en}.")
    return Text(f"选址位于「{zh}」之外。", f"The site lies outside {en}.")


def _limit(finding: Finding) -> Text:
    rule = finding.rule
    if rule.relation is Relation.UPSTREAM_WITHIN:
        return _river_limit(finding)
    if rule.relation is not Relation.WITHIN_DISTANCE:
        return Text("", "")
    if finding.limit_m is None and rule.screening_m is None:
        return Text("", "")
    if finding.limit_m is None:
        return Text(f"（筛查距离 {rule.screening_m:g} 米）", f" (screening distance {rule.screening_m:g} m)")
    zh, en = (
        ("规定距离", "legal distance") if rule.distance_name is None else ("设定距离", "configured distance")
    )
    return Text(f"（{zh} {finding.limit_m:g} 米）", f" ({en} {finding.limit_m:g} m)")


def _river_limit(finding: Finding) -> Text:
    """The distances of `upstream_within`: of law, set, or for screening."""
    rule, up_m = finding.rule, finding.limit_m
    zh, en = ("规定", "by law") if rule.distance_name is None else ("设定", "as set")
    if up_m is None:
        zh, en, up_m = "筛查", "for screening", rule.screening_m or 0.0
    down_zh, down_en = (
        (f"、下游 {rule.down_m:g} 米", f", {rule.down_m:g} m downstream") if rule.down_m else ("", "")
    )
    side = rule.side_m or 0.0
    return Text(
        f"（{zh}：上游 {up_m:g} 米{down_zh}、两岸纵深 {side:g} 米）",
        f" ({en}: {up_m:g} m upstream{down_en}, {side:g} m from the banks)",
    )


def _on_river(view: BundleView, hit: Hit) -> Text:
    """One zone up or down the river from the site."""
    zone = _named(view, hit)
    if hit.distance_m > 0.0:
        return Text(
            f"距{zone.zh}上下游的沿河范围 {metres(hit.distance_m)}",
            f"is {metres(hit.distance_m, 'en')} from the riverside above and below {zone.en}",
        )
    if hit.river_m is None:
        return Text(
            f"可能位于{zone.zh}的上游或下游（其所在河段或河道连接未知）",
            f"may lie above or below {zone.en} (its river, or how it goes on, is not known)",
        )
    if abs(hit.river_m) < _AT_ZONE_M:
        return Text(f"就在{zone.zh}处的河岸", f"is on the river at {zone.en}")
    zh, en = ("上游", "upstream") if hit.river_m > 0.0 else ("下游", "downstream")
    way = abs(hit.river_m)
    return Text(
        f"位于{zone.zh}{zh}，沿河 {metres(way)}",
        f"lies {en} of {zone.en}, {metres(way, 'en')} along the river",
    )


def _named(view: BundleView, hit: Hit) -> Text:
    """A zone by layer, class and name."""
    title, level = view.title(hit.layer), _class_title(view.layers[hit.layer], hit.zone_class)
    if level.zh in title.zh:
        level = Text("", "")
    name_zh, name_en = (f"「{hit.name or hit.zone_id}」", f"“{hit.name or hit.zone_id}”")
    return Text(
        f"{title.zh}{'（' + level.zh + '）' if level.zh else ''}{name_zh}",
        f"{name_en} ({title.en}{', ' + level.en if level.en else ''})",
    )


def _hit(view: BundleView, hit: Hit) -> Text:
    """One zone: its layer, class and name, and how it is met."""
    zone = _named(view, hit)
    zone_zh, zone_en = zone.zh, zone.en
    if hit.touch:
        return Text(f"仅接触{zone_zh}边界", f"only touches {zone_en}")
    if hit.distance_m > 0.0:
        return Text(
            f"距{zone_zh} {metres(hit.distance_m)}", f"is {metres(hit.distance_m, 'en')} from {zone_en}"
        )
    if hit.overlap_m2 > 0.0:
        share = percent(but_for_rounding(hit.overlap_share))
        return Text(
            f"与{zone_zh}重叠 {hectares(hit.overlap_m2)}，占 {share}",
            f"overlaps {zone_en} by {hectares(hit.overlap_m2, 'en')}, {share} of it",
        )
    if hit.overlap_m > 0.0:
        at = _stations(hit)
        return Text(
            f"穿越{zone_zh} {metres(hit.overlap_m)}{at.zh}",
            f"crosses {zone_en} for {metres(hit.overlap_m, 'en')}{at.en}",
        )
    if hit.crossings:
        at = _stations(hit)
        return Text(f"穿过{zone_zh}{at.zh}", f"crosses {zone_en}{at.en}")
    return Text(f"位于{zone_zh}内", f"lies in {zone_en}")


def _stations(hit: Hit) -> Text:
    """Where along a line site a zone lies; nothing for other sites."""
    if not hit.crossings:
        return Text("", "")
    told, more = hit.crossings[:_SHOWN], len(hit.crossings) > _SHOWN
    rest = (
        Text(f"等 {len(hit.crossings)} 段", f", {len(hit.crossings)} stretches in all")
        if more
        else Text("", "")
    )
    return Text(f"（桩号 {stations(told)}{rest.zh}）", f" ({stations(told, 'en')}{rest.en})")


def _class_title(layer: LayerView, zone_class: str | None) -> Text:
    if zone_class is None or layer.layer is None:
        return Text("", "")
    return layer.layer.classes.get(zone_class, Text(zone_class, zone_class))


def _open(view: BundleView, finding: Finding, near: tuple[str, ...]) -> Text:
    """Why it is open, who must act, and what to ask."""
    zh = "、".join(REASON_TEXT[r].zh for r in finding.reasons)
    en = ", ".join(REASON_TEXT[r].en for r in finding.reasons)
    actor = REASON_ACTOR[finding.reason] if finding.reason is not None else Text("", "")
    facts = view.bundle.rulebook.facts
    asked = [facts[f].title for f in finding.missing_facts if f in facts]
    need_zh = f"：{'、'.join(t.zh for t in asked)}" if asked else ""
    need_en = f": {', '.join(t.en for t in asked)}" if asked else ""
    ask = _whom_to_ask(view, finding, near)
    return Text(
        f"未能研判（{actor.zh}）：{zh}{need_zh}。{ask.zh}",
        f"Not assessed ({actor.en}): {en}{need_en}. {ask.en}".rstrip(),
    )


def _whom_to_ask(view: BundleView, finding: Finding, near: tuple[str, ...]) -> Text:
    outside = [view.out_of_scope[x] for x in finding.rule.layers_named if x in view.out_of_scope]
    if finding.reason is Reason.OUT_OF_SCOPE and outside:
        return Text(
            "请咨询" + "、".join(dict.fromkeys(o.ask.zh for o in outside)) + "。",
            "Ask " + ", ".join(dict.fromkeys(o.ask.en for o in outside)) + ".",
        )
    if near:
        names = "、".join(near)
        return Text(f"邻近{names}，须会商。", f"{names} lies within reach: consult it.")
    return Text("", "")


def _reach_m(finding: Finding) -> float:
    return finding.limit_m or finding.rule.screening_m or 0.0


def neighbours(scene: Scene, reach_m: float) -> tuple[str, ...]:
    """Administrative units within a rule's reach that the bundle does not speak for."""
    layer = scene.view.layers.get("admin_unit")
    if layer is None or layer.tree is None:
        return ()
    foreign = _foreign(scene.view, layer)
    if not some(foreign):
        return ()
    reach = reach_m + scene.accuracy_m(layer) + scene.stand.disc_m
    rows = scene.keep(("neighbours", reach), lambda: scene.around(layer, reach, foreign))
    return tuple(str(layer.name[r] or layer.zone_id[r]) for r in rows)


@lru_cache(maxsize=32)
def _foreign(view: BundleView, layer: LayerView) -> Mask:
    """Administrative units that the bundle does not speak for."""
    ours = view.bundle.jurisdictions or ("",)
    return np.array([not str(code).startswith(ours) for code in layer.zone_id], dtype=bool)
