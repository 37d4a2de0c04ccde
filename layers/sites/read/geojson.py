"""GeoJSON read strictly by ourselves, feature by feature: a file is never in memory as a whole."""

import json
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pyarrow as pa
from shapely.geometry.base import BaseGeometry as Geometry

from geo.errors import InputError, Problem
from layers.sites.cells.rows import Record
from layers.sites.faults import clip, fault
from layers.sites.read.feature_stream import FEATURES, NotGeoJsonError, read_members
from layers.sites.read.geometry import crs_member, from_geojson
from layers.sites.read.sources import Source, in_chunks, unreadable

_EXACT_INTEGER = 2**53
_LONGEST_LINE = 32_000_000
Features = Callable[[], Iterator[object]]
"""Gives the features anew each time it is called; one that could not be read comes as a Problem."""


def read_geojson(path: Path) -> Source:
    """Open a GeoJSON file: a FeatureCollection, a Feature or a bare geometry.

    Raises
    ------
    UnreadableError
        If it is no JSON, or none of these.
    InputError
        If its ``crs`` member is none.
    """
    about: dict[str, object] = {}
    kinds, listed = _Kinds(), True
    try:
        for key, value in _members(path):
            if key == FEATURES:
                kinds.add(value)
            else:
                about[key] = value
    except NotGeoJsonError:
        listed = False
    except ValueError as error:
        raise unreadable(
            path.name, clip(error), zh="读不成 JSON（UTF-8）", en="not readable as JSON (UTF-8)"
        ) from error
    kind = about.get("type")
    if not isinstance(kind, str) or (kind == "FeatureCollection") > listed:
        raise unreadable(
            path.name,
            clip(about or "(no object)"),
            allowed="FeatureCollection, Feature, Point, LineString, Polygon, Multi…",
            zh="不是 GeoJSON 对象",
            en="not a GeoJSON object",
        )
    crs = crs_member(about, path.name)
    if kind != "FeatureCollection":
        return _source(lambda: iter([about]), path.name, crs)
    return _source(lambda: _listed(path), path.name, crs, kinds)


def _members(path: Path) -> Iterator[tuple[str, object]]:
    with path.open(encoding="utf-8-sig") as text:
        yield from read_members(text)


def _listed(path: Path) -> Iterator[object]:
    return (value for key, value in _members(path) if key == FEATURES)


def read_geojson_lines(path: Path) -> Source:
    """Open newline-delimited GeoJSON: one Feature or geometry a line; a bad line is a refused row."""

    def features() -> Iterator[object]:
        with path.open(encoding="utf-8-sig") as lines:
            while line := lines.readline(_LONGEST_LINE):
                text = line.strip("\x1e \r\n\t")
                if text:
                    yield _decoded(text)

    try:
        return _source(features, path.name, None)
    except UnicodeDecodeError as error:
        raise unreadable(path.name, error, zh="文件须为 UTF-8 编码", en="the file must be UTF-8") from error


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return fault(
            "line", clip(error), "one GeoJSON Feature a line", zh="本行读不成 JSON", en="the line is not JSON"
        )


class _Kinds:
    """Properties of all features, in the order of their first sight, with the kinds of value seen."""

    def __init__(self) -> None:
        self.seen: dict[str, set[type]] = {}
        self.total = 0

    def add(self, feature: object) -> None:
        """Take note of a feature."""
        for key, value in _properties(feature).items():
            self.seen.setdefault(key, set()).add(_kind(value))
        self.total += 1


def _source(features: Features, name: str, crs: str | None, kinds: _Kinds | None = None) -> Source:
    if kinds is None:
        kinds = _Kinds()
        for feature in features():
            kinds.add(feature)
    ordered = tuple(kinds.seen)
    records = _records(features(), ordered)
    return Source(
        name=name,
        headers=ordered,
        chunks=in_chunks(records),
        features=True,
        crs=crs,
        total=kinds.total,
        schema=pa.schema([pa.field(key, _arrow_type(found)) for key, found in kinds.seen.items()]),
        close=records.close,
    )


def _kind(value: object) -> type:
    """The kind of a value; integers that a double cannot hold are ids and stay text."""
    return str if isinstance(value, int) and abs(value) > _EXACT_INTEGER else type(value)


def _arrow_type(kinds: set[type]) -> pa.DataType:
    """The type of a property of which these kinds of value were seen; mixed ones are text."""
    kinds = kinds - {type(None)}
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int}:
        return pa.int64()
    return pa.float64() if kinds and kinds <= {int, float} else pa.string()


def _properties(feature: object) -> dict[str, object]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties if isinstance(properties, dict) else {}


def _records(features: Iterator[object], headers: tuple[str, ...]) -> Generator[Record]:
    for number, feature in enumerate(features, start=1):
        geometry, problems = _geometry(feature, f"row {number}")
        properties = _properties(feature)
        given_id = feature.get("id") if isinstance(feature, dict) else None
        yield Record(
            number=number,
            values=tuple(properties.get(name) for name in headers),
            geometry=geometry,
            feature_id=None if given_id is None else str(given_id),
            problems=problems,
        )


def _geometry(feature: object, where: str) -> tuple[Geometry | None, tuple[Problem, ...]]:
    if isinstance(feature, Problem):
        named = Problem(where=where, given=feature.given, allowed=feature.allowed, hint=feature.hint)
        return None, (named,)
    try:
        return from_geojson(feature, where), ()
    except InputError as error:
        return None, error.problems
