"""What only a whole file shows: no minute above 59, strays that a shift brings home, words in its names."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.crs import parse_crs, points_to_lonlat
from geo.measure import Floats, Objects
from geo.model import Advice, Site, Text
from layers.sites.cells.columns import Columns, Place
from layers.sites.cells.point_cells import coordinate_cells
from layers.sites.cells.rows import Defaults
from layers.sites.doctor.clinic import Doctor
from layers.sites.doctor.remedies import COORDINATE_REMEDIES, DATUMS, PACKED, PLAIN, minutes_read
from layers.sites.doctor.texts import TEXT_REMEDIES, advice_on
from layers.sites.faults import clip
from layers.sites.read.chunks import Block, Column
from layers.sites.read.sources import Source

Signs = Counter[str]

_SAMPLE = 500
"""Rows of a chunk that are looked at."""

_SEEN, _FITS, _WHOLE, _HOME = "file:seen", "file:packable", "file:packed", "file:home"
_MOST = 0.9
"""Share of a file that lies in the area where it is read in the right way."""
_FEW = 30
"""Points below which a file proves nothing."""

_CELLS = 24
"""Different minutes of longitude and latitude in which no second is above 59: by chance 0.6 to this power."""

_STRAY = 5
"""Points just outside that a shift brings home, while it takes none of the others out: 1 in 32 by chance, and
only where most of the file is at home."""


_EDGE = "file:edge"
_BY_BORDER_DEG = 0.001
"""Some 100 m: borders are drawn by different hands; a datum shifts three times as far."""

_VERTICES, _SHARE, _CLEARLY = 100, 0.2, 1.5
"""Least vertices, share of them by a border, and how many times more than as given. Of real outlines in
GCJ-02 a quarter to a half, 1.8 to 3.3 times as many as when they are taken for WGS84."""

_AGAINST = {PACKED.name, *(datum.name for datum in DATUMS)}
"""Remedies after which there is nothing to be found."""

_WORDS = {
    "gcj-02": re.compile(r"gcj|amap|高德|腾讯|火星", re.IGNORECASE),
    "bd-09": re.compile(r"bd[-_]?09|baidu|百度", re.IGNORECASE),
}


def signs_of_points(lon: Floats, lat: Floats, doctor: Doctor) -> Signs:
    """Counts of a chunk's points in ordinary longitude and latitude, shape (n,); NaN are left out.

    They add up over the chunks of a file; `findings` says what they come to.
    """
    some = np.flatnonzero((np.abs(lon) <= 180.0) & (np.abs(lat) <= 90.0))  # noqa: PLR2004 (degrees)
    if not len(some):
        return Counter()
    xy = np.column_stack([lon[some], lat[some]])
    home, _ = doctor.area.of_points(xy[:, 0].copy(), xy[:, 1].copy())
    signs: Signs = Counter({_SEEN: len(some), _HOME: int(home.sum())})
    signs.update(_packed(xy, doctor))
    for datum in DATUMS:
        signs.update(_shifted(xy, home, datum.name, doctor))
    return +signs


def _packed(xy: Floats, doctor: Doctor) -> Signs:
    """Points that could be minutes and seconds, and how many different minutes they have."""
    read = minutes_read(xy)
    fits = ~np.isnan(read).any(axis=1)
    _, whole = doctor.area.of_points(read[:, 0].copy(), read[:, 1].copy())
    signs: Signs = Counter({_FITS: int(fits.sum()), _WHOLE: int((fits & whole).sum())})
    if fits.all():
        for axis, name in enumerate(("lon", "lat")):
            seconds = np.round(np.abs(xy[:, axis]) * 1e4, 3) % 100.0
            minutes = np.floor(np.abs(xy[:, axis]) * 100.0 + 1e-6)[seconds > 0.0]
            signs.update(f"file:{name}-{int(one)}" for one in np.unique(minutes))
    return signs


def _shifted(xy: Floats, home: NDArray[np.bool_], name: str, doctor: Doctor) -> Signs:
    """Points that a shifted datum would bring home, and those that it would take out."""
    remedy = COORDINATE_REMEDIES[name]
    moved = points_to_lonlat(xy, parse_crs(remedy.crs(None, xy) or ""))
    after, _ = doctor.area.of_points(moved[:, 0].copy(), moved[:, 1].copy())
    return Counter(
        {f"file:{name}-in": int((~home & after).sum()), f"file:{name}-out": int((home & ~after).sum())}
    )


def _outlines(shapes: Objects, doctor: Doctor) -> Signs:
    """Vertices of lines and polygons, and how many lie by a border as given and as of a shifted datum."""
    xy = shapely.get_coordinates(shapes[shapely.get_dimensions(shapes) > 0])
    xy = xy[:: max(1, -(-len(xy) // _SAMPLE))]
    xy = xy[(np.abs(xy) <= [180.0, 90.0]).all(axis=1)]
    if not len(xy):
        return Counter()
    signs: Signs = Counter({_EDGE: len(xy), f"{_EDGE}-given": doctor.area.beside_border(xy, _BY_BORDER_DEG)})
    for datum in DATUMS:
        moved = points_to_lonlat(xy, parse_crs(datum.crs(None, xy) or ""))
        signs[f"{_EDGE}-{datum.name}"] = doctor.area.beside_border(moved, _BY_BORDER_DEG)
    return +signs


def _along_borders(signs: Mapping[str, int]) -> list[tuple[tuple[str, ...], Text]]:
    """The shifted datum in which outlines run along the borders, where they do not as given."""
    seen, given = signs.get(_EDGE, 0), signs.get(f"{_EDGE}-given", 0)
    by_datum = {datum.name: signs.get(f"{_EDGE}-{datum.name}", 0) for datum in DATUMS}
    name, count = max(by_datum.items(), key=lambda pair: pair[1])
    if seen < _VERTICES or count < _SHARE * seen or count < _CLEARLY * given:
        return []
    datum = COORDINATE_REMEDIES[name].crs(None, np.zeros((0, 2)))
    told = Text(
        f"所查 {seen} 个边界点中，按 {datum} 改正后有 {count} 个距区县界不到 100 米，按原坐标只有 {given} 个",
        f"of {seen} vertices looked at {count} lie within 100 m of a district's border when read as {datum}, "
        f"only {given} as given",
    )
    return [((name,), told)]


def findings(signs: Mapping[str, int]) -> list[tuple[tuple[str, ...], Text]]:
    """What the counts of a whole file come to: remedies, and the evidence in words."""
    seen, home = signs.get(_SEEN, 0), signs.get(_HOME, 0)
    found = _along_borders(signs)
    if seen < _FEW:
        return found
    cells = sum(count > 0 for sign, count in signs.items() if sign.startswith(("file:lon-", "file:lat-")))
    if signs.get(_FITS, 0) == seen and signs.get(_WHOLE, 0) >= _MOST * seen and cells >= _CELLS:
        found.append(((PACKED.name,), _packed_told(seen, cells)))
    if 2 * home < seen:
        return found
    strays = {
        d.name: signs.get(f"file:{d.name}-in", 0) for d in DATUMS if not signs.get(f"file:{d.name}-out", 0)
    }
    found += [((name,), _stray_told(name, count, seen)) for name, count in strays.items() if count >= _STRAY]
    return found


def _packed_told(seen: int, cells: int) -> Text:
    return Text(
        f"所查 {seen} 个点的小数部分全都可读作分、秒（{cells} 个不同的分值内没有大于 59 的秒值）",
        f"the decimals of all {seen} points looked at can be minutes and seconds (in {cells} different "
        "minutes no second is above 59)",
    )


def _stray_told(name: str, count: int, seen: int) -> Text:
    datum = COORDINATE_REMEDIES[name].crs(None, np.zeros((0, 2)))
    return Text(
        f"所查 {seen} 个点中有 {count} 个略在服务范围之外，按 {datum} 改正后全部移入，且没有点移出",
        f"of {seen} points looked at {count} lie just outside the service area; read as {datum} all of them "
        "come in and none goes out",
    )


def signs_of_block(block: Block, columns: Columns, defaults: Defaults, doctor: Doctor | None) -> Signs:
    """Counts of a chunk whose points are in ordinary longitude and latitude; none where rows name a CRS."""
    plain = columns.place in {Place.LONLAT, Place.GEOMETRY} and "crs" not in columns.roles
    if doctor is None or not plain or defaults.crs not in PLAIN or _AGAINST.intersection(defaults.remedies):
        return Counter()
    points = signs_of_points(*coordinate_cells(_some(block), columns), doctor)
    return points if block.shapes is None else points + _outlines(block.shapes, doctor)


def signs_of_sites(sites: Iterable[Site], remedies: Sequence[str], doctor: Doctor | None) -> Signs:
    """The same of sites already made, those of refused rows among them."""
    if doctor is None or _AGAINST.intersection(remedies):
        return Counter()
    plain = [one.geometry for one in sites if one.crs in PLAIN and not one.remedies]
    shapes: Objects = np.array(plain, dtype=object)
    points = shapes[shapely.get_type_id(shapes) == shapely.GeometryType.POINT]
    return signs_of_points(shapely.get_x(points), shapely.get_y(points), doctor) + _outlines(shapes, doctor)


def advice_of_file(signs: Mapping[str, int]) -> tuple[Advice, ...]:
    """What the counts of a whole file come to, as advice."""
    return tuple(
        Advice(remedies=names, given="", would_be="", lies=None, text=_suspected(names, evidence))
        for names, evidence in findings(signs)
    )


def _suspected(names: Sequence[str], evidence: Text) -> Text:
    doubt = COORDINATE_REMEDIES[names[0]].doubt
    return Text(
        f"整个文件疑似{doubt.zh}：{evidence.zh}；坐标未作改动",
        f"the whole file: perhaps {doubt.en}: {evidence.en}; nothing was changed",
    )


def _some(block: Block) -> Block:
    """Some rows of a block, evenly over it."""
    some = np.arange(0, block.count, max(1, -(-block.count // _SAMPLE)))
    return Block(
        first=block.first,
        count=len(some),
        columns=tuple(_taken(column, some) for column in block.columns),
        shapes=None if block.shapes is None else block.shapes[some],
    )


def _taken(column: Column, some: NDArray[np.int64]) -> Column:
    return column.take(pa.array(some)) if isinstance(column, pa.Array) else [column[at] for at in some]


def remarks_on(source: Source, crs: str | None, remedies: Sequence[str]) -> tuple[Text, ...]:
    """What names show before the first row, in words."""
    told = advice_of_names((source.name, *source.headers), source.headers, crs, remedies)
    return tuple(Text(one.line("zh"), one.line("en")) for one in told)


def advice_of_names(
    names: Sequence[str], headers: Sequence[str], crs: str | None, remedies: Sequence[str]
) -> tuple[Advice, ...]:
    """What names show before the first row: columns that are garbled, maps with a datum of their own."""
    told = [] if any(name in TEXT_REMEDIES for name in remedies) else [*advice_on(headers)]
    for datum, words in _WORDS.items():
        hit = next((name for name in names if words.search(name)), None)
        if hit is not None and crs in PLAIN and not _AGAINST.intersection(remedies):
            told.append(_named(datum, clip(hit)))
    return tuple(told)


def _named(datum: str, name: str) -> Advice:
    doubt = COORDINATE_REMEDIES[datum].doubt
    text = Text(
        f"名称「{name}」表明{doubt.zh}，坐标未作改动", f"“{name}”: perhaps {doubt.en}; nothing was changed"
    )
    return Advice(remedies=(datum,), given=name, would_be="", lies=None, text=text)
