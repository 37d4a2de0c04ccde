"""The rulebook: shipped vocabulary and rules, a folder of the same shape, and what a bundle adds."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from geo.errors import BundleError
from geo.model import Rulebook
from geo.words.cite import linked
from layers.eia_list import EIA_KEYS, EiaRows, check_rules, make_list
from layers.expiry import check_expiry, versions
from layers.kept_rulebook import keep, key_of, take_up
from layers.kept_yaml import read_rules
from layers.keytable import Key, Row, entries
from layers.rule_checks import check_bases, check_overlaps, check_rule
from layers.rule_entry import BASIS_KEYS, RULE_KEYS, make_basis
from layers.rule_refs import Words
from layers.schema import Schema, read_schema
from layers.strictyaml import Faults, Node, canonical
from layers.vocabulary import ACTIVITY_KEYS, FACT_KEYS, activities, add_rows, facts

__all__ = ["SHIPPED", "Source", "Sources", "load_rulebook", "read_rulebook", "rulebook_sources"]

SHIPPED = Path(__file__).parent / "rules"
"""The shipped rulebook."""

_SHIPPED_NAME = "layers/rules"
_VOCABULARY: dict[str, tuple[Key, ...]] = {
    "facts.yaml": FACT_KEYS,
    "activities.yaml": ACTIVITY_KEYS,
    "basis.yaml": BASIS_KEYS,
}
_SCHEMA = "schema.yaml"
_EIA = "eia"
"""The folder of the list of EIA classes; a rulebook may have none."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file and the name by which faults and answers tell of it."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The files a rulebook is made of."""

    schema: Source
    vocabulary: tuple[tuple[str, Source], ...]
    rules: tuple[Source, ...]
    eia: tuple[tuple[str, Source], ...] = ()


_Made = tuple[Rulebook, Schema, tuple[str, ...]]


@dataclass(slots=True)
class _Read:
    """What the files hold, with the canonical content for the digest."""

    rows: dict[str, dict[str, Row]] = field(default_factory=lambda: {name: {} for name in _VOCABULARY})
    rules: list[Row] = field(default_factory=list)
    eia: EiaRows = field(default_factory=EiaRows)
    content: list[str] = field(default_factory=list)


def rulebook_sources(
    folder: Path | None = SHIPPED,
    *,
    name: str = _SHIPPED_NAME,
    beside: Path | None = None,
    extra: Sequence[Source] = (),
) -> Sources:
    """Find the files of a rulebook.

    Parameters
    ----------
    folder
        The shipped rulebook, another of the same shape, or None for no rules. A vocabulary file or schema the
        folder lacks is the shipped one.
    name
        How the folder is called in faults.
    beside
        A bundle's folder: ``facts.yaml``, ``activities.yaml`` and ``basis.yaml`` there add to the vocabulary.
    extra
        A bundle's own rule files.
    """
    vocabulary: list[tuple[str, Source]] = []
    for file in _VOCABULARY:
        found = () if folder is None else _vocabulary_files(folder, file, f"{name}/")
        found = found or _vocabulary_files(SHIPPED, file, f"{_SHIPPED_NAME}/")
        added = () if beside is None else _vocabulary_files(beside, file, "")
        vocabulary += [(file, source) for source in (*found, *added)]
    schema = Source(SHIPPED / _SCHEMA, f"{_SHIPPED_NAME}/{_SCHEMA}")
    if folder is not None and (folder / _SCHEMA).is_file():
        schema = Source(folder / _SCHEMA, f"{name}/{_SCHEMA}")
    return Sources(
        schema=schema,
        vocabulary=tuple(vocabulary),
        rules=(*(() if folder is None else _rule_files(folder, name)), *extra),
        eia=() if folder is None else _eia_files(folder, name),
    )


def _eia_files(folder: Path, name: str) -> tuple[tuple[str, Source], ...]:
    paths = ((file, folder / _EIA / file) for file in EIA_KEYS)
    return tuple((file, Source(path, f"{name}/{_EIA}/{file}")) for file, path in paths if path.is_file())


def _vocabulary_files(folder: Path, file: str, prefix: str) -> tuple[Source, ...]:
    """A vocabulary in ``basis.yaml``, in the files of a folder ``basis/``, or in both."""
    more = folder / Path(file).stem
    paths = (folder / file, *sorted(more.glob("*.yaml")))
    return tuple(Source(p, f"{prefix}{p.relative_to(folder).as_posix()}") for p in paths if p.is_file())


def _rule_files(folder: Path, name: str) -> tuple[Source, ...]:
    """Every YAML file of the folder but schema, vocabulary and EIA list at its top."""
    words = {_SCHEMA, _EIA, *_VOCABULARY, *(Path(file).stem for file in _VOCABULARY)}
    return tuple(
        Source(path, f"{name}/{path.relative_to(folder).as_posix()}")
        for path in sorted(folder.rglob("*.yaml"))
        if path.relative_to(folder).parts[0] not in words
    )


def _known_classes(schema: Schema, own: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """Class codes a rule may name: the schema's and the catalogue's; a layer need not hold a zone of each."""
    standard: dict[str, tuple[str, ...]] = dict.fromkeys(schema.at_fault, ())
    standard |= {layer.id: tuple(layer.classes) for layer in schema.layers.values()}
    return {layer: (*standard.get(layer, ()), *own.get(layer, ())) for layer in {**standard, **own}}


def read_rulebook(
    sources: Sources,
    faults: Faults,
    *,
    classes: Mapping[str, Collection[str]] | None = None,
) -> _Made:
    """Read and check a rulebook; faults go to ``faults``, and what is good is returned all the same.

    One that was read before without a fault is taken up as it was (`layers.kept_rulebook`).

    Parameters
    ----------
    classes
        Class codes of the catalogue's own layers, by layer id.

    Returns
    -------
    Rulebook, schema, and the canonical content of every entry (for the digest).
    """
    key = key_of(_roles(sources), classes or {})
    kept: _Made | None = None if key is None else take_up(key)
    if kept is not None:
        return kept
    own = Faults()
    made = _made(sources, own, classes or {})
    if key is not None and not own.with_advice():
        keep(key, made)
    faults.take(own)
    return made


def _roles(sources: Sources) -> Iterator[tuple[str, str, Path]]:
    """Every file with what it is read as."""
    yield _SCHEMA, sources.schema.name, sources.schema.path
    for role, source in (*sources.vocabulary, *sources.eia, *(("rules", source) for source in sources.rules)):
        yield role, source.name, source.path


def _made(sources: Sources, faults: Faults, classes: Mapping[str, Collection[str]]) -> _Made:
    schema, schema_root = read_schema(sources.schema.path, sources.schema.name, faults)
    read = _read_files(sources, faults)
    if schema_root is not None:
        read.content.append(f"schema {canonical(schema_root)}")
    known_facts = facts(read.rows["facts.yaml"], faults)
    known_activities, groups = activities(read.rows["activities.yaml"], known_facts, faults)
    check_bases(read.rows["basis.yaml"], faults)
    bases = linked({name: make_basis(row) for name, row in read.rows["basis.yaml"].items() if row.ok})
    words = Words(
        schema=schema,
        classes=_known_classes(schema, classes),
        own_layers=(*classes, *schema.at_fault),
        facts=known_facts,
        activities=known_activities,
        groups=groups,
        bases=bases,
        declared=frozenset(
            name
            for file, rows in read.rows.items()
            for name, row in rows.items()
            if not row.ok or (file == "facts.yaml" and name not in known_facts)
        ),
    )
    good = [row for row in read.rules if row.ok]
    for row in read.rules:
        check_rule(row, words, faults)
        check_expiry(row, faults)
    check_overlaps(good, faults)
    listed = make_list(read.eia, words, faults)
    check_rules(read.rules, listed, faults)
    rulebook = Rulebook(
        rules=tuple(rule for row in good for rule in versions(row)),
        bases=bases,
        facts=known_facts,
        activities=known_activities,
        groups=groups,
        eia=listed,
    )
    return rulebook, schema, tuple(read.content)


def _read_files(sources: Sources, faults: Faults) -> _Read:
    read = _Read()
    for file, source in sources.vocabulary:
        root = read_rules(source.path, source.name, faults)
        add_rows(read.rows[file], entries(root, _VOCABULARY[file], faults), faults)
        read.content += _contents(file, root)
    for file, source in sources.eia:
        root = read_rules(source.path, source.name, faults)
        read.eia.rows[file] += entries(root, EIA_KEYS[file], faults)
        read.content += _contents(f"eia {file}", root)
    for source in sources.rules:
        root = read_rules(source.path, source.name, faults)
        read.rules += entries(root, RULE_KEYS, faults)
        read.content += _contents("rule", root)
    return read


def _contents(kind: str, root: Node | None) -> list[str]:
    if root is None or not isinstance(root.value, list):
        return []
    return [f"{kind} {canonical(item)}" for item in root.value]


def load_rulebook(
    folder: Path | None = SHIPPED,
    *,
    name: str = _SHIPPED_NAME,
    beside: Path | None = None,
    extra: Sequence[Path] = (),
) -> Rulebook:
    """Load a rulebook by itself, against the standard layers only.

    Raises
    ------
    BundleError
        With every fault of vocabulary, bases and rules.
    """
    faults = Faults()
    more = [Source(path, path.name) for path in extra]
    sources = rulebook_sources(folder, name=name, beside=beside, extra=more)
    rulebook, _, _ = read_rulebook(sources, faults)
    if len(faults):
        raise BundleError(faults.tuple())
    return rulebook
