"""What the catalogue describes: layers, their dated editions, the bundle."""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from shapely.geometry.base import BaseGeometry as Geometry

from geo.model.clauses import Clause
from geo.model.keeping import Keep, made_anew
from geo.model.problem import Problem
from geo.model.rules import Rulebook
from geo.model.words import EditionStatus, Text
from geo.model.zone_table import ZoneTable

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Edition:
    """One dated version of a layer, read and validated.

    Attributes
    ----------
    zones
        EPSG:4490, longitude first; columns ``zone_id``, ``zone_class``, ``name`` (text or None),
        ``valid_from``, ``valid_to`` (``datetime.date`` or None), ``geometry``, and the other attributes under
        their standard or own names. None when nothing could be read. Zones are kept even where ``faults`` is
        not empty: data convict.
    coverage
        Where silence means "no zone", EPSG:4490; None when it could not be read. Of rasters, all cells with
        data.
    accuracy_m
        Positional accuracy, metres; of rasters at least the size of a cell.
    cell_m
        Longest side of a raster's cells, metres; None for vectors.
    clauses
        Entry lists of its zones, clause by clause; None where the catalogue names no table.
    faults
        Why the data are not whole; any fault makes the edition *failed*: it can convict and never acquits.
    """

    edition: str
    status: EditionStatus
    valid_from: date
    valid_to: date | None
    stale_after: date | None
    accuracy_m: float
    zones: "ZoneTable | gpd.GeoDataFrame | None"
    coverage: Geometry | None
    sha256: str
    authority: Text
    source: str
    licence: str
    synthetic: bool
    approval_doc: str | None = None
    remarks: tuple[Text, ...] = ()
    faults: tuple[Problem, ...] = ()
    cell_m: float | None = None
    clauses: tuple[Clause, ...] | None = None

    def in_force(self, on: date) -> bool:
        """Whether the edition's validity holds ``on`` (drafts never by themselves)."""
        return (
            self.status is not EditionStatus.DRAFT
            and self.valid_from <= on
            and (self.valid_to is None or on < self.valid_to)
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    """A data set with all its editions, newest first."""

    id: str
    title: Text
    kind: str
    classes: dict[str, Text]
    editions: tuple[Edition, ...]
    restricted: bool = False
    style: dict[str, str] = field(default_factory=dict)
    notes: Text | None = None

    def edition_on(self, on: date) -> Edition | None:
        """The edition that speaks first on a date."""
        return next(iter(self.editions_on(on)), None)

    def editions_on(self, on: date) -> tuple[Edition, ...]:
        """The editions that speak on a date: the one in force that began last, then the provisional one.

        A provisional edition convicts beside the one in force and replaces nothing.
        """
        valid = sorted((e for e in self.editions if e.in_force(on)), key=lambda e: e.valid_from)
        by_status = {e.status: e for e in valid}
        ranked = (by_status.get(EditionStatus.IN_FORCE), by_status.get(EditionStatus.PROVISIONAL))
        return tuple(e for e in ranked if e is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfScope:
    """A layer the agency declares it does not hold: why, and whom to ask."""

    layer: str
    title: Text
    reason: Text
    ask: Text


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bundle:
    """Catalogue, layers and rulebook, with one digest.

    Attributes
    ----------
    jurisdictions
        GB/T 2260 prefixes the bundle speaks for.
    distances
        Locally approved distances by name, metres.
    layer_titles
        Titles of every layer id that the schema or catalogue knows.
    unpublished
        Layers that no authority publishes: without one its rules are `not_published`, not `layer_missing`.
    digest
        SHA-256 over catalogue, rulebook and layer hashes.
    keep
        Where what is worked out of its layers is kept for the next process.
    """

    id: str
    title: Text
    jurisdictions: tuple[str, ...]
    layers: dict[str, Layer]
    out_of_scope: dict[str, OutOfScope]
    rulebook: Rulebook
    distances: dict[str, float]
    layer_titles: dict[str, Text]
    digest: str
    notes: Text | None = None
    unpublished: frozenset[str] = frozenset()
    keep: Keep = made_anew
