"""Entry lists from a file: a row per clause (``entry_clause``), every row checked, none dropped unsaid."""

import csv
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from geo.lists.zones import codes_of_zones, places_of, subtypes_of
from geo.model import ANY, DIMENSION_TEXT, Certainty, Clause, ClauseLevel, ClauseVerb, Text
from geo.zone_columns import Zones, values_of
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

INDUSTRY = re.compile(r"[A-T]?(\d{2,4})")
"""A code of GB/T 4754: division, group or class, the letter of its section before it or not."""

_SEPARATORS = re.compile(r"[;；,，、\s]+")
_PLACE = re.compile(r"\d{2}|\d{4}|\d{6}")
_PADDED = re.compile(r"(\d{2})0000|(\d{4})00")
_SHOWN = 40

Row = Mapping[str, Any]
Chosen = TypeVar("Chosen", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Zones:
    """What clauses may refer to."""

    codes: frozenset[str]
    counties: frozenset[str]
    classes: Collection[str]
    subtypes: Collection[str]


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
        _fault(
            faults,
            at,
            found,
            sha256,
            "文件的 SHA-256 与目录所列不符",
            "the file's SHA-256 is not the one in the catalogue",
        )
    path = files.find(name, at, Faults())
    if path is None:
        return None
    table = _table(path, name, at, faults)
    if table is None:
        return None
    return clauses_of_rows(table, _zones(zones, classes), words, at, faults)


def clauses_of_rows(
    table: list[Row], zones: _Zones | None, words: Collection[str], at: str, faults: Faults
) -> Read:
    """Clauses of rows; each fault names its row.

    Parameters
    ----------
    zones
        None where the zones are not at hand: then codes of units are not looked up.
    """
    seen: set[str] = set()
    good: list[Clause] = []
    for number, row in enumerate(table, start=1):
        own = Faults()
        clause = _clause(row, zones, words, f"{at} #{number}", own)
        if clause is not None and clause.id in seen:
            _fault(
                own,
                f"{at} #{number}",
                clause.id,
                "clause_id ×1",
                "条款编号重复",
                "this clause_id is there already",
            )
        faults.extend(own)
        if clause is not None and not len(own):
            seen.add(clause.id)
            good.append(clause)
    return _known_units(good, zones, at, faults)


def _known_units(clauses: list[Clause], zones: _Zones | None, at: str, faults: Faults) -> Read:
    """Clauses of units there are; those of counties the layer does not hold are told apart."""
    if zones is None:
        return Read(clauses=tuple(clauses))
    away: list[str] = []
    kept: list[Clause] = []
    for clause in clauses:
        if clause.level is not ClauseLevel.UNIT or clause.scope in zones.codes:
            kept.append(clause)
        elif clause.scope[2:8] in zones.counties or not clause.scope[2:8].isdigit():
            _fault(
                faults,
                f"{at} {clause.id}",
                clause.scope,
                _few(zones.codes),
                "图层中没有这个管控单元",
                "the layer has no such unit",
                near(clause.scope, zones.codes),
            )
        else:
            away.append(clause.id)
    if not away:
        return Read(clauses=tuple(kept))
    told = _few(away)
    remark = Text(
        f"清单有 {len(away)} 条属于本图层以外的区县，未使用：{told}",
        f"{len(away)} clauses are of counties beyond this layer and not used: {told}",
    )
    return Read(clauses=tuple(kept), remarks=(remark,))


def _few(values: Iterable[str]) -> str:
    shown = sorted(values)
    return ", ".join(shown[:_SHOWN]) + (f" … ({len(shown)})" if len(shown) > _SHOWN else "")


def _zones(zones: "Zones | None", classes: Collection[str]) -> _Zones | None:
    if zones is None:
        return None

    def column(name: str) -> Any:  # noqa: ANN401 (an array of objects)
        return values_of(zones, name)

    subtypes = {str(value) for value in subtypes_of(column) if value is not None}
    return _Zones(
        codes=frozenset(code for codes in codes_of_zones(column) for code in codes),
        counties=frozenset(place for place in places_of(column) if place is not None),
        classes=classes,
        subtypes={"industrial", "urban", "element", *subtypes},
    )


# --- a row ---


def _clause(row: Row, zones: _Zones | None, words: Collection[str], at: str, faults: Faults) -> Clause | None:
    """A clause of a row; None where anything it cannot do without is at fault."""
    name = _cell(row, "clause_id")
    at = f"{at} {name}" if name else at
    level = _word(row, "level", ClauseLevel, at, faults)
    name, text, doc = (_needed(row, key, at, faults) for key in ("clause_id", "text", "doc"))
    scope = _scope(row, level, at, faults) if level is not None else None
    dimension, verb = _dimension(row, at, faults), _word(row, "verb", ClauseVerb, at, faults)
    certainty = _word(row, "certainty", Certainty, at, faults)
    names = _names(row, words, at, faults)
    wide = {"unit_class": _cell(row, "unit_class"), "unit_subtype": _cell(row, "unit_subtype")}
    if zones is not None and level is not None:
        _check_wide(wide, level, zones, at, faults)
    if name is None or text is None or doc is None or level is None or scope is None:
        return None
    if dimension is None or verb is None or certainty is None or len(faults):
        return None
    return Clause(
        id=name,
        scope=scope,
        level=level,
        dimension=dimension,
        verb=verb,
        text=text,
        names=names,
        doc=doc,
        article=_cell(row, "article") or "",
        certainty=certainty,
        unit_class=wide["unit_class"],
        unit_subtype=wide["unit_subtype"],
    )


def _cell(row: Row, name: str) -> str | None:
    """A cell as text; None where it is blank."""
    value = row.get(name)
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124  # NaN
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def _needed(row: Row, name: str, at: str, faults: Faults) -> str | None:
    found = _cell(row, name)
    if found is None:
        _fault(faults, at, None, name, f"缺少 {name}", f"{name} is missing")
    return found


def _word(row: Row, name: str, kind: type[Chosen], at: str, faults: Faults) -> Chosen | None:
    """A word of a closed list."""
    found = _needed(row, name, at, faults)
    if found is None:
        return None
    try:
        return kind(found)
    except ValueError:
        allowed = ", ".join(kind)
        _fault(
            faults,
            at,
            found,
            f"{name}: {allowed}",
            f"{name} 不在允许值之中",
            f"{name}: not among the allowed words",
        )
        return None


def _dimension(row: Row, at: str, faults: Faults) -> int | None:
    found = _needed(row, "dimension", at, faults)
    if found is None:
        return None
    if found.isdigit() and int(found) in DIMENSION_TEXT:
        return int(found)
    allowed = ", ".join(f"{number} {title.zh}" for number, title in DIMENSION_TEXT.items())
    _fault(faults, at, found, allowed, "类别须为 1–4", "the dimension is a number from 1 to 4")
    return None


def _scope(row: Row, level: ClauseLevel, at: str, faults: Faults) -> str | None:
    """Code of the unit, or of the place: ``510000`` and ``51`` are one province."""
    found = _needed(row, "unit_code", at, faults)
    if found is None or level is ClauseLevel.UNIT:
        return found
    if _PLACE.fullmatch(found):
        padded = _PADDED.fullmatch(found)
        short = next(filter(None, padded.groups())) if padded else found
        if (len(short) == 2) is (level is ClauseLevel.PROVINCE):  # noqa: PLR2004  # digits of a province
            return short
    wanted = "51, 510000" if level is ClauseLevel.PROVINCE else "5108, 510800, 500152"
    _fault(
        faults,
        at,
        found,
        wanted,
        "省级、市级条款的 unit_code 须为相应行政区代码",
        "at province and city level unit_code is the code of the place",
    )
    return None


def _names(row: Row, words: Collection[str], at: str, faults: Faults) -> tuple[str, ...]:
    """Whom a clause names: activities, groups, ``ANY``, codes without the letter of their section."""
    value = row.get("industry_match")
    several = [str(one) for one in value] if isinstance(value, list | tuple) else None
    given = several if several is not None else _SEPARATORS.split(_cell(row, "industry_match") or "")
    names: list[str] = []
    for name in filter(None, (one.strip() for one in given)):
        code = INDUSTRY.fullmatch(name)
        if code is None and name != ANY and name not in words:
            _fault(
                faults,
                at,
                name,
                "ANY, CHEM, HEAVYPOLL, 26, C2614 …",
                "industry_match 中没有这个项目类型、项目组或行业代码",
                "industry_match: there is no such activity, group or industry code",
                near(name, words),
            )
        names.append(code[1] if code else name)
    return tuple(dict.fromkeys(names))


def _check_wide(
    wide: Mapping[str, str | None], level: ClauseLevel, zones: _Zones, at: str, faults: Faults
) -> None:
    """Class and sub-type narrow the lists of province and city; a unit has its own."""
    known = {"unit_class": zones.classes, "unit_subtype": zones.subtypes}
    for name, value in wide.items():
        if value is not None and (level is ClauseLevel.UNIT or value not in known[name]):
            allowed = "—" if level is ClauseLevel.UNIT else ", ".join(sorted(known[name]))
            _fault(
                faults,
                at,
                f"{name}: {value}",
                allowed,
                f"{name} 只用于省级、市级条款，且须为图层已有的值",
                f"{name} is for clauses of province and city only, with a value that the layer has",
            )


def _fault(faults: Faults, at: str, given: object, allowed: str, zh: str, en: str, guess: str = "") -> None:
    faults.add(at, given=given, allowed=allowed, zh=zh, en=en, guess=guess)


# --- the file ---


def _table(path: Path, name: str, at: str, faults: Faults) -> list[Row] | None:
    """Rows of a Parquet or CSV table; None is a fault noted."""
    try:
        rows, columns = _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
    except (OSError, ValueError, csv.Error, pa.ArrowException) as error:
        _fault(
            faults,
            at,
            f"{name}: {reason(error)}",
            "Parquet, CSV (UTF-8)",
            "清单表读不出来（须为 Parquet 或 UTF-8 编码的 CSV）",
            "the table cannot be read: Parquet, or CSV in UTF-8",
        )
        return None
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        _fault(
            faults,
            at,
            ", ".join(columns),
            ", ".join(missing),
            f"清单表缺少列：{'、'.join(missing)}",
            f"the table lacks columns: {', '.join(missing)}",
        )
        return None
    return rows


def _parquet(path: Path) -> tuple[list[Row], list[str]]:
    table = read_table(path)
    return table.to_pylist(), table.column_names


def _csv(path: Path) -> tuple[list[Row], list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream, strict=True)
        rows: list[Row] = list(reader)
        return rows, list(reader.fieldnames or ())
