"""What becomes of a plan's rule when the plan's period is over: it falls silent but for a notice."""

from dataclasses import replace
from datetime import date, timedelta

from geo.model import Effect, Example, Rule, Text
from layers.keytable import Row
from layers.rule_entry import make_rule
from layers.strictyaml import Faults

__all__ = ["OVER", "check_expiry", "versions"]

OVER = Text("规划期已届满，延续情况待核实", "the plan period is over; its continuation is to be verified")
"""All that a rule says after its plan's period."""

_OVER_ZH, _OVER_EN = "（规划期已届满）", " (plan period over)"


def versions(row: Row) -> tuple[Rule, ...]:
    """The rules a row makes: one, or with ``after_expiry: notice`` two of one id.

    The second starts on the day the first ends. Place, activities, conditions and articles are the same, so
    that it speaks of the same projects; its effect is a notice. A duty stays a duty: duties stand apart, and
    as a notice a procedure asked everywhere would stand at every site.

    Examples without a date are acted out on the last day of the first and on the first day of the second; the
    first that applies serves as an example for the other side of the date too.
    """
    rule = make_rule(row)
    end = rule.valid_to
    if row["after_expiry"] is None or end is None:
        return (rule,)
    last = end - timedelta(days=1)
    notice = replace(
        rule,
        title=Text(rule.title.zh + _OVER_ZH, rule.title.en + _OVER_EN),
        action=OVER,
        effect=Effect.DUTY if rule.effect is Effect.DUTY else Effect.NOTICE,
        valid_from=end,
        valid_to=None,
        examples=_examples(rule, on=end, silent=last),
    )
    return replace(rule, examples=(*_dated(rule), *_examples(rule, on=last, silent=end))), notice


def _dated(rule: Rule) -> tuple[Example, ...]:
    return tuple(example for example in rule.examples if example.given.on is not None)


def _examples(rule: Rule, *, on: date, silent: date) -> tuple[Example, ...]:
    """The examples without a date, on a day; and that the rule says nothing on a day of its other version."""
    undated = [example for example in rule.examples if example.given.on is None]
    told = [Example(given=replace(example.given, on=on), applies=example.applies) for example in undated]
    applying = next((example for example in undated if example.applies is True), None)
    if applying is not None:
        told.append(Example(given=replace(applying.given, on=silent), applies=False))
    return tuple(told)


def check_expiry(row: Row, faults: Faults) -> None:
    """A period that is to be over has an end."""
    if row.good("after_expiry") is not None and not row.has("valid_to"):
        faults.add(
            row.where("after_expiry"),
            given=row["after_expiry"],
            allowed="after_expiry + valid_to",
            zh="after_expiry 须与 valid_to 同用",
            en="after_expiry needs valid_to",
        )
