"""What is asked: points in columns, and what is declared of them."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.measure import Floats
from geo.model import Part, Scalar, Site
from geo.scene import Footing, footing
from geo.view import BundleView

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Declaration:
    """Activity and facts, as `geo.model.Part` has them: many points share one."""

    activity: str | None
    facts: tuple[tuple[str, Scalar | None], ...]

    def part(self, lon: float, lat: float, accuracy_m: float) -> Part:
        """A part of this declaration at a point."""
        site = Site(geometry=shapely.Point(lon, lat), accuracy_m=accuracy_m)
        return Part(site=site, activity=self.activity, facts=self.facts)

    def footing(self, view: BundleView) -> Footing:
        """What a point of this declaration stands for."""
        activity = view.bundle.rulebook.activities.get(self.activity or "")
        return footing(self.part(0.0, 0.0, 0.0), activity)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PointBatch:
    """Points of known datum.

    Attributes
    ----------
    lon, lat
        EPSG:4490, degrees, shape (n,); finite and in range.
    accuracy_m
        Accuracy of each, metres, shape (n,).
    declaration
        Position in ``declarations`` of each, shape (n,).
    """

    lon: Floats
    lat: Floats
    accuracy_m: Floats
    declaration: Ints
    declarations: tuple[Declaration, ...]

    def only(self, rows: Ints) -> "PointBatch":
        """Some of the points, with all declarations."""
        return PointBatch(
            lon=self.lon[rows],
            lat=self.lat[rows],
            accuracy_m=self.accuracy_m[rows],
            declaration=self.declaration[rows],
            declarations=self.declarations,
        )

    def part(self, row: int) -> Part:
        """One point as the one road takes it."""
        declared: Declaration = self.declarations[self.declaration[row]]
        return declared.part(float(self.lon[row]), float(self.lat[row]), float(self.accuracy_m[row]))
