"""Tables to GeoParquet with fixed options, so that the same rows give the same bytes."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file as the catalogue names it."""

    rows: int
    sha256: str
    bytes: int


def parquet(table: gpd.GeoDataFrame, path: Path) -> Written:
    """Write ``table`` and say what came out; nothing in the file depends on the time or the machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_parquet(
        path,
        index=False,
        compression="zstd",
        geometry_encoding="WKB",
        schema_version="1.1.0",
        write_covering_bbox=False,
    )
    return Written(rows=len(table), sha256=digest(path), bytes=path.stat().st_size)


def digest(path: Path) -> str:
    """SHA-256 of a file, lower-case hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
