"""GCJ-02 and BD-09, the shifted datums of Chinese web maps, back to CGCS2000.

They are declared transforms, not reference systems. Source: the common open formula, which reproduces the
shift to a few metres; the shift itself is 370–490 m over the five plans' districts (reference §8.2). Outlines
published in both datums (tests/geo/test_datum.py) lie 100–680 m apart as given and 0.10 m (median; 0.21 m for
99 % of 36 000 vertices) after this inverse, which is the step their numbers are kept in.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_KRASSOVSKY_A = 6378245.0
_KRASSOVSKY_E2 = 0.00669342162296594323
_BD_PI = np.pi * 3000.0 / 180.0
_STEPS = 6
"""Steps of the inverses: from 500 m to less than the digits of a number. As many for all places, so that a
place among others is the place alone."""


def _wave(value: Floats, scale: float, terms: tuple[tuple[float, float], ...]) -> Floats:
    total = np.zeros_like(value)
    for amplitude, divisor in terms:
        total += amplitude * np.sin(value / divisor * np.pi)
    return total * scale


def gcj_shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift GCJ-02 minus WGS84 at WGS84 ``lon``, ``lat`` (degrees), as (dlon, dlat) in degrees."""
    x, y = lon - 105.0, lat - 35.0
    short = _wave(x, 2.0 / 3.0, ((20.0, 1 / 6), (20.0, 1 / 2)))
    dlat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + short
    dlat += _wave(y, 2.0 / 3.0, ((20.0, 1.0), (40.0, 3.0), (160.0, 12.0), (320.0, 30.0)))
    dlon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + short
    dlon += _wave(x, 2.0 / 3.0, ((20.0, 1.0), (40.0, 3.0), (150.0, 12.0), (300.0, 30.0)))
    phi = np.radians(lat)
    w2 = 1.0 - _KRASSOVSKY_E2 * np.sin(phi) ** 2
    metres_lat = _KRASSOVSKY_A * (1.0 - _KRASSOVSKY_E2) / (w2 * np.sqrt(w2))
    metres_lon = _KRASSOVSKY_A / np.sqrt(w2) * np.cos(phi)
    return np.degrees(dlon / metres_lon), np.degrees(dlat / metres_lat)


def gcj_to_wgs(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """GCJ-02 degrees to WGS84 degrees, by fixed-point iteration; each step is 400 times nearer."""
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    out_lon, out_lat = lon.copy(), lat.copy()
    for _ in range(_STEPS):
        dlon, dlat = gcj_shift(out_lon, out_lat)
        out_lon, out_lat = lon - dlon, lat - dlat
    return out_lon, out_lat


def wgs_to_gcj(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """WGS84 degrees to GCJ-02 degrees."""
    dlon, dlat = gcj_shift(lon, lat)
    return lon + dlon, lat + dlat


def bd_to_wgs(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """BD-09 degrees to WGS84 degrees, by way of GCJ-02; the first step by fixed-point iteration."""
    gcj_lon, gcj_lat = np.asarray(lon, dtype=float) - 0.0065, np.asarray(lat, dtype=float) - 0.006
    for _ in range(_STEPS):
        bd_lon, bd_lat = gcj_to_bd(gcj_lon, gcj_lat)
        gcj_lon, gcj_lat = gcj_lon - (bd_lon - lon), gcj_lat - (bd_lat - lat)
    return gcj_to_wgs(gcj_lon, gcj_lat)


def wgs_to_bd(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """WGS84 degrees to BD-09 degrees."""
    return gcj_to_bd(*wgs_to_gcj(lon, lat))


def gcj_to_bd(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """GCJ-02 degrees to BD-09 degrees."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006
