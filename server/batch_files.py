"""Site files of any format that the command line takes, in the body of a request. No flask here."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath

from geo.errors import InputError
from layers.sites.cells.columns import understand
from layers.sites.cells.rows import Record
from layers.sites.doctor.garbled import mended, with_advice
from layers.sites.doctor.whole_file import advice_of_names
from layers.sites.faults import fault
from layers.sites.read.intake import KNOWN_SUFFIXES, open_source
from layers.sites.read.sources import Source, settle_crs
from layers.vector_kinds import INSTEAD
from server.batch_input import Item, Reader, Terms, with_remarks
from server.errors import UnsupportedTypeError
from server.upload import Upload

FILE_TYPES = {
    "application/zip": ".zip",
    "application/vnd.google-earth.kml+xml": ".kml",
    "application/vnd.google-earth.kmz": ".kmz",
    "application/geopackage+sqlite3": ".gpkg",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.apache.parquet": ".parquet",
    "image/vnd.dxf": ".dxf",
    "text/tab-separated-values": ".tsv",
}
"""Types of body that are files of one format each."""

_IN_SEVERAL = (".shp", ".gdb")
FORMATS = tuple(sorted(KNOWN_SUFFIXES - {*_IN_SEVERAL}))
"""Extensions of files that are taken."""


def suffix_of(name: str) -> str:
    """The format of a file, by its name.

    Raises
    ------
    UnsupportedTypeError
        If it is none of ours, or one that a single file cannot hold.
    """
    suffix = PurePath(name.replace("\\", "/")).suffix.lower()
    if suffix in _IN_SEVERAL:
        told = {
            "zh": "请把 .shp、.shx、.dbf、.prj（或 .gdb 文件夹）打成一个 ZIP 再上传",
            "en": "pack .shp, .shx, .dbf and .prj (or the .gdb folder) into one zip",
        }
        raise UnsupportedTypeError(fault("name", name, ".zip", **told))
    if suffix not in FORMATS:
        told = {"zh": "不认识的文件格式", "en": "the format of the file is not known"}
        if instead := INSTEAD.get(suffix):
            told = {"zh": f"请另存为 {instead} 再用", "en": f"save it as {instead}"}
        raise UnsupportedTypeError(fault("name", name, ", ".join(FORMATS), **told))
    return suffix


def file_reader(
    upload: Upload, terms: Terms, suffix: str, layer: str | None, *, name: str | None = None
) -> Reader:
    """Rows of a file, as the command line reads it; what was taken for granted stands in every answer.

    Parameters
    ----------
    suffix
        Its format.
    layer
        Which data set or layer, where there are several.
    name
        The file's own name.

    Raises
    ------
    UnreadableError
        If it is refused as a whole.
    InputError
        If it holds several layers, says nowhere where the sites are, or names another CRS than the request.
    """
    path = upload.laid_down(suffix)

    @contextlib.contextmanager
    def opened() -> Iterator[Source]:
        source = mended(open_source(path, layer=layer), terms.defaults.remedies)
        try:
            yield source
        finally:
            source.close()

    with opened() as source:
        crs, remarks = settle_crs(source, terms.defaults.crs)
        rulebook, headers = terms.bundle.rulebook, source.headers
        try:
            columns = understand(headers, rulebook, has_geometry=source.features, where=source.name)
        except InputError as error:
            raise with_advice(error, headers) from None
        told = (*source.remarks, *remarks)
        names = (*headers, *([] if name is None else [name]))
        advice = advice_of_names(names, headers, crs, terms.defaults.remedies)
    maker = terms.maker(columns, replace(terms.defaults, crs=crs))

    def raw() -> Iterator[Record]:
        with opened() as source:
            for chunk in source.chunks:
                yield from (with_remarks(record, told) for record in chunk)

    def item(_: int, record: Record) -> Item:
        return Item(row=maker.row(record))

    return Reader(raw=raw, item=item, headers=headers, advice=advice)
