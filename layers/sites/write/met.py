"""What the sites met, for exports: hits in long form, and the pieces of zones inside the sites. As Arrow."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geo.answer import to_json
from geo.cut import Cut, cuts
from geo.model import Bundle, Edition
from geo.words.rules import Titles
from layers.sites.screen import Result
from layers.sites.write.hits import OF_HIT, told_hits
from layers.titles import bundle_titles

_WHERE = [("row", pa.int64()), ("site_id", pa.string())]
_ZONE = [
    ("layer", pa.string()),
    ("zone", pa.string()),
    ("zone_class", pa.string()),
    ("overlap_m2", pa.float64()),
    ("overlap_m", pa.float64()),
    ("share", pa.float64()),
    ("distance_m", pa.float64()),
    ("touch", pa.bool_()),
]
_NAMED = [("layer_name", pa.string()), ("class_name", pa.string()), ("zone_name", pa.string())]

HITS = pa.schema(
    [
        *_WHERE,
        ("rule", pa.string()),
        ("outcome", pa.string()),
        ("effect", pa.string()),
        *_ZONE,
        *_NAMED,
    ]
)
"""A line for every zone of every finding, and for zones of no rule: ``OUT.hits.csv`` with words."""

OVERLAPS = pa.schema(
    [
        *_WHERE,
        *(field for field in _ZONE if field[0] != "distance_m"),
        *_NAMED,
        ("edition", pa.string()),
        ("approval", pa.string()),
        ("accuracy_m", pa.float64()),
        ("synthetic", pa.bool_()),
        ("attributes", pa.string()),
        ("geom", pa.binary()),
    ]
)
"""A line for every zone met by a site, with the piece of the zone inside it as WKB in EPSG:4490.

Area and length are those of the answer. Pieces of restricted layers are left out: their measures stand here.
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Met:
    """What some sites met; tables by `HITS` and `OVERLAPS`, both in the order of the rows."""

    hits: pa.Table
    overlaps: pa.Table


def met_by(results: Sequence[Result], bundle: Bundle, lang: str) -> Met:
    """What answered rows met, rounded as every answer is; refused rows met nothing."""
    titles = bundle_titles(bundle)
    hits = [line for result in results for line in _hit_lines(result, titles, lang)]
    overlaps = [line for result in results for line in _overlap_lines(result, bundle, titles, lang)]
    return Met(hits=_table(hits, HITS), overlaps=_table(overlaps, OVERLAPS))


def stacked(parts: Sequence[Met], *, by_row: bool = False) -> Met:
    """Of several lots of rows one; ``by_row``: put in the order of the rows, lines of a row as they were."""
    hits = pa.concat_tables([HITS.empty_table(), *(part.hits for part in parts)])
    overlaps = pa.concat_tables([OVERLAPS.empty_table(), *(part.overlaps for part in parts)])
    return (
        Met(hits=_by_row(hits), overlaps=_by_row(overlaps)) if by_row else Met(hits=hits, overlaps=overlaps)
    )


def _by_row(table: pa.Table) -> pa.Table:
    return table.take(pa.array(np.argsort(table["row"].to_numpy(), kind="stable")))


def _table(lines: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*lines, strict=True) if lines else ((),) * len(schema)
    return pa.Table.from_arrays(
        [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)],
        schema=schema,
    )


def _hit_lines(result: Result, titles: Titles, lang: str) -> Iterator[tuple[Any, ...]]:
    if result.report is None:
        return
    head = (result.row.number, result.row.site_id)
    for finding, hit in told_hits(result.report):
        rule = (
            (None,) * 3 if finding is None else tuple(finding[key] for key in ("rule", "outcome", "effect"))
        )
        yield (*head, *rule, *(hit[name] for name in OF_HIT), *_names(hit, titles, lang))


def _overlap_lines(result: Result, bundle: Bundle, titles: Titles, lang: str) -> Iterator[tuple[Any, ...]]:
    if result.report is None:
        return
    [part] = result.report.parts
    bodies = to_json(result.report)["parts"][0]["hits"]
    head = (result.row.number, result.row.site_id)
    for hit, cut in zip(bodies, cuts(bundle, part.part, result.report.on), strict=True):
        measures = (hit[name] for name in OF_HIT if name != "distance_m")
        yield (*head, *measures, *_names(hit, titles, lang), *_of_edition(cut.edition), *_of_piece(cut))


def _names(hit: dict[str, Any], titles: Titles, lang: str) -> tuple[str | None, ...]:
    layer = titles.layers.get(hit["layer"])
    zone_class = titles.classes.get((hit["layer"], hit["zone_class"] or ""))
    return (
        None if layer is None else layer.get(lang),
        None if zone_class is None else zone_class.get(lang),
        hit["name"],
    )


def _of_edition(edition: Edition) -> tuple[str | None, str | None, float, bool]:
    return edition.edition, edition.approval_doc, edition.accuracy_m, edition.synthetic


def _of_piece(cut: Cut) -> tuple[str | None, bytes | None]:
    told = None if cut.attributes is None else json.dumps(dict(cut.attributes), ensure_ascii=False)
    return told, None if cut.shape is None else shapely.to_wkb(cut.shape)
