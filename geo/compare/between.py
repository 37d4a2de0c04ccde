"""Between layers: what of one layer's ground lies inside or outside that of another, district by district."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.compare.defects import LEAST_M2
from geo.compare.districts import Districts
from geo.compare.pieces import Mask, areal, disjoint, ground_of, polygons_of, shapes_of, width_m
from geo.measure import TOLERANCE_M, Objects, area_m2
from geo.model import Edition, Reason, Text
from geo.overlays import difference, differences, intersection, union
from geo.words.human import hectares, percent
from geo.zone_columns import values_of


class Asks(StrEnum):
    """What of a layer is asked for: its ground inside the other's, or outside."""

    INSIDE = "inside"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A pair of layers and what is asked of them.

    Attributes
    ----------
    classes, other_classes
        Classes that count; empty for all.
    source
        Where it is demanded.
    """

    id: str
    title: Text
    layer: str
    other: str
    asks: Asks
    source: str
    classes: tuple[str, ...] = ()
    other_classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """A piece of ground that was asked for, with the zones that hold it.

    Attributes
    ----------
    lon, lat
        A place inside it, degrees.
    other_zone
        None where it lies outside every zone of the other layer.
    """

    lon: float
    lat: float
    area_m2: float
    zone: str
    other_zone: str | None
    geometry: Geometry

    def body(self) -> dict[str, Any]:
        """Plain values; the geometry is left out."""
        return {
            "lon": round(self.lon, 8),
            "lat": round(self.lat, 8),
            "area_m2": round(self.area_m2, 2),
            "zone": self.zone,
            "other_zone": self.other_zone,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """What was found in one district.

    Attributes
    ----------
    district
        Code; None in no known district.
    of_m2
        The layer's ground there, as a union.
    """

    district: str | None
    district_name: str | None
    area_m2: float
    of_m2: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairAnswer:
    """The answer to a question.

    Attributes
    ----------
    reason
        Why it could not be asked; then there are no figures. A layer that is not held is no zero.
    area_m2, of_m2
        What was asked for, and all the layer's ground that counts, each as a union.
    unknown_m2
        Of that ground what the other layer does not cover: it says neither inside nor outside.
    below
        Pieces under 1 m² or narrower than the tolerance: how many and how large in all.
    pieces
        The largest first.
    """

    question: Question
    reason: Reason | None = None
    missing: str | None = None
    synthetic: bool = False
    area_m2: float = 0.0
    of_m2: float = 0.0
    unknown_m2: float = 0.0
    below_count: int = 0
    below_m2: float = 0.0
    rows: tuple[PairRow, ...] = ()
    pieces: tuple[Piece, ...] = ()

    @property
    def share(self) -> float:
        """What was asked for, of the layer's ground; 0 where there is none."""
        return self.area_m2 / self.of_m2 if self.of_m2 > 0.0 else 0.0

    def text(self) -> Text:
        """One sentence."""
        title = self.question.title
        if self.reason is not None:
            return Text(
                f"{title.zh}：未核查，缺图层 {self.missing}。",
                f"{title.en}: not assessed, no {self.missing}.",
            )
        zh = f"{title.zh}：{hectares(self.area_m2)}，占该图层 {percent(self.share)}，{len(self.pieces)} 处"
        en = f"{title.en}: {hectares(self.area_m2, 'en')}, {percent(self.share)} of the layer, "
        en += f"{len(self.pieces)} places"
        if self.unknown_m2 >= LEAST_M2:
            zh += f"；另有 {hectares(self.unknown_m2)} 不在对方图层覆盖范围内，未核查"
            en += f"; {hectares(self.unknown_m2, 'en')} more is not covered by the other layer: not assessed"
        return Text(f"{zh}。", f"{en}.")

    def body(self) -> dict[str, Any]:
        """Plain values; geometries are left out."""
        asked, words = self.question, self.text()
        return {
            "id": asked.id,
            "title": {"zh": asked.title.zh, "en": asked.title.en},
            "layer": asked.layer,
            "classes": list(asked.classes),
            "other": asked.other,
            "other_classes": list(asked.other_classes),
            "asks": asked.asks.value,
            "source": asked.source,
            "reason": None if self.reason is None else self.reason.value,
            "missing": self.missing,
            "synthetic": self.synthetic,
            "area_m2": None if self.reason else round(self.area_m2, 2),
            "of_m2": None if self.reason else round(self.of_m2, 2),
            "share": None if self.reason else round(self.share, 6),
            "unknown_m2": None if self.reason else round(self.unknown_m2, 2),
            "below_limits": {"count": self.below_count, "area_m2": round(self.below_m2, 2)},
            "rows": [
                {
                    "district": row.district,
                    "district_name": row.district_name,
                    "area_m2": round(row.area_m2, 2),
                    "of_m2": round(row.of_m2, 2),
                }
                for row in self.rows
            ],
            "pieces": [piece.body() for piece in self.pieces],
            "text": {"zh": words.zh, "en": words.en},
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Between:
    """Answers to all questions about some layers."""

    answers: tuple[PairAnswer, ...]

    def body(self) -> dict[str, Any]:
        """Plain values; geometries are left out."""
        return {
            "least_m2": LEAST_M2,
            "least_width_m": TOLERANCE_M,
            "answers": [answer.body() for answer in self.answers],
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Zones:
    """Polygons that count, with their ids."""

    ids: Objects
    shapes: Objects


def between(editions: Mapping[str, Edition], questions: Iterable[Question], districts: Districts) -> Between:
    """Lay layers over each other.

    Parameters
    ----------
    editions
        By layer: the edition that speaks.
    """
    return Between(answers=tuple(_answer(editions, question, districts) for question in questions))


def _answer(editions: Mapping[str, Edition], question: Question, districts: Districts) -> PairAnswer:
    for layer in (question.layer, question.other):
        if layer not in editions:
            return PairAnswer(question=question, reason=Reason.LAYER_MISSING, missing=layer)
        if editions[layer].zones is None:
            return PairAnswer(question=question, reason=Reason.FAILED, missing=layer)
    one, other = editions[question.layer], editions[question.other]
    mine, theirs = _zones(one, question.classes), _zones(other, question.other_classes)
    whole = disjoint(mine.shapes)
    inside = question.asks is Asks.INSIDE
    covered = shapely.MultiPolygon() if other.coverage is None else other.coverage
    cut = _inside(mine, theirs) if inside else _outside(mine, theirs, covered)
    parts, owner = polygons_of(shapes_of([piece for piece, _, _ in cut]))
    m2 = area_m2(parts)
    large = (m2 >= LEAST_M2) & (width_m(parts, m2) >= TOLERANCE_M)
    pieces = _pieces(parts, m2, owner, large, cut)
    of_m2, area = float(area_m2(whole).sum()), disjoint(parts[large])
    return PairAnswer(
        question=question,
        synthetic=one.synthetic or other.synthetic,
        area_m2=float(area_m2(area).sum()),
        of_m2=of_m2,
        unknown_m2=_beyond_m2(whole, theirs, covered),
        below_count=int((~large).sum()),
        below_m2=float(m2[~large].sum()),
        rows=tuple(_rows(area, whole, districts)),
        pieces=tuple(sorted(pieces, key=lambda p: (-p.area_m2, p.zone, p.other_zone or ""))),
    )


def _zones(edition: Edition, classes: tuple[str, ...]) -> _Zones:
    zones = edition.zones
    if zones is None:
        return _Zones(ids=shapes_of([]), shapes=shapes_of([]))
    shapes = values_of(zones, "geometry")
    keep = areal(shapes)
    if classes:
        keep &= np.isin(values_of(zones, "zone_class").astype(str), classes)
    return _Zones(ids=values_of(zones, "zone_id")[keep], shapes=shapes[keep])


_Cut = tuple[Geometry, str, str | None]


def _inside(mine: _Zones, theirs: _Zones) -> list[_Cut]:
    """What each pair of zones shares."""
    one, other = STRtree(theirs.shapes).query(mine.shapes, predicate="intersects")
    shared = intersection(mine.shapes[one], theirs.shapes[other])
    pairs = zip(shared, mine.ids[one], theirs.ids[other], strict=True)
    return [(piece, str(a), str(b)) for piece, a, b in pairs]


def _outside(mine: _Zones, theirs: _Zones, covered: Geometry) -> list[_Cut]:
    """What of each zone no zone of the others holds, where their layer is covered."""
    one, other = STRtree(theirs.shapes).query(mine.shapes, predicate="intersects")
    order = np.argsort(one, kind="stable")
    ends = np.searchsorted(one[order], np.arange(len(mine.shapes) + 1))
    held = [union(theirs.shapes[other[order[a:b]]]) for a, b in pairwise(ends)]
    left = differences(mine.shapes, shapes_of(held))
    partly = ~_within(left, covered)
    left[partly] = intersection(left[partly], covered)
    return [(piece, str(zone), None) for piece, zone in zip(left, mine.ids, strict=True)]


def _within(shapes: Objects, covered: Geometry) -> Mask:
    """Which shapes lie wholly on covered ground: these need not be cut with its long outline."""
    inside = np.zeros(len(shapes), dtype=bool)
    inside[STRtree(shapes).query(covered, predicate="covers")] = True
    return inside


def _beyond_m2(whole: Objects, theirs: _Zones, covered: Geometry) -> float:
    """Ground that the other layer neither covers nor holds a zone on, m²."""
    beyond = ground_of(differences(whole[~_within(whole, covered)], covered))
    near = STRtree(theirs.shapes).query(beyond, predicate="intersects")
    return float(area_m2(difference(beyond, union(theirs.shapes[near]))))


def _pieces(parts: Objects, m2: Any, owner: Any, large: Any, cut: list[_Cut]) -> Iterator[Piece]:  # noqa: ANN401
    rows = np.flatnonzero(large)
    places = shapely.get_coordinates(shapely.point_on_surface(parts[rows]))
    for row, (lon, lat) in zip(rows.tolist(), places.tolist(), strict=True):
        _, zone, other = cut[owner[row]]
        yield Piece(
            lon=lon, lat=lat, area_m2=float(m2[row]), zone=zone, other_zone=other, geometry=parts[row]
        )


def _rows(found: Objects, whole: Objects, districts: Districts) -> Iterator[PairRow]:
    size = len(districts.code) + 1
    areas = np.zeros((2, size))
    for n, shapes in enumerate((found, whole)):
        lots = districts.lots(shapes)
        areas[n] = np.bincount(lots.district % size, weights=lots.area_m2, minlength=size)
    for at in np.flatnonzero(areas[1] >= LEAST_M2).tolist():
        known = at < size - 1
        yield PairRow(
            district=districts.code[at] if known else None,
            district_name=districts.name[at] if known else None,
            area_m2=float(areas[0, at]),
            of_m2=float(areas[1, at]),
        )
