"""Topology within one layer, on squares of 100 m: what shares, lacks or leaves ground, and whom to ask."""

import itertools
from dataclasses import replace
from datetime import date

import duckdb
import numpy as np
import pytest
import shapely

from geo.compare.defects import Below, DefectKind, Limits
from geo.compare.districts import Districts
from geo.compare.pieces import disjoint, overlaps, shapes_of, union_of, unmatched
from geo.compare.slits import slits
from geo.compare.topology import within
from geo.measure import area_m2
from scripts.bench.present import duckdb_extension
from tests.geo.world import box, edition, place

HOME = box(0, 0, 1000, 1000)
NEIGHBOUR = box(1000, 0, 2000, 1000)
ACCURATE = {"accuracy_m": 0.1, "coverage": HOME}


def districts(own=(True, False), accuracy_m=0.1):
    """甲县 (0–1000 m) and, to its east, 乙县."""
    shapes = shapes_of([HOME, NEIGHBOUR])
    return Districts.of(("510101", "510202"), ("甲县", "乙县"), shapes, tuple(own), accuracy_m)


def zone(zone_id, shape, **more):
    return {"zone_id": zone_id, "zone_class": "1", "geometry": shape, **more}


def told(found, kind):
    return [
        (d.zones, round(d.area_m2, 1), tuple(n.name for n in d.consult))
        for d in found.defects
        if d.kind == kind
    ]


def halves():
    """Two zones that tile the home district."""
    return [zone("A", box(0, 0, 500, 1000)), zone("B", box(500, 0, 1000, 1000))]


def test_a_clean_tiling_has_no_defect():
    found = within(edition(halves(), **ACCURATE), districts(), tiles=True)
    assert found.defects == ()
    assert found.not_assessed == ()
    assert found.zones == 2
    assert sum(b.area_m2 for b in found.below) < 0.5  # edges over 200 m bend with the projection


def test_two_zones_that_share_ground_overlap():
    zones = [zone("A", box(0, 0, 520, 1000)), zone("B", box(500, 0, 1000, 1000))]
    found = within(edition(zones, **ACCURATE), districts(), tiles=True)
    assert told(found, "overlap") == [(("A", "B"), pytest.approx(20_000, abs=0.1), ())]
    [one] = found.defects
    assert shapely.contains_xy(box(500, 0, 520, 1000), one.lon, one.lat)
    assert one.width_m == pytest.approx(2 * 20_000 / 2_040, abs=1e-3)
    assert one.districts == ("510101",)
    assert all(word in one.text().zh for word in ("重叠", "2.0000公顷", "A、B"))


def test_zones_that_are_never_in_force_together_do_not_overlap():
    old = zone("A", box(0, 0, 500, 1000), valid_to=date(2024, 1, 1))
    new = zone("A2", box(0, 0, 500, 1000), valid_from=date(2024, 1, 1))
    alone = edition([old, new, zone("B", box(500, 0, 1000, 1000))], **ACCURATE)
    assert within(alone, districts(), tiles=True).defects == ()
    new["valid_from"] = date(2023, 12, 31)
    again = edition([old, new, zone("B", box(500, 0, 1000, 1000))], **ACCURATE)
    assert told(within(again, districts(), tiles=True), "overlap") == [
        (("A", "A2"), pytest.approx(500_000, rel=1e-6), ())
    ]


def test_a_gap_between_units_names_the_zones_beside_it():
    zones = [zone("A", box(0, 0, 490, 1000)), zone("B", box(500, 0, 1000, 1000))]
    found = within(edition(zones, **ACCURATE), districts(), tiles=True)
    assert told(found, "gap") == [(("A", "B"), pytest.approx(10_000, abs=0.1), ())]


def test_a_gap_at_the_county_border_names_the_neighbour():
    zones = [zone("A", box(0, 0, 500, 1000)), zone("B", box(500, 0, 970, 1000))]
    found = within(edition(zones, **ACCURATE), districts(), tiles=True)
    assert told(found, "gap") == [(("B",), pytest.approx(30_000, abs=0.1), ("乙县",))]
    [one] = found.defects
    assert one.consult[0].code == "510202"
    assert "邻近乙县，须会商" in one.text().zh
    assert "beside 乙县: consult" in one.text().en


@pytest.mark.parametrize(("accuracy_m", "consulted"), [(29.0, ()), (31.0, ("乙县",))])
def test_a_border_is_as_near_as_it_is_accurate(accuracy_m, consulted):
    zones = [*halves()[:1], zone("B", box(500, 0, 1000, 1000) - box(950, 400, 970, 600))]
    found = within(edition(zones, **ACCURATE), districts(accuracy_m=accuracy_m), tiles=True)
    assert told(found, "gap") == [(("B",), pytest.approx(4_000, abs=0.1), consulted)]


def test_a_gap_across_a_border_of_two_own_counties_names_the_other():
    zones = [zone("A", box(0, 0, 980, 1000)), zone("B", box(1010, 0, 2000, 1000))]
    found = within(edition(zones, accuracy_m=0.1), districts(own=(True, True)), tiles=True)
    assert told(found, "gap") == [(("A", "B"), pytest.approx(30_000, abs=0.2), ("乙县",))]
    assert found.defects[0].districts == ("510101", "510202")


def test_only_what_is_covered_must_be_tiled_and_the_rest_is_told_as_uncovered():
    covered = edition([zone("A", box(0, 0, 500, 1000))], accuracy_m=0.1, coverage=box(0, 0, 500, 1000))
    found = within(covered, districts(), tiles=True)
    assert told(found, "gap") == []
    assert told(found, "uncovered") == [(("A",), pytest.approx(500_000, rel=1e-6), ("乙县",))]


def test_what_leaves_the_district_is_told_with_whose_ground_it_is():
    zones = [*halves()[:1], zone("B", box(500, 0, 1040, 1000)), zone("C", box(1500, 300, 1600, 400))]
    found = within(edition(zones, **ACCURATE), districts(), tiles=True)
    assert told(found, "outside") == [
        (("B",), pytest.approx(40_000, abs=0.2), ("乙县",)),
        (("C",), pytest.approx(10_000, abs=0.1), ("乙县",)),
    ]
    assert {d.districts for d in found.defects} == {("510202",)}


def test_a_zone_where_the_layer_covers_more_than_the_district_is_not_outside():
    wide = edition([zone("C", box(1500, 300, 1600, 400))], accuracy_m=0.1)
    assert told(within(wide, districts()), "outside") == []


def test_without_districts_what_was_not_looked_at_is_said():
    found = within(edition(halves(), **ACCURATE), Districts.none(), tiles=True)
    assert [t.zh for t in found.not_assessed] == ["没有行政区图层，未检查超出辖区和未覆盖"]
    assert told(found, "gap") == []
    bare = within(edition(halves(), accuracy_m=0.1, coverage=None), districts(), tiles=True)
    assert [t.zh for t in bare.not_assessed] == ["没有覆盖范围，未检查未覆盖部分"]


@pytest.mark.parametrize(
    ("shape", "is_sliver"),
    [
        (box(0, 0, 4.9, 900), True),  # narrower than the accuracy of 5 m
        (box(0, 0, 11, 900), False),
        (box(0, 0, 4.9, 4.9), True),  # smaller than 5 × 5 m
        (box(0, 0, 100, 100), False),
        (shapely.union_all([box(0, 0, 100, 100), box(300, 0, 301, 20)]), True),  # one part of two
    ],
)
def test_slivers_are_parts_below_the_accuracy(shape, is_sliver):
    found = within(edition([zone("A", shape)], accuracy_m=5.0, coverage=HOME), districts())
    assert [d.zones for d in found.defects if d.kind is DefectKind.SLIVER] == [("A",)] * is_sliver


def test_what_lies_under_the_limits_is_counted_and_summed():
    zones = [zone("A", box(0, 0, 500.0001, 1000)), zone("B", box(500, 0, 1000, 1000))]
    found = within(edition(zones, **ACCURATE), districts(), tiles=True)
    assert found.defects == ()
    [below] = [b for b in found.below if b.kind is DefectKind.OVERLAP]
    assert below == Below(kind=DefectKind.OVERLAP, count=1, area_m2=pytest.approx(0.1, abs=0.02))
    strict = within(
        edition(zones, **ACCURATE), districts(), tiles=True, limits=Limits(least_m2=0.01, least_width_m=0)
    )
    assert told(strict, "overlap") == [(("A", "B"), pytest.approx(0.1, abs=0.05), ())]


def test_what_is_narrower_than_the_tolerance_is_no_defect_however_long():
    zones = [zone("A", box(0, 0, 500.0003, 9000)), zone("B", box(500, 0, 1000, 9000))]
    found = within(edition(zones, accuracy_m=0.1, coverage=box(0, 0, 1000, 9000)), Districts.none())
    assert told(found, "overlap") == []
    [below] = [b for b in found.below if b.kind is DefectKind.OVERLAP]
    assert (below.count, below.area_m2) == (1, pytest.approx(2.7, abs=0.3))


def test_the_answer_names_every_limit():
    body = within(
        edition(halves(), accuracy_m=7.0, coverage=HOME), districts(), limits=Limits(gap_m=2.0)
    ).body()
    assert body["limits"] == {
        "least_m2": 1.0,
        "least_width_m": 0.0005,
        "sliver_m": 7.0,
        "sliver_m2": 49.0,
        "gap_m": 2.0,
        "border_m": 0.1,
    }
    assert {row["kind"] for row in body["totals"]} == {kind.value for kind in DefectKind}


# ------------------------------------------------------------------- slits, where nothing must tile


WEDGE = place(shapely.Polygon([(50, 0), (100, 0), (100, 400), (52, 400), (50, 200)]))
"""Its edge leaves that of its neighbour by 2 m over 200 m."""


@pytest.mark.parametrize(
    ("zones", "slit_m2"),
    [
        ([box(0, 0, 100, 400), box(103, 0, 200, 400)], 1200.0),  # 3 m wide, open at both ends
        ([box(0, 0, 100, 400), box(105.5, 0, 200, 400)], 0.0),  # wider than 5 m
        ([box(0, 0, 100, 400), box(103, 0, 200, 15)], 0.0),  # not deep: a corner
        ([box(0, 0, 100, 400), box(104, 0, 200, 30)], 120.0),  # six limits deep
        ([box(0, 0, 100, 400), box(100, 0, 200, 100)], 0.0),  # neighbours with a corner between them
        ([box(0, 0, 100, 400), box(100.0004, 0, 200, 100)], 0.0),  # a hair does not make a slit of the corner
        ([box(0, 0, 100, 400) - box(50, 50, 52, 350)], 600.0),  # a narrow hole
        ([box(0, 0, 100, 400) - box(50, 50, 90, 350)], 0.0),  # a wide one
        ([box(0, 0, 100, 400) - box(50, 50, 52, 350), box(50, 50, 52, 350)], 0.0),  # a hole that is filled
        ([box(0, 0, 100, 400) - box(50, 50, 53, 53)], 9.0),  # a small one, closed
        ([box(0, 0, 100, 400) - box(50, 100, 52, 401)], 602.0),  # a gore in one zone
        (
            [place(shapely.Polygon([(0, 0), (50, 0), (50, 400), (0, 400)])), WEDGE],
            200.0,
        ),  # neighbours that part
    ],
)
def test_slits_narrower_than_the_limit_are_gaps(zones, slit_m2):
    found = slits(shapes_of(zones), 5.0, unmatched(shapes_of(zones)))
    mouth_m2 = 6.0  # an open slit is round at its mouths
    assert float(area_m2(found)) == pytest.approx(slit_m2, abs=mouth_m2 if slit_m2 > 100 else 0.05)
    assert float(area_m2(shapely.intersection(found, shapely.union_all(zones)))) < 1e-6


def test_slits_of_an_outline_over_many_tiles_are_found_wherever_they_lie():
    rng = np.random.default_rng(11)
    places = rng.integers((500, 500), (43_000, 34_000), (40, 2)).tolist()
    slots = [box(x, y, x + 3, y + 300) for x, y in places]
    slots += [box(n * 11_000 - 200, 17_000 + n * 40, n * 11_000 + 200, 17_004 + n * 40) for n in range(1, 4)]
    land = shapely.difference(box(0, 0, 44_000, 35_000), shapely.union_all(slots))
    zones = shapes_of([land])
    found = slits(zones, 5.0, unmatched(zones))
    assert float(area_m2(shapely.symmetric_difference(found, shapely.union_all(slots)))) < 0.5


@pytest.mark.parametrize("crossing", [[], [zone("C", box(-50, 500, 10, 600))]])
def test_a_slit_of_a_millimetre_between_red_lines_is_told(crossing):
    zones = [zone("A", box(0, 0, 100, 2000)), zone("B", box(100.001, 0, 200, 2000)), *crossing]
    found = within(edition(zones, accuracy_m=5.0, coverage=box(-50, 0, 200, 2000)), Districts.none())
    assert told(found, "gap") == [(("A", "B"), pytest.approx(2.0, abs=0.1), ())]


# ------------------------------------------------------------------- oracles


def _scene(seed):
    """Sixty polygons of eight to thirty corners thrown over a square kilometre, many of them overlapping."""
    rng = np.random.default_rng(seed)
    middles, sizes, corners = rng.uniform(0, 1000, (60, 2)), rng.uniform(20, 160, 60), rng.integers(8, 30, 60)
    out = []
    for (x, y), size, count in zip(middles, sizes, corners, strict=True):
        turn = np.sort(rng.uniform(0, 2 * np.pi, count))
        away = size * rng.uniform(0.4, 1.0, count)
        ring = shapely.Polygon(np.column_stack([x + away * np.cos(turn), y + away * np.sin(turn)]))
        if ring.is_valid:
            out.append(place(ring))
    return shapes_of(out)


@pytest.mark.parametrize("seed", range(3))
def test_overlaps_are_those_that_duckdb_finds(seed):
    shapes = _scene(seed)
    ours = overlaps(shapes)
    with duckdb.connect() as connection:
        connection.execute(f"LOAD '{duckdb_extension()}'")
        connection.execute("CREATE TABLE z (n INTEGER, g BLOB)")
        connection.executemany(
            "INSERT INTO z VALUES (?, ?)", list(enumerate(shapely.to_wkb(shapes).tolist()))
        )
        theirs = connection.execute(
            "WITH s AS (SELECT n, ST_GeomFromWKB(g) AS g FROM z) SELECT i, j, ST_AsWKB(p) FROM ("
            "SELECT a.n AS i, b.n AS j, ST_Intersection(a.g, b.g) AS p FROM s a, s b WHERE a.n < b.n"
            ") WHERE ST_Area(p) > 0 ORDER BY 1, 2"
        ).fetchall()
    assert list(zip(ours.left.tolist(), ours.right.tolist(), strict=True)) == [(a, b) for a, b, _ in theirs]
    assert len(theirs) > 20
    pieces = shapely.from_wkb([bytes(wkb) for *_, wkb in theirs])
    np.testing.assert_allclose(ours.area_m2, area_m2(pieces), rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_pairs_and_unions_are_those_of_brute_force(seed):
    shapes = _scene(seed)
    every = itertools.combinations(range(len(shapes)), 2)
    brute = [(a, b) for a, b in every if shapely.area(shapely.intersection(shapes[a], shapes[b])) > 0]
    ours = overlaps(shapes)
    assert list(zip(ours.left.tolist(), ours.right.tolist(), strict=True)) == brute
    whole = float(area_m2(shapely.union_all(shapes)))
    assert float(area_m2(union_of(shapes, ours.loose))) == pytest.approx(whole, rel=1e-12)
    apart = disjoint(shapes)
    assert float(area_m2(apart).sum()) == pytest.approx(whole, rel=1e-12)


def test_gaps_of_a_tiling_are_those_that_geos_cleans():
    cells = [box(x, y, x + 100, y + 100) for x in range(0, 1000, 100) for y in range(0, 1000, 100)]
    rng = np.random.default_rng(4)
    holes = [box(x, y, x + 4, y + 40) for x, y in rng.integers(1, 9, (6, 2)) * 100 + 30]
    zones = [zone(f"Z{n}", cell - shapely.union_all(holes)) for n, cell in enumerate(cells)]
    found = within(edition(zones, **ACCURATE), districts(), tiles=True)
    shapes = shapes_of([z["geometry"] for z in zones])
    cleaned = shapely.coverage_clean(shapes, gap_width=1e-3)
    filled = float(area_m2(cleaned).sum() - area_m2(shapes).sum())
    assert found.areas_m2[DefectKind.GAP] == pytest.approx(filled, abs=0.05)
    assert found.counts[DefectKind.GAP] == len({hole.wkb for hole in holes})


def test_lots_are_told_apart_by_district():
    shapes = shapes_of(
        [
            box(900, 100, 1100, 200),
            box(100, 100, 200, 200),
            box(1950, 100, 2050, 200),
            box(5000, 0, 5100, 100),
        ]
    )
    lots = districts().lots(shapes)
    rows = zip(lots.shape.tolist(), lots.district.tolist(), lots.area_m2.round(1).tolist(), strict=True)
    assert [(s, d, pytest.approx(a, abs=0.1)) for s, d, a in rows] == [
        (0, 0, 10_000.0),
        (0, 1, 10_000.0),
        (1, 0, 10_000.0),
        (2, -1, 5_000.0),
        (2, 1, 5_000.0),
        (3, -1, 10_000.0),
    ]


def test_an_edition_without_zones_has_gaps_only():
    found = within(replace(edition([]), coverage=HOME, accuracy_m=0.1), districts(), tiles=True)
    assert told(found, "gap") == [((), pytest.approx(1_000_000, rel=1e-6), ("乙县",))]
    assert within(replace(edition([]), zones=None, coverage=HOME), districts()).zones == 0
