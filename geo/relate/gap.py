"""Margins said before they are measured: which distance or depth decides, and how they are put together.

A relation answers for one site; what its margin *is* (the distance to the nearest zone less 1 000 m, the
depth in the zones' union) holds for every site that stands to the zones in the same way. Said as a value of
its own, it can be measured for one site (`metres`) or for many points at once (`geo.points`).
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from shapely.geometry.base import BaseGeometry as Geometry

from geo.relate.outline import depth, edge_m, shared_depth
from geo.relate.picture import Picture
from geo.scene import Scene
from geo.view import Mask


class Measure(Enum):
    """What of a site and some zones is measured, in metres."""

    NEAREST = "distance to the nearest zone, 0 in it"
    DEPTH = "from the outline of the zones' union to the piece's farthest point"
    EDGE = "from the outline of the zones' union to the site's nearest point"
    NTH_NEAREST = "distance to the nth nearest zone"
    NTH_DEPTH = "nth greatest depth in a single zone"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leaf:
    """One measurement.

    Attributes
    ----------
    sure
        Of the zones that surely match; else of those too that may.
    piece
        The part of the site whose depth is meant; None where it is what the site shares with ``shared``.
    shared
        Some of the zones meant, of which the site's part is.
    nth
        Which one, from 1, for the measures that count zones.
    """

    measure: Measure
    picture: Picture
    sure: bool
    piece: Geometry | None = None
    shared: Mask | None = None
    nth: int = 1

    @property
    def chosen(self) -> Mask:
        """The zones meant."""
        return self.picture.yes if self.sure else self.picture.either


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Joined:
    """Measurements put together: ``max``, ``min`` or ``sum``."""

    by: str
    of: tuple["Gap", ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Turned:
    """The same with the opposite sign."""

    of: "Gap"


_JOIN: dict[str, Callable[[Iterable[float]], float]] = {"max": max, "min": min, "sum": sum}

DISC = "disc"
"""The radius of the disc a point stands for."""

Gap = Leaf | Joined | Turned | float | str


def less(one: Gap, other: Gap) -> Gap:
    """A difference."""
    return Joined(by="sum", of=(one, Turned(of=other)))


def metres(scene: Scene, gap: Gap) -> float:
    """A margin at one site, metres; inf where what decides lies beyond the search."""
    match gap:
        case Leaf():
            return _leaf_m(scene, gap)
        case Turned():
            return -metres(scene, gap.of)
        case Joined():
            return float(_JOIN[gap.by]([metres(scene, one) for one in gap.of]))
        case str():
            return scene.stand.disc_m
        case _:
            return gap


def _leaf_m(scene: Scene, leaf: Leaf) -> float:
    p, chosen = leaf.picture, leaf.chosen
    match leaf.measure:
        case Measure.NEAREST:
            return p.nearest_m(chosen)
        case Measure.DEPTH:
            return _depth_m(scene, leaf)
        case Measure.EDGE:
            return edge_m(scene, p)
        case Measure.NTH_NEAREST:
            distances = np.sort(p.distance_m[chosen])
            return float(distances[leaf.nth - 1]) if len(distances) >= leaf.nth else math.inf
        case Measure.NTH_DEPTH:
            met = np.flatnonzero(chosen & p.met)
            each = (only(p.yes, entry) for entry in met)
            deep = [shared_depth(scene, p, one, one, alone=True) for one in each]
            return sorted(deep, reverse=True)[leaf.nth - 1]


def _depth_m(scene: Scene, leaf: Leaf) -> float:
    if leaf.shared is not None:
        return shared_depth(scene, leaf.picture, leaf.chosen, leaf.shared)
    return 0.0 if leaf.piece is None else depth(scene, leaf.picture, leaf.chosen, leaf.piece)


def only(mask: Mask, entry: np.intp) -> Mask:
    """A mask of one entry."""
    out = np.zeros_like(mask)
    out[entry] = True
    return out
