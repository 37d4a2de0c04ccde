"""Zones laid along rivers: for each zone the ground beside the stretch of river that a rule speaks of.

`upstream_within` is thus asked as overlap with ground, by the same means as all else. What nobody can know is
ground too, of zones that *may* be met: around a zone on no river that is known, and beyond a gap in the
network. Such layers are a view's own; no report lists them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.measure import Floats, Objects
from geo.model import RIVERS, Condition, Edition, Op
from geo.network import Network, network_of
from geo.place_test import PlaceTest, RiverTest, zone_key
from geo.riverside import Course, disc_around, ground_beside

if TYPE_CHECKING:  # views are made with what is laid here
    from geo.view import LayerView, RuleView

__all__ = ["Laid", "lay"]

KNOWN = "on_known_river"
"""An attribute of ground: unknown where the river is."""

_KNOWN = Condition(name=KNOWN, op=Op.EQ, value=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Laid:
    """What a layer of ground was made of.

    Attributes
    ----------
    of
        The layer whose zones it stands for.
    courses
        By row, the stretch of river; None where it is not known.
    """

    of: str
    courses: tuple[Course | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alive:
    """A layer's living zones: equal for views of one layer that hold the same."""

    editions: tuple[Edition, ...]
    alive: bytes
    view: "LayerView" = field(compare=False)

    @classmethod
    def of(cls, view: "LayerView") -> "_Alive":
        editions = view.layer.editions if view.layer is not None else ()
        return cls(editions=editions, alive=view.alive.tobytes(), view=view)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ground:
    """Ground of the zones of one layer, one entry per piece: which zone's, its shape, its course."""

    row: tuple[int, ...]
    shape: Objects
    courses: tuple[Course | None, ...]


def lay(
    layers: dict[str, "LayerView"], rules: tuple["RuleView", ...]
) -> tuple[dict[str, "LayerView"], tuple["RuleView", ...], dict[str, Laid]]:
    """Layers and rules with those that speak of what lies upstream asking of ground.

    Where no river layer is held, there is no ground, and the rules are left to say so.
    """
    asked = [rule for rule in rules if rule.test.river is not None]
    if not asked or (layers[RIVERS].tree is None and layers[RIVERS].silence is not None):
        return layers, rules, {}
    rivers = _Alive.of(layers[RIVERS])
    network = _network(rivers)
    layers = {**layers, RIVERS: _with_remarks(layers[RIVERS], network)}
    wanted: dict[tuple[str, RiverTest], list[PlaceTest]] = {}
    for test in (rule.test for rule in asked):
        for layer in test.layers:
            wanted.setdefault((layer, _alike(test.river)), []).append(test)
    laid: dict[str, Laid] = {}
    for (layer, river), tests in wanted.items():
        name = _name(layer, river)
        layers[name], laid[name] = _laid(layers[layer], rivers, river, tests)
    widest = float(network.half_width_m.max(initial=0.0))
    return layers, tuple(_asking(rule, widest) for rule in rules), laid


def _alike(river: RiverTest | None) -> RiverTest:
    """The distances alone: what differs otherwise has the same ground."""
    if river is None:
        raise TypeError
    return replace(river, zones=(), unset=False, bank_m=0.0)


def _name(layer: str, river: RiverTest) -> str:
    return f"{layer}~{river.up_m:g}~{river.down_m:g}~{river.side_m:g}"


def _asking(rule: "RuleView", widest_m: float) -> "RuleView":
    """The rule with its test asked of the ground."""
    river = rule.test.river
    if river is None:
        return rule
    where = (*rule.test.zone_where, _KNOWN)
    test = replace(
        rule.test,
        layers=tuple(_name(layer, _alike(river)) for layer in river.zones),
        zone_where=where,
        zone_key=zone_key(rule.test.zone_classes, where),
        river=replace(river, bank_m=river.side_m + widest_m),
    )
    return replace(rule, test=test, key=repr(test))


@lru_cache(maxsize=8)
def _network(rivers: _Alive) -> Network:
    view = rivers.view
    rows = np.flatnonzero(view.alive)
    width = [view.attribute(int(row), "avg_width_m") for row in rows]
    flow = [view.attribute(int(row), "flow") for row in rows]
    return network_of(
        view.geometry[rows],
        np.array([float(w) if isinstance(w, int | float) and w > 0 else np.nan for w in width]),
        np.array([None, *flow], dtype=object)[1:],
    )


def _with_remarks(view: "LayerView", network: Network) -> "LayerView":
    """The river layer, saying what of its network is to be known."""
    if view.edition is None or not network.remarks:
        return view
    return replace(view, edition=replace(view.edition, remarks=(*view.edition.remarks, *network.remarks)))


def _laid(
    zones: "LayerView", rivers: _Alive, river: RiverTest, tests: Sequence[PlaceTest]
) -> tuple["LayerView", Laid]:
    meant = np.zeros(len(zones.geometry), dtype=bool)
    for test in tests:
        yes, maybe = zones.match(test.zone_key, test.zone_classes, test.zone_where)
        meant |= yes | maybe
    found = _ground(_Alive.of(zones), rivers, meant.tobytes(), river)
    row, count = np.array(found.row, dtype=np.intp), len(found.row)
    known = np.array([None if course is None else True for course in found.courses], dtype=object)
    edition = zones.edition
    if edition is not None:
        accuracy = edition.accuracy_m + rivers.view.accuracy_m
        edition = replace(edition, accuracy_m=accuracy, coverage=None)
    view = replace(
        zones,
        id=_name(zones.id, river),
        edition=edition,
        geometry=found.shape,
        dimension=shapely.get_dimensions(found.shape),
        zone_id=zones.zone_id[row],
        zone_class=zones.zone_class[row],
        name=zones.name[row],
        alive=np.ones(count, dtype=bool),
        derived=zones.derived[row],
        provisional=zones.provisional[row],
        attributes=_attributes(zones.attributes, row) | {KNOWN: known},
        tree=STRtree(found.shape) if count else None,
        ground=None,
        silence=None,
        matches={},
        outlines={},
        rims={},
        borders={},
        codes={},
    )
    return view, Laid(of=zones.id, courses=found.courses)


def _attributes(attributes: Mapping[str, Objects], row: np.ndarray) -> dict[str, Objects]:
    return {name: values[row] for name, values in attributes.items()}


@lru_cache(maxsize=32)
def _ground(zones: _Alive, rivers: _Alive, meant: bytes, river: RiverTest) -> _Ground:
    """The ground of the zones that are meant."""
    network = _network(rivers)
    rows, shapes, courses = [], [], []
    for row in np.flatnonzero(np.frombuffer(meant, dtype=bool)).tolist():
        for shape, course in _of_zone(network, zones.view.geometry[row], river):
            rows.append(row)
            shapes.append(shape)
            courses.append(course)
    return _Ground(row=tuple(rows), shape=np.array([None, *shapes], dtype=object)[1:], courses=tuple(courses))


def _of_zone(network: Network, zone: Geometry, river: RiverTest) -> list[tuple[Geometry, Course | None]]:
    """The ground beside a zone's stretch of river, and what lies where nobody can know it."""
    shape = zone if shapely.is_valid(zone) else shapely.make_valid(zone)
    seeds = network.seeds(shape)
    if not seeds:
        return [(disc_around(shape, river.way_m + river.side_m), None)]
    stretch = network.walk(seeds, river.up_m, river.down_m)
    course = Course.of(network, stretch)
    found: list[tuple[Geometry, Course | None]]
    found = [(ground_beside(network, stretch, river.side_m), course)]
    for node, left_m in stretch.gaps:
        end = shapely.Point(_place(network, node))
        found.append((disc_around(end, left_m + river.side_m), None))
    return found


def _place(network: Network, node: int) -> Floats:
    """Where a node lies, degrees."""
    edge, _ = (*network.ups.get(node, ()), *network.downs.get(node, ()))[0]
    ends = network.edges[edge]
    place: Floats = ends[2:] if network.lower[edge] == node else ends[:2]
    return place
