"""What a whole run saw of the doctor: how many rows were advised what, and how many were treated."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from geo.model import Advice, Text
from layers.sites.doctor.remedies import COORDINATE_REMEDIES
from layers.sites.doctor.texts import TEXT_REMEDIES
from layers.sites.doctor.whole_file import findings

Signs = Counter[str]
"""Counts by `advised_sign` and `applied_sign`; those of chunks add up."""

_ADVISED, _APPLIED = "advised:", "applied:"
_AND = "+"


def advised_sign(names: Sequence[str]) -> str:
    """Under what a row is counted that was advised these remedies together."""
    return _ADVISED + _AND.join(names)


def applied_sign(name: str) -> str:
    """Under what a row is counted that a remedy was applied to."""
    return _APPLIED + name


def signs_of(told: Iterable[tuple[Sequence[Advice], Sequence[str]]]) -> Signs:
    """Counts of rows: what each was advised, and what was applied to it."""
    signs: Signs = Counter()
    for advice, applied in told:
        for names in dict.fromkeys(one.remedies for one in advice if one.remedies):
            signs[advised_sign(names)] += 1
        signs.update(applied_sign(name) for name in applied)
    return signs


def _words(name: str) -> tuple[Text, Text]:
    """What is suspected, and what the remedy does."""
    remedy = COORDINATE_REMEDIES.get(name) or TEXT_REMEDIES[name]
    return remedy.doubt, remedy.deed


def record(signs: Mapping[str, int], asked: Sequence[str], rows: int) -> dict[str, Any]:
    """The doctor's part of the run file: remedies asked for with the rows they fitted, and advice."""
    return {
        "remedies": [
            {
                "name": name,
                "title": _both(_words(name)[1]),
                "applied": signs.get(applied_sign(name), 0),
                "left": rows - signs.get(applied_sign(name), 0),
            }
            for name in asked
        ],
        "advice": [
            {"remedies": list(names), "rows": count, "text": _both(_advice(names, count))}
            for names, count in _advised(signs)
        ],
        "whole_file": [
            {"remedies": list(names), "text": _both(_doubted(names, text))} for names, text in findings(signs)
        ],
    }


def lines(signs: Mapping[str, int], asked: Sequence[str], rows: int) -> tuple[Text, ...]:
    """The same in words."""
    return (
        *(_asked(name, signs.get(applied_sign(name), 0), rows) for name in asked),
        *(_advice(names, count) for names, count in _advised(signs)),
        *(_doubted(names, text) for names, text in findings(signs)),
    )


def _advised(signs: Mapping[str, int]) -> list[tuple[tuple[str, ...], int]]:
    """What was advised, to the most rows first."""
    found = [
        (tuple(sign.removeprefix(_ADVISED).split(_AND)), count)
        for sign, count in signs.items()
        if sign.startswith(_ADVISED)
    ]
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def _asked(name: str, count: int, rows: int) -> Text:
    deed = _words(name)[1]
    left = rows - count
    return Text(
        f"按要求以 {name} 处理了 {count} 行（{deed.zh}），另有 {left} 行不适用，未作改动",
        f"{name} was applied to {count} rows as asked ({deed.en}), and did not fit the other {left}",
    )


def _advice(names: Sequence[str], count: int) -> Text:
    doubts = [_words(name)[0] for name in names]
    flags = " ".join(f"--remedy {name}" for name in names)
    return Text(
        f"{count} 行疑似{'、'.join(d.zh for d in doubts)}，未作改动；如属实请加 {flags}",
        f"{count} rows: perhaps {' and '.join(d.en for d in doubts)}; nothing changed; if so, add {flags}",
    )


def _doubted(names: Sequence[str], evidence: Text) -> Text:
    """What the whole file shows, with what to ask for."""
    doubt = _words(names[0])[0]
    flags = " ".join(f"--remedy {name}" for name in names)
    return Text(
        f"整个文件疑似{doubt.zh}：{evidence.zh}；坐标未作改动，如属实请加 {flags}",
        f"the whole file: perhaps {doubt.en}: {evidence.en}; nothing was changed; if so, add {flags}",
    )


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
