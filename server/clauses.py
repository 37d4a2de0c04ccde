"""Entry lists of zones: every clause that holds for them, of all levels. No flask."""

from datetime import date
from typing import Any

import numpy as np

from geo.model import Bundle, Problem, Text
from geo.words.clauses import clause_body
from server.errors import RestrictedLayerError, UnknownResourceError
from server.schemas import ClausesQuery
from server.texts import both
from server.zones import find_layer


def entry_lists(bundle: Bundle, layer_id: str, on: date, query: ClausesQuery) -> dict[str, Any]:
    """The entry lists of some zones on a date; ``held`` false: no list of its own is at hand.

    Raises
    ------
    UnknownResourceError
        If there is no such layer or zone on that date.
    RestrictedLayerError
        If the layer is restricted.
    """
    view = find_layer(bundle, layer_id, on)
    if bundle.layers[layer_id].restricted:
        hint = Text("该图层受限，不公开清单", "the lists of this layer are not public")
        raise RestrictedLayerError(Problem(where="layer_id", given=layer_id, allowed="—", hint=hint))
    wanted = query.zone_id.split(",")
    rows = np.flatnonzero(view.alive & np.isin(view.zone_id.astype(str), wanted))
    unknown = [one for one in wanted if one not in set(view.zone_id[rows].astype(str))]
    if unknown:
        hint = Text("该日期图层中没有这个分区", "the layer has no such zone on that date")
        raise UnknownResourceError(
            Problem(where="zone_id", given=", ".join(unknown), allowed=f"/layers/{layer_id}/zones", hint=hint)
        )
    return {
        "layer": layer_id,
        "title": both(bundle.layers[layer_id].title),
        "on": on.isoformat(),
        "edition": view.edition.edition if view.edition else None,
        "synthetic": bool(view.edition and view.edition.synthetic),
        "zones": [
            {
                "zone_id": str(view.zone_id[row]),
                "zone_class": view.zone_class[row],
                "name": view.name[row],
                "held": bool(view.entry.held[row]),
                "clauses": [clause_body(clause) for clause in view.entry.of_zone(int(row))],
            }
            for row in rows
        ],
    }
