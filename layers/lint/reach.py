"""Rules that can never speak: by their dates, activities, conditions or zones; or not in this bundle."""

from geo.logic import compare
from geo.model import HISTORY_FROM, Bundle, Condition, Layer, Relation, Rule, Rulebook, Scalar, With
from geo.zone_columns import values_of
from layers.lint.terms import (
    SHIPPED_FILES,
    activities_of,
    impossible,
    listed,
    values_of_attribute,
    values_of_fact,
    where,
)
from layers.schema import Schema
from layers.strictyaml import Faults

__all__ = ["advise_reach", "remark_reach"]

_SHIPPED = SHIPPED_FILES.rstrip("/")
_UNSTATED = "unstated"
"""An implied value that says nothing: the fact waits to be declared."""


def advise_reach(bundle: Bundle, schema: Schema, faults: Faults) -> None:
    """Note rules that no project and no day can meet, and the bundle's own that it cannot meet itself."""
    rulebook = bundle.rulebook
    for rule in rulebook.rules:
        _validity(rule, faults)
        _activities(rulebook, rule, faults)
        _conditions(rulebook, rule, faults)
        _zones(schema, rule, faults)
        if not rule.source.startswith(SHIPPED_FILES):
            _own(bundle, rule, faults)


def remark_reach(bundle: Bundle, remarks: Faults) -> None:
    """Remark which rules wait: shipped ones for other places or zones, others for a declaration."""
    rules = bundle.rulebook.rules
    against = [rule.id for rule in rules if _against_its_kind(bundle.rulebook, rule)]
    listed(
        remarks,
        "conditions",
        against,
        zh="条件与全部项目类型的推定参数相反，只有另行声明时才适用",
        en="every activity implies the opposite of the conditions: they speak only where declared otherwise",
    )
    shipped = [rule for rule in rules if rule.source.startswith(SHIPPED_FILES)]
    elsewhere = [rule for rule in shipped if _elsewhere(bundle, rule)]
    listed(remarks, _SHIPPED, (rule.id for rule in elsewhere), zh="适用地区不在此处", en="for other places")
    empty = [rule for rule in shipped if rule not in elsewhere and _no_such_zone(bundle, rule)]
    listed(
        remarks,
        _SHIPPED,
        (rule.id for rule in empty),
        zh="数据中没有这些规则所指级别的分区",
        en="about classes that no zone here has",
    )


def _validity(rule: Rule, faults: Faults) -> None:
    if rule.valid_to is not None and rule.valid_to <= HISTORY_FROM:
        faults.advise(
            where(rule, "valid_to"),
            given=rule.valid_to,
            allowed=f"> {HISTORY_FROM}",
            zh="规则在可查询的最早日期之前已失效，永不适用",
            en="the rule ends before the first day that can be asked for: it never speaks",
        )


def _activities(rulebook: Rulebook, rule: Rule, faults: Faults) -> None:
    if rulebook.activities and not activities_of(rulebook, rule):
        faults.advise(
            where(rule, "except" if rule.excepted else "activities"),
            given=", ".join((*rule.activities, *(f"− {name}" for name in rule.excepted))),
            allowed="at least one activity",
            zh="没有任何项目类型适用此规则",
            en="no activity is left that this rule speaks of",
        )


def _conditions(rulebook: Rulebook, rule: Rule, faults: Faults) -> None:
    """Conditions that contradict each other."""
    values = {test.name: values_of_fact(rulebook.facts.get(test.name)) for test in rule.conditions}
    for tests in impossible(rule.conditions, values):
        _never(rule, "conditions", tests, faults)


def _against_its_kind(rulebook: Rulebook, rule: Rule) -> bool:
    """Whether every activity of a rule implies the opposite of its conditions.

    What is implied may be declared otherwise, so such a rule can be meant (a pond for slag).
    """
    kinds = activities_of(rulebook, rule)
    return bool(kinds) and all(_against(rulebook, rule, name) for name in kinds)


def _against(rulebook: Rulebook, rule: Rule, activity: str) -> bool:
    """Whether some condition fails by what an activity implies."""
    implied: dict[str, Scalar] = dict(rulebook.activities[activity].implies)
    return any(
        implied.get(test.name, _UNSTATED) != _UNSTATED and compare(test, implied[test.name]) is False
        for test in rule.conditions
    )


def _zones(schema: Schema, rule: Rule, faults: Faults) -> None:
    """Tests of a zone's attributes that contradict each other."""
    asked = [("zone_where", rule.layers, rule.zone_where)]
    asked += [("with", (other.layer,), other.zone_where) for other in rule.companions]
    for key, layers, tests in asked:
        known = {name: one for layer in layers for name, one in schema.attributes_of(layer).items()}
        values = {test.name: values_of_attribute(known.get(test.name)) for test in tests}
        for clashing in impossible(tests, values):
            _never(rule, key, clashing, faults)
    for one, other in _there_and_not(rule):
        faults.advise(
            where(rule, "with"),
            given=f"{one.layer}: present, {other.layer}: absent",
            allowed="zones that are there, or are not",
            zh="同一分区既须存在又须不存在，规则永不适用",
            en="the same zones must be there and must not: the rule never speaks",
        )


def _there_and_not(rule: Rule) -> list[tuple[With, With]]:
    """Zones that must lie on a piece, with those that must not and are the same or more."""
    there = [one for one in rule.companions if one.present]
    if rule.relation is Relation.INTERSECTS and len(rule.layers) == 1:
        there.append(With(layer=rule.layers[0], zone_classes=rule.zone_classes, zone_where=rule.zone_where))
    barred = [one for one in rule.companions if not one.present]
    return [(one, other) for one in there for other in barred if _within(one, other)]


def _within(one: With, other: With) -> bool:
    """Whether all zones that ``one`` means are meant by ``other`` too."""
    classes = not other.zone_classes or (
        bool(one.zone_classes) and set(one.zone_classes) <= set(other.zone_classes)
    )
    return one.layer == other.layer and classes and set(other.zone_where) <= set(one.zone_where)


def _never(rule: Rule, key: str, tests: tuple[Condition, ...], faults: Faults) -> None:
    faults.advise(
        where(rule, key),
        given="; ".join(f"{test.name} {test.op} {test.value}" for test in tests),
        allowed="tests that one value can meet",
        zh="条件互相矛盾，规则永不适用",
        en="these tests contradict each other: the rule never speaks",
    )


def _own(bundle: Bundle, rule: Rule, faults: Faults) -> None:
    """A bundle's own rule is for its own places and zones."""
    if _elsewhere(bundle, rule):
        faults.advise(
            where(rule, "jurisdictions"),
            given=", ".join(rule.jurisdictions),
            allowed=", ".join(bundle.jurisdictions),
            zh="规则的适用地区不在数据包范围内",
            en="the rule is for places outside this bundle",
        )
    if _no_such_zone(bundle, rule):
        faults.advise(
            where(rule, "zone_classes"),
            given=", ".join(rule.zone_classes),
            allowed=", ".join(sorted({c for name in rule.layers for c in _classes(bundle.layers[name])}))
            or "—",
            zh="数据中没有这些级别的分区，规则永不适用",
            en="no zone here is of these classes: the rule never speaks",
        )


def _elsewhere(bundle: Bundle, rule: Rule) -> bool:
    pairs = [(one, other) for one in rule.jurisdictions for other in bundle.jurisdictions]
    return bool(pairs) and not any(one.startswith(other) or other.startswith(one) for one, other in pairs)


def _no_such_zone(bundle: Bundle, rule: Rule) -> bool:
    """Whether all layers of a rule are held, were read, and have no zone of its classes."""
    held = [bundle.layers.get(name) for name in rule.layers]
    if not rule.zone_classes or not held:
        return False
    return all(layer is not None and _read(layer) for layer in held) and not any(
        code in _classes(layer) for layer in held if layer is not None for code in rule.zone_classes
    )


def _read(layer: Layer) -> bool:
    return all(edition.zones is not None for edition in layer.editions)


def _classes(layer: Layer) -> frozenset[str]:
    """Classes that some zone of some edition has."""
    held = [edition.zones for edition in layer.editions if edition.zones is not None]
    codes = {code for zones in held for code in values_of(zones, "zone_class")}
    return frozenset(str(code) for code in codes if code is not None)
