"""A draft that is to come in force, held against the thresholds anew: it was compared with what is past."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo.compare.diff import compare
from geo.compare.districts import districts_of
from geo.model import EditionStatus
from layers.editions.intake import split_name
from layers.gate.judge import Break, diff_breaks, in_force_before
from layers.gate.limits import limits_of
from layers.gate.run import open_gate

__all__ = ["breaks_again"]


def breaks_again(root: Path, name: str, keys: Mapping[str, Any]) -> tuple[Break, ...]:
    """The thresholds that an edition breaks beside the one it would follow now.

    Parameters
    ----------
    name
        ``LAYER=EDITION``; one that the bundle does not hold, or has in force, breaks none here.
    keys
        What is to change of its entry: ``status`` and ``valid_from`` matter.

    Raises
    ------
    FenquError
        If the name has another form, or the bundle does not load.
    """
    layer_id, wanted = split_name(name)
    gate = open_gate(root)
    layer = gate.bundle.layers.get(layer_id)
    found = None if layer is None else next((e for e in layer.editions if e.edition == wanted), None)
    draft = keys.get("status") == EditionStatus.DRAFT.value
    if layer is None or found is None or found.status is EditionStatus.IN_FORCE or draft:
        return ()
    start = keys.get("valid_from", found.valid_from)
    against = in_force_before(layer, wanted, start)
    if against is None:
        return ()
    districts = districts_of(gate.bundle, start)
    limits = limits_of(gate.catalogue.gate, gate.held[layer_id].gate)
    diff = compare(against, found, districts, layer=layer_id)
    return tuple(diff_breaks(diff, against, limits, layer.classes, districts))
