"""Second layers on the overlapped piece: a red line *in a reserve's core*, a red line *outside* one."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry as Geometry

from geo.contact import highest_dimension
from geo.few import some
from geo.logic import Truth
from geo.measure import LINE, POINT, POLYGON, length_m
from geo.model import Reason, With
from geo.overlays import difference, intersection
from geo.place_test import PlaceTest
from geo.relate.gap import Gap, Joined, Leaf, Measure
from geo.relate.outline import depth
from geo.relate.picture import NOWHERE, Picture, draw, ground_m, is_enough, is_long, silences
from geo.scene import Scene
from geo.view import Mask

_BESIDE_DEG = 2e-7
"""Degrees that hold the tolerance of line and point zones: those asked about were met within it."""

_ON_DEG = 4e-9
"""Degrees, less than half a millimetre: a piece cut from a line lies beside it where its ends are rounded."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pieces:
    """What is left of the site: surely, possibly, and why the two differ."""

    sure: Geometry
    possible: Geometry
    reasons: tuple[Reason, ...] = ()


def narrow(scene: Scene, test: PlaceTest, pieces: Pieces) -> tuple[Truth, tuple[Reason, ...]]:
    """Narrow the pieces by every second layer, and ask whether enough is left."""
    for companion in test.companions:
        pieces = _narrow_by(scene, test, companion, pieces)
    if _is_left(scene, test, pieces.sure):
        return True, ()
    touched = scene.stand.disc_m > 0 and _disc_may_meet(scene, test)
    if not touched and not _is_left(scene, test, pieces.possible):
        return False, ()
    reasons = (*pieces.reasons, *((Reason.FOOTPRINT_UNKNOWN,) if touched else ()))
    return None, tuple(dict.fromkeys(reasons))


def _narrow_by(scene: Scene, test: PlaceTest, companion: With, pieces: Pieces) -> Pieces:
    p = picture_of(scene, companion)
    silent = silences(scene, (companion.layer,), 0.0)
    unknown = some(p.maybe & p.met)
    reasons = (*pieces.reasons, *((Reason.ATTRIBUTE_UNKNOWN,) if unknown else ()), *silent)
    if companion.present:
        return Pieces(
            sure=_within(scene, test, p, p.yes, pieces.sure),
            possible=pieces.possible if silent else _within(scene, test, p, p.either, pieces.possible),
            reasons=reasons,
        )
    return Pieces(
        sure=NOWHERE if silent else _beside(scene, test, p, p.either, pieces.sure),
        possible=_beside(scene, test, p, p.yes, pieces.possible),
        reasons=reasons,
    )


def _within(scene: Scene, test: PlaceTest, p: Picture, chosen: Mask, piece: Geometry) -> Geometry:
    """The piece inside the zones; all of it where a line or point zone runs through it."""
    if piece.is_empty:
        return NOWHERE
    if _runs_through(test, p, chosen, piece):
        return piece
    areal = _areal(p, chosen, piece)
    common = _kept(
        scene,
        p,
        areal,
        piece,
        lambda: highest_dimension(intersection(np.array([piece], dtype=object), p.ground(scene, areal))[0]),
    )
    return common if shapely.get_dimensions(common) == shapely.get_dimensions(piece) else NOWHERE


def _beside(scene: Scene, test: PlaceTest, p: Picture, chosen: Mask, piece: Geometry) -> Geometry:
    """The piece outside the zones; none of it where a line or point zone runs through it."""
    if piece.is_empty:
        return NOWHERE
    if _runs_through(test, p, chosen, piece):
        return NOWHERE
    areal = _areal(p, chosen, piece)
    return _kept(scene, p, areal, piece, lambda: difference(piece, p.ground(scene, areal)), "beside")


def _kept(
    scene: Scene, p: Picture, areal: Mask, piece: Geometry, cut: Callable[[], Geometry], side: str = "within"
) -> Geometry:
    """A piece cut by zones, kept for other rules; the piece with it, so that no other has its id."""
    return scene.keep((side, id(piece), *p.named(areal & p.met)), lambda: (piece, cut()))[1]


def _areal(p: Picture, chosen: Mask, piece: Geometry) -> Mask:
    thin_too = shapely.get_dimensions(piece) == POINT
    return chosen if thin_too else np.asarray(chosen & (p.dimension == POLYGON))


def _runs_through(test: PlaceTest, p: Picture, chosen: Mask, piece: Geometry) -> bool:
    """Whether a zone without area meets a line or polygon: a point in it, a line across or along it."""
    thin, dimension = chosen & p.met & (p.dimension < POLYGON), shapely.get_dimensions(piece)
    if dimension == POINT or piece.is_empty or not some(thin):
        return False
    common = intersection(p.geometry[thin], piece)
    reach_deg = np.where(shapely.is_empty(p.overlap[thin]), _BESIDE_DEG, _ON_DEG)
    runs = shapely.distance(p.geometry[thin], piece) <= reach_deg
    if (runs if dimension == LINE else runs & (p.dimension[thin] == POINT)).any():
        return True
    return is_long(test, ground_m(common))


def _is_left(scene: Scene, test: PlaceTest, piece: Geometry) -> bool:
    """Whether enough is left; of a site that holds a river, the river's length is what is narrowed."""
    dimension = shapely.get_dimensions(piece)
    if piece.is_empty or dimension == scene.dimension:
        return is_enough(scene, test, piece)
    return dimension == POINT or is_long(test, float(length_m(piece)))


def picture_of(scene: Scene, companion: With) -> Picture:
    """The second layer's zones."""
    return draw(scene, (companion.layer,), companion)


def _disc_may_meet(scene: Scene, test: PlaceTest) -> bool:
    """Whether a disc of the land to be taken could meet main zones and second layers as the rule asks."""
    disc = scene.stand.disc_m
    main = draw(scene, test.layers, test)
    if main.nearest_m(main.either) > disc:
        return False
    for companion in test.companions:
        p = picture_of(scene, companion)
        if (
            companion.present
            and not silences(scene, (companion.layer,), 0.0)
            and p.nearest_m(p.either) > disc
        ):
            return False
        if not companion.present and depth(scene, p, p.yes, p.piece(scene, p.yes)) >= disc:
            return False
    return True


def gap_when_met(scene: Scene, test: PlaceTest, piece: Geometry) -> Gap:
    """How little would have to move for the second layers to answer otherwise, metres; inf if far."""
    pictures = [picture_of(scene, companion) for companion in test.companions]
    deep = (Leaf(measure=Measure.DEPTH, picture=p, sure=True, piece=piece) for p in pictures if some(p.yes))
    return Joined(by="min", of=(math.inf, *deep))


def gap_when_not(scene: Scene, test: PlaceTest) -> Gap:
    """How much would have to move for the second layers to answer otherwise, metres."""
    gaps: list[Gap] = [0.0]
    for companion in test.companions:
        p = picture_of(scene, companion)
        if companion.present:
            gaps.append(Leaf(measure=Measure.NEAREST, picture=p, sure=True))
        elif some(p.yes & p.met) and p.rest(scene, p.yes).is_empty:
            gaps.append(Leaf(measure=Measure.DEPTH, picture=p, sure=True, piece=p.piece(scene, p.yes)))
    return Joined(by="max", of=tuple(gaps))
