"""The classification list of construction projects for EIA (建设项目环境影响评价分类管理名录)."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from geo.model.rules import Condition, With
from geo.model.words import Reason, Text


class EiaClass(StrEnum):
    """What EIA a project needs, mildest first."""

    NONE = "none"
    REGISTRATION = "registration"
    FORM = "form"
    REPORT = "report"


EIA_ORDER = tuple(EiaClass)
"""Classes, mildest first."""

EIA_TEXT: dict[EiaClass, Text] = {
    EiaClass.NONE: Text("不纳入环评管理", "no EIA"),
    EiaClass.REGISTRATION: Text("登记表", "registration"),
    EiaClass.FORM: Text("报告表", "form"),
    EiaClass.REPORT: Text("报告书", "report"),
}


class EiaRole(StrEnum):
    """What a rule says of the list: areas raise the class, several items hold, no item holds."""

    RAISED = "raised"
    SEVERAL = "several"
    UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True, kw_only=True)
class EiaArea:
    """A kind of environmentally sensitive area (名录 Art. 3).

    Attributes
    ----------
    zones
        Zones that are such an area, any of them.
    fact
        Declared instead, or beside it, where no standard layer shows such areas.
    """

    id: str
    title: Text
    zones: tuple[With, ...] = ()
    fact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EiaRow:
    """A cell of the list: when an item has a class.

    Attributes
    ----------
    activities
        Codes or groups it speaks of; empty for all of the item's.
    sensitive
        Only with (True) or only without (False) a sensitive area of the item's set; None in either case.
    areas
        Ids of the areas that count for it.
    conditions
        Tests of facts; all must hold.
    """

    eia_class: EiaClass
    activities: tuple[str, ...] = ()
    sensitive: bool | None = None
    areas: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EiaItem:
    """An item of the list. Of the rows that hold the highest class counts; without any, ``otherwise``.

    Attributes
    ----------
    id
        Its number in the list.
    activities
        Codes or groups that it may speak of.
    conditions
        Whether it speaks of the project at all.
    otherwise
        One class; or several, where the text behind the rest has not been seen.
    basis
        Ids of the articles it rests on.
    """

    id: str
    title: Text
    activities: tuple[str, ...]
    otherwise: tuple[EiaClass, ...]
    basis: tuple[str, ...]
    valid_from: date
    valid_to: date | None = None
    rows: tuple[EiaRow, ...] = ()
    conditions: tuple[Condition, ...] = ()
    note: Text | None = None

    def in_force(self, on: date) -> bool:
        """Whether the item is law on a date."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class EiaDoubt:
    """Something about the list that is not known from a day on: told beside every class, never decisive."""

    since: date
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class EiaList:
    """The list as the rulebook holds it; empty where a rulebook has none."""

    areas: dict[str, EiaArea] = field(default_factory=dict)
    items: tuple[EiaItem, ...] = ()
    doubts: tuple[EiaDoubt, ...] = ()

    @property
    def facts(self) -> frozenset[str]:
        """Every fact it asks about."""
        rows = (row.conditions for item in self.items for row in item.rows)
        asked = {c.name for some in (*rows, *(i.conditions for i in self.items)) for c in some}
        return frozenset(asked | {area.fact for area in self.areas.values() if area.fact is not None})

    @property
    def layers(self) -> tuple[str, ...]:
        """Every layer that shows sensitive areas."""
        return tuple(dict.fromkeys(z.layer for area in self.areas.values() for z in area.zones))


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaFound:
    """Whether a site enters areas of one kind; None where that is open."""

    area: str
    title: Text
    met: bool | None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EiaAnswer:
    """The EIA class of one part.

    Attributes
    ----------
    before, after
        Classes possible without sensitive areas, and with them as they are; mildest first, one if sure.
    items
        Items of the list that give the class.
    areas
        Kinds of sensitive areas that count for it.
    reasons, missing_facts
        Why several classes are possible, and the facts that would help.
    doubts
        What is not known about the list itself.
    """

    before: tuple[EiaClass, ...]
    after: tuple[EiaClass, ...]
    items: tuple[str, ...]
    areas: tuple[AreaFound, ...]
    reasons: tuple[Reason, ...]
    missing_facts: tuple[str, ...]
    text: Text
    doubts: tuple[Text, ...]
