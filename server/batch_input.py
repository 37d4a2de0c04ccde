"""The three bodies of a batch, each read row by row: CSV, GeoJSON, NDJSON. No flask here."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, BinaryIO, cast

import orjson
from pydantic import ValidationError
from shapely.geometry.base import BaseGeometry as Geometry

from geo.crs import parse_crs
from geo.declare import is_blank
from geo.errors import InputError
from geo.model import Advice, Bundle, Problem, Project, Text
from layers.sites.cells.columns import Columns, understand
from layers.sites.cells.rows import Defaults, Record, Row, RowMaker
from layers.sites.cells.values import cell_text
from layers.sites.doctor.clinic import doctor_for
from layers.sites.doctor.garbled import mended, mended_cells, with_advice
from layers.sites.doctor.texts import TEXT_REMEDIES, advice_on
from layers.sites.doctor.whole_file import advice_of_names
from layers.sites.faults import clip, collected, fault
from layers.sites.read.feature_stream import FEATURES, NotGeoJsonError, read_members
from layers.sites.read.geometry import crs_member, from_geojson
from layers.sites.read.sources import unreadable
from layers.sites.read.tables import read_as, read_csv
from server.checks import read_request
from server.schemas import CheckRequest, problems_of
from server.settings import Settings
from server.upload import Upload

BODY = "body"
_KEPT_HEADERS = 32
_LETTERS = {read_as(encoding) for encoding in ("gb18030", "utf-16")}
_NO_DATE = date.min  # a refused row is checked on no date


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One row: with its own part, or a project of several, or problems."""

    row: Row
    project: Project | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A body understood as far as its rows: what they are made of, and what one of them means.

    Attributes
    ----------
    headers
        Names of the rows' cells, where all rows have the same.
    advice
        What the names of file and columns show.
    """

    raw: Callable[[], Iterator[Any]]
    item: Callable[[int, Any], Item]
    headers: tuple[str, ...] = ()
    advice: tuple[Advice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for every row."""

    bundle: Bundle
    settings: Settings
    defaults: Defaults

    def maker(self, columns: Columns, defaults: Defaults) -> RowMaker:
        """What makes rows of records of these columns."""
        return RowMaker(self.bundle.rulebook, columns, defaults, doctor_for(self.bundle, defaults.remedies))


def csv_reader(upload: Upload, terms: Terms) -> Reader:
    """Rows of a table: the columns of `layers.sites.cells.columns`.

    Raises
    ------
    UnreadableError
        If there is no header, or the encoding is not recognised.
    InputError
        If no column says where the sites are.
    """

    def raw() -> Iterator[Record]:
        source = mended(read_csv(upload.reopened(), name=BODY), terms.defaults.remedies)
        try:
            for chunk in source.chunks:
                yield from (with_remarks(record, told) for record in chunk)
        finally:
            source.close()

    source = mended(read_csv(upload.reopened(), name=BODY), terms.defaults.remedies)
    source.close()
    try:
        columns = understand(source.headers, terms.bundle.rulebook, has_geometry=False, where=BODY)
    except InputError as error:
        raise with_advice(error, source.headers) from None
    crs, remedies = terms.defaults.crs, terms.defaults.remedies
    # Rows are answered as they would be alone, in whatever letters they were sent.
    told = tuple(remark for remark in source.remarks if remark not in _LETTERS)
    told = (*told, *lines_of(advice_of_names(source.headers, source.headers, crs, remedies)))
    maker = terms.maker(columns, terms.defaults)
    return Reader(raw=raw, item=lambda _, record: Item(row=maker.row(record)))


def with_remarks(record: Record, told: tuple[Text, ...]) -> Record:
    """A record with what was taken for granted of its whole file."""
    return replace(record, remarks=(*told, *record.remarks)) if told else record


def lines_of(advice: Iterable[Advice]) -> tuple[Text, ...]:
    """Advice in words."""
    return tuple(Text(one.line("zh"), one.line("en")) for one in advice)


def geojson_reader(upload: Upload, terms: Terms) -> Reader:
    """Features of a FeatureCollection; its ``crs`` member holds for all of them.

    Raises
    ------
    UnreadableError
        If it is no JSON in UTF-8.
    InputError
        If it is JSON but no FeatureCollection, or names another CRS than the request.
    """
    members = _about(upload)
    crs = _settled(crs_member(members, BODY), terms.defaults.crs)
    rows = _RowsOfCells(replace(terms, defaults=replace(terms.defaults, crs=crs)))
    return Reader(
        raw=lambda: (value for key, value in _members(upload) if key == FEATURES), item=rows.of_feature
    )


def _about(upload: Upload) -> dict[str, object]:
    """All members of the collection but its features, once through the whole body."""
    try:
        about = {key: value for key, value in _members(upload) if key != FEATURES}
    except NotGeoJsonError as error:
        raise InputError(_no_collection(error)) from None
    except ValueError as error:
        raise unreadable(
            BODY,
            clip(error),
            allowed="JSON",
            zh="请求体不是合法的 JSON（UTF-8）",
            en="the body is not valid JSON (UTF-8)",
        ) from None
    if about.get("type") != "FeatureCollection":
        raise InputError(_no_collection(f"type {about.get('type')!r}"))
    return about


def _no_collection(given: object) -> Problem:
    return fault(
        BODY,
        given,
        "FeatureCollection",
        zh="须为 GeoJSON FeatureCollection；单个选址请用 /api/v1/checks",
        en="must be a GeoJSON FeatureCollection; for one site use /api/v1/checks",
    )


def _members(upload: Upload) -> Iterator[tuple[str, object]]:
    with io.TextIOWrapper(upload.reopened(), encoding="utf-8-sig") as text:
        yield from read_members(text)


def _settled(member: str | None, asked: str | None) -> str | None:
    """The CRS of the collection: the request's or its own; both must name the same, as in a single check."""
    if member is None or asked is None or parse_crs(asked) == parse_crs(member, where=f"{BODY}/crs"):
        return asked or member
    raise InputError(
        fault(
            "crs",
            asked,
            member,
            zh="crs 与 GeoJSON 的 crs 成员不一致",
            en="crs and the crs member of the GeoJSON differ",
        )
    )


def ndjson_reader(upload: Upload, terms: Terms) -> Reader:
    """Lines: each a body as of ``/checks``, a flat object of cells, or a GeoJSON Feature."""
    longest = terms.settings.max_body_bytes
    rows = _RowsOfCells(terms)

    def raw() -> Iterator[bytes]:
        with upload.reopened() as stream:
            yield from _lines(stream, longest)

    def item(number: int, line: bytes) -> Item:
        where = f"row {number}"
        if len(line) > longest:
            told = {"zh": "本行过长，请拆分或简化", "en": "the line is too long: split or simplify it"}
            return refused(number, fault(where, f"> {longest} bytes", f"≤ {longest} bytes", **told))
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            told = {"zh": "本行不是合法的 JSON", "en": "the line is not valid JSON"}
            return refused(number, fault(where, clip(error), "one JSON object a line", **told))
        if not isinstance(value, dict):
            told = {"zh": "每行须为 JSON 对象", "en": "each line must be a JSON object"}
            return refused(number, fault(where, type(value).__name__, "object", **told))
        if isinstance(value.get("site"), dict) or isinstance(value.get("project"), dict):
            return _of_body(number, value, terms)
        if value.get("type") == "Feature" or "coordinates" in value:
            return rows.of_feature(number, value)
        return rows.of_cells(number, value)

    return Reader(raw=raw, item=item)


def _lines(stream: BinaryIO, longest: int) -> Iterator[bytes]:
    """Lines that hold something; of one that is too long, as much as shows that it is."""
    first = True
    while line := stream.readline(longest + 2):
        rest = line
        while len(rest) > longest + 1 and not rest.endswith(b"\n"):
            rest = stream.readline(longest + 2)
        text = line.removeprefix(b"\xef\xbb\xbf" if first else b"").strip(b"\x1e \t\r\n")
        first = False
        if text:
            yield text


class _RowsOfCells:
    """Rows that have names of their own, each its own: features and flat objects."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._maker = lru_cache(maxsize=_KEPT_HEADERS)(self._new_maker)

    def _new_maker(self, names: tuple[str, ...], crs: str | None, *, shaped: bool) -> RowMaker:
        defaults = replace(self._terms.defaults, crs=crs)
        columns = understand(names, self._terms.bundle.rulebook, has_geometry=shaped, where=BODY)
        return self._terms.maker(columns, defaults)

    def of_cells(self, number: int, cells: Mapping[str, object]) -> Item:
        """The row of a flat object."""
        return self._row(number, cells, self._terms.defaults.crs)

    def of_feature(self, number: int, feature: object) -> Item:
        """The row of a GeoJSON Feature or geometry; its properties are its cells."""
        where = f"row {number}"
        problems: list[Problem] = []
        geometry = collected(problems, from_geojson, feature, where)
        own = collected(problems, crs_member, feature, where)
        body = cast("dict[str, object]", feature) if isinstance(feature, dict) else {}
        cells = body.get("properties")
        given = body.get("id")
        return self._row(
            number,
            cells if isinstance(cells, dict) else {},
            own or self._terms.defaults.crs,
            shape=(geometry, None if given is None else cell_text(given), tuple(problems)),
        )

    def _row(
        self,
        number: int,
        cells: Mapping[str, object],
        crs: str | None,
        shape: tuple[Geometry | None, str | None, tuple[Problem, ...]] | None = None,
    ) -> Item:
        geometry, feature_id, problems = shape or (None, None, ())
        cells = mended_cells(cells, self._terms.defaults.remedies)
        try:
            maker = self._maker(tuple(cells), crs, shaped=shape is not None)
        except InputError as error:
            found = (_in_row(number, p, body=True) for p in error.problems)
            named = feature_id or cells.get("site_id")
            return refused(number, *found, site_id=named, advice=advice_on(cells))
        record = Record(
            number=number,
            values=tuple(cells.values()),
            geometry=geometry,
            feature_id=feature_id,
            problems=problems,
        )
        return Item(row=maker.row(record))


def _of_body(number: int, value: dict[str, Any], terms: Terms) -> Item:
    """The row of a body as of ``/checks``, which may also name its ``site_id``."""
    site_id = value.pop("site_id", None)
    filled = _filled(value, terms.defaults)
    try:
        body = CheckRequest.model_validate(filled)
        project, on = read_request(body, terms.bundle, settings=terms.settings, today=terms.defaults.on)
    except ValidationError as error:
        return refused(number, *(_in_row(number, p) for p in problems_of(error)), site_id=site_id)
    except InputError as error:
        found = (_in_row(number, p) for p in error.problems)
        return refused(number, *found, site_id=site_id, advice=error.advice)
    row = Row(
        number=number,
        site_id=cell_text(site_id) or str(number),
        part=project.parts[0],
        on=on,
        problems=(),
        original=(),
    )
    return Item(row=row, project=project if body.project is not None else None)


def _filled(value: dict[str, Any], defaults: Defaults) -> dict[str, Any]:
    """The body with the request's activity and CRS where it, or a part of it, names none."""
    project = value.get("project")
    if not isinstance(project, dict) or not isinstance(project.get("parts"), list):
        return _filled_part(value, defaults)
    parts = [_filled_part(p, defaults) if isinstance(p, dict) else p for p in project["parts"]]
    return {**value, "project": {**project, "parts": parts}}


def _filled_part(part: dict[str, Any], defaults: Defaults) -> dict[str, Any]:
    filled = dict(part)
    site = part.get("site")
    named = part.get("crs") is not None or (isinstance(site, dict) and site.get("crs") is not None)
    if defaults.crs is not None and not named:
        filled["crs"] = defaults.crs
    if defaults.remedies and not part.get("remedies"):
        filled["remedies"] = [name for name in defaults.remedies if name not in TEXT_REMEDIES]
    activity = part.get("activity")
    if defaults.activity is not None and (activity is None or is_blank(activity)):
        filled["activity"] = defaults.activity
    return filled


def refused(number: int, *problems: Problem, site_id: object = None, advice: tuple[Advice, ...] = ()) -> Item:
    """A row that cannot be checked, and why."""
    named = cell_text(site_id) or str(number)
    row = Row(
        number=number,
        site_id=named,
        part=None,
        on=_NO_DATE,
        problems=problems,
        original=(),
        advice=advice,
    )
    return Item(row=row)


def _in_row(number: int, problem: Problem, *, body: bool = False) -> Problem:
    """The same problem, placed in its row."""
    where = f"row {number}{problem.where.removeprefix(BODY)}" if body else f"row {number}.{problem.where}"
    return replace(problem, where=where)
