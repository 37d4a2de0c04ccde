"""What answers look like: for the OpenAPI document and for tests. `geo.answer` makes them, not these."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Metres = float | None
Share = Annotated[float, Field(ge=0, le=1)]
VerdictName = Literal[
    "clear", "notice", "undetermined", "conditional", "restricted", "phase_out", "prohibited"
]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class TextOut(_Answer):
    """A text in both languages."""

    zh: str
    en: str


class SiteOut(_Answer):
    """The site as it was taken; lon and lat are a point on it."""

    type: str
    area_m2: float
    length_m: float
    crs: str
    accuracy_m: float
    datum_known: bool
    lon: float
    lat: float


class FactOut(_Answer):
    """A fact as it was used: declared, implied by the activity, measured, default or unknown."""

    id: str
    value: str | float | bool | None
    origin: str


class CrossingOut(_Answer):
    """A stretch of a line site in a zone: chainage (桩号), metres from the line's start; the line's part."""

    from_m: float
    to_m: float
    part: Annotated[int, Field(ge=1)]


Crossings = Annotated[
    list[CrossingOut], Field(default_factory=list, description="Of line sites only: where along the line.")
]


class HitOut(_Answer):
    """A zone met, or near."""

    layer: str
    zone_id: str
    zone_class: str | None
    name: str | None
    overlap_m2: float
    overlap_share: Share
    overlap_m: float
    distance_m: float
    touch: bool
    zone_derived: bool
    crossings: Crossings


class BasisOut(_Answer):
    """One article in force on the date of the check."""

    id: str
    instrument: str
    instrument_en: str
    number: str | None
    article: str
    title: TextOut | None
    gloss: TextOut | None
    valid_from: str
    valid_to: str | None
    supersedes: list[str]
    superseded_by: list[str]
    cited: TextOut
    certainty: Literal["A", "B", "C", "D"]
    needs_review: bool
    source: str


class ThresholdOut(_Answer):
    """Legal distance and minimum overlap of the rule."""

    relation: str
    distance_m: Metres
    distance_min_m: Metres
    distance: str | None
    screening_m: Metres
    min_overlap_m: float
    min_overlap_m2: float
    min_overlap_share: Share


class ClauseOut(_Answer):
    """One clause of an entry list (准入清单).

    ``unit_code``: the unit, or at province and city level the place whose units it speaks of. ``names``:
    activities, groups, ``ANY`` or GB/T 4754 codes; empty where the list does not say.
    """

    id: str
    unit_code: str
    level: Literal["province", "city", "unit"]
    level_text: TextOut
    dimension: Literal[1, 2, 3, 4]
    dimension_text: TextOut
    verb: Literal["禁止", "限制", "退出", "允许", "要求"]
    verb_text: TextOut
    text: str
    names: list[str]
    doc: str
    article: str | None
    certainty: Literal["A", "B", "C", "D"]
    unit_class: str | None
    unit_subtype: str | None


class NamedClauseOut(ClauseOut):
    """A clause a finding rests on; ``sure`` is false where it only may name the activity."""

    layer: str
    zone_id: str
    sure: bool


class FindingOut(_Answer):
    """Outcome of one rule. ``margin_m``: positive = does not apply, by so much."""

    rule: str
    outcome: Literal["applies", "not_assessed", "does_not_apply"]
    effect: Literal["duty", "notice", "conditional", "restricted", "phase_out", "prohibited"]
    reason: str | None
    reasons: list[str]
    who_must_act: TextOut | None
    title: TextOut
    action: TextOut
    explanation: TextOut
    certainty: Literal["A", "B", "C", "D"]
    needs_review: bool
    margin_m: Metres
    borderline: bool
    distance_m: Metres
    threshold: ThresholdOut
    missing_facts: list[str]
    hits: list[HitOut]
    clauses: list[NamedClauseOut] | None = None
    basis: list[BasisOut]


class ClassShareOut(_Answer):
    """Overlap with one class of a layer, as a union."""

    zone_class: str | None
    overlap_m2: float
    overlap_m: float
    overlap_share: Share
    crossings: Crossings


class LayerOut(_Answer):
    """What one layer said; every layer is listed whether asked or not."""

    id: str
    title: TextOut
    state: Literal["hit", "out_of_scope", "missing", "failed", "no_edition", "not_covered", "stale", "clear"]
    flags: list[str]
    edition: str | None
    sha256: str | None
    synthetic: bool
    by_class: list[ClassShareOut]
    union_share: Share
    remainder_share: Share
    remarks: list[TextOut]


EiaClassName = Literal["none", "registration", "form", "report"]


class AreaOut(_Answer):
    """Whether the site enters sensitive areas of one kind; null where that is open."""

    area: str
    title: TextOut
    met: bool | None
    reasons: list[str]


class EiaClassesOut(_Answer):
    """EIA class before and after sensitive areas; null where several are possible."""

    class_before: EiaClassName | None
    class_after: EiaClassName | None
    possible_before: list[EiaClassName]
    possible: list[EiaClassName]


class EiaOut(EiaClassesOut):
    """EIA class of a part, with what gives it and what leaves it open."""

    text: TextOut
    items: list[str]
    sensitive: list[AreaOut]
    reasons: list[str]
    missing_facts: list[str]
    doubts: list[TextOut]


class AdviceOut(_Answer):
    """What the input may have meant: ask for ``remedies`` if so. Empty where there is nothing to ask for."""

    remedies: list[str]
    given: str
    would_be: str
    lies_in: TextOut | None
    text: TextOut


class PartOut(_Answer):
    """One part's verdict and its evidence.

    ``advice`` and ``remedies`` (those applied, as the remarks say) are there only where there are any.
    """

    name: str | None
    site: SiteOut
    activity: str | None
    facts: list[FactOut]
    verdict: VerdictName
    worst_possible: VerdictName
    complete: bool
    findings: list[FindingOut]
    duties: list[FindingOut]
    hits: list[HitOut]
    eia: EiaOut | None
    layers: list[LayerOut]
    remarks: list[TextOut]
    advice: list[AdviceOut] = Field(default_factory=list)
    remedies: list[str] = Field(default_factory=list)


class OutOfScopeOut(_Answer):
    """A layer the agency does not hold, and whom to ask."""

    id: str
    title: TextOut
    reason: TextOut
    ask: TextOut


class MeasuredOut(_Answer):
    """How everything was measured."""

    crs: str
    area: str
    distance: str
    densified_m: float
    tolerance_m: float
    line_tolerance_m: float
    min_overlap_m: float
    min_overlap_m2: float


class BundleOut(_Answer):
    """The bundle that answered."""

    id: str
    digest: str


class CheckAnswer(_Answer):
    """The answer to a check."""

    verdict: VerdictName
    verdict_text: TextOut
    headline: TextOut
    worst_possible: VerdictName
    complete: bool
    on: str
    name: str | None
    parts: list[PartOut]
    eia: EiaClassesOut | None
    out_of_scope: list[str]
    out_of_scope_detail: list[OutOfScopeOut]
    synthetic: bool
    banner: TextOut | None
    measured: MeasuredOut
    bundle: BundleOut
    engine: str
    disclaimer: TextOut
    with_drafts: "WithDraftsOut | None" = Field(
        None, description="Only where drafts were named: the answer as it would be with them in force."
    )


class DraftOut(_Answer):
    """An edition that is not in force and was named in the request, as it was supplied."""

    layer: str
    edition: str
    status: Literal["draft", "provisional"]
    valid_from: str
    valid_to: str | None
    sha256: str
    synthetic: bool


class WithDraftsOut(CheckAnswer):
    """A whole answer more, with the drafts that it rests on."""

    drafts: list[DraftOut]


class PlacedOut(_Answer):
    """A site of a file, as /checks can be asked of it."""

    geometry: dict[str, Any]
    crs: str
    given_crs: str
    accuracy_m: float | None
    area_m2: float
    length_m: float
    remarks: list[TextOut]


class SiteRowOut(_Answer):
    """A row of a file of sites."""

    row: int
    site_id: str
    status: Literal["ok", "refused"]
    cells: dict[str, str]
    site: PlacedOut | None
    advice: list[AdviceOut]
    problems: list[dict[str, Any]]


class SitesAnswer(_Answer):
    """What a file of sites holds, and what the whole of it shows."""

    sites: list[SiteRowOut]
    advice: list[AdviceOut]
