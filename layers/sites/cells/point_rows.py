"""Ordinary points of a block in columns; whatever is not ordinary is left for `RowMaker`, row by row.

Ordinary is a point in any CRS whose datum is known, in its range, whose other cells can be read. It gets
what `geo.site.make_site` and `RowMaker` would give it: one row of each sort goes through them, and what they
say holds for all of its sort.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa
import shapely

from geo.declare import is_blank
from geo.errors import InputError
from geo.measure import Objects
from geo.model import Site, Text
from geo.points.groups import grouped
from geo.site import WORST_ACCURACY_M, make_site
from layers import compute as pc
from layers.sites.cells.columns import Columns
from layers.sites.cells.point_cells import Bools, Floats, number_or_nan
from layers.sites.cells.point_places import Ints, PointPlaces, point_places
from layers.sites.cells.rows import Declared, Defaults, RowMaker
from layers.sites.cells.values import cell_text
from layers.sites.read.chunks import Block, Column

One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class SiteKind:
    """What holds for many sites: CRS as named, what was assumed."""

    crs: str
    remarks: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PointRows:
    """A block taken apart.

    Attributes
    ----------
    positions
        Of the ordinary points in the block, ascending, shape (n,).
    rest
        Of all other rows, ascending.
    lon, lat
        Degrees in EPSG:4490, shape (n,).
    accuracy_m
        Metres, shape (n,).
    declaration, declarations
        What each point declares: positions of shape (n,) in the distinct ones.
    kind, kinds
        What each point's site has in common with others: positions of shape (n,) in the distinct ones.
    site_id
        Arrow texts, length n.
    sites
        Sites of the points that the doctor has something to say of, shape (n,), None of the others; None
        where he has nothing to say.
    """

    positions: Ints
    rest: Ints
    lon: Floats
    lat: Floats
    accuracy_m: Floats
    declaration: Ints
    declarations: tuple[Declared, ...]
    kind: Ints
    kinds: tuple[SiteKind, ...]
    site_id: pa.Array
    sites: Objects | None = None


def point_rows(block: Block, maker: RowMaker, columns: Columns, defaults: Defaults) -> PointRows:
    """Take a block apart into ordinary points and the rest.

    Parameters
    ----------
    maker
        Of the same columns and defaults.
    """
    code, names = _names(block, columns, defaults)
    places = point_places(block, columns, code, names)
    fine = ~np.isnan(places.lon)
    if block.kept is not None:
        fine &= np.array([not (r.problems or r.remarks) for r in block.kept], dtype=bool)
    accuracy, given = _accuracies(block, columns)
    fine &= ~given | ((accuracy >= places.least_accuracy_m) & (accuracy <= WORST_ACCURACY_M))
    kind, sites = _kinds(places, fine, accuracy, given)
    fine &= np.array([site is not None for site in sites], dtype=bool)[kind]
    declaration, declared = _declarations(block, maker, columns)
    fine &= np.array([one is not None for one in declared], dtype=bool)[declaration]
    positions = np.flatnonzero(fine)
    kind, kinds = _used(kind[positions], sites)
    declaration, declarations = _used(declaration[positions], declared)
    assumed = np.array([site.accuracy_m for site in kinds], dtype=np.float64)
    return PointRows(
        positions=positions,
        rest=np.flatnonzero(~fine),
        lon=places.lon[positions],
        lat=places.lat[positions],
        accuracy_m=np.where(given[positions], accuracy[positions], assumed[kind] if kinds else 0.0),
        declaration=declaration,
        declarations=declarations,
        kind=kind,
        kinds=tuple(SiteKind(site.crs, site.remarks) for site in kinds),
        site_id=_site_ids(block, maker, columns, positions),
    )


def _used(code: Ints, values: Sequence[One | None]) -> tuple[Ints, tuple[One, ...]]:
    """Codes and values of those that occur; all of them are something."""
    found = np.flatnonzero(np.bincount(code, minlength=len(values)))
    place = np.zeros(len(values), dtype=np.int64)
    place[found] = np.arange(len(found))
    return place[code], tuple(value for n in found.tolist() if (value := values[n]) is not None)


def _names(block: Block, columns: Columns, defaults: Defaults) -> tuple[Ints, list[str | None]]:
    """Which CRS each row names, and those; None where nobody names one."""
    if (position := columns.roles.get("crs")) is None:
        return np.zeros(block.count, dtype=np.int64), [defaults.crs]
    code, cells = _coded(block.columns[position])
    return code, [("" if _says_nothing(c) else cell_text(c).strip()) or defaults.crs for c in cells]


def _accuracies(block: Block, columns: Columns) -> tuple[Floats, Bools]:
    """Accuracy as given, NaN where it cannot be read; and where one is given at all."""
    position = columns.roles.get("accuracy_m")
    if position is None:
        return np.full(block.count, np.nan), np.zeros(block.count, dtype=bool)
    code, cells = _coded(block.columns[position])
    blank = np.array([_says_nothing(cell) for cell in cells], dtype=bool)
    numbers = np.array([np.nan if _says_nothing(cell) else number_or_nan(cell) for cell in cells])
    return numbers[code], ~blank[code]


def _kinds(
    places: PointPlaces, fine: Bools, accuracy: Floats, given: Bools
) -> tuple[Ints, list[Site | None]]:
    """Sort of each row's site, and a site of each sort; None where it is not ordinary."""
    sort = 2 * places.system + given
    sites: list[Site | None] = [None] * (2 * len(places.systems) + 2)
    ordinary = np.flatnonzero(fine)
    for number, first in zip(*np.unique(sort[ordinary], return_index=True), strict=True):
        at = int(ordinary[first])
        system = places.systems[int(number) // 2]
        with contextlib.suppress(InputError):
            sites[int(number)] = make_site(
                shapely.Point(places.x[at], places.y[at]),
                crs=system.name,
                accuracy_m=float(accuracy[at]) if given[at] else None,
                any_order=system.any_order,
            )
    return sort, sites


def _declarations(block: Block, maker: RowMaker, columns: Columns) -> tuple[Ints, list[Declared | None]]:
    """Sort of each row's declaration, and the declaration of each sort, None where it cannot be read."""
    roles = [columns.roles[role] for role in ("on", "activity") if role in columns.roles]
    asked = (*roles, *(position for position, _ in columns.facts))
    codes = [_coded(block.columns[position])[0] for position in asked]
    groups = grouped([np.zeros(block.count, dtype=np.int64), *codes])
    return groups.group, [maker.declared(record) for record in block.records(groups.first)]


def _coded(column: Column) -> tuple[Ints, list[object]]:
    """Position of each cell among the distinct ones, and those."""
    if isinstance(column, pa.Array) and not pa.types.is_nested(column.type):
        coded = column.dictionary_encode(null_encoding="encode")
        return coded.indices.to_numpy().astype(np.int64), coded.dictionary.to_pylist()
    cells = column.to_pylist() if isinstance(column, pa.Array) else column
    numbers: dict[tuple[type, object], int] = {}
    keys = [(type(cell), cell if isinstance(cell, str) else repr(cell)) for cell in cells]
    code = np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
    _, first = np.unique(code, return_index=True)
    return code, [cells[position] for position in first]


def _says_nothing(cell: object) -> bool:
    return cell is None or is_blank(cell)


def _site_ids(block: Block, maker: RowMaker, columns: Columns, positions: Ints) -> pa.Array:
    if block.kept is not None:
        return pa.array([maker.site_id(block.kept[p]) for p in positions], type=pa.string())
    numbers = pa.array(positions + block.first).cast(pa.string())
    position = columns.roles.get("site_id")
    if position is None:
        return numbers
    column = block.columns[position]
    if isinstance(column, pa.Array):
        column = column.take(pa.array(positions))
        own = column if pa.types.is_string(column.type) else [cell_text(c) for c in column.to_pylist()]
    else:
        own = [cell_text(column[p]) for p in positions]
    texts = (own if isinstance(own, pa.Array) else pa.array(own, type=pa.string())).fill_null("")
    return pc.if_else(pc.equal(texts, ""), numbers, texts)
