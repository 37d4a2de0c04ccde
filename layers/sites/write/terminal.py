"""One answer as lines for a terminal: the verdict first, then why, then what was not looked at."""

from collections.abc import Iterable, Iterator

import shapely

from geo.answer import DISCLAIMER, SYNTHETIC_BANNER
from geo.drafts import Named
from geo.errors import Problem
from geo.model import (
    VERDICT_TEXT,
    Advice,
    Bundle,
    Effect,
    EiaAnswer,
    Finding,
    Hit,
    LayerReport,
    LayerState,
    Outcome,
    PartReport,
    Report,
    Text,
    Verdict,
)
from geo.words.cite import cited
from geo.words.human import coordinates, hectares, metres, stations

_STATE_TEXT: dict[LayerState, Text] = {
    LayerState.HIT: Text("命中", "hit"),
    LayerState.OUT_OF_SCOPE: Text("不掌握", "out of scope"),
    LayerState.MISSING: Text("图层缺失", "missing"),
    LayerState.FAILED: Text("数据有误", "failed"),
    LayerState.NO_EDITION: Text("无有效版本", "no edition in force"),
    LayerState.NOT_COVERED: Text("未覆盖", "not covered"),
    LayerState.STALE: Text("数据过期", "stale"),
    LayerState.CLEAR: Text("未命中", "clear"),
}
_EFFECT_TEXT: dict[Effect, Text] = {
    Effect.DUTY: Text("例行手续", "duty"),
    Effect.NOTICE: Text("提示", "notice"),
    **{
        effect: VERDICT_TEXT[Verdict(effect.value)]
        for effect in Effect
        if effect not in {Effect.DUTY, Effect.NOTICE}
    },
}


def answer_text(report: Report, bundle: Bundle, lang: str) -> str:
    """The report of one site as text, in ``lang``."""
    return "\n".join(_lines(report, bundle, lang)) + "\n"


def draft_text(bundle: Bundle, named: Named, lang: str) -> str:
    """The heading of the answer with drafts in force."""
    titles = [bundle.layer_titles.get(layer, Text(layer, layer)).get(lang) for layer, _ in named]
    drafts = [f"  {title} [{layer}] {edition}" for title, (layer, edition) in zip(titles, named, strict=True)]
    zh = "如以下未生效版本已生效，研判结果为："
    en = "With these editions in force, which are not, the answer would be:"
    return "\n".join(["", "=" * 60, zh if lang == "zh" else en, *drafts, ""]) + "\n"


def refusal_text(problems: Iterable[Problem], lang: str, advice: Iterable[Advice] = ()) -> str:
    """Why one coordinate was not checked, and what it may have meant, as text."""
    title = "坐标被退回，未作研判：" if lang == "zh" else "Refused, not checked:"
    told = [*(problem.line(lang) for problem in problems), *(one.line(lang) for one in advice)]
    return "\n".join([title, *(f"  {line}" for line in told)]) + "\n"


def _lines(report: Report, bundle: Bundle, lang: str) -> Iterator[str]:
    zh = lang == "zh"
    if report.synthetic:
        yield f"*** {SYNTHETIC_BANNER.get(lang)} ***"
    verdict, most = VERDICT_TEXT[report.verdict].get(lang), VERDICT_TEXT[report.worst_possible].get(lang)
    yield f"{'研判结论' if zh else 'Verdict'}: {verdict} [{report.verdict.value}]"
    yield f"{'未核查部分最重可能' if zh else 'Worst possible'}: {most} [{report.worst_possible.value}]"
    done = ("是" if report.complete else "否") if zh else ("yes" if report.complete else "no")
    yield f"{'研判完整' if zh else 'Complete'}: {done}"
    yield report.headline.get(lang)
    for part in report.parts:
        yield from _part(part, report, bundle, lang)
    if report.out_of_scope:
        yield ""
        yield "不掌握的图层：" if zh else "Layers out of scope:"
        for gap in report.out_of_scope:
            yield f"  {gap.title.get(lang)} [{gap.layer}]: {gap.reason.get(lang)} → {gap.ask.get(lang)}"
    yield ""
    yield f"{'数据包' if zh else 'Bundle'}: {report.bundle_id} {report.digest}"
    yield DISCLAIMER.get(lang)


def _part(part: PartReport, report: Report, bundle: Bundle, lang: str) -> Iterator[str]:
    zh = lang == "zh"
    centre = shapely.point_on_surface(part.part.site.geometry)
    activity = bundle.rulebook.activities.get(part.part.activity or "")
    kind = (
        ("未给出" if zh else "not given")
        if activity is None
        else f"{activity.title.get(lang)} [{activity.id}]"
    )
    yield f"{'位置' if zh else 'Place'}: {' · '.join(coordinates(centre.x, centre.y, lang).values())}"
    yield f"{'项目类型' if zh else 'Activity'}: {kind}"
    yield f"{'研判基准日' if zh else 'As of'}: {report.on.isoformat()}"
    if part.eia is not None:
        yield from _eia(part.eia, bundle, lang)
    applies = [f for f in part.findings if f.outcome is Outcome.APPLIES]
    open_rules = [f for f in part.findings if f.outcome is Outcome.NOT_ASSESSED]
    near = [f for f in part.findings if f.outcome is Outcome.DOES_NOT_APPLY and f.borderline]
    for title, findings in (
        (Text("研判依据", "Findings"), applies),
        (Text("未核查", "Not assessed"), open_rules),
        (Text("临界（不适用，但在精度范围内）", "Borderline (do not apply, within accuracy)"), near),
        (Text("例行手续", "Duties"), list(part.duties)),
    ):
        if findings:
            yield ""
            yield f"{title.get(lang)} ({len(findings)}):"
            for finding in findings:
                yield from _finding(finding, bundle, lang)
    yield ""
    yield "图层：" if zh else "Layers:"
    for layer in part.layers:
        if layer.state is not LayerState.OUT_OF_SCOPE:  # they stand in their own list, with whom to ask
            yield _layer(layer, lang)
    for remark in part.remarks:
        yield f"{'备注' if zh else 'Remark'}: {remark.get(lang)}"
    for advice in part.part.site.advice:
        yield f"{'建议' if zh else 'Advice'}: {advice.line(lang)}"


def _eia(eia: EiaAnswer, bundle: Bundle, lang: str) -> Iterator[str]:
    """The EIA class, and where it is a range what would settle it."""
    zh, facts = lang == "zh", bundle.rulebook.facts
    yield f"{'环评类别' if zh else 'EIA class'}: {eia.text.get(lang)} [{';'.join(eia.after)}]"
    open_ = [area.title.get(lang) for area in eia.areas if area.met is None]
    asked = [facts[name].title.get(lang) for name in eia.missing_facts if name in facts]
    if len(eia.after) > 1 and open_:
        yield f"  {'未能判定的环境敏感区' if zh else 'Sensitive areas not settled'}: {', '.join(open_)}"
    if asked:
        yield f"  {'需补充' if zh else 'To be told'}: {', '.join(asked)}"
    for doubt in eia.doubts:
        yield f"  {doubt.get(lang)}"


def _finding(finding: Finding, bundle: Bundle, lang: str) -> Iterator[str]:
    zh = lang == "zh"
    effect = finding.rule.effect
    if_so = "" if finding.outcome is Outcome.APPLIES else "若适用：" if zh else "if it applies: "
    words = f"{if_so}{_EFFECT_TEXT[effect].get(lang)} [{effect.value}]"
    yield f"  {finding.rule.id} {finding.rule.title.get(lang)} — {words}"
    yield f"    {finding.explanation.get(lang)}"
    if finding.outcome is Outcome.APPLIES:
        yield f"    {'要求' if zh else 'Action'}: {finding.rule.action.get(lang)}"
    for basis in finding.basis:
        yield f"    {'依据' if zh else 'Basis'}: {cited(basis).get(lang)} ({basis.certainty.value})"
    for hit in finding.hits:
        yield f"    {'分区' if zh else 'Zone'}: {_hit(hit, bundle, lang)}"
    if finding.margin_m is not None:
        border = (" · 临界" if zh else " · borderline") if finding.borderline else ""
        yield f"    {'裕度' if zh else 'Margin'}: {metres(finding.margin_m, lang)}{border}"


def _hit(hit: Hit, bundle: Bundle, lang: str) -> str:
    title = bundle.layer_titles.get(hit.layer)
    layer = bundle.layers.get(hit.layer)
    named = layer.classes.get(hit.zone_class or "") if layer else None
    words = [
        title.get(lang) if title else hit.layer,
        hit.zone_id,
        hit.name or "",
        named.get(lang) if named else hit.zone_class or "",
    ]
    if hit.overlap_m2 > 0:
        words.append(hectares(hit.overlap_m2, lang))
    elif hit.overlap_m > 0:
        words.append(metres(hit.overlap_m, lang))
    if hit.crossings:
        words.append(f"{'桩号' if lang == 'zh' else 'at'} {stations(hit.crossings, lang)}")
    if hit.distance_m > 0:
        words.append(f"{'距离' if lang == 'zh' else 'distance'} {metres(hit.distance_m, lang)}")
    return " · ".join(word for word in words if word)


def _layer(layer: LayerReport, lang: str) -> str:
    state = _STATE_TEXT[layer.state].get(lang)
    flags = f" ({', '.join(layer.flags)})" if layer.flags else ""
    edition = f" · {layer.edition}" if layer.edition else ""
    made = f" · {'示范数据' if lang == 'zh' else 'demonstration data'}" if layer.synthetic else ""
    return f"  {layer.title.get(lang)} [{layer.id}]: {state}{flags}{edition}{made}"
