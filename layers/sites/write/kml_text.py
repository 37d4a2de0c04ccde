"""Results as KML: folders of sites and overlaps, coloured by verdict. Texts are texts, never markup."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.model import SEVERITY, VERDICT_TEXT, Text, Verdict
from layers.sites.cells.values import cell_text
from layers.sites.run import RunInfo, Tally
from layers.sites.write.exchange import HIT_LINES, NAMES, PIECES, SITES, Exchange, Sites, shapes_of, tables
from layers.sites.write.met import OVERLAPS
from layers.sites.write.notes import notes

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document>\n'
_FOOT = "</Document>\n</kml>\n"
_COLOURS = {
    Verdict.CLEAR: "4caf50",
    Verdict.NOTICE: "26a69a",
    Verdict.UNDETERMINED: "8e8ec0",
    Verdict.CONDITIONAL: "fbc02d",
    Verdict.RESTRICTED: "f57c00",
    Verdict.PHASE_OUT: "e64a19",
    Verdict.PROHIBITED: "c62828",
}
"""Red, green and blue by verdict."""

_OTHER = {"refused": "606060", "overlap": "1f1f1f"}
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FOLDERS = {"zh": ("选址", "重叠部分", "命中分区"), "en": ("sites", "overlaps", "zones met")}

SAME_DATUM = Text(
    "KML 规定为 WGS84：CGCS2000 坐标原样写出（二者相差厘米至分米）",
    "KML is WGS84 by definition: CGCS2000 coordinates stand as they are (they differ by centimetres to "
    "decimetres)",
)
_NO_HITS = Text(
    "KML 没有属性表：命中分区的逐条清单请用 gpkg、shp.zip，命令行也可加 --hits",
    "KML has no tables: for the lines of hits take gpkg, shp.zip or, on the command line, --hits",
)


@dataclass(frozen=True, slots=True)
class KmlFormat(Exchange):
    """A KML document."""

    def assemble(self, out: Path, pieces: Iterable[bytes], run: RunInfo, tally: Tally) -> tuple[Text, ...]:
        """Write the document, placemark by placemark."""
        del tally
        lang = self.layout.lang
        sites, overlaps, _ = _FOLDERS[lang]
        with out.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(_HEAD + self._about(run) + _schema(SITES, self.schema()))
            stream.write(_schema(PIECES, OVERLAPS) if self.met else "")
            stream.write(f"<Folder><name>{sites}</name>\n")
            for some in self.sites(pieces):
                stream.writelines(self._placemarks(some))
            stream.write("</Folder>\n")
            if self.met:
                stream.write(f"<Folder><name>{overlaps}</name>\n")
                for table in tables(pieces, PIECES):
                    stream.writelines(_overlaps(table))
                stream.write("</Folder>\n")
            stream.write(_FOOT)
        told = any(True for _ in tables(pieces, HIT_LINES))
        return (SAME_DATUM, *([_NO_HITS] if told else []), *self.kept_back(pieces, run))

    def _about(self, run: RunInfo) -> str:
        lang = self.layout.lang
        told = [*notes(run, lang), ("crs", SAME_DATUM.get(lang))]
        lines = "<br/>".join(_text(f"{name}: {text}") for name, text in told)
        data = "".join(_data(name, text) for name, text in told if name != "remark")
        styles = "".join(_style(verdict.value, _COLOURS[verdict]) for verdict in SEVERITY)
        others = "".join(_style(name, colour) for name, colour in _OTHER.items())
        return (
            f"<name>fenqu {run.on.isoformat()}</name>\n<description>{_text(lines)}</description>\n"
            f"{styles}{others}<ExtendedData>{data}</ExtendedData>\n"
        )

    def _placemarks(self, sites: Sites) -> Iterator[str]:
        names = sites.table.schema.names[:-1]
        columns = [sites.table.column(place).to_pylist() for place in range(len(names))]
        rows = zip(*columns, strict=True) if columns else iter(())
        lang = self.layout.lang
        for ident, verdict, shape, cells in zip(sites.ids, sites.verdicts, sites.shapes, rows, strict=True):
            word = None if verdict is None else VERDICT_TEXT[Verdict(verdict)].get(lang)
            yield _placemark(
                f"{ident} {word}" if word else ident,
                verdict or "refused",
                shape,
                _cells(SITES, zip(names, cells, strict=True)),
            )


def _overlaps(table: pa.Table) -> Iterator[str]:
    names = table.schema.names[:-1]
    columns = [table.column(name).to_pylist() for name in names]
    for shape, *cells in zip(shapes_of(table.column("geom")), *columns, strict=True):
        row = dict(zip(names, cells, strict=True))
        title = f"{row['site_id']} × {row['layer_name'] or row['layer']} {row['zone_name'] or row['zone']}"
        yield _placemark(title, "overlap", shape, _cells(PIECES, row.items()))


def _placemark(title: str, style: str, shape: Geometry | None, cells: str) -> str:
    return (
        f"<Placemark><name>{_text(title)}</name><styleUrl>#{style}</styleUrl>"
        f"<ExtendedData>{cells}</ExtendedData>{'' if shape is None else _geometry(shape)}</Placemark>\n"
    )


def _schema(which: int, schema: pa.Schema) -> str:
    """The columns of a folder.

    GDAL keeps the names of a schema; of plain data it makes ``____`` of all that is not ASCII, and loses one
    of two such names of a length.
    """
    fields = "".join(
        f'<SimpleField type="{_kind(field.type)}" name="{_text(field.name)}"></SimpleField>'
        for field in list(schema)[:-1]
    )
    return f'<Schema name="{NAMES[which]}" id="{NAMES[which]}_columns">{fields}</Schema>\n'


def _kind(kind: pa.DataType) -> str:
    """KML's name of a type; whole numbers of 64 bits, which it does not have, are text."""
    types = pa.types
    if types.is_floating(kind):
        return "double"
    if types.is_boolean(kind):
        return "bool"
    return "int" if types.is_int8(kind) or types.is_int16(kind) or types.is_int32(kind) else "string"


def _cells(which: int, cells: Iterable[tuple[str, object]]) -> str:
    told = "".join(
        f'<SimpleData name="{_text(name)}">{_text(cell_text(value))}</SimpleData>'
        for name, value in cells
        if value is not None and value == value  # noqa: PLR0124  NaN is the one value unequal to itself
    )
    return f'<SchemaData schemaUrl="#{NAMES[which]}_columns">{told}</SchemaData>'


def _data(name: str, value: str) -> str:
    return f'<Data name="{_text(name)}"><value>{_text(value)}</value></Data>'


def _text(text: str) -> str:
    """A text as XML holds it."""
    return escape(_ILLEGAL.sub("\ufffd", text))


def _style(name: str, colour: str) -> str:
    """Of lines, faces and pins; KML writes colours as alpha, blue, green, red."""
    turned = colour[4:6] + colour[2:4] + colour[0:2]
    return (
        f'<Style id="{name}"><IconStyle><color>ff{turned}</color></IconStyle>'
        f"<LineStyle><color>ff{turned}</color><width>2</width></LineStyle><PolyStyle><color>66{turned}</color></PolyStyle></Style>\n"
    )


def _geometry(shape: Geometry) -> str:
    if isinstance(shape, shapely.Point):
        return f"<Point>{_coordinates(shape)}</Point>"
    if isinstance(shape, shapely.LineString):
        return f"<LineString><tessellate>1</tessellate>{_coordinates(shape)}</LineString>"
    if isinstance(shape, shapely.Polygon):
        inner = "".join(f"<innerBoundaryIs>{_ring(ring)}</innerBoundaryIs>" for ring in shape.interiors)
        outer = f"<outerBoundaryIs>{_ring(shape.exterior)}</outerBoundaryIs>"
        return f"<Polygon><tessellate>1</tessellate>{outer}{inner}</Polygon>"
    return f"<MultiGeometry>{''.join(map(_geometry, shapely.get_parts(shape)))}</MultiGeometry>"


def _ring(ring: Geometry) -> str:
    return f"<LinearRing>{_coordinates(ring)}</LinearRing>"


def _coordinates(shape: Geometry) -> str:
    places = " ".join(f"{x!r},{y!r}" for x, y in shapely.get_coordinates(shape).tolist())
    return f"<coordinates>{places}</coordinates>"
