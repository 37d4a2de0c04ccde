"""Metres and square metres on the CGCS2000 ellipsoid.

Areas: edges straight in longitude/latitude, integrated exactly over the authalic function (the survey
formula of 国土调查办发〔2008〕32号 is its series). Lengths and distances: geodesics. Nothing is measured in
degrees or in Web Mercator.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from threading import get_ident
from typing import TypeVar

import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry as Geometry

from geo.few import some

Floats = NDArray[np.float64]
Objects = NDArray[np.object_]
Shape = TypeVar("Shape", Geometry, Objects)

SEMI_MAJOR_M = 6378137.0
INVERSE_FLATTENING = 298.257222101
"""CGCS2000 ellipsoid (EPSG:1024)."""

AREA_METHOD = "CGCS2000 ellipsoid, edges straight in longitude/latitude, authalic integral"
DISTANCE_METHOD = (
    "points: foot on each edge; others: nearest pair in site-centred transverse Mercator frames; "
    "reported as CGCS2000 geodesic"
)

GEOD = pyproj.Geod(a=SEMI_MAJOR_M, rf=INVERSE_FLATTENING)
_E2 = (2.0 - 1.0 / INVERSE_FLATTENING) / INVERSE_FLATTENING
_E = float(np.sqrt(_E2))
_NODES, _HALF_WEIGHTS = np.polynomial.legendre.leggauss(4) / np.array([[1.0], [2.0]])
POINT, LINE, POLYGON = 0, 1, 2
"""Dimensions of shapes, as `shapely.get_dimensions` gives them."""

TOLERANCE_M = 0.0005
"""What lies nearer to a polygon's border than this lies on it: noise, not a margin of safety."""

LINE_TOLERANCE_M = 0.01
"""What lies nearer to a line or point zone than this meets it (DESIGN §4, of points; of all sites alike)."""

_POLYGON_TYPE, _MANY = 3, 4
"""Types of shapely: a polygon of one part; from which on a shape is made of others."""

_EDGE_DEG = 0.0017
LONG_EDGE_DEG = 0.02
"""Longer edges are split before their length is taken."""

_LEAST_WINDOW_DEG = 1e-8
"""A window around a point has some size even where the reach is 0."""


def _authalic(phi: Floats) -> Floats:
    """q(φ) = ∫ of the zone area density from the equator, in a²/2 per radian of longitude (φ in radians)."""
    s = np.sin(phi)
    out: Floats = (1.0 - _E2) * (s / (1.0 - _E2 * s * s) + np.arctanh(_E * s) / _E)
    return out


def _ring_areas(rings: Objects) -> Floats:
    """Unsigned ellipsoidal area of each ring, or polygon of one ring (m²)."""
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    lon, lat = np.radians(xy).T
    same = ring[1:] == ring[:-1]
    owner = ring[:-1][same]
    dlon = (lon[1:] - lon[:-1])[same]
    middle, half = (lat[1:] + lat[:-1])[same] / 2.0, (lat[1:] - lat[:-1])[same] / 2.0
    # One call for all: on the few vertices of a site the calls cost more than the sines.
    places = np.empty((1 + len(_NODES), len(owner)))
    places[0] = lat[np.searchsorted(ring, owner)]
    places[1:] = middle + half * _NODES[:, None]
    first_q, *nodes_q = _authalic(places)
    mean = -first_q
    for weight, node_q in zip(_HALF_WEIGHTS, nodes_q, strict=True):
        mean += weight * node_q
    sums = np.bincount(owner, weights=mean * dlon, minlength=len(rings))
    out: Floats = np.abs(sums) * SEMI_MAJOR_M**2 / 2.0
    return out


def area_m2(geometry: Geometry | Objects) -> Floats:
    """Ellipsoidal area in m² of polygons in EPSG:4490 longitude/latitude; 0 for points and lines.

    Parameters
    ----------
    geometry
        One geometry or an array of shape (n,); collections count their polygons.

    Returns
    -------
    numpy.ndarray
        Shape () or (n,).
    """
    flat = np.asarray(geometry, dtype=object)
    shape, flat = flat.shape, flat.reshape(-1)
    if _are_plain(flat):
        return _ring_areas(flat).reshape(shape)
    parts, owner = _single_parts(flat)
    polygons = shapely.get_dimensions(parts) == POLYGON
    rings, polygon = shapely.get_rings(parts[polygons], return_index=True)
    if len(rings) == 0:
        return np.zeros(shape)
    signed = _ring_areas(rings)
    signed[1:][polygon[1:] == polygon[:-1]] *= -1.0  # the first ring of a polygon bounds it, others are holes
    total = np.bincount(owner[polygons][polygon], weights=signed, minlength=len(flat))
    return np.asarray(total.reshape(shape), dtype=float)


def _are_plain(shapes: Objects) -> bool:
    """Whether all are polygons of one part without holes: then each is its ring."""
    one_part = np.count_nonzero(shapely.get_type_id(shapes) == _POLYGON_TYPE) == len(shapes)
    return one_part and not np.count_nonzero(shapely.get_num_interior_rings(shapes))


def _single_parts(shapes: Objects) -> tuple[Objects, NDArray[np.intp]]:
    """Points, lines and polygons of shapes, of collections within collections too, and whose they are."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    if not some(shapely.get_type_id(parts) >= _MANY):
        return parts, owner
    parts, again = shapely.get_parts(parts, return_index=True)
    return parts, owner[again]


def length_m(geometry: Geometry | Objects) -> Floats:
    """Length in m of lines in EPSG:4490 longitude/latitude; 0 for points and polygons.

    Edges longer than 0.02° are split first, since straight in longitude/latitude is not quite the geodesic.
    """
    flat = np.asarray(geometry, dtype=object)
    shape, flat = flat.shape, flat.reshape(-1)
    parts, owner = _single_parts(flat)
    lines = shapely.get_dimensions(parts) == LINE
    if not some(lines):
        return np.zeros(shape)
    owner = owner[lines]
    xy, line = shapely.get_coordinates(shapely.segmentize(parts[lines], LONG_EDGE_DEG), return_index=True)
    if len(xy) == 0:
        return np.zeros(shape)
    same = line[1:] == line[:-1]
    pairs = np.column_stack([xy[:-1], xy[1:]])[same]
    metres = geodesic_m(pairs[:, 0], pairs[:, 1], pairs[:, 2], pairs[:, 3])
    total = np.bincount(owner[line[:-1][same]], weights=metres, minlength=len(flat))
    return np.asarray(total.reshape(shape), dtype=float)


def geodesic_m(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> Floats:
    """Geodesic distance in metres between points in degrees."""
    return np.asarray(GEOD.inv(lon1, lat1, lon2, lat2)[2], dtype=float)


def densified(shape: Shape) -> Shape:
    """One geometry in degrees or many, with edges short enough (≤ 200 m) to be straight in any frame near."""
    dense: Shape = shapely.segmentize(shape, _EDGE_DEG)
    return dense


@dataclass(frozen=True, slots=True)
class Frame:
    """A plane centred on a site: transverse Mercator, true to 1 mm per km within 9 km of its centre.

    Larger sites have one for each tile (`geo.tiles`). It depends on the site alone, so that a check gives the
    same numbers in any batch.
    """

    lon: float
    lat: float

    def project(self, geometry: Geometry) -> Geometry:
        """A geometry in degrees to metres, edges densified (≤ 200 m) first."""
        flat: Geometry = self.project_all(np.array([geometry], dtype=object))[0]
        return flat

    def project_all(self, geometries: Objects) -> Objects:
        """The same for an array of geometries."""
        return np.asarray(
            shapely.transform(shapely.segmentize(geometries, _EDGE_DEG), self._forward), dtype=object
        )

    def degrees(self, xy: Floats) -> Floats:
        """Points in metres, shape (n, 2), back to degrees."""
        lon, lat = _plane(get_ident()).transform(xy[:, 0], xy[:, 1] + self._north_m, direction="INVERSE")
        return np.column_stack([lon + self.lon, lat])

    def _forward(self, xy: Floats) -> Floats:
        east, north = _plane(get_ident()).transform(xy[:, 0] - self.lon, xy[:, 1])
        return np.column_stack([east, north - self._north_m])

    @property
    def _north_m(self) -> float:
        """How far north of the equator its centre lies in the plane of its meridian."""
        return _meridian_m(self.lat, get_ident())


@lru_cache(maxsize=256)
def _meridian_m(lat: float, thread: int) -> float:
    return float(_plane(thread).transform(0.0, lat)[1])


@lru_cache(maxsize=64)
def _plane(thread: int) -> pyproj.Transformer:  # noqa: ARG001 - each thread has its own: PROJ's are not shared
    """The plane of a meridian, from the equator: that of any site but for a shift, and made once for all."""
    return pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
        f"+step +proj=tmerc +lon_0=0 +lat_0=0 +k=1 +a={SEMI_MAJOR_M} +rf={INVERSE_FLATTENING}"
    )


def window(bounds: Iterable[float], reach_m: float) -> tuple[float, float, float, float]:
    """Box in degrees that holds everything within ``reach_m`` metres of ``bounds``, and a little more."""
    xmin, ymin, xmax, ymax = (float(side) for side in bounds)
    dlat = reach_m / 110_500.0
    dlat = max(dlat, _LEAST_WINDOW_DEG)
    top = min(89.0, max(abs(ymin), abs(ymax)) + dlat)
    dlon = dlat / math.cos(math.radians(top))
    return xmin - dlon, ymin - dlat, xmax + dlon, ymax + dlat
