"""From findings to a verdict: what each weighs, what open ones could come to, their order."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from geo.evaluate import counts_as_out_of_scope
from geo.model import SEVERITY, Effect, Finding, Outcome, Verdict, worst

_OUTCOME_ORDER = (Outcome.APPLIES, Outcome.NOT_ASSESSED, Outcome.DOES_NOT_APPLY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the findings of one part come to."""

    verdict: Verdict
    worst_possible: Verdict
    complete: bool


def judge(findings: Iterable[Finding]) -> Judgement:
    """The most severe finding wins; what is open may still come to more."""
    return summed(map(weigh, findings))


def weigh(finding: Finding) -> Judgement:
    """What a finding alone comes to."""
    return _weigh(finding.outcome, finding.rule.effect, finding.borderline, _is_open(finding))


@cache
def _weigh(outcome: Outcome, effect: Effect, borderline: bool, open_: bool) -> Judgement:  # noqa: FBT001
    """The same for all findings of which this is so."""
    weight = Verdict.CLEAR if effect is Effect.DUTY else _weight(outcome, effect, borderline, open_)
    possible = Verdict(effect.value) if open_ and effect is not Effect.DUTY else Verdict.CLEAR
    return Judgement(verdict=weight, worst_possible=worst(weight, possible), complete=not open_)


def summed(weights: Iterable[Judgement]) -> Judgement:
    """What findings come to together."""
    every = set(weights)
    return Judgement(
        verdict=worst(*(w.verdict for w in every)),
        worst_possible=worst(*(w.worst_possible for w in every)),
        complete=all(w.complete for w in every),
    )


def is_told(finding: Finding) -> bool:
    """Whether a report tells the finding unless everything was asked for."""
    return finding.outcome is not Outcome.DOES_NOT_APPLY or finding.borderline


Rank = tuple[int, int, str]


def order(finding: Finding) -> Rank:
    """What applies first, then what is open, each by severity; rules of one weight by id."""
    severity = 0 if finding.rule.effect is Effect.DUTY else SEVERITY.index(Verdict(finding.rule.effect.value))
    return _OUTCOME_ORDER.index(finding.outcome), -severity, finding.rule.id


def _is_open(finding: Finding) -> bool:
    return finding.outcome is Outcome.NOT_ASSESSED and not counts_as_out_of_scope(finding)


def _weight(outcome: Outcome, effect: Effect, borderline: bool, open_: bool) -> Verdict:  # noqa: FBT001
    """What one finding adds to the verdict."""
    if outcome is Outcome.APPLIES:
        return Verdict(effect.value)
    if open_:
        return Verdict.NOTICE if effect is Effect.NOTICE else Verdict.UNDETERMINED
    return Verdict.NOTICE if outcome is Outcome.DOES_NOT_APPLY and borderline else Verdict.CLEAR
