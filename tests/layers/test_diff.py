"""Pairs and duties as data, and the red line of 潼南 that falls from 9.56 % to 5.37 % of the district."""

from datetime import date
from pathlib import Path

import pytest
import shapely

from geo.compare.between import Asks
from geo.compare.diff import compare
from geo.compare.districts import Districts, districts_of
from geo.compare.pieces import shapes_of
from geo.errors import BundleError
from geo.measure import area_m2
from layers.bundle import load_bundle
from layers.diff import alarms, duties, must_tile, pairs, questions, rounded
from layers.keytable import Key, text
from layers.titles import shipped_titles
from tests.geo.world import box as grid_box
from tests.geo.world import edition as edition_of
from tests.tongnan import NEW_SHARE, OLD_SHARE, tongnan_bundle, tongnan_pair

ON = date(2026, 11, 22)


@pytest.fixture(scope="module")
def tongnan():
    return tongnan_pair()


def test_the_pair_holds_the_shares_of_the_plans(tongnan):
    whole = float(area_m2(tongnan.district))
    for frame, share in ((tongnan.old, OLD_SHARE), (tongnan.new, NEW_SHARE)):
        assert float(area_m2(frame.geometry.to_numpy()).sum()) / whole == pytest.approx(share, abs=1e-8)
    assert tongnan.old.union_all().contains(tongnan.plot)
    assert not tongnan.new.union_all().intersects(tongnan.plot)
    assert 8_000 < float(area_m2(tongnan.plot)) < 12_000


def test_the_red_line_of_tongnan_falls_by_43_8_per_cent_and_the_plan_is_cited(tmp_path: Path):
    for edition in ("old", "new"):
        folder = tongnan_bundle(tmp_path / edition, rulebook="none")
        if edition == "new":
            (folder / "redline-new.parquet").replace(folder / "redline-old.parquet")
    old, new = (load_bundle(tmp_path / name) for name in ("old", "new"))
    districts = districts_of(old, ON)
    before, after = (bundle.layers["eco_redline"].editions[0] for bundle in (old, new))
    found = compare(before, after, districts, layer="eco_redline")
    assert found.area_change_share == pytest.approx(NEW_SHARE / OLD_SHARE - 1, abs=1e-6)
    assert found.area_change_share == pytest.approx(-0.438, abs=5e-4)
    assert found.total.gained_m2 == pytest.approx(0.0, abs=0.01)
    assert found.synthetic
    [alarm] = alarms(found, districts)
    assert alarm.district_name == "潼南区"
    assert [duty.source[:30] for duty in alarm.duties] == ["004_e0f9872c43448650.txt:211, "]
    assert "9.56 %（2020）变为 5.37 %" in alarm.text().zh
    assert "43.83 %" in alarm.text().en
    assert alarms(compare(after, before, districts, layer="eco_redline"), districts) == ()
    assert alarms(compare(before, after, districts, layer="grassland"), districts) == ()


def test_an_alarm_of_the_demonstration_cites_each_of_three_plans(demo):
    new, old = demo.layers["eco_redline"].editions
    districts = districts_of(demo, ON)
    told = {
        alarm.district_name: alarm
        for alarm in alarms(compare(old, new, districts, layer="eco_redline"), districts)
    }
    assert next(iter(told)) == "潼南区"
    assert "000_fc65cc59f4c445ec.txt:161, 163" in told["朝天区"].text().zh
    assert "001_b108cfdabd744491.txt:196" in told["通江县"].text().en
    assert "城口县" not in told  # it grew
    assert told["朝天区"].body()["duties"][0]["id"] == "redline_chaotian"


def notched(depth_m: float, notch_m: float) -> list[dict[str, object]]:
    """A red line of 1 km², less a strip along its northern side, and a notch 2 m wide in its eastern one."""
    shape = shapely.difference(grid_box(0, 0, 1000, 1000 - depth_m), grid_box(1000 - notch_m, 400, 1001, 402))
    return [{"zone_id": "R", "zone_class": "redline", "geometry": shape}]


@pytest.mark.parametrize(
    ("depth_m", "notch_m", "alarmed"),
    [(0.003, 0, False), (0.003, 0.75, True), (0.012, 0, True), (0, 0, False)],
)
def test_a_fall_of_rounding_alone_is_told_and_is_no_alarm(depth_m, notch_m, alarmed):
    shapes = shapes_of([grid_box(-500, -500, 1500, 1500)])
    districts = Districts.of(("510101",), ("甲县",), shapes, (True,), 1.0)
    old, new = edition_of(notched(0, 0)), edition_of(notched(depth_m, notch_m))
    found = rounded(compare(old, new, districts, layer="eco_redline"), districts)
    assert len(alarms(found, districts)) == alarmed
    told = [remark for remark in found.remarks if "1 cm" in remark.en]
    assert len(told) == (depth_m > 0 and not alarmed)
    assert all("3.00 m²" in one.zh and "falls by 3.00 m²" in one.en for one in told)


def test_small_losses_of_several_classes_are_no_rounding():
    districts = Districts.of(
        ("510101",), ("甲县",), shapes_of([grid_box(-500, -500, 1500, 1500)]), (True,), 1.0
    )

    def zones(notch_m):
        return [
            {
                "zone_id": name,
                "zone_class": name,
                "geometry": shapely.difference(
                    grid_box(x, 0, x + 100, 100), grid_box(x + 10, 99, x + 10 + notch_m, 101)
                ),
            }
            for name, x in (("A", 0), ("B", 200))
        ]

    found = compare(edition_of(zones(0)), edition_of(zones(0.9)), districts, layer="eco_redline")
    assert found.transfers == ()
    assert rounded(found, districts).remarks == found.remarks
    assert len(alarms(found, districts)) == 1


def test_every_pair_names_standard_layers_and_a_line_of_a_plan():
    known = shipped_titles().layers
    assert len({one.id for one in questions()}) == len(questions()) >= 8
    for one in questions():
        assert {one.layer, one.other} <= set(known)
        assert ".txt:" in one.source
        assert one.asks in Asks
    assert {one.id for one in questions("env_control_unit")} == {
        "redline_outside_priority",
        "reserve_outside_priority",
        "urban_in_priority",
        "farmland_in_priority",
    }


def test_three_plans_forbid_that_the_red_line_falls():
    assert [duty.id for duty in duties("eco_redline", "511922")] == ["redline_bazhong"]
    assert [duty.id for duty in duties("eco_redline", "511102")] == ["redline_leshan"]
    assert [duty.id for duty in duties("protected_area", "511922")] == ["reserve_bazhong"]
    assert duties("eco_redline", "500229") == ()
    assert must_tile("env_control_unit")
    assert not must_tile("eco_redline")


def test_a_fault_of_the_shipped_file_is_told():
    with pytest.raises(BundleError, match="redline_outside_priority"):
        pairs.read_entries("between.yaml", (Key("id", text, required=True),))
