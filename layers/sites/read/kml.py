"""KML read strictly by ourselves, placemark by placemark.

GDAL's reader makes up what it cannot read (``105.8,abc`` becomes latitude 0), drops unclosed rings and names
in Chinese, and passes over links to other files without a word.
"""

import codecs
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

import numpy as np
import pyarrow as pa
import shapely
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, iterparse
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry as Geometry

from geo.errors import InputError, Problem
from geo.model import Text
from layers.sites.cells.rows import Record
from layers.sites.faults import clip, fault
from layers.sites.read.geometry import MAX_VERTICES
from layers.sites.read.sources import Source, in_chunks, unreadable

MOST_BYTES = 256_000_000
"""Longest KML that is read."""

_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([\w-]+)""")
_CHINESE, _HEAD_BYTES = (b"gbk", b"gb2312", b"gb18030", b"cp936"), 256
_LINKS = ("NetworkLink", "Update")
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_TUPLE = re.compile(rf"{_NUMBER},{_NUMBER}(?:,{_NUMBER})?")
_FOLDER, _NAME, _DESCRIPTION = "folder", "name", "description"
_HOLDERS = ("kml", "Document", "Folder")
_LEAST_RING, _LEAST_LINE, _FLAT = 3, 2, 2
_MULTI: dict[str, Callable[[Any], Geometry]] = {
    "Point": shapely.MultiPoint,
    "LineString": shapely.MultiLineString,
    "Polygon": shapely.MultiPolygon,
}
_CLOSED = Text("环没有闭合，已按首点闭合", "a ring was not closed: it was closed at its first point")


def read_kml(path: Path, *, name: str | None = None) -> Source:
    """Open a KML file: its placemarks in order, in WGS84.

    Parameters
    ----------
    name
        For messages, where it is not the file's own (a KMZ).

    Raises
    ------
    UnreadableError
        If it is no KML, declares entities, is too long, or links to other files.
    """
    title = name or path.name
    if path.stat().st_size > MOST_BYTES:
        raise unreadable(
            title,
            f"{path.stat().st_size >> 20} MB",
            allowed=f"≤ {MOST_BYTES // 1_000_000} MB",
            zh="KML 文件过大，请拆分",
            en="the KML is too large: split it",
        )
    headers: dict[str, None] = {}
    total = 0
    for _, cells in _placemarks(path, title):
        headers.update(dict.fromkeys(cells))
        total += 1
    records = _records(path, title, tuple(headers))
    return Source(
        name=title,
        headers=tuple(headers),
        chunks=in_chunks(records),
        features=True,
        crs="EPSG:4326",
        total=total,
        schema=pa.schema([pa.field(header, pa.string()) for header in headers]),
        close=records.close,
    )


def _records(path: Path, title: str, headers: tuple[str, ...]) -> Generator[Record]:
    for number, (placemark, cells) in enumerate(_placemarks(path, title), start=1):
        geometry: Geometry | None = None
        problems: tuple[Problem, ...] = ()
        remarks: tuple[Text, ...] = ()
        try:
            geometry, remarks = _geometry(placemark, f"row {number}")
        except InputError as error:
            problems = error.problems
        yield Record(
            number=number,
            values=tuple(cells.get(header) for header in headers),
            geometry=geometry,
            feature_id=placemark.get("id"),
            problems=problems,
            remarks=remarks,
        )


@contextmanager
def _telling(title: str) -> Iterator[None]:
    """What the parser says, as our own refusal."""
    try:
        yield
    except DefusedXmlException as error:
        raise unreadable(
            title,
            type(error).__name__,
            allowed="KML without DTD",
            zh="XML 含文档类型声明或实体，不予读取",
            en="the XML declares a document type or entities: it is not read",
        ) from error
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        raise unreadable(title, clip(error), zh="读不成 KML", en="not readable as KML") from error


def _placemarks(path: Path, title: str) -> Iterator[tuple[Element, dict[str, str]]]:
    """Each placemark with its cells; what has been read is let go of."""
    above: list[tuple[Element, list[str]]] = []
    with _telling(title), _opened(path) as (stream, parser):
        for event, node in iterparse(stream, events=("start", "end"), parser=parser, forbid_dtd=True):
            tag = _tag(node)
            if event == "start":
                _check_start(tag, title, first=not above)
                above.append((node, []))
                continue
            above.pop()
            holder, names = above[-1] if above else (None, [])
            if tag == _NAME:
                names.append((node.text or "").strip())
            elif tag == "Placemark":
                folders = [one[0] for of, one in above if _tag(of) == "Folder" and one]
                yield node, _cells(node, "/".join(filter(None, folders)))
            if holder is not None and _tag(holder) in _HOLDERS:
                holder.remove(node)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """The file, and a parser of its own where it is in a Chinese encoding, of which expat reads none."""
    with path.open("rb") as stream:
        declared = _DECLARED.match(stream.read(_HEAD_BYTES))
        stream.seek(0)
        if declared is None or declared[1].lower() not in _CHINESE:
            yield stream, None
            return
        recoded = codecs.EncodedFile(stream, "utf-8", "gb18030")
        yield recoded, DefusedXMLParser(target=TreeBuilder(), encoding="utf-8", forbid_dtd=True)


def _check_start(tag: str, title: str, *, first: bool) -> None:
    if first and tag != "kml":
        raise unreadable(title, clip(tag), allowed="<kml>", zh="不是 KML 文件", en="not a KML file")
    if tag in _LINKS:
        raise unreadable(
            title,
            f"<{tag}>",
            allowed="Placemark",
            zh="KML 引用了别处的文件（NetworkLink），不予读取；请导出数据本身",
            en="the KML links to other files (NetworkLink): they are not fetched; export the data themselves",
        )


def _tag(node: Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _cells(placemark: Element, folder: str) -> dict[str, str]:
    """Name, description, folder and the extended data of a placemark."""
    cells = {_tag(node): _text(node) for node in placemark if _tag(node) in {_NAME, _DESCRIPTION}}
    if folder:
        cells[_FOLDER] = folder
    for node in placemark.iter():
        key = str(node.get("name") or "")
        if key and _tag(node) == "Data":
            cells.setdefault(key, next((_text(child) for child in node if _tag(child) == "value"), ""))
        elif key and _tag(node) == "SimpleData":
            cells.setdefault(key, _text(node))
    return cells


def _text(node: Element) -> str:
    return (node.text or "").strip()


def _geometry(placemark: Element, where: str) -> tuple[Geometry | None, tuple[Text, ...]]:
    """The one geometry of a placemark, None where it has none, and what is to be remarked.

    Raises
    ------
    InputError
        If a coordinate cannot be read, a shape is too short, or shapes of several kinds are put together.
    """
    shapes: list[Geometry] = []
    remarks: list[Text] = []
    for child in placemark:
        _collect(child, where, shapes, remarks)
    kinds = {shape.geom_type for shape in shapes}
    if len(kinds) > 1:
        raise InputError(
            fault(
                where,
                ", ".join(sorted(kinds)),
                "one kind of geometry",
                zh="一个地标内混有点、线、面，请分开",
                en="one placemark holds points, lines and areas together: separate them",
            )
        )
    if len(shapes) > 1:
        return _MULTI[shapes[0].geom_type](shapes), tuple(dict.fromkeys(remarks))
    return (shapes[0] if shapes else None), tuple(dict.fromkeys(remarks))


def _collect(node: Element, where: str, shapes: list[Geometry], remarks: list[Text]) -> None:
    tag = _tag(node)
    if tag in {"MultiGeometry", "MultiTrack"}:
        for child in node:
            _collect(child, where, shapes, remarks)
    elif tag == "Point":
        shapes.append(shapely.Point(_positions(node, where, exactly=1)[0]))
    elif tag in {"LineString", "LinearRing"}:
        shapes.append(shapely.LineString(_positions(node, where, least=_LEAST_LINE)))
    elif tag == "Track":
        coords = [",".join(_text(child).split()) for child in node if _tag(child) == "coord"]
        shapes.append(shapely.LineString(_parsed(coords, where, least=_LEAST_LINE)))
    elif tag == "Polygon":
        outer = _rings(node, "outerBoundaryIs", where, remarks)
        if len(outer) != 1:
            raise InputError(_no_shape(where, f"{len(outer)} outerBoundaryIs", "1 outerBoundaryIs"))
        shapes.append(shapely.Polygon(outer[0], _rings(node, "innerBoundaryIs", where, remarks)))
    elif tag == "Model":
        raise InputError(_no_shape(where, tag, "Point, LineString, Polygon, MultiGeometry, gx:Track"))


def _rings(polygon: Element, boundary: str, where: str, remarks: list[Text]) -> list[NDArray[np.float64]]:
    rings = []
    for ring in (ring for child in polygon if _tag(child) == boundary for ring in child):
        line = _positions(ring, where, least=_LEAST_RING)
        if (line[0] != line[-1]).any():
            line = np.vstack((line, line[:1]))
            remarks.append(_CLOSED)
        rings.append(line)
    return rings


def _positions(node: Element, where: str, *, least: int = 1, exactly: int = 0) -> NDArray[np.float64]:
    texts = [_text(child) for child in node if _tag(child) == "coordinates"]
    commas = sum(text.count(",") for text in texts)
    if commas > _FLAT * MAX_VERTICES:  # before millions of small texts are made of it
        raise InputError(_too_many(where, commas // _FLAT))
    return _parsed(" ".join(texts).split(), where, least=least, exactly=exactly)


def _parsed(tuples: list[str], where: str, *, least: int = 1, exactly: int = 0) -> NDArray[np.float64]:
    """Positions of ``lon,lat[,height]`` texts, shape (n, 2), or (n, 3) where a height says something."""
    if len(tuples) > MAX_VERTICES:
        raise InputError(_too_many(where, len(tuples)))
    wrong = next((one for one in tuples if not _TUPLE.fullmatch(one)), None)
    if wrong is not None:
        told = {
            "zh": "坐标读不出来：须为 经度,纬度（逗号后无空格）",
            "en": "not readable: lon,lat without blanks",
        }
        raise InputError(fault(where, wrong, "105.84,32.53", **told))
    if len(tuples) < least or (exactly and len(tuples) != exactly):
        raise InputError(_no_shape(where, f"{len(tuples)} positions", f"{exactly or f'≥ {least}'} positions"))
    numbers = [[float(part) for part in one.split(",")] for one in tuples]
    high = any(len(one) > _FLAT and one[_FLAT] for one in numbers)
    width = _FLAT + high
    return np.array([(*one, 0.0)[:width] for one in numbers], dtype=np.float64)


def _too_many(where: str, count: int) -> Problem:
    told = {"zh": f"一处选址最多 {MAX_VERTICES} 个顶点", "en": f"at most {MAX_VERTICES} vertices a site"}
    return fault(where, f"{count} vertices or more", f"at most {MAX_VERTICES} vertices", **told)


def _no_shape(where: str, given: str, allowed: str) -> Problem:
    told = {"zh": "几何不完整或不支持", "en": "the geometry is not whole, or not of a kind taken"}
    return fault(where, given, allowed, **told)
