"""A look into a file before GDAL does: does it hold its own data, name its CRS, how many records has it."""

import gzip
import json
import zipfile
from pathlib import Path

__all__ = ["count_records", "crs_member", "follows"]

_HEAD = 65_536
_BINARY = (".shp", ".dbf", ".shx", ".gpkg", ".fgb", ".sqlite")
_FOLLOWING = (
    b"<ogrvrt",
    b"<vrtdataset",
    b"<ogrwfs",
    b"<ogroapif",
    b"<ogrcsw",
    b"<ogcapi",
    b"<gdal_wms",
    b"<wfs_capabilities",
    b"<wfs:wfs_capabilities",
    b"gdal_streamed_alg",
)
_RECORD_MARK = b"\x1e"


def _contents(path: Path, most: int = -1) -> list[bytes]:
    """The bytes of a file, or of each text member of an archive; ``most`` of each."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            members = [
                m for m in archive.infolist() if not m.is_dir() and not m.filename.lower().endswith(_BINARY)
            ]
            return [archive.open(member).read(most) for member in members]
    if path.suffix.lower() == ".gz":
        with gzip.open(path) as stream:
            return [stream.read(most)]
    with path.open("rb") as stream:
        return [stream.read(most)]


def follows(path: Path) -> bool:
    """Whether the file only points to data elsewhere (VRT, WFS …), whatever its name says."""
    if path.is_dir():
        return False
    heads = [head.replace(b"\x00", b"").lower() for head in _contents(path, _HEAD)]
    return any(mark in head for head in heads for mark in _FOLLOWING)


def crs_member(path: Path) -> str | None:
    """The ``crs`` member of a GeoJSON file, the name where it is one; GDAL reports EPSG:4326 without one."""
    data = _contents(path)[0]
    if b'"crs"' not in data:
        return None
    try:
        top = json.loads(data.decode("utf-8-sig"))
    except ValueError:
        return None
    member = top.get("crs") if isinstance(top, dict) else None
    if member is None:
        return None
    told = member.get("properties") if isinstance(member, dict) else None
    name = told.get("name") if isinstance(told, dict) else None
    return name if isinstance(name, str) else json.dumps(member)


def count_records(path: Path) -> int:
    """Records of a GeoJSON sequence; GDAL passes over those it cannot read without a word."""
    data = _contents(path)[0]
    if _RECORD_MARK in data:
        return sum(bool(record.strip()) for record in data.split(_RECORD_MARK))
    return sum(bool(record.strip()) for record in data.splitlines())
