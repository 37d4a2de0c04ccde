"""Which rules are asked for: by layer, activity, place, words and date. No flask here."""

import re
from dataclasses import dataclass
from datetime import date

from geo.errors import InputError
from geo.find_activity import find_activity
from geo.model import ANY, Activity, Bundle, Problem, Rule, Text
from server.errors import UnknownResourceError
from server.schemas import unknown_key

_PLACE = re.compile(r"[0-9]{2,6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a reader asks for; None where anything will do.

    Attributes
    ----------
    activity
        Code, title or alias.
    place
        GB/T 2260 code or the beginning of one: rules of that place, and those that hold everywhere.
    text
        Words that stand in the id, the titles or the action.
    """

    layer: str | None = None
    activity: str | None = None
    place: str | None = None
    text: str | None = None


def chosen(bundle: Bundle, on: date, choice: Choice) -> tuple[Rule, ...]:
    """Rules valid on a date, in the order of the rulebook.

    Raises
    ------
    UnknownResourceError
        If there is no such layer.
    InputError
        If there is no such activity, or the place is no code.
    """
    rules = [rule for rule in bundle.rulebook.rules if rule.valid_from <= on and not _ended(rule, on)]
    if choice.layer is not None:
        known = {**bundle.layers, **bundle.layer_titles}
        if choice.layer not in known:
            raise UnknownResourceError(unknown_key("layer", choice.layer, known))
        rules = [rule for rule in rules if choice.layer in rule.layers_named]
    if choice.activity is not None:
        found = bundle.rulebook.activities[find_activity(bundle.rulebook, choice.activity, where="activity")]
        rules = [rule for rule in rules if _speaks_of(rule, found)]
    if choice.place is not None:
        rules = [rule for rule in rules if _holds_in(rule, _code(choice.place))]
    if choice.text is not None:
        rules = [rule for rule in rules if choice.text.casefold() in _words(rule)]
    return tuple(rules)


def _ended(rule: Rule, on: date) -> bool:
    return rule.valid_to is not None and rule.valid_to <= on


def _speaks_of(rule: Rule, activity: Activity) -> bool:
    names = {ANY, activity.id, *activity.groups}
    return not names.isdisjoint(rule.activities) and names.isdisjoint(rule.excepted)


def _code(place: str) -> str:
    if _PLACE.fullmatch(place) is not None:
        return place
    hint = Text("请给出行政区划代码或其前几位", "give an administrative code or its first digits")
    raise InputError(Problem(where="place", given=place, allowed="2–6 digits, e.g. 500152", hint=hint))


def _holds_in(rule: Rule, code: str) -> bool:
    """Everywhere, in a place that holds this one, or in a part of it."""
    return not rule.jurisdictions or any(
        code.startswith(own) or own.startswith(code) for own in rule.jurisdictions
    )


def _words(rule: Rule) -> str:
    texts = (rule.title, rule.action)
    return " ".join([rule.id, *(words for text in texts for words in (text.zh, text.en))]).casefold()
