"""One rule or article through time: its versions should follow each other without a gap.

That two versions overlap is a fault already (`layers.rule_checks`): the bundle would answer twice.
"""

from collections.abc import Iterable
from itertools import pairwise

from geo.model import Basis, Rule, Rulebook
from layers.lint.terms import where
from layers.strictyaml import Faults

__all__ = ["advise_versions"]


def advise_versions(rulebook: Rulebook, faults: Faults) -> None:
    """Note gaps between versions of one rule, and where an article and its successor do not meet."""
    for versions in _by_id(rulebook.rules).values():
        for older, newer in pairwise(sorted(versions, key=lambda rule: rule.valid_from)):
            _gap(older, newer, faults)
    for basis in rulebook.bases.values():
        for name in basis.supersedes:
            if name in rulebook.bases:
                _succession(rulebook.bases[name], basis, faults)


def _by_id(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        found.setdefault(rule.id, []).append(rule)
    return found


def _gap(older: Rule, newer: Rule, faults: Faults) -> None:
    end = older.valid_to
    if end is not None and end < newer.valid_from:
        faults.advise(
            where(newer, "valid_from"),
            given=f"{end} … {newer.valid_from}",
            allowed=f"valid_from: {end}",
            zh=f"同一规则的两个版本之间有空档（前一版本 {older.source}）",
            en=f"two versions of this rule leave a gap (the older one: {older.source})",
        )


def _succession(older: Basis, newer: Basis, faults: Faults) -> None:
    if older.valid_to == newer.valid_from:
        return
    told = (
        ("两条依据同时有效", "both articles are law at once")
        if older.valid_to is None or older.valid_to > newer.valid_from
        else ("两条依据之间有空档", "between the two neither is law")
    )
    faults.advise(
        f"basis {newer.id}.supersedes",
        given=f"{older.id}: {older.valid_to or '—'}; {newer.id}: {newer.valid_from}",
        allowed=f"{older.id}.valid_to: {newer.valid_from}",
        zh=told[0],
        en=told[1],
    )
