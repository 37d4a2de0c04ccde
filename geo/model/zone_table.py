"""Zones as columns of plain values, which become a GeoDataFrame only where somebody asks for one."""

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # half a second of every start, for those who never ask
    import geopandas as gpd

__all__ = ["ZoneTable", "plain_cells"]

Objects = NDArray[np.object_]
GEOMETRY = "geometry"


class ZoneTable:
    """Zones of an edition, in EPSG:4490.

    What is not told here is asked of the GeoDataFrame, so that this stands where one is wanted.

    Parameters
    ----------
    columns
        Cells by name, all of one length; None = unknown. They are kept as `plain_cells` has them.
    shapes
        The geometries, shape (n,).
    made_of
        Names all that the geometries were made of, where that is known: under one name they are the same.
    """

    def __init__(self, columns: Mapping[str, Iterable[Any]], shapes: Objects, made_of: str = "") -> None:
        self.made_of = made_of
        self._shapes = _fixed(shapes.copy())
        self._columns = {name: _fixed(plain_cells(cells)) for name, cells in columns.items()}
        self._frame: gpd.GeoDataFrame | None = None

    def __len__(self) -> int:
        return len(self._shapes)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, that of the geometries last."""
        return (*self._columns, GEOMETRY)

    def cells(self, name: str) -> Objects:
        """A column, read-only."""
        return self._shapes if name == GEOMETRY else self._columns[name]

    @property
    def frame(self) -> "gpd.GeoDataFrame":
        """The same as a GeoDataFrame, made once."""
        if self._frame is None:
            import geopandas as gpd  # noqa: PLC0415  see above
            import pandas as pd  # noqa: PLC0415

            data = {name: pd.Series(cells, dtype=object) for name, cells in self._columns.items()}
            self._frame = gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(self._shapes.copy(), crs="EPSG:4490"))
        return self._frame

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever a GeoDataFrame has
        if name.startswith("_"):  # of pickle and copy: nothing is made for those that look for hooks
            raise AttributeError(name)
        return getattr(self.frame, name)

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401  whatever a GeoDataFrame takes
        return self.frame[key]


_PLAIN = {str, bool, int, date, type(None)}
"""Of these only a blank text is to be changed."""


def plain_cells(cells: Iterable[Any]) -> Objects:
    """Plain Python values; a blank text says nothing, and no more does NaN: both are None."""
    told = list(cells)
    kinds = set(map(type, told))
    texts = told if kinds == {str} else [cell for cell in told if type(cell) is str]
    if not kinds <= _PLAIN or not all(map(str.strip, texts)):
        told = list(map(_plain, told))
    return np.array([*told, None], dtype=object)[:-1]


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str):
        return value if value.strip() else None
    return None if isinstance(value, float) and math.isnan(value) else value


def _fixed(array: Objects) -> Objects:
    array.flags.writeable = False
    return array
