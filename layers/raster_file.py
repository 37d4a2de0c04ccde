"""Raster files as they are: one file, its own reference system and grid, its cells as labels and patches.

The format is that of the name, and nothing beside the file is read (but a ``.prj`` beside ``.asc``): no
virtual or remote source can hide behind it, and the SHA-256 is that of all that was read.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.model import Text
from geo.raster import NO_DATA, UNLISTED, Grid, Labels, Mask, Traced
from layers.columns import listed
from layers.raster_keys import CellsSpec
from layers.readers import reason
from layers.strictyaml import Faults

__all__ = ["MOST_CELLS", "MOST_SIDES", "RasterFile", "read_raster", "trace"]

MOST_CELLS = 100_000_000
"""Cells of one file (10 000 by 10 000). A larger one fails as a whole and says so: cut it to the place."""

MOST_SIDES = 20_000_000
"""Sides between cells of different classes: what patches cost in time and memory."""

_DRIVERS = {".tif": "GTiff", ".tiff": "GTiff", ".asc": "AAIGrid", ".gpkg": "GPKG", ".hgt": "SRTMHGT"}
_STRIP_CELLS = 4_000_000
_WHOLE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RasterFile:
    """A raster as read.

    Attributes
    ----------
    labels
        By the legend of the catalogue; ``NO_DATA`` where the cell says nothing or nobody listed its value.
    crs
        The CRS the file names (WKT); None where it names none.
    """

    labels: Labels
    grid: Grid
    crs: str | None
    remarks: tuple[Text, ...] = ()


def read_raster(path: Path, name: str, spec: CellsSpec, where: str, faults: Faults) -> RasterFile | None:
    """Read a raster's cells as labels; None is a fault noted. Values that nobody listed are faults too."""
    driver = _DRIVERS.get(path.suffix.lower())
    if driver is None:
        faults.add(
            where,
            given=name,
            allowed=", ".join(_DRIVERS),
            zh="不支持的栅格格式",
            en="a raster of a format that is not read",
        )
        return None
    import rasterio  # noqa: PLC0415  0.1 s, for raster layers only
    from rasterio.errors import NotGeoreferencedWarning  # noqa: PLC0415  the same

    try:
        with (
            warnings.catch_warnings(),
            rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"),
        ):
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path, driver=driver) as file:
                return _read(file, name, spec, where, faults)
    except (OSError, ValueError, TypeError, ArithmeticError, LookupError, RuntimeError, MemoryError) as error:
        faults.add(
            where,
            given=f"{name}: {reason(error)}",
            allowed=", ".join(_DRIVERS),
            zh="栅格读不出来（损坏、截断或格式不符）",
            en="the raster cannot be read (damaged, truncated or of another format)",
        )
        return None


def _read(file: Any, name: str, spec: CellsSpec, where: str, faults: Faults) -> RasterFile | None:  # noqa: ANN401
    grid = Grid(rows=file.height, columns=file.width, transform=tuple(file.transform)[:6])
    band = _band(file, name, spec, where, faults)
    if band is None or not _usable(file, band, grid, name, spec, where, faults):
        return None
    labels = np.empty((grid.rows, grid.columns), dtype=np.int16)
    unlisted = _Unlisted()
    for top, values, mask in _strips(file, band, spec.nodata):
        strip = spec.legend.labels(values)
        strip[~mask] = NO_DATA
        unlisted.take(strip == UNLISTED, values, top)
        strip[strip == UNLISTED] = NO_DATA
        labels[top : top + len(strip)] = strip
    unlisted.tell(where, faults)
    remarks: tuple[Text, ...] = ()
    scale, offset = file.scales[band - 1], file.offsets[band - 1]
    if (scale, offset) != (_WHOLE, 0.0):
        zh = f"像元值按文件自述换算：值 × {scale:g} + {offset:g}"
        remarks = (Text(zh, f"cell values as the file says of itself: value × {scale:g} + {offset:g}"),)
    wkt = None if file.crs is None else file.crs.to_wkt()
    return RasterFile(labels=labels, grid=grid, crs=wkt or None, remarks=remarks)


def _band(file: Any, name: str, spec: CellsSpec, where: str, faults: Faults) -> int | None:  # noqa: ANN401
    if (spec.band is None and file.count == 1) or (spec.band or 0) in file.indexes:
        return spec.band or 1
    faults.add(
        where,
        given=f"{name}: band {spec.band or '—'}",
        allowed=f"cells.band: 1 … {file.count}" if file.count else "a band",
        zh="文件含多个波段（或没有所写的波段），请用 cells.band 写明",
        en="the file holds several bands, or not that one: say which with cells.band",
    )
    return None


def _usable(
    file: Any,  # noqa: ANN401 (rasterio has no types)
    band: int,
    grid: Grid,
    name: str,
    spec: CellsSpec,
    where: str,
    faults: Faults,
) -> bool:
    """Whether there is a grid on the ground, not too large, of plain numbers, and one word for no data."""
    before = len(faults)
    if grid.flat or file.transform.is_identity:
        faults.add(
            where,
            given=name,
            allowed="GeoTIFF with its own geotransform",
            zh="栅格没有地理定位（坐标文件须写入栅格本身）",
            en="the raster has no place on the ground (a world file beside it is not read)",
        )
    if grid.rows * grid.columns > MOST_CELLS:
        faults.add(
            where,
            given=f"{grid.rows} × {grid.columns}",
            allowed=f"≤ {MOST_CELLS:,}",
            zh="栅格像元过多，未读取，请裁剪到所需范围",
            en="too many cells: nothing was read, cut the raster to the place",
        )
    if np.dtype(file.dtypes[band - 1]).kind not in "iuf":
        faults.add(
            where,
            given=file.dtypes[band - 1],
            allowed="int, float",
            zh="像元不是数值",
            en="not plain numbers",
        )
    own = file.nodatavals[band - 1]
    if own is not None and spec.nodata is not None and own != spec.nodata:
        faults.add(
            where,
            given=f"cells.nodata: {spec.nodata:g}",
            allowed=f"{own:g}, as the file says",
            zh="声明的无数据值与文件不一致",
            en="the declared nodata value disagrees with the file",
        )
    single = [span.low for span in spec.legend.spans if span.low == span.high]
    if own in single:
        faults.add(
            where,
            given=f"{own:g}",
            allowed="nodata ≠ cells",
            zh="文件的无数据值又列为分区取值",
            en="the file's nodata value is listed in cells too",
        )
    return len(faults) == before


def _strips(
    file: Any,  # noqa: ANN401
    band: int,
    nodata: float | None,
) -> Iterator[tuple[int, NDArray[np.generic], Mask]]:
    """First row, values and which of them say something, some rows at a time."""
    rows = max(1, _STRIP_CELLS // file.width)
    scale, offset = file.scales[band - 1], file.offsets[band - 1]
    for top in range(0, file.height, rows):
        window = ((top, min(top + rows, file.height)), (0, file.width))
        values = file.read(band, window=window)
        mask = file.read_masks(band, window=window) != 0
        mask &= values == values  # noqa: PLR0124 (NaN is no data)
        if nodata is not None:
            mask &= values != nodata
        if (scale, offset) != (_WHOLE, 0.0):
            values = values * scale + offset
        yield top, values, mask


class _Unlisted:
    """Values that nobody listed: how many cells have them, and where each was first met."""

    def __init__(self) -> None:
        self._first: dict[float, tuple[int, int]] = {}
        self._cells = 0

    def take(self, bad: Mask, values: NDArray[np.generic], top: int) -> None:
        row, column = np.nonzero(bad)
        self._cells += len(row)
        found, first = np.unique(values[row, column], return_index=True)
        for value, at in zip(found.tolist(), first, strict=True):
            self._first.setdefault(value, (top + int(row[at]), int(column[at])))

    def tell(self, where: str, faults: Faults) -> None:
        if self._cells:
            told = [f"{value:g} (r{row} c{column})" for value, (row, column) in sorted(self._first.items())]
            faults.add(
                where,
                given=f"{listed(told)}: {self._cells}",
                allowed="cells.classes, cells.no_zone",
                zh="像元值未在 cells 中列出，这些像元按无数据处理",
                en="cell values that cells does not list: those cells say nothing",
            )


def trace(labels: Labels, chosen: Mask) -> Traced:
    """Patches of the chosen cells: cells of one label that share a side."""
    from rasterio.features import shapes  # noqa: PLC0415  for raster layers only

    corners: list[NDArray[np.int64]] = []
    patch: list[int] = []
    label: list[int] = []
    for shape, value in shapes(labels, mask=chosen, connectivity=4):
        corners += [np.asarray(ring, dtype=np.int64) for ring in shape["coordinates"]]
        patch += [len(label)] * len(shape["coordinates"])
        label.append(int(value))
    ring = np.repeat(np.arange(len(corners)), [len(points) for points in corners])
    return Traced(
        corners=np.concatenate([np.zeros((0, 2), dtype=np.int64), *corners]),
        ring=ring,
        patch=np.array(patch, dtype=np.int64),
        label=np.array(label, dtype=np.int64),
    )
