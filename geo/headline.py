"""The one sentence over a report."""

from collections.abc import Container, Iterable, Sequence

from geo.evaluate import counts_as_out_of_scope
from geo.model import SEVERITY, VERDICT_TEXT, Effect, Finding, Outcome, Text, Verdict
from geo.view import BundleView

_NAMED = 3
_WORST_TEXT = {Verdict.PROHIBITED: Text("禁止", "prohibited"), Verdict.RESTRICTED: Text("限制", "restricted")}


def headline(
    view: BundleView,
    verdict: Verdict,
    possible: Verdict,
    findings: Sequence[Finding],
    outside: Container[str],
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
    return sum(map(_is_notice, findings))


def _is_notice(finding: Finding) -> bool:
    told = finding.outcome is Outcome.APPLIES or finding.borderline
    return told or (finding.outcome is Outcome.NOT_ASSESSED and not counts_as_out_of_scope(finding))


def outside_layers(findings: Iterable[Finding], outside: Container[str]) -> tuple[str, ...]:
    """Layers declared out of scope that bear on this project, those with the most severe rules first."""
    rank: dict[str, int] = {}
    for finding in filter(counts_as_out_of_scope, findings):
        effect = finding.rule.effect
        severity = 0 if effect is Effect.DUTY else SEVERITY.index(Verdict(effect.value))
        for layer in finding.rule.layers_named:
            rank[layer] = max(rank.get(layer, 0), severity)
    return tuple(sorted((x for x in rank if x in outside), key=lambda layer: (-rank[layer], layer)))
