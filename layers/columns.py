"""A file's columns become a zone's: ids and classes as text, attributes under their standard ids."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from geo.model import Text
from layers.catalogue_keys import Column
from layers.schema import Attribute, StandardLayer
from layers.strictyaml import Faults

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["FIXED", "Cells", "Sheet", "as_date", "as_text", "columns_of", "listed"]

FIXED = ("zone_id", "zone_class", "name", "valid_from", "valid_to")
"""Columns every layer has."""

_YES = {"true", "t", "yes", "y", "1", "1.0", "是", "有"}
_NO = {"false", "f", "no", "n", "0", "0.0", "否", "无"}
_MOST_LISTED = 20
_SAMPLE, _FEW = 1_000, 4
"""Where each text among the first ones comes so often, each is looked at once; ids and names are not."""

Cells = list[Any]
"""A column as Python values; None = unknown."""


_NOTHING = ("NaTType", "NAType")
"""What pandas puts where there is no day or no value; known by name, so that pandas need not be there."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file without their geometries.

    Attributes
    ----------
    names
        Names of the columns.
    cells
        Gives a column by its name.
    fids
        Gives the feature ids, where the format has any.
    """

    names: tuple[str, ...]
    rows: int
    cells: Callable[[str], Cells]
    fids: Callable[[], Cells] = list

    @classmethod
    def of(cls, frame: "gpd.GeoDataFrame") -> Self:
        """The rows of a GeoDataFrame."""
        theirs = {str(name): name for name in frame.columns if name != frame.geometry.name}

        def cells(name: str) -> Cells:
            return list(frame[theirs[name]].tolist())

        return cls(names=tuple(theirs), rows=len(frame), cells=cells, fids=frame.index.tolist)


def listed(names: Sequence[object]) -> str:
    """The first twenty names, and how many more there are."""
    shown = ", ".join(str(name) for name in names[:_MOST_LISTED])
    return shown if len(names) <= _MOST_LISTED else f"{shown} … (+{len(names) - _MOST_LISTED})"


def plain(value: Any) -> Any:  # noqa: ANN401 (cells of any file)
    """A cell as a Python value; blanks, NaN and NaT are None."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if type(value).__name__ in _NOTHING:
        return None
    if isinstance(value, datetime):
        return value.date() if value.time() == datetime.min.time() else value.isoformat()
    if isinstance(value, float) and math.isnan(value):
        return None
    return value if isinstance(value, bool | int | float | date) else str(value)


def as_text(value: Any) -> str | None:  # noqa: ANN401
    """Text of a cell: 12.0 becomes '12', blanks None."""
    value = plain(value)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def as_date(value: Any) -> date | None:  # noqa: ANN401
    """Date of a cell, written ``2025-09-24``, ``20250924`` or ``2025/9/24``; ValueError where it is none."""
    value = plain(value)
    if value is None or isinstance(value, date):
        return value
    text = as_text(value) or ""
    parts = text.replace("/", "-").split("-")
    if len(parts) == 3:  # noqa: PLR2004 (year, month, day)
        return date(*(int(part) for part in parts))
    return date.fromisoformat(text)


def as_bool(value: Any) -> bool | None:  # noqa: ANN401
    """Yes or no of a cell in the words files use; ValueError where it is neither."""
    word = (as_text(value) or "").casefold()
    if word in _YES or word in _NO:
        return word in _YES
    if not word:
        return None
    raise ValueError(word)


def as_number(value: Any) -> float | None:  # noqa: ANN401
    """Number of a cell; ValueError where it is none or not finite."""
    value = plain(value)
    if value is None:
        return None
    found = float(value)
    if not math.isfinite(found):
        raise ValueError(str(value))
    return found


_KEPT = (str, bool)
_READERS: dict[str, Callable[[Any], Any]] = {
    "text": as_text,
    "enum": as_text,
    "bool": as_bool,
    "number": as_number,
    "date": as_date,
}


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a column of ours comes from."""

    cells: Cells
    attribute: Attribute | None = None


def columns_of(
    sheet: Sheet,
    fid_column: str,
    fields: Mapping[str, Column],
    attributes: Mapping[str, Attribute],
    standard: StandardLayer | None,
    where: str,
    faults: Faults,
) -> tuple[dict[str, Cells], tuple[Text, ...]]:
    """Every column of the zones but their geometry.

    Returns
    -------
    Columns by our names (the fixed ones always there, ``zone_id`` None where it is missing) and remarks.
    """
    found: dict[str, _Source] = {}
    used: set[str] = set()
    for ours, column in fields.items():
        cells, name = _field_cells(sheet, fid_column, ours, column, where, faults)
        found[ours] = _Source(cells, attributes.get(ours))
        used.add(name)
    for name in sheet.names:
        attribute = _standard(name, attributes)
        ours = attribute.id if attribute is not None else _fixed(name, standard) or name
        if name in used and attribute is None:
            continue
        if ours in found:
            if name in used or attribute is not None:
                continue
            ours = f"{ours}_in_file"
        found[ours] = _Source(sheet.cells(name), attribute)
    remarks: list[Text] = []
    columns = {name: _cells(name, source, remarks) for name, source in found.items()}
    for name in FIXED:
        columns.setdefault(name, [None] * sheet.rows)
    return columns, tuple(remarks)


def _field_cells(
    sheet: Sheet,
    fid_column: str,
    ours: str,
    column: Column,
    where: str,
    faults: Faults,
) -> tuple[Cells, str]:
    """Cells of a field the catalogue maps, and the file's name of the column."""
    if column.row_number:
        return [str(n) for n in range(1, sheet.rows + 1)], ""
    if column.constant is not None:
        return [column.constant] * sheet.rows, ""
    wanted = column.name or ""
    folded = {name.casefold(): name for name in reversed(sheet.names)}
    name = wanted if wanted in sheet.names else folded.get(wanted.casefold())
    if name is not None:
        return sheet.cells(name), name
    if fid_column and wanted.casefold() in {fid_column.casefold(), "fid"}:
        return sheet.fids(), ""
    faults.add(
        where,
        given=wanted,
        allowed=listed(sheet.names) or "—",
        zh=f"文件没有 fields.{ours} 所指的列",
        en=f"the file lacks the column that fields.{ours} names",
    )
    return [None] * sheet.rows, ""


def _standard(name: str, attributes: Mapping[str, Attribute]) -> Attribute | None:
    """The standard attribute a column of the file is: by id, else by alias; case does not matter."""
    key = name.casefold()
    for attribute in attributes.values():
        if attribute.id.casefold() == key:
            return attribute
    return next((a for a in attributes.values() if key in (alias.casefold() for alias in a.aliases)), None)


def _fixed(name: str, standard: StandardLayer | None) -> str | None:
    """``name`` by the layer's aliases, the dates by their own names; ids and classes by ``fields`` alone."""
    key = name.casefold()
    if key in {"name", "valid_from", "valid_to"}:
        return key
    aliases = standard.aliases.get("name", ()) if standard is not None else ()
    return "name" if key in (alias.casefold() for alias in aliases) else None


def _once(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A reader that reads each text once: columns repeat a few values many thousand times."""
    known: dict[object, Any] = {}

    def reader(value: Any) -> Any:  # noqa: ANN401
        if value is not None and type(value) not in _KEPT:  # 1 would be found as True
            return read(value)
        if value not in known:
            known[value] = read(value)
        return known[value]

    return reader


def _read(read: Callable[[Any], Any], cells: Cells) -> Cells:
    """Cells by a reader that leaves texts as they are; most columns hold nothing else.

    Of texts that come again and again one is kept.
    """
    if not _texts_only(cells):
        return list(map(_once(read), cells))
    some = cells[:_SAMPLE]
    if len(set(some)) * _FEW > len(some):
        return [None if cell is None else cell.strip() or None for cell in cells]
    known = {text: None if text is None else text.strip() or None for text in set(cells)}
    return [known[cell] for cell in cells]


def _texts_only(cells: Cells) -> bool:
    return set(map(type, cells)) <= {str, type(None)}


def _cells(name: str, source: _Source, remarks: list[Text]) -> Cells:
    if name in {"zone_id", "zone_class", "name"}:
        return _read(as_text, source.cells)
    if source.attribute is None:
        return _read(plain, source.cells)
    read = partial(_settled, source.attribute)
    if _texts_only(source.cells):
        known = {text: read(text) for text in set(source.cells)}
        if all(told is None for _, told in known.values()):
            values = {text: value for text, (value, _) in known.items()}
            return [values[text] for text in source.cells]
        settled = [known[text] for text in source.cells]
    else:
        settled = list(map(_once(read), source.cells))
    bad = [told for _, told in settled if told is not None]
    if bad:
        told = listed(list(dict.fromkeys(str(value) for value in bad)))
        remarks.append(
            Text(
                f"属性 {name} 有 {len(bad)} 个值无法识别，按未知处理：{told}",
                f"{len(bad)} values of {name} are not understood and taken as unknown: {told}",
            )
        )
    return [cell for cell, _ in settled]


def _settled(attribute: Attribute, value: Any) -> tuple[Any, Any]:  # noqa: ANN401
    """A cell's value, and what is told where it is not understood: it is unknown then."""
    try:
        cell = _READERS[attribute.type](value)
    except (ValueError, TypeError):
        return None, value
    if cell is not None and attribute.values and cell not in attribute.values:
        return None, cell
    return cell, None
