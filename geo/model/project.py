"""What is proposed: a project of parts, each with a site, an activity and facts."""

from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry as Geometry

from geo.model.problem import Advice
from geo.model.rules import Scalar
from geo.model.words import Text

DEFAULT_ACCURACY_M = 5.0
"""Positional accuracy of a site that states none (DESIGN §4)."""

UNKNOWN_DATUM_ACCURACY_M = 1200.0
"""Accuracy of a site whose datum is declared unknown: BD-09 lies up to 1 105 m off (regulations.md §8.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A part's footprint, already in EPSG:4490, longitude first.

    Attributes
    ----------
    geometry
        Point, line, polygon or multi-form; valid, two-dimensional, not empty.
    crs
        The CRS it was supplied in, as named by the user (``EPSG:4490`` if none was).
    accuracy_m
        Positional accuracy, metres.
    datum_known
        False only where the user declared the datum unknown.
    remarks
        What was assumed or done on the way in (Z dropped, CRS taken as …, repaired by …).
    advice
        What the input may have meant instead; changes nothing.
    remedies
        Names of the remedies that were asked for and applied; the remarks say what they changed.
    """

    geometry: Geometry
    crs: str = "EPSG:4490"
    accuracy_m: float = DEFAULT_ACCURACY_M
    datum_known: bool = True
    remarks: tuple[Text, ...] = ()
    advice: tuple[Advice, ...] = ()
    remedies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One component of a project.

    Attributes
    ----------
    activity
        Activity id; None = not given.
    facts
        Declared facts by id. A value of None means declared *unknown* (which overrides what the activity
        implies); a fact that is absent was left blank.
    """

    site: Site
    activity: str | None = None
    facts: tuple[tuple[str, Scalar | None], ...] = ()
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What is proposed. A bare site is a project of one part."""

    parts: tuple[Part, ...]
    name: str | None = None
