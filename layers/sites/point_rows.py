"""Ordinary points of a block in columns; whatever is not ordinary is left for `RowMaker`, row by row.

Ordinary is a point in longitude and latitude of CGCS2000 or WGS84 (or of no named CRS), in range, whose other
cells can be read. It gets what `geo.site.make_site` and `RowMaker` would give it: one row of each sort goes
through them, and what they say holds for all of its sort.
"""

import contextlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from geo.crs import parse_crs
from geo.declare import is_blank
from geo.errors import InputError
from geo.model import Site, Text
from geo.site import WORST_ACCURACY_M, make_site
from layers.sites.angles import Axis, read_angle
from layers.sites.chunks import Block, Column
from layers.sites.columns import Columns, Place
from layers.sites.rows import Declared, Defaults, RowMaker
from layers.sites.values import cell_text, read_number

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

One = TypeVar("One")

_LONLAT = {"EPSG:4490", "EPSG:4326"}
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_POINT = 0
_MAX_LON, _MAX_LAT = 180.0, 90.0


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


def point_rows(block: Block, maker: RowMaker, columns: Columns, defaults: Defaults) -> PointRows:
    """Take a block apart into ordinary points and the rest.

    Parameters
    ----------
    maker
        Of the same columns and defaults.
    """
    lon, lat = _places(block, columns)
    with np.errstate(invalid="ignore"):
        fine = (np.abs(lon) <= _MAX_LON) & (np.abs(lat) <= _MAX_LAT)  # NaN is not
    if block.kept is not None:
        fine &= np.array([not (r.problems or r.remarks) for r in block.kept], dtype=bool)
    accuracy, given = _accuracies(block, columns)
    fine &= ~given | ((accuracy >= 0.0) & (accuracy <= WORST_ACCURACY_M))
    kind, sites = _kinds(block, columns, defaults, given)
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
        lon=lon[positions],
        lat=lat[positions],
        accuracy_m=np.where(given[positions], accuracy[positions], assumed[kind] if kinds else 0.0),
        declaration=declaration,
        declarations=declarations,
        kind=kind,
        kinds=tuple(SiteKind(site.crs, site.remarks) for site in kinds),
        site_id=_site_ids(block, maker, columns, positions),
    )


def _used(code: Ints, values: Sequence[One | None]) -> tuple[Ints, tuple[One, ...]]:
    """Codes and values of those that occur; all of them are something."""
    found, codes = np.unique(code, return_inverse=True)
    return codes.astype(np.int64), tuple(value for n in found if (value := values[n]) is not None)


def _places(block: Block, columns: Columns) -> tuple[Floats, Floats]:
    """Longitude and latitude of every row; NaN where there is none, or it wants a closer look."""
    nowhere = np.full(block.count, np.nan)
    if columns.place is Place.GEOMETRY and block.shapes is not None:
        flat = ~(shapely.has_z(block.shapes) | shapely.has_m(block.shapes))
        fine = (shapely.get_type_id(block.shapes) == _POINT) & flat & ~shapely.is_empty(block.shapes)
        lon, lat = nowhere.copy(), nowhere
        lon[fine], lat[fine] = shapely.get_x(block.shapes[fine]), shapely.get_y(block.shapes[fine])
        return lon, lat
    if columns.place is Place.LONLAT:
        given = [block.columns[columns.roles[name]] for name in ("lon", "lat")]
        return _angles(given[0], "lon"), _angles(given[1], "lat")
    if columns.place is Place.XY:
        given = [block.columns[columns.roles[name]] for name in "xy"]
        return _numbers(given[0]), _numbers(given[1])
    return nowhere, nowhere


def _angles(column: Column, axis: Axis) -> Floats:
    """The degrees of a column, NaN for whatever `read_angle` would refuse."""
    out = _numbers(column)
    for place in np.flatnonzero(np.isnan(out)).tolist():
        cell = column[place].as_py() if isinstance(column, pa.Array) else column[place]
        if isinstance(cell, str) and not is_blank(cell):
            with contextlib.suppress(InputError):
                out[place] = read_angle(cell, "", axis)
    return out


def _numbers(column: Column) -> Floats:
    """The numbers of a column, NaN for whatever `read_number` would refuse (and now and then for more)."""
    if not isinstance(column, pa.Array):
        return np.array([_number(cell) for cell in column], dtype=np.float64)
    if pa.types.is_string(column.type):
        try:
            cast = column.cast(pa.float64())
        except pa.ArrowInvalid:
            trimmed = pc.ascii_trim_whitespace(column)
            plain = pc.if_else(pc.match_substring_regex(trimmed, _NUMBER), trimmed, "nan")
            cast = pc.ascii_ltrim(plain, "+").cast(pa.float64())
    elif pa.types.is_float64(column.type):
        cast = column
    else:
        return np.array([_number(cell) for cell in column.to_pylist()], dtype=np.float64)
    numbers = cast.fill_null(np.nan).to_numpy(zero_copy_only=False)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _number(cell: object) -> float:
    try:
        return read_number(cell, "")
    except InputError:
        return float("nan")


def _accuracies(block: Block, columns: Columns) -> tuple[Floats, Bools]:
    """Accuracy as given, NaN where it cannot be read; and where one is given at all."""
    position = columns.roles.get("accuracy_m")
    if position is None:
        return np.full(block.count, np.nan), np.zeros(block.count, dtype=bool)
    code, cells = _coded(block.columns[position])
    blank = np.array([_says_nothing(cell) for cell in cells], dtype=bool)
    numbers = np.array([np.nan if _says_nothing(cell) else _number(cell) for cell in cells])
    return numbers[code], ~blank[code]


def _kinds(
    block: Block, columns: Columns, defaults: Defaults, given: Bools
) -> tuple[Ints, list[Site | None]]:
    """Sort of each row's site, and a site of each sort, None where it is not ordinary."""
    code: Ints = np.zeros(block.count, dtype=np.int64)
    cells: list[object] = [None]
    if (position := columns.roles.get("crs")) is not None:
        code, cells = _coded(block.columns[position])
    named = ["" if _says_nothing(cell) else cell_text(cell).strip() for cell in cells]
    sorts = itertools.product(named, (None, 1.0))
    sites = [_site(crs or defaults.crs, accuracy_m, columns.place) for crs, accuracy_m in sorts]
    return 2 * code + given, sites


def _site(crs: str | None, accuracy_m: float | None, place: Place) -> Site | None:
    """A site of one sort; where it lies does not matter."""
    if crs is None:
        return None if place is Place.XY else make_site(shapely.Point(0.0, 0.0), accuracy_m=accuracy_m)
    try:
        if parse_crs(crs).name not in _LONLAT:
            return None
        return make_site(shapely.Point(0.0, 0.0), crs=crs, accuracy_m=accuracy_m)
    except InputError:
        return None


def _declarations(block: Block, maker: RowMaker, columns: Columns) -> tuple[Ints, list[Declared | None]]:
    """Sort of each row's declaration, and the declaration of each sort, None where it cannot be read."""
    code = np.zeros(block.count, dtype=np.int64)
    roles = [columns.roles[role] for role in ("on", "activity") if role in columns.roles]
    for position in (*roles, *(position for position, _ in columns.facts)):
        own, cells = _coded(block.columns[position])
        _, code = np.unique(code * len(cells) + own, return_inverse=True)
    _, first, code = np.unique(code, return_index=True, return_inverse=True)
    return code.astype(np.int64), [maker.declared(record) for record in block.records(first)]


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
