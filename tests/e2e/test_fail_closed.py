"""Damaged data convict and never acquit: every layer of the demonstration bundle, damaged one at a time.

A damaged layer is read through `load_bundle` from a folder that holds it alone, and put in place of the whole
one: the others need not be read again for each damage. The bundle it is put into holds the rules that speak
of the layer and the layers these speak of, so that no other rule's answer can hide a loss. That the short cut
changes nothing is asked of the whole bundle, below.
"""

import shutil
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
import yaml

from geo.check import check_projects
from geo.model import (
    RIVERS,
    SEVERITY,
    Bundle,
    Effect,
    Finding,
    LayerState,
    Outcome,
    Part,
    Project,
    Relation,
    Report,
    Rule,
    Verdict,
)
from geo.site import make_site
from layers.bundle import load_bundle
from layers.store import FOLDER
from scripts.demo import theme_layers
from tests.builders import write_yaml
from tests.e2e.conftest import DEMO, ON
from tests.e2e.places import anywhere

LAYERS = (
    "admin_unit",
    "eco_redline",
    "env_control_unit",
    "protected_area",
    "scenic_area",
    "drinking_water_zone",
    "industrial_park",
    "river_reach",
    "river_shoreline",
    "river_corridor",
    "livestock_ban_zone",
    "receptor",
    "infra_strip",
)
RASTERS = ("land_cover", "slope")
"""Damaged in `tests/layers/test_raster.py`, as rasters are."""

ACTIVITIES = ("CHEM", "LIVESTOCK")
FACTS = (("discharges", True), ("nature", "new"), ("rl_act_code", "none"), ("soil_loss", True))
ANOTHER = {name: LAYERS[(n + 3) % len(LAYERS)] for n, name in enumerate(LAYERS)}
PINS = ("sha256", "rows")
SETTLED = (
    "项目类型或参数不符合适用条件。"  # what a report says of rules settled before the place is looked at
)
HOLE_DEG = 0.02  # at least 1.9 km: more than any rule's reach


@dataclass(frozen=True)
class Case:
    """One layer alone in a folder, to be damaged before it is read."""

    folder: Path
    entry: dict[str, Any]
    sites: list[shapely.Point]

    @property
    def data(self) -> Path:
        return self.folder / self.entry["path"]

    def unpin(self) -> None:
        """An office that gave neither hash nor number of rows."""
        for key in PINS:
            self.entry.pop(key, None)

    def rewrite(self, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> None:
        change(gpd.read_parquet(self.data)).to_parquet(self.data)

    def cover(self, frame: gpd.GeoDataFrame) -> None:
        self.entry["coverage"] = "data/other_coverage.parquet"
        frame.to_parquet(self.folder / self.entry["coverage"])


def delete(case: Case) -> None:
    case.data.unlink()


def truncate(case: Case) -> None:
    case.data.write_bytes(case.data.read_bytes()[: case.data.stat().st_size // 2])


def zero_bytes(case: Case) -> None:
    case.unpin()
    case.data.write_bytes(b"")


def empty(case: Case) -> None:
    case.rewrite(lambda frame: frame.iloc[:0])


def empty_unpinned(case: Case) -> None:
    case.unpin()
    empty(case)


def another_file(case: Case) -> None:
    shutil.copy(DEMO / shipped()[ANOTHER[case.entry["id"]]]["path"], case.data)


def another_file_unpinned(case: Case) -> None:
    case.unpin()
    another_file(case)


def file_names_another_crs(case: Case) -> None:
    case.unpin()
    case.rewrite(lambda frame: frame.set_crs(4544, allow_override=True))


def catalogue_names_another_crs(case: Case) -> None:
    case.entry["crs"] = "EPSG:4544"


def lose_half_the_rows(case: Case) -> None:
    case.rewrite(lambda frame: frame.iloc[::2])


def lose_half_the_rows_counted(case: Case) -> None:
    del case.entry["sha256"]
    lose_half_the_rows(case)


def age(case: Case) -> None:
    case.entry["stale_after"] = ON


def uncover(case: Case) -> None:
    case.cover(gpd.GeoDataFrame(geometry=[shapely.box(85.0, 30.0, 86.0, 31.0)], crs=4490))


def empty_coverage(case: Case) -> None:
    case.cover(gpd.GeoDataFrame(geometry=[], crs=4490))


def delete_coverage(case: Case) -> None:
    case.entry["coverage"] = "data/no_such_file.parquet"


def holes_in_the_coverage(case: Case) -> None:
    whole = shapely.union_all(gpd.read_parquet(case.folder / case.entry["coverage"]).geometry.to_numpy())
    holes = shapely.union_all(shapely.buffer(case.sites, HOLE_DEG))
    case.cover(gpd.GeoDataFrame(geometry=[shapely.difference(whole, holes)], crs=4490))


DAMAGES = {
    damage.__name__: damage
    for damage in (
        delete,
        truncate,
        zero_bytes,
        empty,
        empty_unpinned,
        another_file,
        another_file_unpinned,
        file_names_another_crs,
        catalogue_names_another_crs,
        lose_half_the_rows,
        lose_half_the_rows_counted,
        age,
        uncover,
        empty_coverage,
        delete_coverage,
        holes_in_the_coverage,
    )
}
REMOVE = "remove_from_the_catalogue"
STATES = {
    REMOVE: {LayerState.MISSING},
    "age": {LayerState.STALE, LayerState.NOT_COVERED},  # rivers do not cover every place anyway
    "uncover": {LayerState.NOT_COVERED},
    "holes_in_the_coverage": {LayerState.NOT_COVERED},
}
FAILED = {LayerState.FAILED}


@cache
def shipped() -> dict[str, dict[str, Any]]:
    """Entries of the demonstration's catalogue, by layer."""
    text = (DEMO / "catalogue.yaml").read_text(encoding="utf-8")
    return {layer["id"]: layer for layer in yaml.safe_load(text)["layers"]}


@pytest.fixture
def catalogue() -> dict[str, dict[str, Any]]:
    """The entries, to be damaged."""
    return deepcopy(shipped())


@pytest.fixture(scope="session")
def places(demo: Bundle) -> dict[str, list[shapely.Point]]:
    """Three places in zones of each layer, one anywhere in the districts."""
    districts = demo.layers["eco_redline"].edition_on(ON).coverage
    rng = np.random.default_rng(5)
    found = {}
    for name in LAYERS:
        zones = demo.layers[name].edition_on(ON).zones.geometry.to_numpy()
        inside = [z.representative_point() for z in zones if shapely.intersects(z, districts)]
        chosen = [inside[i] for i in rng.permutation(len(inside))[:3]]
        found[name] = [*chosen, *anywhere(districts, 1, rng)]
    return found


def projects(sites: list[shapely.Point]) -> list[Project]:
    placed = [make_site(site, crs="EPSG:4490", accuracy_m=5.0) for site in sites]
    return [
        Project(parts=(Part(site=site, activity=activity, facts=FACTS),))
        for site in placed
        for activity in ACTIVITIES
    ]


def reports(bundle: Bundle, sites: list[shapely.Point]) -> list[Report]:
    return list(check_projects(bundle, projects(sites), ON, full=True))


@pytest.fixture(scope="session")
def part_of(demo: Bundle) -> dict[str, Bundle]:
    """Of each layer the rules that speak of it, and the layers that these speak of."""
    return {name: _speaking_of(demo, name) for name in LAYERS}


def _speaking_of(whole: Bundle, name: str) -> Bundle:
    book = whole.rulebook
    items = book.eia is not None and name in book.eia.layers
    rules = tuple(r for r in book.rules if name in r.layers_named or (items and r.eia is not None))
    kept = {name, "admin_unit", RIVERS, *(layer for rule in rules for layer in rule.layers_named)}
    kept |= set(book.eia.layers) if book.eia is not None and any(r.eia is not None for r in rules) else set()
    layers = {key: layer for key, layer in whole.layers.items() if key in kept}
    return replace(whole, layers=layers, rulebook=replace(book, rules=rules))


@pytest.fixture(scope="session")
def before(part_of: dict[str, Bundle], places: dict[str, list[shapely.Point]]) -> dict[str, list[Report]]:
    return {name: reports(part_of[name], sites) for name, sites in places.items()}


def damaged_bundle(demo: Bundle, entry: dict[str, Any], sites: list, damage: str, folder: Path) -> Bundle:
    """The demonstration bundle, or a part of it, with one layer damaged."""
    name = entry["id"]
    if damage == REMOVE:
        return replace(demo, layers={k: v for k, v in demo.layers.items() if k != name})
    case = Case(folder=folder, entry=without_other_editions(entry), sites=sites)
    for path in {entry["path"], entry["coverage"], entry.get("clauses", entry["path"])}:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(DEMO / path, folder / path)
    if entry["coverage"] == entry["path"]:  # the damage must not reach the coverage by the way
        case.entry["coverage"] = "data/own_coverage.parquet"
        shutil.copy(case.data, folder / case.entry["coverage"])
    DAMAGES[damage](case)
    head = {"bundle": {"id": "alone", "title": {"zh": "单层", "en": "alone"}}, "rulebook": "none"}
    write_yaml(folder / "catalogue.yaml", {**head, "layers": [case.entry]})
    return replace(demo, layers={**demo.layers, name: load_bundle(folder).layers[name]})


def without_other_editions(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "editions"}


# --- what must hold


@dataclass(frozen=True)
class Pair:
    """A site before and after the damage."""

    bundle: Bundle
    layer: str
    damage: str
    kept: frozenset[str]
    before: Report
    after: Report

    def findings(self, report: Report) -> dict[str, Finding]:
        part = report.parts[0]
        return {f.rule.id: f for f in (*part.findings, *part.duties)}

    def in_play(self) -> list[str]:
        """Rules of the layer that neither activity nor facts have settled."""
        found = self.findings(self.before).values()
        return [f.rule.id for f in found if self.depends(f.rule) and f.explanation.zh != SETTLED]

    def depends(self, rule: Rule) -> bool:
        return self.layer in rule.layers or self.layer in {c.layer for c in rule.companions}

    def rests_on_it_alone(self, rule: Rule) -> bool:
        return rule.layers == (self.layer,) and not rule.companions and not rule.jurisdictions

    def settles_by_a_zone(self, rule: Rule) -> bool:
        """A zone that is met proves that the site is not outside, or not merely near it."""
        met = any(hit.layer == self.layer for hit in self.after.parts[0].hits)
        return met and (rule.relation is Relation.OUTSIDE or rule.distance_min_m is not None)


def check_pair(pair: Pair, seen: Counter[str]) -> None:
    was, now = pair.findings(pair.before), pair.findings(pair.after)
    alone = []
    for name in pair.in_play():
        rule = was[name].rule
        if was[name].outcome is not Outcome.DOES_NOT_APPLY and rule.distance_min_m is None:
            assert now[name].outcome is not Outcome.DOES_NOT_APPLY, name
        if pair.rests_on_it_alone(rule) and not pair.settles_by_a_zone(rule):
            assert now[name].outcome is not Outcome.DOES_NOT_APPLY, name
            alone.append(name)
            seen["no longer acquits"] += was[name].outcome is Outcome.DOES_NOT_APPLY
        if _still_convicts(pair, was[name]):
            assert now[name].outcome is Outcome.APPLIES, name
            assert _at_least(pair.after.verdict, rule.effect), name
            seen["still convicts"] += 1
    counted = [name for name in alone if was[name].rule.effect is not Effect.DUTY]
    if counted:
        assert pair.after.verdict is not Verdict.CLEAR
    if pair.after.complete:
        assert all(now[name].outcome is Outcome.APPLIES for name in counted)
    check_state(pair, seen)


def check_state(pair: Pair, seen: Counter[str]) -> None:
    told = next((x for x in pair.after.parts[0].layers if x.id == pair.layer), None)
    if told is None:  # not in the catalogue, and no rule asks for it
        return
    assert told.state is not LayerState.CLEAR
    if told.state is LayerState.HIT:
        assert told.flags
        seen["hit, marked"] += 1
    elif pair.layer != "river_corridor":  # provisional: its silence is no_edition whatever happens to it
        assert told.state in STATES.get(pair.damage, FAILED)


def _still_convicts(pair: Pair, finding: Finding) -> bool:
    """A rule whose zones are all still there; `outside` and second layers rest on more than what is met."""
    rule = finding.rule
    own = [hit for hit in finding.hits if hit.layer == pair.layer]
    return (
        finding.outcome is Outcome.APPLIES
        and rule.relation in {Relation.INTERSECTS, Relation.CROSSES, Relation.WITHIN_DISTANCE}
        and rule.layers == (pair.layer,)
        and not rule.companions
        and bool(own)
        and all(hit.zone_id in pair.kept for hit in own)
    )


def _at_least(verdict: Verdict, effect: Effect) -> bool:
    return effect is Effect.DUTY or SEVERITY.index(verdict) >= SEVERITY.index(Verdict(effect.value))


@pytest.mark.parametrize("damage", [*DAMAGES, REMOVE])
@pytest.mark.parametrize("name", LAYERS)
def test_a_damaged_layer_convicts_and_never_acquits(
    part_of: dict[str, Bundle],
    catalogue: dict[str, dict[str, Any]],
    places: dict[str, list[shapely.Point]],
    before: dict[str, list[Report]],
    tmp_path: Path,
    name: str,
    damage: str,
) -> None:
    bundle = damaged_bundle(part_of[name], catalogue[name], places[name], damage, tmp_path)
    edition = bundle.layers[name].edition_on(ON) if name in bundle.layers else None
    same_file = damage not in {"another_file", "another_file_unpinned"}
    zones = edition.zones if edition is not None and same_file else None
    kept = frozenset() if zones is None else frozenset(zones["zone_id"])
    seen: Counter[str] = Counter()
    after = reports(bundle, places[name])
    for was, now in zip(before[name], after, strict=True):
        check_pair(
            Pair(bundle=part_of[name], layer=name, damage=damage, kept=kept, before=was, after=now),
            seen,
        )
    if kept and damage in {"age", "uncover", "holes_in_the_coverage"}:
        assert seen["hit, marked"] >= 3 * len(ACTIVITIES)


def test_the_layers_are_all_there(demo: Bundle) -> None:
    """`receptor` and `infra_strip` stand for the thematic layers, which are written and read alike."""
    assert {*LAYERS, *RASTERS} | theme_layers.plan().keys() == demo.layers.keys()


def test_the_sites_were_worth_checking(
    demo: Bundle, places: dict[str, list[shapely.Point]], before: dict[str, list[Report]]
) -> None:
    """Before any damage every layer with rules of its own both convicted and acquitted somewhere."""
    for name in ("eco_redline", "env_control_unit", "protected_area", "drinking_water_zone"):
        outcomes: Counter[Outcome] = Counter()
        for report in before[name]:
            pair = Pair(bundle=demo, layer=name, damage="", kept=frozenset(), before=report, after=report)
            outcomes.update(pair.findings(report)[rule].outcome for rule in pair.in_play())
        assert outcomes[Outcome.APPLIES] > 0, name
        assert outcomes[Outcome.DOES_NOT_APPLY] > 0, name


@pytest.mark.parametrize("damage", ["delete", "lose_half_the_rows", "another_file_unpinned"])
def test_the_whole_bundle_says_the_same(
    demo: Bundle, catalogue: dict, places: dict, tmp_path: Path, damage: str
) -> None:
    """The short cut of this module changes nothing: the bundle read as a whole gives the same reports."""
    name = "eco_redline"
    short = damaged_bundle(demo, catalogue[name], places[name], damage, tmp_path / "alone")
    folder = tmp_path / "whole"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns(FOLDER))
    whole = yaml.safe_load((DEMO / "catalogue.yaml").read_text(encoding="utf-8"))
    entry = next(layer for layer in whole["layers"] if layer["id"] == name)
    entry.pop("editions")
    DAMAGES[damage](Case(folder=folder, entry=entry, sites=places[name]))
    write_yaml(folder / "catalogue.yaml", whole)
    for one, other in zip(
        reports(short, places[name]), reports(load_bundle(folder), places[name]), strict=True
    ):
        assert replace(one, digest="") == replace(other, digest="")
