"""The one sentence over a report."""

from collections.abc import Iterable, Sequence

from geo.model import SEVERITY, VERDICT_TEXT, Effect, Finding, Outcome, Reason, Text, Verdict
from geo.once import Once
from geo.view import BundleView

_NAMED = 3
_OUTSIDE = Once[tuple[str, ...]](1024)
_WORST_TEXT = {Verdict.PROHIBITED: Text("禁止", "prohibited"), Verdict.RESTRICTED: Text("限制", "restricted")}


def headline(
    view: BundleView,
    verdict: Verdict,
    possible: Verdict,
    findings: Sequence[Finding],
    outside: frozenset[str],
) -> Text:
    """Verdict in words, what is still possible, and which undisclosed layers bear on this project.

    Parameters
    ----------
    findings
        Those told of all its parts, duties apart.
    outside
        Layers out of the agency's scope.
    """
    return sentence(view, verdict, possible, notices(findings), outside_layers(findings, outside))


def sentence(
    view: BundleView, verdict: Verdict, possible: Verdict, notices: int, layers: tuple[str, ...]
) -> Text:
    """The same from the number of notices and the layers that bear on this project but are not held."""
    text = _verdict_text(verdict, notices)
    if possible is not verdict:
        worse = _WORST_TEXT.get(possible, VERDICT_TEXT[possible])
        text = Text(
            f"{text.zh}；未核查部分最重可能：{worse.zh}", f"{text.en}; open rules could come to: {worse.en}"
        )
    if not layers:
        return text
    titles = [view.title(layer) for layer in layers]
    zh = "、".join(t.zh for t in titles[:_NAMED]) + (f" 等 {len(titles)} 项" if len(titles) > _NAMED else "")
    en = ", ".join(t.en for t in titles[:_NAMED]) + (
        f" and others, {len(titles)} in all" if len(titles) > _NAMED else ""
    )
    return Text(f"{text.zh}；未掌握：{zh}", f"{text.en}; not held by this agency: {en}")


def _verdict_text(verdict: Verdict, count: int) -> Text:
    if verdict is not Verdict.NOTICE:
        return VERDICT_TEXT[verdict]
    noun = "notice" if count == 1 else "notices"
    return Text(f"未发现冲突（提示 {count} 项）", f"No conflict found ({count} {noun})")


def notices(findings: Iterable[Finding]) -> int:
    """How many of the findings told a person should look at."""
    open_, settled = Outcome.NOT_ASSESSED, Outcome.DOES_NOT_APPLY
    return sum(
        [
            f.borderline
            or (f.reason is not Reason.OUT_OF_SCOPE if f.outcome is open_ else f.outcome is not settled)
            for f in findings
        ]
    )


def outside_layers(findings: Iterable[Finding], outside: frozenset[str]) -> tuple[str, ...]:
    """Layers declared out of scope that bear on this project, those with the most severe rules first."""
    unheld = tuple([f for f in findings if f.reason is Reason.OUT_OF_SCOPE])
    return _OUTSIDE.get(unheld, lambda: _outside_layers(unheld, outside), outside)


def _outside_layers(unheld: tuple[Finding, ...], outside: frozenset[str]) -> tuple[str, ...]:
    rank: dict[str, int] = {}
    for finding in unheld:
        effect = finding.rule.effect
        severity = 0 if effect is Effect.DUTY else SEVERITY.index(Verdict(effect.value))
        for layer in finding.rule.layers_named:
            rank[layer] = max(rank.get(layer, 0), severity)
    return tuple(sorted((x for x in rank if x in outside), key=lambda layer: (-rank[layer], layer)))
