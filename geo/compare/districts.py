"""Districts: whose ground a zone lies on, and which neighbour to consult across a border."""

from dataclasses import dataclass, field
from datetime import date
from typing import Self

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.compare.pieces import NOISE_M2, areal, shapes_of
from geo.ground import stretches_of
from geo.measure import Floats, Objects, area_m2, window
from geo.model import Bundle
from geo.overlays import intersection, union
from geo.tiles import distances_m, tiles_of
from geo.zone_columns import alive_on, values_of

ADMIN = "admin_unit"
"""The layer of districts, neighbours included."""

_COUNTY = "county"
_ROUNDING = 1e-8
"""Ground in no district below this share of a shape is the rounding of cutting it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A district to be consulted."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lots:
    """Shapes told apart by district.

    Attributes
    ----------
    shape, district
        Positions: the shape, and the district it has ground in; -1 is ground in no known district.
    area_m2
        Its ground there.
    """

    shape: NDArray[np.intp]
    district: NDArray[np.intp]
    area_m2: Floats

    def only(self, keep: NDArray[np.bool_]) -> "Lots":
        """Some of them."""
        return Lots(shape=self.shape[keep], district=self.district[keep], area_m2=self.area_m2[keep])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Districts:
    """The districts a bundle knows, its own and their neighbours.

    Attributes
    ----------
    geometry
        EPSG:4490 degrees.
    own
        Whether the bundle speaks for it.
    accuracy_m
        Of their borders, metres.
    """

    code: tuple[str, ...]
    name: tuple[str, ...]
    geometry: Objects
    own: tuple[bool, ...]
    accuracy_m: float
    _tree: STRtree = field(repr=False)
    _border: STRtree = field(repr=False)

    @classmethod
    def of(
        cls,
        code: tuple[str, ...],
        name: tuple[str, ...],
        geometry: Objects,
        own: tuple[bool, ...],
        accuracy_m: float,
    ) -> Self:
        """Districts from their columns; a name that is not known is its code."""
        borders = [stretches_of(shapely.boundary(one)) for one in geometry]
        return cls(
            code=code,
            name=name,
            geometry=geometry,
            own=own,
            accuracy_m=accuracy_m,
            _tree=STRtree(geometry),
            _border=STRtree(np.concatenate(borders) if borders else shapes_of([])),
        )

    @classmethod
    def none(cls) -> Self:
        """No district is known."""
        return cls.of((), (), shapes_of([]), (), 0.0)

    @property
    def ground(self) -> Geometry | None:
        """The bundle's own districts as one shape; None where none is known."""
        ours = self.geometry[np.array(self.own, dtype=bool)]
        return union(ours) if len(ours) else None

    def lots(self, shapes: Objects, size_m2: Floats | None = None) -> Lots:
        """Which ground of polygons lies in which district.

        Only what meets a border is cut; all else is looked up by one of its points.

        Parameters
        ----------
        size_m2
            Their areas, where they are known.
        """
        size = area_m2(shapes) if size_m2 is None else size_m2
        crossing = np.zeros(len(shapes), dtype=bool)
        crossing[self._border.query(shapes, predicate="intersects")[0]] = True
        district, whole = STRtree(_points(shapes)).query(self.geometry, predicate="contains")
        inside = ~crossing[whole]
        shape, home = whole[inside], district[inside]
        cut, other = self._tree.query(shapes[crossing], predicate="intersects")
        cut = np.flatnonzero(crossing)[cut]
        cut_m2 = area_m2(intersection(shapes[cut], self.geometry[other]))
        cut_m2[cut_m2 <= NOISE_M2] = 0.0  # a shape cut along a border, beside it
        shape, home = np.concatenate([shape, cut]), np.concatenate([home, other])
        held = np.concatenate([size[shape[: len(shape) - len(cut)]], cut_m2])
        rest = size - np.bincount(shape, weights=held, minlength=len(shapes))
        rest[rest <= _ROUNDING * size] = 0.0
        away = np.flatnonzero(rest > 0.0)
        return _sorted(
            np.concatenate([shape, away]),
            np.concatenate([home, np.full(len(away), -1)]),
            np.concatenate([held, rest[away]]),
        )

    def bordering(self, shapes: Objects, reach_m: float) -> NDArray[np.bool_]:
        """Which shapes may lie within a reach of a border: their boxes do."""
        out = np.zeros(len(shapes), dtype=bool)
        boxes = [shapely.box(*window(one.bounds, reach_m)) for one in shapes]
        out[self._border.query(shapes_of(boxes), predicate="intersects")[0]] = True
        return out

    def near(self, shape: Geometry, reach_m: float) -> tuple[int, ...]:
        """Positions of the districts a shape lies in or comes within a reach of."""
        found = self._tree.query(shapely.box(*window(shape.bounds, reach_m)), predicate="intersects")
        if len(found) == 0:
            return ()
        met = shapely.intersects(self.geometry[found], shape)
        away = distances_m(tiles_of(shape), shapely.boundary(self.geometry[found]), reach_m)
        return tuple(np.sort(found[met | (away <= reach_m)]).tolist())

    def consulted(self, shape: Geometry, reach_m: float) -> tuple[Neighbour, ...]:
        """Whom to consult about a shape at a border: all near but the one of ours it lies in most."""
        near = self.near(shape, reach_m)
        if len(near) == 0:
            return ()
        shared = area_m2(intersection(self.geometry[list(near)], shape))
        ours = [(m2, -at) for at, m2 in zip(near, shared.tolist(), strict=True) if self.own[at]]
        home = -max(ours)[1] if ours else None
        return tuple(Neighbour(code=self.code[at], name=self.name[at]) for at in near if at != home)


def districts_of(bundle: Bundle, on: date) -> Districts:
    """The districts of a bundle on a date: its counties, else whatever its layer of districts holds."""
    layer = bundle.layers.get(ADMIN)
    edition = None if layer is None else layer.edition_on(on)
    if edition is None or edition.zones is None:
        return Districts.none()
    zones = edition.zones
    keep = alive_on(values_of(zones, "valid_from"), values_of(zones, "valid_to"), on)
    keep &= areal(values_of(zones, "geometry"))
    counties = values_of(zones, "zone_class") == _COUNTY
    keep &= counties if counties.any() else True
    codes = [str(code) for code in values_of(zones, "zone_id")[keep]]
    names = values_of(zones, "name")[keep]
    return Districts.of(
        tuple(codes),
        tuple(str(name or code) for name, code in zip(names, codes, strict=True)),
        values_of(zones, "geometry")[keep],
        tuple(code.startswith(bundle.jurisdictions or ("",)) for code in codes),
        edition.accuracy_m,
    )


def _points(shapes: Objects) -> Objects:
    """A point of each shape's border: it lies where the whole does, if no border is met."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    first = np.searchsorted(owner, np.arange(len(shapes)))
    points: Objects = shapely.get_point(shapely.get_exterior_ring(parts[first]), 0)
    return points


def _sorted(shape: NDArray[np.intp], district: NDArray[np.intp], m2: Floats) -> Lots:
    held = np.flatnonzero(m2 > 0.0)
    order = held[np.lexsort((district[held], shape[held]))]
    return Lots(shape=shape[order], district=district[order], area_m2=m2[order])
