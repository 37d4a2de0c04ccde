"""One record of any input becomes a row: a part to be checked, or a refusal that says why."""

from dataclasses import dataclass, replace
from datetime import date

import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.check import check_date
from geo.declare import is_blank, read_fact
from geo.errors import InputError, Problem
from geo.find_activity import find_activity
from geo.model import Advice, Part, Rulebook, Scalar, Site, Text
from geo.site import make_site
from layers.sites.cells.angles import Axis
from layers.sites.cells.columns import Columns, Place
from layers.sites.cells.coordinates import read_coordinate, read_place, typed_place
from layers.sites.cells.places import checked_place, from_wkt
from layers.sites.cells.values import cell_text, read_date, read_number
from layers.sites.doctor.cells import point_of, reading_of, wkt_of
from layers.sites.doctor.clinic import Doctor, Reading
from layers.sites.doctor.texts import advice_on
from layers.sites.faults import collected, collecting

Facts = tuple[tuple[str, Scalar | None], ...]

AXES: dict[str, Axis] = {"lon": "lon", "lat": "lat"}
"""Which angle a column of coordinates must hold; the others may hold either."""

_REMEMBERED = 100_000
"""Declarations kept in mind: a column of areas has as many as there are rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What holds for rows that say nothing themselves.

    Attributes
    ----------
    on
        As-of date.
    activity
        Activity id.
    facts
        Declared facts by id.
    crs
        CRS as named by the user or the file; None = none was named.
    repair
        Named repair asked for (``make_valid``), or None.
    remedies
        Names of the doctor's remedies asked for, in their order.
    """

    on: date
    activity: str | None = None
    facts: Facts = ()
    crs: str | None = None
    repair: str | None = None
    remedies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A row as read, not yet understood.

    Attributes
    ----------
    number
        Position in the input, from 1, the header not counted.
    values
        Cells in the order of the headers, as the file types them.
    geometry
        Geometry of a vector feature, None in tables.
    feature_id
        Id member of a GeoJSON feature.
    problems
        What the reader already found wrong (a row with too many cells …).
    remarks
        What the reader took for granted of this row's shape; they stand in its answer.
    """

    number: int
    values: tuple[object, ...]
    geometry: Geometry | None = None
    feature_id: str | None = None
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """What a row declares, defaults filled in: many rows share one."""

    activity: str | None
    facts: Facts
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row understood: ``part`` is None exactly where there are problems.

    Attributes
    ----------
    site
        Where it lies; also of a refused row whose geometry was good.
    advice
        What a refused row may have meant; of a good row its site bears it.
    """

    number: int
    site_id: str
    part: Part | None
    on: date
    problems: tuple[Problem, ...]
    original: tuple[object, ...]
    site: Site | None = None
    advice: tuple[Advice, ...] = ()


class RowMaker:
    """Turns records of one input into rows; remembers activities, facts and dates already understood.

    Parameters
    ----------
    rulebook
        Vocabulary of activities and facts.
    columns
        The header, understood.
    defaults
        For rows that say nothing themselves.
    doctor
        Looks at refused rows and at sites outside the service area; None = nobody does.
    """

    def __init__(
        self, rulebook: Rulebook, columns: Columns, defaults: Defaults, doctor: Doctor | None = None
    ) -> None:
        self._doctor = doctor
        self._rulebook = rulebook
        self._columns = columns
        self._defaults = defaults
        self._activities: dict[str, str | tuple[Problem, ...]] = {}
        self._facts: dict[tuple[str, ...], Facts] = {}
        self._values: dict[tuple[int, str], Scalar | None] = {}

    def row(self, record: Record) -> Row:
        """The row of a record; every problem in it, not the first only."""
        where = f"row {record.number}"
        problems = list(record.problems)
        advice: tuple[Advice, ...] = ()
        on, site, activity, facts = self._defaults.on, None, None, self._defaults.facts
        if not problems:
            on = collected(problems, self._date, record, where) or on
            site, advice = self._examined(record, where, problems)
            activity = collected(problems, self._activity, record, where)
            facts = collected(problems, self._declared, record, where) or ()
        if problems and self._doctor is not None:
            advice = (*advice, *advice_on(record.values))
        part = Part(site=site, activity=activity, facts=facts) if site is not None and not problems else None
        return Row(
            number=record.number,
            site_id=self.site_id(record),
            part=part,
            on=on,
            problems=tuple(problems),
            original=record.values,
            site=site,
            advice=advice,
        )

    def declared(self, record: Record) -> Declared | None:
        """What a record declares; None where that cannot be read, which `row` then tells."""
        try:
            return Declared(
                activity=self._activity(record, ""),
                facts=self._declared(record, ""),
                on=self._date(record, ""),
            )
        except InputError:
            return None

    def _cell(self, record: Record, role: str) -> object:
        """The cell of a role; None where there is no such column or the cell says nothing."""
        position = self._columns.roles.get(role)
        value = record.values[position] if position is not None else None
        return None if value is None or is_blank(value) else value

    def _name(self, role: str, where: str) -> str:
        """Where a role's cell stands, in the user's own header."""
        return f"{where}.{self._columns.headers[self._columns.roles[role]].strip()}"

    def site_id(self, record: Record) -> str:
        """The row's own id, or its feature's, or its number."""
        position = self._columns.roles.get("site_id")
        given = "" if position is None else cell_text(record.values[position])
        return given or record.feature_id or str(record.number)

    def _date(self, record: Record, where: str) -> date:
        value = self._cell(record, "on")
        if value is None:
            return self._defaults.on
        on = read_date(value, self._name("on", where))
        check_date(on, where=self._name("on", where))
        return on

    def _activity(self, record: Record, where: str) -> str | None:
        value = self._cell(record, "activity")
        if value is None:
            return self._defaults.activity
        text, at = cell_text(value), self._name("activity", where)
        if text not in self._activities:
            if len(self._activities) >= _REMEMBERED:
                self._activities.clear()
            self._activities[text] = self._found(text, at)
        found = self._activities[text]
        if isinstance(found, str):
            return found
        raise InputError(replace(problem, where=at) for problem in found)

    def _found(self, text: str, where: str) -> str | tuple[Problem, ...]:
        """An activity, or why there is none: the search for similar names is long, and faults recur."""
        try:
            return find_activity(self._rulebook, text, where=where)
        except InputError as error:
            return error.problems

    def _declared(self, record: Record, where: str) -> Facts:
        """Facts of the row's own cells, over those that hold for the whole run."""
        cells = tuple(cell_text(record.values[position]) for position, _ in self._columns.facts)
        if cells not in self._facts:
            problems: list[Problem] = []
            own: dict[str, Scalar | None] = {}
            for (position, fact_id), cell in zip(self._columns.facts, cells, strict=True):
                if not is_blank(cell):
                    with collecting(problems):
                        own[fact_id] = self._value(position, fact_id, cell, where)
            if problems:
                raise InputError(problems)
            declared = tuple(sorted({**dict(self._defaults.facts), **own}.items()))
            if len(self._facts) >= _REMEMBERED:
                self._facts.clear()
            self._facts[cells] = declared
        return self._facts[cells]

    def _value(self, position: int, fact_id: str, cell: str, where: str) -> Scalar | None:
        """One fact of a cell."""
        key = (position, cell)
        if key not in self._values:
            at = f"{where}.{self._columns.headers[position]}"
            value = read_fact(self._rulebook.facts[fact_id], cell, where=at)
            if len(self._values) >= _REMEMBERED:
                self._values.clear()
            self._values[key] = value
        return self._values[key]

    def _examined(
        self, record: Record, where: str, problems: list[Problem]
    ) -> tuple[Site | None, tuple[Advice, ...]]:
        """The site, looked at by the doctor, and what a refused one may have meant."""
        crs = cell_text(self._cell(record, "crs")).strip() or self._defaults.crs
        own: list[Problem] = []
        given = self._site(record, crs, where, own)
        if self._doctor is None or (own and given is not None):  # what is wrong is not the place
            problems += own
            return given, ()

        def as_given() -> Site:
            if given is None:
                raise InputError(own)
            return given

        def made(reading: Reading) -> Site:
            faults: list[Problem] = []
            site = self._made(
                record, reading.geometry, reading.crs, where, faults, any_order=reading.any_order
            )
            if site is None or faults:
                raise InputError(faults)
            return site

        try:
            return self._doctor.site(lambda: self._reading(record, crs), made, as_given), ()
        except InputError as error:
            problems += error.problems
            return None, error.advice

    def _reading(self, record: Record, crs: str | None) -> Reading | None:
        """What the cells say, whatever is wrong with it."""
        place, roles, halves = self._columns.place, self._columns.roles, self._columns.halves
        if place is Place.GEOMETRY:
            return reading_of(record.geometry, crs)
        if place is Place.WKT:
            return reading_of(wkt_of(record.values[roles["wkt"]]), crs)
        if halves is None:
            typed = typed_place(cell_text(record.values[roles["pair"]]))
            if typed is None:
                return None
            return reading_of(point_of(typed.first, typed.second), crs, any_order=not typed.ordered)
        x, y = (record.values[roles[role]] for role in halves)
        return reading_of(point_of(x, y), crs, any_order=place is Place.XY)

    def _site(self, record: Record, crs: str | None, where: str, problems: list[Problem]) -> Site | None:
        """The site as given; with an accuracy that cannot be read it is a place all the same."""
        geometry = collected(problems, self._geometry, record, where)
        return self._made(record, geometry, crs, where, problems, any_order=self._any_order(record))

    def _made(
        self,
        record: Record,
        geometry: Geometry | None,
        crs: str | None,
        where: str,
        problems: list[Problem],
        *,
        any_order: bool = False,
    ) -> Site | None:
        """The site of a shape, by what else the row says of it."""
        accuracy = self._cell(record, "accuracy_m")
        accuracy_m = None
        if accuracy is not None:
            accuracy_m = collected(problems, read_number, accuracy, self._name("accuracy_m", where))
        if geometry is None:
            return None
        site = collected(
            problems,
            make_site,
            geometry,
            crs=crs,
            accuracy_m=accuracy_m,
            repair=self._defaults.repair,
            any_order=any_order,
            where=where,
        )
        if site is None or not record.remarks:
            return site
        return replace(site, remarks=(*record.remarks, *site.remarks))

    def _any_order(self, record: Record) -> bool:
        """Whether the order of the two coordinates is left to the digits."""
        if self._columns.place is not Place.PAIR:
            return self._columns.place is Place.XY
        typed = typed_place(cell_text(self._cell(record, "pair")))
        return typed is not None and not typed.ordered

    def _geometry(self, record: Record, where: str) -> Geometry:
        place = self._columns.place
        if place is Place.GEOMETRY:
            geometry = record.geometry
        elif place is Place.WKT:
            geometry = from_wkt(self._cell(record, "wkt"), self._name("wkt", where))
        else:
            geometry = self._point(record, where)
        return checked_place(geometry, where)

    def _point(self, record: Record, where: str) -> Geometry:
        halves = self._columns.halves
        if halves is None:
            text = cell_text(record.values[self._columns.roles["pair"]])
            return shapely.Point(*read_place(text, self._name("pair", where))[:2])
        problems: list[Problem] = []
        x, y = (
            collected(
                problems,
                read_coordinate,
                record.values[self._columns.roles[role]],
                self._name(role, where),
                AXES.get(role),
            )
            for role in halves
        )
        if x is None or y is None:
            raise InputError(problems)
        return shapely.Point(x, y)
