"""An edition written into a catalogue: everything else stays as it is, or the change is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from geo.errors import Problem
from geo.model import EditionStatus, Text
from layers.catalogue import (
    INHERITED_WITH_PATH,
    NEVER_INHERITED,
    CatalogueSpec,
    EditionSpec,
    LayerSpec,
    parse_catalogue,
)
from layers.catalogue_keys import EDITION_NAMES
from layers.editions.model import StoreError
from layers.editions.roundtrip import Document, fresh, read_document
from layers.strictyaml import Faults

__all__ = ["Written", "held_entry", "with_edition"]

_OF_ITS_FILE = ("sha256", "rows", "clauses", "clauses_sha256", "table", "encoding", "crs", "cells")
_OF_ITS_COVERAGE = ("coverage_table", "coverage_sha256")
_OF_ITS_TIME = ("stale_after", "valid_to", "approval_doc", "status", "postgis", "imported")
_OF_THE_BUNDLE = ("id", "title", "jurisdictions", "notes", "rulebook", "rules", "distances", "gate")
_OF_THE_LAYER = ("title", "kind", "restricted", "style", "notes", "gate")
_MAY_CHANGE = frozenset({"valid_to", "where"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A catalogue with an edition put in, and what else was changed."""

    text: str
    remarks: tuple[Text, ...]


def with_edition(text: str, name: str, layer_id: str, entry: Mapping[str, Any]) -> Written:
    """Put an edition into a catalogue.

    Parameters
    ----------
    text, name
        The catalogue, and what it is called in faults.
    entry
        Of the edition, complete but for what `_completed` takes from the layer's main entry; of a layer that
        is not held yet, the whole entry.

    Raises
    ------
    StoreError
        If the name is taken by an edition in force, or anything else of the catalogue would change.
    """
    before = _understood(text, name)
    layer = next((one for one in before.layers if one.id == layer_id), None)
    document, writer = read_document(text)
    entry = {**fresh(entry)}
    if layer is None:
        remarks = _add_layer(document, before, layer_id, entry)
    else:
        remarks = _add_edition(document, layer, layer_id, entry)
    written = writer.text(document)
    _check_rest(before, _understood(written, name), layer_id, str(entry["edition"]))
    return Written(text=written, remarks=remarks)


def held_entry(text: str, layer_id: str, name: str | None) -> dict[str, Any] | None:
    """The entry of an edition that a catalogue holds, with what it inherits; None where there is none.

    Parameters
    ----------
    name
        None = the layer's main entry.
    """
    document, _ = read_document(text)
    main = next((item for item in document["layers"] if item["id"] == layer_id), None)
    if main is None:
        return None
    whole = {key: fresh(main[key]) for key in EDITION_NAMES if key in main}
    if name is None or str(main["edition"]) == name:
        return whole
    own = next((fresh(item) for item in main.get("editions", ()) if str(item["edition"]) == name), None)
    if own is None or own.get("inherits") is False:
        return own
    left = {*NEVER_INHERITED, *(INHERITED_WITH_PATH if "path" in own else ())}
    return {**{key: value for key, value in whole.items() if key not in left}, **own}


def _understood(text: str, name: str) -> CatalogueSpec:
    faults = Faults()
    found = parse_catalogue(text, name, faults)
    if len(faults) or found is None:
        raise StoreError(faults.tuple())
    return found


def _add_layer(
    document: Document, before: CatalogueSpec, layer_id: str, entry: dict[str, Any]
) -> tuple[Text, ...]:
    remarks: tuple[Text, ...] = ()
    if any(scope.layer == layer_id for scope in before.out_of_scope):
        if entry.get("status") == EditionStatus.DRAFT.value:
            hint = Text(
                "此图层声明为不掌握：只有草案时仍按不掌握处理，请先以 provisional 或 in_force 接受",
                "the layer is declared out of scope, and a draft alone does not speak: accept it as "
                "provisional or in_force",
            )
            raise StoreError(
                Problem(where=layer_id, given="draft", allowed="provisional, in_force", hint=hint)
            )
        del document["out_of_scope"][layer_id]
        if not document["out_of_scope"]:
            del document["out_of_scope"]
        remarks = (
            Text(f"{layer_id} 不再列为不掌握", f"{layer_id} is out of scope no longer: it is held now"),
        )
    document["layers"].append({"id": layer_id, **{k: v for k, v in entry.items() if k != "id"}})
    return remarks


def _add_edition(
    document: Document, layer: LayerSpec, layer_id: str, entry: dict[str, Any]
) -> tuple[Text, ...]:
    main = next(item for item in document["layers"] if item["id"] == layer_id)
    name = str(entry["edition"])
    same = next((spec for spec in layer.editions if spec.edition == name), None)
    if same is not None and same.status is EditionStatus.IN_FORCE and same.path:
        hint = Text(
            "已有同名的有效版本：请给新版本另取名称，或先回退",
            "an edition in force has this name: give the new one another, or roll back first",
        )
        raise StoreError(Problem(where=f"{layer_id} edition", given=name, allowed="a new name", hint=hint))
    entry = _completed(entry, main)
    remarks = _close(main, layer, entry)
    if same is None:
        main.setdefault("editions", []).append(entry)
        return remarks
    _replace(main, name, entry)
    if not same.path:  # a table of a database that is read for the first time
        return remarks
    replaced = Text(
        f"{layer_id} {name}：原{same.status}条目由新条目代替（其文件保留）",
        f"{layer_id} {name}: the {same.status} entry of that name is replaced (its files stay)",
    )
    return (*remarks, replaced)


def _completed(entry: dict[str, Any], main: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with what it takes from the main one written out: later changes there shall not reach it."""
    left = {"edition", "valid_from", *_OF_ITS_TIME}
    if "path" in entry:
        left.update(_OF_ITS_FILE)
    if "coverage" in entry:
        left.update(_OF_ITS_COVERAGE)
    taken = {key: fresh(main[key]) for key in EDITION_NAMES if key in main and key not in left}
    whole = {**taken, **entry, "status": entry.get("status", EditionStatus.IN_FORCE.value)}
    ordered = {key: whole[key] for key in EDITION_NAMES if whole.get(key) is not None}
    unknown = {key: value for key, value in entry.items() if key not in EDITION_NAMES and key != "inherits"}
    return {"edition": ordered.pop("edition"), "inherits": False, **ordered, **unknown}


def _close(main: Document, layer: LayerSpec, entry: dict[str, Any]) -> tuple[Text, ...]:
    """End the edition in force where the new one begins; where a later one is there, end the new one."""
    start = entry["valid_from"]
    if entry["status"] != EditionStatus.IN_FORCE.value or not isinstance(start, date):
        return ()
    remarks: list[Text] = []
    others = [s for s in layer.editions if s.status is EditionStatus.IN_FORCE]
    for spec in others:
        if spec.valid_from < start and (spec.valid_to is None or spec.valid_to > start):
            _entry_of(main, spec.edition)["valid_to"] = fresh(start)
            told = f"{layer.id} {spec.edition}", start.isoformat()
            remarks.append(Text(f"{told[0]} 自 {told[1]} 起失效", f"{told[0]} ends on {told[1]}"))
    later = [spec.valid_from for spec in others if spec.valid_from > start]
    if later and entry.get("valid_to") is None:
        entry["valid_to"] = fresh(min(later))
        told = f"{layer.id} {entry['edition']}", min(later).isoformat()
        remarks.append(
            Text(f"{told[0]} 到 {told[1]} 为止", f"{told[0]} ends on {told[1]}, where the next begins")
        )
    return tuple(remarks)


def _entry_of(main: Document, name: str) -> Document:
    if str(main["edition"]) == name:
        return main
    return next(item for item in main["editions"] if str(item["edition"]) == name)


def _replace(main: Document, name: str, entry: dict[str, Any]) -> None:
    """Put an entry in the place of the one of its name."""
    found = _entry_of(main, name)
    if found is main:
        for key in [key for key in main if key in EDITION_NAMES and key not in entry]:
            del main[key]
        main.update({key: value for key, value in entry.items() if key != "inherits"})
        return
    at = main["editions"].index(found)
    main["editions"][at] = entry


def _check_rest(before: CatalogueSpec, after: CatalogueSpec, layer_id: str, name: str) -> None:
    """Refuse a change of anything but the edition itself and the end of those that it follows."""
    problems = [
        _changed(f"{layer.id} {spec.edition}", key)
        for layer in before.layers
        for spec in layer.editions
        if (layer.id, spec.edition) != (layer_id, name)
        for key in _differing(spec, _spec(after, layer.id, spec.edition))
    ]
    problems += [_changed("catalogue", key) for key in _OF_THE_BUNDLE if _differs(before, after, key)]
    layers = {layer.id: layer for layer in after.layers}
    problems += [
        _changed(layer.id, key)
        for layer in before.layers
        for key in _OF_THE_LAYER
        if _differs(layer, layers.get(layer.id), key)
    ]
    scope = [{one.layer: (one.reason, one.ask) for one in each.out_of_scope} for each in (before, after)]
    if {**scope[0], layer_id: None} != {**scope[1], layer_id: None}:
        problems.append(_changed("catalogue", "out_of_scope"))
    if problems:
        raise StoreError(problems)


def _differs(before: object, after: object, key: str) -> bool:
    return bool(getattr(before, key) != getattr(after, key, None))


def _spec(catalogue: CatalogueSpec, layer_id: str, name: str) -> EditionSpec | None:
    layers = [layer for layer in catalogue.layers if layer.id == layer_id]
    return next((s for layer in layers for s in layer.editions if s.edition == name), None)


def _differing(spec: EditionSpec, now: EditionSpec | None) -> list[str]:
    if now is None:
        return ["edition"]
    return [
        one.name
        for one in fields(spec)
        if one.name not in _MAY_CHANGE and getattr(spec, one.name) != getattr(now, one.name)
    ]


def _changed(where: str, key: str) -> Problem:
    hint = Text(
        "自动写入会改变此项；请手工编辑目录，再用 editions adopt 接受",
        "writing the edition in would change this: edit the catalogue by hand, then editions adopt",
    )
    return Problem(where=where, given=key, allowed="unchanged", hint=hint)
