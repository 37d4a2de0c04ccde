"""GeoParquet files of plain columns, read by Arrow alone: GeoPandas takes half a second to be there.

Only what means the same to both is read here; every other file, and every doubt, is left to GeoPandas.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyarrow import parquet

from geo.crs import wkt_of
from layers.columns import Sheet

__all__ = ["Plain", "give_back", "read_plain", "read_table"]

Objects = NDArray[np.object_]

_KNOWN_VERSIONS = ("1.0.0", "1.1.0")
_DAMAGE = (
    pa.ArrowException,
    shapely.errors.ShapelyError,
    OSError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    LookupError,
    RuntimeError,
)
_CRS84 = "OGC:CRS84"
"""The specification: a column that says nothing of its CRS is in longitude and latitude on WGS84."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A file that was read.

    Attributes
    ----------
    crs
        WKT; None where the file says that it is not known.
    """

    sheet: Sheet
    shapes: Objects
    crs: str | None


def read_plain(path: Path) -> Plain | None:
    """Read a GeoParquet file; None where GeoPandas must, be it to say what is wrong with the file."""
    if not _alone(path):
        return None
    try:
        with parquet.ParquetFile(path) as file:
            about = _about(file.schema_arrow)
            if about is None:
                return None
            table = file.read()
        column, meta = about
        if any(pa.types.is_integer(some.type) and some.null_count for some in table.columns):
            return None  # whole numbers with blanks are decimals to pandas
        cells = {name: table[name].to_pylist() for name in table.column_names if name != column}
        shapes = np.asarray(
            shapely.from_wkb(np.array([*table[column].to_pylist(), None], dtype=object)), dtype=object
        )[:-1]
        crs = meta.get("crs", _CRS84)
        told = None if crs is None else wkt_of(crs if isinstance(crs, str) else json.dumps(crs))
    except _DAMAGE:
        return None  # whatever it is, GeoPandas comes to it too, and says it
    return Plain(
        sheet=Sheet(names=tuple(cells), rows=table.num_rows, cells=cells.__getitem__), shapes=shapes, crs=told
    )


def read_table(path: Path) -> pa.Table:
    """As `pyarrow.parquet.read_table`, whose way to folders of files brings pandas with it."""
    try:
        if _alone(path):
            with parquet.ParquetFile(path) as file:
                return file.read()
    except (pa.ArrowException, OSError):
        pass  # it is told in the words of the other
    return parquet.read_table(path)


def give_back() -> None:
    """Give back what Arrow holds for the next file or chunk: 100 MB after a large bundle."""
    pa.default_memory_pool().release_unused()


def _alone(path: Path) -> bool:
    """Whether a file is all that there is to read: Arrow takes folders named a=b for columns."""
    return path.is_file() and "=" not in str(path)


def _about(schema: pa.Schema) -> tuple[str, Mapping[str, Any]] | None:
    """The column of geometries and what is said of it; None where the file is not plain."""
    metadata = schema.metadata or {}
    geo = json.loads(metadata.get(b"geo", b"null"))
    if not isinstance(geo, dict) or geo.get("version") not in _KNOWN_VERSIONS:
        return None
    name, columns = geo.get("primary_column"), geo.get("columns")
    meta = columns.get(name) if isinstance(columns, dict) and len(columns) == 1 else None
    if not isinstance(meta, dict) or meta.get("encoding") != "WKB" or {"edges", "covering"} & meta.keys():
        return None
    named = set(schema.names)
    if name not in named or len(named) < len(schema.names) or not _no_index(metadata.get(b"pandas"), named):
        return None
    plain = all(_is_plain(field) for field in schema if field.name != name)
    return (str(name), meta) if plain and pa.types.is_binary(schema.field(name).type) else None


def _no_index(pandas: bytes | None, names: set[str]) -> bool:
    """Whether pandas, where it wrote the file, put nothing but columns into it, under their own names."""
    if pandas is None:
        return True
    told = json.loads(pandas)
    if any(not isinstance(index, dict) or index.get("kind") != "range" for index in told["index_columns"]):
        return False
    return all(
        column["name"] == column["field_name"] for column in told["columns"] if column["field_name"] in names
    )


def _is_plain(field: pa.Field) -> bool:
    """Whether pandas and Arrow agree on the cells."""
    kind = field.type
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_null(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_float64(kind)
        or pa.types.is_date32(kind)
    )
