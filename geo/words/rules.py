"""A rule in words, without a site: of whom it speaks, where, by what measure, on which articles."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from geo.model import ANY, Basis, Condition, Effect, Op, Relation, Rule, Rulebook, Scalar, Text, With
from geo.words.cite import cited

Named = Callable[[str], Text | None]

__all__ = ["CERTAINTY_TEXT", "EFFECT_TEXT", "RuleTold", "Titles", "basis_on", "tell"]

EFFECT_TEXT: dict[Effect, Text] = {
    Effect.DUTY: Text("例行手续", "Standing procedure"),
    Effect.NOTICE: Text("提示", "Notice"),
    Effect.CONDITIONAL: Text("有条件", "Conditional"),
    Effect.RESTRICTED: Text("原则上不符合", "Not in conformity in principle"),
    Effect.PHASE_OUT: Text("须有序退出/限期整改", "To be phased out or rectified"),
    Effect.PROHIBITED: Text("禁止", "Prohibited"),
}
CERTAINTY_TEXT: dict[str, Text] = {
    "A": Text("A：已见条文", "A: the text was seen"),
    "B": Text("B：部分或转载所见", "B: seen in part or second hand"),
    "C": Text("C：未核实，禁止性要求不单独成立", "C: unverified; a prohibition does not convict by itself"),
    "D": Text("D：系统自有规则，只提示", "D: our own rule, notice only"),
}
_OPS: dict[Op, Text] = {
    Op.EQ: Text("为", "is"),
    Op.NE: Text("不为", "is not"),
    Op.LT: Text("小于", "is less than"),
    Op.LE: Text("不超过", "is at most"),
    Op.GT: Text("大于", "is more than"),
    Op.GE: Text("不小于", "is at least"),
    Op.IN: Text("属于", "is one of"),
    Op.NOT_IN: Text("不属于", "is none of"),
}
_RELATIONS: dict[Relation, Text] = {
    Relation.INTERSECTS: Text("与{zone}重叠", "overlaps {zone}"),
    Relation.CROSSES: Text("穿越{zone}", "crosses {zone}"),
    Relation.OUTSIDE: Text("位于{zone}之外", "lies outside {zone}"),
    Relation.WITHIN_DISTANCE: Text("距{zone}在规定距离内", "lies within the distance of {zone}"),
    Relation.UPSTREAM_WITHIN: Text(
        "沿河位于{zone}上下游规定范围内", "lies on the river up- or downstream of {zone}"
    ),
    Relation.ANYWHERE: Text("不论位置", "anywhere"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """Names of what rules speak of; what has none keeps its code.

    Attributes
    ----------
    classes, attributes, values
        By layer and code; values of an attribute by their codes.
    """

    layers: Mapping[str, Text]
    classes: Mapping[tuple[str, str], Text] = field(default_factory=dict)
    attributes: Mapping[tuple[str, str], Text] = field(default_factory=dict)
    values: Mapping[tuple[str, str], Mapping[str, Text]] = field(default_factory=dict)

    def layer(self, name: str) -> Text:
        """Title of a layer."""
        return self.layers.get(name, Text(name, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTold:
    """One version of a rule in words.

    Attributes
    ----------
    who, where, facts, measure, dates
        Each in both languages; empty where there is nothing to say.
    bases
        Its articles, each with how it is cited: with what it superseded or what supersedes it in brackets.
    """

    rule: Rule
    who: Text
    where: Text
    facts: tuple[Text, ...]
    measure: Text
    dates: Text
    bases: tuple[tuple[Basis, Text], ...]

    @property
    def effect(self) -> Text:
        """The effect in words."""
        return EFFECT_TEXT[self.rule.effect]

    @property
    def certainty(self) -> Text:
        """How sure the text is."""
        return CERTAINTY_TEXT[self.rule.certainty.value]


def basis_on(told: RuleTold, on: date) -> tuple[Text, ...]:
    """The articles that are law on a date, as they are cited."""
    return tuple(article for basis, article in told.bases if basis.in_force(on))


def tell(rule: Rule, rulebook: Rulebook, titles: Titles) -> RuleTold:
    """A rule in words."""
    bases = tuple(rulebook.bases[name] for name in rule.basis if name in rulebook.bases)
    return RuleTold(
        rule=rule,
        who=_who(rule, rulebook),
        where=_where(rule, titles),
        facts=tuple(_fact(condition, rulebook) for condition in rule.conditions),
        measure=_measure(rule),
        dates=_dates(rule),
        bases=tuple((basis, cited(basis)) for basis in bases),
    )


# ------------------------------------------------------------------------------------------------------ parts


def _joined(texts: list[Text], zh: str = "、", en: str = ", ") -> Text:
    return Text(zh.join(text.zh for text in texts), en.join(text.en for text in texts))


def _who(rule: Rule, rulebook: Rulebook) -> Text:
    """Activities and groups it speaks of, and those it leaves out."""
    if rule.eia is not None:
        return Text("环评名录所列项目", "projects of the EIA list")
    if ANY in rule.activities:
        told = Text("各类项目", "any activity")
    else:
        told = _joined([_activity(name, rulebook) for name in rule.activities])
    if not rule.excepted:
        return told
    left = _joined([_activity(name, rulebook) for name in rule.excepted])
    return Text(f"{told.zh}（{left.zh}除外）", f"{told.en} (except {left.en})")


def _activity(name: str, rulebook: Rulebook) -> Text:
    known = rulebook.activities.get(name)
    return known.title if known else rulebook.groups.get(name, Text(name, name))


def _where(rule: Rule, titles: Titles) -> Text:
    if rule.relation is Relation.ANYWHERE:
        return _RELATIONS[Relation.ANYWHERE]
    zone = _joined(
        [_zone(layer, rule.zone_classes, rule.zone_where, titles) for layer in rule.layers], "或", " or "
    )
    words = _RELATIONS[rule.relation]
    told = Text(words.zh.format(zone=zone.zh), words.en.format(zone=zone.en))
    for companion in rule.companions:
        told = _with(told, companion, titles)
    return told


def _with(told: Text, companion: With, titles: Titles) -> Text:
    zone = _zone(companion.layer, companion.zone_classes, companion.zone_where, titles)
    if companion.present:
        return Text(f"{told.zh}，且该处有{zone.zh}", f"{told.en}, where there is also {zone.en}")
    return Text(f"{told.zh}，且该处无{zone.zh}", f"{told.en}, where there is no {zone.en}")


def _zone(layer: str, classes: tuple[str, ...], tests: tuple[Condition, ...], titles: Titles) -> Text:
    """A layer with the classes and attributes asked for in brackets."""
    name = titles.layer(layer)
    named = [titles.classes.get((layer, code), Text(code, code)) for code in classes]
    asked = [_joined(named, "或", " or ")] if named else []
    for test in tests:
        title = titles.attributes.get((layer, test.name), Text(test.name, test.name))
        known = titles.values.get((layer, test.name), {})
        value, op = _values(test.value, known.get), _OPS[test.op]
        asked.append(Text(f"{title.zh}{op.zh}{value.zh}", f"{title.en} {op.en} {value.en}"))
    if not asked:
        return name
    told = _joined(asked, "；", "; ")
    return Text(f"{name.zh}（{told.zh}）", f"{name.en} ({told.en})")


def _fact(condition: Condition, rulebook: Rulebook) -> Text:
    fact = rulebook.facts.get(condition.name)
    title = fact.title if fact else Text(condition.name, condition.name)
    known = dict(fact.values) if fact else {}
    value, op = _values(condition.value, known.get), _OPS[condition.op]
    unit = f" {fact.unit}" if fact and fact.unit else ""
    return Text(f"{title.zh}{op.zh}{value.zh}{unit}", f"{title.en} {op.en} {value.en}{unit}")


def _values(value: Scalar | tuple[Scalar, ...], title: Named) -> Text:
    each = value if isinstance(value, tuple) else (value,)
    return _joined([_value(one, title) for one in each], "、", ", ")


def _value(value: Scalar, title: Named) -> Text:
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    if isinstance(value, str):
        return title(value) or Text(value, value)
    return Text(f"{value:g}", f"{value:g}")


def _measure(rule: Rule) -> Text:
    """The distance, or how far along the river, or the least overlap where it is not the usual one."""
    told: list[Text] = []
    if rule.distance_name is not None:
        told.append(
            Text(
                f"距离由地方核定（{rule.distance_name}），未设定时按{rule.screening_m:g}米筛查",
                f"a locally approved distance ({rule.distance_name}); {rule.screening_m:g} m while unset",
            )
        )
    elif rule.distance_m is not None:
        told.append(Text(f"{rule.distance_m:g}米以内", f"within {rule.distance_m:g} m"))
    if rule.distance_min_m is not None:
        told.append(Text(f"超过{rule.distance_min_m:g}米起", f"from beyond {rule.distance_min_m:g} m"))
    if rule.up_m is not None:
        told.append(
            Text(
                f"上游{rule.up_m:g}米、下游{rule.down_m:g}米、岸边{rule.side_m or 0:g}米",
                f"{rule.up_m:g} m upstream, {rule.down_m:g} m downstream, {rule.side_m or 0:g} m aside",
            )
        )
    if rule.min_overlap_share:
        told.append(
            Text(
                f"重叠超过{rule.min_overlap_share:.0%}", f"more than {rule.min_overlap_share:.0%} of the site"
            )
        )
    if rule.min_zones > 1:
        told.append(Text(f"同时涉及{rule.min_zones}个以上分区", f"{rule.min_zones} zones or more at once"))
    if rule.season is not None:
        start, end = (f"{month:02d}-{day:02d}" for month, day in (rule.season.start, rule.season.end))
        told.append(Text(f"每年{start}至{end}", f"from {start} to {end} each year"))
    return _joined(told, "；", "; ")


def _dates(rule: Rule) -> Text:
    start = rule.valid_from.isoformat()
    if rule.valid_to is None:
        return Text(f"自{start}起", f"since {start}")
    end = rule.valid_to.isoformat()
    return Text(f"{start}起，至{end}止（不含）", f"from {start} until {end} (exclusive)")
