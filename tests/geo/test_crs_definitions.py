"""A definition in a file is taken for a code only where both put its numbers at the same places."""

import re

import pyproj
import pytest

from geo.crs import crs_from_wkt, parse_crs
from geo.errors import InputError

DEGREES = (
    'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,'
    '298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
XIAN = (
    'GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140.0,298.257]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


def gauss(degrees: str = DEGREES, **other: float) -> str:
    """A zone as ESRI writes it, called that of 105°E whatever its numbers are."""
    numbers = {
        "False_Easting": 500000.0,
        "False_Northing": 0.0,
        "Central_Meridian": 105.0,
        "Scale_Factor": 1.0,
        "Latitude_Of_Origin": 0.0,
        "metre": 1.0,
    } | other
    unit = numbers.pop("metre")
    parts = ",".join(f'PARAMETER["{name}",{value}]' for name, value in numbers.items())
    name = "CGCS2000_3_Degree_GK_CM_105E"
    units = "Meter" if unit == 1.0 else "Foot"
    return f'PROJCS["{name}",{degrees},PROJECTION["Gauss_Kruger"],{parts},UNIT["{units}",{unit}]]'


def test_a_definition_is_the_code_it_says():
    assert crs_from_wkt(gauss()).name == "EPSG:4544"
    assert crs_from_wkt(gauss(False_Easting=35500000.0)).name == "EPSG:4523"
    assert crs_from_wkt(gauss(XIAN)).name == "EPSG:2380"
    assert crs_from_wkt(DEGREES).name == "EPSG:4490"


@pytest.mark.parametrize("code", [2343, 4490, 4523, 4544, 32648])
@pytest.mark.parametrize("dialect", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_every_dialect_of_a_code(code: int, dialect: str):
    """3° and 6° zones share meridians: their codes are told apart by their own names."""
    assert crs_from_wkt(pyproj.CRS.from_epsg(code).to_wkt(dialect)).name == f"EPSG:{code}"


@pytest.mark.parametrize("code", [4507, 4544, 2343, 2380])
def test_a_name_goes_before_a_twin(code: int):
    """The same numbers bear two codes; without its own number a definition is the one whose name it has."""
    numbered = pyproj.CRS.from_epsg(code).to_wkt("WKT1_GDAL")
    assert crs_from_wkt(re.sub(r',AUTHORITY\["EPSG","\d+"\]', "", numbered)).name == f"EPSG:{code}"


@pytest.mark.parametrize(
    "definition",
    [
        gauss(Central_Meridian=106.5),
        gauss(False_Easting=50000.0, False_Northing=-3000000.0),
        gauss(False_Easting=0.0),
        gauss(Scale_Factor=0.9996),
        gauss(metre=0.3048),
        gauss(XIAN, Central_Meridian=106.5),
        DEGREES.replace('"Greenwich",0.0', '"Paris",2.33722917'),
        DEGREES.replace('"Degree",0.0174532925199433', '"Grad",0.01570796326794897'),
    ],
)
def test_a_system_of_its_own_is_taken_for_no_other(definition: str):
    """It bears the name of a zone 140 km away, or of other units: read as that, every site would be wrong."""
    with pytest.raises(InputError) as refused:
        crs_from_wkt(definition)
    assert "CGCS2000" in refused.value.problems[0].hint.en
    assert "EPSG" in refused.value.problems[0].hint.zh


def test_parameters_in_a_definition_go_with_its_name():
    shifted = XIAN.replace("298.257]", "298.257],TOWGS84[24,-123,-94,0,0,0,0]")
    assert crs_from_wkt(gauss(shifted)).helmert == (24.0, -123.0, -94.0, 0.0, 0.0, 0.0, 0.0)
    nothing = DEGREES.replace("298.257222101]", "298.257222101],TOWGS84[0,0,0,0,0,0,0]")
    assert crs_from_wkt(gauss(nothing)).name == "EPSG:4544"


def test_a_code_may_be_named_by_its_address():
    assert parse_crs("http://www.opengis.net/def/crs/EPSG/0/4490").name == "EPSG:4490"
