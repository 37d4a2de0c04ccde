"""Vector files as they are: any GDAL format and GeoParquet, with the CRS they name and their SHA-256.

Nothing leaves the bundle's folder: virtual and remote sources are refused by content, not by name only.
"""

import contextlib
import os
import warnings
import zipfile
import zlib
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from geo.model import Text
from geo.model.keeping import Keep, made_anew
from layers import gdal
from layers.columns import Sheet
from layers.file_hash import sha256_of
from layers.geoparquet import read_plain
from layers.peek import count_records, crs_member, follows
from layers.shapefile import RAW, Letters, letters_of
from layers.strictyaml import Faults

if TYPE_CHECKING:  # half a second of every start: imported for the files that need it
    import geopandas as gpd

__all__ = ["Files", "Raw", "reason"]

_PARQUET = (".parquet", ".geoparquet")
_GML_OPTIONS: dict[str, Any] = {"DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO"}
"""A GML file neither fetches its schema nor leaves one beside itself."""

Made = TypeVar("Made")

_NAMELESS_DRIVERS = ("GeoJSON", "GeoJSONSeq", "TopoJSON")
_FALLBACK, _WGS84 = "EPSG:4326", ("4326", "CRS84")
_FOLLOWING_DRIVERS = (
    "OGR_VRT",
    "GDALG",
    "WFS",
    "OAPIF",
    "OGCAPI",
    "CSW",
    "HTTP",
    "EEDA",
    "Carto",
    "NGW",
    "PLSCENES",
)
_DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    RuntimeError,
    NameError,  # pyogrio's own, where GDAL cannot make a CRS of a .prj
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, kw_only=True)
class Raw:
    """A file as read.

    Attributes
    ----------
    sheet, shapes
        Its rows, with the columns and coordinates of the file.
    whole
        Gives the same as a GeoDataFrame.
    crs
        The CRS the file names (WKT or authority code); None where it names none.
    fid_column
        The name by which the feature ids go; empty where the format has none.
    plain
        Whether its shapes are what stands in the file: what is known of them may be kept by its hash.
    """

    sheet: Sheet
    shapes: NDArray[np.object_]
    whole: "Callable[[], gpd.GeoDataFrame]"
    crs: str | None
    fid_column: str = ""
    remarks: tuple[Text, ...] = ()
    plain: bool = False

    @classmethod
    def of(
        cls,
        frame: "gpd.GeoDataFrame",
        *,
        crs: str | None,
        fid_column: str = "",
        remarks: tuple[Text, ...] = (),
    ) -> Self:
        """A file that was read as a GeoDataFrame, whose index holds the feature ids."""
        shapes = np.asarray(frame.geometry.array, dtype=object)
        sheet = Sheet.of(frame)
        return cls(
            sheet=sheet, shapes=shapes, whole=lambda: frame, crs=crs, fid_column=fid_column, remarks=remarks
        )

    @cached_property
    def frame(self) -> "gpd.GeoDataFrame":
        """The rows as a GeoDataFrame."""
        return self.whole()


class Files:
    """The data files of one bundle, each read and hashed once.

    Attributes
    ----------
    keep
        Where what is worked out of them is kept for the next process.
    """

    def __init__(self, folder: Path) -> None:
        self.keep: Keep = made_anew
        self._folder = folder.resolve()
        self._hashes: dict[str, str] = {}
        self._made: dict[Hashable, tuple[Any, Faults]] = {}

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of every file asked for so far, by path inside the bundle, in the order of the paths."""
        return dict(sorted(self._hashes.items()))

    def find(self, name: str, where: str, faults: Faults) -> Path | None:
        """Path of a file that is there and inside the bundle; None is a fault noted."""
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder):
            faults.add(
                where,
                given=name,
                allowed="data/…",
                zh="文件不在数据包文件夹内",
                en="the file lies outside the bundle's folder",
            )
            return None
        if not path.exists():
            faults.add(where, given=name, allowed="文件 / a file", zh="文件不存在", en="the file is missing")
            return None
        return path

    def sha256(self, name: str, where: str, faults: Faults) -> str:
        """SHA-256 of a file; of a file set or folder, that of the list of its members' names and hashes."""
        if name not in self._hashes:
            path = self.find(name, where, faults)
            if path is None:
                return ""
            try:
                self._hashes[name] = sha256_of(path)
            except OSError as error:
                _unreadable(where, name, error, faults)
                return ""
        return self._hashes[name]

    def hash_all(self, names: Iterable[str]) -> None:
        """Hash files by all cores, ahead of who asks for them one by one; faults are told to those."""
        with ThreadPoolExecutor(max_workers=len(os.sched_getaffinity(0))) as pool:
            list(pool.map(lambda name: self.sha256(name, name, Faults()), dict.fromkeys(names)))

    def read(
        self, name: str, layer: str | None, where: str, faults: Faults, *, encoding: str | None = None
    ) -> Raw | None:
        """Rows of a vector file; None is a fault noted.

        Parameters
        ----------
        layer
            The table, of a file that holds several.
        encoding
            Of its texts, where the file does not say (shapefiles in GB18030 without .cpg).
        """

        def rows(faults: Faults) -> Raw | None:
            path = self.find(name, where, faults)
            return None if path is None else _read(path, name, layer, encoding, where, faults)

        return self.kept(("rows", name, layer, encoding), rows, where, faults)

    def kept(self, key: Hashable, make: Callable[[Faults], Made], where: str, faults: Faults) -> Made:
        """What is made of files once, for all that ask for the same; its faults are told to each of them."""
        if key not in self._made:
            own = Faults()
            self._made[key] = (make(own), own)
        made, own = self._made[key]
        faults.extend(replace(problem, where=where) for problem in own)
        return cast("Made", made)


def _read(
    path: Path, name: str, layer: str | None, encoding: str | None, where: str, faults: Faults
) -> Raw | None:
    try:
        if follows(path):
            _refuse(name, where, faults)
            return None
        if path.name.lower().endswith(_PARQUET):
            return _read_parquet(path)
        return _read_ogr(path, name, layer, encoding, where, faults)
    except _DAMAGE as error:
        # GDAL, Arrow and zip readers share no root below these; whatever a damaged file raises, the layer has
        # failed and the others serve.
        _unreadable(where, name, error, faults)
        return None


def _refuse(name: str, where: str, faults: Faults) -> None:
    faults.add(
        where,
        given=name,
        allowed="a file that holds its own data",
        zh="不接受引用其他来源的虚拟或远程数据（VRT、WFS 等）",
        en="virtual and remote sources (VRT, WFS …) are refused: give the data themselves",
    )


def reason(error: Exception) -> str:
    """What a reader's error says, in one line and without this machine's paths."""
    message = str(error).partition("; It might help")[0].splitlines()
    return f"{type(error).__name__} {_without_folders(message[0] if message else '')}"


def _unreadable(where: str, name: str, error: Exception, faults: Faults) -> None:
    faults.add(
        where,
        given=f"{name}: {reason(error)}",
        allowed="GPKG, SHP, GeoJSON, GeoParquet, FlatGeobuf, GML, KML …",
        zh="文件读不出来（损坏、截断或格式不符）",
        en="the file cannot be read (damaged, truncated or of another format)",
    )


def _without_folders(message: str) -> str:
    """The message without this machine's paths: answers must not depend on where the bundle lies."""
    return " ".join(word.rsplit("/", 1)[-1] if "/" in word else word for word in message.split())


def _read_parquet(path: Path) -> Raw:
    with _no_warning_of_nan():
        plain = read_plain(path)
    if plain is not None:
        sheet, shapes, crs = plain.sheet, plain.shapes, plain.crs
        return Raw(sheet=sheet, shapes=shapes, whole=lambda: _whole_parquet(path), crs=crs, plain=True)
    frame = _whole_parquet(path)
    return Raw.of(frame, crs=None if frame.crs is None else frame.crs.to_wkt())


def _whole_parquet(path: Path) -> "gpd.GeoDataFrame":
    import geopandas as gpd  # noqa: PLC0415  see above

    with _no_warning_of_nan():
        return gpd.read_parquet(path)


@contextlib.contextmanager
def _no_warning_of_nan() -> Iterator[None]:
    """NaN among the coordinates is a fault that is told with the zone's id, not a warning of the reader."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def _gdal_name(path: Path) -> str:
    name = path.name.lower()
    if name.endswith(".gz"):
        return f"/vsigzip/{path}"
    return f"/vsizip/{path}" if name.endswith(".zip") and not name.endswith(".kmz") else str(path)


def _read_ogr(
    path: Path, name: str, layer: str | None, encoding: str | None, where: str, faults: Faults
) -> Raw | None:
    import geopandas as gpd  # noqa: PLC0415  see above

    source = _gdal_name(path)
    options = _GML_OPTIONS if ".gml" in path.name.lower() else {}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tables = _tables(source, options)
        if not _one_table(tables, layer, name, where, faults):
            return None
        chosen = layer or tables[0]
        letters = letters_of(path, chosen, encoding)
        code = encoding if letters is None else RAW
        try:
            info = gdal.read_info(source, layer=chosen, encoding=code, force_feature_count=True, **options)
            frame = gdal.read_dataframe(
                source, layer=chosen, fid_as_index=True, on_invalid="ignore", encoding=code, **options
            )
        except (gdal.DataSourceError, gdal.DataLayerError) as error:
            _unreadable(where, name, error, faults)
            return None
    if info["driver"] in _FOLLOWING_DRIVERS:
        _refuse(name, where, faults)
        return None
    if not isinstance(frame, gpd.GeoDataFrame):
        raise TypeError("no geometry column")
    told = count_records(path) if info["driver"] == "GeoJSONSeq" else info["features"]
    _check_count(told, len(frame), name, where, faults)
    remarks = [
        Text(f"读取提示：{_without_folders(str(w.message))}", f"reader: {_without_folders(str(w.message))}")
        for w in caught
    ]
    if letters is not None:
        frame, told = _spelt(frame, letters)
        remarks += told
    return Raw.of(
        frame,
        crs=_crs(info, path),
        fid_column=info["fid_column"],
        remarks=tuple(dict.fromkeys(remarks)),
    )


def _crs(info: dict[str, Any], path: Path) -> str | None:
    """The CRS a file names; GDAL takes a GeoJSON that names none, or an unknown one, to be in EPSG:4326."""
    if info["driver"] not in _NAMELESS_DRIVERS:
        return cast("str | None", info["crs"])
    member = crs_member(path)
    if member is None or info["crs"] != _FALLBACK or any(word in member.upper() for word in _WGS84):
        return None if member is None else cast("str | None", info["crs"])
    return member


def _spelt(frame: "gpd.GeoDataFrame", letters: Letters) -> tuple["gpd.GeoDataFrame", tuple[Text, ...]]:
    """A frame that was read byte by byte with its texts in characters, and what is to be remarked."""
    import pandas as pd  # noqa: PLC0415  see above

    theirs = [name for name in frame.columns if name != frame.geometry.name]
    for name in theirs:
        if pd.api.types.is_object_dtype(frame[name]) or pd.api.types.is_string_dtype(frame[name]):
            frame[name] = [letters.cell(value) for value in frame[name]]
    names, cut = letters.names(theirs)
    return frame.rename(columns=dict(zip(theirs, names, strict=True))), (*letters.remarks, *cut)


def _tables(source: str, options: dict[str, Any]) -> list[str]:
    """Names of the tables of a file; one by one where options matter, for ``list_layers`` takes none."""
    if not options:
        return [str(row[0]) for row in gdal.list_layers(source)]
    names: list[str] = []
    try:
        while True:
            names.append(gdal.read_info(source, layer=len(names), **options)["layer_name"])
    except gdal.DataLayerError:
        return names


def _one_table(tables: list[str], layer: str | None, name: str, where: str, faults: Faults) -> bool:
    if (layer is None and len(tables) == 1) or layer in tables:
        return True
    faults.add(
        where,
        given=layer or f"{name}: {len(tables)}",
        allowed=", ".join(tables) or "a table with geometry",
        zh="文件含多个（或没有）数据表，请用 table 写明",
        en="the file holds several tables, or none of that name: say which with table",
    )
    return False


def _check_count(told: int, read: int, name: str, where: str, faults: Faults) -> None:
    if told >= 0 and told != read:
        faults.add(
            where,
            given=f"{name}: {read}",
            allowed=f"{told} rows, as the file says of itself",
            zh="读出的行数与文件自述不符（文件可能被截断）",
            en="fewer rows were read than the file says it holds (truncated?)",
        )
