"""A row of an entry list read: every cell checked, each fault told with the row's name."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from geo.model import ANY, DIMENSION_TEXT, Certainty, Clause, ClauseLevel, ClauseVerb
from layers.keytable import near
from layers.strictyaml import Faults

__all__ = ["INDUSTRY", "InPlay", "Row", "clause_of"]

INDUSTRY = re.compile(r"[A-T]?(\d{2,4})")
"""A code of GB/T 4754: division, group or class, the letter of its section before it or not."""

_SEPARATORS = re.compile(r"[;；,，、\s]+")
_PLACE = re.compile(r"\d{2}|\d{4}|\d{6}")
_PADDED = re.compile(r"(\d{2})0000|(\d{4})00")

Row = Mapping[str, Any]
Chosen = TypeVar("Chosen", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class InPlay:
    """What clauses may refer to.

    Attributes
    ----------
    counties
        Gives the counties of the layer: they are asked for where a unit is not found.
    """

    codes: frozenset[str]
    counties: Callable[[], Collection[str]]
    classes: Collection[str]
    subtypes: Collection[str]


def clause_of(
    row: Row, zones: InPlay | None, words: Collection[str], at: str, faults: Faults
) -> Clause | None:
    """A clause of a row; None where anything it cannot do without is at fault."""
    name = _cell(row, "clause_id")
    at = f"{at} {name}" if name else at
    level = _word(row, "level", ClauseLevel, at, faults)
    name, text, doc = (_needed(row, key, at, faults) for key in ("clause_id", "text", "doc"))
    scope = _scope(row, level, at, faults) if level is not None else None
    dimension, verb = _dimension(row, at, faults), _word(row, "verb", ClauseVerb, at, faults)
    certainty = _word(row, "certainty", Certainty, at, faults)
    names = _names(row, words, at, faults)
    wide = {"unit_class": _cell(row, "unit_class"), "unit_subtype": _cell(row, "unit_subtype")}
    if zones is not None and level is not None:
        _check_wide(wide, level, zones, at, faults)
    if name is None or text is None or doc is None or level is None or scope is None:
        return None
    if dimension is None or verb is None or certainty is None or len(faults):
        return None
    return Clause(
        id=name,
        scope=scope,
        level=level,
        dimension=dimension,
        verb=verb,
        text=text,
        names=names,
        doc=doc,
        article=_cell(row, "article") or "",
        certainty=certainty,
        unit_class=wide["unit_class"],
        unit_subtype=wide["unit_subtype"],
    )


def _cell(row: Row, name: str) -> str | None:
    """A cell as text; None where it is blank."""
    value = row.get(name)
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124  # NaN
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def _needed(row: Row, name: str, at: str, faults: Faults) -> str | None:
    found = _cell(row, name)
    if found is None:
        _fault(faults, at, None, name, f"缺少 {name}", f"{name} is missing")
    return found


def _word(row: Row, name: str, kind: type[Chosen], at: str, faults: Faults) -> Chosen | None:
    """A word of a closed list."""
    found = _needed(row, name, at, faults)
    if found is None:
        return None
    try:
        return kind(found)
    except ValueError:
        allowed = ", ".join(kind)
        _fault(
            faults,
            at,
            found,
            f"{name}: {allowed}",
            f"{name} 不在允许值之中",
            f"{name}: not among the allowed words",
        )
        return None


def _dimension(row: Row, at: str, faults: Faults) -> int | None:
    found = _needed(row, "dimension", at, faults)
    if found is None:
        return None
    if found.isdigit() and int(found) in DIMENSION_TEXT:
        return int(found)
    allowed = ", ".join(f"{number} {title.zh}" for number, title in DIMENSION_TEXT.items())
    _fault(faults, at, found, allowed, "类别须为 1–4", "the dimension is a number from 1 to 4")
    return None


def _scope(row: Row, level: ClauseLevel, at: str, faults: Faults) -> str | None:
    """Code of the unit, or of the place: ``510000`` and ``51`` are one province."""
    found = _needed(row, "unit_code", at, faults)
    if found is None or level is ClauseLevel.UNIT:
        return found
    if _PLACE.fullmatch(found):
        padded = _PADDED.fullmatch(found)
        short = next(filter(None, padded.groups())) if padded else found
        if (len(short) == 2) is (level is ClauseLevel.PROVINCE):  # noqa: PLR2004  # digits of a province
            return short
    wanted = "51, 510000" if level is ClauseLevel.PROVINCE else "5108, 510800, 500152"
    _fault(
        faults,
        at,
        found,
        wanted,
        "省级、市级条款的 unit_code 须为相应行政区代码",
        "at province and city level unit_code is the code of the place",
    )
    return None


def _names(row: Row, words: Collection[str], at: str, faults: Faults) -> tuple[str, ...]:
    """Whom a clause names: activities, groups, ``ANY``, codes without the letter of their section."""
    value = row.get("industry_match")
    several = [str(one) for one in value] if isinstance(value, list | tuple) else None
    given = several if several is not None else _SEPARATORS.split(_cell(row, "industry_match") or "")
    names: list[str] = []
    for name in filter(None, (one.strip() for one in given)):
        code = INDUSTRY.fullmatch(name)
        if code is None and name != ANY and name not in words:
            _fault(
                faults,
                at,
                name,
                "ANY, CHEM, HEAVYPOLL, 26, C2614 …",
                "industry_match 中没有这个项目类型、项目组或行业代码",
                "industry_match: there is no such activity, group or industry code",
                near(name, words),
            )
        names.append(code[1] if code else name)
    return tuple(dict.fromkeys(names))


def _check_wide(
    wide: Mapping[str, str | None], level: ClauseLevel, zones: InPlay, at: str, faults: Faults
) -> None:
    """Class and sub-type narrow the lists of province and city; a unit has its own."""
    known = {"unit_class": zones.classes, "unit_subtype": zones.subtypes}
    for name, value in wide.items():
        if value is not None and (level is ClauseLevel.UNIT or value not in known[name]):
            allowed = "—" if level is ClauseLevel.UNIT else ", ".join(sorted(known[name]))
            _fault(
                faults,
                at,
                f"{name}: {value}",
                allowed,
                f"{name} 只用于省级、市级条款，且须为图层已有的值",
                f"{name} is for clauses of province and city only, with a value that the layer has",
            )


def _fault(faults: Faults, at: str, given: object, allowed: str, zh: str, en: str, guess: str = "") -> None:
    faults.add(at, given=given, allowed=allowed, zh=zh, en=en, guess=guess)
