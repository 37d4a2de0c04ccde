"""The coverage table written out: text to read, Markdown to publish, CSV (a row a rule) to count with."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import groupby

from geo.model import Rule, Text
from layers.lint.coverage import Cover

__all__ = ["cover_csv", "cover_markdown", "cover_text"]

_NO_RULE = Text("没有规则", "no rule")
_HEADS = {"zh": ("图层", "分区级别", "项目组", "规则"), "en": ("layer", "class", "activity group", "rules")}
_KEY = Text(
    "规则后为效力；~ 表示只涉及组内部分项目类型。",
    "Beside each rule its effect; ~ marks one that speaks of some of the group only.",
)
_COLUMNS = (
    "layer",
    "layer_title",
    "zone_class",
    "class_title",
    "group",
    "group_title",
    "rule",
    "effect",
    "relation",
    "whole_group",
)


def cover_text(rows: Iterable[Cover], lang: str) -> str:
    """Lines: a layer and class, and below it each group with its rules."""
    out: list[str] = []
    for head, cells in groupby(rows, key=lambda row: _head(row, lang)):
        out.append(head)
        out += [f"  {_group(cell, lang)}: {_rules(cell, lang)}" for cell in cells]
    return "\n".join((*out, "", _KEY.get(lang), ""))


def cover_markdown(rows: Iterable[Cover], lang: str) -> str:
    """A table of four columns, one row for each cell."""
    lines = [f"| {' | '.join(_HEADS[lang])} |", "|---|---|---|---|"]
    for row in rows:
        layer = _named(row.layer, row.layer_title, lang)
        code = _named(row.zone_class, row.class_title, lang)
        lines.append(f"| {layer} | {code} | {_group(row, lang)} | {_rules(row, lang)} |")
    return "\n".join((*lines, "", _KEY.get(lang), ""))


def cover_csv(rows: Iterable[Cover], lang: str) -> str:
    """One line for each rule in each cell; a class without rules has one with an empty ``rule``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        head = (
            *(row.layer, row.layer_title.get(lang)),
            *(row.zone_class, row.class_title.get(lang)),
            *(row.group, row.group_title.get(lang)),
        )
        writer.writerows((*head, *cells) for cells in _each(row))
    return out.getvalue()


def _each(row: Cover) -> Iterator[tuple[str, ...]]:
    if not row.rules:
        yield "", "", "", ""
    for rule, whole in row.rules:
        yield rule.id, rule.effect.value, rule.relation.value, "true" if whole else "false"


def _head(row: Cover, lang: str) -> str:
    layer = _named(row.layer, row.layer_title, lang)
    code = _named(row.zone_class, row.class_title, lang)
    return f"{layer} · {code}" if code else layer


def _group(row: Cover, lang: str) -> str:
    return _named(row.group, row.group_title, lang) or "—"


def _named(code: str, title: Text, lang: str) -> str:
    """A code with its title; either alone where the other is empty or the same."""
    told = title.get(lang)
    return " ".join(dict.fromkeys(part for part in (code, told) if part))


def _rules(row: Cover, lang: str) -> str:
    return ", ".join(_rule(rule, whole=whole) for rule, whole in row.rules) or _NO_RULE.get(lang)


def _rule(rule: Rule, *, whole: bool) -> str:
    return f"{rule.id}{'' if whole else '~'} {rule.effect.value}"
