"""Rasters from file to finding: squares that can be counted by hand, broken files, exactextract as oracle."""

from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from exactextract import exact_extract
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.features import geometry_mask

import layers.raster
import layers.raster_file
from geo.check import check_projects
from geo.measure import area_m2
from geo.model import Outcome, Part, Project, Site
from layers.bundle import load_bundle
from tests.builders import ORIGIN, box, line, lonlat, make_bundle, point, rule, write_geojson, zone
from tests.rasters import CELLS, MEANING, PLACE, raster, write_tif

ON = date(2026, 11, 21)
FOREST = {"layer": "cover", "zone_classes": ["forest"]}


def _bundle(folder, values=CELLS, rules=(), *, file=None, **keys):
    write_tif(folder / "data/cover.tif", values, **(file or {}))
    return load_bundle(make_bundle(folder, [raster(**keys)], rules))


def _edition(folder, values=CELLS, **keys):
    return _bundle(folder, values, **keys).layers["cover"].editions[0]


def _report(bundle, shape, *, accuracy_m=0.0, **keys):
    part = Part(site=Site(geometry=lonlat(shape), accuracy_m=accuracy_m), activity=None, facts=())
    return next(check_projects(bundle, [Project(parts=(part,))], ON, full=True, **keys)).parts[0]


def _layer(told, name="cover"):
    return next(found for found in told.layers if found.id == name)


def _by_class(told):
    return {share.zone_class: share.overlap_m2 for share in _layer(told).by_class}


def _finding(told, name="R-1"):
    return next(found for found in told.findings if found.rule.id == name)


# ------------------------------------------------------------------------------------------------ zones


def test_patches_of_cells_become_zones(tmp_path):
    edition = _edition(tmp_path)
    assert edition.faults == ()
    zones = edition.zones
    told = list(zip(zones["zone_id"], zones["zone_class"], zones["cells"], strict=True))
    # Cells that touch in a corner only are two patches; a ring is one, with a hole.
    assert told == [
        ("forest-r1c1", "forest", 4),
        ("water-r2c7", "water", 1),
        ("water-r3c6", "water", 1),
        ("forest-r5c0", "forest", 10),
        ("water-r7c2", "water", 8),
    ]
    assert area_m2(zones.geometry.to_numpy()) == pytest.approx([4e4, 1e4, 1e4, 1e5, 8e4], rel=1e-6)
    assert len(zones.geometry.iloc[4].interiors) == 1
    assert zones.geometry.is_valid.all()


def test_the_cell_is_the_accuracy_unless_the_layer_is_worse(tmp_path):
    edition = _edition(tmp_path / "one", accuracy_m=5)
    assert (edition.cell_m, edition.accuracy_m) == (pytest.approx(100, abs=1e-6),) * 2
    assert _edition(tmp_path / "two", accuracy_m=250).accuracy_m == 250


def test_cells_with_data_are_the_coverage(tmp_path):
    edition = _edition(tmp_path)
    assert float(area_m2(edition.coverage)) == pytest.approx(94e4, rel=1e-6)
    # A given coverage is cut to them.
    write_geojson(tmp_path / "data/half.geojson", [zone(box(500, 0, 2000, 1000), "h", None)])
    half = _edition(tmp_path, coverage="data/half.geojson")
    assert float(area_m2(half.coverage)) == pytest.approx(44e4, rel=1e-6)


def test_constant_attributes_and_remarks_reach_the_zones(tmp_path):
    edition = _edition(tmp_path, fields={"degree_threshold": {"constant": "25"}})
    assert set(edition.zones["degree_threshold"]) == {"25"}


def test_the_same_file_gives_the_same_zones_and_digest(tmp_path):
    one, two = (_bundle(tmp_path / name) for name in ("one", "two"))
    assert one.digest == two.digest
    left, right = (b.layers["cover"].editions[0] for b in (one, two))
    assert left.sha256 == right.sha256
    assert left.zones.geometry.to_wkb().tolist() == right.zones.geometry.to_wkb().tolist()


@pytest.mark.parametrize(
    ("dtype", "cells", "keys"),
    [
        (
            "float32",
            {"classes": {"forest": {"from": 2, "to": 3}, "water": {"from": 3}}, "no_zone": {"to": 2}},
            {},
        ),
        ("int16", {"classes": {"forest": 2, "water": 3}, "no_zone": 1}, {"nodata": 0}),
        (
            "int16",
            {"classes": {"forest": 2.0, "water": 3}, "no_zone": [{"from": 0.5, "to": 1.5}]},
            {"nodata": 0},
        ),
    ],
)
def test_ranges_and_values_in_any_type_of_cell(tmp_path, dtype, cells, keys):
    values = CELLS.astype(dtype)
    if dtype == "float32":
        values[values == 0] = np.nan
    edition = _edition(tmp_path, values, cells=cells, file=keys)
    assert edition.faults == ()
    assert edition.zones["cells"].tolist() == [4, 1, 1, 10, 8]
    assert float(area_m2(edition.coverage)) == pytest.approx(94e4, rel=1e-6)


def test_a_range_holds_its_beginning_and_not_its_end(tmp_path):
    values = np.full((4, 4), 10.0, dtype=np.float32)
    values[0, :] = [24.999998, 25.0, 90.0, 15.0]
    spans = {
        "classes": {"forest": {"from": 25, "to": 90}, "water": {"from": 15, "to": 25}},
        "no_zone": {"to": 15},
    }
    edition = _edition(tmp_path, values, cells=spans)
    assert dict(zip(edition.zones["zone_id"], edition.zones["cells"], strict=True)) == {
        "water-r0c0": 1,
        "forest-r0c1": 1,
        "water-r0c3": 1,
    }
    (fault,) = edition.faults
    assert fault.given == "90 (r0 c2): 1"


def test_values_are_scaled_as_the_file_says(tmp_path):
    path = write_tif(tmp_path / "data/cover.tif", (CELLS * 10).astype(np.int16), nodata=0)
    with rasterio.open(path, "r+") as file:
        file.scales = (0.1,)
    edition = (
        load_bundle(make_bundle(tmp_path, [raster(cells={**MEANING, "nodata": None})]))
        .layers["cover"]
        .editions[0]
    )
    assert edition.zones["cells"].tolist() == [4, 1, 1, 10, 8]
    assert "0.1" in edition.remarks[0].en


@pytest.mark.parametrize(
    "place",
    [
        PLACE,
        (100.0, 0.0, ORIGIN[0], 0.0, 100.0, ORIGIN[1]),  # first row in the south
        (80.0, 60.0, ORIGIN[0], -60.0, 80.0, ORIGIN[1]),  # turned
    ],
)
def test_any_lie_of_the_grid(tmp_path, place):
    edition = _edition(tmp_path, file={"place": place})
    assert edition.faults == ()
    assert area_m2(edition.zones.geometry.to_numpy()).sum() == pytest.approx(24e4, rel=1e-6)
    assert edition.cell_m == pytest.approx(100, abs=1e-6)


def test_degrees_are_measured_on_the_ellipsoid(tmp_path):
    place = (0.05, 0.0, 103.0, 0.0, -0.05, 33.5)
    edition = _edition(tmp_path, file={"place": place, "crs": "EPSG:4326"})
    assert edition.faults == ()
    assert edition.cell_m == pytest.approx(5545.6, abs=0.2)  # 0.05° of the meridian at 33.5° N
    assert "EPSG:4326" in edition.remarks[0].en


def test_a_standard_area_layer_may_be_a_raster_and_a_line_layer_not(tmp_path):
    keys = {"path": "data/cover.tif", "rulebook": "builtin"}
    write_tif(tmp_path / "data/cover.tif")
    slope = raster(
        "steep_slope", path="data/cover.tif", classes=["dem"], cells={**MEANING, "classes": {"dem": [2, 3]}}
    )
    river = raster(
        "river_reach", path="data/cover.tif", classes=["main"], cells={**MEANING, "classes": {"main": [2, 3]}}
    )
    bundle = load_bundle(make_bundle(tmp_path, [slope, river], rulebook=keys["rulebook"]))
    assert bundle.layers["steep_slope"].editions[0].faults == ()
    (fault,) = bundle.layers["river_reach"].editions[0].faults
    assert "has no areas" in fault.hint.en


# ------------------------------------------------------------------------------------------------ findings


def test_partial_cells_count_by_the_part(tmp_path):
    bundle = _bundle(tmp_path)
    # 150 m by 100 m over the strip of forest: half a cell east and west, 30 m of its 100 m.
    told = _report(bundle, box(150, 470, 300, 570))
    assert _by_class(told) == {"forest": pytest.approx(150 * 30, abs=0.05)}
    assert _layer(told).union_share == pytest.approx(0.3, rel=1e-5)
    # A tenth of one cell of the water ring, none of its hole.
    told = _report(bundle, box(300, 100, 400, 220))
    assert _by_class(told) == {"water": pytest.approx(100 * 20, abs=0.05)}


@settings(max_examples=60, deadline=None)
@given(
    corners=st.lists(
        st.tuples(st.floats(5, 795, allow_nan=False), st.floats(305, 995)),
        min_size=3,
        max_size=6,
        unique=True,
    )
)
def test_partial_cells_agree_with_exactextract(oracle, corners):
    shape = shapely.convex_hull(shapely.MultiPoint([(ORIGIN[0] + x, ORIGIN[1] + y) for x, y in corners]))
    if shape.geom_type != "Polygon" or shape.area < 1:
        return
    told, wanted = oracle.told(shape), oracle.wanted
    for code, value in (("forest", 2), ("water", 3)):
        assert told.get(code, 0.0) == pytest.approx(
            wanted(shape, value), rel=1e-5, abs=0.1
        )  # its shares are of 32 bits


class _Oracle:
    """What is told of a site, and what exactextract finds in the raster's own plane; m² by class."""

    def __init__(self, folder):
        self._bundle = _bundle(folder)
        self._path = str(folder / "data/cover.tif")

    def told(self, shape):
        return _by_class(_report(self._bundle, shape))

    def wanted(self, shape, value):
        feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(shape)}
        (told,) = exact_extract(self._path, feature, ["unique", "frac", "count"])
        shares = dict(zip(told["properties"]["unique"], told["properties"]["frac"], strict=True))
        return shares.get(value, 0.0) * told["properties"]["count"] * 10_000


@pytest.fixture(scope="module")
def oracle(tmp_path_factory):
    return _Oracle(tmp_path_factory.mktemp("oracle"))


def test_points_on_cell_edges_touch_both(tmp_path):
    bundle = _bundle(tmp_path, rules=[rule("R-1", **FOREST)])
    found = _finding(
        _report(bundle, point(200, 500))
    )  # upper... edge of the strip: row 5 lies 400 to 500 m north
    assert found.outcome is Outcome.APPLIES
    assert found.borderline
    assert [hit.zone_id for hit in found.hits] == ["forest-r5c0"]


def test_relations_and_margins_are_those_of_any_zone(tmp_path):
    rules = [
        rule("R-1", **FOREST),
        rule("R-2", **FOREST, relation="crosses"),
        rule("R-3", **FOREST, relation="within_distance", distance_m=150),
        rule("R-4", **FOREST, relation="outside"),
    ]
    bundle = _bundle(tmp_path, rules=rules)

    def outcomes(shape):
        told = _report(bundle, shape, margins="told")
        return {
            f.rule.id: (f.outcome.value, None if f.margin_m is None else round(f.margin_m, 2))
            for f in told.findings
        }

    deep = outcomes(point(250, 460))
    assert deep["R-1"] == ("applies", -40.0)
    assert deep["R-3"] == ("applies", -150.0)
    assert deep["R-4"][0] == "does_not_apply"
    near = outcomes(point(500, 640))  # 140 m north of the strip
    assert near["R-1"][0] == "does_not_apply"
    assert near["R-3"] == ("applies", -10.0)
    assert near["R-4"][0] == "applies"
    road = outcomes(line((500, 350), (500, 550)))
    assert road["R-2"][0] == "applies"
    told = _report(bundle, line((500, 350), (500, 550)))
    assert _finding(told, "R-2").hits[0].overlap_m == pytest.approx(100, abs=1e-3)
    assert outcomes(line((500, 150), (500, 390)))["R-2"] == ("does_not_apply", 10.0)


def test_the_cell_makes_what_is_near_an_edge_borderline(tmp_path):
    bundle = _bundle(tmp_path, rules=[rule("R-1", **FOREST)])
    assert _finding(_report(bundle, point(550, 590))).borderline  # 90 m from the strip, cells of 100 m
    assert not _finding(_report(bundle, point(550, 610))).borderline


def test_no_data_is_not_covered_and_data_without_zones_clear(tmp_path):
    bundle = _bundle(tmp_path, rules=[rule("R-1", **FOREST)])
    silent = _report(bundle, box(900, 50, 950, 100))
    assert _layer(silent).state.value == "not_covered"
    assert (_finding(silent).outcome, _finding(silent).reasons[0].value) == (
        Outcome.NOT_ASSESSED,
        "not_covered",
    )
    clear = _report(bundle, box(550, 720, 560, 730))
    assert _layer(clear).state.value == "clear"
    assert _finding(clear).outcome is Outcome.DOES_NOT_APPLY
    assert _layer(_report(bundle, box(200, 420, 210, 430))).state.value == "hit"
    assert _layer(_report(bundle, box(5000, 420, 5010, 430))).state.value == "not_covered"


@pytest.mark.parametrize("present", [True, False])
def test_a_raster_as_second_layer(tmp_path, present):
    write_tif(tmp_path / "data/cover.tif")
    first = raster(
        "first", path="data/cover.tif", cells={**MEANING, "classes": {"forest": [2, 3], "water": 9}}
    )
    asked = rule(
        "R-1", layer="first", **{"with": [{"layer": "cover", "zone_classes": ["water"], "present": present}]}
    )
    coarse = rule("R-2", layer="first", max_cell_m=99, **{"with": [{"layer": "cover", "present": present}]})
    bundle = load_bundle(make_bundle(tmp_path, [first, raster()], [asked, coarse]))
    told = _report(bundle, box(220, 120, 230, 130))  # in the ring of water
    assert _finding(told).outcome is (Outcome.APPLIES if present else Outcome.DOES_NOT_APPLY)
    assert _finding(told, "R-2").reasons[0].value == "not_covered"


@pytest.mark.parametrize(("most", "reason"), [(100.001, None), (99.999, "not_covered")])
def test_a_coarser_cell_than_the_rule_allows_says_nothing(tmp_path, most, reason):
    bundle = _bundle(tmp_path, rules=[rule("R-1", **FOREST, max_cell_m=most)])
    for shape in (box(200, 420, 210, 430), box(550, 720, 560, 730)):  # in the strip, and far from it
        found = _finding(_report(bundle, shape))
        assert [r.value for r in found.reasons] == ([reason] if reason else [])
        assert (found.outcome is Outcome.NOT_ASSESSED) is (reason is not None)


def test_a_terrain_model_of_37_km_asked_for_25_degrees_is_never_clear(tmp_path):
    """ETOPO2 reaches 14.8° in the nine districts: no patch is steep, and that must acquit nobody."""
    demo = Path(__file__).parents[2] / "layers/demo/data"
    units = gpd.read_parquet(demo / "admin_unit.parquet")
    with rasterio.open(demo / "source/terrain.asc") as grid:
        metres, place = grid.read(1).astype(float), grid.transform
        nine = geometry_mask(
            units.geometry[units["in_bundle"]], grid.shape, place, all_touched=True, invert=True
        )
    north, east = np.gradient(metres, 3700.0, 3170.0)
    degrees = np.degrees(np.arctan(np.hypot(north, east))).astype(np.float32)
    degrees[~nine] = np.nan
    assert np.nanmax(degrees) == pytest.approx(14.8, abs=0.05)
    write_tif(tmp_path / "data/slope.tif", degrees, place=tuple(place)[:6], crs="EPSG:4490")
    dem = raster(
        "steep_slope",
        path="data/slope.tif",
        classes=["dem"],
        cells={"classes": {"dem": {"from": 25, "to": 90}}, "no_zone": {"from": 0, "to": 25}},
        min_rows=0,
    )
    bundle = load_bundle(make_bundle(tmp_path, [dem], rulebook="builtin"))
    (edition,) = bundle.layers["steep_slope"].editions
    assert (edition.faults, len(edition.zones), edition.cell_m) == ((), 0, pytest.approx(3700, abs=30))
    for lon, lat in ((108.66, 31.95), (105.9, 32.6), (103.76, 29.56), (105.84, 30.19), (106.75, 31.86)):
        part = Part(site=Site(geometry=shapely.Point(lon, lat)), activity="ROAD", facts=())
        told = next(check_projects(bundle, [Project(parts=(part,))], ON)).parts[0]
        found = _finding(told, "SW-02")
        assert (found.outcome, found.reasons[0].value) == (Outcome.NOT_ASSESSED, "not_covered")
        assert not told.complete


# ------------------------------------------------------------------------------------------------ faults


def _faults(edition):
    return [fault.hint.en for fault in edition.faults]


@pytest.mark.parametrize(
    ("values", "file", "keys", "english"),
    [
        (CELLS, {"crs": None}, {}, "names no CRS"),
        (CELLS, {"place": None}, {}, "no place on the ground"),
        (CELLS, {"crs": "EPSG:4326"}, {}, "out of range"),
        (CELLS, {"place": (100, 0, 3_320_000, 0, -100, 501_000)}, {}, "easting and northing swapped"),
        (CELLS, {"place": (0.01, 0, 105, 0, -0.01, 31)}, {}, "look like degrees"),
        (CELLS, {}, {"crs": "EPSG:4490"}, "disagrees with the file"),
        (CELLS, {"nodata": 9}, {}, "nodata value disagrees"),
        (CELLS, {"nodata": 3}, {"cells": {**MEANING, "nodata": None}}, "nodata value is listed"),
        (np.stack([CELLS, CELLS]), {}, {}, "several bands"),
        (CELLS, {}, {"cells": {**MEANING, "band": 2}}, "several bands"),
        (CELLS.astype(np.complex64), {}, {}, "not plain numbers"),
        (np.zeros_like(CELLS), {}, {}, "no cell says anything"),
    ],
)
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")  # of our own writing
def test_a_raster_that_cannot_be_taken_has_failed(tmp_path, values, file, keys, english):
    edition = _edition(tmp_path, values, file=file, **keys)
    assert edition.zones is None
    assert edition.coverage is None
    assert any(english in told for told in _faults(edition)), _faults(edition)
    told = _report(_bundle(tmp_path, values, [rule("R-1", **FOREST)], file=file, **keys), point(250, 450))
    assert _finding(told).reasons[0].value == "failed"


def test_a_declared_crs_places_a_file_that_names_none(tmp_path):
    assert _edition(tmp_path, file={"crs": None}, crs="EPSG:4544").faults == ()


def test_the_band_that_is_named_is_read(tmp_path):
    bands = np.stack([np.zeros_like(CELLS), CELLS])
    edition = _edition(tmp_path, bands, cells={**MEANING, "band": 2})
    assert (edition.faults, len(edition.zones)) == ((), 5)


def test_a_value_nobody_listed_is_a_fault_and_says_nothing(tmp_path):
    cells = CELLS.copy()
    cells[0, 4:6] = 7
    edition = _edition(tmp_path, cells)
    (fault,) = edition.faults
    assert (fault.given, fault.hint.en[:19]) == ("7 (r0 c4): 2", "cell values that ce")
    assert len(edition.zones) == 5
    assert float(area_m2(edition.coverage)) == pytest.approx(92e4, rel=1e-6)
    # What is there convicts; the silence of a failed layer does not acquit.
    bundle = _bundle(tmp_path, cells, [rule("R-1", **FOREST)])
    assert _finding(_report(bundle, point(250, 450))).outcome is Outcome.APPLIES
    assert _finding(_report(bundle, point(550, 750))).reasons[0].value == "failed"


def test_a_nodata_value_that_nobody_declares_is_a_value_like_others(tmp_path):
    (fault,) = _edition(tmp_path, cells={**MEANING, "nodata": None}).faults
    assert fault.given == "0 (r7 c8): 6"


@pytest.mark.parametrize(
    "content", [b"", b"II*\0 no tiff", "cut", "<VRTDataset rasterXSize='1' rasterYSize='1'/>"]
)
def test_a_damaged_or_virtual_file_has_failed(tmp_path, content):
    path = write_tif(tmp_path / "data/cover.tif", np.tile(CELLS, (30, 30)))
    whole = path.read_bytes()
    path.write_bytes(
        whole[: len(whole) // 2]
        if content == "cut"
        else content
        if isinstance(content, bytes)
        else content.encode()
    )
    edition = load_bundle(make_bundle(tmp_path, [raster()])).layers["cover"].editions[0]
    assert edition.zones is None
    assert "cannot be read" in edition.faults[0].hint.en
    assert str(tmp_path) not in edition.faults[0].given


def test_a_format_that_is_not_read_and_a_missing_file(tmp_path):
    write_tif(tmp_path / "data/cover.img")
    edition = load_bundle(make_bundle(tmp_path, [raster(path="data/cover.img")])).layers["cover"].editions[0]
    assert _faults(edition) == ["a raster of a format that is not read"]
    edition = load_bundle(make_bundle(tmp_path, [raster(path="data/none.tif")])).layers["cover"].editions[0]
    assert set(_faults(edition)) == {"the file is missing"}


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")  # of our own writing
def test_nothing_beside_the_file_is_read(tmp_path):
    write_tif(tmp_path / "data/cover.tif", crs=None, place=None)
    (tmp_path / "data/cover.tfw").write_text("100\n0\n0\n-100\n500050\n3320950\n")
    (tmp_path / "data/cover.tif.aux.xml").write_text("<PAMDataset><SRS>EPSG:4544</SRS></PAMDataset>")
    edition = load_bundle(make_bundle(tmp_path, [raster()])).layers["cover"].editions[0]
    assert any("world file beside it is not read" in told for told in _faults(edition))


def test_a_text_grid_and_its_prj_are_one_file(tmp_path):
    body = "\n".join(" ".join(map(str, row)) for row in CELLS.tolist())
    corner = f"xllcorner {ORIGIN[0]:.0f}\nyllcorner {ORIGIN[1]:.0f}\n"
    head = f"ncols 10\nnrows 10\n{corner}cellsize 100\nNODATA_value 0\n"
    (tmp_path / "data").mkdir()
    (tmp_path / "data/cover.asc").write_text(head + body + "\n")
    bare = load_bundle(make_bundle(tmp_path, [raster(path="data/cover.asc")])).layers["cover"].editions[0]
    assert any("names no CRS" in told for told in _faults(bare))
    (tmp_path / "data/cover.prj").write_text(rasterio.CRS.from_epsg(4544).to_wkt())
    edition = load_bundle(make_bundle(tmp_path, [raster(path="data/cover.asc")])).layers["cover"].editions[0]
    assert (edition.faults, len(edition.zones)) == ((), 5)
    assert edition.sha256 != bare.sha256


@pytest.mark.parametrize(
    ("keys", "given"),
    [
        ({"rows": 4}, "5"),
        ({"min_rows": 6}, "5"),
        ({"sha256": "0" * 64}, None),
        ({"cells": {**MEANING, "no_zone": [1, 2, 3], "classes": {"forest": 9}}}, "0"),
    ],
)
def test_rows_are_patches_and_the_digest_is_the_file(tmp_path, keys, given):
    edition = _edition(tmp_path, **keys)
    (fault,) = edition.faults
    assert given is None or fault.given == given
    assert edition.zones is not None


def test_no_zone_at_all_is_lawful_where_declared(tmp_path):
    cells = {"classes": {"forest": 9}, "no_zone": [1, 2, 3], "nodata": 0}
    bundle = _bundle(tmp_path, rules=[rule("R-1", **FOREST)], cells=cells, min_rows=0)
    assert bundle.layers["cover"].editions[0].faults == ()
    assert _finding(_report(bundle, point(250, 450))).outcome is Outcome.DOES_NOT_APPLY


@pytest.mark.parametrize(
    ("room", "limit", "english"),
    [("raster_file", "MOST_CELLS", "too many cells"), ("raster", "MOST_SIDES", "part too often")],
)
def test_a_raster_beyond_the_limits_says_so(tmp_path, monkeypatch, room, limit, english):
    monkeypatch.setattr(getattr(layers, room), limit, 50)
    edition = _edition(tmp_path)
    assert edition.zones is None
    assert english in edition.faults[0].hint.en


def test_an_old_datum_needs_a_stated_accuracy(tmp_path):
    place = (100, 0, 35_500_000, 0, -100, 3_321_000)
    told = _faults(_edition(tmp_path, file={"place": place, "crs": "EPSG:2359"}))
    assert any("100 m or worse" in text for text in told), told


# ------------------------------------------------------------------------------------------------ catalogue


def _told(folder, **keys):
    write_tif(folder / "data/cover.tif")
    with pytest.raises(Exception, match="cover") as caught:
        load_bundle(make_bundle(folder, [raster(**keys)]))
    return [f"{p.where.partition(' ')[2]}: {p.hint.en}" for p in caught.value.problems]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"cells": None}, "cover.cells: the required key cells is missing"),
        ({"cells": {}}, "cover.cells.classes: the required key classes is missing"),
        ({"cells": {"classes": {}}}, "cover.cells.classes: this may not be empty"),
        ({"cells": {**MEANING, "bands": 1}}, "cover.cells.bands: unknown key"),
        (
            {"cells": {**MEANING, "classes": {"wood": 2}}},
            "cover.cells: classes of the cells that the catalogue does not list",
        ),
        ({"cells": {**MEANING, "no_zone": [1, 2]}}, "cover.cells: a cell value has two meanings"),
        (
            {"cells": {**MEANING, "no_zone": {"from": 0, "to": 2.5}}},
            "cover.cells: a cell value has two meanings",
        ),
        ({"cells": {**MEANING, "no_zone": [{"from": 3}]}}, "cover.cells: a cell value has two meanings"),
        ({"cells": {**MEANING, "nodata": 3}}, "cover.cells: a cell value has two meanings"),
        ({"cells": {**MEANING, "no_zone": {"from": 1, "to": 1}}}, "a range needs from or to"),
        ({"cells": {**MEANING, "no_zone": {"from": 1, "to": 0}}}, "a range needs from or to"),
        ({"cells": {**MEANING, "no_zone": {}}}, "a range needs from or to"),
        ({"cells": {**MEANING, "no_zone": "1"}}, "a number is wanted"),
        ({"cells": {**MEANING, "band": 0}}, "cover.cells.band: a whole number is wanted"),
        ({"fields": {"zone_id": "fid"}}, "a raster has no columns"),
        ({"fields": {"zone_class": {"constant": "forest"}}}, "a raster has no columns"),
        ({"table": "t"}, "cover.table: unknown key"),
        ({"encoding": "gb18030"}, "cover.encoding: unknown key"),
        ({"kind": "vector"}, "cover.cells: unknown key"),
    ],
)
def test_what_the_catalogue_may_say_of_cells(tmp_path, keys, told):
    assert any(told in text for text in _told(tmp_path, **keys)), _told(tmp_path, **keys)


def test_editions_keep_the_meaning_of_cells_unless_they_say_otherwise(tmp_path):
    write_tif(tmp_path / "data/old.tif", CELLS + 10)
    old = {"edition": "old", "valid_from": date(2020, 1, 1), "path": "data/old.tif"}
    new = {"classes": {"forest": 12, "water": 13}, "no_zone": 11, "nodata": 10}
    same = _bundle(tmp_path, editions=[old]).layers["cover"].editions[1]
    assert same.faults[0].given.startswith("10 (r7 c8), 11")
    other = _bundle(tmp_path, editions=[{**old, "cells": new}]).layers["cover"].editions[1]
    assert (other.faults, len(other.zones)) == ((), 5)
