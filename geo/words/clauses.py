"""Clauses of entry lists in words and as data."""

from collections.abc import Iterable
from typing import Any

from geo.model import DIMENSION_TEXT, LEVEL_TEXT, VERB_TEXT, Clause, NamedClause, Text

_SHOWN = 3


def clauses_told(found: tuple[NamedClause, ...]) -> Text:
    """A sentence naming the clauses by which a rule speaks; blank where there are none."""
    distinct = list(dict.fromkeys((one.clause, one.sure) for one in found))
    if not distinct:
        return Text("", "")
    zh = "；".join(_told(clause, sure=sure).zh for clause, sure in distinct[:_SHOWN])
    en = "; ".join(_told(clause, sure=sure).en for clause, sure in distinct[:_SHOWN])
    more = len(distinct) > _SHOWN
    rest = Text(f"等 {len(distinct)} 条", f"; {len(distinct)} clauses in all") if more else Text("", "")
    return Text(f"准入清单：{zh}{rest.zh}。", f"Entry list: {en}{rest.en}.")


def _told(clause: Clause, *, sure: bool) -> Text:
    where_zh = "，".join(
        (LEVEL_TEXT[clause.level].zh, DIMENSION_TEXT[clause.dimension].zh, _place(clause, "zh"))
    )
    where_en = ", ".join(
        (LEVEL_TEXT[clause.level].en, DIMENSION_TEXT[clause.dimension].en, _place(clause, "en"))
    )
    may = Text("", "") if sure else Text("可能涉及", "it may be meant by: ")
    return Text(
        f"{may.zh}{clause.verb}类「{clause.text}」（{where_zh}）", f"{may.en}“{clause.text}” ({where_en})"
    )


def _place(clause: Clause, lang: str) -> str:
    """Document and article."""
    if not clause.article:
        return clause.doc
    if not clause.article.isdigit():
        return f"{clause.doc} {clause.article}"
    return f"{clause.doc}第{clause.article}条" if lang == "zh" else f"{clause.doc}, item {clause.article}"


def clause_body(clause: Clause) -> dict[str, Any]:
    """A clause as data."""
    dimension, level, verb = (
        DIMENSION_TEXT[clause.dimension],
        LEVEL_TEXT[clause.level],
        VERB_TEXT[clause.verb],
    )
    return {
        "id": clause.id,
        "unit_code": clause.scope,
        "level": clause.level.value,
        "level_text": {"zh": level.zh, "en": level.en},
        "dimension": clause.dimension,
        "dimension_text": {"zh": dimension.zh, "en": dimension.en},
        "verb": clause.verb.value,
        "verb_text": {"zh": verb.zh, "en": verb.en},
        "text": clause.text,
        "names": list(clause.names),
        "doc": clause.doc,
        "article": clause.article or None,
        "certainty": clause.certainty.value,
        "unit_class": clause.unit_class,
        "unit_subtype": clause.unit_subtype,
    }


def named_bodies(found: Iterable[NamedClause]) -> list[dict[str, Any]]:
    """Clauses of a finding as data, each with its zone and whether it surely names the activity."""
    return [
        {**clause_body(one.clause), "layer": one.layer, "zone_id": one.zone_id, "sure": one.sure}
        for one in found
    ]
