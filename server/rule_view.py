"""Rules for the pages: a list by subject, and one rule with its history. No flask here."""

from dataclasses import dataclass
from datetime import date

from geo.model import Bundle, Example, Rule, Scalar, Text
from geo.words.rules import RuleTold, Titles, tell
from layers.rulebook_subjects import subjects
from layers.titles import bundle_titles
from server.rule_choice import Choice, chosen

_OUTCOMES = {
    True: Text("适用", "applies"),
    False: Text("不适用", "does not apply"),
    None: Text("未决", "open"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rules of one subject."""

    title: Text
    rules: tuple[RuleTold, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a rule, whether it speaks on the date, and its worked cases."""

    told: RuleTold
    in_force: bool
    examples: tuple[tuple[Text, Text], ...]


def listed(bundle: Bundle, on: date, choice: Choice) -> tuple[Group, ...]:
    """The rules asked for, by subject."""
    wanted = {(rule.id, rule.valid_from) for rule in chosen(bundle, on, choice)}
    titles = bundle_titles(bundle)
    groups = [
        Group(
            title=subject.title,
            rules=tuple(
                tell(rule, bundle.rulebook, titles)
                for versions in subject.rules
                for rule in versions
                if (rule.id, rule.valid_from) in wanted
            ),
        )
        for subject in subjects(bundle.rulebook)
    ]
    return tuple(group for group in groups if group.rules)


def history(bundle: Bundle, rule_id: str, on: date) -> tuple[Version, ...]:
    """Every version of a rule, the newest first; empty where there is none of that id."""
    titles = bundle_titles(bundle)
    versions = sorted(
        (rule for rule in bundle.rulebook.rules if rule.id == rule_id),
        key=lambda rule: rule.valid_from,
        reverse=True,
    )
    return tuple(
        Version(
            told=tell(rule, bundle.rulebook, titles),
            in_force=rule.in_force(on),
            examples=tuple(_example(one, rule, bundle, titles) for one in rule.examples),
        )
        for rule in versions
    )


def layer_choices(bundle: Bundle) -> tuple[tuple[str, Text], ...]:
    """Layers that rules speak of, in the order of their titles."""
    titles = bundle_titles(bundle)
    named = {layer for rule in bundle.rulebook.rules for layer in rule.layers_named}
    return tuple(sorted(((name, titles.layer(name)) for name in named), key=lambda one: one[1].zh))


def activity_choices(bundle: Bundle) -> tuple[tuple[str, Text], ...]:
    """Every activity, in the order of the list."""
    return tuple((name, activity.title) for name, activity in bundle.rulebook.activities.items())


def place_choices(bundle: Bundle, names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """The places the bundle speaks for; ``names`` are those of its districts."""
    return tuple((code, f"{code} {names.get(code, '')}".strip()) for code in bundle.jurisdictions)


def _example(example: Example, rule: Rule, bundle: Bundle, titles: Titles) -> tuple[Text, Text]:
    """A worked case in a line, and what becomes of it."""
    given = example.given
    parts: list[Text] = []
    if given.on is not None:
        parts.append(Text(given.on.isoformat(), given.on.isoformat()))
    if given.activity is not None:
        known = bundle.rulebook.activities.get(given.activity)
        parts.append(known.title if known else Text(given.activity, given.activity))
    layer = rule.layers[0] if rule.layers else ""
    if given.zone is not None:
        parts.append(_attributes(layer, given.zone, titles))
    elif layer:
        parts.append(Text("不涉及分区", "no zone met"))
    parts += [_attributes(name, zone, titles) for name, zone in given.companions]
    measures = (
        (given.distance_m, Text("距离{}米", "{} m away")),
        (given.overlap_m2, Text("重叠{}平方米", "overlap {} m²")),
        (given.upstream_m, Text("上游{}米", "{} m upstream")),
    )
    parts += [
        Text(words.zh.format(f"{value:g}"), words.en.format(f"{value:g}"))
        for value, words in measures
        if value is not None
    ]
    parts += [_pair(_fact_title(bundle, name), value) for name, value in given.facts]
    line = Text("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))
    return line, _OUTCOMES[example.applies]


def _fact_title(bundle: Bundle, name: str) -> Text:
    fact = bundle.rulebook.facts.get(name)
    return fact.title if fact else Text(name, name)


def _attributes(layer: str, zone: tuple[tuple[str, Scalar | None], ...], titles: Titles) -> Text:
    name = titles.layer(layer)
    told = []
    for key, value in zone:
        if key == "zone_class":
            told.append(titles.classes.get((layer, str(value)), Text(str(value), str(value))))
        else:
            told.append(_pair(titles.attributes.get((layer, key), Text(key, key)), value))
    words = Text("，".join(one.zh for one in told), ", ".join(one.en for one in told))
    return Text(f"{name.zh}（{words.zh}）", f"{name.en} ({words.en})") if told else name


def _pair(title: Text, value: Scalar | None) -> Text:
    said = {True: Text("是", "yes"), False: Text("否", "no"), None: Text("未知", "unknown")}
    told = said[value] if value is None or isinstance(value, bool) else Text(str(value), str(value))
    return Text(f"{title.zh}：{told.zh}", f"{title.en}: {told.en}")
