"""The survey grid of an export: one Gauss-Krüger zone of CGCS2000, that of most of the sites."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.crs import Crs, from_lonlat, parse_crs
from geo.gauss import Datum, GaussZone, gauss_zone, zone_of_easting
from geo.measure import Objects
from geo.model import Text

_WIDTH_DEG = 3
_FIRST, _LAST = 25, 45
_FARTHEST_DEG = 6.0
"""Degrees from the meridian that are projected at all; what then lies too far for the zone is not drawn."""

_LONGEST_DEG = 0.004
"""Longer edges get points between: shorter ones, straight in the plane, are off by less than 5 mm."""

_STRAIGHT_M = 1e-5
"""What lies nearer than this to the line between its neighbours was put there when the site was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """A grid whose eastings bear the zone's number.

    Attributes
    ----------
    elsewhere
        Sites that lie in other zones.
    """

    zone: GaussZone
    elsewhere: int

    @property
    def crs(self) -> Crs:
        """Its CRS."""
        return parse_crs(self.zone.crs)

    def drawn(self, shapes: Objects) -> Objects:
        """Shapes in metres, easting first, long edges bent as they run; None where there is none near enough.

        Corners that reading a projected site put on its straight edges are taken out again.
        """
        here = np.array([shape is not None and self._is_near(shape) for shape in shapes], dtype=bool)
        out = np.full(len(shapes), None, dtype=object)
        if here.any():
            bent = from_lonlat(shapely.segmentize(shapes[here], _LONGEST_DEG), self.crs, densify=False)
            out[here] = _without_straight(np.asarray(bent, dtype=object))
        for place in np.flatnonzero(here):
            if any(zone_of_easting(east) != self.zone for east in shapely.bounds(out[place])[[0, 2]]):
                out[place] = None
        return out

    def remarks(self) -> tuple[Text, ...]:
        """Which grid it is, and that sites of other zones are drawn in it too."""
        named = Text(
            f"坐标：{self.zone.title.zh}，X 为北坐标，Y 为东坐标（含带号）",
            f"coordinates: {self.zone.title.en}, X north, Y east with the zone's number",
        )
        if not self.elsewhere:
            return (named,)
        return (
            named,
            Text(
                f"{self.elsewhere} 个选址位于其他 3 度带，也按该带投影：离中央经线越远，图上长度越偏大",
                f"{self.elsewhere} sites lie in other 3° zones and are drawn in this one: lengths in the "
                "plane grow with the distance from its meridian",
            ),
        )

    def _is_near(self, shape: Geometry) -> bool:
        west, _, east, _ = shape.bounds
        middle = self.zone.meridian_deg
        return bool(max(abs(west - middle), abs(east - middle)) <= _FARTHEST_DEG)


def _without_straight(shapes: Objects) -> Objects:
    """Shapes without corners on a straight edge; those that are hardly more than a line stay as they are."""
    plain = np.asarray(shapely.simplify(shapes, _STRAIGHT_M, preserve_topology=False), dtype=object)
    whole = shapely.get_num_geometries(plain) == shapely.get_num_geometries(shapes)
    return np.where(whole & ~shapely.is_empty(plain), plain, shapes)


def plane_of(shapes: Iterable[Objects]) -> Plane:
    """The zone of most sites, by the middle of each; of two the western one; 105°E where there is no site."""
    counted: Counter[int] = Counter()
    for some in shapes:
        bounds = shapely.bounds(some[[shape is not None for shape in some]])
        zones = np.floor((bounds[:, [0, 2]].mean(axis=1) + _WIDTH_DEG / 2) / _WIDTH_DEG)
        counted.update(np.clip(zones, _FIRST, _LAST).astype(int).tolist())
    zone = min(counted, key=lambda number: (-counted[number], number), default=35)
    return Plane(
        zone=gauss_zone(Datum.CGCS2000, _WIDTH_DEG, zone=zone, prefixed=True),
        elsewhere=counted.total() - counted[zone],
    )
