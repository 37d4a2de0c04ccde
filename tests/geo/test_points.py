"""Points in columns get what the one road gives them, cell by cell, whatever the world and the chunk."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import hypothesis.strategies as st
import numpy as np
import shapely
from hypothesis import event, given, settings
from shapely import LineString, MultiPolygon, Point, Polygon, box
from shapely.affinity import rotate

from geo.errors import Problem
from geo.model import (
    Bundle,
    Certainty,
    ClauseTest,
    ClauseVerb,
    Edition,
    EditionStatus,
    Effect,
    Layer,
    Naming,
    Relation,
    Rule,
    With,
)
from geo.points import Declaration, PointBatch, PointTable
from tests.geo.two_roads import batch_of, by_columns, by_reports, differing, some_of, table_on
from tests.geo.world import ON, bundle, clause, edition, layer, out_of_scope, place, rule, text, where

LAYERS = ("a", "b", "c")
HELD = (*LAYERS, "admin_unit", "env_control_unit")
ACCURACIES = (0.0, 5.0, 12.0, 200.0)
BASES = (0.0, 0.05, 5.05, 10.05, 200.05, 2_000.05)
DISCS = (0.0, 100.0, (500.0 / np.pi) ** 0.5, (31_415.926535897932 / np.pi) ** 0.5)
NEXT_TO = (0.0, 0.001, -0.001, 0.01, -0.01, 1.0, -1.0, 0.0002)
POINTS = 48
FAULTS = (Problem(where="a.geojson", given="1 of 2", allowed="all", hint=text("one zone could not be read")),)
few = settings(max_examples=80)

# --- worlds -------------------------------------------------------------------------------------------------


@st.composite
def shapes(draw: Callable[..., Any]) -> shapely.Geometry:
    """Zones that overlap, nest, touch and share borders, with vertices at corners or all along.

    Neighbours need not share their vertices: rounding, and corners that are off, then make seams.
    """
    step, odd = draw(st.sampled_from(((50.0, 0.0), (50.0, 0.0), (7.3, 0.77))))
    off = draw(st.sampled_from((0.0, 0.0, 0.0, 1e-9, 2e-4, -2e-4)))
    x, y = (draw(st.integers(-6, 6)) * step + odd + off for _ in range(2))
    w, h = (draw(st.integers(1, 8)) * step for _ in range(2))
    kind = draw(
        st.sampled_from(("box", "box", "box", "holed", "multi", "turned", "triangle", "line", "point"))
    )
    plain = stepped(x, y, x + w, y + h, step) if draw(st.booleans()) else box(x, y, x + w, y + h)
    hole = box(x + w / 4 + 0.17, y + h / 4 + 0.19, x + 3 * w / 4, y + 3 * h / 4)
    return {
        "box": plain,
        "holed": Polygon(plain.exterior, [hole.exterior]),
        "multi": MultiPolygon([plain, stepped(x + w + step, y, x + 2 * w + step, y + h, step)]),
        "turned": rotate(plain, draw(st.integers(1, 89)) + 0.3),
        "triangle": Polygon([*plain.exterior.coords[: 1 + round(w / step)], (x + 0.371 * w, y + 1.013 * h)]),
        "line": LineString([(x, y), (x + w, y - h), (x + 2 * w, y)]),
        "point": Point(x, y),
    }[kind]


def stepped(x0: float, y0: float, x1: float, y1: float, step: float) -> Polygon:
    """A rectangle with a vertex at every step, from its lower left corner to the right."""
    xs = np.round(x0 + step * np.arange(round((x1 - x0) / step) + 1), 6)
    ys = np.round(y0 + step * np.arange(round((y1 - y0) / step) + 1), 6)
    lower, right = [(x, ys[0]) for x in xs], [(xs[-1], y) for y in ys[1:]]
    upper, left = [(x, ys[-1]) for x in xs[-2::-1]], [(xs[0], y) for y in ys[-2:0:-1]]
    return Polygon([*lower, *right, *upper, *left])


@st.composite
def zones(draw: Callable[..., Any], codes: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    rows = []
    for number in range(draw(st.integers(0, 5))):
        row = {
            "shape": draw(shapes()),
            "zone_id": draw(st.sampled_from(codes)) if codes else f"z{number}",
            "zone_class": draw(st.sampled_from(("1", "1", "2", None))),
            "level": draw(st.sampled_from(("high", "low", None))),
            "valid_to": draw(st.sampled_from((None, None, None, ON - timedelta(days=1)))),
            "county_code": draw(st.sampled_from(("510812", "510812", "510813", None))),
            "list_missing": draw(st.sampled_from((False, False, None, True))),
        }
        rows.append(row)
    return rows


@st.composite
def editions(draw: Callable[..., Any], name: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    codes = ("5108", "510812", "510813") if name == "admin_unit" else ()
    near = draw(st.sampled_from((50_000.0, 50_000.0, 450.0, 250.0)))
    keys: dict[str, Any] = {
        "accuracy_m": draw(st.sampled_from((5.0, 5.0, 0.0, 120.0))),
        "coverage": draw(st.sampled_from((box(-near, -near, near, near),) * 4 + (None,))),
    }
    keys["clauses"] = draw(CLAUSES)
    quality = draw(st.sampled_from(({}, {}, {}, "stale", "failed", "provisional")))
    if quality == "stale":
        keys["stale_after"] = ON
    if quality == "failed":
        keys["faults"] = FAULTS
    if quality == "provisional":
        keys["status"] = EditionStatus.PROVISIONAL
    return draw(zones(codes)), keys


@st.composite
def rules(draw: Callable[..., Any], number: int) -> Rule:
    relation = draw(st.sampled_from([r for r in Relation if r is not Relation.UPSTREAM_WITHIN]))
    keys: dict[str, Any] = {"relation": relation}
    layers = draw(st.lists(st.sampled_from(LAYERS), min_size=1, max_size=3, unique=True))
    if relation is Relation.WITHIN_DISTANCE:
        keys |= {"distance_min_m": draw(st.sampled_from((None, None, 0.0, 5.05)))}
        if draw(st.booleans()):
            keys |= {"distance_m": draw(st.sampled_from(BASES[1:]))}
        else:
            name = draw(st.sampled_from(("known", "unset")))
            keys |= {"distance_name": name, "screening_m": draw(st.sampled_from((10.05, 200.05)))}
    if relation is Relation.INTERSECTS:
        keys |= {"min_zones": draw(st.sampled_from((1, 1, 1, 2)))}
    companions = draw(st.sampled_from(COMPANIONS)) if relation is not Relation.OUTSIDE else ()
    if relation is Relation.INTERSECTS and not companions and keys["min_zones"] == 1:
        keys |= {"clauses": draw(CLAUSE_TESTS)}
    return rule(
        f"R{number}",
        () if relation is Relation.ANYWHERE else tuple(layers),
        effect=draw(st.sampled_from(list(Effect))),
        activities=draw(st.sampled_from((("ANY",), ("ANY",), ("INDUSTRY",), ("ROAD", "SHED")))),
        jurisdictions=draw(st.sampled_from(((), (), (), ("510812",), ("5108",), ("510813",)))),
        zone_classes=draw(st.sampled_from(((), (), ("1",), ("1", "2")))),
        zone_where=draw(st.sampled_from(((), (), (where("level", "eq", "high"),)))),
        companions=companions,
        conditions=tuple(draw(st.lists(st.sampled_from(CONDITIONS), max_size=1))),
        **keys,
    )


CLAUSE_TESTS = st.none() | st.builds(
    ClauseTest,
    verbs=st.lists(st.sampled_from(ClauseVerb), min_size=1, max_size=3, unique=True).map(tuple),
    named=st.sampled_from(Naming),
    silent_without_list=st.booleans(),
)
CLAUSES = st.none() | st.lists(
    st.builds(
        clause,
        st.sampled_from(("z0", "z1", "z2", "51", "5108", "510813")),
        st.sampled_from(ClauseVerb),
        st.sampled_from(((), ("ANY",), ("SHED",), ("INDUSTRY",), ("26",), ("2611", "LINEAR"), ("ANY", "26"))),
        certainty=st.sampled_from((Certainty.A, Certainty.A, Certainty.C, Certainty.D)),
        unit_class=st.sampled_from((None, None, "1")),
    ),
    max_size=6,
).map(tuple)
CONDITIONS = (where("discharges", "eq", True), where("land_area_m2", "ge", 5_000))
COMPANIONS = (
    (),
    (),
    (),
    (With(layer="c"),),
    (With(layer="c", present=False),),
    (With(layer="a", zone_classes=("1",)), With(layer="b", present=False)),
    (With(layer="b", zone_where=(where("level", "eq", "high"),), present=False),),
)
DECLARED = st.lists(
    st.tuples(
        st.sampled_from(("SHED", "PLANT", "PARK", "ROAD", None)),
        st.fixed_dictionaries(
            {"nature": st.just("new")},
            optional={
                "discharges": st.sampled_from((True, False, None)),
                "land_area_m2": st.sampled_from((500.0, 9_000.0)),
                "gb4754_code": st.sampled_from(("26", "2611", "30")),
            },
        ),
    ),
    min_size=1,
    max_size=4,
)


@st.composite
def worlds(draw: Callable[..., Any]) -> dict[str, Any]:
    held = draw(st.lists(st.sampled_from(HELD), unique=True, min_size=1))
    return {
        "editions": {name: draw(st.lists(editions(name), min_size=1, max_size=2)) for name in held},
        "outside": draw(st.sampled_from(((), (), (), ("b",), ("c",), ("b", "c")))),
        "here": draw(st.sampled_from((("510812",), ("510812", "510813"), ("5108",), ()))),
        "rules": [draw(rules(n)) for n in range(draw(st.integers(1, 6)))],
        "declared": draw(DECLARED),
    }


def edition_of(rows: list[dict[str, Any]], keys: dict[str, Any], first: bool) -> Edition:
    """An edition as drawn; only the later of two is provisional beside the other."""
    found = [
        {k: v for k, v in {**row, "geometry": place(row["shape"])}.items() if k != "shape"} for row in rows
    ]
    coverage = keys["coverage"]
    keys = {**keys, "coverage": None if coverage is None else place(coverage)}
    if not first:
        keys |= {"status": EditionStatus.PROVISIONAL, "edition": "2026"}
    return edition(found, **keys)


def build(world: dict[str, Any]) -> Bundle:
    layers: list[Layer] = [
        layer(name, *(edition_of(rows, keys, n == 0) for n, (rows, keys) in enumerate(drawn)))
        for name, drawn in world["editions"].items()
    ]
    return bundle(
        layers,
        world["rules"],
        jurisdictions=world["here"],
        out_of_scope={name: out_of_scope(name) for name in world["outside"]},
        distances={"known": 10.05},
        layer_titles={name: text(name) for name in HELD},
    )


def points(world: dict[str, Any], seed: int, count: int = POINTS) -> PointBatch:
    """Points anywhere, on corners and edges, and beside them by every sum that a rule may compare with."""
    rng = np.random.default_rng(seed)
    rims: list[shapely.Geometry] = []
    for drawn in world["editions"].values():
        for rows, keys in drawn:
            rims += [r["shape"].boundary if r["shape"].area else r["shape"] for r in rows]
            rims += [] if keys["coverage"] is None else [keys["coverage"].boundary]
    sums = [
        b + d + a for b, d, a in product(BASES, DISCS, (0.0, *ACCURACIES[1:], -5.0, -10.0, -17.0, -205.0))
    ]
    sums += [100.0, 200.0, 100.0 + DISCS[2]]
    xy = rng.uniform(-700.0, 900.0, (count, 2))
    for one in range(count):
        kind = rng.random()
        if not rims or kind < 0.2:
            continue
        rim = rims[rng.integers(len(rims))]
        at = shapely.get_coordinates(rim)
        at = at[rng.integers(len(at))]
        if kind > 0.4 and rim.length:
            at = np.array(rim.interpolate(rng.random(), normalized=True).coords[0])
        away = (
            0.0 if rng.random() < 0.1 else sums[rng.integers(len(sums))] + NEXT_TO[rng.integers(len(NEXT_TO))]
        )
        turn = rng.choice((0.0, 0.5, 1.0, 1.5, rng.uniform(0.0, 2.0))) * np.pi
        xy[one] = at + away * np.array([np.cos(turn), np.sin(turn)])
    lonlat = shapely.get_coordinates(place(shapely.MultiPoint(xy)))
    declared = tuple(Declaration(a, tuple(sorted(facts.items()))) for a, facts in world["declared"])
    return batch_of(
        lonlat[:, 0],
        lonlat[:, 1],
        rng.choice(ACCURACIES, count),
        rng.integers(0, len(declared), count),
        declared,
    )


# --- the two roads ------------------------------------------------------------------------------------------


@few
@given(world=worlds(), seed=st.integers(0, 2**32), lang=st.sampled_from(("zh", "en")))
def test_columns_tell_what_whole_reports_tell(world, seed, lang):
    held, batch = build(world), points(world, seed)
    wanted = by_reports(held, batch, ON, lang)
    table = table_on(held, ON, lang)
    found = by_columns(table, batch)
    event(f"columns: {sum(row is not None for row in found) * 4 // POINTS}/4")
    assert differing(batch, found, wanted) == []
    mixed = np.random.default_rng(seed).permutation(POINTS)
    fresh = PointTable(table.atlas, lang)
    for some in np.split(mixed, (1, 9, POINTS // 2)):
        chunk, right = some_of(batch, some), [wanted[n] for n in some]
        assert differing(chunk, by_columns(fresh, chunk), right) == [], "fresh"
    again = some_of(batch, mixed)
    assert differing(again, by_columns(table, again), [wanted[n] for n in mixed]) == [], "used before"
