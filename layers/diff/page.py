"""A comparison as one page: both languages, maps drawn in it, no script, nothing from outside."""

from collections.abc import Iterator
from dataclasses import replace
from html import escape

import numpy as np
import shapely

from geo.answer import DISCLAIMER, SYNTHETIC_BANNER
from geo.compare.pieces import shapes_of
from geo.measure import Objects, window
from geo.model import Text
from geo.zone_columns import values_of
from layers.diff.run import Compared, Comparison
from layers.gate.page import STYLE, alarms_part, between_part, diff_part, moved_ground, two
from layers.gate.sketch import Drawn, sketch

__all__ = ["as_page"]

_GREY, _PALE, _ORANGE = "#8a949e", "#b9c7a8", "#d98c00"
_AROUND_M = 2_000.0
"""How much is shown around a district."""


def as_page(compared: Compared) -> str:
    """The page of a comparison."""
    title = f"{escape(compared.old)} → {escape(compared.new)}"
    banner = {"zh": SYNTHETIC_BANNER.zh, "en": SYNTHETIC_BANNER.en}
    remarks = "".join(f"<li>{two({'zh': one.zh, 'en': one.en})}</li>" for one in compared.remarks)
    parts = [
        f"<h1>版本对比 / Editions compared: {title}</h1>",
        *([f'<p class="banner">{two(banner)}</p>'] if compared.synthetic else []),
        f"<ul>{remarks}</ul>",
        *(part for one in compared.comparisons for part in _section(one)),
        f"<p><small>{escape(DISCLAIMER.zh)} / {escape(DISCLAIMER.en)}</small></p>",
    ]
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    body = "\n".join(parts)
    return f'<!DOCTYPE html>\n<html lang="zh-CN"><head>{head}</head><body>\n{body}\n</body></html>\n'


def _section(one: Comparison) -> Iterator[str]:
    diff = one.diff
    name = two({"zh": one.title.zh, "en": one.title.en})
    yield f"<h1>{name}: {escape(diff.old_edition)} → {escape(diff.new_edition)}</h1>"
    yield from alarms_part([alarm.body() for alarm in one.alarms])
    figures = "".join(f"<figure>{figure}</figure>" for figure in _maps(one) if figure)
    yield f'<div class="maps">{figures}</div>'
    yield from diff_part(diff.body())
    yield from between_part(one.between.body())


def _maps(one: Comparison) -> Iterator[str]:
    """The whole, each own district whose ground changed, and what was found between layers."""
    if not one.diff.empty:
        yield sketch(_drawn(one, None), _caption(one, None))
        for at in _changed_districts(one):
            yield sketch(_drawn(one, at), _caption(one, at))
    for answer in one.between.answers:
        if answer.pieces:
            pieces = shapes_of([piece.geometry for piece in answer.pieces])
            found = Drawn(title=answer.question.title, shapes=pieces, colour=_ORANGE)
            yield sketch([_outlines(one, None), _zones(one, None), found], answer.question.title)


def _changed_districts(one: Comparison) -> Iterator[int]:
    changed = {row.district for row in one.diff.rows if max(row.gained_m2, row.lost_m2) >= 1.0}
    for at, (code, own) in enumerate(zip(one.districts.code, one.districts.own, strict=True)):
        if own and code in changed:
            yield at


def _caption(one: Comparison, at: int | None) -> Text:
    diff = one.diff
    place = "" if at is None else f" {one.districts.name[at]}"
    return Text(
        f"{one.title.zh}{place}：{diff.old_edition} → {diff.new_edition}",
        f"{one.title.en}{place}: {diff.old_edition} → {diff.new_edition}",
    )


def _drawn(one: Comparison, at: int | None) -> list[Drawn]:
    """What a map shows: districts, zones as they are, and over them what came and went."""
    moved = (replace(drawn, shapes=_shown(one, drawn.shapes, at)) for drawn in moved_ground(one.diff))
    return [_outlines(one, at), _zones(one, at), *moved]


def _zones(one: Comparison, at: int | None) -> Drawn:
    zones = shapes_of([]) if one.new.zones is None else values_of(one.new.zones, "geometry")
    title = Text(f"版本 {one.diff.new_edition}", f"edition {one.diff.new_edition}")
    return Drawn(title=title, shapes=_shown(one, zones, at), colour=_PALE)


def _outlines(one: Comparison, at: int | None) -> Drawn:
    shapes = one.districts.geometry
    if at is None:
        shapes = shapes[np.array(one.districts.own, dtype=bool)]
    return Drawn(
        title=Text("行政区", "districts"),
        shapes=_shown(one, shapely.boundary(shapes), at),
        colour=_GREY,
        filled=False,
    )


def _shown(one: Comparison, shapes: Objects, at: int | None) -> Objects:
    """Shapes cut to what is shown around a district."""
    if at is None:
        return shapes
    return shapely.clip_by_rect(shapes, *window(one.districts.geometry[at].bounds, _AROUND_M))
