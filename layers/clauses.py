"""Entry lists from a file: a row per clause (``entry_clause``), every row checked, none dropped unsaid."""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import pyarrow as pa

from geo.lists.zones import codes_of_zones, places_of, subtypes_of
from geo.model import Clause, ClauseLevel, Text
from geo.zone_columns import Zones, values_of
from layers.clause_row import InPlay, Row, clause_of
from layers.geoparquet import read_table
from layers.keytable import near
from layers.readers import Files, reason
from layers.strictyaml import Faults

__all__ = ["COLUMNS", "REQUIRED", "clauses_of_rows", "read_clauses"]

REQUIRED = (
    "clause_id",
    "unit_code",
    "dimension",
    "verb",
    "text",
    "industry_match",
    "level",
    "doc",
    "certainty",
)
COLUMNS = (*REQUIRED, "article", "unit_class", "unit_subtype")
"""Columns of the table ``entry_clause``; the last three may be missing or blank."""

_SHOWN = 40
_OWN = ("clause_id", "unit_code", "text", "article")
_SHARED = tuple(name for name in COLUMNS if name not in _OWN)
"""Cells that are a clause's own, and those that thousands of clauses have in common."""
_TELLING = {str, int}
"""Of cells of one such type, those that are equal are the same; 1 and 1.0 are not, nor are 1 and True."""

Cells = Mapping[str, Sequence[Any]]
"""A table, column by column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Clauses of a table, and what is to be remarked on it."""

    clauses: tuple[Clause, ...]
    remarks: tuple[Text, ...] = ()


def read_clauses(
    name: str,
    sha256: str | None,
    files: Files,
    zones: "Zones | None",
    words: Collection[str],
    classes: Collection[str],
    where: str,
    faults: Faults,
) -> Read | None:
    """Read the table of an edition; None where there is none to read.

    Parameters
    ----------
    sha256
        What the catalogue says it is; None where it does not.
    zones
        The edition's zones: clauses of a unit must name one of them.
    words
        Activities and groups that clauses may name.
    classes
        Class codes of the layer.
    """
    at = f"{where} {name}"
    found = files.sha256(name, at, faults)
    if sha256 is not None and found and found != sha256:
        faults.add(
            at,
            given=found,
            allowed=sha256,
            zh="文件的 SHA-256 与目录所列不符",
            en="the file's SHA-256 is not the one in the catalogue",
        )
    path = files.find(name, at, Faults())
    if path is None:
        return None
    table = _table(path, name, at, faults)
    if table is None:
        return None
    return _clauses(table, _zones(zones, classes), words, at, faults)


def clauses_of_rows(
    rows: Sequence[Row], zones: InPlay | None, words: Collection[str], at: str, faults: Faults
) -> Read:
    """Clauses of rows; each fault names its row.

    Parameters
    ----------
    zones
        None where the zones are not at hand: then codes of units are not looked up.
    """
    return _clauses(_cells_of(rows), zones, words, at, faults)


def _cells_of(rows: Sequence[Row]) -> Cells:
    return {name: [row.get(name) for row in rows] for name in COLUMNS}


def _clauses(table: Cells, zones: InPlay | None, words: Collection[str], at: str, faults: Faults) -> Read:
    """Clauses of a table; each fault names its row.

    A row that shares its other cells with one that was good, of the list of a unit too, is that clause with
    cells of its own; any other is read cell by cell.
    """
    seen: set[str] = set()
    good: list[Clause] = []
    alike: dict[object, Clause] = {}
    for number, (key, own_cells) in enumerate(zip(_keys(table), _own_cells(table), strict=True), start=1):
        clause = _like(alike.get(key), own_cells)
        if clause is None:
            row = {name: cells[number - 1] for name, cells in table.items()}
            own = Faults()
            clause = clause_of(row, zones, words, f"{at} #{number}", own)
            faults.extend(own)
            if clause is None or len(own):
                continue
            if key is not None and clause.level is ClauseLevel.UNIT:
                alike[key] = clause
        if clause.id in seen:
            faults.add(
                f"{at} #{number}",
                given=clause.id,
                allowed="clause_id ×1",
                zh="条款编号重复",
                en="this clause_id is there already",
            )
            continue
        seen.add(clause.id)
        good.append(clause)
    return _known_units(good, zones, at, faults)


def _keys(table: Cells) -> Iterator[object]:
    """What rows have in common, one key a row; None throughout where equal cells need not be the same."""
    columns = [table[name] for name in _SHARED]
    kinds = [set(map(type, cells)) - {type(None)} for cells in columns]
    if all(len(kind) <= 1 and kind <= _TELLING for kind in kinds):
        return zip(*columns, strict=True)
    return repeat(None, len(columns[0]))


def _own_cells(table: Cells) -> Iterator[tuple[Any, ...]]:
    return zip(*(table[name] for name in _OWN), strict=True)


def _like(clause: Clause | None, own_cells: tuple[Any, ...]) -> Clause | None:
    """A clause like another but for its own cells; None where these are not plain texts."""
    name, scope, text, article = own_cells
    if clause is None or not type(name) is type(scope) is type(text) is str:
        return None
    if article is not None and type(article) is not str:
        return None
    name, scope, text = name.strip(), scope.strip(), text.strip()
    if not (name and scope and text):
        return None
    return Clause(
        id=name,
        scope=scope,
        level=clause.level,
        dimension=clause.dimension,
        verb=clause.verb,
        text=text,
        names=clause.names,
        doc=clause.doc,
        article=(article or "").strip(),
        certainty=clause.certainty,
        unit_class=clause.unit_class,
        unit_subtype=clause.unit_subtype,
    )


def _known_units(clauses: list[Clause], zones: InPlay | None, at: str, faults: Faults) -> Read:
    """Clauses of units there are; those of counties the layer does not hold are told apart."""
    if zones is None:
        return Read(clauses=tuple(clauses))
    unknown = [c for c in clauses if c.level is ClauseLevel.UNIT and c.scope not in zones.codes]
    if not unknown:
        return Read(clauses=tuple(clauses))
    counties, some = zones.counties(), _few(zones.codes)
    away: list[str] = []
    for number, clause in enumerate(unknown):
        if clause.scope[2:8] in counties or not clause.scope[2:8].isdigit():
            faults.add(
                f"{at} {clause.id}",
                given=clause.scope,
                allowed=some,
                zh="图层中没有这个管控单元",
                en="the layer has no such unit",
                guess=near(clause.scope, zones.codes) if number < _SHOWN else "",  # it looks at all codes
            )
        else:
            away.append(clause.id)
    out = {clause.id for clause in unknown}
    kept = tuple(clause for clause in clauses if clause.id not in out)
    if not away:
        return Read(clauses=kept)
    told = _few(away)
    remark = Text(
        f"清单有 {len(away)} 条属于本图层以外的区县，未使用：{told}",
        f"{len(away)} clauses are of counties beyond this layer and not used: {told}",
    )
    return Read(clauses=kept, remarks=(remark,))


def _few(values: Iterable[str]) -> str:
    shown = sorted(values)
    return ", ".join(shown[:_SHOWN]) + (f" … ({len(shown)})" if len(shown) > _SHOWN else "")


def _zones(zones: "Zones | None", classes: Collection[str]) -> InPlay | None:
    if zones is None:
        return None

    def column(name: str) -> Any:  # noqa: ANN401 (an array of objects)
        return values_of(zones, name)

    codes = codes_of_zones(column)
    subtypes = {str(value) for value in subtypes_of(column) if value is not None}
    return InPlay(
        codes=frozenset(code for some in codes for code in some),
        counties=lambda: {place for place in places_of(column, codes) if place is not None},
        classes=classes,
        subtypes={"industrial", "urban", "element", *subtypes},
    )


# --- the file ---


def _table(path: Path, name: str, at: str, faults: Faults) -> Cells | None:
    """A Parquet or CSV table; None is a fault noted."""
    try:
        table, columns = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
    except (OSError, ValueError, csv.Error, pa.ArrowException) as error:
        faults.add(
            at,
            given=f"{name}: {reason(error)}",
            allowed="Parquet, CSV (UTF-8)",
            zh="清单表读不出来（须为 Parquet 或 UTF-8 编码的 CSV）",
            en="the table cannot be read: Parquet, or CSV in UTF-8",
        )
        return None
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        faults.add(
            at,
            given=", ".join(columns),
            allowed=", ".join(missing),
            zh=f"清单表缺少列：{'、'.join(missing)}",
            en=f"the table lacks columns: {', '.join(missing)}",
        )
        return None
    return table


def _parquet(path: Path) -> tuple[Cells, list[str]]:
    table = read_table(path)
    names, nothing = table.column_names, [None] * table.num_rows
    # Of columns of one name the last, as in rows.
    last = {name: number for number, name in enumerate(names)}
    cells = {name: table.column(last[name]).to_pylist() if name in last else nothing for name in COLUMNS}
    return cells, names


def _csv(path: Path) -> tuple[Cells, list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream, strict=True)
        rows: list[Row] = list(reader)
        return _cells_of(rows), list(reader.fieldnames or ())
