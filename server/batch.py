"""Many checks in one request: rows in, one line of JSON a row out, in their order. No flask here.

The road is that of a single check and of the command line: without number, id and status a row is, byte for
byte, the answer of ``/checks``, and what ``python -m scripts.check_sites -o out.json`` writes beside the
row's own columns.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

import orjson

from geo.check import check_projects
from geo.crs import check_crs_name
from geo.drafts import Named, draft_bodies, named_drafts, read_drafts, with_drafts
from geo.errors import InputError, UnreadableError
from geo.find_activity import find_activity
from geo.model import Bundle, Problem, Project, Rulebook
from layers.sites.cells.rows import Defaults, Row
from layers.sites.doctor.clinic import Doctor, doctor_for
from layers.sites.doctor.remedies import read_remedies
from layers.sites.doctor.signs import record
from layers.sites.doctor.whole_file import signs_of_sites
from layers.sites.faults import collected, fault
from layers.sites.read.sources import in_chunks
from layers.sites.run import Tally
from layers.sites.screen import Result, screen
from layers.sites.write.bodies import both_bodies, json_body
from server.batch_files import FILE_TYPES, file_reader, suffix_of
from server.batch_input import (
    BODY,
    Item,
    Reader,
    Terms,
    csv_reader,
    geojson_reader,
    lines_of,
    ndjson_reader,
    refused,
    with_remarks,
)
from server.checks import read_day
from server.errors import TooLargeError, UnsupportedTypeError
from server.schemas import BatchQuery
from server.settings import Settings
from server.upload import Upload

NDJSON = "application/x-ndjson"
CHUNK_ROWS = 32
"""Rows checked together: enough to share the searches, few enough that the first answers come soon."""

_READERS: dict[str, Callable[[Upload, Terms], Reader]] = {
    "text/csv": csv_reader,
    "application/geo+json": geojson_reader,
    "application/json": geojson_reader,
    NDJSON: ndjson_reader,
    "application/ndjson": ndjson_reader,
    "application/geo+json-seq": ndjson_reader,
}
MEDIA_TYPES = (*_READERS, *FILE_TYPES, "application/octet-stream")
"""Types of body that are taken; the last one where the file's name says what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch understood: nothing but single rows can be wrong with it any more."""

    bundle: Bundle
    reader: Reader
    margins: str
    tally: bool
    named: Named
    remedies: tuple[str, ...]

    @property
    def doctor(self) -> Doctor | None:
        """Who looks at the whole."""
        return doctor_for(self.bundle, self.remedies)


def check_media_type(media_type: str, encoding: str | None, name: str | None = None) -> None:
    """Refuse a body that is none of ours before it is read.

    Parameters
    ----------
    name
        Of the file that it is; then its extension counts.

    Raises
    ------
    UnsupportedTypeError
        For another type or format, or a compressed body.
    """
    if name is not None:
        suffix_of(name)
    elif media_type not in _READERS and media_type not in FILE_TYPES:
        hint = {"zh": "请注明正文的格式", "en": "say which of these the body is"}
        raise UnsupportedTypeError(fault("Content-Type", media_type or "—", ", ".join(MEDIA_TYPES), **hint))
    if encoding not in {None, "", "identity"}:
        hint = {"zh": "请不要压缩请求体", "en": "send the body uncompressed"}
        raise UnsupportedTypeError(fault("Content-Encoding", encoding, "identity", **hint))


def read_defaults(query: BatchQuery, rulebook: Rulebook, *, today: date) -> Defaults:
    """What the request says for rows that say nothing themselves.

    Raises
    ------
    InputError
        With every fault of date, activity and CRS.
    """
    problems: list[Problem] = []
    on = collected(problems, read_day, query.on, today=today)
    activity = query.activity and collected(
        problems, find_activity, rulebook, query.activity, where="activity"
    )
    if query.crs is not None:
        collected(problems, check_crs_name, query.crs, where="crs")
    given = () if query.remedies is None else (query.remedies,)
    remedies = collected(problems, read_remedies, given, where="remedies")
    if problems or on is None:
        raise InputError(problems)
    return Defaults(on=on, activity=activity or None, crs=query.crs, remedies=remedies or ())


def read_batch(
    upload: Upload, media_type: str, query: BatchQuery, bundle: Bundle, *, settings: Settings, today: date
) -> Batch:
    """Look at all that can be wrong with the whole before the first answer.

    Raises
    ------
    UnreadableError
        If the body is empty or not what its type says.
    InputError
        If it holds no row, or the query is wrong.
    TooLargeError
        If there are more rows than the settings allow.
    """
    if upload.size == 0:
        told = {"zh": "请求体为空", "en": "the body is empty"}
        raise UnreadableError(fault(BODY, "(empty)", media_type, **told))
    defaults = read_defaults(query, bundle.rulebook, today=today)
    drafts = [text for text in (query.drafts or "").split(",") if text.strip()]
    named = named_drafts(bundle, read_drafts(drafts, where="drafts"))
    terms = Terms(bundle=bundle, settings=settings, defaults=defaults)
    reader = _reader(upload, terms, media_type, query)
    limit = settings.max_batch_rows
    rows = sum(1 for _ in islice(reader.raw(), limit + 1))
    if rows > limit:
        told = {"zh": "行数超过上限，请拆分", "en": "more rows than allowed: split the batch"}
        raise TooLargeError(fault(f"{BODY} (rows)", f"> {limit}", f"≤ {limit}", **told))
    if rows == 0:
        told = {"zh": "没有任何一行数据", "en": "there is no row"}
        raise InputError(fault(f"{BODY} (rows)", "0", f"1–{limit}", **told))
    return Batch(
        bundle=bundle,
        reader=reader,
        margins=query.margins,
        tally=query.tally,
        named=named,
        remedies=defaults.remedies,
    )


def _reader(upload: Upload, terms: Terms, media_type: str, query: BatchQuery) -> Reader:
    if query.name is None and media_type in _READERS:
        return _READERS[media_type](upload, terms)
    suffix = FILE_TYPES[media_type] if query.name is None else suffix_of(query.name)
    read = file_reader(upload, terms, suffix, query.layer, name=query.name)
    told = lines_of(read.advice)
    return replace(read, raw=lambda: (with_remarks(record, told) for record in read.raw()))


def answer_lines(batch: Batch) -> Iterator[bytes]:
    """One line a row, in order; a refused row says why in its place. Last, where asked for, the tally."""
    tally = Tally()
    for chunk in in_chunks(_items(batch.reader), CHUNK_ROWS):
        results = _results(batch, batch.bundle, chunk)
        tally.add(results)
        if batch.tally:
            sites = (item.row.site for item in chunk if item.row.site is not None)
            tally.signs.update(signs_of_sites(sites, batch.remedies, batch.doctor))
        bodies = [json_body(result) for result in results]
        if batch.named:
            drafted = _results(batch, with_drafts(batch.bundle, batch.named), chunk)
            drafts = draft_bodies(batch.bundle, batch.named)
            bodies = [both_bodies(*pair, drafts) for pair in zip(bodies, drafted, strict=True)]
        for item, body in zip(chunk, bodies, strict=True):
            yield orjson.dumps({"row": item.row.number, **body}, option=orjson.OPT_APPEND_NEWLINE)
    if batch.tally:
        told = record(tally.signs, batch.remedies, tally.rows)
        counts = {
            "rows": tally.rows,
            "refused": tally.refused,
            "verdicts": dict(sorted(tally.verdicts.items())),
            **({"doctor": told} if any(told.values()) else {}),
        }
        yield orjson.dumps({"tally": counts}, option=orjson.OPT_APPEND_NEWLINE)


def _items(reader: Reader) -> Iterator[Item]:
    for number, raw in enumerate(reader.raw(), start=1):
        try:
            yield reader.item(number, raw)
        except RecursionError:
            told = {"zh": "嵌套过深", "en": "nested too deeply"}
            yield refused(number, fault(f"row {number}", "…", "plain values", **told))


def _results(batch: Batch, bundle: Bundle, chunk: list[Item]) -> list[Result]:
    """What came of each row: most go through together, a project of several parts by itself."""
    plain = iter(screen(bundle, [i.row for i in chunk if i.project is None], margins=batch.margins))
    return [
        next(plain) if item.project is None else _whole(bundle, item.row, item.project, batch.margins)
        for item in chunk
    ]


def _whole(bundle: Bundle, row: Row, project: Project, margins: str) -> Result:
    try:
        [report] = check_projects(bundle, [project], row.on, margins=margins)
    except InputError as error:
        return Result(row=replace(row, part=None, problems=error.problems), report=None)
    return Result(row=row, report=report)
