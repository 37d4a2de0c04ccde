"""One broken file per fault: the edition says why, its good zones are kept, nothing is repaired or raised."""

from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers import shapes
from layers.bundle import load_bundle
from tests.builders import box, layer, make_bundle, square, write_geojson, zone

GOOD = zone(square(0, 0), "P1", "core")
BOW_TIE = shapely.Polygon(
    [(500_000, 3_320_000), (500_100, 3_320_100), (500_100, 3_320_000), (500_000, 3_320_100)]
)
FAR_NORTH = shapely.box(29, 105, 29.1, 105.1)  # latitude first


def _edition(folder, zones=(GOOD,), *, name="park", classes=("core", "edge"), **keys):
    made = make_bundle(folder, [layer(name, list(zones), classes=classes, **keys)])
    return load_bundle(made).layers[name].editions[0]


def _ids(edition):
    return edition.zones["zone_id"].tolist()


def test_a_good_file_has_no_faults(tmp_path):
    edition = _edition(tmp_path)
    assert edition.faults == ()
    assert _ids(edition) == ["P1"]
    assert len(edition.sha256) == 64


@pytest.mark.parametrize(
    ("zones", "kept", "given", "english", "chinese"),
    [
        ([], [], "0", "an empty table is not an empty map", "空表不等于没有分区"),
        (
            [GOOD, zone(square(200, 0), "P2", "kern")],
            ["P1", "P2"],
            "P2: kern",
            "classes that the catalogue",
            "不在 classes",
        ),
        (
            [GOOD, zone(square(200, 0), "P2", None)],
            ["P1", "P2"],
            "P2",
            "zones without a class",
            "分区级别为空",
        ),
        (
            [GOOD, zone(square(200, 0), "P2", " ")],
            ["P1", "P2"],
            "P2",
            "zones without a class",
            "分区级别为空",
        ),
        (
            [GOOD, zone(square(200, 0), None, "core")],
            ["P1", "row 2"],
            "2",
            "rows without a zone id",
            "标识为空的行",
        ),
        (
            [GOOD, zone(square(200, 0), "P1", "core")],
            ["P1", "P1"],
            "P1",
            "zone ids occur twice",
            "分区标识重复",
        ),
        ([GOOD, zone(None, "P2", "core")], ["P1"], "P2", "the geometry is empty: left out", "几何为空"),
        ([GOOD, zone(shapely.Polygon(), "P2", "core")], ["P1"], "P2", "the geometry is empty", "几何为空"),
        (
            [GOOD, zone(BOW_TIE, "P2", "core")],
            ["P1"],
            "P2 (Self-intersection",
            "left out, not repaired",
            "不自动修复",
        ),
        (
            [
                GOOD,
                zone(shapely.GeometryCollection([square(0, 0), shapely.Point(5e5, 3.32e6)]), "P2", "core"),
            ],
            ["P1"],
            "P2",
            "wrong type of geometry",
            "几何类型不符",
        ),
        (
            [GOOD, zone(square(200, 0), "P2", "core", valid_to="soon")],
            ["P1", "P2"],
            "P2: valid_to soon",
            "dates that cannot be read",
            "有效期读不出来",
        ),
        (
            [GOOD, zone(square(200, 0), "P2", "core", valid_from="2025-01-01", valid_to="20240101")],
            ["P1", "P2"],
            "P2: 2025-01-01 … 2024-01-01",
            "or are reversed",
            "前后颠倒",
        ),
    ],
)
def test_a_fault_of_zones_is_told_and_good_zones_are_kept(tmp_path, zones, kept, given, english, chinese):
    edition = _edition(tmp_path, zones)
    (fault,) = edition.faults
    assert given in fault.given
    assert english in fault.hint.en
    assert chinese in fault.hint.zh
    assert fault.where == "park 2025-01 data/park.geojson"
    assert _ids(edition) == kept


@pytest.mark.parametrize(
    ("keys", "allowed", "english", "chinese"),
    [
        ({"rows": 2}, "rows: 2", "not the rows the catalogue lists", "行数与目录所列不符"),
        ({"min_rows": 3}, "min_rows: 3", "too few rows", "行数不足"),
        ({"sha256": "0" * 64}, "0" * 64, "SHA-256 is not the one in the catalogue", "SHA-256 与目录所列不符"),
        (
            {"fields": {"zone_id": "fid", "zone_class": "zone_class"}},
            "zone_id, zone_class",
            "zone_id names",
            "zone_id 所指",
        ),
        (
            {"fields": {"zone_id": "zone_id", "zone_class": "kind"}},
            "zone_id, zone_class",
            "zone_class names",
            "所指的列",
        ),
        (
            {"fields": {"zone_id": "zone_id", "zone_class": "zone_class", "name": "MC"}},
            "zone_id, zone_class",
            "fields.name names",
            "fields.name",
        ),
        ({"crs": None}, "EPSG:n", "the file names no CRS: declare it", "须在 crs 中声明"),
        ({"crs": "EPSG:4490"}, "longitude -180", "longitude or latitude out of range", "经纬度超出范围"),
        (
            {"crs": "EPSG:2362"},
            "accuracy_m ≥ 100",
            "state an accuracy of 100 m or worse",
            "精度不得小于 100 米",
        ),
        ({"clauses": "data/clauses.parquet"}, "a file", "the file is missing", "文件不存在"),
    ],
)
def test_a_fault_against_the_catalogue_is_told(tmp_path, keys, allowed, english, chinese):
    found = _edition(tmp_path, **keys).faults
    assert any(allowed in p.allowed and english in p.hint.en and chinese in p.hint.zh for p in found), found


def test_swapped_and_mislabelled_coordinates_are_left_out(tmp_path):
    swapped = _edition(
        tmp_path / "a", [zone(FAR_NORTH, "P2", "core")], crs="EPSG:4490", coverage=box(0, 0, 1, 1)
    )
    assert any("swapped" in p.hint.en and p.given == "P2" for p in swapped.faults)
    degrees = _edition(tmp_path / "b", [zone(shapely.box(105, 29, 105.1, 29.1), "P2", "core")])
    assert any("look like degrees" in p.hint.en and "像是经纬度" in p.hint.zh for p in degrees.faults)
    assert len(swapped.zones) == len(degrees.zones) == 0


def test_northing_before_easting_is_left_out(tmp_path):
    north_first = shapely.transform(square(0, 0), lambda xy: xy[:, ::-1])
    (fault,) = _edition(tmp_path, [GOOD, zone(north_first, "P2", "core")]).faults
    assert fault.given == "P2"
    assert "easting and northing swapped" in fault.hint.en
    assert "东、北坐标颠倒" in fault.hint.zh


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")  # shapely, as it builds them
def test_coordinates_that_are_no_numbers_are_left_out(tmp_path, value):
    folder = make_bundle(tmp_path, [layer("park", [GOOD], classes=["core"])])
    broken = shapely.Polygon([(5e5, 3.32e6), (value, 3.32e6), (5e5, 3.33e6)])
    _parquet(folder, [square(0, 0), broken])
    edition = load_bundle(folder).layers["park"].editions[0]
    assert _ids(edition) == ["0"]
    assert any(
        "NaN or infinity" in p.hint.en and "NaN" in p.hint.zh and p.given.startswith("1 (")
        for p in edition.faults
    )


def _parquet(folder, shapes):
    count = len(shapes)
    frame = gpd.GeoDataFrame(
        {"zone_id": list(range(count)), "zone_class": ["core"] * count},
        geometry=list(shapes),
        crs="EPSG:4544",
    )
    frame.to_parquet(folder / "data/park.parquet")
    text = (folder / "catalogue.yaml").read_text(encoding="utf-8")
    (folder / "catalogue.yaml").write_text(
        text.replace("data/park.geojson", "data/park.parquet"), encoding="utf-8"
    )


def test_the_schema_says_what_geometry_a_layer_holds(tmp_path):
    river = zone(shapely.LineString([(5e5, 3.32e6), (5e5, 3.33e6)]), "R1", "1")
    edition = _edition(tmp_path, [river], name="drinking_water_zone", classes=("1",))
    (fault,) = edition.faults
    assert (fault.given, fault.allowed) == ("R1", "polygon")
    assert len(edition.zones) == 0


@pytest.mark.parametrize(
    ("feature", "english", "chinese", "some_left"),
    [
        ([], "the coverage is empty", "覆盖范围为空", False),
        ([zone(None, "c", None)], "the geometry is empty", "几何为空", False),
        ([zone(BOW_TIE, "c", None)], "invalid geometry", "几何无效", False),
        ([zone(square(0, 0).boundary, "c", None)], "wrong type of geometry", "几何类型不符", False),
        ([zone(square(0, 0), "c", None), zone(BOW_TIE, "d", None)], "invalid geometry", "几何无效", True),
    ],
)
def test_a_fault_of_the_coverage_is_told(tmp_path, feature, english, chinese, some_left):
    folder = make_bundle(tmp_path, [layer("park", [GOOD], classes=["core"])])
    write_geojson(folder / "data/park_coverage.geojson", feature)
    edition = load_bundle(folder).layers["park"].editions[0]
    (fault,) = edition.faults
    assert fault.where == "park 2025-01 data/park_coverage.geojson"
    assert english in fault.hint.en
    assert chinese in fault.hint.zh
    assert (edition.coverage is not None) is some_left
    assert _ids(edition) == ["P1"]


def test_a_coverage_shared_by_layers_is_united_once_and_its_faults_told_to_each(tmp_path):
    names = ("park", "other")
    shared = {"coverage": "data/shared.geojson"}
    folder = make_bundle(tmp_path, [{**layer(n, [GOOD], classes=["core"]), **shared} for n in names])
    write_geojson(
        folder / "data/shared.geojson",
        [zone(square(0, 0), "c", None), zone(square(500, 0), "e", None), zone(BOW_TIE, "d", None)],
    )
    bundle = load_bundle(folder)
    first, second = (bundle.layers[n].editions[0] for n in names)
    assert [fault.where for edition in (first, second) for fault in edition.faults] == [
        f"{n} 2025-01 data/shared.geojson" for n in names
    ]
    assert first.coverage is second.coverage
    assert first.coverage.geom_type == "MultiPolygon"


def test_many_shapes_are_looked_at_by_all_cores_to_the_same_end(monkeypatch):
    found = np.array([square(0, 0), BOW_TIE, None, square(500, 0)] * 10, dtype=object)
    alone = shapes._valid(found).tolist()
    monkeypatch.setattr(shapes, "_MANY_VERTICES", 1)
    monkeypatch.setattr(shapes.os, "sched_getaffinity", lambda _: {0, 1, 2})
    assert shapes._valid(found).tolist() == alone == [True, False, False, True] * 10


@pytest.mark.parametrize("name", ["park.geojson", "park_coverage.geojson"])
def test_a_file_deleted_or_cut_short_fails_its_layer_and_no_other(tmp_path, name):
    folder = make_bundle(tmp_path, [layer(n, [GOOD], classes=["core"]) for n in ("park", "other")])
    path = folder / "data" / name
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    cut = load_bundle(folder)
    path.unlink()
    gone = load_bundle(folder)
    assert "cannot be read" in cut.layers["park"].editions[0].faults[0].hint.en
    assert "文件读不出来" in cut.layers["park"].editions[0].faults[0].hint.zh
    assert [p.hint.en for p in gone.layers["park"].editions[0].faults] == ["the file is missing"]
    assert str(tmp_path) not in "".join(
        p.line() for b in (cut, gone) for p in b.layers["park"].editions[0].faults
    )
    assert all(b.layers["other"].editions[0].faults == () for b in (cut, gone))


def test_an_empty_layer_is_lawful_where_it_is_declared_so(tmp_path):
    edition = _edition(tmp_path, [], min_rows=0)
    assert edition.faults == ()
    assert len(edition.zones) == 0


def test_many_bad_zones_are_counted_beyond_the_twenty_that_are_named(tmp_path):
    zones = [zone(square(200 * n, 0), f"P{n}", "kern") for n in range(25)]
    (fault,) = _edition(tmp_path, zones).faults
    assert fault.given.endswith("P19: kern … (+5)")


def test_legacy_zones_need_no_class(tmp_path):
    zones = [
        zone(square(0, 0), "P1", None, zone_legacy="buffer"),
        zone(square(200, 0), "P2", None, zone_legacy=None),
    ]
    edition = _edition(tmp_path, zones, name="protected_area", classes=("core", "general"))
    (fault,) = edition.faults
    assert fault.given == "P2"
    assert edition.zones["zone_legacy"].tolist() == ["buffer", None]


def test_faults_add_up(tmp_path):
    zones = [zone(BOW_TIE, None, "kern", valid_to="x"), zone(None, "P2", "core")]
    assert len(_edition(tmp_path, zones, rows=5).faults) == 6


def test_dates_of_zones_are_dates(tmp_path):
    given = {"valid_from": "20210301", "valid_to": "2026/8/15"}
    edition = _edition(
        tmp_path, [zone(square(0, 0), "P1", "core", **given), zone(square(200, 0), "P2", "core")]
    )
    assert edition.zones["valid_from"].tolist() == [date(2021, 3, 1), None]
    assert edition.zones["valid_to"].tolist() == [date(2026, 8, 15), None]
