"""A small map as SVG inside a page: outlines in longitude/latitude, drawn with the cable pulled."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt
import shapely

from geo.model import Text

__all__ = ["Drawn", "sketch"]

_WIDTH, _HEIGHT, _EDGE = 640.0, 420.0, 8.0
_POINT_R = 2.5
_PIXEL = 0.5
_POLYGON = 2

Shapes = npt.NDArray[np.object_]
Placed = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """Shapes of one meaning: their title in the legend and their colour; ``filled`` or outlines only."""

    title: Text
    shapes: Shapes
    colour: str
    filled: bool = True


def sketch(drawn: Sequence[Drawn], title: Text) -> str:
    """An ``svg`` element with a legend, and its caption; empty where there is nothing to draw.

    Vertices nearer than half a pixel are left out: it is a picture, nothing is measured on it.
    """
    bounds = np.array([shapely.total_bounds(one.shapes) for one in drawn if len(one.shapes)])
    bounds = bounds[np.isfinite(bounds).all(axis=1)] if len(bounds) else bounds
    if not len(bounds):
        return ""
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    squeeze = math.cos(math.radians((south + north) / 2))
    width, height = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    scale = min((_WIDTH - 2 * _EDGE) / width, (_HEIGHT - 2 * _EDGE) / height)
    tall = height * scale + 2 * _EDGE

    def placed(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(
            [(xy[:, 0] - west) * squeeze * scale + _EDGE, (north - xy[:, 1]) * scale + _EDGE]
        )

    paths = "".join(_group(one, _on_paper(one.shapes, placed)) for one in drawn)
    legend = "".join(_legend(n, one, tall) for n, one in enumerate(drawn))
    label = escape(f"{title.zh} / {title.en}")
    box = f"0 0 {_WIDTH:g} {tall + 18 * len(drawn) + 6:.0f}"
    svg = f'<svg viewBox="{box}" role="img" aria-label="{label}">{paths}{legend}</svg>'
    return f"{svg}<figcaption>{label}</figcaption>"


def _on_paper(shapes: Shapes, placed: Placed) -> Shapes:
    """Shapes as drawn; what is too small to be seen is a point."""
    moved = np.asarray(shapely.transform(shapes, placed), dtype=object)
    drawn = np.asarray(shapely.simplify(moved, _PIXEL, preserve_topology=False), dtype=object)
    lost = shapely.is_empty(drawn) & ~shapely.is_empty(moved)
    drawn[lost] = shapely.centroid(moved[lost])
    return drawn


def _group(one: Drawn, shapes: Shapes) -> str:
    parts = shapely.get_parts(shapely.get_parts(shapes))
    dimension = shapely.get_dimensions(parts)
    fill = f'fill="{one.colour}" fill-opacity="0.45"' if one.filled else 'fill="none"'
    rings = "".join(_path(ring) for ring in shapely.get_rings(parts[dimension == _POLYGON]))
    lines = "".join(_path(line) for line in parts[dimension == 1])
    points = "".join(
        f'<circle cx="{point.x:.1f}" cy="{point.y:.1f}" r="{_POINT_R}" fill="{one.colour}"/>'
        for point in parts[dimension == 0]
        if not point.is_empty
    )
    stroke = f'stroke="{one.colour}" stroke-width="0.8"'
    areas = f'<path d="{rings}" {fill} fill-rule="evenodd" {stroke}/>' if rings else ""
    return areas + (f'<path d="{lines}" fill="none" {stroke}/>' if lines else "") + points


def _path(line: shapely.LineString | shapely.LinearRing) -> str:
    xy = shapely.get_coordinates(line)
    if not len(xy):
        return ""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in xy)


def _legend(n: int, one: Drawn, top: float) -> str:
    y = top + 14 + 18 * n
    fill = one.colour if one.filled else "none"
    mark = f'<rect x="8" y="{y - 9:.0f}" width="12" height="10" fill="{fill}" stroke="{one.colour}"/>'
    words = escape(f"{one.title.zh} / {one.title.en}")
    return f'{mark}<text x="26" y="{y:.0f}" font-size="12">{words}</text>'
