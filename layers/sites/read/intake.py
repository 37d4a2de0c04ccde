"""The one door for input files: which reader for which file."""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from geo.errors import InputError
from layers.sites.faults import fault
from layers.sites.read.dxf import read_dxf
from layers.sites.read.geojson import read_geojson, read_geojson_lines
from layers.sites.read.kml import read_kml
from layers.sites.read.packed import open_kmz, open_zip
from layers.sites.read.scratch import scratch
from layers.sites.read.sources import Source, guarded
from layers.sites.read.survey import read_survey_sites
from layers.sites.read.tables import read_csv, read_parquet
from layers.sites.read.vectors import read_gdal
from layers.sites.read.wkt_file import looks_like_wkt, read_wkt
from layers.sites.read.workbook import read_xlsx
from layers.survey_txt import looks_like_survey
from layers.vector_kinds import DATASETS

_BLOCK_BYTES = 1 << 20
_CSV = {".csv": None, ".txt": None, ".tsv": "\t", ".tab": "\t"}
_PARQUET = {".parquet", ".geoparquet", ".pq"}
_LINES = {".geojsonl", ".geojsons", ".ndjson", ".jsonl"}
_XLSX = {".xlsx", ".xlsm"}
_JSON = {".geojson", ".json"}
_ONE_READER = {
    **dict.fromkeys(_PARQUET, read_parquet),
    **dict.fromkeys(_JSON, read_geojson),
    **dict.fromkeys(_LINES, read_geojson_lines),
    ".kml": read_kml,
    ".kmz": open_kmz,
    ".dxf": read_dxf,
    ".wkt": read_wkt,
}
KNOWN_SUFFIXES = {*_CSV, *_XLSX, *_ONE_READER, *DATASETS, ".zip"}
"""Extensions that speak of a file even where there is none."""


def is_there(path: Path) -> bool:
    """Whether the path exists; what is no possible file name does not."""
    try:
        return path.exists()
    except (OSError, ValueError):  # longer than a file name may be, or holding NUL
        return False


@contextlib.contextmanager
def laid_down(stream: BinaryIO, suffix: str) -> Iterator[Path]:
    """A file of what was sent, for readers that want a path; it goes with its folder."""
    with scratch() as folder:
        path = folder / f"body{suffix}"
        with path.open("wb") as copy:
            shutil.copyfileobj(stream, copy, _BLOCK_BYTES)
        yield path


def open_source(path: Path, *, layer: str | None = None) -> Source:
    """Open an input file by its extension; vector formats that we do not read ourselves go to GDAL.

    Parameters
    ----------
    layer
        For vector files with several layers, archives with several data sets.

    Raises
    ------
    InputError
        If it is not there or cannot be read.
    """
    if not is_there(path):
        raise InputError(
            fault(
                str(path),
                path.name,
                "an existing file, or lon,lat",
                zh="没有这个文件",
                en="there is no such file",
            )
        )
    source = _open(path, layer)
    packed = source.payloads
    return replace(
        source,
        chunks=guarded(source.chunks, source.name),
        payloads=None if packed is None else lambda rows: guarded(packed(rows=rows), source.name),
    )


def _open(path: Path, layer: str | None) -> Source:
    suffix = path.suffix.lower()
    if suffix == ".zip":
        return open_zip(path, layer, _open)
    if suffix in _CSV:
        return _open_text(path, _CSV[suffix])
    if suffix in _XLSX:
        return read_xlsx(path, layer)
    reader = _ONE_READER.get(suffix)
    return read_gdal(path, layer) if reader is None else reader(path)


def _open_text(path: Path, delimiter: str | None) -> Source:
    """A text file is what it says itself: a land survey, geometries, else a table."""
    if path.suffix.lower() == ".txt" and path.is_file():
        if looks_like_survey(path):
            return read_survey_sites(path)
        if looks_like_wkt(path):
            return read_wkt(path)
    return read_csv(path.open("rb"), name=path.name, delimiter=delimiter)
