"""`upstream_within`: a river flows south past an intake at the origin; 1 000 m up, 100 down, 50 off."""

from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from geo.model import Op, Reason, Relation
from geo.points import Declaration
from geo.rivers.network import SNAP_M
from tests.geo.two_roads import batch_of, by_columns, by_reports, differing, table_on
from tests.geo.world import (
    ON,
    bundle,
    edition,
    finding,
    layer,
    out_of_scope,
    place,
    point,
    project,
    report,
    rule,
    truth,
    where,
    zones,
)

INTAKE = {"shape": Point(0, 0), "zone_class": "dispersed", "source_type": "river", "name": "intake"}
SOUTH = LineString([(0, 5000), (0, -5000)])
DRY = LineString([(20_000, 5000), (20_000, -5000)])
MM, STEP = 0.001, 0.5


def up(name="UP", **keys):
    defaults = {"relation": Relation.UPSTREAM_WITHIN, "up_m": 1000.0, "down_m": 100.0, "side_m": 50.0}
    return rule(name, "intake", **{**defaults, **keys})


def world(*reaches, intakes=(INTAKE,), accuracy_m=0.0, **keys):
    rivers = [{"shape": r} if not isinstance(r, dict) else r for r in (reaches or (SOUTH,))]
    return [
        zones("intake", *intakes, accuracy_m=accuracy_m, **keys),
        zones("river_reach", *rivers, accuracy_m=accuracy_m, **keys),
    ]


def ask(xy, layers=None, asked=None, shape=None, **keys):
    site = place(shape) if shape is not None else point(*xy)
    return finding(report(layers or world(), [asked or up()], project(site, **keys)), "UP")


@pytest.mark.parametrize(
    ("xy", "holds", "margin", "river_m"),
    [
        pytest.param((30, 500), True, -20, 500, id="beside the river, upstream"),
        pytest.param((-30, 500), True, -20, 500, id="on the other bank"),
        pytest.param((0, 980), True, -20, 980, id="near the upper end"),
        pytest.param((0, -80), True, -20, -80, id="near the lower end"),
        pytest.param((0, 0), True, -50, 0, id="at the intake"),
        pytest.param((49.99, 500), True, -0.01, 500, id="1 cm inside the depth"),
        pytest.param((50.01, 500), False, 0.01, None, id="1 cm outside it"),
        pytest.param((51, 500), False, 1, None, id="1 m outside it"),
        pytest.param((0, 999.99), True, -0.01, 999.99, id="1 cm below the upper end"),
        pytest.param((0, 1000.01), False, 0.01, None, id="1 cm above it"),
        pytest.param((0, 1001), False, 1, None, id="1 m above it"),
        pytest.param((49, 1001), False, 1, None, id="the end is cut square"),
        pytest.param((0, -99), True, -1, -99, id="1 m above the lower end"),
        pytest.param((0, -101), False, 1, None, id="1 m below it"),
        pytest.param((53, 1004), False, 5, None, id="3-4-5 from the corner"),
        pytest.param((0, 4000), False, None, None, id="far upstream"),
        pytest.param((3000, 500), False, None, None, id="far from any river"),
    ],
)
def test_a_point(xy, holds, margin, river_m):
    found = ask(xy)
    assert truth(found) is holds
    assert found.margin_m == (None if margin is None else pytest.approx(margin, abs=MM))
    assert [h.river_m for h in found.hits if h.river_m is not None] == (
        [] if river_m is None else [pytest.approx(river_m, abs=MM)]
    )
    if holds:
        assert [(h.layer, h.zone_id, h.distance_m) for h in found.hits] == [("intake", "intake0", 0.0)]


@pytest.mark.parametrize(
    ("shape", "holds", "margin"),
    [
        pytest.param(shapely.box(40, 500, 140, 600), True, -10, id="10 m deep from the side"),
        pytest.param(shapely.box(51, 500, 140, 600), False, 1, id="1 m aside"),
        pytest.param(shapely.box(-10, 999, 10, 1099), True, -1, id="1 m below the upper end"),
        pytest.param(shapely.box(-10, 1001, 10, 1099), False, 1, id="1 m above it"),
        pytest.param(LineString([(-500, 500), (500, 500)]), True, -50, id="a road across"),
        pytest.param(LineString([(-500, 1001), (500, 1001)]), False, 1, id="a road across above"),
    ],
)
def test_lines_and_polygons(shape, holds, margin):
    found = ask(None, shape=shape, activity="PARK")
    assert truth(found) is holds
    assert found.margin_m == pytest.approx(margin, abs=STEP if holds else MM)


def test_the_depth_is_from_the_bank_where_the_width_is_known():
    wide = world({"shape": SOUTH, "avg_width_m": 60})
    assert truth(ask((79, 500), wide)) is True
    assert truth(ask((81, 500), wide)) is False


def test_water_flows_as_the_data_say():
    north = LineString([(0, -5000), (0, 5000)])
    assert truth(ask((0, 500), world(north))) is False
    assert truth(ask((0, -500), world(north))) is True
    assert truth(ask((0, 500), world({"shape": north, "flow": "upstream"}))) is True
    both = world({"shape": SOUTH, "flow": "both"})
    assert truth(ask((0, 900), both)) is truth(ask((0, -900), both)) is True


def test_a_tributary_counts_upstream_and_what_joins_below_does_not():
    joining = LineString([(800, 300), (0, 300)])
    below = LineString([(800, -50), (0, -50)])
    assert truth(ask((690, 300), world(SOUTH, joining))) is True
    assert truth(ask((710, 300), world(SOUTH, joining))) is False
    assert truth(ask((90, -50), world(SOUTH, below))) is False


# --- three-valued


def reasons(found):
    return None if truth(found) is not None else set(found.reasons)


def without(name, *, scope=False):
    kept = [one for one in world() if one.id != name]
    keys = {"out_of_scope": {name: out_of_scope(name)}} if scope else {}
    return finding(report(kept, [up()], project(point(30, 500)), **keys), "UP")


def test_a_layer_that_is_not_there_leaves_it_open():
    assert reasons(without("river_reach")) == {Reason.LAYER_MISSING}
    assert reasons(without("intake")) == {Reason.LAYER_MISSING}
    assert reasons(without("river_reach", scope=True)) == {Reason.OUT_OF_SCOPE}


def test_without_intakes_it_is_open_at_no_river_too():
    """A zone that nobody sees may lie on a river that nobody drew."""
    kept = [one for one in world() if one.id == "river_reach"]
    assert reasons(finding(report(kept, [up()], project(point(500, 500))), "UP")) == {Reason.LAYER_MISSING}


def test_rivers_out_of_date_convict_and_do_not_acquit():
    stale = world(stale_after=date(2022, 1, 1))
    assert truth(ask((30, 500), stale)) is True
    assert reasons(ask((30, 1500), stale)) == {Reason.STALE}
    assert reasons(ask((3000, 500), stale)) == {Reason.STALE}


@pytest.mark.parametrize(
    ("south_m", "north_m", "east_m", "xy", "open_"),
    [
        pytest.param(-9000, 9000, 9000, (0, 2500), False, id="far from all edges"),
        pytest.param(1000, 9000, 9000, (0, 2500), False, id="the river leaves more than 1 000 m below"),
        pytest.param(1600, 9000, 9000, (0, 2500), True, id="it leaves 900 m below: an intake may lie there"),
        pytest.param(1600, 9000, 9000, (400, 2500), False, id="the same, at no river"),
        pytest.param(-9000, 2600, 9000, (0, 2500), True, id="it comes from beyond the edge 100 m above"),
        pytest.param(-9000, 3200, 9000, (0, 2500), False, id="it comes from 700 m above"),
        pytest.param(-9000, 9000, 300, (0, 2500), False, id="the edge runs along the river, 300 m off"),
        pytest.param(
            -9000, 9000, 150, (0, 2500), True, id="150 m off: an intake beyond it may be on the river"
        ),
        pytest.param(-9000, 9000, 1000, (960, 2500), True, id="rivers beyond the edge may be beside it"),
    ],
)
def test_the_edge_of_the_coverage(south_m, north_m, east_m, xy, open_):
    """What counts is where a walk along the river comes to: 1 000 m down, 100 m up, and 200 m of snap."""
    covered = place(shapely.box(-9000, south_m, east_m, north_m))
    found = ask(xy, world(coverage=covered))
    assert reasons(found) == ({Reason.NOT_COVERED} if open_ else None)
    assert SNAP_M == 200


def test_where_no_intake_is_near_the_rivers_do_not_matter():
    """Rivers are held near the origin only; intakes are known for 9 km around."""
    rivers = zones("river_reach", SOUTH, coverage=place(shapely.box(-900, -900, 900, 900)), accuracy_m=0.0)
    layers = [world()[0], rivers]
    assert truth(ask((3000, 3000), layers)) is False
    assert reasons(ask((1100, 500), layers)) == {Reason.NOT_COVERED}


def test_an_intake_on_no_known_river_leaves_its_surroundings_open():
    astray = {**INTAKE, "shape": Point(SNAP_M + 20, 0)}
    assert reasons(ask((3000, 0), world(DRY, intakes=(INTAKE,)))) is None
    for xy in ((SNAP_M + 20, 1000), (500, 30), (0, -900)):
        assert reasons(ask(xy, world(SOUTH, intakes=(astray,)))) == {Reason.ATTRIBUTE_UNKNOWN}
    assert truth(ask((0, 1100), world(SOUTH, intakes=(astray,)))) is False


def test_a_gap_in_the_river_is_not_crossed_and_not_passed_over():
    gap = world(LineString([(0, 5000), (0, 320)]), LineString([(0, 300), (0, -5000)]))
    assert truth(ask((30, 200), gap)) is True
    assert reasons(ask((30, 900), gap)) == {Reason.ATTRIBUTE_UNKNOWN}
    assert truth(ask((30, 1100), gap)) is False
    told = report(gap, [up()], project(point(0, 200)))
    rivers = next(one for one in told.parts[0].layers if one.id == "river_reach")
    assert any("loose ends" in remark.en for remark in rivers.remarks)
    assert {one.id for one in told.parts[0].layers} == {"intake", "river_reach"}


def test_an_intake_of_unknown_kind():
    asked = up(zone_where=(where("source_type", "eq", "river"),))
    assert truth(ask((30, 500), asked=asked)) is True
    unknown = world(intakes=({**INTAKE, "source_type": None},))
    assert reasons(ask((30, 500), unknown, asked)) == {Reason.ATTRIBUTE_UNKNOWN}
    lake = world(intakes=({**INTAKE, "source_type": "lake"},))
    assert truth(ask((30, 500), lake, asked)) is False
    assert where("source_type", "eq", "river").op is Op.EQ


def test_a_distance_that_is_not_set_is_screened():
    asked = up(up_m=None, distance_name="up_there", screening_m=1000.0)
    assert reasons(ask((30, 500), asked=asked)) == {Reason.DISTANCE_UNSET}
    assert truth(ask((30, 1500), asked=asked)) is False
    told = report(world(), [asked], project(point(30, 500)), distances={"up_there": 300.0})
    assert truth(finding(told, "UP")) is False
    assert finding(told, "UP").limit_m == 300.0


def test_the_words():
    found = ask((30, 500))
    assert found.explanation.zh.startswith(
        "选址位于intake（dispersed）「intake」上游，沿河 500.0 米"
        "（规定：上游 1000 米、下游 100 米、两岸纵深 50 米）。"
    )
    assert "lies upstream of “intake”" in found.explanation.en


def test_accuracies_of_zones_and_rivers_add_up():
    found = ask((30, 1004), world(accuracy_m=3.0), accuracy_m=1.0)
    assert truth(found) is False
    assert found.borderline


def test_a_disc_that_reaches_the_riverside():
    found = ask((149, 500), activity="PLANT")
    assert reasons(found) == {Reason.FOOTPRINT_UNKNOWN}
    assert truth(ask((151, 500), activity="PLANT")) is False


# --- properties


@settings(max_examples=25, deadline=None)
@given(
    shift=st.tuples(st.integers(-3000, 3000), st.integers(-3000, 3000)),
    turn=st.permutations([0, 1, 2]),
    xy=st.tuples(st.sampled_from([0, 30, 49, 51, 300]), st.sampled_from([-120, -50, 400, 990, 1010])),
)
def test_where_the_scene_lies_and_in_which_order_does_not_matter(shift, turn, xy):
    def moved(shape):
        return shapely.affinity.translate(shape, *shift)

    reaches = [
        LineString([(0, 5000), (0, 600)]),
        LineString([(0, 600), (0, -5000)]),
        LineString([(900, 600), (0, 600)]),
    ]
    here = world(*(moved(reaches[k]) for k in turn), intakes=({**INTAKE, "shape": moved(Point(0, 0))},))
    one, other = ask(xy, world(*reaches)), ask((xy[0] + shift[0], xy[1] + shift[1]), here)
    assert truth(one) is truth(other)
    if one.margin_m is not None:
        assert other.margin_m == pytest.approx(one.margin_m, abs=0.05)  # a Gauss metre is no metre 3 km aside


# --- tables


def test_points_in_columns_are_told_the_same():
    """Along and across the river, at coverage edges, near gaps and intakes of unknown rivers."""
    layers = world(
        LineString([(0, 5000), (0, 2020)]),
        {"shape": LineString([(0, 2000), (0, 600)]), "avg_width_m": 20},
        LineString([(0, 600), (-500, 0), (0, -600)]),
        LineString([(0, 600), (500, 0), (0, -600)]),
        LineString([(0, -600), (0, -5000)]),
        intakes=(
            {**INTAKE, "shape": Point(0, -900)},
            {**INTAKE, "shape": Point(1500, 1500)},
            {**INTAKE, "shape": Point(10, 1400), "source_type": None},
        ),
        coverage=place(shapely.box(-9000, -1900, 1800, 3000)),
        accuracy_m=2.0,
    )
    rules = [
        up(zone_where=(where("source_type", "eq", "river"),)),
        up("WIDE", up_m=3000.0, down_m=0.0, side_m=400.0),
        up("UNSET", up_m=None, distance_name="never", screening_m=800.0),
    ]
    whole = bundle(layers, rules)
    rng = np.random.default_rng(7)
    x = np.concatenate([rng.uniform(-700, 2200, 400), rng.uniform(-90, 90, 300)])
    y = np.concatenate([rng.uniform(-2200, 3200, 400), rng.uniform(-2200, 3200, 300)])
    spots = [point(float(a), float(b)) for a, b in zip(x, y, strict=True)]
    declarations = (Declaration("SHED", (("nature", "new"),)), Declaration("PLANT", (("nature", "new"),)))
    batch = batch_of(
        [p.x for p in spots],
        [p.y for p in spots],
        np.where(np.arange(len(x)) % 3 == 0, 5.0, 0.0),
        np.arange(len(x)) % 2,
        declarations,
    )
    columns = by_columns(table_on(whole, ON), batch)
    assert differing(batch, columns, by_reports(whole, batch, ON)) == []
    assert sum(row is None for row in columns) < len(columns) / 20
    assert len({row["verdict"] for row in columns if row is not None}) >= 3


def test_tables_where_no_river_is_held():
    whole = bundle([zones("intake", INTAKE), layer("other", edition([]))], [up()])
    batch = batch_of(
        [105.0, 105.1], [31.6, 31.7], [0.0, 0.0], [0, 0], (Declaration("SHED", (("nature", "new"),)),)
    )
    columns = by_columns(table_on(whole, ON), batch)
    assert differing(batch, columns, by_reports(whole, batch, ON)) == []
    assert all(row is not None for row in columns)
