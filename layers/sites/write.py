"""Write results: a temporary file beside the target, which takes its place only when it is whole."""

import contextlib
import csv
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TextIO

import orjson
import shapely

from geo.answer import to_json
from geo.errors import InputError
from layers.sites.faults import fault
from layers.sites.results import Layout
from layers.sites.run import RunInfo
from layers.sites.screen import Result
from layers.sites.values import cell_text
from layers.sites.write_binary import BINARY_WRITERS
from layers.sites.write_html import HtmlWriter

CRS_MEMBER = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}


class Writer(Protocol):
    """What every format offers: results in order, then the end."""

    def write(self, results: Sequence[Result]) -> None:
        """Add results."""

    def close(self) -> None:
        """Complete the file."""

    def abandon(self) -> None:
        """Let go of what is half written; the file will be removed."""


@contextlib.contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A temporary path beside ``out`` that replaces it when all went well and vanishes when not."""
    temporary = out.with_name(f".{out.stem}.{secrets.token_hex(4)}.part{out.suffix}")
    try:
        yield temporary
        temporary.replace(out)
    finally:
        for leftover in [path for path in out.parent.iterdir() if path.name.startswith(temporary.name)]:
            leftover.unlink(missing_ok=True)


class CsvWriter:
    """CSV with the input's cells untouched; also for a stream such as standard output."""

    def __init__(self, stream: TextIO, layout: Layout) -> None:
        self._layout = layout
        self._stream = stream
        self._rows = csv.writer(stream, lineterminator="\n")
        self._rows.writerow([*layout.headers, *layout.names.values()])

    def write(self, results: Sequence[Result]) -> None:
        """Add results."""
        for result in results:
            ours = self._layout.cells(result).values()
            self._rows.writerow([*map(cell_text, result.row.original), *map(cell_text, ours)])

    def close(self) -> None:
        """Flush; whoever opened the stream closes it."""
        self._stream.flush()

    def abandon(self) -> None:
        """Nothing is held."""


class JsonWriter:
    """A list of the same bodies as HTTP, each with its ``site_id``, ``status`` and the row's own columns."""

    def __init__(self, stream: TextIO, layout: Layout) -> None:
        self._stream = stream
        self._headers = layout.unique_headers()
        self._separator = "[\n"

    def write(self, results: Sequence[Result]) -> None:
        """Add results."""
        for result in results:
            own = dict(zip(self._headers, map(_json_value, result.row.original), strict=True))
            body = json_body(result)
            head = {"site_id": body.pop("site_id"), "status": body.pop("status"), "input": own}
            text = orjson.dumps({**head, **body}).decode()
            self._stream.write(self._separator + text)
            self._separator = ",\n"

    def close(self) -> None:
        """End the list."""
        self._stream.write("[]\n" if self._separator.startswith("[") else "\n]\n")

    def abandon(self) -> None:
        """Nothing is held."""


def json_body(result: Result, detail: str = "findings") -> dict[str, object]:
    """The body of `geo.answer.to_json`, ``site_id`` and ``status``; a refused row has problems instead."""
    head: dict[str, object] = {"site_id": result.row.site_id, "status": result.status}
    if result.report is not None:
        return {**head, **to_json(result.report, detail)}
    problems = [
        {"where": p.where, "given": p.given, "allowed": p.allowed, "hint": {"zh": p.hint.zh, "en": p.hint.en}}
        for p in result.row.problems
    ]
    return {**head, "problems": problems}


class GeoJsonWriter:
    """A FeatureCollection in EPSG:4490: the site, the input's columns, the result columns."""

    def __init__(self, stream: TextIO, layout: Layout) -> None:
        self._stream = stream
        self._layout = layout
        self._headers = layout.unique_headers()
        crs = json.dumps(CRS_MEMBER)
        stream.write(f'{{"type": "FeatureCollection", "crs": {crs}, "features": [\n')
        self._separator = ""

    def write(self, results: Sequence[Result]) -> None:
        """Add results."""
        for result in results:
            site = result.row.site
            shape = None if site is None else json.loads(shapely.to_geojson(site.geometry))
            original = dict(zip(self._headers, map(_json_value, result.row.original), strict=True))
            feature = {
                "type": "Feature",
                "geometry": shape,
                "properties": {**original, **self._layout.cells(result)},
            }
            self._stream.write(self._separator + json.dumps(feature, ensure_ascii=False))
            self._separator = ",\n"

    def close(self) -> None:
        """End the collection."""
        self._stream.write("\n]}\n")

    def abandon(self) -> None:
        """Nothing is held."""


def _json_value(value: object) -> object:
    """A cell as JSON has it; dates and the like as text, NaN as null."""
    if isinstance(value, float) and value != value:  # noqa: PLR0124  NaN is the one value unequal to itself
        return None
    return (
        value
        if value is None or isinstance(value, str | int | float | bool | dict | list)
        else cell_text(value)
    )


TEXT_WRITERS = {".csv": CsvWriter, ".json": JsonWriter, ".geojson": GeoJsonWriter}


TextWriter = Callable[[TextIO, Layout], Writer]
FileWriter = Callable[[Path, Layout, RunInfo], Writer]
_TEXT: dict[str, TextWriter] = {".csv": CsvWriter, ".json": JsonWriter, ".geojson": GeoJsonWriter}
_FILE: dict[str, FileWriter] = {**BINARY_WRITERS, ".html": HtmlWriter}
FORMATS = (*_TEXT, *_FILE)
"""Extensions of output files."""


def check_out(out: Path, *, where: str = "-o", formats: Sequence[str] | None = FORMATS) -> None:
    """Refuse an output that could not be written at the end of a long run.

    Raises
    ------
    InputError
        For an extension that is none of ``formats`` (None = any), a folder that is not there, or a folder
        in the file's place.
    """
    if formats is not None and out.suffix.lower() not in formats:
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


@contextlib.contextmanager
def open_writer(out: Path, layout: Layout, run: RunInfo, *, encoding: str = "utf-8") -> Iterator[Writer]:
    """A writer for ``out`` by its extension; the file appears, or is replaced, only when the block ends well.

    Parameters
    ----------
    run
        What holds for the whole run: banner, date, disclaimer, for the formats people read.
    encoding
        Of CSV; the other formats are UTF-8 or binary.

    Raises
    ------
    InputError
        As `check_out`.
    """
    check_out(out)
    suffix = out.suffix.lower()
    with replacing(out) as temporary:
        if suffix in _FILE:
            with _finishing(_FILE[suffix](temporary, layout, run)) as writer:
                yield writer
            return
        code = encoding if suffix == ".csv" else "utf-8"
        with (
            temporary.open("w", encoding=code, newline="") as stream,
            _finishing(_TEXT[suffix](stream, layout)) as writer,
        ):
            yield writer


@contextlib.contextmanager
def _finishing(writer: Writer) -> Iterator[Writer]:
    try:
        yield writer
    except BaseException:
        writer.abandon()
        raise
    writer.close()
