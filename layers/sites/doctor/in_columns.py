"""The doctor beside the columnar road: points that he has something to say of get it row by row, as alone.

Most points lie in the service area and are looked at all together; of those outside only such are read once
more that some slip might bring into it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.crs import parse_crs, points_to_lonlat
from geo.measure import Floats, Objects
from geo.model import Site
from geo.settle import ORDER
from layers.sites.cells.point_rows import PointRows, SiteKind
from layers.sites.cells.rows import Declared, RowMaker
from layers.sites.doctor.clinic import READINGS, Doctor, in_china, may_be_packed
from layers.sites.doctor.remedies import DATUMS, PACKED, PLAIN, Kind, Remedy
from layers.sites.doctor.remedies import ZONES as IN_ZONES
from layers.sites.doctor.told import applied_to_points
from layers.sites.read.chunks import Block

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_ZONE_DEG = 3.0
_ZONES = 20

_TOLD = SiteKind(crs="", remarks=())
"""The sort of sites whose remarks are their own."""


def examined(rows: PointRows, block: Block, maker: RowMaker, doctor: Doctor | None) -> PointRows:
    """The ordinary points, with the sites of those that the doctor has seen.

    Parameters
    ----------
    maker
        Makes the row alone; with the same doctor.
    """
    if doctor is None or not block.count:
        return rows
    # Whatever was asked for is told of every row, and may mend a refused one.
    together = _shifted(rows, block, maker, doctor)
    left = np.setdiff1d(np.arange(block.count), [one.at for one in together], assume_unique=True)
    wanted = left if doctor.treats else rows.positions[_suspected(rows, doctor)]
    made = zip(wanted.tolist(), map(maker.row, block.records(wanted)), strict=True)
    parts = [(at, row, row.part) for at, row in made if row.part is not None]
    seen = [
        Seen(at, row.site_id, Declared(part.activity, part.facts, row.on), part.site)
        for at, row, part in parts
        if _is_point(part.site) and (doctor.treats or part.site.advice)
    ]
    seen += together
    return _joined(rows, seen) if seen else rows


@dataclass(frozen=True, slots=True)
class Seen:
    """A row that the doctor has something to say of: its position in the block, and what it came to."""

    at: int
    site_id: str
    declared: Declared
    site: Site


def _shifted(rows: PointRows, block: Block, maker: RowMaker, doctor: Doctor) -> list[Seen]:
    """Points in ordinary longitude and latitude that a datum asked for moves, all at once.

    One of each sort goes through the row's own road; the others differ in numbers only.
    """
    if len(doctor.asked) != 1 or doctor.asked[0].kind is not Kind.DATUM or doctor.texts:
        return []
    given = np.column_stack([rows.lon, rows.lat])
    plain = np.array([one.crs in PLAIN and ORDER not in one.remarks for one in rows.kinds], dtype=bool)
    fits = in_china(given) & (plain[rows.kind] if len(plain) else False)
    found: list[Seen] = []
    for kind in np.unique(rows.kind[fits]):
        here = np.flatnonzero(fits & (rows.kind == kind))
        first = maker.row(block.records(rows.positions[here[:1]])[0]).site
        if first is not None and first.remedies == (doctor.asked[0].name,):
            found += _moved(rows, here, given[here], first, doctor.asked)
    return found


def _moved(
    rows: PointRows, here: Ints, given: Floats, first: Site, asked: Sequence[Remedy]
) -> Iterator[Seen]:
    """Rows of one sort, moved as the first of them was."""
    used = points_to_lonlat(given, parse_crs(first.crs))
    *remarks, _ = first.remarks
    told = applied_to_points(asked, given, used)
    ids = rows.site_id.take(pa.array(here)).to_pylist()
    accuracy = rows.accuracy_m[here].tolist()
    shapes = [*np.asarray(shapely.points(used))]
    for at, shape, text, one, metres in zip(here.tolist(), shapes, told, ids, accuracy, strict=True):
        site = replace(first, geometry=shape, accuracy_m=metres, remarks=(*remarks, text))
        yield Seen(int(rows.positions[at]), one, rows.declarations[rows.declaration[at]], site)


def _is_point(site: Site) -> bool:
    """Whether the columns can answer a site."""
    return site.geometry.geom_type == "Point" and site.datum_known


def _suspected(rows: PointRows, doctor: Doctor) -> Ints:
    """Points outside the area that a slip may have brought there; a few too many rather than one too few."""
    _, whole = doctor.area.of_points(rows.lon, rows.lat)
    out = np.flatnonzero(~whole)
    if not len(out):
        return out
    given = np.column_stack([rows.lon[out], rows.lat[out]])
    crs = [kind.crs for kind in rows.kinds]
    as_given = np.array([one in PLAIN for one in crs], dtype=bool)[rows.kind[out]]
    metres = np.array([parse_crs(one).projected for one in crs], dtype=bool)[rows.kind[out]]
    hit = ~as_given & ~metres  # shifted datums: the numbers as given are not at hand
    hit |= as_given & _shifted_home(given, doctor)
    packed = may_be_packed(given)
    for remedies in READINGS:
        if any(one in IN_ZONES for one in remedies):
            continue
        here = np.flatnonzero((as_given & ~hit) & (packed | (PACKED not in remedies)))
        moved = given[here]
        for remedy in remedies:
            moved = remedy.move(moved, doctor.area.box)
        hit[here] |= doctor.area.may_hold(moved) & (moved != given[here]).any(axis=1)
    for steps in range(-_ZONES, _ZONES + 1):  # metres of a zone lie as far from the meridian of another
        hit[metres] |= doctor.area.may_hold(given[metres] + [_ZONE_DEG * steps, 0.0])
    found: Ints = out[hit]
    return found


def _shifted_home(given: Floats, doctor: Doctor) -> Bools:
    """Whether points just outside come to lie at home where their datum is a shifted one."""
    hit = doctor.area.may_hold(given)
    near = np.flatnonzero(hit)
    home = np.zeros(len(near), dtype=bool)
    for datum in DATUMS:
        moved = points_to_lonlat(given[near], parse_crs(datum.crs(None, given) or ""))
        home |= doctor.area.of_points(moved[:, 0].copy(), moved[:, 1].copy())[0]
    hit[near] = home
    return hit


def _joined(rows: PointRows, seen: list[Seen]) -> PointRows:
    """The points with what was found of some rows in place of what they were, or beside them."""
    at = np.array([one.at for one in seen], dtype=np.int64)
    sites = [one.site for one in seen]
    declared = {one: number for number, one in enumerate(rows.declarations)}
    codes = [declared.setdefault(one.declared, len(declared)) for one in seen]
    kept = np.flatnonzero(~np.isin(rows.positions, at))
    position = np.concatenate([rows.positions[kept], at])
    order = np.argsort(position)

    def both(mine: NDArray[Any], theirs: Sequence[float] | NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([mine[kept], np.asarray(theirs, dtype=mine.dtype)])[order]

    ids = pa.concat_arrays(
        [rows.site_id.take(pa.array(kept)), pa.array([one.site_id for one in seen], type=pa.string())]
    )
    told: Objects = np.full(len(position), None, dtype=object)
    told[len(kept) :] = sites
    return replace(
        rows,
        positions=position[order],
        rest=rows.rest[~np.isin(rows.rest, at)],
        lon=both(rows.lon, shapely.get_x([site.geometry for site in sites])),
        lat=both(rows.lat, shapely.get_y([site.geometry for site in sites])),
        accuracy_m=both(rows.accuracy_m, [site.accuracy_m for site in sites]),
        declaration=both(rows.declaration, codes),
        declarations=tuple(declared),
        kind=both(rows.kind, np.full(len(sites), len(rows.kinds))),
        kinds=(*rows.kinds, _TOLD),
        site_id=ids.take(pa.array(order)),
        sites=told[order],
    )
