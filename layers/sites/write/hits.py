"""Hits in long form, ``OUT.hits.csv``: one line for every zone of every finding, and for zones of no rule."""

from collections.abc import Iterator, Sequence
from typing import Any

from geo.answer import Json, to_json
from geo.model import Report
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

OF_HIT = (
    "layer",
    "zone_id",
    "zone_class",
    "overlap_m2",
    "overlap_m",
    "overlap_share",
    "distance_m",
    "touch",
)
"""Their last columns, as the body of an answer names them."""


def hit_lines(results: Sequence[Result]) -> Iterator[tuple[Any, ...]]:
    """Lines of answered rows, rounded as every answer is; a refused row has none."""
    for result in results:
        if result.report is None:
            continue
        head = (result.row.number, result.row.site_id)
        for finding, hit in told_hits(result.report):
            rule = None if finding is None else finding["rule"]
            yield (*head, rule, *(hit[name] for name in OF_HIT))


def told_hits(report: Report) -> Iterator[tuple[Json | None, Json]]:
    """Each finding with each of its hits, then the zones met of which no finding tells, part by part."""
    for part in to_json(report)["parts"]:
        told = set()
        for finding in (*part["findings"], *part["duties"]):
            for hit in finding["hits"]:
                told.add((hit["layer"], hit["zone_id"]))
                yield finding, hit
        for hit in part["hits"]:
            if (hit["layer"], hit["zone_id"]) not in told:
                yield None, hit
