"""What a rule may say: every reference, and the keys that belong together."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from geo.model import ANY, Activity, Basis, Certainty, Effect, Fact, Op, Relation, Scalar
from layers.keytable import Row, near
from layers.schema import Schema
from layers.strictyaml import Faults
from layers.vocabulary import fact_value

__all__ = ["Words", "check_bases", "check_overlaps", "check_period", "check_rule"]

_ORDERED = (Op.LT, Op.LE, Op.GT, Op.GE)
_MANY = (Op.IN, Op.NOT_IN)
_DISTANCES = ("distance_m", "distance_min_m", "distance", "screening_m")
_PLACE = ("layer", "zone_classes", "zone_where", "with", *_DISTANCES)
_COMMON_ZONE = ("zone_id", "zone_class", "name", "valid_from", "valid_to", "zone_derived")
_MILD = (Effect.NOTICE, Effect.DUTY)


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


def check_rule(row: Row, words: Words, faults: Faults) -> None:
    """Note every fault of a rule whose keys could be read."""
    _check_layers(row, words, faults)
    _check_relation(row, faults)
    _check_effect(row, words, faults)
    check_period(row, faults)
    known = {*words.activities, *words.groups}
    _known(row, "activities", row["activities"], {*known, ANY}, words, faults, "项目类型或项目组", "activity or group")
    _known(row, "except", row["except"], known, words, faults, "项目类型或项目组", "activity or group")
    _known(row, "basis", row["basis"], words.bases, words, faults, "依据", "basis")
    for test in row["conditions"]:
        _check_condition(test, words, faults)
    _check_examples(row, words, faults)


def _known(
    row: Row, key: str, given: Iterable[str], known: Collection[str], words: Words, faults: Faults, zh: str, en: str
) -> None:
    for name in given:
        if name in known or name in words.declared:
            continue
        guess = near(name, known)
        faults.add(
            row.where(key),
            given=name,
            allowed=f"a known {en}",
            zh=f"没有这个{zh}" + (f"，是否为 {guess}？" if guess else ""),
            en=f"there is no such {en}" + (f": did you mean {guess}?" if guess else ""),
        )


def _check_layers(row: Row, words: Words, faults: Faults) -> None:
    _known(row, "layer", row["layer"], words.classes, words, faults, "图层", "layer")
    _check_classes(row, row["layer"], words, faults)
    for test in row["zone_where"]:
        _check_attribute(test, row["layer"], words, faults)
    for other in row["with"]:
        _known(other, "layer", [other["layer"]], words.classes, words, faults, "图层", "layer")
        _check_classes(other, [other["layer"]], words, faults)
        for test in other["zone_where"]:
            _check_attribute(test, [other["layer"]], words, faults)


def _check_classes(row: Row, layers: Iterable[str], words: Words, faults: Faults) -> None:
    lists = [words.classes[layer] for layer in layers if layer in words.classes]
    known = [code for codes in lists for code in codes]
    for code in row["zone_classes"]:
        if lists and code not in known:
            faults.add(
                row.where("zone_classes"),
                given=code,
                allowed=", ".join(known) or "no classes",
                zh="图层没有这个分区级别",
                en="the layer has no such class",
            )


def _check_attribute(test: Row, layers: Iterable[str], words: Words, faults: Faults) -> None:
    """An attribute is in the schema, or comes with a layer of the bundle itself (then only its data can tell)."""
    _check_op(test, faults)
    found = [words.schema.attributes_of(layer).get(test["attribute"]) for layer in layers]
    attribute = next((a for a in found if a is not None), None)
    if attribute is None:
        if test["attribute"] in _COMMON_ZONE or any(layer in words.own_layers for layer in layers):
            return
        known = [name for layer in layers for name in words.schema.attributes_of(layer)]
        guess = near(test["attribute"], known)
        faults.add(
            test.where("attribute"),
            given=test["attribute"],
            allowed=", ".join(known) or "—",
            zh="图层没有这个属性" + (f"，是否为 {guess}？" if guess else ""),
            en="the layer has no such attribute" + (f": did you mean {guess}?" if guess else ""),
        )
        return
    for value in test["value"]:
        if not _fits(attribute.type, attribute.values, value) or (test["op"] in _ORDERED and attribute.type != "number"):
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
    many = isinstance(test.node.value["value"].value, list)
    if many != (test["op"] in _MANY):
        faults.add(
            test.where("value"),
            given="a list" if many else "one value",
            allowed="a list with in and not_in, one value otherwise",
            zh="in、not_in 须给列表，其他运算给单个值",
            en="in and not_in take a list, the other operators one value",
        )


def _check_condition(test: Row, words: Words, faults: Faults) -> None:
    _check_op(test, faults)
    fact = words.facts.get(test["fact"])
    if fact is None:
        _known(test, "fact", [test["fact"]], words.facts, words, faults, "项目参数", "fact")
        return
    for value in test["value"]:
        if fact_value(fact, value, test.where("value"), faults, ordered=test["op"] in _ORDERED) is None:
            return


def _check_relation(row: Row, faults: Faults) -> None:
    relation = row["relation"]
    if relation is Relation.UPSTREAM_WITHIN:
        faults.add(
            row.where("relation"),
            given=relation,
            allowed=", ".join(r for r in Relation if r is not Relation.UPSTREAM_WITHIN),
            zh="本版本尚不支持 upstream_within（河网上游距离）",
            en="upstream_within (along the river network) is not available in this version",
        )
    if relation is Relation.ANYWHERE:
        for key in _PLACE:
            if row.has(key) and row.node.value[key].value != []:
                _misplaced(row, key, "anywhere", faults)
    elif not row["layer"]:
        faults.add(row.where("layer"), given=None, allowed="required", zh="须写明图层 layer", en="layer is missing")
    if relation is Relation.WITHIN_DISTANCE:
        _check_distance(row, faults)
    elif relation is not Relation.ANYWHERE:
        for key in (*_DISTANCES, "distance_kind"):
            if row.has(key):
                _misplaced(row, key, relation, faults)


def _misplaced(row: Row, key: str, relation: str, faults: Faults) -> None:
    faults.add(
        row.where(key),
        given=key,
        allowed=f"not with relation {relation}",
        zh=f"空间关系 {relation} 下不能有此键",
        en=f"this key has no meaning with the relation {relation}",
    )


def _check_distance(row: Row, faults: Faults) -> None:
    config = row["distance_kind"] == "config"
    wanted, unwanted = (("distance", "screening_m"), ("distance_m",)) if config else (("distance_m",), _DISTANCES[2:])
    for key in wanted:
        if not row.has(key):
            faults.add(
                row.where(key),
                given=None,
                allowed="distance_m; or distance_kind: config, distance and screening_m",
                zh=f"within_distance 缺少 {key}",
                en=f"within_distance lacks {key}",
            )
    for key in unwanted:
        if row.has(key):
            faults.add(
                row.where(key),
                given=key,
                allowed="distance_m; or distance_kind: config, distance and screening_m",
                zh=f"{key} 与 distance_kind: {row['distance_kind']} 不能并用",
                en=f"{key} cannot stand beside distance_kind: {row['distance_kind']}",
            )
    reach, least = row["distance_m"], row["distance_min_m"]
    if reach is not None and least is not None and least >= reach:
        faults.add(
            row.where("distance_min_m"),
            given=least,
            allowed=f"< {reach:g}",
            zh="distance_min_m 须小于 distance_m",
            en="distance_min_m must be less than distance_m",
        )


def _check_effect(row: Row, words: Words, faults: Faults) -> None:
    effect = row["effect"]
    weak = [name for name in row["basis"] if name in words.bases and words.bases[name].certainty is Certainty.D]
    if effect not in _MILD and (row["certainty"] is Certainty.D or weak):
        faults.add(
            row.where("effect"),
            given=effect,
            allowed="notice, duty",
            zh="D 级（自定规则）只能提示或列为例行手续" + (f"：{', '.join(weak)}" if weak else ""),
            en="certainty D (our own rule) gives notice or duty only" + (f": {', '.join(weak)}" if weak else ""),
        )
    if effect is Effect.DUTY and row["relation"] is not Relation.ANYWHERE:
        faults.add(
            row.where("effect"),
            given=f"duty, {row['relation']}",
            allowed="relation: anywhere",
            zh="例行手续与位置无关，空间关系须为 anywhere",
            en="a duty does not depend on the place: its relation is anywhere",
        )
    exists = any(c["fact"] == "nature" and "existing" in c["value"] and c["op"] in {Op.EQ, Op.IN} for c in row["conditions"])
    if effect is Effect.PHASE_OUT and not exists:
        faults.add(
            row.where("effect"),
            given=effect,
            allowed="conditions: {fact: nature, op: eq, value: existing}",
            zh="phase_out 只对已有项目，须有 nature = existing 的条件",
            en="phase_out speaks of existing sites only: add the condition nature eq existing",
        )


def check_period(row: Row, faults: Faults) -> None:
    """Validity is half-open, so its end lies after its beginning."""
    start, end = row["valid_from"], row["valid_to"]
    if start is not None and end is not None and end <= start:
        faults.add(
            row.where("valid_to"),
            given=end,
            allowed=f"after {start}",
            zh="失效日期须晚于生效日期",
            en="valid_to must be later than valid_from",
        )


def _check_examples(row: Row, words: Words, faults: Faults) -> None:
    answers = {example["applies"] for example in row["examples"]}
    for wanted in (True, False):
        if not any(answer is wanted for answer in answers):
            faults.add(
                row.where("examples"),
                given=f"{len(row['examples'])} examples",
                allowed="one that applies and one that does not",
                zh="缺少" + ("适用" if wanted else "不适用") + "的示例",
                en="an example that " + ("applies" if wanted else "does not apply") + " is missing",
            )
    for example in row["examples"]:
        _check_given(example["given"], row, words, faults)


def _check_given(given: Row, row: Row, words: Words, faults: Faults) -> None:
    if given["activity"] is not None:
        named = [given["activity"]]
        _known(given, "activity", named, words.activities, words, faults, "项目类型", "activity")
    declared: dict[str, Any] = {**given["facts"]}
    if given["land"] is not None:
        declared["land"] = given["land"]
    for name, value in declared.items():
        fact = words.facts.get(name)
        if fact is None:
            _known(given, "facts", [name], words.facts, words, faults, "项目参数", "fact")
        elif value not in {None, "unknown"}:
            fact_value(fact, value, given.where("facts"), faults)
    _known(given, "with", given["with"], words.classes, words, faults, "图层", "layer")
    zones = [(row["layer"], given["zone"] or {}), *(([layer], zone) for layer, zone in given["with"].items())]
    for layers, zone in zones:
        codes = [code for layer in layers for code in words.classes.get(layer, ())]
        if zone.get("zone_class") is not None and codes and zone["zone_class"] not in codes:
            faults.add(
                given.where("zone"),
                given=zone["zone_class"],
                allowed=", ".join(codes),
                zh="示例中的分区级别不存在",
                en="the example names a class the layer does not have",
            )


def check_overlaps(rows: Iterable[Row], faults: Faults) -> None:
    """One id may recur with disjoint validity only."""
    seen: dict[str, list[Row]] = {}
    for row in rows:
        for other in seen.get(row["id"], ()):
            if _before(row, other) or _before(other, row):
                continue
            faults.add(
                row.where("id"),
                given=row["id"],
                allowed="one id at a time: disjoint validity",
                zh=f"同一规则标识有效期重叠（{other.where()}）",
                en=f"this rule id is in force twice at once ({other.where()})",
            )
        seen.setdefault(row["id"], []).append(row)


def _before(one: Row, other: Row) -> bool:
    return one["valid_to"] is not None and bool(one["valid_to"] <= other["valid_from"])


def check_bases(rows: Mapping[str, Row], faults: Faults) -> None:
    """Validity and ``supersedes`` of every basis."""
    for row in rows.values():
        if not row.ok:
            continue
        check_period(row, faults)
        for name in row["supersedes"]:
            if name not in rows or name == row["id"]:
                guess = near(name, rows)
                faults.add(
                    row.where("supersedes"),
                    given=name,
                    allowed="another basis",
                    zh="没有这个依据" + (f"，是否为 {guess}？" if guess else ""),
                    en="there is no such basis" + (f": did you mean {guess}?" if guess else ""),
                )
