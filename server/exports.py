"""An answer as a file that colleagues open: each part is a site, as on the command line. No flask here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from geo.errors import InputError
from geo.model import Bundle, Part, Problem, Project, Text
from layers.sites.cells.rows import Row
from layers.sites.cells.values import cell_text
from layers.sites.run import RunInfo
from layers.sites.screen import screen
from layers.sites.write.results import COLUMNS, Layout
from layers.sites.write.single import single_file

TYPES: Mapping[str, tuple[str, str]] = {
    "gpkg": (".gpkg", "application/geopackage+sqlite3"),
    "shp": (".shp.zip", "application/zip"),
    "kml": (".kml", "application/vnd.google-earth.kml+xml"),
    "dxf": (".dxf", "image/vnd.dxf"),
    "txt": (".txt", "text/plain; charset=gb18030"),
    "xlsx": (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
"""Extension and media type by the name of a format."""

WITHOUT_DRAFTS = Text(
    "本文件只含现行版本的结论，不含所选草案版本",
    "this file tells the answer of the editions in force, not that with the drafts named",
)

_HEADERS = ("project", "activity", "facts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file ready to be sent.

    Attributes
    ----------
    remarks
        What the format could not hold, or wants to be known with it.
    """

    name: str
    media_type: str
    data: bytes
    remarks: tuple[Text, ...]


def export(
    bundle: Bundle,
    project: Project,
    on: date,
    *,
    form: str,
    lang: str,
    margins: str,
    remarks: tuple[Text, ...] = (),
) -> Export:
    """Check the parts of a project and write their answers in a format of `TYPES`.

    Parameters
    ----------
    remarks
        What the file is to say of itself beside the usual.

    Raises
    ------
    InputError
        If a part cannot be checked, or the format holds areas only and there is none.
    """
    if form == "txt":
        _refuse_without_area(project)
    suffix, media_type = TYPES[form]
    rows = [_row(project, part, number, on) for number, part in enumerate(project.parts, start=1)]
    results = screen(bundle, rows, margins=margins)
    refused = [problem for result in results for problem in result.row.problems]
    if refused:
        raise InputError(refused)
    layout = Layout(
        headers=_HEADERS, names={name: name for name in COLUMNS}, schema=None, features=True, lang=lang
    )
    run = RunInfo(bundle=bundle, command=(), on=on, remarks=remarks)
    data, told = single_file(results, layout, suffix, run)
    return Export(
        name=f"fenqu-{on.isoformat()}{suffix}", media_type=media_type, data=data, remarks=(*remarks, *told)
    )


def _row(project: Project, part: Part, number: int, on: date) -> Row:
    facts = "; ".join(f"{name}={'unknown' if v is None else cell_text(v)}" for name, v in part.facts)
    return Row(
        number=number,
        site_id=part.name or str(number),
        part=part,
        on=on,
        problems=(),
        original=(project.name, part.activity, facts),
        site=part.site,
    )


def _refuse_without_area(project: Project) -> None:
    types = {part.site.geometry.geom_type for part in project.parts}
    if not types & {"Polygon", "MultiPolygon"}:
        hint = Text("界址点文本只能表达面状选址", "the survey text holds polygons only")
        given = ", ".join(sorted(types))
        raise InputError(Problem(where="format", given=f"txt: {given}", allowed="Polygon", hint=hint))
