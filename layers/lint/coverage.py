"""The coverage table: layer × class × activity group → rules in force on a date; a gap is a row without."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from geo.model import ANY, Bundle, Rule, Rulebook, Text
from layers.lint.terms import activities_of
from layers.schema import Schema

__all__ = ["Cover", "cover"]

_EVERY = Text("全部项目类型", "every activity")
_OTHER = Text("未分组的项目类型", "activities of no group")
_PLACE = Text("与位置无关", "anywhere")
_BLANK = Text("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """One cell of the table.

    Attributes
    ----------
    layer, zone_class
        Empty for rules that ask for no place; a class is empty where the layer lists none.
    group
        ``ANY`` for rules that name every activity, empty for activities of no group and where no rule speaks.
    rules
        Rules with whether they speak of the whole group.
    """

    layer: str
    layer_title: Text
    zone_class: str
    class_title: Text
    group: str
    group_title: Text
    rules: tuple[tuple[Rule, bool], ...]


def cover(bundle: Bundle, schema: Schema, on: date) -> tuple[Cover, ...]:
    """Every cell that holds a rule in force on a date, and one without rules for each class that has none."""
    rulebook = bundle.rulebook
    rules = [rule for rule in rulebook.rules if rule.in_force(on)]
    names = [*schema.layers, *(name for name in bundle.layers if name not in schema.layers)]
    rows: list[Cover] = []
    for layer in names:
        title = bundle.layer_titles.get(layer, Text(layer, layer))
        for code, class_title in _classes(bundle, schema, layer):
            speaking = [rule for rule in rules if _speaks(rule, layer, code)]
            rows += _cells(rulebook, speaking, (layer, title, code, class_title))
    return (*rows, *_cells(rulebook, [r for r in rules if not r.layers], ("", _PLACE, "", _BLANK)))


def _classes(bundle: Bundle, schema: Schema, layer: str) -> list[tuple[str, Text]]:
    standard = schema.layers.get(layer)
    own = bundle.layers.get(layer)
    codes = {**(standard.classes if standard else {}), **(own.classes if own else {})}
    return list(codes.items()) or [("", _BLANK)]


def _speaks(rule: Rule, layer: str, code: str) -> bool:
    return layer in rule.layers and (not rule.zone_classes or not code or code in rule.zone_classes)


def _cells(rulebook: Rulebook, rules: Sequence[Rule], place: tuple[str, Text, str, Text]) -> Iterator[Cover]:
    """One layer and class: a cell for each group that a rule speaks of."""
    groups = [(ANY, _EVERY, frozenset(rulebook.activities))]
    groups += [(name, text, _members(rulebook, name)) for name, text in rulebook.groups.items()]
    groups.append(("", _OTHER, _members(rulebook, None)))
    cells = [(name, text, tuple(_found(rulebook, rules, name, members))) for name, text, members in groups]
    for group, group_title, found in [cell for cell in cells if cell[2]] or [("", _BLANK, ())]:
        layer, title, code, class_title = place
        yield Cover(
            layer=layer,
            layer_title=title,
            zone_class=code,
            class_title=class_title,
            group=group,
            group_title=group_title,
            rules=found,
        )


def _members(rulebook: Rulebook, group: str | None) -> frozenset[str]:
    return frozenset(
        one.id
        for one in rulebook.activities.values()
        if (group in one.groups if group is not None else set(one.groups).isdisjoint(rulebook.groups))
    )


def _found(
    rulebook: Rulebook, rules: Iterable[Rule], group: str, members: frozenset[str]
) -> Iterator[tuple[Rule, bool]]:
    for rule in rules:
        if (group == ANY) is not (ANY in rule.activities):
            continue
        spoken = activities_of(rulebook, rule) & members
        if spoken or group == ANY:
            yield rule, spoken == members
