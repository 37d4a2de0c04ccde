"""A small world of squares: round metres in Gauss-Krüger zone 35, so that every number can be checked by hand.

The origin (0, 0) of the world lies on the central meridian 105° E, where a projected metre is a metre to 1e-8.
"""

from datetime import date
from typing import Any

import geopandas as gpd
import shapely
from shapely import Geometry

from geo.crs import parse_crs, to_lonlat
from geo.model import (
    Basis,
    Bundle,
    Certainty,
    Condition,
    Edition,
    EditionStatus,
    Effect,
    Fact,
    FactType,
    Footprint,
    Layer,
    Op,
    Part,
    Project,
    Relation,
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
        Fact(id="land_area_m2", title=text("area"), question=text("?"), type=FactType.NUMBER, unit="m2"),
    )
}

ACTIVITIES = {
    a.id: a
    for a in (
        activity("SHED", footprint="point"),
        activity("PLANT", "INDUSTRY", typical_area_m2=31_415.926535897932),
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
