"""What a rule may say: the keys that belong together, and how rules and bases stand beside each other."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from geo.model import ANY, Certainty, Effect, Op, Relation
from layers.keytable import BAD, Row, near, shown
from layers.rule_refs import Words, check_condition, check_examples, check_known, check_layers
from layers.strictyaml import Faults

__all__ = ["check_bases", "check_overlaps", "check_period", "check_rule"]

_DISTANCES = ("distance_m", "distance_min_m", "distance", "screening_m")
_ALONG = ("up_m", "down_m", "side_m")
_PLACE = ("layer", "zone_classes", "zone_where", "with", *_DISTANCES, *_ALONG)
_OVERLAP = (
    "with",
    "min_zones",
    "min_overlap_m",
    "min_overlap_m2",
    "min_overlap_share",
    "max_cell_m",
    "clauses",
)
_NO_MEANING = {
    Relation.ANYWHERE: _PLACE,
    Relation.WITHIN_DISTANCE: _ALONG,
    Relation.UPSTREAM_WITHIN: (*_OVERLAP, "distance_m", "distance_min_m"),
}
"""By relation the keys that have no meaning with it; of the others those of any distance."""
_MILD = (Effect.NOTICE, Effect.DUTY)


def check_rule(row: Row, words: Words, faults: Faults) -> None:
    """Note every fault of a rule; what could not be read is told already and hides nothing else."""
    check_layers(row, words, faults)
    _check_relation(row, faults)
    _check_clauses(row, faults)
    _check_effect(row, words, faults)
    check_period(row, faults)
    known = {*words.activities, *words.groups}
    kind = "activity or group"
    check_known(kind, row.many("activities"), {*known, ANY}, row.where("activities"), words, faults)
    check_known(kind, row.many("except"), known, row.where("except"), words, faults)
    check_known("basis", row.many("basis"), words.bases, row.where("basis"), words, faults)
    _check_spoken(row, words, faults)
    for test in row.many("conditions"):
        check_condition(test, words, faults)
    check_examples(row, words, faults)


def _check_relation(row: Row, faults: Faults) -> None:
    relation = row.good("relation")
    if relation is not None:
        _check_keys(row, relation, faults)


def _check_keys(row: Row, relation: Relation, faults: Faults) -> None:
    """The keys a relation needs, and those that have no meaning with it."""
    if relation is not Relation.ANYWHERE and row["layer"] == ():
        faults.add(
            row.where("layer"), given=None, allowed="layer: …", zh="须写明图层 layer", en="layer is missing"
        )
    for key in _NO_MEANING.get(relation, (*_DISTANCES, "distance_kind", *_ALONG)):
        if row.has(key) and row.node.value[key].value != []:
            _misplaced(row, key, relation, faults)
    if relation is Relation.UPSTREAM_WITHIN:
        _check_along(row, faults)
    if relation is Relation.WITHIN_DISTANCE:
        _check_distance(row, faults)


def _check_clauses(row: Row, faults: Faults) -> None:
    """An entry list speaks of what stands in its zone: neither of what is near nor of two zones together."""
    relation = row.good("relation")
    if not row.has("clauses") or relation is None:
        return
    if relation is not Relation.INTERSECTS:
        _misplaced(row, "clauses", relation, faults)
    for key in ("with", "min_zones"):
        if row.has(key):
            faults.add(
                row.where(key),
                given=key,
                allowed="≠ clauses",
                zh="此键不能与 clauses 并用",
                en="this key cannot stand beside clauses",
            )


def _misplaced(row: Row, key: str, relation: str, faults: Faults) -> None:
    faults.add(
        row.where(key),
        given=key,
        allowed=f"≠ relation: {relation}",
        zh=f"空间关系 {relation} 下不能有此键",
        en=f"this key has no meaning with the relation {relation}",
    )


def _check_along(row: Row, faults: Faults) -> None:
    """Distances along a river: ``up_m`` of law or approved, ``side_m`` always, ``down_m`` if wanted."""
    _check_kind(row, "up_m", faults)
    if not row.has("side_m"):
        _missing(row, "side_m", faults)


def _missing(row: Row, key: str, faults: Faults) -> None:
    first = "up_m" if row["relation"] is Relation.UPSTREAM_WITHIN else "distance_m"
    faults.add(
        row.where(key),
        given=None,
        allowed=f"{first} / distance_kind: config + distance + screening_m"
        + (" + side_m" if first == "up_m" else ""),
        zh=f"{row['relation']} 缺少 {key}",
        en=f"{row['relation']} lacks {key}",
    )


def _check_kind(row: Row, first: str, faults: Faults) -> None:
    """The first distance is the law's, or an approved one by name with what it is screened by."""
    if row.good("distance_kind") is None:
        return
    config = row["distance_kind"] == "config"
    wanted, unwanted = (
        (("distance", "screening_m"), (first,)) if config else ((first,), ("distance", "screening_m"))
    )
    for key in wanted:
        if not row.has(key):
            _missing(row, key, faults)
    for key in unwanted:
        if row.has(key):
            faults.add(
                row.where(key),
                given=key,
                allowed=f"{first} / distance_kind: config + distance + screening_m",
                zh=f"{key} 与 distance_kind: {row['distance_kind']} 不能并用",
                en=f"{key} cannot stand beside distance_kind: {row['distance_kind']}",
            )


def _check_distance(row: Row, faults: Faults) -> None:
    _check_kind(row, "distance_m", faults)
    reach, least = row.good("distance_m"), row.good("distance_min_m")
    if reach is not None and least is not None and least >= reach:
        faults.add(
            row.where("distance_min_m"),
            given=least,
            allowed=f"< {reach:g}",
            zh="distance_min_m 须小于 distance_m",
            en="distance_min_m must be less than distance_m",
        )


def _check_effect(row: Row, words: Words, faults: Faults) -> None:
    effect = row.good("effect")
    if effect is None:
        return
    named = [words.bases[name] for name in row.many("basis") if name in words.bases]
    weak = [basis.id for basis in named if basis.certainty is Certainty.D]
    if effect not in _MILD and (row["certainty"] is Certainty.D or weak):
        faults.add(
            row.where("effect"),
            given=effect,
            allowed="notice, duty",
            zh="D 级（自定规则）只能提示或列为例行手续" + (f"：{', '.join(weak)}" if weak else ""),
            en="certainty D (our own rule) gives notice or duty only"
            + (f": {', '.join(weak)}" if weak else ""),
        )
    if effect is Effect.DUTY and row.good("relation") not in {None, Relation.ANYWHERE}:
        faults.advise(
            row.where("effect"),
            given=f"duty, {row['relation']}",
            allowed="relation: anywhere",
            zh="例行手续与位置无关，空间关系须为 anywhere",
            en="a duty does not depend on the place: its relation is anywhere",
        )
    exists = row["conditions"] is BAD or any(
        c["fact"] == "nature" and "existing" in c.many("value") and c["op"] in {Op.EQ, Op.IN}
        for c in row["conditions"]
    )
    if effect is Effect.PHASE_OUT and not exists:
        faults.advise(
            row.where("effect"),
            given=effect,
            allowed="conditions: {fact: nature, op: eq, value: existing}",
            zh="phase_out 只对已有项目，须有 nature = existing 的条件",
            en="phase_out speaks of existing sites only: add the condition nature eq existing",
        )


def check_period(row: Row, faults: Faults, values: Mapping[str, Any] | None = None) -> None:
    """Validity is half-open, so its end lies after its beginning.

    Parameters
    ----------
    values
        Those of the row with what it inherits; None where it inherits nothing.
    """
    good = row.good if values is None else values.get
    start, end = good("valid_from"), good("valid_to")
    if start is not None and end is not None and end <= start:
        faults.add(
            row.where("valid_to"),
            given=end,
            allowed=f"> {start}",
            zh="失效日期须晚于生效日期",
            en="valid_to must be later than valid_from",
        )


def _check_spoken(row: Row, words: Words, faults: Faults) -> None:
    """On every day of its validity a rule rests on a basis in force: its own, an older or a newer one."""
    if not row.ok:
        return
    names = list(row["basis"])
    for name in names:
        older = words.bases[name].supersedes if name in words.bases else ()
        newer = [basis.id for basis in words.bases.values() if name in basis.supersedes]
        names += [other for other in (*older, *newer) if other not in names]
    bases = [words.bases[name] for name in names if name in words.bases]
    start, end = row["valid_from"], _end(row)
    turns = [b.valid_from for b in bases] + [b.valid_to for b in bases if b.valid_to is not None]
    days = sorted({start, *(day for day in turns if day > start and (end is None or day < end))})
    silent = [day for day in days if not any(basis.in_force(day) for basis in bases)]
    if silent and bases and len(bases) == len(names):
        faults.advise(
            row.where("basis"),
            given=f"{', '.join(names)}: {silent[0]}",
            allowed="a basis in force on every day of the rule's validity",
            zh="规则有效期内有一段没有现行依据",
            en="for a part of its validity the rule has no basis in force",
        )


def check_overlaps(rows: Iterable[Row], faults: Faults) -> None:
    """One id may recur with disjoint validity only."""
    seen: dict[str, list[Row]] = {}
    for row in rows:
        for other in seen.get(row["id"], ()):
            if _before(row, other) or _before(other, row):
                continue
            faults.add(
                row.where("id"),
                given=row["id"],
                allowed="one id at a time: disjoint validity",
                zh=f"同一规则标识有效期重叠（{other.where()}）",
                en=f"this rule id is in force twice at once ({other.where()})",
            )
        seen.setdefault(row["id"], []).append(row)


def _before(one: Row, other: Row) -> bool:
    end = _end(one)
    return end is not None and bool(end <= other["valid_from"])


def _end(row: Row) -> date | None:
    """The day from which a row says nothing more; never, where a notice follows the rule."""
    end: date | None = row["valid_to"] if row["after_expiry"] is None else None
    return end


def check_bases(rows: Mapping[str, Row], faults: Faults) -> None:
    """Validity and ``supersedes`` of every basis."""
    for row in rows.values():
        check_period(row, faults)
        for name in row.many("supersedes"):
            if name not in rows or name == row["id"]:
                guess = near(name, rows)
                faults.add(
                    row.where("supersedes"),
                    given=name,
                    allowed=shown(name, rows),
                    zh="没有这个依据",
                    en="there is no such basis",
                    guess=guess,
                )
