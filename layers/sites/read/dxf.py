"""DXF drawings: closed lines are areas; lettering, paper space and block references are no sites.

Blocks are not expanded: a few nested references to each other make a drawing of a billion parts.
"""

import contextlib
from collections.abc import Generator
from pathlib import Path

import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.errors import UnreadableError
from geo.model import Text
from layers import gdal
from layers.readers import reason
from layers.shapefile import RAW
from layers.sites.cells.rows import Record
from layers.sites.read.gdal_process import GdalProcess, Question
from layers.sites.read.sources import CHUNK_ROWS, Source, in_chunks, unreadable
from layers.vector_kinds import check_vector

MOST_BYTES = 256_000_000
MOST_ENTITIES = 200_000
"""Largest drawing, and most entities of one, that are read."""

_LAYER = "entities"
_OPTIONS = {"CLOSED_LINE_AS_POLYGON": "YES", "INLINE_BLOCKS": "NO"}
_ARCS = {"OGR_ARC_STEPSIZE": "0.5"}
"""Degrees of arc to a chord: 1 cm within 1 km of radius, where GDAL's own 4° are 60 cm off."""

_HEADERS = {"layer": "Layer", "handle": "EntityHandle", "linetype": "Linetype"}
_LETTERING = ("AcDbText", "AcDbMText", "AcDbDimension", "AcDbAttribute")
_LEAST_RING = 4
_HEAD = 65_536
_CODEPAGE = b"$DWGCODEPAGE"
_SAMPLE = 16_000_000


def read_dxf(path: Path) -> Source:
    """Open a drawing: a row for each point, line or area in model space. A DXF names no CRS.

    Raises
    ------
    UnreadableError
        If it is no DXF, or too large.
    """
    check_vector(path)
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise _too_much(path, f"{size >> 20} MB", f"≤ {MOST_BYTES >> 20} MB")
    codec, remarks = _codec(path)
    left = {"lettering": 0, "paper": 0, "blocks": 0}
    kept = 0
    for record in _entities(path, codec, left):
        kept = record.number
    records = _entities(path, codec, dict(left))
    return Source(
        name=path.name,
        headers=tuple(_HEADERS),
        chunks=in_chunks(records),
        features=True,
        total=kept,
        schema=pa.schema([pa.field(name, pa.string()) for name in _HEADERS]),
        remarks=(*remarks, *_told(left)),
        close=records.close,
    )


def _entities(path: Path, codec: str | None, left: dict[str, int]) -> Generator[Record]:
    """Records of what may be a site; the others are counted in ``left``."""
    number = seen = 0
    options = _OPTIONS if codec is None else {**_OPTIONS, "ENCODING": RAW}
    question = Question(layer=_LAYER, rows=CHUNK_ROWS, options=options, config=_ARCS)
    try:
        with contextlib.closing(GdalProcess(path)) as process:
            reading = process.read(question)
            for batch in reading.batches:
                seen += batch.num_rows
                if seen > MOST_ENTITIES:
                    raise _too_much(path, f"> {MOST_ENTITIES} entities", f"≤ {MOST_ENTITIES} entities")
                shapes = shapely.from_wkb(batch.column(reading.geometry).to_pylist(), on_invalid="ignore")
                for row, shape in zip(batch.to_pylist(), shapes, strict=True):
                    why = _no_site(row)
                    if why is not None:
                        left[why] += 1
                        continue
                    number += 1
                    values = tuple(_spelt(row.get(theirs), codec) for theirs in _HEADERS.values())
                    yield Record(number=number, values=values, geometry=_area(shape))
    except (gdal.DataSourceError, gdal.DataLayerError, UnicodeError, pa.ArrowException) as error:
        raise unreadable(path.name, reason(error), zh="读不成 DXF 图形", en="not readable as DXF") from error


def _area(shape: Geometry | None) -> Geometry | None:
    """A line that ends where it began as the area in it, marked as closed or not; a circle too."""
    if not isinstance(shape, shapely.LineString) or not shape.is_closed:
        return shape
    area = shapely.Polygon(shape) if shapely.get_num_coordinates(shape) >= _LEAST_RING else None
    return shape if area is None or not area.area else area


def _no_site(row: dict[str, object]) -> str | None:
    """Why an entity is none of the plan's own shapes."""
    if row.get("PaperSpace"):
        return "paper"
    if row.get("BlockName"):
        return "blocks"
    classes = str(row.get("SubClasses") or "")
    return "lettering" if row.get("Text") or any(one in classes for one in _LETTERING) else None


def _told(left: dict[str, int]) -> tuple[Text, ...]:
    closed = Text(
        "闭合线按面处理，弧线按折线处理，内圈不作为洞",
        "closed lines are areas, arcs are chains of chords, inner outlines are no holes",
    )
    words = {
        "lettering": ("{} 处注记、标注未作为选址", "{} texts and dimensions are no sites"),
        "paper": ("图纸空间的 {} 个图元未读取", "{} entities of paper space were not read"),
        "blocks": (
            "{} 个块参照未展开，如为选址请先炸开",
            "{} block references were not expanded: explode them if they are sites",
        ),
    }
    return (closed, *(Text(*(w.format(left[key]) for w in words[key])) for key in words if left[key]))


def _spelt(cell: object, codec: str | None) -> object:
    """A text that was read byte by byte, as it was meant."""
    if codec is None or not isinstance(cell, str):
        return cell
    return cell.encode(RAW, "replace").decode(codec, "replace")


def _codec(path: Path) -> tuple[str | None, tuple[Text, ...]]:
    """The encoding of a drawing that names none: UTF-8 or GB18030, by its bytes; GDAL would take Latin."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        if _CODEPAGE in head:
            return None, ()
        sample = head + stream.read(_SAMPLE)
    if sample.isascii():
        return None, ()
    try:
        sample[: sample.rfind(b"\n")].decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030", (Text("未注明编码，按 GB18030 读取", "no encoding is named: read as GB18030"),)
    return "utf-8", (Text("未注明编码，按 UTF-8 读取", "no encoding is named: read as UTF-8"),)


def _too_much(path: Path, given: str, allowed: str) -> UnreadableError:
    return unreadable(
        path.name,
        given,
        allowed=allowed,
        zh="图形过大，请只保留用地范围",
        en="the drawing is too large: leave in the outline of the site only",
    )
