"""The closed vocabularies: one noun, one name, in YAML, Python, JSON, map and README."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

HISTORY_FROM = date(2021, 3, 1)
"""Checks before this date are refused: 长江保护法 came into force on it and older law is not encoded."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages."""

    zh: str
    en: str

    def get(self, lang: str) -> str:
        """The text in ``lang`` (``zh`` or ``en``)."""
        return self.zh if lang == "zh" else self.en


class Effect(StrEnum):
    """What a rule asks. ``duty`` is place-independent procedure and never in the verdict."""

    DUTY = "duty"
    NOTICE = "notice"
    CONDITIONAL = "conditional"
    RESTRICTED = "restricted"
    PHASE_OUT = "phase_out"
    PROHIBITED = "prohibited"


class Verdict(StrEnum):
    """What a part or project comes to."""

    CLEAR = "clear"
    NOTICE = "notice"
    UNDETERMINED = "undetermined"
    CONDITIONAL = "conditional"
    RESTRICTED = "restricted"
    PHASE_OUT = "phase_out"
    PROHIBITED = "prohibited"


SEVERITY: tuple[Verdict, ...] = (
    Verdict.CLEAR,
    Verdict.NOTICE,
    Verdict.UNDETERMINED,
    Verdict.CONDITIONAL,
    Verdict.RESTRICTED,
    Verdict.PHASE_OUT,
    Verdict.PROHIBITED,
)
"""The one order of severity, mildest first."""

_RANK = {verdict: rank for rank, verdict in enumerate(SEVERITY)}
if set(_RANK) != set(Verdict) or {e.value for e in Effect} - {"duty"} - {v.value for v in Verdict}:
    raise ImportError("SEVERITY must hold every Verdict, and every Effect but duty must be a Verdict")


def worst(*verdicts: Verdict) -> Verdict:
    """The most severe of the verdicts; ``clear`` if there is none."""
    return max(verdicts, key=_RANK.__getitem__, default=Verdict.CLEAR)


VERDICT_TEXT: dict[Verdict, Text] = {
    Verdict.CLEAR: Text("未发现冲突", "No conflict found"),
    Verdict.NOTICE: Text("未发现冲突（有提示）", "No conflict found (with notices)"),
    Verdict.UNDETERMINED: Text("待核实", "To be verified"),
    Verdict.CONDITIONAL: Text("有条件", "Conditional"),
    Verdict.RESTRICTED: Text("原则上不符合", "Not in conformity in principle"),
    Verdict.PHASE_OUT: Text("须有序退出/限期整改", "To be phased out or rectified"),
    Verdict.PROHIBITED: Text("涉及禁止性要求", "A prohibition applies"),
}
"""The words a person reads. Never 批准 or "approved"."""


class Outcome(StrEnum):
    """What became of a rule at a site."""

    APPLIES = "applies"
    NOT_ASSESSED = "not_assessed"
    DOES_NOT_APPLY = "does_not_apply"


class Reason(StrEnum):
    """Why a rule stays open; the order is the order in which reasons are told."""

    LAYER_MISSING = "layer_missing"
    FAILED = "failed"
    NO_EDITION = "no_edition"
    NOT_COVERED = "not_covered"
    STALE = "stale"
    OUT_OF_SCOPE = "out_of_scope"
    PLACE_UNKNOWN = "place_unknown"
    ATTRIBUTE_UNKNOWN = "attribute_unknown"
    DISTANCE_UNSET = "distance_unset"
    NOT_PUBLISHED = "not_published"
    DATUM_UNKNOWN = "datum_unknown"
    FOOTPRINT_UNKNOWN = "footprint_unknown"
    ACTIVITY_UNKNOWN = "activity_unknown"
    FACT_UNKNOWN = "fact_unknown"
    UNVERIFIED_BASIS = "unverified_basis"


REASON_TEXT: dict[Reason, Text] = {
    Reason.LAYER_MISSING: Text("图层缺失", "the layer is missing"),
    Reason.FAILED: Text("图层数据有误", "the layer's data failed"),
    Reason.NO_EDITION: Text("该日期无有效版本", "no edition in force on that date"),
    Reason.NOT_COVERED: Text("图层未覆盖此处", "the layer does not cover this place"),
    Reason.STALE: Text("图层数据过期", "the layer is stale"),
    Reason.OUT_OF_SCOPE: Text("图层不在本单位掌握范围", "the layer is out of this agency's scope"),
    Reason.PLACE_UNKNOWN: Text("所在行政区不明", "the jurisdiction of the place is unknown"),
    Reason.ATTRIBUTE_UNKNOWN: Text("分区属性缺失", "an attribute of the zone is unknown"),
    Reason.DISTANCE_UNSET: Text("控制距离未设定", "the locally approved distance is not set"),
    Reason.NOT_PUBLISHED: Text("清单或图层未公布", "the list or layer is not published"),
    Reason.DATUM_UNKNOWN: Text("坐标基准不明", "the datum of the coordinates is unknown"),
    Reason.FOOTPRINT_UNKNOWN: Text("用地范围未给出", "the footprint is not given"),
    Reason.ACTIVITY_UNKNOWN: Text("项目类型未给出", "the activity is not given"),
    Reason.FACT_UNKNOWN: Text("项目参数未给出", "a fact about the project is not given"),
    Reason.UNVERIFIED_BASIS: Text("依据待核", "the legal basis is not verified"),
}

REASON_ACTOR: dict[Reason, Text] = {
    reason: (
        Text("申请人：待补充信息", "applicant: information needed")
        if reason
        in {Reason.FACT_UNKNOWN, Reason.ACTIVITY_UNKNOWN, Reason.DATUM_UNKNOWN, Reason.FOOTPRINT_UNKNOWN}
        else Text("法制人员：依据待核", "legal staff: basis to be verified")
        if reason is Reason.UNVERIFIED_BASIS
        else Text("数据管理：数据缺失", "data manager: data missing")
    )
    for reason in Reason
}
"""Who must act so that a rule with this reason can be settled."""


class LayerState(StrEnum):
    """What a layer says of a site; the first that holds, in this order."""

    HIT = "hit"
    OUT_OF_SCOPE = "out_of_scope"
    MISSING = "missing"
    FAILED = "failed"
    NO_EDITION = "no_edition"
    NOT_COVERED = "not_covered"
    STALE = "stale"
    CLEAR = "clear"


class Relation(StrEnum):
    """How site and zone must stand for a rule to speak."""

    INTERSECTS = "intersects"
    CROSSES = "crosses"
    OUTSIDE = "outside"
    WITHIN_DISTANCE = "within_distance"
    UPSTREAM_WITHIN = "upstream_within"
    ANYWHERE = "anywhere"


class Op(StrEnum):
    """Comparison of a fact or attribute with a rule's value."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    IN = "in"
    NOT_IN = "not_in"


class Certainty(StrEnum):
    """Grade of the legal text: A seen, B partly, C unverified, D our own rule."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class EditionStatus(StrEnum):
    """Drafts speak only when named; provisional editions convict and never acquit."""

    DRAFT = "draft"
    PROVISIONAL = "provisional"
    IN_FORCE = "in_force"


class Footprint(StrEnum):
    """The shape an activity takes on the ground."""

    AREAL = "areal"
    LINEAR = "linear"
    POINT = "point"


class FactType(StrEnum):
    """The type of a declared property."""

    BOOL = "bool"
    ENUM = "enum"
    NUMBER = "number"
    TEXT = "text"
