"""Plots of a land-survey text (勘测定界界址点) as sites: rings put together, X and Y told apart."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry as Geometry

from geo.errors import InputError, Problem
from geo.gauss import zone_numbers
from geo.model import Text
from layers.sites.cells.rows import Record
from layers.sites.faults import fault
from layers.sites.read.geometry import MAX_VERTICES
from layers.sites.read.rings import polygons_of
from layers.sites.read.sources import Source, in_chunks
from layers.sites.read.survey_crs import are_eastings, are_northings, survey_crs
from layers.survey_txt import FIELDS, Plot, Survey, read_survey

Floats = NDArray[np.float64]

_HEADERS = FIELDS[1:]
_LEAST = {"面": 3, "线": 2, "点": 1}
_HECTARE_M2 = 10_000.0
_AREA_SHARE = 0.01
_CLOSED = Text("环没有闭合，已按首点闭合", "a ring was not closed: it was closed at its first point")
_TURNED = Text(
    "X、Y 按数值对调：X 像东坐标，Y 像北坐标", "X and Y were exchanged: by their size X is east and Y north"
)
_HEADLESS = Text("地块没有属性行，按面读取", "the plot has no head: read as an area")
_APART = Text(
    "有的圈在其他圈之外，按同一地块的另一部分计", "a ring lies outside the others: another part of the plot"
)


def read_survey_sites(path: Path) -> Source:
    """Open a land-survey text: a row a plot.

    Raises
    ------
    UnreadableError
        If it is none.
    InputError
        If its head is not understood, or contradicts the coordinates.
    """
    survey = read_survey(path)
    degrees = survey.about.get("计量单位", "") == "度"
    east = _easting(survey)
    crs, remarks = survey_crs(survey.about, east, where=path.name)
    records = (
        _record(plot, number, east, degrees=degrees) for number, plot in enumerate(survey.plots, start=1)
    )
    return Source(
        name=path.name,
        headers=_HEADERS,
        chunks=in_chunks(records),
        features=True,
        crs=crs,
        total=len(survey.plots),
        schema=pa.schema([pa.field(name, pa.string()) for name in _HEADERS]),
        remarks=remarks,
    )


def _easting(survey: Survey) -> float | None:
    """The first easting of the file, whichever way round its X and Y are."""
    for plot in survey.plots:
        x, y = _columns(plot)
        for north, east in ((x, y), (y, x)):
            found = np.flatnonzero(are_northings(north) & are_eastings(east))
            if len(found):
                return float(east[found[0]])
    return None


def _columns(plot: Plot) -> tuple[Floats, Floats]:
    """X and Y as they stand, shape (n,) each."""
    x, y = (np.array([point[axis] for point in plot.points], dtype=np.float64) for axis in (1, 2))
    return x, y


def _record(plot: Plot, number: int, east: float | None, *, degrees: bool) -> Record:
    remarks: list[Text] = [_HEADLESS] if plot.headless else []
    where = f"row {number}"
    geometry: Geometry | None = None
    problems = tuple(replace(problem, where=f"{where}: {problem.where}") for problem in plot.faults)
    if not problems:
        try:
            xy = _east_first(plot, east, remarks, where, degrees=degrees)
            geometry = _shape(plot, xy, remarks, where)
            _compare_area(plot, geometry, remarks, degrees=degrees)
        except InputError as error:
            problems = error.problems
    return Record(
        number=number,
        values=tuple(plot.told[name] for name in _HEADERS),
        geometry=geometry,
        problems=problems,
        remarks=tuple(dict.fromkeys(remarks)),
    )


def _east_first(plot: Plot, east: float | None, remarks: list[Text], where: str, *, degrees: bool) -> Floats:
    """Coordinates with the easting (or longitude) first, shape (n, 2)."""
    _check_count(plot, where)
    north, easting = _columns(plot)
    if degrees:
        return np.column_stack((easting, north))
    fits = are_northings(north) & are_eastings(easting)
    if not fits.all() and (are_northings(easting) & are_eastings(north)).all():
        north, easting = easting, north
        remarks.append(_TURNED)
    elif not fits.all():
        odd = plot.points[int(np.argmin(fits))]
        raise InputError(
            fault(
                where,
                f"X = {odd[1]:.12g}, Y = {odd[2]:.12g}",
                "X 1 500 000–7 000 000 (north), Y ± 450 km (east)",
                zh="X、Y 不像高斯-克吕格坐标：X 须为北坐标，Y 须为东坐标",
                en="X and Y are no Gauss-Krüger coordinates: X is the northing, Y the easting",
            )
        )
    if east is not None and (zone_numbers(easting) != zone_numbers(np.array([east]))).any():
        raise InputError(
            fault(
                where,
                f"Y = {easting.min():.12g} … {easting.max():.12g}",
                f"Y = {east:.12g} …",
                zh="东坐标的带号与本文件首个地块不同，请按投影带分成几个文件",
                en="the zone in the eastings is not that of the file's first plot: one file for each zone",
            )
        )
    return np.column_stack((easting, north))


def _check_count(plot: Plot, where: str) -> None:
    """The head's number of points, counted with or without those that close the rings."""
    if len(plot.points) > MAX_VERTICES:
        words = {"zh": f"一处选址最多 {MAX_VERTICES} 个顶点", "en": f"at most {MAX_VERTICES} vertices a site"}
        raise InputError(fault(where, f"{len(plot.points)} vertices", f"≤ {MAX_VERTICES} vertices", **words))
    told = plot.told["界址点数"]
    least, most = len(set(plot.points)), len(plot.points) + len({ring for ring, _, _ in plot.points})
    if told.isdigit() and int(told) and not least <= int(told) <= most:
        raise InputError(
            fault(
                where,
                f"{len(plot.points)} points",
                f"{told} points",
                zh="界址点数与属性行所写不符（文件可能被截断）",
                en="the number of points is not that of the plot's head (is the file cut?)",
            )
        )


def _shape(plot: Plot, xy: Floats, remarks: list[Text], where: str) -> Geometry:
    if plot.kind == "点":
        return shapely.MultiPoint(xy) if len(xy) > 1 else shapely.Point(_enough(xy, "点", where)[0])
    parts = [_enough(part, plot.kind, where) for part in _parts(plot, xy)]
    if not parts:
        raise InputError(_too_few(0, plot.kind, where))
    if plot.kind == "线":
        lines = [shapely.LineString(part) for part in parts]
        return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)
    closed = []
    for part in parts:
        if (part[0] != part[-1]).any():
            remarks.append(_CLOSED)
            part = np.vstack((part, part[:1]))  # noqa: PLW2901  (the same ring, closed)
        closed.append(part)
    area = polygons_of(closed, where)
    if area.geom_type == "MultiPolygon":
        remarks.append(_APART)
    return area


def _parts(plot: Plot, xy: Floats) -> Iterator[Floats]:
    """Rings (or lines): a new one begins where the ring's name changes, and after a point that closes one."""
    start = 0
    for at in range(1, len(xy) + 1):
        ended = at == len(xy) or plot.points[at][0] != plot.points[start][0]
        whole = plot.kind == "面" and at - start > _LEAST["面"] and (xy[at - 1] == xy[start]).all()
        if ended or whole:
            if at > start:
                yield xy[start:at]
            start = at


def _enough(part: Floats, kind: str, where: str) -> Floats:
    if len(part) < _LEAST[kind]:
        raise InputError(_too_few(len(part), kind, where))
    return part


def _too_few(count: int, kind: str, where: str) -> Problem:
    least = _LEAST[kind]
    told = {"zh": f"界址点太少，至少 {least} 个", "en": f"too few points, at least {least} are needed"}
    return fault(where, f"{count} points", f"≥ {least} points", **told)


def _compare_area(plot: Plot, geometry: Geometry, remarks: list[Text], *, degrees: bool) -> None:
    """An area as stated that is not that of the coordinates is told; it stands in hectares, or in m²."""
    text = plot.told["地块面积"].removesuffix("公顷").strip()
    try:
        stated = float(text)
    except ValueError:
        return
    measured = geometry.area
    if degrees or stated <= 0 or plot.kind != "面":
        return
    if all(abs(stated * unit - measured) > _AREA_SHARE * measured for unit in (_HECTARE_M2, 1.0)):
        hectares = f"{measured / _HECTARE_M2:.4f}"
        remarks.append(
            Text(
                f"填报面积 {text} 公顷，坐标围成 {hectares} 公顷",
                f"the area stated is {text} ha, the coordinates enclose {hectares} ha",
            )
        )
