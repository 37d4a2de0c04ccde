"""The routes of ``/api/v1``: parse, call one function, answer."""

import contextlib
import logging
from collections.abc import Generator, Iterator
from datetime import date
from itertools import chain
from typing import Any
from urllib.parse import quote

import orjson
from flask import Response, g, request
from flask_openapi import Tag
from flask_openapi.types import ResponseDict

from server import batch, checks, clauses, coverage, current, describe, exports, site_list, zones
from server.answer_schemas import CheckAnswer, SitesAnswer
from server.lang import current_lang
from server.late_docs import LateBlueprint
from server.rule_choice import Choice
from server.schemas import (
    ActivitiesQuery,
    BatchQuery,
    CheckBothRequest,
    CheckQuery,
    CheckRequest,
    ClausesQuery,
    CoverageQuery,
    DateQuery,
    ErrorOut,
    ExportQuery,
    LangQuery,
    LayerPath,
    RulePath,
    RulesQuery,
    SitesQuery,
    ZonesQuery,
)
from server.upload import Upload

LOGGER = logging.getLogger("fenqu.server")

_PROBLEM = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{ErrorOut.__name__}"}}}
_ERRORS: ResponseDict = {
    "400": {"description": "The request could not be read.", "content": _PROBLEM},
    "404": {"description": "There is nothing of that id.", "content": _PROBLEM},
    "413": {"description": "Too large.", "content": _PROBLEM},
    "415": {"description": "Not a type of body that is taken.", "content": _PROBLEM},
    "422": {"description": "Understood but wrong; every fault is listed.", "content": _PROBLEM},
    "429": {"description": "Other batches are under way: try again later.", "content": _PROBLEM},
    "503": {"description": "Nothing is loaded.", "content": _PROBLEM},
}
_READ: ResponseDict = {key: _ERRORS[key] for key in ("404", "422", "503")}
_ZONES: ResponseDict = {
    **_READ,
    "403": {"description": "Only coarse shapes are given.", "content": _PROBLEM},
}
_WRITE: ResponseDict = {key: _ERRORS[key] for key in ("400", "413", "422", "503")}
_CHECK: ResponseDict = {**_WRITE, "200": CheckAnswer}
_BATCH: ResponseDict = {
    **_WRITE,
    "415": _ERRORS["415"],
    "429": _ERRORS["429"],
    "200": {
        "description": "One line a row, in order: row, site_id, status (ok, refused), then the answer of "
        "/checks or problems. The answer is whole only if the connection ends in order.",
        "content": {batch.NDJSON: {"schema": {"type": "string"}}},
    },
}
_BATCH_BODY = {
    "description": "CSV (UTF-8 or GB18030, the columns of check_sites), a GeoJSON FeatureCollection, or "
    "NDJSON: on each line a body as of /checks with an optional site_id, a flat object of cells, "
    "or a Feature. Or any file that check_sites takes, its name in ``name``: XLSX, Parquet, GeoPackage, "
    "zipped shapefile or file geodatabase, KML, KMZ, DXF, WKT, land-survey text.",
    "content": {name: {"schema": {"type": "string"}} for name in batch.MEDIA_TYPES},
    "required": True,
}

_EXPORT: ResponseDict = {
    **_WRITE,
    "200": {
        "description": "The file; what the format cannot hold is told in the header Fenqu-Remarks "
        "(percent-encoded JSON, a list of texts).",
        "content": {
            media.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
            for _, media in exports.TYPES.values()
        },
    },
}

_SITES: ResponseDict = {key: _BATCH[key] for key in ("400", "413", "415", "422", "429", "503")}
_SITES["200"] = SitesAnswer
_FILE = {
    "description": "Any file that check_sites takes; a shapefile or file geodatabase as a zip.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    "required": True,
}

CHECKS = Tag(name="checks", description="May this project stand here, under which clauses, how sure are we?")
DATA = Tag(name="data", description="What the answers rest on.")

api = LateBlueprint("api", __name__, url_prefix="/api/v1")


def _json(body: dict[str, Any], mimetype: str = "application/json") -> Response:
    return Response(orjson.dumps(body), mimetype=mimetype)


def _day(text: str | None) -> date:
    return checks.read_day(text, today=current.today())


@api.post("/checks", tags=[CHECKS], summary="Check a site or a project", responses=_CHECK)
def post_checks(body: CheckBothRequest, query: CheckQuery) -> Response:
    """Check a site or a project of several parts against the rules in force on a date.

    Where ``drafts`` are named, the answer there would be with them in force stands beside it, whole.
    """
    bundle = current.bundle()
    project, on = checks.read_request(body, bundle, settings=current.settings(), today=current.today())
    how = {"detail": query.detail, "margins": query.margins}
    return _json(checks.check_both(bundle, project, on, body.drafts or {}, **how))


@api.post("/checks/export", tags=[CHECKS], summary="An answer as a file", responses=_EXPORT)
def post_checks_export(body: CheckBothRequest, query: ExportQuery) -> Response:
    """Check as /checks does, and give sites, zones met and the pieces of zones inside the sites as a file."""
    bundle, lang = current.bundle(), current_lang()
    project, on = checks.read_request(body, bundle, settings=current.settings(), today=current.today())
    remarks = (exports.WITHOUT_DRAFTS,) if body.drafts else ()
    made = exports.export(
        bundle, project, on, form=query.format, lang=lang, margins=query.margins, remarks=remarks
    )
    response = Response(made.data, content_type=made.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    response.headers["Fenqu-Remarks"] = quote(orjson.dumps([one.get(lang) for one in made.remarks]))
    return response


@api.post(
    "/checks/batch", tags=[CHECKS], summary="Check many sites", responses=_BATCH, request_body=_BATCH_BODY
)
def post_checks_batch(query: BatchQuery) -> Response:
    """Check every row of a table, a FeatureCollection or a list of bodies; a bad row is one refused row."""
    batch.check_media_type(request.mimetype, request.content_encoding, query.name)
    bundle, settings = current.bundle(), current.settings()
    request.max_content_length = settings.max_batch_bytes
    with contextlib.ExitStack() as held:
        held.callback(current.batches().free, current.batches().take())
        upload = Upload(request.stream)
        held.callback(upload.close)
        asked = batch.read_batch(
            upload, request.mimetype, query, bundle, settings=settings, today=current.today()
        )
        lines = _told(batch.answer_lines(asked), held.pop_all(), g.request_id)
    first = next(lines)  # a bug that shows at once is a 500 with its id, not a broken connection
    response = Response(chain((first,), lines), mimetype=batch.NDJSON)
    response.call_on_close(lines.close)
    return response


@api.post("/sites", tags=[CHECKS], summary="Read a file of sites", responses=_SITES, request_body=_FILE)
def post_sites(query: SitesQuery) -> Response:
    """The sites of a file where they came to lie, to be chosen from and checked one by one with /checks."""
    settings = current.settings()
    request.max_content_length = settings.max_batch_bytes
    with contextlib.ExitStack() as held:
        held.callback(current.batches().free, current.batches().take())
        upload = Upload(request.stream)
        held.callback(upload.close)
        found = site_list.read_sites(
            upload, query, current.bundle(), settings=settings, today=current.today()
        )
    return _json(found)


def _told(lines: Iterator[bytes], held: contextlib.ExitStack, request_id: str) -> Generator[bytes]:
    """The lines; then lets go of what was held for them.

    What breaks them off half-way is logged with the request's id, and breaks the connection.
    """
    with held:
        try:
            yield from lines
        except Exception:
            LOGGER.exception("request %s broke off", request_id)
            raise


@api.post("/questions", tags=[CHECKS], summary="What to ask about a project", responses=_WRITE)
def post_questions(body: CheckRequest, query: LangQuery) -> Response:  # noqa: ARG001  # its model refuses unknown keys
    """The facts that rules in reach of the site ask for, with what is taken for them so far."""
    bundle = current.bundle()
    project, on = checks.read_request(body, bundle, settings=current.settings(), today=current.today())
    return _json(checks.questions(bundle, project, on))


@api.get("/layers", tags=[DATA], summary="Layers", responses=_READ)
def get_layers(query: DateQuery) -> Response:
    """Every layer with its editions and its state on a date, and those out of scope."""
    return _json(describe.layers(current.bundle(), _day(query.on)))


@api.get("/layers/<layer_id>/zones", tags=[DATA], summary="Zones of a layer", responses=_ZONES)
def get_zones(path: LayerPath, query: ZonesQuery) -> Response:
    """Zones as GeoJSON (EPSG:4490, longitude first); counts say when there are more than were returned."""
    on = _day(query.on)
    cap = current.settings().max_zones
    return _json(zones.zones(current.bundle(), path.layer_id, on, query, cap=cap), "application/geo+json")


@api.get("/layers/<layer_id>/clauses", tags=[DATA], summary="Entry lists of zones", responses=_READ)
def get_clauses(path: LayerPath, query: ClausesQuery) -> Response:
    """Every clause of zones' entry lists (准入清单), those of province and city included."""
    return _json(clauses.entry_lists(current.bundle(), path.layer_id, _day(query.on), query))


@api.get("/layers/<layer_id>/coverage", tags=[DATA], summary="Coverage of a layer", responses=_READ)
def get_coverage(path: LayerPath, query: CoverageQuery) -> Response:
    """Where silence means "no zone", and where in the bundle's own districts it does not, as GeoJSON."""
    found = coverage.coverage(current.bundle(), path.layer_id, _day(query.on), query)
    return _json(found, "application/geo+json")


@api.get("/rules", tags=[DATA], summary="Rules", responses=_READ)
def get_rules(query: RulesQuery) -> Response:
    """Rules valid on a date, of one layer, for one activity, in one place or with some words where asked."""
    choice = Choice(layer=query.layer, activity=query.activity, place=query.place, text=query.text)
    return _json(describe.rules(current.bundle(), _day(query.on), choice))


@api.get("/rules/<rule_id>", tags=[DATA], summary="One rule", responses=_READ)
def get_rule(path: RulePath, query: DateQuery) -> Response:
    """Everything about one rule: every version, conditions, distances, bases with their dates."""
    return _json(describe.rule(current.bundle(), path.rule_id, _day(query.on)))


@api.get("/activities", tags=[DATA], summary="Activities", responses=_READ)
def get_activities(query: ActivitiesQuery) -> Response:
    """Every activity, or those that a text may mean, with groups, codes and the facts they imply."""
    return _json(describe.activities(current.bundle(), query.q))


@api.get("/facts", tags=[DATA], summary="Facts", responses=_READ)
def get_facts(query: LangQuery) -> Response:  # noqa: ARG001  # its model refuses unknown keys
    """Every fact that may be declared, with its question, type and values."""
    return _json(describe.facts(current.bundle()))


@api.get("/bundle", tags=[DATA], summary="The bundle", responses=_READ)
def get_bundle(query: DateQuery) -> Response:
    """What is served: digest, jurisdictions, distances, layer states."""
    return _json(describe.bundle_summary(current.bundle(), _day(query.on)))
