"""The one road: projects in, reports out. A single check is a batch of one."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import chain, islice
from operator import itemgetter

import numpy as np
import shapely

from geo.alike import Declared, alike
from geo.eia.ask import eia_asked
from geo.eia.classes import ITEM_FACT
from geo.eia.told import assess
from geo.errors import InputError, Problem
from geo.evaluate import Asked, asked, explained, find, used_facts
from geo.judge import is_told, summed, weigh
from geo.lists.naming import INDUSTRY_CODE
from geo.measure import window
from geo.model import (
    HISTORY_FROM,
    Bundle,
    Effect,
    Finding,
    LayerState,
    Outcome,
    Part,
    PartReport,
    Project,
    Relation,
    Report,
    Text,
    UsedFact,
    worst,
)
from geo.overlay import hits_met, layer_report
from geo.placeless import in_order, placeless, taken_apart
from geo.quiet import hushed
from geo.relate import Place
from geo.scene import NEAR_M, WIDER_M, Footing, Scene, footing
from geo.view import BundleView, RuleView, view_on
from geo.words.headline import headline

CHUNK = 256
"""Projects whose candidate zones are looked up together; it changes speed, never an answer."""

_AREA_ORIGIN = {
    "declared": ("申报用地面积", "from the declared land area"),
    "typical": ("同类项目常见用地面积（按类型推定）", "from the area typical of it"),
    "unknown": ("未知用地面积（筛查用）", "for screening: its area is unknown"),
}


def check_date(on: date, *, where: str = "on") -> None:
    """Refuse dates before the encoded law begins.

    Raises
    ------
    InputError
        If ``on`` is before 2021-03-01.
    """
    if on < HISTORY_FROM:
        raise InputError(
            Problem(
                where=where,
                given=on.isoformat(),
                allowed=f"≥ {HISTORY_FROM.isoformat()}",
                hint=Text("研判基准日早于规则库的起始日", "the date is before the rulebook begins"),
            )
        )


def check_projects(
    bundle: Bundle, projects: Iterable[Project], on: date, *, margins: str = "near", full: bool = False
) -> Iterator[Report]:
    """Check projects as of a date, in order.

    Parameters
    ----------
    margins
        ``near``: exact within 100 m, None beyond; ``told``: exact for every finding that is reported;
        ``all``: the part's least margin too, however far.
    full
        Report every rule in play, not only those that apply, are open or are borderline.

    Raises
    ------
    InputError
        If the date is before the rulebook begins.
    """
    check_date(on)
    view = view_on(bundle, on)
    stream = iter(projects)
    while chunk := list(islice(stream, CHUNK)):
        _refuse_empty(chunk)
        scenes = [[_scene(view, part, wide=margins != "near") for part in p.parts] for p in chunk]
        _offer_candidates(view, [scene for parts in scenes for scene in parts])
        for project, parts in zip(chunk, scenes, strict=True):
            yield _report(view, project, parts, far=margins == "all", full=full)


def _refuse_empty(projects: list[Project]) -> None:
    if all(project.parts for project in projects):
        return
    hint = Text("项目没有任何组成部分，无法研判", "the project has no part: nothing to check")
    raise InputError(Problem(where="project.parts", given="0", allowed="≥ 1", hint=hint))


def _scene(view: BundleView, part: Part, near_m: float = NEAR_M, *, wide: bool) -> Scene:
    activity = view.bundle.rulebook.activities.get(part.activity or "")
    return Scene(view, part, footing(part, activity), near_m, wide=wide)


def _offer_candidates(view: BundleView, scenes: list[Scene]) -> None:
    """One tree search per layer for the whole chunk."""
    if len(scenes) == 1:
        for layer in view.held:
            if layer.tree is not None:
                reach = scenes[0].search_m(layer)
                scenes[0].offer(layer, layer.tree.query(scenes[0].box(reach)))
        return
    for layer in view.held:
        if layer.tree is None or not scenes:
            continue
        boxes = shapely.box(*np.array([window(s.bounds, s.search_m(layer)) for s in scenes]).T)
        owner, row = layer.tree.query(boxes)
        order = np.argsort(owner, kind="stable")
        starts = np.searchsorted(owner[order], np.arange(len(scenes) + 1))
        for number, scene in enumerate(scenes):
            scene.offer(layer, row[order][starts[number] : starts[number + 1]])


def _report(view: BundleView, project: Project, scenes: list[Scene], *, far: bool, full: bool) -> Report:
    parts = tuple(_part_report(scene, far=far, full=full) for scene in scenes)
    verdict = worst(*(p.verdict for p in parts))
    possible = worst(*(p.worst_possible for p in parts))
    outside = frozenset([r.id for p in parts for r in p.layers if r.state is LayerState.OUT_OF_SCOPE])
    return Report(
        verdict=verdict,
        worst_possible=possible,
        complete=all(p.complete for p in parts),
        on=view.on,
        name=project.name,
        parts=parts,
        out_of_scope=tuple(view.out_of_scope.values()),
        headline=headline(view, verdict, possible, [f for p in parts for f in p.findings], outside),
        synthetic=is_synthetic(view),
        bundle_id=view.bundle.id,
        digest=view.bundle.digest,
    )


def _part_report(scene: Scene, *, far: bool, full: bool) -> PartReport:
    view, part = scene.view, scene.part
    facts = used_facts(view.bundle.rulebook, part, scene.area_m2)
    key = declared(view, facts)
    in_play, settled = asked(view, part.activity, key)
    eia = eia_asked(view, part.activity, key)
    apart = taken_apart(view, in_play)
    fixed = placeless(scene, apart, full=full)
    places: dict[str, Place] = {}
    # Wider margins than those near are looked for rule by rule.
    loud, quiet = (apart.local, []) if scene.wide else hushed(scene, apart, full=full)
    pairs = [(one, find(scene, one, places)) for one in loud]
    told = [(o, f) for o, f in pairs if full or is_told(f)]
    measured = _widen(scene, told) if far else [f if scene.wide else _near_only(f) for _, f in told]
    local = in_order([explained(scene, f) for f in measured])
    others = (fixed, *quiet)
    ordered = sorted(chain(local, *(one.findings for one in others)), key=itemgetter(0))
    findings = tuple(f for _, f in ordered)
    judgement = summed((*(one.judgement for one in others), *(weigh(f) for _, f in local)))
    margin, margin_rule = _least_margin(scene, pairs, far=far)
    rest = tuple(_settled(rule) for rule in settled) if full else ()
    return PartReport(
        part=part,
        area_m2=scene.area_m2,
        length_m=scene.length_m,
        verdict=judgement.verdict,
        worst_possible=judgement.worst_possible,
        complete=judgement.complete,
        findings=(*(f for f in findings if f.rule.effect is not Effect.DUTY), *rest),
        duties=tuple(f for f in findings if f.rule.effect is Effect.DUTY),
        hits=hits_met(scene),
        margin_m=margin,
        margin_rule=margin_rule,
        layers=tuple(layer_report(scene, layer) for layer in view.held),
        facts=facts,
        remarks=(*part.site.remarks, *assumptions(scene.stand)),
        eia=assess(scene, eia) if eia is not None else None,
    )


def declared(view: BundleView, facts: Iterable[UsedFact]) -> Declared:
    """Of the facts as they are used, those that any rule in force asks about."""
    needed = _conditioned(view)
    return alike(view, tuple((f.id, type(f.value).__name__, f.value) for f in facts if f.id in needed))


@lru_cache(maxsize=32)
def _conditioned(view: BundleView) -> frozenset[str]:
    """Facts that any rule in force asks about, and the nature of the works."""
    lists = {INDUSTRY_CODE} if any(r.rule.clauses is not None for r in view.rules) else set[str]()
    listed = view.bundle.rulebook.eia
    eia = listed.facts | {ITEM_FACT} if listed is not None else set[str]()
    return frozenset({c.name for r in view.rules for c in r.rule.conditions} | {"nature"} | lists | eia)


def _least_margin(
    scene: Scene, pairs: list[tuple[Asked, Finding]], *, far: bool
) -> tuple[float | None, str | None]:
    """The margin nearest to 0 of all rules in play; farther than the near search only where asked for."""
    found = _by_nearness(f for _, f in pairs)
    near = [entry for entry in found if abs(entry[2]) <= NEAR_M]
    for near_m in WIDER_M if far and not near else ():
        wider, places = _scene(scene.view, scene.part, near_m, wide=True), dict[str, Place]()
        measured = _by_nearness(find(wider, one, places) for one, _ in pairs)
        near = [entry for entry in measured if abs(entry[2]) <= near_m]
        if near:
            break
    if not near:
        return None, None
    _, rule, margin = min(near)
    return margin, rule


def _by_nearness(findings: Iterable[Finding]) -> list[tuple[float, str, float]]:
    """(margin's size to the millimetre, rule, margin) of findings: less than that is no nearer."""
    measured = ((f.rule.id, f.margin_m) for f in findings if f.margin_m is not None)
    return [(round(abs(margin), 3), rule, margin) for rule, margin in measured]


def _near_only(finding: Finding) -> Finding:
    far = finding.margin_m is not None and abs(finding.margin_m) > NEAR_M
    return replace(finding, margin_m=None) if far else finding


def _widen(scene: Scene, told: list[tuple[Asked, Finding]]) -> list[Finding]:
    """Margins of rules that do not apply, looked for in ever wider scenes; nothing else changes."""
    out = [finding for _, finding in told]
    for near_m in WIDER_M:
        wanting = [i for i, f in enumerate(out) if f.margin_m is None and _may_have_margin(f)]
        if not wanting:
            break
        wider, places = _scene(scene.view, scene.part, near_m, wide=True), dict[str, Place]()
        for i in wanting:
            found = find(wider, told[i][0], places)
            out[i] = replace(out[i], margin_m=found.margin_m, distance_m=found.distance_m)
    return out


def _may_have_margin(finding: Finding) -> bool:
    return finding.outcome is Outcome.DOES_NOT_APPLY and finding.rule.relation is not Relation.ANYWHERE


def _settled(rule: RuleView) -> Finding:
    """A rule that activity or facts settled before any place was looked at."""
    return Finding(
        rule=rule.rule,
        outcome=Outcome.DOES_NOT_APPLY,
        reason=None,
        reasons=(),
        certainty=rule.certainty,
        margin_m=None,
        borderline=False,
        hits=(),
        basis=rule.basis,
        distance_m=None,
        limit_m=rule.test.limit_m,
        missing_facts=(),
        explanation=Text(
            "项目类型或参数不符合适用条件。", "Activity or facts settle that it does not apply."
        ),
    )


@lru_cache(maxsize=32)
def is_synthetic(view: BundleView) -> bool:
    """Whether any edition that speaks is made for demonstration."""
    return any(layer.edition is not None and layer.edition.synthetic for layer in view.layers.values())


def assumptions(stand: Footing) -> tuple[Text, ...]:
    """What was assumed about the footprint, said aloud."""
    if stand.disc_m > 0.0:
        zh, en = _AREA_ORIGIN[stand.area_origin or "unknown"]
        return (
            Text(
                f"点位按{zh}视为半径 {stand.disc_m:.1f} 米的圆",
                f"the point stands for a disc of radius {stand.disc_m:.1f} m, {en}",
            ),
        )
    if stand.linear_point:
        return (
            Text(
                "线性项目仅给出点位，线位未知", "a linear project was given as a point: its line is unknown"
            ),
        )
    return ()
