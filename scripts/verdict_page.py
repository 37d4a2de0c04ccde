"""The page of verdicts at random places: by activity, by kind of place, and what is asked."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from geo.answer import ENGINE, SYNTHETIC_BANNER
from geo.check import is_synthetic
from geo.model import REASON_TEXT, SEVERITY, Activity, Bundle, Reason, Verdict
from geo.view import view_on

__all__ = ["Answer", "Survey", "page"]

_SHORT = {
    Verdict.CLEAR: "无",
    Verdict.NOTICE: "提示",
    Verdict.UNDETERMINED: "待核",
    Verdict.CONDITIONAL: "有条件",
    Verdict.RESTRICTED: "限制",
    Verdict.PHASE_OUT: "退出",
    Verdict.PROHIBITED: "禁止",
}
_PLACES = (
    ("eco_redline:redline", "红线 red line"),
    ("protected_area:core", "核心保护区 core zone"),
    ("protected_area:general", "一般控制区 general zone"),
    ("drinking_water_zone:1", "水源一级 water 1"),
    ("drinking_water_zone:2", "水源二级 water 2"),
    ("scenic_area:core", "核心景区 scenic core"),
    ("env_control_unit:1", "优先单元 priority unit"),
    ("env_control_unit:2", "重点单元 key unit"),
    ("env_control_unit:3", "一般单元 general unit"),
)
_FEWEST = 2
_TOP = 3
_FACTS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is kept of a report.

    Attributes
    ----------
    applies
        Rules that apply, notices and duties aside.
    open_rules
        Rules above notice that stay open, with the first reason; those out of scope aside.
    missing
        Facts that would help.
    classes
        ``layer:class`` of every zone met.
    """

    verdict: Verdict
    worst_possible: Verdict
    complete: bool
    applies: tuple[str, ...]
    open_rules: tuple[tuple[str, Reason], ...]
    missing: frozenset[str]
    classes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """All answers for one activity, in the order of the places."""

    activity: Activity
    answers: tuple[Answer, ...]


def page(bundle: Bundle, surveys: Sequence[Survey], on: date, command: str) -> Iterator[str]:
    """The lines of the page."""
    places = len(surveys[0].answers)
    yield "# What the demonstration bundle answers" if bundle.id == "demo" else f"# What {bundle.id} answers"
    yield ""
    yield f"Made by `{command}`: do not edit."
    if is_synthetic(view_on(bundle, on)):
        yield ""
        yield f"**{SYNTHETIC_BANNER.zh} / {SYNTHETIC_BANNER.en}.**"
    yield ""
    yield (
        f"{len(surveys)} kinds of project at {places} places drawn evenly in the bundle's districts: "
        f"{len(surveys) * places} checks as of {on.isoformat()}. Declared is only `nature: new`; a point "
        "stands for the area that is typical of the kind. This is the answer before anybody was asked "
        "anything: what is 待核 (undetermined) waits for a fact, for data, or for a lawyer, and the page "
        "says for which."
    )
    yield ""
    yield f"Bundle `{bundle.id}` {bundle.digest[:12]}…, engine {ENGINE}, {len(bundle.rulebook.rules)} rules."
    yield from _by_activity(surveys)
    yield from _by_place(surveys)
    yield from _by_both(surveys)
    yield from _open(bundle, surveys)


def _by_activity(surveys: Sequence[Survey]) -> Iterator[str]:
    yield from _head("Verdicts by activity (share of places, %)")
    yield (
        "`worst`: share of places where open rules could still prohibit. `complete`: no rule is open. The "
        "last columns name the rules above notice that apply, and that stay open, at most places."
    )
    yield ""
    verdicts = [f"{_SHORT[v]} {v.value}" for v in SEVERITY if v is not Verdict.PHASE_OUT]
    yield from _row("activity", *verdicts, "worst", "complete", "applies", "open")
    yield from _row("---", *["---:"] * (len(verdicts) + 2), "---", "---")
    for survey in surveys:
        answers = survey.answers
        counts = Counter(a.verdict for a in answers)
        shares = [_share(counts[v], len(answers)) for v in SEVERITY if v is not Verdict.PHASE_OUT]
        worst = sum(a.worst_possible is Verdict.PROHIBITED is not a.verdict for a in answers)
        complete = sum(a.complete for a in answers)
        applies = Counter(rule for a in answers for rule in a.applies)
        open_ = Counter(f"{rule} {REASON_TEXT[why].zh}" for a in answers for rule, why in a.open_rules)
        yield from _row(
            f"{survey.activity.title.zh} {survey.activity.id}",
            *shares,
            _share(worst, len(answers)),
            _share(complete, len(answers)),
            _named(applies, len(answers)),
            _named(open_, len(answers)),
        )


def _by_place(surveys: Sequence[Survey]) -> Iterator[str]:
    """All activities together, at the places of one class."""
    yield from _head("Verdicts by class of zone (share of checks, %)")
    yield from _row("class", "places", *(f"{_SHORT[v]} {v.value}" for v in SEVERITY))
    yield from _row("---", *["---:"] * (len(SEVERITY) + 1))
    for name, title, holds in _classes():
        found = [a for survey in surveys for a in survey.answers if holds(a)]
        counts = Counter(a.verdict for a in found)
        if found:
            shares = (_share(counts[v], len(found)) for v in SEVERITY)
            yield from _row(title or name, str(len(found) // len(surveys)), *shares)


def _by_both(surveys: Sequence[Survey]) -> Iterator[str]:
    """The verdict that is commonest for an activity in a class, and at how many of its places it is that."""
    yield from _head("The commonest verdict by activity and class of zone (share of its places, %)")
    some = [c for c in _classes() if sum(map(c[2], surveys[0].answers)) >= _FEWEST]
    yield from _row("activity", *(title for _, title, _ in some))
    yield from _row("---", *["---"] * len(some))
    for survey in surveys:
        cells = []
        for _, _, holds in some:
            found = Counter(a.verdict for a in survey.answers if holds(a))
            verdict, count = max(found.items(), key=lambda item: (item[1], SEVERITY.index(item[0])))
            cells.append(f"{_SHORT[verdict]} {_share(count, found.total())}")
        yield from _row(f"{survey.activity.title.zh} {survey.activity.id}", *cells)


def _classes() -> list[tuple[str, str, Callable[[Answer], bool]]]:
    special = {name for name, _ in _PLACES if not name.startswith("env_control_unit")}
    named = [(name, title, _meets(name)) for name, title in _PLACES]
    return [
        *named,
        ("", "以上特殊区域之外 none of the areas above but units", lambda a: not a.classes & special),
    ]


def _meets(name: str) -> Callable[[Answer], bool]:
    return lambda answer: name in answer.classes


def _open(bundle: Bundle, surveys: Sequence[Survey]) -> Iterator[str]:
    answers = [a for survey in surveys for a in survey.answers]
    yield from _head("Why checks stay open, and what would help")
    reasons = Counter(why for a in answers for why in {why for _, why in a.open_rules})
    yield from _row("reason", "checks %")
    yield from _row("---", "---:")
    for reason in (r for r in Reason if reasons[r]):
        yield from _row(f"{REASON_TEXT[reason].zh} `{reason.value}`", _share(reasons[reason], len(answers)))
    yield ""
    asked = Counter(name for a in answers for name in a.missing)
    facts = bundle.rulebook.facts
    yield from _row("fact asked", "checks %")
    yield from _row("---", "---:")
    for name, count in _commonest(asked, _FACTS):
        title = facts[name].title.zh if name in facts else ""
        yield from _row(f"{title} `{name}`", _share(count, len(answers)))


def _head(title: str) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""


def _named(counts: Counter[str], total: int) -> str:
    return "、".join(f"{name} {_share(count, total)}" for name, count in _commonest(counts, _TOP))


def _commonest(counts: Counter[str], most: int) -> list[tuple[str, int]]:
    """Most frequent first; ties by name, so that the page is the same every time."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]


def _share(count: int, total: int) -> str:
    if 0 < count < total / 200:
        return "<1"
    return f"{100 * count / total:.0f}" if total else "–"


def _row(*cells: str) -> Iterable[str]:
    yield "| " + " | ".join(cells) + " |"
