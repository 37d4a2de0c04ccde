"""The words rules use: facts and activities, and the files that add to them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from geo.model import ANY, Activity, Fact, FactType, Footprint, Scalar, Text
from layers.keytable import (
    Key,
    Row,
    both,
    choice,
    mapping_of,
    matching,
    near,
    number,
    one_of,
    one_or_many,
    scalar,
    shown,
    text,
)
from layers.strictyaml import Faults

__all__ = ["ACTIVITY_KEYS", "FACT_KEYS", "ID", "PLACE_CODE", "activities", "add_rows", "fact_value", "facts"]

ID = matching(r"[A-Za-z][A-Za-z0-9_.-]*", "letters, digits, _ . -")

PLACE_CODE = matching(r"\d{2}|\d{4}|\d{6}", "'51', '5119', '511902'")
"""GB/T 2260, of a province, a prefecture or a county."""

FACT_KEYS = (
    Key("id", ID, required=True),
    Key("title", both, required=True),
    Key("question", both, required=True),
    Key("type", choice(FactType), required=True),
    Key("values", mapping_of(both, least=1)),
    Key("unit", text),
    Key("default", scalar),
    Key("aliases", one_or_many(text, least=0), default=()),
    Key("note", both),
)

ACTIVITY_KEYS = (
    Key("id", ID, required=True),
    Key("title", both, required=True),
    Key("kind", one_of("activity", "group"), default="activity"),
    Key("aliases", one_or_many(text, least=0), default=()),
    Key("groups", one_or_many(text, least=0), default=()),
    Key("gb4754", one_or_many(text, least=0), default=()),
    Key("eia_items", one_or_many(text, least=0), default=()),
    Key("footprint", choice(Footprint)),
    Key("typical_area_m2", number(0)),
    Key("implies", mapping_of(scalar), default={}),
    Key("note", both),
)


def add_rows(kept: dict[str, Row], rows: Iterable[Row], faults: Faults) -> None:
    """Add entries to those already there; they add, they never erase, so an id that is there is a fault."""
    for row in rows:
        name = row["id"]
        if not isinstance(name, str):
            continue
        if name in kept:
            faults.add(
                row.where("id"),
                given=name,
                allowed="a new id: files add, they never erase",
                zh=f"标识已存在（{kept[name].where()}）",
                en=f"this id is there already ({kept[name].where()})",
            )
            continue
        kept[name] = row


def fact_value(
    fact: Fact, value: Scalar, where: str, faults: Faults, *, ordered: bool = False
) -> Scalar | None:
    """A value fit for a fact; None where it is not, which is then a fault.

    Parameters
    ----------
    ordered
        The value stands beside lt, le, gt or ge: only numbers have an order.
    """
    allowed = {
        FactType.BOOL: "true, false",
        FactType.ENUM: ", ".join(code for code, _ in fact.values),
        FactType.NUMBER: "-1, 0, 2.5, …" + (f" ({fact.unit})" if fact.unit else ""),
        FactType.TEXT: '"…"',
    }[fact.type]
    good = {
        FactType.BOOL: isinstance(value, bool),
        FactType.ENUM: any(value == code for code, _ in fact.values) and isinstance(value, str),
        FactType.NUMBER: isinstance(value, int | float) and not isinstance(value, bool),
        FactType.TEXT: isinstance(value, str),
    }[fact.type]
    if ordered and fact.type is not FactType.NUMBER:
        faults.add(
            where,
            given=f"{fact.id} ({fact.type})",
            allowed="eq, ne, in, not_in",
            zh="只有数值型参数可比较大小",
            en="only facts of type number can be compared by size",
        )
        return None
    if good:
        return value
    guess = near(str(value), [code for code, _ in fact.values])
    faults.add(
        where,
        given=value,
        allowed=allowed,
        zh=f"不是项目参数 {fact.id} 的允许值",
        en=f"not a value of the fact {fact.id}",
        guess=guess,
    )
    return None


def facts(rows: Mapping[str, Row], faults: Faults) -> dict[str, Fact]:
    """The facts of good entries; names (ids, titles, aliases) must be unambiguous."""
    found: dict[str, Fact] = {}
    for row in rows.values():
        if not row.ok:
            continue
        fact = Fact(
            id=row["id"],
            title=row["title"],
            question=row["question"],
            type=row["type"],
            values=tuple((row["values"] or {}).items()),
            unit=row["unit"],
            default=row["default"],
            aliases=row["aliases"],
        )
        if (fact.type is FactType.ENUM) != bool(fact.values):
            faults.add(
                row.where("values"),
                given=fact.type,
                allowed="values for an enum, and for nothing else",
                zh="enum 型参数须列出 values，其他类型不得有",
                en="an enum lists its values, other types have none",
            )
            continue
        if fact.default is not None:
            fact_value(fact, fact.default, row.where("default"), faults)
        found[fact.id] = fact
    _ambiguous(((f.id, _names(f.id, f.title, f.aliases)) for f in found.values()), rows, faults)
    return found


def activities(
    rows: Mapping[str, Row], known_facts: Mapping[str, Fact], faults: Faults
) -> tuple[dict[str, Activity], dict[str, Text]]:
    """The activities, and the titles of their groups."""
    groups = {name: row for name, row in rows.items() if row["kind"] == "group"}
    for row in rows.values():
        _check_entry(row, rows, known_facts, faults)
    found: dict[str, Activity] = {}
    for name, row in rows.items():
        above = _ancestors(name, rows, faults)
        if name in groups or not row.ok:
            continue
        found[name] = Activity(
            id=name,
            title=row["title"],
            groups=above,
            footprint=row["footprint"] or Footprint.AREAL,
            typical_area_m2=row["typical_area_m2"],
            implies=tuple(row["implies"].items()),
            aliases=row["aliases"],
            gb4754=row["gb4754"],
            eia_items=row["eia_items"],
        )
    _ambiguous(((a.id, _names(a.id, a.title, a.aliases)) for a in found.values()), rows, faults)
    return found, {name: row["title"] for name, row in groups.items() if row.ok}


def _check_entry(row: Row, rows: Mapping[str, Row], known_facts: Mapping[str, Fact], faults: Faults) -> None:
    if row["id"] == ANY:
        faults.add(row.where("id"), given=ANY, allowed="another id", zh="ANY 是保留字", en="ANY is reserved")
    group = row["kind"] == "group"
    if not group and row.ok and not row.has("footprint"):
        faults.add(
            row.where("footprint"),
            given=None,
            allowed=", ".join(Footprint),
            zh="项目类型须写明占地形态 footprint",
            en="an activity names its footprint",
        )
    for key in ("implies", "footprint", "typical_area_m2", "gb4754", "eia_items"):
        if group and row.has(key):
            faults.add(
                row.where(key), given=key, allowed="activities only", zh="组不能有此键", en="not on a group"
            )
    for parent in _plain(row["groups"]):
        if parent not in rows or rows[parent]["kind"] != "group":
            guess = near(parent, [n for n, r in rows.items() if r["kind"] == "group"])
            faults.add(
                row.where("groups"),
                given=parent,
                allowed=shown(parent, [n for n, r in rows.items() if r["kind"] == "group"]),
                zh="没有这个项目组",
                en="there is no such group",
                guess=guess,
            )
    for name, value in (row["implies"] if isinstance(row["implies"], dict) else {}).items():
        if name in known_facts:
            fact_value(known_facts[name], value, row.where("implies"), faults)
        else:
            _unknown_fact(name, row.where("implies"), known_facts, faults)


def _unknown_fact(name: str, where: str, known: Mapping[str, Fact], faults: Faults) -> None:
    guess = near(name, known)
    faults.add(
        where,
        given=name,
        allowed=shown(name, known),
        zh="没有这个项目参数",
        en="there is no such fact",
        guess=guess,
    )


def _plain(value: Any) -> Sequence[str]:  # noqa: ANN401 (a cell may be BAD)
    return value if isinstance(value, tuple) else ()


def _ancestors(name: str, rows: Mapping[str, Row], faults: Faults) -> tuple[str, ...]:
    """All groups of an entry, its own id first, parents before grandparents; a cycle is a fault."""
    found = [name]
    for current in found:
        for parent in _plain(rows[current]["groups"]) if current in rows else ():
            if parent == name:
                faults.add(
                    rows[current].where("groups"),
                    given=parent,
                    allowed="groups without a cycle",
                    zh=f"项目组 {name} 循环包含自身",
                    en=f"the group {name} contains itself",
                )
            elif parent not in found:
                found.append(parent)
    return tuple(found)


def _names(own: str, title: Text, aliases: Sequence[str]) -> set[str]:
    return {name.strip().casefold() for name in (own, title.zh, title.en, *aliases)}


def _ambiguous(named: Iterable[tuple[str, set[str]]], rows: Mapping[str, Row], faults: Faults) -> None:
    owner: dict[str, str] = {}
    for own, names in named:
        for name in sorted(names):
            if name in owner:
                faults.add(
                    rows[own].where("aliases"),
                    given=name,
                    allowed="a name that means one thing",
                    zh=f"名称已用于 {owner[name]}",
                    en=f"this name already means {owner[name]}",
                )
            owner.setdefault(name, own)
