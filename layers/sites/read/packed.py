"""Zipped inputs: unpacked into a folder of their own, which goes when the source is closed."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from geo.errors import InputError, Problem
from layers.archives import unpack
from layers.sites.faults import fault
from layers.sites.read.kml import read_kml
from layers.sites.read.scratch import scratch
from layers.sites.read.sources import Source

_SIDECARS = (".shx", ".dbf", ".prj", ".cpg", ".qpj")
_TIERS = (
    (".shp", ".gdb", ".gpkg", ".kml", ".fgb", ".dxf", ".geojson", ".parquet", ".geoparquet", ".gml", ".gpx"),
    (".csv", ".tsv", ".xlsx", ".wkt", ".geojsonl", ".ndjson"),
    (".txt", ".json"),
)
"""What is read of an archive; a read-me beside a shapefile is not taken for a table."""

_KNOWN = {suffix for tier in _TIERS for suffix in tier} | set(_SIDECARS)
Opener = Callable[[Path, str | None], Source]


def open_zip(path: Path, layer: str | None, opener: Opener) -> Source:
    """Open the one data set of an archive.

    Parameters
    ----------
    layer
        Where there are several: the name of one without extension, with its folders where names recur. Else a
        layer of the one there is.
    opener
        What opens a file that is not packed.

    Raises
    ------
    UnreadableError
        If the archive is refused, or its data set is.
    InputError
        If there is none, or there are several.
    """
    with contextlib.ExitStack() as held:
        folder = held.enter_context(scratch())
        found = _datasets(unpack(path, folder, _wanted))
        named = [one for one in found if layer in _names(one)] if len(found) > 1 else found
        if len(named) != 1:
            raise InputError(_which(path.name, layer, found))
        inner = None if len(found) > 1 else layer
        source = opener(folder / named[0], inner)
        held.callback(source.close)
        return replace(source, name=path.name, close=held.pop_all().close)


def open_kmz(path: Path) -> Source:
    """Open the KML of a KMZ: ``doc.kml``, or the only one outside folders, or the only one.

    Raises
    ------
    UnreadableError
        If the archive or its KML is refused.
    InputError
        If there is no such KML, or there are several.
    """
    with contextlib.ExitStack() as held:
        folder = held.enter_context(scratch())
        every = unpack(path, folder, _is_kml)
        found = [one for one in every if len(one.parts) == 1] or list(every)
        named = [one for one in found if one.name.lower() == "doc.kml"] or found
        if len(named) != 1:
            raise InputError(_which(path.name, None, found))
        source = read_kml(folder / named[0], name=path.name)
        held.callback(source.close)
        return replace(source, close=held.pop_all().close)


def _wanted(member: PurePosixPath) -> bool:
    return member.suffix.lower() in _KNOWN or _database(member) is not None


def _is_kml(member: PurePosixPath) -> bool:
    return member.suffix.lower() == ".kml"


def _database(member: PurePosixPath) -> PurePosixPath | None:
    """The file geodatabase that a member is a file of."""
    return next((folder for folder in member.parents if folder.suffix.lower() == ".gdb"), None)


def _datasets(members: Sequence[PurePosixPath]) -> list[PurePosixPath]:
    """Files and databases of the first tier that has any, each once, in order."""
    found = dict.fromkeys(_database(member) or member for member in members)
    for tier in _TIERS:
        some = [one for one in found if one.suffix.lower() in tier]
        if some:
            return some
    return []


def _names(member: PurePosixPath) -> tuple[str, str]:
    """What a data set may be called by."""
    return member.stem, member.with_suffix("").as_posix()


def _which(name: str, layer: str | None, found: Sequence[PurePosixPath]) -> Problem:
    stems = {one.stem for one in found}
    return fault(
        f"{name}: layer",
        layer or f"{len(found)} data sets",
        ", ".join(_names(one)[len(stems) < len(found)] for one in found)
        or "SHP, GDB, GPKG, KML, DXF, GeoJSON, CSV, XLSX, TXT",
        zh="压缩包内没有数据，或有多份数据：请用 --layer 指定其一（不带扩展名）",
        en="the archive holds no data set, or several: name one with --layer (without extension)",
    )
