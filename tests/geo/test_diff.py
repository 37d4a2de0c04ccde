"""Two editions compared, on squares of 100 m: what came, went, moved, and whether the account balances."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.compare.change import UNKNOWN, ChangeKind
from geo.compare.diff import compare
from geo.compare.districts import Districts
from geo.compare.pieces import shapes_of
from geo.errors import Problem
from geo.measure import area_m2
from tests.geo.world import box, clause, edition, line, place, point, text


def districts():
    """甲县 is ours and reaches to 1000 m east, 乙县 lies beyond."""
    shapes = shapes_of([box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)])
    return Districts.of(("510101", "510202"), ("甲县", "乙县"), shapes, (True, False), 1.0)


def zone(zone_id, x, y, size=100, zone_class="1", **more):
    return {"zone_id": zone_id, "zone_class": zone_class, "geometry": box(x, y, x + size, y + size), **more}


def changes(found):
    """Kind, id now, id before, gained and lost in whole m²."""
    return [(c.kind.value, c.zone_id, c.old_id, round(c.gained_m2), round(c.lost_m2)) for c in found.zones]


def account(found):
    """Class, district, counts, and areas in whole m²: old, new, gained, lost."""
    return [
        (
            r.zone_class,
            r.district,
            r.old_count,
            r.new_count,
            *map(round, (r.old_m2, r.new_m2, r.gained_m2, r.lost_m2)),
        )
        for r in found.rows
    ]


CLAUSES = (clause("U1", "禁止", ("CHEM",)), clause("U2", "限制", ("CHEM",)))
OLD = (zone("A", 100, 100), zone("B", 300, 100), zone("C", 950, 500))


def test_identical_editions_give_an_empty_diff():
    found = compare(
        edition([*OLD]), edition(list(reversed(OLD)), edition="2026"), districts(), layer="eco_redline"
    )
    assert found.empty
    assert found.same == 3
    assert found.transfers == ()
    assert found.remarks == ()
    assert found.area_change_share == 0.0
    assert found.count_change_share == 0.0
    assert account(found) == [
        (None, None, 3, 3, 30_000, 30_000, 0, 0),
        ("1", None, 3, 3, 30_000, 30_000, 0, 0),
        (None, "510101", 3, 3, 25_000, 25_000, 0, 0),
        ("1", "510101", 3, 3, 25_000, 25_000, 0, 0),
        (None, "510202", 1, 1, 5_000, 5_000, 0, 0),
        ("1", "510202", 1, 1, 5_000, 5_000, 0, 0),
    ]
    body = found.body()
    assert body["empty"] is True
    assert body["old"] == {"edition": "2025", "sha256": "0" * 64}
    assert body["new"]["edition"] == "2026"


def test_zones_that_came_went_and_grew():
    new = [zone("A", 100, 100, 120), zone("C", 950, 500), zone("D", 500, 500)]
    found = compare(edition([*OLD]), edition(new), districts())
    assert changes(found) == [
        ("new", "D", None, 10_000, 0),
        ("removed", None, "B", 0, 10_000),
        ("changed", "A", "A", 4_400, 0),
    ]
    assert found.same == 1
    assert account(found)[:2] == [
        (None, None, 3, 3, 30_000, 34_400, 14_400, 10_000),
        ("1", None, 3, 3, 30_000, 34_400, 14_400, 10_000),
    ]
    assert found.area_change_share == pytest.approx(4_400 / 30_000, abs=1e-6)
    assert [(t.old_class, t.new_class, round(t.area_m2)) for t in found.transfers] == [
        ("1", None, 10_000),
        (None, "1", 14_400),
    ]


def test_a_moved_zone_says_how_far_and_whereto():
    found = compare(edition([*OLD]), edition([zone("A", 130, 140), *OLD[1:]]), districts())
    [one] = found.zones
    assert one.kind is ChangeKind.MOVED
    assert one.shift_m == pytest.approx(50.0, abs=0.01)
    assert one.bearing_deg == pytest.approx(np.degrees(np.arctan2(30, 40)), abs=0.1)
    assert round(one.gained_m2) == round(one.lost_m2) == 10_000 - 70 * 60


def test_a_zone_far_from_where_it_was_is_moved_and_one_of_another_shape_is_changed():
    found = compare(
        edition([*OLD]), edition([zone("A", 500, 800), zone("B", 400, 300, 150), OLD[2]]), districts()
    )
    assert [(c.kind.value, c.zone_id) for c in found.zones] == [("changed", "B"), ("moved", "A")]


def test_the_same_shape_under_another_id_is_renumbered():
    found = compare(edition([*OLD]), edition([zone("A9", 100, 100), *OLD[1:]]), districts())
    assert changes(found) == [("renumbered", "A9", "A", 0, 0)]
    assert account(found)[0] == (None, None, 3, 3, 30_000, 30_000, 0, 0)


def test_a_zone_that_shares_more_than_half_of_another_is_that_zone():
    most = compare(edition([*OLD]), edition([zone("A9", 140, 100), *OLD[1:]]), districts())
    assert [(c.zone_id, c.old_id) for c in most.zones] == [("A9", "A")]
    less = compare(edition([*OLD]), edition([zone("A9", 160, 100), *OLD[1:]]), districts())
    assert [(c.kind.value, c.zone_id, c.old_id) for c in less.zones] == [
        ("new", "A9", None),
        ("removed", None, "A"),
    ]


def test_the_best_of_several_shapes_is_taken_first():
    old = [zone("A", 100, 100), zone("B", 130, 100)]
    found = compare(edition(old), edition([zone("X", 120, 100)]), districts())
    assert {(c.zone_id, c.old_id) for c in found.zones} == {("X", "B"), (None, "A")}


def test_another_class_or_attribute_is_a_change_without_ground():
    new = [zone("A", 100, 100, zone_class="2"), {**OLD[1], "name": "新名"}, OLD[2]]
    found = compare(edition([*OLD]), edition(new), districts())
    assert changes(found) == [("changed", "A", "A", 0, 0), ("changed", "B", "B", 0, 0)]
    assert [c.attributes for c in found.zones] == [("zone_class",), ("name",)]
    assert [(c.old_class, c.new_class) for c in found.zones] == [("1", "2"), ("1", "1")]
    assert account(found)[:3] == [
        (None, None, 3, 3, 30_000, 30_000, 0, 0),
        ("1", None, 3, 2, 30_000, 20_000, 0, 10_000),
        ("2", None, 0, 1, 0, 10_000, 10_000, 0),
    ]
    assert [(t.old_class, t.new_class, round(t.area_m2)) for t in found.transfers] == [("1", "2", 10_000)]


def test_an_id_may_recur_in_other_periods():
    old = [zone("A", 100, 100, valid_to=date(2024, 1, 1)), zone("A", 300, 100, valid_from=date(2024, 1, 1))]
    found = compare(edition(old), edition([old[1], old[0]]), districts())
    assert found.empty
    gone = compare(edition(old), edition(old[:1]), districts())
    assert changes(gone) == [("removed", None, "A", 0, 10_000)]


def test_what_overlaps_counts_once():
    old = [zone("A", 100, 100), zone("B", 150, 100)]
    found = compare(edition(old), edition(old[:1]), districts())
    assert account(found)[0] == (None, None, 2, 1, 15_000, 10_000, 0, 5_000)
    [one] = found.zones
    assert round(one.lost_m2) == 10_000  # of the zone itself


def test_a_small_zone_inside_a_large_one_is_not_that_zone():
    found = compare(edition([zone("A", 100, 100)]), edition([zone("B", 0, 0, 300)]), districts())
    assert [c.kind for c in found.zones] == [ChangeKind.NEW, ChangeKind.REMOVED]


def test_borders_within_half_a_millimetre_are_the_same():
    near = place(shapely.box(100.0002, 100, 200.0002, 200))
    beyond = place(shapely.box(100.002, 100, 200.002, 200))
    for shape, count in ((near, 0), (beyond, 1)):
        found = compare(edition([*OLD]), edition([{**OLD[0], "geometry": shape}, *OLD[1:]]), districts())
        assert len(found.zones) == count


def test_unknown_classes_and_places_are_rows_of_their_own():
    old, new = [zone("A", 100, 100, zone_class=None)], [zone("A", 5000, 100, zone_class=None)]
    found = compare(edition(old), edition(new), districts())
    assert account(found) == [
        (None, None, 1, 1, 10_000, 10_000, 10_000, 10_000),
        (UNKNOWN, None, 1, 1, 10_000, 10_000, 10_000, 10_000),
        (None, "510101", 1, 0, 10_000, 0, 0, 10_000),
        (UNKNOWN, "510101", 1, 0, 10_000, 0, 0, 10_000),
        (None, UNKNOWN, 0, 1, 0, 10_000, 10_000, 0),
        (UNKNOWN, UNKNOWN, 0, 1, 0, 10_000, 10_000, 0),
    ]


def test_many_zones_moved_alike_point_to_the_datum():
    old = [zone(f"Z{n}", 150 * n, 100) for n in range(6)]
    new = [zone(f"Z{n}", 150 * n + 500, 100) for n in range(5)] + [old[5]]
    [remark] = compare(edition(old), edition(new), districts()).remarks
    assert "5 个分区向方位 90° 一致移动约 500.0 米" in remark.zh
    assert "check the datum" in remark.en
    apart = [zone(f"Z{n}", 150 * n + (500 if n % 2 else -500), 100) for n in range(4)] + old[4:]
    assert compare(edition(old), edition(apart), districts()).remarks == ()


def test_what_makes_the_comparison_less_than_whole_is_said():
    fault = Problem(where="x", given="y", allowed="z", hint=text("w"))
    new = edition([{**z, "extra": 1} for z in OLD], faults=(fault,), coverage=box(0, 0, 2000, 1000))
    old = edition([*OLD], coverage=box(0, 0, 1900, 1000))
    told = [remark.en for remark in compare(old, new, districts()).remarks]
    assert told[0] == "columns added: extra"
    assert told[1].startswith("edition 2025 has 1 faults")
    assert told[2].startswith("the coverage differs: 10.0000 ha")
    lists = compare(replace(old, clauses=CLAUSES), replace(old, clauses=CLAUSES[1:]), districts())
    assert lists.empty
    assert [remark.en for remark in lists.remarks] == ["the entry lists differ: 0 clauses more, 1 less"]
    assert "columns gone: extra" in [remark.en for remark in compare(new, old, districts()).remarks]


def way(zone_id, *xy, zone_class="r"):
    return {"zone_id": zone_id, "zone_class": zone_class, "geometry": line(*xy)}


def ways(found):
    """Kind, id now, id before, and whole metres: old, new, gained, lost."""
    told = ((c.old_m, c.new_m, c.gained_m, c.lost_m) for c in found.zones)
    return [
        (c.kind.value, c.zone_id, c.old_id, *map(round, m)) for c, m in zip(found.zones, told, strict=True)
    ]


def lengths(found):
    """Class, district, counts, and whole metres: old, new, gained, lost."""
    return [
        (
            r.zone_class,
            r.district,
            r.old_count,
            r.new_count,
            *map(round, (r.old_m, r.new_m, r.gained_m, r.lost_m)),
        )
        for r in found.rows
    ]


def test_lines_are_compared_by_length():
    old = [
        way("A", (100, 100), (400, 100)),
        way("B", (100, 200), (200, 200)),
        way("C", (100, 300), (200, 300)),
        way("E", (100, 400), (200, 420)),
        way("G", (900, 500), (1100, 500), zone_class="s"),
    ]
    new = [
        way("A", (100, 100), (250, 100), (700, 100)),  # 300 m longer, and one vertex more
        way("B", (100, 200), (200, 200.0004)),  # within the tolerance
        way("D", (100, 900), (150, 900)),
        way("E", (130, 440), (230, 460)),  # the same 30 m east and 40 m north
        way("H", (900, 500), (1080, 500), zone_class="s"),  # another id, 20 m shorter
    ]
    found = compare(edition(old), edition(new), districts())
    assert ways(found) == [
        ("new", "D", None, 0, 50, 50, 0),
        ("removed", None, "C", 100, 0, 0, 100),
        ("changed", "A", "A", 300, 600, 300, 0),
        ("changed", "H", "G", 200, 180, 0, 20),
        ("moved", "E", "E", 102, 102, 102, 102),
    ]
    assert found.zones[4].shift_m == pytest.approx(50.0, abs=0.01)
    assert found.same == 1
    assert lengths(found) == [
        (None, None, 5, 5, 802, 1032, 452, 222),
        ("r", None, 4, 4, 602, 852, 452, 202),
        ("s", None, 1, 1, 200, 180, 0, 20),
        (None, "510101", 5, 5, 702, 952, 452, 202),
        ("r", "510101", 4, 4, 602, 852, 452, 202),
        ("s", "510101", 1, 1, 100, 100, 0, 0),
        (None, "510202", 1, 1, 100, 80, 0, 20),
        ("s", "510202", 1, 1, 100, 80, 0, 20),
    ]
    assert found.total.length_change_share == pytest.approx(230 / 802, abs=1e-4)


def test_points_are_compared_by_displacement():
    def points(*places):
        return [{"zone_id": name, "zone_class": "p", "geometry": point(x, y)} for name, x, y in places]

    old = points(("A", 10, 10), ("B", 20, 10), ("C", 30, 10), ("D", 1500, 10), ("E", 9000, 0))
    new = points(("A", 13, 14), ("B", 20.0003, 10), ("X", 30.0003, 10), ("F", 40, 10), ("E", 9000, 0))
    found = compare(edition(old), edition(new), districts())
    assert [(c.kind.value, c.zone_id, c.old_id) for c in found.zones] == [
        *(("new", "F", None), ("removed", None, "D"), ("moved", "A", "A"), ("renumbered", "X", "C")),
    ]  # fmt: skip
    assert (found.zones[2].shift_m, found.same) == (pytest.approx(5.0, abs=0.001), 2)
    assert lengths(found)[2:] == [
        *((None, "510101", 3, 4, 0, 0, 0, 0), ("p", "510101", 3, 4, 0, 0, 0, 0)),
        *((None, "510202", 1, 0, 0, 0, 0, 0), ("p", "510202", 1, 0, 0, 0, 0, 0)),
        *((None, UNKNOWN, 1, 1, 0, 0, 0, 0), ("p", UNKNOWN, 1, 1, 0, 0, 0, 0)),
    ]  # fmt: skip


def test_a_line_beside_what_it_was_has_moved():
    old = way("A", (100, 100), (400, 100), (500, 300))
    new = way("A", (100, 100.3), (400, 100.3), (500, 300.3))
    [change] = compare(edition([old]), edition([new]), districts()).zones
    assert (change.kind.value, round(change.gained_m), round(change.lost_m)) == ("moved", 524, 524)
    assert change.shift_m == pytest.approx(0.3, abs=0.001)


def test_a_turned_line_has_not_moved_only():
    old = [
        {"zone_id": "L", "zone_class": "r", "geometry": line((0, 0), (100, 0))},
        {"zone_id": "P", "zone_class": "p", "geometry": point(10, 10)},
        {"zone_id": "Q", "zone_class": "p", "geometry": point(50, 50)},
    ]
    new = [{**old[0], "geometry": line((0, 0), (100, 10))}, {**old[1], "geometry": point(13, 14)}, old[2]]
    found = compare(edition(old), edition(new), districts())
    assert [(c.kind.value, c.zone_id) for c in found.zones] == [("changed", "L"), ("moved", "P")]
    assert found.zones[1].shift_m == pytest.approx(5.0, abs=0.001)
    assert account(found)[0][2:] == (3, 3, 0, 0, 0, 0)


def test_nothing_before_nothing_after():
    empty = edition([])
    found = compare(empty, edition([*OLD]), districts())
    assert changes(found) == [("new", n, None, 10_000, 0) for n in "ABC"]
    assert found.area_change_share is None
    assert found.count_change_share is None
    none = compare(replace(empty, zones=None), empty, Districts.none())
    assert none.empty
    assert none.area_change_share == 0.0
    assert len(none.remarks) == 1


# ------------------------------------------------------------------------------------------------- properties

_ZONES = st.lists(
    st.tuples(
        st.sampled_from("ABCDEFG"),
        st.integers(0, 30).map(lambda n: n * 50.0),
        st.integers(0, 16).map(lambda n: n * 50.0),
        st.sampled_from([50.0, 100.0, 150.0, 400.0]),
        st.sampled_from(["1", "2", None]),
    ),
    max_size=7,
    unique_by=lambda z: z[0],
)
_MIRROR = {ChangeKind.NEW: ChangeKind.REMOVED, ChangeKind.REMOVED: ChangeKind.NEW}


def _edition(drawn):
    return edition([zone(name, x, y, size, zone_class) for name, x, y, size, zone_class in drawn])


_NEARLY_AGREEING = (
    [
        ("F", 1350.0, 0.0, 50.0, "1"),
        ("B", 900.0, 700.0, 50.0, "1"),
        ("D", 1450.0, 100.0, 400.0, "1"),
        ("A", 0.0, 0.0, 50.0, "1"),
        ("C", 1350.0, 350.0, 400.0, "1"),
    ],
    [
        ("F", 900.0, 0.0, 50.0, "1"),
        ("B", 850.0, 700.0, 50.0, "1"),
        ("A", 0.0, 0.0, 50.0, "1"),
        ("E", 0.0, 0.0, 50.0, "1"),
        ("D", 0.0, 0.0, 50.0, "1"),
        ("G", 1350.0, 100.0, 400.0, "1"),
    ],
)
"""Differences leave needles here, and a union of them in doubles lost 4 ha."""


@settings(max_examples=10)
@example(*_NEARLY_AGREEING)
@given(_ZONES, _ZONES)
def test_the_account_balances_and_the_diff_back_is_its_mirror(one, other):
    there, back = (compare(_edition(a), _edition(b), districts()) for a, b in ((one, other), (other, one)))
    for row in there.rows:
        assert row.new_m2 == pytest.approx(row.old_m2 + row.gained_m2 - row.lost_m2, abs=0.05)
    mirrored = {(r.zone_class, r.district): r for r in back.rows}
    assert set(mirrored) == {(r.zone_class, r.district) for r in there.rows}
    for row in there.rows:
        far = mirrored[row.zone_class, row.district]
        assert (row.old_count, row.new_count) == (far.new_count, far.old_count)
        assert (row.gained_m2, row.lost_m2) == pytest.approx((far.lost_m2, far.gained_m2), abs=0.05)
    assert sorted((c.kind.value, c.zone_id or "", c.old_id or "") for c in there.zones) == sorted(
        (_MIRROR.get(c.kind, c.kind).value, c.old_id or "", c.zone_id or "") for c in back.zones
    )
    assert {(t.old_class, t.new_class): round(t.area_m2) for t in there.transfers} == {
        (t.new_class, t.old_class): round(t.area_m2) for t in back.transfers
    }


@settings(max_examples=10)
@given(_ZONES, _ZONES)
def test_the_account_is_that_of_whole_unions(one, other):
    old, new = _edition(one), _edition(other)
    found = compare(old, new, districts())
    before, after = (shapely.union_all(e.zones.geometry.to_numpy()) for e in (old, new))
    expected = [before, after, shapely.difference(after, before), shapely.difference(before, after)]
    total = found.total
    assert [total.old_m2, total.new_m2, total.gained_m2, total.lost_m2] == pytest.approx(
        [float(area_m2(shape)) for shape in expected], abs=0.05
    )
    districts_m2 = sum(r.new_m2 for r in found.rows if r.zone_class is None and r.district is not None)
    assert districts_m2 == pytest.approx(total.new_m2, abs=len(found.rows) + 0.05)
    assert found.same + len(found.zones) >= max(total.old_count, total.new_count)
