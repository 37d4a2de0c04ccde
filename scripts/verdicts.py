"""What the bundle answers at random places: ``python -m scripts.verdicts [-o docs/verdicts.md]``.

Sixty kinds of project at 200 places drawn evenly in the bundle's districts, as an approval office would meet
them before anybody has answered a question: only the nature of the works is declared. One seed gives one
page.
"""

import argparse
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from tqdm import tqdm

from geo.answer import Row, to_row
from geo.check import check_projects
from geo.check import declared as facts_asked
from geo.evaluate import asked, used_facts
from geo.model import Activity, Bundle, Edition, Effect, Project, Reason, Verdict
from geo.points import Atlas, Declaration, PointAnswers, PointBatch, PointTable
from geo.view import BundleView, view_on
from layers.bundle import load_bundle
from scripts.verdict_page import Answer, Survey, page

__all__ = ["Answer", "Survey", "main", "survey"]

DEMO = Path(__file__).resolve().parents[1] / "layers" / "demo"
ALIKE = {
    "NONFERROUS": "STEEL",
    "DYEING": "STEEL",
    "TANNING": "STEEL",
    "PLATING": "STEEL",
    "MINE_COAL": "MINE_METAL",
    "MINE_OTHER": "MINE_SAND",
    "BIOPOWER": "INCIN",
    "RAIL": "ROAD",
    "PIPE_HAZ": "PIPE_OILGAS",
    "IRRIG": "DIVERSION",
    "RIVERREG": "FLOODCTL",
    "VENUE": "SCHOOL",
    "MARKET": "SCHOOL",
    "CABLEWAY": "TOURISM",
    "FILM": "TOURISM",
    "PATROL": "SURVEY",
    "EMERGENCY": "GEOHAZARD",
}
"""Kinds that are asked much the same as another, and left to it: sixty are enough to read."""

ON = date(2026, 11, 21)
"""A fixed day: the page must not change with the calendar."""

_ACCURACY_M = 5.0
_FACTS = (("nature", "new"),)


def main(argv: Sequence[str] | None = None) -> int:
    """Draw, check, write; returns the exit code."""
    options = _parser().parse_args(argv)
    bundle = load_bundle(options.bundle)
    places = draw(bundle, options.places, options.seed)
    if not places:
        print(f"{options.bundle} holds no admin_unit with control units", file=sys.stderr)
        return 2
    surveys = survey(bundle, asked_of(bundle), places)
    command = (
        f"python -m scripts.verdicts --places {options.places} --seed {options.seed} -o docs/verdicts.md"
    )
    text = "\n".join(page(bundle, surveys, ON, command)) + "\n"
    if options.out is None:
        print(text, end="")
    else:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(text, encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m scripts.verdicts", description=__doc__)
    made.add_argument(
        "--bundle", type=Path, default=DEMO, metavar="DIR", help="default: the demonstration bundle"
    )
    made.add_argument("--places", type=int, default=200, help="places in all districts (default 200)")
    made.add_argument("--seed", type=int, default=1, help="of the places (default 1)")
    made.add_argument("-o", "--out", type=Path, metavar="FILE", help="default: standard output")
    return made


def _bar(rows: Sequence[int], activity: Activity) -> Iterable[int]:
    return tqdm(rows, desc=activity.id, file=sys.stderr, leave=False)


def asked_of(bundle: Bundle) -> tuple[Activity, ...]:
    """The activities of the page, in the order of the rulebook."""
    return tuple(a for a in bundle.rulebook.activities.values() if a.id not in ALIKE)


def survey(
    bundle: Bundle, activities: Sequence[Activity], places: Sequence[shapely.Point]
) -> tuple[Survey, ...]:
    """Every activity at every place, answered as a table of points is."""
    declared = tuple(Declaration(activity.id, _FACTS) for activity in activities)
    batch = PointBatch(
        lon=np.tile([place.x for place in places], len(declared)),
        lat=np.tile([place.y for place in places], len(declared)),
        accuracy_m=np.full(len(places) * len(declared), _ACCURACY_M),
        declaration=np.repeat(np.arange(len(declared)), len(places)),
        declarations=declared,
    )
    view = view_on(bundle, ON)
    told = PointTable(Atlas(view)).answer(batch)
    effects = {rule.rule.id: rule.rule.effect for rule in view.rules}
    classes = _classes(bundle)
    out = []
    for number, activity in enumerate(activities):
        facts = _missing(view, declared[number])
        rows = range(number * len(places), (number + 1) * len(places))
        cells = [_row(bundle, batch, told, row) for row in _bar(rows, activity)]
        answers = tuple(_answer(cell, effects, facts, classes) for cell in cells)
        out.append(Survey(activity=activity, answers=answers))
    return tuple(out)


def _row(bundle: Bundle, batch: PointBatch, told: PointAnswers, row: int) -> Row:
    """The cells of one point; what the columns leave goes by a whole report."""
    if told.rest[row]:
        return to_row(next(check_projects(bundle, [Project(parts=(batch.part(row),))], ON)))
    return {**told.told_of(row), "hits": told.hits[row]}


def _missing(view: BundleView, declared: Declaration) -> Mapping[str, tuple[str, ...]]:
    """Facts that would help to settle each rule in play for a declaration."""
    used = used_facts(view.bundle.rulebook, declared.part(0.0, 0.0, 0.0), 0.0)
    in_play, _ = asked(view, declared.activity, facts_asked(view, used))
    return {one.rule.rule.id: one.missing_facts for one in in_play}


def _classes(bundle: Bundle) -> dict[str, str]:
    """``layer:class`` of every ``layer:zone``."""
    editions = ((name, layer.edition_on(ON)) for name, layer in bundle.layers.items())
    return {
        f"{name}:{zone}": f"{name}:{code}"
        for name, edition in editions
        if edition is not None and edition.zones is not None
        for zone, code in zip(edition.zones["zone_id"], edition.zones["zone_class"], strict=True)
    }


def _answer(
    cells: Row,
    effects: Mapping[str, Effect],
    facts: Mapping[str, tuple[str, ...]],
    classes: Mapping[str, str],
) -> Answer:
    def is_told(rule: str) -> bool:
        return effects[rule] not in (Effect.NOTICE, Effect.DUTY)

    pairs = [one.rsplit(":", 1) for one in str(cells["not_assessed"]).split(";") if one]
    open_ = tuple((rule, Reason(why)) for rule, why in pairs if is_told(rule))
    return Answer(
        verdict=Verdict(str(cells["verdict"])),
        worst_possible=Verdict(str(cells["worst_possible"])),
        complete=bool(cells["complete"]),
        applies=tuple(rule for rule in str(cells["applies"]).split(";") if rule and is_told(rule)),
        open_rules=open_,
        missing=frozenset(
            name for rule, why in open_ if why is Reason.FACT_UNKNOWN for name in facts.get(rule, ())
        ),
        classes=frozenset(classes[hit] for hit in str(cells["hits"]).split(";") if hit in classes),
    )


# --- places


def draw(bundle: Bundle, count: int, seed: int) -> tuple[shapely.Point, ...]:
    """Places in all of the bundle's districts, the same number in each jurisdiction."""
    shapes = _districts(bundle)
    out: list[shapely.Point] = []
    for number, shape in enumerate(shapes):
        more = count * (number + 1) // len(shapes) - count * number // len(shapes)
        out += _drawn(shape, more, np.random.default_rng([seed, number]))
    return tuple(out)


def _districts(bundle: Bundle) -> list[BaseGeometry]:
    """What the bundle holds of its districts: of some it is no more than a strip."""
    units, held = (_edition(bundle, name) for name in ("admin_unit", "env_control_unit"))
    if units is None or units.zones is None or held is None or held.coverage is None:
        return []
    zones = units.zones
    ours = [zones.geometry[zones["zone_id"].str.startswith(code)] for code in bundle.jurisdictions]
    shapes = [shapely.intersection(shapely.union_all(found.to_numpy()), held.coverage) for found in ours]
    return [shape for shape in shapes if shapely.area(shape) > 0.0]


def _edition(bundle: Bundle, name: str) -> Edition | None:
    layer = bundle.layers.get(name)
    return layer.edition_on(ON) if layer is not None else None


def _drawn(shape: BaseGeometry, count: int, rng: np.random.Generator) -> list[shapely.Point]:
    """Places uniform by area: longitude and the sine of latitude are drawn evenly."""
    west, south, east, north = shape.bounds
    found: list[shapely.Point] = []
    while len(found) < count:
        lon = rng.uniform(west, east, 4 * count)
        sines = rng.uniform(math.sin(math.radians(south)), math.sin(math.radians(north)), 4 * count)
        # Seven decimals are a centimetre, and what a form would hold.
        drawn = np.asarray(shapely.points(np.round(lon, 7), np.round(np.degrees(np.arcsin(sines)), 7)))
        found.extend(drawn[shapely.contains(shape, drawn)])
    return found[:count]


if __name__ == "__main__":
    sys.exit(main())
