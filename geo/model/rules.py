"""What comes from the rulebook: facts, activities, bases, rules."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from geo.model.clauses import Clause, ClauseTest
from geo.model.words import Certainty, Effect, FactType, Footprint, Op, Relation, Text

if TYPE_CHECKING:  # the list is made of conditions
    from geo.model.eia import EiaList, EiaRole

Scalar = str | float | bool
"""A declared value: a code or text, a number, yes/no."""

RIVERS = "river_reach"
"""The layer whose lines are the river network (regulations.md b.6)."""

ANY = "ANY"
"""In ``activities``: every activity, and the unknown one too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A declared property of a part.

    Attributes
    ----------
    values
        The allowed codes of an enum, in order, with their titles.
    unit
        Unit of a number, as in ``m2``.
    default
        Taken when nothing is declared (``land: permanent``); None = unknown.
    aliases
        Other names accepted in tables and on the command line.
    """

    id: str
    title: Text
    question: Text
    type: FactType
    values: tuple[tuple[str, Text], ...] = ()
    unit: str | None = None
    default: Scalar | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What is to be built.

    Attributes
    ----------
    groups
        All groups it belongs to, transitively, its own id first.
    typical_area_m2
        Land a project of this kind usually takes (m²), for a point given without ``land_area_m2``.
    implies
        Facts taken as given unless declared otherwise (按类型推定).
    """

    id: str
    title: Text
    groups: tuple[str, ...]
    footprint: Footprint
    typical_area_m2: float | None = None
    implies: tuple[tuple[str, Scalar], ...] = ()
    aliases: tuple[str, ...] = ()
    gb4754: tuple[str, ...] = ()
    eia_items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """An article named beside another: the text it took the place of, or that took its place."""

    id: str
    instrument: Text
    article: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """One article of one instrument, with the dates between which it is law: [valid_from, valid_to).

    Attributes
    ----------
    earlier, later
        What it superseded and what supersedes it (`geo.words.cite.linked`).
    """

    id: str
    instrument: Text
    article: str
    valid_from: date
    certainty: Certainty
    source: str
    number: str | None = None
    title: Text | None = None
    gloss: Text | None = None
    valid_to: date | None = None
    supersedes: tuple[str, ...] = ()
    needs_review: bool = False
    earlier: tuple[Citation, ...] = ()
    later: tuple[Citation, ...] = ()

    def in_force(self, on: date) -> bool:
        """Whether the article is law on ``on``."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A test of a fact, or (``zone_where``) of an attribute of the zone."""

    name: str
    op: Op
    value: Scalar | tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class With:
    """A second layer, on the overlapped piece: must it be there, or must it not."""

    layer: str
    zone_classes: tuple[str, ...] = ()
    zone_where: tuple[Condition, ...] = ()
    present: bool = True

    @property
    def zone_key(self) -> str:
        """The zone filter in words, to keep its answers by."""
        return repr((self.zone_classes, self.zone_where))


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """Days of the year, both included, as (month, day); may run over New Year."""

    start: tuple[int, int]
    end: tuple[int, int]

    def holds(self, on: date) -> bool:
        """Whether ``on`` lies in the season."""
        day = (on.month, on.day)
        if self.start <= self.end:
            return self.start <= day <= self.end
        return day >= self.start or day <= self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A worked case beside a rule: what is given, and whether the rule applies (True/False/None = open)."""

    given: "Given"
    applies: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The given half of an example.

    Attributes
    ----------
    zone
        None means that no zone is met.
    clauses
        The entry list of that zone; None where none is held.
    """

    zone: tuple[tuple[str, Scalar | None], ...] | None = None
    companions: tuple[tuple[str, tuple[tuple[str, Scalar | None], ...]], ...] = ()
    distance_m: float | None = None
    overlap_m2: float | None = None
    upstream_m: float | None = None
    side_m: float | None = None
    on: date | None = None
    activity: str | None = None
    facts: tuple[tuple[str, Scalar | None], ...] = ()
    clauses: tuple[Clause, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What zones ask of an activity.

    Attributes
    ----------
    layers
        Any of these; empty for ``anywhere``.
    distance_m, distance_min_m
        Legal distance and the distance beyond which (exclusive) the rule begins, metres.
    distance_name, screening_m
        For a locally approved distance: its name in the bundle's ``distances`` and the distance inside
        which an unset value leaves the rule open.
    up_m, down_m, side_m
        Of ``upstream_within``: metres along the river upstream and downstream of a zone, and from its banks.
    min_overlap_m, min_overlap_m2, min_overlap_share
        Least overlap of a line (m), of a polygon (m²) and of a polygon (share of the site, 0–1).
    certainty
        As declared; the bases in force may lower it.
    eia
        What it says of the list of EIA classes; activities, facts and places are then the list's.
    """

    id: str
    title: Text
    layers: tuple[str, ...]
    relation: Relation
    activities: tuple[str, ...]
    effect: Effect
    action: Text
    basis: tuple[str, ...]
    valid_from: date
    certainty: Certainty
    zone_classes: tuple[str, ...] = ()
    zone_where: tuple[Condition, ...] = ()
    companions: tuple[With, ...] = ()
    distance_m: float | None = None
    distance_min_m: float | None = None
    distance_name: str | None = None
    screening_m: float | None = None
    up_m: float | None = None
    down_m: float = 0.0
    side_m: float | None = None
    min_overlap_m: float = 1.0
    min_overlap_m2: float = 1.0
    min_overlap_share: float = 0.0
    min_zones: int = 1
    season: Season | None = None
    max_cell_m: float | None = None
    clauses: ClauseTest | None = None
    eia: "EiaRole | None" = None
    excepted: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    valid_to: date | None = None
    needs_review: bool = False
    note: Text | None = None
    examples: tuple[Example, ...] = ()
    source: str = ""

    @property
    def layers_named(self) -> tuple[str, ...]:
        """Every layer the rule speaks of, second layers and the river network included."""
        rivers = (RIVERS,) if self.relation is Relation.UPSTREAM_WITHIN else ()
        return tuple(dict.fromkeys((*self.layers, *(c.layer for c in self.companions), *rivers)))

    def in_force(self, on: date) -> bool:
        """Whether the rule speaks on ``on``, its season included."""
        valid = self.valid_from <= on and (self.valid_to is None or on < self.valid_to)
        return valid and (self.season is None or self.season.holds(on))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """Rules with the words they use."""

    rules: tuple[Rule, ...]
    bases: dict[str, Basis]
    facts: dict[str, Fact]
    activities: dict[str, Activity]
    groups: dict[str, Text]
    eia: "EiaList | None" = None
