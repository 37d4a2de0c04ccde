"""Hits in long form, ``OUT.hits.csv``: one line for every zone of every finding, and for zones of no rule."""

from collections.abc import Iterator, Sequence
from typing import Any

from geo.answer import to_json
from layers.sites.screen import Result

HIT_COLUMNS = (
    "row",
    "site_id",
    "rule",
    "layer",
    "zone",
    "zone_class",
    "overlap_m2",
    "overlap_m",
    "share",
    "distance_m",
    "touch",
)
"""Columns of the hits file. ``rule`` is blank where a zone was met and no reported rule asks about it."""

_OF_HIT = (
    "layer",
    "zone_id",
    "zone_class",
    "overlap_m2",
    "overlap_m",
    "overlap_share",
    "distance_m",
    "touch",
)


def hit_lines(results: Sequence[Result]) -> Iterator[tuple[Any, ...]]:
    """Lines of answered rows, rounded as every answer is; a refused row has none."""
    for result in results:
        if result.report is None:
            continue
        head = (result.row.number, result.row.site_id)
        for part in to_json(result.report)["parts"]:
            told = set()
            for finding in (*part["findings"], *part["duties"]):
                for hit in finding["hits"]:
                    told.add((hit["layer"], hit["zone_id"]))
                    yield (*head, finding["rule"], *(hit[name] for name in _OF_HIT))
            for hit in part["hits"]:
                if (hit["layer"], hit["zone_id"]) not in told:
                    yield (*head, None, *(hit[name] for name in _OF_HIT))
