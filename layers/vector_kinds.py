"""Vector files looked at before GDAL opens them: each is what its name says, and holds its own data.

GDAL tells formats by content and follows what they name: virtual formats, views, remote schemas. What people
send is therefore opened only by the format of its name, and only where its first bytes agree.
"""

import glob
import sqlite3
from pathlib import Path
from urllib.parse import quote

from geo.errors import Problem, UnreadableError
from geo.model import Text
from layers.peek import follows

__all__ = ["DATASETS", "check_vector"]

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
_XML = (".gml", ".gpx")
_OWN_VIEWS = ("st_spatial_ref_sys", "st_geometry_columns")
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
    if suffix in _XML:
        _check_xml(path)
    if suffix in {*_XML, ".dxf"} and follows(path):
        raise _elsewhere(path, path.name)


def _check_folder(path: Path) -> None:
    """A file geodatabase is a folder of tables: files, no links."""
    if not path.is_dir() or not (path / _GDB_TABLE).is_file():
        told = {"zh": "不是文件地理数据库（.gdb 文件夹）", "en": "no file geodatabase (a .gdb folder)"}
        raise _unreadable(path, path.name, **told)
    for member in path.iterdir():
        if member.is_symlink():
            raise _elsewhere(path, member.name)


def _check_sidecars(path: Path) -> None:
    """What stands beside a shapefile to say its CRS and encoding is a line of text, and is read whole."""
    for beside in path.parent.glob(f"{glob.escape(path.stem)}.*"):
        size = beside.stat().st_size if beside.suffix.lower() in _SIDECARS else 0
        if size > _LONGEST_SIDECAR:
            told = {"zh": f"{beside.suffix} 文件过大", "en": f"the {beside.suffix} file is too large"}
            raise _unreadable(path, f"{size} bytes", **told)


def _check_tables(path: Path) -> None:
    """A view may be a query without end, a virtual table another file: only plain tables are read."""
    try:
        base = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1", uri=True)
        try:
            rows = base.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master").fetchall()
        finally:
            base.close()
    except sqlite3.Error as error:
        told = {"zh": "数据库损坏", "en": "the database is damaged"}
        raise _unreadable(path, str(error), **told) from error
    for kind, name, sql in rows:
        words = " ".join(str(sql).lower().split())
        virtual = words.startswith(_VIRTUAL) and _HARMLESS not in words
        if virtual or (kind == "view" and name not in _OWN_VIEWS):
            raise _elsewhere(path, str(name))


def _check_xml(path: Path) -> None:
    """No document type: entities are of no use in coordinates, and the ways to overdo them are many."""
    with path.open("rb") as stream:
        head = stream.read(1 << 16).replace(b"\0", b"").lower()
    if b"<!doctype" in head or b"<!entity" in head:
        told = {"zh": "XML 含文档类型声明（实体）", "en": "the XML declares a document type (entities)"}
        raise _unreadable(path, "<!DOCTYPE", **told)


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
