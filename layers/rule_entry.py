"""The keys of a rule and of a basis, and their making from rows that were read."""

import re
from typing import Any

from geo.model import (
    Basis,
    Certainty,
    Clause,
    ClauseLevel,
    ClauseTest,
    ClauseVerb,
    Condition,
    Effect,
    EiaRole,
    Example,
    Given,
    Naming,
    Op,
    Relation,
    Rule,
    Scalar,
    Season,
    Text,
    With,
)
from layers.keytable import (
    BAD,
    Key,
    Row,
    both,
    choice,
    day,
    flag,
    integer,
    list_of,
    mapping_of,
    matching,
    number,
    one_of,
    one_or_many,
    scalar,
    table,
    text,
)
from layers.strictyaml import Faults, Node
from layers.vocabulary import ID, PLACE_CODE

__all__ = ["BASIS_KEYS", "CONDITIONS", "RULE_KEYS", "WHERE", "make_basis", "make_rule", "tests_of"]

_ASSUMED = Text("生效日期为假定（法规资料未载明）", "the start date is assumed (the reference gives none)")

BASIS_KEYS = (
    Key("id", ID, required=True),
    Key("instrument", both, required=True),
    Key("number", text),
    Key("article", text, required=True),
    Key("title", both),
    Key("gloss", both),
    Key("valid_from", day, required=True),
    Key("valid_to", day),
    Key("supersedes", one_or_many(text), default=()),
    Key("certainty", choice(Certainty), required=True),
    Key("needs_review", flag, default=False),
    Key("source", text, required=True),
    Key("dated", one_of("assumed")),
)


def _day_of_year(node: Node, path: str, faults: Faults) -> object:
    value = matching(r"\d\d-\d\d", "'MM-DD'")(node, path, faults)
    if not isinstance(value, str):
        return BAD
    month, of_month = (int(part) for part in value.split("-"))
    lengths = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if 1 <= month <= len(lengths) and 1 <= of_month <= lengths[month - 1]:
        return month, of_month
    faults.add(
        f"{node.where} {path}", given=value, allowed="'MM-DD'", zh="没有这一天", en="there is no such day"
    )
    return BAD


def _nullable(node: Node, path: str, faults: Faults) -> object:
    return None if node.value is None else scalar(node, path, faults)


def _applies(node: Node, path: str, faults: Faults) -> object:
    if isinstance(node.value, bool):
        return node.value
    return "open" if node.value == "open" else _ANSWER(node, path, faults)


_ANSWER = one_of("true", "false", "open")
"""Only ever asked what is none of them, for its message."""

_VALUE = one_or_many(scalar, least=1)
WHERE = list_of(
    table(
        [
            Key("attribute", text, required=True),
            Key("op", choice(Op), required=True),
            Key("value", _VALUE, required=True),
        ]
    )
)
CONDITIONS = list_of(
    table(
        [
            Key("fact", text, required=True),
            Key("op", choice(Op), required=True),
            Key("value", _VALUE, required=True),
        ]
    )
)
_WITH = list_of(
    table(
        [
            Key("layer", text, required=True),
            Key("zone_classes", one_or_many(text), default=()),
            Key("zone_where", WHERE, default=()),
            Key("present", flag, default=True),
        ]
    )
)
_CLAUSES = table(
    [
        Key("verbs", one_or_many(choice(ClauseVerb)), required=True),
        Key("named", choice(Naming), default=Naming.ANY),
        Key("without_list", one_of("open", "silent"), default="open"),
    ]
)
_CLAUSE = table(
    [
        Key("verb", choice(ClauseVerb), required=True),
        Key("names", one_or_many(text, least=0), required=True),
        Key("certainty", choice(Certainty), default=Certainty.A),
    ]
)
_GIVEN = table(
    [
        Key("zone", mapping_of(_nullable)),
        Key("with", mapping_of(mapping_of(_nullable)), default={}),
        Key("distance_m", number(0)),
        Key("overlap_m2", number(0)),
        Key("upstream_m", number()),
        Key("side_m", number(0)),
        Key("land", text),
        Key("on", day),
        Key("activity", text),
        Key("facts", mapping_of(_nullable), default={}),
        Key("clauses", list_of(_CLAUSE)),
    ]
)
_EXAMPLE = table([Key("given", _GIVEN, required=True), Key("applies", _applies, required=True)])

RULE_KEYS = (
    Key("id", ID, required=True),
    Key("title", both, required=True),
    Key("layer", one_or_many(text), default=()),
    Key("zone_classes", one_or_many(text), default=()),
    Key("zone_where", WHERE, default=()),
    Key("with", _WITH, default=()),
    Key("relation", choice(Relation), required=True),
    Key("distance_m", number(0)),
    Key("distance_min_m", number(0)),
    Key("distance_kind", one_of("law", "config"), default="law"),
    Key("distance", ID),
    Key("screening_m", number(0)),
    Key("up_m", number(1)),
    Key("down_m", number(0), default=0.0),
    Key("side_m", number(1)),
    Key("min_overlap_m2", number(0), default=1.0),
    Key("min_overlap_m", number(0), default=1.0),
    Key("min_overlap_share", number(0, 1), default=0.0),
    Key("min_zones", integer(1), default=1),
    Key("season", table([Key("from", _day_of_year, required=True), Key("to", _day_of_year, required=True)])),
    Key("max_cell_m", number(0)),
    Key("clauses", _CLAUSES),
    Key("activities", one_or_many(text), required=True),
    Key("except", one_or_many(text), default=()),
    Key("conditions", CONDITIONS, default=()),
    Key("eia", choice(EiaRole)),
    Key("effect", choice(Effect), required=True),
    Key("action", both, required=True),
    Key("basis", one_or_many(text), required=True),
    Key("jurisdictions", one_or_many(PLACE_CODE, least=0), default=()),
    Key("valid_from", day, required=True),
    Key("valid_to", day),
    Key("after_expiry", one_of("notice")),
    Key("certainty", choice(Certainty), required=True),
    Key("needs_review", flag, default=False),
    Key("note", both),
    Key("dated", one_of("assumed")),
    Key("examples", list_of(_EXAMPLE), required=True),
)


def make_basis(row: Row) -> Basis:
    """A basis from a row without faults."""
    return Basis(
        id=row["id"],
        instrument=row["instrument"],
        number=row["number"],
        article=row["article"],
        title=row["title"],
        gloss=_dated(row, row["gloss"]),
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        supersedes=row["supersedes"],
        certainty=row["certainty"],
        needs_review=row["needs_review"],
        source=row["source"],
    )


def make_rule(row: Row) -> Rule:
    """A rule from a row without faults."""
    season, clauses = row["season"], row["clauses"]
    return Rule(
        id=row["id"],
        title=row["title"],
        layers=row["layer"],
        relation=row["relation"],
        activities=row["activities"],
        excepted=row["except"],
        effect=row["effect"],
        action=row["action"],
        basis=row["basis"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        certainty=row["certainty"],
        zone_classes=row["zone_classes"],
        zone_where=tests_of(row["zone_where"], "attribute"),
        companions=tuple(_companion(item) for item in row["with"]),
        distance_m=row["distance_m"],
        distance_min_m=row["distance_min_m"],
        distance_name=row["distance"],
        screening_m=row["screening_m"],
        up_m=row["up_m"],
        down_m=row["down_m"],
        side_m=row["side_m"],
        min_overlap_m=row["min_overlap_m"],
        min_overlap_m2=row["min_overlap_m2"],
        min_overlap_share=row["min_overlap_share"],
        min_zones=row["min_zones"],
        season=Season(start=season["from"], end=season["to"]) if season else None,
        max_cell_m=row["max_cell_m"],
        clauses=_clause_test(clauses) if clauses else None,
        conditions=tests_of(row["conditions"], "fact"),
        eia=row["eia"],
        jurisdictions=row["jurisdictions"],
        needs_review=row["needs_review"],
        note=_dated(row, row["note"]),
        examples=tuple(_example(item) for item in row["examples"]),
        source=row.node.where,
    )


def _dated(row: Row, note: Text | None) -> Text | None:
    """A note that also says where the start date is assumed."""
    if row["dated"] is None:
        return note
    return _ASSUMED if note is None else Text(f"{note.zh}；{_ASSUMED.zh}", f"{note.en}; {_ASSUMED.en}")


def tests_of(rows: tuple[Row, ...], name: str) -> tuple[Condition, ...]:
    """Tests of facts or attributes; ``name`` is the key that names what is tested."""
    return tuple(Condition(name=row[name], op=row["op"], value=_value(row)) for row in rows)


def _value(row: Row) -> Scalar | tuple[Scalar, ...]:
    values: tuple[Scalar, ...] = row["value"]
    return values if row["op"] in {Op.IN, Op.NOT_IN} else values[0]


def _companion(row: Row) -> With:
    return With(
        layer=row["layer"],
        zone_classes=row["zone_classes"],
        zone_where=tests_of(row["zone_where"], "attribute"),
        present=row["present"],
    )


def _example(row: Row) -> Example:
    given = row["given"]
    facts: dict[str, Any] = dict(given["facts"])
    if given["land"] is not None:
        facts["land"] = given["land"]
    zone = given["zone"]
    return Example(
        given=Given(
            zone=None if zone is None else tuple(zone.items()),
            companions=tuple((layer, tuple(other.items())) for layer, other in given["with"].items()),
            distance_m=given["distance_m"],
            overlap_m2=given["overlap_m2"],
            upstream_m=given["upstream_m"],
            side_m=given["side_m"],
            on=given["on"],
            activity=given["activity"],
            facts=tuple((name, _declared(value)) for name, value in facts.items()),
            clauses=_entry_list(given["clauses"]),
        ),
        applies=None if row["applies"] == "open" else row["applies"],
    )


def _clause_test(row: Row) -> ClauseTest:
    return ClauseTest(
        verbs=row["verbs"], named=row["named"], silent_without_list=row["without_list"] == "silent"
    )


def _entry_list(rows: tuple[Row, ...] | None) -> tuple[Clause, ...] | None:
    """Clauses of an example's zone (`geo.rehearse` says which); what is not given does not matter."""
    if rows is None:
        return None
    return tuple(
        Clause(
            id=str(number),
            scope="",
            level=ClauseLevel.UNIT,
            dimension=1,
            verb=row["verb"],
            text="—",
            names=row["names"],
            doc="—",
            article="",
            certainty=row["certainty"],
        )
        for number, row in enumerate(rows, start=1)
    )


def _declared(value: Scalar | None) -> Scalar | None:
    return None if isinstance(value, str) and re.fullmatch("unknown|未知", value) else value
