"""Results as the land survey's text (勘测定界界址点): polygons, X north, Y east with the zone's number.

::

    [属性描述]
    坐标系=2000国家大地坐标系
    …
    [地块坐标]
    5,1.0000,007,007,面,,,,@
    J1,1,3599820.1234,35575671.1234
    …
    J1,1,3599820.1234,35575671.1234

Rings are closed. Of a plot's rings those inside another are holes, as they are where parts have holes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.model import Text
from layers.sites.run import RunInfo, Tally
from layers.sites.write.exchange import Exchange, Sites
from layers.sites.write.notes import note_lines
from layers.sites.write.plane import Plane, plane_of

_M2_A_HECTARE = 10_000.0
_NO_FIELDS = Text(
    "界址点文本只有面状选址的边界和面积：结论和命中清单请用 gpkg、shp.zip 或 xlsx",
    "the survey text holds outlines and areas of polygons only: for verdicts and hits take gpkg, shp.zip or "
    "xlsx",
)


@dataclass(frozen=True, slots=True)
class SurveyFormat(Exchange):
    """A text in GB18030 that holds polygons of one 3° zone of CGCS2000."""

    def assemble(self, out: Path, pieces: Iterable[bytes], run: RunInfo, tally: Tally) -> tuple[Text, ...]:
        """Write the text, plot by plot."""
        del tally
        plane = plane_of(some.shapes for some in self.sites(pieces))
        left_out, unsure = 0, self.unsure(pieces)
        with out.open("w", encoding="gb18030", newline="\r\n") as stream:
            stream.writelines(f"{line}\n" for line in self._head(plane, run, unsure))
            for some in self.sites(pieces):
                for plot in self._plots(some, plane):
                    left_out += plot is None
                    stream.write(plot or "")
        return (*plane.remarks(), *unsure, *_left_out(left_out), _NO_FIELDS)

    def _head(self, plane: Plane, run: RunInfo, remarks: Iterable[Text]) -> list[str]:
        zone, lang = plane.zone, self.layout.lang
        notes = (*note_lines(run, lang), *(_plain(remark.get(lang)) for remark in remarks))
        return [
            "[属性描述]",
            "格式版本号=1.01版本",
            "数据产生单位=fenqu",
            f"数据产生日期={run.on.isoformat()}",
            "坐标系=2000国家大地坐标系",
            f"几度分带={zone.width_deg}",
            "投影类型=高斯克吕格",
            "计量单位=米",
            f"带号={zone.zone}",
            "精度=0.0001",
            "转换参数=,,,,,,",
            f"备注={'; '.join(notes)}",
            "[地块坐标]",
        ]

    def _plots(self, sites: Sites, plane: Plane) -> Iterator[str | None]:
        """Each site as a plot; None where it is no polygon or not in the zone."""
        drawn = plane.drawn(sites.shapes)
        for ident, shape, area in zip(sites.ids, drawn, sites.areas_m2, strict=True):
            areal = isinstance(shape, shapely.Polygon | shapely.MultiPolygon)
            yield _plot(_plain(ident), shape, area or 0.0) if areal else None


def _plot(ident: str, shape: Geometry, area_m2: float) -> str:
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    lines: list[str] = []
    corner = 1
    for number, ring in enumerate(rings, start=1):
        places = shapely.get_coordinates(ring).tolist()
        names = [*range(corner, corner + len(places) - 1), corner]
        lines += [f"J{name},{number},{y:.4f},{x:.4f}\n" for name, (x, y) in zip(names, places, strict=True)]
        corner += len(places) - 1
    head = f"{len(lines)},{area_m2 / _M2_A_HECTARE:.4f},{ident},{ident},面,,,,@\n"
    return head + "".join(lines)


def _plain(text: str) -> str:
    """A text as a field of a line: commas would part it, ``@`` ends the line."""
    return " ".join(text.replace(",", "，").replace("@", "＠").split())


def _left_out(count: int) -> tuple[Text, ...]:
    if not count:
        return ()
    return (
        Text(
            f"{count} 个选址不在界址点文本中：不是面、没有可用图形，或离该投影带太远",
            f"{count} sites are not in the survey text: no polygons, without a usable shape, or too far from "
            "the zone",
        ),
    )
