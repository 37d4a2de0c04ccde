"""The declaration's door: activities and facts as people write them become vocabulary."""

import difflib
import math
import re
from collections.abc import Iterable, Mapping

from geo.errors import InputError, Problem
from geo.model import Fact, FactType, Rulebook, Scalar, Text
from geo.once import Once

_YES = {"yes", "true", "1", "是", "y", "有", "t"}
_NO = {"no", "false", "0", "否", "n", "无", "f"}
_UNKNOWN = {"unknown", "未知", "不明", "不详"}
_BLANK = {"", "nan", "null", "-", "—"}
_NAMES: Once[dict[str, str]] = Once(most=100)
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?([eE][+-]?\d+)?")


def fact_names(facts: Iterable[Fact]) -> dict[str, str]:
    """Fact ids by every name they may be called, in lower case."""
    names: dict[str, str] = {}
    for fact in facts:
        for name in (fact.id, fact.title.zh, fact.title.en, *fact.aliases):
            names.setdefault(name.strip().casefold(), fact.id)
    return names


def declare_facts(
    rulebook: Rulebook, given: Mapping[str, object], *, where: str = "facts"
) -> tuple[tuple[str, Scalar | None], ...]:
    """Declared facts by id, in a fixed order; blanks left out, *unknown* kept as None.

    Raises
    ------
    InputError
        With every unknown name and unreadable value.
    """
    names = _NAMES.of(rulebook, lambda one: fact_names(one.facts.values()))
    problems: list[Problem] = []
    declared: dict[str, Scalar | None] = {}
    said: dict[str, str] = {}
    for name, raw in given.items():
        at = f"{where}.{name}"
        fact_id = names.get(str(name).strip().casefold())
        if fact_id is None:
            problems.append(_unknown_fact(at, name, rulebook))
        elif is_blank(raw):
            continue
        elif fact_id in said:
            problems.append(_said_twice(at, name, said[fact_id]))
        else:
            said[fact_id] = str(name)
            try:
                declared[fact_id] = read_fact(rulebook.facts[fact_id], raw, where=at)
            except InputError as error:
                problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return tuple(sorted(declared.items()))


def is_blank(raw: object) -> bool:
    """Whether a cell or JSON value says nothing (an explicit JSON null says *unknown*)."""
    return (isinstance(raw, float) and math.isnan(raw)) or (
        isinstance(raw, str) and raw.strip().casefold() in _BLANK
    )


def read_fact(fact: Fact, raw: object, *, where: str) -> Scalar | None:
    """One declared value; None = declared unknown.

    Raises
    ------
    InputError
        If the value is not of the fact's type.
    """
    text = str(raw).strip()
    folded = text.casefold()
    if raw is None or folded in _UNKNOWN:
        return None
    if fact.type is FactType.BOOL:
        folded = folded.removesuffix(".0")
        if isinstance(raw, bool) or folded in _YES | _NO:
            return raw if isinstance(raw, bool) else folded in _YES
        raise InputError(_bad_value(where, text, "yes, no, unknown (是/否/未知)"))
    if fact.type is FactType.NUMBER:
        return _number(raw, text, where)
    if fact.type is FactType.ENUM:
        for code, title in fact.values:
            if folded in {code.casefold(), title.zh.casefold(), title.en.casefold()}:
                return code
        raise InputError(_bad_value(where, text, ", ".join(f"{c} ({t.zh})" for c, t in fact.values)))
    return text


def _number(raw: object, text: str, where: str) -> float:
    readable = not isinstance(raw, bool) and _NUMBER.fullmatch(text) is not None
    number = float(text.replace(",", "")) if readable else math.nan
    if not math.isfinite(number) or number < 0:
        raise InputError(_bad_value(where, text, "a number ≥ 0"))
    return number


def _bad_value(where: str, given: str, allowed: str) -> Problem:
    return Problem(
        where=where,
        given=given,
        allowed=allowed,
        hint=Text("项目参数的取值不合要求", "the fact's value is not allowed"),
    )


def _said_twice(where: str, given: str, before: str) -> Problem:
    return Problem(
        where=where,
        given=given,
        allowed=before,
        hint=Text("同一项目参数给出了两次", "the same fact is given twice"),
    )


def _unknown_fact(where: str, name: str, rulebook: Rulebook) -> Problem:
    near = (
        difflib.get_close_matches(str(name), list(rulebook.facts), n=5, cutoff=0.4)
        or list(rulebook.facts)[:8]
    )
    return Problem(
        where=where,
        given=str(name),
        allowed=", ".join(near) + " …",
        hint=Text("未知的项目参数", "unknown fact"),
    )
