"""Broken tables: CSV, TSV, XLSX, Parquet."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from tests import site_files
from tests.broken.case import Case, changed, cut, raw, text

GOOD = "105.9,32.6"


def sheet(*rows: tuple[object, ...], merge: str = "") -> Callable[[Path], object]:
    """A workbook of one sheet."""

    def write(path: Path) -> None:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        if merge:
            book.active.merge_cells(merge)
        book.save(path)

    return write


def columns(metadata: bytes | None = None, **values: list) -> Callable[[Path], object]:
    """A Parquet file, with what it says of its geometry."""

    def write(path: Path) -> None:
        table = pa.table(values)
        if metadata is not None:
            table = table.replace_schema_metadata({b"geo": metadata})
        pq.write_table(table, path)

    return write


WKB = [shapely.Point(105.9, 32.6).wkb]
GEO = b'{"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "%s"}}}'
EMPTY_HEAD = ("首行", "header row")

CSV = (
    Case(name="empty.csv", make=raw(b""), zh="文件为空，没有列名行", en="there is no header row",
         given="(empty)"),
    Case(name="blank.csv", make=text("", "", ""), zh="没有列名行", en="there is no header row"),
    Case(name="nul.csv", make=raw(b"lon,lat\n105.9,32.6\n105.9,32.\x006\n"),
         zh="读不成经纬度", en="not readable as an angle", where="row 2", refused=(2,), answered=1),
    Case(name="nulls.csv", make=raw(b"\0" * 64), zh="以空字节开头", en="NUL bytes at its start"),
    Case(name="utf16.csv", make=raw("lon,lat\n105.9,32.6\n".encode("utf-16-le")),
         zh="没有 BOM 的 UTF-16", en="UTF-16 without a byte-order mark"),
    Case(name="utf16cut.csv", make=raw("lon,lat\n105.9,32.6\n".encode("utf-16")[:-3]),
         zh="编码无法识别", en="the encoding is not recognised", allowed="UTF-8, GB18030, UTF-16 + BOM"),
    Case(name="big5.csv", make=raw("lon,lat,備註\n105.9,32.6,龍\n".encode()[:-2] + b"\xff\xff\n"),
         zh="编码无法识别", en="the encoding is not recognised"),
    Case(name="comma.csv", make=text("lon;lat", "105,805;32,505", "105.9;32.6"),
         zh="疑似小数点漏写或错位", en="the decimal point is missing", where="row 1", given="105805, 32505",
         refused=(1,), answered=1),
    Case(name="twice.csv", make=text("lon,lat,lon", "105.9,32.6,105.8"), zh="两列含义相同（lon）",
         en="two columns mean the same (lon)"),
    Case(name="nolat.csv", make=text("lon,备注", "105.9,x"), zh="缺少坐标列", en="no coordinate columns",
         given="lon, 备注"),
    Case(name="unnamed.csv", make=text("105.9,32.6", GOOD), zh="首行须为列名", en="row 1 holds names",
         given="105.9, 32.6"),
    Case(name="mixed.csv", make=text("lon,lat", GOOD, "105.9;32.6", GOOD),
         zh="读不成经纬度", en="not readable as an angle", where="row 2.lon", given="105.9;32.6",
         refused=(2,), answered=2),
    Case(name="wide.csv", make=text("lon,lat", "105.9,32.6,7", GOOD),
         zh="单元格比列名多", en="more cells than headers", where="row 1", refused=(1,), answered=1),
    Case(name="quote.csv", make=text("lon,lat", GOOD, '"105.9,32.6', GOOD),
         zh="自此行至文件末尾都读不出来", en="to the end of the file nothing can be read",
         refused=(2,), answered=1),
    Case(name="title.csv", make=text(*["2026 年选址清单"] * 12, "lon,lat", GOOD), zh="首行须为列名",
         en="row 1 holds names", given="2026 年选址清单"),
    Case(name="letters.csv", make=text("lon,lat", "1O5.9,32.6", GOOD),
         zh="读不成经纬度", en="not readable as an angle", where="row 1.lon", given="1O5.9",
         refused=(1,), answered=1),
    Case(name="date.csv", make=text("lon,lat,on", "105.9,32.6,2026年13月1日", GOOD + ","),
         zh="读不成日期", en="not a date", where="row 1.on", refused=(1,), answered=1),
    Case(name="tabs.tsv", make=text("lon,lat", GOOD), zh="缺少坐标列", en="no coordinate columns",
         given="lon,lat"),
    Case(name="wgs.csv", make=text("lon,lat,crs", "105.9,32.6,WGS85", GOOD + ","),
         zh="未知或不可用的坐标系", en="unknown or unusable", where="row 1.crs", given="WGS85",
         refused=(1,), answered=1),
)  # fmt: skip

XLSX = (
    Case(name="text.xlsx", make=text("lon,lat", GOOD), zh="读不成 XLSX 工作簿",
         en="not readable as an XLSX workbook"),
    Case(name="cut.xlsx", make=cut(sheet(("lon", "lat"), (105.9, 32.6))), zh="读不成 XLSX 工作簿",
         en="not readable as an XLSX workbook"),
    Case(name="bare.xlsx", make=sheet(), zh="工作表没有列名行", en="the sheet has no header row",
         given="Sheet"),
    Case(name="old.xls", make=raw(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)), zh="请另存为 XLSX",
         en="save it as XLSX",
         given=".xls"),
    Case(name="formula.xlsx", make=sheet(("lon", "lat"), ("=105+0.9", 32.6), (105.9, 32.6)),
         zh="坐标为空", en="the cell is empty", where="row 1.lon", refused=(1,), answered=1),
    Case(name="error.xlsx", make=sheet(("lon", "lat"), ("#REF!", 32.6), (105.9, 32.6)),
         zh="读不成经纬度", en="not readable as an angle", given="#REF!", refused=(1,), answered=1),
    Case(name="merged.xlsx", make=sheet(("lon", "lat"), (105.9, 32.6), (None, 32.7), merge="A2:A3"),
         zh="坐标为空", en="the cell is empty", where="row 2.lon", refused=(2,), answered=1),
    Case(name="title.xlsx",
         make=sheet(*[("2026 年选址清单", None)] * 12, ("lon", "lat"), (105.9, 32.6), merge="A1:B1"),
         zh="首行须为列名", en="row 1 holds names", given="2026 年选址清单"),
    Case(name="day.xlsx", make=sheet(("lon", "lat"), (dt.date(1900, 4, 14), 32.6), (105.9, 32.6)),
         zh="读不成数字", en="not a readable number", where="row 1.lon", refused=(1,), answered=1),
)  # fmt: skip

PARQUET = (
    Case(name="text.parquet", make=text("lon,lat", GOOD), zh="读不成 Parquet 文件",
         en="not readable as Parquet"),
    Case(name="cut.parquet", make=cut(site_files.parquet), zh="读不成 Parquet 文件",
         en="not readable as Parquet"),
    Case(name="geo.parquet", make=columns(b"{", geometry=WKB), zh="GeoParquet 元数据有误",
         en="damaged GeoParquet metadata"),
    Case(name="encoding.parquet", make=columns(GEO % b"TWKB", geometry=WKB), zh="几何列的编码不受支持",
         en="in an encoding not read",
         given="TWKB", allowed="WKB"),
    Case(name="column.parquet", make=columns(GEO.replace(b'"geometry"', b'"shape"') % b"WKB", geometry=WKB),
         zh="所指的几何列不存在", en="is not there", given="shape", allowed="geometry"),
    Case(name="bytes.parquet", make=columns(GEO % b"WKB", geometry=[b"not wkb", *WKB]),
         zh="几何读不出来", en="it cannot be read", where="row 1", refused=(1,), answered=1),
    Case(name="bare.parquet", make=columns(a=[1]), zh="缺少坐标列", en="no coordinate columns", given="a"),
    Case(name="damaged.parquet", make=changed(columns(lon=["105.9"], lat=["32.6"]), b"PAR1", b"PAR2"),
         zh="读不成 Parquet 文件", en="not readable as Parquet"),
)  # fmt: skip

CASES = (*CSV, *XLSX, *PARQUET)
