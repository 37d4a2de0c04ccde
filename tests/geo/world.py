"""A small world of squares: round metres in Gauss-Krüger zone 35, every number checkable by hand.

The origin (0, 0) lies on the central meridian 105° E, where a projected metre is a metre to 1e-8.
"""

from datetime import date
from typing import Any

import geopandas as gpd
import shapely
from shapely import Geometry

from geo.check import check_projects
from geo.crs import parse_crs, to_lonlat
from geo.model import (
    Basis,
    Bundle,
    Certainty,
    Clause,
    ClauseLevel,
    ClauseVerb,
    Condition,
    Edition,
    EditionStatus,
    Effect,
    Fact,
    FactType,
    Finding,
    Footprint,
    Layer,
    Op,
    Outcome,
    OutOfScope,
    Part,
    Project,
    Relation,
    Report,
    Rule,
    Rulebook,
    Site,
    Text,
)
from geo.model.rules import Activity

EAST, NORTH = 500_000.0, 3_500_000.0
ON = date(2026, 11, 21)
GK35 = parse_crs("EPSG:4544")


def place(geometry: Geometry) -> Geometry:
    """World metres to EPSG:4490 degrees."""
    return to_lonlat(shapely.affinity.translate(geometry, EAST, NORTH), GK35)


def box(x0: float, y0: float, x1: float, y1: float) -> Geometry:
    """A rectangle in world metres, in degrees."""
    return place(shapely.box(x0, y0, x1, y1))


def point(x: float, y: float) -> Geometry:
    """A point in world metres, in degrees."""
    return place(shapely.Point(x, y))


def line(*xy: tuple[float, float]) -> Geometry:
    """A line in world metres, in degrees."""
    return place(shapely.LineString(xy))


def text(words: str) -> Text:
    """The same words in both languages."""
    return Text(words, words)


def edition(zones: list[dict[str, Any]], **keys: Any) -> Edition:
    """An edition of zones given as ``{zone_id, zone_class, geometry, …}``, covered 50 km around."""
    columns = ["zone_id", "zone_class", "name", "valid_from", "valid_to", "geometry"]
    rows = [{**dict.fromkeys(columns), **zone} for zone in zones]
    frame = gpd.GeoDataFrame(rows or {c: [] for c in columns}, geometry="geometry", crs=4490)
    for name in frame.columns.drop("geometry"):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    defaults: dict[str, Any] = {
        "edition": "2025",
        "status": EditionStatus.IN_FORCE,
        "valid_from": date(2021, 3, 1),
        "valid_to": None,
        "stale_after": None,
        "accuracy_m": 5.0,
        "zones": frame,
        "coverage": box(-50_000, -50_000, 50_000, 50_000),
        "sha256": "0" * 64,
        "authority": text("authority"),
        "source": "test",
        "licence": "test",
        "synthetic": True,
    }
    return Edition(**{**defaults, **keys})


def layer(layer_id: str, *editions: Edition, **keys: Any) -> Layer:
    """A vector layer."""
    defaults: dict[str, Any] = {"title": text(layer_id), "kind": "vector", "classes": {}}
    return Layer(id=layer_id, editions=editions, **{**defaults, **keys})


BASIS = Basis(
    id="law-1",
    instrument=text("Law"),
    article="1",
    valid_from=date(2021, 3, 1),
    certainty=Certainty.A,
    source="test",
)


def rule(rule_id: str, layer_id: str | tuple[str, ...] | None, **keys: Any) -> Rule:
    """A prohibition for every activity, unless told otherwise."""
    layers = (layer_id,) if isinstance(layer_id, str) else layer_id or ()
    defaults: dict[str, Any] = {
        "title": text(rule_id),
        "layers": layers,
        "relation": Relation.INTERSECTS if layers else Relation.ANYWHERE,
        "activities": ("ANY",),
        "effect": Effect.PROHIBITED,
        "action": text("do not"),
        "basis": ("law-1",),
        "valid_from": date(2021, 3, 1),
        "certainty": Certainty.A,
    }
    return Rule(id=rule_id, **{**defaults, **keys})


def clause(scope: str, verb: str, names: tuple[str, ...], **keys: Any) -> Clause:
    """A clause of a unit, or of the place whose code the scope is."""
    wide = scope.isdigit()
    level = ClauseLevel.UNIT if not wide else ClauseLevel.PROVINCE if len(scope) == 2 else ClauseLevel.CITY
    defaults: dict[str, Any] = {"certainty": Certainty.A, "text": "…", "doc": "list", "article": "1"}
    fixed = {"id": f"{scope} {verb}", "scope": scope, "level": level, "dimension": 1}
    if not wide:
        keys.pop("unit_class", None)
    return Clause(verb=ClauseVerb(verb), names=names, **{**fixed, **defaults, **keys})


def where(name: str, op: str, value: Any) -> Condition:
    """A condition on a fact or attribute."""
    return Condition(name=name, op=Op(op), value=value)


def activity(activity_id: str, *groups: str, footprint: str = "areal", **keys: Any) -> Activity:
    """An activity; areal ones without a typical area stand for no disc."""
    defaults: dict[str, Any] = {"title": text(activity_id), "groups": (activity_id, *groups)}
    return Activity(id=activity_id, footprint=Footprint(footprint), **{**defaults, **keys})


FACTS = {
    f.id: f
    for f in (
        Fact(
            id="nature",
            title=text("nature"),
            question=text("?"),
            type=FactType.ENUM,
            values=tuple(
                (v, text(v))
                for v in ("new", "expansion", "reconstruction", "upgrade", "relocation", "existing")
            ),
        ),
        Fact(
            id="land",
            title=text("land"),
            question=text("?"),
            type=FactType.ENUM,
            values=tuple((v, text(v)) for v in ("permanent", "temporary", "none")),
            default="permanent",
        ),
        Fact(id="discharges", title=text("discharges"), question=text("?"), type=FactType.BOOL),
        Fact(id="gb4754_code", title=text("industry"), question=text("?"), type=FactType.TEXT),
        Fact(id="land_area_m2", title=text("area"), question=text("?"), type=FactType.NUMBER, unit="m2"),
    )
}

ACTIVITIES = {
    a.id: a
    for a in (
        activity("SHED", footprint="point"),
        activity("PLANT", "INDUSTRY", typical_area_m2=31_415.926535897932, gb4754=("26", "2710")),
        activity("PARK"),
        activity("ROAD", "LINEAR", footprint="linear"),
    )
}


def bundle(layers: list[Layer], rules: list[Rule], **keys: Any) -> Bundle:
    """A bundle in memory."""
    bases = {b.id: b for b in keys.pop("bases", [BASIS])}
    defaults: dict[str, Any] = {
        "id": "world",
        "title": text("world"),
        "jurisdictions": ("510812",),
        "layers": {x.id: x for x in layers},
        "out_of_scope": {},
        "rulebook": Rulebook(rules=tuple(rules), bases=bases, facts=FACTS, activities=ACTIVITIES, groups={}),
        "distances": {},
        "layer_titles": {x.id: x.title for x in layers},
        "digest": "d",
    }
    return Bundle(**{**defaults, **keys})


def project(
    geometry: Geometry, activity: str | None = "SHED", *, accuracy_m: float = 0.0, **facts: Any
) -> Project:
    """A bare site; accuracy 0 unless told otherwise, nature new."""
    known = bool(facts.pop("datum_known", True))
    site = Site(geometry=geometry, accuracy_m=accuracy_m, datum_known=known)
    declared = tuple(sorted({"nature": "new", **facts}.items()))
    return Project(parts=(Part(site=site, activity=activity, facts=declared),))


# --- asking -------------------------------------------------------------------------------------------------

SQUARE = shapely.box(0, 0, 100, 100)
"""The zone of most tests: 100 m a side, 10 000 m²."""


def zones(layer_id: str, *shapes: Geometry | dict[str, Any], **keys: Any) -> Layer:
    """A layer of zones a0, a1, …, each a shape in world metres (class '1') or ``{shape, zone_class, …}``."""
    rows = []
    for number, given in enumerate(shapes):
        row = dict(given) if isinstance(given, dict) else {"shape": given}
        shape = row.pop("shape")
        row = {"zone_id": f"{layer_id}{number}", "zone_class": "1", **row}
        rows.append({**row, "geometry": None if shape is None else place(shape)})
    return layer(layer_id, edition(rows, **keys))


def out_of_scope(layer_id: str) -> OutOfScope:
    """A layer the agency says it does not hold."""
    return OutOfScope(layer=layer_id, title=text(layer_id), reason=text("not public"), ask=text("the bureau"))


def report(
    layers: list[Layer],
    rules: list[Rule],
    asked: Project,
    *,
    on: date = ON,
    margins: str = "near",
    **keys: Any,
) -> Report:
    """One project's report, every rule in play told."""
    return next(check_projects(bundle(layers, rules, **keys), [asked], on, margins=margins, full=True))


def finding(told: Report, rule_id: str) -> Finding:
    """The finding of one rule in the first part."""
    part = told.parts[0]
    return next(f for f in (*part.findings, *part.duties) if f.rule.id == rule_id)


def truth(found: Finding) -> bool | None:
    """The outcome as a truth: applies, open (None), does not apply."""
    return {Outcome.APPLIES: True, Outcome.NOT_ASSESSED: None, Outcome.DOES_NOT_APPLY: False}[found.outcome]


def layer_state(told: Report, layer_id: str) -> tuple[str, tuple[str, ...]]:
    """State and flags of a layer in the first part."""
    found = next(x for x in told.parts[0].layers if x.id == layer_id)
    return found.state.value, found.flags
