"""The supplied file opened: any vector file the readers read, a zip or KMZ of one, or a table of PostGIS."""

import hashlib
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import geopandas as gpd
import pandas as pd

from geo.errors import InputError, Problem
from geo.model import Text
from layers.archives import is_archive, unpack
from layers.editions.postgis import read_table
from layers.readers import Files, Raw
from layers.sites.read.kml import read_kml
from layers.sites.read.sources import Source
from layers.strictyaml import Faults

__all__ = ["Supplied", "open_supplied", "open_table"]

_DATA = (".shp", ".gpkg", ".geojson", ".json", ".kml", ".gml", ".parquet", ".geoparquet", ".fgb", ".tab")
_PARTS = (*_DATA, ".shx", ".dbf", ".prj", ".cpg", ".map", ".dat", ".id")
_FOLDER = ".gdb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplied:
    """A file as it was supplied.

    Attributes
    ----------
    name
        File name, or ``table @ database`` of PostGIS.
    cut_texts
        Its format cuts texts at 254 bytes (shapefiles).
    row_faults, row_remarks
        What its reader found wrong with single rows (from 0), and what it took for granted.
    """

    name: str
    sha256: str
    raw: Raw
    cut_texts: bool
    row_faults: tuple[tuple[int, Problem], ...] = ()
    row_remarks: tuple[tuple[int, Text], ...] = ()


def open_supplied(path: Path, table: str | None, encoding: str | None) -> Supplied:
    """Read a supplied file.

    Parameters
    ----------
    table
        Which table of several; of a zip with several files, the name of one without its extension.
    encoding
        Of its texts, where the file does not say.

    Raises
    ------
    InputError
        With why it cannot be read.
    """
    if not path.exists():
        faults = Faults()
        faults.add(
            path.name, given=path.name, allowed="文件 / a file", zh="文件不存在", en="there is no such file"
        )
        raise InputError(faults)
    if path.is_file() and is_archive(path):
        with tempfile.TemporaryDirectory(prefix="gate-") as room:
            inside = _unpacked(path, Path(room), table)
            return _read(inside, path, None if inside.stem == table else table, encoding)
    return _read(path, path, table, encoding)


def open_table(connection: str, table: str) -> Supplied:
    """Read a table of PostGIS, once: what it held then is what is imported.

    Raises
    ------
    InputError
        With why it cannot be read.
    """
    raw = read_table(connection, table)
    if not len(raw.frame):
        raise InputError(_empty(table))
    content = io.BytesIO()
    raw.frame.to_parquet(content)
    sha256 = hashlib.sha256(content.getvalue()).hexdigest()
    return Supplied(name=f"postgis {table}", sha256=sha256, raw=raw, cut_texts=False)


def _empty(name: str) -> Faults:
    faults = Faults()
    faults.add(name, given=0, allowed="≥ 1", zh="没有记录", en="there are no rows")
    return faults


def _read(data: Path, supplied: Path, table: str | None, encoding: str | None) -> Supplied:
    faults = Faults()
    sha256 = Files(supplied.parent).sha256(supplied.name, supplied.name, faults)
    if data.suffix.lower() == ".kml":
        return _of_records(read_kml(data, name=supplied.name), sha256)
    raw = Files(data.parent).read(data.name, table, supplied.name, faults, encoding=encoding)
    if raw is not None and not len(raw.frame):
        faults.extend(_empty(supplied.name))
    if raw is None or len(faults):
        raise InputError(faults)
    return Supplied(
        name=supplied.name, sha256=sha256, raw=raw, cut_texts=data.suffix.lower() in {".shp", ".dbf"}
    )


def _of_records(source: Source, sha256: str) -> Supplied:
    """A file that is read placemark by placemark: GDAL makes up what it cannot read of KML."""
    records = [record for chunk in source.chunks for record in chunk]
    if not records:
        raise InputError(_empty(source.name))
    columns = {
        name: pd.Series([record.values[n] for record in records], dtype=object)
        for n, name in enumerate(source.headers)
    }
    frame = gpd.GeoDataFrame(columns, geometry=[record.geometry for record in records], crs=source.crs)
    return Supplied(
        name=source.name,
        sha256=sha256,
        raw=Raw.of(frame, crs=source.crs, remarks=source.remarks),
        cut_texts=False,
        row_faults=tuple((n, told) for n, record in enumerate(records) for told in record.problems),
        row_remarks=tuple((n, told) for n, record in enumerate(records) for told in record.remarks),
    )


def _unpacked(path: Path, room: Path, table: str | None) -> Path:
    """The one data file of an archive, unpacked."""
    names = unpack(path, room, _is_part)
    found = sorted({_data_file(name) for name in names} - {None}, key=str)
    chosen = [name for name in found if name is not None and (len(found) == 1 or name.stem == table)]
    if len(chosen) == 1:
        return room / chosen[0]
    raise InputError(_which(path.name, [str(name) for name in found], table))


def _which(name: str, found: Sequence[str], table: str | None) -> Faults:
    faults = Faults()
    faults.add(
        name,
        given=table or len(found),
        allowed=", ".join(found) or ", ".join(_DATA),
        zh="压缩包内须有且只有一个矢量文件；有多个时用 table 写明文件名（不含扩展名）",
        en="an archive holds one vector file; of several, name one (without extension) with table",
    )
    return faults


def _is_part(name: PurePosixPath) -> bool:
    return name.suffix.lower() in _PARTS or any(part.lower().endswith(_FOLDER) for part in name.parts)


def _data_file(name: PurePosixPath) -> PurePosixPath | None:
    """The data file that a member is, or the geodatabase it lies in."""
    for n, part in enumerate(name.parts):
        if part.lower().endswith(_FOLDER):
            return PurePosixPath(*name.parts[: n + 1])
    return name if name.suffix.lower() in _DATA else None
