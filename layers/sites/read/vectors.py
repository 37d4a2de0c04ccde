"""Vector files that GDAL reads: GPKG, shapefile, FlatGeobuf, file geodatabase, GML, GPX."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pyarrow as pa

from geo.crs import crs_from_wkt
from geo.errors import InputError
from geo.model import Text
from layers import gdal
from layers.readers import reason
from layers.shapefile import RAW, Letters, letters_of
from layers.sites.cells.rows import Record
from layers.sites.faults import fault
from layers.sites.read.chunks import ArrowRows
from layers.sites.read.gdal_process import GdalProcess, Question, Reading
from layers.sites.read.sources import CHUNK_ROWS, Source, unreadable
from layers.sites.read.tables import arrow_rows
from layers.vector_kinds import check_vector

_OPTIONS = {".gml": {"DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO"}}
"""A GML file neither fetches its schema nor leaves one beside itself."""


def read_gdal(path: Path, layer: str | None) -> Source:
    """Open a vector file of a format of `layers.vector_kinds`.

    Parameters
    ----------
    layer
        Needed only where the file has several with geometry.

    Raises
    ------
    UnreadableError
        If it is not what its name says, leads elsewhere, or GDAL cannot read it.
    InputError
        If the layer is not said and there are several.
    """
    check_vector(path)
    with contextlib.ExitStack() as on_failure:
        process = on_failure.enter_context(contextlib.closing(GdalProcess(path)))
        table, head, headers, remarks = _opened(path, layer, process)
        named = zip(head.fields, headers, strict=True)
        crs = None if head.crs is None or head.geometry is None else head.crs
        source = Source(
            name=path.name,
            headers=headers,
            chunks=_gdal_chunks(table, head),
            payloads=partial(_gdal_rows, table, head) if table.letters is None else None,
            features=head.geometry is not None,
            crs=None if crs is None else crs_from_wkt(crs, where=f"{path.name}: crs").name,
            total=head.features if head.features >= 0 else None,
            schema=pa.schema([head.schema.field(name).with_name(header) for name, header in named]),
            remarks=remarks,
            close=process.close,
        )
        on_failure.pop_all()
    return source


def _opened(
    path: Path, layer: str | None, process: GdalProcess
) -> tuple["_Table", Reading, tuple[str, ...], tuple[Text, ...]]:
    """The table chosen, its head, the names of its columns and remarks on them."""
    try:
        chosen = _layer(process.layers(), layer, path.name)
        letters = letters_of(path, chosen)
        options = _OPTIONS.get(path.suffix.lower(), {})
        table = _Table(process=process, layer=chosen, letters=letters, options=options)
        head = process.read(table.question())
        return table, head, *_headers(head.fields, letters)
    except UnicodeError as error:
        raise unreadable(
            path.name,
            error,
            allowed=".cpg: UTF-8, GBK …",
            zh="字段名不是所写的编码：请改正或删去 .cpg",
            en="the field names are not in the encoding stated: correct or remove the .cpg",
        ) from error
    except NameError as error:  # pyogrio's own, where GDAL cannot make a CRS of what it found
        raise unreadable(
            path.name,
            ".prj",
            allowed="WKT",
            zh="坐标系定义损坏：请改正，或删去 .prj 并用 --crs 指定",
            en="the definition of the CRS is damaged: correct it, or remove the .prj and name it with --crs",
        ) from error
    except (gdal.DataSourceError, gdal.DataLayerError, LookupError, ValueError) as error:
        raise unreadable(
            path.name, reason(error), zh="读不成矢量文件或表格", en="not readable as a vector file or table"
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A table that GDAL reads; ``letters`` where its texts are decoded by ourselves."""

    process: GdalProcess
    layer: str
    letters: Letters | None
    options: dict[str, str] = field(default_factory=dict)

    def question(self, rows: int = 0) -> Question:
        """Its rows in batches of so many; 0: its head."""
        encoding = None if self.letters is None else RAW
        return Question(layer=self.layer, rows=rows, encoding=encoding, options=self.options)


def _headers(fields: tuple[str, ...], letters: Letters | None) -> tuple[tuple[str, ...], tuple[Text, ...]]:
    """Names as people read them, and remarks."""
    if letters is None:
        return fields, ()
    names, cut = letters.names(fields)
    return names, (*letters.remarks, *cut)


def _layer(layers: dict[str, str | None], asked: str | None, name: str) -> str:
    spatial = [layer for layer, kind in layers.items() if kind is not None] or list(layers)
    if asked in layers:
        return str(asked)
    if asked is None and len(spatial) == 1:
        return spatial[0]
    raise InputError(
        fault(
            f"{name}: layer",
            asked or f"{len(spatial)} layers",
            ", ".join(layers) or "(none)",
            zh="文件含多个图层或没有所选图层，请用 --layer 指定其一",
            en="the file has several layers, or not the one asked for: name one with --layer",
        )
    )


def _gdal_chunks(table: _Table, head: Reading) -> Iterator[list[Record]]:
    for payload in _gdal_rows(table, head, rows=CHUNK_ROWS):
        chunk = payload.open().records()
        yield chunk if table.letters is None else [_spelt(record, table.letters) for record in chunk]


def _gdal_rows(table: _Table, head: Reading, *, rows: int) -> Iterator[ArrowRows]:
    batches = _all_of(table.process.read(table.question(rows)).batches, head.features)
    yield from arrow_rows(batches, head.fields, head.geometry)


def _all_of(batches: Iterator[pa.RecordBatch], total: int) -> Iterator[pa.RecordBatch]:
    """The batches; GDAL ends without a word where a file is cut, so that rows are counted.

    Raises
    ------
    ValueError
        If there are fewer rows than the file says.
    """
    seen = 0
    for batch in batches:
        seen += batch.num_rows
        yield batch
    if seen < total:
        raise ValueError(f"{seen} of {total} rows")


def _spelt(record: Record, letters: Letters) -> Record:
    return replace(record, values=tuple(map(letters.cell, record.values)))
