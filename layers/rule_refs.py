"""Every reference a rule makes: layers, classes, attributes, facts and their values, activities."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo.model import Activity, Basis, Fact, Op, Scalar
from layers.keytable import BAD, Row, near, shown
from layers.schema import Schema
from layers.strictyaml import Faults
from layers.vocabulary import fact_value

__all__ = ["Words", "check_condition", "check_examples", "check_known", "check_layers", "check_zones"]

_ORDERED = (Op.LT, Op.LE, Op.GT, Op.GE)
_MANY = (Op.IN, Op.NOT_IN)
_COMMON_ZONE = ("zone_id", "zone_class", "name", "valid_from", "valid_to", "zone_derived")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Everything a rule may refer to.

    Attributes
    ----------
    classes
        Class codes by layer id, for every layer of schema or catalogue; empty where any code may occur.
    own_layers
        Layers of the catalogue: their files may carry attributes that no schema lists.
    declared
        Ids of facts, activities, groups and bases whose own entry is at fault: known, though not usable.
    """

    schema: Schema
    classes: Mapping[str, Collection[str]]
    facts: Mapping[str, Fact]
    activities: Mapping[str, Activity]
    groups: Collection[str]
    bases: Mapping[str, Basis]
    own_layers: Collection[str] = ()
    declared: Collection[str] = ()


_KINDS: dict[str, tuple[str, str]] = {
    "layer": ("没有这个图层", "there is no such layer"),
    "fact": ("没有这个项目参数", "there is no such fact"),
    "activity": ("没有这个项目类型", "there is no such activity"),
    "activity or group": ("没有这个项目类型或项目组", "there is no such activity or group"),
    "basis": ("没有这个依据", "there is no such basis"),
}


def check_known(
    kind: str, given: Iterable[str], known: Collection[str], where: str, words: Words, faults: Faults
) -> None:
    """Every id of ``given`` is known, or its own entry is at fault already."""
    for name in given:
        if name not in known and name not in words.declared:
            zh, en = _KINDS[kind]
            faults.add(where, given=name, allowed=shown(name, known), zh=zh, en=en, guess=near(name, known))


def check_layers(row: Row, words: Words, faults: Faults) -> None:
    """The layers of a rule and of its companions, with the classes and attributes it asks of them."""
    _check_place(row, row.many("layer"), words, faults)
    check_zones(row.many("with"), words, faults)


def check_zones(rows: Iterable[Row], words: Words, faults: Faults) -> None:
    """Zones named one layer at a time, with the classes and attributes asked of them."""
    for other in rows:
        named = other.good("layer")
        _check_place(other, [] if named is None else [named], words, faults)


def _check_place(row: Row, layers: Sequence[str], words: Words, faults: Faults) -> None:
    """Layers, with the classes and attributes asked of them; nothing can be asked of what is not known."""
    check_known("layer", layers, words.classes, row.where("layer"), words, faults)
    _check_classes(row, layers, words, faults)
    for test in row.many("zone_where"):
        _check_op(test, faults)
        if layers and all(layer in words.classes for layer in layers):
            _check_attribute(test, layers, words, faults)


def _check_classes(row: Row, layers: Iterable[str], words: Words, faults: Faults) -> None:
    lists = [words.classes[layer] for layer in layers if layer in words.classes]
    known = [code for codes in lists for code in codes]
    for code in row.many("zone_classes"):
        if known and code not in known:
            faults.add(
                row.where("zone_classes"),
                given=code,
                allowed=", ".join(known) or "—",
                zh="图层没有这个分区级别",
                en="the layer has no such class",
            )


def _check_attribute(test: Row, layers: Iterable[str], words: Words, faults: Faults) -> None:
    """An attribute is in the schema, or comes with the bundle's own layer (then only its data can tell)."""
    name = test.good("attribute")
    if name is None:
        return
    found = [words.schema.attributes_of(layer).get(name) for layer in layers]
    attribute = next((a for a in found if a is not None), None)
    if attribute is None:
        if name in _COMMON_ZONE or any(layer in words.own_layers for layer in layers):
            return
        known = [name for layer in layers for name in words.schema.attributes_of(layer)]
        guess = near(name, known)
        faults.add(
            test.where("attribute"),
            given=name,
            allowed=", ".join(known) or "—",
            zh="图层没有这个属性",
            en="the layer has no such attribute",
            guess=guess,
        )
        return
    for value in test.many("value"):
        ordered = test["op"] in _ORDERED and attribute.type != "number"
        if ordered or not _fits(attribute.type, attribute.values, value):
            faults.add(
                test.where("value"),
                given=value,
                allowed=", ".join(attribute.values) or attribute.type,
                zh=f"与属性 {attribute.id} 的类型不符",
                en=f"this does not fit the attribute {attribute.id}",
            )


def _fits(kind: str, values: Collection[str], value: Scalar) -> bool:
    if kind == "bool":
        return isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str) and (not values or value in values)


def _check_op(test: Row, faults: Faults) -> None:
    if test.good("op") is None or test.good("value") is None:
        return
    many = isinstance(test.node.value["value"].value, list)
    if many != (test["op"] in _MANY):
        faults.add(
            test.where("value"),
            given="a list" if many else "one value",
            allowed="in, not_in: […]; eq, ne, lt, le, gt, ge: …",
            zh="in、not_in 须给列表，其他运算给单个值",
            en="in and not_in take a list, the other operators one value",
        )


def check_condition(test: Row, words: Words, faults: Faults) -> None:
    """One test of a fact: the fact is known, the value fits its type, the operator has a meaning for it."""
    _check_op(test, faults)
    name = test.good("fact")
    if name is None:
        return
    fact = words.facts.get(name)
    if fact is None:
        check_known("fact", [name], words.facts, test.where("fact"), words, faults)
        return
    for value in test.many("value"):
        if fact_value(fact, value, test.where("value"), faults, ordered=test["op"] in _ORDERED) is None:
            return


def check_examples(row: Row, words: Words, faults: Faults) -> None:
    """At least one example applies and one does not, and they use known words."""
    if not isinstance(row["examples"], tuple):
        return
    answers = {example["applies"] for example in row["examples"]}
    for wanted in (True, False):
        if BAD not in answers and not any(answer is wanted for answer in answers):
            faults.add(
                row.where("examples"),
                given=f"{len(row['examples'])} examples",
                allowed="applies: true + applies: false",
                zh="缺少" + ("适用" if wanted else "不适用") + "的示例",
                en="an example that " + ("applies" if wanted else "does not apply") + " is missing",
            )
    for example in row["examples"]:
        if isinstance(example["given"], Row):
            _check_given(example["given"], row, words, faults)


def _check_given(given: Row, row: Row, words: Words, faults: Faults) -> None:
    activity = given.good("activity")
    if activity is not None:
        check_known("activity", [activity], words.activities, given.where("activity"), words, faults)
    declared: dict[str, Any] = {**(given.good("facts") or {})}
    land = given.good("land")
    if land is not None:
        declared["land"] = land
    for name, value in declared.items():
        fact = words.facts.get(name)
        if fact is None:
            check_known("fact", [name], words.facts, given.where("facts"), words, faults)
        elif value not in {None, "unknown"}:
            fact_value(fact, value, given.where("facts"), faults)
    companions = given.good("with") or {}
    check_known("layer", companions, words.classes, given.where("with"), words, faults)
    zones = [
        (row.many("layer"), given.good("zone") or {}),
        *(((layer,), zone) for layer, zone in companions.items()),
    ]
    for layers, zone in zones:
        if not all(layer in words.classes for layer in layers):
            continue
        _check_zone(zone, layers, given, words, faults)
        codes = [code for layer in layers for code in words.classes.get(layer, ())]
        if zone.get("zone_class") is not None and codes and zone["zone_class"] not in codes:
            faults.add(
                given.where("zone"),
                given=zone["zone_class"],
                allowed=", ".join(codes),
                zh="示例中的分区级别不存在",
                en="the example names a class the layer does not have",
            )


def _check_zone(
    zone: Mapping[str, Any], layers: Iterable[str], given: Row, words: Words, faults: Faults
) -> None:
    """An example's zone has attributes of the schema; those of the bundle's own layers only data can tell."""
    if any(layer in words.own_layers for layer in layers):
        return
    names = {name for layer in layers for name in words.schema.attributes_of(layer)}
    for name in zone:
        if name not in names and name not in _COMMON_ZONE:
            faults.add(
                given.where("zone"),
                given=name,
                allowed=", ".join(sorted(names)) or "—",
                zh="示例中的分区没有这个属性",
                en="the example names an attribute the layer does not have",
                guess=near(name, names),
            )
