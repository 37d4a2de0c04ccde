"""Results as DXF (R12, read by every CAD): metres of the survey grid, sites on layers by verdict.

Written as text: GDAL's driver writes faces as hatches and knows neither our layers' colours nor notes.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.measure import Objects
from geo.model import SEVERITY, VERDICT_TEXT, Text, Verdict
from layers.sites.run import RunInfo, Tally
from layers.sites.write.dbf import in_gbk
from layers.sites.write.exchange import PIECES, Exchange, shapes_of, tables
from layers.sites.write.notes import note_lines
from layers.sites.write.plane import Plane, plane_of

_COLOURS = {
    Verdict.CLEAR: 3,
    Verdict.NOTICE: 4,
    Verdict.UNDETERMINED: 5,
    Verdict.CONDITIONAL: 2,
    Verdict.RESTRICTED: 30,
    Verdict.PHASE_OUT: 6,
    Verdict.PROHIBITED: 1,
}
"""AutoCAD colour numbers by verdict."""

_OVERLAP_COLOUR, _WORDS_COLOUR = 8, 7
_REFUSED, _LABELS, _NOTES = "SITE_REFUSED", "LABELS", "NOTES"
_NAME_LENGTH = 31
_TEXT_LENGTH = 250
_LABEL_M, _NOTE_M = 5.0, 10.0
"""Heights of texts, metres."""

_HELD = Text(
    "DXF 只有图形、选址编号和结论：属性和命中清单请用 gpkg、shp.zip 或 xlsx；带洞的面，洞另画在 …_HOLE 层",
    "DXF holds outlines, ids and verdicts only: for attributes and hits take gpkg, shp.zip or xlsx; holes of "
    "polygons are drawn on layers …_HOLE",
)

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class DxfFormat(Exchange):
    """An R12 drawing in one 3° zone of CGCS2000, X of the drawing east with the zone's number, Y north."""

    def assemble(self, out: Path, pieces: Iterable[bytes], run: RunInfo, tally: Tally) -> tuple[Text, ...]:
        """Write the drawing, entity by entity; the first look finds the zone, the second the extent."""
        del tally
        lang = self.layout.lang
        plane = plane_of(some.shapes for some in self.sites(pieces))
        box, left_out = self._extent(pieces, plane)
        told = (*plane.remarks(), *self.unsure(pieces), *_left_out(left_out))
        remarks = (*told, _HELD, *self.kept_back(pieces, run))
        lines = (*note_lines(run, lang), *(remark.get(lang) for remark in remarks))
        with out.open("w", encoding="gbk", newline="\r\n") as stream:
            stream.writelines(f"999\n{_escaped(line)}\n" for line in lines)
            stream.write(_head(box, self._layers(pieces)))
            for some in self.sites(pieces):
                shapes = plane.drawn(some.shapes)
                for ident, verdict, shape in zip(some.ids, some.verdicts, shapes, strict=True):
                    if shape is not None:
                        stream.writelines(_entities(shape, _site_layer(verdict)))
                        stream.write(_label(shape, self._title(ident, verdict)))
            for layers, shapes in self._overlaps(pieces, plane):
                for layer, shape in zip(layers, shapes, strict=True):
                    if shape is not None:
                        stream.writelines(_entities(shape, _zone_layer(layer)))
            stream.writelines(_note(box, number, line) for number, line in enumerate(lines, start=1))
            stream.write("0\nENDSEC\n0\nEOF\n")
        return remarks

    def _title(self, ident: str, verdict: str | None) -> str:
        return ident if verdict is None else f"{ident} {VERDICT_TEXT[Verdict(verdict)].get(self.layout.lang)}"

    def _extent(self, pieces: Iterable[bytes], plane: Plane) -> tuple[Bounds, int]:
        """Bounds of what is drawn, and how many sites are not."""
        boxes, left_out = [], 0
        for some in self.sites(pieces):
            shapes = plane.drawn(some.shapes)
            drawn = shapes[[shape is not None for shape in shapes]]
            left_out += len(shapes) - len(drawn)
            if len(drawn):
                boxes.append(shapely.total_bounds(drawn))
        if not boxes:
            return (0.0, 0.0, 0.0, 0.0), left_out
        west, south = np.min(boxes, axis=0)[:2].tolist()
        east, north = np.max(boxes, axis=0)[2:].tolist()
        return (west, south, east, north), left_out

    def _overlaps(self, pieces: Iterable[bytes], plane: Plane) -> Iterator[tuple[list[str], Objects]]:
        for table in tables(pieces, PIECES):
            yield table.column("layer").to_pylist(), plane.drawn(shapes_of(table.column("geom")))

    def _layers(self, pieces: Iterable[bytes]) -> dict[str, int]:
        """Names and colours of all layers."""
        layers = {_site_layer(verdict.value): _COLOURS[verdict] for verdict in SEVERITY}
        layers |= {_REFUSED: _WORDS_COLOUR, _LABELS: _WORDS_COLOUR, _NOTES: _WORDS_COLOUR}
        zones = {
            name for table in tables(pieces, PIECES) for name in table.column("layer").unique().to_pylist()
        }
        layers |= {_zone_layer(name): _OVERLAP_COLOUR for name in sorted(zones)}
        return layers | {f"{name}_HOLE": colour for name, colour in layers.items() if colour != _WORDS_COLOUR}


def _site_layer(verdict: str | None) -> str:
    return _REFUSED if verdict is None else f"SITE_{verdict.upper()}"


def _zone_layer(layer: str) -> str:
    plain = re.sub(r"[^A-Z0-9_-]", "_", layer.upper())
    return f"ZONE_{plain}"[: _NAME_LENGTH - len("_HOLE")]


def _left_out(count: int) -> tuple[Text, ...]:
    if not count:
        return ()
    return (
        Text(
            f"{count} 个选址未画出：没有可用图形，或离该投影带太远",
            f"{count} sites are not drawn: without a usable shape, or too far from the zone",
        ),
    )


def _head(box: Bounds, layers: dict[str, int]) -> str:
    west, south, east, north = box
    rows = "".join(
        f"0\nLAYER\n2\n{name}\n70\n0\n62\n{colour}\n6\nCONTINUOUS\n" for name, colour in layers.items()
    )
    return (
        "0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1009\n9\n$DWGCODEPAGE\n3\nANSI_936\n"
        f"9\n$EXTMIN\n10\n{west:.4f}\n20\n{south:.4f}\n9\n$EXTMAX\n10\n{east:.4f}\n20\n{north:.4f}\n0\nENDSEC\n"
        "0\nSECTION\n2\nTABLES\n"
        "0\nTABLE\n2\nLTYPE\n70\n1\n0\nLTYPE\n2\nCONTINUOUS\n70\n0\n"
        "3\nSolid line\n72\n65\n73\n0\n40\n0.0\n0\nENDTAB\n"
        f"0\nTABLE\n2\nLAYER\n70\n{len(layers)}\n{rows}0\nENDTAB\n0\nENDSEC\n0\nSECTION\n2\nENTITIES\n"
    )


def _entities(shape: Geometry, layer: str) -> Iterator[str]:
    """A point, an open polyline, or the closed polylines of a polygon's rings."""
    if isinstance(shape, shapely.Point):
        yield f"0\nPOINT\n8\n{layer}\n10\n{shape.x:.4f}\n20\n{shape.y:.4f}\n"
    elif isinstance(shape, shapely.LineString):
        yield _polyline(shape, layer, closed=False)
    elif isinstance(shape, shapely.Polygon):
        yield _polyline(shape.exterior, layer, closed=True)
        for ring in shape.interiors:
            yield _polyline(ring, f"{layer}_HOLE", closed=True)
    else:
        for part in shapely.get_parts(shape):
            yield from _entities(part, layer)


def _polyline(line: Geometry, layer: str, *, closed: bool) -> str:
    places = shapely.get_coordinates(line)[: -1 if closed else None]
    vertices = "".join(f"0\nVERTEX\n8\n{layer}\n10\n{x:.4f}\n20\n{y:.4f}\n" for x, y in places.tolist())
    return f"0\nPOLYLINE\n8\n{layer}\n66\n1\n70\n{int(closed)}\n{vertices}0\nSEQEND\n8\n{layer}\n"


def _label(shape: Geometry, title: str) -> str:
    place = shapely.point_on_surface(shape)
    return _words(place.x, place.y, _LABEL_M, title, _LABELS)


def _note(box: Bounds, number: int, line: str) -> str:
    """A line of the notes, below the drawing."""
    west, south, *_ = box
    return _words(west, south - 2.0 * _NOTE_M * number, _NOTE_M, line, _NOTES)


def _words(x: float, y: float, height_m: float, text: str, layer: str) -> str:
    return f"0\nTEXT\n8\n{layer}\n10\n{x:.4f}\n20\n{y:.4f}\n40\n{height_m}\n1\n{_escaped(text)}\n"


def _escaped(text: str) -> str:
    r"""One line of GBK, with ``\U+0F40`` for other letters; a text cannot end its line nor make codes."""
    line = " ".join(text.replace("\\", "/").replace("^", "'").replace("%%", "% %").split())
    if len(line) > _TEXT_LENGTH:
        line = f"{line[: _TEXT_LENGTH - 1]}…"
    return "".join(c if c.isprintable() and in_gbk(c) == c else _unit_codes(c) for c in line)


def _unit_codes(character: str) -> str:
    r"""``\U+XXXX`` of each 16-bit unit."""
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\U+{units[at]:02X}{units[at + 1]:02X}" for at in range(0, len(units), 2))
