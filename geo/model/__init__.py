"""The domain's nouns: words, rules, layers, projects, reports. Frozen; nothing is computed then read."""

from geo.model.words import (
    HISTORY_FROM,
    REASON_ACTOR,
    REASON_TEXT,
    SEVERITY,
    VERDICT_TEXT,
    Certainty,
    EditionStatus,
    Effect,
    FactType,
    Footprint,
    LayerState,
    Op,
    Outcome,
    Reason,
    Relation,
    Text,
    Verdict,
    worst,
)
from geo.model.rules import (
    ANY,
    Activity,
    Basis,
    Condition,
    Example,
    Fact,
    Given,
    Rule,
    Rulebook,
    Scalar,
    Season,
    With,
)
from geo.model.problem import Problem
from geo.model.project import DEFAULT_ACCURACY_M, UNKNOWN_DATUM_ACCURACY_M, Part, Project, Site
from geo.model.layers import Bundle, Edition, Layer, OutOfScope
from geo.model.report import (
    ClassShare,
    Finding,
    Hit,
    LayerReport,
    PartReport,
    Report,
    UsedFact,
)

__all__ = [
    "ANY", "DEFAULT_ACCURACY_M", "HISTORY_FROM", "REASON_ACTOR", "REASON_TEXT", "SEVERITY",
    "UNKNOWN_DATUM_ACCURACY_M", "VERDICT_TEXT", "Activity", "Basis", "Bundle", "Certainty", "ClassShare",
    "Condition", "Edition", "EditionStatus", "Effect", "Example", "Fact", "FactType", "Finding", "Footprint",
    "Given", "Hit", "Layer", "LayerReport", "LayerState", "Op", "OutOfScope", "Outcome", "Part", "PartReport", "Problem",
    "Project", "Reason", "Relation", "Report", "Rule", "Rulebook", "Scalar", "Season", "Site", "Text",
    "UsedFact", "Verdict", "With", "worst",
]
