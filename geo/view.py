"""A bundle as it stands on one date: the editions, zones, rules and articles that speak on it. Immutable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry as Geometry

from geo.foot import edges_of
from geo.ground import Ground, ground_of
from geo.lists.naming import Who
from geo.lists.zones import EntryLists, entry_lists
from geo.logic import Truth, all_of, compare
from geo.measure import Floats
from geo.model import (
    Basis,
    Bundle,
    Certainty,
    Condition,
    Edition,
    EditionStatus,
    EiaItem,
    EiaList,
    Finding,
    Layer,
    OutOfScope,
    Reason,
    Relation,
    Rule,
    Scalar,
    Text,
)
from geo.once import Once
from geo.outlines import outlines_of, rims_of
from geo.place_test import PlaceTest, area_tests, place_test
from geo.rivers.laid import Laid, lay
from geo.silence import silence
from geo.zone_columns import alive_on, classes_on, codes_of, names_of, values_of, with_period

_RESERVED = frozenset({"zone_id", "zone_class", "name", "valid_from", "valid_to", "geometry"})
Objects = NDArray[np.object_]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerView:
    """One layer on one date.

    Attributes
    ----------
    geometry, dimension, zone_id, zone_class, name
        One entry per zone of the edition; class and name may be None (unknown). Dimensions: 0 of points, 1 of
        lines, 2 of polygons.
    alive
        Zones valid on the date.
    derived
        Zones whose class was derived from an old scheme.
    provisional
        Zones of a provisional edition, beside the one in force or alone.
    ground
        The edition's coverage: where silence means "no zone".
    silence
        Why "no hit" does not acquit here whatever the coverage; None where it does.
    entry
        Entry lists of the zones.
    matches
        Zones by filter; those of rules bound to an activity are put here by `geo.lists.bind`.
    """

    id: str
    layer: Layer | None
    edition: Edition | None
    geometry: Objects
    dimension: NDArray[np.int32]
    zone_id: Objects
    zone_class: Objects
    name: Objects
    alive: Mask
    derived: Mask
    provisional: Mask
    attributes: Mapping[str, Objects]
    tree: STRtree | None
    ground: Ground | None
    silence: Reason | None
    entry: EntryLists
    matches: dict[str, tuple[Mask, Mask]] = field(default_factory=dict)
    outlines: dict[int, Geometry] = field(default_factory=dict)
    rims: dict[int, Geometry] = field(default_factory=dict)
    borders: dict[int, Floats] = field(default_factory=dict)
    codes: dict[str, NDArray[np.intp]] = field(default_factory=dict)

    @property
    def accuracy_m(self) -> float:
        """Positional accuracy of the edition, metres; 0 where there is none."""
        return self.edition.accuracy_m if self.edition is not None else 0.0

    @property
    def coverage(self) -> Geometry | None:
        """Where silence means "no zone"."""
        return self.edition.coverage if self.edition is not None else None

    def outline(self, row: int) -> Geometry:
        """A zone's outline (a line or point zone itself), densified whole.

        Densified before any cut, so that a distance does not depend on how far was looked.
        """
        return outlines_of([(self, row)])[0]

    def rim(self, row: int) -> Geometry:
        """The outline of a polygon's ground, as supplied; of one whose parts overlap, that of their union."""
        return rims_of([(self, row)])[0]

    def edges(self, row: int) -> Floats:
        """A zone's edges as supplied, in degrees, shape (m, 4); -1 for those of the coverage."""
        if row not in self.borders:
            shape = self.coverage if row < 0 else self.geometry[row]
            self.borders[row] = edges_of(np.array([shape], dtype=object))[0]
        return self.borders[row]

    def match(self, key: str, classes: tuple[str, ...], where: tuple[Condition, ...]) -> tuple[Mask, Mask]:
        """Which zones a filter surely means, and which it may mean (an attribute is unknown).

        ``key`` is the filter in words (`geo.place_test.zone_key`).
        """
        if key not in self.matches:
            kind, first = self._alike(("zone_class", *(test.name for test in where)))
            truths = [self._matches(int(row), classes, where) for row in first]
            yes = np.array([t is True for t in truths], dtype=bool)[kind] & self.alive
            maybe = np.array([t is None for t in truths], dtype=bool)[kind] & self.alive
            self.matches[key] = (yes, maybe)
        return self.matches[key]

    def _alike(self, names: tuple[str, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Kind of each zone by its values of some attributes, and a zone of each kind."""
        code: NDArray[np.intp] = np.zeros(len(self.geometry), dtype=np.intp)
        for name in dict.fromkeys(names):
            own = self._code(name)
            code = np.unique(code * (own.max(initial=0) + 1) + own, return_inverse=True)[1]
        _, first, kind = np.unique(code, return_index=True, return_inverse=True)
        return kind, first

    def _code(self, name: str) -> NDArray[np.intp]:
        """A number for each zone's value of an attribute; True and 1 have two."""
        if name not in self.codes:
            column = self._column(name)
            empty = np.zeros(len(self.geometry), dtype=np.intp)
            self.codes[name] = empty if column is None else codes_of(column)
        return self.codes[name]

    def _matches(self, row: int, classes: tuple[str, ...], where: tuple[Condition, ...]) -> Truth:
        zone_class = self.zone_class[row]
        in_class: Truth = True if not classes else None if zone_class is None else zone_class in classes
        return all_of([in_class, *(compare(test, self.attribute(row, test.name)) for test in where)])

    def attribute(self, row: int, name: str) -> Scalar | None:
        """A zone's attribute; None if it is missing or blank."""
        if name == "zone_derived":
            return bool(self.derived[row])
        column = self._column(name)
        value: Scalar | None = None if column is None else column[row]
        return value

    def _column(self, name: str) -> Objects | None:
        """Values of an attribute by zone; None if no zone has it."""
        match name:
            case "zone_class":
                return self.zone_class
            case "zone_id":
                return self.zone_id
            case "name":
                return self.name
            case "zone_derived":
                return np.asarray(self.derived.tolist(), dtype=object)
            case _:
                return self.attributes.get(name)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuleView:
    """A rule in force, with the articles in force and the certainty they leave it.

    Attributes
    ----------
    key
        The place test in words: rules with the same share one answer. (As a value, True would equal 1.)
    by_place
        Whether only the place can tell if the rule is in its jurisdiction.
    who
        Of rules about entry lists: whom it was bound to (`geo.lists.bind`).
    """

    rule: Rule
    basis: tuple[Basis, ...]
    certainty: Certainty
    test: PlaceTest
    key: str
    by_place: bool
    who: Who | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BundleView:
    """A bundle on one date.

    Attributes
    ----------
    search_m
        By layer, the longest distance that any rule in force asks about (m).
    eia_items
        Items of the EIA list in force.
    areas
        By kind of sensitive area its place tests.
    laid
        By id, layers that nobody holds: the ground beside rivers that rules speak of (`geo.rivers.laid`).
    told
        Explanations that say nothing of the site itself.
    bare
        Findings that say nothing of it.
    """

    bundle: Bundle
    on: date
    layers: dict[str, LayerView]
    rules: tuple[RuleView, ...]
    search_m: dict[str, float]
    out_of_scope: dict[str, OutOfScope]
    eia_items: tuple[EiaItem, ...] = ()
    areas: Mapping[str, tuple[PlaceTest, ...]] = field(default_factory=dict)
    laid: dict[str, Laid] = field(default_factory=dict)
    told: Once[Text] = field(default_factory=Once)
    bare: Once[Finding] = field(default_factory=Once)

    @property
    def held(self) -> tuple[LayerView, ...]:
        """The layers that are spoken of, as the bundle holds them."""
        return tuple(layer for name, layer in self.layers.items() if name not in self.laid)

    def title(self, layer: str) -> Text:
        """A layer's title, or its id."""
        return self.bundle.layer_titles.get(layer, Text(layer, layer))


@lru_cache(maxsize=8)
def view_on(bundle: Bundle, on: date) -> BundleView:
    """The bundle as it stands on a date. Cached: a bundle is immutable and known by identity."""
    rules = tuple(
        _rule_view(bundle, rule, on) for rule in bundle.rulebook.rules if _in_play(bundle, rule, on)
    )
    listed = bundle.rulebook.eia or EiaList()
    named = dict.fromkeys([*bundle.layers, *bundle.out_of_scope, *_layers_named(rules), *listed.layers])
    layers, rules, laid = lay({layer: _layer_view(bundle, layer, on) for layer in named}, rules, bundle.keep)
    search = dict.fromkeys(layers, 0.0)
    for rule in rules:
        for layer, reach in rule.test.reaches_m:
            search[layer] = max(search[layer], reach)
    return BundleView(
        bundle=bundle,
        on=on,
        layers=layers,
        rules=rules,
        search_m=search,
        out_of_scope=bundle.out_of_scope,
        eia_items=tuple(item for item in listed.items if item.in_force(on)),
        areas=area_tests(listed),
        laid=laid,
    )


def _layers_named(rules: tuple[RuleView, ...]) -> list[str]:
    return [layer for r in rules for layer in r.rule.layers_named]


def _in_play(bundle: Bundle, rule: Rule, on: date) -> bool:
    return rule.in_force(on) and _jurisdiction(bundle, rule) is not False


def _jurisdiction(bundle: Bundle, rule: Rule) -> Truth:
    """Whether a rule's place is all, none or (None) part of the bundle's."""
    if not rule.jurisdictions:
        return True
    ours = bundle.jurisdictions
    if ours and all(code.startswith(rule.jurisdictions) for code in ours):
        return True
    overlapping = any(c.startswith(r) or r.startswith(c) for c in ours for r in rule.jurisdictions)
    return None if overlapping or not ours else False


def _rule_view(bundle: Bundle, rule: Rule, on: date) -> RuleView:
    basis, test = _bases_on(bundle, rule, on), place_test(rule, bundle.distances)
    grades = (rule.certainty, *(b.certainty for b in basis)) if basis else (Certainty.C,)
    return RuleView(
        rule=rule,
        basis=basis,
        certainty=max(grades),
        test=test,
        key=repr(test),
        by_place=_jurisdiction(bundle, rule) is None,
    )


def _bases_on(bundle: Bundle, rule: Rule, on: date) -> tuple[Basis, ...]:
    """The rule's articles in force on a date: those it names, or the older or newer text in their place."""
    found: dict[str, Basis] = {}
    queue, seen = list(rule.basis), set[str]()
    while queue:
        name = queue.pop(0)
        basis = bundle.rulebook.bases.get(name)
        if basis is None or name in seen:
            continue
        seen.add(name)
        if basis.in_force(on):
            found[name] = basis
        elif on < basis.valid_from:
            queue.extend(basis.supersedes)
        else:
            queue.extend(b.id for b in bundle.rulebook.bases.values() if name in b.supersedes)
    return tuple(found.values())


def _layer_view(bundle: Bundle, layer_id: str, on: date) -> LayerView:
    layer = bundle.layers.get(layer_id)
    editions = layer.editions_on(on) if layer is not None else ()
    frames = [(e, e.zones) for e in editions if e.zones is not None]

    def column(name: str) -> Objects:
        if len(frames) == 1:
            return values_of(frames[0][1], name)
        return np.concatenate([np.zeros(0, dtype=object), *(values_of(zones, name) for _, zones in frames)])

    zone_class, derived = classes_on(column("zone_class"), column("zone_legacy"), on)
    names = dict.fromkeys(c for _, zones in frames for c in names_of(zones) if c not in _RESERVED)
    geometry = column("geometry")
    return LayerView(
        id=layer_id,
        layer=layer,
        edition=editions[0] if editions else None,
        geometry=geometry,
        dimension=shapely.get_dimensions(geometry),
        zone_id=column("zone_id"),
        zone_class=zone_class,
        name=column("name"),
        alive=alive_on(column("valid_from"), column("valid_to"), on),
        derived=derived,
        provisional=np.repeat(
            [e.status is EditionStatus.PROVISIONAL for e, _ in frames], [len(z) for _, z in frames]
        ).astype(bool),
        attributes=with_period({name: column(name) for name in names}, on),
        tree=_tree(editions) if len(geometry) else None,
        ground=ground_of(editions[0].coverage.wkb) if editions and editions[0].coverage is not None else None,
        silence=silence(bundle, layer_id, layer, editions[0] if editions else None, on),
        entry=entry_lists(column, [(e.clauses, len(zones)) for e, zones in frames]),
    )


@lru_cache(maxsize=256)
def _tree(editions: tuple[Edition, ...]) -> STRtree:
    """One search tree per set of editions, whatever the date."""
    return STRtree(np.concatenate([values_of(e.zones, "geometry") for e in editions if e.zones is not None]))


def is_anywhere(rule: Rule) -> bool:
    """Whether the rule asks for no zone."""
    return rule.relation is Relation.ANYWHERE
