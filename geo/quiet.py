"""Rules of which no zone is near: what they come to depends on the silence of their layers alone.

Most rules that a place decides find none of their zones near it. Which these are, the zones near a site tell
for all rules of a layer at once; what they come to is found, explained and put in order once, not for each
site.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from geo.evaluate import Asked, jurisdiction_of
from geo.model import Reason, Relation
from geo.once import Once
from geo.place_test import PlaceTest
from geo.placeless import Apart, Placeless, found, reach_m
from geo.relate.picture import silences
from geo.scene import Scene
from geo.view import BundleView, LayerView
from geo.words.explain import GAPS, neighbours

_MOST = 63
"""Rules of a group, at most: each is a bit of a number."""

_OVERLAPS = (Relation.INTERSECTS, Relation.CROSSES)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """Rules that ask the same layers, as far, in the same jurisdictions.

    Attributes
    ----------
    reach_m
        How far the silence of the layers must be vouched for, metres.
    farthest_m
        The farthest that any of the rules looks for whom to consult, metres.
    """

    layers: tuple[str, ...]
    reach_m: float
    jurisdictions: tuple[str, ...]
    asked: tuple[Asked, ...]
    farthest_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Groups:
    """Rules that a place decides: those that are always asked one by one, and the others."""

    alone: tuple[Asked, ...]
    groups: tuple[Group, ...]


_GROUPED = Once[_Groups](1024)
_FOUND = Once[Placeless](4096)
_MEANT = Once[NDArray[np.unsignedinteger]](256)


def hushed(scene: Scene, apart: Apart, *, full: bool) -> tuple[list[Asked], list[Placeless]]:
    """Of the rules that a place decides those that zones near the site may, and what the others come to.

    Parameters
    ----------
    full
        Those of the others that do not apply, too.
    """
    view = scene.view
    held = _GROUPED.get((view, apart), lambda: _grouped(view, apart.local))
    loud, quiet = list(held.alone), []
    for group in held.groups:
        reasons = silences(scene, group.layers, group.reach_m)
        if _tells_neighbours(scene, group, reasons):
            loud.extend(group.asked)
            continue
        bits = _near(scene, group, silent=bool(reasons))
        if bits:
            loud.extend(one for n, one in enumerate(group.asked) if bits >> n & 1)
        here = jurisdiction_of(scene, group.jurisdictions) if group.jurisdictions else True
        find = partial(_find, scene, group, bits, full=full)
        quiet.append(_FOUND.get((view, group), find, bits, reasons, here, full))
    return loud, quiet


def _grouped(view: BundleView, local: Iterable[Asked]) -> _Groups:
    alone: list[Asked] = []
    groups: dict[tuple[object, ...], list[Asked]] = {}
    for one in local:
        test = one.rule.test
        if _may_be_quiet(view, test):
            groups.setdefault((test.layers, test.reach_m, one.jurisdictions), []).append(one)
        else:
            alone.append(one)
    parts = (ones[at : at + _MOST] for ones in groups.values() for at in range(0, len(ones), _MOST))
    return _Groups(alone=tuple(alone), groups=tuple(map(_group, parts)))


def _may_be_quiet(view: BundleView, test: PlaceTest) -> bool:
    plain = test.areas is None and test.river is None and test.max_cell_m is None and test.min_zones > 0
    narrowed = bool(test.companions) and test.relation not in _OVERLAPS
    return plain and not narrowed and not any(layer in view.laid for layer in test.layers)


def _group(ones: list[Asked]) -> Group:
    first = ones[0].rule.test
    return Group(
        layers=first.layers,
        reach_m=first.reach_m,
        jurisdictions=ones[0].jurisdictions,
        asked=tuple(ones),
        farthest_m=max(map(reach_m, ones)),
    )


def _tells_neighbours(scene: Scene, group: Group, reasons: tuple[Reason, ...]) -> bool:
    """Whether what is said may name whom to consult (that is of the place), or a zone's attributes."""
    if Reason.ATTRIBUTE_UNKNOWN in reasons:
        return True
    return not GAPS.isdisjoint(reasons) and bool(neighbours(scene, group.farthest_m))


def _near(scene: Scene, group: Group, *, silent: bool) -> int:
    """The rules, as bits, that may have a zone near, and those that second layers may leave open."""
    bits = _narrowed_bits(group) if silent else 0
    for name in group.layers:
        rows = scene.contact(name).index
        if len(rows):
            layer = scene.view.layers[name]
            meant = _MEANT.get((layer, group), partial(_meant, layer, group))
            bits |= int(np.bitwise_or.reduce(meant[rows]))
    return bits


def _narrowed_bits(group: Group) -> int:
    return sum(1 << n for n, one in enumerate(group.asked) if one.rule.test.companions)


def _meant(layer: LayerView, group: Group) -> NDArray[np.unsignedinteger]:
    """By zone the rules, as bits, that mean it or may mean it; rules at a distance mean all of them."""
    out = np.zeros(len(layer.geometry), dtype=np.min_scalar_type((1 << len(group.asked)) - 1))
    for n, one in enumerate(group.asked):
        test = one.rule.test
        if test.relation is Relation.WITHIN_DISTANCE:
            out |= 1 << n
        else:
            yes, maybe = layer.match(test.zone_key, test.zone_classes, test.zone_where)
            out[yes | maybe] |= 1 << n
    return out


def _find(scene: Scene, group: Group, bits: int, *, full: bool) -> Placeless:
    return found(scene, [one for n, one in enumerate(group.asked) if not bits >> n & 1], full=full)
