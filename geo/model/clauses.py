"""Clauses of entry lists (生态环境准入清单): what the list of a control unit says of which industries."""

from dataclasses import dataclass
from enum import StrEnum

from geo.model.words import Certainty, Text


class ClauseVerb(StrEnum):
    """What a clause does."""

    PROHIBIT = "禁止"
    RESTRICT = "限制"
    EXIT = "退出"
    ALLOW = "允许"
    REQUIRE = "要求"


class ClauseLevel(StrEnum):
    """Whose list it stands in: those of province and city hold for all units below."""

    PROVINCE = "province"
    CITY = "city"
    UNIT = "unit"


class Naming(StrEnum):
    """How a clause must speak of an activity for a rule to hear it.

    ``any``: by itself or with everyone; ``itself``: by its kind or industry; ``everyone``: as every activity;
    ``never``: no clause of these verbs surely names it itself.
    """

    ANY = "any"
    ITSELF = "itself"
    EVERYONE = "everyone"
    NEVER = "never"


VERB_TEXT: dict[ClauseVerb, Text] = {
    ClauseVerb.PROHIBIT: Text("禁止", "prohibits"),
    ClauseVerb.RESTRICT: Text("限制", "restricts"),
    ClauseVerb.EXIT: Text("退出", "orders the exit of"),
    ClauseVerb.ALLOW: Text("允许", "allows"),
    ClauseVerb.REQUIRE: Text("要求", "makes demands on"),
}
LEVEL_TEXT: dict[ClauseLevel, Text] = {
    ClauseLevel.PROVINCE: Text("省级清单", "provincial list"),
    ClauseLevel.CITY: Text("市（区县）级清单", "city list"),
    ClauseLevel.UNIT: Text("单元清单", "list of the unit"),
}
DIMENSION_TEXT: dict[int, Text] = {
    1: Text("空间布局约束", "spatial layout"),
    2: Text("污染物排放管控", "emission control"),
    3: Text("环境风险防控", "risk control"),
    4: Text("资源开发效率要求", "resource efficiency"),
}
"""The four dimensions of a list (regulations.md §1.6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause of an entry list.

    Attributes
    ----------
    scope
        Code of the unit; at province and city level the place code under which its units lie (``51``,
        ``5108``, ``500152``).
    unit_class, unit_subtype
        At province and city level: the class and sub-type of the units it speaks of; None for all.
    dimension
        1–4, as in `DIMENSION_TEXT`.
    names
        Whom it names: activities, groups, ``ANY``, or GB/T 4754 codes (digits); empty where that is not said.
    """

    id: str
    scope: str
    level: ClauseLevel
    dimension: int
    verb: ClauseVerb
    text: str
    names: tuple[str, ...]
    doc: str
    article: str
    certainty: Certainty
    unit_class: str | None = None
    unit_subtype: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseTest:
    """What a rule asks of the entry list of a zone.

    Attributes
    ----------
    silent_without_list
        Another rule tells that a list is not held; else zones without one leave the rule open.
    """

    verbs: tuple[ClauseVerb, ...]
    named: Naming = Naming.ANY
    silent_without_list: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedClause:
    """A clause that bears on a finding, at a zone; ``sure`` where it names the activity beyond doubt."""

    clause: Clause
    layer: str
    zone_id: str
    sure: bool
