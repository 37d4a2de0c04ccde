"""The formats of output, by extension; a file takes its place only when it is whole."""

import contextlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from geo.errors import InputError
from geo.model import Text
from layers.sites.answered import Answered, Wanted
from layers.sites.faults import fault
from layers.sites.run import RunInfo, Tally
from layers.sites.write.arrow import ParquetFormat
from layers.sites.write.csv_text import CsvFormat
from layers.sites.write.dxf_text import DxfFormat
from layers.sites.write.exchange import Exchange
from layers.sites.write.gpkg import GpkgFormat
from layers.sites.write.html_page import HtmlFormat
from layers.sites.write.json_text import GeoJsonFormat, JsonFormat
from layers.sites.write.kml_text import KmlFormat
from layers.sites.write.results import Layout
from layers.sites.write.shapefile import ShapefileFormat
from layers.sites.write.survey_text import SurveyFormat
from layers.sites.write.workbook import XlsxFormat

EXCHANGE = (".gpkg", ".shp.zip", ".kml", ".dxf", ".txt")
"""Extensions of what geographers open; all are made of the same pieces."""

FORMATS = (".csv", ".json", ".geojson", ".xlsx", ".parquet", *EXCHANGE, ".html")
"""Extensions of output files."""

WITH_MET = (".gpkg", ".shp.zip", ".kml", ".dxf", ".xlsx")
"""Formats that can hold hits or overlaps beside the sites."""

IN_FULL = (".json", ".html")
"""Formats whose answers hold the margins of all that they report, as a single answer does."""


class Format(Protocol):
    """What every format offers: a piece, made where its chunk is answered, and the whole of them."""

    def piece(self, answered: Answered) -> bytes:
        """What a chunk comes to."""

    def assemble(self, out: Path, pieces: Iterable[bytes], run: RunInfo, tally: Tally) -> tuple[Text, ...]:
        """Write the file from the pieces of all chunks, in order. Equal pieces make equal bytes.

        Parameters
        ----------
        pieces
            May be gone through more than once.

        Returns
        -------
        What the format could not hold, or wants to be known with it.
        """


_PLAIN: dict[str, Callable[[Layout], Format]] = {
    ".json": JsonFormat,
    ".geojson": GeoJsonFormat,
    ".parquet": ParquetFormat,
    ".html": HtmlFormat,
}


_EXCHANGED: dict[str, Callable[[Layout, bool], Exchange]] = {
    ".gpkg": GpkgFormat,
    ".shp.zip": ShapefileFormat,
    ".kml": KmlFormat,
    ".dxf": DxfFormat,
    ".txt": SurveyFormat,
}


def suffix_of(out: Path) -> str:
    """The extension of an output, in lower case; that of zipped shapefiles has two parts."""
    return next((s for s in FORMATS if s.count(".") > 1 and out.name.lower().endswith(s)), out.suffix.lower())


def format_of(suffix: str, layout: Layout, *, encoding: str = "utf-8", met: bool = False) -> Format:
    """The format of an extension.

    Parameters
    ----------
    met
        With hits and overlaps, where it can hold them.

    Raises
    ------
    InputError
        If it cannot hold so many columns.
    """
    if suffix == ".csv":
        return CsvFormat(layout, encoding)
    if suffix == ".xlsx":
        workbook = XlsxFormat(layout, met)
        workbook.check()
        return workbook
    if suffix in _EXCHANGED:
        exchanged = _EXCHANGED[suffix](layout, met)
        exchanged.check()
        return exchanged
    return _PLAIN[suffix](layout)


def wanted_by(suffix: str, layout: Layout, *, hits: bool, met: bool) -> Wanted:
    """What a format needs beside the result cells."""
    shapes = suffix in {".geojson", *EXCHANGE} or (suffix == ".parquet" and layout.features)
    return Wanted(shapes=shapes, bodies=suffix == ".json", hits=hits, met=met and suffix in WITH_MET)


@contextlib.contextmanager
def replacing(out: Path, token: str | None = None) -> Iterator[Path]:
    """A temporary path beside ``out`` that replaces it when all went well and vanishes when not.

    Parameters
    ----------
    token
        Part of its name; None = a random one.
    """
    temporary = out.with_name(f".{out.stem}.{token or secrets.token_hex(4)}.part{out.suffix}")
    try:
        yield temporary
        temporary.replace(out)
    finally:
        for leftover in [path for path in out.parent.iterdir() if path.name.startswith(temporary.name)]:
            leftover.unlink(missing_ok=True)


def check_out(out: Path, *, where: str = "-o", formats: Sequence[str] | None = FORMATS) -> None:
    """Refuse an output that could not be written at the end of a long run.

    Raises
    ------
    InputError
        For an extension that is none of ``formats`` (None = any), a folder that is not there, or a folder
        in the file's place.
    """
    if formats is not None and suffix_of(out) not in formats:
        raise InputError(
            fault(where, out.name, ", ".join(formats), zh="不支持的输出格式", en="unknown output format")
        )
    if out.is_dir() or not out.parent.is_dir():
        raise InputError(
            fault(
                where,
                out,
                "a file in an existing folder",
                zh="输出文件所在的文件夹不存在，或此处已是文件夹",
                en="the folder of the output does not exist, or a folder stands in the file's place",
            )
        )
