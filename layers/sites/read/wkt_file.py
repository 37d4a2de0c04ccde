"""Files of WKT: one geometry a line, or over several lines; ``SRID=4490;`` before it names the CRS."""

import re
from collections.abc import Generator, Iterator
from pathlib import Path

from shapely.geometry.base import BaseGeometry as Geometry

from geo.errors import InputError, Problem
from layers.sites.cells.places import MAX_WKT_CHARACTERS, from_wkt
from layers.sites.cells.rows import Record
from layers.sites.faults import fault
from layers.sites.read.sources import Source, in_chunks, unreadable

_KEYWORD = re.compile(
    r"\s*(?:SRID\s*=\s*(\d+)\s*;\s*)?((?:MULTI)?(?:POINT|LINESTRING|POLYGON)|LINEARRING|GEOMETRYCOLLECTION|"
    r"CIRCULARSTRING|COMPOUNDCURVE|CURVEPOLYGON|MULTICURVE|MULTISURFACE)\b",
    re.IGNORECASE,
)
_HEAD = 4_096


def looks_like_wkt(path: Path) -> bool:
    """Whether a text file begins with a geometry."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD).removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    return _KEYWORD.match(head.lstrip()) is not None


def read_wkt(path: Path) -> Source:
    """Open a file of WKT; a geometry that cannot be read is a refused row.

    Raises
    ------
    UnreadableError
        If it holds no geometry at all, or is no text.
    """
    total, srid = 0, None
    try:
        for text in _statements(path):
            match = _KEYWORD.match(text)
            srid = srid or (match[1] if match else None)
            total += 1
    except UnicodeDecodeError as error:
        raise unreadable(path.name, error, zh="文件须为 UTF-8 编码", en="the file must be UTF-8") from error
    if not total or not looks_like_wkt(path):
        raise unreadable(
            path.name,
            f"{total} lines",
            allowed="POINT (105.84 32.53)",
            zh="文件不是 WKT：须以 POINT、LINESTRING、POLYGON 等开头",
            en="no WKT: it must begin with POINT, LINESTRING, POLYGON …",
        )
    records = _records(path, srid)
    return Source(
        name=path.name,
        headers=(),
        chunks=in_chunks(records),
        features=True,
        crs=None if srid is None else f"EPSG:{srid}",
        total=total,
        close=records.close,
    )


def _statements(path: Path) -> Iterator[str]:
    """Texts that each begin with the name of a geometry; lines that do not go on with the one before."""
    held: list[str] = []
    length = 0
    with path.open(encoding="utf-8-sig") as lines:
        while line := lines.readline(MAX_WKT_CHARACTERS + 1):
            fresh = _KEYWORD.match(line) is not None
            if fresh and held:
                yield "".join(held)
                held, length = [], 0
            if line.strip() and length <= MAX_WKT_CHARACTERS:  # of one that is too long, as much as shows it
                held.append(line)
                length += len(line)
    if held:
        yield "".join(held)


def _records(path: Path, srid: str | None) -> Generator[Record]:
    for number, text in enumerate(_statements(path), start=1):
        where = f"row {number}"
        match = _KEYWORD.match(text)
        geometry: Geometry | None = None
        problems: tuple[Problem, ...] = ()
        if match is not None and match[1] not in {None, srid}:
            problems = (_second_srid(where, match[1], srid),)
        else:
            try:
                geometry = from_wkt(text[match.start(2) :] if match else text, where)
            except InputError as error:
                problems = error.problems
        yield Record(number=number, values=(), geometry=geometry, problems=problems)


def _second_srid(where: str, given: str, allowed: str | None) -> Problem:
    return fault(
        where,
        f"SRID={given}",
        f"SRID={allowed}",
        zh="同一文件须为同一坐标系，请分成几个文件",
        en="one file has one CRS: make a file for each",
    )
