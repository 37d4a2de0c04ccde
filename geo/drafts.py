"""Drafts named in a check: the answer there would be if they were in force, beside the one that there is."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from geo.errors import InputError, Problem
from geo.model import HISTORY_FROM, Bundle, Edition, EditionStatus, Layer, Text, ZoneTable
from geo.zone_columns import Zones, names_of, values_of

__all__ = ["Named", "draft_bodies", "named_drafts", "read_drafts", "with_drafts"]

Named = tuple[tuple[str, str], ...]
"""Layers and the names of their drafts, sorted: one check names one edition of a layer."""

_FORM = "LAYER=EDITION"


def read_drafts(texts: Iterable[str], *, where: str) -> dict[str, str]:
    """Drafts written as ``LAYER=EDITION``.

    Raises
    ------
    InputError
        For another form, or a layer that is named twice.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for text in texts:
        layer, sign, edition = (part.strip() for part in text.partition("="))
        if not sign or not layer or not edition or layer in found:
            hint = Text(
                "草案写作 图层=版本，每个图层一个", "write a draft as LAYER=EDITION, one for each layer"
            )
            problems.append(Problem(where=where, given=text, allowed=_FORM, hint=hint))
        found[layer] = edition
    if problems:
        raise InputError(problems)
    return found


def named_drafts(bundle: Bundle, drafts: Mapping[str, str], *, where: str = "drafts") -> Named:
    """Drafts as the bundle has them.

    Raises
    ------
    InputError
        If the bundle has no such layer, or the layer no draft or provisional edition of that name.
    """
    problems: list[Problem] = []
    for layer_id, name in drafts.items():
        layer = bundle.layers.get(layer_id)
        offered = () if layer is None else tuple(e.edition for e in layer.editions if _can_be_named(e))
        if name in offered:
            continue
        if offered:
            hint = Text(
                "该图层没有这个草案或暂行版本", "the layer has no draft or provisional edition of that name"
            )
            allowed = ", ".join(offered)
        else:
            hint = Text(
                "没有这个图层，或它没有草案", "there is no such layer, or no draft of it: name one of these"
            )
            allowed = ", ".join(
                one.id for one in bundle.layers.values() if any(map(_can_be_named, one.editions))
            )
        problems.append(Problem(where=where, given=f"{layer_id}={name}", allowed=allowed or "—", hint=hint))
    if problems:
        raise InputError(problems)
    return tuple(sorted(drafts.items()))


@lru_cache(maxsize=16)
def with_drafts(bundle: Bundle, named: Named) -> Bundle:
    """The bundle as it would be if drafts were in force already, whatever the day they are to begin.

    A draft stands in place of the edition in force; a provisional edition that is not named itself goes on
    speaking beside it. Cached: a bundle is immutable, and known by identity.
    """
    layers = {**bundle.layers}
    for layer_id, name in named:
        layers[layer_id] = _drafted(bundle.layers[layer_id], name)
    return replace(bundle, layers=layers)


def draft_bodies(bundle: Bundle, named: Named) -> list[dict[str, Any]]:
    """What the named drafts are, for an answer: as they were supplied, not as if in force."""
    return [
        {
            "layer": layer_id,
            "edition": edition.edition,
            "status": edition.status.value,
            "valid_from": edition.valid_from.isoformat(),
            "valid_to": None if edition.valid_to is None else edition.valid_to.isoformat(),
            "sha256": edition.sha256,
            "synthetic": edition.synthetic,
        }
        for layer_id, name in named
        for edition in [_edition(bundle.layers[layer_id], name)]
    ]


def _can_be_named(edition: Edition) -> bool:
    return edition.status is not EditionStatus.IN_FORCE


def _edition(layer: Layer, name: str) -> Edition:
    return next(one for one in layer.editions if one.edition == name and _can_be_named(one))


def _drafted(layer: Layer, name: str) -> Layer:
    draft = _edition(layer, name)
    words = {EditionStatus.DRAFT: ("草案", "draft"), EditionStatus.PROVISIONAL: ("暂行", "provisional")}
    zh, en = words[draft.status]
    told = Text(
        f"按{zh}版本 {name} 研判，该版本尚未生效", f"answered by the {en} edition {name}, not in force yet"
    )
    spoken = replace(
        draft,
        status=EditionStatus.IN_FORCE,
        valid_from=min(draft.valid_from, HISTORY_FROM),
        valid_to=None,
        zones=None if draft.zones is None else _begun(draft.zones, draft.valid_from),
        remarks=(told, *draft.remarks),
    )
    beside = [e for e in layer.editions if e.status is EditionStatus.PROVISIONAL and e.edition != name]
    return replace(layer, editions=(spoken, *beside))


def _begun(zones: Zones, start: date) -> ZoneTable:
    """The zones of a draft: those that are to begin with it count as begun."""
    columns = {name: values_of(zones, name) for name in names_of(zones)}
    shapes = columns.pop("geometry")
    begins = [None if day is not None and day <= start else day for day in columns["valid_from"]]
    return ZoneTable({**columns, "valid_from": begins}, shapes)
