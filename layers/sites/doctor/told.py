"""The doctor's words: what was given, what it would be, where that lies, what to ask for."""

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.measure import Floats
from geo.model import Advice, Site, Text
from layers.sites.doctor.area import ServiceArea
from layers.sites.doctor.remedies import Remedy


def shown(shape: Geometry) -> str:
    """A point, or the first vertex of a shape, as a person reads it."""
    x, y = shapely.get_coordinates(shape)[0].tolist()
    return f"{_number(x)}, {_number(y)}" + ("" if shape.geom_type == "Point" else " …")


def _number(value: float) -> str:
    return f"{round(value, 6):.15g}"


def _names(remedies: Sequence[Remedy]) -> tuple[str, ...]:
    return tuple(one.name for one in remedies)


def advised(
    remedies: Sequence[Remedy],
    given: Geometry,
    placed: Site,
    site: Site | None,
    area: ServiceArea,
    *,
    metres: bool,
) -> Advice:
    """The advice to ask for remedies that would bring a site into the area.

    Parameters
    ----------
    given
        The shape as it was read.
    placed
        The site as the remedies would make it.
    site
        The site as given; None where it was refused.
    metres
        It was given in a projected CRS.
    """
    names = _names(remedies)
    before, after, lies = shown(given), shown(placed.geometry), area.called(placed.geometry)
    doubts = [(metres and one.doubt_of_metres) or one.doubt for one in remedies]
    doubt = Text("、".join(one.zh for one in doubts), " and ".join(one.en for one in doubts))
    where = Text("", "") if site is None else Text("，不在服务范围内", ", outside the service area")
    return Advice(
        remedies=names,
        given=before,
        would_be=after,
        lies=lies,
        text=Text(
            f"疑似{doubt.zh}：所给 {before}{where.zh}；改正后为 {after}，位于{lies.zh}。坐标未作改动",
            f"perhaps {doubt.en}: given {before}{where.en}; it would be {after}, in {lies.en}. "
            "Nothing was changed",
        ),
    )


def applied(remedies: Sequence[Remedy], given: Geometry, used: Geometry) -> Text:
    """What was done because it was asked for."""
    deed = _done(remedies)
    change = f"{shown(given)} → {shown(used)}"
    return Text(f"{deed.zh}{change}", f"{deed.en}{change}")


def applied_to_points(remedies: Sequence[Remedy], given: Floats, used: Floats) -> list[Text]:
    """The same of many points, shape (n, 2) each."""
    deed = _done(remedies)
    cells = ([_number(value) for value in column.tolist()] for column in (*given.T, *used.T))
    changes = (f"{x}, {y} → {lon}, {lat}" for x, y, lon, lat in zip(*cells, strict=True))
    return [Text(f"{deed.zh}{change}", f"{deed.en}{change}") for change in changes]


def _done(remedies: Sequence[Remedy]) -> Text:
    names = _names(remedies)
    return Text(
        f"按要求以 {'、'.join(names)} 处理（{'；'.join(one.deed.zh for one in remedies)}）：",
        f"{', '.join(names)} applied as asked ({'; '.join(one.deed.en for one in remedies)}): ",
    )


def unfit(remedies: Sequence[Remedy], site: Site | None, area: ServiceArea) -> Advice:
    """What was asked for does not fit this row, which stays as it was."""
    inside = site is not None and area.holds(site.geometry)
    why = (
        Text("原坐标已在服务范围内", "as given it lies in the service area")
        if inside
        else Text("处理后仍不是服务范围内的有效位置", "it would not lead to a good place in the service area")
    )
    names = ", ".join(_names(remedies))
    return Advice(
        remedies=(),
        given="",
        would_be="",
        lies=None,
        text=Text(
            f"所要求的 {names} 不适用于此处，坐标未作改动：{why.zh}",
            f"{names} does not fit here, nothing was changed: {why.en}",
        ),
    )
