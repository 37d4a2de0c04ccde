"""Tables of a PostGIS database, read once into an edition. The one door to psycopg.

A bundle never asks a database: what answers rest on is a file with a hash, so that they can be replayed and
are given with the cable pulled. A catalogue may name a table (``postgis: {table: …}``); where the database
is, and who may read it, is told to the command that reads it, and is written down nowhere.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.errors import ShapelyError

from geo.errors import InputError, Problem
from geo.model import Text
from layers.readers import Raw

if TYPE_CHECKING:
    from psycopg import Connection, Cursor

__all__ = ["read_table", "write_zones"]

_COLUMNS = """
    SELECT a.attname, t.typname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_CRS = "SELECT auth_name, auth_srid, srtext FROM spatial_ref_sys WHERE srid = %s"
_SHAPES = ("geometry", "geography")
_EXACT = 2**53


def read_table(connection: str, table: str, *, geometry: str | None = None) -> Raw:
    """All rows of a table, in one snapshot; in an order that hangs on their content alone.

    Parameters
    ----------
    connection
        As libpq has it: ``host=… dbname=… user=…``, a ``postgresql://`` address or ``service=…``.
    table
        ``table`` or ``schema.table``.
    geometry
        Its geometry column; None where there is only one.

    Raises
    ------
    InputError
        If the database cannot be reached or read, or the table is not what is wanted.
    """
    try:
        import psycopg  # noqa: PLC0415  optional: PostGIS tables
    except ImportError:
        raise _problem(
            "psycopg",
            "—",
            "pip install -r requirements-postgis.txt",
            zh="没有安装 psycopg",
            en="psycopg is not installed",
        ) from None
    try:
        with psycopg.connect(connection, autocommit=False, connect_timeout=10) as opened:
            opened.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            opened.read_only = True
            return _read(opened, table, geometry)
    except psycopg.Error as error:
        given = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise _problem(
            table,
            given,
            "FENQU_POSTGIS",
            zh="数据库无法连接或读取",
            en="the database cannot be reached or read",
        ) from None


def write_zones(raw: Raw, path: Path) -> Path:
    """Write a table that was read as GeoParquet; the same rows give the same bytes."""
    frame = raw.frame.set_crs(raw.crs) if raw.crs is not None else raw.frame
    frame.to_parquet(path, index=False)
    return path


def _read(opened: "Connection[tuple[Any, ...]]", table: str, geometry: str | None) -> Raw:
    from psycopg import sql  # noqa: PLC0415  optional: PostGIS tables

    parts = sql.Identifier(*table.split("."))
    with opened.cursor() as cursor:
        columns = cursor.execute(_COLUMNS, (parts.as_string(opened),)).fetchall()
        if not columns:
            raise _problem(table, "—", "schema.table", zh="没有这个数据表", en="there is no such table")
        shape = _geometry(table, columns, geometry)
        others = [name for name, kind in columns if kind not in _SHAPES]
        wanted = [sql.Identifier(name) for name in others]
        bytes_of = sql.SQL("ST_AsBinary({0}::geometry), ST_SRID({0}::geometry)").format(sql.Identifier(shape))
        cursor.execute(sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join([*wanted, bytes_of]), parts))
        rows = cursor.fetchall()
        crs = _crs(cursor, table, {row[-1] for row in rows if row[-1] is not None})
    rows.sort(key=lambda row: [repr(cell) for cell in row])
    shapes = _shapes(table, [row[-2] for row in rows])
    cells = {
        name: pd.Series([_plain(row[at]) for row in rows], dtype=_dtype([row[at] for row in rows]))
        for at, name in enumerate(others)
    }
    frame = gpd.GeoDataFrame(cells, geometry=gpd.GeoSeries(shapes), index=pd.RangeIndex(len(rows)))
    return Raw.of(frame, crs=crs)


def _geometry(table: str, columns: Sequence[tuple[str, str]], named: str | None) -> str:
    found = [name for name, kind in columns if kind in _SHAPES]
    if named is None and len(found) == 1:
        return found[0]
    if named in found:
        return str(named)
    raise _problem(
        table,
        named or f"{len(found)}",
        ", ".join(found) or "geometry",
        zh="须用 geometry 写明几何列",
        en="say with geometry which geometry column is meant",
    )


def _crs(cursor: "Cursor[tuple[Any, ...]]", table: str, found: set[int]) -> str | None:
    """The system of all shapes: a code, or a definition; None where the table names none."""
    if len(found) > 1:
        raise _problem(
            table,
            ", ".join(map(str, sorted(found))),
            "one SRID",
            zh="同一列含多个坐标系",
            en="the column holds several reference systems",
        )
    srid = next(iter(found), 0)
    known = cursor.execute(_CRS, (srid,)).fetchone() if srid else None
    if known is None:
        return None
    authority, code, definition = known
    return f"{authority}:{code}" if authority == "EPSG" else str(definition)


def _shapes(table: str, data: list[bytes | None]) -> np.ndarray[Any, np.dtype[np.object_]]:
    try:
        return np.asarray(shapely.from_wkb(np.array([*data, None], dtype=object))[:-1], dtype=object)
    except (ShapelyError, NotImplementedError) as error:
        raise _problem(
            table,
            str(error).splitlines()[0],
            "point, line, polygon",
            zh="含弧线等不支持的几何类型，请先在数据库中转换",
            en="curves and the like are not read: convert them in the database",
        ) from None


def _plain(cell: object) -> object:
    """A cell as GeoParquet and our own readers have it."""
    if isinstance(cell, Decimal):
        whole = cell == cell.to_integral_value()
        return int(cell) if whole and abs(cell) < _EXACT else float(cell)
    if cell is None or isinstance(cell, str | int | float | bool):
        return cell
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, dict | list):
        return json.dumps(cell, ensure_ascii=False, sort_keys=True, default=str)
    return str(cell)


def _dtype(cells: list[object]) -> str:
    """A type that holds the cells and what is missing among them, whatever the order of rows."""
    kinds = {type(_plain(cell)) for cell in cells if cell is not None}
    if kinds == {bool}:
        return "boolean"
    if kinds == {int}:
        return "Int64"
    return "Float64" if kinds and kinds <= {int, float} else "object"


def _problem(where: str, given: str, allowed: str, *, zh: str, en: str) -> InputError:
    return InputError(Problem(where=where, given=given, allowed=allowed, hint=Text(zh, en)))
