"""The one door for input files: which reader for which file."""

from dataclasses import replace
from pathlib import Path

from geo.errors import InputError
from layers.sites.faults import fault
from layers.sites.sources import Source, guarded
from layers.sites.tables import read_csv, read_parquet, read_xlsx
from layers.sites.vectors import read_gdal, read_geojson, read_geojson_lines

_CSV = {".csv": None, ".txt": None, ".tsv": "\t", ".tab": "\t"}
_PARQUET = {".parquet", ".geoparquet", ".pq"}
_LINES = {".geojsonl", ".geojsons", ".ndjson", ".jsonl"}
_XLSX = {".xlsx", ".xlsm"}
_JSON = {".geojson", ".json"}
KNOWN_SUFFIXES = {*_CSV, *_PARQUET, *_LINES, *_XLSX, *_JSON, ".gpkg", ".shp", ".zip", ".kml", ".fgb", ".gdb"}
"""Extensions that speak of a file even where there is none."""


def is_there(path: Path) -> bool:
    """Whether the path exists; what is no possible file name does not."""
    try:
        return path.exists()
    except (OSError, ValueError):  # longer than a file name may be, or holding NUL
        return False


def open_source(path: Path, *, layer: str | None = None) -> Source:
    """Open an input file by its extension; what is none of ours goes to GDAL.

    Parameters
    ----------
    layer
        For vector files with several layers.

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
    if suffix in _CSV:
        return read_csv(path.open("rb"), name=path.name, delimiter=_CSV[suffix])
    if suffix in _XLSX:
        return read_xlsx(path)
    if suffix in _PARQUET:
        return read_parquet(path)
    if suffix in _JSON:
        return read_geojson(path)
    if suffix in _LINES:
        return read_geojson_lines(path)
    return read_gdal(path, layer)
