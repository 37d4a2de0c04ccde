"""What a part shares with every zone it meets, as shapes: for exports. An answer itself holds no shapes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from shapely.geometry.base import BaseGeometry as Geometry

from geo.model import Bundle, Edition, Hit, Part
from geo.overlay import by_layer_and_zone, hit
from geo.scene import Scene, footing
from geo.view import LayerView, view_on


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cut:
    """A zone met, and the piece of the site that lies in it.

    Attributes
    ----------
    hit
        As the answer has it.
    edition
        The edition that the zone is of.
    shape
        Common shape in EPSG:4490, longitude first: its area or length is that of ``hit``. None where only the
        tolerance joins them, and of restricted layers, whose lines it would show.
    attributes
        The zone's other attributes, those that are known; None of restricted layers.
    """

    hit: Hit
    edition: Edition
    shape: Geometry | None
    attributes: Mapping[str, str | float | bool] | None


def cuts(bundle: Bundle, part: Part, on: date) -> tuple[Cut, ...]:
    """Every zone met, in the order of `geo.model.PartReport.hits`, measured as for the answer."""
    view = view_on(bundle, on)
    scene = Scene(view, part, footing(part, bundle.rulebook.activities.get(part.activity or "")))
    found = [
        _cut(scene, layer, int(entry))
        for layer in view.held
        if layer.tree is not None
        for entry in np.flatnonzero(scene.contact(layer.id).met)
    ]
    return tuple(sorted(found, key=lambda cut: by_layer_and_zone(cut.hit)))


def _cut(scene: Scene, layer: LayerView, entry: int) -> Cut:
    contact = scene.contact(layer.id)
    row = int(contact.index[entry])
    open_to_all = layer.layer is not None and not layer.layer.restricted
    shape = contact.overlap[entry] if open_to_all else None
    return Cut(
        hit=hit(scene, layer, entry),
        edition=_edition(scene, layer, row),
        shape=None if shape is None or shape.is_empty else shape,
        attributes=_attributes(layer, row) if open_to_all else None,
    )


def _edition(scene: Scene, layer: LayerView, row: int) -> Edition:
    if layer.layer is None or layer.edition is None:
        raise ValueError(f"{layer.id}: zones are of an edition")
    return layer.layer.editions_on(scene.view.on)[-1] if layer.provisional[row] else layer.edition


def _attributes(layer: LayerView, row: int) -> dict[str, str | float | bool]:
    cells = {name: values[row] for name, values in layer.attributes.items()}
    plain = {name: cell.item() if isinstance(cell, np.generic) else cell for name, cell in cells.items()}
    return {
        name: cell if isinstance(cell, str | int | float | bool) else str(cell)
        for name, cell in plain.items()
        if not (cell is None or (isinstance(cell, float) and math.isnan(cell)))
    }
