"""The service area: where a bundle's sites are expected, and what a place in it is called."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry as Geometry

from geo.index.zones import ZoneIndex
from geo.measure import Floats, Objects
from geo.model import Bundle, Text
from geo.once import Once
from geo.zone_columns import values_of

Bools = NDArray[np.bool_]

_DISTRICTS = "admin_unit"
_VECTOR = "vector"
_BESIDE_DEG = 0.02
"""More than the shift of any datum."""

_UNNAMED = Text("图层覆盖范围", "the ground that the layers cover")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceArea:
    """Where sites are expected.

    Attributes
    ----------
    home
        The bundle's own districts, and what its vector layers cover; EPSG:4490.
    whole
        The same with the neighbouring districts that the bundle names.
    districts, names
        Shapes and names of the districts, own ones first; both of one length.
    """

    home: Geometry
    whole: Geometry
    districts: Objects
    names: tuple[str, ...]
    indexed: list[ZoneIndex] = field(default_factory=list)
    borders: list[shapely.STRtree] = field(default_factory=list)

    def holds(self, shape: Geometry) -> bool:
        """Whether any of a shape lies in the whole area."""
        return bool(shapely.intersects(self.whole, shape))

    def at_home(self, shape: Geometry) -> bool:
        """Whether any of a shape lies at home."""
        return bool(shapely.intersects(self.home, shape))

    def of_points(self, lon: Floats, lat: Floats) -> tuple[Bools, Bools]:
        """Of points (shape (n,)): whether each lies at home, and in the whole area."""
        if not self.indexed:
            self.indexed.append(ZoneIndex.build(np.array([self.home, self.whole], dtype=object)))
        pairs = self.indexed[0].pairs(lon, lat)
        told = np.zeros((2, len(lon)), dtype=bool)
        told[pairs.zone, pairs.point] = True
        return told[0], told[1]

    def may_hold(self, lonlat: Floats) -> Bools:
        """Of points (shape (n, 2)): whether each lies in the area or less than two kilometres beside it."""
        if len(self.indexed) < 2:  # noqa: PLR2004  that of the area itself comes first
            self.of_points(np.zeros(0), np.zeros(0))
            wide = np.array([shapely.buffer(self.whole, _BESIDE_DEG)], dtype=object)
            self.indexed.append(ZoneIndex.build(wide))
        pairs = self.indexed[1].pairs(lonlat[:, 0].copy(), lonlat[:, 1].copy())
        held: Bools = np.zeros(len(lonlat), dtype=bool)
        held[pairs.point] = True
        return held

    def beside_border(self, lonlat: Floats, away_deg: float) -> int:
        """How many of points (shape (n, 2)) lie so near a border of districts, or of the area without any."""
        if not self.borders:
            shapes = self.districts if len(self.districts) else np.array([self.whole], dtype=object)
            self.borders.append(shapely.STRtree(_edges(shapes)))
        points = shapely.points(lonlat)
        return len(np.unique(self.borders[0].query(points, predicate="dwithin", distance=away_deg)[0]))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the whole area, degrees."""
        west, south, east, north = shapely.bounds(self.whole).tolist()
        return west, south, east, north

    def called(self, shape: Geometry) -> Text:
        """What the place of a shape is called: its district, the bundle's own first."""
        for position in np.flatnonzero(shapely.intersects(self.districts, shape)).tolist():
            return Text(self.names[position], self.names[position])
        return _UNNAMED


_AREAS: Once[ServiceArea | None] = Once(most=16)


def service_area(bundle: Bundle) -> ServiceArea | None:
    """The area of a bundle, whatever the date; made once. None where nothing says how far it reaches."""
    return _AREAS.of(bundle, _made)


def _made(bundle: Bundle) -> ServiceArea | None:
    shapes, names, own = _districts(bundle)
    covers = _coverages(bundle, districts=bool(len(shapes)))
    home, whole = _union([*shapes[own], *covers]), _union([*shapes, *covers])
    if shapely.is_empty(whole):
        return None
    order = np.argsort(~own, kind="stable")
    return ServiceArea(
        home=whole if shapely.is_empty(home) else home,
        whole=whole,
        districts=shapes[order],
        names=tuple(names[position] for position in order.tolist()),
    )


def _districts(bundle: Bundle) -> tuple[Objects, list[str], Bools]:
    """Districts of the newest edition that holds any: shapes, names, and which are the bundle's own."""
    layer = bundle.layers.get(_DISTRICTS)
    for edition in layer.editions if layer is not None else ():
        if edition.zones is None or not len(edition.zones):
            continue
        zones = edition.zones
        ids = [str(one) for one in values_of(zones, "zone_id")]
        told = zip(values_of(zones, "name"), ids, strict=True)
        names = [f"{name} ({one})" if name else one for name, one in told]
        own = np.array([one.startswith(bundle.jurisdictions) for one in ids], dtype=bool)
        return values_of(zones, "geometry"), names, own
    return np.zeros(0, dtype=object), [], np.zeros(0, dtype=bool)


def _coverages(bundle: Bundle, *, districts: bool) -> list[Geometry]:
    """What the layers cover, each shape once; the frames of rasters, which say little, for want of others."""
    of_kind: dict[bool, dict[bytes, Geometry]] = {True: {}, False: {}}
    for layer in bundle.layers.values():
        for edition in layer.editions:
            if edition.coverage is not None and not (districts and layer.id == _DISTRICTS):
                shape = edition.coverage
                of_kind[layer.kind == _VECTOR][shapely.to_wkb(shape)] = shape
    found = of_kind[True] or ({} if districts else of_kind[False])
    return list(found.values())


def _edges(shapes: Objects) -> Objects:
    """All edges of polygons, one by one."""
    xy, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(shapes)), return_index=True)
    along = ring[1:] == ring[:-1]
    return np.asarray(shapely.linestrings(np.stack([xy[:-1][along], xy[1:][along]], axis=1)), dtype=object)


def _union(shapes: list[Geometry]) -> Geometry:
    """One shape of areas; what is not valid is made so, for here it only says roughly where."""
    there: Objects = np.array([shape for shape in shapes if shape], dtype=object)
    return shapely.union_all(shapely.make_valid(there)) if len(there) else shapely.Polygon()
