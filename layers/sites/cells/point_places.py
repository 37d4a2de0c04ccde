"""Where the points of a block lie: all rows of one system settled, moved and looked at together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.crs import points_to_lonlat
from geo.errors import InputError
from geo.settle import Settled, settle
from geo.site import OLD_DATUM_ACCURACY_M, lies_in_reach
from layers.sites.cells.columns import Columns, Place
from layers.sites.cells.point_cells import Floats, coordinate_cells
from layers.sites.read.chunks import Block

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class System:
    """What places were given in: a CRS as named (None = not at all), whether their order was left open."""

    name: str | None
    any_order: bool
    settled: Settled


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PointPlaces:
    """Places of the rows of a block.

    Attributes
    ----------
    x, y
        As given, shape (n,).
    lon, lat
        Degrees in EPSG:4490, shape (n,); NaN where there is none, or it wants a closer look.
    system, systems
        What each place was given in: positions of shape (n,) in the distinct ones.
    least_accuracy_m
        Least accuracy that each row may declare, metres, shape (n,).
    """

    x: Floats
    y: Floats
    lon: Floats
    lat: Floats
    system: Ints
    systems: tuple[System, ...]
    least_accuracy_m: Floats


def point_places(block: Block, columns: Columns, code: Ints, names: Sequence[str | None]) -> PointPlaces:
    """Places of the ordinary rows.

    Parameters
    ----------
    code, names
        CRS that each row names: positions of shape (n,) in the distinct names.
    """
    x, y = coordinate_cells(block, columns)
    placed = np.full((block.count, 2), np.nan)
    system = np.zeros(block.count, dtype=np.int64)
    systems: dict[System, int] = {}
    any_order = columns.place in {Place.XY, Place.PAIR}
    known = ~(np.isnan(x) | np.isnan(y))
    for number, name in enumerate(names):
        here = np.flatnonzero(known & (code == number))
        for which, settled in _settled(name, x[here], y[here], any_order=any_order):
            rows = here[which]
            xy = np.column_stack((y[rows], x[rows]) if settled.turned else (x[rows], y[rows]))
            lonlat = points_to_lonlat(xy, settled.crs)
            fine = lies_in_reach(lonlat, settled.crs)
            placed[rows[fine]] = lonlat[fine]
            system[rows] = systems.setdefault(System(name, any_order, settled), len(systems))
    least = [OLD_DATUM_ACCURACY_M if one.settled.crs.old_datum else 0.0 for one in systems]
    return PointPlaces(
        x=x,
        y=y,
        lon=placed[:, 0],
        lat=placed[:, 1],
        system=system,
        systems=tuple(systems),
        least_accuracy_m=np.array(least or [0.0])[system],
    )


def _settled(name: str | None, x: Floats, y: Floats, *, any_order: bool) -> Iterator[tuple[Ints, Settled]]:
    """Positions of the places of each system of known datum; places that are refused are in none."""
    try:
        code, found = settle(name, x, y, any_order=any_order, where="")
    except InputError:
        return
    for number, one in enumerate(found):
        if isinstance(one, Settled) and one.crs.datum_known:
            yield np.flatnonzero(code == number), one
