"""Zones met, as the cells of a table tell them."""

from collections.abc import Iterable

import numpy as np

from geo.points.batch import Ints
from geo.points.survey import Survey
from geo.view import LayerView, Objects


def hits_text(survey: Survey, layers: Iterable[LayerView], *, named: bool) -> Objects:
    """For each point the zones that hold it, by layer, then id, joined by ``;``.

    Parameters
    ----------
    named
        Each with its layer's id before it.
    """
    out = np.full(survey.count, "", dtype=object)
    for layer in layers:
        point, zone = survey.pairs(layer)
        here, text = _joined(point, survey.atlas.labels(layer, named=named)[zone])
        before = out[here]
        more = np.flatnonzero(before != "")
        text[more] = before[more] + ";" + text[more]
        out[here] = text
    return out


def _joined(point: Ints, label: Objects) -> tuple[Ints, Objects]:
    """Points that have labels, and these in order, joined. ``point`` is sorted."""
    start = np.flatnonzero(np.append(True, point[1:] != point[:-1])) if len(point) else point
    text = label[start]
    end = np.append(start[1:], len(point))
    for place in np.flatnonzero(end - start > 1):
        text[place] = ";".join(sorted(label[start[place] : end[place]]))
    return point[start], text
