"""Properties of the whole: moving, mixing and adding change nothing that they should not change.

Scenes are small worlds of rectangles at odd decimetres, so that no two edges touch by chance.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
import pytest
import shapely
from hypothesis import given, settings
from shapely import LineString, Point, box

from geo.check import check_projects
from geo.model import (
    SEVERITY,
    Bundle,
    EditionStatus,
    Effect,
    Finding,
    Outcome,
    Part,
    PartReport,
    Project,
    Relation,
    Report,
    Rule,
    Site,
    With,
)
from geo.scene import Footing, Scene
from geo.view import view_on
from tests.geo.world import ON, bundle, edition, layer, place, rule, truth, where

LAYERS = ("a", "b", "c")
CLASSES = ("1", "2", None)
few = settings(max_examples=60)

# --- strategies ---------------------------------------------------------------------------------------------


@st.composite
def shapes(draw: Callable[..., Any], *, odd: int) -> shapely.Geometry:
    """A rectangle, a line or a point; zones end on odd decimetres, sites on even ones."""
    x, y = (draw(st.integers(-400, 400)) + odd / 10 for _ in range(2))
    w, h = (draw(st.integers(2, 300)) + odd / 100 for _ in range(2))
    kind = draw(st.sampled_from(("polygon", "polygon", "line", "point")))
    if kind == "point":
        return Point(x, y)
    return (
        box(x, y, x + w, y + h) if kind == "polygon" else LineString([(x, y), (x + w, y - h), (x + 2 * w, y)])
    )


@st.composite
def zone_rows(draw: Callable[..., Any]) -> list[dict[str, Any]]:
    rows = [
        {"shape": s, "zone_class": c, "level": v}
        for s, c, v in draw(
            st.lists(
                st.tuples(shapes(odd=3), st.sampled_from(CLASSES), st.sampled_from(("high", "low", None))),
                max_size=5,
            )
        )
    ]
    return [{**row, "zone_id": f"z{n}"} for n, row in enumerate(rows)]


@st.composite
def rules(draw: Callable[..., Any], number: int = 0) -> Rule:
    relation = draw(st.sampled_from([r for r in Relation if r is not Relation.UPSTREAM_WITHIN]))
    keys: dict[str, Any] = {"relation": relation}
    layers = draw(st.lists(st.sampled_from(LAYERS), min_size=1, max_size=2, unique=True))
    if relation is Relation.WITHIN_DISTANCE:
        keys |= {"distance_m": draw(st.sampled_from((0.05, 10.05, 200.05)))}
        keys |= {"distance_min_m": draw(st.sampled_from((None, 0.0, 5.05)))}
    if relation is Relation.INTERSECTS:
        keys |= {"min_zones": draw(st.sampled_from((1, 1, 2)))}
    effects = [e for e in Effect if e is not Effect.DUTY]
    facts = draw(st.lists(st.sampled_from(CONDITIONS), max_size=2, unique=True))
    return rule(
        f"R{number}",
        () if relation is Relation.ANYWHERE else tuple(layers),
        effect=draw(st.sampled_from(effects)),
        activities=draw(st.sampled_from((("ANY",), ("INDUSTRY",), ("ROAD", "SHED")))),
        zone_classes=draw(st.sampled_from(((), (), ("1",)))),
        zone_where=draw(st.sampled_from(((), (), (where("level", "eq", "high"),)))),
        companions=draw(st.sampled_from(COMPANIONS)) if relation is not Relation.OUTSIDE else (),
        conditions=tuple(facts),
        **keys,
    )


CONDITIONS = (
    where("nature", "in", ("new", "expansion")),
    where("discharges", "eq", True),
    where("land", "ne", "none"),
    where("land_area_m2", "ge", 5_000),
)
COMPANIONS = ((), (), (), (With(layer="c"),), (With(layer="c", present=False),))
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "nature": st.sampled_from(("new", "existing", "relocation", None)),
        "discharges": st.sampled_from((True, False, None)),
        "land": st.sampled_from(("permanent", "none", None)),
        "land_area_m2": st.sampled_from((500.0, 9_000.0)),
    },
)
QUALITY = st.sampled_from(({}, {}, {"stale_after": ON}, {"status": EditionStatus.PROVISIONAL}))


@st.composite
def projects(draw: Callable[..., Any]) -> tuple[shapely.Geometry, str | None, dict[str, Any]]:
    return draw(shapes(odd=6)), draw(st.sampled_from(("SHED", "PLANT", "ROAD", None))), draw(FACTS)


@st.composite
def worlds(draw: Callable[..., Any]) -> dict[str, Any]:
    held = draw(st.lists(st.sampled_from(LAYERS), unique=True, max_size=3))
    return {
        "zones": {x: (draw(zone_rows()), draw(QUALITY)) for x in held},
        "rules": [draw(rules(n)) for n in range(draw(st.integers(1, 5)))],
        "projects": draw(st.lists(projects(), min_size=1, max_size=3)),
    }


def build(world: dict[str, Any], dx: float = 0.0, dy: float = 0.0) -> tuple[Bundle, list[Project]]:
    """A world, moved by whole metres."""

    def at(shape: shapely.Geometry) -> shapely.Geometry:
        return place(shapely.affinity.translate(shape, dx, dy))

    layers = [
        layer(
            name,
            edition(
                [
                    {k: v for k, v in {**row, "geometry": at(row["shape"])}.items() if k != "shape"}
                    for row in rows
                ],
                coverage=at(box(-20_000, -20_000, 20_000, 20_000)),
                **quality,
            ),
        )
        for name, (rows, quality) in world["zones"].items()
    ]
    parts = [
        Part(
            site=Site(geometry=at(shape), accuracy_m=0.0),
            activity=kind,
            facts=tuple(sorted(facts.items())),
        )
        for shape, kind, facts in world["projects"]
    ]
    return bundle(layers, world["rules"]), [Project(parts=(part,)) for part in parts]


def answers(world: dict[str, Any], dx: float = 0.0, dy: float = 0.0) -> list[Report]:
    held, asked = build(world, dx, dy)
    return list(check_projects(held, asked, ON, full=True))


def gist(part: PartReport) -> dict[str, Any]:
    """What a report says, apart from order and the last digits."""
    return {
        "verdict": (part.verdict, part.worst_possible, part.complete),
        "findings": {
            f.rule.id: (f.outcome, f.reasons, f.borderline, f.certainty, hit_names(f)) for f in part.findings
        },
        "hits": {(h.layer, h.zone_id, h.zone_class, h.touch) for h in part.hits},
        "layers": {x.id: (x.state, x.flags) for x in part.layers},
    }


def hit_names(found: Finding) -> frozenset[tuple[str, str]]:
    return frozenset((h.layer, h.zone_id) for h in found.hits)


def numbers(part: PartReport) -> list[tuple[str, float]]:
    out = [("area", part.area_m2), ("length", part.length_m), ("margin", part.margin_m or 0.0)]
    out += [(f"{f.rule.id} margin", f.margin_m if f.margin_m is not None else -1e6) for f in part.findings]
    for h in part.hits:
        out += [
            (f"{h.layer} {h.zone_id} {k}", getattr(h, k))
            for k in ("overlap_m2", "overlap_m", "overlap_share")
        ]
    return out


def same(one: list[Report], two: list[Report], *, close: float = 0.0) -> None:
    for a, b in zip(one, two, strict=True):
        (p,), (q,) = a.parts, b.parts
        assert gist(p) == gist(q)
        mine, theirs = dict(numbers(p)), dict(numbers(q))
        assert mine.keys() == theirs.keys()
        for name, value in mine.items():
            assert value == pytest.approx(theirs[name], abs=close or 1e-9, rel=1e-6 if close else 0), name


# --- moving and mixing --------------------------------------------------------------------------------------


@few
@given(world=worlds(), dx=st.integers(-400, 400), dy=st.integers(-9_000, 9_000))
def test_moving_everything_by_whole_metres_changes_nothing(world, dx, dy):
    same(answers(world), answers(world, dx, dy), close=0.51)


@few
@given(world=worlds(), seed=st.randoms(use_true_random=False))
def test_the_order_of_rules_layers_zones_and_projects_changes_nothing(world, seed):
    names = list(world["zones"])
    seed.shuffle(names)
    mixed = {
        "rules": seed.sample(world["rules"], len(world["rules"])),
        "zones": {
            n: (seed.sample(world["zones"][n][0], len(world["zones"][n][0])), world["zones"][n][1])
            for n in names
        },
    }
    order = seed.sample(range(len(world["projects"])), len(world["projects"]))
    mixed["projects"] = [world["projects"][n] for n in order]
    base = answers(world)
    one, two = [base[n] for n in order], answers(mixed)
    for a, b in zip(one, two, strict=True):
        assert gist(a.parts[0]) == gist(b.parts[0])
        assert a.parts[0].margin_m == pytest.approx(b.parts[0].margin_m, abs=1e-6)
        for name, value in dict(numbers(a.parts[0])).items():
            assert dict(numbers(b.parts[0]))[name] == pytest.approx(value, abs=1e-6)


@few
@given(world=worlds())
def test_a_batch_is_its_projects_one_by_one(world):
    held, asked = build(world)
    together = list(check_projects(held, asked * 3, ON, full=True))
    alone = [next(check_projects(held, [p], ON, full=True)) for p in asked] * 3
    assert together == alone


@settings(max_examples=10)
@given(world=worlds(), chunk=st.sampled_from((1, 2, 3)))
def test_any_chunk_gives_the_same(world, chunk):
    held, asked = build(world)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo.check.CHUNK", chunk)
        small = list(check_projects(held, asked * 2, ON, full=True))
    assert small == list(check_projects(held, asked * 2, ON, full=True))


# --- adding -------------------------------------------------------------------------------------------------


@few
@given(world=worlds(), extra=rules(99))
def test_adding_a_rule_lowers_no_verdict_and_changes_no_other_finding(world, extra):
    before = answers(world)
    after = answers({**world, "rules": [*world["rules"], extra]})
    for a, b in zip(before, after, strict=True):
        assert SEVERITY.index(b.verdict) >= SEVERITY.index(a.verdict)
        assert SEVERITY.index(b.worst_possible) >= SEVERITY.index(a.worst_possible)
        assert a.complete or not b.complete
        others = [f for f in b.parts[0].findings if f.rule.id != "R99"]
        assert sorted(map(told, others)) == sorted(map(told, a.parts[0].findings))


def told(found: Finding) -> tuple[Any, ...]:
    return (
        found.rule.id,
        found.outcome,
        [str(r) for r in found.reasons],
        -1e6 if found.margin_m is None else round(found.margin_m, 6),
        found.borderline,
        sorted(hit_names(found)),
    )


@few
@given(world=worlds(), name=st.sampled_from(("discharges", "land", "land_area_m2", "nature")), data=st.data())
def test_a_fact_given_for_an_unknown_one_never_revives_a_settled_rule(world, name, data):
    """Learning what was unknown may settle an open rule; it never opens or applies one that was settled."""
    value = {"discharges": True, "land": "none", "land_area_m2": 9_000.0, "nature": "new"}[name]
    world = {**world, "projects": [(s, k, {**f, name: None}) for s, k, f in world["projects"]]}
    known = {**world, "projects": [(s, k, {**f, name: value}) for s, k, f in world["projects"]]}
    if name == "land_area_m2":  # a declared area makes the disc of a point larger or smaller: another site
        world["projects"] = known["projects"] = [p for p in known["projects"] if p[0].geom_type != "Point"]
        known = {**world, "projects": [(s, k, {**f, name: value}) for s, k, f in world["projects"]]}
        world = {**world, "projects": [(s, k, {**f, name: None}) for s, k, f in world["projects"]]}
    for a, b in zip(answers(world), answers(known), strict=True):
        before = {f.rule.id: truth(f) for f in a.parts[0].findings}
        after = {f.rule.id: truth(f) for f in b.parts[0].findings}
        settled = [r for r, t in before.items() if t is False]
        assert all(after[r] is False for r in settled)
        assert all(after[r] is True for r, t in before.items() if t is True and name != "nature")


@few
@given(world=worlds())
def test_taking_a_layer_away_makes_nothing_clear_that_was_not(world):
    before = answers(world)
    after = answers({**world, "zones": {}})
    for a, b in zip(before, after, strict=True):
        for f in b.parts[0].findings:
            was = next(x for x in a.parts[0].findings if x.rule.id == f.rule.id)
            if f.rule.layers and truth(was) is True:
                assert truth(f) is None
                assert not b.complete


# --- within one answer --------------------------------------------------------------------------------------


@few
@given(world=worlds())
def test_the_sign_of_a_margin_agrees_with_the_place(world):
    bare = [
        replace(
            r,
            conditions=(),
            activities=("ANY",),
            companions=(),
            zone_where=(),
            zone_classes=(),
            basis=("law-1",),
        )
        for r in world["rules"]
    ]
    world = {
        **world,
        "rules": bare,
        "projects": [(s, "SHED", {"nature": "new"}) for s, _, _ in world["projects"]],
    }
    for told_of in answers(world):
        for f in told_of.parts[0].findings:
            if f.margin_m is None or f.rule.effect is Effect.PHASE_OUT:
                continue
            if f.outcome is Outcome.APPLIES:
                assert f.margin_m <= 0, f.rule
            elif f.outcome is Outcome.DOES_NOT_APPLY:
                assert f.margin_m >= 0, f.rule
            assert f.borderline or abs(f.margin_m) >= 5.0


@few
@given(world=worlds())
def test_verdict_worst_possible_and_shares_are_in_order(world):
    for told_of in answers(world):
        (part,) = told_of.parts
        assert SEVERITY.index(part.worst_possible) >= SEVERITY.index(part.verdict)
        assert part.complete is not any(truth(f) is None for f in part.findings)
        for x in part.layers:
            assert 0.0 <= x.union_share <= 1.0
            assert x.union_share + x.remainder_share == 1.0
            assert all(0.0 <= c.overlap_share <= x.union_share + 1e-9 for c in x.by_class)
        assert all(0.0 <= h.overlap_share <= 1.0 for h in part.hits)


# --- candidates ---------------------------------------------------------------------------------------------


@few
@given(rows=zone_rows(), site=shapes(odd=6), near=st.sampled_from((100.0, 700.0)))
def test_candidates_of_the_index_are_those_of_brute_force(rows, site, near):
    world = {"zones": {"a": (rows, {})}, "rules": [rule("R", "a")], "projects": [(site, "SHED", {})]}
    held, (asked,) = build(world)
    view = view_on(held, ON)
    contact = Scene(view, asked.parts[0], Footing(), near).contact("a")
    found = {int(i): float(d) for i, d in zip(contact.index, contact.distance_m, strict=True) if d <= near}
    flat = {n: float(shapely.distance(site, r["shape"])) for n, r in enumerate(rows)}
    wanted = {n: d for n, d in flat.items() if d <= near - 0.01}
    assert wanted.keys() <= found.keys()
    for n, d in found.items():
        assert d == pytest.approx(flat[n], abs=0.01)
    assert {int(i) for i in contact.index[contact.met]} == {n for n, d in flat.items() if d == 0}
