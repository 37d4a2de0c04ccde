"""What the bundle answers at random places: ``python -m scripts.verdicts [-o docs/verdicts.md]``.

Four ordinary projects at places drawn evenly in two districts, as an approval office would meet them before
anybody has answered a question: only the nature of the works is declared. One seed gives one page.
"""

import argparse
import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from tqdm import tqdm

from geo.answer import ENGINE, SYNTHETIC_BANNER
from geo.check import check_projects
from geo.model import (
    REASON_TEXT,
    SEVERITY,
    VERDICT_TEXT,
    Bundle,
    Finding,
    Outcome,
    Part,
    Project,
    Report,
)
from geo.site import make_site
from layers.bundle import load_bundle

__all__ = ["main"]

DEMO = Path(__file__).resolve().parents[1] / "layers" / "demo"
DISTRICTS = ("500229", "500152")
ACTIVITIES = {
    "SCHOOL": "村小学 village school",
    "LIVESTOCK": "养猪场 pig farm",
    "CHEM": "化工厂 chemical plant",
    "HOTEL": "酒店 hotel",
}
ON = date(2026, 11, 21)
"""A fixed day: the page must not change with the calendar."""

_MOST = 5
_ACCURACY_M = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """All reports of one activity in one district."""

    district: str
    activity: str
    reports: tuple[Report, ...]


def main(argv: Sequence[str] | None = None) -> int:
    """Draw, check, write; returns the exit code."""
    options = _parser().parse_args(argv)
    bundle = load_bundle(options.bundle)
    surveys = list(_surveys(bundle, places=options.places, seed=options.seed))
    if not surveys:
        print(f"none of {', '.join(DISTRICTS)} is an admin_unit of {options.bundle}", file=sys.stderr)
        return 2
    page = "\n".join(_page(bundle, surveys, options)) + "\n"
    if options.out is None:
        print(page, end="")
    else:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(page, encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m scripts.verdicts", description=__doc__)
    made.add_argument(
        "--bundle", type=Path, default=DEMO, metavar="DIR", help="default: the demonstration bundle"
    )
    made.add_argument("--places", type=int, default=200, help="places per district (default 200)")
    made.add_argument("--seed", type=int, default=1, help="of the places (default 1)")
    made.add_argument("-o", "--out", type=Path, metavar="FILE", help="default: standard output")
    return made


def _surveys(bundle: Bundle, *, places: int, seed: int) -> Iterator[Survey]:
    """Every activity at the same places of each district."""
    for code, shape in _districts(bundle):
        sites = _draw(shape, places, np.random.default_rng([seed, int(code)]))
        for activity in ACTIVITIES:
            projects = (_project(site, activity) for site in sites)
            bar = tqdm(projects, total=places, desc=f"{code} {activity}", file=sys.stderr, leave=False)
            yield Survey(district=code, activity=activity, reports=tuple(check_projects(bundle, bar, ON)))


def _districts(bundle: Bundle) -> Iterator[tuple[str, BaseGeometry]]:
    layer = bundle.layers.get("admin_unit")
    edition = layer.edition_on(ON) if layer is not None else None
    if edition is None or edition.zones is None:
        return
    shapes = dict(zip(edition.zones["zone_id"], edition.zones.geometry, strict=True))
    yield from ((code, shapes[code]) for code in DISTRICTS if code in shapes)


def _draw(shape: BaseGeometry, count: int, rng: np.random.Generator) -> list[shapely.Point]:
    """Places uniform by area: longitude and the sine of latitude are drawn evenly."""
    west, south, east, north = shape.bounds
    shapely.prepare(shape)
    found: list[shapely.Point] = []
    while len(found) < count:
        lon = rng.uniform(west, east, 4 * count)
        lat = np.degrees(
            np.arcsin(rng.uniform(math.sin(math.radians(south)), math.sin(math.radians(north)), 4 * count))
        )
        # Seven decimals are a centimetre, and what a form would hold.
        drawn = np.asarray(shapely.points(np.round(lon, 7), np.round(lat, 7)))
        found.extend(drawn[shapely.contains(shape, drawn)])
    return found[:count]


def _project(site: shapely.Point, activity: str) -> Project:
    placed = make_site(site, crs="EPSG:4490", accuracy_m=_ACCURACY_M)
    return Project(parts=(Part(site=placed, activity=activity, facts=(("nature", "new"),)),))


# --- the page


def _page(bundle: Bundle, surveys: Sequence[Survey], options: argparse.Namespace) -> Iterator[str]:
    yield "# What the demonstration bundle answers" if bundle.id == "demo" else f"# What {bundle.id} answers"
    yield ""
    yield (
        f"Made by `python -m scripts.verdicts --places {options.places} --seed {options.seed} "
        "-o docs/verdicts.md`: do not edit."
    )
    if surveys[0].reports[0].synthetic:
        yield ""
        yield f"**{SYNTHETIC_BANNER.zh} / {SYNTHETIC_BANNER.en}.**"
    yield ""
    yield (
        f"{options.places} places drawn evenly in each district, four projects at each of them, as of "
        f"{ON.isoformat()}. Declared is only `nature: new`; a point with {_ACCURACY_M:g} m accuracy stands "
        "for the area that is typical of the activity. This is the answer before anybody was asked anything."
    )
    yield ""
    yield f"Bundle `{bundle.id}` {bundle.digest[:12]}…, engine {ENGINE}."
    yield from _verdict_table(bundle, surveys)
    for survey in surveys:
        yield from _details(bundle, survey)


def _verdict_table(bundle: Bundle, surveys: Sequence[Survey]) -> Iterator[str]:
    yield ""
    yield "## Verdicts"
    for heading, what in (
        ("The verdict (share of places, %)", lambda r: r.verdict),
        ("The worst it may still come to (`worst_possible`, %)", lambda r: r.worst_possible),
    ):
        yield ""
        yield f"**{heading}**"
        yield ""
        yield from _row(
            "district", "project", *(f"{VERDICT_TEXT[v].zh} {v.value}" for v in SEVERITY), "complete"
        )
        yield from _row(*["---"] * 2, *["---:"] * (len(SEVERITY) + 1))
        for survey in surveys:
            counts = Counter(what(r) for r in survey.reports)
            shares = [_share(counts[v], len(survey.reports)) for v in SEVERITY]
            complete = _share(sum(r.complete for r in survey.reports), len(survey.reports))
            yield from _row(
                _district(bundle, survey.district), ACTIVITIES[survey.activity], *shares, complete
            )


def _details(bundle: Bundle, survey: Survey) -> Iterator[str]:
    total = len(survey.reports)
    yield ""
    yield f"## {_district(bundle, survey.district)}: {ACTIVITIES[survey.activity]}"
    yield ""
    yield "Rules that apply most often, and those that stay open most often with what they may come to:"
    yield ""
    yield from _row("", "rule", "effect", "places %", "why open")
    yield from _row("---", "---", "---", "---:", "---")
    yield from _top(survey, Outcome.APPLIES, "applies", total)
    yield from _top(survey, Outcome.NOT_ASSESSED, "open", total)
    asked = Counter(
        fact for r in survey.reports for fact in {name for f in _open(r) for name in f.missing_facts}
    )
    told = ", ".join(f"`{fact}` {_share(n, total)} %" for fact, n in _most_common(asked, 8))
    yield ""
    yield f"Facts asked: {told or 'none'}."


def _top(survey: Survey, outcome: Outcome, word: str, total: int) -> Iterator[str]:
    """The rules of an outcome that the verdict counts (duties and out-of-scope layers aside)."""
    counts: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = {}
    effects: dict[str, str] = {}
    titles: dict[str, str] = {}
    for report in survey.reports:
        for finding in _counted(report, outcome):
            name = finding.rule.id
            counts[name] += 1
            effects[name], titles[name] = finding.rule.effect.value, finding.rule.title.zh
            reason = REASON_TEXT[finding.reason].zh if finding.reason is not None else ""
            reasons.setdefault(name, Counter())[reason] += 1
    for name, count in _most_common(counts, _MOST):
        why = "、".join(
            f"{reason} {_share(n, count)} %" for reason, n in _most_common(reasons[name], 3) if reason
        )
        yield from _row(word, f"{name} {titles[name]}", effects[name], _share(count, total), why)


def _open(report: Report) -> Iterator[Finding]:
    yield from _counted(report, Outcome.NOT_ASSESSED)


def _counted(report: Report, outcome: Outcome) -> Iterator[Finding]:
    for part in report.parts:
        yield from (
            f
            for f in part.findings
            if f.outcome is outcome and (f.reason is None or f.reason.value != "out_of_scope")
        )


def _most_common(counts: Counter[str], most: int) -> list[tuple[str, int]]:
    """Most frequent first; ties by name, so that the page is the same every time."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]


def _district(bundle: Bundle, code: str) -> str:
    edition = bundle.layers["admin_unit"].edition_on(ON)
    zones = edition.zones if edition is not None else None
    names = {} if zones is None else dict(zip(zones["zone_id"], zones["name"], strict=True))
    return f"{names.get(code) or code}"


def _share(count: int, total: int) -> str:
    return f"{100 * count / total:.0f}" if total else "–"


def _row(*cells: str) -> Iterable[str]:
    yield "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
