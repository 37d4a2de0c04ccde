"""Columns of coordinates as numbers, all cells at once: what `coordinates` reads cell by cell.

Plain numbers, thousands and degrees-minutes-seconds are read by Arrow; only other spellings cell by cell.
"""

import contextlib
from functools import partial

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.declare import is_blank
from geo.errors import InputError
from layers import compute as pc
from layers.sites.cells.angles import MOST_DEG, Axis
from layers.sites.cells.columns import Columns, Place
from layers.sites.cells.coordinates import read_coordinate
from layers.sites.cells.rows import AXES
from layers.sites.cells.values import read_number
from layers.sites.read.chunks import Block, Column

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_PARTED = {sep: rf"^[+-]?[0-9]{{1,3}}({sep}[0-9]{{3}})+(\.[0-9]+)?$" for sep in (",", " ", "'")}
_HEMISPHERE: dict[Axis | None, str] = {"lon": "E|东经?", "lat": "N|北纬?", None: "E|东经?|N|北纬?"}
_SIXTIETHS = (
    r"^(?P<b>{side})?[ \t]*(?P<d>[0-9]{{1,3}})(?:[ \t]*[°º度:*-][ \t]*|[ \t]+)"
    r"(?P<m>[0-9]{{1,2}})(?:[ \t]*[′'’分:*-][ \t]*|[ \t]+)"
    r"(?P<s>[0-9]{{1,2}}(?:\.[0-9]+)?)[ \t]*(?:[″\"”秒]|''|′′)?[ \t]*(?P<a>{side})?$"
)
_HALF = r"[+-]?[0-9]{1,12}(?:\.[0-9]{1,20})?"
_PAIR = rf"^[ \t]*(?P<x>{_HALF})[ \t]*[,，;；][ \t]*(?P<y>{_HALF})[ \t]*$"
_MARKED = r"\p{No}"
"""Digits that are no digits of a number: see `values.half_width`."""
_LONGEST = 60
_SIXTY = 60.0
_POINT = 0


def coordinate_cells(block: Block, columns: Columns) -> tuple[Floats, Floats]:
    """First and second number of every row's place; NaN where there is none, or it wants a closer look."""
    nowhere = np.full(block.count, np.nan)
    if columns.place is Place.GEOMETRY and block.shapes is not None:
        flat = ~(shapely.has_z(block.shapes) | shapely.has_m(block.shapes))
        fine = (shapely.get_type_id(block.shapes) == _POINT) & flat & ~shapely.is_empty(block.shapes)
        x, y = nowhere.copy(), nowhere
        x[fine], y[fine] = shapely.get_x(block.shapes[fine]), shapely.get_y(block.shapes[fine])
        return x, y
    if columns.halves is not None:
        one, other = columns.halves
        return (
            _coordinates(block.columns[columns.roles[one]], AXES.get(one)),
            _coordinates(block.columns[columns.roles[other]], AXES.get(other)),
        )
    if columns.place is Place.PAIR:
        return _pairs(block.columns[columns.roles["pair"]])
    return nowhere, nowhere


def numbers(column: Column) -> Floats:
    """The numbers of a column, NaN for whatever `read_number` would refuse (and now and then for more)."""
    column = _as_arrow(column)
    if not isinstance(column, pa.Array):
        return np.array([number_or_nan(cell) for cell in column], dtype=np.float64)
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
        return np.array([number_or_nan(cell) for cell in column.to_pylist()], dtype=np.float64)
    return _finite(cast)


def _as_arrow(column: Column) -> Column:
    """Lists of texts as Arrow texts."""
    if isinstance(column, pa.Array) or not all(isinstance(cell, str) for cell in column):
        return column
    try:
        return pa.array(column, type=pa.string())
    except (pa.ArrowException, UnicodeEncodeError):  # halves of characters
        return column


def _coordinates(column: Column, axis: Axis | None) -> Floats:
    """The degrees or metres of a column, NaN for whatever `read_coordinate` would refuse."""
    column = _as_arrow(column)
    out = numbers(column)
    if isinstance(column, pa.Array) and pa.types.is_string(column.type):
        out = _typed(column, out, axis)
    for place in np.flatnonzero(np.isnan(out)).tolist():
        cell = column[place].as_py() if isinstance(column, pa.Array) else column[place]
        if isinstance(cell, str) and not is_blank(cell):
            with contextlib.suppress(InputError):
                out[place] = read_coordinate(cell, "", axis)
    return out


def _typed(column: pa.Array, out: Floats, axis: Axis | None) -> Floats:
    """The numbers with those of the other common spellings, each tried on what is left of the texts."""
    readers = (*(partial(_parted, sign=sign) for sign in _PARTED), partial(_sixtieths, axis=axis))
    left = np.flatnonzero(np.isnan(out))
    text = pc.utf8_trim_whitespace(column if len(left) == len(out) else column.take(pa.array(left)))
    for read in (*readers, None, numbers, *readers):
        if not len(left):
            break
        if read is None:
            plain = pc.if_else(pc.match_substring_regex(text, _MARKED), None, text)
            text = pc.utf8_normalize(plain, "NFKC")  # after which º, ´ and the like are other signs
            continue
        out[left] = read(text)
        still = np.flatnonzero(np.isnan(out[left]))
        if len(still) < len(left):
            left, text = left[still], text.take(pa.array(still))
    return out


def _parted(text: pa.Array, sign: str) -> Floats:
    """Lengths whose thousands are parted by a sign."""
    if not pc.any(pc.match_substring(text, sign)).as_py():
        return np.full(len(text), np.nan)
    plain = pc.if_else(pc.match_substring_regex(text, _PARTED[sign]), text, None)
    whole = pc.replace_substring(plain, sign, "")
    return _finite(pc.utf8_ltrim(whole, "+").cast(pa.float64()))


def _sixtieths(text: pa.Array, axis: Axis | None) -> Floats:
    """Whole degrees and minutes with seconds; hemispheres, where named, of the axis."""
    short = pc.if_else(pc.less_equal(pc.utf8_length(text), _LONGEST), text, None)
    parts = pc.extract_regex(short, _SIXTIETHS.format(side=_HEMISPHERE[axis]))
    d, m, s = (_finite(_part(parts, name).cast(pa.float64())) for name in "dms")
    named_twice = pc.and_(pc.not_equal(_part(parts, "b"), ""), pc.not_equal(_part(parts, "a"), ""))
    with np.errstate(invalid="ignore"):
        degrees = d + m / _SIXTY + s / _SIXTY**2
        fine = (m < _SIXTY) & (s < _SIXTY) & (degrees <= MOST_DEG[axis])
    fine &= ~named_twice.fill_null(False).to_numpy(zero_copy_only=False)  # noqa: FBT003 (Arrow's own)
    return np.where(fine, degrees, np.nan)


def _part(parts: pa.Array, name: str) -> pa.Array:
    """A group of a pattern; nothing where the pattern did not match."""
    return pc.struct_field(parts, name)


def _pairs(column: Column) -> tuple[Floats, Floats]:
    """Plain pairs of a column of pairs, in the order they stand."""
    column = _as_arrow(column)
    if not (isinstance(column, pa.Array) and pa.types.is_string(column.type)):
        return np.full(len(column), np.nan), np.full(len(column), np.nan)
    parts = pc.extract_regex(column, _PAIR)
    x, y = (
        _finite(pc.utf8_ltrim(pc.struct_field(parts, name), "+").cast(pa.float64())) for name in ("x", "y")
    )
    return x, y


def _finite(cast: pa.Array) -> Floats:
    found = cast.fill_null(np.nan).to_numpy(zero_copy_only=False)
    return np.where(np.isfinite(found), found, np.nan)


def number_or_nan(cell: object) -> float:
    """The number of a cell, NaN where `read_number` would refuse it."""
    try:
        return read_number(cell, "")
    except InputError:
        return float("nan")
