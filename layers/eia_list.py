"""The list of EIA classes: sensitive areas, items, doubts; three files in a rulebook's folder ``eia``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

from geo.eia.classes import MOST_TRIALS, candidates
from geo.model import (
    Effect,
    EiaArea,
    EiaClass,
    EiaDoubt,
    EiaItem,
    EiaList,
    EiaRow,
    Fact,
    FactType,
    Relation,
    With,
)
from layers.keytable import (
    BAD,
    Key,
    Row,
    both,
    choice,
    day,
    flag,
    list_of,
    matching,
    near,
    one_or_many,
    shown,
    table,
    text,
)
from layers.rule_checks import check_period
from layers.rule_entry import CONDITIONS, WHERE, tests_of
from layers.rule_refs import Words, check_condition, check_known, check_zones
from layers.strictyaml import Faults
from layers.vocabulary import ID, add_rows

__all__ = ["EIA_KEYS", "EiaRows", "check_rules", "make_list"]

_ZONES = table(
    [
        Key("layer", text, required=True),
        Key("zone_classes", one_or_many(text), default=()),
        Key("zone_where", WHERE, default=()),
    ]
)
_CLASS = table(
    [
        Key("class", choice(EiaClass), required=True),
        Key("sensitive", flag),
        Key("areas", one_or_many(text)),
        Key("activities", one_or_many(text), default=()),
        Key("conditions", CONDITIONS, default=()),
    ]
)

EIA_KEYS: dict[str, tuple[Key, ...]] = {
    "areas.yaml": (
        Key("id", ID, required=True),
        Key("title", both, required=True),
        Key("of", one_or_many(text), default=()),
        Key("zones", list_of(_ZONES, least=1), default=()),
        Key("fact", text),
        Key("note", both),
    ),
    "items.yaml": (
        Key("id", matching(r"[0-9]{1,3}|[a-z_]+", "'90'"), required=True),
        Key("title", both, required=True),
        Key("activities", one_or_many(text), required=True),
        Key("conditions", CONDITIONS, default=()),
        Key("areas", one_or_many(text), default=()),
        Key("classes", list_of(_CLASS), default=()),
        Key("otherwise", one_or_many(choice(EiaClass)), required=True),
        Key("basis", one_or_many(text), required=True),
        Key("valid_from", day, required=True),
        Key("valid_to", day),
        Key("note", both),
    ),
    "doubts.yaml": (
        Key("id", ID, required=True),
        Key("since", day, required=True),
        Key("text", both, required=True),
    ),
}
"""Keys by file; each file is a list of entries."""


@dataclass(slots=True)
class EiaRows:
    """The entries that were read, by file."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in EIA_KEYS})


def make_list(read: EiaRows, words: Words, faults: Faults) -> EiaList | None:
    """The list of good entries, every fault told; None where a rulebook has none."""
    areas, items, doubts = (read.rows[name] for name in EIA_KEYS)
    if not areas and not items and not doubts:
        return None
    named = _by_id(areas, faults)
    leaves = {name: _leaves(name, named, faults) for name in named}
    for row in areas:
        _check_area(row, words, faults)
    for row in items:
        _check_item(row, named, words, faults)
    _check_twice(items, faults)
    return EiaList(
        areas={name: _area(row) for name, row in named.items() if row.ok and not row["of"]},
        items=tuple(_item(row, leaves) for row in items if _is_good(row)),
        doubts=tuple(EiaDoubt(since=row["since"], text=row["text"]) for row in doubts if row.ok),
    )


def _is_good(row: Row) -> bool:
    return row.ok and all(one.ok for one in row["classes"])


def _by_id(rows: Iterable[Row], faults: Faults) -> dict[str, Row]:
    found: dict[str, Row] = {}
    add_rows(found, rows, faults)
    return found


def _leaves(name: str, named: Mapping[str, Row], faults: Faults) -> tuple[str, ...]:
    """The areas that one stands for: itself, or those it is made of."""
    parts = named[name].many("of")
    for part in parts:
        if part not in named or named[part].many("of"):
            _unknown_area(
                named[name].where("of"), part, [n for n, r in named.items() if not r.many("of")], faults
            )
    return tuple(part for part in parts if part in named) if parts else (name,)


def _unknown_area(where: str, given: str, known: Iterable[str], faults: Faults) -> None:
    names = list(known)
    faults.add(
        where,
        given=given,
        allowed=shown(given, names),
        zh="没有这类环境敏感区",
        en="there is no such sensitive area",
        guess=near(given, names),
    )


def _check_area(row: Row, words: Words, faults: Faults) -> None:
    check_zones(row.many("zones"), words, faults)
    fact = row.good("fact")
    if fact is not None:
        check_known("fact", [fact], words.facts, row.where("fact"), words, faults)
        if fact in words.facts and words.facts[fact].type is not FactType.BOOL:
            faults.add(
                row.where("fact"),
                given=f"{fact} ({words.facts[fact].type})",
                allowed="bool",
                zh="须为是/否型参数",
                en="a fact of type bool is wanted",
            )
    if not (row.many("of") or row.many("zones") or fact) and row.ok:
        faults.add(
            row.where(),
            given=None,
            allowed="of | zones | fact",
            zh="须写明由什么表示：of、zones 或 fact",
            en="say what shows such areas: of, zones or fact",
        )


def _check_item(row: Row, areas: Mapping[str, Row], words: Words, faults: Faults) -> None:
    before = len(faults)
    known = {*words.activities, *words.groups}
    kind = "activity or group"
    check_known(kind, row.many("activities"), known, row.where("activities"), words, faults)
    check_known("basis", row.many("basis"), words.bases, row.where("basis"), words, faults)
    check_period(row, faults)
    for name in row.many("areas"):
        if name not in areas:
            _unknown_area(row.where("areas"), name, areas, faults)
    for test in row.many("conditions"):
        check_condition(test, words, faults)
    for one in row.many("classes"):
        _check_class(one, row, areas, words, faults)
    if _is_good(row) and len(faults) == before:
        _check_trials(row, words.facts, faults)


def _check_class(one: Row, item: Row, areas: Mapping[str, Row], words: Words, faults: Faults) -> None:
    known = {*words.activities, *words.groups}
    check_known("activity or group", one.many("activities"), known, one.where("activities"), words, faults)
    for test in one.many("conditions"):
        check_condition(test, words, faults)
    for name in one.many("areas"):
        if name not in areas:
            _unknown_area(one.where("areas"), name, areas, faults)
    counted = one.has("areas") or item.has("areas")
    if one["sensitive"] not in (None, BAD) and not counted:
        faults.add(
            one.where("sensitive"),
            given=one["sensitive"],
            allowed="areas: […]",
            zh="须写明计入的环境敏感区 areas",
            en="say which sensitive areas count: areas",
        )
    if one["sensitive"] is None and one.has("areas"):
        faults.add(
            one.where("areas"),
            given="areas",
            allowed="sensitive: true | false",
            zh="areas 须与 sensitive 并用",
            en="areas go with sensitive",
        )


def _check_trials(row: Row, facts: Mapping[str, Fact], faults: Faults) -> None:
    """What is unknown is tried value by value: not too many."""
    rows = [row["conditions"], *(one["conditions"] for one in row["classes"])]
    tests = [test for some in rows for test in tests_of(some, "fact")]
    if any(test.name not in facts for test in tests):  # its own entry is at fault
        return
    count = prod(len(values) for values in candidates(facts, tests, {}).values())
    if count > MOST_TRIALS:
        faults.add(
            row.where("classes"),
            given=count,
            allowed=f"≤ {MOST_TRIALS}",
            zh="条件所涉参数的取值组合过多",
            en="its conditions have too many combinations of values",
        )


def check_rules(rules: Iterable[Row], listed: EiaList | None, faults: Faults) -> None:
    """Rules about the list: there is one, and it alone says whom and where they speak of."""
    for row in rules:
        if row.good("eia") is None:
            continue
        if listed is None:
            faults.add(
                row.where("eia"),
                given=row["eia"],
                allowed="eia/items.yaml",
                zh="规则库没有环评分类管理名录",
                en="the rulebook has no list of EIA classes",
            )
        for key, wanted in (("relation", (Relation.ANYWHERE,)), ("effect", (Effect.NOTICE, Effect.DUTY))):
            if row.good(key) is not None and row[key] not in wanted:
                faults.add(
                    row.where(key),
                    given=row[key],
                    allowed=", ".join(wanted),
                    zh="环评类别规则只作提示，位置由名录决定",
                    en="a rule about the EIA list only tells; the list itself says where",
                )
        for key in ("conditions", "except"):
            if row.many(key):
                faults.add(
                    row.where(key),
                    given=key,
                    allowed="activities: [ANY]",
                    zh="环评类别规则不能有此键：对象由名录决定",
                    en="this key has no meaning with eia: the list itself says of whom it speaks",
                )


def _check_twice(rows: Sequence[Row], faults: Faults) -> None:
    """One item may recur for other activities, or with disjoint validity."""
    seen: dict[str, list[Row]] = {}
    for row in (row for row in rows if row.ok):
        others = seen.setdefault(row["id"], [])
        for other in others:
            apart = _ends_before(row, other) or _ends_before(other, row)
            if not apart and set(row["activities"]) & set(other["activities"]):
                faults.add(
                    row.where("id"),
                    given=row["id"],
                    allowed="one item at a time: other activities or disjoint validity",
                    zh=f"同一项目有效期重叠（{other.where()}）",
                    en=f"this item is in force twice at once ({other.where()})",
                )
        others.append(row)


def _ends_before(one: Row, other: Row) -> bool:
    return one["valid_to"] is not None and bool(one["valid_to"] <= other["valid_from"])


def _area(row: Row) -> EiaArea:
    zones = tuple(
        With(
            layer=one["layer"],
            zone_classes=one["zone_classes"],
            zone_where=tests_of(one["zone_where"], "attribute"),
        )
        for one in row["zones"]
    )
    return EiaArea(id=row["id"], title=row["title"], zones=zones, fact=row["fact"])


def _item(row: Row, leaves: Mapping[str, tuple[str, ...]]) -> EiaItem:
    def spread(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(leaf for name in names for leaf in leaves.get(name, ())))

    return EiaItem(
        id=row["id"],
        title=row["title"],
        activities=row["activities"],
        conditions=tests_of(row["conditions"], "fact"),
        otherwise=row["otherwise"],
        basis=row["basis"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        note=row["note"],
        rows=tuple(
            EiaRow(
                eia_class=one["class"],
                activities=one["activities"],
                sensitive=one["sensitive"],
                areas=() if one["sensitive"] is None else spread(one["areas"] or row["areas"]),
                conditions=tests_of(one["conditions"], "fact"),
            )
            for one in row["classes"]
        ),
    )
