"""Everything about one check. Numbers are unrounded here; `geo.answer` rounds on output."""

from dataclasses import dataclass
from datetime import date

from geo.model.clauses import NamedClause
from geo.model.eia import EiaAnswer
from geo.model.layers import OutOfScope
from geo.model.project import Part
from geo.model.rules import Basis, Rule, Scalar
from geo.model.words import Certainty, LayerState, Outcome, Reason, Text, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A stretch of a line site in a zone; of length 0 where it only touches.

    Attributes
    ----------
    from_m, to_m
        Chainage (桩号): geodesic metres from the line's start, along all its parts in order.
    part
        Number of the line's part, from 1; a stretch never spans two.
    """

    from_m: float
    to_m: float
    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A zone met, or (distance rules) a zone near.

    Attributes
    ----------
    overlap_m2, overlap_m
        Ellipsoidal area (m²) and geodesic length (m) of the overlap.
    overlap_share
        Share of the site, 0–1; by area, by length, or by count of points.
    distance_m
        Geodesic distance from site to zone; 0 when met.
    touch
        Met, but by less than the minimum overlap or only on the border.
    river_m
        Of a zone on a river: metres along the river that the site lies upstream of it; negative downstream.
        The ``distance_m`` is then that to the ground beside the river that the rule speaks of.
    crossings
        Of line sites: where along the line the overlap lies, every pass of a line that runs over itself
        (whose ground ``overlap_m`` counts once); None for points and polygons.
    """

    layer: str
    zone_id: str
    zone_class: str | None
    name: str | None
    overlap_m2: float
    overlap_m: float
    overlap_share: float
    distance_m: float
    touch: bool
    zone_derived: bool = False
    river_m: float | None = None
    crossings: tuple[Crossing, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedFact:
    """A fact as it was used: declared, implied (按类型推定), default or unknown."""

    id: str
    value: Scalar | None
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Outcome of a rule at a site.

    Attributes
    ----------
    reason
        Why it stays open; ``reasons`` has all of them.
    margin_m
        Signed: positive = does not apply, by so much; negative = applies; None for ``anywhere`` or
        when beyond the search.
    limit_m
        The legal or configured distance used, metres; None where it is unset and for other relations.
    missing_facts
        Facts that would help to settle the rule.
    clauses
        Of rules about entry lists: the clauses they speak by.
    """

    rule: Rule
    outcome: Outcome
    reason: Reason | None
    reasons: tuple[Reason, ...]
    certainty: Certainty
    margin_m: float | None
    borderline: bool
    hits: tuple[Hit, ...]
    basis: tuple[Basis, ...]
    distance_m: float | None
    limit_m: float | None
    missing_facts: tuple[str, ...]
    explanation: Text
    clauses: tuple[NamedClause, ...] = ()

    @property
    def is_bare(self) -> bool:
        """Whether it says no more than its rule, what is declared and why it is open: nothing of the site."""
        return not self.hits and self.margin_m is None and self.distance_m is None and not self.borderline


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassShare:
    """Overlap with one class of a layer, as a union (m², m, share 0–1); of line sites, where along them."""

    zone_class: str | None
    overlap_m2: float
    overlap_m: float
    overlap_share: float
    crossings: tuple[Crossing, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerReport:
    """What one layer said, listed whether asked or not.

    Attributes
    ----------
    quiet
        It met nothing: one and the same report serves many sites.
    """

    id: str
    title: Text
    state: LayerState
    flags: tuple[str, ...]
    edition: str | None
    sha256: str | None
    synthetic: bool
    by_class: tuple[ClassShare, ...]
    union_share: float
    remainder_share: float
    remarks: tuple[Text, ...]
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PartReport:
    """One part's verdict and all its evidence.

    Attributes
    ----------
    hits
        Every zone geometrically met, touches included.
    eia
        Its EIA class; None where the list asks nothing of it.
    margin_m, margin_rule
        The margin nearest to 0 of all rules in play, and its rule; None beyond the margins asked for.
    """

    part: Part
    area_m2: float
    length_m: float
    verdict: Verdict
    worst_possible: Verdict
    complete: bool
    findings: tuple[Finding, ...]
    duties: tuple[Finding, ...]
    hits: tuple[Hit, ...]
    margin_m: float | None
    margin_rule: str | None
    layers: tuple[LayerReport, ...]
    facts: tuple[UsedFact, ...]
    remarks: tuple[Text, ...]
    eia: EiaAnswer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything about one check of one project."""

    verdict: Verdict
    worst_possible: Verdict
    complete: bool
    on: date
    name: str | None
    parts: tuple[PartReport, ...]
    out_of_scope: tuple[OutOfScope, ...]
    headline: Text
    synthetic: bool
    bundle_id: str
    digest: str
