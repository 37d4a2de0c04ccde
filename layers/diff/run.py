"""Two states of a bundle, or two editions of a layer, compared: what belongs together, what is asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely

from geo.compare.between import Between, between
from geo.compare.change import EditionDiff
from geo.compare.diff import compare
from geo.compare.districts import Districts, districts_of
from geo.errors import InputError, Problem
from geo.model import Bundle, Edition, Layer, Text
from layers.diff.duties import Alarm, alarms, rounded
from layers.diff.pairs import questions

__all__ = ["Compared", "Comparison", "compare_editions", "compare_states", "unlike"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """Two editions of a layer, and everything that is asked of the new one.

    Attributes
    ----------
    between
        The layers it is laid over are those in force on the day asked, in the newer state.
    """

    layer: str
    title: Text
    old: Edition
    new: Edition
    districts: Districts
    diff: EditionDiff
    alarms: tuple[Alarm, ...]
    between: Between

    def body(self) -> dict[str, Any]:
        """Plain values; geometries are left out."""
        return {
            "title": {"zh": self.title.zh, "en": self.title.en},
            "diff": self.diff.body(),
            "alarms": [one.body() for one in self.alarms],
            "between": self.between.body(),
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compared:
    """All that was compared.

    Attributes
    ----------
    old, new
        What was asked for, as it was written.
    on
        The day that settles which editions of other layers speak.
    remarks
        What differs beside the zones: dates, status, layers that came or went.
    """

    old: str
    new: str
    on: date
    comparisons: tuple[Comparison, ...]
    remarks: tuple[Text, ...] = ()

    @property
    def synthetic(self) -> bool:
        """Whether any of the data are invented."""
        return any(one.diff.synthetic for one in self.comparisons)

    def body(self) -> dict[str, Any]:
        """Plain values; geometries are left out."""
        return {
            "old": self.old,
            "new": self.new,
            "on": self.on.isoformat(),
            "synthetic": self.synthetic,
            "remarks": [{"zh": one.zh, "en": one.en} for one in self.remarks],
            "comparisons": [one.body() for one in self.comparisons],
        }


def compare_editions(bundle: Bundle, layer: str, old: Edition, new: Edition, on: date) -> Comparison:
    """Compare two editions of a layer, and lay the new one over the other layers of the bundle."""
    districts = districts_of(bundle, on)
    diff = rounded(compare(old, new, districts, layer=layer), districts)
    spoken = {name: one.edition_on(on) for name, one in bundle.layers.items()}
    editions = {name: edition for name, edition in spoken.items() if edition is not None} | {layer: new}
    return Comparison(
        layer=layer,
        title=bundle.layers[layer].title,
        old=old,
        new=new,
        districts=districts,
        diff=diff,
        alarms=alarms(diff, districts),
        between=between(editions, questions(layer), districts),
    )


def compare_states(old: Bundle, new: Bundle, on: date) -> tuple[tuple[Comparison, ...], tuple[Text, ...]]:
    """Compare two states of a bundle: every edition that came or went, with the one it stands in for.

    Returns
    -------
    The comparisons, by layer, and what differs beside the zones.
    """
    held = [name for name in new.layers if name in old.layers]
    pairs = [(name, a, b) for name in held for a, b in _pairs(old.layers[name], new.layers[name])]
    comparisons = tuple(compare_editions(new, name, a, b, on) for name, a, b in pairs)
    return comparisons, (*_about_layers(old, new), *_about_editions(old, new))


def _pairs(old: Layer, new: Layer) -> Iterator[tuple[Edition, Edition]]:
    """Editions that differ between two states of a layer, each beside the one it replaced or gave way to."""
    before, after = ({one.edition: one for one in layer.editions} for layer in (old, new))
    for name, edition in after.items():
        if name not in before:
            was = _stood_in(old, edition)
            if was is not None:
                yield was, edition
        elif _made_of(before[name]) != _made_of(edition):
            yield before[name], edition
    for name, edition in before.items():
        if name not in after:
            now = _stood_in(new, edition)
            if now is not None:
                yield edition, now


def _stood_in(layer: Layer, edition: Edition) -> Edition | None:
    """The edition that speaks where another one would: on its first day, else the newest there is."""
    return layer.edition_on(edition.valid_from) or next(iter(layer.editions), None)


def _made_of(edition: Edition) -> tuple[object, ...]:
    """What the comparison rests on: the file of zones, the coverage, the entry lists."""
    coverage = None if edition.coverage is None else shapely.to_wkb(edition.coverage)
    return edition.sha256, coverage, edition.clauses


def _about_layers(old: Bundle, new: Bundle) -> Iterator[Text]:
    for one, other, zh, en in ((old, new, "少了图层", "layers gone"), (new, old, "多了图层", "layers added")):
        names = [name for name in one.layers if name not in other.layers]
        if names:
            yield Text(f"{zh}：{'、'.join(names)}", f"{en}: {', '.join(names)}")


def _about_editions(old: Bundle, new: Bundle) -> Iterator[Text]:
    """Editions that came, went, or have other dates, status or approval."""
    for name in new.layers:
        if name not in old.layers:
            continue
        before, after = ({e.edition: e for e in bundle.layers[name].editions} for bundle in (old, new))
        for edition in dict.fromkeys((*before, *after)):
            if edition not in after:
                yield Text(f"{name}：少了版本 {edition}", f"{name}: edition {edition} is gone")
            elif edition not in before:
                told = _terms(after[edition])
                yield Text(
                    f"{name}：新增版本 {edition}（{told}）", f"{name}: edition {edition} is new ({told})"
                )
            elif _terms(before[edition]) != _terms(after[edition]):
                was, now = _terms(before[edition]), _terms(after[edition])
                yield Text(f"{name}={edition}：{was} → {now}", f"{name}={edition}: {was} → {now}")


def _terms(edition: Edition) -> str:
    until = "" if edition.valid_to is None else f" – {edition.valid_to}"
    approval = "" if edition.approval_doc is None else f", {edition.approval_doc}"
    return f"{edition.status.value}, {edition.valid_from}{until}{approval}"


def unlike(old: str, new: str) -> InputError:
    """What to say of a state beside an edition, or of two layers."""
    hint = Text(
        "两个状态编号，或同一图层的两个版本（图层=版本）",
        "two numbers of states, or two editions of one layer (LAYER=EDITION)",
    )
    return InputError(Problem(where="A B", given=f"{old} {new}", allowed="1 2, LAYER=A LAYER=B", hint=hint))
