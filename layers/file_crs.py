"""The CRS of a file: what it names, what the catalogue declares, and whether the two agree."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import shapely

from geo.crs import Crs, agree, by_definition, crs_from_wkt, parse_crs, to_lonlat
from geo.errors import InputError
from geo.measure import Objects
from geo.model import Text
from layers.strictyaml import Faults

__all__ = ["settle_crs"]

_SAME_PLACE_DEG = 1e-5  # one metre
_SAME_PLACE_OLD_DEG = 3e-3  # 300 m: Xi'an 80 and Beijing 54 are taken at face value


def settle_crs(
    named: str | None, declared: str | None, shapes: Sequence[Any] | Objects, where: str, faults: Faults
) -> tuple[Crs | None, tuple[Text, ...]]:
    """The CRS of a file: what it names and what is declared must agree; one of them must be there.

    Parameters
    ----------
    named
        The file's own definition (WKT or code); None where it names none.
    shapes
        Its geometries: a code stands for the definition only if both put them at the same place.

    Returns
    -------
    The CRS (None is a fault noted) and remarks on what was taken for what.
    """
    told = parse_crs(declared) if declared is not None else None
    if named is None:
        if told is None:
            faults.add(
                where,
                given=None,
                allowed="EPSG:n",
                zh="文件未写明坐标系，须在 crs 中声明",
                en="the file names no CRS: declare it with crs",
            )
        return told, _remarks(told)
    found = _by_code(named, shapes)
    if told is None and found is None:
        faults.add(
            where,
            given=" ".join(named.split())[:120],
            allowed="EPSG:n",
            zh="文件的坐标系没有对应的 EPSG 代码，须在 crs 中声明",
            en="no EPSG code stands for the file's CRS: declare it with crs",
        )
        return None, ()
    if told is not None and not (agree(told, found) if found else _same_place(named, told, shapes)):
        faults.add(
            where,
            given=told.name,
            allowed=f"{found.name}, as the file says" if found else "the CRS the file names",
            zh="声明的坐标系与文件不一致",
            en="the declared CRS disagrees with the file",
        )
        return None, ()
    taken = told if found is None else found
    if told is not None and taken is not None and told.name != taken.name:
        zh = f"声明的 {told.name} 与文件的 {taken.name} 视为一致（相差分米以内）"
        en = f"{told.name} as declared agrees with {taken.name} of the file (decimetres at most)"
        return taken, (Text(zh, en),)
    return taken, _remarks(taken)


def _remarks(taken: Crs | None) -> tuple[Text, ...]:
    if taken is None or taken.name != "EPSG:4326":
        return ()
    zh = "坐标系 EPSG:4326 按 EPSG:4490 使用（相差分米以内）"
    return (Text(zh, "EPSG:4326 taken as EPSG:4490 (decimetres at most)"),)


def _by_code(named: str, shapes: Sequence[Any] | Objects) -> Crs | None:
    """The code nearest to a file's definition, if it puts the data where the definition does."""
    try:
        found = crs_from_wkt(named)
    except InputError:
        return None
    return found if _same_place(named, found, shapes) else None


def _same_place(named: str, crs: Crs, shapes: Sequence[Any] | Objects) -> bool:
    """Whether a CRS and a file's own definition agree on where the corners of the data lie."""
    bounds = shapely.bounds(np.asarray(shapes, dtype=object))
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return True
    corners = shapely.points([bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)])
    ours = shapely.get_coordinates(to_lonlat(cast("Any", corners), crs))
    try:
        theirs = by_definition(shapely.get_coordinates(corners), named)
    except RuntimeError:  # of the projection library: a local system, from which no way leads
        return False
    most = _SAME_PLACE_OLD_DEG if crs.old_datum else _SAME_PLACE_DEG
    # Coordinates that fit neither come back infinite: two infinities do not agree.
    with np.errstate(invalid="ignore"):
        return bool((np.abs(ours - theirs) <= most).all())
