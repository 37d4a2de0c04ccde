"""The bundle: catalogue, rulebook and data brought together, with one digest."""

import contextlib
import gc
import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from geo.errors import BundleError, Problem
from geo.model import Bundle, Edition, Layer, OutOfScope, Rulebook, Text
from layers.catalogue import CATALOGUE, CatalogueSpec, EditionSpec, LayerSpec, read_catalogue
from layers.edition import read_edition
from layers.geoparquet import give_back
from layers.kept_rivers import keeper
from layers.keytable import near
from layers.lint import check, remark
from layers.pointer import POINTER
from layers.readers import Files
from layers.rulebook import SHIPPED, Source, read_rulebook, rulebook_sources
from layers.schema import Schema
from layers.store import FOLDER, Store
from layers.strictyaml import Faults

__all__ = ["Kept", "Linted", "Loaded", "is_bundle", "lint", "load", "load_bundle", "look_over"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Described:
    """Everything but the data."""

    catalogue: CatalogueSpec
    rulebook: Rulebook
    schema: Schema
    content: tuple[str, ...]


def is_bundle(folder: Path) -> bool:
    """Whether the folder has a catalogue."""
    return (folder / CATALOGUE).is_file() or (folder / POINTER).is_file()


Kept = dict[str, Edition]
"""Editions read before, by all that they were made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A bundle as it was loaded.

    Attributes
    ----------
    files
        SHA-256 of every data file it rests on, by path inside the bundle.
    kept
        Its editions, for the next time.
    """

    bundle: Bundle
    files: dict[str, str]
    kept: Kept


def load_bundle(folder: Path, *, state: int | None = None) -> Bundle:
    """Load a bundle.

    Faults of the data do not raise: they stand in their edition's ``faults``, and the other layers serve.

    Parameters
    ----------
    state
        An accepted state (`layers.editions`); None = the one in force.

    Raises
    ------
    BundleError
        With every fault of catalogue, vocabulary and rules.
    """
    return load(folder, state=state).bundle


def load(folder: Path, *, state: int | None = None, kept: Kept | None = None) -> Loaded:
    """Load a bundle, and tell what it rests on; as `load_bundle`.

    Parameters
    ----------
    kept
        Editions of an earlier load: those made of the same are taken from there, as they are.
    """
    faults = Faults()
    with _nothing_collected():
        described = _describe(folder, faults, state)
        if len(faults) or described is None:
            raise BundleError(faults.tuple())
        return _assemble(folder, described, kept or {})


@contextlib.contextmanager
def _nothing_collected() -> Iterator[None]:
    """Without the collector of cycles, which would look through what is made here again and again."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What lint has to say of a bundle.

    Attributes
    ----------
    problems
        Faults, then advice.
    remarks
        What lies idle: nothing to mend.
    refused
        The bundle would not load.
    bundle, schema
        What was read; None where even the catalogue could not be.
    """

    problems: tuple[Problem, ...]
    remarks: tuple[Problem, ...] = ()
    refused: bool = True
    bundle: Bundle | None = None
    schema: Schema | None = None


def lint(folder: Path) -> tuple[Problem, ...]:
    """Every problem of a bundle: catalogue, vocabulary, rules and data."""
    return look_over(folder).problems


def look_over(folder: Path) -> Linted:
    """Every problem of a bundle, and what lies idle in it."""
    faults = Faults()
    described = _describe(folder, faults)
    refused = len(faults) > 0 or described is None
    if described is None:
        return Linted(problems=faults.with_advice())
    bundle = _assemble(folder, described, {}).bundle
    for layer in bundle.layers.values():
        for edition in layer.editions:
            faults.extend(edition.faults)
    check(bundle, described.schema, faults)
    return Linted(
        problems=faults.with_advice(),
        remarks=remark(bundle, described.schema).tuple(),
        refused=refused,
        bundle=bundle,
        schema=described.schema,
    )


def _describe(folder: Path, faults: Faults, state: int | None = None) -> _Described | None:
    catalogue = read_catalogue(folder, faults, state)
    if catalogue is None:
        return None
    own = [Source(folder / name, name) for name in catalogue.rules]
    if catalogue.rulebook in {"builtin", "none"}:
        shipped = SHIPPED if catalogue.rulebook == "builtin" else None
        sources = rulebook_sources(shipped, beside=folder, extra=own)
    else:
        if not (folder / catalogue.rulebook).is_dir():
            faults.add(
                f"{CATALOGUE} rulebook",
                given=catalogue.rulebook,
                allowed="builtin, none or a folder",
                zh="没有这个规则文件夹",
                en="there is no such rulebook folder",
            )
        sources = rulebook_sources(
            folder / catalogue.rulebook, name=catalogue.rulebook, beside=folder, extra=own
        )
    rulebook, schema, content = read_rulebook(sources, faults, classes=catalogue.named)
    _check_layers(catalogue, schema, rulebook, faults)
    _check_scope(catalogue, schema, rulebook, faults)
    _check_distances(catalogue, rulebook, faults)
    return _Described(
        catalogue=catalogue, rulebook=rulebook, schema=schema, content=(*catalogue.content, *content)
    )


def _check_layers(catalogue: CatalogueSpec, schema: Schema, rulebook: Rulebook, faults: Faults) -> None:
    """Where rules name classes, a standard layer has those the rules know; any other code would be silent."""
    named = _classes_named(rulebook)
    for layer in catalogue.layers:
        standard = schema.layers.get(layer.id)
        known = {*(standard.classes if standard else ()), *named.get(layer.id, ())}
        unknown = [code for code in layer.classes if known and code not in known]
        if unknown and standard is not None:
            note = faults.add if layer.id in named else faults.advise
            note(
                f"{layer.where} classes",
                given=", ".join(unknown),
                allowed=", ".join(standard.classes),
                zh=f"标准图层 {layer.id} 没有这些分区级别",
                en=f"the standard layer {layer.id} has no such classes",
            )


def _classes_named(rulebook: Rulebook) -> dict[str, set[str]]:
    """Class codes that rules name, by layer; layers of which none is named are left out."""
    named: dict[str, set[str]] = {}
    for rule in rulebook.rules:
        for layer in rule.layers if rule.zone_classes else ():
            named.setdefault(layer, set()).update(rule.zone_classes)
        for other in rule.companions:
            if other.zone_classes:
                named.setdefault(other.layer, set()).update(other.zone_classes)
    return named


def _check_scope(catalogue: CatalogueSpec, schema: Schema, rulebook: Rulebook, faults: Faults) -> None:
    held = {layer.id for layer in catalogue.layers}
    asked = {
        layer for rule in rulebook.rules for layer in (*rule.layers, *(w.layer for w in rule.companions))
    }
    for item in catalogue.out_of_scope:
        standard = schema.layers.get(item.layer)
        if item.layer in held:
            faults.add(
                item.where,
                given=item.layer,
                allowed="held or out of scope",
                zh="图层既在 layers 又在 out_of_scope",
                en="the layer is held and out of scope at once",
            )
        if standard is None and item.layer not in asked:
            faults.advise(
                item.where,
                given=item.layer,
                allowed="a standard layer",
                zh="没有这个图层",
                en="there is no such layer",
            )
        if catalogue.rulebook == "builtin" and standard is not None and standard.must_hold:
            faults.add(
                item.where,
                given=item.layer,
                allowed="a layer the builtin rulebook can do without",
                zh="内置规则下此图层不得声明为不掌握",
                en="under the builtin rulebook this layer may not be out of scope",
            )


def _check_distances(catalogue: CatalogueSpec, rulebook: Rulebook, faults: Faults) -> None:
    """A distance no rule asks for is a misspelt name: the rule that needs it would stay unset."""
    asked = {rule.distance_name for rule in rulebook.rules if rule.distance_name is not None}
    for name in catalogue.distances:
        if name not in asked:
            faults.advise(
                f"{CATALOGUE} distances.{name}",
                given=name,
                allowed=", ".join(sorted(asked)) or "—",
                zh="没有规则使用这个距离",
                en="no rule asks for this distance",
                guess=near(name, asked),
            )


def _assemble(folder: Path, described: _Described, before: Kept) -> Loaded:
    catalogue, schema = described.catalogue, described.schema
    files = Files(folder)
    editions = [edition for layer in catalogue.layers for edition in layer.editions]
    files.hash_all(name for edition in editions for name in _files_of(edition))
    if (folder / FOLDER).is_dir():  # an index is wanted: what else may be worked out once is kept there too
        files.keep = Store(folder.resolve() / FOLDER, asker=_whole(described, files)).get
    words = {*described.rulebook.activities, *described.rulebook.groups}
    reader = _Reader(schema=schema, files=files, words=words, before=before)
    layers = {spec.id: _layer(spec, reader) for spec in catalogue.layers}
    give_back()
    titles: dict[str, Text] = {name: standard.title for name, standard in schema.layers.items()}
    titles.update({layer.id: layer.title for layer in layers.values()})
    digest = _whole(described, files)
    bundle = Bundle(
        id=catalogue.id,
        title=catalogue.title,
        jurisdictions=catalogue.jurisdictions,
        layers=layers,
        out_of_scope={
            item.layer: OutOfScope(
                layer=item.layer,
                title=titles.get(item.layer, Text(item.layer, item.layer)),
                reason=item.reason,
                ask=item.ask,
            )
            for item in catalogue.out_of_scope
        },
        rulebook=described.rulebook,
        distances=dict(catalogue.distances),
        layer_titles=titles,
        digest=digest,
        notes=catalogue.notes,
        unpublished=frozenset(name for name, standard in schema.layers.items() if not standard.published),
        keep=keeper(folder, digest),
    )
    return Loaded(bundle=bundle, files=files.hashes, kept=reader.kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads editions, or takes those that were read before of the very same."""

    schema: Schema
    files: Files
    words: Collection[str]
    before: Kept
    kept: Kept = field(default_factory=dict)

    def read(self, layer: LayerSpec, spec: EditionSpec) -> Edition:
        """An edition; its files are hashed in any case."""
        made_of = self._made_of(layer, spec)
        found = self.before.get(made_of)
        if found is None or found.faults:  # what was amiss may have been mended beside the file
            found = read_edition(layer, spec, self.schema, self.files, self.words)
        self.kept[made_of] = found
        return found

    def _made_of(self, layer: LayerSpec, spec: EditionSpec) -> str:
        """All that an edition is made of, hashed: its entry, its files, what is known of such layers."""
        hashes = [self.files.sha256(name, name, Faults()) for name in _files_of(spec)]
        known = (self.schema.layers.get(layer.id), self.schema.attributes_of(layer.id), sorted(self.words))
        said = [layer.id, layer.kind, repr(replace(spec, where="")), *hashes, repr(known)]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _files_of(spec: EditionSpec) -> list[str]:
    """The files an edition rests on."""
    return [name for name in (spec.path, spec.coverage, spec.clauses) if name]


def _layer(spec: LayerSpec, reader: _Reader) -> Layer:
    editions = [reader.read(spec, edition) for edition in spec.editions]
    return Layer(
        id=spec.id,
        title=spec.title,
        kind=spec.kind,
        classes=spec.classes,
        editions=tuple(sorted(editions, key=lambda e: e.valid_from, reverse=True)),
        restricted=spec.restricted,
        style=dict(spec.style),
        notes=spec.notes,
    )


def _whole(described: _Described, files: Files) -> str:
    """One SHA-256 over sorted lines: neither the order of files or entries nor the folder matters."""
    data = [f"data {name} {sha}" for name, sha in files.hashes.items()]
    return hashlib.sha256("\n".join(sorted((*described.content, *data))).encode()).hexdigest()
