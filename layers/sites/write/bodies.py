"""Answers in full, as JSON: the same bodies as over HTTP."""

import math
from collections.abc import Iterator, Sequence

import orjson

from geo.answer import advice_json, to_json
from layers.sites.cells.values import cell_text
from layers.sites.screen import Result
from layers.sites.write.results import Layout


def json_body(result: Result, detail: str = "findings") -> dict[str, object]:
    """The body of `geo.answer.to_json`, ``site_id`` and ``status``; a refused row has problems instead."""
    head: dict[str, object] = {"site_id": result.row.site_id, "status": result.status}
    if result.report is not None:
        return {**head, **to_json(result.report, detail)}
    problems = [
        {"where": p.where, "given": p.given, "allowed": p.allowed, "hint": {"zh": p.hint.zh, "en": p.hint.en}}
        for p in result.row.problems
    ]
    advice = [advice_json(one) for one in result.row.advice]
    return {**head, "problems": problems, **({"advice": advice} if advice else {})}


def both_bodies(
    body: dict[str, object], drafted: Result, drafts: list[dict[str, object]]
) -> dict[str, object]:
    """A body, and beside it the answer there would be with ``drafts`` in force; a refused row has neither."""
    if drafted.report is None:
        return body
    return {**body, "with_drafts": {"drafts": drafts, **to_json(drafted.report)}}


def both_lines(line: bytes, drafted: bytes, drafts: list[dict[str, object]]) -> bytes:
    """The same of two lines of `json_lines`."""
    other = orjson.loads(drafted)
    if other.pop("status") == "refused":
        return line
    rest = {key: value for key, value in other.items() if key not in {"site_id", "input"}}
    return line[:-1] + b',"with_drafts":' + orjson.dumps({"drafts": drafts, **rest}) + b"}"


def json_lines(results: Sequence[Result], layout: Layout) -> Iterator[bytes]:
    """One object a row: its body, and the row's own columns as ``input``."""
    headers = layout.unique_headers()
    for result in results:
        own = dict(zip(headers, map(json_value, result.row.original), strict=True))
        body = json_body(result)
        head = {"site_id": body.pop("site_id"), "status": body.pop("status"), "input": own}
        yield orjson.dumps({**head, **body})


def json_value(value: object) -> object:
    """A cell as JSON has it; dates and the like as text, so is infinity, NaN is null, inside lists too."""
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else cell_text(value)
    if isinstance(value, list):
        return [json_value(item) for item in value]
    if isinstance(value, dict):
        return {str(key): json_value(item) for key, item in value.items()}
    return value if value is None or isinstance(value, str | int | float | bool) else cell_text(value)
