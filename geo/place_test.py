"""What a rule asks of a place, apart from who asks and why: rules with the same test share one answer."""

from dataclasses import dataclass

from geo.eia.classes import EiaScope
from geo.model import RIVERS, ClauseTest, Condition, EiaList, Reason, Relation, Rule, With

MINIMUM_M = 1.0
MINIMUM_M2 = 1.0
"""Overlap up to this (m of a line, m² of a polygon) is a touch (DESIGN §4); a rule may name its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiverTest:
    """What `upstream_within` asks about.

    Attributes
    ----------
    zones
        The layers whose zones are meant; the test itself asks of ground laid by rivers (`geo.rivers.laid`).
    unset
        The approved distance is unset: ``up_m`` is that inside which the rule is open.
    bank_m
        From a river's line to the farthest that is beside it: ``side_m`` and half the widest river.
    edge
        The layer of ground from which a walk leaves what is covered; "" where no river is held.
    near
        The layer of ground beyond which no zone that is known lies near enough, whatever the rivers.
    reach_m
        How far that is from a zone.
    """

    zones: tuple[str, ...]
    up_m: float
    down_m: float
    side_m: float
    unset: bool = False
    bank_m: float = 0.0
    edge: str = ""
    near: str = ""
    reach_m: float = 0.0

    @property
    def way_m(self) -> float:
        """How far along the river is looked, either way."""
        return max(self.up_m, self.down_m)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTest:
    """The spatial half of a rule.

    Attributes
    ----------
    distance_m
        Legal or locally approved distance; None for overlap relations and for an unset one.
    clauses
        What is asked of zones' entry lists; None once the test is bound to an activity (`geo.lists.bind`),
        and ``zone_key`` then names the zones that are meant.
    zone_key
        The zone filter in words.
    why
        Of a bound test: the reasons that leave zones open (`geo.lists.bind.why_filter`).
    areas
        Set where several tests answer together whether sensitive areas raise an EIA class.
    screening_m
        Set only where the approved distance is unset: inside it the rule is open.
    river
        Set for `upstream_within` only, whose distances stand there.
    """

    layers: tuple[str, ...]
    relation: Relation
    zone_classes: tuple[str, ...]
    zone_where: tuple[Condition, ...]
    companions: tuple[With, ...]
    distance_m: float | None
    distance_min_m: float | None
    screening_m: float | None
    min_overlap_m: float
    min_overlap_m2: float
    min_overlap_share: float
    min_zones: int
    max_cell_m: float | None
    zone_key: str
    clauses: ClauseTest | None = None
    why: tuple[Reason, ...] = ()
    areas: "AreaQuestion | None" = None
    river: RiverTest | None = None

    @property
    def reach_m(self) -> float:
        """How far from the site the test looks, metres, accuracies not counted."""
        return max(self.distance_m or 0.0, self.screening_m or 0.0)

    @property
    def reaches_m(self) -> tuple[tuple[str, float], ...]:
        """Layers with how far each is searched."""
        own = tuple((layer, self.reach_m) for layer in self.layers)
        return own if self.river is None else (*own, (RIVERS, self.river.bank_m))

    @property
    def limit_m(self) -> float | None:
        """The legal or approved distance; None where there is none or it is unset."""
        if self.river is not None:
            return None if self.river.unset else self.river.up_m
        return self.distance_m

    @property
    def distances_m(self) -> tuple[float, ...]:
        """All distances it compares with, metres."""
        every = (self.distance_m, self.screening_m, self.distance_min_m)
        return tuple(d for d in every if d is not None)

    @property
    def farthest_m(self) -> float:
        """The longest of them; 0 where there is none."""
        return max(self.distances_m, default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaQuestion:
    """Which sets of sensitive areas a site enters.

    Attributes
    ----------
    sets
        For each set of the scope a test for each kind of zone that is such an area.
    keys
        The same tests in words.
    declared
        By set, whether an area that no layer shows was declared to be there.
    """

    scope: EiaScope
    sets: tuple[tuple[PlaceTest, ...], ...]
    keys: tuple[tuple[str, ...], ...]
    declared: tuple[bool, ...]


def area_tests(listed: EiaList) -> dict[str, tuple[PlaceTest, ...]]:
    """For each kind of sensitive area its place tests; 涉及 means that the footprint enters it."""
    return {name: tuple(_within(zones) for zones in area.zones) for name, area in listed.areas.items()}


def _within(zones: With) -> PlaceTest:
    return PlaceTest(
        layers=(zones.layer,),
        relation=Relation.INTERSECTS,
        zone_classes=zones.zone_classes,
        zone_where=zones.zone_where,
        companions=(),
        distance_m=None,
        distance_min_m=None,
        screening_m=None,
        min_overlap_m=MINIMUM_M,
        min_overlap_m2=MINIMUM_M2,
        min_overlap_share=0.0,
        min_zones=1,
        max_cell_m=None,
        zone_key=zone_key(zones.zone_classes, zones.zone_where),
    )


def zone_key(classes: tuple[str, ...], where: tuple[Condition, ...]) -> str:
    """A zone filter in words, to keep its answers by: as a value, True would equal 1."""
    return repr((classes, where)) if classes or where else ""


def place_test(rule: Rule, distances: dict[str, float]) -> PlaceTest:
    """The rule's place test, with locally approved distances put in."""
    distance, screening = rule.distance_m, None
    if rule.distance_name is not None:
        distance = distances.get(rule.distance_name)
        screening = rule.screening_m if distance is None else None
    river = _river_test(rule, distance, screening) if rule.relation is Relation.UPSTREAM_WITHIN else None
    if river is not None:
        distance = screening = None
    least = 0.0 if river is not None else 1.0  # whoever is beside the river at all is there
    return PlaceTest(
        layers=rule.layers,
        relation=rule.relation,
        zone_classes=rule.zone_classes,
        zone_where=rule.zone_where,
        companions=rule.companions,
        distance_m=distance,
        distance_min_m=rule.distance_min_m,
        screening_m=screening,
        min_overlap_m=least * rule.min_overlap_m,
        min_overlap_m2=least * rule.min_overlap_m2,
        min_overlap_share=rule.min_overlap_share,
        min_zones=rule.min_zones,
        max_cell_m=rule.max_cell_m,
        clauses=rule.clauses,
        zone_key=zone_key(rule.zone_classes, rule.zone_where),
        river=river,
    )


def _river_test(rule: Rule, approved_m: float | None, screening_m: float | None) -> RiverTest:
    up = rule.up_m if rule.distance_name is None else approved_m
    return RiverTest(
        zones=rule.layers,
        up_m=(up if up is not None else screening_m) or 0.0,
        down_m=rule.down_m,
        side_m=rule.side_m or 0.0,
        unset=up is None,
    )
