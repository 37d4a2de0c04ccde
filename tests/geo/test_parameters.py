"""Datum shifts by parameters that the user brings, against the geocentric formula written out."""

import numpy as np
import pyproj
import pytest
import shapely

from geo.crs import check_crs_name, from_lonlat, parse_crs, to_lonlat
from geo.errors import InputError
from geo.parameters import split_parameters, with_parameters
from geo.site import make_site

THREE = (-12.5, 101.25, 33.0)
SEVEN = (-12.5, 101.25, 33.0, 0.5, -1.25, 2.0, 3.5)
PLACE = (105.8, 32.5)
MILLIMETRE_DEG = 9e-9
XIAN80 = pyproj.Transformer.from_pipeline("+proj=cart +a=6378140 +rf=298.257")
WGS84 = pyproj.Transformer.from_pipeline("+proj=cart +ellps=WGS84")


def shifted(lon: float, lat: float, numbers: tuple[float, ...]) -> tuple[float, float]:
    """Position vector: X' = d + (1 + s) · R · X."""
    dx, dy, dz, *rest = numbers
    rx, ry, rz, ppm = rest or (0.0, 0.0, 0.0, 0.0)
    a, b, c = np.radians(np.array([rx, ry, rz]) / 3600)
    turn = np.array([[1, -c, b], [c, 1, -a], [-b, a, 1]])
    old = np.array(XIAN80.transform(lon, lat, 0.0))
    new = (dx, dy, dz) + (1 + ppm * 1e-6) * turn @ old
    found = WGS84.transform(*new, direction="INVERSE")
    return float(found[0]), float(found[1])


@pytest.mark.parametrize("numbers", [THREE, SEVEN])
@pytest.mark.parametrize("projected", [True, False])
def test_the_shift_is_the_formula(numbers: tuple[float, ...], projected: bool) -> None:
    plain = parse_crs("EPSG:2359" if projected else "EPSG:4610")
    given = from_lonlat(shapely.Point(PLACE), plain)  # face value: degrees on Xi'an 80
    name = with_parameters("西安80", numbers)
    site = make_site(given, crs=name, accuracy_m=2.0)
    assert shapely.get_coordinates(site.geometry)[0] == pytest.approx(
        shifted(*PLACE, numbers), abs=MILLIMETRE_DEG, rel=0
    )
    assert site.crs == with_parameters(plain.name, numbers)
    assert site.accuracy_m == 2.0
    told = [remark.en for remark in site.remarks]
    assert f"shifted to CGCS2000 by the {len(numbers)} parameters given" in told
    back = from_lonlat(site.geometry, parse_crs(site.crs), densify=False)
    assert shapely.distance(back, given) < (0.001 if projected else MILLIMETRE_DEG)


def test_without_an_accuracy_they_are_refused() -> None:
    with pytest.raises(InputError, match="declare the accuracy after the shift"):
        make_site(shapely.Point(PLACE), crs=with_parameters("西安80", THREE))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("西安80 +towgs84=1,2", "three numbers"),
        ("西安80 +towgs84=1,2,3,4", "three numbers"),
        ("西安80 +towgs84=1,2,x", "three numbers"),
        ("西安80 +towgs84=1,2,nan", "three numbers"),
        ("西安80 +towgs84=1,2,99999", "three numbers"),
        ("西安80 +towgs84=", "three numbers"),
        ("CGCS2000 +towgs84=1,2,3", "Xi'an 80 and Beijing 54 only"),
        ("EPSG:4523 +towgs84=1,2,3", "Xi'an 80 and Beijing 54 only"),
    ],
)
def test_what_is_no_shift_is_refused(name: str, words: str) -> None:
    for read in (check_crs_name, parse_crs):
        with pytest.raises(InputError, match=words):
            read(name)


def test_numbers_may_be_parted_by_blanks() -> None:
    assert split_parameters("西安80 3度带 +towgs84=1 -2.5; 3") == ("西安80 3度带", (1.0, -2.5, 3.0))
    assert split_parameters("西安80") == ("西安80", ())
    crs = parse_crs("EPSG:2359, towgs84: 1,-2.5,3")
    assert crs.helmert == (1.0, -2.5, 3.0)
    assert not crs.old_datum
    line = shapely.LineString([(35_575_000, 3_598_000), (35_585_000, 3_598_000)])
    assert shapely.get_num_coordinates(to_lonlat(line, crs)) == 51
