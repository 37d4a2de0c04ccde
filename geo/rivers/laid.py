"""Zones laid along rivers: for each zone the ground beside the stretch of river that a rule speaks of.

`upstream_within` is thus asked as overlap with ground, by the same means as all else. What nobody can know is
ground too, of zones that *may* be met: around a zone on no river that is known, and beyond a gap in the
network. Such layers are a view's own; no report lists them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.ground import Ground
from geo.measure import Floats, Objects, window
from geo.model import RIVERS, Condition, Edition, Op, Scalar
from geo.model.keeping import Keep, made_anew
from geo.overlays import remade
from geo.place_test import PlaceTest, RiverTest, zone_key
from geo.rivers.kept import (
    Known,
    courses_from,
    courses_to,
    digest_of,
    known_from,
    known_to,
    shapes_from,
    shapes_to,
)
from geo.rivers.network import SNAP_M, Network, Seed, network_of
from geo.rivers.riverside import Course, disc_around, joined, pieces_beside, roughly_beside

if TYPE_CHECKING:  # views are made with what is laid here
    from geo.view import LayerView, RuleView

__all__ = ["Laid", "lay"]

Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]
_NOTHING: Objects = np.zeros(0, dtype=object)

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
    layers: dict[str, "LayerView"], rules: tuple["RuleView", ...], keep: Keep = made_anew
) -> tuple[dict[str, "LayerView"], tuple["RuleView", ...], dict[str, Laid]]:
    """Layers and rules with those that speak of what lies upstream asking of ground.

    Where no river layer is held, there is no ground, and the rules are left to say so.
    """
    asked_before, asked = rules, [rule for rule in rules if rule.test.river is not None]
    if not asked or (layers[RIVERS].tree is None and layers[RIVERS].silence is not None):
        return layers, rules, {}
    rivers = _Alive.of(layers[RIVERS])
    known = _known(rivers, keep)
    layers = {**layers, RIVERS: _with_remarks(layers[RIVERS], known)}
    wanted: dict[tuple[str, RiverTest], list[PlaceTest]] = {}
    for test in (rule.test for rule in asked):
        for layer in test.layers:
            wanted.setdefault((layer, _alike(test.river)), []).append(test)
    laid: dict[str, Laid] = {}
    for (layer, river), tests in wanted.items():
        name = _name(layer, river)
        layers[name], laid[name] = _laid(layers[layer], rivers, river, tests, keep)
    rules = tuple(_asking(rule, known) for rule in rules)
    for rule, before in zip(rules, asked_before, strict=True):
        asking = rule.test.river
        if asking is None:
            continue
        if asking.edge not in laid:
            layers[asking.edge] = _edge(layers, rivers, asking, keep)
        if asking.near not in laid:
            layers[asking.near] = _near(layers, before.test, asking)
        laid |= dict.fromkeys((asking.edge, asking.near), Laid(of=RIVERS, courses=()))
    return layers, rules, laid


def _plain(river: RiverTest | None) -> RiverTest:
    """The zones and the distances."""
    if river is None:
        raise TypeError
    return replace(river, unset=False, bank_m=0.0, edge="", near="", reach_m=0.0)


def _alike(river: RiverTest | None) -> RiverTest:
    """The distances alone: what differs otherwise has the same ground."""
    return replace(_plain(river), zones=())


def _edge_name(river: RiverTest) -> str:
    return _name("+".join((RIVERS, *river.zones)), river)


def _name(layer: str, river: RiverTest) -> str:
    return f"{layer}~{river.up_m:g}~{river.down_m:g}~{river.side_m:g}"


def _asking(rule: "RuleView", known: Known) -> "RuleView":
    """The rule with its test asked of the ground."""
    river = rule.test.river
    if river is None:
        return rule
    bank_m = river.side_m + known.widest_m
    edge = _edge_name(river)
    where = (*rule.test.zone_where, _KNOWN)
    test = replace(
        rule.test,
        layers=tuple(_name(layer, _alike(river)) for layer in river.zones),
        zone_where=where,
        zone_key=zone_key(rule.test.zone_classes, where),
        river=replace(
            river,
            bank_m=bank_m,
            edge=edge,
            near=f"{edge}~{rule.test.zone_key}",
            reach_m=river.way_m + bank_m + SNAP_M,
        ),
    )
    return replace(rule, test=test, key=repr(test))


def _reaches(rivers: _Alive) -> tuple[Rows, list[Scalar | None], list[Scalar | None]]:
    """Rows of the rivers' reaches, their widths and flows."""
    view = rivers.view
    rows = np.flatnonzero(view.alive)
    width = [view.attribute(int(row), "avg_width_m") for row in rows]
    return rows, width, [view.attribute(int(row), "flow") for row in rows]


@lru_cache(maxsize=8)
def _digest(rivers: _Alive) -> str:
    """All that a network is made of."""
    rows, width, flow = _reaches(rivers)
    return digest_of(rivers.view.geometry[rows], repr(width), repr(flow))


@lru_cache(maxsize=8)
def _known(rivers: _Alive, keep: Keep) -> Known:
    def make() -> dict[str, NDArray[Any]]:
        network = _network(rivers)
        widest = float(network.half_width_m.max(initial=0.0))
        return known_to(Known(widest_m=widest, remarks=network.remarks))

    return known_from(keep(f"rivers-{_digest(rivers)}", make))


@lru_cache(maxsize=8)
def _network(rivers: _Alive) -> Network:
    view = rivers.view
    rows, width, flow = _reaches(rivers)
    return network_of(
        view.geometry[rows],
        np.array([float(w) if isinstance(w, int | float) and w > 0 else np.nan for w in width]),
        np.array([None, *flow], dtype=object)[1:],
    )


def _with_remarks(view: "LayerView", known: Known) -> "LayerView":
    """The river layer, saying what of its network is to be known."""
    if view.edition is None or not known.remarks:
        return view
    return replace(view, edition=replace(view.edition, remarks=(*view.edition.remarks, *known.remarks)))


def _laid(
    zones: "LayerView", rivers: _Alive, river: RiverTest, tests: Sequence[PlaceTest], keep: Keep
) -> tuple["LayerView", Laid]:
    meant = np.zeros(len(zones.geometry), dtype=bool)
    for test in tests:
        yes, maybe = zones.match(test.zone_key, test.zone_classes, test.zone_where)
        meant |= yes | maybe
    found = _ground(_Alive.of(zones), rivers, meant.tobytes(), river, keep)
    row = np.array(found.row, dtype=np.intp)
    known = np.array([None if course is None else True for course in found.courses], dtype=object)
    edition = zones.edition
    if edition is not None:
        edition = replace(edition, accuracy_m=edition.accuracy_m + rivers.view.accuracy_m)
    view = _ground_view(replace(zones, edition=edition), _name(zones.id, river), found.shape, row)
    return replace(view, attributes={**view.attributes, KNOWN: known}), Laid(
        of=zones.id, courses=found.courses
    )


def _ground_view(zones: "LayerView", name: str, shape: Objects, row: Rows) -> "LayerView":
    """A layer of ground, each piece with what is told of the zone of its row."""
    return replace(
        zones,
        id=name,
        edition=None if zones.edition is None else replace(zones.edition, coverage=None),
        geometry=shape,
        dimension=shapely.get_dimensions(shape),
        zone_id=zones.zone_id[row],
        zone_class=zones.zone_class[row],
        name=zones.name[row],
        alive=np.ones(len(row), dtype=bool),
        derived=zones.derived[row],
        provisional=zones.provisional[row],
        attributes={key: values[row] for key, values in zones.attributes.items()},
        tree=STRtree(shape) if len(row) else None,
        ground=None,
        silence=None,
        matches={},
        outlines={},
        rims={},
        borders={},
        codes={},
    )


def _edge(layers: Mapping[str, "LayerView"], rivers: _Alive, river: RiverTest, keep: Keep) -> "LayerView":
    """The ground beside all river from which a walk would leave what the layers cover."""
    held = (RIVERS, *river.zones)
    grounds = tuple(ground for ground in (layers[name].ground for name in held) if ground is not None)
    return _untold(layers[RIVERS], river.edge, _leaving(rivers, grounds, _alike(river), keep))


def _untold(rivers: "LayerView", name: str, shape: Geometry) -> "LayerView":
    """Ground of no zone: whose row it bears does not matter, nobody is told of it."""
    shapes = _NOTHING if shape.is_empty or len(rivers.geometry) == 0 else np.array([shape], dtype=object)
    return _ground_view(rivers, name, shapes, np.zeros(len(shapes), dtype=np.intp))


def _near(layers: Mapping[str, "LayerView"], test: PlaceTest, river: RiverTest) -> "LayerView":
    """All ground from which a walk along some river, known or not, could come to a zone that is meant."""
    boxes: list[Geometry] = []
    for name in river.zones:
        layer = layers[name]
        yes, maybe = layer.match(test.zone_key, test.zone_classes, test.zone_where)
        bounds = shapely.bounds(layer.geometry[yes | maybe])
        boxes += [shapely.box(*window(four, river.reach_m + layer.accuracy_m)) for four in bounds.tolist()]
    return _untold(layers[RIVERS], river.near, shapely.union_all(boxes))


def _degrees(reach_m: float, network: Network) -> float:
    """A distance in degrees that is no less than a reach in any direction."""
    south, north = network.edges[:, 1].min(initial=0.0), network.edges[:, 1].max(initial=0.0)
    west, _, east, _ = window((0.0, south, 0.0, north), reach_m)
    return (east - west) / 2.0


@lru_cache(maxsize=32)
def _outside(rivers: _Alive, ground: Ground) -> Mask:
    """Edges outside a coverage, or so near its border that a zone beyond may lie on their river."""
    network = _network(rivers)
    lines = np.asarray(network.tree.geometries)
    out = ~shapely.covers(ground.area, shapely.get_point(lines, 0))
    near = _degrees(SNAP_M + float(network.half_width_m.max(initial=0.0)), network)
    out[ground.stretches.query(lines, predicate="dwithin", distance=near)[0]] = True
    return np.asarray(out)


def _distances(river: RiverTest) -> str:
    return f"{river.up_m!r} {river.down_m!r} {river.side_m!r}"


@lru_cache(maxsize=32)
def _leaving(rivers: _Alive, grounds: tuple[Ground, ...], river: RiverTest, keep: Keep) -> Geometry:
    def make() -> dict[str, NDArray[Any]]:
        return shapes_to(np.array([_left(rivers, grounds, river)], dtype=object))

    areas = np.array([None, *(ground.area for ground in dict.fromkeys(grounds))], dtype=object)[1:]
    key = f"leaving-{digest_of(_digest(rivers), areas, _distances(river))}"
    shape: Geometry = shapes_from(keep(key, make))[0]
    return shape


def _left(rivers: _Alive, grounds: tuple[Ground, ...], river: RiverTest) -> Geometry:
    network = _network(rivers)
    out = np.zeros(len(network.edges), dtype=bool)
    for ground in dict.fromkeys(grounds):
        out |= _outside(rivers, ground)
    seeds = [Seed(edge=int(edge), upper=0.0, lower=1.0) for edge in np.flatnonzero(out)]
    if not seeds:
        return shapely.MultiPolygon()
    stretch = network.walk(seeds, river.up_m, river.down_m)
    widest = float(network.half_width_m.max(initial=0.0))
    return roughly_beside(Course.of(network, stretch), river.side_m + widest)


@lru_cache(maxsize=32)
def _ground(zones: _Alive, rivers: _Alive, meant: bytes, river: RiverTest, keep: Keep) -> _Ground:
    """The ground of the zones that are meant."""
    rows = np.flatnonzero(np.frombuffer(meant, dtype=bool))
    made_of = (_digest(rivers), zones.view.geometry[rows], rows.tobytes(), _distances(river))
    kept = keep(f"ground-{digest_of(*made_of)}", lambda: _ground_arrays(zones, rivers, rows, river))
    shape, courses = shapes_from(kept), courses_from(kept)
    return _Ground(row=tuple(kept["row"].tolist()), shape=shape, courses=courses)


def _ground_arrays(zones: _Alive, rivers: _Alive, meant: Rows, river: RiverTest) -> dict[str, NDArray[Any]]:
    network = _network(rivers)
    rows, grounds, courses = [], [], []
    for row in meant.tolist():
        for pieces, course in _of_zone(network, zones.view.geometry[row], river):
            rows.append(row)
            grounds.append(pieces)
            courses.append(course)
    shapes = np.array([None, *joined(grounds)], dtype=object)[1:]
    return {"row": np.array(rows, dtype=np.int64), **shapes_to(shapes), **courses_to(courses)}


def _of_zone(
    network: Network, zone: Geometry, river: RiverTest
) -> list[tuple[list[Geometry], Course | None]]:
    """Pieces of the ground beside a zone's stretch of river, and of what lies where nobody can know it."""
    shape = zone if shapely.is_valid(zone) else remade(zone)
    seeds = network.seeds(shape)
    if not seeds:
        return [([disc_around(shape, river.way_m + river.side_m)], None)]
    stretch = network.walk(seeds, river.up_m, river.down_m)
    course = Course.of(network, stretch)
    found: list[tuple[list[Geometry], Course | None]]
    found = [(pieces_beside(network, stretch, river.side_m), course)]
    for node, left_m in stretch.gaps:
        end = shapely.Point(_place(network, node))
        found.append(([disc_around(end, left_m + river.side_m)], None))
    return found


def _place(network: Network, node: int) -> Floats:
    """Where a node lies, degrees."""
    edge, _ = (*network.ups.get(node, ()), *network.downs.get(node, ()))[0]
    ends = network.edges[edge]
    place: Floats = ends[2:] if network.lower[edge] == node else ends[:2]
    return place
