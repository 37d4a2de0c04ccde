"""What the columns of a file become."""

from datetime import date

import pytest
import shapely

from layers.bundle import load_bundle
from tests.builders import layer, make_bundle, square, zone

FIELDS = {"zone_id": "zone_id", "zone_class": "zone_class"}


def _edition(folder, zones, *, name="park", classes=("core", "12"), **keys):
    made = make_bundle(folder, [layer(name, zones, classes=classes, **keys)])
    return load_bundle(made).layers[name].editions[0]


def _column(edition, name):
    return edition.zones[name].tolist()


@pytest.mark.parametrize(
    ("value", "text"),
    [("007", "007"), (12, "12"), (12.0, "12"), (" A ", "A"), ("12.0", "12.0"), (1.5, "1.5")],
)
def test_ids_are_text(tmp_path, value, text):
    edition = _edition(tmp_path, [zone(square(0, 0), value, "core")])
    assert _column(edition, "zone_id") == [text]
    assert edition.faults == ()


def test_classes_are_text(tmp_path):
    edition = _edition(tmp_path, [zone(square(0, 0), "P1", 12), zone(square(200, 0), "P2", 12.0)])
    assert _column(edition, "zone_class") == ["12", "12"]


def test_fixed_columns_are_always_there_as_python_values(tmp_path):
    zones = _edition(tmp_path, [zone(square(0, 0), "P1", "core")]).zones
    assert {"zone_id", "zone_class", "name", "valid_from", "valid_to", "geometry"} <= set(zones.columns)
    assert zones.crs.to_epsg() == 4490
    assert all(
        zones[name].dtype == object for name in ("zone_id", "zone_class", "name", "valid_from", "valid_to")
    )
    assert zones.loc[0, ["name", "valid_from", "valid_to"]].tolist() == [None, None, None]


def test_other_columns_keep_their_names(tmp_path):
    zones = [
        zone(square(0, 0), "P1", "core", Owner="A", size=1.5),
        zone(square(200, 0), "P2", "core", Owner=""),
    ]
    edition = _edition(tmp_path, zones)
    assert _column(edition, "Owner") == ["A", None]
    assert _column(edition, "size") == [1.5, None]


def test_fields_map_theirs_to_ours_whatever_the_case(tmp_path):
    fields = {"zone_id": "BSM", "zone_class": "level", "name": "mc"}
    feature = zone(square(0, 0), "x", "y", BSM="P1", LEVEL="core", MC="公园")
    edition = _edition(tmp_path, [feature], fields=fields)
    assert edition.zones.loc[0, ["zone_id", "zone_class", "name"]].tolist() == ["P1", "core", "公园"]
    # The file's own columns of these names are not lost.
    assert edition.zones.loc[0, ["zone_id_in_file", "zone_class_in_file"]].tolist() == ["x", "y"]


def test_a_constant_and_the_number_of_the_row_may_stand_for_a_column(tmp_path):
    fields = {"zone_id": {"row_number": True}, "zone_class": {"constant": "core"}}
    edition = _edition(
        tmp_path, [zone(square(0, 0), "a", "b"), zone(square(200, 0), "a", "b")], fields=fields
    )
    assert _column(edition, "zone_id") == ["1", "2"]
    assert _column(edition, "zone_class") == ["core", "core"]
    assert edition.faults == ()


def test_standard_attributes_are_found_by_alias(tmp_path):
    feature = zone(square(0, 0), "P1", "redline", qymj="12.5", SLSJ="20210301", XQBH=7.0, MC="红线")
    edition = _edition(tmp_path, [feature], name="eco_redline", classes=("redline",))
    names = ["area_declared", "approval_date", "patch_no", "name"]
    assert edition.zones.loc[0, names].tolist() == [12.5, date(2021, 3, 1), "7", "红线"]


def test_a_mapped_column_that_is_a_standard_attribute_stays_one(tmp_path):
    fields = {**FIELDS, "name": "river_name"}
    feature = zone(square(0, 0), "P1", "main", river_name="琼江")
    edition = _edition(tmp_path, [feature], name="river_shoreline", classes=("main",), fields=fields)
    assert edition.zones.loc[0, ["name", "river_name"]].tolist() == ["琼江", "琼江"]


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        *(
            ("是", True),
            ("否", False),
            ("yes", True),
            ("N", False),
            ("t", True),
            ("F", False),
            (1, True),
            (0, False),
        ),
        *((True, True), (False, False), ("", None), (None, None), ("TRUE", True), ("0", False), (1.0, True)),
    ],
)
def test_yes_and_no_in_the_words_files_use(tmp_path, value, meaning):
    feature = zone(square(0, 0), "P1", "main", is_yangtze_system=value)
    edition = _edition(tmp_path, [feature], name="river_shoreline", classes=("main",))
    assert edition.zones["is_yangtze_system"].tolist() == [meaning]
    assert edition.faults == ()


def test_a_value_that_is_not_understood_is_unknown_and_remarked(tmp_path):
    zones = [
        zone(square(0, 0), "P1", "main", is_yangtze_system="perhaps", level="main"),
        zone(square(200, 0), "P2", "main", is_yangtze_system="是", level="big"),
    ]
    edition = _edition(tmp_path, zones, name="river_shoreline", classes=("main",))
    assert _column(edition, "is_yangtze_system") == [None, True]
    assert _column(edition, "level") == ["main", None]
    told = " ".join(remark.en + remark.zh for remark in edition.remarks)
    assert "perhaps" in told
    assert "big" in told
    assert "按未知处理" in told
    assert edition.faults == ()


def test_heights_are_dropped_with_a_remark(tmp_path):
    edition = _edition(tmp_path, [zone(shapely.force_3d(square(0, 0), 300.0), "P1", "core")])
    assert not edition.zones.geometry.has_z.any()
    assert any("heights (Z)" in remark.en and "高程" in remark.zh for remark in edition.remarks)
    assert edition.faults == ()
