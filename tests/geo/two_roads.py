"""The two roads side by side: points answered in columns, and by whole reports."""

from datetime import date
from typing import Any

import numpy as np

from geo.answer import Row, metres_told, to_row
from geo.check import check_projects
from geo.model import Bundle, Project, Report
from geo.points import Atlas, Declaration, PointBatch, PointTable
from geo.view import view_on


def batch_of(
    lon: Any, lat: Any, accuracy_m: Any, declaration: Any, declarations: tuple[Declaration, ...]
) -> PointBatch:
    """Points in columns."""
    return PointBatch(
        lon=np.array(lon, dtype=float),
        lat=np.array(lat, dtype=float),
        accuracy_m=np.array(accuracy_m, dtype=float),
        declaration=np.array(declaration, dtype=np.int64),
        declarations=declarations,
    )


def some_of(batch: PointBatch, rows: Any) -> PointBatch:
    """Some of the points, in another order."""
    return batch_of(
        batch.lon[rows], batch.lat[rows], batch.accuracy_m[rows], batch.declaration[rows], batch.declarations
    )


def table_on(bundle: Bundle, on: date, lang: str = "zh") -> PointTable:
    """A table that remembers nothing yet."""
    return PointTable(Atlas(view_on(bundle, on)), lang)


def by_columns(table: PointTable, batch: PointBatch) -> list[Row | None]:
    """Rows as the columns tell them; None where they leave a point to the one road."""
    found = table.answer(batch)
    out: list[Row | None] = []
    for row in range(len(batch.lon)):
        if found.rest[row]:
            out.append(None)
            continue
        margin = float(found.margin_m[row])
        told: Row = {
            **found.told_of(row),
            "hits": found.hits[row],
            "units": found.units[row],
            "eia_before": found.eia_before[row],
            "eia_class": found.eia_class[row],
            "margin_m": None if np.isnan(margin) else metres_told(margin),
            "margin_rule": found.margin_rule[row],
            "assumed": tuple(found.assumed[batch.declaration[row]]),
        }
        out.append(told)
    return out


def reports(bundle: Bundle, batch: PointBatch, on: date) -> list[Report]:
    """Whole reports of the points."""
    projects = [Project(parts=(batch.part(row),)) for row in range(len(batch.lon))]
    return list(check_projects(bundle, projects, on))


def by_reports(bundle: Bundle, batch: PointBatch, on: date, lang: str = "zh") -> list[Row]:
    """Rows as the one road tells them."""
    return [{**to_row(r, lang), "assumed": r.parts[0].remarks} for r in reports(bundle, batch, on)]


def differing(batch: PointBatch, columns: list[Row | None], wanted: list[Row]) -> list[dict[str, Any]]:
    """Points that the columns answer otherwise, with what differs as (columns, reports)."""
    assert len(columns) == len(wanted) == len(batch.lon)
    out = []
    for row, (mine, theirs) in enumerate(zip(columns, wanted, strict=True)):
        if mine is None or mine == theirs:
            continue
        declared: Declaration = batch.declarations[batch.declaration[row]]
        out.append(
            {
                "row": row,
                "at": (float(batch.lon[row]), float(batch.lat[row]), float(batch.accuracy_m[row])),
                "declared": (declared.activity, declared.facts),
                **{name: (mine[name], theirs[name]) for name in theirs if mine[name] != theirs[name]},
            }
        )
    return out
