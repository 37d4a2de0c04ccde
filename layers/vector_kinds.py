"""Vector files looked at before GDAL opens them: each is what its name says, and holds its own data.

GDAL tells formats by content and follows what they name: virtual formats, views, remote schemas. What people
send is therefore opened only by the format of its name, and only where its first bytes agree.
"""

import glob
import sqlite3
import struct
from pathlib import Path
from urllib.parse import quote
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml import sax
from defusedxml.common import DefusedXmlException

from geo.errors import Problem, UnreadableError
from geo.model import Text
from layers.peek import follows

__all__ = ["DATASETS", "INSTEAD", "check_vector"]

_MARKS: dict[str, tuple[bytes, ...]] = {
    ".gpkg": (b"SQLite format 3\0",),
    ".shp": (b"\0\0\x27\x0a",),
    ".fgb": (b"fgb\x03",),
    ".gml": (b"<", b"\xef\xbb\xbf<"),
    ".gpx": (b"<", b"\xef\xbb\xbf<"),
}
"""First bytes of each format; a leading blank is no XML."""

_GDB_TABLE = "a00000001.gdbtable"
DATASETS = (*_MARKS, ".gdb", ".dxf")
"""Extensions of what is given to GDAL."""

_SIDECARS, _LONGEST_SIDECAR = (".prj", ".cpg", ".qpj"), 65_536
_MEMBERS = (".shx", ".dbf")
_TAIL_BYTES = 256
_XML = (".gml", ".gpx")
_OFFSETS_HEAD, _OFFSETS_VERSION, _ROWS_OF_A_BLOCK = struct.Struct("<4I"), 3, 1_024
_OWN_VIEWS = ("st_spatial_ref_sys", "st_geometry_columns")
INSTEAD = {
    **dict.fromkeys((".xls", ".et", ".ods"), "XLSX"),
    ".dwg": "DXF",
    ".mdb": "GDB, SHP",
    **dict.fromkeys((".rar", ".7z"), "ZIP"),
}
"""What people send that is not read, and as what they can send it."""

_VIRTUAL = "create virtual table"
_HARMLESS = "using rtree"


def check_vector(path: Path) -> None:
    """Refuse a file or folder that is not what its name says, or that leads elsewhere.

    Raises
    ------
    UnreadableError
        With what is wrong in both languages.
    """
    suffix = path.suffix.lower()
    if suffix not in DATASETS:
        given = path.suffix or "(no extension)"
        if instead := INSTEAD.get(suffix):
            told = {"zh": f"请另存为 {instead} 再用", "en": f"save it as {instead}"}
            raise _unreadable(path, given, **told)
        raise _unreadable(path, given, zh="不认识的格式", en="the format is not known")
    if suffix == ".gdb":
        _check_folder(path)
        return
    marks = _MARKS.get(suffix, (b"",))
    with path.open("rb") as stream:
        head = stream.read(max(map(len, marks)))
    if not head.startswith(marks):
        given = head.hex(" ") or "(empty)"
        told = {"zh": "内容与扩展名不符，或已损坏", "en": "it is not what its name says, or damaged"}
        raise _unreadable(path, given, **told)
    if suffix == ".gpkg":
        _check_tables(path)
    if suffix == ".shp":
        _check_sidecars(path)
    if suffix in {*_XML, ".dxf"} and follows(path):
        raise _elsewhere(path, path.name)
    if suffix in _XML:
        _check_xml(path)
    if suffix == ".dxf":
        _check_end(path)


def _check_folder(path: Path) -> None:
    """A file geodatabase is a folder of tables: files, no links."""
    if not path.is_dir() or not (path / _GDB_TABLE).is_file():
        told = {"zh": "不是文件地理数据库（.gdb 文件夹）", "en": "no file geodatabase (a .gdb folder)"}
        raise _unreadable(path, path.name, **told)
    for member in path.iterdir():
        if member.is_symlink():
            raise _elsewhere(path, member.name)
        if member.suffix.lower() == ".gdbtablx" and _is_cut(member):
            told = {"zh": f"{member.name} 不完整（被截断）", "en": f"{member.name} is cut short"}
            raise _unreadable(path, f"{member.stat().st_size} bytes", **told)


def _is_cut(offsets: Path) -> bool:
    """Whether a table of row offsets is shorter than its head says; GDAL takes that for an empty table."""
    with offsets.open("rb") as stream:
        head = stream.read(_OFFSETS_HEAD.size)
    if len(head) < _OFFSETS_HEAD.size:
        return True
    version, blocks, _, width = _OFFSETS_HEAD.unpack(head)
    whole = _OFFSETS_HEAD.size + _ROWS_OF_A_BLOCK * blocks * width
    return bool(version == _OFFSETS_VERSION and offsets.stat().st_size < whole)


def _check_sidecars(path: Path) -> None:
    """A shapefile is three files; what says CRS and encoding beside it is a line, and is read whole."""
    there = {beside.suffix.lower() for beside in path.parent.glob(f"{glob.escape(path.stem)}.*")}
    if lost := [suffix for suffix in _MEMBERS if suffix not in there]:
        missing = ", ".join(lost)
        told = {
            "zh": f"缺少 {missing}：.shp、.shx、.dbf 须放在一起",
            "en": f"{missing} is missing: .shp, .shx and .dbf belong together",
        }
        raise _unreadable(path, ", ".join(sorted(there)), **told)
    for beside in path.parent.glob(f"{glob.escape(path.stem)}.*"):
        size = beside.stat().st_size if beside.suffix.lower() in _SIDECARS else 0
        if size > _LONGEST_SIDECAR:
            told = {"zh": f"{beside.suffix} 文件过大", "en": f"the {beside.suffix} file is too large"}
            raise _unreadable(path, f"{size} bytes", **told)


def _check_end(path: Path) -> None:
    """GDAL reads a drawing that was cut as far as it goes, and says nothing."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        last = stream.read().replace(b"\0", b" ").split()[-1:]
    if last != [b"EOF"]:
        told = {
            "zh": "图形没有 EOF 结尾，不是 DXF，或已被截断：请重新导出",
            "en": "the drawing does not end with EOF: no DXF, or cut off; export it anew",
        }
        raise _unreadable(path, b"".join(last).decode("ascii", "replace") or "(empty)", **told)


def _check_tables(path: Path) -> None:
    """A view may be a query without end, a virtual table another file: only plain tables are read."""
    try:
        base = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1", uri=True)
        try:
            rows = base.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
        finally:
            base.close()
    except (sqlite3.Error, ValueError) as error:
        told = {"zh": "数据库损坏", "en": "the database is damaged"}
        raise _unreadable(path, str(error), **told) from error
    for kind, name, sql in rows:
        words = " ".join(str(sql).lower().split())
        virtual = words.startswith(_VIRTUAL) and _HARMLESS not in words
        if virtual or (kind == "view" and name not in _OWN_VIEWS):
            raise _elsewhere(path, str(name))


def _check_xml(path: Path) -> None:
    """Whole, and without a document type: entities are of no use here, and can be overdone in many ways."""
    try:
        with path.open("rb") as stream:
            sax.parse(stream, ContentHandler(), forbid_dtd=True)
    except DefusedXmlException as error:
        told = {"zh": "XML 含文档类型声明（实体）", "en": "the XML declares a document type (entities)"}
        raise _unreadable(path, "<!DOCTYPE", **told) from error
    except (SAXException, ValueError, LookupError) as error:
        told = {"zh": "XML 不完整或有误", "en": "the XML is not whole, or not well-formed"}
        raise _unreadable(path, str(error).rpartition("/")[2][:80], **told) from error


def _elsewhere(path: Path, given: str) -> UnreadableError:
    return _refused(
        path,
        given,
        zh="文件引用别处的数据（链接、视图、虚拟表或远程来源），不予读取；请导出数据本身",
        en="the file leads elsewhere (link, view, virtual or remote source): export the data themselves",
    )


def _unreadable(path: Path, given: str, *, zh: str, en: str) -> UnreadableError:
    zh, en = f"读不成矢量文件或表格：{zh}", f"not readable as a vector file or table: {en}"
    return _refused(path, given, zh=zh, en=en)


def _refused(path: Path, given: str, *, zh: str, en: str) -> UnreadableError:
    allowed = "CSV, XLSX, Parquet, GeoJSON, GPKG, SHP, ZIP, KML, KMZ, GDB, DXF, FGB, TXT, WKT …"
    return UnreadableError(Problem(where=path.name, given=given[:200], allowed=allowed, hint=Text(zh, en)))
