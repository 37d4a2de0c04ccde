"""Which zones points lie in, exactly and by the million; which points lie on, or within 1 cm of, a border.

Most points fall into a cell that no border touches: what covers it is looked up. In the others, a point is on
the same side of a zone's border as the cell's reference point if the way between the two crosses it an even
number of times, for which only the edges in the cell count. Where rounding could decide, the zone is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.index.cells import Floats, Grid, Ints, Ranks, distinct
from geo.index.cover import Sets
from geo.index.fill import Filled, Shapes, fill
from geo.index.look import look
from geo.measure import Objects

__all__ = ["Pairs", "ZoneIndex"]

Mask = NDArray[np.bool_]

_CHUNK = 1 << 16
_SEAM_LON = 179.98
"""On the seam of longitudes and at the poles planes do not hold: every point there is near a border."""
_SEAM_LAT = 89.98
_NONE: Ints = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Points and the zones they lie in.

    Attributes
    ----------
    point, zone
        Positions in what was asked and among the zones, by point, then zone.
    near_border
        By point asked: True for every point within 1 cm of any zone's edge, or of a line or point zone, and
        perhaps for some a little farther away.
    """

    point: Ints
    zone: Ints
    near_border: Mask


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ZoneIndex:
    """Zones by the cells they cover and the cells their edges touch.

    Attributes
    ----------
    geometry
        The zones, never prepared: threads may share them.
    """

    geometry: Objects
    edges: Floats
    areal: Mask
    grid: Grid
    filled: Filled

    @classmethod
    def build(cls, geometry: Objects) -> Self:
        """Index zones.

        Parameters
        ----------
        geometry
            Shape (n,), in degrees; None and empty ones meet nothing.
        """
        zones = np.asarray(geometry, dtype=object)
        shapes = Shapes.of(zones)
        grid, filled = fill(shapes)
        return cls(geometry=zones, edges=shapes.edges, areal=shapes.areal, grid=grid, filled=filled)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it but the zones as arrays, to be stored."""
        filled = self.filled
        return {
            "edges": self.edges,
            "areal": self.areal,
            "grid": self.grid.array(),
            "bits": filled.ranks.bits,
            "before": filled.ranks.before,
            "set_before": filled.sets.before,
            "set_within": filled.sets.within,
            "set_start": filled.sets.start,
            "set_member": filled.sets.member,
            "entry_start": filled.entry_start,
            "entry_shape": filled.entry_shape,
            "entry_state": filled.entry_state,
            "slot_start": filled.slot_start,
            "slot_edge": filled.slot_edge,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], geometry: Objects) -> Self:
        """The index of the arrays that `arrays` gave, and of the zones it was built of."""
        return cls(
            geometry=np.asarray(geometry, dtype=object),
            edges=arrays["edges"],
            areal=arrays["areal"],
            grid=Grid.of_array(arrays["grid"]),
            filled=Filled(
                ranks=Ranks(bits=arrays["bits"], before=arrays["before"]),
                sets=Sets(
                    before=arrays["set_before"],
                    within=arrays["set_within"],
                    start=arrays["set_start"],
                    member=arrays["set_member"],
                ),
                entry_start=arrays["entry_start"],
                entry_shape=arrays["entry_shape"],
                entry_state=arrays["entry_state"],
                slot_start=arrays["slot_start"],
                slot_edge=arrays["slot_edge"],
            ),
        )

    def pairs(self, lon: Floats, lat: Floats) -> Pairs:
        """Every point with every zone it lies in, borders included: what `shapely.intersects` says of them.

        Parameters
        ----------
        lon, lat
            Degrees, shape (n,); NaN and infinity lie nowhere.
        """
        sure: list[Ints] = []
        unsure: list[Ints] = []
        near_border = self._seam(lon, lat)
        for first in range(0, len(lon), _CHUNK):
            chunk = slice(first, first + _CHUNK)
            here = np.flatnonzero(self.grid.inside(lon[chunk], lat[chunk])) + first
            held = look(self.grid, self.filled, self.edges, self.areal, lon[here], lat[here])
            zone = held.shape < len(self.geometry)
            sure.append(self._keys(here[held.point[zone]], held.shape[zone]))
            unsure.append(self._keys(here[held.point[~zone]], held.shape[~zone] - len(self.geometry)))
            unsure.append(self._keys(here[held.ask_point], held.ask_shape % len(self.geometry)))
            near_border[here[held.near]] = True
        keys = distinct(np.concatenate([*sure, self._asked(lon, lat, unsure), _NONE]))
        return Pairs(keys >> self._shift, keys & ((1 << self._shift) - 1), near_border)

    @property
    def _shift(self) -> int:
        return len(self.geometry).bit_length()

    def _keys(self, point: Ints, zone: Ints) -> Ints:
        return np.asarray((point << self._shift) | zone)

    def _asked(self, lon: Floats, lat: Floats, keys: list[Ints]) -> Ints:
        """Of pairs that are not sure those that the zone itself says meet."""
        ask = distinct(np.concatenate([*keys, _NONE]))
        point, zone = ask >> self._shift, ask & ((1 << self._shift) - 1)
        met: Mask = shapely.intersects_xy(self.geometry[zone], lon[point], lat[point])
        return ask[met]

    def _seam(self, lon: Floats, lat: Floats) -> Mask:
        """Points at a pole or on the seam of longitudes, where the zones reach that far."""
        west, south, east, north = self.grid.bounds
        if max(-west, east) < _SEAM_LON and max(-south, north) < _SEAM_LAT:
            return np.zeros(len(lon), dtype=bool)
        return np.asarray((np.abs(lon) > _SEAM_LON) | (np.abs(lat) > _SEAM_LAT)) & np.isfinite(lon + lat)
